//! The rows of the main panel's lists, in order.

use std::cmp::Reverse;

use super::chats::Chat;
use super::history::views::Hit;
use super::panel::Tab;
use super::rooms::Tile;
use super::search::{Fit, Wanted};
use super::strangers::StrangersRow;
use super::{Model, time};
use crate::domain::{
    AccountId, Body, Contact, GroupId, Message, Notify, OwnRoom, Place, Portrait, Presence, Rank,
    RoomId, Stranger, Target,
};
use crate::ui::text::Language;

/// Results of one kind; who wants more of them types another letter.
const FOUND_MAX: usize = 50;

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pick {
    /// A conversation.
    Chat(Target),
    /// A friend.
    Friend(AccountId),
    /// A group of friends.
    Group(GroupId),
    /// The rooms that one made, or the others.
    Rooms(bool),
    /// A message that was found.
    Message(Place),
    /// All messages that have what was typed.
    Messages,
    /// Making a room, and finding one.
    Doors,
    /// The conversations of strangers.
    Strangers,
    /// From there to the others.
    Back,
    /// Friend requests.
    NewFriends,
    /// Everybody who is online.
    Online,
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A headline in the results.
    Head(&'static str),
    /// A conversation.
    Chat(ChatRow),
    /// The way to the conversations of strangers.
    Strangers(StrangersRow),
    /// The way back from there.
    Back,
    /// The conversation of a stranger, with the two answers.
    Stranger(ChatRow),
    /// A friend.
    Friend(FriendRow),
    /// A group of friends.
    Group(GroupRow),
    /// The rooms that one made, or the others: how many, and whether they are hidden.
    Rooms(bool, usize, bool),
    /// A room.
    Room(RoomRow),
    /// A message that was found.
    Message(Box<Hit>),
    /// The way to all messages that have what was typed.
    Messages,
    /// Making a room, and finding one.
    Doors,
    /// So many friend requests wait.
    NewFriends(u64),
    /// So many invitations to rooms, and requests to be let in, wait.
    Invitations(u64),
    /// The way to everybody who is online.
    Online,
    /// There is no friend yet.
    Nobody,
}

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRow {
    /// Whom it is with.
    pub target: Target,
    /// Its name.
    pub name: String,
    /// What stands for the other side; rooms and the lobby have tiles instead.
    pub portrait: Option<Portrait>,
    /// What stands for a room.
    pub tile: Option<Tile>,
    /// At the top.
    pub pinned: bool,
    /// What is told of it.
    pub notify: Notify,
    /// Something unread mentions one, and is told.
    pub called: bool,
    /// What one is in the room that it is.
    pub rank: Option<Rank>,
    /// How the other side is seen; `None` in the lobby and while nobody knows.
    pub presence: Option<Presence>,
    /// The coloured beginning of the preview.
    pub prefix: Option<&'static str>,
    /// The last thing said.
    pub preview: String,
    /// When, in words.
    pub time: String,
    /// Unread messages.
    pub unread: u64,
}

/// A friend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FriendRow {
    /// Who.
    pub account: AccountId,
    /// What one calls that friend.
    pub name: String,
    /// What stands for it.
    pub portrait: Portrait,
    /// How it is seen; `None` while nobody knows.
    pub presence: Option<Presence>,
    /// Its line; may be empty.
    pub signature: String,
    /// Whether it is blocked.
    pub blocked: bool,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRow {
    /// Which.
    pub room: RoomId,
    /// What it is called.
    pub name: String,
    /// What stands for it.
    pub tile: Tile,
    /// What one is there.
    pub rank: Rank,
    /// How many are in it.
    pub members: u32,
    /// Unread messages.
    pub unread: u64,
    /// At the top of the conversations.
    pub pinned: bool,
    /// What is told of it.
    pub notify: Notify,
    /// Something unread mentions one, and is told.
    pub called: bool,
}

/// A group of friends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Which.
    pub id: GroupId,
    /// What it is called.
    pub name: String,
    /// How many of them are there, while that is known.
    pub online: Option<usize>,
    /// How many there are.
    pub total: usize,
    /// Whether its friends are hidden.
    pub folded: bool,
}

impl Row {
    /// What the row stands for.
    #[must_use]
    pub fn pick(&self) -> Option<Pick> {
        match self {
            Row::Head(_) | Row::Nobody => None,
            Row::Chat(row) | Row::Stranger(row) => Some(Pick::Chat(row.target)),
            Row::Strangers(_) => Some(Pick::Strangers),
            Row::Back => Some(Pick::Back),
            Row::Friend(row) => Some(Pick::Friend(row.account)),
            Row::Group(row) => Some(Pick::Group(row.id)),
            Row::Rooms(own, ..) => Some(Pick::Rooms(*own)),
            Row::Room(row) => Some(Pick::Chat(Target::Room(row.room))),
            Row::Message(hit) => Some(Pick::Message(hit.place)),
            Row::Messages => Some(Pick::Messages),
            Row::Doors => Some(Pick::Doors),
            Row::NewFriends(_) | Row::Invitations(_) => Some(Pick::NewFriends),
            Row::Online => Some(Pick::Online),
        }
    }

    /// The conversation that the row leads to.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        match self.pick()? {
            Pick::Chat(target) => Some(target),
            Pick::Friend(account) => Some(Target::Account(account)),
            Pick::Group(_)
            | Pick::Rooms(_)
            | Pick::Message(_)
            | Pick::Messages
            | Pick::Doors
            | Pick::Strangers
            | Pick::Back
            | Pick::NewFriends
            | Pick::Online => None,
        }
    }
}

impl Model {
    /// The rows of the list that is shown.
    #[must_use]
    pub fn panel_rows(&self, language: Language) -> Vec<Row> {
        match (Wanted::new(&self.panel.search), self.panel.tab) {
            (Some(wanted), _) => self.found_rows(&wanted, language),
            (None, Tab::Chats) => {
                self.stranger_rows(language).unwrap_or_else(|| self.all_chat_rows(language))
            }
            (None, Tab::Contacts) => self.contact_rows(language),
            (None, Tab::Rooms) => self.own_room_rows(),
        }
    }

    /// People first, then conversations with others, each best first.
    fn found_rows(&self, wanted: &Wanted, language: Language) -> Vec<Row> {
        let mut friends: Vec<(Fit, FriendRow)> = self
            .friends()
            .filter_map(|contact| Some((self.fit(wanted, contact.account)?, contact)))
            .map(|(fit, contact)| (fit, self.friend_row(contact)))
            .collect();
        friends.sort_by_cached_key(|(fit, row)| (*fit, rank(row)));
        let mut chats: Vec<(Fit, Target, &Chat)> = self
            .chats
            .iter()
            .filter(|(target, chat)| {
                self.is_listed(*target, chat) && self.stranger(*target) != Stranger::Declined
            })
            .filter_map(|(target, chat)| {
                Some((self.fit_chat(wanted, target, language)?, target, chat))
            })
            .collect();
        chats.sort_by_key(|(fit, target, chat)| (*fit, Reverse(chat.last_at()), *target));
        let mut rows = Vec::new();
        if !friends.is_empty() {
            rows.push(Row::Head("panel.find.friends"));
            rows.extend(friends.into_iter().take(FOUND_MAX).map(|(_, row)| Row::Friend(row)));
        }
        if !chats.is_empty() {
            rows.push(Row::Head("panel.find.chats"));
            let chats = chats.into_iter().take(FOUND_MAX);
            rows.extend(
                chats.map(|(_, target, chat)| Row::Chat(self.chat_row(target, chat, language))),
            );
        }
        rows.extend(self.glance_rows(language));
        rows
    }

    /// By remark, nickname or number, whichever fits best.
    fn fit(&self, wanted: &Wanted, account: AccountId) -> Option<Fit> {
        let person = self.people.get(account);
        let names = [
            self.people.book().remark(account).and_then(|remark| wanted.fit(remark)),
            person.and_then(|person| wanted.fit(&person.nickname)),
            wanted.fit_number(account.0),
        ];
        names.into_iter().flatten().min()
    }

    fn fit_chat(&self, wanted: &Wanted, target: Target, language: Language) -> Option<Fit> {
        match target {
            // Friends stand among the people already.
            Target::Account(account) if self.people.is_friend(account) => None,
            Target::Account(account) => self.fit(wanted, account),
            Target::Lobby => wanted.fit(language.get("lobby")),
            Target::Room(room) => wanted.fit(&self.people.room_name(room)),
        }
    }

    /// The conversations, newest first; the lobby is among them also while it is empty.
    #[must_use]
    pub fn chat_rows(&self, language: Language) -> Vec<ChatRow> {
        let mut chats: Vec<(Target, &Chat)> =
            self.chats.iter().filter(|(target, chat)| self.is_listed(*target, chat)).collect();
        chats.retain(|(target, _)| self.stranger(*target) == Stranger::No);
        chats.sort_by_key(|(target, chat)| {
            let last = Reverse(chat.last_at().unwrap_or(i64::MIN));
            (!self.choice(*target).pinned, last, *target)
        });
        chats.into_iter().map(|(target, chat)| self.chat_row(target, chat, language)).collect()
    }

    /// The conversations, and the way to the strangers under those that are pinned.
    fn all_chat_rows(&self, language: Language) -> Vec<Row> {
        let chats = self.chat_rows(language);
        let mut rows: Vec<Row> = chats.into_iter().map(Row::Chat).collect();
        if let Some(strangers) = self.strangers_row(language) {
            let is_pinned = |row: &&Row| matches!(row, Row::Chat(ChatRow { pinned: true, .. }));
            rows.insert(rows.iter().take_while(is_pinned).count(), Row::Strangers(strangers));
        }
        rows
    }

    /// New friends, who is online, then the groups in order, each with its friends.
    fn contact_rows(&self, language: Language) -> Vec<Row> {
        let mut rows = vec![Row::NewFriends(self.open_friend_requests()), Row::Online];
        for group in &self.people.book().groups {
            let mut friends: Vec<FriendRow> = self
                .friends()
                .filter(|contact| contact.group == group.id)
                .map(|contact| self.friend_row(contact))
                .collect();
            friends.sort_by_cached_key(rank);
            let there = friends.iter().filter(|row| is_there(row)).count();
            let knows = friends.iter().all(|row| row.presence.is_some());
            let folded = self.panel.folded.contains(&group.id);
            rows.push(Row::Group(GroupRow {
                id: group.id,
                name: self.group_name(group.id, language),
                online: knows.then_some(there),
                total: friends.len(),
                folded,
            }));
            if !folded {
                rows.extend(friends.into_iter().map(Row::Friend));
            }
        }
        if self.friends().next().is_none() {
            rows.push(Row::Nobody);
        }
        rows
    }

    /// The ways to others, then the rooms that one made and the others.
    fn own_room_rows(&self) -> Vec<Row> {
        let mut rows = vec![Row::Doors];
        rows.extend(Some(self.open_room_requests()).filter(|n| *n > 0).map(Row::Invitations));
        for own in [true, false] {
            let rooms = self.rooms(own);
            let folded = self.panel.folded_rooms.contains(&own);
            rows.push(Row::Rooms(own, rooms.len(), folded));
            if !folded {
                rows.extend(rooms.into_iter().map(|own| Row::Room(self.own_room_row(own))));
            }
        }
        rows
    }

    fn own_room_row(&self, own: &OwnRoom) -> RoomRow {
        let target = Target::Room(own.room.room);
        let unread = self.chats.get(target).map_or(0, |chat| chat.unread(self.my_account()));
        RoomRow {
            room: own.room.room,
            name: own.room.name.clone(),
            tile: self.tile(own.room.room),
            rank: own.member.rank,
            members: own.room.members,
            unread,
            pinned: self.choice(target).pinned,
            notify: self.choice(target).notify,
            called: self.is_called(target),
        }
    }

    fn friends(&self) -> impl Iterator<Item = &Contact> {
        self.people.book().contacts.values().filter(|contact| contact.friend)
    }

    fn friend_row(&self, contact: &Contact) -> FriendRow {
        let account = contact.account;
        FriendRow {
            account,
            name: self.people.name(account),
            portrait: self.people.portrait(account),
            presence: self.people.presence(account),
            signature: self.people.signature(account).to_owned(),
            blocked: contact.blocked,
        }
    }

    /// What a group of friends is called.
    #[must_use]
    pub fn group_name(&self, id: GroupId, language: Language) -> String {
        let groups = &self.people.book().groups;
        match groups.iter().find(|group| group.id == id) {
            Some(group) if !group.name.is_empty() => group.name.clone(),
            _ => language.get("group.first").to_owned(),
        }
    }

    /// The name of a conversation.
    #[must_use]
    pub fn target_name(&self, target: Target, language: Language) -> String {
        match target {
            Target::Lobby => language.get("lobby").to_owned(),
            Target::Account(account) => self.people.name(account),
            Target::Room(room) => self.people.room_name(room),
        }
    }

    pub(super) fn chat_row(&self, target: Target, chat: &Chat, language: Language) -> ChatRow {
        let (prefix, preview) = self.preview(target, chat, language);
        let time =
            chat.last_at().map(|at| time::row_label(at, self.now.wall_ms, &self.zone, language));
        let account = match target {
            Target::Lobby | Target::Room(_) => None,
            Target::Account(account) => Some(account),
        };
        ChatRow {
            target,
            name: self.target_name(target, language),
            portrait: account.map(|account| self.people.portrait(account)),
            tile: match target {
                Target::Room(room) => Some(self.tile(room)),
                _ => None,
            },
            pinned: self.choice(target).pinned,
            rank: match target {
                Target::Room(room) => self.room(room).map(|own| own.member.rank),
                _ => None,
            },
            notify: self.choice(target).notify,
            called: self.is_called(target),
            presence: account.and_then(|account| self.people.presence(account)),
            prefix,
            preview,
            time: time.unwrap_or_default(),
            unread: chat.unread(self.my_account()),
        }
    }

    /// The last thing said: that one is mentioned goes before a draft, that before a failed message,
    /// that one before the last message.
    fn preview(
        &self,
        target: Target,
        chat: &Chat,
        language: Language,
    ) -> (Option<&'static str>, String) {
        let is_shown = |message: &&Message| !message.body.is_silent();
        let last = chat.messages.values().rev().find(is_shown);
        if let (true, Some(message)) = (self.is_mentioned(target), last) {
            return (Some("preview.at"), self.preview_of(target, message, language));
        }
        if !chat.open && !chat.draft.is_empty() {
            return (Some("preview.draft"), one_line(&chat.draft));
        }
        if let Some(outgoing) = chat.outgoing.last() {
            let prefix = outgoing.failure.as_ref().map(|_| "preview.failed");
            return (prefix, words(&outgoing.pending.body, language));
        }
        match last {
            Some(message) => (None, self.preview_of(target, message, language)),
            None if target == Target::Lobby => (None, language.get("lobby.about").to_owned()),
            None => (None, String::new()),
        }
    }

    /// Rooms that one is not in any more, the newest first: what was said there can be looked up.
    pub(super) fn left_rows(&self, language: Language) -> Vec<ChatRow> {
        let is_left = |(target, chat): &(Target, &Chat)| match target {
            Target::Room(room) => self.room(*room).is_none() && is_begun(chat),
            Target::Lobby | Target::Account(_) => false,
        };
        let mut left: Vec<(Target, &Chat)> = self.chats.iter().filter(is_left).collect();
        left.sort_by_key(|(target, chat)| (Reverse(chat.last_at()), *target));
        left.into_iter().map(|(target, chat)| self.chat_row(target, chat, language)).collect()
    }

    /// A room that one left is not among them.
    fn is_listed(&self, target: Target, chat: &Chat) -> bool {
        match target {
            Target::Lobby => true,
            Target::Account(_) => is_begun(chat),
            Target::Room(room) => self.room(room).is_some(),
        }
    }

    pub(super) fn preview_of(
        &self,
        target: Target,
        message: &Message,
        language: Language,
    ) -> String {
        match &message.body {
            Body::Room { change, .. } => {
                return one_line(&self.room_line(target, (message.from, change), language));
            }
            Body::Recalled { .. } => return self.recall_line(target, message.from, language),
            _ => {}
        }
        let words = words(&message.body, language);
        match target {
            Target::Lobby | Target::Room(_) if Some(message.from) != self.my_account() => {
                let name = self.name_in(target, message.from);
                language.fill("preview.from", &[("name", &name), ("text", &words)])
            }
            _ => words,
        }
    }

    /// Who took a message back.
    #[must_use]
    pub fn recall_line(&self, target: Target, by: AccountId, language: Language) -> String {
        match Some(by) == self.my_account() {
            true => language.get("chat.recall.me").to_owned(),
            false => {
                let name = self.name_in(target, by);
                language.fill("chat.recall.peer", &[("name", &name)])
            }
        }
    }
}

fn is_there(row: &FriendRow) -> bool {
    row.presence.is_some_and(|presence| presence != Presence::Offline)
}

/// Who is there first, then by name.
fn rank(row: &FriendRow) -> (bool, String, AccountId) {
    (!is_there(row), row.name.to_lowercase(), row.account)
}

/// Whether there is anything to come back for.
fn is_begun(chat: &Chat) -> bool {
    !chat.messages.is_empty()
        || !chat.outgoing.is_empty()
        || !chat.draft.is_empty()
        || chat.state.is_some_and(|state| state.head.0 > 0)
}

/// What a message says, in one line.
pub(super) fn words(body: &Body, language: Language) -> String {
    match body {
        Body::Text { text, .. } => one_line(text),
        Body::Image { .. } => language.get("preview.image").to_owned(),
        Body::File { name, .. } => format!("{} {name}", language.get("preview.file")),
        Body::Game(offer) => {
            let game = language.get(crate::client::api::game_key(offer.kind.name()));
            format!("{} {game}", language.get("preview.game"))
        }
        Body::Shake {} => language.get("preview.shake").to_owned(),
        Body::Notice(_) | Body::Room { .. } | Body::Recalled { .. } | Body::Hidden {} => {
            String::new()
        }
    }
}

/// A list shows one line, and never more of it than fits any screen.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}
