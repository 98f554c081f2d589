//! What was said is looked up in its window: a letter is searched, a hit shown where it was said, the
//! next one after it, all of it or some days of it go into a file, and what is taken back is gone from there at once.

use std::fs;
use std::path::Path;

use crate::hands::{Button, CONTROL, ESCAPE, F3, RETURN, UP};
use crate::party::{Person, Server};
use crate::picture::Picture;
use crate::screen::{Screen, Window};

const LIME: &str = "青柠";
const XIAOMAN: &str = "小满";
/// Keys.
const A: u32 = 0x61;
const H: u32 = 0x68;
/// What is said last.
const LAST: &str = "晚饭吃什么？";

/// More pixels than the marks on what was found have, fewer than a tinted message.
const TINT: usize = 5_000;

/// A language and a look of the windows.
struct Look {
    locale: &'static str,
    theme: &'static str,
    /// What its pictures are called.
    name: &'static str,
    history: &'static str,
    /// Of the question which days are exported.
    range: &'static str,
    /// Of the question for a place.
    dialog: &'static str,
    /// Behind what was found.
    highlight: [u8; 3],
}

const LIGHT: Look = Look {
    locale: "zh_CN.UTF-8",
    theme: "Adwaita",
    name: "zh",
    history: "聊天记录 - MyChat",
    range: "选择日期范围",
    dialog: "导出聊天记录",
    highlight: [0xFF, 0xE0, 0x8A],
};

const DARK: Look = Look {
    locale: "en_GB.UTF-8",
    theme: "Adwaita:dark",
    name: "en-dark",
    history: "Message history - MyChat",
    range: "A range of days",
    dialog: "Export messages",
    highlight: [0x7A, 0x5C, 0x12],
};

#[test]
fn somebody_looks_up_what_was_said() {
    look_up(&LIGHT);
}

#[test]
fn somebody_looks_up_what_was_said_in_the_dark() {
    look_up(&DARK);
}

fn look_up(look: &Look) {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));
    let home = folder.path().join("lime");
    let (lime, panel) = Person::settle(&screen, &home, (look.locale, look.theme), &server, LIME);
    server.register(XIAOMAN);
    server.befriend((XIAOMAN, 10002), (LIME, 10001));
    for number in 1..=40 {
        let words = if number % 13 == 0 { "一起吃饭吗" } else { "今天的作业" };
        let send = format!("\"do\":\"send\",\"to\":10001,\"text\":\"{number} {words}\"");
        assert!(server.ask_as(XIAOMAN, &send)["ok"].is_object());
    }
    let chat = open_chat(&screen, &lime, panel);
    screen.type_text(LAST);
    screen.key(&[], RETURN);
    screen.wait_still(chat).save(&format!("history-chat-{}", look.name));
    screen.key(&[CONTROL], H);
    let history = screen.window(&lime.program, look.history);
    screen.activate(history);
    search(&screen, look, history);
    export(&screen, look, (&lime, history), folder.path());
    export_days(&screen, look, (&lime, history), folder.path());
    take_back(&screen, look, (chat, history));
}

/// By a double click on the one friend.
fn open_chat(screen: &Screen, lime: &Person, panel: Window) -> Window {
    screen.activate(panel);
    screen.click(Button::Left, panel, 150, 161);
    screen.wait_still(panel);
    for _ in 0..2 {
        screen.click(Button::Left, panel, 120, 340);
    }
    let chat = screen.window(&lime.program, "小满 - MyChat");
    screen.activate(chat);
    chat
}

/// One letter: its hits, one of them where it was said, the next one.
fn search(screen: &Screen, look: &Look, history: Window) {
    let save =
        |what: &str| screen.wait_still(history).save(&format!("history-{what}-{}", look.name));
    let marked = || screen.picture(history).count(look.highlight);
    save("whole");
    screen.type_text("饭");
    screen.wait_for("hits", || (marked() > 4 * 100).then_some(()));
    save("hits");
    screen.key(&[], RETURN);
    let first = tinted(screen, look, history);
    screen.picture(history).save(&format!("history-shown-{}", look.name));
    screen.wait_for("its tint to go", || (marked() < TINT).then_some(()));
    save("context");
    screen.key(&[], F3);
    assert!(tinted(screen, look, history) < first, "the next hit was said before");
    screen.wait_for("its tint to go", || (marked() < TINT).then_some(()));
    save("next");
}

/// Waits for a message that is tinted, and gives its place.
fn tinted(screen: &Screen, look: &Look, history: Window) -> usize {
    screen.wait_for("a hit among the others", || {
        let picture = screen.picture(history);
        let is_tinted = |y: &usize| picture.at(270, *y) == look.highlight;
        (picture.count(look.highlight) > TINT).then(|| (0..picture.height).find(is_tinted))?
    })
}

/// All of it into a file of plain text, by the menu and the question where it goes.
fn export(screen: &Screen, look: &Look, (lime, history): (&Person, Window), folder: &Path) {
    for _ in 0..2 {
        screen.key(&[], ESCAPE);
        screen.wait_still(history);
    }
    screen.wait_still(history).save(&format!("history-again-{}", look.name));
    screen.take(Button::Left, history, (860, 28), 2, &format!("history-export-{}", look.name));
    let text = into_file(screen, look, lime, &folder.join("said.txt"));
    let lines: Vec<&str> = text.lines().collect();
    let place = |words: &str| lines.iter().position(|line| line.contains(words));
    let places = ["1 今天的作业", "13 一起吃饭吗", "40 今天的作业", LAST].map(place);
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?} in {text}");
    screen.wait_still(history).save(&format!("history-exported-{}", look.name));
}

/// Answers the question where to; gives what stands in the file then.
fn into_file(screen: &Screen, look: &Look, lime: &Person, path: &Path) -> String {
    let dialog = screen.window(&lime.program, look.dialog);
    screen.activate(dialog);
    screen.wait_still(dialog).save(&format!("history-dialog-{}", look.name));
    screen.key(&[CONTROL], A);
    screen.type_text(path.to_str().unwrap());
    screen.key(&[], RETURN);
    screen.wait_closed(dialog);
    let ends = |text: &String| text.contains(LAST);
    screen.wait_for("the file", || fs::read_to_string(path).ok().filter(ends))
}

/// Some days of it: what is no day is said to be none, and may be typed anew.
fn export_days(screen: &Screen, look: &Look, (lime, history): (&Person, Window), folder: &Path) {
    screen.activate(history);
    screen.open(Button::Left, history, (860, 28), 6, &format!("history-days-{}", look.name));
    screen.key(&[], RETURN);
    let range = screen.window(&lime.program, look.range);
    screen.activate(range);
    let fine = screen.wait_still(range);
    fine.save(&format!("history-range-{}", look.name));
    screen.type_text("2020-02-30");
    screen.key(&[], RETURN);
    let edge = |picture: &Picture| picture.at(30, 84);
    screen.wait_for("a field to be wrong", || {
        (edge(&screen.picture(range)) != edge(&fine)).then_some(())
    });
    screen.wait_still(range).save(&format!("history-range-wrong-{}", look.name));
    screen.key(&[CONTROL], A);
    screen.type_text("2020-02-28");
    screen.key(&[], RETURN);
    screen.wait_closed(range);
    let text = into_file(screen, look, lime, &folder.join("days.txt"));
    assert!(text.contains("  小满\n    1 今天的作业\n"), "{text}");
    screen.wait_still(history).save(&format!("history-days-exported-{}", look.name));
}

/// The last message is found; then Up in the empty box of the chat takes it back, and it is found no
/// more, while nobody touches the other window.
fn take_back(screen: &Screen, look: &Look, (chat, history): (Window, Window)) {
    let marked = || screen.picture(history).count(look.highlight);
    screen.activate(history);
    screen.type_text("晚饭");
    screen.wait_for("the one hit", || (marked() > 100).then_some(()));
    screen.wait_still(history).save(&format!("history-last-{}", look.name));
    screen.activate(chat);
    let before = screen.wait_still(chat).at(690, 536);
    let windows = screen.windows();
    screen.key(&[], UP);
    screen.say_yes(&windows, &format!("recall-ask-{}", look.name));
    screen.activate(chat);
    screen.wait_for("the words in the box, to be sent anew", || {
        (screen.picture(chat).at(690, 536) != before).then_some(())
    });
    screen.wait_still(chat).save(&format!("history-taken-{}", look.name));
    screen.activate(history);
    screen.wait_for("the hit to go", || (marked() == 0).then_some(()));
    screen.wait_still(history).save(&format!("history-gone-{}", look.name));
}
