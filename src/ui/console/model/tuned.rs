//! What is set in the server's window: with and without a server, asked before it is done, refused.

use super::tests::{done, ended, filled, ordered, poll, running};
use super::*;
use crate::net::verb::{BackupRow, Cause, Done};
use crate::ui::console::failure::Damage;
use crate::ui::console::knobs;

fn settings(pairs: &[(&str, &str)]) -> Done {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Done::Settings(pairs.iter().map(pair).collect())
}

#[must_use]
pub fn backup_row(at: i64) -> BackupRow {
    let path = "/b/x.tar".to_owned();
    BackupRow { path, bytes: 9, at, took_ms: 1, messages: 1, accounts: 1, files: 1 }
}

#[test]
fn a_server_that_was_stopped_is_backed_up_and_shows_it() {
    let mut model = running(0, false);
    update(&mut model, poll(0));
    update(&mut model, ended(None));
    let order = |order| vec![Effect::Order(order)];
    assert_eq!(update(&mut model, Msg::Backup), order(Order::Backup));
    assert!(update(&mut model, Msg::Start).is_empty(), "not while its folder is read");
    update(&mut model, Msg::Report(Report::BackedUp(Ok(backup_row(9)))));
    let shown = model.status.as_ref().unwrap();
    assert_eq!((&shown.backup, &shown.backup_error), (&Some(backup_row(9)), &None));
    let failed = End::Failed(Failure::Damaged(Damage::Store, "x".into()));
    update(&mut model, Msg::Start);
    update(&mut model, Msg::Report(Report::Ended(failed)));
    assert!(update(&mut model, Msg::Backup).is_empty(), "of what is damaged none is made");
}

#[test]
fn a_signal_lets_a_running_server_read_its_settings_again() {
    let mut model = running(0, false);
    let effects = update(&mut model, Msg::Reload);
    let (id, verbs) = ordered(&effects);
    assert_eq!(verbs, [Verb::Reload {}]);
    assert!(update(&mut model, done(id, vec![Ok(settings(&[]))])).is_empty());
    update(&mut model, ended(None));
    assert!(update(&mut model, Msg::Reload).is_empty(), "it reads them when it starts");
}

#[test]
fn what_was_refused_is_said_until_one_looks_elsewhere() {
    let mut model = running(0, false);
    let (id, _) = ordered(&update(&mut model, Msg::Set("files.days".into(), "0".into())));
    update(&mut model, done(id, vec![Err(NotDone::new(Cause::SettingRange, "x"))]));
    assert!(model.knobs.wrong("files.days").is_some());
    update(&mut model, Msg::Tab(Tab::Log));
    assert_eq!(model.knobs.wrong("files.days"), None);
}

#[test]
fn a_setting_is_set_with_and_without_a_server() {
    for is_running in [true, false] {
        let mut model = running(0, false);
        if !is_running {
            update(&mut model, ended(None));
        }
        let effects = update(&mut model, Msg::Tab(Tab::Settings));
        let (id, verbs) = ordered(&effects);
        assert_eq!(verbs, [Verb::Get { key: None }]);
        update(
            &mut model,
            done(id, vec![Ok(settings(&[("files.days", "30"), ("discovery", "on")]))]),
        );
        assert_eq!(model.knobs.value("files.days"), Some("30"));
        let set = |model: &mut Model, value: &str| {
            let effects = update(model, Msg::Set("files.days".into(), value.into()));
            let (id, verbs) = ordered(&effects);
            assert_eq!(verbs, [knobs::set("files.days", value)]);
            id
        };
        let id = set(&mut model, "0");
        let why = NotDone::new(Cause::SettingRange, "x").with("min", 1).with("max", 3_650);
        update(&mut model, done(id, vec![Err(why)]));
        assert_eq!(model.knobs.value("files.days"), Some("30"), "the old value");
        assert!(model.knobs.wrong("files.days").unwrap().contains("3650"));
        let id = set(&mut model, "60");
        update(&mut model, done(id, vec![Ok(settings(&[("files.days", "60")]))]));
        assert_eq!(model.knobs.value("files.days"), Some("60"));
        assert_eq!(
            (model.knobs.wrong("files.days"), model.knobs.value("discovery")),
            (None, Some("on"))
        );
    }
}

#[test]
fn a_code_that_was_given_away_is_not_replaced_unasked() {
    let mut model = running(0, false);
    let know = |code: &str| {
        let values = settings(&[("registration", "code"), ("registration.code", code)]);
        vec![Ok(values)]
    };
    let fresh = || "CCCC-DDDD".to_owned();
    let verb = || knobs::set("registration.code", &fresh());
    let (id, _) = ordered(&update(&mut model, Msg::Tab(Tab::Settings)));
    update(&mut model, done(id, know("")));
    let effects = update(&mut model, Msg::FreshCode(fresh()));
    assert_eq!(ordered(&effects).1, [verb()], "the first one harms nobody");
    let (id, _) = ordered(&effects);
    update(&mut model, done(id, know("AAAA-BBBB")));
    let sure = || Confirm::Code { old: "AAAA-BBBB".into(), fresh: fresh() };
    assert_eq!(update(&mut model, Msg::FreshCode(fresh())), [Effect::Confirm(sure())]);
    assert_eq!(ordered(&update(&mut model, Msg::Confirmed(sure()))).1, [verb()]);
}

#[test]
fn a_new_name_shows_or_it_is_said_why_not() {
    let rename = |model: &mut Model| {
        update(model, Msg::Rename);
        let (id, _) = ordered(&update(model, filled("Hall")));
        update(model, done(id, vec![Ok(settings(&[("server.name", "Hall")]))]));
    };
    let mut model = running(0, false);
    rename(&mut model);
    // The server goes on by the name that it was started with.
    let effects = update(&mut model, poll(0));
    assert!(matches!(&effects[..], [Effect::Say(_)]), "{effects:?}");
    assert!(update(&mut model, poll(0)).is_empty(), "it is said once");
    update(&mut model, ended(None));
    rename(&mut model);
    assert_eq!(model.status.as_ref().unwrap().name, "Hall");
}
