//! Arguments → server, window or tool; an error becomes an exit code and a sentence on stderr.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use jiff::tz::TimeZone;
use mychat::args::{self, Log, LogFormat, Serve, Task, TrustArg};
use mychat::client::api::Trust;
use mychat::client::discover::{self, Form};
use mychat::client::doctor;
use mychat::client::script::{self, ScriptError, ScriptOptions};
use mychat::net::address::Invite;
use mychat::net::control::{ControlReply, ControlRequest};
use mychat::net::protocol::DEFAULT_PORT;
use mychat::net::tls::{Identity, TlsError};
use mychat::net::verb::{Cause, Done, Verb};
use mychat::server::admin::{self, AdminError, print};
use mychat::server::control::Console;
use mychat::server::lines::{self, Objects};
use mychat::server::{self, Server, ServerError};
use mychat::store::StoreError;
use mychat::ui::checkup::words;
use mychat::ui::console::{self, ConsoleOptions};
use mychat::ui::text::Language;
use mychat::ui::{self, ClientOptions, UiError};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

/// Anything that has no code of its own.
const FAILED: u8 = 1;
/// The data cannot be opened (`EX_NOINPUT` of sysexits.h).
const CANNOT_OPEN: u8 = 66;
/// The port cannot be opened (`EX_UNAVAILABLE`).
const CANNOT_LISTEN: u8 = 69;
/// Lines of the log that wait to be written.
const LOG_LINES_MAX: usize = 8 * 1024;
/// The disk failed (`EX_IOERR`).
const DISK_FAILED: u8 = 74;

fn main() -> ExitCode {
    let (task, log) = args::read();
    if matches!(task, Task::Client { .. } | Task::Serve(Serve { window: true, .. })) {
        ui::platform::prepare_locale();
    }
    let _written_out = log_to_stderr(log);
    match task {
        Task::Serve(serve) if serve.window => run_console(serve),
        Task::Serve(serve) => run_server(serve),
        Task::Admin { data, json, verb } => run_admin(&data, json, &verb),
        Task::Log { data, json, lines } => show_log(&data, json, lines),
        Task::Restore { data, json, file } => run_restore(&file, &data, json),
        Task::Fingerprint { data } => print_fingerprint(&data),
        Task::Discover { json, wait_seconds } => run_discover(json, wait_seconds),
        Task::Doctor { server, json } => run_doctor(server, json),
        Task::Script { connect, home, trust } => run_script(connect, home, trust),
        Task::Client { connect, home } => run_client(connect, home),
    }
}

/// Logs go to stderr, so that stdout stays for what was asked. A thread of its own writes them: a
/// terminal that stands still, or a pipe that nobody empties, must not stop a server. What does not
/// fit its queue is left out.
fn log_to_stderr(how: Log) -> WorkerGuard {
    let queue = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LOG_LINES_MAX);
    let (writer, written_out) = queue.thread_name("log").finish(std::io::stderr());
    let filter = tracing_subscriber::EnvFilter::new(format!("error,mychat={}", how.level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    // A server outlives the window that read its log; a line that nobody reads is no trouble.
    let log = log.log_internal_errors(false);
    let log = log.with_target(false);
    match how.format {
        LogFormat::Human => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.event_format(Objects).init(),
    }
    written_out
}

fn run_client(connect: Option<Invite>, home: Option<PathBuf>) -> ExitCode {
    match ui::run_client(ClientOptions { home, connect }) {
        Err(error @ UiError::Start(_)) => fail(&error, CANNOT_OPEN),
        result => end(result),
    }
}

fn run_server(serve: Serve) -> ExitCode {
    let everywhere = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), DEFAULT_PORT);
    let data = serve.data.clone();
    let setup = server::Setup {
        listen: if serve.listen.is_empty() { vec![everywhere] } else { serve.listen },
        data: serve.data,
        name: serve.name,
        discovery: serve.discovery,
        metrics: serve.metrics,
    };
    let mut had_run = false;
    let result = Server::start(setup).and_then(|server| {
        had_run = true;
        // First the signals: whoever reads the line may send one at once.
        heed_server_signals(server.stopper())?;
        print_line(&server.ready().to_string());
        server.wait()
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            let code = exit_code(&error);
            server::note_failed(&data, &error, (code, had_run));
            code.into()
        }
    }
}

/// The console is a process of its own: it starts the server as a child and passes these on.
fn run_console(serve: Serve) -> ExitCode {
    let mut arguments: Vec<OsString> = Vec::new();
    for address in &serve.listen {
        arguments.extend(["--listen".into(), address.to_string().into()]);
    }
    if let Some(name) = serve.name {
        arguments.extend(["--name".into(), name.into()]);
    }
    if !serve.discovery {
        arguments.push("--no-discovery".into());
    }
    if let Some(address) = serve.metrics {
        arguments.extend(["--metrics".into(), address.to_string().into()]);
    }
    let options = ConsoleOptions { serve: arguments, data: serve.data };
    let heed = |signal: fn(bool)| {
        heed_signals(move |is_reload| {
            signal(is_reload);
            true
        })
    };
    end(console::run(options, heed))
}

/// SIGTERM and Ctrl-C close the server in order; SIGHUP lets it read its settings again.
fn heed_server_signals(stopper: server::Stopper) -> Result<(), ServerError> {
    let heed = move |is_reload| {
        match is_reload {
            true => stopper.reload(),
            false => stopper.stop(),
        }
        is_reload
    };
    heed_signals(heed).map_err(|error| ServerError::System { doing: "listen for signals", error })
}

/// Calls this back on a thread of its own for each signal, with whether it asks to read settings again,
/// until no more are wanted.
fn heed_signals(mut heed: impl FnMut(bool) -> bool + Send + 'static) -> std::io::Result<()> {
    use futures_util::StreamExt;
    let mut signals = async_signal::Signals::new(heeded_signals())?;
    let listen = move || {
        while let Some(signal) = smol::block_on(signals.next()) {
            if !heed(signal.is_ok_and(is_reload)) {
                return;
            }
        }
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(listen).map(drop)
}

#[cfg(unix)]
fn heeded_signals() -> [async_signal::Signal; 3] {
    use async_signal::Signal;
    [Signal::Term, Signal::Int, Signal::Hup]
}

#[cfg(unix)]
fn is_reload(signal: async_signal::Signal) -> bool {
    matches!(signal, async_signal::Signal::Hup)
}

#[cfg(not(unix))]
fn heeded_signals() -> [async_signal::Signal; 1] {
    [async_signal::Signal::Int]
}

#[cfg(not(unix))]
fn is_reload(_signal: async_signal::Signal) -> bool {
    false
}

fn exit_code(error: &ServerError) -> u8 {
    match error {
        ServerError::Store(StoreError::Storage(_)) => DISK_FAILED,
        ServerError::Store(_)
        | ServerError::Broken { .. }
        | ServerError::Key(TlsError::KeyFile { .. })
        | ServerError::KeyLost { .. }
        | ServerError::StoreMissing { .. }
        | ServerError::Secrets { .. }
        | ServerError::Control { .. } => CANNOT_OPEN,
        ServerError::Listen { .. } => CANNOT_LISTEN,
        _ => FAILED,
    }
}

fn run_discover(json: bool, wait_seconds: u64) -> ExitCode {
    let form = if json { Form::Json } else { Form::Text };
    let wait = Duration::from_secs(wait_seconds);
    end(discover::discover(wait, form, &mut std::io::stdout().lock()))
}

/// Each check as it ends; with `json` all at the end.
fn run_doctor(invite: Option<Invite>, json: bool) -> ExitCode {
    let server = invite.map(|invite| doctor::Server {
        address: invite.address,
        expected: invite.key,
        is_met: false,
    });
    let named = server.as_ref().map(|server| server.address.to_string());
    let language = Language::of_system();
    if !json {
        print_line(&words::about());
    }
    let mut findings = Vec::new();
    doctor::examine(&doctor::Plan { server }, |finding| {
        if !json {
            print_line(&words::lines(language, &finding));
        }
        findings.push(finding);
    });
    findings.sort_by_key(|finding| finding.check);
    let (worst, said) = words::summary(language, findings.iter().map(|one| &one.verdict));
    match json {
        true => print_line(&words::object(named.as_deref(), &findings).to_string()),
        false => print_line(&said),
    }
    if worst == doctor::State::Failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn run_script(invite: Invite, home: Option<PathBuf>, trust: Option<TrustArg>) -> ExitCode {
    let trust = match (trust, invite.key) {
        (Some(TrustArg::Key(key)), _) | (None, Some(key)) => Trust::Key(key),
        (Some(TrustArg::First), _) => Trust::First,
        (None, None) => Trust::Ask,
    };
    let options = ScriptOptions { connect: invite.address, trust, home };
    match script::run(options, std::io::stdin(), std::io::stdout().lock()) {
        Err(error @ ScriptError::Start(_)) => fail(&error, CANNOT_OPEN),
        result => end(result),
    }
}

fn end<E: std::error::Error>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    complain(error);
    code.into()
}

fn run_admin(data: &Path, json: bool, verb: &Verb) -> ExitCode {
    match admin::run(data, verb.clone()) {
        Ok(done) => {
            print_done(verb, &done, json);
            remark(data, verb);
            match done {
                Done::Checked(checked) if checked.found > 0 => DISK_FAILED.into(),
                _ => ExitCode::SUCCESS,
            }
        }
        Err(error) => not_done(&error, json),
    }
}

fn show_log(data: &Path, json: bool, lines: usize) -> ExitCode {
    match admin::log(data, lines) {
        Ok(entries) => {
            for entry in entries {
                print_line(&match json {
                    true => lines::object(&entry).to_string(),
                    false => lines::line(&entry, &TimeZone::system()),
                });
            }
            ExitCode::SUCCESS
        }
        Err(error) => not_done(&error, json),
    }
}

fn run_restore(file: &Path, data: &Path, json: bool) -> ExitCode {
    match admin::restore(file, data) {
        Ok(manifest) if json => print_line(&print::restored_json(&manifest, data).to_string()),
        Ok(manifest) => {
            for line in print::restored(&manifest, data) {
                print_line(&line);
            }
        }
        Err(error) => return not_done(&error, json),
    }
    ExitCode::SUCCESS
}

/// People read the sentence; programs the code as well.
fn not_done(error: &AdminError, json: bool) -> ExitCode {
    use mychat::server::backup::BackupError;
    if json {
        print_line(&print::not_done_json(&error.not_done()).to_string());
    }
    complain(error);
    match error {
        AdminError::Store(StoreError::Storage(_))
        | AdminError::Backup(BackupError::Store(StoreError::Storage(_))) => DISK_FAILED.into(),
        AdminError::Refused(not_done) if not_done.code == Cause::Disk => DISK_FAILED.into(),
        AdminError::Store(_)
        | AdminError::NoStore(_)
        | AdminError::StoreMissing { .. }
        | AdminError::Broken { .. }
        | AdminError::Backup(
            BackupError::Damaged { .. } | BackupError::Newer { .. } | BackupError::Store(_),
        ) => CANNOT_OPEN.into(),
        _ => ExitCode::FAILURE,
    }
}

/// A setting that the command line goes before is set for later, which nobody would see.
fn remark(data: &Path, verb: &Verb) {
    let (Verb::Set { key, .. } | Verb::Get { key: Some(key) }) = verb else { return };
    if let Some(words) = print::given(key).filter(|_| admin::is_given(data, key)) {
        writeln!(std::io::stderr(), "mychat: {words}").ok();
    }
}

fn print_done(verb: &Verb, done: &Done, json: bool) {
    match json {
        true => print_line(&print::json(done).to_string()),
        false => print::lines(verb, done).iter().for_each(|line| print_line(line)),
    }
}

fn print_fingerprint(data: &Path) -> ExitCode {
    // Without its key a store that is there tells how to get it back.
    if ![server::KEY_FILE, server::STORE_FILE].iter().any(|file| data.join(file).exists()) {
        return fail(&AdminError::NoStore(data.display().to_string()), CANNOT_OPEN);
    }
    match Identity::load(&data.join(server::KEY_FILE)) {
        Ok(identity) => {
            let id = identity.server_id();
            print_line(&id.fingerprint());
            // A running server knows where it is reached; for a stopped one this computer's
            // address and the port that it had are the best guess.
            let invite = smol::block_on(running_invite(data)).unwrap_or_else(|| {
                let everywhere = [Ipv6Addr::UNSPECIFIED.into()];
                let addresses = server::control::reachable(&everywhere);
                let port = admin::last_port(data).unwrap_or(DEFAULT_PORT);
                server::control::invite(&addresses, port, id)
            });
            print_line(&invite);
            ExitCode::SUCCESS
        }
        Err(error) => fail(&server::key_error(data, error), CANNOT_OPEN),
    }
}

async fn running_invite(data: &Path) -> Option<String> {
    let mut console = Console::attach(data).await.ok()?;
    match console.ask(&ControlRequest::Status {}).await {
        Ok(ControlReply::Status(status)) => Some(status.invite),
        _ => None,
    }
}

/// A closed pipe is the reader's decision, not an error of ours.
fn print_line(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).ok();
}

fn complain(error: &dyn std::error::Error) {
    writeln!(std::io::stderr(), "mychat: {error}").ok();
}
