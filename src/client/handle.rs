//! Starting and ending a client: its store, its thread, its queues.

use std::path::{Path, PathBuf};

use async_channel::{Receiver, TrySendError};

use super::api::{Client, ClientEvent, Failure, Intent, Setup, StartError};
use super::export::Press;
use super::keeper::Keeper;
use super::pictures::Studio;
use super::runner::Runner;
use super::state::{Chance, State};
use super::transfers::Porter;
use crate::domain::DeviceId;
use crate::limits::{CLIENT_EVENTS_MAX, INTENTS_MAX};
use crate::net::protocol::{Reason, Refusal, Stretch};
use crate::store::StoreError;
use crate::store::local::{self, Local};

/// Folders that are tried before giving up: so many clients one person may run.
const SLOTS: u32 = 8;

impl Client {
    /// Opens the store and starts the client's thread. Events wait in the queue that is returned;
    /// while it is full the client reads its link no further.
    ///
    /// # Errors
    /// The home folder is in use, cannot be written, or holds a damaged or newer store.
    pub fn start(setup: Setup) -> Result<(Client, Receiver<ClientEvent>), StartError> {
        let device = DeviceId(random()?);
        let local = Local::open(&setup.home, device)?;
        let start = local.start()?;
        let chance = Chance::from_seed(random()?);
        let state = State::new(start, &setup.device_name, setup.stretch, chance);
        let (intents, wanted) = async_channel::bounded(INTENTS_MAX);
        let (events, happened) = async_channel::bounded(CLIENT_EVENTS_MAX);
        let (leaving, left) = async_channel::bounded(1);
        let folder = |error| StartError::Folder { folder: setup.home.clone(), error };
        let studio = Studio::start(&setup.home, local.list_waiting_pictures()?).map_err(folder)?;
        let keeper = Keeper::start(local).map_err(folder)?;
        let press = Press::start().map_err(folder)?;
        let porter = Porter::start().map_err(folder)?;
        let queues = (wanted, events.clone(), left);
        let runner = Runner::new(state, (keeper, studio, press, porter), queues, setup.wake);
        let thread = std::thread::Builder::new()
            .name("client".to_owned())
            .spawn(move || runner.run())
            .map_err(folder)?;
        let client = Client { intents, events, leaving: Some(leaving), thread: Some(thread) };
        Ok((client, happened))
    }

    /// Asks for something; never waits. When the queue is full the intent is dropped, and one
    /// with a ticket is answered with a refusal.
    pub fn send(&self, intent: Intent) {
        if let Err(TrySendError::Full(intent)) = self.intents.try_send(intent)
            && let Some(ticket) = intent.ticket()
        {
            let failure = Failure::Refused(Refusal::retry(Reason::TooFast, 1000));
            let event = ClientEvent::Answered { ticket, result: Err(failure) };
            // A full queue of events too: then nobody reads them.
            self.events.try_send(event).ok();
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.intents.close();
        // Events that nobody will read must not keep the thread.
        self.leaving.take();
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by the panic hook; there is nobody left to tell.
            thread.join().ok();
        }
    }
}

/// The folder for the next client of this person: `client`, then `client-2` … `client-8` in the
/// platform's data folder, the first one that no running MyChat uses.
#[must_use]
pub fn default_home_slot() -> PathBuf {
    let folders = directories::ProjectDirs::from("", "", "mychat");
    let data = folders.map_or_else(|| PathBuf::from("mychat"), |f| f.data_dir().to_owned());
    free_slot(&data)
}

/// How this process stretches new passwords: strongly, unless `MYCHAT_TEST_CHEAP_PASSWORDS=1`
/// says that its accounts are for tests.
#[must_use]
pub fn stretch() -> Stretch {
    match std::env::var_os("MYCHAT_TEST_CHEAP_PASSWORDS").is_some_and(|value| value == "1") {
        true => Stretch::CHEAP,
        false => Stretch::STRONG,
    }
}

fn free_slot(data: &Path) -> PathBuf {
    let free = (1..=SLOTS).map(|slot| local::default_home(data, slot));
    free.into_iter()
        .find(|home| !local::is_locked(home))
        .unwrap_or_else(|| local::default_home(data, 1))
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked(home) => StartError::Locked(home),
            StoreError::Folder { path, error, .. } => StartError::Folder { folder: path, error },
            error @ StoreError::Damaged { .. } => {
                StartError::Store(format!("{error}. Move the file away to begin anew"))
            }
            other => StartError::Store(other.to_string()),
        }
    }
}

fn random<const N: usize>() -> Result<[u8; N], StartError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StartError::Store(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_client_gets_the_next_folder() {
        let data = tempfile::tempdir().unwrap();
        let home = |name: &str| data.path().join(name);
        assert_eq!(free_slot(data.path()), home("client"));
        let first = Local::open(&home("client"), DeviceId([1; 16])).unwrap();
        assert_eq!(free_slot(data.path()), home("client-2"));
        let _second = Local::open(&home("client-2"), DeviceId([2; 16])).unwrap();
        assert_eq!(free_slot(data.path()), home("client-3"));
        drop(first);
        assert_eq!(free_slot(data.path()), home("client"));
    }
}
