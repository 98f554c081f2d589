//! What the hub passes on besides messages: how far people have read, what became of files, who is
//! writing.

use std::sync::Arc;

use super::{Hub, encode};
use crate::clock::Moment;
use crate::domain::{ConversationId, ConversationKind, Presence, Seq, Target};
use crate::limits::{TYPING_EVERY, TYPING_PEERS_MAX};
use crate::net::protocol::{Event, ServerFrame};
use crate::server::audience::Ties;
use crate::server::bounds::Bound;
use crate::server::job::{Caller, FileChange, GameChange, SessionId, Told};
use crate::store::conversations::Cursors;

impl Hub {
    /// Own other devices are told always; the other side of a direct conversation what may be shown,
    /// and of reading only if it shows its own. In the lobby cursors are nobody else's.
    pub(super) fn tell_cursor(
        &self,
        caller: &Caller,
        (conversation, kind): (ConversationId, ConversationKind),
        (before, cursors): (Cursors, Cursors),
    ) {
        let account = caller.account;
        let told = |read, delivered| {
            encode(&ServerFrame::Event(Event::Cursor { conversation, account, read, delivered }))
        };
        if let Some(own) = told(cursors.read, cursors.delivered) {
            self.each_member(ConversationKind::Notices { account }, |_, outbox| {
                if !Arc::ptr_eq(outbox, &caller.outbox) {
                    outbox.push(&own);
                }
            });
        }
        let ConversationKind::Direct { low, high } = kind else { return };
        let peer = if low == account { high } else { low };
        let sees_reading = self.audience.ties(peer).is_some_and(|ties| ties.read_marks);
        let shown = |cursors: Cursors| {
            let read = if sees_reading { cursors.shown_read } else { Seq::ZERO };
            (read, cursors.shown_delivered)
        };
        // What shows nothing new would still tell that something moved.
        let (read, delivered) = shown(cursors);
        let is_news = peer != account && shown(before) != (read, delivered);
        if is_news && let Some(shown) = told(read, delivered) {
            self.each_member(ConversationKind::Notices { account: peer }, |_, outbox| {
                outbox.push(&shown);
            });
        }
    }

    /// What became of files, to those who see their messages.
    pub(super) fn tell_files(&self, changes: &[FileChange]) {
        for change in changes {
            let event = Event::File { file: change.file, status: change.status };
            let Some(bytes) = encode(&ServerFrame::Event(event)) else { continue };
            let tell = |kind| self.each_member(kind, |_, outbox| outbox.push(&bytes));
            match &change.told {
                Told::All(kind) => tell(*kind),
                Told::Some(accounts) => {
                    for account in accounts {
                        tell(ConversationKind::Notices { account: *account });
                    }
                }
            }
        }
    }

    /// Moves are not made in secret: everybody in the conversation may look.
    pub(super) fn tell_games(&mut self, games: Vec<GameChange>) {
        for GameChange { news } in games {
            let kind = news.sheet.place;
            let Some(bytes) = encode(&ServerFrame::Event(Event::Game(news))) else { continue };
            self.each_member(kind, |_, outbox| outbox.push(&bytes));
        }
    }

    pub(super) fn typing(&mut self, id: SessionId, to: Target, now: Moment) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.seen = now.uptime;
        let from = session.account;
        // Typing in a room or the lobby would reach everybody for nothing.
        let Target::Account(peer) = to else { return };
        let Some(online) = self.accounts.get_mut(&from) else { return };
        online.typed.retain(|_, typed| *typed + TYPING_EVERY > now.uptime);
        let is_early = online.typed.contains_key(&peer) || online.typed.len() >= TYPING_PEERS_MAX;
        if is_early {
            self.policy.met().refuse(Bound::Typing);
        }
        if is_early || self.presences.of(from) == Presence::Invisible {
            return;
        }
        online.typed.insert(peer, now.uptime);
        let event = ServerFrame::Event(Event::Typing { from, to });
        let shows = |account| self.audience.ties(account).is_some_and(|ties| ties.typing);
        let takes = self.audience.ties(peer).is_some_and(|ties| ties.takes_from(from));
        let is_stranger = |ties: &Ties| ties.strangers.contains(&peer);
        let wanted = peer != from
            && shows(from)
            && shows(peer)
            && takes
            && !self.audience.ties(from).is_some_and(is_stranger)
            && !self.audience.is_hidden(peer, from)
            && !self.audience.is_hidden(from, peer);
        if let (true, Some(bytes)) = (wanted, encode(&event)) {
            let kind = ConversationKind::Notices { account: peer };
            self.each_member(kind, |_, outbox| outbox.push(&bytes));
        }
    }
}
