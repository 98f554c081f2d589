//! The window: the column at the left, tabs at the right.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::ask::Ask;
use super::events::Events;
use super::left::{self, Left};
use super::model::{Model, Msg, Tab};
use super::shell::post;
use super::table::Table;
use super::units;
use crate::ui::paint::{Icon, Rect};
use crate::ui::text::{Language, LanguageChoice, tr, tr_with};
use crate::ui::theme::Colour;
use crate::ui::widgets::{
    self, Control, MenuEntry, MenuItem, MenuPlace, Strip, StripKind, TabKind, Tabs, backdrop,
    open_menu,
};

const W: i32 = 960;
const H: i32 = 640;
const W_MIN: i32 = 800;
const H_MIN: i32 = 520;
const TABS_H: i32 = 44;
const STRIP_H: i32 = 32;
/// About as wide as the menu of choices in either language.
const MENU_W: i32 = 208;

/// The window.
pub struct ConsoleWindow {
    window: DoubleWindow,
    parts: Parts,
    model: Rc<RefCell<Model>>,
    ask: Option<Ask>,
}

/// What stands in the window, as handles.
#[derive(Clone)]
struct Parts {
    left: Left,
    tabs: Tabs,
    strip: Strip,
    table: Table,
    events: Events,
}

impl ConsoleWindow {
    /// Drawn from a model; not shown yet.
    pub fn new(model: &Rc<RefCell<Model>>) -> ConsoleWindow {
        let mut window = widgets::window(tr("con.window"), W, H);
        window.begin();
        let mut parts = Parts {
            left: Left::new(model),
            tabs: Tabs::new(TabKind::Flow, &["", ""]),
            strip: Strip::new(),
            table: Table::new(model),
            events: Events::new(model),
        };
        window.end();
        backdrop(&mut window, Colour::Paper, |canvas, area| {
            canvas.line_across(left::WIDTH, TABS_H - 1, area.w - left::WIDTH, Colour::Line);
            canvas.line_down(left::WIDTH, 0, area.h, Colour::Line);
        });
        window.make_resizable(true);
        window.size_range(W_MIN.min(window.w()), H_MIN.min(window.h()), 0, 0);
        parts.place(window.w(), window.h());
        let mut resized = parts.clone();
        window.resize_callback(move |window, _, _, w, h| {
            resized.place(w, h);
            window.redraw();
        });
        let mut made = ConsoleWindow { window, parts, model: Rc::clone(model), ask: None };
        made.wire();
        made
    }

    /// Shows it.
    pub fn show(&mut self) {
        self.window.show();
    }

    /// Takes it away.
    pub fn close(&mut self) {
        if let Some(ask) = self.ask.take() {
            ask.close();
        }
        self.window.hide();
    }

    /// Brings everything up to the model.
    pub fn follow(&mut self) {
        let mut model = self.model.borrow_mut();
        let title = match &model.status {
            Some(status) => tr_with("con.window.name", &[("name", &status.name)]),
            None => tr("con.window").to_owned(),
        };
        if self.window.label() != title {
            self.window.set_label(&title);
        }
        let Parts { left, tabs, strip, table, events } = &mut self.parts;
        left.follow(&model);
        let people = units::grouped(model.people());
        tabs.set_label(0, &tr_with("con.tab.online", &[("n", &people)]));
        tabs.set_label(1, tr("con.tab.log"));
        tabs.set_active(usize::from(model.tab == Tab::Log));
        strip.set(StripKind::Warning, Icon::Warn, tr("con.silent"), "");
        strip.set_shown(model.silent);
        table.set_shown(model.tab == Tab::Online);
        events.set_shown(model.tab == Tab::Log);
        table.follow(&model);
        events.follow(&mut model);
        drop(model);
        self.parts.place(self.window.w(), self.window.h());
        self.window.redraw();
    }

    /// Says something for a moment.
    pub fn say(&mut self, words: &str) {
        self.parts.left.say(words);
    }

    /// Opens or takes away the question of the model.
    pub fn ask(&mut self) {
        let (question, people) = {
            let model = self.model.borrow();
            (model.question, model.people())
        };
        if self.ask.as_ref().map(|ask| ask.question) == question {
            return;
        }
        if let Some(ask) = self.ask.take() {
            ask.close();
        }
        self.ask = question.map(|question| Ask::open(question, people, &self.window));
    }

    fn wire(&mut self) {
        self.window.set_callback(|_| {
            // The toolkit takes Escape for a wish to close; a server is no dialog.
            let is_escape = app::event_key() == Key::Escape
                && matches!(app::event(), Event::KeyDown | Event::Shortcut);
            if !is_escape {
                post(Msg::Close);
            }
        });
        self.parts.tabs.on_change(|index| {
            post(Msg::Tab(if index == 0 { Tab::Online } else { Tab::Log }));
        });
        let mut parts = self.parts.clone();
        let model = Rc::clone(&self.model);
        self.window.handle(move |_, event| {
            if !matches!(event, Event::KeyDown | Event::Shortcut) {
                return false;
            }
            let is_find = app::is_event_ctrl() && app::event_key() == Key::from_char('f');
            if is_find {
                match model.borrow().tab {
                    Tab::Online => parts.table.focus_find(),
                    Tab::Log => parts.events.focus_find(),
                }
            } else if app::event_key() == Key::F5 {
                post(Msg::Refresh);
            }
            is_find || app::event_key() == Key::F5
        });
        let (model, window) = (Rc::clone(&self.model), self.window.clone());
        self.parts.left.on_menu(move |place| open_choices(&model.borrow(), &window, place));
    }
}

impl Parts {
    fn place(&mut self, w: i32, h: i32) {
        self.left.place(h);
        // A line of one px stands between the halves.
        let x = left::WIDTH + 1;
        self.tabs.place(Rect::new(x + 6, 0, w - x - 6, TABS_H));
        let strip = if self.strip.is_shown() { STRIP_H } else { 0 };
        self.strip.place(Rect::new(x, TABS_H, w - x, STRIP_H));
        let below = Rect::new(x, TABS_H + strip, w - x, h - TABS_H - strip);
        self.table.place(below);
        self.events.place(below);
    }
}

/// The menu of language and looks.
fn open_choices(model: &Model, window: &DoubleWindow, place: Rect) {
    let choices = model.choices;
    let language = |choice: LanguageChoice, label: &str| {
        MenuEntry::from(MenuItem::new(label).checked(choices.language == choice))
    };
    let look = |dark: bool, label: &str| {
        MenuEntry::from(MenuItem::new(label).checked(choices.dark == dark))
    };
    let languages = [
        LanguageChoice::System,
        LanguageChoice::Fixed(Language::Chinese),
        LanguageChoice::Fixed(Language::English),
    ];
    let entries = vec![
        language(languages[0], tr("panel.language.system")),
        language(languages[1], Language::Chinese.own_name()),
        language(languages[2], Language::English.own_name()),
        MenuEntry::Separator,
        look(false, tr("panel.theme.light")),
        look(true, tr("panel.theme.dark")),
    ];
    // The menu ends where its place ends, and the button stands at the left edge of the window.
    let place = Rect { w: MENU_W, ..place }.moved(window.x_root(), window.y_root());
    open_menu(MenuPlace::Above(place), entries, move |picked| match picked {
        Some(4) => post(Msg::Dark(false)),
        Some(5) => post(Msg::Dark(true)),
        Some(index) => {
            if let Some(language) = languages.get(index) {
                post(Msg::Language(*language));
            }
        }
        None => {}
    });
}
