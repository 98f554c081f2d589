//! The card over a board: what the other asks, whether one gives up, how it ended.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::enums::Damage;
use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::tokens;
use super::words::Words;
use crate::domain::Portrait;
use crate::domain::game::Side;
use crate::game::FAVOUR_MS;
use crate::ui::app::games::board::Card;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{Button, ButtonKind, Control, IconButton};

/// Between the outline and what is in it.
const PADDING: i32 = 20;

/// Which of its buttons was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The left one, which is the gentle one.
    Left,
    /// The right one.
    Right,
    /// The cross.
    Close,
}

/// What it shows.
#[derive(Default)]
struct Shown {
    title: String,
    text: String,
    face: Option<Portrait>,
    /// What stands for the winner, before the title.
    mark: Option<(bool, Side)>,
    /// Won, drawn, lost.
    score: Option<[u32; 3]>,
    /// What is left of the time to answer: words, and thousandths.
    left: Option<(String, i32)>,
    is_result: bool,
}

/// The card.
#[derive(Clone)]
pub struct CardView {
    group: Group,
    left: Button,
    right: Button,
    close: IconButton,
    shown: Rc<RefCell<Shown>>,
    /// What it was laid out for.
    card: Rc<RefCell<Option<Card>>>,
}

impl CardView {
    /// Hidden, in the group that is open.
    pub fn new(pressed: impl Fn(Pressed) + Clone + 'static) -> CardView {
        let mut group = Group::new(0, 0, 1, 1, None);
        let mut left = Button::new(ButtonKind::Outline, "");
        let mut right = Button::new(ButtonKind::Primary, "");
        let mut close = IconButton::new(Icon::Close, "").icon_size(16);
        group.end();
        group.hide();
        let told = pressed.clone();
        left.on_press(move || told(Pressed::Left));
        let told = pressed.clone();
        right.on_press(move || told(Pressed::Right));
        close.on_press(move || pressed(Pressed::Close));
        let shown: Rc<RefCell<Shown>> = Rc::default();
        let drawn = Rc::clone(&shown);
        group.super_draw(false);
        group.draw(move |group| {
            // Only its buttons, unless all of it is wanted.
            if group.damage_type().bits() & !Damage::Child.bits() != 0 {
                let area = Rect::of(group);
                drawn.borrow().paint(&Canvas::over(area), area);
            }
            group.draw_children();
        });
        CardView { group, left, right, close, shown, card: Rc::default() }
    }

    /// Whether it is there.
    pub fn is_shown(&self) -> bool {
        self.group.visible()
    }

    /// Gives the keyboard to its first button.
    pub fn focus(&mut self) {
        self.left.focus();
    }

    /// Where it is.
    pub fn area(&self) -> Rect {
        Rect::of(&self.group)
    }

    /// How large it is for this.
    pub fn size(card: Card, has_score: bool) -> (i32, i32) {
        match card {
            Card::Favour(..) => (360, 176),
            Card::Resign => (360, 148),
            Card::Result(_) if has_score => (320, 212),
            Card::Result(_) => (320, 148),
        }
    }

    /// Shows this there, or goes.
    pub fn show(&mut self, card: Option<Card>, words: &Words<'_>, area: Rect) {
        let Some(card) = card else {
            self.group.hide();
            *self.card.borrow_mut() = None;
            return;
        };
        *self.shown.borrow_mut() = Shown::of(card, words);
        let kind = std::mem::discriminant(&card);
        let is_new = self.card.borrow().is_none_or(|old| std::mem::discriminant(&old) != kind);
        *self.card.borrow_mut() = Some(card);
        if Rect::of(&self.group) != area {
            self.group.resize(area.x, area.y, area.w, area.h);
        }
        self.reword(card, words);
        self.lay_out(card, area);
        self.group.show();
        if is_new && card == Card::Resign {
            self.left.focus();
        }
    }

    fn reword(&mut self, card: Card, words: &Words<'_>) {
        let (left, right, kind) = match card {
            Card::Favour(..) => ("game.board.decline", "game.board.accept", ButtonKind::Primary),
            Card::Resign => ("common.cancel", "game.resign", ButtonKind::Danger),
            Card::Result(_) => ("game.replay", words.board.again_key(), ButtonKind::Primary),
        };
        self.left.set_label(tr(left));
        self.right.set_label(tr(right));
        self.right.set_kind(kind);
        let may = !matches!(card, Card::Result(_)) || words.board.may_play_again();
        let is_meant = !words.board.is_guarded();
        self.left.set_enabled(is_meant);
        self.right.set_enabled(may && is_meant);
        self.close.set_tip(tr("game.board.close"));
    }

    fn lay_out(&mut self, card: Card, area: Rect) {
        let y = area.bottom() - PADDING - metric::BUTTON;
        let is_result = matches!(card, Card::Result(_));
        if is_result {
            let wide = area.w - 48 - 8;
            let first = (wide * 44 / 100).max(self.left.wanted_width());
            self.left.place(Rect::new(area.x + 24, y, first, 32));
            self.right.place(Rect::new(area.x + 24 + first + 8, y, wide - first, 32));
        } else {
            let mut right = area.right() - PADDING;
            for button in [&mut self.right, &mut self.left] {
                let wide = button.wanted_width().max(56);
                button.place(Rect::new(right - wide, y, wide, 32));
                right -= wide + 8;
            }
        }
        self.close.set_shown(is_result);
        self.close.place(Rect::new(area.right() - 40, area.y + 6, 32, 32));
    }
}

impl Shown {
    fn of(card: Card, words: &Words<'_>) -> Shown {
        let board = words.board;
        match card {
            Card::Favour(favour, left_ms) => {
                let (title, text) = words.favour(favour);
                let seconds = left_ms.div_ceil(1_000).to_string();
                let left = words.language.fill("game.board.favour.left", &[("n", &seconds)]);
                let part = i32::try_from(left_ms * 1_000 / FAVOUR_MS).unwrap_or(1_000);
                let face = board.other().and_then(|other| other.portrait);
                Shown { title, text, face, left: Some((left, part)), ..Shown::default() }
            }
            Card::Resign => {
                let name = board.other().map_or("", |other| &other.name);
                Shown {
                    title: words.language.get("game.board.resign").to_owned(),
                    text: words.language.fill("game.board.resign.text", &[("name", name)]),
                    ..Shown::default()
                }
            }
            Card::Result(end) => Shown {
                title: words.result(end).to_owned(),
                text: words.result_text(end),
                mark: end.winner.and(board.begun().me).map(|me| (words.has_pieces(), me)),
                score: board.score().map(|score| [score.won, score.drawn, score.lost]),
                is_result: true,
                ..Shown::default()
            },
        }
    }

    fn paint(&self, canvas: &Canvas, area: Rect) {
        canvas.card(area, metric::RADIUS_CARD, Colour::Paper, Colour::Field, 1);
        if self.is_result {
            self.paint_result(canvas, area);
        } else {
            self.paint_question(canvas, area);
        }
    }

    fn paint_result(&self, canvas: &Canvas, area: Rect) {
        let title = text::width(Style::TITLE, &self.title);
        let mark = if self.mark.is_some() { 24 + 8 } else { 0 };
        let x = area.x + (area.w - title - mark) / 2;
        if let Some((is_xiangqi, side)) = self.mark {
            tokens::mark(canvas, Rect::new(x, area.y + 27, 24, 24), is_xiangqi, side);
        }
        canvas.text(Style::TITLE, Colour::Ink, x + mark, area.y + 25, &self.title);
        let line = Rect::new(area.x + 16, area.y + 58, area.w - 32, 20);
        canvas.text_in(Style::BODY, Colour::Ink2, line, Align::Centre, &self.text);
        let Some(score) = self.score else { return };
        let keys = ["game.board.won", "game.board.drawn", "game.board.lost"];
        let left = area.x + (area.w - 3 * 76) / 2;
        for ((column, count), key) in (0..).zip(score).zip(keys) {
            let place = Rect::new(left + column * 76, area.y + 94, 76, 28);
            canvas.text_in(Style::TITLE, Colour::Ink, place, Align::Centre, &count.to_string());
            let under = Rect { y: place.bottom(), h: 16, ..place };
            canvas.text_in(Style::CAPTION, Colour::Ink2, under, Align::Centre, tr(key));
            if column > 0 {
                canvas.line_down(place.x, place.y, 44, Colour::Line);
            }
        }
    }

    fn paint_question(&self, canvas: &Canvas, area: Rect) {
        let (x, y) = (area.x + PADDING, area.y + PADDING);
        match self.face {
            Some(face) => canvas.avatar(face, x, y, 40, false),
            None => {
                canvas.circle(Rect::new(x, y, 40, 40), Colour::BadSoft);
                canvas.icon_on(Icon::Flag, x + 10, y + 10, 20, Colour::Bad, Colour::BadSoft);
            }
        }
        let words = Rect::new(x + 52, y - 2, area.right() - PADDING - x - 52, 24);
        canvas.text_in(Style::HEADING, Colour::Ink, words, Align::Left, &self.title);
        let under = Rect { y: words.bottom(), h: 20, ..words };
        canvas.text_in(Style::CAPTION, Colour::Ink2, under, Align::Left, &self.text);
        let Some((left, part)) = &self.left else { return };
        let bar = Rect::new(x, area.y + 100, area.w - 2 * PADDING, 4);
        canvas.round(bar, 2, Colour::Sunken);
        canvas.round(Rect { w: (bar.w * part / 1_000).max(4), ..bar }, 2, Colour::Brand);
        let line = Rect::new(x, area.bottom() - PADDING - 32, area.w / 2, 32);
        canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, left);
    }
}
