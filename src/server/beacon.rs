//! Tells the LAN of the server, under the name that it has now, while that is wanted.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    lamp: Mutex<Lamp<Announcer>>,
}

impl Beacon {
    pub fn new(policy: &Arc<Policy>, journal: &Arc<Journal>, ready: &Ready) -> Arc<Self> {
        Arc::new(Beacon {
            policy: policy.clone(),
            journal: journal.clone(),
            id: ready.server_id,
            port: ready.listening.first().map_or(0, SocketAddr::port),
            listening: ready.listening.iter().map(SocketAddr::ip).collect(),
            lamp: Mutex::default(),
        })
    }

    /// Announces what holds now. A server that cannot be announced still serves those who know its
    /// address, and is announced when that works again.
    pub fn refresh(&self) {
        let wanted = self.policy.is_announced().then(|| self.policy.name());
        let Beacon { id, port, .. } = *self;
        let light = |name: &str| {
            let (name, listening) = (name.to_owned(), self.listening.clone());
            let announced = Announcer::start(&Announcement { id, name, port, listening });
            announced.map_err(|error| error.to_string())
        };
        if let Err(text) = self.lamp().turn(wanted, light) {
            self.journal.note(LogKind::Warn, None, LogEvent::Trouble { text });
        }
    }

    /// Whether it is announced now.
    pub fn is_lit(&self) -> bool {
        self.lamp().lit.is_some()
    }

    /// The LAN hears that it is gone, and nothing else after that.
    pub fn close(&self) {
        let lit = self.lamp().put_out();
        // Takes a moment, and whoever asks meanwhile sees that it is dark.
        drop(lit);
    }

    fn lamp(&self) -> MutexGuard<'_, Lamp<Announcer>> {
        self.lamp.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is lit under which name. Dropping an announcer says goodbye.
struct Lamp<A> {
    lit: Option<(String, A)>,
    /// Why it is not lit, as it was told last.
    trouble: Option<String>,
    is_closed: bool,
}

impl<A> Default for Lamp<A> {
    fn default() -> Self {
        Lamp { lit: None, trouble: None, is_closed: false }
    }
}

impl<A> Lamp<A> {
    /// Lights it under another name, or puts it out. Settings may come late: what is closed stays
    /// dark.
    ///
    /// # Errors
    /// Why it cannot be lit, where that was not told before.
    fn turn(
        &mut self,
        wanted: Option<String>,
        light: impl FnOnce(&str) -> Result<A, String>,
    ) -> Result<(), String> {
        if self.is_closed || wanted.as_ref() == self.lit.as_ref().map(|(name, _)| name) {
            return Ok(());
        }
        drop(self.lit.take());
        let Some(name) = wanted else { return Ok(()) };
        match light(&name) {
            Ok(announcer) => {
                self.lit = Some((name, announcer));
                self.trouble = None;
                Ok(())
            }
            Err(why) if self.trouble.as_ref() == Some(&why) => Ok(()),
            Err(why) => {
                self.trouble = Some(why.clone());
                Err(why)
            }
        }
    }

    fn put_out(&mut self) -> Option<(String, A)> {
        self.is_closed = true;
        self.lit.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(lamp: &Lamp<()>) -> Option<&str> {
        lamp.lit.as_ref().map(|(name, ())| name.as_str())
    }

    #[test]
    fn it_shines_under_the_name_that_is_wanted() {
        let mut lamp = Lamp::default();
        for wanted in [Some("a"), Some("b"), None, Some("a")] {
            lamp.turn(wanted.map(str::to_owned), |_| Ok(())).unwrap();
            assert_eq!(name(&lamp), wanted);
        }
        let again = lamp.turn(Some("a".to_owned()), |_| Err("lit twice".to_owned()));
        assert_eq!(again, Ok(()));
    }

    #[test]
    fn what_is_closed_stays_dark() {
        let mut lamp = Lamp::default();
        lamp.turn(Some("a".to_owned()), |_| Ok(())).unwrap();
        assert!(lamp.put_out().is_some());
        lamp.turn(Some("b".to_owned()), |_| Ok(())).unwrap();
        assert_eq!(name(&lamp), None);
    }

    #[test]
    fn what_did_not_work_is_told_once_and_tried_again() {
        let mut lamp = Lamp::default();
        let wanted = || Some("a".to_owned());
        let no = |_: &str| Err("no network".to_owned());
        assert_eq!(lamp.turn(wanted(), no), Err("no network".to_owned()));
        assert_eq!(lamp.turn(wanted(), no), Ok(()));
        lamp.turn(wanted(), |_| Ok(())).unwrap();
        assert_eq!(name(&lamp), Some("a"));
        // After it has worked, the same is news.
        lamp.turn(None, no).unwrap();
        assert_eq!(lamp.turn(wanted(), no), Err("no network".to_owned()));
    }
}
