//! The server's admin at the console's window, beside a server that runs already: settings, people
//! and announcements by mouse and keys have their effect on the server. And how a window ends that
//! started its server itself.

use std::path::Path;
use std::process::Stdio;

use mychat::domain::AccountId;
use mychat::net::control::{ControlReply, ControlRequest, LogEvent};
use mychat::net::verb::{Done, Verb};
use mychat::server::admin;
use mychat::server::control::{self, Console};

use crate::hands::{Button, CONTROL, RETURN};
use crate::party::Server;
use crate::screen::{Program, Screen, Window};

const DELETE: u32 = 0xFFFF;
/// The letter of the key for announcements.
const B: u32 = 0x62;
/// Places in the window: two tabs, the last way to register, the first row of people.
const SETTINGS: (i16, i16) = (686, 22);
const ONLINE: (i16, i16) = (356, 22);
const CLOSED: (i16, i16) = (912, 76);
const FIRST: (i16, i16) = (480, 148);
/// What shows that a tab is there: the switch of the LAN, the ground of the heads.
const SWITCH: (usize, usize) = (909, 187);
const HEADS: (usize, usize) = (480, 100);

fn open(screen: &Screen, data: &Path) -> (Program, Window) {
    let mut command = screen.command(env!("CARGO_BIN_EXE_mychat"));
    command.args(["--serve", "--window", "--no-discovery", "--name", "校园"]);
    command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let program = Screen::start_program(&mut command);
    let window = screen.window(&program, "MyChat Server - 校园");
    screen.activate(window);
    (program, window)
}

fn has_noted(data: &Path, event: &LogEvent) -> Option<()> {
    smol::block_on(async {
        let mut console = Console::attach(data).await.ok()?;
        let reply = console.ask(&ControlRequest::Log { after: 0 }).await.ok()?;
        let ControlReply::Log { entries } = reply else { return None };
        entries.iter().any(|entry| entry.what == *event).then_some(())
    })
}

#[test]
fn the_admin_sets_kicks_and_announces() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    let server = Server::start(&screen, &data);
    server.register("青柠");
    let (program, window) = open(&screen, &data);

    let shows = |what: &str, (x, y): (usize, usize), colour: [u8; 3]| {
        screen.wait_for(what, || (screen.picture(window).at(x, y) == colour).then_some(()));
    };
    screen.click(Button::Left, window, SETTINGS.0, SETTINGS.1);
    shows("a switch that is on", SWITCH, [0x20, 0x66, 0xC4]);
    screen.wait_still(window).save("console-settings");
    screen.click(Button::Left, window, CLOSED.0, CLOSED.1);
    screen.wait_for("registration to be closed", || {
        let get = Verb::Get { key: Some("registration".to_owned()) };
        match admin::run(&data, get).unwrap() {
            Done::Settings(values) => (values["registration"] == "closed").then_some(()),
            other => panic!("{other:?}"),
        }
    });

    screen.click(Button::Left, window, ONLINE.0, ONLINE.1);
    shows("the heads of the table", HEADS, [0xF3, 0xF5, 0xF9]);
    screen.click(Button::Left, window, FIRST.0, FIRST.1);
    screen.wait_still(window).save("console-online");
    screen.key(&[], DELETE);
    let kick = screen.window(&program, "Kick");
    screen.activate(kick);
    screen.wait_still(kick).save("console-kick");
    screen.type_text("lesson begins");
    screen.key(&[], RETURN);
    screen.wait_closed(kick);
    let kicked = LogEvent::Kicked { account: AccountId(10_001), why: "lesson begins".into() };
    screen.wait_for("somebody to be kicked", || has_noted(&data, &kicked));

    screen.activate(window);
    screen.key(&[CONTROL], B);
    let broadcast = screen.window(&program, "Broadcast");
    screen.activate(broadcast);
    // Nothing is sent without words.
    screen.key(&[CONTROL], RETURN);
    let is_red = || (screen.picture(broadcast).at(24, 84) == [0xC4, 0x2B, 0x2B]).then_some(());
    screen.wait_for("a box that is marked", is_red);
    screen.wait_still(broadcast).save("console-broadcast");
    screen.type_text("hello");
    screen.key(&[CONTROL], RETURN);
    screen.wait_closed(broadcast);
}

#[test]
fn a_window_passes_on_what_the_system_says() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    // Its title has the name that its server tells.
    let (mut program, _) = open(&screen, folder.path());
    program.signal("-HUP");
    screen.wait_for("settings that were read again", || {
        has_noted(folder.path(), &LogEvent::Reloaded {})
    });
    program.signal("-TERM");
    assert!(program.child.wait().unwrap().success(), "it ends in order");
    assert_eq!(control::has_closed(folder.path()), Some(true), "and so did its server");
}
