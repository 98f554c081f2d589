//! The end of a storm: everything heals, a new device comes, and all have to agree.

use std::collections::BTreeMap;
use std::time::Duration;

use mychat::client::api::{Answer, Failure, Intent, Ticket};
use mychat::domain::{
    AccountId, ConversationId, ConversationKind, Message, Nonce, RoomId, Seq, Target,
};
use mychat::net::protocol::Page;
use mychat::store::Reads;
use mychat::store::conversations::Conversation;

use crate::device::By;
use crate::promises::logs;
use crate::world::World;

/// The longest wait for the next try, the way there and back, and once more for who learns only then
/// that another device signed it out.
const HEALED_AFTER: Duration = Duration::from_secs(36);
/// What is told lazily: cursors, presence, what the store gathers.
const QUIET_AFTER: Duration = Duration::from_secs(10);
const PAGE: u32 = 17;

type Logs = BTreeMap<ConversationId, (Conversation, Vec<Message>)>;

impl World {
    /// All trouble is over: checks what must be true then.
    pub fn end(&mut self) {
        self.heal();
        self.run_for(HEALED_AFTER);
        self.check_liveness();
        for person in [0, 1] {
            self.add_device(person, By::Password);
        }
        self.play_on();
        self.run_for(QUIET_AFTER);
        let rows = self.server.as_ref().unwrap().rows();
        self.witness.store(&rows);
        let logs = logs(&rows);
        self.check_said(&logs);
        self.check_shown(&rows, &logs);
        for index in 0..self.devices.len() {
            self.check_view(index, &rows, &logs);
        }
        self.check_books(&rows);
        self.check_games(&rows);
    }

    fn heal(&mut self) {
        self.tell("everything heals");
        self.is_calm = true;
        let wires: Vec<u64> = self.wires.keys().copied().collect();
        for wire in wires {
            match self.wires[&wire].holes.contains(&true) {
                true => self.cut(wire),
                false => self.unclog(wire),
            }
        }
        self.stop_server();
        self.start_server(false);
        assert!(self.server.is_some(), "1 durable: the server does not open its store");
        for index in 0..self.devices.len() {
            self.sit_down(index, Duration::ZERO);
        }
    }

    fn check_liveness(&self) {
        for device in &self.devices {
            let name = &device.name;
            assert!(device.state.is_signed_in(), "6 liveness: {name} is not back");
            let waiting = device.local.load(device.owner().unwrap()).unwrap().waiting;
            let waits: Vec<Nonce> =
                waiting.iter().filter(|w| w.failed.is_none()).map(|w| w.nonce).collect();
            assert!(waits.is_empty(), "6 liveness: {waits:?} wait in the outbox of {name}");
        }
    }

    /// What was said and kept stands once, and what one device said to one place in its order.
    fn check_said(&self, logs: &Logs) {
        let mut places = BTreeMap::new();
        for (id, (_, log)) in logs {
            places.extend(log.iter().map(|message| (message.nonce, (*id, message.seq))));
        }
        for device in &self.devices {
            let name = &device.name;
            let waiting = device.local.load(device.owner().unwrap()).unwrap().waiting;
            let mut last: BTreeMap<ConversationId, Seq> = BTreeMap::new();
            for spoken in &device.said {
                let Some((id, seq)) = places.get(&spoken.nonce) else {
                    let failed = waiting.iter().any(|waiting| waiting.nonce == spoken.nonce);
                    let is_lost = spoken.is_kept && !failed;
                    assert!(!is_lost, "1 durable: {name} lost what it said to {:?}", spoken.to);
                    continue;
                };
                // It was turned down, its writer did not hear of that, and it was taken later.
                if self.witness.refused.contains(&spoken.nonce) {
                    continue;
                }
                let before = last.insert(*id, *seq);
                assert!(
                    before < Some(*seq),
                    "5 order: {name} said {spoken:?}, {seq:?} of {id:?}, behind {before:?}"
                );
            }
            for (nonce, message) in &device.acknowledged {
                let place = places.get(nonce);
                let told = Some(&(message.conversation, message.seq));
                assert_eq!(place, told, "1 durable: acknowledged to {name}");
            }
        }
    }

    /// Nobody was ever shown what is not for it.
    fn check_shown(&self, rows: &Reads, logs: &Logs) {
        for ((account, id), seqs) in &self.witness.shown {
            let Some((conversation, _)) = logs.get(id) else { continue };
            for seq in seqs {
                let is_for = is_for(rows, conversation.kind, (*id, *seq), *account);
                assert!(is_for, "4 convergence: {account} was shown {seq:?} of {id:?}");
            }
        }
    }

    /// One device against the store: what it lists, and what it shows when it is scrolled through.
    fn check_view(&mut self, index: usize, rows: &Reads, logs: &Logs) {
        let (name, account) = (self.devices[index].name.clone(), self.devices[index].account);
        let account = account.unwrap_or_else(|| panic!("6 liveness: {name} never came"));
        let memberships = rows.list_memberships(account, ConversationId(0), 10_000).unwrap();
        for (id, cursors) in memberships {
            let (conversation, log) = &logs[&id];
            let Some(last) = log.last() else { continue };
            let state = self.devices[index].view.conversations.get(&id).copied();
            let state = state.unwrap_or_else(|| panic!("4 convergence: {name} has no {id:?}"));
            let shown = self.devices[index].view.last.get(&id).copied().unwrap_or_default();
            assert_eq!(
                state.head.max(shown),
                last.seq,
                "4 convergence: {name}, the head of {id:?}"
            );
            assert!(state.read <= cursors.read, "7 cursors: {name} is ahead in {id:?}");
            // What one wrote oneself behind the cursor moves it without a word, and counts as read.
            let unread = |read: Seq| {
                let new = log.iter().filter(|m| m.seq > read && m.from != account);
                new.filter(|m| m.body.is_said()).count()
            };
            let same = unread(state.read) == unread(cursors.read);
            assert!(same, "4 convergence: {name}, unread of {id:?}: {state:?}, {cursors:?}");
            let target = conversation.kind.target_for(account);
            if let (ConversationKind::Direct { .. }, Some(Target::Account(peer))) =
                (conversation.kind, target)
                && peer != account
            {
                let peer = rows.get_cursors(peer, id).unwrap().unwrap_or_default();
                let told = (state.peer_read, state.peer_delivered);
                let shown = (peer.shown_read, peer.shown_delivered);
                assert_eq!(told, shown, "4 convergence: {name}, the other side of {id:?}");
            }
            let Some(target) = target else { continue };
            let is_for = |m: &&Message| is_for(rows, conversation.kind, (id, m.seq), account);
            let wanted: Vec<Message> = log.iter().filter(is_for).cloned().collect();
            let found = self.scroll(index, target);
            let same = found == wanted;
            let (found, wanted) = (seqs(&found), seqs(&wanted));
            assert!(same, "4 convergence: {name} shows {found:?} of {id:?}, not {wanted:?}");
        }
    }

    /// A whole log as a window gets it, page by page from the end.
    fn scroll(&mut self, index: usize, with: Target) -> Vec<Message> {
        let mut found: Vec<Message> = Vec::new();
        loop {
            let before = found.first().map_or(Seq(1_000_000), |message| message.seq);
            let page = Page::Before(before);
            let answer =
                self.ask(index, |ticket| Intent::History { ticket, with, page, limit: PAGE });
            let Ok(Answer::History { messages, more, .. }) = answer else {
                panic!("4 convergence: no page of {with:?}: {answer:?}")
            };
            let is_empty = messages.is_empty();
            found.splice(0..0, messages);
            if !more || is_empty {
                return found;
            }
        }
    }

    fn ask(
        &mut self,
        index: usize,
        intent: impl FnOnce(Ticket) -> Intent,
    ) -> Result<Answer, Failure> {
        let ticket = self.ticket();
        self.intent(index, intent(ticket));
        let until = self.now + Duration::from_secs(30);
        loop {
            if let Some(answer) = self.devices[index].view.answers.remove(&ticket) {
                return answer;
            }
            assert!(self.step(until), "6 liveness: nobody answers");
        }
    }

    /// All devices of a person keep the same book, and the server's.
    fn check_books(&self, rows: &Reads) {
        let mut books = BTreeMap::new();
        for device in &self.devices {
            let (name, account) = (&device.name, device.account.unwrap());
            let book = device.view.book.clone().unwrap_or_default();
            let first = books.entry(account).or_insert_with(|| (name, book.clone()));
            assert_eq!(first.1, book, "4 convergence: the books of {} and {name}", first.0);
            let contacts = rows.list_contacts(account, AccountId(0), 10_000).unwrap();
            let kept: Vec<_> = book.contacts.values().cloned().collect();
            assert_eq!(kept, contacts, "4 convergence: the contacts of {name}");
            assert_eq!(
                book.groups,
                rows.get_groups(account).unwrap().list,
                "4 convergence: {name}"
            );
            let rooms = rows.list_own_rooms(account, RoomId(0), 10_000).unwrap();
            let kept: Vec<_> = book.rooms.keys().copied().collect();
            assert_eq!(kept, rooms, "4 convergence: the rooms of {name}");
            for (room, own) in &book.rooms {
                let now = rows.get_room(*room).unwrap().unwrap();
                assert_eq!(own.room, now, "4 convergence: {room} at {name}");
                let member = rows.get_member(*room, account).unwrap().unwrap();
                assert_eq!(own.member, member, "4 convergence: {name} in {room}");
            }
            for (with, choice) in &book.choices {
                let now = rows.get_choice(account, *with).unwrap();
                assert_eq!(*choice, now, "4 convergence: {with:?} at {name}");
            }
        }
    }
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq.0).collect()
}

/// Whether somebody may see a message.
fn is_for(
    rows: &Reads,
    kind: ConversationKind,
    (id, seq): (ConversationId, Seq),
    account: AccountId,
) -> bool {
    match kind {
        ConversationKind::Lobby => true,
        ConversationKind::Direct { low, high } => account == low || account == high,
        ConversationKind::Notices { account: owner } => account == owner,
        ConversationKind::Room { .. } => {
            let ranges = rows.list_ranges(id, account).unwrap();
            ranges.iter().any(|range| range.first <= seq && seq <= range.last)
        }
    }
}
