//! The main panel: which list, what is searched for, what is chosen, one's own line.

use std::collections::BTreeSet;

use super::add::{AddMsg, Page};
use super::chats::ChatMsg;
use super::contacts::{Confirm, Doing};
use super::rows::{Pick, Row};
use super::strangers::StrangerMsg;
use super::{Asked, Effect, Model, Screen};
use crate::client::{Failure, Intent};
use crate::domain::{GroupId, Message, Presence, Target};
use crate::net::protocol::{Command, ProfileChange};

/// Which list is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Conversations.
    #[default]
    Chats,
    /// Friends, in their groups.
    Contacts,
    /// Rooms.
    Rooms,
}

/// One's own line while it is written anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineEdit {
    /// Why it was not taken.
    pub error: Option<Failure>,
    /// It is on its way.
    pub busy: bool,
}

/// The main panel.
#[derive(Debug, Default)]
pub struct Panel {
    /// Which list is shown.
    pub tab: Tab,
    /// What is searched for; while it is not empty, results replace the lists.
    pub search: String,
    /// Messages that have it, newest first.
    pub messages: Vec<Message>,
    /// The strangers' conversations stand in the place of the others.
    pub strangers: bool,
    /// The selected row.
    pub selected: Option<Pick>,
    /// Groups whose friends are hidden.
    pub folded: BTreeSet<GroupId>,
    /// The same of the rooms that one made, and of the others.
    pub folded_rooms: BTreeSet<bool>,
    /// One's own line, while it is written anew in its place.
    pub line: Option<LineEdit>,
}

/// In the main panel.
#[derive(Debug, Clone)]
pub enum PanelMsg {
    /// A tab.
    Tab(Tab),
    /// The search box.
    Search(String),
    /// A row was clicked.
    Select(Pick),
    /// A row was double-clicked, or Enter.
    Open(Pick),
    /// Up and Down.
    Move(i32),
    /// Left and Right, and a click on a group: whether it is folded; the other way round when absent.
    Fold(Option<bool>),
    /// The status menu.
    Presence(Presence),
    /// One's own line was clicked.
    EditLine,
    /// It was written.
    Line(String),
    /// It stays as it was.
    KeepLine,
    /// In the strip.
    ReconnectNow,
    /// "Copy number" on the own number.
    CopyNumber,
    /// "Switch account...": this computer goes on remembering this one, if it did.
    SwitchAccount,
    /// "Sign out": this computer forgets the sign-in.
    SignOut,
    /// The panel was closed: the program ends.
    Quit,
}

/// How one goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// To another account.
    Switch,
    /// By signing out.
    SignOut,
    /// The program ends.
    Quit,
}

impl Model {
    pub(super) fn panel(&mut self, msg: PanelMsg, out: &mut Vec<Effect>) {
        match msg {
            PanelMsg::Tab(tab) => (self.panel.tab, self.panel.strangers) = (tab, false),
            // Esc leaves what is shown in the place of the lists.
            PanelMsg::Search(text) if text.is_empty() && self.panel.search.is_empty() => {
                self.panel.strangers = false;
            }
            PanelMsg::Search(text) => {
                self.panel.search = text;
                self.find_messages(out);
            }
            PanelMsg::Select(pick) => self.panel.selected = Some(pick),
            PanelMsg::Open(pick) => self.open_row(pick, out),
            PanelMsg::Move(by) => self.move_selection(by),
            PanelMsg::Fold(folded) => self.fold(folded, out),
            PanelMsg::Presence(presence) => self.set_presence(presence, out),
            PanelMsg::EditLine => self.panel.line = Some(LineEdit::default()),
            PanelMsg::Line(line) => self.set_line(&line, out),
            PanelMsg::KeepLine => self.panel.line = None,
            PanelMsg::ReconnectNow => self.reconnect_now(out),
            PanelMsg::CopyNumber => {
                if let Some(account) = self.my_account() {
                    let number = account.to_string();
                    out.push(Effect::Copy {
                        text: number.clone(),
                        said: "reg.number.copied",
                        number,
                    });
                }
            }
            PanelMsg::SwitchAccount => self.go_if_sure(Leaving::Switch, out),
            PanelMsg::SignOut => self.go_if_sure(Leaving::SignOut, out),
            PanelMsg::Quit => self.go_if_sure(Leaving::Quit, out),
        }
    }

    /// Asks first, where a game would be lost or files would wait.
    fn go_if_sure(&mut self, leaving: Leaving, out: &mut Vec<Effect>) {
        let is_in = self.screen == Screen::Panel;
        let files = self.files.open_count();
        if is_in && self.plays_at_a_board() {
            out.push(Effect::Confirm(Confirm::LeaveGame(leaving, files)));
        } else if is_in && leaving == Leaving::Quit && files > 0 {
            out.push(Effect::Confirm(Confirm::Quit(files)));
        } else {
            self.go(leaving, out);
        }
    }

    /// One goes; nothing more is asked.
    pub(super) fn go(&mut self, leaving: Leaving, out: &mut Vec<Effect>) {
        match leaving {
            Leaving::Switch => {
                self.keep_auto(None, out);
                self.login.switching = true;
                self.leave(None, out);
            }
            Leaving::SignOut => {
                self.keep_drafts(true, out);
                self.keep_auto(None, out);
                // Without a link too: the client forgets the token then.
                self.ask(Asked::SignOut, |ticket| Intent::SignOut { ticket }, out);
            }
            Leaving::Quit => self.quit(out),
        }
    }

    /// The program ends; nothing more is asked.
    pub(super) fn quit(&mut self, out: &mut Vec<Effect>) {
        self.keep_drafts(true, out);
        out.push(Effect::Quit);
    }

    fn open_row(&mut self, pick: Pick, out: &mut Vec<Effect>) {
        self.panel.selected = Some(pick);
        if matches!(pick, Pick::Chat(_) | Pick::Friend(_)) {
            // What was searched for is found.
            self.panel.search.clear();
        }
        match pick {
            Pick::Chat(target) => self.chat(target, ChatMsg::Open, out),
            Pick::Friend(account) => self.chat(Target::Account(account), ChatMsg::Open, out),
            Pick::Group(_) | Pick::Rooms(_) => self.fold(None, out),
            // Its two buttons say which.
            Pick::Doors => {}
            Pick::Message(place) => self.open_message(place, out),
            Pick::Messages => self.open_messages(out),
            Pick::Strangers => self.stranger_msg(StrangerMsg::Show(true), out),
            Pick::Back => self.stranger_msg(StrangerMsg::Show(false), out),
            Pick::NewFriends => self.add(AddMsg::Open(Page::Requests), out),
            Pick::Online => self.add(AddMsg::OpenOnline, out),
        }
    }

    /// Folds the chosen group, or that of the chosen friend.
    fn fold(&mut self, folded: Option<bool>, out: &mut Vec<Effect>) {
        let group = match self.panel.selected {
            Some(Pick::Rooms(own)) => {
                let rooms = &mut self.panel.folded_rooms;
                let is = folded.unwrap_or(!rooms.contains(&own));
                if is {
                    rooms.insert(own)
                } else {
                    rooms.remove(&own)
                };
                return;
            }
            Some(Pick::Group(group)) => group,
            Some(Pick::Friend(account)) if self.panel.search.is_empty() => {
                match (folded, self.people.book().friend(account)) {
                    (Some(true), Some(contact)) => contact.group,
                    _ => return,
                }
            }
            _ => return,
        };
        self.panel.selected = Some(Pick::Group(group));
        let was = self.panel.folded.contains(&group);
        let is = folded.unwrap_or(!was);
        if is != was {
            match is {
                true => self.panel.folded.insert(group),
                false => self.panel.folded.remove(&group),
            };
            self.keep_folds(out);
        }
    }

    fn move_selection(&mut self, by: i32) {
        let rows = self.panel_rows(crate::ui::text::language());
        let picks: Vec<Pick> = rows.iter().filter_map(Row::pick).collect();
        let selected = self.panel.selected;
        let at = picks.iter().position(|pick| Some(*pick) == selected);
        let last = i64::try_from(picks.len()).unwrap_or(0) - 1;
        let next = match at {
            Some(at) => i64::try_from(at).unwrap_or(0) + i64::from(by),
            None => 0,
        };
        let next = usize::try_from(next.clamp(0, last.max(0))).unwrap_or(0);
        self.panel.selected = picks.get(next).copied();
    }

    fn set_presence(&mut self, presence: Presence, out: &mut Vec<Effect>) {
        self.login.presence = presence;
        self.keep_presence(presence, out);
        self.away_by_itself = false;
        self.show_presence(presence, out);
    }

    /// How one is seen, without it being one's choice for the next time.
    pub(super) fn show_presence(&mut self, presence: Presence, out: &mut Vec<Effect>) {
        if let Some(me) = &mut self.me {
            me.presence = presence;
        }
        self.ask(Asked::Other, |ticket| Intent::SetPresence { ticket, presence }, out);
    }

    fn set_line(&mut self, line: &str, out: &mut Vec<Effect>) {
        let Some(me) = &self.me else { return };
        if line.trim() == me.person.signature {
            self.panel.line = None;
            return;
        }
        self.panel.line = Some(LineEdit { error: None, busy: true });
        let change = ProfileChange { signature: Some(line.to_owned()), ..Default::default() };
        self.do_it(Doing::Line, Command::SetProfile(change), out);
    }

    /// One's own line was taken or not.
    pub(super) fn line_answered(&mut self, failure: Option<Failure>) {
        self.panel.line = failure.map(|error| LineEdit { error: Some(error), busy: false });
    }
}
