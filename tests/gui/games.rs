//! Games between two windows: rock-paper-scissors and dice are played in their cards, dice are proven, and a
//! board game is offered from the window of all games, told at the other side and accepted.

use crate::hands::{Button, DOWN, ESCAPE, RETURN};
use crate::party::{Person, Server};
use crate::screen::{Screen, Window};

const LIME: &str = "青柠";
const MOMO: &str = "Momo";
/// The ground of the tile of a game without a board, and of one with.
const CLOTH: [u8; 3] = [0xDC, 0xE9, 0xDF];
pub const WOOD: [u8; 3] = [0xEF, 0xD5, 0xA0];
/// What says that something is well, in light windows.
const OK: [u8; 3] = [0x18, 0x79, 0x4A];
/// The same, and the fill of a main button, in dark windows.
const OK_DARK: [u8; 3] = [0x5C, 0xC9, 0x8F];
const BRAND_DARK: [u8; 3] = [0x2E, 0x72, 0xD1];
/// The ring of what has the keyboard.
const FOCUS_DARK: [u8; 3] = [0x6B, 0xA6, 0xF5];
/// Where the buttons of the last card stand.
const DEEDS: i16 = 376;
/// The button of games over the box.
pub const GAMES: (i16, i16) = (172, 429);

/// Somebody at a desk.
pub struct Desk {
    pub person: Person,
    panel: Window,
    pub chat: Window,
}

#[test]
fn two_people_play_in_their_chat_and_invite_to_a_board() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&screen, &folder.path().join("server"));
    let settle = |look: (&str, &str), nickname: &str| {
        Person::settle(
            &screen,
            &folder.path().join(nickname).join("mychat"),
            look,
            &server,
            nickname,
        )
    };
    let lime = settle(("zh_CN.UTF-8", "Adwaita"), LIME);
    let momo = settle(("en_GB.UTF-8", "Adwaita:dark"), MOMO);
    server.befriend((MOMO, 10002), (LIME, 10001));
    let momo = sit_down(&screen, momo, "青柠 - MyChat");
    let lime = sit_down(&screen, lime, "Momo - MyChat");

    play_hands(&screen, &server, &lime, &momo);
    throw_dice(&screen, &server, &lime, &momo);
    prove(&screen, &momo);
    invite_to_a_board(&screen, &server, &lime, &momo);
}

/// Opens the chat with the one friend.
pub fn sit_down(screen: &Screen, (person, panel): (Person, Window), title: &str) -> Desk {
    screen.activate(panel);
    screen.click(Button::Left, panel, 150, 161);
    screen.wait_still(panel);
    for _ in 0..2 {
        screen.click(Button::Left, panel, 120, 340);
    }
    let chat = screen.window(&person.program, title);
    screen.activate(chat);
    screen.wait_still(chat);
    Desk { person, panel, chat }
}

/// Waits until the newest game of Momo's stands like this.
fn wait_for_game(screen: &Screen, server: &Server, game: &str, state: &str) -> serde_json::Value {
    screen.wait_for(format!("{game} to be {state}"), || {
        let told = server.ask_as(MOMO, "\"do\":\"games\"");
        let games = told["ok"]["games"].as_array()?.clone();
        games.into_iter().find(|one| one["game"] == game && one["state"] == state)
    })
}

pub fn wait_for_card(screen: &Screen, desk: &Desk, ground: [u8; 3]) {
    screen.activate(desk.chat);
    screen.wait_for("the card of a game", || {
        (screen.picture(desk.chat).count(ground) > 300).then_some(())
    });
}

/// Presses something at the foot of the last card, once it stands long enough to be meant.
pub fn press(screen: &Screen, desk: &Desk, x: i16) {
    screen.activate(desk.chat);
    screen.read();
    screen.click(Button::Left, desk.chat, x, DEEDS);
}

/// One round, which Momo offers and wins by paper.
fn play_hands(screen: &Screen, server: &Server, lime: &Desk, momo: &Desk) {
    screen.activate(momo.chat);
    screen.take(Button::Left, momo.chat, GAMES, 3, "games-menu-en-dark");
    wait_for_game(screen, server, "hands", "open");
    wait_for_card(screen, momo, CLOTH);
    screen.picture(momo.chat).save("games-hands-offered-en-dark");
    wait_for_card(screen, lime, CLOTH);
    screen.picture(lime.chat).save("games-hands-offered-zh");
    press(screen, lime, 132);
    wait_for_game(screen, server, "hands", "running");
    press(screen, lime, 108);
    screen.picture(lime.chat).save("games-hands-chosen-zh");
    press(screen, momo, 556);
    let over = wait_for_game(screen, server, "hands", "over");
    assert_eq!(over["winner"], 10002, "{over}");
    screen.wait_for("the win to be said", || {
        (screen.picture(momo.chat).count(OK_DARK) > 20).then_some(())
    });
    screen.wait_still(momo.chat).save("games-hands-over-en-dark");
    screen.activate(lime.chat);
    screen.wait_still(lime.chat).save("games-hands-over-zh");
}

/// Lime offers, Momo accepts, and that is all that a person does.
fn throw_dice(screen: &Screen, server: &Server, lime: &Desk, momo: &Desk) {
    screen.activate(lime.chat);
    screen.take(Button::Left, lime.chat, GAMES, 6, "games-menu-zh");
    wait_for_game(screen, server, "dice", "open");
    screen.activate(momo.chat);
    screen.wait_for("the invitation", || {
        (screen.picture(momo.chat).count(CLOTH) > 1_500).then_some(())
    });
    screen.picture(momo.chat).save("games-dice-offered-en-dark");
    press(screen, momo, 132);
    wait_for_game(screen, server, "dice", "over");
    screen.wait_still(momo.chat).save("games-dice-over-en-dark");
    screen.activate(lime.chat);
    screen.wait_still(lime.chat).save("games-dice-over-zh");
}

/// Momo looks why the dice were fair.
fn prove(screen: &Screen, momo: &Desk) {
    press(screen, momo, 276);
    let proof = screen.window(&momo.person.program, "Proof of the dice - MyChat");
    screen.activate(proof);
    let picture = screen.wait_still(proof);
    picture.save("games-proof-en-dark");
    assert!(picture.count(OK_DARK) > 100, "seed and pips fit");
    screen.read();
    screen.key(&[], RETURN);
    screen.wait_closed(proof);
}

/// Lime invites in the window of all games; Momo sees it there too, and accepts by the keyboard.
fn invite_to_a_board(screen: &Screen, server: &Server, lime: &Desk, momo: &Desk) {
    let games = open_games(screen, lime, "游戏 - MyChat");
    screen.wait_for("the friend in the list", || {
        (screen.picture(games).at(38, 197) != [0xFF; 3]).then_some(())
    });
    screen.wait_still(games).save("games-lobby-zh");
    screen.click(Button::Left, games, 375, 198);
    let invitation = screen.window(&lime.person.program, "发起邀请");
    screen.activate(invitation);
    screen.wait_still(invitation).save("games-invitation-zh");
    screen.read();
    screen.key(&[], RETURN);
    screen.wait_closed(invitation);
    wait_for_game(screen, server, "gomoku", "open");
    screen.activate(games);
    screen.picture(games).save("games-lobby-invited-zh");

    let games = open_games(screen, momo, "Games - MyChat");
    screen.wait_for("the invitation in the list", || {
        (screen.picture(games).count(BRAND_DARK) > 500).then_some(())
    });
    screen.picture(games).save("games-lobby-invitation-en-dark");
    wait_for_card(screen, momo, WOOD);
    screen.picture(momo.chat).save("games-board-offered-en-dark");
    screen.activate(games);
    screen.key(&[], DOWN);
    screen.wait_for("the invitation to be chosen", || {
        (screen.picture(games).count(FOCUS_DARK) > 300).then_some(())
    });
    screen.key(&[], RETURN);
    let running = wait_for_game(screen, server, "gomoku", "running");
    assert_eq!(running["total_s"], 600, "{running}");
    // Their boards open by themselves, and take the keys.
    screen.window(&lime.person.program, "五子棋 · Momo - MyChat");
    screen.window(&momo.person.program, "Gomoku with 青柠 - MyChat");
    screen.activate(games);
    screen.wait_still(games).save("games-lobby-running-en-dark");
    screen.activate(lime.chat);
    screen.wait_still(lime.chat).save("games-board-running-zh");

    let (conversation, seq) = (&running["conversation"], &running["seq"]);
    let resigns =
        format!("\"do\":\"play\",\"conversation\":{conversation},\"seq\":{seq},\"resign\":true");
    let before = screen.picture(lime.chat).count(OK);
    let answer = server.ask_as(MOMO, &resigns);
    assert!(answer["ok"].is_object(), "{answer}");
    screen.wait_for("the win to be said in the card", || {
        (screen.picture(lime.chat).count(OK) > before + 20).then_some(())
    });
    screen.wait_still(lime.chat).save("games-board-over-zh");
    let games = open_games(screen, lime, "游戏 - MyChat");
    screen.wait_still(games).save("games-lobby-over-zh");
    // The record, and back.
    for (name, key) in [("games-record-zh", RETURN), ("games-lobby-again-zh", ESCAPE)] {
        let before = screen.wait_still(games);
        match key {
            RETURN => screen.click(Button::Left, games, 366, 94),
            key => screen.key(&[], key),
        }
        screen.wait_for("another page", || {
            (screen.picture(games).differences(&before) > 200).then_some(())
        });
        screen.wait_still(games).save(name);
    }
}

pub fn open_games(screen: &Screen, desk: &Desk, title: &str) -> Window {
    screen.activate(desk.panel);
    // A notification may stand over the button.
    screen.wait_for("no notification", || screen.popups(312, 108).is_empty().then_some(()));
    screen.click(Button::Left, desk.panel, 187, 652);
    let games = screen.window(&desk.person.program, title);
    screen.activate(games);
    games
}
