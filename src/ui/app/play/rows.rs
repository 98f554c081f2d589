//! The rows of the window of all games.

use std::cmp::Reverse;

use super::OWN_MAX;
use super::look::{countdown, game_words, limit_words};
use crate::client::api::GameView;
use crate::domain::game::{GameId, GameName, GameSheet, GameState, Score};
use crate::domain::{AccountId, ConversationKind, Portrait, Presence, Target};
use crate::ui::app::{Model, time};
use crate::ui::text::{self, Language};

/// That somebody declined is said for so long.
const DECLINED_MS: u64 = 60_000;

/// Something that can be done in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Play.
    Accept(GameId),
    /// Do not.
    Decline(GameId),
    /// Take one's invitation back.
    Withdraw(GameId),
    /// Show the board, or the card.
    Show(GameId),
    /// Invite somebody.
    Invite(AccountId),
}

/// A button of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What it does.
    pub act: Act,
    /// What stands on it.
    pub label: String,
    /// It is what is expected.
    pub main: bool,
    /// What it says when the pointer rests on it; empty for nothing.
    pub hint: &'static str,
}

/// What a row is about, for the place of the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A game.
    Game(GameId),
    /// Somebody.
    Person(AccountId),
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub key: Key,
    /// The other one.
    pub portrait: Portrait,
    /// The other one's name.
    pub name: String,
    /// How the other one is seen.
    pub presence: Option<Presence>,
    /// How far it is, or when it was.
    pub at: String,
    /// What is to be said of it.
    pub line: String,
    /// Something is expected of the person.
    pub calls: bool,
    /// What can be done.
    pub buttons: Vec<Button>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A headline.
    Head(&'static str),
    /// A row.
    Row(Box<Row>),
    /// That games are off.
    Off(&'static str),
}

impl Model {
    /// How one's games of a name ended, against everybody.
    #[must_use]
    pub fn score_of(&self, game: GameName) -> Score {
        let mut sum = Score::default();
        for ((name, _), score) in &self.play.scores {
            if *name == game {
                sum.won += score.won;
                sum.drawn += score.drawn;
                sum.lost += score.lost;
            }
        }
        sum
    }

    /// The lines of the window.
    #[must_use]
    pub fn lobby_lines(&self, language: Language) -> Vec<Line> {
        let Some(lobby) = self.play.lobby else { return Vec::new() };
        if lobby.record {
            return self.record_rows(lobby.game, language);
        }
        let mut lines = Vec::new();
        if self.play.is_off {
            lines.push(Line::Off("reason.games_off"));
        }
        let sections = [
            ("game.lobby.received", self.received_rows(language)),
            ("game.lobby.running", self.running_rows(language)),
            ("game.lobby.friends", self.playmate_rows(lobby.game, language)),
            ("game.lobby.over", self.over_rows(lobby.game, language)),
        ];
        for (head, rows) in sections {
            if !rows.is_empty() {
                lines.push(Line::Head(head));
                lines.extend(rows.into_iter().map(|row| Line::Row(Box::new(row))));
            }
        }
        lines
    }

    /// Invitations that one can answer, to whatever game.
    fn received_rows(&self, language: Language) -> Vec<Row> {
        let me = self.my_account();
        let is_received = |view: &&GameView| {
            let sheet = &view.sheet;
            sheet.state == GameState::Open && Some(sheet.inviter) != me
        };
        let row = |view: &GameView| {
            let sheet = &view.sheet;
            let left = self.play.left_ms(sheet.game, self.now.mono_ms).filter(|left| *left > 0)?;
            let name = sheet.offer.kind.name();
            let mut line = game_words(name, language).to_owned();
            if name.has_board() {
                line = format!("{line} · {}", limit_words(sheet.offer.limit, language));
            }
            let mut buttons =
                vec![button(Act::Accept(sheet.game), language.get("game.accept"), true)];
            if matches!(sheet.place, ConversationKind::Direct { .. }) {
                let decline = language.get("game.decline");
                buttons.push(button(Act::Decline(sheet.game), decline, false));
            } else if let Some(target) = self.target_of(sheet.place) {
                // Whoever is first there accepts: there is nothing to decline.
                line = format!("{line} · {}", self.target_name(target, language));
            }
            let row = self.row_of(sheet.inviter, Key::Game(sheet.game));
            Some(Row { at: countdown(left), line, calls: true, buttons, ..row })
        };
        self.play.views.values().filter(is_received).filter_map(row).collect()
    }

    /// One's own games, with the other one.
    fn own_games(&self) -> impl Iterator<Item = (&GameSheet, AccountId)> {
        let me = self.my_account();
        self.play.sheets().filter_map(move |sheet| {
            let side = sheet.side_of(me?)?;
            Some((sheet, sheet.players?[side.other().index()]))
        })
    }

    /// Whatever game it is: whoever waits for one's move shall be found.
    fn running_rows(&self, language: Language) -> Vec<Row> {
        let me = self.my_account();
        let running = self.own_games().filter(|(sheet, _)| sheet.state == GameState::Running);
        let row = |(sheet, other): (&GameSheet, AccountId)| {
            let side = me.and_then(|me| sheet.side_of(me));
            let calls = side.is_some_and(|side| sheet.to_act[side.index()]);
            let n = (sheet.plies + 1).to_string();
            let name = sheet.offer.kind.name();
            let at = match name {
                GameName::Gomoku | GameName::Xiangqi => {
                    language.fill("game.lobby.move", &[("n", &n)])
                }
                GameName::Hands => language.fill("game.hands.round", &[("n", &n)]),
                GameName::Dice => language.get("game.dice.rolling").to_owned(),
            };
            let whose = language.get(if calls { "game.turn" } else { "game.turn.peer" });
            Row {
                at,
                line: format!("{whose} · {}", game_words(name, language)),
                calls,
                buttons: vec![button(
                    Act::Show(sheet.game),
                    language.get("game.lobby.continue"),
                    true,
                )],
                ..self.row_of(other, Key::Game(sheet.game))
            }
        };
        running.map(row).collect()
    }

    /// Friends who are there.
    fn playmate_rows(&self, game: GameName, language: Language) -> Vec<Row> {
        let friends = self.people.book().contacts.values().filter(|contact| contact.friend);
        let is_there = |account: &AccountId| {
            let presence = self.people.presence(*account);
            presence.is_some_and(|presence| presence != Presence::Offline)
        };
        let there = friends.map(|contact| contact.account).filter(is_there);
        let mut rows: Vec<Row> =
            there.map(|account| self.playmate_row(game, account, language)).collect();
        rows.sort_by_key(|row| (row.presence != Some(Presence::Online), row.name.to_lowercase()));
        rows
    }

    fn playmate_row(&self, game: GameName, account: AccountId, language: Language) -> Row {
        let presence = self.people.presence(account);
        let last = language.get(last_key(self.play.score(game, account)));
        let line = match presence {
            Some(seen @ (Presence::Away | Presence::Busy)) => {
                format!("{} · {last}", text::presence(language, seen))
            }
            _ if self.has_just_declined(game, account) => {
                language.get("game.declined.peer").to_owned()
            }
            _ => last.to_owned(),
        };
        let buttons = match (self.invitation_to(account), presence) {
            (Some((id, left)), _) => {
                let time = countdown(left);
                let label = language.fill("game.lobby.invited", &[("time", &time)]);
                let hint = "game.withdraw.tip";
                vec![Button { act: Act::Withdraw(id), label, main: false, hint }]
            }
            // Who is busy is not to be disturbed, and the server would say no.
            (None, Some(Presence::Busy)) => Vec::new(),
            (None, _) => {
                vec![button(Act::Invite(account), language.get("game.lobby.invite"), false)]
            }
        };
        Row { line, buttons, ..self.row_of(account, Key::Person(account)) }
    }

    /// One's own invitation to somebody that is open, and for how long.
    fn invitation_to(&self, account: AccountId) -> Option<(GameId, u64)> {
        let me = self.my_account()?;
        let place = ConversationKind::direct(me, account);
        let mut own =
            self.play.sheets().filter(|sheet| sheet.place == place && sheet.inviter == me);
        own.find_map(|sheet| {
            let left = self.play.left_ms(sheet.game, self.now.mono_ms)?;
            (left > 0).then_some((sheet.game, left))
        })
    }

    /// Whether somebody does not want to play this, as one was told a short while ago.
    fn has_just_declined(&self, game: GameName, account: AccountId) -> bool {
        let Some(me) = self.my_account().filter(|_| self.invitation_to(account).is_none()) else {
            return false;
        };
        let turned = self.play.turned.iter();
        let just = turned.filter(|(_, at)| self.now.mono_ms.saturating_sub(**at) < DECLINED_MS);
        just.filter_map(|(id, _)| Some(&self.play.view(*id)?.sheet)).any(|sheet| {
            sheet.inviter == me
                && sheet.place == ConversationKind::direct(me, account)
                && sheet.offer.kind.name() == game
                && sheet.state == GameState::Declined
        })
    }

    fn over_rows(&self, game: GameName, language: Language) -> Vec<Row> {
        let is_over = |(sheet, _): &(&GameSheet, AccountId)| {
            matches!(sheet.state, GameState::Over(_)) && sheet.offer.kind.name() == game
        };
        let mut over: Vec<_> = self.own_games().filter(is_over).collect();
        over.sort_by_key(|(sheet, _)| Reverse((sheet.ended, sheet.game)));
        over.truncate(OWN_MAX);
        let row = |(sheet, other): (&GameSheet, AccountId)| {
            let GameState::Over(end) = sheet.state else { return None };
            let target = self.target_of(sheet.place).unwrap_or(Target::Account(other));
            let (words, _) = self.end_words((target, sheet), end, language);
            let at = sheet.ended.unwrap_or(sheet.began);
            let at = time::row_label(at, self.now.wall_ms, &self.zone, language);
            let label = match game.has_board() {
                true => "game.replay",
                false => "game.lobby.show",
            };
            Some(Row {
                at,
                line: words,
                buttons: vec![button(Act::Show(sheet.game), language.get(label), false)],
                ..self.row_of(other, Key::Game(sheet.game))
            })
        };
        over.into_iter().filter_map(row).collect()
    }

    /// Who was won against how often, most games first.
    fn record_rows(&self, game: GameName, language: Language) -> Vec<Line> {
        let scores = self.play.scores.iter().filter(|((name, _), _)| *name == game);
        let mut scores: Vec<_> = scores.map(|((_, account), score)| (*account, *score)).collect();
        scores.sort_by_key(|(account, score)| {
            (Reverse(score.won + score.drawn + score.lost), *account)
        });
        let row = |(account, score): (AccountId, Score)| {
            let line = score_words(score, language);
            Line::Row(Box::new(Row { line, ..self.row_of(account, Key::Person(account)) }))
        };
        scores.into_iter().map(row).collect()
    }

    fn row_of(&self, account: AccountId, key: Key) -> Row {
        Row {
            key,
            portrait: self.people.portrait(account),
            name: self.people.name(account),
            presence: self.people.presence(account),
            at: String::new(),
            line: String::new(),
            calls: false,
            buttons: Vec::new(),
        }
    }
}

fn button(act: Act, label: &str, main: bool) -> Button {
    Button { act, label: label.to_owned(), main, hint: "" }
}

/// Won, drawn, lost.
#[must_use]
pub fn score_words(score: Score, language: Language) -> String {
    let Score { won, drawn, lost, .. } = score;
    let (won, drawn, lost) = (won.to_string(), drawn.to_string(), lost.to_string());
    language.fill("game.lobby.score", &[("won", &won), ("drawn", &drawn), ("lost", &lost)])
}

/// How the last game against somebody ended.
fn last_key(score: Score) -> &'static str {
    match (score.last, score.won + score.drawn + score.lost) {
        (_, 0) => "game.last.none",
        (Some(true), _) => "game.last.won",
        (Some(false), _) => "game.last.lost",
        (None, _) => "game.last.drawn",
    }
}
