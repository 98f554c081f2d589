//! The login window: which server, who, and what stands in the way.

use std::collections::BTreeMap;

use super::attempt::{Attempt, Goal, Stage};
use super::contacts::Confirm;
use super::register::Register;
use super::servers::{Choice, Chosen, Looks};
use super::{Effect, Model, Moment};
use crate::client::Failure;
use crate::client::api::{Secret, Trust};
use crate::client::finder::{FoundCard, Source};
use crate::domain::{AccountId, Person, Presence, ServerId};
use crate::net::address::{Address, AddressError, Invite};
use crate::net::protocol::{DEFAULT_PORT, Reason, Registration};

/// The avatar of somebody who is not known: the ginkgo leaf of the program.
pub const AVATAR_UNKNOWN: u8 = 15;
/// An automatic sign-in can be cancelled for so long.
pub(super) const SOON_MS: u64 = 3_000;
/// An automatic sign-in that found no server is tried again this often.
const AGAIN_MS: u64 = 5_000;
/// The network is searched again this often, while the window stands.
const SEARCH_EVERY_MS: u64 = 5_000;
/// A server started here is looked for so long before its usual address is chosen.
const HOSTING_WAIT_MS: u64 = 10_000;

/// What the login window does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Waits for the person.
    Idle,
    /// Signs in by itself at this moment of the steady clock.
    Soon {
        /// When.
        at: u64,
    },
    /// Something is in the way.
    Failed(Problem),
}

/// What is in the way of a sign-in; each has its own sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The client or the server said so.
    Failure(Failure),
    /// The typed address is none.
    Address {
        /// Where it was typed.
        field: Field,
        /// What is wrong with it.
        error: AddressError,
    },
    /// No server is chosen.
    NoServer,
    /// No account was typed.
    NoAccount,
    /// No password was typed.
    NoPassword,
    /// The last sign-in was ended by the server.
    SignedOut(Failure),
    /// The chosen server takes no new accounts.
    Closed,
    /// The server program ended at once.
    HostFailed,
    /// The server program could not be started.
    HostNotStarted(String),
    /// A server runs here already and its window is being opened; no error.
    HostRuns,
    /// The window of a server that was started here is open; no error.
    HostOpen,
    /// The server that was started here answers; no error.
    HostReady,
    /// The server that was started here does not answer yet.
    HostSlow,
    /// The window of the server that was started here was closed.
    HostClosed,
}

impl Problem {
    /// The field that it is about: framed in red until something else is typed there.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match self {
            Problem::Address { field, .. } => Some(*field),
            Problem::NoAccount => Some(Field::Account),
            Problem::NoPassword => Some(Field::Password),
            Problem::Failure(Failure::NameUnknown) => Some(Field::Host),
            Problem::Failure(Failure::Refused(refusal)) => match refusal.reason {
                Reason::WrongPassword | Reason::TokenInvalid => Some(Field::Password),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What this computer keeps of a sign-in: nothing, unless the person says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// Nothing but the name.
    Nothing,
    /// The sign-in, so that no password is needed.
    SignIn,
    /// The same, and it is used at the next start by itself.
    Auto,
}

/// A place to type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The address of another server.
    Host,
    /// Its port.
    Port,
    /// Account or nickname.
    Account,
    /// Password.
    Password,
}

/// In the login window.
#[derive(Debug, Clone)]
pub enum LoginMsg {
    /// A card.
    Choose(ServerId),
    /// "Other server".
    OpenOther,
    /// Its cross.
    CloseOther,
    /// An address was typed.
    HostTyped(String),
    /// A port was typed.
    PortTyped(String),
    /// A server met before was picked.
    PickServer(ServerId),
    /// An account was typed.
    AccountTyped(String),
    /// The password was changed.
    PasswordTyped,
    /// A saved account was picked.
    PickAccount(ServerId, AccountId),
    /// A saved account's cross: is asked before.
    ForgetAccount(ServerId, AccountId),
    /// The check box.
    Remember(bool),
    /// The check box.
    Auto(bool),
    /// The status pill.
    Presence(Presence),
    /// The button, Enter, or "retry".
    Submit(Secret),
    /// "Cancel" or Esc.
    Cancel,
    /// "Create account".
    Register,
    /// "Forgot password?".
    Forgot,
    /// The round arrow or F5.
    Refresh,
    /// "Host a server on this computer".
    Host,
}

impl LoginMsg {
    /// Whether another server is chosen by it.
    fn is_choice(&self) -> bool {
        matches!(
            self,
            LoginMsg::Choose(_)
                | LoginMsg::PickServer(_)
                | LoginMsg::OpenOther
                | LoginMsg::CloseOther
                | LoginMsg::HostTyped(_)
                | LoginMsg::PortTyped(_)
        )
    }

    fn is_typed_in(&self, field: Field) -> bool {
        match self {
            LoginMsg::HostTyped(_) => field == Field::Host,
            LoginMsg::PortTyped(_) => field == Field::Port,
            LoginMsg::AccountTyped(_) => field == Field::Account,
            LoginMsg::PasswordTyped => field == Field::Password,
            _ => false,
        }
    }
}

/// What has happened in this window.
#[derive(Debug, Default)]
pub(super) struct SoFar {
    /// What the store knows was filled in.
    pub(super) restored: bool,
    /// The person has typed something.
    pub(super) typed: bool,
    /// The saved address of the server used last was unfolded; the person may fold it again.
    pub(super) unfolded: bool,
}

/// The login window.
#[derive(Debug)]
pub struct Login {
    /// By id; `None` until the finder has reported.
    pub(super) found: Option<BTreeMap<ServerId, FoundCard>>,
    pub(super) choice: Choice,
    /// Whether "other server" is unfolded.
    pub other_open: bool,
    /// The address typed there.
    pub host: String,
    /// The port typed there.
    pub port: String,
    /// The key that came with a link to this address; gone when another one is typed.
    pub key: Option<ServerId>,
    /// Account number or nickname, as typed.
    pub account: String,
    /// What this computer keeps of the sign-in.
    pub keep: Keep,
    /// How to be seen after signing in.
    pub presence: Presence,
    /// The person chose that in this window: then it holds for all devices.
    pub(super) presence_chosen: bool,
    /// What the window does.
    pub phase: Phase,
    /// Since when a server is being started here.
    pub hosting: Option<u64>,
    /// Windows of servers that were opened here and stand.
    pub(super) host_windows: u8,
    pub(super) started_at: u64,
    /// Since when no server is on this network.
    pub(super) lonely_since: Option<u64>,
    /// When the network was searched last.
    pub(super) searched_at: u64,
    /// Looks at the typed address.
    pub(super) looks: Looks,
    /// The list of accounts is shown once it is known again.
    pub(super) switching: bool,
    pub(super) so_far: SoFar,
    /// An automatic sign-in that found no server is tried again at this moment.
    again: Option<u64>,
}

impl Login {
    pub(super) fn new(now: Moment, connect: Option<Invite>) -> Self {
        let mut login = Login {
            found: None,
            choice: Choice::Automatic,
            other_open: false,
            host: String::new(),
            port: DEFAULT_PORT.to_string(),
            key: None,
            account: String::new(),
            keep: Keep::Nothing,
            presence: Presence::Online,
            presence_chosen: false,
            phase: Phase::Idle,
            hosting: None,
            host_windows: 0,
            started_at: now.mono_ms,
            lonely_since: Some(now.mono_ms),
            searched_at: now.mono_ms,
            looks: Looks::default(),
            switching: false,
            so_far: SoFar::default(),
            again: None,
        };
        if let Some(invite) = connect {
            login.other_open = true;
            login.set_other(invite);
        }
        login
    }

    /// Chooses an address; a link is shown as what it says.
    fn set_other(&mut self, invite: Invite) {
        self.choice = Choice::Other;
        self.host = invite.address.host;
        self.port = invite.address.port.to_string();
        self.key = invite.key;
    }

    /// How many servers were found; `None` before the first search ended.
    #[must_use]
    pub fn found_count(&self) -> Option<usize> {
        self.found.as_ref().map(BTreeMap::len)
    }

    /// How many of them announce themselves on this network. The others answer where they were.
    #[must_use]
    pub fn announced_count(&self) -> usize {
        self.servers().filter(|server| server.source == Source::Network).count()
    }

    pub(super) fn servers(&self) -> impl Iterator<Item = &FoundCard> {
        self.found.iter().flat_map(BTreeMap::values)
    }

    /// Shows why an attempt failed and says where the person goes on.
    pub(super) fn failed(&mut self, why: Failure) -> Field {
        let is_unknown =
            matches!(&why, Failure::Refused(refusal) if refusal.reason == Reason::NotFound);
        let problem = Problem::Failure(why);
        let field = match is_unknown {
            true => Field::Account,
            false => problem.field().unwrap_or(Field::Password),
        };
        self.phase = match problem {
            Problem::Failure(Failure::Cancelled) => Phase::Idle,
            problem => Phase::Failed(problem),
        };
        field
    }

    /// The server was not there. A sign-in that began by itself goes on by itself; whether it does.
    pub(super) fn tries_again(&mut self, why: &Failure, now: Moment) -> bool {
        let is_cured_by_time = matches!(
            why,
            Failure::Offline
                | Failure::NameUnknown
                | Failure::PortClosed
                | Failure::Unreachable
                | Failure::LinkLost
                | Failure::Goodbye(_)
                | Failure::PutOut(..)
        );
        let was_trying = self.again.take().is_some();
        if is_cured_by_time && self.keep == Keep::Auto && !self.so_far.typed {
            self.again = Some(now.mono_ms + AGAIN_MS);
        }
        was_trying && self.again.is_some()
    }

    /// The panel stands: nothing is under way here any more.
    pub(super) fn settle(&mut self) {
        self.phase = Phase::Idle;
        (self.hosting, self.again) = (None, None);
        self.so_far.typed = false;
        self.presence_chosen = false;
    }

    /// The window is shown again after a sign-out.
    pub(super) fn come_back(&mut self, last: Option<Person>, why: Option<Failure>) {
        if let Some(person) = last {
            self.account = person.account.to_string();
        }
        self.keep = Keep::Nothing;
        // Who is there may have changed.
        self.looks.glance = None;
        self.phase = match why {
            Some(why) => Phase::Failed(Problem::SignedOut(why)),
            None => Phase::Idle,
        };
    }
}

impl Model {
    pub(super) fn login(&mut self, msg: LoginMsg, out: &mut Vec<Effect>) {
        let login = &mut self.login;
        if let Phase::Failed(problem) = &login.phase
            && (problem.field().is_some_and(|field| msg.is_typed_in(field))
                || (matches!(problem, Problem::Closed | Problem::HostSlow) && msg.is_choice()))
        {
            login.phase = Phase::Idle;
        }
        if !matches!(msg, LoginMsg::Refresh | LoginMsg::Presence(_)) {
            // The person takes it into its own hands.
            login.again = None;
        }
        match msg {
            LoginMsg::Choose(id) => login.choice = Choice::Card(id),
            LoginMsg::OpenOther => {
                login.other_open = true;
                login.choice = Choice::Other;
                out.push(Effect::FocusLogin(Field::Host));
            }
            LoginMsg::CloseOther => {
                login.other_open = false;
                login.choice = Choice::Automatic;
            }
            LoginMsg::HostTyped(host) => match Invite::parse(&host) {
                Ok(invite) if invite.key.is_some() => login.set_other(invite),
                _ => {
                    login.host = host;
                    login.key = None;
                    login.choice = Choice::Other;
                }
            },
            LoginMsg::PortTyped(port) => {
                login.port = port;
                login.key = None;
                login.choice = Choice::Other;
            }
            LoginMsg::PickServer(id) => self.pick_server(id),
            LoginMsg::AccountTyped(account) => {
                let was_kept = self.kept_account().is_some();
                self.login.account = account;
                self.login.so_far.typed = true;
                self.stay_with_server();
                self.account_changed(was_kept);
            }
            LoginMsg::PasswordTyped => {
                login.so_far.typed = true;
                self.stay_with_server();
            }
            LoginMsg::PickAccount(server, account) => self.pick_account(server, account, out),
            LoginMsg::ForgetAccount(server, account) => {
                out.push(Effect::Confirm(Confirm::RemoveAccount(server, account)));
            }
            LoginMsg::Remember(on) => self.set_remember(on, out),
            LoginMsg::Auto(true) => login.keep = Keep::Auto,
            LoginMsg::Auto(false) => login.keep = login.keep.min(Keep::SignIn),
            LoginMsg::Presence(presence) => {
                (login.presence, login.presence_chosen) = (presence, true);
            }
            LoginMsg::Submit(password) => self.submit(password, out),
            LoginMsg::Cancel => self.cancel(out),
            LoginMsg::Register => self.open_register(out),
            LoginMsg::Forgot => self.open_recover(out),
            LoginMsg::Refresh => {
                out.push(Effect::SearchServers);
                self.look_again(out);
            }
            LoginMsg::Host => self.host(out),
        }
        self.stop_countdown_when_typing();
    }

    /// The servers of this network, as they are now.
    pub(super) fn servers(&mut self, found: Vec<FoundCard>, out: &mut Vec<Effect>) {
        let login = &mut self.login;
        login.lonely_since = match found.is_empty() {
            true => login.lonely_since.or(Some(self.now.mono_ms)),
            false => None,
        };
        login.found = Some(found.into_iter().map(|server| (server.id, server)).collect());
        self.follow_server(out);
        let login = &mut self.login;
        let answers = |server: &&FoundCard| server.local && server.proven && server.reachable;
        let local = login.servers().find(answers).map(|server| server.id);
        // A port that was taken holds it up: it comes when another one was chosen in its window.
        let is_late = login.phase == Phase::Failed(Problem::HostSlow);
        if let Some(local) = local.filter(|_| is_late || login.hosting.is_some()) {
            out.push(Effect::RaiseLogin);
            login.other_open &= !is_late;
            login.choice = Choice::Card(local);
            login.hosting = None;
            login.phase = Phase::Failed(Problem::HostReady);
        }
    }

    pub(super) fn login_tick(&mut self, out: &mut Vec<Effect>) {
        if self.is_other_chosen() && !self.login.so_far.unfolded {
            self.login.so_far.unfolded = true;
            self.login.other_open = true;
        }
        self.look_at_typed(false, out);
        if self.now.mono_ms >= self.login.searched_at + SEARCH_EVERY_MS {
            self.login.searched_at = self.now.mono_ms;
            out.push(Effect::SearchServers);
        }
        if let Phase::Soon { at } = self.login.phase
            && self.now.mono_ms >= at
        {
            self.login.phase = Phase::Idle;
            self.submit(Secret::new(""), out);
        }
        if self.login.again.is_some_and(|at| self.now.mono_ms >= at) && self.attempt.is_none() {
            self.submit(Secret::new(""), out);
        }
        if self.login.hosting.is_some_and(|since| self.now.mono_ms >= since + HOSTING_WAIT_MS) {
            self.login.hosting = None;
            self.login.other_open = true;
            let address = Address { host: "127.0.0.1".to_owned(), port: DEFAULT_PORT };
            self.login.set_other(Invite { address, key: None });
            self.login.phase = Phase::Failed(Problem::HostSlow);
        }
    }

    fn stop_countdown_when_typing(&mut self) {
        if self.login.so_far.typed && matches!(self.login.phase, Phase::Soon { .. }) {
            self.login.phase = Phase::Idle;
        }
    }

    fn submit(&mut self, password: Secret, out: &mut Vec<Effect>) {
        if self.attempt.is_some() {
            return;
        }
        match self.readied(password) {
            Ok((attempt, trust)) => {
                self.login.phase = Phase::Idle;
                self.begin(attempt, trust, out);
            }
            Err((problem, field)) => {
                self.login.phase = Phase::Failed(problem);
                out.push(Effect::FocusLogin(field));
            }
        }
    }

    fn readied(&self, password: Secret) -> Result<(Attempt, Trust), (Problem, Field)> {
        let chosen = self.chosen().map_err(|problem| {
            let field = problem.field().unwrap_or(Field::Host);
            (problem, field)
        })?;
        let login = self.login.account.trim().to_owned();
        if login.is_empty() {
            return Err((Problem::NoAccount, Field::Account));
        }
        let goal = match self.kept_account() {
            Some(kept) if password.expose().is_empty() => Goal::Token(kept.person.account),
            _ if password.expose().is_empty() => {
                return Err((Problem::NoPassword, Field::Password));
            }
            _ => Goal::Password { login, password, remember: self.login.keep != Keep::Nothing },
        };
        let (address, name) = (chosen.address, chosen.name);
        Ok((Attempt { address, name, goal, stage: Stage::Linking }, chosen.trust))
    }

    fn cancel(&mut self, out: &mut Vec<Effect>) {
        self.login.phase = Phase::Idle;
        self.trust = None;
        self.give_up(out);
    }

    fn open_register(&mut self, out: &mut Vec<Effect>) {
        let Some(chosen) = self.chosen_or_say(out) else { return };
        match chosen.registration {
            Some(Registration::Closed) => self.login.phase = Phase::Failed(Problem::Closed),
            _ => self.register = Some(Register::new(chosen)),
        }
        self.look_at_typed(true, out);
    }

    /// The chosen server for another window, or says what is missing.
    pub(super) fn chosen_or_say(&mut self, out: &mut Vec<Effect>) -> Option<Chosen> {
        match self.chosen() {
            Ok(chosen) => {
                self.login.phase = Phase::Idle;
                Some(chosen)
            }
            Err(problem) => {
                out.push(Effect::FocusLogin(problem.field().unwrap_or(Field::Host)));
                self.login.phase = Phase::Failed(problem);
                None
            }
        }
    }
}
