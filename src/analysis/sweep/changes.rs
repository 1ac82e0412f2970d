//! Which nodes of a new graph are not what they were: those that have to be looked at first when
//! an answer is brought up to date.

use super::late::named;
use super::renumber::Renumbering;
use crate::analysis::engine::Engine;
use crate::graph::Graph;

/// One flag a node of the new graph.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    changed: Vec<bool>,
}

impl Changes {
    /// Nodes that are new, that say something else than they did, that are something else without
    /// faults, that name a node of which this holds, whose bad deploy or whose service's bad deploy
    /// takes others along than it did, or that wait for others than they did. O(nodes + members +
    /// ways).
    pub(super) fn find(old: &Engine<'_>, new: &Engine<'_>, numbers: &Renumbering) -> Self {
        let graph = new.graph();
        let nodes = u32::try_from(graph.node_count()).unwrap_or(u32::MAX);
        let without_faults = |engine: &Engine<'_>, node: u32| {
            let (known, node) = (engine.known(), node as usize);
            (known.runs[node], known.serves[node], known.degraded[node])
        };
        let moved: Vec<bool> = (0..nodes)
            .map(|node| match numbers.old_of(node) {
                Some(was) => without_faults(old, was) != without_faults(new, node),
                None => true,
            })
            .collect();
        let flags = (0..nodes)
            .map(|node| {
                let mut members = graph.all_members_of(node);
                let Some(was) = numbers.old_of(node) else {
                    return true;
                };
                moved[node as usize]
                    || members.any(|m| named(graph, m).any(|to| moved[to as usize]))
                    || !says_the_same(old.graph(), was, graph, node, numbers)
            })
            .collect();
        let mut changes = Self { changed: flags };
        changes.compare_replicas(old.graph(), graph, numbers);
        changes.compare_knots(old.graph(), graph, numbers);
        changes
    }

    /// Whether `node` is not what it was.
    pub(super) fn has(&self, node: u32) -> bool {
        self.changed[node as usize]
    }

    /// All of them, sorted.
    pub(super) fn list(&self) -> impl Iterator<Item = u32> + '_ {
        let nodes = (0u32..).zip(&self.changed);
        nodes.filter(|(_, changed)| **changed).map(|(node, _)| node)
    }

    fn mark(&mut self, node: u32) {
        self.changed[node as usize] = true;
    }

    /// A replica that a bad deploy took along and does not any more, or the other way round.
    fn compare_replicas(&mut self, old: &Graph, new: &Graph, numbers: &Renumbering) {
        for was in 0..u32::try_from(old.node_count()).unwrap_or(u32::MAX) {
            let is = numbers.new_of(was);
            let taken = is.map_or(&[][..], |node| new.replicas_of(node));
            if is.is_some() && numbers.same(old.replicas_of(was), taken) {
                continue;
            }
            for replica in old.replicas_of(was) {
                if let Some(replica) = numbers.new_of(*replica) {
                    self.mark(replica);
                }
            }
            for node in is.into_iter().chain(taken.iter().copied()) {
                self.mark(node);
            }
        }
        for node in 0..u32::try_from(new.node_count()).unwrap_or(u32::MAX) {
            if numbers.old_of(node).is_none() {
                for replica in new.replicas_of(node) {
                    self.mark(*replica);
                }
            }
        }
    }

    /// Nodes whose return depended on each other and does not any more, or the other way round:
    /// they are settled together, so that they are new together.
    fn compare_knots(&mut self, old: &Graph, new: &Graph, numbers: &Renumbering) {
        let mut knot_of = vec![None; old.node_count()];
        for (number, range) in old.order.knots().iter().enumerate() {
            for node in members(old, range) {
                knot_of[*node as usize] = Some((number, range.len()));
            }
        }
        let was = |node: u32| numbers.old_of(node).and_then(|was| knot_of[was as usize]);
        let mut knotted = vec![false; new.node_count()];
        for range in new.order.knots() {
            let nodes = members(new, range);
            let first = was(nodes[0]).filter(|(_, len)| *len == nodes.len());
            let same = first.is_some() && nodes.iter().all(|node| was(*node) == first);
            for node in nodes {
                knotted[*node as usize] = true;
                self.changed[*node as usize] |= !same;
            }
        }
        for (node, knotted) in (0u32..).zip(knotted) {
            if !knotted && was(node).is_some() {
                self.mark(node);
            }
        }
    }
}

fn members<'g>(graph: &'g Graph, knot: &std::ops::Range<u32>) -> &'g [u32] {
    &graph.order.nodes()[knot.start as usize..knot.end as usize]
}

/// Whether `was` of `old` and `node` of `new` state the same of themselves, in the same order.
fn says_the_same(old: &Graph, was: u32, new: &Graph, node: u32, numbers: &Renumbering) -> bool {
    let itself = |graph: &Graph, node: u32| {
        let at = node as usize;
        let needs = graph.requirements_of(node).len();
        (graph.class[at], graph.start_s[at], needs)
    };
    let requirement = |graph: &Graph, q: u32| {
        let at = q as usize;
        (graph.mode[at], graph.need[at], graph.members_of(q).len())
    };
    let same_member = |a: u32, b: u32| {
        let node = old.member_node[a as usize];
        numbers.new_of(node) == Some(new.member_node[b as usize])
            && old.member_weight[a as usize] == new.member_weight[b as usize]
            && match (old.ways_of(a), new.ways_of(b)) {
                (None, None) => true,
                (Some(a), Some(b)) => {
                    a.len() == b.len()
                        && a.zip(b).all(|(a, b)| {
                            old.way_takes[a as usize] == new.way_takes[b as usize]
                                && numbers
                                    .same(old.way_requires.items(a), new.way_requires.items(b))
                        })
                }
                _ => false,
            }
    };
    itself(old, was) == itself(new, node)
        && old
            .requirements_of(was)
            .zip(new.requirements_of(node))
            .all(|(a, b)| {
                requirement(old, a) == requirement(new, b)
                    && old
                        .members_of(a)
                        .zip(new.members_of(b))
                        .all(|(a, b)| same_member(a, b))
            })
}

/// All that `seeds` depend on, however far, and they themselves: one flag a node. O(what they
/// depend on), and a flag for each node.
pub(super) fn upstream(graph: &Graph, seeds: impl Iterator<Item = u32>) -> Vec<bool> {
    let mut within = vec![false; graph.node_count()];
    let mut queue = Vec::new();
    for node in seeds {
        if !std::mem::replace(&mut within[node as usize], true) {
            queue.push(node);
        }
    }
    while let Some(node) = queue.pop() {
        for m in graph.all_members_of(node) {
            for to in named(graph, m) {
                if !std::mem::replace(&mut within[to as usize], true) {
                    queue.push(to);
                }
            }
        }
    }
    within
}
