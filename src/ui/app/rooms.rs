//! Rooms as the windows know them: their tiles, who is in them, what happened there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::contacts::{Confirm, Doing};
use super::prompt::{About, Prompt};
use super::{Asked, Effect, Model};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{
    AccountId, Announcement, Body, Choice, Joining, Member, Message, Notify, OwnRoom, Portrait,
    Presence, Rank, RoomChange, RoomId, Seq, Target,
};
use crate::net::protocol::{ChoiceChange, Command, MemberChange, Query, Reply, RoomSettings};
use crate::ui::text::Language;

/// What stands for a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Its colour, by its number.
    pub colour: u64,
    /// Its name, whose first letter it shows.
    pub name: String,
}

/// Who is in a room whose window stands.
#[derive(Debug, Default)]
pub struct Hall {
    /// By number.
    pub members: BTreeMap<AccountId, Member>,
    /// All of them came.
    pub is_whole: bool,
    asked: bool,
}

/// One of those in a room, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// Who, and what that person is there.
    pub member: Member,
    /// The name on the card, else what one calls that person.
    pub name: String,
    /// What stands for that person.
    pub portrait: Portrait,
    /// How that person is seen.
    pub presence: Option<Presence>,
    /// Oneself.
    pub is_me: bool,
}

/// What is done in a room, or with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomMsg {
    /// Go; asked before.
    Leave(RoomId),
    /// End it for everybody; asked before.
    Dissolve(RoomId),
    /// Put somebody out; asked before.
    Kick(RoomId, AccountId),
    /// Nobody hears that person for so many milliseconds; 0 for at once again.
    Mute(RoomId, AccountId, u64),
    /// What somebody is there.
    Rank(RoomId, AccountId, Rank),
    /// Call the room otherwise; asked for.
    Rename(RoomId),
    /// Put something on its wall; asked for.
    Announce(RoomId),
    /// Call oneself otherwise there; asked for.
    Card(RoomId),
    /// What is on the wall was read.
    ReadWall(RoomId),
    /// Only admins write, or everybody.
    AdminsOnly(RoomId, bool),
    /// Who may come in.
    Joining(RoomId, Joining),
    /// What is told of a conversation.
    Notify(Target, Notify),
    /// Whether a conversation stands at the top.
    Pin(Target, bool),
}

impl Model {
    /// A room that one is in.
    #[must_use]
    pub fn room(&self, room: RoomId) -> Option<&OwnRoom> {
        self.people.book().rooms.get(&room)
    }

    /// What stands for a room.
    #[must_use]
    pub fn tile(&self, room: RoomId) -> Tile {
        Tile { colour: room.0, name: self.people.room_name(room) }
    }

    /// The rooms that one made, or the others, by name.
    #[must_use]
    pub fn rooms(&self, own: bool) -> Vec<&OwnRoom> {
        let rooms = self.people.book().rooms.values();
        let mut rooms: Vec<&OwnRoom> =
            rooms.filter(|room| (room.member.rank == Rank::Owner) == own).collect();
        rooms.sort_by_cached_key(|own| (own.room.name.to_lowercase(), own.room.room));
        rooms
    }

    /// What one told of a conversation.
    #[must_use]
    pub fn choice(&self, target: Target) -> Choice {
        self.people.book().choices.get(&target).copied().unwrap_or_default()
    }

    /// The name of somebody in a room: that on the card goes before all others but a remark.
    #[must_use]
    pub fn name_in(&self, target: Target, account: AccountId) -> String {
        let card = match target {
            Target::Room(room) => self.halls.get(&room).and_then(|hall| hall.members.get(&account)),
            _ => None,
        };
        match card.filter(|member| !member.card.is_empty()) {
            Some(member) if self.people.book().remark(account).is_none() => member.card.clone(),
            _ => self.people.name(account),
        }
    }

    /// Who is in a room: its owner, admins, oneself, then the others; who is there goes before.
    #[must_use]
    pub fn member_rows(&self, room: RoomId) -> Vec<MemberRow> {
        let Some(hall) = self.halls.get(&room) else { return Vec::new() };
        let me = self.my_account();
        let mut rows: Vec<MemberRow> = hall
            .members
            .values()
            .map(|member| MemberRow {
                name: self.name_in(Target::Room(room), member.account),
                portrait: self.people.portrait(member.account),
                presence: match Some(member.account) == me {
                    true => self.me.as_ref().map(|me| me.presence),
                    false => self.people.presence(member.account),
                },
                is_me: Some(member.account) == me,
                member: member.clone(),
            })
            .collect();
        rows.sort_by_cached_key(|row| {
            let rank = Reverse(row.member.rank);
            (!row.is_there(), rank, !row.is_me, row.name.to_lowercase(), row.member.account)
        });
        rows
    }

    /// Those whose presence the windows of rooms show.
    pub(super) fn seen_members(&self) -> impl Iterator<Item = AccountId> {
        self.halls.values().flat_map(|hall| hall.members.keys().copied())
    }

    /// A room's window opened: who is in it is asked for.
    pub(super) fn enter_hall(&mut self, room: RoomId, out: &mut Vec<Effect>) {
        let hall = self.halls.entry(room).or_default();
        if hall.asked || hall.is_whole || !self.link.is_up() || self.room(room).is_none() {
            return;
        }
        self.ask_hall(room, AccountId(0), out);
    }

    fn ask_hall(&mut self, room: RoomId, after: AccountId, out: &mut Vec<Effect>) {
        self.halls.entry(room).or_default().asked = true;
        let query = Query::Members { room, after };
        self.ask(Asked::Members(room), |ticket| Intent::Look { ticket, query }, out);
    }

    /// A page of who is in a room came.
    pub(super) fn hall_came(
        &mut self,
        room: RoomId,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let hall = self.halls.entry(room).or_default();
        let Ok(Answer::Looked(Reply::Members { members, more })) = result else {
            hall.asked = false;
            return;
        };
        let last = members.last().map(|member| member.account);
        hall.members.extend(members.into_iter().map(|member| (member.account, member)));
        self.chats.at(Target::Room(room));
        match last.filter(|_| more) {
            Some(after) => self.ask_hall(room, after, out),
            None => {
                let hall = self.halls.entry(room).or_default();
                (hall.asked, hall.is_whole) = (false, true);
            }
        }
    }

    /// The link stands anew: who is in the rooms that are shown is asked for again.
    pub(super) fn reenter_halls(&mut self, out: &mut Vec<Effect>) {
        self.halls.clear();
        for target in self.chats.open() {
            if let Target::Room(room) = target {
                self.enter_hall(room, out);
            }
        }
    }

    /// Whether a message asks for attention: not where one wants none, and no line about a room.
    #[must_use]
    pub fn is_told(&self, target: Target, body: &Body) -> bool {
        let mentions_me = match (body, self.my_account()) {
            (Body::Text { mentions, .. }, Some(me)) => mentions.includes(me),
            _ => false,
        };
        match self.choice(target).notify {
            Notify::All => body.is_said(),
            Notify::Mentions => mentions_me,
            Notify::None => false,
        }
    }

    /// A message of a room's log came: who is in it may change with it.
    pub(super) fn line_came(&mut self, target: Target, message: &Message) {
        let (Target::Room(room), Body::Room { change, .. }) = (target, &message.body) else {
            return;
        };
        let at = message.at;
        let Some(hall) = self.halls.get_mut(&room) else { return };
        let mut member = |account: &AccountId, apply: &dyn Fn(&mut Member)| {
            hall.members.get_mut(account).into_iter().for_each(apply);
        };
        match change {
            RoomChange::Joined { account } => {
                hall.members.entry(*account).or_insert_with(|| Member {
                    account: *account,
                    rank: Rank::Member,
                    card: String::new(),
                    muted_until: 0,
                    since: at,
                    first: Seq::ZERO,
                });
            }
            RoomChange::Left { account } | RoomChange::Kicked { account } => {
                hall.members.remove(account);
            }
            RoomChange::Muted { account, until } => member(account, &|m| m.muted_until = *until),
            RoomChange::Ranked { account, rank } => member(account, &|m| m.rank = *rank),
            RoomChange::Owner { account } => {
                hall.members.values_mut().filter(|m| m.rank == Rank::Owner).for_each(|m| {
                    m.rank = Rank::Member;
                });
                hall.members.get_mut(account).into_iter().for_each(|m| m.rank = Rank::Owner);
            }
            _ => {}
        }
    }

    pub(super) fn room_msg(&mut self, msg: RoomMsg, out: &mut Vec<Effect>) {
        let settings = RoomSettings::default;
        let command = match msg {
            RoomMsg::Leave(room) => return out.push(Effect::Confirm(Confirm::LeaveRoom(room))),
            RoomMsg::Dissolve(room) => {
                return out.push(Effect::Confirm(Confirm::DissolveRoom(room)));
            }
            RoomMsg::Kick(room, account) => {
                return out.push(Effect::Confirm(Confirm::Kick(room, account)));
            }
            RoomMsg::Rename(room) => {
                let name = self.people.room_name(room);
                self.prompt = Some(Prompt::new(About::RenameRoom(room), name));
                return;
            }
            RoomMsg::Announce(room) => {
                let text = self.wall(room).map(|wall| wall.text.clone());
                self.prompt = Some(Prompt::new(About::Announce(room), text.unwrap_or_default()));
                return;
            }
            RoomMsg::Card(room) => {
                let card = self.room(room).map(|own| own.member.card.clone());
                self.prompt = Some(Prompt::new(About::Card(room), card.unwrap_or_default()));
                return;
            }
            RoomMsg::ReadWall(room) => {
                if let Some(at) = self.wall(room).map(|wall| wall.at) {
                    self.walls.insert(room, at);
                    self.chats.at(Target::Room(room));
                }
                return;
            }
            RoomMsg::Mute(room, account, ms) => {
                let change = MemberChange { mute_ms: Some(ms), ..MemberChange::default() };
                Command::SetMember { room, account, change }
            }
            RoomMsg::Rank(room, account, rank) => {
                let change = MemberChange { rank: Some(rank), ..MemberChange::default() };
                Command::SetMember { room, account, change }
            }
            RoomMsg::AdminsOnly(room, on) => {
                let change = RoomSettings { admins_only: Some(on), ..settings() };
                Command::SetRoom { room, change }
            }
            RoomMsg::Joining(room, joining) => {
                let change = RoomSettings { joining: Some(joining), ..settings() };
                Command::SetRoom { room, change }
            }
            RoomMsg::Notify(with, notify) => {
                let change = ChoiceChange { notify: Some(notify), ..ChoiceChange::default() };
                Command::SetConversation { with, change }
            }
            RoomMsg::Pin(with, pinned) => {
                let change = ChoiceChange { pinned: Some(pinned), ..ChoiceChange::default() };
                Command::SetConversation { with, change }
            }
        };
        self.do_it(Doing::Quiet, command, out);
    }

    fn wall(&self, room: RoomId) -> Option<&Announcement> {
        self.room(room)?.room.announcement.as_ref()
    }

    /// What is on a room's wall, until it was read.
    #[must_use]
    pub fn unread_wall(&self, room: RoomId) -> Option<&str> {
        let wall = self.wall(room)?;
        let is_new = self.walls.get(&room).is_none_or(|read| *read < wall.at);
        is_new.then_some(wall.text.as_str())
    }

    /// Why one cannot write here: the key of a sentence.
    #[must_use]
    pub fn closed_to_me(&self, target: Target) -> Option<&'static str> {
        let Target::Room(room) = target else { return None };
        if !self.people.has_book() {
            return None;
        }
        match self.room(room) {
            None => Some("room.outside"),
            Some(own) if own.member.muted_until > self.server_ms() => Some("room.muted_me"),
            Some(own) if own.room.admins_only && own.member.rank == Rank::Member => {
                Some("room.admins_only")
            }
            Some(_) => None,
        }
    }

    /// What happened in a room, in words.
    #[must_use]
    pub fn room_line(
        &self,
        target: Target,
        (from, change): (AccountId, &RoomChange),
        language: Language,
    ) -> String {
        let (key, about) = said_of(from, change);
        let text = match change {
            RoomChange::Created { name } | RoomChange::Renamed { name } => name.clone(),
            RoomChange::Announced { text } => text.clone(),
            RoomChange::Joining { joining } => language.get(joining_key(*joining)).to_owned(),
            RoomChange::Muted { until, .. } => {
                super::time::row_label(*until, self.now.wall_ms, &self.zone, language)
            }
            _ => String::new(),
        };
        let name = about.map(|account| self.name_in(target, account)).unwrap_or_default();
        let by = self.name_in(target, from);
        language.fill(key, &[("by", &by), ("name", &name), ("text", &text)])
    }
}

/// The sentence of a change that somebody made, and whom it is about.
fn said_of(by: AccountId, change: &RoomChange) -> (&'static str, Option<AccountId>) {
    match change {
        RoomChange::Created { .. } => ("room.line.created", None),
        RoomChange::Joined { account } if *account != by => ("room.line.let_in", Some(*account)),
        RoomChange::Joined { account } => ("room.line.joined", Some(*account)),
        RoomChange::Left { account } => ("room.line.left", Some(*account)),
        RoomChange::Kicked { account } => ("room.line.kicked", Some(*account)),
        RoomChange::Muted { account, until: 0 } => ("room.line.unmuted", Some(*account)),
        RoomChange::Muted { account, .. } => ("room.line.muted", Some(*account)),
        RoomChange::Ranked { account, rank: Rank::Admin } => ("room.line.admin", Some(*account)),
        RoomChange::Ranked { account, .. } => ("room.line.member", Some(*account)),
        RoomChange::Owner { account } => ("room.line.owner", Some(*account)),
        RoomChange::Renamed { .. } => ("room.line.renamed", None),
        RoomChange::Joining { .. } => ("room.line.joining", None),
        RoomChange::AdminsOnly { on: true } => ("room.line.admins_only", None),
        RoomChange::AdminsOnly { on: false } => ("room.line.everybody", None),
        RoomChange::Announced { text } if text.is_empty() => ("room.line.unannounced", None),
        RoomChange::Announced { .. } => ("room.line.announced", None),
        RoomChange::Dissolved {} => ("room.line.dissolved", None),
    }
}

/// The words of who may come in.
#[must_use]
pub fn joining_key(joining: Joining) -> &'static str {
    match joining {
        Joining::Open => "room.open",
        Joining::Approval => "room.approval",
        Joining::Closed => "room.closed",
    }
}

impl MemberRow {
    /// Whether that person is seen to be there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.presence.is_some_and(|presence| presence != Presence::Offline)
    }
}
