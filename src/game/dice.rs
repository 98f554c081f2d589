//! Dice that nobody can load: the server says the hash of its seed before it knows the players'
//! shares of the chance, the players give theirs without knowing the seed, and afterwards everybody
//! can work out the same pips.

use crate::domain::game::Bytes32;

/// A throw of one die each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dice {
    nonces: [Option<Bytes32>; 2],
    rolled: Option<(Bytes32, [u8; 2])>,
}

impl Dice {
    /// Each player's share of the chance.
    #[must_use]
    pub fn nonces(&self) -> [Option<Bytes32>; 2] {
        self.nonces
    }

    /// The seed and the pips, once they lie.
    #[must_use]
    pub fn rolled(&self) -> Option<(Bytes32, [u8; 2])> {
        self.rolled
    }

    /// Who has not given a share.
    #[must_use]
    pub fn to_act(&self) -> [bool; 2] {
        self.nonces.map(|nonce| nonce.is_none())
    }

    /// Takes a share.
    pub fn stir(&mut self, side: usize, nonce: Bytes32) {
        self.nonces[side] = Some(nonce);
    }

    /// Lays the dice.
    pub fn roll(&mut self, seed: Bytes32, pips: [u8; 2]) {
        self.rolled = Some((seed, pips));
    }
}

/// What the server says before the game.
#[must_use]
pub fn seed_hash(seed: &Bytes32) -> Bytes32 {
    let hasher = blake3::Hasher::new_derive_key("MyChat 2026 dice seed");
    Bytes32(*hasher.clone().update(&seed.0).finalize().as_bytes())
}

/// The pips that follow from everybody's shares.
#[must_use]
pub fn pips(seed: &Bytes32, nonces: &[Bytes32; 2]) -> [u8; 2] {
    let mut hasher = blake3::Hasher::new_derive_key("MyChat 2026 dice pips");
    hasher.update(&seed.0).update(&nonces[0].0).update(&nonces[1].0);
    let mut stream = hasher.finalize_xof();
    [(); 2].map(|()| {
        loop {
            let mut byte = [0];
            stream.fill(&mut byte);
            // 252 is the highest multiple of 6: no number comes up more often than another.
            if byte[0] < 252 {
                break byte[0] % 6 + 1;
            }
        }
    })
}

/// Whether a throw was fair: the seed is the one whose hash was said, and the pips follow.
#[must_use]
pub fn is_fair(said: &Bytes32, seed: &Bytes32, nonces: &[Bytes32; 2], rolled: [u8; 2]) -> bool {
    seed_hash(seed) == *said && pips(seed, nonces) == rolled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(number: u32) -> Bytes32 {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        Bytes32(bytes)
    }

    #[test]
    fn all_pairs_come_up_about_equally_often() {
        let mut seen = [0_u32; 36];
        for number in 0..36_000 {
            let [a, b] = pips(&bytes(number), &[bytes(1), bytes(2)]);
            seen[usize::from(a - 1) * 6 + usize::from(b - 1)] += 1;
        }
        // A thousand each, with a standard deviation of 31.
        assert!(seen.iter().all(|count| (840..1160).contains(count)), "{seen:?}");
    }

    #[test]
    fn whoever_changes_anything_is_found_out() {
        let (seed, nonces) = (bytes(1), [bytes(2), bytes(3)]);
        let (said, rolled) = (seed_hash(&seed), pips(&seed, &nonces));
        assert!(is_fair(&said, &seed, &nonces, rolled));
        assert!(!is_fair(&said, &bytes(4), &nonces, pips(&bytes(4), &nonces)));
        assert!(!is_fair(&said, &seed, &nonces, [rolled[0] % 6 + 1, rolled[1]]));
        // A share that was changed gives other pips, but for one of 36 that happens to give the same.
        for side in [0, 1] {
            let fair = (100..1_180).filter(|number| {
                let mut other = nonces;
                other[side] = bytes(*number);
                is_fair(&said, &seed, &other, rolled)
            });
            let fair = fair.count();
            assert!((1..=60).contains(&fair), "{fair} of 1,080 by chance, where 30 are likely");
        }
    }

    #[test]
    fn the_pips_are_those_that_the_protocol_says() {
        let nonces = [bytes(2), bytes(3)];
        let mut hasher = blake3::Hasher::new_derive_key("MyChat 2026 dice pips");
        hasher.update(&[bytes(1).0, nonces[0].0, nonces[1].0].concat());
        let mut stream = [0; 64];
        hasher.finalize_xof().fill(&mut stream);
        let expected: Vec<u8> = stream.iter().filter(|b| **b < 252).map(|b| b % 6 + 1).collect();
        assert_eq!(pips(&bytes(1), &nonces)[..], expected[..2]);
        assert_ne!(seed_hash(&bytes(1)), seed_hash(&bytes(2)));
    }
}
