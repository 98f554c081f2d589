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
const MEMBERS_FROM: i32 = 720;
/// The least room beside that list.
const BESIDE_MIN: i32 = 280;
/// What is on a room's wall.
const WALL: i32 = 36;
/// From one button of the head to the next.
const HEAD_STEP: i32 = 44;

/// What a chat window has beside its usual parts.
#[expect(clippy::struct_excessive_bools, reason = "each stands or does not")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// Something is said under the head.
    pub notice: bool,
    /// What is on the room's wall stands there.
    pub wall: bool,
    /// The next message answers another one.
    pub reply: bool,
    /// Words are looked for.
    pub find: bool,
    /// The list of those in the room.
    pub members: Beside,
}

/// Whether a list stands beside the messages, and how wide it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beside {
    /// None.
    #[default]
    Nothing,
    /// Where the window is wide.
    WhereWide(i32),
    /// In every window.
    Always(i32),
}

/// The parts of a chat window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// Name and face.
    pub head: Rect,
    /// The last button at its right, in a room; the others stand before it.
    pub more: Rect,
    /// How many buttons stand there.
    pub buttons: i32,
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
    /// The button of what was said before, at the right of the icons.
    pub history: Rect,
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
    /// widths of the buttons: close, send, history.
    #[must_use]
    pub fn new((w, h): (i32, i32), composer: i32, bars: Bars, buttons: (i32, i32, i32)) -> Areas {
        let Bars { notice, reply, .. } = bars;
        let is_narrow = w < MEMBERS_FROM;
        let side = match bars.members {
            Beside::WhereWide(_) if is_narrow => 0,
            Beside::WhereWide(side) | Beside::Always(side) => side.min(w - BESIDE_MIN),
            Beside::Nothing => 0,
        };
        let head_buttons = if is_narrow { 4 } else { 3 };
        let members = Rect::new(w - side, 0, side, h);
        let w = w - side;
        let head = Rect::new(0, 0, w, metric::CHAT_HEAD);
        let strip = match (notice, bars.wall) {
            (true, _) => metric::STRIP,
            (false, true) => WALL,
            (false, false) => 0,
        };
        let notice = Rect::new(0, head.bottom(), w, strip);
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
        let history = Rect::new(w - 12 - buttons.2, composer.y + 5, buttons.2, side);
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
            buttons: head_buttons,
            card,
            notice,
            find,
            members,
            transcript,
            reply,
            unreply,
            composer,
            tool,
            history,
            editor,
            hint,
            close,
            send,
            send_menu,
        }
    }
}

impl Areas {
    /// A button of the head, counted from the right.
    #[must_use]
    pub fn head_button(&self, place: i32) -> Rect {
        self.more.moved(-place * HEAD_STEP, 0)
    }

    /// What the buttons of a room's head take.
    #[must_use]
    pub fn head_buttons(&self) -> i32 {
        12 + self.buttons * HEAD_STEP
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
        let areas = Areas::new((760, 560), metric::COMPOSER, Bars::default(), (76, 76, 90));
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
                        [Beside::Nothing, Beside::WhereWide(200), Beside::Always(320)].map(
                            |members| Bars { notice, wall: reply, reply, find: reply, members },
                        )
                    })
                });
                for bars in bars {
                    let areas = Areas::new((w, h), composer, bars, (90, 90, 90));
                    assert!(areas.transcript.h >= 64, "{w} x {h}, {composer}");
                    assert_eq!(areas.transcript.bottom(), areas.reply.y);
                    assert!(areas.editor.h >= 22 && (areas.hint.w >= 150 || areas.members.w > 0));
                    assert_eq!(areas.composer.bottom(), h);
                }
            }
        }
    }
}
