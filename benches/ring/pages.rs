//! Pages of history from a store of a million messages in two thousand conversations, all of one
//! account, over loopback TLS and without any network.

use std::path::Path;
use std::time::Duration;

use mychat::clock::uptime;
use mychat::domain::{AccountId, Body, ConversationId, ConversationKind, Seq};
use mychat::limits::{HISTORY_PAGE_MAX, SERVER_CACHE_BYTES};
use mychat::net::protocol::{ClientFrame, Page, Query, Reply, ServerFrame};
use mychat::store::conversations::Cursors;
use mychat::store::messages::Draft;
use mychat::store::{Engine, Writes, schema};
use smol::future;

use crate::Plan;
use crate::load::{Credential, Link, Pool, WORDS, nonce};
use crate::report::{Failure, Latencies, Report, ms};
use crate::ring::{raise_limits, serve};

/// In what time 99 of 100 pages are to be there.
const PAGE_MAX: Duration = Duration::from_millis(5);
/// Pages that are measured; before them a tenth as many warm the store up.
const PAGES: u64 = 5000;
/// Messages in one commit while the store is made.
const COMMIT: u64 = 20_000;
/// The first message of the store, milliseconds since 1970 UTC; one more every second.
const SINCE: i64 = 1_700_000_000_000;

/// Measures them.
pub fn measure(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(&plan.dir)?;
    raise_limits(folder.path())?;
    let (server, address) = serve(folder.path())?;
    let pool = Pool::start()?;
    let (link, me) = future::block_on(pool.spawn(Credential::register(address, 0)))?;
    drop(link);
    server.stopper().stop();
    server.wait()?;
    let began = uptime();
    let logs = fill(folder.path(), me.account, plan.store)?;
    let (conversations, each) = plan.store;
    report.line(&format!(
        "a store of {} messages in {conversations} conversations, made within {}",
        conversations * each,
        ms(uptime().saturating_sub(began))
    ));
    let (server, address) = serve(folder.path())?;
    let credential = me.clone();
    let link = future::block_on(pool.spawn(async move { credential.by_token(address).await }))?;
    let (pages, full) = future::block_on(pool.spawn(read(link, logs, each)))?;
    let pages = Latencies::new(pages);
    let (p50, p99) = (pages.percentile(50), pages.percentile(99));
    report.line(&format!(
        "a page of history: p50 {} p99 {} max {}, {full} messages a page",
        ms(p50),
        ms(p99),
        ms(pages.percentile(100))
    ));
    report.target(&format!("a page's p99: {}, under 5 ms", ms(p99)), p99 < PAGE_MAX);
    server.stopper().stop();
    Ok(server.wait()?)
}

/// Conversations of one account with others, by turns.
fn fill(
    data: &Path,
    me: AccountId,
    (conversations, each): (u64, u64),
) -> Result<Vec<ConversationId>, Failure> {
    let engine = Engine::open(data, "mychat.redb", schema::MIGRATIONS, SERVER_CACHE_BYTES)?;
    let mut logs = Vec::new();
    let (mut number, all) = (0, conversations * each);
    while number < all {
        let transaction = engine.write()?;
        let mut rows = Writes::open(&transaction)?;
        for number in number..all.min(number + COMMIT) {
            let peer = AccountId(me.0 + 1 + number % conversations);
            if number < conversations {
                let log = rows.append_conversation(ConversationKind::direct(me, peer))?;
                rows.put_cursors(me, log, Cursors::default())?;
                rows.put_cursors(peer, log, Cursors::default())?;
                logs.push(log);
            }
            let from = if number % 3 == 0 { me } else { peer };
            let body = Body::text(format!("{WORDS} {number}"));
            let draft = Draft { from, nonce: nonce(from, number), body, age_s: 0 };
            let log = logs[usize::try_from(number % conversations)?];
            rows.append_message(log, SINCE + i64::try_from(number)? * 1000, draft)?;
        }
        drop(rows);
        transaction.commit()?;
        number += COMMIT;
    }
    Ok(logs)
}

/// Pages from anywhere; how long each took, and how many messages it held on average.
async fn read(
    mut link: Link,
    logs: Vec<ConversationId>,
    each: u64,
) -> Result<(Vec<Duration>, usize), Failure> {
    let (mut took, mut held) = (Vec::new(), 0);
    for number in 0..PAGES + PAGES / 10 {
        let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let conversation = logs[usize::try_from(mixed)? % logs.len()];
        let page = Page::Before(Seq(1 + mixed / 7 % each));
        let limit = u32::try_from(HISTORY_PAGE_MAX)?;
        let began = uptime();
        let query = Query::History { conversation, page, limit };
        link.write(ClientFrame::Query { id: number, query }).await?;
        let messages = loop {
            match link.reader.read().await? {
                ServerFrame::Reply { reply: Reply::History { messages, .. }, .. } => {
                    break messages;
                }
                ServerFrame::Event(_) => {}
                other => return Err(format!("no page: {other:?}").into()),
            }
        };
        if number >= PAGES / 10 {
            took.push(uptime().saturating_sub(began));
            held += messages.len();
        }
    }
    let count = took.len().max(1);
    Ok((took, held / count))
}
