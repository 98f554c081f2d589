//! Friend requests: asked, answered, taken back.

use super::book::{Notes, count_friends, group_or_first, words};
use super::{Decision, Rules, booked};
use crate::clock::Moment;
use crate::domain::{
    AccountId, Asking, Contact, ContactRequest, GroupId, RequestState, Way, Words,
};
use crate::limits::REQUESTS_KEPT_MAX;
use crate::net::protocol::{ContactAnswer, Reason, Refusal, RequestId};
use crate::server::job::Caller;
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
        let mut notes = Notes::new(rows, now.wall_ms, me);
        notes.put_contact_request(me, request.clone())?;
        prune(&mut notes, me)?;
        // Who is blocked is not told so: the request waits, and nobody sees it.
        if meaning == Meaning::Question {
            let (group, remark) = (GroupId::FIRST, String::new());
            let theirs = ContactRequest { peer: me, way: Way::In, group, remark, ..request };
            notes.put_contact_request(to, theirs)?;
            prune(&mut notes, to)?;
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
        let is_open = |request: &ContactRequest| request.is_open(now.wall_ms);
        if rows.get_request(me, to, Way::Out)?.as_ref().is_some_and(is_open) {
            return Ok(Err(Reason::AlreadyAsked.into()));
        }
        // Whoever asked already wants it, whatever it says to others.
        if rows.get_request(me, to, Way::In)?.as_ref().is_some_and(is_open) {
            return Ok(Ok(Meaning::Friends));
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
        let count = |requests: &[ContactRequest], way| {
            let open = requests.iter().filter(|request| request.way == way && is_open(request));
            open.count() as u64
        };
        if count(&rows.list_requests(me)?, Way::Out) >= most {
            return Ok(Err(Refusal::limit(Reason::TooMany, most)));
        }
        if !blocked && count(&rows.list_requests(to)?, Way::In) >= most {
            return Ok(Err(Reason::PeerFull.into()));
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
            return Ok(Err(Refusal::limit(Reason::TooMany, most)));
        }
        if count_friends(rows, theirs.account)? >= most {
            return Ok(Err(Reason::PeerFull.into()));
        }
        let (me, peer) = (ours.account, theirs.account);
        // What who asked wished for stands in its request.
        let wish = rows.get_request(peer, me, Way::Out)?;
        let wish = wish.filter(|wish| wish.state == RequestState::Pending);
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
        Ok(Ok(booked(caller, id, notes)))
    }

    pub(super) fn answer_contact(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        from: AccountId,
        answer: &ContactAnswer,
    ) -> Decision {
        let me = caller.account;
        let request = rows.get_request(me, from, Way::In)?;
        let Some(request) = request.filter(|request| request.is_open(now.wall_ms)) else {
            let are_friends = rows.get_contact(me, from)?.is_some_and(|contact| contact.friend);
            return match answer {
                // Another device was quicker, and it is as wanted.
                ContactAnswer::Accept { .. } if are_friends => {
                    Ok(Ok(booked(caller, id, Notes::new(rows, now.wall_ms, me))))
                }
                _ => Ok(Err(Reason::RequestGone.into())),
            };
        };
        let reason = match answer {
            ContactAnswer::Accept { group, remark } => {
                let remark = match words(Words::Remark, remark) {
                    Ok(remark) => remark,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let group = group_or_first(rows, me, *group)?;
                let ours = Side { account: me, group, remark };
                let theirs = Side { account: from, group: GroupId::FIRST, remark: String::new() };
                return self.befriend(rows, now, (caller, id), ours, theirs);
            }
            ContactAnswer::Decline { reason } => match words(Words::Reason, reason) {
                Ok(reason) => reason,
                Err(refusal) => return Ok(Err(refusal)),
            },
            ContactAnswer::Ignore {} | ContactAnswer::Block {} => String::new(),
        };
        let theirs = rows.get_request(from, me, Way::Out)?;
        let mut notes = Notes::new(rows, now.wall_ms, me);
        if let ContactAnswer::Decline { .. } = answer {
            let state = RequestState::Declined;
            let declined = ContactRequest { state, reason: reason.clone(), ..request };
            notes.put_contact_request(me, declined)?;
            if let Some(theirs) = theirs {
                notes.put_contact_request(from, ContactRequest { state, reason, ..theirs })?;
            }
            return Ok(Ok(booked(caller, id, notes)));
        }
        notes
            .put_contact_request(me, ContactRequest { state: RequestState::Ignored, ..request })?;
        if let ContactAnswer::Block {} = answer {
            let known = notes.rows.get_contact(me, from)?;
            let known = known.unwrap_or_else(|| Contact::stranger(from));
            notes.put_contact(me, Contact { blocked: true, ..known })?;
        }
        Ok(Ok(booked(caller, id, notes)))
    }
}

/// Takes a request back; who was asked sees it no more.
pub(super) fn withdraw(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    to: AccountId,
) -> Decision {
    let me = caller.account;
    let request = rows.get_request(me, to, Way::Out)?;
    if !request.is_some_and(|request| request.is_open(now.wall_ms)) {
        return Ok(Err(Reason::RequestGone.into()));
    }
    let mut notes = Notes::new(rows, now.wall_ms, me);
    take_back(&mut notes, me, to)?;
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

/// Takes everything off the list that needs no answer any more.
pub(super) fn clear(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
) -> Decision {
    let requests = rows.list_requests(caller.account)?;
    let mut notes = Notes::new(rows, now.wall_ms, caller.account);
    for request in requests.into_iter().filter(|request| !request.is_open(now.wall_ms)) {
        notes.remove_request(caller.account, request.peer, request.way)?;
    }
    super::rooms::clear_requests(&mut notes, caller.account)?;
    Ok(Ok(booked(caller, id, notes)))
}

/// The oldest answered requests make room.
fn prune(notes: &mut Notes<'_, '_>, whose: AccountId) -> Result<(), StoreError> {
    let mut requests = notes.rows.list_requests(whose)?;
    let over = requests.len().saturating_sub(REQUESTS_KEPT_MAX);
    requests.retain(|request| request.state != RequestState::Pending);
    requests.sort_by_key(|request| request.at);
    for request in requests.into_iter().take(over) {
        notes.remove_request(whose, request.peer, request.way)?;
    }
    Ok(())
}
