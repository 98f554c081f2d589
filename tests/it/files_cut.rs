//! Property: a link or a server that ends at any byte loses nothing that was proven, and what is wrong
//! is never kept.

use std::io::Write;
use std::sync::atomic::Ordering;

use mychat::domain::{FileState, FileWay, Outline, Target};
use mychat::net::parcel::{self, FileEnd, FileWelcome, Part};
use mychat::net::protocol::Reason;
use mychat::store::blobs::Files;

use crate::parcels::{FileLink, MIB, bring, fetch, hash, noise, part};
use crate::peer::{Ground, PASSWORD, Peer};

/// Set to try more seeds than a gate has time for.
const SEEDS: &str = "MYCHAT_SEEDS";

struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn seeds() -> u64 {
    std::env::var(SEEDS).ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(6)
}

/// A link that hangs up behind so many bytes.
struct Short<'a> {
    link: &'a mut FileLink,
    left: usize,
}

impl Write for Short<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = bytes.len().min(self.left);
        if count == 0 {
            self.link.flush()?;
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
        self.left -= count;
        self.link.write_all(&bytes[..count])?;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.link.flush()
    }
}

#[test]
fn an_upload_goes_on_where_it_was_proven_wherever_it_is_cut() {
    for seed in 1..=seeds() {
        println!("seed {seed}");
        let mut chance = Chance(seed);
        let mut ground = Ground::start();
        let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
        let to = Target::Account(momo.account());
        drop(momo);
        let length = 1 + usize::try_from(chance.below(6 << 20)).unwrap();
        let whole = noise(seed, length);
        let file = lime.offer(to, length);
        let mut proven = 0;
        for _ in 0..8 {
            let ticket = lime.ticket(file, FileWay::Up).unwrap();
            let (mut link, mut outline) = FileLink::bring(ground.address, ticket, length);
            assert!(outline.len() >= proven, "{} chunks, {proven} before", outline.len());
            proven = outline.len();
            let values = outline.values().to_vec();
            assert_eq!(values, values_of(&whole)[..values.len()]);
            let left = usize::try_from(chance.below(4 << 20)).unwrap();
            let mut short = Short { link: &mut link, left };
            while let Some(next) = outline.next() {
                let chunk = part(&whole, next.start, next.end);
                let value = outline.value_of(outline.len(), chunk);
                if parcel::write_chunk(&mut short, &value, chunk).is_err() {
                    break;
                }
                outline.push(value);
            }
            link.cut();
            if chance.below(4) == 0 {
                drop(lime);
                ground.restart();
                lime = ground.connect();
                lime.sign_in("Lime", PASSWORD).unwrap();
            }
        }
        assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
        assert!(fetch(ground.address, &mut lime, file) == whole);
    }
}

fn values_of(whole: &[u8]) -> Vec<[u8; 32]> {
    let mut outline = Outline::new(whole.len() as u64);
    while let Some(next) = outline.next() {
        let value = outline.value_of(outline.len(), part(whole, next.start, next.end));
        outline.push(value);
    }
    outline.values().to_vec()
}

#[test]
fn a_download_goes_on_behind_what_is_there() {
    let ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let whole = noise(7, 4 * MIB + 3);
    let file = lime.offer(Target::Account(momo.account()), whole.len());
    assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
    for have in 0..=5 {
        let ticket = lime.ticket(file, FileWay::Down).unwrap();
        let (mut link, welcome) = FileLink::show(ground.address, ticket, have);
        assert_eq!(welcome, FileWelcome::Take { bytes: whole.len() as u64 });
        let mut outline = Outline::new(whole.len() as u64);
        let values = values_of(&whole);
        values.iter().take(usize::try_from(have).unwrap()).for_each(|value| outline.push(*value));
        let (from, mut got) = (usize::try_from(outline.proven()).unwrap(), Vec::new());
        assert_eq!(link.receive(&mut outline, &mut got).unwrap(), Part::End(hash(&whole)));
        assert!(got == whole[from..], "{have}");
    }
    let ticket = lime.ticket(file, FileWay::Down).unwrap();
    let FileWelcome::Refused(refusal) = FileLink::show(ground.address, ticket, 6).1 else {
        panic!()
    };
    assert_eq!(refusal.reason, Reason::BadValue);
}

#[test]
fn a_server_that_starts_again_goes_on_in_the_middle() {
    let mut ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let whole = noise(8, 3 * MIB);
    let file = lime.offer(Target::Account(momo.account()), whole.len());
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut link, mut outline) = FileLink::bring(ground.address, ticket, whole.len());
    let down = lime.ticket(file, FileWay::Down).unwrap();
    let (mut taking, _) = FileLink::show(ground.address, down, 0);
    link.send(&mut outline, &whole, 2).unwrap();
    // Both have come to whoever fetches, so the server has them.
    let (mut taken, mut chunk) = (Outline::new(whole.len() as u64), Vec::new());
    for _ in 0..2 {
        let Part::Chunk(value) = taking.read(&taken, &mut chunk).unwrap() else { panic!() };
        taken.push(value);
    }
    drop((lime, momo));
    ground.restart();
    assert!(
        taking.read(&taken, &mut chunk).is_err() && link.send(&mut outline, &whole, 9).is_err()
    );
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(lime.status(file).unwrap().here, 2 << 20);
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut link, mut outline) = FileLink::bring(ground.address, ticket, whole.len());
    assert_eq!(outline.len(), 2);
    link.send(&mut outline, &whole, 9).unwrap();
    assert_eq!(link.finish(hash(&whole)), FileEnd::Kept {});
    assert!(fetch(ground.address, &mut lime, file) == whole);
}

#[test]
fn what_is_wrong_is_not_kept_and_can_come_again() {
    let ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let whole = noise(9, 2 * MIB + 9);
    let file = lime.offer(Target::Account(momo.account()), whole.len());
    let wrong =
        |end: FileEnd| matches!(end, FileEnd::Refused(why) if why.reason == Reason::FileWrong);
    let open = |lime: &mut Peer| {
        let ticket = lime.ticket(file, FileWay::Up).unwrap();
        FileLink::bring(ground.address, ticket, whole.len())
    };
    // A chunk that has not the value that comes with it: those before it stay.
    let (mut link, mut outline) = open(&mut lime);
    link.send(&mut outline, &whole, 1).unwrap();
    parcel::write_chunk(&mut link, &[7; 32], &whole[MIB..2 * MIB]).unwrap();
    link.flush().unwrap();
    assert!(wrong(link.end()));
    // An end before the end.
    let (mut link, outline) = open(&mut lime);
    assert_eq!(outline.len(), 1);
    assert!(wrong(link.finish(hash(&whole))));
    // Other bytes than were meant, each chunk as it says: nothing of them stays.
    let (mut link, mut outline) = open(&mut lime);
    link.send(&mut outline, &noise(10, whole.len()), u64::MAX).unwrap();
    assert!(wrong(link.finish(hash(&whole))));
    let (link, outline) = open(&mut lime);
    assert!(outline.is_empty());
    link.cut();
    assert_eq!(lime.state(file), FileState::Coming);
    assert_eq!(Files::of(ground.folder()).list().unwrap(), []);
    assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
    assert!(fetch(ground.address, &mut lime, file) == whole);
}

#[test]
fn a_newer_link_of_the_same_file_takes_over() {
    let ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let whole = noise(11, 3 * MIB);
    let file = lime.offer(Target::Account(momo.account()), whole.len());
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut older, mut outline) = FileLink::bring(ground.address, ticket, whole.len());
    older.send(&mut outline, &whole, 1).unwrap();
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut newer, mut outline) = FileLink::bring(ground.address, ticket, whole.len());
    older.is_cut();
    newer.send(&mut outline, &whole, u64::MAX).unwrap();
    assert_eq!(newer.finish(hash(&whole)), FileEnd::Kept {});
    assert!(fetch(ground.address, &mut lime, file) == whole);
}

#[test]
fn garbage_in_place_of_a_hello_costs_only_its_link() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    for garbage in [&[0xFF; 64][..], b"\0\0\0\x01x", b"\0\0\x10\x01"] {
        let mut link = FileLink::open(ground.address);
        link.write_all(garbage).unwrap();
        link.flush().unwrap();
        link.is_cut();
    }
    lime.barrier();
}

#[test]
fn what_travels_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (server, address) = crate::peer::start(folder.path()).unwrap();
    let mut lime = Peer::connect(address);
    lime.register("Lime").unwrap();
    let whole = noise(12, MIB + 1);
    let file = lime.offer(Target::Lobby, whole.len());
    assert_eq!(bring(address, &mut lime, file, &whole), FileEnd::Kept {});
    assert!(fetch(address, &mut lime, file) == whole);
    let metrics = server.metrics();
    let counted = [&metrics.files_in, &metrics.files_out].map(|n| n.load(Ordering::Relaxed));
    assert_eq!(counted, [whole.len() as u64; 2]);
    drop(lime);
    server.stopper().stop();
    server.wait().unwrap();
}
