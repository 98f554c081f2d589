//! The language page of the settings: words, and how times are said.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::GroupExt;

use super::cards::{CardLook, Cards};
use super::sheet::{Sheet, put_right};
use super::{Leaf, leaf, set};
use crate::ui::app::Model;
use crate::ui::app::settings::SettingMsg;
use crate::ui::app::time::Hours;
use crate::ui::paint::{Align, Canvas, Rect};
use crate::ui::text::{Language, LanguageChoice, tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{Control, Segments};

const CHOICES: [LanguageChoice; 3] = [
    LanguageChoice::System,
    LanguageChoice::Fixed(Language::Chinese),
    LanguageChoice::Fixed(Language::English),
];
const CARD: i32 = 56;
const GAP: i32 = 8;

/// The page.
pub struct LanguagePage {
    group: Group,
    sheet: Rc<RefCell<Sheet>>,
    words: Cards,
    hours: Segments,
}

impl LanguagePage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect) -> LanguagePage {
        let (group, sheet) = leaf(area, |_| {});
        let wide = area.w - 2 * super::sheet::PADDING;
        let slot = |at: i32| Rect::new(0, at * (CARD + GAP), wide, CARD);
        let mut words = Cards::new((0..3).map(slot).collect(), paint_card);
        words.on_change(|index| {
            if let Some(choice) = CHOICES.get(index) {
                set(SettingMsg::Language(*choice));
            }
        });
        let mut hours = Segments::new(&["", ""]);
        hours.on_change(|index| {
            set(SettingMsg::Hours(if index == 0 { Hours::TwentyFour } else { Hours::Twelve }));
        });
        group.end();
        LanguagePage { group, sheet, words, hours }
    }
}

impl Leaf for LanguagePage {
    fn group(&self) -> Group {
        self.group.clone()
    }

    fn lay_out(&mut self) {
        self.hours.set_options(&[tr("set.hours.whole"), tr("set.hours.half")]);
        let mut sheet = Sheet::new(Rect::of(&self.group));
        sheet.heading(tr("set.words"));
        self.words.place(sheet.space(3 * CARD + 2 * GAP));
        sheet.heading(tr("set.format"));
        let w = self.hours.wanted_width();
        let row = sheet.row(tr("set.hours"), "", w);
        put_right(&mut self.hours, row, w, metric::BUTTON);
        sheet.remark(tr("set.at_once"));
        *self.sheet.borrow_mut() = sheet;
    }

    fn follow(&mut self, model: &Model) {
        let chosen = CHOICES.iter().position(|choice| *choice == model.settings.language);
        self.words.set_chosen(chosen.unwrap_or(0));
        self.hours.set_chosen(usize::from(model.settings.hours == Hours::Twelve));
    }
}

/// The name of a language in its own words, and in those of the other one.
fn paint_card(canvas: &Canvas, look: &CardLook) {
    let Some(choice) = CHOICES.get(look.index) else { return };
    let (title, hint) = match choice {
        LanguageChoice::System => {
            let name = Language::of_system().own_name();
            (tr("panel.language.system"), tr_with("set.words.system.hint", &[("name", name)]))
        }
        LanguageChoice::Fixed(language) => {
            // In the words of the other one, for whoever reads only that.
            let hint = match language {
                Language::Chinese => Language::English.get("set.words.chinese"),
                Language::English => Language::Chinese.get("set.words.english"),
            };
            (language.own_name(), hint.to_owned())
        }
    };
    let area = look.area;
    let ground = if look.hover && !look.chosen { Colour::Hover } else { Colour::Paper };
    canvas.round(area, metric::RADIUS_CARD, ground);
    look.outline(canvas, area, metric::RADIUS_CARD, Colour::Line);
    look.mark(canvas, area.x + 17, area.y + CARD / 2);
    let line = |y: i32, style: Style| Rect::new(area.x + 45, area.y + y, area.w - 57, style.line);
    let style = if look.chosen { Style::MESSAGE.bold() } else { Style::MESSAGE };
    canvas.text_in(style, Colour::Ink, line(9, style), Align::Left, title);
    let style = Style::CAPTION;
    canvas.text_in(style, Colour::Ink2, line(31, style), Align::Left, &hint);
}
