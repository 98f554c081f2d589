//! Whether a name is meant by what somebody typed: parts of it, pinyin, initials, or all mixed.

use pinyin::{Pinyin, ToPinyinMulti};

/// More letters than the longest name has in pinyin.
const LETTERS_MAX: usize = 128;

/// How well a name fits; a smaller one is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It is the very number or the whole name.
    Whole,
    /// It begins so.
    Beginning,
    /// It has it inside.
    Inside,
}

/// What is looked for, ready to be held against many names.
#[derive(Debug, Clone)]
pub struct Wanted {
    letters: Vec<char>,
}

impl Wanted {
    /// What was typed, without case and space; nothing for an empty text.
    #[must_use]
    pub fn new(typed: &str) -> Option<Wanted> {
        let letters: Vec<char> = folded(typed).take(LETTERS_MAX).collect();
        (!letters.is_empty()).then_some(Wanted { letters })
    }

    /// How a name fits.
    #[must_use]
    pub fn fit(&self, name: &str) -> Option<Fit> {
        let name: Vec<char> = folded(name).collect();
        let starts = 0..name.len();
        let found = starts.into_iter().find_map(|start| {
            let rest = matches(&name[start..], &self.letters)?;
            Some((start, rest))
        });
        found.map(|(start, rest)| match (start, rest) {
            (0, 0) => Fit::Whole,
            (0, _) => Fit::Beginning,
            _ => Fit::Inside,
        })
    }

    /// How an account number fits: from its first digit on.
    #[must_use]
    pub fn fit_number(&self, number: u64) -> Option<Fit> {
        let digits: Vec<char> = number.to_string().chars().collect();
        digits.starts_with(&self.letters).then_some(match digits.len() == self.letters.len() {
            true => Fit::Whole,
            false => Fit::Beginning,
        })
    }
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase)
}

/// Whether the beginning of a name is meant; gives how many of its characters are left over then.
///
/// A character is meant by itself or by the beginning of any of its readings, so that 李小满 is meant by
/// `lixm`, `lxiaoman` and `李xm`. Kept is up to where the characters so far can mean what was typed.
fn matches(name: &[char], wanted: &[char]) -> Option<usize> {
    let mut reached = vec![false; wanted.len() + 1];
    reached[0] = true;
    let mut left_over = None;
    for (at, letter) in name.iter().enumerate() {
        let mut next = vec![false; wanted.len() + 1];
        for from in (0..wanted.len()).filter(|from| reached[*from]) {
            let rest = &wanted[from..];
            if rest[0] == *letter {
                next[from + 1] = true;
            }
            for reading in letter.to_pinyin_multi().into_iter().flatten() {
                let same = same_letters(reading, rest);
                next[from + 1..=from + same].fill(true);
            }
        }
        if next[wanted.len()] {
            left_over = Some(name.len() - at - 1);
        }
        if !next.contains(&true) {
            break;
        }
        reached = next;
    }
    left_over
}

fn same_letters(reading: Pinyin, wanted: &[char]) -> usize {
    // Keyboards have no `ü`: people type `v`, some `u`.
    let same = |(read, typed): &(char, &char)| {
        read == *typed || (*read == 'ü' && matches!(typed, 'v' | 'u'))
    };
    reading.plain().chars().zip(wanted).take_while(same).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(typed: &str, name: &str) -> Option<Fit> {
        Wanted::new(typed).unwrap().fit(name)
    }

    #[test]
    fn names_are_meant_by_parts_pinyin_and_initials() {
        let whole = ["李小满", "lixiaoman", "lxm", "lixm", "李xm", "LiXiaoMan", "li xiao man"];
        for typed in whole {
            assert_eq!(fit(typed, "李小满"), Some(Fit::Whole), "{typed}");
        }
        let parts = [("lixiao", Fit::Beginning), ("xm", Fit::Inside), ("满", Fit::Inside)];
        for (typed, expected) in parts {
            assert_eq!(fit(typed, "李小满"), Some(expected), "{typed}");
        }
        for typed in ["lm", "x李", "lixiaomann", "wang"] {
            assert_eq!(fit(typed, "李小满"), None, "{typed}");
        }
        assert_eq!(fit("momo", "Momo 2"), Some(Fit::Beginning));
        assert_eq!(fit("o2", "Momo 2"), Some(Fit::Inside));
        assert_eq!(fit("青b", "青Bo"), Some(Fit::Beginning));
    }

    #[test]
    fn every_reading_of_a_character_is_one() {
        assert_eq!(fit("zhongqing", "重庆"), Some(Fit::Whole));
        assert_eq!(fit("chongqing", "重庆"), Some(Fit::Whole));
        assert_eq!(fit("lvse", "绿色"), Some(Fit::Whole));
        assert_eq!(fit("luse", "绿色"), Some(Fit::Whole));
        assert_eq!(fit("xian", "西安"), Some(Fit::Whole));
        assert_eq!(fit("xian", "先生"), Some(Fit::Beginning));
    }

    #[test]
    fn numbers_are_meant_from_their_first_digit() {
        let wanted = Wanted::new("1000").unwrap();
        assert_eq!(wanted.fit_number(10_001), Some(Fit::Beginning));
        assert_eq!(wanted.fit_number(1_000), Some(Fit::Whole));
        assert_eq!(wanted.fit_number(21_000), None);
        assert!(Wanted::new(" \t").is_none());
    }

    #[test]
    fn whatever_is_typed_ends_soon() {
        let name = "重".repeat(16);
        let typed = "zhongchong".repeat(40);
        assert_eq!(fit(&typed, &name), None);
        assert_eq!(fit(&"z".repeat(16), &name), Some(Fit::Whole));
        assert_eq!(fit(&"zc".repeat(60), &name), None);
        assert_eq!(fit(&"a".repeat(17), &"啊".repeat(16)), None);
    }
}
