//! The window of what was said: browsing by day, searching, writing into a file.
//!
//! * [`dates`] are days and months; `sheet` is what is browsed, `look` is searching, `files` is
//!   writing, [`range`] asks for days, `glance` is the panel's search; [`views`] are the rows as they are drawn.

pub mod dates;
mod files;
mod glance;
mod look;
pub mod range;
mod sheet;
pub mod views;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Asked, Effect, Model};
use crate::client::api::{Format, Ticket};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{Message, Place, Seq, Sort, Tally, Target};
use crate::net::protocol::Page;
use dates::Dates;
pub use files::{Exporting, Part};
pub use look::{Look, Writer};
use range::{RangeAsked, RangeMsg};
use sheet::End;
pub use sheet::Sheet;

/// Messages asked for at once.
const PAGE: u32 = 80;
/// How long the line that was gone to is tinted.
const TINT_MS: u64 = 2_000;

/// The window.
#[derive(Debug, Default)]
pub struct History {
    /// Whose messages; all conversations while there is none.
    pub with: Option<Target>,
    /// What the conversations are narrowed to.
    pub filter: String,
    /// The calendar stands.
    pub calendar: bool,
    /// The month that it shows, by its first day.
    pub month: Date,
    /// The day that was gone to.
    pub day: Option<Date>,
    /// What each day of the month has; empty while that is not known.
    pub days: Vec<Tally>,
    /// How many messages there are.
    pub total: Option<u64>,
    /// What is browsed.
    pub sheet: Sheet,
    /// What is searched.
    pub look: Look,
    /// What this computer has of each conversation.
    pub counts: BTreeMap<Target, u64>,
    /// The size of its store.
    pub bytes: u64,
    /// A file that is being written, or was.
    pub export: Option<Exporting>,
    /// An export of all hits, which are not all here yet.
    pub(super) export_then: Option<(Format, PathBuf)>,
    /// Which days are exported is asked.
    pub range: Option<RangeAsked>,
    /// Why nothing can be shown.
    pub failure: Option<Failure>,
    /// Where the list goes next, with a number that changes each time.
    pub goes: (u64, Goes),
    /// The line that was gone to, and until when it is tinted.
    pub tinted: Option<(Place, u64)>,
    /// The message whose picture was opened from here: it is looked at wherever the list goes.
    pub viewed: Option<Message>,
    /// Changes whenever anything here may have changed.
    pub version: u64,
}

/// Where the list goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Goes {
    /// It stays.
    #[default]
    Nowhere,
    /// To its end.
    End,
    /// To its beginning.
    Begin,
    /// With this message at the top.
    Top(Seq),
    /// With this one in the middle.
    Middle(Seq),
    /// Hits: so that this one is seen.
    Hit(Place),
}

/// What a ticket of this window was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    Here,
    Total(Target),
    /// A month, and whether the chosen day of it is gone to.
    Days(Target, Date, bool),
    Page(Target, Load),
    /// One message, whose day is gone to.
    Probe(Target),
    /// What is before a day, in it and behind it; where to step then.
    Step(Target, i32),
    Look(u64),
    Export,
}

/// Why a page was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    Newest,
    Earlier,
    Later,
    /// From this one on.
    From(Seq),
    /// Around this one.
    Around(Place),
}

/// In the window.
#[derive(Debug, Clone)]
pub enum HistoryMsg {
    /// Shows it, for a conversation or for all.
    Open(Option<Target>),
    /// Its cross, or Esc.
    Close,
    /// Another conversation, or all.
    Choose(Option<Target>),
    /// The conversations are narrowed.
    Filter(String),
    /// The calendar's button.
    Calendar,
    /// Another month.
    Month(Date),
    /// A day of the calendar.
    Day(Date),
    /// To the first day.
    Earliest,
    /// To this day.
    Today,
    /// To the next day that has something, or the one before.
    Step(i32),
    /// The upper end of the list was reached.
    Earlier,
    /// The lower end was reached.
    Later,
    /// Something was typed.
    Search(String),
    /// A chip.
    Kind(Option<Sort>),
    /// Only these days.
    Dates(Dates),
    /// Only by these.
    From(Writer),
    /// A hit was chosen.
    Select(Place),
    /// A hit is shown among its neighbours.
    Show(Place),
    /// The next hit, or the one before; shown where hits are shown so now.
    Next(i32),
    /// Back to the hits.
    Back,
    /// Into a file.
    Export {
        /// Which messages.
        part: Part,
        /// In which form.
        format: Format,
        /// Where to; the person said that it may be replaced.
        path: PathBuf,
    },
    /// About the question which days are exported.
    Range(RangeMsg),
    /// The writing is given up, or what came of it was seen.
    CancelExport,
}

impl HistoryMsg {
    /// Whether the person goes on to something else: what came of a file was seen.
    fn moves_on(&self) -> bool {
        matches!(
            self,
            HistoryMsg::Choose(_)
                | HistoryMsg::Month(_)
                | HistoryMsg::Day(_)
                | HistoryMsg::Earliest
                | HistoryMsg::Today
                | HistoryMsg::Step(_)
                | HistoryMsg::Search(_)
                | HistoryMsg::Kind(_)
        )
    }
}

impl Model {
    pub(super) fn history(&mut self, msg: HistoryMsg, out: &mut Vec<Effect>) {
        if let HistoryMsg::Open(with) = msg {
            return self.open_history(with, out);
        }
        let Some(history) = &mut self.history else { return };
        // An end that comes into sight changes nothing yet: drawing tells it, and must not lead to
        // drawing.
        if !matches!(msg, HistoryMsg::Earlier | HistoryMsg::Later) {
            history.version += 1;
        }
        if msg.moves_on() {
            history.export.take_if(|export| export.end.is_some());
        }
        match msg {
            HistoryMsg::Open(_) => {}
            HistoryMsg::Close => self.close_history(out),
            HistoryMsg::Choose(with) => self.choose_history(with, out),
            HistoryMsg::Filter(text) => history.filter = text,
            HistoryMsg::Calendar => history.calendar = !history.calendar,
            HistoryMsg::Month(month) => self.turn_to(month, false, out),
            HistoryMsg::Day(day) => self.go_to_day(day, out),
            HistoryMsg::Earliest => self.probe(Page::After(Seq::ZERO), out),
            HistoryMsg::Today => {
                let today = self.today();
                self.go_to_day(today, out);
            }
            HistoryMsg::Step(by) => self.step_day(by, out),
            HistoryMsg::Earlier => self.load_on(Load::Earlier, out),
            HistoryMsg::Later if history.shows_hits() => self.look_further(out),
            HistoryMsg::Later => self.load_on(Load::Later, out),
            HistoryMsg::Show(place) => self.show_hit(place, out),
            HistoryMsg::Export { part, format, path } => self.export(part, format, path, out),
            HistoryMsg::Range(msg) => self.range(msg, out),
            HistoryMsg::CancelExport => {
                history.export_then = None;
                let export = history.export.take().filter(|export| export.end.is_none());
                out.extend(export.map(|e| Effect::Ask(Intent::CancelExport(e.ticket))));
            }
            HistoryMsg::Search(_)
            | HistoryMsg::Kind(_)
            | HistoryMsg::Dates(_)
            | HistoryMsg::From(_)
            | HistoryMsg::Select(_)
            | HistoryMsg::Next(_)
            | HistoryMsg::Back => self.look_msg(msg, out),
        }
    }

    pub(super) fn today(&self) -> Date {
        dates::day_of(self.now.wall_ms, &self.zone)
    }

    fn open_history(&mut self, with: Option<Target>, out: &mut Vec<Effect>) {
        let is_new = self.history.is_none();
        let today = self.today();
        self.history.get_or_insert_with(|| History {
            calendar: true,
            month: today.first_of_month(),
            ..History::default()
        });
        out.push(Effect::RaiseHistory);
        self.ask_history(Asking::Here, |ticket| Intent::Here { ticket }, out);
        let is_other = self.history.as_ref().is_some_and(|history| history.with != with);
        if is_new || (is_other && with.is_some()) {
            self.choose_history(with, out);
        }
    }

    fn close_history(&mut self, out: &mut Vec<Effect>) {
        let export = self.history.take().and_then(|history| history.export);
        if self.viewed().is_none() {
            self.viewer = None;
        }
        let under_way = export.filter(|export| export.end.is_none());
        out.extend(under_way.map(|export| Effect::Ask(Intent::CancelExport(export.ticket))));
    }

    pub(super) fn choose_history(&mut self, with: Option<Target>, out: &mut Vec<Effect>) {
        let today = self.today();
        let Some(history) = &mut self.history else { return };
        history.with = with;
        (history.day, history.days, history.total) = (None, Vec::new(), None);
        (history.sheet, history.failure, history.tinted) = (Sheet::default(), None, None);
        history.month = today.first_of_month();
        history.look.begin(with);
        if let Some(with) = with {
            let starts = vec![i64::MIN, i64::MAX];
            let total = move |ticket| Intent::Days { ticket, with, starts };
            self.ask_history(Asking::Total(with), total, out);
            self.ask_page(with, Load::Newest, Page::Before(Seq(u64::MAX)), out);
            self.browse_hall(with, out);
        }
        self.look_anew(out);
    }

    /// Names on cards are shown here as they are in the room's window.
    fn browse_hall(&mut self, with: Target, out: &mut Vec<Effect>) {
        if let Target::Room(room) = with {
            self.enter_hall(room, out);
        }
    }

    fn ask_history(
        &mut self,
        asking: Asking,
        make: impl FnOnce(Ticket) -> Intent,
        out: &mut Vec<Effect>,
    ) {
        self.ask(Asked::History(asking), make, out);
    }

    fn ask_page(&mut self, with: Target, load: Load, page: Page, out: &mut Vec<Effect>) {
        let intent = |ticket| Intent::History { ticket, with, page, limit: PAGE };
        self.ask_history(Asking::Page(with, load), intent, out);
    }

    /// Asks for one message and goes to its day.
    fn probe(&mut self, page: Page, out: &mut Vec<Effect>) {
        let Some(with) = self.history.as_ref().and_then(|history| history.with) else { return };
        let intent = |ticket| Intent::History { ticket, with, page, limit: 1 };
        self.ask_history(Asking::Probe(with), intent, out);
    }

    /// Shows a month in the calendar; `goes` to the chosen day when it is known what that has.
    fn turn_to(&mut self, month: Date, goes: bool, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        let month = month.first_of_month();
        let is_known = history.month == month && !history.days.is_empty();
        history.month = month;
        let Some(with) = history.with else { return };
        if is_known && goes {
            return self.load_day(out);
        }
        history.days.clear();
        let starts = dates::starts(month, &self.zone);
        let intent = |ticket| Intent::Days { ticket, with, starts };
        self.ask_history(Asking::Days(with, month, goes), intent, out);
    }

    fn go_to_day(&mut self, day: Date, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        history.day = Some(day);
        history.look.shows_hits = false;
        history.tinted = None;
        self.turn_to(day, true, out);
    }

    fn step_day(&mut self, by: i32, out: &mut Vec<Effect>) {
        let day = self.history.as_ref().and_then(|history| history.day);
        let with = self.history.as_ref().and_then(|history| history.with);
        let (Some(day), Some(with)) = (day, with) else { return };
        let next = day.saturating_add(1.day());
        let midnight = |day| dates::midnight(day, &self.zone);
        let starts = vec![i64::MIN, midnight(day), midnight(next), i64::MAX];
        let intent = |ticket| Intent::Days { ticket, with, starts };
        self.ask_history(Asking::Step(with, by), intent, out);
    }

    /// To the nearest message behind a day, or before it.
    fn step_from(&mut self, by: i32, [before, day, behind]: [Tally; 3], out: &mut Vec<Effect>) {
        if by > 0 && behind.count > 0 {
            self.probe(Page::After(Seq(behind.first.0.saturating_sub(1))), out);
        } else if by < 0 && before.count > 0 {
            let pivots = [day, behind].into_iter().filter(|tally| tally.count > 0);
            let pivot = pivots.map(|tally| tally.first).min().unwrap_or(Seq(u64::MAX));
            self.probe(Page::Before(pivot), out);
        }
    }

    fn load_day(&mut self, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        let (Some(with), Some(day)) = (history.with, history.day) else { return };
        let tally = history.tally(day).unwrap_or_default();
        if tally.count == 0 {
            history.sheet = Sheet { is_empty_day: true, ..Sheet::default() };
            return;
        }
        let first = tally.first;
        if history.sheet.messages.contains_key(&first) && !history.sheet.is_empty_day {
            return history.go(Goes::Top(first));
        }
        self.ask_page(with, Load::From(first), Page::After(Seq(first.0.saturating_sub(1))), out);
    }

    /// A hit among its neighbours, in its own conversation.
    pub(super) fn show_hit(&mut self, place: Place, out: &mut Vec<Effect>) {
        let me = self.my_account();
        let Some(history) = &mut self.history else { return };
        let Some(hit) = history.look.hit(place) else { return };
        let Some(with) = me.and_then(|me| hit.kind.target_for(me)) else { return };
        history.look.selected = Some(place);
        history.look.shows_hits = false;
        if history.with != Some(with) {
            history.with = Some(with);
            (history.days, history.total) = (Vec::new(), None);
            let starts = vec![i64::MIN, i64::MAX];
            let total = move |ticket| Intent::Days { ticket, with, starts };
            self.ask_history(Asking::Total(with), total, out);
            self.browse_hall(with, out);
        }
        let half = u64::from(PAGE / 2);
        self.ask_page(with, Load::Around(place), Page::Before(Seq(place.seq.0 + half)), out);
    }

    fn load_on(&mut self, load: Load, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        let Some(with) = history.with else { return };
        let messages = &history.sheet.messages;
        let (first, last) = (messages.keys().next().copied(), messages.keys().next_back().copied());
        let (end, page) = match (load, first, last) {
            (Load::Earlier, Some(first), _) => (&mut history.sheet.earlier, Page::Before(first)),
            (Load::Later, _, Some(last)) => (&mut history.sheet.later, Page::After(last)),
            _ => return,
        };
        if *end == End::More {
            *end = End::Asked;
            self.ask_page(with, load, page, out);
        }
    }

    pub(super) fn history_answered(
        &mut self,
        asking: Asking,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let zone = self.zone.clone();
        let Some(history) = &mut self.history else { return };
        history.version += 1;
        let is_here = |with: Target| history.with == Some(with);
        match (asking, result) {
            (Asking::Here, Ok(Answer::Here { counts, bytes })) => {
                (history.counts, history.bytes) = (counts.into_iter().collect(), bytes);
            }
            (Asking::Total(with), Ok(Answer::Days(days))) if is_here(with) => {
                history.total = days.first().map(|all| all.count);
            }
            (Asking::Days(with, month, goes), Ok(Answer::Days(days)))
                if is_here(with) && history.month == month =>
            {
                history.days = days;
                if goes {
                    self.load_day(out);
                }
            }
            (Asking::Page(with, load), Ok(Answer::History { messages, more, .. }))
                if is_here(with) =>
            {
                self.page_of_history(load, messages, more, out);
            }
            (Asking::Probe(with), Ok(Answer::History { messages, .. })) if is_here(with) => {
                if let Some(message) = messages.last() {
                    self.go_to_day(dates::day_of(message.at, &zone), out);
                }
            }
            (Asking::Step(with, by), Ok(Answer::Days(days))) if is_here(with) => {
                if let Ok(around) = days.try_into() {
                    self.step_from(by, around, out);
                }
            }
            (Asking::Look(number), result) => self.looked_at(number, result, out),
            (Asking::Export, result) => self.exported(result),
            (Asking::Page(with, load), Err(failure)) if is_here(with) => {
                history.sheet.open_again(load);
                if history.sheet.messages.is_empty() {
                    history.failure = Some(failure);
                } else {
                    out.push(Effect::Say(failure));
                }
            }
            _ => {}
        }
    }

    fn page_of_history(
        &mut self,
        load: Load,
        messages: Vec<Message>,
        more: bool,
        out: &mut Vec<Effect>,
    ) {
        let (zone, until) = (self.zone.clone(), self.now.mono_ms + TINT_MS);
        let Some(history) = &mut self.history else { return };
        history.failure = None;
        let last_at = messages.last().map(|message| message.at);
        history.sheet.take(load, messages, more);
        match load {
            Load::Newest => {
                history.go(Goes::End);
                if let Some(at) = last_at {
                    let day = dates::day_of(at, &zone);
                    history.day = Some(day);
                    self.turn_to(day, false, out);
                }
            }
            Load::From(seq) => history.go(Goes::Top(seq)),
            Load::Around(place) => {
                history.go(Goes::Middle(place.seq));
                history.tinted = Some((place, until));
                let day = dates::day_of(place.at, &zone);
                history.day = Some(day);
                if history.month != day.first_of_month() || history.days.is_empty() {
                    self.turn_to(day, false, out);
                }
            }
            Load::Earlier | Load::Later => {}
        }
    }

    /// Time went on: the tint goes.
    pub(super) fn history_tick(&mut self) {
        let now = self.now.mono_ms;
        if let Some(history) = &mut self.history
            && history.tinted.is_some_and(|(_, until)| now >= until)
        {
            history.tinted = None;
            history.version += 1;
        }
    }
}

impl History {
    fn go(&mut self, goes: Goes) {
        self.goes = (self.goes.0 + 1, goes);
    }

    /// All messages that the window has.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.viewed.iter().chain(self.sheet.messages.values()).chain(self.look.shown())
    }

    /// What a day of the month that is shown has.
    #[must_use]
    pub fn tally(&self, day: Date) -> Option<Tally> {
        let index = usize::try_from(day.day() - 1).ok()?;
        (day.first_of_month() == self.month).then(|| self.days.get(index).copied()).flatten()
    }

    /// Whether hits are shown, and not a conversation.
    #[must_use]
    pub fn shows_hits(&self) -> bool {
        self.with.is_none() || (self.look.shows_hits && self.look.is_wanted())
    }

    /// A page is on its way and nothing stands there yet.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.sheet.messages.is_empty() && self.failure.is_none() && self.total != Some(0)
    }
}
