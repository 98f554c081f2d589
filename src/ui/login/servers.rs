//! The list of servers found on this network, as cards.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use crate::domain::ServerId;
use crate::net::protocol::Registration;
use crate::ui::app::servers::{Card, Lock};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Scroll, focus_came_by_key, say_of};

const CARD: i32 = 72;
const GAP: i32 = 8;
/// At the right of the cards, free for the scrollbar.
pub const LANE: i32 = 16;
const THUMB: i32 = 6;

type Choose = Rc<RefCell<Box<dyn FnMut(ServerId)>>>;
type Enter = Rc<RefCell<Box<dyn FnMut()>>>;

/// The list.
pub struct ServerList {
    widget: Native,
    state: Rc<RefCell<State>>,
    choose: Choose,
    enter: Enter,
}

#[derive(Default)]
struct State {
    cards: Vec<Card>,
    hover: Option<usize>,
    scroll: Scroll,
    /// How far below its upper edge the thumb is held.
    grip: Option<i32>,
    ring: bool,
}

impl ServerList {
    /// Empty.
    #[must_use]
    pub fn new() -> ServerList {
        let mut widget = Native::new(0, 0, 0, 0, None);
        widget.set_frame(FrameType::FlatBox);
        widget.super_draw(false);
        widget.super_handle_first(false);
        let state = Rc::new(RefCell::new(State::default()));
        let choose: Choose = Rc::new(RefCell::new(Box::new(|_| {})));
        let enter: Enter = Rc::new(RefCell::new(Box::new(|| {})));
        let drawn = Rc::clone(&state);
        widget.draw(move |widget| {
            let area = Rect::of(widget);
            drawn.borrow().paint(&Canvas::over(area), area);
        });
        let (touched, told, entered) = (Rc::clone(&state), Rc::clone(&choose), Rc::clone(&enter));
        widget.handle(move |widget, event| {
            let used = touched.borrow_mut().event(widget, event);
            match used {
                Used::No => false,
                Used::Redraw => {
                    widget.redraw();
                    true
                }
                Used::Choose(id) => {
                    (told.borrow_mut())(id);
                    widget.redraw();
                    true
                }
                Used::Enter => {
                    (entered.borrow_mut())();
                    true
                }
            }
        });
        ServerList { widget, state, choose, enter }
    }

    /// Where it stands.
    pub fn place(&mut self, area: Rect) {
        self.widget.resize(area.x, area.y, area.w, area.h);
        self.state.borrow_mut().bound(area.h);
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.widget.show() } else { self.widget.hide() }
    }

    /// What it shows.
    pub fn set(&mut self, cards: Vec<Card>) {
        if self.state.borrow().cards != cards {
            self.state.borrow_mut().cards = cards;
            self.state.borrow_mut().bound(self.widget.h());
            self.widget.redraw();
        }
    }

    /// Calls back when a card is chosen.
    pub fn on_choose(&mut self, choose: impl FnMut(ServerId) + 'static) {
        *self.choose.borrow_mut() = Box::new(choose);
    }

    /// Calls back when Enter is pressed on it.
    pub fn on_enter(&mut self, enter: impl FnMut() + 'static) {
        *self.enter.borrow_mut() = Box::new(enter);
    }
}

enum Used {
    No,
    Redraw,
    Choose(ServerId),
    Enter,
}

impl State {
    fn event(&mut self, widget: &mut Native, event: Event) -> Used {
        let under = self.at(Rect::of(widget), app::event_x(), app::event_y());
        match event {
            Event::Enter | Event::Move if self.hover == under => Used::Redraw,
            Event::Enter | Event::Move => {
                self.hover = under;
                let card = under.and_then(|index| Some((index, self.cards.get(index)?)));
                let part =
                    card.map_or(Rect::of(widget), |(index, _)| self.slot(Rect::of(widget), index));
                say_of(widget, part, &card.map_or_else(String::new, |(_, one)| tip(one)));
                Used::Redraw
            }
            Event::Leave => {
                self.hover = None;
                Used::Redraw
            }
            Event::Focus => {
                self.ring = focus_came_by_key();
                Used::Redraw
            }
            Event::Unfocus => {
                self.ring = false;
                Used::Redraw
            }
            Event::Push => {
                // Refused only while hidden.
                let _hidden = widget.take_focus();
                self.hold(lane(Rect::of(widget)));
                match under.and_then(|index| self.cards.get(index)) {
                    Some(card) => Used::Choose(card.found.id),
                    None => Used::Redraw,
                }
            }
            Event::Drag => {
                if let Some(grip) = self.grip {
                    self.scroll.drag(lane(Rect::of(widget)), app::event_y() - grip);
                }
                Used::Redraw
            }
            Event::Released => {
                self.grip = None;
                Used::Redraw
            }
            Event::MouseWheel => {
                let by = match app::event_dy() {
                    app::MouseWheel::Up => -(CARD + GAP),
                    app::MouseWheel::Down => CARD + GAP,
                    _ => 0,
                };
                self.scroll.jump(self.scroll.top() + by);
                Used::Redraw
            }
            Event::KeyDown => self.key(),
            _ => Used::No,
        }
    }

    fn key(&mut self) -> Used {
        let by = match app::event_key() {
            Key::Up => -1,
            Key::Down => 1,
            Key::Enter | Key::KPEnter => return Used::Enter,
            _ => return Used::No,
        };
        let at = self.cards.iter().position(|card| card.chosen);
        let next = match at {
            Some(at) => at.saturating_add_signed(by).min(self.cards.len().saturating_sub(1)),
            None => 0,
        };
        let Some(card) = self.cards.get(next) else { return Used::No };
        let top = i32::try_from(next).unwrap_or(0) * (CARD + GAP);
        self.scroll.reveal(top, top + CARD);
        self.ring = true;
        Used::Choose(card.found.id)
    }

    fn bound(&mut self, height: i32) {
        let count = i32::try_from(self.cards.len()).unwrap_or(0);
        self.scroll.resize((count * (CARD + GAP) - GAP).max(0), height);
    }

    /// Takes hold of the thumb, or brings it to the pointer, where that is in the lane.
    fn hold(&mut self, lane: Rect) {
        let (x, y) = (app::event_x(), app::event_y());
        let Some(thumb) = self.scroll.thumb(lane).filter(|_| x >= lane.x) else { return };
        let is_on_it = (thumb.y..thumb.bottom()).contains(&y);
        let grip = if is_on_it { y - thumb.y } else { thumb.h / 2 };
        self.grip = Some(grip);
        self.scroll.drag(lane, y - grip);
    }

    fn slot(&self, area: Rect, index: usize) -> Rect {
        let top = i32::try_from(index).unwrap_or(0) * (CARD + GAP) - self.scroll.top();
        Rect::new(area.x, area.y + top, area.w - LANE, CARD)
    }

    fn at(&self, area: Rect, x: i32, y: i32) -> Option<usize> {
        (0..self.cards.len())
            .find(|index| self.grip.is_none() && self.slot(area, *index).contains(x, y))
    }

    fn paint(&self, canvas: &Canvas, area: Rect) {
        canvas.fill(area, Colour::BrandSoft);
        for (index, card) in self.cards.iter().enumerate() {
            let slot = self.slot(area, index);
            if slot.bottom() > area.y && slot.y < area.bottom() {
                paint_card(canvas, slot, card, self.hover == Some(index), self.ring);
            }
        }
        if let Some(thumb) = self.scroll.thumb(lane(area)) {
            canvas.pill(thumb, Colour::Field, None);
        }
    }
}

fn lane(area: Rect) -> Rect {
    Rect::new(area.right() - THUMB - (LANE - THUMB) / 2, area.y + 2, THUMB, area.h - 4)
}

fn paint_card(canvas: &Canvas, area: Rect, card: &Card, hover: bool, ring: bool) {
    let fill = if hover && !card.chosen { Colour::Hover } else { Colour::Paper };
    let outline = match card.chosen {
        true => (Colour::Brand, if ring { 3 } else { 2 }),
        false => (Colour::Line, 1),
    };
    canvas.card(area, 8, fill, outline.0, outline.1);
    let tile = Rect::new(area.x + 13, area.y + 18, 36, 36);
    canvas.round(tile, 6, Colour::BrandSoft);
    canvas.icon_on(Icon::Server, tile.x + 9, tile.y + 9, 18, Colour::BrandText, Colour::BrandSoft);
    let right = area.right() - 13;
    let people_w = paint_people(canvas, right, area.y + 19, card);
    let lock_w = paint_lock(canvas, right, area.y + 39, card, fill);
    let x = area.x + 61;
    let name = Rect::new(x, area.y + 16, right - people_w - 8 - x, 22);
    canvas.text_in(name_style(card), Colour::Ink, name, Align::Left, &card.found.name);
    let address = match card.found.local {
        // Several servers of one computer differ by their ports.
        true => tr_with("server.here", &[("n", &card.found.address.port.to_string())]),
        false => card.found.address.to_string(),
    };
    let place = Rect::new(x, area.y + 39, right - lock_w - 8 - x, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, place, Align::Left, &address);
}

fn name_style(card: &Card) -> Style {
    if card.chosen { Style::MESSAGE.bold() } else { Style::MESSAGE }
}

/// How many people are online, or that the server is silent; gives back the width.
fn paint_people(canvas: &Canvas, right: i32, y: i32, card: &Card) -> i32 {
    let (words, dot) = match (card.found.reachable, card.found.online) {
        (false, _) => (tr("server.silent").to_owned(), Colour::Ink3),
        (true, Some(n)) => {
            (tr_with("server.online", &[("n", &n.to_string())]), Colour::StatusOnline)
        }
        (true, None) => (tr("server.checking").to_owned(), Colour::Ink3),
    };
    let width = text::width(Style::CAPTION, &words);
    canvas.text(Style::CAPTION, Colour::Ink2, right - width, y, &words);
    canvas.circle(Rect::new(right - width - 12, y + 4, 8, 8), dot);
    width + 12
}

/// The lock and what stands behind it; gives back the width.
fn paint_lock(canvas: &Canvas, right: i32, y: i32, card: &Card, ground: Colour) -> i32 {
    let (icon, colour) = match card.lock {
        Lock::Proven => (Icon::Lock, Colour::Ok),
        Lock::First => (Icon::Lock, Colour::Ink3),
        Lock::Changed => (Icon::Warn, Colour::GoldText),
    };
    let words = match (card.lock, card.found.registration) {
        (Lock::Changed, _) => tr("server.changed").to_owned(),
        (_, Some(Registration::Code)) => tr("server.code").to_owned(),
        (_, Some(Registration::Closed)) => tr("server.closed").to_owned(),
        _ => first_groups(card.found.id),
    };
    let ink = if card.lock == Lock::Changed { Colour::GoldText } else { Colour::Ink2 };
    let width = text::width(Style::MICRO, &words);
    canvas.text(Style::MICRO, ink, right - width, y, &words);
    canvas.icon_on(icon, right - width - 17, y + 1, 14, colour, ground);
    width + 17
}

fn first_groups(id: ServerId) -> String {
    id.fingerprint().split('-').take(2).collect::<Vec<_>>().join(" ")
}

/// What the lock means; before that the whole name and address, where the card may have cut them.
fn tip(card: &Card) -> String {
    format!("{}\n{}\n{}", card.found.name, card.found.address, lock_words(card))
}

fn lock_words(card: &Card) -> String {
    match card.lock {
        Lock::Proven => tr("server.lock.proven").to_owned(),
        Lock::First => tr_with("server.lock.first", &[("name", &first_groups(card.found.id))]),
        Lock::Changed => tr("server.lock.changed").to_owned(),
    }
}
