//! What one says of oneself, as it is written anew: what changed, and what is wrong with it.

use crate::domain::{
    Details, Gender, Nickname, NicknameError, Person, Words, WordsError, parse_birthday,
};
use crate::net::protocol::{ProfileChange, Reason, Refusal};

/// A place to write; in the order in which errors are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Nickname.
    Nickname,
    /// Class or department.
    Class,
    /// Birthday.
    Birthday,
    /// The line under the name.
    Signature,
    /// A few lines.
    About,
}

impl Place {
    /// From the top to the bottom.
    pub const ALL: [Place; 5] =
        [Place::Nickname, Place::Class, Place::Birthday, Place::Signature, Place::About];

    /// How many letters it takes, where that is counted.
    #[must_use]
    pub fn longest(self) -> Option<usize> {
        match self {
            Place::Nickname => Some(NICKNAME_MAX),
            Place::Class => Some(Words::Class.graphemes_max()),
            Place::Signature => Some(Words::Signature.graphemes_max()),
            Place::About => Some(Words::About.graphemes_max()),
            Place::Birthday => None,
        }
    }
}

/// Letters of a nickname, unless the server has another limit.
const NICKNAME_MAX: usize = 16;

/// What is wrong with a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// A rule of nicknames.
    Nickname(NicknameError),
    /// A rule of short texts.
    Words(WordsError),
    /// No day.
    Birthday,
    /// The server says so.
    Refused(Refusal),
    /// Something typed there cannot be shown, and was left out.
    LeftOut,
}

/// The page as it is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Nickname.
    pub nickname: String,
    /// Class or department.
    pub class: String,
    /// As one wants to be addressed.
    pub gender: Gender,
    /// `YYYY-MM-DD`, or empty.
    pub birthday: String,
    /// The line under the name.
    pub signature: String,
    /// A few lines.
    pub about: String,
}

impl Form {
    /// What the server has.
    #[must_use]
    pub fn new(person: &Person, details: &Details) -> Form {
        Form {
            nickname: person.nickname.clone(),
            class: details.class.clone(),
            gender: details.gender,
            birthday: details.birthday.clone(),
            signature: person.signature.clone(),
            about: details.about.clone(),
        }
    }

    /// What stands at a place.
    #[must_use]
    pub fn at(&self, place: Place) -> &str {
        match place {
            Place::Nickname => &self.nickname,
            Place::Class => &self.class,
            Place::Birthday => &self.birthday,
            Place::Signature => &self.signature,
            Place::About => &self.about,
        }
    }

    /// The same, to be written.
    pub fn at_mut(&mut self, place: Place) -> &mut String {
        match place {
            Place::Nickname => &mut self.nickname,
            Place::Class => &mut self.class,
            Place::Birthday => &mut self.birthday,
            Place::Signature => &mut self.signature,
            Place::About => &mut self.about,
        }
    }

    /// Whether a place says something else than before. Space around it says nothing.
    #[must_use]
    pub fn differs(&self, before: &Form, place: Place) -> bool {
        self.at(place).trim() != before.at(place).trim()
    }

    /// Whether anything does.
    #[must_use]
    pub fn is_changed(&self, before: &Form) -> bool {
        self.gender != before.gender || Place::ALL.iter().any(|place| self.differs(before, *place))
    }

    /// What is asked of the server.
    #[must_use]
    pub fn change(&self, before: &Form) -> ProfileChange {
        let new = |place| self.differs(before, place).then(|| self.at(place).trim().to_owned());
        ProfileChange {
            nickname: new(Place::Nickname),
            signature: new(Place::Signature),
            gender: (self.gender != before.gender).then_some(self.gender),
            birthday: new(Place::Birthday),
            class: new(Place::Class),
            about: new(Place::About),
            ..ProfileChange::default()
        }
    }

    /// What is wrong with what changed. What did not is not this person's doing.
    #[must_use]
    pub fn check(&self, before: &Form) -> Vec<(Place, FieldError)> {
        let changed = Place::ALL.into_iter().filter(|place| self.differs(before, *place));
        changed.filter_map(|place| Some((place, self.check_one(place)?))).collect()
    }

    fn check_one(&self, place: Place) -> Option<FieldError> {
        let text = self.at(place);
        let words = |kind: Words| kind.parse(text).err().map(FieldError::Words);
        match place {
            Place::Nickname => Nickname::parse(text).err().map(FieldError::Nickname),
            Place::Class => words(Words::Class),
            Place::Signature => words(Words::Signature),
            Place::About => words(Words::About),
            Place::Birthday => parse_birthday(text).is_none().then_some(FieldError::Birthday),
        }
    }

    /// The server has something else now than `before`: what was not touched follows it.
    pub fn follow(&mut self, before: &Form, now: &Form) {
        for place in Place::ALL {
            if !self.differs(before, place) {
                now.at(place).clone_into(self.at_mut(place));
            }
        }
        if self.gender == before.gender {
            self.gender = now.gender;
        }
    }
}

/// The place that a refusal speaks of.
#[must_use]
pub fn place_of(reason: Reason) -> Option<Place> {
    match reason {
        Reason::NameTaken
        | Reason::NameEmpty
        | Reason::NameTooLong
        | Reason::NameCharacter
        | Reason::NameNumber
        | Reason::NameReserved => Some(Place::Nickname),
        Reason::BadBirthday => Some(Place::Birthday),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form {
            nickname: "青柠".into(),
            class: "高二(3)班".into(),
            gender: Gender::Unsaid,
            birthday: "2008-05-17".into(),
            signature: "期中加油".into(),
            about: "喜欢物理\n跑步".into(),
        }
    }

    #[test]
    fn only_what_changed_is_asked_for_and_space_is_no_change() {
        let before = form();
        let padded =
            Form { nickname: " 青柠 ".into(), about: "喜欢物理\n跑步\n".into(), ..form() };
        assert!(!padded.is_changed(&before));
        assert_eq!(padded.change(&before), ProfileChange::default());
        let new = Form { signature: " 早睡 ".into(), gender: Gender::Female, ..form() };
        assert!(new.is_changed(&before));
        let expected = ProfileChange {
            signature: Some("早睡".into()),
            gender: Some(Gender::Female),
            ..ProfileChange::default()
        };
        assert_eq!(new.change(&before), expected);
        let emptied = Form { birthday: String::new(), ..form() };
        assert_eq!(emptied.change(&before).birthday.as_deref(), Some(""));
    }

    #[test]
    fn every_place_has_its_rule_and_errors_come_from_the_top() {
        let wrong = Form {
            nickname: "12345".into(),
            class: "班".repeat(25),
            gender: Gender::Male,
            birthday: "2008-02-30".into(),
            signature: "字".repeat(61),
            about: "字".repeat(201),
        };
        let expected = [
            (Place::Nickname, FieldError::Nickname(NicknameError::Number)),
            (Place::Class, FieldError::Words(WordsError::TooLong(24))),
            (Place::Birthday, FieldError::Birthday),
            (Place::Signature, FieldError::Words(WordsError::TooLong(60))),
            (Place::About, FieldError::Words(WordsError::TooLong(200))),
        ];
        assert_eq!(wrong.check(&form()), expected);
        assert_eq!(wrong.check(&wrong), [], "what did not change is not looked at");
        let emptied = Form { nickname: "青柠".into(), ..Form::default() };
        assert_eq!(emptied.check(&form()), [], "all but the name may be empty");
        let nameless = Form { nickname: " ".into(), ..form() };
        let error = FieldError::Nickname(NicknameError::Empty);
        assert_eq!(nameless.check(&form()), [(Place::Nickname, error)]);
    }

    #[test]
    fn what_was_not_touched_follows_the_server() {
        let before = form();
        let mut typed = Form { signature: "早睡".into(), gender: Gender::Male, ..form() };
        let now = Form {
            nickname: "青柠二".into(),
            signature: "期末加油".into(),
            gender: Gender::Female,
            ..form()
        };
        typed.follow(&before, &now);
        assert_eq!(typed.nickname, "青柠二");
        assert_eq!((typed.signature.as_str(), typed.gender), ("早睡", Gender::Male));
        assert!(typed.is_changed(&now));
    }
}
