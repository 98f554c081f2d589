//! A scene keeps its promises under any sequence of changes: heights are those of its rows, the
//! view stays within the content and does not jump, points lead back to their places.

use std::collections::HashMap;

use proptest::prelude::*;

use super::layout::SpanKind;
use super::measure::tests::Grid;
use super::measure::{part, round};
use super::place::tests::{ME, MOMO, Plain, faces, look};
use super::place::{Body, Placed, Tools};
use super::rows::{Entry, Face, Image, Key, Mark, Saying};
use super::scene::{Action, BOTTOM, Direction, Hit, Scene, Told};
use super::selection::Spot;
use crate::domain::{AccountId, BlobId, Nonce, Seq};

/// What a row "[picture]" shows.
const PICTURE: Image = Image { thumb: BlobId([1; 32]), size: (300, 200), percent: None };

/// The words of a centred line.
const NOTE: &str = "came in";

/// A row of a test.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    key: Key,
    from: AccountId,
    at: i64,
    text: String,
    mark: Mark,
}

impl Row {
    fn new(seq: u64, from: AccountId, text: &str) -> Row {
        let at = i64::try_from(seq).unwrap() * 10_000;
        Row { key: Key::Seq(Seq(seq)), from, at, text: text.into(), mark: Mark::None }
    }

    fn entry(&self) -> Entry<'_> {
        let saying = match self.text.as_str() {
            "" => Saying::Shake,
            "[picture]" => Saying::Image(PICTURE),
            NOTE => Saying::Note(NOTE),
            text => Saying::Text(text),
        };
        Entry {
            key: self.key,
            from: self.from,
            at: self.at,
            saying,
            mark: self.mark,
            hint: "",
            named: &[],
        }
    }
}

/// A scene, the rows that it should show, and what it needs to be laid out.
struct Stand {
    scene: Scene,
    rows: Vec<Row>,
    faces: HashMap<AccountId, Face>,
}

impl Stand {
    fn new(rows: Vec<Row>, width: i32, view: i32) -> Stand {
        let mut scene = Scene::new(look(width, false));
        scene.resize(look(width, false), view);
        let mut stand = Stand { scene, rows, faces: faces() };
        stand.sync();
        stand
    }

    fn numbered(count: u64, width: i32, view: i32) -> Stand {
        let row = |seq| Row::new(seq, if seq % 3 == 0 { ME } else { MOMO }, &text(seq));
        Stand::new((1_001..=1_000 + count).map(row).collect(), width, view)
    }

    fn tools(&self) -> Tools<'_> {
        Tools { measure: &Grid, wording: &Plain, faces: &self.faces }
    }

    fn sync(&mut self) {
        let entries: Vec<Entry<'_>> = self.rows.iter().map(Row::entry).collect();
        self.scene.sync(&entries);
        self.frame();
    }

    fn frame(&mut self) {
        let tools = Tools { measure: &Grid, wording: &Plain, faces: &self.faces };
        self.scene.frame(tools);
    }

    /// Where a row stands in the view.
    fn y_of(&self, key: Key) -> Option<i32> {
        let seen = self.scene.seen();
        seen.iter().find(|seen| self.rows[seen.row].key == key).map(|seen| seen.y)
    }

    fn check(&self) {
        let scene = &self.scene;
        let mut sum = 0;
        assert_eq!(scene.heights.len(), self.rows.len());
        for (row, expected) in self.rows.iter().enumerate() {
            let item = scene.item(row).unwrap();
            assert_eq!(item.entry(), expected.entry());
            assert_eq!(scene.heights.before(row), sum);
            sum += i64::from(scene.heights.get(row));
            if scene.rows[row].exact {
                let placed = Placed::new(item, scene.head(row), scene.look(), self.tools());
                assert_eq!(scene.heights.get(row), placed.height, "row {row}");
            }
        }
        assert_eq!(scene.heights.total(), sum);
        let extent = scene.extent();
        assert!((0..=extent.offset_max()).contains(&scene.scroll().offset()));
        self.check_seen();
    }

    /// Rows in sight follow each other without a gap and cover the view.
    fn check_seen(&self) {
        let seen = self.scene.seen();
        let extent = self.scene.extent();
        let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
            return assert!(self.rows.is_empty() || extent.view == 0);
        };
        for pair in seen.windows(2) {
            assert_eq!(pair[0].row + 1, pair[1].row);
            assert_eq!(pair[0].y + pair[0].placed.height, pair[1].y);
        }
        let bottom = last.y + last.placed.height;
        if extent.offset_max() > 0 {
            assert!(first.y <= 0 && bottom + BOTTOM >= extent.view, "{} to {bottom}", first.y);
        } else {
            assert_eq!((first.row, bottom + BOTTOM), (0, extent.view));
        }
    }
}

fn text(n: u64) -> String {
    match n % 5 {
        0 => String::new(),
        1 => "图书馆三楼见。".repeat(usize::try_from(n % 17).unwrap() + 1),
        2 => format!("see http://a.b/{n} now"),
        3 => "a\nb\nc".into(),
        _ => "😂".into(),
    }
}

#[derive(Clone, Debug)]
enum Step {
    Append(u8),
    Prepend(u8),
    Change(usize),
    Fail(usize),
    Remove(usize),
    Pending,
    Taken,
    Resize(i32, i32),
    Glide(i64, u64),
    Jump(i64),
    Divide(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..20_u8).prop_map(Step::Append),
        (1..20_u8).prop_map(Step::Prepend),
        any::<usize>().prop_map(Step::Change),
        any::<usize>().prop_map(Step::Fail),
        any::<usize>().prop_map(Step::Remove),
        Just(Step::Pending),
        Just(Step::Taken),
        (60..900, 0..700).prop_map(|(width, view)| Step::Resize(width, view)),
        (-2_000_i64..2_000, 0..300_u64).prop_map(|(by, ms)| Step::Glide(by, ms)),
        (0_i64..9_000).prop_map(Step::Jump),
        any::<usize>().prop_map(Step::Divide),
    ]
}

fn take(stand: &mut Stand, step: &Step, now_ms: &mut u64) {
    let count = stand.rows.len();
    let at = |index: usize| index % count.max(1);
    let seq = |row: Option<&Row>| match row.map(|row| row.key) {
        Some(Key::Seq(Seq(seq))) => seq,
        _ => 100_000,
    };
    match *step {
        Step::Append(n) => {
            let last = stand.rows.iter().rposition(|row| matches!(row.key, Key::Seq(_)));
            let from = seq(last.map(|last| &stand.rows[last])) + 1;
            let new = (from..from + u64::from(n)).map(|seq| Row::new(seq, MOMO, &text(seq)));
            let place = last.map_or(0, |last| last + 1);
            stand.rows.splice(place..place, new.collect::<Vec<_>>());
        }
        Step::Prepend(n) => {
            let first = seq(stand.rows.first()).saturating_sub(u64::from(n)).max(1);
            let end = seq(stand.rows.first());
            let new = (first..end).map(|seq| Row::new(seq, ME, &text(seq)));
            stand.rows.splice(0..0, new.collect::<Vec<_>>());
        }
        Step::Change(index) if count > 0 => stand.rows[at(index)].text.push_str("图书馆 more"),
        Step::Fail(index) if count > 0 => stand.rows[at(index)].mark = Mark::Failed,
        Step::Remove(index) if count > 0 => {
            stand.rows.remove(at(index));
        }
        Step::Pending => {
            let nonce = u8::try_from(count % 251).unwrap();
            let key = Key::Nonce(Nonce([nonce; 16]));
            if stand.rows.iter().all(|row| row.key != key) {
                stand.rows.push(Row { key, ..Row::new(200_000, ME, "on its way") });
            }
        }
        Step::Taken => {
            if let Some(row) = stand.rows.iter_mut().find(|row| matches!(row.key, Key::Nonce(_))) {
                row.key = Key::Seq(Seq(300_000 + u64::try_from(count).unwrap()));
            }
        }
        Step::Resize(width, view) => stand.scene.resize(look(width, width % 2 == 0), view),
        Step::Glide(by, ms) => {
            stand.scene.glide_by(by, *now_ms);
            *now_ms += ms;
            stand.scene.tick(*now_ms);
        }
        Step::Jump(to) => stand.scene.jump(to),
        Step::Divide(index) => {
            let key = stand.rows.get(at(index)).map(|row| row.key);
            stand.scene.set_divider(key);
        }
        Step::Change(_) | Step::Fail(_) | Step::Remove(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn heights_and_view_are_right_after_any_steps(steps in prop::collection::vec(step(), 1..30)) {
        let mut stand = Stand::new(Vec::new(), 760, 400);
        let mut now_ms = 0;
        for step in steps {
            take(&mut stand, &step, &mut now_ms);
            stand.rows.dedup_by_key(|row| row.key);
            let keys: std::collections::HashSet<Key> =
                stand.rows.iter().map(|row| row.key).collect();
            if keys.len() < stand.rows.len() {
                // The same name twice is against the rules of the caller.
                return Ok(());
            }
            stand.sync();
            stand.check();
        }
    }

    #[test]
    fn the_end_is_told_when_it_comes_into_sight_and_when_it_goes(
        steps in prop::collection::vec(step(), 1..30),
    ) {
        let mut stand = Stand::numbered(60, 760, 400);
        let (mut now_ms, mut told) = (0, true);
        for step in steps {
            take(&mut stand, &step, &mut now_ms);
            let keys: std::collections::HashSet<Key> =
                stand.rows.iter().map(|row| row.key).collect();
            prop_assume!(keys.len() == stand.rows.len());
            stand.sync();
            if let Some(is_there) = stand.scene.moved_to_end() {
                prop_assert_ne!(is_there, told, "nothing is told twice");
                told = is_there;
            }
            let at_end = stand.scene.scroll().distance(stand.scene.extent()) == 0;
            if told {
                prop_assert!(at_end, "after {step:?}");
            } else {
                prop_assert!(!at_end || stand.scene.scroll().is_gliding(), "after {step:?}");
            }
        }
    }

    #[test]
    fn what_is_in_sight_stays_when_rows_come_above_or_below(
        offset in 0_i64..6_000, before in 1..80_u64, after in 0..20_u64,
    ) {
        let mut stand = Stand::numbered(120, 760, 400);
        stand.scene.jump(offset);
        stand.frame();
        prop_assume!(!stand.scene.scroll().follows());
        let middle = stand.scene.seen()[stand.scene.seen().len() / 2].row;
        let key = stand.rows[middle].key;
        let y = stand.y_of(key);
        let new = (1_001 - before..1_001).map(|seq| Row::new(seq, MOMO, &text(seq)));
        stand.rows.splice(0..0, new.collect::<Vec<_>>());
        stand.rows.extend((2_000..2_000 + after).map(|seq| Row::new(seq, MOMO, &text(seq))));
        stand.sync();
        stand.check();
        // The line "New messages" and the time of the former first row may move rows below them.
        prop_assert_eq!(stand.y_of(key), y);
        prop_assert_eq!(stand.scene.fresh(), usize::try_from(after).unwrap());
    }

    #[test]
    fn a_movement_up_goes_as_far_as_asked(offset in 800_i64..5_000, by in 1_i64..350) {
        let mut stand = Stand::numbered(200, 620, 400);
        stand.scene.jump(offset);
        stand.frame();
        prop_assume!(!stand.scene.scroll().follows());
        let key = stand.rows[stand.scene.seen()[0].row].key;
        let y = stand.y_of(key).unwrap();
        stand.scene.glide_by(-by, 0);
        stand.scene.tick(10_000);
        stand.frame();
        if let Some(moved) = stand.y_of(key) {
            prop_assert_eq!(i64::from(moved - y), by);
        }
    }

    #[test]
    fn a_point_leads_back_to_its_place(offset in 0_i64..6_000, width in 120..900) {
        let mut stand = Stand::numbered(120, width, 400);
        stand.scene.jump(offset);
        stand.frame();
        for seen in stand.scene.seen() {
            let Some(bubble) = seen.placed.bubble() else { continue };
            for (index, line) in bubble.flow.lines.iter().enumerate() {
                let y = seen.y + bubble.text.y
                    + i32::try_from(index).unwrap() * bubble.flow.line_height + 2;
                for pair in line.stops.windows(2).filter(|pair| pair[1].x > pair[0].x + 3.0) {
                    let x = bubble.text.x + round(pair[0].x) + 1;
                    let spot = stand.scene.spot_at(x, y);
                    prop_assert_eq!(spot, Some(Spot { row: seen.row, byte: pair[0].byte }));
                }
                for span in &line.spans {
                    let x = bubble.text.x + round(span.x) + 1;
                    let hit = match span.kind {
                        SpanKind::Link(link) => Hit::Act(seen.row, Action::Link(link)),
                        _ => Hit::Bubble(seen.row),
                    };
                    if span.width > part(2) {
                        prop_assert_eq!(stand.scene.hit(x, y), hit);
                    }
                }
            }
        }
    }
}

#[test]
fn the_end_is_followed_and_a_line_counts_what_came_elsewhere() {
    let mut stand = Stand::numbered(60, 760, 400);
    stand.rows.push(Row::new(2_000, MOMO, "followed"));
    stand.sync();
    assert_eq!(stand.scene.scroll().distance(stand.scene.extent()), 0);
    assert_eq!(stand.scene.fresh(), 0);
    stand.scene.glide_by(-900, 0);
    stand.scene.tick(1_000);
    stand.frame();
    stand.rows.push(Row::new(2_100, MOMO, NOTE));
    stand.sync();
    assert_eq!((stand.scene.fresh(), stand.scene.divider), (0, None), "nobody said that");
    for seq in [2_101, 2_102] {
        stand.rows.push(Row::new(seq, MOMO, "unseen"));
        stand.sync();
    }
    stand.rows.push(Row::new(2_103, ME, "from my other device"));
    stand.sync();
    assert_eq!(stand.scene.fresh(), 2);
    assert_eq!(stand.scene.divider, Some(Key::Seq(Seq(2_101))));
    let faces = faces();
    stand.scene.reveal_fresh(Tools { measure: &Grid, wording: &Plain, faces: &faces });
    assert_eq!(stand.scene.fresh(), 0);
    assert!(stand.y_of(Key::Seq(Seq(2_101))).is_some());
}

/// A row of so many lines, each of a hundred bytes with its break.
fn long(seq: u64, lines: usize) -> Row {
    let lines: Vec<String> = (0..lines).map(|line| format!("{line:<99}")).collect();
    Row::new(seq, MOMO, &lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_line_that_is_gone_to_comes_into_sight(
        line in 0_usize..300, width in 120..900, view in 60..700, offset in 0_i64..9_000,
    ) {
        let mut stand = Stand::numbered(40, width, view);
        stand.rows.insert(20, long(1_500, 300));
        stand.rows[21..].iter_mut().zip(1_501..).for_each(|(row, seq)| row.key = Key::Seq(Seq(seq)));
        stand.sync();
        stand.scene.jump(offset);
        stand.frame();
        let faces = faces();
        let tools = Tools { measure: &Grid, wording: &Plain, faces: &faces };
        let byte = line * 100;
        stand.scene.show(20, byte, tools);
        stand.check();
        let seen = stand.scene.seen().iter().find(|seen| seen.row == 20).unwrap();
        let bubble = seen.placed.bubble().unwrap();
        let shown = i32::try_from(bubble.flow.place_of(byte).0).unwrap();
        let y = seen.y + bubble.text.y + shown * bubble.flow.line_height;
        prop_assert!(y >= 0 && y + bubble.flow.line_height <= view, "{y} of {view}");
        if line == 0 {
            prop_assert!(seen.y > 0, "with what was said before");
        }
    }
}

#[test]
fn own_words_bring_the_view_to_the_end() {
    let mut stand = Stand::numbered(60, 760, 400);
    stand.scene.jump(100);
    stand.frame();
    let key = Key::Nonce(Nonce([7; 16]));
    stand.rows.push(Row { key, ..Row::new(5_000, ME, "on its way") });
    stand.sync();
    assert!(stand.scene.scroll().follows());
    // It takes its place in the log: nothing is new by that.
    stand.scene.jump(100);
    stand.frame();
    stand.rows.last_mut().unwrap().key = Key::Seq(Seq(5_000));
    stand.sync();
    assert_eq!((stand.scene.fresh(), stand.scene.scroll().offset()), (0, 100));
}

#[test]
fn the_end_is_told_once_for_each_way_there_and_from_there() {
    let mut stand = Stand::numbered(60, 760, 400);
    assert_eq!(stand.scene.moved_to_end(), None, "it is in sight from the start");
    stand.rows.push(Row::new(2_000, MOMO, "followed"));
    stand.sync();
    assert_eq!(stand.scene.moved_to_end(), None, "and stays so when more is said");
    stand.scene.glide_by(-300, 0);
    assert_eq!(stand.scene.moved_to_end(), Some(false), "as soon as it begins to go");
    stand.scene.tick(1_000);
    stand.rows.push(Row::new(2_001, MOMO, "unseen"));
    stand.sync();
    assert_eq!(stand.scene.moved_to_end(), None, "what comes below is out of sight");
    stand.scene.glide_by(10_000, 1_000);
    stand.scene.tick(1_010);
    stand.frame();
    assert_eq!(stand.scene.moved_to_end(), None, "on the way there");
    stand.scene.tick(2_000);
    stand.frame();
    assert_eq!(stand.scene.moved_to_end(), Some(true));
    // Without a movement: to a message, and by own words back.
    let faces = faces();
    stand.scene.show(5, 0, Tools { measure: &Grid, wording: &Plain, faces: &faces });
    assert_eq!(stand.scene.moved_to_end(), Some(false));
    let key = Key::Nonce(Nonce([7; 16]));
    stand.rows.push(Row { key, ..Row::new(5_000, ME, "on its way") });
    stand.sync();
    assert_eq!(stand.scene.moved_to_end(), Some(true));
    // By a window that is high enough for all.
    stand.scene.jump(0);
    stand.frame();
    assert_eq!(stand.scene.moved_to_end(), Some(false));
    stand.scene.resize(look(760, false), 20_000);
    stand.frame();
    assert_eq!(stand.scene.moved_to_end(), Some(true));
}

#[test]
fn older_messages_are_asked_for_once_near_the_top() {
    let mut stand = Stand::numbered(60, 760, 400);
    stand.scene.set_earlier(true);
    assert!(!stand.scene.wants_earlier());
    stand.scene.jump(399);
    assert!(stand.scene.wants_earlier());
    assert!(!stand.scene.wants_earlier());
    stand.rows.insert(0, Row::new(900, MOMO, "older"));
    stand.sync();
    stand.scene.jump(0);
    assert!(stand.scene.wants_earlier());
    // The page failed: the caller says that none is on its way any more.
    stand.scene.set_earlier(false);
    assert!(!stand.scene.wants_earlier());
    stand.scene.set_earlier(true);
    assert!(stand.scene.wants_earlier());
}

#[test]
fn the_keyboard_reaches_links_and_retries_in_reading_order() {
    let mut rows = vec![
        Row::new(1, MOMO, "http://a.b and http://c.d"),
        Row::new(2, ME, "plain"),
        Row::new(3, ME, "failed"),
    ];
    rows[2].mark = Mark::Failed;
    let mut stand = Stand::new(rows, 760, 400);
    let mut told = Vec::new();
    while stand.scene.focus_next(Direction::Forward) {
        let (row, action) = stand.scene.focus().unwrap();
        told.push(stand.scene.told_by(row, action).unwrap());
    }
    let link = |address: &str| Told::Link(address.into());
    assert_eq!(told, [link("http://a.b"), link("http://c.d"), Told::Retry(Key::Seq(Seq(3)))]);
    assert!(stand.scene.focus_next(Direction::Back));
    assert_eq!(stand.scene.focus(), Some((2, Action::Retry)));
    stand.scene.clear_focus();
    assert_eq!(stand.scene.focus(), None);
}

#[test]
fn faces_and_failures_are_hit() {
    let mut rows = vec![Row::new(1, MOMO, "hello"), Row::new(2, ME, "failed")];
    rows[1].mark = Mark::Failed;
    let stand = Stand::new(rows, 760, 400);
    let seen = stand.scene.seen();
    let face = seen[0].placed.bubble().unwrap().avatar.unwrap();
    assert_eq!(stand.scene.hit(face.x + 2, seen[0].y + face.y + 2), Hit::Face(MOMO));
    let bubble = seen[1].placed.bubble().unwrap();
    let (_, retry) = bubble.failed.unwrap();
    let disc = bubble.mark_area(Mark::Failed);
    for area in [retry, disc] {
        let hit = stand.scene.hit(area.x + 2, seen[1].y + area.y + 2);
        assert_eq!(hit, Hit::Act(1, Action::Retry));
    }
    assert_eq!(stand.scene.hit(400, 5), Hit::Nothing);
}

#[test]
fn what_was_taken_back_can_be_written_anew_by_pointer_and_key() {
    let mut stand = Stand::new(vec![Row::new(1, MOMO, "hello"), Row::new(2, ME, "")], 760, 400);
    let (first, second) = (stand.rows[0].clone(), stand.rows[1].clone());
    let saying = Saying::Recalled("You recalled a message", "Edit again");
    let key = Key::Seq(Seq(2));
    let line = Entry { key, saying, ..second.entry() };
    stand.scene.sync(&[first.entry(), line]);
    stand.frame();
    let seen = stand.scene.seen()[1].clone();
    let Body::Centred(centred) = &seen.placed.body else { panic!("a bubble") };
    let (_, act) = centred.act.clone().unwrap();
    assert_eq!(stand.scene.hit(act.x + 2, seen.y + act.y + 2), Hit::Act(1, Action::Again));
    let words = centred.text;
    assert_eq!(stand.scene.hit(words.x + 2, seen.y + words.y + 2), Hit::Line(1));
    assert!(stand.scene.focus_next(Direction::Forward));
    assert_eq!(stand.scene.focus(), Some((1, Action::Again)));
    assert_eq!(stand.scene.told_by(1, Action::Again), Some(Told::Again(key)));
    assert_eq!((stand.scene.current(), stand.scene.last()), (Some(key), Some(key)));
}

#[test]
fn the_picture_that_is_meant_is_the_one_pressed_last_else_the_newest() {
    let row = |seq: u64| {
        let words = if [2, 4, 5].contains(&seq) { "[picture]" } else { "words" };
        Row::new(seq, if seq == 3 { ME } else { MOMO }, words)
    };
    let mut stand = Stand::new((1..=6).map(row).collect(), 760, 400);
    assert_eq!(stand.scene.picture(), Some(Seq(5)));
    stand.scene.select_row(1);
    assert_eq!(stand.scene.picture(), Some(Seq(2)));
    stand.scene.select_row(2);
    assert_eq!(stand.scene.picture(), Some(Seq(5)), "words were pressed");
    stand.rows.retain(|row| row.text != "[picture]");
    stand.sync();
    assert_eq!(stand.scene.picture(), None);
}

#[test]
fn a_selection_stays_on_its_words_when_rows_come() {
    let mut stand =
        Stand::new(vec![Row::new(10, MOMO, "hello"), Row::new(11, ME, "you")], 760, 400);
    stand.scene.select_from(Some(Spot { row: 0, byte: 1 }));
    stand.scene.select_to(Spot { row: 1, byte: 2 });
    stand.rows.insert(0, Row::new(9, MOMO, "older"));
    stand.sync();
    let copied = stand.scene.copied(|item| item.from.to_string());
    assert_eq!(copied, "10024\nello\n\n10001\nyo\n");
    stand.scene.select_word(Spot { row: 1, byte: 2 });
    assert_eq!(stand.scene.copied(|_| String::new()), "hello");
    stand.scene.select_all();
    assert_eq!(stand.scene.copied(|_| "-".into()), "-\nolder\n\n-\nhello\n\n-\nyou\n");
}

#[test]
fn rows_that_are_not_seen_are_not_laid_out() {
    let stand = Stand::numbered(20_000, 760, 500);
    let exact = stand.scene.rows.iter().filter(|row| row.exact).count();
    assert!(exact < 60, "{exact} rows were laid out for one view");
}
