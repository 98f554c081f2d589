//! From other threads to the window: bounded mailboxes and one kick in flight.
//!
//! FLTK's own ways lose messages (a ring of 1,024 callbacks) or have no bound. Here a producer
//! puts its message into a bounded mailbox and then kicks; a kick that is already under way is
//! enough for all. The window's turn clears the flag first, so that a message that arrives while
//! it takes the others makes a kick of its own: none is ever left behind.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::client::ClientEvent;
use crate::clock;
use crate::domain::{AccountId, Presence, Target};

/// A turn of the window takes messages for so long, then lets it draw.
pub const BUDGET: Duration = Duration::from_millis(8);

/// Wakes the window's thread, at most once until that has answered.
#[derive(Debug)]
pub struct Kick {
    in_flight: AtomicBool,
    wake: fn(),
}

impl Kick {
    /// A kick that calls `wake`, which must be callable from every thread and must not block.
    #[must_use]
    pub const fn new(wake: fn()) -> Self {
        Kick { in_flight: AtomicBool::new(false), wake }
    }

    /// Something was put into a mailbox.
    pub fn kick(&self) {
        if !self.in_flight.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }

    /// One turn of the window: takes one message after the other until `take_one` finds none or
    /// the time is over, and kicks again where something may be left.
    pub fn turn(&self, mut take_one: impl FnMut() -> bool) {
        self.in_flight.store(false, Ordering::Release);
        let end = clock::uptime() + BUDGET;
        while take_one() {
            if clock::uptime() >= end {
                self.kick();
                return;
            }
        }
    }
}

/// Events of one turn, with typing and presence folded: of those only the last of each person is
/// worth anything, and a class that signs in at once must not redraw the list forty times.
#[derive(Debug, Default)]
pub struct Fold {
    presence: Vec<(AccountId, Presence)>,
    typing: Vec<(AccountId, Target)>,
}

impl Fold {
    /// Keeps what can be folded and gives back what cannot.
    pub fn put(&mut self, event: ClientEvent) -> Option<ClientEvent> {
        match event {
            ClientEvent::Presence(changes) => {
                for (account, presence) in changes {
                    self.presence.retain(|(known, _)| *known != account);
                    self.presence.push((account, presence));
                }
                None
            }
            ClientEvent::Typing { from, to } => {
                self.typing.retain(|known| *known != (from, to));
                self.typing.push((from, to));
                None
            }
            ClientEvent::Message { message, live } => {
                // Whoever has said it does not write it any more.
                self.typing.retain(|(from, _)| *from != message.from);
                Some(ClientEvent::Message { message, live })
            }
            other => Some(other),
        }
    }

    /// What was kept, at the end of the turn.
    pub fn finish(self) -> impl Iterator<Item = ClientEvent> {
        let presence = (!self.presence.is_empty()).then_some(ClientEvent::Presence(self.presence));
        let typing = self.typing.into_iter().map(|(from, to)| ClientEvent::Typing { from, to });
        presence.into_iter().chain(typing)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    static WAKES: AtomicUsize = AtomicUsize::new(0);
    static KICK: Kick = Kick::new(|| {
        WAKES.fetch_add(1, Ordering::AcqRel);
    });

    /// Four threads put 100,000 messages into a mailbox of 64; the window takes a turn whenever it
    /// was woken, and never otherwise.
    #[test]
    fn no_message_is_left_behind_and_kicks_do_not_pile_up() {
        const THREADS: usize = 4;
        const EACH: usize = 25_000;
        let (sender, receiver) = std::sync::mpsc::sync_channel(64);
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let sender = sender.clone();
                std::thread::Builder::new()
                    .name("producer".into())
                    .spawn(move || {
                        for number in 0..EACH {
                            sender.send(number).unwrap();
                            KICK.kick();
                        }
                    })
                    .unwrap()
            })
            .collect();
        let (mut taken, mut turns) = (0, 0);
        while taken < THREADS * EACH {
            if turns < WAKES.load(Ordering::Acquire) {
                turns += 1;
                KICK.turn(|| {
                    let took = receiver.try_recv().is_ok();
                    taken += usize::from(took);
                    took
                });
            }
            std::thread::yield_now();
        }
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(turns <= taken + 1, "{turns} turns");
    }

    #[test]
    fn of_presence_and_typing_only_the_last_counts() {
        let mut fold = Fold::default();
        let (a, b) = (AccountId(1), AccountId(2));
        assert!(fold.put(ClientEvent::Presence(vec![(a, Presence::Online)])).is_none());
        let both = vec![(b, Presence::Busy), (a, Presence::Away)];
        assert!(fold.put(ClientEvent::Presence(both)).is_none());
        for _ in 0..3 {
            let typing = ClientEvent::Typing { from: a, to: Target::Account(b) };
            assert!(fold.put(typing).is_none());
        }
        assert!(fold.put(ClientEvent::StoreTrouble("x".into())).is_some());
        let kept: Vec<ClientEvent> = fold.finish().collect();
        let [ClientEvent::Presence(changes), ClientEvent::Typing { .. }] = &kept[..] else {
            panic!("{kept:?}")
        };
        assert_eq!(changes, &[(b, Presence::Busy), (a, Presence::Away)]);
    }
}
