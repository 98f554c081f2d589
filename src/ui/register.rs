//! The register window.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::register::{AVATARS_SHOWN, Field as Place, Register, RegisterMsg, Typed};
use super::app::strength::strength;
use super::app::{Model, Msg};
use super::area::Pressable;
use super::fields;
use super::form::{Form, LEFT, REGISTER, WIDE};
use super::paint::{Canvas, Icon, Rect};
use super::shell::post;
use super::text::tr;
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, ButtonSize, Control, Field, FieldKind};
use crate::client::api::Secret;
use crate::domain::AVATARS;

const W: i32 = 400;
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
    form: Form<Place>,
}

impl RegisterWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(register: &Register, model: &Model) -> RegisterWindow {
        let window = widgets::window(tr("reg.window"), W, REGISTER.height);
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
        let busy = model.attempt.is_some();
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
            avatar.place(Rect::new(LEFT - 4 + 50 * slot, new.form.head_y, 48, 48));
        }
        self.code.set_shown(register.needs_code);
        self.go.set_busy(busy);
        let (w, row) = (self.cancel.wanted_width(), REGISTER.foot(new.form.bottom));
        self.cancel.place(Rect::new(LEFT + WIDE - w, row.y + 6, w, 28));
        self.cancel.set_shown(busy);
        *self.view.borrow_mut() = new;
        self.window.redraw();
    }

    fn place(&mut self) {
        self.go.place(Rect::new(LEFT, REGISTER.height - 64, WIDE, 40));
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
fn form_of(register: &Register) -> Form<Place> {
    let places = [Place::Nickname, Place::Password, Place::Again, Place::Code];
    let asked = places.into_iter().filter(|place| *place != Place::Code || register.needs_code);
    let fields: Vec<_> =
        asked.map(|place| (place, fields::lines_of(register.errors.get(place)))).collect();
    Form::new(&REGISTER, Place::Password, &fields)
}

fn paint(canvas: &Canvas, view: &View) {
    let Some(register) = &view.register else { return };
    fields::paint_head(canvas, tr("reg.title"), &register.server.shown());
    if view.form.has_caption {
        canvas.text(Style::CAPTION, Colour::Ink2, LEFT, 84, tr("reg.avatar"));
    }
    let label = |place| match place {
        Place::Nickname => "reg.nickname",
        Place::Password => "reg.password",
        Place::Again => "reg.again",
        Place::Code => "reg.code",
    };
    fields::paint_rows(canvas, &view.form, label, (Place::Password, view.strength));
    let busy = view.busy.then(|| tr("reg.working"));
    let row = REGISTER.foot(view.form.bottom);
    fields::paint_foot(canvas, row, busy, register.problem.as_ref());
}
