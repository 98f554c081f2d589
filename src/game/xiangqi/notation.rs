//! Moves in writing: by coordinates (ICCS), and as players write them, in Chinese and in English (WXF).

use std::cmp::Ordering;

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

/// A move as players write it in Chinese, such as 炮二平五: the piece, its file counted from its player's
/// right, whether it goes on (进), back (退) or aside (平), and how far or to which file. Pieces of a kind on
/// one file are told apart by 前 (ahead), 中 (between) and 后 (behind).
#[must_use]
pub fn chinese(position: &Position, moved: Move) -> Option<String> {
    let told = Told::of(position, moved)?;
    let digits = if told.piece.side == Side::First { CHINESE } else { WIDE };
    let number = |number: u8| digits.get(usize::from(number).checked_sub(1)?).copied();
    let (glyph, file) = (told.piece.glyph(), number(told.file)?);
    let who = match told.among {
        None => [glyph, file],
        Some(among) => {
            let place = match (among.place, among.count) {
                (0, _) => '前',
                (place, count) if place + 1 == count => '后',
                (_, 3) => '中',
                (place, _) => *CHINESE.get(place)?,
            };
            [place, if among.has_others { file } else { glyph }]
        }
    };
    let way = match told.way {
        Way::On => '进',
        Way::Back => '退',
        Way::Aside => '平',
    };
    Some(who.into_iter().chain([way, number(told.far)?]).collect())
}

/// A move as players write it in English, by the system of the World Xiangqi Federation, such as C2=5: likewise,
/// with `+` for on and ahead, `-` for back and behind, and for aside the common `=` (its own sheet has a point). Of four or five soldiers on one file the first and
/// the last are `++` and `--`; of three or five the middle one is written by its file.
#[must_use]
pub fn wxf(position: &Position, moved: Move) -> Option<String> {
    let told = Told::of(position, moved)?;
    let digit = |number: u8| char::from_digit(number.into(), 10).filter(|digit| *digit != '0');
    let file = digit(told.file)?;
    let letter = match told.piece.kind {
        Kind::General => 'K',
        Kind::Advisor => 'A',
        Kind::Elephant => 'E',
        Kind::Horse => 'H',
        Kind::Chariot => 'R',
        Kind::Cannon => 'C',
        Kind::Soldier => 'P',
    };
    let who = match told.among {
        None => [letter, file],
        Some(Among { place, count, has_others }) => {
            let (ahead, behind) = (place, count - 1 - place);
            let sign = match ahead.cmp(&behind) {
                Ordering::Less => '+',
                Ordering::Equal => file,
                Ordering::Greater => '-',
            };
            let is_outer = count > 3 && ahead.min(behind) == 0;
            let first = if is_outer { sign } else { letter };
            [if has_others { file } else { first }, sign]
        }
    };
    let way = match told.way {
        Way::On => '+',
        Way::Back => '-',
        Way::Aside => '=',
    };
    Some(who.into_iter().chain([way, digit(told.far)?]).collect())
}

/// Where a piece goes, as its player sees it.
#[derive(Clone, Copy)]
enum Way {
    On,
    Back,
    Aside,
}

/// A piece among others of its kind on one file.
#[derive(Clone, Copy)]
struct Among {
    /// So many of them are ahead of it.
    place: usize,
    /// How many they are.
    count: usize,
    /// Whether soldiers stand so on another file as well: then the file is told too.
    has_others: bool,
}

/// What a written move tells.
struct Told {
    piece: Piece,
    /// The file that it leaves.
    file: u8,
    among: Option<Among>,
    way: Way,
    /// The file where it arrives, or how many ranks it goes where that is the same.
    far: u8,
}

impl Told {
    fn of(position: &Position, moved: Move) -> Option<Told> {
        let piece = position.piece(moved.from)?;
        let ((from_rank, from_file), (to_rank, to_file)) = (place(moved.from), place(moved.to));
        let way = match to_rank.cmp(&from_rank) {
            Ordering::Equal => Way::Aside,
            to if (to == Ordering::Greater) == (piece.side == Side::First) => Way::On,
            _ => Way::Back,
        };
        let far = match from_file == to_file {
            true => from_rank.abs_diff(to_rank),
            false => file_number(piece.side, to_file),
        };
        let (file, among) =
            (file_number(piece.side, from_file), among(position, piece, moved.from));
        Some(Told { piece, file, among, way, far })
    }
}

/// The number of a file, as a side counts from its right.
fn file_number(side: Side, file: u8) -> u8 {
    if side == Side::First { FILES - file } else { file + 1 }
}

/// How a piece stands among others of its kind on its file, if there are any. Advisors and elephants are told
/// apart by where they go.
fn among(position: &Position, piece: Piece, square: u8) -> Option<Among> {
    let is_like = |rank: u8, file: u8| position.piece(rank * FILES + file) == Some(piece);
    let count = |file: u8| (0..RANKS).filter(|rank| is_like(*rank, file)).count();
    let (own_rank, own_file) = place(square);
    if count(own_file) < 2 || matches!(piece.kind, Kind::Advisor | Kind::Elephant) {
        return None;
    }
    let is_ahead = |rank: &u8| match piece.side {
        Side::First => *rank > own_rank,
        Side::Second => *rank < own_rank,
    };
    let ahead = (0..RANKS).filter(is_ahead).filter(|rank| is_like(*rank, own_file)).count();
    let has_others =
        piece.kind == Kind::Soldier && (0..FILES).any(|file| file != own_file && count(file) > 1);
    Some(Among { place: ahead, count: count(own_file), has_others })
}
