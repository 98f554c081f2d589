//! The settings in force, and how often the bounds among them were met. They change while the server
//! runs, and whoever reads them waits for nobody.

use std::sync::{Arc, PoisonError, RwLock};

use super::bounds::{Bound, Met};
use super::settings::{DISCOVERY, NAME, Settings};
use crate::limits::Limits;
use crate::net::protocol::Refusal;

/// What everybody asks; one setting is never seen half changed.
pub struct Policy {
    rule: RwLock<Rule>,
    /// What the command line says, which goes before every setting.
    given: Given,
    met: Met,
}

/// What was said at the start of this server.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Its name for people.
    pub name: Option<String>,
    /// It is not announced on the LAN.
    pub is_quiet: bool,
}

#[derive(Clone)]
struct Rule {
    settings: Arc<Settings>,
    limits: Arc<Limits>,
}

impl Policy {
    /// These settings, until others are put in force, behind what was given.
    #[must_use]
    pub fn new(settings: Settings, given: Given) -> Arc<Self> {
        Arc::new(Policy { rule: RwLock::new(Rule::new(settings)), given, met: Met::default() })
    }

    /// These limits and every other setting as it is without an administrator.
    #[must_use]
    pub fn of_limits(limits: Limits) -> Arc<Self> {
        Policy::new(Settings { limits, ..Settings::default() }, Given::default())
    }

    /// All settings.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.rule().settings
    }

    /// The numbers among them.
    #[must_use]
    pub fn limits(&self) -> Arc<Limits> {
        self.rule().limits
    }

    /// How often each bound was met.
    #[must_use]
    pub fn met(&self) -> &Met {
        &self.met
    }

    /// Somebody is turned away at a bound: counts it and gives what is said.
    pub fn refuse(&self, bound: Bound, refusal: impl Into<Refusal>) -> Refusal {
        self.met.refuse(bound);
        refusal.into()
    }

    /// The server's name for people: as given, else as set, else the host's.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.given.name.clone().or_else(|| self.settings().name.clone());
        name.unwrap_or_else(host_name)
    }

    /// Whether the server is announced on the LAN.
    #[must_use]
    pub fn is_announced(&self) -> bool {
        !self.given.is_quiet && self.settings().discovery
    }

    /// The settings that what was given goes before.
    #[must_use]
    pub fn given(&self) -> Vec<&'static str> {
        let name = self.given.name.is_some().then_some(NAME);
        let discovery = self.given.is_quiet.then_some(DISCOVERY);
        name.into_iter().chain(discovery).collect()
    }

    /// Puts others in force.
    pub fn replace(&self, settings: Settings) {
        *self.rule.write().unwrap_or_else(PoisonError::into_inner) = Rule::new(settings);
    }

    fn rule(&self) -> Rule {
        self.rule.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Rule {
    fn new(settings: Settings) -> Self {
        let limits = Arc::new(settings.limits.clone());
        Rule { settings: Arc::new(settings), limits }
    }
}

fn host_name() -> String {
    let name = hostname::get().ok().and_then(|name| name.into_string().ok());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "MyChat".to_owned())
}
