//! Which key does what in a transcript.

use fltk::app;
use fltk::enums::Key;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// A little up.
    Up,
    /// A little down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the oldest.
    Home,
    /// To the newest.
    End,
    /// Selected words into the clipboard.
    Copy,
    /// All words selected.
    SelectAll,
    /// To the next link or retry in sight.
    Next,
    /// To the one before.
    Previous,
    /// Nothing selected.
    Escape,
    /// The menu.
    Menu,
    /// The chosen message goes from this computer.
    Delete,
    /// The chosen message is answered.
    Reply,
    /// Do what the keyboard stands on.
    Act,
}

/// What the key of the event that is handled does, if anything.
pub fn command() -> Option<Command> {
    let is_control = app::is_event_ctrl() || app::is_event_command();
    let key = app::event_key();
    if is_control {
        return match key.to_char()? {
            'c' | 'C' => Some(Command::Copy),
            'a' | 'A' => Some(Command::SelectAll),
            _ => None,
        };
    }
    Some(match key {
        Key::Up => Command::Up,
        Key::Down => Command::Down,
        Key::PageUp => Command::PageUp,
        Key::PageDown => Command::PageDown,
        Key::Home => Command::Home,
        Key::End => Command::End,
        Key::Tab if app::is_event_shift() => Command::Previous,
        Key::Tab => Command::Next,
        Key::Escape => Command::Escape,
        Key::Menu => Command::Menu,
        Key::F10 if app::is_event_shift() => Command::Menu,
        Key::Delete => Command::Delete,
        _ if matches!(key.to_char(), Some('r' | 'R')) && !app::is_event_alt() => Command::Reply,
        Key::Enter | Key::KPEnter => Command::Act,
        _ => return None,
    })
}
