//! Contacts: what an account keeps of others, its groups, its requests, what others may do.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{
    AccountId, Contact, ContactRequest, Group, GroupId, Privacy, REQUEST_DAYS, RequestState, Way,
    first_groups,
};

/// A contact, and what is nobody's to read.
#[derive(Serialize, Deserialize)]
pub(super) struct ContactRow {
    account: AccountId,
    friend: bool,
    group: GroupId,
    remark: String,
    blocked: bool,
    shakes: bool,
    since: i64,
    /// When the owner was seen last before it blocked this person, who goes on being told that.
    #[serde(default)]
    seen: Option<i64>,
}

impl Record for ContactRow {
    const NAME: &'static str = "a contact";
    const VERSION: u8 = 1;
}

impl ContactRow {
    fn of(contact: &Contact, seen: Option<i64>) -> Self {
        let Contact { account, friend, group, remark, blocked, shakes, since } = contact.clone();
        ContactRow { account, friend, group, remark, blocked, shakes, since, seen }
    }

    pub(super) fn contact(self) -> Contact {
        let ContactRow { account, friend, group, remark, blocked, shakes, since, .. } = self;
        Contact { account, friend, group, remark, blocked, shakes, since }
    }
}

/// A friend request as it is kept: with what its end is measured by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRequest {
    /// As it is told.
    pub request: ContactRequest,
    /// The server's age when it was asked, in minutes: a wall clock that jumps must end none. An
    /// older program wrote none, and that counts as just now.
    pub asked_min: Option<u64>,
}

impl KeptRequest {
    /// Whether it still waits for an answer at this age of the server, in minutes.
    #[must_use]
    pub fn is_open(&self, age_min: u64) -> bool {
        const DAY_MIN: u64 = 24 * 60;
        let waited = age_min.saturating_sub(self.asked_min.unwrap_or(age_min));
        self.request.state == RequestState::Pending
            && waited < REQUEST_DAYS.unsigned_abs() * DAY_MIN
    }

    /// The same request, answered.
    #[must_use]
    pub fn with(self, state: RequestState) -> Self {
        KeptRequest { request: ContactRequest { state, ..self.request }, ..self }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RequestRow {
    peer: AccountId,
    way: Way,
    greeting: String,
    group: GroupId,
    remark: String,
    at: i64,
    state: RequestState,
    reason: String,
    #[serde(default)]
    asked_min: Option<u64>,
}

impl Record for RequestRow {
    const NAME: &'static str = "a friend request";
    const VERSION: u8 = 1;
}

impl From<KeptRequest> for RequestRow {
    fn from(KeptRequest { request, asked_min }: KeptRequest) -> Self {
        let ContactRequest { peer, way, greeting, group, remark, at, state, reason } = request;
        RequestRow { peer, way, greeting, group, remark, at, state, reason, asked_min }
    }
}

impl From<RequestRow> for KeptRequest {
    fn from(row: RequestRow) -> Self {
        let RequestRow { peer, way, greeting, group, remark, at, state, reason, asked_min } = row;
        let request = ContactRequest { peer, way, greeting, group, remark, at, state, reason };
        KeptRequest { request, asked_min }
    }
}

impl Record for Privacy {
    const NAME: &'static str = "a privacy choice";
    const VERSION: u8 = 1;
}

/// The groups of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Groups {
    /// In order; the first group is among them.
    pub list: Vec<Group>,
    /// The id that the next one gets: none is used twice.
    pub next: GroupId,
}

impl Record for Groups {
    const NAME: &'static str = "groups of friends";
    const VERSION: u8 = 1;
}

impl Default for Groups {
    fn default() -> Self {
        Groups { list: first_groups(), next: GroupId(1) }
    }
}

impl<M: Mode> Rows<M> {
    /// What an account keeps of another.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_contact(
        &self,
        account: AccountId,
        of: AccountId,
    ) -> Result<Option<Contact>, StoreError> {
        Ok(self.contact_row(account, of)?.map(ContactRow::contact))
    }

    /// When an account was seen last before it blocked somebody, as that one goes on being told.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_seen_by_blocked(
        &self,
        account: AccountId,
        of: AccountId,
    ) -> Result<Option<i64>, StoreError> {
        Ok(self.contact_row(account, of)?.and_then(|row| row.seen))
    }

    fn contact_row(
        &self,
        account: AccountId,
        of: AccountId,
    ) -> Result<Option<ContactRow>, StoreError> {
        let value = self.contacts.get((account.0, of.0))?;
        value.map(|value| record::decode(value.value())).transpose()
    }

    /// What an account keeps of others after one, by number, at most `limit`.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_contacts(
        &self,
        account: AccountId,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<Contact>, StoreError> {
        let range = (account.0, after.0.saturating_add(1))..=(account.0, u64::MAX);
        let rows = self.contacts.range(range)?.take(limit);
        rows.map(|row| Ok(record::decode::<ContactRow>(row?.1.value())?.contact())).collect()
    }

    /// An account's groups.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_groups(&self, account: AccountId) -> Result<Groups, StoreError> {
        let value = self.groups.get(account.0)?;
        value.map_or(Ok(Groups::default()), |value| record::decode(value.value()))
    }

    /// A request as one side sees it.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_request(
        &self,
        account: AccountId,
        peer: AccountId,
        way: Way,
    ) -> Result<Option<KeptRequest>, StoreError> {
        let value = self.requests.get((account.0, peer.0, number_of(way)))?;
        value.map(|value| kept(value.value())).transpose()
    }

    /// An account's requests, both ways, by the other side's number.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_requests(&self, account: AccountId) -> Result<Vec<KeptRequest>, StoreError> {
        let rows = self.requests.range((account.0, 0, 0)..=(account.0, u64::MAX, u8::MAX))?;
        rows.map(|row| kept(row?.1.value())).collect()
    }

    /// The requests of others that name an account: whose, and which way there. Looks at every key,
    /// for what happens once in an account's life.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_requests_with(
        &self,
        account: AccountId,
    ) -> Result<Vec<(AccountId, Way)>, StoreError> {
        let mut found = Vec::new();
        for row in self.requests.iter()? {
            let (whose, peer, way) = row?.0.value();
            if peer == account.0 {
                found.push((AccountId(whose), if way == 0 { Way::In } else { Way::Out }));
            }
        }
        Ok(found)
    }

    /// What others may do.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_privacy(&self, account: AccountId) -> Result<Privacy, StoreError> {
        let value = self.privacy.get(account.0)?;
        value.map_or(Ok(Privacy::default()), |value| record::decode(value.value()))
    }
}

impl Writes<'_> {
    /// Keeps something of another; nothing when there is nothing left to keep. What a blocked person
    /// is told stays as it is.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_contact(&mut self, account: AccountId, contact: &Contact) -> Result<(), StoreError> {
        self.written = true;
        let key = (account.0, contact.account.0);
        if contact.is_nothing() {
            self.contacts.remove(key)?;
            return Ok(());
        }
        let known = self.contact_row(account, contact.account)?;
        let seen = known.filter(|_| contact.blocked).and_then(|row| row.seen);
        self.contacts.insert(key, record::encode(&ContactRow::of(contact, seen))?.as_slice())?;
        Ok(())
    }

    /// Keeps when an account was seen last before it blocked somebody.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_seen_by_blocked(
        &mut self,
        account: AccountId,
        of: AccountId,
        seen: Option<i64>,
    ) -> Result<(), StoreError> {
        let Some(row) = self.contact_row(account, of)? else { return Ok(()) };
        self.written = true;
        let row = ContactRow { seen, ..row };
        self.contacts.insert((account.0, of.0), record::encode(&row)?.as_slice())?;
        Ok(())
    }

    /// Writes an account's groups.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_groups(&mut self, account: AccountId, groups: &Groups) -> Result<(), StoreError> {
        self.written = true;
        self.groups.insert(account.0, record::encode(groups)?.as_slice())?;
        Ok(())
    }

    /// Writes a request as one side sees it.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_request(
        &mut self,
        account: AccountId,
        kept: &KeptRequest,
    ) -> Result<(), StoreError> {
        self.written = true;
        let key = (account.0, kept.request.peer.0, number_of(kept.request.way));
        let row = RequestRow::from(kept.clone());
        self.requests.insert(key, record::encode(&row)?.as_slice())?;
        Ok(())
    }

    /// Forgets a request on one side.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_request(
        &mut self,
        account: AccountId,
        peer: AccountId,
        way: Way,
    ) -> Result<(), StoreError> {
        self.written = true;
        self.requests.remove((account.0, peer.0, number_of(way)))?;
        Ok(())
    }

    /// Writes what others may do.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_privacy(&mut self, account: AccountId, privacy: &Privacy) -> Result<(), StoreError> {
        self.written = true;
        self.privacy.insert(account.0, record::encode(privacy)?.as_slice())?;
        Ok(())
    }

    /// Forgets groups and privacy of an account that is deleted.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_choices(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.written = true;
        self.groups.remove(account.0)?;
        self.privacy.remove(account.0)?;
        Ok(())
    }
}

fn kept(bytes: &[u8]) -> Result<KeptRequest, StoreError> {
    Ok(record::decode::<RequestRow>(bytes)?.into())
}

fn number_of(way: Way) -> u8 {
    match way {
        Way::In => 0,
        Way::Out => 1,
    }
}
