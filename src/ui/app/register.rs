//! The register window: who one wants to be here, and the number that comes of it.

use super::attempt::{Attempt, Goal, Stage};
use super::servers::Chosen;
use super::{Effect, Model};
use crate::client::Failure;
use crate::client::api::Secret;
use crate::domain::{AVATARS, Nickname, NicknameError, Person};
use crate::net::protocol::{Reason, Refusal, Registration};

/// Characters of a password.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

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

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// A rule of nicknames.
    Nickname(NicknameError),
    /// The server says so.
    Refused(Refusal),
    /// Too short, too long or too common.
    Password(Failure),
    /// Not the same.
    Mismatch,
    /// Something typed there cannot be shown, and was left out.
    LeftOut,
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

/// A new account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Who one is now.
    pub person: Person,
    /// Shown this once.
    pub recovery: Secret,
}

impl Done {
    /// The recovery code as it is shown and copied: groups of four are easier to write down.
    /// Whoever reads one leaves the dashes out.
    #[must_use]
    pub fn recovery_shown(&self) -> String {
        let plain: Vec<char> =
            self.recovery.expose().chars().filter(char::is_ascii_alphanumeric).collect();
        let groups: Vec<String> = plain.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join("-")
    }
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
    /// The number's copy button.
    CopyNumber,
    /// The recovery code's copy button.
    CopyRecovery,
    /// "Enter MyChat".
    Enter,
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
    pub errors: Vec<(Field, FieldError)>,
    /// What else is in the way.
    pub problem: Option<Failure>,
    /// The account, once it was made.
    pub done: Option<Done>,
    /// Whether its recovery code was copied.
    pub copied: bool,
}

/// How many avatars stand in a row beside the three dots.
pub const AVATARS_SHOWN: u8 = 6;

impl Register {
    /// An empty form for a server.
    #[must_use]
    pub fn new(server: Chosen) -> Self {
        let needs_code = server.registration == Some(Registration::Code);
        let problem = (server.registration == Some(Registration::Closed))
            .then(|| Failure::Refused(Refusal::new(Reason::RegistrationClosed)));
        Register {
            server,
            avatar: 1,
            avatars_from: 1,
            needs_code,
            errors: Vec::new(),
            problem,
            done: None,
            copied: false,
        }
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn error(&self, field: Field) -> Option<&FieldError> {
        self.errors.iter().find(|(at, _)| *at == field).map(|(_, error)| error)
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
            (Some(field), Failure::Refused(refusal)) => {
                self.set(field, FieldError::Refused(refusal));
            }
            (Some(field), why) => self.set(field, FieldError::Password(why)),
        }
        field
    }

    fn set(&mut self, field: Field, error: FieldError) {
        self.clear(field);
        self.errors.push((field, error));
        self.errors.sort_by_key(|(field, _)| *field);
    }

    fn clear(&mut self, field: Field) {
        self.errors.retain(|(at, _)| *at != field);
    }

    fn check(&mut self, field: Field, typed: &Typed) {
        self.clear(field);
        let length = typed.password.expose().chars().count();
        let error = match field {
            Field::Nickname => Nickname::parse(&typed.nickname).err().map(FieldError::Nickname),
            Field::Password if !PASSWORD_CHARS.contains(&length) => {
                Some(FieldError::Password(Failure::PasswordLength))
            }
            Field::Again if typed.again != typed.password => Some(FieldError::Mismatch),
            Field::Code if self.needs_code && typed.code.trim().is_empty() => {
                Some(FieldError::Refused(Refusal::new(Reason::RegistrationCode)))
            }
            _ => None,
        };
        if let Some(error) = error {
            self.set(field, error);
        }
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
                register.clear(field);
                register.problem = None;
            }
            RegisterMsg::LeftOut(field) => register.set(field, FieldError::LeftOut),
            // An empty form is not wrong yet; its errors come with the button.
            RegisterMsg::Left(Field::Again, typed) if !typed.again.expose().is_empty() => {
                register.check(Field::Again, &typed);
            }
            RegisterMsg::Left(..) => {}
            RegisterMsg::Submit(typed) => self.register_submit(&typed, out),
            RegisterMsg::Cancel => self.give_up(out),
            RegisterMsg::CopyNumber => self.copy_number(out),
            RegisterMsg::CopyRecovery => self.copy_recovery(out),
            RegisterMsg::Enter => self.enter_registered(),
            // The code is shown this once: Esc or the cross may be a slip.
            RegisterMsg::Close if register.done.is_some() && !register.copied => {
                out.push(Effect::AskBeforeEntering);
            }
            RegisterMsg::Close if register.done.is_some() => self.enter_registered(),
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
        if let Some((first, _)) = register.errors.first() {
            out.push(Effect::FocusRegister(*first));
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

    fn enter_registered(&mut self) {
        if self.register.as_ref().is_some_and(|register| register.done.is_some()) {
            self.enter();
        }
    }

    fn copy_number(&self, out: &mut Vec<Effect>) {
        if let Some(done) = self.register.as_ref().and_then(|register| register.done.as_ref()) {
            let number = done.person.account.to_string();
            out.push(Effect::Copy { text: number.clone(), said: "reg.number.copied", number });
        }
    }

    fn copy_recovery(&mut self, out: &mut Vec<Effect>) {
        let Some(register) = &mut self.register else { return };
        if let Some(done) = &register.done {
            register.copied = true;
            let text = done.recovery_shown();
            out.push(Effect::Copy { text, said: "reg.recovery.copied", number: String::new() });
        }
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
        Reason::RegistrationCode => Some(Field::Code),
        _ => None,
    }
}
