//! Where the fields of the register window stand, with what is wrong under each. Pure.
//!
//! The window has one size. When more is wrong than fits, everything moves closer together.

use super::app::register::Field;
use super::paint::Rect;

/// Left edge and width of everything.
pub const LEFT: i32 = 32;
/// See [`LEFT`].
pub const WIDE: i32 = 336;
/// Fields end above this; the button stands below it.
pub const END: i32 = 528;
/// A line of words.
const LINE: i32 = 16;
/// The bars under the password.
const STRENGTH: i32 = 18;
/// Between a field and what is wrong with it.
const ERROR_GAP: i32 = 3;

/// How close together things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pace {
    /// The faces.
    avatars: i32,
    /// The first label.
    fields: i32,
    /// From a label to its field.
    label: i32,
    field: i32,
    gap: i32,
}

/// From the pictures' to the closest one that can be read.
const PACES: [Pace; 3] = [
    Pace { avatars: 104, fields: 168, label: 20, field: 40, gap: 12 },
    Pace { avatars: 104, fields: 166, label: 18, field: 36, gap: 6 },
    // Without the words over the faces.
    Pace { avatars: 80, fields: 138, label: 16, field: 36, gap: 4 },
];

/// A field with what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub place: Field,
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// The upper edge of the faces.
    pub avatars_y: i32,
    /// Whether there is room for words over them.
    pub has_caption: bool,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// Just below the last one.
    pub bottom: i32,
}

impl Form {
    /// Places the fields, each with the lines of what is wrong with it.
    #[must_use]
    pub fn new(fields: &[(Field, Vec<String>)]) -> Form {
        let forms = PACES.iter().map(|pace| Form::at(*pace, fields));
        let fits = |form: &Form| form.bottom <= END;
        let mut last = Form::default();
        for form in forms {
            last = form;
            if fits(&last) {
                break;
            }
        }
        last
    }

    fn at(pace: Pace, fields: &[(Field, Vec<String>)]) -> Form {
        let mut y = pace.fields;
        let mut rows = Vec::new();
        let mut bottom = y;
        for (place, error) in fields {
            let field = Rect::new(LEFT, y + pace.label, WIDE, pace.field);
            bottom = field.bottom();
            if *place == Field::Password {
                bottom += STRENGTH;
            }
            let error_y = bottom + ERROR_GAP;
            if !error.is_empty() {
                bottom = error_y + LINE * i32::try_from(error.len()).unwrap_or(1);
            }
            let error = error.clone();
            rows.push(Row { place: *place, label_y: y, field, error_y, error });
            y = bottom + pace.gap;
        }
        let has_caption = pace.avatars == PACES[0].avatars;
        Form { avatars_y: pace.avatars, has_caption, rows, bottom }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Field; 4] = [Field::Nickname, Field::Password, Field::Again, Field::Code];

    fn form(lines: [usize; 4], count: usize) -> Form {
        let fields: Vec<(Field, Vec<String>)> = ALL
            .into_iter()
            .zip(lines)
            .map(|(field, lines)| (field, vec!["x".to_owned(); lines]))
            .take(count)
            .collect();
        Form::new(&fields)
    }

    #[test]
    fn without_trouble_everything_stands_where_the_pictures_have_it() {
        for count in [3, 4] {
            let form = form([0; 4], count);
            assert_eq!(form.avatars_y, 104);
            assert_eq!(form.rows[0].field, Rect::new(32, 188, 336, 40));
            assert_eq!(form.rows[1].field.y, 260);
            assert_eq!(form.rows[2].field.y, 350);
        }
    }

    #[test]
    fn whatever_is_wrong_nothing_is_covered() {
        for number in 0..81 {
            let lines = [number % 3, number / 3 % 3, number / 9 % 3, number / 27];
            let form = form(lines, 4);
            assert!(form.bottom <= END, "{lines:?}: {}", form.bottom);
            let mut above = form.avatars_y + 48;
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
}
