//! What one does with friends, groups and requests.

use super::chats::{Earlier, EntryId};
use super::panel::Leaving;
use super::profile::ProfileConfirm;
use super::prompt::{About, Prompt};
use super::{Asked, Effect, Model};
use crate::client::api::TransferId;
use crate::client::{Answer, Failure, Intent};
use crate::domain::{
    AccountId, Contact, FileId, GroupId, Notice, RequestState, RoomId, Seq, ServerId, Target, Way,
};
use crate::net::protocol::{Command, ContactAnswer, ContactChange};

/// What is done when something was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Nothing; a failure is said in passing.
    Quiet,
    /// One's own line in the panel.
    Line,
    /// The small question that stands.
    Prompt,
    /// The friend request that is being written.
    Request,
    /// What others may do, in the settings window.
    Privacy,
}

/// What one does with friends, groups and requests.
#[derive(Debug, Clone, Copy)]
pub enum ContactMsg {
    /// What one calls a friend.
    Remark(AccountId),
    /// Another group.
    Move(AccountId, GroupId),
    /// A group of one's own; a friend moves there, where one is named.
    NewGroup(Option<AccountId>),
    /// Another name for it.
    RenameGroup(GroupId),
    /// Asked before: its friends go to the first one.
    RemoveGroup(GroupId),
    /// Up or down in the list.
    MoveGroup(GroupId, i32),
    /// Before that group, or behind all.
    PutGroup(GroupId, Option<GroupId>),
    /// Whether a friend may shake one's window.
    Shakes(AccountId, bool),
    /// Asked before.
    Block(AccountId),
    /// Not any more.
    Unblock(AccountId),
    /// Asked before: on both sides.
    Delete(AccountId),
    /// Yes to a request; the new friend goes there.
    Accept(AccountId, GroupId),
    /// No to a request, with a reason.
    Decline(AccountId),
    /// No to a request, and nobody is told.
    Ignore(AccountId),
    /// The same, and that person is blocked.
    Refuse(AccountId),
    /// A request that nobody answered is taken back.
    Withdraw(AccountId),
    /// What needs no answer goes off the list.
    ClearRequests,
}

/// What is asked before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// The friendship ends on both sides.
    Delete(AccountId),
    /// That person reaches one no more.
    Block(AccountId),
    /// The same, as the answer to a request.
    Refuse(AccountId),
    /// The group goes, its friends stay.
    RemoveGroup(GroupId),
    /// One is in the room no more.
    LeaveRoom(RoomId),
    /// The room ends for everybody.
    DissolveRoom(RoomId),
    /// That person is in the room no more.
    Kick(RoomId, AccountId),
    /// One's last message goes for everybody, and its words come back into the box.
    RecallLast(Target, Seq),
    /// A message goes from this computer.
    DeleteMessage(Target, EntryId),
    /// A transfer is given up; what was done of it is lost.
    GiveUp(TransferId),
    /// What is over goes off the list of transfers.
    ClearFiles,
    /// A file is not wanted, which cannot be taken back.
    Decline(Target, Seq),
    /// An own file goes from the server.
    TakeBack(FileId),
    /// The program ends while so many files are on their way.
    Quit(usize),
    /// One goes while one plays a game, and so many files are on their way.
    LeaveGame(Leaving, usize),
    /// In the window about oneself.
    Profile(ProfileConfirm),
    /// The account goes from the list of the sign-in window, with what this computer keeps of it.
    RemoveAccount(ServerId, AccountId),
}

impl Model {
    pub(super) fn contact(&mut self, msg: ContactMsg, out: &mut Vec<Effect>) {
        let change = ContactChange::default;
        match msg {
            ContactMsg::Remark(account) => {
                let remark = self.people.book().remark(account).unwrap_or_default().to_owned();
                self.prompt = Some(Prompt::new(About::Remark(account), remark));
            }
            ContactMsg::Move(account, group) => {
                self.set_contact(account, ContactChange { group: Some(group), ..change() }, out);
            }
            ContactMsg::NewGroup(friend) => {
                self.prompt = Some(Prompt::new(About::NewGroup(friend), String::new()));
            }
            ContactMsg::RenameGroup(group) => {
                let name = self.group_name(group, crate::ui::text::language());
                self.prompt = Some(Prompt::new(About::RenameGroup(group), name));
            }
            ContactMsg::MoveGroup(group, by) => self.move_group(group, by, out),
            ContactMsg::PutGroup(group, before) => self.put_group(group, before, out),
            ContactMsg::Shakes(account, shakes) => {
                self.set_contact(account, ContactChange { shakes: Some(shakes), ..change() }, out);
            }
            ContactMsg::Unblock(account) => {
                self.set_contact(account, ContactChange { blocked: Some(false), ..change() }, out);
            }
            ContactMsg::RemoveGroup(group) => {
                out.push(Effect::Confirm(Confirm::RemoveGroup(group)));
            }
            ContactMsg::Block(account) => out.push(Effect::Confirm(Confirm::Block(account))),
            ContactMsg::Refuse(account) => out.push(Effect::Confirm(Confirm::Refuse(account))),
            ContactMsg::Delete(account) => out.push(Effect::Confirm(Confirm::Delete(account))),
            ContactMsg::Accept(from, group) => {
                let remark = String::new();
                self.answer(from, ContactAnswer::Accept { group, remark }, out);
            }
            ContactMsg::Decline(from) => {
                self.prompt = Some(Prompt::new(About::Decline(from), String::new()));
            }
            ContactMsg::Ignore(from) => self.answer(from, ContactAnswer::Ignore {}, out),
            ContactMsg::Withdraw(to) => {
                self.do_it(Doing::Quiet, Command::WithdrawRequest { to }, out);
            }
            ContactMsg::ClearRequests => {
                self.forget_answered();
                self.do_it(Doing::Quiet, Command::ClearRequests {}, out);
            }
        }
    }

    /// The person said yes.
    pub(super) fn confirmed(&mut self, confirm: Confirm, out: &mut Vec<Effect>) {
        match confirm {
            Confirm::Delete(account) => {
                self.parting = Some(account);
                self.do_it(Doing::Quiet, Command::RemoveContact { account }, out);
            }
            Confirm::Block(account) => {
                let change = ContactChange { blocked: Some(true), ..ContactChange::default() };
                self.set_contact(account, change, out);
            }
            Confirm::Refuse(from) => self.answer(from, ContactAnswer::Block {}, out),
            Confirm::RemoveGroup(group) => {
                self.do_it(Doing::Quiet, Command::RemoveGroup { group }, out);
            }
            Confirm::LeaveRoom(room) => self.do_it(Doing::Quiet, Command::LeaveRoom { room }, out),
            Confirm::DissolveRoom(room) => {
                self.do_it(Doing::Quiet, Command::DissolveRoom { room }, out);
            }
            Confirm::Kick(room, account) => {
                self.do_it(Doing::Quiet, Command::Kick { room, account }, out);
            }
            Confirm::RecallLast(target, seq) => self.recall(target, seq, true, out),
            Confirm::DeleteMessage(target, id) => self.delete_message(target, id, out),
            Confirm::GiveUp(id) => self.give_transfer_up(id, out),
            Confirm::ClearFiles => self.clear_files(out),
            Confirm::Decline(target, seq) => self.decline_file(target, seq, out),
            Confirm::TakeBack(file) => self.take_back(file, out),
            Confirm::Quit(_) => self.quit(out),
            Confirm::LeaveGame(leaving, _) => self.go(leaving, out),
            Confirm::Profile(confirm) => self.profile_confirmed(confirm, out),
            Confirm::RemoveAccount(server, account) => self.remove_account(server, account, out),
        }
    }

    /// Asks the server to change something.
    pub(super) fn do_it(&mut self, doing: Doing, command: Command, out: &mut Vec<Effect>) {
        self.ask(Asked::Do(doing), |ticket| Intent::Do { ticket, command }, out);
    }

    fn set_contact(&mut self, account: AccountId, change: ContactChange, out: &mut Vec<Effect>) {
        self.do_it(Doing::Quiet, Command::SetContact { account, change }, out);
    }

    fn answer(&mut self, from: AccountId, answer: ContactAnswer, out: &mut Vec<Effect>) {
        self.do_it(Doing::Quiet, Command::AnswerContact { from, answer }, out);
    }

    /// The server did it or said no.
    pub(super) fn done(
        &mut self,
        doing: Doing,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let failure = result.err();
        match doing {
            Doing::Quiet => out.extend(failure.map(Effect::Say)),
            Doing::Line => {
                out.extend(failure.clone().map(Effect::Say));
                self.line_answered(failure);
            }
            Doing::Prompt => self.prompt_answered(failure),
            Doing::Request => self.request_answered(failure, out),
            Doing::Privacy => self.privacy_answered(failure, out),
        }
    }

    /// The book changed. A group that was made for a friend is there now: the friend goes there.
    pub(super) fn noticed(&mut self, notice: &Notice, out: &mut Vec<Effect>) {
        let about = match notice {
            Notice::Contact(contact) => Some(contact.account),
            Notice::ContactGone { account } => Some(*account),
            _ => None,
        };
        let friend = about.filter(|account| self.people.is_friend(*account));
        let name = friend.map(|account| self.people.name(account));
        let accepted = match notice {
            Notice::Request(request)
                if request.state == RequestState::Accepted && self.waits_for(request.peer) =>
            {
                Some(request.peer).filter(|_| request.way == Way::Out)
            }
            _ => None,
        };
        self.people.notice(notice);
        out.extend(
            accepted.map(|peer| Effect::TellOf("friend.accepted.by", self.people.name(peer))),
        );
        if let (Some(account), Some(name)) = (friend, name)
            && !self.people.is_friend(account)
            && self.parting.take_if(|parting| *parting == account).is_none()
        {
            out.push(Effect::TellOf("friend.parted", name));
        }
        if let Notice::Choice { with, choice } = notice {
            self.stranger_told(*with, choice.stranger);
        }
        match notice {
            Notice::RoomRequest(request) => self.room_request_told(request, out),
            Notice::RoomGone { room, .. } => self.leave_hall(*room),
            Notice::Room(_) => self.enter_halls(out),
            _ => {}
        }
        if let (Notice::Privacy(_), Some(open)) = (notice, &mut self.preferences) {
            // Taken after all, though the answer was lost.
            open.refused = None;
        }
        if let (Notice::Groups { groups }, Some((account, name))) = (notice, &self.moves_to)
            && let Some(group) = groups.iter().find(|group| group.name == *name)
        {
            let (account, group) = (*account, Some(group.id));
            self.moves_to = None;
            self.set_contact(account, ContactChange { group, ..ContactChange::default() }, out);
        }
    }

    /// When the other side of a conversation became a friend, where what was said around that is here.
    #[must_use]
    pub fn befriended_at(&self, target: Target) -> Option<i64> {
        let Target::Account(account) = target else { return None };
        let since = self.people.book().friend(account)?.since;
        let chat = self.chats.get(target)?;
        let oldest = chat.messages.values().next().map(|message| message.at);
        let is_here = chat.earlier == Earlier::Begin
            || chat.state.is_none()
            || oldest.is_some_and(|oldest| oldest <= since);
        Some(since).filter(|since| *since > 0 && is_here)
    }

    /// Requests that wait for an answer of this person, about rooms too.
    #[must_use]
    pub fn open_requests(&self) -> u64 {
        self.open_friend_requests() + self.open_room_requests()
    }

    /// People who ask to be friends and wait for an answer.
    #[must_use]
    pub fn open_friend_requests(&self) -> u64 {
        let requests = self.people.book().requests.values();
        let now = self.server_ms();
        let friends = requests.filter(|request| request.way == Way::In && request.is_open(now));
        friends.count() as u64
    }

    /// Whether this person waits for somebody's answer.
    #[must_use]
    pub fn waits_for(&self, account: AccountId) -> bool {
        let request = self.people.book().requests.get(&(account, Way::Out));
        request.is_some_and(|request| {
            request.state == RequestState::Pending && request.is_open(self.server_ms())
        })
    }

    /// What is kept of somebody, friend or blocked.
    #[must_use]
    pub fn kept(&self, account: AccountId) -> Option<&Contact> {
        self.people.book().contacts.get(&account)
    }

    fn order(&self) -> Vec<GroupId> {
        self.people.book().groups.iter().map(|group| group.id).collect()
    }

    fn move_group(&mut self, group: GroupId, by: i32, out: &mut Vec<Effect>) {
        let mut groups = self.order();
        let Some(at) = groups.iter().position(|id| *id == group) else { return };
        let last = groups.len() - 1;
        let to = at.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(last);
        groups.remove(at);
        groups.insert(to, group);
        self.order_groups(groups, out);
    }

    fn put_group(&mut self, group: GroupId, before: Option<GroupId>, out: &mut Vec<Effect>) {
        let mut groups = self.order();
        groups.retain(|id| *id != group);
        let to = groups.iter().position(|id| Some(*id) == before).unwrap_or(groups.len());
        groups.insert(to, group);
        self.order_groups(groups, out);
    }

    fn order_groups(&mut self, groups: Vec<GroupId>, out: &mut Vec<Effect>) {
        if groups != self.order() {
            self.do_it(Doing::Quiet, Command::OrderGroups { groups }, out);
        }
    }
}
