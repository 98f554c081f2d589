//! A table of what the server tells, whatever its rows are: what is here of them, in which order, which
//! are chosen. `entries` says what the rows are.

use std::cmp::Ordering;
use std::fmt::Debug;

use super::selection::{Pick, Selection};
use crate::limits::ADMIN_PAGE_MAX;
use crate::net::verb::{Done, NotDone, Verb};

/// A row.
pub trait Entry: Clone {
    /// What it stands for, since rows move.
    type Key: Ord + Clone + Debug;

    /// That.
    fn key(&self) -> Self::Key;
    /// How it stands to another by a column, counted from the left.
    fn compare(&self, other: &Self, column: usize) -> Ordering;
    /// Whether it has these small letters in it. Where the server looks, it has found all.
    #[must_use]
    fn has(&self, _find: &str) -> bool {
        true
    }
}

/// A row that comes in pages.
pub trait Paged: Entry {
    /// Asks for those with this in them, behind so many.
    fn ask(text: String, skip: u64) -> Verb;
    /// The page of an answer, and whether there are more behind it.
    fn page(done: &Done) -> Option<(&[Self], bool)>;
}

/// The table.
#[derive(Debug)]
pub struct Listing<E: Entry> {
    rows: Vec<E>,
    shown: Vec<usize>,
    more: bool,
    find: String,
    column: usize,
    descending: bool,
    selection: Selection<E::Key>,
    /// The question whose answer counts.
    pub awaited: Option<u64>,
    /// Why there is nothing.
    pub failed: Option<NotDone>,
}

impl<E: Entry> Default for Listing<E> {
    fn default() -> Self {
        Listing {
            rows: Vec::new(),
            shown: Vec::new(),
            more: false,
            find: String::new(),
            column: 0,
            descending: false,
            selection: Selection::default(),
            awaited: None,
            failed: None,
        }
    }
}

/// What is done to a table without knowing its rows.
pub trait Table {
    /// Sorts by a column; once more turns it round. Whether all rows have to be here for that.
    fn sort(&mut self, column: usize) -> bool;
    /// Looks for this; `true` when something else is looked for than before.
    fn find(&mut self, text: &str) -> bool;
    /// Points at a row.
    fn pick(&mut self, row: usize, pick: Pick);
    /// Whether a row is chosen.
    fn is_chosen(&self, row: usize) -> bool;
}

impl<E: Entry> Table for Listing<E> {
    fn sort(&mut self, column: usize) -> bool {
        self.descending = column == self.column && !self.descending;
        self.column = column;
        self.arrange();
        self.wants_all()
    }

    fn find(&mut self, text: &str) -> bool {
        let text = text.trim();
        if self.find == text {
            return false;
        }
        text.clone_into(&mut self.find);
        if self.more {
            // Other pages belong to another question.
            self.rows.truncate(ADMIN_PAGE_MAX);
        }
        self.arrange();
        true
    }

    fn pick(&mut self, row: usize, pick: Pick) {
        let keys: Vec<E::Key> = self.shown.iter().map(|row| self.rows[*row].key()).collect();
        if let Some(key) = keys.get(row) {
            self.selection.pick(key, pick, &keys);
        }
    }

    fn is_chosen(&self, row: usize) -> bool {
        self.row(row).is_some_and(|row| self.selection.has(&row.key()))
    }
}

impl<E: Entry> Listing<E> {
    /// Replaces all rows.
    pub fn set(&mut self, rows: Vec<E>) {
        self.rows = rows;
        self.arrange();
    }

    /// A row as it is after something was done to it.
    pub fn put(&mut self, row: E) {
        if let Some(place) = self.rows.iter_mut().find(|known| known.key() == row.key()) {
            *place = row;
            self.arrange();
        }
    }

    /// Only the order of the first column holds for a part of the rows.
    #[must_use]
    pub fn wants_all(&self) -> bool {
        self.more && (self.column != 0 || self.descending)
    }

    /// By which column, and whether the largest comes first.
    #[must_use]
    pub fn order(&self) -> (usize, bool) {
        (self.column, self.descending)
    }

    /// Those that are chosen and shown, from the top.
    pub fn chosen(&self) -> impl Iterator<Item = &E> {
        let rows = self.shown.iter().map(|row| &self.rows[*row]);
        rows.filter(|row| self.selection.has(&row.key()))
    }

    /// The row with the keyboard.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        let current = self.selection.current()?;
        self.shown.iter().position(|row| self.rows[*row].key() == *current)
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

    /// Whether more rows are to be had, and not asked for yet.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.more && self.awaited.is_none()
    }

    /// Whether something is looked for.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        !self.find.is_empty()
    }

    /// A row from the top.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&E> {
        self.rows.get(*self.shown.get(row)?)
    }

    /// All that are here, shown or not.
    #[must_use]
    pub fn all(&self) -> &[E] {
        &self.rows
    }

    fn arrange(&mut self) {
        let rows = &self.rows;
        let find = self.find.to_lowercase();
        let mut shown: Vec<usize> =
            (0..rows.len()).filter(|row| find.is_empty() || rows[*row].has(&find)).collect();
        shown.sort_by(|a, b| {
            let (a, b) = (&rows[*a], &rows[*b]);
            let order = a.compare(b, self.column);
            let order = if self.descending { order.reverse() } else { order };
            // Rows that are alike must not swap places at every look.
            order.then_with(|| a.key().cmp(&b.key()))
        });
        self.shown = shown;
        self.selection.keep(|key| rows.iter().any(|row| row.key() == *key));
    }
}

impl<E: Paged> Listing<E> {
    /// What asks for everything that is here, anew.
    pub fn reload(&self) -> impl Iterator<Item = Verb> {
        let pages = self.rows.len().div_ceil(ADMIN_PAGE_MAX).max(1);
        (0..pages).map(|page| E::ask(self.find.clone(), (page * ADMIN_PAGE_MAX) as u64))
    }

    /// What asks for the next page, where there is one.
    #[must_use]
    pub fn next(&self) -> Option<Verb> {
        self.wants_more().then(|| E::ask(self.find.clone(), self.rows.len() as u64))
    }

    /// Takes the answers to [`Listing::reload`], or one page more: nothing is waited for any more.
    pub fn take(&mut self, answers: &[Result<Done, NotDone>], is_next: bool) {
        self.awaited = None;
        let mut rows = if is_next { std::mem::take(&mut self.rows) } else { Vec::new() };
        self.failed = None;
        for answer in answers {
            match answer {
                Ok(done) => {
                    if let Some((page, more)) = E::page(done) {
                        rows.extend_from_slice(page);
                        self.more = more;
                    }
                }
                Err(why) => self.failed = Some(why.clone()),
            }
        }
        // What came on while pages were asked for may stand on two of them.
        rows.sort_by_key(E::key);
        rows.dedup_by_key(|row| row.key());
        self.set(rows);
    }
}

/// Compares texts so that numbers in them count as numbers: `.9` comes before `.10`.
#[must_use]
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let ((left, left_rest), (right, right_rest)) = (piece(a), piece(b));
        if left.is_empty() || right.is_empty() {
            return left.len().cmp(&right.len());
        }
        let order = match (left.parse::<u64>(), right.parse::<u64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ => left.cmp(right),
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (left_rest, right_rest);
    }
}

/// The digits, or what is none, at the start of a text, and the rest.
fn piece(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::super::entries::tests::{account, room, session};
    use super::*;
    use crate::net::control::OnlineSession;
    use crate::net::verb::{AccountRow, Cause, RoomRow};

    fn links(online: &Listing<OnlineSession>) -> Vec<u64> {
        (0..online.len()).filter_map(|row| Some(online.row(row)?.person.account.0)).collect()
    }

    fn numbers(accounts: &Listing<AccountRow>) -> Vec<u64> {
        (0..accounts.len()).filter_map(|row| Some(accounts.row(row)?.person.account.0)).collect()
    }

    fn online() -> Listing<OnlineSession> {
        let mut online = Listing::default();
        online.set(vec![
            session(10_003, "boat2", "192.168.3.9"),
            session(10_001, "青柠", "192.168.3.117"),
            session(10_002, "Boat10", "10.6.2.31"),
        ]);
        online
    }

    fn page(numbers: std::ops::Range<u64>, more: bool) -> Done {
        Done::Accounts { rows: numbers.map(|n| account(n, "x")).collect(), more }
    }

    #[test]
    fn a_head_sorts_and_once_more_turns_round() {
        let mut online = online();
        assert_eq!(links(&online), [10_001, 10_002, 10_003]);
        let cases = [
            (0, [10_003, 10_002, 10_001]),
            (2, [10_002, 10_003, 10_001]),
            (2, [10_001, 10_003, 10_002]),
            (1, [10_003, 10_002, 10_001]),
            (5, [10_003, 10_002, 10_001]),
            (4, [10_001, 10_002, 10_003]),
            // All alike: the number decides.
            (3, [10_001, 10_002, 10_003]),
        ];
        for (column, expected) in cases {
            assert!(!online.sort(column));
            assert_eq!(links(&online), expected, "{column}");
        }
    }

    #[test]
    fn what_is_chosen_stays_chosen_while_rows_move() {
        let mut online = online();
        online.pick(0, Pick::Only);
        online.pick(2, Pick::Toggle);
        online.sort(2);
        let chosen: Vec<&str> = online.chosen().map(|link| &*link.person.nickname).collect();
        assert_eq!(chosen, ["boat2", "青柠"]);
        assert_eq!(online.current(), Some(1));
        // Who is not shown is not meant.
        assert!(online.find("boat"));
        assert_eq!((online.chosen().count(), online.is_chosen(1)), (1, true));
        online.set(vec![session(10_002, "Boat10", "10.6.2.31")]);
        assert_eq!(online.chosen().count(), 0);
    }

    #[test]
    fn number_name_and_address_of_a_link_are_found() {
        let mut online = online();
        let cases = [
            ("10003", vec![10_003]),
            (" BOAT ", vec![10_002, 10_003]),
            ("192.168.", vec![10_001, 10_003]),
            ("柠", vec![10_001]),
            ("nobody", vec![]),
            ("", vec![10_001, 10_002, 10_003]),
        ];
        for (text, expected) in cases {
            assert!(online.find(text));
            assert_eq!(links(&online), expected, "{text}");
        }
    }

    #[test]
    fn pages_follow_each_other_and_are_asked_for_anew_together() {
        let mut accounts = Listing::<AccountRow>::default();
        accounts.take(&[Ok(page(0..500, true))], false);
        let next = accounts.next();
        assert_eq!(next, Some(Verb::Accounts { text: String::new(), skip: 500 }));
        // One came to be between the pages.
        accounts.take(&[Ok(page(499..700, false))], true);
        assert_eq!((accounts.len(), accounts.next()), (700, None));
        assert_eq!(accounts.reload().count(), 2);
        accounts.take(&[Ok(page(0..3, false))], false);
        assert_eq!(numbers(&accounts), [0, 1, 2]);
        let no = NotDone::new(Cause::Unknown, "no");
        accounts.take(&[Err(no.clone())], false);
        assert_eq!((accounts.len(), accounts.failed.as_ref()), (0, Some(&no)));
    }

    #[test]
    fn another_order_than_that_of_numbers_needs_all() {
        let mut accounts = Listing::<AccountRow>::default();
        accounts.take(&[Ok(page(0..500, true))], false);
        assert!(!accounts.wants_all());
        assert!(accounts.sort(5));
        assert_eq!(numbers(&accounts)[0], 499, "the smallest first");
        accounts.take(&[Ok(page(500..502, false))], true);
        assert!(!accounts.wants_all());
        assert_eq!(numbers(&accounts)[0], 501);
    }

    #[test]
    fn what_was_done_shows_at_once_and_the_choice_stays() {
        let mut accounts = Listing::<AccountRow>::default();
        accounts.take(&[Ok(page(0..3, false))], false);
        accounts.pick(1, Pick::Only);
        accounts.pick(2, Pick::Toggle);
        accounts.put(AccountRow { disabled: true, ..account(1, "x") });
        let chosen: Vec<bool> = accounts.chosen().map(|row| row.disabled).collect();
        assert_eq!(chosen, [true, false]);
        accounts.take(&[Ok(page(0..2, false))], false);
        assert_eq!(accounts.chosen().count(), 1, "who is gone is not chosen");
    }

    #[test]
    fn another_word_is_another_question() {
        let mut rooms = Listing::<RoomRow>::default();
        let rows = vec![room(20_001, "b", 4), room(20_002, "a", 40)];
        rooms.take(&[Ok(Done::Rooms { rows, more: false })], false);
        assert!(rooms.find(" q ") && !rooms.find("q"));
        let asked: Vec<Verb> = rooms.reload().collect();
        assert_eq!(asked, [Verb::Rooms { text: "q".into(), skip: 0 }]);
        assert_eq!(rooms.len(), 2, "until the answer is there");
    }

    #[test]
    fn any_two_texts_have_an_order() {
        let texts = ["", "1", "01", "a1", "a", "99999999999999999999999", "é9", "é10", ".", "1.2"];
        for a in texts {
            for b in texts {
                assert_eq!(natural(a, b), natural(b, a).reverse(), "{a:?} {b:?}");
            }
        }
        assert_eq!(natural("é9", "é10"), Ordering::Less);
    }
}
