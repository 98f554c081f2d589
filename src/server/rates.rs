//! How fast one account may do what, on all its links together, and one address. Pure: time is an argument.

use std::time::Duration;

use super::bounds::Bound;
use super::bucket::Bucket;
use crate::domain::Body;
use crate::limits::{
    Limits, PLAYS_BURST, PLAYS_PER_SECOND, ROOM_ORDERS_BURST, ROOM_ORDERS_PER_SECOND,
    SEARCHES_BURST, SEARCHES_PER_SECOND, SLOWED_MAX,
};
use crate::net::protocol::{ClientFrame, Command, Query, RequestId};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const MIB: u64 = 1024 * 1024;

/// What costs others something, and so has a rate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A friend request is sent, withdrawn or answered: the other side is told each time.
    Request,
    /// Another change of what one keeps of people and conversations.
    Contact,
    /// Something done in a room: everybody there gets a line of it, or those who may let people in.
    Room,
    /// A search, which looks at every name.
    Find,
    /// A search in messages, which looks at very many.
    Search,
    /// An invitation to a game.
    Game,
    /// Something done in a game: both players are told, in a room everybody.
    Play,
    /// A change of the profile, which everybody is told.
    Profile,
    /// So many bytes of a picture.
    Upload(u64),
}

impl Deed {
    /// What it is called in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Deed::Request => "requests",
            Deed::Contact => "contacts",
            Deed::Room => "rooms",
            Deed::Find => "searches",
            Deed::Search => "history",
            Deed::Game => "games",
            Deed::Play => "plays",
            Deed::Profile => "profile",
            Deed::Upload(_) => "uploads",
        }
    }

    /// The bound that it meets.
    #[must_use]
    pub fn bound(self) -> Bound {
        match self {
            Deed::Request => Bound::RequestsRate,
            Deed::Contact => Bound::ContactsRate,
            Deed::Room => Bound::RoomsRate,
            Deed::Find => Bound::Finds,
            Deed::Search => Bound::Searches,
            Deed::Game => Bound::GameInvites,
            Deed::Play => Bound::GamePlays,
            Deed::Profile => Bound::Profiles,
            Deed::Upload(_) => Bound::Uploads,
        }
    }

    /// What a frame does, and which request it is; messages are counted elsewhere.
    #[must_use]
    pub fn of(frame: &ClientFrame) -> Option<(RequestId, Deed)> {
        let (id, deed) = match frame {
            ClientFrame::Query { id, query: Query::Find { .. } | Query::FindRooms { .. } } => {
                (id, Deed::Find)
            }
            ClientFrame::Query {
                id,
                query: Query::Search { .. } | Query::Days { .. } | Query::FileList { .. },
            } => (id, Deed::Search),
            ClientFrame::Command { id, command } => (id, Deed::of_command(command)?),
            _ => return None,
        };
        Some((*id, deed))
    }

    fn of_command(command: &Command) -> Option<Deed> {
        Some(match command {
            Command::AskContact { .. }
            | Command::WithdrawRequest { .. }
            | Command::AnswerContact { .. } => Deed::Request,
            Command::ClearRequests {}
            | Command::SetContact { .. }
            | Command::RemoveContact { .. }
            | Command::AddGroup { .. }
            | Command::RenameGroup { .. }
            | Command::RemoveGroup { .. }
            | Command::OrderGroups { .. }
            | Command::SetPrivacy(_)
            | Command::SetConversation { .. } => Deed::Contact,
            Command::CreateRoom { .. }
            | Command::JoinRoom { .. }
            | Command::WithdrawJoin { .. }
            | Command::AnswerJoin { .. }
            | Command::InviteToRoom { .. }
            | Command::AnswerInvitation { .. }
            | Command::LeaveRoom { .. }
            | Command::DissolveRoom { .. }
            | Command::SetRoom { .. }
            | Command::SetMember { .. }
            | Command::Kick { .. } => Deed::Room,
            Command::Send { body: Body::Game(_), .. } => Deed::Game,
            Command::Play { .. } | Command::AnswerGame { .. } => Deed::Play,
            Command::SetProfile(_) => Deed::Profile,
            Command::PutBlob { part, .. } => Deed::Upload(part.len() as u64),
            _ => return None,
        })
    }
}

/// The buckets of one account.
#[derive(Debug)]
pub struct Rates {
    messages: Bucket,
    requests: Bucket,
    contacts: Bucket,
    rooms: Bucket,
    finds: Bucket,
    searches: Bucket,
    games: Bucket,
    plays: Bucket,
    profiles: Bucket,
    uploads: Bucket,
}

impl Rates {
    /// Full buckets.
    #[must_use]
    pub fn new(limits: &Limits, uptime: Duration) -> Self {
        // So many at once, then as many a minute.
        let slow = |burst: u64, per_minute: u64| {
            let each = MINUTE / u32::try_from(per_minute.max(1)).unwrap_or(u32::MAX);
            Bucket::per(burst, each * u32::try_from(burst).unwrap_or(u32::MAX), uptime)
        };
        Rates {
            messages: Bucket::new(limits.messages_burst, limits.messages_per_second, uptime),
            requests: slow(limits.requests_burst, limits.requests_per_minute),
            contacts: slow(limits.contacts_burst, limits.contacts_per_minute),
            rooms: Bucket::new(ROOM_ORDERS_BURST, ROOM_ORDERS_PER_SECOND, uptime),
            finds: Bucket::new(limits.finds_burst, limits.finds_per_second, uptime),
            searches: Bucket::new(SEARCHES_BURST, SEARCHES_PER_SECOND, uptime),
            games: slow(limits.games_invites_burst, limits.games_invites_per_minute),
            plays: Bucket::new(PLAYS_BURST, PLAYS_PER_SECOND, uptime),
            profiles: slow(limits.profiles_burst, limits.profiles_per_minute),
            uploads: Bucket::per(limits.uploads_mib_per_day * MIB, DAY, uptime),
        }
    }

    /// Goes on with other numbers; what was used stays used.
    pub fn follow(&mut self, other: &Rates, uptime: Duration) {
        for (bucket, other) in self.all_mut().into_iter().zip(other.all()) {
            bucket.follow(other, uptime);
        }
    }

    fn all(&self) -> [&Bucket; 10] {
        let Rates { messages, requests, contacts, rooms, finds, searches, .. } = self;
        let Rates { games, plays, profiles, uploads, .. } = self;
        [messages, requests, contacts, rooms, finds, searches, games, plays, profiles, uploads]
    }

    fn all_mut(&mut self) -> [&mut Bucket; 10] {
        let Rates { messages, requests, contacts, rooms, finds, searches, .. } = self;
        let Rates { games, plays, profiles, uploads, .. } = self;
        [messages, requests, contacts, rooms, finds, searches, games, plays, profiles, uploads]
    }

    /// A message: how long the session is not read further.
    ///
    /// # Errors
    /// Far over the limit; the time after which sending works again. Nothing is taken then.
    pub fn book_message(&mut self, uptime: Duration) -> Result<Duration, Duration> {
        self.messages.book(uptime, SLOWED_MAX)
    }

    /// The same for a deed.
    ///
    /// # Errors
    /// As above.
    pub fn book(&mut self, deed: Deed, uptime: Duration) -> Result<Duration, Duration> {
        let (bucket, count) = match deed {
            Deed::Request => (&mut self.requests, 1),
            Deed::Contact => (&mut self.contacts, 1),
            Deed::Room => (&mut self.rooms, 1),
            Deed::Find => (&mut self.finds, 1),
            Deed::Search => (&mut self.searches, 1),
            Deed::Game => (&mut self.games, 1),
            Deed::Play => (&mut self.plays, 1),
            Deed::Profile => (&mut self.profiles, 1),
            Deed::Upload(bytes) => (&mut self.uploads, bytes),
        };
        bucket.book_many(count, uptime, SLOWED_MAX)
    }

    /// Whether nothing would be lost by forgetting them.
    #[must_use]
    pub fn are_full(&self, uptime: Duration) -> bool {
        self.all().into_iter().all(|bucket| bucket.is_full(uptime))
    }
}

/// What one address does, against its rates.
pub(super) struct Meter {
    /// Everything that connects, also what hangs up before its hello.
    pub(super) dials: Bucket,
    pub(super) new: Bucket,
    pub(super) tokens: Bucket,
    pub(super) registrations: Bucket,
    pub(super) passwords: Bucket,
}

impl Meter {
    pub(super) fn new(limits: &Limits, uptime: Duration) -> Self {
        let dials = limits.links_new_per_minute.saturating_add(limits.links_token_per_minute);
        Meter {
            dials: Bucket::per(dials, MINUTE, uptime),
            new: Bucket::per(limits.links_new_per_minute, MINUTE, uptime),
            tokens: Bucket::per(limits.links_token_per_minute, MINUTE, uptime),
            registrations: Bucket::per(limits.registrations_per_hour, HOUR, uptime),
            passwords: Bucket::per(limits.passwords_per_minute, MINUTE, uptime),
        }
    }

    /// As [`Rates::follow`].
    pub(super) fn follow(&mut self, other: &Meter, uptime: Duration) {
        let Meter { dials, new, tokens, registrations, passwords } = self;
        dials.follow(&other.dials, uptime);
        new.follow(&other.new, uptime);
        tokens.follow(&other.tokens, uptime);
        registrations.follow(&other.registrations, uptime);
        passwords.follow(&other.passwords, uptime);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of a thousand are taken at once, and how many of them without a wait.
    fn at_once(rates: &mut Rates, deed: Deed) -> (usize, usize) {
        let waits: Vec<_> =
            (0..1000).filter_map(|_| rates.book(deed, Duration::ZERO).ok()).collect();
        (waits.iter().filter(|wait| wait.is_zero()).count(), waits.len())
    }

    #[test]
    fn each_deed_has_its_own_burst_and_rate() {
        let mut rates = Rates::new(&Limits::default(), Duration::ZERO);
        assert_eq!(at_once(&mut rates, Deed::Request), (60, 61));
        assert_eq!(at_once(&mut rates, Deed::Contact), (100, 110));
        assert_eq!(at_once(&mut rates, Deed::Room), (60, 80));
        assert_eq!(at_once(&mut rates, Deed::Find), (5, 15));
        assert_eq!(at_once(&mut rates, Deed::Profile), (5, 6));
        let part = Deed::Upload(32 * 1024);
        let bytes = 2 * 1024 * 1024;
        assert_eq!(at_once(&mut rates, Deed::Upload(bytes)), (32, 32), "64 MiB");
        let wait = rates.book(part, Duration::ZERO).unwrap_err();
        assert!(wait > Duration::from_secs(30) && wait < Duration::from_mins(1), "{wait:?}");
        assert!(!rates.are_full(Duration::from_hours(23)));
        assert!(rates.are_full(Duration::from_hours(25)));
    }
}
