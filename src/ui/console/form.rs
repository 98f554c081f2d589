//! The window that asks for words: to whom, how long, why.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::forms::{self, Ask, BANS, Filled, Form, names};
use super::model::{Model, Msg};
use super::shell::post;
use super::units;
use crate::limits::ADMIN_WORDS_MAX;
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::screen;
use crate::ui::text::{language, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    self, Button, ButtonKind, Choice, ChoiceKind, Control, Field, FieldKind, TextBox, backdrop,
};

const W: i32 = 400;
const PADDING: i32 = 24;
const WIDE: i32 = W - 2 * PADDING;
const BOX_H: i32 = 88;
const FIELD_H: i32 = 36;
/// Two lines of what is wrong, and the buttons.
const FOOT: i32 = 36 + 32 + PADDING;

/// The window.
pub struct FormWindow {
    window: DoubleWindow,
    number: u64,
    /// Above all else, where one is asked for.
    address: Option<Field>,
    words: Words,
    radios: Vec<Choice>,
    check: Choice,
    go: Button,
    cancel: Button,
    view: Rc<RefCell<View>>,
    focus_on_words: bool,
}

/// Where words are written.
#[derive(Clone)]
enum Words {
    Box(TextBox),
    Line(Field),
}

/// What is painted behind the controls.
#[derive(Default)]
struct View {
    /// The avatar, the title, the line under it.
    head: Option<(u8, String, String)>,
    labels: Vec<(i32, &'static str)>,
    error: String,
    error_y: i32,
}

/// What a form looks like.
struct Plan {
    window: &'static str,
    go: &'static str,
    icon: Option<Icon>,
    danger: bool,
    radios: Vec<String>,
    /// The label above the choices.
    choice: &'static str,
    /// The label above the words, and what they say while they are empty.
    words: (&'static str, &'static str),
    check: &'static str,
}

impl Plan {
    fn of(ask: &Ask, model: &Model) -> Plan {
        let plain = Plan {
            window: "srv.message",
            go: "con.form.send",
            icon: None,
            danger: false,
            radios: Vec::new(),
            choice: "",
            words: ("con.form.text", ""),
            check: "",
        };
        let why = ("con.form.why", "con.form.why.hint");
        match ask {
            Ask::Message(_) => Plan { icon: Some(Icon::Send), ..plain },
            Ask::Broadcast => {
                let people = |key, n| tr_with(key, &[("n", &units::grouped(n))]);
                let all = model.status.as_ref().map_or(0, |status| status.accounts);
                let radios =
                    vec![people("con.form.online", model.people()), people("con.form.all", all)];
                Plan {
                    window: "srv.broadcast",
                    icon: Some(Icon::Megaphone),
                    radios,
                    choice: "con.form.to",
                    check: "con.form.pinned",
                    ..plain
                }
            }
            Ask::Kick(_) => {
                Plan { window: "srv.kick", go: "srv.kick", danger: true, words: why, ..plain }
            }
            Ask::Ban(_) => Plan {
                window: "con.ban",
                go: "con.ban.go",
                danger: true,
                radios: BANS.map(|(_, key)| tr(key).to_owned()).to_vec(),
                choice: "con.ban.time",
                words: why,
                check: if ask.has_address() { "con.ban.address" } else { "" },
                ..plain
            },
            Ask::Address => Plan {
                window: "con.ban.ip",
                go: "con.ban.go",
                danger: true,
                radios: BANS.map(|(_, key)| tr(key).to_owned()).to_vec(),
                choice: "con.ban.time",
                words: why,
                ..plain
            },
            Ask::Disable(_) => Plan {
                window: "con.act.disable",
                go: "con.act.disable",
                danger: true,
                words: why,
                ..plain
            },
            Ask::Name(_) => Plan {
                window: "con.form.name",
                go: "common.save",
                words: ("con.form.name", "con.form.name.hint"),
                ..plain
            },
        }
    }
}

impl FormWindow {
    /// Makes and shows it over another window.
    #[must_use]
    pub fn new(form: &Form, model: &Model, over: Rect) -> FormWindow {
        let plan = Plan::of(&form.ask, model);
        let window = widgets::window(tr(plan.window), W, 100);
        let hint = if plan.words.1.is_empty() { "" } else { tr(plan.words.1) };
        let has_box = matches!(form.ask, Ask::Message(_) | Ask::Broadcast);
        let make_radios = || {
            let make = |words: &String| Choice::new(ChoiceKind::Radio, words);
            plan.radios.iter().map(make).collect::<Vec<Choice>>()
        };
        // The keyboard walks in the order in which they are made.
        let words_first = has_box;
        let address = matches!(form.ask, Ask::Address)
            .then(|| Field::new(FieldKind::Outlined, tr("con.form.address.hint")));
        let mut radios = if words_first { Vec::new() } else { make_radios() };
        let words = match &form.ask {
            _ if has_box => Words::Box(TextBox::new(hint)),
            Ask::Name(name) => {
                let mut field = Field::new(FieldKind::Outlined, hint);
                field.set_value(name);
                Words::Line(field)
            }
            _ => Words::Line(Field::new(FieldKind::Outlined, hint).counter(ADMIN_WORDS_MAX)),
        };
        if words_first {
            radios = make_radios();
        }
        let label = if plan.check.is_empty() { "" } else { tr(plan.check) };
        let mut check = Choice::new(ChoiceKind::Check, label);
        check.set_shown(!plan.check.is_empty());
        check.set_on(matches!(form.ask, Ask::Broadcast));
        let cancel = Button::new(ButtonKind::Outline, tr("common.cancel")).ringed();
        let kind = if plan.danger { ButtonKind::Danger } else { ButtonKind::Primary };
        let mut go = Button::new(kind, tr(plan.go)).ringed();
        go.set_icon(plan.icon);
        window.end();
        let view = Rc::new(RefCell::new(View { head: head(&form.ask), ..View::default() }));
        let focus_on_words = !matches!(form.ask, Ask::Ban(_) | Ask::Disable(_));
        let number = form.number;
        let mut made = FormWindow {
            window,
            number,
            address,
            words,
            radios,
            check,
            go,
            cancel,
            view,
            focus_on_words,
        };
        let height = made.place(&plan, words_first);
        made.choose_first(&form.ask, model);
        made.wire();
        made.show(over, height);
        made
    }

    /// Whether it is this one.
    #[must_use]
    pub fn is_for(&self, form: &Form) -> bool {
        self.number == form.number
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, form: &Form) {
        self.go.set_busy(form.busy);
        let is_wrong = !form.error.is_empty();
        let mut words_are_wrong = is_wrong;
        if let Some(field) = &mut self.address {
            let no_address = forms::address(&field.value(), language()).is_err();
            field.set_error(is_wrong && no_address);
            words_are_wrong &= !no_address;
        }
        match &mut self.words {
            Words::Box(words) => words.set_error(words_are_wrong),
            Words::Line(words) => words.set_error(words_are_wrong),
        }
        if self.view.borrow().error != form.error {
            self.view.borrow_mut().error.clone_from(&form.error);
            self.window.redraw();
            match &mut self.address {
                Some(field) if is_wrong && !words_are_wrong => field.focus(),
                _ if is_wrong => self.words.focus(),
                _ => {}
            }
        }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    /// From the top down; returns the height of the window.
    fn place(&mut self, plan: &Plan, words_first: bool) -> i32 {
        let mut y = if self.view.borrow().head.is_some() { 76 } else { 20 };
        let mut labels = Vec::new();
        let mut label = |y: &mut i32, key: &'static str| {
            if !key.is_empty() {
                labels.push((*y, key));
                *y += 20;
            }
        };
        if let Some(field) = &mut self.address {
            label(&mut y, "con.form.address");
            field.place(Rect::new(PADDING, y, WIDE, FIELD_H));
            y += FIELD_H + 16;
        }
        for is_words in [words_first, !words_first] {
            if is_words {
                label(&mut y, plan.words.0);
                let height = self.words.height();
                self.words.place(Rect::new(PADDING, y, WIDE, height));
                y += height + 16;
            } else if !self.radios.is_empty() {
                label(&mut y, plan.choice);
                let mut x = PADDING;
                for radio in &mut self.radios {
                    let w = radio.wanted_width();
                    radio.place(Rect::new(x, y, w, 24));
                    x += w + 16;
                }
                y += 24 + 8;
            }
        }
        if self.check.is_shown() {
            let w = self.check.wanted_width().min(WIDE);
            self.check.place(Rect::new(PADDING, y - 4, w, 24));
            y += 24;
        }
        // The window of the design has this height; others are as high as they need.
        let height = (y + FOOT).max(216);
        let mut right = W - PADDING;
        for button in [&mut self.go, &mut self.cancel] {
            let w = button.wanted_width().max(64);
            button.place(Rect::new(right - w, height - PADDING - 32, w, 32));
            right -= w + 8;
        }
        let mut view = self.view.borrow_mut();
        view.labels = labels;
        view.error_y = height - FOOT;
        height
    }

    fn choose_first(&mut self, ask: &Ask, model: &Model) {
        let first = match ask {
            Ask::Ban(_) | Ask::Address => 1,
            // Nobody is there to hear it.
            Ask::Broadcast if model.people() == 0 => 1,
            _ => 0,
        };
        for (place, radio) in self.radios.iter_mut().enumerate() {
            radio.set_on(place == first);
        }
    }

    fn show(&mut self, over: Rect, height: i32) {
        let place = Rect::new(over.x + (over.w - W) / 2, over.y + (over.h - height) / 3, W, height);
        let place = screen::fit(place, screen::room());
        self.window.resize(place.x, place.y, place.w, place.h);
        self.window.make_modal(true);
        self.window.show();
        match &mut self.address {
            Some(field) => field.focus(),
            None if self.focus_on_words => self.words.focus(),
            None => self.cancel.focus(),
        }
        if let Words::Line(field) = &mut self.words {
            field.select_all();
        }
    }

    fn wire(&mut self) {
        let view = Rc::clone(&self.view);
        backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow());
        });
        let (words, radios, check) = (self.words.clone(), self.radios.clone(), self.check.clone());
        let address = self.address.clone();
        let submit = move || {
            let address = address.as_ref().map(Field::value).unwrap_or_default();
            let choice = radios.iter().position(Choice::is_on).unwrap_or(0);
            let checked = check.is_shown() && check.is_on();
            post(Msg::Submit(Filled { text: words.value(), address, choice, checked }));
        };
        self.go.on_press(submit.clone());
        self.cancel.on_press(|| post(Msg::Dismiss));
        match &mut self.words {
            Words::Box(words) => {
                words.on_submit(submit);
                words.on_change(|| post(Msg::Typed));
            }
            Words::Line(words) => {
                words.on_enter(submit);
                words.on_change(|| post(Msg::Typed));
            }
        }
        if let Some(field) = &mut self.address {
            let mut next = self.words.clone();
            field.on_enter(move || next.focus());
            field.on_change(|| post(Msg::Typed));
        }
        for place in 0..self.radios.len() {
            let mut all = self.radios.clone();
            self.radios[place].on_change(move |_| {
                for (other, radio) in all.iter_mut().enumerate() {
                    radio.set_on(other == place);
                }
            });
        }
        self.window.set_callback(|_| post(Msg::Dismiss));
        self.window.handle(|_, event| {
            let is_key = matches!(event, Event::KeyDown | Event::Shortcut);
            let is_escape = is_key && app::event_key() == Key::Escape;
            if is_escape {
                post(Msg::Dismiss);
            }
            is_escape
        });
    }
}

impl Words {
    fn value(&self) -> String {
        match self {
            Words::Box(words) => words.value(),
            Words::Line(words) => words.value(),
        }
    }

    fn height(&self) -> i32 {
        match self {
            Words::Box(_) => BOX_H,
            Words::Line(_) => FIELD_H,
        }
    }

    fn place(&mut self, area: Rect) {
        match self {
            Words::Box(words) => words.place(area),
            Words::Line(words) => words.place(area),
        }
    }

    fn focus(&mut self) {
        match self {
            Words::Box(words) => words.focus(),
            Words::Line(words) => words.focus(),
        }
    }
}

/// Who is meant, and what happens to that one.
fn head(ask: &Ask) -> Option<(u8, String, String)> {
    let people = ask.people();
    let first = people.first()?;
    let key = match ask {
        Ask::Kick(_) => "con.form.kick",
        Ask::Ban(_) => "con.form.ban",
        Ask::Disable(_) => "con.form.disable",
        _ => "con.form.message",
    };
    let title = tr_with(key, &[("name", &names(people, language()))]);
    let below = match people {
        [one] => {
            let number = one.account.map(|account| account.to_string());
            let parts: Vec<String> =
                number.into_iter().chain(one.addresses.iter().cloned()).collect();
            joined("con.beside", &parts)
        }
        people => {
            let names: Vec<String> = people.iter().map(|one| one.name.clone()).collect();
            joined("con.and", &names)
        }
    };
    Some((first.avatar, title, below))
}

/// Words beside each other, as the language joins them.
fn joined(key: &'static str, words: &[String]) -> String {
    let all = words.iter().cloned();
    all.reduce(|a, b| tr_with(key, &[("a", &a), ("b", &b)])).unwrap_or_default()
}

fn paint(canvas: &Canvas, view: &View) {
    if let Some((avatar, title, below)) = &view.head {
        canvas.avatar(*avatar, PADDING, 20, 40, false);
        let place = Rect::new(PADDING + 52, 18, WIDE - 52, 24);
        canvas.text_in(Style::HEADING, Colour::Ink, place, Align::Left, title);
        let place = Rect::new(PADDING + 52, 43, WIDE - 52, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, place, Align::Left, below);
    }
    for (y, key) in &view.labels {
        let place = Rect::new(PADDING, *y, WIDE, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, place, Align::Left, tr(key));
    }
    if !view.error.is_empty() {
        canvas.icon_on(Icon::Alert, PADDING, view.error_y + 1, 14, Colour::Bad, Colour::Paper);
        let area = Rect::new(PADDING + 20, view.error_y, WIDE - 20, 32);
        paragraph::draw(canvas, Style::CAPTION, Colour::Bad, area, Align::Left, &view.error);
    }
}
