//! Any bytes in any pieces: the decoder never panics, never hoards, and the pieces do not matter.
//!
//! The first byte says how long the pieces are, the second how small the cap is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mychat::net::frame::{Decoder, PREFIX_BYTES};

fuzz_target!(|input: &[u8]| {
    let [piece, cap, stream @ ..] = input else {
        return;
    };
    let piece_bytes = usize::from(*piece) + 1;
    let bytes_max = usize::from(*cap) * 16;
    let whole = decode(stream, stream.len().max(1), bytes_max);
    assert_eq!(decode(stream, piece_bytes, bytes_max), whole);
});

/// The payloads, and whether the stream was refused behind them.
fn decode(stream: &[u8], piece_bytes: usize, bytes_max: usize) -> (Vec<Vec<u8>>, bool) {
    let mut decoder = Decoder::new(bytes_max);
    let mut payloads = Vec::new();
    for piece in stream.chunks(piece_bytes) {
        decoder.push(piece);
        loop {
            match decoder.next() {
                Ok(Some(payload)) => {
                    assert!(payload.len() <= bytes_max);
                    payloads.push(payload);
                }
                Ok(None) => break,
                Err(_) => return (payloads, true),
            }
        }
        assert!(decoder.bytes_allocated() <= 2 * (PREFIX_BYTES + bytes_max + piece_bytes));
    }
    (payloads, false)
}
