//! A look at a server: TLS and hello, nothing more. Proves its key and brings what it says of
//! itself.

use std::time::Duration;

use async_io::Timer;

use super::api::Failure;
use super::wire::{self, Stream, Unsecured};
use super::words::{one_line, program};
use crate::domain::ServerId;
use crate::limits::NAME_BYTES_MAX;
use crate::net::address::Address;
use crate::net::frame::{self, FRAME_BYTES_MAX, FRAME_BYTES_MAX_UNAUTHENTICATED};
use crate::net::link;
use crate::net::protocol::{
    ClientFrame, Event, Goodbye, Hello, Registration, ServerFrame, VERSION, Welcome,
};

/// A look takes no longer.
const PROBE_MAX: Duration = Duration::from_secs(3);

/// What a server proved and said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// Proven by TLS.
    pub id: ServerId,
    /// Its name for people.
    pub name: String,
    /// Who may register.
    pub registration: Registration,
    /// People online now.
    pub online: u64,
}

/// Looks at the server behind an address, in at most three seconds. Where a key is expected, any
/// other one is [`Failure::KeyChanged`].
///
/// # Errors
/// Why it cannot be seen.
pub async fn probe(address: &Address, expected: Option<ServerId>) -> Result<Probed, Failure> {
    let late = async {
        Timer::after(PROBE_MAX).await;
        Err(Failure::Unreachable)
    };
    smol::future::or(look(address, expected), late).await
}

async fn look(address: &Address, expected: Option<ServerId>) -> Result<Probed, Failure> {
    let (stream, id) = wire::open(address, expected).await.map_err(|error| match error {
        Unsecured::WrongKey(_) => Failure::KeyChanged,
        Unsecured::Failed(failure) => failure,
    })?;
    match greet(stream).await {
        Ok(welcome) if welcome.version == VERSION => Ok(Probed {
            id,
            name: one_line(&welcome.name, NAME_BYTES_MAX),
            registration: welcome.registration,
            online: welcome.online,
        }),
        Ok(_) | Err(Failure::Goodbye(Goodbye::TooOld)) => Err(Failure::Version),
        Err(failure) => Err(failure),
    }
}

/// Says hello on a fresh link, waits for the answer and hangs up.
pub(super) async fn greet(stream: Stream) -> Result<Welcome, Failure> {
    let (mut reader, mut writer) = link::split(stream, FRAME_BYTES_MAX_UNAUTHENTICATED);
    let hello = ClientFrame::Hello(Hello {
        version: VERSION,
        features: Vec::new(),
        client: program(),
        has_token: false,
    });
    let frames = [hello, ClientFrame::Bye {}].map(|frame| frame::encode(&frame, FRAME_BYTES_MAX));
    let [Ok(hello), Ok(bye)] = frames else { return Err(Failure::LinkLost) };
    writer.write_frames(&[hello]).await.map_err(|_| Failure::LinkLost)?;
    let mut words = None;
    let answer = loop {
        match wire::read_one(&mut reader).await? {
            ServerFrame::Welcome(welcome) => break Ok(welcome),
            ServerFrame::Goodbye(goodbye) => break Err(Failure::hung_up(goodbye, words)),
            ServerFrame::Event(Event::Called { text, .. }) if words.is_none() => words = Some(text),
            _ => break Err(Failure::NotMyChat),
        }
    };
    // A polite end; what becomes of it is the server's business.
    drop(writer.write_frames(&[bye]).await);
    drop(writer.close().await);
    answer
}
