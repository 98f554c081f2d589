//! Property: whatever happens to links, clients and the server, each message reaches each client
//! once and in order, nothing acknowledged is lost, nothing is said twice, outboxes drain.
//!
//! Virtual time; a failing storm prints its seed. Rules of single parts are in `tests`.

use std::time::Duration;

use super::world::World;

fn storm(seed: u64, has_room: bool) {
    let mut world = World::new(seed, 3);
    if has_room {
        world.server.open_room();
    }
    for _ in 0..120 {
        world.random_act();
        if has_room {
            world.room_act();
        }
        let pause = Duration::from_millis(world.chance.below(400));
        world.run_for(pause);
    }
    world.up = true;
    // A silent link is noticed in 40 s, a back-off has 30 s at most.
    world.run_for(Duration::from_secs(120));
    world.check_the_end();
    if has_room {
        world.check_room();
    }
}

#[test]
fn nothing_is_lost_doubled_or_out_of_order_in_any_storm() {
    storms(300, false);
}

#[test]
fn who_comes_and_goes_in_a_storm_sees_what_is_theirs_and_knows_the_room() {
    storms(200, true);
}

fn storms(most: u64, has_room: bool) {
    let seeds = std::env::var("MYCHAT_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 0..seeds.unwrap_or(most) {
        let result = std::panic::catch_unwind(|| storm(seed, has_room));
        if let Err(panic) = result {
            println!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
