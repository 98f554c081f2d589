//! The appearance page of the settings: colours, sizes, motion.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetExt};

use super::cards::{CardLook, Cards};
use super::sheet::{Sheet, put_right};
use super::{Leaf, leaf, set};
use crate::ui::app::Model;
use crate::ui::app::settings::{SettingMsg, TEXT_SIZES, ThemeChoice};
use crate::ui::paint::{Align, Canvas, Rect, text as measure};
use crate::ui::screen;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style, Theme, metric};
use crate::ui::widgets::{Choice, ChoiceKind, Control, Segments, Slider};

const THEMES: [(ThemeChoice, &str); 3] = [
    (ThemeChoice::Light, "panel.theme.light"),
    (ThemeChoice::Dark, "panel.theme.dark"),
    (ThemeChoice::System, "panel.theme.system"),
];
/// The picture of a theme.
const PICTURE: (i32, i32) = (120, 76);
/// From one picture to the next.
const STEP: i32 = 140;
/// The pictures with the words below them.
const PICTURES: i32 = 112;
/// The mark before those words takes so much.
const MARK: i32 = 24;
const SLIDER: i32 = 168;
/// The letters at both ends of the slider, with the room around them.
const LETTERS: i32 = 26;

/// The page.
pub struct AppearancePage {
    group: Group,
    sheet: Rc<RefCell<Sheet>>,
    themes: Cards,
    size: Slider,
    sample: Rc<Cell<Sample>>,
    scale: Segments,
    /// What the scale can be on this screen; nothing where there is no choice.
    scales: Rc<RefCell<Vec<Option<i32>>>>,
    list: Segments,
    still: Choice,
}

/// The row of the text size.
#[derive(Clone, Copy, Default, PartialEq)]
struct Sample {
    row: Rect,
    size: i32,
}

impl AppearancePage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect) -> AppearancePage {
        let sample: Rc<Cell<Sample>> = Rc::default();
        let drawn = Rc::clone(&sample);
        let (group, sheet) = leaf(area, move |canvas| drawn.get().paint(canvas));
        let slot = |at: i32| Rect::new(at * STEP, 0, PICTURE.0, PICTURES);
        let mut themes = Cards::new((0..3).map(slot).collect(), paint_theme);
        themes.on_change(|index| {
            if let Some((choice, _)) = THEMES.get(index) {
                set(SettingMsg::Theme(*choice));
            }
        });
        let mut size = Slider::new(TEXT_SIZES.end() - TEXT_SIZES.start());
        size.on_change(|value| set(SettingMsg::TextSize(TEXT_SIZES.start() + value)));
        let scales: Rc<RefCell<Vec<Option<i32>>>> = Rc::default();
        let mut scale = Segments::new(&[""]);
        let chosen = Rc::clone(&scales);
        scale.on_change(move |index| {
            if let Some(scale) = chosen.borrow().get(index) {
                set(SettingMsg::Scale(*scale));
            }
        });
        let mut list = Segments::new(&["", ""]);
        list.on_change(|index| set(SettingMsg::Compact(index == 1)));
        let mut still = Choice::new(ChoiceKind::Toggle, "");
        still.on_change(|on| set(SettingMsg::Still(on)));
        group.end();
        AppearancePage { group, sheet, themes, size, sample, scale, scales, list, still }
    }
}

impl Leaf for AppearancePage {
    fn group(&self) -> Group {
        self.group.clone()
    }

    fn lay_out(&mut self) {
        self.list.set_options(&[tr("set.list.loose"), tr("set.list.compact")]);
        let scales = screen::scales();
        let mut sheet = Sheet::new(Rect::of(&self.group));
        sheet.heading(tr("set.theme"));
        self.themes.place(sheet.space(PICTURES));
        sheet.heading(tr(if scales.is_empty() { "set.sizes.text" } else { "set.sizes" }));
        let w = SLIDER + 2 * LETTERS;
        // The hint is drawn with a sample behind it; what stands here keeps the place.
        let row = sheet.row(tr("set.text"), " ", w);
        self.size.place(Rect::new(row.right() - w + LETTERS, row.y + 20, SLIDER, 16));
        self.sample.set(Sample { row, ..self.sample.get() });
        self.scale.set_shown(!scales.is_empty());
        if !scales.is_empty() {
            let words: Vec<String> = scales
                .iter()
                .map(|scale| {
                    scale.map_or(tr("set.scale.auto").to_owned(), |scale| format!("{scale}%"))
                })
                .collect();
            self.scale.set_options(&words.iter().map(String::as_str).collect::<Vec<_>>());
            let w = self.scale.wanted_width();
            let row = sheet.row(tr("set.scale"), "", w);
            put_right(&mut self.scale, row, w, metric::BUTTON);
        }
        *self.scales.borrow_mut() = scales;
        let w = self.list.wanted_width();
        let row = sheet.row(tr("set.list"), "", w);
        put_right(&mut self.list, row, w, metric::BUTTON);
        let row = sheet.row(tr("set.still"), tr("set.still.hint"), 36);
        put_right(&mut self.still, row, 36, metric::BUTTON);
        *self.sheet.borrow_mut() = sheet;
    }

    fn follow(&mut self, model: &Model) {
        let settings = &model.settings;
        let theme = THEMES.iter().position(|(choice, _)| *choice == settings.theme);
        self.themes.set_chosen(theme.unwrap_or(0));
        self.size.set_value(settings.text_size - TEXT_SIZES.start());
        let sample = Sample { size: settings.text_size, ..self.sample.get() };
        if self.sample.replace(sample) != sample {
            self.group.redraw();
        }
        let scale = self.scales.borrow().iter().position(|scale| *scale == settings.scale);
        self.scale.set_chosen(scale.unwrap_or(0));
        self.list.set_chosen(usize::from(settings.compact));
        self.still.set_on(settings.still);
    }
}

impl Sample {
    /// The size as a number, words in that size, and letters at the ends of the slider.
    fn paint(self, canvas: &Canvas) {
        let row = self.row;
        let ends = row.right() - SLIDER - 2 * LETTERS;
        let words = tr_with("set.text.hint", &[("n", &self.size.to_string())]);
        let baseline = row.y + 30 + Style::CAPTION.baseline();
        let hint = canvas.text(Style::CAPTION, Colour::Ink2, row.x, row.y + 30, &words);
        let style = Style::message(self.size);
        let x = row.x + hint + measure::width(Style::CAPTION, " ");
        let area = Rect::new(x, baseline - style.baseline(), ends - 4 - x, style.line);
        canvas.text_in(style, Colour::Ink, area, Align::Left, tr("set.text.sample"));
        let end = |x: i32| Rect::new(x, row.y, LETTERS - 8, row.h);
        let (small, large) = (Style::CAPTION, Style::MESSAGE.sized(16, 24));
        canvas.text_in(small, Colour::Ink2, end(ends), Align::Right, tr("set.text.small"));
        let right = end(row.right() - LETTERS + 8);
        canvas.text_in(large, Colour::Ink2, right, Align::Right, tr("set.text.large"));
    }
}

/// A colour as it looks in a theme, whichever is the current one.
fn dyed(colour: Colour, theme: Theme) -> Colour {
    let rgb = colour.in_theme(theme);
    Colour::Fixed(u32::from_be_bytes([0, rgb.0, rgb.1, rgb.2]))
}

/// A small window in a theme, and its name.
fn paint_theme(canvas: &Canvas, look: &CardLook) {
    let Some((choice, key)) = THEMES.get(look.index) else { return };
    let (side, main) = match choice {
        ThemeChoice::Light => (Theme::Light, Theme::Light),
        ThemeChoice::Dark => (Theme::Dark, Theme::Dark),
        ThemeChoice::System => (Theme::Light, Theme::Dark),
    };
    let area = Rect::new(look.area.x, look.area.y, PICTURE.0, PICTURE.1);
    let at = |x: i32, y: i32, w: i32, h: i32| Rect::new(area.x + x, area.y + y, w, h);
    canvas.round(area, metric::RADIUS_CARD, dyed(Colour::Canvas, main));
    canvas.round(at(0, 0, 44, PICTURE.1), metric::RADIUS_CARD, dyed(Colour::Paper, side));
    canvas.fill(at(36, 0, 8, PICTURE.1), dyed(Colour::Canvas, main));
    canvas.line_down(area.x + 35, area.y, PICTURE.1, dyed(Colour::Line, side));
    canvas.circle(at(10, 12, 18, 18), dyed(Colour::Brand, side));
    let peer = if choice == &ThemeChoice::System { Theme::Light } else { main };
    let outline = Some((dyed(Colour::PeerLine, peer), 1));
    canvas.pill(at(46, 16, 44, 14), dyed(Colour::BubblePeer, peer), outline);
    canvas.pill(at(60, 37, 50, 14), dyed(Colour::BubbleMe, main), None);
    look.outline(canvas, area, metric::RADIUS_CARD, Colour::Field);
    let words = measure::width(Style::BODY, tr(key)).min(area.w - MARK);
    let x = area.x + (area.w - MARK - words) / 2;
    let middle = area.bottom() + 18;
    look.mark(canvas, x, middle);
    let place = Rect::new(x + MARK, middle - Style::BODY.line / 2, words, Style::BODY.line);
    canvas.text_in(Style::BODY, Colour::Ink, place, Align::Left, tr(key));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::Language;

    #[test]
    fn the_words_of_a_theme_fit_below_its_picture() {
        for (_, key) in THEMES {
            for language in [Language::Chinese, Language::English] {
                // Letters are at most so wide as they are high, those of Europe a bit over half.
                let wide = |c: char| {
                    if c.is_ascii() { Style::BODY.size * 6 / 10 + 1 } else { Style::BODY.size }
                };
                let words: i32 = language.get(key).chars().map(wide).sum();
                assert!(words <= PICTURE.0 - MARK, "{key}: {words}");
            }
        }
    }
}
