//! Whom a text mentions, and where in it.

use serde::{Deserialize, Serialize};

use super::AccountId;

/// Whom a text mentions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentions {
    /// These people.
    #[serde(default)]
    pub accounts: Vec<AccountId>,
    /// Everybody.
    #[serde(default)]
    pub everyone: bool,
    /// Where the text names them, from left to right. May be empty: then a reader looks for the names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<MentionPlace>,
}

/// Where a text names somebody that it mentions: `@` and what that person was called by the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentionPlace {
    /// The first byte of the text that belongs to it.
    pub start: u32,
    /// The first byte behind it.
    pub end: u32,
    /// Whom; nobody stands for everybody.
    #[serde(default)]
    pub account: Option<AccountId>,
}

impl Mentions {
    /// Whether nobody is mentioned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && !self.everyone
    }

    /// Whether somebody is mentioned, alone or with everybody.
    #[must_use]
    pub fn includes(&self, account: AccountId) -> bool {
        self.everyone || self.accounts.contains(&account)
    }

    /// Those whom the first so many bytes of the text name.
    #[must_use]
    pub fn cut(mut self, bytes: usize) -> Mentions {
        self.places.retain(|place| usize::try_from(place.end).is_ok_and(|end| end <= bytes));
        let places = &self.places;
        self.everyone &= places.iter().any(|place| place.account.is_none());
        self.accounts.retain(|one| places.iter().any(|place| place.account == Some(*one)));
        self
    }

    /// With those whom words name that stand behind so many bytes of the text.
    #[must_use]
    pub fn and_behind(mut self, bytes: usize, words: &Mentions) -> Mentions {
        let behind = u32::try_from(bytes).unwrap_or(u32::MAX);
        let moved = |at: u32| at.saturating_add(behind);
        self.places.extend(words.places.iter().map(|place| MentionPlace {
            start: moved(place.start),
            end: moved(place.end),
            account: place.account,
        }));
        let new = words.accounts.iter().filter(|one| !self.accounts.contains(one));
        let new: Vec<AccountId> = new.copied().collect();
        self.accounts.extend(new);
        self.everyone |= words.everyone;
        self
    }

    /// Whether every place lies in the text, behind the one before it, between letters, and names
    /// somebody who is mentioned.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let mut before = 0;
        self.places.iter().all(|place| {
            let behind = place.start >= before && place.start < place.end;
            before = place.end;
            let is_meant = match place.account {
                Some(account) => self.accounts.contains(&account),
                None => self.everyone,
            };
            behind && is_meant && place.words(text).is_some()
        })
    }
}

impl MentionPlace {
    /// What of the text it is; nothing where it is not in the text.
    #[must_use]
    pub fn words(self, text: &str) -> Option<&str> {
        let part = usize::try_from(self.start).ok()?..usize::try_from(self.end).ok()?;
        text.get(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIME: AccountId = AccountId(10_001);
    const MOMO: AccountId = AccountId(10_024);

    fn mentions(places: &[(u32, u32, Option<AccountId>)]) -> Mentions {
        let place = |(start, end, account): &(_, _, _)| MentionPlace {
            start: *start,
            end: *end,
            account: *account,
        };
        let places = places.iter().map(place).collect();
        Mentions { accounts: vec![LIME], everyone: true, places }
    }

    #[test]
    fn places_lie_in_the_text_in_order_and_name_who_is_mentioned() {
        let text = "@青柠 @all 好";
        let good = [(0, 7, Some(LIME)), (8, 12, None)];
        assert!(mentions(&[]).fits(text));
        assert!(mentions(&good).fits(text));
        assert_eq!(mentions(&good).places[0].words(text), Some("@青柠"));
        let bad: [&[(u32, u32, Option<AccountId>)]; 7] = [
            &[(8, 12, None), (0, 7, Some(LIME))],
            &[(0, 7, Some(LIME)), (6, 12, None)],
            &[(0, 7, Some(MOMO))],
            &[(0, 3, Some(LIME))],
            &[(7, 7, Some(LIME))],
            &[(8, 6, None)],
            &[(8, 99, None)],
        ];
        for places in bad {
            assert!(!mentions(places).fits(text), "{places:?}");
        }
        let all = mentions(&good);
        let first = Mentions { everyone: false, ..mentions(&good[..1]) };
        assert_eq!(all.clone().cut(text.len()), all);
        assert_eq!(all.cut(11), first, "a name that is cut is none");
        let twice = first.clone().and_behind(12, &first);
        assert!(twice.fits("@青柠 1234@青柠"), "{twice:?}");
        assert_eq!((twice.accounts, twice.places.len()), (vec![LIME], 2));
        let nobody = Mentions { everyone: false, ..mentions(&[(8, 12, None)]) };
        assert!(!nobody.fits(text));
    }
}
