//! The transcript on the screen: pointer, keys, timers, and what it tells its owner.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use fltk::app;
use fltk::enums::Event;
use fltk::prelude::{WidgetBase, WidgetExt};
use fltk::widget::Widget;
use jiff::tz::TimeZone;

use super::card::Deed;
use super::draw::{Touch, draw};
use super::keys::{Command, command};
use super::measure::Widths;
use super::place::{Look, Tools, Wording as _};
use super::pointer::Press;
use super::rows::{Entry, Face, Item, Key};
use super::scene::{Direction, Hit, Scene};
use super::scroll::{ARROW, WHEEL};
use super::words::{Kit, Words};
use crate::clock::uptime;
use crate::domain::{AccountId, BlobId, Seq};
use crate::ui::paint::text::screen_scale;
use crate::ui::paint::{Canvas, Rect};
use crate::ui::text::{Language, language};
use crate::ui::theme::Style;
use crate::ui::widgets::{Control, focus_came_by_key};

/// Seconds of one frame of a movement.
const FRAME_S: f64 = 0.016;
/// Seconds until an owner at work is told again.
const BUSY_S: f64 = 0.05;

/// What a transcript tells its owner.
#[derive(Clone, PartialEq, Eq)]
pub enum TranscriptMsg {
    /// A link was followed.
    Link(String),
    /// A failed message shall be sent again.
    Retry(Key),
    /// What a message answers was pressed.
    Quote(Key),
    /// What was taken back shall be written anew.
    Again(Key),
    /// A message shall be answered.
    Reply(Key),
    /// A message shall go from this computer.
    Delete(Key),
    /// A picture was pressed; the name of the small one.
    Picture(Key, BlobId),
    /// Something shall be done with a file.
    File(Key, Deed),
    /// The newest message came into sight, or went out of it.
    AtEnd(bool),
    /// Somebody's face was pressed.
    Face(AccountId),
    /// A menu is wanted, at a point of the window, for a message or for none.
    Menu {
        /// The message under the pointer.
        key: Option<Key>,
        /// Where.
        x: i32,
        /// Where.
        y: i32,
    },
    /// The beginning of what is shown is near: older messages are wanted.
    Earlier,
}

impl fmt::Debug for TranscriptMsg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TranscriptMsg::Link(address) => write!(f, "Link({} bytes)", address.len()),
            TranscriptMsg::Retry(key) => write!(f, "Retry({key:?})"),
            TranscriptMsg::Quote(key) => write!(f, "Quote({key:?})"),
            TranscriptMsg::Again(key) => write!(f, "Again({key:?})"),
            TranscriptMsg::Reply(key) => write!(f, "Reply({key:?})"),
            TranscriptMsg::Delete(key) => write!(f, "Delete({key:?})"),
            TranscriptMsg::Picture(key, _) => write!(f, "Picture({key:?})"),
            TranscriptMsg::File(key, deed) => write!(f, "{deed:?}({key:?})"),
            TranscriptMsg::AtEnd(is_there) => write!(f, "AtEnd({is_there})"),
            TranscriptMsg::Face(account) => write!(f, "Face({account})"),
            TranscriptMsg::Menu { key, x, y } => write!(f, "Menu({key:?}, {x}, {y})"),
            TranscriptMsg::Earlier => f.write_str("Earlier"),
        }
    }
}

type Told = Box<dyn FnMut(TranscriptMsg)>;

/// A transcript.
#[derive(Clone)]
pub struct Transcript {
    pub(super) native: Widget,
    pub(super) state: Rc<RefCell<State>>,
    told: Rc<RefCell<Told>>,
}

pub(super) struct State {
    pub(super) scene: Scene,
    faces: HashMap<AccountId, Face>,
    words: Words,
    widths: Widths<Kit>,
    scale: f32,
    language: Language,
    pub(super) touch: Touch,
    pub(super) press: Press,
    moves: bool,
    is_ticking: bool,
    pub(super) rest: u64,
}

impl State {
    pub(super) fn tools(&self) -> Tools<'_> {
        Tools { measure: &self.widths, wording: &self.words, faces: &self.faces }
    }

    /// Lays out what is in sight.
    fn frame(&mut self) {
        let State { scene, faces, words, widths, .. } = self;
        scene.frame(Tools { measure: widths, wording: words, faces });
    }

    pub(super) fn reveal(&mut self, row: usize) {
        let State { scene, faces, words, widths, .. } = self;
        scene.reveal(row, Tools { measure: widths, wording: words, faces });
    }

    pub(super) fn show(&mut self, row: usize, byte: usize) {
        let State { scene, faces, words, widths, .. } = self;
        scene.show(row, byte, Tools { measure: widths, wording: words, faces });
    }

    pub(super) fn reveal_fresh(&mut self) {
        let State { scene, faces, words, widths, .. } = self;
        scene.reveal_fresh(Tools { measure: widths, wording: words, faces });
    }

    fn restyle(&mut self) {
        self.widths.clear();
        self.scene.restyle();
    }

    fn draw(&mut self, area: Rect) {
        let (scale, spoken) = (screen_scale(), language());
        if (scale - self.scale).abs() > 0.001 || spoken != self.language {
            (self.scale, self.language) = (scale, spoken);
            self.restyle();
        }
        let look = Look { width: area.w, ..*self.scene.look() };
        self.scene.resize(look, area.h);
        self.frame();
        draw(&Canvas::over(area), area, &self.scene, self.tools(), &self.touch);
    }

    fn move_by(&mut self, by: i64) {
        match self.moves {
            true => self.scene.glide_by(by, now_ms()),
            false => self.scene.jump(self.scene.scroll().offset() + by),
        }
    }

    /// The name and time over a copied message.
    pub(super) fn copied(&self) -> String {
        self.scene.copied(|item: &Item| {
            let name = self.faces.get(&item.from).map_or("", |face| face.name.as_str());
            format!("{name} {}", self.words.exact(item.at)).trim_start().to_owned()
        })
    }

    /// What is said of a message when the pointer rests on it.
    pub(super) fn tip(&self, row: usize) -> Option<String> {
        let item = self.scene.item(row)?;
        let exact = self.words.exact(item.at);
        Some(if item.hint.is_empty() { exact } else { format!("{exact}\n{}", item.hint) })
    }
}

impl Transcript {
    /// An empty one, in the group that is open. `me` has the right side.
    #[must_use]
    pub fn new(me: AccountId, told: impl FnMut(TranscriptMsg) + 'static) -> Transcript {
        let mut native = Widget::new(0, 0, 0, 0, None);
        let look = Look { width: 0, style: Style::MESSAGE, names: false, me };
        let state = Rc::new(RefCell::new(State {
            scene: Scene::new(look),
            faces: HashMap::new(),
            words: Words::new(TimeZone::system()),
            widths: Widths::new(Kit),
            scale: 0.0,
            language: language(),
            touch: Touch::default(),
            press: Press::None,
            moves: true,
            is_ticking: false,
            rest: 0,
        }));
        let told: Rc<RefCell<Told>> = Rc::new(RefCell::new(Box::new(told)));
        let (drawn, asked) = (Rc::clone(&state), Rc::clone(&told));
        native.draw(move |native| {
            let mut state = drawn.borrow_mut();
            state.draw(Rect::of(native));
            if state.scene.wants_earlier() {
                tell_later(native.clone(), Rc::clone(&asked), TranscriptMsg::Earlier);
            }
            if let Some(is_there) = state.scene.moved_to_end() {
                tell_later(native.clone(), Rc::clone(&asked), TranscriptMsg::AtEnd(is_there));
            }
        });
        let transcript = Transcript { native: native.clone(), state, told };
        let handled = transcript.clone();
        native.handle(move |_, event| handled.clone().event(event));
        transcript
    }

    /// Calls back from now on, in place of what was told to before.
    pub fn on_msg(&mut self, told: impl FnMut(TranscriptMsg) + 'static) {
        *self.told.borrow_mut() = Box::new(told);
    }

    /// Shows these rows, oldest first; what stayed keeps its place on the screen. `has_earlier`
    /// says whether [`TranscriptMsg::Earlier`] would bring more: no while a page is on its way.
    pub fn sync(&mut self, entries: &[Entry<'_>], has_earlier: bool) {
        {
            let mut state = self.state.borrow_mut();
            state.scene.sync(entries);
            // Rows may have moved from under the pointer.
            (state.touch.link, state.touch.deed, state.touch.tip) = (None, None, None);
            state.scene.set_earlier(has_earlier);
        }
        self.native.redraw();
    }

    /// Shows one more row behind the last.
    pub fn append(&mut self, entry: Entry<'_>) {
        self.state.borrow_mut().scene.append(entry);
        self.native.redraw();
    }

    /// What people look like; all that are known, or only those that are new or different.
    pub fn set_faces(&mut self, faces: impl IntoIterator<Item = (AccountId, Face)>) {
        let mut state = self.state.borrow_mut();
        let mut has_changed = false;
        for (account, face) in faces {
            has_changed |= state.faces.get(&account) != Some(&face);
            state.faces.insert(account, face);
        }
        if has_changed {
            // Centred lines hold names.
            state.scene.restyle();
        }
        drop(state);
        self.native.redraw();
    }

    /// Whose bubbles are on the right, and whether senders are named (the lobby, rooms).
    pub fn set_people(&mut self, me: AccountId, names: bool) {
        self.set_look(|look| Look { names, me, ..look });
    }

    /// The size of messages, 12 to 20 px.
    pub fn set_text_size(&mut self, size: i32) {
        let size = size.clamp(12, 20);
        let style = Style::message(size);
        self.set_look(|look| Look { style, ..look });
    }

    /// Whether the view glides; no with reduced motion.
    pub fn set_moves(&mut self, moves: bool) {
        self.state.borrow_mut().moves = moves;
    }

    /// The line "New messages" stands above this row. It moves by itself when messages come while
    /// the view is elsewhere.
    pub fn set_divider(&mut self, key: Option<Key>) {
        self.state.borrow_mut().scene.set_divider(key);
        self.native.redraw();
    }

    /// Goes to the newest row and stays there.
    pub fn follow(&mut self) {
        self.state.borrow_mut().scene.follow();
        self.native.redraw();
    }

    /// Takes all measures anew. A change of theme, language or scale is seen without it.
    pub fn restyle(&mut self) {
        self.state.borrow_mut().restyle();
        self.native.redraw();
    }

    /// The selected words; empty for none.
    #[must_use]
    pub fn selected(&self) -> String {
        self.state.borrow().copied()
    }

    /// Puts the selected words into the clipboard. Returns whether there are any.
    pub fn copy(&mut self) -> bool {
        let words = self.selected();
        if !words.is_empty() {
            app::copy(&words);
        }
        !words.is_empty()
    }

    /// A row.
    #[must_use]
    pub fn item(&self, key: Key) -> Option<Item> {
        let state = self.state.borrow();
        state.scene.item(state.scene.row_of(key)?).cloned()
    }

    /// The picture that is meant when one is to be saved.
    #[must_use]
    pub fn picture(&self) -> Option<Seq> {
        self.state.borrow().scene.picture()
    }

    /// Selects everything that is shown.
    pub fn select_all(&mut self) {
        self.state.borrow_mut().scene.select_all();
        self.native.redraw();
    }

    /// Scrolls by pages; for keys that the owner gets, such as page up in the input box.
    pub fn page(&mut self, pages: i64) {
        let page = self.state.borrow().scene.extent().page();
        self.glide(page * pages);
    }

    fn set_look(&mut self, change: impl FnOnce(Look) -> Look) {
        let mut state = self.state.borrow_mut();
        let look = change(*state.scene.look());
        let view = state.scene.extent().view;
        state.scene.resize(look, view);
        drop(state);
        self.native.redraw();
    }

    pub(super) fn tell(&self, msg: TranscriptMsg) {
        tell(&self.told, msg);
    }

    fn glide(&mut self, by: i64) {
        self.state.borrow_mut().move_by(by);
        self.keep_ticking();
        self.native.redraw();
    }

    /// Starts the timer of movements unless it runs.
    pub(super) fn keep_ticking(&self) {
        if std::mem::replace(&mut self.state.borrow_mut().is_ticking, true) {
            return;
        }
        let mut ticked = self.clone();
        app::add_timeout3(FRAME_S, move |handle| {
            if !ticked.native.was_deleted() && ticked.tick() {
                app::repeat_timeout3(FRAME_S, handle);
            }
        });
    }

    fn tick(&mut self) -> bool {
        let pull = match self.state.borrow().press {
            Press::Words { pull, .. } => pull,
            _ => 0,
        };
        if pull != 0 {
            let mut state = self.state.borrow_mut();
            let to = state.scene.scroll().offset() + i64::from(pull);
            state.scene.jump(to);
            state.frame();
            drop(state);
            self.select_to_pointer();
        }
        let is_moving = self.state.borrow_mut().scene.tick(now_ms()) || pull != 0;
        self.state.borrow_mut().is_ticking = is_moving;
        self.native.redraw();
        is_moving
    }

    fn event(&mut self, event: Event) -> bool {
        match event {
            Event::Enter | Event::Move => self.pointer_moved(),
            Event::Leave => self.pointer_left(),
            Event::Focus => self.state.borrow_mut().touch.ring = focus_came_by_key(),
            Event::Unfocus => {
                let mut state = self.state.borrow_mut();
                state.touch.ring = false;
                state.scene.clear_focus();
            }
            Event::Push => self.push(),
            Event::Drag => self.drag(),
            Event::Released => self.release(),
            Event::MouseWheel => {
                self.hide_tip();
                self.glide(i64::from(app::event_dy_value()) * WHEEL);
            }
            Event::KeyDown => return self.key(),
            _ => return false,
        }
        self.native.redraw();
        true
    }

    fn key(&mut self) -> bool {
        let Some(command) = command() else { return false };
        self.hide_tip();
        let page = self.state.borrow().scene.extent().page();
        match command {
            Command::Up => self.glide(-ARROW),
            Command::Down => self.glide(ARROW),
            Command::PageUp => self.glide(-page),
            Command::PageDown => self.glide(page),
            Command::Home => {
                self.state.borrow_mut().scene.jump(0);
                self.native.redraw();
            }
            Command::End => self.follow(),
            Command::Copy => return self.copy(),
            Command::SelectAll => self.select_all(),
            Command::Next => return self.focus_next(Direction::Forward),
            Command::Previous => return self.focus_next(Direction::Back),
            Command::Escape => {
                let mut state = self.state.borrow_mut();
                let had = state.scene.selection().is_some() || state.scene.focus().is_some();
                state.scene.select_from(None);
                state.scene.clear_focus();
                drop(state);
                self.native.redraw();
                return had;
            }
            Command::Menu => self.open_menu(),
            Command::Delete => return self.tell_of_current(TranscriptMsg::Delete),
            // A letter alone begins something that is written, unless words are chosen.
            Command::Reply => {
                let scene_has =
                    |scene: &Scene| scene.selection().is_some() || scene.focus().is_some();
                return scene_has(&self.state.borrow().scene)
                    && self.tell_of_current(TranscriptMsg::Reply);
            }
            Command::Act => {
                let focus = self.state.borrow().scene.focus();
                match focus {
                    Some((row, action)) => self.act(Hit::Act(row, action)),
                    None if self.pill().is_some() => {
                        self.state.borrow_mut().reveal_fresh();
                        self.native.redraw();
                    }
                    None => return false,
                }
            }
        }
        true
    }

    /// The menu of the message that the keyboard is at, or else of the newest.
    pub fn open_menu(&self) {
        let (key, area) = {
            let scene = &self.state.borrow().scene;
            let current = scene.current().filter(|_| self.native.has_focus());
            let key = current.or(scene.last());
            (key, key.and_then(|key| scene.area_of(key)))
        };
        let (left, top) = (self.native.x(), self.native.y());
        let lowest = self.native.h() - 16;
        let at = area.map_or((16, 16), |area| (area.x + 16, area.bottom().clamp(16, lowest)));
        self.tell(TranscriptMsg::Menu { key, x: left + at.0, y: top + at.1 });
    }

    fn tell_of_current(&self, msg: impl FnOnce(Key) -> TranscriptMsg) -> bool {
        let current = self.state.borrow().scene.current();
        let is_there = current.is_some();
        if let Some(key) = current {
            self.tell(msg(key));
        }
        is_there
    }

    fn focus_next(&mut self, direction: Direction) -> bool {
        let mut state = self.state.borrow_mut();
        state.touch.ring = true;
        let found = state.scene.focus_next(direction);
        drop(state);
        self.native.redraw();
        found
    }
}

impl Control for Transcript {
    fn place(&mut self, area: Rect) {
        self.native.resize(area.x, area.y, area.w, area.h);
    }
    fn area(&self) -> Rect {
        Rect::of(&self.native)
    }
    fn set_shown(&mut self, shown: bool) {
        if shown != self.native.visible() {
            if shown { self.native.show() } else { self.native.hide() }
        }
    }
    fn is_shown(&self) -> bool {
        self.native.visible()
    }
    fn set_enabled(&mut self, enabled: bool) {
        if enabled { self.native.activate() } else { self.native.deactivate() }
    }
    fn is_enabled(&self) -> bool {
        self.native.active()
    }
    fn focus(&mut self) {
        // Refused only while hidden, when there is nothing to focus.
        let _hidden = self.native.take_focus();
    }
    fn redraw(&mut self) {
        self.native.redraw();
    }
}

/// Tells it a moment later: nothing may change while a window is drawn.
fn tell_later(native: Widget, told: Rc<RefCell<Told>>, msg: TranscriptMsg) {
    let mut msg = Some(msg);
    app::add_timeout3(0.0, move |_| {
        if let (false, Some(msg)) = (native.was_deleted(), msg.take()) {
            tell(&told, msg);
        }
    });
}

/// Tells the owner; later, when the owner is still at work on what it was told before, as while a
/// menu stands open.
fn tell(told: &Rc<RefCell<Told>>, msg: TranscriptMsg) {
    if let Ok(mut told) = told.try_borrow_mut() {
        return told(msg);
    }
    let (told, mut kept) = (Rc::clone(told), Some(msg));
    app::add_timeout3(BUSY_S, move |_| {
        if let Some(msg) = kept.take() {
            tell(&told, msg);
        }
    });
}

fn now_ms() -> u64 {
    u64::try_from(uptime().as_millis()).unwrap_or(u64::MAX)
}
