//! Verbs about games, and games as JSON.

use serde_json::{Value, json};

use super::fields::Fields;
use super::lines::Verb;
use super::people::PeopleVerb;
use super::shapes::target;
use crate::client::api::GameView;
use crate::domain::game::{
    Begins, Bytes32, EndReason, Fact, Favour, GameEnd, GameEntry, GameId, GameKind, GameName,
    GameOffer, GameSheet, GameState, Hand, Play, Score, Side, TimeLimit,
};
use crate::domain::{AccountId, Body, ConversationId, Message, Seq};
use crate::game::gomoku;
use crate::game::xiangqi::{Move, iccs, read_iccs};
use crate::net::protocol::{Command, Query, Reply};

pub(super) const VERBS: [&str; 6] =
    ["invite_game", "answer_game", "play", "game", "games", "scores"];

const NAMES: [(&str, GameName); 4] = [
    ("gomoku", GameName::Gomoku),
    ("xiangqi", GameName::Xiangqi),
    ("hands", GameName::Hands),
    ("dice", GameName::Dice),
];
const BEGINS: [(&str, Begins); 3] =
    [("drawn", Begins::Drawn), ("inviter", Begins::Inviter), ("invited", Begins::Invited)];
const HANDS: [(&str, Hand); 3] =
    [("rock", Hand::Rock), ("paper", Hand::Paper), ("scissors", Hand::Scissors)];
const FAVOURS: [(&str, Favour); 2] = [("undo", Favour::Undo), ("draw", Favour::Draw)];
const ENDS: [(EndReason, &str); 13] = [
    (EndReason::Five, "five"),
    (EndReason::FullBoard, "full_board"),
    (EndReason::Checkmate, "checkmate"),
    (EndReason::Stalemate, "stalemate"),
    (EndReason::PerpetualCheck, "perpetual_check"),
    (EndReason::Repetition, "repetition"),
    (EndReason::SixtyMoves, "sixty_moves"),
    (EndReason::Points, "points"),
    (EndReason::Agreed, "agreed"),
    (EndReason::Resigned, "resigned"),
    (EndReason::TimeOver, "time_over"),
    (EndReason::Gone, "gone"),
    (EndReason::Abandoned, "abandoned"),
];

/// Invitations that came in messages and are watched; the newest are.
const WATCHED_MAX: usize = 200;

/// Games of others are told of while their invitations are watched.
#[derive(Default)]
pub(super) struct Cards(Vec<GameId>);

impl Cards {
    /// An invitation came: all that are watched from now on.
    pub(super) fn watch(&mut self, message: &Message) -> Vec<GameId> {
        let Message { conversation, seq, .. } = *message;
        self.0.push(GameId { conversation, seq });
        if self.0.len() > WATCHED_MAX {
            self.0.remove(0);
        }
        self.0.clone()
    }
}

pub(super) fn parse(verb: &str, fields: &Fields) -> Result<Verb, String> {
    let command = match verb {
        "invite_game" => {
            let body = Body::Game(offer_of(fields)?);
            return Ok(Verb::Send { to: fields.target("to")?, body, nonce: fields.nonce()? });
        }
        "games" => return Ok(Verb::People(PeopleVerb::Look(Query::OwnGames { before: None }))),
        "scores" => {
            let after = AccountId(fields.optional_number("after")?.unwrap_or_default());
            return Ok(Verb::People(PeopleVerb::Look(Query::Scores { after })));
        }
        "game" => {
            let after = small(fields, "after")?.unwrap_or_default();
            let query = Query::GameLog { game: game_id(fields)?, after };
            return Ok(Verb::People(PeopleVerb::Look(query)));
        }
        "answer_game" => {
            Command::AnswerGame { game: game_id(fields)?, accept: fields.flag("accept")? }
        }
        _ => {
            let game = game_id(fields)?;
            if let Some(hand) = fields.one_of("hand", &HANDS)? {
                return Ok(Verb::ChooseHand { game, hand });
            }
            Command::Play { game, play: play(fields)? }
        }
    };
    Ok(Verb::People(PeopleVerb::Do(command)))
}

/// A game, by the message that invites to it.
fn game_id(fields: &Fields) -> Result<GameId, String> {
    let conversation = ConversationId(fields.number("conversation")?);
    Ok(GameId { conversation, seq: Seq(fields.number("seq")?) })
}

fn small<T: TryFrom<u64>>(fields: &Fields, name: &str) -> Result<Option<T>, String> {
    let number = fields.optional_number(name)?.map(T::try_from).transpose();
    number.map_err(|_| format!("`{name}` is too large"))
}

fn offer_of(fields: &Fields) -> Result<GameOffer, String> {
    let name = fields.one_of("game", &NAMES)?.ok_or("the field `game` is missing")?;
    let kind = match name {
        GameName::Gomoku => GameKind::Gomoku {
            exactly_five: fields.optional_flag("exactly_five")?.unwrap_or_default(),
        },
        GameName::Xiangqi => GameKind::Xiangqi {},
        GameName::Hands => GameKind::Hands { best_of: small(fields, "best_of")?.unwrap_or(1) },
        GameName::Dice => GameKind::Dice {},
    };
    let limit = TimeLimit { total_s: small(fields, "total_s")?, move_s: small(fields, "move_s")? };
    let begins = fields.one_of("begins", &BEGINS)?.unwrap_or_default();
    Ok(GameOffer { kind, limit, begins, again: fields.optional_number("again")?.map(Seq) })
}

fn play(fields: &Fields) -> Result<Play, String> {
    let favour = |name| fields.one_of(name, &FAVOURS);
    if let Some(point) = fields.optional_text("point")? {
        let point = gomoku::point(&point).ok_or("`point` is A1 to O15")?;
        return Ok(Play::Place { point });
    }
    if let Some(text) = fields.optional_text("move")? {
        let Move { from, to } = read_iccs(&text).ok_or("`move` is such as h2e2")?;
        return Ok(Play::Move { from, to });
    }
    if let Some(favour) = favour("ask")? {
        return Ok(Play::Ask { favour });
    }
    if let Some(favour) = favour("answer")? {
        return Ok(Play::Answer { favour, yes: fields.flag("yes")? });
    }
    match fields.optional_flag("resign")? {
        Some(true) => Ok(Play::Resign {}),
        _ => Err("`point`, `move`, `hand`, `ask`, `answer` or `resign` is needed".to_owned()),
    }
}

fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, one)| one == value).map_or("unknown", |(word, _)| word)
}

/// What somebody is invited to.
pub(super) fn offer(offer: &GameOffer) -> Value {
    let mut value = json!({
        "kind": "game",
        "game": word(&NAMES, &offer.kind.name()),
        "begins": word(&BEGINS, &offer.begins),
    });
    match offer.kind {
        GameKind::Gomoku { exactly_five: true } => value["exactly_five"] = json!(true),
        GameKind::Hands { best_of } => value["best_of"] = json!(best_of),
        _ => {}
    }
    let TimeLimit { total_s, move_s } = offer.limit;
    for (name, seconds) in [("total_s", total_s), ("move_s", move_s)] {
        if let Some(seconds) = seconds {
            value[name] = json!(seconds);
        }
    }
    if let Some(seq) = offer.again {
        value["again"] = json!(seq.0);
    }
    value
}

/// A game as it is known, with what happened last.
pub(super) fn event(me: Option<AccountId>, view: &GameView) -> Value {
    let mut value = sheet(me, &view.sheet);
    value["event"] = json!("game");
    value["t"] = json!(view.t);
    if let Some(entry) = view.log.last() {
        value["last"] = fact(entry);
    }
    value
}

fn sheet(me: Option<AccountId>, sheet: &GameSheet) -> Value {
    let mut value = offer(&sheet.offer);
    value["conversation"] = json!(sheet.game.conversation.0);
    value["seq"] = json!(sheet.game.seq.0);
    if let Some(with) = me.and_then(|me| sheet.place.target_for(me)) {
        value["with"] = target(with);
    }
    value["inviter"] = json!(sheet.inviter.0);
    (value["began"], value["log"]) = (json!(sheet.began), json!(sheet.log));
    value["moves"] = json!(sheet.plies);
    if let Some(players) = sheet.players {
        value["players"] = json!(players.map(|account| account.0));
        let acts = players.iter().zip(sheet.to_act).filter(|(_, acts)| *acts);
        value["to_act"] = acts.map(|(account, _)| account.0).collect();
    }
    if let Some(ms) = sheet.open_ms {
        value["open_ms"] = json!(ms);
    }
    if let Some(hash) = sheet.seed_hash {
        value["seed_hash"] = hex(&hash);
    }
    if let Some(ended) = sheet.ended {
        value["ended"] = json!(ended);
    }
    value["state"] = json!(match sheet.state {
        GameState::Open => "open",
        GameState::Declined => "declined",
        GameState::Withdrawn => "withdrawn",
        GameState::Expired => "expired",
        GameState::Running => "running",
        GameState::Over(_) => "over",
    });
    if let GameState::Over(GameEnd { winner, why }) = sheet.state {
        let account = winner.zip(sheet.players).map(|(side, all)| all[side.index()].0);
        value["winner"] = json!(account);
        value["why"] = json!(why_word(why));
    }
    value
}

fn why_word(why: EndReason) -> &'static str {
    ENDS.iter().find(|(one, _)| *one == why).map_or("unknown", |(_, word)| word)
}

fn side_word(side: Side) -> &'static str {
    match side {
        Side::First => "first",
        Side::Second => "second",
    }
}

fn hex(Bytes32(bytes): &Bytes32) -> Value {
    json!(blake3::Hash::from_bytes(*bytes).to_hex().as_str())
}

/// What happened, and when by the game's own clock.
fn fact(entry: &GameEntry) -> Value {
    let mut value = match &entry.fact {
        Fact::Placed { side, point, left_ms } => json!({
            "fact": "placed", "side": side_word(*side),
            "point": gomoku::name(*point).to_string(), "left_ms": left_ms,
        }),
        Fact::Moved { side, from, to, left_ms } => json!({
            "fact": "moved", "side": side_word(*side),
            "move": iccs(Move { from: *from, to: *to }), "left_ms": left_ms,
        }),
        Fact::Committed { side, hash } => {
            json!({"fact": "committed", "side": side_word(*side), "hash": hex(hash)})
        }
        Fact::Revealed { side, hand, salt } => json!({
            "fact": "revealed", "side": side_word(*side),
            "hand": word(&HANDS, hand), "salt": hex(salt),
        }),
        Fact::Stirred { side, nonce } => {
            json!({"fact": "stirred", "side": side_word(*side), "nonce": hex(nonce)})
        }
        Fact::Rolled { seed, pips } => json!({"fact": "rolled", "seed": hex(seed), "pips": pips}),
        Fact::Asked { side, favour } => {
            json!({"fact": "asked", "side": side_word(*side), "favour": word(&FAVOURS, favour)})
        }
        Fact::Declined { favour } => {
            json!({"fact": "declined", "favour": word(&FAVOURS, favour)})
        }
        Fact::Undone { plies, side, left_ms } => json!({
            "fact": "undone", "plies": plies, "side": side_word(*side), "left_ms": left_ms,
        }),
        Fact::Left { side, used_ms } => {
            json!({"fact": "left", "side": side_word(*side), "used_ms": used_ms})
        }
        Fact::Back { side, away_ms } => {
            json!({"fact": "back", "side": side_word(*side), "away_ms": away_ms})
        }
        Fact::Ended { end } => json!({
            "fact": "ended", "winner": end.winner.map(side_word), "why": why_word(end.why),
        }),
    };
    value["t"] = json!(entry.t);
    value
}

/// What was asked of games.
pub(super) fn looked(me: Option<AccountId>, reply: &Reply) -> Value {
    match reply {
        Reply::Games { games } | Reply::OwnGames { games, .. } => {
            json!({ "games": games.iter().map(|game| sheet(me, game)).collect::<Vec<_>>() })
        }
        Reply::GameLog(news) => {
            let mut value = sheet(me, &news.sheet);
            value["first"] = json!(news.first);
            value["facts"] = news.entries.iter().map(fact).collect();
            value["t"] = json!(news.t);
            value
        }
        Reply::Scores { scores, more } => {
            let row = |(account, name, score): &(AccountId, GameName, Score)| {
                let Score { won, drawn, lost, last } = score;
                json!({
                    "account": account.0, "game": word(&NAMES, name),
                    "won": won, "drawn": drawn, "lost": lost, "last_won": last,
                })
            };
            json!({ "scores": scores.iter().map(row).collect::<Vec<_>>(), "more": more })
        }
        _ => json!({}),
    }
}
