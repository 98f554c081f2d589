//! What we talk about: ids, accounts, contacts, rooms, conversations, messages, files and games.
//!
//! Data and the rules that a value of it must obey; no I/O, no clock, no wire and no table.

mod account;
mod contact;
mod file;
mod file_name;
pub mod game;
mod ids;
pub mod links;
mod mentions;
mod message;
mod needle;
mod nickname;
mod plain;
mod room;
mod search;
mod words;

pub use account::{
    AVATARS, Details, Gender, Person, Portrait, Presence, Role, is_past, parse_birthday,
};
pub use contact::{
    Asking, Book, Contact, ContactRequest, Group, GroupId, Notice, Privacy, REQUEST_DAYS,
    RequestState, Way, first_groups,
};
pub use file::{CHUNK_BYTES, FileId, FileState, FileStatus, FileWay, Outline};
pub use file_name::{FILE_NAME_BYTES_MAX, file_name};
pub use ids::{
    AccountId, BlobId, ConversationId, DeviceId, Generation, Nonce, RoomId, Seq, ServerId,
};
pub use mentions::{MentionPlace, Mentions};
pub use message::{Body, ConversationKind, Message, Target, Unsent};
pub use needle::{NEEDLE_CHARS_MAX, Needle};
pub use nickname::{GRAPHEMES_MAX as NICKNAME_GRAPHEMES_MAX, Nickname, NicknameError};
pub use plain::{is_blank, is_plain, without_blank_lines};
pub use room::{
    Announcement, Choice, Door, Joining, Member, Notify, OwnRoom, Parting, ROOM_COLOURS,
    ROOM_NAME_MAX, Rank, Room, RoomChange, RoomRequest, Stranger, room_name,
};
pub use search::{Part, Place, Search, Sieve, Sort, Tally, has_link};
pub use words::{Words, WordsError};
