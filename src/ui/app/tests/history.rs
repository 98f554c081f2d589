//! The window of what was said: what it asks for, where it goes, what it shows.

use jiff::civil::{Date, date};

use crate::client::api::{Format, Scope, Spot};
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{
    AccountId, BlobId, Body, Message, Part as SearchPart, Place, RoomChange, Seq, Sieve, Sort,
    Tally, Target,
};
use crate::net::protocol::Page;
use crate::ui::app::history::dates::Dates;
use crate::ui::app::history::range::{RangeMsg, RangeTrouble};
use crate::ui::app::history::views::{Line, Photo};
use crate::ui::app::history::{Goes, History, HistoryMsg, Part, Writer};
use crate::ui::app::images::ViewerMsg;
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::rows::{Pick, Row};
use crate::ui::app::testing::{NOON_MS, World, direct, message, person, ticket_of};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const DAY: i64 = 86_400_000;
const MOMO: Target = Target::Account(AccountId(10_002));

/// A window over a log of two months: four messages every third day.
struct Desk {
    world: World,
    log: Vec<Message>,
    /// Only so many of the newest are on this computer.
    here: usize,
    asked: Vec<Intent>,
}

impl Desk {
    fn new() -> Desk {
        let mut log = Vec::new();
        for day in (0..60).rev().filter(|day| day % 3 == 1) {
            for n in 0..4 {
                let seq = log.len() as u64 + 1;
                let from = if n % 2 == 0 { 10_001 } else { 10_002 };
                let text = match seq % 10 {
                    0 => format!("lab report {seq}"),
                    5 => format!("www.example.com/{seq}"),
                    _ => format!("other {seq}"),
                };
                log.push(message(direct(10_002), seq, from, NOON_MS - day * DAY + n, &text));
            }
        }
        let mut world = World::signed_in();
        world.event(ClientEvent::People(vec![person(10_002, "Momo")]));
        Desk { world, log, here: 12, asked: Vec::new() }
    }

    fn say(&mut self, msg: HistoryMsg) {
        let effects = self.world.send(Msg::History(msg));
        self.carry_out(effects);
    }

    /// Answers as the client would, until nothing is asked any more.
    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let (Some(ticket), Effect::Ask(intent)) = (ticket_of(&effect), &effect) else {
                continue;
            };
            self.asked.push(intent.clone());
            if let Some(answer) = self.answer(intent) {
                let event = ClientEvent::Answered { ticket, result: Ok(answer) };
                let effects = self.world.event(event);
                self.carry_out(effects);
            }
        }
    }

    fn answer(&self, intent: &Intent) -> Option<Answer> {
        Some(match intent {
            Intent::Here { .. } => Answer::Here { counts: vec![(MOMO, 12)], bytes: 5_000_000 },
            Intent::Days { starts, .. } => {
                let tally = |bounds: &[i64]| {
                    let inside = self.log.iter().filter(|m| (bounds[0]..bounds[1]).contains(&m.at));
                    let first = inside.clone().next().map_or(Seq::ZERO, |m| m.seq);
                    Tally { count: inside.count() as u64, first }
                };
                Answer::Days(starts.windows(2).map(tally).collect())
            }
            Intent::History { page, limit, .. } => {
                let limit = usize::try_from(*limit).unwrap();
                let (mut messages, before): (Vec<Message>, bool) = match page {
                    Page::Before(seq) => {
                        (self.log.iter().filter(|m| m.seq < *seq).cloned().collect(), true)
                    }
                    Page::After(seq) => {
                        (self.log.iter().filter(|m| m.seq > *seq).cloned().collect(), false)
                    }
                };
                let more = messages.len() > limit;
                match before {
                    true => drop(messages.drain(..messages.len().saturating_sub(limit))),
                    false => messages.truncate(limit),
                }
                Answer::History { conversation: None, messages, more }
            }
            Intent::Search { search, spot, .. } => {
                let mut sieve = Sieve::new(search);
                let edge = self.log.len() - self.here;
                // One look finds three at most; the server's begins a bit within what is here.
                let (before, from) = match spot {
                    Spot::Here(before) => (*before, edge),
                    Spot::There(before) => (*before, 0),
                };
                let (since, until) = (search.since.unwrap_or(0), search.until.unwrap_or(i64::MAX));
                let meant = |m: &&Message| {
                    let Some(part) = SearchPart::of(&m.body) else { return false };
                    Place::of(m) < before
                        && (since..until).contains(&m.at)
                        && sieve.takes(m.from, part)
                };
                let hits: Vec<Message> =
                    self.log[from..].iter().rev().filter(meant).take(3).cloned().collect();
                let next = match (hits.len() == 3, spot) {
                    (true, Spot::Here(_)) => Some(Spot::Here(Place::of(&hits[2]))),
                    (true, Spot::There(_)) => Some(Spot::There(Place::of(&hits[2]))),
                    (false, Spot::Here(_)) => Some(Spot::There(Place::of(&self.log[edge + 3]))),
                    (false, Spot::There(_)) => None,
                };
                Answer::Hits { messages: hits, next }
            }
            _ => return None,
        })
    }

    fn history(&self) -> &History {
        self.world.model.history.as_ref().unwrap()
    }

    fn hits(&self) -> Vec<u64> {
        self.history().look.shown().map(|hit| hit.seq.0).collect()
    }

    /// What the log has on a day.
    fn on(&self, day: Date) -> Vec<u64> {
        let zone = self.world.model.zone.clone();
        let (since, until) = Dates::Day(day).bounds(day, &zone);
        let inside = |m: &&Message| m.at >= since.unwrap() && m.at < until.unwrap();
        self.log.iter().filter(inside).map(|m| m.seq.0).collect()
    }
}

#[test]
fn it_opens_at_the_newest_day_and_counts_it() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    let history = desk.history();
    assert_eq!((history.day, history.month), (Some(date(2026, 11, 19)), date(2026, 11, 1)));
    assert_eq!((history.total, history.goes.1), (Some(80), Goes::End));
    assert_eq!(history.tally(date(2026, 11, 19)).map(|tally| tally.count), Some(4));
    assert_eq!((history.counts[&MOMO], history.bytes), (12, 5_000_000));
    let lines = desk.world.model.history_lines(Language::English);
    let days = lines.iter().filter(|line| matches!(line, Line::Day(_))).count();
    assert_eq!((lines.len(), days), (100, 20), "the log and its days");
    assert_eq!(lines[95], Line::Day("19 Nov Thu".into()));
    let sides = desk.world.model.history_sides(Language::English);
    assert_eq!(sides[0].target, None);
}

#[test]
fn days_are_gone_to_by_the_calendar_and_by_steps() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    let day = date(2026, 11, 1);
    desk.say(HistoryMsg::Day(day));
    let first = desk.on(day)[0];
    assert_eq!(desk.history().goes.1, Goes::Top(Seq(first)));
    desk.say(HistoryMsg::Step(-1));
    let october = date(2026, 10, 29);
    assert_eq!((desk.history().day, desk.history().month), (Some(october), date(2026, 10, 1)));
    assert_eq!(desk.history().goes.1, Goes::Top(Seq(desk.on(october)[0])));
    desk.say(HistoryMsg::Step(1));
    assert_eq!(desk.history().day, Some(day));
    desk.say(HistoryMsg::Today);
    assert!(desk.history().sheet.is_empty_day, "today nothing was said");
    desk.say(HistoryMsg::Step(1));
    assert_eq!(desk.history().day, Some(date(2026, 11, 20)), "there is none behind it");
    desk.say(HistoryMsg::Step(-1));
    assert_eq!(desk.history().day, Some(date(2026, 11, 19)));
    desk.say(HistoryMsg::Earliest);
    assert_eq!(desk.history().day, Some(date(2026, 9, 23)));
    assert_eq!(desk.history().goes.1, Goes::Top(Seq(1)));
    desk.say(HistoryMsg::Month(date(2026, 11, 1)));
    assert_eq!(desk.history().day, Some(date(2026, 9, 23)), "only the calendar turns");
    assert_eq!(desk.history().days.iter().filter(|day| day.count > 0).count(), 7);
}

#[test]
fn hits_of_this_computer_and_of_the_server_are_one_list_without_doubles() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    desk.say(HistoryMsg::Search(" LAB ".into()));
    assert!(desk.history().shows_hits() && desk.history().look.is_done());
    assert_eq!(desk.hits(), [80, 70, 60, 50, 40, 30, 20, 10]);
    let hits = desk.world.model.history_hits(Language::English);
    assert_eq!((hits[0].name.as_str(), hits[0].with.as_str()), ("Momo", ""));
    desk.say(HistoryMsg::Kind(Some(Sort::Link)));
    assert_eq!(desk.hits(), [0; 0]);
    let kinds = [None, Some(Sort::Text), Some(Sort::Link), Some(Sort::Image), Some(Sort::File)];
    assert_eq!(kinds.map(|kind| desk.history().look.count(kind)), [8, 8, 0, 0, 0]);
    desk.say(HistoryMsg::Search(String::new()));
    assert_eq!(desk.hits(), [75, 65, 55, 45, 35, 25, 15, 5], "every link");
    desk.say(HistoryMsg::From(Writer::One(AccountId(10_002))));
    assert_eq!(desk.hits(), [0; 0], "every fifth is one's own");
    desk.say(HistoryMsg::From(Writer::Anyone));
    desk.say(HistoryMsg::Dates(Dates::Day(date(2026, 11, 19))));
    desk.say(HistoryMsg::Kind(None));
    assert!(!desk.history().shows_hits(), "nothing is looked for");
    desk.say(HistoryMsg::Search("other".into()));
    assert_eq!(desk.hits(), [79, 78, 77]);
}

#[test]
fn an_answer_to_an_older_search_is_ignored() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    let first = desk.world.send(Msg::History(HistoryMsg::Search("lab".into())));
    desk.say(HistoryMsg::Search("example".into()));
    let before = desk.hits();
    desk.carry_out(first);
    assert_eq!(desk.hits(), before);
    let failed = desk.world.send(Msg::History(HistoryMsg::Search("x".into())));
    let ticket = failed.iter().find_map(ticket_of).unwrap();
    desk.world.event(ClientEvent::Answered { ticket, result: Err(Failure::Offline) });
    assert_eq!(desk.history().look.failure, Some(Failure::Offline));
}

#[test]
fn a_hit_is_shown_among_its_neighbours_and_tinted_for_two_seconds() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(None));
    assert!(desk.history().shows_hits(), "all conversations are searched");
    desk.say(HistoryMsg::Search("lab".into()));
    let place = Place::of(&desk.log[29]);
    desk.say(HistoryMsg::Show(place));
    let history = desk.history();
    assert_eq!((history.with, history.goes.1), (Some(MOMO), Goes::Middle(Seq(30))));
    assert_eq!(
        (history.tinted.map(|(place, _)| place), history.shows_hits()),
        (Some(place), false)
    );
    assert!(history.sheet.messages.contains_key(&Seq(31)), "what was said behind it too");
    desk.world.pass(1_900);
    assert!(desk.history().tinted.is_some());
    desk.world.pass(200);
    assert!(desk.history().tinted.is_none());
    desk.say(HistoryMsg::Next(1));
    assert_eq!(desk.history().goes.1, Goes::Middle(Seq(20)));
    desk.say(HistoryMsg::Next(-1));
    assert_eq!(desk.history().goes.1, Goes::Middle(Seq(30)));
    desk.say(HistoryMsg::Back);
    assert_eq!((desk.history().with, desk.history().shows_hits()), (None, true));
    assert_eq!(desk.history().goes.1, Goes::Hit(place));
}

#[test]
fn a_search_taken_back_leaves_the_newest_or_what_was_shown() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    desk.say(HistoryMsg::Search("lab".into()));
    assert_eq!(desk.history().goes.1, Goes::Begin);
    desk.say(HistoryMsg::Search(String::new()));
    assert_eq!(desk.history().goes.1, Goes::End, "as it was opened");
    desk.say(HistoryMsg::Search("lab".into()));
    desk.say(HistoryMsg::Show(Place::of(&desk.log[49])));
    desk.say(HistoryMsg::Search(String::new()));
    assert_eq!(desk.history().goes.1, Goes::Middle(Seq(50)), "one reads on there");
    assert!(!desk.history().look.shows_hits);
}

#[test]
fn the_panel_s_search_has_messages_and_leads_to_all_of_them() {
    let mut desk = Desk::new();
    let effects = desk.world.send(Msg::Panel(PanelMsg::Search("lab".into())));
    desk.carry_out(effects);
    let picks: Vec<Option<Pick>> =
        desk.world.model.panel_rows(Language::English).iter().map(Row::pick).collect();
    let place = |seq: usize| Place::of(&desk.log[seq - 1]);
    let hits = [80, 70].map(|seq| Some(Pick::Message(place(seq))));
    assert_eq!(picks, [None, hits[0], hits[1], Some(Pick::Messages)], "those of this computer");
    let effects = desk.world.send(Msg::Panel(PanelMsg::Open(hits[1].unwrap())));
    desk.carry_out(effects);
    assert_eq!(desk.history().goes.1, Goes::Middle(Seq(70)));
    assert!(desk.world.model.panel.search.is_empty(), "it is found");
    desk.say(HistoryMsg::Back);
    assert_eq!(desk.hits().len(), 8);
    let effects = desk.world.send(Msg::Panel(PanelMsg::Search("example".into())));
    desk.carry_out(effects);
    let effects = desk.world.send(Msg::Panel(PanelMsg::Open(Pick::Messages)));
    desk.carry_out(effects);
    assert_eq!(desk.hits()[..3], [75, 65, 55]);
}

#[test]
fn words_that_are_gone_are_gone_from_the_window_and_from_the_panel() {
    let mut desk = Desk::new();
    let effects = desk.world.send(Msg::Panel(PanelMsg::Search("lab".into())));
    desk.carry_out(effects);
    desk.say(HistoryMsg::Open(Some(MOMO)));
    desk.say(HistoryMsg::Search("lab".into()));
    assert_eq!(desk.hits()[..2], [80, 70]);
    let conversation = desk.log[0].conversation;
    let body = Body::Recalled { seq: Some(Seq(80)) };
    let line = Message { body, ..message(direct(10_002), 81, 10_002, NOON_MS, "") };
    desk.world.event(ClientEvent::Message { message: line.clone(), live: true });
    desk.world.event(ClientEvent::Hidden { conversation, seq: Seq(70) });
    // The store has it as well.
    desk.log[79].body = Body::Recalled { seq: None };
    desk.log[69].body = Body::Hidden {};
    desk.log.push(line);
    assert_eq!(desk.hits()[..2], [60, 50]);
    let picks = desk.world.model.panel_rows(Language::English).into_iter();
    assert_eq!(picks.filter(|row| matches!(row, Row::Message(_))).count(), 0);
    desk.say(HistoryMsg::Search(String::new()));
    let lines = desk.world.model.history_lines(Language::English);
    let words = |line: &Line| match line {
        Line::Said(said) => Some(said.text.clone()),
        Line::Event { words, .. } => Some(words.clone()),
        Line::Day(_) => None,
    };
    let words: Vec<String> = lines.iter().filter_map(words).collect();
    assert!(words.iter().any(|words| words == "Momo recalled a message"), "{words:?}");
    assert!(!words.iter().any(|words| words.contains("lab report 80")), "{words:?}");
}

#[test]
fn pictures_are_found_seen_small_and_looked_at_until_they_are_gone() {
    let mut desk = Desk::new();
    let (picture, thumb) = (BlobId([7; 32]), BlobId([8; 32]));
    for (at, name) in [(11, "lab report.png"), (31, "cat.png")] {
        let name = name.to_owned();
        desk.log[at].body = Body::Image { picture, bytes: 9, width: 90, height: 60, thumb, name };
    }
    desk.say(HistoryMsg::Open(Some(MOMO)));
    let lines = desk.world.model.history_lines(Language::English);
    let photos = lines.iter().filter_map(|line| match line {
        Line::Said(said) => said.photo,
        _ => None,
    });
    let expected = Photo { thumb, size: (90, 60) };
    assert_eq!(photos.collect::<Vec<_>>(), [expected; 2]);
    desk.say(HistoryMsg::Kind(Some(Sort::Image)));
    assert_eq!(desk.hits(), [32, 12], "all pictures, without a word");
    desk.say(HistoryMsg::Search("lab".into()));
    assert_eq!(desk.hits(), [12]);
    let kinds = [None, Some(Sort::Image), Some(Sort::Link)];
    assert_eq!(kinds.map(|kind| desk.history().look.count(kind)), [9, 1, 0]);
    let hits = desk.world.model.history_hits(Language::Chinese);
    assert_eq!((hits[0].text.as_str(), hits[0].photo), ("[图片] lab report.png", Some(expected)));
    let open = |seq| Msg::Viewer(ViewerMsg::Open(MOMO, Seq(seq)));
    assert!(desk.world.send(open(10)).is_empty(), "words");
    assert!(matches!(desk.world.send(open(12))[..], [Effect::RaiseViewer]));
    desk.say(HistoryMsg::Choose(None));
    desk.say(HistoryMsg::Kind(None));
    assert_eq!(desk.world.model.viewed(), Some((picture, "lab report.png")), "it stays");
    let conversation = desk.log[0].conversation;
    desk.world.event(ClientEvent::Hidden { conversation, seq: Seq(12) });
    assert_eq!((desk.world.model.viewed(), desk.world.model.viewer), (None, None));
    assert!(!desk.hits().contains(&12));
}

#[test]
fn a_hit_says_that_it_is_a_file_or_an_announcement() {
    let mut desk = Desk::new();
    let change = RoomChange::Announced { text: "the lab\nis closed".into() };
    desk.log[76].body = Body::Room { version: 3, change };
    desk.log[77].body = Body::File { name: "lab.pdf".into(), bytes: 9 };
    desk.say(HistoryMsg::Open(Some(MOMO)));
    desk.say(HistoryMsg::Search("lab".into()));
    let texts = |desk: &Desk, language| -> Vec<String> {
        let hits = desk.world.model.history_hits(language);
        hits.into_iter().take(3).map(|hit| hit.text).collect()
    };
    let expected = ["lab report 80", "[File] lab.pdf", "[Announcement] the lab is closed"];
    assert_eq!(texts(&desk, Language::English), expected);
    assert_eq!(texts(&desk, Language::Chinese)[2], "[公告] the lab is closed");
    let kinds = [None, Some(Sort::Text), Some(Sort::File)];
    assert_eq!(kinds.map(|kind| desk.history().look.count(kind)), [10, 9, 1]);
    desk.say(HistoryMsg::Kind(Some(Sort::File)));
    assert_eq!(texts(&desk, Language::English), ["[File] lab.pdf"]);
}

#[test]
fn pages_are_fetched_at_both_ends_and_those_far_away_go() {
    let mut desk = Desk::new();
    let long = 3_000;
    desk.log = (1..=long)
        .map(|seq| {
            let mut one = message(direct(10_002), 1, 10_002, NOON_MS - DAY, "x");
            one.seq = Seq(seq);
            one
        })
        .collect();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    for _ in 0..40 {
        desk.say(HistoryMsg::Earlier);
    }
    let seqs: Vec<u64> = desk.history().sheet.messages.keys().map(|seq| seq.0).collect();
    assert!(seqs.len() <= 1_000 && seqs[0] == 1, "{} from {}", seqs.len(), seqs[0]);
    assert!(seqs.windows(2).all(|two| two[1] == two[0] + 1), "no gaps");
    for _ in 0..40 {
        desk.say(HistoryMsg::Later);
    }
    assert_eq!(desk.history().sheet.messages.keys().next_back(), Some(&Seq(long)));
    let (asked, version) = (desk.asked.len(), desk.history().version);
    desk.say(HistoryMsg::Later);
    assert_eq!(desk.history().version, version, "else drawing would lead to drawing");
    assert_eq!(desk.asked.len(), asked, "there is nothing behind the end");
}

#[test]
fn exactly_what_is_shown_or_a_stretch_of_time_is_exported() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    let export = |desk: &mut Desk, part: Part| {
        desk.say(HistoryMsg::CancelExport);
        let path = "/tmp/a.html".into();
        desk.say(HistoryMsg::Export { part, format: Format::Html, path });
        match desk.asked.last() {
            Some(Intent::Export { export, ticket }) => (export.what.clone(), *ticket),
            other => panic!("{other:?}"),
        }
    };
    let (Scope::Conversation { with, since: None, until: None }, _) =
        export(&mut desk, Part::Whole)
    else {
        panic!()
    };
    assert_eq!(with, MOMO);
    let (Scope::Conversation { since: Some(since), until: Some(until), .. }, _) =
        export(&mut desk, Part::Day)
    else {
        panic!()
    };
    assert_eq!(until - since, DAY);
    desk.say(HistoryMsg::Search("lab".into()));
    let (Scope::Messages(messages), ticket) = export(&mut desk, Part::Hits) else { panic!() };
    let seqs: Vec<u64> = messages.iter().map(|message| message.seq.0).collect();
    assert_eq!(seqs, [10, 20, 30, 40, 50, 60, 70, 80], "oldest first, as one reads");
    desk.world.event(ClientEvent::Exporting { ticket, done: 3, all: 8 });
    let going = desk.history().export.clone().unwrap();
    assert_eq!((going.done, going.all, going.end), (3, 8, None));
    let result = Ok(Answer::Exported { messages: 8, bytes: 999, missing: 2 });
    desk.world.event(ClientEvent::Answered { ticket, result });
    let done = desk.history().export.as_ref().unwrap();
    assert_eq!((&done.end, done.missing), (&Some(Ok(8)), 2));
    let effects = desk.world.send(Msg::History(HistoryMsg::CancelExport));
    assert!(effects.is_empty(), "it is done: there is nothing to give up");
    let (_, ticket) = export(&mut desk, Part::Hits);
    let effects = desk.world.send(Msg::History(HistoryMsg::Close));
    assert!(
        matches!(effects[..], [Effect::Ask(Intent::CancelExport(given_up))] if given_up == ticket)
    );
}

#[test]
fn a_range_of_days_is_exported_with_both_its_ends_and_without_what_is_wrong() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    let range = |desk: &mut Desk, msg: RangeMsg| desk.world.send(Msg::History(msg.into()));
    let submit = |first: &str, last: &str| RangeMsg::Submit(first.into(), last.into());
    range(&mut desk, RangeMsg::Open);
    let asked = desk.history().range.clone().unwrap();
    assert_eq!(asked.days, (date(2026, 11, 1), date(2026, 11, 20)), "not beyond today");
    assert!(range(&mut desk, submit("2026-11-02", "2026-11-01")).is_empty());
    assert_eq!(desk.history().range.as_ref().unwrap().trouble, Some(RangeTrouble::Order));
    range(&mut desk, RangeMsg::Typed);
    assert_eq!(desk.history().range, Some(asked), "what is typed anew is not wrong yet");
    let (first, last) = (date(2026, 10, 30), date(2026, 11, 2));
    let effects = range(&mut desk, submit("2026-10-30", "2026-11-02"));
    assert!(matches!(effects[..], [Effect::ExportDays(f, l)] if (f, l) == (first, last)));
    assert_eq!(desk.history().range, None);
    let (part, path) = (Part::Days(first, last), "/tmp/a.html".into());
    desk.say(HistoryMsg::Export { part, format: Format::Html, path });
    let Some(Intent::Export { export, .. }) = desk.asked.last() else { panic!() };
    let Scope::Conversation { with: MOMO, since: Some(since), until: Some(until) } = export.what
    else {
        panic!()
    };
    let zone = &desk.world.model.zone;
    let day_of = |at| crate::ui::app::history::dates::day_of(at, zone);
    assert_eq!((day_of(since - 1), day_of(since)), (date(2026, 10, 29), first));
    assert_eq!((day_of(until - 1), day_of(until)), (last, date(2026, 11, 3)));
}

#[test]
fn hits_that_are_not_here_yet_are_fetched_before_they_are_exported() {
    let mut desk = Desk::new();
    desk.say(HistoryMsg::Open(Some(MOMO)));
    desk.say(HistoryMsg::Search("other".into()));
    let all = desk.log.len() - 16;
    assert!(desk.hits().len() < all && !desk.history().look.is_done());
    let path = "/tmp/a.html".into();
    desk.say(HistoryMsg::Export { part: Part::Hits, format: Format::Html, path });
    let Some(Intent::Export { export, .. }) = desk.asked.last() else { panic!() };
    let Scope::Messages(messages) = &export.what else { panic!() };
    assert_eq!(messages.len(), all);
}

#[test]
fn that_there_are_more_hits_than_are_kept_is_known() {
    let mut world = World::signed_in();
    world.send(Msg::History(HistoryMsg::Open(Some(MOMO))));
    for (found, goes_on, is_cut) in [(5_000, true, true), (5_000, false, false)] {
        let effects = world.send(Msg::History(HistoryMsg::Search(format!("x{goes_on}"))));
        let ticket = effects.iter().find_map(ticket_of).unwrap();
        let hit = |seq| message(direct(10_002), seq, 10_002, NOON_MS, "x");
        let next = goes_on.then_some(Spot::START);
        let result = Ok(Answer::Hits { messages: (1..=found).map(hit).collect(), next });
        world.event(ClientEvent::Answered { ticket, result });
        let look = &world.model.history.as_ref().unwrap().look;
        assert_eq!((look.count(None), look.is_done(), look.is_cut()), (5_000, true, is_cut));
    }
}
