//! All accounts and all bans, as tables: what is here of them, in which order, who is chosen.

use std::cmp::Ordering;

use super::acts::Someone;
use super::online::natural;
use super::selection::{Pick, Selection};
use crate::domain::AccountId;
use crate::limits::ADMIN_PAGE_MAX;
use crate::net::verb::{AccountRow, BanRow, Done, NotDone, Verb};

/// A column of accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Column {
    /// The number.
    #[default]
    Account,
    /// The nickname.
    Nickname,
    /// Made on.
    Created,
    /// Last seen.
    Seen,
    /// Devices that are remembered.
    Devices,
    /// Bytes of files.
    Bytes,
    /// Disabled or banned.
    State,
}

impl Column {
    /// From left to right.
    pub const ALL: [Column; 7] = [
        Column::Account,
        Column::Nickname,
        Column::Created,
        Column::Seen,
        Column::Devices,
        Column::Bytes,
        Column::State,
    ];
}

/// The tables.
#[derive(Debug, Default)]
pub struct Accounts {
    rows: Vec<AccountRow>,
    shown: Vec<usize>,
    more: bool,
    find: String,
    column: Column,
    descending: bool,
    /// Whether bans are shown instead.
    pub only_bans: bool,
    bans: Vec<BanRow>,
    selection: Selection<AccountId>,
    chosen_bans: Selection<String>,
    /// The question whose answer counts.
    pub awaited: Option<u64>,
    /// Why there is nothing.
    pub failed: Option<NotDone>,
}

impl Accounts {
    /// What asks for everything that is here, anew.
    #[must_use]
    pub fn reload(&self) -> Vec<Verb> {
        let pages = self.rows.len().div_ceil(ADMIN_PAGE_MAX).max(1);
        let page = |page: usize| self.page((page * ADMIN_PAGE_MAX) as u64);
        std::iter::once(Verb::Bans {}).chain((0..pages).map(page)).collect()
    }

    /// What asks for the next page, where there is one.
    #[must_use]
    pub fn next(&self) -> Option<Verb> {
        self.more.then(|| self.page(self.rows.len() as u64))
    }

    fn page(&self, skip: u64) -> Verb {
        Verb::Accounts { text: self.find.clone(), skip }
    }

    /// Takes the answers to [`Accounts::reload`], or one page more.
    pub fn take(&mut self, answers: Vec<Result<Done, NotDone>>, is_next: bool) {
        let mut rows = if is_next { std::mem::take(&mut self.rows) } else { Vec::new() };
        self.failed = None;
        for answer in answers {
            match answer {
                Ok(Done::Accounts { rows: page, more }) => {
                    rows.extend(page);
                    self.more = more;
                }
                Ok(Done::Bans { rows, .. }) => self.bans = rows,
                Ok(_) => {}
                Err(why) => self.failed = Some(why),
            }
        }
        // What came on while pages were asked for may stand on two of them.
        rows.sort_by_key(|row| row.person.account);
        rows.dedup_by_key(|row| row.person.account);
        self.rows = rows;
        self.arrange();
    }

    /// An account as it is after something was done to it.
    pub fn put(&mut self, row: AccountRow) {
        if let Some(place) =
            self.rows.iter_mut().find(|known| known.person.account == row.person.account)
        {
            *place = row;
            self.arrange();
        }
    }

    /// Looks for this; `true` when something else is looked for than before.
    pub fn find(&mut self, text: &str) -> bool {
        let text = text.trim();
        if self.find == text {
            return false;
        }
        text.clone_into(&mut self.find);
        // Other pages belong to another question.
        self.rows.truncate(ADMIN_PAGE_MAX);
        self.arrange();
        true
    }

    /// Sorts by a column; once more turns it round. Whether all rows have to be here for that.
    pub fn sort(&mut self, column: usize) -> bool {
        let Some(column) = Column::ALL.get(column).copied() else { return false };
        self.descending = column == self.column && !self.descending;
        self.column = column;
        self.arrange();
        self.wants_all()
    }

    /// Only the order of numbers holds for a part of the rows.
    #[must_use]
    pub fn wants_all(&self) -> bool {
        self.more && (self.column != Column::Account || self.descending)
    }

    /// By which column, and whether the largest comes first.
    #[must_use]
    pub fn order(&self) -> (usize, bool) {
        let column = Column::ALL.iter().position(|column| *column == self.column);
        (column.unwrap_or(0), self.descending)
    }

    /// Points at a row.
    pub fn pick(&mut self, row: usize, pick: Pick) {
        if self.only_bans {
            let keys: Vec<String> = self.bans.iter().map(|ban| ban.whom.clone()).collect();
            if let Some(key) = keys.get(row) {
                self.chosen_bans.pick(key, pick, &keys);
            }
            return;
        }
        let keys: Vec<AccountId> =
            self.shown.iter().map(|row| self.rows[*row].person.account).collect();
        if let Some(key) = keys.get(row) {
            self.selection.pick(key, pick, &keys);
        }
    }

    /// Those who are chosen, from the top.
    #[must_use]
    pub fn chosen(&self) -> Vec<Someone> {
        if self.only_bans {
            let chosen = self.bans.iter().filter(|ban| self.chosen_bans.has(&ban.whom));
            return chosen.map(Someone::of_ban).collect();
        }
        let rows = self.shown.iter().map(|row| &self.rows[*row]);
        let chosen = rows.filter(|row| self.selection.has(&row.person.account));
        chosen.map(Someone::of_account).collect()
    }

    /// Whether a row is chosen.
    #[must_use]
    pub fn is_chosen(&self, row: usize) -> bool {
        match self.only_bans {
            true => self.bans.get(row).is_some_and(|ban| self.chosen_bans.has(&ban.whom)),
            false => self.row(row).is_some_and(|row| self.selection.has(&row.person.account)),
        }
    }

    /// The row with the keyboard.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        if self.only_bans {
            let current = self.chosen_bans.current()?;
            return self.bans.iter().position(|ban| ban.whom == *current);
        }
        let current = self.selection.current()?;
        self.shown.iter().position(|row| self.rows[*row].person.account == *current)
    }

    /// Rows that are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.only_bans { self.bans.len() } else { self.shown.len() }
    }

    /// Whether no row is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether more match than are here.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.more && !self.only_bans
    }

    /// Whether something is looked for.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        !self.find.is_empty() && !self.only_bans
    }

    /// How many bans there are.
    #[must_use]
    pub fn count_bans(&self) -> usize {
        self.bans.len()
    }

    /// A row of accounts from the top.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&AccountRow> {
        self.rows.get(*self.shown.get(row)?)
    }

    /// A row of bans from the top.
    #[must_use]
    pub fn ban(&self, row: usize) -> Option<&BanRow> {
        self.bans.get(row)
    }

    fn arrange(&mut self) {
        let mut shown: Vec<usize> = (0..self.rows.len()).collect();
        shown.sort_by(|a, b| {
            let (a, b) = (&self.rows[*a], &self.rows[*b]);
            let order = compare(self.column, a, b);
            let order = if self.descending { order.reverse() } else { order };
            order.then(a.person.account.cmp(&b.person.account))
        });
        self.shown = shown;
        let rows = &self.rows;
        self.selection.keep(|key| rows.iter().any(|row| row.person.account == *key));
        let bans = &self.bans;
        self.chosen_bans.keep(|key| bans.iter().any(|ban| ban.whom == *key));
    }
}

fn compare(column: Column, a: &AccountRow, b: &AccountRow) -> Ordering {
    match column {
        Column::Account => a.person.account.cmp(&b.person.account),
        Column::Nickname => {
            natural(&a.person.nickname.to_lowercase(), &b.person.nickname.to_lowercase())
        }
        Column::Created => a.created.cmp(&b.created),
        // Whoever is there was seen last.
        Column::Seen => (a.links > 0, a.seen).cmp(&(b.links > 0, b.seen)),
        Column::Devices => a.devices.cmp(&b.devices),
        Column::Bytes => a.bytes.cmp(&b.bytes),
        // Whoever is not let in comes first.
        Column::State => {
            let key = |row: &AccountRow| (!row.disabled, row.ban.is_none());
            key(a).cmp(&key(b))
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::online::tests::session;
    use super::*;
    use crate::net::verb::Cause;

    pub fn account(number: u64, nickname: &str) -> AccountRow {
        AccountRow {
            person: session(number, nickname, "").person,
            created: 0,
            seen: None,
            disabled: false,
            devices: 1,
            bytes: 100_000 - number,
            ban: None,
            links: 0,
        }
    }

    pub fn ban(whom: &str) -> BanRow {
        BanRow {
            whom: whom.to_owned(),
            nickname: None,
            why: String::new(),
            at: 0,
            minutes_left: None,
        }
    }

    fn page(numbers: std::ops::Range<u64>, more: bool) -> Done {
        Done::Accounts { rows: numbers.map(|n| account(n, "x")).collect(), more }
    }

    fn numbers(accounts: &Accounts) -> Vec<u64> {
        (0..accounts.len()).filter_map(|row| Some(accounts.row(row)?.person.account.0)).collect()
    }

    #[test]
    fn pages_follow_each_other_and_are_asked_for_anew_together() {
        let mut accounts = Accounts::default();
        accounts.take(vec![Ok(page(0..500, true))], false);
        let next = accounts.next();
        assert_eq!(next, Some(Verb::Accounts { text: String::new(), skip: 500 }));
        // One came to be between the pages.
        accounts.take(vec![Ok(page(499..700, false))], true);
        assert_eq!((accounts.len(), accounts.next()), (700, None));
        assert_eq!(accounts.reload().len(), 3, "bans and two pages");
        accounts.take(vec![Ok(page(0..3, false))], false);
        assert_eq!(numbers(&accounts), [0, 1, 2]);
        let no = NotDone::new(Cause::Unknown, "no");
        accounts.take(vec![Err(no.clone())], false);
        assert_eq!((accounts.len(), accounts.failed.as_ref()), (0, Some(&no)));
    }

    #[test]
    fn another_order_than_that_of_numbers_needs_all() {
        let mut accounts = Accounts::default();
        accounts.take(vec![Ok(page(0..500, true))], false);
        assert!(!accounts.wants_all());
        assert!(accounts.sort(5));
        assert_eq!(numbers(&accounts)[0], 499, "the smallest first");
        accounts.take(vec![Ok(page(500..502, false))], true);
        assert!(!accounts.wants_all());
        assert_eq!(numbers(&accounts)[0], 501);
    }

    #[test]
    fn what_was_done_shows_at_once_and_the_choice_stays() {
        let mut accounts = Accounts::default();
        accounts.take(
            vec![
                Ok(page(0..3, false)),
                Ok(Done::Bans { rows: vec![ban("10.0.0.1")], unbanned: None }),
            ],
            false,
        );
        accounts.pick(1, Pick::Only);
        accounts.pick(2, Pick::Toggle);
        assert_eq!(accounts.chosen().len(), 2);
        accounts.put(AccountRow { disabled: true, ..account(1, "x") });
        assert!(accounts.chosen()[0].disabled);
        accounts.take(vec![Ok(page(0..2, false))], false);
        assert_eq!(accounts.chosen().len(), 1, "who is gone is not chosen");
        accounts.only_bans = true;
        assert!(accounts.chosen().is_empty());
        accounts.pick(0, Pick::Only);
        assert_eq!(accounts.chosen()[0].name, "10.0.0.1");
        assert_eq!((accounts.current(), accounts.is_chosen(0)), (Some(0), true));
    }

    #[test]
    fn another_word_is_another_question() {
        let mut accounts = Accounts::default();
        assert!(accounts.find(" q "));
        assert!(!accounts.find("q"));
        let page = Verb::Accounts { text: "q".into(), skip: 0 };
        assert_eq!(accounts.reload(), [Verb::Bans {}, page]);
    }
}
