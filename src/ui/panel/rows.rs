//! How the rows of the main panel's lists look.

use super::menus::notify_icon;
use super::strangers;
use crate::domain::{Notify, Presence, Rank};
use crate::ui::app::history::views::Hit;
use crate::ui::app::rows::{ChatRow, FriendRow, RoomRow, Row};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::text::{self, tr};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{RowLook, paint_empty};

/// Height of a headline in the results of a search, and of a group.
const ROW_HEAD: i32 = 32;
const ROW_NEW: i32 = 48;
const ROW_NOBODY: i32 = 200;
const ROW_DOORS: i32 = 56;
/// The left edge of a friend's face; what is left of it does not raise the card.
pub const FACE_X: i32 = 20;
/// Its side.
pub const FACE: i32 = 36;
/// The same in the list of conversations.
pub const CHAT_FACE_X: i32 = 12;
/// Its side.
pub const CHAT_FACE: i32 = 44;

/// How high a row is.
pub fn height(row: &Row, compact: bool) -> i32 {
    match row {
        Row::Head(_) | Row::Group(_) | Row::Rooms(..) => ROW_HEAD,
        Row::Doors => ROW_DOORS,
        Row::Chat(_) | Row::Stranger(_) | Row::Strangers(_) => metric::ROW_CHAT,
        Row::Back => strangers::ROW_BACK,
        Row::Friend(_) if compact => metric::ROW_COMPACT,
        Row::Friend(_) | Row::Room(_) | Row::Message(_) => metric::ROW_PERSON,
        Row::NewFriends(_) | Row::Invitations(_) | Row::Online | Row::Messages => ROW_NEW,
        Row::Nobody => ROW_NOBODY,
    }
}

/// Paints a row.
pub fn paint(canvas: &Canvas, look: &RowLook, row: &Row) {
    match row {
        Row::Head(key) => paint_row_head(canvas, look, tr(key)),
        Row::Chat(row) => paint_chat(canvas, look, row),
        Row::Strangers(row) => strangers::paint_way(canvas, look, row),
        Row::Back => strangers::paint_back(canvas, look),
        Row::Stranger(row) => strangers::paint(canvas, look, row),
        Row::Friend(row) if look.area.h == metric::ROW_COMPACT => paint_compact(canvas, look, row),
        Row::Friend(row) => paint_friend(canvas, look, row),
        Row::Group(row) => {
            let count = match row.online {
                Some(online) => format!("{online}/{}", row.total),
                None => row.total.to_string(),
            };
            paint_group(canvas, look, (&row.name, &count, row.folded));
        }
        Row::Rooms(own, count, folded) => {
            let name = tr(if *own { "rooms.own" } else { "rooms.others" });
            paint_group(canvas, look, (name, &count.to_string(), *folded));
        }
        Row::Room(row) => paint_room(canvas, look, row),
        Row::Message(hit) => paint_message(canvas, look, hit),
        Row::Messages => paint_way(canvas, look, Icon::Search, tr("panel.find.all"), 0),
        Row::Doors => paint_doors(canvas, look),
        Row::NewFriends(count) => {
            paint_way(canvas, look, Icon::UserPlus, tr("contacts.new"), *count);
        }
        Row::Invitations(count) => {
            paint_way(canvas, look, Icon::Door, tr("room.invitations"), *count);
        }
        Row::Online => {
            paint_way(canvas, look, Icon::Users, tr("contacts.online"), 0);
            let line = Rect::new(look.area.x + 12, look.area.bottom() - 1, look.area.w - 24, 1);
            canvas.line_across(line.x, line.y, line.w, Colour::Line);
        }
        Row::Nobody => {
            canvas.fill(look.area, Colour::Paper);
            let (title, hint) = (tr("contacts.none"), tr("contacts.none.hint"));
            let _no_button = paint_empty(canvas, look.area, Icon::Users, title, hint, false);
        }
    }
}

fn paint_row_head(canvas: &Canvas, look: &RowLook, words: &str) {
    canvas.fill(look.area, Colour::Paper);
    let area = look.area.without_left(12);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, area, Align::Left, words);
}

fn paint_chat(canvas: &Canvas, look: &RowLook, row: &ChatRow) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    let (x, y) = (area.x + CHAT_FACE_X, area.y + 10);
    let tile = Rect::new(x, y, CHAT_FACE, CHAT_FACE);
    match (row.portrait, &row.tile) {
        (Some(portrait), _) => {
            canvas.avatar_with_status(portrait, x, y, CHAT_FACE, row.presence, ground);
        }
        (None, Some(room)) => canvas.room_tile(room.colour, &room.name, tile),
        (None, None) => {
            canvas.symbol_tile(Icon::Users, tile, 11, Colour::Brand, Colour::White);
        }
    }
    let (left, right) = (area.x + 68, area.right() - 12);
    let time = measure::width(Style::MICRO, &row.time);
    canvas.text(Style::MICRO, Colour::Ink3, right - time, area.y + 18, &row.time);
    let mut name = Rect::new(left, area.y + 15, right - time - 8 - left, 22);
    if row.pinned {
        name.w -= 20;
        canvas.icon_on(Icon::Pin, right - time - 20, area.y + 19, 14, Colour::Ink3, ground);
    }
    canvas.text_in(Style::MESSAGE, Colour::Ink, name, Align::Left, &row.name);
    let mut badge = canvas.badge(row.unread, right, area.y + 48, is_quiet(row.notify, row.called));
    if let Some(icon) = notify_icon(row.notify) {
        let x = right - badge - if badge > 0 { 22 } else { 16 };
        canvas.icon_on(icon, x, area.y + 40, 16, Colour::Ink3, ground);
        badge = right - x;
    }
    let mut preview = Rect::new(left, area.y + 40, right - badge - 8 - left, 16);
    if let Some(prefix) = row.prefix {
        let words = tr(prefix);
        let w = canvas.text(Style::CAPTION, Colour::Bad, preview.x, preview.y, words);
        preview = preview.without_left(w + 4);
    }
    canvas.text_in(Style::CAPTION, Colour::Ink2, preview, Align::Left, &row.preview);
}

/// Whether what is unread in a conversation is no call.
fn is_quiet(notify: Notify, called: bool) -> bool {
    notify != Notify::All && !called
}

fn paint_friend(canvas: &Canvas, look: &RowLook, row: &FriendRow) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    let (x, y) = (area.x + FACE_X, area.y + 8);
    canvas.avatar_with_status(row.portrait, x, y, FACE, row.presence, ground);
    let left = area.x + 66;
    let right = area.right() - 12 - paint_blocked(canvas, look, row, ground);
    let words = |y, h| Rect::new(left, y, right - left, h);
    canvas.text_in(Style::BODY, Colour::Ink, words(area.y + 6, 20), Align::Left, &row.name);
    let line = words(area.y + 27, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &line_of(row));
}

fn paint_compact(canvas: &Canvas, look: &RowLook, row: &FriendRow) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    let (x, y) = (area.x + FACE_X, area.y + 6);
    canvas.avatar_with_status(row.portrait, x, y, 24, row.presence, ground);
    let right = area.right() - 12 - paint_blocked(canvas, look, row, ground);
    let left = area.x + 54;
    let name = measure::width(Style::BODY, &row.name).min(right - left);
    let words = |x: i32, y: i32, h: i32| Rect::new(x, area.y + y, right - x, h);
    canvas.text_in(Style::BODY, Colour::Ink, words(left, 8, 20), Align::Left, &row.name);
    let line = words(left + name + 8, 10, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink3, line, Align::Left, &row.signature);
}

/// The mark of somebody who is blocked; gives its width.
fn paint_blocked(canvas: &Canvas, look: &RowLook, row: &FriendRow, ground: Colour) -> i32 {
    if !row.blocked {
        return 0;
    }
    let y = look.area.y + (look.area.h - 16) / 2;
    canvas.icon_on(Icon::Ban, look.area.right() - 28, y, 16, Colour::Ink3, ground);
    24
}

/// How a friend is, where that is not simply online, and its line.
fn line_of(row: &FriendRow) -> String {
    let line = match row.signature.is_empty() {
        true => tr("contacts.lazy"),
        false => &row.signature,
    };
    match row.presence {
        Some(presence @ (Presence::Away | Presence::Busy)) => {
            let status = text::presence(text::language(), presence);
            text::tr_with("contacts.status", &[("status", status), ("line", line)])
        }
        _ => line.to_owned(),
    }
}

fn paint_group(canvas: &Canvas, look: &RowLook, (name, count, folded): (&str, &str, bool)) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    let arrow = if folded { Icon::TriRight } else { Icon::TriDown };
    canvas.icon_on(arrow, area.x + 12, area.y + 9, 14, Colour::Ink2, ground);
    let right = area.right() - 12;
    let w = measure::width(Style::CAPTION, count);
    canvas.text(Style::CAPTION, Colour::Ink3, right - w, area.y + 8, count);
    let words = Rect::new(area.x + 30, area.y + 6, right - w - 8 - area.x - 30, 20);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, words, Align::Left, name);
}

fn paint_room(canvas: &Canvas, look: &RowLook, row: &RoomRow) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    let tile = Rect::new(area.x + 16, area.y + 8, FACE, FACE);
    canvas.room_tile(row.tile.colour, &row.tile.name, tile);
    let (left, mut right) = (area.x + 64, area.right() - 12);
    right -= match canvas.badge(
        row.unread,
        right,
        area.y + area.h / 2,
        is_quiet(row.notify, row.called),
    ) {
        0 => 0,
        w => w + 8,
    };
    if let Some(icon) = notify_icon(row.notify) {
        canvas.icon_on(icon, right - 16, area.y + 18, 16, Colour::Ink3, ground);
        right -= 24;
    }
    let mark = rank_mark(row.rank);
    let room = right - left - if mark.is_some() { 22 } else { 0 };
    let name = measure::width(Style::BODY, &row.name).min(room);
    let words = Rect::new(left, area.y + 6, name, 20);
    canvas.text_in(Style::BODY, Colour::Ink, words, Align::Left, &row.name);
    if let Some((icon, colour)) = mark {
        canvas.icon_on(icon, left + name + 6, area.y + 8, 16, colour, ground);
    }
    let (number, count) = (row.room.to_string(), row.members.to_string());
    let line = text::tr_with("room.row", &[("number", &number), ("n", &count)]);
    let words = Rect::new(left, area.y + 27, right - left, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, words, Align::Left, &line);
}

fn paint_message(canvas: &Canvas, look: &RowLook, hit: &Hit) {
    let area = look.area;
    canvas.avatar(hit.portrait, area.x + FACE_X, area.y + 8, FACE, false);
    let (left, right) = (area.x + 66, area.right() - 12);
    let time = measure::width(Style::MICRO, &hit.time);
    canvas.text(Style::MICRO, Colour::Ink3, right - time, area.y + 8, &hit.time);
    let name = Rect::new(left, area.y + 6, right - time - 8 - left, 20);
    canvas.text_in(Style::BODY, Colour::Ink, name, Align::Left, &hit.with);
    let line = Rect::new(left, area.y + 27, right - left, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &hit.text);
}

/// What marks the owner and the admins of a room.
pub fn rank_mark(rank: Rank) -> Option<(Icon, Colour)> {
    match rank {
        Rank::Owner => Some((Icon::Crown, Colour::StatusAway)),
        Rank::Admin => Some((Icon::Shield, Colour::Ok)),
        Rank::Member => None,
    }
}

/// The two buttons over the rooms.
pub fn doors(area: Rect) -> [Rect; 2] {
    let w = (area.w - 32) / 2;
    [12, 20 + w].map(|x| Rect::new(area.x + x, area.y + 14, w, 32))
}

fn paint_doors(canvas: &Canvas, look: &RowLook) {
    canvas.fill(look.area, Colour::Paper);
    let wanted = [(Icon::Plus, "rooms.create"), (Icon::Hash, "rooms.join")];
    for (button, (icon, key)) in doors(look.area).into_iter().zip(wanted) {
        canvas.card(button, metric::RADIUS, Colour::Paper, Colour::Field, 1);
        let w = measure::width(Style::BODY, tr(key)) + 22;
        let x = button.x + (button.w - w) / 2;
        canvas.icon_on(icon, x, button.y + 8, 16, Colour::Ink2, Colour::Paper);
        canvas.text(Style::BODY, Colour::Ink, x + 22, button.y + 6, tr(key));
    }
}

/// A way to somewhere else, with a count.
fn paint_way(canvas: &Canvas, look: &RowLook, icon: Icon, words: &str, count: u64) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    let tile = Rect::new(area.x + 12, area.y + 8, 32, 32);
    canvas.symbol_tile(icon, tile, 6, Colour::BrandSoft, Colour::BrandText);
    let right = area.right() - 12;
    canvas.icon_on(Icon::ChevRight, right - 16, area.y + 16, 16, Colour::Ink2, ground);
    let badge = canvas.badge(count, right - 28, area.y + area.h / 2, false);
    let label = Rect::new(area.x + 56, area.y + 14, right - 36 - badge - area.x - 56, 20);
    canvas.text_in(Style::BODY, Colour::Ink, label, Align::Left, words);
}
