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

#[cfg(test)]
mod tests {
    use super::super::read::{self, Look};
    use super::*;
    use crate::domain::game::{
        Begins, EndReason, Fact, GameEnd, GameEntry, GameId, GameKind, GameOffer, TimeLimit,
    };
    use crate::domain::{ConversationId, Seq};
    use crate::store::games::GameRow;
    use crate::store::{Engine, Reads, Writes, schema};

    const LIME: AccountId = AccountId(10_001);
    const MOMO: AccountId = AccountId(10_002);

    /// One that is offered, one that runs, one that Lime won and one that nobody won.
    fn play(rows: &mut Writes<'_>) {
        let kind = GameKind::Gomoku { exactly_five: false };
        let limit = TimeLimit { total_s: None, move_s: None };
        let offered = GameRow {
            inviter: LIME,
            invited: Some(MOMO),
            offer: GameOffer { kind, limit, begins: Begins::Inviter, again: None },
            state: GameState::Open,
            players: None,
            log: 0,
            plies: 0,
            to_act: [false; 2],
            origin_ms: 0,
            seed_hash: None,
            began: 1,
            ended: None,
        };
        let over = |winner, why| GameState::Over(GameEnd { winner, why });
        let states = [
            GameState::Open,
            GameState::Running,
            over(Some(Side::First), EndReason::Resigned),
            over(None, EndReason::Agreed),
        ];
        for (seq, state) in (1..).zip(states) {
            let id = GameId { conversation: ConversationId(7), seq: Seq(seq) };
            rows.put_game(id, &offered, &[]).unwrap();
            if state == GameState::Open {
                continue;
            }
            let fact = |point| Fact::Placed { side: Side::First, point, left_ms: None };
            let entries = [1, 2].map(|n| GameEntry { t: u64::from(n), fact: fact(n) });
            let ended = matches!(state, GameState::Over(_)).then_some(9);
            let players = Some([LIME, MOMO]);
            let row = GameRow { state, players, log: 2, plies: 2, ended, ..offered.clone() };
            rows.put_game(id, &row, &entries).unwrap();
        }
    }

    /// What is found in that store when somebody broke it.
    fn found(harm: impl FnOnce(&mut Writes<'_>)) -> Vec<String> {
        let home = tempfile::tempdir().unwrap();
        let engine = Engine::open(home.path(), "store", schema::MIGRATIONS, 1 << 20).unwrap();
        let transaction = engine.write().unwrap();
        let mut rows = Writes::open(&transaction).unwrap();
        play(&mut rows);
        harm(&mut rows);
        drop(rows);
        transaction.commit().unwrap();
        let rows = Reads::open(&engine.read().unwrap()).unwrap();
        let (mut report, goes_on) = (Report::default(), || true);
        let mut look = Look { rows: &rows, report: &mut report, goes_on: &goes_on };
        let kept = read::everything(&mut look).unwrap();
        let mut report = Report::default();
        check(&kept, &mut report);
        report.findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn whatever_is_broken_is_told_and_nothing_else() {
        type Harm = fn(&mut Writes<'_>);
        let cases: [(Harm, &[&str]); 9] = [
            (|_| {}, &[]),
            (
                |rows| drop(rows.game_log.remove((7, 2, 1)).unwrap()),
                &["game 2 of conversation 7 has 1 entries instead of 2"],
            ),
            (
                |rows| drop(rows.game_log.remove((7, 3, 0)).unwrap()),
                &["game 3 of conversation 7 has 1 entries instead of 2"],
            ),
            (
                |rows| drop(rows.games.remove((7, 1)).unwrap()),
                &["the list of games that run", "the lists of people's games"],
            ),
            (
                |rows| drop(rows.games.remove((7, 2)).unwrap()),
                &[
                    "there is a log of game 2",
                    "the list of games that run",
                    "the lists of people's",
                ],
            ),
            (|rows| drop(rows.games_open.remove((7, 1)).unwrap()), &["the list of games that run"]),
            (
                |rows| drop(rows.games_open.insert((7, 3), ()).unwrap()),
                &["the list of games that run"],
            ),
            (
                |rows| drop(rows.own_games.remove((MOMO.0, 9, 7, 3)).unwrap()),
                &["the lists of people's games"],
            ),
            (
                |rows| drop(rows.scores.remove((LIME.0, MOMO.0, 0)).unwrap()),
                &["the scores are not what"],
            ),
        ];
        for (number, (harm, expected)) in cases.into_iter().enumerate() {
            let found = found(harm);
            let is_told = found.len() == expected.len()
                && found.iter().zip(expected).all(|(what, begin)| what.starts_with(begin));
            assert!(is_told, "case {number}: {found:?}");
        }
    }
}
