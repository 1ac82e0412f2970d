//! Dates of drills.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::values::{scalar, schema};
use crate::message;
use crate::source::View;
use crate::source::item::{Read, Reader};
use crate::words;

/// A day, `YYYY-MM-DD`.
#[derive(Debug)]
pub(super) struct Date(pub(super) String);

impl Read for Date {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("a date like 2026-05-01");
        let text = scalar(view, expected.clone(), cx)?;
        if words::Date::parse(text).is_none() {
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
