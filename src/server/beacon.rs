//! Tells the LAN of the server, under the name that it has now, while that is wanted.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use super::Ready;
use super::journal::Journal;
use super::policy::Policy;
use crate::domain::ServerId;
use crate::net::control::{LogEvent, LogKind};
use crate::net::discovery::{Announcement, Announcer};

/// What is announced, and by whom.
pub(super) struct Beacon {
    policy: Arc<Policy>,
    journal: Arc<Journal>,
    id: ServerId,
    port: u16,
    listening: Vec<IpAddr>,
    lit: Mutex<Option<(String, Announcer)>>,
}

impl Beacon {
    pub fn new(policy: &Arc<Policy>, journal: &Arc<Journal>, ready: &Ready) -> Arc<Self> {
        Arc::new(Beacon {
            policy: policy.clone(),
            journal: journal.clone(),
            id: ready.server_id,
            port: ready.listening.first().map_or(0, SocketAddr::port),
            listening: ready.listening.iter().map(SocketAddr::ip).collect(),
            lit: Mutex::default(),
        })
    }

    /// Announces what holds now. A server that cannot be announced still serves those who know its
    /// address.
    pub fn refresh(&self) {
        let mut lit = self.lit.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = self.policy.is_announced().then(|| self.policy.name());
        if wanted.as_ref() == lit.as_ref().map(|(name, _)| name) {
            return;
        }
        if let Some((_, announcer)) = lit.take() {
            announcer.close();
        }
        let Some(name) = wanted else { return };
        let Beacon { id, port, .. } = *self;
        let announcement =
            Announcement { id, name: name.clone(), port, listening: self.listening.clone() };
        match Announcer::start(&announcement) {
            Ok(announcer) => *lit = Some((name, announcer)),
            Err(error) => {
                let text = error.to_string();
                self.journal.note(LogKind::Warn, None, LogEvent::Trouble { text });
            }
        }
    }

    /// Whether it is announced now.
    pub fn is_lit(&self) -> bool {
        self.lit.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The LAN hears that it is gone.
    pub fn close(&self) {
        let lit = self.lit.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((_, announcer)) = lit {
            announcer.close();
        }
    }
}
