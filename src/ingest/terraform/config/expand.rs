//! Blocks become resources: names are looked up, `count` and `for_each` counted out, modules
//! entered.

use crate::message;
use crate::words::Message;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use camino::Utf8Path;

use super::super::kinds::{self, What as Meaning};
use super::super::resource::{Resource, Root, parse_reference};
use super::super::value::{Data, Key, Reference, Val, address};
use super::body::{Block, Body};
use super::eval::{Evaluator, Fault, Result, item, member};
use super::module::{Directory, alias_of, local, source};
use super::scope::{
    Caller, Calls, Each, Env, Instances, Memo, Scope, Shape, Times, What, collection,
};
use crate::source::hcl::{Expr, ExprKind};
use crate::source::{Span, View};

/// Attributes and blocks that say how Terraform treats a resource, not what it is.
const META: [&str; 11] = [
    "count",
    "for_each",
    "provider",
    "providers",
    "depends_on",
    "lifecycle",
    "provisioner",
    "connection",
    "dynamic",
    "timeouts",
    "source",
];
/// Most instances of one block.
const MOST: u64 = 10_000;
/// Deepest nesting of modules, and of blocks.
const DEEPEST: usize = 24;

type Spanned = (Rc<str>, Span);

impl<'e, 'd> Evaluator<'e, 'd> {
    /// All resources of a root and of the modules it calls.
    pub(in crate::ingest::terraform) fn root(&self, directory: &'e Directory<'d>) -> Root {
        let mut given = BTreeMap::new();
        let nowhere = Rc::new(Scope {
            directory,
            path: "".into(),
            caller: None,
            given: BTreeMap::new(),
            memo: Memo::default(),
        });
        for (view, json) in &directory.values {
            let body = Body::file(*view, *json);
            for (name, value) in body.attributes() {
                if let Some(name) = name.as_str() {
                    let value = self.attribute(value, *json, &Env::of(&nowhere));
                    given.insert(name.into(), value);
                }
            }
        }
        let scope = Rc::new(Scope {
            directory,
            path: "".into(),
            caller: None,
            given,
            memo: Memo::default(),
        });
        let mut root = Root {
            folder: directory.folder.clone(),
            ..Root::default()
        };
        self.module(&scope, &mut root, 0);
        for name in directory.outputs.keys() {
            if let Ok(value) = self.named(What::Output, name, &scope) {
                root.outputs.insert((*name).into(), value);
            }
        }
        root.backend = self.backend(directory, &scope);
        root.unread.extend(directory.unread.iter().cloned());
        root
    }

    fn module(&self, scope: &Rc<Scope<'e, 'd>>, root: &mut Root, depth: usize) {
        for (name, block) in &scope.directory.resources {
            if !self.budget.spend(16) {
                return;
            }
            let instances = self.instances(name, scope);
            let region = self.provided(block, scope, "region", 0);
            let zone = self.provided(block, scope, "zone", 0);
            let after = self.after(block, scope);
            let uncounted = instances.shape == Shape::Unknown;
            // Of rules, rights and keys it does not matter how many there are.
            let matters = kinds::row(block.labels.first().copied().unwrap_or_default())
                .is_some_and(|row| !matches!(row.what, Meaning::Nothing));
            if uncounted
                && matters
                && let Some((span, why)) = self.why_uncounted(block, scope)
            {
                let text = message!(
                    "how many `{name}` there are can't be told: {why}",
                    name,
                    why
                );
                root.unread.push((span, text));
            }
            for (key, values) in &instances.all {
                let (is_data, rest) = match name.strip_prefix("data.") {
                    Some(rest) => (true, rest),
                    None => (false, &**name),
                };
                let Some((kind, own)) = rest.split_once('.') else {
                    continue;
                };
                root.resources.push(Resource {
                    module: scope.path.clone(),
                    is_data,
                    kind: kind.into(),
                    name: own.into(),
                    key: key.clone(),
                    values: values.clone(),
                    after: after.clone(),
                    recorded: Vec::new(),
                    region: region.clone(),
                    zone: zone.clone(),
                    span: block.span,
                    uncounted,
                });
            }
        }
        for (name, call) in &scope.directory.calls {
            if depth >= DEEPEST {
                root.unread
                    .push((call.span, message!("modules inside each other too deeply")));
                continue;
            }
            if let Some(calls) = self.calls(name, scope) {
                for (_, inner) in &calls.all {
                    self.module(inner, root, depth + 1);
                }
                if calls.shape == Shape::Unknown
                    && let Some((span, why)) = self.why_uncounted(call, scope)
                {
                    let text = message!(
                        "how often module `{name}` is used can't be told: {why}",
                        name,
                        why
                    );
                    root.unread.push((span, text));
                }
            } else {
                root.unread.push((call.span, elsewhere(call)));
            }
        }
    }

    fn why_uncounted(
        &self,
        block: &Block<'d>,
        scope: &Rc<Scope<'e, 'd>>,
    ) -> Option<(Span, Message)> {
        let (view, json) = block
            .attribute("count")
            .or_else(|| block.attribute("for_each"))?;
        let value = self.attribute(view, json, &Env::of(scope));
        let why = value.reason().unwrap_or("it is no number, map or set");
        Some((view.span(), Message::verbatim(why)))
    }

    /// The instances of a resource, evaluated once.
    pub(super) fn instances(&self, name: &str, scope: &Rc<Scope<'e, 'd>>) -> Rc<Instances> {
        if let Some(known) = scope.memo.blocks.borrow().get(name) {
            return known.clone().unwrap_or_else(|| {
                // A circle of resources, which Terraform refuses.
                Rc::new(Instances {
                    shape: Shape::Unknown,
                    all: Vec::new(),
                })
            });
        }
        scope.memo.blocks.borrow_mut().insert(name.to_owned(), None);
        let mut all = Vec::new();
        let mut shape = Shape::One;
        if let Some(block) = scope.directory.resources.get(name) {
            let times = self.times(block, scope);
            shape = times.shape;
            for (key, each) in times.each {
                let env = Env {
                    each: Some(&each),
                    ..Env::of(scope)
                };
                let mut values = self.content(block.body, &env, block.span, 0);
                for over in &block.over {
                    replace(&mut values, self.content(*over, &env, block.span, 0));
                }
                let own = Reference {
                    module: scope.path.clone(),
                    resource: name.into(),
                    key: key.clone(),
                    attribute: "".into(),
                };
                values.from = Some(Rc::new(BTreeSet::from([own])));
                all.push((key, values));
            }
        }
        let instances = Rc::new(Instances { shape, all });
        scope
            .memo
            .blocks
            .borrow_mut()
            .insert(name.to_owned(), Some(instances.clone()));
        instances
    }

    /// How often a block is made, and with what.
    fn times(&self, block: &Block<'d>, scope: &Rc<Scope<'e, 'd>>) -> Times {
        let env = Env::of(scope);
        let unknown = || Times {
            each: vec![(None, Each::default())],
            shape: Shape::Unknown,
        };
        if let Some((view, json)) = block.attribute("count") {
            let count = self.attribute(view, json, &env);
            return match count.as_count() {
                Some(count)
                    if count <= MOST && self.budget.spend(usize::try_from(count).unwrap_or(0)) =>
                {
                    Times {
                        each: (0..count)
                            .map(|index| {
                                let each = Each {
                                    index: Some(index),
                                    ..Each::default()
                                };
                                (Some(Key::Number(index)), each)
                            })
                            .collect(),
                        shape: Shape::List,
                    }
                }
                _ => unknown(),
            };
        }
        let Some((view, json)) = block.attribute("for_each") else {
            return Times {
                each: vec![(None, Each::default())],
                shape: Shape::One,
            };
        };
        let of = self.attribute(view, json, &env);
        let pairs: Option<Vec<(Val, Val)>> = match &of.data {
            Data::Map(pairs) => Some(
                pairs
                    .iter()
                    .map(|(key, value)| (Val::text(key.clone(), value.span), value.clone()))
                    .collect(),
            ),
            Data::List(items) => items
                .iter()
                .map(|item| Some((Val::text(item.scalar()?, item.span), item.clone())))
                .collect(),
            _ => None,
        };
        match pairs {
            Some(pairs) if self.budget.spend(pairs.len()) => {
                let each = pairs.into_iter().filter_map(|(key, value)| {
                    let name = Key::Name(key.scalar()?);
                    Some((
                        Some(name),
                        Each {
                            key: Some(key),
                            value: Some(value),
                            index: None,
                        },
                    ))
                });
                Times {
                    each: each.collect(),
                    shape: Shape::Map,
                }
            }
            _ => unknown(),
        }
    }

    /// Attributes and nested blocks of a block.
    fn content(&self, body: Body<'d>, env: &Env<'_, 'e, 'd>, span: Span, depth: usize) -> Val {
        let mut pairs: Vec<(Rc<str>, Val)> = Vec::new();
        for (key, value) in body.attributes() {
            let Some(name) = key.as_str() else { continue };
            if depth > 0 || !META.contains(&name) {
                pairs.push((name.into(), self.attribute(value, body.json, env)));
            }
        }
        for kind in body.block_types() {
            if META.contains(&kind) || depth >= DEEPEST {
                continue;
            }
            let blocks = body.blocks(kind, 0);
            let items: Vec<Val> = blocks
                .iter()
                .map(|block| self.content(block.body, env, block.span, depth + 1))
                .collect();
            let at = items.first().map_or(span, |item| item.span);
            pairs.push((kind.into(), Val::new(Data::List(Rc::new(items)), at)));
        }
        for block in body.blocks("dynamic", 1) {
            let Some(kind) = block.labels.first().filter(|_| !body.json) else {
                continue;
            };
            let items = self.dynamic(kind, &block, env, depth);
            pairs.push(((*kind).into(), items));
        }
        Val::new(Data::Map(Rc::new(pairs)), span)
    }

    /// `dynamic "listener" { for_each = ..., content { ... } }`.
    fn dynamic(&self, kind: &str, block: &Block<'d>, env: &Env<'_, 'e, 'd>, depth: usize) -> Val {
        let unknown = || Val::unknown("a dynamic block that can't be evaluated", block.span);
        let Some(of) = block
            .body
            .attribute("for_each")
            .map(|view| self.attribute(view, false, env))
        else {
            return unknown();
        };
        let entries: Vec<(Val, Val)> = match &of.data {
            Data::List(items) => items
                .iter()
                .map(|item| (item.clone(), item.clone()))
                .collect(),
            Data::Map(pairs) => pairs
                .iter()
                .map(|(key, value)| (Val::text(key.clone(), value.span), value.clone()))
                .collect(),
            _ => return unknown().read_from(&of.from),
        };
        let contents = block.body.blocks("content", 0);
        let iterator = block
            .body
            .attribute("iterator")
            .and_then(View::as_str)
            .unwrap_or(kind);
        let mut items = Vec::new();
        for (key, value) in entries {
            if !self.budget.spend(4) || depth >= DEEPEST {
                return unknown();
            }
            let pair = Data::Map(Rc::new(vec![("key".into(), key), ("value".into(), value)]));
            let bound = super::scope::Bound {
                name: iterator,
                value: Val::new(pair, block.span),
                outer: env.names,
            };
            let inner = Env {
                names: Some(&bound),
                ..*env
            };
            for content in &contents {
                items.push(self.content(content.body, &inner, content.span, depth + 1));
            }
        }
        Val::new(Data::List(Rc::new(items)), block.span)
    }

    /// The instances of a module call; `None` if the module is not among the inputs.
    fn calls(&self, name: &str, scope: &Rc<Scope<'e, 'd>>) -> Option<Rc<Calls<'e, 'd>>> {
        if let Some(known) = scope.memo.calls.borrow().get(name) {
            return known.clone();
        }
        let mut made = None;
        let mut up = 0;
        let mut at = scope.caller.as_ref();
        while let Some(caller) = at {
            up += 1;
            at = caller.scope.caller.as_ref();
        }
        if let Some((name, call)) = scope.directory.calls.get_key_value(name)
            && up < DEEPEST
            && let Some(folder) = source(call).and_then(|source| local(&scope.directory.folder, &source))
            && let Some(directory) = self.directories.get(&folder)
            // A module that calls itself.
            && folder != scope.directory.folder
        {
            let times = self.times(call, scope);
            let all = times.each.into_iter().map(|(key, each)| {
                let inner = Scope {
                    directory,
                    path: address(&scope.path, &format!("module.{name}"), key.as_ref()).into(),
                    caller: Some(Caller {
                        scope: scope.clone(),
                        name,
                        each,
                    }),
                    given: BTreeMap::new(),
                    memo: Memo::default(),
                };
                (key, Rc::new(inner))
            });
            made = Some(Rc::new(Calls {
                shape: times.shape,
                all: all.collect(),
            }));
        }
        scope
            .memo
            .calls
            .borrow_mut()
            .insert(name.to_owned(), made.clone());
        made
    }

    /// The value of a local, variable or output, evaluated once.
    fn named(&self, what: What, name: &str, scope: &Rc<Scope<'e, 'd>>) -> Result<Val> {
        let key = (what, name.to_owned());
        if let Some(known) = scope.memo.values.borrow().get(&key) {
            return match known {
                Some(value) => Ok(value.clone()),
                None => Err(Fault("a name that leads back to itself".into())),
            };
        }
        scope.memo.values.borrow_mut().insert(key.clone(), None);
        let value = self.look_up(what, name, scope);
        let mut values = scope.memo.values.borrow_mut();
        match &value {
            Ok(found) => values.insert(key, Some(found.clone())),
            Err(_) => values.remove(&key),
        };
        value
    }

    fn look_up(&self, what: What, name: &str, scope: &Rc<Scope<'e, 'd>>) -> Result<Val> {
        let missing =
            |what: &str| Err(Fault(format!("there is no such {what} as it names").into()));
        let env = Env::of(scope);
        match what {
            What::Local => match scope.directory.locals.get(name) {
                Some((view, json)) => self.try_attribute(*view, *json, &env),
                None => missing("local value"),
            },
            What::Output => match scope.directory.outputs.get(name) {
                Some(block) => match block.attribute("value") {
                    Some((view, json)) => {
                        let mut value = self.try_attribute(view, json, &env)?;
                        if is_sensitive(block) {
                            value.hide();
                        }
                        Ok(value)
                    }
                    None => missing("output"),
                },
                None => missing("output"),
            },
            What::Variable => {
                let Some(block) = scope.directory.variables.get(name) else {
                    return missing("variable");
                };
                let mut value = self.variable(name, block, scope)?;
                if is_sensitive(block) {
                    value.hide();
                }
                Ok(value)
            }
        }
    }

    /// What the caller gave, else the default.
    fn variable(&self, name: &str, block: &Block<'d>, scope: &Rc<Scope<'e, 'd>>) -> Result<Val> {
        if let Some(value) = scope.given.get(name) {
            return Ok(value.clone());
        }
        if let Some(caller) = &scope.caller
            && let Some(call) = caller.scope.directory.calls.get(caller.name)
            && let Some((view, json)) = call.attribute(name)
        {
            let env = Env {
                each: Some(&caller.each),
                ..Env::of(&caller.scope)
            };
            let value = self.try_attribute(view, json, &env)?;
            if !value.is_null() {
                return Ok(value);
            }
        }
        if let Some((view, json)) = block.attribute("default") {
            return self.try_attribute(view, json, &Env::of(scope));
        }
        let name: String = name.chars().take(60).collect();
        let why = format!("variable `{name}` has no value here");
        Ok(Val::unknown(why, block.span))
    }

    /// A name with its attributes and indices.
    pub(super) fn traversal(&self, expr: &Expr, env: &Env<'_, 'e, 'd>) -> Result<Val> {
        let mut steps: Vec<&Expr> = Vec::new();
        let mut at = expr;
        let name = loop {
            match &at.kind {
                ExprKind::Attribute(of, _) | ExprKind::Index(of, _) => {
                    steps.push(at);
                    at = of;
                }
                ExprKind::Name(name) => break name,
                _ => {
                    let value = self.eval(at, env)?;
                    return self.walk(value, &steps, env);
                }
            }
        };
        let attribute = |at: usize| {
            let step = steps.len().checked_sub(at + 1).and_then(|at| steps.get(at));
            match step.map(|step| &step.kind) {
                Some(ExprKind::Attribute(_, name)) => Some(name.as_str()),
                _ => None,
            }
        };
        let span = expr.span;
        if let Some(value) = env.bound(name) {
            return self.walk(value.clone(), &steps, env);
        }
        let (value, used) = match (name.as_str(), attribute(0)) {
            ("local", Some(first)) => (self.named(What::Local, first, env.scope)?, 1),
            ("var", Some(first)) => (self.named(What::Variable, first, env.scope)?, 1),
            ("each", Some(which @ ("key" | "value"))) => {
                let each = env.each.and_then(|each| match which {
                    "key" => each.key.clone(),
                    _ => each.value.clone(),
                });
                (
                    each.unwrap_or_else(|| Val::unknown("`for_each` can't be evaluated", span)),
                    1,
                )
            }
            ("count", Some("index")) => {
                let index = env.each.and_then(|each| each.index);
                let value = match index {
                    Some(index) => Val::new(Data::Number(index.to_string().into()), span),
                    None => Val::unknown("`count` can't be evaluated", span),
                };
                (value, 1)
            }
            ("module", Some(call)) => {
                let rest: Vec<&Expr> = steps
                    .split_last()
                    .map_or(&[][..], |(_, rest)| rest)
                    .to_vec();
                return self.of_module(call, &rest, span, env);
            }
            ("path" | "terraform" | "self", _) => {
                let why = format!("`{name}` is known only where Terraform runs");
                return Ok(Val::unknown(why, span));
            }
            ("data", Some(kind)) => match attribute(1) {
                Some(own) => (self.resource(&format!("data.{kind}.{own}"), span, env), 2),
                None => return Err(Fault("`data` without a name".into())),
            },
            (kind, Some(own)) => (self.resource(&format!("{kind}.{own}"), span, env), 1),
            (_, None) => return Err(Fault("a name that nothing here has".into())),
        };
        let left = steps.len().saturating_sub(used);
        self.walk(value, steps.get(..left).unwrap_or_default(), env)
    }

    /// What a resource block makes, as an expression sees it.
    fn resource(&self, name: &str, span: Span, env: &Env<'_, 'e, 'd>) -> Val {
        if !env.scope.directory.resources.contains_key(name) {
            return Val::unknown("a resource that is not declared here", span);
        }
        let instances = self.instances(name, env.scope);
        if instances.all.is_empty() && instances.shape == Shape::Unknown {
            let own = Reference {
                module: env.scope.path.clone(),
                resource: name.into(),
                key: None,
                attribute: "".into(),
            };
            let from = Some(Rc::new(BTreeSet::from([own])));
            return Val::unknown("resources that refer to each other", span).read_from(&from);
        }
        collection(instances.shape, instances.all.iter().cloned(), span)
    }

    /// An output of a module, of one instance or all of them.
    fn of_module(
        &self,
        call: &str,
        steps: &[&Expr],
        span: Span,
        env: &Env<'_, 'e, 'd>,
    ) -> Result<Val> {
        let Some(calls) = self.calls(call, env.scope) else {
            return Ok(Val::unknown(
                "an output of a module that is not among the inputs",
                span,
            ));
        };
        // One module: its output alone is evaluated, for others may lead back here.
        if let (Shape::One, [(_, inner)], Some((last, rest))) =
            (calls.shape, calls.all.as_slice(), steps.split_last())
            && let ExprKind::Attribute(_, output) = &last.kind
        {
            let value = self.named(What::Output, output, inner)?;
            return self.walk(value, rest, env);
        }
        let mut all = Vec::new();
        for (key, inner) in &calls.all {
            let mut pairs = Vec::new();
            for output in inner.directory.outputs.keys() {
                let value = self.named(What::Output, output, inner);
                let value = value.unwrap_or_else(|fault| Val::unknown(fault.0, span));
                pairs.push(((*output).into(), value));
            }
            all.push((key.clone(), Val::new(Data::Map(Rc::new(pairs)), span)));
        }
        let value = collection(calls.shape, all.into_iter(), span);
        self.walk(value, steps, env)
    }

    /// Attributes and indices, the outermost last in `steps`' reverse.
    fn walk(&self, value: Val, steps: &[&Expr], env: &Env<'_, 'e, 'd>) -> Result<Val> {
        let mut value = value;
        for step in steps.iter().rev() {
            value = match &step.kind {
                ExprKind::Attribute(_, name) => member(&value, name)?,
                ExprKind::Index(_, index) => {
                    let index = self.eval(index, env)?;
                    item(&value, &index)?
                }
                _ => value,
            };
        }
        Ok(value)
    }

    /// What `depends_on` names: resources of the same module.
    fn after(&self, block: &Block<'d>, scope: &Scope<'e, 'd>) -> Vec<(Reference, Span)> {
        let Some((view, json)) = block.attribute("depends_on") else {
            return Vec::new();
        };
        let texts: Vec<(String, Span)> = if json {
            let items = view.items();
            items
                .filter_map(|item| Some((item.as_str()?.to_owned(), item.span())))
                .collect()
        } else {
            match self.parse(view, false).as_deref().map(|expr| &expr.kind) {
                Some(ExprKind::List(items)) => items
                    .iter()
                    .filter_map(|item| Some((dotted(item)?, item.span)))
                    .collect(),
                _ => Vec::new(),
            }
        };
        let references = texts.into_iter();
        references
            .filter_map(|(text, span)| Some((parse_reference(&scope.path, &text)?, span)))
            .collect()
    }

    /// The region or zone that the provider of a block is configured with.
    fn provided(
        &self,
        block: &Block<'d>,
        scope: &Rc<Scope<'e, 'd>>,
        what: &str,
        depth: usize,
    ) -> Option<Spanned> {
        let kind = block.labels.first().copied().unwrap_or_default();
        let stated = block
            .attribute("provider")
            .and_then(|(view, _)| view.as_str());
        let stated = stated.map(|text| text.trim_matches('"'));
        let named = stated.unwrap_or_else(|| kind.split('_').next().unwrap_or_default());
        let (name, alias) = named
            .split_once('.')
            .map_or((named, None), |(name, alias)| (name, Some(alias)));
        self.configured(name, alias, scope, what, depth)
    }

    fn configured(
        &self,
        name: &str,
        alias: Option<&str>,
        scope: &Rc<Scope<'e, 'd>>,
        what: &str,
        depth: usize,
    ) -> Option<Spanned> {
        if depth > DEEPEST {
            return None;
        }
        let own = scope.directory.providers.iter().find(|provider| {
            let theirs = alias_of(provider);
            provider.labels.first() == Some(&name) && theirs == alias
        });
        if let Some(provider) = own {
            let (view, json) = provider.attribute(what)?;
            let value = self.attribute(view, json, &Env::of(scope));
            return Some((value.as_text()?.into(), value.span));
        }
        // A module without it uses what its caller passes, else the caller's own.
        let caller = scope.caller.as_ref()?;
        let call = caller.scope.directory.calls.get(caller.name)?;
        let wanted = alias.map_or_else(|| name.to_owned(), |alias| format!("{name}.{alias}"));
        if let Some((view, json)) = call.attribute("providers") {
            let passed = if json {
                view.get(&wanted).and_then(View::as_str).map(str::to_owned)
            } else {
                match self.parse(view, false).as_deref().map(|expr| &expr.kind) {
                    Some(ExprKind::Map(pairs)) => pairs.iter().find_map(|(key, value)| {
                        let key = match &key.kind {
                            ExprKind::Text(text) => text.clone(),
                            _ => dotted(key)?,
                        };
                        (key == wanted).then(|| dotted(value)).flatten()
                    }),
                    _ => None,
                }
            };
            if let Some(passed) = passed {
                let (name, alias) = passed
                    .split_once('.')
                    .map_or((&*passed, None), |(n, a)| (n, Some(a)));
                return self.configured(name, alias, &caller.scope, what, depth + 1);
            }
        }
        self.configured(name, alias, &caller.scope, what, depth + 1)
    }

    /// Where the state of a root is kept, as other roots would name it.
    fn backend(&self, directory: &'e Directory<'d>, scope: &Rc<Scope<'e, 'd>>) -> Option<String> {
        let env = Env::of(scope);
        match directory.backends.first() {
            Some(block) => {
                let kind = block.labels.first().copied().unwrap_or_default();
                let config = self.content(block.body, &env, block.span, 1);
                backend(kind, &config, &directory.folder)
            }
            None => Some(format!(
                "local {}",
                directory.folder.join("terraform.tfstate")
            )),
        }
    }
}

/// Puts the attributes and blocks of an override in the place of those of their name.
fn replace(values: &mut Val, over: Val) {
    let (Data::Map(pairs), Data::Map(others)) = (&mut values.data, over.data) else {
        return;
    };
    let pairs = Rc::make_mut(pairs);
    for (name, value) in others.iter() {
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value.clone(),
            None => pairs.push((name.clone(), value.clone())),
        }
    }
}

/// Why the module of a call is not read. Each source is told once: the same words, more places.
fn elsewhere(call: &Block<'_>) -> Message {
    const LONGEST: usize = 120;
    let Some(source) = source(call) else {
        return message!("a module whose source is no plain text: what it makes is not known");
    };
    if source.starts_with("./") || source.starts_with("../") {
        return message!("the module's folder is not among the inputs");
    }
    // What stands before `@` in an address may be a password.
    let shown = match source.split_once("://") {
        Some((scheme, rest)) => {
            let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let place = place.rsplit('@').next().unwrap_or(place);
            let path = path.split('?').next().unwrap_or(path);
            format!("{scheme}://{place}{path}")
        }
        None => source,
    };
    let shown: String = shown.chars().take(LONGEST).collect();
    message!(
        "module `{shown}` comes from elsewhere: give a state, or the output of `terraform show \
         -json`, to see what it makes",
        shown
    )
}

/// Settings of backends that tell states apart.
const TELLING: [&str; 12] = [
    "bucket",
    "key",
    "prefix",
    "container_name",
    "storage_account_name",
    "organization",
    "workspaces.name",
    "address",
    "conn_str",
    "schema_name",
    "path",
    "namespace",
];

/// Where a state is kept, made of what tells it from others. `None` if that is not known.
pub(in crate::ingest::terraform) fn backend(
    kind: &str,
    config: &Val,
    folder: &Utf8Path,
) -> Option<String> {
    if kind == "local" {
        let path = config
            .text_at("path")
            .map_or("terraform.tfstate", |(path, _)| path);
        return Some(format!("local {}", super::module::tidy(&folder.join(path))));
    }
    let mut text = kind.to_owned();
    for key in TELLING {
        if let Some((value, _)) = config.text_at(key) {
            text.extend([" ", key, "=", value]);
        }
    }
    (text.len() > kind.len()).then_some(text)
}

/// `aws_instance.web[0]` as text, if the expression is only that.
fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Attribute(of, name) => Some(format!("{}.{name}", dotted(of)?)),
        ExprKind::Index(of, index) => match &index.kind {
            ExprKind::Number(number) => Some(format!("{}[{number}]", dotted(of)?)),
            ExprKind::Text(text) => Some(format!("{}[\"{text}\"]", dotted(of)?)),
            _ => dotted(of),
        },
        _ => None,
    }
}

fn is_sensitive(block: &Block<'_>) -> bool {
    let stated = block
        .attribute("sensitive")
        .and_then(|(view, _)| view.as_str());
    stated.is_some_and(|text| text.trim() == "true")
}
