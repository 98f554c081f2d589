//! Reads every row once, and keeps of it what has to agree with others.

use std::collections::{BTreeMap, BTreeSet};

use redb::{Key, ReadableTable, Value};

use super::Report;
use crate::domain::{
    AccountId, Announcement, BlobId, Body, Choice, Contact, ConversationId, Details, FileId,
    Member, Privacy, Room, RoomId, RoomRequest, Seq,
};
use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::store::bans::Ban;
use crate::store::blobs::Blob;
use crate::store::contacts::{ContactRow, Groups, RequestRow};
use crate::store::conversations::{Conversation, Cursors};
use crate::store::devices::Device;
use crate::store::files::FileRow;
use crate::store::messages::Stored;
use crate::store::record::{self, Record};
use crate::store::rows::Reads;

/// What of the rows has to agree with other rows.
#[derive(Default)]
pub(super) struct Kept {
    /// Account → its nickname, unless it is deleted.
    pub accounts: BTreeMap<AccountId, Option<String>>,
    pub nicknames: BTreeSet<AccountId>,
    pub notices: BTreeMap<AccountId, ConversationId>,
    pub directs: BTreeMap<(AccountId, AccountId), ConversationId>,
    pub logs: BTreeMap<ConversationId, Conversation>,
    /// What each log really has: its lines and the place of the last one, and whether any is missing.
    pub lines: BTreeMap<ConversationId, Lines>,
    pub emptied: BTreeSet<ConversationId>,
    pub cursors: Vec<(AccountId, ConversationId, Cursors)>,
    /// Account, friend of it.
    pub friends: BTreeSet<(AccountId, AccountId)>,
    pub rooms: BTreeMap<RoomId, Room>,
    pub room_members: BTreeSet<(RoomId, AccountId)>,
    pub own_rooms: BTreeSet<(RoomId, AccountId)>,
    pub room_requests: BTreeSet<(RoomId, AccountId, u8)>,
    pub room_askers: BTreeSet<(RoomId, AccountId, u8)>,
    pub files: BTreeMap<FileId, FileRow>,
    pub file_owners: BTreeSet<(AccountId, FileId)>,
    pub files_due: BTreeSet<(u64, FileId)>,
    pub file_bytes: BTreeMap<AccountId, u64>,
    pub file_blobs: BTreeMap<BlobId, u64>,
    pub blobs: BTreeMap<BlobId, Blob>,
    /// Blobs that pictures name.
    pub shown: BTreeSet<BlobId>,
    pub counters: BTreeMap<String, u64>,
}

#[derive(Default)]
pub(super) struct Lines {
    pub count: u64,
    pub last: Seq,
}

/// Every record of a table; one that cannot be read is a finding.
fn records<K: Key + 'static, T: Record>(
    report: &mut Report,
    table: &impl ReadableTable<K, &'static [u8]>,
    mut visit: impl FnMut(K::SelfType<'_>, T),
) -> Result<u64, StoreError> {
    let mut count = 0;
    for row in table.iter()? {
        let (key, value) = row?;
        count += 1;
        match record::decode::<T>(value.value()) {
            Ok(record) => visit(key.value(), record),
            Err(StoreError::Damaged { what, why }) => {
                report.wrong(format!("{what}, {:?}, cannot be read: {why}", key.value()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Every row of a table whose values are plain.
fn plain<K: Key + 'static, V: Value + 'static>(
    table: &impl ReadableTable<K, V>,
    mut visit: impl FnMut(K::SelfType<'_>, V::SelfType<'_>),
) -> Result<(), StoreError> {
    for row in table.iter()? {
        let (key, value) = row?;
        visit(key.value(), value.value());
    }
    Ok(())
}

/// Reads all tables.
pub(super) fn everything(rows: &Reads, report: &mut Report) -> Result<Kept, StoreError> {
    let mut kept = Kept::default();
    people(rows, report, &mut kept)?;
    logs(rows, report, &mut kept)?;
    rooms(rows, report, &mut kept)?;
    files(rows, &mut kept, report)?;
    let bans = records(report, &rows.bans, |_, _: Ban| {})?;
    report.count("bans", bans);
    plain(&rows.counters, |name, value| {
        kept.counters.insert(name.to_owned(), value);
    })?;
    plain(&rows.settings, |_, _| {})?;
    plain(&rows.secrets, |_, _| {})?;
    Ok(kept)
}

fn people(rows: &Reads, report: &mut Report, kept: &mut Kept) -> Result<(), StoreError> {
    let count = records(report, &rows.accounts, |number, account: Account| {
        let nickname = (!account.deleted).then_some(account.person.nickname);
        kept.accounts.insert(AccountId(number), nickname);
    })?;
    report.count("accounts", count);
    plain(&rows.nicknames, |_, owner| {
        kept.nicknames.insert(AccountId(owner));
    })?;
    plain(&rows.names, |_, _| {})?;
    plain(&rows.seen, |_, _| {})?;
    let count = records(report, &rows.devices, |_, _: Device| {})?;
    report.count("devices", count);
    let count = records(report, &rows.contacts, |(account, of), row: ContactRow| {
        let contact: Contact = row.contact();
        if contact.friend {
            kept.friends.insert((AccountId(account), AccountId(of)));
        }
    })?;
    report.count("contacts", count);
    let count = records(report, &rows.requests, |_, _: RequestRow| {})?;
    report.count("friend requests", count);
    records(report, &rows.groups, |_, _: Groups| {})?;
    records(report, &rows.privacy, |_, _: Privacy| {})?;
    records(report, &rows.details, |_, _: Details| {})?;
    records(report, &rows.choices, |_, _: Choice| {})?;
    Ok(())
}

fn logs(rows: &Reads, report: &mut Report, kept: &mut Kept) -> Result<(), StoreError> {
    let count = records(report, &rows.conversations, |number, log: Conversation| {
        kept.logs.insert(ConversationId(number), log);
    })?;
    report.count("conversations", count);
    let count = records(report, &rows.messages, |(log, seq), stored: Stored| {
        let lines = kept.lines.entry(ConversationId(log)).or_default();
        lines.count += 1;
        lines.last = Seq(seq);
        if let Body::Image { picture, thumb, .. } = stored.body {
            kept.shown.extend([picture, thumb]);
        }
    })?;
    report.count("messages and other lines", count);
    plain(&rows.emptied, |log, ()| {
        kept.emptied.insert(ConversationId(log));
    })?;
    plain(&rows.notices, |account, log| {
        kept.notices.insert(AccountId(account), ConversationId(log));
    })?;
    plain(&rows.directs, |(low, high), log| {
        kept.directs.insert((AccountId(low), AccountId(high)), ConversationId(log));
    })?;
    plain(&rows.members, |(account, log), cursors| {
        kept.cursors.push((AccountId(account), ConversationId(log), Cursors::of(cursors)));
    })?;
    plain(&rows.nonces, |_, _| {})
}

fn rooms(rows: &Reads, report: &mut Report, kept: &mut Kept) -> Result<(), StoreError> {
    let count = records(report, &rows.rooms, |number, room: Room| {
        kept.rooms.insert(RoomId(number), room);
    })?;
    report.count("rooms", count);
    let count = records(report, &rows.room_members, |(room, account), _: Member| {
        kept.room_members.insert((RoomId(room), AccountId(account)));
    })?;
    report.count("members of rooms", count);
    plain(&rows.own_rooms, |(account, room), ()| {
        kept.own_rooms.insert((RoomId(room), AccountId(account)));
    })?;
    records(report, &rows.room_requests, |(room, account, door), _: RoomRequest| {
        kept.room_requests.insert((RoomId(room), AccountId(account), door));
    })?;
    plain(&rows.room_askers, |(account, room, door), ()| {
        kept.room_askers.insert((RoomId(room), AccountId(account), door));
    })?;
    records(report, &rows.announcements, |_, _: Announcement| {})?;
    plain(&rows.room_names, |_, _| {})?;
    plain(&rows.room_mutes, |_, _| {})?;
    plain(&rows.rooms_made, |_, _| {})?;
    plain(&rows.ranges, |_, _| {})
}

fn files(rows: &Reads, kept: &mut Kept, report: &mut Report) -> Result<(), StoreError> {
    let file =
        |conversation, seq| FileId { conversation: ConversationId(conversation), seq: Seq(seq) };
    let count = records(report, &rows.files, |(log, seq), row: FileRow| {
        kept.files.insert(file(log, seq), row);
    })?;
    report.count("files that were sent", count);
    plain(&rows.file_takers, |_, ()| {})?;
    plain(&rows.file_owners, |(owner, log, seq), ()| {
        kept.file_owners.insert((AccountId(owner), file(log, seq)));
    })?;
    plain(&rows.files_due, |(since, log, seq), ()| {
        kept.files_due.insert((since, file(log, seq)));
    })?;
    plain(&rows.file_bytes, |owner, bytes| {
        kept.file_bytes.insert(AccountId(owner), bytes);
    })?;
    plain(&rows.file_blobs, |id, files| {
        kept.file_blobs.insert(BlobId(*id), files);
    })?;
    for row in rows.blobs.iter()? {
        let (id, value) = row?;
        kept.blobs.insert(BlobId(*id.value()), crate::store::blobs::blob_of(value.value()));
    }
    plain(&rows.places, |(id, _, _), ()| {
        kept.shown.insert(BlobId(*id));
    })
}
