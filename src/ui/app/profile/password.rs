//! The page on which the password is changed.

use super::{Asking, Profile, ProfileEffect};
use crate::client::api::Secret;
use crate::client::{Failure, Intent};
use crate::net::protocol::Reason;
use crate::ui::app::{Effect, Model};

/// Characters of a password.
const CHARS: std::ops::RangeInclusive<usize> = 8..=64;

/// A place to type; in the order in which errors are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PasswordPlace {
    /// The one before.
    Old,
    /// The new one.
    New,
    /// The same again.
    Again,
}

/// What is wrong with a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordError {
    /// Nothing was typed.
    Missing,
    /// It is not the password.
    Wrong,
    /// The new one is the old one.
    Same,
    /// Not the same as the one above.
    Mismatch,
    /// A rule that both sides know, or too many tries.
    Failure(Failure),
}

/// What was typed.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// The one before.
    pub old: Secret,
    /// The new one.
    pub new: Secret,
    /// The same again.
    pub again: Secret,
}

impl Passwords {
    /// Whether something stands everywhere.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        [&self.old, &self.new, &self.again].iter().all(|typed| !typed.expose().is_empty())
    }

    fn check(&self, place: PasswordPlace) -> Option<PasswordError> {
        let length = self.new.expose().chars().count();
        match place {
            PasswordPlace::Old => self.old.expose().is_empty().then_some(PasswordError::Missing),
            PasswordPlace::New if !CHARS.contains(&length) => {
                Some(PasswordError::Failure(Failure::PasswordLength))
            }
            PasswordPlace::New => (self.new == self.old).then_some(PasswordError::Same),
            PasswordPlace::Again => (self.again != self.new).then_some(PasswordError::Mismatch),
        }
    }
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordPage {
    /// What is wrong, by place.
    pub errors: Vec<(PasswordPlace, PasswordError)>,
    /// What else is in the way.
    pub problem: Option<Failure>,
    /// Something stands everywhere.
    pub complete: bool,
    /// It is on its way.
    pub busy: bool,
    /// How often it was changed here: what was typed is forgotten then.
    pub changed: u64,
}

/// On the page.
#[derive(Debug, Clone)]
pub enum PasswordMsg {
    /// Something was typed there; whether something stands everywhere now.
    Typed(PasswordPlace, bool),
    /// The keyboard left this place.
    Left(PasswordPlace, Passwords),
    /// The button or Enter.
    Submit(Passwords),
}

impl PasswordPage {
    /// What is wrong with a place.
    #[must_use]
    pub fn error(&self, place: PasswordPlace) -> Option<&PasswordError> {
        self.errors.iter().find(|(at, _)| *at == place).map(|(_, error)| error)
    }

    fn set(&mut self, place: PasswordPlace, error: Option<PasswordError>) {
        self.errors.retain(|(at, _)| *at != place);
        self.errors.extend(error.map(|error| (place, error)));
        self.errors.sort_by_key(|(at, _)| *at);
    }

    /// Takes in why it failed.
    fn failed(&mut self, why: Failure) -> Option<PasswordPlace> {
        let (place, error) = match why {
            Failure::Refused(refusal) if refusal.reason == Reason::WrongPassword => {
                (PasswordPlace::Old, PasswordError::Wrong)
            }
            Failure::Refused(refusal) if refusal.reason == Reason::LockedOut => {
                (PasswordPlace::Old, PasswordError::Failure(Failure::Refused(refusal)))
            }
            Failure::PasswordLength | Failure::PasswordCommon => {
                (PasswordPlace::New, PasswordError::Failure(why))
            }
            why => {
                self.problem = Some(why);
                return None;
            }
        };
        self.set(place, Some(error));
        Some(place)
    }
}

impl Model {
    pub(super) fn password(&mut self, msg: PasswordMsg, out: &mut Vec<Effect>) {
        let Some(Profile { password, .. }) = &mut self.profile else { return };
        match msg {
            PasswordMsg::Typed(place, complete) => {
                password.set(place, None);
                // They are about both.
                if place == PasswordPlace::New {
                    password.set(PasswordPlace::Again, None);
                }
                password.problem = None;
                password.complete = complete;
            }
            // An empty place is not wrong yet; that comes with the button.
            PasswordMsg::Left(PasswordPlace::Again, typed) if !typed.again.expose().is_empty() => {
                password.set(PasswordPlace::Again, typed.check(PasswordPlace::Again));
            }
            PasswordMsg::Left(..) => {}
            PasswordMsg::Submit(typed) => {
                if password.busy {
                    return;
                }
                password.problem = None;
                for place in [PasswordPlace::Old, PasswordPlace::New, PasswordPlace::Again] {
                    password.set(place, typed.check(place));
                }
                if let Some((first, _)) = password.errors.first() {
                    out.push(Effect::Profile(ProfileEffect::FocusPassword(*first)));
                    return;
                }
                password.busy = true;
                let Passwords { old, new, .. } = typed;
                let ask = |ticket| Intent::ChangePassword { ticket, old, new };
                self.ask_of_profile(Asking::Password, ask, out);
            }
        }
    }

    /// The password was changed or not.
    pub(super) fn password_answered(&mut self, failure: Option<Failure>, out: &mut Vec<Effect>) {
        let Some(Profile { password, .. }) = &mut self.profile else {
            match failure {
                Some(failure) => out.push(Effect::Say(failure)),
                None => out.push(Effect::Tell("profile.password.done")),
            }
            return;
        };
        password.busy = false;
        match failure {
            Some(failure) => {
                if let Some(place) = password.failed(failure) {
                    out.push(Effect::Profile(ProfileEffect::FocusPassword(place)));
                }
            }
            None => {
                let changed = password.changed + 1;
                *password = PasswordPage { changed, ..PasswordPage::default() };
                out.push(Effect::Tell("profile.password.done"));
                self.ask_devices(out);
            }
        }
    }
}
