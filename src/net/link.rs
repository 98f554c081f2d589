//! Frames on a stream, with deadlines.
//!
//! A reader and a writer of one link live in different tasks. Neither knows what a frame means.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use serde::de::DeserializeOwned;
use smol::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

use super::codec::{self, CodecError};
use super::frame::{Decoder, FrameError};

/// Taken from the stream at a time. Lives on the stack while the stream is asked, not in the link.
const READ_BYTES: usize = 8 * 1024;

/// Why a link gives no frame or takes none.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The other side hung up between two frames.
    #[error("the other side hung up")]
    Closed,
    /// The connection broke, or ended inside a frame.
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    /// A frame over the cap.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A frame that is not of the expected type.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// Nothing happened in time.
    #[error("nothing came in time")]
    Timeout,
}

/// Both ends of one stream. `bytes_max` is the longest payload that is read.
pub fn split<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    bytes_max: usize,
) -> (Reader<ReadHalf<S>>, Writer<WriteHalf<S>>) {
    let (reader, writer) = smol::io::split(stream);
    (Reader::new(reader, bytes_max), Writer::new(writer))
}

/// Waits for `future`, but no longer than `duration`.
///
/// # Errors
/// [`LinkError::Timeout`], or what the future says.
pub async fn deadline<T, E>(
    duration: Duration,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, LinkError>
where
    LinkError: From<E>,
{
    let late = async {
        async_io::Timer::after(duration).await;
        Err(LinkError::Timeout)
    };
    smol::future::or(async { future.await.map_err(LinkError::from) }, late).await
}

/// The reading end.
#[derive(Debug)]
pub struct Reader<R> {
    stream: R,
    decoder: Decoder,
    bytes: u64,
    taken: u64,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Reads frames of at most `bytes_max` bytes.
    pub fn new(stream: R, bytes_max: usize) -> Self {
        Reader { stream, decoder: Decoder::new(bytes_max), bytes: 0, taken: 0 }
    }

    /// The next frame. Dropping the future loses nothing: what arrived stays in the reader.
    ///
    /// # Errors
    /// After any error but [`LinkError::Codec`] the stream is over.
    pub async fn read<T: DeserializeOwned>(&mut self) -> Result<T, LinkError> {
        loop {
            if let Some(payload) = self.decoder.next()? {
                return Ok(codec::from_bytes(&payload)?);
            }
            self.fill().await?;
        }
    }

    /// Changes the longest payload for frames that were not read yet.
    pub fn set_bytes_max(&mut self, bytes_max: usize) {
        self.decoder.set_bytes_max(bytes_max);
    }

    /// Bytes that came so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes that came since this was asked last, for a count over many links.
    pub fn take_bytes(&mut self) -> u64 {
        let fresh = self.bytes - self.taken;
        self.taken = self.bytes;
        fresh
    }

    async fn fill(&mut self) -> Result<(), LinkError> {
        let Reader { stream, decoder, bytes, .. } = self;
        std::future::poll_fn(|cx| {
            let mut chunk = [0; READ_BYTES];
            match Pin::new(&mut *stream).poll_read(cx, &mut chunk) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Ok(0)) => Poll::Ready(Err(ended(decoder))),
                Poll::Ready(Ok(count)) => {
                    *bytes += count as u64;
                    decoder.push(&chunk[..count]);
                    Poll::Ready(Ok(()))
                }
                // TLS says this where a peer goes away without its closing alert.
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    Poll::Ready(Err(ended(decoder)))
                }
                Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            }
        })
        .await
    }
}

/// A stream without a closing alert is only worse than one with it when a frame is cut: every
/// whole frame is authenticated by itself, and what is missing is asked for again.
fn ended(decoder: &Decoder) -> LinkError {
    match decoder.is_inside_frame() {
        true => LinkError::Io(io::ErrorKind::UnexpectedEof.into()),
        false => LinkError::Closed,
    }
}

/// The writing end.
#[derive(Debug)]
pub struct Writer<W> {
    stream: W,
    bytes: u64,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Writes frames to a stream.
    pub fn new(stream: W) -> Self {
        Writer { stream, bytes: 0 }
    }

    /// Writes encoded frames as one piece and flushes. A dropped future leaves half a frame
    /// behind: nothing may be written to that link any more.
    ///
    /// # Errors
    /// [`LinkError::Io`] or [`LinkError::Closed`].
    pub async fn write_frames(&mut self, frames: &[Arc<[u8]>]) -> Result<(), LinkError> {
        match frames {
            [] => return Ok(()),
            [frame] => self.write(frame).await?,
            several => self.write(&several.concat()).await?,
        }
        Ok(self.stream.flush().await?)
    }

    /// Says in order that nothing follows.
    ///
    /// # Errors
    /// [`LinkError::Io`] where the other side is gone already.
    pub async fn close(&mut self) -> Result<(), LinkError> {
        Ok(self.stream.close().await?)
    }

    /// Bytes that were written so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        self.stream.write_all(bytes).await?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::task::Context;

    use smol::io::Cursor;

    use super::*;
    use crate::net::frame::encode;

    /// A stream that never says anything.
    struct Silent;

    impl AsyncRead for Silent {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Pending
        }
    }

    /// Remembers each write and how often it was flushed.
    #[derive(Default)]
    struct Wire {
        writes: Vec<Vec<u8>>,
        flushes: usize,
    }

    impl AsyncWrite for Wire {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.writes.push(bytes.to_vec());
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.flushes += 1;
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn read(bytes: &[u8]) -> (Vec<u8>, LinkError) {
        let mut reader = Reader::new(Cursor::new(bytes), 8);
        let mut values = Vec::new();
        loop {
            match smol::block_on(reader.read::<u8>()) {
                Ok(value) => values.push(value),
                Err(error) => return (values, error),
            }
        }
    }

    #[test]
    fn several_frames_are_one_write() {
        let frames = [encode(&1_u8, 8).unwrap(), encode(&2_u8, 8).unwrap()];
        let mut writer = Writer::new(Wire::default());
        smol::block_on(writer.write_frames(&frames)).unwrap();
        smol::block_on(writer.write_frames(&[])).unwrap();
        assert_eq!(writer.stream.writes, [vec![0, 0, 0, 1, 1, 0, 0, 0, 1, 2]]);
        assert_eq!((writer.stream.flushes, writer.bytes()), (1, 10));
    }

    #[test]
    fn a_stream_ends_between_frames_or_inside_one() {
        let (values, end) = read(&[0, 0, 0, 1, 7, 0, 0, 0, 1, 9]);
        assert!(values == [7, 9] && matches!(end, LinkError::Closed), "{values:?} {end:?}");
        let (values, end) = read(&[0, 0, 0, 1, 7, 0, 0, 0, 1]);
        assert!(values == [7] && matches!(end, LinkError::Io(_)), "{values:?} {end:?}");
        let (values, end) = read(&[0, 0, 0, 9]);
        assert!(values.is_empty() && matches!(end, LinkError::Frame(_)), "{values:?} {end:?}");
    }

    #[test]
    fn a_frame_of_another_type_does_not_end_the_stream() {
        let mut reader = Reader::new(Cursor::new([0, 0, 0, 1, 0xC0, 0, 0, 0, 1, 9]), 8);
        let first = smol::block_on(reader.read::<u8>());
        assert!(matches!(first, Err(LinkError::Codec(_))), "{first:?}");
        assert_eq!(smol::block_on(reader.read::<u8>()).unwrap(), 9);
    }

    #[test]
    fn a_silent_stream_meets_its_deadline() {
        let mut reader = Reader::new(Silent, 8);
        let soon = Duration::from_millis(5);
        let outcome = smol::block_on(deadline(soon, reader.read::<u8>()));
        assert!(matches!(outcome, Err(LinkError::Timeout)), "{outcome:?}");
        let far = Duration::from_hours(1);
        let outcome = smol::block_on(deadline(far, async { Ok::<_, LinkError>(1) }));
        assert_eq!(outcome.unwrap(), 1);
    }
}
