//! The main panel: the rows of its lists, in order.

use super::chats::{Chat, ChatMsg};
use super::{Asked, Effect, Model};
use crate::client::Intent;
use crate::domain::{AccountId, Body, Message, Presence, Target};
use crate::ui::text::Language;

/// Which list is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Conversations.
    #[default]
    Chats,
    /// Everybody online.
    Online,
}

/// The main panel.
#[derive(Debug, Default)]
pub struct Panel {
    /// Which list is shown.
    pub tab: Tab,
    /// What is searched for; while it is not empty, results replace the lists.
    pub search: String,
    /// The selected row.
    pub selected: Option<Target>,
}

/// In the main panel.
#[derive(Debug, Clone)]
pub enum PanelMsg {
    /// A tab.
    Tab(Tab),
    /// The search box.
    Search(String),
    /// A row was clicked.
    Select(Target),
    /// A row was double-clicked, or Enter.
    Open(Target),
    /// Up and Down.
    Move(i32),
    /// The status menu.
    Presence(Presence),
    /// In the strip.
    ReconnectNow,
    /// "Copy number" on the own number.
    CopyNumber,
    /// "Switch account...".
    SignOut,
    /// The panel was closed: the program ends.
    Quit,
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A headline in the results.
    Head(&'static str),
    /// A conversation.
    Chat(ChatRow),
    /// Somebody online.
    Person(PersonRow),
}

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRow {
    /// Whom it is with.
    pub target: Target,
    /// Its name.
    pub name: String,
    /// A built-in avatar; the lobby has a tile instead.
    pub avatar: Option<u8>,
    /// How the other side is seen; `None` in the lobby and while nobody knows.
    pub presence: Option<Presence>,
    /// The coloured beginning of the preview.
    pub prefix: Option<&'static str>,
    /// The last thing said.
    pub preview: String,
    /// When, in words.
    pub time: String,
    /// Unread messages.
    pub unread: u64,
}

/// Somebody online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Who.
    pub account: AccountId,
    /// Name.
    pub name: String,
    /// A built-in avatar.
    pub avatar: u8,
    /// How they are seen; `None` while nobody knows.
    pub presence: Option<Presence>,
    /// Their line; may be empty.
    pub signature: String,
}

impl Row {
    /// The conversation that the row opens.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        match self {
            Row::Head(_) => None,
            Row::Chat(row) => Some(row.target),
            Row::Person(row) => Some(Target::Account(row.account)),
        }
    }
}

impl Model {
    pub(super) fn panel(&mut self, msg: PanelMsg, out: &mut Vec<Effect>) {
        match msg {
            PanelMsg::Tab(tab) => {
                self.panel.tab = tab;
                if tab == Tab::Online && self.link.is_up() {
                    self.ask_online(out);
                }
            }
            PanelMsg::Search(text) => self.panel.search = text,
            PanelMsg::Select(target) => self.panel.selected = Some(target),
            PanelMsg::Open(target) => {
                self.panel.selected = Some(target);
                self.chat(target, ChatMsg::Open, out);
            }
            PanelMsg::Move(by) => self.move_selection(by),
            PanelMsg::Presence(presence) => self.set_presence(presence, out),
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
            PanelMsg::SignOut => {
                self.keep_auto(None, out);
                // Without a link too: the client forgets the token then.
                self.ask(Asked::SignOut, |ticket| Intent::SignOut { ticket }, out);
            }
            PanelMsg::Quit => out.push(Effect::Quit),
        }
    }

    /// The rows of the list that is shown.
    #[must_use]
    pub fn panel_rows(&self, language: Language) -> Vec<Row> {
        let search = self.panel.search.trim().to_lowercase();
        if search.is_empty() {
            return match self.panel.tab {
                Tab::Chats => self.chat_rows(language).into_iter().map(Row::Chat).collect(),
                Tab::Online => self.person_rows().into_iter().map(Row::Person).collect(),
            };
        }
        let mut rows = Vec::new();
        let chats: Vec<ChatRow> = self
            .chat_rows(language)
            .into_iter()
            .filter(|row| {
                row.name.to_lowercase().contains(&search)
                    || row.preview.to_lowercase().contains(&search)
                    || is_number(row.target, &search)
            })
            .collect();
        let people: Vec<PersonRow> = self
            .person_rows()
            .into_iter()
            .filter(|row| {
                row.name.to_lowercase().contains(&search)
                    || is_number(Target::Account(row.account), &search)
            })
            .collect();
        if !chats.is_empty() {
            rows.push(Row::Head("panel.find.chats"));
            rows.extend(chats.into_iter().map(Row::Chat));
        }
        if !people.is_empty() {
            rows.push(Row::Head("panel.find.people"));
            rows.extend(people.into_iter().map(Row::Person));
        }
        rows
    }

    /// The conversations, newest first; the lobby is among them also while it is empty.
    #[must_use]
    pub fn chat_rows(&self, language: Language) -> Vec<ChatRow> {
        let mut chats: Vec<(Target, &Chat)> = self
            .chats
            .iter()
            .filter(|(target, chat)| *target == Target::Lobby || has_something(chat))
            .collect();
        chats.sort_by_key(|(target, chat)| {
            (std::cmp::Reverse(chat.last_at().unwrap_or(i64::MIN)), *target)
        });
        chats.into_iter().map(|(target, chat)| self.chat_row(target, chat, language)).collect()
    }

    /// Everybody online but oneself.
    #[must_use]
    pub fn person_rows(&self) -> Vec<PersonRow> {
        let online = self.people.online(self.my_account());
        online
            .into_iter()
            .map(|(person, presence)| PersonRow {
                account: person.account,
                name: person.nickname.clone(),
                avatar: person.avatar,
                presence,
                signature: person.signature.clone(),
            })
            .collect()
    }

    /// The name of a conversation.
    #[must_use]
    pub fn target_name(&self, target: Target, language: Language) -> String {
        match target {
            Target::Lobby => language.get("lobby").to_owned(),
            Target::Account(account) => self.people.name(account),
        }
    }

    fn chat_row(&self, target: Target, chat: &Chat, language: Language) -> ChatRow {
        let (prefix, preview) = self.preview(target, chat, language);
        let time = chat
            .last_at()
            .map(|at| super::time::row_label(at, self.now.wall_ms, &self.zone, language));
        let account = match target {
            Target::Lobby => None,
            Target::Account(account) => Some(account),
        };
        ChatRow {
            target,
            name: self.target_name(target, language),
            avatar: account.map(|account| self.people.avatar(account)),
            presence: account.and_then(|account| self.people.presence(account)),
            prefix,
            preview,
            time: time.unwrap_or_default(),
            unread: chat.unread(self.my_account()),
        }
    }

    /// The last thing said: a draft goes before a failed message, that one before the last
    /// message.
    fn preview(
        &self,
        target: Target,
        chat: &Chat,
        language: Language,
    ) -> (Option<&'static str>, String) {
        if !chat.open && !chat.draft.is_empty() {
            return (Some("preview.draft"), one_line(&chat.draft));
        }
        if let Some(outgoing) = chat.outgoing.last() {
            let prefix = outgoing.failure.as_ref().map(|_| "preview.failed");
            return (prefix, words(&outgoing.pending.body, language));
        }
        match chat.messages.values().next_back() {
            Some(message) => (None, self.preview_of(target, message, language)),
            None if target == Target::Lobby => (None, language.get("lobby.about").to_owned()),
            None => (None, String::new()),
        }
    }

    fn preview_of(&self, target: Target, message: &Message, language: Language) -> String {
        let words = words(&message.body, language);
        match target {
            Target::Lobby if Some(message.from) != self.my_account() => {
                let name = self.people.name(message.from);
                language.fill("preview.from", &[("name", &name), ("text", &words)])
            }
            _ => words,
        }
    }

    fn move_selection(&mut self, by: i32) {
        let rows = self.panel_rows(crate::ui::text::language());
        let targets: Vec<Target> = rows.iter().filter_map(Row::target).collect();
        let selected = self.panel.selected;
        let at = targets.iter().position(|target| Some(*target) == selected);
        let last = i64::try_from(targets.len()).unwrap_or(0) - 1;
        let next = match at {
            Some(at) => i64::try_from(at).unwrap_or(0) + i64::from(by),
            None => 0,
        };
        let next = usize::try_from(next.clamp(0, last.max(0))).unwrap_or(0);
        self.panel.selected = targets.get(next).copied();
    }

    fn set_presence(&mut self, presence: Presence, out: &mut Vec<Effect>) {
        if let Some(me) = &mut self.me {
            me.presence = presence;
        }
        self.login.presence = presence;
        self.keep_presence(presence, out);
        self.ask(Asked::Other, |ticket| Intent::SetPresence { ticket, presence }, out);
    }
}

fn has_something(chat: &Chat) -> bool {
    !chat.messages.is_empty()
        || !chat.outgoing.is_empty()
        || !chat.draft.is_empty()
        || chat.state.is_some_and(|state| state.head.0 > 0)
}

fn is_number(target: Target, search: &str) -> bool {
    matches!(target, Target::Account(account) if account.to_string().starts_with(search))
}

fn words(body: &Body, language: Language) -> String {
    match body {
        Body::Text { text, .. } => one_line(text),
        Body::Shake {} => language.get("preview.shake").to_owned(),
        Body::Notice(_) => String::new(),
    }
}

/// A list shows one line, and never more of it than fits any screen.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}
