//! The link of one file: its frames, and the parts of its bytes, over anything that reads and writes.
//!
//! After TLS with [`ALPN_FILE`] the client says [`FileHello`] and the server answers with
//! [`FileWelcome`]; an upload's is followed by the values of the chunks that the server has. Then the
//! side that has the file sends [`Part`]s until its end; an upload is answered with [`FileEnd`].
//! Everything here waits: each link has a thread of its own, so that no chat ever waits behind it.

use std::fmt;
use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::frame;
use super::refusal::Refusal;
use crate::domain::{BlobId, Outline};

/// ALPN name of a file's link (RFC 7301).
pub const ALPN_FILE: &[u8] = b"mychat-file/1";
/// Longest frame on such a link.
const FRAME_BYTES_MAX: usize = 4 * 1024;
/// Bytes before a frame that say how long it is.
const LENGTH_BYTES: usize = 4;

/// The first frame of a client.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHello {
    /// What the chat link gave out for this; good once.
    #[serde(with = "serde_bytes")]
    pub ticket: [u8; 32],
    /// Of a file that is fetched: how many chunks are there already.
    #[serde(default)]
    pub chunks: u64,
}

impl fmt::Debug for FileHello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileHello({} chunks)", self.chunks)
    }
}

/// The first frame of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileWelcome {
    /// Send what is behind these chunks; their values follow.
    Send {
        /// So many are there.
        chunks: u64,
    },
    /// What was asked for follows.
    Take {
        /// Bytes of all of it.
        bytes: u64,
    },
    /// Not now, or not at all.
    Refused(Refusal),
}

/// How an upload ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileEnd {
    /// It is whole, checked, on disk, and told to everybody.
    Kept {},
    /// It is not.
    Refused(Refusal),
}

/// What comes next from the side that has the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// Nothing yet; the link is alive.
    Nothing,
    /// The next chunk, whose value this is. Its bytes are in the buffer that was given.
    Chunk([u8; 32]),
    /// There is no more, and this is the hash of all.
    End(BlobId),
    /// There will be no more.
    Stop(Refusal),
}

const NOTHING: u8 = 0;
const CHUNK: u8 = 1;
const END: u8 = 2;
const STOP: u8 = 3;

/// Writes a frame.
///
/// # Errors
/// The link is gone.
pub fn write_frame(link: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let frame = frame::encode(value, FRAME_BYTES_MAX).map_err(io::Error::other)?;
    link.write_all(&frame)
}

/// Reads a frame.
///
/// # Errors
/// The link is gone, or this is no such frame.
pub fn read_frame<T: DeserializeOwned>(link: &mut impl Read) -> io::Result<T> {
    let mut length = [0; LENGTH_BYTES];
    link.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > FRAME_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    link.read_exact(&mut bytes)?;
    super::codec::from_bytes(&bytes).map_err(io::Error::other)
}

/// Writes the values of the chunks that are there.
///
/// # Errors
/// The link is gone.
pub fn write_values(link: &mut impl Write, outline: &Outline) -> io::Result<()> {
    link.write_all(outline.values().as_flattened())
}

/// Reads so many values into an empty outline.
///
/// # Errors
/// The link is gone, or the file has not so many chunks.
pub fn read_values(link: &mut impl Read, outline: &mut Outline, chunks: u64) -> io::Result<()> {
    if chunks > Outline::chunks_of(outline.bytes()) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    for _ in 0..chunks {
        let mut value = [0; 32];
        link.read_exact(&mut value)?;
        outline.push(value);
    }
    Ok(())
}

/// Says that the link is alive.
///
/// # Errors
/// The link is gone.
pub fn write_nothing(link: &mut impl Write) -> io::Result<()> {
    link.write_all(&[NOTHING])
}

/// Writes a chunk and its value.
///
/// # Errors
/// The link is gone.
pub fn write_chunk(link: &mut impl Write, value: &[u8; 32], chunk: &[u8]) -> io::Result<()> {
    let mut head = [CHUNK; 33];
    head[1..].copy_from_slice(value);
    link.write_all(&head)?;
    link.write_all(chunk)
}

/// Says that there is no more.
///
/// # Errors
/// The link is gone.
pub fn write_end(link: &mut impl Write, root: BlobId) -> io::Result<()> {
    let mut end = [END; 33];
    end[1..].copy_from_slice(&root.0);
    link.write_all(&end)
}

/// Says why there will be no more.
///
/// # Errors
/// The link is gone.
pub fn write_stop(link: &mut impl Write, why: &Refusal) -> io::Result<()> {
    link.write_all(&[STOP])?;
    write_frame(link, why)
}

/// Reads a part; a chunk's bytes come into `chunk`, which is made as long as the next one of this
/// outline is. That they have the value that comes with them is for the caller to check.
///
/// # Errors
/// The link is gone, or this is no part.
pub fn read_part(link: &mut impl Read, outline: &Outline, chunk: &mut Vec<u8>) -> io::Result<Part> {
    let mut tag = [0];
    link.read_exact(&mut tag)?;
    let mut value = [0; 32];
    match tag[0] {
        NOTHING => Ok(Part::Nothing),
        CHUNK => {
            let next = outline.next().ok_or(io::ErrorKind::InvalidData)?;
            let bytes = usize::try_from(next.end - next.start).map_err(io::Error::other)?;
            link.read_exact(&mut value)?;
            chunk.resize(bytes, 0);
            link.read_exact(chunk)?;
            Ok(Part::Chunk(value))
        }
        END => {
            link.read_exact(&mut value)?;
            Ok(Part::End(BlobId(value)))
        }
        STOP => read_frame(link).map(Part::Stop),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::refusal::Reason;

    #[test]
    fn what_is_written_is_read() {
        let bytes: Vec<u8> = (0..(2_u32 << 20) + 5).map(|n| (n % 253) as u8).collect();
        let mut sent = Outline::new(bytes.len() as u64);
        let mut link = Vec::new();
        let hello = FileHello { ticket: [7; 32], chunks: 3 };
        write_frame(&mut link, &hello).unwrap();
        while let Some(next) = sent.next() {
            let chunk =
                &bytes[usize::try_from(next.start).unwrap()..usize::try_from(next.end).unwrap()];
            let value = sent.value_of(sent.len(), chunk);
            write_nothing(&mut link).unwrap();
            write_chunk(&mut link, &value, chunk).unwrap();
            sent.push(value);
        }
        write_end(&mut link, sent.root().unwrap()).unwrap();
        write_stop(&mut link, &Reason::DiskFull.into()).unwrap();
        write_values(&mut link, &sent).unwrap();

        let mut link = &link[..];
        assert!(read_frame::<FileHello>(&mut link).unwrap() == hello);
        let (mut read, mut chunk, mut all) = (Outline::new(sent.bytes()), Vec::new(), Vec::new());
        let root = loop {
            match read_part(&mut link, &read, &mut chunk).unwrap() {
                Part::Nothing => {}
                Part::Chunk(value) => {
                    assert_eq!(read.value_of(read.len(), &chunk), value);
                    all.extend_from_slice(&chunk);
                    read.push(value);
                }
                Part::End(root) => break root,
                Part::Stop(why) => panic!("{why:?}"),
            }
        };
        assert!(all == bytes && read.root() == Some(root));
        let stop = read_part(&mut link, &read, &mut chunk).unwrap();
        assert_eq!(stop, Part::Stop(Reason::DiskFull.into()));
        let mut values = Outline::new(sent.bytes());
        read_values(&mut link, &mut values, 3).unwrap();
        assert!(values == sent && link.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_turned_down() {
        let (whole, mut chunk) = (Outline::new(0), Vec::new());
        for bytes in [&[CHUNK; 64][..], &[9], &[STOP, 0xFF, 0xFF, 0xFF, 0xFF], &[END, 1, 2]] {
            let part = read_part(&mut &bytes[..], &whole, &mut chunk);
            assert!(part.is_err(), "{bytes:?}");
        }
        assert!(read_values(&mut &[0; 64][..], &mut Outline::new(1), 2).is_err());
    }
}
