//! Choices of this computer about files: what is fetched without asking, what follows, how many go at
//! once and how fast.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use super::danger::is_dangerous;
use super::{Effect, Model, Opening, file_of};
use crate::client::Intent;
use crate::client::api::{Carriage, Destination, Transfer, TransferState};
use crate::domain::{AccountId, Body, FileWay, Message, Target};
use crate::ui::app::settings::{keep, keep_switch};
use crate::ui::app::time;

const MB: u64 = 1_000_000;

/// So much comes without asking from one friend in a day, or a thousand files just below the size would
/// fill the disk.
pub const UNASKED_BYTES: u64 = 1_000 * MB;
/// A file counts for at least so much of it: empty ones cost a disk something too.
const FILE_BYTES_MIN: u64 = MB / 10;

/// Files below so many megabytes can be fetched without asking; zero is none.
pub const BELOW_MB: [u32; 6] = [0, 1, 5, 20, 50, 100];
/// So many can go at once.
pub const AT_ONCE: [u32; 5] = [1, 2, 3, 4, 5];
/// Megabytes a second that files can be bound to; zero is no bound.
pub const SPEEDS_MB: [u32; 6] = [0, 1, 2, 5, 10, 20];

/// The choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receiving {
    /// Files of friends below so many megabytes are fetched without asking; zero is none.
    pub below_mb: u32,
    /// The folder of what was received opens.
    pub opens_folder: bool,
    /// So many go at once.
    pub at_once: u32,
    /// Megabytes a second to the server; zero is no bound.
    pub up_mb: u32,
    /// The same from the server.
    pub down_mb: u32,
}

impl Default for Receiving {
    fn default() -> Self {
        Receiving { below_mb: 0, opens_folder: false, at_once: 3, up_mb: 0, down_mb: 0 }
    }
}

/// What came without asking today, by this computer's clock.
#[derive(Debug, Default)]
pub struct Unasked {
    day: Option<Date>,
    bytes: BTreeMap<AccountId, u64>,
}

impl Unasked {
    /// Whether one more file of a friend may come; it is counted then.
    fn takes(&mut self, from: AccountId, bytes: u64, day: Date) -> bool {
        if self.day.replace(day) != Some(day) {
            self.bytes.clear();
        }
        let so_far = self.bytes.entry(from).or_default();
        let then = so_far.saturating_add(bytes.max(FILE_BYTES_MIN));
        let fits = then <= UNASKED_BYTES;
        *so_far = if fits { then } else { *so_far };
        fits
    }
}

/// A change of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceivingMsg {
    /// Without asking, below so many megabytes.
    Below(u32),
    /// Whether the folder opens.
    OpensFolder(bool),
    /// At once.
    AtOnce(u32),
    /// Megabytes a second to the server.
    Up(u32),
    /// Megabytes a second from the server.
    Down(u32),
}

impl Receiving {
    /// Reads one pair of what the store kept; what was never offered is as if never set.
    pub(in crate::ui::app) fn read(&mut self, key: &str, value: &str) {
        let number = |place: &mut u32, offered: &[u32]| {
            let found = value.parse().ok().filter(|number| offered.contains(number));
            *place = found.unwrap_or(*place);
        };
        match key {
            "receive_below" => number(&mut self.below_mb, &BELOW_MB),
            "received_folder" => self.opens_folder = value == "true",
            "files_at_once" => number(&mut self.at_once, &AT_ONCE),
            "upload_mb" => number(&mut self.up_mb, &SPEEDS_MB),
            "download_mb" => number(&mut self.down_mb, &SPEEDS_MB),
            _ => {}
        }
    }

    /// What the client core has to know of it.
    pub(in crate::ui::app) fn carriage(self) -> Effect {
        let rate = |mb: u32| (mb > 0).then(|| u64::from(mb) * MB);
        let (up, down) = (rate(self.up_mb), rate(self.down_mb));
        Effect::Ask(Intent::SetCarriage(Carriage { at_once: self.at_once as usize, up, down }))
    }
}

impl Model {
    pub(in crate::ui::app) fn set_receiving(&mut self, msg: ReceivingMsg, out: &mut Vec<Effect>) {
        let receiving = &mut self.settings.receiving;
        let (place, key, value) = match msg {
            ReceivingMsg::OpensFolder(on) => {
                return keep_switch(&mut receiving.opens_folder, "received_folder", on, out);
            }
            ReceivingMsg::Below(mb) => (&mut receiving.below_mb, "receive_below", mb),
            ReceivingMsg::AtOnce(files) => (&mut receiving.at_once, "files_at_once", files),
            ReceivingMsg::Up(mb) => (&mut receiving.up_mb, "upload_mb", mb),
            ReceivingMsg::Down(mb) => (&mut receiving.down_mb, "download_mb", mb),
        };
        *place = value;
        keep(key, &value.to_string(), out);
        out.push(receiving.carriage());
    }

    /// Whether what a message offers may be fetched without asking: it is new.
    pub(in crate::ui::app) fn is_new_offer(&self, with: Target, one: &Message, live: bool) -> bool {
        let read = self.chats.get(with).and_then(|chat| chat.state).map(|state| state.read);
        let is_new = live || read.is_some_and(|read| one.seq > read);
        is_new && matches!(one.body, Body::File { .. })
    }

    /// Fetches what a friend offers, where that was chosen: small, no program, and not too much in a day.
    pub(in crate::ui::app) fn fetch_unasked(
        &mut self,
        with: Target,
        message: &Message,
        out: &mut Vec<Effect>,
    ) {
        let Body::File { name, bytes } = &message.body else { return };
        let below = u64::from(self.settings.receiving.below_mb) * MB;
        let is_friend =
            with == Target::Account(message.from) && self.people.is_friend(message.from);
        let is_new = self.files.of(file_of(message)).is_none();
        let may_come = is_friend && is_new && *bytes < below && !is_dangerous(Path::new(name));
        let today = time::day(self.now.wall_ms, &self.zone);
        if may_come && self.unasked.takes(message.from, *bytes, today) {
            let folder = Destination::Folder(self.download_folder());
            self.take_file(with, message.seq, folder, out);
        }
    }

    /// Shows where a file is that has come, once nothing more comes.
    pub(super) fn show_received(&mut self, came: &Transfer, out: &mut Vec<Effect>) {
        let is_done = came.way == FileWay::Down && came.state == TransferState::Done;
        let was_open = self.files.get(came.id).is_some_and(|before| !before.state.is_over());
        let comes = |one: &Transfer| {
            one.way == FileWay::Down
                && matches!(one.state, TransferState::Running | TransferState::Waiting(_))
        };
        let more = self.files.transfers.values().any(|one| one.id != came.id && comes(one));
        if self.settings.receiving.opens_folder && is_done && was_open && !more {
            let (id, path) = (came.id, came.path.clone());
            out.push(Effect::OpenFile(Opening { id, path, is_folder: true }));
        }
    }
}
