//! Drafts: what was written and not sent, with what it answers, kept a moment after each change.

use super::{Effect, Model};
use crate::client::Intent;
use crate::domain::{Mentions, Target, Unsent};

/// So long after the first change it is kept: a crash costs no more than that.
const KEEP_AFTER_MS: u64 = 700;
/// What is longer is kept to this length; no server takes a message as long.
const BYTES_MAX: usize = 128 * 1024;

/// What of a chat's draft was kept.
#[derive(Debug, Default)]
pub struct Kept {
    unsent: Unsent,
    /// It is another since then, by the monotonic clock.
    changed: Option<u64>,
}

impl Model {
    /// What stands in the box of a window.
    pub(super) fn drafted(&mut self, target: Target, text: String) {
        let now = self.now.mono_ms;
        if let Some(chat) = self.chats.quietly(target) {
            chat.draft = text;
            chat.kept.changed.get_or_insert(now);
        }
    }

    /// Whom it mentions, told behind each change of it.
    pub(super) fn draft_names(&mut self, target: Target, named: Mentions) {
        let now = self.now.mono_ms;
        if let Some(chat) = self.chats.quietly(target).filter(|chat| chat.named != named) {
            chat.named = named;
            chat.kept.changed.get_or_insert(now);
        }
    }

    /// Keeps what was changed a moment ago, or all of it at once.
    pub(super) fn keep_drafts(&mut self, at_once: bool, out: &mut Vec<Effect>) {
        let now = self.now.mono_ms;
        let due = |since: u64| at_once || now >= since + KEEP_AFTER_MS;
        let changed = self.chats.iter().filter(|(_, chat)| chat.kept.changed.is_some_and(due));
        for target in changed.map(|(target, _)| target).collect::<Vec<_>>() {
            self.keep_draft(target, out);
        }
    }

    /// Keeps the draft of one chat, where it is another than before.
    pub(super) fn keep_draft(&mut self, target: Target, out: &mut Vec<Effect>) {
        let Some(chat) = self.chats.quietly(target) else { return };
        chat.kept.changed = None;
        let text = chat.draft.trim_end();
        let text = text[..text.floor_char_boundary(BYTES_MAX)].to_owned();
        let mentions = chat.named.clone().cut(text.len());
        let mentions = if mentions.fits(&text) { mentions } else { Mentions::default() };
        let draft = Unsent { text, reply_to: chat.replying, mentions };
        if chat.kept.unsent != draft {
            chat.kept.unsent = draft.clone();
            out.push(Effect::Ask(Intent::KeepDraft { to: target, draft }));
        }
    }

    /// What was written in an earlier run; what is written in this one goes before it.
    pub(super) fn drafts_came(&mut self, drafts: Vec<(Target, Unsent)>) {
        for (target, draft) in drafts {
            let chat = self.chats.at(target);
            if chat.draft.is_empty() && chat.replying.is_none() {
                chat.draft.clone_from(&draft.text);
                chat.replying = draft.reply_to;
                chat.named = draft.mentions.clone();
                chat.kept = Kept { unsent: draft, changed: None };
            }
        }
    }
}
