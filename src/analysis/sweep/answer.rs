//! The answer of a sweep: eight bytes for each fault and node it affects, in chunks.

use super::codes::{Codes, LOST, STRUCK, is_timed};
use super::lists::{Arena, Pass};
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

/// What the lower half of an answer's pair means.
const DEGRADED: u32 = 0;
const DOWN: u32 = 1;

/// Verdicts with their times, by number: the two common ones, then those of the codes.
pub(super) fn states(codes: &Codes) -> Vec<(Verdict, Time)> {
    let common = [
        (Verdict::Degraded, Time::ZERO),
        (Verdict::Down, Time::NEVER),
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

/// The affected nodes of all faults of one part.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub(super) part: Part,
    /// Where the row of each of the part's numbers begins.
    starts: Vec<usize>,
    /// Node in the upper half, state in the lower; sorted within a row.
    pairs: Vec<u64>,
    pub(super) states: Vec<(Verdict, Time)>,
}

/// Calls `say` with fault, node and state of everything that the lists say is affected, in order
/// of nodes.
pub(super) fn each_affected(
    pass: &Pass<'_>,
    degraded: Option<&Arena>,
    mut say: impl FnMut(u32, u32, u32),
) {
    let nodes = u32::try_from(pass.ground.graph.node_count()).unwrap_or(u32::MAX);
    let mut is_apart = vec![false; pass.part.len(nodes)];
    for fault in &pass.apart {
        is_apart[pass.part.place(*fault)] = true;
    }
    for node in 0..nodes {
        if !pass.ground.serves(node) {
            continue;
        }
        for pair in pass.arena.of(node) {
            let (fault, code) = (high(*pair), low(*pair));
            if code & (LOST | STRUCK) == LOST && !is_apart[pass.part.place(fault)] {
                say(fault, node, state(code));
            }
        }
        for pair in degraded.map(|lists| lists.of(node)).unwrap_or_default() {
            let fault = high(*pair);
            if !is_apart[pass.part.place(fault)] {
                say(fault, node, DEGRADED);
            }
        }
    }
}

impl Chunk {
    /// Turns lists by node into rows by fault. O(nodes + pairs).
    pub(super) fn new(pass: &Pass<'_>, degraded: Option<&Arena>) -> Self {
        let part = pass.part;
        let nodes = u32::try_from(pass.ground.graph.node_count()).unwrap_or(u32::MAX);
        let mut starts = vec![0usize; part.len(nodes) + 1];
        each_affected(pass, degraded, |fault, _, _| {
            starts[part.place(fault) + 1] += 1;
        });
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let total = starts.last().copied().unwrap_or(0);
        let mut pairs = vec![0u64; total];
        // While rows fill, `starts[place]` is where the next pair goes: in the end, where the row
        // after it begins.
        each_affected(pass, degraded, |fault, node, state| {
            let at = &mut starts[part.place(fault)];
            pairs[*at] = pack(node, state);
            *at += 1;
        });
        starts.rotate_right(1);
        starts[0] = 0;
        Self {
            part,
            starts,
            pairs,
            states: states(&pass.codes),
        }
    }

    /// The row of `fault`, which must be of the part.
    pub(super) fn row(&self, fault: u32) -> &[u64] {
        let place = self.part.place(fault);
        let bounds = self.starts.get(place).zip(self.starts.get(place + 1));
        bounds
            .and_then(|(start, end)| self.pairs.get(*start..*end))
            .unwrap_or_default()
    }
}

/// What faults do that were evaluated by themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Apart {
    /// Faults, sorted, and where the row of each ends.
    faults: Vec<u32>,
    ends: Vec<usize>,
    pairs: Vec<u64>,
    pub(super) states: Vec<(Verdict, Time)>,
}

impl Apart {
    /// Adds the row of the next fault.
    pub(super) fn push(&mut self, fault: u32, affected: &[Affected]) {
        let mut last = None;
        for one in affected {
            let said = (one.verdict, one.recovers);
            // Neighbours mostly say the same.
            if last != Some(said) {
                self.states.push(said);
                last = Some(said);
            }
            let state = u32::try_from(self.states.len()).unwrap_or(u32::MAX) - 1;
            self.pairs.push(pack(one.node, state));
        }
        self.faults.push(fault);
        self.ends.push(self.pairs.len());
    }

    /// How many faults there are.
    pub(super) fn len(&self) -> usize {
        self.faults.len()
    }

    /// The row of `fault`, if it is among them.
    pub(super) fn row(&self, fault: u32) -> Option<&[u64]> {
        let at = self.faults.binary_search(&fault).ok()?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.pairs.get(start..*self.ends.get(at)?)
    }
}

/// What a pair says, by the states it counts in.
pub(super) fn read(states: &[(Verdict, Time)], pair: u64) -> Affected {
    let said = states.get(low(pair) as usize).copied();
    let (verdict, recovers) = said.unwrap_or((Verdict::None, Time::ZERO));
    Affected {
        node: high(pair),
        verdict,
        recovers,
    }
}
