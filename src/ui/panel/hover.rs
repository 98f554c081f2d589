//! A pointer that rests on a face raises the card about that person.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::prelude::{WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::rows;
use crate::domain::{AccountId, Target};
use crate::ui::app::Msg;
use crate::ui::app::card::CardMsg;
use crate::ui::app::rows::Row;
use crate::ui::card;
use crate::ui::paint::Rect;
use crate::ui::shell::post;
use crate::ui::widgets::{Pointed, ScrollList};

/// It rests for so long.
const REST_S: f64 = 0.5;

/// Whose face the pointer is on, and the line of the panel on the screen where that is.
type Spot = (AccountId, Rect);

/// Watches the pointer over a list of people.
pub fn wire(list: &mut ScrollList, window: &DoubleWindow, rows: &Rc<RefCell<Vec<Row>>>) {
    let (rows, window) = (Rc::clone(rows), window.clone());
    let resting: Rc<Cell<Option<Spot>>> = Rc::default();
    list.on_point(move |pointed| {
        let spot = pointed.and_then(|pointed| face(&rows.borrow(), &pointed, &window));
        if spot == resting.get() {
            return;
        }
        resting.set(spot);
        match spot {
            None => card::leave(),
            Some(spot) => {
                let resting = Rc::clone(&resting);
                app::add_timeout3(REST_S, move |_| {
                    if resting.get() == Some(spot) {
                        card::aim(spot.1);
                        post(Msg::Card(CardMsg::Show(spot.0)));
                    }
                });
            }
        }
    });
}

fn face(rows: &[Row], pointed: &Pointed, window: &DoubleWindow) -> Option<Spot> {
    let row = rows.get(pointed.index)?;
    let Target::Account(account) = row.target()? else { return None };
    let (x, side) = match row {
        Row::Chat(_) | Row::Stranger(_) => (rows::CHAT_FACE_X, rows::CHAT_FACE),
        _ => (rows::FACE_X, rows::FACE),
    };
    let area = pointed.area;
    let is_on = (x..x + side).contains(&pointed.x);
    let face = Rect::new(area.x + x, area.y + (area.h - side) / 2, side, side);
    // Beside the whole panel, so that the list stays free.
    let beside = Rect { x: 0, w: window.w(), ..face };
    is_on.then(|| (account, beside.moved(window.x_root(), window.y_root())))
}
