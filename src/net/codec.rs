//! A frame as named `MessagePack` and back.
//!
//! Every payload is walked over once before serde sees it: how deep it nests and where it ends do
//! not depend on the types that read it.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// How deep lists and maps may nest. The protocol's own values need 8.
pub const DEPTH_MAX: usize = 16;

/// Why bytes are no value, or a value has no bytes.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The bytes end inside the value.
    #[error("reading a value: its bytes end too early")]
    Truncated,
    /// More bytes behind the value.
    #[error("reading a value: {0} bytes follow it")]
    Trailing(usize),
    /// Lists and maps nest deeper than [`DEPTH_MAX`].
    #[error("reading a value: it nests deeper than {DEPTH_MAX}")]
    TooDeep,
    /// A byte that `MessagePack` does not use.
    #[error("reading a value: not MessagePack")]
    Marker,
    /// `MessagePack`, but not the type that was asked for. The library's text is not kept whole: it
    /// may quote what was sent.
    #[error("reading a value: not what was expected ({0})")]
    Shape(Shape),
    /// A value of our own that cannot be written.
    #[error("writing a value: {0}")]
    Write(#[from] rmp_serde::encode::Error),
}

/// What kind of disagreement there was between bytes and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Another kind of value stands there.
    Type,
    /// A number, a text or a list is out of its range.
    Range,
    /// An unknown variant, a missing field or a wrong length.
    Content,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shape::Type => "another kind of value",
            Shape::Range => "out of range",
            Shape::Content => "an unknown variant, a missing field or a wrong length",
        })
    }
}

/// Writes a value as `MessagePack`, structs and variants as maps with names.
///
/// # Errors
/// [`CodecError::Write`], which no type of the protocol causes.
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::with_capacity(128);
    append(value, &mut bytes)?;
    Ok(bytes)
}

/// Writes a value as [`to_bytes`] does, behind what `bytes` holds already.
///
/// # Errors
/// [`CodecError::Write`].
pub fn append<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), CodecError> {
    let mut serializer = rmp_serde::Serializer::new(bytes).with_struct_map();
    value.serialize(&mut serializer)?;
    Ok(())
}

/// Reads exactly one value.
///
/// # Errors
/// What is wrong with the bytes; nothing is allocated for lengths that they only claim.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let length = measure(bytes)?;
    if length < bytes.len() {
        return Err(CodecError::Trailing(bytes.len() - length));
    }
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    // Newtype and tuple structs count for this limit but not for ours, so it is a little wider.
    deserializer.set_max_depth(DEPTH_MAX * 4);
    T::deserialize(&mut deserializer).map_err(|error| CodecError::Shape(shape_of(&error)))
}

fn shape_of(error: &rmp_serde::decode::Error) -> Shape {
    use rmp_serde::decode::Error;
    match error {
        Error::TypeMismatch(_) => Shape::Type,
        Error::OutOfRange | Error::LengthMismatch(_) => Shape::Range,
        _ => Shape::Content,
    }
}

/// Walks over the first value without recursion and without allocating; says where it ends.
fn measure(bytes: &[u8]) -> Result<usize, CodecError> {
    // Values still to come in each open list or map, outermost first.
    let mut open = [0_u64; DEPTH_MAX];
    let mut depth = 0;
    let mut at = 0_usize;
    loop {
        let (length, children) = one(bytes.get(at..).unwrap_or_default())?;
        at += length;
        if children > 0 {
            *open.get_mut(depth).ok_or(CodecError::TooDeep)? = children;
            depth += 1;
            continue;
        }
        while depth > 0 {
            open[depth - 1] -= 1;
            if open[depth - 1] > 0 {
                break;
            }
            depth -= 1;
        }
        if depth == 0 {
            return Ok(at);
        }
    }
}

/// The first value's own length without its children, and how many of those follow.
fn one(bytes: &[u8]) -> Result<(usize, u64), CodecError> {
    let marker = *bytes.first().ok_or(CodecError::Truncated)?;
    let low = |mask: u8| u64::from(marker & mask);
    // Bytes of the length field, bytes beside it, children per counted item; zero: it counts bytes.
    let (field, fixed, per_item, known) = match marker {
        0x00..=0x7F | 0xE0..=0xFF | 0xC0 | 0xC2 | 0xC3 => (0, 0, 0, 0),
        0x80..=0x8F => (0, 0, 2, low(0x0F)),
        0x90..=0x9F => (0, 0, 1, low(0x0F)),
        0xA0..=0xBF => (0, 0, 0, low(0x1F)),
        0xC1 => return Err(CodecError::Marker),
        0xC4 | 0xD9 => (1, 0, 0, 0),
        0xC5 | 0xDA => (2, 0, 0, 0),
        0xC6 | 0xDB => (4, 0, 0, 0),
        0xC7 => (1, 1, 0, 0),
        0xC8 => (2, 1, 0, 0),
        0xC9 => (4, 1, 0, 0),
        0xCC | 0xD0 => (0, 0, 0, 1),
        0xCD | 0xD1 => (0, 0, 0, 2),
        0xCA | 0xCE | 0xD2 => (0, 0, 0, 4),
        0xCB | 0xCF | 0xD3 => (0, 0, 0, 8),
        0xD4 => (0, 1, 0, 1),
        0xD5 => (0, 1, 0, 2),
        0xD6 => (0, 1, 0, 4),
        0xD7 => (0, 1, 0, 8),
        0xD8 => (0, 1, 0, 16),
        0xDC => (2, 0, 1, 0),
        0xDD => (4, 0, 1, 0),
        0xDE => (2, 0, 2, 0),
        0xDF => (4, 0, 2, 0),
    };
    let mut count = known;
    for byte in bytes.get(1..=field).ok_or(CodecError::Truncated)? {
        count = count << 8 | u64::from(*byte);
    }
    let head = 1 + field + fixed;
    if per_item > 0 {
        return Ok((head, count * per_item));
    }
    let length = usize::try_from(count).ok().and_then(|count| count.checked_add(head));
    match length {
        Some(length) if length <= bytes.len() => Ok((length, 0)),
        _ => Err(CodecError::Truncated),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::net::control::{ControlReply, ControlRequest};
    use crate::net::protocol::{ClientFrame, ServerFrame};

    /// A type that recurses where rmp-serde's own limit does not count.
    #[derive(Debug, Serialize, Deserialize)]
    enum Bomb {
        Again(Box<Bomb>),
        End {},
    }

    /// What the protocol's types do with a field that they do not know.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Known {
        value: u8,
    }

    #[test]
    fn a_value_reads_back_with_its_names() {
        let bytes = to_bytes(&Known { value: 7 }).unwrap();
        assert_eq!(bytes, b"\x81\xA5value\x07");
        assert_eq!(from_bytes::<Known>(&bytes).unwrap(), Known { value: 7 });
    }

    #[test]
    fn bytes_behind_the_value_are_refused() {
        let bytes = b"\x81\xA5value\x07\xC0\xC0";
        assert!(matches!(from_bytes::<Known>(bytes), Err(CodecError::Trailing(2))));
    }

    #[test]
    fn every_cut_value_is_refused() {
        let bytes = to_bytes(&ClientFrame::Ping { id: u64::MAX }).unwrap();
        for length in 0..bytes.len() {
            let read = from_bytes::<ClientFrame>(&bytes[..length]);
            assert!(matches!(read, Err(CodecError::Truncated)), "{length}: {read:?}");
        }
    }

    #[test]
    fn unknown_fields_are_passed_over() {
        let bytes = b"\x82\xA3new\x92\x01\x02\xA5value\x07";
        assert_eq!(from_bytes::<Known>(bytes).unwrap(), Known { value: 7 });
    }

    #[test]
    fn eighty_thousand_nested_values_are_refused() {
        let lists = vec![0x91; 80_000];
        assert!(matches!(from_bytes::<ServerFrame>(&lists), Err(CodecError::TooDeep)));
        let mut field = b"\x82\xA3new".to_vec();
        field.extend(&lists);
        assert!(matches!(from_bytes::<Known>(&field), Err(CodecError::TooDeep)));
        let variants = b"\x81\xA5Again".repeat(80_000);
        assert!(matches!(from_bytes::<Bomb>(&variants), Err(CodecError::TooDeep)));
    }

    #[test]
    fn sixteen_levels_are_read() {
        let nested = |levels: usize| [vec![0x91; levels], vec![0xC0]].concat();
        assert_eq!(measure(&nested(DEPTH_MAX)).unwrap(), DEPTH_MAX + 1);
        assert!(matches!(measure(&nested(DEPTH_MAX + 1)), Err(CodecError::TooDeep)));
    }

    #[test]
    fn claimed_lengths_are_not_believed() {
        for marker in [0xC6, 0xC9, 0xDB, 0xDD, 0xDF] {
            let bytes = [marker, 0xFF, 0xFF, 0xFF, 0xFF, 0];
            assert!(matches!(from_bytes::<Vec<u8>>(&bytes), Err(CodecError::Truncated)));
        }
    }

    #[test]
    fn what_was_sent_is_not_quoted_in_the_error() {
        let bytes = to_bytes("hunter2").unwrap();
        let error = from_bytes::<ClientFrame>(&bytes).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let _ = from_bytes::<ClientFrame>(&bytes);
            let _ = from_bytes::<ServerFrame>(&bytes);
            let _ = from_bytes::<ControlRequest>(&bytes);
            let _ = from_bytes::<ControlReply>(&bytes);
        }

        #[test]
        fn the_walk_ends_where_the_library_does(
            value in proptest::collection::vec((any::<i64>(), ".{0,40}", any::<Option<f64>>()), 0..20),
        ) {
            let bytes = to_bytes(&value).unwrap();
            prop_assert_eq!(measure(&bytes).unwrap(), bytes.len());
        }
    }
}
