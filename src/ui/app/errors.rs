//! What is wrong with the fields of a form, until something else is typed there.

use crate::client::Failure;
use crate::client::api::Secret;
use crate::domain::NicknameError;

/// Characters of a password.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// A rule of nicknames.
    Nickname(NicknameError),
    /// The client or the server says so.
    Failure(Failure),
    /// Not the same.
    Mismatch,
    /// Something typed there cannot be shown, and was left out.
    LeftOut,
    /// No account was typed.
    NoAccount,
    /// No code was typed.
    NoCode,
}

/// What is wrong, by field, in the order of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors<F>(Vec<(F, FieldError)>);

impl<F> Default for Errors<F> {
    fn default() -> Self {
        Errors(Vec::new())
    }
}

impl<F: Copy + Ord> Errors<F> {
    /// What is wrong with a field.
    #[must_use]
    pub fn get(&self, field: F) -> Option<&FieldError> {
        self.0.iter().find(|(at, _)| *at == field).map(|(_, error)| error)
    }

    /// The first field with something wrong.
    #[must_use]
    pub fn first(&self) -> Option<F> {
        self.0.first().map(|(field, _)| *field)
    }

    /// Takes in what is wrong with a field now, if anything.
    pub fn set(&mut self, field: F, error: impl Into<Option<FieldError>>) {
        self.0.retain(|(at, _)| *at != field);
        if let Some(error) = error.into() {
            self.0.push((field, error));
            self.0.sort_by_key(|(field, _)| *field);
        }
    }

    /// Its error has been seen.
    pub fn clear(&mut self, field: F) {
        self.set(field, None);
    }
}

/// Whether a new password is too short or too long. Which are too common the client says.
#[must_use]
pub fn of_password(password: &Secret) -> Option<FieldError> {
    let length = password.expose().chars().count();
    let is_wrong = !PASSWORD_CHARS.contains(&length);
    is_wrong.then_some(FieldError::Failure(Failure::PasswordLength))
}

/// Whether the same was typed twice.
#[must_use]
pub fn of_repeat(password: &Secret, again: &Secret) -> Option<FieldError> {
    (again != password).then_some(FieldError::Mismatch)
}
