//! Popup menus, drawn as in the pictures; the pointer and the keyboard belong to them while open.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{WidgetExt, WindowExt};
use fltk::window::MenuWindow;

use super::popup;
use crate::domain::Portrait;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::theme::{Colour, Style, metric};

const PADDING: i32 = 4;
const SEPARATOR: i32 = 9;
/// A line with a face.
const FACE_ROW: i32 = 44;
/// Its words are cut where they are wider.
const FACE_WORDS_MAX: i32 = 240;
/// The place of its cross.
const CROSS: i32 = 40;

/// A line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuEntry {
    /// Something to pick.
    Item(MenuItem),
    /// A dividing line.
    Separator,
}

/// Something to pick from a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    label: String,
    icon: Option<(Icon, Colour, i32)>,
    shortcut: String,
    checked: bool,
    danger: bool,
    disabled: bool,
    face: Option<Face>,
}

/// Somebody, with a cross to take the line away.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Face {
    portrait: Portrait,
    detail: String,
}

impl MenuItem {
    /// Words alone.
    #[must_use]
    pub fn new(label: &str) -> MenuItem {
        MenuItem {
            label: label.to_string(),
            icon: None,
            shortcut: String::new(),
            checked: false,
            danger: false,
            disabled: false,
            face: None,
        }
    }

    /// Somebody's face before the words, a line under them, and a cross at the right.
    #[must_use]
    pub fn face(self, portrait: Portrait, detail: &str) -> MenuItem {
        MenuItem { face: Some(Face { portrait, detail: detail.to_string() }), ..self }
    }

    /// With an icon before the words.
    #[must_use]
    pub fn icon(self, icon: Icon) -> MenuItem {
        MenuItem { icon: Some((icon, Colour::Ink2, 16)), ..self }
    }

    /// With the mark of a presence before the words.
    #[must_use]
    pub fn presence(self, presence: crate::domain::Presence) -> MenuItem {
        let (icon, colour) = Icon::of_presence(presence);
        MenuItem { icon: Some((icon, colour, 10)), ..self }
    }

    /// With the keys that do the same.
    #[must_use]
    pub fn shortcut(self, shortcut: &str) -> MenuItem {
        MenuItem { shortcut: shortcut.to_string(), ..self }
    }

    /// With a tick, if so.
    #[must_use]
    pub fn checked(self, checked: bool) -> MenuItem {
        MenuItem { checked, ..self }
    }

    /// In red: it destroys.
    #[must_use]
    pub fn danger(self) -> MenuItem {
        MenuItem { danger: true, ..self }
    }

    /// Grey, cannot be picked.
    #[must_use]
    pub fn disabled(self, disabled: bool) -> MenuItem {
        MenuItem { disabled, ..self }
    }
}

impl From<MenuItem> for MenuEntry {
    fn from(item: MenuItem) -> MenuEntry {
        MenuEntry::Item(item)
    }
}

/// Where a menu opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuPlace {
    /// With its upper left corner at the pointer.
    Pointer,
    /// With its upper left corner there on the screen.
    At(i32, i32),
    /// Below an area (in screen coordinates), at least as wide; above it where there is no room.
    Below(Rect),
    /// Above an area (in screen coordinates), right edges together.
    Above(Rect),
}

struct State {
    entries: Vec<MenuEntry>,
    current: Option<usize>,
    /// How far a menu that is higher than the screen is scrolled.
    top: i32,
    /// How high it is shown.
    height: i32,
    /// The pointer is on the cross of the current line.
    on_cross: bool,
    picked: Box<dyn FnMut(Option<MenuPick>)>,
}

/// What was done to a line of a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuPick {
    /// It was picked.
    Item(usize),
    /// Its cross was pressed, or Delete on it.
    Cross(usize),
}

/// Opens a menu. `picked` is called once: with the place of the entry, or with none when it was
/// closed without a choice.
pub fn open_menu(
    place: MenuPlace,
    entries: Vec<MenuEntry>,
    mut picked: impl FnMut(Option<usize>) + 'static,
) {
    open_menu_with_crosses(place, entries, move |pick| {
        picked(pick.map(|(MenuPick::Item(index) | MenuPick::Cross(index))| index));
    });
}

/// The same, for a menu in which an item can still change.
pub fn open_menu_to_change(
    place: MenuPlace,
    entries: Vec<MenuEntry>,
    mut picked: impl FnMut(Option<usize>) + 'static,
) -> OpenMenu {
    open_any(place, entries, move |pick| {
        picked(pick.map(|(MenuPick::Item(index) | MenuPick::Cross(index))| index));
    })
}

/// The same, for lines with crosses.
pub fn open_menu_with_crosses(
    place: MenuPlace,
    entries: Vec<MenuEntry>,
    picked: impl FnMut(Option<MenuPick>) + 'static,
) {
    open_any(place, entries, picked);
}

/// A menu that stands open, or did.
pub struct OpenMenu {
    state: Rc<RefCell<State>>,
    window: MenuWindow,
}

impl OpenMenu {
    /// Another item in the place of one; as wide as the menu is.
    pub fn put(&mut self, index: usize, item: MenuItem) {
        let mut state = self.state.borrow_mut();
        if let Some(entry) = state.entries.get_mut(index) {
            *entry = item.into();
            self.window.redraw();
        }
    }
}

fn open_any(
    place: MenuPlace,
    entries: Vec<MenuEntry>,
    picked: impl FnMut(Option<MenuPick>) + 'static,
) -> OpenMenu {
    let area = area_for(place, &entries);
    let current = entries.iter().position(|e| matches!(e, MenuEntry::Item(i) if i.checked));
    let state = State {
        entries,
        current,
        top: 0,
        height: area.h,
        on_cross: false,
        picked: Box::new(picked),
    };
    let state = Rc::new(RefCell::new(state));
    let drawn = Rc::clone(&state);
    let paint = move |w, h| drawn.borrow().paint(w, h);
    let handled = Rc::clone(&state);
    let window = popup::open(area, paint, move |window, event| handle(&handled, window, event));
    OpenMenu { state, window }
}

/// The area of a control on the screen, for [`MenuPlace`].
#[must_use]
pub fn on_screen(control: &impl super::Control, window: &impl WindowExt) -> Rect {
    control.area().moved(window.x_root(), window.y_root())
}

fn handle(state: &Rc<RefCell<State>>, window: &mut MenuWindow, event: Event) -> bool {
    let inside = Rect::new(0, 0, window.w(), window.h());
    let (x, y) = popup::pointer(window);
    let under = if inside.contains(x, y) { state.borrow().at(y) } else { None };
    match event {
        Event::Move | Event::Drag | Event::Enter if under.is_some() => {
            let on_cross = state.borrow().is_cross(under, x, window.w());
            let mut state = state.borrow_mut();
            (state.current, state.on_cross) = (under, on_cross);
            window.redraw();
        }
        Event::Push if !inside.contains(x, y) => finish(state, window, None),
        Event::Released => {
            if let Some(index) = under
                && state.borrow().can_pick(index)
            {
                let on_cross = state.borrow().is_cross(under, x, window.w());
                finish(state, window, Some(pick(index, on_cross)));
            }
        }
        Event::MouseWheel => {
            let by = if app::event_dy() == app::MouseWheel::Up { -1 } else { 1 };
            state.borrow_mut().scroll(by * metric::MENU_ROW);
            window.redraw();
        }
        Event::KeyDown | Event::Shortcut => {
            let step = |by| {
                let next = state.borrow().next(by);
                let mut state = state.borrow_mut();
                (state.current, state.on_cross) = (next, false);
                state.reveal();
            };
            match app::event_key() {
                Key::Up => step(-1),
                Key::Down | Key::Tab => step(1),
                Key::Escape => finish(state, window, None),
                Key::Enter | Key::KPEnter => {
                    let current = state.borrow().current;
                    if let Some(current) = current {
                        finish(state, window, Some(MenuPick::Item(current)));
                    }
                }
                Key::Delete => {
                    let current = state.borrow().current;
                    let current = current.filter(|index| state.borrow().has_cross(*index));
                    if let Some(current) = current {
                        finish(state, window, Some(MenuPick::Cross(current)));
                    } else if let Some(index) = state.borrow().of_keys("Del") {
                        finish(state, window, Some(MenuPick::Item(index)));
                    }
                }
                key => {
                    let letter = key.to_char().map(|c| c.to_ascii_uppercase());
                    let held = if app::is_event_ctrl() { "Ctrl+" } else { "" };
                    let keys = letter.map(|letter| format!("{held}{letter}"));
                    let index = keys.and_then(|keys| state.borrow().of_keys(&keys));
                    if let Some(index) = index {
                        finish(state, window, Some(MenuPick::Item(index)));
                    }
                }
            }
            window.redraw();
        }
        Event::Unfocus | Event::Hide => return false,
        _ => {}
    }
    true
}

fn pick(index: usize, on_cross: bool) -> MenuPick {
    if on_cross { MenuPick::Cross(index) } else { MenuPick::Item(index) }
}

fn finish(state: &Rc<RefCell<State>>, window: &mut MenuWindow, picked: Option<MenuPick>) {
    popup::close(window);
    // Not within its own event: the toolkit still holds the window.
    let state = Rc::clone(state);
    app::add_timeout3(0.0, move |_| {
        state.borrow_mut().entries = Vec::new();
        let mut callback = std::mem::replace(&mut state.borrow_mut().picked, Box::new(|_| {}));
        callback(picked);
    });
}

impl State {
    fn can_pick(&self, index: usize) -> bool {
        matches!(self.entries.get(index), Some(MenuEntry::Item(item)) if !item.disabled)
    }

    /// The item whose shortcut was pressed.
    fn of_keys(&self, keys: &str) -> Option<usize> {
        let is_it = |entry: &MenuEntry| matches!(entry, MenuEntry::Item(i) if i.shortcut == keys);
        self.entries.iter().position(is_it).filter(|index| self.can_pick(*index))
    }

    fn has_cross(&self, index: usize) -> bool {
        matches!(self.entries.get(index), Some(MenuEntry::Item(item)) if item.face.is_some())
    }

    fn is_cross(&self, index: Option<usize>, x: i32, w: i32) -> bool {
        index.is_some_and(|index| self.has_cross(index)) && x >= w - PADDING - CROSS
    }

    fn next(&self, by: i32) -> Option<usize> {
        let count = i32::try_from(self.entries.len()).unwrap_or(0);
        let start = match self.current {
            Some(current) => i32::try_from(current).unwrap_or(0),
            None if by > 0 => -1,
            None => count,
        };
        (1..=count)
            .filter_map(|step| usize::try_from((start + by * step).rem_euclid(count)).ok())
            .find(|index| self.can_pick(*index))
    }

    /// The height of all lines.
    fn content(&self) -> i32 {
        self.entries.iter().map(height).sum::<i32>() + 2 * PADDING
    }

    fn scroll(&mut self, by: i32) {
        self.top = (self.top + by).clamp(0, (self.content() - self.height).max(0));
    }

    /// The current line is seen.
    fn reveal(&mut self) {
        let row = self.rows().find(|(index, ..)| Some(*index) == self.current);
        let Some((_, top, h)) = row else { return };
        if top < PADDING {
            self.scroll(top - PADDING);
        } else if top + h > self.height - PADDING {
            self.scroll(top + h - self.height + PADDING);
        }
    }

    fn at(&self, y: i32) -> Option<usize> {
        self.rows().find(|(_, top, h)| (*top..top + h).contains(&y)).map(|(index, ..)| index)
    }

    fn rows(&self) -> impl Iterator<Item = (usize, i32, i32)> {
        let mut top = PADDING - self.top;
        self.entries.iter().enumerate().map(move |(index, entry)| {
            let h = height(entry);
            top += h;
            (index, top - h, h)
        })
    }

    fn paint(&self, w: i32, h: i32) {
        let area = Rect::new(0, 0, w, h);
        let canvas = popup::card(area);
        let ticked = self.entries.iter().any(|e| matches!(e, MenuEntry::Item(i) if i.checked));
        let iconed =
            self.entries.iter().any(|e| matches!(e, MenuEntry::Item(i) if i.icon.is_some()));
        let clip = canvas.clip(area.inset(1));
        for (index, top, row_h) in self.rows() {
            let row = Rect::new(PADDING, top, w - 2 * PADDING, row_h);
            match &self.entries[index] {
                MenuEntry::Separator => canvas.line_across(row.x, top + 4, row.w, Colour::Line),
                MenuEntry::Item(item) => {
                    let current = self.current == Some(index);
                    match &item.face {
                        Some(face) => {
                            item.paint_face(&canvas, row, face, current, current && self.on_cross);
                        }
                        None => item.paint(&canvas, row, current, ticked && !iconed, iconed),
                    }
                }
            }
        }
        drop(clip);
    }
}

impl MenuItem {
    fn paint_face(&self, canvas: &Canvas, row: Rect, face: &Face, current: bool, on_cross: bool) {
        let ground = if current { Colour::Selected } else { Colour::Paper };
        canvas.round(row, metric::RADIUS_SMALL, ground);
        canvas.avatar(face.portrait, row.x + 8, row.y + 6, 32, false);
        let words = row.without_left(50).without_right(CROSS + 4);
        let name = Rect::new(words.x, row.y + 4, words.w, Style::BODY.line);
        let style = if self.checked { Style::BODY.bold() } else { Style::BODY };
        canvas.text_in(style, Colour::Ink, name, Align::Left, &self.label);
        let detail = Rect::new(words.x, row.y + 24, words.w, Style::CAPTION.line);
        canvas.text_in(Style::CAPTION, Colour::Ink3, detail, Align::Left, &face.detail);
        let cross = Rect::new(row.right() - CROSS, row.y, CROSS, row.h).middle(28, 28);
        if on_cross {
            canvas.circle(cross, Colour::BadSoft);
        }
        let (ink, under) = match on_cross {
            true => (Colour::Bad, Colour::BadSoft),
            false => (Colour::Ink3, ground),
        };
        canvas.icon_on(Icon::Close, cross.x + 7, cross.y + 7, 14, ink, under);
    }

    fn paint(&self, canvas: &Canvas, row: Rect, current: bool, tick_left: bool, iconed: bool) {
        let ground = if current && !self.disabled { Colour::Selected } else { Colour::Paper };
        canvas.round(row, metric::RADIUS_SMALL, ground);
        let ink = match (self.disabled, self.danger) {
            (true, _) => Colour::Ink3,
            (false, true) => Colour::Bad,
            (false, false) => Colour::Ink,
        };
        let mut x = row.x + 10;
        let middle = row.y + row.h / 2;
        if let Some((icon, colour, size)) = self.icon {
            let colour = if self.danger { Colour::Bad } else { colour };
            canvas.icon_on(icon, x + (16 - size) / 2, middle - size / 2, size, colour, ground);
        }
        if tick_left && self.checked {
            canvas.icon_on(Icon::Check, x, middle - 8, 16, Colour::BrandText, ground);
        }
        if iconed || tick_left {
            x += 26;
        }
        canvas.text(Style::BODY, ink, x, middle - Style::BODY.line / 2, &self.label);
        let right = row.without_right(10);
        if self.checked && !tick_left {
            canvas.icon_on(Icon::Check, right.right() - 16, middle - 8, 16, Colour::Ink2, ground);
        } else {
            canvas.text_in(Style::CAPTION, Colour::Ink3, right, Align::Right, &self.shortcut);
        }
    }
}

fn height(entry: &MenuEntry) -> i32 {
    match entry {
        MenuEntry::Item(item) if item.face.is_some() => FACE_ROW,
        MenuEntry::Item(_) => metric::MENU_ROW,
        MenuEntry::Separator => SEPARATOR,
    }
}

fn area_for(place: MenuPlace, entries: &[MenuEntry]) -> Rect {
    let width = |entry: &MenuEntry| match entry {
        MenuEntry::Item(MenuItem { label, face: Some(face), .. }) => {
            let words =
                text::width(Style::BODY, label).max(text::width(Style::CAPTION, &face.detail));
            words.min(FACE_WORDS_MAX) + 50 + CROSS
        }
        MenuEntry::Item(item) => {
            let mark = if item.icon.is_some() || item.checked { 26 } else { 0 };
            let shortcut = match text::width(Style::CAPTION, &item.shortcut) {
                0 => 0,
                width => width + 32,
            };
            let tick = if item.icon.is_some() { 26 } else { 0 };
            text::width(Style::BODY, &item.label) + mark + shortcut + tick
        }
        MenuEntry::Separator => 0,
    };
    let ticked = entries.iter().any(|e| matches!(e, MenuEntry::Item(i) if i.checked));
    let extra = if ticked { 26 } else { 0 };
    let mut w = entries.iter().map(width).max().unwrap_or(0).max(100) + extra + 28 + 2 * PADDING;
    let h = entries.iter().map(height).sum::<i32>() + 2 * PADDING;
    let screen = match place {
        MenuPlace::Pointer => (app::event_x_root(), app::event_y_root()),
        MenuPlace::At(x, y) => (x, y),
        MenuPlace::Below(area) | MenuPlace::Above(area) => (area.x, area.y),
    };
    let (sx, sy, sw, sh) = app::screen_work_area(app::screen_num(screen.0, screen.1));
    let h = h.min(sh);
    let (mut x, mut y) = match place {
        MenuPlace::Pointer => (app::event_x_root(), app::event_y_root()),
        MenuPlace::At(x, y) => (x, y),
        MenuPlace::Below(area) => {
            w = w.max(area.w);
            (area.x, area.bottom() + 4)
        }
        MenuPlace::Above(area) => (area.right() - w, area.y - 6 - h),
    };
    if let MenuPlace::Below(area) = place
        && y + h > sy + sh
    {
        y = area.y - 4 - h;
    }
    if let MenuPlace::Above(area) = place
        && y < sy
    {
        y = area.bottom() + 4;
    }
    x = x.min(sx + sw - w).max(sx);
    y = y.min(sy + sh - h).max(sy);
    Rect::new(x, y, w, h)
}
