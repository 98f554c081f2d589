//! When a chat window offers people to mention, and what becomes of the choice.

use fltk::prelude::WindowExt;

use super::composer::Pick;
use super::{Parts, mention};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::mentions::{Candidate, asked_at, fitting};
use crate::ui::widgets::Control;

/// Between the list and the box.
const GAP: i32 = 6;

impl Parts {
    /// The button with the `@`: as if that were typed, at the beginning of a word.
    pub(super) fn begin_mention(&mut self) {
        self.composer.focus();
        let before = self.composer.before_caret();
        let joins = before.chars().next_back().is_some_and(|c| !c.is_whitespace());
        self.state.borrow_mut().unwanted = None;
        self.composer.write(if joins { " @" } else { "@" });
    }

    /// Shows those who are meant by what stands before the caret; nobody where none is.
    pub(super) fn offer_mentions(&mut self) {
        let before = self.composer.before_caret();
        let asked = asked_at(&before).filter(|_| self.composer.has_focus());
        let mut state = self.state.borrow_mut();
        if state.unwanted != asked {
            state.unwanted = None;
        }
        let asked = asked.filter(|at| state.unwanted != Some(*at));
        let before_this = std::mem::replace(&mut state.mentioning, asked);
        let begins_or_ends = before_this.is_some() != asked.is_some();
        let rows: Vec<Candidate> = asked
            .map(|at| {
                let all = &state.view.candidates;
                let fits = fitting(all, &before[at + 1..]).into_iter();
                fits.filter_map(|index| all.get(index).cloned()).collect()
            })
            .unwrap_or_default();
        let place = state.areas.editor;
        drop(state);
        if begins_or_ends {
            // Those who can be mentioned come with what the model says next.
            self.tell(ChatMsg::Mentioning(asked.is_some()));
        }
        match asked.filter(|_| !rows.is_empty()) {
            None => self.end_mentions(),
            Some(_) => {
                self.composer.set_picking(true);
                let (x, y) = (self.window.x_root() + 16, self.window.y_root() + place.y - GAP);
                let this = self.clone();
                mention::show((x, y), rows, move |row| this.clone().mention(&row));
            }
        }
    }

    /// Takes the list away, if it is this window's.
    pub(super) fn end_mentions(&mut self) {
        if self.composer.is_picking() {
            self.composer.set_picking(false);
            mention::hide();
        }
    }

    /// The box has the keyboard no more.
    pub(super) fn stop_mentioning(&mut self) {
        self.end_mentions();
        if self.state.borrow_mut().mentioning.take().is_some() {
            self.tell(ChatMsg::Mentioning(false));
        }
    }

    /// Those who can be mentioned came, or are others now: a list that is shown stays as it is until
    /// more is typed.
    pub(super) fn candidates_came(&mut self) {
        if !self.composer.is_picking() {
            self.offer_mentions();
        }
    }

    pub(super) fn pick_mention(&mut self, pick: Pick) {
        match pick {
            Pick::Up => mention::step(false),
            Pick::Down => mention::step(true),
            Pick::Take => {
                if let Some(row) = mention::current() {
                    self.mention(&row);
                }
            }
            Pick::None => {
                self.state.borrow_mut().unwanted = asked_at(&self.composer.before_caret());
                self.end_mentions();
            }
        }
    }

    fn mention(&mut self, row: &Candidate) {
        let asked = asked_at(&self.composer.before_caret());
        self.end_mentions();
        self.composer.focus();
        if let Some(at) = asked {
            self.composer.mention(at, &row.written, row.who);
        }
    }
}
