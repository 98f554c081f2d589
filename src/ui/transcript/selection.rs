//! Selecting words across messages, and what is copied then.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::rows::Item;

/// A place between two characters of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Which row.
    pub row: usize,
    /// Before this byte of it.
    pub byte: usize,
}

/// From where the button was pressed to where the pointer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where it began.
    pub anchor: Spot,
    /// Where it ends, which may be before.
    pub head: Spot,
}

impl Selection {
    /// Nothing yet, from a spot on.
    #[must_use]
    pub fn at(spot: Spot) -> Selection {
        Selection { anchor: spot, head: spot }
    }

    /// Whether nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.anchor == self.head
    }

    /// Its ends in reading order.
    #[must_use]
    pub fn ends(&self) -> (Spot, Spot) {
        (self.anchor.min(self.head), self.anchor.max(self.head))
    }

    /// The bytes of a row that are selected; `length` is that of its words.
    #[must_use]
    pub fn bytes_in(&self, row: usize, length: usize) -> Option<Range<usize>> {
        let (first, last) = self.ends();
        if row < first.row || row > last.row {
            return None;
        }
        let start = if row == first.row { first.byte.min(length) } else { 0 };
        let end = if row == last.row { last.byte.min(length) } else { length };
        (start < end).then_some(start..end)
    }

    /// The selected words. Of one message they are copied alone; of several each is headed by
    /// what `heading` says of it.
    #[must_use]
    pub fn copied<'a>(
        &self,
        item: impl Fn(usize) -> Option<&'a Item>,
        heading: impl Fn(&Item) -> String,
    ) -> String {
        let (first, last) = self.ends();
        let part = |row: usize| {
            let item = item(row)?;
            let text = item.text()?;
            let bytes = self.bytes_in(row, text.len())?;
            Some((item, text.get(bytes)?))
        };
        let parts: Vec<(&Item, &str)> = (first.row..=last.row).filter_map(part).collect();
        match &parts[..] {
            [] => String::new(),
            [(_, text)] => (*text).to_owned(),
            several => {
                let block = |(item, text): &(&Item, &str)| format!("{}\n{text}\n", heading(item));
                several.iter().map(block).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// The word around a byte: letters of one word, one ideograph run of the script's own words.
#[must_use]
pub fn word_at(text: &str, byte: usize) -> Range<usize> {
    text.split_word_bound_indices()
        .map(|(start, word)| start..start + word.len())
        .find(|range| byte < range.end)
        .unwrap_or(text.len()..text.len())
}

#[cfg(test)]
mod tests {
    use super::super::place::tests::{ME, MOMO, entry};
    use super::super::rows::{Mark, Saying};
    use super::*;

    fn spot(row: usize, byte: usize) -> Spot {
        Spot { row, byte }
    }

    fn items() -> Vec<Item> {
        let row = |from, saying| Item::new(entry(from, saying, Mark::None));
        vec![
            row(MOMO, Saying::Text("你好 Lime")),
            row(MOMO, Saying::Shake),
            row(ME, Saying::Text("hello")),
        ]
    }

    fn copied(anchor: Spot, head: Spot) -> String {
        let items = items();
        let heading = |item: &Item| format!("{}:", item.from);
        Selection { anchor, head }.copied(|row| items.get(row), heading)
    }

    #[test]
    fn words_of_one_message_are_copied_alone_and_of_several_with_their_senders() {
        let cases = [
            (spot(0, 3), spot(0, 6), "好"),
            (spot(0, 6), spot(0, 3), "好"),
            (spot(0, 0), spot(1, 0), "你好 Lime"),
            (spot(1, 0), spot(1, 9), ""),
            (spot(0, 7), spot(2, 4), "10024:\nLime\n\n10001:\nhell\n"),
            (spot(2, 99), spot(0, 7), "10024:\nLime\n\n10001:\nhello\n"),
            (spot(2, 2), spot(2, 2), ""),
        ];
        for (anchor, head, expected) in cases {
            assert_eq!(copied(anchor, head), expected, "{anchor:?} to {head:?}");
        }
    }

    #[test]
    fn rows_between_are_selected_whole() {
        let selection = Selection { anchor: spot(3, 2), head: spot(1, 4) };
        let cases = [(0, None), (1, Some(4..10)), (2, Some(0..10)), (3, Some(0..2)), (4, None)];
        for (row, expected) in cases {
            assert_eq!(selection.bytes_in(row, 10), expected, "{row}");
        }
        assert!(Selection::at(spot(1, 1)).is_empty());
    }

    #[test]
    fn a_word_is_found_around_a_byte() {
        let text = "ab cd，好";
        for (byte, expected) in [(0, "ab"), (1, "ab"), (2, " "), (4, "cd"), (5, "，"), (99, "")] {
            assert_eq!(&text[word_at(text, byte)], expected, "{byte}");
        }
    }
}
