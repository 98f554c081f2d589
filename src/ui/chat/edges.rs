//! The edges within a chat window that can be dragged.

use fltk::app;
use fltk::enums::{Cursor, Event};
use fltk::prelude::{WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::{ChatOut, Parts, areas};
use crate::ui::app::Msg;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::settings::{MEMBERS, SettingMsg};
use crate::ui::shell::post;

/// How near the pointer must be to an edge to drag it.
const EDGE: i32 = 3;

/// What can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// The composer's upper one.
    Composer,
    /// The left one of the list of those in a room.
    Members,
}

impl Parts {
    pub(super) fn event(&mut self, window: &mut DoubleWindow, event: Event) -> bool {
        let near = self.edge_at(app::event_x(), app::event_y());
        match event {
            // Also where nobody may write, and no box takes the keyboard.
            Event::Focus => {
                self.tell(ChatMsg::Focus(true));
                self.composer.take_awaited()
            }
            Event::Unfocus => {
                self.tell(ChatMsg::Focus(false));
                false
            }
            Event::Move => {
                window.set_cursor(match near {
                    Some(Edge::Composer) => Cursor::NS,
                    Some(Edge::Members) => Cursor::WE,
                    None => Cursor::Default,
                });
                near.is_some()
            }
            Event::Push if near.is_some() => {
                self.state.borrow_mut().dragging = near;
                true
            }
            Event::Drag if self.state.borrow().dragging.is_some() => {
                self.drag(window);
                true
            }
            Event::Released if self.state.borrow().dragging.is_some() => {
                let edge = self.state.borrow_mut().dragging.take();
                let (height, width) = {
                    let state = self.state.borrow();
                    (state.composer_height, state.members_width)
                };
                match edge {
                    Some(Edge::Composer) => (self.told.borrow_mut())(ChatOut::Composer(height)),
                    Some(Edge::Members) => post(Msg::Setting(SettingMsg::Members(width))),
                    None => {}
                }
                true
            }
            Event::KeyDown => self.shortcut() || self.write_through(),
            Event::Shortcut => self.shortcut(),
            event => self.dropped(event),
        }
    }

    /// The edge that the pointer is on.
    fn edge_at(&self, x: i32, y: i32) -> Option<Edge> {
        let areas = self.state.borrow().areas;
        let members = areas.members;
        let is_on = |at: i32, edge: i32| (at - edge).abs() <= EDGE;
        if members.w > 0 && is_on(x, members.x) {
            return Some(Edge::Members);
        }
        (x < areas.composer.right() && is_on(y, areas.composer.y)).then_some(Edge::Composer)
    }

    fn drag(&mut self, window: &mut DoubleWindow) {
        let mut state = self.state.borrow_mut();
        match state.dragging {
            Some(Edge::Composer) => {
                state.composer_height = areas::clamped(window.h() - app::event_y(), window.h());
            }
            Some(Edge::Members) => {
                let width = window.w() - app::event_x();
                state.members_width = width.clamp(*MEMBERS.start(), *MEMBERS.end());
            }
            None => {}
        }
        drop(state);
        self.lay_out(window.w(), window.h());
        window.redraw();
    }
}
