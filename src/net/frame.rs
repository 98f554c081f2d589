//! A stream of bytes as frames: a length, then so many bytes.
//!
//! Pure: what arrived goes in by [`Decoder::push`], whole frames come out of [`Decoder::next`].

use std::sync::Arc;

use serde::Serialize;

use super::codec::{self, CodecError};

/// Longest payload of a signed-in link.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Longest payload before signing in: a stranger costs little.
pub const FRAME_BYTES_MAX_UNAUTHENTICATED: usize = 4 * 1024;
/// The length before each payload, big-endian.
pub const PREFIX_BYTES: usize = 4;
/// What an idle decoder may keep allocated.
const IDLE_BYTES_MAX: usize = 2 * 1024;

/// Why bytes make no frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The length before a payload, or a payload of our own, is over the cap.
    #[error("a frame of {bytes} bytes is over the limit of {bytes_max}")]
    TooLarge {
        /// As said by the prefix.
        bytes: u64,
        /// The limit on this link at that moment.
        bytes_max: usize,
    },
    /// A value of our own that cannot be written.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// Writes a value as one frame with its prefix, to be shared by all who get it.
///
/// # Errors
/// [`FrameError::TooLarge`] where no peer would read it.
pub fn encode<T: Serialize + ?Sized>(value: &T, bytes_max: usize) -> Result<Arc<[u8]>, FrameError> {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend([0; PREFIX_BYTES]);
    codec::append(value, &mut bytes)?;
    let length = bytes.len() - PREFIX_BYTES;
    let too_large = FrameError::TooLarge { bytes: length as u64, bytes_max };
    match u32::try_from(length) {
        Ok(prefix) if length <= bytes_max => {
            bytes[..PREFIX_BYTES].copy_from_slice(&prefix.to_be_bytes());
            Ok(bytes.into())
        }
        _ => Err(too_large),
    }
}

/// Cuts a stream into payloads. Buffers at most one unfinished frame and what one push brought,
/// as long as every frame is taken before more is pushed.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that were taken already.
    taken: usize,
    bytes_max: usize,
    /// The prefix that ended this stream: nothing behind it can be trusted to be a prefix.
    refused: Option<u64>,
}

impl Decoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Decoder { buffer: Vec::new(), taken: 0, bytes_max, refused: None }
    }

    /// Changes the cap for all frames that were not taken yet.
    pub fn set_bytes_max(&mut self, bytes_max: usize) {
        self.bytes_max = bytes_max;
    }

    /// Takes in what arrived. Behind a refused frame everything is dropped.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.refused.is_some() {
            return;
        }
        if self.taken > 0 {
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole payload; `None` until more arrives.
    ///
    /// # Errors
    /// [`FrameError::TooLarge`] as soon as the prefix is there, now and ever after.
    #[expect(clippy::should_implement_trait, reason = "an iterator would end at the first None")]
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        if let Some(bytes) = self.refused {
            return Err(FrameError::TooLarge { bytes, bytes_max: self.bytes_max });
        }
        let waiting = &self.buffer[self.taken..];
        let Some((prefix, rest)) = waiting.split_first_chunk::<PREFIX_BYTES>() else {
            self.release();
            return Ok(None);
        };
        let claimed = u32::from_be_bytes(*prefix);
        let length = usize::try_from(claimed).unwrap_or(usize::MAX);
        if length > self.bytes_max {
            self.refused = Some(u64::from(claimed));
            self.buffer = Vec::new();
            self.taken = 0;
            return Err(FrameError::TooLarge {
                bytes: u64::from(claimed),
                bytes_max: self.bytes_max,
            });
        }
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let payload = payload.to_vec();
        self.taken += PREFIX_BYTES + length;
        Ok(Some(payload))
    }

    /// Whether a frame has begun that is not whole.
    #[must_use]
    pub fn is_inside_frame(&self) -> bool {
        self.taken < self.buffer.len()
    }

    /// Bytes that this decoder has allocated.
    #[must_use]
    pub fn bytes_allocated(&self) -> usize {
        self.buffer.capacity()
    }

    /// Gives a large buffer back where nothing is waiting, so that idle links stay small.
    fn release(&mut self) {
        if self.taken == self.buffer.len() && self.buffer.capacity() > IDLE_BYTES_MAX {
            self.buffer = Vec::new();
            self.taken = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CAP: usize = 300;

    /// Pushes a stream in pieces; the payloads that came out, or the error that ended it.
    fn decode(stream: &[u8], cuts: &[usize]) -> (Vec<Vec<u8>>, Option<u64>) {
        let mut decoder = Decoder::new(CAP);
        let mut payloads = Vec::new();
        let mut rest = stream;
        let mut longest = 0;
        for cut in cuts.iter().copied().chain([stream.len()]) {
            let (piece, later) = rest.split_at(cut.min(rest.len()));
            rest = later;
            decoder.push(piece);
            loop {
                match decoder.next() {
                    Ok(Some(payload)) => payloads.push(payload),
                    Ok(None) => break,
                    Err(FrameError::TooLarge { bytes, .. }) => return (payloads, Some(bytes)),
                    Err(other) => panic!("{other}"),
                }
            }
            longest = longest.max(piece.len());
            // A growing buffer doubles.
            let most = (PREFIX_BYTES + CAP + longest) * 2;
            assert!(decoder.bytes_allocated() <= most, "{}", decoder.bytes_allocated());
        }
        (payloads, None)
    }

    fn stream_of(payloads: &[Vec<u8>]) -> Vec<u8> {
        let mut stream = Vec::new();
        for payload in payloads {
            stream.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
            stream.extend(payload);
        }
        stream
    }

    #[test]
    fn a_frame_is_its_length_and_its_bytes() {
        let frame = encode(&7_u8, 16).unwrap();
        assert_eq!(&frame[..], [0, 0, 0, 1, 7]);
        let whole = encode(&"0123456789", 11).unwrap();
        assert_eq!(whole.len(), 15);
        let refused = encode(&"0123456789", 10);
        assert!(matches!(refused, Err(FrameError::TooLarge { bytes: 11, bytes_max: 10 })));
    }

    #[test]
    fn a_prefix_of_four_gigabytes_is_refused_with_nothing_allocated() {
        let mut decoder = Decoder::new(FRAME_BYTES_MAX);
        decoder.push(&[0xFF; 4]);
        let refused = decoder.next();
        assert!(matches!(refused, Err(FrameError::TooLarge { bytes: 0xFFFF_FFFF, .. })));
        assert_eq!(decoder.bytes_allocated(), 0);
        decoder.push(&[0; 10_000]);
        assert_eq!(decoder.bytes_allocated(), 0);
        assert!(matches!(decoder.next(), Err(FrameError::TooLarge { .. })));
    }

    #[test]
    fn the_cap_counts_from_the_moment_it_is_changed() {
        let mut decoder = Decoder::new(4);
        decoder.push(&[0, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 5, 1, 2, 3, 4, 5]);
        assert_eq!(decoder.next().unwrap(), Some(vec![1, 2, 3, 4]));
        decoder.set_bytes_max(5);
        assert_eq!(decoder.next().unwrap(), Some(vec![1, 2, 3, 4, 5]));
        assert!(!decoder.is_inside_frame());
    }

    #[test]
    fn an_idle_decoder_is_small() {
        let mut decoder = Decoder::new(FRAME_BYTES_MAX);
        decoder.push(&stream_of(&[vec![7; FRAME_BYTES_MAX]]));
        assert!(decoder.next().unwrap().is_some());
        assert!(decoder.next().unwrap().is_none());
        assert!(decoder.bytes_allocated() <= IDLE_BYTES_MAX);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_frames(
            payloads in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 0..=CAP), 0..12),
            cuts in proptest::collection::vec(0_usize..200, 0..60),
        ) {
            let (read, error) = decode(&stream_of(&payloads), &cuts);
            prop_assert_eq!(read, payloads);
            prop_assert_eq!(error, None);
        }

        #[test]
        fn garbage_is_frames_or_refused_and_never_hoarded(
            stream in proptest::collection::vec(any::<u8>(), 0..2_000),
            cuts in proptest::collection::vec(0_usize..200, 0..60),
        ) {
            let whole = decode(&stream, &[]);
            prop_assert_eq!(decode(&stream, &cuts), whole);
        }
    }
}
