//! The page of files of the settings: where received ones go, which come without asking, how fast.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetExt};

use super::sheet::{Sheet, put_right};
use super::{Leaf, leaf, set};
use crate::ui::app::files::FilesMsg;
use crate::ui::app::files::receiving::{AT_ONCE, BELOW_MB, ReceivingMsg, SPEEDS_MB};
use crate::ui::app::settings::SettingMsg;
use crate::ui::app::{Model, Msg};
use crate::ui::files::{self, Wanted};
use crate::ui::filing;
use crate::ui::paint::Rect;
use crate::ui::platform;
use crate::ui::shell::post;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::metric;
use crate::ui::widgets::{Button, ButtonKind, Choice, ChoiceKind, Control, Select, SelectKind};

/// Buttons in a row are smaller than those of a window.
const BUTTON: i32 = 28;
const GAP: i32 = 8;
const TOGGLE: i32 = 36;
/// The lists of numbers are equally wide.
const SELECT: i32 = 112;

/// The page.
pub struct FilesPage {
    group: Group,
    sheet: Rc<RefCell<Sheet>>,
    open: Button,
    change: Button,
    usual: Button,
    below: Select,
    opens_folder: Choice,
    at_once: Select,
    up: Select,
    down: Select,
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
        let below = select(&BELOW_MB, ReceivingMsg::Below);
        let mut opens_folder = Choice::new(ChoiceKind::Toggle, "");
        opens_folder.on_change(|on| set(SettingMsg::Receiving(ReceivingMsg::OpensFolder(on))));
        let at_once = select(&AT_ONCE, ReceivingMsg::AtOnce);
        let up = select(&SPEEDS_MB, ReceivingMsg::Up);
        let down = select(&SPEEDS_MB, ReceivingMsg::Down);
        group.end();
        FilesPage {
            group,
            sheet,
            open,
            change,
            usual,
            below,
            opens_folder,
            at_once,
            up,
            down,
            folder,
            is_usual: true,
        }
    }

    /// The rows below that of the folder.
    fn lay_out_choices(&mut self, sheet: &mut Sheet) {
        offer(&mut self.below, &BELOW_MB, "set.receive.never", "set.mb");
        let row = sheet.row(tr("set.receive"), tr("set.receive.hint"), SELECT);
        put_right(&mut self.below, row, SELECT, metric::BUTTON);
        let row = sheet.row(tr("set.received.folder"), "", TOGGLE);
        put_right(&mut self.opens_folder, row, TOGGLE, metric::BUTTON);
        offer(&mut self.at_once, &AT_ONCE, "", "set.files.at_once.n");
        let row = sheet.row(tr("set.files.at_once"), "", SELECT);
        put_right(&mut self.at_once, row, SELECT, metric::BUTTON);
        sheet.heading(tr("set.speed"));
        offer(&mut self.up, &SPEEDS_MB, "set.speed.any", "set.mb_s");
        let row = sheet.row(tr("set.speed.up"), tr("set.speed.hint"), SELECT);
        put_right(&mut self.up, row, SELECT, metric::BUTTON);
        offer(&mut self.down, &SPEEDS_MB, "set.speed.any", "set.mb_s");
        let row = sheet.row(tr("set.speed.down"), "", SELECT);
        put_right(&mut self.down, row, SELECT, metric::BUTTON);
    }
}

/// A list of numbers to choose from.
fn select<const N: usize>(offered: &'static [u32; N], msg: fn(u32) -> ReceivingMsg) -> Select {
    let mut select = Select::new(SelectKind::Box, &[""; N]);
    select.on_change(move |index| {
        if let Some(number) = offered.get(index) {
            set(SettingMsg::Receiving(msg(*number)));
        }
    });
    select
}

/// Words each number; those of none are others.
fn offer(select: &mut Select, offered: &[u32], none: &'static str, some: &'static str) {
    let told = offered.iter().map(|number| match number {
        0 => tr(none).to_owned(),
        n => tr_with(some, &[("n", &n.to_string())]),
    });
    let told: Vec<String> = told.collect();
    select.set_options(&told.iter().map(String::as_str).collect::<Vec<_>>());
}

fn show_chosen(select: &mut Select, offered: &[u32], number: u32) {
    select.set_chosen(offered.iter().position(|one| *one == number).unwrap_or(0));
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
        self.lay_out_choices(&mut sheet);
        *self.sheet.borrow_mut() = sheet;
    }

    fn follow(&mut self, model: &Model) {
        let receiving = model.settings.receiving;
        show_chosen(&mut self.below, &BELOW_MB, receiving.below_mb);
        self.opens_folder.set_on(receiving.opens_folder);
        show_chosen(&mut self.at_once, &AT_ONCE, receiving.at_once);
        show_chosen(&mut self.up, &SPEEDS_MB, receiving.up_mb);
        show_chosen(&mut self.down, &SPEEDS_MB, receiving.down_mb);
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
