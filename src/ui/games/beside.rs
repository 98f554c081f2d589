//! What is painted beside a board: the players, the count, the moves, the talk.

use super::areas::{Areas, LINE};
use super::tokens;
use super::words::{Words, clock};
use crate::domain::game::Side;
use crate::ui::app::games::board::{Board, Warning};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::paragraph;
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::RowLook;

/// A clock below this is shown in red.
const LOW_MS: u64 = 30_000;
/// A name before what is said takes at most so much.
const NAME_MAX: i32 = 96;
/// Lines of one thing that is said.
const LINES_MAX: usize = 12;

/// What changes with time alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timed {
    /// The clocks, with whether little is left.
    pub clocks: [Option<(String, bool)>; 2],
    /// The line below them, with whether it warns.
    pub count: (String, bool),
}

impl Timed {
    /// As it is now.
    pub fn of(words: &Words<'_>) -> Timed {
        let clocks = Side::BOTH.map(|side| {
            let left = words.board.left_ms(side)?;
            let is_low = left < LOW_MS && words.board.begun().me.is_some();
            Some((clock(left), is_low))
        });
        Timed { clocks, count: words.count() }
    }
}

/// The players from above: oneself, then the other.
pub fn order(board: &Board) -> [Side; 2] {
    let first = board.begun().me.unwrap_or(Side::First);
    [first, first.other()]
}

/// Paints the players and the line below them.
pub fn players(canvas: &Canvas, areas: &Areas, words: &Words<'_>, timed: &Timed) {
    for (side, area) in order(words.board).into_iter().zip(areas.players) {
        player(canvas, area, words, side, timed.clocks[side.index()].as_ref());
    }
    let (count, warns) = &timed.count;
    let limit = words.limit();
    let wide = text::width(Style::CAPTION, &limit);
    canvas.text_in(Style::CAPTION, Colour::Ink2, areas.count, Align::Right, &limit);
    let (style, ink) = match warns {
        true => (Style::CAPTION.bold(), Colour::Bad),
        false => (Style::CAPTION, Colour::Ink2),
    };
    // What one has to know now goes before what one knows already.
    let needed = text::width(style, count);
    let room = areas.count.without_right(wide + 8);
    if needed > room.w {
        canvas.fill(areas.count, Colour::Paper);
        canvas.text_in(style, ink, areas.count, Align::Left, count);
    } else {
        canvas.text_in(style, ink, room, Align::Left, count);
    }
}

fn player(
    canvas: &Canvas,
    area: Rect,
    words: &Words<'_>,
    side: Side,
    clock: Option<&(String, bool)>,
) {
    let board = words.board;
    let is_turn = board.turn() == Some(side) && board.begun().me.is_some();
    match is_turn {
        true => canvas.card(area, metric::RADIUS, Colour::BrandSoft, Colour::Brand, 2),
        false => canvas.card(area, metric::RADIUS, Colour::Paper, Colour::Line, 1),
    }
    let is_away = matches!(board.warning(), Some(Warning::Away(away, _)) if away == side);
    let (x, y) = (area.x + 12, area.y + 16);
    match board.begun().players[side.index()].portrait {
        Some(portrait) => canvas.avatar(portrait, x, y, 40, is_away),
        None => {
            canvas.circle(Rect::new(x, y, 40, 40), Colour::Sunken);
            canvas.icon_on(Icon::User, x + 10, y + 10, 20, Colour::Ink3, Colour::Sunken);
        }
    }
    tokens::mark(canvas, Rect::new(x + 25, y + 24, 18, 18), words.has_pieces(), side);
    let mut right = area.right() - 12;
    if let Some((time, is_low)) = clock {
        let style = Style::TITLE.mono();
        let ink = if *is_low { Colour::Bad } else { Colour::Ink };
        let place = Rect::new(x, area.y, right - x, area.h);
        canvas.text_in(style, ink, place, Align::Right, time);
        right -= text::width(style, time) + 8;
    }
    let taken = board.lost_pieces(side.other());
    let top = if taken.is_empty() { area.y + 16 } else { area.y + 7 };
    let line = Rect::new(area.x + 64, top, right - area.x - 64, 20);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, line, Align::Left, &words.name(side));
    let is_mine = is_turn && board.begun().me == Some(side);
    let (style, ink) = match is_mine {
        true => (Style::CAPTION.bold(), Colour::BrandText),
        false => (Style::CAPTION, Colour::Ink2),
    };
    let under = Rect { y: line.bottom() + 2, h: 16, ..line };
    canvas.text_in(style, ink, under, Align::Left, &words.doing(side));
    let room = area.right() - 8 - (area.x + 64) - 16;
    let count = i32::try_from(taken.len()).unwrap_or(0);
    let step = if count > 1 { (room / (count - 1)).min(12) } else { 0 };
    for (index, piece) in (0..).zip(taken) {
        let place = Rect::new(area.x + 64 + index * step, area.y + 48, 16, 16);
        tokens::small_piece(canvas, place, piece);
    }
}

/// Paints what lies behind the controls: the line, and the head of the list.
pub fn behind(canvas: &Canvas, areas: &Areas) {
    canvas.fill(areas.line, Colour::Line);
    canvas.text_in(
        Style::CAPTION.bold(),
        Colour::Ink2,
        areas.head,
        Align::Left,
        tr("game.board.list"),
    );
}

/// The moves of a game, two in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoveRows {
    /// As they are written.
    pub moves: Vec<String>,
    /// So many of them are shown on the board.
    pub shown: usize,
}

impl MoveRows {
    /// How many rows; one that says that there are none.
    pub fn count(&self) -> usize {
        self.moves.len().div_ceil(2).max(1)
    }

    /// How many moves are made up to one in a row.
    pub fn plies_at(&self, row: usize, is_second: bool) -> usize {
        (row * 2 + 1 + usize::from(is_second)).min(self.moves.len())
    }

    /// Paints one row.
    pub fn paint(&self, canvas: &Canvas, row: &RowLook) {
        let area = row.area;
        canvas.fill(area, Colour::Paper);
        if self.moves.is_empty() {
            let none = tr("game.board.list.none");
            return canvas.text_in(Style::CAPTION, Colour::Ink3, area, Align::Left, none);
        }
        let number = Rect { w: 24, ..area };
        let written = format!("{}.", row.index + 1);
        canvas.text_in(Style::CAPTION, Colour::Ink3, number, Align::Right, &written);
        let half = half_of(area);
        for second in [false, true] {
            let at = row.index * 2 + usize::from(second);
            let Some(text) = self.moves.get(at) else { continue };
            let x = area.x + 30 + if second { half } else { 0 };
            let place = Rect::new(x, area.y, half - 4, area.h);
            let is_shown = at + 1 == self.shown;
            if is_shown {
                canvas.round(place, metric::RADIUS_SMALL, Colour::Selected);
            }
            let (style, ink) = match (is_shown, at < self.shown) {
                (true, _) => (Style::CAPTION.bold(), Colour::BrandText),
                (false, true) => (Style::CAPTION, Colour::Ink),
                (false, false) => (Style::CAPTION, Colour::Ink3),
            };
            canvas.text_in(style, ink, place.without_left(6), Align::Left, text);
        }
    }

    /// Whether a point of a row belongs to its second move.
    pub fn is_second(area: Rect, x: i32) -> bool {
        x >= area.x + 30 + half_of(area)
    }
}

/// The width of one of the two moves in a row.
fn half_of(row: Rect) -> i32 {
    (row.w - 30 - 12) / 2
}

/// Something that was said, broken into lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkRow {
    who: String,
    is_mine: bool,
    indent: i32,
    lines: Vec<String>,
}

impl TalkRow {
    /// Breaks it for a width.
    pub fn new((who, text): (String, String), is_mine: bool, width: i32) -> TalkRow {
        let who = text::fit(Style::CAPTION.bold(), &who, NAME_MAX);
        let indent = text::width(Style::CAPTION.bold(), &who) + 12;
        let lines = paragraph::lines(Style::CAPTION, &text, width - indent - 12, LINES_MAX);
        TalkRow { who, is_mine, indent, lines }
    }

    /// How high it is.
    pub fn height(&self) -> i32 {
        LINE * i32::try_from(self.lines.len().max(1)).unwrap_or(1)
    }

    /// Paints it.
    pub fn paint(&self, canvas: &Canvas, area: Rect) {
        canvas.fill(area, Colour::Paper);
        let ink = if self.is_mine { Colour::BrandText } else { Colour::Ink2 };
        let mut line = Rect { h: LINE, ..area };
        canvas.text_in(Style::CAPTION.bold(), ink, line, Align::Left, &self.who);
        for text in &self.lines {
            let place = line.without_left(self.indent);
            canvas.text_in(Style::CAPTION, Colour::Ink, place, Align::Left, text);
            line = line.moved(0, LINE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_moves_stand_in_a_row_and_each_can_be_gone_to() {
        let moves = |count: usize| (0..count).map(|at| at.to_string()).collect::<Vec<_>>();
        let rows = |count: usize| MoveRows { moves: moves(count), shown: 0 };
        assert_eq!([0, 1, 2, 3].map(|count| rows(count).count()), [1, 1, 1, 2]);
        let rows = rows(3);
        let plies = [(0, false), (0, true), (1, false), (1, true)]
            .map(|(row, second)| rows.plies_at(row, second));
        assert_eq!(plies, [1, 2, 3, 3]);
        let row = Rect::new(10, 0, 232, 20);
        assert!(!MoveRows::is_second(row, 60) && MoveRows::is_second(row, 180));
    }
}
