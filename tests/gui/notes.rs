//! A message is told in the corner of the screen, with a sound and a mark on the task bar, takes no keys,
//! and is answered there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::hands::{Button, COMMA, CONTROL, RETURN};
use crate::party::{Person, Server};
use crate::screen::{Screen, Window};

const LIME: &str = "青柠";
const MOMO: &str = "小满";
const SIZE: (u16, u16) = (312, 108);
/// What the program for sounds was given.
const HEARD: &str = "heard.wav";
/// Choices of the settings, when they are on.
const BRAND: [u8; 3] = [0x20, 0x66, 0xC4];

#[test]
fn a_message_is_told_and_answered_in_the_corner() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));
    let home = folder.path().join("lime");
    put_player(&home);
    let (lime, panel) =
        Person::settle(&screen, &home.join("home"), ("zh_CN.UTF-8", "Adwaita"), &server, LIME);
    server.register(MOMO);
    server.befriend((MOMO, 10002), (LIME, 10001));
    let lobby = open_lobby(&screen, &lime, panel);

    say(&server, "好，图书馆三楼见 😄");
    let note = wait_note(&screen);
    screen.wait_still(note).save("note-zh");
    assert!(screen.keys_at() == lobby, "it takes no keys");
    screen.type_text("写到一半");
    screen.wait_for("a mark on the task bar", || screen.is_urgent(panel).then_some(()));
    let wav = screen.wait_for("the sound", || fs::read(home.join(HEARD)).ok());
    assert!(wav.starts_with(b"RIFF"));

    screen.click(Button::Left, note, 100, 80);
    screen.wait_for("the keys to come", || (screen.keys_at() == note).then_some(()));
    screen.type_text("马上到");
    screen.wait_still(note).save("note-reply-zh");
    screen.wait_still(Window { id: screen.root }).save("note-screen-zh");
    screen.key(&[], RETURN);
    wait_no_note(&screen);
    screen.wait_for("the reply to be kept", || (last(&server)? == "马上到").then_some(()));
    screen.wait_for("the keys to go back", || (screen.keys_at() == lobby).then_some(()));
    screen.activate(panel);
    screen.wait_for("the mark to go", || (!screen.is_urgent(panel)).then_some(()));

    say(&server, "带上笔记本");
    let note = wait_note(&screen);
    screen.click(Button::Left, note, 200, 40);
    let chat = screen.window(&lime.program, "小满 - MyChat");
    wait_no_note(&screen);
    screen.activate(chat);
    let before = screen.wait_still(chat);
    say(&server, "还有充电器");
    screen.wait_for("the words in the chat", || (screen.picture(chat) != before).then_some(()));
    screen.wait_still(chat).save("note-chat-zh");
    assert!(screen.popups(SIZE.0, SIZE.1).is_empty(), "what is in front is not told");

    choose(&screen, &lime, panel);
    say(&server, "不给别人看的话");
    screen.wait_still(wait_note(&screen)).save("note-hidden-zh");
}

/// The program that plays sounds, as far as can be seen from outside.
fn put_player(home: &Path) {
    let player = home.join("bin/paplay");
    fs::create_dir_all(player.parent().unwrap()).unwrap();
    fs::write(&player, format!("#!/bin/sh\ncp \"$1\" \"$HOME/{HEARD}\"\n")).unwrap();
    fs::set_permissions(&player, fs::Permissions::from_mode(0o755)).unwrap();
}

fn open_lobby(screen: &Screen, person: &Person, panel: Window) -> Window {
    screen.activate(panel);
    screen.wait_still(panel);
    for _ in 0..2 {
        screen.click(Button::Left, panel, 150, 218);
    }
    let lobby = screen.window(&person.program, "大厅 - MyChat");
    screen.activate(lobby);
    screen.wait_still(lobby);
    lobby
}

/// Turns off that notifications show words.
fn choose(screen: &Screen, person: &Person, panel: Window) {
    screen.activate(panel);
    screen.key(&[CONTROL], COMMA);
    let settings = screen.window(&person.program, "设置 - MyChat");
    screen.activate(settings);
    screen.wait_still(settings);
    screen.click(Button::Left, settings, 60, 70);
    screen.wait_for("the page", || (screen.picture(settings).at(592, 113) == BRAND).then_some(()));
    screen.wait_still(settings).save("settings-notifications-zh");
    screen.click(Button::Left, settings, 598, 113);
    screen
        .wait_for("the choice", || (screen.picture(settings).at(592, 113) != BRAND).then_some(()));
}

fn say(server: &Server, text: &str) {
    let said = server.ask_as(MOMO, &format!("\"do\":\"send\",\"to\":10001,\"text\":\"{text}\""));
    assert!(said["ok"].is_object(), "{said}");
}

fn wait_note(screen: &Screen) -> Window {
    screen.wait_for("a notification", || screen.popups(SIZE.0, SIZE.1).first().copied())
}

fn wait_no_note(screen: &Screen) {
    screen.wait_for("no notification", || screen.popups(SIZE.0, SIZE.1).is_empty().then_some(()));
}

/// The last words between the two.
fn last(server: &Server) -> Option<String> {
    let kept = server.ask_as(MOMO, "\"do\":\"history\",\"with\":10001,\"limit\":10");
    let last = kept["ok"]["messages"].as_array()?.last()?.clone();
    Some(last["body"]["text"].as_str()?.to_owned())
}
