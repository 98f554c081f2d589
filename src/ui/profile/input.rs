//! A place to write on the page of what one says: one line or a few, with emoji as their codes.

use std::cell::RefCell;
use std::rc::Rc;

use super::written::Written;
use crate::ui::app::profile::form::Place;
use crate::ui::paint::Rect;
use crate::ui::theme::Style;
use crate::ui::widgets::{Control, Field, FieldKind, TextBox};

#[derive(Clone)]
enum Kind {
    Line(Field),
    Lines(TextBox),
}

/// The place.
#[derive(Clone)]
pub struct Input {
    /// Which.
    pub place: Place,
    kind: Kind,
    written: Rc<RefCell<Written>>,
}

impl Input {
    /// An empty one, made inside the page that is being made.
    #[must_use]
    pub fn new(place: Place) -> Input {
        let kind = match place {
            Place::About => Kind::Lines(TextBox::new("")),
            _ => Kind::Line(Field::new(FieldKind::Outlined, "").style(Style::BODY)),
        };
        Input { place, kind, written: Rc::default() }
    }

    /// What is meant by what stands there.
    #[must_use]
    pub fn meant(&self) -> String {
        let value = match &self.kind {
            Kind::Line(field) => field.value(),
            Kind::Lines(lines) => lines.value(),
        };
        self.written.borrow_mut().read(&value)
    }

    /// Shows a text.
    pub fn show(&mut self, meant: &str) {
        let shown = self.written.borrow_mut().show(meant);
        match &mut self.kind {
            Kind::Line(field) => field.set_value(&shown),
            Kind::Lines(lines) => lines.set_value(&shown),
        }
    }

    /// Changes what it says while it is empty.
    pub fn set_placeholder(&mut self, words: &str) {
        match &mut self.kind {
            Kind::Line(field) => field.set_placeholder(words),
            Kind::Lines(lines) => lines.set_placeholder(words),
        }
    }

    /// Shows that something is wrong with it.
    pub fn set_error(&mut self, error: bool) {
        match &mut self.kind {
            Kind::Line(field) => field.set_error(error),
            Kind::Lines(lines) => lines.set_error(error),
        }
    }

    /// Lets it be written in or not.
    pub fn set_enabled(&mut self, enabled: bool) {
        self.control().set_enabled(enabled);
    }

    /// Where it shall stand.
    pub fn place_at(&mut self, area: Rect) {
        let control = self.control();
        if control.area() != area {
            control.place(area);
        }
    }

    /// Gives it the keyboard.
    pub fn focus(&mut self) {
        self.control().focus();
    }

    /// Calls back after each change by the person.
    pub fn on_change(&mut self, change: impl FnMut() + 'static) {
        match &mut self.kind {
            Kind::Line(field) => field.on_change(change),
            Kind::Lines(lines) => lines.on_change(change),
        }
    }

    /// Calls back when something that it cannot show was left out.
    pub fn on_cleaned(&mut self, cleaned: impl FnMut() + 'static) {
        match &mut self.kind {
            Kind::Line(field) => field.on_cleaned(cleaned),
            Kind::Lines(lines) => lines.on_cleaned(cleaned),
        }
    }

    /// Calls back at Enter, with Ctrl where Enter starts a new line.
    pub fn on_enter(&mut self, enter: impl FnMut() + 'static) {
        match &mut self.kind {
            Kind::Line(field) => field.on_enter(enter),
            Kind::Lines(lines) => lines.on_submit(enter),
        }
    }

    fn control(&mut self) -> &mut dyn Control {
        match &mut self.kind {
            Kind::Line(field) => field,
            Kind::Lines(lines) => lines,
        }
    }
}
