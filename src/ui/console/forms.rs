//! Windows that ask for words before something is done: what is asked, what is wrong, which verbs
//! come of it.

use std::net::IpAddr;

use super::acts::{Act, Someone};
use crate::domain::is_plain;
use crate::limits::{ADMIN_WORDS_MAX, BROADCAST_BYTES_MAX, NAME_BYTES_MAX};
use crate::net::verb::{Audience, Verb, Whom};
use crate::ui::text::Language;

/// How long a ban holds, in minutes, as offered.
pub const BANS: [(Option<u64>, &str); 4] = [
    (Some(60), "con.ban.hour"),
    (Some(24 * 60), "con.ban.day"),
    (Some(7 * 24 * 60), "con.ban.week"),
    (None, "con.ban.ever"),
];

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// What to say to some.
    Message(Vec<Someone>),
    /// What to say to many.
    Broadcast,
    /// Why they are put out.
    Kick(Vec<Someone>),
    /// Why they are kept out, and for how long.
    Ban(Vec<Someone>),
    /// Which address is kept out, why, and for how long.
    Address,
    /// Why they are let in no more.
    Disable(Vec<Someone>),
    /// The server's name, which is this.
    Name(String),
}

/// A window that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What.
    pub ask: Ask,
    /// Counts windows, so that each is made anew.
    pub number: u64,
    /// What is wrong, in words.
    pub error: String,
    /// It was sent off and waits for the answer.
    pub busy: bool,
}

/// What was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// The words.
    pub text: String,
    /// The address.
    pub address: String,
    /// Which of the choices.
    pub choice: usize,
    /// The check box.
    pub checked: bool,
}

impl Ask {
    /// To whom something is done.
    #[must_use]
    pub fn people(&self) -> &[Someone] {
        match self {
            Ask::Message(people) | Ask::Kick(people) | Ask::Ban(people) | Ask::Disable(people) => {
                people
            }
            Ask::Address | Ask::Broadcast | Ask::Name(_) => &[],
        }
    }

    /// What is done to them; none where it is not done to people.
    #[must_use]
    pub fn act(&self) -> Option<Act> {
        match self {
            Ask::Message(_) => Some(Act::Message),
            Ask::Kick(_) => Some(Act::Kick),
            Ask::Ban(_) | Ask::Address => Some(Act::Ban),
            Ask::Disable(_) => Some(Act::Disable),
            Ask::Broadcast | Ask::Name(_) => None,
        }
    }

    /// Whether one of them has an address that can be banned too.
    #[must_use]
    pub fn has_address(&self) -> bool {
        matches!(self, Ask::Ban(people) if people.iter().any(|one| one.ips().next().is_some()))
    }

    /// The verbs that do it, or what is wrong with what was filled in.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn verbs(&self, filled: &Filled, language: Language) -> Result<Vec<Verb>, String> {
        let text = filled.text.trim().to_owned();
        self.check(&text, language)?;
        let each = |verb: &dyn Fn(String) -> Verb| {
            let accounts = self.people().iter().filter_map(|one| one.account);
            accounts.map(|account| verb(account.to_string())).collect()
        };
        Ok(match self {
            Ask::Message(_) => each(&|account| Verb::Tell { account, text: text.clone() }),
            Ask::Kick(_) => each(&|account| Verb::Kick { account, why: text.clone() }),
            Ask::Disable(_) => {
                each(&|account| Verb::Disable { account, disabled: true, why: text.clone() })
            }
            Ask::Broadcast => {
                let to = if filled.choice == 0 { Audience::Online } else { Audience::All };
                vec![Verb::Say { text, to, pinned: filled.checked, about: None }]
            }
            Ask::Ban(people) => bans(people, filled, &text),
            Ask::Address => {
                let whom = Whom::Address(address(&filled.address, language)?);
                vec![Verb::Ban { whom, minutes: minutes(filled), why: text }]
            }
            Ask::Name(_) => vec![Verb::Set { key: "server.name".to_owned(), value: text }],
        })
    }

    fn check(&self, text: &str, language: Language) -> Result<(), String> {
        let too_long = |key, max: usize| Err(language.fill(key, &[("max", &max.to_string())]));
        match self {
            Ask::Message(_) | Ask::Broadcast => match text {
                "" => Err(language.get("con.form.empty").to_owned()),
                text if text.len() > BROADCAST_BYTES_MAX || !is_plain(text) => {
                    too_long("con.no.text", BROADCAST_BYTES_MAX)
                }
                _ => Ok(()),
            },
            Ask::Name(_) if text.len() > NAME_BYTES_MAX => {
                too_long("con.no.setting_line", NAME_BYTES_MAX)
            }
            Ask::Name(_) => Ok(()),
            _ if text.chars().count() > ADMIN_WORDS_MAX || text.chars().any(char::is_control) => {
                too_long("con.no.reason", ADMIN_WORDS_MAX)
            }
            _ => Ok(()),
        }
    }
}

/// For how long.
fn minutes(filled: &Filled) -> Option<u64> {
    BANS.get(filled.choice).map_or(Some(60), |(minutes, _)| *minutes)
}

/// An address that somebody may come from.
///
/// # Errors
/// It is none, in words.
pub fn address(typed: &str, language: Language) -> Result<IpAddr, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(language.get("con.form.address.empty").to_owned());
    }
    let found = Whom::parse_address(typed).map(|ip| ip.to_canonical());
    let found = found.filter(|ip| !ip.is_unspecified() && !ip.is_multicast());
    found.ok_or_else(|| language.fill("con.form.address.wrong", &[("name", typed)]))
}

/// Each of them, and where wanted their addresses, each once.
fn bans(people: &[Someone], filled: &Filled, why: &str) -> Vec<Verb> {
    let minutes = minutes(filled);
    let ban = |whom| Verb::Ban { whom, minutes, why: why.to_owned() };
    let mut verbs: Vec<Verb> = people.iter().filter_map(Someone::whom).map(ban).collect();
    if filled.checked {
        let mut addresses: Vec<_> = people.iter().flat_map(Someone::ips).collect();
        addresses.sort_unstable();
        addresses.dedup();
        verbs.extend(addresses.into_iter().map(|address| ban(Whom::Address(address))));
    }
    verbs
}

/// One by name, more by their number.
#[must_use]
pub fn names(people: &[Someone], language: Language) -> String {
    match people {
        [one] => one.name.clone(),
        people => language.fill("con.people", &[("n", &people.len().to_string())]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::entries::tests::session;
    use super::*;

    fn people() -> Vec<Someone> {
        let links = [session(10_001, "a", "10.0.0.1"), session(10_002, "b", "10.0.0.1")];
        Someone::of_links(links.iter())
    }

    fn filled(text: &str, choice: usize, checked: bool) -> Filled {
        Filled { text: text.to_owned(), choice, checked, ..Filled::default() }
    }

    #[test]
    fn a_ban_names_everybody_and_each_address_once() {
        let ask = Ask::Ban(people());
        assert!(ask.has_address());
        let ban = |whom, minutes| Verb::Ban { whom, minutes, why: "spam".into() };
        let accounts = ["10001", "10002"].map(|account| Whom::Account(account.into()));
        let verbs = ask.verbs(&filled(" spam ", 1, false), Language::English).unwrap();
        assert_eq!(verbs, accounts.clone().map(|whom| ban(whom, Some(24 * 60))));
        let verbs = ask.verbs(&filled("spam", 3, true), Language::English).unwrap();
        let [a, b] = accounts;
        let address = Whom::Address("10.0.0.1".parse().unwrap());
        assert_eq!(verbs, [a, b, address].map(|whom| ban(whom, None)));
    }

    #[test]
    fn an_address_is_judged_before_it_is_banned() {
        let ban = |typed: &str| {
            let filled = Filled { address: typed.to_owned(), ..filled("spam", 2, false) };
            Ask::Address.verbs(&filled, Language::Chinese)
        };
        for (typed, ip) in [
            (" 10.0.0.7 ", "10.0.0.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("2001:db8::/64", "2001:db8::"),
            ("::ffff:1.2.3.4", "1.2.3.4"),
        ] {
            let whom = Whom::Address(ip.parse().unwrap());
            let (minutes, why) = (Some(7 * 24 * 60), "spam".to_owned());
            assert_eq!(ban(typed), Ok(vec![Verb::Ban { whom, minutes, why }]));
        }
        for wrong in [
            "10.0.0",
            "10.0.0.7:1029",
            "10.0.0.7/64",
            "10.0.0.0/8",
            "2001:db8::/48",
            "a.example",
            "0.0.0.0",
            "224.0.0.1",
        ] {
            let words = ban(wrong).unwrap_err();
            assert!(words.contains(wrong), "{words}");
        }
        assert_ne!(ban(" ").unwrap_err(), ban("x").unwrap_err());
    }

    #[test]
    fn words_are_judged_before_they_are_sent() {
        let english = Language::English;
        let long = "x".repeat(BROADCAST_BYTES_MAX + 1);
        for (ask, wrong) in [
            (Ask::Broadcast, " \n"),
            (Ask::Broadcast, &*long),
            (Ask::Message(people()), ""),
            (Ask::Kick(people()), &long[..=ADMIN_WORDS_MAX]),
            (Ask::Ban(people()), &long[..=ADMIN_WORDS_MAX]),
            (Ask::Name(String::new()), &long[..=NAME_BYTES_MAX]),
        ] {
            assert!(ask.verbs(&filled(wrong, 0, false), english).is_err(), "{ask:?}");
        }
        // A reason may be left out; an empty name is the host's.
        assert_eq!(Ask::Kick(people()).verbs(&Filled::default(), english).unwrap().len(), 2);
        assert!(Ask::Name("x".into()).verbs(&Filled::default(), english).is_ok());
        let said = Ask::Broadcast.verbs(&filled("hi\nyou", 0, true), english).unwrap();
        let (text, to) = ("hi\nyou".to_owned(), Audience::Online);
        assert_eq!(said, [Verb::Say { text, to, pinned: true, about: None }]);
    }
}
