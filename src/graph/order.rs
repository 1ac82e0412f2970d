//! An order in which everything comes after what it needs, and the knots in it.
//!
//! Strongly connected components come out of Tarjan's algorithm (1972) needed ones first. It runs
//! here without recursion, because estates can be deep.

use std::ops::Range;

use super::{Cycles, Graph};
use crate::words::Mode;

/// An order of all nodes, of which two things hold: a node comes after the active members of its
/// `placement` and `hard` requirements unless it is in a cycle with them, and the nodes of a cycle
/// come one after the other; and a node comes after all that its serving or its return may depend
/// on (also `start` requirements, standbys, and what their promotion requires), unless it is in a
/// knot with them.
#[derive(Debug, Default)]
pub struct Order {
    nodes: Vec<u32>,
    knots: Vec<Range<u32>>,
}

impl Order {
    /// All nodes, needed ones first.
    #[must_use]
    pub fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Places, among [`nodes`](Self::nodes), of nodes whose return may depend on each other; of
    /// one node, where it may depend on itself.
    #[must_use]
    pub fn knots(&self) -> &[Range<u32>] {
        &self.knots
    }
}

/// Which edges count.
#[derive(Clone, Copy)]
enum Edges<'c> {
    /// All that serving or coming back may depend on.
    All,
    /// Active members of placement and hard requirements, within one component of the former.
    Carrying(&'c [u32]),
}

/// Where the walk stands in the list of what a node needs.
struct Frame {
    node: u32,
    member: u32,
    /// Next of the nodes that ways of `member` require, plus one; zero for the member itself.
    required: u32,
}

/// Order and cycles of `graph`. O(nodes + members + ways).
pub(super) fn find(graph: &Graph) -> (Order, Cycles) {
    let nodes = u32::try_from(graph.node_count()).unwrap_or(u32::MAX);
    let mut all = Tarjan::new(graph, Edges::All);
    for node in 0..nodes {
        all.visit(node);
    }
    let Tarjan {
        component,
        order,
        ends,
        ..
    } = all;
    let mut carrying = Tarjan::new(graph, Edges::Carrying(&component));
    let mut knots = Vec::new();
    let mut cycles = Cycles::none(order.len());
    for range in ranges(&ends) {
        let group = &order[range.start as usize..range.end as usize];
        if group.len() > 1 || loops(graph, group[0], Edges::All) {
            knots.push(range);
        }
        for node in group {
            carrying.visit(*node);
        }
    }
    let Tarjan { order, ends, .. } = carrying;
    for range in ranges(&ends) {
        let group = &order[range.start as usize..range.end as usize];
        if group.len() > 1 || loops(graph, group[0], Edges::Carrying(&component)) {
            cycles.add(group);
        }
    }
    let order = Order {
        nodes: order,
        knots,
    };
    (order, cycles)
}

fn ranges(ends: &[u32]) -> impl Iterator<Item = Range<u32>> + '_ {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| start..*end)
}

fn loops(graph: &Graph, node: u32, edges: Edges<'_>) -> bool {
    let mut frame = Frame::new(graph, node);
    std::iter::from_fn(|| frame.next(graph, edges)).any(|to| to == node)
}

impl Frame {
    fn new(graph: &Graph, node: u32) -> Self {
        Self {
            node,
            member: graph.all_members_of(node).start,
            required: 0,
        }
    }

    /// The next node that this one needs.
    fn next(&mut self, graph: &Graph, edges: Edges<'_>) -> Option<u32> {
        let end = graph.all_members_of(self.node).end;
        while self.member < end {
            let m = self.member;
            let mode = graph.mode[graph.member_of[m as usize] as usize];
            let to = graph.member_node[m as usize];
            match edges {
                Edges::Carrying(component) => {
                    self.member += 1;
                    if graph.is_active(m)
                        && matches!(mode, Mode::Placement | Mode::Hard)
                        && component[to as usize] == component[self.node as usize]
                    {
                        return Some(to);
                    }
                }
                Edges::All if mode == Mode::Soft => self.member += 1,
                Edges::All => {
                    if self.required == 0 {
                        self.required = 1;
                        return Some(to);
                    }
                    let ways = graph.ways_of(m).unwrap_or(0..0);
                    let required = graph.way_requires.span(ways);
                    if let Some(to) = required.get(self.required as usize - 1) {
                        self.required += 1;
                        return Some(*to);
                    }
                    self.member += 1;
                    self.required = 0;
                }
            }
        }
        None
    }
}

const UNSEEN: u32 = 0;

/// Tarjan's search with one number a node (D. Pearce, "A space-efficient algorithm for finding
/// strongly connected components", 2016): when it was first seen, lowered to the earliest it can
/// reach; once its component is known, a number above all of those.
struct Tarjan<'g> {
    graph: &'g Graph,
    edges: Edges<'g>,
    seen: u32,
    component: Vec<u32>,
    next_component: u32,
    frames: Vec<(Frame, bool)>,
    /// Nodes left whose component is not complete.
    open: Vec<u32>,
    /// Nodes by component, needed ones first, and where each component ends.
    order: Vec<u32>,
    ends: Vec<u32>,
}

impl<'g> Tarjan<'g> {
    fn new(graph: &'g Graph, edges: Edges<'g>) -> Self {
        let nodes = graph.node_count();
        Self {
            graph,
            edges,
            seen: UNSEEN,
            component: vec![UNSEEN; nodes],
            next_component: u32::MAX,
            frames: Vec::new(),
            open: Vec::new(),
            order: Vec::with_capacity(nodes),
            ends: Vec::with_capacity(nodes),
        }
    }

    fn visit(&mut self, root: u32) {
        if self.component[root as usize] == UNSEEN {
            self.enter(root);
        }
        while let Some((frame, is_root)) = self.frames.last_mut() {
            let node = frame.node;
            if let Some(to) = frame.next(self.graph, self.edges) {
                let reached = self.component[to as usize];
                if reached == UNSEEN {
                    self.enter(to);
                } else if reached < self.component[node as usize] {
                    self.component[node as usize] = reached;
                    *is_root = false;
                }
            } else {
                let is_root = *is_root;
                self.frames.pop();
                self.leave(node, is_root);
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.seen += 1;
        self.component[node as usize] = self.seen;
        self.frames.push((Frame::new(self.graph, node), true));
    }

    fn leave(&mut self, node: u32, is_root: bool) {
        let low = self.component[node as usize];
        if let Some((parent, is_root)) = self.frames.last_mut() {
            let above = &mut self.component[parent.node as usize];
            if low < *above {
                *above = low;
                *is_root = false;
            }
        }
        if !is_root {
            self.open.push(node);
            return;
        }
        self.seen -= 1;
        while let Some(last) = self.open.last()
            && self.component[*last as usize] >= low
        {
            self.component[*last as usize] = self.next_component;
            self.order.push(*last);
            self.open.pop();
            self.seen -= 1;
        }
        self.component[node as usize] = self.next_component;
        self.order.push(node);
        self.ends
            .push(u32::try_from(self.order.len()).unwrap_or(u32::MAX));
        self.next_component -= 1;
    }
}
