//! The bar over the messages that finds words in them.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::Shortcut;

use super::{ChatView, Parts};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::find::{FindMsg, Found};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Control, Field, FieldKind, IconButton};

/// Its height.
pub const BAR: i32 = 44;
const BUTTON: i32 = 28;
/// How wide the box may be.
const FIELD_MAX: i32 = 280;
/// Room for the count.
const COUNT: i32 = 96;

/// What the bar shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindView {
    /// What is looked for.
    pub wanted: String,
    /// How far that is.
    pub found: Found,
}

impl FindView {
    fn words(&self) -> String {
        match self.found {
            Found::Idle => String::new(),
            Found::Looking => tr("find.looking").to_owned(),
            Found::Nothing => tr("find.none").to_owned(),
            Found::Some(at, of, more) => {
                let of = format!("{of}{}", if more { "+" } else { "" });
                tr_with("find.count", &[("at", &at.to_string()), ("n", &of)])
            }
        }
    }
}

type Told = Rc<RefCell<Box<dyn FnMut(FindMsg)>>>;

/// The bar's controls.
#[derive(Clone)]
pub struct FindBar {
    field: Field,
    older: IconButton,
    newer: IconButton,
    close: IconButton,
    told: Told,
}

impl FindBar {
    /// Hidden, in the group that is open.
    pub fn new() -> FindBar {
        let told: Told = Rc::new(RefCell::new(Box::new(|_| {})));
        let mut bar = FindBar {
            field: Field::new(FieldKind::Search, "").style(Style::BODY),
            older: IconButton::new(Icon::ChevUp, "").icon_size(16),
            newer: IconButton::new(Icon::ChevDown, "").icon_size(16),
            close: IconButton::new(Icon::Close, "").icon_size(14),
            told,
        };
        bar.wire();
        bar.show(false);
        bar
    }

    fn wire(&mut self) {
        let tell = |told: &Told, msg: FindMsg| (told.borrow_mut())(msg);
        let (told, field) = (Rc::clone(&self.told), self.field.clone());
        self.field.on_change(move || tell(&told, FindMsg::Text(field.value())));
        let told = Rc::clone(&self.told);
        self.field.on_enter(move || {
            let newer = app::event_state().contains(Shortcut::Shift);
            tell(&told, if newer { FindMsg::Newer } else { FindMsg::Older });
        });
        let told = Rc::clone(&self.told);
        self.field.on_escape(move || tell(&told, FindMsg::Close));
        for (button, msg) in [
            (&mut self.older, FindMsg::Older),
            (&mut self.newer, FindMsg::Newer),
            (&mut self.close, FindMsg::Close),
        ] {
            let told = Rc::clone(&self.told);
            button.on_press(move || tell(&told, msg.clone()));
        }
    }

    /// Calls back when something is done in it.
    pub fn on_msg(&mut self, told: impl FnMut(FindMsg) + 'static) {
        *self.told.borrow_mut() = Box::new(told);
    }

    /// Whether its box has the keyboard.
    #[must_use]
    pub fn has_focus(&self) -> bool {
        self.field.has_focus()
    }

    /// The words of the moment.
    pub fn restyle(&mut self) {
        self.field.set_placeholder(tr("find.hint"));
        self.older.set_tip(tr("find.older"));
        self.newer.set_tip(tr("find.newer"));
        self.close.set_tip(tr("find.close"));
    }

    /// Takes its place; nowhere while it is hidden.
    pub fn place(&mut self, area: Rect) {
        self.show(area.h > 0);
        let [field, _, older, newer, close] = placed(area);
        self.field.place(field);
        self.older.place(older);
        self.newer.place(newer);
        self.close.place(close);
    }

    fn show(&mut self, shown: bool) {
        self.field.set_shown(shown);
        self.older.set_shown(shown);
        self.newer.set_shown(shown);
        self.close.set_shown(shown);
    }
}

/// The box, the count, the three buttons.
fn placed(area: Rect) -> [Rect; 5] {
    let y = area.y + (BAR - BUTTON) / 2;
    let button = |x: i32| Rect::new(x, y, BUTTON, BUTTON);
    let close = button(area.right() - 12 - BUTTON);
    let w = FIELD_MAX.min(close.x - area.x - 16 - COUNT - 2 * BUTTON - 32);
    let field = Rect::new(area.x + 16, area.y + 6, w, 32);
    let older = button(field.right() + 8);
    let newer = button(older.right() + 4);
    let count = Rect::new(newer.right() + 8, area.y + 14, COUNT, 16);
    [field, count, older, newer, close]
}

/// The ground of the bar and the count.
pub fn paint(canvas: &Canvas, area: Rect, view: &FindView) {
    canvas.line_across(area.x, area.bottom() - 1, area.w, Colour::Line);
    let [_, count, ..] = placed(area);
    let ink = if view.found == Found::Nothing { Colour::Bad } else { Colour::Ink2 };
    canvas.text_in(Style::CAPTION, ink, count, Align::Left, &view.words());
}

impl Parts {
    /// Shows the bar, with what is selected in it.
    pub(super) fn open_find(&mut self) {
        self.tell(ChatMsg::Find(FindMsg::Open));
        let bar = self.find.clone();
        // Once the window has it.
        app::add_timeout3(0.05, move |_| {
            let mut field = bar.field.clone();
            field.focus();
            field.select_all();
        });
    }

    pub(super) fn looked_for(&mut self, msg: FindMsg) {
        if msg == FindMsg::Close {
            self.composer.focus();
        }
        self.tell(ChatMsg::Find(msg));
    }

    /// The bar as it is now; an old one is forgotten when it goes.
    pub(super) fn show_find(&mut self, old: &ChatView) {
        let now = self.state.borrow().view.find.clone();
        if old.find.is_some() && now.is_none() {
            self.find.field.set_value("");
        }
        self.transcript.set_wanted(now.as_ref().map_or("", |find| find.wanted.as_str()));
    }
}
