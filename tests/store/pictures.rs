//! Property: a picture that a row names has its file, and a file that no row names does not stay,
//! whatever comes together in one batch.

use mychat::domain::{
    BlobId, Body, ConversationId, ConversationKind, Joining, Nonce, RoomId, Seq, Target,
};
use mychat::limits::{BLOB_IDLE_MAX, EMPTIED_AT_ONCE, Limits};
use mychat::net::protocol::{Command, Reason};
use mychat::server::job::{Caller, Job, Outcome, left_files};
use mychat::server::sweep::{Leftovers, Lying};
use mychat::store::blobs::Files;
use mychat::store::messages::{Continue, Order};

use crate::stage::{DAY, MINUTE, Stage, TEN_YEARS_MS, refusal};

const BYTES: &[u8] = b"some picture";

struct Gallery {
    stage: Stage,
    files: Files,
    lime: Caller,
    said: u64,
    _data: tempfile::TempDir,
}

impl Gallery {
    fn new(limits: Limits) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut stage = Stage::new(limits, data.path());
        let (lime, files) = (stage.register(), Files::of(data.path()));
        Gallery { stage, files, lime, said: 0, _data: data }
    }

    /// The file is written, and the job is what comes next.
    fn upload(&self, bytes: &[u8]) -> Job {
        self.files.put(id(bytes), bytes).unwrap();
        let (caller, bytes_all) = (self.lime.clone(), bytes.len() as u64);
        Job::Blob { caller, id: 1, blob: id(bytes), bytes: bytes_all }
    }

    /// A batch, and what is done behind its commit.
    fn batch(&mut self, jobs: &[Job]) -> Vec<Outcome> {
        let outcomes = self.stage.batch(jobs);
        for blob in left_files(&outcomes) {
            self.files.remove(blob).unwrap();
        }
        outcomes
    }

    fn order(&mut self, command: Command) {
        self.stage.command(&self.lime, command).unwrap();
    }

    fn say(&mut self, to: Target, body: Body) {
        self.said += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.said.to_be_bytes());
        self.order(Command::Send { to, nonce: Nonce(nonce), body });
    }

    /// Whether a row names it, and whether its file is there.
    fn kept(&self, bytes: &[u8]) -> (bool, bool) {
        let row = self.stage.rows().get_blob(id(bytes)).unwrap();
        (row.is_some(), self.files.path(id(bytes)).exists())
    }
}

fn id(bytes: &[u8]) -> BlobId {
    BlobId(*blake3::hash(bytes).as_bytes())
}

fn image(bytes: &[u8]) -> Body {
    let (picture, thumb, name) = (id(bytes), id(bytes), String::new());
    Body::Image { picture, bytes: 9, width: 9, height: 9, thumb, name }
}

fn sweep(bytes: &[u8]) -> Job {
    Job::Sweep { blobs: vec![id(bytes)], files: Vec::new() }
}

#[test]
fn a_picture_that_comes_again_while_it_is_swept_stays() {
    let mut gallery = Gallery::new(Limits::default());
    let job = gallery.upload(BYTES);
    gallery.batch(&[job]);
    gallery.stage.pass(BLOB_IDLE_MAX + MINUTE);
    let again = gallery.upload(BYTES);
    let outcomes = gallery.batch(&[sweep(BYTES), again]);
    assert_eq!(refusal(&outcomes[1]), Ok(()));
    assert_eq!(gallery.kept(BYTES), (true, true));
    // The other way round it is no longer idle.
    gallery.stage.pass(BLOB_IDLE_MAX + MINUTE);
    let again = gallery.upload(BYTES);
    gallery.batch(&[again, sweep(BYTES)]);
    assert_eq!(gallery.kept(BYTES), (true, true));
    gallery.stage.pass(BLOB_IDLE_MAX + MINUTE);
    let late = gallery.upload(BYTES);
    gallery.batch(&[sweep(BYTES)]);
    let outcomes = gallery.batch(&[late]);
    assert_eq!(refusal(&outcomes[0]), Err(Reason::Failed), "its file went meanwhile");
    assert_eq!(gallery.kept(BYTES), (false, false));
}

#[test]
fn what_is_not_taken_leaves_no_file() {
    let mut gallery = Gallery::new(Limits::default());
    gallery.stage.full.store(true, std::sync::atomic::Ordering::Relaxed);
    let job = gallery.upload(BYTES);
    let outcomes = gallery.batch(&[job]);
    assert_eq!(refusal(&outcomes[0]), Err(Reason::DiskFull));
    assert_eq!(gallery.kept(BYTES), (false, false));
    gallery.stage.full.store(false, std::sync::atomic::Ordering::Relaxed);
    let (mine, other) = (gallery.upload(BYTES), gallery.upload(b"another"));
    gallery.batch(&[mine]);
    // The device signed in again: the older session brings nothing any more.
    let (account, mine) = (gallery.lime.account, gallery.upload(BYTES));
    gallery.stage.sign_in(account, 1).unwrap();
    let outcomes = gallery.batch(&[mine, other]);
    assert_eq!(outcomes.iter().map(refusal).collect::<Vec<_>>(), [Err(Reason::Fenced); 2]);
    assert_eq!(gallery.kept(BYTES), (true, true), "it was there before");
    assert_eq!(gallery.kept(b"another"), (false, false));
}

#[test]
fn a_picture_lies_unused_for_a_day_of_the_server() {
    for jump in [TEN_YEARS_MS, -TEN_YEARS_MS] {
        let mut gallery = Gallery::new(Limits::default());
        let job = gallery.upload(BYTES);
        gallery.batch(&[job]);
        gallery.stage.wall_ms += jump;
        gallery.stage.pass(DAY.saturating_sub(MINUTE));
        gallery.batch(&[sweep(BYTES)]);
        assert_eq!(gallery.kept(BYTES), (true, true), "{jump}");
        gallery.stage.pass(MINUTE);
        gallery.stage.register();
        let found = Leftovers::find(
            &gallery.stage.rows(),
            &Lying::look(&gallery.files),
            &Limits::default(),
        )
        .unwrap();
        assert_eq!(found.idle, [id(BYTES)]);
        gallery.batch(&[sweep(BYTES)]);
        assert_eq!(gallery.kept(BYTES), (false, false), "{jump}");
    }
}

#[test]
fn a_file_that_no_row_names_is_found_and_goes() {
    let mut gallery = Gallery::new(Limits::default());
    let job = gallery.upload(BYTES);
    gallery.batch(&[job]);
    gallery.files.put(id(b"left"), b"left").unwrap();
    let found =
        Leftovers::find(&gallery.stage.rows(), &Lying::look(&gallery.files), &Limits::default())
            .unwrap();
    assert_eq!((found.idle.len(), found.orphans.into_iter().collect()), (0, vec![id(b"left")]));
    gallery.batch(&[sweep(b"left")]);
    assert_eq!(gallery.kept(b"left"), (false, false));
    assert_eq!(gallery.kept(BYTES), (true, true));
}

#[test]
fn pictures_that_nobody_shows_are_counted() {
    let mut gallery = Gallery::new(Limits { uploads_idle_mib: 0, ..Limits::default() });
    let job = gallery.upload(BYTES);
    let outcomes = gallery.batch(&[job]);
    assert_eq!(refusal(&outcomes[0]), Err(Reason::DiskFull));
    let mut gallery = Gallery::new(Limits::default());
    for (bytes, total) in [(BYTES, 12), (b"another", 19), (BYTES, 19)] {
        let job = gallery.upload(bytes);
        gallery.batch(&[job]);
        assert_eq!(gallery.stage.rows().count_idle_bytes().unwrap(), total);
    }
    gallery.stage.pass(2 * DAY);
    gallery.batch(&[sweep(BYTES)]);
    assert_eq!(gallery.stage.rows().count_idle_bytes().unwrap(), 7);
}

/// A room that is dissolved takes what was said in it along, a part at a time, and the pictures in it
/// with that, but for those that are shown elsewhere too.
#[test]
fn what_was_said_in_a_dissolved_room_goes() {
    let mut gallery = Gallery::new(Limits { messages_burst: 10_000, ..Limits::default() });
    let (shared, only) = (BYTES, &b"seen in the room only"[..]);
    let jobs = [gallery.upload(shared), gallery.upload(only)];
    gallery.batch(&jobs);
    let (name, joining) = ("Room".to_owned(), Joining::Open);
    let make = Command::CreateRoom { name, joining, invite: Vec::new(), colour: None };
    gallery.order(make);
    let room = Target::Room(RoomId::FIRST);
    let log = gallery.stage.rows().get_room(RoomId::FIRST).unwrap().unwrap().conversation;
    gallery.say(Target::Lobby, image(shared));
    for number in 0..2 * EMPTIED_AT_ONCE {
        let body = match number % 300 {
            7 => image(shared),
            8 => image(only),
            _ => Body::text(number.to_string()),
        };
        gallery.say(room, body);
    }
    let uses = |gallery: &Gallery| {
        let of = |bytes| gallery.stage.rows().get_blob(id(bytes)).unwrap().unwrap().uses;
        (of(shared), of(only))
    };
    assert_eq!(uses(&gallery), (10, 8));
    gallery.order(Command::DissolveRoom { room: RoomId::FIRST });
    let left = |gallery: &Gallery| {
        let (kind, mut left) = (ConversationKind::Room { room: RoomId::FIRST }, 0);
        let all = (Seq(1), Seq(u64::MAX));
        let count = |_, _| {
            left += 1;
            Continue::Yes
        };
        gallery.stage.rows().list_messages(log, kind, all, Order::OldestFirst, count).unwrap();
        left
    };
    let whole = left(&gallery);
    assert!(whole > 2 * EMPTIED_AT_ONCE, "{whole}");
    gallery.batch(&[Job::Empty { log: ConversationId::LOBBY }]);
    assert_eq!(uses(&gallery), (10, 8), "a log that can be read is not emptied");
    let mut parts = 0;
    while let Some(log) = gallery.stage.rows().get_emptied().unwrap() {
        gallery.batch(&[Job::Empty { log }]);
        parts += 1;
        assert_eq!(left(&gallery), whole.saturating_sub(parts * EMPTIED_AT_ONCE));
    }
    assert_eq!((parts, left(&gallery), uses(&gallery)), (3, 0, (2, 0)));
}
