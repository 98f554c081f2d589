//! The window that asks for the password before the account is deleted.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use crate::client::api::Secret;
use crate::ui::app::profile::ProfileMsg;
use crate::ui::app::profile::devices::{Deleting, DevicesMsg};
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, Control, Field, FieldKind};

const W: i32 = 400;
const PADDING: i32 = 24;
const WIDE: i32 = W - 2 * PADDING;
/// The upper edge of what will happen, and the lines it may have.
const TEXT: i32 = 104;
const LINES_MAX: usize = 6;
/// From the upper edge of the field to the lower edge of the window.
const BELOW: i32 = 36 + 40 + 32 + PADDING;

/// The window.
pub struct DeletingWindow {
    window: DoubleWindow,
    password: Field,
    go: Button,
    cancel: Button,
    view: Rc<RefCell<View>>,
}

struct View {
    number: String,
    error: String,
    /// The upper edge of the field, below what will happen.
    field_y: i32,
}

impl DeletingWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(model: &Model) -> DeletingWindow {
        let number = model.my_account().map(|account| account.to_string()).unwrap_or_default();
        let lines = paragraph::lines(Style::BODY, &text_of(&number), WIDE, LINES_MAX).len();
        let field_y = TEXT + Style::BODY.line * i32::try_from(lines).unwrap_or(1) + 12 + 20;
        let window = widgets::window(tr("profile.delete.go"), W, field_y + BELOW);
        let mut password = Field::new(FieldKind::Outlined, "").secret(tr("login.password.show"));
        password.place(Rect::new(PADDING, field_y, WIDE, 36));
        let cancel = Button::new(ButtonKind::Outline, tr("common.cancel"));
        let go = Button::new(ButtonKind::Danger, tr("profile.delete.go"));
        window.end();
        let view = Rc::new(RefCell::new(View { number, error: String::new(), field_y }));
        let mut asking = DeletingWindow { window, password, go, cancel, view };
        asking.place();
        asking.wire();
        asking.window.make_modal(true);
        asking.window.show();
        asking.password.focus();
        asking
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, deleting: &Deleting) {
        let error = match &deleting.error {
            Some(_) if deleting.is_wrong() => tr("profile.delete.wrong").to_owned(),
            Some(failure) => text::failure(text::language(), failure),
            None => String::new(),
        };
        self.go.set_busy(deleting.busy);
        self.go.set_enabled(!self.password.value().is_empty());
        self.password.set_enabled(!deleting.busy);
        self.password.set_error(!error.is_empty());
        if self.view.borrow().error != error {
            // Only where there is one: what is typed anew takes it away and has to stay.
            if !error.is_empty() {
                self.password.focus();
                self.password.select_all();
            }
            self.view.borrow_mut().error = error;
            self.window.redraw();
        }
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        self.window.set_label(tr("profile.delete.go"));
        self.cancel.set_label(tr("common.cancel"));
        self.go.set_label(tr("profile.delete.go"));
        self.place();
        self.window.redraw();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn place(&mut self) {
        let y = self.view.borrow().field_y + BELOW - PADDING - 32;
        let mut right = W - PADDING;
        for button in [&mut self.go, &mut self.cancel] {
            let width = button.wanted_width().max(76);
            button.place(Rect::new(right - width, y, width, 32));
            right -= width + 8;
        }
    }

    fn wire(&mut self) {
        let password = self.password.clone();
        let go = move || {
            if !password.value().is_empty() {
                say(DevicesMsg::DeleteGo(Secret::new(password.value())));
            }
        };
        self.go.on_press(go.clone());
        self.password.on_enter(go);
        self.password.on_change(|| say(DevicesMsg::DeleteTyped));
        self.cancel.on_press(|| say(DevicesMsg::DeleteLeave));
        self.window.set_callback(|_| say(DevicesMsg::DeleteLeave));
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow());
        });
    }
}

fn say(msg: DevicesMsg) {
    post(Msg::Profile(ProfileMsg::Devices(msg)));
}

/// What will happen.
fn text_of(number: &str) -> String {
    tr_with("profile.delete.text", &[("n", number)])
}

fn paint(canvas: &Canvas, view: &View) {
    let disc = Rect::new(PADDING, PADDING, 40, 40);
    canvas.circle(disc, Colour::BadSoft);
    canvas.icon_on(Icon::Trash, disc.x + 10, disc.y + 10, 20, Colour::Bad, Colour::BadSoft);
    let title = Rect::new(PADDING, 76, WIDE, Style::HEADING.line);
    let words = tr_with("profile.delete.title", &[("n", &view.number)]);
    canvas.text_in(Style::HEADING, Colour::Ink, title, Align::Left, &words);
    let area = Rect::new(PADDING, TEXT, WIDE, view.field_y - 32 - TEXT);
    let words = text_of(&view.number);
    paragraph::draw(canvas, Style::BODY, Colour::Ink2, area, Align::Left, &words);
    let label_y = view.field_y - 20;
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, label_y, tr("profile.delete.password"));
    if !view.error.is_empty() {
        canvas.icon_on(Icon::Alert, PADDING, view.field_y + 40, 14, Colour::Bad, Colour::Paper);
        let area = Rect::new(PADDING + 20, view.field_y + 39, WIDE - 20, 32);
        paragraph::draw(canvas, Style::CAPTION, Colour::Bad, area, Align::Left, &view.error);
    }
}
