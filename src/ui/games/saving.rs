//! Saved games on the disk, read and written on threads of their own.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::ui::app::Msg;
use crate::ui::app::games::{FILE_BYTES_MAX, GamesMsg, NotOpened};
use crate::ui::filing::elsewhere;

/// Reads one, and tells the model.
pub fn read(path: PathBuf) {
    elsewhere("game", move || Some(Msg::Games(GamesMsg::Read(text_of(&path)))));
}

/// Writes one, and tells the model.
pub fn write(path: PathBuf, text: String) {
    elsewhere("game", move || {
        let written = std::fs::write(&path, text);
        if let Err(error) = &written {
            tracing::warn!(%error, "a game was not saved");
        }
        Some(Msg::Games(GamesMsg::Written(written.is_ok())))
    });
}

/// The text of a file. What other programs wrote in letters of their own is read as far as it goes.
fn text_of(path: &Path) -> Result<String, NotOpened> {
    let file = std::fs::File::open(path).map_err(|_| NotOpened::Unread)?;
    if !file.metadata().is_ok_and(|found| found.is_file()) {
        return Err(NotOpened::Unread);
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|_| NotOpened::Unread)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(NotOpened::TooLong);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sgf");
        assert_eq!(text_of(&path), Err(NotOpened::Unread));
        assert_eq!(text_of(folder.path()), Err(NotOpened::Unread));
        std::fs::write(&path, b"(;PB[\xff])").unwrap();
        assert_eq!(text_of(&path), Ok("(;PB[\u{fffd}])".to_owned()));
        let length = usize::try_from(FILE_BYTES_MAX).unwrap();
        std::fs::write(&path, vec![b'a'; length + 1]).unwrap();
        assert_eq!(text_of(&path), Err(NotOpened::TooLong));
    }
}
