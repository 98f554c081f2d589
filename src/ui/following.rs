//! Following a link: opened, asked about, or copied. One that cannot be opened can be copied.

use super::app::links::{self, Verdict, Why};
use super::paint::{Icon, Rect};
use super::text::{tr, tr_with};
use super::widgets::{Question, ask};
use super::{platform, toast};
use fltk::app;

/// The question shows so many characters of an address.
const SHOWN_MAX: usize = 160;

/// Follows a link; `front` is where the person works.
pub fn follow(address: &str, front: Rect) {
    let why = match links::judge(address) {
        Verdict::Open => return open(address, front),
        Verdict::Copy => return copy(address, front),
        Verdict::Ask(Why::User) => "link.user",
        Verdict::Ask(Why::Letters) => "link.letters",
        Verdict::Ask(Why::Port) => "link.port",
        Verdict::Ask(Why::Host) => "link.host",
    };
    let shown = shown(address);
    let question = Question {
        window: "MyChat".to_owned(),
        icon: Icon::Warn,
        danger: true,
        title: tr_with("link.ask", &[("host", &host_of(address))]),
        text: format!("{shown}\n{}", tr(why)),
        action: tr("link.open").to_owned(),
        cancel: tr("common.cancel").to_owned(),
    };
    let address = address.to_owned();
    ask(question, move |goes| {
        if goes {
            open(&address, front);
        }
    });
}

fn open(address: &str, front: Rect) {
    let failed = address.to_owned();
    platform::open_link(address, move || {
        let mut failed = Some(failed);
        app::awake_callback(move || {
            if let Some(address) = failed.take() {
                say_failed(address, front);
            }
        });
    });
}

fn say_failed(address: String, front: Rect) {
    let question = Question {
        window: "MyChat".to_owned(),
        icon: Icon::Warn,
        danger: false,
        title: tr("link.failed").to_owned(),
        text: format!("{}\n{}", shown(&address), tr("link.failed.text")),
        action: tr("link.copy").to_owned(),
        cancel: tr("common.close").to_owned(),
    };
    ask(question, move |copies| {
        if copies {
            copy(&address, front);
        }
    });
}

fn copy(address: &str, front: Rect) {
    app::copy(address);
    toast::show(front, toast::Edge::Lower, toast::Kind::Done, tr("link.copied"));
}

/// As much of an address as the question has room for.
fn shown(address: &str) -> String {
    match address.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", &address[..end]),
        None => address.to_owned(),
    }
}

fn host_of(address: &str) -> String {
    links::host(address).chars().take(SHOWN_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_address_is_cut_between_its_letters() {
        let short = "http://example.com/好";
        assert_eq!(shown(short), short);
        let long = format!("http://example.com/{}", "好".repeat(SHOWN_MAX));
        assert_eq!(shown(&long).chars().count(), SHOWN_MAX + 3);
        assert!(long.starts_with(shown(&long).trim_end_matches('.')));
        assert_eq!(host_of(&long), "example.com");
    }
}
