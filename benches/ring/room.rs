//! One room with a thousand people in it, all online: measures when the last of them has a message.
//!
//! Clients and server share the cores of this machine; reading the frames is half of the work.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_io::Timer;
use mychat::clock::uptime;
use mychat::domain::{AccountId, Body, Joining, RoomId, Target};
use mychat::net::protocol::{ClientFrame, Command, Event, Reply, ServerFrame};
use smol::future;

use crate::Plan;
use crate::child::Executable;
use crate::load::{self, Credential, Link, Pool, WORDS, nonce};
use crate::report::{Failure, Latencies, Report, ms};
use crate::ring::raise_limits;

/// One message in so long.
const PACE: Duration = Duration::from_millis(200);
/// In what time 99 of 100 messages are to be with the last member.
const LAST_MAX: Duration = Duration::from_millis(150);
/// Nobody waits longer for the last one.
const PATIENCE: Duration = Duration::from_secs(30);

/// One message on its way.
#[derive(Default)]
struct Mark {
    said: OnceLock<Duration>,
    /// How many have it.
    reached: AtomicUsize,
    /// When everybody had it.
    done: OnceLock<Duration>,
}

/// Measures it.
pub fn measure(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(&plan.dir)?;
    raise_limits(folder.path())?;
    let server = Executable::start(folder.path())?;
    let pool = Pool::start()?;
    let count = usize::try_from(plan.room_for.as_millis() / PACE.as_millis())?;
    let marks: Arc<Vec<Mark>> = Arc::new((0..count).map(|_| Mark::default()).collect());
    let opened = pool.spawn(open(server.address));
    let (Link { reader, mut writer, .. }, account, room) = future::block_on(opened)?;
    let mut listening = vec![pool.spawn(listen(reader, plan.room, marks.clone()))];
    let mut writers = Vec::new();
    for number in 1..plan.room {
        let joined = pool.spawn(join(server.address, number, room));
        let Link { reader, writer, .. } = future::block_on(joined)?;
        listening.push(pool.spawn(listen(reader, plan.room, marks.clone())));
        writers.push(writer);
    }
    let (before, began) = (server.cpu().unwrap_or_default(), uptime());
    let said = marks.clone();
    let talk = async move {
        for (id, mark) in (0_u64..).zip(said.iter()) {
            let (nonce, body) = (nonce(account, id), Body::text(WORDS));
            let command = Command::Send { to: Target::Room(room), nonce, body };
            mark.said.set(uptime()).ok();
            load::write(&mut writer, &ClientFrame::Command { id, command }).await?;
            Timer::after(PACE).await;
        }
        wait_for_all(&said).await
    };
    future::block_on(pool.spawn(talk))?;
    let used = server.cpu().unwrap_or_default().saturating_sub(before);
    let share = used.as_secs_f64() / uptime().saturating_sub(began).as_secs_f64();
    drop((listening, writers));
    tell(plan.room, &marks, share, report)
}

fn tell(everybody: usize, marks: &[Mark], share: f64, report: &mut Report) -> Result<(), Failure> {
    let took = |mark: &Mark| Some(mark.done.get()?.saturating_sub(*mark.said.get()?));
    let took: Option<Vec<Duration>> = marks.iter().map(took).collect();
    let took = Latencies::new(took.ok_or("a message did not reach everybody")?);
    let (p50, p99) = (took.percentile(50), took.percentile(99));
    report.line(&format!(
        "a room of {everybody} online, 5 messages/s: the last one has it after p50 {} p99 {} max {}, \
         the server takes {:.0} % of a core",
        ms(p50),
        ms(p99),
        ms(took.percentile(100)),
        100.0 * share,
    ));
    report.target(&format!("the last member's p99: {}, under 150 ms", ms(p99)), p99 < LAST_MAX);
    Ok(())
}

/// Makes the room.
async fn open(address: SocketAddr) -> Result<(Link, AccountId, RoomId), Failure> {
    let (mut link, credential) = Credential::register(address, 0).await?;
    let (name, joining) = ("bench".to_owned(), Joining::Open);
    let command = Command::CreateRoom { name, joining, invite: Vec::new() };
    link.write(ClientFrame::Command { id: 3, command }).await?;
    loop {
        match link.reader.read().await? {
            ServerFrame::Reply { reply: Reply::Room { room, .. }, .. } => {
                return Ok((link, credential.account, room.room));
            }
            ServerFrame::Event(_) => {}
            other => return Err(format!("no room: {other:?}").into()),
        }
    }
}

/// Comes into it.
async fn join(address: SocketAddr, number: usize, room: RoomId) -> Result<Link, Failure> {
    let (mut link, _) = Credential::register(address, number).await?;
    let command = Command::JoinRoom { room, greeting: String::new() };
    link.write(ClientFrame::Command { id: 3, command }).await?;
    loop {
        match link.reader.read().await? {
            ServerFrame::Done { .. } => return Ok(link),
            ServerFrame::Event(_) => {}
            other => return Err(format!("not in the room: {other:?}").into()),
        }
    }
}

/// Marks what it hears. Ends by being dropped, or with the link.
async fn listen(
    mut reader: load::FrameReader,
    everybody: usize,
    marks: Arc<Vec<Mark>>,
) -> Result<(), Failure> {
    loop {
        let ServerFrame::Event(Event::Message(message)) = reader.read().await? else { continue };
        let Body::Text { .. } = message.body else { continue };
        let number = load::number_of(message.nonce);
        let mark = usize::try_from(number).ok().and_then(|number| marks.get(number));
        let mark = mark.ok_or("a message that nobody said")?;
        if mark.reached.fetch_add(1, Ordering::Relaxed) + 1 == everybody {
            mark.done.set(uptime()).ok();
        }
    }
}

async fn wait_for_all(marks: &[Mark]) -> Result<(), Failure> {
    let began = uptime();
    while marks.iter().any(|mark| mark.done.get().is_none()) {
        if uptime().saturating_sub(began) > PATIENCE {
            return Err("a message did not reach everybody".into());
        }
        Timer::after(PACE).await;
    }
    Ok(())
}
