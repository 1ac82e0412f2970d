//! Documents become values, and values documents again, with the places they came from.

use super::meter::{self, Cause};
use super::value::{self, Held, Place, Value};
use crate::source::tree::{Document, Node, NodeId, Tree};
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
        nodes: Vec::new(),
        whole,
        left,
    };
    let root = writer.write(value, value.place());
    Document {
        file: input.file,
        index,
        tree: Tree {
            nodes: writer.nodes,
            root,
        },
        comments: Vec::new(),
    }
}

struct Writer<'l> {
    nodes: Vec<Node>,
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
        let scalar = |text: &str, quoted: bool| tree::Value::Scalar {
            text: text.into(),
            quoted,
        };
        let written = match &value.held {
            Held::Null => scalar("null", false),
            Held::Bool(yes) => scalar(if *yes { "true" } else { "false" }, false),
            Held::Whole(number) => scalar(&number.to_string(), false),
            Held::Real(number) => scalar(&value::real(*number), false),
            Held::Text(text) => scalar(text, true),
            Held::List(list) => {
                let items = list.items.iter().map(|item| self.write(item, place));
                tree::Value::Sequence(items.collect())
            }
            Held::Map(map) => {
                let pairs = map.items.iter().map(|(key, item)| {
                    let at = item.place().or(place);
                    let key = self.push(scalar(key, true), at);
                    (key, self.write(item, place))
                });
                tree::Value::Mapping(pairs.collect())
            }
        };
        self.push(written, place)
    }

    fn push(&mut self, value: tree::Value, place: Place) -> NodeId {
        match self.left.checked_sub(1) {
            Some(left) => *self.left = left,
            None => meter::stop(Cause::Outputs),
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let span = place.map_or(self.whole, |(start, end)| Span {
            start,
            end,
            ..self.whole
        });
        self.nodes.push(Node {
            value,
            span,
            tag: None,
        });
        id
    }
}
