//! Pictures in messages: made fit to travel, brought to the server in parts, sent, saved.
//!
//! The message is in the outbox from the moment that its picture is ready; the bytes lie beside the
//! store until the server has the message. Parts go one by one, each behind the answer to the one
//! before, so other frames never wait for more than one. What was written behind a picture in the same
//! conversation waits for it, also while it is made fit, but no longer than [`IMAGE_AHEAD_MAX`].

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::desk::Desk;
use super::outbox::{Entry, Stage};
use super::{Effect, Packing, Parcel, PictureJob, Request, State, Turn};
use crate::client::api::{Answer, ClientEvent, Failure, ImageSource, Ticket, View};
use crate::domain::{BlobId, Body, Nonce, Target};
use crate::limits::{BLOB_PART_MAX, IMAGE_AHEAD_MAX};
use crate::net::protocol::{Command, ProfileChange, Reason, Refusal};

/// How often a server may say that it has no picture that was just brought.
const TRIES_MAX: u8 = 3;

/// What an entry of the outbox knows of its picture.
#[derive(Debug, Default)]
pub(super) struct Cargo {
    /// The server has the bytes, as far as is known.
    is_there: bool,
    hold: Hold,
    tries: u8,
}

/// A picture that is being made fit to travel, or a file that is looked at.
#[derive(Debug)]
pub(super) struct Making {
    /// Its place among what was asked for.
    order: u64,
    to: Target,
    hold: Hold,
}

/// How long others wait behind a picture on this link.
#[derive(Debug, Default)]
struct Hold {
    since: Option<Duration>,
    /// They wait no longer.
    is_passed: bool,
}

impl Hold {
    /// Whether they wait now.
    fn holds(&mut self, now: Duration) -> bool {
        self.since.get_or_insert(now);
        self.goes_on(now);
        !self.is_passed
    }

    fn goes_on(&mut self, now: Duration) {
        self.is_passed |= self.since.is_some_and(|since| now >= since + IMAGE_AHEAD_MAX);
    }

    fn until(&self) -> Option<Duration> {
        self.since.filter(|_| !self.is_passed).map(|since| since + IMAGE_AHEAD_MAX)
    }
}

/// What goes to the server now.
#[derive(Debug)]
pub(super) struct Bringing {
    what: What,
    parcels: VecDeque<Parcel>,
    offset: usize,
    bytes_all: usize,
    bytes_there: usize,
    percent: u8,
}

#[derive(Debug)]
enum What {
    /// One's own face: the profile names it then.
    Face(Ticket),
    /// For a message; its bytes are being read while there are no parcels.
    Message(Nonce),
}

/// A picture of a message that goes into a file when it is here.
#[derive(Debug)]
pub(super) struct Saving {
    pub(super) ticket: Ticket,
    picture: BlobId,
    path: PathBuf,
    replace: bool,
}

impl Bringing {
    pub(super) fn face(ticket: Ticket, parcel: Parcel) -> Self {
        let bytes_all = parcel.1.len();
        let what = What::Face(ticket);
        Bringing { parcels: [parcel].into(), bytes_all, ..Bringing::new(what) }
    }

    fn new(what: What) -> Self {
        let parcels = VecDeque::new();
        Bringing { what, parcels, offset: 0, bytes_all: 0, bytes_there: 0, percent: 0 }
    }

    /// The link ended, or the server said no to a face.
    pub(super) fn fail(self, turn: &mut Turn<'_>, why: &Failure) {
        if let What::Face(ticket) = self.what {
            turn.answer(ticket, Err(why.clone()));
        }
    }

    fn is_for(&self, nonce: Nonce) -> bool {
        matches!(self.what, What::Message(mine) if mine == nonce)
    }
}

impl Entry {
    /// Whether it can go: words always can.
    pub(super) fn is_loaded(&self) -> bool {
        self.cargo.is_there || !matches!(self.body, Body::Image { .. })
    }

    /// Whether what stands behind it in its conversation waits for it.
    pub(super) fn holds_others(&mut self, now: Duration) -> bool {
        self.cargo.hold.holds(now)
    }

    /// When that ends.
    fn holds_until(&self) -> Option<Duration> {
        let waits = self.stage == Stage::Ready && !self.is_loaded();
        self.cargo.hold.until().filter(|_| waits)
    }

    /// Another link, or another try: whatever was brought is not counted on, except by a message
    /// that went out already.
    fn starts_anew(&mut self) {
        (self.cargo.hold, self.cargo.tries) = (Hold::default(), 0);
        self.cargo.is_there &= self.stage == Stage::Sent;
    }

    /// The pictures that it holds.
    pub(super) fn blobs(&self) -> Option<[BlobId; 2]> {
        match self.body {
            Body::Image { picture, thumb, .. } => Some([picture, thumb]),
            _ => None,
        }
    }
}

impl Making {
    pub(super) fn new(order: u64, to: Target) -> Self {
        Making { order, to, hold: Hold::default() }
    }

    /// Whether it has this place.
    pub(super) fn is_at(&self, order: u64) -> bool {
        self.order == order
    }

    /// Whether this entry waits for it.
    pub(super) fn holds(&mut self, entry: &Entry, now: Duration) -> bool {
        self.order < entry.order && self.to == entry.to && self.hold.holds(now)
    }
}

impl Desk {
    /// Whoever waited behind a picture for long enough waits no longer.
    pub(super) fn holds_go_on(&mut self, now: Duration) {
        self.making.iter_mut().for_each(|making| making.hold.goes_on(now));
        self.entries.iter_mut().for_each(|entry| entry.cargo.hold.goes_on(now));
    }

    /// When the next of them does.
    pub(super) fn holds_until(&self) -> Option<Duration> {
        let making = self.making.iter().filter_map(|making| making.hold.until());
        making.chain(self.entries.iter().filter_map(Entry::holds_until)).min()
    }

    /// Another link: they wait anew.
    pub(super) fn holds_anew(&mut self) {
        self.making.iter_mut().for_each(|making| making.hold = Hold::default());
        self.entries.iter_mut().for_each(Entry::starts_anew);
    }

    /// The place of the first picture that is being made fit.
    pub(super) fn first_making(&self) -> Option<u64> {
        self.making.iter().map(|making| making.order).min()
    }

    /// A message left the outbox: its pictures need not be kept for it, unless another one has them.
    pub(super) fn let_go(&self, turn: &mut Turn<'_>, entry: &Entry) {
        let Some(blobs) = entry.blobs() else { return };
        let is_held = |blob: &BlobId| {
            self.entries.iter().filter_map(Entry::blobs).any(|held| held.contains(blob))
        };
        if !blobs.iter().any(is_held) {
            turn.effects.push(Effect::Picture(PictureJob::Sent(blobs)));
        }
    }
}

impl State {
    /// The person sends a picture: the pictures' thread makes it fit first.
    pub(super) fn send_image(
        &mut self,
        turn: &mut Turn<'_>,
        (ticket, to): (Ticket, Target),
        source: ImageSource,
        nonce: Option<Nonce>,
    ) {
        let why_not = self.why_not();
        let nonce = nonce.unwrap_or_else(|| self.chance.nonce());
        let Some(desk) = &mut self.desk else { return turn.answer(ticket, Err(why_not)) };
        desk.last_order += 1;
        let (owner, order) = (desk.owner, desk.last_order);
        desk.making.push(Making::new(order, to));
        let began = turn.now.wall_ms;
        let packing = Box::new(Packing { owner, ticket, to, nonce, order, began });
        turn.effects.push(Effect::Picture(PictureJob::Pack(packing, source)));
    }

    /// It is fit, and on disk: from here on it is a message like others.
    pub(super) fn on_packed(
        &mut self,
        turn: &mut Turn<'_>,
        packing: &Packing,
        packed: Result<Body, Failure>,
    ) {
        let Packing { owner, ticket, to, nonce, order, .. } = *packing;
        let desk = self.desk.as_mut().filter(|desk| desk.owner == owner);
        if let Some(desk) = desk {
            desk.making.retain(|making| making.order != order);
            match packed {
                Ok(body) => self.say_at(turn, (ticket, order), to, body, nonce),
                Err(failure) => turn.answer(ticket, Err(failure)),
            }
        } else {
            turn.answer(ticket, Err(packed.err().unwrap_or(Failure::Cancelled)));
        }
    }

    /// Begins with the next picture, when none is on its way.
    pub(super) fn pump_images(&mut self, turn: &mut Turn<'_>) {
        if self.pictures.bringing.is_some() {
            return;
        }
        if let Some(face) = self.pictures.face.take() {
            self.pictures.bringing = Some(face);
            return self.send_part(turn);
        }
        let Some(desk) = self.desk.as_ref().filter(|desk| desk.loaded) else { return };
        let waits = |entry: &&Entry| entry.stage == Stage::Ready && !entry.is_loaded();
        let next = desk.entries.iter().find(waits);
        let Some((nonce, blobs)) = next.and_then(|entry| Some((entry.nonce, entry.blobs()?)))
        else {
            return;
        };
        self.pictures.bringing = Some(Bringing::new(What::Message(nonce)));
        turn.effects.push(Effect::Picture(PictureJob::Unpack(nonce, blobs)));
    }

    /// What is to be brought for a message was read, or is gone.
    pub(super) fn on_unpacked(
        &mut self,
        turn: &mut Turn<'_>,
        nonce: Nonce,
        parcels: Option<Vec<Parcel>>,
    ) {
        let Some(bringing) = self.pictures.bringing.as_mut().filter(|now| now.is_for(nonce)) else {
            return;
        };
        if !bringing.parcels.is_empty() {
            return;
        }
        let Some(parcels) = parcels.filter(|parcels| !parcels.is_empty()) else {
            self.pictures.bringing = None;
            return self.give_up(turn, nonce, Failure::ImageGone);
        };
        bringing.bytes_all = parcels.iter().map(|(_, bytes)| bytes.len()).sum();
        bringing.parcels = parcels.into();
        turn.emit(ClientEvent::Uploading { nonce, percent: 0 });
        self.send_part(turn);
    }

    fn send_part(&mut self, turn: &mut Turn<'_>) {
        let Some(bringing) = &mut self.pictures.bringing else { return };
        let Some((blob, bytes)) = bringing.parcels.front() else { return };
        let end = (bringing.offset + BLOB_PART_MAX).min(bytes.len());
        let part = bytes[bringing.offset..end].to_vec();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (bytes_all, offset) = (number(bytes.len()), number(bringing.offset));
        let command = Command::PutBlob { blob: *blob, bytes_all, offset, part };
        bringing.bytes_there += end - bringing.offset;
        bringing.offset = end;
        self.command(turn, command, Request::Part);
    }

    /// The server has a part; behind the last one the profile or the message names it.
    pub(super) fn on_part(&mut self, turn: &mut Turn<'_>) {
        let Some(bringing) = &mut self.pictures.bringing else { return };
        let Some((blob, bytes)) = bringing.parcels.front() else { return };
        let (blob, bytes) = (*blob, Arc::clone(bytes));
        if bringing.offset == bytes.len() {
            bringing.parcels.pop_front();
            bringing.offset = 0;
        }
        let share = bringing.bytes_there * 100 / bringing.bytes_all.max(1);
        let percent = u8::try_from(share).unwrap_or(100).min(100);
        if let What::Message(nonce) = bringing.what
            && percent != bringing.percent
        {
            bringing.percent = percent;
            turn.emit(ClientEvent::Uploading { nonce, percent });
        }
        if !bringing.parcels.is_empty() {
            return self.send_part(turn);
        }
        match self.pictures.bringing.take().map(|bringing| bringing.what) {
            Some(What::Face(ticket)) => {
                let keep = PictureJob::Keep(blob, View::Face, bytes.to_vec());
                turn.effects.push(Effect::Picture(keep));
                let change = ProfileChange { picture: Some(blob), ..ProfileChange::default() };
                self.command(turn, Command::SetProfile(change), Request::Do(ticket));
            }
            Some(What::Message(nonce)) => {
                if let Some(entry) = self.waiting(nonce) {
                    entry.cargo.is_there = true;
                }
            }
            None => {}
        }
    }

    pub(super) fn on_part_refused(&mut self, turn: &mut Turn<'_>, refusal: Refusal) {
        let Some(bringing) = self.pictures.bringing.take() else { return };
        let failure = Failure::Refused(refusal);
        match bringing.what {
            What::Message(nonce) => self.give_up(turn, nonce, failure),
            What::Face(_) => bringing.fail(turn, &failure),
        }
    }

    /// The server has the message's pictures no more: they are brought again. Returns whether that is
    /// so and worth a try.
    pub(super) fn bring_again(&mut self, nonce: Nonce, refusal: &Refusal) -> bool {
        let Some(entry) = self.waiting(nonce) else { return false };
        entry.cargo.tries += 1;
        let again = refusal.reason == Reason::NotUploaded && entry.cargo.tries < TRIES_MAX;
        if again {
            entry.stage = Stage::Ready;
            entry.cargo.is_there = false;
        }
        again
    }

    fn waiting(&mut self, nonce: Nonce) -> Option<&mut Entry> {
        let desk = self.desk.as_mut()?;
        desk.entries.iter_mut().find(|entry| entry.nonce == nonce)
    }

    /// Writes a picture into a file as soon as it is here.
    pub(super) fn save_image(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        (picture, path): (BlobId, PathBuf),
        replace: bool,
    ) {
        self.pictures.saving.push(Saving { ticket, picture, path, replace });
        self.want_picture(turn, picture, View::Whole);
    }

    /// A picture is here, or cannot be had: those who want to save it hear of it.
    pub(super) fn saves_go_on(&mut self, turn: &mut Turn<'_>, blob: BlobId, is_here: bool) {
        let all = std::mem::take(&mut self.pictures.saving);
        let (due, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|saving| saving.picture == blob);
        self.pictures.saving = others;
        for Saving { ticket, picture, path, replace } in due {
            match is_here {
                true => {
                    let save = PictureJob::Save(ticket, picture, path, replace);
                    turn.effects.push(Effect::Picture(save));
                }
                false => turn.answer(ticket, Err(Failure::ImageMissing)),
            }
        }
    }

    /// A picture was written into a file, or could not be.
    pub(super) fn on_saved(turn: &mut Turn<'_>, ticket: Ticket, saved: Result<(), Failure>) {
        turn.answer(ticket, saved.map(|()| Answer::Done));
    }
}
