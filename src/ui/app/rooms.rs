//! Rooms as the windows know them: their tiles, who is in them, what happened there.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::contacts::{Confirm, Doing};
use super::prompt::{About, Prompt};
use super::search::Wanted;
use super::{Asked, Effect, Model};
use crate::client::api::{joining_key, sentence};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{
    AccountId, Body, Choice, Joining, Member, Message, Notify, OwnRoom, Portrait, Presence, Rank,
    RoomChange, RoomId, Seq, Stranger, Target,
};
use crate::net::protocol::{
    ChoiceChange, Command, MemberChange, Query, Reason, Reply, RoomSettings,
};
use crate::ui::text::Language;

/// What stands for a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Its colour; a room's number names the one that it has by itself.
    pub colour: u64,
    /// Its name, whose first letter it shows.
    pub name: String,
}

/// Who is in a room whose window stands, or whose messages are browsed.
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
    /// What that person calls itself.
    pub nickname: String,
    /// What stands for that person.
    pub portrait: Portrait,
    /// How that person is seen.
    pub presence: Option<Presence>,
    /// Oneself.
    pub is_me: bool,
    /// May not write for a while.
    pub is_muted: bool,
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
    /// Call oneself otherwise there; asked for.
    Card(RoomId),
    /// Only admins write, or everybody.
    AdminsOnly(RoomId, bool),
    /// Who may come in.
    Joining(RoomId, Joining),
    /// The colour of its tile.
    Colour(RoomId, u8),
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
        self.people.room_tile(room)
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
        match self.card_in(target, account) {
            Some(card) if self.people.book().remark(account).is_none() => card.to_owned(),
            _ => self.people.name(account),
        }
    }

    /// The name on somebody's card in a room, where there is one.
    pub(super) fn card_in(&self, target: Target, account: AccountId) -> Option<&str> {
        let member = self.member_in(target, account)?;
        Some(member.card.as_str()).filter(|card| !card.is_empty())
    }

    /// The names on all cards in the rooms that are shown.
    pub(super) fn all_cards(&self) -> BTreeMap<(RoomId, AccountId), String> {
        let members = self.halls.iter().flat_map(|(room, hall)| {
            hall.members.keys().map(|account| (Target::Room(*room), (*room, *account)))
        });
        let card = |(target, key): (Target, (RoomId, AccountId))| {
            Some((key, self.card_in(target, key.1)?.to_owned()))
        };
        members.filter_map(card).collect()
    }

    /// What somebody is in a room, as far as it is known.
    #[must_use]
    pub fn rank_in(&self, target: Target, account: AccountId) -> Rank {
        self.member_in(target, account).map_or(Rank::Member, |member| member.rank)
    }

    fn member_in(&self, target: Target, account: AccountId) -> Option<&Member> {
        let Target::Room(room) = target else { return None };
        match Some(account) == self.my_account() {
            true => self.room(room).map(|own| &own.member),
            false => self.halls.get(&room)?.members.get(&account),
        }
    }

    /// Who is in a room: its owner, admins, oneself, then the others; who is there goes before.
    #[must_use]
    pub fn member_rows(&self, room: RoomId) -> Vec<Rc<MemberRow>> {
        let Some(hall) = self.halls.get(&room) else { return Vec::new() };
        let me = self.my_account();
        let mut rows: Vec<Rc<MemberRow>> = hall
            .members
            .values()
            .map(|member| MemberRow {
                name: self.name_in(Target::Room(room), member.account),
                nickname: self.people.nickname(member.account),
                portrait: self.people.portrait(member.account),
                presence: match Some(member.account) == me {
                    true => self.me.as_ref().map(|me| me.presence),
                    false => self.people.presence(member.account),
                },
                is_me: Some(member.account) == me,
                is_muted: member.muted_until > self.server_ms(),
                member: member.clone(),
            })
            .map(Rc::new)
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

    /// A room's window opened, or what was said there: who is in it is asked for.
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
        let Some(hall) = self.halls.get_mut(&room) else { return };
        let Ok(Answer::Looked(Reply::Members { members, more })) = result else {
            hall.asked = false;
            return;
        };
        let last = members.last().map(|member| member.account);
        hall.members.extend(members.into_iter().map(|member| (member.account, member)));
        self.chats.at(Target::Room(room));
        self.history.iter_mut().for_each(|history| history.version += 1);
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
        self.asked.retain(|_, asked| !matches!(asked, Asked::Members(_)));
        self.enter_halls(out);
    }

    /// One may be in a room since now whose window stands.
    pub(super) fn enter_halls(&mut self, out: &mut Vec<Effect>) {
        for room in self.shown_rooms() {
            self.enter_hall(room, out);
        }
    }

    /// The rooms of which some window shows who is in them.
    fn shown_rooms(&self) -> Vec<RoomId> {
        let browsed = self.history.as_ref().and_then(|history| history.with);
        let room = |target| match target {
            Target::Room(room) => Some(room),
            Target::Account(_) | Target::Lobby => None,
        };
        let chats = self.chats.open().into_iter().chain(browsed).filter_map(room);
        chats.chain(self.board.as_ref().map(|board| board.room)).collect()
    }

    /// No line of a room comes to who is not in it, and nobody looks at what no window shows: what is
    /// kept of it would only grow old.
    pub(super) fn leave_halls(&mut self) {
        if self.halls.is_empty() {
            return;
        }
        let shown = self.shown_rooms();
        let gone = |room: &RoomId| !shown.contains(room) || self.room(*room).is_none();
        let gone: Vec<RoomId> = self.halls.keys().copied().filter(gone).collect();
        for room in gone {
            self.leave_hall(room);
        }
    }

    pub(super) fn leave_hall(&mut self, room: RoomId) {
        self.halls.remove(&room);
        self.asked.retain(|_, asked| *asked != Asked::Members(room));
    }

    /// Whether a message asks for attention: not where one wants none, no stranger's and no line about
    /// a room.
    #[must_use]
    pub fn is_told(&self, target: Target, body: &Body) -> bool {
        if self.stranger(target) != Stranger::No {
            return false;
        }
        let mentions_me = match (body, self.my_account()) {
            (Body::Text { mentions, .. }, Some(me)) => mentions.includes(me),
            _ => false,
        };
        match self.choice(target).notify {
            Notify::All => body.is_said() || matches!(body, Body::Game(_)),
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
            RoomChange::Joined { account, muted_until } => {
                hall.members.entry(*account).or_insert_with(|| Member {
                    account: *account,
                    rank: Rank::Member,
                    card: String::new(),
                    muted_until: *muted_until,
                    since: at,
                    first: Seq::ZERO,
                });
            }
            RoomChange::Left { account } | RoomChange::Kicked { account } => {
                hall.members.remove(account);
            }
            RoomChange::Muted { account, until } => member(account, &|m| m.muted_until = *until),
            RoomChange::Ranked { account, rank } => member(account, &|m| set_rank(m, *rank)),
            RoomChange::Carded { account, card } => {
                member(account, &|m| m.card.clone_from(card));
                self.history.iter_mut().for_each(|history| history.version += 1);
            }
            RoomChange::Owner { account } => {
                hall.members.values_mut().filter(|m| m.rank == Rank::Owner).for_each(|m| {
                    m.rank = Rank::Member;
                });
                if let Some(heir) = hall.members.get_mut(account) {
                    set_rank(heir, Rank::Owner);
                }
            }
            _ => {}
        }
    }

    pub(super) fn room_msg(&mut self, msg: RoomMsg, out: &mut Vec<Effect>) {
        let settings = RoomSettings::default;
        let command = match msg {
            RoomMsg::Leave(room) => return out.push(self.leaving(room)),
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
            RoomMsg::Card(room) => {
                let card = self.room(room).map(|own| own.member.card.clone());
                self.prompt = Some(Prompt::new(About::Card(room), card.unwrap_or_default()));
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
            RoomMsg::Colour(room, colour) => {
                let change = RoomSettings { colour: Some(colour), ..settings() };
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

    /// What is asked before one goes. A room has an owner as long as somebody is in it: whose it is
    /// hands it on before, or ends it.
    fn leaving(&self, room: RoomId) -> Effect {
        let mine = self.room(room).filter(|own| own.member.rank == Rank::Owner);
        match mine.map(|own| own.room.members) {
            None => Effect::Confirm(Confirm::LeaveRoom(room)),
            Some(0..=1) => Effect::Confirm(Confirm::DissolveRoom(room)),
            Some(_) => Effect::Say(Failure::Refused(Reason::OwnerStays.into())),
        }
    }

    /// What becomes of somebody who is put out, by who may come in.
    #[must_use]
    pub fn kicked_key(&self, room: RoomId) -> &'static str {
        match self.room(room).map(|own| own.room.joining) {
            Some(Joining::Open) => "ask.kick.text.open",
            Some(Joining::Closed) => "ask.kick.text.closed",
            Some(Joining::Approval) | None => "ask.kick.text",
        }
    }

    /// Why one is in a room no more.
    #[must_use]
    pub fn outside_key(&self, room: RoomId) -> &'static str {
        let chat = self.chats.get(Target::Room(room));
        let last = chat.and_then(|chat| chat.messages.values().next_back());
        match last.map(|message| &message.body) {
            Some(Body::Room { change: RoomChange::Dissolved {}, .. }) => "room.ended",
            _ => "room.outside",
        }
    }

    /// Why one cannot write here.
    #[must_use]
    pub fn closed_to_me(&self, target: Target, language: Language) -> Option<String> {
        let why = |key| Some(language.get(key).to_owned());
        let room = match target {
            Target::Lobby if self.chats.lobby_is_closed => return why("reason.lobby_closed"),
            Target::Lobby | Target::Account(_) => return None,
            Target::Room(room) => room,
        };
        if !self.people.has_book() {
            return None;
        }
        match self.room(room) {
            None => why(self.outside_key(room)),
            Some(own) if own.member.muted_until > self.server_ms() => {
                let until = self.until(own.member.muted_until, language);
                Some(language.fill("room.muted_me", &[("time", &until)]))
            }
            Some(own) if own.room.admins_only && own.member.rank == Rank::Member => {
                why("room.admins_only")
            }
            Some(_) => None,
        }
    }

    fn until(&self, at: i64, language: Language) -> String {
        super::time::until_label(at, self.now.wall_ms, &self.zone, language)
    }

    /// What happened in a room, in words.
    #[must_use]
    pub fn room_line(
        &self,
        target: Target,
        (from, change): (AccountId, &RoomChange),
        language: Language,
    ) -> String {
        let (key, about) = sentence(from, change);
        let text = match change {
            RoomChange::Created { name } | RoomChange::Renamed { name } => name.clone(),
            RoomChange::Announced { text } => text.clone(),
            RoomChange::Joining { joining } => language.get(joining_key(*joining)).to_owned(),
            RoomChange::Muted { until, .. } => self.until(*until, language),
            _ => String::new(),
        };
        let name = about.map(|account| self.name_in(target, account)).unwrap_or_default();
        let by = self.name_in(target, from);
        language.fill(key, &[("by", &by), ("name", &name), ("text", &text)])
    }
}

/// Who has a say in a room is not mute there.
fn set_rank(member: &mut Member, rank: Rank) {
    member.rank = rank;
    if rank >= Rank::Admin {
        member.muted_until = 0;
    }
}

impl MemberRow {
    /// Whether that person is meant by what was typed.
    #[must_use]
    pub fn fits(&self, wanted: &Wanted) -> bool {
        let names = [&self.name, &self.nickname, &self.member.card];
        names.into_iter().any(|name| wanted.fit(name).is_some())
            || wanted.fit_number(self.member.account.0).is_some()
    }

    /// Whether that person is seen to be there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.presence.is_some_and(|presence| presence != Presence::Offline)
    }
}
