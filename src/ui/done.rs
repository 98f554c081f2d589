//! The window with the new number and the recovery code, which are shown this once.

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::Msg;
use super::app::done::{Done, DoneMsg, Way};
use super::form::{LEFT, WIDE};
use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::paragraph;
use super::shell::post;
use super::text::{tr, tr_with};
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, ButtonSize, Control};

const W: i32 = 400;
const H: i32 = 524;

/// The keys of what it says.
#[derive(Clone, Copy)]
struct Words {
    window: &'static str,
    title: &'static str,
    recovery: &'static str,
    note: &'static str,
}

impl Words {
    fn of(done: &Done) -> Words {
        match done.way {
            Way::Registered => Words {
                window: "reg.done.window",
                title: "reg.done",
                recovery: "reg.recovery",
                note: "reg.note",
            },
            Way::Recovered => Words {
                window: "recover.done.window",
                title: "recover.done",
                recovery: "recover.code.new",
                note: "recover.note",
            },
        }
    }
}

/// The window.
pub struct DoneWindow {
    window: DoubleWindow,
}

impl DoneWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(done: &Done) -> DoneWindow {
        let words = Words::of(done);
        let mut window = widgets::window(tr(words.window), W, H);
        let mut number = Button::new(ButtonKind::Text, tr("reg.number.copy")).icon(Icon::Copy);
        let w = number.wanted_width();
        number.place(Rect::new((W - w) / 2, 232, w, 28));
        let mut code = Button::new(ButtonKind::Text, tr("reg.recovery.copy"))
            .icon(Icon::Copy)
            .size(ButtonSize::Small)
            .on(Colour::GoldSoft);
        let w = code.wanted_width();
        code.place(Rect::new(LEFT + WIDE - 12 - w, 282, w, 28));
        let mut enter = Button::new(ButtonKind::Primary, tr("reg.enter")).size(ButtonSize::Large);
        enter.place(Rect::new(LEFT, H - 64, WIDE, 40));
        window.end();
        number.on_press(|| post(Msg::Done(DoneMsg::CopyNumber)));
        code.on_press(|| post(Msg::Done(DoneMsg::CopyRecovery)));
        enter.on_press(|| post(Msg::Done(DoneMsg::Enter)));
        window.set_callback(|_| post(Msg::Done(DoneMsg::Close)));
        let done = done.clone();
        widgets::backdrop(&mut window, Colour::Paper, move |canvas, area| {
            paint_done(canvas, area, &done, &words);
            let title_w = WIDE - 12 - w - 8 - 12;
            paint_recovery(canvas, &done.recovery_shown(), (tr(words.recovery), title_w));
        });
        window.make_modal(true);
        window.show();
        enter.focus();
        DoneWindow { window }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }
}

fn paint_done(canvas: &Canvas, area: Rect, done: &Done, words: &Words) {
    let welcome = tr_with(words.title, &[("name", &done.person.nickname)]);
    let number = done.person.account.to_string();
    canvas.leaf(18, 18, 84, 150, Colour::Leaf);
    canvas.leaf(W - 18, 6, 76, 205, Colour::Leaf);
    canvas.avatar(done.person.portrait(), (W - 72) / 2, 32, 72, false);
    let badge = Rect::new(W / 2 + 13, 81, 26, 26);
    canvas.circle(badge, Colour::Paper);
    canvas.circle(badge.inset(2), Colour::Ok);
    canvas.icon_on(Icon::Check, badge.x + 6, badge.y + 6, 14, Colour::White, Colour::Ok);
    let line = |y: i32, style: Style| Rect::new(area.x + 16, y, area.w - 32, style.line);
    canvas.text_in(Style::HEADING, Colour::Ink, line(120, Style::HEADING), Align::Centre, &welcome);
    let caption = line(150, Style::CAPTION);
    canvas.text_in(Style::CAPTION, Colour::Ink2, caption, Align::Centre, tr("reg.number"));
    let display = line(174, Style::DISPLAY);
    canvas.text_in(Style::DISPLAY, Colour::BrandText, display, Align::Centre, &number);
    let note = Rect::new(LEFT, 404, WIDE, 32);
    paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, note, Align::Centre, tr(words.note));
}

/// The code, with its title in so much room beside the button.
fn paint_recovery(canvas: &Canvas, recovery: &str, (title, title_w): (&str, i32)) {
    let card = Rect::new(LEFT, 272, WIDE, 120);
    canvas.round(card, 8, Colour::GoldSoft);
    let style = Style::CAPTION.bold();
    let place = Rect::new(card.x + 12, card.y + 8, title_w, 32);
    paragraph::draw_middle(canvas, style, Colour::GoldText, place, title);
    let mono = Style::MESSAGE.bold().mono();
    let fits = measure::width(mono, recovery) <= card.w - 24;
    let mono = if fits { mono } else { Style::CAPTION.bold().mono() };
    let code = Rect::new(card.x + 12, card.y + 46, card.w - 24, 24);
    canvas.text_in(mono, Colour::Ink, code, Align::Centre, recovery);
    let note = Rect::new(card.x + 12, card.y + 78, card.w - 24, 32);
    let words = tr("reg.recovery.note");
    paragraph::draw(canvas, Style::CAPTION, Colour::GoldText, note, Align::Left, words);
}
