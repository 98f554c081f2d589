//! Property: whatever happens to links, clients and the server, each message reaches each client
//! once and in order, nothing acknowledged is lost, nothing is said twice, outboxes drain.
//!
//! Virtual time; a failing storm prints its seed. Rules of single parts are in `tests`.

use std::time::Duration;

use super::world::World;

/// What else there is besides words of one to another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    Words,
    Room,
    Pictures,
}

/// Gives how many pictures came through.
fn storm(seed: u64, with: With) -> usize {
    let mut world = World::new(seed, 3);
    if with == With::Room {
        world.server.open_room();
    }
    world.draws = with == With::Pictures;
    for _ in 0..120 {
        world.random_act();
        match with {
            With::Room => world.room_act(),
            With::Pictures if world.chance.below(3) == 0 => world.image_act(),
            With::Pictures | With::Words => {}
        }
        let pause = Duration::from_millis(world.chance.below(400));
        world.run_for(pause);
    }
    world.up = true;
    // A silent link is noticed in 40 s, a back-off has 30 s at most.
    world.run_for(Duration::from_secs(120));
    world.check_the_end();
    if with == With::Room {
        world.check_room();
    }
    world.check_images()
}

#[test]
fn nothing_is_lost_doubled_or_out_of_order_in_any_storm() {
    storms(300, With::Words);
}

#[test]
fn who_comes_and_goes_in_a_storm_sees_what_is_theirs_and_knows_the_room() {
    storms(200, With::Room);
}

#[test]
fn pictures_come_through_any_storm_once_and_change_nothing_for_words() {
    assert!(storms(200, With::Pictures) > 0);
}

fn storms(most: u64, with: With) -> usize {
    let seeds = std::env::var("MYCHAT_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let run = |seed| match std::panic::catch_unwind(|| storm(seed, with)) {
        Ok(images) => images,
        Err(panic) => {
            println!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    };
    (0..seeds.unwrap_or(most)).map(run).sum()
}
