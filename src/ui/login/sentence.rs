//! The message row of the login window: one sentence for each cause, and what can be done.

use crate::client::Failure;
use crate::net::protocol::Reason;
use crate::ui::app::Model;
use crate::ui::app::attempt::Stage;
use crate::ui::app::login::{Field, Phase, Problem};
use crate::ui::paint::Icon;
use crate::ui::text::{self, Language};

/// What the row says.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// In which colour.
    pub tone: Tone,
    /// Before the words.
    pub icon: Icon,
    /// The sentence.
    pub words: String,
    /// The key of what can be done: cancel or retry.
    pub action: Option<&'static str>,
    /// Whether checking the network may say more.
    pub check: bool,
}

/// The colour of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something is under way.
    Plain,
    /// It failed.
    Bad,
    /// It has to wait.
    Warn,
}

/// What the row says now, if anything.
#[must_use]
pub fn row(model: &Model, language: Language) -> Option<Row> {
    if let Some(attempt) = &model.attempt
        && model.is_signing_in()
    {
        let words = match attempt.stage {
            Stage::Linking => language.fill("login.connecting", &[("name", &attempt.name)]),
            Stage::Asking(_) => language.get("login.signing").to_owned(),
        };
        return Some(plain(words));
    }
    match &model.login.phase {
        Phase::Idle => None,
        Phase::Soon { at } => {
            let left = at.saturating_sub(model.now.mono_ms).div_ceil(1_000).max(1);
            Some(plain(language.fill("login.soon", &[("n", &left.to_string())])))
        }
        Phase::Failed(problem) => Some(failed(problem, language)),
    }
}

/// Whether the frame of a field shall be red.
#[must_use]
pub fn is_about(model: &Model, place: Field) -> bool {
    match &model.login.phase {
        Phase::Failed(problem) => problem.field() == Some(place),
        _ => false,
    }
}

fn plain(words: String) -> Row {
    let action = Some("common.cancel");
    Row { tone: Tone::Plain, icon: Icon::Clock, words, action, check: false }
}

fn failed(problem: &Problem, language: Language) -> Row {
    let bad = |icon, words: String, action| {
        let check = *problem == Problem::NoServer;
        Row { tone: Tone::Bad, icon, words, action, check }
    };
    let say = |key| bad(Icon::Alert, language.get(key).to_owned(), None);
    match problem {
        Problem::Failure(failure) => of_failure(failure, language),
        Problem::Address { error, .. } => {
            bad(Icon::Alert, text::address(language, *error).to_owned(), None)
        }
        Problem::NoServer => say("server.choose"),
        Problem::NoAccount => say("login.need.account"),
        Problem::NoPassword => say("login.need.password"),
        Problem::SignedOut(why) => {
            let icon = match why {
                Failure::Refused(refusal) if refusal.reason == Reason::Disabled => Icon::Ban,
                _ => Icon::Logout,
            };
            bad(icon, text::failure(language, why), None)
        }
        Problem::Closed => say("reason.registration_closed"),
        Problem::HostRuns => told(language, "server.run.runs"),
        Problem::HostOpen => told(language, "server.run.open"),
        Problem::HostReady => told(language, "server.run.ready"),
        Problem::HostSlow => say("server.run.slow"),
        Problem::HostClosed => told(language, "server.run.closed"),
        Problem::HostFailed => say("server.run.failed"),
        Problem::HostNotStarted(reason) => {
            let words = language.fill("server.run.nofile", &[("reason", reason)]);
            bad(Icon::Alert, words, None)
        }
    }
}

/// Something that is worth a sentence and no trouble.
fn told(language: Language, key: &'static str) -> Row {
    let words = language.get(key).to_owned();
    Row { tone: Tone::Plain, icon: Icon::Info, words, action: None, check: false }
}

fn of_failure(failure: &Failure, language: Language) -> Row {
    let words = text::failure(language, failure);
    let reason = match failure {
        Failure::Refused(refusal) => Some(refusal.reason),
        _ => None,
    };
    let (tone, icon, action) = match (reason, failure) {
        (Some(Reason::LockedOut), _) => (Tone::Warn, Icon::Lock, None),
        (Some(Reason::Disabled), _) => (Tone::Bad, Icon::Ban, None),
        // Trying the same again would not help.
        (Some(Reason::WrongPassword | Reason::TokenInvalid), _)
        | (
            None,
            Failure::KeyChanged
            | Failure::KeyOther
            | Failure::NotMyChat
            | Failure::NoToken
            | Failure::Store(_),
        ) => (Tone::Bad, Icon::Alert, None),
        (None, _) => (Tone::Bad, Icon::Offline, Some("common.retry")),
        (Some(_), _) => (Tone::Bad, Icon::Alert, Some("common.retry")),
    };
    Row { tone, icon, words, action, check: is_of_network(failure) }
}

/// Whether a failure may have a cause that checking the network finds.
fn is_of_network(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::NameUnknown
            | Failure::PortClosed
            | Failure::Unreachable
            | Failure::NotMyChat
            | Failure::Version
            | Failure::LinkLost
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::protocol::Refusal;

    #[test]
    fn the_network_is_offered_for_checking_where_it_may_be_the_cause() {
        let check = |problem: Problem| failed(&problem, Language::English).check;
        for failure in [Failure::PortClosed, Failure::Unreachable, Failure::NotMyChat] {
            assert!(check(Problem::Failure(failure)));
        }
        assert!(check(Problem::NoServer));
        let wrong = Failure::Refused(Refusal::new(Reason::WrongPassword));
        assert!(!check(Problem::Failure(wrong)));
        assert!(!check(Problem::NoPassword) && !check(Problem::HostReady));
    }
}
