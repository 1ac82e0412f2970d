//! Generators of large graphs, for benches and tests of scale: the same graph for the same size,
//! always. Sizes are about what is asked for.
//!
//! * [`layered`]: k-of-n groups over layers. * [`cloud`]: regions down to replicas, services in
//!   tiers, standbys, start and soft requirements. * [`mesh`]: hard dependencies, dense.
//! * [`fat_tree`]: a data-centre network of switches with k ports.

#![allow(dead_code, unreachable_pub, reason = "each bench uses a part of it")]

pub mod cloud;
pub mod fat_tree;

use spof::graph::{Builder, Graph};
use spof::words::{Class, Mode};

/// Random numbers (`SplitMix64`: Steele, Lea, Flood 2014).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        u32::try_from(((self.next() >> 32) * u64::from(end)) >> 32).unwrap_or(0)
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// `count` different numbers below `end` (all of them, if there are fewer).
    pub fn distinct(&mut self, count: u32, end: u32) -> Vec<u32> {
        if count >= end {
            return (0..end).collect();
        }
        let mut chosen = Vec::new();
        while chosen.len() < count as usize {
            let next = self.below(end);
            if !chosen.contains(&next) {
                chosen.push(next);
            }
        }
        chosen
    }
}

/// Twenty layers of services. Each but those of the first requires one of one or two services of
/// the layer before, and two to four of four: about 5.2 members a node.
pub fn layered(nodes: u32) -> Graph {
    let mut random = Random::new(1);
    let mut builder = Builder::new();
    let width = (nodes / 20).max(4);
    for _ in 0..width * 20 {
        builder.node(Class::Service);
    }
    for node in width..width * 20 {
        let before = (node / width - 1) * width;
        let members = if random.chance(50) { 1 } else { 2 };
        builder.require(node, Mode::Hard, 1);
        for member in random.distinct(members, width) {
            builder.active(before + member, 1);
        }
        let need = match random.below(100) {
            0..50 => 2,
            50..95 => 3,
            _ => 4,
        };
        builder.require(node, Mode::Hard, need);
        for member in random.distinct(4, width) {
            builder.active(before + member, 1);
        }
    }
    builder.finish().expect("it fits")
}

/// Clusters of a thousand services, each of which requires the one before it in its cluster and
/// three earlier ones: the mean blast radius is half a cluster.
pub fn mesh(nodes: u32) -> Graph {
    let mut random = Random::new(2);
    let mut builder = Builder::new();
    for node in 0..nodes {
        builder.node(Class::Service);
        let inside = node % 1000;
        let before = inside.checked_sub(1);
        let three = random.distinct(3, inside.saturating_sub(1));
        for member in before.into_iter().chain(three) {
            builder
                .require(node, Mode::Hard, 1)
                .active(node - inside + member, 1);
        }
    }
    builder.finish().expect("it fits")
}
