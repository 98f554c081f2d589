//! What stands for games: a small board, hands, dice.

use super::{Align, Canvas, Rect, emoji};
use crate::domain::game::{GameName, Hand};
use crate::ui::theme::{Colour, Style};

/// The same in both themes, as a board of wood is.
const BOARD: Colour = Colour::Fixed(0xEF_D5A0);
const LINES: Colour = Colour::Fixed(0x86_632C);
const BLACK: Colour = Colour::Fixed(0x20_262F);
const WHITE_EDGE: Colour = Colour::Fixed(0x7D_6A48);
const PIECE: Colour = Colour::Fixed(0xFB_F1DA);
const RED: Colour = Colour::Fixed(0xB4_2318);
/// The ground of games that have no board.
const CLOTH: Colour = Colour::Fixed(0xDC_E9DF);
const DIE: Colour = Colour::Fixed(0xFF_FFFF);
const DIE_EDGE: Colour = Colour::Fixed(0x82_8D9D);

/// The stones of the small board: column, row, and whether it is black.
const STONES: [(i32, i32, bool); 6] =
    [(1, 1, false), (3, 1, true), (2, 2, true), (1, 3, true), (2, 3, false), (3, 3, false)];

impl Canvas {
    /// A game's tile.
    pub fn game_tile(&self, game: GameName, area: Rect) {
        let radius = area.w / 6;
        match game {
            GameName::Gomoku => {
                self.round(area, radius, BOARD);
                self.small_gomoku(area);
            }
            GameName::Xiangqi => {
                self.round(area, radius, BOARD);
                self.small_xiangqi(area);
            }
            GameName::Hands => {
                self.round(area, radius, CLOTH);
                let side = area.w * 11 / 20;
                self.hand(Hand::Scissors, area.middle(side, side));
            }
            GameName::Dice => {
                self.round(area, radius, CLOTH);
                let side = area.w * 11 / 20;
                self.die(5, area.middle(side, side));
            }
        }
    }

    /// The lines of a board of five by five, and some stones.
    fn small_gomoku(&self, area: Rect) {
        let step = area.w / 6;
        let (x, y) = (area.x + (area.w - 4 * step) / 2, area.y + (area.h - 4 * step) / 2);
        for at in 0..5 {
            self.line_across(area.x + step / 2, y + at * step, area.w - step, LINES);
            self.line_down(x + at * step, area.y + step / 2, area.h - step, LINES);
        }
        let side = step - 1 + step % 2;
        for (column, row, is_black) in STONES {
            let (x, y) = (x + column * step - side / 2, y + row * step - side / 2);
            let stone = Rect::new(x, y, side, side);
            match is_black {
                true => self.circle(stone, BLACK),
                false => self.pill(stone, Colour::White, Some((WHITE_EDGE, 1))),
            }
        }
    }

    /// A river, and the two generals.
    fn small_xiangqi(&self, area: Rect) {
        let step = area.w / 6;
        let middle = area.y + area.h / 2;
        for at in 1..6 {
            let x = area.x + at * step + (area.w - 6 * step) / 2;
            self.line_down(x, area.y + step / 2, area.h / 2 - step, LINES);
            self.line_down(x, middle + step / 2, area.h / 2 - step, LINES);
        }
        for at in [-2, -1, 1, 2] {
            self.line_across(
                area.x + step / 2,
                middle + at * step - at.signum() * step / 2,
                area.w - step,
                LINES,
            );
        }
        let side = area.w * 9 / 20;
        let size = side * 3 / 5;
        let style = Style::BODY.sized(size, size * 3 / 2).bold();
        for (letter, ink, x, y) in [
            ("将", BLACK, area.x + area.w / 12, area.y + area.h / 12),
            ("帅", RED, area.right() - area.w / 12 - side, area.bottom() - area.h / 12 - side),
        ] {
            let piece = Rect::new(x, y, side, side);
            self.pill(piece, PIECE, Some((ink, 1)));
            self.text_in(style, ink, piece, Align::Centre, letter);
        }
    }

    /// A hand.
    pub fn hand(&self, hand: Hand, area: Rect) {
        let picture = match hand {
            Hand::Rock => "✊",
            Hand::Paper => "✋",
            Hand::Scissors => "✌",
        };
        if let Some(id) = emoji::find(picture) {
            self.emoji(id, area.x, area.y, area.w);
        }
    }

    /// A die with so many pips; ones and fours are red, as they are here.
    pub fn die(&self, pips: u8, area: Rect) {
        self.card(area, area.w / 5, DIE, DIE_EDGE, 1);
        let ink = if matches!(pips, 1 | 4) { RED } else { BLACK };
        let side = match pips {
            1 => area.w / 3,
            _ => (area.w / 5).max(3),
        };
        for (x, y) in spots(pips) {
            let (x, y) = (area.x + area.w * x / 8, area.y + area.h * y / 8);
            self.circle(Rect::new(x - side / 2, y - side / 2, side, side), ink);
        }
    }
}

/// Where the pips of a die lie, in eighths of its side.
fn spots(pips: u8) -> Vec<(i32, i32)> {
    let mut spots = Vec::with_capacity(6);
    if pips % 2 == 1 {
        spots.push((4, 4));
    }
    if pips >= 2 {
        spots.extend([(2, 2), (6, 6)]);
    }
    if pips >= 4 {
        spots.extend([(6, 2), (2, 6)]);
    }
    if pips == 6 {
        spots.extend([(2, 4), (6, 4)]);
    }
    spots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_die_shows_as_many_pips_as_it_has() {
        for pips in 1..=6 {
            let mut places = spots(pips);
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), usize::from(pips));
        }
    }

    #[test]
    fn there_is_a_picture_of_every_hand() {
        for hand in ["✊", "✋", "✌"] {
            assert!(emoji::find(hand).is_some(), "{hand}");
        }
    }
}
