//! People with client windows, and the server that they meet at.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Stdio};

use mychat::clock;

use crate::hands::{Button, RETURN};
use crate::screen::{GLANCE, PATIENCE, Program, Screen, Window};

const MYCHAT: &str = env!("CARGO_BIN_EXE_mychat");
const PASSWORD: &str = "orchard gate 7";
/// The fill of a main button that can be pressed.
pub const BRAND: [u8; 3] = [0x20, 0x66, 0xC4];

/// From the login window to a sent registration.
pub fn register(screen: &Screen, person: &Person, login: Window, title: &str, nickname: &str) {
    screen.activate(login);
    screen.click(Button::Left, login, 380, 448);
    let window = screen.window(&person.program, title);
    fill(screen, window, nickname);
    screen.wait_still(window).save(&format!("register-{nickname}"));
    screen.key(&[], RETURN);
}

/// The same, where the server's fingerprint has to be compared first.
pub fn register_at_unknown(screen: &Screen, person: &Person, login: Window, nickname: &str) {
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
    for (y, text) in [(208, nickname), (307, PASSWORD), (424, PASSWORD)] {
        screen.click(Button::Left, window, 200, y);
        screen.type_text(text);
    }
}

/// From the new number to the main panel.
pub fn enter(screen: &Screen, person: &Person, login: Window, done: Window) -> Window {
    screen.activate(done);
    screen.key(&[], RETURN);
    screen.wait_closed(login);
    screen.window(&person.program, "MyChat")
}

/// A desktop's choice in the form of the toolkit: none of the dialogs of others.
const OWN_DIALOG: &str = "; FLTK preferences file format 1.0
; vendor: fltk.org
; application: fltk

[.]

[./options]

FNFCUsesGTK:0
FNFCUsesZenity:0
FNFCUsesKdialog:0
";

/// Somebody with a client window.
pub struct Person {
    pub program: Program,
}

impl Person {
    pub fn start(screen: &Screen, home: &Path, locale: &str, server: &str) -> Person {
        Person::start_at(screen, home, (locale, "Adwaita"), server)
    }

    /// At a desktop whose own theme is called so: a dark one makes dark windows.
    pub fn start_at(
        screen: &Screen,
        home: &Path,
        (locale, theme): (&str, &str),
        server: &str,
    ) -> Person {
        let mut command = screen.command(MYCHAT);
        // Not installed here, as on a lab computer: the language is understood all the same.
        command.env_remove("LC_ALL").env("LANG", locale).env("GTK_THEME", theme);
        // What it asks a folder for begins where nothing of this computer's user is.
        let outside = home.parent().unwrap();
        std::fs::create_dir_all(outside.join(".local/share")).unwrap();
        // Which file dialog there is differs from desktop to desktop: the toolkit's own is everywhere.
        let config = outside.join(".config/fltk.org");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("fltk.prefs"), OWN_DIALOG).unwrap();
        command.env("HOME", outside).env_remove("XDG_CONFIG_HOME");
        // What opens files and folders may be one of the test's own.
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", outside.join("bin").display()));
        command.arg("--home").arg(home).args(["--connect", server]);
        Person { program: Screen::start_program(&mut command) }
    }

    /// Registers, and opens the panel.
    pub fn settle(
        screen: &Screen,
        home: &Path,
        (locale, theme): (&str, &str),
        server: &Server,
        nickname: &str,
    ) -> (Person, Window) {
        let titles = match locale.starts_with("zh") {
            true => ["登录 - MyChat", "注册 - MyChat", "注册成功 - MyChat"],
            false => ["Sign in - MyChat", "Create account - MyChat", "Account created - MyChat"],
        };
        let person = Person::start_at(screen, home, (locale, theme), &server.invite);
        let login = screen.window(&person.program, titles[0]);
        register(screen, &person, login, titles[1], nickname);
        let done = screen.window(&person.program, titles[2]);
        let panel = enter(screen, &person, login, done);
        (person, panel)
    }
}

/// A server that only this computer can reach.
pub struct Server {
    program: Program,
    data: PathBuf,
    /// Where its people's other devices are.
    devices: RefCell<BTreeMap<String, Device>>,
    pub address: String,
    pub invite: String,
}

impl Server {
    pub fn start(screen: &Screen, data: &Path) -> Server {
        let (program, port) = Server::run(screen, data, "127.0.0.1:0");
        let output = screen.command(MYCHAT).arg("fingerprint").arg("--data").arg(data).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        let key = text.trim().rsplit_once('#').unwrap().1;
        let address = format!("127.0.0.1:{port}");
        let invite = format!("mychat://{address}/#{key}");
        Server { program, data: data.to_owned(), devices: RefCell::default(), address, invite }
    }

    /// The program when it is ready, and its port.
    fn run(screen: &Screen, data: &Path, listen: &str) -> (Program, String) {
        let mut command = screen.command(MYCHAT);
        command.args(["--serve", "--no-discovery", "--name", "校园", "--listen", listen]);
        command.arg("--data").arg(data).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = Screen::start_program(&mut command);
        let mut ready = String::new();
        let out = program.child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut ready).unwrap();
        let port = ready.split_once("127.0.0.1:").unwrap().1.split(' ').next().unwrap();
        (program, port.to_owned())
    }

    /// Stops it in order, and waits until it has ended.
    pub fn stop(&mut self) {
        self.program.signal("-TERM");
        assert!(self.program.child.wait().unwrap().success(), "it ends in order");
    }

    /// Starts it again, on the same folder and the same port.
    pub fn start_again(&mut self, screen: &Screen) {
        (self.program, _) = Server::run(screen, &self.data, &self.address);
    }

    /// Stops it as it is, or lets it go on: whatever is on its way stays there meanwhile.
    pub fn stand_still(&self, still: bool) {
        self.program.signal(if still { "-STOP" } else { "-CONT" });
    }

    /// Makes an account that has no window.
    pub fn register(&self, nickname: &str) {
        let mut device = Device::start(&self.address);
        device.enter("register", nickname);
        self.devices.borrow_mut().insert(nickname.to_owned(), device);
    }

    /// What another device of this person is answered. It is one however often it is asked: an
    /// account has only so many, and an address may open only so many links a minute.
    pub fn ask_as(&self, nickname: &str, question: &str) -> serde_json::Value {
        let mut devices = self.devices.borrow_mut();
        let device = devices.entry(nickname.to_owned()).or_insert_with(|| {
            let mut device = Device::start(&self.address);
            device.enter("sign_in", nickname);
            device
        });
        let end = clock::uptime() + PATIENCE;
        loop {
            // Its link comes back by itself after a restart of the server, and not at once.
            let answer = device.ask(question);
            if answer["error"]["code"] != "offline" || clock::uptime() > end {
                return answer;
            }
            smol::block_on(smol::Timer::after(GLANCE));
        }
    }

    /// Makes friends of two people: the numbers they have are given.
    pub fn befriend(&self, (one, number): (&str, u64), (other, other_number): (&str, u64)) {
        let asks = format!("\"do\":\"ask_contact\",\"to\":{other_number}");
        let answers = format!("\"do\":\"answer_contact\",\"from\":{number},\"accept\":true");
        for (who, question) in [(one, asks), (other, answers)] {
            let answer = self.ask_as(who, &question);
            assert!(answer["ok"].is_object(), "{answer}");
        }
    }
}

/// A device without a window.
struct Device {
    _program: Program,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u64,
}

impl Device {
    fn start(address: &str) -> Device {
        let mut command = std::process::Command::new(MYCHAT);
        command.args(["script", "--trust", "first", "--connect", address]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = Screen::start_program(&mut command);
        let to = program.child.stdin.take().unwrap();
        let from = BufReader::new(program.child.stdout.take().unwrap());
        Device { _program: program, to, from, asked: 0 }
    }

    fn enter(&mut self, verb: &str, nickname: &str) {
        let answer = self.ask(&format!(
            "\"do\":\"{verb}\",\"nickname\":\"{nickname}\",\"password\":\"{PASSWORD}\""
        ));
        assert!(answer["ok"].is_object(), "{answer}");
    }

    fn ask(&mut self, question: &str) -> serde_json::Value {
        self.asked += 1;
        let id = self.asked;
        writeln!(self.to, "{{\"id\":{id},{question}}}").unwrap();
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "no answer to {question}");
            let said: serde_json::Value = serde_json::from_str(&line).unwrap();
            if said["id"] == id {
                return said;
            }
        }
    }
}
