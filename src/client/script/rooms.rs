//! Verbs about rooms and about how one wants to have conversations, and both as JSON.

use serde_json::{Value, json};

use super::fields::Fields;
use super::people::{BookVerb, PeopleVerb};
use super::shapes::target;
use crate::domain::{
    AccountId, Announcement, Book, Choice, Door, Joining, Member, Mentions, Notice, Notify,
    OwnRoom, Parting, Rank, RequestState, Room, RoomChange, RoomId, RoomRequest, Seq, Stranger,
    Target,
};
use crate::net::protocol::{ChoiceChange, Command, MemberChange, Query, Reply, RoomSettings};

pub(super) const VERBS: [&str; 18] = [
    "create_room",
    "join_room",
    "withdraw_join",
    "answer_join",
    "invite",
    "answer_invite",
    "leave_room",
    "set_room",
    "set_member",
    "room",
    "rooms",
    "members",
    "announcements",
    "read_by",
    "set_conversation",
    "pin",
    "mute",
    "conversations",
];

const JOININGS: [(&str, Joining); 3] =
    [("open", Joining::Open), ("approval", Joining::Approval), ("closed", Joining::Closed)];
const RANKS: [(&str, Rank); 3] =
    [("owner", Rank::Owner), ("admin", Rank::Admin), ("member", Rank::Member)];
const NOTIFIES: [(&str, Notify); 3] =
    [("all", Notify::All), ("mentions", Notify::Mentions), ("none", Notify::None)];
const STRANGERS: [(&str, Stranger); 3] =
    [("no", Stranger::No), ("waiting", Stranger::Waiting), ("declined", Stranger::Declined)];

pub(super) fn parse(verb: &str, fields: &Fields) -> Result<PeopleVerb, String> {
    let text = |name| fields.optional_text(name).map(Option::unwrap_or_default);
    let command = match verb {
        "create_room" => Command::CreateRoom {
            name: fields.text("name")?,
            joining: fields.one_of("joining", &JOININGS)?.unwrap_or_default(),
            invite: fields.accounts("invite")?,
            colour: colour(fields)?,
        },
        "set_conversation" => Command::SetConversation {
            with: fields.target("with")?,
            change: ChoiceChange {
                pinned: fields.optional_flag("pinned")?,
                notify: fields.one_of("notify", &NOTIFIES)?,
                stranger: fields.one_of("stranger", &STRANGERS)?,
            },
        },
        "pin" | "mute" => {
            let on = fields.optional_flag("on")?.unwrap_or(true);
            let notify = if on { Notify::None } else { Notify::All };
            let change = match verb {
                "pin" => ChoiceChange { pinned: Some(on), ..ChoiceChange::default() },
                _ => ChoiceChange { notify: Some(notify), ..ChoiceChange::default() },
            };
            Command::SetConversation { with: fields.target("with")?, change }
        }
        "rooms" => return Ok(PeopleVerb::Booked(BookVerb::Rooms)),
        "conversations" => return Ok(PeopleVerb::Booked(BookVerb::Conversations)),
        _ => {
            let room = fields.room("room")?;
            return of_room(verb, room, fields, text("greeting")?);
        }
    };
    Ok(PeopleVerb::Do(command))
}

fn of_room(
    verb: &str,
    room: RoomId,
    fields: &Fields,
    greeting: String,
) -> Result<PeopleVerb, String> {
    let reason = || fields.optional_text("reason").map(Option::unwrap_or_default);
    let command = match verb {
        "join_room" => Command::JoinRoom { room, greeting },
        "set_room" => Command::SetRoom { room, change: settings(fields)? },
        "room" => return Ok(PeopleVerb::Look(Query::Room { room })),
        "members" => {
            let after = AccountId(fields.optional_number("after")?.unwrap_or_default());
            return Ok(PeopleVerb::Look(Query::Members { room, after }));
        }
        "announcements" => {
            let skip = fields.optional_number("skip")?.unwrap_or_default();
            let skip = u32::try_from(skip).unwrap_or(u32::MAX);
            return Ok(PeopleVerb::Look(Query::Announcements { room, skip }));
        }
        "read_by" => {
            let seq = Seq(fields.number("seq")?);
            return Ok(PeopleVerb::Look(Query::ReadBy { room, seq }));
        }
        "withdraw_join" => return Ok(PeopleVerb::Do(Command::WithdrawJoin { room })),
        "answer_join" => Command::AnswerJoin {
            room,
            account: fields.account("account")?,
            accept: fields.flag("accept")?,
            reason: reason()?,
        },
        "invite" => Command::InviteToRoom { room, account: fields.account("account")? },
        "answer_invite" => {
            let accept = fields.flag("accept")?;
            return Ok(PeopleVerb::Do(Command::AnswerInvitation { room, accept }));
        }
        "leave_room" => {
            let command = match fields.optional_flag("dissolve")?.unwrap_or_default() {
                true => Command::DissolveRoom { room },
                false => Command::LeaveRoom { room },
            };
            return Ok(PeopleVerb::Leave(room, command));
        }
        _ => set_member(room, fields)?,
    };
    Ok(PeopleVerb::InRoom(room, command))
}

fn colour(fields: &Fields) -> Result<Option<u8>, String> {
    let number = fields.optional_number("colour")?;
    let small = number.map(u8::try_from).transpose();
    small.map_err(|_| "`colour` is 0 to 6".to_owned())
}

fn settings(fields: &Fields) -> Result<RoomSettings, String> {
    Ok(RoomSettings {
        name: fields.optional_text("name")?,
        joining: fields.one_of("joining", &JOININGS)?,
        admins_only: fields.optional_flag("admins_only")?,
        announcement: fields.optional_text("announcement")?,
        colour: colour(fields)?,
    })
}

fn set_member(room: RoomId, fields: &Fields) -> Result<Command, String> {
    let account = fields.account("account")?;
    if fields.optional_flag("remove")?.unwrap_or_default() {
        return Ok(Command::Kick { room, account });
    }
    let change = MemberChange {
        card: fields.optional_text("card")?,
        mute_ms: fields.optional_number("mute_ms")?,
        rank: fields.one_of("role", &RANKS)?,
    };
    Ok(Command::SetMember { room, account, change })
}

/// `find` with `what: rooms`.
pub(super) fn find(fields: &Fields) -> Result<Query, String> {
    let text = match fields.optional_number("number")? {
        Some(number) => number.to_string(),
        None => fields.text("text")?,
    };
    let skip = fields.optional_number("skip")?.unwrap_or_default();
    Ok(Query::FindRooms { text, skip: u32::try_from(skip).unwrap_or(u32::MAX) })
}

/// Whom a text mentions.
pub(super) fn mentions(fields: &Fields) -> Result<Mentions, String> {
    Ok(Mentions {
        accounts: fields.accounts("mentions")?,
        everyone: fields.optional_flag("everyone")?.unwrap_or_default(),
        places: fields.places("places")?,
    })
}

fn name_of<T: PartialEq + Copy>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, named)| *named == value).map_or("", |(name, _)| name)
}

/// What the server answered to a question about rooms.
pub(super) fn looked(reply: &Reply) -> Value {
    match reply {
        Reply::Room { room: of, member: me } => {
            let mut value = room(of);
            value["member"] = me.as_ref().map_or(Value::Null, member);
            value
        }
        Reply::Members { members, more } => {
            json!({ "members": members.iter().map(member).collect::<Vec<_>>(), "more": more })
        }
        Reply::Announcements { announcements, more } => json!({
            "announcements": announcements.iter().map(announcement).collect::<Vec<_>>(),
            "more": more,
        }),
        Reply::FoundRooms { rooms, more } => {
            json!({ "results": rooms.iter().map(room).collect::<Vec<_>>(), "more": more })
        }
        Reply::ReadBy { count, accounts } => {
            let accounts: Vec<u64> = accounts.iter().map(|account| account.0).collect();
            json!({ "count": count, "accounts": accounts })
        }
        _ => json!({}),
    }
}

/// The rooms of the book, and who may come into which.
pub(super) fn rooms(book: &Book) -> Value {
    json!({
        "rooms": book.rooms.values().map(own_room).collect::<Vec<_>>(),
        "requests": book.room_requests.values().map(request).collect::<Vec<_>>(),
    })
}

/// The conversations that are not had in the usual way.
pub(super) fn conversations(book: &Book) -> Value {
    let choices = book.choices.iter().map(|(with, choice)| self::choice(*with, *choice));
    json!({ "conversations": choices.collect::<Vec<_>>() })
}

/// A change of the book that is about rooms or conversations; nothing for any other.
pub(super) fn notice(notice: &Notice) -> Option<Value> {
    let (mut event, what) = match notice {
        Notice::Room(own) => (own_room(own), "room"),
        Notice::RoomGone { room, why } => {
            let why = match why {
                Parting::Left => "left",
                Parting::Kicked => "kicked",
                Parting::Dissolved => "dissolved",
            };
            (json!({ "room": room.0, "why": why }), "room_gone")
        }
        Notice::RoomRequest(of) => (request(of), "request"),
        Notice::RoomRequestGone { room, account, door } => {
            let value = json!({ "room": room.0, "account": account.0, "door": door_name(*door) });
            (value, "request_gone")
        }
        Notice::Choice { with, choice: how } => {
            let mut event = choice(*with, *how);
            event["event"] = json!("conversation");
            return Some(event);
        }
        _ => return None,
    };
    event["event"] = json!("room");
    event["what"] = json!(what);
    Some(event)
}

/// A room that changed.
pub(super) fn changed(of: &Room) -> Value {
    let mut event = room(of);
    event["event"] = json!("room");
    event["what"] = json!("changed");
    event
}

fn room(room: &Room) -> Value {
    json!({
        "room": room.room.0,
        "conversation": room.conversation.0,
        "name": room.name,
        "owner": room.owner.0,
        "joining": name_of(&JOININGS, room.joining),
        "admins_only": room.admins_only,
        "announcement": room.announcement.as_ref().map(announcement),
        "members": room.members,
        "version": room.version,
        "since": room.since,
        "colour": room.colour(),
    })
}

fn own_room(own: &OwnRoom) -> Value {
    let mut value = room(&own.room);
    value["member"] = member(&own.member);
    value
}

fn member(member: &Member) -> Value {
    json!({
        "account": member.account.0,
        "role": name_of(&RANKS, member.rank),
        "card": member.card,
        "muted_until": member.muted_until,
        "since": member.since,
    })
}

fn announcement(announcement: &Announcement) -> Value {
    let mut value =
        json!({ "text": announcement.text, "by": announcement.by.0, "at": announcement.at });
    if announcement.seq > Seq::ZERO {
        value["seq"] = json!(announcement.seq.0);
    }
    value
}

fn request(request: &RoomRequest) -> Value {
    json!({
        "room": request.room.0,
        "name": request.name,
        "account": request.account.0,
        "door": door_name(request.door),
        "by": request.by.0,
        "greeting": request.greeting,
        "at": request.at,
        "state": match request.state {
            RequestState::Pending => "pending",
            RequestState::Accepted => "accepted",
            RequestState::Declined => "declined",
            RequestState::Ignored => "ignored",
        },
        "answered_by": request.answered_by.map(|account| account.0),
        "reason": request.reason,
    })
}

fn door_name(door: Door) -> &'static str {
    match door {
        Door::Asks => "asks",
        Door::Invited => "invited",
    }
}

fn choice(with: Target, choice: Choice) -> Value {
    json!({
        "with": target(with),
        "pinned": choice.pinned,
        "notify": name_of(&NOTIFIES, choice.notify),
        "stranger": name_of(&STRANGERS, choice.stranger),
    })
}

/// A line of a room's log.
pub(super) fn line(version: u64, change: &RoomChange) -> Value {
    let (what, mut value) = match change {
        RoomChange::Created { name } => ("created", json!({ "name": name })),
        RoomChange::Joined { account, muted_until: 0 } => {
            ("joined", json!({ "account": account.0 }))
        }
        RoomChange::Joined { account, muted_until } => {
            ("joined", json!({ "account": account.0, "muted_until": muted_until }))
        }
        RoomChange::Left { account } => ("left", json!({ "account": account.0 })),
        RoomChange::Kicked { account } => ("kicked", json!({ "account": account.0 })),
        RoomChange::Muted { account, until } => {
            ("muted", json!({ "account": account.0, "until": until }))
        }
        RoomChange::Ranked { account, rank } => {
            ("role", json!({ "account": account.0, "role": name_of(&RANKS, *rank) }))
        }
        RoomChange::Owner { account } => ("owner", json!({ "account": account.0 })),
        RoomChange::Renamed { name } => ("renamed", json!({ "name": name })),
        RoomChange::Joining { joining } => {
            ("joining", json!({ "joining": name_of(&JOININGS, *joining) }))
        }
        RoomChange::AdminsOnly { on } => ("admins_only", json!({ "on": on })),
        RoomChange::Coloured { colour } => ("colour", json!({ "colour": colour })),
        RoomChange::Carded { account, card } => {
            ("card", json!({ "account": account.0, "card": card }))
        }
        RoomChange::Announced { text } => ("announcement", json!({ "text": text })),
        RoomChange::Dissolved {} => ("dissolved", json!({})),
    };
    value["kind"] = json!("room");
    value["what"] = json!(what);
    value["version"] = json!(version);
    value
}
