//! Why a move is not made, in one short line beside the board.

use crate::game::NotPlayed;
use crate::game::xiangqi::{Illegal, Kind};

/// The words for it. What only the server finds out is told in its words.
#[must_use]
pub fn key(why: NotPlayed) -> &'static str {
    match why {
        NotPlayed::NotYourTurn => "game.illegal.turn",
        NotPlayed::NotFree => "game.illegal.taken",
        NotPlayed::Illegal(why) => of_rule(why),
        NotPlayed::OtherGame => "reason.game_illegal",
        NotPlayed::Over => "reason.game_over",
        NotPlayed::TimeOver => "reason.game_late",
        NotPlayed::Twice => "reason.game_twice",
        NotPlayed::TooEarly => "reason.game_early",
        NotPlayed::DoesNotMatch => "reason.game_mismatch",
        NotPlayed::NothingAsked => "reason.game_not_asked",
        NotPlayed::NothingToUndo => "reason.game_no_undo",
        NotPlayed::DeclinedBefore => "reason.game_declined",
    }
}

/// The words for a rule of Chinese chess.
fn of_rule(why: Illegal) -> &'static str {
    match why {
        Illegal::NotYours => "game.illegal.not_yours",
        Illegal::OwnPiece => "game.illegal.own_piece",
        Illegal::Palace => "game.illegal.palace",
        Illegal::River => "game.illegal.river",
        Illegal::Eye => "game.illegal.eye",
        Illegal::Leg => "game.illegal.leg",
        Illegal::Backward => "game.illegal.backward",
        Illegal::Aside => "game.illegal.aside",
        Illegal::Blocked => "game.illegal.blocked",
        Illegal::Screen => "game.illegal.screen",
        Illegal::Facing => "game.illegal.facing",
        Illegal::Check => "game.illegal.check",
        Illegal::StillCheck => "game.illegal.still_check",
        Illegal::Way(kind) => match kind {
            Kind::General => "game.illegal.way.general",
            Kind::Advisor => "game.illegal.way.advisor",
            Kind::Elephant => "game.illegal.way.elephant",
            Kind::Horse => "game.illegal.way.horse",
            Kind::Chariot => "game.illegal.way.chariot",
            Kind::Cannon => "game.illegal.way.cannon",
            Kind::Soldier => "game.illegal.way.soldier",
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::game::{GameKind, Play, Side};
    use crate::ui::app::games::testing::Match;
    use crate::ui::games::words::Words;
    use crate::ui::text::Language;

    const KINDS: [Kind; 7] = [
        Kind::General,
        Kind::Advisor,
        Kind::Elephant,
        Kind::Horse,
        Kind::Chariot,
        Kind::Cannon,
        Kind::Soldier,
    ];
    const RULES: [Illegal; 13] = [
        Illegal::NotYours,
        Illegal::OwnPiece,
        Illegal::Palace,
        Illegal::River,
        Illegal::Eye,
        Illegal::Leg,
        Illegal::Backward,
        Illegal::Aside,
        Illegal::Blocked,
        Illegal::Screen,
        Illegal::Facing,
        Illegal::Check,
        Illegal::StillCheck,
    ];
    /// What the server alone finds out.
    const TOLD: [NotPlayed; 9] = [
        NotPlayed::OtherGame,
        NotPlayed::Over,
        NotPlayed::TimeOver,
        NotPlayed::Twice,
        NotPlayed::TooEarly,
        NotPlayed::DoesNotMatch,
        NotPlayed::NothingAsked,
        NotPlayed::NothingToUndo,
        NotPlayed::DeclinedBefore,
    ];

    #[test]
    fn each_cause_has_a_line_of_its_own_that_fits_beside_the_board() {
        let rules = RULES.into_iter().chain(KINDS.map(Illegal::Way)).map(NotPlayed::from);
        let shown: Vec<NotPlayed> =
            rules.chain([NotPlayed::NotYourTurn, NotPlayed::NotFree]).collect();
        for language in Language::ALL {
            let line = |why: &NotPlayed| language.get(key(*why));
            for why in &shown {
                // 232 px at 12 px: an ideograph is as wide as it is high, a letter mostly less than half.
                let wide: usize = line(why).chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
                assert!(wide <= 38, "{why:?}: {}", line(why));
            }
            let all = shown.iter().chain(&TOLD);
            assert!(all.clone().all(|why| line(why) != key(*why)), "a line is missing");
            let lines: BTreeSet<&str> = all.map(line).collect();
            assert_eq!(lines.len(), shown.len() + TOLD.len(), "{lines:?}");
        }
    }

    #[test]
    fn a_line_stands_beside_the_board_and_warns() {
        let mut one = Match::of(GameKind::Xiangqi {});
        let said = |one: &Match, language| Words { language, board: &one.board }.count();
        for (from, to, english, chinese) in [
            ("h0", "f1", "A piece blocks the horse's leg", "蹩马腿，走不过去"),
            ("e0", "e2", "Generals go one step, not diagonally", "将帅每次直走一步"),
            ("h2", "h7", "Cannons take over exactly one piece", "炮吃子要正好隔一个子"),
        ] {
            one.press(from);
            one.press(to);
            assert_eq!(said(&one, Language::English), (english.to_owned(), true));
            assert_eq!(said(&one, Language::Chinese), (chinese.to_owned(), true));
        }
        one.press("h2");
        assert_eq!(said(&one, Language::English), ("Move 1".to_owned(), false), "the next press");
        one.play(Side::First, Play::Move { from: 25, to: 22 });
        one.press("b0");
        assert_eq!(said(&one, Language::Chinese).0, "还没轮到你");
    }
}
