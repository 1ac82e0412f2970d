//! A graph put together node by node and requirement by requirement: what the model is compiled
//! with, and what generators of large graphs use directly.

use super::{Graph, Numbers, Rows};
use crate::words::{Class, Mode};

/// The graph would have 2^32 nodes, requirements, members, ways or required nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a graph holds fewer than 4,294,967,295 nodes, requirements, members and ways of each")]
pub struct TooLarge;

/// Puts a [`Graph`] together. A member belongs to the requirement begun last, a way to the standby
/// added last.
#[derive(Debug, Default)]
pub struct Builder {
    class: Vec<Class>,
    start_s: Vec<u64>,
    rto_s: Vec<u64>,
    owner: Vec<u32>,
    mode: Vec<Mode>,
    need: Numbers,
    member_ends: Vec<u32>,
    member_node: Vec<u32>,
    member_weight: Numbers,
    standbys: Vec<u32>,
    /// Number of the first way of the standby after the one with this number.
    way_ends: Vec<u32>,
    way_takes: Vec<u64>,
    way_requires: Rows,
    replicas: Vec<(u32, u32)>,
    copies: Vec<(u32, u32)>,
}

impl Builder {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node that starts at once and has no objective.
    pub fn node(&mut self, class: Class) -> u32 {
        let node = number(self.class.len());
        self.class.push(class);
        self.start_s.push(0);
        self.rto_s.push(u64::MAX);
        node
    }

    /// Seconds that `node` takes from "may start" to "runs".
    pub fn start_takes(&mut self, node: u32, seconds: u64) {
        self.start_s[node as usize] = seconds;
    }

    /// The longest tolerated interruption of `node` in seconds.
    pub fn objective(&mut self, node: u32, seconds: u64) {
        self.rto_s[node as usize] = seconds;
    }

    /// A software fault of `of` takes `replica` with it.
    pub fn replica(&mut self, of: u32, replica: u32) {
        self.replicas.push((of, replica));
    }

    /// `copy` holds data of the store `of`.
    pub fn copy(&mut self, of: u32, copy: u32) {
        self.copies.push((of, copy));
    }

    /// Begins a requirement of `of`. Members may name nodes that come later.
    pub fn require(&mut self, of: u32, mode: Mode, need: u64) -> &mut Self {
        self.owner.push(of);
        self.mode.push(mode);
        self.need.push(need);
        self.member_ends.push(number(self.member_node.len()));
        self
    }

    /// Adds an active member.
    pub fn active(&mut self, node: u32, weight: u64) -> &mut Self {
        self.member_node.push(node);
        self.member_weight.push(weight);
        if let Some(end) = self.member_ends.last_mut() {
            *end = number(self.member_node.len());
        }
        self
    }

    /// Adds a standby; without ways it is never promoted.
    pub fn standby(&mut self, node: u32, weight: u64) -> &mut Self {
        self.standbys.push(number(self.member_node.len()));
        self.way_ends.push(number(self.way_takes.len()));
        self.active(node, weight)
    }

    /// Adds a way of promoting the standby: `takes` seconds after it and all of `requires` serve.
    pub fn way(&mut self, takes: u64, requires: &[u32]) -> &mut Self {
        self.way_takes.push(takes);
        self.way_requires.push(requires);
        if let Some(end) = self.way_ends.last_mut() {
            *end = number(self.way_takes.len());
        }
        self
    }

    /// The graph. O(nodes + members + ways). Requirements are numbered by owner, those of one
    /// owner in the order in which they were begun.
    pub fn finish(mut self) -> Result<Graph, TooLarge> {
        let sizes = [
            self.class.len(),
            self.owner.len(),
            self.member_node.len(),
            self.way_takes.len(),
            self.way_requires.item_count(),
            self.replicas.len(),
            self.copies.len(),
        ];
        // The greatest number means "none" in several places.
        if sizes.iter().any(|size| *size >= u32::MAX as usize) {
            return Err(TooLarge);
        }
        if !self.owner.is_sorted() {
            self.sort_by_owner();
        }
        let nodes = self.class.len();
        let member_of: Vec<u32> = (0u32..)
            .zip(ranges(&self.member_ends))
            .flat_map(|(q, members)| members.map(move |_| q))
            .collect();
        let mut is_standby = vec![0u64; self.member_node.len().div_ceil(64)];
        for m in &self.standbys {
            is_standby[*m as usize / 64] |= 1 << (m % 64);
        }
        let standbys_before = is_standby
            .iter()
            .scan(0u32, |sum, word| {
                let before = *sum;
                *sum += word.count_ones();
                Some(before)
            })
            .collect();
        let is_active = |m: u32| is_standby[m as usize / 64] >> (m % 64) & 1 == 0;
        let active = (0u32..)
            .zip(&self.member_node)
            .filter(|(m, _)| is_active(*m))
            .map(|(m, node)| (*node, m));
        let active_in = Rows::from_pairs(nodes, active);
        let mut counts = vec![0u32; nodes];
        for owner in &self.owner {
            counts[*owner as usize] += 1;
        }
        let ends = counts.iter().scan(0u32, |end, count| {
            *end += count;
            Some(*end)
        });
        let mut graph = Graph {
            requirements: Rows::numbered(ends),
            has_soft: self.mode.contains(&Mode::Soft),
            class: self.class,
            start_s: self.start_s,
            rto_s: self.rto_s,
            owner: self.owner,
            mode: self.mode,
            need: self.need,
            members: Rows::numbered(self.member_ends.into_iter()),
            member_node: self.member_node,
            member_weight: self.member_weight,
            member_of,
            is_standby,
            standbys_before,
            standbys: self.standbys,
            ways: Rows::numbered(self.way_ends.into_iter()),
            way_requires: self.way_requires,
            way_takes: self.way_takes,
            active_in,
            replicas: Rows::from_pairs(nodes, self.replicas.iter().copied()),
            copies: Rows::from_pairs(nodes, self.copies.iter().copied()),
            order: super::Order::default(),
            cycles: super::Cycles::default(),
        };
        (graph.order, graph.cycles) = super::order::find(&graph);
        Ok(graph)
    }

    /// Moves requirements with all that belongs to them, so that owners come in order.
    fn sort_by_owner(&mut self) {
        let mut order: Vec<u32> = (0..number(self.owner.len())).collect();
        order.sort_by_key(|q| self.owner[*q as usize]);
        let old = std::mem::take(self);
        self.class = old.class;
        self.start_s = old.start_s;
        self.rto_s = old.rto_s;
        self.replicas = old.replicas;
        self.copies = old.copies;
        let members = Rows::numbered(old.member_ends.into_iter());
        let ways = Rows::numbered(old.way_ends.into_iter());
        for q in order {
            let at = q as usize;
            self.require(old.owner[at], old.mode[at], old.need[at]);
            let range = members.range(q);
            let mut next = old.standbys.partition_point(|m| *m < range.start);
            for m in range {
                let (node, weight) = (old.member_node[m as usize], old.member_weight[m as usize]);
                if old.standbys.get(next) != Some(&m) {
                    self.active(node, weight);
                    continue;
                }
                self.standby(node, weight);
                for way in ways.range(number(next)) {
                    let takes = old.way_takes[way as usize];
                    self.way(takes, old.way_requires.items(way));
                }
                next += 1;
            }
        }
    }
}

fn ranges(ends: &[u32]) -> impl Iterator<Item = std::ops::Range<u32>> + '_ {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| start..*end)
}

/// Saturates where [`Builder::finish`] will refuse.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a graph says of each requirement, whatever its number.
    fn described(graph: &Graph) -> Vec<String> {
        let describe = |q: u32| {
            let members = graph.members_of(q).map(|m| {
                let ways: Option<Vec<_>> = graph.ways_of(m).map(|ways| {
                    ways.map(|way| (graph.way_takes[way as usize], graph.way_requires.items(way)))
                        .collect()
                });
                (
                    graph.member_node[m as usize],
                    graph.member_weight[m as usize],
                    ways,
                )
            });
            let (owner, need) = (graph.owner[q as usize], graph.need[q as usize]);
            format!("{owner} {need} {:?}", members.collect::<Vec<_>>())
        };
        (0..number(graph.owner.len())).map(describe).collect()
    }

    #[test]
    fn requirements_in_any_order_make_the_same_graph() {
        let add = |builder: &mut Builder, owner: u32| match owner {
            0 => {
                builder.require(0, Mode::Hard, 2);
                builder
                    .active(1, 1)
                    .standby(2, 2)
                    .way(5, &[1, 2])
                    .way(9, &[]);
            }
            1 => {
                builder
                    .require(1, Mode::Start, 1)
                    .standby(2, 1)
                    .active(0, 3);
            }
            _ => {
                builder.require(2, Mode::Placement, 1).active(3, 1);
            }
        };
        let graph = |owners: [u32; 3]| {
            let mut builder = Builder::new();
            for _ in 0..4 {
                builder.node(Class::Service);
            }
            for owner in owners {
                add(&mut builder, owner);
            }
            builder.finish().unwrap()
        };
        let sorted = graph([0, 1, 2]);
        assert_eq!(described(&sorted), described(&graph([2, 1, 0])));
        assert_eq!(described(&sorted), described(&graph([1, 0, 2])));
        assert_eq!(sorted.requirements_of(1), 1..2);
        assert_eq!(sorted.ways_of(0), None);
        assert_eq!(sorted.ways_of(1), Some(0..2));
        assert_eq!(sorted.ways_of(2), Some(2..2));
        assert_eq!(sorted.active_in.items(0), [3]);
    }
}
