//! Values of attributes, wherever they come from: known ones, and those that only Terraform will
//! know, with the resources they come from.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::rc::Rc;

use crate::source::{Kind, Span, View};

/// Deepest nesting of a value that is looked at.
pub(super) const DEEPEST: usize = 32;

/// A value, where it stands, and what it was made of.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub(super) data: Data,
    pub(super) span: Span,
    /// Terraform marks it sensitive: it is compared, never shown.
    pub(super) secret: bool,
    /// The resources (and data sources) it was read from.
    pub(super) from: From,
}

/// References that a value carries; nearly always none.
pub(super) type From = Option<Rc<BTreeSet<Reference>>>;

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Null,
    Bool(bool),
    /// Digits as written.
    Number(Rc<str>),
    Text(Rc<str>),
    List(Rc<Vec<Val>>),
    /// Keys and values in their order; keys occur once.
    Map(Rc<Vec<(Rc<str>, Val)>>),
    /// Known only once Terraform has run; the words say why.
    Unknown(Rc<str>),
}

/// An attribute of a resource, as a value was read from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    /// Module path: `module.a.module.b`, empty for the root.
    pub(super) module: Rc<str>,
    /// `aws_instance.web`, or `data.aws_vpc.main`.
    pub(super) resource: Rc<str>,
    /// Which of its instances; `None`: all of them, or which is not known.
    pub(super) key: Option<Key>,
    /// What is read of it, dotted: `id`, `endpoint.0.address`.
    pub(super) attribute: Rc<str>,
}

/// The key of an instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Number(u64),
    Name(Rc<str>),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => write!(f, "\"{name}\""),
        }
    }
}

impl Val {
    pub(super) fn new(data: Data, span: Span) -> Self {
        Self {
            data,
            span,
            secret: false,
            from: None,
        }
    }

    pub(super) fn null(span: Span) -> Self {
        Self::new(Data::Null, span)
    }

    pub(super) fn text(text: impl Into<Rc<str>>, span: Span) -> Self {
        Self::new(Data::Text(text.into()), span)
    }

    pub(super) fn unknown(why: impl Into<Rc<str>>, span: Span) -> Self {
        Self::new(Data::Unknown(why.into()), span)
    }

    /// A value of a JSON document. Nesting is bounded by the reader.
    pub(super) fn of_json(view: View<'_>) -> Self {
        let span = view.span();
        let data = match view.kind() {
            Kind::Null => Data::Null,
            Kind::Sequence => Data::List(Rc::new(view.items().map(Self::of_json).collect())),
            Kind::Mapping => {
                let pairs = view
                    .entries()
                    .into_iter()
                    .filter_map(|(key, value)| Some((key.as_str()?.into(), Self::of_json(value))));
                Data::Map(Rc::new(pairs.collect()))
            }
            Kind::Scalar => {
                let text = view.as_str().unwrap_or_default();
                match (view.is_quoted(), view.as_bool()) {
                    (false, Some(yes)) => Data::Bool(yes),
                    (false, None) => Data::Number(text.into()),
                    (true, _) => Data::Text(text.into()),
                }
            }
        };
        Self::new(data, span)
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown(_))
    }

    /// Text that may be used as a name: not empty, not secret.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) if !text.is_empty() && !self.secret => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(yes) => Some(*yes),
            Data::Text(text) => match &**text {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// A whole number; texts of digits count, as state of version 3 has only texts.
    pub(super) fn as_count(&self) -> Option<u64> {
        match &self.data {
            Data::Number(text) | Data::Text(text) => {
                let whole = text.split_once('.').map_or(&**text, |(whole, zeros)| {
                    if zeros.bytes().all(|b| b == b'0') {
                        whole
                    } else {
                        text
                    }
                });
                whole.parse().ok()
            }
            _ => None,
        }
    }

    /// A scalar as text, for keys and strings made of it.
    pub(super) fn scalar(&self) -> Option<Rc<str>> {
        match &self.data {
            Data::Text(text) | Data::Number(text) => Some(text.clone()),
            Data::Bool(yes) => Some(yes.to_string().into()),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Val] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn pairs(&self) -> &[(Rc<str>, Val)] {
        match &self.data {
            Data::Map(pairs) => pairs,
            _ => &[],
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Val> {
        let pair = self.pairs().iter().find(|(name, _)| &**name == key);
        pair.map(|(_, value)| value)
    }

    /// Every value at the end of a dotted path; lists on the way are gone through, and so is a
    /// list at its end.
    pub(super) fn at(&self, path: &str) -> Vec<&Val> {
        let mut found = vec![self];
        for part in path.split('.') {
            let mut next = Vec::new();
            for value in found {
                flat(value, &mut next, 0);
            }
            found = next.iter().filter_map(|value| value.get(part)).collect();
        }
        let mut values = Vec::new();
        for value in found {
            flat(value, &mut values, 0);
        }
        values
    }

    /// The first text at the end of a path.
    pub(super) fn text_at(&self, path: &str) -> Option<(&str, Span)> {
        let values = self.at(path);
        values
            .into_iter()
            .find_map(|value| Some((value.as_text()?, value.span)))
    }

    pub(super) fn count_at(&self, path: &str) -> Option<(u64, Span)> {
        let values = self.at(path);
        values
            .into_iter()
            .find_map(|value| Some((value.as_count()?, value.span)))
    }

    pub(super) fn bool_at(&self, path: &str) -> Option<bool> {
        self.at(path).into_iter().find_map(Val::as_bool)
    }

    /// Adds what another value was read from.
    pub(super) fn read_from(mut self, from: &From) -> Self {
        self.from = joined(&self.from, from);
        self
    }

    /// Adds the attributes of another that are missing or unknown here.
    pub(super) fn complete(&mut self, other: &Self) {
        let Data::Map(pairs) = &mut self.data else {
            return;
        };
        let pairs = Rc::make_mut(pairs);
        for (key, value) in other.pairs() {
            match pairs.iter_mut().find(|(known, _)| known == key) {
                Some((_, own)) if matches!(own.data, Data::Unknown(_) | Data::Null) => {
                    let from = own.from.clone();
                    *own = value.clone().read_from(&from);
                }
                Some(_) => {}
                None => pairs.push((key.clone(), value.clone())),
            }
        }
    }

    /// Marks the value and all inside as sensitive.
    pub(super) fn hide(&mut self) {
        self.secret = true;
        match &mut self.data {
            Data::List(items) => Rc::make_mut(items).iter_mut().for_each(Val::hide),
            Data::Map(pairs) => Rc::make_mut(pairs).iter_mut().for_each(|(_, v)| v.hide()),
            _ => {}
        }
    }

    /// Marks what stands at the end of these steps.
    pub(super) fn hide_at(&mut self, path: &[Rc<str>]) {
        let Some((first, rest)) = path.split_first() else {
            self.hide();
            return;
        };
        match &mut self.data {
            Data::List(items) => {
                let at = first.parse::<usize>().ok();
                if let Some(item) = at.and_then(|at| Rc::make_mut(items).get_mut(at)) {
                    item.hide_at(rest);
                }
            }
            Data::Map(pairs) => {
                for (key, value) in Rc::make_mut(pairs) {
                    if key == first {
                        value.hide_at(rest);
                    }
                }
            }
            _ => {}
        }
    }

    /// All references of the value and of what is inside it.
    pub(super) fn references(&self) -> BTreeSet<Reference> {
        let mut all = BTreeSet::new();
        self.gather(&mut all, 0);
        all
    }

    fn gather(&self, all: &mut BTreeSet<Reference>, depth: usize) {
        if let Some(from) = &self.from {
            all.extend(from.iter().cloned());
        }
        if depth < DEEPEST {
            for item in self.items() {
                item.gather(all, depth + 1);
            }
            for (_, value) in self.pairs() {
                value.gather(all, depth + 1);
            }
        }
    }

    /// Why some of it is unknown: the first reason.
    pub(super) fn reason(&self) -> Option<&str> {
        match &self.data {
            Data::Unknown(why) => Some(why),
            Data::List(items) => items.iter().find_map(Val::reason),
            Data::Map(pairs) => pairs.iter().find_map(|(_, value)| value.reason()),
            _ => None,
        }
    }
}

fn flat<'v>(value: &'v Val, into: &mut Vec<&'v Val>, depth: usize) {
    match &value.data {
        Data::List(items) if depth < DEEPEST => {
            for item in items.iter() {
                flat(item, into, depth + 1);
            }
        }
        Data::Null => {}
        _ => into.push(value),
    }
}

/// Both sets of references.
pub(super) fn joined(a: &From, b: &From) -> From {
    match (a, b) {
        (None, other) | (other, None) => other.clone(),
        (Some(a), Some(b)) if Rc::ptr_eq(a, b) => Some(a.clone()),
        (Some(a), Some(b)) => Some(Rc::new(a.union(b).cloned().collect())),
    }
}

/// `module.a.aws_instance.web[0]`.
pub(super) fn address(module: &str, resource: &str, key: Option<&Key>) -> String {
    let mut text = String::new();
    if !module.is_empty() {
        text.push_str(module);
        text.push('.');
    }
    text.push_str(resource);
    if let Some(key) = key {
        // Writing to a string can't fail.
        let _ = write!(text, "[{key}]");
    }
    text
}
