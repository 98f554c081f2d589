//! The choices of the server's window, kept as lines of text in the data folder.

use std::path::Path;

use crate::ui::text::LanguageChoice;

/// The file in the data folder.
const FILE: &str = "console.txt";

/// Words and colours, and where a server listens that is told nothing about that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choices {
    /// The language.
    pub language: LanguageChoice,
    /// Light on dark.
    pub dark: bool,
    /// The port that was taken when the usual one was another program's.
    pub port: Option<u16>,
}

impl Choices {
    /// Reads what was kept; what cannot be read is as if never chosen, and then it is dark where
    /// the system is.
    #[must_use]
    pub fn load(data: &Path, system_is_dark: bool) -> Choices {
        let text = std::fs::read_to_string(data.join(FILE)).unwrap_or_default();
        Choices::parse(&text, system_is_dark)
    }

    /// Keeps them.
    ///
    /// # Errors
    /// What the system says; the window then forgets them.
    pub fn save(self, data: &Path) -> std::io::Result<()> {
        std::fs::write(data.join(FILE), self.text())
    }

    fn parse(text: &str, system_is_dark: bool) -> Choices {
        let mut choices = Choices { dark: system_is_dark, ..Choices::default() };
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match (key.trim(), value.trim()) {
                ("language", value) => choices.language = LanguageChoice::from_code(value),
                ("theme", value) => choices.dark = value == "dark",
                ("port", value) => choices.port = value.parse().ok().filter(|port| *port > 0),
                _ => {}
            }
        }
        choices
    }

    fn text(self) -> String {
        let theme = if self.dark { "dark" } else { "light" };
        let port = self.port.map_or_else(String::new, |port| format!("port = {port}\n"));
        format!("language = {}\ntheme = {theme}\n{port}", self.language.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::Language;

    #[test]
    fn what_is_kept_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Choices::load(folder.path(), false), Choices::default());
        assert!(Choices::load(folder.path(), true).dark);
        for language in [LanguageChoice::System, LanguageChoice::Fixed(Language::English)] {
            for port in [None, Some(1_030)] {
                let choices = Choices { language, dark: true, port };
                choices.save(folder.path()).unwrap();
                assert_eq!(Choices::load(folder.path(), false), choices);
            }
        }
        let garbage = "theme\n=\nx=y\nlanguage=?\nport = 65536\nport = 0";
        assert_eq!(Choices::parse(garbage, false), Choices::default());
    }
}
