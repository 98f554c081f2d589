//! Every bound that somebody can run into, and how often it was met: refused, or only slowed down.
//!
//! Counted where it is decided, and read by whoever asks for the counters. The names are few and fixed,
//! and nothing of who was refused is in them; where a setting moves the bound, its key is the name.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! bounds {
    ($($(#[$doc:meta])* $name:ident = $label:literal;)+) => {
        /// A bound.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Bound {
            $($(#[$doc])* $name,)+
        }

        impl Bound {
            /// All of them.
            pub const ALL: &'static [Bound] = &[$(Bound::$name),+];

            /// Its name in the counters.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Bound::$name => $label,)+
                }
            }
        }
    };
}

bounds! {
    /// Links in all.
    LinksTotal = "links.total";
    /// Links that are not signed in.
    LinksUnauthenticated = "links.unauthenticated.total";
    /// The same of one address.
    LinksUnauthenticatedPerAddress = "links.unauthenticated.per_address";
    /// Links of one address.
    LinksPerAddress = "links.per_address";
    /// New links a minute from one address, whatever they open with.
    Dials = "links.dials";
    /// New links a minute that open without a token.
    LinksNew = "links.new_per_minute";
    /// New links a minute that open with one.
    LinksToken = "links.token_per_minute";
    /// Links of one account.
    LinksPerAccount = "links.per_account";
    /// An address that is banned.
    Ban = "ban";
    /// TLS did not stand in time.
    DeadlineTls = "deadline.tls";
    /// Nobody signed in in time.
    DeadlineSignIn = "deadline.sign_in";
    /// Nothing came on a link for too long.
    DeadlineIdle = "deadline.idle";
    /// Steps of signing in on one link.
    SignInSteps = "sign_in.steps";
    /// Bytes of a frame.
    FrameBytes = "frame.bytes";
    /// A frame that is none: nested too deep, cut short, or of another kind.
    FrameMalformed = "frame.malformed";
    /// Registrations from one address.
    RegistrationsPerHour = "registrations.per_hour";
    /// Registrations in all.
    RegistrationsPerMinute = "registrations.per_minute";
    /// Wrong passwords of one account from one address.
    PasswordsWrong = "passwords.wrong";
    /// Passwords tried from one address.
    PasswordsPerMinute = "passwords.per_minute";
    /// Messages of one person.
    Messages = "messages.per_second";
    /// Messages in the lobby.
    Lobby = "lobby.per_second";
    /// Messages in one room.
    Room = "room.per_second";
    /// Bytes of a text.
    TextBytes = "text.bytes_max";
    /// Shakes of the same two people.
    ShakePair = "shake.pair_seconds";
    /// Shakes that one person gets.
    ShakeRecipient = "shake.per_minute";
    /// Games that one person plays at once.
    Games = "games.per_account";
    /// Invitations to games of one person.
    GameInvites = "games.invites_per_minute";
    /// Things that one person does in games.
    GamePlays = "games.plays";
    /// Typing that was not passed on.
    Typing = "typing";
    /// Changes of presence that were folded into a later one.
    Presence = "presence";
    /// Frames of one link, beside messages.
    Queries = "queries.per_second";
    /// Pages of history of one link.
    Pages = "pages.per_second";
    /// Friend requests sent, withdrawn and answered.
    RequestsRate = "requests.per_minute";
    /// Changes of friends, groups and privacy.
    ContactsRate = "contacts.per_minute";
    /// Things done in rooms.
    RoomsRate = "rooms.orders";
    /// Searches for people and rooms.
    Finds = "finds.per_second";
    /// Searches in messages.
    Searches = "searches";
    /// Changes of a profile.
    Profiles = "profiles.per_minute";
    /// Bytes of pictures that one person brings.
    Uploads = "uploads.mib_per_day";
    /// Friends of one account.
    Friends = "friends.per_account";
    /// Requests that wait for an answer.
    Requests = "requests.per_account";
    /// Groups of friends, and other lists of one's own.
    Lists = "contacts.lists";
    /// Rooms that one person is in.
    Rooms = "rooms.per_account";
    /// Rooms that one person makes in a day.
    RoomsPerDay = "rooms.per_day";
    /// People in one room.
    RoomMembers = "room.members";
    /// People who wait to come into one room.
    RoomRequests = "room.requests";
    /// So often one person comes into one room.
    RoomStays = "room.stays";
    /// Frames or bytes that wait for one reader.
    Outbox = "outbox";
    /// A reader that took nothing for too long.
    Stall = "outbox.stall";
    /// Bytes of one file.
    FileBytes = "files.mib_max";
    /// Bytes of files of one person.
    FilesQuota = "files.mib_per_account";
    /// Files of one person.
    FilesPerAccount = "files.per_account";
    /// Bytes of all files.
    FilesTotal = "files.mib_total";
    /// Space on the disk for files.
    FilesFree = "files.free_mib";
    /// Files that travel at once.
    FilesLinks = "files.links";
    /// Files of one person that travel at once.
    FilesLinksPerAccount = "files.links_per_account";
    /// Pictures that nobody shows yet.
    UploadsIdle = "uploads.idle_mib";
    /// A picture that is too large, or none.
    Picture = "picture";
    /// A nickname that deceives or is too long.
    Nickname = "nickname";
    /// The name of a file that is no plain label.
    FileName = "file.name";
    /// Space on the disk.
    DiskFree = "disk.free_mib";
}

impl Bound {
    /// Those that slow down before they refuse.
    pub const SLOWING: &'static [Bound] = &[
        Bound::Messages,
        Bound::Lobby,
        Bound::Room,
        Bound::Queries,
        Bound::Pages,
        Bound::RequestsRate,
        Bound::ContactsRate,
        Bound::RoomsRate,
        Bound::GameInvites,
        Bound::GamePlays,
        Bound::Finds,
        Bound::Searches,
        Bound::Profiles,
        Bound::Uploads,
    ];
}

const COUNT: usize = Bound::ALL.len();

/// How often each bound was met since the start.
pub struct Met {
    refused: [AtomicU64; COUNT],
    slowed: [AtomicU64; COUNT],
}

impl Default for Met {
    fn default() -> Self {
        let zeros = || std::array::from_fn(|_| AtomicU64::new(0));
        Met { refused: zeros(), slowed: zeros() }
    }
}

impl Met {
    /// Somebody was turned away, or what it sent was dropped.
    pub fn refuse(&self, bound: Bound) {
        self.refused[bound as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody had to wait.
    pub fn slow(&self, bound: Bound) {
        self.slowed[bound as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often it refused.
    #[must_use]
    pub fn refused(&self, bound: Bound) -> u64 {
        self.refused[bound as usize].load(Ordering::Relaxed)
    }

    /// How often it slowed down.
    #[must_use]
    pub fn slowed(&self, bound: Bound) -> u64 {
        self.slowed[bound as usize].load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::limits::Limits;

    #[test]
    fn each_bound_has_a_name_and_a_counter_of_its_own() {
        let labels: BTreeSet<_> = Bound::ALL.iter().map(|bound| bound.label()).collect();
        assert_eq!(labels.len(), COUNT);
        let met = Met::default();
        for bound in Bound::ALL {
            met.refuse(*bound);
        }
        met.slow(Bound::Pages);
        assert!(Bound::ALL.iter().all(|bound| met.refused(*bound) == 1));
        assert_eq!((met.slowed(Bound::Pages), met.slowed(Bound::Lobby)), (1, 0));
    }

    /// What bounds nobody by itself: it drops the oldest, is how much comes at once of a rate that has
    /// a name, or is a choice.
    const UNNAMED: [&str; 15] = [
        "devices.per_account",
        "devices.idle_days",
        "messages.burst",
        "lobby.closed",
        "games.off",
        "games.invites_burst",
        "requests.burst",
        "requests.pause_seconds",
        "contacts.burst",
        "finds.burst",
        "profiles.burst",
        "files.days",
        "pages.burst",
        "disk.ballast_mib",
        "backup.keep",
    ];

    #[test]
    fn every_setting_that_refuses_is_counted_under_its_key() {
        for setting in Limits::SETTINGS {
            let is_counted = Bound::ALL.iter().any(|bound| bound.label() == setting.key);
            assert_ne!(is_counted, UNNAMED.contains(&setting.key), "{}", setting.key);
        }
    }
}
