//! Asking for attention: a window's mark on the task bar, and the keyboard for a window that the
//! window manager does not know.
//!
//! The toolkit has neither. A thread with a link of its own to the display does it, since it has to
//! wait for answers.

use fltk::prelude::WindowExt;

/// Marks a window on the task bar until somebody comes to it.
pub fn mark<W: WindowExt>(window: &W) {
    if window.shown() {
        system::mark(window);
    }
}

/// Gives the keyboard to a window that the person pressed.
pub fn take_keys<W: WindowExt>(window: &W) {
    if window.shown() {
        system::take_keys(window);
    }
}

/// Gives it back to whichever window had it.
pub fn give_keys_back<W: WindowExt>(window: &W) {
    if window.shown() {
        system::give_keys_back(window);
    }
}

/// A window stands over the one that it asks for, in front, with the keyboard. The toolkit takes any other
/// window for that one.
pub fn stand_over<W: WindowExt>(window: &W, owner: Option<Owner>) {
    if let Some(owner) = owner.filter(|_| window.shown()) {
        system::stand_over(window, owner);
    }
}

/// The window that another one asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(u32);

impl Owner {
    /// A window on the screen.
    #[must_use]
    pub fn of(window: &(impl WindowExt + ?Sized)) -> Option<Owner> {
        window.shown().then(|| system::number(window)).flatten().map(Owner)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::sync::OnceLock;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
    use std::time::Duration;

    use fltk::prelude::WindowExt;
    use x11rb::connection::Connection;
    use x11rb::errors::ReplyError;
    use x11rb::protocol::xproto::{
        AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, InputFocus, PropMode, Window,
    };
    use x11rb::rust_connection::RustConnection;
    use x11rb::wrapper::ConnectionExt as _;

    /// Wishes that wait; more than a few is a display that stands still.
    const WISHES_MAX: usize = 16;
    /// While a window is marked it is looked this often whether somebody came to it.
    const GLANCE: Duration = Duration::from_millis(500);
    /// `UrgencyHint` among the flags of `WM_HINTS` (ICCCM 4.1.2.4).
    const URGENT: u32 = 1 << 8;
    /// The numbers of `WM_HINTS`.
    const HINTS: usize = 9;

    enum Wish {
        Mark(Window),
        Keys(Window),
        Back(Window),
        Over(Window, Window),
    }

    /// Marks it.
    pub fn mark<W: WindowExt>(window: &W) {
        wish(id(window).map(Wish::Mark));
    }

    /// Gives it the keyboard.
    pub fn take_keys<W: WindowExt>(window: &W) {
        wish(id(window).map(Wish::Keys));
    }

    /// Takes the keyboard from it.
    pub fn give_keys_back<W: WindowExt>(window: &W) {
        wish(id(window).map(Wish::Back));
    }

    /// Puts it over its owner.
    pub fn stand_over<W: WindowExt>(window: &W, owner: super::Owner) {
        wish(id(window).map(|window| Wish::Over(window, owner.0)));
    }

    /// The display's number of a window.
    pub fn number(window: &(impl WindowExt + ?Sized)) -> Option<u32> {
        Window::try_from(window.raw_handle()).ok()
    }

    fn id<W: WindowExt>(window: &W) -> Option<Window> {
        number(window)
    }

    fn wish(wish: Option<Wish>) {
        static HERALD: OnceLock<Option<SyncSender<Wish>>> = OnceLock::new();
        let herald = HERALD.get_or_init(|| {
            let (to, from) = sync_channel(WISHES_MAX);
            let work = move || {
                if let Err(error) = Herald::run(&from) {
                    tracing::warn!(%error, "windows cannot ask for attention");
                }
            };
            let thread = std::thread::Builder::new().name("attention".to_owned()).spawn(work);
            thread.is_ok().then_some(to)
        });
        if let (Some(herald), Some(wish)) = (herald, wish) {
            // Its thread may have ended with the display.
            herald.try_send(wish).ok();
        }
    }

    struct Herald {
        display: RustConnection,
        root: Window,
        marked: Vec<Window>,
        /// Who had the keyboard before it was taken.
        before: Option<Window>,
    }

    impl Herald {
        fn run(wishes: &Receiver<Wish>) -> Result<(), ReplyError> {
            let Ok((display, screen)) = x11rb::connect(None) else { return Ok(()) };
            let Some(root) = display.setup().roots.get(screen).map(|screen| screen.root) else {
                return Ok(());
            };
            let mut herald = Herald { display, root, marked: Vec::new(), before: None };
            loop {
                let wish = match herald.marked.is_empty() {
                    true => wishes.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    false => wishes.recv_timeout(GLANCE),
                };
                let done = match wish {
                    Ok(Wish::Mark(window)) => herald.mark(window),
                    Ok(Wish::Keys(window)) => herald.take_keys(window),
                    Ok(Wish::Back(window)) => herald.give_back(window),
                    Ok(Wish::Over(window, owner)) => herald.stand_over(window, owner),
                    Err(RecvTimeoutError::Timeout) => herald.look(),
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                };
                match done {
                    // A window that closed meanwhile.
                    Ok(()) | Err(ReplyError::X11Error(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }

        fn mark(&mut self, window: Window) -> Result<(), ReplyError> {
            if self.keys()? == window {
                return Ok(());
            }
            self.set_hint(window, true)?;
            if !self.marked.contains(&window) {
                self.marked.push(window);
            }
            // Add, this, nothing else, asked by a program (EWMH).
            let data = [1, self.atom("_NET_WM_STATE_DEMANDS_ATTENTION")?, 0, 1, 0];
            self.ask_manager(window, "_NET_WM_STATE", data)
        }

        fn atom(&self, name: &str) -> Result<u32, ReplyError> {
            Ok(self.display.intern_atom(false, name.as_bytes())?.reply()?.atom)
        }

        fn ask_manager(&self, about: Window, what: &str, data: [u32; 5]) -> Result<(), ReplyError> {
            let message = ClientMessageEvent::new(32, about, self.atom(what)?, data);
            let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
            self.display.send_event(false, self.root, mask, message)?.check()
        }

        fn stand_over(&self, window: Window, owner: Window) -> Result<(), ReplyError> {
            let (name, kind) = (AtomEnum::WM_TRANSIENT_FOR, AtomEnum::WINDOW);
            self.display
                .change_property32(PropMode::REPLACE, window, name, kind, &[owner])?
                .check()?;
            // By a program that has the keyboard in its owner (EWMH).
            self.ask_manager(window, "_NET_ACTIVE_WINDOW", [1, x11rb::CURRENT_TIME, owner, 0, 0])
        }

        /// Takes the mark from the window that somebody came to. The window manager takes its own.
        fn look(&mut self) -> Result<(), ReplyError> {
            let keys = self.keys()?;
            let Some(at) = self.marked.iter().position(|window| *window == keys) else {
                return Ok(());
            };
            self.marked.remove(at);
            self.set_hint(keys, false)
        }

        fn set_hint(&self, window: Window, urgent: bool) -> Result<(), ReplyError> {
            let kind = AtomEnum::WM_HINTS;
            let length = u32::try_from(HINTS).unwrap_or(0);
            let asked = self.display.get_property(false, window, kind, kind, 0, length)?;
            let kept = asked.reply()?;
            let mut hints: Vec<u32> = kept.value32().into_iter().flatten().collect();
            hints.resize(HINTS, 0);
            let Some(flags) = hints.first_mut() else { return Ok(()) };
            *flags = if urgent { *flags | URGENT } else { *flags & !URGENT };
            self.display.change_property32(PropMode::REPLACE, window, kind, kind, &hints)?.check()
        }

        fn keys(&self) -> Result<Window, ReplyError> {
            Ok(self.display.get_input_focus()?.reply()?.focus)
        }

        fn take_keys(&mut self, window: Window) -> Result<(), ReplyError> {
            let keys = self.keys()?;
            if keys != window {
                self.before = Some(keys);
                self.give(window)?;
            }
            Ok(())
        }

        fn give_back(&mut self, window: Window) -> Result<(), ReplyError> {
            let Some(before) = self.before.take() else { return Ok(()) };
            // It may have gone by itself meanwhile: to nobody, to whatever the pointer is on, or to
            // the root. Elsewhere it went by the person's own will.
            let nobody = [window, x11rb::NONE, InputFocus::POINTER_ROOT.into(), self.root];
            if nobody.contains(&self.keys()?) {
                self.give(before)?;
            }
            Ok(())
        }

        fn give(&self, window: Window) -> Result<(), ReplyError> {
            let asked =
                self.display.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME);
            asked?.check()
        }
    }
}

#[cfg(windows)]
mod system {
    use fltk::prelude::WindowExt;
    use winsafe::{FLASHWINFO, FlashWindowEx, HWND, co};

    /// Its button flashes until the window is in front.
    pub fn mark<W: WindowExt>(window: &W) {
        if let Some(hwnd) = found(window) {
            let mut info = FLASHWINFO::default();
            info.hwnd = hwnd;
            info.dwFlags = co::FLASHW::ALL | co::FLASHW::TIMERNOFG;
            info.uCount = 3;
            FlashWindowEx(&info);
        }
    }

    /// The system gives it to whatever is pressed.
    pub fn take_keys<W: WindowExt>(_window: &W) {}

    /// And to the next window when that one closes.
    pub fn give_keys_back<W: WindowExt>(_window: &W) {}

    /// The system knows it by the toolkit.
    pub fn stand_over<W: WindowExt>(_window: &W, _owner: super::Owner) {}

    /// Of no use here.
    pub fn number(_window: &(impl WindowExt + ?Sized)) -> Option<u32> {
        None
    }

    /// The toolkit's own handle could only be used without the compiler's safety.
    fn found<W: WindowExt>(window: &W) -> Option<HWND> {
        HWND::FindWindow(None, Some(&window.label())).ok()?
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    use fltk::prelude::WindowExt;

    /// Marks it.
    pub fn mark<W: WindowExt>(_window: &W) {}

    /// Gives it the keyboard.
    pub fn take_keys<W: WindowExt>(_window: &W) {}

    /// Takes the keyboard from it.
    pub fn give_keys_back<W: WindowExt>(_window: &W) {}
    /// The system knows it by the toolkit.
    pub fn stand_over<W: WindowExt>(_window: &W, _owner: super::Owner) {}

    /// Of no use here.
    pub fn number(_window: &(impl WindowExt + ?Sized)) -> Option<u32> {
        None
    }
}
