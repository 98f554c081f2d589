//! Coming in and going out: what a session begins and ends with.

use super::{Asked, Effect, Me, Model, Screen, chats, doors, link, panel, people};
use crate::client::{Failure, Intent};
use crate::domain::{AccountId, Person, Presence, Target};

impl Model {
    /// The client says that this link is signed in, for the first time or after a reconnect.
    pub(super) fn signed_in(&mut self, you: Person, presence: Presence, out: &mut Vec<Effect>) {
        self.people.learn(vec![you.clone()]);
        self.me = Some(Me { person: you, presence });
        self.link.is_signed_in(self.now, self.screen == Screen::Panel);
        self.notes.begin(self.server_ms());
        // Who is there is told behind this; whom else one looks at, the client says again.
        self.people.regain_sight();
        self.chats.lobby_is_closed = false;
        self.reenter_halls(out);
        self.ask_earlier_again(out);
        self.shelf_again(out);
        self.games_again(out);
        out.push(Effect::PicturesAgain);
    }

    /// The server was restored from a backup: all that it said before goes, since it is said anew and
    /// places and numbers may be others' by now.
    pub(super) fn begin_anew(&mut self, out: &mut Vec<Effect>) {
        self.keep_drafts(true, out);
        self.chats.begin_anew();
        self.people.begin_anew();
        self.files.begin_anew();
        self.play.begin_anew();
        self.games.close_played();
        self.notes = super::notify::Notes::default();
        self.halls.clear();
        self.walls.clear();
        (self.board, self.history, self.viewer, self.card) = (None, None, None, None);
    }

    /// Not signed in any more, and not by a broken link: back to the login window.
    pub(super) fn signed_out(&mut self, why: Failure, out: &mut Vec<Effect>) {
        if self.screen == Screen::Panel {
            let own_wish = self.asked.values().any(|asked| *asked == Asked::SignOut);
            self.leave((!own_wish).then_some(why), out);
        } else if self.done.is_some() && self.me.take().is_some() {
            // The new code stays in sight; the window behind it says why nobody is signed in.
            self.link = link::Link::default();
            self.login.come_back(None, Some(why));
            out.push(Effect::Ask(Intent::Disconnect));
        }
    }

    /// Closes the panel and the chats and shows the login window, with the reason where there is
    /// one that the person did not choose.
    pub(super) fn leave(&mut self, why: Option<Failure>, out: &mut Vec<Effect>) {
        if self.screen != Screen::Panel {
            return;
        }
        self.keep_drafts(true, out);
        let last = self.me.take();
        self.screen = Screen::Login;
        (self.chats, self.notes) = (chats::Chats::default(), super::notify::Notes::default());
        self.files = super::files::Files::default();
        self.play = super::play::Plays::default();
        self.people = people::People::default();
        self.panel = panel::Panel::default();
        self.link = link::Link::default();
        self.attempt = None;
        (self.prompt, self.add, self.card, self.moves_to) = (None, None, None, None);
        self.halls.clear();
        self.walls.clear();
        (self.board, self.history, self.profile, self.viewer) = (None, None, None, None);
        self.doors = doors::Doors::default();
        self.games.close_played();
        (self.preferences, self.away_by_itself) = (None, false);
        self.watched.clear();
        self.asked.clear();
        self.login.come_back(last.map(|me| me.person), why);
        out.push(Effect::Ask(Intent::Disconnect));
        self.ask_saved(out);
        out.push(Effect::SearchServers);
    }

    /// Shows the main panel.
    pub(super) fn enter(&mut self) {
        self.attempt = None;
        (self.register, self.recover, self.done) = (None, None, None);
        self.trust = None;
        self.screen = Screen::Panel;
        self.recall_folds();
        self.recall_walls();
        self.login.settle();
    }

    /// What is known of people is new; of oneself too, by another device.
    pub(super) fn learn(&mut self, people: Vec<Person>) {
        if let Some(me) = &mut self.me
            && let Some(new) = people.iter().find(|person| person.account == me.person.account)
            && new.version >= me.person.version
        {
            me.person = new.clone();
        }
        self.people.learn(people);
    }

    /// People are seen otherwise now; oneself too, by another device, which is said.
    pub(super) fn seen(&mut self, changes: Vec<(AccountId, Presence)>, out: &mut Vec<Effect>) {
        if let Some(me) = &mut self.me
            && let Some((_, presence)) =
                changes.iter().rev().find(|(who, _)| *who == me.person.account)
            && *presence != Presence::Offline
        {
            let before = std::mem::replace(&mut me.presence, *presence);
            if before != *presence {
                let was_chosen = matches!(before, Presence::Busy | Presence::Invisible);
                out.extend(super::attempt::holds(*presence, was_chosen).map(Effect::Tell));
            }
        }
        for (who, presence) in &changes {
            // Who is there again gets it now.
            if presence.as_seen_by_others() != Presence::Offline
                && let target = Target::Account(*who)
                && self.chats.get(target).is_some_and(|chat| chat.offline_said_at.is_some())
            {
                self.chats.at(target).offline_said_at = None;
            }
        }
        self.people.seen(changes);
    }

    /// The client's store failed: said once, since the rest still works.
    pub(super) fn store_trouble(&mut self, reason: String, out: &mut Vec<Effect>) {
        if self.trouble.is_none() {
            out.push(Effect::StoreTrouble(reason.clone()));
        }
        self.trouble = Some(reason);
    }
}
