//! Finding links in a text: where they begin, where they end, what they point at.

use std::fmt;
use std::ops::Range;

/// What begins a link.
const SCHEMES: [&str; 4] = ["http://", "https://", "mychat://", "www."];

/// A link in a text.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it points at, with a scheme.
    pub address: String,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({:?}, {} bytes)", self.range, self.address.len())
    }
}

/// All links of a text, from left to right.
///
/// A link holds printable ASCII only: in Chinese the next word follows without a space.
#[must_use]
pub fn find(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut from = 0;
    while let Some((start, scheme)) = next_scheme(text, from) {
        from = start + scheme.len();
        let rest = &text[start..];
        let length = rest.find(|c: char| !is_inside(c)).unwrap_or(rest.len());
        let length = without_tail(&rest[..length]);
        if length <= scheme.len() {
            continue;
        }
        let written = &rest[..length];
        let address =
            if scheme == "www." { format!("http://{written}") } else { written.to_owned() };
        links.push(Link { range: start..start + length, address });
        from = start + length;
    }
    links
}

fn next_scheme(text: &str, from: usize) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find_map(|at| {
        let is_word_start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let begins = |scheme: &&str| {
            let part = bytes.get(at..at + scheme.len());
            part.is_some_and(|part| part.eq_ignore_ascii_case(scheme.as_bytes()))
        };
        is_word_start.then(|| SCHEMES.into_iter().find(begins)).flatten().map(|found| (at, found))
    })
}

fn is_inside(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`' | '\\' | '^' | '{' | '|' | '}')
}

/// The length without what ends a sentence or closes a bracket that was opened before the link.
fn without_tail(link: &str) -> usize {
    let mut kept = link;
    while let Some(last) = kept.chars().next_back() {
        let is_tail = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' => true,
            ')' => kept.matches(')').count() > kept.matches('(').count(),
            ']' => kept.matches(']').count() > kept.matches('[').count(),
            _ => false,
        };
        if !is_tail {
            break;
        }
        kept = &kept[..kept.len() - last.len_utf8()];
    }
    kept.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_end_where_the_sentence_goes_on() {
        let cases: [(&str, &[&str]); 12] = [
            ("资料在 http://10.3.1.8/physics", &["http://10.3.1.8/physics"]),
            ("看https://a.cn/b？好", &["https://a.cn/b"]),
            ("(see http://a.b/c).", &["http://a.b/c"]),
            ("http://a.b/c_(d) e", &["http://a.b/c_(d)"]),
            ("http://a.b, HTTPS://C.D!", &["http://a.b", "HTTPS://C.D"]),
            ("www.ok.cn好", &["http://www.ok.cn"]),
            ("mychat://10.0.0.1:7117#ABC", &["mychat://10.0.0.1:7117#ABC"]),
            ("http:// nothing", &[]),
            ("www.", &[]),
            ("xhttp://a", &[]),
            ("ahttps", &[]),
            ("http://.", &[]),
        ];
        for (text, expected) in cases {
            let found = find(text);
            let addresses: Vec<&str> = found.iter().map(|link| link.address.as_str()).collect();
            assert_eq!(addresses, expected, "{text}");
            for link in found {
                assert!(link.address.ends_with(&text[link.range]));
            }
        }
    }
}
