//! What is painted around a chat window's controls: the header, the lines, the hint.

use super::areas::Areas;
use super::view::{ChatFace, ChatView};
use super::{find, members};
use crate::ui::app::quotes::Quote;
use crate::ui::app::settings::SendKey;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style};

const FACE: i32 = 40;

/// Paints it.
pub fn paint(canvas: &Canvas, areas: &Areas, view: &ChatView) {
    head(canvas, areas.head, view, areas.head_buttons());
    canvas.line_across(0, areas.head.bottom() - 1, areas.head.w, Colour::Line);
    canvas.line_across(0, areas.composer.y, areas.composer.w, Colour::Line);
    members::paint_title(canvas, areas.members, view.online, view.count);
    if let Some(reply) = &view.reply {
        paint_reply(canvas, areas, reply);
    }
    if let Some(view) = &view.find {
        find::paint(canvas, areas.find, view);
    }
    if let Some(why) = &view.closed {
        return paint_closed(canvas, areas, why);
    }
    let hint = match view.send_key {
        SendKey::Enter => "chat.hint",
        SendKey::CtrlEnter => "chat.hint.ctrl",
    };
    canvas.text_in(Style::CAPTION, Colour::Ink3, areas.hint, Align::Left, tr(hint));
}

/// Why one cannot write, in place of the box.
fn paint_closed(canvas: &Canvas, areas: &Areas, why: &str) {
    let area = areas.composer;
    let place = Rect::new(area.x + 16, area.y + 1, area.w - 32, areas.close.y - area.y);
    let w = 24 + text::width(Style::BODY, why).min(place.w - 24);
    let line = place.middle(w, Style::BODY.line);
    canvas.icon(Icon::Info, line.x, line.y + 2, 16, Colour::Ink3);
    canvas.text_in(Style::BODY, Colour::Ink2, line.without_left(24), Align::Left, why);
}

/// What the next message answers.
fn paint_reply(canvas: &Canvas, areas: &Areas, reply: &Quote) {
    let area = areas.reply;
    canvas.line_across(0, area.y, area.w, Colour::Line);
    canvas.icon(Icon::Reply, 16, area.y + 10, 16, Colour::BrandText);
    let words = Rect::new(40, area.y, areas.unreply.x - 52, area.h);
    let style = Style::CAPTION.bold();
    canvas.text_in(style, Colour::Ink2, words, Align::Left, &reply.name);
    let name = text::width(style, &reply.name);
    let words = words.without_left(if name > 0 { name + 10 } else { 0 });
    canvas.text_in(Style::CAPTION, Colour::Ink2, words, Align::Left, &reply.words);
}

fn head(canvas: &Canvas, area: Rect, view: &ChatView, buttons: i32) {
    let face = Rect::new(16, (area.h - FACE) / 2, FACE, FACE);
    match &view.face {
        ChatFace::Person(avatar, presence) => {
            canvas.avatar_with_status(*avatar, face.x, face.y, FACE, *presence, Colour::Paper);
        }
        ChatFace::Room(tile) => canvas.room_tile(tile.colour, &tile.name, face),
        ChatFace::Lobby => {
            canvas.symbol_tile(Icon::Users, face, FACE * 24 / 100, Colour::Brand, Colour::White);
        }
    }
    let left = face.right() + 12;
    let right = match (&view.about, view.standing) {
        (Some(_), _) => area.right() - 100,
        (None, Some(_)) => area.right() - buttons,
        (None, None) if view.face == ChatFace::Lobby => area.right() - 56,
        (None, None) => area.right() - 16,
    };
    let aside: i32 = [&view.number, &view.status]
        .into_iter()
        .filter(|words| !words.is_empty())
        .map(|words| 8 + text::width(Style::CAPTION, words))
        .sum();
    let name = text::fit(Style::HEADING, &view.name, right - left - aside);
    // Alone it stands in the middle of the face.
    let top = if view.line.is_empty() { (area.h - Style::HEADING.line) / 2 } else { 12 };
    let mut x = left + canvas.text(Style::HEADING, Colour::Ink, left, top, &name);
    for words in [&view.number, &view.status] {
        if !words.is_empty() {
            x += 8 + canvas.text(Style::CAPTION, Colour::Ink2, x + 8, top + 4, words);
        }
    }
    let ink = if view.typing { Colour::BrandText } else { Colour::Ink2 };
    let line = Rect::new(left, 36, right - left, 16);
    canvas.text_in(Style::CAPTION, ink, line, Align::Left, &view.line);
}
