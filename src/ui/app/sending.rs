//! What becomes of own messages: on their way, turned down, taken.

use super::chats::{Chat, Outgoing};
use super::writing::Notice;
use super::{Effect, Model};
use crate::client::api::PendingMessage;
use crate::client::{Answer, Failure, Intent};
use crate::domain::{Body, Nonce, Target};

impl Model {
    pub(super) fn pending(&mut self, pending: PendingMessage) {
        let chat = self.chats.at(pending.to);
        match chat.outgoing.iter_mut().find(|known| known.pending.nonce == pending.nonce) {
            // Sent again after it had failed.
            Some(known) => (known.failure, known.percent) = (None, 0),
            None => {
                if matches!(pending.body, Body::Image { .. }) {
                    chat.preparing.done();
                }
                chat.outgoing.push(Outgoing { pending, failure: None, percent: 0 });
            }
        }
    }

    /// An own message was turned down. A shake or an invitation to a game is explained and forgotten: nobody
    /// wants to shake or to be answered later.
    pub(super) fn send_failed(&mut self, nonce: Nonce, why: Failure, out: &mut Vec<Effect>) {
        self.chats.text_limit.learn(&why);
        self.learn_of_lobby(&why);
        for target in self.chats.iter().map(|(target, _)| target).collect::<Vec<_>>() {
            let of = |chat: &Chat| chat.outgoing.iter().any(|known| known.pending.nonce == nonce);
            if !self.chats.get(target).is_some_and(of) {
                continue;
            }
            let chat = self.chats.at(target);
            if matches!(why, Failure::Refused(_)) {
                chat.offline_said_at = None;
            }
            let found = chat.outgoing.iter_mut().find(|known| known.pending.nonce == nonce);
            let Some(outgoing) = found else { continue };
            if matches!(outgoing.pending.body, Body::Shake {} | Body::Game(_)) {
                chat.outgoing.retain(|known| known.pending.nonce != nonce);
                out.push(Effect::Ask(Intent::Discard(nonce)));
                self.notice(target, Notice::Failure(why));
            } else {
                outgoing.failure = Some(why);
            }
            return;
        }
    }

    /// The answer to a send: its message comes as an event too, so only a failure that no event
    /// told is of interest.
    pub(super) fn send_answered(&mut self, target: Target, result: Result<Answer, Failure>) {
        match result {
            Ok(Answer::Sent(message)) => self.chats.at(target).take(message),
            Err(why) if self.chats.at(target).notice.is_none() => {
                self.notice(target, Notice::Failure(why));
            }
            _ => {}
        }
    }
}
