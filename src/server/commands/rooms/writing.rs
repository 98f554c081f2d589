//! Who may write in a room, mention whom, and quote what.

use super::{Inside, Verdict};
use crate::domain::{AccountId, ConversationId, Mentions, Rank, Role, RoomId, Seq, Target};
use crate::limits::MENTIONS_MAX;
use crate::net::protocol::{Reason, Refusal};
use crate::store::{StoreError, Writes};

/// Who writes where, as far as the rules ask.
#[derive(Clone, Copy)]
pub(in super::super) struct Writer {
    pub account: AccountId,
    pub to: Target,
    /// The owner or an admin of the room, or an administrator in the lobby.
    pub has_a_say: bool,
}

/// Only those in a room write there, while nobody keeps them from it.
pub(in super::super) fn may_write(
    rows: &Writes<'_>,
    now: i64,
    (account, to): (AccountId, Target),
    lobby_is_closed: bool,
) -> Verdict<Writer> {
    let has_a_say = match to {
        Target::Account(_) => false,
        Target::Lobby => {
            let person = rows.get_person(account)?;
            let is_admin = person.is_some_and(|person| person.role == Role::Admin);
            if lobby_is_closed && !is_admin {
                return Err(Reason::LobbyClosed.into());
            }
            is_admin
        }
        Target::Room(room) => may_write_in(rows, now, account, room)?,
    };
    Ok(Writer { account, to, has_a_say })
}

fn may_write_in(rows: &Writes<'_>, now: i64, account: AccountId, room: RoomId) -> Verdict<bool> {
    let Inside { room, me } = Inside::find(rows, room, account)?;
    if me.muted_until > now {
        let left = u64::try_from(me.muted_until.saturating_sub(now)).unwrap_or_default();
        return Err(Refusal::retry(Reason::RoomMuted, left).into());
    }
    let has_a_say = me.rank >= Rank::Admin;
    match room.admins_only && !has_a_say {
        true => Err(Reason::AdminsOnly.into()),
        false => Ok(has_a_say),
    }
}

/// Only those in a room take back what they said there. A mute, a block or a closed lobby does not
/// keep anybody from it, since it only takes away.
pub(in super::super) fn may_take_back(
    rows: &Writes<'_>,
    account: AccountId,
    to: Target,
) -> Verdict<Writer> {
    if let Target::Room(room) = to {
        Inside::find(rows, room, account)?;
    }
    Ok(Writer { account, to, has_a_say: false })
}

/// Few people at once, where the text has them, and everybody only by those who have a say.
pub(in super::super) fn may_mention(
    writer: Writer,
    text: &str,
    mentions: &Mentions,
) -> Result<(), Refusal> {
    let is_direct = matches!(writer.to, Target::Account(_));
    let most = mentions.accounts.len().max(mentions.places.len());
    if most > MENTIONS_MAX || !mentions.fits(text) || is_direct && !mentions.is_empty() {
        return Err(Reason::BadValue.into());
    }
    match mentions.everyone && !writer.has_a_say {
        true => Err(Reason::MentionEveryone.into()),
        false => Ok(()),
    }
}

/// Whether somebody sees a message, so that it can be quoted.
pub(in super::super) fn may_quote(
    rows: &Writes<'_>,
    writer: Writer,
    (conversation, head): (ConversationId, Seq),
    seq: Seq,
) -> Result<bool, StoreError> {
    if seq == Seq::ZERO || seq > head {
        return Ok(false);
    }
    if !matches!(writer.to, Target::Room(_)) {
        return Ok(true);
    }
    let ranges = rows.list_ranges(conversation, writer.account)?;
    Ok(ranges.iter().any(|range| (range.first..=range.last).contains(&seq)))
}
