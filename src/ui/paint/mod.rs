//! Drawing: exact rectangles, smooth corners, icons, faces, emoji and text.

mod avatar;
mod canvas;
pub mod emoji;
mod emoji_table;
mod game;
mod geometry;
mod icon;
pub mod photo;
pub mod pixels;
pub mod portrait;
mod shape;
pub mod text;
mod tile;

pub use avatar::{app_icon_image, rasterised};
pub use canvas::{Canvas, Clip, Radii};
pub use geometry::Rect;
pub use icon::Icon;
pub use text::Align;
