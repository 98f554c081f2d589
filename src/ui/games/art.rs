//! Stones, pieces and marks: drawn once for each size of the screen, and kept.

use std::cell::RefCell;
use std::collections::HashMap;

use fltk::enums::ColorDepth;
use fltk::image::RgbImage;

use crate::domain::game::Side;
use crate::ui::paint::{Canvas, Rect, rasterised};
use crate::ui::theme::Colour;

/// The wood.
pub const WOOD: Colour = Colour::Fixed(0xEF_D5A0);
/// Lines on it.
pub const LINES: Colour = Colour::Fixed(0x86_632C);
/// The line around all of them.
pub const FRAME: Colour = Colour::Fixed(0x7A_5A28);
/// Letters and star points.
pub const LETTERS: Colour = Colour::Fixed(0x6B_4E22);
/// A black stone, and black ink.
pub const BLACK: Colour = Colour::Fixed(0x20_262F);
/// Red ink, on the face of a piece.
pub const RED: Colour = Colour::Fixed(0xB3_261E);
/// The outline of a white stone.
const WHITE_LINE: &str = "#7D6A48";
/// The row that has won, and where a piece may go.
const GREEN: &str = "#1E9A57";
/// The last move.
const DOT: &str = "#D13B3B";
/// The face of a piece.
const FACE: &str = "#F8E9C8";
/// What is picked.
const BLUE: &str = "#2066C4";

/// Drawings of all sizes that are kept; a window uses two dozen.
const KEPT_MAX: usize = 256;

/// A drawing in a square.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Art {
    /// A stone.
    Stone(Side),
    /// One that could lie there.
    Ghost(Side),
    /// One that is on its way.
    Sent(Side),
    /// The face of a piece, without its letter.
    Disc(Side),
    /// That of a piece that is on its way.
    SentDisc(Side),
    /// A ring around a stone of the row that has won.
    Winning,
    /// On the last move.
    LastDot,
    /// Around the piece of the last move.
    LastRing,
    /// Where that came from.
    Origin,
    /// Around what is picked.
    Picked,
    /// Where a piece may go.
    Hint,
    /// What a piece may take.
    HintTake,
    /// Around a general in check.
    Check,
    /// The crossed lines of a palace.
    Palace,
    /// A point.
    Star,
}

thread_local! {
    static KEPT: RefCell<HashMap<(Art, i32), RgbImage>> = RefCell::new(HashMap::new());
}

impl Art {
    /// Draws it with its middle where two lines cross, so many px wide.
    pub fn draw(self, canvas: &Canvas, (x, y): (i32, i32), size: i32) {
        let line = canvas.length(1);
        let side = canvas.length(size);
        // Its middle lies on the middle of the line.
        let side = side - (side - line).rem_euclid(2);
        let from = (line - side) / 2;
        self.blit(canvas, side, |canvas, image| {
            let around = Rect::new(x - size, y - size, 2 * size, 2 * size);
            let corner = (canvas.px(x) - canvas.px(around.x), canvas.px(y) - canvas.px(around.y));
            canvas.image_at(image, around, (corner.0 + from, corner.1 + from));
        });
    }

    /// Draws it in a square.
    pub fn draw_in(self, canvas: &Canvas, area: Rect) {
        self.blit(canvas, canvas.length(area.w), |canvas, image| {
            canvas.image_at(image, area, (0, 0));
        });
    }

    fn blit(self, canvas: &Canvas, side: i32, draw: impl FnOnce(&Canvas, &mut RgbImage)) {
        KEPT.with_borrow_mut(|kept| {
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            let key = (self, side);
            if !kept.contains_key(&key)
                && let Some(pixels) = rasterised(&self.svg(), side)
                && let Ok(image) = RgbImage::new(&pixels, side, side, ColorDepth::Rgba8)
            {
                kept.insert(key, image);
            }
            if let Some(image) = kept.get_mut(&key) {
                draw(canvas, image);
            }
        });
    }

    /// It, in a square of 64.
    fn svg(self) -> String {
        let inner = match self {
            Art::Stone(side) => stone(side),
            Art::Ghost(side) => {
                let ink = BLACK.rgb().css();
                format!(
                    "<g opacity=\"0.4\">{}</g><path d=\"M22 32h20M32 22v20\" stroke=\"{ink}\" \
                     stroke-width=\"4\"/>",
                    flat(side)
                )
            }
            Art::Sent(side) => format!("<g opacity=\"0.65\">{}</g>", flat(side)),
            Art::Disc(side) => disc(side, 1.0),
            Art::SentDisc(side) => disc(side, 0.6),
            Art::Winning => ring(GREEN, 28.5, 6.0, 1.0),
            Art::LastDot => format!("<circle cx=\"32\" cy=\"32\" r=\"31\" fill=\"{DOT}\"/>"),
            Art::LastRing => ring(DOT, 30.0, 3.5, 1.0),
            Art::Origin => ring(DOT, 26.0, 9.0, 0.8),
            Art::Picked => ring(BLUE, 29.0, 5.5, 1.0),
            Art::Hint => {
                format!("<circle cx=\"32\" cy=\"32\" r=\"31\" fill=\"{GREEN}\" opacity=\"0.7\"/>")
            }
            Art::HintTake => ring(GREEN, 29.0, 5.5, 0.85),
            Art::Check => ring(DOT, 28.5, 7.0, 1.0),
            Art::Palace => {
                let ink = LINES.rgb().css();
                format!("<path d=\"M0 0L64 64M64 0L0 64\" stroke=\"{ink}\" stroke-width=\"0.6\"/>")
            }
            Art::Star => {
                format!("<circle cx=\"32\" cy=\"32\" r=\"31\" fill=\"{}\"/>", LETTERS.rgb().css())
            }
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\" \
             viewBox=\"0 0 64 64\">{inner}</svg>"
        )
    }
}

/// A stone with a bit of light on it.
fn stone(side: Side) -> String {
    let light = match side {
        Side::First => "<circle cx=\"20\" cy=\"21.5\" r=\"6\" fill=\"#5B6471\"/>",
        Side::Second => "",
    };
    format!("{}{light}", flat(side))
}

fn flat(side: Side) -> String {
    match side {
        Side::First => {
            format!("<circle cx=\"32\" cy=\"32\" r=\"31.5\" fill=\"{}\"/>", BLACK.rgb().css())
        }
        Side::Second => format!(
            "<circle cx=\"32\" cy=\"32\" r=\"30.5\" fill=\"#FFFFFF\" stroke=\"{WHITE_LINE}\" \
             stroke-width=\"2\"/>"
        ),
    }
}

/// The face of a piece: wood with a ring in its player's ink.
fn disc(side: Side, opacity: f32) -> String {
    let (edge, ink) = (FRAME.rgb().css(), ink(side).rgb().css());
    format!(
        "<g opacity=\"{opacity}\"><circle cx=\"32\" cy=\"32\" r=\"30.5\" fill=\"{FACE}\" \
         stroke=\"{edge}\" stroke-width=\"2.4\"/><circle cx=\"32\" cy=\"32\" r=\"25.5\" fill=\"none\" \
         stroke=\"{ink}\" stroke-width=\"1.6\"/></g>"
    )
}

/// The ink that a player's pieces are written in.
#[must_use]
pub fn ink(side: Side) -> Colour {
    if side == Side::First { RED } else { BLACK }
}

fn ring(colour: &str, radius: f32, width: f32, opacity: f32) -> String {
    format!(
        "<circle cx=\"32\" cy=\"32\" r=\"{radius}\" fill=\"none\" stroke=\"{colour}\" \
         stroke-width=\"{width}\" opacity=\"{opacity}\"/>"
    )
}
