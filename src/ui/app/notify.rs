//! Telling of new messages: which are told, and the small windows that stand for a moment.
//!
//! What is told is what somebody said, live, that is not seen already and that one wants to be told
//! of. What came while one was not there is told once, in one small window, and only what was said
//! since one came in. A small window goes when its messages were read, here or elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use super::chats::ChatMsg;
use super::play::GUARD_MS;
use super::play::look::{game_words, invitation_words};
use super::rooms::Tile;
use super::telling::Sound;
use super::{Effect, Model, time};
use crate::domain::game::GameId;
use crate::domain::{AccountId, Body, Mentions, Message, Portrait, Presence, Seq, Target};
use crate::ui::text::Language;

/// More small windows cover too much of a screen.
pub const NOTES_MAX: usize = 3;
/// One stands for so long.
const SHOWN_MS: u64 = 6_000;
/// So long after the pointer left it, at least.
const LEFT_MS: u64 = 2_000;
/// No second sound within so long.
const SILENT_MS: u64 = 2_000;
/// Messages that were missed are told when none has come for so long.
const SETTLED_MS: u64 = 1_000;
/// What was said within so long is new.
const NEW_MS: i64 = 60_000;

/// What a small window is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A conversation.
    Chat(Target),
    /// What was missed, in several of them.
    Missed,
    /// A game in which it is one's turn.
    Turn(GameId),
}

/// What keeps a small window where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Nothing: it goes after a while.
    No,
    /// The pointer is there.
    Pointer,
    /// The keyboard is in the box for a quick reply, or words are.
    Words,
}

/// The messages of each conversation that something is about, from the first one to the newest.
type Told = BTreeMap<Target, RangeInclusive<Seq>>;

/// A small window.
#[derive(Debug)]
struct Note {
    about: About,
    /// Which of the places on the screen is its own, from below; it never moves.
    slot: usize,
    of: Told,
    until: u64,
    held: Held,
    /// The invitation that it asks about, and when it began to.
    offer: Option<(Offered, u64)>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Notes {
    /// The oldest first.
    list: Vec<Note>,
    /// When one came in, by the server's clock.
    since: Option<i64>,
    /// What came by catching up and is not told yet.
    missed: Told,
    settled_at: u64,
    silent_until: u64,
}

/// In a small window.
#[derive(Clone, PartialEq, Eq)]
pub enum NoteMsg {
    /// Something keeps it, or nothing does any more.
    Hold(About, Held),
    /// It was clicked.
    Open(About),
    /// Its cross, or Esc.
    Close(About),
    /// Words for a conversation.
    Answer(Target, String),
    /// Yes or no to an invitation in a conversation.
    Offer(Target, GameId, bool),
}

impl fmt::Debug for NoteMsg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteMsg::Hold(about, held) => write!(f, "Hold({about:?}, {held:?})"),
            NoteMsg::Open(about) => write!(f, "Open({about:?})"),
            NoteMsg::Close(about) => write!(f, "Close({about:?})"),
            NoteMsg::Answer(target, text) => write!(f, "Answer({target:?}, {} bytes)", text.len()),
            NoteMsg::Offer(target, game, yes) => write!(f, "Offer({target:?}, {game:?}, {yes})"),
        }
    }
}

/// What telling needs besides small windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteEffect {
    /// The sound of a message.
    Sound(Sound),
    /// Bring the main panel to the front.
    RaisePanel,
}

/// An invitation to a game that waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// Which.
    pub game: GameId,
    /// It is to oneself alone, and not to all of a room.
    pub can_decline: bool,
}

/// A small window as it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteView {
    /// What it is about.
    pub about: About,
    /// Its place on the screen, from below.
    pub slot: usize,
    /// Whether there is a box for a quick reply, where no invitation takes its place.
    pub can_answer: bool,
    /// The invitation that is answered instead.
    pub offer: Option<Offered>,
    /// The name of the conversation.
    pub name: String,
    /// What stands for the other side; rooms and the lobby have tiles instead.
    pub portrait: Option<Portrait>,
    /// What stands for a room.
    pub tile: Option<Tile>,
    /// How the other side is seen.
    pub presence: Option<Presence>,
    /// When it was said, in words.
    pub time: String,
    /// The coloured beginning of the line.
    pub prefix: Option<&'static str>,
    /// What was said, in one line.
    pub words: String,
}

impl Notes {
    /// One came in, for the first time or after a broken link.
    pub(super) fn begin(&mut self, server_ms: i64) {
        self.since.get_or_insert(server_ms);
    }

    /// Shows messages: in the window that is about the same, else in a new one, for which an old one
    /// goes that nobody is at.
    fn show(&mut self, about: About, of: Told, now: u64) {
        let until = now + SHOWN_MS;
        if let Some(note) = self.list.iter_mut().find(|note| note.about == about) {
            for (target, seqs) in of {
                widen(&mut note.of, target, seqs);
            }
            note.until = note.until.max(until);
            return;
        }
        if self.list.len() >= NOTES_MAX {
            let Some(oldest) = self.list.iter().position(|note| note.held == Held::No) else {
                return;
            };
            self.list.remove(oldest);
        }
        let is_free = |slot: &usize| self.list.iter().all(|note| note.slot != *slot);
        let Some(slot) = (0..NOTES_MAX).find(is_free) else { return };
        self.list.push(Note { about, slot, of, until, held: Held::No, offer: None });
    }

    fn hold(&mut self, about: About, held: Held, now: u64) {
        if let Some(note) = self.list.iter_mut().find(|note| note.about == about) {
            note.held = held;
            note.until = note.until.max(now + LEFT_MS);
        }
    }

    fn close(&mut self, about: About) {
        self.list.retain(|note| note.about != about);
    }

    /// Whether a sound is due; the next one is not at once.
    fn sounds(&mut self, now: u64) -> bool {
        let is_due = now >= self.silent_until;
        if is_due {
            self.silent_until = now + SILENT_MS;
        }
        is_due
    }
}

impl Model {
    /// Something was said that nobody sees at once.
    pub(super) fn tell(&mut self, message: (Target, Seq, i64), live: bool, out: &mut Vec<Effect>) {
        let (target, seq, at) = message;
        if !self.is_wanted_here(target, seq) {
            return;
        }
        if live {
            self.tell_of(About::Chat(target), [(target, seq..=seq)].into(), out);
        } else if self.notes.since.is_some_and(|since| at >= since) {
            widen(&mut self.notes.missed, target, seq..=seq);
            self.notes.settled_at = self.now.mono_ms + SETTLED_MS;
        }
    }

    fn tell_of(&mut self, about: About, of: Told, out: &mut Vec<Effect>) {
        out.extend(of.keys().next_back().map(|target| Effect::Urgent(*target)));
        if of.iter().all(|(target, seqs)| self.shakes_its_window(*target, *seqs.end())) {
            return;
        }
        self.show_note(about, of, out);
    }

    /// It is one's turn in a game whose board is not open.
    pub(super) fn tell_turn(&mut self, game: GameId, out: &mut Vec<Effect>) {
        let Some(target) = self.waiting_turn(game).map(|(target, _)| target) else { return };
        out.push(Effect::Urgent(target));
        self.show_note(About::Turn(game), BTreeMap::new(), out);
    }

    fn show_note(&mut self, about: About, of: Told, out: &mut Vec<Effect>) {
        let (manner, now) = (self.manner(), self.now.mono_ms);
        if manner.sound != Sound::Off && self.notes.sounds(now) {
            out.push(Effect::Note(NoteEffect::Sound(manner.sound)));
        }
        if manner.notes {
            self.notes.show(about, of, now);
        }
    }

    /// A shake brings its window to the front, which tells enough.
    fn shakes_its_window(&self, target: Target, seq: Seq) -> bool {
        let is_busy = self.me.as_ref().is_some_and(|me| me.presence == Presence::Busy);
        let message = self.chats.get(target).and_then(|chat| chat.messages.get(&seq));
        let is_shake = message.is_some_and(|message| message.body == Body::Shake {});
        is_shake && self.settings.shakes && !is_busy
    }

    /// Whether a message is still worth telling: nobody has read it, taken it back or stopped
    /// listening.
    fn is_news(&self, target: Target, seq: Seq) -> bool {
        let Some(chat) = self.chats.get(target) else { return false };
        let is_read = chat.state.is_none_or(|state| state.read >= seq);
        let in_front = chat.open && chat.focused;
        let is_over = chat.messages.get(&seq).is_some_and(|one| self.is_offer_over(one));
        !is_read && !in_front && !is_over && self.is_wanted_here(target, seq)
    }

    /// Leaves what is still news: an invitation that is over, and what was taken back, give way to what
    /// was said before.
    fn keep_news(&self, of: &mut Told) {
        of.retain(|target, seqs| {
            let newest = self.newest_news(*target, seqs.clone());
            if let Some(newest) = newest {
                *seqs = *seqs.start()..=newest;
            }
            newest.is_some()
        });
    }

    fn newest_news(&self, target: Target, seqs: RangeInclusive<Seq>) -> Option<Seq> {
        let me = self.my_account();
        let messages = self.chats.get(target)?.messages.range(seqs).rev();
        let mut others = messages.filter(|(_, message)| Some(message.from) != me);
        others.find(|(seq, _)| self.is_news(target, **seq)).map(|(seq, _)| *seq)
    }

    /// The invitation that a small window asks about, and since when. What is not shown is not
    /// answered, and the box stays while it is written in.
    fn offer_of(&self, note: &Note) -> Option<(Offered, u64)> {
        let About::Chat(target) = note.about else { return None };
        if note.held == Held::Words || !self.manner().words {
            return None;
        }
        let newest = note.of.get(&target)?.end();
        let offer = self.open_offer(self.chats.get(target)?.messages.get(newest)?)?;
        note.offer.filter(|(before, _)| *before == offer).or(Some((offer, self.now.mono_ms)))
    }

    /// Whether a message is told on this computer: as its conversation says for all of them, and of
    /// rooms as this one says.
    fn is_wanted_here(&self, target: Target, seq: Seq) -> bool {
        let message = self.chats.get(target).and_then(|chat| chat.messages.get(&seq));
        let (Some(message), Some(me)) = (message, self.my_account()) else { return false };
        let is_crowd = matches!(target, Target::Room(_) | Target::Lobby);
        let needs_me = is_crowd && self.settings.telling.only_mentions;
        self.is_told(target, &message.body) && (!needs_me || mentions(&message.body, me))
    }

    /// After each message: what is not news any more goes, what was missed is told.
    pub(super) fn turn_notes(&mut self, out: &mut Vec<Effect>) {
        let now = self.now.mono_ms;
        if !self.notes.missed.is_empty() && now >= self.notes.settled_at {
            let mut missed = std::mem::take(&mut self.notes.missed);
            self.keep_news(&mut missed);
            let about = match missed.keys().next() {
                Some(only) if missed.len() == 1 => Some(About::Chat(*only)),
                first => first.map(|_| About::Missed),
            };
            if let Some(about) = about {
                self.tell_of(about, missed, out);
            }
        }
        if self.notes.list.is_empty() {
            return;
        }
        let mut list = std::mem::take(&mut self.notes.list);
        if !self.manner().notes {
            list.clear();
        }
        for note in &mut list {
            self.keep_news(&mut note.of);
            note.offer = self.offer_of(note);
        }
        list.retain(|note| {
            let is_news = match note.about {
                About::Turn(game) => self.waiting_turn(game).is_some(),
                About::Chat(_) | About::Missed => !note.of.is_empty(),
            };
            is_news && (note.held != Held::No || now < note.until)
        });
        self.notes.list = list;
    }

    pub(super) fn note_msg(&mut self, msg: NoteMsg, out: &mut Vec<Effect>) {
        match msg {
            NoteMsg::Hold(about, held) => self.notes.hold(about, held, self.now.mono_ms),
            NoteMsg::Close(about) => self.notes.close(about),
            NoteMsg::Open(About::Chat(target)) => {
                self.notes.close(About::Chat(target));
                self.open_chat(target, out);
            }
            NoteMsg::Open(About::Turn(game)) => {
                self.notes.close(About::Turn(game));
                self.show_board(game, out);
            }
            NoteMsg::Open(About::Missed) => {
                self.notes.close(About::Missed);
                out.push(Effect::Note(NoteEffect::RaisePanel));
            }
            NoteMsg::Answer(target, text) => self.answer_note(target, &text, out),
            NoteMsg::Offer(target, game, yes) => self.answer_offer(target, game, yes, out),
        }
    }

    /// A press that comes with the invitation was meant for what stood there before.
    fn answer_offer(&mut self, target: Target, game: GameId, yes: bool, out: &mut Vec<Effect>) {
        let about = About::Chat(target);
        let note = self.notes.list.iter().find(|note| note.about == about);
        let is_meant = note
            .and_then(|note| note.offer)
            .is_some_and(|(offer, at)| offer.game == game && self.now.mono_ms >= at + GUARD_MS);
        if !is_meant {
            return;
        }
        self.notes.close(about);
        self.answer_game(game, yes, out);
        // A board opens by itself; the others are played in the chat.
        let view = self.play.view(game).filter(|_| yes);
        if view.is_some_and(|view| !view.sheet.offer.kind.name().has_board()) {
            self.open_chat(target, out);
        }
    }

    /// Who answers has read what is there. A draft of that chat stays. What is too long goes into the
    /// box of the chat, which says so.
    fn answer_note(&mut self, target: Target, text: &str, out: &mut Vec<Effect>) {
        let text = text.trim();
        if text.is_empty() || self.me.is_none() {
            return;
        }
        self.notes.close(About::Chat(target));
        match self.chats.text_limit.check(text) {
            Ok(()) => {
                self.say_offline(target);
                self.say(target, Body::text(text), out);
                self.chat(target, ChatMsg::MarkRead, out);
            }
            Err(notice) => {
                self.open_chat(target, out);
                self.notice(target, notice);
                out.push(Effect::Write(target, text.to_owned(), Mentions::default()));
            }
        }
    }

    /// The small windows, the oldest first.
    #[must_use]
    pub fn notes(&self, language: Language) -> Vec<NoteView> {
        let views = self.notes.list.iter().map(|note| match note.about {
            About::Chat(target) => self.note_view(target, note, language),
            About::Missed => Some(self.missed_view(note, language)),
            About::Turn(game) => self.turn_view(game, note, language),
        });
        views.flatten().collect()
    }

    fn note_view(&self, target: Target, note: &Note, language: Language) -> Option<NoteView> {
        let seq = note.of.get(&target)?.end();
        let chat = self.chats.get(target)?;
        let message = chat.messages.get(seq)?;
        let row = self.chat_row(target, chat, language);
        let me = self.my_account()?;
        let is_mentioned = mentions(&message.body, me);
        Some(NoteView {
            about: note.about,
            slot: note.slot,
            can_answer: self.closed_to_me(target, language).is_none(),
            offer: note.offer.map(|(offer, _)| offer),
            name: row.name,
            portrait: row.portrait,
            tile: row.tile,
            presence: row.presence,
            time: self.said_label(message.at, language),
            prefix: is_mentioned.then_some("preview.at"),
            words: match self.manner().words {
                true => self.note_words(target, message, language),
                false => self.hidden_words(target, message, language),
            },
        })
    }

    /// What was said; an invitation says what it wants.
    fn note_words(&self, target: Target, message: &Message, language: Language) -> String {
        let Body::Game(offer) = message.body else {
            return self.preview_of(target, message, language);
        };
        let words = invitation_words((target, false), offer.kind, language);
        match target {
            Target::Account(_) => words,
            Target::Room(_) | Target::Lobby => {
                let name = self.name_in(target, message.from);
                language.fill("preview.from", &[("name", &name), ("text", &words)])
            }
        }
    }

    fn turn_view(&self, game: GameId, note: &Note, language: Language) -> Option<NoteView> {
        let (target, sheet) = self.waiting_turn(game)?;
        let row = self.chat_row(target, self.chats.get(target)?, language);
        let game = game_words(sheet.offer.kind.name(), language);
        Some(NoteView {
            about: note.about,
            slot: note.slot,
            can_answer: false,
            offer: None,
            name: row.name,
            portrait: row.portrait,
            tile: row.tile,
            presence: row.presence,
            time: language.get("note.now").to_owned(),
            prefix: None,
            words: format!("{} · {game}", language.get("game.turn")),
        })
    }

    /// That something was said, without what.
    fn hidden_words(&self, target: Target, message: &Message, language: Language) -> String {
        match target {
            Target::Account(_) => language.get("note.hidden").to_owned(),
            Target::Room(_) | Target::Lobby => {
                let name = self.name_in(target, message.from);
                language.fill("note.hidden.room", &[("name", &name)])
            }
        }
    }

    fn missed_view(&self, note: &Note, language: Language) -> NoteView {
        let (me, mut unread) = (self.my_account(), 0);
        for chat in note.of.keys().filter_map(|target| self.chats.get(*target)) {
            unread += chat.unread(me);
        }
        let (n, chats) = (unread.to_string(), note.of.len().to_string());
        NoteView {
            about: note.about,
            slot: note.slot,
            can_answer: false,
            offer: None,
            name: language.get("note.missed").to_owned(),
            portrait: None,
            tile: None,
            presence: None,
            time: String::new(),
            prefix: None,
            words: language.fill("note.missed.words", &[("n", &n), ("chats", &chats)]),
        }
    }

    fn said_label(&self, at: i64, language: Language) -> String {
        match self.server_ms().saturating_sub(at) < NEW_MS {
            true => language.get("note.now").to_owned(),
            false => time::row_label(at, self.now.wall_ms, &self.zone, language),
        }
    }
}

/// More messages of a conversation.
fn widen(of: &mut Told, target: Target, seqs: RangeInclusive<Seq>) {
    let old = of.entry(target).or_insert_with(|| seqs.clone());
    *old = *old.start().min(seqs.start())..=*old.end().max(seqs.end());
}

fn mentions(body: &Body, account: AccountId) -> bool {
    match body {
        Body::Text { mentions, .. } => mentions.includes(account),
        _ => false,
    }
}
