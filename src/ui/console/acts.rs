//! What can be done to those who are chosen, and the verbs that do it.

use std::net::IpAddr;

use crate::domain::{AccountId, Role};
use crate::net::control::OnlineSession;
use crate::net::verb::{AccountRow, BanRow, Verb, Whom};

/// Something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Say something to them.
    Message,
    /// Give out a one-time code for a new password.
    Reset,
    /// End their links.
    Kick,
    /// Sign them out on all devices.
    SignOut,
    /// Make them administrators.
    Promote,
    /// Make them members again.
    Demote,
    /// Let them in no more.
    Disable,
    /// Let them in again.
    Enable,
    /// Keep them out for a time.
    Ban,
    /// End their bans.
    Unban,
    /// End a room.
    Dissolve,
    /// Put the number on the clipboard.
    Copy,
}

impl Act {
    /// How it is called.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Act::Message => "srv.message",
            Act::Reset => "srv.reset",
            Act::Kick => "srv.kick",
            Act::SignOut => "con.act.sign_out",
            Act::Promote => "con.act.promote",
            Act::Demote => "con.act.demote",
            Act::Disable => "con.act.disable",
            Act::Enable => "con.act.enable",
            Act::Ban => "srv.ban",
            Act::Unban => "con.act.unban",
            Act::Dissolve => "con.act.dissolve",
            Act::Copy => "con.act.copy",
        }
    }

    /// What is said when it was done.
    #[must_use]
    pub fn done_key(self) -> &'static str {
        match self {
            Act::Message => "con.done.message",
            Act::Reset => "con.done.reset",
            Act::Kick => "con.done.kick",
            Act::SignOut => "con.done.sign_out",
            Act::Promote => "con.done.promote",
            Act::Demote => "con.done.demote",
            Act::Disable => "con.done.disable",
            Act::Enable => "con.done.enable",
            Act::Ban => "con.done.ban",
            Act::Unban => "con.done.unban",
            Act::Dissolve => "con.done.dissolve",
            Act::Copy => "con.done.copy",
        }
    }

    /// Whether it is red.
    #[must_use]
    pub fn is_dangerous(self) -> bool {
        matches!(self, Act::Ban | Act::Disable | Act::Dissolve)
    }

    /// The verb that does it to one of them; none for what needs words first.
    #[must_use]
    pub fn verb(self, someone: &Someone) -> Option<Verb> {
        let account = someone.account.map(|account| account.to_string()).unwrap_or_default();
        let why = String::new();
        Some(match self {
            Act::Reset => Verb::Reset { account },
            Act::SignOut => Verb::SignOut { account },
            Act::Promote => Verb::Role { account, role: Role::Admin },
            Act::Demote => Verb::Role { account, role: Role::Member },
            Act::Enable => Verb::Disable { account, disabled: false, why },
            Act::Unban => Verb::Unban { whom: someone.whom()? },
            _ => return None,
        })
    }
}

/// Somebody, or an address, to whom something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Someone {
    /// The number; none of an address.
    pub account: Option<AccountId>,
    /// The nickname, or the address.
    pub name: String,
    /// The built-in avatar.
    pub avatar: u8,
    /// Where its links come from.
    pub addresses: Vec<String>,
    /// What it is.
    pub role: Role,
    /// Not let in.
    pub disabled: bool,
    /// Kept out.
    pub banned: bool,
}

impl Someone {
    /// From a row of accounts.
    #[must_use]
    pub fn of_account(row: &AccountRow) -> Someone {
        Someone {
            account: Some(row.person.account),
            name: row.person.nickname.clone(),
            avatar: row.person.avatar,
            addresses: Vec::new(),
            role: row.person.role,
            disabled: row.disabled,
            banned: row.ban.is_some(),
        }
    }

    /// From a row of bans.
    #[must_use]
    pub fn of_ban(row: &BanRow) -> Someone {
        Someone {
            account: AccountId::parse(&row.whom),
            name: row.nickname.clone().unwrap_or_else(|| row.whom.clone()),
            avatar: 0,
            addresses: vec![row.whom.clone()],
            role: Role::Member,
            disabled: false,
            banned: true,
        }
    }

    /// From links, those of one account together.
    #[must_use]
    pub fn of_links<'a>(links: impl Iterator<Item = &'a OnlineSession>) -> Vec<Someone> {
        let mut people: Vec<Someone> = Vec::new();
        for link in links {
            let account = Some(link.person.account);
            let place = people.iter().position(|one| one.account == account);
            let place = place.unwrap_or_else(|| {
                people.push(Someone {
                    account,
                    name: link.person.nickname.clone(),
                    avatar: link.person.avatar,
                    addresses: Vec::new(),
                    role: link.person.role,
                    disabled: false,
                    banned: false,
                });
                people.len() - 1
            });
            let addresses = &mut people[place].addresses;
            if !addresses.contains(&link.address) {
                addresses.push(link.address.clone());
            }
        }
        people
    }

    /// As bans name it.
    #[must_use]
    pub fn whom(&self) -> Option<Whom> {
        match self.account {
            Some(account) => Some(Whom::Account(account.to_string())),
            None => self.ips().next().map(Whom::Address),
        }
    }

    /// The addresses that can be banned.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.addresses.iter().filter_map(|address| address.parse().ok())
    }
}

/// What can be done to people who are online.
#[must_use]
pub fn of_online(people: &[Someone]) -> Vec<Act> {
    match people.len() {
        0 => vec![],
        1 => vec![Act::Message, Act::Reset, Act::Kick, Act::Ban, Act::SignOut, Act::Copy],
        _ => vec![Act::Message, Act::Kick, Act::Ban, Act::SignOut],
    }
}

/// What can be done to accounts, online or not.
#[must_use]
pub fn of_accounts(people: &[Someone]) -> Vec<Act> {
    if people.is_empty() {
        return vec![];
    }
    let all = |is: fn(&Someone) -> bool| people.iter().all(is);
    let mut acts = vec![Act::Message];
    if people.len() == 1 {
        acts.push(Act::Reset);
    }
    acts.push(if all(|one| one.banned) { Act::Unban } else { Act::Ban });
    acts.push(if all(|one| one.disabled) { Act::Enable } else { Act::Disable });
    acts.push(Act::SignOut);
    acts.push(if all(|one| one.role == Role::Admin) { Act::Demote } else { Act::Promote });
    if people.len() == 1 {
        acts.push(Act::Copy);
    }
    acts
}

#[cfg(test)]
mod tests {
    use super::super::entries::tests::session;
    use super::*;

    fn someone(number: u64) -> Someone {
        Someone::of_links([session(number, "x", "10.0.0.1")].iter()).remove(0)
    }

    #[test]
    fn links_of_one_account_are_one_person() {
        let links = [
            session(10_001, "a", "10.0.0.1"),
            session(10_002, "b", "10.0.0.1"),
            session(10_001, "a", "10.0.0.9"),
            session(10_001, "a", "10.0.0.1"),
        ];
        let people = Someone::of_links(links.iter());
        assert_eq!(people.len(), 2);
        assert_eq!(people[0].addresses, ["10.0.0.1", "10.0.0.9"]);
        assert_eq!(people[0].ips().count(), 2);
    }

    #[test]
    fn what_can_be_done_goes_by_what_they_are() {
        assert!(of_online(&[]).is_empty() && of_accounts(&[]).is_empty());
        let plain = someone(10_001);
        assert!(of_online(std::slice::from_ref(&plain)).contains(&Act::Reset));
        assert!(!of_online(&[plain.clone(), someone(10_002)]).contains(&Act::Reset));
        let acts = of_accounts(std::slice::from_ref(&plain));
        for act in [Act::Ban, Act::Disable, Act::Promote, Act::Reset] {
            assert!(acts.contains(&act), "{act:?}");
        }
        let other = Someone { banned: true, disabled: true, role: Role::Admin, ..someone(10_002) };
        let acts = of_accounts(std::slice::from_ref(&other));
        for act in [Act::Unban, Act::Enable, Act::Demote] {
            assert!(acts.contains(&act), "{act:?}");
        }
        // Of both together what still makes a difference.
        let acts = of_accounts(&[plain, other]);
        assert!(acts.contains(&Act::Ban) && acts.contains(&Act::Disable));
    }

    #[test]
    fn an_address_is_lifted_by_itself() {
        let row = BanRow {
            whom: "10.0.0.7".into(),
            nickname: None,
            why: String::new(),
            at: 0,
            minutes_left: None,
        };
        let whom = Whom::Address("10.0.0.7".parse().unwrap());
        assert_eq!(Act::Unban.verb(&Someone::of_ban(&row)), Some(Verb::Unban { whom }));
        let row = BanRow { whom: "10001".into(), nickname: Some("a".into()), ..row };
        let whom = Whom::Account("10001".into());
        assert_eq!(Act::Unban.verb(&Someone::of_ban(&row)), Some(Verb::Unban { whom }));
    }
}
