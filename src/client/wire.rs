//! One link from dialling to hanging up: bytes in and out, nothing decided.

use std::sync::Arc;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_io::{Async, Timer};
use futures_rustls::client::TlsStream;
use smol::io::{AsyncRead, AsyncWrite};

use super::api::Failure;
use super::state::LinkInput;
use crate::domain::ServerId;
use crate::limits::{FLUSH_DEADLINE, STALL_DEADLINE, TLS_DEADLINE, WRITE_BYTES_MAX};
use crate::net::address::Address;
use crate::net::dial::{DialError, dial};
use crate::net::frame::FRAME_BYTES_MAX;
use crate::net::link::{self, LinkError, Reader, Writer, deadline};
use crate::net::protocol::{ALPN_CHAT, ServerFrame};
use crate::net::tls::{self, TlsError};

/// What is written waits as encoded frames.
pub(super) type Bytes = Arc<[u8]>;
pub(super) type Stream = TlsStream<Async<std::net::TcpStream>>;

/// What a link says, with its number.
pub(super) struct FromLink {
    pub(super) link: u64,
    pub(super) what: LinkInput,
    /// Comes with [`LinkInput::Secured`]: what binds a sign-in to this connection.
    pub(super) exporter: Option<[u8; 32]>,
}

/// Why no TLS link stands.
pub(super) enum Unsecured {
    /// Another key than the expected one.
    WrongKey(ServerId),
    /// Anything else.
    Failed(Failure),
}

/// Dials and secures, and says whose key was proven.
pub(super) async fn open(
    address: &Address,
    expected: Option<ServerId>,
) -> Result<(Stream, ServerId), Unsecured> {
    let (stream, _) = dial(address).await.map_err(|error| {
        Unsecured::Failed(match error {
            DialError::NameUnknown(_) => Failure::NameUnknown,
            DialError::PortClosed => Failure::PortClosed,
            DialError::Unreachable(_) => Failure::Unreachable,
        })
    })?;
    let config = tls::client_config(expected, ALPN_CHAT).map_err(unsecured)?;
    let secured =
        deadline(TLS_DEADLINE, async { Ok::<_, LinkError>(tls::connect(stream, config).await) });
    match secured.await {
        Ok(secured) => secured.map_err(unsecured),
        // It is silent where a MyChat server would have answered.
        Err(_) => Err(Unsecured::Failed(Failure::NotMyChat)),
    }
}

/// Runs one link. Ends when the other side does, or behind the last frame once `frames` closes.
pub(super) async fn run(
    link: u64,
    address: Address,
    expected: Option<ServerId>,
    frames: Receiver<Bytes>,
    said: Sender<FromLink>,
) {
    let say = async |what, exporter| {
        // Nobody listens any more only when the client ends.
        said.send(FromLink { link, what, exporter }).await.ok();
    };
    let given_up = async {
        while frames.recv().await.is_ok() {}
        None
    };
    let opened = async { Some(open(&address, expected).await) };
    let (stream, server) = match smol::future::or(opened, given_up).await {
        None => return,
        Some(Ok(opened)) => opened,
        Some(Err(Unsecured::WrongKey(offered))) => {
            return say(LinkInput::WrongKey(offered), None).await;
        }
        Some(Err(Unsecured::Failed(failure))) => {
            return say(LinkInput::Failed(failure), None).await;
        }
    };
    let Ok(exporter) = tls::exporter_client(stream.get_ref().1) else {
        return say(LinkInput::Failed(Failure::LinkLost), None).await;
    };
    let (mut reader, mut writer) = link::split(stream, FRAME_BYTES_MAX);
    say(LinkInput::Secured(server), Some(exporter)).await;
    let reading = async {
        loop {
            match reader.read::<ServerFrame>().await {
                Ok(frame) => say(LinkInput::Frame(frame), None).await,
                Err(error) => break is_garbled(&error),
            }
        }
    };
    let writing = async {
        if let Err(Broken) = write(&mut writer, &frames).await {
            // The other side took no more, and may have said why before it closed.
            Timer::after(FLUSH_DEADLINE).await;
        }
        false
    };
    let garbled = smol::future::or(reading, writing).await;
    drop((reader, writer));
    say(LinkInput::Lost { garbled }, None).await;
}

/// Says hello and waits for the answer: for a look at a server, without a client.
pub(super) async fn read_one<R: AsyncRead + Unpin>(
    reader: &mut Reader<R>,
) -> Result<ServerFrame, Failure> {
    reader.read::<ServerFrame>().await.map_err(|error| match is_garbled(&error) {
        true => Failure::NotMyChat,
        false => Failure::LinkLost,
    })
}

fn unsecured(error: TlsError) -> Unsecured {
    match error {
        TlsError::WrongKey { offered } => Unsecured::WrongKey(offered),
        TlsError::NotMyChat(_) => Unsecured::Failed(Failure::NotMyChat),
        other => {
            tracing::debug!(error = %other, "no TLS");
            Unsecured::Failed(Failure::LinkLost)
        }
    }
}

fn is_garbled(error: &LinkError) -> bool {
    matches!(error, LinkError::Frame(_) | LinkError::Codec(_))
}

/// Writes what waits, joined, until nothing will follow.
async fn write<W: AsyncWrite + Unpin>(
    writer: &mut Writer<W>,
    frames: &Receiver<Bytes>,
) -> Result<(), Broken> {
    while let Ok(frame) = frames.recv().await {
        let mut bytes = frame.len();
        let mut batch = vec![frame];
        while bytes < WRITE_BYTES_MAX
            && let Ok(frame) = frames.try_recv()
        {
            bytes += frame.len();
            batch.push(frame);
        }
        deadline(STALL_DEADLINE, writer.write_frames(&batch)).await.map_err(|_| Broken)?;
    }
    drop(deadline(FLUSH_DEADLINE, writer.close()).await);
    Ok(())
}

/// Nothing can be written any more.
struct Broken;

/// A moment for the last frames, when the client ends.
pub(super) const LAST_MOMENT: Duration = Duration::from_secs(1);
