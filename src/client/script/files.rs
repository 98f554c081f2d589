//! Verbs about files, and files on their way as JSON.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::fields::Fields;
use super::shapes::{failure, target};
use super::{Open, Script, ScriptError, Then};
use crate::client::api::{
    ClientEvent, Destination, Failure, Intent, Transfer, TransferId, TransferState, WaitsFor,
};
use crate::domain::{
    AccountId, Body, ConversationId, FileId, FileState, FileStatus, FileWay, Message, Nonce, Seq,
    Target,
};
use crate::net::protocol::{Page, Reason};

pub(super) const VERBS: [&str; 8] = [
    "send_file",
    "accept_file",
    "decline_file",
    "pause_file",
    "resume_file",
    "cancel_file",
    "forget_file",
    "transfers",
];

/// Files that came in messages and are watched; the newest are.
const WATCHED_MAX: usize = 200;

/// What is asked for.
#[derive(Debug)]
pub(super) enum FileVerb {
    Send { to: Target, path: PathBuf, nonce: Option<Nonce> },
    Accept { offer: Offer, destination: Destination },
    Decline(Offer),
    Pause(TransferId),
    Resume(TransferId),
    Cancel(TransferId),
    Forget(TransferId),
    List,
}

/// A file that somebody offers: as the event `transfer` named it, or by its message.
#[derive(Debug)]
pub(super) enum Offer {
    Told(TransferId),
    At(Place),
}

/// The message that offers a file.
#[derive(Debug)]
pub(super) struct Place {
    log: Log,
    seq: Seq,
}

/// A conversation, by whom it is with or by its number.
#[derive(Debug)]
enum Log {
    With(Target),
    Number(ConversationId),
}

pub(super) fn parse(verb: &str, fields: &Fields) -> Result<FileVerb, String> {
    Ok(match verb {
        "send_file" => FileVerb::Send {
            to: fields.target("to")?,
            path: path(&fields.text("path")?)?,
            nonce: fields.nonce()?,
        },
        "accept_file" => {
            FileVerb::Accept { offer: offer(fields)?, destination: destination(fields)? }
        }
        "decline_file" => FileVerb::Decline(offer(fields)?),
        "pause_file" => FileVerb::Pause(transfer_id(fields)?),
        "resume_file" => FileVerb::Resume(transfer_id(fields)?),
        "cancel_file" => FileVerb::Cancel(transfer_id(fields)?),
        "forget_file" => FileVerb::Forget(transfer_id(fields)?),
        _ => FileVerb::List,
    })
}

/// A transfer outlives this program, and the folder that it was started in.
fn path(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| format!("{text:?} is no path: {error}"))
}

fn offer(fields: &Fields) -> Result<Offer, String> {
    match fields.has("transfer") {
        true => transfer_id(fields).map(Offer::Told),
        false => place(fields).map(Offer::At),
    }
}

fn place(fields: &Fields) -> Result<Place, String> {
    let log = match fields.has("with") {
        true => Log::With(fields.target("with")?),
        false if fields.has("conversation") => {
            Log::Number(ConversationId(fields.number("conversation")?))
        }
        false => return Err("`with` or `conversation` is needed".to_owned()),
    };
    Ok(Place { log, seq: Seq(fields.number("seq")?) })
}

fn destination(fields: &Fields) -> Result<Destination, String> {
    match (fields.optional_text("folder")?, fields.optional_text("path")?) {
        (Some(folder), None) => Ok(Destination::Folder(path(&folder)?)),
        (None, Some(text)) => Ok(Destination::Path(path(&text)?)),
        _ => Err("`folder` or `path` is needed, and not both".to_owned()),
    }
}

fn transfer_id(fields: &Fields) -> Result<TransferId, String> {
    let id = Nonce::from_hex(&fields.text("transfer")?).map(TransferId);
    id.ok_or_else(|| "`transfer` is 32 hex digits".to_owned())
}

/// What is remembered of files, so that it can be said.
#[derive(Default)]
pub(super) struct Shelf {
    transfers: BTreeMap<TransferId, Transfer>,
    watched: Vec<FileId>,
    /// What others offered, as it was told; the newest are kept.
    offers: VecDeque<Message>,
}

impl Shelf {
    /// What an event about files is told as.
    pub(super) fn events(&mut self, event: &ClientEvent) -> Vec<Value> {
        match event {
            ClientEvent::Transfers(all) => {
                self.transfers = all.iter().map(|one| (one.id, one.clone())).collect();
                let open = all.iter().filter(|one| !one.state.is_over());
                open.map(|one| named("transfer", transfer(one))).collect()
            }
            ClientEvent::Transfer(one) => {
                self.transfers.insert(one.id, (**one).clone());
                vec![named("transfer", transfer(one))]
            }
            ClientEvent::TransfersGone(ids) => {
                self.transfers.retain(|id, _| !ids.contains(id));
                let gone = |id: &TransferId| json!({ "transfer": id.0.to_string() });
                ids.iter().map(|id| named("transfer_gone", gone(id))).collect()
            }
            ClientEvent::File { file, status } => vec![named("file", file_status(*file, status))],
            _ => Vec::new(),
        }
    }

    /// A message that offers a file to this account, as a transfer that waits for a word. Its name is its
    /// message's; the first one of a name keeps it.
    pub(super) fn offer(&mut self, me: AccountId, message: &Message) -> Option<Value> {
        let Body::File { name, bytes } = &message.body else { return None };
        let is_known = self.offers.iter().any(|known| known.nonce == message.nonce);
        if message.from == me || is_known {
            return None;
        }
        let with = message.kind.target_for(me)?;
        if self.offers.len() >= WATCHED_MAX {
            self.offers.pop_front();
        }
        self.offers.push_back(message.clone());
        let value = json!({
            "transfer": message.nonce.to_string(),
            "way": way_name(FileWay::Down),
            "with": target(with),
            "from": message.from.0,
            "conversation": message.conversation.0,
            "seq": message.seq.0,
            "name": name,
            "state": "offered",
            "bytes": 0,
            "size": bytes,
            "began": message.at,
        });
        Some(named("transfer", value))
    }

    fn offered(&self, TransferId(nonce): TransferId) -> Option<&Message> {
        self.offers.iter().find(|message| message.nonce == nonce)
    }

    pub(super) fn list(&self) -> Value {
        let mut all: Vec<&Transfer> = self.transfers.values().collect();
        all.sort_by_key(|one| (one.began, one.id));
        json!({ "transfers": all.into_iter().map(transfer).collect::<Vec<_>>() })
    }

    /// A file came in a message: all that are watched from now on.
    pub(super) fn watch(&mut self, message: &Message) -> Vec<FileId> {
        let file = FileId { conversation: message.conversation, seq: message.seq };
        self.watched.push(file);
        if self.watched.len() > WATCHED_MAX {
            self.watched.remove(0);
        }
        self.watched.clone()
    }
}

impl<W: Write> Script<W> {
    pub(super) fn file_verb(
        &mut self,
        id: Option<Value>,
        verb: FileVerb,
    ) -> Result<(), ScriptError> {
        match verb {
            FileVerb::Send { to, path, nonce } => {
                // Like any message: those behind it need not wait for its answer.
                self.tickets += 1;
                let ticket = self.tickets;
                self.open.insert(ticket, Open { id, then: Then::Offered });
                self.client.send(Intent::SendFile { ticket, to, path, nonce });
            }
            FileVerb::Accept { offer: Offer::Told(one), destination } => {
                let message = self.shapes.files.offered(one).cloned();
                let me = self.shapes.me();
                let with = message.as_ref().zip(me).and_then(|(one, me)| one.kind.target_for(me));
                let (Some(message), Some(with)) = (message, with) else { return self.no_log(id) };
                let message = Box::new(message);
                let take = |ticket| Intent::TakeFile { ticket, with, message, destination };
                self.ask(id, Then::Answer, take);
            }
            FileVerb::Accept { offer: Offer::At(place), destination } => {
                let Some(with) = self.with(&place) else { return self.no_log(id) };
                let (page, limit) = (Page::Before(place.seq.next()), 1);
                let then = Then::Take { with, seq: place.seq, destination };
                self.ask(id, then, |ticket| Intent::History { ticket, with, page, limit });
            }
            FileVerb::Decline(offer) => {
                let Some(file) = self.file_of(&offer) else { return self.no_log(id) };
                self.ask(id, Then::Answer, |ticket| Intent::DeclineFile { ticket, file });
            }
            FileVerb::Pause(one) => {
                self.ask(id, Then::Answer, |ticket| Intent::PauseTransfer { ticket, id: one });
            }
            FileVerb::Resume(one) => {
                self.ask(id, Then::Answer, |ticket| Intent::ResumeTransfer { ticket, id: one });
            }
            FileVerb::Cancel(one) => {
                self.ask(id, Then::Answer, |ticket| Intent::CancelTransfer { ticket, id: one });
            }
            FileVerb::Forget(one) => {
                let ids = vec![one];
                self.ask(id, Then::Answer, |ticket| Intent::ForgetTransfers { ticket, ids });
            }
            // Nothing is forgotten; it is answered when all of them are here.
            FileVerb::List => {
                let ids = Vec::new();
                self.ask(id, Then::List, |ticket| Intent::ForgetTransfers { ticket, ids });
            }
        }
        Ok(())
    }

    /// The message that offers a file was looked for: it is taken, when it is one.
    pub(super) fn take(
        &mut self,
        id: Option<Value>,
        (with, seq): (Target, Seq),
        destination: Destination,
        found: &[Message],
    ) -> Result<(), ScriptError> {
        match found.iter().find(|message| message.seq == seq) {
            Some(message) => {
                let message = Box::new(message.clone());
                let take = |ticket| Intent::TakeFile { ticket, with, message, destination };
                self.ask(id, Then::Answer, take);
                Ok(())
            }
            None => self.no_log(id),
        }
    }

    fn no_log(&mut self, id: Option<Value>) -> Result<(), ScriptError> {
        let why = match self.shapes.me() {
            Some(_) => Reason::NotFound,
            None => Reason::NotSignedIn,
        };
        self.answer(id, "refused", failure(&Failure::Refused(why.into())))
    }

    fn with(&self, place: &Place) -> Option<Target> {
        match place.log {
            Log::With(with) => Some(with),
            Log::Number(id) => self.shapes.target_of(id),
        }
    }

    fn file_of(&self, offer: &Offer) -> Option<FileId> {
        let place = match offer {
            Offer::Told(one) => {
                let message = self.shapes.files.offered(*one)?;
                let (conversation, seq) = (message.conversation, message.seq);
                return Some(FileId { conversation, seq });
            }
            Offer::At(place) => place,
        };
        let conversation = match place.log {
            Log::With(with) => self.shapes.log_with(with)?,
            Log::Number(id) => id,
        };
        Some(FileId { conversation, seq: place.seq })
    }
}

/// What the offer of a file is answered with.
pub(super) fn offered(message: &Message) -> Value {
    json!({
        "transfer": message.nonce.to_string(),
        "conversation": message.conversation.0,
        "seq": message.seq.0,
        "at": message.at,
    })
}

fn named(event: &str, mut value: Value) -> Value {
    value["event"] = json!(event);
    value
}

fn transfer(one: &Transfer) -> Value {
    let mut value = json!({
        "transfer": one.id.0.to_string(),
        "way": way_name(one.way),
        "with": target(one.with),
        "from": one.from.0,
        "conversation": one.file.map(|file| file.conversation.0),
        "seq": one.file.map(|file| file.seq.0),
        "name": one.name,
        "state": state_name(&one.state),
        "bytes": one.done,
        "size": one.bytes,
        "path": one.path.to_string_lossy(),
        "speed": one.speed,
        "began": one.began,
        "ended": one.ended,
    });
    match &one.state {
        TransferState::Waiting(waits) => value["waits_for"] = json!(waits_name(*waits)),
        TransferState::Failed(why) => {
            let why = failure(why);
            (value["code"], value["message"]) = (why["code"].clone(), why["message"].clone());
        }
        _ => {}
    }
    value
}

fn file_status(file: FileId, status: &FileStatus) -> Value {
    json!({
        "conversation": file.conversation.0,
        "seq": file.seq.0,
        "state": file_state_name(status.state),
        "here": status.here,
        "taken": status.taken,
        "hash": status.hash.map(|hash| hash.to_string()),
        "until": status.until,
    })
}

fn way_name(way: FileWay) -> &'static str {
    match way {
        FileWay::Up => "up",
        FileWay::Down => "down",
    }
}

fn state_name(state: &TransferState) -> &'static str {
    match state {
        TransferState::Waiting(_) => "waiting",
        TransferState::Running => "running",
        TransferState::Paused => "paused",
        TransferState::Done => "done",
        TransferState::Failed(_) => "failed",
        TransferState::Cancelled => "cancelled",
        TransferState::Declined => "declined",
        TransferState::Expired => "expired",
    }
}

fn waits_name(waits: WaitsFor) -> &'static str {
    match waits {
        WaitsFor::Link => "link",
        WaitsFor::Turn => "turn",
        WaitsFor::Offer => "offer",
        WaitsFor::Sender => "sender",
    }
}

fn file_state_name(state: FileState) -> &'static str {
    match state {
        FileState::Coming => "coming",
        FileState::Kept => "kept",
        FileState::Cancelled => "cancelled",
        FileState::Declined => "declined",
        FileState::Expired => "expired",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConversationKind;

    #[test]
    fn an_offer_is_told_once_and_known_by_its_name() {
        let (me, peer) = (AccountId(10_001), AccountId(10_002));
        let message = |from, seq, nonce| Message {
            conversation: ConversationId(3),
            kind: ConversationKind::direct(me, peer),
            seq: Seq(seq),
            from,
            nonce: Nonce([nonce; 16]),
            at: 5,
            body: Body::File { name: "a".into(), bytes: 9 },
        };
        let mut shelf = Shelf::default();
        let told = shelf.offer(me, &message(peer, 1, 7)).unwrap();
        assert_eq!((&told["event"], &told["state"]), (&json!("transfer"), &json!("offered")));
        assert_eq!((&told["with"], &told["size"]), (&json!(10_002), &json!(9)));
        assert_eq!(shelf.offer(me, &message(peer, 1, 7)), None, "again");
        assert_eq!(shelf.offer(me, &message(peer, 2, 7)), None, "another of that name");
        assert_eq!(shelf.offer(me, &message(me, 3, 8)), None, "one's own");
        let known = shelf.offered(TransferId(Nonce([7; 16]))).unwrap();
        assert_eq!(known.seq, Seq(1));
    }
}
