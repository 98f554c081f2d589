//! Friend requests: asked, answered, taken back.

use std::time::Duration;

use super::book::{Notes, count_friends, group_or_first, words};
use super::{Decision, Rules, booked, strangers};
use crate::clock::Moment;
use crate::domain::{
    AccountId, Asking, Contact, ContactRequest, GroupId, RequestState, Way, Words,
};
use crate::limits::REQUESTS_KEPT_MAX;
use crate::net::protocol::{ContactAnswer, Reason, Refusal, RequestId};
use crate::server::bounds::Bound;
use crate::server::job::Caller;
use crate::store::contacts::KeptRequest;
use crate::store::{StoreError, Writes};

/// A wish to be friends, as it was sent.
pub(super) struct Asked<'a> {
    pub to: AccountId,
    pub greeting: &'a str,
    pub group: GroupId,
    pub remark: &'a str,
}

/// Where a new friend goes and what it is called, on one side.
struct Side {
    account: AccountId,
    group: GroupId,
    remark: String,
}

/// What a wish to be friends leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// They are friends at once.
    Friends,
    /// The other side is asked.
    Question,
    /// The other side has blocked who asks, and hears nothing.
    Nothing,
}

impl Rules {
    pub(super) fn ask_contact(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        asked: &Asked<'_>,
    ) -> Decision {
        let (me, to) = (caller.account, asked.to);
        let texts = words(Words::Greeting, asked.greeting)
            .and_then(|greeting| Ok((greeting, words(Words::Remark, asked.remark)?)));
        let (greeting, remark) = match texts {
            Ok(texts) => texts,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let request = ContactRequest {
            peer: to,
            way: Way::Out,
            greeting,
            group: group_or_first(rows, me, asked.group)?,
            remark,
            at: now.wall_ms,
            state: RequestState::Pending,
            reason: String::new(),
        };
        let meaning = match self.may_ask(rows, now, me, to)? {
            Ok(meaning) => meaning,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if meaning == Meaning::Friends {
            let theirs = Side { account: to, group: GroupId::FIRST, remark: String::new() };
            let ours = Side { account: me, group: request.group, remark: request.remark };
            return self.befriend(rows, now, (caller, id), ours, theirs);
        }
        let age = self.age.minutes(rows, now)?;
        let sent = KeptRequest { request, asked_min: Some(age) };
        let mut notes = Notes::new(rows, now.wall_ms, me);
        notes.put_contact_request(me, sent.clone())?;
        prune(&mut notes, me, age)?;
        // Who is blocked is not told so: the request waits, and nobody sees it.
        if meaning == Meaning::Question {
            notes.put_contact_request(to, arrived(me, sent))?;
            prune(&mut notes, to, age)?;
        }
        Ok(Ok(booked(caller, id, notes)))
    }

    /// Whether somebody may be asked, and what that leads to.
    fn may_ask(
        &self,
        rows: &Writes<'_>,
        now: Moment,
        me: AccountId,
        to: AccountId,
    ) -> Result<Result<Meaning, Refusal>, StoreError> {
        if to == me {
            return Ok(Err(Reason::Yourself.into()));
        }
        match rows.get_account(to)? {
            None => return Ok(Err(Reason::NotFound.into())),
            Some(account) if account.deleted => return Ok(Err(Reason::AccountGone.into())),
            Some(_) => {}
        }
        let mine = rows.get_contact(me, to)?.unwrap_or_else(|| Contact::stranger(to));
        if mine.friend {
            return Ok(Err(Reason::AlreadyFriends.into()));
        }
        if mine.blocked {
            return Ok(Err(Reason::YouBlocked.into()));
        }
        let age = self.age.minutes(rows, now)?;
        let is_open = |kept: &KeptRequest| kept.is_open(age);
        // Whoever asked already wants it, whatever it says to others, and though it was put aside.
        if rows.get_request(to, me, Way::Out)?.as_ref().is_some_and(is_open) {
            return Ok(Ok(Meaning::Friends));
        }
        if rows.get_request(me, to, Way::Out)?.as_ref().is_some_and(is_open) {
            return Ok(Err(Reason::AlreadyAsked.into()));
        }
        if let Some(wait) = self.pauses.left(me, to, now.uptime, self.pause()) {
            return Ok(Err(Refusal::retry(Reason::AskedTooSoon, wait)));
        }
        let asking = rows.get_privacy(to)?.asking;
        if asking == Asking::Nobody {
            return Ok(Err(Reason::TakesNoRequests.into()));
        }
        let blocked = rows.get_contact(to, me)?.is_some_and(|contact| contact.blocked);
        if asking == Asking::Welcome && !blocked {
            return Ok(Ok(Meaning::Friends));
        }
        let most = self.limits.requests_open_max;
        let count = |requests: &[KeptRequest], way| {
            let open = requests.iter().filter(|kept| kept.request.way == way && is_open(kept));
            open.count() as u64
        };
        if count(&rows.list_requests(me)?, Way::Out) >= most {
            return Ok(Err(self.over(Bound::Requests, Reason::TooMany, most)));
        }
        if !blocked && count(&rows.list_requests(to)?, Way::In) >= most {
            return Ok(Err(self.policy.refuse(Bound::Requests, Reason::PeerFull)));
        }
        Ok(Ok(if blocked { Meaning::Nothing } else { Meaning::Question }))
    }

    /// Both sides at once, or neither.
    fn befriend(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        ours: Side,
        theirs: Side,
    ) -> Decision {
        let most = self.limits.friends_max;
        if count_friends(rows, ours.account)? >= most {
            return Ok(Err(self.over(Bound::Friends, Reason::TooMany, most)));
        }
        if count_friends(rows, theirs.account)? >= most {
            return Ok(Err(self.policy.refuse(Bound::Friends, Reason::PeerFull)));
        }
        let (me, peer) = (ours.account, theirs.account);
        // What who asked wished for stands in its request.
        let wish = rows.get_request(peer, me, Way::Out)?;
        let wish = wish.map(|wish| wish.request).filter(|wish| wish.state == RequestState::Pending);
        let theirs = match wish {
            Some(ContactRequest { group, remark, .. }) => {
                Side { account: peer, group: group_or_first(rows, peer, group)?, remark }
            }
            None => theirs,
        };
        let mut notes = Notes::new(rows, now.wall_ms, caller.account);
        notes.settle(me, peer)?;
        for (side, friend) in [(ours, peer), (theirs, me)] {
            let known = notes.rows.get_contact(side.account, friend)?;
            let known = known.unwrap_or_else(|| Contact::stranger(friend));
            let Side { account, group, remark } = side;
            let contact = Contact {
                friend: true,
                group,
                remark,
                since: now.wall_ms,
                blocked: false,
                ..known
            };
            notes.put_contact(account, contact)?;
        }
        strangers::befriended(&mut notes, me, peer)?;
        Ok(Ok(booked(caller, id, notes)))
    }

    pub(super) fn answer_contact(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        from: AccountId,
        answer: &ContactAnswer,
    ) -> Decision {
        let me = caller.account;
        let age = self.age.minutes(rows, now)?;
        let kept = rows.get_request(me, from, Way::In)?;
        let Some(kept) = kept.filter(|kept| kept.is_open(age)) else {
            let are_friends = rows.get_contact(me, from)?.is_some_and(|contact| contact.friend);
            return match answer {
                // Another device was quicker, and it is as wanted.
                ContactAnswer::Accept { .. } if are_friends => {
                    Ok(Ok(booked(caller, id, Notes::new(rows, now.wall_ms, me))))
                }
                _ => Ok(Err(Reason::RequestGone.into())),
            };
        };
        match answer {
            ContactAnswer::Accept { group, remark } => {
                let remark = match words(Words::Remark, remark) {
                    Ok(remark) => remark,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let group = group_or_first(rows, me, *group)?;
                let ours = Side { account: me, group, remark };
                let theirs = Side { account: from, group: GroupId::FIRST, remark: String::new() };
                self.befriend(rows, now, (caller, id), ours, theirs)
            }
            ContactAnswer::Decline { reason } => {
                let reason = match words(Words::Reason, reason) {
                    Ok(reason) => reason,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                self.pauses.begin(from, me, now.uptime, self.pause());
                decline(rows, now, (caller, id), kept, &reason)
            }
            ContactAnswer::Ignore {} => {
                let mut notes = Notes::new(rows, now.wall_ms, me);
                notes.put_contact_request(me, kept.with(RequestState::Ignored))?;
                Ok(Ok(booked(caller, id, notes)))
            }
            ContactAnswer::Block {} => {
                let known = rows.get_contact(me, from)?;
                if let Err(refusal) = self.may_block(rows, me, known.as_ref())? {
                    return Ok(Err(refusal));
                }
                let known = known.unwrap_or_else(|| Contact::stranger(from));
                let mut notes = Notes::new(rows, now.wall_ms, me);
                notes.put_contact_request(me, kept.with(RequestState::Ignored))?;
                self.block(&mut notes, now, me, Contact { blocked: true, ..known })?;
                Ok(Ok(booked(caller, id, notes)))
            }
        }
    }

    /// Takes a request back; who was asked sees it no more.
    pub(super) fn withdraw(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        to: AccountId,
    ) -> Decision {
        let me = caller.account;
        let age = self.age.minutes(rows, now)?;
        let sent = rows.get_request(me, to, Way::Out)?;
        if !sent.is_some_and(|kept| kept.is_open(age)) {
            return Ok(Err(Reason::RequestGone.into()));
        }
        self.pauses.begin(me, to, now.uptime, self.pause());
        let mut notes = Notes::new(rows, now.wall_ms, me);
        take_back(&mut notes, me, to)?;
        Ok(Ok(booked(caller, id, notes)))
    }

    /// Takes everything off the list that needs no answer any more.
    pub(super) fn clear(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
    ) -> Decision {
        let age = self.age.minutes(rows, now)?;
        let requests = rows.list_requests(caller.account)?;
        let mut notes = Notes::new(rows, now.wall_ms, caller.account);
        for kept in requests.into_iter().filter(|kept| !kept.is_open(age)) {
            notes.remove_request(caller.account, kept.request.peer, kept.request.way)?;
        }
        super::rooms::clear_requests(&mut notes, caller.account)?;
        Ok(Ok(booked(caller, id, notes)))
    }

    fn pause(&self) -> Duration {
        Duration::from_secs(self.limits.requests_pause_seconds)
    }
}

/// A request as who is asked sees it: where who asked wants a new friend is its own.
pub(super) fn arrived(from: AccountId, sent: KeptRequest) -> KeptRequest {
    let (way, group, remark) = (Way::In, GroupId::FIRST, String::new());
    let request = ContactRequest { peer: from, way, group, remark, ..sent.request };
    KeptRequest { request, ..sent }
}

/// Turned down, on both sides.
fn decline(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    kept: KeptRequest,
    reason: &str,
) -> Decision {
    let (me, from) = (caller.account, kept.request.peer);
    let sent = rows.get_request(from, me, Way::Out)?;
    let mut notes = Notes::new(rows, now.wall_ms, me);
    for (whose, kept) in [(me, Some(kept)), (from, sent)] {
        if let Some(mut kept) = kept {
            reason.clone_into(&mut kept.request.reason);
            notes.put_contact_request(whose, kept.with(RequestState::Declined))?;
        }
    }
    Ok(Ok(booked(caller, id, notes)))
}

/// Removes a request on both sides.
pub(super) fn take_back(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    to: AccountId,
) -> Result<(), StoreError> {
    if notes.rows.get_request(me, to, Way::Out)?.is_some() {
        notes.remove_request(me, to, Way::Out)?;
    }
    if notes.rows.get_request(to, me, Way::In)?.is_some() {
        notes.remove_request(to, me, Way::In)?;
    }
    Ok(())
}

/// The oldest requests that need no answer make room.
fn prune(notes: &mut Notes<'_, '_>, whose: AccountId, age_min: u64) -> Result<(), StoreError> {
    let mut requests = notes.rows.list_requests(whose)?;
    let over = requests.len().saturating_sub(REQUESTS_KEPT_MAX);
    requests.retain(|kept| !kept.is_open(age_min));
    requests.sort_by_key(|kept| (kept.asked_min, kept.request.at));
    for kept in requests.into_iter().take(over) {
        notes.remove_request(whose, kept.request.peer, kept.request.way)?;
    }
    Ok(())
}
