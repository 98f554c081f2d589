//! Measures the main panel's search: a thousand friends with Chinese names, two hundred
//! conversations with others, and what people type into the box, letter by letter.
//!
//! `cargo bench --bench search` takes a few seconds; `-- --check` ends with an error when the list of some
//! text usually takes longer than one frame.

#[expect(dead_code, reason = "the other benches use the rest")]
#[path = "../ring/report.rs"]
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use mychat::client::ClientEvent;
use mychat::client::api::ConversationState;
use mychat::clock::{self, uptime};
use mychat::domain::{
    AccountId, Body, Book, Contact, ConversationId, ConversationKind, Message, Nonce, Person,
    Presence, Role, Seq,
};
use mychat::ui::app::panel::PanelMsg;
use mychat::ui::app::{Model, Moment, Msg, update};
use mychat::ui::text::Language;

use report::{Latencies, Report, ms};

const FRIENDS: u64 = 1000;
const CONVERSATIONS: u64 = 200;
const ME: AccountId = AccountId(10_001);
/// How often each text is looked for.
const ROUNDS: usize = 20;
/// One frame of a screen.
const LIST_MAX: Duration = Duration::from_millis(16);

/// Common characters of names; several have more than one reading.
const FAMILY: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹曾单解仇";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅乐重行长朝小满青柠树";
/// What people type in full.
const TYPED: &[&str] = &[
    "zhangwei",
    "xiaoman",
    "zcx",
    "王小",
    "乐",
    "chong",
    "10500",
    "z",
    "a",
    "同桌",
    "qingning",
    "changchangchangchangchang",
    "nobody at all",
];

fn main() -> ExitCode {
    let (mut report, mut model) = (Report::default(), filled());
    let (mut all, mut found, mut worst) = (Vec::new(), 0, ("", Duration::ZERO));
    for text in texts() {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let begin = uptime();
            send(&mut model, Msg::Panel(PanelMsg::Search(text.to_owned())));
            found += model.panel_rows(Language::Chinese).len();
            rounds.push(uptime().saturating_sub(begin));
        }
        all.extend_from_slice(&rounds);
        // What else the machine does hits single rounds.
        let usual = Latencies::new(rounds).percentile(50);
        if usual > worst.1 {
            worst = (text, usual);
        }
    }
    let (lists, all) = (all.len(), Latencies::new(all));
    report.line(&format!(
        "{FRIENDS} friends, {CONVERSATIONS} conversations, {lists} lists of {found} rows in all: p50 {}, \
         p99 {}; the slowest text is {:?}: p50 {}",
        ms(all.percentile(50)),
        ms(all.percentile(99)),
        worst.0,
        ms(worst.1),
    ));
    report.target("every text's p50 under 16 ms", worst.1 < LIST_MAX && found > 0);
    match std::env::args().any(|argument| argument == "--check") && report.is_missed() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// Each text as it grows while it is typed.
fn texts() -> impl Iterator<Item = &'static str> {
    TYPED
        .iter()
        .flat_map(|text| text.char_indices().map(|(at, letter)| &text[..at + letter.len_utf8()]))
}

/// The windows of somebody who knows many.
fn filled() -> Model {
    let (mut model, _) = Model::new(Moment::from(clock::now()), TimeZone::UTC, None);
    let you = person(ME.0);
    send(&mut model, Msg::Client(ClientEvent::SignedIn { you, presence: Presence::Online }));
    let friends: Vec<AccountId> = (1..=FRIENDS).map(|number| AccountId(ME.0 + number)).collect();
    let others = (1..=CONVERSATIONS).map(|number| AccountId(ME.0 + FRIENDS + number));
    let contacts = friends.iter().map(|account| {
        let remark = if account.0 % 3 == 0 { name(account.0 * 7) } else { String::new() };
        (*account, Contact { friend: true, remark, ..Contact::stranger(*account) })
    });
    let book = Book { contacts: contacts.collect(), ..Book::default() };
    send(&mut model, Msg::Client(ClientEvent::Book(Arc::new(book))));
    let people = friends.iter().copied().chain(others.clone());
    let people = people.map(|account| person(account.0)).collect();
    send(&mut model, Msg::Client(ClientEvent::People(people)));
    for other in others {
        let kind = ConversationKind::direct(ME, other);
        let conversation = ConversationId(other.0);
        let state = ConversationState {
            conversation,
            kind,
            head: Seq(1),
            read: Seq(1),
            peer_delivered: Seq(1),
            peer_read: Seq(1),
        };
        send(&mut model, Msg::Client(ClientEvent::Conversation(state)));
        let (from, nonce) = (other, Nonce([1; 16]));
        let (seq, at, body) = (Seq(1), 1_700_000_000_000, Body::text("图书馆三楼见"));
        let message = Message { conversation, kind, seq, from, nonce, at, body };
        send(&mut model, Msg::Client(ClientEvent::Message { message, live: false }));
    }
    model
}

fn send(model: &mut Model, msg: Msg) {
    let now = model.now;
    update(model, now, msg);
}

fn person(account: u64) -> Person {
    Person {
        account: AccountId(account),
        nickname: name(account),
        signature: String::new(),
        avatar: 2,
        role: Role::Member,
        version: 1,
        picture: None,
    }
}

/// Two or three characters, spread well.
fn name(number: u64) -> String {
    let pick = |letters: &str, by: u64| {
        let letters: Vec<char> = letters.chars().collect();
        let mixed = number.wrapping_mul(by).rotate_left(23) ^ number;
        letters[usize::try_from(mixed % letters.len() as u64).unwrap_or(0)]
    };
    let mut name = String::from(pick(FAMILY, 0x9E37_79B9_7F4A_7C15));
    name.push(pick(GIVEN, 0xC2B2_AE3D_27D4_EB4F));
    if !number.is_multiple_of(4) {
        name.push(pick(GIVEN, 0x1656_67B1_9E37_79F9));
    }
    name
}
