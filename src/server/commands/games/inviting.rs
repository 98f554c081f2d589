//! Invitations to games, and their answers.

use super::super::send::Wanted;
use super::super::{Rules, rooms};
use super::{count_own, find, open_games};
use crate::clock::Moment;
use crate::domain::game::{Begins, Bytes32, GameId, GameKind, GameOffer, GameState, TimeLimit};
use crate::domain::{AccountId, Body, ConversationKind, Message, Presence, Seq, Target};
use crate::game::dice;
use crate::net::protocol::Reason;
use crate::server::bounds::Bound;
use crate::server::folder::SECRETS;
use crate::server::games::origin;
use crate::server::job::GameChange;
use crate::store::games::GameRow;
use crate::store::{StoreError, Writes};

/// Seconds that a board game may give each player.
const TOTAL_S: std::ops::RangeInclusive<u32> = 60..=7_200;
/// Seconds for one move.
const MOVE_S: std::ops::RangeInclusive<u32> = 10..=3_600;

impl Rules {
    /// Everything that may refuse an invitation, before the first write.
    pub(in super::super) fn may_invite(
        &self,
        rows: &Writes<'_>,
        me: AccountId,
        (wanted, offer): (&Wanted<'_>, &GameOffer),
    ) -> rooms::Verdict<()> {
        if self.limits.games_off == 1 {
            return Err(Reason::GamesOff.into());
        }
        let has_board = offer.kind.name().has_board();
        if !is_sound(offer) || (has_board && !matches!(wanted.to, Target::Account(_))) {
            return Err(Reason::BadValue.into());
        }
        if let Target::Account(peer) = wanted.to {
            self.may_play_with(rows, me, peer)?;
        }
        let most = self.limits.games_per_account;
        if count_own(rows, me)? >= most {
            return Err(self.over(Bound::Games, Reason::GamesMany, most).into());
        }
        let place =
            super::super::send::find(rows, me, wanted.to)?.map(super::super::send::Place::log);
        let Some(Some(conversation)) = place else { return Ok(()) };
        let is_asked = |(id, row): &(GameId, GameRow)| {
            id.conversation == conversation && row.state == GameState::Open && row.inviter == me
        };
        if open_games(rows, me)?.iter().any(is_asked) {
            return Err(Reason::GameAsked.into());
        }
        Ok(())
    }

    /// Friends who want to be seen and are not busy.
    fn may_play_with(
        &self,
        rows: &Writes<'_>,
        me: AccountId,
        peer: AccountId,
    ) -> rooms::Verdict<()> {
        if peer == me {
            return Err(Reason::Yourself.into());
        }
        let is_friend = rows.get_contact(me, peer)?.is_some_and(|contact| contact.friend);
        let is_theirs = rows.get_contact(peer, me)?.is_some_and(|contact| contact.friend);
        if !(is_friend && is_theirs) {
            return Err(Reason::NotFriends.into());
        }
        match self.presences.of(peer).as_seen_by_others() {
            Presence::Offline => Err(Reason::GameAway.into()),
            Presence::Busy => Err(Reason::GameBusy.into()),
            _ => Ok(()),
        }
    }

    /// A message that invites to a game was taken.
    pub(in super::super) fn invited(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        message: &Message,
    ) -> Result<Option<GameChange>, StoreError> {
        let Body::Game(offer) = message.body else { return Ok(None) };
        let invited = match message.kind {
            ConversationKind::Direct { low, high } if low == message.from => Some(high),
            ConversationKind::Direct { low, .. } => Some(low),
            _ => None,
        };
        let id = GameId { conversation: message.conversation, seq: message.seq };
        let mut row = GameRow {
            inviter: message.from,
            invited,
            offer,
            state: GameState::Open,
            players: None,
            log: 0,
            plies: 0,
            to_act: [false; 2],
            origin_ms: origin(now, 0),
            seed_hash: None,
            began: message.at,
            ended: None,
        };
        self.keep_game(rows, now, id, (&mut row, Vec::new()))
    }

    /// The other one of two, or somebody else in a room, begins or declines; who invited takes back.
    pub(super) fn answer_game(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        me: AccountId,
        (id, accept): (GameId, bool),
    ) -> rooms::Verdict<Option<GameChange>> {
        let (mut row, log) = find(rows, me, id)?;
        let is_mine = row.inviter == me;
        let is_direct = matches!(log.kind, ConversationKind::Direct { .. });
        if row.state != GameState::Open {
            return Err(Reason::GameGone.into());
        }
        match (is_mine, accept) {
            (true, true) => return Err(Reason::NotAllowed.into()),
            (true, false) => row.state = GameState::Withdrawn,
            // In a room nobody is asked, so nobody declines.
            (false, false) if !is_direct => return Err(Reason::NotAllowed.into()),
            (false, false) => row.state = GameState::Declined,
            (false, true) => self.may_accept(rows, now, me, (id, &row, log.kind))?,
        }
        if row.state != GameState::Open {
            return Ok(self.keep_game(rows, now, id, (&mut row, Vec::new()))?);
        }
        Ok(self.begin(rows, now, id, (row, me))?)
    }

    fn may_accept(
        &self,
        rows: &Writes<'_>,
        now: Moment,
        me: AccountId,
        (id, row, place): (GameId, &GameRow, ConversationKind),
    ) -> rooms::Verdict<()> {
        if self.limits.games_off == 1 {
            return Err(Reason::GamesOff.into());
        }
        let most = self.limits.games_per_account;
        if count_own(rows, me)? >= most {
            return Err(self.over(Bound::Games, Reason::GamesMany, most).into());
        }
        // Who invited may have gone meanwhile, and nobody plays with somebody whom one of both blocked.
        let is_deleted = rows.get_account(row.inviter)?.is_none_or(|account| account.deleted);
        let has_left = !is_deleted && find(rows, row.inviter, id).is_err();
        let blocks =
            |one, other| rows.get_contact(one, other).map(|c| c.is_some_and(|c| c.blocked));
        if is_deleted || has_left || blocks(me, row.inviter)? || blocks(row.inviter, me)? {
            return Err(Reason::GameGone.into());
        }
        // Who is muted in a room does not play there either.
        let to = place.target_for(me).ok_or(Reason::NotFound)?;
        let is_closed = self.limits.lobby_closed == 1;
        rooms::may_write(rows, now.wall_ms, (me, to), is_closed)?;
        if let Target::Account(peer) = to {
            super::super::send::may_write(rows, me, peer)??;
        }
        Ok(())
    }

    fn begin(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        id: GameId,
        (mut row, other): (GameRow, AccountId),
    ) -> Result<Option<GameChange>, StoreError> {
        let chance = chance_of(rows, id, now.wall_ms)?;
        let inviter_begins = match row.offer.begins {
            Begins::Inviter => true,
            Begins::Invited => false,
            Begins::Drawn => chance.0[0] & 1 == 0,
        };
        let (first, second) =
            if inviter_begins { (row.inviter, other) } else { (other, row.inviter) };
        row.state = GameState::Running;
        row.players = Some([first, second]);
        row.began = now.wall_ms;
        row.origin_ms = origin(now, 0);
        if row.offer.kind == (GameKind::Dice {}) {
            row.seed_hash = Some(dice::seed_hash(&seed_of(rows, id, &row)?));
        }
        let mut entries = Vec::new();
        // Who invited may have gone meanwhile.
        for account in [first, second] {
            entries.extend(self.attended(rows, now, (id, &mut row), account)?);
        }
        row.to_act = self.tables.game(rows, id, &row)?.to_act();
        self.keep_game(rows, now, id, (&mut row, entries))
    }
}

/// Whether the options of an offer fit its game.
fn is_sound(offer: &GameOffer) -> bool {
    let TimeLimit { total_s, move_s } = offer.limit;
    let fits =
        total_s.is_none_or(|s| TOTAL_S.contains(&s)) && move_s.is_none_or(|s| MOVE_S.contains(&s));
    let is_placed = offer.again.is_none_or(|seq| seq > Seq::ZERO);
    is_placed
        && match offer.kind {
            GameKind::Gomoku { .. } | GameKind::Xiangqi {} => fits,
            GameKind::Hands { best_of } => {
                matches!(best_of, 1 | 3 | 5) && offer.limit == TimeLimit::default()
            }
            GameKind::Dice {} => offer.limit == TimeLimit::default(),
        }
}

/// The server's share of the chance in a game that began at a moment. It follows from a secret that never
/// leaves the server, so that a game is the same after a restart.
fn chance_of(rows: &Writes<'_>, id: GameId, began: i64) -> Result<Bytes32, StoreError> {
    let secret = rows.get_secret(SECRETS)?.unwrap_or_default();
    let mut hasher = blake3::Hasher::new_derive_key("MyChat 2026 chance of a game");
    hasher.update(&secret).update(&id.conversation.0.to_le_bytes());
    hasher.update(&id.seq.0.to_le_bytes()).update(&began.to_le_bytes());
    Ok(Bytes32(*hasher.finalize().as_bytes()))
}

/// The seed of a game of dice; nothing for other games.
pub(super) fn seed_of(rows: &Writes<'_>, id: GameId, row: &GameRow) -> Result<Bytes32, StoreError> {
    match row.offer.kind {
        GameKind::Dice {} => {
            let chance = chance_of(rows, id, row.began)?;
            Ok(Bytes32(blake3::derive_key("MyChat 2026 seed of dice", &chance.0)))
        }
        _ => Ok(Bytes32([0; 32])),
    }
}
