//! Those who come to the door and do not come in: silent sockets, and connections by the ten thousand.

use std::collections::VecDeque;
use std::net::{IpAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use mychat::clock::uptime;
use mychat::domain::Target;
use mychat::server::bounds::Bound;

use crate::ground::{
    Ground, PATIENCE, REGISTERING, at_once, by_few, dial, is_closed, pass, source, until,
};
use crate::peer::{Peer, text};

/// What turns a connection away, or ends one that says nothing.
const TURNED_AWAY: [Bound; 5] = [
    Bound::LinksUnauthenticated,
    Bound::LinksUnauthenticatedPerAddress,
    Bound::LinksPerAddress,
    Bound::Dials,
    Bound::DeadlineTls,
];
/// A silent socket that was closed is opened again after so long.
const AGAIN: Duration = Duration::from_millis(1);
/// Threads that dial as fast as they can.
const DIALLERS: usize = 2;
/// Each of them keeps so many connections open.
const KEPT: usize = 256;

/// Those who say nothing, and those who want to come in beside them.
pub struct Silence {
    pub sockets: usize,
    pub addresses: usize,
    pub people: usize,
}

/// Everybody gets in beside silent sockets that are opened again and again: how long each one took.
pub fn silence(size: &Silence) -> Option<Vec<Duration>> {
    let ground = Ground::start(&[&REGISTERING])?;
    let home = |number| source(113, number);
    by_few(size.people, |number| drop(ground.register(home(number), &format!("guest {number}"))));
    let from = |number: usize| source(114, number % size.addresses);
    let dialled = |number| dial(from(number), ground.address);
    let silent: Vec<TcpStream> = (0..size.sockets).filter_map(|n| dialled(n).ok()).collect();
    let is_over = AtomicBool::new(false);
    let took = thread::scope(|scope| {
        let again = || {
            let mut kept = VecDeque::from(silent);
            let late = uptime() + PATIENCE;
            for number in 0.. {
                if is_over.load(Ordering::Relaxed) || uptime() > late {
                    break;
                }
                kept.extend(dialled(number).ok());
                kept.pop_front();
                pass(AGAIN);
            }
            kept
        };
        let builder = thread::Builder::new().name("silent".to_owned());
        let silent = builder.spawn_scoped(scope, again).unwrap();
        let took =
            at_once(size.people, |number| ground.sign_in(home(number), &format!("guest {number}")));
        is_over.store(true, Ordering::Relaxed);
        let mut silent = silent.join().unwrap();
        assert!(silent.iter_mut().all(is_closed), "nobody stays for nothing");
        // Whoever came in is still there.
        took.into_iter()
            .map(|(mut peer, took)| {
                peer.barrier();
                took
            })
            .collect()
    });
    assert!(ground.refused(&TURNED_AWAY) > 0);
    Some(took)
}

/// What a flood of connections did.
pub struct Flood {
    pub refused: u64,
    pub cpu: Duration,
    pub echoes: Vec<Duration>,
    pub recovery: Duration,
}

/// Somebody talks while others connect so many times; then somebody new comes in.
pub fn flood(dials: usize, addresses: usize) -> Option<Flood> {
    let ground = Ground::start(&[&REGISTERING, &[("messages.per_second", "100000")]])?;
    let mut lime = ground.register(source(115, 0), "Lime");
    drop(ground.register(source(115, 1), "Momo"));
    let (refused, cpu) = (ground.refused(&TURNED_AWAY), ground.cpu());
    let is_over = AtomicBool::new(false);
    let talking = Mutex::new(&mut lime);
    let echoes = thread::scope(|scope| {
        let talk = || talk(&mut talking.lock().unwrap(), &is_over);
        let builder = thread::Builder::new().name("lime".to_owned());
        let talk = builder.spawn_scoped(scope, talk).unwrap();
        at_once(DIALLERS, |dialler| {
            let mut kept = VecDeque::new();
            for number in (dialler..dials).step_by(DIALLERS) {
                kept.extend(dial(source(116, number % addresses), ground.address).ok());
                if kept.len() > KEPT {
                    kept.pop_front();
                }
            }
        });
        is_over.store(true, Ordering::Relaxed);
        talk.join().unwrap()
    });
    let began = uptime();
    let cpu = ground.cpu().saturating_sub(cpu);
    until("a person comes in", || can_come_in(&ground, source(115, 2)));
    let recovery = uptime().saturating_sub(began);
    let refused = ground.refused(&TURNED_AWAY) - refused;
    lime.barrier();
    Some(Flood { refused, cpu, echoes, recovery })
}

fn talk(peer: &mut Peer, is_over: &AtomicBool) -> Vec<Duration> {
    let mut echoes = Vec::new();
    let late = uptime() + PATIENCE;
    while !is_over.load(Ordering::Relaxed) || echoes.is_empty() {
        let began = uptime();
        assert!(began < late, "the others dial for ever");
        let said = peer.say(Target::Lobby, text("still here")).unwrap();
        assert_eq!(said.seq.0, echoes.len() as u64 + 1, "nobody else writes here");
        echoes.push(uptime().saturating_sub(began));
        pass(Duration::from_millis(5));
    }
    echoes
}

fn can_come_in(ground: &Ground, from: IpAddr) -> bool {
    let Ok(mut peer) = ground.stranger(from) else { return false };
    peer.hello(mychat::net::protocol::VERSION).unwrap();
    peer.sign_in("Momo", crate::peer::PASSWORD).is_ok()
}
