//! Requirements that ask the same of the same members, as all replicas of a site do of its
//! gateways: what breaks one breaks the other, and is found once.

use std::ops::Range;

use super::arena::Span;
use crate::graph::Graph;
use crate::words::Mode;

/// A power of two. Few enough to stay in the processor's cache.
const SLOTS: usize = 1 << 12;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 20;
const NONE: u32 = u32::MAX;

/// The requirement last seen with its first member, and what was found of it.
#[derive(Clone, Copy, Debug)]
struct Slot {
    first: u32,
    /// Its members are these many from this one on.
    members: u32,
    count: u32,
    mode: Mode,
    need: u64,
    /// Found once the requirement was met a second time: most never are.
    found: Option<Span>,
}

const EMPTY: Slot = Slot {
    first: NONE,
    members: 0,
    count: 0,
    mode: Mode::Soft,
    need: 0,
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
        let asked = Slot {
            first,
            members: members.start,
            count: members.end - members.start,
            mode: graph.mode[q as usize],
            need: graph.need[q as usize],
            found: None,
        };
        if slot.first == first && slot.asks_the_same(&asked, graph) {
            return match slot.found {
                Some(span) => Known::Found(span.range()),
                None => Known::Asked,
            };
        }
        *slot = asked;
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

impl Slot {
    /// True if both ask the same of the same members, in the same order.
    fn asks_the_same(&self, other: &Self, graph: &Graph) -> bool {
        let range = |slot: &Self| {
            let start = slot.members as usize;
            start..start + slot.count as usize
        };
        let (ours, others) = (range(self), range(other));
        (self.count, self.mode, self.need) == (other.count, other.mode, other.need)
            && equal(
                &graph.member_node[ours.clone()],
                &graph.member_node[others.clone()],
            )
            && graph
                .member_weight
                .same(ours.start, others.start, ours.len())
    }
}

/// As `==`, faster for a few members.
fn equal<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b)
}
