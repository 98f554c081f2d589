//! The window that shows why a throw of dice is fair.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::prelude::{GroupExt, WidgetExt};
use fltk::window::DoubleWindow;

use crate::domain::game::Bytes32;
use crate::ui::app::Msg;
use crate::ui::app::play::PlayMsg;
use crate::ui::app::play::proof::Proof;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::paragraph;
use crate::ui::screen;
use crate::ui::shell::post;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::toast::{self, Edge, Kind};
use crate::ui::widgets::{self, Button, ButtonKind, Control};

const W: i32 = 480;
const H: i32 = 412;
const PADDING: i32 = 24;
/// Where the first value stands, and how far it is to the next one.
const VALUES: i32 = 104;
const STEP: i32 = 44;
/// 64 digits of it fill the line.
const DIGITS: Style = Style { size: 11, line: 16, face: crate::ui::theme::Face::Mono };

/// The window.
pub struct ProofWindow {
    window: DoubleWindow,
    copy: Button,
    close: Button,
    proof: Rc<RefCell<Proof>>,
}

impl ProofWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(proof: Proof) -> ProofWindow {
        let window = widgets::window_at("", screen::over_front(W, H));
        let copy = Button::new(ButtonKind::Outline, "");
        let close = Button::new(ButtonKind::Primary, "");
        window.end();
        let mut this = ProofWindow { window, copy, close, proof: Rc::new(RefCell::new(proof)) };
        this.wire();
        this.reword();
        this.raise();
        this
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, proof: Proof) {
        if *self.proof.borrow() != proof {
            *self.proof.borrow_mut() = proof;
            self.window.redraw();
        }
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        self.window.set_label(tr("game.proof.window"));
        self.copy.set_label(tr("game.proof.copy"));
        self.close.set_label(tr("common.ok"));
        let mut right = W - PADDING;
        for button in [&mut self.close, &mut self.copy] {
            let width = button.wanted_width().max(76);
            button.place(Rect::new(right - width, H - 52, width, 32));
            right -= width + 8;
        }
        self.window.redraw();
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
        self.close.focus();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn wire(&mut self) {
        let leave = || post(Msg::Play(PlayMsg::CloseProof));
        self.close.on_press(leave);
        self.window.set_callback(move |_| leave());
        let proof = Rc::clone(&self.proof);
        self.copy.on_press(move || {
            app::copy(&copied(&proof.borrow()));
            toast::show(screen::front(), Edge::Lower, Kind::Done, tr("game.proof.copied"));
        });
        let proof = Rc::clone(&self.proof);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &proof.borrow());
        });
    }
}

/// Something that is shown.
struct Value {
    /// What it is.
    label: String,
    /// Its digits.
    digits: String,
    /// Whether it is right, where that can be said, and in which words.
    said: Option<(bool, &'static str)>,
}

fn values(proof: &Proof) -> Vec<Value> {
    let fits = match proof.seed_fits {
        true => "game.proof.seed.fits",
        false => "game.proof.seed.other",
    };
    let value = |label: &str, bytes: &Bytes32, said| {
        let digits = data_encoding::HEXLOWER.encode(&bytes.0);
        Value { label: label.to_owned(), digits, said }
    };
    let mut values = vec![
        value(tr("game.proof.said"), &proof.said, None),
        value(tr("game.proof.seed"), &proof.seed, Some((proof.seed_fits, fits))),
    ];
    for (name, nonce, _) in &proof.players {
        values.push(value(&tr_with("game.proof.nonce", &[("name", name)]), nonce, None));
    }
    values
}

/// All of it as a text that can be checked elsewhere.
fn copied(proof: &Proof) -> String {
    let mut lines: Vec<String> =
        values(proof).iter().map(|value| format!("{}: {}", value.label, value.digits)).collect();
    for (name, _, pips) in &proof.players {
        lines.push(format!("{name}: {pips}"));
    }
    lines.join("\n")
}

fn paint(canvas: &Canvas, proof: &Proof) {
    let wide = W - 2 * PADDING;
    let is_fair = proof.seed_fits && proof.pips_follow;
    let (icon, ink, title) = match is_fair {
        true => (Icon::Shield, Colour::Ok, "game.proof.fair"),
        false => (Icon::Warn, Colour::Bad, "game.proof.unfair"),
    };
    canvas.icon_on(icon, PADDING, 22, 20, ink, Colour::Paper);
    let area = Rect::new(PADDING + 28, 20, wide - 28, Style::HEADING.line);
    canvas.text_in(Style::HEADING, ink, area, Align::Left, tr(title));
    let how = Rect::new(PADDING, 52, wide, 48);
    paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, how, Align::Left, tr("game.proof.how"));
    let mut y = VALUES;
    for Value { label, digits, said } in values(proof) {
        canvas.text(Style::CAPTION, Colour::Ink2, PADDING, y, &label);
        if let Some((is_right, key)) = said {
            let x = PADDING + measure::width(Style::CAPTION, &label) + 10;
            verdict(canvas, (x, y), is_right, key);
        }
        let line = Rect::new(PADDING, y + 18, wide, DIGITS.line);
        canvas.text_in(
            DIGITS,
            Colour::Ink,
            line,
            Align::Left,
            &measure::fit(DIGITS, &digits, wide),
        );
        y += STEP;
    }
    let label = tr("game.proof.pips");
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, y, label);
    let fits = match proof.pips_follow {
        true => "game.proof.pips.fit",
        false => "game.proof.pips.other",
    };
    let x = PADDING + measure::width(Style::CAPTION, label) + 10;
    verdict(canvas, (x, y), proof.pips_follow, fits);
    let mut x = PADDING;
    for (name, _, pips) in &proof.players {
        canvas.die(*pips, Rect::new(x, y + 22, 28, 28));
        let room = Rect::new(x + 36, y + 22, wide / 2 - 44, 28);
        let name = measure::fit(Style::BODY, name, room.w);
        canvas.text_in(Style::BODY, Colour::Ink, room, Align::Left, &name);
        x += wide / 2;
    }
}

fn verdict(canvas: &Canvas, (x, y): (i32, i32), is_right: bool, key: &'static str) {
    let (icon, ink) = match is_right {
        true => (Icon::Check, Colour::Ok),
        false => (Icon::Close, Colour::Bad),
    };
    canvas.icon_on(icon, x, y + 1, 14, ink, Colour::Paper);
    canvas.text(Style::CAPTION.bold(), ink, x + 18, y, tr(key));
}
