//! Every bound, with the reason for its value and what happens at it.
//!
//! The constants are part of the protocol or of the machine and never change at run time. The
//! fields of [`Limits`] are settings: `mychat admin set KEY VALUE` raises or lowers them.

use std::time::Duration;

/// TLS has to stand so long after the connection did: a silent caller holds a place for 5 s only.
pub const TLS_DEADLINE: Duration = Duration::from_secs(5);
/// A link has to be signed in so long after TLS stood. A person is never waited for here: clients
/// open the link when the password has been typed, and ask about keys with the link closed.
pub const SIGN_IN_DEADLINE: Duration = Duration::from_secs(10);
/// Nothing came for so long on a signed-in link: it is dead, clients ping every 20 s.
pub const IDLE_DEADLINE: Duration = Duration::from_secs(90);
/// Nothing could be written for so long: the reader is gone or far too slow, it will resync.
pub const STALL_DEADLINE: Duration = Duration::from_secs(30);
/// Flushing goodbyes at shutdown takes at most so long, so that a stop is a stop.
pub const FLUSH_DEADLINE: Duration = Duration::from_secs(2);
/// A shake is worth nothing later than this; its line stays.
pub const SHAKE_LATE_MAX: Duration = Duration::from_secs(10);
/// So often one person comes into one room: what it may read there is kept for each stay, and looked
/// through with every question about it.
pub const STAYS_MAX: usize = 200;

/// So long a message can be recalled, by the age of the server.
pub const RECALL_MAX: Duration = Duration::from_mins(2);

/// Messages that one account can have deleted on one device only: they are known by heart there.
pub const HIDDEN_MAX: usize = 100_000;

/// Jobs that wait for the writer. At the bound sessions are not read further.
pub const JOBS_MAX: usize = 1024;
/// Jobs in one commit: a thousand took 47 ms on a small disk, which is as long as one may wait.
pub const BATCH_MAX: usize = 1000;
/// Inputs that wait for the hub. At the bound the writer and the sessions wait for it.
pub const HUB_INBOX_MAX: usize = 1024;
/// Queries that wait for a reader thread. At the bound the asking session waits.
pub const QUERIES_MAX: usize = 256;
/// Reader threads: a page is read in less than a millisecond, so two keep two cores busy.
pub const READERS: usize = 2;
/// Frames that wait for one peer. At the bound it is too slow: goodbye, it will resync.
pub const OUTBOX_FRAMES_MAX: usize = 1024;
/// Bytes that wait for one peer, as above.
pub const OUTBOX_BYTES_MAX: usize = 1024 * 1024;
/// Bytes that the system is asked to keep for one peer beside that: left alone it takes 4 MiB of each that
/// reads nothing, and 500 of those are all the memory that it has for the network. Linux keeps twice as many.
pub const SEND_BUFFER_BYTES: usize = 128 * 1024;
/// Bytes joined into one write.
pub const WRITE_BYTES_MAX: usize = 64 * 1024;
/// Presence changes are folded over so long: a class that signs in at once is a few frames.
pub const PRESENCE_FOLD: Duration = Duration::from_millis(200);
/// Presence changes in one frame; more are cut into several.
pub const PRESENCE_FRAME_MAX: usize = 500;
/// People whose presence one link may watch besides its friends': as many as a room has by default.
pub const WATCHED_MAX: usize = 2_000;
/// Messages that one search looks at before it says where to go on: some tens of milliseconds of one
/// reader, in which others wait.
pub const SEARCH_LOOKED_MAX: usize = 50_000;
/// The same in a client's own store, whose thread keeps what is being sent too.
pub const LOCAL_LOOKED_MAX: usize = 50_000;
/// Searches of messages of one person at once: a long one takes several.
pub const SEARCHES_BURST: u64 = 20;
/// The same a second in the long run.
pub const SEARCHES_PER_SECOND: u64 = 5;
/// Moments between which messages are counted in one answer: the days of a month, and some more.
pub const TALLIES_MAX: usize = 64;
/// Results of a search in one answer, and in all answers together: nobody reads more.
pub const FOUND_PAGE_MAX: usize = 50;
/// As above.
pub const FOUND_MAX: usize = 1000;
/// Things done in rooms by one person at once, such as letting a whole class in; each is told to
/// others, most of them to everybody in the room.
pub const ROOM_ORDERS_BURST: u64 = 60;
/// The same a second in the long run.
pub const ROOM_ORDERS_PER_SECOND: u64 = 2;
/// Things done in games by one person at once; nobody moves as fast.
pub const PLAYS_BURST: u64 = 30;
/// The same a second in the long run.
pub const PLAYS_PER_SECOND: u64 = 3;
/// Groups of friends of one account.
pub const GROUPS_MAX: usize = 50;
/// Requests that are kept for one account; over it the oldest that are answered are dropped.
pub const REQUESTS_KEPT_MAX: usize = 200;
/// Rooms that one is in, in one answer: frames stay under 64 KiB with the longest announcements.
pub const ROOMS_PAGE_MAX: usize = 20;
/// People of a room in one answer.
pub const MEMBERS_PAGE_MAX: usize = 200;
/// Old announcements in one answer, with the longest words.
pub const ANNOUNCEMENTS_PAGE_MAX: usize = 20;
/// Announcements that are kept of one room; over it the oldest are dropped.
pub const ANNOUNCEMENTS_KEPT_MAX: usize = 100;
/// Conversations that one wants to have in another way than the usual, in one answer.
pub const CHOICES_PAGE_MAX: usize = 200;
/// The same in all: friends, rooms and some strangers. One more is refused.
pub const CHOICES_MAX: usize = 5_000;
/// People that one text mentions; more would be everybody.
pub const MENTIONS_MAX: usize = 50;
/// Friends that are invited with the making of a room.
pub const INVITED_AT_ONCE_MAX: usize = 50;
/// People named in the answer to who has read a message; the others are counted.
pub const READERS_NAMED_MAX: usize = 100;
/// Nobody is muted for longer: whoever shall never write is put out instead.
pub const MUTE_MAX: Duration = Duration::from_hours(30 * 24);
/// Contacts in one answer.
pub const CONTACTS_PAGE_MAX: usize = 200;
/// Friend requests in one answer.
pub const REQUESTS_PAGE_MAX: usize = 100;
/// Bytes of a picture in place of an avatar; it is 256 × 256.
pub const PICTURE_BYTES_MAX: usize = 256 * 1024;
/// Pixels of its side.
pub const PICTURE_SIDE: u32 = 256;
/// Bytes of a picture in a chat, as it travels: a photo of the size below is well under it.
pub const IMAGE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Pixels of its longer side: sharp on any screen.
pub const IMAGE_SIDE_MAX: u32 = 2_560;
/// Pixels of the small one in the transcript: twice what is shown there, for dense screens.
pub const THUMB_SIDES_MAX: (u32, u32) = (480, 360);
/// Bytes of it: what a chat costs before anybody looks closer.
pub const THUMB_BYTES_MAX: usize = 64 * 1024;
/// Pictures of one account that it brought and may send, by the last ones; an older one is brought
/// again.
pub const BROUGHT_MAX: usize = 64;
/// Bytes of a file that becomes a picture in a chat; a larger one is refused.
pub const IMAGE_SOURCE_BYTES_MAX: u64 = 20 * 1000 * 1000;
/// Its pixels, as its header says, before anything of it is decoded.
pub const IMAGE_SOURCE_PIXELS_MAX: u64 = 50_000_000;
/// A picture on its way holds back what was written behind it in its conversation for so long at
/// most; then that goes first.
pub const IMAGE_AHEAD_MAX: Duration = Duration::from_secs(10);
/// Bytes of one part of a picture, so that chat never waits long behind it.
pub const BLOB_PART_MAX: usize = 32 * 1024;
/// A picture that nobody uses is thrown away after so long.
pub const BLOB_IDLE_MAX: Duration = Duration::from_hours(24);
/// Unused pictures are looked for this often.
pub const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// Files that end in one commit: of an account that is deleted, of a room that is dissolved, of those that were
/// there for long enough. More wait for the next.
pub const FILES_ENDED_AT_ONCE: usize = 500;
/// Messages of a log that nobody can read any more that go in one commit.
pub const EMPTIED_AT_ONCE: usize = 500;
/// Such commits come this often.
pub const EMPTIED_EVERY: Duration = Duration::from_millis(200);
/// An invitation to a game is open for so long, which begins anew with each start of the server.
pub const GAME_OPEN_MAX: Duration = Duration::from_mins(2);
/// Own games in one answer.
pub const GAMES_PAGE_MAX: usize = 50;
/// Entries of the log of a game in one answer: a long game of Chinese chess has some hundreds.
pub const GAME_LOG_PAGE_MAX: usize = 500;
/// Entries of the log of one game behind which no move is taken back any more and a link that is down stops no
/// clock: what is left of it is bounded then.
pub const GAME_LOG_MAX: u32 = 5_000;
/// Scores in one answer.
pub const SCORES_PAGE_MAX: usize = 400;
/// A ticket opens the link of a file for so long.
pub const TICKET_MAX: Duration = Duration::from_mins(1);
/// Tickets that one account has open at once; over it the oldest is worth nothing.
pub const TICKETS_PER_ACCOUNT: usize = 16;
/// Files whose state is asked for, or that are listed, at once.
pub const FILES_PAGE_MAX: usize = 200;
/// A link of a file on which nothing moves for so long is closed; it is opened again for the rest.
pub const FILE_STALL_MAX: Duration = Duration::from_secs(30);
/// A link of a file that waits for the sender says that it is alive this often.
pub const FILE_ALIVE_EVERY: Duration = Duration::from_secs(10);
/// How far a transfer is, is told to the person this often.
pub const TRANSFER_TOLD_EVERY: Duration = Duration::from_millis(250);
/// A password that was proven may be changed for so long.
pub const PROVEN_MAX: Duration = Duration::from_mins(5);
/// An administrator's one-time code opens a new password for so long.
pub const RESET_CODE_MAX: Duration = Duration::from_mins(15);
/// A person's typing is passed on at most once in so long to each other person.
pub const TYPING_EVERY: Duration = Duration::from_secs(3);
/// And to at most so many people in that time: more windows nobody writes in by turns.
pub const TYPING_PEERS_MAX: usize = 8;
/// A person's presence is passed on at most once in so long in the long run; the last one wins.
pub const PRESENCE_EVERY: Duration = Duration::from_secs(3);
/// Changes of a person's presence that are passed on at once, before the rate above holds.
pub const PRESENCE_BURST: u64 = 3;
/// People in one answer; frames stay under 64 KiB with the longest profiles.
pub const PEOPLE_PAGE_MAX: usize = 100;
/// Conversations in one answer.
pub const HEADS_PAGE_MAX: usize = 200;
/// Messages in one answer.
pub const HISTORY_PAGE_MAX: usize = 200;
/// Bytes of messages in one answer, so that it fits a frame whatever they say.
pub const HISTORY_BYTES_MAX: usize = 48 * 1024;
/// Characters that tell somebody why it is put out.
pub const ADMIN_WORDS_MAX: usize = 200;
/// Nobody is banned for longer, but for ever: a hundred years in minutes.
pub const BAN_MINUTES_MAX: u64 = 100 * 365 * 24 * 60;
/// Bytes of what the server's admin says to everybody.
pub const BROADCAST_BYTES_MAX: usize = 4 * 1024;
/// Accounts or rooms in one answer to the admin.
pub const ADMIN_PAGE_MAX: usize = 500;
/// Entries that the console's event log shows; older ones are on the disk.
pub const LOG_ENTRIES_MAX: usize = 2000;
/// Days that have a file of the event log on the disk, beside today.
pub const LOG_BOOK_DAYS: usize = 90;
/// Bytes of the event log of one day; what is beyond them is in the log on stderr only. What people do has half of
/// them, what they are warned of three quarters.
pub const LOG_DAY_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Bytes of all of it; the oldest days go first.
pub const LOG_BOOK_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Entries that wait to be written there.
pub const LOG_BOOK_WAITING_MAX: usize = 1024;
/// Entries in one answer to the console.
pub const LOG_PAGE_MAX: usize = 500;
/// Characters of a foreign text in a log field.
pub const LOG_FIELD_MAX: usize = 256;
/// Lines a minute that say the same of the same address or account; the others are counted.
pub const LOG_ALIKE_MAX: u64 = 10;
/// Lines an hour that say that one account came, that it went, or the like; the others are counted.
pub const LOG_DOINGS_MAX: u64 = 30;
/// Bytes of a client's own description of itself and of a device's name.
pub const NAME_BYTES_MAX: usize = 64;
/// Bytes of an OPAQUE message or token: the longest of the suite has 320.
pub const OPAQUE_BYTES_MAX: usize = 512;
/// Addresses and accounts that counters are kept for. At the bound the oldest are forgotten.
pub const COUNTED_MAX: usize = 10_000;
/// A send that would have to wait longer than this is refused instead of slowed down.
pub const SLOWED_MAX: Duration = Duration::from_secs(10);
/// Bytes of a request for the counters; a longer one is no scraper's and is answered with 400.
pub const SCRAPE_BYTES_MAX: usize = 4 * 1024;
/// Requests for the counters at once; the next one waits in the kernel.
pub const SCRAPES_AT_ONCE: usize = 8;
/// A request for the counters is asked, answered and closed in so long, or dropped.
pub const SCRAPE_DEADLINE: Duration = Duration::from_secs(5);
/// Memory that redb may keep of a server's store.
pub const SERVER_CACHE_BYTES: usize = 32 * 1024 * 1024;
/// Memory that redb may keep of a client's store.
pub const CLIENT_CACHE_BYTES: usize = 8 * 1024 * 1024;

/// Intents that wait for a client's thread. At the bound the next one is answered as a failure.
pub const INTENTS_MAX: usize = 1024;
/// Events that wait for the window. At the bound the client reads its link no further.
pub const CLIENT_EVENTS_MAX: usize = 4096;
/// Messages in a client's outbox. At the bound the next one is refused.
pub const WAITING_MAX: usize = 10_000;
/// Own messages on their way at once: a round trip is never waited for, and a link that breaks
/// leaves few to be sent twice.
pub const IN_FLIGHT_MAX: usize = 64;
/// Tails fetched at once after a sign-in; the others wait their turn.
pub const TAILS_AT_ONCE: usize = 4;
/// The last messages of a conversation that a client sees for the first time; older ones are
/// fetched when somebody scrolls there.
pub const FIRST_PAGE: u64 = 50;
/// The same where more is unread: as many as a badge counts, so that it says the same on every device.
pub const UNREAD_PAGE_MAX: u64 = 100;
/// A cache that is behind by more than this starts anew with the last page.
pub const TAIL_MAX: u64 = 1000;
/// Cached messages of one conversation. Over it the oldest are dropped; the server has them.
pub const CACHED_MAX: u64 = 20_000;
/// People whose profile a client keeps in memory. Over it none is added.
pub const PEOPLE_KNOWN_MAX: usize = 20_000;
/// People that one `Online` is answered with.
pub const ONLINE_MAX: usize = 10_000;
/// Pinned servers and the addresses of one; over it those unused longest are forgotten.
pub const PINS_MAX: usize = 256;
/// As above.
pub const PIN_ADDRESSES_MAX: usize = 8;
/// Nothing came for so long: a client asks whether the server is still there.
pub const PING_AFTER: Duration = Duration::from_secs(20);
/// A client pings after so long even while the server talks: the server hangs up on a client that
/// says nothing for [`IDLE_DEADLINE`].
pub const PING_ANYWAY: Duration = Duration::from_secs(45);
/// Nothing came for so long after a question: the link is dead.
pub const ANSWER_DEADLINE: Duration = Duration::from_secs(20);
/// A link that is not signed in is hung up after so long and dialled again when it is needed:
/// the server would hang up in the middle of a password.
pub const REST_AFTER: Duration = Duration::from_secs(4);
/// A link that stood so long was a good one: the next wait starts at zero.
pub const STEADY_AFTER: Duration = Duration::from_secs(30);
/// What was stored is told to the server at most this often.
pub const DELIVERED_EVERY: Duration = Duration::from_secs(1);
/// Changes of the client's store that nobody waits for are gathered for so long.
pub const KEEP_LINGER: Duration = Duration::from_millis(200);

/// One setting: its key, its default and its range.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// As in `mychat admin set KEY VALUE`.
    pub key: &'static str,
    /// Value of a new server.
    pub default: u64,
    /// Smallest value.
    pub min: u64,
    /// Largest value.
    pub max: u64,
    /// What it bounds and what happens at it.
    pub about: &'static str,
}

/// Why a setting was not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// No such key.
    #[error("there is no setting {0:?}; `mychat admin get` lists them all")]
    Key(String),
    /// Not one of a few words.
    #[error("{key} takes {values}")]
    OneOf {
        /// Which.
        key: &'static str,
        /// The words.
        values: &'static str,
    },
    /// A last day that has gone by.
    #[error("{key} takes a day from {today} on, which is today by the server's clock, or off")]
    Past {
        /// Which.
        key: &'static str,
        /// Today.
        today: String,
    },
    /// Something that is easily guessed.
    #[error("{key} takes {chars_min} characters or more, or none")]
    Short {
        /// Which.
        key: &'static str,
        /// Shortest.
        chars_min: usize,
    },
    /// Not one short line.
    #[error("{key} takes one line of at most {bytes_max} bytes")]
    Text {
        /// Which.
        key: &'static str,
        /// Longest.
        bytes_max: usize,
    },
    /// Not a number, or out of range.
    #[error("{key} takes a whole number from {min} to {max}")]
    Range {
        /// Which.
        key: &'static str,
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
}

macro_rules! limits {
    ($($field:ident = $default:literal in $min:literal..=$max:expr, $key:literal, $about:literal;)+) => {
        /// The bounds that an administrator may move.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $(#[doc = $about] pub $field: u64,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Limits { $($field: $default,)+ }
            }
        }

        impl Limits {
            /// All settings, for `mychat admin get` and the documents.
            pub const SETTINGS: &'static [Setting] = &[$(Setting {
                key: $key, default: $default, min: $min, max: $max, about: $about,
            },)+];

            /// The value of a setting.
            #[must_use]
            pub fn get(&self, key: &str) -> Option<u64> {
                match key {
                    $($key => Some(self.$field),)+
                    _ => None,
                }
            }

            /// Moves a bound.
            ///
            /// # Errors
            /// No such key, or a value out of its range; nothing was changed.
            pub fn set(&mut self, key: &str, value: &str) -> Result<(), SettingError> {
                match key {
                    $($key => self.$field = in_range($key, value, $min, $max)?,)+
                    _ => return Err(SettingError::Key(key.to_owned())),
                }
                Ok(())
            }
        }
    };
}

limits! {
    links_total = 12_000 in 1..=1_000_000, "links.total",
        "links in all; more are closed at once";
    links_unauthenticated_total = 1_024 in 1..=100_000, "links.unauthenticated.total",
        "links that are not signed in; over it the oldest of the address with the most is closed";
    links_unauthenticated_per_address = 16 in 1..=100_000, "links.unauthenticated.per_address",
        "links of one address that are not signed in; more are closed at once";
    links_per_address = 512 in 1..=100_000, "links.per_address",
        "links of one address, enough for a campus behind one; more are closed at once";
    links_new_per_minute = 60 in 1..=1_000_000, "links.new_per_minute",
        "new links a minute from one address that do not open with a token";
    links_token_per_minute = 1_200 in 1..=1_000_000, "links.token_per_minute",
        "new links a minute from one address that open with a token";
    links_per_account = 10 in 1..=1_000, "links.per_account",
        "links of one account; one more is refused";
    devices_per_account = 10 in 1..=100, "devices.per_account",
        "remembered devices of one account; the one unused longest is signed out";
    device_idle_days = 90 in 1..=3_650, "devices.idle_days",
        "days after which an unused device has to sign in by password";
    registrations_per_hour = 100 in 0..=1_000_000, "registrations.per_hour",
        "registrations an hour from one address; more are refused with the time to wait";
    registrations_per_minute = 60 in 0..=1_000_000, "registrations.per_minute",
        "registrations a minute in all; more are refused with the time to wait";
    passwords_wrong = 5 in 1..=1_000_000, "passwords.wrong",
        "wrong passwords in 15 minutes for one account from one address before a growing wait";
    passwords_per_minute = 30 in 1..=1_000_000, "passwords.per_minute",
        "password sign-ins a minute from one address; more are refused with the time to wait";
    messages_burst = 20 in 1..=1_000_000, "messages.burst",
        "messages that one person may send at once before being slowed down";
    messages_per_second = 5 in 1..=1_000_000, "messages.per_second",
        "messages a second of one person in the long run";
    lobby_per_second = 50 in 1..=1_000_000, "lobby.per_second",
        "messages a second in the lobby, of all people together";
    backups_kept = 14 in 1..=10_000, "backup.keep",
        "backups of backup.daily that are kept; the oldest goes, those made by hand stay";
    lobby_closed = 0 in 0..=1, "lobby.closed",
        "1 closes the lobby: only administrators write there";
    room_per_second = 50 in 1..=1_000_000, "room.per_second",
        "messages a second in one room, of all people together";
    room_members_max = 2_000 in 1..=100_000, "room.members",
        "people in one room; one more is refused";
    room_requests_max = 200 in 1..=100_000, "room.requests",
        "people who wait to come into one room; one more is refused";
    rooms_max = 200 in 1..=100_000, "rooms.per_account",
        "rooms that one person is in; one more is refused";
    rooms_per_day = 20 in 0..=100_000, "rooms.per_day",
        "rooms that one person makes in a day; one more is refused";
    text_bytes_max = 16_384 in 1..=32_768, "text.bytes_max",
        "bytes of one text; a longer one is refused";
    shake_pair_seconds = 10 in 0..=3_600, "shake.pair_seconds",
        "seconds between two shakes of the same two people";
    shake_per_minute = 3 in 0..=1_000, "shake.per_minute",
        "shakes a minute that one person gets, from all together";
    games_off = 0 in 0..=1, "games.off",
        "1 switches games off: nobody can invite to one; those that run are played to their end";
    games_per_account = 10 in 1..=1_000, "games.per_account",
        "games that one person plays at once, open invitations counted; one more is refused";
    games_invites_burst = 6 in 1..=1_000_000, "games.invites_burst",
        "invitations to games of one person at once; far more are refused";
    games_invites_per_minute = 6 in 1..=1_000_000, "games.invites_per_minute",
        "invitations to games of one person a minute in the long run; far more are refused";
    queries_per_second = 50 in 1..=1_000_000, "queries.per_second",
        "frames of one link a second, beside messages; more are slowed down";
    friends_max = 1_000 in 1..=100_000, "friends.per_account",
        "friends of one account; one more is refused";
    requests_open_max = 50 in 1..=100_000, "requests.per_account",
        "friend requests that wait for an answer, sent and received each; one more is refused";
    requests_burst = 60 in 1..=1_000_000, "requests.burst",
        "friend requests that one person may send, withdraw and answer at once: all that can be open, and some more";
    requests_per_minute = 10 in 1..=1_000_000, "requests.per_minute",
        "friend requests a minute that one person may send, withdraw and answer in the long run, since each is told to the other side; far more are refused";
    requests_pause_seconds = 60 in 0..=1_000_000, "requests.pause_seconds",
        "seconds after which somebody may be asked again when a request was withdrawn or declined";
    contacts_burst = 100 in 1..=1_000_000, "contacts.burst",
        "changes of one person's friends, groups and privacy at once; far more are refused";
    contacts_per_minute = 60 in 1..=1_000_000, "contacts.per_minute",
        "changes a minute of one person's friends, groups and privacy in the long run: each is kept for ever in the log of its devices";
    finds_burst = 5 in 1..=1_000_000, "finds.burst",
        "searches of one person at once; each looks at every name";
    finds_per_second = 1 in 1..=1_000_000, "finds.per_second",
        "searches a second of one person in the long run; far more are refused";
    profiles_burst = 5 in 1..=1_000_000, "profiles.burst",
        "changes of one person's profile at once; each is told to everybody who is online";
    profiles_per_minute = 10 in 1..=1_000_000, "profiles.per_minute",
        "changes a minute of one person's profile in the long run; far more are refused";
    uploads_mib_per_day = 64 in 1..=1_000_000, "uploads.mib_per_day",
        "MiB of pictures that one person may bring in a day, so that twice as much at most lies unused";
    uploads_idle_mib = 1_024 in 1..=1_000_000_000, "uploads.idle_mib",
        "MiB of pictures in all that nobody shows yet; over it none is taken";
    file_mib_max = 4_096 in 1..=100_000_000, "files.mib_max",
        "MiB of one file; a larger one is refused";
    files_mib_per_account = 20_480 in 0..=1_000_000_000, "files.mib_per_account",
        "MiB of files of one person that are kept or on their way; more are refused";
    files_per_account = 1_000 in 1..=1_000_000, "files.per_account",
        "files of one person that are kept or on their way; one more is refused";
    files_mib_total = 102_400 in 0..=1_000_000_000, "files.mib_total",
        "MiB of files of all people together; more are refused";
    files_days = 30 in 1..=3_650, "files.days",
        "days for which a file is kept";
    files_free_mib = 1_024 in 0..=1_000_000_000, "files.free_mib",
        "free MiB on the disk under which no file is taken";
    files_links = 64 in 0..=10_000, "files.links",
        "files that travel at once; one more waits its turn";
    files_links_per_account = 6 in 1..=1_000, "files.links_per_account",
        "files of one person that travel at once; one more waits its turn";
    pages_burst = 100 in 1..=1_000_000, "pages.burst",
        "pages of history that one link may ask for at once before being slowed down";
    pages_per_second = 10 in 1..=1_000_000, "pages.per_second",
        "pages of history a second of one link in the long run";
    disk_free_mib = 256 in 0..=1_000_000_000, "disk.free_mib",
        "free MiB under which the server can be read but not written";
    disk_ballast_mib = 64 in 0..=100_000, "disk.ballast_mib",
        "MiB that are kept in a file and given up when the disk is that full, so that what makes room can be written; 0 keeps none";
}

fn in_range(key: &'static str, value: &str, min: u64, max: u64) -> Result<u64, SettingError> {
    match value.parse() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(SettingError::Range { key, min, max }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_reads_back_and_keeps_its_range() {
        let mut limits = Limits::default();
        for setting in Limits::SETTINGS {
            assert_eq!(limits.get(setting.key), Some(setting.default));
            for value in [setting.min, setting.max] {
                limits.set(setting.key, &value.to_string()).unwrap();
                assert_eq!(limits.get(setting.key), Some(value));
            }
            for value in ["", "-1", "many", &(setting.max + 1).to_string()] {
                assert!(limits.set(setting.key, value).is_err(), "{} {value}", setting.key);
            }
        }
        assert_eq!(limits.set("no.such", "1"), Err(SettingError::Key("no.such".into())));
    }
}
