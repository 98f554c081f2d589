//! The window in which an invitation to a board game is made up.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use crate::domain::AccountId;
use crate::domain::game::{Begins, GameName};
use crate::ui::app::play::PlayMsg;
use crate::ui::app::play::invite::{Invitation, InvitationMsg, MINUTES};
use crate::ui::app::play::look::game_words;
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Align, Canvas, Rect, text as measure};
use crate::ui::screen;
use crate::ui::shell::post;
use crate::ui::text::{language, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, Choice, ChoiceKind, Control};

const W: i32 = 360;
const H: i32 = 308;
const PADDING: i32 = 20;
const BEGINS: [(Begins, &str); 3] = [
    (Begins::Drawn, "game.ask.drawn"),
    (Begins::Inviter, "game.ask.me"),
    (Begins::Invited, "game.ask.peer"),
];
/// The upper edges of the two rows of choices, and of the tick below them.
const FIRST: i32 = 110;
const SECOND: i32 = 170;
const TICK: i32 = 206;
/// A row's words stand so far above it, clear of its rings of focus.
const LABEL: i32 = 22;

/// The window.
pub struct InvitationWindow {
    window: DoubleWindow,
    begins: Vec<Choice>,
    minutes: Vec<Choice>,
    exactly: Choice,
    rules: Button,
    cancel: Button,
    go: Button,
    to: AccountId,
    game: GameName,
    view: Rc<RefCell<View>>,
}

#[derive(Clone, PartialEq, Eq)]
struct View {
    game: GameName,
    title: String,
    /// Why the server would say no.
    refusal: Option<&'static str>,
}

fn say(msg: InvitationMsg) {
    post(Msg::Play(PlayMsg::Invitation(msg)));
}

impl InvitationWindow {
    /// Makes and shows it, over another window.
    #[must_use]
    pub fn new(one: &Invitation, model: &Model, over: Rect) -> InvitationWindow {
        let window = widgets::window_at("", screen::over(over, (W, H)));
        let radio = || Choice::new(ChoiceKind::Radio, "");
        let begins = BEGINS.iter().map(|_| radio()).collect();
        let minutes = MINUTES.iter().map(|_| radio()).collect();
        let exactly = Choice::new(ChoiceKind::Check, "");
        let rules = Button::new(ButtonKind::Quiet, "");
        let cancel = Button::new(ButtonKind::Outline, "");
        let go = Button::new(ButtonKind::Primary, "");
        window.end();
        let view =
            Rc::new(RefCell::new(View { game: one.game, title: String::new(), refusal: None }));
        let (to, game) = (one.to, one.game);
        let mut this = InvitationWindow {
            window,
            begins,
            minutes,
            exactly,
            rules,
            cancel,
            go,
            to,
            game,
            view,
        };
        this.wire();
        this.reword(one, model);
        this.window.make_modal(true);
        this.raise();
        this
    }

    /// Whether it is about this.
    #[must_use]
    pub fn is_for(&self, one: &Invitation) -> bool {
        (self.to, self.game) == (one.to, one.game)
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, one: &Invitation, model: &Model) {
        for ((begins, _), choice) in BEGINS.into_iter().zip(&mut self.begins) {
            choice.set_on(begins == one.begins);
        }
        for (minutes, choice) in MINUTES.into_iter().zip(&mut self.minutes) {
            choice.set_on(minutes == one.minutes);
        }
        self.exactly.set_on(one.exactly_five);
        let (name, game) = (model.people.name(one.to), game_words(one.game, language()));
        let title = tr_with("game.ask.title", &[("name", &name), ("game", game)]);
        let refusal = model.invitation_refusal(one);
        self.go.set_enabled(refusal.is_none());
        let view = View { game: one.game, title, refusal };
        if self.view.replace(view.clone()) != view {
            self.window.redraw();
        }
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self, one: &Invitation, model: &Model) {
        self.window.set_label(tr("game.ask.window"));
        for ((_, key), choice) in BEGINS.into_iter().zip(&mut self.begins) {
            choice.set_label(tr(key));
        }
        for (minutes, choice) in MINUTES.into_iter().zip(&mut self.minutes) {
            match minutes {
                Some(n) => {
                    choice.set_label(&tr_with("game.ask.minutes", &[("n", &n.to_string())]));
                }
                None => choice.set_label(tr("game.ask.no_limit")),
            }
        }
        self.exactly.set_label(tr("game.ask.exactly"));
        self.exactly.set_shown(self.game == GameName::Gomoku);
        self.rules.set_label(tr("game.menu.rules"));
        let wide = self.rules.wanted_width();
        self.rules.place(Rect::new(PADDING - 8, H - 52, wide, 32));
        self.cancel.set_label(tr("common.cancel"));
        self.go.set_label(tr("game.ask.send"));
        in_a_row(&mut self.begins, FIRST);
        in_a_row(&mut self.minutes, SECOND);
        let wide = self.exactly.wanted_width();
        self.exactly.place(Rect::new(PADDING, TICK, wide, 32));
        let mut right = W - PADDING;
        for button in [&mut self.go, &mut self.cancel] {
            let width = button.wanted_width().max(56);
            button.place(Rect::new(right - width, H - 52, width, 32));
            right -= width + 8;
        }
        self.follow(one, model);
        self.window.redraw();
    }

    /// Brings it to the front; Enter sends.
    pub fn raise(&mut self) {
        self.window.show();
        self.go.focus();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn wire(&mut self) {
        for ((begins, _), choice) in BEGINS.into_iter().zip(&mut self.begins) {
            choice.on_change(move |_| say(InvitationMsg::Begins(begins)));
            choice.on_enter(|| say(InvitationMsg::Send));
        }
        for (minutes, choice) in MINUTES.into_iter().zip(&mut self.minutes) {
            choice.on_change(move |_| say(InvitationMsg::Minutes(minutes)));
            choice.on_enter(|| say(InvitationMsg::Send));
        }
        self.exactly.on_change(|on| say(InvitationMsg::ExactlyFive(on)));
        self.exactly.on_enter(|| say(InvitationMsg::Send));
        self.rules.on_press(|| say(InvitationMsg::Rules));
        self.go.on_press(|| say(InvitationMsg::Send));
        self.cancel.on_press(|| say(InvitationMsg::Close));
        self.window.set_callback(|_| say(InvitationMsg::Close));
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow());
        });
    }
}

fn in_a_row(choices: &mut [Choice], y: i32) {
    let mut x = PADDING;
    for choice in choices {
        let wide = choice.wanted_width();
        choice.place(Rect::new(x, y, wide, 32));
        x += wide + 20;
    }
}

fn paint(canvas: &Canvas, view: &View) {
    let tile = Rect::new(PADDING, PADDING, 56, 56);
    canvas.game_tile(view.game, tile);
    let words = Rect::new(tile.right() + 14, tile.y + 4, W - PADDING - tile.right() - 14, 24);
    let title = measure::fit(Style::HEADING, &view.title, words.w);
    canvas.text_in(Style::HEADING, Colour::Ink, words, Align::Left, &title);
    let hint = Rect { y: words.bottom() + 2, h: 16, ..words };
    let (ink, key) = match view.refusal {
        Some(key) => (Colour::Bad, key),
        None => (Colour::Ink2, "game.ask.hint"),
    };
    canvas.text_in(Style::CAPTION, ink, hint, Align::Left, tr(key));
    let who = match view.game {
        GameName::Xiangqi => "game.ask.red",
        _ => "game.ask.black",
    };
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, FIRST - LABEL, tr(who));
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, SECOND - LABEL, tr("game.ask.time"));
}
