//! Tokens: every colour, type style and measure that the windows are drawn with, light and dark.

use std::sync::atomic::{AtomicU8, Ordering};

/// The looks that there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on dark blue-grey.
    Dark,
}

static CURRENT: AtomicU8 = AtomicU8::new(0);

impl Theme {
    /// The look that drawing uses now.
    #[must_use]
    pub fn current() -> Theme {
        match CURRENT.load(Ordering::Relaxed) {
            0 => Theme::Light,
            _ => Theme::Dark,
        }
    }

    /// Draw with this look from now on. Widgets read their tokens when drawn, so a redraw of the
    /// windows is all that has to follow (see `widgets::restyle`).
    pub fn make_current(self) {
        CURRENT.store(u8::from(self == Theme::Dark), Ordering::Relaxed);
    }
}

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Reads `0xRRGGBB`.
    #[must_use]
    pub const fn hex(value: u32) -> Rgb {
        let [_, r, g, b] = value.to_be_bytes();
        Rgb(r, g, b)
    }

    /// This colour at `percent` over another one.
    #[must_use]
    pub fn over(self, below: Rgb, percent: u32) -> Rgb {
        let mix = |top: u8, low: u8| {
            let sum = u32::from(top) * percent + u32::from(low) * (100 - percent.min(100));
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Rgb(mix(self.0, below.0), mix(self.1, below.1), mix(self.2, below.2))
    }

    /// As SVG writes it.
    #[must_use]
    pub fn css(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

macro_rules! colours {
    ($($(#[$doc:meta])* $name:ident $light:literal $dark:literal,)*) => {
        /// A colour by its meaning; what it looks like depends on the current [`Theme`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Colour {
            $($(#[$doc])* $name,)*
            /// The same in both themes, as `0xRRGGBB`.
            Fixed(u32),
        }

        impl Colour {
            /// What it looks like in a theme.
            #[must_use]
            pub const fn in_theme(self, theme: Theme) -> Rgb {
                match (self, theme) {
                    $((Colour::$name, Theme::Light) => Rgb::hex($light),
                      (Colour::$name, Theme::Dark) => Rgb::hex($dark),)*
                    (Colour::Fixed(value), _) => Rgb::hex(value),
                }
            }
        }
    };
}

colours! {
    /// Window and card background.
    Paper 0xFF_FFFF 0x1B_212B,
    /// Transcript, side navigation.
    Canvas 0xF3_F5F9 0x14_1920,
    /// Search field, disabled fill, skeleton, chips.
    Sunken 0xE9_EDF3 0x0F_1318,
    /// Row and outline-button hover.
    Hover 0xEE_F2F8 0x25_2D39,
    /// Selected row, current item.
    Selected 0xDD_EAFB 0x22_395A,
    /// Dividers, card outline.
    Line 0xDE_E4EB 0x30_3946,
    /// Outline of inputs, buttons, popups; scrollbar thumb; toggle off.
    Field 0x82_8D9D 0x76_8395,
    /// Main text.
    Ink 0x1B_2432 0xE9_EDF3,
    /// Secondary text, icons.
    Ink2 0x4A_5666 0xBC_C6D2,
    /// Times, hints, placeholders; never on an own bubble.
    Ink3 0x59_6474 0x9E_AAB9,
    /// Primary fill, toggle on, progress.
    Brand 0x20_66C4 0x2E_72D1,
    /// Primary under the pointer.
    BrandHover 0x1A_57AA 0x27_63BA,
    /// Primary pressed.
    BrandPress 0x15_4890 0x1F_549F,
    /// Soft fill, main header, login side.
    BrandSoft 0xE4_EEFB 0x1E_3350,
    /// Links, active label, read ticks.
    BrandText 0x1B_5DB5 0x93_C0FF,
    /// Focus ring and focused input.
    Focus 0x20_66C4 0x6B_A6F5,
    /// Own bubble.
    BubbleMe 0xD4_E5FC 0x24_4C82,
    /// Text in it.
    BubbleMeInk 0x13_253F 0xEE_F4FF,
    /// Other bubble and cards.
    BubblePeer 0xFF_FFFF 0x26_2E3A,
    /// Their outline.
    PeerLine 0xE0_E6ED 0x32_3C4A,
    /// Ginkgo, brand art only.
    Gold 0xF6_BE3B 0xF6_BE3B,
    /// Warning strip, announcement, owner tag.
    GoldSoft 0xFF_F3D2 0x3A_2F14,
    /// Text and icons on it.
    GoldText 0x75_5000 0xF4_CE76,
    /// Success text and icon, admin shield.
    Ok 0x18_794A 0x5C_C98F,
    /// Success strip, admin tag.
    OkSoft 0xDD_F2E6 0x16_352A,
    /// Error text, danger outline.
    Bad 0xC4_2B2B 0xFF_8A80,
    /// Error strip.
    BadSoft 0xFC_E7E5 0x44_211F,
    /// Search hit, mention of me.
    Highlight 0xFF_E08A 0x7A_5C12,
    /// Status dot.
    StatusOnline 0x1A_9454 0x3D_BE7C,
    /// Status dot, owner crown, upload line.
    StatusAway 0xBD_7500 0xE5_A02B,
    /// Status dot.
    StatusBusy 0xD6_4040 0xF0_665F,
    /// Status ring, own only.
    StatusInvisible 0x7C_8797 0x8B_97A8,
    /// Leaf art behind headers.
    Leaf 0xD3_E3F8 0x24_406A,
    /// Counts of unread messages, with white text.
    Badge 0xD1_3B3B 0xD1_3B3B,
    /// Fill of buttons that destroy, with white text.
    DangerFill 0xC4_2B2B 0xC4_2B2B,
    /// Fill of tooltips and toasts, with white text.
    Toast 0x1B_2432 0x1B_2432,
    /// Their outline.
    ToastLine 0x3A_4759 0x3A_4759,
    /// Text on `Brand`, badges and toasts.
    White 0xFF_FFFF 0xFF_FFFF,
}

impl Colour {
    /// What it looks like now.
    #[must_use]
    pub fn rgb(self) -> Rgb {
        self.in_theme(Theme::current())
    }
}

/// Fills of room tiles; the default is the room's number modulo their count.
pub const ROOM_TILES: [Colour; 7] = [
    Colour::Fixed(0x28_66B8),
    Colour::Fixed(0x1F_7468),
    Colour::Fixed(0x8A_5A3B),
    Colour::Fixed(0x6C_55B0),
    Colour::Fixed(0xB0_455A),
    Colour::Fixed(0x94_6010),
    Colour::Fixed(0x4B_6480),
];

/// Fills of file tiles, by the kinds of files.
pub mod file_tile {
    use super::Colour;

    /// Documents.
    pub const DOCUMENT: Colour = Colour::Fixed(0x28_66B8);
    /// PDF.
    pub const PDF: Colour = Colour::Fixed(0xC0_392B);
    /// Archives.
    pub const ARCHIVE: Colour = Colour::Fixed(0x94_6010);
    /// Slides.
    pub const SLIDES: Colour = Colour::Fixed(0xB9_502A);
    /// Tables.
    pub const TABLE: Colour = Colour::Fixed(0x1F_7A4D);
    /// Pictures.
    pub const IMAGE: Colour = Colour::Fixed(0x6C_55B0);
    /// Films.
    pub const FILM: Colour = Colour::Fixed(0x8A_3F7A);
    /// Everything else.
    pub const OTHER: Colour = Colour::Fixed(0x4B_6480);
}

/// Which of the embedded faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    /// Running text.
    Sans,
    /// Headings, names, main buttons.
    Bold,
    /// Numbers that must line up.
    Mono,
    /// The same, bold.
    MonoBold,
}

/// How a text is set: its size, the height of its line, its face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Style {
    /// Size in px.
    pub size: i32,
    /// Height of a line in px.
    pub line: i32,
    /// Its face.
    pub face: Face,
}

impl Style {
    /// An assigned number.
    pub const DISPLAY: Style = Style { size: 48, line: 56, face: Face::Bold };
    /// Dialog and page titles, big counts.
    pub const TITLE: Style = Style { size: 20, line: 28, face: Face::Bold };
    /// The name in a header, dialog headings.
    pub const HEADING: Style = Style { size: 16, line: 24, face: Face::Bold };
    /// Bubbles, names in lists, the input box.
    pub const MESSAGE: Style = Style { size: 14, line: 22, face: Face::Sans };
    /// Controls, labels, menus.
    pub const BODY: Style = Style { size: 13, line: 20, face: Face::Sans };
    /// Secondary lines, hints, time separators.
    pub const CAPTION: Style = Style { size: 12, line: 16, face: Face::Sans };
    /// Badges, times in lists, the version.
    pub const MICRO: Style = Style { size: 11, line: 16, face: Face::Sans };

    /// Messages in the size that the person chose.
    #[must_use]
    pub const fn message(size: i32) -> Style {
        Style::MESSAGE.sized(size, size * 11 / 7)
    }

    /// The same in bold.
    #[must_use]
    pub const fn bold(self) -> Style {
        let face = match self.face {
            Face::Sans | Face::Bold => Face::Bold,
            Face::Mono | Face::MonoBold => Face::MonoBold,
        };
        Style { face, ..self }
    }

    /// The same in equally wide letters.
    #[must_use]
    pub const fn mono(self) -> Style {
        let face = match self.face {
            Face::Sans | Face::Mono => Face::Mono,
            Face::Bold | Face::MonoBold => Face::MonoBold,
        };
        Style { face, ..self }
    }

    /// The same letters in a larger or smaller size.
    #[must_use]
    pub const fn sized(self, size: i32, line: i32) -> Style {
        Style { size, line, face: self.face }
    }

    /// From the top of a line to its baseline. The faces rise 1.16 and sink 0.288 of their size,
    /// on every platform, so that nothing depends on what a toolkit believes of them.
    #[must_use]
    pub const fn baseline(self) -> i32 {
        let ascent = (self.size * 1160 + 500) / 1000;
        let descent = (self.size * 288 + 500) / 1000;
        (self.line - ascent - descent).div_euclid(2) + ascent
    }
}

/// Measures in px of the design, before scaling.
pub mod metric {
    /// Radius of cards and popups.
    pub const RADIUS_CARD: i32 = 8;
    /// Radius of buttons, inputs, navigation items.
    pub const RADIUS: i32 = 6;
    /// Radius of menu rows and tags.
    pub const RADIUS_SMALL: i32 = 4;
    /// Radius of a bubble.
    pub const RADIUS_BUBBLE: i32 = 12;
    /// Radius of a bubble's corner beside the avatar.
    pub const RADIUS_BUBBLE_AVATAR: i32 = 4;
    /// Height of a large input and a large button.
    pub const LARGE: i32 = 40;
    /// Height of a button.
    pub const BUTTON: i32 = 32;
    /// Height of a small button.
    pub const BUTTON_SMALL: i32 = 28;
    /// Side of an icon button.
    pub const ICON_BUTTON: i32 = 32;
    /// Height of a row of a menu.
    pub const MENU_ROW: i32 = 32;
    /// Height of a badge, and its smallest width.
    pub const BADGE: i32 = 18;
    /// Height of a connection strip.
    pub const STRIP: i32 = 32;
    /// Height of a conversation in a list.
    pub const ROW_CHAT: i32 = 64;
    /// Height of a person in a list.
    pub const ROW_PERSON: i32 = 52;
    /// A friend, in few pixels.
    pub const ROW_COMPACT: i32 = 36;
    /// Height of a header over a chat.
    pub const CHAT_HEAD: i32 = 64;
    /// Height of the composer with toolbar and foot.
    pub const COMPOSER: i32 = 152;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(Rgb(r, g, b): Rgb) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_stands_out_from_its_ground_in_both_themes() {
        let pairs = [
            (Colour::Ink, Colour::Paper),
            (Colour::Ink2, Colour::Canvas),
            (Colour::Ink3, Colour::Paper),
            (Colour::Ink3, Colour::Canvas),
            (Colour::BrandText, Colour::Selected),
            (Colour::BubbleMeInk, Colour::BubbleMe),
            (Colour::Ink2, Colour::BubbleMe),
            (Colour::GoldText, Colour::GoldSoft),
            (Colour::Ok, Colour::OkSoft),
            (Colour::Bad, Colour::BadSoft),
            (Colour::White, Colour::Brand),
            (Colour::White, Colour::Badge),
        ];
        for theme in [Theme::Light, Theme::Dark] {
            for (text, ground) in pairs {
                let ratio = contrast(text.in_theme(theme), ground.in_theme(theme));
                assert!(ratio >= 4.5, "{text:?} on {ground:?} in {theme:?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn a_baseline_lies_where_a_browser_puts_it() {
        assert_eq!(Style::MESSAGE.baseline(), 17);
        assert_eq!(Style::BODY.baseline(), 15);
        assert_eq!(Style::HEADING.baseline(), 19);
    }
}
