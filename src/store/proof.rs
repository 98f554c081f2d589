//! The values of the chunks of a file as they lie on a disk: each with a check, so that what a crash leaves
//! in their place is told from them.

use crate::domain::Outline;

/// A value and its check.
pub const RECORD_BYTES: usize = VALUE_BYTES + CHECK_BYTES;
const VALUE_BYTES: usize = 32;
const CHECK_BYTES: usize = 8;

/// The records of the values from this one on.
#[must_use]
pub fn records(key: [u8; 16], from: u64, outline: &Outline) -> Vec<u8> {
    let mut records = Vec::new();
    let skipped = usize::try_from(from).unwrap_or(usize::MAX);
    for (index, value) in (0..).zip(outline.values()).skip(skipped) {
        records.extend_from_slice(value);
        records.extend_from_slice(&check(key, index, value));
    }
    records
}

/// The values of a file of so many bytes, as far as they are right and their chunks lie in so many bytes
/// that are there; and what is behind the last of them.
#[must_use]
pub fn read(key: [u8; 16], bytes: u64, there: u64, records: &[u8]) -> (Outline, &[u8]) {
    let mut outline = Outline::new(bytes);
    let mut rest = records;
    while outline.next().is_some_and(|next| next.end <= there)
        && let Some((value, behind)) = rest.split_first_chunk::<VALUE_BYTES>()
        && let Some((checked, behind)) = behind.split_first_chunk::<CHECK_BYTES>()
        && *checked == check(key, outline.len(), value)
    {
        outline.push(*value);
        rest = behind;
    }
    (outline, rest)
}

/// Tells a record from what a power cut leaves.
#[must_use]
pub fn check(key: [u8; 16], index: u64, record: &[u8]) -> [u8; CHECK_BYTES] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key).update(&index.to_be_bytes()).update(record);
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&hasher.finalize().as_bytes()[..CHECK_BYTES]);
    check
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CHUNK_BYTES;

    #[test]
    fn records_count_as_far_as_they_are_right() {
        let key = [3; 16];
        let bytes = 4 * CHUNK_BYTES + 1;
        let mut outline = Outline::new(bytes);
        (1..=5).for_each(|n| outline.push([n; 32]));
        let whole = records(key, 0, &outline);
        assert_eq!(whole[2 * RECORD_BYTES..], records(key, 2, &outline));
        assert_eq!(read(key, bytes, bytes, &whole), (outline, &[][..]));
        let proven = |there, records: &[u8]| read(key, bytes, there, records).0.len();
        assert_eq!(proven(bytes - 1, &whole), 4);
        assert_eq!(proven(2 * CHUNK_BYTES - 1, &whole), 1);
        assert_eq!(proven(bytes, &whole[..3 * RECORD_BYTES + 39]), 3);
        assert_eq!(proven(bytes, &whole[RECORD_BYTES..]), 0, "each in its place");
        assert_eq!(read([4; 16], bytes, bytes, &whole).0.len(), 0, "of its file");
        let mut zeros = whole.clone();
        zeros[RECORD_BYTES..].fill(0);
        assert_eq!(proven(bytes, &zeros), 1);
        let mut shifted = whole[..2 * RECORD_BYTES].to_vec();
        shifted.extend_from_slice(&whole[RECORD_BYTES..]);
        assert_eq!(proven(bytes, &shifted), 2);
    }
}
