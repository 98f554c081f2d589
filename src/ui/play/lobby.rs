//! The window of all games.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key as Pressed};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};
use fltk::window::DoubleWindow;

use super::rows::GameRows;
use crate::domain::game::GameName;
use crate::ui::app::play::PlayMsg;
use crate::ui::app::play::lobby::LobbyMsg;
use crate::ui::app::play::look::game_words;
use crate::ui::app::play::rows::score_words;
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::screen::{self, Side};
use crate::ui::shell::post;
use crate::ui::text::{language, tr};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{self, Button, ButtonKind, ButtonSize, Control, Segments, paint_empty};

const W: i32 = 420;
const H: i32 = 424;
const PADDING: i32 = 20;
/// The chosen game.
const HEAD: Rect = Rect { x: PADDING, y: 56, w: W - 2 * PADDING, h: 76 };
const LIST: Rect = Rect { x: 0, y: 140, w: W, h: 236 };
const FOOT: i32 = 380;

/// The window.
pub struct LobbyWindow {
    window: DoubleWindow,
    games: Segments,
    record: Button,
    saved: Button,
    rows: GameRows,
    view: Rc<RefCell<Option<View>>>,
}

/// What is drawn beside the rows.
#[derive(Clone, PartialEq, Eq)]
struct View {
    stamp: Stamp,
    game: GameName,
    score: String,
    record: bool,
    is_empty: bool,
}

/// What it was last brought up to; while it is the same there is nothing to do.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    play: u64,
    people: u64,
    /// Words of days and of times change with the minute at most.
    minute: i64,
}

fn say(msg: LobbyMsg) {
    post(Msg::Play(PlayMsg::Lobby(msg)));
}

impl LobbyWindow {
    /// Makes and shows it, beside the panel.
    #[must_use]
    pub fn new(model: &Model, side: Side) -> LobbyWindow {
        let window = widgets::window_at("", side.place((W, H)));
        let games = Segments::new(&[""; GameName::ALL.len()]);
        let record =
            Button::new(ButtonKind::Outline, "").size(ButtonSize::Small).on(Colour::BrandSoft);
        let rows = GameRows::new(|act| say(LobbyMsg::Act(act)));
        let saved = Button::new(ButtonKind::Quiet, "").icon(Icon::Folder);
        window.end();
        let view = Rc::new(RefCell::new(None));
        let mut this = LobbyWindow { window, games, record, saved, rows, view };
        this.rows.list.place(LIST);
        this.wire();
        this.reword();
        this.follow(model);
        this.raise();
        this
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        let Some(lobby) = model.play.lobby else { return };
        let stamp = Stamp {
            play: model.play.version,
            people: model.people.version,
            minute: model.now.wall_ms / 60_000,
        };
        if self.view.borrow().as_ref().is_some_and(|view| view.stamp == stamp) {
            return;
        }
        let lines = model.lobby_lines(language());
        let view = View {
            stamp,
            game: lobby.game,
            score: score_words(model.score_of(lobby.game), language()),
            record: lobby.record,
            is_empty: lines.is_empty(),
        };
        self.rows.set_lines(lines);
        let chosen = GameName::ALL.iter().position(|game| *game == lobby.game);
        self.games.set_chosen(chosen.unwrap_or(0));
        let old = self.view.replace(Some(view.clone()));
        if old.as_ref().is_some_and(|old| (old.game, old.record) != (view.game, view.record)) {
            self.rows.list.reveal(0);
        }
        let parts = |view: &View| (view.game, view.score.clone(), view.record, view.is_empty);
        if old.as_ref().map(parts) != Some(parts(&view)) {
            if old.is_none_or(|old| old.record != view.record) {
                self.show_record_button(view.record);
            }
            self.window.redraw();
        }
    }

    /// Speaks the language of the moment; the next [`LobbyWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.window.set_label(tr("game.lobby.window"));
        self.games.set_options(&GameName::ALL.map(|game| game_words(game, language())));
        self.games.place(Rect::new(PADDING, 12, W - 2 * PADDING, 32));
        self.saved.set_label(tr("game.lobby.saved"));
        let wide = self.saved.wanted_width();
        self.saved.place(Rect::new(PADDING - 8, FOOT + 6, wide, 32));
        self.show_record_button(false);
        *self.view.borrow_mut() = None;
        self.window.redraw();
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
        if self.rows.list.is_shown() {
            self.rows.list.focus();
        } else {
            self.games.focus();
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn area(&self) -> Rect {
        screen::area_of(&self.window)
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn show_record_button(&mut self, record: bool) {
        self.record.set_label(tr(if record { "game.lobby.back" } else { "game.lobby.record" }));
        let wide = self.record.wanted_width();
        self.record.place(Rect::new(HEAD.right() - 12 - wide, HEAD.y + 24, wide, 28));
    }

    fn wire(&mut self) {
        self.games.on_change(|index| {
            if let Some(game) = GameName::ALL.get(index) {
                say(LobbyMsg::Game(*game));
            }
        });
        let view = Rc::clone(&self.view);
        self.record.on_press(move || {
            let is_shown = view.borrow().as_ref().is_some_and(|view| view.record);
            say(LobbyMsg::Record(!is_shown));
        });
        self.saved.on_press(|| say(LobbyMsg::OpenSaved));
        self.window.set_callback(|_| say(LobbyMsg::Close));
        self.window.super_handle_first(false);
        let (view, rows) = (Rc::clone(&self.view), self.rows.clone());
        self.window.handle(move |_, event| match event {
            Event::KeyDown | Event::Shortcut if app::event_key() == Pressed::Escape => {
                let is_record = view.borrow().as_ref().is_some_and(|view| view.record);
                say(if is_record { LobbyMsg::Record(false) } else { LobbyMsg::Close });
                true
            }
            Event::KeyDown => rows.clone().key(),
            _ => false,
        });
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            if let Some(view) = view.borrow().as_ref() {
                paint(canvas, view);
            }
        });
    }
}

fn paint(canvas: &Canvas, view: &View) {
    canvas.round(HEAD, metric::RADIUS_CARD, Colour::BrandSoft);
    let tile = Rect::new(HEAD.x + 12, HEAD.y + 10, 56, 56);
    canvas.game_tile(view.game, tile);
    let x = tile.right() + 12;
    let name = Rect::new(x, HEAD.y + 14, HEAD.right() - 72 - x, 24);
    let words = measure::fit(Style::HEADING, game_words(view.game, language()), name.w);
    canvas.text_in(Style::HEADING, Colour::Ink, name, Align::Left, &words);
    let score = Rect { y: name.bottom() + 2, h: 16, ..name };
    let words = measure::fit(Style::CAPTION, &view.score, score.w);
    canvas.text_in(Style::CAPTION, Colour::Ink2, score, Align::Left, &words);
    canvas.line_across(0, FOOT, W, Colour::Line);
    if view.is_empty {
        let (icon, title, hint) = match view.record {
            true => (Icon::History, "game.lobby.record.none", "game.lobby.record.none.hint"),
            false => (Icon::Users, "game.lobby.none", "game.lobby.none.hint"),
        };
        let _no_button = paint_empty(canvas, LIST, icon, tr(title), tr(hint), false);
    }
}
