//! The foot of a page: a line, what is in the way, two buttons.

use super::layout::{FOOT, LEFT, WIDE};
use crate::client::Failure;
use crate::ui::app::profile::ProfileMsg;
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Button, ButtonKind, Control, NAV_WIDTH};

/// The narrowest button.
const BUTTON_MIN: i32 = 56;

/// What is in the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Saying {
    /// Nothing.
    #[default]
    Nothing,
    /// There is no link.
    Offline,
    /// Something failed.
    Bad(String),
}

impl Saying {
    /// No link is said before what failed by it.
    #[must_use]
    pub fn of(model: &Model, problem: Option<&Failure>) -> Saying {
        match problem {
            _ if !model.link.is_up() => Saying::Offline,
            Some(failure) => Saying::Bad(text::failure(text::language(), failure)),
            None => Saying::Nothing,
        }
    }
}

/// Both buttons: "Cancel", and the one that does it.
#[derive(Clone)]
pub struct Foot {
    cancel: Button,
    /// The one that does it.
    pub go: Button,
}

impl Foot {
    /// Made inside the page that is being made, as its last controls.
    pub fn new(go: &str) -> Foot {
        let mut cancel = Button::new(ButtonKind::Outline, tr("common.cancel"));
        cancel.on_press(|| post(Msg::Profile(ProfileMsg::Close)));
        let mut foot = Foot { cancel, go: Button::new(ButtonKind::Primary, go) };
        foot.place();
        foot
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self, go: &str) {
        self.cancel.set_label(tr("common.cancel"));
        self.go.set_label(go);
        self.place();
    }

    fn place(&mut self) {
        let mut right = LEFT + WIDE;
        for button in [&mut self.go, &mut self.cancel] {
            let width = button.wanted_width().max(BUTTON_MIN);
            button.place(Rect::new(right - width, FOOT + 13, width, 32));
            right -= width + 8;
        }
    }

    /// Paints what lies beside the buttons.
    pub fn paint(&self, canvas: &Canvas, saying: &Saying) {
        canvas.line_across(NAV_WIDTH, FOOT, LEFT + WIDE + LEFT - NAV_WIDTH, Colour::Line);
        paint_saying(canvas, saying, self.cancel.area().x - 12);
    }
}

/// Paints what is in the way, at the left of the foot.
pub fn paint_saying(canvas: &Canvas, saying: &Saying, right: i32) {
    let (icon, ink, words) = match saying {
        Saying::Nothing => return,
        Saying::Offline => (Icon::Offline, Colour::Ink2, tr("profile.offline")),
        Saying::Bad(words) => (Icon::Alert, Colour::Bad, words.as_str()),
    };
    canvas.icon_on(icon, LEFT, FOOT + 21, 16, ink, Colour::Paper);
    let left = LEFT + 24;
    let area = Rect::new(left, FOOT + 5, right - left, 48);
    let count = paragraph::lines(Style::CAPTION, words, area.w, 3).len();
    let height = Style::CAPTION.line * i32::try_from(count).unwrap_or(1);
    let area = Rect::new(left, area.y + (area.h - height) / 2, area.w, height);
    paragraph::draw(canvas, Style::CAPTION, ink, area, crate::ui::paint::Align::Left, words);
}
