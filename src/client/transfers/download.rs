//! Receiving a file: what comes is held against its value before it counts, and all of it against the
//! hash of the whole before it gets its name.

use std::path::PathBuf;

use super::gauge::Gauge;
use super::link::{Link, Stop, cut};
use super::part::{Opened, Part};
use crate::client::api::Failure;
use crate::client::state::{CarryEnd, Trip};
use crate::net::parcel::{self, FileHello, FileWelcome};

/// Fetches what is not here yet.
///
/// # Errors
/// How it ended otherwise. What is proven stays for the next try.
pub(super) fn download(trip: &Trip, gauge: &Gauge, stop: &Stop) -> Result<PathBuf, CarryEnd> {
    let mut part = match Part::open(trip.id, &trip.path, trip.bytes).map_err(CarryEnd::Failed)? {
        Opened::Part(part) => part,
        Opened::Placed(path) => return Ok(path),
    };
    gauge.proven(part.outline().proven());
    let fetched = fetch(trip, &mut part, gauge, stop);
    let ended = match fetched {
        Ok(()) => return part.finish().map_err(CarryEnd::Failed),
        Err(ended) => ended,
    };
    match ended {
        CarryEnd::Failed(Failure::FileBroken) => part.remove(),
        // What cannot be synced now comes again.
        _ => drop(part.step()),
    }
    Err(ended)
}

fn fetch(trip: &Trip, part: &mut Part, gauge: &Gauge, stop: &Stop) -> Result<(), CarryEnd> {
    part.needs_room().map_err(CarryEnd::Failed)?;
    let mut link = Link::open(trip, gauge, stop)?;
    let hello = FileHello { ticket: trip.ticket, chunks: part.outline().len() };
    parcel::write_frame(&mut link, &hello).map_err(cut)?;
    match parcel::read_frame(&mut link).map_err(cut)? {
        FileWelcome::Take { bytes } if bytes == trip.bytes => {}
        FileWelcome::Take { .. } => return Err(CarryEnd::Failed(Failure::FileBroken)),
        FileWelcome::Refused(why) => return Err(CarryEnd::Refused(why)),
        FileWelcome::Send { .. } => return Err(CarryEnd::Cut),
    }
    let mut chunk = Vec::new();
    gauge.begins(part.outline().proven());
    loop {
        match parcel::read_part(&mut link, part.outline(), &mut chunk).map_err(cut)? {
            parcel::Part::Nothing => gauge.waits(),
            parcel::Part::Chunk(value) => {
                let outline = part.outline();
                if outline.value_of(outline.len(), &chunk) != value {
                    return Err(CarryEnd::Failed(Failure::FileBroken));
                }
                part.push(value, &chunk).map_err(CarryEnd::Failed)?;
                gauge.proven(part.outline().proven());
            }
            parcel::Part::End(root) => {
                return match part.outline().root() {
                    Some(own) if own == root => Ok(()),
                    Some(_) => Err(CarryEnd::Failed(Failure::FileBroken)),
                    None => Err(CarryEnd::Cut),
                };
            }
            parcel::Part::Stop(why) => return Err(CarryEnd::Refused(why)),
        }
    }
}
