//! What comes into a chat by other ways than its box: typed elsewhere, pasted, dropped, chosen.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use fltk::app::{self, ClipboardContent, ClipboardEvent};
use fltk::enums::{ColorDepth, Event};
use fltk::image::RgbImage;
use fltk::prelude::{ImageExt, WidgetBase, WidgetExt, WindowExt};
use fltk::widget::Widget;

use super::{ChatOut, ChatWindow, Parts};
use crate::client::api::{ImageSource, Picture};
use crate::ui::app::Msg;
use crate::ui::app::chats::{ChatMsg, EntryId};
use crate::ui::app::files::FilesMsg;
use crate::ui::app::play::PlayMsg;
use crate::ui::files::{self, Wanted};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::toast::{self, Edge, Kind};
use crate::ui::transcript::Key as EntryKey;
use crate::ui::transcript::card::Deed;
use crate::ui::widgets::{Control, Question, ask};

/// Between the overlay's line and the edge of what it covers.
const MARGIN: i32 = 16;
const ICON: i32 = 36;
/// Of the dashed line: from one dash to the next, and what is left out between them.
const DASH: usize = 10;
const GAP: i32 = 4;

/// The sheet over messages and box while something is held over the window.
pub(super) fn overlay(parts: &Parts) {
    let mut sheet = parts.sheet.clone();
    let state = Rc::clone(&parts.state);
    sheet.hide();
    sheet.draw(move |native| {
        let area = Rect::of(native);
        let canvas = Canvas::over(area);
        canvas.fill(area, Colour::Canvas);
        let card = area.inset(MARGIN);
        canvas.card(card, 12, Colour::BrandSoft, Colour::Brand, 2);
        for x in (card.x + 20..card.right() - 20).step_by(DASH) {
            for y in [card.y, card.bottom() - 2] {
                canvas.fill(Rect::new(x, y, GAP, 2), Colour::BrandSoft);
            }
        }
        for y in (card.y + 20..card.bottom() - 20).step_by(DASH) {
            for x in [card.x, card.right() - 2] {
                canvas.fill(Rect::new(x, y, 2, GAP), Colour::BrandSoft);
            }
        }
        let middle = card.y + card.h / 2;
        let x = card.x + (card.w - ICON) / 2;
        canvas.icon_on(Icon::FileSend, x, middle - 52, ICON, Colour::BrandText, Colour::BrandSoft);
        let name = state.borrow().view.name.clone();
        let words = tr_with("image.drop", &[("name", &name)]);
        let place = Rect { y: middle - 4, h: 24, ..card };
        canvas.text_in(Style::HEADING, Colour::BrandText, place, Align::Centre, &words);
    });
}

/// A widget that is nothing but what is drawn on it.
pub(super) fn sheet() -> Widget {
    Widget::new(0, 0, 0, 0, None)
}

impl ChatWindow {
    /// Asks whether so many pictures shall be sent.
    pub fn ask_images(&self, images: Vec<ImageSource>) {
        let view = self.parts.state.borrow().view.clone();
        let n = images.len().to_string();
        let question = Question {
            window: "MyChat".to_owned(),
            icon: Icon::Image,
            danger: false,
            title: tr_with("image.ask", &[("n", &n)]),
            text: tr_with("image.ask.text", &[("name", &view.name)]),
            action: tr("image.ask.go").to_owned(),
            cancel: tr("common.cancel").to_owned(),
        };
        ask(question, move |yes| {
            if yes {
                post(Msg::Chat(view.target, ChatMsg::Images(images, true)));
            }
        });
    }
}

impl Parts {
    /// Asks for a picture file.
    pub(super) fn choose_image(&self) {
        if self.state.borrow().view.closed.is_some() {
            return;
        }
        let this = self.clone();
        files::choose(Wanted::Picture, tr("image.send"), "", move |path| {
            this.send_images(vec![ImageSource::File(path)]);
        });
    }

    /// Asks for files.
    pub(super) fn choose_files(&self) {
        if self.state.borrow().view.closed.is_some() {
            return;
        }
        let this = self.clone();
        files::choose_some(Wanted::Files, tr("file.send"), "", move |paths| {
            this.send_files(paths);
        });
    }

    /// Something is done with the file of a message.
    pub(super) fn do_with_file(&self, key: EntryKey, deed: Deed) {
        let id = match key {
            EntryKey::Seq(seq) => EntryId::Seq(seq),
            EntryKey::Nonce(nonce) => EntryId::Nonce(nonce),
            EntryKey::Note(_) => return,
        };
        let target = self.state.borrow().view.target;
        post(match (deed, id) {
            (Deed::Game(deed), EntryId::Seq(seq)) => Msg::Play(PlayMsg::Deed(target, seq, deed)),
            _ => Msg::Files(FilesMsg::Deed(target, id, deed)),
        });
    }

    /// A picture was pressed: one that could not be had is fetched again, else it is looked at.
    pub(super) fn look_at(&mut self, key: EntryKey, thumb: crate::domain::BlobId) {
        if crate::ui::paint::photo::retry(thumb) {
            return self.transcript.redraw();
        }
        if let EntryKey::Seq(seq) = key {
            (self.told.borrow_mut())(ChatOut::Picture(seq));
        }
    }

    /// What was copied: pictures and files are sent, words go into the box.
    pub(super) fn paste(&mut self) {
        match app::clipboard_contains(ClipboardContent::Image)
            && !app::clipboard_contains(ClipboardContent::Text)
        {
            true => app::paste_image(&self.window),
            false => app::paste_text(&self.window),
        }
    }

    /// Something is held over the window, dropped on it, or pasted into it.
    pub(super) fn dropped(&mut self, event: Event) -> bool {
        match event {
            Event::DndEnter | Event::DndDrag => {
                let is_closed = self.state.borrow().view.closed.is_some();
                if !is_closed && !self.sheet.visible() {
                    self.sheet.show();
                    self.place_sheet();
                    // What moves there would be drawn over the sheet.
                    self.transcript.set_shown(false);
                    self.window.redraw();
                }
                if !is_closed {
                    self.stay_below();
                }
                !is_closed
            }
            Event::DndLeave | Event::Leave if self.sheet.visible() => {
                self.lift_sheet();
                true
            }
            Event::DndRelease => {
                self.lift_sheet();
                self.stay_below();
                true
            }
            Event::Paste => {
                self.pasted();
                true
            }
            _ => false,
        }
    }

    /// The drop, and as something pasted what was dropped, come to whom the toolkit takes to be under
    /// the pointer: that is nobody once any widget was hidden.
    fn stay_below(&self) {
        app::set_belowmouse(&self.window);
    }

    /// Over messages and box.
    pub(super) fn place_sheet(&mut self) {
        if self.sheet.visible() {
            let areas = self.state.borrow().areas;
            let Rect { y, w, .. } = areas.transcript;
            self.sheet.resize(0, y, w, areas.composer.bottom() - y);
        }
    }

    fn lift_sheet(&mut self) {
        self.sheet.hide();
        self.transcript.set_shown(true);
        self.window.redraw();
    }

    fn pasted(&mut self) {
        if let Some(ClipboardEvent::Image(image)) = app::event_clipboard() {
            let picture = image.and_then(|image| picture_of(&image));
            return match picture {
                Some(picture) => {
                    self.send_images(vec![ImageSource::Pixels(Arc::new(picture))]);
                }
                None => self.say_none(),
            };
        }
        let words = app::event_text();
        match files_of(&words) {
            files if files.is_empty() => {
                self.composer.focus();
                self.composer.write(&words);
            }
            files => self.send_files(files),
        }
    }

    fn send_files(&self, files: Vec<PathBuf>) {
        self.tell(ChatMsg::Files(files));
    }

    fn send_images(&self, images: Vec<ImageSource>) {
        if !images.is_empty() {
            self.tell(ChatMsg::Images(images, false));
        }
    }

    fn say_none(&self) {
        let window = &self.window;
        let over = Rect::new(window.x_root(), window.y_root(), window.w(), window.h());
        toast::show(over, Edge::Lower, Kind::Trouble, tr("image.none"));
    }
}

/// The pixels of what the toolkit gives.
fn picture_of(image: &RgbImage) -> Option<Picture> {
    let image = image.convert(ColorDepth::Rgba8).ok()?;
    let (width, height) = (image.data_w(), image.data_h());
    let rgba = image.to_rgb_data();
    let picture = Picture { width: width.try_into().ok()?, height: height.try_into().ok()?, rgba };
    let wanted = u64::from(picture.width) * u64::from(picture.height) * 4;
    (wanted > 0 && picture.rgba.len() as u64 == wanted).then_some(picture)
}

/// The files that a list of addresses or paths names; none when it is anything else.
fn files_of(words: &str) -> Vec<PathBuf> {
    let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    let files: Option<Vec<PathBuf>> = lines.map(file_of).collect();
    files.unwrap_or_default()
}

fn file_of(line: &str) -> Option<PathBuf> {
    match line.strip_prefix("file://") {
        Some(rest) => {
            let path = rest.strip_prefix("localhost").unwrap_or(rest);
            let path = PathBuf::from(decoded(path)?);
            path.is_absolute().then_some(path)
        }
        None => Some(PathBuf::from(line)).filter(|path| path.is_absolute() && path.is_file()),
    }
}

/// An address without its percent signs (RFC 3986, 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        rest = others;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, others) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = others;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_from_words() {
        let cases: [(&str, &[&str]); 7] = [
            ("file:///me/a%20b.png\r\n", &["/me/a b.png"]),
            ("file://localhost/a.png\nfile:///%E5%9B%BE.png", &["/a.png", "/图.png"]),
            ("hello", &[]),
            ("file:///a.png\nhello", &[]),
            ("/no/such/file.png", &[]),
            ("file:///bad%2", &[]),
            ("", &[]),
        ];
        for (words, expected) in cases {
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(files_of(words), expected, "{words:?}");
        }
    }
}
