//! Files of this computer: looked at before they are sent, asked about, opened. What touches the disk
//! does so on a thread of its own.

use std::path::{Path, PathBuf};

use fltk::app;

use super::app::files::danger::{ending, is_dangerous};
use super::app::files::{Chosen, FilesMsg, Kind, Opening, amounts};
use super::app::{Model, Msg};
use super::files::{self, Wanted};
use super::paint::Icon;
use super::shell::post;
use super::text::{tr, tr_with};
use super::widgets::{Question, ask};
use super::{platform, screen, toast};
use crate::domain::{Seq, Target};

/// Looks at what was chosen for a conversation, and tells the model.
pub fn measure(target: Target, paths: Vec<PathBuf>) {
    elsewhere("measure", move || {
        let chosen = paths.into_iter().map(|path| Chosen { kind: kind_of(&path), path }).collect();
        Some(Msg::Files(FilesMsg::Chosen(target, chosen)))
    });
}

fn kind_of(path: &Path) -> Kind {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Kind::Folder,
        Ok(found) if found.is_file() => Kind::File(found.len(), is_picture(path)),
        _ => Kind::Unread,
    }
}

/// Whether its name says that it is a picture that chats show; what it is, is looked at later.
fn is_picture(path: &Path) -> bool {
    matches!(ending(path).as_str(), "png" | "jpg" | "jpeg")
}

/// Asks whether so many files shall be sent.
pub fn ask_before_sending(model: &Model, target: Target, paths: Vec<PathBuf>, bytes: u64) {
    let name = match target {
        Target::Account(account) => model.people.name(account),
        Target::Lobby => tr("lobby").to_owned(),
        Target::Room(room) => model.people.room_name(room),
    };
    let n = paths.len().to_string();
    let question = Question {
        window: "MyChat".to_owned(),
        icon: Icon::File,
        danger: false,
        title: match paths.len() {
            1 => tr("file.ask.one").to_owned(),
            _ => tr_with("file.ask", &[("n", &n)]),
        },
        text: sending_words(&paths, bytes, &name),
        action: tr("file.ask.go").to_owned(),
        cancel: tr("common.cancel").to_owned(),
    };
    ask(question, move |yes| {
        if yes {
            post(Msg::Files(FilesMsg::Send(target, paths)));
        }
    });
}

/// What is sent to whom: one file is named, of several their number stands above.
fn sending_words(paths: &[PathBuf], bytes: u64, name: &str) -> String {
    let size = amounts::bytes(bytes);
    match paths {
        [path] => {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let words = [("file", &*file), ("size", &size), ("name", name)];
            tr_with("file.ask.text.one", &words)
        }
        _ => tr_with("file.ask.text", &[("size", &size), ("name", name)]),
    }
}

/// Asks where the file of a message shall be saved. Nothing is written over: a name that is taken gets
/// a number.
pub fn ask_for_place(target: Target, seq: Seq, name: &str) {
    files::choose(Wanted::FilePlace, tr("file.save_as"), name, move |path| {
        post(Msg::Files(FilesMsg::TakeTo(target, seq, path)));
    });
}

/// Opens a file, or shows where it is. Programs are asked about; what is not there is told.
pub fn open(opening: Opening) {
    if opening.is_folder || !is_dangerous(&opening.path) {
        return open_now(opening);
    }
    let name = opening.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let question = Question {
        window: "MyChat".to_owned(),
        icon: Icon::Warn,
        danger: true,
        title: tr("file.open.ask").to_owned(),
        text: tr_with("file.open.text", &[("name", &name)]),
        action: tr("file.open.go").to_owned(),
        cancel: tr("common.cancel").to_owned(),
    };
    ask(question, move |yes| {
        if yes {
            open_now(opening);
        }
    });
}

fn open_now(Opening { id, path, is_folder }: Opening) {
    elsewhere("open", move || {
        if !path.exists() {
            return Some(Msg::Files(FilesMsg::Missing(id)));
        }
        let shown = path.parent().filter(|_| is_folder).unwrap_or(&path).to_owned();
        let failed = shown.clone();
        platform::open_place(&shown, move || say_closed_later(failed));
        None
    });
}

/// Says on the window's thread that something cannot be opened.
pub fn say_closed_later(path: PathBuf) {
    let mut path = Some(path);
    app::awake_callback(move || {
        if let Some(path) = path.take() {
            say_closed(&path);
        }
    });
}

/// Says that nothing could open it, and offers its path.
fn say_closed(path: &Path) {
    let why = if path.exists() { "file.open.failed.text" } else { "file.open.failed.gone" };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let path = path.display().to_string();
    let name = name.unwrap_or_else(|| path.clone());
    let question = Question {
        window: "MyChat".to_owned(),
        icon: Icon::Warn,
        danger: false,
        title: tr_with("file.open.failed", &[("name", &name)]),
        text: format!("{}\n{path}", tr(why)),
        action: tr("file.open.failed.copy").to_owned(),
        cancel: tr("common.close").to_owned(),
    };
    let front = screen::front();
    ask(question, move |copies| {
        if copies {
            app::copy(&path);
            let words = tr("file.open.failed.copied");
            toast::show(front, toast::Edge::Lower, toast::Kind::Done, words);
        }
    });
}

/// Does something on a thread of its own and posts what comes of it.
pub fn elsewhere(name: &str, work: impl FnOnce() -> Option<Msg> + Send + 'static) {
    let run = move || {
        let Some(msg) = work() else { return };
        let mut msg = Some(msg);
        app::awake_callback(move || msg.take().into_iter().for_each(post));
    };
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(run) {
        tracing::warn!(%error, "no thread for a file");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_named() {
        let words = |paths: &[&str]| {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            sending_words(&paths, 5 << 20, "Momo")
        };
        assert!(words(&["/x/lab.mp4"]).contains("lab.mp4"));
        assert!(!words(&["/x/lab.mp4", "/x/b"]).contains("lab.mp4"));
    }

    #[test]
    fn what_is_chosen_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let picture = folder.path().join("a.PNG");
        std::fs::write(&picture, b"1234").unwrap();
        assert_eq!(kind_of(&picture), Kind::File(4, true));
        assert_eq!(kind_of(folder.path()), Kind::Folder);
        assert_eq!(kind_of(&folder.path().join("none")), Kind::Unread);
    }
}
