//! The command line: raw flags on one side, what the process shall do on the other.

mod verbs;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::ServerId;
use crate::net::address::Invite;
use crate::net::verb::Verb;
use crate::server::settings::Settings;
use verbs::Wish;

const EXAMPLES: &str = "\
Examples:
  mychat                                     open the client
  mychat --serve                             serve this computer's network
  mychat --serve --window                    the same, with a console window
  mychat --connect chat.example.org:1029     open the client at this server
  mychat mychat://chat.example.org:1029/#KEY open an invite link

Exit codes: 0 fine, 1 anything else, 2 wrong arguments, 66 cannot open the data,
69 cannot listen, 74 the disk failed.";

const LISTEN_HELP: &str =
    "With --serve: where to listen (repeatable; port 0 is any free port) [default: [::]:1029]";

const SCRIPT_HELP: &str = "\
A line in is one request, such as {\"id\":1,\"do\":\"send\",\"to\":10002,\"text\":\"hi\"}; its answer
carries the same id and is {\"ok\":…}, {\"refused\":…} or {\"error\":…}. docs/script.md has all
verbs and events. At the end of the input, open answers are waited for (10 s at most) and
the exit code is 0, whatever was answered; it is 66 when the home folder cannot be used.";

const DOCTOR_HELP: &str = "\
Every check is told as it ends, all within eight seconds, each with what to do. Nothing is changed
and nobody signs in. With a link the server has to prove the link's key. Exit code 0 when nothing
failed, 1 otherwise.";

/// Nobody listens for servers for longer than an hour.
const WAIT_MAX: u64 = 3_600;

const METRICS_HELP: &str =
    "With --serve: counters for Prometheus over http, for everybody who reaches this address";

/// A campus chat: client, server, console and tools in one program.
#[derive(Debug, Parser)]
#[command(name = "mychat", version, about, after_help = EXAMPLES, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Raw {
    #[command(subcommand)]
    command: Option<RawCommand>,

    /// Run the server instead of the client
    #[arg(long)]
    serve: bool,
    /// With --serve: open the server's console window
    #[arg(long, requires = "serve")]
    window: bool,
    // Not a doc comment: its brackets would be read as a link.
    #[arg(long, value_name = "ADDR:PORT", requires = "serve", help = LISTEN_HELP, value_parser = socket)]
    listen: Vec<SocketAddr>,
    /// With --serve: the data folder [default: the platform's]
    #[arg(long, value_name = "DIR", requires = "serve")]
    data: Option<PathBuf>,
    /// With --serve: the name shown on the LAN [default: the host's]
    #[arg(long, value_name = "TEXT", requires = "serve", value_parser = server_name)]
    name: Option<String>,
    /// With --serve: do not announce the server on the LAN
    #[arg(long, requires = "serve")]
    no_discovery: bool,
    // As above.
    #[arg(long, value_name = "ADDR:PORT", requires = "serve", help = METRICS_HELP, value_parser = metrics)]
    metrics: Option<SocketAddr>,

    /// Client: choose this server
    #[arg(long, value_name = "HOST[:PORT]", conflicts_with = "serve", value_parser = invite)]
    connect: Option<Invite>,
    /// Client: the folder of its own store [default: the platform's]
    #[arg(long, value_name = "DIR", conflicts_with = "serve")]
    home: Option<PathBuf>,
    /// Client: an invite link
    #[arg(value_name = "LINK", conflicts_with_all = ["serve", "connect"], value_parser = link)]
    link: Option<Invite>,

    #[command(flatten)]
    log: LogArgs,
}

/// How much is logged on stderr.
#[derive(Debug, Clone, Args)]
struct LogArgs {
    /// Log more or less on stderr
    #[arg(long, value_name = "LEVEL", global = true, env = "MYCHAT_LOG", default_value = "info")]
    log: Level,
    /// Log lines for people, or one JSON object a line for programs
    #[arg(
        long,
        value_name = "FORMAT",
        global = true,
        env = "MYCHAT_LOG_FORMAT",
        default_value = "human"
    )]
    log_format: LogFormat,
}

/// What a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// What is logged on stderr, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The least important level.
    pub level: &'static str,
    /// As lines or as JSON.
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Debug, Subcommand)]
enum RawCommand {
    /// List the servers on this network
    Discover {
        /// Print JSON, one server a line
        #[arg(long)]
        json: bool,
        /// Listen for so long
        #[arg(
            long,
            value_name = "SECONDS",
            default_value_t = 3,
            value_parser = seconds,
            allow_negative_numbers = true
        )]
        wait: u64,
    },
    /// Say why a server is not found or not reached: network, firewall, port, key, version, clock
    #[command(after_help = DOCTOR_HELP)]
    Doctor {
        /// The server [default: the first one found on this network]
        #[arg(value_name = "HOST[:PORT]|LINK", value_parser = invite)]
        server: Option<Invite>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Headless client: JSON lines on stdin and stdout
    #[command(after_help = SCRIPT_HELP)]
    Script {
        /// The server
        #[arg(long, value_name = "HOST:PORT", value_parser = invite)]
        connect: Invite,
        /// The folder of the client's own store [default: a temporary one]
        #[arg(long, value_name = "DIR")]
        home: Option<PathBuf>,
        /// `first` pins an unknown server's key; a key (hex or base32) is the only one accepted
        #[arg(long, value_name = "first|KEY", value_parser = trust)]
        trust: Option<TrustArg>,
    },
    /// Administer a server: one that runs, or a stopped one's folder
    Admin {
        /// The server's data folder [default: the platform's]
        #[arg(long, value_name = "DIR", global = true)]
        data: Option<PathBuf>,
        /// Print JSON
        #[arg(long, global = true)]
        json: bool,
        #[command(subcommand)]
        verb: verbs::Raw,
    },
    /// Print the server's key as eight groups, and the invite link
    Fingerprint {
        /// The server's data folder [default: the platform's]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

/// What `--trust` said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustArg {
    /// Pin on first use.
    First,
    /// This key and no other.
    Key(ServerId),
}

/// What the process shall do.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Open the client window.
    Client {
        /// A server to choose.
        connect: Option<Invite>,
        /// The client's folder.
        home: Option<PathBuf>,
    },
    /// Run the server.
    Serve(Serve),
    /// List servers.
    Discover {
        /// JSON instead of a table.
        json: bool,
        /// Listen for so long.
        wait_seconds: u64,
    },
    /// Check the network.
    Doctor {
        /// The server, and its key where a link said it.
        server: Option<Invite>,
        /// One JSON object instead of lines.
        json: bool,
    },
    /// Run the headless client.
    Script {
        /// The server, and its key where a link said it.
        connect: Invite,
        /// The client's folder; a temporary one when absent.
        home: Option<PathBuf>,
        /// How its key is judged.
        trust: Option<TrustArg>,
    },
    /// Administer a folder.
    Admin {
        /// The server's folder.
        data: PathBuf,
        /// JSON instead of lines.
        json: bool,
        /// What.
        verb: Verb,
    },
    /// Show the event log.
    Log {
        /// The server's folder.
        data: PathBuf,
        /// JSON instead of lines.
        json: bool,
        /// So many lines at most.
        lines: usize,
    },
    /// Make a folder of a backup.
    Restore {
        /// The server's folder.
        data: PathBuf,
        /// JSON instead of lines.
        json: bool,
        /// The backup.
        file: PathBuf,
    },
    /// Print the key.
    Fingerprint {
        /// The server's folder.
        data: PathBuf,
    },
}

/// How the server shall run.
#[derive(Debug, Clone, PartialEq)]
pub struct Serve {
    /// With a console window.
    pub window: bool,
    /// Where it listens; empty where nothing was said, which is the usual port of every network.
    pub listen: Vec<SocketAddr>,
    /// Its folder.
    pub data: PathBuf,
    /// Its name on the LAN.
    pub name: Option<String>,
    /// Announce it.
    pub discovery: bool,
    /// Where its counters can be read.
    pub metrics: Option<SocketAddr>,
}

/// Reads the command line; prints help and ends with code 2 where it makes no sense.
#[must_use]
pub fn read() -> (Task, Log) {
    let raw = Raw::parse();
    let level = match raw.log.log {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    };
    let format = raw.log.log_format;
    (task(raw), Log { level, format })
}

fn task(raw: Raw) -> Task {
    match raw.command {
        Some(RawCommand::Discover { json, wait }) => Task::Discover { json, wait_seconds: wait },
        Some(RawCommand::Doctor { server, json }) => Task::Doctor { server, json },
        Some(RawCommand::Script { connect, home, trust }) => Task::Script { connect, home, trust },
        Some(RawCommand::Admin { data, json, verb }) => {
            let data = data.unwrap_or_else(default_data);
            match verb.into() {
                Wish::Verb(verb) => Task::Admin { data, json, verb },
                Wish::Restore(file) => Task::Restore { data, json, file },
                Wish::Log(lines) => Task::Log { data, json, lines },
            }
        }
        Some(RawCommand::Fingerprint { data }) => {
            Task::Fingerprint { data: data.unwrap_or_else(default_data) }
        }
        None if raw.serve => Task::Serve(Serve {
            window: raw.window,
            listen: raw.listen,
            data: raw.data.unwrap_or_else(default_data),
            name: raw.name,
            discovery: !raw.no_discovery,
            metrics: raw.metrics,
        }),
        None => Task::Client { connect: raw.connect.or(raw.link), home: raw.home },
    }
}

/// Where a server keeps its data unless told otherwise.
#[must_use]
pub fn default_data() -> PathBuf {
    let folders = directories::ProjectDirs::from("", "", "mychat");
    folders.map_or_else(|| PathBuf::from("mychat-server"), |f| f.data_dir().join("server"))
}

fn socket(text: &str) -> Result<SocketAddr, String> {
    place(text, "write an address and a port, such as 0.0.0.0:1029 or [::]:1029")
}

/// Whoever reaches it reads the counters: this computer alone is the usual choice.
fn metrics(text: &str) -> Result<SocketAddr, String> {
    place(text, "write an address and a port of its own, such as 127.0.0.1:9100")
}

fn place(text: &str, example: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| match text.parse::<IpAddr>() {
        Ok(_) => format!("the port is missing; {example}"),
        Err(_) => format!("this is no address with a port; {example}"),
    })
}

fn seconds(text: &str) -> Result<u64, String> {
    let found = text.parse().ok().filter(|seconds| *seconds <= WAIT_MAX);
    found.ok_or_else(|| format!("write whole seconds from 0 to {WAIT_MAX}"))
}

fn server_name(text: &str) -> Result<String, String> {
    let name = Settings::server_name(text).map_err(|error| error.to_string())?;
    name.ok_or_else(|| "the name is empty".to_owned())
}

fn invite(text: &str) -> Result<Invite, String> {
    Invite::parse(text).map_err(|error| error.to_string())
}

/// A word alone is a mistyped command sooner than a server.
fn link(text: &str) -> Result<Invite, String> {
    match text.contains([':', '.']) {
        true => invite(text),
        false => Err("neither a command nor an invite link; see `mychat --help`".to_owned()),
    }
}

fn trust(text: &str) -> Result<TrustArg, String> {
    match text {
        "first" => Ok(TrustArg::First),
        key => ServerId::parse(key)
            .map(TrustArg::Key)
            .ok_or_else(|| "expected `first`, 64 hex digits or 52 base32 letters".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Task, String> {
        let raw = Raw::try_parse_from(line.split_whitespace()).map_err(|e| e.kind().to_string())?;
        Ok(task(raw))
    }

    #[test]
    fn the_contract_of_the_command_line() {
        let client = Task::Client { connect: None, home: None };
        assert_eq!(read("mychat"), Ok(client));
        let key = ServerId([7; 32]);
        let line = format!("mychat mychat://a:5/#{}", key.to_base32());
        let Ok(Task::Client { connect: Some(invite), .. }) = read(&line) else { panic!("{line}") };
        assert_eq!((invite.address.port, invite.key), (5, Some(key)));
        let Ok(Task::Serve(serve)) = read("mychat --serve") else { panic!("serve") };
        assert!(
            serve.listen.is_empty(),
            "a port that the console was told once may go before the usual"
        );
        assert!(serve.discovery && !serve.window && serve.metrics.is_none());
        let line = "mychat --serve --listen 127.0.0.1:0 --listen [::1]:0 --data /d --name X \
                    --no-discovery --window --metrics [::1]:9";
        let Ok(Task::Serve(serve)) = read(line) else { panic!("serve") };
        assert_eq!((serve.listen.len(), serve.discovery, serve.window), (2, false, true));
        assert_eq!(serve.metrics, Some("[::1]:9".parse().unwrap()));
        let script = read("mychat script --connect h:1 --trust first");
        assert!(matches!(script, Ok(Task::Script { trust: Some(TrustArg::First), .. })));
        let get = read("mychat admin --data d get");
        assert!(matches!(get, Ok(Task::Admin { verb: Verb::Get { key: None }, .. })));
        let doctor = |server, json| Ok(Task::Doctor { server, json });
        assert_eq!(read("mychat doctor"), doctor(None, false));
        let invite = Invite::parse("h:7").ok();
        assert_eq!(read("mychat doctor mychat://h:7/ --json"), doctor(invite, true));
        for line in ["mychat admin --data d restore f", "mychat admin restore f --data d"] {
            let restore = Task::Restore { data: "d".into(), json: false, file: "f".into() };
            assert_eq!(read(line), Ok(restore));
        }
        let backup = read("mychat admin backup --json");
        let verb = Verb::Backup { path: None };
        assert_eq!(backup, Ok(Task::Admin { data: default_data(), json: true, verb }));
        assert!(matches!(read("mychat discover --json"), Ok(Task::Discover { json: true, .. })));
    }

    #[test]
    fn a_number_that_makes_no_sense_is_told_what_does() {
        let told = |line: &str| {
            let raw = Raw::try_parse_from(line.split_whitespace());
            raw.map(drop).unwrap_err().to_string()
        };
        for minutes in ["0", "-5", "52560001", "99999999999999999999", "soon", "1.5"] {
            let told = told(&format!("mychat admin ban 10001 --minutes {minutes}"));
            let expected = "a ban takes from 1 to 52560000 minutes; without them it holds for ever";
            assert!(told.contains(expected) && told.contains(minutes), "{told}");
        }
        let metrics = told("mychat --serve --metrics 9100");
        assert!(
            metrics.contains("such as 127.0.0.1:9100") && !metrics.contains("1029"),
            "{metrics}"
        );
        assert!(told("mychat admin dissolve -3").contains("this is no whole number"));
        // What a setting takes is said by the setting.
        let set = Verb::Set { key: "files.days".into(), value: "-5".into() };
        let expected = Task::Admin { data: default_data(), json: false, verb: set };
        assert_eq!(read("mychat admin set files.days -5"), Ok(expected));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let lines = [
            "mychat --window",
            "mychat --serve --connect h",
            "mychat --serve --listen nowhere",
            "mychat --metrics 127.0.0.1:0",
            "mychat --serve --metrics 9100",
            "mychat script",
            "mychat script --connect h:0",
            "mychat admin role 10001 king",
            "mychat --no-such-flag",
            "mychat discovr",
            "mychat doctor h:0",
            "mychat discover --wait -1",
            "mychat discover --wait 3601",
            "mychat admin accounts --skip -1",
            "mychat admin ban --address 10.0.0.0/24",
            "mychat admin ban --address fd00::/48",
        ];
        for line in lines {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
