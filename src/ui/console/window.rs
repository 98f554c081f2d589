//! The window: the column at the left, tabs at the right.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::acts::Act;
use super::all::AllWindow;
use super::ask::Ask;
use super::bar::open_acts;
use super::code::CodeWindow;
use super::dials::Dials;
use super::events::Events;
use super::form::FormWindow;
use super::halls::Rooms;
use super::left::{self, Left};
use super::model::{Model, Msg, Sheet, Tab};
use super::people::Accounts;
use super::restore::RestoreWindow;
use super::shell::post;
use super::table::Table;
use super::units;
use crate::ui::paint::{Icon, Rect};
use crate::ui::screen;
use crate::ui::text::{Language, LanguageChoice, tr, tr_with};
use crate::ui::theme::Colour;
use crate::ui::toast::{self, Edge, Kind};
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
    sheet: Option<Over>,
}

/// A window over this one.
enum Over {
    Form(FormWindow),
    Code(CodeWindow),
    All(AllWindow),
    Restore(RestoreWindow),
}

/// What stands in the window, as handles.
#[derive(Clone)]
struct Parts {
    left: Left,
    tabs: Tabs,
    strip: Strip,
    table: Table,
    accounts: Accounts,
    rooms: Rooms,
    events: Events,
    dials: Dials,
}

impl ConsoleWindow {
    /// Drawn from a model; not shown yet.
    pub fn new(model: &Rc<RefCell<Model>>) -> ConsoleWindow {
        let mut window = widgets::window(tr("con.window"), W, H);
        window.begin();
        let mut parts = Parts {
            left: Left::new(model),
            tabs: Tabs::new(TabKind::Flow, &["", "", "", "", ""]),
            strip: Strip::new(),
            table: Table::new(model),
            accounts: Accounts::new(model),
            rooms: Rooms::new(model),
            events: Events::new(model),
            dials: Dials::new(model),
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
        let mut made =
            ConsoleWindow { window, parts, model: Rc::clone(model), ask: None, sheet: None };
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
        if let Some(sheet) = self.sheet.take() {
            sheet.close();
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
        let Parts { left, tabs, strip, table, accounts, rooms, events, dials } = &mut self.parts;
        left.follow(&model);
        let people = units::grouped(model.people());
        tabs.set_label(0, &tr_with("con.tab.online", &[("n", &people)]));
        let labels = ["con.tab.accounts", "con.tab.rooms", "con.tab.log", "common.settings"];
        for (place, key) in labels.into_iter().enumerate() {
            tabs.set_label(place + 1, tr(key));
        }
        tabs.set_active(Tab::ALL.iter().position(|tab| *tab == model.tab).unwrap_or(0));
        strip.set(StripKind::Warning, Icon::Warn, tr("con.silent"), "");
        strip.set_shown(model.silent);
        table.set_shown(model.tab == Tab::Online);
        accounts.set_shown(model.tab == Tab::Accounts);
        rooms.set_shown(model.tab == Tab::Rooms);
        events.set_shown(model.tab == Tab::Log);
        dials.set_shown(model.tab == Tab::Settings);
        table.follow(&model);
        accounts.follow(&model);
        rooms.follow(&model);
        events.follow(&mut model);
        dials.follow(&model);
        drop(model);
        self.parts.place(self.window.w(), self.window.h());
        self.window.redraw();
    }

    /// Says for a moment that something was done.
    pub fn say(&self, words: &str) {
        toast::show(screen::area_of(&self.window), Edge::Lower, Kind::Done, words);
    }

    /// Opens, brings up or takes away the window over this one.
    pub fn sheet(&mut self) {
        let model = self.model.borrow();
        let over = screen::area_of(&self.window);
        let is_same = match (&self.sheet, &model.sheet) {
            (Some(Over::Form(window)), Some(Sheet::Form(form))) => window.is_for(form),
            (Some(Over::Code(_)), Some(Sheet::Code(_)))
            | (Some(Over::All(_)), Some(Sheet::All))
            | (Some(Over::Restore(_)), Some(Sheet::Restore(_)))
            | (None, None) => true,
            _ => false,
        };
        if !is_same {
            if let Some(sheet) = self.sheet.take() {
                sheet.close();
            }
            self.sheet = model.sheet.as_ref().map(|sheet| match sheet {
                Sheet::Form(form) => Over::Form(FormWindow::new(form, &model, over)),
                Sheet::Code(code) => Over::Code(CodeWindow::new(code, over)),
                Sheet::All => Over::All(AllWindow::new(&model, over)),
                Sheet::Restore(files) => Over::Restore(RestoreWindow::new(files, &model, over)),
            });
        }
        match (&mut self.sheet, &model.sheet) {
            (Some(Over::Form(window)), Some(Sheet::Form(form))) => window.follow(form),
            (Some(Over::All(window)), _) => window.follow(&model),
            _ => {}
        }
    }

    /// Opens the menu of what can be done to those who are chosen: where the pointer is, or at the
    /// row that has the keyboard.
    pub fn open_menu(&mut self) {
        let model = self.model.borrow();
        let by_key = matches!(app::event(), Event::KeyDown | Event::KeyUp | Event::Shortcut);
        let place = match model.tab {
            Tab::Accounts => self.parts.accounts.menu_place(&model),
            Tab::Rooms => self.parts.rooms.menu_place(&model),
            _ => self.parts.table.menu_place(&model),
        };
        let place = place.moved(self.window.x_root(), self.window.y_root());
        let place = if by_key { MenuPlace::Below(place) } else { MenuPlace::Pointer };
        open_acts(&model, place);
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
            post(Msg::Tab(Tab::ALL.get(index).copied().unwrap_or_default()));
        });
        let mut parts = self.parts.clone();
        let model = Rc::clone(&self.model);
        self.window.handle(move |_, event| {
            if !matches!(event, Event::KeyDown | Event::Shortcut) {
                return false;
            }
            let has_ctrl = app::is_event_ctrl() || app::is_event_command();
            match app::event_key() {
                Key::F5 => post(Msg::Refresh),
                Key::Delete => post(Msg::Act(Act::Kick)),
                key if has_ctrl && key == Key::from_char('b') => post(Msg::Broadcast),
                key if has_ctrl && key == Key::from_char('f') => match model.borrow().tab {
                    Tab::Online => parts.table.focus_find(),
                    Tab::Accounts => parts.accounts.focus_find(),
                    Tab::Rooms => parts.rooms.focus_find(),
                    Tab::Log => parts.events.focus_find(),
                    Tab::Settings => return false,
                },
                _ => return false,
            }
            true
        });
        let (model, window) = (Rc::clone(&self.model), self.window.clone());
        self.parts.left.on_menu(move |place| open_choices(&model.borrow(), &window, place));
    }
}

impl Over {
    fn close(self) {
        match self {
            Over::Form(window) => window.close(),
            Over::Code(window) => window.close(),
            Over::All(window) => window.close(),
            Over::Restore(window) => window.close(),
        }
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
        self.accounts.place(below);
        self.rooms.place(below);
        self.events.place(below);
        self.dials.place(below);
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
