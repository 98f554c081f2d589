//! What lies on a board: stones or pieces, and the marks on and around them.

use super::areas::Grid;
use super::art::{Art, ink};
use crate::domain::game::Side;
use crate::game::xiangqi::{Kind, Piece};
use crate::ui::app::games::board::Board;
use crate::ui::app::games::scene::{Scene, Token};
use crate::ui::paint::{Align, Canvas, Rect};
use crate::ui::theme::{Colour, Style, Theme};

/// Draws what one sees; the place of the keyboard only where it is.
pub fn draw(canvas: &Canvas, grid: &Grid, board: &Board, scene: &Scene, has_focus: bool) {
    let at = |place: u8| grid.at(board.seen_at(place));
    let is_xiangqi = grid.columns != grid.rows;
    if let Some(left) = scene.left {
        Art::Origin.draw(canvas, at(left), grid.cell / 3);
    }
    for (place, token) in &scene.tokens {
        let is_sent = is_xiangqi && scene.ghost.is_some() && scene.picked == Some(*place);
        self::token(canvas, grid, at(*place), *token, is_sent);
    }
    for place in &scene.winning {
        Art::Winning.draw(canvas, at(*place), stone_size(grid) + 3);
    }
    match scene.last {
        Some(last) if is_xiangqi => Art::LastRing.draw(canvas, at(last), disc_size(grid) + 3),
        Some(last) => Art::LastDot.draw(canvas, at(last), (grid.cell / 4).max(7)),
        None => {}
    }
    if let Some(check) = scene.check {
        Art::Check.draw(canvas, at(check), disc_size(grid) + 5);
    }
    for (place, takes) in &scene.hints {
        let (art, size) = if *takes {
            (Art::HintTake, disc_size(grid) + 4)
        } else {
            (Art::Hint, (grid.cell / 4).max(10))
        };
        art.draw(canvas, at(*place), size);
    }
    ghost(canvas, grid, board, scene);
    if let Some(picked) = scene.picked {
        let size = if is_xiangqi { disc_size(grid) + 4 } else { stone_size(grid) + 4 };
        Art::Picked.draw(canvas, at(picked), size);
    }
    if let Some(cursor) = scene.cursor.filter(|_| has_focus) {
        let (x, y) = at(cursor);
        let half = grid.cell / 2;
        let area = Rect::new(x - half + 1, y - half + 1, 2 * half - 1, 2 * half - 1);
        canvas.frame(area, 6, Colour::Fixed(0x20_66C4), 2);
    }
}

fn ghost(canvas: &Canvas, grid: &Grid, board: &Board, scene: &Scene) {
    let Some(ghost) = scene.ghost else { return };
    let place = grid.at(board.seen_at(ghost.at));
    match ghost.token {
        Token::Stone(side) => {
            let art = if ghost.is_sent { Art::Sent(side) } else { Art::Ghost(side) };
            art.draw(canvas, place, stone_size(grid));
        }
        Token::Piece(_) => token(canvas, grid, place, ghost.token, true),
    }
}

fn token(canvas: &Canvas, grid: &Grid, place: (i32, i32), token: Token, is_sent: bool) {
    match token {
        Token::Stone(side) => Art::Stone(side).draw(canvas, place, stone_size(grid)),
        Token::Piece(piece) => {
            let size = disc_size(grid);
            let art = if is_sent { Art::SentDisc(piece.side) } else { Art::Disc(piece.side) };
            art.draw(canvas, place, size);
            let area = Rect::new(place.0 - size / 2, place.1 - size / 2, size, size);
            sign(canvas, area, piece);
        }
    }
}

/// A taken piece, small.
pub fn small_piece(canvas: &Canvas, area: Rect, piece: Piece) {
    Art::Disc(piece.side).draw_in(canvas, area);
    sign(canvas, area, piece);
}

/// The stone or the piece that stands for a player.
pub fn mark(canvas: &Canvas, area: Rect, is_xiangqi: bool, side: Side) {
    if is_xiangqi {
        small_piece(canvas, area, Piece { side, kind: Kind::General });
    } else {
        if Theme::current() == Theme::Dark {
            // Black would not be seen.
            canvas.circle(area.inset(-1), Colour::Field);
        }
        Art::Stone(side).draw_in(canvas, area);
    }
}

/// The letter of a piece. The plain face has all of them, the bold one lacks two.
fn sign(canvas: &Canvas, area: Rect, piece: Piece) {
    let size = (area.w * 9 / 16).max(9);
    let style = Style::BODY.sized(size, area.h);
    let (letter, ink) = (letter(piece), ink(piece.side));
    if area.w >= 32 {
        canvas.heavy_sign(style, ink, area, letter);
    } else {
        canvas.text_in(style, ink, area, Align::Centre, letter);
    }
}

/// What is written on a piece, as on boards of wood.
fn letter(Piece { side, kind }: Piece) -> &'static str {
    let (red, black) = match kind {
        Kind::General => ("帥", "將"),
        Kind::Advisor => ("仕", "士"),
        Kind::Elephant => ("相", "象"),
        Kind::Horse => ("傌", "馬"),
        Kind::Chariot => ("俥", "車"),
        Kind::Cannon => ("炮", "砲"),
        Kind::Soldier => ("兵", "卒"),
    };
    if side == Side::First { red } else { black }
}

/// How wide a stone is.
fn stone_size(grid: &Grid) -> i32 {
    grid.cell * 8 / 9
}

/// How wide a piece is.
fn disc_size(grid: &Grid) -> i32 {
    grid.cell * 8 / 9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::paint::text::is_in_sans;

    #[test]
    fn every_letter_is_in_the_face_that_it_is_drawn_with() {
        let kinds = [
            Kind::General,
            Kind::Advisor,
            Kind::Elephant,
            Kind::Horse,
            Kind::Chariot,
            Kind::Cannon,
            Kind::Soldier,
        ];
        let pieces = Side::BOTH.into_iter().flat_map(|side| kinds.map(|kind| Piece { side, kind }));
        let letters: Vec<&str> = pieces.map(letter).collect();
        let mut different = letters.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 14);
        let signs = letters.concat() + "楚河漢界";
        assert!(signs.chars().all(is_in_sans), "{signs}");
    }
}
