//! Two people who never met: one registers in Chinese by an invite link, the other in English at a
//! typed address whose fingerprint they compare. They exchange a Chinese text and a shake.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

use crate::hands::{Button, RETURN};
use crate::screen::{Place, Program, Screen, Window};

const MYCHAT: &str = env!("CARGO_BIN_EXE_mychat");
const PASSWORD: &str = "orchard gate 7";
const REPLY: &str = "Sure, at the gate!";
const CODE: &str = "int a[ok];";
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

    let lime_chat = open_chat(&screen, &lime, lime_panel, "Momo - MyChat");
    screen.type_text(TEXT);
    screen.wait_still(lime_chat).save("typed-zh");
    screen.key(&[], RETURN);
    screen.wait_for("the text to reach the other panel", || {
        (screen.title(momo_panel) == "(1) MyChat").then_some(())
    });
    screen.activate(momo_panel);
    screen.wait_still(momo_panel).save("unread-en");

    let momo_chat = open_chat(&screen, &momo, momo_panel, "青柠 - MyChat");
    screen.wait_for("the text to be read", || (screen.title(momo_panel) == "MyChat").then_some(()));
    screen.type_text(REPLY);
    screen.key(&[], RETURN);
    screen.wait_still(momo_chat).save("chat-en");

    let before = screen.place(momo_chat).unwrap();
    screen.activate(lime_chat);
    screen.click(Button::Left, lime_chat, 28, 429);
    watch_shake(&screen, momo_chat, before);
    // A pressed button or message does not keep the keyboard from the box, and what looks like the
    // code of an emoji stays what was typed.
    screen.activate(lime_chat);
    screen.click(Button::Left, lime_chat, 300, 200);
    screen.type_text(CODE);
    screen.key(&[], RETURN);
    screen.wait_still(lime_chat).save("chat-zh");
    let windows = screen.windows();
    screen.click(Button::Left, lime_chat, 729, 536);
    screen.wait_still(lime_chat).save("send-menu-zh");
    assert!(screen.windows() == windows, "a menu is no window of its own to the window manager");

    let kept = server.history_of("青柠", 10002);
    let messages = kept["ok"]["messages"].as_array().unwrap();
    let kept: Vec<_> =
        messages.iter().map(|m| (m["seq"].as_u64(), &m["from"], &m["body"])).collect();
    let [text, reply, shake, code] = &kept[..] else { panic!("{kept:?}") };
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

/// The fill of a main button that can be pressed.
const BRAND: [u8; 3] = [0x20, 0x66, 0xC4];

/// From the login window to a sent registration.
fn register(screen: &Screen, person: &Person, login: Window, title: &str, nickname: &str) {
    screen.activate(login);
    screen.click(Button::Left, login, 380, 448);
    let window = screen.window(&person.program, title);
    fill(screen, window, nickname);
    screen.wait_still(window).save(&format!("register-{nickname}"));
    screen.key(&[], RETURN);
}

/// The same, where the server's fingerprint has to be compared first.
fn register_at_unknown(screen: &Screen, person: &Person, login: Window, nickname: &str) {
    register(screen, person, login, "Create account - MyChat", nickname);
    let question = screen.window(&person.program, "Check the server's fingerprint");
    screen.activate(question);
    screen.wait_still(question).save("fingerprint-en");
    screen.click(Button::Left, question, 40, 250);
    screen.wait_for("the button to be enabled", || {
        (screen.picture(question).at(285, 290) == BRAND).then_some(())
    });
    screen.click(Button::Left, question, 345, 300);
    screen.wait_closed(question);
}

fn fill(screen: &Screen, window: Window, nickname: &str) {
    screen.activate(window);
    for (y, text) in [(208, nickname), (280, PASSWORD), (370, PASSWORD)] {
        screen.click(Button::Left, window, 200, y);
        screen.type_text(text);
    }
}

/// From the new number to the main panel.
fn enter(screen: &Screen, person: &Person, login: Window, done: Window) -> Window {
    screen.activate(done);
    screen.key(&[], RETURN);
    screen.wait_closed(login);
    screen.window(&person.program, "MyChat")
}

/// Opens a chat with the one other person who is online.
fn open_chat(screen: &Screen, person: &Person, panel: Window, title: &str) -> Window {
    screen.activate(panel);
    screen.click(Button::Left, panel, 225, 161);
    let row = 184 + 26;
    screen.wait_for("somebody in the list", || {
        (screen.wait_still(panel).at(30, 184 + 26) != [0xFF; 3]).then_some(())
    });
    for _ in 0..2 {
        screen.click(Button::Left, panel, 120, row);
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

/// Somebody with a client window.
struct Person {
    program: Program,
}

impl Person {
    fn start(screen: &Screen, home: &Path, locale: &str, server: &str) -> Person {
        let mut command = screen.command(MYCHAT);
        // Not installed here, as on a lab computer: the language is understood all the same.
        command.env_remove("LC_ALL").env("LANG", locale);
        command.arg("--home").arg(home).args(["--connect", server]);
        Person { program: Screen::start_program(&mut command) }
    }
}

/// A server that only this computer can reach.
struct Server {
    _program: Program,
    address: String,
    invite: String,
}

impl Server {
    fn start(screen: &Screen, data: &Path) -> Server {
        let mut command = screen.command(MYCHAT);
        command.args(["--serve", "--no-discovery", "--name", "校园", "--listen", "127.0.0.1:0"]);
        command.arg("--data").arg(data).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = Screen::start_program(&mut command);
        let mut ready = String::new();
        let out = program.child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut ready).unwrap();
        let port = ready.split_once("127.0.0.1:").unwrap().1.split(' ').next().unwrap();
        let output = screen.command(MYCHAT).arg("fingerprint").arg("--data").arg(data).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        let key = text.trim().rsplit_once('#').unwrap().1;
        let address = format!("127.0.0.1:{port}");
        let invite = format!("mychat://{address}/#{key}");
        Server { _program: program, address, invite }
    }

    /// What another device of this person reads of a conversation.
    fn history_of(&self, nickname: &str, with: u64) -> serde_json::Value {
        let mut command = std::process::Command::new(MYCHAT);
        command.args(["script", "--trust", "first", "--connect", &self.address]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut script = Screen::start_program(&mut command);
        let lines = format!(
            "{{\"do\":\"sign_in\",\"nickname\":\"{nickname}\",\"password\":\"{PASSWORD}\"}}\n\
             {{\"do\":\"history\",\"with\":{with},\"limit\":10,\"id\":7}}\n"
        );
        script.child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let mut said = String::new();
        script.child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        let mut lines = said.lines().map(|line| serde_json::from_str(line).unwrap());
        let answer = lines.find(|line: &serde_json::Value| line["id"] == 7);
        answer.unwrap_or_else(|| panic!("no answer in {said}"))
    }
}
