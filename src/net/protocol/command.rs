//! What changes durable state.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::game::{GameId, Play};
use crate::domain::{
    AccountId, BlobId, Body, ConversationId, DeviceId, FileId, Gender, GroupId, Joining, Nonce,
    Notify, Privacy, Rank, RoomId, Seq, Stranger, Target,
};

/// Changes durable state, in one write transaction.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Appends a message. Its own `Event::Message` is the acknowledgement, on every device.
    Send {
        /// Whom it is for.
        to: Target,
        /// The sender's name for it; a second `Send` with it changes nothing.
        nonce: Nonce,
        /// What it says.
        body: Body,
    },
    /// Takes an own message of the last minutes back: its words are gone, and a line says so.
    Recall {
        /// Whom it was for.
        to: Target,
        /// Its place there.
        seq: Seq,
    },
    /// Moves this account's read cursor forward; going back changes nothing.
    MarkRead {
        /// The log.
        conversation: ConversationId,
        /// Read up to here.
        seq: Seq,
    },
    /// Moves this account's delivered cursor forward; sent by clients after they stored a message.
    MarkDelivered {
        /// The log.
        conversation: ConversationId,
        /// Stored up to here.
        seq: Seq,
    },
    /// Takes this device's token back and closes the link.
    SignOut {},
    /// Takes another device's token back and closes its links.
    Revoke {
        /// Which.
        device: DeviceId,
    },
    /// The same for all devices but this one.
    RevokeOthers {},
    /// Changes what the account says of itself.
    SetProfile(ProfileChange),
    /// Keeps a part of a picture; the last one makes it whole. Parts come in order, one picture at
    /// a time. Unused pictures are thrown away after a day.
    PutBlob {
        /// The BLAKE3 hash of all of it.
        blob: BlobId,
        /// Bytes of all of it.
        bytes_all: u32,
        /// Where this part begins.
        offset: u32,
        /// The part.
        #[serde(with = "serde_bytes")]
        part: Vec<u8>,
    },
    /// Takes a file of one's own back: its bytes go, its message stays.
    CancelFile {
        /// Which.
        file: FileId,
    },
    /// Says that a file of the other side of a direct conversation is not wanted: its bytes go.
    DeclineFile {
        /// Which.
        file: FileId,
    },
    /// Says that a file was fetched, whole.
    TookFile {
        /// Which.
        file: FileId,
    },
    /// Answers an invitation to a game; who invited takes it back by a no.
    AnswerGame {
        /// Which.
        game: GameId,
        /// Whether it begins.
        accept: bool,
    },
    /// Does something in a game.
    Play {
        /// Which.
        game: GameId,
        /// What.
        play: Play,
    },
    /// Asks somebody to be a friend.
    AskContact {
        /// Whom.
        to: AccountId,
        /// What is said with it.
        #[serde(default)]
        greeting: String,
        /// Where the new friend will stand.
        #[serde(default)]
        group: GroupId,
        /// What one will call the new friend.
        #[serde(default)]
        remark: String,
    },
    /// Takes a request back that nobody answered.
    WithdrawRequest {
        /// Who was asked.
        to: AccountId,
    },
    /// Answers a request.
    AnswerContact {
        /// Who asked.
        from: AccountId,
        /// How.
        answer: ContactAnswer,
    },
    /// Takes answered and expired requests off the list.
    ClearRequests {},
    /// Changes what one keeps of a friend or a blocked person.
    SetContact {
        /// Of whom.
        account: AccountId,
        /// What.
        change: ContactChange,
    },
    /// Ends a friendship, on both sides.
    RemoveContact {
        /// With whom.
        account: AccountId,
    },
    /// Makes a group of friends.
    AddGroup {
        /// What it is called.
        name: String,
    },
    /// Gives a group of friends another name.
    RenameGroup {
        /// Which.
        group: GroupId,
        /// What it is called.
        name: String,
    },
    /// Removes a group; its friends go to the first one.
    RemoveGroup {
        /// Which.
        group: GroupId,
    },
    /// Puts the groups into another order.
    OrderGroups {
        /// All of them.
        groups: Vec<GroupId>,
    },
    /// Says what others may do.
    SetPrivacy(Privacy),
    /// How one wants to have a conversation, on all devices.
    SetConversation {
        /// Which.
        with: Target,
        /// What changes.
        change: ChoiceChange,
    },
    /// Makes a room; answered by `Reply::Room`.
    CreateRoom {
        /// What it is called.
        name: String,
        /// Who may come in.
        #[serde(default)]
        joining: Joining,
        /// Friends who are invited at once.
        #[serde(default)]
        invite: Vec<AccountId>,
        /// The colour of its tile; by its number where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        colour: Option<u8>,
    },
    /// Comes into a room, or asks to.
    JoinRoom {
        /// Which.
        room: RoomId,
        /// What is said with it.
        #[serde(default)]
        greeting: String,
    },
    /// Takes the own request to come into a room back.
    WithdrawJoin {
        /// Which.
        room: RoomId,
    },
    /// Answers who asks to come into a room.
    AnswerJoin {
        /// Which.
        room: RoomId,
        /// Who asks.
        account: AccountId,
        /// Whether that person comes in.
        accept: bool,
        /// Why not.
        #[serde(default)]
        reason: String,
    },
    /// Invites a friend into a room.
    InviteToRoom {
        /// Which.
        room: RoomId,
        /// Whom.
        account: AccountId,
    },
    /// Answers an invitation.
    AnswerInvitation {
        /// Into which room.
        room: RoomId,
        /// Whether one comes.
        accept: bool,
    },
    /// Leaves a room. Its owner hands it on first, or is the last one in it.
    LeaveRoom {
        /// Which.
        room: RoomId,
    },
    /// Ends a room for everybody.
    DissolveRoom {
        /// Which.
        room: RoomId,
    },
    /// Changes what a room is.
    SetRoom {
        /// Which.
        room: RoomId,
        /// What.
        change: RoomSettings,
    },
    /// Changes what somebody is in a room; oneself too.
    SetMember {
        /// In which room.
        room: RoomId,
        /// Who.
        account: AccountId,
        /// What.
        change: MemberChange,
    },
    /// Puts somebody out of a room.
    Kick {
        /// Out of which.
        room: RoomId,
        /// Whom.
        account: AccountId,
    },
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Send { to, nonce, body } => write!(f, "Send({to:?}, {nonce:?}, {body:?})"),
            Command::Recall { to, seq } => write!(f, "Recall({to:?}, {seq:?})"),
            Command::MarkRead { conversation, seq } => {
                write!(f, "MarkRead({conversation:?}, {seq:?})")
            }
            Command::MarkDelivered { conversation, seq } => {
                write!(f, "MarkDelivered({conversation:?}, {seq:?})")
            }
            Command::SignOut {} => f.write_str("SignOut"),
            Command::Revoke { device } => write!(f, "Revoke({device:?})"),
            Command::RevokeOthers {} => f.write_str("RevokeOthers"),
            Command::SetProfile(_) => f.write_str("SetProfile"),
            Command::PutBlob { blob, offset, part, .. } => {
                write!(f, "PutBlob({blob:?}, {} bytes at {offset})", part.len())
            }
            Command::AnswerGame { game, accept } => write!(f, "AnswerGame({game:?}, {accept})"),
            Command::Play { game, .. } => write!(f, "Play({game:?})"),
            Command::AskContact { to, .. } => write!(f, "AskContact({to})"),
            Command::WithdrawRequest { to } => write!(f, "WithdrawRequest({to})"),
            Command::AnswerContact { from, .. } => write!(f, "AnswerContact({from})"),
            Command::ClearRequests {} => f.write_str("ClearRequests"),
            Command::SetContact { account, .. } => write!(f, "SetContact({account})"),
            Command::RemoveContact { account } => write!(f, "RemoveContact({account})"),
            Command::AddGroup { .. } => f.write_str("AddGroup"),
            Command::RenameGroup { group, .. } => write!(f, "RenameGroup({group:?})"),
            Command::RemoveGroup { group } => write!(f, "RemoveGroup({group:?})"),
            Command::OrderGroups { groups } => write!(f, "OrderGroups({groups:?})"),
            Command::SetPrivacy(privacy) => write!(f, "SetPrivacy({privacy:?})"),
            room => room.debug_room(f),
        }
    }
}

impl Command {
    fn debug_room(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::SetConversation { with, .. } => write!(f, "SetConversation({with:?})"),
            Command::CreateRoom { .. } => f.write_str("CreateRoom"),
            Command::JoinRoom { room, .. } => write!(f, "JoinRoom({room})"),
            Command::WithdrawJoin { room } => write!(f, "WithdrawJoin({room})"),
            Command::AnswerJoin { room, account, .. } => write!(f, "AnswerJoin({room}, {account})"),
            Command::InviteToRoom { room, account } => {
                write!(f, "InviteToRoom({room}, {account})")
            }
            Command::AnswerInvitation { room, .. } => write!(f, "AnswerInvitation({room})"),
            Command::LeaveRoom { room } => write!(f, "LeaveRoom({room})"),
            Command::DissolveRoom { room } => write!(f, "DissolveRoom({room})"),
            Command::SetRoom { room, .. } => write!(f, "SetRoom({room})"),
            Command::SetMember { room, account, .. } => write!(f, "SetMember({room}, {account})"),
            Command::Kick { room, account } => write!(f, "Kick({room}, {account})"),
            _ => f.write_str("Command"),
        }
    }
}

/// What changes of a profile; what is absent stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileChange {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// The line under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// As the person wants to be addressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// `YYYY-MM-DD`, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthday: Option<String>,
    /// Class or department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// A few lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// A built-in avatar; takes the place of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<u8>,
    /// A picture that was kept by `PutBlob` before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<BlobId>,
}

/// How a request is answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactAnswer {
    /// They are friends from now on.
    Accept {
        /// Where the new friend stands.
        #[serde(default)]
        group: GroupId,
        /// What one calls the new friend.
        #[serde(default)]
        remark: String,
    },
    /// No, and who asked is told.
    Decline {
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// No, and nobody is told.
    Ignore {},
    /// No, nobody is told, and that person is blocked.
    Block {},
}

/// What changes of a contact; what is absent stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactChange {
    /// Where a friend stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// What one calls a friend; empty for the nickname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Whether that person is blocked; also somebody who is no friend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<bool>,
    /// Whether that friend may shake one's window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shakes: Option<bool>,
}

/// What changes of a room; what is absent stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSettings {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who may come in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joining: Option<Joining>,
    /// Whether only the owner and admins may write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admins_only: Option<bool>,
    /// What is on its wall; empty for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announcement: Option<String>,
    /// The colour of its tile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<u8>,
}

/// What changes of somebody in a room; what is absent stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberChange {
    /// What one is called there, oneself only; empty for the nickname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// May not write for so many milliseconds; 0 for may again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mute_ms: Option<u64>,
    /// What that person is; `owner` hands the room on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<Rank>,
}

/// What changes of how one has a conversation; what is absent stays.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceChange {
    /// At the top of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// What is told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<Notify>,
    /// The answer to a stranger: `no` accepts, `declined` declines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stranger: Option<Stranger>,
}

/// What people wrote stays out of logs.
macro_rules! named_only {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        })+
    };
}

named_only!(ProfileChange, ContactAnswer, ContactChange, RoomSettings, MemberChange, ChoiceChange);
