//! A small question with one field: a remark, the name of a group, why not.

use super::contacts::Doing;
use super::{Effect, Model};
use crate::client::Failure;
use crate::domain::{AccountId, GroupId, ROOM_NAME_MAX, RoomId, Words};
use crate::net::protocol::{
    Command, ContactAnswer, ContactChange, MemberChange, Reason, RoomSettings,
};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// What one calls a friend.
    Remark(AccountId),
    /// What a new group is called; a friend moves there, where one is named.
    NewGroup(Option<AccountId>),
    /// What a group is called from now on.
    RenameGroup(GroupId),
    /// Why a request is declined.
    Decline(AccountId),
    /// Why somebody does not come into a room.
    TurnAway(RoomId, AccountId),
    /// What a room is called from now on.
    RenameRoom(RoomId),
    /// What one is called in a room.
    Card(RoomId),
}

impl About {
    /// What kind of words is asked for.
    #[must_use]
    pub fn words(self) -> Words {
        match self {
            About::Remark(_) => Words::Remark,
            About::NewGroup(_) | About::RenameGroup(_) | About::RenameRoom(_) => Words::Group,
            About::Decline(_) | About::TurnAway(..) => Words::Reason,
            About::Card(_) => Words::Card,
        }
    }

    /// How many letters the answer may have.
    #[must_use]
    pub fn graphemes_max(self) -> usize {
        match self {
            About::RenameRoom(_) => ROOM_NAME_MAX,
            about => about.words().graphemes_max(),
        }
    }
}

/// The question, while it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What is asked.
    pub about: About,
    /// What stands in the field at first.
    pub first: String,
    /// Why the answer was not taken.
    pub error: Option<Failure>,
    /// The answer is on its way.
    pub busy: bool,
}

/// In its window.
#[derive(Debug, Clone)]
pub enum PromptMsg {
    /// Something was typed.
    Typed,
    /// The button, or Enter.
    Submit(String),
    /// Esc, or the cross.
    Close,
}

impl Prompt {
    pub(super) fn new(about: About, first: String) -> Self {
        Prompt { about, first, error: None, busy: false }
    }
}

impl Model {
    pub(super) fn prompt(&mut self, msg: PromptMsg, out: &mut Vec<Effect>) {
        let me = self.my_account();
        let is_first = matches!(&msg, PromptMsg::Submit(words) if self.is_first_group(words));
        let Some(prompt) = &mut self.prompt else { return };
        match msg {
            PromptMsg::Typed => prompt.error = None,
            PromptMsg::Close => self.prompt = None,
            PromptMsg::Submit(_) if prompt.busy => {}
            PromptMsg::Submit(_) if is_first => {
                let error = Failure::Refused(Reason::GroupExists.into());
                self.prompt_answered(Some(error));
            }
            PromptMsg::Submit(words) => {
                prompt.busy = true;
                prompt.error = None;
                let command = match prompt.about {
                    About::Remark(account) => {
                        let remark = Some(words);
                        let change = ContactChange { remark, ..ContactChange::default() };
                        Command::SetContact { account, change }
                    }
                    About::NewGroup(friend) => {
                        let name = words.trim().to_owned();
                        self.moves_to = friend.map(|friend| (friend, name.clone()));
                        Command::AddGroup { name }
                    }
                    About::RenameGroup(group) => Command::RenameGroup { group, name: words },
                    About::Decline(from) => {
                        let answer = ContactAnswer::Decline { reason: words };
                        Command::AnswerContact { from, answer }
                    }
                    About::TurnAway(room, account) => {
                        Command::AnswerJoin { room, account, accept: false, reason: words }
                    }
                    About::RenameRoom(room) => {
                        let change = RoomSettings { name: Some(words), ..RoomSettings::default() };
                        Command::SetRoom { room, change }
                    }
                    About::Card(room) => {
                        let Some(account) = me else { return };
                        let change = MemberChange { card: Some(words), ..MemberChange::default() };
                        Command::SetMember { room, account, change }
                    }
                };
                self.do_it(Doing::Prompt, command, out);
            }
        }
    }

    /// Whether another group would be called like the first one, whose name the server does not know
    /// while nobody has given it one: it is shown in the language of the window.
    fn is_first_group(&self, words: &str) -> bool {
        let is_other = match self.prompt.as_ref().map(|prompt| prompt.about) {
            Some(About::NewGroup(_)) => true,
            Some(About::RenameGroup(group)) => group != GroupId::FIRST,
            _ => false,
        };
        let first = self.group_name(GroupId::FIRST, crate::ui::text::language());
        is_other && words.trim().to_lowercase() == first.to_lowercase()
    }

    pub(super) fn prompt_answered(&mut self, failure: Option<Failure>) {
        let Some(prompt) = &mut self.prompt else { return };
        match failure {
            Some(failure) => {
                prompt.busy = false;
                prompt.error = Some(failure);
                self.moves_to = None;
            }
            None => self.prompt = None,
        }
    }
}
