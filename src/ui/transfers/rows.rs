//! The list of both windows: drawn, pressed, walked through with keys.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::enums::Key as Pressed;
use fltk::prelude::WindowExt;
use fltk::window::DoubleWindow;

use super::areas::{Press, RowPlaces, bulk_place, height, words_place};
use super::menus;
use crate::ui::app::files::rows::{Bulk, Choice, Key, Line, Row};
use crate::ui::paint::text::{fit_name, width};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::transcript::card::Tone;
use crate::ui::widgets::{Control, MenuPlace, RowLook, ScrollList};

/// So near to the end of the list more is fetched.
const NEAR_ROWS: usize = 12;

/// What the person chose in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Something with a file.
    File(Key, Choice),
    /// Something with all that are below a line.
    Bulk(Bulk),
    /// The end of the list came into sight.
    End,
}

/// The list.
#[derive(Clone)]
pub struct FileRows {
    pub list: ScrollList,
    shared: Rc<Shared>,
}

struct Shared {
    lines: RefCell<Vec<Line>>,
    /// Where the pointer was last.
    pointer: Cell<(i32, i32)>,
    /// The line and the part of it that was spoken of last.
    said: Cell<Option<(usize, Option<Press>)>>,
    /// The end was told since the lines changed.
    told_end: Cell<bool>,
    told: RefCell<Box<dyn FnMut(Chosen)>>,
}

impl FileRows {
    /// An empty list that tells what was chosen in it.
    pub fn new(window: &DoubleWindow, told: impl FnMut(Chosen) + 'static) -> FileRows {
        let shared = Rc::new(Shared {
            lines: RefCell::default(),
            pointer: Cell::default(),
            said: Cell::default(),
            told_end: Cell::default(),
            told: RefCell::new(Box::new(told)),
        });
        let drawn = Rc::clone(&shared);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| drawn.paint(canvas, look));
        let mut rows = FileRows { list: list.plain(), shared };
        rows.wire(window.clone());
        rows
    }

    /// Shows these lines. What is chosen stays chosen wherever it is now.
    pub fn set_lines(&mut self, lines: Vec<Line>) {
        let selected = self.list.selected().and_then(|row| self.shared.key_of(row));
        let heights: Vec<i32> = (0..).zip(&lines).map(|(at, line)| height(line, at == 0)).collect();
        *self.shared.lines.borrow_mut() = lines;
        self.shared.told_end.set(false);
        self.list.set_rows(heights);
        if let Some(key) = selected {
            self.list.set_selected(self.shared.row_of(key));
        }
        self.list.set_shown(!self.shared.lines.borrow().is_empty());
    }

    /// Whether these are shown.
    pub fn shows(&self, lines: &[Line]) -> bool {
        *self.shared.lines.borrow() == lines
    }

    /// The keyboard goes to the first file; nothing where there is none.
    pub fn enter(&mut self) {
        let first = first_file(&self.shared.lines.borrow());
        if let Some(first) = first {
            self.list.set_selected(Some(first));
            self.list.reveal(first);
            self.list.focus();
        }
    }

    /// A key that the list itself leaves alone.
    pub fn key(&mut self) -> bool {
        if app::event_key() != Pressed::Delete {
            return false;
        }
        let row = self.list.selected().and_then(|at| self.shared.file(at));
        match row.and_then(|row| Some((row.key, row.removal()?))) {
            Some((key, removal)) => {
                self.shared.tell(Chosen::File(key, removal));
                true
            }
            None => false,
        }
    }

    fn wire(&mut self, window: DoubleWindow) {
        let (shared, list) = (Rc::clone(&self.shared), self.list.clone());
        self.list.on_point(move |pointed| {
            let (x, y) = (app::event_x(), app::event_y());
            let under = pointed.and_then(|at| shared.at(at.index, at.area, x, y));
            // The toolkit says "moved" also when the window lost the keyboard.
            let moved = shared.pointer.replace((x, y)) != (x, y);
            let now = pointed.map(|at| (at.index, under));
            if let (Some(at), true, true) = (pointed, moved, shared.said.replace(now) != now) {
                list.say_of(at.area, &shared.tip(at.index, under));
            }
        });
        let (shared, list) = (Rc::clone(&self.shared), self.list.clone());
        self.list.on_click(move |at| {
            if let Some(press) = pressed_at(&shared, &list, at) {
                shared.press(at, press, MenuPlace::Pointer);
            }
        });
        let (shared, list) = (Rc::clone(&self.shared), self.list.clone());
        self.list.on_open(move |at| {
            let by_key = matches!(app::event_key(), Pressed::Enter | Pressed::KPEnter);
            // A second press on a button is one more press on it.
            match pressed_at(&shared, &list, at).filter(|_| !by_key) {
                Some(press) => shared.press(at, press, MenuPlace::Pointer),
                None => shared.open(at),
            }
        });
        let shared = Rc::clone(&self.shared);
        self.list.on_space(move |at| {
            let row = shared.file(at);
            if let Some((key, switch)) = row.and_then(|row| Some((row.key, row.switch()?))) {
                shared.tell(Chosen::File(key, switch));
            }
        });
        let (shared, list) = (Rc::clone(&self.shared), self.list.clone());
        self.list.on_menu(move |at| {
            let by_key = app::event_key() == Pressed::Menu;
            let place = match list.area_of(at).filter(|_| by_key) {
                Some(row) => {
                    let row = row.moved(window.x_root(), window.y_root());
                    MenuPlace::At(row.x + 68, row.y + row.h / 2)
                }
                None => MenuPlace::Pointer,
            };
            shared.press(at, Press::More, place);
        });
    }
}

/// The first line that is a file.
fn first_file(lines: &[Line]) -> Option<usize> {
    lines.iter().position(|line| matches!(line, Line::File(_)))
}

/// What the pointer is over in a line.
fn pressed_at(shared: &Shared, list: &ScrollList, at: usize) -> Option<Press> {
    shared.at(at, list.area_of(at)?, app::event_x(), app::event_y())
}

impl Shared {
    fn tell(&self, chosen: Chosen) {
        (self.told.borrow_mut())(chosen);
    }

    fn file(&self, at: usize) -> Option<Row> {
        match self.lines.borrow().get(at) {
            Some(Line::File(row)) => Some((**row).clone()),
            _ => None,
        }
    }

    fn key_of(&self, at: usize) -> Option<Key> {
        self.file(at).map(|row| row.key)
    }

    fn row_of(&self, key: Key) -> Option<usize> {
        let is_it = |line: &Line| matches!(line, Line::File(row) if row.key == key);
        self.lines.borrow().iter().position(is_it)
    }

    /// What can be pressed at a point of a line.
    fn at(&self, at: usize, area: Rect, x: i32, y: i32) -> Option<Press> {
        match self.lines.borrow().get(at)? {
            Line::Head(_, bulk) => {
                let bulk = (*bulk)?;
                let place = bulk_place(area, width(Style::CAPTION, bulk_words(bulk)));
                place.inset(-4).contains(x, y).then_some(Press::Bulk(bulk))
            }
            Line::File(row) => RowPlaces::new(row, area, widths(row)).press_at(x, y),
        }
    }

    fn press(self: &Rc<Self>, at: usize, press: Press, place: MenuPlace) {
        match (press, self.file(at)) {
            (Press::Bulk(bulk), _) => self.tell(Chosen::Bulk(bulk)),
            (Press::Choice(choice), Some(row)) => self.tell(Chosen::File(row.key, choice)),
            (Press::More, Some(row)) => {
                let this = Rc::clone(self);
                menus::open(place, &row, move |key, choice| this.tell(Chosen::File(key, choice)));
            }
            _ => {}
        }
    }

    /// A double click, or Enter.
    fn open(&self, at: usize) {
        let bulk = match self.lines.borrow().get(at) {
            Some(Line::Head(_, bulk)) => *bulk,
            _ => None,
        };
        let usual = self.file(at).and_then(|row| Some((row.key, row.usual()?)));
        match (bulk, usual) {
            (Some(bulk), _) => self.tell(Chosen::Bulk(bulk)),
            (None, Some((key, usual))) => self.tell(Chosen::File(key, usual)),
            (None, None) => {}
        }
    }

    /// What is said about what the pointer is over.
    fn tip(&self, at: usize, under: Option<Press>) -> String {
        match under {
            Some(Press::Choice(choice)) => menus::tip(choice),
            Some(Press::More) => tr("card.more").to_owned(),
            Some(Press::Bulk(_)) => String::new(),
            None => self.file(at).map(|row| row.hint).unwrap_or_default(),
        }
    }

    fn paint(self: &Rc<Self>, canvas: &Canvas, look: &RowLook) {
        let lines = self.lines.borrow();
        let (x, y) = self.pointer.get();
        let under = look.hover.then(|| self.at(look.index, look.area, x, y)).flatten();
        match lines.get(look.index) {
            Some(Line::Head(words, bulk)) => paint_head(canvas, look, words, *bulk, under),
            Some(Line::File(row)) => paint_file(canvas, look, row, under),
            None => {}
        }
        if look.index + NEAR_ROWS >= lines.len() && !self.told_end.replace(true) {
            // Not while the list is drawn.
            let this = Rc::clone(self);
            app::add_timeout3(0.0, move |_| this.tell(Chosen::End));
        }
    }
}

/// The widths of the words at the right of a row.
fn widths(row: &Row) -> (i32, i32) {
    (width(Style::CAPTION, &row.state), width(Style::CAPTION, &row.size))
}

fn bulk_words(bulk: Bulk) -> &'static str {
    tr(match bulk {
        Bulk::Pause => "files.pause_all",
        Bulk::Resume => "files.resume_all",
        Bulk::Clear => "files.clear",
    })
}

fn paint_head(
    canvas: &Canvas,
    look: &RowLook,
    words: &str,
    bulk: Option<Bulk>,
    under: Option<Press>,
) {
    canvas.fill(look.area, Colour::Paper);
    let place = words_place(look.area);
    canvas.text_in(Style::CAPTION.bold(), Colour::Ink2, place, Align::Left, words);
    let place = match bulk {
        Some(bulk) => {
            let words = bulk_words(bulk);
            let place = bulk_place(look.area, width(Style::CAPTION, words));
            canvas.text_in(Style::CAPTION, Colour::BrandText, place, Align::Right, words);
            if under.is_some() {
                canvas.line_across(place.x, place.bottom() - 2, place.w, Colour::BrandText);
            }
            place
        }
        None => Rect { w: width(Style::CAPTION.bold(), words), ..place },
    };
    if look.ring {
        canvas.frame(place.inset(-4), metric::RADIUS_SMALL, Colour::Focus, 2);
    }
}

fn paint_file(canvas: &Canvas, look: &RowLook, row: &Row, under: Option<Press>) {
    let area = look.area;
    canvas.fill(area, Colour::Paper);
    let (card, ground) =
        (Rect::new(area.x + 8, area.y, area.w - 16, area.h - 1), look.ground(Colour::Paper));
    canvas.round(card, metric::RADIUS, ground);
    canvas.line_across(area.x + 20, area.bottom() - 1, area.w - 40, Colour::Line);
    let places = RowPlaces::new(row, area, widths(row));
    canvas.file_tile(&row.name, places.tile);
    let name = fit_name(Style::BODY, &row.name, places.name.w);
    canvas.text_in(Style::BODY, Colour::Ink, places.name, Align::Left, &name);
    canvas.text_in(Style::CAPTION, Colour::Ink2, places.who, Align::Left, &row.who);
    let state = match row.tone {
        Tone::Quiet => Colour::Ink2,
        Tone::Paused => Colour::GoldText,
        Tone::Bad => Colour::Bad,
        Tone::Checked => Colour::Ok,
    };
    canvas.text_in(Style::CAPTION, state, places.state, Align::Right, &row.state);
    canvas.text_in(Style::CAPTION, Colour::Ink2, places.size, Align::Right, &row.size);
    if let (Some(bar), Some(progress)) = (places.bar, row.progress) {
        let colour = if row.tone == Tone::Paused { Colour::Ink2 } else { Colour::Brand };
        canvas.pill(bar, Colour::Sunken, None);
        let done = Rect { w: bar.w * i32::from(progress.min(1000)) / 1000, ..bar };
        if done.w >= done.h {
            canvas.pill(done, colour, None);
        }
    }
    for (press, place) in &places.buttons {
        let behind = match (under == Some(*press), look.selected) {
            (true, true) => Colour::Paper,
            (true, false) => Colour::Selected,
            (false, _) => ground,
        };
        canvas.round(*place, metric::RADIUS, behind);
        let inner = place.middle(16, 16);
        canvas.icon_on(icon(*press), inner.x, inner.y, 16, Colour::Ink2, behind);
    }
    if look.ring {
        canvas.frame(card, metric::RADIUS, Colour::Focus, 2);
    }
}

fn icon(press: Press) -> Icon {
    match press {
        Press::Choice(choice) => menus::icon(choice),
        Press::More | Press::Bulk(_) => Icon::More,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hit_is_no_head() {
        assert_eq!(first_file(&[]), None);
        let head = || Line::Head("Today".into(), None);
        assert_eq!(first_file(&[head(), head()]), None);
    }
}
