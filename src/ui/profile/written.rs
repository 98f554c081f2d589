//! What stands in an input of the toolkit, which cannot draw emoji: their codes stand for them.

use crate::ui::chat::marks::{Bit, Marks, bits};
use crate::ui::paint::emoji::Codes;
use crate::ui::text::{Language, language, tr};

/// What is shown in an input, and what it means.
#[derive(Debug, Clone, Default)]
pub struct Written {
    shown: String,
    first: (String, String),
    marks: Marks,
}

impl Written {
    /// Takes what is meant; says how it is shown.
    pub fn show(&mut self, meant: &str) -> String {
        let codes = match language() {
            Language::Chinese => Codes::Chinese,
            Language::English => Codes::English,
        };
        self.marks = Marks::default();
        let mut shown = String::new();
        for bit in bits(meant, codes, &format!("[{}]", tr("chat.emoji"))) {
            match bit {
                Bit::Plain(plain) => shown.push_str(&plain),
                Bit::Code(code, stands_for) => {
                    let at = shown.len();
                    shown.push_str(&code);
                    self.marks.add(at..shown.len(), stands_for);
                }
            }
        }
        self.first = (shown.clone(), meant.to_owned());
        self.shown.clone_from(&shown);
        shown
    }

    /// Takes what stands there now; says what is meant by it.
    pub fn read(&mut self, value: &str) -> String {
        let (start, old, new) = difference(&self.shown, value);
        if old != new {
            self.marks.edit(start, old, new);
            value.clone_into(&mut self.shown);
        }
        match value == self.first.0 {
            // Nobody touched it: not even what cannot be shown is lost.
            true => self.first.1.clone(),
            false => self.marks.resolve(value, 0..value.len()),
        }
    }
}

/// Where two texts begin to differ, and what stands there in each until they are the same again.
fn difference<'a>(old: &'a str, new: &'a str) -> (usize, &'a str, &'a str) {
    let same = |(a, b): &(char, char)| a == b;
    let start: usize =
        old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old, new) = (&old[start..], &new[start..]);
    let end: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    (start, &old[..old.len() - end], &new[..new.len() - end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_stays_whole_stays_what_it_stands_for() {
        let mut written = Written::default();
        let shown = written.show("早睡😉好");
        assert!(!shown.contains('😉') && shown.starts_with("早睡["));
        assert_eq!(written.read(&shown), "早睡😉好");
        assert_eq!(written.read(&format!("今天{shown}")), "今天早睡😉好");
        assert_eq!(written.read(&format!("今天{shown}!")), "今天早睡😉好!");
        assert_eq!(written.read(&format!("今天{shown}[x]")), "今天早睡😉好[x]", "that was typed");
        let broken = shown.replace(']', "");
        assert_eq!(written.read(&broken), broken, "half a code is what it looks like");
    }

    #[test]
    fn what_nobody_touched_is_as_it_was() {
        let mut written = Written::default();
        let meant = "a\u{200D}b 🫠";
        let shown = written.show(meant);
        assert_eq!(written.read(&shown), meant);
        assert_eq!(written.read(""), "");
        assert_eq!(written.read(&shown), meant, "written back letter by letter");
    }

    #[test]
    fn texts_differ_from_the_first_to_the_last_other_letter() {
        assert_eq!(difference("abcd", "abXcd"), (2, "", "X"));
        assert_eq!(difference("aaa", "aa"), (2, "a", ""));
        assert_eq!(difference("你好", "你们好"), (3, "", "们"));
        assert_eq!(difference("", ""), (0, "", ""));
    }
}
