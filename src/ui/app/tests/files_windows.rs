//! The windows of files: what they list, what is asked for, what must follow.

use super::files::{BEGAN, BYTES, MOMO, file, offer, status, transfer, world};
use crate::client::api::{Destination, Transfer, TransferId, TransferState};
use crate::client::{Answer, ClientEvent, Failure, Intent, LinkState};
use crate::domain::{Body, FileState, FileStatus, FileWay, Message, Nonce, Seq};
use crate::net::protocol::{Command, Query, Reply};
use crate::ui::app::contacts::Confirm;
use crate::ui::app::files::list::ListMsg;
use crate::ui::app::files::rows::{Bulk, Choice, Key, Line, Row};
use crate::ui::app::files::shelf::{ShelfMsg, State};
use crate::ui::app::files::{FilesEffect, FilesMsg};
use crate::ui::app::testing::{World, direct, ticket_of};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const DAY: i64 = 86_400_000;

fn list(world: &mut World, msg: ListMsg) -> Vec<Effect> {
    world.send(Msg::Files(FilesMsg::List(msg)))
}

fn shelf(world: &mut World, msg: ShelfMsg) -> Vec<Effect> {
    world.send(Msg::Files(FilesMsg::Shelf(msg)))
}

/// A transfer of another file than those of the messages.
fn other(number: u8, way: FileWay, name: &str, state: TransferState) -> Transfer {
    let began = BEGAN - i64::from(number) * 1_000;
    let id = TransferId(Nonce([number; 16]));
    let file = Some(file(direct(10_002), number.into()));
    let path = format!("received/{name}").into();
    Transfer { id, file, name: name.to_owned(), path, began, ..transfer(way, state) }
}

/// The lines as words: heads with what can be done, files by name.
fn words(lines: &[Line]) -> Vec<String> {
    let word = |line: &Line| match line {
        Line::Head(words, bulk) => format!("{words} {bulk:?}"),
        Line::File(row) => row.name.clone(),
    };
    lines.iter().map(word).collect()
}

fn shown(world: &World) -> Vec<String> {
    words(&world.model.file_lines(Language::Chinese))
}

fn shelved(world: &World) -> Vec<Row> {
    let row = |line: Line| match line {
        Line::File(row) => *row,
        Line::Head(..) => panic!("it has no heads"),
    };
    world.model.shelf_lines(Language::Chinese).into_iter().map(row).collect()
}

fn names(world: &World) -> Vec<String> {
    shelved(world).into_iter().map(|row| row.name).collect()
}

/// What was asked of the client about transfers.
fn asked(effects: &[Effect]) -> Vec<(&'static str, Vec<TransferId>)> {
    let one = |effect: &Effect| match effect {
        Effect::Ask(Intent::PauseTransfer { id, .. }) => Some(("pause", vec![*id])),
        Effect::Ask(Intent::ResumeTransfer { id, .. }) => Some(("resume", vec![*id])),
        Effect::Ask(Intent::CancelTransfer { id, .. }) => Some(("cancel", vec![*id])),
        Effect::Ask(Intent::ForgetTransfers { ids, .. }) => Some(("forget", ids.clone())),
        Effect::Ask(Intent::HideTransfers { ids, .. }) => Some(("hide", ids.clone())),
        _ => None,
    };
    effects.iter().filter_map(one).collect()
}

fn id(number: u8) -> TransferId {
    TransferId(Nonce([number; 16]))
}

/// A window with one transfer of each kind.
fn full() -> World {
    let mut world = world(direct(10_002));
    let yesterday = |one: Transfer| Transfer { ended: one.ended.map(|at| at - DAY), ..one };
    let failed = TransferState::Failed(Failure::LinkLost);
    world.event(ClientEvent::Transfers(vec![
        other(31, FileWay::Down, "lecture.pdf", TransferState::Running),
        other(32, FileWay::Up, "photos.zip", TransferState::Paused),
        other(33, FileWay::Up, "data.xlsx", failed),
        other(34, FileWay::Down, "notes.txt", TransferState::Done),
        yesterday(other(35, FileWay::Up, "old.docx", TransferState::Cancelled)),
    ]));
    list(&mut world, ListMsg::Open);
    world
}

#[test]
fn it_lists_what_is_not_done_and_then_day_by_day_what_is() {
    let mut world = full();
    let all = [
        "未完成 2 Some(Pause)",
        "lecture.pdf",
        "photos.zip",
        "失败 1 None",
        "data.xlsx",
        "今天 Some(Clear)",
        "notes.txt",
        "昨天 None",
        "old.docx",
    ];
    assert_eq!(shown(&world), all);
    list(&mut world, ListMsg::Way(Some(FileWay::Up)));
    let sent = [
        "未完成 1 Some(Resume)",
        "photos.zip",
        "失败 1 None",
        "data.xlsx",
        "昨天 Some(Clear)",
        "old.docx",
    ];
    assert_eq!(shown(&world), sent);
    list(&mut world, ListMsg::Search("DATA".into()));
    assert_eq!(shown(&world), ["失败 1 None", "data.xlsx"]);
    list(&mut world, ListMsg::Way(None));
    // People are found as well, by pinyin too.
    list(&mut world, ListMsg::Search("xiaoman".into()));
    assert_eq!(shown(&world), all);
    list(&mut world, ListMsg::Search("nothing".into()));
    assert_eq!(shown(&world), [""; 0]);
    list(&mut world, ListMsg::Close);
    assert!(world.model.files.list.is_none());
}

#[test]
fn all_that_are_shown_stop_and_go_on_together() {
    let mut world = full();
    assert_eq!(asked(&list(&mut world, ListMsg::Bulk(Bulk::Pause))), [("pause", vec![id(31)])]);
    let paused = other(31, FileWay::Down, "lecture.pdf", TransferState::Paused);
    world.event(ClientEvent::Transfer(Box::new(paused)));
    assert_eq!(shown(&world)[0], "未完成 2 Some(Resume)");
    let both = [("resume", vec![id(31)]), ("resume", vec![id(32)])];
    assert_eq!(asked(&list(&mut world, ListMsg::Bulk(Bulk::Resume))), both);
    list(&mut world, ListMsg::Way(Some(FileWay::Up)));
    assert_eq!(asked(&list(&mut world, ListMsg::Bulk(Bulk::Resume))), both[1..]);
}

#[test]
fn what_is_over_goes_off_the_list_when_the_person_is_sure() {
    let mut world = full();
    let effects = list(&mut world, ListMsg::Bulk(Bulk::Clear));
    assert!(matches!(&effects[..], [Effect::Confirm(Confirm::ClearFiles)]), "{effects:?}");
    let effects = world.send(Msg::Confirmed(Confirm::ClearFiles));
    assert_eq!(asked(&effects), [("hide", vec![id(34), id(35)])]);
    list(&mut world, ListMsg::Way(Some(FileWay::Down)));
    let effects = world.send(Msg::Confirmed(Confirm::ClearFiles));
    assert_eq!(asked(&effects), [("hide", vec![id(34)])]);
    let effects = list(&mut world, ListMsg::Do(id(35), Choice::Forget));
    assert_eq!(asked(&effects), [("hide", vec![id(35)])]);
    for (number, way, name, state) in [
        (34, FileWay::Down, "notes.txt", TransferState::Done),
        (35, FileWay::Up, "old.docx", TransferState::Cancelled),
    ] {
        let hidden = Transfer { hidden: true, ..other(number, way, name, state) };
        world.event(ClientEvent::Transfer(Box::new(hidden)));
    }
    assert_eq!(shown(&world), ["未完成 1 Some(Pause)", "lecture.pdf"]);
    // The cards still know of it.
    assert!(world.model.files.of(file(direct(10_002), 34)).is_some());
}

#[test]
fn files_that_were_sent_together_stand_as_they_were_sent() {
    let mut world = world(direct(10_002));
    list(&mut world, ListMsg::Open);
    // The names of transfers say nothing of their order.
    let sent = [(7, 0, "1.txt"), (3, 1, "2.txt"), (9, 2, "3.txt"), (1, 5_000, "later.txt")];
    for state in [TransferState::Running, TransferState::Done] {
        for (number, ms, name) in sent {
            let one = other(number, FileWay::Up, name, state.clone());
            // The last one was whole first.
            let ended = one.ended.map(|at| at - ms);
            world.event(ClientEvent::Transfer(Box::new(Transfer {
                began: BEGAN + ms,
                ended,
                ..one
            })));
        }
        let names: Vec<String> =
            shown(&world).into_iter().filter(|line| line.ends_with("txt")).collect();
        let expected = match state {
            TransferState::Done => ["1.txt", "2.txt", "3.txt", "later.txt"],
            _ => ["later.txt", "1.txt", "2.txt", "3.txt"],
        };
        assert_eq!(names, expected);
    }
}

#[test]
fn what_was_declined_or_taken_back_is_no_success_of_its_sender() {
    let mut world = world(direct(10_002));
    let one = other(8, FileWay::Up, "a.txt", TransferState::Done);
    world.event(ClientEvent::Transfer(Box::new(one.clone())));
    let word = |world: &World| world.model.transfer_row(&one, Language::English).state;
    assert_eq!(word(&world), "14:31");
    for (state, said) in [
        (FileState::Declined, "They declined"),
        (FileState::Cancelled, "Taken back"),
        (FileState::Expired, "14:31"),
    ] {
        world.event(ClientEvent::File { file: file(direct(10_002), 8), status: status(state) });
        assert_eq!(word(&world), said);
    }
}

#[test]
fn only_what_would_be_lost_is_asked_about() {
    let mut world = full();
    let effects = list(&mut world, ListMsg::Do(id(31), Choice::GiveUp));
    assert!(matches!(&effects[..], [Effect::Confirm(Confirm::GiveUp(one))] if *one == id(31)));
    let effects = world.send(Msg::Confirmed(Confirm::GiveUp(id(31))));
    assert_eq!(asked(&effects), [("cancel", vec![id(31)])]);
    // What failed is over already, so that it goes off the list as well.
    let effects = list(&mut world, ListMsg::Do(id(33), Choice::GiveUp));
    assert_eq!(asked(&effects), [("cancel", vec![id(33)]), ("forget", vec![id(33)])]);
    let waits = Transfer { done: 0, ..other(31, FileWay::Down, "a", TransferState::Paused) };
    world.event(ClientEvent::Transfer(Box::new(waits)));
    let effects = list(&mut world, ListMsg::Do(id(31), Choice::GiveUp));
    assert_eq!(asked(&effects), [("cancel", vec![id(31)])]);
}

#[test]
fn a_received_file_that_is_gone_is_received_again() {
    let mut world = full();
    let effects = list(&mut world, ListMsg::Do(id(34), Choice::Open));
    assert!(
        matches!(&effects[..], [Effect::OpenFile(file)] if file.id == id(34) && !file.is_folder)
    );
    world.send(Msg::Files(FilesMsg::Missing(id(34))));
    let lines = world.model.file_lines(Language::English);
    let Line::File(row) = &lines[6] else { panic!("{:?}", words(&lines)) };
    assert_eq!((row.usual(), &row.buttons[..]), (Some(Choice::Fetch), &[Choice::Fetch][..]));
    assert_eq!(row.state, "Not here any more");
    // The chat does not have that message: what the transfer knows of it is enough.
    let effects = list(&mut world, ListMsg::Do(id(34), Choice::Fetch));
    let taken = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::TakeFile { message, destination, .. }) => Some((message, destination)),
        _ => None,
    });
    let (message, destination) = taken.unwrap();
    assert_eq!((message.seq, message.from.0), (Seq(34), 10_002));
    assert!(matches!(&message.body, Body::File { name, bytes: BYTES } if name == "notes.txt"));
    assert_eq!(*destination, Destination::Folder(world.model.download_folder()));
    assert_eq!(asked(&effects), [("forget", vec![id(34)])]);
}

#[test]
fn what_failed_goes_on_unless_its_file_has_ended() {
    use TransferState::Failed;
    let failed = |why: Failure| other(40, FileWay::Up, "a.zip", Failed(why));
    let refused = Failure::Refused(crate::net::protocol::Reason::FileQuota.into());
    let retry = |one: &Transfer, state: Option<FileState>| {
        let mut world = world(direct(10_002));
        world.event(ClientEvent::Transfer(Box::new(one.clone())));
        if let Some(state) = state {
            let (file, status) = (one.file.unwrap(), status(state));
            world.event(ClientEvent::File { file, status });
        }
        let effects = list(&mut world, ListMsg::Do(one.id, Choice::Retry));
        asked(&effects).into_iter().map(|(what, _)| what).collect::<Vec<_>>()
    };
    // The server never took the offer: the same message is sent again, and no other one.
    assert_eq!(retry(&Transfer { file: None, ..failed(refused) }, None), ["resume"]);
    let cut = failed(Failure::LinkLost);
    assert_eq!(retry(&cut, None), ["resume"], "nothing is known of it");
    assert_eq!(retry(&cut, Some(FileState::Coming)), ["resume"]);
    assert_eq!(retry(&cut, Some(FileState::Expired))[0], "forget");
    let changed = failed(Failure::SourceChanged);
    assert_eq!(retry(&changed, None)[..2], ["cancel", "forget"]);
}

#[test]
fn how_much_one_keeps_is_asked_when_it_is_shown_and_when_it_changed() {
    let mut world = world(direct(10_002));
    let quota = |effects: &[Effect]| {
        let is_it = |effect: &&Effect| {
            matches!(effect, Effect::Ask(Intent::Look { query: Query::Quota {}, .. }))
        };
        effects.iter().find(is_it).and_then(ticket_of)
    };
    let begun = other(40, FileWay::Up, "a.zip", TransferState::Running);
    assert_eq!(quota(&world.event(ClientEvent::Transfer(Box::new(begun.clone())))), None);
    let effects = list(&mut world, ListMsg::Open);
    assert!(effects.iter().any(|one| matches!(one, Effect::Files(FilesEffect::RaiseList))));
    let ticket = quota(&effects).unwrap();
    let (used, most) = (1_288_490_189, 20 << 30);
    let reply = Reply::Quota { used, most, file_most: 4 << 30, days: 30 };
    world.event(ClientEvent::Answered { ticket, result: Ok(Answer::Looked(reply)) });
    let known = world.model.files.quota.unwrap();
    assert_eq!(known.words(Language::Chinese), "你已用 1.2 / 20 GB · 文件保存 30 天");
    assert_eq!(known.words(Language::English), "You use 1.2 / 20 GB. Files are kept 30 days.");
    let goes_on = Transfer { done: 5, ..begun.clone() };
    assert_eq!(quota(&world.event(ClientEvent::Transfer(Box::new(goes_on)))), None);
    let done = other(40, FileWay::Up, "a.zip", TransferState::Done);
    assert!(quota(&world.event(ClientEvent::Transfer(Box::new(done)))).is_some());
}

/// What the shelf asks for: the words, the place before which, and the ticket.
fn page_asked(effects: &[Effect]) -> Option<(String, Option<Seq>, u64)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Look { query: Query::FileList { text, before, .. }, ticket }) => {
            Some((text.clone(), *before, *ticket))
        }
        _ => None,
    })
}

fn page(world: &mut World, ticket: u64, files: &[(u64, &str)], more: bool) {
    let one = |(seq, name): &(u64, &str)| {
        (offer(direct(10_002), *seq, 10_001 + seq % 2, name), status(FileState::Kept))
    };
    let files: Vec<(Message, FileStatus)> = files.iter().map(one).collect();
    let result = Ok(Answer::Looked(Reply::FileList { files, more }));
    world.event(ClientEvent::Answered { ticket, result });
}

#[test]
fn the_files_of_a_conversation_come_page_by_page() {
    let mut world = world(direct(10_002));
    let effects = shelf(&mut world, ShelfMsg::Open(MOMO));
    assert!(effects.iter().any(|one| matches!(one, Effect::Files(FilesEffect::RaiseShelf))));
    let (text, before, ticket) = page_asked(&effects).unwrap();
    assert_eq!((&*text, before), ("", None));
    page(&mut world, ticket, &[(2, "report.docx"), (1, "lab.mp4")], true);
    assert_eq!(names(&world), ["report.docx", "lab.mp4"]);
    let (_, before, ticket) = page_asked(&shelf(&mut world, ShelfMsg::More)).unwrap();
    assert_eq!((before, names(&world).len()), (Some(Seq(1)), 2));
    assert!(page_asked(&shelf(&mut world, ShelfMsg::More)).is_none(), "one page at a time");
    page(&mut world, ticket, &[], false);
    assert!(page_asked(&shelf(&mut world, ShelfMsg::More)).is_none(), "that was all");
    // Opened again it comes to the front as it is.
    assert!(page_asked(&shelf(&mut world, ShelfMsg::Open(MOMO))).is_none());
}

#[test]
fn an_answer_to_what_is_not_looked_for_any_more_is_left_out() {
    let mut world = world(direct(10_002));
    let (_, _, first) = page_asked(&shelf(&mut world, ShelfMsg::Open(MOMO))).unwrap();
    let effects = shelf(&mut world, ShelfMsg::Search("lab".into()));
    let (text, _, second) = page_asked(&effects).unwrap();
    assert_eq!(text, "lab");
    page(&mut world, second, &[(1, "lab.mp4")], false);
    page(&mut world, first, &[(2, "report.docx"), (1, "lab.mp4")], false);
    assert_eq!(names(&world), ["lab.mp4"]);
}

#[test]
fn the_list_follows_what_happens() {
    let mut world = world(direct(10_002));
    let (_, _, ticket) = page_asked(&shelf(&mut world, ShelfMsg::Open(MOMO))).unwrap();
    page(&mut world, ticket, &[(2, "report.docx"), (1, "lab.mp4")], false);
    let message = offer(direct(10_002), 3, 10_002, "new.pdf");
    world.event(ClientEvent::Message { message, live: true });
    assert_eq!(names(&world), ["new.pdf", "report.docx", "lab.mp4"]);
    let expired = FileStatus { taken: 2, ..status(FileState::Expired) };
    world.event(ClientEvent::File { file: file(direct(10_002), 1), status: expired });
    let rows = shelved(&world);
    assert_eq!((&*rows[1].state, &*rows[2].state), ("30 天后过期", "已过期"));
    assert_eq!(rows[2].size, "2 人已接收 · 640 MB");
    assert_eq!((rows[2].usual(), &rows[2].menu[..]), (None, &[Choice::Show][..]));
    // What is on its way shows how far it is, and is stopped here as well.
    let one = transfer(FileWay::Up, TransferState::Running);
    world.event(ClientEvent::Transfer(Box::new(one.clone())));
    let row = &shelved(&world)[1];
    assert_eq!((row.progress, &row.buttons[..]), (Some(643), &[Choice::Pause, Choice::GiveUp][..]));
    let effects = shelf(&mut world, ShelfMsg::Do(Seq(2), Choice::Pause));
    assert_eq!(asked(&effects), [("pause", vec![one.id])]);
    // What was taken back in the chat is no file any more.
    let recalled =
        Message { body: Body::Recalled { seq: None }, ..offer(direct(10_002), 1, 10_002, "") };
    world.event(ClientEvent::Message { message: recalled, live: true });
    assert_eq!(names(&world), ["new.pdf", "report.docx"]);
}

#[test]
fn only_ones_own_files_are_taken_back_and_only_when_the_person_is_sure() {
    let mut world = world(direct(10_002));
    let (_, _, ticket) = page_asked(&shelf(&mut world, ShelfMsg::Open(MOMO))).unwrap();
    page(&mut world, ticket, &[(2, "report.docx"), (1, "lab.mp4")], false);
    let rows = shelved(&world);
    assert_eq!((rows[0].key, rows[0].removal()), (Key::Offer(Seq(2)), Some(Choice::TakeBack)));
    assert_eq!(rows[1].removal(), None);
    assert!(rows[1].menu.contains(&Choice::Decline));
    let effects = shelf(&mut world, ShelfMsg::Do(Seq(2), Choice::TakeBack));
    let own = file(direct(10_002), 2);
    assert!(matches!(&effects[..], [Effect::Confirm(Confirm::TakeBack(one))] if *one == own));
    assert_eq!(world.model.shelf_name(own), "report.docx");
    let effects = world.send(Msg::Confirmed(Confirm::TakeBack(own)));
    assert!(effects.iter().any(|effect| matches!(effect,
        Effect::Ask(Intent::Do { command: Command::CancelFile { file }, .. }) if *file == own)));
}

#[test]
fn without_a_link_the_list_comes_when_there_is_one() {
    let mut world = world(direct(10_002));
    let down = LinkState::Down { retry_in_ms: 1_000, why: Failure::LinkLost };
    world.event(ClientEvent::Link(down));
    assert!(page_asked(&shelf(&mut world, ShelfMsg::Open(MOMO))).is_none());
    assert_eq!(world.model.files.shelf.as_ref().unwrap().state, State::Offline);
    world.up();
    let you = crate::ui::app::testing::person(10_001, "青柠");
    let presence = crate::domain::Presence::Online;
    let effects = world.event(ClientEvent::SignedIn { you, presence });
    let (_, _, ticket) = page_asked(&effects).unwrap();
    page(&mut world, ticket, &[(2, "report.docx"), (1, "lab.mp4")], false);
    assert_eq!(names(&world), ["report.docx", "lab.mp4"]);
}

#[test]
fn what_could_not_be_had_is_asked_for_again() {
    let mut world = world(direct(10_002));
    let (_, _, ticket) = page_asked(&shelf(&mut world, ShelfMsg::Open(MOMO))).unwrap();
    let why = Failure::Refused(crate::net::protocol::Reason::Failed.into());
    world.event(ClientEvent::Answered { ticket, result: Err(why.clone()) });
    assert_eq!(world.model.files.shelf.as_ref().unwrap().state, State::Failed(why));
    assert!(page_asked(&shelf(&mut world, ShelfMsg::Again)).is_some());
}
