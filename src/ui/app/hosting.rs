//! A server that is started from the sign-in window: its own window comes, and this one waits for it.

use super::login::{Phase, Problem};
use super::servers::Choice;
use super::{Effect, Model};
use crate::client::finder::FoundCard;

/// How the server program that was started here ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEnd {
    /// It could not be started at all.
    NotStarted(String),
    /// It ran and ended with this exit code.
    Ended(Option<i32>),
}

impl Model {
    /// Opens the server's window, which starts a server, or shows the one that runs.
    pub(super) fn host(&mut self, out: &mut Vec<Effect>) {
        if self.login.hosting.is_some() {
            return;
        }
        let is_running = |server: &&FoundCard| server.local && server.reachable;
        let running = self.login.servers().find(is_running).map(|local| local.id);
        if self.login.host_windows > 0 {
            if let Some(id) = running {
                self.login.choice = Choice::Card(id);
            }
            self.login.phase = Phase::Failed(Problem::HostOpen);
            return;
        }
        self.login.host_windows += 1;
        match running {
            Some(id) => {
                self.login.choice = Choice::Card(id);
                self.login.phase = Phase::Failed(Problem::HostRuns);
            }
            None => {
                self.login.hosting = Some(self.now.mono_ms);
                self.login.phase = Phase::Idle;
            }
        }
        out.push(Effect::HostServer);
        out.push(Effect::SearchServers);
    }

    pub(super) fn host_ended(&mut self, end: HostEnd) {
        let was_starting = self.login.hosting.take().is_some();
        self.login.host_windows = self.login.host_windows.saturating_sub(1);
        let was_opened =
            matches!(self.login.phase, Phase::Failed(Problem::HostRuns | Problem::HostOpen));
        let problem = match end {
            HostEnd::NotStarted(reason) => Problem::HostNotStarted(reason),
            HostEnd::Ended(Some(0)) if was_starting => Problem::HostClosed,
            HostEnd::Ended(Some(0)) if was_opened => {
                self.login.phase = Phase::Idle;
                return;
            }
            HostEnd::Ended(_) if was_starting || was_opened => Problem::HostFailed,
            // It does not run any more.
            HostEnd::Ended(_) if self.login.phase == Phase::Failed(Problem::HostReady) => {
                self.login.phase = Phase::Idle;
                return;
            }
            // A window that was closed later says nothing about a sign-in.
            HostEnd::Ended(_) => return,
        };
        self.login.phase = Phase::Failed(problem);
    }
}
