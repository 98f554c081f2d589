//! The window of a conversation as one of those that stand: drawn anew only where something changed.

use fltk::app;

use super::app::card::CardMsg;
use super::app::images::ViewerMsg;
use super::app::link::Lost;
use super::app::settings::{SendKey, SettingMsg};
use super::app::writing::TextLimit;
use super::app::{Model, Msg};
use super::chat::{ChatOut, ChatWindow};
use super::paint::Rect;
use super::shell::post;
use super::{card, following, screen};
use crate::domain::Target;

/// The window of a conversation. A closed one is kept: opening it again shows the same.
pub struct Chat {
    pub window: ChatWindow,
    pub shown: Option<Stamp>,
    pub parked: bool,
}

/// What a chat's window was last drawn from; while it is the same there is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    chat: u64,
    people: u64,
    typing: bool,
    text_limit: TextLimit,
    text_size: i32,
    still: bool,
    lost: Option<Lost>,
    send_key: SendKey,
    /// Words of days and of times change with the minute at most.
    minute: i64,
}

impl Chat {
    /// Brings it up to the model, and shows it again.
    pub fn follow(&mut self, model: &Model, stamp: Stamp) {
        if self.shown != Some(stamp) {
            self.shown = Some(stamp);
            self.window.follow(model);
        }
        if self.parked {
            self.parked = false;
            self.window.reopen();
        }
    }
}

/// What the window of a conversation is drawn from; nothing while there is none.
#[must_use]
pub fn stamp_of(model: &Model, target: Target) -> Option<Stamp> {
    let chat = model.chats.get(target)?;
    Some(Stamp {
        chat: chat.version,
        people: model.people.version,
        typing: chat.is_typing(model.now),
        text_limit: model.chats.text_limit,
        text_size: model.settings.text_size,
        still: model.settings.still,
        lost: model.link.lost(model.now),
        send_key: model.settings.send_key,
        minute: model.now.wall_ms / 60_000,
    })
}

/// Tells the model, or does, what the person did in it.
pub fn post_out(target: Target, out: ChatOut) {
    post(match out {
        ChatOut::Msg(msg) => Msg::Chat(target, msg),
        ChatOut::SendKey(key) => Msg::Setting(SettingMsg::SendKey(key)),
        ChatOut::Composer(height) => Msg::Setting(SettingMsg::Composer(height)),
        ChatOut::Emoji(used) => Msg::Setting(SettingMsg::Emoji(used)),
        // A face tells who that is.
        ChatOut::Face(account) => {
            let (x, y) = (app::event_x_root(), app::event_y_root());
            card::aim(Rect::new(x - 18, y - 18, 36, 36));
            Msg::Card(CardMsg::Show(account))
        }
        ChatOut::Picture(seq) => Msg::Viewer(ViewerMsg::Open(target, seq)),
        ChatOut::Link(address) => return following::follow(&address, screen::front()),
    });
}
