//! The register window: who one wants to be here.

use super::attempt::{Attempt, Goal, Stage};
use super::errors::{Errors, FieldError, of_password, of_repeat};
use super::servers::Chosen;
use super::{Effect, Model};
use crate::client::Failure;
use crate::client::api::Secret;
use crate::domain::{AVATARS, Nickname};
use crate::net::protocol::{Reason, Refusal, Registration};

/// A place to type; in the order in which errors are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Nickname.
    Nickname,
    /// Password.
    Password,
    /// The same again.
    Again,
    /// Invite code.
    Code,
}

/// What was typed.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The name wanted.
    pub nickname: String,
    /// The password.
    pub password: Secret,
    /// The same again.
    pub again: Secret,
    /// Where the server asks for one.
    pub code: String,
}

/// In the register window.
#[derive(Debug, Clone)]
pub enum RegisterMsg {
    /// An avatar was clicked.
    Avatar(u8),
    /// The three dots: the next row of avatars.
    MoreAvatars,
    /// Something was typed there: its error has been seen.
    Typed(Field),
    /// Something was typed there that cannot be shown, and was left out.
    LeftOut(Field),
    /// The cursor left this field.
    Left(Field, Typed),
    /// The button or Enter.
    Submit(Typed),
    /// "Cancel" on the running registration.
    Cancel,
    /// The window's cross or Esc.
    Close,
}

/// The register window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// Where.
    pub server: Chosen,
    /// The chosen avatar.
    pub avatar: u8,
    /// The first avatar of the row that is shown.
    pub avatars_from: u8,
    /// Whether the server asks for a code.
    pub needs_code: bool,
    /// What is wrong, by field.
    pub errors: Errors<Field>,
    /// What else is in the way.
    pub problem: Option<Failure>,
}

/// How many avatars stand in a row beside the three dots.
pub const AVATARS_SHOWN: u8 = 6;

impl Register {
    /// An empty form for a server.
    #[must_use]
    pub fn new(server: Chosen) -> Self {
        let registration = server.registration;
        let mut register = Register {
            server,
            avatar: 1,
            avatars_from: 1,
            needs_code: false,
            errors: Errors::default(),
            problem: None,
        };
        register.learn(registration);
        register
    }

    /// Who may register here is known.
    pub(super) fn learn(&mut self, registration: Option<Registration>) {
        self.server.registration = registration;
        match registration {
            Some(Registration::Code) => self.needs_code = true,
            Some(Registration::Closed) => {
                let refusal = Refusal::new(Reason::RegistrationClosed);
                self.problem = Some(Failure::Refused(refusal));
            }
            Some(Registration::Open) | None => {}
        }
    }

    /// Takes in why the registration failed; the field to go to, if one is at fault.
    pub(super) fn failed(&mut self, why: Failure) -> Option<Field> {
        let field = match &why {
            Failure::Refused(refusal) => field_of(refusal.reason),
            Failure::PasswordLength | Failure::PasswordCommon => Some(Field::Password),
            _ => None,
        };
        match (field, why) {
            (None, Failure::Cancelled) => {}
            (None, why) => self.problem = Some(why),
            (Some(Field::Code), Failure::Refused(_)) if !self.needs_code => self.needs_code = true,
            (Some(field), why) => self.errors.set(field, FieldError::Failure(why)),
        }
        field
    }

    fn check(&mut self, field: Field, typed: &Typed) {
        let error = match field {
            Field::Nickname => Nickname::parse(&typed.nickname).err().map(FieldError::Nickname),
            Field::Password => of_password(&typed.password),
            Field::Again => of_repeat(&typed.password, &typed.again),
            Field::Code if self.needs_code && typed.code.trim().is_empty() => {
                let refusal = Refusal::new(Reason::RegistrationCode);
                Some(FieldError::Failure(Failure::Refused(refusal)))
            }
            Field::Code => None,
        };
        self.errors.set(field, error);
    }
}

impl Model {
    pub(super) fn register(&mut self, msg: RegisterMsg, out: &mut Vec<Effect>) {
        let Some(register) = &mut self.register else { return };
        match msg {
            RegisterMsg::Avatar(avatar) => register.avatar = avatar.clamp(1, AVATARS),
            RegisterMsg::MoreAvatars => {
                let next = register.avatars_from + AVATARS_SHOWN;
                register.avatars_from = if next > AVATARS { 1 } else { next };
            }
            RegisterMsg::Typed(field) => {
                register.errors.clear(field);
                register.problem = None;
            }
            RegisterMsg::LeftOut(field) => register.errors.set(field, FieldError::LeftOut),
            // An empty form is not wrong yet; its errors come with the button.
            RegisterMsg::Left(Field::Again, typed) if !typed.again.expose().is_empty() => {
                register.check(Field::Again, &typed);
            }
            RegisterMsg::Left(..) => {}
            RegisterMsg::Submit(typed) => self.register_submit(&typed, out),
            RegisterMsg::Cancel => self.give_up(out),
            RegisterMsg::Close => {
                self.register = None;
                self.give_up(out);
            }
        }
    }

    fn register_submit(&mut self, typed: &Typed, out: &mut Vec<Effect>) {
        if self.attempt.is_some() {
            return;
        }
        let Some(register) = &mut self.register else { return };
        register.problem = None;
        for field in [Field::Nickname, Field::Password, Field::Again, Field::Code] {
            register.check(field, typed);
        }
        if let Some(first) = register.errors.first() {
            out.push(Effect::FocusRegister(first));
            return;
        }
        let code = typed.code.trim();
        let goal = Goal::Register {
            nickname: typed.nickname.trim().to_owned(),
            password: typed.password.clone(),
            code: (!code.is_empty()).then(|| Secret::new(code)),
            avatar: register.avatar,
        };
        let server = register.server.clone();
        let (address, name) = (server.address, server.name);
        let attempt = Attempt { address, name, goal, stage: Stage::Linking };
        self.begin(attempt, server.trust, out);
    }
}

/// The field that a refusal speaks of.
fn field_of(reason: Reason) -> Option<Field> {
    match reason {
        Reason::NameTaken
        | Reason::NameEmpty
        | Reason::NameTooLong
        | Reason::NameCharacter
        | Reason::NameNumber
        | Reason::NameReserved => Some(Field::Nickname),
        Reason::RegistrationCode | Reason::CodeUsedUp | Reason::CodeExpired => Some(Field::Code),
        _ => None,
    }
}
