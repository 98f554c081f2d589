//! Messages: who may say what to whom, exactly once.

use super::book::Notes;
use super::pictures::use_body;
use super::profile::Use;
use super::rooms::{self, Writer};
use super::shakes::Shaking;
use super::{Decision, Rules, strangers};
use crate::clock::Moment;
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, Message, Nonce, Presence, Seq, Stranger,
    Target, is_blank, is_plain,
};
use crate::net::protocol::{Event, Reason, Refusal, ServerFrame};
use crate::server::bounds::Bound;
use crate::server::job::{Caller, Outcome};
use crate::store::conversations::Cursors;
use crate::store::messages::Draft;
use crate::store::{StoreError, Writes};

/// What somebody wants to say.
pub(super) struct Wanted<'a> {
    pub to: Target,
    pub nonce: Nonce,
    pub body: &'a Body,
}

impl Rules {
    pub(super) fn send(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        caller: &Caller,
        wanted: &Wanted<'_>,
    ) -> Decision {
        if let Some((conversation, seq)) = rows.get_by_nonce(caller.account, wanted.nonce)? {
            return again(rows, caller, wanted, conversation, seq);
        }
        // After the resend, which writes nothing: what is stored is acknowledged on a full disk too.
        if self.is_disk_full() {
            return Ok(Err(self.no_space()));
        }
        let writer = match self.may_write_to(rows, now, caller.account, wanted.to)? {
            Ok(writer) => writer,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(place) = find(rows, caller.account, wanted.to)? else {
            return Ok(Err(Reason::NotFound.into()));
        };
        if let Target::Account(peer) = wanted.to
            && let Err(refusal) = may_write(rows, caller.account, peer)?
        {
            return Ok(Err(refusal));
        }
        if let Err(refusal) = self.may_say(rows, now, (writer, wanted), place)? {
            return Ok(Err(refusal));
        }
        let conversation = match place {
            Place::Known(conversation, _) => conversation,
            Place::New(kind) => start(rows, kind)?,
        };
        let (from, nonce, body) = (caller.account, wanted.nonce, wanted.body.clone());
        let draft = Draft { from, nonce, body, age_s: self.age.seconds(rows, now)? };
        let notices = {
            let mut notes = Notes::new(rows, now.wall_ms, caller.account);
            if let Target::Account(peer) = wanted.to {
                let begins = matches!(place, Place::New(_));
                strangers::wrote(&mut notes, (caller.account, peer), begins)?;
            }
            notes.into_messages()
        };
        let age_min = self.age.minutes(rows, now)?;
        let message = rows.append_message(conversation, now.wall_ms, draft)?;
        use_body(rows, age_min, (wanted.body, conversation, message.seq), Use::Begins)?;
        self.offered(rows, now, &message)?;
        let game = self.invited(rows, now, &message)?;
        read_own(rows, caller.account, &message)?;
        let shakes = matches!(wanted.body, Body::Shake {}) && is_heard(rows, caller, wanted.to)?;
        let shakes = shakes.then_some(now.uptime);
        let outcome = Outcome::Appended { message, shakes, notices };
        Ok(Ok(outcome.behind_games(game.into_iter().collect())))
    }

    /// Whether somebody writes there at all.
    fn may_write_to(
        &self,
        rows: &Writes<'_>,
        now: Moment,
        account: AccountId,
        to: Target,
    ) -> Result<Result<Writer, Refusal>, StoreError> {
        let is_closed = self.limits.lobby_closed == 1;
        rooms::decided(rooms::may_write(rows, now.wall_ms, (account, to), is_closed))
    }

    /// Everything that may refuse, before the first write.
    fn may_say(
        &mut self,
        rows: &Writes<'_>,
        now: Moment,
        (writer, wanted): (Writer, &Wanted<'_>),
        place: Place,
    ) -> Result<Result<(), Refusal>, StoreError> {
        match wanted.body {
            Body::Text { text, reply_to, mentions } => {
                let longest = self.limits.text_bytes_max;
                if text.len() as u64 > longest {
                    let refusal = self.over(Bound::TextBytes, Reason::TextTooLong, longest);
                    return Ok(Err(refusal));
                }
                if !is_plain(text) {
                    return Ok(Err(Reason::BadValue.into()));
                }
                if is_blank(text) {
                    return Ok(Err(Reason::TextEmpty.into()));
                }
                if let Err(refusal) = rooms::may_mention(writer, text, mentions) {
                    return Ok(Err(refusal));
                }
                answers(rows, writer, *reply_to, place)
            }
            Body::Image { .. } => self.brought.may_send(rows, writer.account, wanted.body),
            Body::Shake {} => self.may_shake(rows, now, writer.account, wanted),
            Body::Game(offer) => {
                rooms::decided(self.may_invite(rows, writer.account, (wanted, offer)))
            }
            Body::File { name, bytes } => self.may_offer(rows, writer.account, (name, *bytes)),
            Body::Notice(_) | Body::Room { .. } | Body::Recalled { .. } | Body::Hidden {} => {
                Ok(Err(Reason::BadValue.into()))
            }
        }
    }

    fn may_shake(
        &mut self,
        rows: &Writes<'_>,
        now: Moment,
        from: AccountId,
        wanted: &Wanted<'_>,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let peer = match wanted.to {
            Target::Account(peer) if peer != from => peer,
            _ => return Ok(Err(Reason::ShakeTarget.into())),
        };
        if rows.get_contact(peer, from)?.is_some_and(|contact| !contact.shakes) {
            return Ok(Err(Reason::ShakeOff.into()));
        }
        if self.presences.of(peer) == Presence::Busy {
            return Ok(Err(Reason::ShakeBusy.into()));
        }
        let shaking = Shaking { from, to: peer, nonce: wanted.nonce, uptime: now.uptime };
        Ok(self.shakes.take(&self.limits, &shaking).map_err(|(bound, wait)| {
            self.policy.refuse(bound, Refusal::retry(Reason::ShakeTooSoon, wait))
        }))
    }
}

/// Whether a shake shakes: that of a stranger is a line, until it is accepted.
fn is_heard(rows: &Writes<'_>, caller: &Caller, to: Target) -> Result<bool, StoreError> {
    let Target::Account(peer) = to else { return Ok(false) };
    Ok(strangers::is(rows, peer, caller.account)? == Stranger::No)
}

/// Whether somebody takes messages from another. Who is blocked or was declined hears the same as
/// a stranger of somebody who takes them from friends only.
pub(super) fn may_write(
    rows: &Writes<'_>,
    from: AccountId,
    to: AccountId,
) -> Result<Result<(), Refusal>, StoreError> {
    if from == to {
        return Ok(Ok(()));
    }
    if to == AccountId::SERVER {
        return Ok(Err(Reason::TakesNoMessages.into()));
    }
    if rows.get_account(to)?.is_none_or(|account| account.deleted) {
        return Ok(Err(Reason::AccountGone.into()));
    }
    if rows.get_contact(from, to)?.is_some_and(|contact| contact.blocked) {
        return Ok(Err(Reason::YouBlocked.into()));
    }
    let theirs = rows.get_contact(to, from)?;
    let (is_friend, is_blocked) =
        theirs.map_or((false, false), |contact| (contact.friend, contact.blocked));
    let friends_only = !is_friend && rows.get_privacy(to)?.friends_only;
    let is_declined = !is_friend && strangers::is(rows, to, from)? == Stranger::Declined;
    Ok(match is_blocked || friends_only || is_declined {
        true => Err(Reason::TakesNoMessages.into()),
        false => Ok(()),
    })
}

/// What was written has been read by its writer, up to there only if nothing was unread.
pub(super) fn read_own(
    rows: &mut Writes<'_>,
    account: AccountId,
    message: &Message,
) -> Result<(), StoreError> {
    let own = rows.get_cursors(account, message.conversation)?.unwrap_or_default();
    if own.read.next() != message.seq {
        return Ok(());
    }
    let seen = Cursors { read: message.seq, delivered: message.seq.max(own.delivered), ..own };
    rows.put_cursors(account, message.conversation, seen)
}

/// Where a message goes.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Its log, and how long that is.
    Known(ConversationId, Seq),
    /// To be made with it.
    New(ConversationKind),
}

impl Place {
    /// The log, if there is one.
    pub(super) fn log(self) -> Option<ConversationId> {
        match self {
            Place::Known(conversation, _) => Some(conversation),
            Place::New(_) => None,
        }
    }
}

pub(super) fn find(
    rows: &Writes<'_>,
    me: AccountId,
    to: Target,
) -> Result<Option<Place>, StoreError> {
    let known = match to {
        Target::Lobby => Some(ConversationId::LOBBY),
        Target::Account(peer) => rows.get_direct(me, peer)?,
        Target::Room(room) => rows.get_room(room)?.map(|room| room.conversation),
    };
    if let Some(id) = known {
        let head = rows.get_conversation(id)?.map(|conversation| conversation.head);
        return Ok(Some(Place::Known(id, head.unwrap_or_default())));
    }
    match to {
        Target::Account(peer) if rows.get_account(peer)?.is_some() => {
            Ok(Some(Place::New(ConversationKind::direct(me, peer))))
        }
        _ => Ok(None),
    }
}

/// A quote must exist, be seen by who quotes it, and not have been recalled.
fn answers(
    rows: &Writes<'_>,
    writer: Writer,
    reply_to: Option<Seq>,
    place: Place,
) -> Result<Result<(), Refusal>, StoreError> {
    let Some(seq) = reply_to else { return Ok(Ok(())) };
    let Place::Known(id, head) = place else { return Ok(Err(Reason::QuoteGone.into())) };
    if !rooms::may_quote(rows, writer, (id, head), seq)? {
        return Ok(Err(Reason::QuoteGone.into()));
    }
    let Some(log) = rows.get_conversation(id)? else { return Ok(Err(Reason::QuoteGone.into())) };
    let quoted = rows.get_message(id, log.kind, seq)?;
    let is_recalled = quoted.is_some_and(|one| matches!(one.body, Body::Recalled { .. }));
    Ok(if is_recalled { Err(Reason::Recalled.into()) } else { Ok(()) })
}

/// The direct conversation of two, made where there is none yet.
pub(super) fn find_or_start(
    rows: &mut Writes<'_>,
    one: AccountId,
    other: AccountId,
) -> Result<ConversationId, StoreError> {
    match rows.get_direct(one, other)? {
        Some(known) => Ok(known),
        None => start(rows, ConversationKind::direct(one, other)),
    }
}

fn start(rows: &mut Writes<'_>, kind: ConversationKind) -> Result<ConversationId, StoreError> {
    let conversation = rows.append_conversation(kind)?;
    if let ConversationKind::Direct { low, high } = kind {
        rows.put_cursors(low, conversation, Cursors::default())?;
        rows.put_cursors(high, conversation, Cursors::default())?;
    }
    Ok(conversation)
}

/// The same message came again: its place is told again, to this session only. A nonce that was
/// used for other words is a defect of the client, and nothing is written for it. What was recalled
/// meanwhile has no words to compare any more.
fn again(
    rows: &Writes<'_>,
    caller: &Caller,
    wanted: &Wanted<'_>,
    conversation: ConversationId,
    seq: Seq,
) -> Decision {
    let Some(log) = rows.get_conversation(conversation)? else {
        return Ok(Err(Reason::NotFound.into()));
    };
    match rows.get_message(conversation, log.kind, seq)? {
        Some(message)
            if (message.body == *wanted.body || message.body == Body::Recalled { seq: None })
                && log.kind.target_for(caller.account) == Some(wanted.to) =>
        {
            let frame = ServerFrame::Event(Event::Message(message));
            Ok(Ok(Outcome::Answer { outbox: caller.outbox.clone(), frame }))
        }
        _ => Ok(Err(Reason::NonceReused.into())),
    }
}
