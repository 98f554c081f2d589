//! Rock-paper-scissors: both hide a hand behind a hash, then both show it. Nobody can choose
//! after having seen the other's hand, and nobody has to trust the server for that.

use crate::domain::game::{Bytes32, Hand, Side};

/// Rounds of one match, ties counted: behind it nobody has won.
pub const ROUNDS_MAX: usize = 30;

/// A match of some rounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hands {
    best_of: u8,
    wins: [u8; 2],
    hashes: [Option<Bytes32>; 2],
    shown: [Option<Hand>; 2],
    rounds: Vec<[Hand; 2]>,
}

impl Hands {
    /// Before the first round.
    #[must_use]
    pub fn new(best_of: u8) -> Hands {
        Hands { best_of, wins: [0; 2], hashes: [None; 2], shown: [None; 2], rounds: Vec::new() }
    }

    /// Rounds won by each.
    #[must_use]
    pub fn wins(&self) -> [u8; 2] {
        self.wins
    }

    /// The rounds that are over, each with both hands.
    #[must_use]
    pub fn rounds(&self) -> &[[Hand; 2]] {
        &self.rounds
    }

    /// The number of the round that is played, from 0; a tie is a round as well.
    #[must_use]
    pub fn round(&self) -> u32 {
        u32::try_from(self.rounds.len()).unwrap_or(u32::MAX)
    }

    /// Who has not chosen yet, or not shown yet once both have chosen.
    #[must_use]
    pub fn to_act(&self) -> [bool; 2] {
        match self.is_chosen() {
            true => self.shown.map(|hand| hand.is_none()),
            false => self.hashes.map(|hash| hash.is_none()),
        }
    }

    /// Whether both have chosen and show now.
    #[must_use]
    pub fn is_chosen(&self) -> bool {
        self.hashes.iter().all(Option::is_some)
    }

    /// The hash that a side gave in this round.
    #[must_use]
    pub fn hash(&self, side: Side) -> Option<Bytes32> {
        self.hashes[side.index()]
    }

    /// What a side has shown in this round.
    #[must_use]
    pub fn shown(&self, side: Side) -> Option<Hand> {
        self.shown[side.index()]
    }

    /// Takes a hidden hand.
    pub fn commit(&mut self, side: Side, hash: Bytes32) {
        self.hashes[side.index()] = Some(hash);
    }

    /// Takes a shown hand; the second one ends the round.
    pub fn reveal(&mut self, side: Side, hand: Hand) {
        self.shown[side.index()] = Some(hand);
        if let [Some(first), Some(second)] = self.shown {
            if let Some(winner) = winner(first, second) {
                self.wins[winner.index()] += 1;
            }
            self.rounds.push([first, second]);
            self.hashes = [None; 2];
            self.shown = [None; 2];
        }
    }

    /// Who has won more than half of the rounds.
    #[must_use]
    pub fn winner(&self) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.wins[side.index()] > self.best_of / 2)
    }
}

/// Who wins a round; nobody where both show the same.
#[must_use]
pub fn winner(first: Hand, second: Hand) -> Option<Side> {
    use Hand::{Paper, Rock, Scissors};
    match (first, second) {
        (Rock, Scissors) | (Paper, Rock) | (Scissors, Paper) => Some(Side::First),
        (Scissors, Rock) | (Rock, Paper) | (Paper, Scissors) => Some(Side::Second),
        _ => None,
    }
}

/// Hides a hand. Side and round are in it, so that nobody can hand in the other's hash again.
#[must_use]
pub fn hash(side: Side, round: u32, hand: Hand, salt: &Bytes32) -> Bytes32 {
    let mut hasher = blake3::Hasher::new_derive_key("MyChat 2026 rock-paper-scissors");
    let hand = match hand {
        Hand::Rock => 0,
        Hand::Paper => 1,
        Hand::Scissors => 2,
    };
    hasher.update(&[u8::from(side == Side::Second), hand]);
    hasher.update(&round.to_le_bytes()).update(&salt.0);
    Bytes32(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDS: [Hand; 3] = [Hand::Rock, Hand::Paper, Hand::Scissors];

    #[test]
    fn each_hand_beats_one_and_loses_to_one() {
        for (index, hand) in HANDS.into_iter().enumerate() {
            assert_eq!(winner(hand, hand), None);
            assert_eq!(winner(HANDS[(index + 1) % 3], hand), Some(Side::First), "{hand:?}");
            assert_eq!(winner(hand, HANDS[(index + 1) % 3]), Some(Side::Second));
        }
    }

    #[test]
    fn a_hash_belongs_to_one_hand_of_one_side_in_one_round() {
        let salt = Bytes32([7; 32]);
        let mut seen = std::collections::HashSet::new();
        for side in Side::BOTH {
            for round in [0, 1, 256] {
                for hand in HANDS {
                    assert!(seen.insert(hash(side, round, hand, &salt)));
                    assert!(seen.insert(hash(side, round, hand, &Bytes32([8; 32]))));
                }
            }
        }
    }

    #[test]
    fn the_best_of_three_ends_with_the_second_win_and_ties_do_not_count() {
        let mut hands = Hands::new(3);
        let mut play = |first, second| {
            hands.reveal(Side::Second, second);
            hands.reveal(Side::First, first);
            hands.winner()
        };
        assert_eq!(play(Hand::Rock, Hand::Rock), None);
        assert_eq!(play(Hand::Rock, Hand::Paper), None);
        assert_eq!(play(Hand::Scissors, Hand::Paper), None);
        assert_eq!(play(Hand::Paper, Hand::Paper), None);
        assert_eq!(play(Hand::Paper, Hand::Rock), Some(Side::First));
        assert_eq!((hands.wins(), hands.round()), ([2, 1], 5));
    }
}
