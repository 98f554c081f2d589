//! Which message a key or a menu is for, and where it stands.

use super::place::Body;
use super::rows::{Content, Item, Key};
use super::scene::Scene;
use crate::domain::Seq;
use crate::ui::paint::Rect;

impl Scene {
    /// The message that a key is for: the one that the keyboard stands on or that was pressed last.
    #[must_use]
    pub fn current(&self) -> Option<Key> {
        let row = self.focus().map(|(row, _)| row).or(self.selection.map(|some| some.head.row))?;
        self.item(row).map(|item| item.key).filter(|key| !matches!(key, Key::Note(_)))
    }

    /// The picture that a key is for: the current message's, else the newest one in sight, else the newest.
    #[must_use]
    pub fn picture(&self) -> Option<Seq> {
        let of_row = |row: usize| match self.item(row)? {
            Item { key: Key::Seq(seq), content: Content::Image(_), .. } => Some(*seq),
            _ => None,
        };
        let current = self.current().and_then(|key| self.row_of(key)).and_then(of_row);
        let in_sight = || self.seen().iter().rev().find_map(|seen| of_row(seen.row));
        let newest = || (0..self.rows.len()).rev().find_map(of_row);
        current.or_else(in_sight).or_else(newest)
    }

    /// The newest message.
    #[must_use]
    pub fn last(&self) -> Option<Key> {
        let mut keys = self.rows.iter().rev().map(|row| row.item.key);
        keys.find(|key| !matches!(key, Key::Note(_)))
    }

    /// Where a row in sight has its own content.
    #[must_use]
    pub fn area_of(&self, key: Key) -> Option<Rect> {
        let seen = self.seen().iter().find(|seen| self.rows[seen.row].item.key == key)?;
        let area = match &seen.placed.body {
            Body::Bubble(bubble) => bubble.area,
            Body::Centred(line) => line.text,
        };
        Some(area.moved(0, seen.y))
    }
}
