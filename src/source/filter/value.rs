//! What filters work on: JSON's values, each with the place of the input it came from.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use jaq_core::ValR;

use super::meter::{self, Cause};

/// Deepest nesting of values.
pub(super) const DEEPEST: u16 = 512;
/// What a value in a list or an object costs.
const ITEM: usize = 4;

/// A range of bytes of the input.
pub(super) type Place = Option<(u32, u32)>;
/// Keys of an object, in their order.
pub(super) type Entries = BTreeMap<Rc<str>, Value>;

/// A value. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) held: Held,
    pub(super) at: Place,
}

#[derive(Clone, Debug)]
pub(super) enum Held {
    Null,
    Bool(bool),
    Whole(i64),
    Real(f64),
    Text(Rc<str>),
    List(Rc<Nested<Vec<Value>>>),
    Map(Rc<Nested<Entries>>),
}

/// A list or an object, and how deep it is.
#[derive(Clone, Debug)]
pub(super) struct Nested<T> {
    pub(super) items: T,
    depth: u16,
}

impl Held {
    /// Without a place.
    pub(super) fn nowhere(self) -> Value {
        Value {
            held: self,
            at: None,
        }
    }

    pub(super) fn at(self, at: Place) -> Value {
        Value { held: self, at }
    }

    fn depth(&self) -> u16 {
        match self {
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            _ => 0,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(false) => 1,
            Self::Bool(true) => 2,
            Self::Whole(_) | Self::Real(_) => 3,
            Self::Text(_) => 4,
            Self::List(_) => 5,
            Self::Map(_) => 6,
        }
    }

    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Whole(_) | Self::Real(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Map(_) => "an object",
        }
    }
}

/// One level more than the deepest of `items`, paid for.
fn above<'v>(items: impl ExactSizeIterator<Item = &'v Value>) -> u16 {
    meter::charge_for(items.len().saturating_mul(ITEM).saturating_add(1));
    let deepest = items.map(|item| item.held.depth()).max().unwrap_or(0);
    if deepest >= DEEPEST {
        meter::stop(Cause::Depth);
    }
    deepest + 1
}

pub(super) fn text(text: &str) -> Held {
    meter::charge_for(text.len() / 8 + 1);
    Held::Text(text.into())
}

pub(super) fn list(items: Vec<Value>) -> Held {
    let depth = above(items.iter());
    Held::List(Rc::new(Nested { items, depth }))
}

pub(super) fn map(items: Entries) -> Held {
    let depth = above(items.values());
    Held::Map(Rc::new(Nested { items, depth }))
}

/// The content of a shared list or object: itself if nobody else has it, else a copy, paid for.
pub(super) fn own<T: Clone>(nested: Rc<Nested<T>>, length: usize) -> T {
    match Rc::try_unwrap(nested) {
        Ok(nested) => nested.items,
        Err(shared) => {
            meter::charge_for(length.saturating_mul(ITEM));
            shared.items.clone()
        }
    }
}

impl Value {
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.held {
            Held::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The place of the value, else the first one inside of it (of an object, its `id` goes first).
    pub(super) fn place(&self) -> Place {
        let mut value = self;
        // A chain of first items is at most as long as the value is deep.
        loop {
            meter::charge(1);
            if value.at.is_some() {
                return value.at;
            }
            value = match &value.held {
                Held::List(list) => list.items.first()?,
                Held::Map(map) => {
                    let placed = || map.items.values().find(|value| value.at.is_some());
                    meter::charge_for(map.items.len());
                    let named = ["id", "name"]
                        .into_iter()
                        .find_map(|key| map.items.get(key));
                    named
                        .or_else(placed)
                        .or_else(|| map.items.values().next())?
                }
                _ => return None,
            };
        }
    }

    /// As JSON. Paid for by the value and the letter.
    pub(super) fn json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        meter::charge(1);
        match &self.held {
            Held::Null => out.push_str("null"),
            Held::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Held::Whole(number) => out.push_str(&number.to_string()),
            Held::Real(number) => out.push_str(&real(*number)),
            Held::Text(text) => write_text(text, out),
            Held::List(list) => {
                out.push('[');
                for (at, item) in list.items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Held::Map(map) => {
                out.push('{');
                for (at, (key, value)) in map.items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    meter::charge_for(text.len() / 8 + 1);
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// A number that is no whole one, as JSON has it: what is none there is `null`.
pub(super) fn real(number: f64) -> String {
    if number.is_finite() {
        number.to_string()
    } else {
        "null".to_owned()
    }
}

/// In messages: what it is, and of texts what they say, cut.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 200;
        match &self.held {
            Held::Text(text) if text.chars().nth(MOST).is_some() => {
                let start: String = text.chars().take(MOST).collect();
                write!(f, "{start}…")
            }
            Held::Text(text) => f.write_str(text),
            Held::Whole(number) => write!(f, "{number}"),
            Held::Real(number) => write!(f, "{number}"),
            other => f.write_str(other.kind()),
        }
    }
}

/// jq's order: null, false, true, numbers, strings, arrays, objects (by keys, then by values).
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        meter::charge(1);
        match (&self.held, &other.held) {
            (Held::Whole(a), Held::Whole(b)) => a.cmp(b),
            (Held::Whole(_) | Held::Real(_), Held::Whole(_) | Held::Real(_)) => {
                // `nan` is below all numbers, itself included: jq's word.
                let (a, b) = (self.number(), other.number());
                a.partial_cmp(&b).unwrap_or(Ordering::Less)
            }
            (Held::Text(a), Held::Text(b)) => {
                meter::charge_for(a.len().min(b.len()) / 16);
                a.cmp(b)
            }
            (Held::List(a), Held::List(b)) => a.items.iter().cmp(b.items.iter()),
            (Held::Map(a), Held::Map(b)) => {
                meter::charge_for(a.items.len().min(b.items.len()));
                let keys = a.items.keys().cmp(b.items.keys());
                keys.then_with(|| a.items.values().cmp(b.items.values()))
            }
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Held::Bool(yes).nowhere()
    }
}

impl From<isize> for Value {
    fn from(number: isize) -> Self {
        Held::Whole(i64::try_from(number).unwrap_or(i64::MAX)).nowhere()
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Held::Whole(i64::try_from(number).unwrap_or(i64::MAX)).nowhere()
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Held::Real(number).nowhere()
    }
}

impl From<String> for Value {
    fn from(string: String) -> Self {
        text(&string).nowhere()
    }
}

/// `{start, end}`: the path of a slice.
impl From<jaq_core::val::Range<Value>> for Value {
    fn from(range: jaq_core::val::Range<Value>) -> Self {
        let side = |value: Option<Value>| value.unwrap_or_else(|| Held::Null.nowhere());
        let entries = [("start", side(range.start)), ("end", side(range.end))];
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value));
        map(entries.collect()).nowhere()
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        let mut all = Vec::new();
        for item in items {
            // Before the list is whole: it may have no end.
            meter::charge(1);
            all.push(item);
        }
        list(all).nowhere()
    }
}

/// A result without a place of its own.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the interpreter's operations may all fail"
)]
pub(super) fn fine(held: Held) -> ValR<Value> {
    Ok(held.nowhere())
}
