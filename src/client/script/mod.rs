//! The headless client: one JSON object a line in, one a line out.
//!
//! * [`input`] reads lines; [`lines`] reads one into a request, [`fields`] its fields; [`people`] has the verbs about
//!   people, [`rooms`] those about rooms, [`asking`] asks for them.
//! * [`history`] has the verbs about what was said, [`files`] those about files, [`games`] those about games.
//! * [`shapes`] turns answers and events into JSON, [`persons`] those about people.
//! * [`words`] has a sentence for every failure.
//!
//! Lines are taken in order. Sends go out without waiting for each other; signing in, `wait` and
//! `barrier` hold the lines behind them until they are answered.

mod asking;
mod fields;
mod files;
mod games;
mod history;
mod input;
mod lines;
mod people;
mod persons;
mod rooms;
mod shapes;
mod waits;
mod words;

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_channel::Receiver;
use async_io::Timer;
use serde_json::{Value, json};

use super::api::{
    Answer, Client, ClientEvent, Crop, Destination, Failure, ImageSource, Intent, LinkState, Setup,
    StartError, Ticket, Trust,
};
use crate::clock;
use crate::domain::{AccountId, Body, Message, RoomId, Seq, Target};
use crate::net::address::Address;
use crate::net::protocol::{Command, ProfileChange, Query};
use history::{HistoryVerb, Looking};
use input::{Line, read_lines};
use lines::{Login, Request, Verb};
use people::BookVerb;
use shapes::Shapes;
use waits::Waits;

/// Requests open at once: a long pipe waits here, in order, and not in the outbox, which is bounded.
const OPEN_MAX: usize = 256;
/// Open requests are waited for so long after the last line.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// The last events of an orderly end.
const LAST_EVENTS: Duration = Duration::from_secs(2);

/// What the command line said.
#[derive(Debug, Clone)]
pub struct ScriptOptions {
    /// The server.
    pub connect: Address,
    /// How its key is judged.
    pub trust: Trust,
    /// The client's own store; a temporary one when absent.
    pub home: Option<PathBuf>,
}

/// Why the headless client ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The client did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// No temporary folder could be made, or no thread.
    #[error("cannot prepare the headless client: {0}")]
    Prepare(io::Error),
    /// Nobody reads the answers.
    #[error("cannot write an answer: {0}")]
    Output(io::Error),
    /// The client's thread ended: a defect of ours, reported on stderr.
    #[error("the client ended unexpectedly")]
    Ended,
}

/// Runs until the input ends and what was asked is answered, or nobody reads the answers.
///
/// # Errors
/// The client could not start, or the answers could not be written.
pub fn run(
    options: ScriptOptions,
    input: impl Read + Send + 'static,
    output: impl Write,
) -> Result<(), ScriptError> {
    let temporary = match options.home {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(ScriptError::Prepare)?),
    };
    let home = match (&options.home, &temporary) {
        (Some(home), _) => home.clone(),
        (None, Some(folder)) => folder.path().join("client"),
        (None, None) => PathBuf::new(),
    };
    let (client, events) = Client::start(Setup {
        home,
        device_name: "mychat script".to_owned(),
        stretch: super::stretch(),
        wake: Arc::new(|| {}),
    })?;
    let lines = read_lines(input).map_err(ScriptError::Prepare)?;
    client.send(Intent::Connect { address: options.connect, trust: options.trust });
    let mut script = Script {
        client,
        output,
        shapes: Shapes::default(),
        waits: Waits::default(),
        open: BTreeMap::new(),
        booked: Vec::new(),
        tickets: 0,
        held: None,
        input_ended: None,
        leaving: false,
        forgets: temporary.is_some(),
    };
    let result = smol::block_on(script.serve(&lines, &events));
    drop(script);
    drop(temporary);
    result
}

/// One run.
struct Script<W> {
    client: Client,
    output: W,
    shapes: Shapes,
    waits: Waits,
    /// Requests that the client has not answered.
    open: BTreeMap<Ticket, Open>,
    /// Requests that wait for the book.
    booked: Vec<(Option<Value>, BookVerb)>,
    tickets: Ticket,
    /// Later lines are not read before this one is answered.
    held: Option<Ticket>,
    /// When the last line came.
    input_ended: Option<Duration>,
    leaving: bool,
    /// The client's store goes with this run, and its outbox with it.
    forgets: bool,
}

/// A request that is open: its id, and what is asked behind it before it is answered.
struct Open {
    id: Option<Value>,
    then: Then,
}

/// What follows a request before its answer.
enum Then {
    Answer,
    /// The profile as it is now.
    Profile,
    /// The room as it is now.
    Room(RoomId),
    /// The room as it is from outside.
    Leave(RoomId),
    /// It, or its number where it cannot be seen from outside.
    Left(RoomId),
    /// A part of the book.
    Book(&'static str),
    /// More of what is looked for.
    Search(Box<Looking>),
    /// The loaded picture becomes the own one.
    SetPicture(ProfileChange),
    /// The rest of a profile, behind its picture.
    SetProfile(ProfileChange),
    /// A file is offered.
    Offered,
    /// All transfers as they are now.
    List,
    /// The message that was looked for offers a file, which is fetched.
    Take {
        with: Target,
        seq: Seq,
        destination: Destination,
    },
}

enum Next {
    Line(Line),
    InputEnded,
    Event(Option<Box<ClientEvent>>),
    Late,
}

impl<W: Write> Script<W> {
    async fn serve(
        &mut self,
        lines: &Receiver<Line>,
        events: &Receiver<ClientEvent>,
    ) -> Result<(), ScriptError> {
        loop {
            match self.next(lines, events).await {
                Next::Line(Ok(line)) => self.line(&line)?,
                Next::Line(Err(why)) => self.bad_request(None, why)?,
                Next::InputEnded => self.input_ended = Some(clock::uptime()),
                Next::Event(Some(event)) => {
                    if self.event(*event)? {
                        return Ok(());
                    }
                }
                Next::Event(None) => return Err(ScriptError::Ended),
                Next::Late => {
                    if self.late()? {
                        return Ok(());
                    }
                }
            }
            self.leave_when_done();
        }
    }

    async fn next(&self, lines: &Receiver<Line>, events: &Receiver<ClientEvent>) -> Next {
        let event = async { Next::Event(events.recv().await.ok().map(Box::new)) };
        let line = async {
            match lines.recv().await {
                Ok(line) => Next::Line(line),
                Err(_) => Next::InputEnded,
            }
        };
        let late = async {
            match self.wakes_at() {
                Some(at) => Timer::after(at.saturating_sub(clock::uptime())).await,
                None => std::future::pending().await,
            };
            Next::Late
        };
        match self.reads(lines) {
            true => smol::future::or(event, smol::future::or(line, late)).await,
            false => smol::future::or(event, late).await,
        }
    }

    /// Whether the next line may be taken. When there is none left, that is noticed at once: what
    /// holds the lines is then waited for no longer than the other answers.
    fn reads(&self, lines: &Receiver<Line>) -> bool {
        let is_held = self.held.is_some() || self.waits.is_held() || !self.booked.is_empty();
        let takes = !is_held && self.open.len() < OPEN_MAX;
        self.input_ended.is_none() && (takes || lines.is_closed() && lines.is_empty())
    }

    fn wakes_at(&self) -> Option<Duration> {
        let last = self.input_ended.map(|ended| match self.leaving {
            false => ended + LAST_ANSWERS,
            true => ended + LAST_EVENTS,
        });
        [last, self.waits.until()].into_iter().flatten().min()
    }

    /// Something is due; true when the run is over.
    fn late(&mut self) -> Result<bool, ScriptError> {
        let now = clock::uptime();
        if let Some(id) = self.waits.take_late(now) {
            let error = json!({"code": "timeout", "message": "no such event came in time"});
            self.answer(id, "error", error)?;
        }
        let ended = self.input_ended.filter(|ended| now >= *ended + LAST_ANSWERS);
        match (ended, self.leaving) {
            (Some(_), false) => self.leave(now),
            (_, true) => return Ok(self.input_ended.is_some_and(|e| now >= e + LAST_EVENTS)),
            (None, false) => {}
        }
        Ok(false)
    }

    fn leave_when_done(&mut self) {
        let done = self.open.is_empty() && self.booked.is_empty() && !self.waits.is_held();
        if self.input_ended.is_some() && done && !self.leaving {
            self.leave(clock::uptime());
        }
    }

    /// Hangs up in order; events up to there are still told.
    fn leave(&mut self, now: Duration) {
        self.leaving = true;
        self.input_ended = Some(now);
        self.client.send(Intent::Disconnect);
    }

    fn line(&mut self, line: &str) -> Result<(), ScriptError> {
        if line.trim().is_empty() {
            return Ok(());
        }
        match lines::parse(line) {
            Ok(Request { id, verb }) => self.request(id, verb),
            Err(lines::Bad { id, why }) => self.bad_request(id, &why),
        }
    }

    fn bad_request(&mut self, id: Option<Value>, why: &str) -> Result<(), ScriptError> {
        self.answer(id, "error", json!({"code": "bad_request", "message": why}))
    }

    fn request(&mut self, id: Option<Value>, verb: Verb) -> Result<(), ScriptError> {
        match verb {
            Verb::Wait(wanted) => match self.waits.start(id, wanted, clock::uptime()) {
                Some((id, event)) => self.answer(id, "ok", event),
                None => Ok(()),
            },
            Verb::Typing(to) => {
                self.client.send(Intent::Typing(to));
                self.answer(id, "ok", json!({}))
            }
            Verb::People(verb) => self.people(id, verb),
            Verb::File(verb) => self.file_verb(id, verb),
            Verb::Said(HistoryVerb::Search(looking)) => {
                self.look_on(id, looking);
                Ok(())
            }
            Verb::Said(HistoryVerb::Export(export)) => {
                self.ask(id, Then::Answer, |ticket| Intent::Export { ticket, export });
                Ok(())
            }
            verb => {
                let holds = matches!(
                    verb,
                    Verb::Register { .. } | Verb::SignIn { .. } | Verb::SignOut | Verb::Barrier
                );
                self.tickets += 1;
                if let Some(intent) = intent(verb, self.tickets) {
                    self.held = Some(self.tickets).filter(|_| holds);
                    self.open.insert(self.tickets, Open { id, then: Then::Answer });
                    self.client.send(intent);
                }
                Ok(())
            }
        }
    }

    /// Asks the client for something about people, with a fresh ticket. The lines behind it wait: the
    /// next one may name a group that this one makes.
    fn ask(&mut self, id: Option<Value>, then: Then, make: impl FnOnce(Ticket) -> Intent) {
        self.tickets += 1;
        self.open.insert(self.tickets, Open { id, then });
        self.held = Some(self.tickets);
        self.client.send(make(self.tickets));
    }

    /// The next look of a search.
    fn look_on(&mut self, id: Option<Value>, looking: Box<Looking>) {
        self.tickets += 1;
        self.client.send(looking.intent(self.tickets));
        self.open.insert(self.tickets, Open { id, then: Then::Search(looking) });
        self.held = Some(self.tickets);
    }

    /// What an answered request asks for next; nothing when it is answered now.
    fn follow(
        &mut self,
        id: Option<Value>,
        then: Then,
        answer: &Answer,
    ) -> Result<(), ScriptError> {
        let own = Query::Profile { account: self.shapes.me().unwrap_or(AccountId(0)) };
        match (then, answer) {
            (Then::Profile, _) => {
                self.ask(id, Then::Answer, |ticket| Intent::Look { ticket, query: own });
                Ok(())
            }
            (Then::Room(room), _) => {
                let query = Query::Room { room };
                self.ask(id, Then::Answer, |ticket| Intent::Look { ticket, query });
                Ok(())
            }
            (Then::Leave(room), _) => {
                let query = Query::Room { room };
                self.ask(id, Then::Left(room), |ticket| Intent::Look { ticket, query });
                Ok(())
            }
            (Then::SetPicture(change), Answer::Loaded(source)) => {
                let (w, h) = (source.width, source.height);
                let side = w.min(h);
                let crop = Crop { x: (w - side) / 2, y: (h - side) / 2, side, turns: 0 };
                let (then, source) = (Then::SetProfile(change), source.clone());
                self.ask(id, then, |ticket| Intent::SetPicture { ticket, source, crop });
                Ok(())
            }
            (Then::SetProfile(change), _) => {
                let command = Command::SetProfile(change);
                self.ask(id, Then::Profile, |ticket| Intent::Do { ticket, command });
                Ok(())
            }
            (Then::Book(what), _) => {
                let value = self.shapes.persons.say(what);
                self.answer(id, "ok", value)
            }
            (Then::Search(mut looking), Answer::Hits { messages, next }) => {
                if looking.take(messages, *next) {
                    self.look_on(id, looking);
                    return Ok(());
                }
                let ok = self.shapes.answer(&looking.answer());
                self.answer(id, "ok", ok)
            }
            (Then::List, _) => {
                let list = self.shapes.files.list();
                self.answer(id, "ok", list)
            }
            (Then::Offered, Answer::Sent(message)) => {
                self.answer(id, "ok", files::offered(message))
            }
            (Then::Take { with, seq, destination }, Answer::History { messages, .. }) => {
                self.take(id, (with, seq), destination, messages)
            }
            (_, answer) => {
                let ok = self.shapes.answer(answer);
                self.answer(id, "ok", ok)
            }
        }
    }

    /// Tells an event; true when it was the last one.
    fn event(&mut self, event: ClientEvent) -> Result<bool, ScriptError> {
        match event {
            ClientEvent::Answered { ticket, result } => {
                if self.held == Some(ticket) {
                    self.held = None;
                }
                let Some(Open { id, then }) = self.open.remove(&ticket) else { return Ok(false) };
                match result {
                    Ok(answer) => self.follow(id, then, &answer)?,
                    Err(Failure::Refused(_)) if let Then::Left(room) = then => {
                        self.answer(id, "ok", json!({ "room": room.0, "member": null }))?;
                    }
                    Err(failure) => {
                        let failure = match failure {
                            Failure::Queued(_) if self.forgets => Failure::Cancelled,
                            failure => failure,
                        };
                        let kind = match failure {
                            Failure::Refused(_) => "refused",
                            _ => "error",
                        };
                        self.answer(id, kind, shapes::failure(&failure))?;
                    }
                }
            }
            ClientEvent::Link(LinkState::Idle) if self.leaving => return Ok(true),
            event => {
                if let ClientEvent::SendFailed { nonce, .. } = &event {
                    // The answer said it; a program sends again by itself where it wants to.
                    self.client.send(Intent::Discard(*nonce));
                }
                if let ClientEvent::Message { message, .. } = &event {
                    self.watch(message);
                }
                let has_book = matches!(event, ClientEvent::Book(_));
                let is_out = matches!(event, ClientEvent::SignedOut { .. });
                let is_lost = matches!(event, ClientEvent::Link(LinkState::Down { .. }));
                let mut told = self.shapes.events(&event);
                if let (ClientEvent::Message { message, .. }, Some(me)) = (&event, self.shapes.me())
                {
                    told.extend(self.shapes.files.offer(me, message));
                }
                for event in told {
                    self.print(&event)?;
                    if let Some((id, event)) = self.waits.happened(event) {
                        self.answer(id, "ok", event)?;
                    }
                }
                if is_lost {
                    for (id, _) in std::mem::take(&mut self.booked) {
                        self.answer(id, "error", shapes::failure(&Failure::Offline))?;
                    }
                }
                if has_book || is_out {
                    for (id, verb) in std::mem::take(&mut self.booked) {
                        self.booked(id, verb)?;
                    }
                }
            }
        }
        Ok(false)
    }

    /// What becomes of files and games is told from the messages on that name them.
    fn watch(&mut self, message: &Message) {
        match message.body {
            Body::File { .. } => {
                let watched = self.shapes.files.watch(message);
                self.client.send(Intent::WatchFiles(watched));
            }
            Body::Game(_) => {
                let cards = self.shapes.games.watch(message);
                self.client.send(Intent::WatchGames { cards, boards: Vec::new() });
            }
            _ => {}
        }
    }

    fn answer(&mut self, id: Option<Value>, kind: &str, value: Value) -> Result<(), ScriptError> {
        let mut answer = serde_json::Map::new();
        if let Some(id) = id {
            answer.insert("id".to_owned(), id);
        }
        answer.insert(kind.to_owned(), value);
        self.print(&Value::Object(answer))
    }

    fn print(&mut self, value: &Value) -> Result<(), ScriptError> {
        let written = writeln!(self.output, "{value}").and_then(|()| self.output.flush());
        written.map_err(ScriptError::Output)
    }
}

/// What the client is asked for; nothing where it gives no answer.
fn intent(verb: Verb, ticket: Ticket) -> Option<Intent> {
    Some(match verb {
        Verb::Register { nickname, password, code, avatar } => {
            Intent::Register { ticket, nickname, password, code, avatar, remember: true }
        }
        Verb::SignIn { login: Login::Password { login, password }, presence } => {
            Intent::SignIn { ticket, login, password, remember: true, presence }
        }
        Verb::SignIn { login: Login::Token { account, token }, presence } => {
            Intent::SignInToken { ticket, account, token, presence }
        }
        Verb::SignOut => Intent::SignOut { ticket },
        Verb::ChooseHand { game, hand } => Intent::ChooseHand { ticket, game, hand },
        Verb::Send { to, body, nonce } => Intent::Send { ticket, to, body, nonce },
        Verb::SendImage { to, path, nonce } => {
            Intent::SendImage { ticket, to, source: ImageSource::File(path), nonce }
        }
        Verb::SavePicture { picture, path, replace } => {
            Intent::SaveImage { ticket, picture, path, replace }
        }
        Verb::History { with, page, limit } => Intent::History { ticket, with, page, limit },
        Verb::MarkRead { with, seq } => Intent::MarkRead { ticket, with, seq },
        Verb::Hide { with, seq } => Intent::Hide { ticket, with, seq },
        Verb::Online => Intent::Online { ticket },
        Verb::SetPresence(presence) => Intent::SetPresence { ticket, presence },
        Verb::Barrier => Intent::Barrier { ticket },
        Verb::Typing(_) | Verb::Wait(_) | Verb::People(_) | Verb::Said(_) | Verb::File(_) => {
            return None;
        }
    })
}
