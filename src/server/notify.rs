//! Tells a service manager how the server is: ready, reading its settings again, closing (`sd_notify(3)`).
//!
//! A datagram to the socket that the environment names. Without one nobody wants to know, and a manager that
//! does not listen must stop nothing, so that nothing here waits or fails.

use std::fmt::Display;

use crate::clock;

/// Clients can connect.
pub(super) fn ready(status: &dyn Display) {
    tell(&format!("READY=1\nSTATUS={status}"));
}

/// It is called otherwise now.
pub(super) fn status(status: &dyn Display) {
    tell(&format!("STATUS={status}"));
}

/// Settings are read again; [`ready`] follows.
pub(super) fn reloading() {
    tell(&format!("RELOADING=1\nMONOTONIC_USEC={}", clock::system_us()));
}

/// The server closes.
pub(super) fn stopping() {
    tell("STOPPING=1");
}

#[cfg(target_os = "linux")]
fn tell(state: &str) {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return };
    let told = || {
        let address = match name.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            _ => SocketAddr::from_pathname(&name)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        socket.send_to_addr(state.as_bytes(), &address)
    };
    if let Err(error) = told() {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

#[cfg(not(target_os = "linux"))]
fn tell(_state: &str) {}
