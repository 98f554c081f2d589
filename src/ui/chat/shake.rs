//! The shaking of a window, and where it stands at each step, as numbers.

use std::rc::Rc;

use fltk::app;
use fltk::prelude::{WidgetExt, WindowExt};

use super::{ChatWindow, Motion};

/// Seconds of one step.
const STEP_S: f64 = 0.03;
/// Steps of 0.6 s.
const STEPS: u32 = 20;
/// How far it goes.
const REACH: i32 = 8;

/// How far the window stands from its place at a step, right and down; none when it is over and
/// the window is back.
fn offset(step: u32) -> Option<(i32, i32)> {
    if step >= STEPS {
        return None;
    }
    let sideways = if step.is_multiple_of(2) { REACH } else { -REACH };
    // A little up and down as well, at half the pace.
    let upright = if (step / 2).is_multiple_of(2) { REACH / 2 } else { -REACH / 2 };
    Some((sideways, upright))
}

impl ChatWindow {
    /// Whether anything moves by itself: with reduced motion the window does not shake and the
    /// messages do not glide.
    pub fn set_moves(&mut self, moves: bool) {
        let mut state = self.parts.state.borrow_mut();
        state.motion = match (moves, state.motion) {
            (false, _) => Motion::Reduced,
            (true, Motion::Reduced) => Motion::Still,
            (true, motion) => motion,
        };
        drop(state);
        self.parts.transcript.set_moves(moves);
    }

    /// Shakes it; not while it is being shaken.
    pub fn shake(&mut self) {
        let mut state = self.parts.state.borrow_mut();
        if state.motion != Motion::Still {
            return;
        }
        state.motion = Motion::Shaking;
        drop(state);
        let (mut window, state) = (self.window.clone(), Rc::clone(&self.parts.state));
        let (x, y) = (window.x(), window.y());
        let mut step = 0;
        app::add_timeout3(STEP_S, move |handle| {
            // Closed meanwhile: then it only goes back to its place.
            let offset = offset(step).filter(|_| window.shown());
            let (dx, dy) = offset.unwrap_or((0, 0));
            window.set_pos(x + dx, y + dy);
            step += 1;
            if offset.is_some() {
                app::repeat_timeout3(STEP_S, handle);
            } else if state.borrow().motion == Motion::Shaking {
                state.borrow_mut().motion = Motion::Still;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_six_tenths_of_a_second_and_stays_within_its_reach() {
        let steps = (0..).map_while(offset).collect::<Vec<_>>();
        assert!((f64::from(u32::try_from(steps.len()).unwrap()) * STEP_S - 0.6).abs() < 1e-9);
        assert!(steps.iter().all(|(x, y)| x.abs() <= REACH && y.abs() <= REACH));
        assert!(steps.windows(2).all(|pair| pair[0].0 == -pair[1].0));
    }
}
