//! What the pointer does in a transcript: selecting, following, dragging, resting.

use fltk::app::{self, MouseButton};
use fltk::enums::Cursor;
use fltk::prelude::WidgetExt as _;

use super::draw::{LANE, Tip, pill_area};
use super::place::Body;
use super::scene::{Action, Hit, Scene, Told};
use super::widget::{Transcript, TranscriptMsg};
use crate::ui::paint::Rect;

/// The pointer rests for so many seconds before the exact time is shown.
const TIP_S: f64 = 0.5;
/// One frame of selecting beyond the edge moves the view by at most so much.
const PULL_MAX: i32 = 40;

/// What the pressed button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    None,
    /// Drags the thumb, held so far below its top.
    Thumb(i32),
    /// Selects; acts on what was hit when released at once. The view is pulled by so much a frame.
    Words {
        hit: Hit,
        pull: i32,
    },
    Pill,
}

/// Where the card of a row in sight lies, from the transcript's corner.
fn card_of(scene: &Scene, row: usize) -> Option<Rect> {
    let seen = scene.seen().iter().find(|seen| seen.row == row)?;
    match &seen.placed.body {
        Body::Bubble(bubble) if bubble.card.is_some() => Some(bubble.area.moved(0, seen.y)),
        _ => None,
    }
}

impl Transcript {
    /// The pointer, seen from the transcript's corner.
    fn pointer(&self) -> (i32, i32) {
        (app::event_x() - self.native.x(), app::event_y() - self.native.y())
    }

    pub(super) fn pill(&self) -> Option<Rect> {
        let state = self.state.borrow();
        pill_area(Rect::of(&self.native), &state.scene, state.tools())
    }

    fn is_over_pill(&self) -> bool {
        self.pill().is_some_and(|pill| pill.contains(app::event_x(), app::event_y()))
    }

    pub(super) fn pointer_moved(&mut self) {
        let (x, y) = self.pointer();
        let is_over_pill = self.is_over_pill();
        let mut state = self.state.borrow_mut();
        let hit = if is_over_pill { Hit::Nothing } else { state.scene.hit(x, y) };
        state.touch.pill = is_over_pill;
        state.touch.tip = None;
        state.touch.link = match hit {
            Hit::Act(row, Action::Link(link)) => Some((row, link)),
            _ => None,
        };
        state.touch.deed = match hit {
            Hit::Act(row, Action::File(deed)) => Some((row, deed)),
            _ => None,
        };
        let cursor = match hit {
            _ if is_over_pill => Cursor::Hand,
            Hit::Act(..) | Hit::Face(_) => Cursor::Hand,
            Hit::Bubble(_) => Cursor::Insert,
            Hit::Nothing | Hit::Line(_) => Cursor::Default,
        };
        state.rest += 1;
        let rest = state.rest;
        drop(state);
        self.set_cursor(cursor);
        if let Hit::Bubble(row) | Hit::Line(row) | Hit::Act(row, _) = hit {
            self.show_tip_later(row, rest);
        }
    }

    fn show_tip_later(&self, row: usize, rest: u64) {
        let mut shown = self.clone();
        let (x, y) = (app::event_x(), app::event_y());
        app::add_timeout3(TIP_S, move |_| {
            let mut state = shown.state.borrow_mut();
            if shown.native.was_deleted() || state.rest != rest {
                return;
            }
            let card = card_of(&state.scene, row)
                .map(|card| card.moved(shown.native.x(), shown.native.y()));
            state.touch.tip = state.tip(row).map(|words| Tip::new(words, (x, y), card));
            drop(state);
            shown.native.redraw();
        });
    }

    pub(super) fn hide_tip(&self) {
        let mut state = self.state.borrow_mut();
        state.touch.tip = None;
        state.rest += 1;
    }

    pub(super) fn pointer_left(&mut self) {
        self.hide_tip();
        let mut state = self.state.borrow_mut();
        (state.touch.link, state.touch.deed) = (None, None);
        state.touch.pill = false;
        drop(state);
        self.set_cursor(Cursor::Default);
    }

    fn set_cursor(&self, cursor: Cursor) {
        if let Some(mut window) = self.native.window() {
            window.set_cursor(cursor);
        }
    }

    pub(super) fn push(&mut self) {
        // Refused only while hidden, when nothing is pressed.
        let _hidden = self.native.take_focus();
        self.hide_tip();
        let (x, y) = self.pointer();
        let is_over_pill = self.is_over_pill();
        let mut state = self.state.borrow_mut();
        state.touch.ring = false;
        state.scene.clear_focus();
        let hit = state.scene.hit(x, y);
        if app::event_mouse_button() == MouseButton::Right {
            let key = match hit {
                Hit::Act(row, _) | Hit::Bubble(row) | Hit::Line(row) => {
                    state.scene.item(row).map(|item| item.key)
                }
                Hit::Nothing | Hit::Face(_) => None,
            };
            drop(state);
            return self.tell(TranscriptMsg::Menu { key, x: app::event_x(), y: app::event_y() });
        }
        let extent = state.scene.extent();
        let thumb = extent.thumb(state.scene.scroll().offset());
        state.press = match thumb {
            _ if is_over_pill => Press::Pill,
            Some(thumb) if x >= self.native.w() - LANE => {
                let is_on_it = (thumb.y..thumb.y + thumb.h).contains(&y);
                let grip = if is_on_it { y - thumb.y } else { thumb.h / 2 };
                state.scene.jump(extent.offset_of_thumb(y - grip));
                Press::Thumb(grip)
            }
            _ => {
                let spot = state.scene.spot_at(x, y);
                match (app::event_clicks_num(), spot) {
                    (0, _) | (_, None) => state.scene.select_from(spot),
                    (1, Some(spot)) => state.scene.select_word(spot),
                    (_, Some(spot)) => state.scene.select_row(spot.row),
                }
                Press::Words { hit, pull: 0 }
            }
        };
        drop(state);
        self.native.redraw();
    }

    pub(super) fn drag(&mut self) {
        let (_, y) = self.pointer();
        let height = self.native.h();
        let mut state = self.state.borrow_mut();
        match state.press {
            Press::Thumb(grip) => {
                let to = state.scene.extent().offset_of_thumb(y - grip);
                state.scene.jump(to);
                drop(state);
                self.native.redraw();
            }
            Press::Words { hit, .. } => {
                let pull = (y.min(0) + (y - height).max(0)).clamp(-PULL_MAX, PULL_MAX);
                state.press = Press::Words { hit, pull };
                drop(state);
                self.select_to_pointer();
                if pull != 0 {
                    self.keep_ticking();
                }
            }
            Press::Pill | Press::None => {}
        }
    }

    pub(super) fn select_to_pointer(&self) {
        let (x, y) = self.pointer();
        let mut state = self.state.borrow_mut();
        // A word or a message that was selected by clicks stays whole.
        if app::event_clicks_num() == 0
            && let Some(spot) = state.scene.spot_at(x, y)
        {
            state.scene.select_to(spot);
        }
    }

    pub(super) fn release(&mut self) {
        let (x, y) = self.pointer();
        let is_over_pill = self.is_over_pill();
        let mut state = self.state.borrow_mut();
        let press = std::mem::replace(&mut state.press, Press::None);
        match press {
            Press::Pill if is_over_pill => state.reveal_fresh(),
            Press::Words { hit, .. } => {
                let selected = state.scene.selection().is_some();
                let same = state.scene.hit(x, y) == hit;
                let words = state.copied();
                drop(state);
                if selected {
                    app::copy2(&words);
                } else if same {
                    self.act(hit);
                }
            }
            Press::Pill | Press::Thumb(_) | Press::None => {}
        }
    }

    pub(super) fn act(&self, hit: Hit) {
        let msg = {
            let state = self.state.borrow();
            match hit {
                Hit::Face(account) => Some(TranscriptMsg::Face(account)),
                Hit::Act(row, action) => state.scene.told_by(row, action).map(|told| match told {
                    Told::Link(address) => TranscriptMsg::Link(address),
                    Told::Quote(key) => TranscriptMsg::Quote(key),
                    Told::Retry(key) => TranscriptMsg::Retry(key),
                    Told::Again(key) => TranscriptMsg::Again(key),
                    Told::Picture(key, thumb) => TranscriptMsg::Picture(key, thumb),
                    Told::File(key, deed) => TranscriptMsg::File(key, deed),
                }),
                Hit::Bubble(_) | Hit::Line(_) | Hit::Nothing => None,
            }
        };
        if let Some(msg) = msg {
            self.tell(msg);
        }
    }
}
