//! Rooms: finding, joining, requests, making one, inviting.

use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{
    AccountId, Contact, ConversationId, Door, Joining, Member, Notice, OwnRoom, Rank, RequestState,
    Room, RoomId, RoomRequest, Seq, Target, Way,
};
use crate::net::protocol::{Command, Query, Reason, Reply};
use crate::ui::app::add::{AddMsg, Page, RequestRow, Results, Side};
use crate::ui::app::contacts::ContactMsg;
use crate::ui::app::create_room::{CreateRoomMsg, Hindrance, Making};
use crate::ui::app::doors::{DoorMsg, Entry};
use crate::ui::app::panel::{PanelMsg, Tab};
use crate::ui::app::prompt::PromptMsg;
use crate::ui::app::rows::Row;
use crate::ui::app::testing::{NOON_MS, World, person, ticket_of};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const ME: AccountId = AccountId(10_001);
const MOMO: AccountId = AccountId(10_002);
const ROOK: AccountId = AccountId(10_003);
const LAB: RoomId = RoomId(20_001);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn room(number: u64, name: &str, joining: Joining) -> Room {
    Room {
        room: RoomId(number),
        conversation: ConversationId(number),
        name: name.to_owned(),
        owner: ROOK,
        joining,
        admins_only: false,
        announcement: None,
        members: 3,
        version: 1,
        since: NOON_MS,
        colour: None,
    }
}

fn member(account: AccountId, rank: Rank) -> Member {
    Member { account, rank, card: String::new(), muted_until: 0, since: NOON_MS, first: Seq(1) }
}

fn inside(number: u64, rank: Rank) -> Notice {
    let room = room(number, "Lab", Joining::Approval);
    Notice::Room(OwnRoom { room, member: member(ME, rank) })
}

fn request(room: RoomId, account: AccountId, door: Door, by: AccountId) -> RoomRequest {
    RoomRequest {
        room,
        account,
        door,
        name: "Lab".into(),
        by,
        greeting: String::new(),
        at: NOON_MS,
        state: RequestState::Pending,
        answered_by: None,
        reason: String::new(),
    }
}

fn notice(world: &mut World, notice: Notice) -> Vec<Effect> {
    world.event(ClientEvent::Notice(Box::new(notice)))
}

fn told(world: &mut World, request: RoomRequest) -> Vec<Effect> {
    notice(world, Notice::RoomRequest(request))
}

fn door(world: &mut World, msg: DoorMsg) -> Vec<Effect> {
    world.send(Msg::Add(AddMsg::Room(msg)))
}

fn make(world: &mut World, msg: CreateRoomMsg) -> Vec<Effect> {
    world.send(Msg::CreateRoom(msg))
}

/// What is asked for, with the tickets.
fn commands(effects: &[Effect]) -> Vec<(u64, Command)> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(Intent::Do { ticket, command }) => Some((*ticket, command.clone())),
        _ => None,
    });
    asked.collect()
}

fn command(effects: &[Effect]) -> (u64, Command) {
    let mut all = commands(effects);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn answer(world: &mut World, ticket: u64, result: Result<Answer, Failure>) -> Vec<Effect> {
    world.event(ClientEvent::Answered { ticket, result })
}

fn refused(reason: Reason) -> Failure {
    Failure::Refused(reason.into())
}

fn reply(rooms: Vec<Room>, more: bool) -> Answer {
    Answer::Looked(Reply::FoundRooms { rooms, more })
}

/// Somebody with two friends.
fn world() -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(10_002, "Momo"), person(10_003, "Rook")]));
    for account in [MOMO, ROOK] {
        let contact = Contact { friend: true, ..Contact::stranger(account) };
        notice(&mut world, Notice::Contact(contact));
    }
    world
}

/// The same, to whom these rooms are shown.
fn found(rooms: Vec<Room>) -> World {
    let mut world = world();
    world.send(Msg::Add(AddMsg::OpenRooms));
    let effects = door(&mut world, DoorMsg::Search("lab".into()));
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    answer(&mut world, ticket, Ok(reply(rooms, false)));
    world
}

fn entries(world: &World) -> Vec<Entry> {
    world.model.room_cards().into_iter().map(|card| card.entry).collect()
}

fn making(world: &World) -> &Making {
    world.model.doors.making.as_ref().expect("its window stands")
}

#[test]
fn rooms_are_found_apart_from_people() {
    let mut world = world();
    let effects = world.send(Msg::Add(AddMsg::OpenRooms));
    assert!(matches!(effects[..], [Effect::RaiseAdd]));
    world.send(Msg::Add(AddMsg::Search { text: "mo".into(), online: false }));
    let effects = door(&mut world, DoorMsg::Search(" lab ".into()));
    let [Effect::Ask(Intent::Look { ticket, query })] = &effects[..] else { panic!() };
    assert_eq!(*query, Query::FindRooms { text: "lab".into(), skip: 0 });
    let old = *ticket;
    let effects = door(&mut world, DoorMsg::Search("labs".into()));
    answer(&mut world, old, Ok(reply(vec![room(20_009, "old", Joining::Open)], false)));
    let add = world.model.add.clone().unwrap();
    assert_eq!(
        (add.page, add.rooms.results),
        (Page::Rooms, Results::Asked),
        "that was the old one"
    );
    assert_eq!((add.text.as_str(), add.results), ("mo", Results::Asked), "of people");
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    answer(&mut world, ticket, Ok(reply(vec![room(20_001, "Labs", Joining::Open)], true)));
    let more = door(&mut world, DoorMsg::More);
    let [Effect::Ask(Intent::Look { ticket, query })] = &more[..] else { panic!() };
    assert_eq!(*query, Query::FindRooms { text: "labs".into(), skip: 1 });
    assert!(door(&mut world, DoorMsg::More).is_empty(), "they are on their way");
    answer(&mut world, *ticket, Ok(reply(vec![room(20_002, "Labs 2", Joining::Open)], false)));
    assert_eq!(world.model.room_cards().len(), 2);
    door(&mut world, DoorMsg::Clear);
    assert_eq!(world.model.add.as_ref().unwrap().rooms.results, Results::None);
    assert_eq!(world.model.add.as_ref().unwrap().text, "mo");
}

#[test]
fn what_no_room_can_be_called_is_not_asked_for() {
    let mut world = world();
    assert!(door(&mut world, DoorMsg::Search("  ".into())).is_empty());
    assert_eq!(world.model.add.as_ref().unwrap().rooms.results, Results::None);
    assert!(door(&mut world, DoorMsg::Search("字".repeat(21))).is_empty());
    let results = world.model.add.clone().unwrap().rooms.results;
    assert_eq!(results, Results::Found { found: vec![], more: false, asked: false });
    assert!(!door(&mut world, DoorMsg::Search("字".repeat(20))).is_empty());
    let effects = door(&mut world, DoorMsg::Search("20001".into()));
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    answer(&mut world, ticket, Err(Failure::Offline));
    let results = world.model.add.clone().unwrap().rooms.results;
    assert_eq!(results, Results::Failed(Failure::Offline));
}

#[test]
fn a_room_says_how_one_comes_in() {
    let mut world = found(vec![
        room(20_001, "in", Joining::Closed),
        room(20_002, "invited", Joining::Closed),
        room(20_003, "asked", Joining::Approval),
        room(20_004, "open", Joining::Open),
        room(20_005, "approval", Joining::Approval),
        room(20_006, "closed", Joining::Closed),
    ]);
    notice(&mut world, inside(20_001, Rank::Member));
    told(&mut world, request(RoomId(20_002), ME, Door::Invited, ROOK));
    told(&mut world, request(RoomId(20_003), ME, Door::Asks, ME));
    let all = [Entry::Open, Entry::Accept, Entry::Waiting, Entry::Join, Entry::Ask, Entry::Closed];
    assert_eq!(entries(&world), all);
    assert_eq!(world.model.room_cards()[0].room.name, "Lab", "as it is now");
    world.now.wall_ms += 31 * DAY_MS;
    world.pass(250);
    assert_eq!(entries(&world)[1..3], [Entry::Closed, Entry::Ask], "their time is over");
    for number in [20_001, 20_002, 20_006] {
        assert!(door(&mut world, DoorMsg::Enter(RoomId(number))).is_empty());
    }
}

#[test]
fn an_open_room_is_entered_at_once_and_only_once() {
    let mut world = found(vec![room(20_001, "Lab", Joining::Open)]);
    let (ticket, asked) = command(&door(&mut world, DoorMsg::Enter(LAB)));
    assert_eq!(asked, Command::JoinRoom { room: LAB, greeting: String::new() });
    assert!(door(&mut world, DoorMsg::Enter(LAB)).is_empty(), "it is on its way");
    let effects = answer(&mut world, ticket, Err(refused(Reason::RoomFull)));
    assert!(
        matches!(&effects[..], [Effect::Say(failure)] if *failure == refused(Reason::RoomFull))
    );
    let (ticket, _) = command(&door(&mut world, DoorMsg::Enter(LAB)));
    notice(&mut world, inside(20_001, Rank::Member));
    let effects = answer(&mut world, ticket, Ok(Answer::Done));
    assert!(matches!(&effects[..], [Effect::TellOf("door.joined", name)] if name == "Lab"));
    assert_eq!(entries(&world), [Entry::Open]);
}

#[test]
fn who_asks_to_come_in_says_why_and_waits() {
    let mut world = found(vec![room(20_001, "Lab", Joining::Approval)]);
    assert!(door(&mut world, DoorMsg::Enter(LAB)).is_empty());
    let knock = |world: &World| world.model.add.as_ref().unwrap().rooms.knock.clone();
    assert!(knock(&world).is_some());
    let (ticket, asked) = command(&door(&mut world, DoorMsg::Knock("hi".into())));
    assert_eq!(asked, Command::JoinRoom { room: LAB, greeting: "hi".into() });
    assert!(door(&mut world, DoorMsg::Knock("hi".into())).is_empty(), "once");
    answer(&mut world, ticket, Err(refused(Reason::WordsTooLong)));
    let asking = knock(&world).unwrap();
    assert_eq!((asking.error, asking.busy), (Some(refused(Reason::WordsTooLong)), false));
    door(&mut world, DoorMsg::Typed);
    assert_eq!(knock(&world).unwrap().error, None);
    let (ticket, _) = command(&door(&mut world, DoorMsg::Knock("h".into())));
    told(&mut world, request(LAB, ME, Door::Asks, ME));
    let effects = answer(&mut world, ticket, Ok(Answer::Done));
    assert!(matches!(&effects[..], [Effect::TellOf("door.asked", _)]));
    assert_eq!((knock(&world), entries(&world)), (None, vec![Entry::Waiting]));
    let (_, asked) = command(&door(&mut world, DoorMsg::Withdraw(LAB)));
    assert_eq!(asked, Command::WithdrawJoin { room: LAB });
}

#[test]
fn a_request_whose_window_was_closed_is_answered_in_passing() {
    let mut world = found(vec![room(20_001, "Lab", Joining::Approval)]);
    door(&mut world, DoorMsg::Enter(LAB));
    let (ticket, _) = command(&door(&mut world, DoorMsg::Knock(String::new())));
    door(&mut world, DoorMsg::Leave);
    let effects = answer(&mut world, ticket, Err(Failure::LinkLost));
    assert!(matches!(&effects[..], [Effect::Say(Failure::LinkLost)]));
}

#[test]
fn invitations_and_who_asks_are_counted_with_the_friends() {
    let mut world = world();
    notice(&mut world, inside(20_001, Rank::Admin));
    told(&mut world, request(RoomId(20_002), ME, Door::Invited, ROOK));
    let newer = RoomRequest { at: NOON_MS + 1, ..request(LAB, MOMO, Door::Asks, MOMO) };
    told(&mut world, newer);
    told(&mut world, request(RoomId(20_003), ME, Door::Asks, ME));
    assert_eq!((world.model.open_requests(), world.model.open_friend_requests()), (2, 0));
    world.send(Msg::Panel(PanelMsg::Tab(Tab::Rooms)));
    let list = world.model.panel_rows(Language::English);
    assert!(list.contains(&Row::Invitations(2)), "among the rooms they are counted too");
    assert_eq!(world.model.request_counts(), (2, 1));
    world.send(Msg::Add(AddMsg::Open(Page::Requests)));
    let rows = |world: &World| -> Vec<(Way, AccountId)> {
        let rows = world.model.request_rows().into_iter().filter_map(|row| match row {
            RequestRow::Room(row) => Some((row.way, row.who)),
            _ => None,
        });
        rows.collect()
    };
    assert_eq!(rows(&world), [(Way::In, MOMO), (Way::In, ROOK), (Way::Out, ME)]);
    world.send(Msg::Add(AddMsg::Side(Side::Sent)));
    assert_eq!(rows(&world), [(Way::Out, ME)]);
    // Their time is over: one's own are cleared by oneself, those of others by the server.
    world.now.wall_ms += 31 * DAY_MS;
    world.pass(250);
    assert_eq!((world.model.open_requests(), world.model.request_counts()), (0, (1, 1)));
    assert!(world.model.has_handled_requests());
}

#[test]
fn requests_are_answered_with_a_reason_for_no() {
    let mut world = world();
    notice(&mut world, inside(20_001, Rank::Admin));
    told(&mut world, request(LAB, MOMO, Door::Asks, MOMO));
    let answer_join = |accept, reason: &str| {
        let reason = reason.to_owned();
        Command::AnswerJoin { room: LAB, account: MOMO, accept, reason }
    };
    let (_, asked) = command(&door(&mut world, DoorMsg::LetIn(LAB, MOMO)));
    assert_eq!(asked, answer_join(true, ""));
    assert!(door(&mut world, DoorMsg::TurnAway(LAB, MOMO)).is_empty());
    let (ticket, asked) = command(&world.send(Msg::Prompt(PromptMsg::Submit("full".into()))));
    assert_eq!(asked, answer_join(false, "full"));
    answer(&mut world, ticket, Ok(Answer::Done));
    assert_eq!(world.model.prompt, None);
}

#[test]
fn an_invitation_leads_into_the_room_or_to_those_who_decide() {
    let mut world = world();
    let (_, asked) = command(&door(&mut world, DoorMsg::AnswerInvitation(LAB, false)));
    assert_eq!(asked, Command::AnswerInvitation { room: LAB, accept: false });
    told(&mut world, request(LAB, ME, Door::Invited, ROOK));
    let accept = |world: &mut World| door(world, DoorMsg::AnswerInvitation(LAB, true));
    let (ticket, _) = command(&accept(&mut world));
    assert!(accept(&mut world).is_empty(), "once");
    let effects = answer(&mut world, ticket, Ok(Answer::Done));
    assert!(matches!(&effects[..], [Effect::TellOf("door.asked", name)] if name == "Lab"));
    let (ticket, _) = command(&accept(&mut world));
    notice(&mut world, inside(20_001, Rank::Member));
    let effects = answer(&mut world, ticket, Ok(Answer::Done));
    assert!(matches!(&effects[..], [Effect::TellOf("door.joined", _)]));
}

#[test]
fn what_became_of_a_request_stays_in_sight_until_it_is_cleared() {
    let mut world = world();
    let asked = request(LAB, ME, Door::Asks, ME);
    told(&mut world, asked.clone());
    let (state, reason) = (RequestState::Declined, "full".to_owned());
    let no = RoomRequest { state, reason, answered_by: Some(ROOK), ..asked.clone() };
    let effects = told(&mut world, no.clone());
    assert!(matches!(&effects[..], [Effect::TellOf("door.declined", name)] if name == "Lab"));
    assert!(told(&mut world, RoomRequest { answered_by: Some(ME), ..no.clone() }).is_empty());
    told(&mut world, no);
    let rows = world.model.room_rows();
    assert_eq!((rows.len(), rows[0].is_open, rows[0].request.reason.as_str()), (1, false, "full"));
    assert!(world.model.has_handled_requests());
    told(&mut world, asked.clone());
    assert_eq!(world.model.room_rows().len(), 1, "asked anew");
    assert!(world.model.room_rows()[0].is_open);
    let accepted = RequestState::Accepted;
    let yes = RoomRequest { state: accepted, answered_by: Some(ROOK), ..asked.clone() };
    let effects = told(&mut world, yes);
    assert!(matches!(&effects[..], [Effect::TellOf("door.joined", _)]));
    told(&mut world, RoomRequest { state, ..asked });
    // Who was invited by oneself said yes.
    let state = RequestState::Accepted;
    told(&mut world, RoomRequest { state, ..request(LAB, MOMO, Door::Invited, ME) });
    assert_eq!(world.model.room_rows()[1].way, Way::Out);
    world.send(Msg::Contact(ContactMsg::ClearRequests));
    assert!(world.model.room_rows().is_empty() && !world.model.has_handled_requests());
}

#[test]
fn a_room_is_made_and_its_chat_opens() {
    let mut world = world();
    make(&mut world, CreateRoomMsg::Open);
    assert_eq!(making(&world).joining, Joining::Approval);
    make(&mut world, CreateRoomMsg::Toggle(MOMO));
    make(&mut world, CreateRoomMsg::Toggle(ROOK));
    make(&mut world, CreateRoomMsg::Toggle(ROOK));
    make(&mut world, CreateRoomMsg::Joining(Joining::Open));
    make(&mut world, CreateRoomMsg::Colour(3));
    let (ticket, asked) = command(&make(&mut world, CreateRoomMsg::Submit(" Lab ".into())));
    let invite = vec![MOMO];
    let expected =
        Command::CreateRoom { name: "Lab".into(), joining: Joining::Open, invite, colour: Some(3) };
    assert_eq!(asked, expected);
    assert!(make(&mut world, CreateRoomMsg::Submit("Lab".into())).is_empty(), "once");
    make(&mut world, CreateRoomMsg::Toggle(MOMO));
    assert!(making(&world).chosen.contains(&MOMO), "it is on its way");
    let room = room(20_001, "Lab", Joining::Open);
    let reply = Reply::Room { room, member: Some(member(ME, Rank::Owner)) };
    let effects = answer(&mut world, ticket, Ok(Answer::Looked(reply)));
    let opens = |effect: &Effect| matches!(effect, Effect::OpenChat(Target::Room(LAB)));
    assert!(effects.iter().any(opens));
    assert!(world.model.doors.making.is_none());
}

#[test]
fn what_is_wrong_stands_at_its_place() {
    let mut world = world();
    make(&mut world, CreateRoomMsg::Open);
    for (name, reason) in [
        (" ".to_owned(), Reason::WordsEmpty),
        ("字".repeat(21), Reason::WordsTooLong),
        ("a\u{202E}b".to_owned(), Reason::WordsCharacter),
    ] {
        assert!(make(&mut world, CreateRoomMsg::Submit(name)).is_empty());
        let Some(Hindrance::Name(Failure::Refused(refusal))) = &making(&world).hindrance else {
            panic!("{reason:?}")
        };
        assert_eq!(refusal.reason, reason);
        make(&mut world, CreateRoomMsg::Typed);
        assert_eq!(making(&world).hindrance, None);
    }
    for (reason, is_name) in [(Reason::WordsCharacter, true), (Reason::RoomsToday, false)] {
        let (ticket, _) = command(&make(&mut world, CreateRoomMsg::Submit("Lab".into())));
        answer(&mut world, ticket, Err(refused(reason)));
        let expected = match is_name {
            true => Hindrance::Name(refused(reason)),
            false => Hindrance::Other(refused(reason)),
        };
        assert_eq!(making(&world).hindrance, Some(expected));
        assert!(!making(&world).busy);
    }
}

#[test]
fn a_room_whose_window_was_closed_opens_nothing() {
    let mut world = world();
    make(&mut world, CreateRoomMsg::Open);
    let (ticket, _) = command(&make(&mut world, CreateRoomMsg::Submit("Lab".into())));
    make(&mut world, CreateRoomMsg::Close);
    make(&mut world, CreateRoomMsg::Open);
    let room = room(20_001, "Lab", Joining::Open);
    let effects =
        answer(&mut world, ticket, Ok(Answer::Looked(Reply::Room { room, member: None })));
    assert!(effects.is_empty());
    assert!(world.model.doors.making.is_some(), "the next one is being written");
}

#[test]
fn no_more_are_chosen_than_can_be_invited_at_once() {
    let mut world = world();
    make(&mut world, CreateRoomMsg::Open);
    for number in 0..50 {
        make(&mut world, CreateRoomMsg::Toggle(AccountId(11_000 + number)));
    }
    make(&mut world, CreateRoomMsg::Toggle(MOMO));
    assert_eq!(making(&world).hindrance, Some(Hindrance::Most(50)));
    assert_eq!(making(&world).chosen.len(), 50);
    make(&mut world, CreateRoomMsg::Toggle(AccountId(11_000)));
    make(&mut world, CreateRoomMsg::Toggle(MOMO));
    assert_eq!((making(&world).hindrance.clone(), making(&world).chosen.len()), (None, 50));
}

#[test]
fn friends_are_looked_for_by_remark_name_and_number() {
    let mut world = world();
    let contact = Contact { friend: true, remark: "小满".into(), ..Contact::stranger(MOMO) };
    notice(&mut world, Notice::Contact(contact));
    make(&mut world, CreateRoomMsg::Open);
    let names = |world: &World| -> Vec<String> {
        world.model.guests().into_iter().map(|guest| guest.name).collect()
    };
    assert_eq!(names(&world), ["Rook", "小满"]);
    for typed in ["xm", "mom", "10002"] {
        make(&mut world, CreateRoomMsg::Filter(typed.into()));
        assert_eq!(names(&world), ["小满"], "{typed}");
    }
    make(&mut world, CreateRoomMsg::Filter("nobody".into()));
    assert!(names(&world).is_empty());
}

#[test]
fn friends_are_invited_into_a_room_that_is_there() {
    let mut world = world();
    notice(&mut world, inside(20_001, Rank::Owner));
    let effects = make(&mut world, CreateRoomMsg::Invite(LAB));
    let [Effect::Ask(Intent::Look { ticket, query })] = &effects[..] else { panic!() };
    assert_eq!(*query, Query::Members { room: LAB, after: AccountId(0) });
    let members = vec![member(ME, Rank::Owner)];
    let page = |members, more| Ok(Answer::Looked(Reply::Members { members, more }));
    let effects = answer(&mut world, *ticket, page(members, true));
    let [Effect::Ask(Intent::Look { ticket, query })] = &effects[..] else { panic!() };
    assert_eq!(*query, Query::Members { room: LAB, after: ME });
    answer(&mut world, *ticket, page(vec![member(ROOK, Rank::Member)], false));
    let inside: Vec<bool> = world.model.guests().iter().map(|guest| guest.is_inside).collect();
    assert_eq!(inside, [false, true]);
    make(&mut world, CreateRoomMsg::Toggle(ROOK));
    assert!(making(&world).chosen.is_empty(), "in it already");
    assert!(make(&mut world, CreateRoomMsg::Submit(String::new())).is_empty(), "nobody is chosen");
    make(&mut world, CreateRoomMsg::Toggle(MOMO));
    let (ticket, asked) = command(&make(&mut world, CreateRoomMsg::Submit(String::new())));
    assert_eq!(asked, Command::InviteToRoom { room: LAB, account: MOMO });
    let effects = answer(&mut world, ticket, Err(refused(Reason::AlreadyAsked)));
    assert!(matches!(&effects[..], [Effect::Tell("door.invited")]), "as one wanted");
    assert!(world.model.doors.making.is_none());
}

#[test]
fn who_cannot_be_invited_stays_chosen_with_the_reason() {
    let mut world = world();
    make(&mut world, CreateRoomMsg::Invite(LAB));
    make(&mut world, CreateRoomMsg::Toggle(MOMO));
    make(&mut world, CreateRoomMsg::Toggle(ROOK));
    let asked = commands(&make(&mut world, CreateRoomMsg::Submit(String::new())));
    let [(first, _), (second, _)] = asked[..] else { panic!() };
    answer(&mut world, first, Err(refused(Reason::PeerFull)));
    assert!(making(&world).busy, "the other is on its way");
    assert!(answer(&mut world, second, Ok(Answer::Done)).is_empty());
    assert!(!making(&world).busy);
    assert_eq!(making(&world).hindrance, Some(Hindrance::Guest(MOMO, refused(Reason::PeerFull))));
    assert_eq!(making(&world).chosen.iter().collect::<Vec<_>>(), [&MOMO]);
}
