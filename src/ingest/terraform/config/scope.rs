//! What names mean: one module, called once, with what its caller gave it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::super::value::{Data, Key, Val};
use super::module::Directory;
use crate::source::Span;

/// A module as one call of it (or as a root) sees it.
pub(in crate::ingest::terraform) struct Scope<'e, 'd> {
    pub(super) directory: &'e Directory<'d>,
    /// `module.a["x"]`, empty for the root.
    pub(super) path: Rc<str>,
    /// Who calls it, by which call, with what `each` and `count` there.
    pub(super) caller: Option<Caller<'e, 'd>>,
    /// Values that variables of a root have.
    pub(super) given: BTreeMap<Rc<str>, Val>,
    pub(super) memo: Memo<'e, 'd>,
}

/// Who calls a module.
#[derive(Clone)]
pub(super) struct Caller<'e, 'd> {
    pub(super) scope: Rc<Scope<'e, 'd>>,
    pub(super) name: &'d str,
    pub(super) each: Each,
}

/// What was evaluated already, and what is being evaluated: a circle ends there.
#[derive(Default)]
pub(super) struct Memo<'e, 'd> {
    pub(super) values: RefCell<HashMap<(What, String), Option<Val>>>,
    pub(super) blocks: RefCell<HashMap<String, Option<Rc<Instances>>>>,
    pub(super) calls: RefCell<HashMap<String, Option<Rc<Calls<'e, 'd>>>>>,
}

/// What sort of name a value has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    Local,
    Variable,
    Output,
}

/// The key and value of `for_each`, or the index of `count`, of one instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Each {
    pub(super) key: Option<Val>,
    pub(super) value: Option<Val>,
    pub(super) index: Option<u64>,
}

/// How often a block is made.
#[derive(Debug)]
pub(super) struct Times {
    /// In order; a key only where the block has `count` or `for_each`.
    pub(super) each: Vec<(Option<Key>, Each)>,
    pub(super) shape: Shape,
}

/// What a block is to those who name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    One,
    List,
    Map,
    /// `count` or `for_each` could not be evaluated.
    Unknown,
}

/// The instances of a resource, evaluated.
#[derive(Debug)]
pub(super) struct Instances {
    pub(super) shape: Shape,
    pub(super) all: Vec<(Option<Key>, Val)>,
}

/// The instances of a module call.
pub(super) struct Calls<'e, 'd> {
    pub(super) shape: Shape,
    pub(super) all: Vec<(Option<Key>, Rc<Scope<'e, 'd>>)>,
}

/// Where an expression stands: module, instance, and names of loops around it.
#[derive(Clone, Copy)]
pub(super) struct Env<'a, 'e, 'd> {
    pub(super) scope: &'a Rc<Scope<'e, 'd>>,
    pub(super) each: Option<&'a Each>,
    pub(super) names: Option<&'a Bound<'a>>,
}

/// A name that a loop gives a value.
pub(super) struct Bound<'a> {
    pub(super) name: &'a str,
    pub(super) value: Val,
    pub(super) outer: Option<&'a Bound<'a>>,
}

impl<'a, 'e, 'd> Env<'a, 'e, 'd> {
    /// The outermost place of a module.
    pub(super) fn of(scope: &'a Rc<Scope<'e, 'd>>) -> Self {
        Self {
            scope,
            each: None,
            names: None,
        }
    }

    /// What a loop around this place calls so.
    pub(super) fn bound(&self, name: &str) -> Option<&'a Val> {
        let mut at = self.names;
        while let Some(bound) = at {
            if bound.name == name {
                return Some(&bound.value);
            }
            at = bound.outer;
        }
        None
    }
}

/// A collection of what a block makes, as an expression sees it.
pub(super) fn collection(
    shape: Shape,
    all: impl Iterator<Item = (Option<Key>, Val)>,
    span: Span,
) -> Val {
    let mut all = all;
    match shape {
        Shape::One => all
            .next()
            .map_or_else(|| Val::null(span), |(_, value)| value),
        Shape::List => {
            let items: Vec<Val> = all.map(|(_, value)| value).collect();
            Val::new(Data::List(Rc::new(items)), span)
        }
        Shape::Map => {
            let name = |key| match key {
                Some(Key::Name(name)) => Some(name),
                Some(Key::Number(number)) => Some(number.to_string().into()),
                None => None,
            };
            let pairs = all.filter_map(|(key, value)| Some((name(key)?, value)));
            Val::new(Data::Map(Rc::new(pairs.collect())), span)
        }
        Shape::Unknown => {
            let from = all.next().and_then(|(_, value)| value.from);
            let why = "how many there are can't be evaluated";
            Val::unknown(why, span).read_from(&from)
        }
    }
}
