//! Verbs about what was said: looking for it, and writing it into a file.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::fields::Fields;
use super::shapes;
use crate::client::api::{Answer, Export, Format, Intent, Scope, Spot, Ticket};
use crate::domain::{Message, Needle, Place, Search, Sort, Target};

pub(super) const VERBS: [&str; 2] = ["search", "export"];

const KINDS: [(&str, Sort); 4] =
    [("text", Sort::Text), ("link", Sort::Link), ("image", Sort::Image), ("file", Sort::File)];
const FORMATS: [(&str, Format); 3] =
    [("html", Format::Html), ("txt", Format::Txt), ("json", Format::Json)];

/// What is asked for.
#[derive(Debug)]
pub(super) enum HistoryVerb {
    Search(Box<Looking>),
    Export(Box<Export>),
}

/// A search and what it has found: several looks make one answer.
#[derive(Debug)]
pub(super) struct Looking {
    with: Option<Target>,
    search: Search,
    limit: u32,
    spot: Spot,
    /// By place, since what is here is on the server too.
    found: BTreeMap<Reverse<Place>, Message>,
}

impl Looking {
    /// The next look.
    pub(super) fn intent(&self, ticket: Ticket) -> Intent {
        let (with, spot, limit) = (self.with, self.spot, self.limit);
        Intent::Search { ticket, with, search: self.search.clone(), spot, limit }
    }

    /// Takes what a look found; true when another one is needed.
    pub(super) fn take(&mut self, messages: &[Message], next: Option<Spot>) -> bool {
        let found = messages.iter().map(|message| (Reverse(Place::of(message)), message.clone()));
        self.found.extend(found);
        if let Some(next) = next {
            self.spot = next;
        }
        next.is_some() && self.found.len() < self.limit()
    }

    fn limit(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// All that was found.
    pub(super) fn answer(self) -> Answer {
        let limit = self.limit();
        let messages: Vec<Message> = self.found.into_values().take(limit).collect();
        let is_full = messages.len() == limit;
        Answer::Hits { messages, next: is_full.then_some(self.spot) }
    }
}

pub(super) fn parse(verb: &str, fields: &Fields) -> Result<HistoryVerb, String> {
    match verb {
        "search" => search(fields).map(|looking| HistoryVerb::Search(Box::new(looking))),
        _ => export(fields).map(|export| HistoryVerb::Export(Box::new(export))),
    }
}

fn search(fields: &Fields) -> Result<Looking, String> {
    let text = fields.optional_text("text")?.unwrap_or_default();
    if !Needle::is_short_enough(&text) {
        return Err("`text` has at most 64 characters".to_owned());
    }
    let search = Search {
        text,
        from: fields.has("from").then(|| fields.account("from")).transpose()?,
        kind: fields.one_of("kind", &KINDS)?,
        since: moment(fields, "since")?,
        until: moment(fields, "until")?,
    };
    Ok(Looking {
        with: fields.has("with").then(|| fields.target("with")).transpose()?,
        search,
        limit: fields.limit()?,
        spot: Spot::START,
        found: BTreeMap::new(),
    })
}

fn export(fields: &Fields) -> Result<Export, String> {
    let with = fields.target("with")?;
    let format = fields.one_of("format", &FORMATS)?.ok_or("the field `format` is missing")?;
    let (since, until) = (moment(fields, "since")?, moment(fields, "until")?);
    Ok(Export {
        what: Scope::Conversation { with, since, until },
        format,
        path: PathBuf::from(fields.text("path")?),
        replace: fields.optional_flag("replace")?.unwrap_or(false),
        title: format!("MyChat: {}", title(with)),
        image: "[picture]".to_owned(),
        file: "[file]".to_owned(),
        missing: "[picture missing]".to_owned(),
        shake: "[shook the window]".to_owned(),
        sentences: super::words::sentences(),
        language: "en".to_owned(),
        zone: TimeZone::system(),
        names: BTreeMap::new(),
        cards: BTreeMap::new(),
    })
}

fn title(with: Target) -> String {
    match with {
        Target::Account(account) => account.to_string(),
        Target::Lobby => "the lobby".to_owned(),
        Target::Room(room) => format!("room {room}"),
    }
}

fn moment(fields: &Fields, name: &str) -> Result<Option<i64>, String> {
    let number = fields.optional_number(name)?;
    Ok(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX)))
}

/// What was counted or written, for the answer.
pub(super) fn say(answer: &Answer) -> Value {
    match answer {
        Answer::Days(days) => {
            let days = days.iter().map(|day| json!({"count": day.count, "first": day.first.0}));
            json!({ "days": days.collect::<Vec<_>>() })
        }
        Answer::Here { counts, bytes } => {
            let counts = counts
                .iter()
                .map(|(with, count)| json!({"with": shapes::target(*with), "messages": count}));
            json!({"conversations": counts.collect::<Vec<_>>(), "bytes": bytes})
        }
        Answer::Exported { messages, bytes, missing } => {
            json!({"messages": messages, "bytes": bytes, "missing": missing})
        }
        _ => json!({}),
    }
}

/// How far an export is.
pub(super) fn going(done: u64, all: u64) -> Value {
    json!({"event": "exporting", "messages": done, "of": all})
}
