//! People with client windows, and the server that they meet at.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

use crate::hands::{Button, RETURN};
use crate::screen::{Program, Screen, Window};

const MYCHAT: &str = env!("CARGO_BIN_EXE_mychat");
const PASSWORD: &str = "orchard gate 7";
/// The fill of a main button that can be pressed.
const BRAND: [u8; 3] = [0x20, 0x66, 0xC4];

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
    for (y, text) in [(208, nickname), (280, PASSWORD), (370, PASSWORD)] {
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

/// Somebody with a client window.
pub struct Person {
    pub program: Program,
}

impl Person {
    pub fn start(screen: &Screen, home: &Path, locale: &str, server: &str) -> Person {
        let mut command = screen.command(MYCHAT);
        // Not installed here, as on a lab computer: the language is understood all the same.
        command.env_remove("LC_ALL").env("LANG", locale);
        command.arg("--home").arg(home).args(["--connect", server]);
        Person { program: Screen::start_program(&mut command) }
    }
}

/// A server that only this computer can reach.
pub struct Server {
    _program: Program,
    pub address: String,
    pub invite: String,
}

impl Server {
    pub fn start(screen: &Screen, data: &Path) -> Server {
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

    /// Makes an account that has no window.
    pub fn register(&self, nickname: &str) {
        let register = format!(
            "{{\"id\":7,\"do\":\"register\",\"nickname\":\"{nickname}\",\"password\":\"{PASSWORD}\"}}\n"
        );
        let answer = self.ask(&register);
        assert!(answer["ok"].is_object(), "{answer}");
    }

    /// What another device of this person is answered.
    pub fn ask_as(&self, nickname: &str, question: &str) -> serde_json::Value {
        self.ask(&format!(
            "{{\"do\":\"sign_in\",\"nickname\":\"{nickname}\",\"password\":\"{PASSWORD}\"}}\n\
             {{\"id\":7,{question}}}\n"
        ))
    }

    fn ask(&self, lines: &str) -> serde_json::Value {
        let mut command = std::process::Command::new(MYCHAT);
        command.args(["script", "--trust", "first", "--connect", &self.address]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut script = Screen::start_program(&mut command);
        script.child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let mut said = String::new();
        script.child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        let mut lines = said.lines().map(|line| serde_json::from_str(line).unwrap());
        let answer = lines.find(|line: &serde_json::Value| line["id"] == 7);
        answer.unwrap_or_else(|| panic!("no answer in {said}"))
    }
}
