//! What the windows need from the system: a display, a locale that can write, a server program.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Marks the second start of [`prepare_locale`], so that there is no third.
#[cfg(target_os = "linux")]
const PREPARED: &str = "MYCHAT_LOCALE_PREPARED";

/// Makes sure that the input method can hand over text. Call it first in `main`, before any
/// thread, when a window will be opened.
///
/// Where the locale is not UTF-8, or is named but not installed, the candidates of an input method
/// appear and the text that is chosen is silently lost. A variable of the running process cannot
/// be set without `unsafe`, so the program starts itself again with a locale that can write; it
/// returns only when nothing had to be changed or that failed.
pub fn prepare_locale() {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        if std::env::var_os(PREPARED).is_some() {
            return;
        }
        let named = |key: &str| std::env::var(key).ok().filter(|value| !value.is_empty());
        let all = named("LC_ALL");
        let effective = all.clone().or_else(|| named("LC_CTYPE")).or_else(|| named("LANG"));
        if effective.is_some_and(|locale| can_write(&locale)) {
            return;
        }
        let Ok(program) = std::env::current_exe() else { return };
        let mut arguments = std::env::args_os();
        let mut command = Command::new(program);
        command.arg0(arguments.next().unwrap_or_default()).args(arguments);
        command.env("LC_CTYPE", "C.UTF-8").env(PREPARED, "1");
        if let Some(all) = all {
            // It would override the line above; the language of messages is still wanted.
            command.env_remove("LC_ALL").env("LC_MESSAGES", all);
        }
        // Only a failure comes back, and then the windows still work without an input method.
        let error = command.exec();
        tracing::warn!(%error, "cannot start again with a UTF-8 locale");
    }
}

/// Whether a locale is UTF-8 and installed.
#[cfg(target_os = "linux")]
fn can_write(locale: &str) -> bool {
    let normal = normal_name(locale);
    if !normal.contains(".utf8") {
        return false;
    }
    if normal == "C.utf8" {
        return true;
    }
    let folder = std::path::Path::new("/usr/lib/locale");
    if folder.join(&normal).is_dir() || folder.join(locale).is_dir() {
        return true;
    }
    // The archive holds the names as plain, ended text.
    let name = [normal.as_bytes(), b"\0"].concat();
    std::fs::read(folder.join("locale-archive"))
        .is_ok_and(|archive| archive.windows(name.len()).any(|window| window == name))
}

/// `zh_CN.UTF-8` → `zh_CN.utf8`, as the C library files it.
#[cfg(target_os = "linux")]
fn normal_name(locale: &str) -> String {
    let (language, rest) = locale.split_once('.').unwrap_or((locale, ""));
    let (codes, variant) = rest.split_once('@').unwrap_or((rest, ""));
    let codes: String = codes.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    match variant {
        "" => format!("{language}.{codes}"),
        variant => format!("{language}.{codes}@{variant}"),
    }
}

/// Whether there is a display to open windows on. The toolkit ends the whole program by itself
/// when there is none, so it has to be asked before.
#[must_use]
pub fn has_display() -> bool {
    #[cfg(all(unix, not(target_os = "macos")))]
    {
        let display = std::env::var("DISPLAY").unwrap_or_default();
        !display.is_empty() && answers(&display)
    }
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    {
        true
    }
}

/// Whether an X server listens where `DISPLAY` points: `:1`, `unix:1.0` or `host:1`.
#[cfg(all(unix, not(target_os = "macos")))]
fn answers(display: &str) -> bool {
    use std::os::unix::net::UnixStream;
    let Some((host, rest)) = display.rsplit_once(':') else { return false };
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let Ok(number) = number.parse::<u16>() else { return false };
    if !host.is_empty() && host != "unix" && !host.starts_with('/') {
        // On another computer, or forwarded: the toolkit will find out.
        return true;
    }
    let path = format!("/tmp/.X11-unix/X{number}");
    UnixStream::connect(&path).is_ok() || abstract_socket_answers(&path)
}

#[cfg(target_os = "linux")]
fn abstract_socket_answers(name: &str) -> bool {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};
    SocketAddr::from_abstract_name(name)
        .is_ok_and(|address| UnixStream::connect_addr(&address).is_ok())
}

#[cfg(all(unix, not(target_os = "macos"), not(target_os = "linux")))]
fn abstract_socket_answers(_name: &str) -> bool {
    false
}

/// What this computer is called in a list of devices.
#[must_use]
pub fn device_name() -> String {
    let name = hostname::get().unwrap_or_else(|_| OsString::from("computer"));
    name.to_string_lossy().chars().take(32).collect()
}

/// Starts the server program with its window, on its own: it stays when this one ends.
///
/// # Errors
/// When the program cannot be started.
pub fn start_server() -> std::io::Result<std::process::Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--serve", "--window"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    detach(&mut command);
    command.spawn()
}

/// Where received files go unless the person chose another folder.
#[must_use]
pub fn downloads() -> std::path::PathBuf {
    let folders = directories::UserDirs::new();
    let own = folders.as_ref().map(|folders| {
        let own = folders.download_dir().filter(|folder| folder.is_dir());
        own.unwrap_or_else(|| folders.home_dir()).to_owned()
    });
    own.unwrap_or_else(std::env::temp_dir).join("MyChat")
}

/// Shows the folder of received files, which is made before the first one comes.
///
/// Calls back on another thread when that failed.
pub fn open_received(
    folder: &std::path::Path,
    failed: impl FnOnce(std::path::PathBuf) + Send + 'static,
) {
    let folder = folder.to_owned();
    let show = move || {
        if let Err(error) = std::fs::create_dir_all(&folder) {
            tracing::warn!(%error, "the folder of received files cannot be made");
        }
        let shown = folder.clone();
        open_place(&shown, move || failed(folder));
    };
    if let Err(error) = std::thread::Builder::new().name("open".to_owned()).spawn(show) {
        tracing::warn!(%error, "no thread for a folder");
    }
}

/// Opens a file or a folder of this computer with the program that is meant for it; calls back on another
/// thread when that failed.
pub fn open_place(place: &std::path::Path, failed: impl FnOnce() + Send + 'static) {
    open(place.as_os_str(), failed);
}

/// Opens a web address in the system's browser; calls back on another thread when that failed. Anything
/// else that a message might name is left alone.
pub fn open_link(address: &str, failed: impl FnOnce() + Send + 'static) {
    let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme);
    if !["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) {
        return;
    }
    open(address.as_ref(), failed);
}

fn open(what: &std::ffi::OsStr, failed: impl FnOnce() + Send + 'static) {
    let program = if cfg!(windows) { "explorer" } else { "xdg-open" };
    let what = what.to_owned();
    let run = move || {
        if let Err(why) = run_opener(program, &what) {
            tracing::warn!(why, program, "cannot open a link");
            failed();
        }
    };
    if let Err(error) = std::thread::Builder::new().name("link".to_owned()).spawn(run) {
        tracing::warn!(%error, "no thread for a link");
    }
}

/// Has a program open something, and waits for its end, which may be that of a browser.
fn run_opener(program: &str, what: &std::ffi::OsStr) -> Result<(), String> {
    /// What fails does so soon. An end after that is of the program that was opened.
    const FAILS_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);
    let mut command = Command::new(program);
    command.arg(what).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    detach(&mut command);
    let started = crate::clock::uptime();
    let status = command.status().map_err(|error| error.to_string())?;
    // The one of Windows ends with 1 whatever came of it.
    match status.success() || cfg!(windows) || crate::clock::uptime() > started + FAILS_WITHIN {
        true => Ok(()),
        false => Err(status.to_string()),
    }
}

#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // A Ctrl-C in the terminal of this program is not meant for the server.
    command.process_group(0);
}

#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    /// `DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP` of the Windows API.
    const DETACHED: u32 = 0x0000_0008 | 0x0000_0200;
    command.creation_flags(DETACHED);
}

/// Whether the desktop's own look is a dark one, as far as that can be read from its settings. They
/// are read once: no window waits for a disk later.
#[must_use]
pub fn prefers_dark() -> bool {
    static DARK: LazyLock<bool> = LazyLock::new(settings_prefer_dark);
    *DARK
}

fn settings_prefer_dark() -> bool {
    if let Ok(theme) = std::env::var("GTK_THEME") {
        return theme.to_lowercase().contains("dark");
    }
    let Some(folders) = directories::BaseDirs::new() else { return false };
    ["gtk-4.0", "gtk-3.0"].iter().any(|gtk| {
        let path = folders.config_dir().join(gtk).join("settings.ini");
        std::fs::read_to_string(path).is_ok_and(|settings| settings_are_dark(&settings))
    })
}

fn settings_are_dark(settings: &str) -> bool {
    settings.lines().filter_map(|line| line.split_once('=')).any(|(key, value)| {
        let value = value.trim().to_lowercase();
        match key.trim() {
            "gtk-application-prefer-dark-theme" => value == "1" || value == "true",
            "gtk-theme-name" => value.ends_with("-dark"),
            _ => false,
        }
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_an_installed_utf8_locale_can_write() {
        assert!(can_write("C.UTF-8") && can_write("C.utf8"));
        assert!(!can_write("POSIX") && !can_write("zh_CN.GB18030") && !can_write("xx_YY.UTF-8"));
        assert_eq!(normal_name("de_DE.UTF-8@euro"), "de_DE.utf8@euro");
    }

    #[test]
    fn what_could_not_be_opened_is_noticed() {
        let link = std::ffi::OsStr::new("http://example.com");
        assert!(run_opener("true", link).is_ok());
        for program in ["false", "/no/such/program"] {
            assert!(run_opener(program, link).is_err(), "{program}");
        }
    }

    #[test]
    fn a_dark_desktop_is_recognised() {
        assert!(settings_are_dark("[Settings]\ngtk-theme-name=Adwaita-dark\n"));
        assert!(settings_are_dark("gtk-application-prefer-dark-theme = 1"));
        assert!(!settings_are_dark("gtk-theme-name=Adwaita\ngtk-application-prefer-dark-theme=0"));
    }

    #[test]
    fn a_display_that_does_not_answer_is_none() {
        assert!(!answers("nonsense") && !answers(":60123") && !answers(":x"));
    }
}
