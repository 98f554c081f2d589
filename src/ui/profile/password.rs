//! The page on which the password is changed.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetExt};

use super::foot::{Foot, Saying};
use super::layout::LEFT;
use super::page;
use crate::client::api::Secret;
use crate::ui::app::profile::password::{
    PasswordError, PasswordMsg, PasswordPage as State, PasswordPlace as Place, Passwords,
};
use crate::ui::app::profile::{Profile, ProfileMsg};
use crate::ui::app::strength::strength;
use crate::ui::app::{Model, Msg};
use crate::ui::fields::paint_strength;
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Control, Field, FieldKind};

/// Width of the fields.
const WIDE: i32 = 320;
/// The first label.
const TOP: i32 = 84;
/// Two lines of what is wrong with a field.
const LINES: i32 = 32;
const PLACES: [Place; 3] = [Place::Old, Place::New, Place::Again];

/// The page.
pub struct PasswordPage {
    group: Group,
    fields: [Field; 3],
    foot: Foot,
    view: Rc<RefCell<View>>,
    /// How often it was changed when it was shown last.
    changed: u64,
}

/// What is painted behind the controls.
#[derive(Clone, Default, PartialEq)]
struct View {
    errors: [Vec<String>; 3],
    strength: u8,
    saying: Saying,
    is_busy: bool,
}

impl PasswordPage {
    /// Its controls, inside the window that is being made.
    pub fn new() -> PasswordPage {
        let group = page();
        let secret = |_| Field::new(FieldKind::Outlined, "").secret(tr("login.password.show"));
        let fields = PLACES.map(secret);
        let foot = Foot::new(tr("profile.password.go"));
        group.end();
        let mut page = PasswordPage { group, fields, foot, view: Rc::default(), changed: 0 };
        page.lay_out();
        page.wire();
        page
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.group.show() } else { self.group.hide() }
    }

    /// Puts the cursor there.
    pub fn focus(&mut self, place: Place) {
        let at = PLACES.iter().position(|one| *one == place).unwrap_or(0);
        self.fields[at].focus();
        self.fields[at].select_all();
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        for field in &mut self.fields {
            field.set_tip(tr("login.password.show"));
        }
        self.foot.reword(tr("profile.password.go"));
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, profile: &Profile, model: &Model) {
        let state = &profile.password;
        if self.changed != state.changed {
            self.changed = state.changed;
            for field in &mut self.fields {
                field.set_value("");
            }
            self.view.borrow_mut().strength = 0;
            self.group.redraw();
        }
        let new = View {
            errors: PLACES.map(|place| error_lines(state, place)),
            strength: self.view.borrow().strength,
            saying: Saying::of(model, state.problem.as_ref()),
            is_busy: state.busy,
        };
        self.foot.go.set_busy(state.busy);
        self.foot.go.set_enabled(state.complete && new.saying != Saying::Offline);
        if *self.view.borrow() == new {
            return;
        }
        for (field, errors) in self.fields.iter_mut().zip(&new.errors) {
            field.set_error(!errors.is_empty());
            field.set_enabled(!state.busy);
        }
        *self.view.borrow_mut() = new;
        self.group.redraw();
    }

    fn lay_out(&mut self) {
        for (field, row) in self.fields.iter_mut().zip(rows()) {
            if field.area() != row.field {
                field.place(row.field);
            }
        }
    }

    fn wire(&mut self) {
        let (view, foot) = (Rc::clone(&self.view), self.foot.clone());
        widgets::backdrop(&mut self.group, Colour::Paper, move |canvas, _| {
            let view = view.borrow();
            paint(canvas, &view);
            foot.paint(canvas, &view.saying);
        });
        let fields = self.fields.clone();
        let typed = move || {
            let [old, new, again] = fields.each_ref().map(|field| Secret::new(field.value()));
            Passwords { old, new, again }
        };
        let submit = {
            let typed = typed.clone();
            move || say(PasswordMsg::Submit(typed()))
        };
        self.foot.go.on_press(submit.clone());
        for (place, field) in PLACES.into_iter().zip(&mut self.fields) {
            let (all, view, mut group) = (typed.clone(), Rc::clone(&self.view), self.group.clone());
            field.on_change(move || {
                let typed = all();
                if place == Place::New {
                    view.borrow_mut().strength = strength(typed.new.expose());
                    group.redraw();
                }
                say(PasswordMsg::Typed(place, typed.is_complete()));
            });
            let typed = typed.clone();
            field.on_leave(move || say(PasswordMsg::Left(place, typed())));
            field.on_enter(submit.clone());
        }
    }
}

fn say(msg: PasswordMsg) {
    post(Msg::Profile(ProfileMsg::Password(msg)));
}

fn error_lines(state: &State, place: Place) -> Vec<String> {
    let words = match state.error(place) {
        None => return Vec::new(),
        Some(PasswordError::Missing) => tr("profile.password.missing").to_owned(),
        Some(PasswordError::Wrong) => tr("profile.password.wrong").to_owned(),
        Some(PasswordError::Same) => tr("profile.password.same").to_owned(),
        Some(PasswordError::Mismatch) => tr("reg.mismatch").to_owned(),
        Some(PasswordError::Failure(failure)) => text::failure(text::language(), failure),
    };
    paragraph::lines(Style::CAPTION, &words, WIDE - 20, 2)
}

/// A label, its field, and where what is wrong begins.
struct Row {
    label_y: i32,
    field: Rect,
    below: i32,
}

/// What is wrong has its place kept, so that nothing moves when it comes.
fn rows() -> [Row; 3] {
    let mut y = TOP;
    std::array::from_fn(|index| {
        let field = Rect::new(LEFT, y + 20, WIDE, 40);
        let label_y = y;
        // The bars stand between the new one and what is said of it.
        let below = field.bottom() + if index == 1 { 24 } else { 3 };
        y = below + LINES + 8;
        Row { label_y, field, below }
    })
}

fn paint(canvas: &Canvas, view: &View) {
    let title = Rect::new(LEFT, 20, 400, Style::HEADING.line);
    canvas.text_in(Style::HEADING, Colour::Ink, title, Align::Left, tr("profile.password"));
    let note = Rect::new(LEFT, 48, 432, 32);
    let words = tr("profile.password.note");
    paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, note, Align::Left, words);
    let labels =
        [tr("profile.password.old"), tr("profile.password.new"), tr("profile.password.again")];
    for (index, row) in rows().iter().enumerate() {
        canvas.text(Style::CAPTION, Colour::Ink2, LEFT, row.label_y, labels[index]);
        let errors = &view.errors[index];
        if index == 1 {
            paint_strength(canvas, (LEFT, row.field.bottom() + 12, WIDE), view.strength);
            if errors.is_empty() {
                let words = tr("profile.password.hint");
                canvas.text(Style::CAPTION, Colour::Ink2, LEFT, row.below, words);
            }
        }
        if !errors.is_empty() {
            canvas.icon_on(Icon::Alert, LEFT, row.below + 1, 14, Colour::Bad, Colour::Paper);
        }
        let mut y = row.below;
        for line in errors {
            canvas.text(Style::CAPTION, Colour::Bad, LEFT + 20, y, line);
            y += 16;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::FOOT;
    use super::*;

    #[test]
    fn two_lines_of_what_is_wrong_cover_nothing() {
        let rows = rows();
        for pair in rows.windows(2) {
            assert!(pair[0].below + LINES <= pair[1].label_y);
        }
        assert!(rows.iter().all(|row| row.below > row.field.bottom()));
        assert!(rows[2].below + LINES <= FOOT);
    }
}
