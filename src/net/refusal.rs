//! Why something was turned down, and why a link was closed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Understood and turned down; a value that is shown to the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The cause.
    pub reason: Reason,
    /// Try again after so long; absent when that would not help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The number of the rule that was broken, such as the longest text in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// What the server's admin says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl Refusal {
    /// A refusal by its cause alone.
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        Refusal { reason, retry_after_ms: None, limit: None, words: None }
    }

    /// A refusal that trying again later would cure.
    #[must_use]
    pub fn retry(reason: Reason, retry_after_ms: u64) -> Self {
        Refusal { reason, retry_after_ms: Some(retry_after_ms.max(1)), limit: None, words: None }
    }

    /// A refusal that says the rule's number.
    #[must_use]
    pub fn limit(reason: Reason, limit: u64) -> Self {
        Refusal { reason, retry_after_ms: None, limit: Some(limit), words: None }
    }

    /// A refusal in the words of the server's admin, for so long or for ever.
    #[must_use]
    pub fn because(reason: Reason, retry_after_ms: Option<u64>, words: &str) -> Self {
        let words = (!words.is_empty()).then(|| words.to_owned());
        Refusal { reason, retry_after_ms, limit: None, words }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Refusal::new(reason)
    }
}

/// Makes an enum whose wire form is a code: an unknown code is kept as `Unknown`, so that an
/// older program survives a newer one.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A code that this program does not know.
            Unknown,
        }

        impl $name {
            /// Every code that this program knows.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name on the wire, in scripts and in logs.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $($name::$variant => $code,)+
                    $name::Unknown => "unknown",
                }
            }
        }

        impl From<String> for $name {
            fn from(code: String) -> Self {
                match code.as_str() {
                    $($code => $name::$variant,)+
                    _ => $name::Unknown,
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.code().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

pub(super) use codes;

codes!(
    /// The cause of a refusal.
    Reason {
        /// The nickname is taken, or looks like one that is.
        NameTaken = "name_taken",
        /// Nothing but space.
        NameEmpty = "name_empty",
        /// Over the limit of characters.
        NameTooLong = "name_too_long",
        /// A control, invisible or direction character.
        NameCharacter = "name_character",
        /// Digits only.
        NameNumber = "name_number",
        /// Kept for the server.
        NameReserved = "name_reserved",
        /// Nobody may register here.
        RegistrationClosed = "registration_closed",
        /// The invite code is missing or wrong.
        RegistrationCode = "registration_code",
        /// So many as may have registered by that code.
        CodeUsedUp = "code_used_up",
        /// The last day of that code has gone by.
        CodeExpired = "code_expired",
        /// Too many registrations; the time to wait is said.
        RegistrationBusy = "registration_busy",
        /// Account or password is wrong, and which is not said.
        WrongPassword = "wrong_password",
        /// Too many wrong passwords; the time to wait is said.
        LockedOut = "locked_out",
        /// The administrator disabled the account.
        Disabled = "disabled",
        /// The administrator banned the account; the time to wait is said, where it ends.
        Banned = "banned",
        /// The device token is not valid any more.
        TokenInvalid = "token_invalid",
        /// The step does not fit the one before it.
        OutOfOrder = "out_of_order",
        /// Sign in first.
        NotSignedIn = "not_signed_in",
        /// This link is signed in already.
        AlreadySignedIn = "already_signed_in",
        /// That account was deleted.
        AccountGone = "account_gone",
        /// No such account or conversation, or not yours.
        NotFound = "not_found",
        /// That code opens nothing, or not any more.
        WrongCode = "wrong_code",
        /// Prove the password first, on this link and not long ago.
        NotProven = "not_proven",
        /// Over the limit of characters, which is said.
        WordsTooLong = "words_too_long",
        /// A control or direction character, or letters with many marks.
        WordsCharacter = "words_character",
        /// Over the limit of lines, which is said.
        WordsLines = "words_lines",
        /// It needs a name.
        WordsEmpty = "words_empty",
        /// No day that exists.
        BadBirthday = "bad_birthday",
        /// No PNG or JPEG of the right size within the limit of bytes.
        BadPicture = "bad_picture",
        /// The server has no such picture of yours: bring it first.
        NotUploaded = "not_uploaded",
        /// Over the limit of bytes of one file, which is said.
        FileTooLarge = "file_too_large",
        /// Over the bytes that one person may have here, which are said.
        FileQuota = "file_quota",
        /// The server keeps as much as it may, or its disk has too little left for files.
        FilesFull = "files_full",
        /// So many files of yours travel already, or of all people.
        FilesBusy = "files_busy",
        /// It was taken back or declined, or it was kept for as long as files are.
        FileGone = "file_gone",
        /// Its bytes are not what was said about them: it has to be sent again.
        FileWrong = "file_wrong",
        /// That is yourself.
        Yourself = "yourself",
        /// You are friends already.
        AlreadyFriends = "already_friends",
        /// You are not friends.
        NotFriends = "not_friends",
        /// You asked already, and no answer has come.
        AlreadyAsked = "already_asked",
        /// A request of yours was withdrawn or declined a moment ago; the time to wait is said.
        AskedTooSoon = "asked_too_soon",
        /// There is no such request, or it was answered or has expired.
        RequestGone = "request_gone",
        /// That person takes no requests.
        TakesNoRequests = "takes_no_requests",
        /// That person takes no messages from you.
        TakesNoMessages = "takes_no_messages",
        /// You blocked that person.
        YouBlocked = "you_blocked",
        /// Too many friends, groups or open requests on your side; the most is said.
        TooMany = "too_many",
        /// Too many friends or open requests on the other side.
        PeerFull = "peer_full",
        /// A group of that name is there already.
        GroupExists = "group_exists",
        /// That friend does not want to be shaken by you.
        ShakeOff = "shake_off",
        /// Nothing to say.
        TextEmpty = "text_empty",
        /// Over the limit of bytes, which is said.
        TextTooLong = "text_too_long",
        /// Too fast; the time to wait is said.
        TooFast = "too_fast",
        /// The same pair shook a moment ago, or the other was shaken too often.
        ShakeTooSoon = "shake_too_soon",
        /// The other side is busy.
        ShakeBusy = "shake_busy",
        /// Only a person can be shaken.
        ShakeTarget = "shake_target",
        /// The administrator has switched games off.
        GamesOff = "games_off",
        /// That person is not online.
        GameAway = "game_away",
        /// That person is busy.
        GameBusy = "game_busy",
        /// An invitation of yours is open there already.
        GameAsked = "game_asked",
        /// You play so many games, or have so many invitations open; the most is said.
        GamesMany = "games_many",
        /// That invitation is answered, taken back or too old.
        GameGone = "game_gone",
        /// It is not your turn.
        GameTurn = "game_turn",
        /// The rules do not allow that move.
        GameIllegal = "game_illegal",
        /// It was done already.
        GameTwice = "game_twice",
        /// The other has to do something first.
        GameEarly = "game_early",
        /// That is not the hand which was chosen.
        GameMismatch = "game_mismatch",
        /// Nothing was asked.
        GameNotAsked = "game_not_asked",
        /// There is no move of yours to take back.
        GameNoUndo = "game_no_undo",
        /// It was declined: make a move first.
        GameDeclined = "game_declined",
        /// Your time for that is over.
        GameLate = "game_late",
        /// The game is over.
        GameOver = "game_over",
        /// Only one's own messages can be recalled.
        NotYours = "not_yours",
        /// Messages can be recalled for two minutes.
        RecallLate = "recall_late",
        /// That message was recalled.
        Recalled = "recalled",
        /// There is no such message to quote, or it is not yours to see.
        QuoteGone = "quote_gone",
        /// There is no such room, or it was dissolved.
        RoomGone = "room_gone",
        /// You are not in that room.
        NotMember = "not_member",
        /// That person is in the room already.
        AlreadyMember = "already_member",
        /// People come into that room by invitation only.
        RoomClosed = "room_closed",
        /// So many are in the room already.
        RoomFull = "room_full",
        /// So many rooms were made by you in a day.
        RoomsToday = "rooms_today",
        /// That is for the owner, or for the owner and admins.
        NotAllowed = "not_allowed",
        /// The owner hands the room on or dissolves it first.
        OwnerStays = "owner_stays",
        /// You are muted in that room; the time to wait is said.
        RoomMuted = "room_muted",
        /// Only the owner and admins write there.
        AdminsOnly = "admins_only",
        /// Only the owner and admins mention everybody.
        MentionEveryone = "mention_everyone",
        /// The administrator closed the lobby.
        LobbyClosed = "lobby_closed",
        /// A value out of its range.
        BadValue = "bad_value",
        /// The nonce was used for something else.
        NonceReused = "nonce_reused",
        /// The session was ended by a newer one, a revoke or a new password.
        Fenced = "fenced",
        /// The server's disk is nearly full: it can be read but not written.
        DiskFull = "disk_full",
        /// The server could not do it and has logged why.
        Failed = "failed",
    }
);

codes!(
    /// Why a server hangs up.
    Goodbye {
        /// The client's frame version is not spoken here any more.
        TooOld = "too_old",
        /// A frame that this protocol does not have.
        BadFrame = "bad_frame",
        /// A frame over the limit.
        FrameTooLarge = "frame_too_large",
        /// No sign-in in time.
        Timeout = "timeout",
        /// The reader was too slow; come back and ask for what was missed.
        TooSlow = "too_slow",
        /// The server is closing.
        ShuttingDown = "shutting_down",
        /// The same device signed in again.
        Replaced = "replaced",
        /// The device was signed out.
        SignedOut = "signed_out",
        /// The password was changed on another device, or by a recovery code.
        PasswordChanged = "password_changed",
        /// An administrator ended it.
        Kicked = "kicked",
        /// The administrator banned the address.
        Banned = "banned",
        /// The account was deleted.
        Deleted = "deleted",
        /// Too many links.
        TooManyLinks = "too_many_links",
    }
);

codes!(
    /// What the server says to people for which every client has words of its own.
    Occasion {
        /// Why the link is about to end: a goodbye follows, and the text are the administrator's words.
        PutOut = "put_out",
        /// The server stops in so many seconds.
        Stopping = "stopping",
        /// The same, and it is back soon.
        Restarting = "restarting",
        /// What was announced does not happen.
        GoesOn = "goes_on",
    }
);

/// What is said, and when it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calling {
    /// What.
    pub code: Occasion,
    /// In so many seconds.
    #[serde(default)]
    pub seconds: u64,
}
