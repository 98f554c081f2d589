//! The settings in force. They change while the server runs, and whoever reads them waits for nobody.

use std::sync::{Arc, PoisonError, RwLock};

use super::settings::Settings;
use crate::limits::Limits;

/// What everybody asks; one setting is never seen half changed.
pub struct Policy(RwLock<Rule>);

#[derive(Clone)]
struct Rule {
    settings: Arc<Settings>,
    limits: Arc<Limits>,
}

impl Policy {
    /// These settings, until others are put in force.
    #[must_use]
    pub fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Policy(RwLock::new(Rule::new(settings))))
    }

    /// These limits and every other setting as it is without an administrator.
    #[must_use]
    pub fn of_limits(limits: Limits) -> Arc<Self> {
        Policy::new(Settings { limits, ..Settings::default() })
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

    /// Puts others in force.
    pub fn replace(&self, settings: Settings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Rule::new(settings);
    }

    fn rule(&self) -> Rule {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Rule {
    fn new(settings: Settings) -> Self {
        let limits = Arc::new(settings.limits.clone());
        Rule { settings: Arc::new(settings), limits }
    }
}
