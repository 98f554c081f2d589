//! Property: a file that is taken back, not wanted, recalled, dissolved with its room or at its age's
//! end is gone for everybody at once, wherever its bytes are, and nothing of it is left on the disk.

use mychat::domain::{FileId, FileState, FileWay, Joining, Outline, Target};
use mychat::net::parcel::{FileEnd, FileWelcome, Part};
use mychat::net::protocol::{Auth, AuthStep, Command, Event, Reason, Reply};
use mychat::store::blobs::Files;
use mychat::store::{Engine, Reads, Writes, schema};

use crate::parcels::{FileLink, MIB, bring, fetch, hash, noise};
use crate::peer::{Ground, PASSWORD, Peer};

/// Ends a file in some way; says what it is then.
type Ending = fn(&mut Peer, &mut Peer, FileId, Target) -> FileState;

const ENDINGS: [Ending; 3] = [
    |lime, _, file, _| {
        lime.command(Command::CancelFile { file }).unwrap();
        FileState::Cancelled
    },
    |_, momo, file, _| {
        momo.command(Command::DeclineFile { file }).unwrap();
        FileState::Declined
    },
    |lime, _, file, to| {
        lime.command(Command::Recall { to, seq: file.seq }).unwrap();
        FileState::Cancelled
    },
];

/// How far the file is when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Offered,
    Broken,
    Running,
    Kept,
}

#[test]
fn a_file_ends_in_every_state() {
    for stage in [Stage::Offered, Stage::Broken, Stage::Running, Stage::Kept] {
        for (number, end) in ENDINGS.iter().enumerate() {
            println!("{stage:?}, ending {number}");
            let mut ground = Ground::start();
            let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
            let to = Target::Account(momo.account());
            let whole = noise(1, 2 * MIB);
            let file = lime.offer(to, whole.len());
            let mut links = run_to(stage, &ground, (&mut lime, &mut momo), file, &whole);
            let state = end(&mut lime, &mut momo, file, to);
            for peer in [&mut lime, &mut momo] {
                let told = loop {
                    let told = peer.told(file);
                    if told.state != FileState::Kept {
                        break told;
                    }
                };
                assert_eq!((told.state, told.here, told.hash, told.until), (state, 0, None, None));
                assert_eq!(peer.state(file), state);
                let why = peer.ticket(file, FileWay::Down).unwrap_err().reason;
                assert_eq!(why, Reason::FileGone);
            }
            if let Some((up, down, outline)) = &mut links {
                let FileEnd::Refused(why) = up.end() else { panic!() };
                assert_eq!(why.reason, Reason::FileGone);
                let stop = down.receive(outline, &mut Vec::new()).unwrap();
                assert_eq!(stop, Part::Stop(Reason::FileGone.into()));
            }
            assert_eq!(lime.used(), 0);
            assert_eq!(lime.ticket(file, FileWay::Up).unwrap_err().reason, Reason::FileGone);
            drop((lime, momo, links));
            ground.stop();
            let files = Files::of(ground.folder());
            assert_eq!((files.list().unwrap(), files.list_incoming().unwrap()), (vec![], vec![]));
        }
    }
}

type Links = (FileLink, FileLink, Outline);

fn run_to(
    stage: Stage,
    ground: &Ground,
    (lime, momo): (&mut Peer, &mut Peer),
    file: FileId,
    whole: &[u8],
) -> Option<Links> {
    if stage == Stage::Offered {
        return None;
    }
    if stage == Stage::Kept {
        assert_eq!(bring(ground.address, lime, file, whole), FileEnd::Kept {});
        return None;
    }
    let ticket = lime.ticket(file, FileWay::Up).unwrap();
    let (mut up, mut sent) = FileLink::bring(ground.address, ticket, whole.len());
    let ticket = momo.ticket(file, FileWay::Down).unwrap();
    let (mut down, _) = FileLink::show(ground.address, ticket, 0);
    up.send(&mut sent, whole, 1).unwrap();
    let mut taken = Outline::new(whole.len() as u64);
    let Part::Chunk(value) = down.read(&taken, &mut Vec::new()).unwrap() else { panic!() };
    taken.push(value);
    if stage == Stage::Broken {
        up.cut();
        down.cut();
        return None;
    }
    Some((up, down, taken))
}

#[test]
fn an_end_is_for_who_may_and_the_first_one_holds() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut plum = ground.register("Plum");
    let file = lime.offer(Target::Account(momo.account()), 5);
    let why = |peer: &mut Peer, command: Command| peer.command(command).unwrap_err().reason;
    assert_eq!(why(&mut momo, Command::CancelFile { file }), Reason::NotYours);
    assert_eq!(why(&mut plum, Command::CancelFile { file }), Reason::NotFound);
    assert_eq!(why(&mut plum, Command::DeclineFile { file }), Reason::NotFound);
    assert_eq!(why(&mut lime, Command::DeclineFile { file }), Reason::NotAllowed);
    assert_eq!(why(&mut momo, Command::TookFile { file }), Reason::BadValue, "it is not here");
    momo.command(Command::DeclineFile { file }).unwrap();
    // A lost answer is asked for again.
    momo.command(Command::DeclineFile { file }).unwrap();
    assert_eq!(why(&mut lime, Command::CancelFile { file }), Reason::FileGone);
    let open = lime.offer(Target::Lobby, 5);
    assert_eq!(why(&mut momo, Command::DeclineFile { file: open }), Reason::NotAllowed);
    let text = lime.say(Target::Lobby, crate::peer::text("no file")).unwrap();
    let none = FileId { conversation: text.conversation, seq: text.seq };
    assert_eq!(why(&mut lime, Command::CancelFile { file: none }), Reason::NotFound);
}

#[test]
fn a_room_takes_its_files_along_and_who_comes_later_sees_none_of_before() {
    let mut ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let create = Command::CreateRoom {
        name: "Lab".into(),
        joining: Joining::Open,
        invite: Vec::new(),
        colour: None,
    };
    let Ok(Reply::Room { room, .. }) = lime.make(create) else { panic!() };
    let (room, to) = (room.room, Target::Room(room.room));
    let whole = noise(2, 77);
    let before = lime.offer(to, whole.len());
    momo.command(Command::JoinRoom { room, greeting: String::new() }).unwrap();
    let behind = lime.offer(to, whole.len());
    for file in [before, behind] {
        assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
    }
    let told: Vec<FileId> = momo.drain().iter().filter_map(file_of).collect();
    assert_eq!(told, [behind], "what it does not see is not told either");
    assert_eq!(momo.status(before), None);
    assert_eq!(momo.ticket(before, FileWay::Down).unwrap_err().reason, Reason::NotFound);
    assert!(fetch(ground.address, &mut momo, behind) == whole);
    lime.command(Command::DissolveRoom { room }).unwrap();
    assert_eq!(lime.used(), 0);
    drop((lime, momo));
    ground.stop();
    assert_eq!(Files::of(ground.folder()).list().unwrap(), []);
}

fn file_of(event: &Event) -> Option<FileId> {
    match event {
        Event::File { file, .. } => Some(*file),
        _ => None,
    }
}

#[test]
fn an_account_that_is_deleted_takes_its_files_along() {
    let mut ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let whole = noise(3, 77);
    let file = lime.offer(Target::Account(momo.account()), whole.len());
    assert_eq!(bring(ground.address, &mut lime, file, &whole), FileEnd::Kept {});
    assert_eq!(momo.told(file).state, FileState::Kept);
    lime.prove(PASSWORD).unwrap();
    assert_eq!(lime.auth(Auth::Delete {}), Ok(AuthStep::Deleted {}));
    assert_eq!(momo.told(file).state, FileState::Cancelled);
    drop((lime, momo));
    ground.stop();
    assert_eq!(Files::of(ground.folder()).list().unwrap(), []);
}

#[test]
fn a_file_is_kept_for_so_many_days_in_which_the_server_runs() {
    let mut ground = Ground::with(&[("files.days", "2")]);
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let to = Target::Account(momo.account());
    let whole = noise(4, MIB + 1);
    let kept = lime.offer(to, whole.len());
    assert_eq!(bring(ground.address, &mut lime, kept, &whole), FileEnd::Kept {});
    let never = lime.offer(to, 9);
    assert!(lime.status(kept).unwrap().until.is_some());
    drop((lime, momo));
    for (days, state) in [(1, FileState::Kept), (2, FileState::Expired)] {
        ground.stop();
        grow_older(&ground, 24 * 60);
        ground.restart();
        momo = ground.connect();
        momo.sign_in("Momo", PASSWORD).unwrap();
        if state == FileState::Expired {
            // The sweep looks when the server starts.
            while momo.state(kept) != state || momo.state(never) != state {}
        }
        assert_eq!(momo.state(kept), state, "{days}");
        drop(momo);
    }
    ground.stop();
    let files = Files::of(ground.folder());
    assert_eq!((files.list().unwrap(), files.list_incoming().unwrap()), (vec![], vec![]));
    let engine = open(&ground);
    let rows = Reads::open(&engine.read().unwrap()).unwrap();
    assert_eq!((rows.count_file_bytes().unwrap(), rows.get_blob(hash(&whole)).unwrap()), (0, None));
}

fn open(ground: &Ground) -> Engine {
    Engine::open(ground.folder(), "mychat.redb", schema::MIGRATIONS, 1024 * 1024).unwrap()
}

fn grow_older(ground: &Ground, minutes: u64) {
    let engine = open(ground);
    let transaction = engine.write().unwrap();
    let mut rows = Writes::open(&transaction).unwrap();
    let age = rows.get_age().unwrap();
    rows.put_age(age + minutes).unwrap();
    drop(rows);
    transaction.commit().unwrap();
}

#[test]
#[ignore = "takes half a minute"]
fn who_fetches_what_nobody_brings_hears_that_the_link_lives_and_that_it_ends() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let file = lime.offer(Target::Account(momo.account()), 5);
    let ticket = momo.ticket(file, FileWay::Down).unwrap();
    let (mut link, welcome) = FileLink::show(ground.address, ticket, 0);
    assert_eq!(welcome, FileWelcome::Take { bytes: 5 });
    let mut chunk = Vec::new();
    let outline = Outline::new(5);
    assert_eq!(link.read(&outline, &mut chunk).unwrap(), Part::Nothing);
    assert_eq!(link.read(&outline, &mut chunk).unwrap(), Part::Nothing);
    link.is_cut();
}
