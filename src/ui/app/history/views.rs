//! The rows of the window as they are drawn.

use super::dates;
use crate::domain::{
    AccountId, BlobId, Body, Message, Needle, Place, Portrait, RoomChange, Target,
};
use crate::ui::app::images::Shown;
use crate::ui::app::rooms::Tile;
use crate::ui::app::search::Wanted;
use crate::ui::app::{Model, rows, time};
use crate::ui::text::Language;

/// A conversation at the left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Which; all of them for none.
    pub target: Option<Target>,
    /// Its name.
    pub name: String,
    /// The other side's face.
    pub portrait: Option<Portrait>,
    /// Of a room.
    pub tile: Option<Tile>,
    /// Messages on this computer.
    pub count: u64,
}

/// A line of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A day begins.
    Day(String),
    /// Somebody said something.
    Said(Box<Said>),
    /// Something happened.
    Event {
        /// Where.
        place: Place,
        /// What.
        words: String,
    },
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Where.
    pub place: Place,
    /// Who.
    pub name: String,
    /// Oneself.
    pub is_own: bool,
    /// The face.
    pub portrait: Portrait,
    /// When.
    pub time: String,
    /// What; nothing where a picture says it.
    pub text: String,
    /// A picture.
    pub photo: Option<Photo>,
}

/// A picture, small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Photo {
    /// The small one.
    pub thumb: BlobId,
    /// Width and height of the whole.
    pub size: (u32, u32),
}

impl Photo {
    fn of(body: &Body) -> Option<Photo> {
        Shown::of(body).map(|shown| Photo { thumb: shown.thumb, size: shown.size })
    }
}

/// A hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where.
    pub place: Place,
    /// Who.
    pub name: String,
    /// The face.
    pub portrait: Portrait,
    /// The conversation.
    pub with: String,
    /// It, for the one who opens the picture.
    pub target: Target,
    /// A picture.
    pub photo: Option<Photo>,
    /// When.
    pub time: String,
    /// The part of the text that has it, in one line.
    pub text: String,
}

/// Characters before a hit that stay in its line.
const BEFORE: usize = 18;
/// Characters of a line: more fits no screen.
const LINE_CHARS: usize = 400;

impl Model {
    /// The conversations at the left, all of them first.
    #[must_use]
    pub fn history_sides(&self, language: Language) -> Vec<Side> {
        let Some(history) = &self.history else { return Vec::new() };
        let wanted = Wanted::new(&history.filter);
        let all = Side {
            target: None,
            name: language.get("hist.all").to_owned(),
            portrait: None,
            tile: None,
            count: 0,
        };
        let rows = self
            .chat_rows(language)
            .into_iter()
            .chain(self.apart_rows(language))
            .chain(self.left_rows(language))
            .filter(|row| wanted.as_ref().is_none_or(|wanted| wanted.fit(&row.name).is_some()));
        let rows = rows.map(|row| Side {
            target: Some(row.target),
            name: row.name,
            portrait: row.portrait,
            tile: row.tile,
            count: history.counts.get(&row.target).copied().unwrap_or(0),
        });
        std::iter::once(all).filter(|_| wanted.is_none()).chain(rows).collect()
    }

    /// What was said, day by day.
    #[must_use]
    pub fn history_lines(&self, language: Language) -> Vec<Line> {
        let Some(history) = &self.history else { return Vec::new() };
        let Some(with) = history.with else { return Vec::new() };
        let (mut lines, mut day) = (Vec::new(), None);
        for message in history.sheet.messages.values() {
            let line = match &message.body {
                Body::Text { text, .. } => self.said(with, message, text.clone(), language),
                Body::Image { .. } => self.said(with, message, String::new(), language),
                body @ (Body::Shake {} | Body::File { .. } | Body::Game(_)) => {
                    let words = rows::words(body, language);
                    self.said(with, message, words, language)
                }
                body if body.is_silent() => continue,
                Body::Room { change, .. } => Line::Event {
                    place: Place::of(message),
                    words: self.room_line(with, (message.from, change), language),
                },
                Body::Recalled { seq: None } => Line::Event {
                    place: Place::of(message),
                    words: self.recall_line(with, message.from, language),
                },
                Body::Recalled { seq: Some(_) } | Body::Hidden {} | Body::Notice(_) => continue,
            };
            let date = dates::day_of(message.at, &self.zone);
            if day != Some(date) {
                day = Some(date);
                let (at, now) = (message.at, self.now.wall_ms);
                lines.push(Line::Day(time::weekday_label(at, now, &self.zone, language)));
            }
            lines.push(line);
        }
        lines
    }

    fn said(&self, with: Target, message: &Message, text: String, language: Language) -> Line {
        Line::Said(Box::new(Said {
            place: Place::of(message),
            name: self.name_in(with, message.from),
            is_own: Some(message.from) == self.my_account(),
            portrait: self.people.portrait(message.from),
            time: time::clock_label(message.at, &self.zone, language),
            text,
            photo: Photo::of(&message.body),
        }))
    }

    /// What was found.
    #[must_use]
    pub fn history_hits(&self, language: Language) -> Vec<Hit> {
        let Some(history) = &self.history else { return Vec::new() };
        let needle = Needle::new(&history.look.text);
        let hits = history.look.shown();
        let found = hits.filter_map(|message| self.hit_of(message, needle.as_ref(), language));
        let is_one = history.with.is_some();
        // In one conversation it need not be named.
        found
            .map(|hit| Hit { with: if is_one { String::new() } else { hit.with }, ..hit })
            .collect()
    }

    /// A message as a hit.
    pub(in crate::ui::app) fn hit_of(
        &self,
        message: &Message,
        needle: Option<&Needle>,
        language: Language,
    ) -> Option<Hit> {
        let (kind, words) = match &message.body {
            Body::Text { text, .. } => ("", text),
            Body::Image { name, .. } => (language.get("preview.image"), name),
            Body::File { name, .. } => (language.get("preview.file"), name),
            Body::Room { change: RoomChange::Announced { text }, .. } => {
                (language.get("preview.announcement"), text)
            }
            _ => return None,
        };
        let text = format!("{kind} {}", snippet(words, needle)).trim().to_owned();
        let with = message.kind.target_for(self.my_account()?)?;
        Some(Hit {
            place: Place::of(message),
            name: self.writer_name(with, message.from, language),
            portrait: self.people.portrait(message.from),
            with: self.target_name(with, language),
            time: time::hit_label(message.at, self.now.wall_ms, &self.zone, language),
            target: with,
            photo: Photo::of(&message.body),
            text,
        })
    }

    fn writer_name(&self, with: Target, account: AccountId, language: Language) -> String {
        match Some(account) == self.my_account() {
            true => language.get("hist.you").to_owned(),
            false => self.name_in(with, account),
        }
    }

    /// Who can be chosen as the writer of what is searched: oneself, then the others by name.
    #[must_use]
    pub fn history_writers(&self, language: Language) -> Vec<(AccountId, String)> {
        let (Some(history), Some(me)) = (&self.history, self.my_account()) else {
            return Vec::new();
        };
        let mut others: Vec<AccountId> = history.look.writers().collect();
        others.extend(history.sheet.messages.values().map(|message| message.from));
        if let Some(Target::Account(peer)) = history.with {
            others.push(peer);
        }
        others.retain(|account| *account != me);
        others.sort_unstable();
        others.dedup();
        let name = |account| match history.with {
            Some(with) => self.name_in(with, account),
            None => self.people.name(account),
        };
        let mut named: Vec<(AccountId, String)> =
            others.into_iter().map(|account| (account, name(account))).collect();
        named.sort_by_key(|(_, name)| name.to_lowercase());
        named.insert(0, (me, language.get("hist.you").to_owned()));
        named
    }

    /// In how many conversations something was found.
    #[must_use]
    pub fn history_spread(&self) -> usize {
        let Some(history) = &self.history else { return 0 };
        let mut ids: Vec<_> = history.look.shown().map(|hit| hit.conversation).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    }
}

/// The part of a text that has the first hit, in one line.
fn snippet(text: &str, needle: Option<&Needle>) -> String {
    let line: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let line = line.trim();
    let hit = needle.and_then(|needle| needle.places(line).into_iter().next());
    let before = hit.map_or(0, |hit| line[..hit.start].chars().count());
    let skipped = if before > 2 * BEFORE { before - BEFORE } else { 0 };
    let part: String = line.chars().skip(skipped).take(LINE_CHARS).collect();
    if skipped > 0 { format!("…{part}") } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_so_that_its_hit_is_seen() {
        let needle = Needle::new("实验").unwrap();
        assert_eq!(snippet(" 今天\n实验 ", Some(&needle)), "今天 实验");
        let long = format!("{}实验{}", "前".repeat(100), "后".repeat(1000));
        let line = snippet(&long, Some(&needle));
        assert!(line.starts_with(&format!("…{}实验后", "前".repeat(BEFORE))), "{line}");
        assert_eq!(line.chars().count(), LINE_CHARS + 1);
        assert_eq!(snippet("a", None), "a");
    }
}
