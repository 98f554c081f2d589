//! Property: a service manager hears when the server is ready, when it reads its settings again and when it
//! closes; a signal to read them again disturbs nobody.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use mychat::domain::Target;
use mychat::net::protocol::Reason;

use crate::peer::{Peer, set, text};
use crate::process::{PATIENCE, Process, free_address, mychat, serve, signal};

/// The next word of the server.
fn heard(manager: &UnixDatagram) -> String {
    let mut bytes = [0; 1024];
    let length = manager.recv(&mut bytes).unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

fn a_life(manager: &UnixDatagram, name: &str) {
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    set(folder.path(), "registrations.per_hour", "1");
    let mut command = serve(folder.path(), free_address());
    command.env("NOTIFY_SOCKET", name);
    let process = Process::start_with(command);
    let ready = heard(manager);
    assert!(ready.starts_with("READY=1\nSTATUS="), "{ready}");
    assert!(ready.contains(&process.address.to_string()), "{ready}");
    let mut lime = Peer::connect(process.address);
    lime.register("Lime").unwrap();
    let mut momo = Peer::connect(process.address);
    assert_eq!(momo.register("Momo").unwrap_err().reason, Reason::RegistrationBusy);

    signal(process.id(), "HUP");
    let reloading = heard(manager);
    let us = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
    assert!(us.parse::<u64>().is_ok_and(|us| us > 0), "{reloading}");
    assert!(heard(manager).starts_with("READY=1\n"));
    // What was used stays used.
    assert_eq!(momo.register("Momo").unwrap_err().reason, Reason::RegistrationBusy);
    lime.say(Target::Lobby, text("undisturbed")).unwrap();

    signal(process.id(), "TERM");
    assert_eq!(heard(manager), "STOPPING=1");
    let (code, log) = process.wait();
    assert_eq!(code, Some(0));
    assert!(log.contains("event=reloaded"), "{log}");
}

#[test]
fn a_manager_that_listens_in_a_folder_hears_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    a_life(&UnixDatagram::bind(&path).unwrap(), path.to_str().unwrap());
}

#[test]
fn a_manager_that_listens_on_an_abstract_name_hears_all_of_it() {
    let name = format!("mychat-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    a_life(&UnixDatagram::bind_addr(&address).unwrap(), &format!("@{name}"));
}

#[test]
fn a_manager_hears_of_another_name_at_once_and_after_a_reload() {
    let folder = tempfile::tempdir().unwrap();
    let manager = UnixDatagram::bind(folder.path().join("notify")).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let (data, address) = (folder.path().join("data"), free_address().to_string());
    let mut command = mychat(&["--serve", "--no-discovery", "--listen", &address, "--data"]);
    command.arg(&data).env("NOTIFY_SOCKET", folder.path().join("notify"));
    let process = Process::start_with(command);
    assert!(heard(&manager).starts_with("READY=1\n"));
    set(&data, "server.name", "Orchard");
    let status = heard(&manager);
    assert!(status.starts_with("STATUS=ready Orchard listening on "), "{status}");
    signal(process.id(), "HUP");
    assert!(heard(&manager).starts_with("RELOADING=1\n"));
    let ready = heard(&manager);
    assert!(ready.starts_with("READY=1\nSTATUS=ready Orchard listening on "), "{ready}");
    signal(process.id(), "TERM");
    assert_eq!(heard(&manager), "STOPPING=1");
    assert_eq!(process.wait().0, Some(0));
}

#[test]
fn a_manager_that_is_gone_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve(folder.path(), free_address());
    command.env("NOTIFY_SOCKET", folder.path().join("nobody"));
    let process = Process::start_with(command);
    Peer::connect(process.address).register("Lime").unwrap();
    signal(process.id(), "TERM");
    assert_eq!(process.wait().0, Some(0));
}
