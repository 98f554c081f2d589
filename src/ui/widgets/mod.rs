//! Controls in the hand of the pictures: the system's own widgets for keys, focus and input
//! methods, our own drawing for all that is seen.

mod base;
mod button;
mod choice;
mod dialog;
mod empty;
mod field;
mod list;
mod menu;
mod nav;
pub mod popup;
mod scroll;
mod segment;
mod select;
mod slider;
mod strip;
mod tabs;
mod text_box;
mod tips;
mod touch;

pub(crate) use base::native;
pub use base::{
    Control, WINDOW_CLASS, backdrop, dress, dress_toolkit, focus_came_by_key, restyle, retire,
    set_moves, window, window_at,
};
pub use button::{Button, ButtonKind, ButtonSize, IconButton};
pub use choice::{Choice, ChoiceKind, paint_radio};
pub use dialog::{Open, Question, ask, ask_for_now};
pub use empty::{EMPTY_HEIGHT, paint_empty, paint_skeleton};
pub use field::{Field, FieldKind};
pub use list::{Pointed, RowLook, ScrollList, Side};
pub use menu::{
    MenuEntry, MenuItem, MenuPick, MenuPlace, OpenMenu, on_screen, open_menu, open_menu_to_change,
    open_menu_with_crosses,
};
pub use nav::{NAV_WIDTH, SideNav};
pub use scroll::Scroll;
pub use segment::Segments;
pub use select::{PRESENCES, Select, SelectKind};
pub use slider::Slider;
pub use strip::{Strip, StripKind};
pub use tabs::{TabKind, Tabs};
pub use text_box::TextBox;
pub use tips::{hush, say_of};
