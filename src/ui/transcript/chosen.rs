//! Which message a key or a menu is for, and where it stands.

use super::place::Body;
use super::rows::Key;
use super::scene::Scene;
use crate::ui::paint::Rect;

impl Scene {
    /// The message that a key is for: the one that the keyboard stands on or that was pressed last.
    #[must_use]
    pub fn current(&self) -> Option<Key> {
        let row = self.focus().map(|(row, _)| row).or(self.selection.map(|some| some.head.row))?;
        self.item(row).map(|item| item.key).filter(|key| !matches!(key, Key::Note(_)))
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
