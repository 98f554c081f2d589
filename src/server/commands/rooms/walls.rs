//! What a room is: its name, who may come in, who may write, what is on its wall.

use super::super::book::{Notes, words};
use super::making::{is_colour, name_refusal};
use super::{Inside, Verdict};
use crate::domain::{AccountId, Announcement, Rank, RoomChange, RoomId, Words, room_name};
use crate::limits::ANNOUNCEMENTS_KEPT_MAX;
use crate::net::protocol::RoomSettings;

/// Everything is judged before anything is written; what is the same already is passed over.
pub(super) fn set(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    room: RoomId,
    change: &RoomSettings,
) -> Verdict<()> {
    let Inside { mut room, .. } = Inside::find_as(notes.rows, room, me, Rank::Admin)?;
    let name = change.name.as_deref().map(room_name).transpose().map_err(name_refusal)?;
    let text = change.announcement.as_deref().map(|text| words(Words::Announcement, text));
    let text = text.transpose()?;
    is_colour(change.colour)?;
    let mut changes = Vec::new();
    if let Some(name) = name.filter(|name| *name != room.name) {
        changes.push(RoomChange::Renamed { name });
    }
    if let Some(joining) = change.joining.filter(|joining| *joining != room.joining) {
        changes.push(RoomChange::Joining { joining });
    }
    if let Some(on) = change.admins_only.filter(|on| *on != room.admins_only) {
        changes.push(RoomChange::AdminsOnly { on });
    }
    let on_wall = room.announcement.as_ref().map_or("", |on_wall| on_wall.text.as_str());
    if let Some(text) = text.filter(|text| text != on_wall) {
        changes.push(RoomChange::Announced { text });
    }
    if let Some(colour) = change.colour.filter(|colour| Some(*colour) != room.colour) {
        changes.push(RoomChange::Coloured { colour });
    }
    for change in changes {
        let words = match &change {
            RoomChange::Announced { text } => Some(text.clone()),
            _ => None,
        };
        let line = notes.line(&mut room, &change)?;
        if let Some(text) = words {
            let announcement = Announcement { text, by: me, at: line.at, seq: line.seq };
            notes.rows.append_announcement(room.room, &announcement, ANNOUNCEMENTS_KEPT_MAX)?;
        }
        notes.push(line);
    }
    Ok(())
}
