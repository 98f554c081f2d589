//! What the client's store keeps across openings, and whom it refuses.

use std::sync::Arc;

use super::*;
use crate::domain::{
    AccountId, Body, ConversationKind, FileId, FileWay, Generation, Nonce, Person, Role, RoomId,
    ServerId, Target, Unsent,
};

const DEVICE: DeviceId = DeviceId([7; 16]);
const OWNER: Owner = Owner { server: ServerId([1; 32]), account: AccountId(10_001) };

fn open(home: &Path) -> Local {
    Local::open(home, DEVICE).expect("a fresh folder opens")
}

fn waiting(n: u8) -> Waiting {
    Waiting {
        nonce: Nonce([n; 16]),
        to: Target::Lobby,
        body: Body::text(format!("message {n}")),
        at: i64::from(n),
        failed: None,
    }
}

fn message(seq: u64) -> Message {
    Message {
        conversation: ConversationId::LOBBY,
        kind: ConversationKind::Lobby,
        seq: Seq(seq),
        from: AccountId(10_002),
        nonce: Nonce([9; 16]),
        at: 5,
        body: Body::text("你好"),
    }
}

fn person(account: u64) -> Person {
    Person {
        account: AccountId(account),
        nickname: "青柠".into(),
        signature: String::new(),
        avatar: 3,
        role: Role::Member,
        version: 2,
        picture: None,
    }
}

#[test]
fn all_of_it_is_there_after_opening_again() {
    let home = tempfile::tempdir().unwrap();
    let server = KnownServer {
        id: OWNER.server,
        name: "lab".into(),
        addresses: vec![("10.0.0.1".into(), 1029)],
        since: 1,
        used: 2,
    };
    let account = KnownAccount {
        server: OWNER.server,
        person: person(10_001),
        token: Some("ab".into()),
        used: 9,
    };
    let conversation = KnownConversation {
        conversation: ConversationId::LOBBY,
        kind: ConversationKind::Lobby,
        first: Seq(3),
        last: Seq(5),
        delivered: Seq(4),
    };
    let mut local = open(home.path());
    local
        .apply(&[
            Write::PutServer(server.clone()),
            Write::PutAccount(account.clone()),
            Write::PutSetting("theme".into(), "dark".into()),
            Write::PutConversation(OWNER, conversation),
            Write::PutMessages(OWNER, (3..=5).map(message).collect()),
            Write::PutPeople(OWNER, vec![person(10_002)]),
            Write::PutWaiting(OWNER, waiting(1)),
        ])
        .unwrap();
    drop(local);
    let local = Local::open(home.path(), DeviceId([8; 16])).unwrap();
    let start = local.start().unwrap();
    assert_eq!(start.device, DEVICE);
    assert_eq!(start.servers, [server]);
    assert_eq!(start.accounts, [account]);
    assert_eq!(start.settings, [("theme".to_owned(), "dark".to_owned())]);
    let loaded = local.load(OWNER).unwrap();
    assert_eq!(loaded.waiting, [waiting(1)]);
    assert_eq!(loaded.conversations, [conversation]);
    assert_eq!(loaded.people, [person(10_002)]);
    let page = local.list_messages(OWNER, ConversationId::LOBBY, Seq(4), Seq(9)).unwrap();
    assert_eq!(page, [message(4), message(5)]);
}

#[test]
fn the_outbox_keeps_its_order_and_its_owner() {
    let home = tempfile::tempdir().unwrap();
    let other = Owner { account: AccountId(10_002), ..OWNER };
    let mut local = open(home.path());
    for n in [9, 2, 5] {
        local.apply(&[Write::PutWaiting(OWNER, waiting(n))]).unwrap();
    }
    drop(local);
    let mut local = open(home.path());
    let failed = Waiting { failed: Some("text_too_long".into()), ..waiting(2) };
    local
        .apply(&[
            Write::PutWaiting(OWNER, waiting(1)),
            Write::PutWaiting(other, waiting(4)),
            Write::PutWaiting(OWNER, failed.clone()),
            Write::RemoveWaiting(OWNER, Nonce([9; 16])),
        ])
        .unwrap();
    assert_eq!(local.load(OWNER).unwrap().waiting, [failed, waiting(5), waiting(1)]);
    assert_eq!(local.load(other).unwrap().waiting, [waiting(4)]);
    local.apply(&[Write::RemoveAccount(OWNER)]).unwrap();
    assert!(local.load(OWNER).unwrap().waiting.is_empty());
    assert_eq!(local.load(other).unwrap().waiting, [waiting(4)]);
}

#[test]
fn what_was_not_sent_is_there_after_opening_again_until_it_is() {
    let home = tempfile::tempdir().unwrap();
    let other = Owner { account: AccountId(10_002), ..OWNER };
    let draft =
        |text: &str, reply_to| Unsent { text: text.to_owned(), reply_to, ..Unsent::default() };
    let (friend, room) = (Target::Account(AccountId(10_003)), Target::Room(RoomId(20_001)));
    let put = Write::PutDraft;
    let mut local = open(home.path());
    local
        .apply(&[
            put(OWNER, friend, draft("这题的第二", Some(Seq(7)))),
            put(OWNER, room, draft("line\nline", None)),
            put(OWNER, Target::Lobby, draft("hm", None)),
            put(OWNER, friend, draft("这题的第二问", Some(Seq(7)))),
            put(OWNER, Target::Lobby, draft("", None)),
            put(other, Target::Lobby, draft("another person's", None)),
        ])
        .unwrap();
    drop(local);
    let mut local = open(home.path());
    let kept = [(friend, draft("这题的第二问", Some(Seq(7)))), (room, draft("line\nline", None))];
    assert_eq!(local.load(OWNER).unwrap().drafts, kept);
    // A quote alone is worth keeping.
    local.apply(&[put(OWNER, friend, draft("", Some(Seq(7))))]).unwrap();
    assert_eq!(local.load(OWNER).unwrap().drafts[0], (friend, draft("", Some(Seq(7)))));
    local.apply(&[Write::RemoveAccount(OWNER)]).unwrap();
    assert!(local.load(OWNER).unwrap().drafts.is_empty());
    assert_eq!(local.load(other).unwrap().drafts.len(), 1);
}

#[test]
fn a_cache_goes_without_what_exists_here_only() {
    let home = tempfile::tempdir().unwrap();
    let other = Owner { account: AccountId(10_002), ..OWNER };
    let lives = [Generation([1; 16]), Generation([2; 16])];
    let draft = Unsent { text: "hm".to_owned(), ..Unsent::default() };
    let mut local = open(home.path());
    for owner in [OWNER, other] {
        local
            .apply(&[
                Write::PutWaiting(owner, waiting(1)),
                Write::PutDraft(owner, Target::Lobby, draft.clone()),
                Write::HideMessage(owner, ConversationId::LOBBY, Seq(1)),
                Write::PutBook(owner, Seq(1), Arc::default()),
                Write::PutGeneration(owner, lives[0]),
            ])
            .unwrap();
    }
    local.apply(&[Write::RemoveCache(OWNER), Write::PutGeneration(OWNER, lives[1])]).unwrap();
    drop(local);
    let mut local = open(home.path());
    let kept = local.load(OWNER).unwrap();
    assert_eq!((kept.waiting, kept.drafts.len()), (vec![waiting(1)], 1));
    assert_eq!((kept.hidden.len(), kept.book.is_some()), (0, false));
    assert_eq!(kept.generation, Some(lives[1]));
    let others = local.load(other).unwrap();
    assert_eq!((others.hidden.len(), others.book.is_some()), (1, true));
    assert_eq!(others.generation, Some(lives[0]));
    local.apply(&[Write::RemoveAccount(OWNER)]).unwrap();
    assert_eq!(local.load(OWNER).unwrap().generation, None);
}

#[test]
fn a_file_on_its_way_is_there_after_opening_again_until_it_is_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let other = Owner { account: AccountId(10_002), ..OWNER };
    let transfer = |n: u8, began| KnownTransfer {
        id: Nonce([n; 16]),
        way: FileWay::Down,
        file: Some(FileId { conversation: ConversationId::LOBBY, seq: Seq(7) }),
        with: Target::Lobby,
        from: AccountId(10_003),
        name: "报告.pdf".into(),
        bytes: 5 << 32,
        done: 4 << 32,
        path: odd_path(),
        modified: Some(-5),
        state: KnownState::Failed {
            code: "file_quota".into(),
            words: String::new(),
            limit: Some(20_480),
        },
        owes: Some(Owes::Took),
        forgotten: false,
        hidden: true,
        began,
        ended: Some(9),
    };
    let mut local = open(home.path());
    let paused = KnownTransfer { state: KnownState::Paused, owes: None, ..transfer(9, 3) };
    local
        .apply(&[
            Write::PutTransfer(OWNER, transfer(1, 5)),
            Write::PutTransfer(OWNER, transfer(9, 3)),
            Write::PutTransfer(OWNER, transfer(4, 4)),
            Write::PutTransfer(other, transfer(4, 4)),
            Write::PutTransfer(OWNER, paused.clone()),
            Write::RemoveTransfer(OWNER, Nonce([4; 16])),
        ])
        .unwrap();
    drop(local);
    let mut local = open(home.path());
    assert_eq!(local.load(OWNER).unwrap().transfers, [paused, transfer(1, 5)], "as they began");
    local.apply(&[Write::RemoveAccount(OWNER)]).unwrap();
    assert!(local.load(OWNER).unwrap().transfers.is_empty());
    assert_eq!(local.load(other).unwrap().transfers, [transfer(4, 4)]);
}

/// A path that is no text, where the system has such.
fn odd_path() -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        std::ffi::OsString::from_vec(b"/tmp/\xFF\xFE.pdf".to_vec()).into()
    }
    #[cfg(not(unix))]
    PathBuf::from("C:\\报告.pdf")
}

#[test]
fn a_store_from_before_there_were_files_opens_and_keeps_what_it_has() {
    let home = tempfile::tempdir().unwrap();
    let before = tables::MIGRATIONS.split_last().unwrap().1;
    drop(Engine::open(home.path(), FILE, before, CLIENT_CACHE_BYTES).unwrap());
    let mut local = open(home.path());
    assert!(local.load(OWNER).unwrap().transfers.is_empty());
    local.apply(&[Write::PutWaiting(OWNER, waiting(1))]).unwrap();
    assert_eq!(local.load(OWNER).unwrap().waiting, [waiting(1)]);
}

#[test]
fn words_that_are_gone_are_gone_from_the_file_and_places_stay() {
    let home = tempfile::tempdir().unwrap();
    let mut local = open(home.path());
    let id = ConversationId::LOBBY;
    local.apply(&[Write::PutMessages(OWNER, (1..=4).map(message).collect())]).unwrap();
    let hidden = Message { body: Body::Hidden {}, ..message(4) };
    local
        .apply(&[
            Write::BlankMessage(OWNER, id, Seq(1)),
            Write::HideMessage(OWNER, id, Seq(2)),
            // Not cached: known all the same.
            Write::HideMessage(OWNER, id, Seq(9)),
            Write::BlankMessage(OWNER, id, Seq(8)),
            Write::PutMessages(OWNER, vec![hidden]),
        ])
        .unwrap();
    drop(local);
    let mut local = open(home.path());
    let blank = |seq| Message { body: Body::Recalled { seq: None }, ..message(seq) };
    let kept = local.list_messages(OWNER, id, Seq(1), Seq(9)).unwrap();
    assert_eq!(kept, [blank(1), blank(2), message(3), blank(4)]);
    assert_eq!(local.load(OWNER).unwrap().hidden, [(id, Seq(2)), (id, Seq(9))]);
    local.apply(&[Write::RemoveAccount(OWNER)]).unwrap();
    local.apply(&[Write::PutMessages(OWNER, Vec::new())]).unwrap();
    assert!(local.load(OWNER).unwrap().hidden.is_empty());
}

#[test]
fn a_picture_whose_message_is_gone_is_unused_unless_another_one_has_it() {
    let home = tempfile::tempdir().unwrap();
    let mut local = open(home.path());
    let blob = |number| BlobId([number; 32]);
    let image = |seq, whole, thumb| {
        let (picture, thumb, name) = (blob(whole), blob(thumb), String::new());
        let body = Body::Image { picture, bytes: 9, width: 9, height: 9, thumb, name };
        Message { body, ..message(seq) }
    };
    let messages = vec![image(1, 1, 101), message(2), image(3, 1, 102), image(4, 4, 104)];
    let sent = Waiting { body: image(9, 4, 105).body, ..waiting(7) };
    local.apply(&[Write::PutMessages(OWNER, messages), Write::PutWaiting(OWNER, sent)]).unwrap();
    let mut gone = |writes: &[Write]| {
        let pictures = local.list_blanked_pictures(writes).unwrap();
        local.apply(writes).unwrap();
        local.list_unused(pictures).unwrap().into_iter().collect::<Vec<_>>()
    };
    let id = ConversationId::LOBBY;
    assert_eq!(gone(&[Write::BlankMessage(OWNER, id, Seq(1))]), [blob(101)]);
    assert_eq!(gone(&[Write::HideMessage(OWNER, id, Seq(2))]), []);
    assert_eq!(gone(&[Write::HideMessage(OWNER, id, Seq(3))]), [blob(1), blob(102)]);
    assert_eq!(gone(&[Write::BlankMessage(OWNER, id, Seq(4))]), [blob(104)], "it waits to be sent");
}

#[test]
fn garbage_instead_of_a_store_is_an_error_and_no_panic() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(FILE), [0x5A; 9000]).unwrap();
    assert!(Local::open(home.path(), DEVICE).is_err());
}
