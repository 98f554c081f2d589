//! Two people who never met: one registers in Chinese by an invite link, the other in English at a
//! typed address whose fingerprint they compare. They exchange a Chinese text and a shake.

use crate::hands::{Button, RETURN, UP};
use crate::party::{Person, Server, enter, register, register_at_unknown};
use crate::screen::{Place, Screen, Window};

const REPLY: &str = "Sure, at the gate!";
const CODE: &str = "int a[ok];";
/// The tile of the way to the strangers, first in the list of chats.
const STRANGERS: [u8; 3] = [0xE9, 0xED, 0xF3];
const OOPS: &str = "oops";
const TEXT: &str = "你好，下课一起吃饭吗？";

#[test]
fn two_people_talk() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));

    let lime = Person::start(&screen, &folder.path().join("lime"), "zh_CN.UTF-8", &server.invite);
    let login = screen.window(&lime.program, "登录 - MyChat");
    screen.wait_still(login).save("login-zh");
    register(&screen, &lime, login, "注册 - MyChat", "青柠");
    let done = screen.window(&lime.program, "注册成功 - MyChat");
    screen.wait_still(done).save("registered-zh");
    let lime_panel = enter(&screen, &lime, login, done);

    let momo = Person::start(&screen, &folder.path().join("momo"), "en_GB.UTF-8", &server.address);
    let login = screen.window(&momo.program, "Sign in - MyChat");
    register_at_unknown(&screen, &momo, login, "Momo");
    let done = screen.window(&momo.program, "Account created - MyChat");
    let momo_panel = enter(&screen, &momo, login, done);

    let lime_chat = open_chat(&screen, &lime, lime_panel, ("添加好友 - MyChat", "Momo - MyChat"));
    screen.type_text(TEXT);
    screen.wait_still(lime_chat).save("typed-zh");
    screen.key(&[], RETURN);
    screen.activate(momo_panel);
    screen.wait_for("the text to reach the other panel, among those of strangers", || {
        (screen.wait_still(momo_panel).at(20, 216) == STRANGERS).then_some(())
    });
    assert_eq!(screen.title(momo_panel), "MyChat", "a stranger calls nobody");
    screen.wait_still(momo_panel).save("unread-en");

    let momo_chat =
        open_chat(&screen, &momo, momo_panel, ("Add friends - MyChat", "青柠 - MyChat"));
    screen.type_text(REPLY);
    screen.key(&[], RETURN);
    screen.wait_still(momo_chat).save("chat-en");

    let before = screen.place(momo_chat).unwrap();
    screen.activate(lime_chat);
    screen.click(Button::Left, lime_chat, 136, 429);
    watch_shake(&screen, momo_chat, before);
    // A pressed button or message does not keep the keyboard from the box, and what looks like the
    // code of an emoji stays what was typed.
    screen.activate(lime_chat);
    screen.click(Button::Left, lime_chat, 300, 200);
    screen.type_text(CODE);
    screen.key(&[], RETURN);
    screen.wait_still(lime_chat).save("chat-zh");
    take_back(&screen, &server, (lime_chat, momo_panel));
    let windows = screen.windows();
    screen.click(Button::Left, lime_chat, 729, 536);
    screen.wait_still(lime_chat).save("send-menu-zh");
    assert!(screen.windows() == windows, "a menu is no window of its own to the window manager");
    check_history(&server);
}

/// Up in the empty box, and a yes, takes the last message back and puts its words there: Enter says them again.
/// What was taken back is not unread any more on the other side.
fn take_back(screen: &Screen, server: &Server, (chat, other_panel): (Window, Window)) {
    let question = "\"do\":\"history\",\"with\":10002,\"limit\":10";
    screen.wait_for("what was said before on the server", || {
        let kept = server.ask_as("青柠", question);
        (kept["ok"]["messages"].as_array()?.len() == 4).then_some(())
    });
    let before = screen.wait_for("what was said before in the other panel", || {
        Some(screen.title(other_panel)).filter(|title| title.starts_with('('))
    });
    let is_as_before = || screen.title(other_panel) == before;
    screen.type_text(OOPS);
    screen.key(&[], RETURN);
    screen.wait_for("one more unread", || (!is_as_before()).then_some(()));
    screen.wait_still(chat);
    let windows = screen.windows();
    screen.key(&[], UP);
    screen.say_yes(&windows, "recall-ask-zh");
    screen.activate(chat);
    screen.wait_for("one less unread", || is_as_before().then_some(()));
    screen.wait_still(chat).save("recalled-zh");
    screen.key(&[], RETURN);
    screen.wait_for("the words again", || (!is_as_before()).then_some(()));
}

/// What was said stands on the server, in its order.
fn check_history(server: &Server) {
    let kept = server.ask_as("青柠", "\"do\":\"history\",\"with\":10002,\"limit\":10");
    let messages = kept["ok"]["messages"].as_array().unwrap();
    let kept: Vec<_> =
        messages.iter().map(|m| (m["seq"].as_u64(), &m["from"], &m["body"])).collect();
    let [text, reply, shake, code, blank, line, again] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((blank.2["kind"].as_str(), blank.2.get("text")), (Some("recalled"), None));
    assert_eq!((line.2["kind"].as_str(), line.2["seq"].as_u64()), (Some("recalled"), Some(5)));
    assert_eq!(again.2["text"].as_str(), Some(OOPS));
    assert_eq!((code.1.as_u64(), code.2["text"].as_str()), (Some(10001), Some(CODE)));
    assert_eq!(
        (text.0, text.1.as_u64(), text.2["text"].as_str()),
        (Some(1), Some(10001), Some(TEXT))
    );
    assert_eq!(
        (reply.0, reply.1.as_u64(), reply.2["text"].as_str()),
        (Some(2), Some(10002), Some(REPLY))
    );
    assert_eq!(
        (shake.0, shake.1.as_u64(), shake.2["kind"].as_str()),
        (Some(3), Some(10001), Some("shake"))
    );
}

/// Opens a chat with the one other person who is online.
fn open_chat(
    screen: &Screen,
    person: &Person,
    panel: Window,
    (finding, title): (&str, &str),
) -> Window {
    screen.activate(panel);
    screen.click(Button::Left, panel, 150, 161);
    screen.wait_still(panel);
    screen.click(Button::Left, panel, 120, 256);
    let found = screen.window(&person.program, finding);
    screen.activate(found);
    screen.wait_for("somebody in the list", || {
        (screen.wait_still(found).at(212, 164) != [0xFF; 3]).then_some(())
    });
    for _ in 0..2 {
        screen.click(Button::Left, found, 330, 164);
    }
    let chat = screen.window(&person.program, title);
    screen.activate(chat);
    chat
}

/// A shaken window leaves its place and comes back to it.
fn watch_shake(screen: &Screen, window: Window, before: Place) {
    screen.wait_for("the window to shake", || (screen.place(window)? != before).then_some(()));
    screen.wait_for("the window to stand where it stood", || {
        (screen.place(window)? == before).then_some(())
    });
}
