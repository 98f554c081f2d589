//! Reads every row once, and keeps of it what has to agree with others.

use std::collections::{BTreeMap, BTreeSet};

use redb::{Key, ReadableTable, Value};

use super::Report;
use crate::domain::game::{GameEntry, GameId, GameName, Score};
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
use crate::store::games::{GameRow, name_of};
use crate::store::messages::Stored;
use crate::store::record::{self, Record};
use crate::store::rows::Reads;

/// What of the rows has to agree with other rows.
#[derive(Default)]
pub(super) struct Kept {
    /// Account → its nickname, unless it is deleted.
    pub accounts: BTreeMap<AccountId, Option<String>>,
    pub nicknames: BTreeSet<AccountId>,
    pub device_owners: BTreeSet<AccountId>,
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
    pub games: BTreeMap<GameId, GameRow>,
    /// How many entries the log of each has, and the place of the last one.
    pub game_logs: BTreeMap<GameId, (u64, Option<u32>)>,
    pub games_open: BTreeSet<GameId>,
    pub own_games: BTreeSet<(AccountId, i64, GameId)>,
    /// Account, other account, game → won, drawn, lost.
    pub scores: BTreeMap<(AccountId, AccountId, GameName), (u32, u32, u32)>,
    pub counters: BTreeMap<String, u64>,
}

#[derive(Default)]
pub(super) struct Lines {
    pub count: u64,
    pub last: Seq,
}

/// Reads tables, until it has to end: then all seem to end there.
pub(super) struct Look<'a> {
    pub rows: &'a Reads,
    pub report: &'a mut Report,
    pub goes_on: &'a dyn Fn() -> bool,
}

impl Look<'_> {
    /// Every record of a table; one that cannot be read is a finding.
    fn records<K: Key + 'static, T: Record>(
        &mut self,
        table: &impl ReadableTable<K, &'static [u8]>,
        mut visit: impl FnMut(K::SelfType<'_>, T),
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        for row in table.iter()?.take_while(|_| (self.goes_on)()) {
            let (key, value) = row?;
            count += 1;
            match record::decode::<T>(value.value()) {
                Ok(record) => visit(key.value(), record),
                Err(StoreError::Damaged { what, why }) => {
                    let what = format!("{what}, {:?}, cannot be read: {why}", key.value());
                    self.report.wrong(what);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    /// Every row of a table whose values are plain.
    fn plain<K: Key + 'static, V: Value + 'static>(
        &self,
        table: &impl ReadableTable<K, V>,
        mut visit: impl FnMut(K::SelfType<'_>, V::SelfType<'_>),
    ) -> Result<(), StoreError> {
        for row in table.iter()?.take_while(|_| (self.goes_on)()) {
            let (key, value) = row?;
            visit(key.value(), value.value());
        }
        Ok(())
    }
}

/// Reads all tables.
pub(super) fn everything(look: &mut Look<'_>) -> Result<Kept, StoreError> {
    let rows = look.rows;
    let mut kept = Kept::default();
    people(look, &mut kept)?;
    logs(look, &mut kept)?;
    rooms(look, &mut kept)?;
    files(look, &mut kept)?;
    games(look, &mut kept)?;
    let bans = look.records(&rows.bans, |_, _: Ban| {})?;
    look.report.count("bans", bans);
    look.plain(&rows.counters, |name, value| {
        kept.counters.insert(name.to_owned(), value);
    })?;
    look.plain(&rows.settings, |_, _| {})?;
    look.plain(&rows.secrets, |_, _| {})?;
    Ok(kept)
}

fn people(look: &mut Look<'_>, kept: &mut Kept) -> Result<(), StoreError> {
    let rows = look.rows;
    let count = look.records(&rows.accounts, |number, account: Account| {
        let nickname = (!account.deleted).then_some(account.person.nickname);
        kept.accounts.insert(AccountId(number), nickname);
    })?;
    look.report.count("accounts", count);
    look.plain(&rows.nicknames, |_, owner| {
        kept.nicknames.insert(AccountId(owner));
    })?;
    look.plain(&rows.names, |_, _| {})?;
    look.plain(&rows.seen, |_, _| {})?;
    let count = look.records(&rows.devices, |(account, _), _: Device| {
        kept.device_owners.insert(AccountId(account));
    })?;
    look.report.count("devices", count);
    let count = look.records(&rows.contacts, |(account, of), row: ContactRow| {
        let contact: Contact = row.contact();
        if contact.friend {
            kept.friends.insert((AccountId(account), AccountId(of)));
        }
    })?;
    look.report.count("contacts", count);
    let count = look.records(&rows.requests, |_, _: RequestRow| {})?;
    look.report.count("friend requests", count);
    look.records(&rows.groups, |_, _: Groups| {})?;
    look.records(&rows.privacy, |_, _: Privacy| {})?;
    look.records(&rows.details, |_, _: Details| {})?;
    look.records(&rows.choices, |_, _: Choice| {})?;
    Ok(())
}

fn logs(look: &mut Look<'_>, kept: &mut Kept) -> Result<(), StoreError> {
    let rows = look.rows;
    let count = look.records(&rows.conversations, |number, log: Conversation| {
        kept.logs.insert(ConversationId(number), log);
    })?;
    look.report.count("conversations", count);
    let count = look.records(&rows.messages, |(log, seq), stored: Stored| {
        let lines = kept.lines.entry(ConversationId(log)).or_default();
        lines.count += 1;
        lines.last = Seq(seq);
        if let Body::Image { picture, thumb, .. } = stored.body {
            kept.shown.extend([picture, thumb]);
        }
    })?;
    look.report.count("messages and other lines", count);
    look.plain(&rows.emptied, |log, ()| {
        kept.emptied.insert(ConversationId(log));
    })?;
    look.plain(&rows.notices, |account, log| {
        kept.notices.insert(AccountId(account), ConversationId(log));
    })?;
    look.plain(&rows.directs, |(low, high), log| {
        kept.directs.insert((AccountId(low), AccountId(high)), ConversationId(log));
    })?;
    look.plain(&rows.members, |(account, log), cursors| {
        kept.cursors.push((AccountId(account), ConversationId(log), Cursors::of(cursors)));
    })?;
    look.plain(&rows.nonces, |_, _| {})
}

fn rooms(look: &mut Look<'_>, kept: &mut Kept) -> Result<(), StoreError> {
    let rows = look.rows;
    let count = look.records(&rows.rooms, |number, room: Room| {
        kept.rooms.insert(RoomId(number), room);
    })?;
    look.report.count("rooms", count);
    let count = look.records(&rows.room_members, |(room, account), _: Member| {
        kept.room_members.insert((RoomId(room), AccountId(account)));
    })?;
    look.report.count("members of rooms", count);
    look.plain(&rows.own_rooms, |(account, room), ()| {
        kept.own_rooms.insert((RoomId(room), AccountId(account)));
    })?;
    look.records(&rows.room_requests, |(room, account, door), _: RoomRequest| {
        kept.room_requests.insert((RoomId(room), AccountId(account), door));
    })?;
    look.plain(&rows.room_askers, |(account, room, door), ()| {
        kept.room_askers.insert((RoomId(room), AccountId(account), door));
    })?;
    look.records(&rows.announcements, |_, _: Announcement| {})?;
    look.plain(&rows.room_names, |_, _| {})?;
    look.plain(&rows.room_mutes, |_, _| {})?;
    look.plain(&rows.rooms_made, |_, _| {})?;
    look.plain(&rows.ranges, |_, _| {})
}

fn files(look: &mut Look<'_>, kept: &mut Kept) -> Result<(), StoreError> {
    let rows = look.rows;
    let file =
        |conversation, seq| FileId { conversation: ConversationId(conversation), seq: Seq(seq) };
    let count = look.records(&rows.files, |(log, seq), row: FileRow| {
        kept.files.insert(file(log, seq), row);
    })?;
    look.report.count("files that were sent", count);
    look.plain(&rows.file_takers, |_, ()| {})?;
    look.plain(&rows.file_owners, |(owner, log, seq), ()| {
        kept.file_owners.insert((AccountId(owner), file(log, seq)));
    })?;
    look.plain(&rows.files_due, |(since, log, seq), ()| {
        kept.files_due.insert((since, file(log, seq)));
    })?;
    look.plain(&rows.file_bytes, |owner, bytes| {
        kept.file_bytes.insert(AccountId(owner), bytes);
    })?;
    look.plain(&rows.file_blobs, |id, files| {
        kept.file_blobs.insert(BlobId(*id), files);
    })?;
    for row in rows.blobs.iter()?.take_while(|_| (look.goes_on)()) {
        let (id, value) = row?;
        kept.blobs.insert(BlobId(*id.value()), crate::store::blobs::blob_of(value.value()));
    }
    look.plain(&rows.places, |(id, _, _), ()| {
        kept.shown.insert(BlobId(*id));
    })
}

fn games(look: &mut Look<'_>, kept: &mut Kept) -> Result<(), StoreError> {
    let rows = look.rows;
    let game =
        |conversation, seq| GameId { conversation: ConversationId(conversation), seq: Seq(seq) };
    let count = look.records(&rows.games, |(log, seq), row: GameRow| {
        kept.games.insert(game(log, seq), row);
    })?;
    look.report.count("games", count);
    look.records(&rows.game_log, |(log, seq, place), _: GameEntry| {
        let entries = kept.game_logs.entry(game(log, seq)).or_default();
        *entries = (entries.0 + 1, Some(place));
    })?;
    look.plain(&rows.games_open, |(log, seq), ()| {
        kept.games_open.insert(game(log, seq));
    })?;
    look.plain(&rows.own_games, |(account, at, log, seq), ()| {
        kept.own_games.insert((AccountId(account), at, game(log, seq)));
    })?;
    look.records(&rows.scores, |(account, peer, number), score: Score| {
        if let Ok(name) = name_of(number) {
            let key = (AccountId(account), AccountId(peer), name);
            kept.scores.insert(key, (score.won, score.drawn, score.lost));
        }
    })?;
    Ok(())
}
