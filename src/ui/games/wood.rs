//! The board itself: wood, lines, letters and numbers.

use super::areas::Grid;
use super::art::{Art, FRAME, LETTERS, LINES, WOOD};
use crate::ui::paint::{Align, Canvas, Rect};
use crate::ui::text::Language;
use crate::ui::theme::{Colour, Style};

/// Players count their own files so, from their right; in English both in the same signs.
const CHINESE: [&str; 9] = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
const WIDE: [&str; 9] = ["１", "２", "３", "４", "５", "６", "７", "８", "９"];
const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// The board of gomoku.
pub fn gomoku(canvas: &Canvas, area: Rect, grid: &Grid) {
    canvas.fill(area, WOOD);
    let (right, bottom) = grid.end();
    for row in 0..grid.rows {
        let (x, y) = grid.at((0, row));
        canvas.line_across(x, y, right - x + 1, LINES);
    }
    for column in 0..grid.columns {
        let (x, y) = grid.at((column, 0));
        canvas.line_down(x, y, bottom - y + 1, LINES);
    }
    frame(canvas, Rect::new(grid.left, grid.top, right - grid.left + 1, bottom - grid.top + 1));
    for point in [(3, 3), (11, 3), (7, 7), (3, 11), (11, 11)] {
        Art::Star.draw(canvas, grid.at(point), 7);
    }
    for row in 0..grid.rows {
        let (x, y) = grid.at((0, row));
        letter(canvas, (x - 20, y), &(grid.rows - row).to_string());
    }
    for (column, name) in (0..grid.columns).zip('A'..) {
        let (x, _) = grid.at((column, 0));
        letter(canvas, (x, bottom + 20), &name.to_string());
    }
}

/// The line around all others, of two px.
fn frame(canvas: &Canvas, lines: Rect) {
    let Rect { x, y, w, h } = lines;
    canvas.fill(Rect::new(x - 1, y - 1, w + 2, 2), FRAME);
    canvas.fill(Rect::new(x - 1, y + h - 1, w + 2, 2), FRAME);
    canvas.fill(Rect::new(x - 1, y - 1, 2, h + 2), FRAME);
    canvas.fill(Rect::new(x + w - 1, y - 1, 2, h + 2), FRAME);
}

fn letter(canvas: &Canvas, (x, y): (i32, i32), text: &str) {
    let area = Rect::new(x - 12, y - 8, 24, 16);
    canvas.text_in(Style::MICRO, LETTERS, area, Align::Centre, text);
}

/// The board of Chinese chess, as the first player sees it or turned.
pub fn xiangqi(canvas: &Canvas, area: Rect, grid: &Grid, is_turned: bool, language: Language) {
    canvas.fill(area, WOOD);
    let (right, bottom) = grid.end();
    let (bank_above, bank_below) = (grid.at((0, 4)).1, grid.at((0, 5)).1);
    for row in 0..grid.rows {
        let (x, y) = grid.at((0, row));
        canvas.line_across(x, y, right - x + 1, LINES);
    }
    for column in 0..grid.columns {
        let (x, y) = grid.at((column, 0));
        canvas.line_down(x, y, bank_above - y + 1, LINES);
        canvas.line_down(x, bank_below, bottom - bank_below + 1, LINES);
    }
    for row in [1, 8] {
        Art::Palace.draw(canvas, grid.at((4, row)), 2 * grid.cell);
    }
    let lines = Rect::new(grid.left, grid.top, right - grid.left + 1, bottom - grid.top + 1);
    frame(canvas, lines.inset(-4));
    marks(canvas, grid);
    river(canvas, grid, is_turned);
    for column in 0..grid.columns {
        let (x, _) = grid.at((column, 0));
        let (above, below) = file_names(column, grid.columns, is_turned, language);
        let away = grid.cell / 2 + 11;
        letter(canvas, (x, grid.top - away), &above);
        letter(canvas, (x, bottom + away), &below);
    }
}

/// What stands above and below a file: as moves are written, in each language.
fn file_names(column: u8, columns: u8, is_turned: bool, language: Language) -> (String, String) {
    let (near, far) = (usize::from(columns - 1 - column), usize::from(column));
    let of = |names: [&str; 9], at: usize| names.get(at).copied().unwrap_or_default().to_owned();
    let (red, black) = match language {
        Language::Chinese => (CHINESE, WIDE),
        Language::English => (DIGITS, DIGITS),
    };
    let (above, below) = if is_turned { (red, black) } else { (black, red) };
    (of(above, far), of(below, near))
}

/// The corners around the places of cannons and soldiers.
fn marks(canvas: &Canvas, grid: &Grid) {
    let cannons = [(1, 2), (7, 2), (1, 7), (7, 7)];
    let soldiers = [0, 2, 4, 6, 8].into_iter().flat_map(|column| [(column, 3), (column, 6)]);
    let (gap, arm) = (grid.cell / 13, grid.cell / 7);
    for (column, row) in cannons.into_iter().chain(soldiers) {
        let (x, y) = grid.at((column, row));
        for (right, down) in [(false, false), (true, false), (false, true), (true, true)] {
            if (column == 0 && !right) || (column + 1 == grid.columns && right) {
                continue;
            }
            let corner = |at: i32, onwards: bool| if onwards { at + gap } else { at - gap };
            let (corner_x, corner_y) = (corner(x, right), corner(y, down));
            let left = if right { corner_x } else { corner_x - arm };
            let top = if down { corner_y } else { corner_y - arm };
            canvas.line_across(left, corner_y, arm + 1, LINES);
            canvas.line_down(corner_x, top, arm + 1, LINES);
        }
    }
}

/// What is written in the river, each half for who sits there.
fn river(canvas: &Canvas, grid: &Grid, is_turned: bool) {
    let (_, top) = grid.at((0, 4));
    let size = grid.cell * 3 / 7;
    let style = Style::TITLE.sized(size, grid.cell);
    let style = Style { face: Style::BODY.face, ..style };
    let words =
        if is_turned { [["漢", "界"], ["楚", "河"]] } else { [["楚", "河"], ["漢", "界"]] };
    for (half, first) in words.iter().zip([1, 5]) {
        for (sign, column) in half.iter().zip([first, first + 1]) {
            let (x, _) = grid.at((column, 4));
            let area = Rect::new(x, top, grid.cell, grid.cell);
            canvas.text_in(style, Colour::Fixed(0x86_632C), area, Align::Centre, sign);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_moves_are_written() {
        let names = |column, turned, language| file_names(column, 9, turned, language);
        let pair = |above: &str, below: &str| (above.to_owned(), below.to_owned());
        // Red's cannon of 炮二平五 stands on the eighth file from the left, black's below it on the eighth.
        assert_eq!(names(7, false, Language::Chinese), pair("８", "二"));
        assert_eq!(names(0, true, Language::Chinese), pair("一", "９"));
        assert_eq!(names(7, false, Language::English), pair("8", "2"));
        assert_eq!(names(0, true, Language::English), pair("1", "9"));
    }
}
