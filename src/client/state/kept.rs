//! What this place keeps of an account: its sign-in, its profile, and when they go.

use std::time::Duration;

use super::LinkInput;
use super::model::{ModelStore, SERVER, person};
use super::tests::Alone;
use super::world::World;
use crate::client::api::{Failure, Intent, NO_RETRY, Trust};
use crate::domain::{AccountId, Person};
use crate::net::protocol::{Calling, Event, Goodbye, Occasion, ServerFrame};
use crate::store::local::{KnownAccount, Owner};

const SECOND: Duration = Duration::from_secs(1);

/// Signed in as an account that this place lists, with its token.
fn listed() -> (World, Owner) {
    let mut world = World::new(11, 1);
    let owner = Owner { server: SERVER, account: AccountId(10_001) };
    let account = KnownAccount {
        server: SERVER,
        person: person(owner.account),
        token: Some("ab".repeat(32)),
        used: 1,
    };
    world.clients[0].store.accounts.insert(owner, account);
    world.kill(0);
    world.run_for(SECOND);
    assert!(world.clients[0].signed_in);
    (world, owner)
}

#[test]
fn what_is_void_is_not_kept_and_of_an_account_that_is_gone_nothing_is() {
    // Whether the account stays in the list, and whether its token does.
    let cases = [
        (Goodbye::SignedOut, true, false),
        (Goodbye::PasswordChanged, true, false),
        (Goodbye::Replaced, true, true),
        (Goodbye::Kicked, true, true),
        (Goodbye::Banned, true, true),
        (Goodbye::Deleted, false, false),
    ];
    for (goodbye, listed_still, token_still) in cases {
        let (mut world, owner) = listed();
        world.tell(0, ServerFrame::Goodbye(goodbye));
        world.run_for(SECOND);
        let account = world.clients[0].store.accounts.get(&owner);
        assert_eq!(account.is_some(), listed_still, "{goodbye}");
        let has_token = account.is_some_and(|account| account.token.is_some());
        assert_eq!(has_token, token_still, "{goodbye}");
    }
}

#[test]
fn why_somebody_was_put_out_comes_with_the_goodbye_and_not_as_an_announcement() {
    let say = |world: &mut World, code| {
        let about = Some(Calling { code, seconds: 0 });
        let event = Event::Called { text: "spam".to_owned(), pinned: true, about };
        world.tell(0, ServerFrame::Event(event));
    };
    let (mut world, _) = listed();
    say(&mut world, Occasion::PutOut);
    world.tell(0, ServerFrame::Goodbye(Goodbye::Kicked));
    world.run_for(SECOND);
    let client = &world.clients[0];
    assert_eq!(client.signed_out, Some(Failure::PutOut(Goodbye::Kicked, "spam".to_owned())));
    assert_eq!(client.called, 0);
    let (mut world, _) = listed();
    say(&mut world, Occasion::Unknown);
    world.run_for(SECOND);
    assert_eq!(world.clients[0].called, 1, "what is not known is told by its words");
}

#[test]
fn a_sign_in_that_is_forgotten_leaves_the_account_in_the_list() {
    let (mut world, owner) = listed();
    let Owner { server, account } = owner;
    for forgotten in [AccountId(10_009), account] {
        let kept = world.clients[0].store.accounts[&owner].token.is_some();
        assert!(kept, "another one has nothing to do with it");
        let ticket = world.ticket();
        world.intent(0, Intent::ForgetSignIn { ticket, server, account: forgotten });
        world.run_for(SECOND);
    }
    let kept = &world.clients[0].store.accounts[&owner];
    assert_eq!((kept.token.as_ref(), kept.person.account), (None, account));
}

#[test]
fn an_own_profile_that_changed_is_the_one_in_the_list() {
    let (mut world, owner) = listed();
    let kept = |world: &World| world.clients[0].store.accounts[&owner].clone();
    let changed = Person { version: 5, avatar: 9, ..person(owner.account) };
    let tell = |world: &mut World, person: &Person| {
        let event = Event::People { people: vec![person.clone()] };
        world.tell(0, ServerFrame::Event(event));
        world.run_for(SECOND);
    };
    tell(&mut world, &changed);
    assert_eq!(kept(&world).person, changed);
    assert!(kept(&world).token.is_some(), "nothing else changes");
    tell(&mut world, &Person { version: 4, ..person(owner.account) });
    assert_eq!(kept(&world).person, changed, "older news is none");
    tell(&mut world, &Person { version: 9, ..person(AccountId(10_009)) });
    assert_eq!(kept(&world).person, changed, "of others there is no list");
}

#[test]
fn whoever_is_kept_out_at_the_door_reads_why_and_tries_again_later() {
    for why in ["", "刷屏"] {
        let mut alone = Alone::new(&ModelStore::default());
        alone.connect(Trust::First);
        alone.link(LinkInput::Secured(SERVER));
        if let Some(parting) = Event::parting(why.to_owned()) {
            alone.link(LinkInput::Frame(ServerFrame::Event(parting)));
        }
        alone.link(LinkInput::Frame(ServerFrame::Goodbye(Goodbye::Banned)));
        let told = match why {
            "" => Failure::Goodbye(Goodbye::Banned),
            why => Failure::PutOut(Goodbye::Banned, why.to_owned()),
        };
        let (retry_in_ms, failure) = alone.down().unwrap();
        assert_eq!(failure, told);
        assert_ne!(retry_in_ms, NO_RETRY);
    }
}
