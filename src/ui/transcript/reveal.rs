//! Going to a message: the view is brought to it, or to one of the lines of a long one.

use fltk::app;
use fltk::prelude::WidgetExt;

use super::place::Tools;
use super::rows::Key;
use super::scene::Scene;
use super::widget::Transcript;

/// A message that was gone to is marked for so many seconds.
const FOUND_S: f64 = 2.0;

impl Scene {
    /// Brings a row to the top of the view. Done twice, since the way there is guessed at first.
    pub fn reveal(&mut self, row: usize, tools: Tools<'_>) {
        for _ in 0..2 {
            self.scroll.jump(self.heights.before(row), self.extent());
            self.frame(tools);
        }
    }

    /// Brings the line of a byte of a row into the view: with what was said before the row, unless the
    /// line is too far down in it for that.
    pub fn show(&mut self, row: usize, byte: usize, tools: Tools<'_>) {
        self.reveal(row, tools);
        let (top, bottom) = self.line_of(row, byte, tools);
        let view = self.extent().view;
        let above = view / 3;
        let into = if bottom <= view - above { 0 } else { top };
        let to = self.heights.before(row) + i64::from(into - above);
        self.scroll.jump(to, self.extent());
        self.frame(tools);
    }

    /// Where the line of a byte begins and ends in its row.
    fn line_of(&mut self, row: usize, byte: usize, tools: Tools<'_>) -> (i32, i32) {
        let placed = self.placed(row, tools);
        let Some(bubble) = placed.bubble() else { return (0, 0) };
        let line = i32::try_from(bubble.flow.place_of(byte).0).unwrap_or(0);
        let top = bubble.text.y.saturating_add(line.saturating_mul(bubble.flow.line_height));
        (top, top.saturating_add(bubble.flow.line_height))
    }

    /// The pill was pressed: to the first message that came while the view was elsewhere.
    pub fn reveal_fresh(&mut self, tools: Tools<'_>) {
        self.fresh = 0;
        match self.divider.and_then(|key| self.row_of(key)) {
            Some(row) => self.reveal(row, tools),
            None => self.follow(),
        }
    }
}

impl Transcript {
    /// Brings a message into the view and marks it for a moment; nothing where it is not shown. Where
    /// words of it were found it is their line that is brought into the view.
    pub fn show(&mut self, key: Key, hit: Option<usize>) {
        {
            let mut state = self.state.borrow_mut();
            let Some(row) = state.scene.row_of(key) else { return };
            state.show(row, hit.unwrap_or(0));
            state.touch.found = Some(key);
            state.touch.hit = hit.map(|byte| (key, byte));
        }
        self.native.redraw();
        let mut shown = self.clone();
        app::add_timeout3(FOUND_S, move |_| {
            // Another one may have been gone to meanwhile.
            shown.state.borrow_mut().touch.found.take_if(|found| *found == key);
            shown.native.redraw();
        });
    }

    /// Marks these words wherever they stand; none where that is empty.
    pub fn set_wanted(&mut self, wanted: &str) {
        let touch = &mut self.state.borrow_mut().touch;
        if touch.wanted != wanted {
            wanted.clone_into(&mut touch.wanted);
            touch.hit = None;
            self.native.redraw();
        }
    }

    /// Brings a row to the top of the view.
    pub fn reveal(&mut self, key: Key) {
        let mut state = self.state.borrow_mut();
        if let Some(row) = state.scene.row_of(key) {
            state.reveal(row);
        }
        drop(state);
        self.native.redraw();
    }
}
