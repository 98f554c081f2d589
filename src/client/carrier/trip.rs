//! One try to carry a file, from dialling to its end.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use async_channel::Sender;
use rustls::{ClientConnection, StreamOwned};

use super::{Stop, down, up};
use crate::client::api::Failure;
use crate::client::state::{Carried, CarryEnd, Trip};
use crate::clock::uptime;
use crate::domain::FileWay;
use crate::limits::FILE_STALL_MAX;
use crate::net::dial;
use crate::net::parcel::{self, ALPN_FILE, FileHello, FileWelcome};
use crate::net::tls;

/// How far it is, is told this often.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// The link of a file.
pub(super) type Link = StreamOwned<ClientConnection, TcpStream>;

/// Why a try ended early.
pub(super) enum Early {
    /// The link is gone, or was never there.
    Cut,
    /// For this reason.
    End(CarryEnd),
}

impl From<Failure> for Early {
    fn from(why: Failure) -> Self {
        Early::End(CarryEnd::Failed(why))
    }
}

/// Whatever a link says, it is gone.
pub(super) fn cut<E>(_: E) -> Early {
    Early::Cut
}

/// Tells how far a try is.
pub(super) struct Teller<'a> {
    trip: &'a Trip,
    said: &'a Sender<Carried>,
    moved: u64,
    /// So many bytes of the file are proven.
    pub done: u64,
    told: Option<Duration>,
}

impl Teller<'_> {
    /// Bytes went over the link; so many are proven.
    pub fn went(&mut self, bytes: u64, done: u64) {
        self.moved += bytes;
        self.done = done;
        let now = uptime();
        if self.told.is_none_or(|told| now.saturating_sub(told) >= TOLD_EVERY) {
            self.told = Some(now);
            let Trip { id, number, .. } = *self.trip;
            self.say(Carried::Went { id, number, moved: self.moved, done });
        }
    }

    /// The link is alive, and nothing comes for now.
    pub fn waits(&mut self) {
        let Trip { id, number, .. } = *self.trip;
        self.say(Carried::Waits { id, number });
    }

    fn say(&self, what: Carried) {
        // Closed when the client is over.
        self.said.send_blocking(what).ok();
    }
}

/// Carries a file as far as it gets, and says how that ended.
pub(super) fn run(trip: &Trip, stop: &Stop, said: &Sender<Carried>) {
    let mut teller = Teller { trip, said, moved: 0, done: 0, told: None };
    let went = match trip.way {
        FileWay::Up => up::carry(trip, stop, &mut teller),
        FileWay::Down => down::carry(trip, stop, &mut teller),
    };
    let end = match went {
        Ok(path) => CarryEnd::Whole(path),
        Err(Early::End(end)) => end,
        Err(Early::Cut) => CarryEnd::Cut,
    };
    let (id, number, done) = (trip.id, trip.number, teller.done);
    teller.say(Carried::Ended { id, number, done, end });
}

/// Opens the link, shows the ticket, and reads what the server says to it.
pub(super) fn open(trip: &Trip, stop: &Stop, chunks: u64) -> Result<(Link, FileWelcome), Early> {
    let (stream, _) = smol::block_on(dial::dial(&trip.address)).map_err(cut)?;
    let stream = stream.into_inner().map_err(cut)?;
    stream.set_nonblocking(false).map_err(cut)?;
    stream.set_read_timeout(Some(FILE_STALL_MAX)).map_err(cut)?;
    stream.set_write_timeout(Some(FILE_STALL_MAX)).map_err(cut)?;
    stop.holds(stream.try_clone().map_err(cut)?);
    let connection = tls::client_connection(trip.server, ALPN_FILE).map_err(cut)?;
    let mut link = StreamOwned::new(connection, stream);
    let hello = FileHello { ticket: trip.ticket, chunks };
    parcel::write_frame(&mut link, &hello).map_err(cut)?;
    link.flush().map_err(cut)?;
    let welcome: FileWelcome = parcel::read_frame(&mut link).map_err(cut)?;
    // An older server knows no such links: it agreed to none.
    if link.conn.alpn_protocol() != Some(ALPN_FILE) {
        return Err(Early::Cut);
    }
    Ok((link, welcome))
}

/// What could not be written, to the person.
pub(super) fn unsaved(error: &io::Error) -> Early {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => Failure::SaveFull.into(),
        _ => Failure::SaveDenied.into(),
    }
}
