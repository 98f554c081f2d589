//! Makes a backup of one snapshot, proves it by reading it again, and only then gives it its name.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf, is_separator};

use tempfile::NamedTempFile;

use super::archive::{self, FORMAT, Manifest, Packer, Part};
use super::{BackupError, keep};
use crate::clock;
use crate::domain::{BlobId, ServerId};
use crate::limits::Limits;
use crate::net::verb::BackupRow;
use crate::server::{KEY_FILE, STORE_FILE, folder};
use crate::store::blobs::{Files, Hold};
use crate::store::check;
use crate::store::copy::{self, Contents};
use crate::store::{Engine, Reads};

const MIB: u64 = 1024 * 1024;
/// Bytes that wait for the disk: a server's own syncs must never wait for a whole backup.
const SYNC_EVERY: u64 = 16 * MIB;
const BUFFER_BYTES: usize = 256 * 1024;
/// What a tar file needs for each part beside its bytes.
const PART_BYTES: u64 = 1024;
/// Seconds that a name may be ahead, where that of this second is taken.
const LATER_MAX: i64 = 60;

/// What is backed up.
pub struct Source<'a> {
    /// The server's folder.
    pub data: &'a Path,
    /// Its store.
    pub engine: &'a Engine,
    /// Its pictures and files.
    pub files: &'a Files,
    /// Its name for people.
    pub name: &'a str,
    /// So many MiB of the disk are left free.
    pub floor_mib: u64,
    /// How many bytes are free on the disk of a folder.
    pub free: &'a dyn Fn(&Path) -> io::Result<u64>,
    /// Says no when it has to end, and never yes again.
    pub goes_on: &'a dyn Fn() -> bool,
}

/// How many bytes are free on the disk of a folder.
///
/// # Errors
/// The system does not say.
pub fn free(folder: &Path) -> io::Result<u64> {
    fs4::available_space(folder)
}

/// What is kept free of backups: files and people's words go first. The ballast may have to be made again.
#[must_use]
pub fn floor_mib(limits: &Limits) -> u64 {
    let own = match limits.disk_free_mib {
        0 => 0,
        free => free.saturating_add(limits.disk_ballast_mib),
    };
    own.max(limits.files_free_mib)
}

/// What kind of backup is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A file or a folder; the folder of backups when absent.
    pub path: Option<PathBuf>,
    /// The server makes it by itself.
    pub is_automatic: bool,
}

/// Makes it.
///
/// # Errors
/// Why not; nothing is left of it then.
pub fn make(source: &Source<'_>, wanted: &Wanted) -> Result<BackupRow, BackupError> {
    let started = clock::now();
    let target = place(source, wanted, started.wall_ms)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    keep::remove_unfinished(folder);
    // First the hold: what the snapshot names can be read until the end.
    let hold = source.files.hold();
    let snapshot = source.engine.read()?;
    let at = clock::wall_ms();
    // A copy of what is damaged would be right when it is read again, and take the place of a good one.
    check::sound(&Reads::open(&snapshot)?, source.goes_on)?;
    let server = folder::own_key(&Reads::open(&snapshot)?, source.data)??.server_id();
    let blobs = Reads::open(&snapshot)?.list_blobs()?;
    let watch = Watch { source, folder, lack: Cell::new(None) };
    room(&watch, &blobs, wanted.is_automatic)?;
    let mut part = unfinished(folder)?;
    let contents = copy::contents(&snapshot)?;
    let mut store = copy_of(part.path())?;
    let into = store.reopen().map_err(BackupError::file("open", store.path()))?;
    if !copy::copy(&snapshot, into, &|| watch.has_room())? {
        return Err(watch.why());
    }
    drop(snapshot);
    let manifest = manifest(source, (at, contents, server), &blobs, store.as_file())?;
    write(&watch, &manifest, (store.as_file_mut(), &hold, &blobs), part.as_file(), &target)?;
    drop((hold, store));
    let path = part.path().to_owned();
    let proven = prove(part.as_file_mut(), &path, &manifest, source.goes_on);
    if !(source.goes_on)() {
        return Err(BackupError::Stopped);
    }
    proven.map_err(|error| BackupError::Unproven(Box::new(error)))?;
    let file = part.persist_noclobber(&target).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(target.clone()),
        _ => BackupError::file("rename to", &target)(error.error),
    })?;
    sync_folder(folder).map_err(BackupError::file("sync", folder))?;
    let bytes = file.metadata().map_err(BackupError::file("read", &target))?.len();
    let Manifest { messages, accounts, files, .. } = manifest;
    let took_ms = clock::millis(clock::uptime().saturating_sub(started.uptime));
    let path = target.display().to_string();
    Ok(BackupRow { path, bytes, at, took_ms, messages, accounts, files })
}

/// Where it goes; nothing is there yet.
fn place(source: &Source<'_>, wanted: &Wanted, now_ms: i64) -> Result<PathBuf, BackupError> {
    let folder = match &wanted.path {
        None => keep::make_folder(source.data)
            .map_err(BackupError::file("make", &keep::folder(source.data)))?,
        Some(path) if path.is_dir() => path.clone(),
        Some(path) => return file(path),
    };
    let name = |later: i64| keep::name(source.name, now_ms + 1_000 * later, wanted.is_automatic);
    let mut paths = (0..LATER_MAX).map(|later| folder.join(name(later)));
    paths.find(|path| !path.exists()).ok_or_else(|| BackupError::Exists(folder.join(name(0))))
}

/// A file in a folder that is there. A name that does not say what it is was meant as a folder.
fn file(path: &Path) -> Result<PathBuf, BackupError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(BackupError::NoFolder(folder.to_owned()));
    }
    if path.to_string_lossy().ends_with(is_separator) || !keep::is_named(path) {
        return Err(BackupError::NoFolder(path.to_owned()));
    }
    match path.symlink_metadata().is_ok() {
        true => Err(BackupError::Exists(path.to_owned())),
        false => Ok(path.to_owned()),
    }
}

/// Looks on while it is written whether it has to end.
struct Watch<'a> {
    source: &'a Source<'a>,
    folder: &'a Path,
    /// What is lacking, once something is.
    lack: Cell<Option<BackupError>>,
}

impl Watch<'_> {
    fn free_mib(&self) -> Result<u64, BackupError> {
        let free = (self.source.free)(self.folder);
        Ok(free.map_err(BackupError::file("look at", self.folder))? / MIB)
    }

    /// Whether so much fits beside what is kept free.
    fn fits(&self, need: u64) -> Result<(), BackupError> {
        let (need, free) = (need.saturating_add(self.source.floor_mib), self.free_mib()?);
        match free < need {
            true => Err(BackupError::Space { folder: self.folder.to_owned(), need, free }),
            false => Ok(()),
        }
    }

    /// Whether it goes on, and nobody else has filled the disk meanwhile.
    fn has_room(&self) -> bool {
        let fits = self.fits(0);
        let has_room = fits.is_ok();
        if let Err(lack) = fits {
            self.lack.set(Some(lack));
        }
        has_room && (self.source.goes_on)()
    }

    /// Why it had to end.
    fn why(&self) -> BackupError {
        self.lack.take().unwrap_or(BackupError::Stopped)
    }
}

/// Whether it fits: the copy of the store stands twice for a while, and the server needs its own room. One that
/// the server makes by itself takes the place of the oldest of those.
fn room(watch: &Watch<'_>, blobs: &[(BlobId, u64)], is_automatic: bool) -> Result<(), BackupError> {
    let source = watch.source;
    let store = source.data.join(STORE_FILE);
    let store = store.metadata().map_err(BackupError::file("read", &store))?.len();
    let files: u64 = blobs.iter().map(|(_, bytes)| bytes + 2 * PART_BYTES).sum();
    let need = (2 * store + files) / MIB + 1;
    match watch.fits(need) {
        Err(BackupError::Space { need: whole, free, .. })
            if is_automatic && keep::make_room(source.data, (whole - free).saturating_mul(MIB)) =>
        {
            watch.fits(need)
        }
        fits => fits,
    }
}

/// An empty file that is locked as long as somebody writes it: whoever removes what crashes left sees that.
fn unfinished(folder: &Path) -> Result<NamedTempFile, BackupError> {
    let (begin, end) = keep::UNFINISHED;
    let part = tempfile::Builder::new().prefix(begin).suffix(end).tempfile_in(folder);
    let part = part.map_err(BackupError::file("make a file in", folder))?;
    // Where a disk knows no locks, nothing was locked and nothing is.
    part.as_file().try_lock().ok();
    Ok(part)
}

fn copy_of(part: &Path) -> Result<NamedTempFile, BackupError> {
    let name = part.file_name().unwrap_or_default();
    let folder = part.parent().unwrap_or(Path::new("."));
    let copy =
        tempfile::Builder::new().prefix(name).rand_bytes(0).suffix(keep::COPY).tempfile_in(folder);
    copy.map_err(BackupError::file("make a file in", folder))
}

fn manifest(
    source: &Source<'_>,
    (at, contents, server): (i64, Contents, ServerId),
    blobs: &[(BlobId, u64)],
    store: &File,
) -> Result<Manifest, BackupError> {
    let path = source.data.join(STORE_FILE);
    Ok(Manifest {
        format: FORMAT,
        schema: contents.schema,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        server: server.to_string(),
        name: source.name.to_owned(),
        at,
        accounts: contents.accounts,
        messages: contents.messages,
        files: blobs.len() as u64,
        file_bytes: blobs.iter().map(|(_, bytes)| bytes).sum(),
        store_bytes: store.metadata().map_err(BackupError::file("copy", &path))?.len(),
    })
}

fn write(
    watch: &Watch<'_>,
    manifest: &Manifest,
    (store, hold, blobs): (&mut File, &Hold, &[(BlobId, u64)]),
    part: &File,
    target: &Path,
) -> Result<(), BackupError> {
    let source = watch.source;
    let failed = |error: io::Error| match (watch.lack.take(), (source.goes_on)()) {
        (Some(lack), _) => lack,
        (None, true) => BackupError::file("write", target)(error),
        (None, false) => BackupError::Stopped,
    };
    let paced = Paced { file: part, waiting: 0, watch };
    let mut packer = Packer::new(BufWriter::with_capacity(BUFFER_BYTES, paced), manifest.at);
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| failed(error.into()))?;
    packer.add(Part::Manifest, text.len() as u64, &text[..]).map_err(failed)?;
    let key = source.data.join(KEY_FILE);
    let key = std::fs::read(&key).map_err(BackupError::file("read", &key))?;
    packer.add(Part::Key, key.len() as u64, &key[..]).map_err(failed)?;
    packer.add(Part::Store, manifest.store_bytes, store).map_err(failed)?;
    for (id, bytes) in blobs {
        let (file, length) = hold.open(*id).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => BackupError::Missing(*id),
            _ => BackupError::file("read", &source.files.path(*id))(error),
        })?;
        if length != *bytes || packer.add(Part::Blob(*id), *bytes, file).map_err(failed)? != id.0 {
            return Err(BackupError::Changed(*id));
        }
    }
    let buffer = packer.finish().map_err(failed)?;
    buffer.into_inner().map_err(|error| failed(error.into_error()))?;
    part.sync_all().map_err(failed)
}

/// Reads it again: every sum, and the store in it opens and holds what it has to. All through the handle that
/// holds the lock: some systems let nobody read what another handle has locked.
fn prove(
    part: &mut File,
    path: &Path,
    manifest: &Manifest,
    goes_on: &dyn Fn() -> bool,
) -> Result<(), BackupError> {
    let mut asking = Asking { file: part, goes_on };
    let proven = archive::prove(path, &mut asking, &mut |_, _| Ok(()))?;
    let same = part.try_clone().map_err(BackupError::file("read", path))?;
    let found = copy::look_into(same, proven.store)?;
    let Manifest { schema, accounts, messages, .. } = *manifest;
    match proven.manifest == *manifest && found == (Contents { schema, accounts, messages }) {
        true => Ok(()),
        false => Err(BackupError::damaged(path, "its store holds something else")),
    }
}

/// Gives the disk its time, and ends when it has to.
struct Paced<'a> {
    file: &'a File,
    waiting: u64,
    watch: &'a Watch<'a>,
}

impl Write for Paced<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !(self.watch.source.goes_on)() {
            return Err(io::Error::other("stopped"));
        }
        let count = self.file.write(bytes)?;
        self.waiting += count as u64;
        if self.waiting >= SYNC_EVERY {
            self.file.sync_data()?;
            self.waiting = 0;
            if !self.watch.has_room() {
                return Err(io::Error::other("stopped"));
            }
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads, and ends when it has to.
struct Asking<'a> {
    file: &'a mut File,
    goes_on: &'a dyn Fn() -> bool,
}

impl Read for Asking<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match (self.goes_on)() {
            true => self.file.read(buffer),
            false => Err(io::Error::other("stopped")),
        }
    }
}

impl Seek for Asking<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// A rename is durable when its folder is.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::net::tls::Identity;
    use crate::server::folder;

    /// A server's folder, and how much is free on its disk.
    struct Ground {
        data: tempfile::TempDir,
        engine: Arc<Engine>,
        files: Files,
    }

    impl Ground {
        fn new() -> Ground {
            let data = tempfile::tempdir().unwrap();
            let engine = folder::open_store(data.path()).unwrap();
            Identity::load_or_create(&data.path().join(KEY_FILE)).unwrap();
            let files = Files::of(data.path());
            Ground { data, engine, files }
        }

        fn make(
            &self,
            free: &dyn Fn(&Path) -> io::Result<u64>,
            is_automatic: bool,
        ) -> Result<BackupRow, BackupError> {
            let Ground { data, engine, files } = self;
            let (data, goes_on) = (data.path(), &|| true);
            let source = Source { data, engine, files, name: "a", floor_mib: 10, free, goes_on };
            make(&source, &Wanted { path: None, is_automatic })
        }

        fn lying(&self) -> usize {
            fs::read_dir(keep::folder(self.data.path())).unwrap().count()
        }
    }

    const PLENTY: u64 = 1_000 * MIB;

    #[test]
    fn the_proof_opens_no_second_handle_and_ends_when_it_has_to() {
        let ground = Ground::new();
        let row = ground.make(&|_| Ok(PLENTY), false).unwrap();
        let path = Path::new(&row.path);
        let mut part = File::open(path).unwrap();
        let manifest = archive::prove(path, &mut part, &mut |_, _| Ok(())).unwrap().manifest;
        // Whoever opened it again would not find it.
        fs::remove_file(path).unwrap();
        prove(&mut part, path, &manifest, &|| true).unwrap();
        assert!(prove(&mut part, path, &manifest, &|| false).is_err());
    }

    #[test]
    fn a_disk_that_others_fill_meanwhile_ends_it_and_nothing_is_left() {
        let ground = Ground::new();
        ground.make(&|_| Ok(PLENTY), false).unwrap();
        let looks = Cell::new(0);
        let free = |_: &Path| {
            looks.set(looks.get() + 1);
            Ok(if looks.get() < 3 { PLENTY } else { 9 * MIB })
        };
        let refused = ground.make(&free, false);
        assert!(
            matches!(refused, Err(BackupError::Space { need: 10, free: 9, .. })),
            "{refused:?}"
        );
        assert_eq!((looks.get(), ground.lying()), (3, 1));
    }

    #[test]
    fn what_is_written_looks_at_each_sync() {
        let ground = Ground::new();
        let Ground { data, engine, files } = &ground;
        let (data, free, goes_on) = (data.path(), &|_: &Path| Ok(9 * MIB), &|| true);
        let source = Source { data, engine, files, name: "a", floor_mib: 10, free, goes_on };
        let watch = Watch { source: &source, folder: data, lack: Cell::new(None) };
        let file = tempfile::tempfile().unwrap();
        let mut paced = Paced { file: &file, waiting: 0, watch: &watch };
        let bytes = vec![0; usize::try_from(SYNC_EVERY).unwrap() / 2];
        paced.write_all(&bytes).unwrap();
        assert!(paced.write_all(&bytes).is_err());
        assert!(matches!(watch.why(), BackupError::Space { .. }));
    }

    #[test]
    fn one_of_the_servers_own_takes_the_place_of_the_oldest_and_nothing_goes_in_vain() {
        let ground = Ground::new();
        let folder = keep::make_folder(ground.data.path()).unwrap();
        let old: Vec<PathBuf> =
            (1..=3).map(|day| folder.join(format!("a-2020010{day}-030000-auto.tar"))).collect();
        for path in &old {
            fs::write(path, vec![0; 4 * 1024 * 1024]).unwrap();
        }
        let left = || old.iter().filter(|path| path.exists()).count() as u64;
        // Each of them takes 4 MiB of what would be enough without all of them.
        let free = |whole: u64| move |left: u64| (whole - 4 * left) * MIB;
        let never = free(13);
        let refused = ground.make(&|_| Ok(never(left())), true);
        assert!(matches!(refused, Err(BackupError::Space { .. })), "{refused:?}");
        assert_eq!(left(), 3, "it would not have fitted without them either");
        let enough = free(22);
        let refused = ground.make(&|_| Ok(enough(left())), false);
        assert!(matches!(refused, Err(BackupError::Space { .. })), "{refused:?}");
        assert_eq!(left(), 3, "who asks for one decides what goes");
        ground.make(&|_| Ok(enough(left())), true).unwrap();
        assert!(left() < 3 && old[2].exists());
    }

    #[test]
    fn the_floor_is_that_of_files_and_of_the_server_with_its_ballast() {
        let limits = |files, own, ballast| Limits {
            files_free_mib: files,
            disk_free_mib: own,
            disk_ballast_mib: ballast,
            ..Limits::default()
        };
        assert_eq!(floor_mib(&limits(1_024, 256, 64)), 1_024);
        assert_eq!(floor_mib(&limits(100, 256, 64)), 320);
        assert_eq!(floor_mib(&limits(0, 0, 64)), 0, "nobody watches");
    }
}
