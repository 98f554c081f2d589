//! The small windows at the corner of the screen that tell of messages.
//!
//! They take no keyboard until somebody presses the box for a quick reply. Each place has a window of
//! its own, which serves one message after the other, see `widgets::retire`.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, EventState};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::MenuWindow;

use super::app::notify::{About, Held, NOTES_MAX, NoteMsg, NoteView};
use super::app::{Model, Msg, Screen};
use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::shell::post;
use super::text::{self, tr};
use super::theme::{Colour, Style, metric};
use super::widgets::{self, Button, ButtonKind, Control, Field, FieldKind, IconButton, popup};
use super::{attention, screen};

const W: i32 = 312;
const H: i32 = 108;
const PADDING: i32 = 12;
const FACE: i32 = 40;
/// Between two of them.
const GAP: i32 = 8;
/// To the edges of the screen.
const MARGIN: i32 = 12;
/// Where the words begin.
const WORDS: i32 = PADDING + FACE + 12;
const CROSS: Rect = Rect { x: W - 36, y: 8, w: 28, h: 28 };

/// All of them.
#[derive(Default)]
pub struct NoteWindows {
    places: [Option<NoteWindow>; NOTES_MAX],
}

impl NoteWindows {
    /// Brings them up to the model.
    pub fn follow(&mut self, model: &Model) {
        let views = match model.screen {
            Screen::Panel => model.notes(text::language()),
            Screen::Login => Vec::new(),
        };
        for (slot, place) in self.places.iter_mut().enumerate() {
            match (views.iter().find(|view| view.slot == slot), &mut *place) {
                (Some(view), Some(window)) => window.show(view),
                (Some(view), None) => place.insert(NoteWindow::new()).show(view),
                (None, Some(window)) => window.hide(),
                (None, None) => {}
            }
        }
    }

    /// Language, theme or scale changed.
    pub fn restyle(&mut self) {
        self.places.iter_mut().flatten().for_each(NoteWindow::restyle);
    }

    /// Takes all of them away.
    pub fn close(&mut self) {
        self.places.iter_mut().flatten().for_each(NoteWindow::hide);
    }
}

/// One of them.
struct NoteWindow {
    window: MenuWindow,
    reply: Field,
    send: Button,
    decline: Button,
    close: IconButton,
    shown: Rc<RefCell<Option<NoteView>>>,
    held: Held,
    /// What it was opened for, of this scale of the screen: another one has another shape.
    scale: f32,
}

impl NoteWindow {
    fn new() -> NoteWindow {
        // In no other window's group.
        let mut window = MenuWindow::new(0, 0, W, H, None);
        window.set_border(false);
        window.set_override();
        let reply = Field::new(FieldKind::Outlined, "").style(Style::BODY);
        let send = Button::new(ButtonKind::Primary, "");
        let decline = Button::new(ButtonKind::Outline, "");
        let mut close = IconButton::new(Icon::Close, "").icon_size(16);
        close.skip_by_tab();
        window.end();
        let shown = Rc::default();
        let mut note =
            NoteWindow { window, reply, send, decline, close, shown, held: Held::No, scale: 0.0 };
        note.restyle();
        note.wire();
        note
    }

    fn show(&mut self, view: &NoteView) {
        let form = |view: &NoteView| (view.about, view.can_answer, view.offer);
        let old = self.shown.borrow().as_ref().map(form);
        if old.map(|old| old.0) != Some(view.about) {
            self.reply.set_value("");
            self.held = Held::No;
        }
        // The model hears a turn later that somebody writes.
        let view = &NoteView { offer: view.offer.filter(|_| !self.is_written()), ..view.clone() };
        if self.shown.borrow().as_ref() != Some(view) {
            *self.shown.borrow_mut() = Some(view.clone());
            if old != Some(form(view)) {
                self.lay_out();
            }
            self.window.redraw();
        }
        if !self.window.shown() {
            self.appear(view.slot);
        }
        self.watch(view.about);
    }

    fn appear(&mut self, slot: usize) {
        let room = screen::room();
        let step = i32::try_from(slot + 1).unwrap_or(1) * (H + GAP) - GAP;
        let (x, y) = (room.right() - W - MARGIN, room.bottom() - MARGIN - step);
        self.window.resize(x, y, W, H);
        let scale = app::screen_scale(0);
        if (self.scale - scale).abs() > f32::EPSILON {
            self.scale = scale;
            self.window.set_shape(popup::outline(W, H));
        }
        self.window.show();
    }

    /// It stays while the pointer or the keyboard is there, or words are not sent. Looked at in every
    /// turn: what is drawn or covered anew says nothing of a pointer that comes or leaves.
    fn watch(&mut self, about: About) {
        let (x, y) = app::get_mouse();
        let area = Rect::new(self.window.x_root(), self.window.y_root(), W, H);
        let held = match self.is_written() {
            true => Held::Words,
            false if area.contains(x, y) => Held::Pointer,
            false => Held::No,
        };
        if self.held != held {
            self.held = held;
            post(Msg::Note(NoteMsg::Hold(about, held)));
        }
    }

    /// The keyboard is in the box for a quick reply, or words are.
    fn is_written(&self) -> bool {
        self.reply.has_focus() || !self.reply.value().trim().is_empty()
    }

    fn hide(&mut self) {
        if self.shown.borrow_mut().take().is_some() {
            attention::give_keys_back(&self.window);
            self.window.hide();
            self.reply.set_value("");
        }
    }

    fn restyle(&mut self) {
        self.reply.set_placeholder(tr("note.reply"));
        self.close.set_tip(tr("note.close"));
        self.lay_out();
        self.window.redraw();
    }

    fn lay_out(&mut self) {
        let shown = self.shown.borrow();
        let can_answer = shown.as_ref().is_some_and(|view| view.can_answer);
        let offer = shown.as_ref().and_then(|view| view.offer);
        drop(shown);
        let (label, kind) = match (offer, can_answer) {
            (Some(_), _) => ("game.accept", ButtonKind::Primary),
            (None, true) => ("note.send", ButtonKind::Primary),
            (None, false) => ("note.show", ButtonKind::Outline),
        };
        self.send.set_label(tr(label));
        self.send.set_kind(kind);
        let wide = self.send.wanted_width().max(56);
        let y = H - PADDING - metric::BUTTON;
        self.send.place(Rect::new(W - PADDING - wide, y, wide, metric::BUTTON));
        self.reply.place(Rect::new(PADDING, y, W - 2 * PADDING - wide - 8, metric::BUTTON));
        self.reply.set_shown(can_answer && offer.is_none());
        self.decline.set_label(tr("game.decline"));
        let right = W - PADDING - wide - 8;
        let wide = self.decline.wanted_width().max(56);
        self.decline.place(Rect::new(right - wide, y, wide, metric::BUTTON));
        self.decline.set_shown(offer.is_some_and(|offer| offer.can_decline));
        self.close.place(CROSS);
    }

    fn wire(&mut self) {
        let shown = Rc::clone(&self.shown);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, area| {
            canvas.card(area, metric::RADIUS_CARD, Colour::Paper, Colour::Field, 1);
            if let Some(view) = shown.borrow().as_ref() {
                paint(canvas, view);
            }
        });
        let (reply, buttons) = (self.reply.clone(), [self.send.clone(), self.decline.clone()]);
        let shown = Rc::clone(&self.shown);
        self.window.super_handle_first(false);
        self.window.handle(move |window, event| {
            if event != Event::Push {
                return false;
            }
            let (x, y) = (app::event_x(), app::event_y());
            if reply.is_shown() && reply.area().contains(x, y) {
                attention::take_keys(window);
                return false;
            }
            let is_button = |one: &Button| one.is_shown() && one.area().contains(x, y);
            if buttons.iter().any(is_button) || CROSS.contains(x, y) {
                return false;
            }
            if app::event_state().contains(EventState::Button1) {
                tell(&shown, NoteMsg::Open);
            }
            true
        });
        let shown = Rc::clone(&self.shown);
        self.close.on_press(move || tell(&shown, NoteMsg::Close));
        let shown = Rc::clone(&self.shown);
        self.reply.on_escape(move || tell(&shown, NoteMsg::Close));
        let (shown, reply) = (Rc::clone(&self.shown), self.reply.clone());
        self.reply.on_enter(move || answer(&shown, &reply));
        let shown = Rc::clone(&self.shown);
        self.decline.on_press(move || _ = answer_offer(&shown, false));
        let (shown, mut reply) = (Rc::clone(&self.shown), self.reply.clone());
        let window = self.window.clone();
        self.send.on_press(move || {
            if answer_offer(&shown, true) {
                return;
            }
            if reply.is_shown() && reply.value().trim().is_empty() {
                attention::take_keys(&window);
                reply.focus();
            } else {
                answer(&shown, &reply);
            }
        });
    }
}

fn tell(shown: &RefCell<Option<NoteView>>, msg: impl FnOnce(About) -> NoteMsg) {
    if let Some(view) = shown.borrow().as_ref() {
        post(Msg::Note(msg(view.about)));
    }
}

/// Answers an invitation, where it is one.
fn answer_offer(shown: &RefCell<Option<NoteView>>, yes: bool) -> bool {
    let view = shown.borrow();
    let Some(NoteView { about: About::Chat(target), offer: Some(offer), .. }) = &*view else {
        return false;
    };
    post(Msg::Note(NoteMsg::Offer(*target, offer.game, yes)));
    true
}

/// What is in the box goes to the conversation; where there is no box, what was told of is shown.
fn answer(shown: &RefCell<Option<NoteView>>, reply: &Field) {
    tell(shown, |about| match about {
        About::Chat(target) if reply.is_shown() => NoteMsg::Answer(target, reply.value()),
        about => NoteMsg::Open(about),
    });
}

fn paint(canvas: &Canvas, view: &NoteView) {
    let face = Rect::new(PADDING, PADDING, FACE, FACE);
    match (view.portrait, &view.tile, view.about) {
        (Some(portrait), ..) => {
            let presence = view.presence;
            canvas.avatar_with_status(portrait, face.x, face.y, FACE, presence, Colour::Paper);
        }
        (None, Some(room), _) => canvas.room_tile(room.colour, &room.name, face),
        (None, None, about) => {
            let icon = if about == About::Missed { Icon::Bell } else { Icon::Users };
            canvas.symbol_tile(icon, face, 10, Colour::Brand, Colour::White);
        }
    }
    let time = measure::width(Style::CAPTION, &view.time);
    let most = CROSS.x - 8 - WORDS - time - 8;
    let name_w = measure::width(Style::BODY.bold(), &view.name).min(most);
    let name = Rect::new(WORDS, 12, name_w, 20);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, name, Align::Left, &view.name);
    canvas.text(Style::CAPTION, Colour::Ink3, name.right() + 8, 14, &view.time);
    let mut words = Rect::new(WORDS, 33, W - PADDING - WORDS, 20);
    if let Some(prefix) = view.prefix {
        let w = canvas.text(Style::BODY, Colour::Bad, words.x, words.y, tr(prefix));
        words = words.without_left(w + 4);
    }
    canvas.text_in(Style::BODY, Colour::Ink, words, Align::Left, &view.words);
}
