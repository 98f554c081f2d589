//! The transcript: a conversation's messages as bubbles, of any length, drawn and scrolled fast.
//!
//! For the owner of one (a chat window):
//!
//! ```text
//! let mut transcript = Transcript::new(me, move |msg| match msg {
//!     TranscriptMsg::Link(address) => …,      // a link was clicked, or Enter on it
//!     TranscriptMsg::Retry(key) => …,         // "Not sent. Retry"
//!     TranscriptMsg::Quote(key) => …,         // what a message answers was clicked
//!     TranscriptMsg::Again(key) => …,         // "Edit again" was pressed
//!     TranscriptMsg::Reply(key) => …,         // R on a message; Delete(key) likewise
//!     TranscriptMsg::Face(account) => …,      // an avatar was clicked
//!     TranscriptMsg::Menu { key, x, y } => …, // right click or menu key; window coordinates
//!     TranscriptMsg::Earlier => …,            // near the top: ask for a page of older messages
//! });
//! transcript.place(Rect::new(0, 64, 760, 344));            // it is a `widgets::Control`
//! transcript.set_people(me, target == Target::Lobby);      // names above bubbles in the lobby
//! transcript.set_faces([(account, Face { name, avatar })]);
//! let entries: Vec<Entry> = chat.entries(me, target).map(|one| Entry::of(&one, "", None)).collect();
//! transcript.sync(&entries, has_earlier);   // after every change: it finds out what is new
//! transcript.set_divider(unread_from.map(Key::Seq));       // the line "New messages"
//! ```
//!
//! `sync` compares with what is shown, so that calling it too often costs little: rows that stayed
//! keep their height and their place on the screen; new rows of others are followed at the end and
//! counted in the pill elsewhere; an own new row (by nonce) brings the view to the end. A line that
//! is no message (somebody is offline) is an entry with [`Key::Note`] and [`Saying::Note`].
//! A change of theme, language or scale needs no call, only a redraw.
//!
//! In reading order: [`rows`] is what is shown, [`layout`] makes lines of words,
//! [`place`] says where the parts of a row lie, [`heights`], [`scroll`] and [`selection`] are what
//! they say, [`scene`], [`sync`], [`mod@reveal`] and [`mod@chosen`] hold all of it together. None of these draws or reads a clock:
//! [`draw`], [`widget`], [`mod@pointer`], [`keys`] and [`words`] do.

pub mod card;
mod card_draw;
mod chat;
mod chosen;
mod draw;
pub mod game;
mod game_draw;
pub mod heights;
mod keys;
pub mod layout;
pub mod measure;
pub mod place;
mod pointer;
mod reveal;
pub mod rows;
pub mod scene;
pub mod scroll;
pub mod selection;
pub mod sync;
pub mod units;
mod widget;
pub mod words;

pub use rows::{Entry, Face, Key, Mark, Named, Quote, Saying};
pub use widget::{Transcript, TranscriptMsg};

#[cfg(test)]
mod tests;
