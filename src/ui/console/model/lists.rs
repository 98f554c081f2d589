//! What is looked at: the open table is asked for, sorted and searched.

use super::deeds::Purpose;
use super::{Effect, Model, Tab};
use crate::net::verb::{Done, NotDone, Verb};
use crate::ui::console::listing::Table;
use crate::ui::console::selection::Pick;

/// Which people the accounts' tab shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Whom {
    /// All accounts.
    #[default]
    All,
    /// Those that are banned, and addresses.
    Banned,
}

impl Model {
    /// Another tab; what was refused in one is not said in the next.
    pub(super) fn turn_to(&mut self, tab: Tab, out: &mut Vec<Effect>) {
        self.tab = tab;
        self.knobs.wrong = None;
        self.reload(out);
    }

    /// The window over this one goes, and what was refused in it.
    pub(super) fn dismiss(&mut self) {
        (self.sheet, self.knobs.wrong) = (None, None);
    }

    /// Asks for what the open tab shows, where that does not come by itself.
    pub(super) fn reload(&mut self, out: &mut Vec<Effect>) {
        match self.tab {
            Tab::Online | Tab::Log => {}
            Tab::Accounts => {
                let bans = std::iter::once(Verb::Bans {});
                let verbs = bans.chain(self.accounts.reload()).collect();
                let id = self.order(Purpose::Accounts { is_next: false }, verbs, out);
                self.accounts.awaited = Some(id);
            }
            Tab::Rooms => {
                let verbs = self.rooms.reload().collect();
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
            Tab::Accounts => {
                if let Some(next) = self.accounts.next() {
                    let id = self.order(Purpose::Accounts { is_next: true }, vec![next], out);
                    self.accounts.awaited = Some(id);
                }
            }
            Tab::Rooms => {
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
        results: &[Result<Done, NotDone>],
        out: &mut Vec<Effect>,
    ) {
        if self.accounts.awaited == Some(id) {
            self.accounts.take(results, is_next);
            if !is_next {
                self.bans.take(results, false);
            }
            if self.accounts.wants_all() {
                self.more(out);
            }
        }
    }

    pub(super) fn rooms_came(
        &mut self,
        id: u64,
        is_next: bool,
        results: &[Result<Done, NotDone>],
        out: &mut Vec<Effect>,
    ) {
        if self.rooms.awaited == Some(id) {
            self.rooms.take(results, is_next);
            if self.rooms.wants_all() {
                self.more(out);
            }
        }
    }

    pub(super) fn sort(&mut self, column: usize, out: &mut Vec<Effect>) {
        if self.table().is_some_and(|table| table.sort(column)) {
            self.more(out);
        }
    }

    pub(super) fn find(&mut self, text: &str, out: &mut Vec<Effect>) {
        if self.table().is_some_and(|table| table.find(text)) {
            self.reload(out);
        }
    }

    /// A row that is not among the chosen ones is chosen alone.
    pub(super) fn point(&mut self, row: usize) {
        if self.table().is_some_and(|table| !table.is_chosen(row)) {
            self.pick(row, Pick::Only);
        }
    }

    pub(super) fn pick(&mut self, row: usize, pick: Pick) {
        let pick = if self.tab == Tab::Rooms { Pick::Only } else { pick };
        if let Some(table) = self.table() {
            table.pick(row, pick);
        }
    }

    /// The open one.
    fn table(&mut self) -> Option<&mut dyn Table> {
        match self.tab {
            Tab::Online => Some(&mut self.online),
            Tab::Accounts if self.people == Whom::Banned => Some(&mut self.bans),
            Tab::Accounts => Some(&mut self.accounts),
            Tab::Rooms => Some(&mut self.rooms),
            Tab::Log | Tab::Settings => None,
        }
    }
}
