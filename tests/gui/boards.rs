//! Board games between two windows: a game of Gomoku to five in a row and one of Chinese chess to checkmate,
//! with a move taken back, with words beside the board, and with a server that is stopped and started again
//! while they are played.

use crate::games::{Desk, GAMES, WOOD, open_games, press, sit_down, wait_for_card};
use crate::hands::{Button, DOWN, ESCAPE, LEFT, RETURN, RIGHT, UP};
use crate::party::{BRAND, Person, Server};
use crate::picture::Picture;
use crate::screen::{Screen, Window};

const LIME: &str = "青柠";
const MOMO: &str = "小满";
const STONES: [[u8; 3]; 2] = [[0x20, 0x26, 0x2F], [0xFF; 3]];
/// The fill of a main button in dark windows.
const BRAND_DARK: [u8; 3] = [0x2E, 0x72, 0xD1];
/// The face of a piece, within its ring.
const FACE: [u8; 3] = [0xF8, 0xE9, 0xC8];
/// The strip over a board, light and dark.
const STRIPS: [[u8; 3]; 2] = [[0xFF, 0xF3, 0xD2], [0x3A, 0x2F, 0x14]];
/// Where the upper edge of a button of a card over the board is: on the upper half, on the lower one.
const CARD_BUTTONS: [(i16, i16); 2] = [(140, 176), (500, 500)];
/// What is said beside the board.
const TALK: (usize, usize) = (408, 508);

/// Black and white by turns.
const GOMOKU: [&str; 17] = [
    "H8", "H9", "I7", "G9", "J9", "J8", "F6", "I9", "J6", "G7", "H7", "G6", "H6", "I6", "H5", "K5",
    "H4",
];
/// Red and black by turns: two cannons, one behind the other.
const XIANGQI: [&str; 7] = ["b2e2", "a6a5", "e2e6", "i6i5", "h2h4", "g6g5", "h4e4"];

/// Two people at a board, the one who begins first.
struct Board<'a> {
    screen: &'a Screen,
    windows: [Window; 2],
}

#[test]
fn whole_games_are_played_on_boards_through_restarts_of_the_server() {
    let Some(screen) = Screen::start(1366, 768) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&screen, &folder.path().join("server"));
    let settle = |look: (&str, &str), nickname: &str| {
        let home = folder.path().join(nickname).join("mychat");
        Person::settle(&screen, &home, look, &server, nickname)
    };
    let lime = settle(("zh_CN.UTF-8", "Adwaita"), LIME);
    let momo = settle(("en_GB.UTF-8", "Adwaita:dark"), MOMO);
    server.befriend((MOMO, 10002), (LIME, 10001));
    let face = server.ask_as(MOMO, "\"do\":\"set_profile\",\"avatar\":2");
    assert!(face["ok"].is_object(), "{face}");
    let momo = sit_down(&screen, momo, "青柠 - MyChat");
    let lime = sit_down(&screen, lime, "小满 - MyChat");

    let lobbies =
        [open_games(&screen, &lime, "游戏 - MyChat"), open_games(&screen, &momo, "Games - MyChat")];
    let scores = heads(&screen, lobbies);
    let board = begin_gomoku(&screen, &lime, &momo);
    play_gomoku(&board, &mut server);
    let over = board.end(&server, "gomoku", "five");
    assert_eq!(over["moves"], GOMOKU.len(), "{over}");
    wait_for_scores(&screen, lobbies, &scores);

    let scores = look_at_xiangqi(&screen, lobbies);
    let board = begin_xiangqi(&screen, [&lime, &momo], lobbies);
    play_xiangqi(&board, &mut server);
    board.end(&server, "xiangqi", "checkmate");
    wait_for_scores(&screen, lobbies, &scores);
    compare_scores(&server);
    fill_the_lobby(&screen, &server, lobbies[0]);
}

/// Lime invites from the chat and begins; Momo accepts in the chat.
fn begin_gomoku<'a>(screen: &'a Screen, lime: &Desk, momo: &Desk) -> Board<'a> {
    screen.activate(lime.chat);
    screen.take(Button::Left, lime.chat, GAMES, 1, "boards-menu-zh");
    invite(screen, lime);
    wait_for_card(screen, momo, WOOD);
    press(screen, momo, 132);
    let windows = [
        screen.window(&lime.person.program, "五子棋 · 小满 - MyChat"),
        screen.window(&momo.person.program, "Gomoku with 青柠 - MyChat"),
    ];
    Board::open(screen, windows)
}

/// Both look at the other game in the windows of all games.
fn look_at_xiangqi(screen: &Screen, lobbies: [Window; 2]) -> [Vec<[u8; 3]>; 2] {
    for window in lobbies {
        screen.activate(window);
        let before = screen.wait_still(window);
        screen.click(Button::Left, window, 146, 28);
        screen.wait_for("the other game", || {
            (screen.picture(window).differences(&before) > 500).then_some(())
        });
    }
    heads(screen, lobbies)
}

/// Lime invites from the window of all games and begins; Momo accepts in that window.
fn begin_xiangqi<'a>(
    screen: &'a Screen,
    [lime, momo]: [&Desk; 2],
    lobbies: [Window; 2],
) -> Board<'a> {
    screen.activate(lobbies[0]);
    screen.click(Button::Left, lobbies[0], 375, 198);
    invite(screen, lime);
    screen.activate(lobbies[1]);
    screen.wait_for("the invitation in the list", || {
        (screen.picture(lobbies[1]).count(BRAND_DARK) > 500).then_some(())
    });
    screen.read();
    screen.click(Button::Left, lobbies[1], 293, 198);
    let windows = [
        screen.window(&lime.person.program, "中国象棋 · 小满 - MyChat"),
        screen.window(&momo.person.program, "Chinese chess with 青柠 - MyChat"),
    ];
    Board::open(screen, windows)
}

/// In the window of an invitation: who invites begins.
fn invite(screen: &Screen, desk: &Desk) {
    let invitation = screen.window(&desk.person.program, "发起邀请");
    screen.activate(invitation);
    screen.wait_still(invitation);
    screen.click(Button::Left, invitation, 105, 126);
    screen
        .wait_for("the choice", || (screen.picture(invitation).at(98, 122) == BRAND).then_some(()));
    screen.read();
    screen.key(&[], RETURN);
    screen.wait_closed(invitation);
}

/// Black's seventeenth stone makes five. White takes a stone back, and a restart is in the middle.
fn play_gomoku(board: &Board, server: &mut Server) {
    for (ply, point) in GOMOKU.into_iter().enumerate() {
        match ply {
            2 => board.talk(["今天我可不会输", "那就看第 17 手"]),
            7 => board.take_back("K10"),
            12 => {
                board.look("boards-gomoku-running");
                board.restart(server, "boards-gomoku");
            }
            _ => {}
        }
        board.place(ply % 2, point);
    }
}

/// Red plays by the mouse, black by the keyboard, and the fourth move of red is mate.
fn play_xiangqi(board: &Board, server: &mut Server) {
    for (ply, step) in XIANGQI.into_iter().enumerate() {
        match ply {
            2 => board.talk(["今天我不会输", "那就看第 7 手"]),
            4 => board.look("boards-xiangqi-running"),
            5 => board.restart(server, "boards-xiangqi"),
            _ => {}
        }
        let [from, to] = [&step[..2], &step[2..]];
        match ply % 2 {
            0 => board.click_along(from, to),
            _ => board.walk_along(from, to, &XIANGQI[ply - 1][2..]),
        }
        for (side, window) in board.windows.into_iter().enumerate() {
            board.screen.activate(window);
            board.screen.wait_for(format!("{step} on the board of {side}"), || {
                let picture = board.screen.picture(window);
                let at = |square| piece_at(&picture, seen(square, side));
                (at(from) != FACE && at(to) == FACE).then_some(())
            });
        }
    }
}

impl<'a> Board<'a> {
    /// Both come to the front by themselves when they open, which is over once they are drawn.
    fn open(screen: &'a Screen, windows: [Window; 2]) -> Board<'a> {
        for window in windows.into_iter().rev() {
            screen.activate(window);
            screen.wait_for("a board", || {
                (screen.picture(window).count(WOOD) > 100_000).then_some(())
            });
            screen.wait_still(window);
        }
        // What is pressed as soon as a board comes was meant for what lay below it.
        screen.read();
        Board { screen, windows }
    }

    /// Puts a stone there, and waits until both see it.
    fn place(&self, side: usize, point: &str) {
        let (x, y) = crossing(point);
        self.screen.activate(self.windows[side]);
        // A stone can be put down where its shadow stands.
        self.screen.point(self.windows[side], x, y);
        self.screen.wait_for(format!("a shadow at {point}"), || {
            let picture = self.screen.picture(self.windows[side]);
            (colour_at(&picture, (x - 8, y + 7)) != WOOD).then_some(())
        });
        self.screen.click(Button::Left, self.windows[side], x, y);
        for window in [self.windows[side], self.windows[1 - side]] {
            self.wait_for_point(window, point, STONES[side]);
        }
    }

    fn wait_for_point(&self, window: Window, point: &str, colour: [u8; 3]) {
        let (x, y) = crossing(point);
        // Within a stone, but neither where light is on it nor where a mark may be.
        let place = (x - 8, y + 7);
        self.screen.activate(window);
        self.screen.wait_for(format!("{colour:?} at {point}"), || {
            (colour_at(&self.screen.picture(window), place) == colour).then_some(())
        });
    }

    /// Each says a line beside the board, the second one first; the other reads it there.
    fn talk(&self, lines: [&str; 2]) {
        for (side, line) in [1, 0].into_iter().zip(lines) {
            let (here, there) = (self.windows[side], self.windows[1 - side]);
            self.screen.activate(there);
            let before = written(&self.screen.wait_still(there));
            self.screen.activate(here);
            self.screen.click(Button::Left, here, 640, 536);
            self.screen.type_text(line);
            // Esc gives the keyboard back to the board.
            for key in [RETURN, ESCAPE] {
                self.screen.key(&[], key);
            }
            self.screen.activate(there);
            self.screen.wait_for(format!("{line} beside the board"), || {
                (written(&self.screen.picture(there)) > before + 100).then_some(())
            });
        }
    }

    /// White puts a stone there and asks for it back, which black grants.
    fn take_back(&self, point: &str) {
        self.place(1, point);
        self.screen.activate(self.windows[1]);
        self.screen.click(Button::Left, self.windows[1], 620, 238);
        self.screen.activate(self.windows[0]);
        let y = self.button_of_card(self.windows[0], BRAND, 0);
        self.screen.picture(self.windows[0]).save("boards-undo-zh");
        self.screen.click(Button::Left, self.windows[0], 416, y + 16);
        for window in self.windows {
            self.wait_for_point(window, point, WOOD);
        }
    }

    /// Waits for the card over the board: where its right button's upper edge is.
    fn button_of_card(&self, window: Window, colour: [u8; 3], kind: usize) -> i16 {
        self.screen.wait_for("a card over the board", || {
            let picture = self.screen.picture(window);
            CARD_BUTTONS
                .map(|(favour, result)| [favour, result][kind])
                .into_iter()
                .find(|y| colour_at(&picture, (400, *y + 5)) == colour)
        })
    }

    /// The server ends in order and comes back; both boards say so, and that it is back.
    fn restart(&self, server: &mut Server, name: &str) {
        let covered =
            |side: usize| self.screen.picture(self.windows[side]).count(STRIPS[side]) > 2_000;
        server.stop();
        for side in [0, 1] {
            self.screen.activate(self.windows[side]);
            self.screen.wait_for("the lost link to be said", || covered(side).then_some(()));
            self.screen.picture(self.windows[side]).save(&format!("{name}-offline-{side}"));
        }
        server.start_again(self.screen);
        for side in [0, 1] {
            self.screen.activate(self.windows[side]);
            self.screen.wait_for("both links to be back", || (!covered(side)).then_some(()));
        }
        // Where the board has just moved, a press counts only when it was seen.
        self.screen.read();
    }

    /// Leaves pictures of both.
    fn look(&self, name: &str) {
        for (side, window) in self.windows.into_iter().enumerate() {
            self.screen.activate(window);
            self.screen.point(window, 700, 330);
            self.screen.picture(window).save(&format!("{name}-{side}"));
        }
    }

    fn click_along(&self, from: &str, to: &str) {
        let window = self.windows[0];
        self.screen.activate(window);
        for square in [from, to] {
            let (x, y) = square_at(seen(square, 0));
            self.screen.click(Button::Left, window, x, y);
        }
    }

    /// From where the last move was to a piece, and with it to where it goes.
    fn walk_along(&self, from: &str, to: &str, last: &str) {
        let window = self.windows[1];
        self.screen.activate(window);
        // Where the pointer is, the keyboard is not: it begins at the last move.
        let (x, y) = square_at((4, 4));
        self.screen.point(window, x, y);
        self.screen.key(&[], LEFT);
        let mut at = seen(last, 1);
        for square in [from, to] {
            let next = seen(square, 1);
            for (by, keys) in [(next.0 - at.0, [LEFT, RIGHT]), (next.1 - at.1, [UP, DOWN])] {
                (0..by.abs()).for_each(|_| self.screen.key(&[], keys[usize::from(by > 0)]));
            }
            self.screen.key(&[], RETURN);
            at = next;
        }
    }

    /// Both windows say how it ended, and so does the server: the one who began has won.
    fn end(&self, server: &Server, game: &str, why: &str) -> serde_json::Value {
        for (window, (colour, name)) in
            self.windows.into_iter().zip([(BRAND, "zh"), (BRAND_DARK, "en-dark")])
        {
            self.screen.activate(window);
            self.screen.point(window, 700, 330);
            self.button_of_card(window, colour, 1);
            self.screen.wait_still(window).save(&format!("boards-{game}-over-{name}"));
        }
        let told = server.ask_as(MOMO, "\"do\":\"games\"");
        let games = told["ok"]["games"].as_array().unwrap_or_else(|| panic!("{told}"));
        let over = games.iter().find(|one| one["game"] == game).unwrap();
        assert_eq!(over["winner"], 10001, "{over}");
        assert_eq!(over["why"], why, "{over}");
        over.clone()
    }
}

/// What the windows of all games say of won and lost games.
fn heads(screen: &Screen, lobbies: [Window; 2]) -> [Vec<[u8; 3]>; 2] {
    lobbies.map(|window| {
        screen.activate(window);
        head(&screen.wait_still(window))
    })
}

fn head(picture: &Picture) -> Vec<[u8; 3]> {
    let pixels = (96..114).flat_map(|y| (100..260).map(move |x| (x, y)));
    pixels.map(|(x, y)| picture.at(x, y)).collect()
}

fn wait_for_scores(screen: &Screen, lobbies: [Window; 2], before: &[Vec<[u8; 3]>; 2]) {
    for (window, before) in lobbies.into_iter().zip(before) {
        screen.activate(window);
        screen
            .wait_for("another score", || (head(&screen.picture(window)) != *before).then_some(()));
    }
    screen.wait_still(lobbies[1]).save("boards-lobby-en-dark");
}

/// One won both games, the other lost them.
fn compare_scores(server: &Server) {
    for (who, won, lost) in [(LIME, 1, 0), (MOMO, 0, 1)] {
        let told = server.ask_as(who, "\"do\":\"scores\"");
        let scores = told["ok"]["scores"].as_array().unwrap();
        assert_eq!(scores.len(), 2, "{told}");
        for score in scores {
            let told = ["won", "drawn", "lost"].map(|key| score[key].as_u64());
            assert_eq!(told, [Some(won), Some(0), Some(lost)], "{score}");
        }
    }
}

/// Somebody else invites, and a third one is there.
fn fill_the_lobby(screen: &Screen, server: &Server, lobby: Window) {
    for (number, nickname) in (10003..).zip(["阿树", "南瓜"]) {
        server.register(nickname);
        server.befriend((nickname, number), (LIME, 10001));
        let look = format!("\"do\":\"set_profile\",\"avatar\":{}", number - 10000);
        assert!(server.ask_as(nickname, &look)["ok"].is_object());
    }
    screen.activate(lobby);
    screen.click(Button::Left, lobby, 60, 28);
    let before = screen.wait_still(lobby).count(BRAND);
    let invites = "\"do\":\"invite_game\",\"to\":10001,\"game\":\"gomoku\"";
    let invited = server.ask_as("阿树", invites);
    assert!(invited["ok"].is_object(), "{invited}");
    screen.activate(lobby);
    screen.wait_for("the invitation in the list", || {
        (screen.picture(lobby).count(BRAND) > before + 500).then_some(())
    });
    screen.wait_still(lobby).save("boards-lobby-zh");
}

/// So much stands in the talk beside a board.
fn written(picture: &Picture) -> usize {
    let paper = picture.at(820, 400);
    let pixels = (TALK.0..TALK.1).flat_map(|y| (584..816).map(move |x| (x, y)));
    pixels.filter(|(x, y)| picture.at(*x, *y) != paper).count()
}

/// Where a point of Gomoku is in its window.
fn crossing(point: &str) -> (i16, i16) {
    let column = i16::from(point.as_bytes()[0] - b'A');
    let row: i16 = point[1..].parse().unwrap();
    (32 + 36 * column, 32 + 36 * (15 - row))
}

/// The column and the row where a side sees a square of Chinese chess.
fn seen(square: &str, side: usize) -> (i16, i16) {
    let bytes = square.as_bytes();
    let (file, rank) = (i16::from(bytes[0] - b'a'), i16::from(bytes[1] - b'0'));
    if side == 0 { (file, 9 - rank) } else { (8 - file, rank) }
}

fn square_at((column, row): (i16, i16)) -> (i16, i16) {
    (80 + 51 * column, 54 + 51 * row)
}

/// What is seen within the ring of a piece, beside its letter.
fn piece_at(picture: &Picture, square: (i16, i16)) -> [u8; 3] {
    let (x, y) = square_at(square);
    colour_at(picture, (x - 15, y - 3))
}

fn colour_at(picture: &Picture, (x, y): (i16, i16)) -> [u8; 3] {
    let [x, y] = [x, y].map(|at| usize::try_from(at).unwrap());
    picture.at(x, y)
}
