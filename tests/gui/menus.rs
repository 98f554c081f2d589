//! Menus as a person uses them: they open, their entries are counted with the arrows, one is taken. And
//! questions, which are said yes to.

use std::time::Duration;

use mychat::clock::uptime;

use crate::hands::{Button, DOWN, RETURN};
use crate::picture::Picture;
use crate::screen::{Screen, Window};

/// What menus are drawn round with, in light and in dark windows.
const OUTLINES: [[u8; 3]; 2] = [[0x82, 0x8D, 0x9D], [0x76, 0x83, 0x95]];
/// Fewer pixels than the outline of the smallest menu has.
const SMALLEST: usize = 300;

impl Screen {
    /// Opens the menu at a place of a window, leaves its picture, and takes an entry, counted from one.
    pub fn take(
        &self,
        button: Button,
        window: Window,
        place: (i16, i16),
        entry: usize,
        name: &str,
    ) {
        let before = self.unmanaged();
        self.open(button, window, place, entry, name);
        let opened: Vec<Window> =
            self.unmanaged().into_iter().filter(|one| !before.contains(one)).collect();
        assert!(!opened.is_empty(), "a menu is a window");
        self.key(&[], RETURN);
        // Not by what is seen: what the entry does may have changed that already.
        self.wait_for("a menu to go", || {
            let there = self.unmanaged();
            (!opened.iter().any(|one| there.contains(one))).then_some(())
        });
    }

    /// The same without taking the entry, which is marked; gives what was there before.
    pub fn open(
        &self,
        button: Button,
        window: Window,
        (x, y): (i16, i16),
        entry: usize,
        name: &str,
    ) -> Picture {
        let whole = Window { id: self.root };
        // A menu may cover what has the colour of its outline.
        let before = self.wait_still(whole);
        self.click(button, window, x, y);
        self.wait_for("a menu", || (self.outlines(&before) > SMALLEST).then_some(()));
        for _ in 0..entry {
            self.key(&[], DOWN);
        }
        self.wait_still(whole).save(name);
        before
    }

    /// Answers the question that comes in a window of its own with its action, by the keyboard.
    pub fn say_yes(&self, windows: &[Window], name: &str) {
        let question = self.wait_for("a question", || {
            self.windows().into_iter().find(|window| !windows.contains(window))
        });
        self.activate(question);
        self.wait_still(question).save(name);
        self.read();
        self.key(&[], RETURN);
        self.wait_closed(question);
    }

    /// As long as a person needs to read what has changed: what comes sooner is meant for what was there
    /// before.
    pub fn read(&self) {
        let began = uptime();
        let is_read = || (uptime() > began + Duration::from_millis(600)).then_some(());
        self.wait_for("somebody to read", is_read);
    }

    /// Pixels of the whole screen that are like the outline of a menu, and were not before.
    fn outlines(&self, before: &Picture) -> usize {
        let picture = self.picture(Window { id: self.root });
        OUTLINES.map(|outline| picture.count_new(outline, before)).iter().sum()
    }
}
