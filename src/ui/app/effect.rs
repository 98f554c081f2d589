//! What the model asks the shell for.

use std::sync::Arc;

use super::{contacts, files, games, login, menu, notify, play, profile, recover, register};
use crate::client::api::{ImageSource, Picture, View};
use crate::client::doctor::Plan;
use crate::client::{Failure, Intent};
use crate::domain::{BlobId, Mentions, Seq, ServerId, Target};
use crate::net::address::Address;
use crate::net::protocol::Calling;

/// What the model asks the shell for.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Tell the client core.
    Ask(Intent),
    /// Show this chat's window and bring it to the front.
    OpenChat(Target),
    /// Bring this message into the view of its chat's window; of one with words that are looked for,
    /// the line with this byte.
    ShowMessage(Target, Seq, Option<usize>),
    /// Put this into the box of a chat's window, behind what is there.
    Write(Target, String, Mentions),
    /// Who has read a message, for its menu.
    ReadBy(Target, menu::ReadBy),
    /// Shake this chat's window.
    ShakeWindow(Target),
    /// Ask for attention without taking the focus.
    Urgent(Target),
    /// Something else about telling of messages.
    Note(notify::NoteEffect),
    /// Put the sign-in window's cursor where the person goes on.
    FocusLogin(login::Field),
    /// Bring the sign-in window before the window of the server that was just started.
    RaiseLogin,
    /// Put the register window's cursor on the first field with an error.
    FocusRegister(register::Field),
    /// Put the cursor of the window for a forgotten password on the first field with an error.
    FocusRecover(recover::Field),
    /// Open the list of saved accounts.
    ShowAccounts,
    /// Check the network; what is found belongs to this run.
    Examine(u64, Plan),
    /// Bring the page that checks the network to the front.
    RaiseCheckup,
    /// Look at the server behind an address; where its key is known, it has to show that one.
    Look(Address, Option<ServerId>),
    /// Ask whether to go on without the recovery code, which is shown this once.
    AskBeforeEntering,
    /// Start the server program on this computer.
    HostServer,
    /// Look for servers again.
    SearchServers,
    /// Put a text on the clipboard, and say so where a key is given.
    Copy {
        /// What.
        text: String,
        /// The sentence to show.
        said: &'static str,
        /// Its `{n}`.
        number: String,
    },
    /// Ask before something is done.
    Confirm(contacts::Confirm),
    /// Say what the server's admin says, until it is read.
    Called(String, Option<Calling>),
    /// Say in passing why something was not done.
    Say(Failure),
    /// Say in passing what was done; the key of the sentence.
    Tell(&'static str),
    /// The same of somebody, by name.
    TellOf(&'static str, String),
    /// Bring the window for finding people to the front.
    RaiseAdd,
    /// Something about the window about oneself.
    Profile(profile::ProfileEffect),
    /// Ask into which file these days of what was said go.
    ExportDays(jiff::civil::Date, jiff::civil::Date),
    /// Bring the window of what was said to the front.
    RaiseHistory,
    /// Bring the settings window to the front.
    RaiseSettings,
    /// A picture is there, or cannot be had.
    Picture(BlobId, View, Option<Arc<Picture>>),
    /// Ask whether so many pictures shall be sent.
    AskImages(Target, Vec<ImageSource>),
    /// Ask where a picture shall be saved, which was called so.
    SavePicture(BlobId, String),
    /// Look at what was chosen, dropped or pasted for a conversation, elsewhere than here.
    Measure(Target, Vec<std::path::PathBuf>),
    /// Ask whether so many files, of so many bytes in all, shall be sent.
    AskFiles(Target, Vec<std::path::PathBuf>, u64),
    /// Ask where the file of a message shall be saved, which is called so.
    AskFilePlace(Target, Seq, String),
    /// Open a file of this computer, or show its folder.
    OpenFile(files::Opening),
    /// Something about the windows of files.
    Files(files::FilesEffect),
    /// Something about the windows of games.
    Play(play::PlayEffect),
    /// Something about board windows.
    Games(games::GamesEffect),
    /// Say in passing that something was not done; the key of the sentence.
    Trouble(&'static str),
    /// Bring the window of a picture to the front.
    RaiseViewer,
    /// Pictures that could not be had may be had now.
    PicturesAgain,
    /// Say that this computer cannot keep messages, and why.
    StoreTrouble(String),
    /// Language or theme changed: everything is drawn anew.
    Restyle,
    /// End the program in order.
    Quit,
}
