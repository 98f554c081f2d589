//! Rows from the model's conversations.

use super::rows::{Entry, Image, Key, Mark, Quote, Saying};
use crate::domain::Body;
use crate::ui::app::chats;

impl<'a> Entry<'a> {
    /// A line of a conversation; `hint` is added to its tooltip, `quote` is what it answers.
    #[must_use]
    pub fn of(entry: &chats::Entry<'a>, hint: &'a str, quote: Option<Quote<'a>>) -> Entry<'a> {
        let saying = match entry.body {
            Body::Text { text, .. } => match quote {
                Some(quote) => Saying::Answer(quote, text),
                None => Saying::Text(text),
            },
            Body::Image { thumb, width, height, .. } => {
                let (size, percent) = ((*width, *height), entry.percent);
                Saying::Image(Image { thumb: *thumb, size, percent })
            }
            Body::File { name, .. } => Saying::Text(name),
            Body::Game(_) => Saying::Text(""),
            Body::Shake {} => Saying::Shake,
            // The owner words them, or shows none of them.
            Body::Notice(_) | Body::Room { .. } | Body::Recalled { .. } | Body::Hidden {} => {
                Saying::Note("")
            }
        };
        Entry {
            key: entry.id.into(),
            from: entry.from,
            at: entry.at,
            saying,
            mark: entry.mark.into(),
            hint,
            named: &[],
        }
    }
}

impl From<chats::EntryId> for Key {
    fn from(id: chats::EntryId) -> Key {
        match id {
            chats::EntryId::Seq(seq) => Key::Seq(seq),
            chats::EntryId::Nonce(nonce) => Key::Nonce(nonce),
        }
    }
}

impl From<chats::Mark> for Mark {
    fn from(mark: chats::Mark) -> Mark {
        match mark {
            chats::Mark::None => Mark::None,
            chats::Mark::Sending => Mark::Sending,
            chats::Mark::Sent => Mark::Sent,
            chats::Mark::Delivered => Mark::Delivered,
            chats::Mark::Read => Mark::Read,
            chats::Mark::Failed => Mark::Failed,
        }
    }
}
