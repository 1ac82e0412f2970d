//! petgraph's `visit` traits over "needs in order to serve": an edge from a node to each active
//! member of its `placement` and `hard` requirements. A standby is no neighbour: it counts only
//! after it has served, so it never holds up what it stands in for.

use std::collections::HashSet;

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
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
    count: usize,
}

impl Cycles {
    /// Finds them by Kosaraju's algorithm, which petgraph runs without recursion (its Tarjan
    /// recurses, and estates can be deep). O(nodes + members).
    pub(super) fn find(graph: &Graph) -> Self {
        let mut of = vec![u32::MAX; graph.class.len()];
        let mut count = 0u32;
        for component in kosaraju_scc(graph) {
            let looped =
                component.len() == 1 && graph.neighbors(component[0]).any(|to| to == component[0]);
            if component.len() > 1 || looped {
                for node in component {
                    of[node as usize] = count;
                }
                count += 1;
            }
        }
        Self {
            of,
            count: count as usize,
        }
    }

    /// The cycle that `node` is in.
    #[must_use]
    pub fn of(&self, node: u32) -> Option<u32> {
        Some(self.of[node as usize]).filter(|cycle| *cycle != u32::MAX)
    }

    /// The nodes of every cycle, each sorted; cycles in order of their first node.
    #[must_use]
    pub fn list(&self) -> Vec<Vec<u32>> {
        let mut cycles = vec![Vec::new(); self.count];
        for (node, cycle) in (0u32..).zip(&self.of) {
            if let Some(nodes) = cycles.get_mut(*cycle as usize) {
                nodes.push(node);
            }
        }
        cycles.sort();
        debug_assert_eq!(
            cycles.iter().flatten().collect::<HashSet<_>>().len(),
            cycles.iter().flatten().count()
        );
        cycles
    }
}
