//! Parts of a test, played by this file's own program in a namespace. Each says one line for each
//! thing that happens to it and ends when its input does.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mychat::client::finder::{Finder, FinderEvent};
use mychat::clock;
use mychat::domain::ServerId;
use mychat::net::address::Address;
use mychat::net::discovery::{Announcement, Announcer, Browser, DiscoveryEvent};
use serde_json::{Value, json};

use crate::packets::{Claim, Sender};

/// The server that the part "announce" plays.
pub const ID: ServerId = ServerId([0xA5; 32]);

#[test]
#[ignore = "a part that other tests start in a namespace"]
fn part() {
    let said = std::env::var("MYCHAT_NET_SAID").unwrap_or_default();
    let said: Value = serde_json::from_str(&said).unwrap_or_default();
    match std::env::var("MYCHAT_NET_PART").as_deref() {
        Ok("announce") => announce(),
        Ok("browse") => browse(),
        Ok("find") => find(&said),
        Ok("claim") => claim(&said),
        Ok("flood") => flood(&said),
        other => panic!("no such part: {other:?}"),
    }
}

fn announce() {
    let listening = vec![std::net::Ipv6Addr::UNSPECIFIED.into()];
    let announcement =
        Announcement { id: ID, name: "青柠 Server".to_owned(), port: 1029, listening };
    let announcer = Announcer::start(&announcement).unwrap();
    say("announcing");
    std::io::stdin().lines().for_each(drop);
    announcer.close();
    say("closed");
}

/// Says what changes, and for each line that it reads what it has.
fn browse() {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let has = Arc::new(Mutex::new(BTreeSet::new()));
    let asked = Arc::clone(&has);
    let answer = move || {
        for _ in std::io::stdin().lines() {
            say(&format!("has {:?}", asked.lock().unwrap()));
        }
    };
    std::thread::Builder::new().name("answers".to_owned()).spawn(answer).unwrap();
    let mut browser = Browser::start().unwrap();
    say("listening");
    loop {
        match smol::block_on(browser.next()) {
            DiscoveryEvent::Found(server) => {
                let first = &server.addresses[0];
                say(&format!("found {} {} {}", server.name, first.host, first.port));
                has.lock().unwrap().insert(server.id.to_base32());
            }
            DiscoveryEvent::Lost(id) => {
                say(&format!("lost {id}"));
                has.lock().unwrap().remove(&id.to_base32());
            }
        }
    }
}

/// The list of the login window, as one line each time that it changes. `met` are servers that were
/// used before: base32 and address.
fn find(said: &Value) {
    let met: Vec<(ServerId, Address)> = said["met"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            let id = ServerId::parse(one[0].as_str().unwrap()).unwrap();
            (id, Address::parse(one[1].as_str().unwrap()).unwrap())
        })
        .collect();
    let (finder, events) = Finder::start(Arc::new(|| {})).unwrap();
    finder.search_again(met.clone());
    // As the window does.
    let again = move || {
        loop {
            smol::block_on(smol::Timer::after(Duration::from_secs(5)));
            finder.search_again(met.clone());
        }
    };
    std::thread::Builder::new().name("again".to_owned()).spawn(again).unwrap();
    while let Ok(FinderEvent::Servers(cards)) = events.recv_blocking() {
        let cards: Vec<Value> = cards
            .iter()
            .map(|card| {
                json!({
                    "id": card.id.to_base32(), "name": card.name, "proven": card.proven,
                    "address": card.address.to_string(), "reachable": card.reachable,
                })
            })
            .collect();
        say(&json!({ "cards": cards }).to_string());
    }
}

/// Sends what a stranger says, again and again, as often as `times`, a tenth of a second apart.
fn claim(said: &Value) {
    let sender = Sender::open(own_address(said));
    let text = |key: &str| said[key].as_str().unwrap().to_owned();
    let claim = Claim {
        instance: text("instance"),
        host: text("host"),
        address: own_address(said),
        port: u16::try_from(said["port"].as_u64().unwrap()).unwrap(),
        id: text("id"),
        name: text("name"),
    };
    let ttl = u32::try_from(said["ttl"].as_u64().unwrap()).unwrap();
    for _ in 0..said["times"].as_u64().unwrap() {
        sender.send(&claim.packet(ttl, true));
        smol::block_on(smol::Timer::after(Duration::from_millis(100)));
    }
    say("claimed");
}

/// Where the number of a packet of the flood goes.
const MARK: &str = "ZZZZZZZZ";

/// Sends as many servers as `packets`, all different.
fn flood(said: &Value) {
    let address = own_address(said);
    let sender = Sender::open(address);
    let began = clock::uptime();
    say("flooding");
    // Made once; the number is written over its marks, in letters that an id may have.
    let claim = Claim {
        instance: format!("flood {MARK}"),
        host: format!("flood-{MARK}"),
        address,
        port: 9,
        id: format!("{MARK}{}", &ServerId([0x66; 32]).to_base32()[MARK.len()..]),
        name: format!("\u{202E}flood\u{7} {MARK}"),
    };
    let mut packet = claim.packet(4500, said["pointer"] == true);
    let is_mark = |at: &usize| packet[*at..].starts_with(MARK.as_bytes());
    let marks: Vec<usize> = (0..packet.len()).filter(is_mark).collect();
    for number in 0..said["packets"].as_u64().unwrap() {
        let letters = format!("{number:08}").into_bytes();
        for at in &marks {
            let letter = |digit: &u8| digit - b'0' + b'A';
            let place = &mut packet[*at..*at + MARK.len()];
            place.iter_mut().zip(&letters).for_each(|(place, digit)| *place = letter(digit));
        }
        sender.send(&packet);
    }
    say(&format!("flooded in {:?}", clock::uptime().saturating_sub(began)));
}

fn own_address(said: &Value) -> Ipv4Addr {
    said["address"].as_str().unwrap().parse().unwrap()
}

fn say(line: &str) {
    let mut out = std::io::stdout();
    // The line break in front ends whatever the test runner has printed.
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
}
