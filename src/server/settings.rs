//! The settings in force: what the administrator set, over the defaults.

use jiff::civil::Time;

use crate::limits::{Limits, SettingError};
use crate::net::protocol::Registration;
use crate::store::rows::{Mode, Rows};
use crate::store::{StoreError, Writes};

/// Who may register: `open`, `code` or `closed`.
pub const REGISTRATION: &str = "registration";
/// The invite code for `registration = code`.
pub const REGISTRATION_CODE: &str = "registration.code";
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
        REGISTRATION_CODE => Some("the code that registration = code asks for"),
        DISCOVERY => Some("whether computers on the LAN find the server by themselves: on or off"),
        NAME => Some("the server's name for people; the host's name while it is empty"),
        DAILY_BACKUP => {
            Some("when the server makes a backup of itself each day, such as 03:00, or off")
        }
        _ => Limits::SETTINGS.iter().find(|setting| setting.key == key).map(|found| found.about),
    }
}

const TIME_OF_DAY: &str = "%H:%M";
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
            NAME => self.name = text(NAME, value)?,
            DISCOVERY => self.discovery = switch(DISCOVERY, value)?,
            DAILY_BACKUP => self.daily_backup = time_of_day(value)?,
            _ => self.limits.set(key, value)?,
        }
        Ok(())
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
        ];
        let daily = self.daily_backup.map(|time| time.strftime(TIME_OF_DAY).to_string());
        rows.push((DAILY_BACKUP, daily.unwrap_or_else(|| "off".to_owned())));
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

fn registration(value: &str) -> Result<Registration, SettingError> {
    match value {
        "open" => Ok(Registration::Open),
        "code" => Ok(Registration::Code),
        "closed" => Ok(Registration::Closed),
        _ => Err(SettingError::OneOf { key: REGISTRATION, values: "open, code or closed" }),
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
        assert!(settings.set(NAME, "a\nb").is_err());
        assert!(settings.set(NAME, &"x".repeat(65)).is_err());
    }
}
