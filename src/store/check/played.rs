//! Games: each log is whole, each is in the lists of its state, and scores are what the games come to.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::read::Kept;
use crate::domain::AccountId;
use crate::domain::game::{GameName, GameState, Side};

/// Looks at what was played here.
pub(super) fn check(kept: &Kept, report: &mut Report) {
    let mut scores: BTreeMap<(AccountId, AccountId, GameName), (u32, u32, u32)> = BTreeMap::new();
    let (mut open, mut own) = (BTreeSet::new(), BTreeSet::new());
    let mut logs = kept.game_logs.clone();
    for (id, row) in &kept.games {
        let place = format!("game {} of conversation {}", id.seq.0, id.conversation.0);
        let entries = logs.remove(id).unwrap_or_default();
        if entries != (u64::from(row.log), row.log.checked_sub(1)) {
            report.wrong(format!("{place} has {} entries instead of {}", entries.0, row.log));
        }
        if row.is_open() {
            open.insert(*id);
        }
        let at = row.place();
        own.extend(row.owners().into_iter().map(|account| (account, at, *id)));
        if let (GameState::Over(end), Some(players)) = (row.state, row.players) {
            for side in Side::BOTH {
                let (me, peer) = (players[side.index()], players[side.other().index()]);
                let score = scores.entry((me, peer, row.offer.kind.name())).or_default();
                match end.winner {
                    None => score.1 += 1,
                    Some(winner) if winner == side => score.0 += 1,
                    Some(_) => score.2 += 1,
                }
            }
        }
    }
    for id in logs.keys() {
        let (seq, log) = (id.seq.0, id.conversation.0);
        report.wrong(format!("there is a log of game {seq} of conversation {log}, but no game"));
    }
    if open != kept.games_open {
        report.wrong("the list of games that run is not what the games say".to_owned());
    }
    if own != kept.own_games {
        report.wrong("the lists of people's games are not what the games say".to_owned());
    }
    if scores != kept.scores {
        report.wrong("the scores are not what the games come to".to_owned());
    }
}
