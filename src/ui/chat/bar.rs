//! The scrollbar of the message box, drawn as all others. The toolkit's own one, which its editor
//! insists on, is one px wide and painted over.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::draw;
use fltk::enums::{Event, FrameType};
use fltk::prelude::{DisplayExt, WidgetBase, WidgetExt};
use fltk::text::TextEditor;

use crate::ui::paint::{Canvas, Rect};
use crate::ui::theme::Colour;
use crate::ui::widgets::Scroll;

/// The lane of the bar.
pub const LANE: i32 = 12;
const THUMB: i32 = 6;

/// The bar.
#[derive(Clone)]
pub struct Bar {
    native: Native,
    editor: TextEditor,
    scroll: Rc<RefCell<Scroll>>,
    /// How far below its upper edge the thumb is held.
    grip: Rc<Cell<Option<i32>>>,
}

impl Bar {
    /// The bar of an editor, in the group that is open.
    pub fn new(editor: &TextEditor) -> Bar {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        native.super_handle_first(false);
        native.clear_visible_focus();
        let scroll: Rc<RefCell<Scroll>> = Rc::default();
        let drawn = Rc::clone(&scroll);
        native.draw(move |native| {
            let area = Rect::of(native);
            let canvas = Canvas::over(area);
            canvas.fill(area, Colour::Paper);
            if let Some(thumb) = drawn.borrow().thumb(lane(area)) {
                canvas.pill(thumb, Colour::Field, None);
            }
        });
        let bar =
            Bar { native: native.clone(), editor: editor.clone(), scroll, grip: Rc::default() };
        let mut handled = bar.clone();
        native.handle(move |_, event| handled.event(event));
        bar
    }

    /// Takes its place at the right of its editor.
    pub fn place(&mut self, area: Rect) {
        self.native.resize(area.x, area.y, area.w, area.h);
    }

    /// Shows it or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.native.show() } else { self.native.hide() }
    }

    /// Takes over where the editor stands. Called while that is drawn, so it is drawn later.
    pub fn follow(&self) {
        let line = line_height(&self.editor);
        let old = *self.scroll.borrow();
        let mut new = old;
        new.resize(lines(&self.editor) * line, self.editor.h() / line * line);
        new.jump((self.editor.scroll_row() - 1) * line);
        if new != old {
            *self.scroll.borrow_mut() = new;
            let mut native = self.native.clone();
            app::add_timeout3(0.0, move |_| native.redraw());
        }
    }

    fn event(&mut self, event: Event) -> bool {
        let lane = lane(Rect::of(&self.native));
        let y = app::event_y();
        match event {
            Event::Push => {
                let Some(thumb) = self.scroll.borrow().thumb(lane) else { return true };
                let is_on_it = (thumb.y..thumb.bottom()).contains(&y);
                let grip = if is_on_it { y - thumb.y } else { thumb.h / 2 };
                self.grip.set(Some(grip));
                self.drag(lane, y - grip);
            }
            Event::Drag => {
                if let Some(grip) = self.grip.get() {
                    self.drag(lane, y - grip);
                }
            }
            Event::Released => self.grip.set(None),
            // The wheel is the editor's.
            Event::MouseWheel => return self.editor.handle_event(event),
            Event::Enter | Event::Move => return true,
            _ => return false,
        }
        true
    }

    fn drag(&mut self, lane: Rect, y: i32) {
        self.scroll.borrow_mut().drag(lane, y);
        let row = self.scroll.borrow().top() / line_height(&self.editor) + 1;
        self.editor.scroll(row, 0);
        self.native.redraw();
    }
}

/// How many lines the editor shows its text in. Its own count is wrong where the text begins with
/// a letter of several bytes, so its lines are walked through; for very long texts it guesses, and
/// is near enough.
fn lines(editor: &TextEditor) -> i32 {
    const WALKED_MAX: i32 = 16 * 1024;
    let Some(buffer) = editor.buffer() else { return 1 };
    let end = buffer.length();
    if end > WALKED_MAX {
        return editor.count_lines(0, end, true) + 1;
    }
    let mut editor = editor.clone();
    let (mut at, mut lines) = (0, 1);
    loop {
        let next = editor.skip_lines(at, 1, true);
        if next <= at || next >= end {
            break;
        }
        at = next;
        lines += 1;
    }
    // An empty last line is a line too.
    lines + i32::from(end > 0 && buffer.byte_at(end - 1) == b'\n')
}

/// The height that the editor gives each of its lines.
fn line_height(editor: &TextEditor) -> i32 {
    draw::set_font(editor.text_font(), editor.text_size());
    draw::height().max(1)
}

fn lane(area: Rect) -> Rect {
    Rect::new(area.x + (area.w - THUMB) / 2, area.y + 2, THUMB, area.h - 4)
}
