//! Drawing what the card of a game has beside that of a file.

use super::card::{Carded, Tone};
use super::draw::Painter;
use super::game::{Mark, NAME, Table, TablePlaces};
use crate::domain::game::Hand;
use crate::ui::paint::text::{fit, width};
use crate::ui::paint::{Align, Rect};
use crate::ui::theme::{Colour, Style, metric};

/// A hand beside its name on a button, and what is free between them.
const HAND: i32 = 20;
const HAND_GAP: i32 = 6;

impl Painter<'_> {
    /// The options, the players' rows, and how it stands.
    pub(super) fn table(&self, card: &Carded, line: Rect, (table, at): (&Table, &TablePlaces)) {
        let options = fit(Style::CAPTION, &card.size, line.w);
        self.canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &options);
        let rule = fit(Style::CAPTION, &table.rule, at.rule.w);
        self.canvas.text_in(Style::CAPTION, Colour::Ink2, at.rule, Align::Left, &rule);
        for (player, at) in table.players.iter().zip(&at.players) {
            let (style, ink) = match player.won {
                true => (NAME.bold(), Colour::Ok),
                false => (NAME, Colour::Ink),
            };
            let name = fit(style, &player.name, at.name.w);
            self.canvas.text_in(style, ink, at.name, Align::Left, &name);
            for (mark, place) in player.marks.iter().zip(&at.marks) {
                self.shown(*mark, *place);
            }
            self.canvas.text_in(NAME.bold(), ink, at.score, Align::Right, &player.score);
        }
        let (style, ink) = match (table.calls, card.tone) {
            (true, _) => (Style::CAPTION.bold(), Colour::BrandText),
            (false, Tone::Quiet) => (Style::CAPTION, Colour::Ink2),
            (false, Tone::Paused) => (Style::CAPTION, Colour::GoldText),
            (false, Tone::Bad) => (Style::CAPTION, Colour::Bad),
            (false, Tone::Checked) => (Style::CAPTION.bold(), Colour::Ok),
        };
        let words = fit(style, &card.state, at.state.w);
        self.canvas.text_in(style, ink, at.state, Align::Left, &words);
    }

    fn shown(&self, mark: Mark, area: Rect) {
        match mark {
            Mark::Hand(hand, won) => {
                if won {
                    self.canvas.round(area, metric::RADIUS_SMALL, Colour::OkSoft);
                }
                self.canvas.hand(hand, area.inset(2));
            }
            Mark::Own(hand) => {
                self.canvas.round(area, metric::RADIUS_SMALL, Colour::Sunken);
                self.canvas.hand(hand, area.inset(3));
            }
            Mark::Hidden => {
                self.canvas.round(area, metric::RADIUS_SMALL, Colour::Sunken);
                self.canvas.text_in(NAME.bold(), Colour::Ink3, area, Align::Centre, "?");
            }
            Mark::Awaited => {
                self.canvas.frame(area, metric::RADIUS_SMALL, Colour::PeerLine, 1);
            }
            Mark::Die(pips) => self.canvas.die(pips, area),
        }
    }

    /// A hand that can be chosen, with its name.
    pub(super) fn hand_deed(&self, hand: Hand, area: Rect, words: &str) {
        let wide = HAND + HAND_GAP + width(Style::BODY, words);
        let inner = area.middle(wide, HAND);
        self.canvas.hand(hand, Rect { w: HAND, ..inner });
        let words_at = Rect { y: area.y, h: area.h, ..inner.without_left(HAND + HAND_GAP) };
        self.canvas.text_in(Style::BODY, Colour::BrandText, words_at, Align::Left, words);
    }
}
