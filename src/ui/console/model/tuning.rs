//! What is set: one setting at a time, and what is said of one that is refused.

use std::collections::BTreeMap;

use super::deeds::Purpose;
use super::{Confirm, Effect, Fact, Model, Order, Phase, Sheet, Task};
use crate::net::verb::{Done, NotDone, Verb};
use crate::server::settings::{NAME, REGISTRATION, REGISTRATION_CODE};
use crate::ui::console::forms::Ask;
use crate::ui::console::{knobs, refused};

impl Model {
    pub(super) fn rename(&mut self) {
        let name = self.status.as_ref().map(|status| status.name.clone()).unwrap_or_default();
        self.open(Ask::Name(name));
    }

    pub(super) fn all_settings(&mut self) {
        if self.sheet.is_none() && self.question.is_none() && self.knobs.is_here() {
            self.knobs.wrong = None;
            self.sheet = Some(Sheet::All);
        }
    }

    pub(super) fn set(&mut self, key: String, value: &str, out: &mut Vec<Effect>) {
        let verb = knobs::set(&key, value);
        self.set_by(key, vec![verb], out);
    }

    /// Whoever was given the code that goes is turned away, so that is asked; the first one harms nobody.
    pub(super) fn change_code(&mut self, fresh: String, out: &mut Vec<Effect>) {
        match self.knobs.code().map(str::to_owned) {
            Some(old) => out.push(Effect::Confirm(Confirm::Code { old, fresh })),
            None => self.set(REGISTRATION_CODE.to_owned(), &fresh, out),
        }
    }

    pub(super) fn register(&mut self, place: usize, fresh: &str, out: &mut Vec<Effect>) {
        let verbs = self.knobs.register(place, fresh);
        self.set_by(REGISTRATION.to_owned(), verbs, out);
    }

    pub(super) fn back_up(&mut self, on: bool, out: &mut Vec<Effect>) {
        let verb = self.knobs.back_up(on);
        self.set_by(knobs::BACKUP.to_owned(), vec![verb], out);
    }

    /// A server that does not run reads them when it starts.
    pub(super) fn read_settings(&mut self, out: &mut Vec<Effect>) {
        if self.phase == Phase::Running {
            self.order(Purpose::Reloaded, vec![Verb::Reload {}], out);
        }
    }

    /// Whether a backup can be made now; also of a server that does not run.
    #[must_use]
    pub fn can_back_up(&self) -> bool {
        let can_be = match &self.phase {
            Phase::Running | Phase::Stopped => true,
            Phase::Failed { failure, .. } => failure.spares_data(),
            Phase::Starting | Phase::Stopping(_) => false,
        };
        can_be && self.task.is_none()
    }

    pub(super) fn back_up_now(&mut self, out: &mut Vec<Effect>) {
        if self.can_back_up() {
            self.task = Some(Task::Backup);
            out.push(Effect::Order(Order::Backup));
        }
    }

    fn set_by(&mut self, key: String, verbs: Vec<Verb>, out: &mut Vec<Effect>) {
        self.knobs.wrong = None;
        self.order(Purpose::Set(key), verbs, out);
    }

    /// The old value stands there again where a new one was refused.
    pub(super) fn set_done(&mut self, key: &str, results: Vec<Result<Done, NotDone>>) {
        let language = self.language();
        for result in results {
            match result {
                Ok(Done::Settings(values)) => self.settings_are(values),
                Ok(_) => {}
                Err(why) => {
                    self.knobs.wrong = Some((key.to_owned(), refused::words(language, &why)));
                }
            }
        }
    }

    pub(super) fn settings_are(&mut self, values: BTreeMap<String, String>) {
        let is_up = self.is_up();
        if let (Some(name), Some(status)) = (values.get(NAME), &mut self.status)
            && !name.is_empty()
        {
            match is_up {
                true => self.renamed = Some(name.clone()),
                // Nobody else tells it before the next start.
                false => status.name.clone_from(name),
            }
        }
        self.knobs.put(values);
    }

    /// What a copy button puts on the clipboard.
    pub(super) fn copy(&self, fact: Fact, out: &mut Vec<Effect>) {
        let status = self.status.as_ref();
        let text = match (fact, &self.sheet) {
            (Fact::Key, _) => status.map(|status| status.fingerprint.clone()),
            (Fact::Addresses, _) => status.map(|status| status.addresses.join("\n")),
            (Fact::Invite, _) => status.map(|status| status.invite.clone()),
            (Fact::Code, _) => self.knobs.code().map(str::to_owned),
            (Fact::Reset, Some(Sheet::Code(code))) => Some(code.code.clone()),
            (Fact::Reset | Fact::Number, _) => None,
        };
        out.extend(text.map(|text| Effect::Copy(fact, text)));
    }
}
