//! Says it all as facts.

use std::collections::BTreeMap;

use super::cables::Links;
use super::fields::{first_reference, reference, text};
use super::inventory::{Inventory, gather};
use super::machines::Devices;
use super::names::Names;
use super::rows::{Model, Row};
use super::{cables, circuits, machines, places, power, services};
use crate::ingest::budget::Budget;
use crate::ingest::fact::{
    AliasFact, Attributes, Expr, Facts, ModeRule, NodeFact, Origin, Otherwise, Ref, RequirementFact,
};
use crate::message;
use crate::source::{Document, Problem, ProblemKind, SourceMap, Span};
use crate::words::{Class, Evidence, Id, Message, Mode};

/// All that the documents say.
pub(super) fn translate(documents: &[&Document], sources: &SourceMap, budget: &Budget) -> Facts {
    let mut facts = Facts::default();
    for inventory in gather(documents, sources, budget, &mut facts) {
        let devices = Devices::new(&inventory);
        let names = Names::new(&inventory, &devices.kinds);
        let links = Links::new(&inventory, budget);
        let mut teller = Teller {
            inventory: &inventory,
            names: &names,
            devices: &devices,
            links: &links,
            budget,
            notes: BTreeMap::new(),
            facts: &mut facts,
        };
        places::tell(&mut teller);
        power::tell(&mut teller);
        let ways = circuits::tell(&mut teller);
        machines::tell(&mut teller);
        cables::tell(&mut teller, &ways);
        services::tell(&mut teller);
        teller.aliases();
        teller.finish();
    }
    if let Some(last) = documents.last().filter(|_| budget.is_spent()) {
        let message =
            message!("the NetBox files are too large: some of what they say was left unread");
        let problem = Problem::new(ProblemKind::Unreadable, last.root().span(), message);
        facts.problems.push(problem);
    }
    facts.unread.sort();
    facts.unread.dedup();
    facts
}

/// The words for any number.
type Words = Box<dyn Fn(usize) -> Message>;

/// What all parts of the telling share.
pub(super) struct Teller<'a, 'd> {
    pub(super) inventory: &'a Inventory<'d>,
    pub(super) names: &'a Names<'d>,
    pub(super) devices: &'a Devices<'d>,
    pub(super) links: &'a Links<'d>,
    pub(super) budget: &'a Budget,
    /// What is told once with its number, by its words for none: the first place, how many, and
    /// the words for any number.
    notes: BTreeMap<Message, (Span, usize, Words)>,
    facts: &'a mut Facts,
}

impl<'d> Teller<'_, 'd> {
    /// The id of a row that became a node.
    pub(super) fn id(&self, model: Model, key: &str) -> Option<Id> {
        self.names.id(model, key).cloned()
    }

    /// The id of what a field refers to.
    pub(super) fn id_at(&self, row: Row<'d>, field: &str, model: Model) -> Option<Id> {
        self.id(model, reference(row.view, field)?)
    }

    /// The name of what one of the fields refers to.
    pub(super) fn label_at(&self, row: Row<'d>, fields: &[&str], model: Model) -> Option<&'d str> {
        let key = first_reference(row.view, fields)?;
        text(self.inventory.row(model, key)?.view, "name")
    }

    /// There is such a failure domain.
    pub(super) fn domain(&mut self, id: &Id, span: Span, attributes: Attributes) {
        self.node(id, Class::Domain, Evidence::Declared, span, attributes);
    }

    pub(super) fn node(
        &mut self,
        id: &Id,
        class: Class,
        evidence: Evidence,
        span: Span,
        attributes: Attributes,
    ) {
        self.facts.nodes.push(NodeFact {
            name: stated(id, class, span),
            class: Some(class),
            attributes,
            origin: Origin::at(evidence, span),
        });
    }

    /// `of` stands on `on`, or can't be reached without it: the kind decides.
    pub(super) fn stands(&mut self, of: &Id, on: &Id, evidence: Evidence, span: Span) {
        let expr = Expr::One(domain(on, span));
        self.needs(of, ModeRule::ByMember, expr, evidence, span);
    }

    /// `of` stands on any one of these, if there are any: on the only one as `NetBox` declares, on
    /// one of several by inference, since it does not say that one is enough.
    pub(super) fn stands_on_any(&mut self, of: &Id, on: &[Id], span: Span) {
        let evidence = if on.len() > 1 {
            Evidence::Inferred
        } else {
            Evidence::Declared
        };
        self.any(of, ModeRule::ByMember, on, evidence, span);
    }

    /// `of` needs any one of these, if there are any.
    pub(super) fn any(
        &mut self,
        of: &Id,
        mode: ModeRule,
        on: &[Id],
        evidence: Evidence,
        span: Span,
    ) {
        if !on.is_empty() {
            let on = on.iter().map(|id| domain(id, span)).collect();
            self.needs(of, mode, Expr::any_of(on, span), evidence, span);
        }
    }

    /// `of` can't be reached without `on`.
    pub(super) fn reached_through(&mut self, of: &Id, on: &Id, evidence: Evidence, span: Span) {
        let expr = Expr::One(domain(on, span));
        self.needs(of, ModeRule::Fixed(Mode::Hard), expr, evidence, span);
    }

    pub(super) fn needs(
        &mut self,
        of: &Id,
        mode: ModeRule,
        expr: Expr,
        evidence: Evidence,
        span: Span,
    ) {
        self.facts.requirements.push(RequirementFact {
            of: domain(of, span),
            mode,
            expr,
            want: None,
            reroute: None,
            origin: Origin::at(evidence, span),
        });
    }

    pub(super) fn replicas(&mut self, replicas: crate::ingest::fact::ReplicasFact) {
        self.facts.replicas.push(replicas);
    }

    pub(super) fn alias(&mut self, name: &str, target: &Id, span: Span) {
        self.facts.aliases.push(AliasFact {
            name: name.to_owned(),
            target: domain(target, span),
            origin: Origin::at(Evidence::Declared, span),
        });
    }

    /// Notes one thing that is not known or not read.
    pub(super) fn unread(&mut self, span: Span, why: Message) {
        self.facts.unread.push((span, why));
    }

    /// Notes something that is left out, once for all places of which the same is said: in the
    /// words for how many there are.
    pub(super) fn note(&mut self, span: Span, words: impl Fn(usize) -> Message + 'static) {
        let note = self.notes.entry(words(0));
        let (first, count, _) = note.or_insert_with(|| (span, 0, Box::new(words)));
        *first = span.min(*first);
        *count += 1;
    }

    /// Shorter names that are still unique, and names by slug.
    fn aliases(&mut self) {
        let nodes = self.facts.nodes.iter();
        let spans: BTreeMap<String, Span> = nodes
            .map(|node| (node.name.text.clone(), node.name.span))
            .collect();
        for (short, id) in &self.names.short {
            if let Some(span) = spans.get(id.as_str()) {
                self.alias(short.as_str(), id, *span);
            }
        }
        for row in self.inventory.rows(Model::Site) {
            let slug = text(row.view, "slug").map(|slug| Id::new("site", slug));
            if let (Some(slug), Some(id)) = (slug, self.id(Model::Site, row.key))
                && slug != id
            {
                self.alias(slug.as_str(), &id, row.span());
            }
        }
    }

    fn finish(self) {
        let mut notes: Vec<(Message, Span)> = self
            .notes
            .into_values()
            .map(|(span, count, words)| (words(count), span))
            .collect();
        notes.sort();
        for (text, span) in notes {
            self.facts.unread.push((span, text));
        }
    }
}

/// A failure domain by its id: there if nothing else says it is.
pub(super) fn domain(id: &Id, span: Span) -> Ref {
    stated(id, Class::Domain, span)
}

pub(super) fn stated(id: &Id, class: Class, span: Span) -> Ref {
    let otherwise = if class == Class::Domain {
        Otherwise::Domain(id.clone())
    } else {
        Otherwise::Stated(id.clone())
    };
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise,
    }
}
