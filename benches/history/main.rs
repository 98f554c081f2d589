//! Measures looking into logs: in a server's conversation of 100,000 messages and in a client's store
//! of 1,000,000, for words that are common, rare and nowhere, and counting the days of a month.
//!
//! `cargo bench --bench history` takes a minute, most of it for making the stores; `-- --check` ends
//! with an error when a first page takes longer than it should.

#[expect(dead_code, reason = "the other benches use the rest")]
#[path = "../ring/report.rs"]
mod report;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use mychat::clock::uptime;
use mychat::domain::{
    AccountId, Body, ConversationId, ConversationKind, DeviceId, Message, Nonce, Place, Search,
    Seq, ServerId,
};
use mychat::store::local::{Local, Owner, Write};
use mychat::store::messages::Draft;
use mychat::store::seek::{Bounds, Found, Span};
use mychat::store::{Engine, Reads, StoreError, Writes, schema};

use report::{Failure, Latencies, Report, ms};

const ME: AccountId = AccountId(10_001);
const PEER: AccountId = AccountId(10_002);
const SERVER_MESSAGES: u64 = 100_000;
const LOCAL_MESSAGES: u64 = 1_000_000;
const CONVERSATIONS: u64 = 50;
const ROUNDS: usize = 10;
/// As the server and the client have them.
const LOOKED: usize = 50_000;
const SERVER_MAX: Duration = Duration::from_millis(100);
const LOCAL_MAX: Duration = Duration::from_millis(300);

/// What people say, one after the other; of the last but one a few among very many.
const SAID: [&str; 6] = [
    "周末去不去图书馆？三楼靠窗的位置",
    "Did you finish the lab report yet? I am stuck on the error analysis",
    "收到！笔记写得真好👍",
    "明天的课记得带实验服，老师说没带的不让进，另外报告周五中午之前交",
    "好的",
    "看这个 https://example.com/physics/3",
];
const RARE: &str = "操场集合";
/// Common, in every thousandth message, in the oldest one only, in none.
const TYPED: [&str; 4] = ["报告", "操场", "第一", "没有"];

fn main() -> ExitCode {
    let mut report = Report::default();
    if let Err(error) = measured(&mut report) {
        report.target(&error.to_string(), false);
        return ExitCode::FAILURE;
    }
    match std::env::args().any(|argument| argument == "--check") && report.is_missed() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

fn text(number: u64) -> String {
    match number {
        0 => "第一条".to_owned(),
        n if n % 1000 == 999 => RARE.to_owned(),
        n => SAID[usize::try_from(n % 6).unwrap_or(0)].to_owned(),
    }
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&number.to_be_bytes());
    Nonce(nonce)
}

fn measured(report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let server = server(report, folder.path())?;
    report.target("every first page of a server's conversation under 100 ms", server < SERVER_MAX);
    let local = local(report, folder.path())?;
    report.target("every full first page of a local store under 300 ms", local < LOCAL_MAX);
    Ok(())
}

/// The slowest first page of the server.
fn server(report: &mut Report, folder: &Path) -> Result<Duration, StoreError> {
    let engine = Engine::open(folder, "server.redb", schema::MIGRATIONS, 64 << 20)?;
    let transaction = engine.write()?;
    let kind = ConversationKind::direct(ME, PEER);
    let id = {
        let mut rows = Writes::open(&transaction)?;
        let id = rows.append_conversation(kind)?;
        for number in 0..SERVER_MESSAGES {
            let body = Body::text(text(number));
            let draft = Draft { from: PEER, nonce: nonce(number), body, age_s: 0 };
            rows.append_message(id, at(number), draft)?;
        }
        id
    };
    transaction.commit()?;
    let span = Span { conversation: id, first: Seq(1), last: Seq(SERVER_MESSAGES) };
    let mut slowest = Duration::ZERO;
    for typed in TYPED {
        let search = Search { text: typed.to_owned(), ..Search::default() };
        let (times, looks, hits) = pages(|before, bounds| {
            let snapshot = engine.read()?;
            Reads::open(&snapshot)?.search(&[(span, kind)], &search, before, bounds)
        })?;
        slowest = slowest.max(say(report, "server, 100,000 messages", typed, &times, looks, hits));
    }
    let starts: Vec<i64> = (0..32).map(|day| at(0) + day * 86_400_000).collect();
    let begin = uptime();
    for _ in 0..ROUNDS {
        let snapshot = engine.read()?;
        Reads::open(&snapshot)?.count_between(&[span], &starts)?;
    }
    let each = uptime().saturating_sub(begin) / u32::try_from(ROUNDS).unwrap_or(1);
    report.line(&format!("server, the days of a month: {}", ms(each)));
    Ok(slowest)
}

/// The slowest first page of a client that has something to show.
fn local(report: &mut Report, folder: &Path) -> Result<Duration, StoreError> {
    let owner = Owner { server: ServerId([1; 32]), account: ME };
    let mut local = Local::open(&folder.join("client"), DeviceId([1; 16]))?;
    let each = LOCAL_MESSAGES / CONVERSATIONS;
    let mut spans = Vec::new();
    for conversation in 1..=CONVERSATIONS {
        let messages = |from: u64, to: u64| {
            (from..=to).map(|seq| Message {
                conversation: ConversationId(conversation),
                kind: ConversationKind::direct(ME, AccountId(10_001 + conversation)),
                seq: Seq(seq),
                from: PEER,
                nonce: nonce(seq),
                at: at(seq * CONVERSATIONS + conversation),
                body: Body::text(text((seq - 1) * CONVERSATIONS + conversation - 1)),
            })
        };
        let write = Write::PutMessages(owner, messages(1, each).collect());
        local.apply(&[write])?;
        spans.push(Span {
            conversation: ConversationId(conversation),
            first: Seq(1),
            last: Seq(each),
        });
    }
    report.line(&format!("the local store has {} MiB", local.bytes() >> 20));
    let mut slowest = Duration::ZERO;
    for typed in TYPED {
        let search = Search { text: typed.to_owned(), ..Search::default() };
        let (times, looks, hits) =
            pages(|before, bounds| local.search(owner, &spans, &search, before, bounds))?;
        let worst = say(report, "local, 1,000,000 messages", typed, &times, looks, hits);
        // What is nowhere near the end takes several looks, between which others have their turn.
        slowest = if hits >= 50 { slowest.max(worst) } else { slowest };
    }
    Ok(slowest)
}

fn at(number: u64) -> i64 {
    1_767_225_600_000 + i64::try_from(number).unwrap_or(0) * 20_000
}

/// Looks until a page of 50 is full or the end is reached: how long that takes, and with how many
/// looks.
fn pages(
    mut look: impl FnMut(Place, Bounds) -> Result<Found, StoreError>,
) -> Result<(Latencies, usize, usize), StoreError> {
    let (mut times, mut looks, mut hits) = (Vec::new(), 0, 0);
    for _ in 0..ROUNDS {
        let begin = uptime();
        let mut before = Place::END;
        (looks, hits) = (0, 0);
        loop {
            let bounds = Bounds { found: 50 - hits, bytes: 48 * 1024, looked: LOOKED };
            let found = look(before, bounds)?;
            looks += 1;
            hits += found.messages.len();
            match found.next {
                Some(next) if hits < 50 => before = next,
                _ => break,
            }
        }
        times.push(uptime().saturating_sub(begin));
    }
    Ok((Latencies::new(times), looks, hits))
}

fn say(
    report: &mut Report,
    what: &str,
    typed: &str,
    times: &Latencies,
    looks: usize,
    hits: usize,
) -> Duration {
    let middle = times.percentile(50);
    let page = ms(middle);
    report.line(&format!("{what}, {typed:?}: {page} for {hits} hits in {looks} looks"));
    middle
}
