//! The link of one file: dialled and secured like the chat's, read and written by a thread that waits,
//! and cut from outside at any moment.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_io::Timer;
use rustls::{ClientConnection, StreamOwned};

use super::gauge::Gauge;
use crate::client::state::{CarryEnd, Trip};
use crate::domain::FileWay;
use crate::limits::{FILE_STALL_MAX, TLS_DEADLINE};
use crate::net::dial::dial;
use crate::net::parcel::ALPN_FILE;
use crate::net::tls;

/// Smaller pieces are signs and values between the chunks: they are no progress.
const PIECE_MIN: usize = 64;

/// Ends a try from another thread.
pub(super) struct Stop {
    /// Closed when it is to end.
    sign: (Sender<()>, Receiver<()>),
    socket: Mutex<Option<TcpStream>>,
}

impl Stop {
    pub(super) fn new() -> Self {
        Stop { sign: async_channel::bounded(1), socket: Mutex::new(None) }
    }

    /// Whatever it waits for ends now.
    pub(super) fn stop(&self) {
        self.sign.1.close();
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(socket) = socket {
            // Closed by the other side already: that ends it as well.
            socket.shutdown(Shutdown::Both).ok();
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.sign.1.is_closed()
    }

    /// From now on this socket is what a stop cuts.
    fn guard(&self, socket: &TcpStream) -> io::Result<()> {
        let socket = socket.try_clone()?;
        *self.socket.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket);
        match self.is_stopped() {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }

    /// Waits for so long, or until a stop.
    pub(super) fn wait(&self, wait: Duration) {
        let over = async {
            Timer::after(wait).await;
        };
        smol::block_on(smol::future::or(over, self.stopped()));
    }

    async fn stopped(&self) {
        while self.sign.1.recv().await.is_ok() {}
    }
}

/// A link whose bytes are counted, and go as fast as they may.
pub(super) struct Link<'a> {
    stream: StreamOwned<ClientConnection, TcpStream>,
    gauge: &'a Gauge,
    stop: &'a Stop,
    way: FileWay,
}

impl<'a> Link<'a> {
    /// Dials, and holds the other side's key against the server's.
    ///
    /// # Errors
    /// [`CarryEnd::Cut`]: whatever it is, the chat's link says it to the person.
    pub(super) fn open(trip: &Trip, gauge: &'a Gauge, stop: &'a Stop) -> Result<Self, CarryEnd> {
        let dialled = async { dial(&trip.address).await.ok() };
        let stopped = async {
            stop.stopped().await;
            None
        };
        let dialled = smol::block_on(smol::future::or(dialled, stopped));
        let (socket, _) = dialled.ok_or(CarryEnd::Cut)?;
        Self::secure(socket.into_inner().map_err(cut)?, trip, gauge, stop).map_err(cut)
    }

    fn secure(
        socket: TcpStream,
        trip: &Trip,
        gauge: &'a Gauge,
        stop: &'a Stop,
    ) -> io::Result<Self> {
        socket.set_nonblocking(false)?;
        socket.set_read_timeout(Some(TLS_DEADLINE))?;
        socket.set_write_timeout(Some(FILE_STALL_MAX))?;
        stop.guard(&socket)?;
        let config = tls::client_config(Some(trip.server), ALPN_FILE).map_err(io::Error::other)?;
        let connection = tls::client(config).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, socket);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        if stream.conn.alpn_protocol() != Some(ALPN_FILE) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        stream.sock.set_read_timeout(Some(FILE_STALL_MAX))?;
        Ok(Link { stream, gauge, stop, way: trip.way })
    }
}

impl Link<'_> {
    /// So many bytes went; small pieces are signs and values between the chunks.
    fn went(&self, room: usize, bytes: usize) {
        if room > PIECE_MIN {
            self.gauge.moved(bytes);
            self.gauge.throttle().went(self.way, bytes, self.stop);
        }
    }

    /// What the other side said before it stopped listening. A link reads only when all is written that
    /// waits for it, which is not to be any more.
    pub(super) fn last_words(&mut self) -> LastWords<'_> {
        LastWords(&mut self.stream)
    }
}

/// Reads from a link on which nothing can be written.
pub(super) struct LastWords<'a>(&'a mut StreamOwned<ClientConnection, TcpStream>);

impl Read for LastWords<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let StreamOwned { conn, sock } = &mut *self.0;
        loop {
            match conn.reader().read(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            conn.read_tls(sock)?;
            conn.process_new_packets().map_err(io::Error::other)?;
        }
    }
}

impl Read for Link<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let piece = self.gauge.throttle().piece(self.way, bytes.len());
        let read = self.stream.read(&mut bytes[..piece])?;
        self.went(bytes.len(), read);
        Ok(read)
    }
}

impl Write for Link<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = self.gauge.throttle().piece(self.way, bytes.len());
        let written = self.stream.write(&bytes[..piece])?;
        self.went(bytes.len(), written);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Whatever was wrong with a link, it is tried again.
#[expect(clippy::needless_pass_by_value, reason = "it is the last that is done with it")]
pub(super) fn cut(error: io::Error) -> CarryEnd {
    tracing::debug!(%error, "the link of a file");
    CarryEnd::Cut
}
