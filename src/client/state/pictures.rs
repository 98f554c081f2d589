//! Pictures, of people and in messages: from this computer's cache, else from the server in parts; and
//! the face that one sets. How pictures get to the server is in `images`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::images::{Bringing, Saving};
use super::{Effect, PictureJob, Request, State, Turn};
use crate::client::api::{ClientEvent, Crop, Failure, Intent, Picture, Ticket, View};
use crate::domain::BlobId;
use crate::net::protocol::{Query, Reason, Refusal};

/// Pictures that are looked for at once; the others wait their turn.
const LOOKING_MAX: usize = 4;
/// Pictures that wait. Over it the oldest wishes are dropped: they are wished for again when shown.
const WANTED_MAX: usize = 256;

/// Which picture, and what for.
type Key = (BlobId, View);

/// What is wanted, and what is on its way.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    wanted: VecDeque<Key>,
    looking: BTreeMap<Key, Looking>,
    /// Not to be had on this link: asked for no more.
    missing: BTreeSet<Key>,
    /// What goes to the server now.
    pub(super) bringing: Option<Bringing>,
    /// One's own face, which goes next.
    pub(super) face: Option<Bringing>,
    /// What goes into files when it is here.
    pub(super) saving: Vec<Saving>,
}

#[derive(Debug)]
enum Looking {
    /// The cache is asked, or is given what came.
    Here,
    /// The server sends it; what came so far.
    There(Vec<u8>),
}

impl Pictures {
    pub(super) fn link_lost(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        self.looking.retain(|_, looking| matches!(looking, Looking::Here));
        self.missing.clear();
        for bringing in [self.bringing.take(), self.face.take()].into_iter().flatten() {
            bringing.fail(turn, why);
        }
    }
}

impl Turn<'_> {
    /// No message has these any more.
    pub(super) fn forget(&mut self, pictures: BTreeSet<BlobId>) {
        self.effects.push(Effect::Picture(PictureJob::Forget(pictures)));
    }
}

impl State {
    pub(super) fn on_picture_intent(&mut self, turn: &mut Turn<'_>, intent: Intent) {
        match intent {
            Intent::Picture(blob, view) => self.want_picture(turn, blob, view),
            Intent::SendImage { ticket, to, source, nonce } => {
                self.send_image(turn, (ticket, to), source, nonce);
            }
            Intent::SaveImage { ticket, picture, path, replace } => {
                self.save_image(turn, ticket, (picture, path), replace);
            }
            Intent::LoadPicture { ticket, path } => {
                turn.effects.push(Effect::Picture(PictureJob::Load(ticket, path)));
            }
            Intent::SetPicture { ticket, source, crop } => {
                self.set_picture(turn, ticket, source, crop);
            }
            // The caller takes out those about pictures.
            _ => {}
        }
    }

    /// Somebody's picture is shown.
    pub(super) fn want_picture(&mut self, turn: &mut Turn<'_>, blob: BlobId, view: View) {
        let (pictures, key) = (&mut self.pictures, (blob, view));
        // A face is wished for whenever it is drawn, a picture of a message by a person.
        if view != View::Face {
            pictures.missing.remove(&key);
        }
        if pictures.missing.contains(&key) {
            return turn.emit(ClientEvent::Picture { blob, view, picture: None });
        }
        if pictures.looking.contains_key(&key) || pictures.wanted.contains(&key) {
            return;
        }
        pictures.wanted.push_back(key);
        if pictures.wanted.len() > WANTED_MAX
            && let Some(key) = pictures.wanted.pop_front()
        {
            self.picture_ends(turn, key, None);
        }
        self.pump_pictures(turn);
    }

    fn pump_pictures(&mut self, turn: &mut Turn<'_>) {
        while self.pictures.looking.len() < LOOKING_MAX {
            let Some((blob, view)) = self.pictures.wanted.pop_front() else { return };
            self.pictures.looking.insert((blob, view), Looking::Here);
            turn.effects.push(Effect::Picture(PictureJob::Look(blob, view)));
        }
    }

    /// The cache has it, or has it not.
    pub(super) fn on_picture(
        &mut self,
        turn: &mut Turn<'_>,
        key: Key,
        picture: Option<Arc<Picture>>,
    ) {
        let Some(looking) = self.pictures.looking.get_mut(&key) else { return };
        if picture.is_none() && matches!(looking, Looking::Here) && self.is_signed_in() {
            self.pictures.looking.insert(key, Looking::There(Vec::new()));
            let query = Query::Blob { blob: key.0, offset: 0 };
            return self.query(turn, query, Request::Blob(key.0, key.1));
        }
        self.picture_ends(turn, key, picture);
    }

    /// A part came from the server.
    pub(super) fn on_blob(&mut self, turn: &mut Turn<'_>, key: Key, bytes_all: u32, part: &[u8]) {
        let (blob, view) = key;
        let Some(Looking::There(bytes)) = self.pictures.looking.get_mut(&key) else { return };
        bytes.extend_from_slice(part);
        let all = bytes_all as usize;
        if part.is_empty() || all > view.bytes_max() || bytes.len() > all {
            return self.picture_is_missing(turn, key);
        }
        if bytes.len() < all {
            let offset = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            return self.query(turn, Query::Blob { blob, offset }, Request::Blob(blob, view));
        }
        let bytes = std::mem::take(bytes);
        if blake3::hash(&bytes).as_bytes() != &blob.0 {
            return self.picture_is_missing(turn, key);
        }
        // Whatever comes of it is the end: the cache is not asked a second time.
        self.pictures.looking.insert(key, Looking::There(Vec::new()));
        turn.effects.push(Effect::Picture(PictureJob::Keep(blob, view, bytes)));
    }

    pub(super) fn picture_is_missing(&mut self, turn: &mut Turn<'_>, key: Key) {
        self.picture_ends(turn, key, None);
    }

    fn picture_ends(&mut self, turn: &mut Turn<'_>, key: Key, picture: Option<Arc<Picture>>) {
        let (blob, view) = key;
        self.pictures.looking.remove(&key);
        if picture.is_none() {
            self.pictures.missing.insert(key);
        }
        if view == View::Whole {
            self.saves_go_on(turn, blob, picture.is_some());
        }
        turn.emit(ClientEvent::Picture { blob, view, picture });
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
        if self.pictures.face.is_some() {
            let refusal = Refusal::new(Reason::OutOfOrder);
            return turn.answer(ticket, Err(Failure::Refused(refusal)));
        }
        let blob = BlobId(*blake3::hash(&bytes).as_bytes());
        self.pictures.face = Some(Bringing::face(ticket, (blob, bytes)));
    }
}
