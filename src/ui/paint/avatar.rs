//! Faces of people, the app's icon and the leaf behind headers.

use std::cell::RefCell;
use std::collections::HashMap;

use fltk::enums::ColorDepth;
use fltk::image::{RgbImage, SvgImage};
use fltk::prelude::ImageExt;

use super::canvas::device;
use super::{Align, Canvas, Icon, Rect, portrait, shape};
use crate::domain::{Portrait, Presence};
use crate::ui::theme::{Colour, Rgb, Style};

/// How many pictures are kept: a few sizes of every avatar, plain and faded.
const KEPT_MAX: usize = 256;
/// Of people who are not signed in.
const FADED_PERCENT: u32 = 55;
/// The app's icon.
pub(super) const APP: &str = include_str!("../../../assets/icon.svg");

const AVATARS: [&str; 24] = [
    include_str!("../../../assets/avatars/01-fox.svg"),
    include_str!("../../../assets/avatars/02-panda.svg"),
    include_str!("../../../assets/avatars/03-cat.svg"),
    include_str!("../../../assets/avatars/04-rabbit.svg"),
    include_str!("../../../assets/avatars/05-owl.svg"),
    include_str!("../../../assets/avatars/06-bear.svg"),
    include_str!("../../../assets/avatars/07-whale.svg"),
    include_str!("../../../assets/avatars/08-frog.svg"),
    include_str!("../../../assets/avatars/09-chick.svg"),
    include_str!("../../../assets/avatars/10-hedgehog.svg"),
    include_str!("../../../assets/avatars/11-deer.svg"),
    include_str!("../../../assets/avatars/12-tiger.svg"),
    include_str!("../../../assets/avatars/13-koala.svg"),
    include_str!("../../../assets/avatars/14-sheep.svg"),
    include_str!("../../../assets/avatars/15-ginkgo.svg"),
    include_str!("../../../assets/avatars/16-planet.svg"),
    include_str!("../../../assets/avatars/17-rocket.svg"),
    include_str!("../../../assets/avatars/18-paper-plane.svg"),
    include_str!("../../../assets/avatars/19-teacup.svg"),
    include_str!("../../../assets/avatars/20-cactus.svg"),
    include_str!("../../../assets/avatars/21-flask.svg"),
    include_str!("../../../assets/avatars/22-mountain.svg"),
    include_str!("../../../assets/avatars/23-sailboat.svg"),
    include_str!("../../../assets/avatars/24-bun.svg"),
];

/// The outline of the ginkgo leaf, from the app's icon.
const LEAF: &str = "M32 47.5C25.5 41.5 17 38 8.9 36.9Q7.5 36.7 7.5 35.3C7.3 23.5 13.5 13.6 23.5 \
    10.9C28 9.7 31 12.4 32 18.2C33 12.4 36 9.7 40.5 10.9C50.5 13.6 56.7 23.5 56.5 35.3Q56.5 36.7 \
    55.1 36.9C47 38 38.5 41.5 32 47.5Z";
const STEM: &str = "M32 42C32.8 48.5 31.4 53.4 26 57";

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Picture {
    Portrait { portrait: Portrait, faded: bool },
    App,
    Leaf { degrees: i32, colour: Rgb },
    Spinner { step: i32, colour: Rgb },
}

thread_local! {
    static KEPT: RefCell<HashMap<(Picture, i32), RgbImage>> = RefCell::new(HashMap::new());
}

impl Canvas {
    /// A person's face as a circle; grey and thin when `faded`. Unknown avatars are the first one, and
    /// the avatar stands in for a picture until it is there.
    pub fn avatar(&self, of: impl Into<Portrait>, x: i32, y: i32, size: i32, faded: bool) {
        self.picture(Picture::Portrait { portrait: of.into(), faded }, x, y, size);
    }

    /// The same with the mark of a presence, cut out of the ground it stands on; without one while
    /// nobody knows.
    pub fn avatar_with_status(
        &self,
        of: impl Into<Portrait>,
        x: i32,
        y: i32,
        size: i32,
        presence: Option<Presence>,
        ground: Colour,
    ) {
        self.avatar(of, x, y, size, presence == Some(Presence::Offline));
        if let Some(presence) = presence.filter(|presence| *presence != Presence::Offline) {
            self.status_mark(presence, x, y, size, ground);
        }
    }

    /// The mark of a presence at the lower right of an avatar that was drawn already.
    pub fn status_mark(&self, presence: Presence, x: i32, y: i32, size: i32, ground: Colour) {
        let disc = match size {
            ..=24 => 12,
            25..=43 => 14,
            44..=55 => 16,
            _ => 18,
        };
        let (left, top) = (x + size + 2 - disc, y + size + 2 - disc);
        self.circle(Rect::new(left, top, disc, disc), ground);
        let (icon, colour) = Icon::of_presence(presence);
        self.icon_on(icon, left + 2, top + 2, disc - 4, colour, ground);
    }

    /// A symbol on a rounded square, for what has no picture of its own.
    pub fn symbol_tile(&self, icon: Icon, area: Rect, radius: i32, fill: Colour, ink: Colour) {
        self.round(area, radius, fill);
        let side = area.w * 5 / 9;
        let inner = area.middle(side, side);
        self.icon_on(icon, inner.x, inner.y, side, ink, fill);
    }

    /// The app's icon.
    pub fn app_icon(&self, x: i32, y: i32, size: i32) {
        self.picture(Picture::App, x, y, size);
    }

    /// The leaf behind headers, turned around its middle.
    pub fn leaf(&self, middle_x: i32, middle_y: i32, size: i32, degrees: i32, colour: Colour) {
        // Turned in a square that is large enough for any angle.
        let side = size * 3 / 2;
        let picture = Picture::Leaf { degrees, colour: colour.rgb() };
        self.picture(picture, middle_x - side / 2, middle_y - side / 2, side);
    }

    /// A ring with a gap, turned by twelfths: something is going on.
    pub fn spinner(&self, area: Rect, step: i32, colour: Colour) {
        self.picture(Picture::Spinner { step, colour: colour.rgb() }, area.x, area.y, area.w);
    }

    /// A count in a red pill whose right edge and middle are given; nothing for zero.
    #[expect(clippy::must_use_candidate, reason = "drawn for its effect; the width is extra")]
    pub fn badge(&self, count: u64, right: i32, middle_y: i32, muted: bool) -> i32 {
        if count == 0 {
            return 0;
        }
        let text = if count > 99 { "99+".to_string() } else { count.to_string() };
        let (fill, ink) =
            if muted { (Colour::Ink3, Colour::Paper) } else { (Colour::Badge, Colour::White) };
        let style = Style::MICRO.bold();
        let w = (super::text::width(style, &text) + 10).max(18);
        let area = Rect::new(right - w, middle_y - 9, w, 18);
        self.pill(area, fill, None);
        self.text_in(style, ink, area, Align::Centre, &text);
        w
    }

    fn picture(&self, picture: Picture, x: i32, y: i32, size: i32) {
        let side = self.length(size);
        let is_drawn = KEPT.with_borrow_mut(|kept| {
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            let key = (picture, side);
            if !kept.contains_key(&key)
                && let Some(image) = picture.make(side)
            {
                kept.insert(key, image);
            }
            kept.get_mut(&key).map(|image| self.image(image, x, y)).is_some()
        });
        if let (false, Some(for_now)) = (is_drawn, picture.for_now()) {
            self.picture(for_now, x, y, size);
        }
    }
}

/// The app's icon for a window, as large as window lists want it.
#[must_use]
pub fn app_icon_image(side: i32) -> Option<RgbImage> {
    Picture::App.make(side)
}

impl Picture {
    /// What is drawn until a picture is there.
    fn for_now(self) -> Option<Picture> {
        match self {
            Picture::Portrait { portrait: Portrait { avatar, picture: Some(_) }, faded } => {
                Some(Picture::Portrait { portrait: avatar.into(), faded })
            }
            _ => None,
        }
    }

    fn make(self, side: i32) -> Option<RgbImage> {
        let mut pixels = match self {
            Picture::Portrait { portrait: Portrait { picture: Some(blob), .. }, .. } => {
                portrait::pixels(blob, side)?
            }
            Picture::Portrait { portrait: Portrait { avatar, picture: None }, .. } => {
                let index = usize::from(avatar.saturating_sub(1));
                rasterised(AVATARS.get(index).unwrap_or(&AVATARS[0]), side)?
            }
            Picture::App => rasterised(APP, side)?,
            Picture::Spinner { step, colour } => rasterised(&spinner_svg(step, colour), side)?,
            Picture::Leaf { degrees, colour } => rasterised(&leaf_svg(degrees, colour), side)?,
        };
        if let Picture::Portrait { faded, .. } = self {
            shape::mask(&mut pixels, side, device(side) / 2.0);
            if faded {
                shape::fade(&mut pixels, FADED_PERCENT);
            }
        }
        RgbImage::new(&pixels, side, side, ColorDepth::Rgba8).ok()
    }
}

fn leaf_svg(degrees: i32, colour: Rgb) -> String {
    let css = colour.css();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"96\" height=\"96\" \
         viewBox=\"-16 -16 96 96\"><g transform=\"rotate({degrees} 32 32)\">\
         <path d=\"{STEM}\" stroke=\"{css}\" stroke-width=\"5\" stroke-linecap=\"round\" \
         fill=\"none\"/><path d=\"{LEAF}\" fill=\"{css}\"/></g></svg>"
    )
}

fn spinner_svg(step: i32, colour: Rgb) -> String {
    let css = colour.css();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"16\" height=\"16\" \
         viewBox=\"0 0 16 16\"><g fill=\"none\" stroke=\"{css}\" stroke-width=\"2\" \
         stroke-linecap=\"round\"><circle cx=\"8\" cy=\"8\" r=\"6.5\" opacity=\"0.25\"/>\
         <path transform=\"rotate({} 8 8)\" d=\"M8 1.5A6.5 6.5 0 0 1 14.5 8\"/></g></svg>",
        step * 30
    )
}

/// The pixels of a drawing at a size.
#[must_use]
pub fn rasterised(svg: &str, side: i32) -> Option<Vec<u8>> {
    let mut image = SvgImage::from_data(svg).ok()?;
    image.scale(side, side, true, true);
    image.normalize();
    let expected = usize::try_from(side * side * 4).ok()?;
    let pixels = image.to_rgb_data();
    (pixels.len() == expected).then_some(pixels)
}
