//! The model of the server's window: what comes of what is pressed and of what the link tells.

use super::*;
use crate::net::control::{LogEvent, LogKind};
use crate::net::protocol::{Calling, Occasion, Registration};
use crate::net::verb::{Cause, Done, Whom};
use crate::ui::console::entries::tests::{account, ban, room, session};
use crate::ui::console::forms::Ask;

fn status(online: u64) -> Status {
    Status {
        name: "Lab".into(),
        version: "0".into(),
        listening: vec![],
        addresses: vec![],
        port: 1029,
        fingerprint: "7F3A-91C2".into(),
        invite: "mychat://a:1029/#X".into(),
        data: "d".into(),
        registration: Registration::Open,
        discovery: true,
        uptime_ms: 1_000,
        online,
        accounts: 3,
        messages: 9,
        bytes_in: 0,
        bytes_out: 0,
        rooms: 2,
        messages_today: 5,
        backup: None,
        backup_error: None,
        start: 1,
        given: vec![],
    }
}

pub(super) fn poll(online: u64) -> Msg {
    let sessions = (0..online).map(|n| session(10_001 + n, "x", "a")).collect();
    let entries =
        vec![crate::ui::console::log::tests::entry(1, LogKind::Info, LogEvent::Stopping {})];
    let status = status(online);
    Msg::Report(Report::Polled(Box::new(Poll {
        at: Duration::from_secs(1),
        status,
        sessions,
        entries,
    })))
}

pub(super) fn running(online: u64, foreign: bool) -> Model {
    let mut model = Model::new(Choices::default(), "d".into());
    assert_eq!(model.phase, Phase::Starting);
    assert!(update(&mut model, Msg::Report(Report::Attached { foreign })).is_empty());
    update(&mut model, poll(online));
    assert_eq!((model.phase.clone(), model.people()), (Phase::Running, online));
    model
}

pub(super) fn ended(failure: Option<Failure>) -> Msg {
    Msg::Report(Report::Ended(failure.map_or(End::Closed, End::Failed)))
}

pub(super) fn order(order: Order) -> Vec<Effect> {
    vec![Effect::Order(order)]
}

#[test]
fn a_port_that_is_taken_is_followed_by_the_next() {
    let mut model = running(0, false);
    assert!(update(&mut model, Msg::StartElsewhere).is_empty());
    let taken = |address: &str| Failure::PortInUse { address: address.into(), by: None };
    // The next hosting begins with it, and with the one after where that is taken too.
    for (address, port) in [("[::]:1029", 1_030), ("[::]:1030", 1_031)] {
        update(&mut model, ended(Some(taken(address))));
        let effects = update(&mut model, Msg::StartElsewhere);
        let start = Effect::Order(Order::StartOn { taken: port - 1, port });
        let choices = Choices { port: Some(port), ..Choices::default() };
        assert_eq!(effects, [start, Effect::Order(Order::Keep(choices))]);
        assert_eq!(model.phase, Phase::Starting);
    }
    // One that was given with the command is given again with the next.
    for (address, taken_port) in [("[::]:7", 7), ("127.0.0.1:1031", 1_031)] {
        update(&mut model, ended(Some(taken(address))));
        let effects = update(&mut model, Msg::StartElsewhere);
        assert_eq!(effects, order(Order::StartOn { taken: taken_port, port: taken_port + 1 }));
    }
    assert_eq!(taken("0.0.0.0:65535").other_port(), None);
}

#[test]
fn nothing_is_asked_while_nobody_is_online() {
    let mut model = running(0, false);
    assert_eq!(update(&mut model, Msg::Stop), order(Order::Stop));
    assert_eq!(model.phase, Phase::Stopping(Then::Stay));
    assert!(update(&mut model, ended(None)).is_empty());
    assert_eq!(model.phase, Phase::Stopped);
    assert_eq!(update(&mut model, Msg::Start), order(Order::Start));
    assert_eq!(model.phase, Phase::Starting);
    assert!(update(&mut model, Msg::Start).is_empty());
}

#[test]
fn people_online_are_asked_for_and_no_means_no() {
    for (msg, question) in [
        (Msg::Stop, Question::Stop),
        (Msg::Restart, Question::Restart),
        (Msg::Close, Question::Close),
    ] {
        let mut model = running(42, false);
        assert!(update(&mut model, msg).is_empty());
        assert_eq!(model.question, Some(question));
        assert!(update(&mut model, Msg::Answer(Answer::No)).is_empty());
        assert_eq!((model.question, &model.phase), (None, &Phase::Running));
        // A late second press answers nothing.
        assert!(update(&mut model, Msg::Answer(Answer::Yes)).is_empty());
    }
}

#[test]
fn closing_waits_for_the_end_of_the_own_server() {
    let mut model = running(1, false);
    update(&mut model, Msg::Close);
    assert_eq!(update(&mut model, Msg::Answer(Answer::Yes)), order(Order::Close));
    assert_eq!(model.phase, Phase::Stopping(Then::Close));
    update(&mut model, poll(0));
    assert_eq!(model.phase, Phase::Stopping(Then::Close));
    assert_eq!(update(&mut model, ended(None)), [Effect::Quit]);
}

#[test]
fn closing_lets_go_of_a_foreign_server_and_stopping_it_asks() {
    let mut model = running(5, true);
    assert_eq!(update(&mut model, Msg::Close), [Effect::Quit]);
    assert!(update(&mut model, Msg::Stop).is_empty());
    assert_eq!(model.question, Some(Question::Stop));
}

#[test]
fn a_restart_starts_again_only_after_a_close_in_order() {
    let mut model = running(0, false);
    assert_eq!(update(&mut model, Msg::Restart), order(Order::Stop));
    assert_eq!(update(&mut model, ended(None)), order(Order::Start));
    assert_eq!(model.phase, Phase::Starting);
    let mut model = running(0, false);
    update(&mut model, Msg::Restart);
    assert!(update(&mut model, ended(Some(Failure::Stuck))).is_empty());
    let failed = Phase::Failed { failure: Failure::Stuck, had_run: true };
    assert_eq!(model.phase, failed);
}

#[test]
fn a_foreign_server_is_not_restarted() {
    for people in [0, 5] {
        let mut model = running(people, true);
        let effects = update(&mut model, Msg::Restart);
        assert!(matches!(&effects[..], [Effect::Trouble(_)]), "{effects:?}");
        assert_eq!((&model.phase, model.question), (&Phase::Running, None));
    }
}

#[test]
fn a_server_that_ends_by_itself_is_said_to() {
    let mut model = running(3, false);
    update(&mut model, Msg::Stop);
    let failure = Failure::Disk("x".into());
    update(&mut model, ended(Some(failure.clone())));
    // The question is void; what was asked about is gone.
    assert_eq!((model.question, model.people(), model.online.len()), (None, 0, 0));
    let line = model.log.row(0).unwrap();
    assert_eq!(line.kind, LogKind::Error, "the log says it, which the server cannot");
    assert_eq!(model.phase, Phase::Failed { failure, had_run: true });
    assert_eq!(update(&mut model, Msg::Close), [Effect::Quit]);
}

#[test]
fn a_new_run_in_its_place_is_another_server() {
    let mut model = running(3, true);
    update(&mut model, Msg::Pick(0, Pick::Only));
    update(&mut model, Msg::Stop);
    update(&mut model, Msg::Answer(Answer::Notice));
    assert!(model.countdown.is_some() && !model.chosen().is_empty());
    assert!(update(&mut model, Msg::Report(Report::Ended(End::Replaced))).is_empty());
    assert_eq!((model.countdown, model.chosen().len(), model.people()), (None, 0, 0));
    assert!(update(&mut model, Msg::Tick).is_empty(), "nobody is stopped");
    update(&mut model, Msg::Report(Report::Attached { foreign: true }));
    update(&mut model, poll(3));
    assert_eq!((&model.phase, model.chosen().len()), (&Phase::Running, 0));
    assert_eq!(model.log.len(), 3, "the lines of both, and what was between");
    // One that was asked to stop has ended; another runs.
    update(&mut model, Msg::Stop);
    update(&mut model, Msg::Answer(Answer::Yes));
    update(&mut model, Msg::Report(Report::Ended(End::Replaced)));
    update(&mut model, Msg::Report(Report::Attached { foreign: true }));
    assert_eq!(model.phase, Phase::Running);
}

#[test]
fn a_start_that_fails_says_so_and_closing_while_starting_waits() {
    let mut model = Model::new(Choices::default(), "d".into());
    update(&mut model, ended(Some(Failure::Locked)));
    assert_eq!(model.phase, Phase::Failed { failure: Failure::Locked, had_run: false });
    assert_eq!(update(&mut model, Msg::Start), order(Order::Start));
    assert_eq!(update(&mut model, Msg::Close), order(Order::Close));
    // It gets ready while it is being closed: it does not come back to life.
    update(&mut model, Msg::Report(Report::Attached { foreign: false }));
    assert_eq!(model.phase, Phase::Stopping(Then::Close));
    assert_eq!(update(&mut model, ended(None)), [Effect::Quit]);
}

#[test]
fn the_system_is_obeyed_without_a_question() {
    let mut model = running(42, false);
    update(&mut model, Msg::Broadcast);
    update(&mut model, Msg::Stop);
    assert_eq!(update(&mut model, Msg::End), order(Order::Close));
    assert_eq!((model.question, &model.sheet), (None, &None));
    update(&mut model, Msg::End);
    assert_eq!(update(&mut model, ended(None)), [Effect::Quit]);
    let mut model = running(42, true);
    assert_eq!(update(&mut model, Msg::End), [Effect::Quit], "it is not this window's server");
}

#[test]
fn closing_while_stopping_ends_in_the_end() {
    let mut model = running(0, false);
    update(&mut model, Msg::Restart);
    assert_eq!(update(&mut model, Msg::Close), order(Order::Close));
    assert_eq!(update(&mut model, ended(None)), [Effect::Quit]);
}

#[test]
fn facts_are_copied_and_choices_kept() {
    let mut model = Model::new(Choices::default(), "d".into());
    assert!(update(&mut model, Msg::Copy(Fact::Key)).is_empty());
    let mut model = running(0, false);
    let copied = update(&mut model, Msg::Copy(Fact::Invite));
    assert_eq!(copied, [Effect::Copy(Fact::Invite, "mychat://a:1029/#X".into())]);
    let choices = Choices { dark: true, ..Choices::default() };
    let expected = [Effect::Restyle, Effect::Order(Order::Keep(choices))];
    assert_eq!(update(&mut model, Msg::Dark(true)), expected);
    assert!(update(&mut model, Msg::Dark(true)).is_empty());
}

pub(super) fn done(id: u64, results: Vec<Result<Done, NotDone>>) -> Msg {
    Msg::Report(Report::Done { id, results })
}

/// The one order of verbs among some effects.
pub(super) fn ordered(effects: &[Effect]) -> (u64, &[Verb]) {
    let mut orders = effects.iter().filter_map(|effect| match effect {
        Effect::Order(Order::Do { id, verbs }) => Some((*id, &verbs[..])),
        _ => None,
    });
    let order = orders.next().expect("nothing was ordered");
    assert!(orders.next().is_none(), "{effects:?}");
    order
}

pub(super) fn filled(text: &str) -> Msg {
    Msg::Submit(Filled { text: text.to_owned(), ..Filled::default() })
}

fn form(model: &Model) -> &Form {
    match &model.sheet {
        Some(Sheet::Form(form)) => form,
        other => panic!("no form: {other:?}"),
    }
}

#[test]
fn whoever_is_chosen_is_kicked_for_a_reason() {
    let mut model = running(3, false);
    assert!(update(&mut model, Msg::Act(Act::Kick)).is_empty(), "nobody is chosen");
    update(&mut model, Msg::Pick(0, Pick::Only));
    update(&mut model, Msg::Pick(2, Pick::Toggle));
    update(&mut model, Msg::Act(Act::Kick));
    let effects = update(&mut model, filled("spam"));
    let (id, verbs) = ordered(&effects);
    let kick = |account: &str| Verb::Kick { account: account.into(), why: "spam".into() };
    assert_eq!(verbs, [kick("10001"), kick("10003")]);
    assert!(form(&model).busy);
    assert!(update(&mut model, filled("spam")).is_empty(), "once is enough");
    let row = || Ok(Done::Account(account(10_001, "x")));
    let effects = update(&mut model, done(id, vec![row(), row()]));
    assert!(matches!(&effects[..], [Effect::Say(_)]), "{effects:?}");
    assert_eq!(model.sheet, None);
    assert!(update(&mut model, done(id, vec![row()])).is_empty(), "an answer counts once");
}

#[test]
fn what_is_refused_stands_in_the_window_in_the_persons_language() {
    let mut model = running(1, false);
    update(&mut model, Msg::Language(LanguageChoice::Fixed(Language::Chinese)));
    update(&mut model, Msg::Broadcast);
    assert!(update(&mut model, filled(" ")).is_empty());
    assert!(!form(&model).error.is_empty(), "empty words are sent nowhere");
    update(&mut model, Msg::Typed);
    assert!(form(&model).error.is_empty());
    let (id, _) = ordered(&update(&mut model, filled("hi")));
    update(&mut model, done(id, vec![Err(NotDone::closing())]));
    let form = form(&model);
    assert!(!form.busy && form.error.contains("正在停止"), "{}", form.error);
    // The same, when nobody waits for it any more.
    let (id, _) = ordered(&update(&mut model, filled("hi")));
    update(&mut model, Msg::Dismiss);
    let effects = update(&mut model, done(id, vec![Err(NotDone::new(Cause::Unknown, "x"))]));
    assert!(matches!(&effects[..], [Effect::Trouble(_)]), "{effects:?}");
}

#[test]
fn a_code_is_shown_and_copied_once() {
    let mut model = running(1, false);
    update(&mut model, Msg::Pick(0, Pick::Only));
    let (id, verbs) = {
        let effects = update(&mut model, Msg::Act(Act::Reset));
        let (id, verbs) = ordered(&effects);
        (id, verbs.to_vec())
    };
    assert_eq!(verbs, [Verb::Reset { account: "10001".into() }]);
    let (account, nickname) = (crate::domain::AccountId(10_001), "x".to_owned());
    let code = ResetCode { account, nickname, code: "ABCD-EFGH".into(), minutes: 15 };
    update(&mut model, done(id, vec![Ok(Done::Reset(code.clone()))]));
    assert_eq!(model.sheet, Some(Sheet::Code(code)));
    let copied = update(&mut model, Msg::Copy(Fact::Reset));
    assert_eq!(copied, [Effect::Copy(Fact::Reset, "ABCD-EFGH".into())]);
    update(&mut model, Msg::Dismiss);
    assert!(update(&mut model, Msg::Copy(Fact::Reset)).is_empty(), "it is gone");
}

#[test]
fn accounts_are_asked_for_and_older_answers_do_not_count() {
    let mut model = running(0, false);
    let (first, verbs) = {
        let effects = update(&mut model, Msg::Tab(Tab::Accounts));
        let (id, verbs) = ordered(&effects);
        (id, verbs.to_vec())
    };
    let page = Verb::Accounts { text: String::new(), skip: 0 };
    assert_eq!(verbs, [Verb::Bans {}, page]);
    let (second, _) = ordered(&update(&mut model, Msg::Find("青".into())));
    let rows = |name: &str| {
        let rows = vec![account(10_001, name)];
        vec![
            Ok(Done::Bans { rows: vec![ban("10.0.0.1")], unbanned: None }),
            Ok(Done::Accounts { rows, more: true }),
        ]
    };
    update(&mut model, done(first, rows("old")));
    assert!(model.accounts.is_empty());
    update(&mut model, done(second, rows("青柠")));
    assert_eq!(model.accounts.row(0).unwrap().person.nickname, "青柠");
    // The next page, once.
    let (_, verbs) = {
        let effects = update(&mut model, Msg::More);
        let (id, verbs) = ordered(&effects);
        (id, verbs.to_vec())
    };
    assert_eq!(verbs, [Verb::Accounts { text: "青".into(), skip: 1 }]);
    assert!(update(&mut model, Msg::More).is_empty());
}

#[test]
fn dangerous_deeds_are_asked_for_once_more() {
    let mut model = running(0, false);
    let (id, _) = ordered(&update(&mut model, Msg::Tab(Tab::Accounts)));
    let rows = vec![account(10_001, "x")];
    update(&mut model, done(id, vec![Ok(Done::Accounts { rows, more: false })]));
    update(&mut model, Msg::Pick(0, Pick::Only));
    for (act, verb) in [
        (Act::Promote, Verb::Role { account: "10001".into(), role: crate::domain::Role::Admin }),
        (Act::SignOut, Verb::SignOut { account: "10001".into() }),
    ] {
        let mut effects = update(&mut model, Msg::Act(act));
        let Some(Effect::Confirm(confirm)) = effects.pop() else { panic!("{act:?}") };
        let effects = update(&mut model, Msg::Confirmed(confirm));
        assert_eq!(ordered(&effects).1, [verb]);
    }
    update(&mut model, Msg::Act(Act::Disable));
    assert!(matches!(form(&model).ask, Ask::Disable(_)), "with a reason");
    update(&mut model, Msg::Dismiss);
    // What was done to a row shows before the list comes anew.
    let effects = update(&mut model, Msg::Act(Act::Ban));
    assert!(effects.is_empty() && matches!(form(&model).ask, Ask::Ban(_)));
    let (id, _) = ordered(&update(&mut model, filled("")));
    let effects = update(&mut model, done(id, vec![Ok(Done::Banned(ban("10001")))]));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Say(_))));
    assert_eq!(ordered(&effects).1.len(), 2, "bans and accounts are asked for anew");
}

#[test]
fn a_ban_is_lifted_where_bans_are_listed() {
    let mut model = running(0, false);
    let (id, _) = ordered(&update(&mut model, Msg::Tab(Tab::Accounts)));
    update(
        &mut model,
        done(id, vec![Ok(Done::Bans { rows: vec![ban("10.0.0.1")], unbanned: None })]),
    );
    update(&mut model, Msg::Whom(super::Whom::Banned));
    update(&mut model, Msg::Menu(0));
    assert_eq!(model.acts(), [Act::Unban]);
    let effects = update(&mut model, Msg::Act(Act::Unban));
    let whom = Whom::Address("10.0.0.1".parse().unwrap());
    assert_eq!(ordered(&effects).1, [Verb::Unban { whom }]);
}

#[test]
fn an_address_that_is_typed_is_banned_and_named() {
    let mut model = running(0, false);
    update(&mut model, Msg::BanAddress);
    let typed = |address: &str| {
        Msg::Submit(Filled { address: address.into(), choice: 3, ..Filled::default() })
    };
    assert!(update(&mut model, typed("10.0.0")).is_empty());
    assert!(form(&model).error.contains("10.0.0"));
    let effects = update(&mut model, typed("10.0.0.7"));
    let (id, verbs) = ordered(&effects);
    let whom = Whom::Address("10.0.0.7".parse().unwrap());
    assert_eq!(verbs, [Verb::Ban { whom, minutes: None, why: String::new() }]);
    let said = update(&mut model, done(id, vec![Ok(Done::Banned(ban("10.0.0.7")))]));
    assert!(matches!(&said[0], Effect::Say(words) if words.contains("10.0.0.7")), "{said:?}");
    assert_eq!(model.sheet, None);
}

#[test]
fn a_room_is_dissolved_by_its_name_and_number_of_people() {
    let mut model = running(0, false);
    let (id, _) = ordered(&update(&mut model, Msg::Tab(Tab::Rooms)));
    let rows = vec![room(20_001, "软工", 40)];
    update(&mut model, done(id, vec![Ok(Done::Rooms { rows, more: false })]));
    update(&mut model, Msg::Pick(0, Pick::Only));
    let mut effects = update(&mut model, Msg::Act(Act::Dissolve));
    let Some(Effect::Confirm(confirm)) = effects.pop() else { panic!("not asked") };
    let room = RoomId(20_001);
    assert_eq!(confirm, Confirm::Dissolve { room, name: "软工".into(), members: 40 });
    let effects = update(&mut model, Msg::Confirmed(confirm));
    assert_eq!(ordered(&effects).1, [Verb::Dissolve { room }]);
}

#[test]
fn those_online_are_told_a_minute_before() {
    for (msg, then) in
        [(Msg::Stop, Then::Stay), (Msg::Restart, Then::Restart), (Msg::Close, Then::Close)]
    {
        let mut model = running(42, false);
        let msg_restarts = then == Then::Restart;
        update(&mut model, msg);
        let effects = update(&mut model, Msg::Answer(Answer::Notice));
        let Verb::Say { to, pinned, about, text } = &ordered(&effects).1[0] else { panic!() };
        let code = if msg_restarts { Occasion::Restarting } else { Occasion::Stopping };
        assert_eq!(*about, Some(Calling { code, seconds: 60 }));
        assert!(text.contains("60 seconds") && text.contains("60 秒"), "for old clients: {text}");
        assert_eq!((*to, *pinned), (crate::net::verb::Audience::Online, true));
        assert_eq!((effects.last(), model.seconds_left()), (Some(&Effect::Tick), Some(60)));
        model.uptime += Duration::from_secs(59);
        assert_eq!(update(&mut model, Msg::Tick), [Effect::Tick]);
        assert_eq!((model.seconds_left(), &model.phase), (Some(1), &Phase::Running));
        model.uptime += Duration::from_secs(1);
        assert!(matches!(
            update(&mut model, Msg::Tick)[..],
            [Effect::Order(Order::Stop | Order::Close)]
        ));
        assert_eq!((&model.phase, model.countdown), (&Phase::Stopping(then), None));
        assert!(update(&mut model, Msg::Tick).is_empty());
    }
}

#[test]
fn a_countdown_is_cut_short_or_called_off() {
    let mut model = running(42, false);
    update(&mut model, Msg::Stop);
    update(&mut model, Msg::Answer(Answer::Notice));
    let effects = update(&mut model, Msg::Spare);
    assert!(matches!(ordered(&effects).1, [Verb::Say { .. }]), "who was told hears it");
    assert_eq!((model.countdown, update(&mut model, Msg::Tick).len()), (None, 0));
    update(&mut model, Msg::Stop);
    update(&mut model, Msg::Answer(Answer::Notice));
    assert_eq!(update(&mut model, Msg::Stop), order(Order::Stop), "now, without asking again");
    update(&mut model, ended(None));
    assert_eq!(model.countdown, None);
}

#[test]
fn a_foreign_server_is_kept_the_same_way() {
    let mut model = running(1, true);
    update(&mut model, Msg::Pick(0, Pick::Only));
    update(&mut model, Msg::Act(Act::Message));
    let effects = update(&mut model, filled("hi"));
    let tell = Verb::Tell { account: "10001".into(), text: "hi".into() };
    assert_eq!(ordered(&effects).1, [tell]);
    assert_eq!(ordered(&update(&mut model, Msg::Tab(Tab::Settings))).1.len(), 1);
}

#[test]
fn the_log_is_saved_where_it_is_wanted() {
    let mut model = running(0, false);
    assert!(matches!(&update(&mut model, Msg::Export)[..], [Effect::ChoosePlace(_)]));
    let effects = update(&mut model, Msg::ExportTo("x.txt".into()));
    let [Effect::Order(Order::Write { text, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(text.lines().count(), 1);
    let written = |result| Msg::Report(Report::Written(result));
    assert!(matches!(&update(&mut model, written(Ok("x".into())))[..], [Effect::Say(_)]));
    let refused = update(&mut model, written(Err("no space".into())));
    assert!(matches!(&refused[..], [Effect::Trouble(words)] if words.contains("no space")));
}

#[test]
fn what_is_done_elsewhere_shows_in_the_open_tab() {
    let mut model = running(0, false);
    let look = |model: &mut Model, what: LogEvent| {
        let entries = vec![crate::ui::console::log::tests::entry(2, LogKind::Info, what)];
        let (at, status, sessions) = (Duration::ZERO, status(0), Vec::new());
        let poll = Poll { at, status, sessions, entries };
        update(model, Msg::Report(Report::Polled(Box::new(poll))))
    };
    let set = || LogEvent::SettingChanged { key: "files.days".into(), value: None };
    let banned = || LogEvent::Banned { whom: "10001".into(), minutes: None, why: String::new() };
    assert!(look(&mut model, set()).is_empty());
    update(&mut model, Msg::Tab(Tab::Settings));
    assert!(look(&mut model, banned()).is_empty());
    assert_eq!(ordered(&look(&mut model, set())).1, [Verb::Get { key: None }]);
    update(&mut model, Msg::Tab(Tab::Accounts));
    assert_eq!(ordered(&look(&mut model, banned())).1.len(), 2);
}
