//! What must survive. The only folder that sees redb.
//!
//! * [`engine`] opens a store safely: one owner, made under a temporary name, right version.
//!   `beware` looks at bytes that may be damaged.
//! * [`schema`] lists the server's tables, its version and its migrations.
//! * [`writer`] is the one thread that writes: batch, apply, commit, hand on.
//! * [`rows`] is one transaction's view of all tables; the nouns add their verbs to it:
//!   [`accounts`], [`profiles`], [`devices`], [`contacts`], [`rooms`], [`choices`],
//!   [`conversations`], [`messages`], [`emptied`], [`blobs`], [`places`], [`files`], [`settings`], [`bans`].
//!   [`incoming`] is bytes of files that are on their way, [`beside`] takes them to the disk, and
//!   [`proof`] is how the values that prove them lie there.
//! * [`search`] looks into the logs; [`seek`] is what it shares with a client's store.
//! * [`copy`] makes a second file of a snapshot, [`check`] holds the rows against each other and the files.
//! * [`local`] is a client's own store, a file and a format of its own.
//! * [`record`] turns values into our own versioned bytes.
//!
//! Verbs are `get_`, `list_`, `put_`, `remove_`, `append_`. Rules are elsewhere.

pub mod accounts;
pub mod bans;
pub mod beside;
pub(crate) mod beware;
pub mod blobs;
pub mod check;
pub mod choices;
pub mod contacts;
pub mod conversations;
pub mod copy;
pub mod devices;
pub mod emptied;
pub mod engine;
pub mod files;
pub mod games;
pub mod incoming;
pub mod local;
pub mod messages;
pub mod places;
pub mod profiles;
pub mod proof;
mod record;
pub mod rooms;
pub mod rows;
pub mod schema;
mod search;
pub mod seek;
pub mod settings;
pub mod writer;

pub use engine::{Engine, StoreError};
pub use rows::{Reads, Writes};
