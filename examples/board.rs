//! A board window with a made-up game, to be looked at and played without a server.
//!
//! `cargo run --example board -- [xiangqi] [dark] [en] [end] [black] [away] [150]`: the other side plays by
//! itself.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use fltk::app;
use mychat::clock;
use mychat::domain::game::{Bytes32, Favour, GameEntry, GameKind, Play, Score, Side, TimeLimit};
use mychat::game::xiangqi::read_iccs;
use mychat::game::{Game, Table, gomoku};
use mychat::ui::app::Moment;
use mychat::ui::app::games::board::{Beginning, Board, BoardMsg, Player, Said};
use mychat::ui::app::games::{BoardAct, Taste};
use mychat::ui::games::BoardWindow;
use mychat::ui::paint::Rect;
use mychat::ui::text::{Language, set_language};
use mychat::ui::theme::Theme;
use mychat::ui::{fonts, widgets};

/// As in the design picture.
const STONES: [&str; 18] = [
    "H7", "G7", "H8", "H9", "I7", "G9", "J9", "F9", "E9", "I9", "H6", "G6", "F6", "J8", "G5", "K5",
    "J6", "I4",
];
const FIVE: [&str; 17] = [
    "H7", "G7", "H8", "H9", "I7", "G9", "J9", "J8", "H6", "G6", "F6", "I6", "J6", "K5", "H5", "I9",
    "H4",
];
const MOVES: [&str; 12] = [
    "h2e2", "h9g7", "h0g2", "i9h9", "i0h0", "b9c7", "e2e6", "g7e6", "c3c4", "e6d4", "h0h6", "a6a5",
];

/// The game, its log and the window.
struct Demo {
    game: Game,
    log: Vec<GameEntry>,
    began_ms: u64,
    board: Board,
    window: Option<BoardWindow>,
}

fn now() -> Moment {
    clock::now().into()
}

fn is_set(word: &str) -> bool {
    std::env::args().any(|argument| argument == word)
}

impl Demo {
    fn new() -> Demo {
        let is_xiangqi = is_set("xiangqi");
        let kind = match is_xiangqi {
            true => GameKind::Xiangqi {},
            false => GameKind::Gomoku { exactly_five: false },
        };
        let limit = TimeLimit { total_s: Some(600), move_s: None };
        let names = if is_set("en") { ["Lime", "Momo"] } else { ["青柠", "小满"] };
        let player = |(name, face): (&str, u8)| Player {
            name: name.to_owned(),
            portrait: Some(face.into()),
        };
        let me = if is_set("black") { Side::Second } else { Side::First };
        let players = [(names[0], 1), (names[1], 2)].map(player);
        let begun = Beginning {
            kind,
            limit,
            players,
            me: Some(me),
            date: "2026-11-25".into(),
            minute: "21-14".into(),
        };
        let mut board = Board::new(begun, Taste::default(), now());
        board.set_score(Some(Score { won: 4, drawn: 1, lost: 3, last: None }));
        let began_ms = now().mono_ms;
        let game = Game::new(kind, limit, 0);
        let mut demo = Demo { game, log: Vec::new(), began_ms, board, window: None };
        let names: &[&str] = match (is_xiangqi, is_set("end")) {
            (true, _) => &MOVES,
            (false, true) => &FIVE,
            (false, false) => &STONES,
        };
        for (at, name) in names.iter().enumerate() {
            let play = match read_iccs(name) {
                Some(made) if is_xiangqi => Play::Move { from: made.from, to: made.to },
                _ => Play::Place { point: gomoku::point(name).unwrap_or_default() },
            };
            demo.play(Side::BOTH[at % 2], play);
        }
        if is_set("away") {
            let t = demo.t();
            let facts = demo.game.attend(me.other(), false, t);
            demo.log.extend(facts.into_iter().map(|fact| GameEntry { t, fact }));
        }
        for (side, text) in [(Side::Second, "今天我可不会输"), (Side::First, "那就看第 20 手")]
        {
            demo.board.hear(Said { t: demo.t(), side, text: text.to_owned() });
        }
        demo
    }

    fn t(&self) -> u64 {
        now().mono_ms - self.began_ms
    }

    fn play(&mut self, side: Side, play: Play) {
        let t = self.t();
        match self.game.apply(side, &play, &Bytes32([0; 32]), t) {
            Ok(facts) => self.log.extend(facts.into_iter().map(|fact| GameEntry { t, fact })),
            Err(_) => self.board.not_sent(),
        }
    }

    /// The other side does the first thing that it may.
    fn answer(&mut self) {
        let Some(other) = self.board.begun().me.map(Side::other) else { return };
        if let Some(asked) = self.game.asked().filter(|asked| asked.side != other) {
            let favour = asked.favour;
            return self.play(other, Play::Answer { favour, yes: favour == Favour::Undo });
        }
        if !self.game.to_act()[other.index()] {
            return;
        }
        let play = match self.game.table() {
            Table::Gomoku(board) => {
                let last = board.placed().last().copied().unwrap_or(112);
                let free = (0..gomoku::POINTS).filter(|point| board.is_free(*point));
                free.min_by_key(|point| point.abs_diff(last)).map(|point| Play::Place { point })
            }
            Table::Xiangqi(record) => {
                let moves = record.position().legal_moves();
                let made = moves.get(self.log.len() % moves.len().max(1));
                made.map(|made| Play::Move { from: made.from, to: made.to })
            }
            _ => None,
        };
        if let Some(play) = play {
            self.play(other, play);
        }
    }

    fn take(&mut self, msg: BoardMsg) {
        let Some(me) = self.board.begun().me else { return };
        for act in self.board.take(msg, now()) {
            match act {
                BoardAct::Play(play) => {
                    self.play(me, play);
                    app::add_timeout3(0.8, |_| with(Demo::answer));
                }
                BoardAct::Say(text) => {
                    self.board.hear(Said { t: self.t(), side: me, text });
                    if is_set("ask") {
                        self.play(me.other(), Play::Ask { favour: Favour::Undo });
                    }
                }
                BoardAct::Taste(taste) => {
                    let board = Board::new(self.board.begun().clone(), taste, now());
                    self.board = board;
                }
                BoardAct::Close => app::quit(),
                _ => {}
            }
        }
    }

    fn follow(&mut self) {
        let t = self.t();
        let facts = self.game.tick(t);
        self.log.extend(facts.into_iter().map(|fact| GameEntry { t, fact }));
        self.board.follow(&self.log, t, now().mono_ms);
        self.board.tick(now());
        if let Some(window) = &mut self.window {
            window.follow(&self.board);
        }
    }
}

thread_local! {
    static DEMO: RefCell<Option<Demo>> = const { RefCell::new(None) };
    static POSTED: RefCell<VecDeque<BoardMsg>> = const { RefCell::new(VecDeque::new()) };
}

/// Does something with the game, and brings the window up to it.
fn with(act: impl FnOnce(&mut Demo)) {
    DEMO.with_borrow_mut(|demo| {
        if let Some(demo) = demo {
            act(demo);
            demo.follow();
        }
    });
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    set_language(if is_set("en") { Language::English } else { Language::Chinese });
    if is_set("dark") {
        Theme::Dark.make_current();
    }
    let app = app::App::default();
    for (word, scale) in [("125", 1.25), ("150", 1.5), ("200", 2.0)] {
        if is_set(word) {
            app::set_screen_scale(0, scale);
        }
    }
    let _fonts = fonts::load()?;
    widgets::dress_toolkit();
    let mut demo = Demo::new();
    let told = Rc::new(|msg| {
        POSTED.with_borrow_mut(|posted| posted.push_back(msg));
        app::add_timeout3(0.0, |_| {
            while let Some(msg) = POSTED.with_borrow_mut(VecDeque::pop_front) {
                with(|demo| demo.take(msg));
            }
        });
    });
    demo.follow();
    demo.window = Some(BoardWindow::new(&demo.board, |(w, h)| Rect::new(20, 30, w, h), told));
    DEMO.with_borrow_mut(|place| *place = Some(demo));
    app::add_timeout3(0.25, |handle| {
        with(|_| {});
        app::repeat_timeout3(0.25, handle);
    });
    app.run()?;
    Ok(())
}
