//! Asks before people are disconnected.

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::model::{Answer, Msg, Question};
use super::shell::post;
use crate::ui::paint::{Align, Rect};
use crate::ui::paragraph;
use crate::ui::screen;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, Choice, ChoiceKind, Control, backdrop};

const W: i32 = 400;
const H: i32 = 192;

/// The question, on the screen.
pub struct Ask {
    window: DoubleWindow,
    /// What it asks.
    pub question: Question,
}

impl Ask {
    /// Asks in the middle of another window.
    pub fn open(question: Question, people: u64, over: &DoubleWindow) -> Ask {
        let (title, go) = match question {
            Question::Stop => (tr("con.ask.stop"), tr("srv.stop")),
            Question::Restart => (tr("con.ask.restart"), tr("srv.restart")),
            Question::Close => (tr("con.ask.close"), tr("con.ask.close.go")),
        };
        let words = match people {
            1 => tr("con.ask.one").to_owned(),
            people => tr_with("con.ask.people", &[("n", &people.to_string())]),
        };
        let mut window = widgets::window(tr("con.window"), W, H);
        let place = Rect::new(over.x() + (over.w() - W) / 2, over.y() + (over.h() - H) / 3, W, H);
        let place = screen::fit(place, screen::room());
        window.set_pos(place.x, place.y);
        window.begin();
        let mut notice = Choice::new(ChoiceKind::Check, tr("con.ask.notice"));
        let mut cancel = Button::new(ButtonKind::Outline, tr("common.cancel")).ringed();
        let mut yes = Button::new(ButtonKind::Danger, go);
        window.end();
        backdrop(&mut window, Colour::Paper, move |canvas, _| {
            let place = Rect::new(24, 20, W - 48, 24);
            canvas.text_in(Style::HEADING, Colour::Ink, place, Align::Left, title);
            let place = Rect::new(24, 52, W - 48, 40);
            paragraph::draw(canvas, Style::BODY, Colour::Ink2, place, Align::Left, &words);
        });
        notice.place(Rect::new(24, 96, notice.wanted_width().min(W - 48), 24));
        let yes_w = yes.wanted_width().max(76);
        let cancel_w = cancel.wanted_width().max(76);
        let y = H - 48;
        yes.place(Rect::new(W - 24 - yes_w, y, yes_w, 32));
        cancel.place(Rect::new(W - 24 - yes_w - 8 - cancel_w, y, cancel_w, 32));
        cancel.on_press(|| post(Msg::Answer(Answer::No)));
        yes.on_press(move || {
            post(Msg::Answer(if notice.is_on() { Answer::Notice } else { Answer::Yes }));
        });
        window.set_callback(|_| post(Msg::Answer(Answer::No)));
        window.handle(|_, event| {
            let is_escape = event == Event::KeyDown && app::event_key() == Key::Escape;
            if is_escape {
                post(Msg::Answer(Answer::No));
            }
            is_escape
        });
        window.make_modal(true);
        window.show();
        cancel.focus();
        Ask { window, question }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }
}
