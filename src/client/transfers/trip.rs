//! One try to carry a file, from dialling to its end.

use super::download::download;
use super::gauge::Gauge;
use super::hashes::Hashes;
use super::link::Stop;
use super::upload::upload;
use crate::client::state::{CarryEnd, Trip};
use crate::domain::FileWay;

/// Carries it as far as it goes. Nothing of it is open any more when this returns.
pub(super) fn carry(trip: &Trip, gauge: &Gauge, stop: &Stop, hashes: &Hashes) -> CarryEnd {
    if stop.is_stopped() {
        return CarryEnd::Cut;
    }
    let carried = match trip.way {
        FileWay::Up => upload(trip, gauge, stop, hashes),
        FileWay::Down => download(trip, gauge, stop),
    };
    match carried {
        Ok(path) => CarryEnd::Whole(path),
        Err(end) => end,
    }
}
