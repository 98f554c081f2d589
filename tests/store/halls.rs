//! What rooms, their members and their doors should be, as simply as it can be said: maps in memory.

use std::collections::{BTreeMap, BTreeSet};

use mychat::domain::{
    AccountId, Announcement, Body, Choice, ConversationId, Door, Joining, Member, Notify, OwnRoom,
    REQUEST_DAYS, Rank, RequestState, Room, RoomId, RoomRequest, Seq, Target,
};
use mychat::net::protocol::{Command, MemberChange, Reason, RoomSettings};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A room, and every message that each one may see of it, now or when it comes again.
#[derive(Debug)]
pub struct Hall {
    pub room: Room,
    pub members: BTreeMap<AccountId, Member>,
    pub head: u64,
    pub seen: BTreeMap<AccountId, BTreeSet<u64>>,
    pub wall: Vec<String>,
}

/// Everything.
pub struct Halls {
    pub now: i64,
    pub people: BTreeSet<AccountId>,
    pub gone: BTreeSet<AccountId>,
    pub friends: BTreeSet<(AccountId, AccountId)>,
    pub blocked: BTreeSet<(AccountId, AccountId)>,
    pub rooms: BTreeMap<RoomId, Hall>,
    pub requests: BTreeMap<(RoomId, AccountId, Door), RoomRequest>,
    pub choices: BTreeMap<(AccountId, Target), Choice>,
    /// Of those who went while they were muted.
    pub mutes: BTreeMap<(RoomId, AccountId), i64>,
    pub made: BTreeMap<AccountId, u64>,
    pub numbers: u64,
    pub members_max: usize,
    pub rooms_max: usize,
    pub per_day: u64,
    pub requests_max: usize,
}

type Done = Result<(), Reason>;

impl Hall {
    /// A line or a message takes its place before the eyes of those who are in.
    fn append(&mut self) {
        self.head += 1;
        for account in self.members.keys() {
            self.seen.entry(*account).or_default().insert(self.head);
        }
    }

    fn line(&mut self) {
        self.append();
        self.room.version += 1;
    }

    fn rank(&self, account: AccountId) -> Option<Rank> {
        self.members.get(&account).map(|member| member.rank)
    }

    fn go(&mut self, account: AccountId) {
        self.members.remove(&account);
        self.room.members -= 1;
        self.line();
    }

    fn hand_on(&mut self, from: AccountId, to: AccountId) {
        self.members.get_mut(&from).unwrap().rank = Rank::Member;
        let heir = self.members.get_mut(&to).unwrap();
        (heir.rank, heir.muted_until) = (Rank::Owner, 0);
        self.room.owner = to;
        self.line();
    }
}

impl Halls {
    /// What a command should do, and whether it should be refused.
    pub fn apply(&mut self, me: AccountId, command: &Command) -> Done {
        match command {
            Command::CreateRoom { name, joining, invite, colour } => {
                self.create(me, name, (*joining, *colour), invite)
            }
            Command::JoinRoom { room, greeting } => self.join(me, *room, greeting),
            Command::WithdrawJoin { room } => {
                let request = self.open(*room, me, Door::Asks).ok_or(Reason::RequestGone)?;
                self.requests.remove(&request.key());
                Ok(())
            }
            Command::AnswerJoin { room, account, accept, .. } => {
                self.answer_join(me, *room, *account, *accept)
            }
            Command::InviteToRoom { room, account } => self.invite(me, *room, *account),
            Command::AnswerInvitation { room, accept } => self.answer_invite(me, *room, *accept),
            Command::LeaveRoom { room } => self.leave(me, *room),
            Command::DissolveRoom { room } => {
                self.inside(*room, me, Rank::Owner)?;
                self.dissolve(*room);
                Ok(())
            }
            Command::SetRoom { room, change } => self.set_room(me, *room, change),
            Command::SetMember { room, account, change } => {
                self.set_member(me, *room, *account, change)
            }
            Command::Kick { room, account } => {
                self.inside(*room, me, Rank::Admin)?;
                self.below(*room, me, *account)?;
                self.part(*room, *account);
                Ok(())
            }
            Command::SetConversation { with, change } => {
                match with {
                    Target::Account(account) if !self.people.contains(account) => {
                        return Err(Reason::NotFound);
                    }
                    Target::Room(room) => drop(self.inside(*room, me, Rank::Member)?),
                    _ => {}
                }
                let before = self.choices.get(&(me, *with)).copied().unwrap_or_default();
                let choice = Choice {
                    pinned: change.pinned.unwrap_or(before.pinned),
                    notify: change.notify.unwrap_or(before.notify),
                    ..before
                };
                self.choices.insert((me, *with), choice);
                self.choices.retain(|_, choice| choice.pinned || choice.notify != Notify::All);
                Ok(())
            }
            Command::Send { to: Target::Room(room), body, .. } => self.send(me, *room, body),
            Command::SetContact { account, .. } if *account == me => Err(Reason::Yourself),
            Command::SetContact { account, change } => {
                match change.blocked {
                    Some(true) => self.blocked.insert((me, *account)),
                    _ => self.blocked.remove(&(me, *account)),
                };
                Ok(())
            }
            Command::ClearRequests {} => {
                let now = self.now;
                self.requests.retain(|_, request| request.account != me || !is_over(request, now));
                Ok(())
            }
            other => panic!("the model does not know {other:?}"),
        }
    }

    /// The account is gone, and with it all that it was in.
    pub fn delete(&mut self, me: AccountId) {
        self.gone.insert(me);
        self.friends.retain(|(a, b)| *a != me && *b != me);
        self.requests.retain(|(_, account, _), _| *account != me);
        let rooms: Vec<RoomId> = self.rooms_of(me);
        for number in rooms {
            let hall = self.rooms.get_mut(&number).unwrap();
            if hall.rank(me) == Some(Rank::Owner) {
                let others = hall.members.values().filter(|member| member.account != me);
                let heir = others.min_by_key(|m| (m.rank == Rank::Member, m.first, m.account));
                match heir.map(|heir| heir.account) {
                    None => {
                        self.dissolve(number);
                        continue;
                    }
                    Some(heir) => hall.hand_on(me, heir),
                }
            }
            self.part(number, me);
        }
        self.choices.retain(|(account, _), _| *account != me);
    }

    /// The rooms of somebody's book.
    pub fn own_rooms(&self, me: AccountId) -> BTreeMap<RoomId, OwnRoom> {
        let halls = self.rooms.iter();
        let own = halls.filter_map(|(number, hall)| {
            let member = hall.members.get(&me)?.clone();
            Some((*number, OwnRoom { room: hall.room.clone(), member }))
        });
        own.collect()
    }

    /// The requests of somebody's book.
    pub fn requests_of(&self, me: AccountId) -> Vec<RoomRequest> {
        let is_mine = |request: &&RoomRequest| {
            let rank = self.rooms[&request.room].rank(me);
            request.account == me || request.door == Door::Asks && rank >= Some(Rank::Admin)
        };
        self.requests.values().filter(is_mine).cloned().collect()
    }

    fn rooms_of(&self, account: AccountId) -> Vec<RoomId> {
        let rooms = self.rooms.iter().filter(|(_, hall)| hall.members.contains_key(&account));
        rooms.map(|(number, _)| *number).collect()
    }

    fn inside(&mut self, room: RoomId, me: AccountId, least: Rank) -> Result<&mut Hall, Reason> {
        let hall = self.rooms.get_mut(&room).ok_or(Reason::RoomGone)?;
        let rank = hall.rank(me).ok_or(Reason::NotMember)?;
        if rank < least { Err(Reason::NotAllowed) } else { Ok(hall) }
    }

    fn below(&self, room: RoomId, me: AccountId, account: AccountId) -> Done {
        if me == account {
            return Err(Reason::Yourself);
        }
        let hall = &self.rooms[&room];
        let (mine, theirs) = (hall.rank(me), hall.rank(account).ok_or(Reason::NotFound)?);
        let may = mine >= Some(Rank::Admin) && mine > Some(theirs);
        if may { Ok(()) } else { Err(Reason::NotAllowed) }
    }

    fn open(&self, room: RoomId, account: AccountId, door: Door) -> Option<RoomRequest> {
        let request = self.requests.get(&(room, account, door))?;
        (!is_over(request, self.now)).then(|| request.clone())
    }

    fn count(&self, is: impl Fn(&RoomRequest) -> bool) -> usize {
        let open = self.requests.values().filter(|request| !is_over(request, self.now));
        open.filter(|request| is(request)).count()
    }

    fn put(&mut self, room: RoomId, account: AccountId, door: Door, by: AccountId, said: &str) {
        let request = RoomRequest {
            room,
            account,
            door,
            name: self.rooms[&room].room.name.clone(),
            by,
            greeting: said.to_owned(),
            at: self.now,
            state: RequestState::Pending,
            answered_by: None,
            reason: String::new(),
        };
        self.requests.insert(request.key(), request);
    }

    fn create(
        &mut self,
        me: AccountId,
        name: &str,
        (joining, colour): (Joining, Option<u8>),
        to: &[AccountId],
    ) -> Done {
        if name.trim().is_empty() {
            return Err(Reason::WordsEmpty);
        }
        if colour.is_some_and(|colour| colour > 6) {
            return Err(Reason::BadValue);
        }
        if self.rooms_of(me).len() >= self.rooms_max {
            return Err(Reason::TooMany);
        }
        if self.made.get(&me).is_some_and(|made| *made >= self.per_day) {
            return Err(Reason::RoomsToday);
        }
        let guests: BTreeSet<AccountId> = to.iter().copied().collect();
        for guest in &guests {
            self.may_be_invited(me, *guest)?;
        }
        *self.made.entry(me).or_default() += 1;
        let number = RoomId(20_001 + self.numbers);
        self.numbers += 1;
        let room = Room {
            room: number,
            conversation: ConversationId(0),
            name: name.to_owned(),
            owner: me,
            joining,
            admins_only: false,
            announcement: None,
            members: 0,
            version: 0,
            since: self.now,
            colour,
        };
        let (members, seen, wall) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut hall = Hall { room, members, head: 0, seen, wall };
        enter(&mut hall, me, Rank::Owner, self.now);
        self.rooms.insert(number, hall);
        for guest in guests {
            self.put_invitation(number, me, guest);
        }
        Ok(())
    }

    fn may_be_invited(&self, me: AccountId, account: AccountId) -> Done {
        if account == me {
            return Err(Reason::Yourself);
        }
        if !self.people.contains(&account) {
            return Err(Reason::NotFound);
        }
        if self.gone.contains(&account) {
            return Err(Reason::AccountGone);
        }
        if !self.friends.contains(&(me, account)) {
            return Err(Reason::NotFriends);
        }
        let open = self.count(|of| of.account == account && of.door == Door::Invited);
        if open >= self.requests_max { Err(Reason::PeerFull) } else { Ok(()) }
    }

    fn put_invitation(&mut self, room: RoomId, me: AccountId, account: AccountId) {
        if !self.blocked.contains(&(account, me)) {
            self.put(room, account, Door::Invited, me, "");
        }
    }

    fn may_enter(&self, room: RoomId, account: AccountId, why: Reason) -> Done {
        if self.rooms[&room].members.len() >= self.members_max {
            return Err(Reason::RoomFull);
        }
        if self.rooms_of(account).len() >= self.rooms_max { Err(why) } else { Ok(()) }
    }

    fn may_ask(&self, room: RoomId, me: AccountId) -> Done {
        if self.open(room, me, Door::Asks).is_some() {
            return Err(Reason::AlreadyAsked);
        }
        if self.count(|of| of.account == me && of.door == Door::Asks) >= self.requests_max {
            return Err(Reason::TooMany);
        }
        if self.count(|of| of.room == room && of.door == Door::Asks) >= self.requests_max {
            return Err(Reason::PeerFull);
        }
        Ok(())
    }

    fn admit(&mut self, room: RoomId, account: AccountId) {
        self.requests.retain(|(of, who, _), _| (*of, *who) != (room, account));
        let now = self.now;
        let until = self.mutes.remove(&(room, account)).unwrap_or_default();
        let hall = self.rooms.get_mut(&room).unwrap();
        enter(hall, account, Rank::Member, now);
        hall.members.get_mut(&account).unwrap().muted_until = if until > now { until } else { 0 };
    }

    fn is_by_admin(&self, invitation: &RoomRequest) -> bool {
        self.rooms[&invitation.room].rank(invitation.by) >= Some(Rank::Admin)
    }

    fn join(&mut self, me: AccountId, room: RoomId, greeting: &str) -> Done {
        let hall = self.rooms.get(&room).ok_or(Reason::RoomGone)?;
        if hall.members.contains_key(&me) {
            return Err(Reason::AlreadyMember);
        }
        let joining = hall.room.joining;
        let invitation = self.open(room, me, Door::Invited);
        let is_welcome = invitation.is_some_and(|invitation| self.is_by_admin(&invitation));
        match joining {
            Joining::Closed if !is_welcome => Err(Reason::RoomClosed),
            Joining::Approval if !is_welcome => {
                self.may_ask(room, me)?;
                self.put(room, me, Door::Asks, me, greeting);
                Ok(())
            }
            _ => {
                self.may_enter(room, me, Reason::TooMany)?;
                self.admit(room, me);
                Ok(())
            }
        }
    }

    fn already(&self, room: RoomId, account: AccountId, accept: bool) -> Done {
        let is_in = self.rooms.get(&room).is_some_and(|h| h.members.contains_key(&account));
        if accept && is_in { Ok(()) } else { Err(Reason::RequestGone) }
    }

    fn answer_join(
        &mut self,
        me: AccountId,
        room: RoomId,
        account: AccountId,
        accept: bool,
    ) -> Done {
        self.inside(room, me, Rank::Admin)?;
        let Some(request) = self.open(room, account, Door::Asks) else {
            return self.already(room, account, accept);
        };
        if accept {
            self.may_enter(room, account, Reason::PeerFull)?;
            self.admit(room, account);
        } else {
            self.requests.remove(&request.key());
        }
        Ok(())
    }

    fn invite(&mut self, me: AccountId, room: RoomId, account: AccountId) -> Done {
        let hall = self.inside(room, me, Rank::Member)?;
        let has_a_say = hall.rank(me) >= Some(Rank::Admin);
        if hall.members.contains_key(&account) {
            return Err(Reason::AlreadyMember);
        }
        if hall.room.joining == Joining::Closed && !has_a_say {
            return Err(Reason::NotAllowed);
        }
        self.may_be_invited(me, account)?;
        if has_a_say && self.open(room, account, Door::Asks).is_some() {
            self.may_enter(room, account, Reason::PeerFull)?;
            self.admit(room, account);
            return Ok(());
        }
        let before = self.open(room, account, Door::Invited);
        if before.is_some_and(|before| !has_a_say || self.is_by_admin(&before)) {
            return Err(Reason::AlreadyAsked);
        }
        self.put_invitation(room, me, account);
        Ok(())
    }

    fn answer_invite(&mut self, me: AccountId, room: RoomId, accept: bool) -> Done {
        let Some(invitation) = self.open(room, me, Door::Invited) else {
            return self.already(room, me, accept);
        };
        if !accept {
            self.requests.remove(&invitation.key());
            return Ok(());
        }
        let is_welcome = self.is_by_admin(&invitation);
        match self.rooms[&room].room.joining {
            Joining::Closed if !is_welcome => Err(Reason::RoomClosed),
            Joining::Approval if !is_welcome => {
                self.may_ask(room, me)?;
                self.requests.remove(&invitation.key());
                self.put(room, me, Door::Asks, invitation.by, "");
                Ok(())
            }
            _ => {
                self.may_enter(room, me, Reason::TooMany)?;
                self.admit(room, me);
                Ok(())
            }
        }
    }

    fn leave(&mut self, me: AccountId, room: RoomId) -> Done {
        let hall = self.inside(room, me, Rank::Member)?;
        match (hall.rank(me), hall.members.len()) {
            (Some(Rank::Owner), 1) => self.dissolve(room),
            (Some(Rank::Owner), _) => return Err(Reason::OwnerStays),
            _ => self.part(room, me),
        }
        Ok(())
    }

    fn part(&mut self, room: RoomId, account: AccountId) {
        self.choices.remove(&(account, Target::Room(room)));
        let hall = self.rooms.get_mut(&room).unwrap();
        let until = hall.members[&account].muted_until;
        if until > self.now {
            self.mutes.insert((room, account), until);
        }
        hall.go(account);
    }

    fn dissolve(&mut self, room: RoomId) {
        self.choices.retain(|(_, with), _| *with != Target::Room(room));
        self.requests.retain(|(of, ..), _| *of != room);
        self.rooms.remove(&room);
    }

    fn set_room(&mut self, me: AccountId, room: RoomId, change: &RoomSettings) -> Done {
        let now = self.now;
        let hall = self.inside(room, me, Rank::Admin)?;
        let RoomSettings { name, joining, admins_only, announcement, colour } = change;
        if colour.is_some_and(|colour| colour > 6) {
            return Err(Reason::BadValue);
        }
        if let Some(name) = name.clone().filter(|name| *name != hall.room.name) {
            hall.room.name = name;
            hall.line();
        }
        if let Some(joining) = joining.filter(|joining| *joining != hall.room.joining) {
            hall.room.joining = joining;
            hall.line();
        }
        if let Some(on) = admins_only.filter(|on| *on != hall.room.admins_only) {
            hall.room.admins_only = on;
            hall.line();
        }
        if let Some(text) = announcement {
            let on_wall = hall.room.announcement.as_ref().map_or("", |old| &old.text);
            if text != on_wall {
                let seq = Seq(hall.head + 1);
                let new = Announcement { text: text.clone(), by: me, at: now, seq };
                hall.room.announcement = (!text.is_empty()).then_some(new);
                hall.wall.insert(0, text.clone());
                hall.line();
            }
        }
        if let Some(colour) = colour.filter(|colour| Some(*colour) != hall.room.colour) {
            hall.room.colour = Some(colour);
            hall.line();
        }
        Ok(())
    }

    fn set_member(
        &mut self,
        me: AccountId,
        room: RoomId,
        account: AccountId,
        change: &MemberChange,
    ) -> Done {
        let now = self.now;
        let mine = self.inside(room, me, Rank::Member)?.rank(me);
        if self.rooms[&room].rank(account).is_none() {
            return Err(Reason::NotFound);
        }
        if change.card.is_some() && me != account {
            return Err(Reason::NotAllowed);
        }
        if change.mute_ms.is_some() {
            self.below(room, me, account)?;
        }
        if change.rank.is_some() {
            self.below(room, me, account)?;
            if mine != Some(Rank::Owner) {
                return Err(Reason::NotAllowed);
            }
        }
        let hall = self.rooms.get_mut(&room).unwrap();
        let member = hall.members.get_mut(&account).unwrap();
        if let Some(card) = change.card.as_ref().filter(|card| **card != member.card) {
            member.card.clone_from(card);
            hall.line();
        }
        let member = hall.members.get_mut(&account).unwrap();
        if let Some(ms) = change.mute_ms {
            let until = if ms == 0 { 0 } else { now + i64::try_from(ms).unwrap() };
            if until != member.muted_until {
                member.muted_until = until;
                hall.line();
            }
        }
        let member = hall.members.get_mut(&account).unwrap();
        match change.rank {
            Some(Rank::Owner) => hall.hand_on(me, account),
            Some(rank) if rank != member.rank => {
                member.rank = rank;
                if rank == Rank::Admin {
                    member.muted_until = 0;
                }
                hall.line();
            }
            _ => {}
        }
        Ok(())
    }

    fn send(&mut self, me: AccountId, room: RoomId, body: &Body) -> Done {
        let now = self.now;
        let hall = self.inside(room, me, Rank::Member)?;
        if hall.members[&me].muted_until > now {
            return Err(Reason::RoomMuted);
        }
        let has_a_say = hall.rank(me) >= Some(Rank::Admin);
        if hall.room.admins_only && !has_a_say {
            return Err(Reason::AdminsOnly);
        }
        let Body::Text { reply_to, mentions, .. } = body else { return Err(Reason::ShakeTarget) };
        if mentions.everyone && !has_a_say {
            return Err(Reason::MentionEveryone);
        }
        if reply_to.is_some_and(|seq| !hall.seen[&me].contains(&seq.0)) {
            return Err(Reason::QuoteGone);
        }
        hall.append();
        Ok(())
    }
}

fn enter(hall: &mut Hall, account: AccountId, rank: Rank, now: i64) {
    let first = Seq(hall.head + 1);
    let (card, since) = (String::new(), now);
    let member = Member { account, rank, card, muted_until: 0, since, first };
    hall.members.insert(account, member);
    hall.room.members += 1;
    hall.line();
}

fn is_over(request: &RoomRequest, now: i64) -> bool {
    now - request.at >= REQUEST_DAYS * DAY_MS
}
