//! Why a server did not start or ended by itself, read from its exit code and its last sentence.

use std::net::SocketAddr;

use crate::ui::text::Language;

/// Exit codes of the server, as its help lists them.
const CANNOT_OPEN: i32 = 66;
const CANNOT_LISTEN: i32 = 69;
const DISK_FAILED: i32 = 74;

/// Behind what is wrong with its data a server says how a backup is restored; here a button does that.
const ADVICE: &str = ". To restore a backup";

/// What is wrong with its data, by what stands in its sentence.
const DAMAGES: [(&str, Damage); 6] = [
    ("the store is damaged: ", Damage::Store),
    (" is missing, and with it every account", Damage::StoreMissing),
    (" is the key of another server", Damage::KeyOther),
    ("the secrets for passwords are damaged", Damage::Secrets),
    (" is missing", Damage::KeyMissing),
    (" is damaged", Damage::KeyDamaged),
];

/// What is wrong with a server's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Something in its store.
    Store,
    /// There is no store.
    StoreMissing,
    /// There is no key.
    KeyMissing,
    /// The key cannot be read.
    KeyDamaged,
    /// The key is another server's.
    KeyOther,
    /// What passwords are checked with.
    Secrets,
}

impl Damage {
    fn words(self, language: Language) -> &'static str {
        language.get(match self {
            Damage::Store => "con.fail.damaged",
            Damage::StoreMissing => "con.fail.store.missing",
            Damage::KeyMissing => "con.fail.key.missing",
            Damage::KeyDamaged => "con.fail.key.damaged",
            Damage::KeyOther => "con.fail.key.other",
            Damage::Secrets => "con.fail.secrets",
        })
    }
}

/// Why there is no server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Another program has the port.
    PortInUse {
        /// Which address.
        address: String,
        /// Which program and its process, where the system says it.
        by: Option<(String, u32)>,
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
    /// What is in the data folder is damaged or missing, and what was found, in English.
    Damaged(Damage, String),
    /// A newer program wrote the data.
    Newer,
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
            Some(CANNOT_OPEN) if sentence.contains("was written by a newer MyChat") => {
                Failure::Newer
            }
            Some(CANNOT_OPEN) => damaged(sentence).unwrap_or_else(|| Failure::Folder(detail())),
            Some(DISK_FAILED) => Failure::Disk(detail()),
            _ => Failure::Ended { code, sentence: detail() },
        }
    }

    /// Whether only its port or a signal stood in the way, and its data are as they were.
    #[must_use]
    pub fn spares_data(&self) -> bool {
        matches!(
            self,
            Failure::PortInUse { .. }
                | Failure::PortDenied { .. }
                | Failure::NoAddress { .. }
                | Failure::Listen(_)
                | Failure::Stuck
                | Failure::Signal(_)
        )
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
            Failure::PortInUse { address, by: Some((name, process)) } => {
                let (address, process) = (place(address), process.to_string());
                let values = [("address", &*address), ("name", name), ("n", &process)];
                language.fill("con.fail.port.by", &values)
            }
            Failure::PortInUse { address, by: None } => {
                language.fill("con.fail.port", &[("address", &place(address))])
            }
            Failure::PortDenied { address } => {
                language.fill("con.fail.denied", &[("address", &place(address))])
            }
            Failure::NoAddress { address } => {
                language.fill("con.fail.address", &[("address", address)])
            }
            Failure::Listen(reason) => language.fill("con.fail.listen", &[("reason", reason)]),
            Failure::Locked => language.get("con.fail.locked").to_owned(),
            Failure::Damaged(damage, _) => damage.words(language).to_owned(),
            Failure::Newer => language.get("con.fail.newer").to_owned(),
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

/// The sentence is "FOUND. ADVICE", and the advice may begin before what is known of it here.
fn damaged(sentence: &str) -> Option<Failure> {
    let (found, _) = sentence.split_once(ADVICE)?;
    let known = DAMAGES.iter().find(|(mark, _)| found.contains(mark));
    let (mark, damage) = known.unwrap_or(&("", Damage::Store));
    let found = found.strip_prefix(mark).unwrap_or(found).split(". ").next();
    Some(Failure::Damaged(*damage, found.unwrap_or_default().to_owned()))
}

/// A program and its process, "nginx (process 7)".
fn program(by: &str) -> Option<(String, u32)> {
    let (name, process) = by.strip_suffix(')')?.rsplit_once(" (process ")?;
    Some((name.to_owned(), process.parse().ok()?))
}

/// The sentence is "cannot listen on ADDRESS: ADVICE".
fn listening(sentence: &str) -> Failure {
    let told = sentence.strip_prefix("cannot listen on ").and_then(|rest| rest.split_once(": "));
    let Some((address, advice)) = told else { return Failure::Listen(sentence.to_owned()) };
    let address = address.to_owned();
    if let Some(by) = advice.strip_prefix("the port is used by ") {
        let by = by.split("; close that").next().unwrap_or_default();
        Failure::PortInUse { address, by: program(by) }
    } else if advice.starts_with("the system does not allow") {
        Failure::PortDenied { address }
    } else if advice.starts_with("this computer has no such address") {
        Failure::NoAddress { address }
    } else {
        Failure::Listen(sentence.to_owned())
    }
}

/// An address as people know it: where it is every one of this computer, its port says all.
fn place(address: &str) -> String {
    match address.parse::<SocketAddr>() {
        Ok(everywhere) if everywhere.ip().is_unspecified() => everywhere.port().to_string(),
        _ => address.to_owned(),
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
    fn every_failure_has_words_in_both_languages() {
        let failures = [
            Failure::PortInUse { address: "a".into(), by: None },
            Failure::PortInUse { address: "a".into(), by: Some(("b".into(), 7)) },
            Failure::PortDenied { address: "a".into() },
            Failure::NoAddress { address: "a".into() },
            Failure::Listen("a".into()),
            Failure::Locked,
            Failure::Damaged(Damage::Store, "a".into()),
            Failure::Damaged(Damage::StoreMissing, "a".into()),
            Failure::Damaged(Damage::KeyMissing, "a".into()),
            Failure::Damaged(Damage::KeyDamaged, "a".into()),
            Failure::Damaged(Damage::KeyOther, "a".into()),
            Failure::Damaged(Damage::Secrets, "a".into()),
            Failure::Newer,
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
