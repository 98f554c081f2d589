//! What a chat window shows, as plain values, and how they come out of the model.

use std::collections::HashMap;
use std::rc::Rc;

use super::find::FindView;
use super::gaming::Gaming;
use super::person::Other;
use crate::domain::{
    AccountId, Body, Joining, Notify, Person, Portrait, Presence, Rank, RoomId, Seq, Target,
};
use crate::ui::app::Model;
use crate::ui::app::chats::{self, Chat, Earlier, EntryId};
use crate::ui::app::files::look::Look;
use crate::ui::app::link::Lost;
use crate::ui::app::mentions::{Candidate, NamedAt};
use crate::ui::app::play::look::GameLook;
use crate::ui::app::quotes;
use crate::ui::app::rooms::{MemberRow, Tile};
use crate::ui::app::settings::SendKey;
use crate::ui::app::writing::TextLimit;
use crate::ui::text::{self, language, tr};
use crate::ui::theme::Style;
use crate::ui::transcript::rows::{Entry, Face, Key, Mark, Named, Quote, Saying};

/// The key of the line "offline, will be delivered later"; there is at most one.
const OFFLINE_NOTE: Key = Key::Note(0);
/// The key of the line in whose place pictures come that are being prepared.
const PREPARING_NOTE: Key = Key::Note(1);
const FRIENDS_NOTE: Key = Key::Note(2);

/// Everything around the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatView {
    /// Whom the conversation is with.
    pub target: Target,
    /// The window's title.
    pub window: String,
    /// In the header.
    pub name: String,
    /// The number after it; empty for none.
    pub number: String,
    /// How the other side is seen.
    pub status: String,
    /// The signature, or that the other side is writing.
    pub line: String,
    /// Whether the line says that somebody is writing.
    pub typing: bool,
    /// The picture in the header.
    pub face: ChatFace,
    /// Whether the window of the other side can be shaken.
    pub can_shake: bool,
    /// What one can play here.
    pub gaming: Gaming,
    /// A strip under the header; empty for none.
    pub notice: String,
    /// The link is down.
    pub lost: Option<Lost>,
    /// How long a text may be.
    pub text_limit: TextLimit,
    /// Which key sends.
    pub send_key: SendKey,
    /// The size of messages in px.
    pub text_size: i32,
    /// Whether there are messages before the first one here.
    pub has_earlier: bool,
    /// The first unread message when the window was opened.
    pub unread_from: Option<Key>,
    /// Own messages that can be recalled.
    pub recallable: Vec<Seq>,
    /// One's own files that the server has.
    pub takeable: Vec<Seq>,
    /// What the next message answers.
    pub reply: Option<quotes::Quote>,
    /// What is looked for in the messages, while the bar for it is shown.
    pub find: Option<FindView>,
    /// What is on the room's wall and was not read; empty for nothing.
    pub wall: String,
    /// The other side, where that is a person.
    pub about: Option<Other>,
    /// Which room this is, and what one is there.
    pub standing: Option<Standing>,
    /// What is told of the conversation.
    pub notify: Notify,
    /// How wide the list of those in the room is.
    pub members_width: i32,
    /// How many are in the room.
    pub count: u32,
    /// How many of them are there, where that is known.
    pub online: Option<usize>,
    /// Who is in the room.
    pub members: Vec<Rc<MemberRow>>,
    /// Who can be mentioned here; nobody while none is being mentioned.
    pub candidates: Vec<Candidate>,
    /// Why one cannot write here.
    pub closed: Option<String>,
    /// Oneself.
    pub me: AccountId,
    /// What people look like here.
    pub faces: HashMap<AccountId, Face>,
}

/// What one is in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which room.
    pub room: RoomId,
    /// What one is there.
    pub rank: Rank,
    /// Only admins may write.
    pub admins_only: bool,
    /// Who may come in.
    pub joining: Joining,
}

/// The picture in the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatFace {
    /// A person.
    Person(Portrait, Option<Presence>),
    /// Everybody.
    Lobby,
    /// A room.
    Room(Tile),
}

impl ChatView {
    /// What the model says of a conversation; nothing while nobody is signed in.
    #[must_use]
    pub fn of(model: &Model, target: Target) -> Option<ChatView> {
        let me = model.me.as_ref()?;
        let chat = model.chats.get(target)?;
        let mut view = match target {
            Target::Account(account) => ChatView::person(model, account),
            Target::Lobby => ChatView::lobby(model),
            Target::Room(room) => ChatView::room(model, room),
        };
        view.target = target;
        view.reply = chat.replying().map(|seq| model.quote(target, seq, language()));
        view.find = chat
            .find()
            .map(|find| FindView { wanted: find.wanted.clone(), found: find.found(chat) });
        view.recallable = model.recallable(target);
        view.takeable = model.takeable(target);
        view.me = me.person.account;
        let unread = chat.unread(Some(view.me));
        let (n, name) = (unread.to_string(), view.name.as_str());
        view.window = match unread {
            0 => language().fill("chat.window", &[("name", name)]),
            _ => language().fill("chat.window.unread", &[("n", &n), ("name", name)]),
        };
        if let Some((notice, _)) = &chat.notice {
            view.notice = text::notice(language(), notice);
        }
        if chat.mentioning {
            view.candidates = model.candidates(target, &view.members, language());
        }
        view.lost = model.link.lost(model.now);
        view.gaming = Gaming::of(model, target);
        view.closed = model.closed_to_me(target, language());
        view.notify = model.choice(target).notify;
        view.members_width = model.settings.members;
        view.text_limit = model.chats.text_limit;
        view.send_key = model.settings.send_key;
        view.text_size = model.settings.text_size;
        view.has_earlier = chat.earlier == Earlier::More;
        view.unread_from = chat.unread_from.map(Key::Seq);
        view.faces = faces(model, target, chat, &me.person);
        Some(view)
    }

    fn person(model: &Model, account: AccountId) -> ChatView {
        let people = &model.people;
        let presence = people.presence(account);
        let typing =
            model.chats.get(Target::Account(account)).is_some_and(|chat| chat.is_typing(model.now));
        let signature = people.get(account).map_or("", |person| person.signature.as_str());
        ChatView {
            name: people.name(account),
            number: account.to_string(),
            status: match presence {
                Some(presence) => text::presence(language(), presence),
                None => tr("status.disconnected"),
            }
            .to_owned(),
            line: if typing { tr("chat.typing").to_owned() } else { signature.to_owned() },
            typing,
            face: ChatFace::Person(people.portrait(account), presence),
            can_shake: true,
            about: Other::of(model, account),
            ..ChatView::empty()
        }
    }

    fn room(model: &Model, room: RoomId) -> ChatView {
        let own = model.room(room);
        let members = model.member_rows(room);
        let online = model.online_in(room);
        let count = own.map_or(0, |own| own.room.members);
        let there = online.map(|online| online.to_string()).unwrap_or_default();
        let values = [("n", count.to_string()), ("online", there)];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let line = match (own, online) {
            (None, _) => tr(model.outside_key(room)).to_owned(),
            (Some(_), None) => language().fill("room.count", &values),
            (Some(_), Some(_)) => language().fill("room.count.online", &values),
        };
        ChatView {
            name: model.people.room_name(room),
            number: language().fill("room.number", &[("n", &room.to_string())]),
            line,
            face: ChatFace::Room(model.tile(room)),
            wall: model.unread_wall(room).unwrap_or_default().replace('\n', " "),
            standing: own.map(|own| Standing {
                room,
                rank: own.member.rank,
                admins_only: own.room.admins_only,
                joining: own.room.joining,
            }),
            count,
            online,
            members,
            ..ChatView::empty()
        }
    }

    fn lobby(model: &Model) -> ChatView {
        let line = match model.link.is_up() {
            true => tr("lobby.about"),
            false => tr("status.disconnected"),
        };
        ChatView { name: tr("lobby").to_owned(), line: line.to_owned(), ..ChatView::empty() }
    }

    /// Whether something is said under the head that is not on a wall.
    #[must_use]
    pub fn has_notice(&self) -> bool {
        let is_stranger = self.about.as_ref().is_some_and(|about| about.is_stranger);
        is_stranger || !self.notice.is_empty() || self.lost.is_some()
    }

    /// The lobby without anybody, to be filled.
    #[must_use]
    pub fn empty() -> ChatView {
        ChatView {
            target: Target::Lobby,
            window: String::new(),
            name: String::new(),
            number: String::new(),
            status: String::new(),
            line: String::new(),
            typing: false,
            face: ChatFace::Lobby,
            can_shake: false,
            gaming: Gaming::default(),
            notice: String::new(),
            lost: None,
            text_limit: TextLimit::default(),
            send_key: SendKey::Enter,
            text_size: Style::MESSAGE.size,
            has_earlier: false,
            unread_from: None,
            recallable: Vec::new(),
            takeable: Vec::new(),
            reply: None,
            find: None,
            wall: String::new(),
            about: None,
            standing: None,
            notify: Notify::All,
            members_width: 0,
            count: 0,
            online: None,
            members: Vec::new(),
            candidates: Vec::new(),
            closed: None,
            me: AccountId::FIRST,
            faces: HashMap::new(),
        }
    }
}

fn faces(model: &Model, target: Target, chat: &Chat, me: &Person) -> HashMap<AccountId, Face> {
    let mut faces = HashMap::new();
    let (name, portrait) = (me.nickname.clone(), me.portrait());
    let rank = model.rank_in(target, me.account);
    faces.insert(me.account, Face { name, portrait, rank });
    for message in chat.messages.values() {
        faces.entry(message.from).or_insert_with(|| Face {
            name: model.name_in(target, message.from),
            portrait: model.people.portrait(message.from),
            rank: model.rank_in(target, message.from),
        });
    }
    faces
}

/// Hands over the lines of a conversation, oldest first.
pub fn with_entries<R>(model: &Model, target: Target, take: impl FnOnce(&[Entry<'_>]) -> R) -> R {
    let chat = model.chats.get(target);
    let me = model.me.as_ref().map(|me| me.person.account);
    let (Some(chat), Some(me)) = (chat, me) else { return take(&[]) };
    let about: Vec<About> =
        chat.entries(me, target).map(|entry| About::of(model, target, &entry)).collect();
    let mut entries: Vec<Entry<'_>> = chat
        .entries(me, target)
        .zip(&about)
        .map(|(entry, about)| match &about.line {
            Some(line) => Entry { saying: line.saying(), ..Entry::of(&entry, "", None) },
            None if let Some(look) = &about.file => {
                let hint = if about.why.is_empty() { &look.hint } else { &about.why };
                Entry { saying: Saying::File(look.card()), ..Entry::of(&entry, hint, None) }
            }
            None if let Some(look) = &about.game => {
                Entry { saying: Saying::File(look.card()), ..Entry::of(&entry, &about.why, None) }
            }
            None => {
                let entry = Entry::of(&entry, &about.why, about.quote());
                Entry { named: &about.named, ..entry }
            }
        })
        .collect();
    let friends = note(model, target, "chat.friends");
    if let (Some(friends), Some(at)) = (&friends, model.befriended_at(target)) {
        let place = entries.partition_point(|entry| entry.at <= at);
        entries.insert(place, noted(FRIENDS_NOTE, (me, at), friends));
    }
    let note = note(model, target, "chat.offline");
    if let (Some(note), Some(at)) = (&note, chat.offline_said_at) {
        let place = entries.partition_point(|entry| entry.at <= at);
        // Behind the message that was meant, whose time is the server's.
        let place = (place + 1).min(entries.len());
        entries.insert(place, noted(OFFLINE_NOTE, (me, at), note));
    }
    let preparing = preparing_note(chat);
    if let Some(note) = &preparing {
        let (mark, hint, named) = (Mark::None, "", &[]);
        let (key, at, saying) = (PREPARING_NOTE, model.server_ms(), Saying::Note(note));
        entries.push(Entry { key, from: me, at, saying, mark, hint, named });
    }
    take(&entries)
}

fn preparing_note(chat: &Chat) -> Option<String> {
    let count = chat.preparing.slow();
    (count > 0).then(|| language().fill("image.preparing", &[("n", &count.to_string())]))
}

/// A line about the other side.
fn note(model: &Model, target: Target, key: &'static str) -> Option<String> {
    let Target::Account(account) = target else { return None };
    let name = model.people.name(account);
    Some(language().fill(key, &[("name", &name)]))
}

fn noted(key: Key, (from, at): (AccountId, i64), words: &str) -> Entry<'_> {
    let (mark, hint, named) = (Mark::None, "", &[]);
    Entry { key, from, at, saying: Saying::Note(words), mark, hint, named }
}

fn named((place, loud): NamedAt) -> Option<Named> {
    let (start, end) = (usize::try_from(place.start), usize::try_from(place.end));
    Some(Named { start: start.ok()?, end: end.ok()?, loud })
}

/// What is said with a line of a conversation.
struct About {
    /// Why it failed; empty for nothing.
    why: String,
    /// What it answers.
    quoted: Option<quotes::Quote>,
    /// The centred line that it is, where it is one.
    line: Option<Line>,
    /// Whom it names.
    named: Vec<Named>,
    /// How its file looks, where it is one.
    file: Option<Look>,
    /// How its game looks, where it is one.
    game: Option<GameLook>,
}

/// A centred line.
enum Line {
    /// What happened in the room.
    Room(String),
    /// What was taken back, and whether it can be edited again.
    Recalled(String, bool),
}

impl Line {
    fn saying(&self) -> Saying<'_> {
        match self {
            Line::Room(words) => Saying::Note(words),
            Line::Recalled(words, true) => Saying::Recalled(words, tr("chat.recall.again")),
            Line::Recalled(words, false) => Saying::Recalled(words, ""),
        }
    }
}

impl About {
    fn of(model: &Model, target: Target, entry: &chats::Entry<'_>) -> About {
        let why = entry.failure.map(|failure| text::failure(language(), failure));
        let quoted = match entry.body {
            Body::Text { reply_to: Some(seq), .. } => Some(model.quote(target, *seq, language())),
            _ => None,
        };
        let line = match entry.body {
            Body::Room { change, .. } => {
                Some(Line::Room(model.room_line(target, (entry.from, change), language())))
            }
            Body::Recalled { .. } => {
                let again = match entry.id {
                    EntryId::Seq(seq) => {
                        model.chats.get(target).is_some_and(|chat| chat.can_edit_again(seq))
                    }
                    EntryId::Nonce(_) => false,
                };
                Some(Line::Recalled(model.recall_line(target, entry.from, language()), again))
            }
            _ => None,
        };
        let named = model.named_in(target, entry.body).into_iter().filter_map(named).collect();
        let me = model.my_account();
        let file = me.and_then(|me| model.file_look(target, me, entry, language()));
        let game = me.and_then(|me| model.game_look(target, me, entry, language()));
        About { why: why.unwrap_or_default(), quoted, line, named, file, game }
    }

    fn quote(&self) -> Option<Quote<'_>> {
        let quotes::Quote { seq, name, words } = self.quoted.as_ref()?;
        Some(Quote { key: Key::Seq(*seq), name, words })
    }
}
