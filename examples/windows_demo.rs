//! Shows the windows on a made-up core, without a server: for looking at them while they are drawn.
//!
//! `cargo run --example windows_demo`; any password signs in but `wrong`, `locked` and `disabled`. With the
//! path of a saved game in `GAME` its window opens too.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use mychat::client::api::{
    ConversationState, LinkedServer, PendingMessage, Saved, SavedAccount, SavedServer, Secret,
};
use mychat::client::finder::{FoundCard, Source};
use mychat::client::{Answer, ClientEvent, Failure, Intent, LinkState};
use mychat::clock;
use mychat::domain::{
    AccountId, Body, ConversationId, ConversationKind, Message, Nonce, Person, Presence, Role, Seq,
    ServerId, Target,
};
use mychat::net::address::{Address, Invite};
use mychat::net::protocol::{Reason, Refusal, Registration};
use mychat::ui::app::Msg;
use mychat::ui::app::games::GamesMsg;
use mychat::ui::shell::{Core, KICK};
use mychat::ui::{Stage, UiError};

type Queue = Rc<RefCell<VecDeque<Msg>>>;

fn main() -> Result<(), UiError> {
    let stage = Stage::open()?;
    let queue: Queue = Rc::default();
    put(&queue, Msg::Servers(found()));
    if let Some(path) = std::env::var_os("GAME") {
        put(&queue, Msg::Games(GamesMsg::Open(path.into())));
    }
    let (asked, searched, taken) = (Rc::clone(&queue), Rc::clone(&queue), Rc::clone(&queue));
    let mut fake = Fake { queue: asked, next_seq: 100, address: None };
    let core = Core {
        ask: Box::new(move |intent| fake.ask(intent)),
        search: Box::new(move |_| put(&searched, Msg::Servers(found()))),
        look: Box::new(|_, _| {}),
        examine: Box::new(|_, _| {}),
        host: Box::new(|| {}),
        next: Box::new(move || taken.borrow_mut().pop_front()),
    };
    let connect = std::env::args().nth(1).and_then(|text| Invite::parse(&text).ok());
    stage.run(core, connect);
    Ok(())
}

fn put(queue: &Queue, msg: Msg) {
    queue.borrow_mut().push_back(msg);
    KICK.kick();
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some()
}

fn id(number: u8) -> ServerId {
    ServerId(std::array::from_fn(|i| {
        number.wrapping_mul(37).wrapping_add(u8::try_from(i * 83 % 251).unwrap_or(0))
    }))
}

fn address(host: &str, port: u16) -> Address {
    Address { host: host.into(), port }
}

fn found() -> Vec<FoundCard> {
    if is_set("DEMO_EMPTY") {
        return Vec::new();
    }
    let one = |number, name: &str, host: &str, online, registration| FoundCard {
        id: id(number),
        name: name.into(),
        address: address(host, 1029),
        source: Source::Network,
        fingerprint_prefix: String::new(),
        proven: true,
        online,
        registration: Some(registration),
        reachable: true,
        local: false,
    };
    let mut all = vec![
        one(1, "信息楼 301 机房", "192.168.3.20", Some(42), Registration::Open),
        one(2, "图书馆", "192.168.8.5", Some(17), Registration::Open),
        one(3, "教师办公室", "192.168.1.9", Some(9), Registration::Code),
    ];
    if is_set("DEMO_MANY") {
        all.push(one(4, "A server with a rather long name", "10.0.0.4", None, Registration::Open));
        all.push(one(5, "Library 2", "10.0.0.5", Some(3), Registration::Closed));
    }
    all
}

fn person(account: u64, nickname: &str, avatar: u8, signature: &str) -> Person {
    Person {
        account: AccountId(account),
        nickname: nickname.into(),
        signature: signature.into(),
        avatar,
        role: Role::Member,
        version: 1,
        picture: None,
    }
}

fn me() -> Person {
    person(10_001, "青柠", 1, "期中加油，图书馆三楼见")
}

fn people() -> Vec<(Person, Presence)> {
    vec![
        (person(10_024, "小满", 2, "今天也要早睡"), Presence::Online),
        (person(10_033, "物理老师", 3, "上课中"), Presence::Busy),
        (person(10_025, "阿树", 17, "吃饭去了"), Presence::Away),
        (person(10_058, "北窗", 5, "期末见"), Presence::Offline),
        (person(10_061, "Alexandria Montgomery-Featherstone", 7, ""), Presence::Online),
        (person(10_066, "南瓜", 24, ""), Presence::Online),
    ]
}

struct Fake {
    queue: Queue,
    next_seq: u64,
    address: Option<Address>,
}

impl Fake {
    fn say(&self, event: ClientEvent) {
        put(&self.queue, Msg::Client(event));
    }

    fn answer(&self, ticket: u64, result: Result<Answer, Failure>) {
        self.say(ClientEvent::Answered { ticket, result });
    }

    fn ask(&mut self, intent: Intent) {
        match intent {
            Intent::Saved { ticket } => self.answer(ticket, Ok(Answer::Saved(saved()))),
            Intent::Connect { address, trust } => self.connect(address, trust),
            Intent::Register { ticket, nickname, avatar, .. } => {
                let you = person(10_001, &nickname, avatar, "");
                let recovery = Secret::new("K7QM-2XPA-9FDR-HT4W-LZ6C-8B3N-VG");
                let token = Secret::new("00");
                self.answer(ticket, Ok(Answer::Registered { you, recovery, token }));
                self.fill(me());
            }
            Intent::SignIn { ticket, password, .. } => {
                let refused = match password.expose() {
                    "wrong" => Some(Refusal::new(Reason::WrongPassword)),
                    "locked" => Some(Refusal::retry(Reason::LockedOut, 290_000)),
                    "disabled" => Some(Refusal::new(Reason::Disabled)),
                    "hang" => return,
                    _ => None,
                };
                match refused {
                    Some(refusal) => self.answer(ticket, Err(Failure::Refused(refusal))),
                    None => {
                        self.fill(me());
                        self.answer(ticket, Ok(Answer::SignedIn { you: me(), token: None }));
                        self.fall();
                    }
                }
            }
            Intent::SignInToken { ticket, .. } => {
                self.fill(me());
                self.answer(ticket, Ok(Answer::SignedIn { you: me(), token: None }));
                self.fall();
            }
            Intent::SignOut { ticket } => self.answer(ticket, Ok(Answer::Done)),
            Intent::Online { ticket } => {
                let online = people().into_iter().filter(|(_, p)| *p != Presence::Offline);
                self.answer(ticket, Ok(Answer::Online(online.collect())));
            }
            Intent::History { ticket, .. } => {
                let (conversation, messages, more) = (None, Vec::new(), false);
                self.answer(ticket, Ok(Answer::History { conversation, messages, more }));
            }
            Intent::Send { to, body, .. } => self.send(to, body),
            Intent::ReconnectNow => self.up(),
            _ => {}
        }
    }

    fn connect(&mut self, address: Address, trust: mychat::client::api::Trust) {
        use mychat::client::api::Trust;
        self.address = Some(address.clone());
        self.say(ClientEvent::Link(LinkState::Dialing));
        match (address.host.as_str(), trust) {
            ("nowhere", _) => {
                let why = Failure::NameUnknown;
                self.say(ClientEvent::Link(LinkState::Down { retry_in_ms: 1_000, why }));
            }
            ("hang", _) => {}
            ("changed", Trust::Ask) => self.say(ClientEvent::KeyChanged {
                address,
                offered: id(9),
                pinned: id(1),
                since: 1_788_000_000_000,
            }),
            (_, Trust::Ask) => {
                self.say(ClientEvent::TrustNeeded { address, offered: id(1) });
            }
            _ => self.up(),
        }
    }

    fn up(&self) {
        let server = LinkedServer {
            id: id(1),
            name: "信息楼 301 机房".into(),
            address: self.address.clone().unwrap_or_else(|| address("192.168.3.20", 1029)),
            registration: Registration::Open,
            online: 42,
            pinned_before: true,
            ahead_ms: 0,
        };
        self.say(ClientEvent::Link(LinkState::Up { server }));
    }

    fn fill(&mut self, you: Person) {
        self.say(ClientEvent::SignedIn { you, presence: Presence::Online });
        self.say(ClientEvent::People(people().into_iter().map(|(person, _)| person).collect()));
        let now = clock::wall_ms();
        let minute = 60_000;
        let texts = [
            (10_033, 2, 36 * minute, "实验报告模板已经发到群里，周五之前交，不要忘记写名字"),
            (10_025, 1, 170 * minute, "空调记得关"),
            (10_058, 5, 30 * 60 * minute, "期末见"),
            (10_061, 4, 80 * 60 * minute, "See you on Monday then"),
        ];
        for (from, seq, ago, text) in texts {
            let kind = ConversationKind::direct(AccountId(10_001), AccountId(from));
            let unread = if from == 10_033 { 2 } else { 0 };
            self.state(kind, from, seq, seq - unread);
            self.message(kind, from, seq, from, now - ago, Body::text(text), false);
        }
        self.talk(now);
        self.state(ConversationKind::Lobby, 1, 41, 3);
        let text = Body::text("大家好，新来的");
        self.message(ConversationKind::Lobby, 1, 41, 10_066, now - minute, text, false);
    }

    /// What stands in the pictures of the README.
    fn talk(&self, now: i64) {
        let kind = ConversationKind::direct(AccountId(10_001), AccountId(10_024));
        let lines = [
            (10_024, 24 * 60 + 9, Body::text("明天的小测带计算器吗？")),
            (10_001, 24 * 60 + 8, Body::text("带，老师说可以用。资料在 http://10.3.1.8/physics")),
            (10_024, 20, Body::Shake {}),
            (10_024, 19, Body::text("v–t 图我画好了，你看看斜率对不对")),
            (10_001, 17, Body::text("对的！加速度大约 0.52 m/s²，误差在 4% 以内")),
            (10_001, 17, Body::text("晚自习前一起把误差那一段写完？")),
            (10_024, 2, Body::text("好，图书馆三楼见 😄")),
        ];
        let count = u64::try_from(lines.len()).unwrap_or(0);
        self.state(kind, 10_024, count, count);
        for (seq, (from, minutes, body)) in (1..).zip(lines) {
            self.message(kind, 10_024, seq, from, now - minutes * 60_000, body, false);
        }
    }

    fn fall(&self) {
        if is_set("DEMO_DOWN") {
            let why = Failure::LinkLost;
            self.say(ClientEvent::Link(LinkState::Down { retry_in_ms: 28_000, why }));
        }
    }

    fn state(&self, kind: ConversationKind, id: u64, head: u64, read: u64) {
        self.say(ClientEvent::Conversation(ConversationState {
            conversation: ConversationId(id),
            kind,
            head: Seq(head),
            read: Seq(read),
            peer_delivered: Seq(head),
            peer_read: Seq(read),
        }));
    }

    #[expect(clippy::too_many_arguments, reason = "a demo's message is all of these")]
    fn message(
        &self,
        kind: ConversationKind,
        id: u64,
        seq: u64,
        from: u64,
        at: i64,
        body: Body,
        live: bool,
    ) {
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&seq.to_be_bytes());
        let message = Message {
            conversation: ConversationId(id),
            kind,
            seq: Seq(seq),
            from: AccountId(from),
            nonce: Nonce(nonce),
            at,
            body,
        };
        self.say(ClientEvent::Message { message, live });
    }

    fn send(&mut self, to: Target, body: Body) {
        let seq = self.next_seq;
        self.next_seq += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&seq.to_be_bytes());
        let at = clock::wall_ms();
        let pending = PendingMessage { nonce: Nonce(nonce), to, body: body.clone(), at };
        self.say(ClientEvent::Pending(pending));
        let fails = matches!(&body, Body::Text { text, .. } if text.contains("fail"));
        if fails {
            let failure = Failure::Refused(Refusal::limit(Reason::TextTooLong, 16_384));
            self.say(ClientEvent::SendFailed { nonce: Nonce(nonce), failure });
            return;
        }
        let (kind, id) = match to {
            Target::Lobby => (ConversationKind::Lobby, 1),
            Target::Account(peer) => (ConversationKind::direct(AccountId(10_001), peer), peer.0),
            Target::Room(room) => (ConversationKind::Room { room }, room.0),
        };
        self.message(kind, id, seq, 10_001, at, body, true);
    }
}

fn saved() -> Saved {
    if !is_set("DEMO_SAVED") {
        return Saved::default();
    }
    let server = |number, name: &str, host: &str, used| SavedServer {
        id: id(number),
        name: name.into(),
        address: address(host, 1029),
        since: 1_788_000_000_000,
        used,
    };
    let account = |account, nickname: &str, avatar| SavedAccount {
        server: id(1),
        person: person(account, nickname, avatar, ""),
        has_token: true,
        used: 1,
    };
    let mut settings = Vec::new();
    for key in ["language", "theme"] {
        if let Ok(value) = std::env::var(format!("DEMO_{}", key.to_uppercase())) {
            settings.push((key.to_owned(), value));
        }
    }
    if is_set("DEMO_AUTO") {
        settings.push(("auto".into(), format!("{}/10001", id(1))));
    }
    Saved {
        servers: vec![
            server(1, "信息楼 301 机房", "192.168.3.20", 9),
            server(7, "校园", "chat.campus.example", 5),
        ],
        accounts: vec![account(10_001, "青柠", 1), account(10_024, "小满", 2)],
        settings,
    }
}
