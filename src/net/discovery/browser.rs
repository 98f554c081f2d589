//! Listens for servers: by the daemon of mDNS, and by questions of its own where the port of mDNS
//! is closed.

use std::collections::BTreeSet;
use std::time::Duration;

use async_io::Timer;
use mdns_sd::{DaemonEvent, DaemonStatus, Receiver, ResolvedService, ScopedIp, ServiceEvent};
use smol::future;

use super::ears::{Ears, Sound};
use super::neighbours::{Announced, DiscoveryEvent, Neighbours, Turn};
use super::networks::Networks;
use super::question::Question;
use super::{DiscoveryError, read, warn_once};
use crate::clock;
use crate::domain::ServerId;
use crate::net::address::Address;

/// A browser that lost its daemon starts a new one after so long.
const RESTART_AFTER: Duration = Duration::from_secs(1);
/// Servers known to a lost daemon have so long to be heard by the new one.
const DOUBT_MAX: Duration = Duration::from_secs(5);
/// A server that only answers questions has so long to answer one.
const ANSWER_MAX: Duration = Duration::from_secs(4);

/// Listens for announcements.
pub struct Browser {
    ears: Option<Ears>,
    /// What the last daemon says when it has stopped.
    stopping: Option<Receiver<DaemonStatus>>,
    question: Question,
    networks: Networks,
    neighbours: Neighbours,
    /// Names that no daemon has heard, only questions were answered for.
    asked_only: BTreeSet<String>,
    /// Until when rows may be confirmed, and those that were not yet.
    doubt: Option<(Duration, BTreeSet<String>)>,
    /// The last thing that went wrong, so that it is logged once.
    trouble: Option<String>,
}

/// What wakes a browser.
enum Woken {
    Heard(Sound),
    Answered(Vec<Announced>),
    Opened(Option<Ears>),
    Due,
}

impl Browser {
    /// Starts listening and asking.
    ///
    /// # Errors
    /// The daemon could not be started.
    pub fn start() -> Result<Self, DiscoveryError> {
        Ok(Browser {
            ears: Some(Ears::open()?),
            stopping: None,
            question: Question::default(),
            networks: Networks::default(),
            neighbours: Neighbours::default(),
            asked_only: BTreeSet::new(),
            doubt: None,
            trouble: None,
        })
    }

    /// The next change, for as long as one likes to wait: at most ten a second. Giving up waiting
    /// loses nothing.
    pub async fn next(&mut self) -> DiscoveryEvent {
        loop {
            let now = clock::uptime();
            self.settle_doubt(now);
            let turn = match self.neighbours.next(now) {
                Turn::Now(event) => return event,
                Turn::At(at) => Some(at),
                Turn::Idle => None,
            };
            let due = turn.into_iter().chain(self.doubt.iter().map(|doubt| doubt.0)).min();
            match self.wait(due).await {
                Woken::Heard(Sound::Service(event)) => self.take(event),
                Woken::Heard(Sound::Daemon(event)) => self.note(&event),
                Woken::Heard(Sound::Deaf) => {
                    tracing::info!("discovery began anew: too much was said on this network");
                    self.stopping = self.ears.take().and_then(Ears::close);
                    let until = clock::uptime() + RESTART_AFTER + DOUBT_MAX;
                    self.doubt = Some((until, self.neighbours.all_instances()));
                }
                Woken::Answered(answers) => self.take_answers(answers),
                Woken::Opened(ears) => {
                    (self.stopping, self.ears) = (None, ears);
                    // In a flood the answers to a port of our own are what is heard for certain.
                    self.question.ask_soon();
                }
                Woken::Due => {}
            }
        }
    }

    async fn wait(&mut self, due: Option<Duration>) -> Woken {
        let Browser { ears, stopping, question, networks, .. } = self;
        let heard = async {
            match ears {
                Some(ears) => Woken::Heard(ears.listen().await),
                None => Woken::Opened(reopen(stopping.as_ref()).await),
            }
        };
        let answered = async { Woken::Answered(question.answers(networks).await) };
        let late = async {
            match due {
                Some(due) => Timer::after(due.saturating_sub(clock::uptime())).await,
                None => future::pending().await,
            };
            Woken::Due
        };
        // What is due goes first: a flood must not keep the list from being told.
        future::or(late, future::or(answered, heard)).await
    }

    /// Asks the network again, as often as is polite: for those who hear no announcements.
    pub fn ask_again(&mut self) {
        self.question.ask_again();
    }

    /// Asks again for a server that did not answer a dial; it is lost when it stays silent.
    pub fn verify(&mut self, id: ServerId) {
        let instances = self.neighbours.instances(id);
        let (asked_only, heard): (Vec<String>, Vec<String>) =
            instances.into_iter().partition(|instance| self.asked_only.contains(instance));
        if let Some(ears) = &self.ears {
            for instance in heard {
                ears.verify(instance);
            }
        }
        if !asked_only.is_empty() && self.doubt.is_none() {
            let until = self.question.ask_soon() + ANSWER_MAX;
            self.doubt = Some((until, asked_only.into_iter().collect()));
        }
    }

    /// Says which servers this computer has used: a flood pushes none of them out.
    pub fn meet(&mut self, met: impl IntoIterator<Item = ServerId>) {
        self.neighbours.meet(met);
    }

    /// Says where looking at a server proved it, if anywhere: who is proven is kept longer.
    pub fn judge(&mut self, id: ServerId, proven: Option<Address>) {
        self.neighbours.judge(id, proven);
    }

    fn take(&mut self, event: ServiceEvent) {
        match event {
            ServiceEvent::ServiceResolved(service) => {
                self.is_sure_of(&service.fullname);
                self.asked_only.remove(&service.fullname);
                match self.read(&service) {
                    Some(announced) => self.neighbours.heard(&announced),
                    None => self.neighbours.gone(&service.fullname),
                }
            }
            ServiceEvent::ServiceRemoved(_, instance) => self.neighbours.gone(&instance),
            _ => {}
        }
    }

    fn take_answers(&mut self, answers: Vec<Announced>) {
        for announced in answers {
            self.is_sure_of(&announced.instance);
            // The daemon knows better: it also hears goodbyes.
            let is_heard = self.neighbours.has(&announced.instance)
                && !self.asked_only.contains(&announced.instance);
            if !is_heard {
                self.neighbours.heard(&announced);
                self.asked_only.insert(announced.instance);
            }
        }
        let neighbours = &self.neighbours;
        self.asked_only.retain(|instance| neighbours.has(instance));
    }

    /// A name that was heard again is not in doubt any more.
    fn is_sure_of(&mut self, instance: &str) {
        if let Some((_, doubted)) = &mut self.doubt {
            doubted.remove(instance);
        }
    }

    /// Forgets what was not heard of again in time.
    fn settle_doubt(&mut self, now: Duration) {
        if let Some((_, doubted)) = self.doubt.take_if(|(until, _)| *until <= now) {
            for instance in doubted {
                self.neighbours.gone(&instance);
            }
        }
    }

    fn note(&mut self, event: &DaemonEvent) {
        if let DaemonEvent::Error(error) = event {
            warn_once(&mut self.trouble, error);
        }
    }

    fn read(&mut self, service: &ResolvedService) -> Option<Announced> {
        let networks = &mut self.networks;
        let mut place = |address: &ScopedIp| {
            let heard_on = match address {
                ScopedIp::V4(v4) => v4.interface_ids().first(),
                ScopedIp::V6(v6) => Some(v6.scope_id()),
                _ => return None,
            };
            let (name, index) = heard_on.map_or(("", 0), |on| (on.name.as_str(), on.index));
            Some(networks.place(address.to_ip_addr(), name, index))
        };
        let places = service.addresses.iter().filter_map(&mut place).collect();
        let text = |key: &str| service.get_property_val_str(key);
        read(&service.fullname, text, service.port, places)
    }
}

/// A new daemon, when the one before has stopped and a moment has passed.
async fn reopen(stopping: Option<&Receiver<DaemonStatus>>) -> Option<Ears> {
    Timer::after(RESTART_AFTER).await;
    if let Some(stopping) = stopping {
        // An error is a daemon that is gone.
        stopping.recv_async().await.ok();
    }
    Ears::open().ok()
}
