//! Which life of its logs a server is in: made at the first start, and again behind a backup that was restored.

use std::io;

use super::ServerError;
use crate::domain::Generation;
use crate::store::settings::GENERATION;
use crate::store::{Engine, Reads, StoreError, Writes};

/// The one that the store has; a store that has none, new or out of a backup, begins one.
pub(super) fn load(engine: &Engine) -> Result<Generation, ServerError> {
    if let Some(bytes) = Reads::open(&engine.read()?)?.get_secret(GENERATION)?
        && let Ok(bytes) = bytes.try_into()
    {
        return Ok(Generation(bytes));
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| ServerError::System {
        doing: "get random bytes",
        error: io::Error::other(error.to_string()),
    })?;
    let transaction = engine.write()?;
    Writes::open(&transaction)?.put_secret(GENERATION, &bytes)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(Generation(bytes))
}
