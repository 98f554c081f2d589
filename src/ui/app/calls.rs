//! What the server's admin says to everybody, or to this person.

use super::{Effect, Model};
use crate::domain::{AccountId, Body, Message, Target};
use crate::net::protocol::Calling;

impl Model {
    /// Said just now.
    pub(super) fn called(
        text: String,
        pinned: bool,
        about: Option<Calling>,
        out: &mut Vec<Effect>,
    ) {
        out.push(match pinned {
            true => Effect::Called(text, about),
            false => Effect::TellOf("call.passing", text),
        });
    }

    /// Said while nobody was here: it stands in the lobby, unread, and is shown as if it came now. The
    /// live one is told beside its message.
    pub(super) fn call_missed(&self, message: &Message, live: bool, out: &mut Vec<Effect>) {
        let read =
            self.chats.get(Target::Lobby).and_then(|chat| chat.state).map(|state| state.read);
        let is_new = !live && read.is_none_or(|read| message.seq > read);
        if message.from != AccountId::SERVER || !is_new {
            return;
        }
        if let (Some(Target::Lobby), Body::Text { text, .. }) =
            (message.kind.target_for(AccountId::SERVER), &message.body)
        {
            out.push(Effect::Called(text.clone(), None));
        }
    }
}
