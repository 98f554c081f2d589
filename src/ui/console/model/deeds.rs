//! What the admin does: to those who are chosen, to rooms, by the windows that ask for words; and
//! what came of it.

use super::{Confirm, Effect, Fact, Model, Order, Sheet, Tab, Whom};
use crate::net::verb::{Done, NotDone, RoomRow, Verb};
use crate::server::settings::REGISTRATION_CODE;
use crate::ui::console::acts::{self, Act, Someone};
use crate::ui::console::forms::{Ask, Filled, Form, names};
use crate::ui::console::refused;
use crate::ui::console::task::Task;

/// What was ordered, for when the answer comes.
#[derive(Debug)]
pub(super) enum Purpose {
    /// A window's words, by the window's number.
    Form(u64, Ask),
    /// Something to people.
    Act(Act, Vec<Someone>),
    /// A room of this name ended.
    Dissolve(String),
    /// Those who are online were told of an end.
    Called,
    /// What stands in the log when it is done.
    Reloaded,
    /// A page of accounts, or all that are here anew.
    Accounts { is_next: bool },
    /// The same of rooms.
    Rooms { is_next: bool },
    /// All settings.
    Settings,
    /// This setting was set.
    Set(String),
}

impl Model {
    /// Orders verbs and remembers what for.
    pub(super) fn order(
        &mut self,
        purpose: Purpose,
        verbs: Vec<Verb>,
        out: &mut Vec<Effect>,
    ) -> u64 {
        self.count += 1;
        self.open.insert(self.count, purpose);
        out.push(Effect::Order(Order::Do { id: self.count, verbs }));
        self.count
    }

    /// Who is chosen in the open table.
    #[must_use]
    pub fn chosen(&self) -> Vec<Someone> {
        match self.tab {
            Tab::Online => Someone::of_links(self.online.chosen()),
            Tab::Accounts if self.people == Whom::Banned => {
                self.bans.chosen().map(Someone::of_ban).collect()
            }
            Tab::Accounts => self.accounts.chosen().map(Someone::of_account).collect(),
            _ => Vec::new(),
        }
    }

    /// The room that is chosen: one at a time.
    #[must_use]
    pub fn chosen_room(&self) -> Option<&RoomRow> {
        self.rooms.chosen().next()
    }

    /// What can be done to what is chosen in the open table.
    #[must_use]
    pub fn acts(&self) -> Vec<Act> {
        match self.tab {
            Tab::Online => acts::of_online(&self.chosen()),
            Tab::Accounts if self.people == Whom::Banned && self.chosen().is_empty() => Vec::new(),
            Tab::Accounts if self.people == Whom::Banned => vec![Act::Unban],
            Tab::Accounts => acts::of_accounts(&self.chosen()),
            Tab::Rooms if self.chosen_room().is_some() => vec![Act::Dissolve, Act::Copy],
            _ => Vec::new(),
        }
    }

    pub(super) fn act(&mut self, act: Act, out: &mut Vec<Effect>) {
        if !self.acts().contains(&act) {
            return;
        }
        let people = self.chosen();
        match act {
            Act::Message => self.open(Ask::Message(people)),
            Act::Kick => self.open(Ask::Kick(people)),
            Act::Ban => self.open(Ask::Ban(people)),
            Act::Disable => self.open(Ask::Disable(people)),
            Act::Reset | Act::Enable | Act::Unban => self.carry(act, people, out),
            Act::SignOut | Act::Promote | Act::Demote => {
                out.push(Effect::Confirm(Confirm::People(act, people)));
            }
            Act::Dissolve => {
                if let Some(row) = self.chosen_room() {
                    let (room, name, members) = (row.room, row.name.clone(), row.members);
                    out.push(Effect::Confirm(Confirm::Dissolve { room, name, members }));
                }
            }
            Act::Copy => {
                let person = people.first().and_then(|one| one.account).map(|one| one.to_string());
                let room = self.chosen_room().map(|row| row.room.to_string());
                let number = if self.tab == Tab::Rooms { room } else { person };
                out.extend(number.map(|number| Effect::Copy(Fact::Number, number)));
            }
        }
    }

    pub(super) fn confirmed(&mut self, confirm: Confirm, out: &mut Vec<Effect>) {
        match confirm {
            Confirm::People(act, people) => self.carry(act, people, out),
            Confirm::Restore(path) if self.can_restore() => {
                self.sheet = None;
                self.task = Some(Task::Restore);
                out.push(Effect::Order(Order::Restore(path)));
            }
            Confirm::Restore(_) => {}
            Confirm::Code { fresh, .. } => self.set(REGISTRATION_CODE.to_owned(), &fresh, out),
            Confirm::Dissolve { room, name, .. } => {
                self.order(Purpose::Dissolve(name), vec![Verb::Dissolve { room }], out);
            }
        }
    }

    fn carry(&mut self, act: Act, people: Vec<Someone>, out: &mut Vec<Effect>) {
        let verbs: Vec<Verb> = people.iter().filter_map(|one| act.verb(one)).collect();
        if !verbs.is_empty() {
            self.order(Purpose::Act(act, people), verbs, out);
        }
    }

    /// Opens a window, unless one is open.
    pub(super) fn open(&mut self, ask: Ask) {
        if self.sheet.is_some() || self.question.is_some() {
            return;
        }
        self.count += 1;
        let (number, error) = (self.count, String::new());
        self.sheet = Some(Sheet::Form(Form { ask, number, error, busy: false }));
    }

    pub(super) fn submit(&mut self, filled: &Filled, out: &mut Vec<Effect>) {
        let language = self.language();
        let Some(Sheet::Form(form)) = &mut self.sheet else { return };
        if form.busy {
            return;
        }
        match form.ask.verbs(filled, language) {
            Ok(verbs) => {
                (form.busy, form.error) = (true, String::new());
                let purpose = Purpose::Form(form.number, form.ask.clone());
                self.order(purpose, verbs, out);
            }
            Err(words) => form.error = words,
        }
    }

    pub(super) fn typed(&mut self) {
        if let Some(Sheet::Form(form)) = &mut self.sheet {
            form.error.clear();
        }
        self.knobs.wrong = None;
    }

    pub(super) fn answered(
        &mut self,
        id: u64,
        results: Vec<Result<Done, NotDone>>,
        out: &mut Vec<Effect>,
    ) {
        let Some(purpose) = self.open.remove(&id) else { return };
        let language = self.language();
        match purpose {
            Purpose::Accounts { is_next } => self.accounts_came(id, is_next, &results, out),
            Purpose::Rooms { is_next } => self.rooms_came(id, is_next, &results, out),
            Purpose::Settings => self.knobs.take(results.into_iter().next()),
            Purpose::Set(key) => self.set_done(&key, results),
            Purpose::Form(number, ask) => self.form_done((number, ask), results, out),
            Purpose::Act(act, people) => {
                let words = language.fill(act.done_key(), &[("name", &names(&people, language))]);
                self.deed_done(words, results, out);
            }
            Purpose::Dissolve(name) => {
                let words = language.fill(Act::Dissolve.done_key(), &[("name", &name)]);
                self.deed_done(words, results, out);
            }
            Purpose::Called | Purpose::Reloaded => {
                let wrong = results.into_iter().find_map(Result::err);
                out.extend(wrong.map(|why| Effect::Trouble(refused::words(language, &why))));
            }
        }
    }

    fn form_done(
        &mut self,
        (number, ask): (u64, Ask),
        results: Vec<Result<Done, NotDone>>,
        out: &mut Vec<Effect>,
    ) {
        let language = self.language();
        let wrong = wrong(&results).map(|why| refused::words(language, why));
        let mut open = match &mut self.sheet {
            Some(Sheet::Form(form)) if form.number == number => Some(form),
            _ => None,
        };
        match (wrong, &mut open) {
            (Some(words), Some(form)) => (form.busy, form.error) = (false, words),
            (Some(words), None) => out.push(Effect::Trouble(words)),
            (None, _) => {
                if open.is_some() {
                    self.sheet = None;
                }
                let name = banned(&results).unwrap_or_else(|| names(ask.people(), language));
                let key = match &ask {
                    Ask::Broadcast => "con.done.said",
                    Ask::Name(_) => "con.done.name",
                    ask => ask.act().map_or("con.done.said", Act::done_key),
                };
                out.push(Effect::Say(language.fill(key, &[("name", &name)])));
            }
        }
        self.take_in(results, out);
    }

    fn deed_done(
        &mut self,
        words: String,
        results: Vec<Result<Done, NotDone>>,
        out: &mut Vec<Effect>,
    ) {
        let language = self.language();
        let code = results.iter().find_map(|result| match result {
            Ok(Done::Reset(code)) => Some(code.clone()),
            _ => None,
        });
        match (wrong(&results), code) {
            (Some(why), _) => out.push(Effect::Trouble(refused::words(language, why))),
            (None, Some(code)) => self.sheet = Some(Sheet::Code(code)),
            (None, None) => out.push(Effect::Say(words)),
        }
        self.take_in(results, out);
    }

    /// What was done shows at once; the rest is asked for anew.
    fn take_in(&mut self, results: Vec<Result<Done, NotDone>>, out: &mut Vec<Effect>) {
        for done in results.into_iter().flatten() {
            match done {
                Done::Account(row) => self.accounts.put(row),
                Done::Settings(values) => self.settings_are(values),
                _ => {}
            }
        }
        self.reload(out);
    }
}

/// The address that was banned by itself.
fn banned(results: &[Result<Done, NotDone>]) -> Option<String> {
    match results {
        [Ok(Done::Banned(row))] if row.nickname.is_none() => Some(row.whom.clone()),
        _ => None,
    }
}

fn wrong(results: &[Result<Done, NotDone>]) -> Option<&NotDone> {
    results.iter().find_map(|result| result.as_ref().err())
}
