//! The model server's room: people come and go, it is renamed, somebody talks in it.

use std::collections::BTreeSet;

use super::model::{ModelServer, Said, is_member};
use super::world::{Client, World};
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, Joining, Member, Message, Nonce, Notice,
    OwnRoom, Parting, Rank, Room, RoomChange, RoomId, Seq,
};
use crate::net::protocol::{Page, Query, Reply};
use crate::store::local::Owner;

pub const ROOM: RoomId = RoomId::FIRST;
const KIND: ConversationKind = ConversationKind::Room { room: ROOM };
/// Whose the room is; nobody else talks in it.
const STRANGER: AccountId = AccountId(19_999);
/// A stay that goes on.
const STILL: u64 = u64::MAX;

impl ModelServer {
    /// Whether somebody gets what is said in a log now.
    pub fn is_in(&self, kind: ConversationKind, account: AccountId) -> bool {
        match kind {
            ConversationKind::Room { .. } => {
                let last = self.stays.get(&account).and_then(|stays| stays.last());
                last.is_some_and(|(_, last)| *last == STILL)
            }
            kind => is_member(kind, account),
        }
    }

    pub fn open_room(&mut self) {
        let conversation = ConversationId(self.logs.len() as u64 + 1);
        self.logs.insert(conversation, (KIND, Vec::new()));
        self.room = Some(Room {
            room: ROOM,
            conversation,
            name: String::new(),
            owner: STRANGER,
            joining: Joining::Open,
            admins_only: false,
            announcement: None,
            colour: None,
            members: 0,
            version: 0,
            since: 0,
        });
        self.line(&RoomChange::Created { name: "room".into() });
    }

    fn length(&self) -> u64 {
        let room = self.room.as_ref().expect("it was opened");
        self.logs[&room.conversation].1.len() as u64
    }

    /// A change is written and told to those who are in.
    fn line(&mut self, change: &RoomChange) -> Said {
        let version = self.room.as_ref().map_or(0, |room| room.version) + 1;
        let mut nonce = Nonce([0xCC; 16]);
        nonce.0[..8].copy_from_slice(&version.to_be_bytes());
        let body = Body::Room { version, change: change.clone() };
        let said = self.write(KIND, STRANGER, nonce, body);
        let room = self.room.as_mut().expect("it was opened");
        let line = self.logs[&room.conversation].1.last().cloned().expect("it was written");
        room.apply(STRANGER, (line.seq, line.at), change);
        for book in self.books.values_mut() {
            book.apply_line(&line);
        }
        said
    }

    fn come(&mut self, account: AccountId) -> Said {
        let first = Seq(self.length() + 1);
        self.stays.entry(account).or_default().push((first.0, STILL));
        let conversation = self.room.as_ref().expect("it was opened").conversation;
        self.read.insert((account, conversation), first);
        let joined = RoomChange::Joined { account, muted_until: 0 };
        let mut room = self.room.clone().expect("it was opened");
        room.apply(STRANGER, (first, 0), &joined);
        let (rank, card) = (Rank::Member, String::new());
        let member = Member { account, rank, card, muted_until: 0, since: 0, first };
        let mut said = self.tell(account, Notice::Room(OwnRoom { room, member }));
        said.extend(self.line(&joined));
        said
    }

    fn go(&mut self, account: AccountId) -> Said {
        let length = self.length();
        if let Some((_, last)) = self.stays.get_mut(&account).and_then(|stays| stays.last_mut()) {
            *last = length;
        }
        let gone = Notice::RoomGone { room: ROOM, why: Parting::Left };
        let mut said = self.tell(account, gone);
        said.extend(self.line(&RoomChange::Left { account }));
        said
    }

    /// The line by which somebody came last.
    pub fn came(&self, account: AccountId) -> Option<Seq> {
        self.stays.get(&account)?.last().map(|(first, _)| Seq(*first))
    }

    /// What somebody may see of the room's log.
    pub fn visible(&self, account: AccountId) -> BTreeSet<u64> {
        let stays = self.stays.get(&account).into_iter().flatten();
        stays.flat_map(|(first, last)| *first..=(*last).min(self.length())).collect()
    }

    pub fn room_page(&self, me: AccountId, page: Page, limit: usize) -> (Vec<Message>, bool) {
        let room = self.room.as_ref().expect("it was opened");
        let log = &self.logs[&room.conversation].1;
        let visible = self.visible(me);
        let mut seen: Vec<Message> =
            log.iter().filter(|message| visible.contains(&message.seq.0)).cloned().collect();
        match page {
            Page::After(seq) => {
                seen.retain(|message| message.seq > seq);
                let more = seen.len() > limit;
                seen.truncate(limit);
                (seen, more)
            }
            Page::Before(seq) => {
                seen.retain(|message| message.seq < seq);
                let over = seen.len().saturating_sub(limit);
                (seen.split_off(over), over > 0)
            }
        }
    }

    /// What is asked about rooms.
    pub fn room_query(&self, me: AccountId, query: &Query) -> Reply {
        let (as_of, more) = (self.as_of(me), false);
        let rooms = self.books.get(&me).cloned().unwrap_or_default().rooms;
        match query {
            Query::Rooms { .. } => {
                Reply::Rooms { as_of, rooms: rooms.into_values().collect(), more }
            }
            Query::RoomRequests { .. } => Reply::RoomRequests { as_of, requests: Vec::new(), more },
            Query::Choices { .. } => Reply::Choices { as_of, choices: Vec::new(), more },
            Query::Room { .. } => Reply::Room {
                room: self.room.clone().expect("it was opened"),
                member: rooms.get(&ROOM).map(|own| own.member.clone()),
            },
            other => panic!("the model knows no {other:?}"),
        }
    }
}

impl World {
    /// Something happens in the room.
    pub fn room_act(&mut self) {
        let index = usize::try_from(self.chance.below(self.clients.len() as u64)).unwrap();
        let account = self.clients[index].account;
        let number = self.chance.nonce();
        let said = match (self.chance.below(10), self.server.is_in(KIND, account)) {
            (0 | 1, true) => self.server.go(account),
            (0..5, false) => self.server.come(account),
            (5, _) => self.server.line(&RoomChange::Renamed { name: number.to_string() }),
            _ => self.server.write(KIND, STRANGER, number, Body::text(number.to_string())),
        };
        self.say(said);
    }

    /// Each one saw, and keeps, what was said while it was in the room, and nothing else.
    pub fn check_room(&self) {
        let room = self.server.room.as_ref().expect("it was opened");
        for client in &self.clients {
            let (me, id) = (client.account, room.conversation);
            let visible = self.server.visible(me);
            assert!(client.room_seen.is_subset(&visible), "{me} saw what was not for it");
            if let (Some(first), true) = (client.room_seen.first(), self.server.is_in(KIND, me)) {
                let since = visible.range(first..).copied().collect();
                assert_eq!(client.room_seen, since, "{me} missed something");
            }
            let owner = Owner { server: super::model::SERVER, account: me };
            let kept = client.store.messages.range((owner, id, Seq(0))..=(owner, id, Seq(STILL)));
            for ((.., seq), _) in kept {
                assert!(visible.contains(&seq.0), "{me} keeps {seq:?}, which is not for it");
            }
        }
    }
}

impl Client {
    /// A message of the room is emitted: later than those before it, each once a run.
    pub fn room_message(&mut self, seq: Seq) {
        assert!(self.room_seen.last().is_none_or(|last| *last < seq.0), "in order, each once");
        self.room_seen.insert(seq.0);
    }
}
