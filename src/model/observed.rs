//! What was seen at work meets what is stated: which stated node a trace means by a name, and what
//! a seen call adds to stated requirements.
//!
//! A trace proves that a call happens. It says little of what the call is for, and nothing of the
//! other members of a choice: so a requirement that any other source states, in whatever form,
//! stays as it is stated and is marked as observed. What is needed only to start is another matter.

use std::collections::{BTreeSet, HashMap};

use super::NodeIx;
use super::draft::{Context, Draft, Rank};
use crate::ingest::fact::{Expr, ModeRule, RequirementFact};
use crate::source::Span;
use crate::words::{Class, Evidence, Id, Mode};

/// Deepest nesting of groups looked into.
const NESTING: usize = 32;

/// Stated services, stores and outside parties by what a trace may call them.
#[derive(Debug, Default)]
pub(super) struct Joins {
    exact: HashMap<String, BTreeSet<Id>>,
    /// By their last part, lower case: `cart` of `service:shop/cart`, `service:Cart`.
    last: HashMap<String, BTreeSet<Id>>,
}

impl Draft<'_> {
    /// The id of the node that traces call `text`: that of the one stated service, store or outside
    /// party of this name; else of the one whose name differs by case or namespace only; else `own`.
    /// Several that it may be are noted, and it is none of them.
    pub(super) fn observed_id(&mut self, text: &str, own: &Id, span: Span) -> Id {
        let id = self.joined(text, own, span);
        self.names.mean(own, &id);
        id
    }

    fn joined(&mut self, text: &str, own: &Id, span: Span) -> Id {
        if let Some(known) = self.names.meant(own) {
            return known.clone();
        }
        if self.names.follow(text) != text
            && let Some(id) = self.names.id_of(text)
        {
            return id;
        }
        let joins = self.joins.take().unwrap_or_else(|| self.make_joins());
        let name = own.name();
        let (space, last) = name
            .rsplit_once('/')
            .map_or((None, name), |(a, b)| (Some(a), b));
        let exact = joins.exact.get(name);
        let alike = || {
            let all = joins.last.get(&last.to_lowercase())?;
            // Two namespaces that are both stated must be the same.
            let fits = |id: &&Id| match (id.name().rsplit_once('/'), space) {
                (Some((theirs, _)), Some(ours)) => theirs.eq_ignore_ascii_case(ours),
                _ => true,
            };
            Some(all.iter().filter(fits).cloned().collect::<BTreeSet<Id>>())
        };
        let found = match exact {
            Some(ids) => ids.clone(),
            None => alike().unwrap_or_default(),
        };
        self.joins = Some(joins);
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(one), None) => one,
            (None, _) => own.clone(),
            (Some(first), Some(second)) => {
                let rest = found.map(|id| id.to_string());
                let ids = [first.to_string(), second.to_string()]
                    .into_iter()
                    .chain(rest);
                self.names.ambiguous(text, ids.collect(), span);
                own.clone()
            }
        }
    }

    /// The nodes that sources before the traces have stated. O(nodes).
    fn make_joins(&self) -> Joins {
        let mut joins = Joins::default();
        let serves = |class| matches!(class, Class::Service | Class::Store | Class::External);
        let stated = self
            .nodes
            .iter()
            .filter(|node| node.evidence != Evidence::Observed);
        let ids = stated
            .filter(|node| serves(node.class))
            .map(|node| &node.id);
        let saved = self.names.others().filter(|(_, class)| serves(*class));
        for id in ids.chain(saved.map(|(id, _)| id)) {
            let name = id.name();
            let last = name.rsplit('/').next().unwrap_or(name).to_lowercase();
            joins
                .exact
                .entry(name.to_owned())
                .or_default()
                .insert(id.clone());
            joins.last.entry(last).or_default().insert(id.clone());
        }
        joins
    }

    /// Takes seen calls in, once all that is stated is there. A call is no requirement of its own
    /// where another source states one that counts on the called node: alone, among others, or as
    /// a standby. O(requirements · nesting).
    pub(super) fn observe(&mut self, facts: &[(&RequirementFact, Rank)]) {
        if facts.is_empty() {
            return;
        }
        let mut stated: HashMap<NodeIx, Vec<usize>> = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let requirement = &entry.requirement;
            if !entry.dropped && requirement.evidence != Evidence::Observed {
                stated.entry(requirement.of).or_default().push(at);
            }
        }
        // What the stated requirements of each caller count on, however deep.
        let mut known: HashMap<NodeIx, HashMap<NodeIx, Vec<usize>>> = HashMap::new();
        for (fact, rank) in facts {
            let context = Context::of(&fact.origin, fact.of.span, *rank);
            let of = self.resolve(&fact.of, &context);
            let Expr::One(on) = &fact.expr else {
                self.require(fact, *rank);
                continue;
            };
            let on = self.resolve(on, &context);
            let reached = known.entry(of).or_insert_with(|| self.reached(of, &stated));
            match reached.get(&on) {
                Some(requirements) => {
                    for at in requirements {
                        if let Some(entry) = self.entries.get_mut(*at) {
                            entry.requirement.observed = true;
                            let sources = context.sources.iter().cloned();
                            entry.requirement.sources.extend(sources);
                        }
                    }
                }
                None => self.require(fact, *rank),
            }
        }
    }

    /// The requirements that a running `of` has, by the nodes they count on.
    fn reached(
        &self,
        of: NodeIx,
        stated: &HashMap<NodeIx, Vec<usize>>,
    ) -> HashMap<NodeIx, Vec<usize>> {
        let mut reached: HashMap<NodeIx, Vec<usize>> = HashMap::new();
        let runs = |at: &&usize| {
            let mode = self.entries.get(**at).map(|entry| entry.requirement.mode);
            matches!(mode, Some(Mode::Hard | Mode::Soft))
        };
        for at in stated.get(&of).into_iter().flatten().filter(runs) {
            for node in self.leaves(*at, stated) {
                reached.entry(node).or_default().push(*at);
            }
        }
        reached
    }

    /// The nodes that a requirement counts on, groups opened.
    fn leaves(&self, at: usize, stated: &HashMap<NodeIx, Vec<usize>>) -> BTreeSet<NodeIx> {
        let mut leaves = BTreeSet::new();
        let mut next = vec![(at, 0)];
        let mut opened = BTreeSet::new();
        while let Some((at, depth)) = next.pop() {
            let members = self.entries.get(at).map(|entry| &entry.requirement.members);
            for member in members.into_iter().flatten() {
                if self.node(member.node).class != Class::Group {
                    leaves.insert(member.node);
                } else if depth < NESTING && opened.insert(member.node) {
                    let inside = stated.get(&member.node).into_iter().flatten();
                    next.extend(inside.map(|at| (*at, depth + 1)));
                }
            }
        }
        leaves
    }
}

/// Whether a fact is a call that a trace saw.
pub(super) fn is_call(fact: &RequirementFact) -> bool {
    let runs = matches!(fact.mode, ModeRule::Fixed(Mode::Hard | Mode::Soft));
    fact.origin.evidence == Evidence::Observed && runs
}
