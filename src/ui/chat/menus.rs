//! The menus of a chat window.

use std::rc::Rc;

use fltk::app;
use fltk::prelude::WindowExt;

use super::view::{ChatFace, ChatView, Standing};
use super::{ChatOut, ChatWindow, Parts, emoji};
use crate::domain::{Joining, Mentions, Notify, Rank, RoomId, Seq, Target};
use crate::ui::app::Msg;
use crate::ui::app::chats::{ChatMsg, EntryId};
use crate::ui::app::create_room::CreateRoomMsg;
use crate::ui::app::files::FilesMsg;
use crate::ui::app::files::shelf::ShelfMsg;
use crate::ui::app::images::ViewerMsg;
use crate::ui::app::link::Lost;
use crate::ui::app::menu::{MenuMsg, ReadBy};
use crate::ui::app::rooms::RoomMsg;
use crate::ui::app::settings::SendKey;
use crate::ui::app::wall::WallMsg;
use crate::ui::paint::{Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{tr, tr_with};
use crate::ui::transcript::card::Deed;
use crate::ui::transcript::rows::{Content, Item};
use crate::ui::transcript::words::deed_words;
use crate::ui::transcript::{Key as EntryKey, Mark};
use crate::ui::widgets::{
    Control, MenuEntry, MenuItem, MenuPlace, OpenMenu, StripKind, on_screen, open_menu,
    open_menu_to_change,
};

/// What the colours of rooms are called.
const COLOURS: [&str; 7] = [
    "room.colour.0",
    "room.colour.1",
    "room.colour.2",
    "room.colour.3",
    "room.colour.4",
    "room.colour.5",
    "room.colour.6",
];
/// So many of those who read a message are named.
const READERS_MAX: usize = 20;

impl Parts {
    /// What is chosen is written into the box.
    pub(super) fn open_emoji(&self) {
        let mut this = self.clone();
        this.composer.show_caret(false);
        emoji::open(on_screen(&self.emoji, &self.window), move |chosen| {
            this.composer.show_caret(true);
            this.composer.focus();
            if let Some(chosen) = chosen {
                this.composer.write(chosen);
                (this.told.borrow_mut())(ChatOut::Emoji(chosen));
            }
        });
    }

    pub(super) fn open_send_menu(&self) {
        let now = self.state.borrow().view.send_key;
        let item =
            |key: &'static str, sends: SendKey| MenuItem::new(tr(key)).checked(now == sends).into();
        let entries =
            vec![item("chat.by.enter", SendKey::Enter), item("chat.by.ctrl", SendKey::CtrlEnter)];
        let areas = self.state.borrow().areas;
        let both = Rect { w: areas.send_menu.right() - areas.send.x, ..areas.send };
        let place = both.moved(self.window.x_root(), self.window.y_root());
        let told = Rc::clone(&self.told);
        open_menu(MenuPlace::Above(place), entries, move |picked| {
            let chosen = match picked {
                Some(0) => SendKey::Enter,
                Some(_) => SendKey::CtrlEnter,
                None => return,
            };
            (told.borrow_mut())(ChatOut::SendKey(chosen));
        });
    }

    /// What can be done with the room, by what one is there.
    pub(super) fn open_room_menu(&self) {
        let standing = self.state.borrow().view.standing;
        let Some(Standing { room, rank, admins_only, joining }) = standing else { return };
        let item = |key, icon, msg| {
            let item: MenuEntry = MenuItem::new(tr(key)).icon(icon).into();
            (item, Some(msg))
        };
        let invite = Msg::CreateRoom(CreateRoomMsg::Invite(room));
        let files = Msg::Files(FilesMsg::Shelf(ShelfMsg::Open(Target::Room(room))));
        let mut menu = vec![
            item("room.invite", Icon::UserPlus, invite),
            item("room.card", Icon::Pencil, Msg::Room(RoomMsg::Card(room))),
            item("room.announcement", Icon::Megaphone, Msg::Wall(WallMsg::Open(room))),
            item("files.shelf.room", Icon::Folder, files),
        ];
        let (mut colours, mut doors) = (None, None);
        if rank >= Rank::Admin {
            menu.push((MenuEntry::Separator, None));
            menu.push(item("room.rename", Icon::Text, Msg::Room(RoomMsg::Rename(room))));
            let colour = MenuItem::new(tr("room.colour")).icon(Icon::Palette);
            colours = Some(menu.len());
            menu.push((colour.into(), None));
            doors = Some(menu.len());
            menu.push((MenuItem::new(tr("make.joining")).icon(Icon::Door).into(), None));
            let key = if admins_only { "room.admins_only.off" } else { "room.admins_only.on" };
            let only = Msg::Room(RoomMsg::AdminsOnly(room, !admins_only));
            menu.push(item(key, Icon::Shield, only));
        }
        menu.push((MenuEntry::Separator, None));
        let leave = MenuItem::new(tr("room.leave")).icon(Icon::Logout).danger();
        menu.push((leave.into(), Some(Msg::Room(RoomMsg::Leave(room)))));
        if rank == Rank::Owner {
            let end = MenuItem::new(tr("room.dissolve")).icon(Icon::Trash).danger();
            menu.push((end.into(), Some(Msg::Room(RoomMsg::Dissolve(room)))));
        }
        let (entries, mut acts): (Vec<_>, Vec<_>) = menu.into_iter().unzip();
        let this = self.clone();
        open_menu(MenuPlace::Below(on_screen(&self.more, &self.window)), entries, move |picked| {
            if picked.is_some() && picked == colours {
                this.open_colour_menu(room);
            } else if picked.is_some() && picked == doors {
                this.open_joining_menu(room, joining);
            } else if let Some(msg) = picked.and_then(|index| acts.get_mut(index)?.take()) {
                post(msg);
            }
        });
    }

    /// Who may come into the room.
    fn open_joining_menu(&self, room: RoomId, now: Joining) {
        let choices = [
            (Joining::Open, "door.joining.open"),
            (Joining::Approval, "door.joining.approval"),
            (Joining::Closed, "door.joining.closed"),
        ];
        let item = |(joining, key)| MenuItem::new(tr(key)).checked(joining == now).into();
        let entries = choices.map(item).into();
        open_menu(MenuPlace::Below(on_screen(&self.more, &self.window)), entries, move |picked| {
            if let Some((joining, _)) = picked.and_then(|index| choices.get(index)) {
                post(Msg::Room(RoomMsg::Joining(room, *joining)));
            }
        });
    }

    /// The colours of the room's tile.
    fn open_colour_menu(&self, room: RoomId) {
        let now = match &self.state.borrow().view.face {
            ChatFace::Room(tile) => tile.colour,
            ChatFace::Person(..) | ChatFace::Lobby => return,
        };
        let item = |(colour, key): (u8, &'static str)| {
            MenuItem::new(tr(key)).checked(u64::from(colour) == now).into()
        };
        let entries = (0..).zip(COLOURS).map(item).collect();
        open_menu(MenuPlace::Below(on_screen(&self.more, &self.window)), entries, move |picked| {
            if let Some(colour) = picked.and_then(|index| u8::try_from(index).ok()) {
                post(Msg::Room(RoomMsg::Colour(room, colour)));
            }
        });
    }

    /// What was refused goes before a link that is down, for its moment, and that before what is on the
    /// room's wall.
    pub(super) fn show_bar(&mut self, refused: &str) {
        let (wall, lost) = {
            let view = &self.state.borrow().view;
            (view.wall.clone(), view.lost)
        };
        let (warning, now) = (StripKind::Warning, tr("net.now"));
        match refused.is_empty() {
            false => self.notice.set(warning, Icon::Info, refused, ""),
            true if let Some(lost) = lost => match lost {
                Lost::Waiting(seconds) => {
                    let words = tr_with("net.lost", &[("n", &seconds.to_string())]);
                    self.notice.set(warning, Icon::Offline, &words, now);
                }
                Lost::Retrying => self.notice.set(warning, Icon::Offline, tr("net.lost.now"), now),
                Lost::Stopped => self.notice.set(warning, Icon::Offline, tr("net.stopped"), ""),
            },
            true if wall.is_empty() => self.show_stranger(),
            true => {
                self.notice.set(StripKind::Warning, Icon::Megaphone, &wall, tr("wall.show"));
                self.notice.set_closes(true);
            }
        }
    }

    /// What is on the room's wall is shown, or was read.
    pub(super) fn read_wall(&self, closes: bool) {
        let state = self.state.borrow();
        if let (true, Some(Standing { room, .. })) =
            (state.view.notice.is_empty(), state.view.standing)
        {
            post(Msg::Wall(if closes { WallMsg::Read(room) } else { WallMsg::Open(room) }));
        }
    }

    /// What is told of the conversation.
    pub(super) fn open_bell_menu(&self) {
        let (target, now) = {
            let view = &self.state.borrow().view;
            (view.target, view.notify)
        };
        let choices = [
            (Notify::All, "room.notify.all"),
            (Notify::Mentions, "room.notify.mentions"),
            (Notify::None, "room.notify.none"),
        ];
        let item = |(notify, key)| MenuItem::new(tr(key)).checked(notify == now).into();
        let entries = choices.map(item).into();
        open_menu(MenuPlace::Below(on_screen(&self.bell, &self.window)), entries, move |picked| {
            if let Some((notify, _)) = picked.and_then(|index| choices.get(index)) {
                post(Msg::Room(RoomMsg::Notify(target, *notify)));
            }
        });
    }

    /// What can be done with a message, or with all of them where there is none.
    pub(super) fn open_message_menu(&self, key: Option<EntryKey>, x: i32, y: i32) {
        let place = (self.window.x_root() + x, self.window.y_root() + y);
        let (entries, mut acts): (Vec<_>, Vec<_>) = self.message_menu(key).into_iter().unzip();
        let asked = acts.iter().position(|act| matches!(act, Some(Act::Readers)));
        let mut this = self.clone();
        let menu =
            open_menu_to_change(
                MenuPlace::At(place.0, place.1),
                entries,
                move |picked| match picked.and_then(|index| acts.get_mut(index)?.take()) {
                    Some(Act::Copy(words)) => app::copy(&words),
                    Some(Act::SelectAll) => this.transcript.select_all(),
                    Some(Act::Tell(msg)) => this.tell(msg),
                    Some(Act::Readers) => this.open_readers(place),
                    Some(Act::Save(seq)) => {
                        let target = this.state.borrow().view.target;
                        post(Msg::Viewer(ViewerMsg::SaveAs(target, seq)));
                    }
                    Some(Act::File(key, deed)) => this.do_with_file(key, deed),
                    Some(Act::TakeBack(seq)) => {
                        let target = this.state.borrow().view.target;
                        post(Msg::Files(FilesMsg::TakeBack(target, seq)));
                    }
                    None => {}
                },
            );
        let mut state = self.state.borrow_mut();
        state.readers = asked.map(|index| Readers { index, menu, read_by: None });
        drop(state);
        if let (Some(_), Some(EntryKey::Seq(seq))) = (asked, key) {
            self.tell(ChatMsg::Menu(MenuMsg::ReadBy(seq)));
        }
    }

    /// As in the pictures: copy, answer; who read it; take back; delete here.
    fn message_menu(&self, key: Option<EntryKey>) -> Vec<(MenuEntry, Option<Act>)> {
        let item = key.and_then(|key| self.transcript.item(key));
        // What is selected, else the message under the pointer.
        let words = match self.transcript.selected() {
            selected if selected.is_empty() => {
                item.as_ref().and_then(Item::text).map(str::to_owned)
            }
            selected => Some(selected),
        };
        let mut menu: Vec<(MenuEntry, Option<Act>)> = Vec::new();
        let mut add = |item: MenuItem, act: Act| menu.push((item.into(), Some(act)));
        let copy = MenuItem::new(tr("chat.copy")).icon(Icon::Copy).shortcut("Ctrl+C");
        // There are no words in a picture.
        let is_picture = item.as_ref().is_some_and(|item| item.image().is_some());
        if words.is_some() || !is_picture {
            add(copy.disabled(words.is_none()), Act::Copy(words.unwrap_or_default()));
        }
        let Some(item) = item.filter(|item| !matches!(item.content, Content::Note(_))) else {
            let all = MenuItem::new(tr("chat.select_all")).icon(Icon::Text).shortcut("Ctrl+A");
            add(all, Act::SelectAll);
            return menu;
        };
        let view = &self.state.borrow().view;
        let is_said = !matches!(item.content, Content::Recalled(..));
        if let (EntryKey::Seq(seq), true) =
            (item.key, item.text().is_some() || item.image().is_some())
        {
            let reply = MenuItem::new(tr("chat.reply")).icon(Icon::Reply).shortcut("R");
            add(reply.disabled(view.closed.is_some()), Act::Tell(ChatMsg::Reply(Some(seq))));
        }
        if let (EntryKey::Seq(seq), Some(_)) = (item.key, item.image()) {
            let save = MenuItem::new(tr("image.save")).icon(Icon::Download).shortcut("Ctrl+S");
            add(save, Act::Save(seq));
        }
        for deed in item.card().iter().flat_map(|card| card.deeds.iter().copied()) {
            // To take its message away stands below, in its own words.
            if deed != Deed::Remove {
                let words = MenuItem::new(deed_words(deed)).icon(deed_icon(deed));
                add(words, Act::File(item.key, deed));
            }
        }
        if let (EntryKey::Nonce(nonce), Mark::Failed) = (item.key, item.mark) {
            let retry = MenuItem::new(tr("chat.retry")).icon(Icon::Retry);
            add(retry, Act::Tell(ChatMsg::Retry(nonce)));
        }
        let is_own = item.from == view.me;
        if let (true, EntryKey::Seq(_), Some(_)) = (is_own && is_said, item.key, view.standing) {
            let asked = MenuItem::new(tr("chat.read_by.asked")).icon(Icon::Eye);
            add(asked.disabled(true), Act::Readers);
        }
        menu.extend(taken_away(&item, view));
        menu
    }

    /// A key on a message: it goes from this computer, after a question.
    pub(super) fn delete(&self, key: EntryKey) {
        if let Some(id) = self.transcript.item(key).as_ref().and_then(deleted_as) {
            self.tell(ChatMsg::Menu(MenuMsg::Delete(id)));
        }
    }

    /// Who has read the message whose menu stands open.
    pub(super) fn read_by(&self, read_by: ReadBy) {
        let mut state = self.state.borrow_mut();
        let Some(readers) = &mut state.readers else { return };
        let words = match read_by.count {
            0 => tr("chat.read_by.nobody").to_owned(),
            count => tr_with("chat.read_by", &[("n", &count.to_string())]),
        };
        let item = MenuItem::new(&words).icon(Icon::Eye).disabled(read_by.people.is_empty());
        readers.menu.put(readers.index, item);
        readers.read_by = Some(read_by);
    }

    /// Their names; one of them opens the card.
    fn open_readers(&self, (x, y): (i32, i32)) {
        let readers = self.state.borrow_mut().readers.take();
        let Some(read_by) = readers.and_then(|readers| readers.read_by) else { return };
        let shown = read_by.people.into_iter().take(READERS_MAX);
        let (accounts, names): (Vec<_>, Vec<_>) = shown.unzip();
        let entries = names.iter().map(|name| MenuItem::new(name).icon(Icon::User).into());
        let told = Rc::clone(&self.told);
        open_menu(MenuPlace::At(x, y), entries.collect(), move |picked| {
            if let Some(account) = picked.and_then(|index| accounts.get(index)) {
                (told.borrow_mut())(ChatOut::Face(*account));
            }
        });
    }
}

impl ChatWindow {
    /// Puts words into the box that mention somebody, behind what is written there.
    pub fn write_behind(&mut self, words: &str, named: &Mentions) {
        let written = self.parts.composer.value();
        let before = match written.trim_end() {
            "" => String::new(),
            before => format!("{before}\n"),
        };
        let mentions = self.parts.composer.mentions().cut(before.len());
        let mentions = mentions.and_behind(before.len(), named);
        self.parts.composer.set_draft(&format!("{before}{words}"), &mentions);
        self.parts.composer.focus();
        self.parts.written();
        self.parts.tell_draft();
    }

    /// Who has read the message whose menu stands open.
    pub fn read_by(&mut self, read_by: ReadBy) {
        self.parts.read_by(read_by);
    }
}

/// What takes a message or its file away: for everybody, and here.
fn taken_away(item: &Item, view: &ChatView) -> Vec<(MenuEntry, Option<Act>)> {
    let mut menu: Vec<(MenuEntry, Option<Act>)> = Vec::new();
    if let EntryKey::Seq(seq) = item.key
        && view.takeable.contains(&seq)
    {
        menu.push((MenuEntry::Separator, None));
        let take = MenuItem::new(tr("files.take_back")).icon(Icon::Undo);
        menu.push((take.into(), Some(Act::TakeBack(seq))));
    }
    if let EntryKey::Seq(seq) = item.key
        && view.recallable.contains(&seq)
    {
        menu.push((MenuEntry::Separator, None));
        let recall = MenuItem::new(tr("chat.recall")).icon(Icon::Undo);
        let act = Act::Tell(ChatMsg::Menu(MenuMsg::Recall(seq)));
        menu.push((recall.into(), Some(act)));
    }
    if let Some(id) = deleted_as(item) {
        menu.push((MenuEntry::Separator, None));
        let delete = MenuItem::new(tr("chat.delete")).icon(Icon::Trash).shortcut("Del");
        let act = Act::Tell(ChatMsg::Menu(MenuMsg::Delete(id)));
        menu.push((delete.danger().into(), Some(act)));
    }
    menu
}

/// What an entry of a message's menu does.
enum Act {
    Copy(String),
    SelectAll,
    Tell(ChatMsg),
    Readers,
    /// The picture of this message.
    Save(Seq),
    /// Something with the file of this message.
    File(EntryKey, Deed),
    /// The file of this message goes from the server.
    TakeBack(Seq),
}

/// The menu of a message whose readers are asked for.
pub(super) struct Readers {
    /// The place of that item.
    index: usize,
    menu: OpenMenu,
    read_by: Option<ReadBy>,
}

/// How a row is deleted on this computer; nothing while it is on its way.
fn deleted_as(item: &Item) -> Option<EntryId> {
    match (item.key, item.mark) {
        (EntryKey::Seq(seq), _) if !matches!(item.content, Content::Note(_)) => {
            Some(EntryId::Seq(seq))
        }
        (EntryKey::Nonce(nonce), Mark::Failed) => Some(EntryId::Nonce(nonce)),
        _ => None,
    }
}

/// What stands for it.
fn deed_icon(deed: Deed) -> Icon {
    match deed {
        Deed::Take => Icon::Download,
        Deed::SaveAs => Icon::Export,
        Deed::Decline | Deed::Cancel => Icon::Close,
        Deed::Pause => Icon::Pause,
        Deed::Resume => Icon::Play,
        Deed::Open => Icon::File,
        Deed::OpenFolder => Icon::Folder,
        Deed::SendAgain => Icon::Retry,
        Deed::Remove => Icon::Trash,
        Deed::Game(deed) => deed.icon(),
    }
}
