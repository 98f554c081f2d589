//! Rooms: who comes in and goes, who may do what there, what a room is.
//!
//! * [`making`] makes and ends rooms; [`doors`] lets people in, by asking or by invitation.
//! * [`members`] is leaving, putting out, muting and ranks; [`walls`] is names, rules and
//!   announcements.
//! * [`telling`] writes what happens into the room's log and into the books of those it concerns.
//! * [`writing`] says who may write in a room; [`choices`] is how people want to have conversations.

mod choices;
mod doors;
mod making;
mod members;
mod telling;
mod walls;
mod writing;

use super::book::Notes;
use super::{Decision, Rules, booked};
use crate::clock::Moment;
use crate::domain::{AccountId, Member, Rank, Room, RoomId};
use crate::net::protocol::{Command, Reason, Refusal, Reply, RequestId};
use crate::server::job::{Caller, Outcome};
use crate::store::{StoreError, Writes};

pub(super) use doors::clear_requests;
pub(super) use making::dissolve;
pub(super) use members::leave_all;
pub(super) use writing::{Writer, may_mention, may_quote, may_take_back, may_write};

/// Why a verb is not done.
pub(super) enum No {
    /// It may not be; nothing was written.
    Refused(Refusal),
    /// The store failed.
    Failed(StoreError),
}

impl From<Reason> for No {
    fn from(reason: Reason) -> Self {
        No::Refused(reason.into())
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        No::Refused(refusal)
    }
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        No::Failed(error)
    }
}

/// What a part of a verb comes to.
pub(super) type Verdict<T> = Result<T, No>;

/// As the other rules say it.
pub(super) fn decided<T>(verdict: Verdict<T>) -> Result<Result<T, Refusal>, StoreError> {
    match verdict {
        Ok(value) => Ok(Ok(value)),
        Err(No::Refused(refusal)) => Ok(Err(refusal)),
        Err(No::Failed(error)) => Err(error),
    }
}

/// A room, and somebody in it.
struct Inside {
    room: Room,
    me: Member,
}

impl Inside {
    fn find(rows: &Writes<'_>, room: RoomId, account: AccountId) -> Verdict<Inside> {
        let room = rows.get_room(room)?.ok_or(Reason::RoomGone)?;
        let me = rows.get_member(room.room, account)?.ok_or(Reason::NotMember)?;
        Ok(Inside { room, me })
    }

    /// The same, of somebody who is at least that.
    fn find_as(
        rows: &Writes<'_>,
        room: RoomId,
        account: AccountId,
        least: Rank,
    ) -> Verdict<Inside> {
        let inside = Inside::find(rows, room, account)?;
        match inside.me.rank >= least {
            true => Ok(inside),
            false => Err(Reason::NotAllowed.into()),
        }
    }
}

impl Rules {
    /// Everything that is asked of rooms.
    pub(super) fn rooms(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        command: &Command,
    ) -> Decision {
        let me = caller.account;
        if let Command::CreateRoom { name, joining, invite, colour } = command {
            let age = self.age.minutes(rows, now)?;
            let (joining, colour) = (*joining, *colour);
            let wish = making::Wish { name, joining, invite, colour, age };
            let mut notes = Notes::new(rows, now.wall_ms, me);
            let made = self.create_room(&mut notes, me, &wish);
            return decided(made.map(|reply| answered((caller, id), notes, reply)));
        }
        let mut notes = Notes::new(rows, now.wall_ms, me);
        let verdict = self.room_verb(&mut notes, me, command);
        decided(verdict.map(|()| booked(caller, id, notes)))
    }

    fn room_verb(
        &self,
        notes: &mut Notes<'_, '_>,
        me: AccountId,
        command: &Command,
    ) -> Verdict<()> {
        match command {
            Command::SetConversation { with, change } => {
                choices::set(&self.policy, notes, me, *with, *change)
            }
            Command::JoinRoom { room, greeting } => self.join(notes, me, *room, greeting),
            Command::WithdrawJoin { room } => doors::withdraw(notes, me, *room),
            Command::AnswerJoin { room, account, accept, reason } => {
                let answer = doors::Answer { accept: *accept, reason };
                self.answer_join(notes, me, (*room, *account), &answer)
            }
            Command::InviteToRoom { room, account } => self.invite(notes, me, *room, *account),
            Command::AnswerInvitation { room, accept } => {
                self.answer_invitation(notes, me, *room, *accept)
            }
            Command::LeaveRoom { room } => members::leave(notes, me, *room),
            Command::DissolveRoom { room } => making::dissolve_own(notes, me, *room),
            Command::SetRoom { room, change } => walls::set(notes, me, *room, change),
            Command::SetMember { room, account, change } => {
                members::set(notes, me, (*room, *account), change)
            }
            Command::Kick { room, account } => members::kick(notes, me, *room, *account),
            _ => Err(Reason::BadValue.into()),
        }
    }
}

/// Books changed, and who asked gets more of an answer than that.
fn answered((caller, id): (&Caller, RequestId), notes: Notes<'_, '_>, reply: Reply) -> Outcome {
    let (messages, files, games) = notes.into_news();
    let reply = Some(Box::new(reply));
    let booked = Outcome::Booked { caller: caller.clone(), id, messages, reply };
    booked.behind(files).behind_games(games)
}
