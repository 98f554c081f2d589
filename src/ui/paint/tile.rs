//! What stands for a room: a rounded square of its colour with the first letter of its name.

use unicode_segmentation::UnicodeSegmentation;

use super::{Align, Canvas, Rect};
use crate::ui::theme::{Colour, ROOM_TILES, Style};

impl Canvas {
    /// A room's tile. The colour is one of seven, as `Room::colour` has it; a room's number names the
    /// same one.
    pub fn room_tile(&self, colour: u64, name: &str, area: Rect) {
        let count = u64::try_from(ROOM_TILES.len()).unwrap_or(1);
        let fill = usize::try_from(colour % count).unwrap_or(0);
        self.round(area, area.w * 24 / 100, ROOM_TILES[fill]);
        let size = area.w * 2 / 5;
        let style = Style::HEADING.sized(size, size * 3 / 2);
        self.text_in(style, Colour::White, area, Align::Centre, &letter(name));
    }
}

/// What a reader takes for the first letter.
fn letter(name: &str) -> String {
    name.trim().graphemes(true).take(1).flat_map(str::chars).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_letter_is_what_a_reader_takes_for_one() {
        for (name, first) in [(" 软工", "软"), ("lab", "L"), ("👨‍👩‍👧 x", "👨‍👩‍👧"), ("", "")]
        {
            assert_eq!(letter(name), first);
        }
    }
}
