//! The page of notifications of the settings: how one is told of messages, and when it is quiet.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::GroupExt;

use super::sheet::{Sheet, put_right};
use super::{Leaf, leaf, set};
use crate::ui::app::Model;
use crate::ui::app::settings::SettingMsg;
use crate::ui::app::telling::{Sound, TellingMsg, minute_of, written};
use crate::ui::paint::{Align, Icon, Rect, text as measure};
use crate::ui::sound;
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{
    Choice, ChoiceKind, Control, Field, FieldKind, IconButton, Select, SelectKind,
};

const TOGGLE: i32 = 36;
const GAP: i32 = 8;
/// The box of a time of the day.
const TIME: i32 = 72;

/// The page.
pub struct NotifyingPage {
    group: Group,
    sheet: Rc<RefCell<Sheet>>,
    notes: Choice,
    words: Choice,
    sound: Select,
    hear: IconButton,
    /// What is heard by it.
    heard: Rc<Cell<Sound>>,
    rooms: Select,
    busy: Choice,
    from: Field,
    to: Field,
    /// Where the word between the two times stands.
    between: Rc<Cell<Rect>>,
    hours: Choice,
}

impl NotifyingPage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect) -> NotifyingPage {
        let between: Rc<Cell<Rect>> = Rc::default();
        let drawn = Rc::clone(&between);
        let (group, sheet) = leaf(area, move |canvas| {
            let area = drawn.get();
            canvas.text_in(Style::BODY, Colour::Ink, area, Align::Centre, tr("tell.quiet.to"));
        });
        let toggle = |msg: fn(bool) -> TellingMsg| {
            let mut toggle = Choice::new(ChoiceKind::Toggle, "");
            toggle.on_change(move |on| tell(msg(on)));
            toggle
        };
        let notes = toggle(TellingMsg::Notes);
        let words = toggle(TellingMsg::Words);
        let mut sound = Select::new(SelectKind::Box, &[""; Sound::ALL.len()]);
        sound.on_change(|index| {
            if let Some(sound) = Sound::ALL.get(index) {
                sound::play(*sound);
                tell(TellingMsg::Sound(*sound));
            }
        });
        let heard: Rc<Cell<Sound>> = Rc::default();
        let mut hear = IconButton::new(Icon::Volume, "");
        let played = Rc::clone(&heard);
        hear.on_press(move || sound::play(played.get()));
        let mut rooms = Select::new(SelectKind::Box, &["", ""]);
        rooms.on_change(|index| tell(TellingMsg::OnlyMentions(index == 1)));
        let busy = toggle(TellingMsg::QuietBusy);
        let from = time_box(TellingMsg::From);
        let to = time_box(TellingMsg::To);
        let hours = toggle(TellingMsg::QuietHours);
        group.end();
        NotifyingPage {
            group,
            sheet,
            notes,
            words,
            sound,
            hear,
            heard,
            rooms,
            busy,
            from,
            to,
            between,
            hours,
        }
    }
}

fn tell(msg: TellingMsg) {
    set(SettingMsg::Telling(msg));
}

/// A box for a time of the day. What is none is marked while it stands there, and nothing is kept.
fn time_box(msg: fn(u16) -> TellingMsg) -> Field {
    let mut field = Field::new(FieldKind::Outlined, "").style(Style::BODY);
    let typed = field.clone();
    let keep = move || match minute_of(&typed.value()) {
        Some(minute) => tell(msg(minute)),
        None => typed.clone().set_error(true),
    };
    field.on_enter(keep.clone());
    field.on_leave(keep);
    field
}

/// Shows a time, unless the person is writing there or has to mend it.
fn show_time(field: &mut Field, minute: u16) {
    let is_wrong = minute_of(&field.value()).is_none() && !field.value().is_empty();
    if !field.has_focus() && !is_wrong {
        field.set_value(&written(minute));
    }
}

impl Leaf for NotifyingPage {
    fn group(&self) -> Group {
        self.group.clone()
    }

    fn lay_out(&mut self) {
        self.sound.set_options(&Sound::ALL.map(name_of));
        self.rooms.set_options(&[tr("tell.rooms.all"), tr("tell.rooms.mentions")]);
        self.hear.set_tip(tr("tell.sound.hear"));
        let mut sheet = Sheet::new(Rect::of(&self.group));
        sheet.heading(tr("tell.new"));
        let row = sheet.row(tr("tell.notes"), "", TOGGLE);
        put_right(&mut self.notes, row, TOGGLE, metric::BUTTON);
        let row = sheet.row(tr("tell.words"), tr("tell.words.hint"), TOGGLE);
        put_right(&mut self.words, row, TOGGLE, metric::BUTTON);
        let (w, side) = (self.sound.wanted_width().max(130), metric::ICON_BUTTON);
        let row = sheet.row(tr("tell.sound"), "", w + GAP + side);
        put_right(&mut self.hear, row, side, side);
        put_right(&mut self.sound, row.without_right(side + GAP), w, metric::BUTTON);
        let w = self.rooms.wanted_width().max(130);
        let row = sheet.row(tr("tell.rooms"), "", w);
        put_right(&mut self.rooms, row, w, metric::BUTTON);
        sheet.heading(tr("tell.quiet"));
        let row = sheet.row(tr("tell.quiet.busy"), tr("tell.quiet.busy.hint"), TOGGLE);
        put_right(&mut self.busy, row, TOGGLE, metric::BUTTON);
        let between = measure::width(Style::BODY, tr("tell.quiet.to")) + 2 * GAP;
        let row = sheet.row(tr("tell.quiet.hours"), "", TOGGLE + GAP + 2 * TIME + between);
        put_right(&mut self.hours, row, TOGGLE, metric::BUTTON);
        let row = row.without_right(TOGGLE + GAP);
        put_right(&mut self.to, row, TIME, metric::BUTTON);
        let row = row.without_right(TIME);
        self.between.set(Rect::new(row.right() - between, row.y, between, row.h));
        put_right(&mut self.from, row.without_right(between), TIME, metric::BUTTON);
        *self.sheet.borrow_mut() = sheet;
    }

    fn follow(&mut self, model: &Model) {
        let telling = &model.settings.telling;
        self.notes.set_on(telling.notes);
        self.words.set_on(telling.words);
        self.words.set_enabled(telling.notes);
        let sound = Sound::ALL.iter().position(|sound| *sound == telling.sound);
        self.sound.set_chosen(sound.unwrap_or(0));
        self.heard.set(telling.sound);
        self.hear.set_enabled(telling.sound != Sound::Off);
        self.rooms.set_chosen(usize::from(telling.only_mentions));
        self.busy.set_on(telling.quiet_busy);
        show_time(&mut self.from, telling.from);
        show_time(&mut self.to, telling.to);
        self.hours.set_on(telling.quiet_hours);
    }
}

fn name_of(sound: Sound) -> &'static str {
    match sound {
        Sound::Off => tr("tell.sound.off"),
        Sound::Drop => tr("tell.sound.drop"),
        Sound::Chime => tr("tell.sound.chime"),
        Sound::Knock => tr("tell.sound.knock"),
    }
}
