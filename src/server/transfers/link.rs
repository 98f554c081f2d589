//! A link of a file, from TLS to its end, on a thread of its own.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::{ServerConnection, StreamOwned};
use smol::future;

use super::tickets::Grant;
use super::{Place, download, upload};
use crate::clock;
use crate::domain::{FileState, FileWay};
use crate::limits::{FILE_STALL_MAX, SIGN_IN_DEADLINE};
use crate::net::parcel::{self, FileHello, FileWelcome};
use crate::net::protocol::{Reason, Refusal};
use crate::server::job::SessionId;
use crate::server::readers::Ask;
use crate::server::session::Shared;
use crate::store::files::Offered;

/// What a link stands on.
pub(super) struct Ground {
    pub shared: Arc<Shared>,
}

/// Serves a link on a thread of its own, and waits for its end.
pub async fn serve(
    shared: Arc<Shared>,
    id: SessionId,
    (stream, connection): (TcpStream, ServerConnection),
    peer: SocketAddr,
) {
    let (ended, end) = async_channel::bounded::<()>(1);
    let ground = Ground { shared };
    let run = move || {
        if let Err(error) = run(&ground, stream, connection) {
            tracing::debug!(session = id.0, %peer, %error, "a file's link ended");
        }
        drop(ended);
    };
    match thread::Builder::new().name(format!("file-{}", id.0)).spawn(run) {
        Ok(_) => drop(end.recv().await),
        Err(error) => tracing::warn!(%error, "no thread for a file"),
    }
}

fn run(ground: &Ground, stream: TcpStream, connection: ServerConnection) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(SIGN_IN_DEADLINE))?;
    stream.set_write_timeout(Some(FILE_STALL_MAX))?;
    let socket = stream.try_clone()?;
    let mut link = StreamOwned::new(connection, stream);
    let hello: FileHello = parcel::read_frame(&mut link)?;
    match open(ground, &hello, &socket) {
        Ok((grant, offered, place)) => {
            socket.set_read_timeout(Some(FILE_STALL_MAX))?;
            travel(ground, &mut link, &grant, (&offered, hello.chunks))?;
            drop(place);
        }
        Err(refusal) => {
            parcel::write_frame(&mut link, &FileWelcome::Refused(refusal))?;
        }
    }
    link.conn.send_close_notify();
    link.flush()
}

/// Whether the ticket opens what it says, now.
fn open(
    ground: &Ground,
    hello: &FileHello,
    socket: &TcpStream,
) -> Result<(Grant, Offered, Place), Refusal> {
    let transfers = &ground.shared.transfers;
    let grant = transfers.redeem(&hello.ticket, clock::uptime()).ok_or(Reason::NotFound)?;
    let asked = ground.shared.readers.ask(|slot| Ask::Travel { grant, slot });
    let offered = future::block_on(asked).ok_or(Reason::Failed)??;
    let socket = socket.try_clone().map_err(|_| Reason::Failed)?;
    let place = transfers.enter(grant, socket)?;
    Ok((grant, offered, place))
}

fn travel<L: Read + Write>(
    ground: &Ground,
    link: &mut L,
    grant: &Grant,
    (offered, chunks): (&Offered, u64),
) -> io::Result<()> {
    let (file, bytes) = (grant.file, offered.bytes);
    match (grant.way, offered.state, offered.root) {
        (FileWay::Up, ..) => upload::take(ground, link, file, bytes),
        (FileWay::Down, FileState::Kept, Some(root)) => {
            download::give_kept(ground, link, (root, bytes), chunks)
        }
        (FileWay::Down, ..) => download::give_coming(ground, link, (file, bytes), chunks),
    }
}
