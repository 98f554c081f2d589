//! Games as text that other programs read: gomoku as SGF (format 4, game 4), Chinese chess as PGN with
//! ICCS moves.

use std::fmt::Write as _;

use super::xiangqi::{self, Move, Record};
use super::{Game, Table, gomoku};
use crate::domain::game::{GameKind, Play, Side};

/// What a text says about a game beside its moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The players, the first one first.
    pub names: [String; 2],
    /// The day it was played on, `2026-11-25`.
    pub date: String,
    /// Who won, or that nobody did, where it was played to its end.
    pub won: Option<Outcome>,
}

/// What a game came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// This side won.
    Won(Side),
    /// Nobody did.
    Drawn,
}

impl From<Option<Side>> for Outcome {
    fn from(winner: Option<Side>) -> Self {
        winner.map_or(Outcome::Drawn, Outcome::Won)
    }
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// Neither a gomoku SGF nor a Chinese chess PGN.
    #[error("this is neither an SGF of gomoku nor a PGN of Chinese chess")]
    Unknown,
    /// Another board, or another beginning.
    #[error("only games on the usual board from the usual beginning are read")]
    Board,
    /// A move that cannot be made, counted from 1.
    #[error("move {0} cannot be made")]
    Move(usize),
    /// More moves than the rules allow a game.
    #[error("it has more than {} moves, which no game has", xiangqi::PLIES_MAX)]
    TooLong,
}

/// Writes a board game; the others have nothing to replay.
#[must_use]
pub fn save(game: &Game, saved: &Saved) -> Option<String> {
    let won = game.end().map(|end| end.winner.into()).or(saved.won);
    match (game.table(), game.kind()) {
        (Table::Gomoku(board), GameKind::Gomoku { exactly_five }) => {
            Some(sgf(board, exactly_five, saved, won))
        }
        (Table::Xiangqi(record), _) => Some(pgn(record, saved, won)),
        _ => None,
    }
}

fn sgf(board: &gomoku::Board, exactly_five: bool, saved: &Saved, won: Option<Outcome>) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace(']', "\\]");
    let [black, white] = saved.names.each_ref().map(|name| escape(name));
    let rules = if exactly_five { "exactly five" } else { "freestyle" };
    let result = match won {
        None => "",
        Some(Outcome::Drawn) => "RE[0]",
        Some(Outcome::Won(Side::First)) => "RE[B+]",
        Some(Outcome::Won(Side::Second)) => "RE[W+]",
    };
    let date = escape(&saved.date);
    let mut text = format!(
        "(;FF[4]CA[UTF-8]GM[4]SZ[15]AP[MyChat]PB[{black}]PW[{white}]DT[{date}]RU[{rules}]{result}\n"
    );
    for (index, point) in board.placed().iter().enumerate() {
        // Columns from the left, rows from above.
        let column = char::from(b'a' + point % gomoku::SIDE);
        let row = char::from(b'a' + (gomoku::SIDE - 1 - point / gomoku::SIDE));
        let colour = if index % 2 == 0 { 'B' } else { 'W' };
        let _ = write!(text, ";{colour}[{column}{row}]");
    }
    text.push_str(")\n");
    text
}

fn pgn(record: &Record, saved: &Saved, won: Option<Outcome>) -> String {
    let result = match won {
        None => "*",
        Some(Outcome::Drawn) => "1/2-1/2",
        Some(Outcome::Won(Side::First)) => "1-0",
        Some(Outcome::Won(Side::Second)) => "0-1",
    };
    let mut text = String::new();
    let [red, black] = &saved.names;
    let date = saved.date.replace('-', ".");
    let tags = [
        ("Game", "Chinese Chess"),
        ("Event", "MyChat"),
        ("Date", &date),
        ("Red", red),
        ("Black", black),
        ("Result", result),
        ("Format", "ICCS"),
    ];
    for (tag, value) in tags {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(text, "[{tag} \"{value}\"]");
    }
    text.push('\n');
    for (index, made) in record.moves().enumerate() {
        if index % 2 == 0 {
            let _ = write!(text, "{}. ", index / 2 + 1);
        }
        let end = if index % 8 == 7 { '\n' } else { ' ' };
        let _ = write!(text, "{}{end}", xiangqi::iccs(made));
    }
    text.push_str(result);
    text.push('\n');
    text
}

/// Reads a saved board game: which one, what is said about it, and its moves.
///
/// # Errors
/// It is none, or its moves cannot be made.
pub fn open(text: &str) -> Result<(GameKind, Saved, Vec<Play>), NotRead> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("(;") { open_sgf(text) } else { open_pgn(text) }
}

fn open_sgf(text: &str) -> Result<(GameKind, Saved, Vec<Play>), NotRead> {
    let properties = properties(text);
    let value = |name: &str| {
        let found = properties.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    if value("GM") != "4" {
        return Err(NotRead::Unknown);
    }
    if value("SZ") != "15" || properties.iter().any(|(name, _)| name == "AB" || name == "AW") {
        return Err(NotRead::Board);
    }
    let exactly_five = value("RU") == "exactly five";
    let mut board = gomoku::Board::new(exactly_five);
    let moves = properties.iter().filter(|(name, _)| name == "B" || name == "W");
    let mut plays = Vec::new();
    for (colour, place) in moves {
        let number = plays.len() + 1;
        let turn = if board.turn() == Side::First { "B" } else { "W" };
        let point = sgf_point(place).filter(|_| colour == turn).ok_or(NotRead::Move(number))?;
        if board.standing() != gomoku::Standing::Open || !board.place(point) {
            return Err(NotRead::Move(number));
        }
        plays.push(Play::Place { point });
    }
    let won = match value("RE").split('+').next().unwrap_or_default() {
        "B" => Some(Outcome::Won(Side::First)),
        "W" => Some(Outcome::Won(Side::Second)),
        "0" | "Draw" => Some(Outcome::Drawn),
        _ => None,
    };
    let saved = Saved { names: [value("PB"), value("PW")], date: value("DT"), won };
    Ok((GameKind::Gomoku { exactly_five }, saved, plays))
}

/// The properties of the first line of play, in order: at the first closing bracket it ends.
fn properties(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut name = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '[' => {
                let mut value = String::new();
                while let Some(character) = characters.next().filter(|character| *character != ']')
                {
                    value.extend(if character == '\\' {
                        characters.next()
                    } else {
                        Some(character)
                    });
                }
                found.push((name.clone(), value));
            }
            ')' => break,
            ';' | '(' => name.clear(),
            letter if letter.is_ascii_uppercase() => {
                if text_ended(&found, &name) {
                    name.clear();
                }
                name.push(letter);
            }
            _ => {}
        }
    }
    found
}

/// Whether a name has got its value, so that the next letter begins another.
fn text_ended(found: &[(String, String)], name: &str) -> bool {
    found.last().is_some_and(|(last, _)| last == name)
}

fn sgf_point(place: &str) -> Option<u8> {
    let [column, row]: [u8; 2] = place.as_bytes().try_into().ok()?;
    let line = |byte: u8| byte.checked_sub(b'a').filter(|line| *line < gomoku::SIDE);
    Some((gomoku::SIDE - 1 - line(row)?) * gomoku::SIDE + line(column)?)
}

fn open_pgn(text: &str) -> Result<(GameKind, Saved, Vec<Play>), NotRead> {
    let (tags, moves): (Vec<&str>, Vec<&str>) =
        text.lines().map(str::trim).partition(|line| line.starts_with('['));
    let value = |name: &str| {
        let own = tags.iter().filter_map(|tag| tag.strip_prefix('[')?.strip_prefix(name));
        let quoted = own.filter_map(|rest| rest.strip_prefix(" \"")?.strip_suffix("\"]"));
        let plain = quoted.map(|value| value.replace("\\\"", "\"").replace("\\\\", "\\"));
        plain.into_iter().next()
    };
    if value("Game").as_deref() != Some("Chinese Chess") {
        return Err(NotRead::Unknown);
    }
    let begins = value("FEN")
        .is_none_or(|fen| xiangqi::Position::from_fen(&fen) == Ok(xiangqi::Position::start()));
    if !begins {
        return Err(NotRead::Board);
    }
    let mut record = Record::default();
    let mut plays = Vec::new();
    let ends = ["*", "1-0", "0-1", "1/2-1/2"];
    let words = moves.iter().flat_map(|line| line.split_whitespace());
    for word in words.take_while(|word| !ends.contains(word)) {
        // The number may stand alone or before its move.
        let word = word.rsplit('.').next().unwrap_or_default();
        if word.is_empty() {
            continue;
        }
        if plays.len() == xiangqi::PLIES_MAX {
            return Err(NotRead::TooLong);
        }
        let number = NotRead::Move(plays.len() + 1);
        let made = xiangqi::read_iccs(word).ok_or(number)?;
        record.make(made).map_err(|_| number)?;
        let Move { from, to } = made;
        plays.push(Play::Move { from, to });
    }
    let player = |tag: &str| value(tag).unwrap_or_default();
    let won = match player("Result").as_str() {
        "1-0" => Some(Outcome::Won(Side::First)),
        "0-1" => Some(Outcome::Won(Side::Second)),
        "1/2-1/2" => Some(Outcome::Drawn),
        _ => None,
    };
    let names = [player("Red"), player("Black")];
    let saved = Saved { names, date: player("Date").replace('.', "-"), won };
    Ok((GameKind::Xiangqi {}, saved, plays))
}
