//! How long nobody has touched this computer: the system is asked on a thread of its own.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The system is asked this often.
const EVERY: Duration = Duration::from_secs(2);

/// The thread that asks; it ends with this.
pub struct Watch {
    /// Never used: its end is what the thread waits for.
    end: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Tells every few seconds for how many milliseconds nothing was pressed or moved. Where the
    /// system does not know, nothing is told.
    pub fn start(tell: impl Fn(u64) + Send + 'static) -> Watch {
        let (end, ended) = sync_channel(0);
        let watch = move || {
            let Some(mut system) = System::open() else {
                tracing::info!("this system does not say how long nobody has touched it");
                return;
            };
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                match system.idle_ms() {
                    Some(ms) => tell(ms),
                    None => return,
                }
            }
        };
        let thread = std::thread::Builder::new().name("idle".to_owned()).spawn(watch);
        if let Err(error) = &thread {
            tracing::warn!(%error, "nobody will be shown as away without choosing it");
        }
        Watch { end: Some(end), thread: thread.ok() }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end.take();
        if let Some(thread) = self.thread.take() {
            // A panic of it was reported already, and there is nothing to keep.
            thread.join().ok();
        }
    }
}

#[cfg(target_os = "linux")]
use x11::System;

#[cfg(target_os = "linux")]
mod x11 {
    use std::time::Duration;

    use x11rb::connection::Connection;
    use x11rb::protocol::screensaver::ConnectionExt as _;
    use x11rb::protocol::xproto::{ConnectionExt as _, Window};
    use x11rb::rust_connection::RustConnection;

    use crate::clock;

    /// A display of its own link.
    pub struct System {
        display: RustConnection,
        root: Window,
        /// Where the display does not count: what was seen last, and when.
        seen: Option<(Seen, Duration)>,
        counts: bool,
    }

    /// The pointer with its buttons, and the keys that are down.
    #[derive(PartialEq)]
    struct Seen(i16, i16, u16, [u8; 32]);

    impl System {
        pub fn open() -> Option<System> {
            let (display, screen) = x11rb::connect(None).ok()?;
            let root = display.setup().roots.get(screen)?.root;
            let counts =
                display.screensaver_query_version(1, 1).ok().and_then(|asked| asked.reply().ok());
            Some(System { display, root, seen: None, counts: counts.is_some() })
        }

        /// Nothing once the display is gone.
        pub fn idle_ms(&mut self) -> Option<u64> {
            if self.counts {
                let counted = self.display.screensaver_query_info(self.root).ok()?.reply().ok()?;
                return Some(u64::from(counted.ms_since_user_input));
            }
            let pointer = self.display.query_pointer(self.root).ok()?.reply().ok()?;
            let keys = self.display.query_keymap().ok()?.reply().ok()?.keys;
            let (x, y, held) = (pointer.root_x, pointer.root_y, u16::from(pointer.mask));
            let (seen, now) = (Seen(x, y, held, keys), clock::uptime());
            match &self.seen {
                Some((last, since)) if *last == seen => {
                    u64::try_from(now.saturating_sub(*since).as_millis()).ok()
                }
                _ => {
                    self.seen = Some((seen, now));
                    Some(0)
                }
            }
        }
    }
}

/// Windows, which counts by itself.
#[cfg(windows)]
struct System;

#[cfg(windows)]
impl System {
    fn open() -> Option<System> {
        Some(System)
    }

    fn idle_ms(&mut self) -> Option<u64> {
        let last = winsafe::GetLastInputInfo().ok()?.dwTime;
        // Its clock has 32 bits and begins anew every 50 days.
        let now = u32::try_from(winsafe::GetTickCount64() & u64::from(u32::MAX)).ok()?;
        Some(u64::from(now.wrapping_sub(last)))
    }
}

/// Another system, which is not asked.
#[cfg(not(any(target_os = "linux", windows)))]
struct System;

#[cfg(not(any(target_os = "linux", windows)))]
impl System {
    fn open() -> Option<System> {
        None
    }

    fn idle_ms(&mut self) -> Option<u64> {
        None
    }
}
