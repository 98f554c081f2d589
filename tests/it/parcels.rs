//! The barest client of a file's link: a blocking socket, and the frames as they are.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use mychat::domain::{BlobId, Body, FileId, FileState, FileStatus, FileWay, Outline, Seq, Target};
use mychat::net::parcel::{
    self, ALPN_FILE, FileEnd, FileHello, FileWelcome, Part, read_frame, read_part, write_frame,
};
use mychat::net::protocol::{Event, Query, Reason, Refusal, Reply};
use mychat::net::tls;
use rustls::{ClientConnection, StreamOwned};

use crate::peer::Peer;

/// Far more than anything takes, and less than the server waits for a silent link: what ends has to end by
/// itself.
const PATIENCE: Duration = Duration::from_secs(20);
pub const MIB: usize = 1 << 20;

/// Bytes that look like nothing, always the same of a seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_be_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

pub fn hash(bytes: &[u8]) -> BlobId {
    BlobId(*blake3::hash(bytes).as_bytes())
}

pub struct FileLink(StreamOwned<ClientConnection, TcpStream>);

impl FileLink {
    /// TLS only.
    pub fn open(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        let config = tls::client_config(None, ALPN_FILE).unwrap();
        let name = "mychat.invalid".try_into().unwrap();
        FileLink(StreamOwned::new(ClientConnection::new(config, name).unwrap(), socket))
    }

    /// Shows a ticket, which brings a file or fetches it behind so many chunks.
    pub fn show(address: SocketAddr, ticket: [u8; 32], chunks: u64) -> (Self, FileWelcome) {
        let mut link = Self::open(address);
        write_frame(&mut link, &FileHello { ticket, chunks }).unwrap();
        link.flush().unwrap();
        let welcome = read_frame(&mut link).unwrap();
        (link, welcome)
    }

    /// Opens a link that brings; what the server has already is in the outline.
    pub fn bring(address: SocketAddr, ticket: [u8; 32], bytes: usize) -> (Self, Outline) {
        let (mut link, welcome) = Self::show(address, ticket, 0);
        let FileWelcome::Send { chunks } = welcome else { panic!("{welcome:?}") };
        let mut outline = Outline::new(bytes as u64);
        parcel::read_values(&mut link, &mut outline, chunks).unwrap();
        (link, outline)
    }

    /// Sends so many of the chunks that are missing.
    pub fn send(&mut self, outline: &mut Outline, whole: &[u8], most: u64) -> io::Result<()> {
        for _ in 0..most {
            let Some(next) = outline.next() else { break };
            let chunk = part(whole, next.start, next.end);
            let value = outline.value_of(outline.len(), chunk);
            parcel::write_chunk(self, &value, chunk)?;
            outline.push(value);
        }
        self.flush()
    }

    /// Says that this is all, and hears what became of it.
    pub fn finish(&mut self, root: BlobId) -> FileEnd {
        parcel::write_end(self, root).unwrap();
        self.flush().unwrap();
        self.end()
    }

    pub fn end(&mut self) -> FileEnd {
        read_frame(self).unwrap()
    }

    pub fn read(&mut self, outline: &Outline, chunk: &mut Vec<u8>) -> io::Result<Part> {
        read_part(self, outline, chunk)
    }

    /// Reads chunks behind those of the outline until the other side says something else.
    pub fn receive(&mut self, outline: &mut Outline, into: &mut Vec<u8>) -> io::Result<Part> {
        let mut chunk = Vec::new();
        loop {
            match self.read(outline, &mut chunk)? {
                Part::Nothing => {}
                Part::Chunk(value) => {
                    assert_eq!(outline.value_of(outline.len(), &chunk), value);
                    outline.push(value);
                    into.extend_from_slice(&chunk);
                }
                other => return Ok(other),
            }
        }
    }

    /// Waits until the other side hangs up.
    pub fn is_cut(&mut self) {
        let mut byte = [0];
        match self.read_exact(&mut byte) {
            Err(error) => assert!(
                !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut),
                "it stays open"
            ),
            Ok(()) => panic!("it says {byte:?}"),
        }
    }

    /// Hangs up in the middle of whatever there is.
    pub fn cut(self) {
        self.0.sock.shutdown(std::net::Shutdown::Both).ok();
    }
}

impl Read for FileLink {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for FileLink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

pub fn part(whole: &[u8], start: u64, end: u64) -> &[u8] {
    &whole[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()]
}

/// Brings what is missing of a file, on a link of its own.
pub fn bring(address: SocketAddr, owner: &mut Peer, file: FileId, whole: &[u8]) -> FileEnd {
    let ticket = owner.ticket(file, FileWay::Up).unwrap();
    let (mut link, mut outline) = FileLink::bring(address, ticket, whole.len());
    link.send(&mut outline, whole, u64::MAX).unwrap();
    link.finish(hash(whole))
}

/// Fetches a file whole.
pub fn fetch(address: SocketAddr, peer: &mut Peer, file: FileId) -> Vec<u8> {
    let ticket = peer.ticket(file, FileWay::Down).unwrap();
    let (mut link, welcome) = FileLink::show(address, ticket, 0);
    let FileWelcome::Take { bytes } = welcome else { panic!("{welcome:?}") };
    let (mut outline, mut whole) = (Outline::new(bytes), Vec::new());
    let end = link.receive(&mut outline, &mut whole).unwrap();
    assert_eq!(end, Part::End(outline.root().unwrap()));
    whole
}

/// Why a ticket opens no link.
pub fn refused(address: SocketAddr, ticket: [u8; 32]) -> Reason {
    match FileLink::show(address, ticket, 0).1 {
        FileWelcome::Refused(refusal) => refusal.reason,
        other => panic!("{other:?}"),
    }
}

pub fn offer_of(bytes: usize) -> Body {
    Body::File { name: "notes.pdf".into(), bytes: bytes as u64 }
}

impl Peer {
    pub fn try_offer(&mut self, to: Target, bytes: usize) -> Result<FileId, Refusal> {
        let said = self.say(to, offer_of(bytes))?;
        Ok(FileId { conversation: said.conversation, seq: said.seq })
    }

    pub fn offer(&mut self, to: Target, bytes: usize) -> FileId {
        self.try_offer(to, bytes).unwrap()
    }

    pub fn ticket(&mut self, file: FileId, way: FileWay) -> Result<[u8; 32], Refusal> {
        match self.query(Query::Ticket { file, way })? {
            Reply::Ticket { ticket } => Ok(ticket),
            other => panic!("{other:?}"),
        }
    }

    /// How a file stands; nothing where it is not seen.
    pub fn status(&mut self, file: FileId) -> Option<FileStatus> {
        let (conversation, seqs) = (file.conversation, vec![file.seq]);
        let Ok(Reply::Files { files }) = self.query(Query::Files { conversation, seqs }) else {
            panic!()
        };
        files.into_iter().find(|(seq, _): &(Seq, _)| *seq == file.seq).map(|(_, status)| status)
    }

    pub fn state(&mut self, file: FileId) -> FileState {
        self.status(file).unwrap().state
    }

    /// The next that is told of a file.
    pub fn told(&mut self, wanted: FileId) -> FileStatus {
        self.event(|event| match event {
            Event::File { file, status } if *file == wanted => Some(*status),
            _ => None,
        })
    }

    pub fn used(&mut self) -> u64 {
        match self.query(Query::Quota {}) {
            Ok(Reply::Quota { used, .. }) => used,
            other => panic!("{other:?}"),
        }
    }
}
