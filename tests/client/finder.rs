//! Property: a server on this computer becomes a card, proven by TLS, and goes when it closes.
//! Where no network takes multicast, nothing can be found and nothing is tested.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use mychat::client::finder::{Finder, FinderEvent, FoundCard};
use mychat::server::{self, Server};

#[test]
fn a_server_here_is_found_proven_and_lost() {
    if !takes_multicast() {
        println!("no multicast here: not tested");
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(server::Setup {
        listen: vec!["[::]:0".parse().unwrap()],
        data: data.path().to_owned(),
        name: Some("找得到".into()),
        discovery: true,
        metrics: None,
    })
    .unwrap();
    let id = server.ready().server_id;
    let (finder, events) = Finder::start(Arc::new(|| {})).unwrap();
    let until = |is: &dyn Fn(&[FoundCard]) -> bool| {
        let late = async {
            // A look every ten seconds at most, and a card goes by one.
            async_io::Timer::after(Duration::from_secs(30)).await;
            None
        };
        let found = async {
            loop {
                match events.recv().await {
                    Ok(FinderEvent::Servers(cards)) if is(&cards) => return Some(cards),
                    Ok(_) => {}
                    Err(_) => return None,
                }
            }
        };
        smol::block_on(smol::future::or(found, late))
    };
    let proven = |card: &FoundCard| card.id == id && card.proven;
    let cards = until(&|cards| cards.iter().any(proven)).expect("the server is found");
    let card = cards.into_iter().find(proven).unwrap();
    assert_eq!((card.name.as_str(), card.online, card.reachable), ("找得到", Some(0), true));
    // Its addresses come in several answers; one of them is this computer's own.
    let local = |card: &FoundCard| card.id == id && card.local;
    assert!(card.local || until(&|cards| cards.iter().any(local)).is_some());
    assert_eq!(card.fingerprint_prefix, id.fingerprint()[..9]);
    finder.search_again(Vec::new());
    server.stopper().stop();
    server.wait().unwrap();
    assert!(
        until(&|cards| cards.iter().all(|card| card.id != id)).is_some(),
        "it said goodbye and is silent"
    );
}

/// Whether a question to the group of mDNS (RFC 6762) comes back to this computer.
fn takes_multicast() -> bool {
    let group = Ipv4Addr::new(224, 0, 0, 251);
    let heard = || -> std::io::Result<()> {
        let ears = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        ears.join_multicast_v4(&group, &Ipv4Addr::UNSPECIFIED)?;
        ears.set_multicast_loop_v4(true)?;
        ears.set_read_timeout(Some(Duration::from_secs(1)))?;
        ears.send_to(b"?", (group, ears.local_addr()?.port()))?;
        ears.recv_from(&mut [0; 8]).map(drop)
    };
    heard().is_ok()
}
