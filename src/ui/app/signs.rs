//! Signs of the other side that are no messages: it shakes, it writes, it is not there.

use super::{Effect, Model};
use crate::domain::{AccountId, ConversationId, Presence, Stranger, Target};

/// "typing..." stays so long after the last sign of it; the server passes one on every 3 s.
const TYPING_MS: u64 = 5_000;

impl Model {
    pub(super) fn shaken(&mut self, conversation: ConversationId, out: &mut Vec<Effect>) {
        let found = self
            .chats
            .iter()
            .find(|(_, chat)| chat.state.is_some_and(|s| s.conversation == conversation))
            .map(|(target, _)| target);
        // Whoever wants no shakes has the line that says so, as with any message.
        let is_heard = |target: &Target| self.stranger(*target) == Stranger::No;
        if let Some(target) = found.filter(is_heard).filter(|_| self.settings.shakes) {
            self.open_chat(target, out);
            if !self.settings.still {
                out.push(Effect::ShakeWindow(target));
            }
        }
    }

    pub(super) fn typing(&mut self, from: AccountId, to: Target) {
        let target = match to {
            Target::Account(_) => Target::Account(from),
            Target::Lobby | Target::Room(_) => return,
        };
        let until = self.now.mono_ms + TYPING_MS;
        self.chats.at(target).typing_until = until;
    }

    /// Said once a window: the other side is away and will get this later.
    pub(super) fn say_offline(&mut self, target: Target) {
        let Target::Account(account) = target else { return };
        let is_offline = self.people.presence(account) == Some(Presence::Offline);
        let now = self.now.wall_ms;
        let me = self.my_account();
        if is_offline && self.link.is_up() && Some(account) != me {
            self.chats.at(target).offline_said_at.get_or_insert(now);
        }
    }
}
