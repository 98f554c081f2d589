//! Measures how long frames of a transcript of 100,000 messages take, and shows a small one.
//!
//! `xvfb-run cargo bench --bench transcript` takes some seconds; `-- show` with `dark`, `en`, `lobby` and
//! `grow` shows messages of every kind instead.

#[expect(dead_code, reason = "the other benches use the rest")]
#[path = "../ring/report.rs"]
mod report;
mod room;

use std::process::ExitCode;
use std::time::Duration;

use fltk::app;
use fltk::prelude::{GroupExt, WidgetExt};
use fltk::window::DoubleWindow;
use mychat::clock::uptime;
use mychat::domain::{AccountId, Rank, Seq};
use mychat::ui::fonts;
use mychat::ui::paint::Rect;
use mychat::ui::text::{Language, set_language};
use mychat::ui::theme::Theme;
use mychat::ui::transcript::{Entry, Face, Key, Mark, Saying, Transcript, TranscriptMsg};
use mychat::ui::widgets::{Control as _, dress_toolkit, window};

use report::{Failure, Latencies, Report, ms};

const ME: AccountId = AccountId(10_001);
const MOMO: AccountId = AccountId(10_024);
const DEER: AccountId = AccountId(10_002);
const MESSAGES: u64 = 100_000;
const FRAMES: usize = 300;
/// One frame of a screen.
const FRAME_MAX: Duration = Duration::from_millis(16);

fn main() -> Result<ExitCode, Failure> {
    let has = |word: &str| std::env::args().any(|argument| argument == word);
    if has("dark") {
        Theme::Dark.make_current();
    }
    set_language(if has("en") { Language::English } else { Language::Chinese });
    let _app = app::App::default();
    let _fonts = fonts::load()?;
    dress_toolkit();
    let mut win = window("Transcript", 760, 500);
    let mut transcript = Transcript::new(ME, told);
    win.end();
    win.make_resizable(true);
    transcript.place(Rect::new(0, 0, 760, 500));
    transcript.set_people(ME, has("lobby"));
    transcript.set_faces([
        (ME, Face { name: "青柠".into(), portrait: 1.into(), rank: Rank::Member }),
        (MOMO, Face { name: "小满".into(), portrait: 2.into(), rank: Rank::Member }),
        (DEER, Face { name: "班主任".into(), portrait: 11.into(), rank: Rank::Owner }),
    ]);
    win.show();
    let now = mychat::clock::wall_ms();
    if has("show") {
        small(&mut transcript, now, has("lobby"));
        transcript.set_divider(Some(Key::Seq(Seq(9))));
        if has("grow") {
            grow(&transcript);
        }
        app::run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = Report::default();
    bench((&mut win, &mut transcript), now, &mut report);
    room::bench(&mut report);
    Ok(if has("--check") && report.is_missed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn told(_: TranscriptMsg) {}

/// A message every second, to see the view follow and the pill count.
fn grow(transcript: &Transcript) {
    let (mut grown, mut seq) = (transcript.clone(), 100);
    app::add_timeout3(1.0, move |handle| {
        seq += 1;
        let text = format!("新消息 {seq}");
        let saying = Saying::Text(&text);
        let at = mychat::clock::wall_ms();
        let (key, mark) = (Key::Seq(Seq(seq)), Mark::None);
        grown.append(Entry { key, from: MOMO, at, saying, mark, hint: "", named: &[] });
        app::repeat_timeout3(1.0, handle);
    });
}

fn small(transcript: &mut Transcript, now: i64, lobby: bool) {
    let minute = 60_000;
    let day = now - 24 * 60 * minute;
    let rows = [
        (MOMO, day, Saying::Text("明天的小测带计算器吗？"), Mark::None),
        (MOMO, day, Saying::Text("😂"), Mark::None),
        (
            ME,
            day + minute,
            Saying::Text("带，老师说可以用。资料在 http://10.3.1.8/physics"),
            Mark::Read,
        ),
        (MOMO, day + 2 * minute, Saying::Shake, Mark::None),
        (MOMO, now - 20 * minute, Saying::Text("v–t 图我画好了，你看看斜率对不对"), Mark::None),
        (
            ME,
            now - 19 * minute,
            Saying::Text("对的！加速度大约 0.52 m/s²，误差在 4% 以内"),
            Mark::Read,
        ),
        (ME, now - 19 * minute, Saying::Text("在的，早上我带过去 👌 好的😄"), Mark::Delivered),
        (
            DEER,
            now - 18 * minute,
            Saying::Text(
                "Flag ceremony at 7:20 tomorrow, everyone bring your badge, and don't forget the form: https://example.edu/forms/2026/registration?class=11-3",
            ),
            Mark::None,
        ),
        (MOMO, now - 17 * minute, Saying::Text("Hi all, I just transferred in!"), Mark::None),
        (ME, now - 16 * minute, Saying::Text("服务器已收到（单勾）"), Mark::Sent),
        (ME, now - 16 * minute, Saying::Text("正在发送…（钟表）"), Mark::Sending),
        (ME, now - 16 * minute, Saying::Text("没发出去的消息"), Mark::Failed),
        (MOMO, now, Saying::Note("小满不在线，上线后会收到"), Mark::None),
    ];
    let entries: Vec<Entry<'_>> = (1..)
        .zip(rows)
        .map(|(seq, (from, at, saying, mark))| {
            let mark = if lobby && mark != Mark::Failed { Mark::None } else { mark };
            Entry { key: Key::Seq(Seq(seq)), from, at, saying, mark, hint: "", named: &[] }
        })
        .collect();
    transcript.sync(&entries, false);
}

/// Times of one kind of frame.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn take(&mut self, frame: impl FnOnce()) {
        let start = uptime();
        frame();
        self.0.push(uptime().saturating_sub(start));
    }

    fn tell(self, name: &str, report: &mut Report) {
        let times = Latencies::new(self.0);
        let [p50, p99, max] = [50, 99, 100].map(|part| times.percentile(part));
        let what = format!("{name:<26} p50 {} p99 {} max {}", ms(p50), ms(p99), ms(max));
        report.target(&what, max < FRAME_MAX);
    }
}

fn draw_now(win: &mut DoubleWindow) {
    win.redraw();
    app::flush();
    app::check();
}

fn bench((win, transcript): (&mut DoubleWindow, &mut Transcript), now: i64, report: &mut Report) {
    draw_now(win);
    let texts: Vec<String> = (0..MESSAGES).map(text).collect();
    let entries: Vec<Entry<'_>> =
        (0..MESSAGES).zip(&texts).map(|(n, text)| entry(n, text, now)).collect();
    let mut first = Times::default();
    first.take(|| {
        transcript.sync(&entries, true);
        draw_now(win);
    });
    let first = Latencies::new(first.0).percentile(100);
    report
        .line(&format!("the first frame of 100,000 messages that all come at once: {}", ms(first)));
    let mut again = Times::default();
    for _ in 0..20 {
        again.take(|| {
            transcript.sync(&entries, true);
            draw_now(win);
        });
    }
    again.tell("sync of the same 100,000", report);
    let mut appends = Times::default();
    for n in 0..FRAMES as u64 {
        let text = text(MESSAGES + n);
        appends.take(|| {
            transcript.append(entry(MESSAGES + n, &text, now));
            draw_now(win);
        });
    }
    appends.tell("append and draw", report);
    scrolls(win, transcript, report);
    let mut resizes = Times::default();
    for n in 0..60 {
        let w = 480 + (n * 37) % 600;
        resizes.take(|| {
            win.set_size(w, 500);
            transcript.place(Rect::new(0, 0, w, 500));
            draw_now(win);
        });
    }
    resizes.tell("resize and draw", report);
}

fn scrolls(win: &mut DoubleWindow, transcript: &mut Transcript, report: &mut Report) {
    let mut pages = Times::default();
    transcript.set_moves(false);
    for n in 0..FRAMES {
        pages.take(|| {
            transcript.page(if n < FRAMES * 2 / 3 { -1 } else { 1 });
            draw_now(win);
        });
    }
    pages.tell("page and draw", report);
    let mut jumps = Times::default();
    for n in 0..FRAMES as u64 {
        let key = Key::Seq(Seq((n * 7_919_333) % MESSAGES + 1));
        jumps.take(|| {
            transcript.reveal(key);
            draw_now(win);
        });
    }
    jumps.tell("jump anywhere and draw", report);
    let mut draws = Times::default();
    for _ in 0..FRAMES {
        draws.take(|| draw_now(win));
    }
    draws.tell("draw again", report);
}

fn text(n: u64) -> String {
    match n % 7 {
        0 => format!("第 {n} 条：对的！加速度大约 0.52 m/s²，误差在 4% 以内"),
        1 => "😂".into(),
        2 => format!("see http://10.3.1.8/physics/{n} for the lab report of group three"),
        3 => "明天的小测带计算器吗？老师说可以用。".repeat(4),
        4 => "好，图书馆三楼见 😄".into(),
        5 => format!("line one\nline two of {n}\nline three"),
        _ => "ok".into(),
    }
}

fn entry(n: u64, text: &str, now: i64) -> Entry<'_> {
    let from = if (n / 3).is_multiple_of(2) { MOMO } else { ME };
    let at = now - i64::try_from((MESSAGES + 1_000).saturating_sub(n)).unwrap_or(0) * 40_000;
    let mark = if from == ME { Mark::Read } else { Mark::None };
    let saying = if n % 50 == 49 { Saying::Shake } else { Saying::Text(text) };
    Entry { key: Key::Seq(Seq(n + 1)), from, at, saying, mark, hint: "", named: &[] }
}
