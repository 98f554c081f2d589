//! One client as a pure state machine: an input and the moment in, effects out.
//!
//! * [`border`] lists everything that can come in and be asked for.
//! * [`link`] keeps a link to the wanted server: dial, greet, back off, notice a dead one.
//! * [`known`] is what this place remembers: pinned keys, accounts with tokens, settings.
//! * [`auth`] registers, signs in, and signs in again after every break.
//! * [`desk`] is what the signed-in account has before it: conversations, people, outbox.
//!   [`anew`] lets go of what a server that was restored does not know.
//! * [`sync`] brings every conversation up to its head, in order, each message once.
//! * [`outbox`] sends in order and again, until the server has it; [`gone`] is what was taken back.
//! * [`book`] keeps what the account knows of others equal to the server's, [`rooms`] the rooms in
//!   it; [`prove`] changes passwords; [`pictures`] fetches and sets pictures, [`images`] sends them.
//! * [`transfers`] are files on their way, [`moving`] is one of them, [`carries`] says whose turn it is and how each ends, [`files`]
//!   what became of files on the server; [`games`] are games that are played or shown.
//! * [`history`] answers pages from the cache and the server; [`cursors`] moves read marks;
//!   [`people`] knows who is who; [`search`] looks into logs, [`export`] writes them into files.
//!
//! Deliberately absent: clocks, sockets, disks, threads. `client/runner` has those.

mod anew;
mod asking;
mod auth;
mod book;
mod border;
mod carries;
mod chance;
mod cursors;
mod desk;
mod export;
mod files;
mod games;
mod gone;
mod history;
mod images;
mod known;
mod link;
mod moving;
mod outbox;
mod passwords;
mod people;
mod pictures;
mod prove;
mod requests;
mod rooms;
mod search;
mod sync;
mod transfers;

#[cfg(test)]
mod acts;
#[cfg(test)]
mod carriage;
#[cfg(test)]
mod dues;
#[cfg(test)]
mod halls;
#[cfg(test)]
mod harbour;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod model;
#[cfg(test)]
mod recalls;
#[cfg(test)]
mod shipments;
#[cfg(test)]
mod shots;
#[cfg(test)]
mod storms;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crate::client::api::{
    Answer, Carriage, ClientEvent, Failure, Intent, LinkState, Ticket, TransferId,
};
use crate::clock::Moment;
use crate::domain::{AccountId, ConversationId, DeviceId, Message, Nonce, Seq};
use crate::net::protocol::{
    Calling, ClientFrame, Event, Occasion, Reason, RequestId, ServerFrame, Stretch,
};
use crate::store::local::{Owner, Start, Write};

use auth::Auth;
pub use border::{
    Carried, CarryEnd, CarryJob, Drawn, Effect, FileJob, Filed, Input, KeepJob, Kept, LinkInput,
    OpaqueFailure, OpaqueStep, Packing, Parcel, PictureJob, Question, Source, Told, Trip,
};
pub use chance::Chance;
use desk::Desk;
use export::Exporting;
use history::Reading;
use known::Known;
use link::Link;
use pictures::Pictures;
use prove::Proving;
use requests::Request;
use search::Looking;
#[cfg(test)]
pub(super) use transfers::label;

/// A shake that is heard later shakes nothing; half a second is for the way and the clocks.
const SHAKE_LATE_MS: i64 = 10_500;

/// What a mark of the store stands for.
#[derive(Debug)]
enum Mark {
    /// Outbox entries that may be sent now, and messages that are on disk now; downloads that are
    /// known to be whole from now on, and where.
    Written(Vec<Nonce>, Vec<(ConversationId, Seq)>, Vec<(TransferId, PathBuf)>),
    /// A page that was read from the cache.
    Page(Reading),
    /// A search in the cache.
    Search(Looking),
    /// Counts of the cache, so many.
    Days(Ticket, usize),
    /// The size of the cache.
    Here(Ticket),
}

/// One client.
pub struct State {
    device: DeviceId,
    device_name: String,
    stretch: Stretch,
    chance: Chance,
    known: Known,
    link: Link,
    auth: Auth,
    desk: Option<Desk>,
    proving: Option<Proving>,
    pictures: Pictures,
    exports: BTreeMap<Ticket, Exporting>,
    carriage: Carriage,
    /// Whose presence is shown, as long as somebody is signed in.
    watched: Vec<AccountId>,
    requests: BTreeMap<RequestId, (Duration, Request)>,
    marks: BTreeMap<u64, Mark>,
    /// Counts requests, marks and attempts.
    counter: u64,
}

/// One call of [`State::handle`]: the moment, and what comes of it.
struct Turn<'a> {
    now: Moment,
    effects: &'a mut Vec<Effect>,
    writes: Vec<Write>,
    urgent: bool,
    waiting: Vec<Nonce>,
    stored: Vec<(ConversationId, Seq)>,
    /// Downloads that came to their end, and where: what proves them goes once that is on disk.
    placed: Vec<(TransferId, PathBuf)>,
    messages: Vec<Message>,
    touched: BTreeSet<ConversationId>,
    /// Answers to questions of this client's own.
    own: Vec<(Ticket, Result<Answer, Failure>)>,
}

impl Turn<'_> {
    fn emit(&mut self, event: ClientEvent) {
        self.effects.push(Effect::Emit(event));
    }

    fn answer(&mut self, ticket: Ticket, result: Result<Answer, Failure>) {
        match export::is_own(ticket) {
            true => self.own.push((ticket, result)),
            false => self.emit(ClientEvent::Answered { ticket, result }),
        }
    }

    fn link(&mut self, state: LinkState) {
        self.emit(ClientEvent::Link(state));
    }

    fn write(&mut self, frame: ClientFrame) {
        self.effects.push(Effect::Write(frame));
    }

    fn uptime(&self) -> Duration {
        self.now.uptime
    }
}

impl State {
    /// A client with what its store held.
    #[must_use]
    pub fn new(start: Start, device_name: &str, stretch: Stretch, chance: Chance) -> Self {
        State {
            device: start.device,
            device_name: cut(device_name, crate::limits::NAME_BYTES_MAX).to_owned(),
            stretch,
            chance,
            known: Known::new(start.servers, start.accounts, start.settings),
            link: Link::default(),
            auth: Auth::default(),
            desk: None,
            proving: None,
            pictures: Pictures::default(),
            exports: BTreeMap::new(),
            carriage: Carriage::default(),
            watched: Vec::new(),
            requests: BTreeMap::new(),
            marks: BTreeMap::new(),
            counter: 0,
        }
    }

    /// The one door.
    pub fn handle(&mut self, input: Input, now: Moment, effects: &mut Vec<Effect>) {
        let mut turn = Turn {
            now,
            effects,
            writes: Vec::new(),
            urgent: false,
            waiting: Vec::new(),
            stored: Vec::new(),
            placed: Vec::new(),
            messages: Vec::new(),
            touched: BTreeSet::new(),
            own: Vec::new(),
        };
        let turn = &mut turn;
        match input {
            Input::Intent(intent) => self.on_intent(turn, intent),
            Input::Link(link, what) if link == self.link.number => self.on_link(turn, what),
            Input::Link(..) | Input::Tick => {}
            Input::Opaque { attempt, outcome } => {
                if !self.on_proof(turn, attempt, &outcome) {
                    self.on_opaque(turn, attempt, outcome);
                }
            }
            Input::Kept(kept) => self.on_kept(turn, kept),
            Input::Drawn(drawn) => self.on_drawn(turn, drawn),
            Input::Filed(filed) => self.on_filed(turn, filed),
            Input::Carried(carried) => self.on_carried(turn, carried),
        }
        self.on_time(turn);
        self.pump(turn);
        while let Some((ticket, result)) = turn.own.pop() {
            self.on_own(turn, ticket, result);
        }
        self.pump_exports(turn);
        self.keep(turn);
    }

    /// When [`Input::Tick`] is due, by the monotonic clock.
    #[must_use]
    pub fn wake_at(&self) -> Option<Duration> {
        let slows = self.desk.as_ref().and_then(|desk| desk.transfers.slows_at());
        let desk = self.desk.as_ref().filter(|_| self.is_signed_in());
        [self.link_wakes_at(), desk.and_then(Desk::wakes_at), slows].into_iter().flatten().min()
    }

    /// Whether the link is signed in.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        matches!(self.auth, Auth::In { .. })
    }

    fn on_intent(&mut self, turn: &mut Turn<'_>, intent: Intent) {
        match intent {
            Intent::Connect { address, trust } => self.connect(turn, address, trust),
            Intent::Follow { server, address } => self.follow(turn, server, address),
            Intent::Disconnect => self.disconnect(turn),
            Intent::ReconnectNow => self.reconnect_now(turn),
            Intent::Register { .. }
            | Intent::SignIn { .. }
            | Intent::SignInToken { .. }
            | Intent::Recover { .. } => self.wish(turn, intent),
            Intent::ChangePassword { ticket, old, new } => {
                self.change_password(turn, ticket, old, new);
            }
            Intent::DeleteAccount { ticket, password } => {
                self.delete_account(turn, ticket, password);
            }
            Intent::Do { ticket, command } => self.order(turn, ticket, command),
            Intent::Look { ticket, query } => self.look(turn, ticket, query),
            Intent::Watch(accounts) => self.watch(turn, accounts),
            Intent::Picture(..)
            | Intent::SendImage { .. }
            | Intent::SaveImage { .. }
            | Intent::LoadPicture { .. }
            | Intent::SetPicture { .. } => self.on_picture_intent(turn, intent),
            Intent::SendFile { .. }
            | Intent::TakeFile { .. }
            | Intent::DeclineFile { .. }
            | Intent::PauseTransfer { .. }
            | Intent::ResumeTransfer { .. }
            | Intent::CancelTransfer { .. }
            | Intent::ForgetTransfers { .. }
            | Intent::HideTransfers { .. }
            | Intent::WatchFiles(_)
            | Intent::SetCarriage(_) => self.on_file_intent(turn, intent),
            Intent::WatchGames { cards, boards } => self.watch_games(turn, cards, boards),
            Intent::ChooseHand { ticket, game, hand } => {
                self.choose_hand(turn, ticket, (game, hand));
            }
            Intent::CancelSignIn => self.cancel_sign_in(turn),
            Intent::SignOut { ticket } => self.sign_out(turn, ticket),
            Intent::Send { ticket, to, body, nonce } => {
                self.say(turn, ticket, to, body, nonce);
            }
            Intent::Retry(nonce) => self.retry(turn, nonce),
            Intent::Discard(nonce) => self.discard(turn, nonce),
            Intent::KeepDraft { to, draft } => self.keep_draft(turn, to, draft),
            Intent::History { .. }
            | Intent::Search { .. }
            | Intent::Days { .. }
            | Intent::Here { .. }
            | Intent::Export { .. }
            | Intent::CancelExport(_)
            | Intent::MarkRead { .. }
            | Intent::Hide { .. } => self.on_history_intent(turn, intent),
            Intent::Online { ticket } => self.online(turn, ticket),
            Intent::SetPresence { ticket, presence } => self.set_presence(turn, ticket, presence),
            Intent::Typing(to) => self.typing(turn, to),
            Intent::Barrier { ticket } => self.barrier(turn, ticket),
            Intent::Saved { ticket } => turn.answer(ticket, Ok(Answer::Saved(self.known.saved()))),
            Intent::ForgetAccount { ticket, server, account } => {
                self.forget_account(turn, ticket, Owner { server, account });
            }
            Intent::ForgetSignIn { ticket, server, account } => {
                self.forget_sign_in(turn, ticket, Owner { server, account });
            }
            Intent::SetSetting { key, value } => {
                turn.writes.push(self.known.set_setting(key, value));
            }
        }
    }

    fn forget_sign_in(&mut self, turn: &mut Turn<'_>, ticket: Ticket, owner: Owner) {
        turn.writes.extend(self.known.drop_token(owner));
        turn.answer(ticket, Ok(Answer::Done));
    }

    /// What is asked of conversations as they are kept.
    fn on_history_intent(&mut self, turn: &mut Turn<'_>, intent: Intent) {
        let Some(intent) = self.put_off(turn, intent) else { return };
        match intent {
            Intent::History { ticket, with, page, limit } => {
                self.history(turn, ticket, with, page, limit);
            }
            Intent::Search { ticket, with, search, spot, limit } => {
                self.search(turn, ticket, with, search, (spot, limit));
            }
            Intent::Days { ticket, with, starts } => self.days(turn, ticket, with, starts),
            Intent::Here { ticket } => self.here(turn, ticket),
            Intent::Export { ticket, export } => self.export(turn, ticket, *export),
            Intent::CancelExport(ticket) => self.cancel_export(turn, ticket),
            Intent::MarkRead { ticket, with, seq } => self.mark_read(turn, ticket, with, seq),
            Intent::Hide { ticket, with, seq } => self.hide(turn, ticket, with, seq),
            _ => {}
        }
    }

    fn on_frame(&mut self, turn: &mut Turn<'_>, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.on_welcome(turn, &welcome),
            ServerFrame::Auth { id, step } => match self.requests.remove(&id) {
                Some((_, Request::Auth)) => self.on_auth_step(turn, step),
                Some((_, Request::Proof)) => self.on_proof_step(turn, step),
                _ => {}
            },
            ServerFrame::Done { id } => self.on_done(turn, id),
            ServerFrame::Reply { id, reply } => {
                if let Some((_, request)) = self.requests.remove(&id) {
                    self.on_reply(turn, request, reply);
                }
            }
            ServerFrame::Refused { id, refusal } if self.is_over(id, refusal.reason) => {
                // What is durable waits for the next sign-in, by token; the rest is answered.
                self.go_down(turn, Failure::Refused(refusal), link::Retry::BackOff);
            }
            ServerFrame::Refused { id, refusal } => {
                if let Some((_, request)) = self.requests.remove(&id) {
                    self.on_refused(turn, &request, refusal);
                }
            }
            ServerFrame::Event(event) => self.on_event(turn, event),
            ServerFrame::Pong { id } => {
                if let Some((_, Request::Barrier(ticket))) = self.requests.remove(&id) {
                    match &mut self.desk {
                        Some(desk) => desk.settling.push(ticket),
                        None => turn.answer(ticket, Ok(Answer::Done)),
                    }
                }
            }
            ServerFrame::Goodbye(goodbye) => self.on_goodbye(turn, goodbye),
        }
    }

    /// Whether a refusal says that this link is signed in no more: nothing sent on it is ever taken.
    fn is_over(&self, id: RequestId, reason: Reason) -> bool {
        let ended = matches!(reason, Reason::Fenced | Reason::NotSignedIn);
        ended && self.is_signed_in() && self.requests.contains_key(&id)
    }

    fn on_event(&mut self, turn: &mut Turn<'_>, event: Event) {
        match event {
            Event::Message(message) => self.on_message(turn, message),
            Event::Shaken { conversation, from, sent, .. } => {
                if self.age_ms(turn, sent) <= SHAKE_LATE_MS {
                    turn.emit(ClientEvent::Shaken { from, conversation });
                }
            }
            Event::Cursor { conversation, account, read, delivered } => {
                self.on_cursor(turn, conversation, account, read, delivered);
            }
            Event::Game(news) => self.on_game(turn, news),
            Event::File { file, status } => self.on_file(turn, file, status),
            Event::Presence { changes } => self.on_presence(turn, changes),
            Event::People { people } => self.learn(turn, people),
            Event::Called { text, about: Some(Calling { code: Occasion::PutOut, .. }), .. } => {
                self.link.parting = Some(text);
            }
            Event::Called { text, pinned, about } => {
                turn.emit(ClientEvent::Called { text, pinned, about });
            }
            Event::Typing { from, to } => turn.emit(ClientEvent::Typing { from, to }),
        }
    }

    fn on_drawn(&mut self, turn: &mut Turn<'_>, drawn: Drawn) {
        match drawn {
            Drawn::Picture(blob, view, picture) => self.on_picture(turn, (blob, view), picture),
            Drawn::Loaded(ticket, loaded) => turn.answer(ticket, loaded.map(Answer::Loaded)),
            Drawn::Cut(ticket, cut) => self.on_cut(turn, ticket, cut),
            Drawn::Packed(packing, packed) => self.on_packed(turn, &packing, packed),
            Drawn::Unpacked(nonce, parcels) => self.on_unpacked(turn, nonce, parcels),
            Drawn::Saved(ticket, saved) => Self::on_saved(turn, ticket, saved),
        }
    }

    fn on_kept(&mut self, turn: &mut Turn<'_>, kept: Kept) {
        match kept {
            Kept::Written { mark, ok } => {
                if let Some(Mark::Written(nonces, stored, placed)) = self.marks.remove(&mark) {
                    self.on_waiting_kept(&nonces);
                    if ok {
                        self.on_messages_stored(turn, &stored);
                        turn.sweep(placed);
                    }
                }
            }
            Kept::Loaded(owner, loaded) => self.on_loaded(turn, owner, *loaded),
            Kept::Messages { mark, messages } => {
                if let Some(Mark::Page(reading)) = self.marks.remove(&mark) {
                    self.on_page_read(turn, reading, messages);
                }
            }
            Kept::Told { mark, told } => {
                if let Some(mark) = self.marks.remove(&mark) {
                    self.on_told(turn, mark, told);
                }
            }
            Kept::Unused(pictures) => turn.forget(pictures),
            Kept::Trouble(text) => turn.emit(ClientEvent::StoreTrouble(text)),
        }
    }

    /// Does what has become possible: in this order, so that the oldest duty comes first.
    fn pump(&mut self, turn: &mut Turn<'_>) {
        if self.is_signed_in() {
            self.pump_heads(turn);
            self.pump_images(turn);
            self.pump_outbox(turn);
            self.pump_tails(turn);
            self.pump_book(turn);
            self.pump_rooms(turn);
            self.pump_cursors(turn);
            self.pump_people(turn);
            self.pump_barriers(turn);
            self.pump_files(turn);
            self.pump_games(turn);
            self.pump_sign_out(turn);
        }
        self.pump_transfers(turn);
    }

    /// Hands this turn's writes to the store as one job.
    fn keep(&mut self, turn: &mut Turn<'_>) {
        self.keep_book(turn);
        if let Some(desk) = &self.desk {
            for id in std::mem::take(&mut turn.touched) {
                if let Some(conversation) = desk.conversations.get(&id) {
                    let known = conversation.to_keep(id);
                    turn.writes.push(Write::PutConversation(desk.owner, known));
                }
            }
            if !turn.messages.is_empty() {
                let messages = std::mem::take(&mut turn.messages);
                turn.writes.push(Write::PutMessages(desk.owner, messages));
            }
        }
        if turn.writes.is_empty() {
            return;
        }
        let mark = self.next();
        let nonces = std::mem::take(&mut turn.waiting);
        let stored = std::mem::take(&mut turn.stored);
        let placed = std::mem::take(&mut turn.placed);
        self.marks.insert(mark, Mark::Written(nonces, stored, placed));
        let writes = std::mem::take(&mut turn.writes);
        turn.effects.push(Effect::Keep(KeepJob::Write { writes, urgent: turn.urgent, mark }));
    }

    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("link", &self.link.phase).finish_non_exhaustive()
    }
}

/// The longest beginning of a text with at most so many bytes.
fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
