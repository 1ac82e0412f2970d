//! Documents become values, and values documents again, with the places they came from.

use super::meter::{self, Cause};
use super::value::{self, Held, Place, Value};
use crate::source::tree::{Document, NodeId, Sapling};
use crate::source::{Kind, Span, View, tree};

/// What a document says, by YAML 1.2's and JSON's types: quoted text is text.
pub(super) fn value(view: View<'_>) -> Value {
    let span = view.span();
    let at = Some((span.start, span.end));
    meter::charge(1);
    match view.kind() {
        Kind::Null => Held::Null.at(at),
        Kind::Scalar => scalar(view).at(at),
        Kind::Sequence => {
            let items = view.items().map(value).collect();
            value::list(items).at(at)
        }
        Kind::Mapping => {
            let entries = view.entries().into_iter().map(|(key, item)| {
                let name = match key.as_str() {
                    Some(text) => text.into(),
                    None => value(key).json().into(),
                };
                (name, value(item))
            });
            value::map(entries.collect()).at(at)
        }
    }
}

fn scalar(view: View<'_>) -> Held {
    let text = view.as_str().unwrap_or("");
    if view.is_quoted() {
        return value::text(text);
    }
    match text {
        "true" | "True" | "TRUE" => return Held::Bool(true),
        "false" | "False" | "FALSE" => return Held::Bool(false),
        _ => {}
    }
    if let Ok(whole) = text.parse() {
        return Held::Whole(whole);
    }
    let digits = text
        .trim_start_matches(['+', '-'])
        .starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match text.parse() {
        Ok(real) if digits => Held::Real(real),
        _ => value::text(text),
    }
}

/// The document that says `value`, in the file of `input`. `left`: values that it may still have.
pub(super) fn document(value: &Value, input: &Document, index: u32, left: &mut usize) -> Document {
    let whole = input.root().span();
    let mut writer = Writer {
        sapling: Sapling::new(input.file),
        whole,
        left,
    };
    let root = writer.write(value, value.place());
    Document {
        file: input.file,
        index,
        tree: writer.sapling.grown(root),
        comments: Vec::new(),
    }
}

struct Writer<'l> {
    sapling: Sapling,
    /// The place of what came from nowhere.
    whole: Span,
    left: &'l mut usize,
}

impl Writer<'_> {
    /// Adds a value and all in it. What has no place of its own and none inside has that of what
    /// it stands in.
    fn write(&mut self, value: &Value, around: Place) -> NodeId {
        meter::charge(1);
        let place = value.place().or(around);
        let plain = |text| tree::Value::Scalar {
            text,
            quoted: false,
        };
        let quoted = |text| tree::Value::Scalar { text, quoted: true };
        match &value.held {
            Held::Null => self.push(plain("null"), place),
            Held::Bool(yes) => self.push(plain(if *yes { "true" } else { "false" }), place),
            Held::Whole(number) => self.push(plain(&number.to_string()), place),
            Held::Real(number) => self.push(plain(&value::real(*number)), place),
            Held::Text(text) => self.push(quoted(text), place),
            Held::List(list) => {
                let items = list.items.iter().map(|item| self.write(item, place));
                let items: Vec<_> = items.collect();
                self.push(tree::Value::Sequence(&items), place)
            }
            Held::Map(map) => {
                let pairs = map.items.iter().map(|(key, item)| {
                    let at = item.place().or(place);
                    let key = self.push(quoted(key), at);
                    [key, self.write(item, place)]
                });
                let pairs: Vec<_> = pairs.collect();
                self.push(tree::Value::Mapping(&pairs), place)
            }
        }
    }

    fn push(&mut self, value: tree::Value<'_>, place: Place) -> NodeId {
        match self.left.checked_sub(1) {
            Some(left) => *self.left = left,
            None => meter::stop(Cause::Outputs),
        }
        let span = place.map_or(self.whole, |(start, end)| Span {
            start,
            end,
            ..self.whole
        });
        let id = self.sapling.push(value, span, None);
        id.unwrap_or_else(|| meter::stop(Cause::Outputs))
    }
}
