//! One link from TLS to goodbye: reads frames, asks the writer or the readers, writes its outbox.

mod active;
mod auth;
mod password;
mod turns;
mod upload;

pub(crate) use auth::name_refusal;
pub use turns::Turns;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_io::Async;
use futures_rustls::server::TlsStream;
use rustls::ServerConfig;
use smol::io::{AsyncRead, AsyncWrite};

use super::admission::{Admission, Place, counted};
use super::backup::chores::Chores;
use super::bans::Bans;
use super::beacon::Beacon;
use super::board::Board;
use super::bounds::{Bound, Met};
use super::hub::HubInput;
use super::job::{Caller, Job, SessionId};
use super::journal::Journal;
use super::metrics::Metrics;
use super::outbox::{Next, Outbox};
use super::policy::Policy;
use super::readers::Readers;
use super::transfers::{self, Transfers};
use crate::clock;
use crate::domain::{Generation, ServerId};
use crate::limits::{
    FLUSH_DEADLINE, NAME_BYTES_MAX, SEND_BUFFER_BYTES, SIGN_IN_DEADLINE, STALL_DEADLINE,
    TLS_DEADLINE,
};
use crate::net::control::{LogEvent, LogKind};
use crate::net::frame::{FRAME_BYTES_MAX, FRAME_BYTES_MAX_UNAUTHENTICATED, FrameError};
use crate::net::link::{self, LinkError, Reader, Writer, deadline};
use crate::net::opaque::ServerSetup;
use crate::net::parcel::ALPN_FILE;
use crate::net::protocol::{ClientFrame, Event, Goodbye, ServerFrame, VERSION, Welcome};
use crate::net::tls;
use crate::store::blobs::Files;

/// Everything that sessions share.
pub struct Shared {
    /// The settings in force.
    pub policy: Arc<Policy>,
    /// The addresses that are kept out.
    pub bans: Arc<Bans>,
    /// Tells the LAN of the server.
    pub(super) beacon: Arc<Beacon>,
    /// The server's key.
    pub server_id: ServerId,
    /// Which life of its logs this is.
    pub generation: Generation,
    /// OPAQUE secrets.
    pub setup: ServerSetup,
    /// TLS.
    pub tls: Arc<ServerConfig>,
    /// Counters by address and account.
    pub admission: Arc<Admission>,
    /// Who is online.
    pub board: Arc<Board>,
    /// For the console.
    pub journal: Arc<Journal>,
    /// Counted.
    pub metrics: Arc<Metrics>,
    /// To the writer.
    pub jobs: Sender<Job>,
    /// To the hub.
    pub hub: Sender<HubInput>,
    /// To the readers.
    pub readers: Readers,
    /// Where pictures and files lie.
    pub files: Files,
    /// Backups and checks.
    pub(super) chores: Arc<Chores>,
    /// Files on their way.
    pub transfers: Arc<Transfers>,
    /// Set by the disk watch: readable, not writable.
    pub disk_full: Arc<AtomicBool>,
    /// Taken by those who are not signed in.
    pub turns: Turns,
    /// Closed when the server closes: those who are not signed in have nothing to wait for.
    pub closing: Receiver<()>,
}

impl Shared {
    /// Waits until the server closes.
    pub(super) async fn closed(&self) {
        while self.closing.recv().await.is_ok() {}
    }
}

type Tls = TlsStream<Async<std::net::TcpStream>>;

/// Why reading ended.
enum End {
    /// The peer is gone, or nothing can be done for it.
    Gone,
    /// Say this and close.
    Goodbye(Goodbye),
}

/// Serves a link to its end.
pub async fn run(
    shared: Arc<Shared>,
    id: SessionId,
    stream: Async<std::net::TcpStream>,
    peer: SocketAddr,
    place: Place,
) {
    let inside = Arc::new(AtomicBool::new(false));
    let place_is_lost = place.gives_way();
    let gone = async {
        place_is_lost.await;
        shared.policy.met().refuse(Bound::LinksUnauthenticated);
    };
    let serving = serve(shared.clone(), id, stream, (peer, place), inside.clone());
    smol::future::or(shared.turns.take(&inside, Box::pin(serving)), gone).await;
}

async fn serve(
    shared: Arc<Shared>,
    id: SessionId,
    stream: Async<std::net::TcpStream>,
    (peer, place): (SocketAddr, Place),
    inside: Arc<AtomicBool>,
) {
    drop(stream.get_ref().set_nodelay(true));
    let accepted = deadline(TLS_DEADLINE, async {
        tls::accept(stream, shared.tls.clone()).await.map_err(std::io::Error::other)
    });
    let closed = async {
        shared.closed().await;
        Err(LinkError::Closed)
    };
    match smol::future::or(accepted, closed).await {
        Ok((stream, alpn)) if alpn == ALPN_FILE => {
            inside.store(true, Ordering::Relaxed);
            transfers::serve(shared, id, stream, place).await;
        }
        Ok((stream, _chat)) => {
            let socket = socket2::SockRef::from(stream.get_ref().0.get_ref());
            drop(socket.set_send_buffer_size(SEND_BUFFER_BYTES));
            let outbox = Arc::new(Outbox::default());
            Session {
                shared,
                id,
                peer: counted(peer.ip()),
                address: peer.ip().to_string(),
                outbox,
                place,
                inside,
            }
            .serve(stream)
            .await;
        }
        Err(error) => {
            if matches!(error, LinkError::Timeout) {
                shared.policy.met().refuse(Bound::DeadlineTls);
            }
            tracing::debug!(session = id.0, %peer, %error, "no TLS");
        }
    }
}

/// What a session owns.
struct Session {
    shared: Arc<Shared>,
    id: SessionId,
    peer: IpAddr,
    address: String,
    outbox: Arc<Outbox>,
    place: Place,
    /// Set when it is signed in.
    inside: Arc<AtomicBool>,
}

impl Session {
    async fn serve(mut self, stream: Tls) {
        let exporter = match tls::exporter_server(stream.get_ref().1) {
            Ok(exporter) => exporter,
            Err(error) => return tracing::warn!(session = self.id.0, %error, "no exporter"),
        };
        let (mut reader, mut writer) = link::split(stream, FRAME_BYTES_MAX_UNAUTHENTICATED);
        let (outbox, shared, id) = (self.outbox.clone(), self.shared.clone(), self.id);
        let reading = async {
            let end = self.read(&mut reader, exporter).await;
            if let End::Goodbye(goodbye) = end {
                self.count_ended(goodbye);
                self.outbox.close(goodbye);
                // The writing side ends by itself once the goodbye is out.
                std::future::pending::<()>().await;
            }
        };
        smol::future::or(reading, write(&outbox, &mut writer, &shared)).await;
        shared.metrics.bytes_in.fetch_add(reader.take_bytes(), Ordering::Relaxed);
        // Everything that was in the outbox is worth nothing now; the hub forgets the session when
        // it comes by.
        outbox.cut(Goodbye::TooSlow);
        tracing::debug!(session = id.0, "closed");
    }

    async fn read<R: AsyncRead + Unpin>(
        &mut self,
        link: &mut Reader<R>,
        exporter: [u8; 32],
    ) -> End {
        let shared = self.shared.clone();
        let closed = async {
            shared.closed().await;
            Ok(Err(End::Goodbye(Goodbye::ShuttingDown)))
        };
        let opened = deadline(SIGN_IN_DEADLINE, self.open(link, exporter));
        let caller = match smol::future::or(opened, closed).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(end)) => return end,
            Err(_) => {
                shared.policy.met().refuse(Bound::DeadlineSignIn);
                return End::Goodbye(Goodbye::Timeout);
            }
        };
        self.inside.store(true, Ordering::Relaxed);
        link.set_bytes_max(FRAME_BYTES_MAX);
        let (caller, steps) = caller;
        self.serve_signed_in(link, &caller, steps).await
    }

    /// Hello, then sign-in. The outer error is the deadline's.
    async fn open<R: AsyncRead + Unpin>(
        &mut self,
        link: &mut Reader<R>,
        exporter: [u8; 32],
    ) -> Result<Result<(Caller, auth::Steps), End>, LinkError> {
        let hello = match link.read::<ClientFrame>().await {
            Ok(ClientFrame::Hello(hello)) => hello,
            Ok(_) => return Ok(Err(End::Goodbye(Goodbye::BadFrame))),
            Err(error) => return Ok(Err(self.read_error(&error))),
        };
        if hello.version < VERSION {
            return Ok(Err(End::Goodbye(Goodbye::TooOld)));
        }
        if hello.client.len() > NAME_BYTES_MAX || hello.features.len() > NAME_BYTES_MAX {
            return Ok(Err(End::Goodbye(Goodbye::BadFrame)));
        }
        if let Some(why) = self.shared.bans.why(self.peer, clock::uptime()) {
            if let Some(parting) = Event::parting(why) {
                self.outbox.push_frame(&ServerFrame::Event(parting));
            }
            self.note_refused(Goodbye::Banned);
            return Ok(Err(End::Goodbye(Goodbye::Banned)));
        }
        let admission = &self.shared.admission;
        if let Err(goodbye) = admission.greet(self.peer, hello.has_token, clock::uptime()) {
            self.note_refused(goodbye);
            return Ok(Err(End::Goodbye(goodbye)));
        }
        self.outbox.push_frame(&ServerFrame::Welcome(Welcome {
            version: VERSION,
            features: Vec::new(),
            program: concat!("mychat ", env!("CARGO_PKG_VERSION")).to_owned(),
            name: self.shared.policy.name(),
            registration: self.shared.policy.settings().registration,
            online: self.shared.board.count_visible(),
            now: clock::wall_ms(),
            generation: Some(self.shared.generation),
        }));
        let mut auth = auth::Steps::new(self, hello, exporter);
        loop {
            match link.read::<ClientFrame>().await {
                Ok(ClientFrame::Auth { id, auth: step }) => match auth.step(self, id, step).await {
                    Ok(Some(caller)) => return Ok(Ok((caller, auth))),
                    Ok(None) => {}
                    Err(end) => return Ok(Err(end)),
                },
                Ok(ClientFrame::Bye {}) => {
                    auth.give_up(self);
                    return Ok(Err(End::Gone));
                }
                Ok(other) => auth::refuse_unsigned(&self.outbox, &other),
                Err(error) => {
                    auth.give_up(self);
                    return Ok(Err(self.read_error(&error)));
                }
            }
        }
    }

    fn read_error(&self, error: &LinkError) -> End {
        match error {
            LinkError::Frame(FrameError::Codec(_)) | LinkError::Codec(_) => {
                End::Goodbye(Goodbye::BadFrame)
            }
            LinkError::Frame(_) => End::Goodbye(Goodbye::FrameTooLarge),
            LinkError::Timeout => End::Goodbye(Goodbye::Timeout),
            LinkError::Closed | LinkError::Io(_) => {
                tracing::debug!(session = self.id.0, %error, "link ended");
                End::Gone
            }
        }
    }

    /// The bounds that a peer's own bytes meet.
    fn count_ended(&self, goodbye: Goodbye) {
        let met = self.shared.policy.met();
        match goodbye {
            Goodbye::FrameTooLarge => met.refuse(Bound::FrameBytes),
            Goodbye::BadFrame => met.refuse(Bound::FrameMalformed),
            Goodbye::Banned => met.refuse(Bound::Ban),
            _ => {}
        }
    }

    fn note_refused(&self, goodbye: Goodbye) {
        let (address, reason) = (self.address.clone(), goodbye.code().to_owned());
        self.note(LogKind::Warn, LogEvent::LinkRefused { address, reason });
    }

    fn note(&self, kind: LogKind, what: LogEvent) {
        self.shared.journal.note(kind, Some(self.id), what);
    }
}

/// Writes what waits, joined, until a goodbye is out or the peer takes nothing any more.
async fn write<W: AsyncWrite + Unpin>(outbox: &Outbox, writer: &mut Writer<W>, shared: &Shared) {
    let met: &Met = shared.policy.met();
    loop {
        match outbox.next(clock::uptime).await {
            Next::Write(frames) => {
                let before = writer.bytes();
                let writing = deadline(STALL_DEADLINE, writer.write_frames(&frames));
                let written = smol::future::or(writing, flush_is_over(outbox)).await;
                let count = writer.bytes() - before;
                shared.metrics.bytes_out.fetch_add(count, Ordering::Relaxed);
                match written {
                    Ok(()) => {}
                    Err(_) if outbox.closing() == Some(Goodbye::TooSlow) => {
                        return met.refuse(Bound::Outbox);
                    }
                    Err(LinkError::Timeout) => return met.refuse(Bound::Stall),
                    Err(_) => return,
                }
            }
            Next::Close(goodbye) => {
                if goodbye == Goodbye::TooSlow {
                    met.refuse(Bound::Outbox);
                }
                let frame = ServerFrame::Goodbye(goodbye);
                if let Ok(frame) = crate::net::frame::encode(&frame, FRAME_BYTES_MAX) {
                    let last = async {
                        writer.write_frames(&[frame]).await?;
                        writer.close().await
                    };
                    drop(deadline(FLUSH_DEADLINE, last).await);
                }
                // The peer reads the goodbye before it sees the reset of unread bytes.
                linger().await;
                return;
            }
        }
    }
}

/// A link that is to be closed is not waited for as long as one that stalls: what its peer does not take
/// holds memory.
async fn flush_is_over<T>(outbox: &Outbox) -> Result<T, LinkError> {
    outbox.is_closing().await;
    async_io::Timer::after(FLUSH_DEADLINE).await;
    Err(LinkError::Timeout)
}

/// A short moment in which the peer can take the last frame and hang up by itself.
async fn linger() {
    async_io::Timer::after(Duration::from_millis(20)).await;
}
