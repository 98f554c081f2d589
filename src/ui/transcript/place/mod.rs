//! Placing one row: where its avatar, bubble, words and marks lie, seen from its own top.

use std::collections::HashMap;
use std::fmt;

use super::card::{self, CardPlaces, Deed};
use super::layout::Flow;
use super::measure::{Measure, line_width};
use super::rows::{Content, Face, Head, Image, Item, Mark, Quoted};
use crate::domain::AccountId;
use crate::ui::paint::emoji::{self, Piece};
use crate::ui::paint::text::emoji_size;
use crate::ui::paint::{Icon, Rect, photo};
use crate::ui::theme::Style;

/// Free space beside the outermost avatars.
pub const MARGIN: i32 = 16;
/// Side of an avatar.
pub const AVATAR: i32 = 36;
/// Between an avatar and its bubble.
pub const AVATAR_GAP: i32 = 8;
/// Free space within a bubble, left and right.
pub const PAD_X: i32 = 12;
/// Free space within a bubble, above and below.
pub const PAD_Y: i32 = 8;
/// No bubble is wider.
pub const BUBBLE_MAX: i32 = 440;
/// Nor wider than this part of the transcript.
pub const BUBBLE_PERCENT: i32 = 62;
/// A line of a caption: separator, name, "Not sent".
pub const CAPTION: i32 = Style::CAPTION.line;
/// Between a caption and what belongs to it.
const CAPTION_GAP: i32 = 4;
/// Between a separator or divider and what follows.
const SEPARATOR_GAP: i32 = 12;
/// The line of what a message answers, and what is free under it.
const QUOTE: i32 = CAPTION;
const QUOTE_GAP: i32 = 6;
/// The bar before that line.
pub const QUOTE_BAR: i32 = 3;
/// What is free behind the bar.
pub const QUOTE_BAR_GAP: i32 = 8;
/// Between a name and words of that line.
const QUOTE_NAME_GAP: i32 = 10;
/// Side of a mark beside a bubble, and its distance.
const MARK: i32 = 16;
const MARK_GAP: i32 = 6;
/// The largest and the smallest that a picture is shown.
const IMAGE_MAX: (i32, i32) = (240, 180);
const IMAGE_MIN: i32 = 64;
/// The card of a picture on its way.
const UPLOAD: (i32, i32) = (192, 120);
/// Side of the icon before a centred line, and its distance.
const ICON: i32 = 16;
const ICON_GAP: i32 = 4;
/// Between a centred line and what can be done about it.
const ACT_GAP: i32 = 8;

/// How rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The width of the transcript.
    pub width: i32,
    /// How messages are set.
    pub style: Style,
    /// Whether senders' names stand above their runs.
    pub names: bool,
    /// Whose bubbles are on the right.
    pub me: AccountId,
}

/// The words of a transcript, in the language of the moment.
pub trait Wording {
    /// Day and clock, over messages.
    fn separator(&self, at_ms: i64) -> String;
    /// Date and clock to the second, for tooltips.
    fn exact(&self, at_ms: i64) -> String;
    /// Who shook whom; nobody named means oneself.
    fn shake(&self, by: Option<&str>) -> String;
    /// "Not sent."
    fn failed(&self) -> String;
    /// "Retry"
    fn retry(&self) -> String;
    /// What can be done with a file.
    fn deed(&self, deed: Deed) -> String;
    /// "Uploading {percent}%"
    fn uploading(&self, percent: u8) -> String;
    /// That a picture cannot be had.
    fn missing(&self) -> String;
    /// "New messages"
    fn divider(&self) -> String;
    /// "{n} new messages"
    fn pill(&self, count: usize) -> String;
    /// What an empty transcript says, and how to go on.
    fn empty(&self) -> (String, String);
}

/// What placing needs to know of the world.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// How wide characters are.
    pub measure: &'a dyn Measure,
    /// How things are said.
    pub wording: &'a dyn Wording,
    /// What people look like.
    pub faces: &'a HashMap<AccountId, Face>,
}

/// A row with everything placed; x from the transcript's left, y from the row's top.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Its height with the gap above.
    pub height: i32,
    /// Where the time is said.
    pub separator: Option<Rect>,
    /// Where "New messages" is said.
    pub divider: Option<Rect>,
    /// Its own content.
    pub body: Body,
}

/// A row's own content.
#[derive(Clone, Debug)]
pub enum Body {
    /// A message.
    Bubble(Bubble),
    /// A centred line.
    Centred(Centred),
}

/// A message.
#[derive(Clone, Debug)]
pub struct Bubble {
    /// On the right side.
    pub is_mine: bool,
    /// The sender's face, at the start of a run.
    pub avatar: Option<Rect>,
    /// The sender's name, at the start of a run.
    pub name: Option<Rect>,
    /// The bubble; for large emoji what it would cover.
    pub area: Rect,
    /// Nothing but large emoji, a picture, or a card, which have no bubble.
    pub is_bare: bool,
    /// A picture.
    pub is_picture: bool,
    /// The parts of a file's card.
    pub card: Option<CardPlaces>,
    /// The line of what it answers.
    pub quote: Option<Rect>,
    /// Its words.
    pub flow: Flow,
    /// Where its words are.
    pub text: Rect,
    /// "Not sent." and "Retry".
    pub failed: Option<(Rect, Rect)>,
}

/// A centred line.
#[derive(Clone)]
pub struct Centred {
    /// What it says.
    pub words: String,
    /// Its words in lines.
    pub flow: Flow,
    /// Where its words are.
    pub text: Rect,
    /// The icon before it.
    pub icon: Option<(Icon, Rect)>,
    /// What can be done about it, behind the words.
    pub act: Option<(String, Rect)>,
}

impl Look {
    /// The widest bubble.
    #[must_use]
    pub fn bubble_max(&self) -> i32 {
        BUBBLE_MAX.min(self.width * BUBBLE_PERCENT / 100).max(2 * PAD_X + self.style.size)
    }

    /// The widest line of a centred text.
    fn centred_max(&self) -> i32 {
        (self.width - 2 * MARGIN - ICON - ICON_GAP).max(Style::CAPTION.size)
    }
}

impl Placed {
    /// Places a row.
    #[must_use]
    pub fn new(item: &Item, head: Head, look: &Look, tools: Tools<'_>) -> Placed {
        let mut y = head.gap;
        let mut line = |is_there: bool| {
            is_there.then(|| {
                let area = Rect::new(MARGIN, y, look.width - 2 * MARGIN, CAPTION);
                y += CAPTION + SEPARATOR_GAP;
                area
            })
        };
        let separator = line(head.separator);
        let divider = line(head.divider);
        let (body, height) = match &item.content {
            Content::Text(_) | Content::Answer(..) | Content::Image(_) | Content::File(_) => {
                let text = item.text().unwrap_or_default();
                let bubble = Bubble::new(item, text, y, head.run_start, look, tools);
                let bottom = bubble.bottom();
                (Body::Bubble(bubble), bottom)
            }
            Content::Shake => {
                let name = tools.faces.get(&item.from).map_or("", |face| face.name.as_str());
                let words = tools.wording.shake((item.from != look.me).then_some(name));
                let centred = Centred::new((words, Some(Icon::Shake), ""), y, look, tools);
                let bottom = centred.text.bottom();
                (Body::Centred(centred), bottom)
            }
            Content::Recalled(words, again) => {
                let line = (words.as_ref().to_owned(), Some(Icon::Undo), again.as_ref());
                let centred = Centred::new(line, y, look, tools);
                let bottom = centred.text.bottom();
                (Body::Centred(centred), bottom)
            }
            Content::Note(words) => {
                let centred = Centred::new((words.as_ref().to_owned(), None, ""), y, look, tools);
                let bottom = centred.text.bottom();
                (Body::Centred(centred), bottom)
            }
        };
        Placed { height, separator, divider, body }
    }

    /// The message, if it is one.
    #[must_use]
    pub fn bubble(&self) -> Option<&Bubble> {
        match &self.body {
            Body::Bubble(bubble) => Some(bubble),
            Body::Centred(_) => None,
        }
    }
}

impl Bubble {
    fn new(
        item: &Item,
        text: &str,
        top: i32,
        run_start: bool,
        look: &Look,
        tools: Tools<'_>,
    ) -> Bubble {
        let is_mine = item.from == look.me;
        let room = look.bubble_max() - 2 * PAD_X;
        let flow = Flow::naming((text, &item.named), look.style, room, tools.measure);
        let quote_w = item.quoted().map_or(0, |quoted| quote_width(quoted, tools).min(room));
        let quote_h = if quote_w > 0 { QUOTE + QUOTE_GAP } else { 0 };
        let is_picture = item.image().is_some();
        let is_bare = (flow.is_large() && quote_w == 0) || is_picture || item.card().is_some();
        let (pad_x, pad_y) = if is_bare { (0, 0) } else { (PAD_X, PAD_Y) };
        // One letter under a thousand marks may be wider than any line: it ends with the window.
        let words_w = flow.width.min(room);
        let w = words_w.max(quote_w) + 2 * pad_x;
        let h = quote_h + flow.height() + 2 * pad_y;
        let (w, h) = item.image().map_or((w, h), |image| frame(image, look.bubble_max()));
        let (w, h) = item.card().map_or((w, h), |card| (card_width(look), card.height()));
        let beside = MARGIN + AVATAR + AVATAR_GAP;
        let named = run_start && look.names && !is_mine;
        let name_width = look.width - beside - MARGIN;
        let name = named.then(|| Rect::new(beside, top, name_width, CAPTION));
        let x = if is_mine { look.width - beside - w } else { beside };
        let y = if named { top + CAPTION + CAPTION_GAP } else { top };
        let area = Rect::new(x, y, w, h);
        let avatar_x = if is_mine { look.width - MARGIN - AVATAR } else { MARGIN };
        let avatar = run_start.then(|| Rect::new(avatar_x, top, AVATAR, AVATAR));
        let quote = Rect::new(x + pad_x, y + pad_y, w - 2 * pad_x, QUOTE);
        let quote = (quote_w > 0).then_some(quote);
        let text = Rect::new(x + pad_x, y + pad_y + quote_h, words_w, flow.height());
        let card = item.card().map(|card| CardPlaces::new(card, area));
        let failed = (item.mark == Mark::Failed).then(|| failed_areas(area, tools));
        Bubble { is_mine, avatar, name, area, is_bare, is_picture, card, quote, flow, text, failed }
    }

    /// Where its mark is drawn: a failed one beside the middle, the others at the lower edge.
    #[must_use]
    pub fn mark_area(&self, mark: Mark) -> Rect {
        let y = match mark {
            Mark::Failed => self.area.y + (self.area.h - MARK) / 2,
            _ => self.area.bottom() - MARK,
        };
        Rect::new(self.area.x - MARK_GAP - MARK, y, MARK, MARK)
    }

    /// An avatar beside a small bubble does not reach into the next row: bubbles are higher, and
    /// large emoji too.
    fn bottom(&self) -> i32 {
        match self.failed {
            Some((words, _)) => words.bottom(),
            None => self.area.bottom(),
        }
    }
}

impl Centred {
    fn new(
        (words, icon, act): (String, Option<Icon>, &str),
        top: i32,
        look: &Look,
        tools: Tools<'_>,
    ) -> Centred {
        let act_w = line_width(tools.measure, Style::CAPTION, act);
        let behind = if act.is_empty() { 0 } else { ACT_GAP + act_w };
        let room = (look.centred_max() - behind).max(Style::CAPTION.size);
        let flow = Flow::new(&words, Style::CAPTION, room, tools.measure);
        let before = if icon.is_some() { ICON + ICON_GAP } else { 0 };
        let left = (look.width - flow.width - before - behind) / 2;
        let text = Rect::new(left + before, top, flow.width, flow.height());
        let icon = icon.map(|icon| (icon, Rect::new(left, top, ICON, ICON)));
        let area = Rect::new(text.right() + ACT_GAP, text.bottom() - CAPTION, act_w, CAPTION);
        let act = (!act.is_empty()).then(|| (act.to_owned(), area));
        Centred { words, flow, text, icon, act }
    }
}

impl fmt::Debug for Centred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Centred({} bytes, {:?})", self.words.len(), self.text)
    }
}

/// How large a picture is shown: in its own shape, within bounds; while it is on its way, a card.
fn frame(image: &Image, most: i32) -> (i32, i32) {
    if image.percent.is_some() {
        return (UPLOAD.0.min(most), UPLOAD.1);
    }
    photo::frame(image.size, (IMAGE_MAX.0.min(most), IMAGE_MAX.1), IMAGE_MIN)
}

/// A card is as wide as it is drawn for, where there is room.
fn card_width(look: &Look) -> i32 {
    card::WIDTH.min(look.bubble_max())
}

fn quote_width(quoted: &Quoted, tools: Tools<'_>) -> i32 {
    let name = quote_name_width(tools.measure, &quoted.name);
    let words = drawn_width(tools.measure, Style::CAPTION, &quoted.words);
    QUOTE_BAR + QUOTE_BAR_GAP + name + words
}

/// The width of a name before the words of a quote, with what is free behind it: none without a name.
pub fn quote_name_width(measure: &dyn Measure, name: &str) -> i32 {
    match name.is_empty() {
        true => 0,
        false => line_width(measure, Style::CAPTION.bold(), name) + QUOTE_NAME_GAP,
    }
}

/// The width of words as they are drawn: emoji are pictures.
fn drawn_width(measure: &dyn Measure, style: Style, text: &str) -> i32 {
    let width = |piece: &Piece<'_>| match piece {
        Piece::Letters(letters) => line_width(measure, style, letters),
        Piece::Picture(..) | Piece::Unknown(_) => emoji_size(style) + 2,
    };
    emoji::pieces(text).iter().map(width).sum()
}

fn failed_areas(bubble: Rect, tools: Tools<'_>) -> (Rect, Rect) {
    let width = |style, text: &str| line_width(tools.measure, style, text);
    let retry_width = width(Style::CAPTION.bold(), &tools.wording.retry());
    let space = width(Style::CAPTION, " ");
    let words_width = width(Style::CAPTION, &tools.wording.failed());
    let y = bubble.bottom() + CAPTION_GAP;
    let retry = Rect::new(bubble.right() - retry_width, y, retry_width, CAPTION);
    let words = Rect::new(retry.x - space - words_width, y, words_width, CAPTION);
    (words, retry)
}

/// How much a text weighs, so that its height can be guessed without laying it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    half_ems: i32,
    breaks: i32,
}

impl Weight {
    /// Weighs a row's words.
    #[must_use]
    pub fn of(item: &Item) -> Weight {
        let mut weight = Weight { half_ems: 0, breaks: 0 };
        for c in item.text().unwrap_or_default().chars() {
            match c {
                '\n' => weight.breaks += 1,
                '\0'..='\u{10FF}' => weight.half_ems += 1,
                _ => weight.half_ems += 2,
            }
        }
        weight
    }

    /// About how high the row is.
    #[must_use]
    pub fn height(self, item: &Item, head: Head, look: &Look) -> i32 {
        let lines = 1 + i32::from(head.separator) + i32::from(head.divider);
        let above = head.gap + (lines - 1) * (CAPTION + SEPARATOR_GAP);
        if !item.is_message() {
            return above + CAPTION;
        }
        let room = (look.bubble_max() - 2 * PAD_X).max(1);
        let width = i64::from(self.half_ems) * i64::from(look.style.size) / 2;
        let wrapped = i32::try_from(width / i64::from(room)).unwrap_or(i32::MAX / 64);
        let lines = 1 + wrapped.min(1 << 20) + self.breaks.min(1 << 20);
        let is_named = head.run_start && look.names && item.from != look.me;
        let name = if is_named { CAPTION + CAPTION_GAP } else { 0 };
        let failed = if item.mark == Mark::Failed { CAPTION + CAPTION_GAP } else { 0 };
        let quote = if item.quoted().is_some() { QUOTE + QUOTE_GAP } else { 0 };
        let own = match (item.image(), item.card()) {
            (Some(image), _) => frame(image, look.bubble_max()).1,
            (None, Some(card)) => card.height(),
            (None, None) => lines * look.style.line + 2 * PAD_Y,
        };
        above + quote + name + own + failed
    }
}

#[cfg(test)]
pub(super) mod tests;
