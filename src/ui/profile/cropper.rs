//! The picture of one's own with the square that is cut out of it, drawn and moved by hand.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{ColorDepth, Event, FrameType, Key};
use fltk::image::RgbImage;
use fltk::prelude::{WidgetBase, WidgetExt};

use crate::client::api::Picture;
use crate::ui::app::Msg;
use crate::ui::app::profile::ProfileMsg;
use crate::ui::app::profile::crop::{Corner, Cropping};
use crate::ui::app::profile::face::{FaceMsg, Source};
use crate::ui::files::{self, Wanted};
use crate::ui::paint::pixels::{Circle, Part, round_corners, scaled, spotlight};
use crate::ui::paint::{Canvas, Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::tr;
use crate::ui::theme::{Colour, metric};
use crate::ui::widgets::{focus_came_by_key, paint_empty};

/// The side of it.
pub const SIDE: i32 = 280;
/// Room around for the ring of focus.
const RING: i32 = 4;
/// The side of a handle, and how near to its middle a hand has to come.
const HANDLE: i32 = 10;
const REACH: i32 = 12;
/// Behind a picture that is no square.
const DARK: Colour = Colour::Fixed(0x1B_2432);

/// What a hand holds: a corner, or the whole square; where it took hold, and the square then.
#[derive(Clone, Copy)]
struct Held {
    corner: Option<Corner>,
    from: (i32, i32),
    crop: Cropping,
}

#[derive(Default)]
struct Look {
    source: RefCell<Source>,
    held: Cell<Option<Held>>,
    ring: Cell<bool>,
    /// The whole picture at the size in which it is shown.
    whole: RefCell<Option<Whole>>,
}

/// A picture at a size, and what it was made of.
struct Whole {
    picture: Arc<Picture>,
    turns: u8,
    size: (i32, i32),
    pixels: Vec<u8>,
}

/// The picture.
#[derive(Clone)]
pub struct Cropper {
    native: Native,
    look: Rc<Look>,
}

impl Cropper {
    /// Made inside the page that is being made, with its upper left corner there.
    pub fn new(x: i32, y: i32) -> Cropper {
        let area = Rect::new(x, y, SIDE, SIDE).inset(-RING);
        let mut native = Native::new(area.x, area.y, area.w, area.h, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        native.super_handle_first(false);
        let look = Rc::new(Look::default());
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let outer = Rect::of(native);
            drawn.paint(&Canvas::over(outer), outer);
        });
        let touched = Rc::clone(&look);
        native.handle(move |native, event| touched.handle(native, event));
        Cropper { native, look }
    }

    /// Shows a picture and its square.
    pub fn set_source(&mut self, source: &Source) {
        if *self.look.source.borrow() != *source {
            source.clone_into(&mut self.look.source.borrow_mut());
            let tip = if matches!(source, Source::Here(..)) { tr("profile.face.crop") } else { "" };
            self.native.set_tooltip(tip);
            self.native.redraw();
        }
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.native.show() } else { self.native.hide() }
    }

    /// Gives it the keyboard.
    pub fn focus(&mut self) {
        // Refused only while hidden.
        let _hidden = self.native.take_focus();
    }
}

/// Asks for a file and hands it to the model.
pub fn choose() {
    let title = tr("profile.face.dialog");
    files::choose(Wanted::Picture, title, "", |path| say(FaceMsg::File(path)));
}

fn say(msg: FaceMsg) {
    post(Msg::Profile(ProfileMsg::Face(msg)));
}

/// The pixels of a part of a picture as a circle of this side.
pub fn circle_image(picture: &Picture, crop: Cropping, side: i32) -> Option<RgbImage> {
    let part = Part { x: crop.x, y: crop.y, w: crop.side, h: crop.side };
    let mut pixels = scaled(picture, crop.turns, part, (side, side));
    round_corners(&mut pixels, (side, side), side / 2);
    RgbImage::new(&pixels, side, side, ColorDepth::Rgba8).ok()
}

/// Where a picture is shown: as large as fits, in the middle.
fn shown_at(area: Rect, crop: Cropping) -> Rect {
    let longest = crop.width.max(crop.height);
    area.middle((area.w * crop.width / longest).max(1), (area.h * crop.height / longest).max(1))
}

/// Where its square is shown.
fn square_at(shown: Rect, crop: Cropping) -> Rect {
    let scaled = |pixels: i32| pixels * shown.w / crop.width;
    Rect::new(
        shown.x + scaled(crop.x),
        shown.y + scaled(crop.y),
        scaled(crop.side),
        scaled(crop.side),
    )
}

fn corner_at(square: Rect, corner: Corner) -> (i32, i32) {
    let (right, bottom) = corner.side();
    let x = if right { square.right() } else { square.x };
    let y = if bottom { square.bottom() } else { square.y };
    (x, y)
}

impl Look {
    fn crop(&self) -> Option<Cropping> {
        match &*self.source.borrow() {
            Source::Here(_, crop) => Some(*crop),
            Source::None | Source::Loading => None,
        }
    }

    fn handle(&self, native: &mut Native, event: Event) -> bool {
        let area = Rect::of(native).inset(RING);
        match event {
            Event::Enter | Event::Leave => return true,
            Event::Focus => self.ring.set(focus_came_by_key()),
            Event::Unfocus => self.ring.set(false),
            Event::Push => {
                // Refused only while hidden.
                let _hidden = native.take_focus();
                self.held.set(self.crop().and_then(|crop| take_hold(area, crop)));
            }
            Event::Drag => self.drag(area),
            Event::Released => {
                self.held.set(None);
                if *self.source.borrow() == Source::None && app::event_inside_widget(native) {
                    choose();
                }
            }
            Event::MouseWheel => match app::event_dy() {
                app::MouseWheel::Up => say(FaceMsg::Zoom(1)),
                app::MouseWheel::Down => say(FaceMsg::Zoom(-1)),
                _ => {}
            },
            Event::KeyDown => return self.key(),
            _ => return false,
        }
        native.redraw();
        true
    }

    fn key(&self) -> bool {
        let is_here = self.crop().is_some();
        say(match app::event_key() {
            Key::Enter | Key::KPEnter if is_here => FaceMsg::Use,
            Key::Enter | Key::KPEnter => {
                choose();
                return true;
            }
            key if key == Key::from_char(' ') && !is_here => {
                choose();
                return true;
            }
            Key::Left => FaceMsg::Move(-1, 0),
            Key::Right => FaceMsg::Move(1, 0),
            Key::Up => FaceMsg::Move(0, -1),
            Key::Down => FaceMsg::Move(0, 1),
            _ => match app::event_text().as_str() {
                "+" | "=" => FaceMsg::Zoom(1),
                "-" => FaceMsg::Zoom(-1),
                _ => return false,
            },
        });
        true
    }

    fn drag(&self, area: Rect) {
        let Some(Held { corner, from, crop }) = self.held.get() else { return };
        let shown = shown_at(area, crop);
        let pixels = |px: i32| px * crop.width / shown.w;
        let (dx, dy) = (app::event_x() - from.0, app::event_y() - from.1);
        say(FaceMsg::Put(match corner {
            None => crop.moved(pixels(dx), pixels(dy)),
            Some(corner) => {
                let (right, bottom) = corner.side();
                let x = crop.x + if right { crop.side } else { 0 };
                let y = crop.y + if bottom { crop.side } else { 0 };
                crop.stretched(corner, x + pixels(dx), y + pixels(dy))
            }
        }));
    }

    fn paint(&self, canvas: &Canvas, outer: Rect) {
        canvas.fill(outer, Colour::Paper);
        if self.ring.get() {
            canvas.frame(outer, metric::RADIUS_CARD + RING, Colour::Focus, 2);
        }
        let area = outer.inset(RING);
        match &*self.source.borrow() {
            Source::Here(picture, crop) => {
                canvas.round(area, metric::RADIUS_CARD, DARK);
                self.paint_picture(canvas, area, picture, *crop);
            }
            Source::None => {
                let (title, hint) = (tr("profile.face.none"), tr("profile.face.none.hint"));
                canvas.card(area, metric::RADIUS_CARD, Colour::Canvas, Colour::Line, 1);
                let _no_button = paint_empty(canvas, area, Icon::Image, title, hint, false);
            }
            Source::Loading => {
                canvas.card(area, metric::RADIUS_CARD, Colour::Canvas, Colour::Line, 1);
                let title = tr("profile.face.loading");
                let _no_button = paint_empty(canvas, area, Icon::Clock, title, "", false);
            }
        }
    }

    fn paint_picture(&self, canvas: &Canvas, area: Rect, picture: &Arc<Picture>, crop: Cropping) {
        let shown = shown_at(area, crop);
        let (left, top) = (canvas.px(shown.x), canvas.px(shown.y));
        let size = (canvas.px(shown.right()) - left, canvas.px(shown.bottom()) - top);
        let mut pixels = self.whole(picture, crop, size);
        let square = square_at(shown, crop);
        let radius = (canvas.px(square.right()) - canvas.px(square.x)) * 8;
        let x = (canvas.px(square.x) - left) * 16 + radius;
        let y = (canvas.px(square.y) - top) * 16 + radius;
        spotlight(&mut pixels, size.0, Circle { x, y, radius }, canvas.length(2) * 16);
        round_corners(&mut pixels, size, canvas.length(metric::RADIUS_CARD));
        if let Ok(mut image) = RgbImage::new(&pixels, size.0, size.1, ColorDepth::Rgba8) {
            canvas.image(&mut image, shown.x, shown.y);
        }
        canvas.frame(square, 0, Colour::White, 1);
        for corner in Corner::ALL {
            let (x, y) = corner_at(square, corner);
            let handle = Rect::new(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE);
            canvas.round(handle, 2, Colour::White);
        }
    }

    fn whole(&self, picture: &Arc<Picture>, crop: Cropping, size: (i32, i32)) -> Vec<u8> {
        let mut kept = self.whole.borrow_mut();
        let is_same = |whole: &Whole| {
            Arc::ptr_eq(&whole.picture, picture) && whole.turns == crop.turns && whole.size == size
        };
        if !kept.as_ref().is_some_and(is_same) {
            let part = Part { x: 0, y: 0, w: crop.width, h: crop.height };
            let pixels = scaled(picture, crop.turns, part, size);
            let (picture, turns) = (Arc::clone(picture), crop.turns);
            *kept = Some(Whole { picture, turns, size, pixels });
        }
        kept.as_ref().map(|whole| whole.pixels.clone()).unwrap_or_default()
    }
}

/// What the hand takes hold of: a corner that is near, else the square where it is over it.
fn take_hold(area: Rect, crop: Cropping) -> Option<Held> {
    let square = square_at(shown_at(area, crop), crop);
    let from = (app::event_x(), app::event_y());
    let is_near = |corner: &Corner| {
        let (x, y) = corner_at(square, *corner);
        (from.0 - x).abs() <= REACH && (from.1 - y).abs() <= REACH
    };
    let corner = Corner::ALL.into_iter().find(is_near);
    (corner.is_some() || square.contains(from.0, from.1)).then_some(Held { corner, from, crop })
}
