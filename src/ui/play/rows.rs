//! The list of the window of all games: drawn, pressed, walked through with keys.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key as Pressed};

use crate::ui::app::play::rows::{Act, Button, Line, Row};
use crate::ui::paint::text::{fit, width};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{Control, RowLook, ScrollList};

const HEAD: i32 = 32;
const ROW: i32 = 52;
const OFF: i32 = 44;
/// Free space at both sides of a row.
const SIDE: i32 = 20;
const AVATAR: i32 = 36;
const BUTTON: i32 = 28;
const BUTTON_PAD: i32 = 12;
const BUTTON_GAP: i32 = 6;

/// The list.
#[derive(Clone)]
pub struct GameRows {
    pub list: ScrollList,
    shared: Rc<Shared>,
}

struct Shared {
    lines: RefCell<Vec<Line>>,
    /// Where the pointer was last.
    pointer: Cell<(i32, i32)>,
    /// The row that is chosen.
    chosen: Cell<Option<usize>>,
    told: RefCell<Box<dyn FnMut(Act)>>,
}

impl GameRows {
    /// An empty list that tells what was chosen in it.
    pub fn new(told: impl FnMut(Act) + 'static) -> GameRows {
        let shared = Rc::new(Shared {
            lines: RefCell::default(),
            pointer: Cell::default(),
            chosen: Cell::default(),
            told: RefCell::new(Box::new(told)),
        });
        let drawn = Rc::clone(&shared);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| drawn.paint(canvas, look));
        let mut rows = GameRows { list: list.plain(), shared };
        rows.wire();
        rows
    }

    /// Shows these lines. What is chosen stays chosen wherever it is now.
    pub fn set_lines(&mut self, lines: Vec<Line>) {
        if *self.shared.lines.borrow() == lines {
            return;
        }
        let chosen = self.list.selected().and_then(|at| self.shared.row(at)).map(|row| row.key);
        let heights: Vec<i32> = lines.iter().map(height).collect();
        let place = chosen.and_then(|key| {
            lines.iter().position(|line| matches!(line, Line::Row(row) if row.key == key))
        });
        *self.shared.lines.borrow_mut() = lines;
        self.list.set_rows(heights);
        self.list.set_selected(place);
        self.shared.chosen.set(place);
        self.list.set_shown(!self.shared.lines.borrow().is_empty());
        self.list.redraw();
    }

    /// A key that the list itself leaves alone: the second thing that can be done.
    pub fn key(&mut self) -> bool {
        if app::event_key() != Pressed::Delete {
            return false;
        }
        let row = self.list.selected().and_then(|at| self.shared.row(at));
        let refusal = row.as_ref().and_then(|row| {
            let is_no = |button: &&Button| matches!(button.act, Act::Decline(_) | Act::Withdraw(_));
            row.buttons.iter().find(is_no)
        });
        refusal.inspect(|button| self.shared.tell(button.act)).is_some()
    }

    fn wire(&mut self) {
        let (shared, list) = (Rc::clone(&self.shared), self.list.clone());
        self.list.on_point(move |pointed| {
            let at = (app::event_x(), app::event_y());
            // The toolkit says "moved" also when the window lost the keyboard.
            if shared.pointer.replace(at) == at {
                return;
            }
            if let Some(pointed) = pointed {
                let button = shared.button_at(pointed.index, pointed.area, at);
                let hint = button.map_or("", |button| button.hint);
                list.say_of(pointed.area, if hint.is_empty() { "" } else { tr(hint) });
            }
        });
        let (shared, list) = (Rc::clone(&self.shared), self.list.clone());
        self.list.on_click(move |at| {
            let Some(area) = list.area_of(at) else { return };
            if let Some(button) = shared.button_at(at, area, (app::event_x(), app::event_y())) {
                shared.tell(button.act);
            }
        });
        let (shared, mut list) = (Rc::clone(&self.shared), self.list.clone());
        self.list.on_select(move |at| {
            let from = shared.chosen.get();
            let row = match app::event() {
                // The keyboard goes past what is no row.
                Event::KeyDown => row_near(&shared.lines.borrow(), at, from),
                _ => shared.row(at).map_or(from, |_| Some(at)),
            };
            shared.chosen.set(row);
            if row != Some(at) {
                list.set_selected(row);
                if let Some(row) = row {
                    list.reveal(row);
                }
            }
        });
        let shared = Rc::clone(&self.shared);
        self.list.on_open(move |at| {
            // The second press of two that came quickly is meant for nothing.
            if app::event() == Event::KeyDown {
                shared.open(at);
            }
        });
        let shared = Rc::clone(&self.shared);
        self.list.on_space(move |at| shared.open(at));
    }
}

/// The row that somebody means who comes to a line from another one: itself, else the next one on the way,
/// else the one that is left.
fn row_near(lines: &[Line], at: usize, from: Option<usize>) -> Option<usize> {
    let is_row = |at: &usize| matches!(lines.get(*at), Some(Line::Row(_)));
    let before = || (0..=at).rev().find(is_row);
    let behind = || (at..lines.len()).find(is_row);
    match from.is_some_and(|from| from > at) {
        true => before().or_else(behind),
        false => behind().or_else(before),
    }
}

fn height(line: &Line) -> i32 {
    match line {
        Line::Head(_) => HEAD,
        Line::Row(_) => ROW,
        Line::Off(_) => OFF,
    }
}

impl Shared {
    fn tell(&self, act: Act) {
        (self.told.borrow_mut())(act);
    }

    fn row(&self, at: usize) -> Option<Row> {
        match self.lines.borrow().get(at) {
            Some(Line::Row(row)) => Some((**row).clone()),
            _ => None,
        }
    }

    fn open(&self, at: usize) {
        if let Some(button) = self.row(at).and_then(|row| row.buttons.into_iter().next()) {
            self.tell(button.act);
        }
    }

    fn button_at(&self, at: usize, area: Rect, (x, y): (i32, i32)) -> Option<Button> {
        let row = self.row(at)?;
        let places = places(&row, area);
        let hit = places.iter().position(|place| place.contains(x, y))?;
        row.buttons.get(hit).cloned()
    }

    fn paint(&self, canvas: &Canvas, look: &RowLook) {
        match self.lines.borrow().get(look.index) {
            Some(Line::Head(key)) => {
                canvas.fill(look.area, Colour::Paper);
                let words = Rect::new(SIDE, look.area.y + 8, look.area.w - 2 * SIDE, 20);
                let words = words.moved(look.area.x, 0);
                let (style, ink) = (Style::CAPTION.bold(), Colour::Ink2);
                canvas.text_in(style, ink, words, Align::Left, tr(key));
            }
            Some(Line::Off(key)) => paint_off(canvas, look.area, tr(key)),
            Some(Line::Row(row)) => {
                let (x, y) = self.pointer.get();
                let is_hot = |place: &Rect| look.hover && place.contains(x, y);
                paint_row(canvas, look, row, is_hot);
            }
            None => {}
        }
    }
}

/// Where the buttons of a row lie, in their order.
fn places(row: &Row, area: Rect) -> Vec<Rect> {
    let mut right = area.right() - SIDE;
    let mut places: Vec<Rect> = Vec::with_capacity(row.buttons.len());
    for button in row.buttons.iter().rev() {
        let w = width(Style::CAPTION.bold(), &button.label) + 2 * BUTTON_PAD;
        let y = area.y + (ROW - 1 - BUTTON) / 2;
        places.insert(0, Rect::new(right - w, y, w, BUTTON));
        right -= w + BUTTON_GAP;
    }
    places
}

fn paint_off(canvas: &Canvas, area: Rect, words: &str) {
    canvas.fill(area, Colour::Paper);
    let strip = Rect::new(area.x + SIDE, area.y + 4, area.w - 2 * SIDE, area.h - 8);
    canvas.round(strip, metric::RADIUS, Colour::GoldSoft);
    canvas.icon_on(Icon::Info, strip.x + 10, strip.y + 10, 16, Colour::GoldText, Colour::GoldSoft);
    let words_at = strip.without_left(32).without_right(8);
    let words = fit(Style::CAPTION, words, words_at.w);
    canvas.text_in(Style::CAPTION, Colour::GoldText, words_at, Align::Left, &words);
}

fn paint_row(canvas: &Canvas, look: &RowLook, row: &Row, is_hot: impl Fn(&Rect) -> bool) {
    let area = look.area;
    canvas.fill(area, Colour::Paper);
    let (card, ground) =
        (Rect::new(area.x + 8, area.y, area.w - 16, area.h - 1), look.ground(Colour::Paper));
    canvas.round(card, metric::RADIUS, ground);
    canvas.line_across(area.x + SIDE, area.bottom() - 1, area.w - 2 * SIDE, Colour::Line);
    let (x, y) = (area.x + SIDE, area.y + (ROW - AVATAR) / 2);
    canvas.avatar_with_status(row.portrait, x, y, AVATAR, row.presence, ground);
    let places = places(row, area);
    let right = places.first().map_or(area.right() - SIDE, |place| place.x - 8);
    let x = x + AVATAR + 12;
    let name_at = Rect::new(x, area.y + 6, right - x, 20);
    let name = fit(Style::BODY, &row.name, name_at.w - width(Style::CAPTION, &row.at) - 8);
    canvas.text_in(Style::BODY, Colour::Ink, name_at, Align::Left, &name);
    let at = name_at.without_left(width(Style::BODY, &name) + 8);
    canvas.text_in(Style::CAPTION, Colour::Ink3, at, Align::Left, &row.at);
    let (style, ink) = match row.calls {
        true => (Style::CAPTION.bold(), Colour::BrandText),
        false => (Style::CAPTION, Colour::Ink2),
    };
    let line_at = Rect { y: area.y + 27, h: 16, ..name_at };
    let line = fit(style, &row.line, line_at.w);
    canvas.text_in(style, ink, line_at, Align::Left, &line);
    for (button, place) in row.buttons.iter().zip(&places) {
        paint_button(canvas, button, *place, is_hot(place));
    }
    if look.ring {
        canvas.frame(card, metric::RADIUS, Colour::Focus, 2);
    }
}

fn paint_button(canvas: &Canvas, button: &Button, place: Rect, is_hot: bool) {
    let ink = match (button.main, is_hot, button.act) {
        (true, false, _) => {
            canvas.round(place, metric::RADIUS, Colour::Brand);
            Colour::White
        }
        (true, true, _) => {
            canvas.round(place, metric::RADIUS, Colour::BrandHover);
            Colour::White
        }
        // What was done already and can be taken back.
        (false, false, Act::Withdraw(_)) => {
            canvas.card(place, metric::RADIUS, Colour::Sunken, Colour::Line, 1);
            Colour::Ink2
        }
        (false, hot, _) => {
            let fill = if hot { Colour::Hover } else { Colour::Paper };
            canvas.card(place, metric::RADIUS, fill, Colour::Field, 1);
            Colour::Ink
        }
    };
    let style = if button.main { Style::CAPTION.bold() } else { Style::CAPTION };
    canvas.text_in(style, ink, place, Align::Centre, &button.label);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;
    use crate::ui::app::play::rows::Key;

    #[test]
    fn the_keyboard_goes_past_headlines() {
        let row = || {
            Line::Row(Box::new(Row {
                key: Key::Person(AccountId::FIRST),
                portrait: 1.into(),
                name: String::new(),
                presence: None,
                at: String::new(),
                line: String::new(),
                calls: false,
                buttons: Vec::new(),
            }))
        };
        let lines = [Line::Head("a"), row(), Line::Head("b"), row(), row()];
        let cases = [
            ((0, None), Some(1)),
            ((2, Some(1)), Some(3)),
            ((2, Some(3)), Some(1)),
            ((0, Some(1)), Some(1)),
            ((4, Some(3)), Some(4)),
        ];
        for ((at, from), expected) in cases {
            assert_eq!(row_near(&lines, at, from), expected, "{at} from {from:?}");
        }
        assert_eq!(row_near(&[Line::Head("a")], 0, None), None);
    }
}
