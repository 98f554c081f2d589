//! Choosing a server and signing in: every cause gets its own sentence, nothing is sent twice.

use crate::client::api::{Saved, SavedAccount, SavedServer, Secret, Trust};
use crate::client::finder::Source;
use crate::client::{Answer, ClientEvent, Failure, Intent, LinkState};
use crate::domain::{AccountId, Presence, ServerId};
use crate::net::address::{Address, Invite};
use crate::net::protocol::{Goodbye, Reason, Refusal};
use crate::ui::app::hosting::HostEnd;
use crate::ui::app::login::{Field, Keep, LoginMsg, Phase, Problem};
use crate::ui::app::servers::Lock;
use crate::ui::app::testing::{World, found, person, server, ticket_of};
use crate::ui::app::{Effect, Model, Moment, Msg, Screen};
use crate::ui::text::{self, Language};

fn saved(auto: bool) -> Saved {
    let account = SavedAccount {
        server: ServerId([1; 32]),
        person: person(10_001, "青柠"),
        has_token: true,
        used: 9,
    };
    let server = SavedServer {
        id: ServerId([1; 32]),
        name: "Lab".into(),
        address: Address { host: "192.168.3.1".into(), port: 1029 },
        since: 1,
        used: 9,
    };
    let auto = auto.then(|| ("auto".to_owned(), format!("{}/10001", ServerId([1; 32]))));
    Saved { servers: vec![server], accounts: vec![account], settings: auto.into_iter().collect() }
}

fn submit(world: &mut World, account: &str, password: &str) -> Vec<Effect> {
    world.send(Msg::Login(LoginMsg::AccountTyped(account.into())));
    world.send(Msg::Login(LoginMsg::PasswordTyped));
    world.send(Msg::Login(LoginMsg::Submit(Secret::new(password))))
}

fn asks<'a>(effects: &'a [Effect]) -> Vec<&'a Intent> {
    let ask = |effect: &'a Effect| match effect {
        Effect::Ask(intent) => Some(intent),
        _ => None,
    };
    effects.iter().filter_map(ask).collect()
}

#[test]
fn a_sign_in_connects_then_asks_then_opens_the_panel() {
    let mut world = World::new();
    world.restore(Saved::default());
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    let effects = submit(&mut world, "10001", "correct horse");
    assert!(matches!(
        asks(&effects)[..],
        [Intent::Connect { address, trust: Trust::Key(id) }]
            if address.host == "192.168.3.1" && *id == found(1, "Lab").id
    ));
    assert!(world.send(Msg::Login(LoginMsg::Submit(Secret::new("again")))).is_empty());
    let effects = world.up();
    let [Intent::SignIn { ticket, login, remember, presence, .. }] = asks(&effects)[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((login.as_str(), *remember, *presence), ("10001", false, Presence::Online));
    let result = Ok(Answer::SignedIn { you: person(10_001, "青柠"), token: None });
    world.event(ClientEvent::Answered { ticket: *ticket, result });
    assert_eq!(world.model.screen, Screen::Panel);
    assert_eq!(world.model.my_account(), Some(AccountId(10_001)));
}

#[test]
fn what_is_typed_goes_to_the_server_that_was_shown() {
    let mut world = World::new();
    world.restore(Saved::default());
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    let chosen = |world: &World| world.model.chosen().unwrap().id;
    let both = || Msg::Servers(vec![found(2, "AAA"), found(1, "Lab")]);
    world.send(both());
    assert_eq!(chosen(&world), Some(found(2, "AAA").id), "the first by name");
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    world.send(Msg::Login(LoginMsg::AccountTyped("10001".into())));
    world.send(both());
    assert_eq!(chosen(&world), Some(found(1, "Lab").id));
    world.send(Msg::Servers(vec![found(2, "AAA")]));
    assert!(world.model.chosen().is_err(), "nor another one when it goes");
}

#[test]
fn each_cause_of_a_failed_sign_in_is_said_in_its_own_words() {
    let refused = |reason| Failure::Refused(Refusal::retry(reason, 300_000));
    let causes = [
        Failure::NameUnknown,
        Failure::PortClosed,
        Failure::Unreachable,
        Failure::NotMyChat,
        Failure::Version,
        Failure::LinkLost,
        Failure::Goodbye(Goodbye::TooManyLinks),
        Failure::PutOut(Goodbye::Banned, "刷屏".to_owned()),
        refused(Reason::WrongPassword),
        refused(Reason::LockedOut),
        refused(Reason::Disabled),
    ];
    for language in Language::ALL {
        let mut sentences = Vec::new();
        for cause in &causes {
            let mut world = World::new();
            world.send(Msg::Servers(vec![found(1, "Lab")]));
            submit(&mut world, "10001", "correct horse");
            let why = cause.clone();
            let down = ClientEvent::Link(LinkState::Down { retry_in_ms: 1_000, why });
            let effects = match cause {
                Failure::Refused(_) => {
                    let ticket = world.up().iter().find_map(ticket_of).unwrap();
                    let result = Err(cause.clone());
                    world.event(ClientEvent::Answered { ticket, result })
                }
                _ => world.event(down),
            };
            assert!(matches!(asks(&effects)[..], [Intent::Disconnect]), "no dialling behind");
            let Phase::Failed(Problem::Failure(shown)) = &world.model.login.phase else {
                panic!("{cause:?}")
            };
            assert_eq!(shown, cause);
            assert!(!world.model.is_busy());
            sentences.push(text::failure(language, shown));
        }
        let count = sentences.len();
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), count);
    }
}

#[test]
fn what_is_missing_is_said_and_the_cursor_goes_there() {
    let mut world = World::new();
    let focus = |effects: &[Effect]| match effects {
        [Effect::FocusLogin(field)] => *field,
        other => panic!("{other:?}"),
    };
    assert_eq!(focus(&submit(&mut world, "10001", "x")), Field::Host);
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::NoServer));
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    assert_eq!(focus(&submit(&mut world, " ", "x")), Field::Account);
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::NoAccount));
    assert_eq!(focus(&submit(&mut world, "10001", "")), Field::Password);
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::NoPassword));
    world.send(Msg::Login(LoginMsg::PasswordTyped));
    assert_eq!(world.model.login.phase, Phase::Idle, "it is no problem any more");
    world.send(Msg::Login(LoginMsg::HostTyped("a b".into())));
    assert_eq!(focus(&submit(&mut world, "10001", "x")), Field::Host);
    world.send(Msg::Login(LoginMsg::HostTyped("chat.example".into())));
    world.send(Msg::Login(LoginMsg::PortTyped("99999".into())));
    assert_eq!(focus(&submit(&mut world, "10001", "x")), Field::Port);
    world.send(Msg::Login(LoginMsg::HostTyped("chat.example:99999".into())));
    assert_eq!(focus(&submit(&mut world, "10001", "x")), Field::Host, "where it was typed");
    assert_eq!(focus(&world.send(Msg::Login(LoginMsg::Register))), Field::Host);
}

#[test]
fn a_typed_address_is_asked_about() {
    let cases = [
        ("chat.example", "7610", "chat.example:7610", Trust::Ask),
        ("chat.example:99", "7610", "chat.example:99", Trust::Ask),
        ("fe80::1", "7610", "[fe80::1]:7610", Trust::Ask),
    ];
    for (host, port, address, trust) in cases {
        let mut world = World::new();
        world.send(Msg::Login(LoginMsg::OpenOther));
        world.send(Msg::Login(LoginMsg::HostTyped(host.into())));
        world.send(Msg::Login(LoginMsg::PortTyped(port.into())));
        let chosen = world.model.chosen().unwrap();
        assert_eq!((chosen.address.to_string(), chosen.trust), (address.to_owned(), trust));
    }
}

#[test]
fn a_link_is_shown_as_host_and_port_and_its_key_stays_until_something_else_is_typed() {
    let key = ServerId([5; 32]);
    let link = format!("mychat://a.b:7/#{}", key.to_base32());
    let zone = jiff::tz::TimeZone::UTC;
    let (now, invite) = (Moment::default(), Invite::parse(&link).unwrap());
    let (started, _) = Model::new(now, zone, Some(invite));
    let mut pasted = World::new();
    pasted.send(Msg::Login(LoginMsg::OpenOther));
    pasted.send(Msg::Login(LoginMsg::HostTyped(link)));
    for model in [&started, &pasted.model] {
        assert_eq!((&*model.login.host, &*model.login.port), ("a.b", "7"));
        let chosen = model.chosen().unwrap();
        assert_eq!((chosen.address.to_string().as_str(), chosen.trust), ("a.b:7", Trust::Key(key)));
    }
    pasted.send(Msg::Login(LoginMsg::PortTyped("8".into())));
    assert_eq!(pasted.model.chosen().unwrap().trust, Trust::Ask);
}

#[test]
fn a_key_that_is_not_the_links_is_said_to_be_that() {
    let mut world = World::new();
    let link = format!("mychat://a.b:7/#{}", ServerId([5; 32]).to_base32());
    world.send(Msg::Login(LoginMsg::HostTyped(link)));
    submit(&mut world, "10001", "correct horse");
    let address = Address { host: "a.b".into(), port: 7 };
    let (offered, wanted) = (ServerId([6; 32]), ServerId([5; 32]));
    world.event(ClientEvent::KeyOther { address, offered, wanted });
    let why = Failure::KeyOther;
    world.event(ClientEvent::Link(LinkState::Down { retry_in_ms: 0, why }));
    assert_eq!(world.model.trust, None, "there is nothing to choose");
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::Failure(Failure::KeyOther)));
}

#[test]
fn what_was_never_met_has_not_changed_where_it_is_only_looked_at() {
    let mut world = World::new();
    let link = format!("mychat://a.b:7/#{}", ServerId([5; 32]).to_base32());
    world.send(Msg::Login(LoginMsg::OpenOther));
    world.send(Msg::Login(LoginMsg::HostTyped(link)));
    world.pass(5_000);
    let place = Address { host: "a.b".into(), port: 7 };
    world.send(Msg::Looked(place, Err(Failure::KeyChanged)));
    assert_eq!(world.model.glance(), Some(&Err(Failure::KeyOther)));
}

#[test]
fn cancel_gives_up_and_a_late_answer_opens_nothing() {
    let mut world = World::new();
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    submit(&mut world, "10001", "correct horse");
    let ticket = world.up().iter().find_map(ticket_of).unwrap();
    let effects = world.send(Msg::Login(LoginMsg::Cancel));
    assert!(matches!(asks(&effects)[..], [Intent::CancelSignIn, Intent::Disconnect]));
    let result = Ok(Answer::SignedIn { you: person(10_001, "青柠"), token: None });
    world.event(ClientEvent::Answered { ticket, result });
    assert_eq!(world.model.screen, Screen::Login);
    assert_eq!(world.model.login.phase, Phase::Idle);
}

#[test]
fn signing_in_by_itself_waits_three_seconds_and_can_be_stopped() {
    let mut world = World::new();
    world.restore(saved(true));
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    assert!(matches!(world.model.login.phase, Phase::Soon { .. }));
    assert!(asks(&world.pass(2_900)).is_empty());
    let effects = world.pass(200);
    assert!(matches!(asks(&effects)[..], [Intent::Connect { .. }]));
    let effects = world.up();
    assert!(matches!(
        asks(&effects)[..],
        [Intent::SignInToken { account: AccountId(10_001), token: None, .. }]
    ));

    let mut world = World::new();
    world.restore(saved(true));
    world.send(Msg::Login(LoginMsg::Cancel));
    assert!(asks(&world.pass(10_000)).is_empty());
}

#[test]
fn signing_in_by_itself_goes_on_until_the_server_is_there() {
    let mut world = World::new();
    world.restore(saved(true));
    world.pass(3_100);
    let down = |why| ClientEvent::Link(LinkState::Down { retry_in_ms: 1_000, why });
    for why in [Failure::PortClosed, Failure::Unreachable, Failure::LinkLost] {
        let effects = world.event(down(why.clone()));
        assert!(matches!(asks(&effects)[..], [Intent::Disconnect]));
        assert_eq!(world.model.login.phase, Phase::Failed(Problem::Failure(why)));
        assert!(asks(&world.pass(4_000)).is_empty());
        assert!(matches!(asks(&world.pass(1_100))[..], [Intent::Connect { .. }]));
    }
    assert!(matches!(asks(&world.up())[..], [Intent::SignInToken { .. }]));
    // What time does not cure is left to the person, and so is what it stopped.
    world.event(down(Failure::Version));
    assert!(asks(&world.pass(60_000)).is_empty());
    world.send(Msg::Login(LoginMsg::Submit(Secret::new(""))));
    world.event(down(Failure::PortClosed));
    world.send(Msg::Login(LoginMsg::Cancel));
    assert!(asks(&world.pass(60_000)).is_empty());
}

#[test]
fn nothing_is_remembered_unless_the_person_says_so() {
    let mut world = World::new();
    world.restore(Saved::default());
    assert_eq!(world.model.login.keep, Keep::Nothing);
    world.send(Msg::Login(LoginMsg::Auto(true)));
    assert_eq!(world.model.login.keep, Keep::Auto);
    world.send(Msg::Login(LoginMsg::Remember(false)));
    assert_eq!(world.model.login.keep, Keep::Nothing);
}

#[test]
fn a_kept_account_needs_no_password_until_it_is_forgotten() {
    let mut world = World::new();
    world.restore(saved(false));
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    assert_eq!(world.model.login.account, "10001");
    assert!(world.model.kept_account().is_some());
    let effects = world.send(Msg::Login(LoginMsg::Remember(false)));
    assert!(matches!(asks(&effects)[..], [Intent::ForgetSignIn { .. }]));
    assert!(world.model.kept_account().is_none());
    let effects = world.send(Msg::Login(LoginMsg::Submit(Secret::new(""))));
    assert!(matches!(effects[..], [Effect::FocusLogin(Field::Password)]));
}

#[test]
fn a_tick_stays_with_its_account() {
    let mut world = World::new();
    world.restore(saved(false));
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    assert_eq!(world.model.login.keep, Keep::SignIn);
    let keep_after = |world: &mut World, account: &str| {
        world.send(Msg::Login(LoginMsg::AccountTyped(account.into())));
        world.model.login.keep
    };
    assert_eq!(keep_after(&mut world, "10002"), Keep::Nothing);
    world.send(Msg::Login(LoginMsg::Remember(true)));
    assert_eq!(keep_after(&mut world, "10003"), Keep::SignIn, "ticked before it was typed");
    assert_eq!(keep_after(&mut world, "青柠"), Keep::SignIn);
}

#[test]
fn cards_stand_by_last_use_then_name_and_locks_tell_the_key() {
    let mut world = World::new();
    let mut store = saved(false);
    store.servers.push(SavedServer {
        id: ServerId([9; 32]),
        address: Address { host: "192.168.3.3".into(), port: 1029 },
        used: 1,
        ..store.servers[0].clone()
    });
    world.restore(store);
    let (mut a, b, changed) = (found(2, "alpha"), found(4, "Beta"), found(3, "Gamma"));
    a.reachable = false;
    world.send(Msg::Servers(vec![changed, b, found(1, "Lab"), a]));
    let cards = world.model.cards();
    let names: Vec<(&str, Lock, bool)> =
        cards.iter().map(|card| (&*card.found.name, card.lock, card.chosen)).collect();
    assert_eq!(
        names,
        [
            ("Lab", Lock::Proven, true),
            ("Beta", Lock::First, false),
            ("Gamma", Lock::Changed, false),
            ("alpha", Lock::First, false),
        ]
    );
}

#[test]
fn the_server_used_last_is_offered_by_its_address_when_it_is_not_on_this_network() {
    let mut world = World::new();
    world.restore(saved(false));
    world.send(Msg::Servers(vec![found(2, "Other")]));
    assert!(world.model.chosen().is_err(), "it may still be found");
    world.pass(3_000);
    assert!(world.model.is_other_chosen());
    assert_eq!(world.model.chosen().unwrap().id, Some(ServerId([1; 32])));
    assert!(world.model.login.other_open, "the person sees where it goes");
    world.send(Msg::Login(LoginMsg::CloseOther));
    world.pass(1_000);
    assert!(!world.model.login.other_open, "and may fold it");
}

#[test]
fn servers_used_before_are_looked_at_beside_those_of_this_network() {
    let mut world = World::new();
    let store = saved(true);
    let met = (store.servers[0].id, store.servers[0].address.clone());
    let effects = world.restore(store);
    let searches = effects.iter().any(|effect| matches!(effect, Effect::SearchServers));
    assert!(searches, "at once, not when the network was silent");
    assert_eq!(world.model.met_servers(), std::slice::from_ref(&met));
    // It does not announce itself here and answers where it was: it is the one that is chosen.
    let mut answering = found(1, "Lab");
    answering.source = Source::Address;
    let mut unproven = found(2, "Lab");
    unproven.proven = false;
    world.send(Msg::Servers(vec![unproven, answering]));
    let chosen = world.model.chosen().unwrap();
    assert_eq!((chosen.address, chosen.trust), (met.1, Trust::Key(met.0)));
    assert_eq!(world.model.login.announced_count(), 1);
    // A typed address is a third way, beside both.
    world.send(Msg::Login(LoginMsg::HostTyped("10.9.9.9".into())));
    assert!(world.model.is_other_chosen());
    assert_eq!(world.model.cards().len(), 2);
    world.pass(100);
    let effects = world.pass(1_000);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Look(..))), "{effects:?}");
}

#[test]
fn signing_in_by_itself_goes_to_the_pinned_key_alone() {
    let mut world = World::new();
    world.restore(saved(true));
    // Another key has the name and the address; the genuine one is not here.
    let mut thief = found(7, "Lab");
    thief.address = world.model.met_servers()[0].1.clone();
    world.send(Msg::Servers(vec![thief]));
    let effects = world.pass(4_000);
    let connects = asks(&effects).into_iter().filter_map(|intent| match intent {
        Intent::Connect { trust, .. } => Some(*trust),
        _ => None,
    });
    for trust in connects {
        // The client judges an address by the key that is pinned for it.
        assert!(matches!(trust, Trust::Ask | Trust::Key(ServerId([1, ..]))), "{trust:?}");
    }
    assert_eq!(world.model.chosen().unwrap().id, Some(ServerId([1; 32])));
}

#[test]
fn hosting_picks_the_server_of_this_computer_and_says_when_it_did_not_start() {
    let mut world = World::new();
    world.send(Msg::Servers(vec![found(2, "Other")]));
    let effects = world.send(Msg::Login(LoginMsg::Host));
    assert!(matches!(effects[..], [Effect::HostServer, Effect::SearchServers]));
    world.send(Msg::Servers(vec![found(2, "Other"), found(3, "New stranger")]));
    assert_eq!(world.model.chosen().unwrap().id, Some(ServerId([3; 32])), "automatic: by name");
    let mut local = found(4, "Zoo");
    local.local = true;
    world.send(Msg::Servers(vec![found(2, "Other"), local]));
    assert_eq!(world.model.chosen().unwrap().id, Some(ServerId([4; 32])));
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::HostReady));
    assert!(world.send(Msg::Login(LoginMsg::Host)).is_empty(), "its window is open");
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::HostOpen));
    world.send(Msg::HostEnded(HostEnd::Ended(Some(0))));
    assert_eq!(world.model.login.phase, Phase::Idle);
    let effects = world.send(Msg::Login(LoginMsg::Host));
    assert!(matches!(effects[0], Effect::HostServer), "its window attaches to what runs");
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::HostRuns));
    world.send(Msg::HostEnded(HostEnd::Ended(Some(0))));
    assert_eq!(world.model.login.phase, Phase::Idle);
    let mut dead = found(4, "Zoo");
    (dead.local, dead.reachable) = (true, false);
    world.send(Msg::Servers(vec![dead]));
    let effects = world.send(Msg::Login(LoginMsg::Host));
    assert!(matches!(effects[0], Effect::HostServer), "what is announced may be gone");

    let mut world = World::new();
    world.send(Msg::Login(LoginMsg::Host));
    world.send(Msg::HostEnded(HostEnd::Ended(Some(69))));
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::HostFailed));
    world.send(Msg::Login(LoginMsg::Host));
    assert_eq!(world.model.login.phase, Phase::Idle);
    world.pass(10_000);
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::HostSlow));
    world.send(Msg::Login(LoginMsg::Host));
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::HostOpen));
    world.send(Msg::HostEnded(HostEnd::Ended(Some(0))));
    world.send(Msg::Login(LoginMsg::Host));
    world.send(Msg::HostEnded(HostEnd::Ended(Some(0))));
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::HostClosed));
}

#[test]
fn a_server_that_is_hosted_late_is_chosen_unless_another_one_was() {
    for is_another_chosen in [false, true] {
        let mut world = World::new();
        world.send(Msg::Login(LoginMsg::Host));
        world.pass(10_000);
        assert_eq!(world.model.login.phase, Phase::Failed(Problem::HostSlow));
        if is_another_chosen {
            world.send(Msg::Login(LoginMsg::HostTyped("10.0.0.9".to_owned())));
        }
        let mut local = found(4, "Zoo");
        local.local = true;
        world.send(Msg::Servers(vec![local]));
        let login = &world.model.login;
        let is_ready = login.phase == Phase::Failed(Problem::HostReady);
        assert_eq!((is_ready, login.other_open), (!is_another_chosen, is_another_chosen));
    }
}

#[test]
fn a_sign_out_by_the_server_says_why_and_one_by_the_person_does_not() {
    let mut world = World::signed_in();
    let kicked = Failure::Goodbye(Goodbye::Kicked);
    let effects = world.event(ClientEvent::SignedOut { why: kicked.clone() });
    assert!(asks(&effects).iter().any(|intent| matches!(intent, Intent::Disconnect)));
    assert_eq!(world.model.screen, Screen::Login);
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::SignedOut(kicked)));
    assert_eq!(world.model.login.account, "10001");

    let mut world = World::signed_in();
    let effects = world.send(Msg::Panel(crate::ui::app::panel::PanelMsg::SignOut));
    assert!(matches!(asks(&effects)[..], [Intent::SignOut { .. }]));
    world.event(ClientEvent::SignedOut { why: Failure::Goodbye(Goodbye::SignedOut) });
    assert_eq!(world.model.login.phase, Phase::Idle);
    let _ = server();
}

/// Signs in where the server says that the account is seen so.
fn entered(world: &mut World, holds: Presence) -> Vec<Effect> {
    world.restore(Saved::default());
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    submit(world, "10001", "correct horse");
    let ticket = world.up().iter().find_map(ticket_of).unwrap();
    let you = person(10_001, "青柠");
    world.event(ClientEvent::SignedIn { you: you.clone(), presence: holds });
    let result = Ok(Answer::SignedIn { you, token: None });
    world.event(ClientEvent::Answered { ticket, result })
}

fn shown(world: &World) -> Presence {
    world.model.me.as_ref().unwrap().presence
}

fn sets(effects: &[Effect]) -> Option<Presence> {
    asks(effects).into_iter().find_map(|intent| match intent {
        Intent::SetPresence { presence, .. } => Some(*presence),
        _ => None,
    })
}

fn told(effects: &[Effect]) -> Option<&'static str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Tell(key) => Some(*key),
        _ => None,
    })
}

#[test]
fn a_status_chosen_in_the_window_holds_and_another_devices_is_said() {
    let mut world = World::new();
    world.send(Msg::Login(LoginMsg::Presence(Presence::Invisible)));
    world.send(Msg::Login(LoginMsg::Presence(Presence::Online)));
    let effects = entered(&mut world, Presence::Invisible);
    assert_eq!((sets(&effects), told(&effects)), (Some(Presence::Online), None));
    assert_eq!(
        (shown(&world), world.model.settings.presence),
        (Presence::Online, Presence::Online)
    );

    let mut world = World::new();
    let effects = entered(&mut world, Presence::Invisible);
    assert_eq!((sets(&effects), told(&effects)), (None, Some("presence.holds.invisible")));
    assert_eq!(shown(&world), Presence::Invisible);
    assert_eq!(world.model.login.presence, Presence::Invisible);

    let mut world = World::new();
    let effects = entered(&mut world, Presence::Online);
    assert_eq!((sets(&effects), told(&effects)), (None, None));
}

#[test]
fn what_another_device_chooses_is_shown_and_said() {
    let mut world = World::signed_in();
    let me = AccountId(10_001);
    let mut seen = |presence| {
        let effects = world.event(ClientEvent::Presence(vec![(me, presence)]));
        (shown(&world), told(&effects))
    };
    assert_eq!(seen(Presence::Online), (Presence::Online, None));
    let expected = (Presence::Invisible, Some("presence.holds.invisible"));
    assert_eq!(seen(Presence::Invisible), expected);
    assert_eq!(seen(Presence::Invisible), (Presence::Invisible, None), "said once");
    assert_eq!(seen(Presence::Online), (Presence::Online, Some("presence.holds.online")));
    assert_eq!(seen(Presence::Away), (Presence::Away, None));
    assert_eq!(seen(Presence::Online), (Presence::Online, None));
}
