//! The question from which day to which a conversation is exported.

use jiff::civil::Date;

use super::HistoryMsg;
use crate::ui::app::{Effect, Model};

/// How a day is written.
const FORM: &str = "%Y-%m-%d";
/// Years whose days have a beginning and an end in every zone.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=9998;

/// The question, while it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeAsked {
    /// The first day and the last one, as they stand in the fields at first.
    pub days: (Date, Date),
    /// What is wrong with the answer.
    pub trouble: Option<RangeTrouble>,
}

/// What can be wrong with two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeTrouble {
    /// The first one is none.
    First,
    /// The last one is none.
    Last,
    /// The first one comes after the last one.
    Order,
}

/// In its window.
#[derive(Debug, Clone)]
pub enum RangeMsg {
    /// It is asked.
    Open,
    /// Something was typed.
    Typed,
    /// The button, or Enter: the first day and the last one.
    Submit(String, String),
    /// Esc, or the cross.
    Close,
}

impl From<RangeMsg> for HistoryMsg {
    fn from(msg: RangeMsg) -> HistoryMsg {
        HistoryMsg::Range(msg)
    }
}

impl Model {
    pub(super) fn range(&mut self, msg: RangeMsg, out: &mut Vec<Effect>) {
        let today = self.today();
        let Some(history) = &mut self.history else { return };
        match msg {
            RangeMsg::Open => {
                let last = history.month.last_of_month();
                let days = (history.month, if last > today { today } else { last });
                history.range = Some(RangeAsked { days, trouble: None });
            }
            RangeMsg::Typed => history.range.iter_mut().for_each(|range| range.trouble = None),
            RangeMsg::Close => history.range = None,
            RangeMsg::Submit(first, last) => match read(&first, &last) {
                Ok((first, last)) => {
                    history.range = None;
                    out.push(Effect::ExportDays(first, last));
                }
                Err(trouble) => {
                    history.range.iter_mut().for_each(|range| range.trouble = Some(trouble));
                }
            },
        }
    }
}

/// Two days as they were typed.
fn read(first: &str, last: &str) -> Result<(Date, Date), RangeTrouble> {
    let first = day(first).ok_or(RangeTrouble::First)?;
    let last = day(last).ok_or(RangeTrouble::Last)?;
    if first > last { Err(RangeTrouble::Order) } else { Ok((first, last)) }
}

fn day(typed: &str) -> Option<Date> {
    Date::strptime(FORM, typed.trim()).ok().filter(|day| YEARS.contains(&day.year()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn two_days_are_read_or_it_is_said_which_is_wrong() {
        let (march, april) = (date(2026, 3, 31), date(2026, 4, 1));
        let cases = [
            ("2026-03-31", "2026-04-01", Ok((march, april))),
            (" 2026-3-31 ", "2026-4-1", Ok((march, april))),
            ("2026-03-31", "2026-03-31", Ok((march, march))),
            ("2026-04-01", "2026-03-31", Err(RangeTrouble::Order)),
            ("2026-02-29", "2026-03-31", Err(RangeTrouble::First)),
            ("", "", Err(RangeTrouble::First)),
            ("31.3.2026", "2026-03-31", Err(RangeTrouble::First)),
            ("2026-03-31", "2026-04-31", Err(RangeTrouble::Last)),
            ("2026-03-31", "tomorrow", Err(RangeTrouble::Last)),
            ("2026-03-31", "2026-04-01x", Err(RangeTrouble::Last)),
            ("-0001-03-31", "2026-04-01", Err(RangeTrouble::First)),
            ("2026-03-31", "9999-12-31", Err(RangeTrouble::Last)),
        ];
        for (first, last, expected) in cases {
            assert_eq!(read(first, last), expected, "{first:?} {last:?}");
        }
    }
}
