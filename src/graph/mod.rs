//! The model compiled to integers: one compact immutable graph (compressed sparse rows) on which
//! the analysis runs, and petgraph's `visit` traits on it so that its algorithms need no copy.
//!
//! * [`rows`]: lists of lists in two arrays. * [`numbers`]: small numbers in a byte each. * [`builder`]: node by node, requirement by
//!   requirement. * [`compile`]: model → graph.
//! * [`order`]: everything after what it needs. * [`visit`]: petgraph's traits over "needs in order
//!   to serve", and its cycles.

mod builder;
mod compile;
mod numbers;
mod order;
mod rows;
mod visit;

pub use builder::{Builder, TooLarge};
pub use numbers::Numbers;
pub use order::Order;
pub use rows::Rows;
pub use visit::Cycles;

use crate::words::{Class, Mode};

/// Index of a member over all requirements.
pub type MemberIx = u32;

/// Which sort of fault a node's failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultClass {
    /// A failure domain.
    Placement,
    /// One running copy.
    Replica,
    /// An outside party.
    External,
    /// A service or store at once with all its replicas: a bad deploy.
    Software,
}

impl FaultClass {
    /// Every class, in the order of the documentation.
    pub const ALL: [Self; 4] = [
        Self::Placement,
        Self::Replica,
        Self::External,
        Self::Software,
    ];

    /// The word users read and write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placement => "placement",
            Self::Replica => "replica",
            Self::External => "external",
            Self::Software => "software",
        }
    }

    /// The class of a fault of a node of class `class`; journeys and groups are never faults.
    #[must_use]
    pub fn of(class: Class) -> Option<Self> {
        match class {
            Class::Domain => Some(Self::Placement),
            Class::Replica => Some(Self::Replica),
            Class::External => Some(Self::External),
            Class::Service | Class::Store => Some(Self::Software),
            Class::Journey | Class::Group => None,
        }
    }
}

/// Nodes, requirements, members, standbys and ways as integers. Node and requirement indices are
/// those of the model. Memory is proportional to nodes + members + ways.
#[derive(Debug)]
pub struct Graph {
    /// Class by node.
    pub class: Vec<Class>,
    /// Seconds from "may start" to "runs", by node.
    pub start_s: Vec<u64>,
    /// Longest tolerated interruption in seconds, by node; `u64::MAX` where none is declared.
    pub rto_s: Vec<u64>,
    /// Requirements by owner.
    pub requirements: Rows,
    pub owner: Vec<u32>,
    pub mode: Vec<Mode>,
    pub need: Numbers,
    /// Members by requirement: the row of requirement `q` is the range of its member indices.
    pub members: Rows,
    pub member_node: Vec<u32>,
    pub member_weight: Numbers,
    /// The requirement a member belongs to.
    pub member_of: Vec<u32>,
    has_soft: bool,
    /// One bit a member.
    is_standby: Vec<u64>,
    /// By 64 members: how many standbys there are before them.
    standbys_before: Vec<u32>,
    /// Members that are standbys, sorted, and the ways of each in `way_takes`.
    standbys: Vec<u32>,
    ways: Rows,
    pub way_takes: Vec<u64>,
    /// Required nodes by way.
    pub way_requires: Rows,
    /// By node: the member indices at which it is an active member.
    pub active_in: Rows,
    /// By node: its replicas, which a software fault takes with it (backup copies are not
    /// running software, hence not among them).
    pub replicas: Rows,
    /// By store: its replicas that hold data, backups among them.
    pub copies: Rows,
    /// Everything after what it needs.
    pub order: Order,
    /// Which nodes serve together or not at all.
    pub cycles: Cycles,
}

impl Graph {
    /// How many nodes there are.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.class.len()
    }

    /// Requirement indices of `node`.
    #[must_use]
    pub fn requirements_of(&self, node: u32) -> std::ops::Range<u32> {
        self.requirements.range(node)
    }

    /// Member indices of requirement `q`.
    #[must_use]
    pub fn members_of(&self, q: u32) -> std::ops::Range<u32> {
        self.members.range(q)
    }

    /// Member indices of all requirements of `node`.
    #[must_use]
    pub fn all_members_of(&self, node: u32) -> std::ops::Range<u32> {
        self.members.span_range(self.requirements_of(node))
    }

    /// Ways of promoting member `m`; `None` for an active member. O(1).
    #[must_use]
    pub fn ways_of(&self, m: MemberIx) -> Option<std::ops::Range<u32>> {
        let (word, bit) = (m as usize / 64, m % 64);
        let bits = self.is_standby[word];
        if bits >> bit & 1 == 0 {
            return None;
        }
        let before = bits & ((1 << bit) - 1);
        let at = self.standbys_before[word] + before.count_ones();
        Some(self.ways.range(at))
    }

    /// True if member `m` counts without being promoted.
    #[must_use]
    pub fn is_active(&self, m: MemberIx) -> bool {
        self.is_standby[m as usize / 64] >> (m % 64) & 1 == 0
    }

    /// True if there is any soft requirement.
    #[must_use]
    pub fn has_soft(&self) -> bool {
        self.has_soft
    }

    /// Members that are standbys, sorted.
    #[must_use]
    pub fn standbys(&self) -> &[MemberIx] {
        &self.standbys
    }

    /// True if there is any standby at all.
    #[must_use]
    pub fn has_standbys(&self) -> bool {
        !self.standbys.is_empty()
    }

    /// What fails when `node` fails: itself, and for a service or store its replicas.
    #[must_use]
    pub fn fault_set(&self, node: u32) -> Vec<u32> {
        let mut set = vec![node];
        set.extend_from_slice(self.replicas_of(node));
        set
    }

    /// What a fault of `node` takes along beside itself.
    #[must_use]
    pub fn replicas_of(&self, node: u32) -> &[u32] {
        if matches!(self.class[node as usize], Class::Service | Class::Store) {
            self.replicas.items(node)
        } else {
            &[]
        }
    }
}
