//! The window of a small question with one field.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::prompt::{About, Prompt, PromptMsg};
use super::app::{Model, Msg};
use super::paint::{Align, Canvas, Icon, Rect};
use super::paragraph;
use super::shell::post;
use super::text::{self, tr, tr_with};
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, Control, Field, FieldKind};

const W: i32 = 360;
const H: i32 = 212;
const PADDING: i32 = 24;

/// The window.
pub struct PromptWindow {
    window: DoubleWindow,
    field: Field,
    go: Button,
    about: About,
    view: Rc<RefCell<View>>,
}

struct View {
    title: String,
    label: String,
    error: String,
}

impl PromptWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(prompt: &Prompt, model: &Model) -> PromptWindow {
        let (window_title, action) = match prompt.about {
            About::Remark(_) => ("prompt.remark", "common.save"),
            About::NewGroup(_) => ("group.new", "common.ok"),
            About::RenameGroup(_) => ("group.rename", "common.save"),
            About::Decline(_) | About::TurnAway(..) => ("friend.decline", "friend.decline"),
            About::RenameRoom(_) => ("room.rename", "common.save"),
            About::Card(_) => ("room.card", "common.save"),
        };
        let window = widgets::window(tr(window_title), W, H);
        let longest = prompt.about.graphemes_max();
        let mut field =
            Field::new(FieldKind::Outlined, &placeholder(prompt.about, model)).counter(longest);
        field.place(Rect::new(PADDING, 72, W - 2 * PADDING, 36));
        field.set_value(&prompt.first);
        let cancel = Button::new(ButtonKind::Outline, tr("common.cancel"));
        let go = Button::new(ButtonKind::Primary, tr(action));
        window.end();
        let view = Rc::new(RefCell::new(View {
            title: title(prompt.about, model),
            label: tr(label(prompt.about)).to_owned(),
            error: String::new(),
        }));
        let mut prompted = PromptWindow { window, field, go, about: prompt.about, view };
        prompted.wire(cancel);
        prompted.window.make_modal(true);
        prompted.window.show();
        prompted.field.focus();
        prompted.field.select_all();
        prompted
    }

    /// Whether it asks this.
    #[must_use]
    pub fn is_for(&self, prompt: &Prompt) -> bool {
        self.about == prompt.about
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, prompt: &Prompt) {
        let error = prompt.error.as_ref().map(|error| text::failure(text::language(), error));
        let error = error.unwrap_or_default();
        self.go.set_busy(prompt.busy);
        self.field.set_enabled(!prompt.busy);
        self.field.set_error(!error.is_empty());
        if self.view.borrow().error != error {
            self.view.borrow_mut().error = error;
            self.window.redraw();
            self.field.focus();
        }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn wire(&mut self, mut cancel: Button) {
        let mut right = W - PADDING;
        for button in [&mut self.go, &mut cancel] {
            let width = button.wanted_width().max(76);
            button.place(Rect::new(right - width, H - 56, width, 32));
            right -= width + 8;
        }
        cancel.on_press(|| post(Msg::Prompt(PromptMsg::Close)));
        let field = self.field.clone();
        let submit = move || post(Msg::Prompt(PromptMsg::Submit(field.value())));
        self.go.on_press(submit.clone());
        self.field.on_enter(submit);
        self.field.on_change(|| post(Msg::Prompt(PromptMsg::Typed)));
        self.window.set_callback(|_| post(Msg::Prompt(PromptMsg::Close)));
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow());
        });
    }
}

fn title(about: About, model: &Model) -> String {
    match about {
        About::Remark(account) => {
            tr_with("prompt.remark.title", &[("name", &model.people.nickname(account))])
        }
        About::NewGroup(Some(friend)) => {
            tr_with("prompt.group.for", &[("name", &model.people.name(friend))])
        }
        About::NewGroup(None) => tr("prompt.group.new").to_owned(),
        About::RenameGroup(group) => {
            let name = model.group_name(group, text::language());
            tr_with("prompt.group.rename", &[("name", &name)])
        }
        About::Decline(account) | About::TurnAway(_, account) => {
            tr_with("prompt.decline.title", &[("name", &model.people.name(account))])
        }
        About::RenameRoom(room) | About::Card(room) => model.people.room_name(room),
    }
}

/// The key of what stands over the field.
fn label(about: About) -> &'static str {
    match about {
        About::Remark(_) => "prompt.remark",
        About::NewGroup(_) | About::RenameGroup(_) => "prompt.group.hint",
        About::Decline(_) | About::TurnAway(..) => "prompt.decline.hint",
        About::RenameRoom(_) => "room.rename",
        About::Card(_) => "room.card",
    }
}

fn placeholder(about: About, model: &Model) -> String {
    match about {
        About::Remark(account) => model.people.nickname(account),
        About::RenameRoom(room) => model.people.room_name(room),
        About::Card(_) => {
            model.me.as_ref().map(|me| me.person.nickname.clone()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn paint(canvas: &Canvas, view: &View) {
    let wide = W - 2 * PADDING;
    let title = Rect::new(PADDING, 20, wide, Style::HEADING.line);
    canvas.text_in(Style::HEADING, Colour::Ink, title, Align::Left, &view.title);
    let label = Rect::new(PADDING, 50, wide, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, label, Align::Left, &view.label);
    if !view.error.is_empty() {
        canvas.icon_on(Icon::Alert, PADDING, 113, 14, Colour::Bad, Colour::Paper);
        let area = Rect::new(PADDING + 20, 112, wide - 20, 32);
        paragraph::draw(canvas, Style::CAPTION, Colour::Bad, area, Align::Left, &view.error);
    }
}
