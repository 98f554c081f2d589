//! Property: a store whose bytes changed is told as damaged, in one sentence with what to do about it,
//! whoever opens it; and never as a disk that failed or as a defect of ours.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use mychat::domain::Target;
use mychat::net::verb::{Done, Verb};
use mychat::server::admin::{self, AdminError};

use crate::peer::{Peer, text};
use crate::process::{Process, free_address, run, serve, signal};

const STORE: &str = "mychat.redb";
const PAGE: usize = 4096;
/// What everybody says of it.
const SAYS: &str = "mychat: the store is damaged: ";
const ADVISES: &str = "To restore a backup, move the folder away (mv ";

/// What a disk may make of a store.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Flip(usize),
    Zero(usize),
    Cut(usize),
}

impl Harm {
    fn done(self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        match self {
            Harm::Flip(at) => bytes[at] ^= 0x5A,
            Harm::Zero(page) => bytes[page * PAGE..][..PAGE].fill(0),
            Harm::Cut(at) => bytes.truncate(at),
        }
        bytes
    }
}

/// A server's folder with people and what they said; closed in order, or killed.
fn ground(data: &Path, is_closed: bool) -> Vec<u8> {
    let process = Process::start(data, free_address());
    for name in ["Lime", "Momo", "Plum"] {
        let mut peer = Peer::connect(process.address);
        peer.register(name).unwrap();
        for n in 0..8 {
            peer.say(Target::Lobby, text(&format!("{name} {n}"))).unwrap();
        }
    }
    match is_closed {
        true => {
            signal(process.id(), "TERM");
            assert_eq!(process.wait().0, Some(0));
        }
        false => process.kill(),
    }
    fs::read(data.join(STORE)).unwrap()
}

/// Pages that are not empty: only they can be damaged.
fn used_pages(whole: &[u8]) -> Vec<usize> {
    let pages = whole.chunks_exact(PAGE).enumerate();
    pages.filter(|(_, page)| page.iter().any(|byte| *byte != 0)).map(|(at, _)| at).collect()
}

#[test]
fn whatever_became_of_a_store_it_is_damaged_or_whole() {
    for is_closed in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let whole = ground(data, is_closed);
        let used = used_pages(&whole);
        let header = (0..320).step_by(7).map(Harm::Flip);
        let flips = used.iter().flat_map(|page| {
            [0, 1, 2, 9, 77, 2_000].map(|inside| Harm::Flip(page * PAGE + inside))
        });
        let zeroed = used.iter().map(|page| Harm::Zero(*page));
        let cuts = (0..16).map(|n| Harm::Cut(whole.len() * n / 16 + n));
        let mut damaged = 0;
        for harm in header.chain(flips).chain(zeroed).chain(cuts) {
            let bytes = harm.done(&whole);
            let outcome = |verb| {
                fs::write(data.join(STORE), &bytes).unwrap();
                match admin::run(data, verb) {
                    Ok(Done::Checked(checked)) => {
                        assert_eq!(checked.found, 0, "{harm:?}: {:?}", checked.findings);
                        true
                    }
                    Ok(_) => true,
                    Err(AdminError::Broken { error, .. }) => {
                        let said = error.to_string();
                        assert!(said.starts_with(&SAYS["mychat: ".len()..]), "{harm:?}: {said}");
                        false
                    }
                    Err(other) => panic!("{harm:?}: {other:?}"),
                }
            };
            let is_sound = outcome(Verb::Check {});
            let lists = outcome(Verb::Accounts { text: String::new(), skip: 0 });
            assert!(lists || !is_sound, "{harm:?}: a check finds what others run into");
            damaged += u32::from(!is_sound);
        }
        assert!(damaged > 20, "{damaged}");
    }
}

#[test]
fn everybody_says_the_same_of_the_same_damage() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let whole = ground(data, true);
    let used = used_pages(&whole);
    let flips = (0..8).map(|n| Harm::Flip(used[n * used.len() / 8] * PAGE + 5));
    let zeroed = (0..4).map(|n| Harm::Zero(used[n * used.len() / 4]));
    let harms = [Harm::Flip(0), Harm::Flip(64), Harm::Cut(0), Harm::Cut(100), Harm::Cut(PAGE)];
    let cuts = [whole.len() / 2, whole.len() - 1].map(Harm::Cut);
    let mut refused = 0;
    for harm in harms.into_iter().chain(cuts).chain(flips).chain(zeroed) {
        let harmed = || fs::write(data.join(STORE), harm.done(&whole)).unwrap();
        harmed();
        let started = start(data);
        harmed();
        let listed = admin(data, "accounts");
        harmed();
        let checked = admin(data, "check");
        for (code, said) in [&started, &listed, &checked] {
            if *code == Some(0) {
                continue;
            }
            assert_eq!(*code, Some(66), "{harm:?}: {said}");
            assert_eq!(said.lines().count(), 1, "{harm:?}: {said}");
            assert!(said.starts_with(SAYS) && said.contains(ADVISES), "{harm:?}: {said}");
            assert_eq!(checked.0, Some(66), "{harm:?}: a check finds it too");
        }
        refused += u32::from(started.0 == Some(66));
    }
    assert!(refused >= 6, "{refused}");
}

fn admin(data: &Path, verb: &str) -> (Option<i32>, String) {
    run(&["admin", "--data", data.to_str().unwrap(), verb])
}

/// How a start ends; a server that runs is closed again.
fn start(data: &Path) -> (Option<i32>, String) {
    let mut command = serve(data, free_address());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut first = [0; 1];
    let is_ready = child.stdout.as_mut().unwrap().read(&mut first).unwrap() > 0;
    if is_ready {
        child.kill().unwrap();
        child.wait().unwrap();
        return (Some(0), String::new());
    }
    let ended = child.wait_with_output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

#[test]
fn nothing_damaged_is_backed_up_as_if_it_were_right() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let whole = ground(data, true);
    let used = used_pages(&whole);
    let flips = used.iter().flat_map(|page| [8, 37, 200].map(|at| Harm::Flip(page * PAGE + at)));
    let (mut made, mut refused) = (0, 0);
    for harm in flips {
        fs::write(data.join(STORE), harm.done(&whole)).unwrap();
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("x.tar");
        match admin::run(data, Verb::Backup { path: Some(path.display().to_string()) }) {
            Ok(_) => {
                let restored = place.path().join("restored");
                admin::restore(&path, &restored).unwrap();
                let Done::Checked(checked) = admin::run(&restored, Verb::Check {}).unwrap() else {
                    panic!()
                };
                assert_eq!(checked.found, 0, "{harm:?}: {:?}", checked.findings);
                made += 1;
            }
            Err(error) => {
                let said = error.to_string();
                assert!(said.contains("damaged"), "{harm:?}: {said}");
                assert!(!path.exists(), "{harm:?}");
                refused += 1;
            }
        }
    }
    assert!(made > 0 && refused > 20, "{made} made, {refused} refused");
}

#[test]
fn a_server_at_work_on_a_damaged_store_ends_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let whole = ground(data, true);
    let used = used_pages(&whole);
    let mut ended = 0;
    for page in used.iter().step_by(3) {
        fs::write(data.join(STORE), Harm::Flip(page * PAGE + 8).done(&whole)).unwrap();
        let mut command = serve(data, free_address());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        std::io::BufRead::read_line(
            &mut std::io::BufReader::new(child.stdout.take().unwrap()),
            &mut ready,
        )
        .unwrap();
        if let Some(address) = ready.split_whitespace().find_map(|word| word.parse().ok()) {
            for name in ["Lime", "Momo", "Plum", "Kiwi"] {
                // The server may end in the middle of it, which this client takes for the end of its test.
                let come = || {
                    let mut peer = Peer::connect(address);
                    peer.sign_in(name, crate::peer::PASSWORD).is_ok()
                };
                std::panic::catch_unwind(come).ok();
            }
        }
        let is_over = child.try_wait().unwrap().is_some();
        if !is_over {
            signal(child.id(), "TERM");
        }
        let output = child.wait_with_output().unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!log.contains("panicked at"), "page {page}: {log}");
        if output.status.code() != Some(0) {
            assert_eq!(output.status.code(), Some(66), "page {page}: {log}");
            assert!(log.contains(ADVISES), "page {page}: {log}");
            ended += 1;
        }
    }
    assert!(ended > 0);
}
