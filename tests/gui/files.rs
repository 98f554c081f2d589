//! Files go from window to window: chosen, dropped, received, stopped in the middle and gone on with, found
//! again in the windows of files, opened, taken back.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::hands::{Button, CONTROL, DOWN, RETURN, TAB};
use crate::party::{Person, Server};
use crate::picture::Picture;
use crate::screen::{Screen, Window};

const LIME: &str = "青柠";
const MOMO: &str = "Momo";
/// Keys.
const A: u32 = 0x61;
const DELETE: u32 = 0xFFFF;
/// The tiles of a PDF and of a film.
const PDF: [u8; 3] = [0xC0, 0x39, 0x2B];
const FILM: [u8; 3] = [0x8A, 0x3F, 0x7A];
/// Words about what is whole and checked.
const OK: [u8; 3] = [0x18, 0x79, 0x4A];
/// What a file has that is long on its way.
const FILM_BYTES: usize = 400 << 20;

/// Somebody at a desk of its own.
struct Desk {
    person: Person,
    panel: Window,
    /// Where its own files are.
    home: PathBuf,
}

impl Desk {
    /// The folder of its account, once something is in it.
    fn folder(&self) -> PathBuf {
        let all = self.home.join("Downloads/MyChat");
        let first = fs::read_dir(&all).ok().and_then(|mut folders| folders.next());
        first.map_or(all, |folder| folder.unwrap().path())
    }

    /// What was received, by name.
    fn received(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }
}

#[test]
fn files_go_between_two_windows() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));
    let lime = sit_down(&screen, &server, folder.path(), ("zh_CN.UTF-8", "Adwaita"), LIME);
    let momo = sit_down(&screen, &server, folder.path(), ("en_GB.UTF-8", "Adwaita:dark"), MOMO);
    server.befriend((MOMO, 10002), (LIME, 10001));
    let momo_chat = open_chat(&screen, &momo, "青柠 - MyChat");
    let lime_chat = open_chat(&screen, &lime, "Momo - MyChat");

    let report = momo.home.join("lab report.pdf");
    write_file(&report, 3_000_001);
    send_by_button(&screen, &momo, momo_chat, &report);
    receive(&screen, &lime, lime_chat, &report);
    open(&screen, &lime, lime_chat);

    let film = momo.home.join("experiment.mp4");
    write_file(&film, FILM_BYTES);
    send_by_drop(&screen, &momo, momo_chat, &film);
    stop_and_go_on(&screen, &server, (&lime, lime_chat), &film);
    look_around(&screen, &momo, momo_chat);
}

/// A file of bytes that are not all the same.
fn write_file(path: &Path, bytes: usize) {
    let mut file = File::create(path).unwrap();
    let mut number = 0_u64;
    let mut left = bytes;
    while left > 0 {
        number += 1;
        let block: Vec<u8> = (0..(1 << 20).min(left))
            .map(|at| (at as u64).wrapping_mul(number).to_le_bytes()[1])
            .collect();
        file.write_all(&block).unwrap();
        left -= block.len();
    }
}

/// Whether two files have the same bytes.
fn is_same(one: &Path, other: &Path) -> bool {
    let (mut one, mut other) = (File::open(one).unwrap(), File::open(other).unwrap());
    if one.metadata().unwrap().len() != other.metadata().unwrap().len() {
        return false;
    }
    let (mut first, mut second) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let count = one.read(&mut first).unwrap();
        if count == 0 {
            return true;
        }
        other.read_exact(&mut second[..count]).unwrap();
        if first[..count] != second[..count] {
            return false;
        }
    }
}

fn sit_down(
    screen: &Screen,
    server: &Server,
    folder: &Path,
    look: (&str, &str),
    nickname: &str,
) -> Desk {
    let home = folder.join(nickname);
    let bin = home.join("bin");
    for folder in [&bin, &home.join(".config"), &home.join("Downloads")] {
        fs::create_dir_all(folder).unwrap();
    }
    let downloads = "XDG_DOWNLOAD_DIR=\"$HOME/Downloads\"\n";
    fs::write(home.join(".config/user-dirs.dirs"), downloads).unwrap();
    let opener = bin.join("xdg-open");
    fs::write(&opener, "#!/bin/sh\nprintf '%s' \"$1\" > \"$HOME/opened\"\n").unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let (person, panel) = Person::settle(screen, &home.join("mychat"), look, server, nickname);
    Desk { person, panel, home }
}

/// By a double click on the one friend.
fn open_chat(screen: &Screen, desk: &Desk, title: &str) -> Window {
    screen.activate(desk.panel);
    screen.click(Button::Left, desk.panel, 150, 161);
    screen.wait_still(desk.panel);
    for _ in 0..2 {
        screen.click(Button::Left, desk.panel, 120, 340);
    }
    let chat = screen.window(&desk.person.program, title);
    screen.activate(chat);
    screen.wait_still(chat).save(&format!("files-chat-{title}"));
    chat
}

fn send_by_button(screen: &Screen, momo: &Desk, chat: Window, path: &Path) {
    screen.activate(chat);
    screen.click(Button::Left, chat, 100, 429);
    let dialog = screen.window(&momo.person.program, "Send a file");
    screen.activate(dialog);
    screen.wait_still(dialog);
    screen.key(&[CONTROL], A);
    screen.type_text(path.to_str().unwrap());
    screen.key(&[], RETURN);
    screen.wait_closed(dialog);
    screen.wait_for("the card of what was sent", || {
        (screen.picture(chat).count(PDF) > 500).then_some(())
    });
    screen.wait_still(chat).save("files-sent-en-dark");
}

/// Into the usual folder, by the card.
fn receive(screen: &Screen, lime: &Desk, chat: Window, sent: &Path) {
    screen.activate(chat);
    screen.wait_for("the card of what is offered", || {
        (screen.picture(chat).count(PDF) > 500).then_some(())
    });
    screen.wait_still(chat).save("files-offered-zh");
    screen.click(Button::Left, chat, 108, 376);
    // What is said of the card would cover it.
    screen.point(chat, 400, 480);
    let is_there = |path: PathBuf| path.exists().then_some(path);
    let received = screen.wait_for("the file", || is_there(lime.received("lab report.pdf")));
    assert!(is_same(sent, &received));
    screen.wait_for("the card of what is whole", || {
        (screen.picture(chat).count(OK) > 0).then_some(())
    });
    screen.wait_still(chat).save("files-received-zh");
}

/// With the program that is meant for it.
fn open(screen: &Screen, lime: &Desk, chat: Window) {
    screen.activate(chat);
    screen.read();
    screen.click(Button::Left, chat, 132, 376);
    let told = lime.home.join("opened");
    let opened = screen.wait_for("a file to be opened", || fs::read_to_string(&told).ok());
    assert_eq!(Path::new(&opened), lime.received("lab report.pdf"));
}

/// What is large is asked about.
fn send_by_drop(screen: &Screen, momo: &Desk, chat: Window, path: &Path) {
    screen.activate(chat);
    screen.wait_still(chat);
    let held = screen.hold_file(chat, (380, 220), path);
    screen.wait_still(chat).save("files-held-en-dark");
    let windows = screen.windows();
    held.drop_it();
    screen.say_yes(&windows, "files-ask-en-dark");
    screen.activate(chat);
    screen.wait_for("the card of what was dropped", || {
        (screen.picture(chat).count(FILM) > 500).then_some(())
    });
    screen.picture(chat).save("files-sending-en-dark");
    let _ = momo;
}

/// In the middle, in the window of all transfers.
fn stop_and_go_on(screen: &Screen, server: &Server, (lime, chat): (&Desk, Window), sent: &Path) {
    screen.activate(lime.panel);
    screen.wait_for("word of it in the panel", || {
        (screen.title(lime.panel) == "(1) MyChat").then_some(())
    });
    screen.wait_still(lime.panel);
    // The notification stands over the button.
    screen.wait_for("no notification", || screen.popups(312, 108).is_empty().then_some(()));
    screen.click(Button::Left, lime.panel, 112, 652);
    let files = screen.window(&lime.person.program, "文件 - MyChat");
    screen.activate(files);
    screen.wait_still(files).save("files-list-zh");
    screen.activate(chat);
    screen.wait_for("the card of what is offered", || {
        (screen.picture(chat).count(FILM) > 500).then_some(())
    });
    screen.click(Button::Left, chat, 108, 376);
    screen.wait_for("the first bytes", || has_begun(lime).then_some(()));
    server.stand_still(true);
    screen.activate(files);
    screen.wait_for("a transfer in the list", || {
        (screen.picture(files).count(FILM) > 500).then_some(())
    });
    screen.wait_still(files).save("files-running-zh");
    screen.click(Button::Left, files, 568, 116);
    screen.wait_for("the button to go on", || {
        // A triangle where two bars had nothing between them.
        (screen.picture(files).at(567, 115)[0] < 0x60).then_some(())
    });
    screen.wait_still(files).save("files-paused-zh");
    assert!(!lime.received("experiment.mp4").exists());
    server.stand_still(false);
    screen.click(Button::Left, files, 568, 116);
    screen.wait_for("the whole film", || lime.received("experiment.mp4").exists().then_some(()));
    assert!(is_same(sent, &lime.received("experiment.mp4")));
    screen.wait_still(files).save("files-done-zh");
}

/// Whether something of a file is there that is not whole.
fn has_begun(lime: &Desk) -> bool {
    let Ok(folder) = fs::read_dir(lime.folder()) else { return false };
    folder.filter_map(Result::ok).any(|entry| {
        let is_part = entry.file_name().to_string_lossy().starts_with(".mychat-");
        is_part && entry.metadata().is_ok_and(|found| found.len() > 1 << 20)
    })
}

/// The files of the conversation, where one of them is taken back.
fn look_around(screen: &Screen, momo: &Desk, chat: Window) {
    screen.activate(chat);
    screen.take(Button::Left, chat, (732, 32), 1, "files-menu-en-dark");
    let shelf = screen.window(&momo.person.program, "Files of 青柠 - MyChat");
    screen.activate(shelf);
    screen.wait_still(shelf).save("files-shelf-en-dark");
    // From the search box to the list, and to its first row.
    screen.key(&[], TAB);
    screen.key(&[], DOWN);
    screen.point(shelf, 300, 300);
    let before = screen.wait_still(shelf);
    let windows = screen.windows();
    screen.key(&[], DELETE);
    let question = screen.wait_for("the question whether it shall be taken back", || {
        screen.windows().into_iter().find(|window| !windows.contains(window))
    });
    screen.wait_for("the question to stand over what it is about", || {
        screen.stands_over(question, shelf).then_some(())
    });
    screen.activate(question);
    screen.wait_still(question).save("files-take-back-en-dark");
    screen.read();
    screen.key(&[], TAB);
    screen.key(&[], RETURN);
    screen.wait_closed(question);
    screen.activate(shelf);
    screen.wait_for("another word about what was taken back", || {
        (first_word(&screen.picture(shelf)) != first_word(&before)).then_some(())
    });
    screen.wait_still(shelf).save("files-taken-back-en-dark");
}

/// How the first file of a list stands: the pixels of that word.
fn first_word(picture: &Picture) -> Vec<bool> {
    let places = (54..72).flat_map(|y| (400..536).map(move |x| (x, y)));
    // What is chosen has another ground, and no other ink.
    places.map(|(x, y)| picture.at(x, y)[0] > 0x60).collect()
}
