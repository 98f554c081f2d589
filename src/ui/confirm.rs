//! What is asked before something is done that others notice, or that cannot be taken back.

use std::cell::Cell;
use std::time::Duration;

use fltk::app;

use super::app::contacts::Confirm;
use super::app::done::DoneMsg;
use super::app::panel::Leaving;
use super::app::{Model, Msg};
use super::paint::Icon;
use super::shell::post;
use super::text::{self, Language, language, tr, tr_with};
use super::widgets::{Open, Question, ask, ask_for_now};
use crate::domain::Target;
use crate::net::protocol::{Calling, Occasion};

thread_local! {
    /// What was announced last of the server's end, and how often something was.
    static ANNOUNCED: Cell<Option<Open>> = const { Cell::new(None) };
    static ANNOUNCEMENTS: Cell<u64> = const { Cell::new(0) };
}

/// Asks, and tells the model of a yes.
pub fn ask_before(confirm: Confirm, model: &Model) {
    let (key, icon, name) = match confirm {
        Confirm::Delete(account) => ("ask.delete", Icon::Trash, model.people.name(account)),
        Confirm::Block(account) | Confirm::Refuse(account) => {
            ("ask.block", Icon::Ban, model.people.name(account))
        }
        Confirm::RemoveGroup(group) => {
            ("ask.group", Icon::Trash, model.group_name(group, language()))
        }
        Confirm::LeaveRoom(room) => ("ask.leave", Icon::Logout, model.people.room_name(room)),
        Confirm::DissolveRoom(room) => ("ask.dissolve", Icon::Trash, model.people.room_name(room)),
        Confirm::Kick(room, account) => {
            ("ask.kick", Icon::Logout, model.name_in(Target::Room(room), account))
        }
        Confirm::RecallLast(..) => ("ask.recall", Icon::Undo, String::new()),
        Confirm::DeleteMessage(target, _) => {
            ("ask.message", Icon::Trash, model.target_name(target, language()))
        }
        Confirm::GiveUp(id) => {
            let name = model.files.get(id).map(|one| one.name.clone()).unwrap_or_default();
            ("ask.give_up", Icon::File, name)
        }
        Confirm::ClearFiles => ("ask.clear", Icon::Trash, String::new()),
        Confirm::Decline(target, seq) => {
            ("ask.decline", Icon::Close, model.offered_name(target, seq))
        }
        Confirm::TakeBack(file) => ("ask.take_back", Icon::Undo, model.file_name(file)),
        Confirm::Quit(_) => ("ask.quit", Icon::File, String::new()),
        Confirm::LeaveGame(leaving, files) => return ask_before_leaving(leaving, files),
        Confirm::Profile(asked) => return super::profile::ask_before(asked),
        Confirm::RemoveAccount(server, account) => {
            ("ask.account", Icon::Trash, model.saved_name(server, account))
        }
    };
    let kicked = if let Confirm::Kick(room, _) = confirm { model.kicked_key(room) } else { "" };
    let n = if let Confirm::Quit(n) = confirm { n.to_string() } else { String::new() };
    let (title, text, action) = match key {
        "ask.delete" => ("ask.delete", "ask.delete.text", "row.delete"),
        "ask.leave" => ("ask.leave", "ask.leave.text", "room.leave"),
        "ask.dissolve" => ("ask.dissolve", "ask.dissolve.text", "room.dissolve"),
        "ask.kick" => ("ask.kick", kicked, "room.kick"),
        "ask.block" => ("ask.block", "ask.block.text", "row.block"),
        "ask.recall" => ("ask.recall", "ask.recall.text", "ask.recall.go"),
        "ask.message" => ("ask.message", "ask.message.text", "ask.message.go"),
        "ask.account" => ("ask.account", "ask.account.text", "ask.account.go"),
        "ask.give_up" => ("ask.give_up", "ask.give_up.text", "ask.give_up.go"),
        "ask.clear" => ("ask.clear", "ask.clear.text", "files.clear"),
        "ask.quit" => ("ask.quit", "ask.quit.text", "ask.quit.go"),
        "ask.decline" => ("ask.decline", "ask.decline.text", "file.decline"),
        "ask.take_back" => ("ask.take_back", "ask.take_back.text", "files.take_back"),
        _ => ("ask.group", "ask.group.text", "group.remove"),
    };
    let first = model.group_name(crate::domain::GroupId::FIRST, language());
    let question = Question {
        window: "MyChat".to_owned(),
        icon,
        danger: !matches!(confirm, Confirm::RecallLast(..)),
        title: tr_with(title, &[("name", &name)]),
        text: tr_with(text, &[("name", &name), ("first", &first), ("n", &n)]),
        action: tr(action).to_owned(),
        cancel: tr("common.cancel").to_owned(),
    };
    ask(question, move |yes| {
        if yes {
            post(Msg::Confirmed(confirm));
        }
    });
}

/// Asks whether to go while a game is played.
fn ask_before_leaving(leaving: Leaving, files: usize) {
    let (icon, danger) = (Icon::Game, true);
    let (title, action) = match leaving {
        Leaving::Quit => ("ask.game.quit", "ask.quit.go"),
        Leaving::SignOut => ("ask.game.sign_out", "panel.sign_out"),
        Leaving::Switch => ("ask.game.switch", "ask.game.switch.go"),
    };
    let (window, title) = ("MyChat".to_owned(), tr(title).to_owned());
    let text = leaving_words(language(), leaving, files);
    let (action, cancel) = (tr(action).to_owned(), tr("common.cancel").to_owned());
    let question = Question { window, icon, danger, title, text, action, cancel };
    ask(question, move |yes| {
        if yes {
            post(Msg::Confirmed(Confirm::LeaveGame(leaving, files)));
        }
    });
}

/// What is lost, and what waits, when one goes.
fn leaving_words(language: Language, leaving: Leaving, files: usize) -> String {
    let game = language.get("ask.game.text").to_owned();
    match (leaving, files) {
        (Leaving::Quit, 1..) => {
            let files = language.fill("ask.quit.text", &[("n", &files.to_string())]);
            format!("{game}\n{files}")
        }
        _ => game,
    }
}

/// Asks whether to go on without the recovery code.
pub fn ask_before_entering() {
    let question = Question {
        window: tr("reg.done.window").to_owned(),
        icon: Icon::Warn,
        danger: true,
        title: tr("reg.leave").to_owned(),
        text: tr("reg.leave.text").to_owned(),
        action: tr("reg.leave.go").to_owned(),
        cancel: tr("reg.leave.back").to_owned(),
    };
    ask(question, |goes_on| {
        if goes_on {
            post(Msg::Done(DoneMsg::Enter));
        }
    });
}

/// Says that this computer cannot keep messages.
pub fn say_store_trouble(reason: &str) {
    let question = Question {
        window: "MyChat".to_owned(),
        icon: Icon::Database,
        danger: true,
        title: tr("store.title").to_owned(),
        text: tr_with("store.trouble", &[("reason", reason)]),
        action: String::new(),
        cancel: tr("common.close").to_owned(),
    };
    ask(question, |_| {});
}

/// Says what the server's admin says, until it is read.
pub fn say_called(text: &str, about: Option<Calling>, model: &Model) {
    let server = model.link.server.as_ref().map(|server| server.name.clone()).unwrap_or_default();
    let question = Question {
        window: tr("call.window").to_owned(),
        icon: Icon::Megaphone,
        danger: false,
        title: tr_with("call.title", &[("name", &server)]),
        text: text::called(language(), text, about),
        action: String::new(),
        cancel: tr("call.close").to_owned(),
    };
    let open = ask_for_now(question, |_| {});
    let Some(about) = about else { return };
    // What is announced takes the place of what was, and is no news when it has happened.
    take_announced_back();
    ANNOUNCED.set(Some(open));
    let number = ANNOUNCEMENTS.get() + 1;
    ANNOUNCEMENTS.set(number);
    if about.code != Occasion::GoesOn {
        let until = Duration::from_secs(about.seconds).as_secs_f64();
        app::add_timeout3(until, move |_| {
            if ANNOUNCEMENTS.get() == number {
                take_announced_back();
            }
        });
    }
}

fn take_announced_back() {
    if let Some(open) = ANNOUNCED.take() {
        open.take_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_goes_is_told_of_the_game_and_of_files_that_wait() {
        let said = |leaving, files| leaving_words(Language::English, leaving, files);
        let alone = said(Leaving::Quit, 0);
        assert!(alone.contains("60 s") && !alone.contains("files"), "{alone}");
        assert!(said(Leaving::Quit, 2).contains("2 files are not done"));
        assert_eq!(said(Leaving::SignOut, 2), alone);
    }
}
