//! Drawing what is in sight of a transcript with the kit.

use std::ops::Range;

use super::card::Deed;
use super::layout::{Flow, Line, NAMED_PAD, SpanKind};
use super::measure::{line_width, round};
use super::place::{
    Body, Bubble, CAPTION, Centred, QUOTE_BAR, QUOTE_BAR_GAP, Tools, quote_name_width,
};
use super::rows::{Face, Image, Item, Key, Mark, Quoted};
use super::scene::{Action, Scene, Seen};
use super::scroll::Thumb;
use crate::domain::Rank;
use crate::ui::app::find;
use crate::ui::paint::photo::State;
use crate::ui::paint::{Align, Canvas, Icon, Radii, Rect};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::paint_empty;

/// Width of the scrollbar's thumb and its distance from the edge.
const THUMB: i32 = 5;
const THUMB_EDGE: i32 = 3;
/// What somebody is in a room stands behind the name: space within and before.
const TAG_PAD: i32 = 6;
const TAG_GAP: i32 = 4;
/// What takes the pointer for the scrollbar.
pub const LANE: i32 = 12;
/// The pill: height, distances from the right and lower edge, space within.
const PILL: i32 = 32;
const PILL_RIGHT: i32 = 16;
const PILL_BOTTOM: i32 = 12;
const PILL_PAD: i32 = 10;
const PILL_ICON: i32 = 16;
const PILL_GAP: i32 = 6;
/// Bubbles are cut so far outside the view: beyond it nothing of them is seen.
const BEYOND: i32 = 64;
/// Side of the icon in place of a picture.
const PICTURE_ICON: i32 = 24;
/// How much of the colour of focus lies over what is selected.
const SELECTED_PERCENT: u32 = 36;
/// How much of the colour of what is found lies behind the message that was gone to.
const FOUND_PERCENT: u32 = 45;

/// What the pointer and the keyboard do to the drawing.
#[derive(Clone, Debug, Default)]
pub struct Touch {
    /// The link under the pointer, by its row and place.
    pub link: Option<(usize, usize)>,
    /// What can be done with a file, under the pointer, by its row.
    pub deed: Option<(usize, Deed)>,
    /// The pointer is over the pill.
    pub pill: bool,
    /// The keyboard came here.
    pub ring: bool,
    /// What is looked for; empty for nothing.
    pub wanted: String,
    /// The row that was gone to a moment ago.
    pub found: Option<Key>,
    /// The place of what is looked for that was gone to: its row and byte.
    pub hit: Option<(Key, usize)>,
    /// What is said, and where.
    pub tip: Option<Tip>,
}

/// A tooltip: what it says, and where it may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its lines.
    pub words: String,
    /// Its left edge.
    pub x: i32,
    /// Its upper edge, where there is room below.
    pub below: i32,
    /// Else its lower edge.
    pub above: i32,
}

impl Tip {
    /// At the pointer; beside a card, whose name and buttons it must not hide.
    #[must_use]
    pub fn new(words: String, (x, y): (i32, i32), card: Option<Rect>) -> Tip {
        match card {
            Some(card) => Tip { words, x, below: card.bottom() + 4, above: card.y - 4 },
            None => Tip { words, x, below: y + 20, above: y - 8 },
        }
    }

    /// Its upper edge when it is so high, within an area.
    #[must_use]
    fn top(&self, h: i32, area: Rect) -> i32 {
        if self.below + h > area.bottom() - 4 { self.above - h } else { self.below }
    }
}

/// Draws a transcript over an area of the current window.
pub fn draw(canvas: &Canvas, area: Rect, scene: &Scene, tools: Tools<'_>, touch: &Touch) {
    canvas.fill(area, Colour::Canvas);
    if scene.is_empty() {
        let (title, hint) = tools.wording.empty();
        paint_empty(canvas, area, Icon::Chat, &title, &hint, false);
        return;
    }
    let painter = Painter { canvas, area, scene, tools, touch };
    for seen in scene.seen() {
        painter.row(seen);
    }
    if let Some(thumb) = scene.extent().thumb(scene.scroll().offset()) {
        let Thumb { y, h } = thumb;
        let x = area.right() - THUMB - THUMB_EDGE;
        canvas.pill(Rect::new(x, area.y + y, THUMB, h).inset_y(2), Colour::Field, None);
    }
    if let Some(pill) = pill_area(area, scene, tools) {
        painter.pill(pill);
    }
    if touch.ring && scene.focus().is_none() {
        canvas.frame(area, 0, Colour::Focus, 2);
    }
    if let Some(tip) = &touch.tip {
        painter.tip(tip);
    }
}

/// Where the pill lies while messages came out of sight.
#[must_use]
pub fn pill_area(area: Rect, scene: &Scene, tools: Tools<'_>) -> Option<Rect> {
    // What is nearer than a screen is soon seen.
    let extent = scene.extent();
    if scene.fresh() == 0 || scene.scroll().distance(extent) <= i64::from(extent.view) {
        return None;
    }
    let words = tools.wording.pill(scene.fresh());
    let width = line_width(tools.measure, Style::BODY.bold(), &words);
    let w = PILL_PAD + PILL_ICON + PILL_GAP + width + PILL_PAD + 4;
    let (x, y) = (area.right() - PILL_RIGHT - w, area.bottom() - PILL_BOTTOM - PILL);
    Some(Rect::new(x, y, w, PILL))
}

pub(super) struct Painter<'a> {
    pub(super) canvas: &'a Canvas,
    area: Rect,
    pub(super) scene: &'a Scene,
    pub(super) tools: Tools<'a>,
    pub(super) touch: &'a Touch,
}

impl Painter<'_> {
    fn row(&self, seen: &Seen) {
        let Some(item) = self.scene.item(seen.row) else { return };
        let (dx, dy) = (self.area.x, self.area.y + seen.y);
        if let (true, Some(bubble)) = (self.touch.found == Some(item.key), seen.placed.bubble()) {
            let line = Rect::new(dx, dy + bubble.area.y - 4, self.area.w, bubble.area.h + 8);
            let mixed = Colour::Highlight.rgb().over(Colour::Canvas.rgb(), FOUND_PERCENT);
            let colour = Colour::Fixed(u32::from_be_bytes([0, mixed.0, mixed.1, mixed.2]));
            self.canvas.fill(self.cut(line), colour);
        }
        if let Some(separator) = seen.placed.separator {
            let words = self.tools.wording.separator(item.at);
            let area = separator.moved(dx, dy);
            self.canvas.text_in(Style::CAPTION, Colour::Ink3, area, Align::Centre, &words);
        }
        if let Some(divider) = seen.placed.divider {
            self.divider(divider.moved(dx, dy));
        }
        match &seen.placed.body {
            Body::Bubble(bubble) => self.message(seen, item, bubble, dx, dy),
            Body::Centred(line) => self.centred(seen.row, line, dx, dy),
        }
    }

    fn divider(&self, area: Rect) {
        let words = self.tools.wording.divider();
        let width = line_width(self.tools.measure, Style::CAPTION, &words) + 24;
        let side = (area.w - width) / 2;
        let y = area.y + area.h / 2;
        self.canvas.line_across(area.x, y, side, Colour::Line);
        self.canvas.line_across(area.right() - side, y, side, Colour::Line);
        self.canvas.text_in(Style::CAPTION, Colour::BrandText, area, Align::Centre, &words);
    }

    fn centred(&self, row: usize, line: &Centred, dx: i32, dy: i32) {
        if let Some((icon, area)) = line.icon {
            let area = area.moved(dx, dy);
            self.canvas.icon_on(icon, area.x, area.y, area.w, Colour::Ink3, Colour::Canvas);
        }
        if let Some((words, area)) = &line.act {
            let area = area.moved(dx, dy);
            self.canvas.text(Style::CAPTION, Colour::BrandText, area.x, area.y, words);
            if self.scene.focus() == Some((row, Action::Again)) {
                self.canvas.frame(area.inset(-3), 4, Colour::Focus, 2);
            }
        }
        let area = line.text.moved(dx, dy);
        for (at, row) in (0..).zip(&line.flow.lines) {
            let y = area.y + at * line.flow.line_height;
            let part = Rect::new(area.x, y, area.w, line.flow.line_height);
            let words = line.words[row.range.clone()].trim_end();
            self.canvas.text_in(Style::CAPTION, Colour::Ink3, part, Align::Centre, words);
        }
    }

    fn message(&self, seen: &Seen, item: &Item, bubble: &Bubble, dx: i32, dy: i32) {
        let face = self.tools.faces.get(&item.from);
        if let Some(avatar) = bubble.avatar {
            let portrait = face.map_or(1.into(), |face| face.portrait);
            self.canvas.avatar(portrait, avatar.x + dx, avatar.y + dy, avatar.w, false);
        }
        if let (Some(name), Some(face)) = (bubble.name, face) {
            let area = name.moved(dx, dy);
            self.name(area, face);
        }
        if let Some(image) = item.image() {
            self.image(seen.row, image, bubble.area.moved(dx, dy));
        }
        if let Some(card) = item.card() {
            self.card(seen.row, card, bubble.area.moved(dx, dy));
        }
        let ground = self.bubble(bubble, dx, dy);
        if let (Some(quote), Some(quoted)) = (bubble.quote, item.quoted()) {
            self.quote(seen.row, quoted, quote.moved(dx, dy));
        }
        let text = item.text().unwrap_or_default();
        self.grounds(bubble, dx, dy);
        if !self.touch.wanted.is_empty() {
            for hit in find::ranges(text, &self.touch.wanted) {
                self.behind(&hit, Colour::Highlight, bubble, dx, dy);
                if self.touch.hit == Some((item.key, hit.start)) {
                    for area in self.areas(&hit, bubble, dx, dy) {
                        self.canvas.frame(area.inset(-1), 2, Colour::GoldText, 1);
                    }
                }
            }
        }
        self.selection(seen, text.len(), bubble, ground, dx, dy);
        let ink = if bubble.is_mine { Colour::BubbleMeInk } else { Colour::Ink };
        {
            // Whatever a font does: words stay within what they are written on.
            let _within = self.canvas.clip(self.cut(bubble.area.moved(dx, dy)));
            self.words(seen.row, text, bubble, ink, dx, dy);
        }
        if item.shows_mark(seen.run_end) {
            self.mark(item.mark, bubble.mark_area(item.mark).moved(dx, dy));
        }
        if let Some((words, retry)) = bubble.failed {
            let (words, retry) = (words.moved(dx, dy), retry.moved(dx, dy));
            let wording = self.tools.wording;
            let text = |style, colour, at: Rect, words: &str| {
                self.canvas.text(style, colour, at.x, at.y, words);
            };
            text(Style::CAPTION, Colour::Bad, words, &wording.failed());
            text(Style::CAPTION.bold(), Colour::BrandText, retry, &wording.retry());
            if self.scene.focus() == Some((seen.row, Action::Retry)) {
                self.canvas.frame(retry.inset(-3), 4, Colour::Focus, 2);
            }
        }
    }

    /// Somebody's name, and what that person is in the room.
    fn name(&self, area: Rect, face: &Face) {
        let (key, fill, ink) = match face.rank {
            Rank::Owner => ("room.owner", Colour::GoldSoft, Colour::GoldText),
            Rank::Admin => ("room.admin", Colour::OkSoft, Colour::Ok),
            Rank::Member => {
                self.canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Left, &face.name);
                return;
            }
        };
        let tag = line_width(self.tools.measure, Style::CAPTION, tr(key)) + 2 * TAG_PAD;
        let name = line_width(self.tools.measure, Style::CAPTION, &face.name);
        let words = Rect { w: name.min(area.w - tag - TAG_GAP), ..area };
        self.canvas.text_in(Style::CAPTION, Colour::Ink2, words, Align::Left, &face.name);
        let tag = Rect::new(words.right() + TAG_GAP, area.y - 1, tag, area.h + 2);
        self.canvas.round(tag, metric::RADIUS_SMALL, fill);
        self.canvas.text_in(Style::CAPTION, ink, tag, Align::Centre, tr(key));
    }

    /// What lies behind the names of oneself and everybody.
    fn grounds(&self, bubble: &Bubble, dx: i32, dy: i32) {
        let at = bubble.text.moved(dx, dy);
        for (line, y) in self.lines_in_sight(&bubble.flow, at) {
            for span in line.spans.iter().filter(|span| span.kind == SpanKind::Named(true)) {
                let (x, w) = (at.x + round(span.x), round(span.width));
                let area = Rect::new(x, y + 1, w, bubble.flow.line_height - 2);
                self.canvas.round(area, metric::RADIUS_SMALL, Colour::Highlight);
            }
        }
    }

    /// Draws the bubble itself; returns the colour of the ground that words stand on.
    fn bubble(&self, bubble: &Bubble, dx: i32, dy: i32) -> Colour {
        if bubble.is_bare {
            return Colour::Canvas;
        }
        let area = self.cut(bubble.area.moved(dx, dy));
        // On the avatar's side in every bubble of a run, also where the avatar is not repeated.
        let corner = metric::RADIUS_BUBBLE_AVATAR;
        let r = metric::RADIUS_BUBBLE;
        match bubble.is_mine {
            true => {
                let radii = Radii(r, corner, r, r);
                self.canvas.rounded(area, radii, Some(Colour::BubbleMe), None);
                Colour::BubbleMe
            }
            false => {
                let radii = Radii(corner, r, r, r);
                let outline = Some((Colour::PeerLine, 1));
                self.canvas.rounded(area, radii, Some(Colour::BubblePeer), outline);
                Colour::BubblePeer
            }
        }
    }

    /// A picture, or what there is of it.
    fn image(&self, row: usize, image: &Image, area: Rect) {
        let radius = metric::RADIUS_BUBBLE;
        if let Some(percent) = image.percent {
            self.uploading(percent, area);
        } else {
            let card = |colour| self.canvas.card(area, radius, colour, Colour::PeerLine, 1);
            match self.canvas.photo(image.thumb, area, radius) {
                State::Drawn => self.canvas.frame(area, radius, Colour::PeerLine, 1),
                State::Coming => {
                    card(Colour::Sunken);
                    self.image_icon(area, -PICTURE_ICON / 2);
                }
                State::Missing => {
                    card(Colour::Sunken);
                    let words = Rect { y: area.y + area.h / 2 + 2, h: CAPTION, ..area };
                    self.image_icon(area, -PICTURE_ICON);
                    let missing = self.tools.wording.missing();
                    self.canvas.text_in(
                        Style::CAPTION,
                        Colour::Ink3,
                        words,
                        Align::Centre,
                        &missing,
                    );
                }
            }
        }
        if self.scene.focus() == Some((row, Action::Picture)) {
            self.canvas.frame(area.inset(-3), radius + 3, Colour::Focus, 2);
        }
    }

    fn image_icon(&self, area: Rect, above: i32) {
        let (x, y) = (area.x + (area.w - PICTURE_ICON) / 2, area.y + area.h / 2 + above);
        self.canvas.icon_on(Icon::Image, x, y, PICTURE_ICON, Colour::Ink3, Colour::Sunken);
    }

    /// How far a picture is on its way.
    fn uploading(&self, percent: u8, area: Rect) {
        self.canvas.card(area, metric::RADIUS_BUBBLE, Colour::Sunken, Colour::PeerLine, 1);
        let (middle, bar) = (area.y + area.h / 2, Rect::new(area.x + 24, 0, area.w - 48, 4));
        self.image_icon(area, -PICTURE_ICON - 6);
        let words = Rect { y: middle, h: CAPTION, ..area };
        let said = self.tools.wording.uploading(percent);
        self.canvas.text_in(Style::CAPTION, Colour::Ink2, words, Align::Centre, &said);
        let bar = Rect { y: words.bottom() + 8, ..bar };
        self.canvas.pill(bar, Colour::Paper, None);
        let done = Rect { w: bar.w * i32::from(percent.min(100)) / 100, ..bar };
        if done.w >= done.h {
            self.canvas.pill(done, Colour::Brand, None);
        }
    }

    /// What a message answers: a bar, who wrote it, what it says.
    fn quote(&self, row: usize, quoted: &Quoted, area: Rect) {
        self.canvas.fill(Rect { w: QUOTE_BAR, ..area }, Colour::BrandText);
        let words = area.without_left(QUOTE_BAR + QUOTE_BAR_GAP);
        let style = Style::CAPTION.bold();
        self.canvas.text_in(style, Colour::Ink2, words, Align::Left, &quoted.name);
        let name = quote_name_width(self.tools.measure, &quoted.name);
        let words = words.without_left(name);
        self.canvas.text_in(Style::CAPTION, Colour::Ink2, words, Align::Left, &quoted.words);
        if self.scene.focus() == Some((row, Action::Quote)) {
            self.canvas.frame(area.inset(-3), 4, Colour::Focus, 2);
        }
    }

    /// A long area without what is far out of sight: numbers of pixels are small in toolkits.
    fn cut(&self, area: Rect) -> Rect {
        let top = area.y.max(self.area.y - BEYOND);
        let bottom = area.bottom().min(self.area.bottom() + BEYOND);
        Rect::new(area.x, top, area.w, (bottom - top).max(0))
    }

    fn selection(
        &self,
        seen: &Seen,
        length: usize,
        bubble: &Bubble,
        ground: Colour,
        dx: i32,
        dy: i32,
    ) {
        let selection = self.scene.selection();
        let Some(bytes) = selection.and_then(|some| some.bytes_in(seen.row, length)) else {
            return;
        };
        let mixed = Colour::Focus.rgb().over(ground.rgb(), SELECTED_PERCENT);
        let colour = Colour::Fixed(u32::from_be_bytes([0, mixed.0, mixed.1, mixed.2]));
        self.behind(&bytes, colour, bubble, dx, dy);
    }

    /// Colours the ground behind some of the words.
    fn behind(&self, bytes: &Range<usize>, colour: Colour, bubble: &Bubble, dx: i32, dy: i32) {
        for area in self.areas(bytes, bubble, dx, dy) {
            self.canvas.fill(area, colour);
        }
    }

    /// Where some of the words are in sight, line by line.
    fn areas<'f>(
        &self,
        bytes: &Range<usize>,
        bubble: &'f Bubble,
        dx: i32,
        dy: i32,
    ) -> impl Iterator<Item = Rect> + use<'f> {
        let (at, bytes) = (bubble.text.moved(dx, dy), bytes.clone());
        let right = bubble.area.right() + dx - 2;
        self.lines_in_sight(&bubble.flow, at).filter_map(move |(line, y)| {
            let (start, end) = (bytes.start.max(line.range.start), bytes.end.min(line.range.end));
            let from = at.x + round(line.x_of(start));
            let to = (at.x + round(line.x_of(end))).max(from + 3).min(right);
            (start < end).then(|| Rect::new(from, y, to - from, bubble.flow.line_height))
        })
    }

    fn words(&self, row: usize, text: &str, bubble: &Bubble, ink: Colour, dx: i32, dy: i32) {
        let at = bubble.text.moved(dx, dy);
        let focus = self.scene.focus();
        for (line, y) in self.lines_in_sight(&bubble.flow, at) {
            for span in &line.spans {
                let x = at.x + round(span.x);
                let words = || words(text, span.range.clone());
                let side = bubble.flow.emoji_side;
                let top = y + (bubble.flow.line_height - side) / 2;
                match span.kind {
                    SpanKind::Text => {
                        self.canvas.text(self.scene.look().style, ink, x, y, words());
                    }
                    SpanKind::Link(link) => {
                        let area = Rect::new(x, y, round(span.width), bubble.flow.line_height);
                        let is_hot = self.touch.link == Some((row, link));
                        self.link(area, words(), is_hot);
                        if focus == Some((row, Action::Link(link))) {
                            self.canvas.frame(area.inset(-1), 4, Colour::Focus, 2);
                        }
                    }
                    SpanKind::Named(loud) => {
                        let style = self.scene.look().style.bold();
                        let (ink, pad) =
                            if loud { (Colour::Ink, NAMED_PAD) } else { (Colour::BrandText, 0) };
                        self.canvas.text(style, ink, x + pad, y, words());
                    }
                    SpanKind::Emoji(id) => self.canvas.emoji(id, x + 1, top, side),
                    SpanKind::UnknownEmoji => {
                        self.canvas.unknown_emoji(words(), x + 1, top, side);
                    }
                    SpanKind::Blank => {}
                }
            }
        }
    }

    fn link(&self, area: Rect, words: &str, is_hot: bool) {
        let style = self.scene.look().style;
        self.canvas.text(style, Colour::BrandText, area.x, area.y, words);
        let y = area.y + style.baseline() + 2;
        self.canvas.line_across(area.x, y, area.w, Colour::BrandText);
        if is_hot {
            self.canvas.line_across(area.x, y + 1, area.w, Colour::BrandText);
        }
    }

    /// The lines of a message that are in sight, and their tops.
    fn lines_in_sight<'f>(
        &self,
        flow: &'f Flow,
        at: Rect,
    ) -> impl Iterator<Item = (&'f Line, i32)> + use<'f> {
        let (top, bottom) = (self.area.y, self.area.bottom());
        let first = flow.line_at(top - at.y);
        let height = flow.line_height;
        let first_y = at.y + i32::try_from(first).unwrap_or(0) * height;
        flow.lines[first..]
            .iter()
            .zip((0..).map(move |line: i32| first_y + line * height))
            .take_while(move |(_, y)| *y < bottom)
    }

    fn mark(&self, mark: Mark, area: Rect) {
        let (icon, colour) = match mark {
            Mark::None => return,
            Mark::Failed => {
                self.canvas.circle(area, Colour::Badge);
                let style = Style::CAPTION.bold();
                self.canvas.text_in(style, Colour::White, area, Align::Centre, "!");
                return;
            }
            Mark::Sending => (Icon::Clock, Colour::Ink3),
            Mark::Sent => (Icon::Tick1, Colour::Ink3),
            Mark::Delivered => (Icon::Tick2, Colour::Ink3),
            Mark::Read => (Icon::Tick2, Colour::BrandText),
        };
        self.canvas.icon_on(icon, area.x, area.y, area.w, colour, Colour::Canvas);
    }

    fn pill(&self, area: Rect) {
        let fill = if self.touch.pill { Colour::BrandHover } else { Colour::Brand };
        self.canvas.pill(area, fill, None);
        let icon_y = area.y + (area.h - PILL_ICON) / 2;
        let icon_x = area.x + PILL_PAD;
        self.canvas.icon_on(Icon::ArrowDown, icon_x, icon_y, PILL_ICON, Colour::White, fill);
        let words = self.tools.wording.pill(self.scene.fresh());
        let rest = area.without_left(PILL_PAD + PILL_ICON + PILL_GAP);
        self.canvas.text_in(Style::BODY.bold(), Colour::White, rest, Align::Left, &words);
    }

    fn tip(&self, tip: &Tip) {
        let lines: Vec<&str> = tip.words.lines().collect();
        let width = |line: &&str| line_width(self.tools.measure, Style::CAPTION, line);
        let w = lines.iter().map(width).max().unwrap_or(0) + 16;
        let h = i32::try_from(lines.len()).unwrap_or(1) * Style::CAPTION.line + 10;
        let x = tip.x.min(self.area.right() - w - 4).max(self.area.x + 4);
        let area = Rect::new(x, tip.top(h, self.area), w, h);
        self.canvas.card(area, metric::RADIUS_SMALL, Colour::Toast, Colour::ToastLine, 1);
        for (at, line) in (0..).zip(lines) {
            let top = area.y + 5 + at * Style::CAPTION.line;
            let line_area = Rect::new(area.x + 8, top, w - 16, Style::CAPTION.line);
            self.canvas.text_in(Style::CAPTION, Colour::White, line_area, Align::Left, line);
        }
    }
}

fn words(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

trait InsetY {
    fn inset_y(self, by: i32) -> Rect;
}

impl InsetY for Rect {
    /// Smaller by so much above and below.
    fn inset_y(self, by: i32) -> Rect {
        Rect::new(self.x, self.y + by, self.w, self.h - 2 * by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tooltip_hides_no_card() {
        let (view, card) = (Rect::new(0, 0, 400, 300), Rect::new(60, 40, 288, 96));
        let top = |at, card| Tip::new(String::new(), at, card).top(44, view);
        assert_eq!((top((100, 60), None), top((100, 280), None)), (80, 228));
        assert_eq!(top((100, 60), Some(card)), card.bottom() + 4);
        let low = card.moved(0, 150);
        assert_eq!(top((100, 210), Some(low)), low.y - 4 - 44);
    }
}
