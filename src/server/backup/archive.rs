//! What a backup consists of: a tar file with a manifest first, the key, the store, all pictures and files
//! by name, and the BLAKE3 sum of each of those last, as `b3sum --check` reads them.

use std::fmt::Write as _;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::domain::BlobId;
use crate::store::schema::SCHEMA_VERSION;

/// The format that this program writes, and the newest that it reads.
pub const FORMAT: u64 = 1;
const MANIFEST: &str = "manifest.json";
const KEY: &str = "identity.key";
const STORE: &str = "mychat.redb";
const SUMS: &str = "sums.b3";
const FILES: &str = "files/";
/// Longest manifest: it has a dozen fields.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024;
/// Longest key, as a server reads one.
const KEY_BYTES_MAX: u64 = 4 * 1024;
/// Longest line of the sums: a hash, two spaces, the longest name, the end of the line.
const SUM_BYTES_MAX: u64 = 64 + 2 + 80 + 1;
const BUFFER_BYTES: usize = 256 * 1024;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the file.
    pub format: u64,
    /// The schema of the store.
    pub schema: u64,
    /// The version of the program that made it.
    pub program: String,
    /// The server's key, as hex.
    pub server: String,
    /// The server's name for people.
    pub name: String,
    /// The moment that it shows, milliseconds since 1970 UTC.
    pub at: i64,
    /// Accounts in it.
    pub accounts: u64,
    /// Messages in it, with all other lines of logs.
    pub messages: u64,
    /// Pictures and files in it.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Bytes of the store.
    pub store_bytes: u64,
}

/// One part of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What it says of itself.
    Manifest,
    /// The server's key.
    Key,
    /// The store.
    Store,
    /// A picture or a file.
    Blob(BlobId),
    /// The sums of all others.
    Sums,
}

impl Part {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Part::Manifest => MANIFEST.to_owned(),
            Part::Key => KEY.to_owned(),
            Part::Store => STORE.to_owned(),
            Part::Blob(id) => {
                let name = id.to_string();
                format!("{FILES}{}/{}", &name[..2], &name[2..])
            }
            Part::Sums => SUMS.to_owned(),
        }
    }

    /// Only names that [`Part::name`] gives are names.
    fn of(name: &str) -> Option<Part> {
        let part = match name {
            MANIFEST => Part::Manifest,
            KEY => Part::Key,
            STORE => Part::Store,
            SUMS => Part::Sums,
            other => Part::Blob(BlobId::from_hex(&other.strip_prefix(FILES)?.replace('/', ""))?),
        };
        (part.name() == name).then_some(part)
    }
}

/// Writes one, part by part, in their order.
pub struct Packer<W: Write> {
    tar: tar::Builder<W>,
    sums: String,
    seconds: u64,
}

impl<W: Write> Packer<W> {
    /// Into a writer; all parts get this time.
    pub fn new(into: W, at_ms: i64) -> Self {
        let seconds = u64::try_from(at_ms / 1_000).unwrap_or_default();
        Packer { tar: tar::Builder::new(into), sums: String::new(), seconds }
    }

    /// Adds a part of so many bytes and says what they hash to.
    ///
    /// # Errors
    /// There are fewer, or the disk failed.
    pub fn add(&mut self, part: Part, bytes: u64, from: impl Read) -> io::Result<[u8; 32]> {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(self.seconds);
        let mut hashing = Hashing::new(from.take(bytes));
        self.tar.append_data(&mut header, part.name(), &mut hashing)?;
        if hashing.count != bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let hash = hashing.hasher.finalize();
        // Writing to a string does not fail.
        writeln!(self.sums, "{}  {}", hash.to_hex(), part.name()).ok();
        Ok(*hash.as_bytes())
    }

    /// Adds the sums, ends the file and gives back what it was written into.
    ///
    /// # Errors
    /// The disk failed.
    pub fn finish(mut self) -> io::Result<W> {
        let sums = std::mem::take(&mut self.sums);
        self.add(Part::Sums, sums.len() as u64, sums.as_bytes())?;
        self.tar.into_inner()
    }
}

/// What was found when one was read to its end.
pub struct Proven {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Where in the file its store lies.
    pub store: (u64, u64),
}

/// Reads one to its end and proves it: the parts are those that there have to be, in their order and of
/// their sizes, and each has its sum. `visit` gets the bytes of each before they are proven.
///
/// # Errors
/// It is not whole, it is newer than this program, or `visit` failed.
pub fn prove<R: Read + Seek>(
    path: &Path,
    file: &mut R,
    visit: &mut dyn FnMut(Part, &mut dyn Read) -> Result<(), BackupError>,
) -> Result<Proven, BackupError> {
    file.rewind().map_err(BackupError::file("read", path))?;
    let mut proof =
        Proof { path, last: None, manifest: None, store: None, sums: String::new(), blobs: (0, 0) };
    let mut tar = tar::Archive::new(BufReader::with_capacity(BUFFER_BYTES, file));
    let entries = tar.entries().map_err(|error| proof.unreadable(error))?;
    // Raw: what stretches names or bytes is no part of a backup, and is not followed.
    for entry in entries.raw(true) {
        let mut entry = entry.map_err(|error| proof.unreadable(error))?;
        let (part, bytes) = proof.begin(&entry)?;
        if part == Part::Store {
            proof.store = Some((entry.raw_file_position(), bytes));
        }
        proof.take(part, bytes, &mut entry, visit)?;
    }
    proof.end()
}

/// Why it cannot be read further; its own bytes are not quoted.
const TOO_EARLY: &str = "it ends too early";
const BROKEN: &str = "it cannot be read to its end";

struct Proof<'a> {
    path: &'a Path,
    last: Option<Part>,
    manifest: Option<Manifest>,
    store: Option<(u64, u64)>,
    /// As they have to stand in the last part.
    sums: String,
    /// How many blobs came, and their bytes.
    blobs: (u64, u64),
}

impl Proof<'_> {
    /// What does not say that it is a backup may be anything, and nothing of it is shown to anybody.
    fn damaged(&self, why: impl std::fmt::Display) -> BackupError {
        match self.manifest {
            Some(_) => BackupError::damaged(self.path, why),
            None => BackupError::damaged(self.path, "it is no backup of MyChat"),
        }
    }

    fn unreadable(&self, error: io::Error) -> BackupError {
        match (error.raw_os_error(), error.kind()) {
            (Some(_), _) => BackupError::File { doing: "read", path: self.path.to_owned(), error },
            (None, io::ErrorKind::UnexpectedEof) => self.damaged(TOO_EARLY),
            (None, _) => self.damaged(BROKEN),
        }
    }

    /// Which part comes, if it may come now with so many bytes.
    fn begin<R: Read>(&mut self, entry: &tar::Entry<'_, R>) -> Result<(Part, u64), BackupError> {
        let header = entry.header();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let bytes = header.size().map_err(|_| self.damaged(BROKEN))?;
        let part = Part::of(&name).filter(|_| header.entry_type() == tar::EntryType::Regular);
        let Some(part) = part else {
            return Err(self.damaged("something in it is no part of a backup"));
        };
        let is_next = match self.last {
            None => part == Part::Manifest,
            Some(Part::Manifest) => part == Part::Key,
            Some(Part::Key) => part == Part::Store,
            Some(before) => part > before,
        };
        let manifest = self.manifest.as_ref();
        let is_sized = match (part, manifest) {
            (Part::Manifest, _) => bytes <= MANIFEST_BYTES_MAX,
            (Part::Key, _) => bytes <= KEY_BYTES_MAX,
            (Part::Store, Some(manifest)) => bytes == manifest.store_bytes,
            (Part::Blob(_), Some(manifest)) => {
                self.blobs.0 += 1;
                self.blobs.1 = self.blobs.1.saturating_add(bytes);
                self.blobs.0 <= manifest.files && self.blobs.1 <= manifest.file_bytes
            }
            (Part::Sums, Some(manifest)) => bytes / SUM_BYTES_MAX <= manifest.files + 3,
            (_, None) => false,
        };
        if !is_next || !is_sized {
            return Err(
                self.damaged(format!("{name:?} stands in the wrong place or has a wrong length"))
            );
        }
        self.last = Some(part);
        Ok((part, bytes))
    }

    fn take(
        &mut self,
        part: Part,
        bytes: u64,
        entry: &mut dyn Read,
        visit: &mut dyn FnMut(Part, &mut dyn Read) -> Result<(), BackupError>,
    ) -> Result<(), BackupError> {
        let mut hashing = Hashing::new(entry);
        if matches!(part, Part::Manifest | Part::Sums) {
            let mut text = String::new();
            hashing.read_to_string(&mut text).map_err(|error| self.unreadable(error))?;
            match part {
                Part::Manifest => self.manifest = Some(self.read_manifest(&text)?),
                _ if text != self.sums => {
                    return Err(self.damaged("its sums are not those of its parts"));
                }
                _ => return Ok(()),
            }
        } else {
            visit(part, &mut hashing)?;
        }
        io::copy(&mut hashing, &mut io::sink()).map_err(|error| self.unreadable(error))?;
        if hashing.count != bytes {
            return Err(self.damaged(TOO_EARLY));
        }
        let hash = hashing.hasher.finalize();
        if let Part::Blob(id) = part
            && id.0 != *hash.as_bytes()
        {
            return Err(self.damaged(format!("{} has other bytes than its name says", part.name())));
        }
        writeln!(self.sums, "{}  {}", hash.to_hex(), part.name()).ok();
        Ok(())
    }

    /// A newer one says so before anything else of it is believed.
    fn read_manifest(&self, text: &str) -> Result<Manifest, BackupError> {
        #[derive(Deserialize)]
        struct Versions {
            format: u64,
            #[serde(default)]
            program: String,
        }
        let newer = |what, program: &str, found, known| BackupError::Newer {
            path: self.path.to_owned(),
            program: program.to_owned(),
            what,
            found,
            known,
        };
        let versions: Versions = serde_json::from_str(text).map_err(|_| self.damaged(BROKEN))?;
        if versions.format > FORMAT {
            return Err(newer("format", &versions.program, versions.format, FORMAT));
        }
        let manifest: Manifest = serde_json::from_str(text).map_err(|_| self.damaged(BROKEN))?;
        match manifest.schema > SCHEMA_VERSION {
            true => Err(newer("store", &manifest.program, manifest.schema, SCHEMA_VERSION)),
            false => Ok(manifest),
        }
    }

    fn end(self) -> Result<Proven, BackupError> {
        let damaged = self.damaged(TOO_EARLY);
        match (self.last, self.manifest, self.store) {
            (Some(Part::Sums), Some(manifest), Some(store))
                if self.blobs == (manifest.files, manifest.file_bytes) =>
            {
                Ok(Proven { manifest, store })
            }
            _ => Err(damaged),
        }
    }
}

/// Hashes and counts what goes through.
struct Hashing<R> {
    from: R,
    hasher: blake3::Hasher,
    count: u64,
}

impl<R: Read> Hashing<R> {
    fn new(from: R) -> Self {
        Hashing { from, hasher: blake3::Hasher::new(), count: 0 }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.count += count as u64;
        Ok(count)
    }
}
