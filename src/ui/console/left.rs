//! The left column: how the server is, its buttons, its numbers, its traffic.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::enums::ColorDepth;
use fltk::group::Group;
use fltk::image::RgbImage;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};
use jiff::tz::TimeZone;

use super::chart;
use super::failure::Failure;
use super::model::{Fact, Model, Msg, Phase, Question, Then};
use super::shell::post;
use super::task::Task;
use super::units;
use crate::net::control::Status;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::paragraph;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Button, ButtonKind, Control, IconButton, backdrop};

/// Width of the column.
pub const WIDTH: i32 = 304;
const MARGIN: i32 = 12;
const CARD_W: i32 = WIDTH - 2 * MARGIN;
const CARD: Rect = Rect { x: MARGIN, y: MARGIN, w: CARD_W, h: 288 };
const INNER_X: i32 = CARD.x + 16;
const INNER_W: i32 = CARD_W - 32;
const VALUE_X: i32 = INNER_X + 72;
const BUTTONS_Y: i32 = CARD.y + CARD.h - 48;
const TILES_Y: i32 = CARD.y + CARD.h + 8;
const TILE_H: i32 = 60;
const TILE_W: i32 = (CARD_W - 8) / 2;
const CHART_Y: i32 = TILES_Y + 2 * (TILE_H + 8);
/// A lower chart says nothing; a low window has none.
const CHART_H: (i32, i32) = (80, 190);
const FOOT: i32 = 52;
/// Rows of facts.
const LISTENING_Y: i32 = CARD.y + 84;
const PORT_Y: i32 = LISTENING_Y + 26;
const NAME_Y: i32 = PORT_Y + 26;
const KEY_Y: i32 = NAME_Y + 26;
const INVITE_Y: i32 = KEY_Y + 40;

type Shared = Rc<RefCell<Model>>;

/// The column.
#[derive(Clone)]
pub struct Left {
    group: Group,
    start: Button,
    elsewhere: Button,
    /// The port is taken, so that another one is offered beside the start.
    restore: Button,
    stop: Button,
    restart: Button,
    rename: IconButton,
    copy_addresses: IconButton,
    copy_key: IconButton,
    copy_invite: IconButton,
    menu: IconButton,
    backup: Button,
}

impl Left {
    /// Drawn from a model.
    pub fn new(model: &Shared) -> Left {
        let mut group = Group::new(0, 0, WIDTH, 0, None);
        group.begin();
        let start = Button::new(ButtonKind::Primary, tr("srv.start")).icon(Icon::Play);
        let elsewhere = Button::new(ButtonKind::Outline, "");
        let restore = Button::new(ButtonKind::Primary, tr("con.restore")).icon(Icon::Database);
        let stop = Button::new(ButtonKind::DangerOutline, tr("srv.stop")).icon(Icon::Stop);
        let restart = Button::new(ButtonKind::Outline, tr("srv.restart")).icon(Icon::Retry);
        let rename = IconButton::new(Icon::Pencil, tr("con.form.name")).icon_size(16);
        let copy_addresses = IconButton::new(Icon::Copy, tr("con.copy.addresses")).icon_size(16);
        let copy_key = IconButton::new(Icon::Copy, tr("con.copy.key")).icon_size(16);
        let copy_invite = IconButton::new(Icon::Copy, tr("con.copy.invite")).icon_size(16);
        let menu = IconButton::new(Icon::Palette, tr("con.menu")).on(Colour::Canvas);
        let backup = Button::new(ButtonKind::Outline, tr("srv.backup"))
            .icon(Icon::Database)
            .on(Colour::Canvas);
        group.end();
        let (drawn, beside) = (Rc::clone(model), backup.clone());
        backdrop(&mut group, Colour::Canvas, move |canvas, area| {
            let model = drawn.borrow();
            paint(canvas, area, &model);
            let x = beside.area().right() + 10;
            let place = Rect::new(x, area.bottom() - 44, WIDTH - MARGIN - 36 - x, 32);
            paint_backup(canvas, place, &model);
        });
        let mut left = Left {
            group,
            start,
            elsewhere,
            restore,
            stop,
            restart,
            rename,
            copy_addresses,
            copy_key,
            copy_invite,
            menu,
            backup,
        };
        left.start.on_press(|| post(Msg::Start));
        left.elsewhere.on_press(|| post(Msg::StartElsewhere));
        left.restore.on_press(|| post(Msg::Restore));
        let shared = Rc::clone(model);
        left.stop.on_press(move || {
            // While something is counted down to, the button does that now.
            let countdown = shared.borrow().countdown;
            post(match countdown.map(|countdown| countdown.question) {
                None | Some(Question::Stop) => Msg::Stop,
                Some(Question::Restart) => Msg::Restart,
                Some(Question::Close) => Msg::Close,
            });
        });
        let shared = Rc::clone(model);
        left.restart.on_press(move || {
            let is_counting = shared.borrow().countdown.is_some();
            post(if is_counting { Msg::Spare } else { Msg::Restart });
        });
        left.rename.on_press(|| post(Msg::Rename));
        left.backup.on_press(|| post(Msg::Backup));
        left.copy_addresses.on_press(|| post(Msg::Copy(Fact::Addresses)));
        left.copy_key.on_press(|| post(Msg::Copy(Fact::Key)));
        left.copy_invite.on_press(|| post(Msg::Copy(Fact::Invite)));
        left
    }

    /// Calls back when the menu of language and looks is wanted, with its place in the window.
    pub fn on_menu(&mut self, mut open: impl FnMut(Rect) + 'static) {
        let menu = self.menu.clone();
        self.menu.on_press(move || open(menu.area()));
    }

    /// Takes its place in a window of this height.
    pub fn place(&mut self, height: i32) {
        self.group.resize(0, 0, WIDTH, height);
        // A server whose data is damaged is started in vain, but who mended it by hand may want to.
        self.restore.place(Rect::new(INNER_X, BUTTONS_Y - 40, INNER_W, 32));
        let half = (INNER_W - 8) / 2;
        let start_w = if self.elsewhere.is_shown() { half } else { INNER_W };
        self.start.place(Rect::new(INNER_X, BUTTONS_Y, start_w, 32));
        self.elsewhere.place(Rect::new(INNER_X + half + 8, BUTTONS_Y, half, 32));
        self.stop.place(Rect::new(INNER_X, BUTTONS_Y, half, 32));
        self.restart.place(Rect::new(INNER_X + half + 8, BUTTONS_Y, half, 32));
        let x = INNER_X + INNER_W - 22;
        self.rename.place(Rect::new(x, NAME_Y - 6, 28, 28));
        self.copy_addresses.place(Rect::new(x, LISTENING_Y - 6, 28, 28));
        self.copy_key.place(Rect::new(x, KEY_Y - 6, 28, 28));
        self.copy_invite.place(Rect::new(x, INVITE_Y - 6, 28, 28));
        self.backup.place(Rect::new(MARGIN, height - 44, self.backup.wanted_width(), 32));
        self.menu.place(Rect::new(WIDTH - MARGIN - 32, height - 44, 32, 32));
    }

    /// Brings words, buttons and drawing up to the model.
    pub fn follow(&mut self, model: &Model) {
        self.start.set_label(tr("srv.start"));
        let is_counting = model.countdown.is_some();
        self.stop.set_label(tr(if is_counting { "con.count.now" } else { "srv.stop" }));
        self.restart.set_label(tr(if is_counting { "common.cancel" } else { "srv.restart" }));
        self.restart.set_icon((!is_counting).then_some(Icon::Retry));
        self.rename.set(Icon::Pencil, tr("con.form.name"));
        self.copy_key.set(Icon::Copy, tr("con.copy.key"));
        let invite = model.status.as_ref().map_or("", |status| &status.invite);
        let copy = [tr("con.copy.invite"), invite].join("\n");
        self.copy_invite.set(Icon::Copy, &copy);
        let addresses = model.status.as_ref().map(|status| status.addresses.join("\n"));
        let copy = [tr("con.copy.addresses"), &addresses.unwrap_or_default()].join("\n");
        self.copy_addresses.set(Icon::Copy, &copy);
        self.menu.set(Icon::Palette, tr("con.menu"));
        self.backup.set_label(tr("srv.backup"));
        let is_down = matches!(model.phase, Phase::Stopped | Phase::Failed { .. });
        self.start.set_shown(is_down);
        let other = match &model.phase {
            Phase::Failed { failure, .. } => failure.other_port(),
            _ => None,
        };
        if let Some((_, port)) = other {
            self.elsewhere.set_label(&tr_with("con.start.port", &[("n", &port.to_string())]));
        }
        self.elsewhere.set_shown(other.is_some());
        self.place(self.group.h());
        let is_damaged =
            matches!(&model.phase, Phase::Failed { failure: Failure::Damaged(..), .. });
        self.start.set_kind(if is_damaged { ButtonKind::Outline } else { ButtonKind::Primary });
        self.start.set_enabled(model.task.is_none());
        self.restore.set_label(tr(match model.task {
            Some(_) => "con.restoring",
            None => "con.restore",
        }));
        self.restore.set_shown(is_damaged);
        self.restore.set_enabled(model.can_restore());
        self.stop.set_shown(!is_down);
        self.restart.set_shown(!is_down);
        let is_running = model.phase == Phase::Running;
        self.stop.set_enabled(is_running);
        self.restart.set_enabled(is_running);
        // What this window did not start it would start in another way. While it counts down, the
        // button calls that off.
        let is_barred = model.foreign && !is_counting;
        self.restart.set_muted(is_barred);
        self.restart.set_tip(if is_barred { tr("con.restart.not") } else { "" });
        self.backup.set_enabled(model.can_back_up());
        let has_facts = shows_facts(model).is_some();
        self.rename.set_shown(has_facts);
        self.copy_key.set_shown(has_facts);
        let has_addresses =
            model.status.as_ref().is_some_and(|status| !status.addresses.is_empty());
        self.copy_addresses.set_shown(has_facts && model.is_up() && has_addresses);
        self.copy_invite.set_shown(has_facts);
        self.group.redraw();
    }
}

/// The facts of the card, unless something more important stands in their place.
fn shows_facts(model: &Model) -> Option<&Status> {
    match model.phase {
        Phase::Failed { .. } => None,
        _ => model.status.as_ref(),
    }
}

fn paint(canvas: &Canvas, area: Rect, model: &Model) {
    canvas.card(CARD, 8, Colour::Paper, Colour::Line, 1);
    paint_head(canvas, model);
    canvas.line_across(INNER_X, CARD.y + 72, INNER_W, Colour::Line);
    if let Phase::Failed { failure, .. } = &model.phase {
        let words = failure.words(model.language());
        canvas.icon(Icon::Alert, INNER_X, LISTENING_Y, 16, Colour::Bad);
        let buttons = if matches!(failure, Failure::Damaged(..)) { 48 } else { 8 };
        let height = BUTTONS_Y - LISTENING_Y - buttons;
        let place = Rect::new(INNER_X + 24, LISTENING_Y, INNER_W - 24, height);
        paragraph::draw(canvas, Style::CAPTION, Colour::Bad, place, Align::Left, &words);
    } else if let Some(status) = shows_facts(model) {
        paint_facts(canvas, status, model.is_up());
    }
    paint_tiles(canvas, model);
    let (low, high) = CHART_H;
    let chart_h = (area.h - CHART_Y - FOOT).min(high);
    if chart_h >= low {
        paint_chart(canvas, Rect::new(MARGIN, CHART_Y, CARD_W, chart_h), model);
    }
}

/// When the last backup was made, or that it failed.
fn paint_backup(canvas: &Canvas, place: Rect, model: &Model) {
    let Some(status) = &model.status else { return };
    let when = status
        .backup
        .as_ref()
        .map(|backup| units::day_time(backup.at, model.now, &TimeZone::system(), model.language()));
    let (first, second, ink) = match (&status.backup_error, when) {
        _ if model.task == Some(Task::Backup) => (tr("con.backup.now"), None, Colour::Ink2),
        (Some(_), Some(when)) => (tr("con.backup.since"), Some(when), Colour::Bad),
        (Some(_), None) => (tr("con.backup.failed"), None, Colour::Bad),
        (None, Some(when)) => (tr("con.backup.last"), Some(when), Colour::Ink2),
        (None, None) => (tr("con.backup.none"), None, Colour::Ink2),
    };
    match second {
        None => canvas.text_in(Style::CAPTION, ink, place, Align::Left, first),
        Some(second) => {
            let upper = Rect { h: 16, ..place };
            canvas.text_in(Style::CAPTION, ink, upper, Align::Left, first);
            let lower = upper.moved(0, 16);
            canvas.text_in(Style::CAPTION, Colour::Ink2, lower, Align::Left, &second);
        }
    }
}

fn paint_head(canvas: &Canvas, model: &Model) {
    let (disc, ink) = match model.phase {
        Phase::Running => (Colour::OkSoft, Colour::Ok),
        Phase::Starting | Phase::Stopping(_) => (Colour::BrandSoft, Colour::BrandText),
        Phase::Stopped => (Colour::Sunken, Colour::Ink2),
        Phase::Failed { .. } => (Colour::BadSoft, Colour::Bad),
    };
    let place = Rect::new(INNER_X, CARD.y + 16, 40, 40);
    canvas.circle(place, disc);
    canvas.icon_on(Icon::Server, place.x + 10, place.y + 10, 20, ink, disc);
    let (title, mark) = match &model.phase {
        Phase::Running => (tr("srv.running"), Some((Icon::StatusOnline, Colour::StatusOnline))),
        Phase::Starting => (tr("con.starting"), None),
        Phase::Stopping(_) => (tr("con.stopping"), None),
        Phase::Stopped => {
            (tr("srv.stopped"), Some((Icon::StatusInvisible, Colour::StatusInvisible)))
        }
        Phase::Failed { had_run: true, .. } => {
            (tr("con.ended"), Some((Icon::StatusBusy, Colour::StatusBusy)))
        }
        Phase::Failed { .. } => (tr("con.failed"), Some((Icon::StatusBusy, Colour::StatusBusy))),
    };
    let x = place.right() + 12;
    let room = CARD.right() - 16 - x;
    let title = text::fit(Style::HEADING, title, room - 20);
    let width = canvas.text(Style::HEADING, Colour::Ink, x, CARD.y + 14, &title);
    if let Some((icon, colour)) = mark {
        canvas.icon(icon, x + width + 10, CARD.y + 21, 10, colour);
    }
    let below = Rect::new(x, CARD.y + 39, room, 18);
    canvas.text_in(Style::CAPTION, Colour::Ink2, below, Align::Left, &subtitle(model));
}

fn subtitle(model: &Model) -> String {
    let language = model.language();
    if let (Some(seconds), Some(countdown)) = (model.seconds_left(), model.countdown) {
        let key = match countdown.question {
            Question::Restart => "con.count.restart",
            Question::Stop | Question::Close => "con.count.stop",
        };
        return tr_with(key, &[("n", &seconds.to_string())]);
    }
    match &model.phase {
        Phase::Running => model.status.as_ref().map_or_else(String::new, |status| {
            tr_with("con.up", &[("time", &units::duration(status.uptime_ms, language))])
        }),
        Phase::Starting => tr("con.starting.hint").to_owned(),
        Phase::Stopping(Then::Stay | Then::Restart | Then::Close) => {
            tr("con.stopping.hint").to_owned()
        }
        Phase::Stopped | Phase::Failed { .. } => tr("con.stopped.hint").to_owned(),
    }
}

fn paint_facts(canvas: &Canvas, status: &Status, is_up: bool) {
    let label = |y: i32, words: &str| {
        let place = Rect::new(INNER_X, y, VALUE_X - INNER_X - 4, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, place, Align::Left, words);
    };
    let value = |y: i32, w: i32, words: &str| {
        let place = Rect::new(VALUE_X, y, w, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink, place, Align::Left, words);
    };
    let room = CARD.right() - 12 - VALUE_X;
    label(LISTENING_Y, tr("con.listening"));
    let addresses = match (is_up, status.addresses.is_empty()) {
        (false, _) => "—".to_owned(),
        (true, true) => tr("con.listening.alone").to_owned(),
        (true, false) => status.addresses.join(", "),
    };
    value(LISTENING_Y, room - 24, &addresses);
    label(PORT_Y, tr("con.port"));
    value(PORT_Y, room, &format!("{} TCP", status.port));
    label(NAME_Y, tr("con.name"));
    let name = match status.discovery {
        true => status.name.clone(),
        false => tr_with("con.name.quiet", &[("name", &status.name)]),
    };
    value(NAME_Y, room - 24, &name);
    label(KEY_Y, tr("con.key"));
    for (line, y) in fingerprint_lines(&status.fingerprint).iter().zip([KEY_Y, KEY_Y + 16]) {
        canvas.text(Style::CAPTION.mono(), Colour::Ink, VALUE_X, y, line);
    }
    label(INVITE_Y, tr("con.invite"));
    value(INVITE_Y, room - 24, &status.invite);
}

/// Eight groups as two lines of four.
fn fingerprint_lines(fingerprint: &str) -> [String; 2] {
    let groups: Vec<&str> = fingerprint.split('-').collect();
    let (first, second) = groups.split_at(groups.len().min(4));
    [first.join(" "), second.join(" ")]
}

fn paint_tiles(canvas: &Canvas, model: &Model) {
    let number = |of: fn(&Status) -> u64| model.status.as_ref().map(of);
    let tiles = [
        (Some(model.people()), "con.online"),
        (number(|status| status.accounts), "con.accounts"),
        (number(|status| status.messages_today), "con.today"),
        (number(|status| status.rooms), "con.rooms"),
    ];
    let (right, below) = (TILE_W + 8, TILE_H + 8);
    let places = [(0, 0), (right, 0), (0, below), (right, below)];
    for ((count, key), (x, y)) in tiles.into_iter().zip(places) {
        let tile = Rect::new(MARGIN + x, TILES_Y + y, TILE_W, TILE_H);
        canvas.card(tile, 8, Colour::Paper, Colour::Line, 1);
        let count = count.map_or_else(|| "—".to_owned(), units::grouped);
        let inner = tile.inset(12);
        // Seven digits are too wide for the large style, not for the next one.
        let wide = text::width(Style::TITLE, &count) > inner.w;
        let style = if wide { Style::BODY.bold().sized(13, 28) } else { Style::TITLE };
        let upper = Rect::new(inner.x, tile.y + 7, inner.w, 28);
        canvas.text_in(style, Colour::Ink, upper, Align::Left, &count);
        let lower = Rect::new(inner.x, tile.y + 36, inner.w, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, lower, Align::Left, tr(key));
    }
}

fn paint_chart(canvas: &Canvas, card: Rect, model: &Model) {
    canvas.card(card, 8, Colour::Paper, Colour::Line, 1);
    canvas.text(Style::BODY.bold(), Colour::Ink, card.x + 12, card.y + 11, tr("con.traffic"));
    let now = if model.is_up() { model.traffic.now() } else { super::traffic::Rate::default() };
    let out = units::rate(now.outgoing);
    let mut x = card.right() - 12;
    for (words, icon, colour) in [
        (out, Icon::ArrowUp, Colour::GoldText),
        (units::rate(now.incoming), Icon::ArrowDown, Colour::BrandText),
    ] {
        let width = text::width(Style::CAPTION, &words);
        x -= width;
        canvas.text(Style::CAPTION, colour, x, card.y + 13, &words);
        x -= 15;
        canvas.icon(icon, x, card.y + 14, 14, colour);
        x -= 10;
    }
    let plot = Rect::new(card.x + 1, card.y + 40, card.w - 2, card.h - 40 - 24);
    for part in 1..3 {
        canvas.line_across(plot.x, plot.y + plot.h * part / 3, plot.w, Colour::Line);
    }
    paint_lines(canvas, plot, model);
    canvas.line_across(plot.x, plot.bottom(), plot.w, Colour::Line);
    let foot = Rect::new(card.x + 12, plot.bottom() + 4, card.w - 24, 16);
    canvas.text_in(Style::MICRO, Colour::Ink2, foot, Align::Left, tr("con.ago"));
    canvas.text_in(Style::MICRO, Colour::Ink2, foot, Align::Right, tr("con.now"));
}

fn paint_lines(canvas: &Canvas, plot: Rect, model: &Model) {
    let w = canvas.px(plot.right()) - canvas.px(plot.x);
    let h = canvas.px(plot.bottom()) - canvas.px(plot.y);
    let (Ok(columns), Ok(rows)) = (usize::try_from(w), usize::try_from(h)) else { return };
    let ink = chart::Ink {
        incoming: Colour::Brand.rgb(),
        outgoing: Colour::StatusAway.rgb(),
        area: Colour::BrandSoft.rgb(),
    };
    let points = model.traffic.points(model.at);
    let pixels = chart::pixels(&points, (columns, rows), 1.5 * canvas.scale(), ink);
    if let Ok(mut image) = RgbImage::new(&pixels, w, h, ColorDepth::Rgba8) {
        canvas.image(&mut image, plot.x, plot.y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_stands_in_two_lines() {
        let lines = fingerprint_lines("7F3A-91C2-0BD8-E45E-2D60-A9F7-C31B-5E84");
        assert_eq!(lines, ["7F3A 91C2 0BD8 E45E", "2D60 A9F7 C31B 5E84"]);
        assert_eq!(fingerprint_lines("x"), ["x", ""]);
    }
}
