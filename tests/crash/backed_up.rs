//! Property: a backup that is made while everybody talks holds all that was acknowledged before it began,
//! and of what came later a beginning; a server that is killed in the middle of one leaves nothing but
//! what the next start removes.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

use mychat::domain::{ConversationId, FileId, Message, Seq, Target};
use mychat::net::control::{ControlReply, ControlRequest};
use mychat::net::frame;
use mychat::net::link;
use mychat::net::parcel::FileEnd;
use mychat::net::protocol::{Page, Query, Reply};
use mychat::net::verb::{BackupRow, Done, Verb};
use mychat::server::admin;

use crate::parcels::{MIB, bring, fetch, noise};
use crate::peer::{PASSWORD, Peer, set, text};
use crate::process::{Process, free_address, run, serve};

const PEOPLE: [&str; 3] = ["Lime", "Momo", "Plum"];
/// Sends of everybody before the backup and behind it, at least.
const SENDS: usize = 100;
const SETTINGS: [(&str, &str); 6] = [
    ("messages.burst", "100000"),
    ("messages.per_second", "100000"),
    ("lobby.per_second", "100000"),
    ("links.new_per_minute", "100000"),
    ("disk.free_mib", "0"),
    ("files.free_mib", "0"),
];

fn ground(data: &Path) -> Process {
    for (key, value) in SETTINGS {
        set(data, key, value);
    }
    Process::start(data, free_address())
}

fn back_up(data: &Path) -> BackupRow {
    match admin::run(data, Verb::Backup { path: None }).unwrap() {
        Done::Backup(row) => row,
        other => panic!("{other:?}"),
    }
}

fn is_sound(data: &Path) {
    let (code, complaint) = run(&["admin", "--data", data.to_str().unwrap(), "check"]);
    assert_eq!(code, Some(0), "{complaint}");
}

/// A file of so many MiB in the lobby, brought by somebody.
fn file(address: SocketAddr, peer: &mut Peer, mib: usize) -> (FileId, Vec<u8>) {
    let whole = noise(mib as u64, mib * MIB + 3);
    let file = peer.offer(Target::Lobby, whole.len());
    assert_eq!(bring(address, peer, file, &whole), FileEnd::Kept {});
    (file, whole)
}

/// Says one thing after the other, by turns in the lobby and to somebody else.
fn talk(
    peer: &mut Peer,
    other: Target,
    said: &Mutex<Vec<Message>>,
    ends: &AtomicBool,
    ready: &Barrier,
) {
    let mut count = 0;
    while count < 2 * SENDS || !ends.load(Ordering::Relaxed) {
        let to = if count % 2 == 0 { Target::Lobby } else { other };
        let message = peer.say(to, text(&format!("word {count}"))).unwrap();
        said.lock().unwrap().push(message);
        count += 1;
        if count == SENDS {
            ready.wait();
        }
    }
}

#[test]
fn a_backup_under_load_holds_all_that_was_acknowledged_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    fs::create_dir(&data).unwrap();
    let process = ground(&data);
    let address = process.address;
    let mut peers = PEOPLE.map(|name| {
        let mut peer = Peer::connect(address);
        peer.register(name).unwrap();
        peer
    });
    let (kept, whole) = file(address, &mut peers[0], 20);
    let others = [1, 2, 0].map(|other: usize| Target::Account(peers[other].account()));
    let (said, ends, ready) = (Mutex::new(Vec::new()), AtomicBool::new(false), Barrier::new(4));
    let (before, row) = thread::scope(|scope| {
        for (peer, other) in peers.iter_mut().zip(others) {
            let (said, ends, ready) = (&said, &ends, &ready);
            let run = move || talk(peer, other, said, ends, ready);
            thread::Builder::new().name("person".to_owned()).spawn_scoped(scope, run).unwrap();
        }
        ready.wait();
        let before = said.lock().unwrap().clone();
        let row = back_up(&data);
        ends.store(true, Ordering::Relaxed);
        (before, row)
    });
    let said = said.into_inner().unwrap();
    println!("{} before, {} in all, {row:?}", before.len(), said.len());
    process.kill();

    let elsewhere = folder.path().join("elsewhere");
    let arguments = ["admin", "restore", &row.path, "--data", elsewhere.to_str().unwrap()];
    assert_eq!(run(&arguments), (Some(0), String::new()));
    is_sound(&elsewhere);
    let process = Process::start(&elsewhere, free_address());
    let mut logs: Vec<Message> = Vec::new();
    for name in PEOPLE {
        let mut peer = Peer::connect(process.address);
        peer.sign_in(name, PASSWORD).unwrap();
        for head in peer.heads() {
            let log = whole_log(&mut peer, head.conversation);
            let seqs: Vec<Seq> = log.iter().map(|message| message.seq).collect();
            assert_eq!(seqs, (1..=head.head.0).map(Seq).collect::<Vec<_>>(), "a beginning, whole");
            logs.extend(log);
        }
        assert!(fetch(process.address, &mut peer, kept) == whole);
    }
    for message in &before {
        assert!(logs.contains(message), "{message:?} was acknowledged before");
    }
    let place = |message: &Message| (message.conversation, message.seq);
    for message in &said {
        let there = logs.iter().find(|other| place(other) == place(message));
        assert!(there.is_none_or(|there| there == message), "{there:?} instead of {message:?}");
    }
}

fn whole_log(peer: &mut Peer, conversation: ConversationId) -> Vec<Message> {
    let mut log: Vec<Message> = Vec::new();
    loop {
        let last = log.last().map_or(Seq::ZERO, |message| message.seq);
        let query = Query::History { conversation, page: Page::After(last), limit: 200 };
        let Ok(Reply::History { messages, more }) = peer.query(query) else { panic!() };
        log.extend(messages);
        if !more {
            return log;
        }
    }
}

/// What lies in a folder of backups.
fn lying(data: &Path) -> Vec<String> {
    let entries = fs::read_dir(data.join("backups")).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "last.json").collect()
}

#[test]
fn a_server_that_is_killed_in_a_backup_leaves_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = ground(folder.path());
    let mut lime = Peer::connect(process.address);
    lime.register("Lime").unwrap();
    let (kept, whole) = file(process.address, &mut lime, 40);
    let mut interrupted = 0;
    for round in 0..6_u64 {
        let said = lime.say(Target::Lobby, text("before it")).unwrap();
        let address = process.address;
        let mut order = Program::new(env!("CARGO_BIN_EXE_mychat"));
        order.args(["admin", "backup", "--data"]).arg(folder.path());
        order.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let finished = lying(folder.path());
        let mut order = order.spawn().unwrap();
        // The copy of the store comes behind the file, and goes again when it is in it.
        let is_at = |end: &str| lying(folder.path()).iter().any(|name| name.ends_with(end));
        let end = if round % 2 == 0 { ".part" } else { ".part.store" };
        while !is_at(end) && order.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        process.kill();
        order.wait().unwrap();
        interrupted += u32::from(lying(folder.path()).iter().any(|name| name.contains(".part")));
        is_sound(folder.path());
        process = Process::start(folder.path(), address);
        let unfinished: Vec<String> =
            lying(folder.path()).into_iter().filter(|name| name.contains(".part")).collect();
        assert!(unfinished.is_empty(), "{unfinished:?}");
        let (device, token) = (lime.device, lime.token.clone().unwrap());
        let account = lime.account();
        lime = Peer::connect(address);
        (lime.device, lime.token) = (device, Some(token.clone()));
        lime.sign_in_by_token(account, &token).unwrap();
        let (log, _) = lime.history(said.conversation, Page::Before(Seq(u64::MAX)));
        assert_eq!(log.last(), Some(&said));
        assert!(fetch(address, &mut lime, kept) == whole);
        // Whatever got its name is whole.
        for name in lying(folder.path()).iter().filter(|name| !finished.contains(name)) {
            let to = folder.path().join(format!("restored-{round}"));
            admin::restore(&folder.path().join("backups").join(name), &to).unwrap();
        }
    }
    assert!(interrupted > 0, "no kill came in the middle");
}

/// Holds the next backup into that folder up: it looks at what a crash seems to have left.
struct HeldUp(PathBuf);

impl HeldUp {
    fn new(folder: &Path) -> HeldUp {
        let path = folder.join(".mychat-backup-held.part");
        assert!(Program::new("mkfifo").arg(&path).status().unwrap().success());
        HeldUp(path)
    }

    fn let_go(self) {
        let mut pipe = fs::File::options().write(true).open(&self.0).unwrap();
        pipe.write_all(b"x").ok();
    }
}

#[test]
fn a_long_backup_says_that_it_goes_on_and_a_second_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (data, elsewhere) = (folder.path().join("server"), folder.path().join("elsewhere"));
    for path in [&data, &elsewhere] {
        fs::create_dir(path).unwrap();
    }
    let process = ground(&data);
    let held_up = HeldUp::new(&elsewhere);
    let path = Some(elsewhere.to_str().unwrap().to_owned());
    let socket = data.join("control.sock");
    smol::block_on(async {
        let stream = async_io::Async::<std::os::unix::net::UnixStream>::connect(&socket).await;
        let (mut reader, mut writer) = link::split(stream.unwrap(), 1 << 20);
        let request = ControlRequest::Admin { verb: Verb::Backup { path } };
        writer.write_frames(&[frame::encode(&request, 1 << 20).unwrap()]).await.unwrap();
        // It says so as often as it takes.
        for _ in 0..2 {
            let reply: ControlReply = reader.read().await.unwrap();
            assert_eq!(reply, ControlReply::Working {});
        }
        let second = admin::run(&data, Verb::Backup { path: None }).unwrap_err();
        assert!(second.to_string().contains("is running already"), "{second}");
        held_up.let_go();
        let reply = loop {
            match reader.read().await.unwrap() {
                ControlReply::Working {} => {}
                reply => break reply,
            }
        };
        assert!(matches!(reply, ControlReply::Done(Done::Backup(_))), "{reply:?}");
    });
    back_up(&data);
    process.kill();
}

#[test]
fn a_server_that_is_stopped_in_a_backup_ends_in_order() {
    stopped_in(Verb::Backup { path: None }, |data| {
        lying(data).iter().any(|name| name.contains(".part"))
    });
}

#[test]
fn a_server_that_is_stopped_while_it_proves_a_backup_ends_in_order() {
    // The copy of the store goes before the whole is read again.
    let seen = std::cell::Cell::new(false);
    stopped_in(Verb::Backup { path: None }, |data| {
        let names = lying(data);
        let has_copy = names.iter().any(|name| name.contains(".part.store"));
        seen.set(seen.get() || has_copy);
        seen.get() && !has_copy
    });
}

#[test]
fn a_server_that_is_stopped_in_a_check_ends_in_order() {
    stopped_in(Verb::Check {}, |data| {
        let path = Some(data.join("no.such.folder/").display().to_string());
        let refused = admin::run(data, Verb::Backup { path });
        refused.unwrap_err().to_string().contains("is running already")
    });
}

/// Ends a server by a signal once it is where it shall be with something long.
fn stopped_in(verb: Verb, is_there: impl Fn(&Path) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut process = ground(folder.path());
    let mut lime = Peer::connect(process.address);
    lime.register("Lime").unwrap();
    file(process.address, &mut lime, 40);
    let data = folder.path().to_owned();
    let is_backup = matches!(verb, Verb::Backup { .. });
    let order = thread::Builder::new().name("order".to_owned());
    // Whoever looks whether it has begun may be in its way for a moment.
    let ask = move || loop {
        match admin::run(&data, verb.clone()) {
            Err(error) if error.to_string().contains("is running already") => {}
            done => break done,
        }
    };
    let order = order.spawn(ask).unwrap();
    while !order.is_finished() && !is_there(folder.path()) {
        thread::yield_now();
    }
    crate::process::signal(process.id(), "TERM");
    let address = process.address;
    assert_eq!(process.wait().0, Some(0));
    let made = order.join().unwrap();
    let left = lying(folder.path());
    assert!(!left.iter().any(|name| name.contains(".part")), "{left:?}");
    assert!(made.is_err() || left.len() == usize::from(is_backup), "{made:?}");
    process = Process::start_with(serve(folder.path(), address));
    process.kill();
    is_sound(folder.path());
}

#[test]
fn exit_codes_say_how_a_check_and_a_restore_ended() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    fs::create_dir(&data).unwrap();
    ground(&data).kill();
    let (backup, to) = (folder.path().join("b.tar"), folder.path().join("to"));
    let admin = |arguments: &[&str]| {
        let data = data.to_str().unwrap();
        run(&[&["admin", "--data", data], arguments].concat())
    };
    assert_eq!(admin(&["backup", backup.to_str().unwrap()]).0, Some(0));
    assert_eq!(admin(&["check"]).0, Some(0));
    assert_eq!(admin(&["restore", backup.to_str().unwrap()]).0, Some(1), "it is not empty");
    let whole = fs::read(&backup).unwrap();
    fs::write(&backup, &whole[..whole.len() / 2]).unwrap();
    let (code, complaint) =
        run(&["admin", "--data", to.to_str().unwrap(), "restore", backup.to_str().unwrap()]);
    assert_eq!(code, Some(66), "{complaint}");
    let store = data.join("mychat.redb");
    let mut bytes = fs::read(&store).unwrap();
    bytes[..4096].fill(0xEE);
    fs::write(&store, bytes).unwrap();
    let (code, complaint) = admin(&["check"]);
    let last = BufReader::new(complaint.as_bytes()).lines().last().unwrap().unwrap();
    assert_eq!(code, Some(66), "{complaint}");
    assert!(last.contains("To restore a backup"), "{last}");
    assert_eq!(admin(&["get"]).0, Some(66));
}
