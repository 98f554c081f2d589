//! Where the parts of a chat window stand. Pure.

use super::find::BAR;
use crate::ui::paint::Rect;
use crate::ui::theme::metric;

/// The smallest window.
pub const SMALLEST: (i32, i32) = (480, 400);
/// The window at first.
pub const USUAL: (i32, i32) = (760, 560);
/// The least room for the composer with its bars.
const COMPOSER_MIN: i32 = 120;
/// The least room for the messages, with all bars.
const MESSAGES_MIN: i32 = 68;
const TOOLBAR: i32 = 42;
/// The line of what the next message answers.
const REPLY: i32 = 36;
const FOOT: i32 = 48;
const MARGIN: i32 = 16;
/// The editor's own margin at the left.
const EDITOR_INNER: i32 = 3;

/// The window of a room at first.
pub const USUAL_ROOM: (i32, i32) = (920, 600);
/// Who is in a room stands beside, where the window is at least so wide.
const MEMBERS: i32 = 200;
const MEMBERS_FROM: i32 = 720;

/// What a chat window has beside its usual parts.
#[expect(clippy::struct_excessive_bools, reason = "each stands or does not")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// Something is said under the head.
    pub notice: bool,
    /// The next message answers another one.
    pub reply: bool,
    /// Words are looked for.
    pub find: bool,
    /// It is a room's.
    pub members: bool,
}

/// The parts of a chat window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// Name and face.
    pub head: Rect,
    /// The button at its right.
    pub more: Rect,
    /// The one before it, of a person.
    pub card: Rect,
    /// Under it, if something is to be said.
    pub notice: Rect,
    /// Under that, while words are looked for.
    pub find: Rect,
    /// Who is in the room.
    pub members: Rect,
    /// The messages.
    pub transcript: Rect,
    /// What the next message answers, over the composer.
    pub reply: Rect,
    /// The button that takes it back.
    pub unreply: Rect,
    /// Everything below them.
    pub composer: Rect,
    /// The first icon over the box.
    pub tool: Rect,
    /// The box that messages are written in.
    pub editor: Rect,
    /// The hint in the foot.
    pub hint: Rect,
    /// The buttons of the foot.
    pub close: Rect,
    /// Sends.
    pub send: Rect,
    /// Opens the menu of how to send.
    pub send_menu: Rect,
}

impl Areas {
    /// For a window of this size, a composer that is wanted so high, what else stands there, and the
    /// widths of the two buttons.
    #[must_use]
    pub fn new((w, h): (i32, i32), composer: i32, bars: Bars, buttons: (i32, i32)) -> Areas {
        let Bars { notice, reply, .. } = bars;
        let side = if bars.members && w >= MEMBERS_FROM { MEMBERS } else { 0 };
        let members = Rect::new(w - side, 0, side, h);
        let w = w - side;
        let head = Rect::new(0, 0, w, metric::CHAT_HEAD);
        let notice = Rect::new(0, head.bottom(), w, if notice { metric::STRIP } else { 0 });
        let reply = if reply { REPLY } else { 0 };
        let find = Rect::new(0, notice.bottom(), w, if bars.find { BAR } else { 0 });
        let most = (h - find.bottom() - reply - MESSAGES_MIN).max(COMPOSER_MIN);
        let composer = clamped(composer, h).min(most);
        let composer = Rect::new(0, h - composer, w, composer);
        let reply = Rect::new(0, composer.y - reply, w, reply);
        let transcript = Rect::new(0, find.bottom(), w, reply.y - find.bottom());
        let more =
            Rect::new(w - 12 - metric::ICON_BUTTON, 16, metric::ICON_BUTTON, metric::ICON_BUTTON);
        let card = more.moved(-(metric::ICON_BUTTON + 12), 0);
        let unreply = Rect::new(w - MARGIN - 28, reply.y + 4, 28, 28);
        let side = metric::ICON_BUTTON;
        let tool = Rect::new(12, composer.y + 5, side, side);
        let top = composer.y + TOOLBAR;
        let left = MARGIN - EDITOR_INNER;
        // Its scrollbar stands in the margin, so that words end where the buttons do. Three lines
        // fit and a bit of a fourth: the toolkit keeps the caret out of the last one.
        let editor = Rect::new(left, top, w - 2 - left, h - FOOT + 8 - top);
        let y = h - 8 - metric::BUTTON;
        let send_menu = Rect::new(w - MARGIN - 29, y, 29, metric::BUTTON);
        let send = Rect::new(send_menu.x - buttons.1, y, buttons.1, metric::BUTTON);
        let close = Rect::new(send.x - 8 - buttons.0, y, buttons.0, metric::BUTTON);
        let hint = Rect::new(MARGIN, y + 8, close.x - 2 * MARGIN, 16);
        Areas {
            head,
            more,
            card,
            notice,
            find,
            members,
            transcript,
            reply,
            unreply,
            composer,
            tool,
            editor,
            hint,
            close,
            send,
            send_menu,
        }
    }
}

/// A height of the composer that leaves half of the window to the messages.
#[must_use]
pub fn clamped(composer: i32, window: i32) -> i32 {
    composer.clamp(COMPOSER_MIN, (window / 2).max(COMPOSER_MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_where_the_pictures_have_them() {
        let areas = Areas::new((760, 560), metric::COMPOSER, Bars::default(), (76, 76));
        assert_eq!(areas.transcript, Rect::new(0, 64, 760, 344));
        assert_eq!(areas.tool, Rect::new(12, 413, 32, 32));
        assert_eq!(areas.editor, Rect::new(13, 450, 745, 70));
        assert_eq!(areas.close, Rect::new(555, 520, 76, 32));
        assert_eq!(areas.send, Rect::new(639, 520, 76, 32));
        assert_eq!(areas.send_menu, Rect::new(715, 520, 29, 32));
    }

    #[test]
    fn nothing_is_lost_in_any_window() {
        for (w, h) in [SMALLEST, USUAL, (1920, 1080)] {
            for composer in [0, 120, 152, 400, 5000] {
                let flags = [false, true];
                let bars = flags.into_iter().flat_map(|notice| {
                    flags.into_iter().flat_map(move |reply| {
                        flags.map(|members| Bars { notice, reply, find: reply, members })
                    })
                });
                for bars in bars {
                    let areas = Areas::new((w, h), composer, bars, (90, 90));
                    assert!(areas.transcript.h >= 68, "{w} x {h}, {composer}");
                    assert_eq!(areas.transcript.bottom(), areas.reply.y);
                    assert!(areas.editor.h >= 22 && areas.hint.w >= 150);
                    assert_eq!(areas.composer.bottom(), h);
                }
            }
        }
    }
}
