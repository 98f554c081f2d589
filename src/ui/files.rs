//! The system's own question for a file, else the toolkit's. One at a time.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use fltk::app;
use fltk::dialog::{FileDialog, FileDialogAction, FileDialogOptions, FileDialogType};

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
}

thread_local! {
    /// One of each for all times: deleting the toolkit's windows is not safe, see `widgets::retire`.
    static KEPT: RefCell<[Option<&'static mut FileDialog>; 3]> = const { RefCell::new([const { None }; 3]) };
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
}

/// Asks for a file under a title, at first by a name, and calls back with it unless the person chose
/// none. Windows go on living meanwhile.
pub fn choose(wanted: Wanted, title: &str, name: &str, chosen: impl FnOnce(PathBuf) + 'static) {
    if IS_OPEN.replace(true) {
        return;
    }
    let (title, name, mut chosen) = (title.to_owned(), name.to_owned(), Some(chosen));
    // Not within the event of a button or a menu, which would go on after all this.
    app::add_timeout3(0.0, move |_| {
        let path = ask(wanted, &title, &name);
        IS_OPEN.set(false);
        if let (Some(path), Some(chosen)) = (path, chosen.take()) {
            chosen(path);
        }
    });
}

fn ask(wanted: Wanted, title: &str, name: &str) -> Option<PathBuf> {
    let place = wanted as usize;
    let kept = KEPT.with_borrow_mut(|kept| kept[place].take());
    let is_first = kept.is_none();
    let dialog = kept.unwrap_or_else(|| Box::leak(Box::new(wanted.dialog())));
    // Elsewhere the toolkit's own question keeps the place of the title and not the title, which is
    // gone when it is shown.
    if cfg!(any(windows, target_os = "macos")) {
        dialog.set_title(title);
    }
    match wanted {
        Wanted::Picture => {
            let kinds = tr("profile.face.filter");
            dialog.set_filter(&format!("{kinds}\t*.{{png,jpg,jpeg,PNG,JPG,JPEG}}"));
        }
        Wanted::PicturePlace | Wanted::Export => dialog.set_preset_file(name),
    }
    if let (true, Some(folder)) = (is_first, wanted.folder()) {
        // Without it the question begins elsewhere.
        dialog.set_directory(&folder).ok();
    }
    let is_chosen = matches!(dialog.try_show(), Ok(FileDialogAction::Success));
    let path = dialog.filename();
    if let (true, Some(folder)) = (is_chosen, path.parent()) {
        dialog.set_directory(&folder).ok();
    }
    KEPT.with_borrow_mut(|kept| kept[place] = Some(dialog));
    (is_chosen && !path.as_os_str().is_empty()).then_some(path)
}

impl Wanted {
    fn dialog(self) -> FileDialog {
        let kind = match self {
            Wanted::Picture => FileDialogType::BrowseFile,
            Wanted::PicturePlace | Wanted::Export => FileDialogType::BrowseSaveFile,
        };
        let mut dialog = FileDialog::new(kind);
        if self == Wanted::Export {
            dialog.set_option(FileDialogOptions::SaveAsConfirm | FileDialogOptions::NewFolder);
        }
        dialog
    }

    /// Where people keep such files, else where they are at home.
    fn folder(self) -> Option<PathBuf> {
        let folders = directories::UserDirs::new()?;
        let own = match self {
            Wanted::Picture | Wanted::PicturePlace => folders.picture_dir(),
            Wanted::Export => folders.document_dir(),
        };
        Some(own.unwrap_or(folders.home_dir()).to_path_buf())
    }
}
