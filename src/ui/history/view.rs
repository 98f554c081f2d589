//! What the window shows, as plain values.

use std::cell::Cell;
use std::path::PathBuf;

use jiff::civil::Date;

use super::Chip;
use super::calendar;
use super::lines::{self, grouped};
use super::menus::{Exports, dates_name};
use crate::client::Failure;
use crate::domain::{AccountId, Needle, Place, Seq, Sort, Target};
use crate::ui::app::Model;
use crate::ui::app::history::dates::{self, Dates};
use crate::ui::app::history::views::{Hit, Line, Side};
use crate::ui::app::history::{Exporting, Goes, History, HistoryMsg, Writer};
use crate::ui::app::time;
use crate::ui::paint::Rect;
use crate::ui::text::{self, tr, tr_with};

/// What it was brought up to last; while it is the same there is nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    version: u64,
    people: u64,
    chats: usize,
    /// Words of days change with the minute at most.
    minute: i64,
}

/// The kinds that a chip shows alone, and its words.
pub const CHIPS: [(Option<Sort>, &str); 5] = [
    (None, "hist.chip.all"),
    (Some(Sort::Text), "hist.chip.texts"),
    (Some(Sort::Image), "hist.chip.images"),
    (Some(Sort::File), "hist.chip.files"),
    (Some(Sort::Link), "hist.chip.links"),
];

/// What stands in place of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum State {
    /// Rows do.
    #[default]
    Rows,
    /// The first page is on its way.
    Waiting,
    /// Nothing is looked for.
    Idle,
    /// Nothing was found yet.
    Looking,
    /// Nothing was found.
    NoHits,
    /// The day has nothing.
    NoDay,
    /// The conversation has nothing.
    Empty,
    /// It cannot be shown.
    Failed(String),
}

/// What the foot is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Foot {
    /// What is shown.
    #[default]
    Plain,
    /// A file is being written.
    Exporting,
    /// It was.
    Exported {
        /// Where it is.
        folder: PathBuf,
    },
}

/// Everything that is drawn.
#[derive(Clone, Default)]
pub struct Shown {
    pub stamp: Option<Stamp>,
    pub with: Option<Target>,
    pub sides: Vec<Side>,
    pub here: String,
    pub head: Option<Side>,
    pub lines: Vec<Line>,
    pub hits: Option<Vec<Hit>>,
    pub selected: Option<Place>,
    pub needle: Option<Needle>,
    pub tinted: Option<Place>,
    pub goes: (u64, Goes),
    pub text: String,
    pub kind: Option<Sort>,
    pub dates: Dates,
    pub dates_words: String,
    pub day: Option<(Date, String)>,
    pub writer: Writer,
    pub writer_words: String,
    pub writers: Vec<(AccountId, String)>,
    pub has_calendar: bool,
    pub calendar: calendar::Shown,
    pub exports: Exports,
    pub state: State,
    pub foot: Foot,
    pub foot_words: String,
    /// Of all hits, and of each kind.
    counts: Option<[usize; CHIPS.len()]>,
    is_context: bool,
    /// What drawing has asked for since.
    pub told: Cell<u8>,
}

impl Shown {
    /// What the model says now; nothing when that is what was shown before.
    pub fn of(model: &Model, before: &Shown) -> Option<Shown> {
        let history = model.history.as_ref()?;
        let language = text::language();
        let sides = model.history_sides(language);
        let stamp = Stamp {
            version: history.version,
            people: model.people.version,
            chats: sides.len(),
            minute: model.now.wall_ms / 60_000,
        };
        if before.stamp == Some(stamp) && before.sides == sides {
            return None;
        }
        let shows_hits = history.shows_hits();
        let hits = shows_hits.then(|| model.history_hits(language));
        let lines = if shows_hits { Vec::new() } else { model.history_lines(language) };
        let midnight = |day: Date| dates::midnight(day, &model.zone);
        let day_words =
            |day: Date| time::day_label(midnight(day), model.now.wall_ms, &model.zone, language);
        let (look, writers) = (&history.look, model.history_writers(language));
        let state = state_of(history, hits.as_deref(), &lines);
        let (foot, foot_words) = foot_of(model, history, hits.as_deref());
        Some(Shown {
            stamp: Some(stamp),
            with: history.with,
            here: here(history),
            head: sides.iter().find(|side| side.target == history.with).cloned(),
            sides,
            selected: look.selected,
            needle: Needle::new(&look.text),
            tinted: history.tinted.map(|(place, _)| place),
            goes: history.goes,
            text: look.text.clone(),
            kind: look.kind,
            dates: look.dates,
            dates_words: match look.dates {
                Dates::Day(day) => day_words(day),
                other => dates_name(other).to_owned(),
            },
            day: history.day.map(|day| (day, day_words(day))),
            writer: look.from,
            writer_words: writer_words(model, look.from, &writers),
            writers,
            has_calendar: history.calendar,
            calendar: calendar::Shown {
                month: history.month,
                day: history.day,
                today: dates::day_of(model.now.wall_ms, &model.zone),
                dots: history.days.iter().map(|day| day.count > 0).collect(),
            },
            exports: Exports {
                hits: hits.as_ref().map(Vec::len),
                has_whole: history.with.is_some(),
                is_all: look.is_done(),
                month: history.month,
                day: history.day.map(day_words),
                name: model.export_name(language),
            },
            state,
            foot,
            foot_words,
            counts: (shows_hits && !look.text.trim().is_empty())
                .then(|| CHIPS.map(|(kind, _)| look.count(kind))),
            is_context: !shows_hits && look.is_wanted(),
            told: Cell::new(0),
            lines,
            hits,
        })
    }

    /// The words of a chip; none where it does not stand.
    pub fn chip_words(&self, chip: Chip) -> String {
        let Chip::Kind(kind) = chip else {
            return if self.is_context { tr("hist.back").to_owned() } else { String::new() };
        };
        let mut chips = CHIPS.iter().enumerate();
        let Some((index, (_, key))) = chips.find(|(_, (one, _))| *one == kind) else {
            return String::new();
        };
        match self.counts {
            Some(counts) => format!("{} {}", tr(key), counts[index]),
            None => tr(key).to_owned(),
        }
    }

    /// The picture of a row that stands there: in which conversation, in which message, where.
    pub fn photo_in(&self, row: usize, area: Rect) -> Option<(Target, Seq, Rect)> {
        if let Some(hits) = &self.hits {
            let hit = hits.get(row)?;
            return Some((hit.target, hit.place.seq, lines::hit_photo(hit.photo?, area)));
        }
        let Line::Said(said) = self.lines.get(row)? else { return None };
        Some((self.with?, said.place.seq, lines::line_photo(said.photo?, area)))
    }

    /// What Esc does: it takes back the search before the window.
    pub fn state_before_escape(&self) -> HistoryMsg {
        match () {
            () if self.is_context => HistoryMsg::Back,
            () if !self.text.is_empty() => HistoryMsg::Search(String::new()),
            () => HistoryMsg::Close,
        }
    }

    /// The first message among the lines.
    pub fn first_said(&self) -> Option<Place> {
        self.lines.iter().find_map(place_of)
    }

    /// Its row.
    pub fn row_of(&self, place: Place) -> Option<usize> {
        self.lines.iter().position(|line| place_of(line) == Some(place))
    }

    /// The row of a message.
    pub fn row_of_seq(&self, seq: Seq) -> Option<usize> {
        self.lines.iter().position(|line| place_of(line).is_some_and(|place| place.seq >= seq))
    }

    /// The row of the day's head over a row, where it stands just above.
    pub fn day_above(&self, row: usize) -> usize {
        let above = row.saturating_sub(1);
        if matches!(self.lines.get(above), Some(Line::Day(_))) { above } else { row }
    }
}

fn writer_words(model: &Model, from: Writer, writers: &[(AccountId, String)]) -> String {
    match from {
        Writer::Anyone => tr("hist.anyone").to_owned(),
        Writer::One(account) => {
            let known = writers.iter().find(|(one, _)| *one == account);
            known.map_or_else(|| model.people.name(account), |(_, name)| name.clone())
        }
    }
}

fn place_of(line: &Line) -> Option<Place> {
    match line {
        Line::Day(_) => None,
        Line::Said(said) => Some(said.place),
        Line::Event { place, .. } => Some(*place),
    }
}

fn state_of(history: &History, hits: Option<&[Hit]>, lines: &[Line]) -> State {
    let look = &history.look;
    let failed = |failure: &Failure| State::Failed(text::failure(text::language(), failure));
    match hits {
        Some(hits) if !hits.is_empty() => State::Rows,
        Some(_) if !look.is_wanted() => State::Idle,
        Some(_) => match &look.failure {
            Some(failure) => failed(failure),
            None if look.is_done() => State::NoHits,
            None => State::Looking,
        },
        None if !lines.is_empty() => State::Rows,
        None if history.sheet.is_empty_day => State::NoDay,
        None => match &history.failure {
            Some(failure) => failed(failure),
            None if history.is_waiting() => State::Waiting,
            None => State::Empty,
        },
    }
}

fn here(history: &History) -> String {
    let count = history.counts.values().sum();
    let megabytes = history.bytes.div_ceil(1024 * 1024);
    tr_with("hist.here", &[("n", &grouped(count)), ("size", &format!("{megabytes} MB"))])
}

fn foot_of(model: &Model, history: &History, hits: Option<&[Hit]>) -> (Foot, String) {
    if let Some(Exporting { path, done, all, missing, end, .. }) = &history.export {
        let folder = path.parent().map(std::path::Path::to_path_buf).unwrap_or_default();
        return match end {
            None => {
                let numbers = [("n", &*grouped(*done)), ("all", &*grouped((*all).max(*done)))];
                (Foot::Exporting, tr_with("hist.exporting", &numbers))
            }
            Some(Ok(n)) => {
                let words = match missing {
                    0 => tr_with("hist.exported", &[("n", &grouped(*n))]),
                    m => {
                        let numbers = [("n", &*grouped(*n)), ("m", &*grouped(*m))];
                        tr_with("hist.exported.missing", &numbers)
                    }
                };
                (Foot::Exported { folder }, words)
            }
            Some(Err(failure)) => (Foot::Plain, text::failure(text::language(), failure)),
        };
    }
    if let Some(hits) = hits {
        if !history.look.is_wanted() {
            return (Foot::Plain, String::new());
        }
        if history.look.is_cut() {
            let n = grouped(history.look.count(None) as u64);
            return (Foot::Plain, tr_with("hist.found.cut", &[("n", &n)]));
        }
        let (n, spread) = (grouped(hits.len() as u64), model.history_spread());
        let key = match (spread, history.look.is_done()) {
            (..2, true) => "hist.found.here",
            (..2, false) => "hist.found.here.more",
            (_, true) => "hist.found",
            (_, false) => "hist.found.more",
        };
        let m = spread.to_string();
        return (Foot::Plain, tr_with(key, &[("n", &n), ("m", &m)]));
    }
    let Some(total) = history.total else { return (Foot::Plain, String::new()) };
    let day = history.day.and_then(|day| history.tally(day)).map(|tally| tally.count);
    let words = match day {
        Some(day) => tr_with("hist.foot", &[("n", &grouped(day)), ("all", &grouped(total))]),
        None => tr_with("hist.foot.all", &[("all", &grouped(total))]),
    };
    (Foot::Plain, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_chip() {
        let kinds = CHIPS.map(|(kind, _)| kind);
        for kind in [Sort::Text, Sort::Image, Sort::File, Sort::Link] {
            assert!(kinds.contains(&Some(kind)), "{kind:?}");
        }
        for chip in kinds {
            assert!(!Shown::default().chip_words(Chip::Kind(chip)).is_empty(), "{chip:?}");
        }
    }
}
