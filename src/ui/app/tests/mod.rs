//! The rules of the windows: what a person does or the client reports, and what must follow.

mod accounts;
mod boards;
mod chats;
mod checkup;
mod contacts;
mod doors;
mod drafts;
mod files;
mod files_windows;
mod find;
mod history;
mod images;
mod login;
mod mentions;
mod menu;
mod notify;
mod panel;
mod play;
mod preferences;
mod profile;
mod receiving;
mod recover;
mod register;
pub mod rooms;
mod strangers;
mod trust;
mod wall;
