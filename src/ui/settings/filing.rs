//! The page of files of the settings: where received ones go.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetExt};

use super::sheet::{Sheet, put_right};
use super::{Leaf, leaf};
use crate::ui::app::files::FilesMsg;
use crate::ui::app::{Model, Msg};
use crate::ui::files::{self, Wanted};
use crate::ui::filing;
use crate::ui::paint::Rect;
use crate::ui::platform;
use crate::ui::shell::post;
use crate::ui::text::tr;
use crate::ui::widgets::{Button, ButtonKind, Control};

/// Buttons in a row are smaller than those of a window.
const BUTTON: i32 = 28;
const GAP: i32 = 8;

/// The page.
pub struct FilesPage {
    group: Group,
    sheet: Rc<RefCell<Sheet>>,
    open: Button,
    change: Button,
    usual: Button,
    folder: Rc<RefCell<PathBuf>>,
    /// It is the one that nobody chose.
    is_usual: bool,
}

impl FilesPage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect) -> FilesPage {
        let (group, sheet) = leaf(area, |_| {});
        let folder: Rc<RefCell<PathBuf>> = Rc::default();
        let mut open = Button::new(ButtonKind::Outline, "");
        let shown = Rc::clone(&folder);
        open.on_press(move || platform::open_received(&shown.borrow(), filing::say_closed_later));
        let mut change = Button::new(ButtonKind::Outline, "");
        change.on_press(|| {
            files::choose(Wanted::Folder, tr("set.folder"), "", |folder| {
                post(Msg::Files(FilesMsg::Folder(folder)));
            });
        });
        let mut usual = Button::new(ButtonKind::Outline, "");
        usual.on_press(|| post(Msg::Files(FilesMsg::UsualFolder)));
        group.end();
        let is_usual = true;
        FilesPage { group, sheet, open, change, usual, folder, is_usual }
    }
}

impl Leaf for FilesPage {
    fn group(&self) -> Group {
        self.group.clone()
    }

    fn lay_out(&mut self) {
        self.open.set_label(tr("set.folder.open"));
        self.change.set_label(tr("set.folder.change"));
        self.usual.set_label(tr("set.folder.default"));
        let (open, change) = (self.open.wanted_width(), self.change.wanted_width());
        let mut sheet = Sheet::new(Rect::of(&self.group));
        sheet.heading(tr("set.receiving"));
        let folder = told(&self.folder.borrow());
        let row = sheet.row(tr("set.folder"), &folder, open + GAP + change);
        put_right(&mut self.change, row, change, BUTTON);
        let row = Rect { w: row.w - change - GAP, ..row };
        put_right(&mut self.open, row, open, BUTTON);
        let whole = self.folder.borrow().display().to_string();
        self.open.set_tip(&whole);
        self.change.set_tip(&whole);
        self.usual.set_shown(!self.is_usual);
        if !self.is_usual {
            let usual = self.usual.wanted_width();
            let row = sheet.space(BUTTON + 2 * GAP);
            put_right(&mut self.usual, row, usual, BUTTON);
        }
        *self.sheet.borrow_mut() = sheet;
    }

    fn follow(&mut self, model: &Model) {
        let folder = model.download_folder();
        let is_usual = model.settings.folder.is_none();
        if *self.folder.borrow() != folder || self.is_usual != is_usual {
            self.is_usual = is_usual;
            *self.folder.borrow_mut() = folder;
            self.lay_out();
            self.group.redraw();
        }
    }
}

/// A folder as people say it: one's own home is short.
fn told(folder: &Path) -> String {
    let folders = directories::UserDirs::new();
    let home = folders.as_ref().map(directories::UserDirs::home_dir);
    match home.and_then(|home| folder.strip_prefix(home).ok()) {
        Some(short) if cfg!(unix) => Path::new("~").join(short).display().to_string(),
        _ => folder.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_folder_is_told_as_a_whole() {
        let folders = directories::UserDirs::new().unwrap();
        let own = folders.home_dir().join("Downloads/MyChat");
        assert_eq!(told(&own), "~/Downloads/MyChat");
        assert_eq!(told(Path::new("/srv/files")), "/srv/files");
    }
}
