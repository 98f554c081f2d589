//! Property: what is carried arrives bit by bit, whatever ends in between; what is proven travels once;
//! and whatever does not arrive says why, and leaves nothing that is not whole under a name.

use std::collections::VecDeque;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use async_channel::Receiver;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use super::{Porter, upload};
use crate::client::api::{Carriage, Failure, TransferId};
use crate::client::state::{Carried, CarryEnd, CarryJob, Chance, Trip};
use crate::domain::{BlobId, CHUNK_BYTES, FileWay, Nonce, Outline, ServerId};
use crate::net::address::Address;
use crate::net::parcel::{self, ALPN_FILE, FileEnd, FileHello, FileWelcome, Part};
use crate::net::protocol::Reason;
use crate::net::tls::Identity;

const MIB: usize = 1 << 20;
const ID: TransferId = TransferId(Nonce([7; 16]));

type Damage = (fn(&mut Vec<u8>), u64);
type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A server of one file, and the folder of one client.
struct Dock {
    depot: Arc<Mutex<Depot>>,
    address: Address,
    server: ServerId,
    porter: Porter,
    carried: Receiver<Carried>,
    folder: TempDir,
    trips: u64,
}

/// What the server does.
#[derive(Default)]
struct Depot {
    /// All bytes of it: what is fetched, or came.
    bytes: Vec<u8>,
    /// Values of what came.
    outline: Option<Outline>,
    /// The next links end after so many chunks.
    cuts: VecDeque<u64>,
    /// Chunks that went over links.
    chunks: u64,
    /// Spoils this chunk, with the right value for what it became or without.
    spoils: Option<(usize, bool)>,
    /// Refused for this, as a welcome or behind the first chunk.
    refuses: Option<(Reason, bool)>,
    /// Says nothing for ever.
    is_silent: bool,
    /// Does not forget what its sender says to be something else.
    keeps_wrong: bool,
    /// Says first that it has nothing yet.
    waits: bool,
    /// Done when the first chunk came.
    meddles: Option<Box<dyn FnOnce() + Send>>,
}

impl Dock {
    fn new() -> Self {
        let identity = Identity::generate().unwrap();
        let (server, config) =
            (identity.server_id(), identity.server_config(&[ALPN_FILE]).unwrap());
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let depot = Arc::new(Mutex::new(Depot::default()));
        let theirs = Arc::clone(&depot);
        let thread = std::thread::Builder::new().name("depot".to_owned());
        thread.spawn(move || serve(&listener, &config, &theirs)).unwrap();
        let (porter, carried) = Porter::start().unwrap();
        let address = Address { host: "127.0.0.1".into(), port };
        let folder = tempfile::tempdir().unwrap();
        Dock { depot, address, server, porter, carried, folder, trips: 0 }
    }

    fn depot(&self) -> MutexGuard<'_, Depot> {
        self.depot.lock().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn go(&mut self, way: FileWay, path: &Path, bytes: usize, modified: Option<i64>) {
        self.trips += 1;
        let ticket = [u8::from(way == FileWay::Up); 32];
        let (number, address) = (self.trips, self.address.clone());
        let (bytes, server, path) = (bytes as u64, self.server, path.to_owned());
        let id = ID;
        let trip = Trip { id, number, way, path, bytes, modified, address, server, ticket };
        assert!(self.porter.send(CarryJob::Go(Box::new(trip))).is_ok());
    }

    /// The next thing that the thread says of its end, and how much it has proven.
    fn end(&self) -> (CarryEnd, u64) {
        loop {
            match self.carried.recv_blocking().unwrap() {
                Carried::Ended { number, done, end, .. } if number == self.trips => {
                    return (end, done);
                }
                _ => {}
            }
        }
    }

    fn up(&mut self, path: &Path) -> CarryEnd {
        let source = upload::look(path).unwrap();
        self.go(FileWay::Up, path, usize::try_from(source.bytes).unwrap(), source.modified);
        self.end().0
    }

    fn down(&mut self, name: &str) -> CarryEnd {
        let (path, bytes) = (self.path(name), self.depot().bytes.len());
        self.go(FileWay::Down, &path, bytes, None);
        self.end().0
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The download was told as whole: what proves it goes.
    fn sweep(&mut self, name: &str) {
        let path = self.path(name);
        super::part::sweep(ID, &path);
    }
}

fn serve(listener: &TcpListener, config: &Arc<ServerConfig>, depot: &Mutex<Depot>) {
    while let Ok((socket, _)) = listener.accept() {
        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
        // A link that breaks is what the tests are about.
        answer(StreamOwned::new(connection, socket), depot).ok();
    }
}

fn answer(mut link: Stream, depot: &Mutex<Depot>) -> std::io::Result<()> {
    let hello = parcel::read_frame::<FileHello>(&mut link)?;
    let (is_silent, refuses) = {
        let depot = depot.lock().unwrap();
        (depot.is_silent, depot.refuses)
    };
    if is_silent {
        // Until the other side hangs up.
        return parcel::read_frame::<FileHello>(&mut link).map(drop);
    }
    if let Some((reason, false)) = refuses {
        return parcel::write_frame(&mut link, &FileWelcome::Refused(reason.into()));
    }
    match hello.ticket[0] {
        0 => give(&mut link, depot, hello.chunks),
        _ => take(&mut link, depot),
    }
}

fn take(link: &mut Stream, depot: &Mutex<Depot>) -> std::io::Result<()> {
    let mut held = depot.lock().unwrap();
    let bytes = held.outline.as_ref().map_or(0, Outline::bytes);
    let mut outline = held.outline.take().unwrap_or_else(|| Outline::new(bytes));
    let cut = held.cuts.pop_front();
    let (refuses, meddles) = (held.refuses, held.meddles.take());
    let mut meddles = meddles;
    parcel::write_frame(link, &FileWelcome::Send { chunks: outline.len() })?;
    parcel::write_values(link, &outline)?;
    let (mut chunk, mut came, mut end) = (Vec::new(), 0, None);
    while end.is_none() && cut.is_none_or(|cut| came < cut) {
        match parcel::read_part(link, &outline, &mut chunk) {
            Ok(Part::Chunk(value)) => {
                assert_eq!(outline.value_of(outline.len(), &chunk), value);
                outline.push(value);
                held.bytes.extend_from_slice(&chunk);
                (came, held.chunks) = (came + 1, held.chunks + 1);
                meddles.take().into_iter().for_each(|meddle| meddle());
                if let Some((reason, true)) = refuses {
                    end = Some(FileEnd::Refused(reason.into()));
                }
            }
            Ok(Part::End(root)) => {
                assert_eq!(outline.root(), Some(root));
                end = Some(FileEnd::Kept {});
            }
            Ok(Part::Nothing) => {}
            Ok(Part::Stop(why)) if why.reason == Reason::FileWrong && !held.keeps_wrong => {
                (outline, held.bytes) = (Outline::new(bytes), Vec::new());
                end = Some(FileEnd::Refused(why));
            }
            Ok(Part::Stop(_)) | Err(_) => break,
        }
    }
    held.outline = Some(outline);
    end.map_or(Ok(()), |end| parcel::write_frame(link, &end))
}

fn give(link: &mut Stream, depot: &Mutex<Depot>, chunks: u64) -> std::io::Result<()> {
    let mut held = depot.lock().unwrap();
    let bytes = held.bytes.len() as u64;
    let (whole, cut) = (outline_of(&held.bytes), held.cuts.pop_front());
    parcel::write_frame(link, &FileWelcome::Take { bytes })?;
    if held.waits {
        parcel::write_nothing(link)?;
    }
    for (sent, index) in (0..).zip(chunks..whole.len()) {
        if cut.is_some_and(|cut| sent >= cut) {
            return Ok(());
        }
        let begin = usize::try_from(index).unwrap() * MIB;
        let mut chunk = held.bytes[begin..held.bytes.len().min(begin + MIB)].to_vec();
        let mut value = whole.values()[usize::try_from(index).unwrap()];
        if let Some((at, is_hidden)) = held.spoils
            && at as u64 == index
        {
            chunk[0] ^= 1;
            if is_hidden {
                value = whole.value_of(index, &chunk);
            }
        }
        parcel::write_chunk(link, &value, &chunk)?;
        held.chunks += 1;
    }
    if cut.is_some() {
        return Ok(());
    }
    parcel::write_end(link, BlobId(*blake3::hash(&held.bytes).as_bytes()))?;
    link.conn.send_close_notify();
    link.conn.complete_io(&mut link.sock).map(drop)
}

fn outline_of(bytes: &[u8]) -> Outline {
    let mut outline = Outline::new(bytes.len() as u64);
    for (index, chunk) in (0..).zip(bytes.chunks(MIB)) {
        outline.push(outline.value_of(index, chunk));
    }
    outline
}

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut reader = blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof();
    reader.fill(&mut bytes);
    bytes
}

/// A file that is to be sent, and a server that expects it.
fn expecting(bytes: &[u8]) -> (Dock, PathBuf) {
    let dock = Dock::new();
    let path = dock.path("source.bin");
    fs::write(&path, bytes).unwrap();
    dock.depot().outline = Some(Outline::new(bytes.len() as u64));
    (dock, path)
}

/// A server that has a file.
fn having(bytes: Vec<u8>) -> Dock {
    let dock = Dock::new();
    dock.depot().bytes = bytes;
    dock
}

#[test]
fn what_goes_up_and_comes_down_is_the_same_whatever_its_length() {
    for length in [0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 77, 40 * MIB] {
        let bytes = noise(1, length);
        let (mut dock, path) = expecting(&bytes);
        assert_eq!(dock.up(&path), CarryEnd::Whole(path.clone()), "{length}");
        assert!(dock.depot().bytes == bytes, "{length}");
        let copy = dock.path("copy.bin");
        assert_eq!(dock.down("copy.bin"), CarryEnd::Whole(copy.clone()), "{length}");
        assert!(fs::read(copy).unwrap() == bytes, "{length}");
        dock.sweep("copy.bin");
        assert_eq!(dock.names(), ["copy.bin", "source.bin"], "{length}");
    }
}

#[test]
fn links_that_are_cut_anywhere_cost_no_chunk_that_was_proven() {
    let mut chance = Chance::from_seed([9; 32]);
    for seed in 0..12 {
        println!("seed {seed}");
        let length = usize::try_from(chance.below(12 * CHUNK_BYTES)).unwrap();
        let chunks = Outline::chunks_of(length as u64);
        let bytes = noise(seed, length);
        for way in [FileWay::Up, FileWay::Down] {
            let (mut dock, path) = match way {
                FileWay::Up => expecting(&bytes),
                FileWay::Down => (having(bytes.clone()), PathBuf::new()),
            };
            dock.depot().cuts = (0..6).map(|_| chance.below(4)).collect();
            let mut end = CarryEnd::Cut;
            for _ in 0..=6 {
                if end == CarryEnd::Cut {
                    end = match way {
                        FileWay::Up => dock.up(&path),
                        FileWay::Down => dock.down("copy.bin"),
                    };
                }
            }
            let CarryEnd::Whole(path) = end else { panic!("{end:?}") };
            assert!(fs::read(path).unwrap() == bytes && dock.depot().bytes == bytes);
            assert_eq!(dock.depot().chunks, chunks, "each once");
        }
    }
}

#[test]
fn a_source_that_is_not_what_was_offered_is_never_said_to_be_whole() {
    let bytes = noise(2, 8 * MIB);
    let changes: [fn(&Path); 4] = [
        |path| fs::OpenOptions::new().append(true).open(path).unwrap().set_len(9 << 20).unwrap(),
        |path| fs::OpenOptions::new().append(true).open(path).unwrap().set_len(3 << 20).unwrap(),
        |path| {
            let file = fs::OpenOptions::new().append(true).open(path).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        },
        |path| fs::remove_file(path).unwrap(),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let failure = match index {
            3 => Failure::SourceGone,
            _ => Failure::SourceChanged,
        };
        // While it is being read.
        let (mut dock, path) = expecting(&bytes);
        let changed = path.clone();
        dock.depot().meddles = Some(Box::new(move || change(&changed)));
        assert_eq!(dock.up(&path), CarryEnd::Failed(failure.clone()), "{index}");
        // Before.
        let (mut dock, path) = expecting(&bytes);
        let source = upload::look(&path).unwrap();
        change(&path);
        dock.go(FileWay::Up, &path, bytes.len(), source.modified);
        assert_eq!(dock.end().0, CarryEnd::Failed(failure), "{index}");
        assert_eq!(dock.depot().chunks, 0);
    }
}

/// Writes other bytes into the source, which looks as it did.
fn forge(path: &Path, bytes: &[u8]) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, bytes).unwrap();
    let file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.set_modified(modified).unwrap();
}

#[test]
fn what_the_server_has_of_another_file_is_sent_anew() {
    let (bytes, other) = (noise(14, 24 * MIB), noise(15, 24 * MIB));
    for (restarts, keeps_wrong) in [(false, false), (true, false), (false, true)] {
        let (mut dock, path) = expecting(&bytes);
        dock.depot().cuts = [21].into();
        dock.depot().keeps_wrong = keeps_wrong;
        assert_eq!(dock.up(&path), CarryEnd::Cut);
        forge(&path, &other);
        if restarts {
            (dock.porter, dock.carried) = Porter::start().unwrap();
        }
        assert_eq!(dock.up(&path), CarryEnd::Cut);
        assert_eq!(dock.depot().chunks, 21, "none behind those of something else");
        if keeps_wrong {
            assert_eq!(dock.up(&path), CarryEnd::Failed(Failure::SourceChanged));
        } else {
            assert_eq!(dock.up(&path), CarryEnd::Whole(path));
            assert!(dock.depot().bytes == other);
        }
    }
}

#[test]
fn a_folder_or_nothing_is_no_file_to_send() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), PathBuf::from("/dev/null")] {
        assert!(matches!(upload::look(&path), Err(Failure::File(_))), "{path:?}");
    }
    let gone = upload::look(&folder.path().join("none"));
    assert!(matches!(gone, Err(Failure::SourceGone)));
    let path = folder.path().join("CON.txt");
    fs::write(&path, "abc").unwrap();
    let source = upload::look(&path).unwrap();
    assert_eq!((source.name.as_str(), source.bytes), ("_CON.txt", 3));
}

#[test]
fn a_no_of_the_server_is_handed_on_as_it_is() {
    for is_late in [false, true] {
        let bytes = noise(3, 30 * MIB);
        let (mut dock, path) = expecting(&bytes);
        dock.depot().refuses = Some((Reason::FileGone, is_late));
        assert_eq!(dock.up(&path), CarryEnd::Refused(Reason::FileGone.into()), "{is_late}");
    }
    let mut dock = having(noise(3, MIB));
    dock.depot().refuses = Some((Reason::FilesBusy, false));
    assert_eq!(dock.down("a"), CarryEnd::Refused(Reason::FilesBusy.into()));
}

#[test]
fn what_is_not_what_was_sent_gets_no_name_and_leaves_nothing() {
    for is_hidden in [false, true] {
        let mut dock = having(noise(4, 5 * MIB));
        dock.depot().spoils = Some((3, is_hidden));
        assert_eq!(dock.down("a.bin"), CarryEnd::Failed(Failure::FileBroken));
        assert_eq!(dock.names(), [""; 0], "{is_hidden}");
        dock.depot().spoils = None;
        assert_eq!(dock.down("a.bin"), CarryEnd::Whole(dock.path("a.bin")));
    }
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let mut dock = having(noise(5, MIB));
    fs::write(dock.path("a.tar.gz"), "mine").unwrap();
    fs::create_dir(dock.path("a.tar (2).gz")).unwrap();
    assert_eq!(dock.down("a.tar.gz"), CarryEnd::Whole(dock.path("a.tar (3).gz")));
    assert_eq!(fs::read(dock.path("a.tar.gz")).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_part_is_not_followed() {
    let mut dock = having(noise(6, MIB));
    let elsewhere = tempfile::tempdir().unwrap();
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "mine").unwrap();
    let part = dock.path(&format!(".mychat-{}.part", ID.0));
    std::os::unix::fs::symlink(&victim, part).unwrap();
    assert_eq!(dock.down("a"), CarryEnd::Failed(Failure::SaveDenied));
    assert_eq!(fs::read(victim).unwrap(), b"mine");
}

#[test]
fn where_nothing_can_be_written_is_said() {
    let mut dock = having(noise(7, MIB));
    let (inside, bytes) = (dock.path("none/of/it/a"), dock.depot().bytes.len());
    for path in [inside, PathBuf::from("/proc/a"), PathBuf::from("/")] {
        dock.go(FileWay::Down, &path, bytes, None);
        assert_eq!(dock.end().0, CarryEnd::Failed(Failure::SaveDenied), "{path:?}");
    }
    // More than any disk has.
    let path = dock.path("a");
    dock.go(FileWay::Down, &path, usize::MAX / 4, None);
    assert_eq!(dock.end().0, CarryEnd::Failed(Failure::SaveFull));
    assert_eq!(dock.depot().chunks, 0);
}

#[test]
fn a_folder_that_is_not_there_yet_is_made() {
    let mut dock = having(noise(8, 9));
    for name in ["received/a", "of all/10001/a"] {
        let path = dock.path(name);
        dock.go(FileWay::Down, &path, 9, None);
        assert_eq!(dock.end().0, CarryEnd::Whole(path));
    }
}

#[test]
fn a_proof_that_a_power_cut_spoiled_counts_as_far_as_it_is_right() {
    let bytes = noise(9, 6 * MIB);
    // Each damage, and the chunks that are still proven behind it.
    let damages: [Damage; 5] = [
        (|proof| proof.truncate(2 * 40 + 13), 2),
        (|proof| proof[40..].fill(0), 1),
        (|proof| proof[0] ^= 1, 0),
        (Vec::clear, 0),
        (|proof| proof.extend_from_slice(&[0xAB; 400]), 4),
    ];
    for (index, (damage, proven)) in damages.into_iter().enumerate() {
        let mut dock = having(bytes.clone());
        dock.depot().cuts = [4].into();
        assert_eq!(dock.down("a"), CarryEnd::Cut);
        let path = dock.path(&format!(".mychat-{}.proof", ID.0));
        let mut proof = fs::read(&path).unwrap();
        assert_eq!(proof.len(), 4 * 40);
        damage(&mut proof);
        fs::write(&path, proof).unwrap();
        dock.depot().chunks = 0;
        assert_eq!(dock.down("a"), CarryEnd::Whole(dock.path("a")), "{index}");
        assert!(fs::read(dock.path("a")).unwrap() == bytes, "{index}");
        assert_eq!(dock.depot().chunks, 6 - proven, "{index}");
    }
    // Bytes that are not there are not proven.
    let mut dock = having(bytes.clone());
    dock.depot().cuts = [4].into();
    assert_eq!(dock.down("a"), CarryEnd::Cut);
    let part = dock.path(&format!(".mychat-{}.part", ID.0));
    fs::OpenOptions::new().write(true).open(part).unwrap().set_len((3 << 20) - 1).unwrap();
    dock.depot().chunks = 0;
    assert_eq!(dock.down("a"), CarryEnd::Whole(dock.path("a")));
    assert!(fs::read(dock.path("a")).unwrap() == bytes);
    assert_eq!(dock.depot().chunks, 4);
}

#[test]
fn a_file_that_got_its_name_and_was_not_told_is_found_again() {
    let mut dock = having(noise(10, 2 * MIB + 1));
    fs::write(dock.path("a"), "mine").unwrap();
    assert_eq!(dock.down("a"), CarryEnd::Whole(dock.path("a (2)")));
    let chunks = dock.depot().chunks;
    // The program ended before it could say so: the same transfer goes again.
    assert_eq!(dock.down("a"), CarryEnd::Whole(dock.path("a (2)")));
    assert_eq!(dock.depot().chunks, chunks, "nothing came again");
    dock.sweep("a");
    assert_eq!(dock.names(), ["a", "a (2)"]);
    // Another one is another one.
    assert_eq!(dock.down("a"), CarryEnd::Whole(dock.path("a (3)")));
}

#[test]
fn a_stop_ends_it_at_once_wherever_it_is() {
    let mut dock = having(noise(11, MIB));
    dock.depot().is_silent = true;
    let path = dock.path("a");
    for _ in 0..3 {
        dock.go(FileWay::Down, &path, MIB, None);
        dock.porter.send(CarryJob::Stop(ID)).unwrap();
        assert_eq!(dock.end().0, CarryEnd::Cut);
    }
    // A newer try ends the older one, which wrote to the same file.
    dock.go(FileWay::Down, &path, MIB, None);
    dock.depot().is_silent = false;
    dock.go(FileWay::Down, &path, MIB, None);
    assert_eq!(dock.end().0, CarryEnd::Whole(path.clone()));
    // So does the end of the client, while it waits.
    dock.depot().is_silent = true;
    dock.go(FileWay::Down, &dock.path("b"), MIB, None);
    drop(dock);
}

#[test]
fn another_key_is_no_server_of_this_file() {
    let mut dock = having(noise(12, MIB));
    dock.server = ServerId([1; 32]);
    assert_eq!(dock.down("a"), CarryEnd::Cut);
    assert_eq!(dock.depot().chunks, 0);
}

#[test]
fn how_far_it_is_is_told_and_that_it_waits() {
    let mut dock = having(noise(13, 3 * MIB));
    dock.depot().waits = true;
    let path = dock.path("a");
    dock.go(FileWay::Down, &path, 3 * MIB, None);
    let (mut waited, mut last) = (false, 0);
    let end = loop {
        match dock.carried.recv_blocking().unwrap() {
            Carried::Waits { .. } => waited = true,
            Carried::Went { done, moved, .. } => {
                assert!(last <= moved && done <= moved, "{done} of {moved}");
                last = moved;
            }
            Carried::Ended { end, done, .. } => break (end, done),
            Carried::Looked(..) => {}
        }
    };
    assert_eq!(end, (CarryEnd::Whole(path), 3 * CHUNK_BYTES));
    assert!(waited);
}

/// By its own command, since hashing so much takes minutes without optimization:
/// `cargo test --release --lib larger_than_four -- --ignored`.
#[test]
#[ignore = "5 GiB, for a release build"]
fn a_file_larger_than_four_gib_is_counted_right() {
    const BYTES: u64 = (5 << 30) + 3;
    let mut dock = Dock::new();
    let path = dock.path("sparse.bin");
    fs::File::create(&path).unwrap().set_len(BYTES).unwrap();
    // The server has all but the last three chunks.
    let (mut outline, zeroes) = (Outline::new(BYTES), vec![0; MIB]);
    while outline.len() < Outline::chunks_of(BYTES) - 3 {
        outline.push(outline.value_of(outline.len(), &zeroes));
    }
    dock.depot().outline = Some(outline);
    assert_eq!(dock.up(&path), CarryEnd::Whole(path.clone()));
    let depot = dock.depot();
    assert_eq!((depot.chunks, depot.bytes.len()), (3, 2 * MIB + 3));
    let root = depot.outline.as_ref().unwrap().root();
    let mut hasher = blake3::Hasher::new();
    std::io::copy(&mut fs::File::open(&path).unwrap(), &mut hasher).unwrap();
    assert_eq!(root, Some(BlobId(*hasher.finalize().as_bytes())));
}

#[test]
fn who_waits_to_go_slowly_stops_at_once() {
    let (mut dock, path) = expecting(&noise(5, 4 * MIB));
    let carriage = Carriage { up: Some(1), ..Carriage::default() };
    assert!(dock.porter.send(CarryJob::Throttle(carriage)).is_ok());
    dock.go(FileWay::Up, &path, 4 * MIB, upload::look(&path).unwrap().modified);
    // The link stands; the second piece would go in hours.
    while !matches!(dock.carried.recv_blocking(), Ok(Carried::Went { .. })) {}
    assert!(dock.porter.send(CarryJob::Stop(ID)).is_ok());
    assert_eq!(dock.end(), (CarryEnd::Cut, 0));
}
