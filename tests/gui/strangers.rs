//! People who are no friends write first: they wait apart and call nobody, until one of them is accepted,
//! one declined, and one answered.

use crate::hands::{Button, RETURN};
use crate::party::{Person, Server};
use crate::screen::Screen;

const LIME: &str = "青柠";
/// Who waits, in the order in which they wrote: 10002 and on.
const WHO: [&str; 3] = ["小满", "Momo", "阿树"];

#[test]
fn strangers_wait_apart() {
    meet(("zh_CN.UTF-8", "Adwaita"), "zh", [0xE9, 0xED, 0xF3]);
}

#[test]
fn strangers_wait_apart_in_the_dark() {
    meet(("en_GB.UTF-8", "Adwaita:dark"), "en-dark", [0x0F, 0x13, 0x18]);
}

/// The tile of the way to them has this colour.
fn meet(look: (&str, &str), name: &str, tile: [u8; 3]) {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));
    let (lime, panel) = Person::settle(&screen, &folder.path().join("lime"), look, &server, LIME);
    for who in WHO {
        server.register(who);
        let answer = write(&server, who);
        assert!(answer["ok"].is_object(), "{answer}");
    }
    let save = |what: &str| screen.wait_still(panel).save(&format!("strangers-{what}-{name}"));
    screen.activate(panel);
    screen.wait_for("the way to the strangers", || {
        (screen.picture(panel).at(20, 216) == tile).then_some(())
    });
    assert_eq!(screen.title(panel), "MyChat", "strangers call nobody");
    save("way");
    screen.click(Button::Left, panel, 120, 216);
    save("list");

    // The newest stands first. The last one is accepted, the one over it declined.
    screen.click(Button::Left, panel, 238, 384);
    screen
        .wait_for("the first to be heard", || (screen.title(panel) == "(1) MyChat").then_some(()));
    save("accepted");
    screen.click(Button::Left, panel, 274, 320);
    screen.wait_for("the second to be declined", || {
        (kept(&server, 10003)? == "declined").then_some(())
    });
    save("declined");
    let refused = write(&server, WHO[1]);
    assert_eq!(refused["refused"]["code"], "takes_no_messages", "{refused}");

    // Whoever is answered is accepted.
    for _ in 0..2 {
        screen.click(Button::Left, panel, 120, 256);
    }
    let chat = screen.window(&lime.program, "阿树 - MyChat");
    screen.activate(chat);
    screen.wait_still(chat).save(&format!("strangers-chat-{name}"));
    screen.type_text("你好");
    screen.key(&[], RETURN);
    screen.wait_for("the third to be accepted", || {
        (kept(&server, 10004).is_none_or(|stranger| stranger == "no")).then_some(())
    });
    screen.wait_still(chat).save(&format!("strangers-answered-{name}"));
    screen.activate(panel);
    save("none");
    assert_eq!(screen.title(panel), "(1) MyChat", "only who was accepted calls");
}

fn write(server: &Server, who: &str) -> serde_json::Value {
    server.ask_as(who, "\"do\":\"send\",\"to\":10001,\"text\":\"在吗？想借一下笔记\"")
}

/// What Lime answered a stranger; nothing where that is no stranger.
fn kept(server: &Server, account: u64) -> Option<String> {
    let answer = server.ask_as(LIME, "\"do\":\"conversations\"");
    let kept = answer["ok"]["conversations"].as_array().unwrap();
    let one = kept.iter().find(|one| one["with"] == account)?;
    Some(one["stranger"].as_str()?.to_owned())
}
