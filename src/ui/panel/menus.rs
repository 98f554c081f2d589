//! The menus of the main panel.

use fltk::app;

use crate::domain::{AccountId, GroupId, Notify, Presence, Rank, RoomId, Target};
use crate::ui::app::Msg;
use crate::ui::app::add::AddMsg;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::contacts::ContactMsg;
use crate::ui::app::create_room::CreateRoomMsg;
use crate::ui::app::files::FilesMsg;
use crate::ui::app::files::shelf::ShelfMsg;
use crate::ui::app::history::HistoryMsg;
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::profile::ProfileMsg;
use crate::ui::app::rooms::RoomMsg;
use crate::ui::app::rows::{ChatRow, Pick, RoomRow, Row};
use crate::ui::app::strangers::StrangerMsg;
use crate::ui::chat::person::Other;
use crate::ui::paint::{Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{self, tr};
use crate::ui::widgets::{MenuEntry, MenuItem, MenuPlace, PRESENCES, open_menu};

/// What is known of somebody whose menu opens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// A friend, and in this group.
    pub friend: Option<GroupId>,
    /// Blocked.
    pub blocked: bool,
    /// May shake one's window.
    pub shakes: bool,
    /// All groups, by name, in order.
    pub groups: Vec<(GroupId, String)>,
}

/// A menu as it is put together: its lines, and what each of them does.
#[derive(Default)]
struct Menu {
    entries: Vec<MenuEntry>,
    actions: Vec<Option<Box<dyn FnMut()>>>,
}

impl Menu {
    fn item(&mut self, item: MenuItem, msg: Msg) {
        self.action(item, move || post(msg.clone()));
    }

    fn action(&mut self, item: MenuItem, action: impl FnMut() + 'static) {
        self.entries.push(item.into());
        self.actions.push(Some(Box::new(action)));
    }

    fn line(&mut self) {
        self.entries.push(MenuEntry::Separator);
        self.actions.push(None);
    }

    fn open(self, place: MenuPlace) {
        let mut actions = self.actions;
        open_menu(place, self.entries, move |picked| {
            if let Some(Some(action)) = picked.and_then(|index| actions.get_mut(index)) {
                action();
            }
        });
    }
}

/// How to be seen, and out.
pub fn open_status(place: Rect, presence: Option<Presence>) {
    let mut menu = Menu::default();
    for one in PRESENCES {
        let words = text::presence(text::language(), one);
        let item = MenuItem::new(words).presence(one).checked(presence == Some(one));
        menu.item(item, Msg::Panel(PanelMsg::Presence(one)));
    }
    menu.line();
    let profile = MenuItem::new(tr("profile.open")).icon(Icon::Pencil);
    menu.item(profile, Msg::Profile(ProfileMsg::Open));
    let switch = MenuItem::new(tr("panel.switch")).icon(Icon::User);
    menu.item(switch, Msg::Panel(PanelMsg::SwitchAccount));
    let out = MenuItem::new(tr("panel.sign_out")).icon(Icon::Logout);
    menu.item(out, Msg::Panel(PanelMsg::SignOut));
    menu.line();
    let quit = MenuItem::new(tr("panel.quit")).icon(Icon::Close);
    menu.item(quit, Msg::Panel(PanelMsg::Quit));
    menu.open(MenuPlace::Below(place));
}

/// What can be done with a conversation.
pub fn open_chat_menu(target: Target, known: &Known, stands: Stands) {
    let mut menu = Menu::default();
    let open = MenuItem::new(tr("row.open")).icon(Icon::Chat);
    menu.item(open, Msg::Panel(PanelMsg::Open(Pick::Chat(target))));
    let read = MenuItem::new(tr("row.read")).icon(Icon::Check);
    menu.item(read, Msg::Chat(target, ChatMsg::MarkRead));
    let history = MenuItem::new(tr("chat.history")).icon(Icon::History).shortcut("Ctrl+H");
    menu.item(history, Msg::History(HistoryMsg::Open(Some(target))));
    conversation(&mut menu, target, stands);
    match target {
        Target::Account(account) => about(&mut menu, account, known, true),
        Target::Room(room) => about_room(&mut menu, room, stands.rank),
        Target::Lobby => {}
    }
    menu.open(MenuPlace::Pointer);
}

/// What can be done with the person of a window and with that conversation.
pub fn open_person_menu(place: MenuPlace, person: &Other) {
    let (account, target) = (person.account, Target::Account(person.account));
    let mut menu = Menu::default();
    if person.is_stranger {
        stranger(&mut menu, account);
        menu.line();
    } else if person.known.friend.is_none() {
        let add = MenuItem::new(tr("friend.add")).icon(Icon::UserPlus);
        menu.item(add, Msg::Add(AddMsg::Ask(account)));
        menu.line();
    }
    conversation(&mut menu, target, person.stands);
    about(&mut menu, account, &person.known, true);
    menu.open(place);
}

fn conversation(menu: &mut Menu, target: Target, stands: Stands) {
    let files = MenuItem::new(tr(files_words(target))).icon(Icon::Folder);
    menu.item(files, Msg::Files(FilesMsg::Shelf(ShelfMsg::Open(target))));
    let pin = MenuItem::new(tr(if stands.pinned { "row.unpin" } else { "row.pin" }));
    menu.item(pin.icon(Icon::Pin), Msg::Room(RoomMsg::Pin(target, !stands.pinned)));
    let is_quiet = stands.notify != Notify::All;
    let quiet = MenuItem::new(tr(if is_quiet { "row.loud" } else { "row.quiet" }));
    let (icon, notify) = match is_quiet {
        true => (Icon::Bell, Notify::All),
        false => (Icon::BellOff, Notify::None),
    };
    menu.item(quiet.icon(icon), Msg::Room(RoomMsg::Notify(target, notify)));
    // Nobody is mentioned where two talk.
    if !matches!(target, Target::Account(_)) && stands.notify != Notify::Mentions {
        let mentions = MenuItem::new(tr("room.notify.mentions")).icon(Icon::At);
        menu.item(mentions, Msg::Room(RoomMsg::Notify(target, Notify::Mentions)));
    }
}

/// What stands at a conversation of which one is not told everything.
#[must_use]
pub fn notify_icon(notify: Notify) -> Option<Icon> {
    match notify {
        Notify::All => None,
        Notify::Mentions => Some(Icon::At),
        Notify::None => Some(Icon::BellOff),
    }
}

/// What the files of a conversation are called.
#[must_use]
pub fn files_words(target: Target) -> &'static str {
    match target {
        Target::Account(_) => "files.shelf",
        Target::Room(_) | Target::Lobby => "files.shelf.room",
    }
}

/// What can be done with somebody who wrote first.
pub fn open_stranger_menu(account: AccountId) {
    let mut menu = Menu::default();
    let open = MenuItem::new(tr("row.open")).icon(Icon::Chat);
    menu.item(open, Msg::Panel(PanelMsg::Open(Pick::Chat(Target::Account(account)))));
    stranger(&mut menu, account);
    menu.line();
    about(&mut menu, account, &Known::default(), false);
    menu.open(MenuPlace::Pointer);
}

fn stranger(menu: &mut Menu, account: AccountId) {
    let accept = MenuItem::new(tr("stranger.accept")).icon(Icon::Check);
    menu.item(accept, Msg::Stranger(StrangerMsg::Accept(account)));
    let decline = MenuItem::new(tr("stranger.decline")).icon(Icon::Close);
    menu.item(decline, Msg::Stranger(StrangerMsg::Decline(account)));
}

/// How a conversation stands with oneself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stands {
    /// At the top.
    pub pinned: bool,
    /// What is told of it.
    pub notify: Notify,
    /// What one is there, in a room.
    pub rank: Option<Rank>,
}

impl Stands {
    /// As a row says.
    pub fn of(row: &Row) -> Option<Stands> {
        match row {
            Row::Chat(ChatRow { pinned, notify, rank, .. }) => {
                Some(Stands { pinned: *pinned, notify: *notify, rank: *rank })
            }
            Row::Room(RoomRow { pinned, notify, rank, .. }) => {
                Some(Stands { pinned: *pinned, notify: *notify, rank: Some(*rank) })
            }
            _ => None,
        }
    }
}

fn about_room(menu: &mut Menu, room: RoomId, rank: Option<Rank>) {
    let Some(rank) = rank else { return };
    menu.line();
    let invite = MenuItem::new(tr("room.invite")).icon(Icon::UserPlus);
    menu.item(invite, Msg::CreateRoom(CreateRoomMsg::Invite(room)));
    menu.line();
    let leave = MenuItem::new(tr("room.leave")).icon(Icon::Logout).danger();
    menu.item(leave, Msg::Room(RoomMsg::Leave(room)));
    if rank == Rank::Owner {
        let end = MenuItem::new(tr("room.dissolve")).icon(Icon::Trash).danger();
        menu.item(end, Msg::Room(RoomMsg::Dissolve(room)));
    }
}

/// What can be done with a friend.
pub fn open_friend_menu(account: AccountId, known: &Known) {
    let mut menu = Menu::default();
    let open = MenuItem::new(tr("row.message")).icon(Icon::Chat);
    menu.item(open, Msg::Panel(PanelMsg::Open(Pick::Friend(account))));
    about(&mut menu, account, known, true);
    menu.open(MenuPlace::Pointer);
}

/// The same, behind the three dots of a card.
pub fn open_more_menu(place: Rect, account: AccountId, known: &Known) {
    let mut menu = Menu::default();
    about(&mut menu, account, known, false);
    menu.open(MenuPlace::Below(place));
}

fn about(menu: &mut Menu, account: AccountId, known: &Known, line: bool) {
    if line {
        menu.line();
    }
    if let Some(own) = known.friend {
        let remark = MenuItem::new(tr("row.remark")).icon(Icon::Pencil);
        menu.item(remark, Msg::Contact(ContactMsg::Remark(account)));
        let (x, y) = (app::event_x_root(), app::event_y_root());
        let groups = known.clone();
        let to = MenuItem::new(tr("row.move")).icon(Icon::Folder);
        menu.action(to, move || open_groups(MenuPlace::At(x, y), account, own, &groups));
        let words = tr(if known.shakes { "row.shakes.off" } else { "row.shakes.on" });
        let shakes = MenuItem::new(words).icon(Icon::Shake);
        menu.item(shakes, Msg::Contact(ContactMsg::Shakes(account, !known.shakes)));
        menu.line();
    }
    match known.blocked {
        true => {
            let item = MenuItem::new(tr("row.unblock")).icon(Icon::Ban);
            menu.item(item, Msg::Contact(ContactMsg::Unblock(account)));
        }
        false => {
            let item = MenuItem::new(tr("row.block")).icon(Icon::Ban);
            menu.item(item, Msg::Contact(ContactMsg::Block(account)));
        }
    }
    if known.friend.is_some() {
        let item = MenuItem::new(tr("row.delete")).icon(Icon::Trash).danger();
        menu.item(item, Msg::Contact(ContactMsg::Delete(account)));
    }
}

/// Which group a friend goes to.
fn open_groups(place: MenuPlace, account: AccountId, own: GroupId, known: &Known) {
    let mut menu = Menu::default();
    for (group, name) in &known.groups {
        let item = MenuItem::new(name).checked(*group == own);
        menu.item(item, Msg::Contact(ContactMsg::Move(account, *group)));
    }
    menu.line();
    let new = MenuItem::new(tr("row.move.new"));
    menu.item(new, Msg::Contact(ContactMsg::NewGroup(Some(account))));
    menu.open(place);
}

/// What can be done with a group of friends.
pub fn open_group_menu(group: GroupId, known: &Known) {
    let at = known.groups.iter().position(|(id, _)| *id == group);
    let (is_top, is_bottom) = (at == Some(0), at == Some(known.groups.len().saturating_sub(1)));
    let mut menu = Menu::default();
    let new = MenuItem::new(tr("group.new")).icon(Icon::Plus);
    menu.item(new, Msg::Contact(ContactMsg::NewGroup(None)));
    let rename = MenuItem::new(tr("group.rename")).icon(Icon::Pencil);
    menu.item(rename, Msg::Contact(ContactMsg::RenameGroup(group)));
    menu.line();
    let up = MenuItem::new(tr("group.up")).icon(Icon::ChevUp).disabled(is_top);
    menu.item(up, Msg::Contact(ContactMsg::MoveGroup(group, -1)));
    let down = MenuItem::new(tr("group.down")).icon(Icon::ChevDown).disabled(is_bottom);
    menu.item(down, Msg::Contact(ContactMsg::MoveGroup(group, 1)));
    if group != GroupId::FIRST {
        menu.line();
        let remove = MenuItem::new(tr("group.remove")).icon(Icon::Trash).danger();
        menu.item(remove, Msg::Contact(ContactMsg::RemoveGroup(group)));
    }
    menu.open(MenuPlace::Pointer);
}
