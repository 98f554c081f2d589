//! The rules of the windows: what a person does or the client reports, and what must follow.

mod chats;
mod contacts;
mod login;
mod panel;
mod profile;
mod register;
mod trust;
