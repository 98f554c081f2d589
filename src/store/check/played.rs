//! Games: each log is whole, each is in the lists of its state, scores are what the games come to, and each game
//! stands as its log says when that is played again.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::read::Kept;
use crate::domain::AccountId;
use crate::domain::game::{Fact, GameEntry, GameId, GameName, GameState, Side};
use crate::game::{Game, dice};
use crate::store::StoreError;
use crate::store::games::GameRow;
use crate::store::rows::Reads;

/// Looks at what was played here.
pub(super) fn check(kept: &Kept, report: &mut Report) {
    let mut scores: BTreeMap<(AccountId, AccountId, GameName), (u32, u32, u32)> = BTreeMap::new();
    let (mut open, mut own) = (BTreeSet::new(), BTreeSet::new());
    let mut logs = kept.game_logs.clone();
    for (id, row) in &kept.games {
        let place = place(*id);
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

fn place(id: GameId) -> String {
    format!("game {} of conversation {}", id.seq.0, id.conversation.0)
}

/// Plays every game again by the rules.
///
/// # Errors
/// The disk failed.
pub(super) fn replay(
    rows: &Reads,
    kept: &Kept,
    goes_on: &dyn Fn() -> bool,
    report: &mut Report,
) -> Result<(), StoreError> {
    for (id, row) in kept.games.iter().take_while(|_| goes_on()) {
        let log = match rows.list_game_log(*id, 0, usize::MAX) {
            Ok(log) if log.len() == row.log as usize => log,
            // That is told already.
            Ok(_) | Err(StoreError::Damaged { .. }) => continue,
            Err(error) => return Err(error),
        };
        if let Err(why) = fits(row, &log) {
            report.wrong(format!("{} {why}", place(*id)));
        }
    }
    Ok(())
}

/// Whether a game stands as its log says, and the log is one that the rules allow; or what is wrong.
fn fits(row: &GameRow, log: &[GameEntry]) -> Result<(), String> {
    let end = match row.state {
        GameState::Running => None,
        GameState::Over(end) => Some(end),
        _ if log.is_empty() => return Ok(()),
        _ => return Err("has a log, but did not begin".to_owned()),
    };
    let mut game = Game::new(row.offer.kind, row.offer.limit, 0);
    let mut now = 0;
    for (number, entry) in (1..).zip(log) {
        let is_fair = match entry.fact {
            Fact::Rolled { seed, .. } => row.seed_hash == Some(dice::seed_hash(&seed)),
            _ => true,
        };
        if entry.t < now || !is_fair || !game.fits(&entry.fact, entry.t) {
            return Err(format!("cannot have entry {number} of its log behind those before it"));
        }
        game.take(&entry.fact, entry.t);
        now = entry.t;
    }
    let stands = (game.end(), game.to_act(), game.plies()) == (end, row.to_act, row.plies as usize);
    if stands { Ok(()) } else { Err("does not stand as its log says".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::super::read::{self, Look};
    use super::*;
    use crate::domain::game::{
        Begins, Bytes32, EndReason, Favour, GameEnd, GameKind, GameOffer, TimeLimit,
    };
    use crate::domain::{ConversationId, Seq};
    use crate::store::{Engine, Writes, record, schema};

    const LIME: AccountId = AccountId(10_001);
    const MOMO: AccountId = AccountId(10_002);
    const SEED: Bytes32 = Bytes32([7; 32]);
    const NONCES: [Bytes32; 2] = [Bytes32([1; 32]), Bytes32([2; 32])];

    fn id(seq: u64) -> GameId {
        GameId { conversation: ConversationId(7), seq: Seq(seq) }
    }

    fn placed(side: Side, point: u8) -> Fact {
        Fact::Placed { side, point, left_ms: None }
    }

    fn ended(winner: Option<Side>, why: EndReason) -> Fact {
        Fact::Ended { end: GameEnd { winner, why } }
    }

    fn offered(kind: GameKind) -> GameRow {
        let limit = TimeLimit { total_s: None, move_s: None };
        GameRow {
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
        }
    }

    /// A throw of dice from the two shares.
    fn thrown(pips: [u8; 2]) -> Vec<Fact> {
        let winner = (pips[0] != pips[1]).then(|| Side::BOTH[usize::from(pips[0] < pips[1])]);
        let [first, second] = NONCES;
        vec![
            Fact::Stirred { side: Side::First, nonce: first },
            Fact::Stirred { side: Side::Second, nonce: second },
            Fact::Rolled { seed: SEED, pips },
            ended(winner, EndReason::Points),
        ]
    }

    /// One that is offered, one that runs, one that Lime won, one that nobody won, and one of dice.
    fn play(rows: &mut Writes<'_>) {
        let gomoku = GameKind::Gomoku { exactly_five: false };
        rows.put_game(id(1), &offered(gomoku), &[]).unwrap();
        let first = placed(Side::First, 1);
        let logs = [
            (gomoku, vec![first, placed(Side::Second, 2)]),
            (gomoku, vec![first, ended(Some(Side::First), EndReason::Resigned)]),
            (
                gomoku,
                vec![
                    Fact::Asked { side: Side::First, favour: Favour::Draw },
                    ended(None, EndReason::Agreed),
                ],
            ),
            (GameKind::Dice {}, thrown(dice::pips(&SEED, &NONCES))),
        ];
        for (seq, (kind, log)) in (2..).zip(logs) {
            let mut game = Game::new(kind, TimeLimit::default(), 0);
            let entries: Vec<GameEntry> =
                (1..).zip(log).map(|(t, fact)| GameEntry { t, fact }).collect();
            for entry in &entries {
                game.take(&entry.fact, entry.t);
            }
            let row = GameRow {
                state: game.end().map_or(GameState::Running, GameState::Over),
                players: Some([LIME, MOMO]),
                log: u32::try_from(entries.len()).unwrap(),
                plies: u32::try_from(game.plies()).unwrap(),
                to_act: game.to_act(),
                seed_hash: (kind == GameKind::Dice {}).then(|| dice::seed_hash(&SEED)),
                ended: game.end().map(|_| 9),
                ..offered(kind)
            };
            rows.put_game(id(seq), &offered(kind), &[]).unwrap();
            rows.put_game(id(seq), &row, &entries).unwrap();
        }
    }

    /// Writes another entry over one.
    fn forge(rows: &mut Writes<'_>, (seq, place): (u64, u32), t: u64, fact: Fact) {
        let value = record::encode(&GameEntry { t, fact }).unwrap();
        rows.game_log.insert((7, seq, place), value.as_slice()).unwrap();
    }

    /// Changes a row beside its log.
    fn change(rows: &mut Writes<'_>, seq: u64, change: impl FnOnce(&mut GameRow)) {
        let mut row = rows.get_game(id(seq)).unwrap().unwrap();
        change(&mut row);
        rows.games.insert((7, seq), record::encode(&row).unwrap().as_slice()).unwrap();
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
        replay(&rows, &kept, &goes_on, &mut report).unwrap();
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
    #[test]
    fn a_game_that_does_not_follow_from_its_log_is_named() {
        type Harm = fn(&mut Writes<'_>);
        const BEHIND: &str = "cannot have entry";
        const OTHER: &str = "does not stand as its log says";
        let rolled = |pips| thrown(pips)[2];
        let cases: [(Harm, u64, &str); 12] = [
            (|rows| forge(rows, (2, 1), 2, placed(Side::First, 2)), 2, BEHIND),
            (|rows| forge(rows, (2, 1), 2, placed(Side::Second, 1)), 2, BEHIND),
            (|rows| forge(rows, (2, 1), 0, placed(Side::Second, 2)), 2, BEHIND),
            (
                |rows| forge(rows, (2, 0), 1, Fact::Stirred { side: Side::First, nonce: SEED }),
                2,
                BEHIND,
            ),
            (
                |rows| forge(rows, (3, 0), 1, ended(Some(Side::First), EndReason::Resigned)),
                3,
                BEHIND,
            ),
            (|rows| forge(rows, (3, 1), 2, ended(Some(Side::First), EndReason::Five)), 3, BEHIND),
            (
                |rows| forge(rows, (3, 1), 2, ended(Some(Side::Second), EndReason::Resigned)),
                3,
                OTHER,
            ),
            (
                |rows| {
                    forge(rows, (4, 0), 1, Fact::Asked { side: Side::First, favour: Favour::Undo });
                },
                4,
                BEHIND,
            ),
            (|rows| change(rows, 2, |row| row.plies = 3), 2, OTHER),
            (|rows| change(rows, 2, |row| row.to_act = [false, true]), 2, OTHER),
            (|rows| change(rows, 5, |row| row.seed_hash = Some(SEED)), 5, BEHIND),
            (
                |rows| {
                    change(rows, 1, |row| row.log = 1);
                    forge(rows, (1, 0), 1, placed(Side::First, 1));
                },
                1,
                "has a log, but did not begin",
            ),
        ];
        for (number, (harm, seq, why)) in cases.into_iter().enumerate() {
            let found = found(harm);
            let begin = format!("game {seq} of conversation 7 {why}");
            assert!(found.len() == 1 && found[0].starts_with(&begin), "case {number}: {found:?}");
        }
        let [first, second] = dice::pips(&SEED, &NONCES);
        let loaded = rolled([first % 6 + 1, second]);
        let found = found(|rows| forge(rows, (5, 2), 3, loaded));
        assert_eq!(
            found,
            ["game 5 of conversation 7 cannot have entry 3 of its log behind those before it"]
        );
    }
}
