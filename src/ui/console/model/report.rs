//! What the link tells the window: of its server, and of what was asked for.

use std::path::PathBuf;
use std::time::Duration;

use crate::net::control::{LogEntry, OnlineSession, Status};
use crate::net::verb::{BackupRow, Done, NotDone};
use crate::server::admin::BackupFile;
use crate::ui::console::failure::Failure;

/// What the link tells the window.
#[derive(Debug)]
pub enum Report {
    /// There is a server; it was there before, or was started here.
    Attached {
        /// Whether it was there before.
        foreign: bool,
    },
    /// How it is.
    Polled(Box<Poll>),
    /// It did not answer; the link goes on trying.
    Silent,
    /// The backup that was asked for is made, or why it is not.
    BackedUp(Result<BackupRow, NotDone>),
    /// The event log of a server that does not run, as it lies on the disk.
    Logged(Vec<LogEntry>),
    /// What came of [`Order::Backups`](super::Order::Backups).
    Backups(Vec<BackupFile>),
    /// What came of [`Order::Restore`](super::Order::Restore): where the damaged data lies now.
    Restored(Result<PathBuf, String>),
    /// There is no server any more.
    Ended(End),
    /// What came of [`Order::Do`](super::Order::Do), verb by verb.
    Done {
        /// Of the order.
        id: u64,
        /// Why it did not do one, where that is so.
        results: Vec<Result<Done, NotDone>>,
    },
    /// What came of [`Order::Write`](super::Order::Write).
    Written(Result<PathBuf, String>),
}

/// One look at the server.
#[derive(Debug)]
pub struct Poll {
    /// When, on a clock that never jumps.
    pub at: Duration,
    /// How it is.
    pub status: Status,
    /// Who is online.
    pub sessions: Vec<OnlineSession>,
    /// New lines of its log, oldest first.
    pub entries: Vec<LogEntry>,
}

/// How a server ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// In order.
    Closed,
    /// Unseen, and another run of it has taken its place.
    Replaced,
    /// Not in order.
    Failed(Failure),
}
