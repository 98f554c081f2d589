//! The hands and eyes of these tests do what they say, on a bare window that reports to us.

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::hands::{Button, CONTROL, RETURN};
use crate::screen::{Screen, Window};

const COLOUR: u32 = 0x0012_B7F5;

#[test]
fn hands_and_eyes_work() {
    let Some(screen) = Screen::start(800, 600) else { return };
    let (x, window) = open(&screen);
    let seen = screen.window_of_class("Bare");
    assert!(seen == window, "another window is called so");
    screen.activate(window);

    let picture = screen.wait_for("the window to be drawn", || {
        let picture = screen.wait_still(window);
        (picture.at(10, 10) == [0x12, 0xB7, 0xF5]).then_some(picture)
    });
    assert_eq!((picture.width, picture.height), (300, 200));
    assert_eq!(picture.count([0x12, 0xB7, 0xF5]), 300 * 200);
    assert_eq!(picture.differences(&picture), 0);

    screen.click(Button::Left, window, 30, 40);
    assert_eq!(next(&x), "button 1 at 30 40");
    screen.click(Button::Right, window, 7, 9);
    assert_eq!(next(&x), "button 3 at 7 9");

    screen.type_text("aB你好é\n");
    let symbols = [0x61, 0x42, 0x0100_4F60, 0x0100_597D, 0xE9, RETURN];
    for symbol in symbols {
        assert_eq!(next(&x), format!("key {symbol:x}"));
    }
    screen.key(&[CONTROL], RETURN);
    assert_eq!(next(&x), format!("key {RETURN:x} with control"));

    let place = screen.place(window).unwrap();
    x.configure_window(window.id, &x11rb::protocol::xproto::ConfigureWindowAux::new().x(111).y(77))
        .unwrap();
    x.flush().unwrap();
    screen.wait_for("the window to move", || (screen.place(window)? != place).then_some(()));

    x.destroy_window(window.id).unwrap();
    x.flush().unwrap();
    screen.wait_closed(window);
}

/// Opens a window of one colour on a connection of its own.
fn open(screen: &Screen) -> (RustConnection, Window) {
    let (x, number) = x11rb::connect(screen.command("x").get_envs().find_map(display)).unwrap();
    let root = &x.setup().roots[number];
    let id = x.generate_id().unwrap();
    let events = EventMask::KEY_PRESS | EventMask::BUTTON_PRESS | EventMask::STRUCTURE_NOTIFY;
    let settings = CreateWindowAux::new().background_pixel(COLOUR).event_mask(events);
    let (depth, visual) = (root.root_depth, root.root_visual);
    x.create_window(
        depth,
        id,
        root.root,
        0,
        0,
        300,
        200,
        0,
        WindowClass::INPUT_OUTPUT,
        visual,
        &settings,
    )
    .unwrap();
    let class = b"bare\0Bare\0";
    x.change_property8(PropMode::REPLACE, id, AtomEnum::WM_CLASS, AtomEnum::STRING, class).unwrap();
    x.map_window(id).unwrap().check().unwrap();
    x.flush().unwrap();
    (x, Window { id })
}

fn display<'a>(
    (name, value): (&'a std::ffi::OsStr, Option<&'a std::ffi::OsStr>),
) -> Option<&'a str> {
    (name == "DISPLAY").then_some(value?.to_str()?)
}

/// The next press that the window reports. A shift key is part of the letter that follows.
fn next(x: &RustConnection) -> String {
    loop {
        match x.wait_for_event().unwrap() {
            Event::ButtonPress(event) => {
                return format!("button {} at {} {}", event.detail, event.event_x, event.event_y);
            }
            Event::KeyPress(event) => {
                let map = x.get_keyboard_mapping(event.detail, 1).unwrap().reply().unwrap();
                let level = usize::from(u16::from(event.state) & 1 == 1);
                let symbol = map.keysyms[level];
                let held = if u16::from(event.state) & 4 == 4 { " with control" } else { "" };
                if !(0xFFE1..=0xFFEE).contains(&symbol) && map.keysyms[0] != CONTROL {
                    return format!("key {symbol:x}{held}");
                }
            }
            _ => {}
        }
    }
}
