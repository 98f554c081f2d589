//! A file that only takes place: on a full disk it is given up, so that what makes room can be written.
//!
//! Its blocks are really the file's. A file with holes would give nothing back when it goes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs4::FileExt;

/// Its name inside the data folder.
pub(super) const BALLAST_FILE: &str = "ballast";
/// Written at once where a file system allocates nothing by itself.
const PIECE_BYTES: usize = 1024 * 1024;

/// The ballast of a data folder.
pub(super) struct Ballast {
    path: PathBuf,
}

impl Ballast {
    pub fn of(data: &Path) -> Self {
        Ballast { path: data.join(BALLAST_FILE) }
    }

    /// So much of it is there.
    pub fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// Makes it as large as this. What was there of it stays, so that this can be done again and again.
    ///
    /// # Errors
    /// There is no room, or the disk failed: then nothing of it is there.
    pub fn make(&self, bytes: u64) -> io::Result<()> {
        let made = self.try_make(bytes);
        if made.is_err() {
            self.give_up().ok();
        }
        made
    }

    fn try_make(&self, bytes: u64) -> io::Result<()> {
        if bytes == 0 {
            return self.give_up();
        }
        let file = File::options().create(true).truncate(false).write(true).open(&self.path)?;
        if file.metadata()?.len() > bytes {
            file.set_len(bytes)?;
        }
        match FileExt::allocate(&file, bytes) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => fill(file, bytes),
            allocated => allocated.and_then(|()| file.sync_all()),
        }
    }

    /// Gives its place to who needs it.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn give_up(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

/// Noise, since a file system may keep equal bytes in no place at all.
fn fill(mut file: File, bytes: u64) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut left = bytes;
    while left > 0 {
        getrandom::fill(&mut piece).map_err(io::Error::other)?;
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(PIECE_BYTES);
        file.write_all(&piece[..count])?;
        left -= count as u64;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn it_is_made_resized_and_given_up_any_number_of_times() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::of(folder.path());
        assert_eq!(ballast.bytes(), 0);
        for bytes in [MIB, 3 * MIB, 2 * MIB, 2 * MIB, 0, MIB] {
            ballast.make(bytes).unwrap();
            assert_eq!(ballast.bytes(), bytes);
        }
        for _ in 0..2 {
            ballast.give_up().unwrap();
            assert_eq!(ballast.bytes(), 0);
        }
    }

    #[cfg(unix)]
    #[test]
    fn it_has_no_holes() {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::of(folder.path());
        let taken = || fs::metadata(folder.path().join(BALLAST_FILE)).unwrap().blocks() * 512;
        ballast.make(2 * MIB).unwrap();
        assert!(taken() >= 2 * MIB, "{}", taken());
        fill(File::create(folder.path().join(BALLAST_FILE)).unwrap(), MIB + 5).unwrap();
        assert!(taken() > MIB && ballast.bytes() == MIB + 5);
    }
}
