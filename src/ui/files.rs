//! The system's own question for a file, else the toolkit's. One at a time.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use fltk::app;
use fltk::dialog::{FileDialog, FileDialogAction, FileDialogOptions, FileDialogType};
use fltk::prelude::WidgetExt;

use super::text::tr;

/// What a file is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A picture that is there.
    Picture,
    /// A place for a picture. Whether something is there already is for the caller to ask.
    PicturePlace,
    /// A place for what was said. What is there already is asked about.
    Export,
    /// Files that are there.
    Files,
    /// A place for a file.
    FilePlace,
    /// A folder.
    Folder,
    /// A saved game that is there.
    Game,
    /// A place for a game. What is there already is asked about.
    GamePlace,
}

thread_local! {
    /// One of each for all times: deleting the toolkit's windows is not safe, see `widgets::retire`.
    static KEPT: RefCell<[Option<&'static mut FileDialog>; 8]> = const { RefCell::new([const { None }; 8]) };
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
    /// Whether the question is the toolkit's own, once one was asked.
    static IS_OWN: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Asks for a file under a title, at first by a name, and calls back with it unless the person chose
/// none. Windows go on living meanwhile.
pub fn choose(wanted: Wanted, title: &str, name: &str, chosen: impl FnOnce(PathBuf) + 'static) {
    choose_some(wanted, title, name, |paths| {
        if let Some(path) = paths.into_iter().next() {
            chosen(path);
        }
    });
}

/// The same where several can be chosen at once.
pub fn choose_some(
    wanted: Wanted,
    title: &str,
    name: &str,
    chosen: impl FnOnce(Vec<PathBuf>) + 'static,
) {
    if IS_OPEN.replace(true) {
        return;
    }
    let (title, name, mut chosen) = (title.to_owned(), name.to_owned(), Some(chosen));
    // Not within the event of a button or a menu, which would go on after all this.
    app::add_timeout3(0.0, move |_| {
        let paths = ask(wanted, &title, &name);
        IS_OPEN.set(false);
        if let (false, Some(chosen)) = (paths.is_empty(), chosen.take()) {
            chosen(paths);
        }
    });
}

fn ask(wanted: Wanted, title: &str, name: &str) -> Vec<PathBuf> {
    // On a button or in a menu three dots say that a question follows; here it is.
    let title = title.trim_end_matches(['.', '…']);
    let place = wanted as usize;
    let kept = KEPT.with_borrow_mut(|kept| kept[place].take());
    let is_first = kept.is_none();
    let dialog = kept.unwrap_or_else(|| Box::leak(Box::new(wanted.dialog())));
    // The toolkit's own question keeps the place of the title and not the title, which is gone when it
    // is shown.
    if is_desktops() {
        dialog.set_title(title);
    } else {
        entitle_own(title);
    }
    match wanted {
        Wanted::Picture => {
            let kinds = tr("profile.face.filter");
            dialog.set_filter(&format!("{kinds}\t*.{{png,jpg,jpeg,PNG,JPG,JPEG}}"));
        }
        Wanted::Game => {
            dialog.set_filter(&format!("{}\t*.{{sgf,pgn,SGF,PGN}}", tr("game.file.filter")));
        }
        Wanted::PicturePlace | Wanted::Export | Wanted::FilePlace | Wanted::GamePlace => {
            dialog.set_preset_file(name);
        }
        Wanted::Files | Wanted::Folder => {}
    }
    if let (true, Some(folder)) = (is_first, wanted.folder()) {
        // Without it the question begins elsewhere.
        dialog.set_directory(&folder).ok();
    }
    let is_chosen = matches!(dialog.try_show(), Ok(FileDialogAction::Success));
    let mut paths = match wanted {
        Wanted::Files => dialog.filenames(),
        _ => vec![dialog.filename()],
    };
    paths.retain(|path| is_chosen && !path.as_os_str().is_empty());
    if let Some(folder) = paths.first().and_then(|path| path.parent()) {
        dialog.set_directory(&folder).ok();
    }
    KEPT.with_borrow_mut(|kept| kept[place] = Some(dialog));
    paths
}

/// Whether the question that was made is the desktop's. The toolkit does not tell; what GTK's needs was
/// loaded with it, and of any other it is known once one was asked.
fn is_desktops() -> bool {
    let has_gtk =
        || std::fs::read_to_string("/proc/self/maps").is_ok_and(|m| m.contains("/libgtk-"));
    cfg!(any(windows, target_os = "macos"))
        || IS_OWN.get() == Some(false)
        || (IS_OWN.get().is_none() && app::option(app::Option::FnfcUsesGtk) && has_gtk())
}

/// Gives the toolkit's own question its title once it stands, where it is shown.
fn entitle_own(title: &str) {
    let windows = app::windows().into_iter().flatten();
    let others: Vec<_> = windows.map(|window| window.as_widget_ptr()).collect();
    let title = title.to_owned();
    app::add_timeout3(0.0, move |_| {
        let own = app::modal().filter(|window| !others.contains(&window.as_widget_ptr()));
        // It stays what it was found to be: a place for a title must never be left to one that is gone.
        if IS_OWN.get().is_none() {
            IS_OWN.set(Some(own.is_some()));
        }
        if let Some(mut window) = own {
            window.set_label(&title);
        }
    });
}

impl Wanted {
    fn dialog(self) -> FileDialog {
        let kind = match self {
            Wanted::Picture | Wanted::Game => FileDialogType::BrowseFile,
            Wanted::Files => FileDialogType::BrowseMultiFile,
            Wanted::Folder => FileDialogType::BrowseDir,
            Wanted::PicturePlace | Wanted::Export | Wanted::FilePlace | Wanted::GamePlace => {
                FileDialogType::BrowseSaveFile
            }
        };
        let mut dialog = FileDialog::new(kind);
        if matches!(self, Wanted::Export | Wanted::GamePlace) {
            dialog.set_option(FileDialogOptions::SaveAsConfirm | FileDialogOptions::NewFolder);
        }
        dialog
    }

    /// Where people keep such files, else where they are at home.
    fn folder(self) -> Option<PathBuf> {
        let folders = directories::UserDirs::new()?;
        let own = match self {
            Wanted::Picture | Wanted::PicturePlace => folders.picture_dir(),
            Wanted::Export | Wanted::Files | Wanted::Game | Wanted::GamePlace => {
                folders.document_dir()
            }
            Wanted::FilePlace | Wanted::Folder => folders.download_dir(),
        };
        Some(own.unwrap_or(folders.home_dir()).to_path_buf())
    }
}
