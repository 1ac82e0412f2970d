//! Requirements that ask the same of the same members, as all replicas of a site do of its
//! gateways: what breaks one breaks the other, and is found once.

use std::ops::Range;

use super::arena::Span;
use crate::graph::Graph;

/// A power of two. Few enough to stay in the processor's cache.
const SLOTS: usize = 1 << 12;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 20;
const NONE: u32 = u32::MAX;

/// The requirement last seen with its first member, and what was found of it.
#[derive(Clone, Copy, Debug)]
struct Slot {
    first: u32,
    q: u32,
    /// Found once the requirement was met a second time: most never are.
    found: Option<Span>,
}

const EMPTY: Slot = Slot {
    first: NONE,
    q: NONE,
    found: None,
};

/// What breaks requirements met lately. Of use for requirements without standbys.
#[derive(Debug, Default)]
pub(super) struct Memo {
    slots: Vec<Slot>,
    pub(super) pairs: Vec<u64>,
}

/// What a memo knows of a requirement.
pub(super) enum Known {
    /// These of the memo's pairs are the answer.
    Found(Range<usize>),
    /// It was asked before: the answer is worth keeping.
    Asked,
    /// It is new.
    Nothing,
}

impl Memo {
    /// What is known of requirement `q`. O(members).
    pub(super) fn of(&mut self, graph: &Graph, q: u32) -> Known {
        let members = graph.members_of(q);
        let Some(first) = graph.member_node.get(members.start as usize).copied() else {
            return Known::Nothing;
        };
        if self.slots.is_empty() {
            self.slots = vec![EMPTY; SLOTS];
        }
        let slot = &mut self.slots[place(first)];
        if slot.first == first && same(graph, slot.q, q) {
            return match slot.found {
                Some(span) => Known::Found(span.range()),
                None => Known::Asked,
            };
        }
        *slot = Slot {
            first,
            q,
            found: None,
        };
        Known::Nothing
    }

    /// Keeps what was found of `q`, of which [`of`](Self::of) said that it was asked before.
    pub(super) fn keep(&mut self, graph: &Graph, q: u32, found: &[u64]) {
        if self.pairs.len() + found.len() > MOST_PAIRS {
            self.pairs.clear();
            self.slots.fill(EMPTY);
            return;
        }
        let first = graph.member_node[graph.members_of(q).start as usize];
        let slot = &mut self.slots[place(first)];
        slot.found = Span::new(self.pairs.len(), found.len());
        self.pairs.extend_from_slice(found);
    }
}

/// Neighbours get different slots.
fn place(node: u32) -> usize {
    node as usize % SLOTS
}

/// True if `a` and `b` ask the same of the same members, in the same order.
fn same(graph: &Graph, a: u32, b: u32) -> bool {
    let range = |q: u32| {
        let members = graph.members_of(q);
        members.start as usize..members.end as usize
    };
    let (of_a, of_b) = (range(a), range(b));
    of_a.len() == of_b.len()
        && graph.mode[a as usize] == graph.mode[b as usize]
        && graph.need[a as usize] == graph.need[b as usize]
        && equal(
            &graph.member_node[of_a.clone()],
            &graph.member_node[of_b.clone()],
        )
        && equal(&graph.member_weight[of_a], &graph.member_weight[of_b])
}

/// As `==`, faster for a few members.
fn equal<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b)
}
