//! Property: a store opens whole, for one owner, in a format that this program knows; everything
//! else is refused with a sentence that says what to do, and nothing is changed.

use std::fs;
use std::path::{Path, PathBuf};

use mychat::domain::game::{
    Begins, EndReason, Fact, GameEnd, GameEntry, GameId, GameKind, GameName, GameOffer, GameState,
    Score, Side, TimeLimit,
};
use mychat::domain::{
    BlobId, Body, ConversationId, ConversationKind, DeviceId, FileId, FileState, Nickname, Nonce,
    Rank, RequestState, RoomId, Seq, Way,
};
use mychat::store::bans::Ban;
use mychat::store::engine::Migration;
use mychat::store::files::FileRow;
use mychat::store::games::GameRow;
use mychat::store::messages::{Continue, Draft, Order};
use mychat::store::places::Showing;
use mychat::store::rooms::Range;
use mychat::store::{Engine, Reads, StoreError, Writes, schema};

use crate::disk::{Disk, Fault};
use crate::play::{self, LIME, MOMO, device, words};

const NAME: &str = "mychat.redb";
const CACHE_BYTES: usize = 1024 * 1024;
/// Set to write the fixture of this program's schema instead of checking it.
const WRITE_FIXTURE: &str = "MYCHAT_WRITE_FIXTURE";

fn open(folder: &Path) -> Result<Engine, StoreError> {
    Engine::open(folder, NAME, schema::MIGRATIONS, CACHE_BYTES)
}

/// A program one version ahead of this one.
fn newer() -> Vec<Migration> {
    let nothing: Migration = |_| Ok(());
    [schema::MIGRATIONS, &[nothing]].concat()
}

fn put(engine: &Engine, value: &str) {
    let transaction = engine.write().unwrap();
    Writes::open(&transaction).unwrap().put_setting("server.name", value).unwrap();
    transaction.commit().unwrap();
}

fn get(engine: &Engine) -> Option<String> {
    Reads::open(&engine.read().unwrap()).unwrap().get_setting("server.name").unwrap()
}

#[test]
fn a_second_opener_is_told_that_the_folder_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();
    let error = open(folder.path()).err().unwrap();
    assert!(matches!(&error, StoreError::Locked(path) if path == folder.path()), "{error}");
    let expected = "is used by another MyChat: close that one first, or choose another folder";
    assert!(error.to_string().ends_with(expected), "{error}");
    drop(first);
    assert!(open(folder.path()).is_ok(), "free again");
}

#[test]
fn a_file_that_was_left_half_made_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().join("mychat.creating");
    fs::write(&temporary, vec![7; 100_000]).unwrap();
    put(&open(folder.path()).unwrap(), "Dorm 7");
    assert!(!temporary.exists());
    // It is no business of a store that is whole.
    fs::write(&temporary, b"from whenever").unwrap();
    assert_eq!(get(&open(folder.path()).unwrap()).as_deref(), Some("Dorm 7"));
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    drop(Engine::open(folder.path(), NAME, &newer(), CACHE_BYTES).unwrap());
    let path = folder.path().join(NAME);
    let error = open(folder.path()).err().unwrap();
    let known = schema::SCHEMA_VERSION;
    let expected = format!(
        "{} was written by a newer MyChat (format {}, this one knows {known}): update this program",
        path.display(),
        known + 1
    );
    assert_eq!(error.to_string(), expected);
    assert!(Engine::open(folder.path(), NAME, &newer(), CACHE_BYTES).is_ok());
}

#[test]
fn an_older_store_is_copied_before_it_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    put(&open(folder.path()).unwrap(), "Dorm 7");
    let engine = Engine::open(folder.path(), NAME, &newer(), CACHE_BYTES).unwrap();
    assert_eq!(get(&engine).as_deref(), Some("Dorm 7"));
    drop(engine);
    let known = schema::SCHEMA_VERSION;
    let refused = open(folder.path());
    assert!(matches!(refused, Err(StoreError::Newer { found, .. }) if found == known + 1));
    // The copy is what the older program can go back to.
    let back = tempfile::tempdir().unwrap();
    fs::copy(folder.path().join(format!("mychat.v{known}.redb")), back.path().join(NAME)).unwrap();
    assert_eq!(get(&open(back.path()).unwrap()).as_deref(), Some("Dorm 7"));
}

#[test]
fn a_file_that_is_no_store_is_refused_and_kept() {
    let whole = tempfile::tempdir().unwrap();
    put(&open(whole.path()).unwrap(), "Dorm 7");
    let whole = fs::read(whole.path().join(NAME)).unwrap();
    let cases: [(&str, Vec<u8>); 5] = [
        ("nothing", Vec::new()),
        ("a text", b"This is my diary, and no store.\n".to_vec()),
        ("noise", (0..100_000_u32).map(|i| (i.wrapping_mul(0x9E37_79B9) >> 24) as u8).collect()),
        ("half a store", whole[..whole.len() / 2].to_vec()),
        ("the first page of a store", whole[..4096].to_vec()),
    ];
    for (what, bytes) in cases {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        fs::write(&path, &bytes).unwrap();
        let error = open(folder.path()).err().unwrap_or_else(|| panic!("{what} was opened"));
        assert!(matches!(error, StoreError::Damaged { .. }), "{what}: {error:?}");
        let sentence = error.to_string();
        assert!(sentence.starts_with("the store is damaged"), "{what}: {sentence}");
        assert!(fs::read(&path).unwrap() == bytes, "{what} was changed");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = open(&file.join("inside")).err().unwrap();
    assert!(matches!(error, StoreError::Folder { .. }), "{error:?}");
    assert!(error.to_string().contains("file/inside"), "{error}");
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_a_store() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("server");
    drop(open(&inside).unwrap());
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((rights(&inside), rights(&inside.join(NAME))), (0o700, 0o600));
}

fn fixture(version: u64) -> PathBuf {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/stores");
    data.join(format!("v{version}.redb"))
}

/// Every schema that was ever released has its file in `tests/data/stores`.
#[test]
fn a_store_of_every_schema_still_opens() {
    if std::env::var_os(WRITE_FIXTURE).is_some() {
        write_fixture();
    }
    for version in 1..=schema::SCHEMA_VERSION {
        let folder = tempfile::tempdir().unwrap();
        let path = fixture(version);
        let copied = fs::copy(&path, folder.path().join(NAME));
        copied.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let engine = open(folder.path()).unwrap();
        let rows = Reads::open(&engine.read().unwrap()).unwrap();
        shows_the_play(&rows, version);
        if version >= 2 {
            shows_the_friends(&rows);
        }
        if version >= 3 {
            shows_the_room(&rows);
        }
        if version >= 4 {
            shows_the_file(&rows);
        }
        if version >= 5 {
            assert_eq!(rows.list_bans(8).unwrap(), [(MOMO.to_string(), ban())]);
            assert_eq!(rows.get_ban(MOMO, 9).unwrap(), None, "it is over");
        }
        if version >= 6 {
            shows_the_game(&rows);
        }
    }
}

/// A file of the play's fixture, though nobody speaks of it.
const FILE: FileId = FileId { conversation: ConversationId::LOBBY, seq: Seq(2) };

fn file() -> FileRow {
    let (state, root) = (FileState::Kept, Some(BlobId([7; 32])));
    FileRow { owner: LIME, bytes: 5_000_000_000, state, root, since_age_min: 9, taken: 1 }
}

/// A game of the play's fixture, though nobody speaks of it either.
const GAME: GameId = GameId { conversation: ConversationId::LOBBY, seq: Seq(2) };

fn entry() -> GameEntry {
    GameEntry { t: 9, fact: Fact::Ended { end: END } }
}

const END: GameEnd = GameEnd { winner: Some(Side::Second), why: EndReason::Resigned };

fn game() -> GameRow {
    let offer = GameOffer {
        kind: GameKind::Gomoku { exactly_five: true },
        limit: TimeLimit { total_s: Some(600), move_s: None },
        begins: Begins::Drawn,
        again: None,
    };
    GameRow {
        inviter: LIME,
        invited: Some(MOMO),
        offer,
        state: GameState::Over(END),
        players: Some([LIME, MOMO]),
        log: 1,
        plies: 0,
        to_act: [false; 2],
        origin_ms: -7,
        seed_hash: None,
        began: 1_800_000_000_000,
        ended: Some(1_800_000_000_009),
    }
}

fn shows_the_game(rows: &Reads) {
    assert_eq!(rows.get_game(GAME).unwrap(), Some(game()));
    assert_eq!(rows.list_game_log(GAME, 0, 9).unwrap(), [entry()]);
    assert_eq!(rows.list_own_games(LIME, None, 9).unwrap(), [(1_800_000_000_009, GAME)]);
    assert_eq!(rows.list_open_games().unwrap(), []);
    let score = Score { won: 1, drawn: 0, lost: 0, last: Some(true) };
    assert_eq!(rows.get_score(MOMO, LIME, GameName::Gomoku).unwrap(), score);
}

fn ban() -> Ban {
    Ban { why: "flood".to_owned(), at: 1_800_000_000_000, until_age_min: Some(9) }
}

/// The play's store with a setting and a secret, without the free pages.
fn write_fixture() {
    let disk = Disk::new(Vec::new(), Fault::None);
    play::run(&disk).result.unwrap();
    let engine = Engine::open_on(disk.clone(), schema::MIGRATIONS, CACHE_BYTES).unwrap();
    let transaction = engine.write().unwrap();
    let mut rows = Writes::open(&transaction).unwrap();
    rows.put_setting("server.name", "Dorm 7").unwrap();
    rows.put_secret("opaque", &[9; 64]).unwrap();
    rows.put_file(FILE, &file()).unwrap();
    rows.put_taker(FILE, MOMO).unwrap();
    rows.put_ban(&MOMO.to_string(), &ban()).unwrap();
    let open = GameRow { state: GameState::Running, ended: None, log: 0, ..game() };
    rows.put_game(GAME, &open, &[]).unwrap();
    rows.put_game(GAME, &game(), &[entry()]).unwrap();
    drop(rows);
    transaction.commit().unwrap();
    drop(engine);
    let path = fixture(schema::SCHEMA_VERSION);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, disk.after_kill()).unwrap();
    let mut database = redb::Database::open(&path).unwrap();
    while database.compact().unwrap() {}
}

fn shows_the_play(rows: &Reads, version: u64) {
    let name = |text| Nickname::parse(text).unwrap();
    assert_eq!(rows.get_nickname_owner(&name("lime")).unwrap(), Some(LIME));
    assert_eq!(rows.count_accounts().unwrap(), 2);
    let momo = rows.get_account(MOMO).unwrap().unwrap();
    assert_eq!((momo.person.nickname.as_str(), momo.stretch), ("Momo", (8, 1, 1)));
    assert_eq!((momo.credential_id, momo.password_file), (vec![1; 32], vec![2; 192]));
    let lime = rows.get_device(LIME, device(0)).unwrap().unwrap();
    assert_eq!((lime.name.as_str(), lime.token_hash.len()), ("", 32));
    assert!(rows.get_device(MOMO, DeviceId([1; 16])).unwrap().is_none(), "signed out");
    let direct = rows.get_direct(MOMO, LIME).unwrap().unwrap();
    let log = rows.get_conversation(direct).unwrap().unwrap();
    assert_eq!(log.kind, ConversationKind::Direct { low: LIME, high: MOMO });
    let mut said = Vec::new();
    let all = (Seq(1), log.head);
    rows.list_messages(direct, log.kind, all, Order::OldestFirst, |message, _| {
        assert_eq!(message.body, words(message.nonce.0[0]));
        assert_eq!(message.at, 1_800_000_000_000);
        said.push((message.seq.0, message.from, message.nonce.0[0]));
        Continue::Yes
    })
    .unwrap();
    let expected = [LIME, MOMO, LIME, LIME, MOMO, MOMO, LIME, LIME];
    let nonces = [1, 2, 4, 5, 6, 7, 8, 20];
    let expected: Vec<_> = (1..).zip(expected).zip(nonces).map(|((s, f), n)| (s, f, n)).collect();
    assert_eq!(said, expected);
    assert_eq!(rows.get_cursors(LIME, direct).unwrap().unwrap().read, Seq(8));
    let lobby = rows.get_conversation(ConversationId::LOBBY).unwrap().unwrap();
    // The play of the later ones takes a message back, which is a line.
    let head = if version >= 4 { Seq(3) } else { Seq(2) };
    assert_eq!((lobby.kind, lobby.head), (ConversationKind::Lobby, head));
    assert_eq!(rows.get_setting("server.name").unwrap().as_deref(), Some("Dorm 7"));
    assert_eq!(rows.get_secret("opaque").unwrap(), Some(vec![9; 64]));
}

/// Where a picture is shown was not written down before the fourth schema: it is worked out.
#[test]
fn pictures_of_before_have_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let (picture, thumb) = (BlobId([7; 32]), BlobId([8; 32]));
    let engine = Engine::open(folder.path(), NAME, &schema::MIGRATIONS[..3], CACHE_BYTES).unwrap();
    let transaction = engine.write().unwrap();
    let mut rows = Writes::open(&transaction).unwrap();
    let name = String::new();
    let body = Body::Image { picture, bytes: 9, width: 9, height: 9, thumb, name };
    let draft = Draft { from: LIME, nonce: Nonce([1; 16]), body, age_s: 0 };
    rows.append_message(ConversationId::LOBBY, 0, draft).unwrap();
    drop(rows);
    transaction.commit().unwrap();
    drop(engine);
    let engine = open(folder.path()).unwrap();
    let rows = Reads::open(&engine.read().unwrap()).unwrap();
    for blob in [picture, thumb] {
        let mut places = Vec::new();
        rows.is_shown(blob, |place| {
            places.push(place);
            Ok(false)
        })
        .unwrap();
        assert_eq!(places, [Showing::Message(ConversationId::LOBBY, Seq(1))]);
    }
}

fn shows_the_friends(rows: &Reads) {
    let momo = rows.get_contact(LIME, MOMO).unwrap().unwrap();
    assert_eq!((momo.friend, momo.remark.as_str(), momo.since), (true, "M", 1_800_000_000_000));
    assert!(rows.get_contact(MOMO, LIME).unwrap().unwrap().friend);
    let asked = rows.get_request(MOMO, LIME, Way::In).unwrap().unwrap().request;
    assert_eq!((asked.greeting.as_str(), asked.state), ("hi", RequestState::Accepted));
    let notices = rows.get_notices(LIME).unwrap().unwrap();
    let log = rows.get_conversation(notices).unwrap().unwrap();
    assert_eq!(log.kind, ConversationKind::Notices { account: LIME });
    assert!(log.head > Seq(1));
}

fn shows_the_room(rows: &Reads) {
    let room = rows.get_room(RoomId::FIRST).unwrap().unwrap();
    assert_eq!((room.name.as_str(), room.owner, room.members), ("Room", LIME, 2));
    let momo = rows.get_member(RoomId::FIRST, MOMO).unwrap().unwrap();
    assert_eq!((momo.rank, momo.first), (Rank::Member, Seq(2)));
    let ranges = rows.list_ranges(room.conversation, MOMO).unwrap();
    assert_eq!(ranges, [Range { first: Seq(2), last: Seq(u64::MAX) }]);
    assert_eq!(rows.list_rooms_named("room").unwrap(), [(0, RoomId::FIRST)]);
}

fn shows_the_file(rows: &Reads) {
    assert_eq!(rows.get_file(FILE).unwrap(), Some(file()));
    assert_eq!(rows.list_own_files(LIME, 9).unwrap(), [FILE]);
    assert_eq!(rows.list_files_since(9, 10).unwrap(), [FILE]);
    assert_eq!(rows.list_files_since(8, 10).unwrap(), []);
    assert_eq!(rows.get_file_bytes(LIME).unwrap(), 5_000_000_000);
    assert_eq!(rows.count_file_bytes().unwrap(), 5_000_000_000);
    assert_eq!(rows.count_files_in(BlobId([7; 32])).unwrap(), 1);
}
