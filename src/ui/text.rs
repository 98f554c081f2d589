//! All wording: two languages as tables of key and text, and the sentence for every cause.
//!
//! The language may change at any moment, so nothing keeps a worded text: models keep causes, and
//! windows ask for the words when they draw. An unknown key is drawn as itself and fails a test.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::app::writing::Notice;
use crate::client::api::{ExportTrouble, fill};
use crate::client::{Failure, StartError};
use crate::domain::{NicknameError, Presence};
use crate::net::address::AddressError;
use crate::net::protocol::{Calling, Goodbye, Occasion, Reason, Refusal};

/// A language of the windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

/// What the person chose for the language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LanguageChoice {
    /// The system's.
    #[default]
    System,
    /// This one.
    Fixed(Language),
}

/// What the rules allow a nickname, for servers that do not say their own number.
const NICKNAME_GRAPHEMES: u64 = 16;
/// What the rules allow a text, for servers that do not say their own number.
const TEXT_BYTES: u64 = 16 * 1024;
/// What the rules allow the shortest of texts, for servers that do not say their own number.
const WORDS: u64 = 16;
/// The same for the people in a room, and the rooms that one person makes in a day.
const ROOM_MEMBERS: u64 = 2_000;
const ROOMS_A_DAY: u64 = 20;
/// The same for the bytes of a file.
const FILE_BYTES: u64 = 4 << 30;

/// The language now in use, as an index of [`Language::ALL`].
static CURRENT: AtomicU8 = AtomicU8::new(0);

impl Language {
    /// Both.
    pub const ALL: [Language; 2] = [Language::Chinese, Language::English];

    /// The language of this computer: Chinese where its locale is, English elsewhere.
    #[must_use]
    pub fn of_system() -> Language {
        match sys_locale::get_locale() {
            Some(locale) => Language::of_locale(&locale),
            None => Language::English,
        }
    }

    /// The language for a locale such as `zh-CN`, `zh_TW.UTF-8` or `en-GB`.
    #[must_use]
    pub fn of_locale(locale: &str) -> Language {
        match locale.to_ascii_lowercase().starts_with("zh") {
            true => Language::Chinese,
            false => Language::English,
        }
    }

    /// Its tag for programs.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// Its name in its own words.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Language::Chinese => "简体中文",
            Language::English => "English",
        }
    }

    /// The text of a key.
    #[must_use]
    pub fn get(self, key: &'static str) -> &'static str {
        self.find(key).unwrap_or(key)
    }

    /// The text of a key with its placeholders filled: `fill("server.found", &[("n", "3")])`. Where
    /// `n` is 1 and the key has a text of its own for one, that one is taken.
    #[must_use]
    pub fn fill(self, key: &'static str, values: &[(&str, &str)]) -> String {
        let one = values.contains(&("n", "1")).then(|| self.one(key)).flatten();
        fill(one.unwrap_or_else(|| self.get(key)), values)
    }

    /// How something is said of one alone: "1 minute" and not "1 minutes".
    fn one(self, key: &str) -> Option<&'static str> {
        self.find(&format!("{key}.one"))
    }

    /// The text of a key that may have none.
    pub(super) fn find(self, key: &str) -> Option<&'static str> {
        self.table().get(key).copied()
    }

    fn table(self) -> &'static HashMap<&'static str, &'static str> {
        static TABLES: [OnceLock<HashMap<&str, &str>>; 2] = [OnceLock::new(), OnceLock::new()];
        let (slot, source) = match self {
            Language::Chinese => (&TABLES[0], include_str!("../../assets/strings/zh-CN.txt")),
            Language::English => (&TABLES[1], include_str!("../../assets/strings/en.txt")),
        };
        slot.get_or_init(|| entries(source).collect())
    }
}

impl LanguageChoice {
    /// What is kept in the settings.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            LanguageChoice::System => "system",
            LanguageChoice::Fixed(Language::Chinese) => "zh-CN",
            LanguageChoice::Fixed(Language::English) => "en",
        }
    }

    /// Reads what [`Self::code`] wrote; anything else is the system's.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "zh-CN" => LanguageChoice::Fixed(Language::Chinese),
            "en" => LanguageChoice::Fixed(Language::English),
            _ => LanguageChoice::System,
        }
    }

    /// The language that it means on this computer.
    #[must_use]
    pub fn language(self) -> Language {
        match self {
            LanguageChoice::System => Language::of_system(),
            LanguageChoice::Fixed(language) => language,
        }
    }
}

/// The language that windows draw in.
#[must_use]
pub fn language() -> Language {
    Language::ALL[usize::from(CURRENT.load(Ordering::Relaxed) != 0)]
}

/// Draws in this language from now on; the caller redraws the windows.
pub fn set_language(language: Language) {
    CURRENT.store(u8::from(language == Language::English), Ordering::Relaxed);
}

/// The text of a key in the language of the windows.
#[must_use]
pub fn tr(key: &'static str) -> &'static str {
    language().get(key)
}

/// The text of a key in the language of the windows, its placeholders filled.
#[must_use]
pub fn tr_with(key: &'static str, values: &[(&str, &str)]) -> String {
    language().fill(key, values)
}

/// How a presence is called.
#[must_use]
pub fn presence(language: Language, presence: Presence) -> &'static str {
    language.get(match presence {
        Presence::Online => "status.online",
        Presence::Away => "status.away",
        Presence::Busy => "status.busy",
        Presence::Invisible => "status.invisible",
        Presence::Offline => "status.offline",
    })
}

/// Why something failed and what to do.
#[must_use]
pub fn failure(language: Language, failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => self::refusal(language, refusal),
        Failure::Goodbye(goodbye) => self::goodbye(language, *goodbye).to_owned(),
        Failure::PutOut(goodbye, words) => {
            let said = self::goodbye(language, *goodbye);
            format!("{said} {}", language.fill("reason.words", &[("text", words)]))
        }
        Failure::Store(reason) => language.fill("failure.store", &[("reason", reason)]),
        Failure::Export(ExportTrouble::Other(reason)) => {
            language.fill("failure.export", &[("reason", reason)])
        }
        Failure::File(reason) => language.fill("failure.file", &[("reason", reason)]),
        plain => by_code(language, "failure", plain.code()).to_owned(),
    }
}

/// What stands under the head of a chat for a moment.
#[must_use]
pub fn notice(language: Language, notice: &Notice) -> String {
    match notice {
        Notice::Failure(failure) => self::failure(language, failure),
        Notice::TooLong { over, .. } => {
            language.fill("chat.too_long", &[("n", &*over.to_string())])
        }
    }
}

/// Why the server said no and what to do.
#[must_use]
pub fn refusal(language: Language, refusal: &Refusal) -> String {
    let code = refusal.reason.code();
    let wait_ms = refusal.retry_after_ms;
    let number = match refusal.reason {
        Reason::LockedOut | Reason::RoomMuted | Reason::Banned => {
            wait_ms.unwrap_or(60_000).div_ceil(60_000).max(1)
        }
        Reason::NameTooLong => refusal.limit.unwrap_or(NICKNAME_GRAPHEMES),
        Reason::TextTooLong => refusal.limit.unwrap_or(TEXT_BYTES),
        Reason::WordsTooLong | Reason::WordsLines | Reason::TooMany => {
            refusal.limit.unwrap_or(WORDS)
        }
        // In MiB, as settings are.
        Reason::FileTooLarge | Reason::FileQuota => refusal.limit.unwrap_or(FILE_BYTES) >> 20,
        Reason::RoomFull => refusal.limit.unwrap_or(ROOM_MEMBERS),
        Reason::RoomsToday => refusal.limit.unwrap_or(ROOMS_A_DAY),
        Reason::ShakeTooSoon => wait_ms.unwrap_or(10_000).div_ceil(1_000).max(1),
        _ => wait_ms.unwrap_or(1_000).div_ceil(1_000).max(1),
    };
    let (key, number) = match (refusal.reason, wait_ms) {
        (Reason::Banned, Some(_)) => banned(number),
        _ => (format!("reason.{code}"), number),
    };
    let one = (number == 1).then(|| language.one(&key)).flatten();
    let known = one.or_else(|| language.find(&key));
    let sentence = known.unwrap_or_else(|| by_code(language, "reason", code));
    let said = fill(sentence, &[("n", &number.to_string())]);
    match &refusal.words {
        Some(words) => format!("{said} {}", language.fill("reason.words", &[("text", words)])),
        None => said,
    }
}

/// For how much longer, in the largest unit of which there are two.
fn banned(minutes: u64) -> (String, u64) {
    let (unit, number) = match minutes {
        2_880.. => ("days", minutes.div_ceil(1_440)),
        120.. => ("hours", minutes.div_ceil(60)),
        _ => ("minutes", minutes),
    };
    (format!("reason.banned.{unit}"), number)
}

/// Why the server hung up and what to do.
#[must_use]
pub fn goodbye(language: Language, goodbye: Goodbye) -> &'static str {
    by_code(language, "goodbye", goodbye.code())
}

/// What the server's admin says to everybody: in the person's language where it is known what about.
#[must_use]
pub fn called(language: Language, text: &str, about: Option<Calling>) -> String {
    let key = about.and_then(|about| match about.code {
        Occasion::Stopping => Some("call.stopping"),
        Occasion::Restarting => Some("call.restarting"),
        Occasion::GoesOn => Some("call.goes_on"),
        Occasion::PutOut | Occasion::Unknown => None,
    });
    let seconds = about.map_or(0, |about| about.seconds).to_string();
    key.map_or_else(|| text.to_owned(), |key| language.fill(key, &[("n", &seconds)]))
}

/// Why a text is no nickname and what to do.
#[must_use]
pub fn nickname(language: Language, error: NicknameError) -> String {
    refusal(language, &Refusal::new(nickname_reason(error)))
}

/// What is wrong with a typed address and what to do.
#[must_use]
pub fn address(language: Language, error: AddressError) -> &'static str {
    language.get(match error {
        AddressError::NoHost => "address.no_host",
        AddressError::Port => "address.port",
        AddressError::Character => "address.character",
        AddressError::Key => "address.key",
    })
}

/// Why the client could not start and what to do.
#[must_use]
pub fn start(language: Language, error: &StartError) -> String {
    match error {
        StartError::Locked(folder) => {
            language.fill("start.locked", &[("reason", &folder.display().to_string())])
        }
        StartError::Folder { folder, error } => {
            let reason = format!("{} ({error})", folder.display());
            language.fill("start.folder", &[("reason", &reason)])
        }
        StartError::Store(reason) => language.fill("start.store", &[("reason", reason)]),
    }
}

fn nickname_reason(error: NicknameError) -> Reason {
    match error {
        NicknameError::Empty => Reason::NameEmpty,
        NicknameError::TooLong => Reason::NameTooLong,
        NicknameError::Character => Reason::NameCharacter,
        NicknameError::Number => Reason::NameNumber,
        NicknameError::Reserved => Reason::NameReserved,
    }
}

fn by_code(language: Language, group: &str, code: &'static str) -> &'static str {
    language.find(&format!("{group}.{code}")).unwrap_or(code)
}

fn entries(source: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    source
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, text)| (key.trim(), text.trim()))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
    }

    fn table(language: Language) -> BTreeMap<&'static str, &'static str> {
        language.table().iter().map(|(key, text)| (*key, *text)).collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_and_placeholders() {
        let (chinese, english) = (table(Language::Chinese), table(Language::English));
        let keys = |table: &BTreeMap<&'static str, _>| table.keys().copied().collect::<Vec<_>>();
        assert_eq!(keys(&chinese), keys(&english));
        for (key, text) in &chinese {
            assert!(!text.is_empty(), "{key}");
            assert_eq!(placeholders(text), placeholders(english[key]), "{key}");
        }
    }

    #[test]
    fn no_key_stands_twice_and_no_line_is_lost() {
        let sources = [
            include_str!("../../assets/strings/zh-CN.txt"),
            include_str!("../../assets/strings/en.txt"),
        ];
        for source in sources {
            let lines = source.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).count();
            let keys: BTreeSet<&str> = entries(source).map(|(key, _)| key).collect();
            assert_eq!(keys.len(), lines);
        }
    }

    #[test]
    fn english_is_ascii() {
        for (key, text) in table(Language::English) {
            assert!(text.is_ascii(), "{key}: the CJK font draws other quotes and dots full width");
        }
    }

    #[test]
    fn every_cause_has_its_own_sentence_in_both_languages() {
        let failures = [
            Failure::Offline,
            Failure::NameUnknown,
            Failure::PortClosed,
            Failure::Unreachable,
            Failure::NotMyChat,
            Failure::Version,
            Failure::KeyChanged,
            Failure::KeyUnknown,
            Failure::KeyOther,
            Failure::LinkLost,
            Failure::Cancelled,
            Failure::Queued(crate::domain::Nonce([0; 16])),
            Failure::PasswordLength,
            Failure::PasswordCommon,
            Failure::NoToken,
            Failure::Store("x".into()),
            Failure::File("x".into()),
            Failure::SourceGone,
            Failure::SourceChanged,
            Failure::SaveDenied,
            Failure::SaveFull,
            Failure::FileBroken,
            Failure::ImageTooLarge,
            Failure::ImageGone,
            Failure::ImageMissing,
            Failure::FileExists,
            Failure::PictureTooLarge,
            Failure::PictureKind,
            Failure::PictureTooSmall,
            Failure::CodeForm,
            Failure::Export(ExportTrouble::Exists),
            Failure::Export(ExportTrouble::Full),
            Failure::Export(ExportTrouble::Denied),
            Failure::Export(ExportTrouble::NoFolder),
            Failure::Export(ExportTrouble::Busy),
            Failure::Export(ExportTrouble::Other("x".into())),
        ];
        for language in Language::ALL {
            let mut sentences: Vec<String> =
                failures.iter().map(|cause| failure(language, cause)).collect();
            let reasons = Reason::ALL.iter().copied().chain([Reason::Unknown]);
            sentences.extend(reasons.map(|reason| refusal(language, &Refusal::new(reason))));
            let goodbyes = Goodbye::ALL.iter().copied().chain([Goodbye::Unknown]);
            sentences.extend(goodbyes.map(|cause| goodbye(language, cause).to_owned()));
            let addresses = [
                AddressError::NoHost,
                AddressError::Port,
                AddressError::Character,
                AddressError::Key,
            ];
            sentences.extend(addresses.map(|cause| address(language, cause).to_owned()));
            for sentence in &sentences {
                let is_code = sentence.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                assert!(!is_code, "{sentence:?} is a code");
                assert!(!sentence.contains('{'), "{sentence:?} has an empty place");
            }
            let different: BTreeSet<&String> = sentences.iter().collect();
            assert_eq!(different.len(), sentences.len());
        }
    }

    #[test]
    fn each_rule_of_nicknames_has_its_own_sentence() {
        let errors = [
            NicknameError::Empty,
            NicknameError::TooLong,
            NicknameError::Character,
            NicknameError::Number,
            NicknameError::Reserved,
        ];
        for language in Language::ALL {
            let sentences: BTreeSet<String> =
                errors.iter().map(|error| nickname(language, *error)).collect();
            assert_eq!(sentences.len(), errors.len());
        }
    }

    #[test]
    fn waiting_times_are_said_in_whole_minutes_or_seconds() {
        let english = Language::English;
        let cases = [
            (Refusal::retry(Reason::LockedOut, 61_000), "Too many tries. Wait 2 minutes."),
            (Refusal::retry(Reason::LockedOut, 60_000), "Too many tries. Wait 1 minute."),
            (
                Refusal::retry(Reason::ShakeTooSoon, 4_100),
                "You shook a moment ago. Try again in 5 s.",
            ),
        ];
        for (cause, sentence) in cases {
            assert_eq!(refusal(english, &cause), sentence);
        }
    }

    #[test]
    fn a_ban_is_told_in_the_unit_that_says_it_shortest() {
        let cases = [(1, "minute"), (119, "119 more minutes"), (120, "2 more hours")];
        let longer = [(1_440, "24 more hours"), (2_880, "2 more days"), (2_881, "3 more days")];
        for (minutes, words) in cases.into_iter().chain(longer) {
            let retry_after_ms = Some(minutes * 60_000);
            let banned = Refusal { retry_after_ms, ..Refusal::new(Reason::Banned) };
            let told = refusal(Language::English, &banned);
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn the_admin_is_heard_in_the_persons_language() {
        let about = |code| Some(Calling { code, seconds: 60 });
        let told = Occasion::ALL.iter().map(|code| called(Language::Chinese, "x", about(*code)));
        let told: BTreeSet<String> = told.collect();
        assert_eq!(told.len(), Occasion::ALL.len(), "{told:?}");
        assert!(told.contains("服务器将在 60 秒后停止，请先保存没发完的内容。"), "{told:?}");
        assert_eq!(called(Language::Chinese, "x", about(Occasion::Unknown)), "x");
        let put_out = Failure::PutOut(Goodbye::Kicked, "刷屏".to_owned());
        let told = failure(Language::English, &put_out);
        assert_eq!(
            told,
            "The administrator ended your session. Ask the administrator. Reason: 刷屏"
        );
    }

    #[test]
    fn one_is_no_plural() {
        let english = Language::English;
        for (n, words) in
            [("1", "1 new message"), ("2", "2 new messages"), ("11", "11 new messages")]
        {
            assert_eq!(english.fill("chat.new", &[("n", n)]), words);
        }
        assert_eq!(english.fill("server.online", &[("n", "1")]), "1 online");
    }

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(
            fill("{n} of {n}, {name}", &[("n", "{name}"), ("name", "x")]),
            "{name} of {name}, x"
        );
        assert_eq!(fill("{q} {", &[]), "{q} {");
    }

    #[test]
    fn every_key_that_the_windows_name_exists() {
        let mut files = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui")];
        let mut named = 0;
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            for opening in ["tr(\"", "tr_with(\"", ".get(\"", ".fill(\""] {
                for rest in source.split(opening).skip(1) {
                    let key = rest.split('"').next().unwrap_or_default();
                    let known = Language::English.find(key).is_some();
                    assert!(known || !key.contains('.'), "{key} in {}", path.display());
                    named += 1;
                }
            }
        }
        assert!(named > 0);
    }

    #[test]
    fn the_locale_chooses() {
        for (locale, language) in [
            ("zh-CN", Language::Chinese),
            ("zh_TW.UTF-8", Language::Chinese),
            ("en-GB", Language::English),
            ("C", Language::English),
        ] {
            assert_eq!(Language::of_locale(locale), language);
        }
        for choice in [
            LanguageChoice::System,
            LanguageChoice::Fixed(Language::Chinese),
            LanguageChoice::Fixed(Language::English),
        ] {
            assert_eq!(LanguageChoice::from_code(choice.code()), choice);
        }
    }
}
