//! Says it all as facts: components and resources as services and stores, dependencies, owners.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::entity::{self, Entity, Key, Reference, is_valid_name, owner};
use crate::ingest::budget::Budget;
use crate::ingest::fact::{
    AliasFact, Attributes, Expr, Facts, ModeRule, NodeFact, Origin, Otherwise, Ref, RequirementFact,
};
use crate::message;
use crate::source::{Document, Problem, ProblemKind, SourceMap, Span, View, mask};
use crate::words::{Class, Evidence, Id, Message, Mode, parse_duration};

/// Types of components that run nowhere by themselves.
const NOT_RUNNING: [&str; 4] = ["library", "documentation", "sdk", "package"];
/// Words in the type of a resource that keeps data.
const STORES: [&str; 16] = [
    "database",
    "db",
    "sql",
    "postgres",
    "cache",
    "redis",
    "memcache",
    "queue",
    "topic",
    "kafka",
    "bucket",
    "storage",
    "s3",
    "search-index",
    "datastore",
    "volume",
];

/// All that the documents say.
pub(super) fn translate(documents: &[&Document], sources: &SourceMap, budget: &Budget) -> Facts {
    let mut catalogue = Catalogue {
        budget,
        entities: BTreeMap::new(),
        providers: BTreeMap::new(),
        facts: Facts::default(),
    };
    for document in documents {
        for root in entity::entities(document.root()).unwrap_or_default() {
            if catalogue.budget.spend(1) {
                catalogue.take(root, sources, document);
            }
        }
    }
    catalogue.providers();
    let entities: Vec<Entity<'_>> = catalogue.entities.values().copied().collect();
    for entity in &entities {
        catalogue.tell(entity);
    }
    let mut facts = catalogue.facts;
    if let Some(last) = documents.last().filter(|_| budget.is_spent()) {
        let message = message!("the catalogue is too large: some of what it says was left unread");
        let problem = Problem::new(ProblemKind::Unreadable, last.root().span(), message);
        facts.problems.push(problem);
    }
    facts.unread.sort();
    facts.unread.dedup();
    facts
}

struct Catalogue<'a, 'd> {
    budget: &'a Budget,
    entities: BTreeMap<Key, Entity<'d>>,
    /// The components that say they provide each API.
    providers: BTreeMap<Key, BTreeSet<Key>>,
    facts: Facts,
}

impl<'d> Catalogue<'_, 'd> {
    /// Sorts one entity in.
    fn take(&mut self, root: View<'d>, sources: &SourceMap, document: &Document) {
        let entity = match Entity::read(root) {
            Ok(entity) => entity,
            Err((span, why)) => {
                self.problem(ProblemKind::InvalidValue, span, Message::fixed(why));
                return;
            }
        };
        if entity::is_of_unknown_version(root) {
            let version = root.get("apiVersion");
            let shown = version.and_then(View::as_str).map(mask::value);
            let why = message!(
                "`{version}` is no version that is known here: not read",
                version = shown.as_deref().unwrap_or_default()
            );
            let span = version.map_or(entity.span, View::span);
            self.facts.unread.push((span, why));
            return;
        }
        // What new components are made from: `name: ${{ values.name }}`.
        if entity.name.contains("{{") || entity.namespace.contains("{{") {
            let why =
                message!("a template of new entities: its name is filled in when one is made");
            self.facts.unread.push((entity.span, why));
            return;
        }
        if entity.kind.eq_ignore_ascii_case("Location") {
            self.location(&entity, sources, document);
            return;
        }
        if !entity.is_known_kind() {
            let why = message!("an entity of a kind that nobody reads here");
            self.facts.unread.push((entity.span, why));
            return;
        }
        if !is_valid_name(entity.name) {
            let why = message!(
                "Backstage takes no such name: letters and digits, parted by `-`, `_` or `.`"
            );
            self.problem(ProblemKind::InvalidValue, entity.span, why);
        }
        if let Some(first) = self.entities.get(&entity.key()) {
            let message = message!(
                "this {kind} is in the catalogue already; the first is used",
                kind = entity.kind
            );
            let problem = Problem::new(ProblemKind::Conflict, entity.span, message)
                .with_related(first.span, "the first");
            self.facts.problems.push(problem);
            return;
        }
        self.entities.insert(entity.key(), entity);
    }

    /// A Location: what it points to and the input does not hold.
    fn location(&mut self, entity: &Entity<'d>, sources: &SourceMap, document: &Document) {
        let folder = sources
            .path(document.file)
            .parent()
            .unwrap_or(Utf8Path::new(""));
        let mut targets: Vec<View<'d>> = Vec::new();
        if let Some(list) = entity.view.path(&["spec", "targets"]) {
            targets.extend(list.items().filter(|_| self.budget.spend(1)));
        }
        targets.extend(entity.view.path(&["spec", "target"]));
        let have: BTreeSet<Utf8PathBuf> = if targets.is_empty() {
            BTreeSet::new()
        } else {
            sources.files().map(|(_, file)| tidy(&file.path)).collect()
        };
        for target in targets {
            let Some(text) = target.as_str() else {
                continue;
            };
            let is_url = text.contains("://");
            // The bootstrap location of the catalogue itself, and what may be missing.
            let optional = entity.spec("presence") == Some("optional");
            let is_of_api = entity
                .annotation("backstage.io/managed-by-location")
                .is_some();
            if optional || is_of_api {
                continue;
            }
            if !is_url && (text.contains('*') || have.contains(&tidy(&folder.join(text)))) {
                continue;
            }
            let why = if is_url {
                message!("this Location points to another repository: give what is there too")
            } else {
                message!("this Location points to a file that is not among the inputs")
            };
            self.facts.unread.push((target.span(), why));
        }
    }

    /// Who provides which API.
    fn providers(&mut self) {
        for (key, entity) in &self.entities {
            for reference in entity.references("providesApis", self.budget) {
                let api = reference.key("api");
                self.providers.entry(api).or_default().insert(key.clone());
            }
        }
    }

    /// What one entity is, and what it needs.
    fn tell(&mut self, entity: &Entity<'d>) {
        let Some((id, class)) = node(entity) else {
            if entity.kind.eq_ignore_ascii_case("Component") {
                let why = message!("a library or the like: it runs nowhere by itself");
                self.facts.unread.push((entity.span, why));
            }
            return;
        };
        let attributes = self.attributes(entity);
        self.facts.nodes.push(NodeFact {
            name: stated(&id, entity.span),
            class: Some(class),
            attributes,
            origin: Origin::at(Evidence::Declared, entity.span),
        });
        for label in looked_for(entity) {
            self.facts.identities.push(AliasFact {
                name: label,
                target: stated(&id, entity.span),
                origin: Origin::at(Evidence::Declared, entity.span),
            });
        }
        for reference in entity.references("dependsOn", self.budget) {
            let target = self.dependency(&reference);
            self.needs(&id, entity, target, reference.span);
        }
        for reference in entity.references("dependencyOf", self.budget) {
            if let Some(Expr::One(of)) = self.dependency(&reference) {
                let target = Expr::One(stated(&id, reference.span));
                self.facts
                    .requirements
                    .push(requirement(of, target, reference.span));
            }
        }
        for reference in entity.references("consumesApis", self.budget) {
            let target = self.consumed(entity, &reference);
            self.needs(&id, entity, target, reference.span);
        }
        for reference in entity.references("providesApis", self.budget) {
            let wrong = reference
                .kind
                .is_some_and(|kind| !kind.eq_ignore_ascii_case("api"));
            if wrong {
                let why = message!("`providesApis` names an entity of another kind");
                self.problem(ProblemKind::InvalidValue, reference.span, why);
            } else if !self.entities.contains_key(&reference.key("api")) {
                let why = message!(
                    "API `{what}` is provided, but the catalogue does not describe it",
                    what = Key::shown(reference.name, reference.namespace)
                );
                self.problem(ProblemKind::UnknownTarget, reference.span, why);
            }
        }
    }

    fn needs(&mut self, id: &Id, entity: &Entity<'d>, target: Option<Expr>, span: Span) {
        let Some(target) = target else { return };
        if matches!(&target, Expr::One(one) if one.text == id.as_str()) {
            return;
        }
        let of = stated(id, entity.span);
        self.facts.requirements.push(requirement(of, target, span));
    }

    /// What `dependsOn` names. Without a kind: the component, else the resource of that name.
    fn dependency(&mut self, reference: &Reference<'d>) -> Option<Expr> {
        let kinds: Vec<&str> = match reference.kind {
            Some(kind) => vec![kind],
            None => vec!["component", "resource"],
        };
        for kind in kinds {
            if kind.eq_ignore_ascii_case("api") {
                return Some(self.provided(reference));
            }
            if let Some(entity) = self.entities.get(&reference.key(kind)) {
                // Nothing runs behind a library, a system or a team.
                let (id, _) = node(entity)?;
                return Some(Expr::One(stated(&id, reference.span)));
            }
        }
        Some(Expr::One(unknown(reference, "")))
    }

    /// What `consumesApis` names: those that provide the API. Components named there by mistake
    /// are taken as what they are.
    fn consumed(&mut self, entity: &Entity<'d>, reference: &Reference<'d>) -> Option<Expr> {
        let wrong = reference
            .kind
            .filter(|kind| !kind.eq_ignore_ascii_case("api"));
        if let Some(kind) = wrong {
            let message = message!(
                "`consumesApis` of `{name}` names a {what}, not an API: it is read as `dependsOn`",
                name = entity.name,
                what = kind.to_lowercase()
            );
            self.problem(ProblemKind::UnknownTarget, reference.span, message);
            return self.dependency(reference);
        }
        Some(self.provided(reference))
    }

    /// Any of the components that provide an API; an API that nobody provides is outside.
    fn provided(&mut self, reference: &Reference<'d>) -> Expr {
        let key = reference.key("api");
        let providers = self.providers.get(&key).cloned().unwrap_or_default();
        let found = providers.iter().filter(|_| self.budget.spend(1));
        let refs: Vec<Ref> = found
            .filter_map(|provider| Some(node(self.entities.get(provider)?)?.0))
            .map(|id| stated(&id, reference.span))
            .collect();
        if !refs.is_empty() {
            return Expr::any_of(refs, reference.span);
        }
        if self.entities.contains_key(&key) {
            let name = Key::shown(reference.name, reference.namespace);
            return Expr::One(Ref {
                text: format!("external:{name}"),
                span: reference.span,
                otherwise: Otherwise::External(Id::new("external", &name)),
            });
        }
        Expr::One(unknown(reference, "api:"))
    }

    /// Title, owner, and what annotations of ours say.
    fn attributes(&mut self, entity: &Entity<'d>) -> Attributes {
        let title = entity
            .view
            .path(&["metadata", "title"])
            .and_then(View::as_str);
        let tier = entity.annotation("spof.dev/tier").and_then(|(text, span)| {
            let tier = text.parse::<u8>().ok().filter(|tier| *tier <= 9);
            if tier.is_none() {
                let why = message!("`spof.dev/tier` is no number from 0 to 9");
                self.problem(ProblemKind::InvalidValue, span, why);
            }
            tier
        });
        let rto_s = entity.annotation("spof.dev/rto").and_then(|(text, span)| {
            let parsed = parse_duration(text);
            parsed
                .map_err(|why| self.problem(ProblemKind::InvalidValue, span, why))
                .ok()
        });
        Attributes {
            title: title.map(str::to_owned),
            owner: entity.spec("owner").map(|text| owner(text).to_owned()),
            tier,
            rto_s,
            ..Attributes::default()
        }
    }

    fn problem(&mut self, kind: ProblemKind, span: Span, message: Message) {
        self.facts.problems.push(Problem::new(kind, span, message));
    }
}

/// The labels by which the workload of an entity is known in a cluster: those of its annotations
/// for Backstage's Kubernetes plugin.
fn looked_for(entity: &Entity<'_>) -> Vec<String> {
    let id = entity.annotation("backstage.io/kubernetes-id");
    let id = id.map(|(text, _)| format!("backstage.io/kubernetes-id={}", text.trim()));
    let selector = entity.annotation("backstage.io/kubernetes-label-selector");
    let parts = selector.into_iter().flat_map(|(text, _)| text.split(','));
    let equal = parts.filter_map(|part| {
        let (key, value) = part.split_once("==").or_else(|| part.split_once('='))?;
        let (key, value) = (key.trim(), value.trim());
        let plain = !key.ends_with('!') && !value.is_empty() && !value.contains(' ');
        plain.then(|| format!("{key}={value}"))
    });
    id.into_iter().chain(equal).collect()
}

/// A name that the catalogue does not have; another source may.
fn unknown(reference: &Reference<'_>, kind: &str) -> Ref {
    Ref {
        text: format!("{kind}{}", Key::shown(reference.name, reference.namespace)),
        span: reference.span,
        otherwise: Otherwise::Unknown,
    }
}

/// The node that an entity is; `None` for what does not run.
fn node(entity: &Entity<'_>) -> Option<(Id, Class)> {
    let name = Key::shown(entity.name, entity.namespace);
    let of = entity.spec("type").unwrap_or_default().to_lowercase();
    match entity.kind.to_lowercase().as_str() {
        "component" => (!NOT_RUNNING.contains(&of.as_str()))
            .then(|| (Id::new("service", &name), Class::Service)),
        "resource" if STORES.iter().any(|word| of.contains(word)) => {
            Some((Id::new("store", &name), Class::Store))
        }
        "resource" => Some((Id::new("resource", &name), Class::Service)),
        _ => None,
    }
}

fn requirement(of: Ref, expr: Expr, span: Span) -> RequirementFact {
    RequirementFact {
        of,
        mode: ModeRule::Fixed(Mode::Hard),
        expr,
        want: None,
        reroute: None,
        origin: Origin::at(Evidence::Declared, span),
    }
}

/// A node that the catalogue itself states.
fn stated(id: &Id, span: Span) -> Ref {
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise: Otherwise::Stated(id.clone()),
    }
}

/// A path without `.` and `..`, by its text alone.
fn tidy(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
