//! Drawing the card of a file or a game.

use super::card::{CardPlaces, Carded, Tone};
use super::draw::Painter;
use super::scene::Action;
use crate::ui::paint::text::{fit, fit_name, width};
use crate::ui::paint::{Align, Rect};
use crate::ui::theme::{Colour, Style, metric};

/// Between size and state.
const STATE_GAP: i32 = 8;

impl Painter<'_> {
    /// A file's card, in its area of the transcript.
    pub(super) fn card(&self, row: usize, card: &Carded, area: Rect) {
        let radius = metric::RADIUS_CARD;
        self.canvas.card(area, radius, Colour::BubblePeer, Colour::PeerLine, 1);
        let places = CardPlaces::new(card, area);
        match &card.table {
            Some(table) => self.canvas.game_tile(table.game, places.tile),
            None => self.canvas.file_tile(&card.name, places.tile),
        }
        let name = match card.table {
            // Of a file's name the end says most.
            None => fit_name(Style::MESSAGE, &card.name, places.name.w),
            Some(_) => fit(Style::MESSAGE, &card.name, places.name.w),
        };
        self.canvas.text_in(Style::MESSAGE, Colour::Ink, places.name, Align::Left, &name);
        match (&card.table, &places.table) {
            (Some(table), Some(at)) => self.table(card, places.line, (table, at)),
            _ => self.line(card, places.line),
        }
        if let (Some(bar), Some(progress)) = (places.bar, card.progress) {
            let is_running = card.tone != Tone::Paused;
            self.bar(bar, progress, if is_running { Colour::Brand } else { Colour::Ink3 });
        }
        self.deeds(row, &places, area);
    }

    fn line(&self, card: &Carded, area: Rect) {
        self.canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Left, &card.size);
        let taken = width(Style::CAPTION, &card.size).min(area.w);
        let behind = if taken > 0 { taken + STATE_GAP } else { 0 };
        let colour = match card.tone {
            Tone::Quiet => Colour::Ink2,
            Tone::Paused => Colour::GoldText,
            Tone::Bad => Colour::Bad,
            Tone::Checked => Colour::Ok,
        };
        let rest = area.without_left(behind);
        self.canvas.text_in(Style::CAPTION, colour, rest, Align::Left, &card.state);
    }

    /// How far something is, of a thousand.
    fn bar(&self, area: Rect, progress: u16, colour: Colour) {
        self.canvas.pill(area, Colour::Line, None);
        let done = Rect { w: area.w * i32::from(progress.min(1000)) / 1000, ..area };
        if done.w >= done.h {
            self.canvas.pill(done, colour, None);
        }
    }

    fn deeds(&self, row: usize, places: &CardPlaces, area: Rect) {
        let Some((_, first)) = places.deeds.first() else { return };
        self.canvas.line_across(area.x + 1, first.y, area.w - 2, Colour::PeerLine);
        for (deed, place) in &places.deeds {
            if place.x > area.x {
                self.canvas.line_down(place.x, place.y + 8, place.h - 12, Colour::PeerLine);
            }
            if self.touch.deed == Some((row, *deed)) {
                let hot = Rect::new(place.x + 2, place.y + 2, place.w - 4, place.h - 4);
                self.canvas.round(hot, metric::RADIUS_SMALL, Colour::Hover);
            }
            let words = self.tools.wording.deed(*deed);
            match deed.hand() {
                Some(hand) => self.hand_deed(hand, *place, &words),
                None => {
                    let (style, ink) = (Style::BODY, Colour::BrandText);
                    self.canvas.text_in(style, ink, *place, Align::Centre, &words);
                }
            }
            if self.scene.focus() == Some((row, Action::File(*deed))) {
                let ring = place.inset(3);
                self.canvas.frame(ring, metric::RADIUS_SMALL, Colour::Focus, 2);
            }
        }
    }
}
