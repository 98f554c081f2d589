//! The blocking end of a file's link.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use async_io::Async;
use futures_rustls::server::TlsStream;
use rustls::{ServerConnection, StreamOwned};

use crate::limits::{FILE_STALL_MAX, FLUSH_DEADLINE};

/// Read from the system at once.
const READ_BYTES: usize = 64 * 1024;
/// Taken from a peer that still sends when all is said: closing over it could destroy the last word.
const REST_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Reads and writes as long as something moves.
pub(super) struct Link(StreamOwned<ServerConnection, Socket>);

struct Socket(BufReader<TcpStream>);

impl Link {
    /// Takes a link over from the tasks.
    pub fn new(stream: TlsStream<Async<TcpStream>>) -> io::Result<Self> {
        let (stream, connection) = stream.into_inner();
        let socket = stream.into_inner()?;
        socket.set_nonblocking(false)?;
        socket.set_read_timeout(Some(FILE_STALL_MAX))?;
        socket.set_write_timeout(Some(FILE_STALL_MAX))?;
        let socket = Socket(BufReader::with_capacity(READ_BYTES, socket));
        Ok(Link(StreamOwned::new(connection, socket)))
    }

    /// Says that all is said, and waits a moment for the other side to hear it.
    pub fn close(mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()?;
        let socket = self.0.sock.0.get_ref();
        socket.shutdown(Shutdown::Write)?;
        socket.set_read_timeout(Some(FLUSH_DEADLINE.max(Duration::from_millis(1))))?;
        io::copy(&mut (&mut self.0.sock).take(REST_BYTES_MAX), &mut io::sink())?;
        Ok(())
    }
}

impl Read for Link {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Link {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.get_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.get_mut().flush()
    }
}
