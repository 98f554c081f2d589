//! The general page of the settings: which key sends, being away, shakes; the way to the checks of
//! the network.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::GroupExt;

use super::sheet::{Sheet, put_right};
use super::{Leaf, leaf, set};
use crate::ui::app::checkup::CheckupMsg;
use crate::ui::app::settings::{AWAY_MINUTES, SendKey, SettingMsg};
use crate::ui::app::{Model, Msg};
use crate::ui::paint::Rect;
use crate::ui::shell::post;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::metric;
use crate::ui::widgets::{Button, ButtonKind, Choice, ChoiceKind, Segments, Select, SelectKind};

/// The page.
pub struct GeneralPage {
    group: Group,
    sheet: Rc<RefCell<Sheet>>,
    send: Segments,
    away: Select,
    shakes: Choice,
    check: Button,
}

impl GeneralPage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect) -> GeneralPage {
        let (group, sheet) = leaf(area, |_| {});
        let mut send = Segments::new(&["Enter", "Ctrl+Enter"]);
        send.on_change(|index| {
            set(SettingMsg::SendKey(if index == 0 { SendKey::Enter } else { SendKey::CtrlEnter }));
        });
        let mut away = Select::new(SelectKind::Box, &[""; AWAY_MINUTES.len()]);
        away.on_change(|index| {
            if let Some(minutes) = AWAY_MINUTES.get(index) {
                set(SettingMsg::Away(*minutes));
            }
        });
        let mut shakes = Choice::new(ChoiceKind::Toggle, "");
        shakes.on_change(|on| set(SettingMsg::Shakes(on)));
        let mut check = Button::new(ButtonKind::Outline, "");
        check.on_press(|| post(Msg::Checkup(CheckupMsg::Open)));
        group.end();
        GeneralPage { group, sheet, send, away, shakes, check }
    }
}

impl Leaf for GeneralPage {
    fn group(&self) -> Group {
        self.group.clone()
    }

    fn lay_out(&mut self) {
        let minutes = AWAY_MINUTES.map(|minutes| match minutes {
            0 => tr("set.away.off").to_owned(),
            n => tr_with("set.away.minutes", &[("n", &n.to_string())]),
        });
        self.away.set_options(&minutes.each_ref().map(String::as_str));
        let mut sheet = Sheet::new(Rect::of(&self.group));
        sheet.heading(tr("set.chat"));
        let w = self.send.wanted_width();
        let row = sheet.row(tr("set.send"), "", w);
        put_right(&mut self.send, row, w, metric::BUTTON);
        let row = sheet.row(tr("set.away"), tr("set.away.hint"), 140);
        put_right(&mut self.away, row, 140, metric::BUTTON);
        let row = sheet.row(tr("set.shakes"), tr("set.shakes.hint"), 36);
        put_right(&mut self.shakes, row, 36, metric::BUTTON);
        sheet.heading(tr("set.network"));
        self.check.set_label(tr("doctor.go"));
        let w = self.check.wanted_width();
        let row = sheet.row(tr("doctor.open"), tr("doctor.open.hint"), w);
        put_right(&mut self.check, row, w, metric::BUTTON_SMALL);
        *self.sheet.borrow_mut() = sheet;
    }

    fn follow(&mut self, model: &Model) {
        let settings = &model.settings;
        self.send.set_chosen(usize::from(settings.send_key == SendKey::CtrlEnter));
        let minutes = AWAY_MINUTES.iter().position(|minutes| *minutes == settings.away_minutes);
        self.away.set_chosen(minutes.unwrap_or(0));
        self.shakes.set_on(settings.shakes);
    }
}
