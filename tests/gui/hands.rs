//! A person's hands: the mouse and the keys of a screen (XTEST).

use std::collections::BTreeMap;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, Keycode, Keysym, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;

use crate::screen::{Screen, Window};

pub const RETURN: Keysym = 0xFF0D;
pub const TAB: Keysym = 0xFF09;
pub const ESCAPE: Keysym = 0xFF1B;
pub const F3: Keysym = 0xFFC0;
pub const LEFT: Keysym = 0xFF51;
pub const RIGHT: Keysym = 0xFF53;
pub const UP: Keysym = 0xFF52;
pub const DOWN: Keysym = 0xFF54;
pub const CONTROL: Keysym = 0xFFE3;
pub const COMMA: Keysym = 0x2C;
const SHIFT: Keysym = 0xFFE1;

/// Which finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Left = 1,
    Right = 3,
}

impl Screen {
    /// Moves the mouse to a place in a window.
    pub fn point(&self, window: Window, x: i16, y: i16) {
        let place = self.place(window).expect("the window is there");
        let (x, y) = (place.x + x, place.y + y);
        self.x.xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, x, y, 0).unwrap();
        self.x.flush().unwrap();
    }

    /// Clicks on a place in a window.
    pub fn click(&self, button: Button, window: Window, x: i16, y: i16) {
        self.point(window, x, y);
        for kind in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
            self.x.xtest_fake_input(kind, button as u8, 0, self.root, 0, 0, 0).unwrap();
        }
        self.x.flush().unwrap();
    }

    /// Presses one key, while others are held.
    pub fn key(&self, held: &[Keysym], key: Keysym) {
        let keys = self.keys(&[held, &[key]].concat());
        let held: Vec<Keycode> = held.iter().map(|key| keys[key].0).collect();
        for code in &held {
            self.fake(KEY_PRESS_EVENT, *code);
        }
        self.tap(keys[&key].0);
        for code in held.iter().rev() {
            self.fake(KEY_RELEASE_EVENT, *code);
        }
        self.x.flush().unwrap();
    }

    /// Types a text into the window that has the keys, whatever its script.
    pub fn type_text(&self, text: &str) {
        let symbols: Vec<Keysym> = text.chars().map(symbol).collect();
        let keys = self.keys(&[&symbols[..], &[SHIFT]].concat());
        for symbol in &symbols {
            let (code, needs_shift) = keys[symbol];
            if needs_shift {
                self.fake(KEY_PRESS_EVENT, keys[&SHIFT].0);
            }
            self.tap(code);
            if needs_shift {
                self.fake(KEY_RELEASE_EVENT, keys[&SHIFT].0);
            }
        }
        self.x.flush().unwrap();
    }

    fn tap(&self, code: Keycode) {
        self.fake(KEY_PRESS_EVENT, code);
        self.fake(KEY_RELEASE_EVENT, code);
    }

    fn fake(&self, kind: u8, code: Keycode) {
        self.x.xtest_fake_input(kind, code, 0, self.root, 0, 0, 0).unwrap();
    }

    /// The key of each symbol, and whether it needs Shift. Symbols without a key get free ones, all
    /// before the first is pressed: a program looks a key up when it reads it, which may be late.
    fn keys(&self, symbols: &[Keysym]) -> BTreeMap<Keysym, (Keycode, bool)> {
        let setup = self.x.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let map = self.x.get_keyboard_mapping(first, last - first + 1).unwrap().reply().unwrap();
        let per_code = usize::from(map.keysyms_per_keycode);
        let mut keys = BTreeMap::new();
        let mut free = Vec::new();
        for (code, symbols) in (first..=last).zip(map.keysyms.chunks_exact(per_code)) {
            for (level, symbol) in symbols.iter().enumerate().take(2).filter(|(_, s)| **s != 0) {
                keys.entry(*symbol).or_insert((code, level == 1));
            }
            if symbols.iter().all(|symbol| *symbol == 0) {
                free.push(code);
            }
        }
        for symbol in symbols {
            if !keys.contains_key(symbol) {
                let code = free.pop().expect("a keyboard has a hundred free keys");
                let levels = vec![*symbol; per_code];
                let count = map.keysyms_per_keycode;
                self.x.change_keyboard_mapping(1, code, count, &levels).unwrap();
                keys.insert(*symbol, (code, false));
            }
        }
        keys
    }
}

/// The key symbol of a letter (X11, appendix A).
fn symbol(letter: char) -> Keysym {
    match letter {
        '\n' => RETURN,
        '\t' => TAB,
        ' '..='~' | '\u{A0}'..='\u{FF}' => u32::from(letter),
        _ => 0x0100_0000 + u32::from(letter),
    }
}
