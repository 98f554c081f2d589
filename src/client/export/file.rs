//! The thread that writes exports. A file is made under another name in the same folder, and gets
//! its own when it is whole and on disk; so does the folder of its pictures, just before it. Whatever
//! goes wrong leaves nothing behind.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use tempfile::{NamedTempFile, TempDir};

use super::album::folder_of;
use crate::client::api::{ExportTrouble, Failure, Ticket};
use crate::client::state::{FileJob, Filed};

/// Jobs that wait. The state gives each export one at a time.
const JOBS_MAX: usize = 64;

/// The way to the thread; dropping it ends the thread, and with it what is not whole.
pub struct Press {
    jobs: Option<SyncSender<FileJob>>,
    thread: Option<JoinHandle<()>>,
}

impl Press {
    /// Starts the thread.
    pub fn start() -> io::Result<(Self, async_channel::Receiver<Filed>)> {
        let (jobs, work) = sync_channel(JOBS_MAX);
        let (answers, filed) = async_channel::bounded(JOBS_MAX + 1);
        let thread = std::thread::Builder::new()
            .name("client-export".to_owned())
            .spawn(move || run(&work, &answers))?;
        Ok((Press { jobs: Some(jobs), thread: Some(thread) }, filed))
    }

    /// Hands over a job; gives it back when too many wait.
    pub fn send(&self, job: FileJob) -> Result<(), FileJob> {
        use std::sync::mpsc::TrySendError::{Disconnected, Full};
        match self.jobs.as_ref().map(|jobs| jobs.try_send(job)) {
            Some(Err(Full(job) | Disconnected(job))) => Err(job),
            _ => Ok(()),
        }
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by the panic hook.
            thread.join().ok();
        }
    }
}

fn run(jobs: &Receiver<FileJob>, answers: &async_channel::Sender<Filed>) {
    let mut sheets = Sheets::default();
    while let Ok(job) = jobs.recv() {
        let Some((ticket, result)) = sheets.carry_out(job) else { continue };
        let result = result.map_err(Failure::Export);
        let pictures = sheets.pictures(ticket);
        if answers.send_blocking(Filed { ticket, result, pictures }).is_err() {
            return;
        }
    }
}

/// The files that are being written.
#[derive(Default)]
struct Sheets(BTreeMap<Ticket, Sheet>);

struct Sheet {
    path: PathBuf,
    replace: bool,
    file: NamedTempFile,
    bytes: u64,
    /// The pictures, under another name.
    pictures: Option<TempDir>,
}

/// A folder of pictures that got its name.
struct Placed {
    folder: PathBuf,
    /// What had the name before: goes when the page is there too.
    before: Option<TempDir>,
}

type Outcome<T> = Result<T, ExportTrouble>;

impl Sheets {
    fn carry_out(&mut self, job: FileJob) -> Option<(Ticket, Outcome<u64>)> {
        let (ticket, result) = match job {
            FileJob::Begin { ticket, path, replace, pictures, text } => {
                (ticket, self.begin(ticket, &path, (replace, pictures), &text))
            }
            FileJob::Part { ticket, text } => (ticket, self.write(ticket, &text)),
            FileJob::Finish { ticket, text } => {
                let written = self.write(ticket, &text);
                (ticket, written.and_then(|_| self.finish(ticket)))
            }
            FileJob::Drop { ticket } => {
                self.0.remove(&ticket);
                return None;
            }
        };
        if result.is_err() {
            self.0.remove(&ticket);
        }
        Some((ticket, result))
    }

    /// Where the pictures of one go.
    fn pictures(&self, ticket: Ticket) -> Option<PathBuf> {
        let pictures = self.0.get(&ticket)?.pictures.as_ref()?;
        Some(pictures.path().to_owned())
    }

    fn begin(
        &mut self,
        ticket: Ticket,
        path: &Path,
        (replace, has_pictures): (bool, bool),
        text: &str,
    ) -> Outcome<u64> {
        let path = std::path::absolute(path).map_err(trouble)?;
        if self.0.values().any(|sheet| sheet.path == path) {
            return Err(ExportTrouble::Busy);
        }
        if path.is_dir() || (!replace && path.symlink_metadata().is_ok()) {
            return Err(ExportTrouble::Exists);
        }
        // Whoever replaces a page replaces its pictures; a folder without a page is somebody's own.
        if has_pictures && !path.exists() && folder_of(&path).symlink_metadata().is_ok() {
            return Err(ExportTrouble::Exists);
        }
        let folder = path.parent().ok_or(ExportTrouble::NoFolder)?;
        let file = tempfile::Builder::new()
            .prefix(".mychat-export-")
            .suffix(".part")
            .tempfile_in(folder)
            .map_err(trouble)?;
        let pictures = match has_pictures {
            true => Some(temporary(folder).map_err(trouble)?),
            false => None,
        };
        self.0.insert(ticket, Sheet { path, replace, file, bytes: 0, pictures });
        self.write(ticket, text)
    }

    fn write(&mut self, ticket: Ticket, text: &str) -> Outcome<u64> {
        let gone = || ExportTrouble::Other("it was given up".to_owned());
        let sheet = self.0.get_mut(&ticket).ok_or_else(gone)?;
        sheet.file.write_all(text.as_bytes()).map_err(trouble)?;
        sheet.bytes += text.len() as u64;
        Ok(sheet.bytes)
    }

    fn finish(&mut self, ticket: Ticket) -> Outcome<u64> {
        let gone = || ExportTrouble::Other("it was given up".to_owned());
        let sheet = self.0.remove(&ticket).ok_or_else(gone)?;
        sheet.file.as_file().sync_all().map_err(trouble)?;
        let (path, replace) = (&sheet.path, sheet.replace);
        let pictures = sheet.pictures.map(|pictures| place(pictures, path, replace)).transpose()?;
        let placed = match replace {
            true => sheet.file.persist(path),
            false => sheet.file.persist_noclobber(path),
        };
        if let Err(error) = placed {
            pictures.into_iter().flatten().for_each(Placed::undo);
            return Err(trouble(error.error));
        }
        // It is there and whole; a folder that cannot be synced is no reason to say it is not.
        sheet.path.parent().map(sync_folder);
        Ok(sheet.bytes)
    }
}

impl Placed {
    /// As it was before.
    fn undo(self) {
        // What cannot be put back or taken away is still said to have failed.
        std::fs::remove_dir_all(&self.folder).ok();
        if let Some(before) = self.before {
            std::fs::rename(before.path().join(BEFORE), &self.folder).ok();
        }
    }
}

/// What a folder is called while another one takes its place.
const BEFORE: &str = "before";

/// Gives a folder of pictures its name; one without pictures is not needed.
fn place(pictures: TempDir, page: &Path, replace: bool) -> Outcome<Option<Placed>> {
    let folder = folder_of(page);
    let is_there = folder.symlink_metadata().is_ok();
    let is_empty = pictures.path().read_dir().map_err(trouble)?.next().is_none();
    if is_there && !replace {
        return Err(ExportTrouble::Exists);
    }
    let mut placed = Placed { folder, before: None };
    if is_there {
        let before = temporary(page.parent().ok_or(ExportTrouble::NoFolder)?).map_err(trouble)?;
        std::fs::rename(&placed.folder, before.path().join(BEFORE)).map_err(trouble)?;
        placed.before = Some(before);
    }
    if is_empty {
        return Ok(Some(placed));
    }
    private(pictures.path()).map_err(trouble)?;
    if let Err(error) = std::fs::rename(pictures.path(), &placed.folder) {
        placed.undo();
        return Err(trouble(error));
    }
    // It has another name now: there is nothing to take away.
    let _gone = pictures.keep();
    sync_folder(&placed.folder);
    Ok(Some(placed))
}

/// Who may not read the page may not read its pictures either.
#[cfg(unix)]
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for picture in folder.read_dir()? {
        std::fs::set_permissions(picture?.path(), std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it does something elsewhere")]
fn private(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn temporary(folder: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(".mychat-export-").suffix(".part").tempdir_in(folder)
}

fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).ok();
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is the last that is done with it")]
fn trouble(error: io::Error) -> ExportTrouble {
    match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::IsADirectory | ErrorKind::DirectoryNotEmpty => {
            ExportTrouble::Exists
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ExportTrouble::Full,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ExportTrouble::Denied,
        ErrorKind::NotFound | ErrorKind::NotADirectory => ExportTrouble::NoFolder,
        _ => ExportTrouble::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn begin(ticket: Ticket, path: &Path, replace: bool) -> FileJob {
        let (path, text) = (path.to_owned(), "head\n".to_owned());
        FileJob::Begin { ticket, path, replace, pictures: false, text }
    }

    /// Begins a page and writes one picture of it.
    fn begin_page(sheets: &mut Sheets, path: &Path, replace: bool) -> Outcome<u64> {
        let (path, text) = (path.to_owned(), "head\n".to_owned());
        what(sheets, FileJob::Begin { ticket: 1, path, replace, pictures: true, text })?;
        let folder = sheets.pictures(1).unwrap();
        fs::write(folder.join("a.png"), "pixels").unwrap();
        Ok(0)
    }

    fn finish(ticket: Ticket) -> FileJob {
        FileJob::Finish { ticket, text: "foot\n".to_owned() }
    }

    fn what(sheets: &mut Sheets, job: FileJob) -> Outcome<u64> {
        sheets.carry_out(job).unwrap().1
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_has_its_name_when_it_is_whole_and_replaces_none_untold() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("记录.txt");
        let mut sheets = Sheets::default();
        assert_eq!(what(&mut sheets, begin(1, &path, false)), Ok(5));
        assert_eq!(what(&mut sheets, begin(2, &path, true)), Err(ExportTrouble::Busy));
        let part = FileJob::Part { ticket: 1, text: "你好\n".to_owned() };
        assert_eq!(what(&mut sheets, part), Ok(12));
        assert!(!path.exists());
        assert_eq!(what(&mut sheets, finish(1)), Ok(17));
        assert_eq!(fs::read_to_string(&path).unwrap(), "head\n你好\nfoot\n");
        assert_eq!(what(&mut sheets, begin(3, &path, false)), Err(ExportTrouble::Exists));
        assert_eq!(what(&mut sheets, begin(4, &path, true)), Ok(5));
        assert_eq!(what(&mut sheets, finish(4)), Ok(10));
        assert_eq!(fs::read_to_string(&path).unwrap(), "head\nfoot\n");
        assert_eq!(names(folder.path()), ["记录.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn pictures_are_read_by_whoever_reads_the_page_and_by_nobody_else() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.html");
        let mut sheets = Sheets::default();
        begin_page(&mut sheets, &path, false).unwrap();
        let picture = sheets.pictures(1).unwrap().join("a.png");
        fs::set_permissions(&picture, fs::Permissions::from_mode(0o644)).unwrap();
        what(&mut sheets, finish(1)).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder_of(&path).join("a.png")), mode(&path));
    }

    #[test]
    fn a_name_that_is_taken_meanwhile_stays_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.html");
        let mut sheets = Sheets::default();
        what(&mut sheets, begin(1, &path, false)).unwrap();
        fs::write(&path, "mine").unwrap();
        assert_eq!(what(&mut sheets, finish(1)), Err(ExportTrouble::Exists));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(names(folder.path()), ["a.html"]);
    }

    #[test]
    fn pictures_get_their_name_with_their_page_and_replace_those_of_the_page_before() {
        let folder = tempfile::tempdir().unwrap();
        let (path, beside) = (folder.path().join("a.html"), folder.path().join("a_files"));
        let mut sheets = Sheets::default();
        begin_page(&mut sheets, &path, false).unwrap();
        assert!(!beside.exists());
        what(&mut sheets, finish(1)).unwrap();
        assert_eq!(names(&beside), ["a.png"]);
        fs::write(beside.join("old.png"), "old").unwrap();
        assert_eq!(begin_page(&mut sheets, &path, false), Err(ExportTrouble::Exists));
        begin_page(&mut sheets, &path, true).unwrap();
        assert!(beside.join("old.png").exists(), "until the new one is whole");
        what(&mut sheets, finish(1)).unwrap();
        assert_eq!(names(&beside), ["a.png"]);
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, ["a.html", "a_files"]);
        // A folder without its page was made by somebody else.
        fs::remove_file(&path).unwrap();
        for replace in [false, true] {
            assert_eq!(begin_page(&mut sheets, &path, replace), Err(ExportTrouble::Exists));
        }
    }

    #[test]
    fn a_page_that_fails_at_its_end_takes_its_pictures_along() {
        let folder = tempfile::tempdir().unwrap();
        let (path, beside) = (folder.path().join("a.html"), folder.path().join("a_files"));
        let mut sheets = Sheets::default();
        begin_page(&mut sheets, &path, false).unwrap();
        fs::write(&path, "mine").unwrap();
        assert_eq!(what(&mut sheets, finish(1)), Err(ExportTrouble::Exists));
        assert_eq!(names(folder.path()), ["a.html"]);
        fs::create_dir(&beside).unwrap();
        fs::write(beside.join("mine.png"), "mine").unwrap();
        begin_page(&mut sheets, &path, true).unwrap();
        // The page cannot get its name: a folder has it.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(what(&mut sheets, finish(1)).is_err());
        assert_eq!(names(&beside), ["mine.png"], "those of before are back");
        begin_page(&mut sheets, &folder.path().join("b.html"), false).unwrap();
        sheets.carry_out(FileJob::Drop { ticket: 1 });
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, ["a.html", "a_files"]);
    }

    #[test]
    fn what_is_given_up_or_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let mut sheets = Sheets::default();
        what(&mut sheets, begin(1, &path, false)).unwrap();
        assert!(sheets.carry_out(FileJob::Drop { ticket: 1 }).is_none());
        assert!(matches!(what(&mut sheets, finish(1)), Err(ExportTrouble::Other(_))));
        what(&mut sheets, begin(2, &path, false)).unwrap();
        drop(sheets);
        assert!(names(folder.path()).is_empty());
        let mut sheets = Sheets::default();
        let nowhere = folder.path().join("none/a.json");
        assert_eq!(what(&mut sheets, begin(3, &nowhere, false)), Err(ExportTrouble::NoFolder));
        assert_eq!(what(&mut sheets, begin(4, folder.path(), true)), Err(ExportTrouble::Exists));
    }

    /// Needs a folder that nobody may write, which the system's administrator may.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_is_read_only_is_said_to_be() {
        let mut sheets = Sheets::default();
        let denied = what(&mut sheets, begin(1, Path::new("/proc/self/a.txt"), false));
        let expected = [Err(ExportTrouble::Denied), Err(ExportTrouble::NoFolder)];
        assert!(expected.contains(&denied), "{denied:?}");
        let full = trouble(io::Error::from(ErrorKind::StorageFull));
        assert_eq!(full, ExportTrouble::Full);
        let read_only = trouble(io::Error::from(ErrorKind::ReadOnlyFilesystem));
        assert_eq!(read_only, ExportTrouble::Denied);
    }

    /// `/dev/full` takes no byte: a sheet whose disk is full says so and is gone.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let mut sheets = Sheets::default();
        let path = folder.path().join("a.txt");
        what(&mut sheets, begin(1, &path, false)).unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let sheet = sheets.0.remove(&1).unwrap();
        let file = NamedTempFile::from_parts(full, sheet.file.into_temp_path());
        sheets.0.insert(1, Sheet { file, ..sheet });
        let part = FileJob::Part { ticket: 1, text: "x".repeat(100) };
        assert_eq!(what(&mut sheets, part), Err(ExportTrouble::Full));
        assert!(names(folder.path()).is_empty());
    }
}
