//! Samples and tables of rooms and of how people want to have their conversations.

use mychat::domain::{
    Announcement, Choice, Door, Joining, Member, MentionPlace, Mentions, Notify, OwnRoom, Parting,
    Rank, RequestState, Room, RoomChange, RoomId, RoomRequest, Stranger,
};
use mychat::net::protocol::{ChoiceChange, MemberChange, RoomSettings};

use super::*;

pub const ROOM: RoomId = RoomId(20_001);
pub const HALL: Target = Target::Room(ROOM);

pub fn choice() -> Choice {
    Choice { pinned: true, notify: Notify::Mentions, stranger: Stranger::Waiting }
}

pub fn choice_change() -> ChoiceChange {
    ChoiceChange {
        pinned: Some(true),
        notify: Some(Notify::None),
        stranger: Some(Stranger::Declined),
    }
}

pub fn settings() -> RoomSettings {
    RoomSettings {
        name: Some("软工 2401".into()),
        joining: Some(Joining::Closed),
        admins_only: Some(true),
        announcement: Some("周五交作业\n".into()),
        colour: Some(3),
    }
}

pub fn member_change() -> MemberChange {
    MemberChange { card: Some("班长".into()), mute_ms: Some(600_000), rank: Some(Rank::Admin) }
}

pub fn announcement() -> Announcement {
    Announcement { text: "周五交作业".into(), by: PLUM, at: AT, seq: Seq(7) }
}

pub fn room() -> Room {
    Room {
        room: ROOM,
        conversation: CHAT,
        name: "软工 2401".into(),
        owner: LIME,
        joining: Joining::Approval,
        admins_only: true,
        announcement: Some(announcement()),
        members: 40,
        version: 44,
        since: AT,
        colour: Some(5),
    }
}

pub fn member() -> Member {
    Member {
        account: PLUM,
        rank: Rank::Admin,
        card: "班长".into(),
        muted_until: 0,
        since: AT,
        first: Seq(3),
    }
}

pub fn own_room() -> OwnRoom {
    OwnRoom { room: room(), member: member() }
}

pub fn room_request() -> RoomRequest {
    RoomRequest {
        room: ROOM,
        account: PLUM,
        door: Door::Asks,
        name: "软工 2401".into(),
        by: LIME,
        greeting: "我是梅子".into(),
        at: AT,
        state: RequestState::Declined,
        answered_by: Some(LIME),
        reason: "?".into(),
    }
}

table!(changes, value, RoomChange {
    "room_change.created", RoomChange::Created { .. } =>
        RoomChange::Created { name: "软工 2401".into() };
    "room_change.joined", RoomChange::Joined { muted_until: 0, .. } =>
        RoomChange::Joined { account: PLUM, muted_until: 0 };
    "room_change.joined_muted", RoomChange::Joined { .. } =>
        RoomChange::Joined { account: PLUM, muted_until: AT };
    "room_change.left", RoomChange::Left { .. } => RoomChange::Left { account: PLUM };
    "room_change.kicked", RoomChange::Kicked { .. } => RoomChange::Kicked { account: PLUM };
    "room_change.muted", RoomChange::Muted { .. } =>
        RoomChange::Muted { account: PLUM, until: AT };
    "room_change.ranked", RoomChange::Ranked { .. } =>
        RoomChange::Ranked { account: PLUM, rank: Rank::Admin };
    "room_change.owner", RoomChange::Owner { .. } => RoomChange::Owner { account: PLUM };
    "room_change.renamed", RoomChange::Renamed { .. } =>
        RoomChange::Renamed { name: "软工 2402".into() };
    "room_change.joining", RoomChange::Joining { .. } =>
        RoomChange::Joining { joining: Joining::Open };
    "room_change.admins_only", RoomChange::AdminsOnly { .. } => RoomChange::AdminsOnly { on: true };
    "room_change.coloured", RoomChange::Coloured { .. } => RoomChange::Coloured { colour: 6 };
    "room_change.carded", RoomChange::Carded { .. } =>
        RoomChange::Carded { account: PLUM, card: "班长 小李".into() };
    "room_change.announced", RoomChange::Announced { .. } =>
        RoomChange::Announced { text: "周五交作业".into() };
    "room_change.dissolved", RoomChange::Dissolved {} => RoomChange::Dissolved {};
});

table!(joinings, value, Joining {
    "joining.open", Joining::Open => Joining::Open;
    "joining.approval", Joining::Approval => Joining::Approval;
    "joining.closed", Joining::Closed => Joining::Closed;
});

table!(ranks, value, Rank {
    "rank.member", Rank::Member => Rank::Member;
    "rank.admin", Rank::Admin => Rank::Admin;
    "rank.owner", Rank::Owner => Rank::Owner;
});

table!(doors, value, Door {
    "door.asks", Door::Asks => Door::Asks;
    "door.invited", Door::Invited => Door::Invited;
});

table!(partings, value, Parting {
    "parting.left", Parting::Left => Parting::Left;
    "parting.kicked", Parting::Kicked => Parting::Kicked;
    "parting.dissolved", Parting::Dissolved => Parting::Dissolved;
});

table!(notifies, value, Notify {
    "notify.all", Notify::All => Notify::All;
    "notify.mentions", Notify::Mentions => Notify::Mentions;
    "notify.none", Notify::None => Notify::None;
});

table!(sorts, value, Sort {
    "sort.text", Sort::Text => Sort::Text;
    "sort.link", Sort::Link => Sort::Link;
    "sort.image", Sort::Image => Sort::Image;
    "sort.file", Sort::File => Sort::File;
});

table!(strangers, value, Stranger {
    "stranger.no", Stranger::No => Stranger::No;
    "stranger.waiting", Stranger::Waiting => Stranger::Waiting;
    "stranger.declined", Stranger::Declined => Stranger::Declined;
});

fn mentioning(folder: &mut Folder) {
    let mut mentions = Mentions { accounts: vec![LIME, PLUM], everyone: true, places: Vec::new() };
    let body = |text: &str, mentions| Body::Text { text: text.into(), reply_to: None, mentions };
    folder.value("body.text_mentions", &body("@all", mentions.clone()));
    let place = |start, end, account| MentionPlace { start, end, account };
    mentions.places = vec![place(0, 4, None), place(5, 10, Some(LIME))];
    folder.value("body.text_places", &body("@all @Lime", mentions));
    folder.value("head.room", &Head { version: 44, ..head() });
}

/// The tables of this file.
pub const TABLES: [fn(&mut Folder); 9] =
    [changes, joinings, ranks, doors, partings, notifies, sorts, strangers, mentioning];
