//! Windows. The only folder that sees fltk; no socket, no redb.
//!
//! * [`app`] is what is on the screen, as data: no fltk in it.
//! * [`bridge`] brings messages of other threads to the window.
//! * [`checkup`] is the page that checks the network, and its words.
//! * [`console`] is the server's own window.
//! * [`platform`] is what the windows need from the system; `idle` asks it whether anybody is there;
//!   `attention` marks windows on its task bar, `sound` plays its sounds.
//! * [`shell`] is the window's thread; [`Stage`] is the toolkit made ready; `screen` is where
//!   windows fit.
//! * [`text`] is all wording, in two languages.
//! * [`theme`], [`fonts`], [`paint`] and [`widgets`] are the hand that everything is drawn in.

mod add;
pub mod app;
mod area;
mod attention;
pub mod bridge;
mod card;
pub mod chat;
pub mod checkup;
mod client;
mod confirm;
pub mod console;
mod create_room;
mod done;
mod doors;
mod fields;
mod files;
mod filing;
mod fingerprint;
mod following;
pub mod fonts;
mod form;
pub mod games;
mod history;
mod idle;
mod login;
mod notes;
pub mod paint;
mod panel;
mod paragraph;
pub mod platform;
mod play;
mod profile;
mod prompt;
mod recover;
mod register;
mod screen;
mod settings;
pub mod shell;
mod sound;
mod stage;
mod standing;
mod swatches;
pub mod text;
pub mod theme;
mod toast;
pub mod transcript;
mod transfers;
mod viewer;
mod wall;
pub mod widgets;
mod windows;

pub use client::{ClientOptions, run_client};
pub use stage::{Stage, UiError};
