//! Expressions evaluated as far as a reader can: what only a run of Terraform tells is unknown,
//! with the reason, and keeps which resources it comes from.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use camino::Utf8PathBuf;

use super::super::place;
use super::super::value::{Data, From, Val, joined};
use super::functions;
use super::module::Directory;
use super::operators::{binary, number, of_number};
use super::scope::{Bound, Env};
use crate::ingest::budget::Budget;
use crate::source::hcl::expr::{For, Step};
use crate::source::hcl::{At, EXPRESSION, Expr, ExprKind, Part, expression, template};
use crate::source::{Kind, Span, View};

/// Deepest chain of expressions that lead to one another.
const DEEPEST: u32 = 600;
/// Most items of a loop.
const MOST_ITEMS: usize = 20_000;
/// Longest text made of parts.
const LONGEST: usize = 1 << 20;

/// The expression is wrong: Terraform would refuse it, `try` goes on to its next argument.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Rc<str>);

pub(super) type Result<T> = std::result::Result<T, Fault>;

/// Evaluates expressions of all modules.
pub(in crate::ingest::terraform) struct Evaluator<'e, 'd> {
    pub(super) directories: &'e BTreeMap<Utf8PathBuf, Directory<'d>>,
    pub(super) budget: &'e Budget,
    depth: Cell<u32>,
    parsed: RefCell<HashMap<Span, Option<Rc<Expr>>>>,
}

impl<'e, 'd> Evaluator<'e, 'd> {
    pub(in crate::ingest::terraform) fn new(
        directories: &'e BTreeMap<Utf8PathBuf, Directory<'d>>,
        budget: &'e Budget,
    ) -> Self {
        Self {
            directories,
            budget,
            depth: Cell::new(0),
            parsed: RefCell::default(),
        }
    }

    /// The value of an attribute. What is wrong with it makes it unknown.
    pub(super) fn attribute(&self, view: View<'d>, json: bool, env: &Env<'_, 'e, 'd>) -> Val {
        let span = view.span();
        self.try_attribute(view, json, env)
            .unwrap_or_else(|fault| Val::unknown(fault.0, span))
    }

    /// As [`attribute`](Self::attribute), telling what is wrong.
    pub(super) fn try_attribute(
        &self,
        view: View<'d>,
        json: bool,
        env: &Env<'_, 'e, 'd>,
    ) -> Result<Val> {
        if json {
            return self.json(view, env);
        }
        let span = view.span();
        if view.tag() != Some(EXPRESSION) {
            return Ok(Val::null(span));
        }
        match self.parse(view, false) {
            Some(expr) => self.eval(&expr, env),
            None => Ok(Val::unknown("an expression that is not read here", span)),
        }
    }

    /// A value of the JSON syntax: texts are templates.
    fn json(&self, view: View<'d>, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        if !self.budget.spend(1) {
            return Ok(Val::unknown("too much to evaluate", view.span()));
        }
        let span = view.span();
        let data = match view.kind() {
            Kind::Sequence => {
                let items = view.items().map(|item| self.json(item, env));
                Data::List(Rc::new(items.collect::<Result<_>>()?))
            }
            Kind::Mapping => {
                let mut pairs = Vec::new();
                for (key, value) in view.entries() {
                    if let Some(key) = key.as_str() {
                        pairs.push((key.into(), self.json(value, env)?));
                    }
                }
                Data::Map(Rc::new(pairs))
            }
            Kind::Scalar if view.is_quoted() => {
                return match self.parse(view, true) {
                    Some(expr) => self.eval(&expr, env),
                    None => Ok(Val::unknown("a template that is not read here", span)),
                };
            }
            Kind::Scalar | Kind::Null => return Ok(Val::of_json(view)),
        };
        Ok(Val::new(data, span))
    }

    /// The expression of a value; parsed once however often it is evaluated.
    pub(super) fn parse(&self, view: View<'d>, json: bool) -> Option<Rc<Expr>> {
        let span = view.span();
        if let Some(known) = self.parsed.borrow().get(&span) {
            return known.clone();
        }
        let text = view.as_str()?;
        let expr = if json {
            template(text, At::Whole(span))
        } else {
            expression(text, At::Text(span.file, span.start as usize))
        };
        let expr = expr.map(Rc::new);
        self.parsed.borrow_mut().insert(span, expr.clone());
        expr
    }

    /// The value of an expression.
    pub(super) fn eval(&self, expr: &Expr, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        if !self.budget.spend(1) {
            return Ok(Val::unknown("too much to evaluate", expr.span));
        }
        if self.depth.get() >= DEEPEST {
            return Ok(Val::unknown(
                "names that lead to one another too deeply",
                expr.span,
            ));
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.compute(expr, env);
        self.depth.set(self.depth.get() - 1);
        value
    }

    fn compute(&self, expr: &Expr, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        let span = expr.span;
        let data = match &expr.kind {
            ExprKind::Null => Data::Null,
            ExprKind::Bool(yes) => Data::Bool(*yes),
            ExprKind::Number(text) => Data::Number(text.as_str().into()),
            ExprKind::Text(text) => Data::Text(text.as_str().into()),
            ExprKind::Template(parts) => return self.parts(parts, span, env),
            ExprKind::List(items) => {
                let items = items.iter().map(|item| self.eval(item, env));
                Data::List(Rc::new(items.collect::<Result<_>>()?))
            }
            ExprKind::Map(pairs) => return self.map(pairs, span, env),
            ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Index(..) => {
                return self.traversal(expr, env);
            }
            ExprKind::Splat(of, steps) => return self.splat(of, steps, span, env),
            ExprKind::Call(name, arguments, expand) => {
                return self.call(name, arguments, *expand, span, env);
            }
            ExprKind::If(parts) => return self.choose(parts, env),
            ExprKind::Not(inner) => {
                let inner = self.eval(inner, env)?;
                match inner.as_bool() {
                    Some(yes) => Data::Bool(!yes),
                    None => return unknown_of(&[inner], span),
                }
            }
            ExprKind::Negative(inner) => {
                let inner = self.eval(inner, env)?;
                return match number(&inner) {
                    Some(number) => Ok(of_number(-number, span)),
                    None => unknown_of(&[inner], span),
                };
            }
            ExprKind::Binary(operator, sides) => {
                let (a, b) = (self.eval(&sides[0], env)?, self.eval(&sides[1], env)?);
                // One side can settle it.
                let settles = match *operator {
                    "&&" => Some(false),
                    "||" => Some(true),
                    _ => None,
                };
                if let Some(yes) = settles
                    && (a.as_bool() == settles || b.as_bool() == settles)
                {
                    Data::Bool(yes)
                } else if a.reason().is_some() || b.reason().is_some() {
                    return unknown_of(&[a, b], span);
                } else {
                    return binary(operator, &a, &b, span)
                        .ok_or_else(|| Fault("values that can't be combined so".into()));
                }
            }
            ExprKind::For(inner) => return self.repeat(inner, span, env),
        };
        Ok(Val::new(data, span))
    }

    fn map(&self, pairs: &[(Expr, Expr)], span: Span, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        let mut out: Vec<(Rc<str>, Val)> = Vec::with_capacity(pairs.len());
        let mut seen: HashMap<Rc<str>, usize> = HashMap::new();
        for (key, value) in pairs {
            let key = self.eval(key, env)?;
            let Some(name) = key.scalar() else {
                return Ok(Val::unknown("a key that can't be evaluated", span).read_from(&key.from));
            };
            let value = self.eval(value, env)?;
            if let Some(slot) = seen.get(&name).and_then(|at| out.get_mut(*at)) {
                slot.1 = value;
                continue;
            }
            seen.insert(name.clone(), out.len());
            out.push((name, value));
        }
        Ok(Val::new(Data::Map(Rc::new(out)), span))
    }

    /// `condition ? a : b`. If the condition is unknown, so is the value, but what both sides
    /// refer to is kept.
    fn choose(&self, parts: &[Expr; 3], env: &Env<'_, 'e, 'd>) -> Result<Val> {
        let [condition, yes, no] = parts;
        let condition = self.eval(condition, env)?;
        match condition.as_bool() {
            Some(true) => self.eval(yes, env),
            Some(false) => self.eval(no, env),
            None => {
                let yes = self.eval(yes, env)?;
                let no = self.eval(no, env)?;
                let why = condition
                    .reason()
                    .unwrap_or("a condition that can't be evaluated");
                let from = all_from(&[yes, no]);
                Ok(Val::unknown(why, condition.span).read_from(&from))
            }
        }
    }

    /// A text with holes. A hole that is unknown makes all of it unknown.
    fn parts(&self, parts: &[Part], span: Span, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        let mut text = String::new();
        let mut from: From = None;
        let mut why: Option<Rc<str>> = None;
        let mut secret = false;
        for part in parts {
            let value = match part {
                Part::Text(piece) => {
                    text.push_str(piece);
                    continue;
                }
                Part::Hole(hole) => self.eval(hole, env)?,
                Part::If(condition, yes, no) => {
                    let condition = self.eval(condition, env)?;
                    match condition.as_bool() {
                        Some(true) => self.parts(yes, span, env)?,
                        Some(false) => self.parts(no, span, env)?,
                        None => {
                            let both = [self.parts(yes, span, env)?, self.parts(no, span, env)?];
                            unknown_of(&both, span)?
                        }
                    }
                }
                Part::For(of, _) => {
                    let of = self.eval(of, env)?;
                    let from = all_from(std::slice::from_ref(&of));
                    Val::unknown("a loop inside a text", span).read_from(&from)
                }
            };
            from = joined(&from, &all_from(std::slice::from_ref(&value)));
            secret |= value.secret;
            match value.scalar() {
                Some(piece) if text.len() + piece.len() <= LONGEST => text.push_str(&piece),
                Some(_) => why = Some("a text that is too long".into()),
                None => {
                    let reason = value.reason().unwrap_or("a value that is no text");
                    why.get_or_insert_with(|| reason.into());
                    // What stands around it may still name an address.
                    text.push('\u{fffd}');
                }
            }
        }
        let mut value = match why {
            Some(why) => Val::unknown(why, span),
            None => Val::text(text, span),
        };
        value.secret = secret;
        Ok(value.read_from(&from))
    }

    /// `of[*].a.b`: a list of what each item has there; one value alone is a list of one.
    fn splat(&self, of: &Expr, steps: &[Step], span: Span, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        let of = self.eval(of, env)?;
        let own;
        let items: &[Val] = match &of.data {
            Data::Unknown(_) => {
                let value = steps
                    .iter()
                    .try_fold(of, |value, step| self.step(&value, step, env))?;
                return Ok(value);
            }
            Data::Null => &[],
            Data::List(items) => items,
            _ => {
                own = [of.clone()];
                &own
            }
        };
        let mut out = Vec::with_capacity(items.len());
        for item in items.iter().take(MOST_ITEMS) {
            if !self.budget.spend(1) {
                return Ok(Val::unknown("too much to evaluate", span));
            }
            let value = steps
                .iter()
                .try_fold(item.clone(), |value, step| self.step(&value, step, env))?;
            out.push(value);
        }
        Ok(Val::new(Data::List(Rc::new(out)), span))
    }

    fn step(&self, value: &Val, step: &Step, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        match step {
            Step::Attribute(name) => member(value, name),
            Step::Index(index) => {
                let index = self.eval(index, env)?;
                item(value, &index)
            }
        }
    }

    fn repeat(&self, from: &For, span: Span, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        let of = self.eval(&from.of, env)?;
        let entries: Vec<(Val, Val)> = match &of.data {
            Data::List(items) => {
                let number = |at: usize| Val::new(Data::Number(at.to_string().into()), of.span);
                items
                    .iter()
                    .cloned()
                    .enumerate()
                    .map(|(at, value)| (number(at), value))
                    .collect()
            }
            Data::Map(pairs) => {
                let pairs = pairs.iter();
                pairs
                    .map(|(key, value)| (Val::text(key.clone(), value.span), value.clone()))
                    .collect()
            }
            _ => return unknown_of(&[of], span),
        };
        if entries.len() > MOST_ITEMS {
            return Ok(Val::unknown("a loop over too many items", span));
        }
        let mut list: Vec<Val> = Vec::new();
        let mut pairs: Vec<(Rc<str>, Val)> = Vec::new();
        let mut at_key: HashMap<Rc<str>, usize> = HashMap::new();
        for (key, value) in entries {
            let outer = Bound {
                name: from.key.as_deref().unwrap_or_default(),
                value: key,
                outer: env.names,
            };
            let bound = Bound {
                name: &from.value,
                value,
                outer: Some(&outer),
            };
            let inner = Env {
                scope: env.scope,
                each: env.each,
                names: Some(&bound),
            };
            if let Some(condition) = &from.condition {
                let condition = self.eval(condition, &inner)?;
                match condition.as_bool() {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return unknown_of(&[condition, of], span),
                }
            }
            let result = self.eval(&from.result, &inner)?;
            let Some(key) = &from.result_key else {
                list.push(result);
                continue;
            };
            let key = self.eval(key, &inner)?;
            let Some(name) = key.scalar() else {
                return unknown_of(&[key, of], span);
            };
            match at_key.get(&name).and_then(|at| pairs.get_mut(*at)) {
                Some((_, old)) if from.grouping => {
                    if let Data::List(items) = &mut old.data {
                        Rc::make_mut(items).push(result);
                    }
                }
                Some((_, old)) => *old = result,
                None => {
                    at_key.insert(name.clone(), pairs.len());
                    let value = if from.grouping {
                        Val::new(Data::List(Rc::new(vec![result])), span)
                    } else {
                        result
                    };
                    pairs.push((name, value));
                }
            }
        }
        let data = if from.result_key.is_some() {
            Data::Map(Rc::new(pairs))
        } else {
            Data::List(Rc::new(list))
        };
        Ok(Val::new(data, span).read_from(&of.from))
    }

    fn call(
        &self,
        name: &str,
        arguments: &[Expr],
        expand: bool,
        span: Span,
        env: &Env<'_, 'e, 'd>,
    ) -> Result<Val> {
        match name {
            "try" => {
                let mut last = None;
                for argument in arguments {
                    match self.eval(argument, env) {
                        Ok(value) => return Ok(value),
                        Err(fault) => last = Some(fault),
                    }
                }
                return Err(last.unwrap_or_else(|| Fault("`try` without arguments".into())));
            }
            "can" => {
                let Some(argument) = arguments.first() else {
                    return Err(Fault("`can` without an argument".into()));
                };
                return match self.eval(argument, env) {
                    Ok(value) if value.is_unknown() => Ok(value),
                    Ok(_) => Ok(Val::new(Data::Bool(true), span)),
                    Err(_) => Ok(Val::new(Data::Bool(false), span)),
                };
            }
            _ => {}
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.eval(argument, env)?);
        }
        if expand && let Some(last) = values.pop() {
            match &last.data {
                Data::List(items) => values.extend(items.iter().cloned()),
                _ => return unknown_of(&[last], span),
            }
        }
        let size: usize = values
            .iter()
            .map(|value| value.items().len() + value.pairs().len())
            .sum();
        if !self.budget.spend(size) {
            return Ok(Val::unknown("too much to evaluate", span));
        }
        let from = all_from(&values);
        let value = functions::call(name, values, span)?;
        // What a structure holds keeps its own references, and so does what is only chosen; a
        // text made of others gets theirs.
        Ok(match value.data {
            Data::List(_) | Data::Map(_) => value,
            _ if functions::chooses(name) => value,
            _ => value.read_from(&from),
        })
    }
}

/// An attribute of a value. A resource has attributes that only a run of Terraform tells.
pub(super) fn member(of: &Val, name: &str) -> Result<Val> {
    let extended = || extend(&of.from, name);
    match &of.data {
        Data::Unknown(why) => {
            let mut value = Val::unknown(why.clone(), of.span);
            value.from = extended();
            Ok(value)
        }
        Data::Map(_) => match of.get(name) {
            Some(value) => {
                let mut value = value.clone();
                // Below a resource, what was read is its attribute.
                if of.from.is_some() {
                    value.from = joined(&value.from, &extended());
                }
                Ok(value)
            }
            None if of.from.is_some() => {
                let mut value = Val::unknown("known after apply", of.span);
                value.from = extended();
                Ok(value)
            }
            None => Err(Fault(
                format!("there is no `{}` in this value", shown(name)).into(),
            )),
        },
        // `aws_instance.web.0` of old configurations.
        Data::List(_) => item(of, &Val::text(name, of.span)),
        _ => Err(Fault(
            format!("`{}` of a value that has no attributes", shown(name)).into(),
        )),
    }
}

/// An item of a list, or the value of a key.
pub(super) fn item(of: &Val, index: &Val) -> Result<Val> {
    match (&of.data, index.scalar()) {
        (Data::Unknown(_), Some(text)) => Ok(listed(of, &text)),
        (Data::Unknown(_), None) => Ok(of.clone()),
        (_, None) => unknown_of(&[of.clone(), index.clone()], index.span),
        (Data::List(items), Some(text)) => {
            let at = text.parse::<usize>().ok().and_then(|at| items.get(at));
            let item = at.cloned();
            item.ok_or_else(|| Fault("an index that the list does not have".into()))
        }
        (Data::Map(_), Some(text)) => member(of, &text),
        _ => Err(Fault("an index into a value that has no items".into())),
    }
}

/// An item of a list that is unknown. Of the zones that a data source lists it stays known which:
/// two of them are two zones.
pub(super) fn listed(of: &Val, index: &str) -> Val {
    let lists_zones = of.from.as_ref().is_some_and(|from| {
        let mut all = from.iter();
        all.all(|reference| place::lists_zones(&reference.resource, &reference.attribute))
    });
    let mut value = of.clone();
    if lists_zones && index.bytes().all(|byte| byte.is_ascii_digit()) {
        value.from = extend(&of.from, index);
    }
    value
}

/// References with one more step.
fn extend(from: &From, name: &str) -> From {
    let from = from.as_ref()?;
    let longer = from.iter().map(|reference| {
        let mut reference = reference.clone();
        reference.attribute = match &*reference.attribute {
            "" => name.into(),
            attribute => format!("{attribute}.{name}").into(),
        };
        reference
    });
    Some(Rc::new(longer.collect()))
}

/// A name of the input as a message may hold it.
fn shown(name: &str) -> String {
    crate::source::mask::value(name).chars().take(60).collect()
}

/// All references of some values.
pub(super) fn all_from(values: &[Val]) -> From {
    let all: std::collections::BTreeSet<_> = values.iter().flat_map(Val::references).collect();
    (!all.is_empty()).then(|| Rc::new(all))
}

/// What follows from values of which one is unknown.
pub(super) fn unknown_of(values: &[Val], span: Span) -> Result<Val> {
    let why = values.iter().find_map(Val::reason);
    match why {
        Some(why) => Ok(Val::unknown(why, span).read_from(&all_from(values))),
        None => Err(Fault("a value of the wrong type".into())),
    }
}
