//! Pictures in place of avatars: from this computer's cache, else from the server in parts; and the
//! way back, when one is set.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::{Effect, PictureJob, Request, State, Turn};
use crate::client::api::{ClientEvent, Crop, Failure, Picture, Ticket};
use crate::domain::BlobId;
use crate::limits::{BLOB_PART_MAX, PICTURE_BYTES_MAX};
use crate::net::protocol::{Command, ProfileChange, Query, Reason, Refusal};

/// Pictures that are looked for at once; the others wait their turn.
const LOOKING_MAX: usize = 4;
/// Pictures that wait. Over it the oldest wishes are dropped: they are wished for again when shown.
const WANTED_MAX: usize = 256;

/// What is wanted, and what is on its way.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    wanted: VecDeque<BlobId>,
    looking: BTreeMap<BlobId, Looking>,
    /// Not to be had on this link: asked for no more.
    missing: BTreeSet<BlobId>,
    sending: Option<Sending>,
}

#[derive(Debug)]
enum Looking {
    /// The cache is asked, or is given what came.
    Here,
    /// The server sends it; what came so far.
    There(Vec<u8>),
}

/// A picture of one's own on its way to the server.
#[derive(Debug)]
struct Sending {
    ticket: Ticket,
    blob: BlobId,
    bytes: Arc<Vec<u8>>,
    offset: usize,
}

impl Pictures {
    pub(super) fn link_lost(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        self.looking.retain(|_, looking| matches!(looking, Looking::Here));
        self.missing.clear();
        if let Some(sending) = self.sending.take() {
            turn.answer(sending.ticket, Err(why.clone()));
        }
    }
}

impl State {
    /// Somebody's picture is shown.
    pub(super) fn want_picture(&mut self, turn: &mut Turn<'_>, blob: BlobId) {
        let pictures = &mut self.pictures;
        if pictures.missing.contains(&blob) {
            return turn.emit(ClientEvent::Picture { blob, picture: None });
        }
        if pictures.looking.contains_key(&blob) || pictures.wanted.contains(&blob) {
            return;
        }
        pictures.wanted.push_back(blob);
        if pictures.wanted.len() > WANTED_MAX {
            pictures.wanted.pop_front();
        }
        self.pump_pictures(turn);
    }

    fn pump_pictures(&mut self, turn: &mut Turn<'_>) {
        while self.pictures.looking.len() < LOOKING_MAX {
            let Some(blob) = self.pictures.wanted.pop_front() else { return };
            self.pictures.looking.insert(blob, Looking::Here);
            turn.effects.push(Effect::Picture(PictureJob::Look(blob)));
        }
    }

    /// The cache has it, or has it not.
    pub(super) fn on_picture(
        &mut self,
        turn: &mut Turn<'_>,
        blob: BlobId,
        picture: Option<Arc<Picture>>,
    ) {
        let Some(looking) = self.pictures.looking.get_mut(&blob) else { return };
        if picture.is_none() && matches!(looking, Looking::Here) && self.is_signed_in() {
            self.pictures.looking.insert(blob, Looking::There(Vec::new()));
            return self.query(turn, Query::Blob { blob, offset: 0 }, Request::Blob(blob));
        }
        self.picture_ends(turn, blob, picture);
    }

    /// A part came from the server.
    pub(super) fn on_blob(
        &mut self,
        turn: &mut Turn<'_>,
        blob: BlobId,
        bytes_all: u32,
        part: &[u8],
    ) {
        let Some(Looking::There(bytes)) = self.pictures.looking.get_mut(&blob) else { return };
        bytes.extend_from_slice(part);
        let all = bytes_all as usize;
        if part.is_empty() || all > PICTURE_BYTES_MAX || bytes.len() > all {
            return self.picture_is_missing(turn, blob);
        }
        if bytes.len() < all {
            let offset = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            return self.query(turn, Query::Blob { blob, offset }, Request::Blob(blob));
        }
        let bytes = std::mem::take(bytes);
        if blake3::hash(&bytes).as_bytes() != &blob.0 {
            return self.picture_is_missing(turn, blob);
        }
        // Whatever comes of it is the end: the cache is not asked a second time.
        self.pictures.looking.insert(blob, Looking::There(Vec::new()));
        turn.effects.push(Effect::Picture(PictureJob::Keep(blob, bytes)));
    }

    pub(super) fn picture_is_missing(&mut self, turn: &mut Turn<'_>, blob: BlobId) {
        self.picture_ends(turn, blob, None);
    }

    fn picture_ends(&mut self, turn: &mut Turn<'_>, blob: BlobId, picture: Option<Arc<Picture>>) {
        self.pictures.looking.remove(&blob);
        if picture.is_none() {
            self.pictures.missing.insert(blob);
        }
        turn.emit(ClientEvent::Picture { blob, picture });
        self.pump_pictures(turn);
    }

    /// Cuts and encodes first, on the pictures' thread.
    pub(super) fn set_picture(
        &self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        source: Arc<Picture>,
        crop: Crop,
    ) {
        match self.is_signed_in() {
            true => turn.effects.push(Effect::Picture(PictureJob::Cut(ticket, source, crop))),
            false => turn.answer(ticket, Err(self.why_not())),
        }
    }

    /// It was cut: now it goes to the server.
    pub(super) fn on_cut(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        cut: Result<Arc<Vec<u8>>, Failure>,
    ) {
        let bytes = match cut {
            Ok(bytes) => bytes,
            Err(failure) => return turn.answer(ticket, Err(failure)),
        };
        if !self.is_signed_in() {
            return turn.answer(ticket, Err(self.why_not()));
        }
        if self.pictures.sending.is_some() {
            let refusal = Refusal::new(Reason::OutOfOrder);
            return turn.answer(ticket, Err(Failure::Refused(refusal)));
        }
        let blob = BlobId(*blake3::hash(&bytes).as_bytes());
        self.pictures.sending = Some(Sending { ticket, blob, bytes, offset: 0 });
        self.send_part(turn);
    }

    fn send_part(&mut self, turn: &mut Turn<'_>) {
        let Some(sending) = &mut self.pictures.sending else { return };
        let Sending { blob, bytes, offset, .. } = sending;
        let end = (*offset + BLOB_PART_MAX).min(bytes.len());
        let part = bytes[*offset..end].to_vec();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (bytes_all, from) = (number(bytes.len()), number(*offset));
        *offset = end;
        let command = Command::PutBlob { blob: *blob, bytes_all, offset: from, part };
        self.command(turn, command, Request::Part);
    }

    /// The server has a part; behind the last one the profile names it.
    pub(super) fn on_part(&mut self, turn: &mut Turn<'_>) {
        let Some(sending) = &self.pictures.sending else { return };
        if sending.offset < sending.bytes.len() {
            return self.send_part(turn);
        }
        let Some(Sending { ticket, blob, bytes, .. }) = self.pictures.sending.take() else {
            return;
        };
        turn.effects.push(Effect::Picture(PictureJob::Keep(blob, bytes.to_vec())));
        let change = ProfileChange { picture: Some(blob), ..ProfileChange::default() };
        self.command(turn, Command::SetProfile(change), Request::Do(ticket));
    }

    pub(super) fn on_part_refused(&mut self, turn: &mut Turn<'_>, refusal: Refusal) {
        if let Some(sending) = self.pictures.sending.take() {
            turn.answer(sending.ticket, Err(Failure::Refused(refusal)));
        }
    }
}
