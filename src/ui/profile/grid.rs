//! The faces that are built in, in rows: one is chosen by the pointer or the arrows.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use crate::domain::AVATARS;
use crate::ui::app::Msg;
use crate::ui::app::profile::ProfileMsg;
use crate::ui::app::profile::face::{COLUMNS, FaceMsg};
use crate::ui::paint::{Canvas, Rect};
use crate::ui::shell::post;
use crate::ui::theme::{Colour, metric};
use crate::ui::widgets::focus_came_by_key;

/// A face with its ring.
const CELL: i32 = 56;
/// From row to row.
const PITCH: i32 = 64;
/// Room around for the ring of focus.
const RING: i32 = 4;
/// How high all rows are, ring and all.
pub const HEIGHT: i32 = 3 * PITCH + CELL + 2 * RING;

#[derive(Default)]
struct Look {
    chosen: Cell<Option<u8>>,
    hover: Cell<Option<u8>>,
    ring: Cell<bool>,
}

/// The faces.
#[derive(Clone)]
pub struct Grid {
    native: Native,
    look: Rc<Look>,
}

impl Grid {
    /// None is chosen. Its area begins so much left of and above the first face.
    pub const MARGIN: i32 = RING;

    /// Made inside the page that is being made.
    pub fn new(area: Rect) -> Grid {
        let mut native = Native::new(area.x, area.y, area.w, area.h, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        native.super_handle_first(false);
        let look = Rc::new(Look::default());
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let area = Rect::of(native);
            paint(&Canvas::over(area), area, &drawn);
        });
        let touched = Rc::clone(&look);
        native.handle(move |native, event| handle(native, event, &touched));
        Grid { native, look }
    }

    /// Chooses a face.
    pub fn set_chosen(&mut self, chosen: Option<u8>) {
        if self.look.chosen.replace(chosen) != chosen {
            self.native.redraw();
        }
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.native.show() } else { self.native.hide() }
    }

    /// Gives it the keyboard.
    pub fn focus(&mut self) {
        // Refused only while hidden.
        let _hidden = self.native.take_focus();
    }
}

fn cell(area: Rect, avatar: u8) -> Rect {
    let index = i32::from(avatar) - 1;
    let columns = i32::from(COLUMNS);
    let (column, row) = (index % columns, index / columns);
    let room = area.w - 2 * RING - CELL;
    let x = area.x + RING + room * column / (columns - 1);
    Rect::new(x, area.y + RING + PITCH * row, CELL, CELL)
}

fn under(area: Rect) -> Option<u8> {
    let (x, y) = (app::event_x(), app::event_y());
    (1..=AVATARS).find(|avatar| cell(area, *avatar).contains(x, y))
}

fn handle(native: &mut Native, event: Event, look: &Look) -> bool {
    let area = Rect::of(native);
    let say = |msg| post(Msg::Profile(ProfileMsg::Face(msg)));
    match event {
        Event::Enter | Event::Move => {
            let hover = under(area);
            if look.hover.replace(hover) == hover {
                return true;
            }
        }
        Event::Leave => look.hover.set(None),
        Event::Focus => look.ring.set(focus_came_by_key()),
        Event::Unfocus => look.ring.set(false),
        Event::Push => {
            // Refused only while hidden.
            let _hidden = native.take_focus();
            if let Some(avatar) = under(area) {
                say(FaceMsg::Choose(avatar));
                if app::event_clicks() {
                    say(FaceMsg::Use);
                }
            }
        }
        Event::Drag | Event::Released => {}
        Event::KeyDown => {
            let columns = i32::from(COLUMNS);
            say(match app::event_key() {
                Key::Left => FaceMsg::Step(-1),
                Key::Right => FaceMsg::Step(1),
                Key::Up => FaceMsg::Step(-columns),
                Key::Down => FaceMsg::Step(columns),
                Key::Enter | Key::KPEnter => FaceMsg::Use,
                _ => return false,
            });
            look.ring.set(true);
        }
        _ => return false,
    }
    native.redraw();
    true
}

fn paint(canvas: &Canvas, area: Rect, look: &Look) {
    canvas.fill(area, Colour::Paper);
    for avatar in 1..=AVATARS {
        let cell = cell(area, avatar);
        let is_chosen = look.chosen.get() == Some(avatar);
        canvas.avatar(avatar, cell.x + 4, cell.y + 4, CELL - 8, false);
        if is_chosen {
            canvas.frame(cell, CELL / 2, Colour::Brand, 2);
        } else if look.hover.get() == Some(avatar) {
            canvas.frame(cell, CELL / 2, Colour::Line, 2);
        }
        if look.ring.get() && look.chosen.get().unwrap_or(1) == avatar {
            canvas.frame(cell.inset(-RING), metric::RADIUS + RING, Colour::Focus, 2);
        }
    }
}
