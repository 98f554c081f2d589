//! The page that checks the network, and the sign-in window where no server is.

use crate::client::api::{Saved, SavedServer};
use crate::client::doctor::{Check, Finding, Plan, Server, State, Verdict};
use crate::domain::ServerId;
use crate::net::address::Address;
use crate::ui::app::checkup::CheckupMsg;
use crate::ui::app::login::LoginMsg;
use crate::ui::app::testing::{World, found, server};
use crate::ui::app::{Effect, Msg};

fn say(world: &mut World, msg: CheckupMsg) -> Vec<Effect> {
    world.send(Msg::Checkup(msg))
}

/// The run that was begun, and what it looks at.
fn begun(effects: &[Effect]) -> Option<(u64, Plan)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Examine(run, plan) => Some((*run, plan.clone())),
        _ => None,
    })
}

fn tell(world: &mut World, run: u64, check: Check, verdict: Verdict) {
    say(world, CheckupMsg::Found(run, Some(Finding { check, verdict })));
}

fn of_met(host: &str, key: u8) -> Plan {
    let server = of(host, Some(key)).server.map(|server| Server { is_met: true, ..server });
    Plan { server }
}

fn of(host: &str, expected: Option<u8>) -> Plan {
    let address = Address { host: host.into(), port: 1029 };
    let expected = expected.map(|n| ServerId([n; 32]));
    Plan { server: Some(Server { address, expected, is_met: false }) }
}

fn met(n: u8, host: &str) -> SavedServer {
    let address = Address { host: host.into(), port: 1029 };
    SavedServer { id: ServerId([n; 32]), name: format!("S{n}"), address, since: 1, used: 5 }
}

#[test]
fn results_come_one_by_one_and_those_of_an_older_run_not_at_all() {
    let mut world = World::new();
    let (first, plan) = begun(&say(&mut world, CheckupMsg::Open)).unwrap();
    assert_eq!(plan, Plan::default(), "no server is known");
    tell(&mut world, first, Check::Interfaces, Verdict::NoNetwork);
    let page = world.model.checkup.as_ref().unwrap();
    assert!(page.running && page.shown.is_none());
    assert_eq!(page.findings[&Check::Interfaces].state(), State::Failed);

    assert!(begun(&say(&mut world, CheckupMsg::Again)).is_none(), "one run at a time");
    assert!(say(&mut world, CheckupMsg::Copy).is_empty(), "half a report helps nobody");
    say(&mut world, CheckupMsg::Found(first, None));
    assert!(!world.model.checkup.as_ref().unwrap().running);

    let (second, _) = begun(&say(&mut world, CheckupMsg::Again)).unwrap();
    assert_ne!(first, second);
    tell(&mut world, first, Check::Interfaces, Verdict::OnlyItself);
    say(&mut world, CheckupMsg::Found(first, None));
    let page = world.model.checkup.as_ref().unwrap();
    assert!(page.running && page.findings.is_empty());

    say(&mut world, CheckupMsg::Close);
    assert!(world.model.checkup.is_none());
    tell(&mut world, second, Check::Interfaces, Verdict::NoNetwork);
    assert!(world.model.checkup.is_none(), "nobody asks any more");
}

#[test]
fn the_report_is_copied_whole() {
    let mut world = World::new();
    let (run, _) = begun(&say(&mut world, CheckupMsg::Open)).unwrap();
    tell(&mut world, run, Check::Latency, Verdict::Quick(3));
    tell(&mut world, run, Check::Port, Verdict::Refused("10.0.0.1:1029".into()));
    say(&mut world, CheckupMsg::Found(run, None));
    let effects = say(&mut world, CheckupMsg::Copy);
    let [Effect::Copy { text, said: "doctor.copied", .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(text.contains("10.0.0.1:1029") && text.contains(env!("CARGO_PKG_VERSION")));
    let places = [text.find("10.0.0.1"), text.find("3 ")];
    assert!(places[0] < places[1], "in the order of the page");
}

#[test]
fn the_chosen_server_is_checked_with_the_key_that_is_known_of_it() {
    let mut world = World::new();
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    let (_, plan) = begun(&say(&mut world, CheckupMsg::Open)).unwrap();
    assert_eq!(plan, of("192.168.3.1", Some(1)));
    let page = world.model.checkup.as_ref().unwrap();
    assert_eq!(page.shown.as_deref(), Some("Lab · 192.168.3.1:1029"));
    // Another one is chosen: opening the page again looks at that.
    world.send(Msg::Login(LoginMsg::HostTyped("10.0.0.9".into())));
    let effects = say(&mut world, CheckupMsg::Open);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::RaiseCheckup)));
    assert_eq!(begun(&effects).unwrap().1, of("10.0.0.9", None));
}

#[test]
fn what_is_pinned_goes_before_what_is_announced() {
    let mut world = World::new();
    let servers = vec![met(7, "192.168.3.1")];
    world.restore(Saved { servers, ..Saved::default() });
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    world.send(Msg::Login(LoginMsg::Choose(ServerId([1; 32]))));
    let (_, plan) = begun(&say(&mut world, CheckupMsg::Open)).unwrap();
    assert_eq!(plan, of_met("192.168.3.1", 7), "the key has changed there");

    // A known server that has moved to the address of another one is itself.
    let mut world = World::new();
    let servers = vec![met(7, "192.168.3.1"), met(1, "10.0.0.1")];
    world.restore(Saved { servers, ..Saved::default() });
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    world.send(Msg::Login(LoginMsg::Choose(ServerId([1; 32]))));
    let (_, plan) = begun(&say(&mut world, CheckupMsg::Open)).unwrap();
    assert_eq!(plan, of_met("192.168.3.1", 1));
}

#[test]
fn whoever_is_signed_in_checks_that_server() {
    let mut world = World::signed_in();
    let (_, plan) = begun(&say(&mut world, CheckupMsg::Open)).unwrap();
    let server = server();
    let expected = Some(server.id);
    let (address, is_met) = (server.address, plan.server.as_ref().unwrap().is_met);
    assert_eq!(plan, Plan { server: Some(Server { address, expected, is_met }) });
}

#[test]
fn the_reasons_come_when_nothing_was_found_for_three_seconds() {
    let mut world = World::new();
    world.pass(1_500);
    world.send(Msg::Servers(Vec::new()));
    assert!(!world.model.is_nobody_here(), "it is still being searched");
    world.pass(1_499);
    assert!(!world.model.is_nobody_here());
    world.pass(1);
    assert!(world.model.is_nobody_here());
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    assert!(!world.model.is_nobody_here());
    // One that went away may come back in a moment.
    world.send(Msg::Servers(Vec::new()));
    assert!(!world.model.is_nobody_here());
    world.pass(3_000);
    assert!(world.model.is_nobody_here());
}
