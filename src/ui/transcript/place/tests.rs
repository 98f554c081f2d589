//! Rows stand where the pictures have them.

use super::super::card::Deed;
use super::super::measure::tests::Grid;
use super::super::rows::{Entry, Key, Quote, Saying};
use super::*;
use crate::domain::{Rank, Seq};

/// Who looks.
pub const ME: AccountId = AccountId(10_001);
/// Another one.
pub const MOMO: AccountId = AccountId(10_024);

/// Plain words.
pub struct Plain;

impl Wording for Plain {
    fn separator(&self, at_ms: i64) -> String {
        format!("at {at_ms}")
    }
    fn exact(&self, at_ms: i64) -> String {
        format!("exactly {at_ms}")
    }
    fn shake(&self, by: Option<&str>) -> String {
        by.map_or("You shook".into(), |name| format!("{name} shook"))
    }
    fn failed(&self) -> String {
        "Not sent.".into()
    }
    fn retry(&self) -> String {
        "Retry".into()
    }
    fn deed(&self, deed: Deed) -> String {
        format!("{deed:?}")
    }
    fn uploading(&self, percent: u8) -> String {
        format!("Uploading {percent}%")
    }
    fn missing(&self) -> String {
        "Missing".into()
    }
    fn divider(&self) -> String {
        "New messages".into()
    }
    fn pill(&self, count: usize) -> String {
        format!("{count} new messages")
    }
    fn empty(&self) -> (String, String) {
        ("No messages yet".into(), "Say hello".into())
    }
}

/// What the other one looks like.
pub fn faces() -> HashMap<AccountId, Face> {
    HashMap::from([(MOMO, Face { name: "Momo".into(), portrait: 2.into(), rank: Rank::Member })])
}

/// A look of this width.
pub fn look(width: i32, names: bool) -> Look {
    Look { width, style: Style::MESSAGE, names, me: ME }
}

fn placed(entry: Entry<'_>, head: Head, look: &Look) -> Placed {
    let faces = faces();
    let tools = Tools { measure: &Grid, wording: &Plain, faces: &faces };
    Placed::new(&Item::new(entry), head, look, tools)
}

/// A row at the beginning of time.
pub fn entry(from: AccountId, saying: Saying<'_>, mark: Mark) -> Entry<'_> {
    Entry { key: Key::Seq(Seq(1)), from, at: 0, saying, mark, hint: "", named: &[] }
}

const START: Head = Head { gap: 12, separator: false, divider: false, run_start: true };

#[test]
fn a_bubble_lies_beside_its_avatar() {
    let row = placed(entry(MOMO, Saying::Text("图书馆"), Mark::None), START, &look(760, false));
    let bubble = row.bubble().unwrap();
    assert_eq!(bubble.avatar, Some(Rect::new(16, 12, 36, 36)));
    assert_eq!(bubble.area, Rect::new(60, 12, 42 + 24, 38));
    assert_eq!(bubble.text, Rect::new(72, 20, 42, 22));
    assert_eq!(row.height, 50);
    let row = placed(entry(ME, Saying::Text("图书馆"), Mark::Sent), START, &look(760, false));
    let bubble = row.bubble().unwrap();
    assert_eq!(bubble.avatar, Some(Rect::new(708, 12, 36, 36)));
    assert_eq!(bubble.area.right(), 700);
    assert_eq!(bubble.mark_area(Mark::Sent), Rect::new(612, 34, 16, 16));
}

#[test]
fn a_picture_keeps_its_shape_within_its_bounds() {
    let cases = [
        ((100, 80), None, (100, 80)),
        ((2_560, 1_600), None, (240, 150)),
        ((600, 2_400), None, (64, 180)),
        ((2_000, 20), None, (240, 64)),
        ((1, 1), None, (64, 64)),
        ((2_560, 1_600), Some(48), (192, 120)),
    ];
    for (size, percent, (w, h)) in cases {
        let image = Image { thumb: crate::domain::BlobId([1; 32]), size, percent };
        let one = entry(ME, Saying::Image(image), Mark::Sending);
        let row = placed(one, START, &look(760, false));
        let bubble = row.bubble().unwrap();
        assert_eq!(bubble.area, Rect::new(700 - w, 12, w, h), "{size:?}");
        let item = Item::new(one);
        let guess = Weight::of(&item).height(&item, START, &look(760, false));
        assert_eq!((row.height, guess), (12 + h, 12 + h));
    }
}

const QUOTE_OF: Quote<'_> =
    Quote { key: Key::Seq(Seq(1)), name: "Momo", words: "Calculators tomorrow?" };

#[test]
fn what_is_answered_stands_in_the_bubble_over_the_words() {
    let row =
        placed(entry(ME, Saying::Answer(QUOTE_OF, "图"), Mark::Sent), START, &look(760, false));
    let bubble = row.bubble().unwrap();
    let quote = bubble.quote.unwrap();
    assert_eq!((quote.y, bubble.text.y, bubble.area.h), (20, 42, 60));
    assert!(quote.w > bubble.text.w && bubble.area.w == quote.w + 24);
    assert_eq!(row.height, 72);
    let long = Quote { words: &"abc ".repeat(200), ..QUOTE_OF };
    let row = placed(entry(ME, Saying::Answer(long, "图"), Mark::Sent), START, &look(760, false));
    assert_eq!(row.bubble().unwrap().area.w, 440);
    // Large emoji stand in a bubble then.
    let row =
        placed(entry(MOMO, Saying::Answer(QUOTE_OF, "😂"), Mark::None), START, &look(760, false));
    assert!(!row.bubble().unwrap().is_bare);
}

#[test]
fn a_quote_without_a_name_begins_behind_its_bar() {
    let quote = Quote { name: "", ..QUOTE_OF };
    let answer = entry(MOMO, Saying::Answer(quote, "a"), Mark::None);
    let area = placed(answer, START, &look(760, false)).bubble().unwrap().quote.unwrap();
    let words = line_width(&Grid, Style::CAPTION, QUOTE_OF.words);
    assert_eq!(area.w, QUOTE_BAR + QUOTE_BAR_GAP + words);
}

#[test]
fn emoji_in_a_quote_are_as_wide_as_they_are_drawn() {
    let width = |words: &str| {
        let quote = Quote { words, ..QUOTE_OF };
        let answer = entry(ME, Saying::Answer(quote, "a"), Mark::Sent);
        placed(answer, START, &look(760, false)).bubble().unwrap().quote.unwrap().w
    };
    let side = emoji_size(Style::CAPTION) + 2;
    assert_eq!(width("ab😄😄") - width("ab"), 2 * side);
}

#[test]
fn names_stand_above_others_runs_in_rooms() {
    let text = Saying::Text("a");
    let inside = Head { run_start: false, ..START };
    let cases = [(MOMO, START, true, 70), (MOMO, inside, false, 50), (ME, START, false, 50)];
    for (from, head, named, height) in cases {
        let row = placed(entry(from, text, Mark::None), head, &look(760, true));
        assert_eq!((row.bubble().unwrap().name.is_some(), row.height), (named, height));
    }
}

#[test]
fn a_failed_message_says_so_under_its_right_edge() {
    let row = placed(entry(ME, Saying::Text("图"), Mark::Failed), START, &look(760, false));
    let bubble = row.bubble().unwrap();
    let (words, retry) = bubble.failed.unwrap();
    assert_eq!((retry.right(), retry.w, retry.y), (700, 30, 54));
    assert_eq!((words.right(), words.w), (664, 54));
    assert_eq!(row.height, 70);
    assert_eq!(bubble.mark_area(Mark::Failed).y, 12 + 11);
}

#[test]
fn separators_and_dividers_push_the_bubble_down() {
    let head = Head { gap: 16, separator: true, divider: true, run_start: true };
    let row = placed(entry(MOMO, Saying::Text("a"), Mark::None), head, &look(760, false));
    assert_eq!(row.separator.map(|area| area.y), Some(16));
    assert_eq!(row.divider.map(|area| area.y), Some(44));
    assert_eq!(row.bubble().unwrap().area.y, 72);
}

#[test]
fn bubbles_are_never_wider_than_allowed() {
    let long = "abc ".repeat(200);
    // Such a mark is as wide as a letter here, and none breaks a line.
    let marks = format!("a{}", "\u{1AB0}".repeat(5_400));
    for (width, most) in [(760, 440), (480, 297), (100, 62), (10, 38)] {
        assert_eq!(look(width, false).bubble_max(), most);
        for words in [&long, &marks] {
            let said = entry(ME, Saying::Text(words), Mark::None);
            let row = placed(said, START, &look(width, false));
            let bubble = row.bubble().unwrap();
            assert!(bubble.area.w <= most && bubble.text.w <= most, "{width}");
        }
    }
}

#[test]
fn what_was_taken_back_is_a_line_with_something_to_do_behind_it() {
    let row = |again, width| {
        let saying = Saying::Recalled("You recalled a message", again);
        let placed = placed(entry(ME, saying, Mark::None), START, &look(width, false));
        let Body::Centred(line) = placed.body else { panic!("a bubble") };
        line
    };
    let line = row("Edit again", 760);
    let (words, act) = line.act.clone().unwrap();
    assert_eq!((words.as_str(), act.w, act.y), ("Edit again", 60, line.text.y));
    let (icon, place) = line.icon.unwrap();
    assert_eq!((icon, place.right() + ICON_GAP), (Icon::Undo, line.text.x));
    assert_eq!(act.x, line.text.right() + ACT_GAP);
    assert_eq!(760 - act.right(), place.x, "in the middle as a whole");
    assert!(row("", 760).act.is_none());
    let narrow = row("Edit again", 200);
    let (_, act) = narrow.act.unwrap();
    assert!(narrow.flow.lines.len() > 1 && act.right() <= 200 - MARGIN);
    assert_eq!(act.bottom(), narrow.text.bottom(), "behind the last of its lines");
}

#[test]
fn large_emoji_have_no_bubble_and_lines_are_centred() {
    let row = placed(entry(MOMO, Saying::Text("😂"), Mark::None), START, &look(760, false));
    assert_eq!(row.bubble().unwrap().area, Rect::new(60, 12, 38, 40));
    let row = placed(entry(MOMO, Saying::Shake, Mark::None), START, &look(760, false));
    let Body::Centred(line) = &row.body else { panic!("a bubble") };
    assert_eq!(line.words, "Momo shook");
    assert_eq!(line.icon.map(|(_, area)| area.x), Some((760 - 60 - 20) / 2));
    assert_eq!(row.height, 28);
}

#[test]
fn a_guess_is_right_for_short_messages() {
    let cases = [
        (MOMO, Saying::Text("图书馆三楼见"), Mark::None),
        (ME, Saying::Text("a\nb\nc"), Mark::Failed),
        (ME, Saying::Answer(QUOTE_OF, "a"), Mark::None),
        (MOMO, Saying::Shake, Mark::None),
    ];
    let look = look(760, true);
    for (from, saying, mark) in cases {
        let item = Item::new(entry(from, saying, mark));
        let guess = Weight::of(&item).height(&item, START, &look);
        assert_eq!(guess, placed(item.entry(), START, &look).height, "{item:?}");
    }
}
