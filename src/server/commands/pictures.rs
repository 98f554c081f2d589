//! Pictures in messages: who may send which, and how their uses are counted.

use std::collections::{HashMap, VecDeque};

use super::profile::{Use, use_blob};
use crate::domain::{AccountId, BlobId, Body, ConversationId, Seq, file_name};
use crate::limits::{BROUGHT_MAX, COUNTED_MAX};
use crate::net::protocol::{Reason, Refusal};
use crate::store::places::Showing;
use crate::store::{StoreError, Writes};

/// What people brought lately, and so may send. Kept in memory: whoever is told that a picture is
/// not there brings it again. A name alone must not do, or it would tell what others keep here.
#[derive(Debug, Default)]
pub(super) struct Brought {
    accounts: HashMap<AccountId, VecDeque<BlobId>>,
    /// In the order of their first picture.
    order: VecDeque<AccountId>,
}

impl Brought {
    /// Somebody brought a picture.
    pub fn put(&mut self, account: AccountId, blob: BlobId) {
        if !self.accounts.contains_key(&account) {
            self.order.push_back(account);
        }
        let blobs = self.accounts.entry(account).or_default();
        blobs.retain(|known| *known != blob);
        blobs.push_back(blob);
        if blobs.len() > BROUGHT_MAX {
            blobs.pop_front();
        }
        if self.order.len() > COUNTED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.accounts.remove(&oldest);
        }
    }

    /// Whether somebody brought a picture, and it is still there.
    pub fn has(
        &self,
        rows: &Writes<'_>,
        account: AccountId,
        blob: BlobId,
    ) -> Result<bool, StoreError> {
        Ok(self.knows(account, blob) && rows.get_blob(blob)?.is_some())
    }

    fn knows(&self, account: AccountId, blob: BlobId) -> bool {
        self.accounts.get(&account).is_some_and(|blobs| blobs.contains(&blob))
    }

    /// Whether somebody may send a message with these pictures, before anything is written. That
    /// they are what the message says was looked at before.
    pub fn may_send(
        &self,
        rows: &Writes<'_>,
        account: AccountId,
        body: &Body,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let Body::Image { picture, thumb, name, .. } = body else { return Ok(Ok(())) };
        if file_name(name) != *name {
            return Ok(Err(Reason::BadValue.into()));
        }
        for blob in [*picture, *thumb] {
            if !self.has(rows, account, blob)? {
                return Ok(Err(Reason::NotUploaded.into()));
            }
        }
        Ok(Ok(()))
    }
}

/// A message begins or ends to hold its pictures, at this age of the server.
pub(super) fn use_body(
    rows: &mut Writes<'_>,
    age_min: u64,
    (body, conversation, seq): (&Body, ConversationId, Seq),
    what: Use,
) -> Result<(), StoreError> {
    let Body::Image { picture, thumb, .. } = body else { return Ok(()) };
    let place = Showing::Message(conversation, seq);
    use_blob(rows, age_min, (Some(*picture), place), what)?;
    use_blob(rows, age_min, (Some(*thumb), place), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_pictures_of_the_last_people_are_remembered() {
        let mut brought = Brought::default();
        let (lime, blob) = (AccountId(1), |n: u8| BlobId([n; 32]));
        let most = u8::try_from(BROUGHT_MAX).unwrap();
        for number in 0..=most {
            brought.put(lime, blob(number));
        }
        brought.put(lime, blob(1));
        brought.put(lime, blob(200));
        assert!(!brought.knows(lime, blob(0)) && !brought.knows(lime, blob(2)));
        assert!(brought.knows(lime, blob(1)) && brought.knows(lime, blob(3)));
        assert!(!brought.knows(AccountId(2), blob(3)));
        for number in 0..COUNTED_MAX as u64 {
            brought.put(AccountId(10 + number), blob(1));
        }
        assert!(!brought.knows(lime, blob(1)) && brought.knows(AccountId(10), blob(1)));
        assert_eq!(brought.accounts.len(), COUNTED_MAX);
    }
}
