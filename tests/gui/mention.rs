//! Somebody is mentioned by the list over the message box, and sees that on the other side.

use crate::hands::{Button, RETURN};
use crate::party::{Person, Server, enter, register};
use crate::screen::Screen;

/// Behind the name of whoever looks.
const HIGHLIGHT: [u8; 3] = [0xFF, 0xE0, 0x8A];
/// The chosen row of the list.
const SELECTED: [u8; 3] = [0xDD, 0xEA, 0xFB];

#[test]
fn people_mention_each_other_in_the_lobby() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));
    let lime = Person::start(&screen, &folder.path().join("lime"), "zh_CN.UTF-8", &server.invite);
    let login = screen.window(&lime.program, "登录 - MyChat");
    register(&screen, &lime, login, "注册 - MyChat", "青柠");
    let done = screen.window(&lime.program, "注册成功 - MyChat");
    let panel = enter(&screen, &lime, login, done);
    server.register("小满");
    let said = server.ask_as(
        "小满",
        "\"do\":\"send\",\"to\":\"lobby\",\"text\":\"@青柠 在吗\",\"mentions\":[10001]",
    );
    assert_eq!(said["ok"]["seq"], 1, "{said}");

    screen.activate(panel);
    for _ in 0..2 {
        screen.click(Button::Left, panel, 150, 218);
    }
    let lobby = screen.window(&lime.program, "大厅 - MyChat");
    screen.activate(lobby);
    screen.wait_for("the mention to be seen", || {
        (screen.picture(lobby).count(HIGHLIGHT) > 300).then_some(())
    });
    screen.type_text("@xm");
    screen.wait_for("the list of one", || {
        (screen.picture(lobby).at(150, 408) == SELECTED).then_some(())
    });
    screen.wait_still(lobby).save("mention-zh");
    screen.key(&[], RETURN);
    screen.wait_for("the list to go", || {
        (screen.picture(lobby).at(150, 408) != SELECTED).then_some(())
    });
    screen.type_text("在");
    screen.key(&[], RETURN);
    let question = "\"do\":\"history\",\"with\":\"lobby\",\"limit\":10";
    let kept = screen.wait_for("the answer to be kept", || {
        let kept = server.ask_as("小满", question);
        let answer = kept["ok"]["messages"].get(1).cloned();
        answer.map(|message| message["body"].clone())
    });
    assert_eq!(
        (&kept["text"], &kept["mentions"]),
        (&"@小满 在".into(), &[10002].as_slice().into())
    );
    assert_eq!(kept["places"], serde_json::json!([[0, 7, 10002]]));
    screen.wait_still(lobby).save("mentioned-zh");
}
