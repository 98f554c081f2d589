//! Where the fields of a form stand, with what is wrong under each. Pure.
//!
//! A window has one size. What is wrong has its place kept, so that nothing moves when it comes; where
//! there are more fields everything stands closer together.

use super::paint::Rect;

/// Left edge and width of everything.
pub const LEFT: i32 = 32;
/// See [`LEFT`].
pub const WIDE: i32 = 336;
/// From the end of the fields to the lower edge of the window: the button stands there.
const FOOT: i32 = 72;
/// A line of words.
const LINE: i32 = 16;
/// The bars under a new password.
const STRENGTH: i32 = 18;
/// Between a field and what is wrong with it.
const ERROR_GAP: i32 = 3;
/// So many lines are kept free under each field for what is wrong with it.
const KEPT: i32 = 2;

/// How close together things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pace {
    /// What stands above the fields.
    head: i32,
    has_caption: bool,
    /// The first label.
    fields: i32,
    /// From a label to its field.
    label: i32,
    field: i32,
    gap: i32,
}

/// A window's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Height of the window.
    pub height: i32,
    /// From the most open one to the closest that can be read.
    paces: &'static [Pace],
}

/// The register window; its faces stand above the fields.
pub const REGISTER: Plan = Plan {
    height: 600,
    paces: &[
        Pace { head: 104, has_caption: true, fields: 168, label: 20, field: 40, gap: 4 },
        Pace { head: 104, has_caption: true, fields: 166, label: 18, field: 36, gap: 4 },
        // Without the words over the faces.
        Pace { head: 80, has_caption: false, fields: 138, label: 16, field: 36, gap: 4 },
    ],
};

/// The window for a forgotten password; two lines say what is to be done.
pub const RECOVER: Plan = Plan {
    height: 620,
    paces: &[Pace { head: 80, has_caption: true, fields: 122, label: 20, field: 38, gap: 4 }],
};

/// A field with what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<P> {
    /// Which.
    pub place: P,
    /// The upper edge of its label.
    pub label_y: i32,
    /// The field.
    pub field: Rect,
    /// The upper edge of what is wrong.
    pub error_y: i32,
    /// What is wrong, line by line.
    pub error: Vec<String>,
}

/// The form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form<P> {
    /// The upper edge of what stands above the fields.
    pub head_y: i32,
    /// Whether there is room for words there.
    pub has_caption: bool,
    /// From top to bottom.
    pub rows: Vec<Row<P>>,
    /// Just below the last one.
    pub bottom: i32,
}

impl Plan {
    /// The row between the fields, which end at `bottom`, and the button.
    #[must_use]
    pub fn foot(&self, bottom: i32) -> Rect {
        Rect::new(LEFT, (bottom + 12).min(self.height - 108), WIDE, 40)
    }
}

impl<P> Default for Form<P> {
    fn default() -> Self {
        Form { head_y: 0, has_caption: false, rows: Vec::new(), bottom: 0 }
    }
}

impl<P: Copy + PartialEq> Form<P> {
    /// Places the fields, each with the lines of what is wrong with it; under one of them are bars.
    #[must_use]
    pub fn new(plan: &Plan, bars: P, fields: &[(P, Vec<String>)]) -> Form<P> {
        let mut last = Form::default();
        for pace in plan.paces {
            last = Form::at(*pace, bars, fields);
            if last.bottom <= plan.height - FOOT {
                break;
            }
        }
        last
    }

    fn at(pace: Pace, bars: P, fields: &[(P, Vec<String>)]) -> Form<P> {
        let mut y = pace.fields;
        let mut rows = Vec::new();
        let mut bottom = y;
        for (place, error) in fields {
            let field = Rect::new(LEFT, y + pace.label, WIDE, pace.field);
            bottom = field.bottom();
            if *place == bars {
                bottom += STRENGTH;
            }
            let error_y = bottom + ERROR_GAP;
            bottom = error_y + LINE * KEPT;
            let error = error.clone();
            rows.push(Row { place: *place, label_y: y, field, error_y, error });
            y = bottom + pace.gap;
        }
        Form { head_y: pace.head, has_caption: pace.has_caption, rows, bottom }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four fields, bars under the one with this number.
    fn form(plan: &Plan, bars: usize, lines: [usize; 4], count: usize) -> Form<usize> {
        let fields: Vec<(usize, Vec<String>)> = (0..count)
            .zip(lines)
            .map(|(field, lines)| (field, vec!["x".to_owned(); lines]))
            .collect();
        Form::new(plan, bars, &fields)
    }

    #[test]
    fn nothing_moves_whatever_is_wrong() {
        for (plan, bars, count) in [(REGISTER, 1, 3), (REGISTER, 1, 4), (RECOVER, 2, 4)] {
            let usual = form(&plan, bars, [0; 4], count);
            assert_eq!(usual.has_caption, plan == RECOVER || count == 3);
            for number in 0..81 {
                let lines = [number % 3, number / 3 % 3, number / 9 % 3, number / 27];
                let form = form(&plan, bars, lines, count);
                let places = |form: &Form<usize>| {
                    let fields: Vec<_> =
                        form.rows.iter().map(|row| (row.label_y, row.field)).collect();
                    (form.head_y, fields, form.bottom)
                };
                assert_eq!(places(&form), places(&usual), "{lines:?}");
            }
        }
    }

    #[test]
    fn whatever_is_wrong_nothing_is_covered() {
        // The faces take 48 px, the two lines 32.
        for (plan, bars, head) in [(REGISTER, 1, 48), (RECOVER, 2, 32)] {
            for number in 0..81 {
                let lines = [number % 3, number / 3 % 3, number / 9 % 3, number / 27];
                let form = form(&plan, bars, lines, 4);
                assert!(form.bottom <= plan.height - FOOT, "{lines:?}: {}", form.bottom);
                let mut above = form.head_y + head;
                for row in &form.rows {
                    assert!(row.label_y >= above, "{lines:?}");
                    assert!(row.field.y >= row.label_y + LINE);
                    above = row.field.bottom();
                    if !row.error.is_empty() {
                        let lines = i32::try_from(row.error.len()).unwrap();
                        above = row.error_y + LINE * lines;
                    }
                }
                assert!(above <= form.bottom);
            }
        }
        let form = form(&RECOVER, 2, [0, 0, 0, 1], 4);
        assert!(form.rows[3].error_y + LINE <= RECOVER.foot(form.bottom).y);
    }
}
