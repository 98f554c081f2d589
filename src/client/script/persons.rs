//! People, contacts, groups and requests as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::people::privacy_shape;
use super::rooms;
use super::shapes::presence_name;
use crate::clock;
use crate::domain::{
    AccountId, Book, Contact, ContactRequest, Details, Gender, Group, GroupId, Notice, Person,
    RequestState, Room, Way,
};
use crate::net::protocol::{DeviceRow, Reply};

/// What is known of people and of one's own book.
#[derive(Default)]
pub(super) struct Persons {
    pub known: BTreeMap<AccountId, Person>,
    pub book: Option<Book>,
}

impl Persons {
    pub(super) fn learn(&mut self, people: &[Person]) {
        for person in people {
            self.known.insert(person.account, person.clone());
        }
    }

    /// A part of the book.
    pub(super) fn say(&self, what: &str) -> Value {
        let empty = Book::default();
        let book = self.book.as_ref().unwrap_or(&empty);
        match what {
            "groups" => json!({ "groups": groups(&book.groups) }),
            "privacy" => privacy_shape(&book.privacy),
            "rooms" => rooms::rooms(book),
            "conversations" => rooms::conversations(book),
            _ => {
                let contacts = book.contacts.values().map(|contact| self.contact(book, contact));
                let requests = book.requests.values().map(|request| self.request(request));
                json!({
                    "groups": groups(&book.groups),
                    "contacts": contacts.collect::<Vec<_>>(),
                    "requests": requests.collect::<Vec<_>>(),
                })
            }
        }
    }

    fn contact(&self, book: &Book, contact: &Contact) -> Value {
        json!({
            "account": contact.account.0,
            "nickname": self.nickname(contact.account),
            "friend": contact.friend,
            "group": group_name(book, contact.group),
            "remark": contact.remark,
            "blocked": contact.blocked,
            "shake": contact.shakes,
            "since": contact.since,
        })
    }

    fn request(&self, request: &ContactRequest) -> Value {
        json!({
            "account": request.peer.0,
            "nickname": self.nickname(request.peer),
            "way": match request.way {
                Way::In => "in",
                Way::Out => "out",
            },
            "greeting": request.greeting,
            "at": request.at,
            "state": match request.state {
                RequestState::Pending if request.is_expired(clock::wall_ms()) => "expired",
                RequestState::Pending => "pending",
                RequestState::Accepted => "accepted",
                RequestState::Declined => "declined",
                RequestState::Ignored => "ignored",
            },
            "reason": request.reason,
        })
    }

    fn nickname(&self, account: AccountId) -> Option<&str> {
        self.known.get(&account).map(|person| person.nickname.as_str())
    }

    /// A room changed.
    pub(super) fn room(&mut self, room: &Room) -> Value {
        let own = self.book.as_mut().and_then(|book| book.rooms.get_mut(&room.room));
        if let Some(own) = own {
            own.room = room.clone();
        }
        rooms::changed(room)
    }

    /// A change of the book: taken in, then told.
    pub(super) fn notice(&mut self, notice: &Notice) -> Value {
        let mut book = self.book.take().unwrap_or_default();
        book.apply(notice);
        if let Some(event) = rooms::notice(notice) {
            self.book = Some(book);
            return event;
        }
        let mut event = match notice {
            Notice::Contact(contact) => self.contact(&book, contact),
            Notice::ContactGone { account } => json!({ "account": account.0 }),
            Notice::Groups { groups: list } => json!({ "groups": groups(list) }),
            Notice::Request(request) => self.request(request),
            Notice::RequestGone { peer, way } => json!({
                "account": peer.0,
                "way": if *way == Way::In { "in" } else { "out" },
            }),
            Notice::Privacy(privacy) => privacy_shape(privacy),
            _ => json!({}),
        };
        self.book = Some(book);
        event["event"] = json!("contact");
        event["what"] = json!(match notice {
            Notice::Contact(_) => "contact",
            Notice::ContactGone { .. } => "contact_gone",
            Notice::Groups { .. } => "groups",
            Notice::Request(_) => "request",
            Notice::RequestGone { .. } => "request_gone",
            Notice::Privacy(_) => "privacy",
            _ => "other",
        });
        event
    }
}

/// Somebody as others see it.
pub(super) fn person(person: &Person) -> Value {
    json!({
        "account": person.account.0,
        "nickname": person.nickname,
        "signature": person.signature,
        "avatar": person.avatar,
        "picture": person.picture.map(|blob| blob.to_string()),
        "deleted": person.is_gone(),
        "version": person.version,
    })
}

/// What the server answered to a question.
pub(super) fn looked(reply: &Reply) -> Value {
    match reply {
        Reply::Profile { person, details, seen } => profile(person, details, *seen),
        Reply::Found { people, more } => {
            let people = people.iter().map(|found| {
                let mut value = person(&found.person);
                value["presence"] = json!(presence_name(found.presence));
                value
            });
            json!({ "results": people.collect::<Vec<_>>(), "more": more })
        }
        Reply::Devices { devices } => {
            json!({ "devices": devices.iter().map(device).collect::<Vec<_>>() })
        }
        reply => rooms::looked(reply),
    }
}

fn profile(of: &Person, details: &Details, seen: Option<i64>) -> Value {
    let mut value = person(of);
    value["gender"] = json!(match details.gender {
        Gender::Unsaid => "",
        Gender::Female => "female",
        Gender::Male => "male",
    });
    value["birthday"] = json!(details.birthday);
    value["class"] = json!(details.class);
    value["about"] = json!(details.about);
    value["seen"] = json!(seen);
    value
}

fn device(row: &DeviceRow) -> Value {
    json!({
        "device": row.device.to_string(),
        "name": row.name,
        "client": row.client,
        "address": row.address,
        "created": row.created,
        "used": row.used,
        "current": row.current,
    })
}

fn groups(groups: &[Group]) -> Value {
    groups.iter().map(|group| json!(group.name)).collect()
}

fn group_name(book: &Book, id: GroupId) -> &str {
    let found = book.groups.iter().find(|group| group.id == id);
    found.map_or("", |group| group.name.as_str())
}
