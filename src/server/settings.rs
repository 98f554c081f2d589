//! The settings in force: what the administrator set, over the defaults.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::limits::{Limits, SettingError};
use crate::net::protocol::Registration;
use crate::store::rows::{Mode, Rows};
use crate::store::{StoreError, Writes};

/// Who may register: `open`, `code` or `closed`.
pub const REGISTRATION: &str = "registration";
/// The invite code for `registration = code`.
pub const REGISTRATION_CODE: &str = "registration.code";
/// How many may still register by the code: a number or `off`.
pub const CODE_USES: &str = "registration.code.uses";
/// The last day of the code: `YYYY-MM-DD` or `off`.
pub const CODE_UNTIL: &str = "registration.code.until";
/// The server's name for people.
pub const NAME: &str = "server.name";
/// Whether the server is announced on the LAN: `on` or `off`.
pub const DISCOVERY: &str = "discovery";
/// When the server makes a backup by itself: `HH:MM` or `off`.
pub const DAILY_BACKUP: &str = "backup.daily";

/// What a setting means.
#[must_use]
pub fn about(key: &str) -> Option<&'static str> {
    match key {
        REGISTRATION => Some("who may create an account: open (everybody), code or closed"),
        REGISTRATION_CODE => Some(
            "the invite code that registration = code asks for; a new one has no number of uses and no last day",
        ),
        CODE_USES => {
            Some("how many accounts may still be created by the invite code, or off for any number")
        }
        CODE_UNTIL => Some(
            "the last day of the invite code by the server's clock, such as 2026-11-30, or off for none",
        ),
        DISCOVERY => Some("whether computers on the LAN find the server by themselves: on or off"),
        NAME => Some("the server's name for people; the host's name while it is empty"),
        DAILY_BACKUP => {
            Some("when the server makes a backup of itself each day, such as 03:00, or off")
        }
        _ => Limits::SETTINGS.iter().find(|setting| setting.key == key).map(|found| found.about),
    }
}

const TIME_OF_DAY: &str = "%H:%M";
const DAY: &str = "%Y-%m-%d";
/// More than a server ever has accounts.
const CODE_USES_MAX: u64 = 1_000_000;
/// What registering asks for is not guessed in a few tries.
const CODE_CHARS_MIN: usize = 4;
/// Longest text setting.
const TEXT_BYTES_MAX: usize = 64;

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Numbers.
    pub limits: Limits,
    /// Who may register.
    pub registration: Registration,
    /// The invite code.
    pub code: Option<String>,
    /// How many may still register by it.
    pub code_uses: Option<u64>,
    /// Its last day.
    pub code_until: Option<Date>,
    /// The server's name for people.
    pub name: Option<String>,
    /// Whether it is announced on the LAN.
    pub discovery: bool,
    /// When it makes a backup by itself.
    pub daily_backup: Option<Time>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            limits: Limits::default(),
            registration: Registration::default(),
            code: None,
            code_uses: None,
            code_until: None,
            name: None,
            discovery: true,
            daily_backup: Some(Time::constant(3, 0, 0, 0)),
        }
    }
}

impl Settings {
    /// Reads what was set. A value that this program does not take any more is left out, with a
    /// warning, so that an old folder still starts.
    ///
    /// # Errors
    /// The disk failed.
    pub fn load<M: Mode>(rows: &Rows<M>) -> Result<Self, StoreError> {
        let mut settings = Settings::default();
        for (key, value) in rows.list_settings()? {
            if let Err(error) = settings.set(&key, &value) {
                tracing::warn!(%key, %error, "a stored setting is left out");
            }
        }
        Ok(settings)
    }

    /// Sets one, after checking it.
    ///
    /// # Errors
    /// No such key, or not a value of it; nothing was changed.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SettingError> {
        match key {
            REGISTRATION => self.registration = registration(value)?,
            REGISTRATION_CODE => self.code = text(REGISTRATION_CODE, value)?,
            CODE_USES => self.code_uses = uses(value)?,
            CODE_UNTIL => self.code_until = day(value)?,
            NAME => self.name = text(NAME, value)?,
            DISCOVERY => self.discovery = switch(DISCOVERY, value)?,
            DAILY_BACKUP => self.daily_backup = time_of_day(value)?,
            _ => self.limits.set(key, value)?,
        }
        Ok(())
    }

    /// Whether nobody can register because there is no code to know.
    #[must_use]
    pub fn lacks_code(&self) -> bool {
        self.registration == Registration::Code && self.code.is_none()
    }

    /// Sets one from now on: what holds until a day has to hold for a while.
    ///
    /// # Errors
    /// No such key, or not a value of it, or a day that has gone by; nothing was changed.
    pub fn change(&mut self, key: &str, value: &str, now_ms: i64) -> Result<(), SettingError> {
        let mut wanted = self.clone();
        wanted.set(key, value)?;
        // One that was kept by an earlier program holds on.
        if key == REGISTRATION_CODE
            && wanted.code.as_ref().is_some_and(|code| code.chars().count() < CODE_CHARS_MIN)
        {
            return Err(SettingError::Short { key: REGISTRATION_CODE, chars_min: CODE_CHARS_MIN });
        }
        if key == CODE_UNTIL && wanted.is_code_over(now_ms) {
            let today = today(now_ms).strftime(DAY).to_string();
            return Err(SettingError::Past { key: CODE_UNTIL, today });
        }
        *self = wanted;
        Ok(())
    }

    /// Whether the code is worth nothing any more at a moment: its last day has gone by.
    #[must_use]
    pub fn is_code_over(&self, now_ms: i64) -> bool {
        self.code_until.is_some_and(|until| today(now_ms) > until)
    }

    /// A server's name for people: one short line, or nothing.
    ///
    /// # Errors
    /// It is longer, or more than one line.
    pub fn server_name(text: &str) -> Result<Option<String>, SettingError> {
        self::text(NAME, text)
    }

    /// Every key with its value now.
    #[must_use]
    pub fn list(&self) -> Vec<(&'static str, String)> {
        let registration = match self.registration {
            Registration::Open => "open",
            Registration::Code => "code",
            Registration::Closed => "closed",
        };
        let mut rows = vec![
            (NAME, self.name.clone().unwrap_or_default()),
            (DISCOVERY, if self.discovery { "on" } else { "off" }.to_owned()),
            (REGISTRATION, registration.to_owned()),
            (REGISTRATION_CODE, self.code.clone().unwrap_or_default()),
            (CODE_USES, self.code_uses.map_or_else(off, |uses| uses.to_string())),
            (CODE_UNTIL, self.code_until.map_or_else(off, |until| until.strftime(DAY).to_string())),
        ];
        let daily = self.daily_backup.map(|time| time.strftime(TIME_OF_DAY).to_string());
        rows.push((DAILY_BACKUP, daily.unwrap_or_else(off)));
        for setting in Limits::SETTINGS {
            let value = self.limits.get(setting.key).unwrap_or(setting.default);
            rows.push((setting.key, value.to_string()));
        }
        rows
    }

    /// Checks a setting and keeps it.
    ///
    /// # Errors
    /// The outer one is the disk's, the inner one says what the key takes.
    pub fn store(
        rows: &mut Writes<'_>,
        key: &str,
        value: &str,
    ) -> Result<Result<(), SettingError>, StoreError> {
        if let Err(error) = Settings::default().set(key, value) {
            return Ok(Err(error));
        }
        rows.put_setting(key, value)?;
        Ok(Ok(()))
    }
}

/// The day by this computer's clock.
fn today(now_ms: i64) -> Date {
    let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
    now.to_zoned(TimeZone::system()).date()
}

fn registration(value: &str) -> Result<Registration, SettingError> {
    match value {
        "open" => Ok(Registration::Open),
        "code" => Ok(Registration::Code),
        "closed" => Ok(Registration::Closed),
        _ => Err(SettingError::OneOf { key: REGISTRATION, values: "open, code or closed" }),
    }
}

fn off() -> String {
    "off".to_owned()
}

fn uses(value: &str) -> Result<Option<u64>, SettingError> {
    let values = "a whole number from 0 to 1000000, or off";
    match value {
        "off" => Ok(None),
        _ => match value.parse() {
            Ok(number @ 0..=CODE_USES_MAX) => Ok(Some(number)),
            _ => Err(SettingError::OneOf { key: CODE_USES, values }),
        },
    }
}

fn day(value: &str) -> Result<Option<Date>, SettingError> {
    let values = "a day such as 2026-11-30, or off";
    match value {
        "off" => Ok(None),
        _ => Date::strptime(DAY, value)
            .map(Some)
            .map_err(|_| SettingError::OneOf { key: CODE_UNTIL, values }),
    }
}

fn time_of_day(value: &str) -> Result<Option<Time>, SettingError> {
    let values = "a time of the day from 00:00 to 23:59, or off";
    match value {
        "off" => Ok(None),
        _ => Time::strptime(TIME_OF_DAY, value)
            .map(Some)
            .map_err(|_| SettingError::OneOf { key: DAILY_BACKUP, values }),
    }
}

fn switch(key: &'static str, value: &str) -> Result<bool, SettingError> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(SettingError::OneOf { key, values: "on or off" }),
    }
}

fn text(key: &'static str, value: &str) -> Result<Option<String>, SettingError> {
    let value = value.trim();
    if value.len() > TEXT_BYTES_MAX || value.chars().any(char::is_control) {
        return Err(SettingError::Text { key, bytes_max: TEXT_BYTES_MAX });
    }
    Ok((!value.is_empty()).then(|| value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_setting_can_be_set_to_what_it_shows() {
        let mut settings = Settings::default();
        for (key, value) in Settings::default().list() {
            settings.set(key, &value).unwrap();
        }
        assert_eq!(settings, Settings::default());
        assert!(settings.set(REGISTRATION, "maybe").is_err());
        settings.set(DAILY_BACKUP, "23:59").unwrap();
        assert_eq!(settings.daily_backup, Some(Time::constant(23, 59, 0, 0)));
        settings.set(DAILY_BACKUP, "off").unwrap();
        assert_eq!(settings.daily_backup, None);
        for wrong in ["24:00", "3", "03:00:00", "on", "", "03:60"] {
            assert!(settings.set(DAILY_BACKUP, wrong).is_err(), "{wrong}");
        }
        for wrong in ["-1", "", "many", "1000001"] {
            assert!(settings.set(CODE_USES, wrong).is_err(), "{wrong}");
        }
        for wrong in ["2026-02-30", "", "tomorrow", "30.11.2026"] {
            assert!(settings.set(CODE_UNTIL, wrong).is_err(), "{wrong}");
        }
        settings.set(CODE_UNTIL, "2026-11-30").unwrap();
        let at = |day, hour| {
            let time = jiff::civil::date(2026, 11, day).at(hour, 0, 0, 0);
            time.to_zoned(TimeZone::system()).unwrap().timestamp().as_millisecond()
        };
        assert!(!settings.is_code_over(at(30, 23)), "the day belongs to it");
        let before = settings.clone();
        let past = settings.change(CODE_UNTIL, "2026-11-29", at(30, 1)).unwrap_err();
        assert!(past.to_string().contains("from 2026-11-30 on"), "{past}");
        assert_eq!(settings, before);
        for fine in ["2026-11-30", "2026-12-01", "off"] {
            settings.change(CODE_UNTIL, fine, at(30, 23)).unwrap();
        }
        let mut over = Settings::default();
        over.set(CODE_UNTIL, "2026-11-29").unwrap();
        over.change(NAME, "Hall", at(30, 1)).unwrap();
        settings.set(CODE_UNTIL, "2026-11-30").unwrap();
        assert!(
            Settings { code_until: Some(jiff::civil::date(2026, 11, 29)), ..settings.clone() }
                .is_code_over(at(30, 1))
        );
        for (code, is_taken) in [("a", false), ("两三四", false), ("桂花 3", true), ("", true)]
        {
            assert_eq!(settings.change(REGISTRATION_CODE, code, 0).is_ok(), is_taken, "{code}");
        }
        assert!(settings.set(NAME, "a\nb").is_err());
        assert!(settings.set(NAME, &"x".repeat(65)).is_err());
    }
}
