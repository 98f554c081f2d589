//! What stands for a room or a file: a rounded square of its colour, with the first letter of the room's
//! name, or how the file's name ends.

use unicode_segmentation::UnicodeSegmentation;

use super::text;
use super::{Align, Canvas, Icon, Rect};
use crate::ui::theme::{Colour, ROOM_TILES, Style, file_tile, metric};

impl Canvas {
    /// A room's tile. The colour is one of seven, as `Room::colour` has it; a room's number names the
    /// same one.
    pub fn room_tile(&self, colour: u64, name: &str, area: Rect) {
        let count = u64::try_from(ROOM_TILES.len()).unwrap_or(1);
        let fill = usize::try_from(colour % count).unwrap_or(0);
        self.round(area, area.w * 24 / 100, ROOM_TILES[fill]);
        let size = area.w * 2 / 5;
        let style = Style::HEADING.sized(size, size * 3 / 2);
        self.text_in(style, Colour::White, area, Align::Centre, &letter(name));
    }

    /// A file's tile.
    pub fn file_tile(&self, name: &str, area: Rect) {
        let ending = ending(name);
        self.round(area, metric::RADIUS_CARD, tile_colour(&ending));
        if ending.is_empty() {
            let side = area.w / 2;
            let inner = area.middle(side, side);
            let fill = file_tile::OTHER;
            return self.icon_on(Icon::File, inner.x, inner.y, side, Colour::White, fill);
        }
        let style = match ending.len() {
            ..=4 => Style::MICRO.bold(),
            _ => Style::MICRO.bold().sized(9, 12),
        };
        let is_narrow = text::width(style, &ending) <= area.w - 2;
        let style = if is_narrow { style } else { style.sized(8, 12) };
        self.text_in(style, Colour::White, area, Align::Centre, &ending);
    }
}

/// How a file's name ends, in capitals; nothing where that says nothing.
fn ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending))
            if !stem.is_empty()
                && (1..=5).contains(&ending.len())
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            ending.to_ascii_uppercase()
        }
        _ => String::new(),
    }
}

fn tile_colour(ending: &str) -> Colour {
    match ending {
        "DOC" | "DOCX" | "ODT" | "RTF" | "TXT" | "MD" | "WPS" | "PAGES" => file_tile::DOCUMENT,
        "PDF" => file_tile::PDF,
        "ZIP" | "RAR" | "7Z" | "TAR" | "GZ" | "XZ" | "BZ2" | "ZST" | "TGZ" | "ISO" => {
            file_tile::ARCHIVE
        }
        "PPT" | "PPTX" | "ODP" | "DPS" | "KEY" => file_tile::SLIDES,
        "XLS" | "XLSX" | "ODS" | "CSV" | "ET" => file_tile::TABLE,
        "PNG" | "JPG" | "JPEG" | "GIF" | "BMP" | "WEBP" | "SVG" | "TIFF" | "HEIC" | "PSD" => {
            file_tile::IMAGE
        }
        "MP4" | "MKV" | "AVI" | "MOV" | "WMV" | "FLV" | "WEBM" | "M4V" | "MPG" | "MPEG" => {
            file_tile::FILM
        }
        _ => file_tile::OTHER,
    }
}

/// What a reader takes for the first letter.
fn letter(name: &str) -> String {
    name.trim().graphemes(true).take(1).flat_map(str::chars).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_is_short_and_plain() {
        let cases = [
            ("a.zip", "ZIP"),
            ("实验报告.docx", "DOCX"),
            ("a.tar.gz", "GZ"),
            (".bashrc", ""),
            ("readme", ""),
            ("a.", ""),
            ("a.图片", ""),
            ("a.longer", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(ending(name), expected, "{name}");
        }
    }

    #[test]
    fn the_first_letter_is_what_a_reader_takes_for_one() {
        for (name, first) in [(" 软工", "软"), ("lab", "L"), ("👨‍👩‍👧 x", "👨‍👩‍👧"), ("", "")]
        {
            assert_eq!(letter(name), first);
        }
    }
}
