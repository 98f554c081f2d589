//! Why a server did not start or ended by itself, read from its exit code and its last sentence.

use std::net::SocketAddr;

use crate::ui::text::Language;

/// Exit codes of the server, as its help lists them.
const CANNOT_OPEN: i32 = 66;
const CANNOT_LISTEN: i32 = 69;
const DISK_FAILED: i32 = 74;

/// Behind what is wrong with its data a server says how a backup is restored; here a button does that.
const ADVICE: &str = ". To restore a backup";

/// What the window says itself, in the person's language.
const DAMAGED: &str = "the store is damaged: ";

/// Why there is no server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Another program has the port.
    PortInUse {
        /// Which address.
        address: String,
        /// Which program, where the system says it.
        by: Option<String>,
    },
    /// The system keeps this port for its administrator.
    PortDenied {
        /// Which address.
        address: String,
    },
    /// This computer does not have the address that it shall listen on.
    NoAddress {
        /// Which address.
        address: String,
    },
    /// Listening failed in another way.
    Listen(String),
    /// Another server has the data folder.
    Locked,
    /// What is in the data folder is damaged or missing; what was found.
    Damaged(String),
    /// The data folder cannot be opened or written.
    Folder(String),
    /// The disk failed.
    Disk(String),
    /// The program could not be started at all.
    Program(String),
    /// It did not close in time and was ended.
    Stuck,
    /// It was told to close, does not, and was not started here.
    Hangs,
    /// It was not started here and ended without closing in order.
    Gone,
    /// A signal of this number ended it.
    Signal(i32),
    /// Anything else: its code and its last sentence.
    Ended {
        /// Its exit code; none when a signal ended it.
        code: Option<i32>,
        /// Its last sentence.
        sentence: String,
    },
}

impl Failure {
    /// From an exit code and the last sentence on stderr.
    #[must_use]
    pub fn of(code: Option<i32>, sentence: &str) -> Failure {
        let detail = || sentence.to_owned();
        match code {
            Some(CANNOT_LISTEN) => listening(sentence),
            Some(CANNOT_OPEN) if sentence.contains("is used by another MyChat") => Failure::Locked,
            Some(CANNOT_OPEN) => match sentence.split_once(ADVICE) {
                Some((found, _)) => {
                    Failure::Damaged(found.strip_prefix(DAMAGED).unwrap_or(found).to_owned())
                }
                None => Failure::Folder(detail()),
            },
            Some(DISK_FAILED) => Failure::Disk(detail()),
            _ => Failure::Ended { code, sentence: detail() },
        }
    }

    /// Where another program listens, and the next port.
    #[must_use]
    pub fn other_port(&self) -> Option<(SocketAddr, u16)> {
        let Failure::PortInUse { address, .. } = self else { return None };
        let taken = address.parse::<SocketAddr>().ok()?;
        Some((taken, taken.port().checked_add(1)?))
    }

    /// What happened and what to do.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        match self {
            Failure::PortInUse { address, by: Some(by) } => {
                language.fill("con.fail.port.by", &[("address", address), ("name", by)])
            }
            Failure::PortInUse { address, by: None } => {
                language.fill("con.fail.port", &[("address", address)])
            }
            Failure::PortDenied { address } => {
                language.fill("con.fail.denied", &[("address", address)])
            }
            Failure::NoAddress { address } => {
                language.fill("con.fail.address", &[("address", address)])
            }
            Failure::Listen(reason) => language.fill("con.fail.listen", &[("reason", reason)]),
            Failure::Locked => language.get("con.fail.locked").to_owned(),
            Failure::Damaged(found) => language.fill("con.fail.damaged", &[("reason", found)]),
            Failure::Folder(reason) => language.fill("con.fail.folder", &[("reason", reason)]),
            Failure::Disk(reason) => language.fill("con.fail.disk", &[("reason", reason)]),
            Failure::Program(reason) => language.fill("con.fail.program", &[("reason", reason)]),
            Failure::Stuck => language.get("con.fail.stuck").to_owned(),
            Failure::Hangs => language.get("con.fail.hangs").to_owned(),
            Failure::Gone => language.get("con.fail.gone").to_owned(),
            Failure::Signal(number) => {
                language.fill("con.fail.signal", &[("n", &number.to_string())])
            }
            Failure::Ended { code: None, sentence } if sentence.is_empty() => {
                language.get("con.fail.killed").to_owned()
            }
            Failure::Ended { code, sentence } if sentence.is_empty() => {
                let code = code.unwrap_or_default().to_string();
                language.fill("con.fail.code", &[("n", &code)])
            }
            Failure::Ended { sentence, .. } => {
                language.fill("con.fail.ended", &[("reason", sentence)])
            }
        }
    }
}

/// The sentence is "cannot listen on ADDRESS: ADVICE".
fn listening(sentence: &str) -> Failure {
    let told = sentence.strip_prefix("cannot listen on ").and_then(|rest| rest.split_once(": "));
    let Some((address, advice)) = told else { return Failure::Listen(sentence.to_owned()) };
    let address = address.to_owned();
    if let Some(by) = advice.strip_prefix("the port is used by ") {
        let by = by.split(';').next().unwrap_or_default();
        let by = (by != "another program").then(|| by.to_owned());
        Failure::PortInUse { address, by }
    } else if advice.starts_with("the system does not allow") {
        Failure::PortDenied { address }
    } else if advice.starts_with("this computer has no such address") {
        Failure::NoAddress { address }
    } else {
        Failure::Listen(sentence.to_owned())
    }
}

/// The end of what a program wrote on stderr; bounded, whatever it writes.
#[derive(Default)]
pub struct Tail {
    bytes: Vec<u8>,
}

impl Tail {
    /// A few lines, or one very long one.
    const BYTES_MAX: usize = 8 * 1024;

    /// Takes what came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(&bytes[bytes.len().saturating_sub(Self::BYTES_MAX)..]);
        let over = self.bytes.len().saturating_sub(Self::BYTES_MAX);
        self.bytes.drain(..over);
    }

    /// The last line that says something, without the program's name before it. Lines of the
    /// log do not count: they say what went on, not why it ended.
    #[must_use]
    pub fn sentence(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let own = text.lines().rev().find_map(|line| line.strip_prefix("mychat: "));
        own.map(|line| line.trim().to_owned()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_told_from_the_others() {
        let address = || "[::]:1029".to_owned();
        let by = |by: &str| Some(by.to_owned());
        let cases = [
            (
                69,
                "cannot listen on [::]:1029: the port is used by nginx (process 7); close that or \
                 choose another with --listen",
                Failure::PortInUse { address: address(), by: by("nginx (process 7)") },
            ),
            (
                69,
                "cannot listen on [::]:1029: the port is used by another program; close that",
                Failure::PortInUse { address: address(), by: None },
            ),
            (
                69,
                "cannot listen on [::]:1029: the system does not allow this port; choose one",
                Failure::PortDenied { address: address() },
            ),
            (
                69,
                "cannot listen on [::]:1029: this computer has no such address",
                Failure::NoAddress { address: address() },
            ),
            (69, "strange", Failure::Listen("strange".into())),
            (66, "/d is used by another MyChat: close that one first", Failure::Locked),
            (
                66,
                "the store is damaged: x (y). To restore a backup, move the folder away (mv a b)",
                Failure::Damaged("x (y)".into()),
            ),
            (66, "cannot open /d: no", Failure::Folder("cannot open /d: no".into())),
            (74, "the disk failed: x", Failure::Disk("the disk failed: x".into())),
            (1, "x", Failure::Ended { code: Some(1), sentence: "x".into() }),
        ];
        for (code, sentence, expected) in cases {
            assert_eq!(Failure::of(Some(code), sentence), expected);
        }
    }

    #[test]
    fn every_failure_has_words_in_both_languages() {
        let failures = [
            Failure::PortInUse { address: "a".into(), by: None },
            Failure::PortInUse { address: "a".into(), by: Some("b".into()) },
            Failure::PortDenied { address: "a".into() },
            Failure::NoAddress { address: "a".into() },
            Failure::Listen("a".into()),
            Failure::Locked,
            Failure::Damaged("a".into()),
            Failure::Folder("a".into()),
            Failure::Disk("a".into()),
            Failure::Program("a".into()),
            Failure::Stuck,
            Failure::Hangs,
            Failure::Gone,
            Failure::Signal(9),
            Failure::Ended { code: None, sentence: String::new() },
            Failure::Ended { code: Some(1), sentence: String::new() },
            Failure::Ended { code: Some(1), sentence: "a".into() },
        ];
        for language in Language::ALL {
            let words: std::collections::BTreeSet<String> =
                failures.iter().map(|failure| failure.words(language)).collect();
            assert_eq!(words.len(), failures.len());
            assert!(words.iter().all(|words| !words.contains('{') && !words.starts_with("con.")));
        }
    }

    #[test]
    fn the_tail_is_bounded_and_knows_the_last_sentence() {
        let mut tail = Tail::default();
        tail.push(b"2026 INFO started\nmychat: first\n");
        assert_eq!(tail.sentence(), "first");
        tail.push(&vec![b'x'; 100_000]);
        tail.push(b"\nmychat: the disk failed: y\n2026 WARN late\n");
        assert_eq!(tail.sentence(), "the disk failed: y");
        assert!(tail.bytes.len() <= Tail::BYTES_MAX);
    }
}
