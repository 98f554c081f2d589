//! All of a transcript as data: rows, their heights, the view over them, what is selected.
//!
//! Only rows in sight, and one page above them, are ever laid out; all others have a guessed
//! height. When a guess is corrected above the view, the view moves along, so that nothing jumps.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use super::card::Deed;
use super::heights::Heights;

use super::place::{Body, Look, Placed, Tools, Weight};
use super::rows::{Head, Item, Key, Mark};
use super::scroll::{Extent, Scroll};
use super::selection::{Selection, Spot, word_at};
use crate::domain::{AccountId, BlobId, links};
use crate::ui::paint::Rect;

/// Free space under the last row.
pub const BOTTOM: i32 = 16;
/// Placed rows that are kept; a large screen shows some fifty.
const KEPT_MAX: usize = 400;

/// A transcript as data.
pub struct Scene {
    pub(super) rows: Vec<Row>,
    pub(super) heights: Heights,
    pub(super) divider: Option<Key>,
    pub(super) scroll: Scroll,
    pub(super) selection: Option<Selection>,
    pub(super) fresh: usize,
    look: Look,
    view: i32,
    kept: HashMap<u64, Rc<Placed>>,
    next_serial: u64,
    seen: Vec<Seen>,
    focus: Option<(Key, Action)>,
    has_earlier: bool,
    asked_earlier: bool,
    /// The newest row was in sight when that was last asked.
    at_end: bool,
}

/// A row that is kept, and what is known of its height.
pub(super) struct Row {
    pub(super) item: Item,
    pub(super) exact: bool,
    serial: u64,
    weight: Weight,
}

/// A row in sight.
#[derive(Clone)]
pub struct Seen {
    /// Which.
    pub row: usize,
    /// Its top, seen from the view's.
    pub y: i32,
    /// Where everything of it lies.
    pub placed: Rc<Placed>,
    /// Whether it is the last of its run.
    pub run_end: bool,
}

/// What can be done with a part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Follow a link, by its place among those of the message.
    Link(usize),
    /// Go to the message that is answered.
    Quote,
    /// Send a failed message again.
    Retry,
    /// Write what was taken back anew.
    Again,
    /// Look at a picture.
    Picture,
    /// Do something with a file.
    File(Deed),
}

/// What acting on a part of a row means.
#[derive(Clone, PartialEq, Eq)]
pub enum Told {
    /// Follow this link.
    Link(String),
    /// Go to this message.
    Quote(Key),
    /// Send this message again.
    Retry(Key),
    /// Write this message anew.
    Again(Key),
    /// Look at this message's picture; the name of the small one.
    Picture(Key, BlobId),
    /// Do this with the message's file.
    File(Key, Deed),
}

/// What lies at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// Nothing of interest.
    Nothing,
    /// The face of an account.
    Face(AccountId),
    /// Something to do with a row.
    Act(usize, Action),
    /// A row's bubble.
    Bubble(usize),
    /// A row that is a centred line.
    Line(usize),
}

impl Scene {
    /// An empty one.
    #[must_use]
    pub fn new(look: Look) -> Scene {
        Scene {
            rows: Vec::new(),
            heights: Heights::default(),
            divider: None,
            scroll: Scroll::default(),
            selection: None,
            fresh: 0,
            look,
            view: 0,
            kept: HashMap::new(),
            next_serial: 0,
            seen: Vec::new(),
            focus: None,
            has_earlier: false,
            asked_earlier: false,
            at_end: true,
        }
    }

    /// How rows are shown.
    #[must_use]
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row.
    #[must_use]
    pub fn item(&self, row: usize) -> Option<&Item> {
        self.rows.get(row).map(|row| &row.item)
    }

    /// The row of a name; searched from the end, where things happen.
    #[must_use]
    pub fn row_of(&self, key: Key) -> Option<usize> {
        self.rows.iter().rposition(|row| row.item.key == key)
    }

    /// The rows in sight, as the last [`Scene::frame`] found them.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// The sizes that bound the view.
    #[must_use]
    pub fn extent(&self) -> Extent {
        let bottom = if self.is_empty() { 0 } else { i64::from(BOTTOM) };
        Extent { content: self.heights.total() + bottom, view: self.view }
    }

    /// The view's place.
    #[must_use]
    pub fn scroll(&self) -> &Scroll {
        &self.scroll
    }

    /// Another size of the view, or another look.
    pub fn resize(&mut self, look: Look, view: i32) {
        self.view = view;
        if self.look != look {
            self.look = look;
            self.restyle();
        }
        self.scroll.settle(self.extent());
    }

    /// Everything may be as high and wide as it was not: another scale, language or name.
    pub fn restyle(&mut self) {
        self.kept.clear();
        let anchor = self.anchor();
        for row in &mut self.rows {
            row.exact = false;
        }
        let guesses: Vec<i32> = (0..self.rows.len()).map(|row| self.guess(row)).collect();
        self.heights.assign(guesses);
        self.return_to(anchor);
    }

    /// Lays out what is in sight now.
    pub fn frame(&mut self, tools: Tools<'_>) {
        loop {
            self.scroll.settle(self.extent());
            let Some((first, into)) = self.heights.find(self.scroll.offset()) else {
                self.seen.clear();
                return;
            };
            let end = self.lay_out_down(first, into, tools);
            let has_moved = end.1 | self.lay_out_page_above(first, tools);
            if !has_moved {
                self.collect(first, end.0, into, tools);
                return;
            }
        }
    }

    /// Makes the heights of the rows in sight exact. Returns the row after them, and whether a
    /// guess was wrong.
    fn lay_out_down(&mut self, first: usize, into: i32, tools: Tools<'_>) -> (usize, bool) {
        let (mut row, mut y, mut was_wrong) = (first, -into, false);
        while row < self.rows.len() && y < self.view {
            was_wrong |= self.make_exact(row, tools) != 0;
            y = y.saturating_add(self.heights.get(row));
            row += 1;
        }
        (row, was_wrong)
    }

    /// The same for a page above the view, so that going up meets only what is known. What is in
    /// sight stays where it is.
    fn lay_out_page_above(&mut self, first: usize, tools: Tools<'_>) -> bool {
        let (mut row, mut rest, mut was_wrong) = (first, self.view, false);
        while row > 0 && rest > 0 {
            row -= 1;
            let grown = self.make_exact(row, tools);
            self.scroll.shift(i64::from(grown));
            was_wrong |= grown != 0;
            rest -= self.heights.get(row);
        }
        was_wrong
    }

    fn collect(&mut self, first: usize, end: usize, into: i32, tools: Tools<'_>) {
        let spare = i64::from(self.view) - self.extent().content;
        let mut y = i32::try_from(spare.max(0)).unwrap_or(0) - into;
        let mut seen = Vec::with_capacity(end - first);
        for row in first..end {
            let placed = self.placed(row, tools);
            let run_end = row + 1 == self.rows.len() || self.head(row + 1).run_start;
            let height = placed.height;
            seen.push(Seen { row, y, placed, run_end });
            y = y.saturating_add(height);
        }
        self.seen = seen;
        if self.scroll.distance(self.extent()) == 0 {
            self.fresh = 0;
        }
    }

    fn make_exact(&mut self, row: usize, tools: Tools<'_>) -> i32 {
        if self.rows[row].exact {
            return 0;
        }
        let height = self.placed(row, tools).height;
        self.rows[row].exact = true;
        self.heights.set(row, height)
    }

    pub(super) fn placed(&mut self, row: usize, tools: Tools<'_>) -> Rc<Placed> {
        let serial = self.rows[row].serial;
        if let Some(placed) = self.kept.get(&serial) {
            return Rc::clone(placed);
        }
        if self.kept.len() >= KEPT_MAX {
            self.kept.clear();
        }
        let head = self.head(row);
        let placed = Rc::new(Placed::new(&self.rows[row].item, head, &self.look, tools));
        self.kept.insert(serial, Rc::clone(&placed));
        placed
    }

    pub(super) fn head(&self, row: usize) -> Head {
        let item = &self.rows[row].item;
        let before = row.checked_sub(1).map(|before| &self.rows[before].item);
        Head::of(item, before, self.divider == Some(item.key))
    }

    pub(super) fn guess(&self, row: usize) -> i32 {
        let Row { item, weight, .. } = &self.rows[row];
        weight.height(item, self.head(row), &self.look)
    }

    /// A row to be kept.
    pub(super) fn new_row(&mut self, item: Item) -> Row {
        self.next_serial += 1;
        Row { weight: Weight::of(&item), exact: false, serial: self.next_serial, item }
    }

    /// A row is or stands differently: what was known of its height is a guess again.
    pub(super) fn forget_height(&mut self, row: usize) {
        if row >= self.rows.len() {
            return;
        }
        self.next_serial += 1;
        self.rows[row].serial = self.next_serial;
        self.rows[row].exact = false;
        // A guess would make the view jump for a frame where the old height is nearer.
        if self.heights.get(row) == 0 {
            let guess = self.guess(row);
            self.heights.set(row, guess);
        }
    }

    /// The heights of new rows, before they are laid out.
    pub(super) fn guesses(&self, rows: std::ops::Range<usize>) -> Vec<i32> {
        rows.map(|row| self.guess(row)).collect()
    }

    /// Rows are others than before: nothing that is in sight is known until the next frame.
    pub(super) fn forget_seen(&mut self) {
        self.seen.clear();
    }

    /// The row at the top of the view, and how much of it is above.
    pub(super) fn anchor(&self) -> Option<(usize, i64)> {
        let (row, _) = self.heights.find(self.scroll.offset())?;
        Some((row, self.scroll.offset() - self.heights.before(row)))
    }

    /// Puts a row back to where it was in the view.
    pub(super) fn return_to(&mut self, anchor: Option<(usize, i64)>) {
        if let Some((row, into)) = anchor {
            let by = self.heights.before(row) + into - self.scroll.offset();
            self.scroll.shift(by);
        }
        self.scroll.settle(self.extent());
    }

    /// Moves the view by a distance, with ease.
    pub fn glide_by(&mut self, by: i64, now_ms: u64) {
        self.scroll.glide_by(by, now_ms, self.extent());
    }

    /// Goes on moving; returns whether there is more to come.
    pub fn tick(&mut self, now_ms: u64) -> bool {
        self.scroll.tick(now_ms, self.extent())
    }

    /// Stands at a distance from the top at once.
    pub fn jump(&mut self, offset: i64) {
        self.scroll.jump(offset, self.extent());
    }

    /// Goes to the newest message and stays there.
    pub fn follow(&mut self) {
        self.fresh = 0;
        self.scroll.follow(self.extent());
    }

    /// How many messages came while the view was elsewhere, and are out of sight below.
    #[must_use]
    pub fn fresh(&self) -> usize {
        self.fresh
    }

    /// Says whether older messages can be had. Saying no and then yes lets them be asked for anew.
    pub fn set_earlier(&mut self, has_earlier: bool) {
        if has_earlier && !self.has_earlier {
            self.asked_earlier = false;
        }
        self.has_earlier = has_earlier;
    }

    /// Rows came in front: the next ones may be asked for.
    pub(super) fn earlier_came(&mut self) {
        self.asked_earlier = false;
    }

    /// Whether older messages shall be asked for now; true once until some came.
    pub fn wants_earlier(&mut self) -> bool {
        let wants =
            self.has_earlier && !self.asked_earlier && self.scroll.is_near_top(self.extent());
        self.asked_earlier |= wants;
        wants
    }

    /// Whether the end of the newest row is in sight, where that is otherwise than when it was last
    /// asked: it is at first, and not before a movement has come to rest there.
    pub fn moved_to_end(&mut self) -> Option<bool> {
        let is_there = self.scroll.follows();
        (std::mem::replace(&mut self.at_end, is_there) != is_there).then_some(is_there)
    }

    /// What lies at a point of the view.
    #[must_use]
    pub fn hit(&self, x: i32, y: i32) -> Hit {
        let Some(seen) = self.seen_at(y) else { return Hit::Nothing };
        let y = y - seen.y;
        let Some(item) = self.item(seen.row) else { return Hit::Nothing };
        let bubble = match &seen.placed.body {
            Body::Bubble(bubble) => bubble,
            Body::Centred(line) => {
                let is_act = |(_, act): &(String, Rect)| act.inset(-4).contains(x, y);
                return match line.act.as_ref().is_some_and(is_act) {
                    true => Hit::Act(seen.row, Action::Again),
                    false if line.text.inset(-4).contains(x, y) => Hit::Line(seen.row),
                    false => Hit::Nothing,
                };
            }
        };
        if bubble.avatar.is_some_and(|avatar| avatar.contains(x, y)) {
            return Hit::Face(item.from);
        }
        if let Some((words, retry)) = bubble.failed {
            let line = Rect::new(words.x, words.y, retry.right() - words.x, retry.h);
            if line.inset(-4).contains(x, y) || bubble.mark_area(Mark::Failed).contains(x, y) {
                return Hit::Act(seen.row, Action::Retry);
            }
        }
        if bubble.quote.is_some_and(|quote| quote.inset(-3).contains(x, y)) {
            return Hit::Act(seen.row, Action::Quote);
        }
        if let Some(link) = bubble.flow.link_at(x - bubble.text.x, y - bubble.text.y) {
            return Hit::Act(seen.row, Action::Link(link));
        }
        if let Some(deed) = bubble.card.as_ref().and_then(|card| card.deed_at(x, y)) {
            return Hit::Act(seen.row, Action::File(deed));
        }
        match bubble.area.contains(x, y) {
            true if item.image().is_some() => Hit::Act(seen.row, Action::Picture),
            true => Hit::Bubble(seen.row),
            false => Hit::Nothing,
        }
    }

    fn seen_at(&self, y: i32) -> Option<&Seen> {
        self.seen.iter().find(|seen| (seen.y..seen.y + seen.placed.height).contains(&y))
    }

    /// What the owner is told when a part of a row is acted on.
    #[must_use]
    pub fn told_by(&self, row: usize, action: Action) -> Option<Told> {
        let item = self.item(row)?;
        Some(match action {
            Action::Retry => Told::Retry(item.key),
            Action::Again => Told::Again(item.key),
            Action::Picture => Told::Picture(item.key, item.image()?.thumb),
            Action::File(deed) => Told::File(item.key, deed),
            Action::Quote => Told::Quote(item.quoted()?.key),
            Action::Link(link) => {
                Told::Link(links::find(item.text()?).into_iter().nth(link)?.address)
            }
        })
    }

    /// The spot between two characters that is nearest to a point.
    #[must_use]
    pub fn spot_at(&self, x: i32, y: i32) -> Option<Spot> {
        let (first, last) = (self.seen.first()?, self.seen.last()?);
        let seen = match self.seen_at(y) {
            Some(seen) => seen,
            None if y < first.y => first,
            None => last,
        };
        let length = self.item(seen.row)?.text().map_or(0, str::len);
        let byte = seen.placed.bubble().map_or(0, |bubble| {
            let (x, y) = (x - bubble.text.x, y - seen.y - bubble.area.y);
            match y {
                ..0 => 0,
                y if y >= bubble.area.h => length,
                y => bubble.flow.byte_at(x, y + bubble.area.y - bubble.text.y),
            }
        });
        Some(Spot { row: seen.row, byte })
    }

    /// What is selected, if anything is.
    #[must_use]
    pub fn selection(&self) -> Option<Selection> {
        self.selection.filter(|selection| !selection.is_empty())
    }

    /// Begins to select at a spot.
    pub fn select_from(&mut self, spot: Option<Spot>) {
        self.selection = spot.map(Selection::at);
    }

    /// Selects up to a spot.
    pub fn select_to(&mut self, spot: Spot) {
        self.selection.get_or_insert(Selection::at(spot)).head = spot;
    }

    /// Selects the word at a spot.
    pub fn select_word(&mut self, spot: Spot) {
        let text = self.item(spot.row).and_then(Item::text).unwrap_or_default();
        let word = word_at(text, spot.byte);
        let at = |byte| Spot { byte, ..spot };
        self.selection = Some(Selection { anchor: at(word.start), head: at(word.end) });
    }

    /// Selects a whole message.
    pub fn select_row(&mut self, row: usize) {
        let byte = self.item(row).and_then(Item::text).map_or(0, str::len);
        self.selection =
            Some(Selection { anchor: Spot { row, byte: 0 }, head: Spot { row, byte } });
    }

    /// Selects everything.
    pub fn select_all(&mut self) {
        let Some(row) = self.rows.len().checked_sub(1) else { return };
        self.select_row(row);
        let head = self.selection.map_or(Spot { row, byte: 0 }, |selection| selection.head);
        self.selection = Some(Selection { anchor: Spot { row: 0, byte: 0 }, head });
    }

    /// The selected words.
    #[must_use]
    pub fn copied(&self, heading: impl Fn(&Item) -> String) -> String {
        self.selection()
            .map_or_else(String::new, |selection| selection.copied(|row| self.item(row), heading))
    }

    /// The part that the keyboard stands on, if it is in sight.
    #[must_use]
    pub fn focus(&self) -> Option<(usize, Action)> {
        let (key, action) = self.focus?;
        let seen = self.seen.iter().find(|seen| self.rows[seen.row].item.key == key)?;
        Some((seen.row, action))
    }

    /// Moves the keyboard to the next part in sight that can be acted on. Returns whether there is
    /// one; otherwise it stands on none.
    pub fn focus_next(&mut self, direction: Direction) -> bool {
        let mut actions: Vec<(usize, Action)> = self.seen.iter().flat_map(actions).collect();
        if direction == Direction::Back {
            actions.reverse();
        }
        let next = match self.focus() {
            Some(now) => actions.iter().skip_while(|action| **action != now).nth(1),
            None => actions.first(),
        };
        self.focus = next.map(|(row, action)| (self.rows[*row].item.key, *action));
        self.focus.is_some()
    }

    /// The keyboard stands on no part.
    pub fn clear_focus(&mut self) {
        self.focus = None;
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Told::Link(address) => write!(f, "Link({} bytes)", address.len()),
            Told::Quote(key) => write!(f, "Quote({key:?})"),
            Told::Retry(key) => write!(f, "Retry({key:?})"),
            Told::Again(key) => write!(f, "Again({key:?})"),
            Told::Picture(key, _) => write!(f, "Picture({key:?})"),
            Told::File(key, deed) => write!(f, "{deed:?}({key:?})"),
        }
    }
}

/// Where the keyboard goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what is read next.
    Forward,
    /// To what was read before.
    Back,
}

fn actions(seen: &Seen) -> Vec<(usize, Action)> {
    let bubble = match &seen.placed.body {
        Body::Bubble(bubble) => bubble,
        Body::Centred(line) => return line.act.iter().map(|_| (seen.row, Action::Again)).collect(),
    };
    let links = (0..bubble.flow.links.len()).map(Action::Link);
    let quote = bubble.quote.map(|_| Action::Quote);
    let retry = bubble.failed.map(|_| Action::Retry);
    let picture = bubble.is_picture.then_some(Action::Picture);
    let deeds = bubble.card.iter().flat_map(|card| &card.deeds);
    quote
        .into_iter()
        .chain(links)
        .chain(picture)
        .chain(deeds.map(|(deed, _)| Action::File(*deed)))
        .chain(retry)
        .map(|action| (seen.row, action))
        .collect()
}
