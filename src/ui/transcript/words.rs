//! The words of transcripts in the language of the windows, and widths from the kit.

use jiff::tz::TimeZone;

use super::card::Deed;
use super::measure::Measure;
use super::place::Wording;
use crate::clock::wall_ms;
use crate::ui::app::time::{exact_label, separator_label};
use crate::ui::paint::text::char_width;
use crate::ui::text::{language, tr, tr_with};
use crate::ui::theme::Style;

/// What the windows say, at the time of this computer's zone.
pub struct Words {
    zone: TimeZone,
}

impl Words {
    /// In this zone.
    #[must_use]
    pub fn new(zone: TimeZone) -> Words {
        Words { zone }
    }
}

/// What can be done with a file, in words.
#[must_use]
pub fn deed_words(deed: Deed) -> &'static str {
    tr(match deed {
        Deed::Take => "file.receive",
        Deed::SaveAs => "file.save_as",
        Deed::Decline => "file.decline",
        Deed::Pause => "file.pause",
        Deed::Resume => "file.resume",
        Deed::Cancel => "file.cancel",
        Deed::Open => "file.open",
        Deed::OpenFolder => "file.open_folder",
        Deed::SendAgain => "file.send_again",
        Deed::Remove => "file.remove",
        Deed::Game(deed) => deed.key(),
    })
}

impl Wording for Words {
    fn separator(&self, at_ms: i64) -> String {
        separator_label(at_ms, wall_ms(), &self.zone, language())
    }

    fn exact(&self, at_ms: i64) -> String {
        exact_label(at_ms, &self.zone, language())
    }

    fn shake(&self, by: Option<&str>) -> String {
        match by {
            Some(name) => tr_with("chat.shake.peer", &[("name", name)]),
            None => tr("chat.shake.me").to_owned(),
        }
    }

    fn failed(&self) -> String {
        tr("chat.failed").to_owned()
    }

    fn retry(&self) -> String {
        tr("chat.retry").to_owned()
    }

    fn deed(&self, deed: Deed) -> String {
        deed_words(deed).to_owned()
    }

    fn uploading(&self, percent: u8) -> String {
        tr_with("image.uploading", &[("n", &percent.to_string())])
    }

    fn missing(&self) -> String {
        tr("image.missing").to_owned()
    }

    fn divider(&self) -> String {
        tr("chat.new.line").to_owned()
    }

    fn pill(&self, count: usize) -> String {
        tr_with("chat.new", &[("n", &count.to_string())])
    }

    fn empty(&self) -> (String, String) {
        (tr("chat.empty").to_owned(), tr("chat.empty.hint").to_owned())
    }
}

/// Widths as the kit draws them.
pub struct Kit;

impl Measure for Kit {
    fn width(&self, style: Style, c: char) -> f32 {
        char_width(style, c)
    }
}
