//! Chance as an argument: a seeded generator for nonces and for the jitter of the back-off.

use crate::domain::Nonce;

/// xoshiro256++ by Blackman and Vigna. Not for keys: those come from the system.
#[derive(Clone)]
pub struct Chance {
    state: [u64; 4],
    secret: [u8; 32],
}

impl Chance {
    /// A generator from random bytes; the same bytes give the same numbers.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        // What is told of the numbers tells their state, and must not tell the secret.
        let words = blake3::derive_key("MyChat 2026 numbers", &seed);
        let mut state = [0; 4];
        for (word, bytes) in state.iter_mut().zip(words.chunks_exact(8)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        // All zeroes is the one state that this generator never leaves.
        state[0] |= u64::from(state == [0; 4]);
        Chance { state, secret: blake3::derive_key("MyChat 2026 secret", &seed) }
    }

    /// A secret that follows from the seed and from none of the numbers.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.secret
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number from zero to one below `bound`, which is not zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound.max(1)
    }

    /// A name for a message.
    pub fn nonce(&mut self) -> Nonce {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.bits().to_be_bytes());
        bytes[8..].copy_from_slice(&self.bits().to_be_bytes());
        Nonce(bytes)
    }
}

impl std::fmt::Debug for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chance")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_and_nothing_repeats() {
        let (mut a, mut b) = (Chance::from_seed([3; 32]), Chance::from_seed([3; 32]));
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..1000 {
            let nonce = a.nonce();
            assert_eq!(nonce, b.nonce());
            assert!(seen.insert(nonce));
        }
        assert_ne!(Chance::from_seed([0; 32]).nonce(), Nonce([0; 16]));
    }
}
