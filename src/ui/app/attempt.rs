//! A sign-in, a registration or a new password under way: first the link, then the question, then
//! the answer.

use super::done::{Done, Way};
use super::login::{Keep, Phase};
use super::{Asked, Effect, Me, Model};
use crate::client::api::{Secret, Ticket, Trust};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{AccountId, Presence};
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
    /// Set a new password by a code.
    Recover {
        /// Number or nickname, as typed.
        login: String,
        /// As typed.
        code: Secret,
        /// The new one.
        password: Secret,
        /// Keep the sign-in on this computer.
        remember: bool,
    },
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

/// What is said of how one is seen by the choice of another device. Being away is no choice, and being
/// online is one only after another.
pub(super) fn holds(presence: Presence, was_chosen: bool) -> Option<&'static str> {
    match presence {
        Presence::Busy => Some("presence.holds.busy"),
        Presence::Invisible => Some("presence.holds.invisible"),
        Presence::Online if was_chosen => Some("presence.holds.online"),
        Presence::Online | Presence::Away | Presence::Offline => None,
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
                Goal::Recover { login, code, password, remember } => {
                    Intent::Recover { ticket, login, code, password, remember }
                }
                Goal::Register { nickname, password, code, avatar } => {
                    Intent::Register { ticket, nickname, password, code, avatar, remember: false }
                }
            }));
        }
        self.attempt = Some(attempt);
    }

    /// The link was not made, or broke before the answer came.
    pub(super) fn attempt_lost(&mut self, why: Failure, out: &mut Vec<Effect>) {
        if let Some(attempt) = self.attempt.take() {
            self.not_there(&attempt.address, &why);
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
                self.settle_presence(out);
                self.enter();
                self.ask_saved(out);
            }
            Ok(Answer::Registered { you, recovery, .. }) => {
                self.login.account = you.account.to_string();
                self.me.get_or_insert(Me { person: you.clone(), presence: Presence::Online });
                let way = match attempt.goal {
                    Goal::Recover { .. } => {
                        self.remember_auto(out);
                        Way::Recovered
                    }
                    _ => Way::Registered,
                };
                // A new sign-in of this kind begins online, whatever was chosen before it.
                let presence = self.login.presence;
                if presence != Presence::Online {
                    self.show_presence(presence, out);
                }
                self.keep_presence(presence, out);
                (self.register, self.recover) = (None, None);
                self.done = Some(Done { way, person: you, recovery, copied: false });
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
        match (&attempt.goal, &mut self.register, &mut self.recover) {
            (Goal::Register { .. }, Some(register), _) => {
                out.extend(register.failed(why).map(Effect::FocusRegister));
            }
            (Goal::Recover { .. }, _, Some(recover)) => {
                out.extend(recover.failed(why).map(Effect::FocusRecover));
            }
            (goal, ..) => {
                let is_again =
                    matches!(goal, Goal::Token(_)) && self.login.tries_again(&why, self.now);
                let field = self.login.failed(why);
                if !is_again {
                    out.push(Effect::FocusLogin(field));
                }
            }
        }
    }

    /// What was chosen in the login window holds from now on, on all devices. Where nothing was, what
    /// another device chose before goes on, and is said.
    fn settle_presence(&mut self, out: &mut Vec<Effect>) {
        let wanted = self.login.presence;
        let holds = self.me.as_ref().map_or(wanted, |me| me.presence);
        if holds != wanted && self.login.presence_chosen {
            self.show_presence(wanted, out);
        } else if holds != wanted {
            self.login.presence = holds;
            out.extend(self::holds(holds, false).map(Effect::Tell));
        }
        self.keep_presence(self.login.presence, out);
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

    /// Whether a sign-in is under way, from the login window itself.
    #[must_use]
    pub fn is_signing_in(&self) -> bool {
        let is = |attempt: &Attempt| matches!(attempt.goal, Goal::Password { .. } | Goal::Token(_));
        self.attempt.as_ref().is_some_and(is)
    }
}
