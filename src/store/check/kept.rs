//! What is counted of files is what the rows come to, and what rows name is known.

use std::collections::BTreeMap;

use super::Report;
use super::read::Kept;
use crate::domain::{AccountId, BlobId, FileState};

/// Looks at what people keep here.
pub(super) fn check(kept: &Kept, report: &mut Report) {
    let mut bytes: BTreeMap<AccountId, u64> = BTreeMap::new();
    let mut blobs: BTreeMap<BlobId, u64> = BTreeMap::new();
    let (mut owners, mut due) = (kept.file_owners.clone(), kept.files_due.clone());
    for (id, row) in &kept.files {
        let place = format!("file {} of conversation {}", id.seq.0, id.conversation.0);
        if row.state == FileState::Kept {
            match row.root {
                Some(root) if kept.blobs.contains_key(&root) => {}
                Some(root) => report.wrong(format!("{place} lies in {root}, which is not known")),
                None => report.wrong(format!("{place} is kept, but not said where")),
            }
        }
        if !row.state.is_open() {
            continue;
        }
        *bytes.entry(row.owner).or_default() += row.bytes;
        if let Some(root) = row.root {
            *blobs.entry(root).or_default() += 1;
        }
        if !owners.remove(&(row.owner, *id)) || !due.remove(&(row.since_age_min, *id)) {
            report.wrong(format!("{place} is not in the lists of files"));
        }
    }
    if !owners.is_empty() || !due.is_empty() {
        report.wrong(format!("{} files are listed that are not open", owners.len().max(due.len())));
    }
    bytes.retain(|_, bytes| *bytes > 0);
    let counted = kept.file_bytes.iter().filter(|(_, bytes)| **bytes > 0);
    let counted: BTreeMap<AccountId, u64> = counted.map(|(id, bytes)| (*id, *bytes)).collect();
    for account in bytes.keys().chain(counted.keys().filter(|id| !bytes.contains_key(id))) {
        let (real, kept) = (bytes.get(account), counted.get(account));
        if real != kept {
            let [real, kept] = [real, kept].map(|bytes| bytes.copied().unwrap_or_default());
            report
                .wrong(format!("{kept} bytes of files count for {account}, but there are {real}"));
        }
    }
    if blobs != kept.file_blobs {
        report.wrong("how many files lie in which blob is counted wrong".to_owned());
    }
    let idle: u64 = kept.blobs.values().filter(|blob| blob.uses == 0).map(|blob| blob.bytes).sum();
    for (name, real) in [("file_bytes", bytes.values().sum()), ("idle_bytes", idle)] {
        let counted = kept.counters.get(name).copied();
        if counted.is_some_and(|counted| counted != real) {
            report.wrong(format!("{name} is counted as {}, but is {real}", counted.unwrap_or(0)));
        }
    }
    for id in &kept.shown {
        if kept.blobs.get(id).is_none_or(|blob| blob.uses == 0) {
            report.wrong(format!("picture {id} is shown, but not kept"));
        }
    }
}
