//! Property: the bytes of every frame are what they were on the day it was published.
//!
//! One file for each variant in `tests/data/golden`: `.frame` with its length, `.value` without.
//! A new variant does not compile until it stands in a table here. After a deliberate change run
//! `MYCHAT_GOLDEN=write cargo test --test golden` and look at the difference before committing it.

#![cfg(test)]

#[macro_use]
mod folder;
mod admin;
mod client;
mod files;
mod games;
mod people;
mod rooms;

use mychat::domain::{
    AccountId, BlobId, Body, ConversationId, ConversationKind, DeviceId, Door, FileWay, Generation,
    GroupId, Joining, Mentions, Message, Nonce, Notice, Person, Place, Presence, Role, RoomChange,
    RoomId, Seq, Sort, Tally, Target, Way,
};
use mychat::net::codec;
use mychat::net::control::{
    ControlReply, ControlRequest, LogEntry, LogEvent, LogKind, OnlineSession, Status,
};
use mychat::net::protocol::{
    Auth, AuthStep, Calling, ClientFrame, Command, ContactAnswer, Event, Goodbye, Head, Hello,
    Occasion, OnlinePerson, Opaque, Page, PresenceChange, Query, Reason, Refusal, Registration,
    Reply, ServerFrame, Signal, Stretch, Welcome,
};
use mychat::net::verb::{Cause, Done, NotDone, Verb};

use folder::Folder;

const LIME: AccountId = AccountId(10_001);
const PLUM: AccountId = AccountId(10_002);
const CHAT: ConversationId = ConversationId(3);
const KIND: ConversationKind = ConversationKind::Direct { low: LIME, high: PLUM };
const DEVICE: DeviceId = DeviceId([0xDE; 16]);
const NONCE: Nonce = Nonce([0xA0; 16]);
const AT: i64 = 1_767_225_600_000;
const PLACE: Place = Place { at: AT, conversation: CHAT, seq: Seq(7) };

fn text() -> Body {
    Body::Text {
        text: "你好, lime 😄".into(),
        reply_to: Some(Seq(6)),
        mentions: Mentions::default(),
    }
}

fn message() -> Message {
    Message {
        conversation: CHAT,
        kind: KIND,
        seq: Seq(7),
        from: LIME,
        nonce: NONCE,
        at: AT,
        body: text(),
    }
}

fn person() -> Person {
    Person {
        account: LIME,
        nickname: "青柠".into(),
        signature: "海内存知己".into(),
        avatar: 5,
        role: Role::Admin,
        version: 2,
        picture: None,
    }
}

fn head() -> Head {
    Head {
        conversation: CHAT,
        kind: KIND,
        head: Seq(9),
        read: Seq(8),
        peer_delivered: Seq(7),
        peer_read: Seq(6),
        version: 0,
    }
}

fn bytes(first: u8, length: u8) -> Opaque {
    Opaque((0..length).map(|place| first.wrapping_add(place)).collect())
}

fn auth(auth: Auth) -> ClientFrame {
    ClientFrame::Auth { id: 1, auth }
}

fn command(command: Command) -> ClientFrame {
    ClientFrame::Command { id: 2, command }
}

fn query(query: Query) -> ClientFrame {
    ClientFrame::Query { id: 3, query }
}

fn step(step: AuthStep) -> ServerFrame {
    ServerFrame::Auth { id: 1, step }
}

fn reply(reply: Reply) -> ServerFrame {
    ServerFrame::Reply { id: 3, reply }
}

table!(server_frames, frame, ServerFrame {
    "server.welcome", ServerFrame::Welcome(_) => ServerFrame::Welcome(Welcome {
        version: 1,
        features: vec!["rooms".into()],
        program: "mychat 0.1.0".into(),
        name: "实验室".into(),
        registration: Registration::Code,
        online: 40,
        now: AT,
        generation: Some(Generation([9; 16])),
    });
    "server.auth.register_challenge",
    ServerFrame::Auth { step: AuthStep::RegisterChallenge { .. }, .. } =>
        step(AuthStep::RegisterChallenge { response: bytes(6, 64) });
    "server.auth.sign_in_challenge",
    ServerFrame::Auth { step: AuthStep::SignInChallenge { .. }, .. } =>
        step(AuthStep::SignInChallenge {
            response: Opaque([[7; 160], [8; 160]].concat()),
            stretch: Stretch::CHEAP,
        });
    "server.auth.registered", ServerFrame::Auth { step: AuthStep::Registered { .. }, .. } =>
        step(AuthStep::Registered {
            you: person(),
            recovery: "ABCDEFGHIJKLMNOPQRSTUVWXYZ".into(),
            token: bytes(9, 32),
        });
    "server.auth.signed_in", ServerFrame::Auth { step: AuthStep::SignedIn { .. }, .. } =>
        step(AuthStep::SignedIn {
            you: person(),
            token: Some(bytes(10, 32)),
            presence: Presence::Online,
        });
    "server.auth.proven", ServerFrame::Auth { step: AuthStep::Proven {}, .. } =>
        step(AuthStep::Proven {});
    "server.auth.changed", ServerFrame::Auth { step: AuthStep::Changed {}, .. } =>
        step(AuthStep::Changed {});
    "server.auth.deleted", ServerFrame::Auth { step: AuthStep::Deleted {}, .. } =>
        step(AuthStep::Deleted {});
    "server.done", ServerFrame::Done { .. } => ServerFrame::Done { id: 2 };
    "server.reply.heads", ServerFrame::Reply { reply: Reply::Heads { .. }, .. } =>
        reply(Reply::Heads { heads: vec![head()], more: true });
    "server.reply.history", ServerFrame::Reply { reply: Reply::History { .. }, .. } =>
        reply(Reply::History { messages: vec![message()], more: false });
    "server.reply.conversation", ServerFrame::Reply { reply: Reply::Conversation { .. }, .. } =>
        reply(Reply::Conversation { head: Some(head()) });
    "server.reply.people", ServerFrame::Reply { reply: Reply::People { .. }, .. } =>
        reply(Reply::People { people: vec![person()] });
    "server.reply.online", ServerFrame::Reply { reply: Reply::Online { .. }, .. } =>
        reply(Reply::Online {
            people: vec![OnlinePerson { person: person(), presence: Presence::Busy }],
            more: false,
        });
    "server.reply.profile", ServerFrame::Reply { reply: Reply::Profile { .. }, .. } =>
        reply(Reply::Profile { person: person(), details: people::details(), seen: Some(AT) });
    "server.reply.found", ServerFrame::Reply { reply: Reply::Found { .. }, .. } =>
        reply(Reply::Found {
            people: vec![OnlinePerson { person: person(), presence: Presence::Away }],
            more: true,
        });
    "server.reply.devices", ServerFrame::Reply { reply: Reply::Devices { .. }, .. } =>
        reply(Reply::Devices { devices: vec![people::device()] });
    "server.reply.contacts", ServerFrame::Reply { reply: Reply::Contacts { .. }, .. } =>
        reply(Reply::Contacts {
            as_of: Seq(4),
            groups: people::groups(),
            privacy: people::privacy(),
            contacts: vec![people::contact()],
            more: true,
        });
    "server.reply.requests", ServerFrame::Reply { reply: Reply::Requests { .. }, .. } =>
        reply(Reply::Requests { as_of: Seq(4), requests: vec![people::request()], more: false });
    "server.reply.blob", ServerFrame::Reply { reply: Reply::Blob { .. }, .. } =>
        reply(Reply::Blob { bytes_all: 9, part: vec![1, 2, 3] });
    "server.reply.files", ServerFrame::Reply { reply: Reply::Files { .. }, .. } =>
        reply(Reply::Files {
            files: vec![(Seq(7), files::status()), (Seq(9), files::gone())],
        });
    "server.reply.file_list", ServerFrame::Reply { reply: Reply::FileList { .. }, .. } =>
        reply(Reply::FileList { files: vec![(files::offering(), files::status())], more: true });
    "server.reply.ticket", ServerFrame::Reply { reply: Reply::Ticket { .. }, .. } =>
        reply(Reply::Ticket { ticket: [7; 32] });
    "server.reply.games", ServerFrame::Reply { reply: Reply::Games { .. }, .. } =>
        reply(Reply::Games { games: vec![games::sheet()] });
    "server.reply.game_log", ServerFrame::Reply { reply: Reply::GameLog(_), .. } =>
        reply(Reply::GameLog(games::news()));
    "server.reply.own_games", ServerFrame::Reply { reply: Reply::OwnGames { .. }, .. } =>
        reply(Reply::OwnGames { games: vec![games::sheet()], next: Some((AT, games::GAME)) });
    "server.reply.scores", ServerFrame::Reply { reply: Reply::Scores { .. }, .. } =>
        reply(Reply::Scores { scores: games::scores(), more: true });
    "server.reply.quota", ServerFrame::Reply { reply: Reply::Quota { .. }, .. } =>
        reply(Reply::Quota { used: 5, most: 21_474_836_480, file_most: 4_294_967_296, days: 30 });
    "server.reply.choices", ServerFrame::Reply { reply: Reply::Choices { .. }, .. } =>
        reply(Reply::Choices {
            as_of: Seq(4),
            choices: vec![(rooms::HALL, rooms::choice())],
            more: false,
        });
    "server.reply.rooms", ServerFrame::Reply { reply: Reply::Rooms { .. }, .. } =>
        reply(Reply::Rooms { as_of: Seq(4), rooms: vec![rooms::own_room()], more: true });
    "server.reply.room_requests",
    ServerFrame::Reply { reply: Reply::RoomRequests { .. }, .. } =>
        reply(Reply::RoomRequests {
            as_of: Seq(4),
            requests: vec![rooms::room_request()],
            more: false,
        });
    "server.reply.room", ServerFrame::Reply { reply: Reply::Room { .. }, .. } =>
        reply(Reply::Room { room: rooms::room(), member: Some(rooms::member()) });
    "server.reply.members", ServerFrame::Reply { reply: Reply::Members { .. }, .. } =>
        reply(Reply::Members { members: vec![rooms::member()], more: true });
    "server.reply.announcements",
    ServerFrame::Reply { reply: Reply::Announcements { .. }, .. } =>
        reply(Reply::Announcements { announcements: vec![rooms::announcement()], more: false });
    "server.reply.found_rooms", ServerFrame::Reply { reply: Reply::FoundRooms { .. }, .. } =>
        reply(Reply::FoundRooms { rooms: vec![rooms::room()], more: true });
    "server.reply.hits", ServerFrame::Reply { reply: Reply::Hits { .. }, .. } =>
        reply(Reply::Hits { messages: vec![message()], next: Some(PLACE) });
    "server.reply.days", ServerFrame::Reply { reply: Reply::Days { .. }, .. } =>
        reply(Reply::Days { days: vec![Tally { count: 38, first: Seq(7) }] });
    "server.reply.read_by", ServerFrame::Reply { reply: Reply::ReadBy { .. }, .. } =>
        reply(Reply::ReadBy { count: 40, accounts: vec![LIME, PLUM] });
    "server.refused", ServerFrame::Refused { .. } => ServerFrame::Refused {
        id: 2,
        refusal: Refusal {
            reason: Reason::TextTooLong,
            retry_after_ms: Some(9_000),
            limit: Some(16_384),
            words: Some("刷屏".into()),
        },
    };
    "server.event.message", ServerFrame::Event(Event::Message(_)) =>
        ServerFrame::Event(Event::Message(message()));
    "server.event.shaken", ServerFrame::Event(Event::Shaken { .. }) =>
        ServerFrame::Event(Event::Shaken { conversation: CHAT, seq: Seq(8), from: PLUM, sent: AT });
    "server.event.game", ServerFrame::Event(Event::Game(_)) =>
        ServerFrame::Event(Event::Game(games::news()));
    "server.event.file", ServerFrame::Event(Event::File { .. }) =>
        ServerFrame::Event(Event::File { file: files::FILE, status: files::status() });
    "server.event.cursor", ServerFrame::Event(Event::Cursor { .. }) =>
        ServerFrame::Event(Event::Cursor {
            conversation: CHAT,
            account: PLUM,
            read: Seq(6),
            delivered: Seq(7),
        });
    "server.event.presence", ServerFrame::Event(Event::Presence { .. }) =>
        ServerFrame::Event(Event::Presence {
            changes: vec![PresenceChange {
                account: PLUM,
                presence: Presence::Offline,
                version: 3,
            }],
        });
    "server.event.people", ServerFrame::Event(Event::People { .. }) =>
        ServerFrame::Event(Event::People {
            people: vec![Person { picture: Some(people::BLOB), ..person() }],
        });
    "server.event.called", ServerFrame::Event(Event::Called { .. }) =>
        ServerFrame::Event(Event::Called { text: "hi".into(), pinned: true, about: None });
    "server.event.typing", ServerFrame::Event(Event::Typing { .. }) =>
        ServerFrame::Event(Event::Typing { from: PLUM, to: Target::Account(LIME) });
    "server.pong", ServerFrame::Pong { .. } => ServerFrame::Pong { id: 4 };
    "server.goodbye", ServerFrame::Goodbye(_) => ServerFrame::Goodbye(Goodbye::ShuttingDown);
});

fn online() -> OnlineSession {
    OnlineSession {
        session: 17,
        person: person(),
        presence: Presence::Invisible,
        address: "192.168.3.21:50000".into(),
        client: "mychat 0.1.0 linux".into(),
        since: AT,
        idle_ms: 7,
    }
}

table!(control_requests, frame, ControlRequest {
    "control.request.status", ControlRequest::Status {} => ControlRequest::Status {};
    "control.request.online", ControlRequest::Online {} => ControlRequest::Online {};
    "control.request.log", ControlRequest::Log { .. } => ControlRequest::Log { after: 41 };
    "control.request.stop", ControlRequest::Stop {} => ControlRequest::Stop {};
    "control.request.admin", ControlRequest::Admin { .. } =>
        ControlRequest::Admin { verb: Verb::Get { key: None } };
});

table!(control_replies, frame, ControlReply {
    "control.reply.status", ControlReply::Status(_) => ControlReply::Status(Status {
        name: "实验室".into(),
        version: "0.1.0".into(),
        listening: vec!["[::]:1029".into()],
        addresses: vec!["192.168.3.20".into()],
        port: 1029,
        fingerprint: ["A5A5"; 8].join("-"),
        invite: "mychat://192.168.3.20:1029/#ABC".into(),
        data: "/var/lib/mychat".into(),
        registration: Registration::Open,
        discovery: true,
        uptime_ms: 1_000,
        online: 2,
        accounts: 3,
        messages: 4,
        bytes_in: 5,
        bytes_out: 6,
        rooms: 7,
        messages_today: 8,
        backup: Some(admin::backup()),
        backup_error: Some("the disk is full".into()),
        start: 9,
        given: vec!["server.name".into()],
    });
    "control.reply.online", ControlReply::Online { .. } => ControlReply::Online {
        sessions: vec![online()],
    };
    "control.reply.log", ControlReply::Log { .. } => ControlReply::Log {
        entries: vec![LogEntry { number: 42, at: AT, kind: LogKind::Auth, session: Some(7), what: LogEvent::Stopping {}, kept: false }],
    };
    "control.reply.stopping", ControlReply::Stopping {} => ControlReply::Stopping {};
    "control.reply.done", ControlReply::Done(_) => ControlReply::Done(Done::Said { seq: Some(7) });
    "control.reply.not_done", ControlReply::NotDone(_) =>
        ControlReply::NotDone(NotDone::new(Cause::NoAccount, "no such account").with("name", "x"));
    "control.reply.working", ControlReply::Working {} => ControlReply::Working {};
});

table!(log_events, value, LogEvent {
    "log.started", LogEvent::Started { .. } =>
        LogEvent::Started { listening: "[::]:1029".into() };
    "log.stopping", LogEvent::Stopping {} => LogEvent::Stopping {};
    "log.registered", LogEvent::Registered { .. } => LogEvent::Registered {
        account: LIME,
        nickname: "青柠".into(),
        address: "192.168.3.21".into(),
    };
    "log.signed_in", LogEvent::SignedIn { .. } => LogEvent::SignedIn {
        account: LIME,
        address: "192.168.3.21".into(),
        client: "mychat 0.1.0 linux".into(),
    };
    "log.signed_out", LogEvent::SignedOut { .. } =>
        LogEvent::SignedOut { account: LIME, reason: "bye".into() };
    "log.wrong_password", LogEvent::WrongPassword { .. } => LogEvent::WrongPassword {
        login: "10001".into(),
        address: "192.168.3.21".into(),
        tries: 4,
    };
    "log.wrong_code", LogEvent::WrongCode { .. } => LogEvent::WrongCode {
        login: "10001".into(),
        address: "192.168.3.21".into(),
        tries: 4,
    };
    "log.locked_out", LogEvent::LockedOut { .. } => LogEvent::LockedOut {
        login: "10001".into(),
        address: "192.168.3.21".into(),
        minutes: 15,
    };
    "log.link_refused", LogEvent::LinkRefused { .. } => LogEvent::LinkRefused {
        address: "192.168.3.21".into(),
        reason: "too_many_links".into(),
    };
    "log.rate_limited", LogEvent::RateLimited { .. } =>
        LogEvent::RateLimited { account: LIME, what: "send".into() };
    "log.left_out", LogEvent::LeftOut { .. } => LogEvent::LeftOut { count: 7 };
    "log.backed_up", LogEvent::BackedUp { .. } => LogEvent::BackedUp {
        path: "/var/lib/mychat/backups/x.tar".into(),
        bytes: 81_920,
        took_ms: 3_900,
    };
    "log.backup_failed", LogEvent::BackupFailed(_) => LogEvent::BackupFailed(NotDone {
        within: Some(Box::new(NotDone::new(Cause::Disk, "bad").with("reason", "bad"))),
        ..NotDone::new(Cause::BackupUnproven, "disk")
    });
    "log.backup_skipped", LogEvent::BackupSkipped { .. } =>
        LogEvent::BackupSkipped { folder: "/b".into(), need_mib: 2_048, free_mib: 1_100 };
    "log.disk_low", LogEvent::DiskLow { .. } =>
        LogEvent::DiskLow { folder: "/srv/mychat".into(), free_mib: 256 };
    "log.disk_fine", LogEvent::DiskFine {} => LogEvent::DiskFine {};
    "log.trouble", LogEvent::Trouble { .. } => LogEvent::Trouble { text: "disk".into() };
    "log.kicked", LogEvent::Kicked { .. } =>
        LogEvent::Kicked { account: LIME, why: "刷屏".into() };
    "log.banned", LogEvent::Banned { .. } =>
        LogEvent::Banned { whom: "10.0.0.1".into(), minutes: Some(60), why: "刷屏".into() };
    "log.unbanned", LogEvent::Unbanned { .. } => LogEvent::Unbanned { whom: "10001".into() };
    "log.disabled", LogEvent::Disabled { .. } =>
        LogEvent::Disabled { account: LIME, disabled: true, why: "刷屏".into() };
    "log.signed_out_everywhere", LogEvent::SignedOutEverywhere { .. } =>
        LogEvent::SignedOutEverywhere { account: LIME };
    "log.role_given", LogEvent::RoleGiven { .. } =>
        LogEvent::RoleGiven { account: LIME, role: Role::Admin };
    "log.reset_given", LogEvent::ResetGiven { .. } => LogEvent::ResetGiven { account: LIME };
    "log.announced", LogEvent::Announced { .. } => LogEvent::Announced { kept: true, people: 42 };
    "log.told", LogEvent::Told { .. } => LogEvent::Told { account: LIME };
    "log.setting_changed", LogEvent::SettingChanged { .. } =>
        LogEvent::SettingChanged { key: "files.days".into(), value: Some("60".into()) };
    "log.reloaded", LogEvent::Reloaded {} => LogEvent::Reloaded {};
    "log.failed", LogEvent::Failed { .. } =>
        LogEvent::Failed { code: 69, why: "no port".into(), had_run: false };
    "log.restored", LogEvent::Restored { .. } =>
        LogEvent::Restored { path: "/backups/lab.tar".into(), at: 1_700_000_000_000 };
    "log.password_reset", LogEvent::PasswordReset { .. } =>
        LogEvent::PasswordReset { account: LIME, address: "10.0.0.7".into() };
    "log.room_made", LogEvent::RoomMade { .. } =>
        LogEvent::RoomMade { room: RoomId(20_001), account: LIME };
    "log.room_ended", LogEvent::RoomEnded { .. } =>
        LogEvent::RoomEnded { room: RoomId(20_001), account: None };
    "log.file_sent", LogEvent::FileSent { .. } =>
        LogEvent::FileSent { account: LIME, to: Target::Room(RoomId(20_001)), bytes: 90_596_966 };
});

table!(log_kinds, value, LogKind {
    "log_kind.auth", LogKind::Auth => LogKind::Auth;
    "log_kind.info", LogKind::Info => LogKind::Info;
    "log_kind.warn", LogKind::Warn => LogKind::Warn;
    "log_kind.error", LogKind::Error => LogKind::Error;
});

table!(bodies, value, Body {
    "body.text", Body::Text { reply_to: None, .. } => Body::text("hi");
    "body.text_reply", Body::Text { reply_to: Some(_), .. } => text();
    "body.room", Body::Room { .. } =>
        Body::Room { version: 3, change: RoomChange::Joined { account: PLUM, muted_until: 0 } };
    "body.shake", Body::Shake {} => Body::Shake {};
    "body.recalled", Body::Recalled { seq: None } => Body::Recalled { seq: None };
    "body.recalled_line", Body::Recalled { seq: Some(_) } => Body::Recalled { seq: Some(Seq(7)) };
    "body.image", Body::Image { .. } => Body::Image {
        picture: people::BLOB,
        bytes: 81_920,
        width: 1_280,
        height: 800,
        thumb: BlobId([0x7B; 32]),
        name: "v-t 图.png".into(),
    };
    "body.game", Body::Game(_) => Body::Game(games::offer());
    "body.file", Body::File { .. } => files::offer();
    "body.notice", Body::Notice(_) =>
        Body::Notice(Box::new(Notice::RequestGone { peer: PLUM, way: Way::In }));
    nameless Body::Hidden {},
});

table!(targets, value, Target {
    "target.account", Target::Account(_) => Target::Account(PLUM);
    "target.lobby", Target::Lobby => Target::Lobby;
    "target.room", Target::Room(_) => rooms::HALL;
});

table!(conversation_kinds, value, ConversationKind {
    "conversation_kind.direct", ConversationKind::Direct { .. } => KIND;
    "conversation_kind.lobby", ConversationKind::Lobby => ConversationKind::Lobby;
    "conversation_kind.notices", ConversationKind::Notices { .. } =>
        ConversationKind::Notices { account: LIME };
    "conversation_kind.room", ConversationKind::Room { .. } =>
        ConversationKind::Room { room: rooms::ROOM };
});

table!(pages, value, Page {
    "page.after", Page::After(_) => Page::After(Seq::ZERO);
    "page.before", Page::Before(_) => Page::Before(Seq(u64::MAX));
});

table!(presences, value, Presence {
    "presence.online", Presence::Online => Presence::Online;
    "presence.away", Presence::Away => Presence::Away;
    "presence.busy", Presence::Busy => Presence::Busy;
    "presence.invisible", Presence::Invisible => Presence::Invisible;
    "presence.offline", Presence::Offline => Presence::Offline;
});

table!(roles, value, Role {
    "role.member", Role::Member => Role::Member;
    "role.admin", Role::Admin => Role::Admin;
});

table!(registrations, value, Registration {
    "registration.open", Registration::Open => Registration::Open;
    "registration.code", Registration::Code => Registration::Code;
    "registration.closed", Registration::Closed => Registration::Closed;
});

#[test]
fn every_frame_has_the_bytes_it_always_had() {
    let mut folder = Folder::open();
    let tables = [
        server_frames,
        control_requests,
        control_replies,
        log_events,
        log_kinds,
        bodies,
        targets,
        conversation_kinds,
        pages,
        presences,
        roles,
        registrations,
    ];
    let others = client::TABLES.into_iter().chain(people::TABLES).chain(rooms::TABLES);
    for table in tables
        .into_iter()
        .chain(others)
        .chain(files::TABLES)
        .chain(games::TABLES)
        .chain(admin::TABLES)
    {
        table(&mut folder);
    }
    for reason in Reason::ALL {
        folder.value(&format!("reason.{reason}"), &Refusal::new(*reason));
    }
    for goodbye in Goodbye::ALL {
        folder.frame(&format!("server.goodbye.{goodbye}"), &ServerFrame::Goodbye(*goodbye));
    }
    for code in Occasion::ALL {
        let about = Some(Calling { code: *code, seconds: 60 });
        let event = Event::Called { text: "hi".into(), pinned: true, about };
        folder.frame(&format!("server.event.called.{code}"), &ServerFrame::Event(event));
    }
    folder.close();
}

#[test]
fn what_an_older_program_leaves_out_is_filled_in() {
    let hello = b"\x81\xA5hello\x82\xA7version\x01\xA6client\xA1x";
    let expected = Hello { version: 1, features: Vec::new(), client: "x".into(), has_token: false };
    assert_eq!(codec::from_bytes::<ClientFrame>(hello).unwrap(), ClientFrame::Hello(expected));
}

#[test]
fn an_older_server_says_only_why_it_did_not_do_something() {
    let not_done = b"\x81\xA8not_done\x81\xA3why\xA1x";
    let expected = ControlReply::NotDone(NotDone::new(Cause::Unknown, "x"));
    assert_eq!(codec::from_bytes::<ControlReply>(not_done).unwrap(), expected);
}

#[test]
fn what_was_logged_without_a_reason_is_read() {
    let none = String::new;
    let events: [(&[u8], LogEvent); 3] = [
        (
            b"\x81\xA6kicked\x81\xA7account\xCD'\x11",
            LogEvent::Kicked { account: LIME, why: none() },
        ),
        (
            b"\x81\xA6banned\x82\xA4whom\xA810.0.0.1\xA7minutes<",
            LogEvent::Banned { whom: "10.0.0.1".into(), minutes: Some(60), why: none() },
        ),
        (
            b"\x81\xA8disabled\x82\xA7account\xCD'\x11\xA8disabled\xC3",
            LogEvent::Disabled { account: LIME, disabled: true, why: none() },
        ),
    ];
    for (bytes, event) in events {
        assert_eq!(codec::from_bytes::<LogEvent>(bytes).unwrap(), event);
    }
}

#[test]
fn what_a_newer_program_adds_is_passed_over() {
    let pong = b"\x81\xA4pong\x82\xA2id\x04\xA4more\x93\x01\x02\xC0";
    assert_eq!(codec::from_bytes::<ServerFrame>(pong).unwrap(), ServerFrame::Pong { id: 4 });
    let goodbye = b"\x81\xA7goodbye\xA5later";
    let unknown = ServerFrame::Goodbye(Goodbye::Unknown);
    assert_eq!(codec::from_bytes::<ServerFrame>(goodbye).unwrap(), unknown);
    let refused = b"\x81\xA7refused\x82\xA2id\x02\xA7refusal\x81\xA6reason\xA5later";
    let unknown = ServerFrame::Refused { id: 2, refusal: Refusal::new(Reason::Unknown) };
    assert_eq!(codec::from_bytes::<ServerFrame>(refused).unwrap(), unknown);
}

#[test]
fn debug_of_a_frame_tells_no_secret() {
    let secrets = [
        auth(Auth::Token { account: LIME, device: DEVICE, token: bytes(5, 32), presence: None }),
        command(Command::Send { to: Target::Lobby, nonce: NONCE, body: Body::text("hunter2") }),
    ];
    let ticket: [u8; 32] = bytes(5, 32).0.try_into().unwrap();
    let hello = mychat::net::parcel::FileHello { ticket, chunks: 0 };
    let given = reply(Reply::Ticket { ticket });
    let texts = secrets.map(|frame| format!("{frame:?}"));
    for text in texts.into_iter().chain([format!("{hello:?}"), format!("{given:?}")]) {
        assert!(!text.contains("hunter2") && !text.contains("5, 6, 7"), "{text}");
    }
}
