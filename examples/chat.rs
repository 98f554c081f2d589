//! The chat window with made-up messages, to be looked at beside the design pictures.
//!
//! `cargo run --example chat -- [dark] [en] [empty] [notice]`

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use mychat::domain::{AccountId, Mentions, Nonce, Presence, Rank, Seq, Target};
use mychat::ui::app::chats::ChatMsg;
use mychat::ui::chat::{ChatFace, ChatOut, ChatView, ChatWindow, USUAL};
use mychat::ui::paint::Rect;
use mychat::ui::text::{Language, set_language};
use mychat::ui::theme::Theme;
use mychat::ui::transcript::{Entry, Face, Key, Mark, Saying};
use mychat::ui::{fonts, widgets};

/// The window and what it shows.
struct Demo {
    window: Option<ChatWindow>,
    view: ChatView,
    entries: Vec<Entry<'static>>,
}

impl Demo {
    fn take(&mut self, out: &ChatOut) {
        let Some(window) = self.window.as_mut() else { return };
        match out {
            ChatOut::Msg(ChatMsg::Shake) => window.shake(),
            ChatOut::Msg(ChatMsg::Send(text)) => {
                let number = u8::try_from(self.entries.len()).unwrap_or(u8::MAX);
                self.entries.push(Entry {
                    key: Key::Nonce(Nonce([number; 16])),
                    from: ME,
                    at: mychat::clock::wall_ms(),
                    // An example may keep what was written for ever.
                    saying: Saying::Text(text.clone().leak()),
                    mark: Mark::Sending,
                    hint: "",
                    named: &[],
                });
                window.show(self.view.clone(), &self.entries);
            }
            ChatOut::Msg(ChatMsg::Close { .. }) => app::quit(),
            ChatOut::SendKey(key) => {
                self.view.send_key = *key;
                window.show(self.view.clone(), &self.entries);
            }
            _ => {}
        }
    }
}

const ME: AccountId = AccountId(10_001);
const PEER: AccountId = AccountId(10_024);

fn entries(english: bool) -> Vec<Entry<'static>> {
    let now = mychat::clock::wall_ms();
    let said = |seq: u64, minutes: i64, from: AccountId, text: &'static str, mark: Mark| Entry {
        key: match mark {
            Mark::Sending | Mark::Failed => Key::Nonce(Nonce([u8::try_from(seq).unwrap_or(0); 16])),
            _ => Key::Seq(Seq(seq)),
        },
        from,
        at: now - minutes * 60_000,
        saying: if text.is_empty() { Saying::Shake } else { Saying::Text(text) },
        mark,
        hint: "",
        named: &[],
    };
    if english {
        return vec![
            said(1, 30, ME, "Meet at the library after class?", Mark::Failed),
            said(2, 29, PEER, "", Mark::None),
            said(
                3,
                28,
                PEER,
                "The v–t plot is done. Does the slope look right to you?",
                Mark::None,
            ),
            said(
                4,
                27,
                ME,
                "It does! About 0.52 m/s², within 4% of the textbook value.",
                Mark::Read,
            ),
            said(5, 26, PEER, "see https://example.org/physics/lab?a=1.", Mark::None),
        ];
    }
    vec![
        said(1, 1500, PEER, "明天的小测带计算器吗？", Mark::None),
        said(2, 1499, PEER, "😂", Mark::None),
        said(3, 1498, ME, "带，老师说可以用。资料在 http://10.3.1.8/physics", Mark::Read),
        said(4, 1497, PEER, "", Mark::None),
        said(5, 20, PEER, "v–t 图我画好了，你看看斜率对不对", Mark::None),
        said(6, 19, ME, "对的！加速度大约 0.52 m/s²，误差在 4% 以内", Mark::Delivered),
        said(7, 18, ME, "在的，早上我带过去 👌", Mark::Sent),
        said(8, 17, ME, "没发出去的消息", Mark::Failed),
        said(9, 16, PEER, "好", Mark::None),
        said(
            10,
            15,
            PEER,
            "很长的一段话会在合适的地方换行。标点不会出现在行首，English words stay whole，数字 3.14159 也是。第三行还有一点。",
            Mark::None,
        ),
        said(11, 14, ME, "正在发送…", Mark::Sending),
    ]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let is = |word: &str| std::env::args().any(|argument| argument == word);
    if is("dark") {
        Theme::Dark.make_current();
    }
    set_language(if is("en") { Language::English } else { Language::Chinese });
    let app = app::App::default();
    let _fonts = fonts::load()?;
    widgets::dress_toolkit();
    let (name, status, line) = match is("en") {
        true => ("Momo", "Online", "Early night tonight, promise"),
        false => ("小满", "在线", "今天也要早睡"),
    };
    let view = ChatView {
        target: Target::Account(AccountId(10_024)),
        window: format!("{name} - MyChat"),
        name: name.into(),
        number: "10024".into(),
        status: status.into(),
        line: line.into(),
        face: ChatFace::Person(2.into(), Some(Presence::Online)),
        can_shake: true,
        notice: if is("notice") { "再等 8 秒才能抖动".into() } else { String::new() },
        me: ME,
        faces: [
            (ME, Face { name: "青柠".into(), portrait: 1.into(), rank: Rank::Member }),
            (PEER, Face { name: name.into(), portrait: 2.into(), rank: Rank::Member }),
        ]
        .into(),
        unread_from: is("unread").then_some(Key::Seq(Seq(9))),
        ..ChatView::empty()
    };
    let draft = if is("empty") { "" } else { "好，图书馆三楼见" };
    let entries = if is("empty") { Vec::new() } else { entries(is("en")) };
    let demo = Rc::new(RefCell::new(Demo { window: None, view: view.clone(), entries }));
    let told = Rc::clone(&demo);
    let entries = demo.borrow().entries.clone();
    let area = Rect::new(300, 100, USUAL.0, USUAL.1);
    let chat = ChatWindow::new(view, &entries, (draft, &Mentions::default()), area, move |out| {
        let told = Rc::clone(&told);
        // As in the program: not while the toolkit is in the middle of an event.
        app::add_timeout3(0.0, move |_| told.borrow_mut().take(&out));
    });
    demo.borrow_mut().window = Some(chat);
    app.run()?;
    Ok(())
}
