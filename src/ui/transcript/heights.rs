//! Heights of rows as a tree of sums, so that any place is found in logarithmic time.
//!
//! A binary indexed tree: entry `i` holds the sum of the rows that its lowest bit spans. A change
//! and a search cost some twenty steps at a hundred thousand rows; inserting at the front rebuilds
//! the tree, which is one pass of additions.

use std::ops::Range;

/// Heights in px, in the order of the rows.
#[derive(Clone, Debug, Default)]
pub struct Heights {
    values: Vec<i32>,
    tree: Vec<i64>,
}

impl Heights {
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The height of a row; zero behind the last.
    #[must_use]
    pub fn get(&self, row: usize) -> i32 {
        self.values.get(row).copied().unwrap_or(0)
    }

    /// The sum of all.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.before(self.len())
    }

    /// The sum of the rows before this one: where it begins.
    #[must_use]
    pub fn before(&self, row: usize) -> i64 {
        let mut at = row.min(self.len());
        let mut sum = 0;
        while at > 0 {
            sum += self.tree[at - 1];
            at &= at - 1;
        }
        sum
    }

    /// Changes one row; returns by how much it grew.
    pub fn set(&mut self, row: usize, height: i32) -> i32 {
        let Some(value) = self.values.get_mut(row) else { return 0 };
        let grown = height - *value;
        *value = height;
        let mut at = row + 1;
        while at <= self.tree.len() {
            self.tree[at - 1] += i64::from(grown);
            at += lowest_bit(at);
        }
        grown
    }

    /// Adds a row behind the last.
    pub fn push(&mut self, height: i32) {
        self.values.push(height);
        let at = self.values.len();
        let spanned = at - lowest_bit(at);
        // The rows that the new entry spans, besides its own.
        let sum = self.before(at - 1) - self.before(spanned);
        self.tree.push(sum + i64::from(height));
    }

    /// Replaces a range of rows by others.
    pub fn splice(&mut self, range: Range<usize>, heights: impl IntoIterator<Item = i32>) {
        let (start, end) = (range.start.min(self.len()), range.end.min(self.len()));
        self.values.splice(start..end.max(start), heights);
        self.rebuild();
    }

    /// Replaces all rows.
    pub fn assign(&mut self, heights: impl IntoIterator<Item = i32>) {
        self.values.clear();
        self.values.extend(heights);
        self.rebuild();
    }

    /// The row at a distance from the top and how far into it that is. Distances above and below
    /// the content are those of its ends; nothing when there are no rows.
    #[must_use]
    pub fn find(&self, offset: i64) -> Option<(usize, i32)> {
        if self.is_empty() {
            return None;
        }
        let wanted = offset.clamp(0, (self.total() - 1).max(0));
        let mut row = 0;
        let mut rest = wanted;
        let mut step = self.len().next_power_of_two();
        while step > 0 {
            let next = row + step;
            if next <= self.len() && self.tree[next - 1] <= rest {
                row = next;
                rest -= self.tree[next - 1];
            }
            step /= 2;
        }
        let row = row.min(self.len() - 1);
        Some((row, i32::try_from(wanted - self.before(row)).unwrap_or(0)))
    }

    fn rebuild(&mut self) {
        self.tree.clear();
        self.tree.extend(self.values.iter().copied().map(i64::from));
        for at in 1..=self.tree.len() {
            let above = at + lowest_bit(at);
            if above <= self.tree.len() {
                self.tree[above - 1] += self.tree[at - 1];
            }
        }
    }
}

fn lowest_bit(at: usize) -> usize {
    at & at.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push(i32),
        Prepend(Vec<i32>),
        Set(usize, i32),
        Splice(usize, usize, Vec<i32>),
        Assign(Vec<i32>),
    }

    fn height() -> impl Strategy<Value = i32> {
        prop_oneof![1 => Just(0), 8 => 1..200, 1 => 1..400_000]
    }

    fn step() -> impl Strategy<Value = Step> {
        let some = || prop::collection::vec(height(), 0..40);
        prop_oneof![
            height().prop_map(Step::Push),
            some().prop_map(Step::Prepend),
            (0..100_usize, height()).prop_map(|(row, height)| Step::Set(row, height)),
            (0..100_usize, 0..20_usize, some()).prop_map(|(at, n, new)| Step::Splice(at, n, new)),
            some().prop_map(Step::Assign),
        ]
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_rows_after_any_steps(steps in prop::collection::vec(step(), 0..40)) {
            let mut heights = Heights::default();
            let mut plain: Vec<i32> = Vec::new();
            for step in steps {
                match step {
                    Step::Push(height) => {
                        heights.push(height);
                        plain.push(height);
                    }
                    Step::Prepend(new) => {
                        heights.splice(0..0, new.clone());
                        plain.splice(0..0, new);
                    }
                    Step::Set(row, height) => {
                        let grown = heights.set(row, height);
                        if let Some(value) = plain.get_mut(row) {
                            prop_assert_eq!(grown, height - *value);
                            *value = height;
                        }
                    }
                    Step::Splice(at, count, new) => {
                        heights.splice(at..at + count, new.clone());
                        let at = at.min(plain.len());
                        plain.splice(at..(at + count).min(plain.len()), new);
                    }
                    Step::Assign(new) => {
                        heights.assign(new.clone());
                        plain = new;
                    }
                }
                let mut sum = 0_i64;
                for (row, height) in plain.iter().enumerate() {
                    prop_assert_eq!(heights.before(row), sum);
                    prop_assert_eq!(heights.get(row), *height);
                    sum += i64::from(*height);
                }
                prop_assert_eq!(heights.total(), sum);
                prop_assert_eq!(heights.len(), plain.len());
            }
        }

        #[test]
        fn a_place_lies_in_the_row_that_is_found(
            plain in prop::collection::vec(height(), 1..100),
            offset in -10_i64..4_000,
        ) {
            let mut heights = Heights::default();
            heights.assign(plain);
            let (row, into) = heights.find(offset).unwrap();
            let inside = offset.clamp(0, (heights.total() - 1).max(0));
            prop_assert_eq!(heights.before(row) + i64::from(into), inside);
            prop_assert!(into < heights.get(row) || heights.total() == 0);
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let heights = Heights::default();
        assert!(heights.is_empty());
        assert_eq!(heights.find(0), None);
        assert_eq!(heights.total(), 0);
    }
}
