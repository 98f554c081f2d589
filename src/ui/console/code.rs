//! The window with a one-time code: shown this once, to be passed on to its person.

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::model::{Fact, Msg};
use super::shell::post;
use crate::net::verb::ResetCode;
use crate::ui::paint::{Align, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::screen;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, Control, backdrop};

const W: i32 = 400;
const H: i32 = 264;
const PADDING: i32 = 24;
const WIDE: i32 = W - 2 * PADDING;

/// The window.
pub struct CodeWindow {
    window: DoubleWindow,
}

impl CodeWindow {
    /// Makes and shows it over another window.
    #[must_use]
    pub fn new(code: &ResetCode, over: Rect) -> CodeWindow {
        let place = Rect::new(over.x + (over.w - W) / 2, over.y + (over.h - H) / 3, W, H);
        let mut window = widgets::window_at(tr("con.reset"), screen::fit(place, screen::room()));
        window.begin();
        let mut copy = Button::new(ButtonKind::Primary, tr("common.copy")).icon(Icon::Copy);
        let mut close = Button::new(ButtonKind::Outline, tr("common.close"));
        window.end();
        let title = tr_with("con.reset.title", &[("name", &code.nickname)]);
        let (number, letters) = (code.account.to_string(), code.code.clone());
        let note = tr_with("con.reset.note", &[("n", &code.minutes.to_string())]);
        backdrop(&mut window, Colour::Paper, move |canvas, _| {
            let line = |y, h| Rect::new(PADDING, y, WIDE, h);
            canvas.text_in(Style::HEADING, Colour::Ink, line(18, 24), Align::Left, &title);
            canvas.text_in(Style::CAPTION, Colour::Ink2, line(43, 16), Align::Left, &number);
            let card = line(72, 48);
            canvas.card(card, 8, Colour::GoldSoft, Colour::Gold, 1);
            // As large as it fits.
            let style = Style::BODY.mono().bold().sized(16, 24);
            let wide = crate::ui::paint::text::width(style, &letters) > card.w - 16;
            let style = if wide { Style::BODY.mono().bold() } else { style };
            canvas.text_in(style, Colour::Ink, card, Align::Centre, &letters);
            paragraph::draw(
                canvas,
                Style::CAPTION,
                Colour::Ink2,
                line(132, 64),
                Align::Left,
                &note,
            );
        });
        let mut right = W - PADDING;
        for button in [&mut copy, &mut close] {
            let w = button.wanted_width().max(76);
            button.place(Rect::new(right - w, H - PADDING - 32, w, 32));
            right -= w + 8;
        }
        copy.on_press(|| post(Msg::Copy(Fact::Reset)));
        close.on_press(|| post(Msg::Dismiss));
        window.set_callback(|_| post(Msg::Dismiss));
        window.handle(|_, event| {
            let is_key = matches!(event, Event::KeyDown | Event::Shortcut);
            let is_escape = is_key && app::event_key() == Key::Escape;
            if is_escape {
                post(Msg::Dismiss);
            }
            is_escape
        });
        window.make_modal(true);
        window.show();
        copy.focus();
        CodeWindow { window }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }
}
