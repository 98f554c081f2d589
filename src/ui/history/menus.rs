//! The menus of the window, and the question where a file goes.

use std::path::Path;

use jiff::civil::Date;

use super::calendar::month_name;
use crate::client::api::Format;
use crate::domain::AccountId;
use crate::ui::app::Msg;
use crate::ui::app::history::dates::Dates;
use crate::ui::app::history::range::RangeMsg;
use crate::ui::app::history::{HistoryMsg, Part, Writer};
use crate::ui::files::{self, Wanted};
use crate::ui::paint::{Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{Language, language, tr, tr_with};
use crate::ui::widgets::{MenuEntry, MenuItem, MenuPlace, open_menu};

/// The forms of a file: words, what stands at their right, what its name ends with.
const FORMATS: [(Format, Icon, &str, &str, &str); 3] = [
    (Format::Html, Icon::Globe, "hist.html", "hist.html.hint", "html"),
    (Format::Txt, Icon::Text, "hist.txt", "hist.txt.hint", "txt"),
    (Format::Json, Icon::File, "hist.json", "hist.json.hint", "json"),
];

/// What can be exported now.
#[derive(Clone, Default, PartialEq)]
pub struct Exports {
    /// Hits are shown, so many.
    pub hits: Option<usize>,
    /// A conversation is chosen.
    pub has_whole: bool,
    /// All hits are here; if not, they are fetched first.
    pub is_all: bool,
    /// The month that the calendar shows.
    pub month: Date,
    /// The day that was gone to, in words.
    pub day: Option<String>,
    /// A file's name to begin with.
    pub name: String,
}

/// What was taken.
#[derive(Clone, Copy)]
enum Picked {
    /// These messages, in this form where it was chosen too.
    Part(Part, Option<Format>),
    /// Days that are asked for first.
    Range,
}

/// What goes into a file, and in which form.
pub fn open_export(place: Rect, exports: &Exports) {
    let head = match exports.hits {
        Some(_) if !exports.is_all => tr("hist.export.hits.all").to_owned(),
        Some(n) => tr_with("hist.export.hits", &[("n", &n.to_string())]),
        None => tr("hist.export.whole").to_owned(),
    };
    let part = if exports.hits.is_some() { Part::Hits } else { Part::Whole };
    let is_empty = exports.hits == Some(0) || (exports.hits.is_none() && !exports.has_whole);
    let mut entries: Vec<MenuEntry> = vec![MenuItem::new(&head).disabled(true).into()];
    let mut actions: Vec<Option<Picked>> = vec![None];
    for (format, icon, key, hint, _) in FORMATS {
        let item = MenuItem::new(tr(key)).icon(icon).shortcut(tr(hint)).disabled(is_empty);
        entries.push(item.into());
        actions.push(Some(Picked::Part(part, Some(format))));
    }
    entries.push(MenuEntry::Separator);
    actions.push(None);
    let mut more = |words: &str, icon: Icon, part: Part| {
        let item = MenuItem::new(words).icon(icon).disabled(!exports.has_whole);
        entries.push(item.into());
        actions.push(Some(Picked::Part(part, None)));
    };
    if exports.hits.is_some() {
        more(tr("hist.export.all"), Icon::Folder, Part::Whole);
    } else {
        let month = only(&month_name(exports.month), language());
        more(&month, Icon::Calendar, Part::Month);
        if let Some(day) = &exports.day {
            more(&only(day, language()), Icon::Calendar, Part::Day);
        }
    }
    let range = MenuItem::new(tr("hist.export.range")).icon(Icon::Calendar);
    entries.push(range.disabled(!exports.has_whole).into());
    actions.push(Some(Picked::Range));
    let name = exports.name.clone();
    open_menu(MenuPlace::Below(place), entries, move |picked| {
        match picked.and_then(|index| actions.get(index).copied()).flatten() {
            Some(Picked::Part(part, format)) => choose_file(&name, part, format),
            Some(Picked::Range) => post(Msg::History(RangeMsg::Open.into())),
            None => {}
        }
    });
}

/// That only these days are exported; a date stands apart from the words before it.
fn only(day: &str, language: Language) -> String {
    let is_date = day.starts_with(|c: char| c.is_ascii_digit());
    let key = if is_date { "hist.export.only.date" } else { "hist.export.only" };
    language.fill(key, &[("day", day)])
}

/// Which days are searched.
pub fn open_dates(place: Rect, now: Dates, day: Option<(Date, String)>) {
    let mut choices: Vec<(Dates, String)> = [Dates::All, Dates::Week, Dates::Month, Dates::Year]
        .map(|dates| (dates, dates_name(dates).to_owned()))
        .to_vec();
    choices.extend(day.map(|(day, words)| (Dates::Day(day), words)));
    let entries = choices
        .iter()
        .map(|(dates, words)| MenuItem::new(words).checked(*dates == now).into())
        .collect();
    open_menu(MenuPlace::Below(place), entries, move |picked| {
        if let Some((dates, _)) = picked.and_then(|index| choices.get(index)) {
            post(Msg::History(HistoryMsg::Dates(*dates)));
        }
    });
}

/// What days are called.
pub fn dates_name(dates: Dates) -> &'static str {
    tr(match dates {
        Dates::All => "hist.dates",
        Dates::Week => "hist.dates.week",
        Dates::Month => "hist.dates.month",
        Dates::Year => "hist.dates.year",
        Dates::Day(_) => "hist.dates.day",
    })
}

/// Whose messages are searched.
pub fn open_writers(place: Rect, now: Writer, writers: Vec<(AccountId, String)>) {
    let any = MenuItem::new(tr("hist.anyone")).checked(now == Writer::Anyone).into();
    let one = |(account, name): &(AccountId, String)| -> MenuEntry {
        MenuItem::new(name).checked(now == Writer::One(*account)).into()
    };
    let entries = std::iter::once(any).chain(writers.iter().map(one)).collect();
    open_menu(MenuPlace::Below(place), entries, move |picked| {
        let from = match picked {
            None => return,
            Some(0) => Writer::Anyone,
            Some(index) => match writers.get(index - 1) {
                Some((account, _)) => Writer::One(*account),
                None => return,
            },
        };
        post(Msg::History(HistoryMsg::From(from)));
    });
}

/// Asks where the file goes. The form goes by its name's end, where none was chosen.
pub fn choose_file(name: &str, part: Part, format: Option<Format>) {
    let ending = FORMATS.iter().find(|(one, ..)| Some(*one) == format).map(|(.., ending)| *ending);
    let name = format!("{name}.{}", ending.unwrap_or("html"));
    files::choose(Wanted::Export, tr("hist.export.dialog"), &name, move |path| {
        let format = format.unwrap_or_else(|| format_of(&path));
        post(Msg::History(HistoryMsg::Export { part, format, path }));
    });
}

fn format_of(path: &Path) -> Format {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let found = FORMATS.iter().find(|(.., known)| ending.as_deref() == Some(known));
    found.map_or(Format::Html, |(format, ..)| *format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_stands_apart_from_the_words_before_it() {
        let words = |day| only(day, Language::Chinese);
        assert_eq!(words("2026 年 11 月"), "只导出 2026 年 11 月...");
        assert_eq!(words("今天"), "只导出今天...");
    }
}
