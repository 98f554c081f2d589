//! A room in its windows: one makes it and invites, the other accepts; both write; what is on the wall
//! is read; somebody is muted and may write again; somebody chooses what is told, and goes.

use crate::hands::{Button, RETURN, TAB};
use crate::party::{Person, Server};
use crate::picture::Picture;
use crate::screen::{Screen, Window};

const LIME: &str = "青柠";
const MOMO: &str = "Momo";
const ROOM: u64 = 20001;
/// What is written, and the caret.
const INK: [u8; 3] = [0x1B, 0x24, 0x32];
/// What counts requests and unread messages.
const BADGE: [u8; 3] = [0xD1, 0x3B, 0x3B];
/// The bar of what is on the wall.
const BAR: [u8; 3] = [0xFF, 0xF3, 0xD2];

#[test]
fn people_meet_in_a_room() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));
    let (light, dark) = (("zh_CN.UTF-8", "Adwaita"), ("en_GB.UTF-8", "Adwaita:dark"));
    let home = |name: &str| folder.path().join(name);
    let (lime, lime_panel) = Person::settle(&screen, &home("lime"), light, &server, LIME);
    let (momo, momo_panel) = Person::settle(&screen, &home("momo"), dark, &server, MOMO);
    server.befriend((MOMO, 10002), (LIME, 10001));

    let momo_room = make_room(&screen, &momo, momo_panel);
    let lime_room = accept(&screen, &lime, lime_panel);
    talk(&screen, &server, (momo_room, lime_room));
    announce(&screen, &momo, momo_room);
    read_the_wall(&screen, &lime, lime_room);
    see_readers(&screen, &momo, momo_room);
    mute(&screen, &server, (momo_room, lime_room));
    choose_what_is_told(&screen, &server, lime_room);
    leave(&screen, &server, (&lime, lime_room), momo_room);
}

/// Momo makes the room and invites the one friend.
fn make_room(screen: &Screen, momo: &Person, panel: Window) -> Window {
    screen.activate(panel);
    screen.click(Button::Left, panel, 250, 161);
    screen.wait_still(panel).save("rooms-none-en-dark");
    screen.click(Button::Left, panel, 80, 214);
    let make = screen.window(&momo.program, "Create room");
    screen.activate(make);
    screen.type_text("Night run");
    screen.wait_still(make);
    screen.click(Button::Left, make, 340, 78);
    screen.wait_still(make).save("room-create-en-dark");
    screen.click(Button::Left, make, 470, 340);
    screen.wait_closed(make);
    let room = screen.window(&momo.program, "Night run - MyChat");
    screen.activate(room);
    screen.wait_still(room).save("room-made-en-dark");
    room
}

/// Lime accepts among the requests, and opens the room from there.
fn accept(screen: &Screen, lime: &Person, panel: Window) -> Window {
    screen.activate(panel);
    screen.wait_for("the invitation to be counted", || {
        (screen.picture(panel).count(BADGE) > 0).then_some(())
    });
    screen.click(Button::Left, panel, 150, 161);
    screen.wait_still(panel);
    screen.click(Button::Left, panel, 120, 208);
    let requests = screen.window(&lime.program, "添加好友 - MyChat");
    screen.activate(requests);
    screen.wait_still(requests).save("room-invited-zh");
    screen.click(Button::Left, requests, 716, 92);
    screen.activate(panel);
    screen.wait_for("the invitation to be answered", || {
        (screen.picture(panel).count(BADGE) == 0).then_some(())
    });
    screen.activate(requests);
    screen.wait_still(requests).save("room-accepted-zh");
    screen.click(Button::Left, requests, 710, 92);
    let room = screen.window(&lime.program, "Night run - MyChat");
    screen.activate(room);
    room
}

/// Both say something, which the server keeps.
fn talk(screen: &Screen, server: &Server, (momo_room, lime_room): (Window, Window)) {
    for (room, words) in [(lime_room, "今晚几点集合？"), (momo_room, "At eight, by the gate")]
    {
        screen.activate(room);
        screen.type_text(words);
        screen.key(&[], RETURN);
    }
    let texts = screen.wait_for("both messages on the server", || {
        Some(said(server)).filter(|texts| texts.len() == 2)
    });
    assert_eq!(texts, ["今晚几点集合？", "At eight, by the gate"]);
    screen.wait_still(momo_room).save("room-en-dark");
    screen.activate(lime_room);
    screen.wait_still(lime_room).save("room-zh");
}

/// What was said in the room, as the server has it.
fn said(server: &Server) -> Vec<String> {
    let question = format!("\"do\":\"history\",\"with\":{{\"room\":{ROOM}}},\"limit\":50");
    let kept = server.ask_as(LIME, &question);
    let messages = kept["ok"]["messages"].as_array().unwrap();
    let texts = messages.iter().filter_map(|message| message["body"]["text"].as_str());
    texts.map(str::to_owned).collect()
}

/// Momo puts something on the wall, by the room's menu.
fn announce(screen: &Screen, momo: &Person, room: Window) {
    screen.activate(room);
    screen.take(Button::Left, room, (692, 32), 3, "room-menu-en-dark");
    let wall = screen.window(&momo.program, "Night run");
    screen.activate(wall);
    screen.wait_still(wall).save("wall-none-en-dark");
    let before = screen.place(wall).unwrap().height;
    screen.click(Button::Left, wall, 385, 228);
    screen.wait_for("the box to write in", || (screen.place(wall)?.height > before).then_some(()));
    screen.wait_still(wall);
    screen.type_text("Rain: we meet in the gym.");
    screen.wait_still(wall).save("wall-write-en-dark");
    screen.click(Button::Left, wall, 455, 364);
    screen.wait_closed(wall);
}

/// Lime sees the bar, and what it is about; the bar goes when that was read.
fn read_the_wall(screen: &Screen, lime: &Person, room: Window) {
    screen.activate(room);
    let bar = || screen.picture(room).count(BAR) > 5_000;
    screen.wait_for("the bar", || bar().then_some(()));
    screen.wait_still(room).save("room-wall-zh");
    screen.click(Button::Left, room, 656, 82);
    let wall = screen.window(&lime.program, "Night run");
    screen.activate(wall);
    screen.wait_still(wall).save("wall-zh");
    screen.click(Button::Left, wall, 460, 228);
    screen.wait_closed(wall);
    screen.activate(room);
    screen.wait_for("the bar to go", || (!bar()).then_some(()));
}

/// Momo sees how many have read it.
fn see_readers(screen: &Screen, momo: &Person, room: Window) {
    screen.activate(room);
    screen.wait_still(room).save("room-wall-en-dark");
    screen.take(Button::Left, room, (692, 32), 3, "room-menu-en-dark");
    let wall = screen.window(&momo.program, "Night run");
    screen.activate(wall);
    screen.wait_still(wall).save("wall-en-dark");
    screen.click(Button::Left, wall, 460, 228);
    screen.wait_closed(wall);
}

/// Whether the caret stands at the beginning of the box.
fn has_caret(picture: &Picture) -> bool {
    let is_line = |x| (480..520).filter(|y| picture.at(x, *y) == INK).count() > 12;
    (14..30).any(is_line)
}

/// Momo mutes Lime for ten minutes and takes it back: Lime's box is closed, where Lime still reads, and
/// open again.
fn mute(screen: &Screen, server: &Server, (momo_room, lime_room): (Window, Window)) {
    let may_write = || {
        let answer = server.ask_as(LIME, &format!("\"do\":\"room\",\"room\":{ROOM}"));
        answer["ok"]["member"]["muted_until"].as_i64() == Some(0)
    };
    screen.activate(lime_room);
    let open = screen.wait_still(lime_room);
    assert!(has_caret(&open));
    screen.activate(momo_room);
    screen.take(Button::Right, momo_room, (800, 122), 4, "member-menu-en-dark");
    screen.wait_for("Lime to be muted", || (!may_write()).then_some(()));
    screen.activate(lime_room);
    screen.wait_for("the box to be closed", || {
        (screen.picture(lime_room).at(610, 575) != open.at(610, 575)).then_some(())
    });
    screen.wait_still(lime_room).save("room-muted-zh");
    let words = "\"do\":\"send\",\"to\":{\"room\":20001},\"text\":\"在吗\"";
    let refused = server.ask_as(LIME, words);
    assert_eq!(refused["refused"]["code"].as_str(), Some("room_muted"), "{refused}");
    let words = "\"do\":\"send\",\"to\":{\"room\":20001},\"text\":\"Just listen\"";
    let said_at = server.ask_as(MOMO, words)["ok"]["seq"].clone();
    screen.wait_for("what is said to be read", || {
        let question = format!("\"do\":\"read_by\",\"room\":{ROOM},\"seq\":{said_at}");
        let answer = server.ask_as(MOMO, &question);
        (answer["ok"]["count"].as_u64() == Some(1)).then_some(())
    });
    screen.activate(momo_room);
    screen.take(Button::Right, momo_room, (800, 122), 4, "member-muted-menu-en-dark");
    screen.wait_for("Lime to be heard again", || may_write().then_some(()));
    screen.activate(lime_room);
    screen.wait_for("the box to be open", || {
        (screen.picture(lime_room).at(610, 575) == open.at(610, 575)).then_some(())
    });
    let again = screen.wait_still(lime_room);
    again.save("room-unmuted-zh");
    // Nothing has to be clicked before.
    assert!(has_caret(&again));
    screen.type_text("好，体育馆见");
    screen.key(&[], RETURN);
    screen.wait_for("Lime's words on the server", || (said(server).len() == 4).then_some(()));
}

/// Lime is told of mentions only, by the bell.
fn choose_what_is_told(screen: &Screen, server: &Server, room: Window) {
    screen.activate(room);
    screen.take(Button::Left, room, (648, 32), 1, "bell-menu-zh");
    screen.wait_for("the choice to be kept", || {
        let answer = server.ask_as(LIME, "\"do\":\"conversations\"");
        let kept = answer["ok"]["conversations"].get(0)?.clone();
        (kept["notify"] == "mentions" && kept["with"]["room"] == ROOM).then_some(())
    });
    screen.wait_still(room).save("room-quiet-zh");
}

/// Lime goes, after a question, and is not among Momo's members any more.
fn leave(screen: &Screen, server: &Server, (lime, room): (&Person, Window), momo_room: Window) {
    screen.activate(room);
    let before = screen.windows();
    screen.take(Button::Left, room, (692, 32), 5, "room-member-menu-zh");
    let question = screen.wait_for("a question", || {
        let mut windows = screen.windows().into_iter();
        windows.find(|window| !before.contains(window) && screen.title(*window) == "MyChat")
    });
    screen.activate(question);
    screen.wait_still(question).save("room-leave-zh");
    screen.key(&[], TAB);
    screen.key(&[], RETURN);
    screen.wait_closed(question);
    screen.wait_for("Lime to be gone", || {
        let answer = server.ask_as(MOMO, &format!("\"do\":\"members\",\"room\":{ROOM}"));
        (answer["ok"]["members"].as_array()?.len() == 1).then_some(())
    });
    screen.wait_still(Window { id: screen.root }).save("room-left-zh");
    screen.activate(momo_room);
    screen.wait_still(momo_room).save("room-left-en-dark");
    let _ = lime;
}
