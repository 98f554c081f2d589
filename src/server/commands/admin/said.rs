//! What the admin says to everybody or to one.

use super::{Call, News, Outcome, When, find};
use crate::domain::{AccountId, Body, ConversationId, Message, is_plain};
use crate::limits::BROADCAST_BYTES_MAX;
use crate::net::verb::{Audience, Done};
use crate::server::admin::AdminError;
use crate::server::commands::send::find_or_start;
use crate::store::{StoreError, Writes};

pub(super) fn say(rows: &mut Writes<'_>, now: When, to: Audience, call: Call) -> Outcome {
    let Call { text, to: hearer, pinned, about } = call;
    let text = words(&text)?;
    let messages = match to {
        Audience::All => vec![append(rows, now, ConversationId::LOBBY, &text)?],
        Audience::Online => Vec::new(),
    };
    let seq = messages.first().map(|message| message.seq.0);
    let call = Some(Call { text, to: hearer, pinned, about });
    Ok((Done::Said { seq }, News { messages, call, ..News::default() }))
}

pub(super) fn tell(rows: &mut Writes<'_>, now: When, name: &str, text: &str) -> Outcome {
    let text = words(text)?;
    let account = find(rows, name)?.person.account;
    let conversation = find_or_start(rows, AccountId::SERVER, account)?;
    let message = append(rows, now, conversation, &text)?;
    let seq = Some(message.seq.0);
    Ok((Done::Said { seq }, News { messages: vec![message], ..News::default() }))
}

/// A message of the server's own.
fn append(
    rows: &mut Writes<'_>,
    now: When,
    conversation: ConversationId,
    text: &str,
) -> Result<Message, StoreError> {
    rows.append_line(conversation, AccountId::SERVER, now.wall_ms, Body::text(text))
}

fn words(text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    match text.is_empty() || text.len() > BROADCAST_BYTES_MAX || !is_plain(text) {
        true => Err(AdminError::Text(BROADCAST_BYTES_MAX)),
        false => Ok(text.to_owned()),
    }
}
