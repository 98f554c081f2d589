//! A sentence in English for every failure: what happened and what to do.

use std::collections::BTreeMap;

use crate::client::api::Failure;
use crate::net::protocol::{Goodbye, Reason, Refusal};

pub(super) fn sentence(failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => refused(refusal),
        Failure::Goodbye(goodbye) => farewell(*goodbye).to_owned(),
        Failure::PutOut(goodbye, words) => format!("{}: {words:?}", farewell(*goodbye)),
        other => other.to_string(),
    }
}

fn refused(refusal: &Refusal) -> String {
    let wait = match refusal.retry_after_ms {
        None => String::new(),
        Some(ms) if ms < 90_000 => format!("; try again in {} s", ms.div_ceil(1000)),
        Some(ms) => format!("; try again in {} minutes", ms.div_ceil(60_000)),
    };
    let limit = refusal.limit.map_or(String::new(), |limit| format!(" (at most {limit})"));
    let words = refusal.words.as_ref().map_or(String::new(), |words| format!(": {words:?}"));
    format!("{}{words}{limit}{wait}", reason(refusal.reason))
}

const BAD_PICTURE: &str = "a picture is a PNG or JPEG: of 256 by 256 pixels and at most 256 KiB in \
a profile, of at most 2560 pixels a side and 2 MiB in a chat";

/// What each cause is called.
const REASONS: &[(Reason, &str)] = &[
    (Reason::NameTaken, "this nickname is taken, or looks like one that is"),
    (Reason::NameEmpty, "a nickname needs at least one character"),
    (Reason::NameTooLong, "this nickname is too long"),
    (Reason::NameCharacter, "a nickname has no control, invisible or direction characters"),
    (Reason::NameNumber, "a nickname is not a number, since numbers are accounts"),
    (Reason::NameReserved, "this nickname is kept for the server"),
    (Reason::RegistrationClosed, "nobody can register on this server now"),
    (Reason::RegistrationCode, "this server asks for its invite code, and this is not it"),
    (Reason::CodeUsedUp, "as many have registered by this invite code as may: ask for another one"),
    (Reason::CodeExpired, "this invite code has expired: ask for another one"),
    (Reason::RegistrationBusy, "too many people are registering"),
    (Reason::WrongPassword, "account or password is wrong"),
    (Reason::LockedOut, "too many wrong passwords"),
    (Reason::Disabled, "this account was disabled by the administrator"),
    (Reason::Banned, "this account was banned by the administrator"),
    (Reason::TokenInvalid, "this device is not signed in any more: use the password"),
    (Reason::OutOfOrder, "another sign-in is under way"),
    (Reason::NotSignedIn, "sign in first"),
    (Reason::AlreadySignedIn, "somebody is signed in already: sign out first"),
    (Reason::AccountGone, "this account was deleted"),
    (Reason::WrongCode, "this code opens nothing, or not any more: check every letter"),
    (Reason::NotProven, "prove the password again: too long ago, or changed meanwhile"),
    (Reason::WordsTooLong, "this text has too many characters"),
    (Reason::WordsCharacter, "this text has control characters, or letters with many marks"),
    (Reason::WordsLines, "this text has too many lines"),
    (Reason::WordsEmpty, "it needs a name"),
    (Reason::BadBirthday, "a birthday is a day such as 2008-05-01"),
    (Reason::BadPicture, BAD_PICTURE),
    (Reason::NotUploaded, "the server has no such picture of yours: send it from its file"),
    (Reason::FileTooLarge, "this file has more bytes than the server takes"),
    (Reason::FileQuota, "your files have as many bytes here as one person's may: take some back"),
    (Reason::FilesFull, "the server has no room for files now: tell its administrator"),
    (Reason::FilesBusy, "so many files travel already: this one waits its turn"),
    (Reason::FileGone, "this file was taken back or declined, or it was kept for long enough"),
    (Reason::FileWrong, "what came is not what was said of it: send it again"),
    (Reason::Yourself, "that is yourself"),
    (Reason::AlreadyFriends, "you are friends already"),
    (Reason::NotFriends, "you are not friends"),
    (Reason::AlreadyAsked, "you asked already: wait for the answer, or withdraw the request"),
    (Reason::AskedTooSoon, "this person was asked a moment ago"),
    (Reason::RequestGone, "there is no such request, or it was answered or has expired"),
    (Reason::TakesNoRequests, "this person takes no friend requests"),
    (Reason::TakesNoMessages, "this person takes no messages from you"),
    (Reason::YouBlocked, "you blocked this person: unblock first"),
    (Reason::TooMany, "that would be too many"),
    (Reason::PeerFull, "the other side has too many friends or open requests"),
    (Reason::GroupExists, "you have a group of that name already"),
    (Reason::ShakeOff, "this friend does not want to be shaken"),
    (Reason::NotFound, "there is no such account or conversation"),
    (Reason::TextEmpty, "there is nothing to say"),
    (Reason::TextTooLong, "this text has too many bytes"),
    (Reason::TooFast, "too fast"),
    (Reason::ShakeTooSoon, "these two shook a moment ago"),
    (Reason::ShakeBusy, "the other side is busy and does not want to be shaken"),
    (Reason::ShakeTarget, "only a person can be shaken"),
    (Reason::GamesOff, "the administrator has switched games off"),
    (Reason::GameAway, "this person is not online: invite them when they are"),
    (Reason::GameBusy, "this person is busy"),
    (
        Reason::GameAsked,
        "an invitation of yours is open there: wait for an answer, or take it back",
    ),
    (Reason::GamesMany, "you play so many games, or have so many invitations open"),
    (Reason::GameGone, "this invitation was answered or taken back, or it is too old: invite anew"),
    (Reason::GameTurn, "it is not your turn"),
    (Reason::GameIllegal, "the rules of the game do not allow that"),
    (Reason::GameTwice, "you have done that already"),
    (Reason::GameEarly, "the other one has to do something first"),
    (Reason::GameMismatch, "this is not the hand that you chose"),
    (Reason::GameNotAsked, "nothing was asked of you"),
    (Reason::GameNoUndo, "there is no move of yours to take back"),
    (Reason::GameDeclined, "that was declined: make a move first"),
    (Reason::GameLate, "your time for that is over"),
    (Reason::GameOver, "this game is over"),
    (Reason::NotYours, "only your own messages can be recalled"),
    (Reason::RecallLate, "messages can be recalled for two minutes, and this one is older"),
    (Reason::Recalled, "that message was recalled"),
    (Reason::QuoteGone, "there is no such message to answer, or it is not yours to see"),
    (Reason::RoomGone, "there is no such room, or it was dissolved"),
    (Reason::NotMember, "you are not in this room"),
    (Reason::AlreadyMember, "this person is in the room already"),
    (Reason::RoomClosed, "people come into this room by invitation only"),
    (Reason::RoomFull, "this room is full"),
    (Reason::RoomsToday, "you made too many rooms today"),
    (Reason::NotAllowed, "that is for the owner of the room, or for its owner and admins"),
    (Reason::OwnerStays, "hand the room on, or dissolve it, before you leave"),
    (Reason::RoomMuted, "you are muted in this room"),
    (Reason::AdminsOnly, "only the owner and admins may write in this room now"),
    (Reason::MentionEveryone, "only the owner and admins may mention everybody"),
    (Reason::LobbyClosed, "the administrator closed the lobby"),
    (Reason::BadValue, "a value is out of its range"),
    (Reason::NonceReused, "this nonce was used for another message"),
    (Reason::Fenced, "this sign-in was ended by a newer one"),
    (Reason::DiskFull, "the server's disk is nearly full: it can be read but not written"),
    (Reason::Failed, "the server could not do it and has logged why"),
];

fn reason(reason: Reason) -> &'static str {
    let row = REASONS.iter().find(|(known, _)| *known == reason);
    row.map_or("the server gave a reason that this version does not know", |(_, words)| words)
}

fn farewell(goodbye: Goodbye) -> &'static str {
    match goodbye {
        Goodbye::TooOld => "this version is too old for the server: update it",
        Goodbye::BadFrame => "the server did not understand what was sent",
        Goodbye::FrameTooLarge => "the server takes no frame as large as the one sent",
        Goodbye::Timeout => "nothing was sent for too long",
        Goodbye::TooSlow => "what the server sent was read too slowly",
        Goodbye::ShuttingDown => "the server is closing",
        Goodbye::Replaced => "this device signed in again elsewhere",
        Goodbye::SignedOut => "this device was signed out",
        Goodbye::PasswordChanged => "the password was changed elsewhere",
        Goodbye::Deleted => "this account was deleted",
        Goodbye::Banned => "the administrator banned this account or this address",
        Goodbye::Kicked => "an administrator ended this sign-in",
        Goodbye::TooManyLinks => "the server has too many links from here",
        Goodbye::Unknown => "the server hung up for a reason that this version does not know",
    }
}

/// What an exported file says beside what people said, in English.
pub(super) fn sentences() -> BTreeMap<&'static str, String> {
    let known = [
        ("chat.recall.peer", "{name} recalled a message"),
        ("preview.from", "{name}: {text}"),
        ("quote.older", "An earlier message"),
        ("quote.recalled", "Message recalled"),
        ("quote.hidden", "Deleted on this computer"),
        ("game.gomoku", "Gomoku"),
        ("game.xiangqi", "Chinese chess"),
        ("game.hands", "Rock-paper-scissors"),
        ("game.dice", "Dice"),
        ("game.line", "invited to a game: {text}"),
        ("room.open", "everybody may join"),
        ("room.approval", "joining needs approval"),
        ("room.closed", "by invitation only"),
        ("room.line.created", "{by} created the room \"{text}\""),
        ("room.line.joined", "{name} joined the room"),
        ("room.line.let_in", "{by} let {name} into the room"),
        ("room.line.left", "{name} left the room"),
        ("room.line.kicked", "{by} removed {name} from the room"),
        ("room.line.muted", "{by} muted {name} until {text}"),
        ("room.line.unmuted", "{by} unmuted {name}"),
        ("room.line.admin", "{by} made {name} an admin"),
        ("room.line.member", "{name} is no longer an admin"),
        ("room.line.owner", "{name} owns the room now"),
        ("room.line.renamed", "{by} renamed the room to \"{text}\""),
        ("room.line.joining", "{by} changed who may join: {text}"),
        ("room.line.admins_only", "Only admins can post from now on"),
        ("room.line.everybody", "Everybody can post again"),
        ("room.line.announced", "{by} announced: {text}"),
        ("room.line.unannounced", "{by} took the announcement down"),
        ("room.line.dissolved", "The room was dissolved"),
        ("room.line.coloured", "{by} changed the colour of the room"),
        ("room.line.carded", "{name} goes by another name in this room"),
    ];
    known.into_iter().map(|(key, text)| (key, text.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exported_file_has_every_sentence() {
        let known = sentences();
        for key in crate::client::api::SENTENCES {
            assert!(known.get(key).is_some_and(|text| !text.is_empty()), "{key}");
        }
    }

    #[test]
    fn numbers_are_said_in_the_sentence() {
        let locked = Failure::Refused(Refusal::retry(Reason::LockedOut, 150_000));
        assert_eq!(sentence(&locked), "too many wrong passwords; try again in 3 minutes");
        let long = Failure::Refused(Refusal::limit(Reason::TextTooLong, 16_384));
        assert_eq!(sentence(&long), "this text has too many bytes (at most 16384)");
        assert_eq!(sentence(&Failure::Offline), "not connected");
    }

    #[test]
    fn every_cause_has_one_sentence() {
        let named: Vec<Reason> = REASONS.iter().map(|(reason, _)| *reason).collect();
        for reason in Reason::ALL {
            assert_eq!(named.iter().filter(|named| *named == reason).count(), 1, "{reason:?}");
        }
    }
}
