//! A list of any length whose owner draws the rows; only those that are seen are drawn.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::{control, focus_came_by_key, moves};
use super::{Scroll, tips};
use crate::ui::paint::{Canvas, Rect};
use crate::ui::theme::Colour;

/// Seconds of one frame of easing.
pub(crate) const FRAME_S: f64 = 0.016;
/// How far one notch of the wheel goes.
pub(crate) const WHEEL: i32 = 60;
const LANE: i32 = 12;
const THUMB: i32 = 6;

/// A row to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowLook {
    /// Which.
    pub index: usize,
    /// Where.
    pub area: Rect,
    /// The pointer is over it.
    pub hover: bool,
    /// It is the chosen one.
    pub selected: bool,
    /// It is the chosen one and the keyboard came here.
    pub ring: bool,
}

impl RowLook {
    /// The colour behind it.
    #[must_use]
    pub fn ground(&self, plain: Colour) -> Colour {
        match (self.selected, self.hover) {
            (true, _) => Colour::Selected,
            (false, true) => Colour::Hover,
            (false, false) => plain,
        }
    }
}

/// Where the pointer is: a row, its area in the window, and how far into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// Which row.
    pub index: usize,
    /// Where it is.
    pub area: Rect,
    /// The pointer's distance from its left edge.
    pub x: i32,
}

type Told = Box<dyn FnMut(usize)>;
/// Told what was dropped, and on which row; on none behind all of them.
type Dropped = Box<dyn FnMut(usize, Option<usize>)>;
type Paint = Box<dyn FnMut(&Canvas, &RowLook)>;

struct State {
    /// The lower edges of the rows, from the top of the first.
    edges: Vec<i32>,
    scroll: Scroll,
    selected: Option<usize>,
    hover: Option<usize>,
    ring: bool,
    dragging: Option<i32>,
    /// A row that was pressed, and where.
    pressed: Option<(usize, i32)>,
    /// A row that is carried to another place.
    carried: Option<usize>,
    ground: Colour,
    easing: bool,
    /// The owner shows where the keyboard is.
    plain: bool,
}

/// A list.
#[derive(Clone)]
pub struct ScrollList {
    native: Native,
    state: Rc<RefCell<State>>,
    calls: Rc<Calls>,
}

struct Calls {
    paint: RefCell<Paint>,
    select: RefCell<Told>,
    open: RefCell<Told>,
    menu: RefCell<Told>,
    click: RefCell<Told>,
    point: RefCell<Box<dyn FnMut(Option<Pointed>)>>,
    carry: RefCell<Box<dyn FnMut(usize) -> bool>>,
    drop: RefCell<Dropped>,
    side: RefCell<Box<dyn FnMut(Side)>>,
    space: RefCell<Told>,
}

/// An arrow to a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

control!(ScrollList, native, 0);

impl ScrollList {
    /// An empty list whose rows are drawn by `paint`, on `ground`.
    #[must_use]
    pub fn new(ground: Colour, paint: impl FnMut(&Canvas, &RowLook) + 'static) -> ScrollList {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        native.super_handle_first(false);
        let state = Rc::new(RefCell::new(State {
            edges: Vec::new(),
            scroll: Scroll::default(),
            selected: None,
            hover: None,
            ring: false,
            dragging: None,
            pressed: None,
            carried: None,
            ground,
            easing: false,
            plain: false,
        }));
        let calls = Rc::new(Calls {
            paint: RefCell::new(Box::new(paint)),
            select: RefCell::new(Box::new(|_| {})),
            open: RefCell::new(Box::new(|_| {})),
            menu: RefCell::new(Box::new(|_| {})),
            click: RefCell::new(Box::new(|_| {})),
            point: RefCell::new(Box::new(|_| {})),
            carry: RefCell::new(Box::new(|_| false)),
            drop: RefCell::new(Box::new(|_, _| {})),
            side: RefCell::new(Box::new(|_| {})),
            space: RefCell::new(Box::new(|_| {})),
        });
        let (drawn, called) = (Rc::clone(&state), Rc::clone(&calls));
        native.draw(move |native| {
            let area = Rect::of(native);
            draw(&Canvas::over(area), area, &drawn, &called);
        });
        let list = ScrollList { native: native.clone(), state, calls };
        let handled = list.clone();
        native.handle(move |_, event| handled.clone().event(event));
        list
    }

    /// Without a ring around the row that has the keyboard: its owner draws one.
    #[must_use]
    pub fn plain(self) -> ScrollList {
        self.state.borrow_mut().plain = true;
        self
    }

    /// Takes the heights of all rows. The chosen row and the place stay.
    pub fn set_rows(&mut self, heights: impl IntoIterator<Item = i32>) {
        let mut bottom = 0;
        let edges = heights
            .into_iter()
            .map(|height| {
                bottom += height;
                bottom
            })
            .collect();
        {
            let mut state = self.state.borrow_mut();
            state.edges = edges;
            let count = state.edges.len();
            state.selected = state.selected.filter(|index| *index < count);
            state.hover = state.hover.filter(|index| *index < count);
            state.scroll.resize(bottom, self.native.h());
        }
        self.native.redraw();
    }

    /// The pointer is over this part of it, about which these words are said when it rests there.
    pub fn say_of(&self, part: Rect, words: &str) {
        tips::say_of(&self.native, part, words);
    }

    /// The chosen row.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        self.state.borrow().selected
    }

    /// Chooses a row; `on_select` is not called.
    pub fn set_selected(&mut self, selected: Option<usize>) {
        self.state.borrow_mut().selected = selected;
        self.native.redraw();
    }

    /// Scrolls so that a row is seen.
    pub fn reveal(&mut self, index: usize) {
        let mut state = self.state.borrow_mut();
        if let Some((top, bottom)) = state.span(index) {
            state.scroll.reveal(top, bottom);
        }
        drop(state);
        self.native.redraw();
    }

    /// Whether the last row is seen.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.state.borrow().scroll.is_at_end()
    }

    /// Scrolls to the last row.
    pub fn to_end(&mut self) {
        let mut state = self.state.borrow_mut();
        let end = state.scroll.end();
        state.scroll.jump(end);
        drop(state);
        self.native.redraw();
    }

    /// Whether the first row is seen whole, or will be in a moment.
    #[must_use]
    pub fn is_at_start(&self) -> bool {
        self.state.borrow().scroll.is_at_start()
    }

    /// Scrolls to the first row.
    pub fn to_start(&mut self) {
        self.state.borrow_mut().scroll.jump(0);
        self.native.redraw();
    }

    /// Rows of this height in all came above what is seen, which stays where it is. Call it after
    /// [`ScrollList::set_rows`].
    pub fn shift(&mut self, by: i32) {
        self.state.borrow_mut().scroll.shift(by);
        self.native.redraw();
    }

    /// Calls back when the person chooses a row by a click or the arrows.
    pub fn on_select(&mut self, select: impl FnMut(usize) + 'static) {
        *self.calls.select.borrow_mut() = Box::new(select);
    }

    /// Calls back at a double click or Enter.
    pub fn on_open(&mut self, open: impl FnMut(usize) + 'static) {
        *self.calls.open.borrow_mut() = Box::new(open);
    }

    /// Calls back at a right click or the menu key.
    pub fn on_menu(&mut self, menu: impl FnMut(usize) + 'static) {
        *self.calls.menu.borrow_mut() = Box::new(menu);
    }

    /// Calls back when the person presses a row with the pointer.
    pub fn on_click(&mut self, click: impl FnMut(usize) + 'static) {
        *self.calls.click.borrow_mut() = Box::new(click);
    }

    /// Calls back when the pointer moves over a row, and when it leaves.
    pub fn on_point(&mut self, point: impl FnMut(Option<Pointed>) + 'static) {
        *self.calls.point.borrow_mut() = Box::new(point);
    }

    /// Rows that `may` be carried can be dropped on another one, or behind all of them.
    pub fn on_drop(
        &mut self,
        may: impl FnMut(usize) -> bool + 'static,
        drop: impl FnMut(usize, Option<usize>) + 'static,
    ) {
        *self.calls.carry.borrow_mut() = Box::new(may);
        *self.calls.drop.borrow_mut() = Box::new(drop);
    }

    /// Calls back at the arrows to the sides.
    pub fn on_side(&mut self, side: impl FnMut(Side) + 'static) {
        *self.calls.side.borrow_mut() = Box::new(side);
    }

    /// Calls back at the space bar.
    pub fn on_space(&mut self, space: impl FnMut(usize) + 'static) {
        *self.calls.space.borrow_mut() = Box::new(space);
    }

    fn event(&mut self, event: Event) -> bool {
        let area = Rect::of(&self.native);
        let (x, y) = (app::event_x(), app::event_y());
        match event {
            Event::Enter | Event::Move => {
                let hover = self.state.borrow().at(area, x, y);
                self.state.borrow_mut().hover = hover;
                self.point(area, x);
            }
            Event::Leave => {
                self.state.borrow_mut().hover = None;
                self.point(area, x);
            }
            Event::Focus => self.state.borrow_mut().ring = focus_came_by_key(),
            Event::Unfocus => self.state.borrow_mut().ring = false,
            Event::Push => self.push(area, x, y),
            Event::Drag => self.drag(area, x, y),
            Event::Released => self.release(area, x, y),
            Event::MouseWheel => {
                let by = match app::event_dy() {
                    app::MouseWheel::Up => -WHEEL,
                    app::MouseWheel::Down => WHEEL,
                    _ => 0,
                };
                self.ease_by(by);
            }
            Event::KeyDown => return self.key(area),
            _ => return false,
        }
        self.native.redraw();
        true
    }

    /// Where a row stands now.
    #[must_use]
    pub fn area_of(&self, index: usize) -> Option<Rect> {
        let (area, state) = (Rect::of(&self.native), self.state.borrow());
        let (top, bottom) = state.span(index)?;
        Some(Rect::new(area.x, area.y + top - state.scroll.top(), area.w, bottom - top))
    }

    fn point(&self, area: Rect, x: i32) {
        let hover = self.state.borrow().hover;
        let row = hover.and_then(|index| Some((index, self.area_of(index)?)));
        let pointed = row.map(|(index, row)| Pointed { index, area: row, x: x - area.x });
        (self.calls.point.borrow_mut())(pointed);
    }

    fn drag(&self, area: Rect, x: i32, y: i32) {
        /// A hand that trembles carries nothing.
        const STARTS_AT: i32 = 6;
        let mut state = self.state.borrow_mut();
        if let Some(grip) = state.dragging {
            state.scroll.drag(lane(area), y - grip);
            return;
        }
        let Some((index, from)) = state.pressed else { return };
        if state.carried.is_none() && (y - from).abs() >= STARTS_AT {
            drop(state);
            let may = (self.calls.carry.borrow_mut())(index);
            state = self.state.borrow_mut();
            state.carried = may.then_some(index);
        }
        if state.carried.is_some() {
            // Near an edge the list comes along.
            let top = state.scroll.top();
            match y {
                y if y < area.y + WHEEL / 3 => state.scroll.jump(top - WHEEL / 6),
                y if y > area.bottom() - WHEEL / 3 => state.scroll.jump(top + WHEEL / 6),
                _ => {}
            }
            state.hover = state.at(area, x, y);
        }
    }

    fn release(&self, area: Rect, x: i32, y: i32) {
        let mut state = self.state.borrow_mut();
        state.dragging = None;
        let pressed = state.pressed.take();
        let Some(carried) = state.carried.take() else {
            let under = state.at(area, x, y);
            drop(state);
            // What is let go elsewhere was not clicked.
            if let Some((index, _)) = pressed.filter(|(index, _)| under == Some(*index)) {
                (self.calls.click.borrow_mut())(index);
            }
            return;
        };
        let (to, inside) = (state.at(area, x, y), area.contains(x, y));
        drop(state);
        if inside && to != Some(carried) {
            (self.calls.drop.borrow_mut())(carried, to);
        }
    }

    fn push(&mut self, area: Rect, x: i32, y: i32) {
        // Refused only while hidden, when nothing is pressed.
        let _hidden = self.native.take_focus();
        let thumb = self.state.borrow().scroll.thumb(lane(area));
        if x >= area.right() - LANE
            && let Some(thumb) = thumb
        {
            let grip =
                if (thumb.y..thumb.bottom()).contains(&y) { y - thumb.y } else { thumb.h / 2 };
            let mut state = self.state.borrow_mut();
            state.dragging = Some(grip);
            state.scroll.drag(lane(area), y - grip);
            return;
        }
        let Some(index) = self.state.borrow().at(area, x, y) else { return };
        self.choose(index);
        if app::event_mouse_button() == app::MouseButton::Right {
            (self.calls.menu.borrow_mut())(index);
        } else if app::event_clicks() {
            (self.calls.open.borrow_mut())(index);
        } else {
            self.state.borrow_mut().pressed = Some((index, y));
        }
    }

    fn key(&mut self, area: Rect) -> bool {
        let (selected, count) = {
            let state = self.state.borrow();
            (state.selected, state.edges.len())
        };
        let page = usize::try_from(area.h / 64).unwrap_or(1).max(1);
        let next = match app::event_key() {
            Key::Escape if self.state.borrow().carried.is_some() => {
                let mut state = self.state.borrow_mut();
                (state.carried, state.pressed) = (None, None);
                return true;
            }
            Key::Left => {
                (self.calls.side.borrow_mut())(Side::Left);
                return true;
            }
            Key::Right => {
                (self.calls.side.borrow_mut())(Side::Right);
                return true;
            }
            Key::Up => selected.map_or(0, |at| at.saturating_sub(1)),
            Key::Down => selected.map_or(0, |at| at + 1),
            Key::PageUp => selected.unwrap_or(0).saturating_sub(page),
            Key::PageDown => selected.unwrap_or(0) + page,
            Key::Home => 0,
            Key::End => count.saturating_sub(1),
            Key::Enter | Key::KPEnter => {
                if let Some(selected) = selected {
                    (self.calls.open.borrow_mut())(selected);
                }
                return selected.is_some();
            }
            Key::Menu => {
                if let Some(selected) = selected {
                    (self.calls.menu.borrow_mut())(selected);
                }
                return selected.is_some();
            }
            key if key == Key::from_char(' ') => {
                if let Some(selected) = selected {
                    (self.calls.space.borrow_mut())(selected);
                }
                return selected.is_some();
            }
            _ => return false,
        };
        if count > 0 {
            self.state.borrow_mut().ring = true;
            self.choose(next.min(count - 1));
        }
        true
    }

    fn choose(&mut self, index: usize) {
        let changed = self.state.borrow().selected != Some(index);
        self.state.borrow_mut().selected = Some(index);
        self.reveal(index);
        if changed {
            (self.calls.select.borrow_mut())(index);
        }
    }

    fn ease_by(&mut self, by: i32) {
        let mut state = self.state.borrow_mut();
        if !moves() {
            let top = state.scroll.top() + by;
            state.scroll.jump(top);
            return;
        }
        state.scroll.ease_by(by);
        if std::mem::replace(&mut state.easing, true) {
            return;
        }
        drop(state);
        let (state, mut native) = (Rc::clone(&self.state), self.native.clone());
        app::add_timeout3(FRAME_S, move |handle| {
            let mut state = state.borrow_mut();
            state.easing = state.scroll.step();
            native.redraw();
            if state.easing {
                app::repeat_timeout3(FRAME_S, handle);
            }
        });
    }
}

impl State {
    fn span(&self, index: usize) -> Option<(i32, i32)> {
        let bottom = *self.edges.get(index)?;
        let top = index.checked_sub(1).and_then(|i| self.edges.get(i)).copied().unwrap_or(0);
        Some((top, bottom))
    }

    fn at(&self, area: Rect, x: i32, y: i32) -> Option<usize> {
        if !area.contains(x, y) || self.dragging.is_some() {
            return None;
        }
        let y = y - area.y + self.scroll.top();
        let index = self.edges.partition_point(|bottom| *bottom <= y);
        (index < self.edges.len()).then_some(index)
    }
}

fn lane(area: Rect) -> Rect {
    Rect::new(area.right() - THUMB - (LANE - THUMB) / 2, area.y + 2, THUMB, area.h - 4)
}

fn draw(canvas: &Canvas, area: Rect, state: &RefCell<State>, calls: &Calls) {
    let mut state = state.borrow_mut();
    let content = state.edges.last().copied().unwrap_or(0);
    state.scroll.resize(content, area.h);
    canvas.fill(area, state.ground);
    let top = state.scroll.top();
    let first = state.edges.partition_point(|bottom| *bottom <= top);
    let mut paint = calls.paint.borrow_mut();
    for index in first..state.edges.len() {
        let Some((row_top, row_bottom)) = state.span(index) else { break };
        if row_top >= top + area.h {
            break;
        }
        let row = Rect::new(area.x, area.y + row_top - top, area.w, row_bottom - row_top);
        let selected = state.selected == Some(index);
        let look = RowLook {
            index,
            area: row,
            hover: state.hover == Some(index),
            selected,
            ring: selected && state.ring,
        };
        let ground = look.ground(state.ground);
        if ground != state.ground {
            canvas.fill(row, ground);
        }
        paint(canvas, &look);
        if look.ring && !state.plain {
            canvas.frame(row.inset(1), 4, Colour::Focus, 2);
        }
        if state.carried.is_some_and(|carried| carried != index) && state.hover == Some(index) {
            canvas.frame(row.inset(1), 4, Colour::Brand, 2);
        }
    }
    if let Some(thumb) = state.scroll.thumb(lane(area)) {
        canvas.pill(thumb, Colour::Field, None);
    }
}
