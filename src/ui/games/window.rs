//! A board window: made, brought up to its board, and what is done in it handed over.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType};
use fltk::frame::Frame;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::areas::{self, Areas, Grid, LINE, SMALLEST, USUAL};
use super::beside::{self, MoveRows, TalkRow, Timed};
use super::cards::{CardView, Pressed};
use super::words::Words;
use super::{hands, tokens, wood};
use crate::domain::game::{Favour, GameKind};
use crate::ui::app::games::board::{Board, BoardMsg, Card, Warning};
use crate::ui::app::games::news::{Line, Speaker};
use crate::ui::app::games::replay::ReplayMsg;
use crate::ui::app::games::scene::Scene;
use crate::ui::paint::{Canvas, Icon, Rect};
use crate::ui::screen;
use crate::ui::text::{Language, language, tr};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    self, Button, ButtonKind, Control, Field, FieldKind, IconButton, ScrollList, Slider, Strip,
    StripKind,
};

/// Who is told what is done in the window.
pub type Told = Rc<dyn Fn(BoardMsg)>;

/// The window.
pub struct BoardWindow {
    pub(super) parts: Parts,
}

#[derive(Clone)]
pub(super) struct Parts {
    pub window: DoubleWindow,
    pub view: Native,
    pub card: CardView,
    strip: Strip,
    players: Frame,
    actions: [hands::Action; 3],
    review: Button,
    again: Button,
    slider: Slider,
    steps: [IconButton; 7],
    more: IconButton,
    moves: ScrollList,
    talk: ScrollList,
    pub input: Field,
    send: IconButton,
    pub shown: Rc<RefCell<Shown>>,
    pub told: Told,
}

/// What was shown last.
pub(super) struct Shown {
    pub board: Board,
    pub scene: Scene,
    timed: Timed,
    card: Option<Card>,
    warning: Option<Warning>,
    pub grid: Grid,
    areas: Areas,
    moves: MoveRows,
    talk: Vec<TalkRow>,
    /// What that was made of, and for which width and language.
    said: Option<(Vec<Line>, i32, Language)>,
}

/// The buttons of a replay but the last one, with what they do.
const STEPS: [(Icon, &str, BoardMsg); 6] = [
    (Icon::First, "game.replay.first", BoardMsg::Replay(ReplayMsg::First)),
    (Icon::ChevLeft, "game.replay.back", BoardMsg::Replay(ReplayMsg::Back)),
    (Icon::Play, "game.replay.play", BoardMsg::Replay(ReplayMsg::Play)),
    (Icon::ChevRight, "game.replay.on", BoardMsg::Replay(ReplayMsg::On)),
    (Icon::Last, "game.replay.last", BoardMsg::Replay(ReplayMsg::Last)),
    (Icon::Download, "game.file.save.tip", BoardMsg::Save),
];

/// The buttons of a running game.
const ACTIONS: [(Icon, &str, &str, BoardMsg); 3] = [
    (Icon::Undo, "game.undo", "game.board.undo.tip", BoardMsg::Ask(Favour::Undo)),
    (Icon::Draw, "game.draw", "game.board.draw.tip", BoardMsg::Ask(Favour::Draw)),
    (Icon::Flag, "game.resign", "game.board.resign.tip", BoardMsg::Resign),
];

impl BoardWindow {
    /// Makes and shows it; `place` says where a window of a size stands.
    #[must_use]
    pub fn new(board: &Board, place: impl FnOnce((i32, i32)) -> Rect, told: Told) -> BoardWindow {
        let window = widgets::window_at("", place(USUAL));
        let parts = Parts::new(&window, board, told);
        window.end();
        let mut this = BoardWindow { parts };
        this.parts.window.size_range(SMALLEST.0, SMALLEST.1, 0, 0);
        this.parts.window.make_resizable(true);
        this.parts.wire();
        this.reword();
        this.raise();
        this
    }

    /// Brings it up to its board.
    pub fn follow(&mut self, board: &Board) {
        self.parts.follow(board);
    }

    /// Speaks the language of the moment.
    pub fn reword(&mut self) {
        self.parts.reword();
    }

    /// Brings it to the front, with the keyboard on the board.
    pub fn raise(&mut self) {
        self.parts.window.show();
        // Refused only while hidden.
        let _hidden = self.parts.view.take_focus();
    }

    /// Where it stands.
    #[must_use]
    pub fn area(&self) -> Rect {
        screen::area_of(&self.parts.window)
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.parts.window);
    }
}

impl Parts {
    fn new(window: &DoubleWindow, board: &Board, told: Told) -> Parts {
        let shown = Rc::new(RefCell::new(Shown {
            board: board.clone(),
            scene: Scene::default(),
            timed: Timed::default(),
            card: None,
            warning: None,
            grid: Grid::default(),
            areas: Areas::default(),
            moves: MoveRows::default(),
            talk: Vec::new(),
            said: None,
        }));
        let mut view = Native::new(0, 0, 0, 0, None);
        view.set_frame(FrameType::FlatBox);
        view.super_draw(false);
        view.super_handle_first(false);
        let pressed = card_presses(&shown, &told);
        let (listed, talked) = (Rc::clone(&shown), Rc::clone(&shown));
        let actions = ACTIONS.map(|(icon, key, ..)| hands::Action::new(icon, key));
        let mut players = Frame::new(0, 0, 0, 0, None);
        let drawn = Rc::clone(&shown);
        players.draw(move |frame| drawn.borrow().paint_players(Rect::of(frame)));
        Parts {
            window: window.clone(),
            view,
            players,
            actions,
            review: Button::new(ButtonKind::Outline, ""),
            again: Button::new(ButtonKind::Primary, ""),
            slider: Slider::new(1),
            steps: [0, 1, 2, 3, 4, 5, 6].map(|at| {
                let icon = STEPS.get(at).map_or(Icon::Folder, |(icon, ..)| *icon);
                IconButton::new(icon, "")
            }),
            more: IconButton::new(Icon::More, "").icon_size(18),
            moves: ScrollList::new(Colour::Paper, move |canvas, row| {
                listed.borrow().moves.paint(canvas, row);
            })
            .plain(),
            talk: ScrollList::new(Colour::Paper, move |canvas, row| {
                if let Some(line) = talked.borrow().talk.get(row.index) {
                    line.paint(canvas, row.area);
                }
            })
            .plain(),
            input: Field::new(FieldKind::Outlined, "").style(Style::BODY),
            send: IconButton::new(Icon::Send, "").icon_size(18),
            // Above everything, so made last.
            strip: Strip::new(),
            card: CardView::new(pressed),
            shown,
            told,
        }
    }

    fn wire(&mut self) {
        let shown = Rc::clone(&self.shown);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, area| {
            let areas = shown.borrow().areas;
            canvas.fill(Rect { x: areas.board.right(), ..area }, Colour::Paper);
            beside::behind(canvas, &areas);
        });
        let shown = Rc::clone(&self.shown);
        self.view.draw(move |view| shown.borrow().paint_board(Rect::of(view), view.has_focus()));
        let told = Rc::clone(&self.told);
        self.window.set_callback(move |_| told(BoardMsg::Close));
        let this = self.clone();
        self.window.resize_callback(move |window, _, _, _, _| {
            this.clone().lay_out();
            window.redraw();
        });
        let this = self.clone();
        self.view.handle(move |_, event| hands::on_board(&mut this.clone(), event));
        let this = self.clone();
        self.window.super_handle_first(false);
        self.window.handle(move |_, event| match event {
            Event::KeyDown | Event::Shortcut => hands::on_key(&this, app::event_key()),
            _ => false,
        });
        let tolds = self.tolds();
        for ((action, (.., msg)), told) in self.actions.iter_mut().zip(ACTIONS).zip(tolds) {
            action.place.on_press(move || told(msg.clone()));
        }
        let tolds = self.tolds();
        for ((step, (.., msg)), told) in self.steps.iter_mut().zip(STEPS).zip(tolds) {
            step.on_press(move || told(msg.clone()));
        }
        let (told, shown) = (Rc::clone(&self.told), Rc::clone(&self.shown));
        self.steps[6].on_press(move || {
            let leaves = shown.borrow().board.begun().me.is_some();
            told(if leaves { BoardMsg::Replay(ReplayMsg::Leave) } else { BoardMsg::Open });
        });
        let told = Rc::clone(&self.told);
        self.review.on_press(move || told(BoardMsg::Replay(ReplayMsg::Begin)));
        let told = Rc::clone(&self.told);
        self.again.on_press(move || told(BoardMsg::Again));
        let told = Rc::clone(&self.told);
        self.slider.on_change(move |at| {
            told(BoardMsg::Replay(ReplayMsg::To(usize::try_from(at).unwrap_or(0))));
        });
        let this = self.clone();
        self.more.on_press(move || hands::open_menu_of(&this, &this.more));
        self.wire_talk();
    }

    fn wire_talk(&mut self) {
        let this = self.clone();
        self.moves.on_click(move |row| {
            let shown = this.shown.borrow();
            let is_over = shown.board.game().end().is_some() || shown.board.begun().me.is_none();
            let area = Rect { h: LINE, ..this.moves.area() };
            let plies = shown.moves.plies_at(row, MoveRows::is_second(area, app::event_x()));
            drop(shown);
            // While one plays, the board shows what is now.
            if is_over {
                (this.told)(BoardMsg::Replay(ReplayMsg::To(plies)));
            }
        });
        let this = self.clone();
        let say = move || {
            let text = this.input.value();
            if !text.trim().is_empty() && this.shown.borrow().board.may_say() {
                this.input.clone().set_value("");
                (this.told)(BoardMsg::Say(text));
            }
        };
        let again = say.clone();
        self.input.on_enter(say);
        self.send.on_press(again);
        let this = self.clone();
        self.input.on_escape(move || {
            // Refused only while hidden.
            let _hidden = this.view.clone().take_focus();
            (this.told)(BoardMsg::Escape);
        });
    }

    /// Whether a card or the strip lies over the board.
    pub fn is_covered(&self) -> bool {
        self.card.is_shown() || self.shown.borrow().warning.is_some()
    }

    /// What opens the menu.
    pub fn menu_button(&self) -> IconButton {
        self.more.clone()
    }

    /// The one who is told, as often as there is something to tell.
    fn tolds(&self) -> impl Iterator<Item = Told> + use<> {
        std::iter::repeat(Rc::clone(&self.told))
    }

    fn reword(&mut self) {
        for (action, (.., tip, _)) in self.actions.iter_mut().zip(ACTIONS) {
            action.place.set_tip(tr(tip));
        }
        for (step, (_, tip, _)) in self.steps.iter_mut().zip(STEPS) {
            step.set_tip(tr(tip));
        }
        self.review.set_label(tr("game.replay"));
        self.more.set_tip(tr("game.board.more"));
        self.input.set_placeholder(tr("game.board.say"));
        self.send.set_tip(tr("game.board.send"));
        self.send.set_on(true);
        self.show();
        self.lay_out();
        self.window.redraw();
    }

    /// Brings everything up to a board.
    fn follow(&mut self, board: &Board) {
        let is_same = self.shown.borrow().board.version() == board.version();
        self.shown.borrow_mut().board = board.clone();
        if !is_same {
            self.show();
            self.lay_out();
            self.window.redraw();
            return;
        }
        let words = Words { language: language(), board };
        let timed = Timed::of(&words);
        let mut shown = self.shown.borrow_mut();
        let is_on_time = shown.timed == timed;
        let is_covered_as_before = (shown.card, shown.warning) == (board.card(), board.warning());
        shown.timed = timed;
        drop(shown);
        if !is_covered_as_before {
            self.cover(&words);
            self.window.redraw();
        } else if !is_on_time {
            self.players.redraw();
        }
    }

    /// Takes in what does not depend on the size of the window.
    fn show(&mut self) {
        let board = self.shown.borrow().board.clone();
        let words = Words { language: language(), board: &board };
        self.window.set_label(&words.title());
        let moves = MoveRows { moves: board.written_moves(language()), shown: board.shown_plies() };
        let (rows, at) = (moves.count(), moves.shown.saturating_sub(1) / 2);
        {
            let mut shown = self.shown.borrow_mut();
            shown.scene = board.scene();
            shown.timed = Timed::of(&words);
            shown.moves = moves;
        }
        self.moves.set_rows(std::iter::repeat_n(LINE, rows));
        self.moves.reveal(at);
        self.enable(&board);
    }

    /// Which controls are there, and which can be pressed.
    fn enable(&mut self, board: &Board) {
        let (plays, replays) = (board.begun().me.is_some(), board.replay().is_some());
        let is_over =
            board.game().end().is_some() && !matches!(board.card(), Some(Card::Result(_)));
        self.send.set_enabled(board.may_say());
        let may = [board.may_ask(Favour::Undo), board.may_ask(Favour::Draw), board.may_resign()];
        for (action, may) in self.actions.iter_mut().zip(may) {
            action.place.set_shown(plays && !replays && !is_over);
            action.set_enabled(may);
        }
        self.review.set_shown(plays && !replays && is_over);
        self.again.set_shown(plays && !replays && is_over);
        self.again.set_enabled(board.may_play_again());
        self.again.set_label(tr(board.again_key()));
        for step in &mut self.steps {
            step.set_shown(replays);
        }
        self.slider.set_shown(replays);
        let plies = i32::try_from(board.game().plies()).unwrap_or(i32::MAX);
        self.slider.set_last(plies);
        self.slider.set_value(i32::try_from(board.shown_plies()).unwrap_or(0));
        let (icon, tip) = match board.replay().is_some_and(|replay| replay.plays()) {
            true => (Icon::Pause, "game.replay.stop"),
            false => (Icon::Play, "game.replay.play"),
        };
        self.steps[2].set(icon, tr(tip));
        let (icon, tip) = match plays {
            true => (Icon::Close, "game.replay.leave"),
            false => (Icon::Folder, "game.file.open.tip"),
        };
        self.steps[6].set(icon, tr(tip));
        self.talk.set_shown(plays);
        self.input.set_shown(plays);
        self.send.set_shown(plays);
    }

    /// Places everything, and breaks what is said into lines.
    fn lay_out(&mut self) {
        let board = self.shown.borrow().board.clone();
        let plays = board.begun().me.is_some();
        let areas = Areas::new((self.window.w(), self.window.h()), plays);
        let resize = |area: Rect| (area.x, area.y, area.w, area.h);
        let (x, y, w, h) = resize(areas.board);
        self.view.resize(x, y, w, h);
        let [first, _] = areas.players;
        let (x, y, w, h) = resize(Rect { h: areas.count.bottom() - first.y, ..first });
        self.players.resize(x, y, w, h);
        for (action, area) in self.actions.iter_mut().zip(areas.buttons) {
            action.place.place(area);
        }
        let wide = self.again.wanted_width().max((areas.line.w - 8) / 2);
        self.review.place(Rect::new(areas.line.x, 222, areas.line.w - 8 - wide, 32));
        self.again.place(Rect::new(areas.line.right() - wide, 222, wide, 32));
        self.slider.place(areas.slider);
        for (step, area) in self.steps.iter_mut().zip(areas.steps) {
            step.place(area);
        }
        self.more.place(areas.more);
        self.moves.place(areas.moves);
        self.input.place(areas.input);
        self.send.place(areas.send);
        self.strip.place(areas.strip);
        self.shown.borrow_mut().areas = areas;
        let words = Words { language: language(), board: &board };
        self.show_talk(&words, areas.talk);
        self.cover(&words);
    }

    /// The last line stands just above the box, however few there are.
    fn show_talk(&mut self, words: &Words<'_>, area: Rect) {
        let was_at_end = self.talk.is_at_end();
        let is_more = self.break_talk(words, area.w);
        let high = self.shown.borrow().talk.iter().map(TalkRow::height).sum::<i32>().min(area.h);
        self.talk.place(Rect { y: area.bottom() - high, h: high, ..area });
        if was_at_end || is_more {
            self.talk.to_end();
        }
    }

    /// Tells whether the lines are other ones than before.
    fn break_talk(&mut self, words: &Words<'_>, width: i32) -> bool {
        let said = (words.board.lines(), width, words.language);
        if self.shown.borrow().said.as_ref() == Some(&said) {
            return false;
        }
        let me = words.board.begun().me;
        let is_mine =
            |from: Speaker| matches!((from, me), (Speaker::Player(side), Some(me)) if side == me);
        let row = |line: &Line| TalkRow::new(words.line(line), is_mine(line.0), width);
        let rows: Vec<TalkRow> = said.0.iter().map(row).collect();
        let mut shown = self.shown.borrow_mut();
        let is_more = shown.talk.len() != rows.len();
        let heights: Vec<i32> = rows.iter().map(TalkRow::height).collect();
        shown.talk = rows;
        shown.said = Some(said);
        drop(shown);
        self.talk.set_rows(heights);
        is_more
    }

    /// What lies over the board: the strip and the card.
    fn cover(&mut self, words: &Words<'_>) {
        let board = words.board;
        let (card, warning, areas) = (board.card(), board.warning(), self.shown.borrow().areas);
        if let Some(warning) = warning {
            let icon = if warning == Warning::Offline { Icon::Offline } else { Icon::Clock };
            self.strip.set(StripKind::Warning, icon, &words.warning(warning), "");
        }
        self.strip.set_shown(warning.is_some());
        let size = card.map_or((1, 1), |card| CardView::size(card, board.score().is_some()));
        let is_above = !board.is_marked_above();
        let area = areas::card(&areas, size, is_above, warning.is_some());
        self.card.show(card, words, area);
        let mut shown = self.shown.borrow_mut();
        shown.grid = areas::grid(&areas, board.size(), warning.is_some());
        (shown.card, shown.warning) = (card, warning);
    }
}

/// What the buttons of a card mean.
fn card_presses(shown: &Rc<RefCell<Shown>>, told: &Told) -> impl Fn(Pressed) + Clone + use<> {
    let (shown, told) = (Rc::clone(shown), Rc::clone(told));
    move |pressed| {
        let card = shown.borrow().card;
        let msg = match (card, pressed) {
            (Some(Card::Favour(..)), pressed) => BoardMsg::Answer(pressed == Pressed::Right),
            (Some(Card::Resign), pressed) => BoardMsg::ResignAnswered(pressed == Pressed::Right),
            (Some(Card::Result(_)), Pressed::Left) => BoardMsg::Replay(ReplayMsg::Begin),
            (Some(Card::Result(_)), Pressed::Right) => BoardMsg::Again,
            (Some(Card::Result(_)), Pressed::Close) => BoardMsg::CloseResult,
            (None, _) => return,
        };
        told(msg);
    }
}

impl Shown {
    fn paint_board(&self, area: Rect, has_focus: bool) {
        let canvas = Canvas::over(area);
        match self.board.begun().kind {
            GameKind::Xiangqi {} => {
                wood::xiangqi(&canvas, area, &self.grid, self.board.is_turned(), language());
            }
            _ => wood::gomoku(&canvas, area, &self.grid),
        }
        tokens::draw(&canvas, &self.grid, &self.board, &self.scene, has_focus);
    }

    fn paint_players(&self, area: Rect) {
        let canvas = Canvas::over(area);
        canvas.fill(area, Colour::Paper);
        let words = Words { language: language(), board: &self.board };
        beside::players(&canvas, &self.areas, &words, &self.timed);
    }
}
