//! What is browsed: a part of a conversation that grows at both ends, and never too large.

use std::collections::BTreeMap;

use super::Load;
use crate::domain::{Message, Seq};

/// Messages kept while browsing; over it those farthest from what is seen go.
const KEPT_MAX: usize = 1_000;

/// A part of a conversation, as it is browsed.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Without gaps.
    pub messages: BTreeMap<Seq, Message>,
    pub(super) earlier: End,
    pub(super) later: End,
    /// The day has nothing.
    pub is_empty_day: bool,
}

/// What is known of what is beyond an end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum End {
    /// There may be more.
    More,
    /// It is on its way.
    Asked,
    /// There is nothing.
    #[default]
    Closed,
}

impl Sheet {
    /// Takes a page.
    pub(super) fn take(&mut self, load: Load, messages: Vec<Message>, more: bool) {
        let end = if more { End::More } else { End::Closed };
        match load {
            Load::Newest => *self = Sheet { earlier: end, ..Sheet::default() },
            Load::From(_) => *self = Sheet { earlier: End::More, later: end, ..Sheet::default() },
            Load::Around(_) => *self = Sheet { earlier: end, later: End::More, ..Sheet::default() },
            Load::Earlier => self.earlier = end,
            Load::Later => self.later = end,
        }
        self.messages.extend(messages.into_iter().map(|message| (message.seq, message)));
        while self.messages.len() > KEPT_MAX {
            match load {
                Load::Earlier => {
                    self.messages.pop_last();
                    self.later = End::More;
                }
                _ => {
                    self.messages.pop_first();
                    self.earlier = End::More;
                }
            }
        }
    }

    /// A page did not come: it may be asked for again.
    pub(super) fn open_again(&mut self, load: Load) {
        match load {
            Load::Earlier => self.earlier = End::More,
            Load::Later => self.later = End::More,
            _ => {}
        }
    }
}
