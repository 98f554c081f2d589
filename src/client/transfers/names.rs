//! Property: whatever a file is called by who sends it, it is written into the chosen folder and nowhere
//! else, under a name that Linux and Windows read as a plain file's.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use proptest::prelude::*;

use super::part::{Opened, Part};
use super::place::numbered;
use crate::client::api::TransferId;
use crate::client::state::label;
use crate::domain::{Nonce, file_name};

/// What stands before a name to lead elsewhere.
const BEFORE: [&str; 24] = [
    "",
    "../",
    "..\\",
    "../../../../etc/",
    "..\\..\\Windows\\",
    "/",
    "//srv/share/",
    "\\\\srv\\share\\",
    "\\\\?\\C:\\",
    "\\\\.\\",
    "C:",
    "C:\\",
    "c:/",
    "~/",
    "./",
    "file:///",
    "%2e%2e%2f",
    "..%5c",
    "．．／",
    "‥／",
    "\u{202E}",
    "\0",
    "\u{FEFF}\u{200B}",
    " \u{3000}\t",
];

/// Names that some system reads as more than a name.
const NAMES: [&str; 48] = [
    "a.txt",
    "",
    ".",
    "..",
    "...",
    ". .",
    "CON",
    "con.txt",
    "Nul .txt",
    "nul.tar.gz",
    "AUX",
    "aux.h ",
    "PRN...",
    "COM1",
    "com9.log",
    "COM¹",
    "com².txt",
    "LPT³",
    "LPT0.",
    "CONIN$",
    "conout$.txt",
    "CLOCK$",
    "a.txt:x",
    "a.txt::$DATA",
    "a.txt:Zone.Identifier:$DATA",
    "a.",
    "a ",
    "a. . .",
    ".bashrc",
    ".ssh/authorized_keys",
    "a\nb",
    "a\u{7F}b\u{85}c",
    "a\u{202E}txt.exe",
    "a\u{2066}b\u{2069}",
    "e\u{301}\u{301}\u{301}.txt",
    "＜a＞：b｜c？.txt",
    "a／b＼c",
    "a⁄b∕c",
    "\u{FFFD}\u{FFFD}.txt",
    "a%00.txt",
    "a%2fb.txt",
    "a?b*c<d>e|f\"g.txt",
    "CON/",
    "a/",
    "a\\",
    "-rf",
    "$(reboot)`x`.txt",
    "報告 最終版（2）.pdf",
];

fn corpus() -> Vec<String> {
    let mut names: Vec<String> = BEFORE
        .iter()
        .flat_map(|before| NAMES.iter().map(move |name| format!("{before}{name}")))
        .collect();
    for name in ["a", "图", "𝕏", "e\u{301}", " ", ".", "CON ", "\u{202E}x"] {
        for times in [119, 120, 121, 255, 256, 5000] {
            names.extend(
                ["", ".txt", ".a-very-long-ending-of-a-name"]
                    .map(|ending| format!("{}{ending}", name.repeat(times))),
            );
            names.push(format!("con{}x", name.repeat(times)));
        }
    }
    names
}

/// What Windows' documentation says of names, written down apart from the code that keeps to it.
fn is_plain(name: &str) -> Result<(), &'static str> {
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ').to_uppercase();
    let devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"];
    let is_port = |kind: &str| stem.strip_prefix(kind).is_some_and(|rest| digits.contains(&rest));
    let mut parts = Path::new(name).components();
    match name {
        "" => Err("it is empty"),
        _ if name.len() > 120 => Err("it is long"),
        _ if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) => {
            Err("it leads elsewhere")
        }
        _ if name.chars().any(|c| c.is_control() || "/\\:*?\"<>|".contains(c)) => {
            Err("it has a sign that means something")
        }
        _ if name.chars().any(|c| {
            "\u{202A}\u{202B}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{200B}\u{FEFF}".contains(c)
        }) =>
        {
            Err("it is not what it looks like")
        }
        _ if name.ends_with(['.', ' ']) => Err("Windows cuts its end off"),
        _ if name.starts_with('.') => Err("it hides"),
        _ if devices.contains(&stem.as_str()) || is_port("COM") || is_port("LPT") => {
            Err("it is a device")
        }
        _ => Ok(()),
    }
}

fn check(name: &str) {
    let label = label(name);
    assert_eq!(is_plain(&label), Ok(()), "{name:?} became {label:?}");
    assert_eq!(file_name(&label), label, "{name:?}: looked at again it is the same");
    for number in [2, 10, 10_000] {
        let path = numbered(Path::new("/in").join(&label).as_path(), number).unwrap();
        assert_eq!(path.parent(), Some(Path::new("/in")), "{name:?}");
        let numbered = path.file_name().unwrap().to_str().unwrap();
        let is_plain = is_plain(numbered);
        assert!(matches!(is_plain, Ok(()) | Err("it is long")), "{numbered:?}: {is_plain:?}");
        assert!(numbered.len() <= 255 && numbered.contains(&format!("({number})")), "{numbered:?}");
    }
}

#[test]
fn every_nasty_name_becomes_a_plain_one() {
    let names = corpus();
    assert!(names.len() >= 500, "{}", names.len());
    names.iter().for_each(|name| check(name));
}

#[test]
fn what_has_a_nasty_name_is_written_into_the_folder_and_nowhere_else() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("a/b/in");
    fs::create_dir_all(&folder).unwrap();
    let mut written = BTreeSet::new();
    let names = corpus();
    for (number, name) in (0_u64..).zip(&names) {
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&number.to_be_bytes());
        let (id, wanted) = (TransferId(Nonce(nonce)), folder.join(label(name)));
        let Ok(Opened::Part(part)) = Part::open(id, &wanted, 0) else { panic!("{name:?}") };
        let path = part.finish().unwrap_or_else(|failure| panic!("{name:?}: {failure}"));
        super::part::sweep(id, &wanted);
        assert_eq!(path.parent(), Some(&*folder), "{name:?}");
        assert!(written.insert(path), "{name:?}: one name, one file");
    }
    assert_eq!(written.len(), names.len());
    let mut found = BTreeSet::new();
    list(around.path(), &mut found);
    assert!(found == written, "nothing else anywhere");
}

fn list(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => list(&path, found),
            false => drop(found.insert(path)),
        }
    }
}

proptest! {
    #[test]
    fn any_name_becomes_a_plain_one(name in "(\\PC|[./\\\\:\u{0}-\u{1F} ]|CON|com|¹|\u{301}|\u{202E}){0,200}") {
        check(&name);
    }

    #[test]
    fn any_bytes_that_a_system_may_have_for_a_name_become_a_plain_one(
        bytes in proptest::collection::vec(any::<u8>(), 0..300)
    ) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn surrogates_without_their_other_half_become_a_plain_name(
        units in proptest::collection::vec(prop_oneof![0xD800_u16..0xE000, any::<u16>()], 0..200)
    ) {
        check(&String::from_utf16_lossy(&units));
    }
}
