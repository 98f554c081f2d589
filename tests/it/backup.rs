//! Property: a backup of a running server is all of it at one moment; restored elsewhere it is the same
//! server, and nothing but a whole backup is ever restored.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mychat::domain::{ConversationId, FileState, Seq, Target};
use mychat::net::control::{ControlReply, ControlRequest, LogEvent, Status};
use mychat::net::parcel::FileEnd;
use mychat::net::protocol::{Command, Page};
use mychat::net::verb::{Audience, BackupRow, Checked, Done, Verb};
use mychat::server::admin::{self, AdminError};
use mychat::server::backup::BackupError;
use mychat::server::control::Console;
use mychat::store::blobs::Files;
use mychat::store::{Engine, Writes, schema};

use crate::parcels::{MIB, bring, fetch, hash, noise};
use crate::peer::{Ground, PASSWORD, Peer, set, start, text, wait_for};
use crate::pictures::Shot;

fn try_back_up(data: &Path, path: Option<&Path>) -> Result<BackupRow, AdminError> {
    let path = path.map(|path| path.display().to_string());
    match admin::run(data, Verb::Backup { path })? {
        Done::Backup(row) => Ok(row),
        other => panic!("{other:?}"),
    }
}

fn back_up(data: &Path) -> PathBuf {
    try_back_up(data, None).unwrap().path.into()
}

pub fn check(data: &Path) -> Checked {
    match admin::run(data, Verb::Check {}).unwrap() {
        Done::Checked(checked) => checked,
        other => panic!("{other:?}"),
    }
}

fn status(data: &Path) -> Status {
    smol::block_on(async {
        let mut console = Console::attach(data).await.unwrap();
        match console.ask(&ControlRequest::Status {}).await.unwrap() {
            ControlReply::Status(status) => status,
            other => panic!("{other:?}"),
        }
    })
}

/// What a folder of backups holds, beside what the last one came to.
fn backups(data: &Path) -> Vec<String> {
    let entries = fs::read_dir(data.join("backups")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "last.json").collect();
    names.sort();
    names
}

fn why(result: Result<BackupRow, AdminError>) -> String {
    result.unwrap_err().to_string()
}

/// Two people with words, a picture and a file between them.
fn talked(ground: &Ground) -> (Peer, Peer, mychat::domain::FileId, Vec<u8>) {
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    for number in 0..20 {
        lime.say(Target::Lobby, text(&format!("word {number}"))).unwrap();
    }
    let to = Target::Account(momo.account());
    let shot = Shot::new(4);
    shot.bring(&mut lime);
    lime.say(to, shot.body()).unwrap();
    let whole = noise(9, 3 * MIB + 5);
    let file = lime.offer(to, whole.len());
    assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
    momo.barrier();
    (lime, momo, file, whole)
}

#[test]
fn what_is_restored_elsewhere_is_the_same_server() {
    let ground = Ground::start();
    let (mut lime, momo, file, whole) = talked(&ground);
    let server = lime.server_id;
    let lobby = ConversationId::LOBBY;
    let said = lime.history(lobby, Page::After(Seq::ZERO));
    let row = try_back_up(ground.folder(), None).unwrap();
    let path = PathBuf::from(&row.path);
    assert_eq!(path.parent(), Some(&*ground.folder().join("backups")));
    let metadata = path.metadata().unwrap();
    assert_eq!((metadata.len(), metadata.permissions().mode() & 0o777), (row.bytes, 0o600));
    assert_eq!((row.accounts, row.files), (2, 3));
    let made = row.at;
    // What comes later is not in it, and what goes later is.
    lime.say(Target::Lobby, text("too late")).unwrap();
    lime.command(Command::CancelFile { file }).unwrap();
    assert_eq!(status(ground.folder()).backup, Some(row));

    let elsewhere = tempfile::tempdir().unwrap();
    let data = elsewhere.path().join("new/server");
    let manifest = admin::restore(&path, &data).unwrap();
    assert_eq!(manifest.accounts, 2);
    let log = admin::log(&data, 9).unwrap();
    let restored = LogEvent::Restored { path: path.display().to_string(), at: made };
    assert!(matches!(&log[..], [entry] if entry.what == restored), "{log:?}");
    let key = data.join("identity.key").metadata().unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    assert_eq!(check(&data).found, 0);
    let (running, address) = start(&data).unwrap();
    let mut again = Peer::connect(address);
    assert_eq!(again.server_id, server);
    again.device = momo.device;
    again.sign_in_by_token(momo.account(), momo.token.as_ref().unwrap()).unwrap();
    assert_eq!(again.history(lobby, Page::After(Seq::ZERO)), said);
    assert_eq!(again.state(file), FileState::Kept);
    assert!(fetch(address, &mut again, file) == whole);
    Peer::connect(address).sign_in("Lime", PASSWORD).unwrap();
    let checked = check(&data);
    assert_eq!(checked.findings, []);
    let counted = |what: &str| checked.counts.iter().find(|row| row.what == what).unwrap().count;
    assert_eq!((counted("accounts"), counted("pictures and files")), (2, 3));
    running.stopper().stop();
    running.wait().unwrap();
}

#[test]
fn a_stopped_folder_is_backed_up_as_well() {
    let mut ground = Ground::start();
    talked(&ground);
    ground.stop();
    let path = back_up(ground.folder());
    let elsewhere = tempfile::tempdir().unwrap();
    admin::restore(&path, elsewhere.path()).unwrap();
    assert_eq!(check(elsewhere.path()).found, 0);
    ground.restart();
    let last = status(ground.folder()).backup.unwrap();
    assert_eq!(PathBuf::from(last.path), path, "that is remembered");
}

#[test]
fn the_place_is_a_file_or_a_folder_and_nothing_is_overwritten() {
    let ground = Ground::start();
    ground.register("Lime");
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("mine.tar");
    let row = try_back_up(ground.folder(), Some(&file)).unwrap();
    assert_eq!(Path::new(&row.path), file);
    let before = fs::read(&file).unwrap();
    assert!(why(try_back_up(ground.folder(), Some(&file))).contains("no backup overwrites"));
    assert_eq!(fs::read(&file).unwrap(), before);
    let inside = try_back_up(ground.folder(), Some(elsewhere.path())).unwrap();
    assert_eq!(Path::new(&inside.path).parent(), Some(elsewhere.path()));
    let missing = elsewhere.path().join("no/such/x.tar");
    // Who names no folder that is there, and no backup either, has mistyped a folder.
    for (place, named) in [
        (missing.as_path(), missing.parent().unwrap()),
        (&elsewhere.path().join("usb"), &elsewhere.path().join("usb")),
        (&elsewhere.path().join("x.tar/"), &elsewhere.path().join("x.tar")),
    ] {
        let error = why(try_back_up(ground.folder(), Some(place)));
        assert!(error.starts_with(&named.display().to_string()), "{error}");
        assert!(error.contains(" is no folder: make it"), "{error}");
        assert!(error.contains("ends in .tar"), "{error}");
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 2, "nothing unfinished is left");
    let (last, error) = (status(ground.folder()).backup, status(ground.folder()).backup_error);
    assert_eq!((last, error), (Some(inside), None), "a wrong place is no failure of backups");
    // Two in one second in the usual place.
    assert_ne!(back_up(ground.folder()), back_up(ground.folder()));
    assert_eq!(backups(ground.folder()).len(), 2);
}

#[test]
fn a_disk_without_room_is_said_before_anything_is_written() {
    let mut ground = Ground::start();
    ground.register("Lime");
    ground.stop();
    set(ground.folder(), "disk.free_mib", "1000000000");
    let refused = try_back_up(ground.folder(), None);
    assert!(matches!(refused, Err(AdminError::Backup(BackupError::Space { .. }))), "{refused:?}");
    assert!(why(refused).contains("not enough disk space"));
    assert!(backups(ground.folder()).is_empty());
}

#[test]
fn a_file_that_is_missing_or_changed_is_named_and_no_backup_leaves_it_out() {
    let mut ground = Ground::start();
    let (_lime, _momo, _file, whole) = talked(&ground);
    let id = hash(&whole);
    let path = Files::of(ground.folder()).path(id);
    fs::write(&path, b"other").unwrap();
    assert!(why(try_back_up(ground.folder(), None)).contains(&format!("{id} is damaged")));
    let mut same_length = whole.clone();
    same_length[77] ^= 1;
    fs::write(&path, &same_length).unwrap();
    assert!(why(try_back_up(ground.folder(), None)).contains(&format!("{id} is damaged")));
    let checked = check(ground.folder());
    assert_eq!((checked.found, checked.findings.len()), (1, 1));
    assert!(checked.findings[0].what.contains("has other bytes"), "{:?}", checked.findings);
    fs::remove_file(&path).unwrap();
    assert!(why(try_back_up(ground.folder(), None)).contains(&format!("{id} is missing")));
    let error = status(ground.folder()).backup_error.unwrap();
    assert!(error.contains("is missing"));
    assert!(check(ground.folder()).findings[0].what.ends_with("is missing"));
    assert!(backups(ground.folder()).is_empty(), "nothing unfinished is left");
    ground.restart();
    assert_eq!(status(ground.folder()).backup_error, Some(error), "that is remembered");
    fs::write(&path, &whole).unwrap();
    back_up(ground.folder());
    assert_eq!(status(ground.folder()).backup_error, None);
}

#[test]
fn a_backup_is_restored_into_nothing_but_an_empty_place() {
    let mut ground = Ground::start();
    ground.register("Lime");
    let path = back_up(ground.folder());
    let to = |data: &Path| admin::restore(&path, data).unwrap_err().to_string();
    assert!(to(ground.folder()).contains("a server is running"));
    ground.stop();
    assert!(to(ground.folder()).contains("is not empty"));
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("notes.txt"), b"mine").unwrap();
    assert!(to(other.path()).contains("is not empty"));
    assert_eq!(fs::read(other.path().join("notes.txt")).unwrap(), b"mine");
    let gone = admin::restore(&other.path().join("none.tar"), other.path()).unwrap_err();
    assert!(gone.to_string().contains("cannot open"), "{gone}");
}

/// Restores into a folder of its own, which has to be left as it was where that fails.
fn try_restore(backup: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let restored = admin::restore(backup, &folder.path().join("data"));
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, usize::from(restored.is_ok()), "{restored:?}");
    restored.map(drop).map_err(|error| error.to_string())
}

#[test]
fn a_backup_of_which_anything_is_wrong_is_not_restored() {
    let ground = Ground::start();
    ground.register("Lime");
    let path = back_up(ground.folder());
    let whole = fs::read(&path).unwrap();
    let broken = path.with_file_name("broken.tar");
    try_restore(&path).unwrap();
    // The two last blocks say that it ends, and the bytes that fill a block up say nothing.
    for at in (0..whole.len() - 8 * 512).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        fs::write(&broken, &bytes).unwrap();
        let restored = try_restore(&broken);
        let is_filling = whole[at] == 0 && restored.is_ok();
        assert!(is_filling || restored.is_err(), "byte {at}");
    }
    for length in [0, 511, 512, 5_000, whole.len() / 2, whole.len() - 8 * 512] {
        fs::write(&broken, &whole[..length]).unwrap();
        let error = try_restore(&broken).unwrap_err();
        assert!(error.contains("cannot be restored"), "{length}: {error}");
    }
}

#[test]
fn what_is_no_backup_is_only_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file.tar");
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(6);
    header.set_cksum();
    tar.append_data(&mut header, "private/secret-diary", &b"secret"[..]).unwrap();
    let tar = tar.into_inner().unwrap();
    let mut odd = tar.clone();
    odd[124..136].copy_from_slice(b"secretsecret");
    let text = b"PK\x03\x04 secret words, and longer than a block".repeat(40);
    for bytes in [Vec::new(), text, tar, odd, vec![0; 10_240]] {
        fs::write(&file, bytes).unwrap();
        let error = try_restore(&file).unwrap_err();
        let file = file.display();
        let expected =
            format!("{file} cannot be restored: it is no backup of MyChat. Take another one");
        assert_eq!(error, expected);
    }
}

#[test]
fn a_backup_takes_the_place_of_damaged_data_which_is_kept() {
    let mut ground = Ground::start();
    ground.register("Lime");
    let path = back_up(ground.folder());
    let data = ground.folder().to_owned();
    assert!(admin::restore_over(&path, &data).unwrap_err().to_string().contains("is running"));
    ground.stop();
    fs::write(data.join("console.txt"), b"theme = dark").unwrap();
    let (store, key) = (data.join("mychat.redb"), data.join("identity.key"));
    let damaged = b"my diary".to_vec();
    fs::write(&store, &damaged).unwrap();
    let key_before = fs::read(&key).unwrap();
    let entries = || {
        let entries = fs::read_dir(&data).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "lock").collect::<std::collections::BTreeSet<String>>()
    };
    // What is no backup changes nothing.
    let before = entries();
    assert!(admin::restore_over(&store, &data).is_err());
    assert_eq!((entries(), fs::read(&store).unwrap()), (before, damaged.clone()));
    let aside = admin::restore_over(&path, &data).unwrap();
    assert_eq!(aside.parent(), Some(data.as_path()));
    assert_eq!(fs::read(aside.join("mychat.redb")).unwrap(), damaged);
    assert_eq!(fs::read(aside.join("identity.key")).unwrap(), key_before);
    assert_eq!(check(&data).found, 0);
    assert!(path.exists() && data.join("console.txt").exists(), "all else is where it was");
    let listed = admin::backups(&data);
    assert_eq!(listed.iter().map(|file| &file.path).collect::<Vec<_>>(), [&path]);
    let (server, address) = start(&data).unwrap();
    Peer::connect(address).sign_in("Lime", PASSWORD).unwrap();
    server.stopper().stop();
    server.wait().unwrap();
}

/// The parts of a backup, to be put together in another way.
fn parts(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(fs::File::open(path).unwrap());
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (name, bytes)
    });
    entries.collect()
}

/// Puts parts together, with sums that are right.
fn put_together(path: &Path, parts: &[(String, Vec<u8>)], link: Option<&str>) {
    let mut archive = tar::Builder::new(fs::File::create(path).unwrap());
    let mut sums = Vec::new();
    for (name, bytes) in parts.iter().filter(|(name, _)| name != "sums.b3") {
        let mut header = tar::Header::new_gnu();
        // The name as it is, whatever a careful program would say to it.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        if let (Some(target), true) = (link, name.starts_with("files/")) {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            header.set_link_name(target).unwrap();
        }
        header.set_cksum();
        archive
            .append(&header, &bytes[..usize::try_from(header.size().unwrap()).unwrap()])
            .unwrap();
        writeln!(sums, "{}  {name}", blake3::hash(bytes).to_hex()).unwrap();
    }
    let mut header = tar::Header::new_gnu();
    header.set_size(sums.len() as u64);
    header.set_cksum();
    archive.append_data(&mut header, "sums.b3", &sums[..]).unwrap();
    archive.finish().unwrap();
}

#[test]
fn a_backup_that_somebody_made_up_puts_nothing_elsewhere() {
    let ground = Ground::start();
    talked(&ground);
    let path = back_up(ground.folder());
    let parts = parts(&path);
    let made_up = path.with_file_name("made-up.tar");
    put_together(&made_up, &parts, None);
    try_restore(&made_up).unwrap();
    let names = [
        "../outside",
        "/etc/outside",
        "files/../../outside",
        "files/./aa",
        "lock",
        "mychat.redb",
        "identity.key",
        "files/ab/cd",
    ];
    for name in names {
        let mut parts = parts.clone();
        parts.insert(4, (name.to_owned(), b"x".to_vec()));
        put_together(&made_up, &parts, None);
        let error = try_restore(&made_up).unwrap_err();
        assert!(error.contains("cannot be restored"), "{name}: {error}");
    }
    put_together(&made_up, &parts, Some("/etc/passwd"));
    assert!(try_restore(&made_up).unwrap_err().contains("is no part of a backup"));
    for change in [3, 4] {
        let mut parts = parts.clone();
        match change {
            3 => drop(parts.remove(3)),
            _ => parts[4].1.push(b'x'),
        }
        put_together(&made_up, &parts, None);
        assert!(try_restore(&made_up).is_err());
    }
}

#[test]
fn a_backup_of_a_newer_program_says_so() {
    let ground = Ground::start();
    ground.register("Lime");
    let path = back_up(ground.folder());
    let parts = parts(&path);
    let newer = path.with_file_name("newer.tar");
    for field in ["format", "schema"] {
        let mut parts = parts.clone();
        let mut manifest: serde_json::Value = serde_json::from_slice(&parts[0].1).unwrap();
        manifest[field] = 999.into();
        parts[0].1 = serde_json::to_vec(&manifest).unwrap();
        put_together(&newer, &parts, None);
        let error = try_restore(&newer).unwrap_err();
        assert!(error.contains("by a newer MyChat") && error.contains("999"), "{error}");
    }
}

/// As if the server's last backup of its own were so many hours old.
fn age_last(data: &Path, hours: i64) {
    let path = data.join("backups/last.json");
    let mut memory: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    memory["since"] = (memory["since"].as_i64().unwrap() - hours * 3_600_000).into();
    fs::write(&path, memory.to_string()).unwrap();
}

#[test]
fn a_missed_backup_is_made_once_and_only_the_servers_own_go() {
    let mut ground = Ground::with(&[("backup.keep", "2"), ("disk.free_mib", "0")]);
    ground.register("Lime");
    let data = ground.folder().to_owned();
    wait_for(|| data.join("backups/last.json").exists());
    assert!(backups(&data).is_empty(), "a new server waits for its time");
    let by_hand = back_up(&data);
    for day in 1..=3 {
        let name = format!("test-2020010{day}-030000-auto.tar");
        fs::write(data.join("backups").join(name), b"old").unwrap();
    }
    ground.stop();
    age_last(&data, 26);
    ground.restart();
    let last = |data: &Path| status(data).backup.unwrap();
    wait_for(|| last(&data).path.ends_with("-auto.tar") && backups(&data).len() == 3);
    let names = backups(&data);
    assert!(names.contains(&"test-20200103-030000-auto.tar".to_owned()), "{names:?}");
    assert!(by_hand.exists());
    let first = last(&data);
    try_restore(Path::new(&first.path)).unwrap();
    let log = smol::block_on(async {
        let mut console = Console::attach(&data).await.unwrap();
        console.ask(&ControlRequest::Log { after: 0 }).await.unwrap()
    });
    assert!(format!("{log:?}").contains("BackedUp"), "{log:?}");
    // Not at every start, whatever the age of the one made by hand.
    ground.restart();
    drop(ground.register("Momo"));
    let checked = check(&data);
    assert_eq!((checked.found, last(&data), backups(&data)), (0, first, names));
    ground.stop();
    age_last(&data, 26);
    set(&data, "backup.daily", "off");
    ground.restart();
    drop(ground.register("Plum"));
    assert_eq!(backups(&data).len(), 3, "off is off");
}

#[test]
fn the_day_is_counted_over_a_restart_and_rooms_are() {
    let mut ground = Ground::start();
    let (mut lime, _momo, _, _) = talked(&ground);
    let counted =
        |ground: &Ground| (status(ground.folder()).messages_today, status(ground.folder()).rooms);
    let before = counted(&ground);
    // Twenty words, a picture and a file, unless midnight came in between.
    assert!(before == (22, 0) || before.0 < 22, "{before:?}");
    let said = lime.say(Target::Lobby, text("taken back")).unwrap();
    lime.command(Command::Recall { to: Target::Lobby, seq: said.seq }).unwrap();
    lime.open_room("Lab");
    // What the server says is no person's word, before a restart as behind it.
    let (text, to) = ("kept".to_owned(), Audience::All);
    admin::run(ground.folder(), Verb::Say { text, to, pinned: false, about: None }).unwrap();
    let before = counted(&ground);
    assert_eq!(before.1, 1);
    ground.restart();
    let after = counted(&ground);
    assert!(after == before || after.0 < before.0, "{after:?} behind {before:?}");
}

#[test]
fn what_is_not_right_is_found_and_a_broken_store_says_what_to_do() {
    let mut ground = Ground::start();
    talked(&ground);
    let backup = back_up(ground.folder());
    let data = ground.folder().to_owned();
    // As if somebody were bringing a picture.
    let coming = Files::of(&data).folder().join("ab/.newX");
    fs::create_dir_all(coming.parent().unwrap()).unwrap();
    fs::write(&coming, b"half").unwrap();
    assert_eq!(check(&data).findings, []);
    assert!(coming.exists(), "a check changes nothing");
    ground.restart();
    assert!(!coming.exists(), "a start does");
    let key = data.join("identity.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let checked = check(&data);
    assert_eq!(checked.found, 1);
    assert!(checked.findings[0].what.contains("others may read"), "{:?}", checked.findings);
    assert!(checked.findings[0].cure.starts_with("chmod 600"));
    ground.stop();
    assert_eq!(check(&data).findings, [], "and what reads it takes the rights away");

    let store = data.join("mychat.redb");
    let whole = fs::read(&store).unwrap();
    let mut found = 0;
    for part in 1..40 {
        // A page in the middle of what is there.
        let at = whole.len() * part / 40 / 4096 * 4096;
        let mut bytes = whole.clone();
        bytes[at..at + 512].iter_mut().for_each(|byte| *byte ^= 0x5A);
        fs::write(&store, &bytes).unwrap();
        match admin::run(&data, Verb::Check {}) {
            Ok(Done::Checked(checked)) => found += u64::from(checked.found > 0),
            Err(AdminError::Broken { advice, .. }) => {
                assert!(advice.contains("restore"), "{advice}");
                found += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(found > 0, "nothing that was broken was found");
    let mut bytes = whole.clone();
    bytes[..4096].fill(0xEE);
    fs::write(&store, &bytes).unwrap();
    let error = start(&data).map(drop).unwrap_err().to_string();
    let newest = backup.file_name().unwrap().to_str().unwrap();
    assert!(error.contains("damaged") && error.contains("mv '"), "{error}");
    assert!(!error.contains("begin anew"), "{error}");
    assert!(error.contains(&format!("restore '{}.damaged/backups/{newest}'", data.display())));
    let broken = admin::run(&data, Verb::Check {});
    assert!(matches!(broken, Err(AdminError::Broken { .. })), "{broken:?}");
}

#[test]
fn secrets_that_are_damaged_are_found_and_a_start_says_which_backup_has_them() {
    let mut ground = Ground::start();
    ground.register("Lime");
    back_up(ground.folder());
    ground.stop();
    let data = ground.folder().to_owned();
    let engine = Engine::open(&data, "mychat.redb", schema::MIGRATIONS, 1 << 20).unwrap();
    let transaction = engine.write().unwrap();
    Writes::open(&transaction).unwrap().put_secret("opaque", b"none").unwrap();
    transaction.commit().unwrap();
    drop(engine);
    let error = start(&data).map(drop).unwrap_err().to_string();
    assert!(error.contains("secrets for passwords are damaged"), "{error}");
    assert!(error.contains(&format!("restore '{}.damaged/backups/", data.display())), "{error}");
    let found = check(&data).findings;
    assert!(found.iter().any(|found| found.what.contains("secrets for passwords are damaged")));
}
