//! Property: the console's window knows why its server did not start by what the server itself says, so no
//! sentence changes without the window.

use std::io;
use std::path::{Path, PathBuf};

use mychat::domain::ServerId;
use mychat::net::tls::TlsError;
use mychat::server::{ServerError, backup, key_error};
use mychat::store::StoreError;
use mychat::ui::console::failure::{Damage, Failure};
use mychat::ui::text::Language;

#[test]
fn each_cause_is_told_from_the_others() {
    let store = |what: StoreError| ServerError::Store(what);
    let file = || PathBuf::from("/d/mychat.redb");
    let cases = [
        (store(StoreError::Locked("/d".into())), Failure::Locked),
        (store(StoreError::Newer { path: file(), found: 9, known: 3 }), Failure::Newer),
        (
            store(StoreError::Folder {
                doing: "open",
                path: file(),
                error: io::Error::other("no"),
            }),
            Failure::Folder(
                "cannot open /d/mychat.redb: no. Check that the folder is yours and not full"
                    .into(),
            ),
        ),
    ];
    for (error, expected) in cases {
        assert_eq!(Failure::of(Some(66), &error.to_string()), expected);
    }
    let disk = store(StoreError::Storage("x".into())).to_string();
    assert_eq!(Failure::of(Some(74), &disk), Failure::Disk(disk.clone()));
    let ended = Failure::Ended { code: Some(1), sentence: "x".into() };
    assert_eq!(Failure::of(Some(1), "x"), ended);
}

#[test]
fn what_is_damaged_is_told_by_its_kind() {
    let data = Path::new("/d");
    let key = || data.join("identity.key");
    let [one, other] = [ServerId([1; 32]), ServerId([2; 32])];
    let advice = || backup::advice(data);
    let why = StoreError::Damaged { what: "a row", why: "y".into() };
    let cases = [
        (ServerError::Broken { error: why, advice: advice() }, Damage::Store),
        (
            ServerError::StoreMissing { path: "/d/mychat.redb".into(), advice: advice() },
            Damage::StoreMissing,
        ),
        (ServerError::Secrets { advice: advice() }, Damage::Secrets),
        (key_error(data, TlsError::KeyMissing { path: key() }), Damage::KeyMissing),
        (key_error(data, TlsError::KeyDamaged { path: key() }), Damage::KeyDamaged),
        (key_error(data, TlsError::KeyOther(key(), one, other)), Damage::KeyOther),
    ];
    for (error, expected) in cases {
        let failure = Failure::of(Some(66), &error.to_string());
        let Failure::Damaged(damage, found) = &failure else { panic!("{error}: {failure:?}") };
        assert_eq!(*damage, expected, "{error}");
        assert!(!found.contains("restore") && !found.contains("tar"), "{found}");
    }
}

#[test]
fn why_nobody_can_connect_is_told_by_its_kind() {
    let listening = |error: io::Error| {
        let address = "[::]:1029".parse().unwrap();
        Failure::of(Some(69), &ServerError::Listen { address, error }.to_string())
    };
    let address = || "[::]:1029".to_owned();
    let denied = listening(io::ErrorKind::PermissionDenied.into());
    assert_eq!(denied, Failure::PortDenied { address: address() });
    let missing = listening(io::ErrorKind::AddrNotAvailable.into());
    assert_eq!(missing, Failure::NoAddress { address: address() });
    let strange = "cannot listen on [::]:1029: strange";
    assert_eq!(listening(io::Error::other("strange")), Failure::Listen(strange.into()));
    // Who holds it is not ours to choose.
    let used = |by: &str| {
        let sentence = format!(
            "cannot listen on [::]:1029: the port is used by {by}; close that or choose another"
        );
        Failure::of(Some(69), &sentence)
    };
    let by = Some(("a (b); c".to_owned(), 7));
    assert_eq!(used("a (b); c (process 7)"), Failure::PortInUse { address: address(), by });
    let unknown = Failure::PortInUse { address: address(), by: None };
    let words = unknown.words(Language::English);
    assert!(words.starts_with("Port 1029 is used") && !words.contains("[::]"), "{words}");
    assert_eq!(used("another program"), unknown);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = io::ErrorKind::AddrInUse.into();
    let told = Failure::of(Some(69), &ServerError::Listen { address, error }.to_string());
    let Failure::PortInUse { by, .. } = told else { panic!("{told:?}") };
    if cfg!(target_os = "linux") {
        assert_eq!(by.unwrap().1, std::process::id());
    }
}
