//! The question about a server's key: first contact at a typed address, or a changed key.

use super::{Effect, Model, Screen};
use crate::client::api::Trust;
use crate::client::{Failure, Intent};
use crate::domain::ServerId;
use crate::net::address::Address;

/// A key that is not the one of before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub address: Address,
    /// What it shows now.
    pub offered: ServerId,
    /// What it showed before.
    pub pinned: ServerId,
    /// Pinned at, milliseconds since 1970 UTC.
    pub since: i64,
}

/// What the person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Compare eight groups.
    First {
        /// Where.
        address: Address,
        /// What it shows.
        offered: ServerId,
        /// Whether the person says that all groups match.
        compared: bool,
    },
    /// Something is wrong; leaving is the default.
    Changed(Change),
    /// The person wants to trust the new key and has to type its first group.
    Confirm {
        /// What changed.
        change: Change,
        /// Whether another group was typed.
        wrong: bool,
    },
}

/// In the fingerprint window.
#[derive(Debug, Clone)]
pub enum TrustMsg {
    /// The check box.
    Compared(bool),
    /// "Copy fingerprint".
    Copy,
    /// "Trust and connect" at a first contact.
    Accept,
    /// "Trust the new key...".
    TrustNew,
    /// "Trust and connect" at a changed key, with the first group as typed.
    Confirm(String),
    /// "Cancel", "Disconnect", Esc or the window's cross.
    Leave,
    /// "See" in the panel's strip: asks again.
    Again,
}

impl Question {
    /// Where the key was shown.
    #[must_use]
    pub fn address(&self) -> &Address {
        match self {
            Question::First { address, .. } => address,
            Question::Changed(change) | Question::Confirm { change, .. } => &change.address,
        }
    }

    /// The key that is in question.
    #[must_use]
    pub fn offered(&self) -> ServerId {
        match self {
            Question::First { offered, .. } => *offered,
            Question::Changed(change) | Question::Confirm { change, .. } => change.offered,
        }
    }
}

impl Model {
    pub(super) fn trust_needed(&mut self, address: Address, offered: ServerId) {
        // Nobody waits for an answer that was given up.
        if self.attempt.is_some() || self.screen == Screen::Panel {
            self.trust = Some(Question::First { address, offered, compared: false });
        }
    }

    pub(super) fn key_changed(&mut self, change: Change) {
        if self.attempt.is_some() || self.screen == Screen::Panel {
            self.link.key_trouble(self.screen == Screen::Panel);
            self.changed_key = Some(change.clone());
            self.trust = Some(Question::Changed(change));
        }
    }

    pub(super) fn trust(&mut self, msg: TrustMsg, out: &mut Vec<Effect>) {
        if matches!(msg, TrustMsg::Again) {
            self.trust = self.changed_key.clone().map(Question::Changed);
            return;
        }
        let Some(question) = self.trust.take() else { return };
        match (msg, question) {
            (TrustMsg::Compared(on), Question::First { address, offered, .. }) => {
                self.trust = Some(Question::First { address, offered, compared: on });
            }
            (TrustMsg::Copy, question) => {
                let text = question.offered().fingerprint();
                out.push(Effect::Copy { text, said: "fp.copied", number: String::new() });
                self.trust = Some(question);
            }
            (TrustMsg::Accept, Question::First { address, offered, compared: true }) => {
                self.connect_with(address, Trust::Key(offered), out);
            }
            (TrustMsg::TrustNew, Question::Changed(change)) => {
                self.trust = Some(Question::Confirm { change, wrong: false });
            }
            (TrustMsg::Confirm(typed), Question::Confirm { change, .. }) => {
                match typed.trim().eq_ignore_ascii_case(first_group(change.offered).as_str()) {
                    true => {
                        let (address, offered) = (change.address, change.offered);
                        self.connect_with(address, Trust::Replace(offered), out);
                    }
                    false => self.trust = Some(Question::Confirm { change, wrong: true }),
                }
            }
            (TrustMsg::Leave, _) => match self.screen {
                Screen::Login => self.give_up(out),
                Screen::Panel => {
                    self.leave(None, out);
                    self.login.failed(Failure::KeyChanged);
                }
            },
            (_, question) => self.trust = Some(question),
        }
    }

    fn connect_with(&mut self, address: Address, trust: Trust, out: &mut Vec<Effect>) {
        self.changed_key = None;
        self.link.key_trouble(false);
        out.push(Effect::Ask(Intent::Connect { address, trust }));
    }
}

/// The four digits that prove that somebody read the new fingerprint.
fn first_group(id: ServerId) -> String {
    id.fingerprint().chars().take(4).collect()
}
