//! Pictures in messages: only what its sender brought and what it says to be; kept as long as a
//! message holds it.

use mychat::domain::{BlobId, Body, Message, Target};
use mychat::net::protocol::{Command, Event, ProfileChange, Reason, Refusal};
use mychat::store::blobs::{Blob, Files};
use mychat::store::{Engine, Reads, schema};

use crate::peer::{Ground, PASSWORD, Peer};

fn png(width: u32, height: u32, noise: u64) -> Vec<u8> {
    let mut state = noise;
    let picture = image::RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        image::Rgb([state.to_be_bytes()[0], 9, 7])
    });
    let mut bytes = Vec::new();
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

/// A picture of 300 × 150 and its small one, and a message that says so.
pub struct Shot {
    whole: Vec<u8>,
    small: Vec<u8>,
}

impl Shot {
    pub fn new(noise: u64) -> Shot {
        Shot { whole: png(300, 150, noise), small: png(60, 40, noise) }
    }

    /// One of many bytes: noise is not packed.
    pub fn noisy(noise: u64) -> Shot {
        Shot { whole: png(800, 300, noise), small: png(60, 40, noise) }
    }

    pub fn bring(&self, peer: &mut Peer) {
        self.try_bring(peer).unwrap();
    }

    pub fn try_bring(&self, peer: &mut Peer) -> Result<(), Refusal> {
        peer.upload(&self.whole)?;
        peer.upload(&self.small).map(drop)
    }

    pub fn body(&self) -> Body {
        Body::Image {
            picture: id(&self.whole),
            bytes: u32::try_from(self.whole.len()).unwrap(),
            width: 300,
            height: 150,
            thumb: id(&self.small),
            name: "shot.png".into(),
        }
    }
}

fn id(bytes: &[u8]) -> BlobId {
    BlobId(*blake3::hash(bytes).as_bytes())
}

fn uses(ground: &Ground, shot: &Shot) -> [Option<Blob>; 2] {
    let engine =
        Engine::open(ground.folder(), "mychat.redb", schema::MIGRATIONS, 1024 * 1024).unwrap();
    let transaction = engine.read().unwrap();
    let rows = Reads::open(&transaction).unwrap();
    [&shot.whole, &shot.small].map(|bytes| rows.get_blob(id(bytes)).unwrap())
}

#[test]
fn a_picture_comes_to_the_other_side_and_is_held_by_its_message() {
    let mut ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let (shot, to) = (Shot::new(1), Target::Account(momo.account()));
    shot.bring(&mut lime);
    let said = lime.say(to, shot.body()).unwrap();
    assert_eq!(said.body, shot.body());
    // The same nonce again is the same message, and holds nothing twice.
    let again = lime.say_again(to, said.nonce, shot.body());
    assert_eq!(again.unwrap().seq, said.seq);
    let came = momo.event(|event| match event {
        Event::Message(message @ Message { body: Body::Image { .. }, .. }) => Some(message.clone()),
        _ => None,
    });
    assert_eq!(came.body, shot.body());
    assert_eq!(momo.download(id(&shot.whole)).unwrap(), shot.whole);
    assert_eq!(momo.download(id(&shot.small)).unwrap(), shot.small);
    lime.say(to, shot.body()).unwrap();
    drop((lime, momo));
    ground.stop();
    assert_eq!(uses(&ground, &shot).map(|blob| blob.map(|blob| blob.uses)), [Some(2), Some(2)]);
}

#[test]
fn a_picture_that_was_taken_back_is_held_no_more() {
    let mut ground = Ground::start();
    let mut lime = ground.register("Lime");
    let shot = Shot::new(11);
    shot.bring(&mut lime);
    let said = lime.say(Target::Lobby, shot.body()).unwrap();
    let again = lime.say(Target::Lobby, shot.body()).unwrap();
    lime.command(Command::Recall { to: Target::Lobby, seq: said.seq }).unwrap();
    let held = |ground: &Ground| uses(ground, &shot).map(|blob| blob.map(|blob| blob.uses));
    ground.stop();
    assert_eq!(held(&ground), [Some(1), Some(1)], "the other message has it still");
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    lime.command(Command::Recall { to: Target::Lobby, seq: again.seq }).unwrap();
    ground.stop();
    assert_eq!(held(&ground), [Some(0), Some(0)]);
}

#[test]
fn only_what_was_brought_by_its_sender_is_sent() {
    let mut ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let (shot, to) = (Shot::new(2), Target::Lobby);
    let why = |peer: &mut Peer, body: Body| peer.say(to, body).unwrap_err().reason;
    assert_eq!(why(&mut lime, shot.body()), Reason::NotUploaded);
    lime.upload(&shot.whole).unwrap();
    assert_eq!(why(&mut lime, shot.body()), Reason::NotUploaded, "the small one is missing");
    lime.upload(&shot.small).unwrap();
    // Its name alone opens nothing for others, and does not tell that it is there.
    assert_eq!(why(&mut momo, shot.body()), Reason::NotUploaded);
    let said = lime.say(to, shot.body()).unwrap();
    assert_eq!(why(&mut momo, shot.body()), Reason::NotUploaded);
    shot.bring(&mut momo);
    momo.say(to, shot.body()).unwrap();
    // Another process knows no more who brought what, but every message that it took.
    drop((lime, momo));
    ground.stop();
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(why(&mut lime, shot.body()), Reason::NotUploaded);
    assert_eq!(lime.say_again(to, said.nonce, shot.body()).unwrap().seq, said.seq);
    shot.bring(&mut lime);
    lime.say(to, shot.body()).unwrap();
}

#[test]
fn a_message_says_what_its_picture_is() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let shot = Shot::new(3);
    shot.bring(&mut lime);
    let large = png(481, 10, 4);
    lime.upload(&large).unwrap();
    let with = |change: &dyn Fn(&mut BlobId, &mut u32, &mut u32, &mut BlobId, &mut String)| {
        let mut body = shot.body();
        let Body::Image { picture, bytes, width, thumb, name, .. } = &mut body else { panic!() };
        change(picture, bytes, width, thumb, name);
        body
    };
    let cases = [
        (with(&|_, bytes, _, _, _| *bytes += 1), Reason::BadPicture),
        (with(&|_, _, width, _, _| *width = 299), Reason::BadPicture),
        (with(&|_, _, _, thumb, _| *thumb = id(&large)), Reason::BadPicture),
        (with(&|picture, _, _, thumb, _| *picture = *thumb), Reason::BadPicture),
        (with(&|_, _, _, _, name| *name = "../x.png".into()), Reason::BadValue),
        (with(&|_, _, _, _, name| *name = "n".repeat(121)), Reason::BadValue),
    ];
    for (number, (body, expected)) in cases.into_iter().enumerate() {
        assert_eq!(lime.say(Target::Lobby, body).unwrap_err().reason, expected, "{number}");
    }
    // A small picture is its own small one.
    let (small, bytes) = (id(&shot.small), u32::try_from(shot.small.len()).unwrap());
    let (picture, thumb, name) = (small, small, String::new());
    let own = Body::Image { picture, bytes, width: 60, height: 40, thumb, name };
    lime.say(Target::Lobby, own).unwrap();
}

#[test]
fn a_picture_follows_the_rules_of_words_and_of_the_disk() {
    let mut ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let shot = Shot::new(5);
    shot.bring(&mut lime);
    let gone = Target::Account(mychat::domain::AccountId(99_999));
    assert!(lime.say(gone, shot.body()).is_err());
    let said = lime.say(Target::Account(momo.account()), shot.body()).unwrap();
    drop((lime, momo));
    ground.stop();
    crate::peer::set(ground.folder(), "disk.free_mib", "1000000000");
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(lime.upload(&shot.whole).unwrap_err().reason, Reason::DiskFull);
    let kind = said.kind.target_for(lime.account()).unwrap();
    assert_eq!(lime.say(kind, shot.body()).unwrap_err().reason, Reason::DiskFull);
    // What is there is still told and shown.
    assert_eq!(lime.say_again(kind, said.nonce, shot.body()).unwrap().seq, said.seq);
    assert_eq!(lime.download(id(&shot.whole)).unwrap(), shot.whole);
    let files = Files::of(ground.folder());
    assert_eq!(files.list().unwrap().len(), 2);
}

/// Its hash opens nothing: a picture is for those who see a message with it.
#[test]
fn a_picture_is_for_who_sees_where_it_is_shown() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo", "Plum"]);
    let (mut plum, mut momo, mut lime) =
        (people.pop().unwrap(), people.pop().unwrap(), people.pop().unwrap());
    let (to, shot) = (Target::Account(momo.account()), Shot::new(6));
    let fetched = |peer: &mut Peer, shot: &Shot| {
        let [whole, small] = [&shot.whole, &shot.small].map(|bytes| {
            let fetched = peer.download(id(bytes)).map_err(|refusal| refusal.reason);
            fetched.map(|fetched| assert!(fetched == *bytes))
        });
        assert_eq!(whole, small);
        whole
    };
    shot.bring(&mut lime);
    assert_eq!(fetched(&mut lime, &shot), Err(Reason::NotFound), "shown nowhere yet");
    let said = lime.say(to, shot.body()).unwrap();
    assert_eq!(fetched(&mut momo, &shot), Ok(()));
    assert_eq!(fetched(&mut lime, &shot), Ok(()));
    assert_eq!(fetched(&mut plum, &shot), Err(Reason::NotFound), "a conversation of others");
    lime.command(Command::Recall { to, seq: said.seq }).unwrap();
    assert_eq!(fetched(&mut momo, &shot), Err(Reason::NotFound), "taken back");

    let hall = Shot::new(7);
    hall.bring(&mut lime);
    lime.say(Target::Room(room), hall.body()).unwrap();
    assert_eq!(fetched(&mut plum, &hall), Ok(()));
    let mut late = ground.register("Late");
    late.join(room).unwrap();
    assert_eq!(fetched(&mut late, &hall), Err(Reason::NotFound), "from before it came");
    lime.kick(room, plum.account()).unwrap();
    assert_eq!(fetched(&mut plum, &hall), Err(Reason::NotFound), "like its history");
    // Whoever may see it somewhere else may see it.
    lime.say(Target::Lobby, hall.body()).unwrap();
    assert_eq!(fetched(&mut plum, &hall), Ok(()));
}

/// A face is for everybody: so nobody makes one of what others sent.
#[test]
fn a_face_is_a_picture_of_ones_own() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut plum = ground.register("Plum");
    let face = png(256, 256, 8);
    lime.upload(&face).unwrap();
    assert!(plum.download(id(&face)).is_err());
    let change = || ProfileChange { picture: Some(id(&face)), ..Default::default() };
    lime.set_profile(change()).unwrap();
    assert_eq!(plum.download(id(&face)).unwrap(), face);
    assert_eq!(momo.set_profile(change()).unwrap_err().reason, Reason::NotUploaded);
    momo.upload(&face).unwrap();
    momo.set_profile(change()).unwrap();
    lime.set_profile(ProfileChange { avatar: Some(3), ..Default::default() }).unwrap();
    assert_eq!(plum.download(id(&face)).unwrap(), face, "it is another's still");
}
