//! The system's own question for a file, else the toolkit's.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use fltk::app;
use fltk::dialog::{FileDialog, FileDialogAction, FileDialogType};

use crate::ui::text::tr;

thread_local! {
    /// The same for where to save.
    static PLACES: RefCell<Option<&'static mut FileDialog>> = const { RefCell::new(None) };
    /// One for all times: deleting the toolkit's windows is not safe, see `widgets::retire`.
    static DIALOG: RefCell<Option<&'static mut FileDialog>> = const { RefCell::new(None) };
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
}

/// Asks for a picture under a title, and calls back with it unless the person chose none. Windows go
/// on living meanwhile.
pub fn choose_picture(title: &'static str, chosen: impl FnOnce(PathBuf) + 'static) {
    if IS_OPEN.replace(true) {
        return;
    }
    // Not within the event of a button, which would go on after all this.
    let mut chosen = Some(chosen);
    app::add_timeout3(0.0, move |_| {
        let path = ask(title);
        IS_OPEN.set(false);
        if let (Some(path), Some(chosen)) = (path, chosen.take()) {
            chosen(path);
        }
    });
}

fn ask(title: &str) -> Option<PathBuf> {
    let kept = DIALOG.take();
    let is_first = kept.is_none();
    let dialog =
        kept.unwrap_or_else(|| Box::leak(Box::new(FileDialog::new(FileDialogType::BrowseFile))));
    dialog.set_title(title);
    dialog.set_filter(&format!("{}\t*.{{png,jpg,jpeg,PNG,JPG,JPEG}}", tr("profile.face.filter")));
    if let (true, Some(folder)) = (is_first, pictures_folder()) {
        // Without it the question begins elsewhere.
        dialog.set_directory(&folder).ok();
    }
    let is_chosen = matches!(dialog.try_show(), Ok(FileDialogAction::Success));
    let path = dialog.filename();
    if let (true, Some(folder)) = (is_chosen, path.parent()) {
        dialog.set_directory(&folder).ok();
    }
    DIALOG.set(Some(dialog));
    (is_chosen && !path.as_os_str().is_empty()).then_some(path)
}

/// Where people keep pictures, else where they are at home.
fn pictures_folder() -> Option<PathBuf> {
    let folders = directories::UserDirs::new()?;
    Some(folders.picture_dir().unwrap_or(folders.home_dir()).to_path_buf())
}

/// Asks where a picture shall be saved under that name, and calls back unless the person chose not to.
/// Whether something is there already is for the caller to ask.
pub fn choose_place(name: &str, chosen: impl FnOnce(PathBuf) + 'static) {
    if IS_OPEN.replace(true) {
        return;
    }
    let (mut chosen, name) = (Some(chosen), name.to_owned());
    app::add_timeout3(0.0, move |_| {
        let path = ask_place(&name);
        IS_OPEN.set(false);
        if let (Some(path), Some(chosen)) = (path, chosen.take()) {
            chosen(path);
        }
    });
}

fn ask_place(name: &str) -> Option<PathBuf> {
    let kept = PLACES.take();
    let is_first = kept.is_none();
    let new = || Box::leak(Box::new(FileDialog::new(FileDialogType::BrowseSaveFile)));
    let dialog = kept.unwrap_or_else(new);
    dialog.set_title(tr("viewer.save"));
    dialog.set_preset_file(name);
    if let (true, Some(folder)) = (is_first, pictures_folder()) {
        // Without it the question begins elsewhere.
        dialog.set_directory(&folder).ok();
    }
    let is_chosen = matches!(dialog.try_show(), Ok(FileDialogAction::Success));
    let path = dialog.filename();
    PLACES.set(Some(dialog));
    (is_chosen && !path.as_os_str().is_empty()).then_some(path)
}
