//! Who is online, as a table: what is shown of it, in which order.

use std::cmp::Ordering;

use super::acts::Someone;
use super::selection::{Pick, Selection};
use crate::domain::AccountId;
use crate::net::control::OnlineSession;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The account's number.
    Account,
    /// The nickname.
    Nickname,
    /// Where from.
    Address,
    /// Program and system.
    Client,
    /// Signed in at.
    Since,
    /// Nothing came for so long.
    Idle,
}

impl Column {
    /// From left to right.
    pub const ALL: [Column; 6] = [
        Column::Account,
        Column::Nickname,
        Column::Address,
        Column::Client,
        Column::Since,
        Column::Idle,
    ];
}

/// What a row stands for. Links are counted anew by each run of the server: the same number may be
/// somebody else's then.
type Key = (AccountId, u64);

fn key(link: &OnlineSession) -> Key {
    (link.person.account, link.session)
}

/// The table.
#[derive(Debug)]
pub struct Online {
    sessions: Vec<OnlineSession>,
    shown: Vec<usize>,
    column: Column,
    descending: bool,
    find: String,
    selection: Selection<Key>,
}

impl Default for Online {
    fn default() -> Self {
        Online {
            sessions: Vec::new(),
            shown: Vec::new(),
            column: Column::Account,
            descending: false,
            find: String::new(),
            selection: Selection::default(),
        }
    }
}

impl Online {
    /// Replaces who is online.
    pub fn set(&mut self, sessions: Vec<OnlineSession>) {
        self.sessions = sessions;
        let sessions = &self.sessions;
        self.selection.keep(|chosen| sessions.iter().any(|link| key(link) == *chosen));
        self.arrange();
    }

    /// Sorts by a column; once more turns it round.
    pub fn sort(&mut self, column: Column) {
        self.descending = column == self.column && !self.descending;
        self.column = column;
        self.arrange();
    }

    /// Shows only those whose number, name or address has this in it.
    pub fn find(&mut self, text: &str) {
        self.find = text.trim().to_lowercase();
        self.arrange();
    }

    /// Whether something is looked for.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        !self.find.is_empty()
    }

    /// By which column, and whether the largest comes first.
    #[must_use]
    pub fn order(&self) -> (usize, bool) {
        let column = Column::ALL.iter().position(|column| *column == self.column);
        (column.unwrap_or(0), self.descending)
    }

    /// Points at a row.
    pub fn pick(&mut self, row: usize, pick: Pick) {
        let keys: Vec<Key> = self.shown.iter().map(|row| key(&self.sessions[*row])).collect();
        if let Some(picked) = keys.get(row) {
            self.selection.pick(picked, pick, &keys);
        }
    }

    /// Those who are chosen and shown, from the top.
    #[must_use]
    pub fn chosen(&self) -> Vec<Someone> {
        let links = self.shown.iter().map(|row| &self.sessions[*row]);
        Someone::of_links(links.filter(|link| self.selection.has(&key(link))))
    }

    /// Whether a row is chosen.
    #[must_use]
    pub fn is_chosen(&self, row: usize) -> bool {
        self.row(row).is_some_and(|link| self.selection.has(&key(link)))
    }

    /// The row with the keyboard.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        let current = self.selection.current()?;
        self.shown.iter().position(|row| key(&self.sessions[*row]) == *current)
    }

    /// Whether an account has a link here.
    #[must_use]
    pub fn has(&self, account: AccountId) -> bool {
        self.sessions.iter().any(|link| link.person.account == account)
    }

    /// How many rows are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether no row is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// A row from the top.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&OnlineSession> {
        self.sessions.get(*self.shown.get(row)?)
    }

    fn arrange(&mut self) {
        let matches = |session: &OnlineSession| {
            self.find.is_empty()
                || session.person.account.to_string().contains(&self.find)
                || session.person.nickname.to_lowercase().contains(&self.find)
                || session.address.to_lowercase().contains(&self.find)
        };
        let mut shown: Vec<usize> =
            (0..self.sessions.len()).filter(|row| matches(&self.sessions[*row])).collect();
        shown.sort_by(|a, b| {
            let (a, b) = (&self.sessions[*a], &self.sessions[*b]);
            let order = compare(self.column, a, b);
            let order = if self.descending { order.reverse() } else { order };
            // One account may be there twice: rows must not swap places at every poll.
            order.then((a.person.account, a.session).cmp(&(b.person.account, b.session)))
        });
        self.shown = shown;
    }
}

fn compare(column: Column, a: &OnlineSession, b: &OnlineSession) -> Ordering {
    match column {
        Column::Account => a.person.account.cmp(&b.person.account),
        Column::Nickname => {
            let name = |session: &OnlineSession| session.person.nickname.to_lowercase();
            natural(&name(a), &name(b))
        }
        Column::Address => natural(&a.address, &b.address),
        Column::Client => natural(&a.client, &b.client),
        Column::Since => a.since.cmp(&b.since),
        Column::Idle => a.idle_ms.cmp(&b.idle_ms),
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
pub(super) mod tests {
    use super::*;
    use crate::domain::{Person, Presence, Role};

    pub fn session(account: u64, nickname: &str, address: &str) -> OnlineSession {
        OnlineSession {
            session: account,
            person: Person {
                account: AccountId(account),
                nickname: nickname.to_owned(),
                signature: String::new(),
                avatar: 1,
                role: Role::Member,
                version: 0,
                picture: None,
            },
            presence: Presence::Online,
            address: address.to_owned(),
            client: "mychat 0.1.0 (Linux)".to_owned(),
            since: i64::try_from(account).unwrap_or_default(),
            idle_ms: 100_000 - account,
        }
    }

    fn accounts(online: &Online) -> Vec<u64> {
        (0..online.len()).filter_map(|row| Some(online.row(row)?.person.account.0)).collect()
    }

    fn table() -> Online {
        let mut online = Online::default();
        online.set(vec![
            session(10_003, "boat2", "192.168.3.9"),
            session(10_001, "青柠", "192.168.3.117"),
            session(10_002, "Boat10", "10.6.2.31"),
        ]);
        online
    }

    #[test]
    fn a_head_sorts_and_once_more_turns_round() {
        let mut online = table();
        assert_eq!(accounts(&online), [10_001, 10_002, 10_003]);
        let cases = [
            (Column::Account, [10_003, 10_002, 10_001]),
            (Column::Address, [10_002, 10_003, 10_001]),
            (Column::Address, [10_001, 10_003, 10_002]),
            (Column::Nickname, [10_003, 10_002, 10_001]),
            (Column::Idle, [10_003, 10_002, 10_001]),
            (Column::Since, [10_001, 10_002, 10_003]),
            // All alike: the number decides.
            (Column::Client, [10_001, 10_002, 10_003]),
        ];
        for (column, expected) in cases {
            online.sort(column);
            assert_eq!(accounts(&online), expected, "{column:?}");
        }
    }

    #[test]
    fn who_is_chosen_stays_chosen_while_rows_move() {
        let mut online = table();
        online.pick(0, Pick::Only);
        online.pick(2, Pick::Toggle);
        online.sort(Column::Address);
        let chosen: Vec<String> = online.chosen().into_iter().map(|one| one.name).collect();
        assert_eq!(chosen, ["boat2", "青柠"]);
        assert_eq!(online.current(), Some(1));
        // Who is not shown is not meant.
        online.find("boat");
        assert_eq!((online.chosen().len(), online.is_chosen(1)), (1, true));
        online.set(vec![session(10_002, "Boat10", "10.6.2.31")]);
        assert!(online.chosen().is_empty());
    }

    #[test]
    fn the_same_link_of_somebody_else_is_not_chosen() {
        let mut online = table();
        online.pick(0, Pick::Only);
        let stranger = OnlineSession { session: 10_001, ..session(10_009, "z", "10.0.0.9") };
        online.set(vec![stranger]);
        assert_eq!((online.chosen().len(), online.current()), (0, None));
    }

    #[test]
    fn number_name_and_address_are_found() {
        let mut online = table();
        let cases = [
            ("10003", vec![10_003]),
            (" BOAT ", vec![10_002, 10_003]),
            ("192.168.", vec![10_001, 10_003]),
            ("柠", vec![10_001]),
            ("nobody", vec![]),
            ("", vec![10_001, 10_002, 10_003]),
        ];
        for (text, expected) in cases {
            online.find(text);
            assert_eq!(accounts(&online), expected, "{text}");
        }
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
