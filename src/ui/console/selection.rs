//! Which rows of a table are chosen: by what they stand for, since rows move.

use std::collections::BTreeSet;

/// How a row is pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// This one and no other.
    Only,
    /// This one too, or not any more.
    Toggle,
    /// All from the one before to this one.
    Range,
}

/// The chosen ones.
#[derive(Debug)]
pub struct Selection<K> {
    chosen: BTreeSet<K>,
    /// Where a range begins.
    anchor: Option<K>,
    /// Where the keyboard is.
    current: Option<K>,
}

impl<K> Default for Selection<K> {
    fn default() -> Self {
        Selection { chosen: BTreeSet::new(), anchor: None, current: None }
    }
}

impl<K: Ord + Clone> Selection<K> {
    /// Points at one of these rows.
    pub fn pick(&mut self, key: &K, pick: Pick, rows: &[K]) {
        let place = |key: Option<&K>| rows.iter().position(|row| Some(row) == key);
        let range = place(self.anchor.as_ref()).zip(place(Some(key)));
        match (pick, range) {
            (Pick::Range, Some((from, to))) => {
                let range = &rows[from.min(to)..=from.max(to)];
                self.chosen = range.iter().cloned().collect();
            }
            (Pick::Toggle, _) => {
                if !self.chosen.remove(key) {
                    self.chosen.insert(key.clone());
                }
                self.anchor = Some(key.clone());
            }
            _ => {
                self.chosen = BTreeSet::from([key.clone()]);
                self.anchor = Some(key.clone());
            }
        }
        self.current = Some(key.clone());
    }

    /// Who is gone is chosen no more.
    pub fn keep(&mut self, is_there: impl Fn(&K) -> bool) {
        self.chosen.retain(&is_there);
        self.anchor = self.anchor.take().filter(&is_there);
        self.current = self.current.take().filter(&is_there);
    }

    /// Chooses none.
    pub fn clear(&mut self) {
        *self = Selection::default();
    }

    /// Whether this one is chosen.
    #[must_use]
    pub fn has(&self, key: &K) -> bool {
        self.chosen.contains(key)
    }

    /// Where the keyboard is.
    #[must_use]
    pub fn current(&self) -> Option<&K> {
        self.current.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [u64; 5] = [5, 4, 3, 2, 1];

    fn chosen(selection: &Selection<u64>) -> Vec<u64> {
        ROWS.into_iter().filter(|row| selection.has(row)).collect()
    }

    #[test]
    fn one_some_and_ranges_are_chosen() {
        let mut selection = Selection::default();
        let cases = [
            (4, Pick::Only, vec![4]),
            (2, Pick::Range, vec![4, 3, 2]),
            // The range turns around where it began.
            (5, Pick::Range, vec![5, 4]),
            (1, Pick::Toggle, vec![5, 4, 1]),
            (5, Pick::Toggle, vec![4, 1]),
            (3, Pick::Only, vec![3]),
        ];
        for (key, pick, expected) in cases {
            selection.pick(&key, pick, &ROWS);
            assert_eq!(chosen(&selection), expected, "{key} {pick:?}");
            assert_eq!(selection.current(), Some(&key));
        }
    }

    #[test]
    fn who_is_gone_is_chosen_no_more() {
        let mut selection = Selection::default();
        selection.pick(&4, Pick::Only, &ROWS);
        selection.pick(&3, Pick::Toggle, &ROWS);
        selection.keep(|row| *row != 3);
        assert_eq!((chosen(&selection), selection.current()), (vec![4], None));
        // Without a beginning a range is the one row.
        selection.pick(&1, Pick::Range, &ROWS);
        assert_eq!(chosen(&selection), [1]);
    }
}
