//! The register window, and the one that shows the new number.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::register::{
    AVATARS_SHOWN, Field as Place, FieldError, Register, RegisterMsg, Typed,
};
use super::app::strength::strength;
use super::app::{Model, Msg};
use super::area::Pressable;
use super::form::{Form, LEFT, WIDE};
use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::paragraph;
use super::shell::post;
use super::text::{self, tr};
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, ButtonSize, Control, Field, FieldKind};
use crate::client::api::Secret;
use crate::domain::AVATARS;

const W: i32 = 400;
const H: i32 = 600;
const NICKNAME_MAX: usize = 16;

/// The register window.
pub struct RegisterWindow {
    window: DoubleWindow,
    avatars: Vec<Pressable>,
    nickname: Field,
    password: Field,
    again: Field,
    code: Field,
    go: Button,
    cancel: Button,
    view: Rc<RefCell<View>>,
}

/// What is painted behind the controls.
#[derive(Clone, Default, PartialEq)]
struct View {
    register: Option<Register>,
    busy: bool,
    strength: u8,
    form: Form,
}

impl RegisterWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(register: &Register, model: &Model) -> RegisterWindow {
        let window = widgets::window(tr("reg.window"), W, H);
        let view = Rc::new(RefCell::new(View::default()));
        let avatars = (0..=AVATARS_SHOWN).map(|slot| avatar_button(slot, &view)).collect();
        let nickname = Field::new(FieldKind::Outlined, "").counter(NICKNAME_MAX);
        let secret = || Field::new(FieldKind::Outlined, "").secret(tr("login.password.show"));
        let (password, again) = (secret(), secret());
        let code = Field::new(FieldKind::Outlined, tr("reg.code.hint"));
        let go = Button::new(ButtonKind::Primary, tr("reg.go")).size(ButtonSize::Large);
        let cancel = Button::new(ButtonKind::Text, tr("common.cancel"));
        window.end();
        let mut made =
            RegisterWindow { window, avatars, nickname, password, again, code, go, cancel, view };
        made.place();
        made.wire();
        made.follow(register, model);
        made.window.make_modal(true);
        made.window.show();
        made.nickname.focus();
        made
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    /// Puts the cursor into a field.
    pub fn focus(&mut self, place: Place) {
        match place {
            Place::Nickname => self.nickname.focus(),
            Place::Password => self.password.focus(),
            Place::Again => self.again.focus(),
            Place::Code => self.code.focus(),
        }
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, register: &Register, model: &Model) {
        let busy = model.is_registering();
        let new = View {
            register: Some(register.clone()),
            busy,
            strength: self.view.borrow().strength,
            form: form_of(register),
        };
        if *self.view.borrow() == new {
            return;
        }
        for row in &new.form.rows {
            let field = match row.place {
                Place::Nickname => &mut self.nickname,
                Place::Password => &mut self.password,
                Place::Again => &mut self.again,
                Place::Code => &mut self.code,
            };
            field.place(row.field);
            field.set_error(!row.error.is_empty());
        }
        for (slot, avatar) in (0..).zip(&mut self.avatars) {
            avatar.place(Rect::new(LEFT - 4 + 50 * slot, new.form.avatars_y, 48, 48));
        }
        self.code.set_shown(register.needs_code);
        self.go.set_busy(busy);
        self.cancel.set_shown(busy);
        *self.view.borrow_mut() = new;
        self.window.redraw();
    }

    fn place(&mut self) {
        self.go.place(Rect::new(LEFT, 536, WIDE, 40));
        let w = self.cancel.wanted_width();
        self.cancel.place(Rect::new(LEFT + WIDE - w, 500, w, 28));
    }

    fn wire(&mut self) {
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow());
        });
        self.window.set_callback(|_| post(Msg::Register(RegisterMsg::Close)));
        self.cancel.on_press(|| post(Msg::Register(RegisterMsg::Cancel)));
        let fields =
            (self.nickname.clone(), self.password.clone(), self.again.clone(), self.code.clone());
        let typed = move || Typed {
            nickname: fields.0.value(),
            password: Secret::new(fields.1.value()),
            again: Secret::new(fields.2.value()),
            code: fields.3.value(),
        };
        let submit = {
            let typed = typed.clone();
            move || post(Msg::Register(RegisterMsg::Submit(typed())))
        };
        self.go.on_press(submit.clone());
        let all = [
            (Place::Nickname, &mut self.nickname),
            (Place::Password, &mut self.password),
            (Place::Again, &mut self.again),
            (Place::Code, &mut self.code),
        ];
        for (place, field) in all {
            field.on_enter(submit.clone());
            let typed = typed.clone();
            field.on_leave(move || post(Msg::Register(RegisterMsg::Left(place, typed()))));
            field.on_change(move || post(Msg::Register(RegisterMsg::Typed(place))));
            field.on_cleaned(move || post(Msg::Register(RegisterMsg::LeftOut(place))));
        }
        let (password, view, mut window) =
            (self.password.clone(), Rc::clone(&self.view), self.window.clone());
        self.password.on_change(move || {
            view.borrow_mut().strength = strength(&password.value());
            window.redraw();
            post(Msg::Register(RegisterMsg::Typed(Place::Password)));
        });
    }
}

/// A face of the row, or the three dots behind the last one.
fn avatar_button(slot: u8, view: &Rc<RefCell<View>>) -> Pressable {
    let shown = Rc::clone(view);
    let tooltip = if slot == AVATARS_SHOWN { tr("reg.avatar.more") } else { tr("reg.avatar") };
    let mut button = Pressable::new(tooltip, move |canvas, area, touched| {
        canvas.fill(area, Colour::Paper);
        let view = shown.borrow();
        let Some(register) = &view.register else { return };
        if slot == AVATARS_SHOWN {
            let disc = area.middle(36, 36);
            canvas.circle(disc, if touched.hover { Colour::Hover } else { Colour::Sunken });
            canvas.icon_on(Icon::More, disc.x + 9, disc.y + 9, 18, Colour::Ink2, Colour::Sunken);
            if touched.ring {
                canvas.frame(area.middle(44, 44), 22, Colour::Focus, 2);
            }
            return;
        }
        let avatar = register.avatars_from + slot;
        if avatar > AVATARS {
            return;
        }
        canvas.avatar(avatar, area.x + 4, area.y + 4, 40, false);
        if avatar == register.avatar {
            canvas.frame(area, 24, Colour::Brand, 2);
        } else if touched.ring || touched.hover {
            let colour = if touched.ring { Colour::Focus } else { Colour::Line };
            canvas.frame(area, 24, colour, 2);
        }
    });
    let pressed = Rc::clone(view);
    button.on_press(move || {
        let from = pressed.borrow().register.as_ref().map_or(1, |register| register.avatars_from);
        post(Msg::Register(match slot {
            AVATARS_SHOWN => RegisterMsg::MoreAvatars,
            slot => RegisterMsg::Avatar(from + slot),
        }));
    });
    button
}

/// The fields that the server asks for, with what is wrong with each.
fn form_of(register: &Register) -> Form {
    let places = [Place::Nickname, Place::Password, Place::Again, Place::Code];
    let asked = places.iter().filter(|place| **place != Place::Code || register.needs_code);
    let fields: Vec<(Place, Vec<String>)> = asked
        .map(|place| {
            let lines = register
                .error(*place)
                .map(|error| paragraph::lines(Style::CAPTION, &words_of(error), WIDE - 20, 2));
            (*place, lines.unwrap_or_default())
        })
        .collect();
    Form::new(&fields)
}

fn words_of(error: &FieldError) -> String {
    let language = text::language();
    match error {
        FieldError::Nickname(error) => text::nickname(language, *error),
        FieldError::Refused(refusal) => text::refusal(language, refusal),
        FieldError::Password(failure) => text::failure(language, failure),
        FieldError::Mismatch => tr("reg.mismatch").to_owned(),
        FieldError::LeftOut => tr("reg.left_out").to_owned(),
    }
}

fn paint(canvas: &Canvas, view: &View) {
    let Some(register) = &view.register else { return };
    canvas.text(Style::TITLE, Colour::Ink, LEFT, 20, tr("reg.title"));
    canvas.icon_on(Icon::Server, LEFT, 54, 14, Colour::Ink2, Colour::Paper);
    let server = format!("{} · {}", register.server.name, register.server.address.host);
    let area = Rect::new(LEFT + 20, 52, WIDE - 20, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Left, &server);
    if view.form.has_caption {
        canvas.text(Style::CAPTION, Colour::Ink2, LEFT, 84, tr("reg.avatar"));
    }
    for row in &view.form.rows {
        let label = match row.place {
            Place::Nickname => "reg.nickname",
            Place::Password => "reg.password",
            Place::Again => "reg.again",
            Place::Code => "reg.code",
        };
        canvas.text(Style::CAPTION, Colour::Ink2, LEFT, row.label_y, tr(label));
        if row.place == Place::Password {
            paint_strength(canvas, (LEFT, row.field.bottom() + 8, WIDE), view.strength);
        }
        if !row.error.is_empty() {
            canvas.icon_on(Icon::Alert, LEFT, row.error_y + 1, 14, Colour::Bad, Colour::Paper);
        }
        for (index, line) in row.error.iter().enumerate() {
            let y = row.error_y + 16 * i32::try_from(index).unwrap_or(0);
            canvas.text(Style::CAPTION, Colour::Bad, LEFT + 20, y, line);
        }
    }
    let row = Rect::new(LEFT + 22, (view.form.bottom + 12).min(492), WIDE - 22, 40);
    if view.busy {
        let row = row.without_right(60);
        canvas.icon_on(Icon::Clock, LEFT, row.y + 12, 16, Colour::Ink2, Colour::Paper);
        paragraph::draw_middle(canvas, Style::CAPTION, Colour::Ink2, row, tr("reg.working"));
    } else if let Some(problem) = &register.problem {
        let words = text::failure(text::language(), problem);
        canvas.icon_on(Icon::Alert, LEFT, row.y + 12, 16, Colour::Bad, Colour::Paper);
        paragraph::draw_middle(canvas, Style::CAPTION, Colour::Bad, row, &words);
    }
}

/// Four bars and a word, from a left edge, at a height, so wide.
pub(super) fn paint_strength(canvas: &Canvas, (left, y, wide): (i32, i32, i32), strength: u8) {
    let (colour, ink, word) = match strength {
        0 => (Colour::Sunken, Colour::Ink3, ""),
        1 => (Colour::Bad, Colour::Bad, tr("reg.strength.1")),
        2 => (Colour::StatusAway, Colour::GoldText, tr("reg.strength.2")),
        3 => (Colour::Ok, Colour::Ok, tr("reg.strength.3")),
        _ => (Colour::Ok, Colour::Ok, tr("reg.strength.4")),
    };
    let bars = wide - 48;
    for bar in 0..4 {
        let fill = if bar < strength { colour } else { Colour::Sunken };
        let w = (bars - 3 * 4) / 4;
        let x = left + i32::from(bar) * (w + 4);
        canvas.round(Rect::new(x, y + 2, w, 4), 2, fill);
    }
    let area = Rect::new(left + bars, y - 4, 48, 16);
    canvas.text_in(Style::CAPTION, ink, area, Align::Right, word);
}

const DONE_H: i32 = 524;

/// The window with the new number and the recovery code.
pub struct DoneWindow {
    window: DoubleWindow,
}

impl DoneWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(register: &Register) -> Option<DoneWindow> {
        let done = register.done.clone()?;
        let mut window = widgets::window(tr("reg.done.window"), W, DONE_H);
        let mut number = Button::new(ButtonKind::Text, tr("reg.number.copy")).icon(Icon::Copy);
        let w = number.wanted_width();
        number.place(Rect::new((W - w) / 2, 232, w, 28));
        let mut code = Button::new(ButtonKind::Text, tr("reg.recovery.copy"))
            .icon(Icon::Copy)
            .size(ButtonSize::Small)
            .on(Colour::GoldSoft);
        let w = code.wanted_width();
        code.place(Rect::new(LEFT + WIDE - 12 - w, 280, w, 28));
        let mut enter = Button::new(ButtonKind::Primary, tr("reg.enter")).size(ButtonSize::Large);
        enter.place(Rect::new(LEFT, DONE_H - 64, WIDE, 40));
        window.end();
        number.on_press(|| post(Msg::Register(RegisterMsg::CopyNumber)));
        code.on_press(|| post(Msg::Register(RegisterMsg::CopyRecovery)));
        enter.on_press(|| post(Msg::Register(RegisterMsg::Enter)));
        window.set_callback(|_| post(Msg::Register(RegisterMsg::Close)));
        let number = done.person.account.to_string();
        let welcome = text::tr_with("reg.done", &[("name", &done.person.nickname)]);
        let recovery = done.recovery_shown();
        widgets::backdrop(&mut window, Colour::Paper, move |canvas, area| {
            paint_done(canvas, area, done.person.avatar, &welcome, &number);
            paint_recovery(canvas, &recovery);
        });
        window.make_modal(true);
        window.show();
        enter.focus();
        Some(DoneWindow { window })
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }
}

fn paint_done(canvas: &Canvas, area: Rect, avatar: u8, welcome: &str, number: &str) {
    canvas.leaf(18, 18, 84, 150, Colour::Leaf);
    canvas.leaf(W - 18, 6, 76, 205, Colour::Leaf);
    canvas.avatar(avatar, (W - 72) / 2, 32, 72, false);
    let badge = Rect::new(W / 2 + 13, 81, 26, 26);
    canvas.circle(badge, Colour::Paper);
    canvas.circle(badge.inset(2), Colour::Ok);
    canvas.icon_on(Icon::Check, badge.x + 6, badge.y + 6, 14, Colour::White, Colour::Ok);
    let line = |y: i32, style: Style| Rect::new(area.x + 16, y, area.w - 32, style.line);
    canvas.text_in(Style::HEADING, Colour::Ink, line(120, Style::HEADING), Align::Centre, welcome);
    let caption = line(150, Style::CAPTION);
    canvas.text_in(Style::CAPTION, Colour::Ink2, caption, Align::Centre, tr("reg.number"));
    let display = line(174, Style::DISPLAY);
    canvas.text_in(Style::DISPLAY, Colour::BrandText, display, Align::Centre, number);
    let note = Rect::new(LEFT, 404, WIDE, 32);
    paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, note, Align::Centre, tr("reg.note"));
}

fn paint_recovery(canvas: &Canvas, recovery: &str) {
    let card = Rect::new(LEFT, 272, WIDE, 120);
    canvas.round(card, 8, Colour::GoldSoft);
    let style = Style::CAPTION.bold();
    let title = Rect::new(card.x + 12, card.y + 14, 190, 16);
    canvas.text_in(style, Colour::GoldText, title, Align::Left, tr("reg.recovery"));
    let mono = Style::MESSAGE.bold().mono();
    let fits = measure::width(mono, recovery) <= card.w - 24;
    let mono = if fits { mono } else { Style::CAPTION.bold().mono() };
    let code = Rect::new(card.x + 12, card.y + 42, card.w - 24, 24);
    canvas.text_in(mono, Colour::Ink, code, Align::Centre, recovery);
    let note = Rect::new(card.x + 12, card.y + 76, card.w - 24, 32);
    let words = tr("reg.recovery.note");
    paragraph::draw(canvas, Style::CAPTION, Colour::GoldText, note, Align::Left, words);
}
