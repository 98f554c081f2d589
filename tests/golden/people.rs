//! Samples and tables of what accounts keep and say of one another.

use mychat::domain::{
    Asking, BlobId, Book, Contact, ContactRequest, Details, Gender, Group, GroupId, Notice,
    Parting, Privacy, RequestState, Way, first_groups,
};
use mychat::net::protocol::{ContactAnswer, ContactChange, DeviceRow, ProfileChange};

use super::*;

pub const BLOB: BlobId = BlobId([0xB1; 32]);

pub fn profile_change() -> ProfileChange {
    ProfileChange {
        nickname: Some("青柠".into()),
        signature: Some("海内存知己".into()),
        gender: Some(Gender::Female),
        birthday: Some("2008-02-29".into()),
        class: Some("软工 2401".into()),
        about: Some("\n".into()),
        avatar: Some(5),
        picture: Some(BLOB),
    }
}

pub fn contact_change() -> ContactChange {
    ContactChange {
        group: Some(GroupId(2)),
        remark: Some("同桌".into()),
        blocked: Some(true),
        shakes: Some(false),
    }
}

pub fn privacy() -> Privacy {
    Privacy { asking: Asking::Welcome, by_number: false, read_marks: false, ..Privacy::default() }
}

pub fn details() -> Details {
    Details {
        gender: Gender::Male,
        birthday: "2008-02-29".into(),
        class: "软工 2401".into(),
        about: "hi".into(),
    }
}

pub fn device() -> DeviceRow {
    DeviceRow {
        device: DEVICE,
        name: "宿舍的电脑".into(),
        client: "mychat 0.1.0 linux".into(),
        address: "192.168.3.21".into(),
        created: AT,
        used: AT + 1,
        current: true,
    }
}

pub fn contact() -> Contact {
    Contact {
        account: PLUM,
        friend: true,
        group: GroupId(2),
        remark: "同桌".into(),
        blocked: false,
        shakes: false,
        since: AT,
    }
}

pub fn request() -> ContactRequest {
    ContactRequest {
        peer: PLUM,
        way: Way::In,
        greeting: "我是梅子".into(),
        group: GroupId::FIRST,
        remark: String::new(),
        at: AT,
        state: RequestState::Pending,
        reason: String::new(),
    }
}

pub fn groups() -> Vec<Group> {
    let mut groups = first_groups();
    groups.push(Group { id: GroupId(2), name: "同班同学".into() });
    groups
}

table!(notices, value, Notice {
    "notice.contact", Notice::Contact(_) => Notice::Contact(contact());
    "notice.contact_gone", Notice::ContactGone { .. } => Notice::ContactGone { account: PLUM };
    "notice.groups", Notice::Groups { .. } => Notice::Groups { groups: groups() };
    "notice.request", Notice::Request(_) => Notice::Request(request());
    "notice.request_gone", Notice::RequestGone { .. } =>
        Notice::RequestGone { peer: PLUM, way: Way::Out };
    "notice.privacy", Notice::Privacy(_) => Notice::Privacy(privacy());
    "notice.room", Notice::Room(_) => Notice::Room(rooms::own_room());
    "notice.room_gone", Notice::RoomGone { .. } =>
        Notice::RoomGone { room: rooms::ROOM, why: Parting::Kicked };
    "notice.room_request", Notice::RoomRequest(_) => Notice::RoomRequest(rooms::room_request());
    "notice.room_request_gone", Notice::RoomRequestGone { .. } =>
        Notice::RoomRequestGone { room: rooms::ROOM, account: PLUM, door: Door::Invited };
    "notice.choice", Notice::Choice { .. } =>
        Notice::Choice { with: Target::Account(PLUM), choice: rooms::choice() };
});

table!(answers, value, ContactAnswer {
    "answer.accept", ContactAnswer::Accept { .. } =>
        ContactAnswer::Accept { group: GroupId(2), remark: "同桌".into() };
    "answer.decline", ContactAnswer::Decline { .. } =>
        ContactAnswer::Decline { reason: "我们认识吗？".into() };
    "answer.ignore", ContactAnswer::Ignore {} => ContactAnswer::Ignore {};
    "answer.block", ContactAnswer::Block {} => ContactAnswer::Block {};
});

table!(request_states, value, RequestState {
    "request_state.pending", RequestState::Pending => RequestState::Pending;
    "request_state.accepted", RequestState::Accepted => RequestState::Accepted;
    "request_state.declined", RequestState::Declined => RequestState::Declined;
    "request_state.ignored", RequestState::Ignored => RequestState::Ignored;
});

table!(ways, value, Way {
    "way.in", Way::In => Way::In;
    "way.out", Way::Out => Way::Out;
});

table!(askings, value, Asking {
    "asking.ask", Asking::Ask => Asking::Ask;
    "asking.welcome", Asking::Welcome => Asking::Welcome;
    "asking.nobody", Asking::Nobody => Asking::Nobody;
});

table!(genders, value, Gender {
    "gender.unsaid", Gender::Unsaid => Gender::Unsaid;
    "gender.female", Gender::Female => Gender::Female;
    "gender.male", Gender::Male => Gender::Male;
});

/// The tables of this file.
pub const TABLES: [fn(&mut Folder); 6] = [notices, answers, request_states, ways, askings, genders];

#[test]
fn a_contact_of_an_older_program_may_shake_and_is_not_blocked() {
    let old = b"\x82\xA7account\xCD\x27\x12\xA6friend\xC3";
    let contact = codec::from_bytes::<Contact>(old).unwrap();
    assert_eq!(contact, Contact { friend: true, ..Contact::stranger(PLUM) });
    let privacy = codec::from_bytes::<Privacy>(b"\x80").unwrap();
    assert_eq!(privacy, Privacy::default());
    assert_eq!(Book::default().groups, first_groups());
}
