//! Line icons and status marks: drawings recoloured by token and kept at their size.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use fltk::image::SvgImage;
use fltk::prelude::ImageExt;

use super::Canvas;
use crate::domain::Presence;
use crate::ui::theme::{Colour, Rgb};

/// How many drawings are kept; all icons in two colours fit.
const KEPT_MAX: usize = 512;

type Kept = HashMap<(Icon, i32, Rgb, Rgb), SvgImage>;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::new(HashMap::new());
}

macro_rules! icons {
    ($($name:ident $file:literal)*) => {
        /// A drawing of assets/icons.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is named after its drawing")]
        pub enum Icon { $($name,)* }

        impl Icon {
            /// All there are.
            pub const ALL: &[Icon] = &[$(Icon::$name,)*];

            fn svg(self) -> &'static str {
                match self {
                    $(Icon::$name => include_str!(concat!("../../../assets/icons/", $file, ".svg")),)*
                }
            }
        }
    };
}

icons! {
    Activity "activity"
    Alert "alert"
    ArrowDown "arrow-down"
    ArrowNe "arrow-ne"
    ArrowUp "arrow-up"
    At "at"
    Ban "ban"
    BellOff "bell-off"
    Bell "bell"
    Calendar "calendar"
    Camera "camera"
    Chat "chat"
    Check "check"
    ChevDown "chev-down"
    ChevLeft "chev-left"
    ChevRight "chev-right"
    ChevUp "chev-up"
    Clock "clock"
    Close "close"
    Copy "copy"
    Crop "crop"
    Crown "crown"
    Database "database"
    Door "door"
    Download "download"
    Draw "draw"
    Emoji "emoji"
    Export "export"
    EyeOff "eye-off"
    Eye "eye"
    FileSend "file-send"
    File "file"
    Filter "filter"
    First "first"
    Flag "flag"
    Folder "folder"
    Forward "forward"
    Game "game"
    Globe "globe"
    Gomoku "gomoku"
    Hash "hash"
    History "history"
    Image "image"
    Info "info"
    Key "key"
    Keyboard "keyboard"
    Language "language"
    Laptop "laptop"
    Last "last"
    Link "link"
    Lock "lock"
    Logout "logout"
    Megaphone "megaphone"
    Minus "minus"
    Monitor "monitor"
    Moon "moon"
    More "more"
    Offline "offline"
    Palette "palette"
    Pause "pause"
    Pencil "pencil"
    Pin "pin"
    Play "play"
    Plug "plug"
    Plus "plus"
    Reply "reply"
    Retry "retry"
    Rotate "rotate"
    Scissors "scissors"
    Search "search"
    Send "send"
    Server "server"
    Settings "settings"
    Shake "shake"
    ShieldLine "shield-line"
    Shield "shield"
    Sliders "sliders"
    Square "square"
    StatusAway "st-away"
    StatusBusy "st-busy"
    StatusInvisible "st-invisible"
    StatusOnline "st-online"
    Star "star"
    Stop "stop"
    Sun "sun"
    Text "text"
    Tick1 "tick1"
    Tick2 "tick2"
    Trash "trash"
    TriDown "tri-down"
    TriRight "tri-right"
    Undo "undo"
    Unlock "unlock"
    Upload "upload"
    UserPlus "user-plus"
    User "user"
    Users "users"
    Volume "volume"
    Warn "warn"
}

impl Icon {
    /// The mark of a presence, and its colour.
    #[must_use]
    pub fn of_presence(presence: Presence) -> (Icon, Colour) {
        match presence {
            Presence::Online => (Icon::StatusOnline, Colour::StatusOnline),
            Presence::Away => (Icon::StatusAway, Colour::StatusAway),
            Presence::Busy => (Icon::StatusBusy, Colour::StatusBusy),
            Presence::Invisible | Presence::Offline => {
                (Icon::StatusInvisible, Colour::StatusInvisible)
            }
        }
    }
}

impl Canvas {
    /// Draws an icon with its upper left corner at a point; what is white in the drawing is paper.
    pub fn icon(&self, icon: Icon, x: i32, y: i32, size: i32, colour: Colour) {
        self.icon_on(icon, x, y, size, colour, Colour::Paper);
    }

    /// The same on another ground.
    pub fn icon_on(&self, icon: Icon, x: i32, y: i32, size: i32, colour: Colour, ground: Colour) {
        let side = self.length(size);
        let (ink, ground) = (colour.rgb(), ground.rgb());
        KEPT.with_borrow_mut(|kept| {
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            let key = (icon, side, ink, ground);
            if let Entry::Vacant(place) = kept.entry(key) {
                let text = recoloured(icon.svg(), ink, ground);
                if let Ok(mut image) = SvgImage::from_data(&text) {
                    image.scale(side, side, true, true);
                    place.insert(image);
                }
            }
            if let Some(image) = kept.get_mut(&key) {
                image.draw(self.px(x), self.px(y), side, side);
            }
        });
    }
}

fn recoloured(svg: &str, ink: Rgb, ground: Rgb) -> String {
    // White first passes through a word that is no colour, so that white ink stays white.
    svg.replace("#FFFFFF", "GROUND").replace("#000000", &ink.css()).replace("GROUND", &ground.css())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drawing_is_black_and_recolours() {
        for icon in Icon::ALL {
            assert!(icon.svg().contains("#000000"), "{icon:?} has no black to replace");
            let text = recoloured(icon.svg(), Rgb(1, 2, 3), Rgb(4, 5, 6));
            assert!(text.contains("#010203") && !text.contains("#000000"), "{icon:?}");
        }
    }
}
