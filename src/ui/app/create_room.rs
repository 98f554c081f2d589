//! provisional
use crate::domain::RoomId;
/// provisional
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateRoomMsg {
    /// provisional
    Open,
    /// provisional
    Invite(RoomId),
}
