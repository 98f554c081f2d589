//! The window about what is on a room's wall: it, what was there before, and the box to write it in.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};
use fltk::window::DoubleWindow;
use unicode_segmentation::UnicodeSegmentation;

use super::app::wall::{Board, Page, WallMsg};
use super::app::{Model, Msg, time};
use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::shell::post;
use super::text::{self, language, tr, tr_with};
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, Control, RowLook, ScrollList, TextBox};
use super::{paragraph, screen};
use crate::domain::{Announcement, RoomId, Words};

const W: i32 = 520;
/// As high as its words need, between these.
const H: i32 = 264;
const H_MAX: i32 = 480;
/// While it shows more than one, or is written.
const H_PAST: i32 = 400;
const PADDING: i32 = 24;
/// What stands over the words, and under them.
const HEAD: i32 = 56;
const FOOT: i32 = 64;
/// The line of how many have read it, with the space over it.
const READERS: i32 = 30;
/// What an old one has beside its words.
const CAPTION: i32 = 20;
const OLD_GAP: i32 = 16;
/// More lines nothing on a wall has.
const LINES_MAX: usize = 500;

/// The window.
pub struct WallWindow {
    window: DoubleWindow,
    parts: Parts,
    room: RoomId,
}

#[derive(Clone)]
struct Parts {
    list: ScrollList,
    text: TextBox,
    past: Button,
    edit: Button,
    go: Button,
    view: Rc<RefCell<View>>,
}

/// One that is or was on the wall.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sheet {
    /// Who and when.
    about: String,
    lines: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct View {
    room: RoomId,
    name: String,
    page: Page,
    now: Option<Sheet>,
    /// How many have read it; empty where that is not known.
    readers: String,
    old: Vec<Sheet>,
    /// The words of the way to what was there before, or back; none where nothing was.
    past: Option<&'static str>,
    more: bool,
    may_write: bool,
    error: String,
    busy: bool,
    /// Letters that are written.
    letters: usize,
}

impl WallWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(board: &Board, model: &Model) -> WallWindow {
        let mut window = widgets::window("", W, H);
        let view = Rc::new(RefCell::new(View::of(board, model)));
        let drawn = Rc::clone(&view);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            drawn.borrow().paint_sheet(canvas, look);
        });
        let text = TextBox::new("");
        let past = Button::new(ButtonKind::Text, "");
        let edit = Button::new(ButtonKind::Outline, "");
        let go = Button::new(ButtonKind::Primary, "");
        window.end();
        let mut parts = Parts { list: list.plain(), text, past, edit, go, view };
        if board.page == Page::Write {
            parts.begin_writing(model);
        }
        parts.wire(&mut window);
        let mut this = WallWindow { window, parts, room: board.room };
        this.show();
        this.window.show();
        this.focus();
        this
    }

    /// Whether it is that room's.
    #[must_use]
    pub fn is_for(&self, board: &Board) -> bool {
        self.room == board.room
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, board: &Board, model: &Model) {
        let letters = self.parts.view.borrow().letters;
        let new = View { letters, ..View::of(board, model) };
        let old = self.parts.view.borrow().clone();
        if old == new {
            return;
        }
        let page = new.page;
        *self.parts.view.borrow_mut() = new;
        if page == Page::Write && old.page != page {
            self.parts.begin_writing(model);
        }
        self.show();
        if old.page != page {
            self.parts.list.to_start();
            self.focus();
        }
    }

    /// It speaks the language of the moment.
    pub fn reword(&mut self) {
        self.show();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn focus(&mut self) {
        match self.parts.view.borrow().page {
            Page::Write => self.parts.text.focus(),
            Page::Now | Page::Past => self.parts.go.focus(),
        }
    }

    fn show(&mut self) {
        let view = self.parts.view.borrow().clone();
        self.window.set_label(&view.name);
        let h = view.height();
        if self.window.h() != h {
            let area = Rect::new(self.window.x(), self.window.y(), W, h);
            let area = screen::fit(area, screen::room());
            self.window.resize(area.x, area.y, area.w, area.h);
        }
        self.parts.show(&view, h);
        self.window.redraw();
    }
}

impl Parts {
    fn wire(&mut self, window: &mut DoubleWindow) {
        let view = Rc::clone(&self.view);
        self.past.on_press(move || {
            let page = view.borrow().page;
            let to = if page == Page::Past { Page::Now } else { Page::Past };
            post(Msg::Wall(WallMsg::Page(to)));
        });
        let view = Rc::clone(&self.view);
        self.edit.on_press(move || {
            let view = view.borrow();
            post(Msg::Wall(match (view.page, &view.now) {
                (Page::Write, None) => WallMsg::Close,
                (Page::Write, Some(_)) => WallMsg::Page(Page::Now),
                _ => WallMsg::Page(Page::Write),
            }));
        });
        let this = self.clone();
        self.go.on_press(move || this.go());
        let this = self.clone();
        self.text.on_submit(move || this.go());
        let (this, mut drawn) = (self.clone(), window.clone());
        self.text.on_change(move || {
            this.view.borrow_mut().letters = this.text.value().graphemes(true).count();
            drawn.redraw();
        });
        window.set_callback(|_| post(Msg::Wall(WallMsg::Close)));
        window.super_handle_first(false);
        window.handle(|_, event| match event {
            Event::KeyDown | Event::Shortcut if app::event_key() == Key::Escape => {
                post(Msg::Wall(WallMsg::Close));
                true
            }
            _ => false,
        });
        let view = Rc::clone(&self.view);
        widgets::backdrop(window, Colour::Paper, move |canvas, area| {
            view.borrow().paint(canvas, area);
        });
    }

    fn go(&self) {
        let view = self.view.borrow();
        post(Msg::Wall(match (view.page, &view.now) {
            (Page::Write, _) => WallMsg::Submit(self.text.value()),
            (_, Some(_)) => WallMsg::Read(view.room),
            (_, None) => WallMsg::Close,
        }));
    }

    fn begin_writing(&mut self, model: &Model) {
        let room = self.view.borrow().room;
        let written = model.wall(room).map(|wall| wall.text.clone()).unwrap_or_default();
        self.text.set_value(&written);
        self.view.borrow_mut().letters = written.graphemes(true).count();
    }

    fn show(&mut self, view: &View, h: i32) {
        let is_write = view.page == Page::Write;
        let inner = Rect::new(PADDING, HEAD, W - 2 * PADDING, h - HEAD - FOOT);
        self.list.set_shown(!is_write);
        self.list.place(Rect { w: inner.w + PADDING - 4, ..inner });
        self.list.set_rows(view.heights());
        self.text.set_shown(is_write);
        self.text.place(Rect { h: inner.h - 26, ..inner });
        self.text.set_placeholder(tr("room.announcement.hint"));
        self.text.set_enabled(!view.busy);
        let (go, edit) = match view.page {
            Page::Write => ("wall.publish", "common.cancel"),
            _ if view.now.is_none() => ("chat.close", "wall.write"),
            Page::Now | Page::Past => ("room.wall.read", "wall.edit"),
        };
        self.past.set_label(view.past.map_or("", tr));
        self.past.set_shown(view.past.is_some());
        self.edit.set_icon((!is_write).then_some(Icon::Pencil));
        self.edit.set_label(tr(edit));
        self.edit.set_shown(is_write || view.page == Page::Now && view.may_write);
        self.go.set_label(tr(go));
        self.go.set_busy(is_write && view.busy);
        let y = h - 52;
        let mut right = W - PADDING;
        for button in [&mut self.go, &mut self.edit] {
            if button.is_shown() {
                let w = button.wanted_width().max(64);
                button.place(Rect::new(right - w, y, w, 32));
                right -= w + 8;
            }
        }
        let w = self.past.wanted_width();
        self.past.place(Rect::new(PADDING - 4, y, w, 32));
    }
}

impl Sheet {
    fn of(wall: &Announcement, room: RoomId, model: &Model) -> Sheet {
        let name = model.wall_author(room, wall.by);
        let time = time::separator_label(wall.at, model.now.wall_ms, &model.zone, language());
        let words = if wall.text.is_empty() { tr("wall.down") } else { &wall.text };
        Sheet {
            about: tr_with("wall.about", &[("name", &name), ("time", &time)]),
            lines: paragraph::lines(Style::MESSAGE, words, W - 2 * PADDING, LINES_MAX),
        }
    }

    fn words_height(&self) -> i32 {
        Style::MESSAGE.line * i32::try_from(self.lines.len().max(1)).unwrap_or(1)
    }

    fn paint_words(&self, canvas: &Canvas, area: Rect) -> i32 {
        let mut y = area.y;
        for line in &self.lines {
            let row = Rect::new(area.x, y, area.w, Style::MESSAGE.line);
            canvas.text_in(Style::MESSAGE, Colour::Ink, row, Align::Left, line);
            y += Style::MESSAGE.line;
        }
        y
    }
}

impl View {
    fn of(board: &Board, model: &Model) -> View {
        let room = board.room;
        let count = model.room(room).map_or(0, |own| own.room.members).to_string();
        let readers = model.wall_readers(board).map(|n| n.to_string());
        let readers = readers.map(|n| tr_with("wall.readers", &[("n", &n), ("of", &count)]));
        let error = board.error.as_ref().map(|error| text::failure(language(), error));
        View {
            room,
            name: model.people.room_name(room),
            page: board.page,
            now: model.wall(room).map(|wall| Sheet::of(wall, room, model)),
            readers: readers.unwrap_or_default(),
            old: board.old.iter().map(|old| Sheet::of(old, room, model)).collect(),
            past: match board.page {
                Page::Past => Some("wall.now"),
                Page::Now => board.has_past.then_some("wall.past"),
                Page::Write => None,
            },
            more: board.more,
            may_write: model.may_announce(room),
            error: error.unwrap_or_default(),
            busy: board.busy,
            letters: 0,
        }
    }

    fn height(&self) -> i32 {
        match self.page {
            Page::Now => {
                let rows: i32 = self.heights().iter().sum();
                (HEAD + rows + FOOT).clamp(H, H_MAX)
            }
            Page::Past | Page::Write => H_PAST,
        }
    }

    fn heights(&self) -> Vec<i32> {
        let readers = if self.readers.is_empty() { 0 } else { READERS };
        match self.page {
            Page::Now => {
                vec![self.now.as_ref().map_or(Style::MESSAGE.line, Sheet::words_height) + readers]
            }
            Page::Write => Vec::new(),
            Page::Past => {
                self.old.iter().map(|old| CAPTION + old.words_height() + OLD_GAP).collect()
            }
        }
    }

    fn paint(&self, canvas: &Canvas, area: Rect) {
        canvas.icon_on(Icon::Megaphone, PADDING, 25, 18, Colour::GoldText, Colour::Paper);
        let title =
            tr(if self.page == Page::Past { "wall.past.title" } else { "room.announcement" });
        let head = Rect::new(PADDING + 26, 22, area.w - 2 * PADDING - 26, Style::HEADING.line);
        canvas.text_in(Style::HEADING, Colour::Ink, head, Align::Left, title);
        let rest = head.without_left(measure::width(Style::HEADING, title) + 16);
        let aside = match (self.page, &self.now) {
            (Page::Now, Some(now)) => now.about.clone(),
            (Page::Write, _) => format!("{}/{}", self.letters, Words::Announcement.graphemes_max()),
            _ => String::new(),
        };
        canvas.text_in(Style::CAPTION, Colour::Ink3, rest, Align::Right, &aside);
        if !self.error.is_empty() {
            let line = Rect::new(PADDING, area.h - FOOT - 20, area.w - 2 * PADDING, 16);
            canvas.icon_on(Icon::Alert, line.x, line.y + 1, 14, Colour::Bad, Colour::Paper);
            let words = line.without_left(20);
            canvas.text_in(Style::CAPTION, Colour::Bad, words, Align::Left, &self.error);
        }
    }

    fn paint_sheet(&self, canvas: &Canvas, look: &RowLook) {
        let area = Rect { w: W - 2 * PADDING, ..look.area };
        canvas.fill(look.area, Colour::Paper);
        match (self.page, &self.now) {
            (Page::Now, Some(now)) => {
                let y = now.paint_words(canvas, area);
                if !self.readers.is_empty() {
                    canvas.icon_on(Icon::Eye, area.x, y + 12, 14, Colour::Ink2, Colour::Paper);
                    let words = Rect::new(area.x + 20, y + 11, area.w - 20, 16);
                    canvas.text_in(Style::CAPTION, Colour::Ink2, words, Align::Left, &self.readers);
                }
            }
            (Page::Now, None) => {
                let words = Rect { h: Style::MESSAGE.line, ..area };
                canvas.text_in(Style::MESSAGE, Colour::Ink2, words, Align::Left, tr("wall.none"));
            }
            (Page::Past, _) => {
                let Some(old) = self.old.get(look.index) else { return };
                let about = Rect { h: 16, ..area };
                canvas.text_in(Style::CAPTION, Colour::Ink3, about, Align::Left, &old.about);
                old.paint_words(canvas, Rect { y: area.y + CAPTION, ..area });
                if self.more && look.index + 1 == self.old.len() {
                    post(Msg::Wall(WallMsg::More));
                }
            }
            (Page::Write, _) => {}
        }
    }
}
