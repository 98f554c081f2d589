//! A number and a recovery code that are shown this once: after a registration, or after a code set
//! a new password.

use super::{Effect, Model};
use crate::client::api::Secret;
use crate::domain::Person;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The account was made.
    Registered,
    /// It has a new password.
    Recovered,
}

/// The account, with its new code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What was done.
    pub way: Way,
    /// Who one is now.
    pub person: Person,
    /// Shown this once.
    pub recovery: Secret,
    /// Whether it was copied.
    pub copied: bool,
}

/// In its window.
#[derive(Debug, Clone, Copy)]
pub enum DoneMsg {
    /// The number's copy button.
    CopyNumber,
    /// The recovery code's copy button.
    CopyRecovery,
    /// "Enter MyChat".
    Enter,
    /// The window's cross or Esc.
    Close,
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

impl Model {
    pub(super) fn done_window(&mut self, msg: DoneMsg, out: &mut Vec<Effect>) {
        let Some(done) = &mut self.done else { return };
        match msg {
            DoneMsg::CopyNumber => {
                let number = done.person.account.to_string();
                out.push(Effect::Copy { text: number.clone(), said: "reg.number.copied", number });
            }
            DoneMsg::CopyRecovery => {
                done.copied = true;
                let text = done.recovery_shown();
                out.push(Effect::Copy { text, said: "reg.recovery.copied", number: String::new() });
            }
            // The code is shown this once: Esc or the cross may be a slip.
            DoneMsg::Close if !done.copied => out.push(Effect::AskBeforeEntering),
            DoneMsg::Close | DoneMsg::Enter => self.leave_done(out),
        }
    }

    /// Goes on to the panel, or stays at the sign-in where that was ended meanwhile.
    fn leave_done(&mut self, out: &mut Vec<Effect>) {
        match self.me {
            Some(_) => self.enter(),
            None => self.done = None,
        }
        self.ask_saved(out);
    }
}
