//! Samples and tables of what a server's admin asks and is answered.

use mychat::domain::RoomId;
use mychat::net::verb::{
    AccountRow, Audience, BackupRow, BanRow, Checked, Counted, Done, Found, ResetCode, RoomRow,
    Unbanned, Verb, Whom,
};

use super::*;

const CALLING: Calling = Calling { code: Occasion::Stopping, seconds: 60 };

fn ban() -> BanRow {
    BanRow {
        whom: "10001".into(),
        nickname: Some("青柠".into()),
        why: "刷屏".into(),
        at: AT,
        minutes_left: Some(60),
    }
}

pub fn account() -> AccountRow {
    AccountRow {
        person: person(),
        created: AT,
        seen: Some(AT + 1),
        disabled: false,
        devices: 2,
        bytes: 81_920,
        ban: Some(ban()),
        links: 1,
    }
}

pub fn backup() -> BackupRow {
    BackupRow {
        path: "/var/lib/mychat/backups/x.tar".into(),
        bytes: 81_920,
        at: AT,
        took_ms: 3_900,
        messages: 9,
        accounts: 3,
        files: 2,
    }
}

table!(verbs, value, Verb {
    "verb.role", Verb::Role { .. } => Verb::Role { account: "10001".into(), role: Role::Admin };
    "verb.reset", Verb::Reset { .. } => Verb::Reset { account: "青柠".into() };
    "verb.disable", Verb::Disable { .. } =>
        Verb::Disable { account: "10001".into(), disabled: true, why: "x".into() };
    "verb.sign_out", Verb::SignOut { .. } => Verb::SignOut { account: "10001".into() };
    "verb.kick", Verb::Kick { .. } => Verb::Kick { account: "10001".into(), why: "x".into() };
    "verb.ban", Verb::Ban { .. } => Verb::Ban {
        whom: Whom::Account("10001".into()),
        minutes: Some(60),
        why: "刷屏".into(),
    };
    "verb.unban", Verb::Unban { .. } =>
        Verb::Unban { whom: Whom::Address("10.0.0.1".parse().unwrap()) };
    "verb.say", Verb::Say { .. } =>
        Verb::Say { text: "hi".into(), to: Audience::All, pinned: true, about: Some(CALLING) };
    "verb.tell", Verb::Tell { .. } => Verb::Tell { account: "10001".into(), text: "hi".into() };
    "verb.dissolve", Verb::Dissolve { .. } => Verb::Dissolve { room: RoomId(20_001) };
    "verb.set", Verb::Set { .. } => Verb::Set { key: "server.name".into(), value: "x".into() };
    "verb.reload", Verb::Reload {} => Verb::Reload {};
    "verb.get", Verb::Get { .. } => Verb::Get { key: Some("server.name".into()) };
    "verb.list", Verb::List {} => Verb::List {};
    "verb.accounts", Verb::Accounts { .. } => Verb::Accounts { text: "q".into(), skip: 500 };
    "verb.rooms", Verb::Rooms { .. } => Verb::Rooms { text: String::new(), skip: 0 };
    "verb.bans", Verb::Bans {} => Verb::Bans {};
    "verb.backup", Verb::Backup { .. } => Verb::Backup { path: Some("/mnt/x.tar".into()) };
    "verb.check", Verb::Check {} => Verb::Check {};
});

table!(done, value, Done {
    "done.account", Done::Account(_) => Done::Account(account());
    "done.reset", Done::Reset(_) => Done::Reset(ResetCode {
        account: LIME,
        nickname: "青柠".into(),
        code: "ABCD-EFGH".into(),
        minutes: 15,
    });
    "done.banned", Done::Banned(_) => Done::Banned(ban());
    "done.said", Done::Said { .. } => Done::Said { seq: Some(7) };
    "done.dissolved", Done::Dissolved { .. } =>
        Done::Dissolved { room: RoomId(20_001), name: "软工".into() };
    "done.settings", Done::Settings(_) =>
        Done::Settings([("server.name".to_owned(), "x".to_owned())].into());
    "done.online", Done::Online { .. } => Done::Online { sessions: vec![online()] };
    "done.accounts", Done::Accounts { .. } =>
        Done::Accounts { rows: vec![account()], more: true };
    "done.rooms", Done::Rooms { .. } => Done::Rooms {
        rows: vec![RoomRow {
            room: RoomId(20_001),
            name: "软工".into(),
            owner: LIME,
            members: 40,
            messages: 9,
        }],
        more: false,
    };
    "done.bans", Done::Bans { .. } => Done::Bans {
        rows: vec![ban()],
        unbanned: Some(Unbanned { whom: "10001".into(), nickname: Some("青柠".into()) }),
    };
    "done.backup", Done::Backup(_) => Done::Backup(backup());
    "done.checked", Done::Checked(_) => Done::Checked(Checked {
        counts: vec![Counted { what: "accounts".into(), count: 3 }],
        findings: vec![Found { what: "x is missing".into(), cure: "restore".into() }],
        found: 1,
    });
});

pub const TABLES: [fn(&mut Folder); 2] = [verbs, done];
