//! Answers, events and failures as JSON. The names are a contract.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::files;
use super::games;
use super::history;
use super::persons::{self, Persons};
use super::rooms;
use super::words;
use crate::client::api::{
    Answer, ClientEvent, ConversationState, Failure, LinkState, LinkedServer, NO_RETRY, Secret,
};
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, MentionPlace, Message, Nonce, Presence, Seq,
    Target,
};
use crate::net::protocol::{Calling, Goodbye, Reply};

/// What has to be remembered to say things: who is signed in, what was said before.
#[derive(Default)]
pub(super) struct Shapes {
    me: Option<AccountId>,
    server: Option<LinkedServer>,
    connected: bool,
    conversations: BTreeMap<ConversationId, ConversationState>,
    pub(super) persons: Persons,
    pub(super) files: files::Shelf,
    pub(super) games: games::Cards,
}

impl Shapes {
    pub(super) fn me(&self) -> Option<AccountId> {
        self.me
    }

    pub(super) fn answer(&mut self, answer: &Answer) -> Value {
        match answer {
            Answer::Done | Answer::Saved(_) | Answer::Loaded(_) => json!({}),
            Answer::Transfer(id) => json!({ "transfer": id.0.to_string() }),
            Answer::Looked(
                reply @ (Reply::Games { .. }
                | Reply::GameLog(_)
                | Reply::OwnGames { .. }
                | Reply::Scores { .. }),
            ) => games::looked(self.me, reply),
            Answer::Looked(reply) => persons::looked(reply),
            Answer::Registered { you, recovery, token } => json!({
                "account": you.account.0,
                "nickname": you.nickname,
                "recovery": recovery.expose(),
                "token": token.expose(),
                "server": self.server_id(),
            }),
            Answer::SignedIn { you, token } => json!({
                "account": you.account.0,
                "nickname": you.nickname,
                "token": token.as_ref().map(Secret::expose),
                "server": self.server_id(),
            }),
            Answer::Sent(message) => json!({
                "conversation": message.conversation.0,
                "seq": message.seq.0,
                "at": message.at,
            }),
            Answer::History { conversation, messages, more } => json!({
                "conversation": conversation.map(|id| id.0),
                "messages": messages
                    .iter()
                    .filter(|message| message.body != Body::Hidden {})
                    .map(|message| self.message(message))
                    .collect::<Vec<_>>(),
                "more": more,
            }),
            Answer::Hits { messages, next } => json!({
                "hits": messages.iter().map(|message| self.message(message)).collect::<Vec<_>>(),
                "more": next.is_some(),
            }),
            Answer::Days(_) | Answer::Here { .. } | Answer::Exported { .. } => history::say(answer),
            Answer::Online(people) => {
                let people = people.iter().map(|(person, presence)| {
                    json!({
                        "account": person.account.0,
                        "nickname": person.nickname,
                        "presence": presence_name(*presence),
                    })
                });
                json!({ "accounts": people.collect::<Vec<_>>() })
            }
        }
    }

    fn signed_out(&mut self, why: &Failure) -> Value {
        self.me = None;
        self.persons = Persons::default();
        self.conversations.clear();
        match why.goodbye() {
            Some(_) => goodbye(why),
            // The server took the sign-in back while there was no link.
            None => goodbye(&Failure::Goodbye(Goodbye::SignedOut)),
        }
    }

    fn forget(&mut self) {
        self.conversations.clear();
        self.persons = Persons::default();
        self.files = files::Shelf::default();
        self.games = games::Cards::default();
    }

    /// What an event is told as: nothing, one object, or several.
    pub(super) fn events(&mut self, event: &ClientEvent) -> Vec<Value> {
        match event {
            ClientEvent::Link(state) => self.link(state),
            ClientEvent::TrustNeeded { .. }
            | ClientEvent::KeyChanged { .. }
            | ClientEvent::KeyOther { .. } => keys(event),
            ClientEvent::SignedIn { you, presence } => {
                if self.me != Some(you.account) {
                    self.forget();
                }
                self.me = Some(you.account);
                vec![json!({
                    "event": "signed_in",
                    "account": you.account.0,
                    "nickname": you.nickname,
                    "presence": presence_name(*presence),
                })]
            }
            ClientEvent::SignedOut { why } => vec![self.signed_out(why)],
            ClientEvent::BegunAnew => {
                self.forget();
                vec![json!({"event": "begun_anew"})]
            }
            ClientEvent::Conversation(state) => self.cursors(state),
            ClientEvent::Skipped { conversation, seq } => self.skipped(*conversation, *seq),
            ClientEvent::Message { message, live } => self.came(message, *live),
            ClientEvent::SendFailed { nonce, failure: why } => vec![send_failed(*nonce, why)],
            ClientEvent::Shaken { from, conversation } => vec![shaken(*from, *conversation)],
            ClientEvent::Presence(changes) => changes.iter().map(presence).collect(),
            ClientEvent::Called { text, pinned, about } => {
                let mut event = json!({"event": "announcement", "text": text, "pinned": pinned});
                if let Some(Calling { code, seconds }) = about {
                    (event["code"], event["seconds"]) = (json!(code), json!(seconds));
                }
                vec![event]
            }
            ClientEvent::Game(view) => vec![games::event(self.me, view)],
            ClientEvent::Typing { from, to } => vec![typing(*from, *to)],
            ClientEvent::Exporting { done, all, .. } => vec![history::going(*done, *all)],
            ClientEvent::StoreTrouble(text) => {
                vec![json!({"event": "store_trouble", "message": text})]
            }
            ClientEvent::People(people) => {
                self.persons.learn(people);
                let event = |person| {
                    let mut event = persons::person(person);
                    event["event"] = json!("profile");
                    event
                };
                people.iter().map(event).collect()
            }
            ClientEvent::Book(book) => {
                self.persons.book = Some((**book).clone());
                Vec::new()
            }
            ClientEvent::Notice(notice) => vec![self.persons.notice(notice)],
            ClientEvent::Room(room) => vec![self.persons.room(room)],
            ClientEvent::Answered { .. }
            | ClientEvent::Pending(_)
            | ClientEvent::Discarded(_)
            | ClientEvent::Drafts(_)
            | ClientEvent::Hidden { .. }
            | ClientEvent::Picture { .. } => Vec::new(),
            ClientEvent::Transfers(_)
            | ClientEvent::Transfer(_)
            | ClientEvent::TransfersGone(_)
            | ClientEvent::File { .. } => self.files.events(event),
            ClientEvent::Uploading { nonce, percent } => vec![uploading(*nonce, *percent)],
        }
    }

    /// Whom a conversation is with.
    pub(super) fn target_of(&self, id: ConversationId) -> Option<Target> {
        self.conversations.get(&id)?.kind.target_for(self.me?)
    }

    /// The conversation with somebody.
    pub(super) fn log_with(&self, with: Target) -> Option<ConversationId> {
        let me = self.me?;
        let is_it = |state: &&ConversationState| state.kind.target_for(me) == Some(with);
        self.conversations.values().find(is_it).map(|state| state.conversation)
    }

    fn skipped(&self, conversation: ConversationId, seq: Seq) -> Vec<Value> {
        let Some(state) = self.conversations.get(&conversation) else { return Vec::new() };
        vec![json!({
            "event": "skipped",
            "conversation": conversation.0,
            "with": with(state.kind, self.me),
            "seq": seq.0,
        })]
    }

    fn came(&self, message: &Message, live: bool) -> Vec<Value> {
        // What a notice says comes as an event of its own.
        if matches!(message.body, Body::Notice(_) | Body::Hidden {}) {
            return Vec::new();
        }
        let mut event = self.message(message);
        event["event"] = json!("message");
        event["live"] = json!(live);
        vec![event]
    }

    fn link(&mut self, state: &LinkState) -> Vec<Value> {
        match state {
            LinkState::Up { server } => {
                self.server = Some(server.clone());
                // A link that rested because nobody signed in was never lost.
                if std::mem::replace(&mut self.connected, true) {
                    return Vec::new();
                }
                vec![json!({
                    "event": "connected",
                    "server": server.id.to_string(),
                    "name": server.name,
                    "address": server.address.to_string(),
                    "fingerprint": server.id.fingerprint(),
                    "pinned_before": server.pinned_before,
                })]
            }
            LinkState::Down { retry_in_ms, why } => {
                self.connected = false;
                let retry_in_ms = Some(*retry_in_ms).filter(|ms| *ms != NO_RETRY);
                let disconnected = json!({
                    "event": "disconnected",
                    "reason": why.code(),
                    "message": words::sentence(why),
                    "retry_in_ms": retry_in_ms,
                });
                match why.goodbye() {
                    Some(_) => vec![goodbye(why), disconnected],
                    None => vec![disconnected],
                }
            }
            LinkState::Idle | LinkState::Dialing | LinkState::Greeting => Vec::new(),
        }
    }

    /// Cursors that moved since they were told last; those of a first sight are where they are.
    fn cursors(&mut self, state: &ConversationState) -> Vec<Value> {
        let before = self.conversations.insert(state.conversation, *state);
        let Some(before) = before else { return Vec::new() };
        let mut events = Vec::new();
        let mut moved = |event: &str, by: Option<AccountId>, from: Seq, to: Seq| {
            if to > from {
                events.push(json!({
                    "event": event,
                    "conversation": state.conversation.0,
                    "with": with(state.kind, self.me),
                    "by": by.map(|account| account.0),
                    "seq": to.0,
                }));
            }
        };
        let peer = match (state.kind, self.me) {
            (ConversationKind::Direct { low, high }, Some(me)) => {
                Some(if low == me { high } else { low })
            }
            _ => None,
        };
        moved("delivered", peer, before.peer_delivered, state.peer_delivered);
        moved("read", peer, before.peer_read, state.peer_read);
        moved("read", self.me, before.read, state.read);
        events
    }

    fn message(&self, message: &Message) -> Value {
        json!({
            "conversation": message.conversation.0,
            "with": with(message.kind, self.me),
            "seq": message.seq.0,
            "from": message.from.0,
            "nonce": message.nonce.to_string(),
            "at": message.at,
            "body": body(&message.body),
        })
    }

    fn server_id(&self) -> Option<String> {
        self.server.as_ref().map(|server| server.id.to_string())
    }
}

/// A failure's code and sentence, and the numbers of a refusal.
pub(super) fn failure(failure: &Failure) -> Value {
    let mut value = Map::new();
    value.insert("code".to_owned(), json!(failure.code()));
    value.insert("message".to_owned(), json!(words::sentence(failure)));
    if let Failure::Queued(nonce) = failure {
        value.insert("nonce".to_owned(), json!(nonce.to_string()));
    }
    if let Failure::Refused(refusal) = failure {
        let numbers = [("retry_after_ms", refusal.retry_after_ms), ("limit", refusal.limit)];
        for (name, number) in numbers {
            if let Some(number) = number {
                value.insert(name.to_owned(), json!(number));
            }
        }
    }
    Value::Object(value)
}

/// What is to be decided about a key.
fn keys(event: &ClientEvent) -> Vec<Value> {
    match event {
        ClientEvent::TrustNeeded { address, offered } => vec![json!({
            "event": "key_unknown",
            "address": address.to_string(),
            "offered": offered.to_string(),
            "fingerprint": offered.fingerprint(),
        })],
        ClientEvent::KeyChanged { address, offered, pinned, since } => vec![json!({
            "event": "key_changed",
            "address": address.to_string(),
            "offered": offered.to_string(),
            "pinned": pinned.to_string(),
            "since": since,
        })],
        ClientEvent::KeyOther { address, offered, wanted } => vec![json!({
            "event": "key_other",
            "address": address.to_string(),
            "offered": offered.to_string(),
            "wanted": wanted.to_string(),
        })],
        _ => Vec::new(),
    }
}

fn send_failed(nonce: Nonce, why: &Failure) -> Value {
    let mut event = failure(why);
    event["event"] = json!("send_failed");
    event["nonce"] = json!(nonce.to_string());
    event
}

fn shaken(from: AccountId, conversation: ConversationId) -> Value {
    json!({"event": "shaken", "from": from.0, "with": from.0, "conversation": conversation.0})
}

fn uploading(nonce: Nonce, percent: u8) -> Value {
    json!({"event": "uploading", "nonce": nonce.to_string(), "percent": percent})
}

fn presence((account, presence): &(AccountId, Presence)) -> Value {
    json!({"event": "presence", "account": account.0, "presence": presence_name(*presence)})
}

fn typing(from: AccountId, to: Target) -> Value {
    let with = match to {
        Target::Account(_) => json!(from.0),
        to => target(to),
    };
    json!({"event": "typing", "from": from.0, "with": with})
}

fn goodbye(why: &Failure) -> Value {
    let message = words::sentence(why);
    let mut event = json!({"event": "goodbye", "code": why.code(), "message": message});
    if let Failure::PutOut(_, words) = why {
        event["reason"] = json!(words);
    }
    event
}

fn body(body: &Body) -> Value {
    match body {
        Body::Text { text, reply_to, mentions } => {
            let mut value = json!({"kind": "text", "text": text});
            if let Some(seq) = reply_to {
                value["reply_to"] = json!(seq.0);
            }
            if !mentions.accounts.is_empty() {
                let accounts = mentions.accounts.iter().map(|account| account.0);
                value["mentions"] = accounts.collect();
            }
            if mentions.everyone {
                value["everyone"] = json!(true);
            }
            if !mentions.places.is_empty() {
                let place =
                    |at: &MentionPlace| json!([at.start, at.end, at.account.map(|who| who.0)]);
                value["places"] = mentions.places.iter().map(place).collect();
            }
            value
        }
        Body::File { name, bytes } => json!({"kind": "file", "name": name, "bytes": bytes}),
        Body::Image { picture, bytes, width, height, thumb, name } => json!({
            "kind": "image",
            "picture": picture.to_string(),
            "thumb": thumb.to_string(),
            "bytes": bytes,
            "width": width,
            "height": height,
            "name": name,
        }),
        Body::Game(offer) => games::offer(offer),
        Body::Shake {} => json!({"kind": "shake"}),
        Body::Notice(_) => json!({"kind": "notice"}),
        Body::Room { version, change } => rooms::line(*version, change),
        Body::Recalled { seq: None } => json!({"kind": "recalled"}),
        Body::Recalled { seq: Some(seq) } => json!({"kind": "recalled", "seq": seq.0}),
        Body::Hidden {} => json!({"kind": "hidden"}),
    }
}

/// Whom something is for, as requests name it.
pub(super) fn target(target: Target) -> Value {
    match target {
        Target::Account(account) => json!(account.0),
        Target::Lobby => json!("lobby"),
        Target::Room(room) => json!({ "room": room.0 }),
    }
}

fn with(kind: ConversationKind, me: Option<AccountId>) -> Value {
    match kind {
        ConversationKind::Lobby => json!("lobby"),
        ConversationKind::Notices { .. } => json!("notices"),
        ConversationKind::Room { room } => target(Target::Room(room)),
        ConversationKind::Direct { low, high } if Some(low) == me => json!(high.0),
        ConversationKind::Direct { low, .. } => json!(low.0),
    }
}

pub(super) fn presence_name(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => "online",
        Presence::Away => "away",
        Presence::Busy => "busy",
        Presence::Invisible => "invisible",
        Presence::Offline => "offline",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::protocol::Occasion;

    #[test]
    fn a_goodbye_has_the_administrators_reason_and_an_announcement_what_it_is_about() {
        let mut shapes = Shapes::default();
        let why = Failure::PutOut(Goodbye::Kicked, "spam".to_owned());
        let told = shapes.events(&ClientEvent::SignedOut { why });
        assert_eq!((&told[0]["code"], &told[0]["reason"]), (&json!("kicked"), &json!("spam")));
        assert_eq!(told[0]["message"], "an administrator ended this sign-in: \"spam\"");
        let why = Failure::PutOut(Goodbye::Banned, "spam".to_owned());
        let down = LinkState::Down { retry_in_ms: 1_000, why };
        let told = shapes.events(&ClientEvent::Link(down));
        let codes = [&told[0]["event"], &told[0]["code"], &told[0]["reason"], &told[1]["reason"]];
        assert_eq!(
            codes.map(|code| code.as_str()),
            ["goodbye", "banned", "spam", "banned"].map(Some)
        );
        let about = Some(Calling { code: Occasion::Stopping, seconds: 60 });
        let told = shapes.events(&ClientEvent::Called { text: "x".into(), pinned: true, about });
        assert_eq!((&told[0]["code"], &told[0]["seconds"]), (&json!("stopping"), &json!(60)));
    }
}
