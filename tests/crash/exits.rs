//! Property: the exit code says why a server ended, and its last words what to do.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use mychat::client::api as client;
use mychat::net::protocol::{Goodbye, Stretch};

use crate::peer::{Peer, set};
use crate::process::{Process, free_address, run, signal};

fn run_server(data: &Path, listen: &str) -> (Option<i32>, String) {
    let data = data.to_str().unwrap();
    run(&["--serve", "--no-discovery", "--listen", listen, "--data", data])
}

#[test]
fn a_ready_server_prints_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), free_address());
    let (name, rest) = process.ready.split_once(" listening on ").unwrap();
    let (address, key) = rest.split_once(" key ").unwrap();
    assert_eq!(name, "ready crash test");
    assert_eq!(address, process.address.to_string());
    let groups: Vec<&str> = key.split('-').collect();
    assert_eq!(groups.len(), 8, "{key}");
    let is_group = |group: &&str| {
        group.len() == 4 && group.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c))
    };
    assert!(groups.iter().all(is_group), "{key}");
    process.kill();
}

#[test]
fn a_signal_closes_a_server_in_order() {
    for name in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::start(folder.path(), free_address());
        let mut peer = Peer::connect(process.address);
        peer.register("Lime").unwrap();
        signal(process.id(), name);
        assert_eq!(peer.goodbye(), Some(Goodbye::ShuttingDown));
        drop(peer);
        let (code, complaint) = process.wait();
        assert_eq!(code, Some(0), "SIG{name}: {complaint}");
        assert!(!folder.path().join("control.sock").exists());
    }
}

#[test]
fn a_folder_in_use_is_66() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), free_address());
    let (code, complaint) = run_server(folder.path(), "127.0.0.1:0");
    assert_eq!(code, Some(66), "{complaint}");
    assert!(complaint.contains("is used by another MyChat"), "{complaint}");
    // The one that has it does not notice.
    Peer::connect(process.address).register("Lime").unwrap();
    process.kill();
}

#[test]
fn a_folder_that_cannot_be_written_is_66() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let data = file.join("server");
    let (code, complaint) = run_server(&data, "127.0.0.1:0");
    assert_eq!(code, Some(66), "{complaint}");
    assert!(complaint.contains(data.to_str().unwrap()), "{complaint}");
}

#[test]
fn a_home_that_cannot_be_used_is_66() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let used = folder.path().join("used");
    let setup = client::Setup {
        home: used.clone(),
        device_name: "test".to_owned(),
        stretch: Stretch::CHEAP,
        wake: Arc::new(|| {}),
    };
    let _holder = client::Client::start(setup).unwrap();
    for (home, says) in [(used, "is used by another MyChat"), (file.join("home"), "cannot write")] {
        let home = home.to_str().unwrap();
        let (code, complaint) = run(&["script", "--connect", "127.0.0.1:1", "--home", home]);
        assert_eq!(code, Some(66), "{complaint}");
        assert!(complaint.contains(home) && complaint.contains(says), "{complaint}");
    }
}

#[test]
fn a_store_that_is_none_is_66() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mychat.redb"), b"my diary").unwrap();
    let (code, complaint) = run_server(folder.path(), "127.0.0.1:0");
    assert_eq!(code, Some(66), "{complaint}");
    assert!(complaint.contains("To restore a backup"), "{complaint}");
}

#[test]
fn a_store_that_is_gone_is_66_and_no_new_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    Process::start(folder.path(), free_address()).kill();
    let store = folder.path().join("mychat.redb");
    fs::remove_file(&store).unwrap();
    let data = folder.path().to_str().unwrap();
    for (code, complaint) in [
        run_server(folder.path(), "127.0.0.1:0"),
        run(&["admin", "--data", data, "accounts"]),
        run(&["admin", "--data", data, "set", "files.days", "9"]),
    ] {
        assert_eq!(code, Some(66), "{complaint}");
        assert!(complaint.contains("mychat.redb") && complaint.contains("restore"), "{complaint}");
    }
    assert!(!store.exists());
}

#[test]
fn a_port_in_use_is_69() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind(free_address()).unwrap();
    let address = other.local_addr().unwrap().to_string();
    let (code, complaint) = run_server(folder.path(), &address);
    assert_eq!(code, Some(69), "{complaint}");
    let expected = match cfg!(target_os = "linux") {
        true => format!("(process {})", std::process::id()),
        false => "another program".to_owned(),
    };
    assert!(complaint.contains(&address) && complaint.contains(&expected), "{complaint}");
    let new = folder.path().join("new");
    assert_eq!(run_server(&new, &address).0, Some(69));
    assert!(!new.exists(), "nothing is left of a server that never was");
    // The folder is not left locked or half made.
    set(folder.path(), "disk.free_mib", "0");
}

#[test]
fn arguments_that_make_no_sense_are_2() {
    for arguments in [&["--window"][..], &["--serve", "--listen", "nowhere"], &["--no-such-flag"]] {
        assert_eq!(run(arguments).0, Some(2), "{arguments:?}");
    }
}
