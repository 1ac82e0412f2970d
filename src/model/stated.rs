//! Whose word on the replicas of a service or store is taken, where several sources state them.

use std::collections::{BTreeMap, HashMap};

use super::draft::{Context, Draft};
use super::{NodeIx, given};
use crate::ingest::fact::{Expr, ReplicasFact};
use crate::message;
use crate::source::{FileId, Problem, ProblemKind};

/// What one source states of the replicas of one owner.
type Stated<'f> = Vec<(&'f ReplicasFact, Context)>;

/// What entries say of replicas, whatever they call the places: so many of each sort.
type Shape = BTreeMap<String, u64>;

impl Draft<'_> {
    /// The facts of the one source whose word on an owner's replicas is taken: the native
    /// manifest's, else that of the first source to state any; of sources that state as many, the
    /// first that says where they run. What others state just so is one more source of it. What one
    /// adapter read adds up over its files (a register comes in pages); two manifests don't.
    pub(super) fn choose<'f>(&mut self, owner: NodeIx, stated: Stated<'f>) -> Stated<'f> {
        for (fact, context) in &stated {
            // Whoever says where replicas run gives that, whether or not its word is taken.
            if !fact.on.is_empty() || fact.spread.allowed_zones.len() == 1 {
                self.gives(context.rank, owner, given::Said::Placed);
            }
        }
        if stated.len() < 2 {
            return stated;
        }
        let native = stated.iter().any(|(_, context)| context.rank.authoritative);
        let mut sources: HashMap<(u32, Option<FileId>), usize> = HashMap::new();
        let mut by_source: Vec<Stated<'f>> = Vec::new();
        for (fact, context) in stated {
            if context.rank.authoritative != native {
                continue;
            }
            let source = (context.rank.adapter, native.then_some(context.span.file));
            let at = *sources.entry(source).or_insert_with(|| {
                by_source.push(Vec::new());
                by_source.len() - 1
            });
            if let Some(batch) = by_source.get_mut(at) {
                batch.push((fact, context));
            }
        }
        let first = by_source.first().map(Vec::as_slice).unwrap_or_default();
        let places = |facts: &Stated<'_>| facts.iter().all(|(fact, _)| !fact.on.is_empty());
        // What makes lost ones anew is part of what the first one states.
        let is_vague = first
            .iter()
            .all(|(fact, _)| fact.on.is_empty() && fact.reschedule.is_none());
        let better = by_source
            .iter()
            .position(|facts| is_vague && places(facts) && count(facts) == count(first));
        let mut chosen = if by_source.is_empty() {
            return Vec::new();
        } else {
            by_source.remove(better.unwrap_or(0))
        };
        let taken = self.shape(&chosen);
        for other in by_source {
            let (Some((_, first)), Some((_, rival))) = (chosen.first(), other.first()) else {
                continue;
            };
            if self.shape(&other) == taken {
                agree(&mut chosen, &other);
                continue;
            }
            // It says no more than how many there are.
            if better.is_some() && count(&other) == count(&chosen) && !places(&other) {
                continue;
            }
            let problem = Problem::new(
                ProblemKind::Conflict,
                rival.span,
                message!(
                    "the replicas of `{what}` are stated otherwise in {what2}, whose word was taken",
                    what = self.id(owner),
                    what2 = self.sources.path(first.span.file)
                ),
            );
            self.problems
                .push(problem.with_related(first.span, "taken"));
        }
        chosen
    }

    fn shape(&self, facts: &[(&ReplicasFact, Context)]) -> Shape {
        let mut shape = Shape::new();
        for (fact, _) in facts {
            let on: Vec<String> = fact.on.iter().map(|expr| self.spelled(expr, 0)).collect();
            let standby = fact.standby.as_ref().map(Vec::len);
            let sort = format!("{}|{standby:?}|{:?}|{on:?}", fact.weight, fact.replication);
            let count = shape.entry(sort).or_default();
            *count = count.saturating_add(fact.count);
        }
        shape
    }

    /// The text of an expression without its places, whatever the source calls the nodes.
    fn spelled(&self, expr: &Expr, depth: usize) -> String {
        match expr {
            Expr::One(reference) => self.meaning(reference),
            Expr::Replicas(reference) => format!("replicas of {}", self.meaning(reference)),
            Expr::Some { need, members, .. } if depth < 8 => {
                let members: Vec<String> = members
                    .iter()
                    .map(|member| {
                        let spelled = self.spelled(&member.expr, depth + 1);
                        format!("{spelled}x{}", member.weight)
                    })
                    .collect();
                format!("{need:?}{members:?}")
            }
            Expr::Some { .. } => String::new(),
        }
    }
}

/// How many replicas serve by themselves.
fn count(facts: &[(&ReplicasFact, Context)]) -> u64 {
    let active = facts.iter().filter(|(fact, _)| fact.standby.is_none());
    active.fold(0, |sum, (fact, _)| sum.saturating_add(fact.count))
}

/// The places where another source states the same, beside those of the entries that are taken.
fn agree(chosen: &mut Stated<'_>, other: &Stated<'_>) {
    for (at, (_, context)) in chosen.iter_mut().enumerate() {
        // Entries in one order mostly are the same entries; the last stands for those that follow.
        let Some((_, agreeing)) = other.get(at).or(other.last()) else {
            continue;
        };
        context.evidence = context.evidence.min(agreeing.evidence);
        for source in &agreeing.sources {
            if !context.sources.contains(source) {
                context.sources.push(source.clone());
            }
        }
    }
}
