//! Why something could not be done.

use super::ExportTrouble;
use crate::domain::Nonce;
use crate::net::protocol::{Goodbye, Refusal};

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The server said no.
    #[error("refused: {}", .0.reason)]
    Refused(Refusal),
    /// The server hung up.
    #[error("the server closed the link: {0}")]
    Goodbye(Goodbye),
    /// The server hung up, and its administrator said why.
    #[error("the server closed the link: {0} ({1})")]
    PutOut(Goodbye, String),
    /// There is no link now.
    #[error("not connected")]
    Offline,
    /// The name has no address.
    #[error("the name has no address: check its spelling")]
    NameUnknown,
    /// The computer is there, the port is closed.
    #[error("nothing listens on that port: check the port, or start the server")]
    PortClosed,
    /// No answer at all.
    #[error(
        "no answer from that address: check the address, and whether this network lets its computers \
         talk to each other (the Wi-Fi of guests often does not)"
    )]
    Unreachable,
    /// Something else listens there.
    #[error("that is not a MyChat server")]
    NotMyChat,
    /// The server speaks only newer or older frames.
    #[error("that server and this program do not speak the same version: update the older one")]
    Version,
    /// The key is not the pinned one; the link stays down until the person decides.
    #[error("the server's key has changed")]
    KeyChanged,
    /// The key is not the one that was given with the address; nothing was pinned before.
    #[error("the server's key is not the one that was given for this address")]
    KeyOther,
    /// The key is unknown and the person has to decide.
    #[error("the server's key is not known yet")]
    KeyUnknown,
    /// The link broke.
    #[error("the link broke")]
    LinkLost,
    /// Given up by the person.
    #[error("cancelled")]
    Cancelled,
    /// Not sent yet: it is kept in this computer's outbox and goes out after the next sign-in.
    #[error("not sent yet: kept here, and sent after the next sign-in")]
    Queued(Nonce),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(String),
    /// A file that was to be sent is not there any more.
    #[error("the file is not there any more: choose it again")]
    SourceGone,
    /// A file was written to while it was being sent.
    #[error("the file has changed while it was being sent: send it again")]
    SourceChanged,
    /// A file that comes cannot be written there.
    #[error("nothing can be written there: choose another folder")]
    SaveDenied,
    /// No room for a file that comes.
    #[error("the disk is full: make room, or choose another folder")]
    SaveFull,
    /// What came is not the file that was offered.
    #[error("what came is not the file that was sent: fetch it again")]
    FileBroken,
    /// The file is over the limit.
    #[error("a picture has at most 8 MB")]
    PictureTooLarge,
    /// A picture for a chat is over the limits.
    #[error("a picture in a chat has at most 20 MB and 50 million pixels")]
    ImageTooLarge,
    /// A picture that was to be sent is not on this computer any more.
    #[error("the picture is not on this computer any more: choose it again")]
    ImageGone,
    /// A picture that was to be saved cannot be had.
    #[error("the picture cannot be fetched: try again later")]
    ImageMissing,
    /// Nothing is saved over a file that is there.
    #[error("a file of that name is there already: choose another name")]
    FileExists,
    /// The file is no PNG or JPEG, is damaged, or would take too much memory.
    #[error("this is no PNG or JPEG that can be shown")]
    PictureKind,
    /// Under 128 pixels.
    #[error("a picture needs at least 128 by 128 pixels")]
    PictureTooSmall,
    /// Nothing was exported.
    #[error(transparent)]
    Export(#[from] ExportTrouble),
    /// What was typed is no recovery code.
    #[error("a recovery code has 26 letters and digits: check that all were copied")]
    CodeForm,
    /// Under 8 or over 64 characters.
    #[error("a password has 8 to 64 characters")]
    PasswordLength,
    /// One of the commonest.
    #[error("this password is too common")]
    PasswordCommon,
    /// No token is kept for that account.
    #[error("no token is kept for this account")]
    NoToken,
    /// The client's store failed.
    #[error("this computer's store failed: {0}")]
    Store(String),
}

impl Failure {
    /// The server hung up; its administrator may have said why.
    #[must_use]
    pub fn hung_up(goodbye: Goodbye, words: Option<String>) -> Failure {
        match words {
            Some(words) => Failure::PutOut(goodbye, words),
            None => Failure::Goodbye(goodbye),
        }
    }

    /// The server's last word, where it hung up with one.
    #[must_use]
    pub fn goodbye(&self) -> Option<Goodbye> {
        match self {
            Failure::Goodbye(goodbye) | Failure::PutOut(goodbye, _) => Some(*goodbye),
            _ => None,
        }
    }

    /// The name in scripts and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Failure::Refused(refusal) => refusal.reason.code(),
            Failure::Goodbye(goodbye) | Failure::PutOut(goodbye, _) => goodbye.code(),
            Failure::Offline => "offline",
            Failure::NameUnknown => "name_unknown",
            Failure::PortClosed => "port_closed",
            Failure::Unreachable => "unreachable",
            Failure::NotMyChat => "not_mychat",
            Failure::Version => "version",
            Failure::KeyChanged => "key_changed",
            Failure::KeyOther => "key_other",
            Failure::KeyUnknown => "key_unknown",
            Failure::LinkLost => "link_lost",
            Failure::Cancelled => "cancelled",
            Failure::Queued(_) => "queued",
            Failure::File(_) => "file",
            Failure::SourceGone => "source_gone",
            Failure::SourceChanged => "source_changed",
            Failure::SaveDenied => "save_denied",
            Failure::SaveFull => "save_full",
            Failure::FileBroken => "file_broken",
            Failure::PictureTooLarge => "picture_too_large",
            Failure::ImageTooLarge => "image_too_large",
            Failure::ImageGone => "image_gone",
            Failure::ImageMissing => "image_missing",
            Failure::FileExists => "file_exists",
            Failure::PictureKind => "picture_kind",
            Failure::PictureTooSmall => "picture_too_small",
            Failure::Export(trouble) => match trouble {
                ExportTrouble::Exists => "export_exists",
                ExportTrouble::Full => "export_full",
                ExportTrouble::Denied => "export_denied",
                ExportTrouble::NoFolder => "export_folder",
                ExportTrouble::Busy => "export_busy",
                ExportTrouble::Other(_) => "export",
            },
            Failure::CodeForm => "code_form",
            Failure::PasswordLength => "password_length",
            Failure::PasswordCommon => "password_common",
            Failure::NoToken => "no_token",
            Failure::Store(_) => "store",
        }
    }
}
