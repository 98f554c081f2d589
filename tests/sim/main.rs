//! Property: whatever happens to links, clients, clocks and the server, every device of everybody
//! ends with what the server has for it, and on the way none of the promises is broken.
//!
//! The real client states over their real stores and the real rules, hub and readers over a store
//! whose disk dies, all in one thread and in virtual time: a seed repeats to the letter.
//! * [`acts`] lists what people do and what goes wrong; a new thing to do is one line there.
//! * [`world`] is time, [`network`] what is between everybody; [`server`] and [`session`] are the one side of it,
//!   [`device`] the other.
//! * [`gaming`] is games: what people do in them, and what all have to agree on.
//! * [`promises`] says what must hold, each promise by its name; [`bugs`] are the defects that the
//!   promises have to catch, or they would prove nothing.
#![cfg(test)]

mod acts;
mod bugs;
mod device;
#[expect(dead_code, reason = "the other faults are for tests that count operations")]
#[path = "../store/disk.rs"]
mod disk;
mod ending;
mod gaming;
mod network;
mod promises;
mod server;
mod session;
mod world;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use bugs::Bug;
use world::World;

/// Seeds without `MYCHAT_SEEDS`.
const SEEDS: u64 = 12;
/// Things that happen in a storm.
const ACTS: u64 = 160;
/// A defect has to be caught within so many seeds.
const SEEDS_OF_A_BUG: u64 = 40;

/// The last things that happened, kept outside a world that may not live to tell.
pub type Trace = Rc<RefCell<VecDeque<String>>>;

/// Plays one seed to its end; what broke, and how it came to it.
fn storm(seed: u64, bug: Option<Bug>) -> Result<(), (String, Trace)> {
    let trace = Trace::default();
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(seed, bug, trace.clone());
        for _ in 0..ACTS {
            acts::any(&mut world);
            let pause = Duration::from_millis(world.chance.below(700));
            world.run_for(pause);
        }
        world.end();
    }));
    played.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let text = text.unwrap_or_default();
        let said = text.split_once(" failed: ").map_or(text.clone(), |(_, said)| said.to_owned());
        (said, trace)
    })
}

#[test]
fn no_storm_breaks_a_promise() {
    let set = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seeds = match set("MYCHAT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..set("MYCHAT_SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        if let Err((broken, trace)) = storm(seed, None) {
            let last: Vec<String> = trace.borrow().iter().cloned().collect();
            panic!(
                "seed {seed}: {broken}\n{}\nagain: MYCHAT_SEED={seed} cargo test --test sim storm",
                last.join("\n")
            );
        }
    }
}

#[test]
fn every_seeded_bug_breaks_the_promise_that_it_should() {
    for (bug, promises) in bugs::ALL {
        let caught =
            (0..SEEDS_OF_A_BUG).find_map(|seed| Some((seed, storm(seed, Some(bug)).err()?.0)));
        let Some((seed, broken)) = caught else { panic!("{bug:?} went unnoticed") };
        let named = promises.iter().any(|promise| broken.starts_with(promise));
        assert!(named, "{bug:?} with seed {seed} was noticed as something else: {broken}");
    }
}
