//! Property: the event log tells of what the admin did and why, also on a stopped server's folder, and of what
//! people made, behind the commit; it has neither what was said nor codes in it.

use mychat::domain::{Role, Target};
use mychat::net::control::{ControlReply, ControlRequest, LogEvent};
use mychat::net::protocol::Command;
use mychat::net::verb::{Audience, Done, Verb, Whom};
use mychat::server::admin;
use mychat::server::control::Console;

use crate::parcels::{bring, noise};
use crate::peer::{Ground, wait_for};

/// Everything that the log has.
fn log(ground: &Ground) -> Vec<LogEvent> {
    smol::block_on(async {
        let mut console = Console::attach(ground.folder()).await.unwrap();
        match console.ask(&ControlRequest::Log { after: 0 }).await.unwrap() {
            ControlReply::Log { entries } => entries.into_iter().map(|entry| entry.what).collect(),
            other => panic!("{other:?}"),
        }
    })
}

#[test]
fn the_log_tells_what_was_done_and_why_and_not_what_was_said() {
    let ground = Ground::start();
    let (lime, _momo) = (ground.register("Lime"), ground.register("Momo"));
    let account = lime.account();
    let whom = || Whom::Address("10.0.0.7".parse().unwrap());
    let (name, why, text) = (|| "Lime".to_owned(), || "刷屏".to_owned(), "secret text");
    let set = |key: &str, value: &str| Verb::Set { key: key.to_owned(), value: value.to_owned() };
    let address = || "10.0.0.7".to_owned();
    let cases = [
        (
            Verb::Role { account: name(), role: Role::Admin },
            LogEvent::RoleGiven { account, role: Role::Admin },
        ),
        (Verb::Reset { account: name() }, LogEvent::ResetGiven { account }),
        (
            Verb::Ban { whom: whom(), minutes: Some(60), why: why() },
            LogEvent::Banned { whom: address(), minutes: Some(60), why: why() },
        ),
        (Verb::Unban { whom: whom() }, LogEvent::Unbanned { whom: address() }),
        (
            Verb::Say { text: text.to_owned(), to: Audience::Online, pinned: false, about: None },
            LogEvent::Announced { kept: false, people: 2 },
        ),
        (Verb::Tell { account: name(), text: text.to_owned() }, LogEvent::Told { account }),
        (Verb::Reload {}, LogEvent::Reloaded {}),
        (
            set("registration.code", "ABCD-2345"),
            LogEvent::SettingChanged { key: "registration.code".to_owned(), value: None },
        ),
        (
            set("files.days", "60"),
            LogEvent::SettingChanged { key: "files.days".to_owned(), value: Some("60".to_owned()) },
        ),
    ];
    for (verb, event) in cases {
        admin::run(ground.folder(), verb.clone()).unwrap();
        assert!(log(&ground).contains(&event), "{verb:?}");
    }
    // What was refused was not done.
    let before = log(&ground).len();
    admin::run(ground.folder(), set("files.days", "0")).unwrap_err();
    admin::run(ground.folder(), Verb::Unban { whom: whom() }).unwrap_err();
    assert_eq!(log(&ground).len(), before);

    admin::run(ground.folder(), Verb::Kick { account: name(), why: why() }).unwrap();
    let disabled = |disabled| Verb::Disable { account: name(), disabled, why: why() };
    admin::run(ground.folder(), disabled(true)).unwrap();
    admin::run(ground.folder(), disabled(false)).unwrap();
    admin::run(ground.folder(), Verb::SignOut { account: name() }).unwrap();
    let log = log(&ground);
    for event in [
        LogEvent::Kicked { account, why: why() },
        LogEvent::Disabled { account, disabled: true, why: why() },
        LogEvent::Disabled { account, disabled: false, why: String::new() },
        LogEvent::SignedOutEverywhere { account },
    ] {
        assert!(log.contains(&event), "{event:?}");
    }
    let all = format!("{log:?}");
    assert!(!all.contains("secret") && !all.contains("ABCD"), "{all}");
}

#[test]
fn the_log_goes_on_where_it_was_before_a_restart() {
    let mut ground = Ground::start();
    let account = ground.register("Lime").account();
    let before = log(&ground);
    assert!(
        before
            .iter()
            .any(|event| matches!(event, LogEvent::Registered { account: a, .. } if *a == account))
    );
    ground.restart();
    let after = log(&ground);
    assert_eq!(after[..before.len()], before);
    assert!(after[before.len()..].contains(&LogEvent::Stopping {}));
    assert!(matches!(after.last(), Some(LogEvent::Started { .. })), "{after:?}");
    // The admin tool finds it with and without a server.
    ground.stop();
    let kept = admin::log(ground.folder(), 1_000).unwrap();
    assert!(kept.len() > after.len() && kept[after.len() - 1].what == *after.last().unwrap());
    assert_eq!(admin::log(ground.folder(), 1).unwrap()[0].what, LogEvent::Stopping {});
    let nowhere = admin::log(std::path::Path::new("/no/such/folder"), 1).unwrap_err();
    assert!(nowhere.to_string().contains("has no server's data"), "{nowhere}");
}

#[test]
fn the_log_tells_of_rooms_and_files() {
    let ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let account = lime.account();
    let room = lime.open_room("Ducks");
    assert!(log(&ground).contains(&LogEvent::RoomMade { room, account }));
    lime.command(Command::DissolveRoom { room }).unwrap();
    assert!(log(&ground).contains(&LogEvent::RoomEnded { room, account: Some(account) }));
    let room = lime.open_room("Geese");
    admin::run(ground.folder(), Verb::Dissolve { room }).unwrap();
    assert!(log(&ground).contains(&LogEvent::RoomEnded { room, account: None }));

    let to = Target::Account(momo.account());
    let file = lime.offer(to, 1_000);
    bring(ground.address, &mut lime, file, &noise(1, 1_000));
    assert!(log(&ground).contains(&LogEvent::FileSent { account, to, bytes: 1_000 }));
}

#[test]
fn what_is_done_on_a_stopped_servers_folder_stands_in_its_log() {
    let mut ground = Ground::start();
    let mut lime = ground.register("Lime");
    let (account, room) = (lime.account(), lime.open_room("Ducks"));
    ground.stop();
    let kept = || admin::log(ground.folder(), 1_000).unwrap();
    let before = kept().len();
    let (whom, why) = (Whom::Account("Lime".to_owned()), "刷屏".to_owned());
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("x.tar").display().to_string();
    for verb in [
        Verb::Ban { whom, minutes: None, why: why.clone() },
        Verb::Bans {},
        Verb::Dissolve { room },
        Verb::Role { account: "Lime".to_owned(), role: Role::Admin },
        Verb::Backup { path: Some(path.clone()) },
    ] {
        admin::run(ground.folder(), verb).unwrap();
    }
    let refused = Verb::Set { key: "files.days".to_owned(), value: "0".to_owned() };
    admin::run(ground.folder(), refused).unwrap_err();
    let done: Vec<LogEvent> = kept().into_iter().skip(before).map(|entry| entry.what).collect();
    let [banned, ended, role, backup] = &done[..] else { panic!("{done:?}") };
    assert_eq!(*banned, LogEvent::Banned { whom: account.to_string(), minutes: None, why });
    assert_eq!(*ended, LogEvent::RoomEnded { room, account: None });
    assert_eq!(*role, LogEvent::RoleGiven { account, role: Role::Admin });
    assert!(matches!(backup, LogEvent::BackedUp { path: at, .. } if *at == path), "{backup:?}");
    // A server that starts goes on behind them.
    ground.restart();
    assert!(log(&ground).contains(role));
}

#[test]
fn a_wrong_code_is_told_as_what_it_is() {
    let ground = Ground::start();
    let lime = ground.register("Lime");
    ground.connect().recover("Lime", &"A".repeat(26), "another horse").unwrap_err();
    let log = log(&ground);
    let is_code = |event: &LogEvent| matches!(event, LogEvent::WrongCode { tries: 1, .. });
    assert!(log.iter().any(is_code), "{log:?}");
    assert!(!log.iter().any(|event| matches!(event, LogEvent::WrongPassword { .. })), "{log:?}");
    let code = lime.recovery.clone().unwrap();
    ground.connect().recover("Lime", &code, "another horse").unwrap();
    let account = lime.account();
    let log = self::log(&ground);
    let is_reset = |event: &&LogEvent| matches!(event, LogEvent::PasswordReset { account: of, .. } if *of == account);
    assert_eq!(log.iter().filter(is_reset).count(), 1, "{log:?}");
    assert!(!format!("{log:?}").contains(&code));
}

#[test]
fn that_somebody_was_put_out_who_was_not_there_is_not_told() {
    let ground = Ground::start();
    let lime = ground.register("Lime");
    let kick = || {
        let verb = Verb::Kick { account: "Lime".to_owned(), why: String::new() };
        match admin::run(ground.folder(), verb).unwrap() {
            Done::Account(row) => row.links,
            other => panic!("{other:?}"),
        }
    };
    drop(lime);
    // Each that is asked before the server has seen the end of the link is told.
    let mut told = 0;
    wait_for(|| {
        let links = kick();
        told += usize::from(links > 0);
        links == 0
    });
    let log = log(&ground);
    let kicks = log.iter().filter(|event| matches!(event, LogEvent::Kicked { .. })).count();
    assert_eq!(kicks, told, "{log:?}");
}
