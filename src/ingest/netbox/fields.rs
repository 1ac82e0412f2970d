//! Reading fields of rows, whose values are written in two ways: keys and plain values in a dump,
//! objects in what the REST API answers.

use super::rows::Model;
use crate::source::{Kind, View};

/// Text that is not empty.
pub(super) fn text<'d>(view: View<'d>, name: &str) -> Option<&'d str> {
    let found = view.get(name)?.as_str()?;
    (!found.trim().is_empty()).then_some(found)
}

/// The key of a row: a number, or a UUID in Nautobot.
pub(super) fn key<'d>(view: View<'d>, name: &str) -> Option<&'d str> {
    text(view, name)
}

/// The key of the row that a field refers to: itself, or the `id` of an object.
pub(super) fn reference<'d>(view: View<'d>, name: &str) -> Option<&'d str> {
    let value = view.get(name)?;
    match value.kind() {
        Kind::Scalar => value.as_str(),
        Kind::Mapping => key(value, "id"),
        Kind::Null | Kind::Sequence => None,
    }
}

/// The first of several fields that refers to something: names changed between versions.
pub(super) fn first_reference<'d>(view: View<'d>, names: &[&str]) -> Option<&'d str> {
    names.iter().find_map(|name| reference(view, name))
}

/// A choice, in small letters: itself, or `value` of an object. Where versions before 2.8 have
/// numbers, the label says what they mean; a dump has only the number.
pub(super) fn choice(view: View<'_>, name: &str) -> Option<String> {
    let value = view.get(name)?;
    let found = match value.kind() {
        Kind::Scalar => value.as_str()?,
        Kind::Mapping => {
            let word = ["value", "name", "display"]
                .iter()
                .find_map(|name| text(value, name))?;
            let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
            let label = text(value, "label").filter(|_| is_number);
            label.unwrap_or(word)
        }
        Kind::Null | Kind::Sequence => return None,
    };
    Some(found.trim().to_lowercase())
}

/// What a field of content type and one of a key refer to together. `types`: content types by key,
/// which a dump may refer to by number.
pub(super) fn generic<'d>(
    view: View<'d>,
    names: (&str, &str),
    types: impl Fn(&str) -> Option<Model>,
) -> Option<(Model, &'d str)> {
    let kind = view.get(names.0)?;
    let model = match kind.kind() {
        Kind::Scalar => {
            let word = kind.as_str()?;
            Model::named(word).or_else(|| types(word))
        }
        Kind::Sequence => {
            let parts: Vec<&str> = kind.items().take(3).filter_map(View::as_str).collect();
            Model::named(&parts.join("."))
        }
        Kind::Null | Kind::Mapping => None,
    }?;
    Some((model, reference(view, names.1)?))
}

/// What a status makes of a thing: nothing is said of what has none.
pub(super) fn is_active(status: Option<&str>) -> bool {
    // Versions before 2.8: 1 is active; cables had a flag.
    status.is_none_or(|status| matches!(status, "active" | "connected" | "1" | "true"))
}
