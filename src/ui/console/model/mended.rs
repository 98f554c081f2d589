//! What stays over the end of a server: its log, and how damaged data is mended.

use super::tests::{ended, order, running};
use super::*;
use crate::net::control::{LogEntry, LogEvent, LogKind};
use crate::ui::console::failure::Damage;

#[test]
fn a_backup_takes_the_place_of_what_is_damaged_once_that_was_asked() {
    let file = || BackupFile { path: "/b/x.tar".into(), bytes: 9, at: 7 };
    let damaged = || ended(Some(Failure::Damaged(Damage::Store, "x".into())));
    let mut model = running(0, false);
    assert!(update(&mut model, Msg::Restore).is_empty(), "nothing is damaged");
    assert!(update(&mut model, Msg::RestoreFrom(file().path)).is_empty());
    update(&mut model, damaged());
    assert_eq!(update(&mut model, Msg::Restore), order(Order::Backups));
    update(&mut model, Msg::Report(Report::Backups(vec![file()])));
    assert_eq!(model.sheet, Some(Sheet::Restore(vec![file()])));
    let sure = || Confirm::Restore(file().path);
    assert_eq!(update(&mut model, Msg::RestoreFrom(file().path)), [Effect::Confirm(sure())]);
    assert_eq!(update(&mut model, Msg::Confirmed(sure())), order(Order::Restore(file().path)));
    assert_eq!((&model.sheet, model.task), (&None, Some(Task::Restore)));
    // Meanwhile it is neither started nor restored once more.
    for msg in [Msg::Start, Msg::Restore, Msg::Confirmed(sure())] {
        assert!(update(&mut model, msg).is_empty());
    }
    let told = update(&mut model, Msg::Report(Report::Restored(Err("no way".into()))));
    assert!(matches!(&told[..], [Effect::Trouble(why)] if why.contains("no way")), "{told:?}");
    assert_eq!(update(&mut model, Msg::Confirmed(sure())), order(Order::Restore(file().path)));
    let told = update(&mut model, Msg::Report(Report::Restored(Ok("/d/damaged".into()))));
    let [Effect::Say(words), Effect::Order(Order::Start)] = &told[..] else { panic!("{told:?}") };
    assert!(words.contains("/d/damaged"), "{words}");
    assert_eq!((&model.phase, model.task), (&Phase::Starting, None));
}

#[test]
fn what_was_done_to_a_stopped_server_stands_in_its_log() {
    let mut model = running(0, false);
    update(&mut model, ended(None));
    let before = model.log.all();
    let line = crate::ui::console::log::tests::entry(1, LogKind::Info, LogEvent::Stopping {});
    let kept = || vec![LogEntry { at: i64::MAX, kept: true, ..line.clone() }];
    for _ in 0..2 {
        update(&mut model, Msg::Report(Report::Logged(kept())));
        assert_eq!(model.log.all(), before + 1, "once");
    }
}

#[test]
fn what_a_server_kept_stands_in_the_log_once() {
    let mut model = running(0, false);
    let line = |at, kept| {
        let entry = crate::ui::console::log::tests::entry(1, LogKind::Info, LogEvent::Stopping {});
        LogEntry { at, kept, ..entry }
    };
    let language = model.language();
    model.log = Log::default();
    model.log.add(vec![line(3, true), line(5, true), line(7, false)], language);
    model.log.add(vec![line(3, true), line(5, true), line(7, true), line(9, true)], language);
    // This run's own lines are new, whatever its clock says.
    model.log.add(vec![line(2, false)], language);
    let at: Vec<i64> = (0..5).map(|row| model.log.row(row).unwrap().at).collect();
    assert_eq!((at, model.log.len()), (vec![2, 9, 7, 5, 3], 5));
}
