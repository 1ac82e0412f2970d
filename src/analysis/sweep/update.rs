//! A sweep brought up to date: when a few nodes of an estate change, the lists of all others stay
//! what they were, and so does most of the answer.
//!
//! A list follows from what its node says, from what the nodes that it names are without faults,
//! and from their lists ([`super::lists`]). So only nodes of which one of these changed are looked
//! at again, in the order of the new graph, and where the list comes out as it was nothing after it
//! is ("early cutoff" of incremental computation: Acar, Blelloch, Harper 2002; build systems know
//! it too). Nodes that may wait for each other are looked at together. The answer is that of
//! [`Sweep::new`].
//!
//! What is proportional to the whole graph is a comparison of integers, and copying: lists and rows
//! that stay are renumbered.

use super::answer::{Chunk, high};
use super::arena::Arena;
use super::changes::{Changes, upstream};
use super::codes::Codes;
use super::ground::{Ground, NEAR_LATE};
use super::late::named;
use super::lists::Pass;
use super::parts::Part;
use super::renumber::Renumbering;
use super::watch::{Unwatched, Watched};
use super::{Sweep, apart, faults, late};
use crate::analysis::engine::{Affected, Engine};
use crate::words::Mode;

/// Lists with more pairs of fault and node are not kept: they take eight bytes a pair.
const MOST_PAIRS: usize = 100_000_000;

/// What a sweep is made of, kept so that the next one need not be made anew.
#[derive(Clone, Debug)]
pub struct Lists {
    arena: Arena,
    degraded: Option<Arena>,
    codes: Codes,
    /// How many codes there were when all was last made anew: those that nothing says any more are
    /// left in.
    codes_at_first: usize,
}

/// An estate as it was, with its answer.
#[derive(Clone, Copy, Debug)]
pub struct Old<'o> {
    pub engine: &'o Engine<'o>,
    pub sweep: &'o Sweep,
    pub lists: &'o Lists,
}

/// How much an update had to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Nodes that are not what they were.
    pub changed: usize,
    /// Nodes whose faults were looked at again: those, and what depends on different answers.
    pub recomputed: usize,
    /// Nodes of which that gave something else than before.
    pub different: usize,
    /// Faults that were evaluated by themselves.
    pub apart: usize,
}

/// Every single fault of `engine`'s graph, with what the next [`update`] needs of it; without, if
/// the lists are too large to keep. Takes as long as [`Sweep::new`] on one core.
#[must_use]
pub fn keep(engine: &Engine<'_>) -> (Sweep, Option<Lists>) {
    let ground = Ground::new(engine);
    let mut pass = Pass::new(&ground, Part::ALL);
    if pass.run(MOST_PAIRS, &Watched::new(&Unwatched)).is_err() {
        drop(pass);
        return (Sweep::new(engine), None);
    }
    let chunk = Chunk::new(&mut pass);
    let mut by_themselves = late::faults(&ground);
    by_themselves.append(&mut pass.apart);
    let rows = apart::evaluate(engine, by_themselves);
    let sweep = assembled(engine, chunk, rows);
    let lists = Lists {
        arena: pass.arena,
        degraded: pass.degraded,
        codes_at_first: pass.codes.all().len(),
        codes: pass.codes,
    };
    (sweep, Some(lists))
}

/// As [`keep`], from what is known of an earlier graph; `numbers` says which node is which. Work
/// beyond comparing and copying is proportional to the nodes that changed, those that depend on
/// what came out differently, and their lists. Faults that have to be evaluated by themselves are
/// evaluated again where a changed node depends on them, all of them if anything is late without
/// faults.
#[must_use]
pub fn update(
    old: Old<'_>,
    engine: &Engine<'_>,
    numbers: &Renumbering,
) -> (Sweep, Option<Lists>, Work) {
    let known = old.lists;
    let outgrown = known.codes.all().len() > 2 * known.codes_at_first + 1_000;
    if outgrown || known.arena.pairs.len() > MOST_PAIRS {
        let (sweep, lists) = keep(engine);
        let nodes = engine.graph().node_count();
        let work = Work {
            changed: nodes,
            recomputed: nodes,
            different: nodes,
            apart: sweep.apart_count(),
        };
        return (sweep, lists, work);
    }
    let ground = Ground::new(engine);
    let changes = Changes::find(old.engine, engine, numbers);
    let mut pass = Pass::new(&ground, Part::ALL);
    pass.codes = known.codes.clone();
    pass.arena = known.arena.renumbered(numbers);
    pass.counts = None;
    let mut update = Update {
        pass,
        changes: &changes,
        differs: vec![false; engine.graph().node_count()],
        work: Work {
            changed: changes.list().count(),
            ..Work::default()
        },
    };
    update.lists();
    let degraded = update.degraded(old, numbers);
    let Update {
        mut pass, mut work, ..
    } = update;
    pass.degraded = degraded;
    pass.apart = evaluated_apart(&pass);
    let chunk = Chunk::new(&mut pass);
    let mut by_themselves = late::faults(&ground);
    by_themselves.append(&mut pass.apart);
    by_themselves.sort_unstable();
    by_themselves.dedup();
    let rows = rows_apart(old, engine, numbers, &changes, by_themselves, &mut work);
    let sweep = assembled(engine, chunk, rows);
    let lists = Lists {
        arena: pass.arena,
        degraded: pass.degraded,
        codes: pass.codes,
        codes_at_first: known.codes_at_first,
    };
    (sweep, Some(lists), work)
}

/// Every single fault of two graphs that have most in common, `numbers` says what.
#[must_use]
pub fn both(old: &Engine<'_>, new: &Engine<'_>, numbers: &Renumbering) -> (Sweep, Sweep) {
    let (sweep, lists) = keep(old);
    let Some(lists) = lists else {
        return (sweep, Sweep::new(new));
    };
    let known = Old {
        engine: old,
        sweep: &sweep,
        lists: &lists,
    };
    let (updated, ..) = update(known, new, numbers);
    (sweep, updated)
}

fn assembled(engine: &Engine<'_>, chunk: Chunk, rows: Vec<(u32, Vec<Affected>)>) -> Sweep {
    let mut sweep = Sweep {
        faults: faults(engine.graph()).collect(),
        chunks: vec![chunk],
        ..Sweep::default()
    };
    for (fault, affected) in rows {
        sweep.apart.push(fault, &affected);
    }
    sweep
}

/// The new lists in the making.
struct Update<'e, 'c> {
    pass: Pass<'e>,
    changes: &'c Changes,
    /// By node: its list, or what degrades it, came out differently.
    differs: Vec<bool>,
    work: Work,
}

impl Update<'_, '_> {
    /// Brings the lists up to date.
    fn lists(&mut self) {
        let graph = self.pass.ground.graph;
        let nodes = graph.order.nodes();
        let mut knots = graph.order.knots().iter();
        let mut knot = knots.next();
        let mut at = 0;
        while at < nodes.len() {
            let (range, in_knot) = match knot.filter(|range| range.start as usize == at) {
                Some(range) => {
                    knot = knots.next();
                    (at..range.end as usize, true)
                }
                None => (at..at + 1, false),
            };
            at = range.end;
            let unit = &nodes[range.clone()];
            if !unit.iter().any(|node| self.is_touched(*node)) {
                continue;
            }
            let before: Vec<_> = unit
                .iter()
                .map(|node| self.pass.arena.take(*node))
                .collect();
            if in_knot {
                self.pass.knot(range);
            } else {
                self.pass.node(unit[0], false);
            }
            self.work.recomputed += unit.len();
            for (node, before) in unit.iter().zip(before) {
                let arena = &self.pass.arena;
                let differs = arena.pairs[before] != *arena.of(*node);
                self.differs[*node as usize] = differs;
                self.work.different += usize::from(differs);
            }
        }
    }

    /// Whether something that the list of `node` follows from is not what it was.
    fn is_touched(&self, node: u32) -> bool {
        let graph = self.pass.ground.graph;
        let counts = |q: &u32| graph.mode[*q as usize] != Mode::Soft;
        let mut members = graph
            .requirements_of(node)
            .filter(counts)
            .flat_map(|q| graph.members_of(q));
        self.changes.has(node)
            || members.any(|m| named(graph, m).any(|to| self.differs[to as usize]))
    }

    /// Brings what degrades each node up to date.
    fn degraded(&mut self, old: Old<'_>, numbers: &Renumbering) -> Option<Arena> {
        let graph = self.pass.ground.graph;
        if !graph.has_soft() {
            return None;
        }
        let mut degraded = match &old.lists.degraded {
            Some(degraded) => degraded.renumbered(numbers),
            None => Arena::new(graph.node_count()),
        };
        let cycle = |node: &u32| graph.cycles.of(*node);
        // The lists of a cycle need not be whole, for its faults are evaluated by themselves. Those of
        // nodes that have left one have to be.
        let cycles = &old.engine.graph().cycles;
        let has_left = |node: &u32| {
            let was = numbers.old_of(*node);
            cycle(node).is_none() && was.is_some_and(|was| cycles.of(was).is_some())
        };
        let units = graph.order.nodes();
        // Nodes of a cycle degrade each other.
        for unit in units.chunk_by(|a, b| cycle(a).is_some() && cycle(a) == cycle(b)) {
            let touched = |node: &u32| {
                let mut members = graph.all_members_of(*node);
                self.changes.has(*node)
                    || has_left(node)
                    || self.differs[*node as usize]
                    || members.any(|m| self.differs[graph.member_node[m as usize] as usize])
            };
            if !unit.iter().any(touched) {
                continue;
            }
            let before: Vec<_> = unit.iter().map(|node| degraded.take(*node)).collect();
            for node in unit {
                let found = self.pass.degrading(*node, &degraded);
                degraded.set(*node, &found);
            }
            for (node, before) in unit.iter().zip(before) {
                self.differs[*node as usize] |= degraded.pairs[before] != *degraded.of(*node);
            }
        }
        Some(degraded)
    }
}

/// Faults of which the lists don't say all: those that reach what is near something late, and those
/// that degrade a cycle of needs. Sorted, each once.
fn evaluated_apart(pass: &Pass<'_>) -> Vec<u32> {
    let graph = pass.ground.graph;
    let nodes = u32::try_from(graph.node_count()).unwrap_or(u32::MAX);
    let mut apart = Vec::new();
    for node in 0..nodes {
        if pass.ground.is(node, NEAR_LATE) {
            apart.extend(pass.arena.of(node).iter().map(|pair| high(*pair)));
        }
        if let Some(degraded) = &pass.degraded
            && graph.cycles.of(node).is_some()
        {
            apart.extend(degraded.of(node).iter().map(|pair| high(*pair)));
        }
    }
    apart.sort_unstable();
    apart.dedup();
    apart
}

/// What each of `faults` does that is evaluated by itself: as before, where no changed node
/// depends on it.
fn rows_apart(
    old: Old<'_>,
    engine: &Engine<'_>,
    numbers: &Renumbering,
    changes: &Changes,
    faults: Vec<u32>,
    work: &mut Work,
) -> Vec<(u32, Vec<Affected>)> {
    if faults.is_empty() {
        return Vec::new();
    }
    let anything_late = |engine: &Engine<'_>| !engine.known().late.is_empty();
    if anything_late(old.engine) || anything_late(engine) {
        work.apart = faults.len();
        return apart::evaluate(engine, faults);
    }
    let reaching = upstream(engine.graph(), changes.list());
    let before = changes.list().filter_map(|node| numbers.old_of(node));
    let reached = upstream(old.engine.graph(), before);
    let stays = |fault: u32| -> Option<Vec<Affected>> {
        let was = numbers.old_of(fault)?;
        let row = old.sweep.apart.row(was)?;
        let spread = |engine: &Engine<'_>, fault: u32, within: &[bool]| {
            let mut struck = engine.graph().fault_set(fault).into_iter();
            struck.any(|node| within[node as usize])
        };
        if spread(engine, fault, &reaching) || spread(old.engine, was, &reached) {
            return None;
        }
        let affected = row.all().filter_map(|one| {
            let node = numbers.new_of(one.node)?;
            Some(Affected { node, ..one })
        });
        Some(affected.collect())
    };
    let mut rows = Vec::new();
    let mut again = Vec::new();
    for fault in faults {
        match stays(fault) {
            Some(affected) => rows.push((fault, affected)),
            None => again.push(fault),
        }
    }
    work.apart = again.len();
    rows.extend(apart::evaluate(engine, again));
    rows.sort_unstable_by_key(|(fault, _)| *fault);
    rows
}
