//! Taking over a new list of rows: what stayed keeps its place in the view and its height.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::rows::{Content, Entry, Item, Key};
use super::scene::{Row, Scene};
use super::selection::{Selection, Spot};
use crate::domain::Seq;

impl Scene {
    /// Shows these rows, oldest first. Compares them with those that were shown, which is one pass
    /// over both; only what is new or different costs more.
    pub fn sync(&mut self, entries: &[Entry<'_>]) {
        // The first row loses the time above it when earlier rows come: the next one holds still.
        let anchor = match self.anchor() {
            Some((0, into)) if self.rows.len() > 1 => {
                Some((1, into + self.heights.before(0) - self.heights.before(1)))
            }
            anchor => anchor,
        };
        let first = (!self.is_empty()).then(|| self.guess(0));
        self.forget_seen();
        let was_empty = self.is_empty();
        let newest = self.newest();
        let old_count = self.rows.len();
        let (start, end) = self.common(entries);
        let middle = start..old_count - end;
        let fresh_middle = start..entries.len() - end;
        let moved = self.replace(middle.clone(), &entries[fresh_middle.clone()]);
        let is_own = |row: &usize| matches!(entries[*row].key, Key::Nonce(_));
        let stayed: HashSet<usize> = moved.values().copied().collect();
        let has_own = fresh_middle.clone().any(|row| is_own(&row) && !stayed.contains(&row));
        let moves = Moves { middle, new_end: fresh_middle.end, old_count, moved };
        self.update(0, &entries[..start]);
        self.update(fresh_middle.end, &entries[fresh_middle.end..]);
        if start == 0 && moves.to(0) != Some(0) && !was_empty {
            self.earlier_came();
        }
        if let (Some(guess), Some(row)) = (first, moves.to(0))
            && row != 0
        {
            // What changed is above its bubble, and so is known exactly.
            let height = self.heights.get(row) + self.guess(row) - guess;
            self.heights.set(row, height);
        }
        self.selection = self.selection.and_then(|selection| moves.selection(selection));
        self.return_to(anchor.map(|(row, into)| (moves.nearest(row), into)));
        if !was_empty {
            self.count_fresh(newest, has_own);
        }
    }

    /// One more row behind the last.
    pub fn append(&mut self, entry: Entry<'_>) {
        let (was_empty, newest) = (self.is_empty(), self.newest());
        let row = self.new_row(Item::new(entry));
        self.rows.push(row);
        let guess = self.guesses(self.rows.len() - 1..self.rows.len());
        self.heights.push(guess.first().copied().unwrap_or(0));
        self.scroll.settle(self.extent());
        if !was_empty {
            self.count_fresh(newest, matches!(entry.key, Key::Nonce(_)));
        }
    }

    /// A line "New messages" stands above this row.
    pub fn set_divider(&mut self, key: Option<Key>) {
        if self.divider == key {
            return;
        }
        let anchor = self.anchor();
        let old = std::mem::replace(&mut self.divider, key);
        for key in [old, key].into_iter().flatten() {
            if let Some(row) = self.row_of(key) {
                self.forget_height(row);
            }
        }
        self.return_to(anchor);
    }

    /// How many rows at the start and at the end are the same ones as before.
    fn common(&self, entries: &[Entry<'_>]) -> (usize, usize) {
        let is_same = |(row, entry): &(&Row, &Entry<'_>)| row.item.key == entry.key;
        let start = self.rows.iter().zip(entries).take_while(is_same).count();
        let rest = self.rows[start..].iter().rev().zip(entries[start..].iter().rev());
        (start, rest.take_while(is_same).count())
    }

    /// Replaces a range of rows; those that are still among the new ones are kept. Returns where
    /// they went.
    fn replace(&mut self, middle: Range<usize>, entries: &[Entry<'_>]) -> HashMap<usize, usize> {
        let start = middle.start;
        let mut moved = HashMap::new();
        if middle.is_empty() && entries.is_empty() {
            return moved;
        }
        let mut old: HashMap<Key, (usize, Row, i32)> = HashMap::with_capacity(middle.len());
        let heights: Vec<i32> = middle.clone().map(|row| self.heights.get(row)).collect();
        for ((index, row), height) in
            middle.clone().zip(self.rows.drain(middle.clone())).zip(heights)
        {
            old.insert(row.item.key, (index, row, height));
        }
        let mut known = Vec::new();
        let mut rows = Vec::with_capacity(entries.len());
        for (index, entry) in (start..).zip(entries) {
            match old.remove(&entry.key) {
                Some((before, row, height)) => {
                    moved.insert(before, index);
                    known.push((index, height));
                    rows.push(row);
                }
                None => rows.push(self.new_row(Item::new(*entry))),
            }
        }
        let end = start + rows.len();
        self.rows.splice(start..start, rows);
        let guesses = self.guesses(start..end);
        self.heights.splice(middle, guesses);
        for (row, height) in known {
            self.heights.set(row, height);
            self.forget_height(row);
        }
        self.update(start, entries);
        // The row behind stands under another one than before.
        self.forget_height(end);
        moved
    }

    /// Takes over what changed in rows that stayed.
    fn update(&mut self, start: usize, entries: &[Entry<'_>]) {
        for (row, entry) in (start..).zip(entries) {
            let item = &self.rows[row].item;
            if item.entry() == *entry {
                continue;
            }
            let is_as_high = item.from == entry.from
                && item.at == entry.at
                && item.entry().saying == entry.saying
                && item.entry().named == entry.named;
            let new = self.new_row(Item::new(*entry));
            self.rows[row] = new;
            self.forget_height(row);
            if !is_as_high {
                self.forget_height(row + 1);
            }
        }
    }

    /// Own words bring the view to the end. What others say, newer than `newest`, is
    /// counted while the view is elsewhere, and a line stands above the first.
    pub(super) fn count_fresh(&mut self, newest: Option<Seq>, has_own: bool) {
        if has_own {
            return self.follow();
        }
        if self.scroll.follows() {
            return;
        }
        let me = self.look().me;
        let is_newer = |row: &&Row| match row.item.key {
            Key::Seq(seq) => Some(seq) > newest,
            Key::Nonce(_) | Key::Note(_) => true,
        };
        let is_said =
            |content: &Content| !matches!(content, Content::Note(_) | Content::Recalled(..));
        let is_other = |row: &&Row| {
            row.item.from != me && matches!(row.item.key, Key::Seq(_)) && is_said(&row.item.content)
        };
        let others = self.rows.iter().rev().take_while(is_newer).filter(is_other);
        let (count, first) = others.fold((0, None), |(n, _), row| (n + 1, Some(row.item.key)));
        if self.fresh == 0 && count > 0 {
            self.set_divider(first);
        }
        self.fresh += count;
    }

    fn newest(&self) -> Option<Seq> {
        self.rows.iter().rev().find_map(|row| match row.item.key {
            Key::Seq(seq) => Some(seq),
            Key::Nonce(_) | Key::Note(_) => None,
        })
    }
}

/// Where rows went.
struct Moves {
    middle: Range<usize>,
    new_end: usize,
    old_count: usize,
    moved: HashMap<usize, usize>,
}

impl Moves {
    fn to(&self, row: usize) -> Option<usize> {
        if row < self.middle.start {
            Some(row)
        } else if row < self.middle.end {
            self.moved.get(&row).copied()
        } else {
            (row < self.old_count).then(|| row - self.middle.end + self.new_end)
        }
    }

    /// Where a row went, or the one that stood nearest before it.
    fn nearest(&self, row: usize) -> usize {
        (0..=row).rev().find_map(|row| self.to(row)).unwrap_or(0)
    }

    fn selection(&self, selection: Selection) -> Option<Selection> {
        let spot = |spot: Spot| Some(Spot { row: self.to(spot.row)?, ..spot });
        Some(Selection { anchor: spot(selection.anchor)?, head: spot(selection.head)? })
    }
}
