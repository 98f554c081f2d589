//! What is on the screen, as data: `update(model, now, msg)` is the only door.
//!
//! No fltk, no socket, no clock: the shell gives it the time and every message, carries out the
//! effects, and draws what the model says. The model keeps causes, not sentences, so that the
//! language can change at any moment.
//!
//! * `attempt` is a sign-in, a registration or a new password under way.
//! * `login` with `servers` and `accounts`, `register` and `recover` with `errors` and `strength`,
//!   `done`, `trust`, `panel` with `rows` and `search`, `chats` with `menu`, `add` with `doors`,
//!   `create_room`, `history`, `files`, `profile`, `card`, `prompt`, `preferences`, `checkup` and
//!   `notify` are the windows.
//! * `play` is games, all but their boards.
//! * `games` are the board windows.
//! * `drafts`, `earlier`, `find`, `links`, `signs` and `strangers` are of `chats`.
//! * `people`, `contacts`, `session`, `link`, `writing`, `away`, `settings` and `telling` are what they share;
//!   `time` words moments.

pub mod accounts;
pub mod add;
pub mod attempt;
pub mod away;
mod calls;
pub mod card;
pub mod chats;
pub mod checkup;
pub mod contacts;
pub mod create_room;
pub mod done;
pub mod doors;
pub mod drafts;
mod earlier;
mod effect;
pub mod errors;
pub mod files;
pub mod find;
pub mod games;
pub mod history;
pub mod hosting;
pub mod images;
pub mod link;
pub mod links;
pub mod login;
pub mod mentions;
pub mod menu;
pub mod notify;
pub mod panel;
pub mod people;
pub mod play;
pub mod preferences;
pub mod profile;
pub mod prompt;
pub mod quotes;
pub mod recover;
pub mod register;
pub mod rooms;
pub mod rows;
pub mod search;
mod sending;
pub mod servers;
mod session;
pub mod settings;
mod signs;
pub mod strangers;
pub mod strength;
pub mod telling;
pub mod time;
pub mod trust;
pub mod wall;
mod watch;
pub mod writing;
pub mod zoom;

pub use effect::Effect;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::client::api::{Saved, Ticket, View};
use crate::client::finder::FoundCard;
use crate::client::probe::Probed;
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::game::GameId;
use crate::domain::{AccountId, BlobId, Person, Presence, RoomId, Seq, Target};
use crate::net::address::{Address, Invite};

/// Answers that are waited for at once. The client answers everything, so more means that answers
/// were lost; the oldest question is then forgotten.
const ASKED_MAX: usize = 4096;

/// The time, by both clocks of the computer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 UTC, for what people read.
    pub wall_ms: i64,
    /// Milliseconds of a clock that never jumps, for waiting.
    pub mono_ms: u64,
}

impl From<crate::clock::Moment> for Moment {
    fn from(now: crate::clock::Moment) -> Self {
        let mono_ms = u64::try_from(now.uptime.as_millis()).unwrap_or(u64::MAX);
        Moment { wall_ms: now.wall_ms, mono_ms }
    }
}

/// Everything that can happen to the model.
#[derive(Debug, Clone)]
pub enum Msg {
    /// Time went on; sent four times a second.
    Tick,
    /// The client core reports.
    Client(ClientEvent),
    /// The servers of this network, as they are now.
    Servers(Vec<FoundCard>),
    /// In the login window.
    Login(login::LoginMsg),
    /// In the register window.
    Register(register::RegisterMsg),
    /// In the window for a forgotten password.
    Recover(recover::RecoverMsg),
    /// In the window with the new number or code.
    Done(done::DoneMsg),
    /// What came of a look at a typed address.
    Looked(Address, Result<Probed, Failure>),
    /// In the fingerprint window.
    Trust(trust::TrustMsg),
    /// In the main panel.
    Panel(panel::PanelMsg),
    /// In a chat window.
    Chat(Target, chats::ChatMsg),
    /// In a room, or with a conversation as a whole.
    Room(rooms::RoomMsg),
    /// About what is on a room's wall.
    Wall(wall::WallMsg),
    /// With somebody who wrote first.
    Stranger(strangers::StrangerMsg),
    /// With friends, groups and requests.
    Contact(contacts::ContactMsg),
    /// The person said yes to what was asked before.
    Confirmed(contacts::Confirm),
    /// In the small question.
    Prompt(prompt::PromptMsg),
    /// In the window for finding people.
    Add(add::AddMsg),
    /// In the window that makes a room or invites into one.
    CreateRoom(create_room::CreateRoomMsg),
    /// In the window of what was said.
    History(history::HistoryMsg),
    /// In the window about oneself.
    Profile(profile::ProfileMsg),
    /// About the card beside a face.
    Card(card::CardMsg),
    /// These pictures are seen and not here.
    Wanted(Vec<(BlobId, View)>),
    /// In the window of a picture.
    Viewer(images::ViewerMsg),
    /// About files.
    Files(files::FilesMsg),
    /// About games.
    Play(play::PlayMsg),
    /// The server program that was started here ended or could not be started.
    HostEnded(hosting::HostEnd),
    /// About board windows.
    Games(games::GamesMsg),
    /// Settings of this computer.
    Setting(settings::SettingMsg),
    /// In a small window that tells of a message.
    Note(notify::NoteMsg),
    /// On the page that checks the network.
    Checkup(checkup::CheckupMsg),
    /// In the settings window.
    Preferences(preferences::PreferencesMsg),
    /// Nothing was pressed or moved on this computer for so many milliseconds.
    Idle(u64),
}

/// Which windows stand: those before the sign-in or those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The login window.
    Login,
    /// The main panel and the chats.
    Panel,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// As others see it.
    pub person: Person,
    /// As chosen.
    pub presence: Presence,
}

/// What a ticket was for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Attempt,
    Saved,
    Do(contacts::Doing),
    Found { text: String, online: bool, skip: u32 },
    Door(doors::DoorAsked),
    Wall(wall::WallAsked),
    Card(AccountId),
    Profile(profile::Asking),
    Messages(Target, Seq),
    Members(RoomId),
    History(history::Asking),
    Glance(String),
    Send(Target),
    Recall { target: Target, seq: Seq, again: bool },
    Hide(Target),
    ReadBy(Target, Seq),
    SaveImage,
    File,
    Play(play::Asking),
    Board(GameId),
    Quota,
    Shelf { with: Target, text: String, before: Option<Seq> },
    SignOut,
    Other,
}

/// Everything that the windows show.
pub struct Model {
    /// Now, as of the last message.
    pub now: Moment,
    /// Where people read the time.
    pub zone: TimeZone,
    /// Which windows stand.
    pub screen: Screen,
    /// Choices of this computer.
    pub settings: settings::Settings,
    /// Servers and accounts met before.
    pub saved: Saved,
    /// The login window.
    pub login: login::Login,
    /// The register window, while it is open.
    pub register: Option<register::Register>,
    /// The window for a forgotten password, while it is open.
    pub recover: Option<recover::Recover>,
    /// A new number or code, until the person has seen it.
    pub done: Option<done::Done>,
    /// The question about a key, while it is open.
    pub trust: Option<trust::Question>,
    /// The key that the last link was refused for.
    pub changed_key: Option<trust::Change>,
    /// A sign-in or a registration under way.
    pub attempt: Option<attempt::Attempt>,
    /// The link, as the strip shows it.
    pub link: link::Link,
    /// Who is signed in.
    pub me: Option<Me>,
    /// What is known of others.
    pub people: people::People,
    /// The main panel.
    pub panel: panel::Panel,
    /// All conversations.
    pub chats: chats::Chats,
    /// The small question, while it stands.
    pub prompt: Option<prompt::Prompt>,
    /// The window for finding people, while it is open.
    pub add: Option<add::Add>,
    /// The window about what is on a room's wall, while it is open.
    pub board: Option<wall::Board>,
    /// Requests about rooms, and the window that makes one.
    pub doors: doors::Doors,
    /// The window of what was said, while it is open.
    pub history: Option<history::History>,
    /// The window about oneself, while it is open.
    pub profile: Option<profile::Profile>,
    /// The card beside a face, while it is shown.
    pub card: Option<card::Card>,
    /// The small windows that tell of messages.
    notes: notify::Notes,
    /// Files on their way, and those that are shown.
    pub files: files::Files,
    /// Games, all but their boards.
    pub play: play::Plays,
    /// Board windows.
    pub games: games::Games,
    /// What was fetched without asking; it outlives a session.
    unasked: files::receiving::Unasked,
    /// Where received files go unless the person chose another folder.
    pub downloads: std::path::PathBuf,
    /// The picture that is looked at, while its window is open.
    pub viewer: Option<images::Viewer>,
    /// The page that checks the network, while it is open.
    pub checkup: Option<checkup::Checkup>,
    /// How often the network was checked.
    checkups: u64,
    /// The settings window, while it is open.
    pub preferences: Option<preferences::Preferences>,
    /// One is shown as away since nobody is at this computer, not by one's own choice.
    away_by_itself: bool,
    /// The client's own store failed; said until the end.
    pub trouble: Option<String>,
    /// A friend who moves to a group of this name once it is there.
    moves_to: Option<(AccountId, String)>,
    /// Who is in the rooms whose windows stand.
    halls: BTreeMap<RoomId, rooms::Hall>,
    /// When what was read on the walls of rooms was put there.
    walls: BTreeMap<RoomId, i64>,
    /// With whom a friendship was just ended here.
    parting: Option<AccountId>,
    /// Whose presence was asked for last, besides that of friends.
    watched: Vec<AccountId>,
    next_ticket: Ticket,
    asked: BTreeMap<Ticket, Asked>,
}

impl Model {
    /// A model that knows nothing yet, and what to ask first.
    #[must_use]
    pub fn new(now: Moment, zone: TimeZone, connect: Option<Invite>) -> (Self, Vec<Effect>) {
        let mut model = Model {
            now,
            zone,
            screen: Screen::Login,
            settings: settings::Settings::default(),
            saved: Saved::default(),
            login: login::Login::new(now, connect),
            register: None,
            recover: None,
            done: None,
            trust: None,
            changed_key: None,
            attempt: None,
            link: link::Link::default(),
            me: None,
            people: people::People::default(),
            panel: panel::Panel::default(),
            chats: chats::Chats::default(),
            prompt: None,
            add: None,
            board: None,
            doors: doors::Doors::default(),
            history: None,
            profile: None,
            card: None,
            viewer: None,
            notes: notify::Notes::default(),
            files: files::Files::default(),
            play: play::Plays::default(),
            games: games::Games::default(),
            unasked: files::receiving::Unasked::default(),
            downloads: std::path::PathBuf::new(),
            checkup: None,
            checkups: 0,
            preferences: None,
            away_by_itself: false,
            trouble: None,
            moves_to: None,
            parting: None,
            halls: BTreeMap::new(),
            walls: BTreeMap::new(),
            watched: Vec::new(),
            next_ticket: 1,
            asked: BTreeMap::new(),
        };
        let mut out = Vec::new();
        model.ask_saved(&mut out);
        (model, out)
    }

    /// The account that is signed in, or that was until the link broke.
    #[must_use]
    pub fn my_account(&self) -> Option<AccountId> {
        self.me.as_ref().map(|me| me.person.account)
    }

    fn ask(&mut self, asked: Asked, make: impl FnOnce(Ticket) -> Intent, out: &mut Vec<Effect>) {
        let ticket = self.ticket(asked);
        out.push(Effect::Ask(make(ticket)));
    }

    fn ask_saved(&mut self, out: &mut Vec<Effect>) {
        self.ask(Asked::Saved, |ticket| Intent::Saved { ticket }, out);
    }

    fn ticket(&mut self, asked: Asked) -> Ticket {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.asked.insert(ticket, asked);
        if self.asked.len() > ASKED_MAX {
            self.asked.pop_first();
        }
        ticket
    }

    fn client(&mut self, event: ClientEvent, out: &mut Vec<Effect>) {
        match event {
            ClientEvent::Link(state) => self.link_changed(state, out),
            ClientEvent::TrustNeeded { address, offered } => self.trust_needed(address, offered),
            ClientEvent::KeyChanged { address, offered, pinned, since } => {
                self.key_changed(trust::Change { address, offered, pinned, since });
            }
            ClientEvent::Answered { ticket, result } => self.answered(ticket, result, out),
            ClientEvent::SignedIn { you, presence } => {
                self.signed_in(you, presence, out);
                self.refresh_profile(out);
            }
            ClientEvent::SignedOut { why } => self.signed_out(why, out),
            ClientEvent::BegunAnew => self.begin_anew(out),
            ClientEvent::Conversation(state) => self.conversation(state),
            ClientEvent::Skipped { conversation, seq } => self.skipped(conversation, seq),
            ClientEvent::Message { message, live } => self.message(message, live, out),
            ClientEvent::Pending(pending) => self.pending(pending),
            ClientEvent::SendFailed { nonce, failure } => self.send_failed(nonce, failure, out),
            ClientEvent::Discarded(nonce) => self.chats.forget(nonce),
            ClientEvent::Drafts(drafts) => self.drafts_came(drafts),
            ClientEvent::Hidden { conversation, seq } => self.hidden(conversation, seq),
            ClientEvent::Shaken { conversation, .. } => self.shaken(conversation, out),
            ClientEvent::People(people) => self.learn_of_me_too(people, out),
            ClientEvent::Presence(changes) => self.seen(changes, out),
            ClientEvent::Book(book) => {
                self.people.set_book(book);
                self.enter_halls(out);
            }
            ClientEvent::Notice(notice) => self.noticed(&notice, out),
            ClientEvent::Room(room) => self.room_changed(*room, out),
            ClientEvent::Picture { blob, view, picture } => {
                out.push(Effect::Picture(blob, view, picture));
            }
            ClientEvent::Uploading { nonce, percent } => self.uploading(nonce, percent),
            ClientEvent::Transfers(all) => self.transfers_came(all),
            ClientEvent::Transfer(transfer) => self.transfer_came(*transfer, out),
            ClientEvent::TransfersGone(ids) => self.transfers_gone(&ids),
            ClientEvent::File { file, status } => self.file_came(file, status, out),
            ClientEvent::Game(view) => self.game_came(*view, out),
            ClientEvent::Called { text, pinned, about } => Model::called(text, pinned, about, out),
            ClientEvent::Typing { from, to } => self.typing(from, to),
            // Of another key than a link's the attempt speaks, which fails by it.
            ClientEvent::KeyOther { .. } => {}
            ClientEvent::Exporting { ticket, done, all } => self.exporting(ticket, done, all),
            ClientEvent::StoreTrouble(reason) => self.store_trouble(reason, out),
        }
    }

    fn answered(&mut self, ticket: Ticket, result: Result<Answer, Failure>, out: &mut Vec<Effect>) {
        self.prepared(ticket);
        let Some(asked) = self.asked.remove(&ticket) else { return };
        match (asked, result) {
            (Asked::Attempt, result) => self.attempt_answered(ticket, result, out),
            (Asked::Saved, Ok(Answer::Saved(saved))) => self.saved(saved, out),
            (Asked::Do(doing), result) => self.done(doing, result, out),
            (Asked::Found { text, online, skip }, result) => {
                self.found((text, online, skip), result);
            }
            (Asked::Door(asked), result) => self.door_answered(asked, result, out),
            (Asked::Wall(asked), result) => self.wall_answered(asked, result, out),
            (Asked::Card(account), result) => self.card_answered(account, result),
            (Asked::Profile(asking), result) => self.profile_answered(asking, result, out),
            (Asked::Messages(target, before), result) => {
                self.page_came((target, before), result, out);
            }
            (Asked::Members(room), result) => self.hall_came(room, result, out),
            (Asked::Glance(text), result) => self.glanced(&text, result),
            (Asked::History(asking), result) => self.history_answered(asking, result, out),
            (Asked::Send(target), result) => self.send_answered(target, result),
            (Asked::Recall { target, seq, again }, result) => {
                self.recall_answered((target, seq, again), result, out);
            }
            (Asked::Hide(target), result) => self.hide_answered(target, result),
            (Asked::ReadBy(target, seq), result) => self.read_by_came((target, seq), result, out),
            (Asked::SaveImage, result) => out.push(match result {
                Ok(_) => Effect::Tell("viewer.saved"),
                Err(why) => Effect::Say(why),
            }),
            (Asked::File, result) => Model::file_answered(result, out),
            (Asked::Board(game), result) => self.board_answered(game, result, out),
            (Asked::Play(asking), result) => self.play_answered(asking, result, out),
            (Asked::Quota, result) => self.quota_came(&result),
            (Asked::Shelf { with, text, before }, result) => {
                self.shelf_came((with, text, before), result);
            }
            (Asked::SignOut, _) => self.leave(None, out),
            _ => {}
        }
    }

    fn tick(&mut self, out: &mut Vec<Effect>) {
        self.link.tick(self.now);
        self.games_tick(out);
        match self.screen {
            Screen::Login => self.login_tick(out),
            Screen::Panel => {
                self.leave_halls();
                self.watch(out);
                self.chats_tick(out);
                self.plays_tick(out);
                self.devices_tick(out);
                self.history_tick();
            }
        }
    }
}

/// Takes in what happened and says what to do.
pub fn update(model: &mut Model, now: Moment, msg: Msg) -> Vec<Effect> {
    model.now = now;
    let mut out = Vec::new();
    if card::ends_with(&msg) {
        model.card = None;
    }
    match msg {
        Msg::Tick => model.tick(&mut out),
        Msg::Client(event) => model.client(event, &mut out),
        Msg::Servers(found) => model.servers(found, &mut out),
        Msg::Login(msg) => model.login(msg, &mut out),
        Msg::Register(msg) => model.register(msg, &mut out),
        Msg::Recover(msg) => model.recover(msg, &mut out),
        Msg::Done(msg) => model.done_window(msg, &mut out),
        Msg::Looked(address, seen) => model.looked(&address, seen, &mut out),
        Msg::Trust(msg) => model.trust(msg, &mut out),
        Msg::Panel(msg) => model.panel(msg, &mut out),
        Msg::Chat(target, msg) => model.chat(target, msg, &mut out),
        Msg::Room(msg) => model.room_msg(msg, &mut out),
        Msg::Wall(msg) => model.wall_msg(msg, &mut out),
        Msg::Stranger(msg) => model.stranger_msg(msg, &mut out),
        Msg::Contact(msg) => model.contact(msg, &mut out),
        Msg::Confirmed(confirm) => model.confirmed(confirm, &mut out),
        Msg::Prompt(msg) => model.prompt(msg, &mut out),
        Msg::Add(msg) => model.add(msg, &mut out),
        Msg::CreateRoom(msg) => model.create_room(msg, &mut out),
        Msg::History(msg) => model.history(msg, &mut out),
        Msg::Profile(msg) => model.profile(msg, &mut out),
        Msg::Card(msg) => model.card(msg, &mut out),
        Msg::Wanted(wanted) => {
            let ask = |(blob, view)| Effect::Ask(Intent::Picture(blob, view));
            out.extend(wanted.into_iter().map(ask));
        }
        Msg::Viewer(msg) => model.viewer(msg, &mut out),
        Msg::Files(msg) => model.files_msg(msg, &mut out),
        Msg::Play(msg) => model.play_msg(msg, &mut out),
        Msg::Games(msg) => model.games_msg(msg, &mut out),
        Msg::HostEnded(end) => model.host_ended(end),
        Msg::Setting(msg) => model.setting(msg, &mut out),
        Msg::Note(msg) => model.note_msg(msg, &mut out),
        Msg::Checkup(msg) => model.checkup(msg, &mut out),
        Msg::Preferences(msg) => model.preferences(msg, &mut out),
        Msg::Idle(ms) => model.idle(ms, &mut out),
    }
    model.turn_notes(&mut out);
    out
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
