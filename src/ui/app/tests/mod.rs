//! The rules of the windows: what a person does or the client reports, and what must follow.

mod accounts;
mod chats;
mod contacts;
mod doors;
mod images;
mod login;
mod panel;
mod preferences;
mod profile;
mod recover;
mod register;
mod rooms;
mod trust;
