//! Mentions: who can be mentioned by what was typed behind an `@`, and where a text names people.

use std::cmp::Reverse;
use std::rc::Rc;

use super::Model;
use super::rooms::MemberRow;
use super::search::{Fit, Wanted};
use crate::domain::{
    AccountId, Body, MentionPlace, Mentions, Notify, Portrait, Presence, Rank, Role, Target,
};
use crate::ui::text::Language;

/// More people of the lobby nobody looks through.
const KNOWN_MAX: usize = 500;
/// More letters behind an `@` are no name.
const TYPED_MAX: usize = 32;
/// What programs write for everybody, beside what the windows write.
const ALL: &str = "all";

/// Who can be mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Whom; nobody stands for everybody.
    pub who: Option<AccountId>,
    /// What one calls that person.
    pub name: String,
    /// What is written behind the `@`: what everybody may read, so no remark of one's own.
    pub written: String,
    /// By what else that person is found.
    pub other: Vec<String>,
    /// What stands for that person.
    pub portrait: Portrait,
    /// The number at the right: of the account, or of people in the room.
    pub number: u64,
}

/// Whom a text names at a place; whether that is oneself or everybody.
pub type NamedAt = (MentionPlace, bool);

impl Candidate {
    fn fit(&self, wanted: &Wanted) -> Option<Fit> {
        let names = [&self.name, &self.written].into_iter().chain(&self.other);
        let number = self.who.and_then(|account| wanted.fit_number(account.0));
        names.filter_map(|name| wanted.fit(name)).chain(number).min()
    }
}

/// Where the `@` stands that somebody is being mentioned with, by what stands before the caret: at the
/// beginning of a word, with no more than a name behind it.
#[must_use]
pub fn asked_at(before: &str) -> Option<usize> {
    let (at, _) = before.char_indices().rev().take(TYPED_MAX + 1).find(|(_, c)| *c == '@')?;
    let typed = &before[at + 1..];
    // An address of mail is no mention.
    let joins = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
    let is_inside = before[..at].chars().next_back().is_some_and(joins);
    (!is_inside && !typed.contains(char::is_whitespace)).then_some(at)
}

/// Those who are meant by what was typed, by their places in the list: all for nothing, else the best
/// ones first.
#[must_use]
pub fn fitting(candidates: &[Candidate], typed: &str) -> Vec<usize> {
    let Some(wanted) = Wanted::new(typed) else { return (0..candidates.len()).collect() };
    let mut fits: Vec<(Fit, usize)> = (0..)
        .zip(candidates)
        .filter_map(|(index, candidate)| Some((candidate.fit(&wanted)?, index)))
        .collect();
    fits.sort_unstable();
    fits.into_iter().map(|(_, index)| index).collect()
}

/// Where a text has the names of those it mentions, for a text that does not say so itself. Each is
/// shown once; the longest name is looked for first.
fn look_for(text: &str, wanted: &[(Option<AccountId>, Vec<String>)]) -> Vec<MentionPlace> {
    let mut names: Vec<(&str, Option<AccountId>)> = wanted
        .iter()
        .flat_map(|(account, names)| names.iter().map(|name| (name.as_str(), *account)))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    names.sort_by_key(|(name, _)| Reverse(name.len()));
    let mut places: Vec<MentionPlace> = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|at| from + at) {
        from = at + 1;
        let rest = &text[from..];
        let is_new = |account: &Option<AccountId>| {
            places.iter().all(|place: &MentionPlace| place.account != *account)
        };
        let found = names.iter().find(|(name, account)| rest.starts_with(name) && is_new(account));
        let Some((name, account)) = found else { continue };
        from += name.len();
        let ends = (u32::try_from(at), u32::try_from(from));
        if let (Ok(start), Ok(end)) = ends {
            places.push(MentionPlace { start, end, account: *account });
        }
    }
    places
}

impl Model {
    /// Where a message names those it mentions.
    #[must_use]
    pub fn named_in(&self, target: Target, body: &Body) -> Vec<NamedAt> {
        let Body::Text { text, mentions, .. } = body else { return Vec::new() };
        if mentions.is_empty() {
            return Vec::new();
        }
        let places = match mentions.places.is_empty() || !mentions.fits(text) {
            true => look_for(text, &self.names_of(target, mentions)),
            false => mentions.places.clone(),
        };
        let me = self.my_account();
        let loud = |place: &MentionPlace| place.account.is_none() || place.account == me;
        places.into_iter().map(|place| (place, loud(&place))).collect()
    }

    fn names_of(
        &self,
        target: Target,
        mentions: &Mentions,
    ) -> Vec<(Option<AccountId>, Vec<String>)> {
        let everybody = [Language::Chinese, Language::English]
            .map(|language| language.get("room.everyone").to_owned());
        let everybody = everybody.into_iter().chain([ALL.to_owned()]).collect();
        let all = mentions.everyone.then_some((None, everybody));
        let people = mentions.accounts.iter().map(|account| {
            let (name, nickname) = (self.name_in(target, *account), self.people.nickname(*account));
            (
                Some(*account),
                vec![name, self.written_name(target, *account), nickname, account.to_string()],
            )
        });
        people.chain(all).collect()
    }

    /// Whether an unread message of a conversation mentions one.
    #[must_use]
    pub fn is_mentioned(&self, target: Target) -> bool {
        let (Some(chat), Some(me)) = (self.chats.get(target), self.my_account()) else {
            return false;
        };
        let Some(state) = chat.state else { return false };
        chat.messages.range(state.read.next()..).any(|(_, message)| match &message.body {
            Body::Text { mentions, .. } => message.from != me && mentions.includes(me),
            _ => false,
        })
    }

    /// The same, where one wants to be told of it.
    #[must_use]
    pub fn is_called(&self, target: Target) -> bool {
        self.choice(target).notify != Notify::None && self.is_mentioned(target)
    }

    /// What somebody is called where everybody reads it: by the card in a room, else the nickname.
    fn written_name(&self, target: Target, account: AccountId) -> String {
        match self.card_in(target, account) {
            Some(card) => card.to_owned(),
            None => self.people.nickname(account),
        }
    }

    /// Who can be mentioned in a conversation, whose members these are where it is a room: everybody
    /// first, where one may; then who is there.
    #[must_use]
    pub fn candidates(
        &self,
        target: Target,
        members: &[Rc<MemberRow>],
        language: Language,
    ) -> Vec<Candidate> {
        let everyone = self.may_mention_all(target).map(|number| Candidate {
            who: None,
            name: language.get("room.everyone").to_owned(),
            written: language.get("room.everyone").to_owned(),
            other: vec![ALL.to_owned()],
            portrait: super::login::AVATAR_UNKNOWN.into(),
            number,
        });
        let people = self.mentionable(target, members).into_iter().map(|account| Candidate {
            who: Some(account),
            name: self.name_in(target, account),
            written: self.written_name(target, account),
            other: vec![self.people.nickname(account)],
            portrait: self.people.portrait(account),
            number: account.0,
        });
        everyone.into_iter().chain(people).collect()
    }

    /// How many everybody are, where one may mention all of them.
    fn may_mention_all(&self, target: Target) -> Option<u64> {
        match target {
            Target::Account(_) => None,
            Target::Lobby => {
                let is_admin = self.me.as_ref().is_some_and(|me| me.person.role == Role::Admin);
                is_admin.then(|| self.people.online() + 1)
            }
            Target::Room(room) => {
                let own = self.room(room)?;
                (own.member.rank >= Rank::Admin).then_some(u64::from(own.room.members))
            }
        }
    }

    fn mentionable(&self, target: Target, members: &[Rc<MemberRow>]) -> Vec<AccountId> {
        let me = self.my_account();
        match target {
            Target::Account(_) => Vec::new(),
            Target::Room(_) => {
                let others = members.iter().filter(|row| !row.is_me);
                others.map(|row| row.member.account).collect()
            }
            Target::Lobby => {
                let others = self.people.known().filter(|account| Some(*account) != me);
                let mut others: Vec<AccountId> = others.collect();
                let is_away = |account| self.people.presence(account).unwrap_or(Presence::Offline);
                others.sort_by_cached_key(|account| {
                    let away = is_away(*account) == Presence::Offline;
                    (away, self.people.name(*account).to_lowercase(), *account)
                });
                others.truncate(KNOWN_MAX);
                others
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_at_the_beginning_of_a_word_asks() {
        let cases = [
            ("@", Some(0)),
            ("@xm", Some(0)),
            ("你好@", Some(6)),
            ("a @b", Some(2)),
            ("line\n@b", Some(5)),
            ("(@b", Some(1)),
            ("momo@school", None),
            ("a.@b", None),
            ("@a b", None),
            ("@@", None),
            ("nothing", None),
            ("", None),
        ];
        for (before, expected) in cases {
            assert_eq!(asked_at(before), expected, "{before}");
        }
        let long = format!("@{}", "a".repeat(TYPED_MAX));
        assert_eq!(asked_at(&long), Some(0));
        assert_eq!(asked_at(&format!("{long}a")), None);
    }

    #[test]
    fn the_longest_name_is_found_and_each_person_once() {
        let (xiao, man) = (Some(AccountId(1)), Some(AccountId(2)));
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        let wanted =
            [(xiao, names(&["小", ""])), (man, names(&["小满", "2"])), (None, names(&["all"]))];
        let places = |text: &str| -> Vec<(String, Option<AccountId>)> {
            let found = look_for(text, &wanted).into_iter();
            found.map(|place| (place.words(text).unwrap().to_owned(), place.account)).collect()
        };
        let here = |words: &str, who| (words.to_owned(), who);
        assert_eq!(
            places("@小满 @小 @all"),
            [here("@小满", man), here("@小", xiao), here("@all", None)]
        );
        assert_eq!(places("@小满 @小满"), [here("@小满", man), here("@小", xiao)]);
        assert_eq!(places("@2, @2"), [here("@2", man)]);
        assert_eq!(places("小满 @ @nobody"), []);
    }
}
