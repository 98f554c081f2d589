//! A file comes from the server.

use std::path::PathBuf;

use super::Stop;
use super::coming::Coming;
use super::place::Place;
use super::trip::{Early, Link, Teller, cut, open, unsaved};
use crate::client::api::Failure;
use crate::client::state::{CarryEnd, Trip};
use crate::domain::Outline;
use crate::net::parcel::{self, FileWelcome, Part};

pub(super) fn carry(trip: &Trip, stop: &Stop, teller: &mut Teller<'_>) -> Result<PathBuf, Early> {
    let place = Place::new(trip.id, &trip.path);
    let (coming, outline) = place.open(trip.bytes).map_err(|error| unsaved(&error))?;
    teller.done = outline.proven();
    let (link, welcome) = open(trip, stop, outline.len())?;
    match welcome {
        FileWelcome::Take { bytes } if bytes == trip.bytes => {}
        FileWelcome::Take { .. } => return Err(Failure::FileBroken.into()),
        FileWelcome::Refused(refusal) => return Err(Early::End(CarryEnd::Refused(refusal))),
        FileWelcome::Send { .. } => return Err(Early::Cut),
    }
    teller.went(0, outline.proven());
    let mut taking = Taking { link, coming, outline };
    if !taking.take(stop, teller)? {
        // Nothing of it can be trusted: the next try begins anew.
        drop(taking);
        place.sweep();
        teller.done = 0;
        return Err(Failure::FileBroken.into());
    }
    let part = taking.coming.finish().map_err(|error| unsaved(&error))?;
    place.settle(&part).map_err(|error| unsaved(&error))
}

struct Taking {
    link: Link,
    coming: Coming,
    outline: Outline,
}

impl Taking {
    /// Takes chunks until the end; says whether all of it is what was sent.
    fn take(&mut self, stop: &Stop, teller: &mut Teller<'_>) -> Result<bool, Early> {
        let mut chunk = Vec::new();
        loop {
            if stop.is_set() {
                return Err(Early::Cut);
            }
            let part = parcel::read_part(&mut self.link, &self.outline, &mut chunk);
            match part.map_err(cut)? {
                Part::Nothing => teller.waits(),
                Part::Chunk(value) => {
                    if self.outline.value_of(self.outline.len(), &chunk) != value {
                        return Ok(false);
                    }
                    self.coming.write(value, &chunk).map_err(|error| unsaved(&error))?;
                    self.outline.push(value);
                    teller.went(chunk.len() as u64, self.outline.proven());
                }
                Part::End(root) => return Ok(self.outline.root() == Some(root)),
                Part::Stop(refusal) => return Err(Early::End(CarryEnd::Refused(refusal))),
            }
        }
    }
}
