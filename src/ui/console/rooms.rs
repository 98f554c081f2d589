//! All rooms, as a table: what is here of them, in which order, which one is chosen.

use std::cmp::Ordering;

use super::online::natural;
use super::selection::{Pick, Selection};
use crate::domain::RoomId;
use crate::limits::ADMIN_PAGE_MAX;
use crate::net::verb::{Done, NotDone, RoomRow, Verb};

/// Columns: number, name, owner, members, messages.
pub const COLUMNS: usize = 5;

/// The table.
#[derive(Debug, Default)]
pub struct Rooms {
    rows: Vec<RoomRow>,
    shown: Vec<usize>,
    more: bool,
    find: String,
    column: usize,
    descending: bool,
    selection: Selection<RoomId>,
    /// The question whose answer counts.
    pub awaited: Option<u64>,
    /// Why there is nothing.
    pub failed: Option<NotDone>,
}

impl Rooms {
    /// What asks for everything that is here, anew.
    #[must_use]
    pub fn reload(&self) -> Vec<Verb> {
        let pages = self.rows.len().div_ceil(ADMIN_PAGE_MAX).max(1);
        (0..pages).map(|page| self.page((page * ADMIN_PAGE_MAX) as u64)).collect()
    }

    /// What asks for the next page, where there is one.
    #[must_use]
    pub fn next(&self) -> Option<Verb> {
        self.more.then(|| self.page(self.rows.len() as u64))
    }

    fn page(&self, skip: u64) -> Verb {
        Verb::Rooms { text: self.find.clone(), skip }
    }

    /// Takes the answers to [`Rooms::reload`], or one page more.
    pub fn take(&mut self, answers: Vec<Result<Done, NotDone>>, is_next: bool) {
        let mut rows = if is_next { std::mem::take(&mut self.rows) } else { Vec::new() };
        self.failed = None;
        for answer in answers {
            match answer {
                Ok(Done::Rooms { rows: page, more }) => {
                    rows.extend(page);
                    self.more = more;
                }
                Ok(_) => {}
                Err(why) => self.failed = Some(why),
            }
        }
        rows.sort_by_key(|row| row.room);
        rows.dedup_by_key(|row| row.room);
        self.rows = rows;
        self.arrange();
    }

    /// Looks for this; `true` when something else is looked for than before.
    pub fn find(&mut self, text: &str) -> bool {
        let text = text.trim();
        if self.find == text {
            return false;
        }
        text.clone_into(&mut self.find);
        self.rows.truncate(ADMIN_PAGE_MAX);
        self.arrange();
        true
    }

    /// Sorts by a column; once more turns it round. Whether all rows have to be here for that.
    pub fn sort(&mut self, column: usize) -> bool {
        self.descending = column == self.column && !self.descending;
        self.column = column.min(COLUMNS - 1);
        self.arrange();
        self.wants_all()
    }

    /// Only the order of numbers holds for a part of the rows.
    #[must_use]
    pub fn wants_all(&self) -> bool {
        self.more && (self.column != 0 || self.descending)
    }

    /// By which column, and whether the largest comes first.
    #[must_use]
    pub fn order(&self) -> (usize, bool) {
        (self.column, self.descending)
    }

    /// Points at a row; one at a time.
    pub fn pick(&mut self, row: usize) {
        if let Some(room) = self.row(row).map(|row| row.room) {
            self.selection.pick(&room, Pick::Only, &[]);
        }
    }

    /// The one that is chosen.
    #[must_use]
    pub fn chosen(&self) -> Option<&RoomRow> {
        self.row(self.current()?)
    }

    /// The row with the keyboard.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        let current = self.selection.current()?;
        self.shown.iter().position(|row| self.rows[*row].room == *current)
    }

    /// Rows that are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether no row is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Whether more match than are here.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.more
    }

    /// Whether something is looked for.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        !self.find.is_empty()
    }

    /// A row from the top.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&RoomRow> {
        self.rows.get(*self.shown.get(row)?)
    }

    fn arrange(&mut self) {
        let mut shown: Vec<usize> = (0..self.rows.len()).collect();
        shown.sort_by(|a, b| {
            let (a, b) = (&self.rows[*a], &self.rows[*b]);
            let order = compare(self.column, a, b);
            let order = if self.descending { order.reverse() } else { order };
            order.then(a.room.cmp(&b.room))
        });
        self.shown = shown;
        let rows = &self.rows;
        self.selection.keep(|key| rows.iter().any(|row| row.room == *key));
    }
}

fn compare(column: usize, a: &RoomRow, b: &RoomRow) -> Ordering {
    match column {
        0 => a.room.cmp(&b.room),
        1 => natural(&a.name.to_lowercase(), &b.name.to_lowercase()),
        2 => a.owner.cmp(&b.owner),
        3 => a.members.cmp(&b.members),
        _ => a.messages.cmp(&b.messages),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::AccountId;

    pub fn room(number: u64, name: &str, members: u64) -> RoomRow {
        let (room, name) = (RoomId(number), name.to_owned());
        RoomRow { room, name, owner: AccountId(10_001), members, messages: 9 }
    }

    #[test]
    fn rooms_are_sorted_and_one_is_chosen() {
        let mut rooms = Rooms::default();
        let rows = vec![room(20_001, "b", 4), room(20_002, "a", 40)];
        rooms.take(vec![Ok(Done::Rooms { rows, more: false })], false);
        rooms.pick(0);
        assert_eq!(rooms.chosen().unwrap().name, "b");
        assert!(!rooms.sort(1));
        assert_eq!(rooms.row(0).unwrap().name, "a");
        assert_eq!((rooms.chosen().unwrap().name.as_str(), rooms.current()), ("b", Some(1)));
        rooms.sort(3);
        rooms.sort(3);
        assert_eq!(rooms.row(0).unwrap().members, 40);
        rooms.take(vec![Ok(Done::Rooms { rows: vec![], more: false })], false);
        assert_eq!((rooms.chosen(), rooms.is_empty()), (None, true));
        assert!(rooms.find("x") && !rooms.find(" x"));
        assert_eq!(rooms.reload(), [Verb::Rooms { text: "x".into(), skip: 0 }]);
    }
}
