//! The tile of a room: its colour, and the first letter of its name.

use super::{Align, Canvas, Rect};
use crate::ui::app::rooms::Tile;
use crate::ui::theme::{Colour, ROOM_TILES, Style};

impl Canvas {
    /// Draws it; its corners are round by a quarter of its side.
    pub fn room_tile(&self, tile: &Tile, area: Rect) {
        let fill = ROOM_TILES.get(tile.colour).copied().unwrap_or(ROOM_TILES[0]);
        self.round(area, area.w * 24 / 100, fill);
        let size = (area.w * 2 / 5).max(10);
        let style = Style { size, line: size * 3 / 2, ..Style::MESSAGE.bold() };
        self.text_in(style, Colour::White, area, Align::Centre, &tile.letter);
    }
}
