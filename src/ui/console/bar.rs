//! The bar under a table: who is chosen, and what can be done to them.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::acts::Act;
use super::forms::names;
use super::model::{Model, Msg, Tab};
use super::shell::post;
use crate::ui::paint::{Align, Icon, Rect, text};
use crate::ui::text::{language, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    Button, ButtonKind, Control, IconButton, MenuEntry, MenuItem, MenuPlace, backdrop, open_menu,
};

/// Its height.
pub const HEIGHT: i32 = 48;
const MARGIN: i32 = 16;
const GAP: i32 = 8;
/// Words at the left have at least this much room.
const WORDS: i32 = 96;
/// All that has a button; the rest stands in the menu.
const BUTTONS: [Act; 10] = [
    Act::Message,
    Act::Reset,
    Act::Kick,
    Act::Unban,
    Act::Ban,
    Act::Enable,
    Act::Disable,
    Act::SignOut,
    Act::Dissolve,
    Act::Copy,
];

/// The bar.
#[derive(Clone)]
pub struct Bar {
    group: Group,
    buttons: Vec<(Act, Button)>,
    more: IconButton,
    words: Rc<RefCell<(Said, i32)>>,
    acts: Vec<Act>,
}

impl Bar {
    /// Inside the group that is being made; hidden at first.
    pub fn new() -> Bar {
        let mut group = Group::new(0, 0, 0, 0, None);
        group.begin();
        let buttons = BUTTONS.map(|act| {
            let kind =
                if act.is_dangerous() { ButtonKind::DangerOutline } else { ButtonKind::Outline };
            let mut button = Button::new(kind, "").icon(icon(act)).on(Colour::BrandSoft);
            button.on_press(move || post(Msg::Act(act)));
            (act, button)
        });
        let mut more = IconButton::new(Icon::More, "").on(Colour::BrandSoft);
        more.on_press(|| post(Msg::OpenMenu));
        group.end();
        let words: Rc<RefCell<(Said, i32)>> = Rc::default();
        let drawn = Rc::clone(&words);
        backdrop(&mut group, Colour::BrandSoft, move |canvas, area| {
            let (words, width) = &*drawn.borrow();
            let place = Rect::new(area.x + MARGIN, area.y, *width, area.h);
            canvas.text_in(Style::BODY.bold(), Colour::Ink, place, Align::Left, words.fit(*width));
        });
        group.hide();
        Bar { group, buttons: buttons.to_vec(), more, words, acts: Vec::new() }
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        self.acts = model.acts();
        for (act, button) in &mut self.buttons {
            button.set_label(tr(act.key()));
        }
        self.more.set_tip(tr("con.more"));
        self.words.borrow_mut().0 = words(model);
        if self.acts.is_empty() {
            self.group.hide();
        } else {
            self.group.show();
        }
        self.group.redraw();
    }

    /// Takes its place: buttons as far as there is room, the rest in the menu.
    pub fn place(&mut self, area: Rect) {
        self.group.resize(area.x, area.y, area.w, area.h);
        let room = area.w - 2 * MARGIN;
        let words = text::width(Style::BODY.bold(), &self.words.borrow().0.whole).clamp(0, WORDS);
        let mut left = room - words - GAP - 32;
        let mut shown = Vec::new();
        for act in &self.acts {
            let Some(place) = BUTTONS.iter().position(|button| button == act) else { continue };
            let width = self.buttons[place].1.wanted_width();
            if left < width + GAP {
                break;
            }
            left -= width + GAP;
            shown.push((place, width));
        }
        self.buttons.iter_mut().for_each(|(_, button)| button.set_shown(false));
        let has_rest = shown.len() < self.acts.len();
        self.more.set_shown(has_rest);
        let mut x = area.right() - MARGIN;
        if has_rest {
            x -= 32;
            self.more.place(Rect::new(x, area.y + 8, 32, 32));
            x -= GAP;
        }
        for (place, width) in shown.into_iter().rev() {
            let button = &mut self.buttons[place].1;
            button.place(Rect::new(x - width, area.y + 8, width, 32));
            button.set_shown(true);
            x -= width + GAP;
        }
        self.words.borrow_mut().1 = (x - area.x - MARGIN).max(0);
    }

    /// Whether it is shown.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        !self.acts.is_empty()
    }

    /// Where the menu of the rest opens, in the window.
    #[must_use]
    pub fn dots(&self) -> Rect {
        self.more.area()
    }
}

/// Who or what is chosen, in all words and without the number.
#[derive(Default)]
struct Said {
    whole: String,
    short: String,
}

impl Said {
    fn new(name: &str, number: &str) -> Said {
        let say = |number: &str| tr_with("con.chosen", &[("name", name), ("number", number)]);
        Said { whole: say(number).trim_end().to_owned(), short: say("").trim_end().to_owned() }
    }

    /// Where there is no room for a number it goes as a whole: half of one is somebody else's.
    fn fit(&self, room: i32) -> &str {
        match text::width(Style::BODY.bold(), &self.whole) <= room {
            true => &self.whole,
            false => &self.short,
        }
    }
}

fn words(model: &Model) -> Said {
    let people = model.chosen();
    match (model.tab, &*people) {
        (Tab::Rooms, _) => model
            .chosen_room()
            .map_or_else(Said::default, |row| Said::new(&row.name, &row.room.to_string())),
        (_, [one]) => {
            let number = one.account.map(|account| account.to_string()).unwrap_or_default();
            Said::new(&one.name, &number)
        }
        _ => Said::new(&names(&people, language()), ""),
    }
}

/// The drawing of something to do.
#[must_use]
pub fn icon(act: Act) -> Icon {
    match act {
        Act::Message => Icon::Chat,
        Act::Reset => Icon::Key,
        Act::Kick | Act::SignOut => Icon::Logout,
        Act::Promote => Icon::Shield,
        Act::Demote => Icon::ShieldLine,
        Act::Disable => Icon::Lock,
        Act::Enable | Act::Unban => Icon::Unlock,
        Act::Ban => Icon::Ban,
        Act::Dissolve => Icon::Trash,
        Act::Copy => Icon::Copy,
    }
}

/// Opens the menu of all that can be done.
pub fn open_acts(model: &Model, place: MenuPlace) {
    let acts = model.acts();
    if acts.is_empty() {
        return;
    }
    let entry = |act: &Act| {
        let item = MenuItem::new(tr(act.key())).icon(icon(*act));
        let item = if *act == Act::Kick { item.shortcut("Del") } else { item };
        MenuEntry::from(if act.is_dangerous() { item.danger() } else { item })
    };
    open_menu(place, acts.iter().map(entry).collect(), move |picked| {
        if let Some(act) = picked.and_then(|picked| acts.get(picked)) {
            post(Msg::Act(*act));
        }
    });
}
