//! Property: a message can be taken back by its writer, once, within two minutes of the server, whatever
//! the clock on the wall does. Its words leave the store with the line that says so.

use std::time::Duration;

use mychat::domain::{
    AccountId, Body, ConversationId, ConversationKind, Mentions, Message, Nonce, Seq, Target,
};
use mychat::limits::{Limits, RECALL_MAX};
use mychat::net::protocol::{Command, Event, Reason, ServerFrame};
use mychat::server::job::{Caller, Job, Outcome};

use crate::stage::{DAY, Stage, TEN_YEARS_MS, refusal};

const SECOND: Duration = Duration::from_secs(1);

fn stage() -> Stage {
    Stage::new(Limits::default(), std::path::Path::new("nowhere"))
}

/// What became of a message: its place, or why it has none.
fn say(
    stage: &mut Stage,
    from: &Caller,
    to: Target,
    nonce: u8,
    body: Body,
) -> Result<Message, Reason> {
    let command = Command::Send { to, nonce: Nonce([nonce; 16]), body };
    let outcome = stage.job(Job::Command { caller: from.clone(), id: 1, command });
    refusal(&outcome)?;
    match outcome {
        Outcome::Appended { message, .. }
        | Outcome::Answer { frame: ServerFrame::Event(Event::Message(message)), .. } => Ok(message),
        _ => panic!("not the outcome of a message"),
    }
}

fn recall(stage: &mut Stage, from: &Caller, to: Target, seq: u64) -> Result<(), Reason> {
    stage.command(from, Command::Recall { to, seq: Seq(seq) })
}

fn log(stage: &Stage, of: ConversationId) -> Vec<Body> {
    let rows = stage.rows();
    let log = rows.get_conversation(of).unwrap().unwrap();
    let message = |seq| rows.get_message(of, log.kind, Seq(seq)).unwrap().unwrap();
    (1..=log.head.0).map(|seq| message(seq).body).collect()
}

fn answer(words: &str, seq: u64) -> Body {
    Body::Text { text: words.into(), reply_to: Some(Seq(seq)), mentions: Mentions::default() }
}

#[test]
fn two_minutes_are_those_of_the_server() {
    let cases = [
        (RECALL_MAX.saturating_sub(SECOND), Ok(())),
        (RECALL_MAX + SECOND * 2, Err(Reason::RecallLate)),
    ];
    for jump in [0, TEN_YEARS_MS, -TEN_YEARS_MS] {
        for (passed, expected) in cases {
            let mut stage = stage();
            let lime = stage.register();
            say(&mut stage, &lime, Target::Lobby, 1, Body::text("oops")).unwrap();
            stage.wall_ms += jump;
            stage.pass(passed);
            let came = recall(&mut stage, &lime, Target::Lobby, 1);
            assert_eq!(came, expected, "{jump} ms, after {passed:?}");
        }
    }
}

#[test]
fn a_restart_makes_the_two_minutes_no_shorter_and_not_endless() {
    for jump in [0, TEN_YEARS_MS, -TEN_YEARS_MS] {
        let mut stage = stage();
        let lime = stage.register();
        stage.pass(DAY);
        say(&mut stage, &lime, Target::Lobby, 1, Body::text("oops")).unwrap();
        say(&mut stage, &lime, Target::Lobby, 2, Body::text("again")).unwrap();
        stage.restart();
        stage.wall_ms += jump;
        assert_eq!(recall(&mut stage, &lime, Target::Lobby, 1), Ok(()), "{jump}");
        // Up to a minute of its age is lost with a start.
        stage.pass(RECALL_MAX + SECOND * 62);
        let came = recall(&mut stage, &lime, Target::Lobby, 2);
        assert_eq!(came, Err(Reason::RecallLate), "{jump}");
    }
}

#[test]
fn the_words_go_and_a_line_says_so_in_the_same_log() {
    let mut stage = stage();
    let (lime, momo) = (stage.register(), stage.register());
    let (to_momo, to_lime) = (Target::Account(momo.account), Target::Account(lime.account));
    let said = say(&mut stage, &lime, to_momo, 1, Body::text("secret")).unwrap();
    say(&mut stage, &momo, to_lime, 2, answer("what?", 1)).unwrap();
    let (command, caller) = (Command::Recall { to: to_momo, seq: Seq(1) }, lime.clone());
    let outcome = stage.job(Job::Command { caller, id: 1, command });
    let Outcome::Booked { messages, .. } = outcome else { panic!("told to all") };
    let line = Message { seq: Seq(3), body: Body::Recalled { seq: Some(Seq(1)) }, ..said.clone() };
    assert_eq!(messages.len(), 1);
    assert_eq!(
        messages[0],
        Message { nonce: messages[0].nonce, at: messages[0].at, ..line.clone() }
    );
    let rows = stage.rows();
    let kept = rows.get_message(said.conversation, said.kind, Seq(1)).unwrap().unwrap();
    let blank = Message { body: Body::Recalled { seq: None }, ..said.clone() };
    assert_eq!(kept, blank, "its place, writer, nonce and time stay");
    assert_eq!(log(&stage, said.conversation)[1..], [answer("what?", 1), line.body]);
    // A resend of what was recalled is acknowledged at its place, and brings nothing back.
    assert_eq!(say(&mut stage, &lime, to_momo, 1, Body::text("secret")), Ok(blank));
    let elsewhere = say(&mut stage, &lime, Target::Lobby, 1, Body::text("secret"));
    assert_eq!(elsewhere, Err(Reason::NonceReused));
    assert_eq!(log(&stage, said.conversation).len(), 3);
    // What is gone can be quoted no more.
    for seq in [1, 3] {
        let quoted = say(&mut stage, &momo, to_lime, 3, answer("about that", seq));
        assert_eq!(quoted, Err(Reason::Recalled), "{seq}");
    }
}

#[test]
fn only_what_one_said_oneself_can_be_recalled_and_only_once() {
    let mut stage = stage();
    let (lime, momo, other) = (stage.register(), stage.register(), stage.register());
    let (to_momo, to_lime) = (Target::Account(momo.account), Target::Account(lime.account));
    say(&mut stage, &lime, to_momo, 1, Body::text("one")).unwrap();
    say(&mut stage, &lime, to_momo, 2, Body::Shake {}).unwrap();
    say(&mut stage, &lime, Target::Lobby, 3, Body::text("all")).unwrap();
    let cases = [
        (&momo, to_lime, 1, Err(Reason::NotYours)),
        (&other, Target::Lobby, 1, Err(Reason::NotYours)),
        (&other, to_momo, 1, Err(Reason::NotFound)),
        (&lime, to_momo, 0, Err(Reason::NotFound)),
        (&lime, to_momo, 3, Err(Reason::NotFound)),
        (&lime, to_momo, u64::MAX, Err(Reason::NotFound)),
        (&lime, Target::Account(AccountId(1)), 1, Err(Reason::NotFound)),
        (&lime, Target::Account(other.account), 1, Err(Reason::NotFound)),
        (&lime, to_momo, 1, Ok(())),
        (&lime, to_momo, 1, Err(Reason::Recalled)),
        (&momo, to_lime, 1, Err(Reason::NotYours)),
        (&lime, to_momo, 3, Err(Reason::BadValue)),
        (&lime, to_momo, 2, Ok(())),
        (&lime, Target::Lobby, 1, Ok(())),
    ];
    for (step, (who, to, seq, expected)) in cases.into_iter().enumerate() {
        assert_eq!(recall(&mut stage, who, to, seq), expected, "step {step}");
    }
}

#[test]
fn two_devices_at_once_take_it_back_once() {
    let mut stage = stage();
    let lime = stage.register();
    let second = stage.sign_in(lime.account, 2).unwrap();
    let said = say(&mut stage, &lime, Target::Lobby, 1, Body::text("oops")).unwrap();
    let job = |caller: &Caller| {
        let command = Command::Recall { to: Target::Lobby, seq: said.seq };
        Job::Command { caller: caller.clone(), id: 1, command }
    };
    let outcomes = stage.batch(&[job(&lime), job(&second)]);
    let came: Vec<_> = outcomes.iter().map(refusal).collect();
    assert_eq!(came, [Ok(()), Err(Reason::Recalled)]);
    assert_eq!(log(&stage, said.conversation).len(), 2);
}

#[test]
fn neither_a_block_nor_a_full_disk_keeps_anybody_from_it() {
    let mut stage = stage();
    let (lime, momo) = (stage.register(), stage.register());
    let (to_momo, to_lime) = (Target::Account(momo.account), Target::Account(lime.account));
    say(&mut stage, &lime, to_momo, 1, Body::text("one")).unwrap();
    say(&mut stage, &lime, to_momo, 2, Body::text("two")).unwrap();
    let change = mychat::net::protocol::ContactChange { blocked: Some(true), ..Default::default() };
    stage.command(&momo, Command::SetContact { account: lime.account, change }).unwrap();
    assert_eq!(recall(&mut stage, &lime, to_momo, 1), Ok(()));
    stage.full.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(recall(&mut stage, &lime, to_momo, 2), Ok(()), "it makes room");
    let rows = stage.rows();
    let direct = rows.get_direct(lime.account, momo.account).unwrap().unwrap();
    let gone = Body::Recalled { seq: None };
    assert_eq!(log(&stage, direct)[..2], [gone.clone(), gone]);
    let kind = ConversationKind::direct(lime.account, momo.account);
    assert_eq!(kind.target_for(momo.account), Some(to_lime));
}

#[test]
fn who_wrote_last_has_still_read_all_of_it() {
    let mut stage = stage();
    let (lime, momo) = (stage.register(), stage.register());
    let to_momo = Target::Account(momo.account);
    let said = say(&mut stage, &lime, to_momo, 1, Body::text("one")).unwrap();
    recall(&mut stage, &lime, to_momo, 1).unwrap();
    let read = |stage: &Stage, of: &Caller| {
        stage.rows().get_cursors(of.account, said.conversation).unwrap().unwrap().read
    };
    assert_eq!((read(&stage, &lime), read(&stage, &momo)), (Seq(2), Seq::ZERO));
}
