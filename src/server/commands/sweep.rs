//! What goes because nobody has any use for it.

use super::Rules;
use super::pictures::use_body;
use super::profile::Use;
use crate::clock::Moment;
use crate::domain::{BlobId, ConversationId};
use crate::limits::{BLOB_IDLE_MAX, EMPTIED_AT_ONCE};
use crate::server::job::Outcome;
use crate::store::blobs::Blob;
use crate::store::{StoreError, Writes};

impl Rules {
    /// Forgets blobs that are still without a use, and files that still have no row; the files go
    /// after the commit.
    pub(super) fn sweep(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        blobs: &[BlobId],
    ) -> Result<Outcome, StoreError> {
        let age = self.age.minutes(rows, now)?;
        let mut gone = Vec::new();
        for id in blobs {
            match rows.get_blob(*id)? {
                None => gone.push(*id),
                Some(blob) if blob.is_idle(age, BLOB_IDLE_MAX) => {
                    rows.remove_blob(*id)?;
                    gone.push(*id);
                }
                Some(blob) if blob.uses == 0 && blob.idle_since > age => {
                    rows.put_blob(*id, Blob { idle_since: age, ..blob })?;
                }
                Some(_) => {}
            }
        }
        Ok(Outcome::Swept { blobs: gone })
    }

    /// Takes a part of a log away that nobody can read any more; its pictures are without that use then.
    pub(super) fn empty(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        log: ConversationId,
    ) -> Result<Outcome, StoreError> {
        let age = self.age.minutes(rows, now)?;
        // One that is a log again, or was never forgotten, is left alone.
        if rows.get_conversation(log)?.is_none() {
            for (seq, body) in rows.remove_messages(log, EMPTIED_AT_ONCE)? {
                use_body(rows, age, (&body, log, seq), Use::Ends)?;
            }
        }
        Ok(Outcome::Swept { blobs: Vec::new() })
    }
}
