//! What friends, groups, requests and blocks should be, as simply as it can be said: maps in memory.

use std::collections::BTreeMap;

use mychat::domain::{
    AccountId, Asking, Book, Contact, ContactRequest, Group, GroupId, REQUEST_DAYS, RequestState,
    Way,
};
use mychat::net::protocol::{Command, ContactAnswer, ContactChange, Reason};

const MINUTE_MS: u64 = 60 * 1000;

/// One account's side.
#[derive(Debug, Default)]
pub struct Side {
    pub gone: bool,
    pub book: Book,
    /// How long the server had run when each request was asked, in minutes.
    asked_min: BTreeMap<(AccountId, Way), u64>,
    groups_made: u32,
}

/// All accounts.
pub struct Model {
    /// By the wall, which jumps.
    pub now: i64,
    /// How long the server has run.
    pub uptime_ms: u64,
    pub sides: BTreeMap<AccountId, Side>,
    pub friends_max: usize,
    pub requests_max: usize,
}

type Done = Result<(), Reason>;

impl Model {
    /// What a command should do, and whether it should be refused.
    pub fn apply(&mut self, me: AccountId, command: &Command) -> Done {
        match command {
            Command::AskContact { to, greeting, group, remark } => {
                self.ask(me, *to, greeting, *group, remark)
            }
            Command::WithdrawRequest { to } => {
                if !self.is_open(me, *to, Way::Out) {
                    return Err(Reason::RequestGone);
                }
                self.take_back(me, *to);
                Ok(())
            }
            Command::AnswerContact { from, answer } => self.answer(me, *from, answer),
            Command::ClearRequests {} => {
                let requests: Vec<_> = self.book(me).requests.keys().copied().collect();
                for (peer, way) in requests {
                    if !self.is_open(me, peer, way) {
                        self.book(me).requests.remove(&(peer, way));
                    }
                }
                Ok(())
            }
            Command::SetContact { account, change } => self.set(me, *account, change),
            Command::RemoveContact { account } => {
                if !self.are_friends(me, *account) {
                    return Err(Reason::NotFriends);
                }
                self.part(me, *account);
                Ok(())
            }
            Command::SetPrivacy(privacy) => {
                self.book(me).privacy = privacy.clone();
                Ok(())
            }
            groups => self.groups(me, groups),
        }
    }

    /// The account is gone, and with it what stood between it and others.
    pub fn delete(&mut self, me: AccountId) {
        let book = std::mem::take(self.book(me));
        self.sides.insert(me, Side { gone: true, ..Side::default() });
        for peer in book.contacts.keys() {
            let blocked = self.contact(*peer, me).blocked;
            self.put(*peer, Contact { blocked, ..Contact::stranger(me) });
        }
        for side in self.sides.values_mut() {
            side.book.requests.retain(|(peer, _), _| *peer != me);
        }
    }

    fn book(&mut self, of: AccountId) -> &mut Book {
        &mut self.sides.get_mut(&of).unwrap().book
    }

    fn contact(&mut self, of: AccountId, with: AccountId) -> Contact {
        let known = self.book(of).contacts.get(&with).cloned();
        known.unwrap_or_else(|| Contact::stranger(with))
    }

    fn put(&mut self, of: AccountId, contact: Contact) {
        match contact.friend || contact.blocked {
            true => drop(self.book(of).contacts.insert(contact.account, contact)),
            false => drop(self.book(of).contacts.remove(&contact.account)),
        }
    }

    fn are_friends(&mut self, a: AccountId, b: AccountId) -> bool {
        self.contact(a, b).friend
    }

    fn count_friends(&mut self, of: AccountId) -> usize {
        self.book(of).contacts.values().filter(|contact| contact.friend).count()
    }

    fn is_open(&self, of: AccountId, peer: AccountId, way: Way) -> bool {
        let side = &self.sides[&of];
        let Some(request) = side.book.requests.get(&(peer, way)) else { return false };
        let waited = self.uptime_ms / MINUTE_MS - side.asked_min[&(peer, way)];
        request.state == RequestState::Pending && waited < REQUEST_DAYS.unsigned_abs() * 24 * 60
    }

    fn count_open(&mut self, of: AccountId, wanted: Way) -> usize {
        let requests: Vec<_> = self.book(of).requests.keys().copied().collect();
        let open = |(peer, way): &(AccountId, Way)| *way == wanted && self.is_open(of, *peer, *way);
        requests.iter().copied().filter(|key| open(key)).count()
    }

    fn put_request(&mut self, of: AccountId, request: ContactRequest, asked_min: u64) {
        let (side, key) = (self.sides.get_mut(&of).unwrap(), (request.peer, request.way));
        side.asked_min.insert(key, asked_min);
        side.book.requests.insert(key, request);
    }

    fn known_group(&mut self, of: AccountId, group: GroupId) -> GroupId {
        let groups = &self.book(of).groups;
        if groups.iter().any(|known| known.id == group) { group } else { GroupId::FIRST }
    }

    fn ask(
        &mut self,
        me: AccountId,
        to: AccountId,
        greeting: &str,
        group: GroupId,
        remark: &str,
    ) -> Done {
        if to == me {
            return Err(Reason::Yourself);
        }
        match self.sides.get(&to) {
            None => return Err(Reason::NotFound),
            Some(side) if side.gone => return Err(Reason::AccountGone),
            Some(_) => {}
        }
        let group = self.known_group(me, group);
        let mine = self.contact(me, to);
        if mine.friend {
            return Err(Reason::AlreadyFriends);
        }
        if mine.blocked {
            return Err(Reason::YouBlocked);
        }
        let asking = self.book(to).privacy.asking;
        let blocked = self.contact(to, me).blocked;
        if self.is_open(to, me, Way::Out) {
            return self.befriend((me, group, remark), to);
        }
        if self.is_open(me, to, Way::Out) {
            return Err(Reason::AlreadyAsked);
        }
        match asking {
            Asking::Nobody => return Err(Reason::TakesNoRequests),
            Asking::Welcome if !blocked => return self.befriend((me, group, remark), to),
            _ => {}
        }
        if self.count_open(me, Way::Out) >= self.requests_max {
            return Err(Reason::TooMany);
        }
        if !blocked && self.count_open(to, Way::In) >= self.requests_max {
            return Err(Reason::PeerFull);
        }
        let request = ContactRequest {
            peer: to,
            way: Way::Out,
            greeting: greeting.to_owned(),
            group,
            remark: remark.to_owned(),
            at: self.now,
            state: RequestState::Pending,
            reason: String::new(),
        };
        self.put_request(me, request, self.uptime_ms / MINUTE_MS);
        if !blocked {
            self.bring_in(to, me);
        }
        Ok(())
    }

    /// What somebody asked stands on the other side.
    fn bring_in(&mut self, to: AccountId, from: AccountId) {
        let sent = self.sides[&from].book.requests[&(to, Way::Out)].clone();
        let asked_min = self.sides[&from].asked_min[&(to, Way::Out)];
        let (group, remark) = (GroupId::FIRST, String::new());
        let theirs = ContactRequest { peer: from, way: Way::In, group, remark, ..sent };
        self.put_request(to, theirs, asked_min);
    }

    fn befriend(&mut self, mine: (AccountId, GroupId, &str), peer: AccountId) -> Done {
        let (me, group, remark) = mine;
        if self.count_friends(me) >= self.friends_max {
            return Err(Reason::TooMany);
        }
        if self.count_friends(peer) >= self.friends_max {
            return Err(Reason::PeerFull);
        }
        let wish = self.book(peer).requests.get(&(me, Way::Out)).cloned();
        let wish = wish.filter(|wish| wish.state == RequestState::Pending);
        let (wished, called) = wish.map_or_else(Default::default, |w| (w.group, w.remark));
        let wished = self.known_group(peer, wished);
        for (a, b) in [(me, peer), (peer, me)] {
            for way in [Way::In, Way::Out] {
                if let Some(request) = self.book(a).requests.get_mut(&(b, way))
                    && request.state != RequestState::Declined
                {
                    request.state = RequestState::Accepted;
                }
            }
        }
        for (of, friend, group, remark) in
            [(me, peer, group, remark.to_owned()), (peer, me, wished, called)]
        {
            let known = self.contact(of, friend);
            let since = self.now;
            self.put(of, Contact { friend: true, blocked: false, group, remark, since, ..known });
        }
        Ok(())
    }

    fn answer(&mut self, me: AccountId, from: AccountId, answer: &ContactAnswer) -> Done {
        let is_accept = matches!(answer, ContactAnswer::Accept { .. });
        if !self.is_open(me, from, Way::In) {
            let done = is_accept && self.are_friends(me, from);
            return if done { Ok(()) } else { Err(Reason::RequestGone) };
        }
        match answer {
            ContactAnswer::Accept { group, remark } => {
                let group = self.known_group(me, *group);
                self.befriend((me, group, remark), from)
            }
            ContactAnswer::Decline { reason } => {
                for (of, peer, way) in [(me, from, Way::In), (from, me, Way::Out)] {
                    if let Some(request) = self.book(of).requests.get_mut(&(peer, way)) {
                        request.state = RequestState::Declined;
                        request.reason.clone_from(reason);
                    }
                }
                Ok(())
            }
            ContactAnswer::Ignore {} | ContactAnswer::Block {} => {
                let request = self.book(me).requests.get_mut(&(from, Way::In)).unwrap();
                request.state = RequestState::Ignored;
                if matches!(answer, ContactAnswer::Block {}) {
                    let known = self.contact(me, from);
                    self.put(me, Contact { blocked: true, ..known });
                }
                Ok(())
            }
        }
    }

    fn set(&mut self, me: AccountId, account: AccountId, change: &ContactChange) -> Done {
        if account == me {
            return Err(Reason::Yourself);
        }
        if !self.sides.contains_key(&account) {
            return Err(Reason::NotFound);
        }
        let mut contact = self.contact(me, account);
        let was_blocked = contact.blocked;
        let ContactChange { group, remark, blocked, shakes } = change;
        if !contact.friend && (group.is_some() || remark.is_some() || shakes.is_some()) {
            return Err(Reason::NotFriends);
        }
        if let Some(group) = *group {
            if self.known_group(me, group) != group {
                return Err(Reason::NotFound);
            }
            contact.group = group;
        }
        contact.remark = remark.clone().unwrap_or(contact.remark);
        contact.shakes = shakes.unwrap_or(contact.shakes);
        contact.blocked = blocked.unwrap_or(contact.blocked);
        if contact.blocked && !was_blocked {
            let out = self.book(me).requests.get(&(account, Way::Out));
            if out.is_some_and(|request| request.state == RequestState::Pending) {
                self.take_back(me, account);
            }
            if let Some(request) = self.book(me).requests.get_mut(&(account, Way::In))
                && request.state == RequestState::Pending
            {
                request.state = RequestState::Ignored;
            }
        }
        if was_blocked && !contact.blocked && self.is_open(account, me, Way::Out) {
            let asked = self.sides[&account].asked_min[&(me, Way::Out)];
            let sent = self.book(account).requests[&(me, Way::Out)].at;
            let known = self.book(me).requests.get(&(account, Way::In)).map(|known| known.at);
            // What was put aside stays there.
            if known != Some(sent) || self.sides[&me].asked_min[&(account, Way::In)] != asked {
                self.bring_in(me, account);
            }
        }
        self.put(me, contact);
        Ok(())
    }

    fn take_back(&mut self, me: AccountId, to: AccountId) {
        self.book(me).requests.remove(&(to, Way::Out));
        self.book(to).requests.remove(&(me, Way::In));
    }

    fn part(&mut self, a: AccountId, b: AccountId) {
        for (of, from) in [(a, b), (b, a)] {
            let blocked = self.contact(of, from).blocked;
            self.put(of, Contact { blocked, ..Contact::stranger(from) });
        }
    }

    fn groups(&mut self, me: AccountId, command: &Command) -> Done {
        let made = self.sides[&me].groups_made;
        let book = self.book(me);
        let has = |id: GroupId| book.groups.iter().position(|group| group.id == id);
        let taken = |but: Option<GroupId>, name: &str| {
            book.groups.iter().any(|group| Some(group.id) != but && group.name == name)
        };
        match command {
            Command::AddGroup { name } if taken(None, name) => Err(Reason::GroupExists),
            Command::AddGroup { name } => {
                book.groups.push(Group { id: GroupId(made + 1), name: name.clone() });
                self.sides.get_mut(&me).unwrap().groups_made += 1;
                Ok(())
            }
            Command::RenameGroup { group, name } => match has(*group) {
                _ if taken(Some(*group), name) => Err(Reason::GroupExists),
                None => Err(Reason::NotFound),
                Some(place) => {
                    book.groups[place].name.clone_from(name);
                    Ok(())
                }
            },
            Command::RemoveGroup { group: GroupId::FIRST } => Err(Reason::BadValue),
            Command::RemoveGroup { group } => {
                let place = has(*group).ok_or(Reason::NotFound)?;
                book.groups.remove(place);
                for contact in book.contacts.values_mut().filter(|c| c.group == *group) {
                    contact.group = GroupId::FIRST;
                }
                Ok(())
            }
            Command::OrderGroups { groups } => {
                let mut ordered: Vec<Group> = Vec::new();
                for id in groups {
                    let place = has(*id).ok_or(Reason::BadValue)?;
                    if ordered.iter().any(|group| group.id == *id) {
                        return Err(Reason::BadValue);
                    }
                    ordered.push(book.groups[place].clone());
                }
                if ordered.len() != book.groups.len() {
                    return Err(Reason::BadValue);
                }
                book.groups = ordered;
                Ok(())
            }
            other => panic!("the model does not know {other:?}"),
        }
    }
}
