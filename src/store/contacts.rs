//! Contacts: what an account keeps of others, its groups, its requests, what others may do.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{
    AccountId, Contact, ContactRequest, Group, GroupId, Privacy, Way, first_groups,
};

impl Record for Contact {
    const NAME: &'static str = "a contact";
    const VERSION: u8 = 1;
}

impl Record for ContactRequest {
    const NAME: &'static str = "a friend request";
    const VERSION: u8 = 1;
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
        rows.map(|row| record::decode(row?.1.value())).collect()
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
    ) -> Result<Option<ContactRequest>, StoreError> {
        let value = self.requests.get((account.0, peer.0, number_of(way)))?;
        value.map(|value| record::decode(value.value())).transpose()
    }

    /// An account's requests, both ways, by the other side's number.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_requests(&self, account: AccountId) -> Result<Vec<ContactRequest>, StoreError> {
        let rows = self.requests.range((account.0, 0, 0)..=(account.0, u64::MAX, u8::MAX))?;
        rows.map(|row| record::decode(row?.1.value())).collect()
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
    /// Keeps something of another; nothing when there is nothing left to keep.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_contact(&mut self, account: AccountId, contact: &Contact) -> Result<(), StoreError> {
        self.written = true;
        let key = (account.0, contact.account.0);
        match contact.is_nothing() {
            true => drop(self.contacts.remove(key)?),
            false => drop(self.contacts.insert(key, record::encode(contact)?.as_slice())?),
        }
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
        request: &ContactRequest,
    ) -> Result<(), StoreError> {
        self.written = true;
        let key = (account.0, request.peer.0, number_of(request.way));
        self.requests.insert(key, record::encode(request)?.as_slice())?;
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

fn number_of(way: Way) -> u8 {
    match way {
        Way::In => 0,
        Way::Out => 1,
    }
}
