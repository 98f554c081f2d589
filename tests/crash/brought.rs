//! Property: SIGKILL anywhere between the first byte of a file and the answer that it is kept leaves no
//! row without its bytes, loses nothing that lay there whole, and the file comes to its end after all.

use std::io::Write;
use std::path::Path;

use mychat::domain::{FileId, FileState, FileWay, Outline, Seq, Target};
use mychat::net::parcel::{self, FileEnd, read_frame};
use mychat::net::protocol::Command;
use mychat::store::blobs::Files;
use mychat::store::{Engine, Reads, schema};

use crate::parcels::{FileLink, MIB, bring, fetch, hash, noise};
use crate::peer::{Peer, set};
use crate::process::{Process, free_address};

/// Set to try more seeds than a gate has time for.
const SEEDS: &str = "MYCHAT_CRASH_SEEDS";

/// The fact behind which the server is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kill {
    /// So many chunks were sent.
    Sent(u64),
    /// The server says that so many chunks came, by giving the last of them to somebody else.
    Came(u64),
    /// Its sender said that this is all.
    Ended,
    /// All bytes lie where blobs do, and perhaps no row says so.
    Settled,
    /// Its sender heard that it is kept.
    Told,
    /// It was taken back when it was kept: that was sent.
    TakenBack,
}

const KILLS: [Kill; 8] = [
    Kill::Sent(0),
    Kill::Sent(2),
    Kill::Came(1),
    Kill::Came(3),
    Kill::Ended,
    Kill::Settled,
    Kill::Told,
    Kill::TakenBack,
];

#[test]
fn a_killed_server_keeps_what_it_said_it_keeps() {
    let seeds = std::env::var(SEEDS).ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(1);
    for seed in 1..=seeds {
        for kill in KILLS {
            println!("seed {seed}, {kill:?}");
            // Two with the same bytes, the second while the first is kept, then one of other bytes.
            let folder = tempfile::tempdir().unwrap();
            for (key, value) in [("disk.free_mib", "0"), ("files.free_mib", "0")] {
                set(folder.path(), key, value);
            }
            let whole = noise(seed, 3 * MIB + 11);
            let other = noise(seed + 1_000, 3 * MIB + 12);
            let process = Process::start(folder.path(), free_address());
            let mut lime = Peer::connect(process.address);
            lime.register("Lime").unwrap();
            let mut run = Some((process, lime));
            for bytes in [&other, &whole, &whole] {
                let (process, lime) = run.take().unwrap();
                run = Some(kill_and_go_on(folder.path(), (process, lime), kill, bytes));
            }
        }
    }
}

fn kill_and_go_on(
    data: &Path,
    (process, mut lime): (Process, Peer),
    kill: Kill,
    whole: &[u8],
) -> (Process, Peer) {
    let address = process.address;
    let (account, device, token) = (lime.account(), lime.device, lime.token.clone().unwrap());
    let file = lime.offer(Target::Lobby, whole.len());
    // Of bytes that another file has already it is no fact that they lie there.
    let is_shared = Files::of(data).path(hash(whole)).exists();
    let is_told = run_to(data, process, &mut lime, (kill, file), whole);
    drop(lime);
    no_row_is_without_its_file(data);
    let process = Process::start(data, address);
    let mut lime = Peer::connect(address);
    (lime.device, lime.token) = (device, Some(token.clone()));
    lime.sign_in_by_token(account, &token).unwrap();
    let state = lime.state(file);
    match kill {
        Kill::TakenBack => assert!(matches!(state, FileState::Kept | FileState::Cancelled)),
        _ => assert!(matches!(state, FileState::Kept | FileState::Coming), "{state:?}"),
    }
    assert!(!is_told || state == FileState::Kept || kill == Kill::TakenBack);
    if state == FileState::Coming {
        let here = lime.status(file).unwrap().here;
        let is_settled = kill == Kill::Settled && !is_shared;
        assert!(!is_settled || here == whole.len() as u64, "{here} bytes lie there");
        assert_eq!(bring(address, &mut lime, file, whole), FileEnd::Kept {});
    }
    if state != FileState::Cancelled {
        assert!(fetch(address, &mut lime, file) == whole);
    }
    (process, lime)
}

/// Brings the file as far as that, and kills the server there. Says whether its sender heard that it is
/// kept.
fn run_to(
    data: &Path,
    process: Process,
    lime: &mut Peer,
    (kill, file): (Kill, FileId),
    whole: &[u8],
) -> bool {
    let address = process.address;
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut link, mut outline) = FileLink::bring(address, ticket, whole.len());
    if let Kill::Sent(chunks) = kill {
        link.send(&mut outline, whole, chunks).unwrap();
        process.kill();
        return false;
    }
    if let Kill::Came(chunks) = kill {
        let ticket = lime.ticket(file, FileWay::Down).unwrap();
        let (mut taking, _) = FileLink::show(address, ticket, 0);
        link.send(&mut outline, whole, chunks).unwrap();
        let (mut taken, mut chunk) = (Outline::new(whole.len() as u64), Vec::new());
        for _ in 0..chunks {
            let part = taking.read(&taken, &mut chunk).unwrap();
            let parcel::Part::Chunk(value) = part else { panic!("{part:?}") };
            taken.push(value);
        }
        process.kill();
        return false;
    }
    link.send(&mut outline, whole, u64::MAX).unwrap();
    parcel::write_end(&mut link, hash(whole)).unwrap();
    link.flush().unwrap();
    if kill == Kill::Ended {
        process.kill();
        return false;
    }
    let path = Files::of(data).path(hash(whole));
    if kill == Kill::Settled {
        while !path.exists() {
            std::thread::yield_now();
        }
        process.kill();
        return false;
    }
    assert_eq!(read_frame::<FileEnd>(&mut link).unwrap(), FileEnd::Kept {});
    if kill == Kill::TakenBack {
        let command = Command::CancelFile { file };
        lime.send(&mychat::net::protocol::ClientFrame::Command { id: 1_000_000, command });
    }
    process.kill();
    true
}

fn no_row_is_without_its_file(data: &Path) {
    let engine = Engine::open(data, "mychat.redb", schema::MIGRATIONS, 1024 * 1024).unwrap();
    let rows = Reads::open(&engine.read().unwrap()).unwrap();
    let files = Files::of(data);
    let lobby = mychat::domain::ConversationId::LOBBY;
    rows.list_files(lobby, (Seq(1), Seq(u64::MAX)), |file, row| {
        if row.state == FileState::Kept {
            let root = row.root.unwrap();
            let bytes = std::fs::read(files.path(root)).unwrap();
            assert_eq!((bytes.len() as u64, hash(&bytes)), (row.bytes, root), "{file:?}");
        }
        Ok(true)
    })
    .unwrap();
}

/// The most memory that a process had so far, in KiB.
#[cfg(target_os = "linux")]
fn peak_kib(process: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_server_needs_does_not_grow_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for (key, value) in [("disk.free_mib", "0"), ("files.free_mib", "0")] {
        set(folder.path(), key, value);
    }
    let process = Process::start(folder.path(), free_address());
    let address = process.address;
    let mut lime = Peer::connect(address);
    lime.register("Lime").unwrap();
    let mut peaks = Vec::new();
    for mib in [16, 160] {
        let whole = noise(mib, usize::try_from(mib).unwrap() * MIB);
        let file = lime.offer(Target::Lobby, whole.len());
        let began = mychat::clock::uptime();
        assert_eq!(bring(address, &mut lime, file, &whole), FileEnd::Kept {});
        let brought = mychat::clock::uptime();
        assert!(fetch(address, &mut lime, file) == whole);
        let up = brought.saturating_sub(began);
        let down = mychat::clock::uptime().saturating_sub(brought);
        peaks.push(peak_kib(&process));
        println!("{mib} MiB: up {up:?}, down {down:?}, at most {} KiB", peaks.last().unwrap());
    }
    assert!(peaks[1] < peaks[0] + 8 * 1024, "{peaks:?} KiB");
}
