//! The windows of files: all transfers of this computer, and the files of one conversation.
//!
//! Both show the same rows: `areas` is where their parts stand, `rows` the list that draws them and
//! hears what is pressed, `menus` what can be done with a file.

mod areas;
mod list;
mod menus;
mod rows;
mod shelf;

use fltk::app;
use fltk::enums::Shortcut;

use super::app::Model;
use super::app::files::FilesEffect;
use super::screen::Side;
use super::text::language;
use super::widgets::Field;
use super::{filing, platform};
use list::ListWindow;
use shelf::ShelfWindow;

/// Those that stand.
#[derive(Default)]
pub struct FileWindows {
    list: Option<ListWindow>,
    shelf: Option<ShelfWindow>,
}

/// What a window was last brought up to; while it is the same there is nothing to do.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    files: u64,
    people: u64,
    /// Something was said or taken back.
    chats: u64,
    /// Words of days and of times change with the minute at most.
    minute: i64,
}

impl FileWindows {
    /// Makes, changes and closes them until they are what the model says.
    pub fn follow(&mut self, model: &Model, side: Side) {
        match (&model.files.list, &mut self.list) {
            (Some(_), Some(window)) => window.follow(model),
            (Some(_), place) => *place = Some(ListWindow::new(model, side)),
            (None, place) => place.take().into_iter().for_each(ListWindow::close),
        }
        let with = model.files.shelf.as_ref().map(|shelf| shelf.with);
        let other = |window: &mut ShelfWindow| with.is_none_or(|with| !window.is_of(with));
        self.shelf.take_if(other).into_iter().for_each(ShelfWindow::close);
        match (with, &mut self.shelf) {
            (Some(_), Some(window)) => window.follow(model),
            (Some(with), place) => *place = Some(ShelfWindow::new(model, with, side)),
            (None, _) => {}
        }
    }

    /// Does what concerns them.
    pub fn carry_out(&mut self, effect: FilesEffect) {
        match effect {
            FilesEffect::RaiseList => self.list.iter_mut().for_each(ListWindow::raise),
            FilesEffect::RaiseShelf => self.shelf.iter_mut().for_each(ShelfWindow::raise),
            FilesEffect::Show(folder) => platform::open_received(&folder, filing::say_closed_later),
        }
    }

    /// They speak the language of the moment.
    pub fn reword(&mut self) {
        self.list.iter_mut().for_each(ListWindow::reword);
        self.shelf.iter_mut().for_each(ShelfWindow::reword);
    }

    /// Takes them away.
    pub fn close(&mut self) {
        self.list.take().into_iter().for_each(ListWindow::close);
        self.shelf.take().into_iter().for_each(ShelfWindow::close);
    }

    /// How many stand.
    pub fn count(&self) -> usize {
        usize::from(self.list.is_some()) + usize::from(self.shelf.is_some())
    }
}

impl Stamp {
    fn of(model: &Model) -> Stamp {
        Stamp {
            files: model.files.version,
            people: model.people.version,
            chats: model.chats.versions(),
            minute: model.now.wall_ms / 60_000,
        }
    }
}

/// How much one keeps on the server, once that is known.
fn quota_words(model: &Model) -> String {
    model.files.quota.map(|quota| quota.words(language())).unwrap_or_default()
}

/// What is typed while the list has the keyboard is looked for.
fn writes_through(field: &mut Field) -> bool {
    let words = app::event_text();
    let is_command = app::event_state().intersects(Shortcut::Ctrl | Shortcut::Alt);
    // A space does something with the row.
    let is_typed = !words.trim().is_empty() && !words.chars().any(char::is_control);
    let writes = !field.has_focus() && is_typed && !is_command;
    if writes {
        field.write(&words);
    }
    writes
}
