//! A screen that exists in memory, with a window manager, its windows and its programs.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mychat::clock;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, ImageFormat,
    MapState, Window as XWindow, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use crate::picture::Picture;

/// What has not happened for so long will not happen.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How often a fact is looked for.
pub const GLANCE: Duration = Duration::from_millis(15);

/// So many glances at the same are a window that stands still.
const STILL: usize = 4;

/// A screen. Everything on it ends when it is dropped.
pub struct Screen {
    pub x: RustConnection,
    pub root: XWindow,
    display: String,
    atoms: Atoms,
    programs: Vec<Child>,
}

struct Atoms {
    client_list: Atom,
    name: Atom,
    active: Atom,
    utf8: Atom,
}

/// A window on a screen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub id: XWindow,
}

/// Where a window's inside is on the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub x: i16,
    pub y: i16,
    pub width: u16,
    pub height: u16,
}

/// A program on a screen, killed when dropped.
pub struct Program {
    pub child: Child,
}

impl Screen {
    /// Starts a screen, or says why there is none here.
    pub fn start(width: u16, height: u16) -> Option<Screen> {
        let size = format!("{width}x{height}x24");
        let server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &size, "-noreset", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut server = match server {
            Ok(server) => server,
            Err(error) => {
                println!("SKIPPED: no Xvfb here ({error}); script/setup --test installs it");
                return None;
            }
        };
        let mut number = String::new();
        BufReader::new(server.stdout.take()?).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let (x, screen) = x11rb::connect(Some(&display)).unwrap();
        let root = x.setup().roots[screen].root;
        let atom =
            |name: &str| x.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        let atoms = Atoms {
            client_list: atom("_NET_CLIENT_LIST"),
            name: atom("_NET_WM_NAME"),
            active: atom("_NET_ACTIVE_WINDOW"),
            utf8: atom("UTF8_STRING"),
        };
        let mut screen = Screen { x, root, display, atoms, programs: vec![server] };
        let settings = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gui/openbox.xml");
        let mut manager = screen.command("openbox");
        manager.args(["--config-file", settings]).stdout(Stdio::null()).stderr(Stdio::null());
        let manager = manager.spawn();
        screen.programs.push(manager.expect("openbox is installed by script/setup --test"));
        screen.wait_for_manager();
        Some(screen)
    }

    /// Waits until the window manager takes a window. It says that it is there before it is, and
    /// loses windows that are opened between.
    fn wait_for_manager(&self) {
        let id = self.x.generate_id().unwrap();
        let (class, settings) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        self.x.create_window(0, id, self.root, 0, 0, 1, 1, 0, class, 0, &settings).unwrap();
        self.wait_for("a window manager", || {
            self.x.map_window(id).unwrap();
            self.windows().contains(&Window { id }).then_some(())
        });
        self.x.destroy_window(id).unwrap();
        self.wait_closed(Window { id });
    }

    /// A command whose windows open here.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY");
        command.env("LC_ALL", "C.UTF-8").env_remove("XMODIFIERS").stdin(Stdio::null());
        command
    }

    /// Starts a program on this screen.
    pub fn start_program(command: &mut Command) -> Program {
        let child = command.spawn();
        Program { child: child.unwrap_or_else(|error| panic!("{command:?}: {error}")) }
    }

    /// Looks until there is a fact; fails the test when it does not come.
    pub fn wait_for<T>(&self, what: impl fmt::Display, mut look: impl FnMut() -> Option<T>) -> T {
        let end = clock::uptime() + PATIENCE;
        loop {
            if let Some(fact) = look() {
                return fact;
            }
            if clock::uptime() > end {
                let path = self.picture(Window { id: self.root }).save("failed");
                panic!("waited for {what}; the screen is in {path}; windows: {:?}", self.titles());
            }
            smol::block_on(smol::Timer::after(GLANCE));
        }
    }

    /// Waits for a window with this title, among those of a process.
    pub fn window(&self, of: &Program, title: &str) -> Window {
        let pid = of.child.id();
        self.wait_for(format!("a window of {pid} titled {title:?}"), || {
            let mut windows = self.windows().into_iter();
            windows.find(|w| self.pid(*w) == Some(pid) && self.title(*w) == title)
        })
    }

    /// Waits for a window of this class.
    pub fn window_of_class(&self, class: &str) -> Window {
        self.wait_for(format!("a window of class {class}"), || {
            self.windows().into_iter().find(|window| self.class(*window) == class)
        })
    }

    /// The windows of this size that the window manager does not know, as small ones over all others are.
    pub fn popups(&self, width: u16, height: u16) -> Vec<Window> {
        let is_so = |window: &Window| {
            self.place(*window).is_some_and(|at| (at.width, at.height) == (width, height))
        };
        self.unmanaged().into_iter().filter(is_so).collect()
    }

    /// All that are seen and that the window manager does not know: menus, tips and such.
    pub fn unmanaged(&self) -> Vec<Window> {
        let tree = self.x.query_tree(self.root).unwrap().reply().unwrap();
        let is_one = |id: &XWindow| -> Option<bool> {
            let look = self.x.get_window_attributes(*id).ok()?.reply().ok()?;
            Some(look.override_redirect && look.map_state == MapState::VIEWABLE)
        };
        let found = tree.children.into_iter().filter(|id| is_one(id) == Some(true));
        found.map(|id| Window { id }).collect()
    }

    /// The window that has the keys.
    pub fn keys_at(&self) -> Window {
        Window { id: self.x.get_input_focus().unwrap().reply().unwrap().focus }
    }

    /// Whether a window asks for attention on the task bar.
    pub fn is_urgent(&self, window: Window) -> bool {
        const URGENT: u32 = 1 << 8;
        let hints = self.property(window.id, AtomEnum::WM_HINTS.into(), AtomEnum::WM_HINTS.into());
        let flags =
            hints.unwrap_or_default().first_chunk().map_or(0, |flags| u32::from_ne_bytes(*flags));
        flags & URGENT != 0
    }

    /// Waits until a window is closed.
    pub fn wait_closed(&self, window: Window) {
        self.wait_for("a window to close", || (!self.windows().contains(&window)).then_some(()));
    }

    /// All windows that the window manager shows.
    pub fn windows(&self) -> Vec<Window> {
        let list = self.property(self.root, self.atoms.client_list, AtomEnum::WINDOW.into());
        let ids = list.unwrap_or_default();
        let ids =
            ids.chunks_exact(4).map(|id| XWindow::from_ne_bytes([id[0], id[1], id[2], id[3]]));
        ids.map(|id| Window { id }).collect()
    }

    /// The titles of all windows.
    pub fn titles(&self) -> Vec<String> {
        self.windows().into_iter().map(|window| self.title(window)).collect()
    }

    /// A window's title.
    pub fn title(&self, window: Window) -> String {
        let bytes = self.property(window.id, self.atoms.name, self.atoms.utf8);
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }

    /// Brings a window to the front and waits until it has the keys.
    pub fn activate(&self, window: Window) {
        let data = [2, 0, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window.id, self.atoms.active, data);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.x.send_event(false, self.root, mask, message).unwrap();
        self.x.flush().unwrap();
        self.wait_for("the keys to go to a window", || {
            let focus = self.x.get_input_focus().unwrap().reply().unwrap().focus;
            self.is_in(focus, window).then_some(())
        });
    }

    /// Whether something is a window, or a part of it: other toolkits give the keys to a part.
    fn is_in(&self, mut part: XWindow, window: Window) -> bool {
        while part != window.id {
            let tree = self.x.query_tree(part).ok().and_then(|tree| tree.reply().ok());
            match tree {
                Some(tree) if tree.parent != x11rb::NONE => part = tree.parent,
                _ => return false,
            }
        }
        true
    }

    /// Where a window is.
    pub fn place(&self, window: Window) -> Option<Place> {
        let size = self.x.get_geometry(window.id).ok()?.reply().ok()?;
        let corner = self.x.translate_coordinates(window.id, self.root, 0, 0).ok()?.reply().ok()?;
        let (width, height) = (size.width, size.height);
        Some(Place { x: corner.dst_x, y: corner.dst_y, width, height })
    }

    /// What a window shows. It must not be covered.
    pub fn picture(&self, window: Window) -> Picture {
        let place = self.place(window).expect("the window is there");
        let (width, height) = (place.width, place.height);
        // Of the root, so that popups above the window are seen too.
        let image = self
            .x
            .get_image(ImageFormat::Z_PIXMAP, self.root, place.x, place.y, width, height, !0)
            .unwrap()
            .reply()
            .expect("the window is wholly on the screen");
        Picture::from_bgrx(width.into(), height.into(), image.data)
    }

    /// Waits until a window is drawn and looks the same for a while.
    pub fn wait_still(&self, window: Window) -> Picture {
        let mut last = self.picture(window);
        let mut same = 0;
        self.wait_for("a window to stand still", || {
            let now = self.picture(window);
            same = if now == last && now.is_drawn() { same + 1 } else { 0 };
            last = now;
            (same == STILL).then(|| last.clone())
        })
    }

    fn class(&self, window: Window) -> String {
        let bytes = self.property(window.id, AtomEnum::WM_CLASS.into(), AtomEnum::STRING.into());
        let bytes = bytes.unwrap_or_default();
        let class = bytes.split(|byte| *byte == 0).nth(1).unwrap_or_default();
        String::from_utf8_lossy(class).into_owned()
    }

    fn pid(&self, window: Window) -> Option<u32> {
        let atom = self.x.intern_atom(false, b"_NET_WM_PID").ok()?.reply().ok()?.atom;
        let bytes = self.property(window.id, atom, AtomEnum::CARDINAL.into())?;
        Some(u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?))
    }

    /// Whether a window stands over that other one.
    pub fn stands_over(&self, window: Window, other: Window) -> bool {
        let (name, kind) = (AtomEnum::WM_TRANSIENT_FOR, AtomEnum::WINDOW);
        let bytes = self.property(window.id, name.into(), kind.into());
        bytes.is_some_and(|bytes| bytes == other.id.to_ne_bytes())
    }

    /// A property's bytes; nothing when it is not there, or its window is gone.
    fn property(&self, window: XWindow, property: Atom, kind: Atom) -> Option<Vec<u8>> {
        let reply =
            self.x.get_property(false, window, property, kind, 0, 4096).ok()?.reply().ok()?;
        (!reply.value.is_empty()).then_some(reply.value)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            // It may have ended by itself.
            program.kill().ok();
            program.wait().ok();
        }
    }
}

impl Program {
    /// Sends it a signal.
    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success(), "kill {signal}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
