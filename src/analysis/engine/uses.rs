//! Whom a loss reaches, laid out for the moment the faults strike: one row a node, one entry a
//! requirement that it is a member of, as far as the loss of members can matter to the owner.
//!
//! Most requirements have no weight to spare: the entry then names the owner, and nothing is
//! counted. The others share a table of what they can spare. All of it is in an order in which what
//! stands on a place lies together, so that the loss of a data centre is read nearly from front to
//! back: nodes have *places* here.

use crate::graph::{Graph, Rows};
use crate::words::Mode;

use super::baseline::Baseline;

/// What an entry means for the owner of the requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A placement requirement that this loss alone leaves unmet.
    PlacementSole,
    PlacementCounted,
    HardSole,
    HardCounted,
    SoftSole,
    SoftCounted,
    StartSole,
    StartCounted,
    /// Weights that an entry has no room for.
    Large,
}

/// One requirement that a node is a member of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    /// Place of the requirement's owner.
    pub(super) owner: u32,
    /// Where its spares are, where it is counted; the member index, where weights are large.
    pub(super) at: u32,
    /// Of the member, where it is counted, in the requirement's own unit.
    pub(super) weight: u16,
    pub(super) kind: Kind,
    /// The requirement has standbys, or members that come up late: it matters that it is unmet even
    /// if its owner is lost anyway, and it may be met again.
    pub(super) promotable: bool,
}

const NOTHING: Use = Use {
    owner: 0,
    at: 0,
    weight: 0,
    kind: Kind::Large,
    promotable: false,
};

/// Stands for "can't matter": no sum of losses exceeds it.
const ANYTHING: u32 = u32::MAX;

/// What a node does without faults.
pub(super) const RUNS: u8 = 1;
pub(super) const SERVES: u8 = 2;
/// It serves and is not degraded.
pub(super) const SOUND: u8 = 4;

/// Rows of entries. Twelve bytes a member, eight a counted requirement, thirteen a node.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Node by place, and place by node.
    nodes: Vec<u32>,
    places: Vec<u32>,
    /// By place: what it does without faults.
    flags: Vec<u8>,
    /// By place: where its row begins; the next one's begins where it ends.
    starts: Vec<u32>,
    entries: Vec<Use>,
    /// What the members of a counted requirement can lose of serving weight, in its own unit; then,
    /// where that is another amount, of running (placement) or undegraded weight (hard).
    pub(super) spares: Vec<u32>,
    /// By the first of its spares: which requirement it is.
    pub(super) requirements: Vec<u32>,
    /// Nothing is degraded without faults: a hard requirement has as much undegraded weight to
    /// spare as serving weight.
    pub(super) all_sound: bool,
    /// Some start requirement is unmet even without faults.
    pub(super) start_unmet: bool,
}

/// How the losses of one requirement are told to its owner.
#[derive(Clone, Copy)]
enum Plan {
    /// Not at all.
    Never,
    /// Each is fatal.
    Sole,
    /// Counted there; weights are divided by this one. Whether it may be met again.
    Counted(u32, u64, bool),
    Large(bool),
}

impl Uses {
    /// O(nodes + members).
    pub(super) fn new(graph: &Graph, baseline: &Baseline) -> Self {
        let mut uses = Self {
            nodes: together(graph),
            all_sound: baseline.all_sound(),
            ..Self::default()
        };
        uses.places = vec![0; graph.node_count()];
        // Where the next entry of each row goes.
        let mut ends = Vec::with_capacity(graph.node_count());
        let mut end = 0;
        for (place, node) in (0u32..).zip(&uses.nodes) {
            uses.places[*node as usize] = place;
            ends.push(end);
            end += number(graph.active_in.items(*node).len());
            let at = *node as usize;
            let flag = |is: bool, flag: u8| if is { flag } else { 0 };
            uses.flags.push(
                flag(baseline.runs[at], RUNS)
                    | flag(baseline.serves[at], SERVES)
                    | flag(baseline.serves[at] && !baseline.degraded[at], SOUND),
            );
        }
        let begins = ends.clone();
        uses.entries = vec![NOTHING; end as usize];
        for place in 0..uses.nodes.len() {
            for q in graph.requirements_of(uses.nodes[place]) {
                let plan = uses.plan(graph, baseline, q);
                if !matches!(plan, Plan::Never) {
                    uses.tell(graph, &mut ends, (q, number(place)), plan);
                }
            }
        }
        // Members whose loss can't matter left gaps.
        uses.starts.reserve_exact(uses.nodes.len() + 1);
        let mut next = 0;
        for (begin, end) in begins.into_iter().zip(ends) {
            uses.starts.push(number(next));
            let row = begin as usize..end as usize;
            next += row.len();
            if row.start != next - row.len() {
                uses.entries.copy_within(row.clone(), next - row.len());
            }
        }
        uses.starts.push(number(next));
        uses.entries.truncate(next);
        uses
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node at `place`.
    pub(super) fn node(&self, place: u32) -> u32 {
        self.nodes[place as usize]
    }

    /// Where `node` is.
    pub(super) fn place(&self, node: u32) -> u32 {
        self.places[node as usize]
    }

    /// What the node at `place` does without faults.
    pub(super) fn flags(&self, place: u32) -> u8 {
        self.flags[place as usize]
    }

    /// The entries of the node at `place`.
    pub(super) fn of(&self, place: u32) -> &[Use] {
        let (begin, end) = (self.starts[place as usize], self.starts[place as usize + 1]);
        &self.entries[begin as usize..end as usize]
    }

    /// Adds an entry to the rows of all members of `q`.
    fn tell(&mut self, graph: &Graph, ends: &mut [u32], (q, owner): (u32, u32), plan: Plan) {
        let (sole, counted) = match graph.mode[q as usize] {
            Mode::Placement => (Kind::PlacementSole, Kind::PlacementCounted),
            Mode::Hard => (Kind::HardSole, Kind::HardCounted),
            Mode::Soft => (Kind::SoftSole, Kind::SoftCounted),
            Mode::Start => (Kind::StartSole, Kind::StartCounted),
        };
        let promotable = matches!(plan, Plan::Counted(_, _, true) | Plan::Large(true));
        for m in graph.members_of(q).filter(|m| graph.is_active(*m)) {
            let weight = graph.member_weight[m as usize];
            let (at, weight, kind) = match plan {
                Plan::Never => continue,
                Plan::Sole => (0, 1, sole),
                Plan::Counted(at, 1, _) => (at, weight, counted),
                Plan::Counted(at, unit, _) => (at, weight / unit, counted),
                Plan::Large(_) => (m, 0, Kind::Large),
            };
            let member = graph.member_node[m as usize];
            let end = &mut ends[self.places[member as usize] as usize];
            self.entries[*end as usize] = Use {
                owner,
                at,
                weight: u16::try_from(weight).unwrap_or(u16::MAX),
                kind,
                promotable,
            };
            *end += 1;
        }
    }

    fn plan(&mut self, graph: &Graph, baseline: &Baseline, q: u32) -> Plan {
        let spares = Spares::of(graph, baseline, q);
        let mode = graph.mode[q as usize];
        if mode == Mode::Start && spares.serving.is_none() {
            self.start_unmet = true;
        }
        if spares.serving.is_none() && spares.other.is_none() {
            return Plan::Never;
        }
        let mut unit = 0;
        let (mut least, mut most) = (u64::MAX, 0);
        let mut promotable = false;
        for m in graph.members_of(q) {
            if !graph.is_active(m) {
                promotable = true;
                continue;
            }
            // What does not serve yet may come up later than the faults strike.
            promotable |= !baseline.serves[graph.member_node[m as usize] as usize];
            let weight = graph.member_weight[m as usize];
            if weight != unit {
                unit = common_divisor(unit, weight);
            }
            least = least.min(weight);
            most = most.max(weight);
        }
        let is_sole = !promotable
            && spares.is_whole
            && spares.serving.is_some_and(|spare| least > spare)
            && spares.other.is_none_or(|spare| least > spare);
        if is_sole {
            return Plan::Sole;
        }
        let unit = unit.max(1);
        let fits = |spare: Option<u64>| match spare {
            None => Some(ANYTHING),
            Some(spare) => u32::try_from(spare / unit).ok().filter(|s| *s != ANYTHING),
        };
        let (Some(serving), Some(other)) = (fits(spares.serving), fits(spares.other)) else {
            return Plan::Large(promotable);
        };
        if u16::try_from(most / unit).is_err() {
            return Plan::Large(promotable);
        }
        let at = number(self.spares.len());
        self.spares.push(serving);
        self.requirements.push(q);
        if mode == Mode::Placement || (mode == Mode::Hard && !self.all_sound) {
            self.spares.push(other);
            self.requirements.push(q);
        }
        Plan::Counted(at, unit, promotable)
    }
}

/// What a requirement can lose before its owner feels it; `None` where that makes no difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spares {
    pub(super) serving: Option<u64>,
    /// Running weight (placement), undegraded weight (hard).
    pub(super) other: Option<u64>,
    /// The loss of it is all that can happen to the owner by it: not where the owner could also be
    /// just stopped, or where it can't become degraded because it is.
    is_whole: bool,
}

impl Spares {
    pub(super) fn of(graph: &Graph, baseline: &Baseline, q: u32) -> Self {
        let owner = graph.owner[q as usize] as usize;
        let need = graph.need[q as usize];
        let above = |matters: bool, weight: u64| {
            if matters {
                weight.checked_sub(need)
            } else {
                None
            }
        };
        let (runs, serves) = (baseline.runs[owner], baseline.serves[owner]);
        let sound = serves && !baseline.degraded[owner];
        let serving = baseline.serving(q);
        match graph.mode[q as usize] {
            Mode::Placement => Self {
                serving: above(serves, serving),
                other: above(runs, baseline.running(q)),
                is_whole: serves,
            },
            Mode::Hard => Self {
                serving: above(serves, serving),
                other: above(sound, baseline.sound(q)),
                is_whole: sound,
            },
            Mode::Soft => Self {
                serving: above(sound, serving),
                other: None,
                is_whole: true,
            },
            Mode::Start => Self {
                serving: above(true, serving),
                other: None,
                is_whole: true,
            },
        }
    }
}

/// All nodes, each before what stands on it: depth first from the places that stand on nothing.
fn together(graph: &Graph) -> Vec<u32> {
    let nodes = number(graph.node_count());
    let first = |node: u32, mode: Mode| {
        let mut own = graph.requirements_of(node);
        let q = own.find(|q| graph.mode[*q as usize] == mode)?;
        let m = graph.members_of(q).find(|m| graph.is_active(*m))?;
        Some(graph.member_node[m as usize])
    };
    let below: Vec<(u32, u32)> = (0..nodes)
        .filter_map(|node| {
            let on = first(node, Mode::Placement).or_else(|| first(node, Mode::Hard))?;
            Some((on, node))
        })
        .collect();
    let mut is_root = vec![true; graph.node_count()];
    for (_, node) in &below {
        is_root[*node as usize] = false;
    }
    let below = Rows::from_pairs(graph.node_count(), below.iter().copied());
    let mut seen = vec![false; graph.node_count()];
    let mut order = Vec::with_capacity(graph.node_count());
    let mut stack = Vec::new();
    let roots = (0..nodes).filter(|node| is_root[*node as usize]);
    // What hangs in a circle hangs on no root: any of it will do.
    for root in roots.chain(0..nodes) {
        stack.push(root);
        while let Some(node) = stack.pop() {
            if std::mem::replace(&mut seen[node as usize], true) {
                continue;
            }
            order.push(node);
            stack.extend(below.items(node).iter().rev());
        }
    }
    order
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
