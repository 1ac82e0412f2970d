//! The manifest's items as facts. Sugar goes no further than this: modes, defaults of the
//! sections; groups, replicas and thresholds are the model's work.

use std::collections::{BTreeMap, BTreeSet};

use super::forms::{self, Form, Requirement, Ways};
use super::types::{
    Alias, Aliases, Domain, External, Journey, Manifest, Override, Replicas, Service,
    ServiceReplica, Store, StoreReplica,
};
use super::values::{
    Copies, Count, Duration, Held, Name, NodeName, Rate, SpreadOver, Version, Weight,
};
use crate::ingest::fact::{
    AliasFact, Apart, Attributes, Expr, Facts, ModeRule, NodeFact, Origin, Otherwise, OverrideFact,
    Ref, ReplicasFact, RequirementFact, Spread,
};
use crate::message;
use crate::source::Span;
use crate::source::item::{At, Listed, OneOrMany, Reader};
use crate::words::{Class, Evidence, Id, Mode, Replication};

const HARD: ModeRule = ModeRule::Fixed(Mode::Hard);
const SOFT: ModeRule = ModeRule::Fixed(Mode::Soft);
const START: ModeRule = ModeRule::Fixed(Mode::Start);

/// Every item's id by its bare name, over all manifests of the run.
///
/// An item with a bare id keeps it, so that it may refine what another source calls so; but where
/// two items share a bare name (a service and a store, say), it can only mean its section's kind.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, BTreeSet<String>>);

impl Names {
    /// Learns the ids of one manifest.
    pub(super) fn learn(&mut self, manifest: &Manifest) {
        for (class, NodeName(name)) in manifest.ids() {
            let id = full(name, class);
            let bare = bare(&id).to_owned();
            self.0.entry(bare).or_default().insert(id);
        }
    }

    /// What to call the item from here on.
    fn call(&self, mut name: Name, class: Class) -> Name {
        let shared = |bare: &str| self.0.get(bare).is_some_and(|ids| ids.len() > 1);
        if Id::parse(&name.text).is_none() && shared(&name.text) {
            name.text = full(&name, class);
        }
        name
    }
}

/// `kind:name`; a bare name gets the kind of its section.
fn full(name: &Name, class: Class) -> String {
    match Id::parse(&name.text) {
        Some(id) => id.to_string(),
        None => Id::new(class.as_str(), &name.text).to_string(),
    }
}

fn bare(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, name)| name)
}

impl Manifest {
    /// The ids of all items, each with the class of its section.
    fn ids(&self) -> impl Iterator<Item = (Class, &NodeName)> {
        fn items<T>(section: Option<&Listed<T>>) -> impl Iterator<Item = &T> {
            section.into_iter().flat_map(|Listed(items)| items)
        }
        let domains = items(self.domains.as_ref()).map(|item| (Class::Domain, &item.id));
        let services = items(self.services.as_ref()).map(|item| (Class::Service, &item.id));
        let stores = items(self.stores.as_ref()).map(|item| (Class::Store, &item.id));
        let journeys = items(self.journeys.as_ref()).map(|item| (Class::Journey, &item.id));
        let externals = items(self.externals.as_ref()).map(|item| (Class::External, &item.id));
        domains
            .chain(services)
            .chain(stores)
            .chain(journeys)
            .chain(externals)
    }
}

/// Where the facts of all manifests of a run go.
pub(super) struct Writer<'a> {
    pub(super) names: &'a Names,
    pub(super) facts: &'a mut Facts,
    pub(super) cx: &'a mut Reader,
}

/// The node that an item's facts are about.
struct Subject {
    of: Ref,
    class: Class,
}

impl Writer<'_> {
    /// Writes down all that one manifest states.
    pub(super) fn manifest(&mut self, manifest: Manifest) {
        let Manifest {
            version: Some(Version) | None,
            domains,
            services,
            stores,
            journeys,
            externals,
            overrides,
            aliases,
        } = manifest;
        each(domains, |item| self.domain(item));
        each(services, |item| self.service(item));
        each(stores, |item| self.store(item));
        each(journeys, |item| self.journey(item));
        each(externals, |item| self.external(item));
        each(overrides, |item| self.override_(item));
        let aliases = aliases.into_iter().flat_map(|Aliases(aliases)| aliases);
        self.facts.aliases.extend(aliases.map(alias));
    }

    fn domain(&mut self, mut item: Domain) {
        let attributes = Attributes {
            start_s: item.start_takes.map(|Duration(seconds)| seconds),
            within: item.within.take().map(Name::reference),
            ..item.attributes()
        };
        let Some(subject) = self.node(item.id, Class::Domain, attributes) else {
            return;
        };
        self.requirements(&subject, item.r#in, ModeRule::ByMember);
        self.requirements(&subject, item.requires, ModeRule::ByMember);
        self.requirements(&subject, item.optional, SOFT);
        self.requirements(&subject, item.start, START);
    }

    fn service(&mut self, mut item: Service) {
        let attributes = Attributes {
            demand: item.demand.map(|Count(weight)| weight),
            need: item.need.map(|need| need.0),
            role: item.role.map(|role| role.0),
            start_s: item.start_takes.map(|Duration(seconds)| seconds),
            users: item.users.map(|Count(users)| users),
            revenue_per_h: item.revenue.map(|Count(revenue)| revenue),
            ..item.attributes()
        };
        let Some(subject) = self.node(item.id, Class::Service, attributes) else {
            return;
        };
        self.replicas(
            &subject,
            item.replicas.map(|said| said.map(Copy::of_service)),
        );
        self.requirements(&subject, item.r#in, ModeRule::ByMember);
        self.requirements(&subject, item.requires, HARD);
        self.requirements(&subject, item.optional, SOFT);
        self.requirements(&subject, item.start, START);
    }

    fn store(&mut self, mut item: Store) {
        let attributes = Attributes {
            demand: item.demand.map(|Count(weight)| weight),
            need: item.need.map(|need| need.0),
            role: item.role.map(|role| role.0),
            start_s: item.start_takes.map(|Duration(seconds)| seconds),
            users: item.users.map(|Count(users)| users),
            revenue_per_h: item.revenue.map(|Count(revenue)| revenue),
            ..item.attributes()
        };
        let Some(subject) = self.node(item.id, Class::Store, attributes) else {
            return;
        };
        self.replicas(&subject, item.replicas.map(|said| said.map(Copy::of_store)));
        self.requirements(&subject, item.r#in, ModeRule::ByMember);
        self.requirements(&subject, item.requires, HARD);
        self.requirements(&subject, item.optional, SOFT);
        self.requirements(&subject, item.start, START);
    }

    fn journey(&mut self, mut item: Journey) {
        let attributes = Attributes {
            users: item.users.map(|Count(users)| users),
            revenue_per_h: item.revenue.map(|Count(revenue)| revenue),
            ..item.attributes()
        };
        let Some(subject) = self.node(item.id, Class::Journey, attributes) else {
            return;
        };
        self.requirements(&subject, item.requires, HARD);
        self.requirements(&subject, item.optional, SOFT);
    }

    fn external(&mut self, mut item: External) {
        let attributes = item.attributes();
        let Some(subject) = self.node(item.id, Class::External, attributes) else {
            return;
        };
        self.requirements(&subject, item.r#in, ModeRule::ByMember);
        self.requirements(&subject, item.requires, HARD);
        self.requirements(&subject, item.optional, SOFT);
    }

    fn override_(&mut self, item: At<Override>) {
        let At {
            value:
                Override {
                    of,
                    on,
                    mode,
                    reason,
                },
            span,
        } = item;
        self.facts.overrides.push(OverrideFact {
            of: of.reference(),
            on: on.reference(),
            mode: mode.0,
            reason: reason.map(|reason| reason.0),
            span,
        });
    }

    /// States the node itself; `None` if it can't be called so in this section.
    fn node(
        &mut self,
        NodeName(name): NodeName,
        class: Class,
        attributes: Attributes,
    ) -> Option<Subject> {
        let kind = Id::parse(&name.text).map(|id| id.kind().to_owned());
        let wrong = match (class, kind.as_deref()) {
            (Class::Domain, None) => Some("a domain needs a kind, as in site:pangyo or rack:p-17"),
            (Class::Journey, Some(kind)) if kind != "journey" => {
                Some("a journey is of the kind `journey` and no other")
            }
            _ => None,
        };
        if let Some(message) = wrong {
            self.cx
                .wrong(name.span, message!("`id`: {message}", message));
            return None;
        }
        let stated = Id::parse(&full(&name, class));
        let mut of = self.names.call(name, class).reference();
        if let Some(id) = stated {
            of.otherwise = Otherwise::Stated(id);
        }
        self.facts.nodes.push(NodeFact {
            origin: declared(of.span),
            name: of.clone(),
            class: Some(class),
            attributes,
        });
        Some(Subject { of, class })
    }

    fn requirements(
        &mut self,
        subject: &Subject,
        list: Option<OneOrMany<Requirement>>,
        mode: ModeRule,
    ) {
        for requirement in list.into_iter().flat_map(|OneOrMany(list)| list) {
            if mode == SOFT {
                self.warn_of_dead_standby(&requirement);
            }
            self.facts.requirements.push(RequirementFact {
                of: subject.of.clone(),
                mode,
                expr: requirement.expr,
                want: requirement.want,
                reroute: requirement.reroute,
                origin: declared(requirement.span),
            });
        }
    }

    /// What is optional waits for no promotion: a standby there would look like help and be none.
    fn warn_of_dead_standby(&mut self, requirement: &Requirement) {
        let standby = match &requirement.expr {
            Expr::One(_) | Expr::Replicas(_) => false,
            Expr::Some { members, .. } => members.iter().any(|member| member.standby.is_some()),
        };
        let what = if requirement.reroute.is_some() {
            "`reroute`"
        } else if standby {
            "a standby"
        } else {
            return;
        };
        let message = message!(
            "`optional`: {what} has no effect here: nothing waits for it",
            what
        );
        self.cx.wrong(requirement.span, message);
    }

    fn replicas(&mut self, subject: &Subject, said: Option<Replicas<Copy>>) {
        match said {
            None => {}
            Some(Replicas::Number(At {
                value: Copies(count),
                span,
            })) => {
                let copy = Copy {
                    count,
                    ..Copy::default()
                };
                self.copy(subject, copy, span);
            }
            Some(Replicas::Listed(entries)) => {
                for At { value, span } in entries {
                    self.copy(subject, value, span);
                }
            }
        }
    }

    fn copy(&mut self, subject: &Subject, copy: Copy, span: Span) {
        let held = copy.replication.map(|Held(held)| held);
        let mut standby = copy.standby.map(Ways::facts);
        if let Some(Replication::Backup { .. }) = held {
            // A backup never serves by itself.
            standby.get_or_insert_default();
        }
        let stored = subject.class == Class::Store && standby.is_none();
        let replication = held.or(stored.then_some(Replication::Primary));
        let place = copy.on.as_ref().map_or(span, |on| on.span);
        self.facts.replicas.push(ReplicasFact {
            of: subject.of.clone(),
            count: copy.count,
            weight: copy.weight.map_or(1, |Weight(weight)| weight),
            on: forms::exprs(copy.on.map(|on| on.value)),
            standby,
            replication,
            requires: forms::exprs(copy.requires),
            spread: spread(copy.spread),
            reschedule: None,
            attributes: copy.attributes,
            origin: declared(place),
        });
    }
}

/// An entry of `replicas`, of a service or of a store.
struct Copy {
    count: u64,
    on: Option<At<OneOrMany<Form>>>,
    weight: Option<Weight>,
    standby: Option<Ways>,
    replication: Option<Held>,
    requires: Option<OneOrMany<Form>>,
    spread: Option<OneOrMany<At<SpreadOver>>>,
    attributes: Attributes,
}

impl Default for Copy {
    fn default() -> Self {
        Self {
            count: 1,
            on: None,
            weight: None,
            standby: None,
            replication: None,
            requires: None,
            spread: None,
            attributes: Attributes::default(),
        }
    }
}

impl Copy {
    fn of_service(entry: ServiceReplica) -> Self {
        Self {
            count: entry.count.map_or(1, |Copies(count)| count),
            on: entry.on,
            weight: entry.weight,
            standby: entry.standby,
            replication: None,
            requires: entry.requires,
            spread: entry.spread,
            attributes: each_attributes(entry.fails, entry.repair, entry.cost),
        }
    }

    fn of_store(entry: StoreReplica) -> Self {
        Self {
            count: entry.count.map_or(1, |Copies(count)| count),
            on: entry.on,
            weight: entry.weight,
            standby: entry.standby,
            replication: entry.replication,
            requires: entry.requires,
            spread: entry.spread,
            attributes: each_attributes(entry.fails, entry.repair, entry.cost),
        }
    }
}

/// What an entry of `replicas` says of each of them.
fn each_attributes(
    fails: Option<Rate>,
    repair: Option<Duration>,
    cost: Option<Count>,
) -> Attributes {
    Attributes {
        fails_per_y: fails.map(|Rate(rate)| rate),
        repair_s: repair.map(|Duration(seconds)| seconds),
        cost: cost.map(|Count(cost)| cost),
        ..Attributes::default()
    }
}

fn spread(said: Option<OneOrMany<At<SpreadOver>>>) -> Spread {
    let mut spread = Spread::default();
    for At { value, span } in said.into_iter().flat_map(|OneOrMany(list)| list) {
        match value {
            SpreadOver::Host => spread.hosts = Some(Apart::each(span)),
            SpreadOver::Zone => spread.zones = Some(Apart::each(span)),
        }
    }
    spread
}

fn alias(alias: Alias) -> AliasFact {
    AliasFact {
        name: alias.name,
        target: alias.target.reference(),
        origin: declared(alias.span),
    }
}

fn declared(span: Span) -> Origin {
    Origin::at(Evidence::Declared, span)
}

/// Every item of a section, if there is one.
fn each<T>(section: Option<Listed<T>>, write: impl FnMut(T)) {
    section
        .into_iter()
        .flat_map(|Listed(items)| items)
        .for_each(write);
}
