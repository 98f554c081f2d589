//! The link of the server's window with real server processes: what the window is told.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use mychat::net::control::LogEvent;
use mychat::net::verb::{Cause, Done, NotDone, Verb, Whom};
use mychat::ui::console::choices::Choices;
use mychat::ui::console::failure::{Damage, Failure};
use mychat::ui::console::knobs::set;
use mychat::ui::console::link::{Link, Setup};
use mychat::ui::console::model::{End, Order, Poll, Report};

/// Far more than anything takes; a test that waits so long has found a defect.
const PATIENCE: Duration = Duration::from_secs(60);

/// A window without a window: it only takes what it is told.
struct Window {
    link: Link,
    reports: async_channel::Receiver<Report>,
    woken: Receiver<()>,
}

impl Window {
    fn open(data: &Path, listen: &str) -> Window {
        let arguments =
            ["--serve", "--no-discovery", "--name", "Lab", "--listen", listen, "--data"];
        let mut arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        arguments.push(data.into());
        let program = env!("CARGO_BIN_EXE_mychat").into();
        let setup = Setup { program, arguments, data: data.to_owned() };
        let (wake, woken) = sync_channel(64);
        let wake = move || {
            wake.try_send(()).ok();
        };
        let (link, reports) = Link::start(setup, wake).unwrap();
        Window { link, reports, woken }
    }

    /// Waits for what `find` is after; everything before it is passed over.
    fn wait<T>(&self, find: impl Fn(Report) -> Option<T>) -> T {
        loop {
            while let Ok(report) = self.reports.try_recv() {
                if let Some(found) = find(report) {
                    return found;
                }
            }
            self.woken.recv_timeout(PATIENCE).expect("the link says nothing more");
        }
    }

    fn attached(&self) -> bool {
        self.wait(|report| match report {
            Report::Attached { foreign } => Some(foreign),
            Report::Ended(end) => panic!("{end:?}"),
            _ => None,
        })
    }

    fn polled(&self) -> Box<Poll> {
        self.wait(|report| match report {
            Report::Polled(poll) => Some(poll),
            _ => None,
        })
    }

    /// Asks for verbs and waits for what comes of each.
    fn done(&self, verbs: &[Verb]) -> Vec<Result<Done, NotDone>> {
        assert!(self.link.order(Order::Do { id: 7, verbs: verbs.to_vec() }));
        self.wait(|report| match report {
            Report::Done { id: 7, results } => Some(results),
            _ => None,
        })
    }

    /// The next look at the server that shows such a line of its log.
    fn noted(&self, is_it: impl Fn(&LogEvent) -> bool) {
        self.wait(|report| match report {
            Report::Polled(poll) => {
                poll.entries.iter().any(|entry| is_it(&entry.what)).then_some(())
            }
            _ => None,
        });
    }

    fn ended(&self) -> End {
        self.wait(|report| match report {
            Report::Ended(end) => Some(end),
            _ => None,
        })
    }
}

#[test]
fn a_window_runs_its_server_from_start_to_end_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let window = Window::open(folder.path(), "127.0.0.1:0");
    for _ in 0..2 {
        assert!(!window.attached());
        let poll = window.polled();
        assert_eq!((poll.status.name.as_str(), poll.status.discovery), ("Lab", false));
        assert!(poll.sessions.is_empty());
        assert!(matches!(&poll.entries[0].what, LogEvent::Started { .. }), "{:?}", poll.entries);
        window.link.order(Order::Stop);
        assert_eq!(window.ended(), End::Closed);
        window.link.order(Order::Start);
    }
    window.attached();
    window.link.order(Order::Close);
    assert_eq!(window.ended(), End::Closed);
}

#[test]
fn a_backup_that_a_window_asks_for_is_made_beside_its_looks() {
    let folder = tempfile::tempdir().unwrap();
    let window = Window::open(folder.path(), "127.0.0.1:0");
    window.attached();
    assert_eq!(window.polled().status.backup, None);
    window.link.order(Order::Backup);
    let made = window.wait(|report| match report {
        Report::BackedUp(made) => Some(made),
        _ => None,
    });
    let said = made.unwrap();
    window.link.order(Order::Poll);
    let made = loop {
        let poll = window.polled();
        if let Some(made) = poll.status.backup {
            break made;
        }
    };
    assert_eq!(made, said);
    assert!(Path::new(&made.path).exists());
    // A server that is stopped is backed up as well, and its log tells of it.
    window.link.order(Order::Stop);
    assert_eq!(window.ended(), End::Closed);
    window.link.order(Order::Backup);
    let made = window.wait(|report| match report {
        Report::BackedUp(made) => Some(made.unwrap()),
        _ => None,
    });
    assert!(made.path != said.path && Path::new(&made.path).exists(), "{made:?}");
    let last = window.wait(|report| match report {
        Report::Logged(entries) => entries.into_iter().next_back(),
        _ => None,
    });
    let is_told = matches!(&last.what, LogEvent::BackedUp { path, .. } if *path == made.path);
    assert!(is_told, "{last:?}");
}

#[test]
fn a_second_window_attaches_and_lets_go_and_may_stop_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = Window::open(folder.path(), "127.0.0.1:0");
    assert!(!first.attached());
    let second = Window::open(folder.path(), "127.0.0.1:0");
    assert!(second.attached());
    let (one, other) = (first.polled(), second.polled());
    assert_eq!(one.status.fingerprint, other.status.fingerprint);
    second.link.order(Order::Close);
    assert_eq!(second.ended(), End::Closed);
    // It still answers: the second window only let go.
    first.polled();
    second.link.order(Order::Start);
    assert!(second.attached());
    second.link.order(Order::Stop);
    assert_eq!((first.ended(), second.ended()), (End::Closed, End::Closed));
    // What was stopped from elsewhere can be started here, as an own one.
    second.link.order(Order::Start);
    assert!(!second.attached());
    second.link.order(Order::Stop);
    assert_eq!(second.ended(), End::Closed);
}

/// A server that no window started; dropping it kills it.
struct Elsewhere(Child);

impl Elsewhere {
    fn start(data: &Path) -> Elsewhere {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mychat"));
        command.args(["--serve", "--no-discovery", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("ready "), "{line}");
        Elsewhere(child)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_server_that_restarts_between_two_looks_is_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = Elsewhere::start(folder.path());
    let window = Window::open(folder.path(), "127.0.0.1:0");
    assert!(window.attached());
    let first = window.polled().status;
    // A window that takes no reports: the link waits for it and looks at nothing meanwhile.
    let path = folder.path().join("written");
    for _ in 0..20 {
        window.link.order(Order::Write { path: path.clone(), text: String::new() });
    }
    while !window.reports.is_full() {
        std::thread::yield_now();
    }
    for id in [7, 8] {
        window.link.order(Order::Do { id, verbs: vec![set("files.days", "60")] });
    }
    drop(server);
    let _server = Elsewhere::start(folder.path());
    for expected in [7, 8] {
        let results = window.wait(|report| match report {
            Report::Done { id, results } if id == expected => Some(results),
            Report::Ended(end) => panic!("{end:?}"),
            _ => None,
        });
        assert!(results[0].is_err(), "asked of the old one: {results:?}");
    }
    assert_eq!(window.ended(), End::Replaced);
    assert!(window.attached());
    let poll = window.polled();
    assert_eq!(poll.status.fingerprint, first.fingerprint);
    assert_ne!(poll.status.start, first.start);
    assert!(matches!(&poll.entries[0].what, LogEvent::Started { .. }), "{:?}", poll.entries);
    let get = Verb::Get { key: Some("files.days".to_owned()) };
    assert_ne!(value(&window.done(&[get])[0], "files.days"), "60");
    window.link.order(Order::Close);
    assert_eq!(window.ended(), End::Closed);
}

#[test]
fn a_server_that_is_killed_elsewhere_did_not_close() {
    let folder = tempfile::tempdir().unwrap();
    let server = Elsewhere::start(folder.path());
    let window = Window::open(folder.path(), "127.0.0.1:0");
    assert!(window.attached());
    window.polled();
    drop(server);
    assert_eq!(window.ended(), End::Failed(Failure::Gone));
}

#[test]
fn a_server_that_is_stopped_elsewhere_did() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Elsewhere::start(folder.path());
    let (looks, stops) =
        (Window::open(folder.path(), "127.0.0.1:0"), Window::open(folder.path(), "127.0.0.1:0"));
    assert!(looks.attached() && stops.attached());
    looks.polled();
    stops.link.order(Order::Stop);
    assert_eq!((looks.ended(), stops.ended()), (End::Closed, End::Closed));
}

/// It is stopped as by a debugger or a hanging disk, and goes on later.
#[cfg(unix)]
#[test]
fn a_server_that_does_not_answer_for_a_while_has_not_ended() {
    let folder = tempfile::tempdir().unwrap();
    let server = Elsewhere::start(folder.path());
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &server.0.id().to_string()]).status();
        assert!(sent.unwrap().success());
    };
    let window = Window::open(folder.path(), "127.0.0.1:0");
    assert!(window.attached());
    window.polled();
    signal("-STOP");
    // Said before its door is tried again; twice is once after that.
    for _ in 0..2 {
        window.wait(|report| match report {
            Report::Silent => Some(()),
            Report::Ended(end) => panic!("{end:?}"),
            _ => None,
        });
    }
    signal("-CONT");
    window.wait(|report| match report {
        Report::Polled(_) => Some(()),
        Report::Ended(end) => panic!("{end:?}"),
        _ => None,
    });
    window.link.order(Order::Close);
    assert_eq!(window.ended(), End::Closed);
}

#[test]
fn why_a_server_did_not_start_is_told_by_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let data = folder.path().join("new");
    let window = Window::open(&data, &taken);
    let End::Failed(Failure::PortInUse { address, .. }) = window.ended() else {
        panic!("not the port")
    };
    assert_eq!(address, taken);
    // Another port, without a word on the command line. It is kept as soon as there is a folder.
    let port = other.local_addr().unwrap().port();
    let choices = Choices { port: Some(1_030), ..Choices::default() };
    window.link.order(Order::Keep(choices));
    window.link.order(Order::StartOn { taken: port, port: 0 });
    window.attached();
    assert_eq!(Choices::load(&data, false), choices);
    assert_ne!(window.polled().status.port, port);

    let elsewhere = Window::open(tempfile::tempdir().unwrap().path(), "203.0.113.7:1029");
    assert!(matches!(elsewhere.ended(), End::Failed(Failure::NoAddress { .. })));

    let file = tempfile::NamedTempFile::new().unwrap();
    let nowhere = Window::open(&file.path().join("folder"), "127.0.0.1:0");
    assert!(matches!(nowhere.ended(), End::Failed(Failure::Folder(_))));

    window.link.order(Order::Stop);
    assert_eq!(window.ended(), End::Closed);
}

#[test]
fn closing_before_the_server_is_ready_closes_it() {
    let folder = tempfile::tempdir().unwrap();
    let window = Window::open(folder.path(), "127.0.0.1:0");
    window.link.order(Order::Close);
    assert_eq!(window.ended(), End::Closed);
    // The folder is free again.
    let second = Window::open(folder.path(), "127.0.0.1:0");
    assert!(!second.attached());
    second.link.order(Order::Close);
    assert_eq!(second.ended(), End::Closed);
}

fn value(result: &Result<Done, NotDone>, key: &str) -> String {
    match result {
        Ok(Done::Settings(values)) => values[key].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_admin_works_through_the_window_while_the_server_runs_and_while_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let window = Window::open(folder.path(), "127.0.0.1:0");
    window.attached();
    let address = Whom::Address("10.0.0.7".parse().unwrap());
    let list = Verb::Accounts { text: String::new(), skip: 0 };
    let nobody = Verb::Kick { account: "10099".to_owned(), why: String::new() };
    let ban = Verb::Ban { whom: address.clone(), minutes: Some(60), why: "spam".to_owned() };
    let asked = [list.clone(), ban, Verb::Bans {}, nobody, set("files.days", "60")];
    let [accounts, banned, bans, refused, days] = &window.done(&asked)[..] else {
        panic!("an answer for each of them")
    };
    assert!(matches!(accounts, Ok(Done::Accounts { rows, more: false }) if rows.is_empty()));
    assert!(matches!(banned, Ok(Done::Banned(row)) if row.whom == "10.0.0.7"), "{banned:?}");
    assert!(matches!(bans, Ok(Done::Bans { rows, .. }) if rows.len() == 1), "{bans:?}");
    assert_eq!(refused.as_ref().unwrap_err().values["name"], "10099");
    assert_eq!(value(days, "files.days"), "60");
    let (key, set_to) = ("files.days".to_owned(), Some("60".to_owned()));
    let moved = LogEvent::SettingChanged { key, value: set_to };
    window.noted(|event| *event == moved);
    // A code is a secret, which stands in no log.
    window.done(&[set("registration.code", "ABCD-2345")]);
    let key = "registration.code".to_owned();
    window.noted(|event| *event == LogEvent::SettingChanged { key: key.clone(), value: None });

    window.link.order(Order::Stop);
    assert_eq!(window.ended(), End::Closed);
    let asked = [set("files.days", "0"), set("files.days", "90"), Verb::Bans {}];
    let [refused, days, bans] = &window.done(&asked)[..] else { panic!("three answers") };
    assert_eq!(refused.as_ref().unwrap_err().code, Cause::SettingRange, "{refused:?}");
    assert_eq!(value(days, "files.days"), "90");
    assert!(
        matches!(bans, Ok(Done::Bans { rows, .. }) if rows.len() == 1),
        "it outlived the server"
    );
    let online = window.done(&[Verb::Kick { account: "10001".to_owned(), why: String::new() }]);
    assert_eq!(online[0].as_ref().unwrap_err().code, Cause::Stopped, "{online:?}");

    // What is asked while it starts is answered when it runs.
    window.link.order(Order::Start);
    let get = Verb::Get { key: Some("files.days".to_owned()) };
    let results = window.done(&[get, Verb::Unban { whom: address }]);
    assert_eq!(value(&results[0], "files.days"), "90");
    assert!(results[1].is_ok(), "{results:?}");
    window.noted(|event| *event == LogEvent::Unbanned { whom: "10.0.0.7".into() });
    window.link.order(Order::Stop);
    assert_eq!(window.ended(), End::Closed);
}

#[test]
fn a_backup_takes_the_place_of_damaged_data_from_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("server");
    let window = Window::open(&data, "127.0.0.1:0");
    window.attached();
    window.link.order(Order::Backup);
    window.wait(|report| matches!(report, Report::BackedUp(Ok(_))).then_some(()));
    window.link.order(Order::Stop);
    let ended = || {
        window.wait(|report| match report {
            Report::Ended(end) => Some(end),
            _ => None,
        })
    };
    assert_eq!(ended(), End::Closed);
    let store = data.join("mychat.redb");
    let whole = std::fs::read(&store).unwrap();
    std::fs::write(&store, &whole[..whole.len() / 3]).unwrap();
    window.link.order(Order::Start);
    let end = ended();
    let End::Failed(Failure::Damaged(Damage::Store, found)) = &end else { panic!("{end:?}") };
    assert!(found.starts_with("the file cannot be read") && !found.contains("mv "), "{found}");
    window.link.order(Order::Backups);
    let files = window.wait(|report| match report {
        Report::Backups(files) => Some(files),
        _ => None,
    });
    assert_eq!(files.len(), 1);
    window.link.order(Order::Restore(files[0].path.clone()));
    let restored = window.wait(|report| match report {
        Report::Restored(restored) => Some(restored),
        _ => None,
    });
    let kept = std::fs::read(restored.unwrap().join("mychat.redb")).unwrap();
    assert_eq!(kept, whole[..whole.len() / 3], "nothing of it is deleted");
    window.link.order(Order::Start);
    assert!(!window.attached());
    window.link.order(Order::Stop);
    assert_eq!(ended(), End::Closed);
}
