//! Property: what is brought is what everybody fetches, byte for byte, whoever comes when; it counts
//! for whoever brings it, and nobody gets what is not for them.

use mychat::domain::{FileState, FileWay, Outline, Target};
use mychat::net::parcel::{self, FileEnd, FileWelcome, Part};
use mychat::net::protocol::{Command, Query, Reason, Reply};
use mychat::store::blobs::Files;

use crate::parcels::{FileLink, MIB, bring, fetch, hash, noise, offer_of, refused};
use crate::peer::{Ground, PASSWORD, Peer, start, wait_for};

fn pair(ground: &Ground) -> (Peer, Peer, Target) {
    let (lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let to = Target::Account(momo.account());
    (lime, momo, to)
}

#[test]
fn what_is_brought_is_fetched_whatever_its_length() {
    let ground = Ground::start();
    let (mut lime, mut momo, to) = pair(&ground);
    for length in [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 77, 40 * MIB] {
        let whole = noise(length as u64, length);
        let file = lime.offer(to, length);
        assert_eq!(momo.state(file), FileState::Coming);
        assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {}, "{length}");
        let told = momo.told(file);
        assert_eq!((told.state, told.here), (FileState::Kept, length as u64));
        assert_eq!(told.hash, Some(hash(&whole)));
        assert!(fetch(ground.address, &mut momo, file) == whole, "{length}");
        momo.command(Command::TookFile { file }).unwrap();
        momo.command(Command::TookFile { file }).unwrap();
        lime.command(Command::TookFile { file }).unwrap();
        assert_eq!(lime.status(file).unwrap().taken, 1, "once, and not its owner");
    }
    let files = Files::of(ground.folder());
    assert_eq!(files.list_incoming().unwrap(), [], "nothing is left on its way");
}

#[test]
fn the_same_bytes_are_kept_once_and_as_long_as_anybody_offers_them() {
    let mut ground = Ground::start();
    let (mut lime, mut momo, to) = pair(&ground);
    let whole = noise(1, 2 * MIB + 5);
    let first = lime.offer(to, whole.len());
    let back = Target::Account(lime.account());
    let second = momo.offer(back, whole.len());
    assert_eq!(bring(ground.address, &mut lime, first, &whole), FileEnd::Kept {});
    // Nothing tells that it is there: all of it has to come.
    let ticket = momo.ticket(second, FileWay::Up).unwrap();
    let (mut link, mut outline) = FileLink::bring(ground.address, ticket, whole.len());
    assert!(outline.is_empty());
    link.send(&mut outline, &whole, u64::MAX).unwrap();
    assert_eq!(link.finish(hash(&whole)), FileEnd::Kept {});
    let files = Files::of(ground.folder());
    assert_eq!(files.list().unwrap(), [hash(&whole)]);
    // A hash alone opens nothing, and does not tell that somebody keeps it.
    let asked = momo.query(Query::Blob { blob: hash(&whole), offset: 0 });
    assert_eq!(asked.unwrap_err().reason, Reason::NotFound);
    lime.command(Command::CancelFile { file: first }).unwrap();
    assert!(fetch(ground.address, &mut lime, second) == whole);
    momo.command(Command::CancelFile { file: second }).unwrap();
    drop((lime, momo));
    ground.stop();
    assert_eq!(files.list().unwrap(), []);
}

/// Twice as much as is freed at a time, and far more than a link holds.
#[test]
fn who_fetches_bytes_that_lay_there_already_gets_all_of_them() {
    let ground = Ground::start();
    let (mut lime, mut momo, to) = pair(&ground);
    let whole = noise(4, 40 * MIB);
    let first = lime.offer(to, whole.len());
    assert_eq!(bring(ground.address, &mut lime, first, &whole), FileEnd::Kept {});
    let second = lime.offer(to, whole.len());
    let up = lime.ticket(second, FileWay::Up).unwrap();
    let (mut sending, mut sent) = FileLink::bring(ground.address, up, whole.len());
    sending.send(&mut sent, &whole, 2).unwrap();
    let down = momo.ticket(second, FileWay::Down).unwrap();
    let (mut taking, _) = FileLink::show(ground.address, down, 0);
    let (mut taken, mut chunk, mut got) =
        (Outline::new(whole.len() as u64), Vec::new(), Vec::new());
    let Part::Chunk(value) = taking.read(&taken, &mut chunk).unwrap() else { panic!() };
    taken.push(value);
    got.extend_from_slice(&chunk);
    // It is open, and now the same is found to lie there.
    sending.send(&mut sent, &whole, u64::MAX).unwrap();
    assert_eq!(sending.finish(hash(&whole)), FileEnd::Kept {});
    let bin = Files::of(ground.folder()).folder().join("bin");
    wait_for(|| std::fs::read_dir(&bin).unwrap().count() == 0);
    assert_eq!(taking.receive(&mut taken, &mut got).unwrap(), Part::End(hash(&whole)));
    assert!(got == whole);
}

#[test]
fn who_fetches_while_it_comes_gets_each_chunk_as_it_is_there() {
    let ground = Ground::start();
    let (mut lime, mut momo, to) = pair(&ground);
    let whole = noise(2, 5 * MIB + 1);
    let file = lime.offer(to, whole.len());
    let down = momo.ticket(file, FileWay::Down).unwrap();
    let (mut taking, welcome) = FileLink::show(ground.address, down, 0);
    assert_eq!(welcome, FileWelcome::Take { bytes: whole.len() as u64 });
    let up = lime.ticket(file, FileWay::Up).unwrap();
    let (mut sending, mut sent) = FileLink::bring(ground.address, up, whole.len());
    let (mut taken, mut chunk, mut got) = (sent.clone(), Vec::new(), Vec::new());
    while !sent.is_whole() {
        sending.send(&mut sent, &whole, 1).unwrap();
        // Nothing is waited for but this very chunk, which the server has only now.
        let Part::Chunk(value) = taking.read(&taken, &mut chunk).unwrap() else { panic!() };
        taken.push(value);
        got.extend_from_slice(&chunk);
    }
    assert_eq!(sending.finish(hash(&whole)), FileEnd::Kept {});
    assert_eq!(taking.read(&taken, &mut chunk).unwrap(), Part::End(hash(&whole)));
    assert!(got == whole);
}

#[test]
fn a_ticket_opens_one_link_and_only_for_those_who_may() {
    let mut ground = Ground::start();
    let (mut lime, mut momo, to) = pair(&ground);
    let mut plum = ground.register("Plum");
    let whole = noise(3, 9);
    let file = lime.offer(to, whole.len());
    let why = |peer: &mut Peer, way| peer.ticket(file, way).unwrap_err().reason;
    assert_eq!(why(&mut momo, FileWay::Up), Reason::NotYours);
    assert_eq!(why(&mut plum, FileWay::Up), Reason::NotFound);
    assert_eq!(why(&mut plum, FileWay::Down), Reason::NotFound);
    assert_eq!(plum.status(file), None);
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut link, mut outline) = FileLink::bring(ground.address, ticket, whole.len());
    assert_eq!(refused(ground.address, ticket), Reason::NotFound, "it was used");
    assert_eq!(refused(ground.address, [9; 32]), Reason::NotFound);
    link.send(&mut outline, &whole, 1).unwrap();
    assert_eq!(link.finish(hash(&whole)), FileEnd::Kept {});
    assert_eq!(why(&mut lime, FileWay::Up), Reason::FileGone, "it is here");
    // A restart forgets them all.
    let ticket = momo.ticket(file, FileWay::Down).unwrap();
    drop((lime, momo, plum));
    ground.restart();
    assert_eq!(refused(ground.address, ticket), Reason::NotFound);
}

#[test]
fn a_device_that_is_signed_out_opens_nothing_and_what_it_opened_ends() {
    let ground = Ground::start();
    let (mut lime, _momo, to) = pair(&ground);
    let mut other = ground.connect();
    other.sign_in("Lime", PASSWORD).unwrap();
    let whole = noise(4, 3 * MIB);
    let file = lime.offer(to, whole.len());
    let ticket = other.ticket(file, FileWay::Up).unwrap();
    let (mut link, mut outline) = FileLink::bring(ground.address, ticket, whole.len());
    link.send(&mut outline, &whole, 1).unwrap();
    let second = other.ticket(file, FileWay::Down).unwrap();
    lime.command(Command::Revoke { device: other.device }).unwrap();
    link.is_cut();
    assert_eq!(refused(ground.address, second), Reason::NotFound);
    // Another device of the same person goes on where that one was.
    assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
}

#[test]
fn an_offer_is_within_its_bounds_and_counts_until_it_ends() {
    let settings = [
        ("files.mib_max", "3"),
        ("files.mib_per_account", "4"),
        ("files.mib_total", "6"),
        ("messages.burst", "1000"),
    ];
    let ground = Ground::with(&settings);
    let (mut lime, mut momo, to) = pair(&ground);
    let why = |peer: &mut Peer, bytes: usize| peer.try_offer(to, bytes).unwrap_err();
    let refusal = why(&mut lime, 3 * MIB + 1);
    assert_eq!((refusal.reason, refusal.limit), (Reason::FileTooLarge, Some(3 << 20)));
    let first = lime.offer(to, 3 * MIB);
    let refusal = why(&mut lime, MIB + 1);
    assert_eq!((refusal.reason, refusal.limit), (Reason::FileQuota, Some(4 << 20)));
    assert_eq!(why(&mut momo, 3 * MIB + 1).reason, Reason::FileTooLarge);
    momo.offer(to, 3 * MIB);
    assert_eq!(why(&mut momo, 1).reason, Reason::FilesFull);
    assert_eq!(lime.used(), 3 << 20, "what never came counts too");
    lime.command(Command::CancelFile { file: first }).unwrap();
    assert_eq!(lime.used(), 0);
    lime.offer(to, 2 * MIB);
    for name in ["", "../x", "a/b", ".hidden", "nul.txt"] {
        let body = mychat::domain::Body::File { name: name.into(), bytes: 1 };
        assert_eq!(momo.say(to, body).unwrap_err().reason, Reason::BadValue, "{name}");
    }
    let Ok(Reply::Quota { used, most, file_most, days }) = momo.query(Query::Quota {}) else {
        panic!()
    };
    assert_eq!((used, most, file_most, days), (3 << 20, 4 << 20, 3 << 20, 30));
}

#[test]
fn a_person_has_only_so_many_files_that_have_not_ended() {
    let ground = Ground::with(&[("files.per_account", "2")]);
    let (mut lime, mut momo, to) = pair(&ground);
    let first = lime.offer(to, 5);
    lime.offer(Target::Lobby, 5);
    let refusal = lime.try_offer(to, 5).unwrap_err();
    assert_eq!((refusal.reason, refusal.limit), (Reason::TooMany, Some(2)));
    momo.offer(Target::Lobby, 5);
    lime.command(Command::CancelFile { file: first }).unwrap();
    lime.offer(to, 5);
}

#[test]
fn a_disk_that_has_to_keep_room_takes_no_file() {
    let mut ground = Ground::start();
    let (mut lime, _momo, to) = pair(&ground);
    let whole = noise(5, 2 * MIB);
    let file = lime.offer(to, whole.len());
    ground.stop();
    crate::peer::set(ground.folder(), "files.free_mib", "1000000000");
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(lime.say(to, offer_of(1)).unwrap_err().reason, Reason::FilesFull);
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    assert_eq!(refused(ground.address, ticket), Reason::FilesFull);
    assert_eq!(lime.state(file), FileState::Coming, "it can come when there is room");
}

#[test]
fn so_many_travel_at_once() {
    let ground = Ground::with(&[("files.links", "4"), ("files.links_per_account", "3")]);
    let (mut lime, mut momo, to) = pair(&ground);
    let mut plum = ground.register("Plum");
    let file = lime.offer(to, 5);
    let other = momo.offer(Target::Lobby, 5);
    let open = |peer: &mut Peer, file| {
        let ticket = peer.ticket(file, FileWay::Down)?;
        Ok::<_, mychat::net::protocol::Refusal>(FileLink::show(ground.address, ticket, 0).0)
    };
    let late = lime.ticket(file, FileWay::Down).unwrap();
    let first = open(&mut lime, file).unwrap();
    let _second = open(&mut lime, file).unwrap();
    assert_eq!(lime.ticket(file, FileWay::Down).unwrap_err().reason, Reason::FilesBusy);
    assert_eq!(refused(ground.address, late), Reason::FilesBusy);
    let _third = open(&mut momo, other).unwrap();
    assert_eq!(plum.ticket(other, FileWay::Down).unwrap_err().reason, Reason::FilesBusy);
    // Whoever comes to its end makes room: here the file ends, which ends all its links.
    drop(first);
    lime.command(Command::CancelFile { file }).unwrap();
    loop {
        match open(&mut plum, other) {
            Ok(_) => break,
            Err(refusal) => assert_eq!(refusal.reason, Reason::FilesBusy),
        }
    }
}

#[test]
fn files_are_listed_newest_first_by_part_of_their_names() {
    let ground = Ground::start();
    let (mut lime, mut momo, to) = pair(&ground);
    let mut plum = ground.register("Plum");
    let names = ["Lab report.pdf", "notes.txt", "report 2.pdf", "picture.png"];
    let mut seqs = Vec::new();
    for name in names {
        lime.say(to, crate::peer::text("look")).unwrap();
        let body = mychat::domain::Body::File { name: name.into(), bytes: 9 };
        seqs.push(lime.say(to, body).unwrap());
    }
    let conversation = seqs[0].conversation;
    lime.command(Command::Recall { to, seq: seqs[1].seq }).unwrap();
    let list = |peer: &mut Peer, text: &str, before| {
        let text = text.to_owned();
        peer.query(Query::FileList { conversation, text, before }).map(|reply| match reply {
            Reply::FileList { files, more: false } => {
                files.into_iter().map(|(message, _)| message.seq).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        })
    };
    let [first, _, third, fourth] = [0, 1, 2, 3].map(|at: usize| seqs[at].seq);
    assert_eq!(list(&mut momo, "", None).unwrap(), [fourth, third, first]);
    assert_eq!(list(&mut momo, "REPORT", None).unwrap(), [third, first]);
    assert_eq!(list(&mut momo, "report", Some(third)).unwrap(), [first]);
    assert_eq!(list(&mut plum, "", None).unwrap_err().reason, Reason::NotFound);
}

#[test]
fn bytes_that_the_disk_lost_end_a_download_and_are_told_to_the_admin() {
    let ground = Ground::start();
    let (mut lime, mut momo, to) = pair(&ground);
    let whole = noise(9, 2 * MIB);
    let file = lime.offer(to, whole.len());
    assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
    let path = Files::of(ground.folder()).path(hash(&whole));
    let lost = Part::Stop(Reason::Failed.into());
    let fetch = |momo: &mut Peer| {
        let ticket = momo.ticket(file, FileWay::Down).unwrap();
        let (mut link, _) = FileLink::show(ground.address, ticket, 0);
        let mut outline = Outline::new(whole.len() as u64);
        (link.receive(&mut outline, &mut Vec::new()).unwrap(), outline.len())
    };
    std::fs::File::options().write(true).open(&path).unwrap().set_len(MIB as u64 + 5).unwrap();
    assert_eq!(fetch(&mut momo), (lost, 1));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(fetch(&mut momo), (Part::Stop(Reason::Failed.into()), 0));
    // Its admin puts it back.
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(fetch(&mut momo).1, 2);
}

#[test]
fn what_is_there_of_another_file_is_forgotten_when_its_sender_says_so() {
    let ground = Ground::start();
    let (mut lime, mut momo, to) = pair(&ground);
    let (before, whole) = (noise(10, 25 * MIB), noise(11, 25 * MIB));
    let file = lime.offer(to, whole.len());
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut link, mut outline) = FileLink::bring(ground.address, ticket, before.len());
    link.send(&mut outline, &before, 21).unwrap();
    link.cut();
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut link, outline) = FileLink::bring(ground.address, ticket, whole.len());
    assert!(
        (1..=21).contains(&outline.len()),
        "{}: a link that is cut may lose its last ones",
        outline.len()
    );
    parcel::write_stop(&mut link, &Reason::FileWrong.into()).unwrap();
    std::io::Write::flush(&mut link).unwrap();
    assert_eq!(link.end(), FileEnd::Refused(Reason::FileWrong.into()));
    assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
    assert!(fetch(ground.address, &mut momo, file) == whole);
}

#[cfg(unix)]
#[test]
fn what_people_sent_is_for_the_servers_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let files = Files::of(folder.path()).folder().to_owned();
    for path in [folder.path(), &files] {
        std::fs::create_dir_all(path).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let server = start(folder.path()).unwrap();
    let mode = std::fs::metadata(&files).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    drop(server);
}
