//! The page of faces: one of those built in, or a part of a picture of one's own.

use std::path::PathBuf;
use std::sync::Arc;

use super::crop::Cropping;
use super::{Asking, Profile};
use crate::client::api::Picture;
use crate::client::{Answer, Failure, Intent};
use crate::domain::{AVATARS, Portrait};
use crate::net::protocol::{Command, ProfileChange};
use crate::ui::app::{Effect, Model};

/// How many faces stand in a row.
pub const COLUMNS: u8 = 6;

/// Which of both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Those built in.
    #[default]
    BuiltIn,
    /// A picture of one's own.
    Upload,
}

/// A picture of one's own, before a part of it is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Source {
    /// None yet.
    #[default]
    None,
    /// It is read.
    Loading,
    /// Here, and the square that is cut out.
    Here(Arc<Picture>, Cropping),
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Face {
    /// Which of both.
    pub tab: Tab,
    /// The chosen face; none while a picture is used and no face was chosen.
    pub chosen: Option<u8>,
    /// The picture.
    pub source: Source,
    /// What is in the way.
    pub problem: Option<Failure>,
    /// The new face is on its way.
    pub busy: bool,
}

/// On the page.
#[derive(Debug, Clone)]
pub enum FaceMsg {
    /// Which of both.
    Tab(Tab),
    /// A face was clicked.
    Choose(u8),
    /// An arrow key: by so many faces.
    Step(i32),
    /// This file was chosen.
    File(PathBuf),
    /// The square was drawn elsewhere.
    Put(Cropping),
    /// It was moved by so many pixels.
    Move(i32, i32),
    /// The wheel: closer by so many steps.
    Zoom(i32),
    /// The slider.
    Level(i32),
    /// The picture is turned.
    Turn,
    /// The button, Enter, or a double-click.
    Use,
}

impl Face {
    pub(super) fn new(portrait: Portrait) -> Face {
        Face { chosen: shown(portrait), ..Face::default() }
    }

    /// One looks otherwise now: a face that was not chosen by hand follows.
    pub(super) fn follow(&mut self, before: Portrait, now: Portrait) {
        if self.chosen == shown(before) {
            self.chosen = shown(now);
        }
    }

    /// Whether the button does something for somebody who looks like this.
    #[must_use]
    pub fn can_use(&self, portrait: Portrait) -> bool {
        match self.tab {
            Tab::BuiltIn => self.chosen.is_some_and(|chosen| Portrait::from(chosen) != portrait),
            Tab::Upload => matches!(self.source, Source::Here(..)),
        }
    }

    fn step(&mut self, by: i32) {
        let columns = i32::from(COLUMNS);
        let at = i32::from(self.chosen.unwrap_or(1)) - 1;
        let stays_in_row = by.abs() != 1 || (at + by).div_euclid(columns) == at / columns;
        let is_there = (0..i32::from(AVATARS)).contains(&(at + by));
        if self.chosen.is_none() {
            self.chosen = Some(1);
        } else if stays_in_row && is_there {
            self.chosen = u8::try_from(at + by + 1).ok();
        }
    }

    fn crop(&mut self, change: impl FnOnce(Cropping) -> Cropping) {
        if let Source::Here(_, crop) = &mut self.source {
            *crop = change(*crop);
        }
    }
}

/// The face of those built in that somebody shows.
fn shown(portrait: Portrait) -> Option<u8> {
    portrait.picture.is_none().then_some(portrait.avatar)
}

impl Model {
    pub(super) fn face(&mut self, msg: FaceMsg, out: &mut Vec<Effect>) {
        let Some(Profile { face, .. }) = &mut self.profile else { return };
        match msg {
            FaceMsg::Tab(tab) => {
                face.tab = tab;
                face.problem = None;
            }
            FaceMsg::Choose(avatar) => {
                face.chosen = Some(avatar.clamp(1, AVATARS));
                face.problem = None;
            }
            FaceMsg::Step(by) => face.step(by),
            FaceMsg::File(_) if face.source == Source::Loading => {}
            FaceMsg::File(path) => {
                face.tab = Tab::Upload;
                face.source = Source::Loading;
                face.problem = None;
                let ask = |ticket| Intent::LoadPicture { ticket, path };
                self.ask_of_profile(Asking::Load, ask, out);
            }
            FaceMsg::Put(new) => face.crop(|old| {
                let is_same =
                    (new.width, new.height, new.turns) == (old.width, old.height, old.turns);
                if is_same { new } else { old }
            }),
            FaceMsg::Move(dx, dy) => face.crop(|crop| crop.moved(dx, dy)),
            FaceMsg::Zoom(steps) => face.crop(|crop| crop.zoomed(steps)),
            FaceMsg::Level(level) => face.crop(|crop| crop.at_level(level)),
            FaceMsg::Turn => face.crop(Cropping::turned),
            FaceMsg::Use => self.use_face(out),
        }
    }

    fn use_face(&mut self, out: &mut Vec<Effect>) {
        let Some(portrait) = self.me.as_ref().map(|me| me.person.portrait()) else { return };
        let Some(Profile { face, .. }) = &mut self.profile else { return };
        if face.busy || !face.can_use(portrait) {
            return;
        }
        face.problem = None;
        face.busy = true;
        match (face.tab, face.chosen, face.source.clone()) {
            (Tab::BuiltIn, Some(avatar), _) => {
                let change = ProfileChange { avatar: Some(avatar), ..ProfileChange::default() };
                let command = Command::SetProfile(change);
                self.ask_of_profile(Asking::Face, |ticket| Intent::Do { ticket, command }, out);
            }
            (Tab::Upload, _, Source::Here(source, crop)) => {
                let crop = crop.crop();
                let ask = |ticket| Intent::SetPicture { ticket, source, crop };
                self.ask_of_profile(Asking::Picture, ask, out);
            }
            _ => face.busy = false,
        }
    }

    /// The file was read or not.
    pub(super) fn loaded(&mut self, result: Result<Answer, Failure>) {
        let Some(Profile { face, .. }) = &mut self.profile else { return };
        face.source = match result {
            Ok(Answer::Loaded(picture)) => {
                let crop = Cropping::new(picture.width, picture.height);
                Source::Here(picture, crop)
            }
            Ok(_) => Source::None,
            Err(failure) => {
                face.problem = Some(failure);
                Source::None
            }
        };
    }

    /// The new face was taken or not.
    pub(super) fn face_answered(
        &mut self,
        is_picture: bool,
        failure: Option<Failure>,
        out: &mut Vec<Effect>,
    ) {
        let Some(Profile { face, .. }) = &mut self.profile else {
            out.extend(failure.map(Effect::Say));
            return;
        };
        face.busy = false;
        match failure {
            Some(failure) => face.problem = Some(failure),
            None => {
                if is_picture {
                    face.chosen = None;
                }
                out.push(Effect::Tell("profile.face.done"));
            }
        }
    }
}
