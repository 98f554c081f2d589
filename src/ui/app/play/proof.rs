//! Why dice are fair, said by this computer's own sums.

use super::{Played, replayed};
use crate::domain::Target;
use crate::domain::game::{Bytes32, GameId};
use crate::game::dice;
use crate::ui::app::Model;

/// What is proven, and from what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The hash of the server's seed, as it was told before the players gave their shares.
    pub said: Bytes32,
    /// The seed, told afterwards.
    pub seed: Bytes32,
    /// The players' names, with their shares and their pips.
    pub players: [(String, Bytes32, u8); 2],
    /// The seed is the one whose hash was told.
    pub seed_fits: bool,
    /// The pips follow from the seed and the shares.
    pub pips_follow: bool,
}

impl Model {
    /// The proof of a throw that lies; nothing where something of it is not here.
    #[must_use]
    pub fn proof_of(&self, id: GameId) -> Option<Proof> {
        let view = self.play.view(id)?;
        let game = replayed(view)?;
        let Played::Dice(played) = game.table() else { return None };
        let (seed, pips) = played.rolled()?;
        let [Some(first), Some(second)] = played.nonces() else { return None };
        let said = view.sheet.seed_hash?;
        let target = self.chats.of_conversation(id.conversation).unwrap_or(Target::Lobby);
        let [one, other] = view.sheet.players?.map(|account| self.name_in(target, account));
        Some(Proof {
            said,
            seed,
            players: [(one, first, pips[0]), (other, second, pips[1])],
            seed_fits: dice::seed_hash(&seed) == said,
            pips_follow: dice::pips(&seed, &[first, second]) == pips,
        })
    }
}
