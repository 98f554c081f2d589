//! How a game looks in its card: words, what lies on the table, what can be done.

use super::super::Model;
use super::super::chats::{Entry, EntryId};
use super::replayed;
use crate::client::api::{GameView, game_key};
use crate::clock::millis;
use crate::domain::game::{
    Begins, EndReason, GameEnd, GameId, GameKind, GameName, GameOffer, GameSheet, GameState, Hand,
    Side, TimeLimit,
};
use crate::domain::{AccountId, Body, Target};
use crate::game::{Game, STAGE_S, Table as Played, hands};
use crate::ui::text::Language;
use crate::ui::transcript::card::{Card, Deed, Tone};
use crate::ui::transcript::game::{GameDeed, MARKS_MAX, Mark, Player, Table};

/// What a card shows.
#[derive(Clone, PartialEq, Eq)]
pub struct GameLook {
    /// What is said over it.
    pub name: String,
    /// How it is played.
    pub options: String,
    /// How it stands.
    pub state: String,
    /// How that sounds.
    pub tone: Tone,
    /// What can be done.
    pub deeds: Vec<Deed>,
    /// What lies on the table.
    pub table: Table,
}

/// What a look is worked out from.
struct About<'a> {
    model: &'a Model,
    target: Target,
    me: AccountId,
    view: &'a GameView,
    language: Language,
}

impl GameLook {
    /// As a transcript takes it.
    #[must_use]
    pub fn card(&self) -> Card<'_> {
        let GameLook { name, options, state, tone, deeds, table } = self;
        Card { name, size: options, state, tone: *tone, progress: None, deeds, table: Some(table) }
    }
}

impl Model {
    /// How the game of a line looks, if it is one.
    #[must_use]
    pub fn game_look(
        &self,
        target: Target,
        me: AccountId,
        entry: &Entry<'_>,
        language: Language,
    ) -> Option<GameLook> {
        let Body::Game(offer) = entry.body else { return None };
        let view = match entry.id {
            EntryId::Seq(seq) => {
                let conversation = self.chats.get(target)?.state?.conversation;
                self.play.view(GameId { conversation, seq })
            }
            EntryId::Nonce(_) => None,
        };
        let look = GameLook {
            name: invitation_words((target, entry.from == me), offer.kind, language),
            options: options(offer, language),
            state: String::new(),
            tone: Tone::Quiet,
            deeds: Vec::new(),
            table: Table {
                game: offer.kind.name(),
                calls: false,
                rule: rule(offer, entry.from == me, language),
                players: Vec::new(),
            },
        };
        let Some(view) = view else { return Some(look) };
        let about = About { model: self, target, me, view, language };
        Some(about.of(look))
    }

    /// How a game ended, as somebody sees it.
    #[must_use]
    pub(super) fn end_words(
        &self,
        (target, sheet): (Target, &GameSheet),
        end: GameEnd,
        language: Language,
    ) -> (String, Tone) {
        let mine = self.my_account().and_then(|me| sheet.side_of(me));
        let (result, tone) = match (end.winner, mine) {
            (None, _) if sheet.offer.kind.name().has_board() => {
                (language.get("game.even").to_owned(), Tone::Quiet)
            }
            (None, _) => (language.get("game.drawn").to_owned(), Tone::Quiet),
            (Some(winner), Some(mine)) if winner == mine => {
                (language.get("game.won").to_owned(), Tone::Checked)
            }
            (Some(_), Some(_)) => (language.get("game.lost").to_owned(), Tone::Quiet),
            (Some(winner), None) => {
                let winner = sheet.players.map(|players| players[winner.index()]);
                let name = winner.map(|who| self.name_in(target, who)).unwrap_or_default();
                (language.fill("game.won_by", &[("name", &name)]), Tone::Quiet)
            }
        };
        let is_winner_named = tone == Tone::Checked || mine.is_none();
        let words = match end.why {
            // The table says it.
            EndReason::Points => result,
            why => format!("{result} · {}", language.get(why_key(why, is_winner_named))),
        };
        (words, tone)
    }
}

impl About<'_> {
    fn word(&self, key: &'static str) -> String {
        self.language.get(key).to_owned()
    }

    fn of(&self, mut look: GameLook) -> GameLook {
        let sheet = &self.view.sheet;
        let is_mine = sheet.inviter == self.me;
        if sheet.state != GameState::Open {
            look.table.rule.clear();
        }
        match sheet.state {
            GameState::Open => self.open(&mut look, is_mine),
            GameState::Declined if is_mine => look.state = self.word("game.declined.peer"),
            GameState::Declined => look.state = self.word("game.declined"),
            GameState::Withdrawn => look.state = self.word("game.withdrawn"),
            GameState::Expired => look.state = self.word("game.expired"),
            GameState::Running => self.running(&mut look),
            GameState::Over(end) => self.over(&mut look, end),
        }
        look
    }

    fn open(&self, look: &mut GameLook, is_mine: bool) {
        let left = self.model.play.left_ms(self.view.sheet.game, self.model.now.mono_ms);
        let left_ms = left.unwrap_or_default();
        if left_ms == 0 {
            look.state = self.word("game.expired");
            return;
        }
        let key = if is_mine { "game.waits" } else { "game.open_for" };
        look.state = self.language.fill(key, &[("time", &countdown(left_ms))]);
        let deeds = match (is_mine, self.target) {
            (true, _) => vec![GameDeed::Withdraw],
            (false, Target::Account(_)) => vec![GameDeed::Accept, GameDeed::Decline],
            (false, _) => vec![GameDeed::Accept],
        };
        look.deeds = deeds.into_iter().map(Deed::Game).collect();
    }

    fn entitle(&self, look: &mut GameLook, game: Option<&Game>) {
        let sheet = &self.view.sheet;
        self.language.get(game_key(sheet.offer.kind.name())).clone_into(&mut look.name);
        look.options = offer_options(&sheet.offer, self.language);
        if let (Some(game), Some(players)) = (game, sheet.players) {
            look.table.players = self.players(game, players);
        }
    }

    fn running(&self, look: &mut GameLook) {
        let (sheet, game) = (&self.view.sheet, replayed(self.view));
        self.entitle(look, game.as_ref());
        let mine = sheet.side_of(self.me);
        let has_to = mine.is_some_and(|side| sheet.to_act[side.index()]);
        let has_board = sheet.offer.kind.name().has_board();
        if has_board {
            let key = if has_to { "game.running.turn" } else { "game.running" };
            (look.state, look.table.calls) = (self.word(key), has_to);
            look.deeds = vec![Deed::Game(GameDeed::Board)];
            return;
        }
        let Some(game) = game else {
            look.state = self.word("game.running");
            return;
        };
        self.stage(look, &game, mine);
        if let Some(left_ms) = self.stage_left_ms(&game) {
            let n = left_ms.div_ceil(1_000).to_string();
            let left = self.language.fill("game.hands.left", &[("n", &n)]);
            look.state = format!("{} · {left}", look.state);
        }
    }

    /// For so long hands can be chosen or shown; nothing while a clock stands still.
    fn stage_left_ms(&self, game: &Game) -> Option<u64> {
        let is_hands = matches!(game.table(), Played::Hands(_)) && self.model.link.is_up();
        let over_at = game.clock().over_at(game.to_act()).filter(|_| is_hands)?;
        let passed = self.model.now.mono_ms.saturating_sub(millis(self.view.at));
        Some(over_at.saturating_sub(self.view.t + passed))
    }

    fn stage(&self, look: &mut GameLook, game: &Game, mine: Option<Side>) {
        let sheet = &self.view.sheet;
        match (game.table(), mine) {
            (Played::Hands(hands), Some(side)) if hands.hash(side).is_none() => {
                let n = (hands.round() + 1).to_string();
                look.state = self.language.fill("game.hands.choose", &[("n", &n)]);
                look.table.calls = true;
                let hands = Hand::ALL.map(|hand| Deed::Game(GameDeed::Choose(hand)));
                look.deeds = hands.to_vec();
            }
            (Played::Hands(_), Some(side)) => {
                let other = sheet.players.map(|players| players[side.other().index()]);
                let name = other.map(|other| self.model.name_in(self.target, other));
                let name = name.unwrap_or_default();
                look.state = self.language.fill("game.hands.chosen", &[("name", &name)]);
            }
            (Played::Hands(hands), None) => {
                let n = (hands.round() + 1).to_string();
                look.state = self.language.fill("game.hands.round", &[("n", &n)]);
            }
            _ => look.state = self.word("game.dice.rolling"),
        }
    }

    fn over(&self, look: &mut GameLook, end: GameEnd) {
        let (sheet, game) = (&self.view.sheet, replayed(self.view));
        self.entitle(look, game.as_ref());
        let words = self.model.end_words((self.target, sheet), end, self.language);
        (look.state, look.tone) = words;
        let name = sheet.offer.kind.name();
        let is_rolled = matches!(game.as_ref().map(Game::table), Some(Played::Dice(dice)) if dice.rolled().is_some());
        let mut deeds = Vec::new();
        if name.has_board() {
            deeds.push(GameDeed::Replay);
        } else if sheet.side_of(self.me).is_some() {
            deeds.push(GameDeed::Again);
        }
        if is_rolled && sheet.seed_hash.is_some() {
            deeds.push(GameDeed::Proof);
        }
        look.deeds = deeds.into_iter().map(Deed::Game).collect();
    }

    /// The rows of a game that is played in its card.
    fn players(&self, game: &Game, players: [AccountId; 2]) -> Vec<Player> {
        let winner = game.end().and_then(|end| end.winner);
        let player = |side: Side| {
            let account = players[side.index()];
            let (marks, score) = match game.table() {
                Played::Hands(hands) => {
                    (self.hands(hands, side, game), hands.wins()[side.index()].to_string())
                }
                Played::Dice(dice) => {
                    let mark = match (dice.rolled(), dice.nonces()[side.index()]) {
                        (Some((_, pips)), _) => Mark::Die(pips[side.index()]),
                        (None, Some(_)) => Mark::Hidden,
                        (None, None) => Mark::Awaited,
                    };
                    (vec![mark], String::new())
                }
                Played::Gomoku(_) | Played::Xiangqi(_) => return None,
            };
            let name = match account == self.me {
                true => self.word("hist.you"),
                false => self.model.name_in(self.target, account),
            };
            Some(Player { name, marks, score, won: winner == Some(side) })
        };
        Side::BOTH.into_iter().filter_map(player).collect()
    }

    fn hands(&self, hands: &hands::Hands, side: Side, game: &Game) -> Vec<Mark> {
        let shown = |[first, second]: &[Hand; 2]| {
            let hand = if side == Side::First { *first } else { *second };
            Mark::Hand(hand, hands::winner(*first, *second) == Some(side))
        };
        let mut marks: Vec<Mark> = hands.rounds().iter().map(shown).collect();
        if game.end().is_none() {
            let chosen = self.model.play.chosen.get(&self.view.sheet.game);
            let own = chosen.filter(|(round, _)| *round == hands.round()).map(|(_, hand)| *hand);
            let is_own = self.view.sheet.side_of(self.me) == Some(side);
            marks.push(match (hands.shown(side), hands.hash(side), own) {
                (Some(hand), ..) => Mark::Hand(hand, false),
                (None, Some(_), Some(hand)) if is_own => Mark::Own(hand),
                (None, Some(_), _) => Mark::Hidden,
                (None, None, _) => Mark::Awaited,
            });
        }
        let skipped = marks.len().saturating_sub(MARKS_MAX);
        marks.split_off(skipped)
    }
}

/// 1:42
#[must_use]
pub fn countdown(ms: u64) -> String {
    let seconds = ms.div_ceil(1_000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What an invitation says.
pub(in crate::ui::app) fn invitation_words(
    (target, is_mine): (Target, bool),
    kind: GameKind,
    language: Language,
) -> String {
    let has_board = kind.name().has_board();
    let key = match (is_mine, target, has_board) {
        (false, _, true) => "game.invites.board",
        (false, _, false) => "game.invites",
        (true, Target::Account(_), true) => "game.invited.board",
        (true, Target::Account(_), false) => "game.invited",
        (true, ..) => "game.invited.all",
    };
    language.fill(key, &[("game", language.get(game_key(kind.name())))])
}

/// How a game is played.
#[must_use]
pub fn offer_options(offer: &GameOffer, language: Language) -> String {
    let words = [options(offer, language), special_rule(offer, language).to_owned()];
    let words: Vec<String> = words.into_iter().filter(|words| !words.is_empty()).collect();
    words.join(" · ")
}

/// What else holds of a game that is offered: who begins, seen by who invited or by another, and a rule.
fn rule(offer: &GameOffer, by_me: bool, language: Language) -> String {
    if !offer.kind.name().has_board() {
        return String::new();
    }
    let begins = language.get(match (offer.begins, by_me) {
        (Begins::Drawn, _) => "game.begins.drawn",
        (Begins::Inviter, true) | (Begins::Invited, false) => "game.begins.me",
        (Begins::Inviter, false) | (Begins::Invited, true) => "game.begins.peer",
    });
    match special_rule(offer, language) {
        "" => begins.to_owned(),
        rule => format!("{begins} · {rule}"),
    }
}

/// A rule that is not the usual one.
fn special_rule(offer: &GameOffer, language: Language) -> &'static str {
    match offer.kind {
        GameKind::Gomoku { exactly_five: true } => language.get("game.exactly_five"),
        _ => "",
    }
}

/// How long, and how many rounds.
pub(super) fn options(offer: &GameOffer, language: Language) -> String {
    let word = |key: &'static str| language.get(key).to_owned();
    let mut words = Vec::new();
    match offer.kind {
        GameKind::Hands { best_of: 1 } => words.push(word("game.best.one")),
        GameKind::Hands { best_of } => {
            let n = best_of.to_string();
            let wins = (best_of / 2 + 1).to_string();
            words.push(language.fill("game.best", &[("n", &n), ("wins", &wins)]));
        }
        GameKind::Dice {} => words.push(word("game.dice.rule")),
        GameKind::Gomoku { .. } | GameKind::Xiangqi {} => {
            words.push(limit_words(offer.limit, language));
        }
    }
    if matches!(offer.kind, GameKind::Hands { .. }) {
        words.push(language.fill("game.hands.limit", &[("n", &STAGE_S.to_string())]));
    }
    words.join(" · ")
}

/// How long each may think.
#[must_use]
pub fn limit_words(limit: TimeLimit, language: Language) -> String {
    let with = |key, n: u32| language.fill(key, &[("n", &n.to_string())]);
    let whole = limit.total_s.map(|seconds| with("game.limit", seconds.div_ceil(60)));
    let each = limit.move_s.map(|seconds| with("game.limit.move", seconds));
    let words: Vec<String> = whole.into_iter().chain(each).collect();
    match words.is_empty() {
        true => language.get("game.limit.none").to_owned(),
        false => words.join(" · "),
    }
}

/// The key of why a game ended, as it is said to who won, or to anybody else.
#[must_use]
pub fn why_key(why: EndReason, is_won: bool) -> &'static str {
    match why {
        EndReason::Five => "game.why.five",
        EndReason::FullBoard => "game.why.full_board",
        EndReason::Checkmate => "game.why.checkmate",
        EndReason::Stalemate => "game.why.stalemate",
        EndReason::PerpetualCheck => "game.why.perpetual_check",
        EndReason::Repetition => "game.why.repetition",
        EndReason::SixtyMoves => "game.why.sixty_moves",
        EndReason::Points => "game.why.points",
        EndReason::Agreed => "game.why.agreed",
        EndReason::Resigned if is_won => "game.why.resigned.peer",
        EndReason::Resigned => "game.why.resigned",
        EndReason::TimeOver if is_won => "game.why.time_over.peer",
        EndReason::TimeOver => "game.why.time_over",
        EndReason::Gone if is_won => "game.why.gone.peer",
        EndReason::Gone => "game.why.gone",
        EndReason::Abandoned => "game.why.abandoned",
    }
}

/// What a game is called.
#[must_use]
pub fn game_words(game: GameName, language: Language) -> &'static str {
    language.get(game_key(game))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_move_is_said_beside_that_of_the_game() {
        let said = |total_s, move_s, language| limit_words(TimeLimit { total_s, move_s }, language);
        assert_eq!(said(Some(600), None, Language::English), "10 min each");
        assert_eq!(said(None, Some(10), Language::English), "10 s a move");
        assert_eq!(said(Some(600), Some(10), Language::Chinese), "每方 10 分钟 · 每步 10 秒");
        assert_eq!(said(None, None, Language::English), "No time limit");
    }
}
