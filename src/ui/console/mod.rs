//! The server's own window: it runs the server as a child process and talks to it through its
//! control socket, as any console does.
//!
//! * [`model`] is what is on the screen, as data; [`log`], [`knobs`], [`traffic`] and the tables are its
//!   parts: [`listing`] is any table, [`entries`] are their rows, [`selection`] is who is chosen. [`acts`]
//!   and [`forms`] are what is done to them, [`task`] what the server is long at; [`lines`], [`failure`],
//!   [`refused`] and [`units`] put events, causes and numbers into words, [`choices`] are kept.
//! * [`link`] runs the server (`child`) and asks it, on a thread of its own.
//! * `shell` is the window's thread. `window` stands on `left` and on a file a tab: `table`,
//!   `people` and `halls` (which share `grid` and `bar`), `events`, `dials`. `chart` makes its
//!   picture of the traffic. Over it stand `ask`, `form`, `code`, `restore` and `all`.

pub mod acts;
mod all;
mod ask;
mod bar;
mod chart;
mod child;
pub mod choices;
mod code;
mod dials;
pub mod entries;
mod events;
pub mod failure;
mod form;
pub mod forms;
mod grid;
mod halls;
pub mod knobs;
mod left;
pub mod lines;
pub mod link;
pub mod listing;
pub mod log;
pub mod model;
mod people;
pub mod refused;
mod restore;
pub mod selection;
mod shell;
mod table;
pub mod task;
pub mod traffic;
pub mod units;
mod window;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use super::{Stage, UiError, platform};
use choices::Choices;
use link::{Link, Setup};
use model::Model;

/// How the server's window is opened.
#[derive(Debug, Clone)]
pub struct ConsoleOptions {
    /// Arguments for the server beside `--serve`.
    pub serve: Vec<OsString>,
    /// Its data folder.
    pub data: PathBuf,
}

/// Opens the server's window and runs the server until the window is closed. `heed` gets what a signal
/// is told to, from any thread, with whether it asks to read settings again and not to end; it is called
/// before there is a server.
///
/// # Errors
/// No window can be shown. What goes wrong with the server is shown in the window.
pub fn run(
    options: ConsoleOptions,
    heed: impl FnOnce(fn(bool)) -> io::Result<()>,
) -> Result<(), UiError> {
    let _stage = Stage::open()?;
    heed(shell::signal).map_err(UiError::Thread)?;
    let choices = Choices::load(&options.data, platform::prefers_dark());
    let model = Model::new(choices, options.data.clone());
    let setup = setup(options, choices.port);
    let (link, reports) = Link::start(setup, || shell::KICK.kick()).map_err(UiError::Thread)?;
    shell::run(model, link, reports);
    Ok(())
}

/// The port that was chosen here once is listened at unless the arguments say where.
fn setup(options: ConsoleOptions, port: Option<u16>) -> Setup {
    let ConsoleOptions { serve, data } = options;
    let names = |flag: &str| {
        serve.iter().any(|argument| {
            let argument = argument.to_string_lossy();
            argument.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        })
    };
    let mut arguments = vec![OsString::from("--serve")];
    if !names("--data") {
        arguments.extend(["--data".into(), data.clone().into()]);
    }
    if let Some(port) = port.filter(|_| !names("--listen")) {
        arguments.extend(child::listen_everywhere(port));
    }
    arguments.extend(serve);
    // A program that cannot say where it lies is looked for by name; a failure is shown.
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("mychat"));
    Setup { program, arguments, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_gets_its_data_folder_and_its_port_once() {
        let options = |serve: &[&str]| ConsoleOptions {
            serve: serve.iter().map(OsString::from).collect(),
            data: "d".into(),
        };
        let arguments = |serve: &[&str], port| setup(options(serve), port).arguments;
        assert_eq!(arguments(&[], None), ["--serve", "--data", "d"]);
        let given = ["--data", "d", "--no-discovery"];
        assert_eq!(arguments(&given, None), ["--serve", "--data", "d", "--no-discovery"]);
        assert_eq!(arguments(&["--data=d"], None), ["--serve", "--data=d"]);
        let kept = ["--serve", "--listen", "[::]:1030", "--data=d"];
        assert_eq!(arguments(&["--data=d"], Some(1_030)), kept);
        let given = ["--data=d", "--listen", "[::1]:7"];
        assert_eq!(arguments(&given, Some(1_030)), ["--serve", "--data=d", "--listen", "[::1]:7"]);
    }
}
