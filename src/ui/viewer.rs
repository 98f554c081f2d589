//! The window of one picture: fitted or larger, moved by hand, one after the other, saved.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{ColorDepth, Cursor, Event, FrameType, Key};
use fltk::image::RgbImage;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::images::{Step, ViewerMsg};
use super::app::zoom::{Span, Zoom};
use super::app::{Model, Msg};
use super::files::{self, Wanted};
use super::paint::pixels::{Part, scaled};
use super::paint::{Align, Canvas, Icon, Rect};
use super::shell::post;
use super::text::{tr, tr_with};
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, Control, IconButton, Question, ask};
use crate::client::api::Picture;
use crate::domain::{BlobId, file_name};

/// The window at first, and at least.
const USUAL: (i32, i32) = (820, 620);
const SMALLEST: (i32, i32) = (460, 320);
/// The bar below the picture.
const BAR: i32 = 48;
/// Behind a picture.
const DARK: Colour = Colour::Fixed(0x1B_2432);
/// A press of an arrow moves a larger picture so far.
const ARROW: i32 = 48;

/// What of a picture is drawn: across and down.
type Spans = (Span, Span);

/// The window.
pub struct ViewerWindow {
    window: DoubleWindow,
    parts: Parts,
    /// The model has it open.
    is_open: bool,
}

#[derive(Clone)]
struct Parts {
    view: Native,
    tools: [IconButton; 5],
    one: Button,
    save: Button,
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    blob: Option<BlobId>,
    name: String,
    content: Content,
    /// From where a hand pulls.
    held: Option<(i32, i32)>,
    /// What was drawn last, and of which part.
    drawn: Option<(Spans, RgbImage)>,
}

#[derive(Default)]
enum Content {
    #[default]
    Coming,
    Missing,
    Here(Arc<Picture>, Zoom),
}

/// The buttons with icons, from the left.
const TOOLS: [(Icon, &str); 5] = [
    (Icon::ChevLeft, "viewer.previous"),
    (Icon::ChevRight, "viewer.next"),
    (Icon::Minus, "viewer.zoom.out"),
    (Icon::Plus, "viewer.zoom.in"),
    (Icon::Square, "viewer.fit"),
];

impl ViewerWindow {
    /// Makes, changes or hides it until it is what the model says.
    pub fn follow(place: &mut Option<ViewerWindow>, model: &Model) {
        match (model.viewed(), place) {
            (Some((blob, name)), place) => {
                place.get_or_insert_with(ViewerWindow::make).show(blob, name);
            }
            (None, Some(window)) if window.is_open => window.hide(),
            (None, _) => {}
        }
    }

    fn make() -> ViewerWindow {
        let mut window = widgets::window("", USUAL.0, USUAL.1);
        let mut view = Native::new(0, 0, 0, 0, None);
        view.set_frame(FrameType::FlatBox);
        view.super_draw(false);
        view.super_handle_first(false);
        let mut parts = Parts {
            view,
            tools: TOOLS.map(|(icon, _)| IconButton::new(icon, "")),
            one: Button::new(ButtonKind::Outline, ""),
            save: Button::new(ButtonKind::Outline, ""),
            state: Rc::default(),
        };
        window.end();
        window.size_range(SMALLEST.0, SMALLEST.1, 0, 0);
        window.make_resizable(true);
        parts.wire(&mut window);
        ViewerWindow { window, parts, is_open: false }
    }

    fn show(&mut self, blob: BlobId, name: &str) {
        let is_other = self.parts.state.borrow().blob != Some(blob);
        if is_other {
            let mut state = self.parts.state.borrow_mut();
            *state = State { blob: Some(blob), name: file_name(name), ..State::default() };
            drop(state);
            self.window.redraw();
            post(Msg::Viewer(ViewerMsg::Fetch));
        }
        if !self.is_open {
            self.is_open = true;
            self.parts.reword(&mut self.window);
            self.parts.lay_out(self.window.w(), self.window.h());
            self.raise();
        }
    }

    fn hide(&mut self) {
        self.is_open = false;
        // A picture is much memory.
        *self.parts.state.borrow_mut() = State::default();
        self.window.hide();
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
        // Refused only while hidden.
        let _hidden = self.parts.view.take_focus();
    }

    /// A picture came, or cannot be had.
    pub fn came(&mut self, blob: BlobId, picture: Option<Arc<Picture>>) {
        let mut state = self.parts.state.borrow_mut();
        if state.blob != Some(blob) {
            return;
        }
        state.drawn = None;
        state.content = match picture {
            Some(picture) => {
                let size = (picture.width, picture.height);
                Content::Here(picture, Zoom::new(size, pixels_of(&self.parts.view)))
            }
            None => Content::Missing,
        };
        drop(state);
        self.window.redraw();
    }

    /// Draws it anew in the theme and the language of the moment.
    pub fn restyle(&mut self) {
        self.parts.reword(&mut self.window);
        self.parts.lay_out(self.window.w(), self.window.h());
        self.window.redraw();
    }
}

/// The size of the picture's place on the screen.
fn pixels_of(view: &Native) -> (i32, i32) {
    let scale = app::screen_scale(app::screen_num(view.x(), view.y()));
    (device(view.w(), scale), device(view.h(), scale))
}

#[expect(clippy::cast_possible_truncation, reason = "screens have some thousand pixels")]
fn device(length: i32, scale: f32) -> i32 {
    (f32::from(i16::try_from(length).unwrap_or(i16::MAX)) * scale) as i32
}

impl Parts {
    fn reword(&mut self, window: &mut DoubleWindow) {
        window.set_label(tr("viewer.window"));
        for (tool, (_, key)) in self.tools.iter_mut().zip(TOOLS) {
            tool.set_tip(tr(key));
        }
        self.one.set_label(tr("viewer.one"));
        self.save.set_label(tr("viewer.save"));
    }

    fn lay_out(&mut self, w: i32, h: i32) {
        let top = h - BAR;
        self.view.resize(0, 0, w, top);
        for (at, tool) in (0..).zip(&mut self.tools) {
            tool.place(Rect::new(12 + at * 36, top + 8, 32, 32));
        }
        self.one.place(Rect::new(12 + 5 * 36 + 4, top + 8, 56, 32));
        let save = self.save.wanted_width().max(96);
        self.save.place(Rect::new(w - 16 - save, top + 8, save, 32));
        let view = pixels_of(&self.view);
        let mut state = self.state.borrow_mut();
        state.drawn = None;
        if let Content::Here(_, zoom) = &mut state.content {
            zoom.resize(view);
        }
    }

    fn wire(&mut self, window: &mut DoubleWindow) {
        let state = Rc::clone(&self.state);
        widgets::backdrop(window, Colour::Paper, move |canvas, area| {
            let state = state.borrow();
            if let Content::Here(picture, zoom) = &state.content {
                let words = format!("{} × {}   {}%", picture.width, picture.height, zoom.percent());
                let place = Rect::new(12 + 5 * 36 + 76, area.bottom() - BAR, 200, BAR);
                canvas.text_in(Style::CAPTION, Colour::Ink3, place, Align::Left, &words);
            }
        });
        window.set_callback(|_| post(Msg::Viewer(ViewerMsg::Close)));
        let this = self.clone();
        window.resize_callback(move |window, _, _, w, h| {
            this.clone().lay_out(w, h);
            window.redraw();
        });
        let this = self.clone();
        self.view.draw(move |native| this.state.borrow_mut().paint(Rect::of(native)));
        let this = self.clone();
        self.view.handle(move |_, event| this.clone().event(event));
        let this = self.clone();
        window.super_handle_first(false);
        window.handle(move |_, event| match event {
            Event::KeyDown | Event::Shortcut => this.clone().key(app::event_key()),
            _ => false,
        });
        let [previous, next, out, larger, fit] = &mut self.tools;
        previous.on_press(|| post(Msg::Viewer(ViewerMsg::Step(Step::Previous))));
        next.on_press(|| post(Msg::Viewer(ViewerMsg::Step(Step::Next))));
        for (button, act) in [(out, Act::Step(-1)), (larger, Act::Step(1)), (fit, Act::Fit)] {
            let this = Parts::clone_of(&self.view, &self.state);
            button.on_press(move || this.act(act, None));
        }
        let this = Parts::clone_of(&self.view, &self.state);
        self.one.on_press(move || this.act(Act::One, None));
        let state = Rc::clone(&self.state);
        self.save.on_press(move || save(&state.borrow()));
    }

    fn clone_of(view: &Native, state: &Rc<RefCell<State>>) -> Hands {
        Hands { view: view.clone(), state: Rc::clone(state) }
    }

    fn hands(&self) -> Hands {
        Parts::clone_of(&self.view, &self.state)
    }

    fn key(&mut self, key: Key) -> bool {
        let is = |c: char| key == Key::from_char(c);
        let hands = self.hands();
        let is_larger = match &self.state.borrow().content {
            Content::Here(_, zoom) => zoom.is_larger(),
            _ => false,
        };
        let step = |step| post(Msg::Viewer(ViewerMsg::Step(step)));
        match key {
            Key::Escape => post(Msg::Viewer(ViewerMsg::Close)),
            Key::Left if is_larger => hands.act(Act::Pan(ARROW, 0), None),
            Key::Right if is_larger => hands.act(Act::Pan(-ARROW, 0), None),
            Key::Up => hands.act(Act::Pan(0, ARROW), None),
            Key::Down => hands.act(Act::Pan(0, -ARROW), None),
            Key::Left | Key::PageUp => step(Step::Previous),
            Key::Right | Key::PageDown => step(Step::Next),
            _ if is('+') || is('=') => hands.act(Act::Step(1), None),
            _ if is('-') => hands.act(Act::Step(-1), None),
            _ if is('0') => hands.act(Act::Fit, None),
            _ if is('1') => hands.act(Act::One, None),
            _ if is('s') && app::is_event_ctrl() => save(&self.state.borrow()),
            _ => return false,
        }
        true
    }

    fn event(&mut self, event: Event) -> bool {
        let point = (app::event_x(), app::event_y());
        match event {
            Event::Push => {
                // Refused only while hidden.
                let _hidden = self.view.take_focus();
                if matches!(self.state.borrow().content, Content::Missing) {
                    self.state.borrow_mut().content = Content::Coming;
                    post(Msg::Viewer(ViewerMsg::Fetch));
                    self.view.redraw();
                } else if app::event_clicks() {
                    let is_one = match &self.state.borrow().content {
                        Content::Here(_, zoom) => zoom.percent() >= 100,
                        _ => true,
                    };
                    self.hands().act(if is_one { Act::Fit } else { Act::One }, Some(point));
                } else {
                    self.state.borrow_mut().held = Some(point);
                }
            }
            Event::Drag => {
                let held = self.state.borrow().held;
                if let Some((x, y)) = held {
                    self.state.borrow_mut().held = Some(point);
                    self.hands().act(Act::Pan(point.0 - x, point.1 - y), None);
                }
            }
            Event::Released => self.state.borrow_mut().held = None,
            Event::MouseWheel => {
                self.hands().act(Act::Step(-app::event_dy_value().signum()), Some(point));
            }
            Event::Enter | Event::Move => {
                let cursor = match &self.state.borrow().content {
                    Content::Here(_, zoom) if zoom.is_larger() => Cursor::Move,
                    _ => Cursor::Default,
                };
                if let Some(mut window) = self.view.window() {
                    window.set_cursor(cursor);
                }
            }
            Event::Focus | Event::Unfocus => {}
            Event::KeyDown => return self.key(app::event_key()),
            _ => return false,
        }
        true
    }
}

/// What is done with the picture.
#[derive(Clone, Copy)]
enum Act {
    Fit,
    One,
    Step(i32),
    /// In px of the window.
    Pan(i32, i32),
}

/// What moves the picture.
struct Hands {
    view: Native,
    state: Rc<RefCell<State>>,
}

impl Hands {
    /// Around a point of the window, else around the middle.
    fn act(&self, act: Act, at: Option<(i32, i32)>) {
        let (w, h) = pixels_of(&self.view);
        let scale = app::screen_scale(app::screen_num(self.view.x(), self.view.y()));
        let at = at.map_or((w / 2, h / 2), |(x, y)| (device(x, scale), device(y, scale)));
        let mut state = self.state.borrow_mut();
        let Content::Here(_, zoom) = &mut state.content else { return };
        match act {
            Act::Fit => zoom.fit(),
            Act::One => zoom.one_to_one(at),
            Act::Step(steps) => zoom.step(steps, at),
            Act::Pan(x, y) => zoom.pan((device(x, scale), device(y, scale))),
        }
        drop(state);
        if let Some(mut window) = self.view.window() {
            window.redraw();
        }
    }
}

impl State {
    fn paint(&mut self, area: Rect) {
        let canvas = Canvas::over(area);
        canvas.fill(area, DARK);
        let State { content, drawn, .. } = self;
        let say = |key| canvas.text_in(Style::BODY, Colour::White, area, Align::Centre, tr(key));
        match content {
            Content::Coming => say("viewer.loading"),
            Content::Missing => say("viewer.missing"),
            Content::Here(picture, zoom) => {
                let spans = zoom.spans();
                if drawn.as_ref().is_none_or(|(known, _)| *known != spans) {
                    let (across, down) = spans;
                    let part =
                        Part { x: across.first, y: down.first, w: across.count, h: down.count };
                    let (w, h) = (across.length, down.length);
                    let pixels = scaled(picture, 0, part, (w, h));
                    let made = RgbImage::new(&pixels, w, h, ColorDepth::Rgba8);
                    *drawn = made.ok().map(|image| (spans, image));
                }
                if let Some((_, image)) = drawn {
                    canvas.image_at(image, area, (spans.0.to, spans.1.to));
                }
            }
        }
    }
}

/// Asks where to, and before anything that is there is replaced.
fn save(state: &State) {
    let Some(blob) = state.blob.filter(|_| matches!(state.content, Content::Here(..))) else {
        return;
    };
    let name = match state.name.is_empty() {
        true => format!("{}.png", tr("viewer.name")),
        false => state.name.clone(),
    };
    save_as(blob, &name);
}

/// The same for a picture by its name.
pub fn save_as(blob: BlobId, name: &str) {
    files::choose(Wanted::PicturePlace, tr("viewer.save"), name, move |path| {
        if !path.exists() {
            return post(Msg::Viewer(ViewerMsg::Save(blob, path, false)));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let question = Question {
            window: "MyChat".to_owned(),
            icon: Icon::Image,
            danger: true,
            title: tr_with("viewer.replace", &[("name", &name)]),
            text: tr("viewer.replace.text").to_owned(),
            action: tr("viewer.replace.go").to_owned(),
            cancel: tr("common.cancel").to_owned(),
        };
        ask(question, move |yes| {
            if yes {
                post(Msg::Viewer(ViewerMsg::Save(blob, path, true)));
            }
        });
    });
}
