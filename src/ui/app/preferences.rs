//! The settings window: its pages, and what others may do, which the server keeps.
//!
//! Choices of this computer are [`super::settings`]. What others may do is asked of the server: the
//! window shows what is wanted until the answer comes, and what holds when the answer is no.

use super::contacts::Doing;
use super::{Effect, Model, Screen};
use crate::client::Failure;
use crate::domain::{AccountId, Asking, Notice, Privacy};
use crate::net::protocol::Command;

/// Which page is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    /// Writing, being away, shakes.
    #[default]
    General,
    /// How one is told of messages.
    Notifications,
    /// Colours and sizes.
    Appearance,
    /// Where received files go.
    Files,
    /// What others may do.
    Privacy,
    /// Words and times.
    Language,
}

/// The window, while it is open.
#[derive(Debug, Default)]
pub struct Preferences {
    /// Which page is shown.
    pub page: Page,
    /// Why the last change of what others may do was not taken.
    pub refused: Option<Failure>,
    /// What is wanted of the server, until it has answered.
    wanted: Option<Privacy>,
    /// Changes that it has not answered.
    unanswered: usize,
}

/// In the settings window.
#[derive(Debug, Clone, Copy)]
pub enum PreferencesMsg {
    /// It opens, or comes to the front.
    Open,
    /// A page.
    Page(Page),
    /// Something that others may do.
    Privacy(PrivacyMsg),
    /// Esc, or the cross.
    Close,
}

/// A change of what others may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivacyMsg {
    /// Who may ask to be a friend.
    Asking(Asking),
    /// Whether one is found by number.
    ByNumber(bool),
    /// Whether one is found by nickname.
    ByNickname(bool),
    /// Whether only friends may write.
    FriendsOnly(bool),
    /// Whether others see what one has read.
    ReadMarks(bool),
    /// Whether others see that one is writing.
    Typing(bool),
}

/// Why what others may do cannot be changed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// There is no link.
    Offline,
    /// What holds now is not known yet.
    Unknown,
}

impl Model {
    pub(super) fn preferences(&mut self, msg: PreferencesMsg, out: &mut Vec<Effect>) {
        match (msg, &mut self.preferences) {
            (PreferencesMsg::Open, Some(_)) => out.push(Effect::RaiseSettings),
            (PreferencesMsg::Open, place @ None) if self.screen == Screen::Panel => {
                *place = Some(Preferences::default());
            }
            (PreferencesMsg::Page(page), Some(open)) => {
                open.page = page;
                open.refused = None;
            }
            (PreferencesMsg::Privacy(change), Some(_)) => self.change_privacy(change, out),
            (PreferencesMsg::Close, place) => *place = None,
            _ => {}
        }
    }

    /// What others may do: as it is wanted, else as it holds.
    #[must_use]
    pub fn privacy(&self) -> &Privacy {
        let wanted = self.preferences.as_ref().and_then(|open| open.wanted.as_ref());
        wanted.unwrap_or(&self.people.book().privacy)
    }

    /// Why it cannot be changed, if it cannot.
    #[must_use]
    pub fn privacy_hindrance(&self) -> Option<Hindrance> {
        match (self.link.is_up(), self.people.has_book()) {
            (true, true) => None,
            (true, false) => Some(Hindrance::Unknown),
            (false, _) => Some(Hindrance::Offline),
        }
    }

    /// Everybody who is blocked, by name.
    #[must_use]
    pub fn blocked(&self) -> Vec<(AccountId, String)> {
        let contacts = self.people.book().contacts.values();
        let blocked = contacts.filter(|contact| contact.blocked);
        let mut named: Vec<(AccountId, String)> =
            blocked.map(|contact| (contact.account, self.people.name(contact.account))).collect();
        named.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
        named
    }

    fn change_privacy(&mut self, change: PrivacyMsg, out: &mut Vec<Effect>) {
        if self.privacy_hindrance().is_some() {
            return;
        }
        let mut new = self.privacy().clone();
        match change {
            PrivacyMsg::Asking(asking) => new.asking = asking,
            PrivacyMsg::ByNumber(on) => new.by_number = on,
            PrivacyMsg::ByNickname(on) => new.by_nickname = on,
            PrivacyMsg::FriendsOnly(on) => new.friends_only = on,
            PrivacyMsg::ReadMarks(on) => new.read_marks = on,
            PrivacyMsg::Typing(on) => new.typing = on,
        }
        if new == *self.privacy() {
            return;
        }
        if let Some(open) = &mut self.preferences {
            open.refused = None;
            open.wanted = Some(new.clone());
            open.unanswered += 1;
        }
        self.do_it(Doing::Privacy, Command::SetPrivacy(new), out);
    }

    /// The server took a change of what others may do, or not. The notice of it may come later, so
    /// the book takes it in at once.
    pub(super) fn privacy_answered(&mut self, failure: Option<Failure>, out: &mut Vec<Effect>) {
        let Some(open) = &mut self.preferences else {
            // The window is closed: then it is said in passing.
            out.extend(failure.map(Effect::Say));
            return;
        };
        open.unanswered = open.unanswered.saturating_sub(1);
        if failure.is_some() {
            open.wanted = None;
            open.refused = failure;
        } else if open.unanswered == 0
            && let Some(privacy) = open.wanted.take()
        {
            self.people.notice(&Notice::Privacy(privacy));
        }
    }
}
