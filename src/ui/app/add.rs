//! Finding people, asking them, and the requests of others; what is about rooms is in `doors`.

use super::contacts::Doing;
use super::doors::{DoorMsg, RoomRow, RoomSearch};
use super::{Asked, Effect, Model};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{AccountId, ContactRequest, GroupId, Person, Presence, RequestState, Way};
use crate::net::protocol::{Command, Query, Reply};

/// A page of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    /// Finding people.
    #[default]
    People,
    /// Finding rooms.
    Rooms,
    /// Requests of others and one's own.
    Requests,
}

/// Which requests are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    /// Those of others, and below them one's own that wait.
    #[default]
    Received,
    /// One's own.
    Sent,
}

/// What came of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Results<T> {
    /// Nothing was searched for.
    #[default]
    None,
    /// The server looks.
    Asked,
    /// These.
    Found {
        /// Best first, as they were found.
        found: Vec<T>,
        /// The server has more.
        more: bool,
        /// The next ones are on their way.
        asked: bool,
    },
    /// It could not be searched.
    Failed(Failure),
}

/// The window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Add {
    /// Which page.
    pub page: Page,
    /// What was searched for last.
    pub text: String,
    /// Only who is online.
    pub online: bool,
    /// What came of it.
    pub results: Results<AccountId>,
    /// The page that finds rooms.
    pub rooms: RoomSearch,
    /// Which requests.
    pub side: Side,
    /// A request that is being written.
    pub asking: Option<Asking>,
    /// The window stands; a request can be written without it.
    pub is_shown: bool,
}

/// A request that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// Whom it is for.
    pub account: AccountId,
    /// Why it was not taken.
    pub error: Option<Failure>,
    /// It is on its way.
    pub busy: bool,
}

/// What can be done with somebody who was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Ask to be friends.
    Add,
    /// Asked already.
    Waiting,
    /// That person asked: say yes.
    Accept,
    /// A friend: write.
    Message,
}

/// Somebody who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Who.
    pub person: Person,
    /// What one calls that person.
    pub name: String,
    /// How it is seen.
    pub presence: Option<Presence>,
    /// What can be done.
    pub action: Action,
}

/// A line of the page of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestRow {
    /// Nothing stands here.
    Nothing,
    /// A headline.
    Head(&'static str),
    /// A request.
    Request {
        /// What.
        request: ContactRequest,
        /// Whose name.
        name: String,
        /// How that person is seen.
        presence: Option<Presence>,
        /// It ended because nobody answered.
        expired: bool,
    },
    /// A request about a room.
    Room(Box<RoomRow>),
}

/// In the window.
#[derive(Debug, Clone)]
pub enum AddMsg {
    /// Shows it.
    Open(Page),
    /// Shows everybody who is online.
    OpenOnline,
    /// Shows the page that finds rooms.
    OpenRooms,
    /// About rooms.
    Room(DoorMsg),
    /// Its cross, or Esc.
    Close,
    /// Another page.
    Page(Page),
    /// Which requests.
    Side(Side),
    /// The button, or Enter.
    Search {
        /// As typed.
        text: String,
        /// Only who is online.
        online: bool,
    },
    /// The list was scrolled to its end.
    More,
    /// "Clear".
    Clear,
    /// "Add".
    Ask(AccountId),
    /// The request was written.
    Send {
        /// What is said.
        greeting: String,
        /// What one will call the new friend.
        remark: String,
        /// Where the new friend will stand.
        group: GroupId,
    },
    /// The request was not written.
    Leave,
    /// Something was typed.
    Typed,
}

impl Model {
    pub(super) fn add(&mut self, msg: AddMsg, out: &mut Vec<Effect>) {
        match msg {
            AddMsg::Open(page) => self.open_add(page, out),
            AddMsg::OpenRooms => self.open_add(Page::Rooms, out),
            AddMsg::Room(msg) => self.door(msg, out),
            AddMsg::OpenOnline => {
                self.open_add(Page::People, out);
                self.search("", true, out);
            }
            AddMsg::Ask(account) => {
                let add = self.add.get_or_insert_default();
                add.asking = Some(Asking { account, error: None, busy: false });
            }
            AddMsg::Send { greeting, remark, group } => {
                let asking = self.add.as_mut().and_then(|add| add.asking.as_mut());
                if let Some(asking) = asking.filter(|asking| !asking.busy) {
                    asking.busy = true;
                    let to = asking.account;
                    let command = Command::AskContact { to, greeting, group, remark };
                    self.do_it(Doing::Request, command, out);
                }
            }
            AddMsg::Search { text, online } => self.search(&text, online, out),
            AddMsg::More => self.search_more(out),
            AddMsg::Close => self.add = None,
            AddMsg::Leave => drop(self.leave_asking()),
            other => {
                if let Some(add) = &mut self.add {
                    add.change(&other);
                }
            }
        }
    }

    fn open_add(&mut self, page: Page, out: &mut Vec<Effect>) {
        let add = self.add.get_or_insert_default();
        (add.page, add.is_shown) = (page, true);
        out.push(Effect::RaiseAdd);
    }

    fn search(&mut self, text: &str, online: bool, out: &mut Vec<Effect>) {
        let add = self.add.get_or_insert_default();
        add.page = Page::People;
        text.trim().clone_into(&mut add.text);
        add.online = online;
        if add.text.is_empty() && !online {
            add.results = Results::None;
            return;
        }
        add.results = Results::Asked;
        self.ask_found(0, out);
    }

    fn search_more(&mut self, out: &mut Vec<Effect>) {
        let Some(add) = &mut self.add else { return };
        if let Results::Found { found, more: true, asked: asked @ false } = &mut add.results {
            *asked = true;
            let skip = u32::try_from(found.len()).unwrap_or(u32::MAX);
            self.ask_found(skip, out);
        }
    }

    fn ask_found(&mut self, skip: u32, out: &mut Vec<Effect>) {
        let Some(add) = &self.add else { return };
        let query = Query::Find { text: add.text.clone(), online: add.online, skip };
        let asked = Asked::Found { text: add.text.clone(), online: add.online, skip };
        self.ask(asked, |ticket| Intent::Look { ticket, query }, out);
    }

    /// The server found people, for what was typed then.
    pub(super) fn found(
        &mut self,
        (text, online, skip): (String, bool, u32),
        result: Result<Answer, Failure>,
    ) {
        let Some(add) = &mut self.add else { return };
        if (&add.text, add.online) != (&text, online) {
            return;
        }
        match result {
            Ok(Answer::Looked(Reply::Found { people: new, more })) => {
                let accounts = new.iter().map(|found| found.person.account);
                let mut found = match std::mem::take(&mut add.results) {
                    Results::Found { found, .. } if skip > 0 => found,
                    _ => Vec::new(),
                };
                found.extend(accounts);
                add.results = Results::Found { found, more, asked: false };
                self.people.seen(new.iter().map(|found| (found.person.account, found.presence)));
                self.people.learn(new.into_iter().map(|found| found.person).collect());
            }
            Ok(_) => {}
            Err(failure) => add.results = Results::Failed(failure),
        }
    }

    /// The request was taken or not.
    pub(super) fn request_answered(&mut self, failure: Option<Failure>, out: &mut Vec<Effect>) {
        let Some(add) = &mut self.add else { return };
        match failure {
            Some(failure) => {
                if let Some(asking) = &mut add.asking {
                    asking.busy = false;
                    asking.error = Some(failure);
                }
            }
            None => {
                let became = self.leave_asking().map(|asking| asking.account);
                let is_friend = became.is_some_and(|account| self.people.is_friend(account));
                out.push(Effect::Tell(if is_friend { "friend.now" } else { "friend.sent" }));
            }
        }
    }

    /// The request is written or given up; without the window nothing is left to show.
    fn leave_asking(&mut self) -> Option<Asking> {
        let add = self.add.as_mut()?;
        let asking = add.asking.take();
        if !add.is_shown {
            self.add = None;
        }
        asking
    }

    /// The people who were found, as cards.
    #[must_use]
    pub fn found_cards(&self) -> Vec<Card> {
        let Some(Add { results: Results::Found { found, .. }, .. }) = &self.add else {
            return Vec::new();
        };
        let known = found.iter().filter_map(|account| self.people.get(*account));
        known
            .map(|person| Card {
                person: person.clone(),
                name: self.people.name(person.account),
                presence: self.people.presence(person.account),
                action: self.action(person.account),
            })
            .collect()
    }

    /// What can be done with somebody.
    #[must_use]
    pub fn action(&self, account: AccountId) -> Action {
        let now = self.server_ms();
        let requests = &self.people.book().requests;
        let asked = requests.get(&(account, Way::In)).is_some_and(|request| request.is_open(now));
        match () {
            () if self.people.is_friend(account) => Action::Message,
            () if asked => Action::Accept,
            () if self.waits_for(account) => Action::Waiting,
            () => Action::Add,
        }
    }

    /// The requests that are shown, those that wait first, then the newest.
    #[must_use]
    pub fn request_rows(&self) -> Vec<RequestRow> {
        let side = self.add.as_ref().map(|add| add.side).unwrap_or_default();
        match side {
            Side::Sent => self.requests(Way::Out, true),
            Side::Received => {
                let mut rows = self.requests(Way::In, true);
                let waiting = self.requests(Way::Out, false);
                if !waiting.is_empty() {
                    if rows.is_empty() {
                        rows.push(RequestRow::Nothing);
                    }
                    rows.push(RequestRow::Head("friend.sent_by_you"));
                    rows.extend(waiting);
                }
                rows
            }
        }
    }

    /// So many requests there are on either side, those that need no answer any more among them.
    #[must_use]
    pub fn request_counts(&self) -> (usize, usize) {
        let requests = self.people.book().requests.values().map(|request| request.way);
        let rooms = self.room_rows().into_iter().map(|row| row.way);
        let (received, sent): (Vec<Way>, Vec<Way>) =
            requests.chain(rooms).partition(|way| *way == Way::In);
        (received.len(), sent.len())
    }

    fn requests(&self, way: Way, all: bool) -> Vec<RequestRow> {
        let now = self.server_ms();
        let requests = self.people.book().requests.values().filter(|request| request.way == way);
        let people = requests.map(|request| {
            let row = RequestRow::Request {
                request: request.clone(),
                name: self.people.name(request.peer),
                presence: self.people.presence(request.peer),
                expired: request.is_expired(now),
            };
            (request.is_open(now), request.at, row)
        });
        let rooms = self.room_rows().into_iter().filter(|row| row.way == way);
        let rooms = rooms.map(|row| (row.is_open, row.request.at, RequestRow::Room(Box::new(row))));
        let mut rows: Vec<(bool, i64, RequestRow)> = people.chain(rooms).collect();
        rows.retain(|(is_open, ..)| all || *is_open);
        rows.sort_by_key(|(is_open, at, _)| (!is_open, std::cmp::Reverse(*at)));
        rows.into_iter().map(|(.., row)| row).collect()
    }

    /// Whether a request needs no answer any more, so that it can be cleared.
    #[must_use]
    pub fn has_handled_requests(&self) -> bool {
        let now = self.server_ms();
        let is_handled = |request: &ContactRequest| {
            request.state != RequestState::Pending || request.is_expired(now)
        };
        self.people.book().requests.values().any(is_handled)
            || self.room_rows().iter().any(|row| !row.is_open)
    }
}

impl Add {
    fn change(&mut self, msg: &AddMsg) {
        match msg {
            AddMsg::Page(page) => self.page = *page,
            AddMsg::Side(side) => self.side = *side,
            AddMsg::Clear => {
                (self.text, self.online, self.results) = (String::new(), false, Results::None);
            }
            AddMsg::Typed => {
                if let Some(asking) = &mut self.asking {
                    asking.error = None;
                }
            }
            _ => {}
        }
    }
}
