//! What is asked of people, rooms and one's own book.

use std::io::Write;

use serde_json::Value;

use super::people::{BookVerb, PeopleVerb, Ready};
use super::{Script, ScriptError, Then, shapes};
use crate::client::api::{Failure, Intent};
use crate::domain::AccountId;
use crate::net::protocol::{Command, Query, Reason};

impl<W: Write> Script<W> {
    pub(super) fn people(
        &mut self,
        id: Option<Value>,
        verb: PeopleVerb,
    ) -> Result<(), ScriptError> {
        let me = self.shapes.me();
        match verb {
            PeopleVerb::ChangePassword { old, new } => {
                self.ask(id, Then::Answer, |ticket| Intent::ChangePassword { ticket, old, new });
            }
            PeopleVerb::Recover { login, code, new: password } => {
                let remember = true;
                self.ask(id, Then::Answer, |ticket| Intent::Recover {
                    ticket,
                    login,
                    code,
                    password,
                    remember,
                });
            }
            PeopleVerb::DeleteAccount { password } => {
                self.ask(id, Then::Answer, |ticket| Intent::DeleteAccount { ticket, password });
            }
            PeopleVerb::Look(query) => {
                self.ask(id, Then::Answer, |ticket| Intent::Look { ticket, query });
            }
            PeopleVerb::Profile(account) => {
                let account = account.or(me).unwrap_or(AccountId(0));
                let query = Query::Profile { account };
                self.ask(id, Then::Answer, |ticket| Intent::Look { ticket, query });
            }
            PeopleVerb::SetProfile { change, picture: Some(path) } => {
                let then = Then::SetPicture(change);
                self.ask(id, then, |ticket| Intent::LoadPicture { ticket, path });
            }
            PeopleVerb::SetProfile { change, picture: None } => {
                let command = Command::SetProfile(change);
                self.ask(id, Then::Profile, |ticket| Intent::Do { ticket, command });
            }
            PeopleVerb::Do(command) => {
                self.ask(id, Then::Answer, |ticket| Intent::Do { ticket, command });
            }
            PeopleVerb::InRoom(room, command) => {
                self.ask(id, Then::Room(room), |ticket| Intent::Do { ticket, command });
            }
            PeopleVerb::Leave(room, command) => {
                self.ask(id, Then::Leave(room), |ticket| Intent::Do { ticket, command });
            }
            PeopleVerb::Booked(verb) if self.shapes.persons.book.is_some() || me.is_none() => {
                return self.booked(id, verb);
            }
            PeopleVerb::Booked(verb) => self.booked.push((id, verb)),
        }
        Ok(())
    }

    pub(super) fn booked(&mut self, id: Option<Value>, verb: BookVerb) -> Result<(), ScriptError> {
        let then = match &verb {
            BookVerb::SetGroup { .. } => Then::Book("groups"),
            BookVerb::SetPrivacy(_) => Then::Book("privacy"),
            _ => Then::Answer,
        };
        let book = self.shapes.persons.book.clone().unwrap_or_default();
        match verb.with(&book, |what| self.shapes.persons.say(what)) {
            Ok(Ready::Say(_)) if self.shapes.me().is_none() => {
                let refusal = Failure::Refused(Reason::NotSignedIn.into());
                self.answer(id, "refused", shapes::failure(&refusal))
            }
            Ok(Ready::Say(value)) => self.answer(id, "ok", value),
            Ok(Ready::Do(command)) => {
                self.ask(id, then, |ticket| Intent::Do { ticket, command });
                Ok(())
            }
            Err(why) => self.bad_request(id, &why),
        }
    }
}
