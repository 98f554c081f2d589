//! The window for a forgotten password.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::recover::{Field as Place, Recover, RecoverMsg, Typed};
use super::app::strength::strength;
use super::app::{Model, Msg};
use super::fields;
use super::form::{Form, LEFT, RECOVER, WIDE};
use super::paint::{Align, Canvas, Rect};
use super::paragraph;
use super::shell::post;
use super::text::tr;
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, ButtonSize, Control, Field, FieldKind};
use crate::client::api::Secret;

const W: i32 = 400;

/// The window.
pub struct RecoverWindow {
    window: DoubleWindow,
    account: Field,
    code: Field,
    password: Field,
    again: Field,
    go: Button,
    cancel: Button,
    view: Rc<RefCell<View>>,
}

/// What is painted behind the controls.
#[derive(Clone, Default, PartialEq)]
struct View {
    recover: Option<Recover>,
    busy: bool,
    strength: u8,
    form: Form<Place>,
}

impl RecoverWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(recover: &Recover, model: &Model) -> RecoverWindow {
        let window = widgets::window(tr("recover.window"), W, RECOVER.height);
        let view = Rc::new(RefCell::new(View::default()));
        let mut account = Field::new(FieldKind::Outlined, tr("login.account"));
        account.set_value(&recover.account);
        let code =
            Field::new(FieldKind::Outlined, tr("recover.code.hint")).style(Style::MESSAGE.mono());
        let secret = || Field::new(FieldKind::Outlined, "").secret(tr("login.password.show"));
        let (password, again) = (secret(), secret());
        let go = Button::new(ButtonKind::Primary, tr("recover.go")).size(ButtonSize::Large);
        let cancel = Button::new(ButtonKind::Text, tr("common.cancel"));
        window.end();
        let mut made = RecoverWindow { window, account, code, password, again, go, cancel, view };
        made.place();
        made.wire();
        made.follow(recover, model);
        made.window.make_modal(true);
        made.window.show();
        made.focus(if recover.account.is_empty() { Place::Account } else { Place::Code });
        made
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    /// Puts the cursor into a field.
    pub fn focus(&mut self, place: Place) {
        self.field(place).focus();
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, recover: &Recover, model: &Model) {
        let busy = model.attempt.is_some();
        let new = View {
            recover: Some(recover.clone()),
            busy,
            strength: self.view.borrow().strength,
            form: form_of(recover),
        };
        if *self.view.borrow() == new {
            return;
        }
        for row in &new.form.rows {
            let field = self.field(row.place);
            field.place(row.field);
            field.set_error(!row.error.is_empty());
        }
        self.go.set_busy(busy);
        let (w, row) = (self.cancel.wanted_width(), RECOVER.foot(new.form.bottom));
        self.cancel.place(Rect::new(LEFT + WIDE - w, row.y + 6, w, 28));
        self.cancel.set_shown(busy);
        *self.view.borrow_mut() = new;
        self.window.redraw();
    }

    fn field(&mut self, place: Place) -> &mut Field {
        match place {
            Place::Account => &mut self.account,
            Place::Code => &mut self.code,
            Place::Password => &mut self.password,
            Place::Again => &mut self.again,
        }
    }

    fn place(&mut self) {
        self.go.place(Rect::new(LEFT, RECOVER.height - 64, WIDE, 40));
    }

    fn wire(&mut self) {
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow());
        });
        self.window.set_callback(|_| post(Msg::Recover(RecoverMsg::Close)));
        self.cancel.on_press(|| post(Msg::Recover(RecoverMsg::Cancel)));
        let fields =
            (self.account.clone(), self.code.clone(), self.password.clone(), self.again.clone());
        let typed = move || Typed {
            account: fields.0.value(),
            code: Secret::new(fields.1.value()),
            password: Secret::new(fields.2.value()),
            again: Secret::new(fields.3.value()),
        };
        let submit = {
            let typed = typed.clone();
            move || post(Msg::Recover(RecoverMsg::Submit(typed())))
        };
        self.go.on_press(submit.clone());
        for place in [Place::Account, Place::Code, Place::Password, Place::Again] {
            let field = self.field(place);
            field.on_enter(submit.clone());
            let typed = typed.clone();
            field.on_leave(move || post(Msg::Recover(RecoverMsg::Left(place, typed()))));
            field.on_change(move || post(Msg::Recover(RecoverMsg::Typed(place))));
        }
        let (password, view, mut window) =
            (self.password.clone(), Rc::clone(&self.view), self.window.clone());
        self.password.on_change(move || {
            view.borrow_mut().strength = strength(&password.value());
            window.redraw();
            post(Msg::Recover(RecoverMsg::Typed(Place::Password)));
        });
    }
}

fn form_of(recover: &Recover) -> Form<Place> {
    let places = [Place::Account, Place::Code, Place::Password, Place::Again];
    let fields = places.map(|place| (place, fields::lines_of(recover.errors.get(place))));
    Form::new(&RECOVER, Place::Password, &fields)
}

fn paint(canvas: &Canvas, view: &View) {
    let Some(recover) = &view.recover else { return };
    fields::paint_head(canvas, tr("recover.title"), &recover.server.shown());
    let area = Rect::new(LEFT, view.form.head_y, WIDE, 32);
    paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, area, Align::Left, tr("recover.text"));
    let label = |place| match place {
        Place::Account => "login.account",
        Place::Code => "recover.code",
        Place::Password => "recover.password",
        Place::Again => "recover.again",
    };
    fields::paint_rows(canvas, &view.form, label, (Place::Password, view.strength));
    let busy = view.busy.then(|| tr("recover.working"));
    let row = RECOVER.foot(view.form.bottom);
    fields::paint_foot(canvas, row, busy, recover.problem.as_ref());
}
