//! How files look in their cards and rows, in every state and in both languages.

use crate::client::api::{Destination, Transfer, TransferId, TransferState, WaitsFor};
use crate::client::{ClientEvent, Failure, Intent};
use crate::domain::{
    AccountId, BlobId, Body, ConversationKind, FileId, FileState, FileStatus, FileWay, Message,
    Nonce, RoomId, Seq, Target,
};
use crate::net::protocol::{Reason, Refusal};
use crate::ui::app::chats::EntryId;
use crate::ui::app::contacts::Confirm;
use crate::ui::app::files::FilesMsg;
use crate::ui::app::files::look::Look;
use crate::ui::app::files::rows::Choice;
use crate::ui::app::testing::{NOON_MS, World, conversation, direct, message, person};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;
use crate::ui::transcript::card::{Deed, Tone};

pub(super) const MOMO: Target = Target::Account(AccountId(10_002));
pub(super) const ROOM: Target = Target::Room(RoomId(20_001));
/// Of all files here.
pub(super) const BYTES: u64 = 640 << 20;
/// Two minutes ago.
pub(super) const BEGAN: i64 = NOON_MS - 120_000;

/// The message that offers a file.
pub(super) fn offer(kind: ConversationKind, seq: u64, from: u64, name: &str) -> Message {
    let body = Body::File { name: name.to_owned(), bytes: BYTES };
    Message { body, ..message(kind, seq, from, NOON_MS, "") }
}

/// Somebody with a friend who has offered a file, and who has offered one.
pub(super) fn world(kind: ConversationKind) -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(10_002, "小满")]));
    world.event(ClientEvent::Conversation(conversation(kind, 2, 0)));
    for (seq, from, name) in [(1, 10_002, "lab.mp4"), (2, 10_001, "report.docx")] {
        let message = offer(kind, seq, from, name);
        world.event(ClientEvent::Message { message, live: true });
    }
    world
}

pub(super) fn file(kind: ConversationKind, seq: u64) -> FileId {
    FileId { conversation: conversation(kind, 0, 0).conversation, seq: Seq(seq) }
}

pub(super) fn transfer(way: FileWay, state: TransferState) -> Transfer {
    let is_up = way == FileWay::Up;
    let (seq, from, name) = if is_up { (2, 10_001, "report.docx") } else { (1, 10_002, "lab.mp4") };
    let done = match state {
        TransferState::Done => BYTES,
        TransferState::Waiting(WaitsFor::Offer | WaitsFor::Turn) => 0,
        _ => 412 << 20,
    };
    let is_running = state == TransferState::Running;
    Transfer {
        id: TransferId(Nonce([seq; 16])),
        way,
        file: Some(file(direct(10_002), seq.into())),
        with: MOMO,
        from: AccountId(from),
        name: name.into(),
        bytes: BYTES,
        done,
        path: format!("received/{name}").into(),
        speed: if is_running { 5_452_595 } else { 0 },
        ended: state.is_over().then_some(NOON_MS - 60_000),
        state,
        began: BEGAN,
        hidden: false,
    }
}

pub(super) fn status(state: FileState) -> FileStatus {
    let here = if state == FileState::Coming { BYTES / 4 } else { 0 };
    let hash = (state == FileState::Kept).then_some(BlobId([7; 32]));
    let until = state.is_open().then_some(NOON_MS + 30 * 86_400_000);
    FileStatus { state, here, hash, taken: 0, until }
}

fn refused(reason: Reason) -> TransferState {
    TransferState::Failed(Failure::Refused(Refusal::from(reason)))
}

/// The card of a message.
fn card(world: &World, with: Target, seq: u64, language: Language) -> Look {
    let chat = world.model.chats.get(with).unwrap();
    let me = AccountId(10_001);
    let entry = chat.entries(me, with).nth(usize::try_from(seq - 1).unwrap()).unwrap();
    world.model.file_look(with, me, &entry, language).unwrap()
}

/// A transfer in a state, and what its card says then, in Chinese and in English.
type Case = (FileWay, TransferState, (&'static str, &'static str), Tone, &'static [Deed]);

const ON_THE_WAY: &[Deed] = &[Deed::Pause, Deed::Cancel];
const RESUME: &[Deed] = &[Deed::Resume, Deed::Cancel];
const AGAIN: &[Deed] = &[Deed::SendAgain, Deed::Remove];

fn check_card((way, state, (chinese, english), tone, deeds): Case) {
    use TransferState::{Paused, Running, Waiting};
    let mut world = world(direct(10_002));
    world.event(ClientEvent::Transfer(Box::new(transfer(way, state.clone()))));
    let seq = if way == FileWay::Up { 2 } else { 1 };
    let look = card(&world, MOMO, seq, Language::Chinese);
    assert_eq!((&*look.state, look.tone), (chinese, tone), "{state:?}");
    assert_eq!(look.deeds, deeds, "{state:?}");
    assert_eq!(card(&world, MOMO, seq, Language::English).state, english, "{state:?}");
    let moves = matches!(state, Running | Paused | Waiting(WaitsFor::Link | WaitsFor::Sender));
    assert_eq!(look.progress, moves.then_some(643), "{state:?}");
    assert_eq!(look.size, if moves { "412 / 640 MB" } else { "640 MB" }, "{state:?}");
    let has_hint = tone == Tone::Bad || state == TransferState::Done;
    assert_eq!(look.hint.is_empty(), !has_hint, "{state:?}: {}", look.hint);
}

#[test]
fn a_transfer_that_goes_on_says_in_its_card_how_it_stands() {
    use FileWay::{Down, Up};
    use TransferState::{Paused, Running, Waiting};
    let speed = ("5.2 MB/s · 剩余 44 秒", "5.2 MB/s · 44 s left");
    let quiet = |way, waits, words| (way, Waiting(waits), words, Tone::Quiet, ON_THE_WAY);
    let cases: [Case; 7] = [
        (Down, Running, speed, Tone::Quiet, ON_THE_WAY),
        (Up, Running, speed, Tone::Quiet, ON_THE_WAY),
        (Down, Paused, ("已暂停，可断点续传", "Paused, can resume"), Tone::Paused, RESUME),
        quiet(Down, WaitsFor::Link, ("等待连接", "Connecting...")),
        quiet(Down, WaitsFor::Turn, ("排队中", "Waiting its turn")),
        quiet(Down, WaitsFor::Sender, ("等待对方上传", "Waiting for the sender")),
        (
            Up,
            Waiting(WaitsFor::Offer),
            ("等待发送", "Waiting to be sent"),
            Tone::Quiet,
            &[Deed::Cancel],
        ),
    ];
    cases.into_iter().for_each(check_card);
}

#[test]
fn a_transfer_that_is_over_says_in_its_card_why() {
    use FileWay::{Down, Up};
    use TransferState::{Cancelled, Declined, Done, Expired, Failed};
    let here = &[Deed::Open, Deed::OpenFolder][..];
    let failed = |way, state, words| match way {
        Up => (Up, state, words, Tone::Bad, AGAIN),
        Down => (Down, state, words, Tone::Bad, RESUME),
    };
    let cases: [Case; 12] = [
        failed(Up, Failed(Failure::LinkLost), ("发送失败：网络中断", "Failed: connection lost")),
        failed(
            Up,
            Failed(Failure::SourceChanged),
            ("发送失败：原文件已改动", "Failed: file changed"),
        ),
        failed(Up, refused(Reason::FileQuota), ("发送失败：空间用完了", "Failed: no space left")),
        failed(
            Down,
            refused(Reason::Failed),
            ("接收失败：服务器出错", "Failed: the server failed"),
        ),
        (
            Down,
            Failed(Failure::SaveFull),
            ("接收失败：磁盘已满", "Failed: disk full"),
            Tone::Bad,
            &[Deed::Resume, Deed::SaveAs, Deed::Cancel],
        ),
        failed(Down, Failed(Failure::FileBroken), ("接收失败：内容不符", "Failed: wrong content")),
        (Down, Done, ("已接收，校验一致", "Received, checked"), Tone::Checked, here),
        (Up, Done, ("已上传，等待对方接收", "Sent, not received yet"), Tone::Quiet, here),
        (Up, Cancelled, ("已取消", "Cancelled"), Tone::Quiet, &[]),
        (Up, Declined, ("对方已拒绝", "They declined"), Tone::Quiet, &[]),
        (Up, Expired, ("已过期", "Expired"), Tone::Quiet, &[]),
        (Down, Expired, ("已过期", "Expired"), Tone::Quiet, &[]),
    ];
    cases.into_iter().for_each(check_card);
}

#[test]
fn an_offer_says_in_its_card_what_became_of_it() {
    let take = [Deed::Take, Deed::SaveAs, Deed::Decline];
    let cases: [(u64, FileState, &str, &str, &[Deed]); 9] = [
        (1, FileState::Kept, "等待接收", "Waiting", &take),
        (1, FileState::Coming, "等待接收 · 对方已上传 25%", "Waiting, 25% uploaded", &take),
        (1, FileState::Cancelled, "对方已取消", "The sender cancelled", &[]),
        (1, FileState::Declined, "已拒绝", "Declined", &[]),
        (1, FileState::Expired, "已过期", "Expired", &[]),
        (2, FileState::Kept, "已上传，等待对方接收", "Sent, not received yet", &take[..2]),
        (2, FileState::Coming, "正在从另一台设备发送 25%", "From another device, 25%", &take[..2]),
        (2, FileState::Cancelled, "已收回", "Taken back", &[]),
        (2, FileState::Declined, "对方已拒绝", "They declined", &[]),
    ];
    for (seq, state, chinese, english, deeds) in cases {
        let mut world = world(direct(10_002));
        let (file, status) = (file(direct(10_002), seq), status(state));
        world.event(ClientEvent::File { file, status });
        let look = card(&world, MOMO, seq, Language::Chinese);
        assert_eq!((&*look.state, &look.deeds[..]), (chinese, deeds), "{state:?}");
        let english_look = card(&world, MOMO, seq, Language::English);
        assert_eq!(english_look.state, english, "{state:?}");
        let stay = if state.is_open() { "On the server: 30 days left" } else { "" };
        assert_eq!(english_look.hint, stay, "{state:?}");
    }
}

#[test]
fn a_room_has_nobody_to_decline_and_counts_who_has_received() {
    let kind = ConversationKind::Room { room: RoomId(20_001) };
    let mut world = world(kind);
    let kept = FileStatus { taken: 3, ..status(FileState::Kept) };
    for seq in [1, 2] {
        world.event(ClientEvent::File { file: file(kind, seq), status: kept });
    }
    let theirs = card(&world, ROOM, 1, Language::Chinese);
    assert_eq!((&*theirs.state, &theirs.deeds[..]), ("等待接收", &[Deed::Take, Deed::SaveAs][..]));
    assert_eq!(card(&world, ROOM, 2, Language::Chinese).state, "3 人已接收");
    assert_eq!(card(&world, ROOM, 2, Language::English).state, "Received by 3");
    let status = status(FileState::Kept);
    world.event(ClientEvent::File { file: file(kind, 2), status });
    let look = card(&world, ROOM, 2, Language::English);
    assert_eq!(look.state, "Sent, received by nobody yet");
}

#[test]
fn what_is_whole_and_checked_tells_its_hash_until_it_is_missing() {
    let mut world = world(direct(10_002));
    world.event(ClientEvent::Transfer(Box::new(transfer(FileWay::Down, TransferState::Done))));
    let status = status(FileState::Kept);
    world.event(ClientEvent::File { file: file(direct(10_002), 1), status });
    let look = card(&world, MOMO, 1, Language::English);
    let path = std::path::Path::new("received/lab.mp4").display();
    let stay = "On the server: 30 days left";
    assert_eq!(look.hint, format!("{path}\nBLAKE3 {}\n{stay}", BlobId([7; 32])));
    let id = transfer(FileWay::Down, TransferState::Done).id;
    world.send(Msg::Files(FilesMsg::Missing(id)));
    let look = card(&world, MOMO, 1, Language::English);
    assert_eq!(look.state, "Not here any more");
    assert_eq!(look.deeds, [Deed::Take, Deed::SaveAs]);
}

#[test]
fn what_was_given_up_here_can_be_had_again() {
    let mut world = world(direct(10_002));
    let (file, status) = (file(direct(10_002), 1), status(FileState::Kept));
    world.event(ClientEvent::File { file, status });
    let given_up = transfer(FileWay::Down, TransferState::Cancelled);
    world.event(ClientEvent::Transfer(Box::new(given_up.clone())));
    let look = card(&world, MOMO, 1, Language::Chinese);
    assert_eq!((&*look.state, look.deeds.len()), ("等待接收", 3));
    let row = world.model.transfer_row(&given_up, Language::Chinese);
    assert_eq!(row.state, "已取消");
    assert_eq!(row.buttons, [Choice::Fetch]);
    assert!(row.menu.contains(&Choice::SaveAs) && row.menu.contains(&Choice::Decline));
    // Declined behind that, it was not its sender who gave it up.
    let status = self::status(FileState::Declined);
    world.event(ClientEvent::File { file, status });
    let row = world.model.transfer_row(&given_up, Language::Chinese);
    assert_eq!((&*row.state, row.buttons.len()), ("已拒绝", 0));
}

#[test]
fn what_is_missing_is_said_to_be_had_again_only_where_it_can_be() {
    for (way, state, key) in [
        (FileWay::Down, None, "file.missing"),
        (FileWay::Down, Some(FileState::Kept), "file.missing"),
        (FileWay::Up, Some(FileState::Kept), "file.missing"),
        (FileWay::Down, Some(FileState::Expired), "file.missing.gone"),
        (FileWay::Up, Some(FileState::Cancelled), "file.missing.gone"),
    ] {
        let mut world = world(direct(10_002));
        let done = transfer(way, TransferState::Done);
        world.event(ClientEvent::Transfer(Box::new(done.clone())));
        if let Some(state) = state {
            let (file, status) = (done.file.unwrap(), status(state));
            world.event(ClientEvent::File { file, status });
        }
        let effects = world.send(Msg::Files(FilesMsg::Missing(done.id)));
        assert!(effects.iter().any(|one| matches!(one, Effect::Tell(told) if *told == key)));
        // The card and the row offer the same.
        let seq = done.file.unwrap().seq.0;
        let is_offered = card(&world, MOMO, seq, Language::English).deeds.contains(&Deed::Take);
        let row = world.model.transfer_row(&done, Language::English);
        assert_eq!(is_offered, row.menu.contains(&Choice::Fetch), "{way:?} {state:?}");
        assert_eq!(is_offered, key == "file.missing");
    }
}

#[test]
fn each_account_has_its_folder_unless_one_was_chosen() {
    let mut world = world(direct(10_002));
    world.model.downloads = "/downloads/MyChat".into();
    assert_eq!(world.model.download_folder().to_str(), Some("/downloads/MyChat/10001"));
    world.send(Msg::Files(FilesMsg::Folder("/else".into())));
    assert_eq!(world.model.download_folder().to_str(), Some("/else"));
}

#[test]
fn what_was_received_is_called_as_it_is_called_here() {
    let mut world = world(direct(10_002));
    let done = transfer(FileWay::Down, TransferState::Done);
    let done = Transfer { path: "received/lab (1).mp4".into(), ..done };
    world.event(ClientEvent::Transfer(Box::new(done.clone())));
    let look = card(&world, MOMO, 1, Language::English);
    let row = world.model.transfer_row(&done, Language::English);
    assert_eq!((&*look.name, &*row.name), ("lab (1).mp4", "lab (1).mp4"));
    assert!(row.hint.contains("received"), "{}", row.hint);
}

#[test]
fn what_could_not_be_written_goes_to_the_folder_of_now() {
    let mut world = world(direct(10_002));
    let failed = TransferState::Failed(Failure::SaveDenied);
    let failed = transfer(FileWay::Down, failed);
    let resume = |world: &mut World| {
        world.pass(1_000);
        world.send(Msg::Files(FilesMsg::Deed(MOMO, EntryId::Seq(Seq(1)), Deed::Resume)))
    };
    world.event(ClientEvent::Transfer(Box::new(failed.clone())));
    assert!(card(&world, MOMO, 1, Language::English).deeds.contains(&Deed::SaveAs));
    world.send(Msg::Files(FilesMsg::Folder("/else".into())));
    let effects = resume(&mut world);
    let folder = Destination::Folder("/else".into());
    assert!(
        matches!(&effects[..],
            [Effect::Ask(Intent::TakeFile { destination, .. })] if *destination == folder),
        "{effects:?}"
    );
    // There it is tried again, with what came of it.
    let there = Transfer { path: "/else/lab.mp4".into(), ..failed };
    world.event(ClientEvent::Transfer(Box::new(there)));
    let effects = resume(&mut world);
    assert!(matches!(&effects[..], [Effect::Ask(Intent::ResumeTransfer { .. })]), "{effects:?}");
    world.send(Msg::Files(FilesMsg::UsualFolder));
    assert_eq!(world.model.settings.folder, None);
}

#[test]
fn only_ones_own_that_the_server_has_are_taken_back() {
    let mut world = world(direct(10_002));
    for (state, seqs) in [(FileState::Kept, &[Seq(2)][..]), (FileState::Cancelled, &[])] {
        for seq in [1, 2] {
            let (file, status) = (file(direct(10_002), seq), status(state));
            world.event(ClientEvent::File { file, status });
        }
        assert_eq!(world.model.takeable(MOMO), seqs);
    }
    let effects = world.send(Msg::Files(FilesMsg::TakeBack(MOMO, Seq(2))));
    let asked = Confirm::TakeBack(file(direct(10_002), 2));
    assert!(matches!(&effects[..], [Effect::Confirm(one)] if *one == asked), "{effects:?}");
    assert_eq!(world.model.file_name(file(direct(10_002), 2)), "report.docx");
}

#[test]
fn the_program_ends_with_files_on_their_way_only_when_the_person_is_sure() {
    use crate::ui::app::panel::PanelMsg;
    let mut world = world(direct(10_002));
    world.event(ClientEvent::Transfer(Box::new(transfer(FileWay::Up, TransferState::Running))));
    let effects = world.send(Msg::Panel(PanelMsg::Quit));
    assert!(matches!(&effects[..], [Effect::Confirm(Confirm::Quit(1))]), "{effects:?}");
    let ends = |effects: &[Effect]| effects.iter().any(|one| matches!(one, Effect::Quit));
    assert!(ends(&world.send(Msg::Confirmed(Confirm::Quit(1)))));
    world.event(ClientEvent::Transfer(Box::new(transfer(FileWay::Up, TransferState::Paused))));
    assert!(ends(&world.send(Msg::Panel(PanelMsg::Quit))), "that waits anyway");
}

#[test]
fn a_double_click_is_not_meant_for_the_buttons_that_come_below_it() {
    let mut world = world(direct(10_002));
    let press = |world: &mut World, deed| {
        world.send(Msg::Files(FilesMsg::Deed(MOMO, EntryId::Seq(Seq(1)), deed)))
    };
    world.event(ClientEvent::Transfer(Box::new(transfer(FileWay::Down, TransferState::Running))));
    assert_eq!(press(&mut world, Deed::Cancel).len(), 1);
    let given_up = transfer(FileWay::Down, TransferState::Cancelled);
    world.event(ClientEvent::Transfer(Box::new(given_up)));
    world.pass(300);
    assert!(press(&mut world, Deed::Decline).is_empty(), "the second press");
    world.pass(400);
    // Asked first, since it is for good.
    let effects = press(&mut world, Deed::Decline);
    let confirm = Confirm::Decline(MOMO, Seq(1));
    assert!(matches!(&effects[..], [Effect::Confirm(one)] if *one == confirm), "{effects:?}");
    assert_eq!(world.model.offered_name(MOMO, Seq(1)), "lab.mp4");
    let effects = world.send(Msg::Confirmed(confirm));
    let file = file(direct(10_002), 1);
    assert!(matches!(&effects[..],
        [Effect::Ask(Intent::DeclineFile { file: one, .. })] if *one == file));
}

#[test]
fn a_transfer_says_in_its_row_how_it_stands_and_what_can_be_done() {
    use Choice::{
        Decline, Fetch, Folder, Forget, GiveUp, Open, Pause, Resume, Retry, SaveAs, Show,
    };
    use FileWay::{Down, Up};
    use TransferState::{Cancelled, Done, Expired, Failed, Paused, Running, Waiting};
    type Case<'a> = (FileWay, TransferState, &'a str, &'a str, &'a [Choice], &'a [Choice]);
    let cases: [Case<'_>; 9] = [
        (Down, Running, "来自 小满", "5.2 MB/s · 剩余 44 秒", &[Pause, GiveUp], &[Show]),
        (Up, Waiting(WaitsFor::Turn), "发给 小满", "排队中", &[Pause, GiveUp], &[Show]),
        (Down, Paused, "来自 小满", "已暂停", &[Resume, GiveUp], &[Show]),
        (
            Up,
            Failed(Failure::LinkLost),
            "发给 小满",
            "发送失败：网络中断",
            &[Retry, GiveUp],
            &[Show],
        ),
        (Down, Done, "来自 小满", "14:31", &[Folder], &[Open, Show, Forget]),
        (Up, Done, "发给 小满", "14:31", &[Folder], &[Open, Show, Forget]),
        (Down, Cancelled, "来自 小满", "已取消", &[Fetch], &[SaveAs, Decline, Show, Forget]),
        (Up, Waiting(WaitsFor::Offer), "发给 小满", "等待发送", &[GiveUp], &[Show]),
        (Up, Expired, "发给 小满", "已过期", &[], &[Show, Forget]),
    ];
    let mut world = world(direct(10_002));
    for (way, state, who, words, buttons, more) in cases {
        let one = transfer(way, state.clone());
        world.event(ClientEvent::Transfer(Box::new(one.clone())));
        let row = world.model.transfer_row(&one, Language::Chinese);
        assert_eq!((&*row.who, &*row.state), (who, words), "{state:?}");
        assert_eq!(row.buttons, buttons, "{state:?}");
        for choice in buttons.iter().chain(more) {
            assert!(row.menu.contains(choice), "{choice:?} for {state:?}");
        }
        assert_eq!(row.menu.len(), buttons.len() + more.len(), "{:?} for {state:?}", row.menu);
        let english = world.model.transfer_row(&one, Language::English);
        assert!(english.who.ends_with("小满"), "{}", english.who);
    }
}
