//! Everything that can happen in a storm, with how often it does. A new thing to do is a line in
//! [`ACTS`] and a function.

use std::time::Duration;

use mychat::client::api::Intent;
use mychat::domain::{
    AccountId, Body, GroupId, Joining, Mentions, Notify, Presence, Rank, RoomId, Seq, Stranger,
    Target,
};
use mychat::net::protocol::{
    ChoiceChange, Command, ContactAnswer, ContactChange, MemberChange, RoomSettings,
};

use crate::gaming;
use crate::world::{PEOPLE, TEN_YEARS_MS, World};

type Act = fn(&mut World, usize);

const ACTS: [(u64, &str, Act); 38] = [
    (28, "says something", say),
    (6, "says many things", say_many),
    (4, "shakes", shake),
    (6, "takes words back", recall),
    (10, "has read", mark_read),
    (5, "is seen differently", presence),
    (4, "pins or quiets", choose),
    (5, "asks somebody to be a friend", ask_contact),
    (7, "answers a request", answer_contact),
    (2, "takes a request back", withdraw),
    (2, "removes a friend", remove_contact),
    (3, "changes a friend", set_contact),
    (2, "changes groups", groups),
    (3, "makes a room", create_room),
    (5, "asks to come in", join_room),
    (4, "invites", invite),
    (5, "answers an invitation", answer_invitation),
    (5, "answers at a door", answer_join),
    (3, "leaves a room", leave_room),
    (3, "puts somebody out", kick),
    (3, "mutes or ranks somebody", set_member),
    (3, "changes a room", set_room),
    (1, "dissolves a room", dissolve),
    (6, "invites to a game", gaming::offer),
    (8, "answers an invitation to a game", gaming::answer),
    (14, "plays", gaming::play),
    (2, "writes, and watches people", signals),
    (2, "signs out", sign_out),
    (3, "signs another device out", revoke),
    (3, "dials at once", |world, at| world.intent(at, Intent::ReconnectNow)),
    (10, "loses its link", cut),
    (5, "comes again before what it said", overtake),
    (4, "is in a hole", hole),
    (6, "is clogged or goes on", clog),
    (6, "is killed", World::kill_device),
    (3, "has another time", jump),
    (4, "and the server stops or starts", server),
    (2, "and the server's power goes", |world, _| world.kill_server(true)),
];

/// Something happens at some device.
pub fn any(world: &mut World) {
    if world.server.is_none() && world.chance.below(5) == 0 {
        world.start_server(true);
    }
    let index = below(world, world.devices.len());
    let all: u64 = ACTS.iter().map(|(weight, ..)| weight).sum();
    let mut left = world.chance.below(all);
    for (weight, name, act) in ACTS {
        if left < weight {
            world.tell(&format!("{} {name}", world.devices[index].name));
            return act(world, index);
        }
        left -= weight;
    }
}

pub fn below(world: &mut World, bound: usize) -> usize {
    usize::try_from(world.chance.below(bound as u64)).unwrap()
}

pub fn flip(world: &mut World) -> bool {
    world.chance.below(2) == 0
}

/// Somebody who is registered, or will be.
pub fn someone(world: &mut World) -> AccountId {
    AccountId(10_001 + world.chance.below(PEOPLE as u64))
}

/// A room that this one is in, or any.
fn some_room(world: &mut World, at: usize) -> RoomId {
    let own = world.devices[at].room(&mut world.chance);
    let any = RoomId(RoomId::FIRST.0 + world.chance.below(4));
    own.filter(|_| world.chance.below(6) > 0).unwrap_or(any)
}

pub fn some_target(world: &mut World, at: usize) -> Target {
    match world.chance.below(10) {
        0..4 => Target::Account(someone(world)),
        4..6 => Target::Lobby,
        _ => Target::Room(some_room(world, at)),
    }
}

pub fn order(world: &mut World, at: usize, command: Command) {
    let ticket = world.ticket();
    world.intent(at, Intent::Do { ticket, command });
}

fn say(world: &mut World, at: usize) {
    let to = some_target(world, at);
    let reply_to = flip(world).then(|| Seq(1 + world.chance.below(10)));
    let (text, mentions) = (String::new(), Mentions::default());
    world.say(at, to, Body::Text { text, reply_to, mentions });
}

fn say_many(world: &mut World, at: usize) {
    let to = some_target(world, at);
    for _ in 0..2 + world.chance.below(6) {
        world.say(at, to, Body::text(""));
    }
}

fn shake(world: &mut World, at: usize) {
    let to = Target::Account(someone(world));
    world.say(at, to, Body::Shake {});
}

/// Mostly what this device said lately, sometimes anything.
fn recall(world: &mut World, at: usize) {
    let any = (some_target(world, at), Seq(world.chance.below(40)));
    let own = world.devices[at].acknowledged.values();
    let own: Vec<_> = own.map(|message| (message.kind, message.seq)).collect();
    let account = world.devices[at].account;
    let found = match own.len() {
        0 => None,
        count => own.get(below(world, count)).copied(),
    };
    let found = found.and_then(|(kind, seq)| Some((kind.target_for(account?)?, seq)));
    let (to, seq) = found.unwrap_or(any);
    order(world, at, Command::Recall { to, seq });
}

fn mark_read(world: &mut World, at: usize) {
    let (ticket, with) = (world.ticket(), some_target(world, at));
    let seq = Seq(world.chance.below(40));
    world.intent(at, Intent::MarkRead { ticket, with, seq });
}

fn presence(world: &mut World, at: usize) {
    let all = [Presence::Online, Presence::Invisible, Presence::Busy, Presence::Away];
    let (ticket, presence) = (world.ticket(), all[below(world, all.len())]);
    world.intent(at, Intent::SetPresence { ticket, presence });
}

fn choose(world: &mut World, at: usize) {
    let with = some_target(world, at);
    let answers = [Stranger::No, Stranger::Declined];
    let change = ChoiceChange {
        pinned: Some(flip(world)),
        notify: flip(world).then_some(Notify::Mentions),
        stranger: flip(world).then(|| answers[below(world, 2)]),
    };
    order(world, at, Command::SetConversation { with, change });
}

fn ask_contact(world: &mut World, at: usize) {
    let (to, group) = (someone(world), GroupId::FIRST);
    let (greeting, remark) = ("hello".to_owned(), String::new());
    order(world, at, Command::AskContact { to, greeting, group, remark });
}

fn answer_contact(world: &mut World, at: usize) {
    let from = someone(world);
    let answer = match world.chance.below(6) {
        0 => ContactAnswer::Decline { reason: String::new() },
        1 => ContactAnswer::Ignore {},
        _ => ContactAnswer::Accept { group: GroupId::FIRST, remark: "old friend".to_owned() },
    };
    order(world, at, Command::AnswerContact { from, answer });
}

fn withdraw(world: &mut World, at: usize) {
    let to = someone(world);
    order(world, at, Command::WithdrawRequest { to });
}

fn remove_contact(world: &mut World, at: usize) {
    let account = someone(world);
    order(world, at, Command::RemoveContact { account });
}

fn set_contact(world: &mut World, at: usize) {
    let account = someone(world);
    let change = ContactChange {
        blocked: flip(world).then(|| world.chance.below(4) == 0),
        remark: flip(world).then(|| format!("remark {}", world.tickets)),
        ..ContactChange::default()
    };
    order(world, at, Command::SetContact { account, change });
}

fn groups(world: &mut World, at: usize) {
    let group = GroupId(1 + u32::try_from(world.chance.below(4)).unwrap());
    let name = format!("group {}", world.tickets);
    let command = match world.chance.below(3) {
        0 => Command::RemoveGroup { group },
        1 => Command::RenameGroup { group, name },
        _ => Command::AddGroup { name },
    };
    order(world, at, command);
}

fn create_room(world: &mut World, at: usize) {
    let joining = [Joining::Open, Joining::Approval, Joining::Closed][below(world, 3)];
    let name = format!("room {}", world.tickets);
    let invite = vec![someone(world), someone(world)];
    order(world, at, Command::CreateRoom { name, joining, invite, colour: None });
}

fn join_room(world: &mut World, at: usize) {
    let room = RoomId(RoomId::FIRST.0 + world.chance.below(4));
    order(world, at, Command::JoinRoom { room, greeting: "let me in".to_owned() });
}

fn invite(world: &mut World, at: usize) {
    let (room, account) = (some_room(world, at), someone(world));
    order(world, at, Command::InviteToRoom { room, account });
}

fn answer_invitation(world: &mut World, at: usize) {
    let book = world.devices[at].view.book.as_ref();
    let invited = book.and_then(|book| book.room_requests.keys().next().map(|key| key.0));
    let room = invited.unwrap_or(RoomId::FIRST);
    let accept = world.chance.below(4) > 0;
    order(world, at, Command::AnswerInvitation { room, accept });
}

fn answer_join(world: &mut World, at: usize) {
    let book = world.devices[at].view.book.as_ref();
    let asked = book.and_then(|book| book.room_requests.keys().next().copied());
    let Some((room, account, _)) = asked else { return };
    let accept = world.chance.below(4) > 0;
    order(world, at, Command::AnswerJoin { room, account, accept, reason: String::new() });
}

fn leave_room(world: &mut World, at: usize) {
    let room = some_room(world, at);
    order(world, at, Command::LeaveRoom { room });
}

fn kick(world: &mut World, at: usize) {
    let (room, account) = (some_room(world, at), someone(world));
    order(world, at, Command::Kick { room, account });
}

fn set_member(world: &mut World, at: usize) {
    let (room, account) = (some_room(world, at), someone(world));
    let change = match world.chance.below(3) {
        0 => MemberChange { mute_ms: Some(60_000), ..MemberChange::default() },
        1 => MemberChange { mute_ms: Some(0), ..MemberChange::default() },
        _ => {
            let rank = [Rank::Member, Rank::Admin, Rank::Owner][below(world, 3)];
            MemberChange { rank: Some(rank), ..MemberChange::default() }
        }
    };
    order(world, at, Command::SetMember { room, account, change });
}

fn set_room(world: &mut World, at: usize) {
    let room = some_room(world, at);
    let change = RoomSettings {
        name: flip(world).then(|| format!("name {}", world.tickets)),
        joining: flip(world).then_some(Joining::Open),
        announcement: flip(world).then(|| format!("news {}", world.tickets)),
        admins_only: None,
        colour: flip(world).then_some(3),
    };
    order(world, at, Command::SetRoom { room, change });
}

fn dissolve(world: &mut World, at: usize) {
    let room = some_room(world, at);
    order(world, at, Command::DissolveRoom { room });
}

fn signals(world: &mut World, at: usize) {
    let (to, watched) = (Target::Account(someone(world)), vec![someone(world)]);
    world.intent(at, Intent::Typing(to));
    world.intent(at, Intent::Watch(watched));
}

fn sign_out(world: &mut World, at: usize) {
    let ticket = world.ticket();
    world.intent(at, Intent::SignOut { ticket });
}

fn revoke(world: &mut World, at: usize) {
    let person = world.devices[at].person;
    let others = world.devices.iter().enumerate();
    let other = others.filter(|(other, device)| *other != at && device.person == person);
    let other = other.map(|(_, device)| device.id).next();
    match other {
        Some(device) if world.chance.below(4) > 0 => {
            order(world, at, Command::Revoke { device });
        }
        _ => order(world, at, Command::RevokeOthers {}),
    }
}

fn cut(world: &mut World, at: usize) {
    if let Some(wire) = world.devices[at].link {
        world.cut(wire);
    }
}

/// Its next sign-in overtakes what it says on the link before.
fn overtake(world: &mut World, at: usize) {
    let Some(wire) = world.devices[at].link else { return };
    world.slow_down(wire);
    say_many(world, at);
    // It is kept first, and goes out then.
    world.run_for(Duration::from_millis(60));
    world.abandon(at);
    world.intent(at, Intent::ReconnectNow);
}

fn hole(world: &mut World, at: usize) {
    let holes = [[true, false], [false, true], [true, true]][below(world, 3)];
    let link = world.devices[at].link;
    if let Some(link) = link.and_then(|wire| world.wires.get_mut(&wire)) {
        link.holes = holes;
    }
}

fn clog(world: &mut World, at: usize) {
    let Some(wire) = world.devices[at].link else { return };
    match world.wires.get_mut(&wire) {
        Some(link) if link.is_clogged => world.unclog(wire),
        Some(link) => link.is_clogged = true,
        None => {}
    }
}

fn jump(world: &mut World, at: usize) {
    let skew = i64::try_from(world.chance.below(2 * TEN_YEARS_MS)).unwrap();
    let skew = skew - i64::try_from(TEN_YEARS_MS).unwrap();
    match world.chance.below(3) {
        0 => world.skew_ms = skew,
        _ => world.devices[at].skew_ms = skew,
    }
}

fn server(world: &mut World, _: usize) {
    match world.server.is_some() {
        true => world.stop_server(),
        false => world.start_server(true),
    }
    // It is never away for long, or nothing else would happen.
    let away = Duration::from_millis(world.chance.below(8_000));
    world.run_for(away);
    world.start_server(true);
}
