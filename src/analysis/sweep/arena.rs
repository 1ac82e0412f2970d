//! Lists by node, of pairs of fault and code, in one arena.

use std::ops::Range;

use super::answer::{high, low, pack};
use super::renumber::Renumbering;

/// Where a list is. Start and length share a cache line: a list is mostly looked up once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    start: u32,
    length: u32,
}

impl Span {
    /// `None` where the numbers are too large.
    pub(super) fn new(start: usize, length: usize) -> Option<Self> {
        Some(Self {
            start: u32::try_from(start).ok()?,
            length: u32::try_from(length).ok()?,
        })
    }

    pub(super) fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.length == 0
    }
}

/// Lists by node, of pairs of fault and code.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    spans: Vec<Span>,
    pub(super) pairs: Vec<u64>,
    /// A list had to be left out: there are 2^32 pairs already.
    pub(super) overflowed: bool,
}

impl Arena {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            spans: vec![Span::default(); nodes],
            pairs: Vec::new(),
            overflowed: false,
        }
    }

    /// Makes room ahead, from the lists of `done` nodes of `of`, for at most `most` pairs. Pages that
    /// are never written cost nothing, while an arena that grows by and by is copied each time, into
    /// pages that the system has to clear before.
    pub(super) fn expect(&mut self, done: usize, of: usize, most: usize) {
        let pairs = self.pairs.len();
        let left = (pairs / done.max(1) + 1).saturating_mul(of.saturating_sub(done));
        let room = self.pairs.capacity() - pairs;
        if room < left / 4 {
            // Far more than is likely: what is known first of all is of places, whose lists are short.
            let ahead = left.saturating_mul(2).min(most.saturating_sub(pairs));
            // No error if there is not so much: it may not be needed.
            let _ = self.pairs.try_reserve_exact(ahead);
        }
    }

    pub(super) fn range(&self, node: u32) -> Range<usize> {
        self.spans[node as usize].range()
    }

    /// Where the list of `node` is.
    pub(super) fn span(&self, node: u32) -> Span {
        self.spans[node as usize]
    }

    /// The list of `node`, sorted by fault.
    pub(super) fn of(&self, node: u32) -> &[u64] {
        &self.pairs[self.range(node)]
    }

    pub(super) fn is_empty(&self, node: u32) -> bool {
        self.spans[node as usize].is_empty()
    }

    /// The code of `fault` in the list of `node`; zero if it is not in it. O(log).
    pub(super) fn code(&self, node: u32, fault: u32) -> u32 {
        code_in(self.of(node), fault)
    }

    /// True if `fault` is in the list of `node`. O(log).
    pub(super) fn has(&self, node: u32, fault: u32) -> bool {
        let list = self.of(node);
        list.binary_search_by_key(&fault, |pair| high(*pair))
            .is_ok()
    }

    /// Replaces the code of `fault` in the list of `node`, if it is in it.
    pub(super) fn replace(&mut self, node: u32, fault: u32, code: u32) {
        let range = self.range(node);
        let found = &mut self.pairs[range];
        if let Ok(at) = found.binary_search_by_key(&fault, |pair| high(*pair)) {
            found[at] = pack(fault, code);
        }
    }

    /// The lists with the numbers of another graph: those of nodes that are still there, without
    /// faults that are not, and nothing for new ones. O(nodes + pairs).
    pub(super) fn renumbered(&self, numbers: &Renumbering) -> Self {
        let mut arena = Self::new(numbers.new_count());
        arena.pairs.reserve(self.pairs.len());
        for (node, at) in (0u32..).zip(0..numbers.new_count()) {
            let list = numbers.old_of(node).map_or(&[][..], |was| self.of(was));
            let start = arena.pairs.len();
            if numbers.is_identity() {
                arena.pairs.extend_from_slice(list);
            } else {
                let known = |pair: &u64| Some(pack(numbers.new_of(high(*pair))?, low(*pair)));
                arena.pairs.extend(list.iter().filter_map(known));
            }
            // No longer than it was, so that it fits as it did.
            let span = Span::new(start, arena.pairs.len() - start);
            arena.spans[at] = span.unwrap_or_default();
        }
        arena
    }

    /// Takes the list of `node` away; out comes where its pairs still stand.
    pub(super) fn take(&mut self, node: u32) -> Range<usize> {
        std::mem::take(&mut self.spans[node as usize]).range()
    }

    /// Sets the list of `node`, which had none.
    pub(super) fn set(&mut self, node: u32, found: &[u64]) {
        match Span::new(self.pairs.len(), found.len()) {
            Some(span) => {
                self.spans[node as usize] = span;
                self.pairs.extend_from_slice(found);
            }
            None => self.overflowed = true,
        }
    }
}

/// The code of `fault` in a sorted list; zero if it is not in it. O(log).
pub(super) fn code_in(list: &[u64], fault: u32) -> u32 {
    let at = list.partition_point(|pair| high(*pair) < fault);
    list.get(at)
        .filter(|pair| high(**pair) == fault)
        .map_or(0, |pair| low(*pair))
}
