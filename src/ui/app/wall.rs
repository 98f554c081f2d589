//! What is on the walls of rooms: the strip until it was read, and the window that shows, changes and
//! remembers it.

use super::{Asked, Effect, Model};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{AccountId, Announcement, Rank, Room, RoomId, Seq, Target};
use crate::net::protocol::{Command, Query, Reply, RoomSettings};

/// The window about what is on a room's wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Of which room.
    pub room: RoomId,
    /// What it shows.
    pub page: Page,
    /// How many others have read what is on the wall, with the line that tells of it.
    pub read_by: Option<(Seq, u64)>,
    /// What was on the wall, the newest first.
    pub old: Vec<Announcement>,
    /// Something was on the wall before, as far as is known.
    pub has_past: bool,
    /// There is older.
    pub more: bool,
    /// Something is on its way.
    pub busy: bool,
    /// Why something was not done.
    pub error: Option<Failure>,
}

/// A page of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// What is on the wall.
    Now,
    /// What was on it.
    Past,
    /// It is being written.
    Write,
}

/// In the window, or on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WallMsg {
    /// Show what is on a room's wall.
    Open(RoomId),
    /// Write something on it.
    Write(RoomId),
    /// It was read: the strip goes until something else is on the wall.
    Read(RoomId),
    /// Another page of the window.
    Page(Page),
    /// Older ones came into sight.
    More,
    /// Put this on the wall; nothing takes down what is there.
    Submit(String),
    /// The window goes, and nothing is changed.
    Close,
}

/// What was asked about a wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WallAsked {
    /// Who has read this line.
    ReadBy(RoomId, Seq),
    /// Whether something was on the wall before.
    Any(RoomId),
    /// What was on the wall, behind so many.
    Past(RoomId, usize),
    /// Something was put on it.
    Put(RoomId),
}

impl Board {
    fn new(room: RoomId, page: Page) -> Board {
        let (read_by, old, error) = (None, Vec::new(), None);
        Board { room, page, read_by, old, has_past: false, more: false, busy: false, error }
    }
}

impl Model {
    /// What is on a room's wall.
    #[must_use]
    pub fn wall(&self, room: RoomId) -> Option<&Announcement> {
        self.room(room)?.room.announcement.as_ref()
    }

    /// What is on a room's wall, until it was read; whoever wrote it has.
    #[must_use]
    pub fn unread_wall(&self, room: RoomId) -> Option<&str> {
        let wall = self.wall(room)?;
        let is_new = self.walls.get(&room).is_none_or(|read| *read < wall.at);
        let is_own = Some(wall.by) == self.my_account();
        (is_new && !is_own).then_some(wall.text.as_str())
    }

    /// Whether one may put something on a room's wall.
    #[must_use]
    pub fn may_announce(&self, room: RoomId) -> bool {
        self.room(room).is_some_and(|own| own.member.rank >= Rank::Admin)
    }

    /// How many of those in a room have read what is on its wall; whoever wrote it has. Whoever hides
    /// what it reads is not told.
    #[must_use]
    pub fn wall_readers(&self, board: &Board) -> Option<u64> {
        let wall = self.wall(board.room).filter(|_| self.people.book().privacy.read_marks)?;
        let (seq, others) = board.read_by.filter(|(seq, _)| *seq == wall.seq)?;
        let hall = self.halls.get(&board.room);
        let is_there = hall.is_some_and(|hall| hall.members.contains_key(&wall.by));
        (seq > Seq::ZERO).then_some(others + u64::from(is_there))
    }

    pub(super) fn wall_msg(&mut self, msg: WallMsg, out: &mut Vec<Effect>) {
        match msg {
            WallMsg::Open(room) => self.open_board(room, Page::Now, out),
            WallMsg::Write(room) => self.open_board(room, Page::Write, out),
            WallMsg::Close => self.board = None,
            WallMsg::Read(room) => {
                self.board.take_if(|board| board.room == room);
                if let Some(at) = self.wall(room).map(|wall| wall.at) {
                    self.walls.insert(room, at);
                    self.chats.at(Target::Room(room));
                    self.keep_walls(out);
                }
            }
            WallMsg::Page(page) => {
                let Some(board) = &mut self.board else { return };
                (board.page, board.error) = (page, None);
                if page == Page::Past {
                    (board.old, board.more) = (Vec::new(), false);
                    self.ask_past(out);
                }
            }
            WallMsg::More => {
                if self.board.as_ref().is_some_and(|board| board.more && !board.busy) {
                    self.ask_past(out);
                }
            }
            WallMsg::Submit(text) => self.put_on_wall(text, out),
        }
    }

    fn open_board(&mut self, room: RoomId, page: Page, out: &mut Vec<Effect>) {
        if self.room(room).is_none() {
            return;
        }
        match self.board.as_mut().filter(|board| board.room == room) {
            Some(board) => board.page = page,
            None => self.board = Some(Board::new(room, page)),
        }
        self.enter_hall(room, out);
        self.ask_readers(out);
        let query = Query::Announcements { room, skip: 0 };
        let asked = Asked::Wall(WallAsked::Any(room));
        self.ask(asked, |ticket| Intent::Look { ticket, query }, out);
    }

    /// Who has read what is on the wall; where an earlier version wrote it nobody knows.
    fn ask_readers(&mut self, out: &mut Vec<Effect>) {
        let Some(room) = self.board.as_ref().map(|board| board.room) else { return };
        let seq = self.wall(room).map_or(Seq::ZERO, |wall| wall.seq);
        if seq > Seq::ZERO {
            let query = Query::ReadBy { room, seq };
            let asked = Asked::Wall(WallAsked::ReadBy(room, seq));
            self.ask(asked, |ticket| Intent::Look { ticket, query }, out);
        }
    }

    fn ask_past(&mut self, out: &mut Vec<Effect>) {
        let Some(board) = &mut self.board else { return };
        board.busy = true;
        let (room, known) = (board.room, board.old.len());
        let query = Query::Announcements { room, skip: u32::try_from(known).unwrap_or(u32::MAX) };
        let asked = Asked::Wall(WallAsked::Past(room, known));
        self.ask(asked, |ticket| Intent::Look { ticket, query }, out);
    }

    fn put_on_wall(&mut self, text: String, out: &mut Vec<Effect>) {
        let Some(board) = self.board.as_mut().filter(|board| !board.busy) else { return };
        (board.busy, board.error) = (true, None);
        let room = board.room;
        let change = RoomSettings { announcement: Some(text), ..RoomSettings::default() };
        let command = Command::SetRoom { room, change };
        let asked = Asked::Wall(WallAsked::Put(room));
        self.ask(asked, |ticket| Intent::Do { ticket, command }, out);
    }

    pub(super) fn wall_answered(
        &mut self,
        asked: WallAsked,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let (WallAsked::ReadBy(room, _)
        | WallAsked::Any(room)
        | WallAsked::Past(room, _)
        | WallAsked::Put(room)) = asked;
        let now = self.wall(room).map(|wall| wall.at);
        let Some(board) = self.board.as_mut().filter(|board| board.room == room) else { return };
        match (asked, result) {
            (WallAsked::ReadBy(_, seq), Ok(Answer::Looked(Reply::ReadBy { count, .. }))) => {
                board.read_by = Some((seq, u64::from(count)));
            }
            (WallAsked::Any(_), Ok(Answer::Looked(Reply::Announcements { announcements, .. }))) => {
                board.has_past |= announcements.iter().any(|one| Some(one.at) != now);
            }
            // It is not said then, nor offered.
            (WallAsked::ReadBy(..) | WallAsked::Any(_), _) => {}
            (
                WallAsked::Past(_, known),
                Ok(Answer::Looked(Reply::Announcements { announcements, more })),
            ) => {
                board.old.truncate(known);
                board.old.extend(announcements);
                (board.more, board.busy) = (more, false);
            }
            (WallAsked::Put(_), Ok(_)) => {
                self.board = None;
                out.push(Effect::Tell("wall.put"));
            }
            (_, Err(failure)) => (board.busy, board.error) = (false, Some(failure)),
            (_, Ok(_)) => board.busy = false,
        }
    }

    /// A room changed: where something else is on its wall, the window asks who has read that.
    pub(super) fn room_changed(&mut self, room: Room, out: &mut Vec<Effect>) {
        let is_new = self.wall(room.room) != room.announcement.as_ref();
        let had_one = self.wall(room.room).is_some();
        let number = room.room;
        self.people.set_room(room);
        if is_new && let Some(board) = self.board.as_mut().filter(|board| board.room == number) {
            board.has_past |= had_one;
            self.ask_readers(out);
        }
    }

    /// Who put something on a wall, as the window names that person.
    #[must_use]
    pub fn wall_author(&self, room: RoomId, by: AccountId) -> String {
        self.name_in(Target::Room(room), by)
    }
}
