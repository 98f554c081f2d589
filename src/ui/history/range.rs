//! The window of the question from which day to which a conversation is exported.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::say;
use crate::ui::app::history::range::{RangeAsked, RangeMsg, RangeTrouble};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, Control, Field, FieldKind};

const W: i32 = 360;
const H: i32 = 232;
const PADDING: i32 = 24;
const GAP: i32 = 12;
/// A field.
const WIDE: i32 = (W - 2 * PADDING - GAP) / 2;
const FIELDS_Y: i32 = 84;

/// The window.
pub struct RangeWindow {
    window: DoubleWindow,
    /// The first day and the last one.
    fields: [Field; 2],
    trouble: Rc<RefCell<Option<RangeTrouble>>>,
}

impl RangeWindow {
    /// Makes and shows it.
    pub fn new(asked: &RangeAsked) -> RangeWindow {
        let window = widgets::window(tr("hist.range"), W, H);
        let days = [(PADDING, asked.days.0), (PADDING + WIDE + GAP, asked.days.1)];
        let fields = days.map(|(x, day)| {
            let mut field = Field::new(FieldKind::Outlined, tr("hist.range.form"));
            field.place(Rect::new(x, FIELDS_Y, WIDE, 36));
            field.set_value(&day.to_string());
            field
        });
        let cancel = Button::new(ButtonKind::Outline, tr("common.cancel"));
        let go = Button::new(ButtonKind::Primary, tr("hist.range.go"));
        window.end();
        let mut this = RangeWindow { window, fields, trouble: Rc::default() };
        this.wire(cancel, go);
        this.window.make_modal(true);
        this.window.show();
        this.fields[0].focus();
        this.fields[0].select_all();
        this
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, asked: &RangeAsked) {
        if *self.trouble.borrow() == asked.trouble {
            return;
        }
        *self.trouble.borrow_mut() = asked.trouble;
        let (first, last) = match asked.trouble {
            None => (false, false),
            Some(RangeTrouble::First) => (true, false),
            Some(RangeTrouble::Last) => (false, true),
            Some(RangeTrouble::Order) => (true, true),
        };
        for (field, is_wrong) in self.fields.iter_mut().zip([first, last]) {
            field.set_error(is_wrong);
        }
        match (first, last) {
            (true, _) => self.fields[0].focus(),
            (false, true) => self.fields[1].focus(),
            (false, false) => {}
        }
        self.window.redraw();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn wire(&mut self, mut cancel: Button, mut go: Button) {
        let mut right = W - PADDING;
        for button in [&mut go, &mut cancel] {
            let width = button.wanted_width().max(76);
            button.place(Rect::new(right - width, H - 56, width, 32));
            right -= width + 8;
        }
        cancel.on_press(|| say(RangeMsg::Close.into()));
        let [first, last] = self.fields.clone();
        let submit = move || say(RangeMsg::Submit(first.value(), last.value()).into());
        go.on_press(submit.clone());
        for field in &mut self.fields {
            field.on_enter(submit.clone());
            field.on_change(|| say(RangeMsg::Typed.into()));
        }
        self.window.set_callback(|_| say(RangeMsg::Close.into()));
        let trouble = Rc::clone(&self.trouble);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, *trouble.borrow());
        });
    }
}

fn paint(canvas: &Canvas, trouble: Option<RangeTrouble>) {
    let wide = W - 2 * PADDING;
    let title = Rect::new(PADDING, 20, wide, Style::HEADING.line);
    canvas.text_in(Style::HEADING, Colour::Ink, title, Align::Left, tr("hist.range.title"));
    let labels = [(PADDING, "hist.range.first"), (PADDING + WIDE + GAP, "hist.range.last")];
    for (x, key) in labels {
        let label = Rect::new(x, FIELDS_Y - 22, WIDE, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, label, Align::Left, tr(key));
    }
    let key = match trouble {
        None => return,
        Some(RangeTrouble::First | RangeTrouble::Last) => "hist.range.none",
        Some(RangeTrouble::Order) => "hist.range.order",
    };
    let y = FIELDS_Y + 40;
    canvas.icon_on(Icon::Alert, PADDING, y + 1, 14, Colour::Bad, Colour::Paper);
    let area = Rect::new(PADDING + 20, y, wide - 20, 32);
    paragraph::draw(canvas, Style::CAPTION, Colour::Bad, area, Align::Left, tr(key));
}
