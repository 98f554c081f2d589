//! Sending in order, and again with the same nonce, until the server has it.
//!
//! Control characters go before a text is kept, so that what is kept is what the server will have.
//! An entry is on disk before its frame is sent. It leaves only when its own message comes back,
//! or when the person discards it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::desk::Desk;
use super::images::Cargo;
use super::link::is_cured_by_time;
use super::sync::pause;
use super::{Request, State, Turn};
use crate::client::api::{Answer, ClientEvent, Failure, Ticket};
use crate::domain::{Body, Message, Nonce, Target, Unsent, is_blank};
use crate::limits::{IN_FLIGHT_MAX, Limits, SHAKE_LATE_MAX, WAITING_MAX};
use crate::net::protocol::{ClientFrame, Command, Reason, Refusal};
use crate::store::local::Write;

/// An own message that the server has not taken.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) nonce: Nonce,
    pub(super) to: Target,
    pub(super) body: Body,
    pub(super) at: i64,
    /// Asked for in this run, by the monotonic clock.
    pub(super) queued: Option<Duration>,
    pub(super) stage: Stage,
    pub(super) tickets: Vec<Ticket>,
    /// Counts entries of this run; zero for those of an earlier one.
    pub(super) order: u64,
    /// The server may have seen it.
    pub(super) tried: bool,
    /// Of a picture: how far its bytes are.
    pub(super) cargo: Cargo,
}

/// How far an entry is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not on disk yet.
    Keeping,
    /// To be sent on the next chance.
    Ready,
    /// On its way.
    Sent,
    /// Turned down; the person decides.
    Failed(Failure),
}

impl State {
    pub(super) fn say(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        to: Target,
        body: Body,
        nonce: Option<Nonce>,
    ) {
        let nonce = nonce.unwrap_or_else(|| self.chance.nonce());
        let why_not = self.why_not();
        let Some(desk) = &mut self.desk else { return turn.answer(ticket, Err(why_not)) };
        desk.last_order += 1;
        let order = desk.last_order;
        self.say_at(turn, (ticket, order), to, body.plain(), nonce);
    }

    /// Says it at the place among others where it was asked for.
    pub(super) fn say_at(
        &mut self,
        turn: &mut Turn<'_>,
        (ticket, order): (Ticket, u64),
        to: Target,
        body: Body,
        nonce: Nonce,
    ) {
        let signed_in = self.is_signed_in();
        let Some(desk) = &mut self.desk else { return };
        if let Some(entry) = desk.entries.iter_mut().find(|entry| entry.nonce == nonce) {
            return match &entry.stage {
                Stage::Failed(failure) => turn.answer(ticket, Err(failure.clone())),
                _ => entry.tickets.push(ticket),
            };
        }
        if let Err(failure) = check(&body, desk, signed_in) {
            return turn.answer(ticket, Err(failure));
        }
        let entry = Entry {
            nonce,
            to,
            body,
            at: turn.now.wall_ms,
            queued: Some(turn.uptime()),
            stage: Stage::Keeping,
            tickets: vec![ticket],
            order,
            tried: false,
            cargo: Cargo::default(),
        };
        turn.emit(ClientEvent::Pending(entry.pending()));
        turn.writes.push(entry.to_keep(desk.owner));
        turn.waiting.push(nonce);
        turn.urgent = true;
        let index = desk.entries.partition_point(|before| before.order < order);
        desk.entries.insert(index, entry);
    }

    /// The store has them: they may be sent.
    pub(super) fn on_waiting_kept(&mut self, nonces: &[Nonce]) {
        let Some(desk) = &mut self.desk else { return };
        for nonce in nonces {
            let entry = desk.entries.iter_mut().find(|entry| entry.nonce == *nonce);
            if let Some(entry) = entry.filter(|entry| entry.stage == Stage::Keeping) {
                entry.stage = Stage::Ready;
            }
        }
    }

    /// Sends what is ready, in order, as far as the window is open.
    pub(super) fn pump_outbox(&mut self, turn: &mut Turn<'_>) {
        let State { desk: Some(desk), counter, requests, .. } = self else { return };
        if !desk.loaded {
            return;
        }
        desk.holds_go_on(turn.uptime());
        if let Some(until) = desk.hold_until {
            let on_the_way = desk.entries.iter().any(|entry| entry.stage == Stage::Sent);
            // Order holds only when nothing of before the pause can still be refused.
            if turn.uptime() < until || on_the_way {
                return;
            }
            desk.hold_until = None;
        }
        let (now, owner) = (turn.uptime(), desk.owner);
        let mut on_the_way = 0;
        let mut held = BTreeSet::new();
        let Desk { entries, making, .. } = desk;
        for entry in entries {
            match entry.stage {
                Stage::Failed(_) => continue,
                Stage::Keeping => break,
                Stage::Ready | Stage::Sent if on_the_way >= IN_FLIGHT_MAX => break,
                Stage::Sent => {}
                Stage::Ready if is_late(entry, now) => {
                    fail(turn, entry, Failure::LinkLost);
                    turn.writes.push(entry.to_keep(owner));
                    continue;
                }
                Stage::Ready if held.contains(&entry.to) => continue,
                Stage::Ready if making.iter_mut().any(|one| one.holds(entry, now)) => continue,
                Stage::Ready if !entry.is_loaded() => {
                    if entry.holds_others(now) {
                        held.insert(entry.to);
                    }
                    continue;
                }
                Stage::Ready => {
                    *counter += 1;
                    requests.insert(*counter, (now, Request::Send(entry.nonce)));
                    let (to, nonce, body) = (entry.to, entry.nonce, entry.body.clone());
                    let command = Command::Send { to, nonce, body };
                    turn.effects
                        .push(super::Effect::Write(ClientFrame::Command { id: *counter, command }));
                    (entry.stage, entry.tried) = (Stage::Sent, true);
                }
            }
            on_the_way += 1;
        }
    }

    /// A message of one's own is in the log: that is the acknowledgement, however it came.
    pub(super) fn acknowledge(&mut self, turn: &mut Turn<'_>, message: &Message) {
        let Some(desk) = &mut self.desk else { return };
        if message.from != desk.owner.account {
            return;
        }
        let Some(index) = desk.entries.iter().position(|entry| entry.nonce == message.nonce) else {
            return;
        };
        let Some(entry) = desk.entries.remove(index) else { return };
        turn.writes.push(Write::RemoveWaiting(desk.owner, entry.nonce));
        desk.let_go(turn, &entry);
        desk.offered(turn, message);
        self.requests.retain(
            |_, (_, request)| !matches!(request, Request::Send(nonce) if *nonce == entry.nonce),
        );
        for ticket in entry.tickets {
            turn.answer(ticket, Ok(Answer::Sent(message.clone())));
        }
    }

    pub(super) fn on_send_refused(&mut self, turn: &mut Turn<'_>, nonce: Nonce, refusal: Refusal) {
        if self.bring_again(nonce, &refusal) {
            return;
        }
        let Some(desk) = &mut self.desk else { return };
        let owner = desk.owner;
        let Some(entry) = desk.entries.iter_mut().find(|entry| entry.nonce == nonce) else {
            return;
        };
        if is_cured_by_time(refusal.reason) && !is_for_now(&entry.body) {
            entry.stage = Stage::Ready;
            let until = turn.uptime() + pause(&refusal);
            desk.hold_until = Some(desk.hold_until.map_or(until, |held| held.max(until)));
            return;
        }
        fail(turn, entry, Failure::Refused(refusal));
        turn.writes.push(entry.to_keep(owner));
    }

    /// An entry will not be sent unless the person says so.
    pub(super) fn give_up(&mut self, turn: &mut Turn<'_>, nonce: Nonce, why: Failure) {
        let Some(desk) = &mut self.desk else { return };
        let owner = desk.owner;
        if let Some(entry) = desk.entries.iter_mut().find(|entry| entry.nonce == nonce) {
            fail(turn, entry, why);
            turn.writes.push(entry.to_keep(owner));
        }
    }

    pub(super) fn retry(&mut self, turn: &mut Turn<'_>, nonce: Nonce) {
        let Some(desk) = &mut self.desk else { return };
        let failed =
            |entry: &Entry| entry.nonce == nonce && matches!(entry.stage, Stage::Failed(_));
        let Some(index) = desk.entries.iter().position(failed) else { return };
        let Some(mut entry) = desk.entries.remove(index) else { return };
        desk.last_order += 1;
        entry.order = desk.last_order;
        entry.stage = Stage::Keeping;
        entry.cargo = Cargo::default();
        entry.queued = Some(turn.uptime());
        entry.at = turn.now.wall_ms;
        turn.emit(ClientEvent::Pending(entry.pending()));
        // Taken out and put in again: it goes to the end.
        turn.writes.push(Write::RemoveWaiting(desk.owner, nonce));
        turn.writes.push(entry.to_keep(desk.owner));
        turn.waiting.push(nonce);
        turn.urgent = true;
        desk.entries.push_back(entry);
    }

    /// What is written and not sent is kept on this computer.
    pub(super) fn keep_draft(&self, turn: &mut Turn<'_>, to: Target, draft: Unsent) {
        let owner = self.desk.as_ref().map(|desk| desk.owner);
        turn.writes.extend(owner.map(|owner| Write::PutDraft(owner, to, draft)));
    }

    pub(super) fn discard(&mut self, turn: &mut Turn<'_>, nonce: Nonce) {
        let Some(desk) = &mut self.desk else { return };
        let failed =
            |entry: &Entry| entry.nonce == nonce && matches!(entry.stage, Stage::Failed(_));
        let index = desk.entries.iter().position(failed);
        if let Some(entry) = index.and_then(|index| desk.entries.remove(index)) {
            desk.let_go(turn, &entry);
            turn.writes.push(Write::RemoveWaiting(desk.owner, nonce));
            turn.emit(ClientEvent::Discarded(nonce));
        }
    }

    pub(super) fn barrier(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        let why_not = self.why_not();
        let signed_in = self.is_signed_in();
        match &mut self.desk {
            Some(desk) if signed_in => desk.barriers.push((ticket, desk.last_order)),
            _ => turn.answer(ticket, Err(why_not)),
        }
    }

    /// A barrier goes behind the messages that were asked for before it, and is answered when
    /// everything that the server knew by then has been emitted.
    pub(super) fn pump_barriers(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = self.desk.as_mut().filter(|desk| desk.loaded) else { return };
        let unsent = desk.first_unsent();
        let (due, waiting) =
            std::mem::take(&mut desk.barriers).into_iter().partition(|(_, order)| *order < unsent);
        desk.barriers = waiting;
        if desk.is_settled() {
            for ticket in std::mem::take(&mut desk.settling) {
                turn.answer(ticket, Ok(Answer::Done));
            }
        }
        let due: Vec<(Ticket, u64)> = due;
        for (ticket, _) in due {
            let id = self.request(turn, Request::Barrier(ticket));
            turn.write(ClientFrame::Ping { id });
        }
    }
}

impl Desk {
    /// The first entry that is not on its way; those of an earlier run count as zero.
    pub(super) fn first_unsent(&self) -> u64 {
        let unsent = |entry: &&Entry| matches!(entry.stage, Stage::Keeping | Stage::Ready);
        let entry = self.entries.iter().find(unsent).map(|entry| entry.order);
        entry.into_iter().chain(self.first_making()).min().unwrap_or(u64::MAX)
    }

    /// The server hung up over a frame: the one message that must have been it is not sent again.
    pub(super) fn give_up_first_sent(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        let owner = self.owner;
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.stage == Stage::Sent) {
            fail(turn, entry, why.clone());
            turn.writes.push(entry.to_keep(owner));
        }
    }
}

fn fail(turn: &mut Turn<'_>, entry: &mut Entry, failure: Failure) {
    for ticket in entry.tickets.drain(..) {
        turn.answer(ticket, Err(failure.clone()));
    }
    turn.emit(ClientEvent::SendFailed { nonce: entry.nonce, failure: failure.clone() });
    entry.stage = Stage::Failed(failure);
}

/// A shake or an invitation to a game is for now: one that waited would come as a surprise.
fn is_for_now(body: &Body) -> bool {
    matches!(body, Body::Shake {} | Body::Game(_))
}

fn is_late(entry: &Entry, now: Duration) -> bool {
    is_for_now(&entry.body) && entry.queued.is_none_or(|queued| now > queued + SHAKE_LATE_MAX)
}

/// What is refused here, because no server takes it or no frame holds it.
fn check(body: &Body, desk: &Desk, signed_in: bool) -> Result<(), Failure> {
    let bytes_max = Limits::SETTINGS
        .iter()
        .find(|setting| setting.key == "text.bytes_max")
        .map_or(u64::MAX, |setting| setting.max);
    if desk.entries.len() >= WAITING_MAX {
        let refusal = Refusal::limit(Reason::TooFast, WAITING_MAX as u64);
        return Err(Failure::Refused(refusal));
    }
    match body {
        Body::Text { text, .. } if is_blank(text) => {
            Err(Failure::Refused(Refusal::new(Reason::TextEmpty)))
        }
        Body::Text { text, .. } if text.len() as u64 > bytes_max => {
            Err(Failure::Refused(Refusal::limit(Reason::TextTooLong, bytes_max)))
        }
        Body::Shake {} | Body::Game(_) if !signed_in => Err(Failure::Offline),
        Body::Game(_) => Ok(()),
        body if !body.is_said() => Err(Failure::Refused(Reason::BadValue.into())),
        _ => Ok(()),
    }
}
