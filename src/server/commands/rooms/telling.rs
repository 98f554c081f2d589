//! What happens in rooms, written into the room's log and into the books of those it concerns.

use super::super::book::Notes;
use crate::domain::{
    AccountId, Choice, Door, Member, Message, Notice, OwnRoom, Parting, Rank, RequestState, Room,
    RoomChange, RoomId, RoomRequest, Seq, Target,
};
use crate::store::conversations::Cursors;
use crate::store::rooms::Range;
use crate::store::{StoreError, Writes};

/// The rank and everybody of it, in that order, that has a say about who comes in.
pub(super) fn admins(rows: &Writes<'_>, room: RoomId) -> Result<Vec<AccountId>, StoreError> {
    let members = rows.list_members(room, AccountId(0), usize::MAX)?;
    let admins = members.into_iter().filter(|member| member.rank >= Rank::Admin);
    Ok(admins.map(|member| member.account).collect())
}

impl Notes<'_, '_> {
    /// Somebody's own view of a room, told to that person's devices.
    pub(super) fn put_member(&mut self, room: &Room, member: Member) -> Result<(), StoreError> {
        self.rows.put_member(room.room, &member)?;
        let account = member.account;
        self.tell(account, Notice::Room(OwnRoom { room: room.clone(), member }))
    }

    /// Somebody is in the room from its next line on; whatever waited for that is settled.
    pub(super) fn admit(&mut self, room: &mut Room, account: AccountId) -> Result<(), StoreError> {
        for door in [Door::Asks, Door::Invited] {
            if let Some(request) = self.rows.get_room_request(room.room, account, door)? {
                self.answer(request, RequestState::Accepted, String::new())?;
            }
        }
        // Nobody talks again by going and coming.
        let until = self.rows.take_mute(room.room, account)?;
        let muted_until = if until > self.now() { until } else { 0 };
        let line = self.line(room, &RoomChange::Joined { account, muted_until })?;
        self.enter(room, (Rank::Member, muted_until), account, &line)?;
        self.push(line);
        Ok(())
    }

    /// Somebody sees the room from a line of its log on.
    pub(super) fn enter(
        &mut self,
        room: &Room,
        (rank, muted_until): (Rank, i64),
        account: AccountId,
        line: &Message,
    ) -> Result<(), StoreError> {
        let (conversation, first) = (room.conversation, line.seq);
        self.rows.put_range(conversation, account, Range { first, last: Seq(u64::MAX) })?;
        // What was before is not for that person, and the line itself is no news to it.
        let cursors =
            Cursors { read: first, delivered: first, shown_read: first, shown_delivered: first };
        self.rows.put_cursors(account, conversation, cursors)?;
        let (card, since) = (String::new(), line.at);
        self.put_member(room, Member { account, rank, card, muted_until, since, first })
    }

    /// Somebody is in the room no more and does not see the line that says so.
    pub(super) fn depart(
        &mut self,
        room: &mut Room,
        member: &Member,
        why: Parting,
    ) -> Result<(), StoreError> {
        let account = member.account;
        self.put_out(room, member, why)?;
        let change = match why {
            Parting::Kicked => RoomChange::Kicked { account },
            Parting::Left | Parting::Dissolved => RoomChange::Left { account },
        };
        let line = self.line(room, &change)?;
        self.push(line);
        Ok(())
    }

    /// The same without a line.
    pub(super) fn put_out(
        &mut self,
        room: &Room,
        member: &Member,
        why: Parting,
    ) -> Result<(), StoreError> {
        let log = self.rows.get_conversation(room.conversation)?;
        let last = log.map(|log| log.head).unwrap_or_default();
        self.rows.remove_member((room.room, room.conversation), member, last)?;
        if member.muted_until > self.now() {
            self.rows.put_mute(room.room, member.account, member.muted_until)?;
        }
        self.forget_choice(member.account, room.room)?;
        self.tell(member.account, Notice::RoomGone { room: room.room, why })
    }

    fn forget_choice(&mut self, account: AccountId, room: RoomId) -> Result<(), StoreError> {
        let (with, choice) = (Target::Room(room), Choice::default());
        if self.rows.get_choice(account, with)? == choice {
            return Ok(());
        }
        self.rows.put_choice(account, with, choice)?;
        self.tell(account, Notice::Choice { with, choice })
    }

    /// Somebody may come in: those who answer are told, and that person.
    pub(super) fn put_request(&mut self, request: &RoomRequest) -> Result<(), StoreError> {
        self.rows.put_room_request(request)?;
        for account in self.concerned(request)? {
            self.tell(account, Notice::RoomRequest(request.clone()))?;
        }
        Ok(())
    }

    /// A request is answered, by whoever does this; it is told once more and then kept nowhere.
    pub(super) fn answer(
        &mut self,
        request: RoomRequest,
        state: RequestState,
        reason: String,
    ) -> Result<(), StoreError> {
        self.rows.remove_room_request(&request)?;
        let by = self.by();
        let mut concerned = self.concerned(&request)?;
        // Who invited wants to know, as long as it is there.
        let is_inside = self.rows.get_member(request.room, request.by)?.is_some();
        if is_inside && !concerned.contains(&request.by) {
            concerned.push(request.by);
        }
        let answered = RoomRequest { state, reason, answered_by: Some(by), ..request };
        for account in concerned {
            self.tell(account, Notice::RoomRequest(answered.clone()))?;
        }
        Ok(())
    }

    /// A request is not there any more, and nobody answered it.
    pub(super) fn drop_request(&mut self, request: &RoomRequest) -> Result<(), StoreError> {
        self.rows.remove_room_request(request)?;
        let (room, account, door) = request.key();
        for whom in self.concerned(request)? {
            self.tell(whom, Notice::RoomRequestGone { room, account, door })?;
        }
        Ok(())
    }

    /// Whose books hold a request: that of who may come in, and of those who let people in.
    fn concerned(&self, request: &RoomRequest) -> Result<Vec<AccountId>, StoreError> {
        let mut whom = vec![request.account];
        if request.door == Door::Asks {
            whom.extend(admins(self.rows, request.room)?);
        }
        Ok(whom)
    }

    /// Somebody lets people in from now on, and learns who waits.
    pub(super) fn show_requests(&mut self, room: RoomId, to: AccountId) -> Result<(), StoreError> {
        for request in self.rows.list_room_requests(room)? {
            if request.door == Door::Asks {
                self.tell(to, Notice::RoomRequest(request))?;
            }
        }
        Ok(())
    }
}
