//! Following a link: opened, asked about, or copied.

use super::app::links::{self, Verdict, Why};
use super::paint::Icon;
use super::text::{tr, tr_with};
use super::widgets::{Question, ask};
use super::{platform, toast};
use fltk::app;

/// The question shows so many characters of an address.
const SHOWN_MAX: usize = 160;

/// Follows a link; `front` is where the person works.
pub fn follow(address: &str, front: super::paint::Rect) {
    let why = match links::judge(address) {
        Verdict::Open => return platform::open_link(address),
        Verdict::Copy => {
            app::copy(address);
            return toast::show(front, toast::Edge::Lower, toast::Kind::Done, tr("link.copied"));
        }
        Verdict::Ask(Why::User) => "link.user",
        Verdict::Ask(Why::Letters) => "link.letters",
        Verdict::Ask(Why::Port) => "link.port",
        Verdict::Ask(Why::Host) => "link.host",
    };
    let shown: String = address.chars().take(SHOWN_MAX).collect();
    let dots = if shown.len() < address.len() { "..." } else { "" };
    let question = Question {
        window: "MyChat".to_owned(),
        icon: Icon::Warn,
        danger: true,
        title: tr_with("link.ask", &[("host", links::host(&shown))]),
        text: format!("{shown}{dots}\n{}", tr(why)),
        action: tr("link.open").to_owned(),
        cancel: tr("common.cancel").to_owned(),
    };
    let address = address.to_owned();
    ask(question, move |goes| {
        if goes {
            platform::open_link(&address);
        }
    });
}
