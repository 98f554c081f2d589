//! What a board window says, in the language of the moment.

use super::refusals;
use crate::domain::game::{EndReason, Favour, GameEnd, GameKind, Side};
use crate::game::xiangqi::PLIES_MAX;
use crate::game::{NotRead, Outcome, Table};
use crate::ui::app::games::NotOpened;
use crate::ui::app::games::board::{Board, Warning};
use crate::ui::app::games::news::{Line, News, Speaker};
use crate::ui::app::play::look::{game_words, limit_words, why_key};
use crate::ui::paint::Icon;
use crate::ui::text::Language;
use crate::ui::widgets::Question;

/// The words of one language about one board.
pub struct Words<'a> {
    /// Whose.
    pub language: Language,
    /// Of which.
    pub board: &'a Board,
}

impl Words<'_> {
    fn tr(&self, key: &'static str) -> &'static str {
        self.language.get(key)
    }

    fn fill(&self, key: &'static str, values: &[(&str, &str)]) -> String {
        self.language.fill(key, values)
    }

    fn with_n(&self, key: &'static str, n: usize) -> String {
        self.fill(key, &[("n", &n.to_string())])
    }

    fn is_xiangqi(&self) -> bool {
        matches!(self.board.begun().kind, GameKind::Xiangqi {})
    }

    /// The window's title.
    pub fn title(&self) -> String {
        let game = self.tr(if self.is_xiangqi() { "game.xiangqi" } else { "game.gomoku" });
        match self.board.other() {
            Some(other) => self.fill("game.board.title", &[("game", game), ("name", &other.name)]),
            None => {
                let [first, second] = Side::BOTH.map(|side| self.plain_name(side));
                let values = [("game", game), ("first", &*first), ("second", &*second)];
                self.fill("game.board.title.saved", &values)
            }
        }
    }

    /// A player's name alone.
    pub fn plain_name(&self, side: Side) -> String {
        let name = &self.board.begun().players[side.index()].name;
        if name.is_empty() { self.tr("game.board.nobody").to_owned() } else { name.clone() }
    }

    /// A player's name, with a word for oneself.
    pub fn name(&self, side: Side) -> String {
        let name = self.plain_name(side);
        match self.board.begun().me == Some(side) {
            true => self.fill("game.board.me", &[("name", &name)]),
            false => name,
        }
    }

    /// What a side is called by its colour.
    pub fn side(&self, side: Side) -> &'static str {
        self.tr(match (self.is_xiangqi(), side) {
            (true, Side::First) => "game.side.red",
            (false, Side::Second) => "game.side.white",
            _ => "game.side.black",
        })
    }

    /// What a player does now, or has done.
    pub fn doing(&self, side: Side) -> String {
        let board = self.board;
        if let Some(end) = board.game().end() {
            return match end.winner {
                Some(winner) if winner == side => self.tr("game.board.winner").to_owned(),
                Some(winner) if end.why == EndReason::Five => {
                    self.fill("game.why.five.side", &[("side", self.side(winner))])
                }
                _ => self.why(end.why).to_owned(),
            };
        }
        if board.begun().me.is_none() {
            return match board.won() {
                Some(Outcome::Won(winner)) if winner == side => {
                    self.tr("game.board.winner").to_owned()
                }
                Some(Outcome::Won(_)) => self.tr("game.board.loser").to_owned(),
                Some(Outcome::Drawn) => self.tr("game.even").to_owned(),
                None => self.side(side).to_owned(),
            };
        }
        let is_turn = board.turn() == Some(side);
        let key = match board.warning() {
            Some(Warning::Away(away, _)) if away == side => "game.board.away",
            _ if is_turn && board.begun().me == Some(side) => "game.turn",
            _ if is_turn => "game.board.thinks",
            _ => "game.board.wait",
        };
        self.tr(key).to_owned()
    }

    /// How many moves, or what has to be known at this moment; whether that is a warning.
    pub fn count(&self) -> (String, bool) {
        let board = self.board;
        let (at, plies) = (board.shown_plies(), board.game().plies());
        if let Some(why) = board.refused() {
            return (self.tr(refusals::key(why)).to_owned(), true);
        }
        if board.replay().is_some() {
            let values = [("at", &*at.to_string()), ("n", &*plies.to_string())];
            return (self.fill("game.board.at", &values), false);
        }
        if let Some((favour, seconds)) = board.asked() {
            let key = match favour {
                Favour::Undo => "game.board.asked.undo",
                Favour::Draw => "game.board.asked.draw",
            };
            return (self.fill(key, &[("n", &seconds.to_string())]), false);
        }
        if board.game().end().is_some() {
            return (self.with_n("game.board.moves", plies), false);
        }
        let is_waiting =
            board.taste().confirm && board.scene().ghost.is_some_and(|one| one.is_sent);
        if is_waiting && board.can_play() {
            return (self.tr("game.board.second").to_owned(), false);
        }
        if board.scene().check.is_some() {
            return (self.tr("game.board.check").to_owned(), true);
        }
        (self.with_n("game.board.move", plies + 1), false)
    }

    /// How long each may think.
    pub fn limit(&self) -> String {
        let begun = self.board.begun();
        match begun.me {
            None => begun.date.clone(),
            Some(_) => limit_words(begun.limit, self.language),
        }
    }

    /// Who a line beside the board is from, and what it says.
    pub fn line(&self, (from, text): &Line) -> (String, String) {
        match from {
            Speaker::Player(side) => (self.plain_name(*side), text.clone()),
            Speaker::Game(news) => (self.tr("game.board.system").to_owned(), self.news(*news)),
        }
    }

    fn news(&self, news: News) -> String {
        let named = |key, side| self.fill(key, &[("name", &self.plain_name(side))]);
        match news {
            News::Began if self.is_xiangqi() => named("game.news.began.red", Side::First),
            News::Began => named("game.news.began.black", Side::First),
            News::Answered(side, favour, yes) => {
                let is_mine = self.board.begun().me == Some(side);
                let other = if is_mine { side.other() } else { side };
                let key = match (favour, is_mine, yes) {
                    (Favour::Undo, true, true) => "game.news.undo.mine.yes",
                    (Favour::Undo, true, false) => "game.news.undo.mine.no",
                    (Favour::Undo, false, true) => "game.news.undo.theirs.yes",
                    (Favour::Undo, false, false) => "game.news.undo.theirs.no",
                    // A draw that is granted ends the game, which says so itself.
                    (Favour::Draw, true, _) => "game.news.draw.mine.no",
                    (Favour::Draw, false, _) => "game.news.draw.theirs.no",
                };
                named(key, other)
            }
            News::Ended(GameEnd { winner: Some(winner), why }) => {
                let (name, loser) = (self.plain_name(winner), self.plain_name(winner.other()));
                let why = match why {
                    EndReason::Resigned => self.fill("game.news.resigned", &[("name", &loser)]),
                    EndReason::TimeOver => self.fill("game.news.time_over", &[("name", &loser)]),
                    EndReason::Gone => self.fill("game.news.gone", &[("name", &loser)]),
                    why => self.why(why).to_owned(),
                };
                self.fill("game.news.won", &[("name", &name), ("why", &why)])
            }
            News::Ended(GameEnd { winner: None, why }) => {
                self.fill("game.news.drawn", &[("why", self.why(why))])
            }
        }
    }

    /// Why it ended.
    pub fn why(&self, why: EndReason) -> &'static str {
        self.tr(why_key(why, false))
    }

    /// How it ended, in large letters.
    pub fn result(&self, end: GameEnd) -> &'static str {
        self.tr(match (end.winner, self.board.begun().me) {
            (Some(winner), Some(me)) if winner == me => "game.win",
            (Some(_), _) => "game.lose",
            (None, _) => "game.even",
        })
    }

    /// And why, after how many moves and how long.
    pub fn result_text(&self, end: GameEnd) -> String {
        let is_in =
            matches!(end.why, EndReason::Five | EndReason::Checkmate | EndReason::Stalemate);
        let key = if is_in { "game.board.result.in" } else { "game.board.result" };
        let n = self.board.game().plies().to_string();
        let time = self.time(self.board.duration_ms() / 1_000);
        let is_won = end.winner.is_some() && end.winner == self.board.begun().me;
        let why = self.tr(why_key(end.why, is_won));
        self.fill(key, &[("why", why), ("n", &n), ("time", &time)])
    }

    fn time(&self, seconds: u64) -> String {
        let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let (h, m, s) = (&*h.to_string(), &*m.to_string(), &*s.to_string());
        match seconds {
            0..60 => self.fill("game.board.seconds", &[("n", s)]),
            60..3_600 => self.fill("game.board.minutes", &[("m", m), ("s", s)]),
            _ => self.fill("game.board.hours", &[("h", h), ("m", m)]),
        }
    }

    /// What the other asks for, and what that means.
    pub fn favour(&self, favour: Favour) -> (String, String) {
        let name = self.board.other().map_or("", |other| &other.name);
        let title = match favour {
            Favour::Undo => "game.board.favour.undo",
            Favour::Draw => "game.board.favour.draw",
        };
        let title = self.fill(title, &[("name", name)]);
        let text = match (favour, self.board.turn()) {
            (Favour::Draw, _) => self.tr("game.board.favour.draw.text").to_owned(),
            // Who is on the move takes back the answer too.
            (Favour::Undo, turn) if turn != self.board.begun().me => {
                self.tr("game.board.favour.undo.two").to_owned()
            }
            (Favour::Undo, _) => {
                let asking = self.board.begun().me.map_or(Side::First, Side::other);
                let n = self.board.game().plies().to_string();
                let values = [("side", self.side(asking)), ("n", &*n)];
                self.fill("game.board.favour.undo.text", &values)
            }
        };
        (title, text)
    }

    /// What the strip says.
    pub fn warning(&self, warning: Warning) -> String {
        match warning {
            Warning::Offline => self.tr("game.board.offline").to_owned(),
            Warning::Away(side, seconds) => {
                let (name, n) = (self.plain_name(side), seconds.to_string());
                self.fill("game.board.lost_link", &[("name", &name), ("n", &n)])
            }
        }
    }

    /// Whether it is Chinese chess.
    pub fn has_pieces(&self) -> bool {
        matches!(self.board.game().table(), Table::Xiangqi(_))
    }
}

/// A clock's time: `07:42`; hours where there are any.
#[must_use]
pub fn clock(left_ms: u64) -> String {
    // The last second is shown until it is over.
    let seconds = left_ms.div_ceil(1_000);
    let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m:02}:{s:02}") }
}

/// Why a saved game was not opened.
#[must_use]
pub fn not_opened(language: Language, why: NotOpened) -> String {
    let key = match why {
        NotOpened::Unread => "game.file.unread",
        NotOpened::TooLong => "game.file.too_long",
        NotOpened::Not(NotRead::Unknown) => "game.file.unknown",
        NotOpened::Not(NotRead::Board) => "game.file.board",
        NotOpened::Not(NotRead::Move(n)) => {
            return language.fill("game.file.move", &[("n", &n.to_string())]);
        }
        NotOpened::Not(NotRead::TooLong) => {
            return language.fill("game.file.moves", &[("n", &PLIES_MAX.to_string())]);
        }
    };
    language.get(key).to_owned()
}

/// The rules of a game, to be read in a window of their own.
pub fn rules(language: Language, kind: GameKind) -> Question {
    let keys: &[&'static str] = match kind {
        GameKind::Xiangqi {} => {
            &["game.rules.xiangqi", "game.rules.xiangqi.ends", "game.rules.clock"]
        }
        GameKind::Gomoku { exactly_five: true } => {
            &["game.rules.gomoku", "game.rules.gomoku.exactly", "game.rules.clock"]
        }
        GameKind::Gomoku { exactly_five: false } => {
            &["game.rules.gomoku", "game.rules.gomoku.more", "game.rules.clock"]
        }
        GameKind::Hands { .. } | GameKind::Dice {} => &["game.dice.rule"],
    };
    let text: Vec<&str> = keys.iter().map(|key| language.get(key)).collect();
    Question {
        window: "MyChat".to_owned(),
        icon: Icon::Info,
        danger: false,
        title: language.fill("game.rules.title", &[("game", game_words(kind.name(), language))]),
        text: text.join("\n"),
        action: String::new(),
        cancel: language.get("common.ok").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::game::Play;
    use crate::domain::game::TimeLimit;
    use crate::game::gomoku;
    use crate::ui::app::Moment;
    use crate::ui::app::games::Taste;
    use crate::ui::app::games::board::{Beginning, Player};
    use crate::ui::app::games::testing::Match;

    fn board(kind: GameKind, me: Option<Side>) -> Board {
        let player = |name: &str| Player { name: name.into(), portrait: None };
        let begun = Beginning {
            kind,
            limit: TimeLimit { total_s: Some(600), move_s: None },
            players: [player("Lime"), player("Momo")],
            me,
            date: "2026-11-25".into(),
            minute: String::new(),
        };
        Board::new(begun, Taste::default(), Moment::default())
    }

    #[test]
    fn a_window_says_who_plays_what_and_whose_turn_it_is() {
        let board = board(GameKind::Gomoku { exactly_five: false }, Some(Side::First));
        let words = Words { language: Language::English, board: &board };
        assert_eq!(words.title(), "Gomoku with Momo - MyChat");
        assert_eq!(words.name(Side::First), "Lime (you)");
        assert_eq!(words.doing(Side::First), "Your turn");
        assert_eq!(words.doing(Side::Second), "Waiting");
        assert_eq!(words.count(), ("Move 1".to_owned(), false));
        assert_eq!(words.limit(), "10 min each");
        let chinese = Words { language: Language::Chinese, board: &board };
        assert_eq!(chinese.title(), "五子棋 · Momo - MyChat");
        let began = chinese.line(&board.lines()[0]);
        assert_eq!(began, ("系统".into(), "对局开始，Lime执黑先行".into()));
    }

    #[test]
    fn a_saved_game_is_called_by_both_names() {
        let board = board(GameKind::Xiangqi {}, None);
        let words = Words { language: Language::English, board: &board };
        assert_eq!(words.title(), "Chinese chess: Lime, Momo - MyChat");
        assert_eq!((words.doing(Side::First), words.limit()), ("Red".into(), "2026-11-25".into()));
    }

    #[test]
    fn a_result_says_who_why_and_after_how_much() {
        let mut one = Match::of(GameKind::Gomoku { exactly_five: false });
        one.stones(&["H8", "A1", "H7", "A3", "H6", "A5", "H5", "A7"]);
        let last = gomoku::point("H4").unwrap();
        one.t = 590_000;
        one.play(Side::First, Play::Place { point: last });
        let end = one.board.game().end().unwrap();
        let words = |language| Words { language, board: &one.board };
        let english = words(Language::English);
        assert_eq!(english.result(end), "You win!");
        assert_eq!(english.result_text(end), "Five in a row in 9 moves, 9 min 50 s");
        assert_eq!(words(Language::Chinese).result_text(end), "五子连珠，共 9 手，用时 9 分 50 秒");
        let doing = Side::BOTH.map(|side| english.doing(side));
        assert_eq!(doing, ["Winner", "Black got five"]);
        let line = english.line(one.board.lines().last().unwrap());
        assert_eq!(line.1, "青柠 wins: Five in a row");
        assert_eq!(english.count(), ("9 moves".to_owned(), false));
    }

    #[test]
    fn who_wins_by_the_other_is_told_so() {
        let mut one = Match::of(GameKind::Gomoku { exactly_five: false });
        one.stones(&["H8", "A1", "H7"]);
        one.play(Side::Second, Play::Resign {});
        let end = one.board.game().end().unwrap();
        let words = |language| Words { language, board: &one.board };
        assert_eq!(words(Language::English).result_text(end), "The other resigned, 3 moves, 0 s");
        assert_eq!(words(Language::Chinese).result_text(end), "对方认输，共 3 手，用时 0 秒");
        let lost = GameEnd { winner: Some(Side::Second), ..end };
        assert_eq!(words(Language::English).result_text(lost), "Resigned, 3 moves, 0 s");
        let late = GameEnd { why: EndReason::TimeOver, ..end };
        let chinese = words(Language::Chinese);
        assert_eq!(chinese.result(late), "你赢了！");
        assert_eq!(chinese.result_text(late), "对方超时，共 3 手，用时 0 秒");
    }

    #[test]
    fn a_favour_says_what_goes() {
        let mut one = Match::of(GameKind::Gomoku { exactly_five: false });
        one.stones(&["H8", "A1"]);
        let said = |one: &Match, favour| {
            Words { language: Language::English, board: &one.board }.favour(favour)
        };
        // The other has just moved: that move goes.
        let (title, text) = said(&one, Favour::Undo);
        assert_eq!(title, "小满 asks to undo");
        assert_eq!(text, "White's move 2 goes; time is not given back");
        // The other is on the move: one's own answer goes too.
        one.play(Side::First, Play::Place { point: 9 });
        assert!(said(&one, Favour::Undo).1.starts_with("The last two moves"));
        assert_eq!(said(&one, Favour::Draw).0, "小满 offers a draw");
    }

    #[test]
    fn times_are_said_in_the_units_that_fit() {
        let board = board(GameKind::Xiangqi {}, None);
        let words = Words { language: Language::English, board: &board };
        let said = [5, 661, 3_725].map(|seconds| words.time(seconds));
        assert_eq!(said, ["5 s", "11 min 1 s", "1 h 2 min"]);
        assert_eq!(
            [0, 1, 29_001, 462_000, 3_600_000].map(clock),
            ["00:00", "00:01", "00:30", "07:42", "1:00:00"]
        );
    }

    #[test]
    fn the_rules_of_each_game_are_said() {
        let text = |exactly_five| rules(Language::English, GameKind::Gomoku { exactly_five }).text;
        assert!(text(false).contains("Five or more") && text(true).contains("Exactly five"));
        let chess = rules(Language::Chinese, GameKind::Xiangqi {});
        assert_eq!(chess.title, "中国象棋的规则");
        for word in ["照面", "困毙", "长将", "长捉", "六十回合", "60 秒"] {
            assert!(chess.text.contains(word), "{word}");
        }
        assert_eq!(chess.action, "", "there is nothing to choose");
    }
}
