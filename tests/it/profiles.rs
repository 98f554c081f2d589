//! Property: people are found as they want to be, say of themselves what the rules allow, and show
//! pictures that are pictures.

use mychat::domain::{AccountId, BlobId, Details, Gender, Privacy, Target};
use mychat::net::protocol::{Command, ProfileChange, Query, Reason, Refusal, Reply};
use mychat::store::blobs::{Blob, Files};
use mychat::store::{Engine, Writes, schema};

use crate::peer::{Ground, PASSWORD, Peer, text};

fn reason<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Reason {
    result.expect_err("it was taken").reason
}

fn find(peer: &mut Peer, text: &str, online: bool, skip: u32) -> (Vec<u64>, bool) {
    let query = Query::Find { text: text.to_owned(), online, skip };
    let Ok(Reply::Found { people, more }) = peer.query(query) else { panic!() };
    (people.into_iter().map(|found| found.person.account.0).collect(), more)
}

#[test]
fn people_are_found_by_number_and_by_a_part_of_their_name() {
    let ground = Ground::start();
    let mut lime = ground.register("青柠");
    let mut others = ["小蘑菇", "蘑菇", "Mushroom 2", "10号", "mush"].map(|n| ground.register(n));
    assert_eq!(lime.found("10003"), [10_003]);
    assert_eq!(lime.found("蘑"), [10_003, 10_002], "a beginning goes before a part");
    assert_eq!(lime.found("ＭＵＳＨ"), [10_006, 10_004], "a whole name first");
    assert_eq!(lime.found("10"), [10_005]);
    assert_eq!(lime.found("青柠"), [] as [u64; 0], "not oneself");
    assert_eq!(lime.found("99999"), [] as [u64; 0]);
    for text in ["", " ", &"x".repeat(65)] {
        let query = Query::Find { text: text.to_owned(), online: false, skip: 0 };
        assert_eq!(reason(lime.query(query)), Reason::BadValue, "{text:?}");
    }
    assert_eq!(find(&mut lime, "", true, 0).0.len(), 5, "everybody who is there");
    let hidden = Privacy { by_nickname: false, ..Privacy::default() };
    others[0].command(Command::SetPrivacy(hidden)).unwrap();
    assert_eq!(lime.found("蘑"), [10_003]);
    assert_eq!(lime.found("10002"), [10_002]);
    let hidden = Privacy { by_number: false, by_nickname: false, ..Privacy::default() };
    others[0].command(Command::SetPrivacy(hidden)).unwrap();
    assert_eq!(lime.found("10002"), [] as [u64; 0]);
    let [_, _, _, _, away] = others;
    drop(away);
    while find(&mut lime, "mush", true, 0).0 != [10_004] {}
}

#[test]
fn many_results_come_in_pages() {
    let ground = Ground::with(&[
        ("registrations.per_hour", "1000"),
        ("registrations.per_minute", "1000"),
        ("links.new_per_minute", "1000"),
    ]);
    let mut lime = ground.register("Lime");
    for number in 0..60 {
        ground.register(&format!("同学{number:02}"));
    }
    let (first, more) = find(&mut lime, "同学", false, 0);
    assert_eq!((first.len(), more), (50, true));
    let (rest, more) = find(&mut lime, "同学", false, 50);
    assert_eq!((rest.len(), more), (10, false));
    let all: std::collections::BTreeSet<u64> = first.into_iter().chain(rest).collect();
    assert_eq!(all.len(), 60);
}

/// What breaks each rule of profiles.
fn bad_changes() -> [(ProfileChange, Reason); 15] {
    [
        (ProfileChange { nickname: Some("Momo".into()), ..Default::default() }, Reason::NameTaken),
        (
            ProfileChange { nickname: Some("М\u{43E}mo".into()), ..Default::default() },
            Reason::NameTaken,
        ),
        (ProfileChange { nickname: Some(" ".into()), ..Default::default() }, Reason::NameEmpty),
        (
            ProfileChange { nickname: Some("x".repeat(10_000)), ..Default::default() },
            Reason::NameTooLong,
        ),
        (
            ProfileChange { nickname: Some("a\u{202E}b".into()), ..Default::default() },
            Reason::NameCharacter,
        ),
        (
            ProfileChange { nickname: Some("a\u{200B}b".into()), ..Default::default() },
            Reason::NameCharacter,
        ),
        (
            ProfileChange { nickname: Some("管理员".into()), ..Default::default() },
            Reason::NameReserved,
        ),
        (
            ProfileChange { signature: Some("长".repeat(61)), ..Default::default() },
            Reason::WordsTooLong,
        ),
        (
            ProfileChange { class: Some("a\nb".into()), ..Default::default() },
            Reason::WordsCharacter,
        ),
        (
            ProfileChange { birthday: Some("2007-02-29".into()), ..Default::default() },
            Reason::BadBirthday,
        ),
        (
            ProfileChange { birthday: Some("2100-01-01".into()), ..Default::default() },
            Reason::BadBirthday,
        ),
        (
            ProfileChange { signature: Some("\u{3164}".into()), ..Default::default() },
            Reason::WordsCharacter,
        ),
        (
            ProfileChange { about: Some(format!("a{}b", "\n".repeat(150))), ..Default::default() },
            Reason::WordsLines,
        ),
        (ProfileChange { avatar: Some(25), ..Default::default() }, Reason::BadValue),
        (
            ProfileChange { picture: Some(BlobId([9; 32])), ..Default::default() },
            Reason::NotUploaded,
        ),
    ]
}

#[test]
fn a_profile_says_what_the_rules_allow() {
    let ground = Ground::with(&[("profiles.burst", "100")]);
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let me = lime.account();
    for (change, expected) in bad_changes() {
        let said = serde_json::to_string(&change).unwrap();
        assert_eq!(lime.set_profile(change).map_err(|r| r.reason), Err(expected), "{said}");
    }
    let Ok(Reply::Profile { person, .. }) = momo.query(Query::Profile { account: me }) else {
        panic!()
    };
    assert_eq!((person.nickname.as_str(), person.version), ("Lime", 1), "nothing was changed");
    let change = ProfileChange {
        nickname: Some("青柠".into()),
        gender: Some(Gender::Female),
        birthday: Some("2008-02-29".into()),
        class: Some("软工 2401".into()),
        about: Some("第一行\n第二行".into()),
        ..ProfileChange::default()
    };
    lime.set_profile(change).unwrap();
    let Ok(Reply::Profile { person, details, .. }) = momo.query(Query::Profile { account: me })
    else {
        panic!()
    };
    assert_eq!((person.nickname.as_str(), details.class.as_str()), ("青柠", "软工 2401"));
    assert_eq!((details.gender, details.birthday.as_str()), (Gender::Female, "2008-02-29"));
    assert_eq!(details.about, "第一行\n第二行");
    // One signs in by the new name, and the old one is free.
    ground.connect().sign_in("青柠", PASSWORD).unwrap();
    assert_eq!(reason(ground.connect().sign_in("Lime", PASSWORD)), Reason::WrongPassword);
    ground.register("Lime");
    let nobody = momo.query(Query::Profile { account: AccountId(99_999) });
    assert_eq!(reason(nobody), Reason::NotFound);
}

#[test]
fn who_does_not_want_to_be_found_is_read_by_those_it_knows() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (mut rook, mut tern) = (ground.register("Rook"), ground.register("Tern"));
    let mut quail = ground.register("Quail");
    let me = lime.account();
    let change = ProfileChange {
        birthday: Some("2008-02-29".into()),
        class: Some("软工 2401".into()),
        signature: Some("hi".into()),
        ..ProfileChange::default()
    };
    lime.set_profile(change).unwrap();
    let class = |peer: &mut Peer| {
        let profile = peer.query(Query::Profile { account: me });
        let Ok(Reply::Profile { person, details, seen }) = profile else { panic!() };
        assert_eq!((person.nickname.as_str(), person.signature.as_str()), ("Lime", "hi"));
        assert!(!details.class.is_empty() || (details == Details::default() && seen.is_none()));
        !details.class.is_empty()
    };
    let half = Privacy { by_number: false, ..Privacy::default() };
    lime.command(Command::SetPrivacy(half)).unwrap();
    assert!(class(&mut rook), "by name it may be found");
    let hidden = Privacy { by_number: false, by_nickname: false, ..Privacy::default() };
    lime.command(Command::SetPrivacy(hidden)).unwrap();
    tern.say(Target::Account(me), text("hello")).unwrap();
    lime.ask(quail.account()).unwrap();
    let knows = [&mut lime, &mut momo, &mut rook, &mut tern, &mut quail].map(class);
    assert_eq!(knows, [true, true, false, true, true]);
    rook.ask(me).unwrap();
    assert!(!class(&mut rook), "asking opens nothing");
}

#[test]
fn two_links_of_one_account_share_its_rates() {
    let ground = Ground::with(&[
        ("finds.burst", "2"),
        ("profiles.burst", "2"),
        ("profiles.per_minute", "1"),
    ]);
    let mut lime = ground.register("Lime");
    let mut other = ground.second(&lime);
    let start = mychat::clock::uptime();
    for _ in 0..2 {
        lime.found("x");
        other.found("x");
    }
    let took = mychat::clock::uptime().saturating_sub(start);
    assert!(took >= std::time::Duration::from_millis(1900), "two at once, then one a second");
    let line = |n: u8| ProfileChange { signature: Some(n.to_string()), ..Default::default() };
    lime.set_profile(line(1)).unwrap();
    other.set_profile(line(2)).unwrap();
    let refused = lime.set_profile(line(3)).unwrap_err();
    assert_eq!(refused.reason, Reason::TooFast);
    assert!(refused.retry_after_ms.is_some_and(|wait| wait > 50_000), "{refused:?}");
}

#[test]
fn who_brings_too_many_pictures_is_stopped_for_a_while() {
    let ground = Ground::with(&[("uploads.mib_per_day", "1")]);
    let mut lime = ground.register("Lime");
    let refused = (20..40).find_map(|noise| lime.upload(&png(256, noise)).err()).unwrap();
    assert_eq!(refused.reason, Reason::TooFast);
    assert!(refused.retry_after_ms.is_some());
    assert!(ground.register("Momo").upload(&png(256, 40)).is_ok());
}

#[test]
fn pictures_that_nobody_shows_have_a_bound_and_a_full_disk_takes_none() {
    let mut ground = Ground::with(&[("uploads.idle_mib", "1")]);
    let mut lime = ground.register("Lime");
    let taken: Vec<BlobId> =
        (50..70).map_while(|noise| lime.upload(&png(256, noise)).ok()).collect();
    let files = Files::of(ground.folder());
    assert!((5..10).contains(&taken.len()), "{}", taken.len());
    assert_eq!(reason(lime.upload(&png(256, 71))), Reason::DiskFull);
    assert_eq!(files.list().unwrap().len(), taken.len(), "what is refused leaves no file");
    lime.upload(&png(256, 50)).unwrap();
    // What is shown is not unused.
    let picture = Some(taken[0]);
    lime.set_profile(ProfileChange { picture, ..ProfileChange::default() }).unwrap();
    lime.upload(&png(256, 71)).unwrap();
    drop(lime);
    ground.stop();
    crate::peer::set(ground.folder(), "disk.free_mib", "1000000000");
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    let before = files.list().unwrap().len();
    let blob = BlobId([5; 32]);
    let first = Command::PutBlob { blob, bytes_all: 100_000, offset: 0, part: vec![1; 100] };
    assert_eq!(reason(lime.command(first)), Reason::DiskFull, "at its first part");
    assert_eq!(files.list().unwrap().len(), before);
}

fn png(side: u32, noise: u64) -> Vec<u8> {
    let mut state = noise;
    let picture = image::RgbImage::from_fn(side, side, |_, _| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        image::Rgb([state.to_be_bytes()[0], state.to_be_bytes()[1], 7])
    });
    let mut bytes = Vec::new();
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

#[test]
fn a_picture_is_kept_shown_and_given_to_who_asks() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let bytes = png(256, 1);
    assert!(bytes.len() > 64 * 1024, "it needs several parts");
    let blob = lime.upload(&bytes).unwrap();
    assert_eq!(lime.upload(&bytes), Ok(blob), "twice is once");
    lime.set_profile(ProfileChange { picture: Some(blob), ..ProfileChange::default() }).unwrap();
    let Ok(Reply::People { people }) = momo.query(Query::People { accounts: vec![lime.account()] })
    else {
        panic!()
    };
    assert_eq!(people[0].picture, Some(blob));
    assert_eq!(momo.download(blob).unwrap(), bytes);
    assert_eq!(reason(momo.download(BlobId([3; 32]))), Reason::NotFound);
    // A built-in avatar takes its place.
    lime.set_profile(ProfileChange { avatar: Some(2), ..ProfileChange::default() }).unwrap();
    let Ok(Reply::Profile { person, .. }) = momo.query(Query::Profile { account: lime.account() })
    else {
        panic!()
    };
    assert_eq!((person.picture, person.avatar), (None, 2));
}

#[test]
fn what_is_no_picture_is_not_kept() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    // 66 bytes that say to be 30,000 pixels wide and high.
    let mut bomb = png(256, 2)[..66].to_vec();
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    for bytes in [bomb, b"GIF89a".repeat(20), b"<svg/>".to_vec(), vec![0xFF; 300]] {
        assert_eq!(reason(lime.upload(&bytes)), Reason::BadPicture);
    }
    let blob = BlobId(*blake3::hash(&png(256, 4)).as_bytes());
    let put = |bytes_all, offset, part| Command::PutBlob { blob, bytes_all, offset, part };
    let huge = lime.command(put(50_000_000, 0, vec![1])).unwrap_err();
    assert_eq!((huge.reason, huge.limit), (Reason::BadPicture, Some(2_097_152)));
    assert_eq!(reason(lime.command(put(100_000, 0, vec![1; 32_769]))), Reason::BadValue);
    assert_eq!(reason(lime.command(put(9, 3, vec![1]))), Reason::OutOfOrder);
    let other = png(256, 5);
    let bytes_all = u32::try_from(other.len()).unwrap();
    for (number, part) in other.chunks(32_768).enumerate() {
        let offset = u32::try_from(number * 32_768).unwrap();
        let done = lime.command(put(bytes_all, offset, part.to_vec()));
        let is_last = offset as usize + part.len() == other.len();
        match is_last {
            true => assert_eq!(reason(done), Reason::BadPicture, "it is not what its name says"),
            false => done.unwrap(),
        }
    }
    let files = Files::of(ground.folder());
    assert_eq!(files.list().unwrap(), [], "nothing is left of them");
    // Good enough for a chat, and for no profile.
    let wide = lime.upload(&png(255, 3)).unwrap();
    let shown = ProfileChange { picture: Some(wide), ..ProfileChange::default() };
    assert_eq!(reason(lime.set_profile(shown)), Reason::BadPicture);
}

#[test]
fn pictures_that_nobody_shows_are_thrown_away() {
    let mut ground = Ground::start();
    let mut lime = ground.register("Lime");
    let (shown, idle, fresh) = (png(256, 6), png(256, 7), png(256, 8));
    let blobs = [&shown, &idle, &fresh].map(|bytes| lime.upload(bytes).unwrap());
    let picture = Some(blobs[0]);
    lime.set_profile(ProfileChange { picture, ..ProfileChange::default() }).unwrap();
    drop(lime);
    ground.stop();
    // The server runs for a day more while one of them lies there; an older program wrote the time by
    // the wall for another, and a crash leaves a file that no row names.
    let engine =
        Engine::open(ground.folder(), "mychat.redb", schema::MIGRATIONS, 1024 * 1024).unwrap();
    let transaction = engine.write().unwrap();
    let bytes = idle.len() as u64;
    let old = Blob { bytes, uses: 0, idle_since: 0 };
    let mut rows = Writes::open(&transaction).unwrap();
    rows.put_blob(blobs[1], old).unwrap();
    let older = Blob { bytes: fresh.len() as u64, uses: 0, idle_since: 1_800_000_000_000 };
    rows.put_blob(blobs[2], older).unwrap();
    rows.put_age(2 * 24 * 60).unwrap();
    drop(rows);
    transaction.commit().unwrap();
    drop(engine);
    let files = Files::of(ground.folder());
    let orphan = png(256, 9);
    files.put(BlobId(*blake3::hash(&orphan).as_bytes()), &orphan).unwrap();
    ground.restart();
    let mut left: Vec<BlobId> = blobs.iter().copied().filter(|blob| *blob != blobs[1]).collect();
    left.sort_unstable();
    loop {
        let mut found = files.list().unwrap();
        found.sort_unstable();
        if found == left {
            break;
        }
        std::thread::yield_now();
    }
    let mut peer = ground.connect();
    peer.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(peer.download(blobs[0]).unwrap(), shown);
    assert_eq!(reason(peer.download(blobs[1])), Reason::NotFound);
}
