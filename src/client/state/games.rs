//! Games: how each stands, and the logs of those that are looked at or played here.
//!
//! The server tells every change to who is there; after each sign-in, and where an entry lacks, the rest is
//! asked for. What the rules want of a player without a choice is done here: the share of the chance in
//! dice, and showing a hand that was chosen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::desk::Desk;
use super::link::is_cured_by_time;
use super::sync::pause;
use super::{Request, State, Turn};
use crate::client::api::{ClientEvent, GameView, Ticket};
use crate::domain::game::{Bytes32, GameEntry, GameId, GameSheet, GameState, Hand, Play, Side};
use crate::domain::{AccountId, ConversationId, ConversationKind, Seq};
use crate::game::{Game, Table, hands};
use crate::limits::FILES_PAGE_MAX;
use crate::net::protocol::{Command, GameNews, Query, Reason, Refusal};
use crate::store::local::Owner;

/// Games that are watched; a window shows a few dozen.
const WATCHED_MAX: usize = 1000;
/// The setting of this computer from which salts and shares of the chance follow, so that a hand can be
/// shown after a restart.
const SECRET: &str = "games.secret";

/// What is known of games, and what is to be asked.
#[derive(Debug, Default)]
pub(super) struct Games {
    /// Cards and boards that are shown.
    watched: BTreeSet<GameId>,
    /// Those whose log is wanted.
    opened: BTreeSet<GameId>,
    known: BTreeMap<GameId, Held>,
    /// Sheets that are to be asked for.
    wanted: BTreeSet<GameId>,
    /// Own games are to be asked for.
    is_list_wanted: bool,
    asked: usize,
    paused_until: Option<Duration>,
    /// What the rules want is tried again then.
    act_at: Option<Duration>,
}

/// One game.
#[derive(Debug)]
struct Held {
    sheet: GameSheet,
    log: Vec<GameEntry>,
    /// Where its clock stands was told: a sheet alone does not say that.
    is_timed: bool,
    /// Its log was asked for.
    is_asked: bool,
    /// What the rules want was done at this length of the log.
    acted_at: Option<u32>,
    /// The game's own clock, at an uptime.
    t: u64,
    at: Duration,
}

impl Held {
    fn is_whole(&self) -> bool {
        self.log.len() as u64 >= u64::from(self.sheet.log)
    }

    /// Whether nothing of it is lacking.
    fn is_known(&self) -> bool {
        self.is_whole() && (self.is_timed || self.sheet.state != GameState::Running)
    }

    fn rank(sheet: &GameSheet) -> (u32, u8) {
        let state = match sheet.state {
            GameState::Open => 0,
            GameState::Running => 1,
            _ => 2,
        };
        (sheet.log, state)
    }

    fn view(&self) -> GameView {
        let log = if self.is_whole() { self.log.clone() } else { Vec::new() };
        GameView { sheet: self.sheet.clone(), log, t: self.t, at: self.at }
    }
}

impl Games {
    /// Another sign-in: what was known is as old as the one before.
    pub(super) fn begin_anew(&mut self) {
        self.is_list_wanted = true;
        self.wanted.extend(&self.watched);
        let is_open =
            |held: &Held| matches!(held.sheet.state, GameState::Open | GameState::Running);
        let open = self.known.iter().filter(|(_, held)| is_open(held)).map(|(id, _)| *id);
        self.wanted.extend(open.collect::<Vec<_>>());
    }

    pub(super) fn link_lost(&mut self) {
        (self.asked, self.paused_until, self.act_at) = (0, None, None);
        for held in self.known.values_mut() {
            (held.is_asked, held.acted_at) = (false, None);
        }
    }

    pub(super) fn wakes_at(&self) -> Option<Duration> {
        [self.paused_until, self.act_at].into_iter().flatten().min()
    }

    fn is_paused(&mut self, now: Duration) -> bool {
        self.paused_until = self.paused_until.filter(|until| now < *until);
        self.paused_until.is_some()
    }

    /// The games of one conversation that are asked for next.
    fn next(&mut self) -> Option<(ConversationId, Vec<Seq>)> {
        let conversation = self.wanted.first()?.conversation;
        let of_it = self.wanted.iter().filter(|game| game.conversation == conversation);
        let seqs: Vec<Seq> = of_it.take(FILES_PAGE_MAX).map(|game| game.seq).collect();
        for seq in &seqs {
            self.wanted.remove(&GameId { conversation, seq: *seq });
        }
        Some((conversation, seqs))
    }

    /// Whether the log of a game is wanted.
    fn follows(&self, me: AccountId, sheet: &GameSheet) -> bool {
        let is_small = !sheet.offer.kind.name().has_board();
        let is_mine = sheet.state == GameState::Running && sheet.side_of(me).is_some();
        is_mine
            || self.opened.contains(&sheet.game)
            || (is_small && self.watched.contains(&sheet.game))
    }

    /// A game whose log lacks something that is wanted.
    fn lacking(&self, me: AccountId) -> Option<(GameId, u32)> {
        let lacks =
            |held: &&Held| !held.is_asked && !held.is_known() && self.follows(me, &held.sheet);
        let held = self.known.values().find(lacks)?;
        Some((held.sheet.game, u32::try_from(held.log.len()).unwrap_or(u32::MAX)))
    }

    /// Takes what is told; whether that is news.
    fn learn(&mut self, news: GameNews, is_timed: bool, at: Duration) -> bool {
        let GameNews { sheet, first, entries, t } = news;
        let held = self.known.entry(sheet.game).or_insert_with(|| Held {
            sheet: sheet.clone(),
            log: Vec::new(),
            is_timed: false,
            is_asked: false,
            acted_at: None,
            t,
            at,
        });
        let known = held.log.len();
        let behind = known.checked_sub(usize::try_from(first).unwrap_or(usize::MAX));
        if let Some(behind) = behind {
            held.log.extend(entries.into_iter().skip(behind));
        }
        if Held::rank(&sheet) >= Held::rank(&held.sheet) {
            held.sheet = sheet;
            if is_timed {
                (held.t, held.at, held.is_timed) = (t, at, true);
            }
            return true;
        }
        held.log.len() > known
    }
}

/// Whether a game is between this account and another, or was offered to it.
fn is_own(me: AccountId, sheet: &GameSheet) -> bool {
    sheet.inviter == me
        || sheet.side_of(me).is_some()
        || matches!(sheet.place, ConversationKind::Direct { .. })
}

impl State {
    /// What is shown: cards, and boards whose moves are wanted.
    pub(super) fn watch_games(
        &mut self,
        turn: &mut Turn<'_>,
        cards: Vec<GameId>,
        boards: Vec<GameId>,
    ) {
        let Some(desk) = &mut self.desk else { return };
        let (me, games) = (desk.owner.account, &mut desk.games);
        let opened: BTreeSet<GameId> = boards.into_iter().take(WATCHED_MAX).collect();
        let mut watched: BTreeSet<GameId> = cards.into_iter().take(WATCHED_MAX).collect();
        watched.extend(&opened);
        let news = watched.iter().filter(|id| {
            !games.watched.contains(id) || (opened.contains(id) && !games.opened.contains(id))
        });
        for id in news {
            match games.known.get(id) {
                Some(held) => turn.emit(ClientEvent::Game(Box::new(held.view()))),
                None => drop(games.wanted.insert(*id)),
            }
        }
        (games.watched, games.opened) = (watched, opened);
        let Games { watched, known, wanted, .. } = games;
        known.retain(|id, held| watched.contains(id) || is_own(me, &held.sheet));
        wanted.retain(|id| watched.contains(id) || known.contains_key(id));
    }

    /// Asks for what is wanted, and does once more what could not be done.
    pub(super) fn pump_games(&mut self, turn: &mut Turn<'_>) {
        let is_due = |desk: &Desk| desk.games.act_at.is_some_and(|at| at <= turn.uptime());
        if let Some(desk) = self.desk.as_mut().filter(|desk| is_due(desk)) {
            desk.games.act_at = None;
            let known: Vec<GameId> = desk.games.known.keys().copied().collect();
            for game in known {
                self.act(turn, game);
            }
        }
        let Some(desk) = &mut self.desk else { return };
        if !desk.loaded || desk.games.is_paused(turn.uptime()) {
            return;
        }
        if std::mem::take(&mut desk.games.is_list_wanted) {
            self.query(turn, Query::OwnGames { before: None }, Request::OwnGames);
        }
        while let Some(desk) = &mut self.desk
            && desk.games.asked == 0
            && let Some((conversation, seqs)) = desk.games.next()
        {
            desk.games.asked += 1;
            let query = Query::Games { conversation, seqs: seqs.clone() };
            self.query(turn, query, Request::Games(conversation, seqs));
        }
        while let Some(desk) = &mut self.desk
            && let Some((game, after)) = desk.games.lacking(desk.owner.account)
        {
            if let Some(held) = desk.games.known.get_mut(&game) {
                held.is_asked = true;
            }
            self.query(turn, Query::GameLog { game, after }, Request::GameLog(game));
        }
    }

    /// The server told, or answered.
    pub(super) fn on_game(&mut self, turn: &mut Turn<'_>, news: GameNews) {
        self.take_game(turn, news, true);
    }

    fn take_game(&mut self, turn: &mut Turn<'_>, news: GameNews, is_timed: bool) {
        let Some(desk) = &mut self.desk else { return };
        let (me, id) = (desk.owner.account, news.sheet.game);
        if !(is_own(me, &news.sheet) || desk.games.watched.contains(&id)) {
            return;
        }
        if !desk.games.learn(news, is_timed, turn.uptime()) {
            return;
        }
        let Some(held) = desk.games.known.get(&id) else { return };
        if held.is_known() || !desk.games.follows(me, &held.sheet) {
            turn.emit(ClientEvent::Game(Box::new(held.view())));
        }
        self.act(turn, id);
    }

    pub(super) fn on_games(&mut self, turn: &mut Turn<'_>, games: Vec<GameSheet>) {
        if let Some(desk) = &mut self.desk {
            desk.games.asked = desk.games.asked.saturating_sub(1);
        }
        self.on_own_games(turn, games);
    }

    /// Sheets tell no moment of a game's clock: that comes with the log, where it is wanted.
    pub(super) fn on_own_games(&mut self, turn: &mut Turn<'_>, games: Vec<GameSheet>) {
        for sheet in games {
            let first = sheet.log;
            self.take_game(turn, GameNews { sheet, first, entries: Vec::new(), t: 0 }, false);
        }
    }

    pub(super) fn on_game_log(&mut self, turn: &mut Turn<'_>, game: GameId, news: GameNews) {
        if let Some(held) = self.desk.as_mut().and_then(|desk| desk.games.known.get_mut(&game)) {
            held.is_asked = false;
        }
        self.on_game(turn, news);
    }

    pub(super) fn on_games_refused(
        &mut self,
        turn: &Turn<'_>,
        (conversation, seqs): (ConversationId, &[Seq]),
        why: &Refusal,
    ) {
        let Some(desk) = &mut self.desk else { return };
        desk.games.asked = desk.games.asked.saturating_sub(1);
        if is_cured_by_time(why.reason) {
            let games = seqs.iter().map(|seq| GameId { conversation, seq: *seq });
            desk.games.wanted.extend(games);
            desk.games.paused_until = Some(turn.uptime() + pause(why));
        }
    }

    pub(super) fn on_own_games_refused(&mut self, turn: &Turn<'_>, why: &Refusal) {
        let Some(desk) = &mut self.desk else { return };
        if is_cured_by_time(why.reason) {
            desk.games.is_list_wanted = true;
            desk.games.paused_until = Some(turn.uptime() + pause(why));
        }
    }

    pub(super) fn on_game_log_refused(&mut self, turn: &Turn<'_>, game: GameId, why: &Refusal) {
        let Some(desk) = &mut self.desk else { return };
        if !is_cured_by_time(why.reason) {
            desk.games.known.remove(&game);
            return;
        }
        if let Some(held) = desk.games.known.get_mut(&game) {
            held.is_asked = false;
        }
        desk.games.paused_until = Some(turn.uptime() + pause(why));
    }

    /// A refusal that time cures is tried again.
    pub(super) fn on_duty_refused(&mut self, turn: &Turn<'_>, game: GameId, why: &Refusal) {
        let Some(desk) = &mut self.desk else { return };
        let again = matches!(why.reason, Reason::DiskFull | Reason::Failed);
        if let Some(held) = desk.games.known.get_mut(&game)
            && (again || is_cured_by_time(why.reason))
        {
            held.acted_at = None;
            desk.games.act_at = Some(turn.uptime() + pause(why));
        }
    }

    /// A hand is chosen: the server gets its hash, and the hand when both have chosen.
    pub(super) fn choose_hand(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        (game, hand): (GameId, Hand),
    ) {
        let Some((side, table)) = self.table(game) else {
            let why = Reason::NotFound.into();
            return turn.answer(ticket, Err(crate::client::api::Failure::Refused(why)));
        };
        let Table::Hands(hands) = table.table() else {
            let why = Reason::GameIllegal.into();
            return turn.answer(ticket, Err(crate::client::api::Failure::Refused(why)));
        };
        let (round, secret) = (hands.round(), self.games_secret(turn));
        let Some(salt) = self.salt(&secret, game, round) else { return };
        let play = Play::Commit { hash: hands::hash(side, round, hand, &salt) };
        self.order(turn, ticket, Command::Play { game, play });
    }

    /// A game that this account plays, as its log has it.
    fn table(&self, id: GameId) -> Option<(Side, Game)> {
        let desk = self.desk.as_ref()?;
        let held = desk.games.known.get(&id).filter(|held| held.is_whole())?;
        let side = held.sheet.side_of(desk.owner.account)?;
        let mut game = Game::new(held.sheet.offer.kind, held.sheet.offer.limit, 0);
        held.log.iter().for_each(|entry| game.take(&entry.fact, entry.t));
        (held.sheet.state == GameState::Running).then_some((side, game))
    }

    /// Does what the rules want of this player and nobody chooses.
    fn act(&mut self, turn: &mut Turn<'_>, id: GameId) {
        let Some(held) = self.desk.as_ref().and_then(|desk| desk.games.known.get(&id)) else {
            return;
        };
        let (log, has_board) = (held.sheet.log, held.sheet.offer.kind.name().has_board());
        if has_board || held.acted_at == Some(log) || !self.is_signed_in() {
            return;
        }
        let Some((side, game)) = self.table(id) else { return };
        let secret = self.games_secret(turn);
        let play = match game.table() {
            Table::Dice(dice) if dice.nonces()[side.index()].is_none() => {
                self.salt(&secret, id, 0).map(|nonce| Play::Stir { nonce })
            }
            Table::Hands(hands) if hands.is_chosen() && hands.shown(side).is_none() => {
                let round = hands.round();
                self.salt(&secret, id, round).and_then(|salt| {
                    let chosen = |hand: &Hand| {
                        hands.hash(side) == Some(hands::hash(side, round, *hand, &salt))
                    };
                    let hand = Hand::ALL.into_iter().find(chosen)?;
                    Some(Play::Reveal { hand, salt })
                })
            }
            _ => None,
        };
        let Some(play) = play else { return };
        if let Some(held) = self.desk.as_mut().and_then(|desk| desk.games.known.get_mut(&id)) {
            held.acted_at = Some(log);
        }
        self.command(turn, Command::Play { game: id, play }, Request::Duty(id));
    }

    /// The secret of this computer from which shares of the chance and salts follow.
    fn games_secret(&mut self, turn: &mut Turn<'_>) -> String {
        if let Some(secret) = self.known.setting(SECRET) {
            return secret.to_owned();
        }
        let secret = blake3::Hash::from_bytes(self.chance.secret()).to_hex().to_string();
        turn.writes.push(self.known.set_setting(SECRET.to_owned(), secret.clone()));
        secret
    }

    /// Of this very game: at the same place of a server that was restored there may be another.
    fn salt(&self, secret: &str, game: GameId, round: u32) -> Option<Bytes32> {
        let desk = self.desk.as_ref()?;
        let Owner { server, account } = desk.owner;
        let began = desk.games.known.get(&game)?.sheet.began;
        let mut hasher = blake3::Hasher::new_derive_key("MyChat 2026 a player's chance");
        hasher.update(secret.as_bytes()).update(&server.0).update(&account.0.to_le_bytes());
        hasher.update(&game.conversation.0.to_le_bytes()).update(&game.seq.0.to_le_bytes());
        hasher.update(&began.to_le_bytes());
        Some(Bytes32(*hasher.update(&round.to_le_bytes()).finalize().as_bytes()))
    }
}
