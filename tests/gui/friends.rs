//! Two people become friends in their windows: one finds the other and asks, the other accepts, makes a
//! group for the new friend and gives a remark; a new face is seen at the other window. Then all
//! windows of one of them change their theme and their language while they stand.

use crate::hands::{Button, COMMA, CONTROL, DOWN, RETURN};
use crate::party::{Person, Server, enter, register};
use crate::screen::{Screen, Window};

/// What counts requests and unread messages.
const BADGE: [u8; 3] = [0xD1, 0x3B, 0x3B];
/// What menus and inputs are drawn round with.
const OUTLINE: [u8; 3] = [0x82, 0x8D, 0x9D];
/// The paper of dark windows.
const DARK: [u8; 3] = [0x1B, 0x21, 0x2B];
/// Behind the second face.
const PANDA: [u8; 3] = [0xB9, 0xE0, 0xCB];
/// Fewer pixels than the outline of the smallest menu has.
const MENU: usize = 300;
/// Where the first friend's face stands in the panel, behind one group's head.
const FACE: usize = 324;
/// The same behind two; the first one would not reach down to here.
const FACE_BELOW: usize = 362;

#[test]
fn two_people_become_friends() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));
    let start = |name: &str, locale, titles: [&str; 3], nickname| {
        let person = Person::start(&screen, &folder.path().join(name), locale, &server.invite);
        let login = screen.window(&person.program, titles[0]);
        register(&screen, &person, login, titles[1], nickname);
        let done = screen.window(&person.program, titles[2]);
        let panel = enter(&screen, &person, login, done);
        (person, panel)
    };
    let chinese = ["登录 - MyChat", "注册 - MyChat", "注册成功 - MyChat"];
    let english = ["Sign in - MyChat", "Create account - MyChat", "Account created - MyChat"];
    let (lime, lime_panel) = start("lime", "zh_CN.UTF-8", chinese, "青柠");
    let (momo, momo_panel) = start("momo", "en_GB.UTF-8", english, "Momo");

    ask(&screen, &momo, momo_panel);
    accept(&screen, &lime, lime_panel);
    contacts(&screen, momo_panel);
    screen.wait_for("the new friend at the other window", || face(&screen, momo_panel, FACE));
    screen.wait_still(momo_panel).save("friends-en");

    // Into a group of its own, and with a remark.
    contacts(&screen, lime_panel);
    screen.wait_for("the new friend", || face(&screen, lime_panel, FACE));
    let (before, menu) = row_menu(&screen, lime_panel, 340, 3);
    screen.wait_for("the groups to choose from", || {
        let outline = screen.picture(lime_panel).count(OUTLINE);
        (outline > before + MENU && outline != menu).then_some(())
    });
    for key in [DOWN, RETURN] {
        screen.key(&[], key);
    }
    answer(&screen, &lime, "新建分组", "同班同学");
    screen.wait_for("the friend in its group", || face(&screen, lime_panel, FACE_BELOW));
    row_menu(&screen, lime_panel, 372, 2);
    answer(&screen, &lime, "备注", "莫莫");
    screen.wait_still(lime_panel).save("friends-zh");
    take_face(&screen, &momo, momo_panel);
    screen.activate(lime_panel);
    screen.wait_for("the other's new face", || {
        (screen.picture(lime_panel).count(PANDA) > 50).then_some(())
    });
    screen.wait_still(lime_panel).save("face-zh");

    restyle(&screen, &lime, lime_panel);

    let kept = server.ask_as("青柠", "\"do\":\"contacts\"");
    let contact = &kept["ok"]["contacts"][0];
    assert_eq!(contact["account"].as_u64(), Some(10002), "{kept}");
    assert_eq!(
        (contact["group"].as_str(), contact["remark"].as_str()),
        (Some("同班同学"), Some("莫莫"))
    );
}

/// Finds 10001 and asks.
fn ask(screen: &Screen, person: &Person, panel: Window) {
    screen.activate(panel);
    screen.click(Button::Left, panel, 38, 644);
    let add = screen.window(&person.program, "Add friends - MyChat");
    screen.activate(add);
    screen.type_text("10001");
    screen.key(&[], RETURN);
    screen.wait_for("somebody to be found", || {
        (screen.picture(add).at(212, 164) != [0xFF; 3]).then_some(())
    });
    screen.wait_still(add).save("found-en");
    screen.click(Button::Left, add, 420, 164);
    let asking = screen.window(&person.program, "Add friend");
    screen.activate(asking);
    screen.type_text("Hi, I sit behind you");
    screen.wait_still(asking).save("asking-en");
    screen.click(Button::Left, asking, 320, 336);
    screen.wait_closed(asking);
}

/// Accepts the one request that there is.
fn accept(screen: &Screen, person: &Person, panel: Window) {
    screen.activate(panel);
    screen.wait_for("the request to be counted", || {
        (screen.picture(panel).count(BADGE) > 0).then_some(())
    });
    contacts(screen, panel);
    screen.wait_still(panel);
    screen.click(Button::Left, panel, 120, 208);
    let add = screen.window(&person.program, "添加好友 - MyChat");
    screen.activate(add);
    screen.wait_still(add).save("requests-zh");
    screen.click(Button::Left, add, 684, 92);
    screen.activate(panel);
    screen.wait_for("the request to be answered", || {
        (screen.picture(panel).count(BADGE) == 0).then_some(())
    });
}

/// Takes the second of the built-in faces, by a double click.
fn take_face(screen: &Screen, person: &Person, panel: Window) {
    screen.activate(panel);
    screen.click(Button::Left, panel, 44, 48);
    let profile = screen.window(&person.program, "Profile - MyChat");
    screen.activate(profile);
    screen.click(Button::Left, profile, 60, 74);
    let faces = screen.window(&person.program, "Avatar - MyChat");
    screen.wait_still(faces).save("faces-en");
    for _ in 0..2 {
        screen.click(Button::Left, faces, 287, 92);
    }
    screen.wait_for("the new face in the panel", || {
        screen.activate(panel);
        (screen.picture(panel).count(PANDA) > 50).then_some(())
    });
}

/// From Chinese and light to English and dark.
fn restyle(screen: &Screen, person: &Person, panel: Window) {
    screen.activate(panel);
    screen.key(&[CONTROL], COMMA);
    let settings = screen.window(&person.program, "设置 - MyChat");
    screen.activate(settings);
    screen.wait_still(settings).save("settings-zh");
    screen.click(Button::Left, settings, 60, 116);
    screen.wait_still(settings).save("appearance-zh");
    screen.click(Button::Left, settings, 383, 78);
    for window in [settings, panel] {
        screen.activate(window);
        screen.wait_for("a dark window", || {
            (screen.picture(window).count(DARK) > 5_000).then_some(())
        });
    }
    screen.activate(settings);
    screen.click(Button::Left, settings, 60, 242);
    screen.wait_still(settings);
    screen.click(Button::Left, settings, 331, 208);
    let settings = screen.window(&person.program, "Settings - MyChat");
    screen.activate(settings);
    screen.wait_still(settings).save("settings-en-dark");
    screen.activate(panel);
    screen.wait_still(panel).save("friends-en-dark");
    let add = screen.window(&person.program, "Add friends - MyChat");
    screen.activate(add);
    screen.wait_still(add).save("requests-en-dark");
    assert!(screen.picture(add).count(DARK) > 5_000, "every window is dark");
}

/// Shows the friends.
fn contacts(screen: &Screen, panel: Window) {
    screen.activate(panel);
    screen.click(Button::Left, panel, 150, 161);
}

/// Whether a face is seen at this height.
fn face(screen: &Screen, panel: Window, y: usize) -> Option<()> {
    let picture = screen.picture(panel);
    let is_empty = (0..36 * 24).all(|at| picture.at(20 + at % 36, y + at / 36) == picture.at(2, y));
    (!is_empty).then_some(())
}

/// Opens the menu of the friend at this height and takes an entry, counted from one.
/// Gives how many pixels of outlines there were before and with it.
fn row_menu(screen: &Screen, panel: Window, y: i16, entry: usize) -> (usize, usize) {
    screen.activate(panel);
    let before = screen.wait_still(panel).count(OUTLINE);
    screen.click(Button::Right, panel, 120, y);
    screen.wait_for("a menu", || {
        (screen.picture(panel).count(OUTLINE) > before + MENU).then_some(())
    });
    let menu = screen.wait_still(panel).count(OUTLINE);
    for _ in 0..entry {
        screen.key(&[], DOWN);
    }
    screen.key(&[], RETURN);
    (before, menu)
}

/// Answers a small question.
fn answer(screen: &Screen, person: &Person, title: &str, text: &str) {
    let prompt = screen.window(&person.program, title);
    screen.activate(prompt);
    screen.type_text(text);
    screen.wait_still(prompt).save("prompt-zh");
    screen.key(&[], RETURN);
    screen.wait_closed(prompt);
}
