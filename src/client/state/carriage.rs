//! How many files go at once is what the person chose.

use std::time::Duration;

use super::shipments::{send, world};
use crate::client::api::{Carriage, Intent};

#[test]
fn more_go_as_soon_as_more_may() {
    let mut world = world(21);
    for _ in 0..6 {
        send(&mut world, 900 << 20);
        world.run_for(Duration::from_millis(500));
    }
    assert_eq!(world.trips_of(0), 3);
    for (at_once, going) in [(5, 5), (1, 5)] {
        let carriage = Carriage { at_once, ..Carriage::default() };
        world.intent(0, Intent::SetCarriage(carriage));
        world.run_for(Duration::from_secs(1));
        assert_eq!(world.trips_of(0), going, "what goes is not stopped");
    }
}
