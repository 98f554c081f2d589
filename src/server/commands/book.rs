//! What a command writes into people's books, and the notices that tell them of it.

use super::{files, games};
use crate::domain::{
    AccountId, Body, Contact, ConversationKind, FileId, FileState, GroupId, Message, Notice,
    RequestState, Room, RoomChange, Way, Words, WordsError,
};
use crate::net::protocol::{Reason, Refusal};
use crate::server::job::{FileChange, GameChange};
use crate::store::contacts::{Groups, KeptRequest};
use crate::store::conversations::Cursors;
use crate::store::{StoreError, Writes};

/// The write side of one command: each change of a row is told to whose row it is.
pub(super) struct Notes<'a, 't> {
    pub rows: &'a mut Writes<'t>,
    now: i64,
    by: AccountId,
    messages: Vec<Message>,
    files: Vec<FileChange>,
    games: Vec<GameChange>,
}

impl<'a, 't> Notes<'a, 't> {
    pub fn new(rows: &'a mut Writes<'t>, now: i64, by: AccountId) -> Self {
        Notes { rows, now, by, messages: Vec::new(), files: Vec::new(), games: Vec::new() }
    }

    /// The notices, in order.
    pub fn into_messages(self) -> Vec<Message> {
        self.messages
    }

    /// The notices in order, and the files and games that have ended.
    pub fn into_news(self) -> (Vec<Message>, Vec<FileChange>, Vec<GameChange>) {
        (self.messages, self.files, self.games)
    }

    /// Ends what is played in a room.
    pub fn end_games(&mut self, room: &Room) -> Result<(), StoreError> {
        let place = (ConversationKind::Room { room: room.room }, room.conversation);
        self.games.extend(games::end_all(self.rows, self.now, place)?);
        Ok(())
    }

    /// Ends files.
    pub fn end_files(&mut self, files: &[FileId], state: FileState) -> Result<(), StoreError> {
        let mut crowd = files::Crowd::default();
        for file in files {
            self.files.extend(files::end(self.rows, &mut crowd, *file, state)?);
        }
        Ok(())
    }

    /// When this is.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Who does this.
    pub fn by(&self) -> AccountId {
        self.by
    }

    /// Delivered behind what was told before.
    pub fn push(&mut self, message: Message) {
        self.messages.push(message);
    }

    /// A change of a room, kept and written into its log. Who tells it says when it is delivered.
    pub fn line(&mut self, room: &mut Room, change: &RoomChange) -> Result<Message, StoreError> {
        let body = Body::Room { version: room.version + 1, change: change.clone() };
        let line = self.rows.append_line(room.conversation, self.by, self.now, body)?;
        room.apply(self.by, (line.seq, line.at), change);
        self.rows.put_room(room)?;
        // As with what people write: whoever did it knows of it, if nothing was unread before.
        let own = self.rows.get_cursors(self.by, room.conversation)?;
        if let Some(own) = own.filter(|own| own.read.next() == line.seq) {
            let seen = Cursors { read: line.seq, delivered: own.delivered.max(line.seq), ..own };
            self.rows.put_cursors(self.by, room.conversation, seen)?;
        }
        Ok(line)
    }

    pub fn tell(&mut self, whom: AccountId, notice: Notice) -> Result<(), StoreError> {
        let message = self.rows.append_notice(whom, self.by, self.now, notice)?;
        self.messages.push(message);
        Ok(())
    }

    pub fn put_contact(&mut self, whose: AccountId, contact: Contact) -> Result<(), StoreError> {
        self.rows.put_contact(whose, &contact)?;
        let notice = match contact.is_nothing() {
            true => Notice::ContactGone { account: contact.account },
            false => Notice::Contact(contact),
        };
        self.tell(whose, notice)
    }

    pub fn put_contact_request(
        &mut self,
        whose: AccountId,
        kept: KeptRequest,
    ) -> Result<(), StoreError> {
        self.rows.put_request(whose, &kept)?;
        self.tell(whose, Notice::Request(kept.request))
    }

    pub fn remove_request(
        &mut self,
        whose: AccountId,
        peer: AccountId,
        way: Way,
    ) -> Result<(), StoreError> {
        self.rows.remove_request(whose, peer, way)?;
        self.tell(whose, Notice::RequestGone { peer, way })
    }

    pub fn put_groups(&mut self, whose: AccountId, groups: Groups) -> Result<(), StoreError> {
        self.rows.put_groups(whose, &groups)?;
        self.tell(whose, Notice::Groups { groups: groups.list })
    }

    /// Ends a friendship on one side; a block stays.
    pub fn part(&mut self, whose: AccountId, from: AccountId) -> Result<(), StoreError> {
        let Some(contact) = self.rows.get_contact(whose, from)? else { return Ok(()) };
        let Contact { account, blocked, .. } = contact;
        self.put_contact(whose, Contact { blocked, ..Contact::stranger(account) })
    }

    /// Settles every open request between two people, on both sides.
    pub fn settle(&mut self, a: AccountId, b: AccountId) -> Result<(), StoreError> {
        for (whose, peer) in [(a, b), (b, a)] {
            for way in [Way::In, Way::Out] {
                let kept = self.rows.get_request(whose, peer, way)?;
                let waits = |kept: &KeptRequest| {
                    matches!(kept.request.state, RequestState::Pending | RequestState::Ignored)
                };
                if let Some(kept) = kept.filter(waits) {
                    self.put_contact_request(whose, kept.with(RequestState::Accepted))?;
                }
            }
        }
        Ok(())
    }
}

/// Reads what a person wrote, or says what is wrong with it.
pub(super) fn words(kind: Words, text: &str) -> Result<String, Refusal> {
    kind.parse(text).map_err(|error| match error {
        WordsError::TooLong(most) => Refusal::limit(Reason::WordsTooLong, most as u64),
        WordsError::Lines(most) => Refusal::limit(Reason::WordsLines, most as u64),
        WordsError::Character => Reason::WordsCharacter.into(),
    })
}

/// Every row that an account keeps of others.
pub(super) fn all_contacts(
    rows: &Writes<'_>,
    account: AccountId,
) -> Result<Vec<Contact>, StoreError> {
    rows.list_contacts(account, AccountId(0), usize::MAX)
}

/// How many friends an account has.
pub(super) fn count_friends(rows: &Writes<'_>, account: AccountId) -> Result<u64, StoreError> {
    let contacts = all_contacts(rows, account)?;
    Ok(contacts.iter().filter(|contact| contact.friend).count() as u64)
}

/// The group if the account has it, else the first one.
pub(super) fn group_or_first(
    rows: &Writes<'_>,
    account: AccountId,
    group: GroupId,
) -> Result<GroupId, StoreError> {
    let groups = rows.get_groups(account)?;
    let exists = groups.list.iter().any(|known| known.id == group);
    Ok(if exists { group } else { GroupId::FIRST })
}
