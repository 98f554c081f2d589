//! The toolkit, made ready once: a display, the faces, the dress.

use fltk::app::App;

use super::fonts::{self, FontError, Fonts};
use super::shell::{self, Core};
use super::{platform, screen, widgets};
use crate::client::StartError;
use crate::net::address::Invite;

/// Why no window can be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UiError {
    /// There is no display.
    #[error(
        "there is no display to open a window on; set DISPLAY, or use `mychat --serve` or \
         `mychat script`, which need none"
    )]
    NoDisplay,
    /// The faces could not be loaded.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The client core could not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A thread could not be started.
    #[error("cannot start a thread: {0}; close other programs and try again")]
    Thread(std::io::Error),
}

/// The toolkit, ready for windows.
pub struct Stage {
    _app: App,
    _fonts: Fonts,
}

impl Stage {
    /// Opens the display and loads the faces.
    ///
    /// # Errors
    /// There is no display, or a face cannot be loaded.
    pub fn open() -> Result<Stage, UiError> {
        // The toolkit would end the whole program by itself.
        if !platform::has_display() {
            return Err(UiError::NoDisplay);
        }
        let app = App::default();
        screen::bound_scale();
        let fonts = fonts::load()?;
        widgets::dress_toolkit();
        Ok(Stage { _app: app, _fonts: fonts })
    }

    /// Shows the client's windows on a core until the person closes them.
    pub fn run(&self, core: Core, connect: Option<Invite>) {
        shell::run(core, connect);
    }
}
