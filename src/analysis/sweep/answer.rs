//! The answer of a sweep: five bytes for each fault and node it affects, in chunks.

use super::codes::{Codes, LOST, STRUCK, is_timed};
use super::lists::Pass;
use super::parts::Part;
use crate::analysis::engine::Affected;
use crate::analysis::verdict::{Time, Verdict};

/// A number and what is said of it in one word.
pub(super) fn pack(number: u32, said: u32) -> u64 {
    u64::from(number) << 32 | u64::from(said)
}

/// The upper half of a packed pair.
pub(super) fn high(pair: u64) -> u32 {
    (pair >> 32) as u32
}

/// The lower half of a packed pair.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the upper half is cut off on purpose"
)]
pub(super) fn low(pair: u64) -> u32 {
    pair as u32
}

/// What nearly all that is affected is: written by writing nothing.
const DOWN: u32 = 0;
const DEGRADED: u32 = 1;

/// Verdicts with their times, by number: the two common ones, then those of the codes.
pub(super) fn states(codes: &Codes) -> Vec<(Verdict, Time)> {
    let common = [
        (Verdict::Down, Time::NEVER),
        (Verdict::Degraded, Time::ZERO),
    ];
    let timed = codes.all().iter().map(|times| match times.serves {
        Time::NEVER if times.stuck => (Verdict::Stuck, Time::NEVER),
        Time::NEVER => (Verdict::Down, Time::NEVER),
        serves => (Verdict::Interrupted, serves),
    });
    common.into_iter().chain(timed).collect()
}

/// The number of the state that a code of a lost node means.
pub(super) fn state(code: u32) -> u32 {
    if is_timed(code) {
        Codes::number(code) + 2
    } else {
        DOWN
    }
}

/// Numbers of states, in one byte each where there are few states.
#[derive(Clone, Debug)]
enum Said {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl Default for Said {
    fn default() -> Self {
        Self::Wide(Vec::new())
    }
}

impl Said {
    /// `len` times "down", in a form that has room for `states` states.
    fn new(len: usize, states: usize) -> Self {
        if states <= 1 << u8::BITS {
            Self::Narrow(vec![0; len])
        } else {
            Self::Wide(vec![0; len])
        }
    }

    fn set(&mut self, at: usize, state: u32) {
        match self {
            Self::Narrow(said) => said[at] = u8::try_from(state).unwrap_or(0),
            Self::Wide(said) => said[at] = state,
        }
    }

    fn get(&self, at: usize) -> u32 {
        match self {
            Self::Narrow(said) => said.get(at).copied().map_or(0, u32::from),
            Self::Wide(said) => said.get(at).copied().unwrap_or(0),
        }
    }
}

/// Rows of affected nodes, each with its state.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// By row, sorted within one.
    nodes: Vec<u32>,
    said: Said,
    states: Vec<(Verdict, Time)>,
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'t> {
    table: Option<&'t Table>,
    start: usize,
    end: usize,
}

impl<'t> Row<'t> {
    /// A row of nothing.
    pub(super) const EMPTY: Self = Self {
        table: None,
        start: 0,
        end: 0,
    };

    pub(super) fn len(self) -> usize {
        self.end - self.start
    }

    /// All of it, sorted by node.
    pub(super) fn all(
        self,
    ) -> impl DoubleEndedIterator<Item = Affected> + ExactSizeIterator + Clone + use<'t> {
        (self.start..self.end).map(move |at| self.at(at))
    }

    /// What it says of `node`, if anything. O(log).
    pub(super) fn of(self, node: u32) -> Option<Affected> {
        let nodes = self.table?.nodes.get(self.start..self.end)?;
        let at = nodes.binary_search(&node).ok()?;
        Some(self.at(self.start + at))
    }

    fn at(self, at: usize) -> Affected {
        let found = self.table.and_then(|table| {
            let node = table.nodes.get(at)?;
            let said = table.states.get(table.said.get(at) as usize)?;
            Some((*node, *said))
        });
        let (node, (verdict, recovers)) = found.unwrap_or((0, (Verdict::None, Time::ZERO)));
        Affected {
            node,
            verdict,
            recovers,
        }
    }
}

/// The affected nodes of all faults of one part.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub(super) part: Part,
    /// Where the row of each of the part's numbers begins.
    starts: Vec<u32>,
    table: Table,
}

/// True if a node with this code, which serves without faults, is affected.
pub(super) fn is_affected(code: u32) -> bool {
    code & (LOST | STRUCK) == LOST
}

/// Calls `say` with fault, node and state of everything that the lists say is affected, in order
/// of nodes.
pub(super) fn each_affected(pass: &Pass<'_>, mut say: impl FnMut(u32, u32, u32)) {
    let nodes = u32::try_from(pass.ground.graph.node_count()).unwrap_or(u32::MAX);
    let mut is_apart = Vec::new();
    if !pass.apart.is_empty() {
        is_apart = vec![false; pass.part.len(nodes)];
        for fault in &pass.apart {
            is_apart[pass.part.place(*fault)] = true;
        }
    }
    let counts = |fault: u32| is_apart.get(pass.part.place(fault)) != Some(&true);
    let degraded = pass.degraded.as_ref();
    for node in 0..nodes {
        if !pass.ground.serves(node) {
            continue;
        }
        for pair in pass.arena.of(node) {
            let (fault, code) = (high(*pair), low(*pair));
            if is_affected(code) && counts(fault) {
                say(fault, node, state(code));
            }
        }
        for pair in degraded.map(|lists| lists.of(node)).unwrap_or_default() {
            let fault = high(*pair);
            if counts(fault) {
                say(fault, node, DEGRADED);
            }
        }
    }
}

impl Chunk {
    /// Turns lists by node into rows by fault. O(nodes + pairs).
    pub(super) fn new(pass: &mut Pass<'_>) -> Self {
        let part = pass.part;
        let nodes = u32::try_from(pass.ground.graph.node_count()).unwrap_or(u32::MAX);
        // A pass holds fewer than 2^32 pairs.
        let mut starts = if let Some(mut counts) = pass.counts.take() {
            for fault in &pass.apart {
                counts[part.place(*fault) + 1] = 0;
            }
            counts
        } else {
            let mut counts = vec![0u32; part.len(nodes) + 1];
            each_affected(pass, |fault, _, _| {
                counts[part.place(fault) + 1] += 1;
            });
            counts
        };
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let total = starts.last().copied().unwrap_or(0) as usize;
        let states = states(&pass.codes);
        let mut table = Table {
            nodes: vec![0; total],
            said: Said::new(total, states.len()),
            states,
        };
        // While rows fill, `starts[place]` is where the next pair goes: in the end, where the row
        // after it begins.
        each_affected(pass, |fault, node, state| {
            let next = &mut starts[part.place(fault)];
            let at = *next as usize;
            *next += 1;
            table.nodes[at] = node;
            if state != DOWN {
                table.said.set(at, state);
            }
        });
        starts.rotate_right(1);
        starts[0] = 0;
        Self {
            part,
            starts,
            table,
        }
    }

    /// The row of `fault`, which must be of the part.
    pub(super) fn row(&self, fault: u32) -> Row<'_> {
        let place = self.part.place(fault);
        let bounds = self.starts.get(place).zip(self.starts.get(place + 1));
        bounds.map_or(Row::EMPTY, |(start, end)| Row {
            table: Some(&self.table),
            start: *start as usize,
            end: *end as usize,
        })
    }
}

/// What faults do that were evaluated by themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Apart {
    /// Faults, sorted, and where the row of each ends.
    faults: Vec<u32>,
    ends: Vec<usize>,
    table: Table,
}

impl Apart {
    /// Adds the row of the next fault.
    pub(super) fn push(&mut self, fault: u32, affected: &[Affected]) {
        let table = &mut self.table;
        let Said::Wide(numbers) = &mut table.said else {
            return;
        };
        let mut last = None;
        for one in affected {
            let said = (one.verdict, one.recovers);
            // Neighbours mostly say the same.
            if last != Some(said) {
                table.states.push(said);
                last = Some(said);
            }
            table.nodes.push(one.node);
            numbers.push(u32::try_from(table.states.len()).unwrap_or(u32::MAX) - 1);
        }
        self.faults.push(fault);
        self.ends.push(table.nodes.len());
    }

    /// How many faults there are.
    pub(super) fn len(&self) -> usize {
        self.faults.len()
    }

    /// The row of `fault`, if it is among them.
    pub(super) fn row(&self, fault: u32) -> Option<Row<'_>> {
        let at = self.faults.binary_search(&fault).ok()?;
        Some(Row {
            table: Some(&self.table),
            start: at.checked_sub(1).map_or(0, |before| self.ends[before]),
            end: *self.ends.get(at)?,
        })
    }
}
