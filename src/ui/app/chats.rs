//! Conversations: their messages, what is on its way, what is unread.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::drafts::Kept;
use super::find::{Find, FindMsg};
use super::images::Preparing;
use super::menu::{MenuMsg, Own};
use super::writing::{Notice, TextLimit};
use super::{Asked, Effect, Model};
use crate::client::api::{ConversationState, ImageSource, PendingMessage};
use crate::client::{Failure, Intent};
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, Mentions, Message, Nonce, Seq, Target,
};

/// Messages kept in memory of a chat that is closed; the rest is in the store and the server.
const CLOSED_MESSAGES_MAX: usize = 200;
/// Messages of an open one: more than anybody scrolls through, and still bounded.
const OPEN_MESSAGES_MAX: usize = 20_000;
/// A chat whose last message is not known yet is asked for it after so long: most come by
/// themselves while the client catches up.
const PREVIEW_WAIT_MS: u64 = 700;

/// Conversations by whom they are with.
#[derive(Debug)]
pub struct Chats {
    list: BTreeMap<Target, Chat>,
    versions: u64,
    /// How long a text may be.
    pub text_limit: TextLimit,
    /// Only administrators write in the lobby, as far as this link knows.
    pub(super) lobby_is_closed: bool,
}

/// One conversation as the windows know it.
#[expect(clippy::struct_excessive_bools, reason = "each is so or not")]
#[derive(Debug, Default)]
pub struct Chat {
    /// Its cursors, once it exists on the server.
    pub state: Option<ConversationState>,
    /// Its messages, as far as they are here; gapless up to the newest.
    pub messages: BTreeMap<Seq, Message>,
    /// Own messages that the server has not taken, in the order of writing.
    pub outgoing: Vec<Outgoing>,
    /// Whether its window stands.
    pub open: bool,
    /// Whether its window has the keyboard.
    pub focused: bool,
    /// The newest message is out of its window's sight.
    pub(super) scrolled_up: bool,
    /// What was written and not sent; of a window that stands, as it is in its box.
    pub draft: String,
    /// Whom that mentions.
    pub named: Mentions,
    /// What of it was kept last, and since when it is another.
    pub(super) kept: Kept,
    /// What is known of older messages.
    pub earlier: Earlier,
    /// What was refused last, until when it is shown.
    pub notice: Option<(Notice, u64)>,
    /// The first unread message when the window was opened: a line stands above it.
    pub unread_from: Option<Seq>,
    /// The sentence "offline, will be delivered later" stands behind this message.
    pub offline_said_at: Option<i64>,
    /// What is looked for, while the bar for it is shown.
    pub(super) find: Option<Find>,
    /// What the next message answers.
    pub(super) replying: Option<Seq>,
    /// Somebody is being mentioned in its box: who can be has to be known.
    pub mentioning: bool,
    /// What is known of own messages for their menu.
    pub(super) own: Own,
    /// Pictures that will be messages in a moment.
    pub preparing: Preparing,
    /// The message that the person goes to, while older ones are fetched.
    pub(super) wanted: Option<Seq>,
    /// Changes whenever anything of the chat may have changed, so that windows can skip work.
    pub version: u64,
    pub(super) typing_until: u64,
    known_at: u64,
    pub(super) asked_preview: bool,
}

/// An own message that the server has not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// What.
    pub pending: PendingMessage,
    /// Why it was turned down, if it was.
    pub failure: Option<Failure>,
    /// Of a picture: how much of it the server has.
    pub percent: u8,
}

/// What is known of the messages before the oldest one here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Earlier {
    /// Nothing was asked.
    #[default]
    Unknown,
    /// A page is on its way.
    Asked,
    /// There are more.
    More,
    /// This is the beginning.
    Begin,
}

/// The mark beside an own message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Another's message, or one of the lobby that arrived.
    None,
    /// A clock.
    Sending,
    /// One tick: the server has it on disk.
    Sent,
    /// Two ticks: a device of the other side has it.
    Delivered,
    /// Two blue ticks.
    Read,
    /// A red disc.
    Failed,
}

/// How an entry is named by the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryId {
    /// In the log.
    Seq(Seq),
    /// On its way.
    Nonce(Nonce),
}

/// One line of a chat window.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Its name.
    pub id: EntryId,
    /// Who wrote it.
    pub from: AccountId,
    /// When, milliseconds since 1970 UTC.
    pub at: i64,
    /// What.
    pub body: &'a Body,
    /// How far it is.
    pub mark: Mark,
    /// Why it failed.
    pub failure: Option<&'a Failure>,
    /// Of an own picture on its way: how much of it the server has.
    pub percent: Option<u8>,
}

/// In a chat window.
#[derive(Clone)]
pub enum ChatMsg {
    /// Show it: from a list, or by a shake.
    Open,
    /// Its window was closed; what was written stays as a draft.
    Close {
        /// The text in the box.
        draft: String,
    },
    /// Its window got or lost the keyboard.
    Focus(bool),
    /// The newest message came into sight in its window, or went out of it.
    AtEnd(bool),
    /// Somebody begins to be mentioned in its box, or is no more.
    Mentioning(bool),
    /// This is in the box now.
    Draft(String),
    /// What is in the box mentions these.
    Named(Mentions),
    /// Say this.
    Send(String),
    /// Say this, which mentions people.
    Mention(String, Mentions),
    /// Files were chosen, dropped or pasted; pictures among them go as pictures.
    Files(Vec<PathBuf>),
    /// Show these; `true` once the person has said that it shall be so many.
    Images(Vec<ImageSource>, bool),
    /// The next message answers this one, or none.
    Reply(Option<Seq>),
    /// Go to this message.
    GoTo(Seq),
    /// Shake the other's window.
    Shake,
    /// Send a failed message again.
    Retry(Nonce),
    /// Something with one message.
    Menu(MenuMsg),
    /// The person writes.
    Typing,
    /// The top was reached.
    Earlier,
    /// What is there was seen, in the person's own words.
    MarkRead,
    /// In the bar for finding words.
    Find(FindMsg),
}

impl std::fmt::Debug for ChatMsg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChatMsg::Open => f.write_str("Open"),
            ChatMsg::Close { draft } => write!(f, "Close({} bytes)", draft.len()),
            ChatMsg::Focus(focus) => write!(f, "Focus({focus})"),
            ChatMsg::AtEnd(is_there) => write!(f, "AtEnd({is_there})"),
            ChatMsg::Mentioning(begins) => write!(f, "Mentioning({begins})"),
            ChatMsg::Draft(text) => write!(f, "Draft({} bytes)", text.len()),
            ChatMsg::Named(named) => write!(f, "Named({})", named.places.len()),
            ChatMsg::Send(text) => write!(f, "Send({} bytes)", text.len()),
            ChatMsg::Mention(text, _) => write!(f, "Mention({} bytes)", text.len()),
            ChatMsg::Files(files) => write!(f, "Files({})", files.len()),
            ChatMsg::Images(images, _) => write!(f, "Images({})", images.len()),
            ChatMsg::Reply(seq) => write!(f, "Reply({seq:?})"),
            ChatMsg::GoTo(seq) => write!(f, "GoTo({seq:?})"),
            ChatMsg::Shake => f.write_str("Shake"),
            ChatMsg::Retry(nonce) => write!(f, "Retry({nonce:?})"),
            ChatMsg::Menu(msg) => write!(f, "Menu({msg:?})"),
            ChatMsg::Typing => f.write_str("Typing"),
            ChatMsg::Earlier => f.write_str("Earlier"),
            ChatMsg::MarkRead => f.write_str("MarkRead"),
            ChatMsg::Find(msg) => write!(f, "Find({msg:?})"),
        }
    }
}

impl Default for Chats {
    /// The lobby is always there.
    fn default() -> Self {
        let list = BTreeMap::from([(Target::Lobby, Chat::default())]);
        Chats { list, versions: 0, text_limit: TextLimit::default(), lobby_is_closed: false }
    }
}

impl Chats {
    /// One conversation.
    #[must_use]
    pub fn get(&self, target: Target) -> Option<&Chat> {
        self.list.get(&target)
    }

    /// All conversations, by target.
    pub fn iter(&self) -> impl Iterator<Item = (Target, &Chat)> {
        self.list.iter().map(|(target, chat)| (*target, chat))
    }

    /// The conversations whose windows stand.
    #[must_use]
    pub fn open(&self) -> Vec<Target> {
        self.iter().filter(|(_, chat)| chat.open).map(|(target, _)| target).collect()
    }

    /// Whom a conversation is with.
    pub(super) fn of_conversation(&self, id: ConversationId) -> Option<Target> {
        let is_it = |chat: &Chat| chat.state.is_some_and(|state| state.conversation == id);
        self.iter().find(|(_, chat)| is_it(chat)).map(|(target, _)| target)
    }

    /// Changes with every change of a conversation.
    #[must_use]
    pub fn versions(&self) -> u64 {
        self.versions
    }

    /// What the client tells anew is here no more. Windows stand, and what is written in them.
    pub(super) fn begin_anew(&mut self) {
        for (target, old) in std::mem::take(&mut self.list) {
            let Chat { open, focused, draft, named, kept, preparing, .. } = old;
            if open || !draft.is_empty() || target == Target::Lobby {
                let empty = Chat::default();
                *self.at(target) = Chat { open, focused, draft, named, kept, preparing, ..empty };
                // Its window sees that it is another one.
                self.at(target);
            }
        }
    }

    /// One that is there, without its window being drawn anew.
    pub(super) fn quietly(&mut self, target: Target) -> Option<&mut Chat> {
        self.list.get_mut(&target)
    }

    pub(super) fn at(&mut self, target: Target) -> &mut Chat {
        self.versions += 1;
        let chat = self.list.entry(target).or_default();
        chat.version = self.versions;
        chat
    }
}

impl Chat {
    /// The first message from there on that is not one's own, as far as is known.
    fn first_of_others(&self, me: Option<AccountId>, from: Seq) -> Seq {
        if !self.messages.contains_key(&from) {
            return from;
        }
        let other = self.messages.range(from..).find(|(_, message)| Some(message.from) != me);
        other.map_or(from, |(seq, _)| *seq)
    }

    /// Messages of others behind the read cursor, without lines and what was taken back. Those that are
    /// not here yet count as others'.
    #[must_use]
    pub fn unread(&self, me: Option<AccountId>) -> u64 {
        let Some(state) = self.state else { return 0 };
        let all = state.head.0.saturating_sub(state.read.0);
        let own = self
            .messages
            .range(state.read.next()..)
            .filter(|(_, one)| Some(one.from) == me || !one.body.is_said())
            .count() as u64;
        all.saturating_sub(own)
    }

    /// When something was last said here.
    #[must_use]
    pub fn last_at(&self) -> Option<i64> {
        let is_line = |one: &&Message| one.body == Body::Hidden {} || !one.body.is_silent();
        let taken = self.messages.values().rev().find(is_line).map(|message| message.at);
        let outgoing = self.outgoing.last().map(|outgoing| outgoing.pending.at);
        taken.max(outgoing)
    }

    /// Whether somebody writes to us here.
    #[must_use]
    pub fn is_typing(&self, now: super::Moment) -> bool {
        now.mono_ms < self.typing_until
    }

    /// The lines of the window, oldest first.
    pub fn entries(&self, me: AccountId, kind: Target) -> impl Iterator<Item = Entry<'_>> {
        let is_shown = |message: &&Message| {
            !message.body.is_silent() && !matches!(message.body, Body::Recalled { seq: Some(_) })
        };
        let taken = self.messages.values().filter(is_shown).map(move |message| Entry {
            id: EntryId::Seq(message.seq),
            from: message.from,
            at: message.at,
            body: &message.body,
            mark: self.mark(message, me, kind),
            failure: None,
            percent: None,
        });
        let outgoing = self.outgoing.iter().map(move |outgoing| Entry {
            id: EntryId::Nonce(outgoing.pending.nonce),
            from: me,
            at: outgoing.pending.at,
            body: &outgoing.pending.body,
            mark: if outgoing.failure.is_some() { Mark::Failed } else { Mark::Sending },
            failure: outgoing.failure.as_ref(),
            percent: outgoing.failure.is_none().then_some(outgoing.percent),
        });
        taken.chain(outgoing)
    }

    fn mark(&self, message: &Message, me: AccountId, kind: Target) -> Mark {
        if message.from != me || !matches!(kind, Target::Account(_)) {
            return Mark::None;
        }
        match self.state {
            Some(state) if message.seq <= state.peer_read => Mark::Read,
            Some(state) if message.seq <= state.peer_delivered => Mark::Delivered,
            _ => Mark::Sent,
        }
    }

    pub(super) fn take(&mut self, message: Message) {
        self.outgoing.retain(|outgoing| outgoing.pending.nonce != message.nonce);
        if let Some(state) = &mut self.state {
            state.head = state.head.max(message.seq);
        }
        self.messages.insert(message.seq, message);
    }

    fn trim(&mut self, most: usize) {
        while self.messages.len() > most {
            self.messages.pop_first();
            self.earlier = Earlier::More;
        }
    }
}

impl Model {
    pub(super) fn chat(&mut self, target: Target, msg: ChatMsg, out: &mut Vec<Effect>) {
        match msg {
            ChatMsg::Open => self.open_chat(target, out),
            ChatMsg::Close { draft } => {
                let chat = self.chats.at(target);
                (chat.open, chat.focused, chat.mentioning) = (false, false, false);
                draft.trim_end().clone_into(&mut chat.draft);
                (chat.unread_from, chat.find) = (None, None);
                chat.trim(CLOSED_MESSAGES_MAX);
                self.keep_draft(target, out);
            }
            ChatMsg::Mentioning(begins) => self.chats.at(target).mentioning = begins,
            ChatMsg::Draft(text) => self.drafted(target, text),
            ChatMsg::Named(named) => self.draft_names(target, named),
            ChatMsg::AtEnd(is_there) => {
                self.chats.at(target).scrolled_up = !is_there;
                self.mark_read(target, out);
            }
            ChatMsg::Focus(focused) => {
                self.chats.at(target).focused = focused;
                self.mark_read(target, out);
            }
            ChatMsg::Send(text) => self.say_words(target, &text, Mentions::default(), out),
            ChatMsg::Mention(text, mentions) => self.say_words(target, &text, mentions, out),
            ChatMsg::Files(files) => out.push(Effect::Measure(target, files)),
            ChatMsg::Images(images, sure) => self.send_images(target, images, sure, out),
            ChatMsg::Reply(seq) => self.reply(target, seq, out),
            ChatMsg::GoTo(seq) => self.go_to(target, seq, out),
            ChatMsg::Shake => self.say(target, Body::Shake {}, out),
            ChatMsg::Retry(nonce) => out.push(Effect::Ask(Intent::Retry(nonce))),
            ChatMsg::Menu(msg) => self.menu(target, msg, out),
            ChatMsg::Typing => out.push(Effect::Ask(Intent::Typing(target))),
            ChatMsg::Earlier => self.ask_earlier(target, out),
            ChatMsg::MarkRead => self.move_cursor(target, out),
            ChatMsg::Find(msg) => self.find(target, msg, out),
        }
    }

    /// Whom a conversation is with, seen from here.
    #[must_use]
    pub fn target_of(&self, kind: ConversationKind) -> Option<Target> {
        match kind {
            ConversationKind::Lobby => Some(Target::Lobby),
            ConversationKind::Room { room } => Some(Target::Room(room)),
            kind => kind.target_for(self.my_account()?),
        }
    }

    /// A conversation is new or its cursors moved; cursors never go back.
    pub(super) fn conversation(&mut self, new: ConversationState) {
        let Some(target) = self.target_of(new.kind) else { return };
        let now = self.now.mono_ms;
        let chat = self.chats.at(target);
        if chat.state.is_none() {
            chat.known_at = now;
        }
        let old = chat.state.unwrap_or(new);
        chat.state = Some(ConversationState {
            head: new.head.max(old.head),
            read: new.read.max(old.read),
            peer_delivered: new.peer_delivered.max(old.peer_delivered),
            peer_read: new.peer_read.max(old.peer_read),
            ..new
        });
    }

    pub(super) fn message(&mut self, message: Message, live: bool, out: &mut Vec<Effect>) {
        let Some(target) = self.target_of(message.kind) else { return };
        let own = Some(message.from) == self.my_account();
        let (seq, conversation, kind) = (message.seq, message.conversation, message.kind);
        let at = message.at;
        // An invitation that was missed is none any more.
        let is_told = self.is_told(target, &message.body) && (live || message.body.is_said());
        let offer = self.is_new_offer(target, &message, live).then(|| message.clone());
        self.line_came(target, &message);
        self.note_message(target, &message, live);
        self.call_missed(&message, live, out);
        if live {
            self.learn_that_lobby_is_open(&message);
        }
        let is_beside = self.said_beside(&message) && live;
        let chat = self.chats.at(target);
        chat.state.get_or_insert(ConversationState {
            conversation,
            kind,
            head: seq,
            read: Seq::ZERO,
            peer_delivered: Seq::ZERO,
            peer_read: Seq::ZERO,
        });
        chat.take(message);
        if !own {
            chat.typing_until = 0;
        }
        chat.trim(if chat.open { OPEN_MESSAGES_MAX } else { CLOSED_MESSAGES_MAX });
        let is_seen = chat.open && chat.focused;
        if let Some(offer) = offer {
            self.fetch_unasked(target, &offer, out);
        }
        self.find_again(target, out);
        if is_seen {
            self.mark_read(target, out);
        } else if is_beside {
            self.move_cursor(target, out);
        } else if !own && is_told {
            self.tell((target, seq, at), live, out);
        }
    }

    /// What was said up to a place was missed and is left to scrolling; so is what was here before
    /// it, for the messages of a chat have no gaps.
    pub(super) fn skipped(&mut self, conversation: ConversationId, seq: Seq) {
        let Some(target) = self.chats.of_conversation(conversation) else { return };
        let chat = self.chats.at(target);
        chat.messages.retain(|known, _| *known > seq);
        chat.earlier = Earlier::More;
    }

    pub(super) fn open_chat(&mut self, target: Target, out: &mut Vec<Effect>) {
        let me = self.my_account();
        if self.me.is_none() {
            return;
        }
        let chat = self.chats.at(target);
        if !chat.open {
            (chat.open, chat.scrolled_up) = (true, false);
            chat.unread_from = match (chat.unread(me), chat.state) {
                (1.., Some(state)) if state.read > Seq::ZERO => {
                    Some(chat.first_of_others(me, state.read.next()))
                }
                _ => None,
            };
        }
        out.push(Effect::OpenChat(target));
        if let Target::Room(room) = target {
            self.enter_hall(room, out);
        }
        let chat = self.chats.at(target);
        if chat.earlier == Earlier::Unknown {
            self.ask_earlier(target, out);
        }
        self.mark_read(target, out);
    }

    /// What is seen in a window with the keyboard is read: not what comes below its lower edge.
    fn mark_read(&mut self, target: Target, out: &mut Vec<Effect>) {
        let chat = self.chats.at(target);
        if chat.open && chat.focused && !chat.scrolled_up {
            self.move_cursor(target, out);
        }
    }

    fn move_cursor(&mut self, target: Target, out: &mut Vec<Effect>) {
        let Some(state) = &mut self.chats.at(target).state else { return };
        if state.read >= state.head {
            return;
        }
        state.read = state.head;
        let seq = state.head;
        let ask = |ticket| Intent::MarkRead { ticket, with: target, seq };
        self.ask(Asked::Other, ask, out);
    }

    pub(super) fn say(&mut self, to: Target, body: Body, out: &mut Vec<Effect>) {
        let ask = |ticket| Intent::Send { ticket, to, body, nonce: None };
        self.ask(Asked::Send(to), ask, out);
    }

    pub(super) fn chats_tick(&mut self, out: &mut Vec<Effect>) {
        self.keep_drafts(false, out);
        self.watch_files(out);
        let now = self.now.mono_ms;
        let up = self.link.is_up();
        let mut wanted = Vec::new();
        for (target, chat) in &mut self.chats.list {
            if chat.notice.as_ref().is_some_and(|(_, until)| now >= *until) {
                chat.notice = None;
                // Only ever counted up, and no other chat is compared with it.
                chat.version += 1;
            }
            if chat.own.tick(now) | chat.preparing.tick(now) {
                chat.version += 1;
            }
            let has_more = chat.state.is_some_and(|state| state.head > Seq::ZERO);
            let is_blank = chat.messages.is_empty() && has_more && !chat.asked_preview;
            if up && is_blank && now >= chat.known_at + PREVIEW_WAIT_MS {
                chat.asked_preview = true;
                wanted.push(*target);
            }
        }
        for target in wanted {
            self.ask_earlier(target, out);
        }
    }
}
