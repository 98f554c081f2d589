//! What the window of a person has beside that of a room: the card, the menu, the word about
//! strangers.

use super::{ChatOut, Parts};
use crate::domain::{AccountId, Stranger, Target};
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::strangers::StrangerMsg;
use crate::ui::app::{Model, Msg};
use crate::ui::paint::Icon;
use crate::ui::panel::menus::{self, Known, Stands};
use crate::ui::panel::view;
use crate::ui::shell::post;
use crate::ui::text::tr;
use crate::ui::widgets::{MenuPlace, StripKind, on_screen};

/// Another person, and how one has the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Who.
    pub account: AccountId,
    /// What the menu needs to know.
    pub known: Known,
    /// How the conversation stands.
    pub stands: Stands,
    /// Whether that person waits for an answer.
    pub is_stranger: bool,
}

impl Other {
    /// What the model says of somebody; nothing about oneself.
    #[must_use]
    pub fn of(model: &Model, account: AccountId) -> Option<Other> {
        if model.my_account() == Some(account) {
            return None;
        }
        let target = Target::Account(account);
        let choice = model.choice(target);
        Some(Other {
            account,
            known: view::known(model, Some(account)),
            stands: Stands { pinned: choice.pinned, notify: choice.notify, rank: None },
            is_stranger: choice.stranger == Stranger::Waiting,
        })
    }
}

impl Parts {
    /// The card about that person.
    pub(super) fn open_card(&self) {
        let about = self.state.borrow().view.about.clone();
        if let Some(about) = about {
            (self.told.borrow_mut())(ChatOut::Face(about.account));
        }
    }

    /// What can be done with a room, or with a person.
    pub(super) fn open_more(&self) {
        let about = self.state.borrow().view.about.clone();
        match about {
            Some(about) => {
                let place = MenuPlace::Below(on_screen(&self.more, &self.window));
                menus::open_person_menu(place, &about);
            }
            None => self.open_room_menu(),
        }
    }

    /// The strip about somebody who wrote first.
    pub(super) fn show_stranger(&mut self) {
        let accept = tr("stranger.accept");
        self.notice.set(StripKind::Plain, Icon::User, tr("stranger.bar"), accept);
    }

    /// The action of the strip: the link is tried at once, what is on the wall was read, or the stranger is
    /// accepted.
    pub(super) fn strip_chosen(&self, closes: bool) {
        let is_lost = {
            let view = &self.state.borrow().view;
            view.notice.is_empty() && view.lost.is_some()
        };
        if is_lost {
            return post(Msg::Panel(PanelMsg::ReconnectNow));
        }
        let stranger = {
            let state = self.state.borrow();
            let is_said = state.view.notice.is_empty();
            state.view.about.clone().filter(|about| about.is_stranger && is_said)
        };
        match stranger {
            Some(about) => post(Msg::Stranger(StrangerMsg::Accept(about.account))),
            None => self.read_wall(closes),
        }
    }
}
