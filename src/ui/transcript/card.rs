//! The card of a file or a game: what it shows, and where its parts lie. [`super::card_draw`] draws it.

use std::fmt;
use std::sync::Arc;

use super::game::{GameDeed, Table, TablePlaces};
use crate::ui::paint::Rect;

/// How wide it is, where there is room.
pub const WIDTH: i32 = 288;
/// The part with tile, name and state.
const HEAD: i32 = 64;
/// The part with the bar, which is there while bytes have moved and more are to come.
const PROGRESS: i32 = 12;
/// The part with what can be done.
const DEEDS: i32 = 32;
/// Free space at the edges, and behind the tile.
const PAD: i32 = 12;
const TILE: i32 = 40;
/// The height of the bar.
const BAR: i32 = 4;

/// A file or a game in a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Card<'a> {
    /// What it is called.
    pub name: &'a str,
    /// How large it is, or how much of it is there.
    pub size: &'a str,
    /// How it stands.
    pub state: &'a str,
    /// How that sounds.
    pub tone: Tone,
    /// How much of a thousand parts is there, while it is on its way.
    pub progress: Option<u16>,
    /// What can be done, at most three.
    pub deeds: &'a [Deed],
    /// What lies on the table, where it is a game.
    pub table: Option<&'a Table>,
}

/// How the state of a file sounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As the size beside it.
    #[default]
    Quiet,
    /// It was stopped.
    Paused,
    /// It went wrong.
    Bad,
    /// It is whole and checked.
    Checked,
}

/// What can be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Fetch it into the usual folder.
    Take,
    /// Fetch it to a place that is asked for.
    SaveAs,
    /// Say that it is not wanted.
    Decline,
    /// Stop for a while.
    Pause,
    /// Go on.
    Resume,
    /// Give it up.
    Cancel,
    /// Open it.
    Open,
    /// Show the folder that it is in.
    OpenFolder,
    /// Send what failed again.
    SendAgain,
    /// Take its message away here.
    Remove,
    /// Something with a game.
    Game(GameDeed),
}

/// A card that is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Carded {
    /// What it is called.
    pub name: Arc<str>,
    /// How large it is, or how much of it is there.
    pub size: Arc<str>,
    /// How it stands.
    pub state: Arc<str>,
    /// How that sounds.
    pub tone: Tone,
    /// How much of a thousand parts is there, while it is on its way.
    pub progress: Option<u16>,
    /// What can be done.
    pub deeds: Arc<[Deed]>,
    /// What lies on the table, where it is a game.
    pub table: Option<Arc<Table>>,
}

impl Carded {
    /// Keeps one.
    #[must_use]
    pub fn new(card: Card<'_>) -> Carded {
        let Card { name, size, state, tone, progress, deeds, table } = card;
        let (name, size, state) = (name.into(), size.into(), state.into());
        let table = table.map(|table| Arc::new(table.clone()));
        Carded { name, size, state, tone, progress, deeds: deeds.into(), table }
    }

    /// As it was handed over.
    #[must_use]
    pub fn card(&self) -> Card<'_> {
        let Carded { name, size, state, tone, progress, deeds, table } = self;
        let table = table.as_deref();
        Card { name, size, state, tone: *tone, progress: *progress, deeds, table }
    }

    /// How high it is.
    #[must_use]
    pub fn height(&self) -> i32 {
        let progress = if self.progress.is_some() { PROGRESS } else { 0 };
        let deeds = if self.deeds.is_empty() { 0 } else { DEEDS };
        let table = self.table.as_ref().map_or(0, |table| table.height(&self.state));
        HEAD + progress + table + deeds
    }
}

/// Where the parts of a card lie.
#[derive(Clone, Debug)]
pub struct CardPlaces {
    /// The tile.
    pub tile: Rect,
    /// The name.
    pub name: Rect,
    /// Size and state.
    pub line: Rect,
    /// The bar.
    pub bar: Option<Rect>,
    /// What can be done, side by side.
    pub deeds: Vec<(Deed, Rect)>,
    /// The parts of a game.
    pub table: Option<TablePlaces>,
}

impl CardPlaces {
    /// The parts of a card in an area that is as high as it is.
    #[must_use]
    pub fn new(card: &Carded, area: Rect) -> CardPlaces {
        let tile = Rect::new(area.x + PAD, area.y + PAD, TILE, TILE);
        let x = tile.right() + PAD;
        let words = |y, h| Rect::new(x, area.y + y, area.right() - PAD - x, h);
        let bar = Rect::new(area.x + PAD, area.y + HEAD, area.w - 2 * PAD, BAR);
        let count = i32::try_from(card.deeds.len()).unwrap_or(1).max(1);
        let top = area.bottom() - DEEDS;
        let deeds = (0..).zip(card.deeds.iter()).map(|(at, deed)| {
            let (left, right) = (area.w * at / count, area.w * (at + 1) / count);
            (*deed, Rect::new(area.x + left, top, right - left, DEEDS))
        });
        CardPlaces {
            tile,
            name: words(11, 22),
            line: words(34, 18),
            bar: card.progress.map(|_| bar),
            deeds: deeds.collect(),
            table: card.table.as_ref().map(|table| {
                let top = area.y + HEAD;
                let inside = Rect::new(area.x + PAD, top, area.w - 2 * PAD, 0);
                table.places(&card.state, inside)
            }),
        }
    }

    /// What can be done at a point.
    #[must_use]
    pub fn deed_at(&self, x: i32, y: i32) -> Option<Deed> {
        self.deeds.iter().find(|(_, area)| area.contains(x, y)).map(|(deed, _)| *deed)
    }
}

impl fmt::Debug for Card<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Card({:?}, {:?}, {} deeds)", self.tone, self.progress, self.deeds.len())
    }
}

impl fmt::Debug for Carded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Card({:?}, {:?}, {} deeds)", self.tone, self.progress, self.deeds.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_as_high_as_what_it_shows() {
        let deeds = [Deed::Take, Deed::SaveAs, Deed::Decline];
        let card = |progress, deeds| {
            let (name, size, state, tone) = ("a.zip", "86 MB", "waiting", Tone::Quiet);
            Carded::new(Card { name, size, state, tone, progress, deeds, table: None })
        };
        let cases: [(Option<u16>, &[_], i32); 3] =
            [(None, &deeds, 96), (Some(500), &deeds[..2], 108), (None, &[], 64)];
        for (progress, deeds, height) in cases {
            assert_eq!(card(progress, deeds).height(), height);
        }
        let area = Rect::new(100, 10, WIDTH, 96);
        let places = CardPlaces::new(&card(None, &deeds), area);
        let widths: i32 = places.deeds.iter().map(|(_, area)| area.w).sum();
        assert_eq!((widths, places.deeds[2].1.right()), (WIDTH, area.right()));
        assert_eq!(places.deed_at(101, 105), Some(Deed::Take));
        assert_eq!(places.deed_at(387, 105), Some(Deed::Decline));
        assert_eq!(places.deed_at(150, 60), None);
        assert!(places.bar.is_none());
    }

    #[test]
    fn a_card_prints_no_name() {
        let card = Carded::new(Card {
            name: "secret",
            size: "secret",
            state: "secret",
            tone: Tone::Bad,
            progress: None,
            deeds: &[Deed::Remove],
            table: None,
        });
        assert!(!format!("{card:?}").contains("secret"));
    }
}
