//! What happened, by the name of its sentence: windows and exported files say the same of it.

use crate::domain::game::GameName;
use crate::domain::{AccountId, Joining, Rank, RoomChange};

/// The sentences of an exported file; those about rooms have places for `by`, `name` and `text`.
pub const SENTENCES: [&str; 32] = [
    "chat.recall.peer",
    "preview.from",
    "quote.older",
    "quote.recalled",
    "quote.hidden",
    "game.gomoku",
    "game.xiangqi",
    "game.hands",
    "game.dice",
    "game.line",
    "room.open",
    "room.approval",
    "room.closed",
    "room.line.created",
    "room.line.joined",
    "room.line.let_in",
    "room.line.left",
    "room.line.kicked",
    "room.line.muted",
    "room.line.unmuted",
    "room.line.admin",
    "room.line.member",
    "room.line.owner",
    "room.line.renamed",
    "room.line.joining",
    "room.line.admins_only",
    "room.line.everybody",
    "room.line.announced",
    "room.line.unannounced",
    "room.line.dissolved",
    "room.line.coloured",
    "room.line.carded",
];

/// The sentence of a change that somebody made, and whom it is about.
#[must_use]
pub fn sentence(by: AccountId, change: &RoomChange) -> (&'static str, Option<AccountId>) {
    match change {
        RoomChange::Created { .. } => ("room.line.created", None),
        RoomChange::Joined { account, .. } if *account != by => {
            ("room.line.let_in", Some(*account))
        }
        RoomChange::Joined { account, .. } => ("room.line.joined", Some(*account)),
        RoomChange::Left { account } => ("room.line.left", Some(*account)),
        RoomChange::Kicked { account } => ("room.line.kicked", Some(*account)),
        RoomChange::Muted { account, until: 0 } => ("room.line.unmuted", Some(*account)),
        RoomChange::Muted { account, .. } => ("room.line.muted", Some(*account)),
        RoomChange::Ranked { account, rank: Rank::Admin } => ("room.line.admin", Some(*account)),
        RoomChange::Ranked { account, .. } => ("room.line.member", Some(*account)),
        RoomChange::Owner { account } => ("room.line.owner", Some(*account)),
        RoomChange::Renamed { .. } => ("room.line.renamed", None),
        RoomChange::Joining { .. } => ("room.line.joining", None),
        RoomChange::AdminsOnly { on: true } => ("room.line.admins_only", None),
        RoomChange::AdminsOnly { on: false } => ("room.line.everybody", None),
        RoomChange::Announced { text } if text.is_empty() => ("room.line.unannounced", None),
        RoomChange::Announced { .. } => ("room.line.announced", None),
        RoomChange::Dissolved {} => ("room.line.dissolved", None),
        RoomChange::Coloured { .. } => ("room.line.coloured", None),
        RoomChange::Carded { account, .. } => ("room.line.carded", Some(*account)),
    }
}

/// What a game is called.
#[must_use]
pub fn game_key(name: GameName) -> &'static str {
    match name {
        GameName::Gomoku => "game.gomoku",
        GameName::Xiangqi => "game.xiangqi",
        GameName::Hands => "game.hands",
        GameName::Dice => "game.dice",
    }
}

/// The words of who may come in.
#[must_use]
pub fn joining_key(joining: Joining) -> &'static str {
    match joining {
        Joining::Open => "room.open",
        Joining::Approval => "room.approval",
        Joining::Closed => "room.closed",
    }
}

/// Replaces `{name}` by its value; an unknown placeholder stays to be seen.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let Some(end) = rest[start..].find('}').map(|length| start + length) else { break };
        filled.push_str(&rest[..start]);
        match values.iter().find(|(name, _)| *name == &rest[start + 1..end]) {
            Some((_, value)) => filled.push_str(value),
            None => filled.push_str(&rest[start..=end]),
        }
        rest = &rest[end + 1..];
    }
    filled.push_str(rest);
    filled
}
