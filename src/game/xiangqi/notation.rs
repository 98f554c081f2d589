//! Moves in writing: by coordinates (ICCS), and as players write them in Chinese.

use super::{FILES, Kind, Move, Piece, Position, RANKS, place};
use crate::domain::game::Side;

const CHINESE: [char; 9] = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// As Chinese players write black's numbers.
const WIDE: [char; 9] = ['１', '２', '３', '４', '５', '６', '７', '８', '９'];

/// A move by its squares, such as `H2-E2`: files A to I from red's left, ranks 0 to 9 from below.
#[must_use]
pub fn iccs(Move { from, to }: Move) -> String {
    let square = |square: u8| {
        let (rank, file) = place(square);
        [char::from(b'A' + file), char::from(b'0' + rank)]
    };
    square(from).into_iter().chain(['-']).chain(square(to)).collect()
}

/// Reads `H2-E2`, `h2e2` and the like.
#[must_use]
pub fn read_iccs(text: &str) -> Option<Move> {
    let bytes: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    let [a, b, c, d]: [u8; 4] = bytes.try_into().ok()?;
    let square = |file: u8, rank: u8| {
        let file = file.to_ascii_uppercase().checked_sub(b'A').filter(|file| *file < FILES)?;
        let rank = rank.checked_sub(b'0').filter(|rank| *rank < RANKS)?;
        Some(rank * FILES + file)
    };
    Some(Move { from: square(a, b)?, to: square(c, d)? })
}

/// A move as players write it, such as 炮二平五: the piece, its file counted from its player's
/// right, whether it goes on (进), back (退) or aside (平), and how far or to which file. Pieces of
/// a kind on one file are told apart by 前 (ahead), 中 (between) and 后 (behind).
#[must_use]
pub fn chinese(position: &Position, moved: Move) -> Option<String> {
    let piece = position.piece(moved.from)?;
    let number = |number: u8| {
        let digits = if piece.side == Side::First { CHINESE } else { WIDE };
        digits.get(usize::from(number).checked_sub(1)?).copied()
    };
    let ((from_rank, from_file), (to_rank, to_file)) = (place(moved.from), place(moved.to));
    let (way, far) = if from_rank == to_rank {
        ('平', file_number(piece.side, to_file))
    } else {
        let on = (to_rank > from_rank) == (piece.side == Side::First);
        let straight = from_file == to_file;
        let far =
            if straight { from_rank.abs_diff(to_rank) } else { file_number(piece.side, to_file) };
        (if on { '进' } else { '退' }, far)
    };
    let mut text = who(position, piece, moved.from, &number)?;
    text.push(way);
    text.push(number(far)?);
    Some(text)
}

/// The number of a file, as a side counts from its right.
fn file_number(side: Side, file: u8) -> u8 {
    if side == Side::First { FILES - file } else { file + 1 }
}

/// The piece that moves, told apart from others of its kind.
fn who(
    position: &Position,
    piece: Piece,
    square: u8,
    number: &impl Fn(u8) -> Option<char>,
) -> Option<String> {
    let ahead = |square: u8| {
        if piece.side == Side::First { square } else { u8::MAX - square }
    };
    let same_file = |file: u8| {
        let mut squares: Vec<u8> = (0..RANKS)
            .map(|rank| rank * FILES + file)
            .filter(|square| position.piece(*square) == Some(piece))
            .collect();
        squares.sort_by_key(|square| std::cmp::Reverse(ahead(*square)));
        squares
    };
    let file = place(square).1;
    let own = number(file_number(piece.side, file))?;
    let beside = same_file(file);
    // Advisors and elephants of one file are told apart by where they go.
    let alone = beside.len() < 2 || matches!(piece.kind, Kind::Advisor | Kind::Elephant);
    if alone {
        return Some([piece.glyph(), own].into_iter().collect());
    }
    let place = beside.iter().position(|other| *other == square)?;
    let rank = match (place, beside.len()) {
        (0, _) => '前',
        (place, length) if place + 1 == length => '后',
        (_, 3) => '中',
        (place, _) => *CHINESE.get(place)?,
    };
    // Soldiers may be doubled on two files at once; then the file says which pair.
    let pairs = (0..FILES).filter(|file| same_file(*file).len() > 1).count();
    let name = if piece.kind == Kind::Soldier && pairs > 1 { own } else { piece.glyph() };
    Some([rank, name].into_iter().collect())
}
