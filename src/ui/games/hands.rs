//! Pointer, keys and menu of a board window.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::WidgetExt;

use super::window::Parts;
use crate::domain::game::{Favour, GameKind};
use crate::ui::app::games::board::BoardMsg;
use crate::ui::app::games::replay::ReplayMsg;
use crate::ui::area::Pressable;
use crate::ui::paint::{Align, Icon, Rect};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{
    Control, IconButton, MenuEntry, MenuItem, MenuPlace, on_screen, open_menu,
};

/// A button of a running game: an icon over a word.
#[derive(Clone)]
pub struct Action {
    /// Where it is pressed.
    pub place: Pressable,
    is_enabled: Rc<Cell<bool>>,
}

impl Action {
    /// With an icon and the key of its word.
    pub fn new(icon: Icon, key: &'static str) -> Action {
        let is_enabled = Rc::new(Cell::new(true));
        let drawn = Rc::clone(&is_enabled);
        let place = Pressable::new("", move |canvas, area, touched| {
            canvas.fill(area, Colour::Paper);
            let (fill, outline, ink) = match (drawn.get(), touched.hover) {
                (false, _) => (Colour::Sunken, Colour::Line, Colour::Ink3),
                (true, true) => (Colour::Hover, Colour::Field, Colour::Ink),
                (true, false) => (Colour::Paper, Colour::Field, Colour::Ink),
            };
            let (outline, width) =
                if touched.ring && drawn.get() { (Colour::Focus, 2) } else { (outline, 1) };
            canvas.card(area, metric::RADIUS, fill, outline, width);
            let x = area.x + (area.w - 20) / 2;
            canvas.icon_on(icon, x, area.y + 7, 20, ink, fill);
            let word = Rect::new(area.x, area.y + 29, area.w, 16);
            canvas.text_in(Style::CAPTION, ink, word, Align::Centre, tr(key));
        });
        Action { place, is_enabled }
    }

    /// Lets it be pressed or greys it.
    pub fn set_enabled(&mut self, is_enabled: bool) {
        if self.is_enabled.replace(is_enabled) != is_enabled {
            self.place.set_enabled(is_enabled);
            self.place.redraw();
        }
    }
}

/// What pointer and keys do on the board.
pub fn on_board(parts: &mut Parts, event: Event) -> bool {
    let place = || {
        let shown = parts.shown.borrow();
        let (x, y) = (app::event_x(), app::event_y());
        let is_covered = parts.card.is_shown() && parts.card.area().contains(x, y);
        let (column, row) = shown.grid.near(x, y).filter(|_| !is_covered)?;
        shown.board.place_seen(column, row)
    };
    match event {
        Event::Enter | Event::Move => (parts.told)(BoardMsg::Point(place())),
        Event::Leave => (parts.told)(BoardMsg::Point(None)),
        Event::Push if app::event_mouse_button() == app::MouseButton::Right => {
            open_menu_at(parts, MenuPlace::Pointer);
        }
        Event::Push => {
            let pressed = place();
            // Refused only while hidden.
            let _hidden = parts.view.take_focus();
            if let Some(pressed) = pressed {
                (parts.told)(BoardMsg::Press(pressed));
            }
        }
        Event::Drag | Event::Released => {}
        Event::Focus | Event::Unfocus => parts.view.redraw(),
        Event::KeyDown => return key_on_board(parts, app::event_key()),
        _ => return false,
    }
    if matches!(event, Event::Focus | Event::Unfocus) && parts.is_covered() {
        // What lies over the board is drawn after it.
        parts.window.redraw();
    }
    true
}

fn key_on_board(parts: &mut Parts, key: Key) -> bool {
    // What lies over the board comes next, before what stands beside it.
    if key == Key::Tab && parts.card.is_shown() && !app::is_event_shift() {
        parts.card.focus();
        return true;
    }
    let replays = parts.shown.borrow().board.replay().is_some();
    let msg = match key {
        Key::Left if replays => BoardMsg::Replay(ReplayMsg::Back),
        Key::Right if replays => BoardMsg::Replay(ReplayMsg::On),
        Key::Left => BoardMsg::Step(-1, 0),
        Key::Right => BoardMsg::Step(1, 0),
        Key::Up if !replays => BoardMsg::Step(0, -1),
        Key::Down if !replays => BoardMsg::Step(0, 1),
        Key::Enter | Key::KPEnter if !replays => BoardMsg::Enter,
        key if key == Key::from_char(' ') && !replays => BoardMsg::Enter,
        Key::Menu => {
            open_menu_of(parts, &parts.menu_button());
            return true;
        }
        _ => return on_key(parts, key),
    };
    (parts.told)(msg);
    true
}

/// Keys that mean the same wherever the keyboard is, unless it is written.
pub fn on_key(parts: &Parts, key: Key) -> bool {
    let replays = parts.shown.borrow().board.replay().is_some();
    let is = |c: char| key == Key::from_char(c);
    let msg = match key {
        Key::Escape => BoardMsg::Escape,
        _ if app::is_event_ctrl() && is('z') => BoardMsg::Ask(Favour::Undo),
        _ if app::is_event_ctrl() && is('s') => BoardMsg::Save,
        _ if app::is_event_ctrl() && is('o') => BoardMsg::Open,
        Key::Home if replays => BoardMsg::Replay(ReplayMsg::First),
        Key::End if replays => BoardMsg::Replay(ReplayMsg::Last),
        Key::PageUp if replays => BoardMsg::Replay(ReplayMsg::Back),
        Key::PageDown if replays => BoardMsg::Replay(ReplayMsg::On),
        _ if replays && is(' ') => BoardMsg::Replay(ReplayMsg::Play),
        _ => return false,
    };
    (parts.told)(msg);
    true
}

/// The menu, below its button.
pub fn open_menu_of(parts: &Parts, button: &IconButton) {
    open_menu_at(parts, MenuPlace::Below(on_screen(button, &parts.window)));
}

fn open_menu_at(parts: &Parts, place: MenuPlace) {
    let entries = entries(parts);
    let (items, msgs): (Vec<MenuEntry>, Vec<Option<BoardMsg>>) = entries.into_iter().unzip();
    let told = Rc::clone(&parts.told);
    open_menu(place, items, move |picked| {
        if let Some(msg) = picked.and_then(|index| msgs.get(index).cloned()).flatten() {
            told(msg);
        }
    });
}

fn entries(parts: &Parts) -> Vec<(MenuEntry, Option<BoardMsg>)> {
    let shown = parts.shown.borrow();
    let board = &shown.board;
    let (plays, taste) = (board.begun().me.is_some(), board.taste());
    let is_xiangqi = matches!(board.begun().kind, GameKind::Xiangqi {});
    let item = |item: MenuItem, msg| (MenuEntry::from(item), Some(msg));
    let mut all = Vec::new();
    if plays {
        let confirm = MenuItem::new(tr("game.menu.confirm")).checked(taste.confirm);
        all.push(item(confirm, BoardMsg::Confirm(!taste.confirm)));
    }
    if plays && is_xiangqi {
        let hints = MenuItem::new(tr("game.menu.hints")).checked(taste.hints);
        all.push(item(hints, BoardMsg::Hints(!taste.hints)));
    }
    if is_xiangqi {
        let turn = MenuItem::new(tr("game.menu.turn")).icon(Icon::Rotate);
        all.push(item(turn, BoardMsg::Turn));
    }
    if plays && board.replay().is_some() {
        let leave = MenuItem::new(tr("game.menu.leave")).icon(Icon::Gomoku);
        all.push(item(leave, BoardMsg::Replay(ReplayMsg::Leave)));
    } else if board.game().end().is_some() && board.replay().is_none() {
        let replay = MenuItem::new(tr("game.replay")).icon(Icon::History);
        all.push(item(replay, BoardMsg::Replay(ReplayMsg::Begin)));
    }
    if !all.is_empty() {
        all.push((MenuEntry::Separator, None));
    }
    let save = MenuItem::new(tr("game.menu.save")).icon(Icon::Download).shortcut("Ctrl+S");
    all.push(item(save.disabled(board.game().plies() == 0), BoardMsg::Save));
    let open = MenuItem::new(tr("game.menu.open")).icon(Icon::Folder).shortcut("Ctrl+O");
    all.push(item(open, BoardMsg::Open));
    let rules = MenuItem::new(tr("game.menu.rules")).icon(Icon::Info);
    all.push(item(rules, BoardMsg::Rules));
    all
}
