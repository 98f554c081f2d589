//! What a chat window of many people has: the buttons of its head, and what goes where one may not
//! write.

use fltk::app;
use fltk::prelude::WidgetExt;

use super::Parts;
use super::areas::Areas;
use crate::domain::Target;
use crate::ui::app::Msg;
use crate::ui::app::create_room::CreateRoomMsg;
use crate::ui::shell::post;
use crate::ui::widgets::Control;

/// From one icon over the box to the next.
const TOOL_STEP: i32 = 36;

impl Parts {
    /// The buttons of a head, and the list beside it where that has none of the room.
    pub(super) fn place_head(&mut self, areas: &Areas) {
        let (is_inside, is_other) = {
            let view = &self.state.borrow().view;
            (view.standing.is_some(), view.about.is_some())
        };
        let buttons = [&mut self.more, &mut self.bell, &mut self.invite, &mut self.people];
        for (place, button) in (0..).zip(buttons) {
            button.set_shown(is_inside && place < areas.buttons);
            button.place(areas.head_button(place));
        }
        if self.state.borrow().view.target == Target::Lobby {
            self.bell.set_shown(true);
            self.bell.place(areas.more);
        }
        self.card.set_shown(is_other);
        self.card.place(areas.card);
        self.more.set_shown(is_inside || is_other);
    }

    /// Where one cannot write there is nothing to write with; what was written stays in the box.
    pub(super) fn show_tools(&mut self, areas: &Areas) {
        let (is_open, with_many, can_shake) = {
            let view = &self.state.borrow().view;
            let with_many = !matches!(view.target, Target::Account(_));
            (view.closed.is_none(), with_many, view.can_shake)
        };
        if !is_open {
            self.end_mentions();
        }
        let opens = is_open && !self.composer.is_shown();
        self.composer.set_shown(is_open);
        let mut place = areas.tool;
        let buttons = [
            (&mut self.emoji, true),
            (&mut self.at, with_many),
            (&mut self.image, true),
            (&mut self.file, true),
            (&mut self.shake, can_shake),
            (&mut self.game, true),
        ];
        for (button, is_here) in buttons {
            button.set_shown(is_open && is_here);
            button.place(place);
            place = place.moved(if is_here { TOOL_STEP } else { 0 }, 0);
        }
        self.send.set_shown(is_open);
        self.send_menu.set_shown(is_open);
        if opens {
            self.give_keyboard();
        }
    }

    /// The box is there again: it has the keyboard, unless something else is being typed here.
    fn give_keyboard(&mut self) {
        let this = self.window.as_widget_ptr();
        let is_here = app::focus().is_some_and(|control| {
            let around = control.window().map(|window| window.as_widget_ptr());
            around.unwrap_or(control.as_widget_ptr()) == this
        });
        match is_here {
            false => self.composer.await_keyboard(),
            true if self.find.has_focus() || self.members.has_focus() => {}
            true => self.composer.focus(),
        }
    }

    pub(super) fn wire_head(&mut self) {
        let this = self.clone();
        self.bell.on_press(move || this.open_bell_menu());
        let this = self.clone();
        self.invite.on_press(move || {
            if let Some(at) = this.state.borrow().view.standing {
                post(Msg::CreateRoom(CreateRoomMsg::Invite(at.room)));
            }
        });
        let this = self.clone();
        self.people.on_press(move || {
            let mut this = this.clone();
            let wants = !this.state.borrow().wants_members;
            this.state.borrow_mut().wants_members = wants;
            let mut window = this.window.clone();
            this.lay_out(window.w(), window.h());
            window.redraw();
        });
    }
}
