//! petgraph's `visit` traits over "needs in order to serve": an edge from a node to each active
//! member of its `placement` and `hard` requirements. A standby is no neighbour: it counts only
//! after it has served, so it never holds up what it stands in for.

use petgraph::Direction;
use petgraph::visit::{
    GraphBase, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, NodeCount, VisitMap,
    Visitable,
};

use super::Graph;
use crate::words::Mode;

/// Nodes visited so far, by index.
#[derive(Clone, Debug)]
pub struct Visited(Vec<bool>);

impl VisitMap<u32> for Visited {
    fn visit(&mut self, node: u32) -> bool {
        !std::mem::replace(&mut self.0[node as usize], true)
    }

    fn is_visited(&self, node: &u32) -> bool {
        self.0[*node as usize]
    }

    fn unvisit(&mut self, node: u32) -> bool {
        std::mem::replace(&mut self.0[node as usize], false)
    }
}

impl GraphBase for Graph {
    type NodeId = u32;
    type EdgeId = u32;
}

impl NodeCount for Graph {
    fn node_count(&self) -> usize {
        self.class.len()
    }
}

impl Visitable for Graph {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![false; self.class.len()])
    }

    fn reset_map(&self, map: &mut Visited) {
        map.0.fill(false);
    }
}

impl IntoNodeIdentifiers for &Graph {
    type NodeIdentifiers = std::ops::Range<u32>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        0..u32::try_from(self.class.len()).unwrap_or(u32::MAX)
    }
}

/// What a node needs, or what needs it.
pub enum Neighbours<'g> {
    /// Member indices left in the current requirement, and the requirements left.
    Needs {
        graph: &'g Graph,
        members: std::ops::Range<u32>,
        requirements: std::ops::Range<u32>,
    },
    /// Places at which the node is an active member.
    NeededBy {
        graph: &'g Graph,
        places: std::slice::Iter<'g, u32>,
    },
}

fn carries(graph: &Graph, q: u32) -> bool {
    matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard)
}

impl Iterator for Neighbours<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Needs {
                graph,
                members,
                requirements,
            } => loop {
                if let Some(m) = members.find(|m| graph.is_active(*m)) {
                    return Some(graph.member_node[m as usize]);
                }
                let q = requirements.find(|q| carries(graph, *q))?;
                *members = graph.members_of(q);
            },
            Self::NeededBy { graph, places } => {
                let requirement = |m: &&u32| graph.member_of[**m as usize];
                let m = places.find(|m| carries(graph, requirement(m)))?;
                Some(graph.owner[graph.member_of[*m as usize] as usize])
            }
        }
    }
}

impl<'g> IntoNeighbors for &'g Graph {
    type Neighbors = Neighbours<'g>;

    fn neighbors(self, node: u32) -> Neighbours<'g> {
        Neighbours::Needs {
            graph: self,
            members: 0..0,
            requirements: self.requirements_of(node),
        }
    }
}

impl<'g> IntoNeighborsDirected for &'g Graph {
    type NeighborsDirected = Neighbours<'g>;

    fn neighbors_directed(self, node: u32, direction: Direction) -> Neighbours<'g> {
        match direction {
            Direction::Outgoing => self.neighbors(node),
            Direction::Incoming => Neighbours::NeededBy {
                graph: self,
                places: self.active_in.items(node).iter(),
            },
        }
    }
}

/// Strongly connected components of more than one node (or of one that needs itself): their
/// nodes serve together or not at all where the need is plain, and come back together.
#[derive(Debug, Default)]
pub struct Cycles {
    /// By node: the number of its cycle, or `u32::MAX`.
    of: Vec<u32>,
    count: u32,
}

impl Cycles {
    /// No cycle among `nodes` nodes.
    pub(super) fn none(nodes: usize) -> Self {
        Self {
            of: vec![u32::MAX; nodes],
            count: 0,
        }
    }

    /// These nodes are one.
    pub(super) fn add(&mut self, nodes: &[u32]) {
        for node in nodes {
            self.of[*node as usize] = self.count;
        }
        self.count += 1;
    }

    /// The cycle that `node` is in.
    #[must_use]
    pub fn of(&self, node: u32) -> Option<u32> {
        Some(self.of[node as usize]).filter(|cycle| *cycle != u32::MAX)
    }

    /// The nodes of every cycle, each sorted; cycles in order of their first node.
    #[must_use]
    pub fn list(&self) -> Vec<Vec<u32>> {
        let mut cycles = vec![Vec::new(); self.count as usize];
        for (node, cycle) in (0u32..).zip(&self.of) {
            if let Some(nodes) = cycles.get_mut(*cycle as usize) {
                nodes.push(node);
            }
        }
        cycles.sort();
        cycles
    }
}

#[cfg(test)]
mod tests {
    use petgraph::algo::kosaraju_scc;
    use proptest::prelude::*;

    use super::super::Builder;
    use super::*;
    use crate::words::Class;

    proptest! {
        /// petgraph's own algorithm on our traits finds the cycles that we found, and everything
        /// comes after what it needs.
        #[test]
        fn cycles_and_order_agree_with_petgraph(
            edges in prop::collection::vec((0..12u32, 0..12u32, 0..6u8), 0..30),
        ) {
            let mut builder = Builder::new();
            for _ in 0..12 {
                builder.node(Class::Service);
            }
            for (of, to, sort) in &edges {
                let mode = [Mode::Hard, Mode::Hard, Mode::Placement, Mode::Soft, Mode::Start, Mode::Hard];
                let mode = mode[usize::from(*sort)];
                let builder = builder.require(*of, mode, 1);
                if *sort == 5 {
                    builder.standby(*to, 1).way(1, &[(*to + 1) % 12]);
                } else {
                    builder.active(*to, 1);
                }
            }
            let graph = builder.finish().unwrap();
            let looped = |node: u32| (&graph).neighbors(node).any(|to| to == node);
            let mut expected: Vec<Vec<u32>> = kosaraju_scc(&graph)
                .into_iter()
                .filter(|component| component.len() > 1 || looped(component[0]))
                .collect();
            for cycle in &mut expected {
                cycle.sort_unstable();
            }
            expected.sort();
            prop_assert_eq!(graph.cycles.list(), expected);
            let mut place = [usize::MAX; 12];
            for (at, node) in graph.order.nodes().iter().enumerate() {
                place[*node as usize] = at;
            }
            let knotted = |node: u32| {
                let knot = |place: u32| graph.order.nodes()[place as usize] == node;
                graph.order.knots().iter().cloned().flatten().any(knot)
            };
            for (of, to, sort) in &edges {
                let required = (*to + 1) % 12;
                let after = |node: u32| place[*of as usize] > place[node as usize];
                if *sort != 3 && !knotted(*of) {
                    prop_assert!(after(*to), "{of} needs {to}");
                    prop_assert!(*sort != 5 || after(required));
                }
                let same = graph.cycles.of(*of).is_some()
                    && graph.cycles.of(*of) == graph.cycles.of(*to);
                if *sort < 3 {
                    prop_assert!(same || after(*to), "{of} stands on {to}");
                }
            }
            for cycle in graph.cycles.list() {
                let places: Vec<usize> = cycle.iter().map(|node| place[*node as usize]).collect();
                let (first, last) = (places.iter().min().unwrap(), places.iter().max().unwrap());
                prop_assert_eq!(last - first, cycle.len() - 1);
            }
        }
    }
}
