//! What is looked at: the open table is asked for, sorted and searched.

use super::deeds::Purpose;
use super::{Effect, Model, Tab};
use crate::net::verb::{Done, NotDone, Verb};
use crate::ui::console::online::Column;
use crate::ui::console::selection::Pick;

impl Model {
    /// Asks for what the open tab shows, where that does not come by itself.
    pub(super) fn reload(&mut self, out: &mut Vec<Effect>) {
        match self.tab {
            Tab::Online | Tab::Log => {}
            Tab::Accounts => {
                let verbs = self.accounts.reload();
                let id = self.order(Purpose::Accounts { is_next: false }, verbs, out);
                self.accounts.awaited = Some(id);
            }
            Tab::Rooms => {
                let verbs = self.rooms.reload();
                let id = self.order(Purpose::Rooms { is_next: false }, verbs, out);
                self.rooms.awaited = Some(id);
            }
            Tab::Settings => {
                self.order(Purpose::Settings, vec![Verb::Get { key: None }], out);
            }
        }
    }

    /// Asks for the next page, unless an answer is on its way.
    pub(super) fn more(&mut self, out: &mut Vec<Effect>) {
        match self.tab {
            Tab::Accounts if self.accounts.awaited.is_none() => {
                if let Some(next) = self.accounts.next() {
                    let id = self.order(Purpose::Accounts { is_next: true }, vec![next], out);
                    self.accounts.awaited = Some(id);
                }
            }
            Tab::Rooms if self.rooms.awaited.is_none() => {
                if let Some(next) = self.rooms.next() {
                    let id = self.order(Purpose::Rooms { is_next: true }, vec![next], out);
                    self.rooms.awaited = Some(id);
                }
            }
            _ => {}
        }
    }

    /// An older answer than the last question's is worth nothing.
    pub(super) fn accounts_came(
        &mut self,
        id: u64,
        is_next: bool,
        results: Vec<Result<Done, NotDone>>,
        out: &mut Vec<Effect>,
    ) {
        if self.accounts.awaited == Some(id) {
            self.accounts.awaited = None;
            self.accounts.take(results, is_next);
            if self.accounts.wants_all() {
                self.more(out);
            }
        }
    }

    pub(super) fn rooms_came(
        &mut self,
        id: u64,
        is_next: bool,
        results: Vec<Result<Done, NotDone>>,
        out: &mut Vec<Effect>,
    ) {
        if self.rooms.awaited == Some(id) {
            self.rooms.awaited = None;
            self.rooms.take(results, is_next);
            if self.rooms.wants_all() {
                self.more(out);
            }
        }
    }

    pub(super) fn sort(&mut self, column: usize, out: &mut Vec<Effect>) {
        let wants_all = match self.tab {
            Tab::Accounts => self.accounts.sort(column),
            Tab::Rooms => self.rooms.sort(column),
            _ => {
                if let Some(column) = Column::ALL.get(column) {
                    self.online.sort(*column);
                }
                false
            }
        };
        if wants_all {
            self.more(out);
        }
    }

    pub(super) fn find(&mut self, text: &str, out: &mut Vec<Effect>) {
        let is_new = match self.tab {
            Tab::Accounts => self.accounts.find(text),
            Tab::Rooms => self.rooms.find(text),
            _ => {
                self.online.find(text);
                false
            }
        };
        if is_new {
            self.reload(out);
        }
    }

    /// A row that is not among the chosen ones is chosen alone.
    pub(super) fn point(&mut self, row: usize) {
        let is_chosen = match self.tab {
            Tab::Online => self.online.is_chosen(row),
            Tab::Accounts => self.accounts.is_chosen(row),
            _ => false,
        };
        if !is_chosen {
            self.pick(row, Pick::Only);
        }
    }

    pub(super) fn pick(&mut self, row: usize, pick: Pick) {
        match self.tab {
            Tab::Online => self.online.pick(row, pick),
            Tab::Accounts => self.accounts.pick(row, pick),
            Tab::Rooms => self.rooms.pick(row),
            Tab::Log | Tab::Settings => {}
        }
    }
}
