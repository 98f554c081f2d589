//! Property: when the disk fails under a running server it ends at once with code 74, and what it
//! had acknowledged is there when there is room again.

use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use mychat::clock;
use mychat::domain::{ConversationId, Message, Nonce, Target};
use mychat::net::protocol::{
    ClientFrame, Command as Wish, Event, Goodbye, Page, Reason, ServerFrame,
};

use crate::peer::{PASSWORD, Peer, fresh, set, text};
use crate::process::{PATIENCE, Process, free_address, serve};

/// Room for the store of a few people and some hundred kilobytes of talk.
const ROOM_BYTES: u64 = 3 * 1024 * 1024;

#[test]
fn a_disk_that_fills_up_ends_a_server_with_74() {
    let folder = tempfile::tempdir().unwrap();
    let Some(small) = SmallDisk::mount(folder.path()) else {
        println!("SKIPPED: needs the right to mount a small disk");
        return;
    };
    let data = folder.path().join("server");
    set_up(&data);
    let process = Process::start(&data, free_address());
    let (address, acknowledged) = talk_until_the_end(process);
    small.grow();
    is_kept(&data, address, &acknowledged);
}

#[test]
fn a_file_that_cannot_grow_ends_a_server_with_74() {
    let folder = tempfile::tempdir().unwrap();
    set_up(folder.path());
    // The system would end the process with a signal; ignored, the write fails instead.
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; exec prlimit --fsize="$0" "$@""#]);
    command.arg(ROOM_BYTES.to_string());
    let server = serve(folder.path(), free_address());
    command.arg(server.get_program()).args(server.get_args());
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("SKIPPED: needs prlimit of util-linux");
        return;
    }
    let (address, acknowledged) = talk_until_the_end(Process::start_with(command));
    is_kept(folder.path(), address, &acknowledged);
}

#[test]
fn a_full_disk_is_read_only_until_what_makes_room_was_written_from_the_ballast() {
    let folder = tempfile::tempdir().unwrap();
    let Some(small) = SmallDisk::mount_of(folder.path(), "24m") else {
        println!("SKIPPED: needs the right to mount a small disk");
        return;
    };
    let data = folder.path().join("server");
    set_up(&data);
    set(&data, "disk.free_mib", "6");
    set(&data, "disk.ballast_mib", "4");
    let other = folder.path().join("other");
    let ballast =
        || std::fs::metadata(data.join("ballast")).map_or(0, |found| found.blocks() * 512);
    let until = |what: &str, is: &dyn Fn() -> bool| {
        let late = clock::uptime() + PATIENCE;
        while !is() {
            assert!(clock::uptime() < late, "{what}");
            std::thread::yield_now();
        }
    };
    let process = Process::start(&data, free_address());
    let mut peer = Peer::connect(process.address);
    peer.register("Lime").unwrap();
    peer.say(Target::Lobby, text("before")).unwrap();
    until("the ballast is made", &|| ballast() >= 4 << 20);
    // Somebody else's program takes everything that is left, while the server is down and has to be
    // repaired, and then while it runs.
    process.kill();
    fill(&other);
    let process = Process::start(&data, free_address());
    let mut peer = Peer::connect(process.address);
    peer.sign_in("Lime", PASSWORD).unwrap();
    is_read_only(&mut peer, 1);
    assert_eq!(ballast(), 0, "it was opened with that");
    std::fs::remove_file(&other).unwrap();
    until("there is a ballast again", &|| ballast() >= 4 << 20);
    // Writing begins a moment behind it.
    while peer.say(Target::Lobby, text("room again")).is_err() {}
    fill(&other);
    until("the ballast is given up", &|| ballast() == 0);
    is_read_only(&mut peer, 3);
    process.kill();
    drop(small);
}

/// Nothing is taken, and what takes something away is.
fn is_read_only(peer: &mut Peer, seq: u64) {
    let refused = peer.say(Target::Lobby, text("too much")).unwrap_err();
    assert_eq!(refused.reason, Reason::DiskFull);
    let seq = mychat::domain::Seq(seq);
    peer.command(Wish::Recall { to: Target::Lobby, seq }).unwrap();
}

/// Takes all that a disk has left.
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    for piece in [vec![7; 1 << 20], vec![7; 4096]] {
        while file.write_all(&piece).is_ok() {}
    }
}

fn set_up(data: &Path) {
    std::fs::create_dir_all(data).unwrap();
    for key in ["messages.burst", "messages.per_second", "lobby.per_second"] {
        set(data, key, "100000");
    }
    // The watch of the free space would refuse long before the disk fails.
    set(data, "disk.free_mib", "0");
}

/// Talks until the server's disk fails: nothing is acknowledged after it, and the process ends.
fn talk_until_the_end(process: Process) -> (SocketAddr, Vec<Message>) {
    let address = process.address;
    let mut peer = Peer::connect(address);
    peer.register("Lime").unwrap();
    let body = text(&"x".repeat(16_000));
    let mut acknowledged = Vec::new();
    let began = loop {
        let (nonce, sent) = (Nonce(fresh()), clock::uptime());
        let command = Wish::Send { to: Target::Lobby, nonce, body: body.clone() };
        peer.send(&ClientFrame::Command { id: 1_000_000, command });
        match next_message(&mut peer) {
            Ok(message) => acknowledged.push(message),
            Err(goodbye) => {
                assert!(matches!(goodbye, Some(Goodbye::ShuttingDown) | None), "{goodbye:?}");
                break sent;
            }
        }
        assert!(acknowledged.len() < 10_000, "this disk does not fill up");
    };
    drop(peer);
    let (code, complaint) = process.wait();
    let took = clock::uptime().saturating_sub(began);
    println!("{} messages, then gone within {took:?}", acknowledged.len());
    assert_eq!(code, Some(74), "{complaint}");
    assert!(complaint.contains("the disk failed"), "{complaint}");
    // A second is promised; a machine that does much else at the time is given some more.
    assert!(took.as_secs() < 5, "{took:?}");
    assert!(acknowledged.len() > 20);
    (address, acknowledged)
}

fn next_message(peer: &mut Peer) -> Result<Message, Option<Goodbye>> {
    loop {
        match peer.read() {
            Ok(ServerFrame::Event(Event::Message(message))) => return Ok(message),
            Ok(ServerFrame::Event(_)) => {}
            Ok(ServerFrame::Goodbye(goodbye)) => return Err(Some(goodbye)),
            Ok(other) => panic!("unexpected {other:?}"),
            Err(_) => return Err(None),
        }
    }
}

fn is_kept(data: &Path, address: SocketAddr, acknowledged: &[Message]) {
    let process = Process::start(data, address);
    let mut peer = Peer::connect(address);
    peer.sign_in("Lime", PASSWORD).unwrap();
    let mut log = Vec::new();
    loop {
        let last = log.last().map_or(mychat::domain::Seq::ZERO, |message: &Message| message.seq);
        let (page, more) = peer.history(ConversationId::LOBBY, Page::After(last));
        log.extend(page);
        if !more {
            break;
        }
    }
    assert_eq!(log[..acknowledged.len()], *acknowledged);
    assert!(log.len() <= acknowledged.len() + 1, "the one in flight may have been written");
    peer.say(Target::Lobby, text("room again")).unwrap();
    process.kill();
}

/// A small file system in memory; it goes when this is dropped.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> Option<Self> {
        Self::mount_of(folder, &ROOM_BYTES.to_string())
    }

    fn mount_of(folder: &Path, size: &str) -> Option<Self> {
        let size = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "mychat-small-disk"]).arg(folder);
        let done = mount.output().is_ok_and(|output| output.status.success());
        done.then(|| SmallDisk(folder.to_owned()))
    }

    fn grow(&self) {
        let done = Command::new("mount").args(["-o", "remount,size=64m"]).arg(&self.0).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}
