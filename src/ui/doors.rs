//! The small windows about rooms: asking to come in, making one, inviting friends, what is on
//! the wall.

use super::add::KnockWindow;
use super::app::Model;
use super::create_room::CreateRoomWindow;
use super::wall::WallWindow;

/// Those that stand.
#[derive(Default)]
pub struct DoorWindows {
    knock: Option<KnockWindow>,
    making: Option<CreateRoomWindow>,
    wall: Option<WallWindow>,
}

impl DoorWindows {
    /// Makes, changes and closes them until they are what the model says.
    pub fn follow(&mut self, model: &Model) {
        let knock = model.add.as_ref().and_then(|add| add.rooms.knock.as_ref());
        let other =
            |window: &mut KnockWindow| knock.is_none_or(|knock| !window.is_for(knock.room.room));
        if let Some(window) = self.knock.take_if(other) {
            window.close();
        }
        match (knock, &mut self.knock) {
            (Some(knock), Some(window)) => window.follow(knock),
            (Some(knock), place) => *place = Some(KnockWindow::new(knock, model)),
            (None, _) => {}
        }
        let making = model.doors.making.as_ref();
        let other =
            |window: &mut CreateRoomWindow| making.is_none_or(|making| !window.is_for(making));
        if let Some(window) = self.making.take_if(other) {
            window.close();
        }
        match (making, &mut self.making) {
            (Some(making), Some(window)) => window.follow(making, model),
            (Some(making), place) => *place = Some(CreateRoomWindow::new(making, model)),
            (None, _) => {}
        }
        self.follow_wall(model);
    }

    fn follow_wall(&mut self, model: &Model) {
        let board = model.board.as_ref().filter(|board| model.room(board.room).is_some());
        let other = |window: &mut WallWindow| board.is_none_or(|board| !window.is_for(board));
        if let Some(window) = self.wall.take_if(other) {
            window.close();
        }
        match (board, &mut self.wall) {
            (Some(board), Some(window)) => window.follow(board, model),
            (Some(board), place) => *place = Some(WallWindow::new(board, model)),
            (None, _) => {}
        }
    }

    /// They speak the language of the moment.
    pub fn reword(&mut self) {
        self.knock.iter_mut().for_each(KnockWindow::reword);
        self.making.iter_mut().for_each(CreateRoomWindow::reword);
        self.wall.iter_mut().for_each(WallWindow::reword);
    }

    /// Takes them away.
    pub fn close(&mut self) {
        if let Some(window) = self.knock.take() {
            window.close();
        }
        if let Some(window) = self.making.take() {
            window.close();
        }
        if let Some(window) = self.wall.take() {
            window.close();
        }
    }
}
