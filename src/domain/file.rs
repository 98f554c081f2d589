//! Files: how they are offered, what becomes of them, and the tree of hashes that proves their bytes.

use std::ops::Range;

use blake3::hazmat::{self, ChainingValue, HasherExt, Mode};
use serde::{Deserialize, Serialize};

use super::{BlobId, ConversationId, Seq};

/// Bytes of a chunk: what is proven, sent and kept as one. A power of two, as the tree of BLAKE3 is
/// cut there (section 2.1 of its paper).
pub const CHUNK_BYTES: u64 = 1 << 20;

/// The message that offers a file, in its log: a file has no other name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId {
    /// The log.
    pub conversation: ConversationId,
    /// The place of the message.
    pub seq: Seq,
}

/// Which way a file travels, seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileWay {
    /// To the server.
    Up,
    /// From the server.
    Down,
}

/// What has become of a file on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Its sender brings it; what is there can be fetched already.
    Coming,
    /// All of it is there and checked.
    Kept,
    /// Its sender took it back.
    Cancelled,
    /// The other side of a direct conversation does not want it.
    Declined,
    /// It was there for as long as files are kept.
    Expired,
}

impl FileState {
    /// Whether its bytes are there, or may come.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, FileState::Coming | FileState::Kept)
    }
}

/// A file on the server, as those who see its message know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatus {
    /// What has become of it.
    pub state: FileState,
    /// Bytes of it that are there and checked.
    #[serde(default)]
    pub here: u64,
    /// The BLAKE3 hash of all of it, once it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<BlobId>,
    /// How many people have fetched it, besides its sender.
    #[serde(default)]
    pub taken: u32,
    /// When it goes, milliseconds since 1970 UTC; absent when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// The values of a file's chunks, from its beginning on: what is in it need not be sent or hashed again.
///
/// A value is the chaining value of the chunk's subtree, or the root where the file is one chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    bytes: u64,
    values: Vec<ChainingValue>,
}

impl Outline {
    /// Of a file of so many bytes, of which nothing is proven yet.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Outline { bytes, values: Vec::new() }
    }

    /// How many chunks a file of so many bytes has; an empty one has none.
    #[must_use]
    pub fn chunks_of(bytes: u64) -> u64 {
        bytes.div_ceil(CHUNK_BYTES)
    }

    /// Bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many chunks are proven.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.values.len() as u64
    }

    /// Whether nothing is proven.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many bytes are proven.
    #[must_use]
    pub fn proven(&self) -> u64 {
        (self.len() * CHUNK_BYTES).min(self.bytes)
    }

    /// Whether all is proven.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.len() == Self::chunks_of(self.bytes)
    }

    /// The values so far.
    #[must_use]
    pub fn values(&self) -> &[ChainingValue] {
        &self.values
    }

    /// Where the next chunk lies; `None` behind the last one.
    #[must_use]
    pub fn next(&self) -> Option<Range<u64>> {
        let begin = self.len() * CHUNK_BYTES;
        (begin < self.bytes).then(|| begin..(begin + CHUNK_BYTES).min(self.bytes))
    }

    /// The value that these bytes have as the chunk at a place. They are as long as that chunk is.
    #[must_use]
    pub fn value_of(&self, index: u64, chunk: &[u8]) -> ChainingValue {
        if self.bytes <= CHUNK_BYTES {
            return *blake3::hash(chunk).as_bytes();
        }
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset(index * CHUNK_BYTES);
        hasher.update(chunk);
        hasher.finalize_non_root()
    }

    /// The next chunk has this value.
    pub fn push(&mut self, value: ChainingValue) {
        debug_assert!(!self.is_whole(), "no chunk behind the last one");
        self.values.push(value);
    }

    /// Forgets all values behind the first ones.
    pub fn truncate(&mut self, chunks: u64) {
        self.values.truncate(usize::try_from(chunks).unwrap_or(usize::MAX));
    }

    /// The BLAKE3 hash of the file; `None` before all is proven.
    #[must_use]
    pub fn root(&self) -> Option<BlobId> {
        if !self.is_whole() {
            return None;
        }
        let root = match &self.values[..] {
            [] => *blake3::hash(&[]).as_bytes(),
            [only] => *only,
            all => {
                let (left, right) = halves(all, self.bytes);
                *hazmat::merge_subtrees_root(&left, &right, Mode::Hash).as_bytes()
            }
        };
        Some(BlobId(root))
    }
}

/// The values of both halves of a subtree of more than one chunk.
fn halves(values: &[ChainingValue], bytes: u64) -> (ChainingValue, ChainingValue) {
    let left = hazmat::left_subtree_len(bytes);
    let chunks = usize::try_from(left / CHUNK_BYTES).unwrap_or(usize::MAX);
    let (before, behind) = values.split_at(chunks);
    (subtree(before, left), subtree(behind, bytes - left))
}

fn subtree(values: &[ChainingValue], bytes: u64) -> ChainingValue {
    match values {
        [only] => *only,
        more => {
            let (left, right) = halves(more, bytes);
            hazmat::merge_subtrees_non_root(&left, &right, Mode::Hash)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(bytes: &[u8]) -> Outline {
        let mut outline = Outline::new(bytes.len() as u64);
        while let Some(next) = outline.next() {
            let range = usize::try_from(next.start).unwrap()..usize::try_from(next.end).unwrap();
            let value = outline.value_of(outline.len(), &bytes[range]);
            outline.push(value);
        }
        outline
    }

    #[test]
    fn the_root_of_an_outline_is_the_hash_of_the_file() {
        let chunk = usize::try_from(CHUNK_BYTES).unwrap();
        let lengths = [
            0,
            1,
            chunk - 1,
            chunk,
            chunk + 1,
            2 * chunk,
            2 * chunk + 7,
            3 * chunk,
            5 * chunk - 1,
            8 * chunk,
            11 * chunk + 1023,
        ];
        for length in lengths {
            let bytes: Vec<u8> = (0..length).map(|n| u8::try_from(n * 31 % 251).unwrap()).collect();
            let outline = outline(&bytes);
            let hash = BlobId(*blake3::hash(&bytes).as_bytes());
            assert_eq!(outline.root(), Some(hash), "{length} bytes");
            assert_eq!(outline.proven(), length as u64);
        }
    }

    #[test]
    fn an_outline_that_is_not_whole_has_no_root() {
        let mut outline = outline(&vec![7; 3 << 20]);
        outline.truncate(2);
        assert_eq!((outline.root(), outline.proven()), (None, 2 << 20));
        assert_eq!(outline.next(), Some(2 << 20..3 << 20));
        assert_eq!(Outline::new(1).root(), None);
    }
}
