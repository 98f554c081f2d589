//! Games: how each stands, its log, and how people's games against each other ended.
//!
//! A game that runs can be built anew from its row and its log alone, by any server.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::game::{
    Bytes32, GameEntry, GameId, GameName, GameOffer, GameState, Score, Side,
};
use crate::domain::{AccountId, ConversationId, Seq};

/// What the store knows of a game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GameRow {
    /// Who invited.
    pub inviter: AccountId,
    /// Who is invited; in a room nobody is.
    pub invited: Option<AccountId>,
    /// To what.
    pub offer: GameOffer,
    /// How it stands.
    pub state: GameState,
    /// Who plays, the one that begins first.
    pub players: Option<[AccountId; 2]>,
    /// Entries of its log.
    pub log: u32,
    /// Moves or rounds made.
    pub plies: u32,
    /// Who has to do something.
    pub to_act: [bool; 2],
    /// The uptime of the server at which its clock would have begun in this run, in milliseconds.
    pub origin_ms: i64,
    /// Dice: the hash of the server's share of the chance.
    pub seed_hash: Option<Bytes32>,
    /// Begun at, or offered at, milliseconds since 1970 UTC.
    pub began: i64,
    /// Over at.
    pub ended: Option<i64>,
}

impl GameRow {
    /// In whose lists it is.
    pub(super) fn owners(&self) -> Vec<AccountId> {
        match (self.state, self.players) {
            (_, Some(players)) => players.to_vec(),
            (GameState::Open, None) => [self.inviter].into_iter().chain(self.invited).collect(),
            (_, None) => Vec::new(),
        }
    }

    /// Where it stands in those lists: in front while it is not over.
    pub(super) fn place(&self) -> i64 {
        self.ended.unwrap_or(i64::MAX)
    }

    /// Whether something may still come of it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, GameState::Open | GameState::Running)
    }
}

impl Record for GameRow {
    const NAME: &'static str = "a game";
    const VERSION: u8 = 1;
}

impl Record for GameEntry {
    const NAME: &'static str = "an entry of a game";
    const VERSION: u8 = 1;
}

impl Record for Score {
    const NAME: &'static str = "a score";
    const VERSION: u8 = 1;
}

type Key = (u64, u64);

fn key(game: GameId) -> Key {
    (game.conversation.0, game.seq.0)
}

fn game((conversation, seq): Key) -> GameId {
    GameId { conversation: ConversationId(conversation), seq: Seq(seq) }
}

fn number_of(name: GameName) -> u8 {
    match name {
        GameName::Gomoku => 0,
        GameName::Xiangqi => 1,
        GameName::Hands => 2,
        GameName::Dice => 3,
    }
}

pub(super) fn name_of(number: u8) -> Result<GameName, StoreError> {
    GameName::ALL
        .into_iter()
        .find(|name| number_of(*name) == number)
        .ok_or_else(|| StoreError::damaged("a score", &format!("game {number}")))
}

impl<M: Mode> Rows<M> {
    /// A game by the message that invites to it.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_game(&self, id: GameId) -> Result<Option<GameRow>, StoreError> {
        self.games.get(key(id))?.map(|value| record::decode(value.value())).transpose()
    }

    /// The log of a game from a place on, at most `limit` entries.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_game_log(
        &self,
        id: GameId,
        first: u32,
        limit: usize,
    ) -> Result<Vec<GameEntry>, StoreError> {
        let (conversation, seq) = key(id);
        let range = (conversation, seq, first)..=(conversation, seq, u32::MAX);
        let rows = self.game_log.range(range)?.take(limit);
        rows.map(|row| record::decode(row?.1.value())).collect()
    }

    /// All games that run, and invitations that are open.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_open_games(&self) -> Result<Vec<GameId>, StoreError> {
        self.games_open.iter()?.map(|row| Ok(game(row?.0.value()))).collect()
    }

    /// The same of one conversation.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_open_games_of(
        &self,
        conversation: ConversationId,
    ) -> Result<Vec<GameId>, StoreError> {
        let range = (conversation.0, 0)..=(conversation.0, u64::MAX);
        self.games_open.range(range)?.map(|row| Ok(game(row?.0.value()))).collect()
    }

    /// The games that an account plays or has played, those that are not over first, then the last
    /// ones; behind a place, at most `limit`, each with the place to go on from.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_own_games(
        &self,
        account: AccountId,
        before: Option<(i64, GameId)>,
        limit: usize,
    ) -> Result<Vec<(i64, GameId)>, StoreError> {
        use std::ops::Bound::{Excluded, Included};
        let first = (account.0, i64::MIN, 0, 0);
        let last = match before {
            None => Included((account.0, i64::MAX, u64::MAX, u64::MAX)),
            Some((at, id)) => Excluded((account.0, at, id.conversation.0, id.seq.0)),
        };
        let mut games = Vec::new();
        let is_none = matches!(last, Excluded(last) if last <= first);
        if is_none {
            return Ok(games);
        }
        let range: (std::ops::Bound<_>, std::ops::Bound<_>) = (Included(first), last);
        for row in self.own_games.range::<(u64, i64, u64, u64)>(range)?.rev().take(limit) {
            let (_, at, conversation, seq) = row?.0.value();
            games.push((at, game((conversation, seq))));
        }
        Ok(games)
    }

    /// How an account's games against another ended.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_score(
        &self,
        account: AccountId,
        peer: AccountId,
        name: GameName,
    ) -> Result<Score, StoreError> {
        let value = self.scores.get((account.0, peer.0, number_of(name)))?;
        value.map_or(Ok(Score::default()), |value| record::decode(value.value()))
    }

    /// How an account's games ended, against those behind a number, at most `limit`.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_scores(
        &self,
        account: AccountId,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<(AccountId, GameName, Score)>, StoreError> {
        let from = (account.0, after.0.saturating_add(1), 0);
        let mut scores = Vec::new();
        for row in self.scores.range(from..=(account.0, u64::MAX, u8::MAX))?.take(limit) {
            let (key, value) = row?;
            let (_, peer, name) = key.value();
            scores.push((AccountId(peer), name_of(name)?, record::decode(value.value())?));
        }
        Ok(scores)
    }
}

impl Writes<'_> {
    /// Writes a game and adds to its log; the lists follow from its state. One that has just ended counts in
    /// the scores of both.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_game(
        &mut self,
        id: GameId,
        row: &GameRow,
        entries: &[GameEntry],
    ) -> Result<(), StoreError> {
        self.written = true;
        let before = self.get_game(id)?;
        let (conversation, seq) = key(id);
        for (entry, place) in entries.iter().zip(before.as_ref().map_or(0, |row| row.log)..) {
            let value = record::encode(entry)?;
            self.game_log.insert((conversation, seq, place), value.as_slice())?;
        }
        self.count_game(id, (before.as_ref(), row))?;
        self.games.insert(key(id), record::encode(row)?.as_slice())?;
        Ok(())
    }

    /// Keeps the lists of games.
    fn count_game(
        &mut self,
        id: GameId,
        (before, row): (Option<&GameRow>, &GameRow),
    ) -> Result<(), StoreError> {
        let (conversation, seq) = key(id);
        match row.is_open() {
            true => drop(self.games_open.insert(key(id), ())?),
            false => drop(self.games_open.remove(key(id))?),
        }
        if let Some(before) = before {
            for account in before.owners() {
                self.own_games.remove((account.0, before.place(), conversation, seq))?;
            }
        }
        for account in row.owners() {
            self.own_games.insert((account.0, row.place(), conversation, seq), ())?;
        }
        let was_over = before.is_some_and(|row| !row.is_open());
        match (row.state, row.players) {
            (GameState::Over(end), Some(players)) if !was_over => {
                self.count_score(players, row.offer.kind.name(), end.winner)
            }
            _ => Ok(()),
        }
    }

    fn count_score(
        &mut self,
        players: [AccountId; 2],
        name: GameName,
        winner: Option<Side>,
    ) -> Result<(), StoreError> {
        for side in Side::BOTH {
            let (me, peer) = (players[side.index()], players[side.other().index()]);
            let mut score = self.get_score(me, peer, name)?;
            let count = match winner {
                None => &mut score.drawn,
                Some(winner) if winner == side => &mut score.won,
                Some(_) => &mut score.lost,
            };
            *count = count.saturating_add(1);
            score.last = winner.map(|winner| winner == side);
            let key = (me.0, peer.0, number_of(name));
            self.scores.insert(key, record::encode(&score)?.as_slice())?;
        }
        Ok(())
    }
}
