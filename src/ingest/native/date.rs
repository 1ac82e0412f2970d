//! Dates of drills.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::values::{scalar, schema};
use crate::source::View;
use crate::source::item::{Read, Reader};

/// A day, `YYYY-MM-DD`.
#[derive(Debug)]
pub(super) struct Date(pub(super) String);

impl Read for Date {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = "a date like 2026-05-01";
        let text = scalar(view, expected, cx)?;
        if !is_date(text) {
            cx.unexpected(view, expected);
            return None;
        }
        Some(Self(text.to_owned()))
    }
}
schema!(Date, {
    "description": "A date, `YYYY-MM-DD`.",
    "type": "string",
    "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    "examples": ["2026-05-01"]
});

/// Whether `text` is a day of the Gregorian calendar, `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let year = number(year);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match number(month) {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&number(day))
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn dates_are_real_days() {
        for day in ["2026-05-01", "2024-02-29", "2000-02-29", "0001-12-31"] {
            assert!(is_date(day), "{day}");
        }
        for wrong in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-04-31",
            "2026-4-1",
            "26-04-01",
            "2026-04-00",
            "2026-04-01T00:00",
            "+026-04-01",
        ] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }
}
