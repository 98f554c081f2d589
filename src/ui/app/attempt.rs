//! A sign-in or a registration under way: first the link, then the question, then the answer.

use super::login::{Keep, Phase};
use super::register::Done;
use super::{Asked, Effect, Me, Model, Screen};
use crate::client::api::{Secret, Ticket, Trust};
use crate::client::{Answer, Failure, Intent};
use crate::domain::AccountId;
use crate::net::address::Address;

/// What is being tried.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Where.
    pub address: Address,
    /// The server's name, or its address while the name is not known.
    pub name: String,
    /// What for.
    pub goal: Goal,
    /// How far.
    pub stage: Stage,
}

/// What the person wants from the server.
#[derive(Debug, Clone)]
pub enum Goal {
    /// Sign in with a password.
    Password {
        /// Number or nickname, as typed.
        login: String,
        /// As typed.
        password: Secret,
        /// Keep the sign-in on this computer.
        remember: bool,
    },
    /// Sign in with what this computer keeps.
    Token(AccountId),
    /// Make an account.
    Register {
        /// As typed.
        nickname: String,
        /// As typed.
        password: Secret,
        /// Where the server asks for one.
        code: Option<Secret>,
        /// A built-in avatar.
        avatar: u8,
    },
}

/// How far an attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The link is being made, or a question about its key stands open.
    Linking,
    /// The question was asked.
    Asking(Ticket),
}

impl Goal {
    fn is_register(&self) -> bool {
        matches!(self, Goal::Register { .. })
    }
}

impl Model {
    /// Starts an attempt; a link to the same place that stands already is used.
    pub(super) fn begin(&mut self, attempt: Attempt, trust: Trust, out: &mut Vec<Effect>) {
        let stands = self.link.stands().is_some_and(|server| server.address == attempt.address);
        let address = attempt.address.clone();
        self.attempt = Some(attempt);
        match stands {
            true => self.attempt_linked(out),
            false => out.push(Effect::Ask(Intent::Connect { address, trust })),
        }
    }

    /// Gives the attempt up because the person wants it.
    pub(super) fn give_up(&mut self, out: &mut Vec<Effect>) {
        if self.attempt.take().is_some() {
            out.push(Effect::Ask(Intent::CancelSignIn));
            out.push(Effect::Ask(Intent::Disconnect));
        }
    }

    /// The link stands: now the question is asked.
    pub(super) fn attempt_linked(&mut self, out: &mut Vec<Effect>) {
        let Some(mut attempt) = self.attempt.take() else { return };
        if attempt.stage == Stage::Linking {
            if let Some(server) = self.link.stands() {
                attempt.name.clone_from(&server.name);
            }
            let ticket = self.ticket(Asked::Attempt);
            let presence = self.login.presence;
            attempt.stage = Stage::Asking(ticket);
            out.push(Effect::Ask(match attempt.goal.clone() {
                Goal::Password { login, password, remember } => {
                    Intent::SignIn { ticket, login, password, remember, presence }
                }
                Goal::Token(account) => {
                    Intent::SignInToken { ticket, account, token: None, presence }
                }
                Goal::Register { nickname, password, code, avatar } => {
                    Intent::Register { ticket, nickname, password, code, avatar }
                }
            }));
        }
        self.attempt = Some(attempt);
    }

    /// The link was not made, or broke before the answer came.
    pub(super) fn attempt_lost(&mut self, why: Failure, out: &mut Vec<Effect>) {
        if let Some(attempt) = self.attempt.take() {
            self.attempt_failed(&attempt, why, out);
        }
    }

    /// The answer to the attempt's question. One that was given up has no answer any more.
    pub(super) fn attempt_answered(
        &mut self,
        ticket: Ticket,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let is_current =
            self.attempt.as_ref().is_some_and(|attempt| attempt.stage == Stage::Asking(ticket));
        let Some(attempt) = self.attempt.take_if(|_| is_current) else { return };
        match result {
            Ok(Answer::SignedIn { you, .. }) => {
                let presence = self.login.presence;
                self.me.get_or_insert(Me { person: you, presence });
                self.remember_auto(out);
                self.keep_presence(presence, out);
                self.enter();
                self.ask(Asked::Saved, |ticket| Intent::Saved { ticket }, out);
            }
            Ok(Answer::Registered { you, recovery, .. }) => {
                let presence = self.login.presence;
                self.login.account = you.account.to_string();
                let done = Done { person: you.clone(), recovery };
                self.me.get_or_insert(Me { person: you, presence });
                match &mut self.register {
                    Some(register) => register.done = Some(done),
                    None => self.enter(),
                }
            }
            Ok(_) => self.attempt_failed(&attempt, Failure::Cancelled, out),
            Err(failure) => self.attempt_failed(&attempt, failure, out),
        }
    }

    /// Says why, where the person looks. The link is closed: it would only run into the server's
    /// deadline while the person thinks.
    fn attempt_failed(&mut self, attempt: &Attempt, why: Failure, out: &mut Vec<Effect>) {
        out.push(Effect::Ask(Intent::Disconnect));
        self.link = super::link::Link::default();
        match &mut self.register {
            Some(register) if attempt.goal.is_register() => {
                if let Some(field) = register.failed(why) {
                    out.push(Effect::FocusRegister(field));
                }
            }
            _ => {
                let field = self.login.failed(why);
                out.push(Effect::FocusLogin(field));
            }
        }
    }

    fn remember_auto(&mut self, out: &mut Vec<Effect>) {
        let server = self.link.server.as_ref().map(|server| server.id);
        let account = self.my_account();
        let auto = match self.login.keep {
            Keep::Auto => server.zip(account),
            _ => None,
        };
        self.keep_auto(auto, out);
    }

    /// Whether something is under way that the person can cancel.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.attempt.is_some() || matches!(self.login.phase, Phase::Soon { .. })
    }

    /// Whether the registration is under way.
    #[must_use]
    pub fn is_registering(&self) -> bool {
        self.screen == Screen::Login
            && self.attempt.as_ref().is_some_and(|attempt| attempt.goal.is_register())
    }
}
