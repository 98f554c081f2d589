//! The fingerprint windows: first contact, a changed key, and the last question before trusting it.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::trust::{Change, Question, TrustMsg};
use super::app::{Model, Msg, time};
use super::area::Pressable;
use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::paragraph;
use super::shell::post;
use super::text::{self, tr, tr_with};
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, Choice, ChoiceKind, Control, Field, FieldKind};
use crate::domain::ServerId;

const W: i32 = 440;
const LEFT: i32 = 24;
const WIDE: i32 = W - 2 * LEFT;
/// Left edge of the words beside the disc.
const WORDS: i32 = 88;

/// One of the three windows.
pub struct FingerprintWindow {
    window: DoubleWindow,
    kind: Kind,
    go: Option<Button>,
    check: Option<Choice>,
    wrong: Rc<RefCell<bool>>,
    field: Option<Field>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    First,
    Changed,
    Confirm,
}

fn kind_of(question: &Question) -> Kind {
    match question {
        Question::First { .. } => Kind::First,
        Question::Changed(_) => Kind::Changed,
        Question::Confirm { .. } => Kind::Confirm,
    }
}

impl FingerprintWindow {
    /// Makes and shows the one for this question.
    #[must_use]
    pub fn new(question: &Question, model: &Model) -> FingerprintWindow {
        let mut made = match question {
            Question::First { .. } => first(question),
            Question::Changed(change) => changed(change, model),
            Question::Confirm { change, .. } => confirm(change),
        };
        made.window.set_callback(|_| post(Msg::Trust(TrustMsg::Leave)));
        made.window.make_modal(true);
        made.follow(question);
        made.window.show();
        if let Some(field) = &mut made.field {
            field.focus();
        }
        made
    }

    /// Whether it is the window for this question.
    #[must_use]
    pub fn is_for(&self, question: &Question) -> bool {
        self.kind == kind_of(question)
    }

    /// Brings it up to the question.
    pub fn follow(&mut self, question: &Question) {
        match question {
            Question::First { compared, .. } => {
                if let Some(go) = &mut self.go {
                    go.set_enabled(*compared);
                }
                if let Some(check) = &mut self.check {
                    check.set_on(*compared);
                }
            }
            Question::Changed(_) => {}
            Question::Confirm { wrong, .. } => {
                if *self.wrong.borrow() != *wrong {
                    *self.wrong.borrow_mut() = *wrong;
                    self.window.redraw();
                }
                if let Some(field) = &mut self.field {
                    field.set_error(*wrong);
                }
            }
        }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }
}

fn first(question: &Question) -> FingerprintWindow {
    const H: i32 = 340;
    let mut window = widgets::window(tr("fp.window"), W, H);
    let mut copy = Button::new(ButtonKind::Text, tr("fp.copy")).icon(Icon::Copy).left();
    let mut check = Choice::new(ChoiceKind::Check, tr("fp.check"));
    let mut cancel = Button::new(ButtonKind::Outline, tr("common.cancel"));
    let mut go = Button::new(ButtonKind::Primary, tr("fp.go"));
    window.end();
    copy.place(Rect::new(LEFT - 4, 206, copy.wanted_width() + 4, 28));
    check.place(Rect::new(LEFT, 234, check.wanted_width() + 4, 32));
    foot(H, &mut [&mut cancel, &mut go]);
    copy.on_press(|| post(Msg::Trust(TrustMsg::Copy)));
    check.on_change(|on| post(Msg::Trust(TrustMsg::Compared(on))));
    check.on_enter(|| post(Msg::Trust(TrustMsg::Accept)));
    cancel.on_press(|| post(Msg::Trust(TrustMsg::Leave)));
    go.on_press(|| post(Msg::Trust(TrustMsg::Accept)));
    let (address, offered) = (question.address().to_string(), question.offered());
    widgets::backdrop(&mut window, Colour::Paper, move |canvas, _| {
        disc(canvas, Icon::ShieldLine, Colour::BrandSoft, Colour::BrandText);
        canvas.text(Style::HEADING, Colour::Ink, WORDS, 22, tr("fp.first"));
        let place = Rect::new(WORDS, 48, W - WORDS - LEFT, 16);
        canvas.text_in(Style::CAPTION.mono(), Colour::Ink2, place, Align::Left, &address);
        let words = Rect::new(WORDS, 68, W - WORDS - LEFT, 32);
        paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, words, Align::Left, tr("fp.text"));
        groups(canvas, 112, offered, Colour::Sunken, Colour::Ink);
    });
    FingerprintWindow {
        window,
        kind: Kind::First,
        go: Some(go),
        check: Some(check),
        wrong: Rc::default(),
        field: None,
    }
}

fn changed(change: &Change, model: &Model) -> FingerprintWindow {
    const H: i32 = 388;
    let mut window = widgets::window(tr("fp.changed.window"), W, H);
    let label = tr("fp.changed.trust");
    let mut trust = Pressable::new("", move |canvas, area, touched| {
        canvas.fill(area, Colour::Paper);
        if touched.hover {
            canvas.round(area, 6, Colour::BadSoft);
        }
        if touched.ring {
            canvas.frame(area, 6, Colour::Focus, 2);
        }
        canvas.text_in(Style::BODY, Colour::Bad, area, Align::Centre, label);
    });
    let mut leave = Button::new(ButtonKind::Primary, tr("fp.changed.leave"));
    window.end();
    foot(H, &mut [&mut leave]);
    let w = measure::width(Style::BODY, label) + 24;
    trust.place(Rect::new(leave.area().x - 12 - w, leave.area().y, w, 32));
    trust.on_press(|| post(Msg::Trust(TrustMsg::TrustNew)));
    leave.on_press(|| post(Msg::Trust(TrustMsg::Leave)));
    let language = text::language();
    let since = time::day_label(change.since, model.now.wall_ms, &model.zone, language);
    let since = tr_with("fp.changed.since", &[("date", &since)]);
    let words = tr_with("fp.changed.text", &[("name", &change.address.to_string())]);
    let (offered, pinned) = (change.offered, change.pinned);
    widgets::backdrop(&mut window, Colour::Paper, move |canvas, _| {
        disc(canvas, Icon::Warn, Colour::BadSoft, Colour::Bad);
        canvas.text(Style::HEADING, Colour::Ink, WORDS, 22, tr("fp.changed"));
        let area = Rect::new(WORDS, 50, W - WORDS - LEFT, 60);
        paragraph::draw(canvas, Style::BODY, Colour::Ink2, area, Align::Left, &words);
        canvas.text(Style::CAPTION, Colour::Ink2, LEFT, 124, tr("fp.changed.now"));
        groups(canvas, 146, offered, Colour::BadSoft, Colour::Bad);
        canvas.text(Style::CAPTION, Colour::Ink2, LEFT, 252, &since);
        let old = pinned.fingerprint().replace('-', " ");
        canvas.text(Style::CAPTION.mono(), Colour::Ink2, LEFT, 270, &old);
    });
    leave.focus();
    FingerprintWindow {
        window,
        kind: Kind::Changed,
        go: None,
        check: None,
        wrong: Rc::default(),
        field: None,
    }
}

fn confirm(change: &Change) -> FingerprintWindow {
    const H: i32 = 268;
    let mut window = widgets::window(tr("fp.confirm.window"), W, H);
    let mut field = Field::new(FieldKind::Outlined, "").style(Style::HEADING.mono());
    let mut cancel = Button::new(ButtonKind::Outline, tr("common.cancel"));
    let mut go = Button::new(ButtonKind::Danger, tr("fp.confirm.go"));
    window.end();
    field.place(Rect::new(WORDS, 120, 120, 40));
    foot(H, &mut [&mut cancel, &mut go]);
    cancel.on_press(|| post(Msg::Trust(TrustMsg::Leave)));
    let typed = field.clone();
    let submit = move || post(Msg::Trust(TrustMsg::Confirm(typed.value())));
    go.on_press(submit.clone());
    field.on_enter(submit);
    let wrong = Rc::new(RefCell::new(false));
    let shown = Rc::clone(&wrong);
    let address = change.address.to_string();
    widgets::backdrop(&mut window, Colour::Paper, move |canvas, _| {
        disc(canvas, Icon::Warn, Colour::BadSoft, Colour::Bad);
        canvas.text(Style::HEADING, Colour::Ink, WORDS, 22, tr("fp.confirm"));
        let place = Rect::new(WORDS, 48, W - WORDS - LEFT, 16);
        canvas.text_in(Style::CAPTION.mono(), Colour::Ink2, place, Align::Left, &address);
        let area = Rect::new(WORDS, 70, W - WORDS - LEFT, 40);
        let words = tr("fp.confirm.text");
        paragraph::draw(canvas, Style::BODY, Colour::Ink2, area, Align::Left, words);
        if *shown.borrow() {
            canvas.icon_on(Icon::Alert, WORDS, 167, 14, Colour::Bad, Colour::Paper);
            let area = Rect::new(WORDS + 20, 166, W - WORDS - 20 - LEFT, 32);
            let words = tr("fp.confirm.wrong");
            paragraph::draw(canvas, Style::CAPTION, Colour::Bad, area, Align::Left, words);
        }
    });
    let (go, field) = (Some(go), Some(field));
    FingerprintWindow { window, kind: Kind::Confirm, go, check: None, wrong, field }
}

/// Buttons at the lower right, in reading order.
fn foot(height: i32, buttons: &mut [&mut Button]) {
    let mut right = W - LEFT;
    for button in buttons.iter_mut().rev() {
        let w = button.wanted_width();
        right -= w;
        button.place(Rect::new(right, height - 56, w, 32));
        right -= 8;
    }
}

fn disc(canvas: &Canvas, icon: Icon, fill: Colour, ink: Colour) {
    let disc = Rect::new(LEFT, 24, 48, 48);
    canvas.circle(disc, fill);
    canvas.icon_on(icon, disc.x + 12, disc.y + 12, 24, ink, fill);
}

/// Eight groups in two rows.
fn groups(canvas: &Canvas, y: i32, id: ServerId, fill: Colour, ink: Colour) {
    let w = (WIDE - 3 * 8) / 4;
    let style = Style::HEADING.mono().sized(18, 26);
    for (index, group) in id.fingerprint().split('-').enumerate() {
        let index = i32::try_from(index).unwrap_or(0);
        let (column, row) = (index % 4, index / 4);
        let chip = Rect::new(LEFT + column * (w + 8), y + row * 48, w, 40);
        canvas.round(chip, 6, fill);
        canvas.text_in(style, ink, chip, Align::Centre, group);
    }
}
