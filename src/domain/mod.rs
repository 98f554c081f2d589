//! What we talk about: ids, accounts, contacts, rooms, conversations and messages.
//!
//! Data and the rules that a value of it must obey; no I/O, no clock, no wire and no table.

mod account;
mod contact;
mod file_name;
mod ids;
mod message;
mod nickname;
mod room;
mod words;

pub use account::{
    AVATARS, Details, Gender, Person, Portrait, Presence, Role, is_past, parse_birthday,
};
pub use contact::{
    Asking, Book, Contact, ContactRequest, Group, GroupId, Notice, Privacy, REQUEST_DAYS,
    RequestState, Way, first_groups,
};
pub use file_name::{FILE_NAME_BYTES_MAX, file_name};
pub use ids::{AccountId, BlobId, ConversationId, DeviceId, Nonce, RoomId, Seq, ServerId};
pub use message::{Body, ConversationKind, Message, Target};
pub use nickname::{GRAPHEMES_MAX as NICKNAME_GRAPHEMES_MAX, Nickname, NicknameError};
pub use room::{
    Announcement, Choice, Door, Joining, Member, Mentions, Notify, OwnRoom, Parting, ROOM_NAME_MAX,
    Rank, Room, RoomChange, RoomRequest, room_name,
};
pub use words::{Words, WordsError};
