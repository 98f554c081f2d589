//! The rows about strangers: the way to them, the way back, and each with its two answers.

use crate::domain::AccountId;
use crate::ui::app::Msg;
use crate::ui::app::rows::ChatRow;
use crate::ui::app::strangers::{StrangerMsg, StrangersRow};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::RowLook;

use super::rows::{CHAT_FACE, CHAT_FACE_X};

/// Height of the way back.
pub const ROW_BACK: i32 = 40;
/// The side of a button, and from one to the next.
const BUTTON: i32 = 28;
const STEP: i32 = 36;

/// Accepting and declining, from the left, at the right of a row.
fn buttons(row: Rect) -> [Rect; 2] {
    let y = row.y + (row.h - BUTTON) / 2;
    let right = row.right() - 12 - BUTTON;
    [right - STEP, right].map(|x| Rect::new(x, y, BUTTON, BUTTON))
}

/// What a press at a place across a row answers.
pub fn pressed(list: Rect, x: i32, account: AccountId) -> Option<Msg> {
    let row = Rect { y: 0, h: metric::ROW_CHAT, ..list };
    let [accept, decline] = buttons(row).map(|button| (button.x..button.right()).contains(&x));
    let msg = match (accept, decline) {
        (true, _) => StrangerMsg::Accept(account),
        (_, true) => StrangerMsg::Decline(account),
        _ => return None,
    };
    Some(Msg::Stranger(msg))
}

/// The way to the list.
pub fn paint_way(canvas: &Canvas, look: &RowLook, row: &StrangersRow) {
    let area = look.area;
    let tile = Rect::new(area.x + CHAT_FACE_X, area.y + 10, CHAT_FACE, CHAT_FACE);
    canvas.symbol_tile(Icon::User, tile, CHAT_FACE / 2, Colour::Sunken, Colour::Ink2);
    let (left, right) = (area.x + 68, area.right() - 12);
    let time = measure::width(Style::MICRO, &row.time);
    canvas.text(Style::MICRO, Colour::Ink3, right - time, area.y + 18, &row.time);
    let name = Rect::new(left, area.y + 15, right - time - 8 - left, 22);
    canvas.text_in(Style::MESSAGE, Colour::Ink, name, Align::Left, tr("strangers"));
    let badge = canvas.badge(row.count, right, area.y + 48, true);
    let words = tr_with("strangers.last", &[("name", &row.name)]);
    let line = Rect::new(left, area.y + 40, right - badge - 8 - left, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &words);
}

/// The way back to the other conversations.
pub fn paint_back(canvas: &Canvas, look: &RowLook) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    canvas.icon_on(Icon::ChevLeft, area.x + 12, area.y + 12, 16, Colour::Ink2, ground);
    let words = Rect::new(area.x + 36, area.y + 10, area.w - 48, 20);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, words, Align::Left, tr("strangers"));
    canvas.line_across(area.x + 12, area.bottom() - 1, area.w - 24, Colour::Line);
}

/// Somebody who waits for an answer.
pub fn paint(canvas: &Canvas, look: &RowLook, row: &ChatRow) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    let (x, y) = (area.x + CHAT_FACE_X, area.y + 10);
    if let Some(portrait) = row.portrait {
        canvas.avatar_with_status(portrait, x, y, CHAT_FACE, row.presence, ground);
    }
    let [accept, decline] = buttons(area);
    canvas.card(accept, metric::RADIUS, Colour::Brand, Colour::Brand, 1);
    let at = accept.middle(16, 16);
    canvas.icon_on(Icon::Check, at.x, at.y, 16, Colour::White, Colour::Brand);
    canvas.card(decline, metric::RADIUS, Colour::Paper, Colour::Field, 1);
    let at = decline.middle(16, 16);
    canvas.icon_on(Icon::Close, at.x, at.y, 16, Colour::Ink2, Colour::Paper);
    let (left, right) = (area.x + 68, accept.x - 12);
    let time = measure::width(Style::MICRO, &row.time);
    canvas.text(Style::MICRO, Colour::Ink3, right - time, area.y + 18, &row.time);
    let name = Rect::new(left, area.y + 15, right - time - 8 - left, 22);
    canvas.text_in(Style::MESSAGE, Colour::Ink, name, Align::Left, &row.name);
    let badge = canvas.badge(row.unread, right, area.y + 48, true);
    let mut line = Rect::new(left, area.y + 40, right - badge - 8 - left, 16);
    if let Some(prefix) = row.prefix {
        let w = canvas.text(Style::CAPTION, Colour::Bad, line.x, line.y, tr(prefix));
        line = line.without_left(w + 4);
    }
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &row.preview);
}
