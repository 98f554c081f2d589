//! The menus of a chat window.

use std::rc::Rc;

use fltk::app;
use fltk::prelude::WindowExt;

use super::view::Standing;
use super::{ChatOut, Parts, emoji};
use crate::domain::{Rank, Seq};
use crate::ui::app::Msg;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::create_room::CreateRoomMsg;
use crate::ui::app::images::ViewerMsg;
use crate::ui::app::rooms::RoomMsg;
use crate::ui::app::settings::SendKey;
use crate::ui::paint::{Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::tr;
use crate::ui::transcript::{Key as EntryKey, Mark};
use crate::ui::widgets::{
    Control, MenuEntry, MenuItem, MenuPlace, StripKind, on_screen, open_menu,
};

impl Parts {
    /// What is chosen is written into the box.
    pub(super) fn open_emoji(&self) {
        let mut this = self.clone();
        emoji::open(on_screen(&self.emoji, &self.window), move |chosen| {
            this.composer.focus();
            if let Some(chosen) = chosen {
                this.composer.write(chosen);
                (this.told.borrow_mut())(ChatOut::Emoji(chosen));
            }
        });
    }

    pub(super) fn open_send_menu(&self) {
        let now = self.state.borrow().view.send_key;
        let item =
            |key: &'static str, sends: SendKey| MenuItem::new(tr(key)).checked(now == sends).into();
        let entries =
            vec![item("chat.by.enter", SendKey::Enter), item("chat.by.ctrl", SendKey::CtrlEnter)];
        let areas = self.state.borrow().areas;
        let both = Rect { w: areas.send_menu.right() - areas.send.x, ..areas.send };
        let place = both.moved(self.window.x_root(), self.window.y_root());
        let told = Rc::clone(&self.told);
        open_menu(MenuPlace::Above(place), entries, move |picked| {
            let chosen = match picked {
                Some(0) => SendKey::Enter,
                Some(_) => SendKey::CtrlEnter,
                None => return,
            };
            (told.borrow_mut())(ChatOut::SendKey(chosen));
        });
    }

    /// What can be done with the room, by what one is there.
    pub(super) fn open_room_menu(&self) {
        let standing = self.state.borrow().view.standing;
        let Some(Standing { room, rank, admins_only }) = standing else { return };
        let item = |key, icon, msg| {
            let item: MenuEntry = MenuItem::new(tr(key)).icon(icon).into();
            (item, Some(msg))
        };
        let invite = Msg::CreateRoom(CreateRoomMsg::Invite(room));
        let mut menu = vec![
            item("room.invite", Icon::UserPlus, invite),
            item("room.card", Icon::Pencil, Msg::Room(RoomMsg::Card(room))),
        ];
        if rank >= Rank::Admin {
            menu.push((MenuEntry::Separator, None));
            menu.push(item("room.rename", Icon::Text, Msg::Room(RoomMsg::Rename(room))));
            let announce = Msg::Room(RoomMsg::Announce(room));
            menu.push(item("room.announcement", Icon::Megaphone, announce));
            let key = if admins_only { "room.admins_only.off" } else { "room.admins_only.on" };
            let only = Msg::Room(RoomMsg::AdminsOnly(room, !admins_only));
            menu.push(item(key, Icon::Shield, only));
        }
        menu.push((MenuEntry::Separator, None));
        let leave = MenuItem::new(tr("room.leave")).icon(Icon::Logout).danger();
        menu.push((leave.into(), Some(Msg::Room(RoomMsg::Leave(room)))));
        if rank == Rank::Owner {
            let end = MenuItem::new(tr("room.dissolve")).icon(Icon::Trash).danger();
            menu.push((end.into(), Some(Msg::Room(RoomMsg::Dissolve(room)))));
        }
        let (entries, mut acts): (Vec<_>, Vec<_>) = menu.into_iter().unzip();
        open_menu(MenuPlace::Below(on_screen(&self.more, &self.window)), entries, move |picked| {
            if let Some(msg) = picked.and_then(|index| acts.get_mut(index)?.take()) {
                post(msg);
            }
        });
    }

    /// What was refused goes before what is on the room's wall, for its moment.
    pub(super) fn show_bar(&mut self, refused: &str) {
        let wall = self.state.borrow().view.wall.clone();
        match refused.is_empty() {
            false => self.notice.set(StripKind::Warning, Icon::Info, refused, ""),
            true => {
                let read = tr("room.wall.read");
                self.notice.set(StripKind::Warning, Icon::Megaphone, &wall, read);
            }
        }
    }

    /// What is on the room's wall was read.
    pub(super) fn read_wall(&self) {
        let state = self.state.borrow();
        if let (true, Some(at)) = (state.view.notice.is_empty(), state.view.standing) {
            post(Msg::Room(RoomMsg::ReadWall(at.room)));
        }
    }

    /// Copies what is marked, answers, or marks everything; a failed message goes again or away.
    pub(super) fn open_message_menu(&self, key: Option<EntryKey>, x: i32, y: i32) {
        let message = key.and_then(|key| self.transcript.message(key));
        // What is selected, else the message under the pointer.
        let words = match self.transcript.selected() {
            selected if selected.is_empty() => {
                message.as_ref().map(|(words, _)| words.clone()).filter(|words| !words.is_empty())
            }
            selected => Some(selected),
        };
        let mut menu: Vec<(MenuEntry, Option<Act>)> = Vec::new();
        let mut item = |item: MenuItem, act: Act| menu.push((item.into(), Some(act)));
        let copy = MenuItem::new(tr("chat.copy")).icon(Icon::Copy).shortcut("Ctrl+C");
        item(copy.disabled(words.is_none()), Act::Copy(words.unwrap_or_default()));
        if let (Some(EntryKey::Seq(seq)), Some(_)) = (key, &message) {
            let reply = MenuItem::new(tr("chat.reply")).icon(Icon::Reply);
            item(reply, Act::Tell(ChatMsg::Reply(Some(seq))));
        }
        if let (Some(EntryKey::Seq(seq)), true) = (key, self.transcript.is_picture(key)) {
            let save = MenuItem::new(tr("image.save")).icon(Icon::Download);
            item(save, Act::Save(seq));
        }
        let all = MenuItem::new(tr("chat.select_all")).icon(Icon::Text).shortcut("Ctrl+A");
        item(all, Act::SelectAll);
        if let (Some(EntryKey::Nonce(nonce)), Some((_, Mark::Failed))) = (key, message) {
            menu.push((MenuEntry::Separator, None));
            let retry = MenuItem::new(tr("chat.retry")).icon(Icon::Retry);
            menu.push((retry.into(), Some(Act::Tell(ChatMsg::Retry(nonce)))));
            let discard = MenuItem::new(tr("chat.discard")).icon(Icon::Trash).danger();
            menu.push((discard.into(), Some(Act::Tell(ChatMsg::Discard(nonce)))));
        }
        let mut this = self.clone();
        let place = (self.window.x_root() + x, self.window.y_root() + y);
        let (entries, mut acts): (Vec<_>, Vec<_>) = menu.into_iter().unzip();
        open_menu(MenuPlace::At(place.0, place.1), entries, move |picked| {
            match picked.and_then(|index| acts.get_mut(index)?.take()) {
                Some(Act::Copy(words)) => app::copy(&words),
                Some(Act::SelectAll) => this.transcript.select_all(),
                Some(Act::Tell(msg)) => this.tell(msg),
                Some(Act::Save(seq)) => {
                    let target = this.state.borrow().view.target;
                    post(Msg::Viewer(ViewerMsg::SaveAs(target, seq)));
                }
                None => {}
            }
        });
    }
}

/// What an entry of a message's menu does.
enum Act {
    Copy(String),
    SelectAll,
    Tell(ChatMsg),
    /// The picture of this message.
    Save(Seq),
}
