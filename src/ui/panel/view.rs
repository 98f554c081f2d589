//! What the main panel shows beside its list, as plain values.

use crate::domain::{AccountId, GroupId, Portrait, Presence};
use crate::ui::app::Model;
use crate::ui::app::link::Strip;
use crate::ui::app::panel::LineEdit;
use crate::ui::text;

use super::menus::Known;

/// What is painted behind the controls, and what the menus need.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, PartialEq)]
pub struct View {
    /// Oneself.
    pub name: String,
    /// One's number.
    pub number: String,
    /// One's line.
    pub line: String,
    /// The line is written anew.
    pub edit: Option<LineEdit>,
    /// One's face.
    pub portrait: Portrait,
    /// How one is seen.
    pub presence: Option<Presence>,
    /// The link stands.
    pub online: bool,
    /// The strip below the head.
    pub strip: Option<Strip>,
    /// Why the link ended.
    pub why: String,
    /// Nothing was found.
    pub found_nothing: bool,
    /// Messages that were not read.
    pub unread: u64,
    /// Friend requests that wait.
    pub requests: u64,
    /// Invitations to rooms that wait, and requests to be let in.
    pub invitations: u64,
    /// A game waits for one.
    pub games: bool,
    /// Friends stand in few pixels.
    pub compact: bool,
}

impl Default for View {
    fn default() -> Self {
        View {
            name: String::new(),
            number: String::new(),
            line: String::new(),
            edit: None,
            portrait: 1.into(),
            presence: None,
            online: false,
            strip: None,
            why: String::new(),
            found_nothing: false,
            unread: 0,
            requests: 0,
            invitations: 0,
            games: false,
            compact: false,
        }
    }
}

impl View {
    /// What the model says.
    pub fn of(model: &Model, found_nothing: bool) -> View {
        let strip = model.link.strip(model.now);
        let why = model.link.why.as_ref().map(|why| text::failure(text::language(), why));
        let mut view = View {
            presence: model.me.as_ref().map(|me| me.presence),
            online: model.link.is_up(),
            edit: model.panel.line.clone(),
            strip: (strip != Strip::None).then_some(strip),
            why: why.unwrap_or_default(),
            found_nothing,
            unread: model.unread(),
            requests: model.open_friend_requests(),
            invitations: model.open_room_requests(),
            games: model.games_wait(),
            compact: model.settings.compact,
            ..View::default()
        };
        if let Some(me) = &model.me {
            view.name.clone_from(&me.person.nickname);
            view.number = me.person.account.to_string();
            view.line.clone_from(&me.person.signature);
            view.portrait = me.person.portrait();
        }
        view
    }
}

/// What the menus need to know of somebody.
pub fn known(model: &Model, account: Option<AccountId>) -> Known {
    let contact = account.and_then(|account| model.kept(account));
    let groups = model.people.book().groups.iter();
    let named = |id: GroupId| (id, model.group_name(id, text::language()));
    Known {
        friend: contact.filter(|contact| contact.friend).map(|contact| contact.group),
        blocked: contact.is_some_and(|contact| contact.blocked),
        shakes: contact.is_none_or(|contact| contact.shakes),
        groups: groups.map(|group| named(group.id)).collect(),
    }
}
