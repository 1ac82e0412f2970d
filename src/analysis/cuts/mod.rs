//! Minimal cut sets of a node: the smallest sets of faults that cut it.
//!
//! * [`failure`]: "it is cut" as a formula over faults; [`mod@components`]: its cycles.
//! * [`tree`]: a fault tree as a formula. * [`downtime`]: probabilities, where rates are known.
//! * [`kernel`]: minimal cut sets of formulas, by decision diagrams.

mod components;
pub mod downtime;
pub mod failure;
pub mod kernel;
pub mod tree;

use failure::{EVER, Failures};
use kernel::formula::{Formula, Lit};
use kernel::number::Number;
use kernel::{Unsolved, deep, solve};

use crate::graph::Graph;

/// Nodes one diagram may have by default: about 30 bytes each.
pub const BUDGET: usize = 60_000_000;

/// Which minimal cut sets are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All.
    All,
    /// Those of at most so many faults.
    UpTo(u32),
    /// So many of the smallest: orders are looked at one by one until there are enough.
    Smallest(usize),
}

/// The minimal cut sets of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutSets {
    /// Up to which order they are all there; `None`: all of every order.
    pub complete_to: Option<u32>,
    /// How many there are, by order, up to that order: the first is of order 0 (cut without any
    /// fault).
    pub by_order: Vec<Number>,
    /// The smallest of them, each sorted, by order, then by events.
    pub sets: Vec<Vec<u32>>,
}

impl CutSets {
    /// How many there are up to the order they are complete to.
    #[must_use]
    pub fn count(&self) -> Number {
        let mut sum = Number::default();
        for count in &self.by_order {
            sum.add(count);
        }
        sum
    }
}

/// The minimal sets of nodes that `wanted` accepts whose failure cuts `subject`: leaves it without
/// service for ever, or for longer than its `rto`. Sets are of node indices; at most `limit` of
/// them are listed.
///
/// # Errors
/// Diagrams or the formula itself grow too large.
pub fn cuts(
    graph: &Graph,
    subject: u32,
    wanted: impl Fn(u32) -> bool,
    extent: Extent,
    limit: usize,
) -> Result<CutSets, Unsolved> {
    let failures = Failures::new(graph, wanted);
    let (formula, top) = failures.of(subject, bound(graph, subject))?;
    cut_sets(&formula, top, extent, limit, BUDGET)
}

/// The time by which `subject` has to serve again: its `rto`, or [`EVER`].
#[must_use]
pub fn bound(graph: &Graph, subject: u32) -> u64 {
    match graph.rto_s[subject as usize] {
        u64::MAX => EVER,
        rto => rto,
    }
}

/// As [`cuts`], of any formula.
///
/// # Errors
/// Diagrams of `budget` nodes don't suffice, or the formula grows too large.
pub fn cut_sets(
    formula: &Formula,
    top: Lit,
    extent: Extent,
    limit: usize,
    budget: usize,
) -> Result<CutSets, Unsolved> {
    let reached = formula.reached_from(top);
    let events = (0u32..)
        .zip(&reached)
        .filter(|(number, reached)| **reached && formula.arguments(*number).is_empty())
        .count();
    let most = u32::try_from(events).unwrap_or(u32::MAX);
    deep::deep(reached.len().max(events), || match extent {
        Extent::All => one(formula, top, None, limit, budget),
        Extent::UpTo(order) => one(formula, top, Some(order), limit, budget),
        Extent::Smallest(wanted) => {
            let mut best: Option<CutSets> = None;
            for order in 1..=most.max(1) {
                // A higher order may be too much where the lower ones were not.
                let found = match (one(formula, top, Some(order), limit, budget), best.take()) {
                    (Ok(found), _) => found,
                    (Err(_), Some(best)) => return Ok(best),
                    (Err(unsolved), None) => return Err(unsolved),
                };
                let enough = found
                    .count()
                    .small()
                    .is_none_or(|count| count >= wanted as u64);
                if enough || order >= most {
                    return Ok(found);
                }
                best = Some(found);
            }
            best.ok_or(Unsolved::Formula)
        }
    })
}

fn one(
    formula: &Formula,
    top: Lit,
    order: Option<u32>,
    limit: usize,
    budget: usize,
) -> Result<CutSets, Unsolved> {
    let solution = solve(formula, top, order, budget)?;
    Ok(CutSets {
        complete_to: order,
        by_order: solution.by_order(),
        sets: solution.smallest(limit),
    })
}
