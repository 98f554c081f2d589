//! Which server, from three places that are looked at at once: the cards (servers of this network, and
//! those used before that answer where they were), and the typed address or pasted link. And what is
//! known of their keys.

use super::Screen;
use super::login::{Field, Problem};
use super::{Effect, Model};
use crate::client::Failure;
use crate::client::api::{LinkedServer, SavedServer, Trust};
use crate::client::finder::{FoundCard, Met};
use crate::client::probe::Probed;
use crate::domain::ServerId;
use crate::net::address::{Address, AddressError, Invite};
use crate::net::protocol::{DEFAULT_PORT, Registration};

/// The server used last is waited for so long before its saved address is shown instead.
const LAST_USED_WAIT_MS: u64 = 2_500;

/// After so long without any server on this network the usual reasons are told.
const LONELY_MS: u64 = 3_000;

/// A typed address is looked at when it has stood so long.
const LOOK_AFTER_MS: u64 = 700;
/// And again this often: who is there changes, and a server may stop.
const LOOK_EVERY_MS: u64 = 10_000;

/// Which server is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// The person chose none: the one used last, else the first one found.
    #[default]
    Automatic,
    /// The person chose this card.
    Card(ServerId),
    /// The address typed in "other server".
    Other,
}

/// How the key of a server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Pinned before and proven now.
    Proven,
    /// Never met.
    First,
    /// The address showed another key before.
    Changed,
}

/// A card of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What was found.
    pub found: FoundCard,
    /// How its key stands.
    pub lock: Lock,
    /// Whether it is the chosen one.
    pub chosen: bool,
}

/// The server that a sign-in would go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Where.
    pub address: Address,
    /// How its key is judged.
    pub trust: Trust,
    /// Its id, where it was met or found before.
    pub id: Option<ServerId>,
    /// Its name, or its address.
    pub name: String,
    /// Who may register, where that is known.
    pub registration: Option<Registration>,
}

/// Looks at the typed address, one at a time.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// The last one, or the next.
    pub(super) glance: Option<Glance>,
    /// One is under way.
    looking: bool,
}

impl Chosen {
    /// Its name and where it is, in a line.
    #[must_use]
    pub fn shown(&self) -> String {
        let address = self.address.to_string();
        match self.name == address {
            true => address,
            false => format!("{} · {}", self.name, self.address.host),
        }
    }
}

/// A look at the server behind the typed address, before anybody signs in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// Where.
    pub address: Address,
    /// It stands there since then, or was looked at then.
    since: u64,
    /// What was seen; `None` while that is not known.
    pub seen: Option<Result<Probed, Failure>>,
    wanted: bool,
}

impl Model {
    /// What was seen at the typed address, as far as that is known.
    #[must_use]
    pub fn glance(&self) -> Option<&Result<Probed, Failure>> {
        self.login.looks.glance.as_ref()?.seen.as_ref()
    }

    /// Whether the typed address was met before: its key is known.
    #[must_use]
    pub fn has_met_typed(&self) -> bool {
        let typed = if self.is_other_chosen() { self.chosen().ok() } else { None };
        typed.and_then(|chosen| chosen.id).is_some_and(|id| self.saved_server(id).is_some())
    }

    /// Whether nothing has answered on this network for so long that the usual reasons are told.
    #[must_use]
    pub fn is_nobody_here(&self) -> bool {
        let since = self.login.lonely_since.filter(|_| self.login.found_count() == Some(0));
        since.is_some_and(|since| self.now.mono_ms >= since + LONELY_MS)
    }

    /// Whether the chosen server takes no new accounts.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let registration = self.chosen().ok().and_then(|chosen| chosen.registration);
        registration == Some(Registration::Closed)
    }

    /// A typed address is looked at when nothing more is typed, and now and then: no words are sent
    /// there. One look at a time.
    pub(super) fn look_at_typed(&mut self, at_once: bool, out: &mut Vec<Effect>) {
        let typed = if self.is_other_chosen() { self.chosen().ok() } else { None };
        let Some(Chosen { address, id, .. }) = typed else {
            self.login.looks.glance = None;
            return;
        };
        if self.login.looks.glance.as_ref().is_none_or(|glance| glance.address != address) {
            let since = self.now.mono_ms;
            let glance = Glance { address: address.clone(), since, seen: None, wanted: true };
            self.login.looks.glance = Some(glance);
        }
        let Some(glance) = &mut self.login.looks.glance else { return };
        if glance.seen.is_some() && self.now.mono_ms >= glance.since + LOOK_EVERY_MS {
            glance.wanted = true;
        }
        let has_stood = at_once || self.now.mono_ms >= glance.since + LOOK_AFTER_MS;
        if glance.wanted && has_stood && !self.login.looks.looking && self.attempt.is_none() {
            (glance.wanted, glance.since) = (false, self.now.mono_ms);
            self.login.looks.looking = true;
            out.push(Effect::Look(address, id));
        }
    }

    /// The person wants to know how it is now.
    pub(super) fn look_again(&mut self, out: &mut Vec<Effect>) {
        if let Some(glance) = &mut self.login.looks.glance {
            glance.wanted = true;
        }
        self.look_at_typed(true, out);
    }

    /// What came of a look.
    pub(super) fn looked(
        &mut self,
        address: &Address,
        seen: Result<Probed, Failure>,
        out: &mut Vec<Effect>,
    ) {
        self.login.looks.looking = false;
        // What was never met cannot have changed: the link speaks of another server.
        let seen = match seen {
            Err(Failure::KeyChanged) if !self.is_met(address) => Err(Failure::KeyOther),
            seen => seen,
        };
        if let Ok(probed) = &seen
            && let Some(register) = &mut self.register
            && register.server.address == *address
            && register.server.registration.is_none()
        {
            register.learn(Some(probed.registration));
        }
        if let Some(glance) = &mut self.login.looks.glance
            && glance.address == *address
        {
            let is_first = glance.seen.replace(seen).is_none();
            if is_first && self.login.account.is_empty() && self.attempt.is_none() {
                self.offer_account(out);
            }
        }
    }

    /// No link could be made there.
    pub(super) fn not_there(&mut self, address: &Address, why: &Failure) {
        if let Some(glance) = &mut self.login.looks.glance
            && glance.address == *address
        {
            glance.seen = Some(Err(why.clone()));
        }
    }

    /// A link says the same, and is newer.
    pub(super) fn greeted(&mut self, server: &LinkedServer) {
        if let Some(glance) = &mut self.login.looks.glance
            && glance.address == server.address
        {
            let LinkedServer { id, name, registration, online, .. } = server.clone();
            glance.seen = Some(Ok(Probed { id, name, registration, online }));
            glance.wanted = false;
        }
    }

    /// The list: those that answer, used last first, then by name.
    #[must_use]
    pub fn cards(&self) -> Vec<Card> {
        let chosen = self.chosen_card();
        let mut cards: Vec<Card> = self
            .login
            .servers()
            .map(|found| Card {
                lock: self.lock_of(found),
                chosen: chosen == Some(found.id),
                found: found.clone(),
            })
            .collect();
        let used = |card: &Card| self.saved_server(card.found.id).map_or(0, |server| server.used);
        cards.sort_by_cached_key(|card| {
            let name = card.found.name.to_lowercase();
            (!card.found.reachable, std::cmp::Reverse(used(card)), name, card.found.id)
        });
        cards
    }

    /// Whether the typed address is the chosen one.
    #[must_use]
    pub fn is_other_chosen(&self) -> bool {
        self.login.choice == Choice::Other || (self.chosen_card().is_none() && self.falls_back())
    }

    /// The server that a sign-in would go to now.
    ///
    /// # Errors
    /// None is chosen, or its address is none.
    pub fn chosen(&self) -> Result<Chosen, Problem> {
        if let Some(found) =
            self.chosen_card().and_then(|id| self.login.servers().find(|server| server.id == id))
        {
            return Ok(Chosen {
                address: found.address.clone(),
                // What was announced is a hint: the server behind the address has to prove that it
                // is the one that the card shows. A changed key is for the person to judge.
                trust: match self.lock_of(found) {
                    Lock::Changed => Trust::First,
                    Lock::Proven | Lock::First => Trust::Key(found.id),
                },
                id: Some(found.id),
                name: found.name.clone(),
                registration: found.registration,
            });
        }
        if !self.is_other_chosen() {
            return Err(Problem::NoServer);
        }
        let mut invite = typed_address(&self.login.host, &self.login.port)
            .map_err(|(field, error)| Problem::Address { field, error })?;
        invite.key = invite.key.or(self.login.key);
        let met = self.saved.servers.iter().find(|server| server.address == invite.address);
        let glance =
            self.login.looks.glance.as_ref().filter(|glance| glance.address == invite.address);
        let seen = glance.and_then(|glance| glance.seen.as_ref()?.as_ref().ok());
        // Met before, at another address.
        let known = seen.map(|seen| seen.id).filter(|id| self.saved_server(*id).is_some());
        let name = met.map(|server| &server.name).or(seen.map(|seen| &seen.name));
        Ok(Chosen {
            trust: invite.key.map_or(Trust::Ask, Trust::Key),
            id: invite.key.or(met.map(|server| server.id)).or(known),
            name: name.cloned().unwrap_or_else(|| invite.address.to_string()),
            registration: seen.map(|seen| seen.registration),
            address: invite.address,
        })
    }

    fn chosen_card(&self) -> Option<ServerId> {
        let found = |id: &ServerId| self.login.servers().any(|server| server.id == *id);
        match self.login.choice {
            Choice::Card(id) => found(&id).then_some(id),
            Choice::Other => None,
            Choice::Automatic => {
                let last = self.saved.servers.first().map(|server| server.id);
                match last {
                    Some(last) if found(&last) => Some(last),
                    Some(_) => None,
                    None => self
                        .login
                        .servers()
                        .min_by_key(|found| (!found.reachable, found.name.to_lowercase(), found.id))
                        .map(|found| found.id),
                }
            }
        }
    }

    /// What is typed is for the server that is shown: one that is found later does not get it.
    pub(super) fn stay_with_server(&mut self) {
        if self.login.choice == Choice::Automatic
            && self.saved.servers.is_empty()
            && let Some(id) = self.chosen_card()
        {
            self.login.choice = Choice::Card(id);
        }
    }

    /// The server used last has not been found: its saved address is shown instead.
    fn falls_back(&self) -> bool {
        self.login.choice == Choice::Automatic
            && !self.saved.servers.is_empty()
            && self.now.mono_ms >= self.login.started_at + LAST_USED_WAIT_MS
    }

    fn lock_of(&self, found: &FoundCard) -> Lock {
        if self.saved_server(found.id).is_some() {
            return if found.proven { Lock::Proven } else { Lock::First };
        }
        match self.saved.servers.iter().any(|server| server.address == found.address) {
            true => Lock::Changed,
            false => Lock::First,
        }
    }

    /// The key that the server at an address has to prove: the one that was pinned, if any. What was
    /// announced or came with a link is a hint until then.
    pub(super) fn key_of(&self, address: &Address, hint: Option<ServerId>) -> Option<ServerId> {
        let is_pinned = hint.is_some_and(|id| self.saved_server(id).is_some());
        let met = self.saved.servers.iter().find(|server| server.address == *address);
        if is_pinned { hint } else { met.map(|server| server.id).or(hint) }
    }

    /// Whether a server was met at an address, or the one that is meant there anywhere.
    fn is_met(&self, address: &Address) -> bool {
        let meant = self.chosen().ok().filter(|chosen| chosen.address == *address);
        meant.and_then(|chosen| chosen.id).is_some_and(|id| self.saved_server(id).is_some())
            || self.saved.servers.iter().any(|server| server.address == *address)
    }

    pub(super) fn saved_server(&self, id: ServerId) -> Option<&SavedServer> {
        self.saved.servers.iter().find(|server| server.id == id)
    }

    /// The servers used before and where they were, the last one first: they are looked at beside the
    /// ones of this network.
    #[must_use]
    pub fn met_servers(&self) -> Vec<Met> {
        let servers = self.saved.servers.iter();
        // Whoever lost one server has no business with the others.
        let lost = self.link.server.as_ref().filter(|_| self.screen == Screen::Panel);
        let servers = servers.filter(|server| lost.is_none_or(|lost| lost.id == server.id));
        servers.map(|server| (server.id, server.address.clone())).collect()
    }

    /// Chooses a server met before: its card where it is here now, else its address.
    pub(super) fn pick_server(&mut self, id: ServerId) {
        let Some(server) = self.saved_server(id).cloned() else { return };
        let is_here = self.login.servers().any(|server| server.id == id);
        self.login.choice = if is_here { Choice::Card(id) } else { Choice::Other };
        self.login.host = server.address.host;
        self.login.port = server.address.port.to_string();
        self.login.key = None;
    }
}

/// Reads the two boxes. A port in the first box, as in a pasted address or link, wins.
fn typed_address(host: &str, port: &str) -> Result<Invite, (Field, AddressError)> {
    let mut invite = Invite::parse(host).map_err(|error| (Field::Host, error))?;
    let is_plain = Address::parse(host.trim())
        .is_ok_and(|address| address.port == DEFAULT_PORT && !address_has_port(host.trim()));
    if is_plain && !port.trim().is_empty() {
        invite.address.port = match port.trim().parse() {
            Ok(port) if port > 0 => port,
            _ => return Err((Field::Port, AddressError::Port)),
        };
    }
    Ok(invite)
}

fn address_has_port(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(rest) => rest.contains("]:"),
        None => host.matches(':').count() == 1,
    }
}
