//! Files that were chosen, dropped or pasted.

use std::path::PathBuf;

use super::super::{Asked, Effect, Model};
use crate::client::Intent;
use crate::client::api::ImageSource;
use crate::domain::Target;
use crate::limits::IMAGE_SOURCE_BYTES_MAX;

/// So many files at once are asked about.
pub const AT_ONCE_FILES: usize = 5;
/// So many bytes at once are asked about.
pub const AT_ONCE_BYTES: u64 = 100 * 1000 * 1000;

/// Something that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Where.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// What something that was chosen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file of so many bytes; whether its name says that it is a picture that is shown.
    File(u64, bool),
    /// A folder.
    Folder,
    /// Nothing that can be read.
    Unread,
}

impl Model {
    /// What was chosen was looked at: pictures go as pictures, the others as files, folders not at all.
    pub(super) fn files_chosen(&mut self, to: Target, chosen: Vec<Chosen>, out: &mut Vec<Effect>) {
        let (mut images, mut files, mut bytes) = (Vec::new(), Vec::new(), 0_u64);
        let mut trouble = None;
        for Chosen { path, kind } in chosen {
            match kind {
                Kind::File(size, true) if size <= IMAGE_SOURCE_BYTES_MAX => {
                    images.push(ImageSource::File(path));
                }
                Kind::File(size, _) => {
                    bytes = bytes.saturating_add(size);
                    files.push(path);
                }
                Kind::Folder => trouble = Some("file.no_folders"),
                Kind::Unread => trouble = trouble.or(Some("file.unread")),
            }
        }
        if let Some(trouble) = trouble {
            out.push(Effect::Trouble(trouble));
        }
        if files.len() >= AT_ONCE_FILES || bytes >= AT_ONCE_BYTES {
            out.push(Effect::AskFiles(to, files, bytes));
        } else {
            self.send_files(to, files, out);
        }
        self.send_images(to, images, false, out);
    }

    pub(super) fn send_files(&mut self, to: Target, files: Vec<PathBuf>, out: &mut Vec<Effect>) {
        if !files.is_empty() {
            self.say_offline(to);
        }
        for path in files {
            let ask = |ticket| Intent::SendFile { ticket, to, path, nonce: None };
            self.ask(Asked::Send(to), ask, out);
        }
    }
}
