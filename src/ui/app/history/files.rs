//! Writing into a file: which messages, how far it is, what came of it.

use std::path::{Path, PathBuf};

use jiff::ToSpan;
use jiff::civil::Date;

use super::Asking;
use super::dates::{self, Dates};
use crate::client::api::{Export, Format, SENTENCES, Scope, Ticket};
use crate::client::{Answer, Failure, Intent};
use crate::domain::Message;
use crate::ui::app::{Asked, Effect, Model};
use crate::ui::text::Language;

/// A file that is being written, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exporting {
    pub(super) ticket: Ticket,
    /// Where to.
    pub path: PathBuf,
    /// How far it is.
    pub done: u64,
    /// Of so many.
    pub all: u64,
    /// So many pictures could not be had.
    pub missing: u64,
    /// What came of it; so many messages.
    pub end: Option<Result<u64, Failure>>,
}

/// Which messages are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What was found.
    Hits,
    /// The whole conversation.
    Whole,
    /// The month that the calendar shows.
    Month,
    /// The day that was gone to.
    Day,
    /// From one day to another, both of them too.
    Days(Date, Date),
}

impl Model {
    pub(super) fn export(
        &mut self,
        part: Part,
        format: Format,
        path: PathBuf,
        out: &mut Vec<Effect>,
    ) {
        let language = self.settings.language.language();
        if part == Part::Hits && self.wait_for_hits(format, &path, out) {
            return;
        }
        let Some(what) = self.scope(part) else { return };
        let Some(history) = &self.history else { return };
        if history.export.as_ref().is_some_and(|export| export.end.is_none()) {
            return;
        }
        let name = match history.with {
            Some(with) => self.target_name(with, language),
            None => language.get("hist.all").to_owned(),
        };
        let export = Export {
            what,
            format,
            path: path.clone(),
            replace: true,
            title: language.fill("hist.export.title", &[("name", &name)]),
            image: language.get("preview.image").to_owned(),
            file: language.get("preview.file").to_owned(),
            missing: language.get("hist.export.missing").to_owned(),
            shake: language.get("preview.shake").to_owned(),
            sentences: SENTENCES.map(|key| (key, language.get(key).to_owned())).into(),
            language: language.tag().to_owned(),
            zone: self.zone.clone(),
            names: self.people.remarks(),
            cards: self.all_cards(),
        };
        let ticket = self.ticket(Asked::History(Asking::Export));
        out.push(Effect::Ask(Intent::Export { ticket, export: Box::new(export) }));
        if let Some(history) = &mut self.history {
            history.export =
                Some(Exporting { ticket, path, done: 0, all: 0, missing: 0, end: None });
        }
    }

    /// Whether the export waits until all hits are here.
    fn wait_for_hits(&mut self, format: Format, path: &Path, out: &mut Vec<Effect>) -> bool {
        let Some(history) = &mut self.history else { return false };
        if history.look.is_done() {
            return false;
        }
        history.look.failure = None;
        history.export_then = Some((format, path.to_path_buf()));
        history.look.want_all();
        if !history.look.is_busy {
            self.look_on(out);
        }
        true
    }

    /// More hits are here: the export that waits for all of them may begin.
    pub(super) fn export_hits_now(&mut self, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        // A part is not what was asked for; the window says why the rest did not come.
        history.export_then.take_if(|_| history.look.failure.is_some());
        if !history.look.is_done() {
            return;
        }
        if let Some((format, path)) = history.export_then.take() {
            self.export(Part::Hits, format, path, out);
        }
    }

    fn scope(&self, part: Part) -> Option<Scope> {
        let history = self.history.as_ref()?;
        let bounds = |first: Date, next: Date| {
            let midnight = |date| Some(dates::midnight(date, &self.zone));
            (midnight(first), midnight(next))
        };
        let (since, until) = match part {
            Part::Hits => {
                let mut hits: Vec<Message> = history.look.shown().cloned().collect();
                hits.reverse();
                return Some(Scope::Messages(hits));
            }
            Part::Whole => (None, None),
            Part::Month => bounds(history.month, dates::later(history.month, 1)),
            Part::Days(first, last) => bounds(first, last.saturating_add(1.day())),
            Part::Day => Dates::Day(history.day?).bounds(self.today(), &self.zone),
        };
        Some(Scope::Conversation { with: history.with?, since, until })
    }

    /// A file goes on.
    pub(in crate::ui::app) fn exporting(&mut self, ticket: Ticket, done: u64, all: u64) {
        let Some(history) = &mut self.history else { return };
        let export = history.export.as_mut().filter(|export| export.ticket == ticket);
        if let Some(export) = export {
            (export.done, export.all) = (done, all);
            history.version += 1;
        }
    }

    /// What came of it.
    pub(super) fn exported(&mut self, result: Result<Answer, Failure>) {
        let Some(history) = &mut self.history else { return };
        let Some(export) = &mut history.export else { return };
        export.end = Some(match result {
            Ok(Answer::Exported { messages, missing, .. }) => {
                export.missing = missing;
                Ok(messages)
            }
            Ok(_) => Err(Failure::LinkLost),
            Err(failure) => Err(failure),
        });
    }

    /// A file's name to begin with.
    #[must_use]
    pub fn export_name(&self, language: Language) -> String {
        let with = self.history.as_ref().and_then(|history| history.with);
        let name = match with {
            Some(with) => self.target_name(with, language),
            None => language.get("hist.all").to_owned(),
        };
        let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '(' | ')');
        let name: String = name.chars().map(|c| if fits(c) { c } else { '_' }).collect();
        format!("{} {}", name.trim(), self.today())
    }
}
