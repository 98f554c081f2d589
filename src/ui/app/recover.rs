//! The window for a forgotten password: a code opens the account, and a new password closes it.

use super::attempt::{Attempt, Goal, Stage};
use super::errors::{Errors, FieldError, of_password, of_repeat};
use super::login::Keep;
use super::servers::Chosen;
use super::{Effect, Model};
use crate::client::Failure;
use crate::client::api::Secret;
use crate::net::protocol::Reason;

/// Letters and digits of a code.
const CODE_CHARS: usize = 26;

/// A place to type; in the order in which errors are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Account or nickname.
    Account,
    /// The recovery code, or the administrator's.
    Code,
    /// The new password.
    Password,
    /// The same again.
    Again,
}

/// What was typed.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Account or nickname.
    pub account: String,
    /// The code.
    pub code: Secret,
    /// The new password.
    pub password: Secret,
    /// The same again.
    pub again: Secret,
}

/// In the window.
#[derive(Debug, Clone)]
pub enum RecoverMsg {
    /// Something was typed there: its error has been seen.
    Typed(Field),
    /// The cursor left this field.
    Left(Field, Typed),
    /// The button or Enter.
    Submit(Typed),
    /// "Cancel" on what is under way.
    Cancel,
    /// The window's cross or Esc.
    Close,
}

/// The window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recover {
    /// Where.
    pub server: Chosen,
    /// What stands in the first field at first.
    pub account: String,
    /// What is wrong, by field.
    pub errors: Errors<Field>,
    /// What else is in the way.
    pub problem: Option<Failure>,
}

impl Recover {
    /// Takes in why it failed; the field to go to, if one is at fault.
    pub(super) fn failed(&mut self, why: Failure) -> Option<Field> {
        let field = match &why {
            Failure::Refused(refusal) => match refusal.reason {
                Reason::WrongCode => Some(Field::Code),
                Reason::NotFound => Some(Field::Account),
                _ => None,
            },
            Failure::CodeForm => Some(Field::Code),
            Failure::PasswordLength | Failure::PasswordCommon => Some(Field::Password),
            _ => None,
        };
        match (field, why) {
            (Some(field), why) => self.errors.set(field, FieldError::Failure(why)),
            (None, Failure::Cancelled) => {}
            (None, why) => self.problem = Some(why),
        }
        field
    }

    fn check(&mut self, field: Field, typed: &Typed) {
        let code = typed.code.expose().chars().filter(|c| c.is_alphanumeric()).count();
        let error = match field {
            Field::Account => typed.account.trim().is_empty().then_some(FieldError::NoAccount),
            Field::Code if code == 0 => Some(FieldError::NoCode),
            Field::Code => (code != CODE_CHARS).then_some(FieldError::Failure(Failure::CodeForm)),
            Field::Password => of_password(&typed.password),
            Field::Again => of_repeat(&typed.password, &typed.again),
        };
        self.errors.set(field, error);
    }
}

impl Model {
    /// "Forgot password?".
    pub(super) fn open_recover(&mut self, out: &mut Vec<Effect>) {
        let account = self.login.account.trim().to_owned();
        if let Some(server) = self.chosen_or_say(out) {
            let (errors, problem) = (Errors::default(), None);
            self.recover = Some(Recover { server, account, errors, problem });
        }
    }

    pub(super) fn recover(&mut self, msg: RecoverMsg, out: &mut Vec<Effect>) {
        let Some(recover) = &mut self.recover else { return };
        match msg {
            RecoverMsg::Typed(field) => {
                recover.errors.clear(field);
                recover.problem = None;
            }
            // What is empty is not wrong yet; its error comes with the button.
            RecoverMsg::Left(Field::Again, typed) if !typed.again.expose().is_empty() => {
                recover.check(Field::Again, &typed);
            }
            RecoverMsg::Left(Field::Code, typed) if !typed.code.expose().trim().is_empty() => {
                recover.check(Field::Code, &typed);
            }
            RecoverMsg::Left(..) => {}
            RecoverMsg::Submit(typed) => self.recover_submit(&typed, out),
            RecoverMsg::Cancel => self.give_up(out),
            RecoverMsg::Close => {
                self.recover = None;
                self.give_up(out);
            }
        }
    }

    fn recover_submit(&mut self, typed: &Typed, out: &mut Vec<Effect>) {
        if self.attempt.is_some() {
            return;
        }
        let Some(recover) = &mut self.recover else { return };
        recover.problem = None;
        for field in [Field::Account, Field::Code, Field::Password, Field::Again] {
            recover.check(field, typed);
        }
        if let Some(first) = recover.errors.first() {
            out.push(Effect::FocusRecover(first));
            return;
        }
        let goal = Goal::Recover {
            login: typed.account.trim().to_owned(),
            code: typed.code.clone(),
            password: typed.password.clone(),
            remember: self.login.keep != Keep::Nothing,
        };
        let Chosen { address, name, trust, .. } = recover.server.clone();
        let attempt = Attempt { address, name, goal, stage: Stage::Linking };
        self.begin(attempt, trust, out);
    }
}
