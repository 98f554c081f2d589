//! The picker of emoji: those used last, all of them, and those whose name is typed.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::WidgetExt;
use fltk::window::MenuWindow;

use super::composer::codes;
use crate::ui::app::search::Wanted;
use crate::ui::paint::emoji::{self, EmojiId};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::screen;
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::popup;

const COLUMNS: usize = 8;
/// Rows that are seen at once.
const ROWS: usize = 4;
const CELL: i32 = 36;
const PADDING: i32 = 12;
const FIELD: Rect = Rect { x: PADDING, y: PADDING, w: 8 * CELL, h: 32 };
const HEAD: Rect = Rect { x: PADDING, y: 48, w: 8 * CELL, h: 24 };
const CELLS: Rect = Rect { x: PADDING, y: 74, w: 8 * CELL, h: 4 * CELL };
const FOOT: Rect = Rect { x: PADDING, y: 226, w: 8 * CELL, h: 40 };
const W: i32 = CELLS.w + 2 * PADDING;
const H: i32 = FOOT.y + FOOT.h;

/// What stands among the last ones as long as fewer were used.
const USUAL: &str = "😀😄😂🤣😊😍🤔😎😭😅😴🥱😡🤯👍👎👏🙏💪🎉❤🔥⭐📚✏🏀⚽🎮☕🍜🌧🌞";

thread_local! {
    /// Those used last, the newest first.
    static RECENT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Says which were used last.
pub fn set_recent(used: &[String]) {
    RECENT.with_borrow_mut(|recent| {
        if recent != used {
            used.clone_into(recent);
        }
    });
}

/// Opens it above a button, which is there on the screen. `chosen` is called once: with the emoji, or
/// with none when it was closed without a choice.
pub fn open(button: Rect, chosen: impl FnMut(Option<&'static str>) + 'static) {
    let (state, chosen) = (Rc::new(RefCell::new(Picker::new())), Rc::new(RefCell::new(chosen)));
    let drawn = Rc::clone(&state);
    let room = screen::room();
    let above = button.y - 6 - H;
    let y = if above >= room.y { above } else { button.bottom() + 6 };
    let area = screen::fit(Rect::new(button.x, y, W, H), room);
    let handle = move |window: &mut MenuWindow, event| {
        let done = event_in(&mut state.borrow_mut(), window, event);
        window.redraw();
        if let Some(end) = done {
            popup::close(window);
            let chosen = Rc::clone(&chosen);
            // Not within its own event: the toolkit still holds the window.
            app::add_timeout3(0.0, move |_| {
                let emoji = match end {
                    End::Chosen(EmojiId(id)) => emoji::all().get(id),
                    End::Left => None,
                };
                (chosen.borrow_mut())(emoji.map(|emoji| emoji.text));
            });
        }
        !matches!(event, Event::Unfocus | Event::Hide)
    };
    popup::open(area, move |_, _| drawn.borrow().paint(), handle);
}

/// How it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Chosen(EmojiId),
    Left,
}

/// Takes in what happened.
fn event_in(picker: &mut Picker, window: &MenuWindow, event: Event) -> Option<End> {
    let (x, y) = popup::pointer(window);
    let inside = Rect::new(0, 0, W, H).contains(x, y);
    match event {
        Event::Move | Event::Drag | Event::Enter => {
            if let Some(Spot::Emoji(index)) = picker.spot(x, y) {
                picker.current = index;
            }
        }
        Event::Push if !inside => return Some(End::Left),
        Event::Released => match picker.spot(x, y) {
            Some(Spot::Emoji(index)) => return picker.listed.get(index).copied().map(End::Chosen),
            Some(Spot::Page(page)) => picker.show(page),
            None => {}
        },
        Event::MouseWheel => {
            let is_up = app::event_dy() == app::MouseWheel::Up;
            picker.top = if is_up { picker.top.saturating_sub(1) } else { picker.top + 1 };
            picker.top = picker.top.min(picker.top_max());
        }
        Event::KeyDown | Event::Shortcut => {
            return picker.key(app::event_key(), &app::event_text());
        }
        _ => {}
    }
    None
}

/// What is shown while nothing is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Recent,
    All,
}

/// What the pointer is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    /// One of those that are listed.
    Emoji(usize),
    Page(Page),
}

struct Picker {
    page: Page,
    typed: String,
    listed: Vec<EmojiId>,
    /// Which of the listed ones.
    current: usize,
    /// The first row that is seen.
    top: usize,
}

impl Picker {
    fn new() -> Picker {
        let listed = recent();
        Picker { page: Page::Recent, typed: String::new(), listed, current: 0, top: 0 }
    }

    fn show(&mut self, page: Page) {
        self.page = page;
        self.typed.clear();
        self.list();
    }

    fn list(&mut self) {
        self.listed = match (Wanted::new(&self.typed), self.page) {
            (Some(wanted), _) => found(&wanted),
            (None, Page::Recent) => recent(),
            (None, Page::All) => (0..emoji::all().len()).map(EmojiId).collect(),
        };
        (self.current, self.top) = (0, 0);
    }

    fn key(&mut self, key: Key, words: &str) -> Option<End> {
        match key {
            Key::Escape if self.typed.is_empty() => return Some(End::Left),
            Key::Escape => {
                self.typed.clear();
                self.list();
            }
            Key::Enter | Key::KPEnter => {
                return self.listed.get(self.current).copied().map(End::Chosen);
            }
            Key::Left => self.step(-1),
            Key::Right => self.step(1),
            Key::Up => self.step(-8),
            Key::Down => self.step(8),
            Key::Tab => self.show(if self.page == Page::All { Page::Recent } else { Page::All }),
            Key::BackSpace => {
                self.typed.pop();
                self.list();
            }
            _ if !words.is_empty() && !words.chars().any(char::is_control) => {
                self.typed.push_str(words);
                self.list();
            }
            _ => {}
        }
        None
    }

    /// Moves within the list, and shows where that is.
    fn step(&mut self, by: isize) {
        let Some(to) = self.current.checked_add_signed(by) else { return };
        if to < self.listed.len() {
            self.current = to;
        }
        let row = self.current / COLUMNS;
        self.top = self.top.clamp((row + 1).saturating_sub(ROWS), row);
    }

    fn top_max(&self) -> usize {
        self.listed.len().div_ceil(COLUMNS).saturating_sub(ROWS)
    }

    /// Where an emoji stands, if it is seen.
    fn cell(&self, index: usize) -> Option<Rect> {
        let row = (index / COLUMNS).checked_sub(self.top).filter(|row| *row < ROWS)?;
        let px = |cells: usize| i32::try_from(cells).unwrap_or(0) * CELL;
        Some(Rect::new(CELLS.x + px(index % COLUMNS), CELLS.y + px(row), CELL, CELL))
    }

    fn spot(&self, x: i32, y: i32) -> Option<Spot> {
        let first = self.top * COLUMNS;
        let seen = first..(first + ROWS * COLUMNS).min(self.listed.len());
        let under = |index: &usize| self.cell(*index).is_some_and(|cell| cell.contains(x, y));
        if let Some(index) = seen.into_iter().find(under) {
            return Some(Spot::Emoji(index));
        }
        let pages = [Page::Recent, Page::All];
        pages.into_iter().find(|page| tab(*page).contains(x, y)).map(Spot::Page)
    }

    /// What stands over the list.
    fn head(&self) -> &'static str {
        match (self.typed.is_empty(), self.page) {
            (true, Page::Recent) if used().is_empty() => "emoji.usual",
            (true, Page::Recent) => "emoji.recent",
            (true, Page::All) => "emoji.all",
            (false, _) if self.listed.is_empty() => "emoji.none",
            (false, _) => "emoji.found",
        }
    }

    fn paint(&self) {
        let canvas = popup::card(Rect::new(0, 0, W, H));
        self.paint_field(&canvas);
        canvas.text_in(Style::CAPTION.bold(), Colour::Ink2, HEAD, Align::Left, tr(self.head()));
        for (index, id) in self.listed.iter().enumerate() {
            let Some(cell) = self.cell(index) else { continue };
            if index == self.current {
                canvas.round(cell, metric::RADIUS, Colour::Selected);
            }
            canvas.emoji(*id, cell.x + 6, cell.y + 6, 24);
        }
        self.paint_bar(&canvas);
        canvas.line_across(1, FOOT.y, W - 2, Colour::Line);
        for (page, icon) in [(Page::Recent, Icon::Clock), (Page::All, Icon::Emoji)] {
            let is_on = self.typed.is_empty() && self.page == page;
            let (ground, ink) = match is_on {
                true => (Colour::Selected, Colour::BrandText),
                false => (Colour::Paper, Colour::Ink2),
            };
            let tab = tab(page);
            canvas.round(tab, metric::RADIUS, ground);
            canvas.icon_on(icon, tab.x + 7, tab.y + 6, 18, ink, ground);
        }
        if let Some(id) = self.listed.get(self.current) {
            let code = emoji::code(*id, codes());
            canvas.text_in(Style::CAPTION, Colour::Ink2, FOOT, Align::Right, &code);
            let x = FOOT.right() - text::width(Style::CAPTION, &code) - 24;
            canvas.emoji(*id, x, FOOT.y + 11, 18);
        }
    }

    fn paint_field(&self, canvas: &Canvas) {
        canvas.round(FIELD, metric::RADIUS, Colour::Sunken);
        canvas.icon_on(Icon::Search, FIELD.x + 9, FIELD.y + 8, 16, Colour::Ink2, Colour::Sunken);
        let words = FIELD.without_left(34).without_right(10);
        let typed = text::width(Style::BODY, &self.typed).min(words.w);
        match self.typed.is_empty() {
            true => {
                let hint = words.without_left(4);
                canvas.text_in(Style::BODY, Colour::Ink3, hint, Align::Left, tr("emoji.search"));
            }
            false => canvas.text_in(Style::BODY, Colour::Ink, words, Align::Left, &self.typed),
        }
        canvas.fill(Rect::new(words.x + typed + 1, words.y + 7, 1, words.h - 14), Colour::Ink);
    }

    /// How far the list is scrolled.
    fn paint_bar(&self, canvas: &Canvas) {
        let rows = self.listed.len().div_ceil(COLUMNS);
        if rows <= ROWS {
            return;
        }
        let px = |rows: usize| i32::try_from(rows).unwrap_or(0);
        let length = (CELLS.h * px(ROWS) / px(rows)).max(32);
        let top = (CELLS.h - length) * px(self.top) / px(self.top_max()).max(1);
        canvas.round(Rect::new(W - 8, CELLS.y + top, 4, length), 2, Colour::Field);
    }
}

fn tab(page: Page) -> Rect {
    let x = if page == Page::Recent { FOOT.x } else { FOOT.x + 36 };
    Rect::new(x, FOOT.y + 5, 32, 30)
}

/// Those used last, as far as this version has them.
fn used() -> Vec<EmojiId> {
    with_pictures(&RECENT.with_borrow(|recent| recent.concat()))
}

/// Those used last, and usual ones behind them.
fn recent() -> Vec<EmojiId> {
    let mut listed = Vec::new();
    for id in used().into_iter().chain(with_pictures(USUAL)) {
        if !listed.contains(&id) && listed.len() < COLUMNS * ROWS {
            listed.push(id);
        }
    }
    listed
}

fn with_pictures(letters: &str) -> Vec<EmojiId> {
    letters.chars().filter_map(|letter| emoji::find(letter.encode_utf8(&mut [0; 4]))).collect()
}

/// Those with such a name in either language, the best first; Chinese ones also by pinyin.
fn found(wanted: &Wanted) -> Vec<EmojiId> {
    let fit = |emoji: &emoji::Emoji| {
        let names = [emoji.chinese, emoji.english];
        names.into_iter().filter_map(|name| wanted.fit(name)).min()
    };
    let mut found: Vec<_> = emoji::all()
        .iter()
        .enumerate()
        .filter_map(|(id, emoji)| Some((fit(emoji)?, EmojiId(id))))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(picker: &Picker) -> Vec<&'static str> {
        picker.listed.iter().map(|EmojiId(id)| emoji::all()[*id].text).collect()
    }

    fn type_in(picker: &mut Picker, words: &str) {
        for letter in words.chars() {
            assert!(picker.key(Key::from_char('x'), &letter.to_string()).is_none());
        }
    }

    #[test]
    fn what_was_used_last_stands_before_the_usual_ones() {
        assert_eq!(recent().len(), COLUMNS * ROWS, "every usual one is bundled");
        assert_eq!(Picker::new().head(), "emoji.usual");
        set_recent(&["🦖".to_owned()]);
        assert_eq!(Picker::new().head(), "emoji.usual", "that one has no picture");
        set_recent(&["☕".to_owned(), "🦖".to_owned(), "😀".to_owned()]);
        assert_eq!(texts(&Picker::new())[..3], ["☕", "😀", "😄"]);
        assert_eq!(Picker::new().head(), "emoji.recent");
        set_recent(&[]);
    }

    #[test]
    fn names_are_found_in_both_languages_and_by_pinyin() {
        let mut picker = Picker::new();
        for typed in ["苦笑", "kuxiao", "kuxi", "sweat"] {
            type_in(&mut picker, typed);
            assert_eq!(texts(&picker)[0], "😅", "{typed}");
            assert!(picker.key(Key::Escape, "").is_none());
        }
        assert_eq!(picker.listed.len(), COLUMNS * ROWS);
        type_in(&mut picker, "no such thing");
        assert!(picker.listed.is_empty());
        assert!(picker.key(Key::Enter, "").is_none(), "nothing to choose");
        for _ in 0.."no such thing".len() {
            picker.key(Key::BackSpace, "");
        }
        assert_eq!(picker.key(Key::Escape, ""), Some(End::Left));
    }

    #[test]
    fn keys_move_within_the_list_and_show_where_they_are() {
        let mut picker = Picker::new();
        picker.key(Key::Tab, "");
        assert_eq!(picker.listed.len(), emoji::all().len());
        for key in [Key::Left, Key::Up] {
            picker.key(key, "");
            assert_eq!(picker.current, 0);
        }
        for _ in 0..emoji::all().len() {
            picker.key(Key::Right, "");
        }
        assert_eq!(picker.current, emoji::all().len() - 1);
        assert!(picker.cell(picker.current).is_some() && picker.top == picker.top_max());
        let last = picker.listed.last().copied().map(End::Chosen);
        assert_eq!(picker.key(Key::Enter, ""), last);
        for _ in 0..40 {
            picker.key(Key::Up, "");
        }
        assert!(picker.current < COLUMNS && picker.top == 0);
    }

    #[test]
    fn the_pointer_finds_what_is_drawn() {
        let mut picker = Picker::new();
        picker.show(Page::All);
        picker.top = 3;
        for index in 0..picker.listed.len() {
            let Some(cell) = picker.cell(index) else { continue };
            assert_eq!(picker.spot(cell.x + 1, cell.y + 1), Some(Spot::Emoji(index)));
        }
        let page = tab(Page::Recent);
        assert_eq!(picker.spot(page.x, page.y), Some(Spot::Page(Page::Recent)));
        assert_eq!(picker.spot(HEAD.x, HEAD.y), None);
    }
}
