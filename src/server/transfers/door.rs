//! A file's link from TLS to its thread: the ticket says whose it is, before it costs one.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;

use async_channel::Sender;
use async_io::Async;
use futures_rustls::server::TlsStream;
use smol::io::{AsyncReadExt, AsyncWriteExt};

use super::link::Link;
use super::{Passage, Transfers, download, upload};
use crate::clock;
use crate::domain::{FileId, FileWay};
use crate::limits::{FLUSH_DEADLINE, SIGN_IN_DEADLINE};
use crate::net::codec;
use crate::net::frame::{self, FRAME_BYTES_MAX_UNAUTHENTICATED, FrameError, PREFIX_BYTES};
use crate::net::link::{LinkError, deadline};
use crate::net::parcel::{FileHello, FileWelcome};
use crate::net::protocol::{Reason, Refusal};
use crate::server::admission::Place;
use crate::server::bounds::Bound;
use crate::server::job::SessionId;
use crate::server::readers::Ask;
use crate::server::session::Shared;
use crate::store::files::FileRow;

type Tls = TlsStream<Async<TcpStream>>;

/// What a thread is to do.
pub(super) struct Trip {
    pub shared: Arc<Shared>,
    pub passage: Passage,
    pub bytes: u64,
    /// Of one that fetches: so many chunks are there already.
    pub chunks: u64,
}

impl Trip {
    pub fn file(&self) -> FileId {
        self.passage.line.grant.file
    }
}

/// Serves a link of a file to its end.
pub async fn serve(shared: Arc<Shared>, id: SessionId, mut stream: Tls, mut place: Place) {
    let hello = match deadline(SIGN_IN_DEADLINE, read_hello(&mut stream)).await {
        Ok(hello) => hello,
        Err(error) => {
            let met = shared.policy.met();
            match error {
                LinkError::Timeout => met.refuse(Bound::DeadlineSignIn),
                LinkError::Frame(_) => met.refuse(Bound::FrameBytes),
                LinkError::Codec(_) => met.refuse(Bound::FrameMalformed),
                LinkError::Closed | LinkError::Io(_) => {}
            }
            return tracing::debug!(session = id.0, %error, "no ticket");
        }
    };
    let opened = open(&shared, &stream, &mut place, hello).await;
    let trip = match opened {
        Ok(Some(trip)) => trip,
        Ok(None) => return,
        Err(refusal) => {
            drop(deadline(FLUSH_DEADLINE, refuse(&mut stream, refusal)).await);
            return;
        }
    };
    // It lives as long as its thread, which the server's closing ends by ending the link.
    let (alive, ended) = async_channel::bounded::<()>(1);
    match start(id, stream, trip, alive) {
        Ok(()) => drop(ended.recv().await),
        Err(error) => tracing::warn!(session = id.0, %error, "no thread for a file"),
    }
    drop(place);
    tracing::debug!(session = id.0, "a file's link closed");
}

/// The first frame. Nothing behind it is read, since the thread reads that.
async fn read_hello(stream: &mut Tls) -> Result<FileHello, LinkError> {
    let mut prefix = [0; PREFIX_BYTES];
    stream.read_exact(&mut prefix).await?;
    let length = usize::try_from(u32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
    if length > FRAME_BYTES_MAX_UNAUTHENTICATED {
        let (bytes, bytes_max) = (length as u64, FRAME_BYTES_MAX_UNAUTHENTICATED);
        return Err(FrameError::TooLarge { bytes, bytes_max }.into());
    }
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await?;
    Ok(codec::from_bytes(&payload)?)
}

/// Takes the ticket, and looks whether what it was given for still holds. The link is among those that
/// run before that: what ends meanwhile ends it too. `None` when the server closes.
async fn open(
    shared: &Arc<Shared>,
    stream: &Tls,
    place: &mut Place,
    hello: FileHello,
) -> Result<Option<Trip>, Refusal> {
    let transfers: &Arc<Transfers> = &shared.transfers;
    let grant = transfers.tickets.take(&hello.ticket, clock::uptime()).ok_or(Reason::NotFound)?;
    place.carry(grant.account, grant.way)?;
    let socket = stream.get_ref().0.get_ref().try_clone().map_err(|error| {
        tracing::warn!(%error, "a file's link cannot be watched");
        Reason::Failed
    })?;
    let Some(passage) = transfers.enter(grant, socket) else { return Ok(None) };
    let me = (grant.account, grant.device);
    let (file, way) = (grant.file, grant.way);
    let permit = shared.readers.ask(|slot| Ask::Permit { me, file, way, slot }).await;
    let Some(permit) = permit else { return Ok(None) };
    let FileRow { bytes, root, .. } = permit?;
    let come = shared.files.count_incoming(file, bytes) / crate::domain::CHUNK_BYTES;
    passage.line.flow.learn(root, come);
    Ok(Some(Trip { shared: shared.clone(), passage, bytes, chunks: hello.chunks }))
}

async fn refuse(stream: &mut Tls, refusal: Refusal) -> Result<(), LinkError> {
    let welcome = FileWelcome::Refused(refusal);
    let bytes = frame::encode(&welcome, FRAME_BYTES_MAX_UNAUTHENTICATED)?;
    stream.write_all(&bytes).await?;
    stream.close().await?;
    Ok(())
}

fn start(id: SessionId, stream: Tls, trip: Trip, alive: Sender<()>) -> io::Result<()> {
    let link = Link::new(stream)?;
    let name = match trip.passage.line.grant.way {
        FileWay::Up => format!("file-up-{}", id.0),
        FileWay::Down => format!("file-down-{}", id.0),
    };
    let run = move || {
        let ended = match trip.passage.line.grant.way {
            FileWay::Up => upload::run(link, &trip),
            FileWay::Down => download::run(link, &trip),
        };
        if let Err(error) = ended {
            tracing::debug!(session = id.0, %error, "a file's link broke");
        }
        drop((trip, alive));
    };
    thread::Builder::new().name(name).spawn(run).map(drop)
}
