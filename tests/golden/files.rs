//! Files: their values, and the frames and parts of a link of their own.

use mychat::domain::{BlobId, Body, FileId, FileState, FileStatus, FileWay, Message, Outline, Seq};
use mychat::net::parcel::{self, FileEnd, FileHello, FileWelcome};
use mychat::net::protocol::{Reason, Refusal};

use crate::folder::Folder;
use crate::{AT, CHAT, message};

pub const FILE: FileId = FileId { conversation: CHAT, seq: Seq(7) };
pub const HASH: BlobId = BlobId([0xB3; 32]);

pub fn offer() -> Body {
    Body::File { name: "实验报告.pdf".into(), bytes: 5_000_000_000 }
}

pub fn offering() -> Message {
    Message { body: offer(), ..message() }
}

pub fn status() -> FileStatus {
    let (state, hash, until) = (FileState::Kept, Some(HASH), Some(AT));
    FileStatus { state, here: 5_000_000_000, hash, taken: 2, until }
}

/// One that has ended: what may be left out is.
pub fn gone() -> FileStatus {
    FileStatus { state: FileState::Declined, here: 0, hash: None, taken: 0, until: None }
}

table!(ways, value, FileWay {
    "file_way.up", FileWay::Up => FileWay::Up;
    "file_way.down", FileWay::Down => FileWay::Down;
});

table!(states, value, FileState {
    "file_state.coming", FileState::Coming => FileState::Coming;
    "file_state.kept", FileState::Kept => FileState::Kept;
    "file_state.cancelled", FileState::Cancelled => FileState::Cancelled;
    "file_state.declined", FileState::Declined => FileState::Declined;
    "file_state.expired", FileState::Expired => FileState::Expired;
});

table!(welcomes, frame, FileWelcome {
    "file.welcome.send", FileWelcome::Send { .. } => FileWelcome::Send { chunks: 3 };
    "file.welcome.take", FileWelcome::Take { .. } => FileWelcome::Take { bytes: 5_000_000_000 };
    "file.welcome.refused", FileWelcome::Refused(_) =>
        FileWelcome::Refused(Refusal::new(Reason::FilesBusy));
});

table!(ends, frame, FileEnd {
    "file.end.kept", FileEnd::Kept {} => FileEnd::Kept {};
    "file.end.refused", FileEnd::Refused(_) => FileEnd::Refused(Refusal::new(Reason::FileWrong));
});

fn others(folder: &mut Folder) {
    folder.frame("file.hello", &FileHello { ticket: [7; 32], chunks: 3 });
    folder.value("file_status.kept", &status());
    folder.value("file_status.gone", &gone());
    // A file of three bytes: nothing yet, all of it, its end, and why there is no more.
    let (mut parts, chunk) = (Vec::new(), b"abc");
    let mut outline = Outline::new(3);
    let value = outline.value_of(0, chunk);
    outline.push(value);
    parcel::write_nothing(&mut parts).unwrap();
    parcel::write_chunk(&mut parts, &value, chunk).unwrap();
    parcel::write_end(&mut parts, outline.root().unwrap()).unwrap();
    parcel::write_stop(&mut parts, &Reason::FileGone.into()).unwrap();
    folder.bytes("file.parts", &parts);
}

pub const TABLES: [fn(&mut Folder); 5] = [ways, states, welcomes, ends, others];
