//! Placement is acyclic: circles of things that stand on each other are found, named and cut.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::NodeIx;
use super::draft::Draft;
use crate::message;
use crate::source::{Problem, ProblemKind};
use crate::words::{Class, Mode};

/// Most circles told one by one; more than that is told in one sentence each knot.
const TOLD: usize = 100;
/// Most hops of a circle that are written out.
const HOPS: usize = 12;

/// A hop of a circle: who stands on the next, by which entry.
#[derive(Clone, Copy, Debug)]
struct Hop {
    of: NodeIx,
    entry: usize,
}

/// By node: entry and what the node stands on by it.
type Hops = HashMap<NodeIx, Vec<(usize, NodeIx)>>;

impl Draft<'_> {
    /// Finds circles in `placement` requirements, notes each with its hops, and drops the
    /// requirement of the hop with the largest id, so that the analysis is well defined.
    /// O((nodes + members) · circles told).
    pub(super) fn cut_placement_cycles(&mut self) {
        if self.placement_ends() {
            return;
        }
        for _ in 0..TOLD {
            let knots = self.knots();
            if knots.is_empty() {
                return;
            }
            let inside = self.hops(&knots);
            for knot in &knots {
                if let Some(hops) = Self::circle(knot, &inside) {
                    self.cut(&hops);
                }
            }
        }
        let knots = self.knots();
        let inside = self.hops(&knots);
        for knot in &knots {
            self.cut_knot(knot, &inside);
        }
    }

    /// Whether there is no circle at all, which is nearly always: what stands on nothing is taken
    /// away, again and again, and nothing is left (Kahn 1962). O(nodes + members).
    fn placement_ends(&self) -> bool {
        let placed = || {
            let entries = self.entries.iter();
            entries
                .filter(|entry| entry.requirement.mode == Mode::Placement && !entry.dropped)
                .flat_map(|entry| {
                    let of = entry.requirement.of.0;
                    let members = entry.requirement.members.iter();
                    members.map(move |member| (of, member.node.0))
                })
        };
        // How many hops lead away from each node; and where in `below` the nodes that stand on
        // it begin.
        let mut away = vec![0_u32; self.nodes.len()];
        let mut begins = vec![0_usize; self.nodes.len() + 1];
        for (of, on) in placed() {
            let (Some(count), Some(begin)) =
                (away.get_mut(of as usize), begins.get_mut(on as usize + 1))
            else {
                return false;
            };
            *count += 1;
            *begin += 1;
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        let mut below = vec![0_u32; begins.last().copied().unwrap_or(0)];
        let mut next = begins.clone();
        for (of, on) in placed() {
            let slot = &mut next[on as usize];
            below[*slot] = of;
            *slot += 1;
        }
        let mut done: Vec<u32> = (0..)
            .zip(&away)
            .filter(|(_, count)| **count == 0)
            .map(|(at, _)| at)
            .collect();
        let mut ended = 0;
        while let Some(on) = done.pop() {
            ended += 1;
            let on = on as usize;
            for of in &below[begins[on]..begins[on + 1]] {
                let count = &mut away[*of as usize];
                *count -= 1;
                if *count == 0 {
                    done.push(*of);
                }
            }
        }
        ended == self.nodes.len()
    }

    /// Sets of nodes that all stand on each other, each sorted by id; sorted.
    fn knots(&self) -> Vec<Vec<NodeIx>> {
        let mut graph: DiGraph<NodeIx, ()> = DiGraph::new();
        let mut at: HashMap<NodeIx, NodeIndex> = HashMap::new();
        let mut loops = HashSet::new();
        for entry in &self.entries {
            if entry.requirement.mode != Mode::Placement || entry.dropped {
                continue;
            }
            let of = entry.requirement.of;
            let from = *at.entry(of).or_insert_with(|| graph.add_node(of));
            for member in &entry.requirement.members {
                let on = member.node;
                let to = *at.entry(on).or_insert_with(|| graph.add_node(on));
                if from == to {
                    loops.insert(of);
                } else {
                    graph.add_edge(from, to, ());
                }
            }
        }
        let mut knots: Vec<Vec<NodeIx>> = kosaraju_scc(&graph)
            .into_iter()
            .map(|knot| {
                knot.iter()
                    .filter_map(|ix| graph.node_weight(*ix).copied())
                    .collect()
            })
            .filter(|knot: &Vec<NodeIx>| {
                knot.len() > 1 || knot.first().is_some_and(|ix| loops.contains(ix))
            })
            .collect();
        for knot in &mut knots {
            knot.sort_by(|a, b| self.id(*a).cmp(self.id(*b)));
        }
        knots.sort_by(|a, b| {
            let first = |knot: &[NodeIx]| knot.first().map(|ix| self.id(*ix).clone());
            first(a).cmp(&first(b))
        });
        knots
    }

    /// Hops inside knots, by node, in order of requirement. O(entries + members).
    fn hops(&self, knots: &[Vec<NodeIx>]) -> Hops {
        let mut knot_of: HashMap<NodeIx, usize> = HashMap::new();
        for (number, knot) in knots.iter().enumerate() {
            knot_of.extend(knot.iter().map(|ix| (*ix, number)));
        }
        let by_id = |at: &usize| self.entries.get(*at).map(|entry| &entry.requirement.id);
        let mut hops = Hops::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let of = entry.requirement.of;
            let Some(knot) = knot_of.get(&of) else {
                continue;
            };
            if entry.requirement.mode != Mode::Placement || entry.dropped {
                continue;
            }
            for member in &entry.requirement.members {
                if knot_of.get(&member.node) == Some(knot) {
                    hops.entry(of).or_default().push((at, member.node));
                }
            }
        }
        for list in hops.values_mut() {
            list.sort_by(|a, b| by_id(&a.0).cmp(&by_id(&b.0)));
        }
        hops
    }

    /// The shortest circle through the least node of a knot.
    fn circle(knot: &[NodeIx], inside: &Hops) -> Option<Vec<Hop>> {
        let start = *knot.first()?;
        let mut came: HashMap<NodeIx, Hop> = HashMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(of) = queue.pop_front() {
            for (entry, to) in inside.get(&of).into_iter().flatten() {
                let hop = Hop { of, entry: *entry };
                if *to == start {
                    let mut hops = vec![hop];
                    let mut at = of;
                    while at != start {
                        let before = came.get(&at)?;
                        hops.push(*before);
                        at = before.of;
                    }
                    hops.reverse();
                    return Some(hops);
                }
                if !came.contains_key(to) {
                    came.insert(*to, hop);
                    queue.push_back(*to);
                }
            }
        }
        None
    }

    /// Notes a circle and drops the requirement of its hop with the largest id, groups aside.
    fn cut(&mut self, hops: &[Hop]) {
        let key = |hop: &&Hop| {
            let node = self.node(hop.of);
            (node.class != Class::Group, &node.id)
        };
        let Some(cut) = hops.iter().max_by_key(key).copied() else {
            return;
        };
        let Some(first) = hops.first() else {
            return;
        };
        let mut names: Vec<String> = hops
            .iter()
            .take(HOPS)
            .map(|hop| format!("`{}`", self.id(hop.of)))
            .collect();
        if hops.len() > HOPS {
            names.push(format!("{} more", hops.len() - HOPS));
        }
        names.push(format!("`{}`", self.id(first.of)));
        let Some(entry) = self.entries.get(cut.entry) else {
            return;
        };
        let mut problem = Problem::new(
            ProblemKind::PlacementCycle,
            entry.span,
            message!("these stand on each other in a circle: {what}; that `{what2}` stands on {what3} is ignored", what = names.join(" → "), what2 = self.id(cut.of), what3 = self.name(entry.requirement.need, &entry.requirement.members)),
        )
        .with_help(message!("write `within` for what is only drawn there, or take one of them out"));
        for hop in hops.iter().take(HOPS) {
            if let Some(entry) = self.entries.get(hop.entry) {
                let words = format!("`{}` stands on the next", self.id(hop.of));
                problem = problem.with_related(entry.span, words);
            }
        }
        self.problems.push(problem);
        self.drop_entry(cut.entry);
    }

    /// Unties a knot at once: in it, nothing may stand on what has a smaller id, as when circles are cut one
    /// by one.
    fn cut_knot(&mut self, knot: &[NodeIx], inside: &Hops) {
        let mut cut = Vec::new();
        for of in knot {
            for (entry, to) in inside.get(of).into_iter().flatten() {
                if self.id(*to) <= self.id(*of) {
                    cut.push(*entry);
                }
            }
        }
        cut.sort_unstable();
        cut.dedup();
        if let (Some(first), Some(least)) = (cut.first(), knot.first())
            && let Some(entry) = self.entries.get(*first)
        {
            let message = message!(
                "{n} things, `{what}` among them, stand on each other in many circles; {n2} of these \
                 placements are ignored",
                n = knot.len(),
                what = self.id(*least),
                n2 = cut.len()
            );
            self.problem(ProblemKind::PlacementCycle, entry.span, message);
        }
        for entry in cut {
            self.drop_entry(entry);
        }
    }

    fn drop_entry(&mut self, at: usize) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.dropped = true;
        }
    }
}
