//! Property: long spans are measured by how long the server has run: a clock on the wall that jumps by
//! years neither ends anything nor makes it last.

use mychat::domain::{Contact, GroupId, Presence, RequestState, Way};
use mychat::limits::{Limits, REQUESTS_KEPT_MAX, RESET_CODE_MAX};
use mychat::net::protocol::{Command, ContactChange, Reason};
use mychat::net::verb::Verb;
use mychat::server::job::{Caller, Job, Outcome, Proof, Recovery};

use crate::stage::{DAY, MINUTE, Stage, TEN_YEARS_MS, device, entered, password};

fn stage() -> Stage {
    Stage::new(Limits::default(), std::path::Path::new("nowhere"))
}

fn ask(stage: &mut Stage, from: &Caller, to: &Caller) -> Result<(), Reason> {
    let (to, greeting, remark) = (to.account, String::new(), String::new());
    stage.command(from, Command::AskContact { to, greeting, group: GroupId::FIRST, remark })
}

#[test]
fn a_request_waits_for_thirty_days_of_the_server() {
    for jump in [0, TEN_YEARS_MS, -TEN_YEARS_MS] {
        let mut stage = stage();
        let (lime, momo) = (stage.register(), stage.register());
        ask(&mut stage, &lime, &momo).unwrap();
        stage.wall_ms += jump;
        assert_eq!(ask(&mut stage, &lime, &momo), Err(Reason::AlreadyAsked), "{jump}");
        stage.pass(29 * DAY);
        assert_eq!(ask(&mut stage, &lime, &momo), Err(Reason::AlreadyAsked), "{jump}");
        stage.pass(DAY);
        ask(&mut stage, &lime, &momo).unwrap();
    }
}

#[test]
fn a_one_time_code_opens_for_a_quarter_of_an_hour_of_the_server() {
    for jump in [0, TEN_YEARS_MS, -TEN_YEARS_MS] {
        let mut stage = stage();
        let lime = stage.register();
        let mut recover = |passed| {
            let (slot, _answer) = async_channel::bounded(1);
            let verb = Verb::Reset { account: lime.account.to_string() };
            stage.job(Job::Admin { verb, code: [7; 16], slot });
            stage.wall_ms += jump;
            stage.pass(passed);
            let (password, fresh) = (password([2; 32]), [8; 16]);
            let (account, code) = (lime.account, [7; 16]);
            let job = Job::Recover {
                applicant: stage.applicant(),
                id: 1,
                recovery: Box::new(Recovery { account, code, password, fresh }),
                device: device(9),
                device_name: String::new(),
                token: [6; 32],
            };
            entered(stage.job(job)).map(drop)
        };
        assert_eq!(recover(RESET_CODE_MAX), Err(Reason::WrongCode), "{jump}");
        assert_eq!(recover(RESET_CODE_MAX.saturating_sub(MINUTE)), Ok(()), "{jump}");
    }
}

#[test]
fn the_device_that_makes_room_is_the_one_unused_longest_by_the_server() {
    let mut stage = Stage::new(
        Limits { devices_per_account: 2, ..Limits::default() },
        std::path::Path::new("nowhere"),
    );
    let lime = stage.register().account;
    stage.pass(DAY);
    // The wall goes back: what is used now has an older time than what was used before.
    stage.wall_ms -= TEN_YEARS_MS;
    stage.sign_in(lime, 2).unwrap();
    stage.pass(DAY);
    stage.sign_in(lime, 3).unwrap();
    let left: Vec<_> =
        stage.rows().list_devices(lime).unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, [device(2), device(3)]);
}

#[test]
fn a_device_that_stayed_signed_in_for_long_was_used_until_it_left() {
    let mut stage = stage();
    let lime = stage.register();
    let account = lime.account;
    stage.job(Job::Presence { caller: lime.clone(), presence: Presence::Invisible });
    stage.pass(100 * DAY);
    stage.job(Job::Left { session: lime.session });
    let used = stage.rows().get_device(account, device(1)).unwrap().unwrap().used;
    assert_eq!(used, stage.wall_ms, "an invisible person's too");
    stage.wall_ms -= TEN_YEARS_MS;
    stage.pass(89 * DAY);
    let back = stage.sign_in_with(account, 1, Proof::Token([4; 32])).unwrap();
    stage.job(Job::Left { session: back.session });
    stage.pass(90 * DAY);
    let late = stage.sign_in_with(account, 1, Proof::Token([4; 32]));
    assert_eq!(late.err(), Some(Reason::TokenInvalid));
}

#[test]
fn a_password_that_is_not_the_accounts_any_more_signs_nobody_in() {
    let mut stage = stage();
    let lime = stage.register();
    let (caller, password) = (lime.clone(), Box::new(password([2; 32])));
    stage.job(Job::ChangePassword { caller, id: 1, proven: vec![1; 32], password });
    assert_eq!(stage.sign_in(lime.account, 2).err(), Some(Reason::WrongPassword));
    let proof = Proof::Password(vec![2; 32]);
    assert!(stage.sign_in_with(lime.account, 2, proof).is_ok());
}

#[test]
fn a_session_that_was_fenced_off_is_seen_no_more() {
    let mut stage = stage();
    let old = stage.register();
    let new = stage.sign_in(old.account, 1).unwrap();
    let outcome = stage.job(Job::Presence { caller: old.clone(), presence: Presence::Busy });
    assert!(matches!(outcome, Outcome::Left { session } if session == old.session));
    let outcome = stage.job(Job::Presence { caller: new, presence: Presence::Busy });
    assert!(matches!(outcome, Outcome::Presence { presence: Presence::Busy, .. }));
}

#[test]
fn requests_that_ended_unanswered_make_room_for_new_ones() {
    let limits = Limits { requests_open_max: 1000, ..Limits::default() };
    let mut stage = Stage::new(limits, std::path::Path::new("nowhere"));
    let lime = stage.register();
    let others: Vec<Caller> = (0..REQUESTS_KEPT_MAX + 20).map(|_| stage.register()).collect();
    let (first, second) = others.split_at(120);
    for other in first {
        ask(&mut stage, &lime, other).unwrap();
    }
    stage.pass(31 * DAY);
    for other in second {
        ask(&mut stage, &lime, other).unwrap();
    }
    let kept = stage.rows().list_requests(lime.account).unwrap();
    assert_eq!(kept.len(), REQUESTS_KEPT_MAX);
    assert_eq!(kept[0].request.peer, first[20].account, "the oldest went");
    // Those that still wait are kept, as many as they are.
    for _ in 0..130 {
        let other = stage.register();
        ask(&mut stage, &lime, &other).unwrap();
    }
    let kept = stage.rows().list_requests(lime.account).unwrap();
    let waiting = |kept: &&mychat::store::contacts::KeptRequest| {
        kept.request.state == RequestState::Pending && kept.request.way == Way::Out
    };
    assert_eq!((kept.len(), kept.iter().filter(waiting).count()), (230, 230));
}

#[test]
fn what_a_blocked_friend_is_told_is_kept_with_the_block_and_goes_with_it() {
    let mut stage = stage();
    let (lime, momo) = (stage.register(), stage.register());
    let set = |blocked| Command::SetContact {
        account: momo.account,
        change: ContactChange { blocked: Some(blocked), ..ContactChange::default() },
    };
    stage.command(&lime, set(true)).unwrap();
    let blocked_at = stage.wall_ms;
    let kept = |stage: &Stage| {
        let rows = stage.rows();
        let seen = rows.get_seen_by_blocked(lime.account, momo.account).unwrap();
        (rows.get_contact(lime.account, momo.account).unwrap(), seen)
    };
    let blocked = Contact { blocked: true, ..Contact::stranger(momo.account) };
    assert_eq!(kept(&stage), (Some(blocked), Some(blocked_at)));
    stage.pass(DAY);
    stage.command(&lime, set(true)).unwrap();
    assert_eq!(kept(&stage).1, Some(blocked_at));
    stage.command(&lime, set(false)).unwrap();
    assert_eq!(kept(&stage), (None, None));
    // Of who is not seen, the last time that it was.
    stage.job(Job::Left { session: lime.session });
    let left = stage.wall_ms;
    stage.pass(DAY);
    stage.command(&lime, set(true)).unwrap();
    assert_eq!(kept(&stage).1, Some(left));
}
