//! Looks at bytes that may be damaged: they may lead the engine to what it takes for impossible, and its
//! panic is then one more way to say that they are.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::engine::StoreError;

thread_local! {
    /// Whether this thread looks at such bytes.
    static IS_WARY: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread's last panic was the engine's.
    static WAS_ENGINE: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// From now on [`was_engine`] knows.
pub(crate) fn watch() {
    HOOK.call_once(keep_quiet);
}

/// Whether the panic that was just caught came out of the engine: it does not understand its file, which no
/// job is to blame for.
pub(crate) fn was_engine() -> bool {
    WAS_ENGINE.replace(false)
}

/// What a look comes to, or that what was looked at is damaged. Nothing that was open is used any more then.
///
/// # Errors
/// It is damaged.
pub(crate) fn beware<T>(what: &'static str, look: impl FnOnce() -> T) -> Result<T, StoreError> {
    watch();
    let before = IS_WARY.replace(true);
    let looked = panic::catch_unwind(AssertUnwindSafe(look));
    IS_WARY.set(before);
    looked.map_err(|_| StoreError::damaged(what, &"it makes no sense"))
}

/// Nobody but a developer makes anything of a panic that is caught and told as what it means.
fn keep_quiet() {
    let aloud = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let is_engine = panic.location().is_some_and(|place| place.file().contains("redb"));
        WAS_ENGINE.set(is_engine);
        match IS_WARY.get() || is_engine {
            true => tracing::debug!(%panic, "the engine does not understand a file"),
            false => aloud(panic),
        }
    }));
}

/// Closes what it holds in the same way: closing a damaged file reads it once more.
pub(super) struct Wary<T>(Option<T>);

impl<T> Wary<T> {
    pub(super) fn new(held: T) -> Self {
        Wary(Some(held))
    }
}

impl<T> Deref for Wary<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("taken by drop only")
    }
}

impl<T> DerefMut for Wary<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("taken by drop only")
    }
}

impl<T> Drop for Wary<T> {
    fn drop(&mut self) {
        let held = self.0.take();
        beware("the file", || drop(held)).ok();
    }
}
