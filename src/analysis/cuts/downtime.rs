//! How long a node is without service in a year, where rates of failure and times to repair are
//! known; what each component has to do with it.
//!
//! Components fail independently of each other, and the system is looked at long after it was
//! built (steady state): with λ failures a year of running and repair in r years, a component is
//! failed a share q = λr / (1 + λr) of the time (Barlow and Proschan, "Statistical Theory of
//! Reliability and Life Testing", 1975, chapter 7). "Not serving until repair" is a monotone
//! function of the failed components, and its probability is computed exactly from its decision
//! diagram (Vesely, "A time-dependent methodology for fault tree evaluation", 1970, has the theory;
//! Rauzy 1993 the diagrams).
//!
//! A component whose fault alone interrupts the node for T (it is back by promotion or restart)
//! costs min(T, r) each time and not r: of the share q of the time in which it is failed, only
//! f = min(T, r) / r is an interruption. So a failed component is *fresh* with probability f, and
//! U = P(no service until repair, or some interrupting component is fresh).
//! With independent components that is 1 − Π(1 − q f) · (1 − P'), where P' is the probability of
//! "until repair" with q' = q (1 − f) / (1 − q f).
//!
//! What U leaves out are interruptions that only several faults together cause. They are bounded:
//! faults that leave the node without service at all do so, at most, while the last of them has
//! lasted less than the time they take together; so U is no more than
//! P(D₀) − [P'(D₀) − P'(Dτ)] with "not serving at first" D₀, "not serving after τ" Dτ, τ the
//! longest single interruption, and P' the probability that it holds with no fault fresher than τ.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::{EVER, Failures};
use super::kernel::formula::{Formula, Lit, Term};
use super::kernel::probability::Diagrams;
use super::kernel::{Solution, Unsolved, deep, solve};
use crate::analysis::engine::Engine;

/// Nodes a diagram may have here: each is weighed several times.
const BUDGET: usize = 8_000_000;

/// Order of the cut sets that are summed where the diagram would be too large.
const ORDER: u32 = 3;

/// Seconds in a year of 365 days, as rates are written.
pub const YEAR_S: f64 = 365.0 * 86_400.0;

/// How often something fails, and how long its repair takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Failures a year of running.
    pub fails_per_y: f64,
    pub repair_s: u64,
}

impl Rate {
    /// Share of the time in which it is failed, from 0 up to but not including 1.
    #[must_use]
    pub fn unavailability(self) -> f64 {
        if self.repair_s == 0 {
            return 0.0;
        }
        let repair = seconds(self.repair_s) / YEAR_S;
        let down = self.fails_per_y * repair;
        // Nothing divides by zero for what hardly ever runs.
        let least = f64::EPSILON;
        (down / (1.0 + down.min(f64::MAX / 2.0))).clamp(0.0, 1.0 - least)
    }
}

/// How the probability of "until repair" was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// From the decision diagram of the whole.
    Exact,
    /// The sum over minimal cut sets of at most so many faults (an upper bound of what these
    /// cause), and for larger ones the probability that so many fail at all.
    Summed(u32),
}

/// What one component has to do with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    pub node: u32,
    pub unavailability: f64,
    /// How long its fault alone interrupts the subject.
    pub interrupts_s: Option<u64>,
    /// Birnbaum's importance (1969): the derivative of the subject's unavailability by that of the
    /// component.
    pub birnbaum: f64,
    /// Fussell and Vesely's (1972), as the share of the downtime that would go if the component
    /// never failed.
    pub fussell_vesely: f64,
    /// The same in seconds a year.
    pub saved_s_per_y: f64,
}

/// How long the subject is without service.
#[derive(Clone, Debug, PartialEq)]
pub struct Downtime {
    pub method: Method,
    /// Share of the time without service.
    pub unavailability: f64,
    /// It is no more than this.
    pub at_most: f64,
    /// The part of it that lasts until repair.
    pub until_repair: f64,
    /// Components that matter, most downtime first, then by number.
    pub components: Vec<Component>,
    /// Components that matter whose rate or repair nobody states: counted as never failing. By
    /// number.
    pub unrated: Vec<u32>,
}

impl Downtime {
    /// Seconds a year.
    #[must_use]
    pub fn per_year_s(&self) -> f64 {
        self.unavailability * YEAR_S
    }
}

/// How long `subject` is without service, if the nodes that `wanted` accepts fail as `rate` says
/// (and never, where it says nothing).
///
/// # Errors
/// The formula is too large, or diagrams are even of single faults.
pub fn downtime(
    engine: &Engine<'_>,
    subject: u32,
    wanted: impl Fn(u32) -> bool,
    rate: impl Fn(u32) -> Option<Rate> + Sync,
) -> Result<Downtime, Unsolved> {
    downtime_within(engine, subject, wanted, rate, BUDGET)
}

/// The same with diagrams of at most `budget` nodes: where that is not enough, the probability is
/// summed over cut sets.
///
/// # Errors
/// As [`downtime`].
pub fn downtime_within(
    engine: &Engine<'_>,
    subject: u32,
    wanted: impl Fn(u32) -> bool,
    rate: impl Fn(u32) -> Option<Rate> + Sync,
    budget: usize,
) -> Result<Downtime, Unsolved> {
    let graph = engine.graph();
    // What it stands on at first, and what only its standbys need.
    let everything = Failures::new(graph, &wanted);
    let mut matter = BTreeSet::new();
    for time in [0, EVER] {
        let (formula, top) = everything.of(subject, time)?;
        matter.extend(events(&formula, top));
    }
    let (rated, unrated): (Vec<u32>, Vec<u32>) =
        matter.into_iter().partition(|node| rate(*node).is_some());
    let failures = Failures::new(graph, |node| wanted(node) && rate(node).is_some());
    let interruptions = interruptions(engine, subject, &rated);
    let longest = interruptions.values().copied().max().unwrap_or(0);
    let subject_fails = Functions {
        at_first: failures.of(subject, 0)?,
        late: failures.of(subject, longest)?,
        ever: failures.of(subject, EVER)?,
    };
    let weights = Weights {
        nodes: rated,
        interruptions,
        rate: &rate,
        budget,
    };
    let mut found = deep::deep(subject_fails.at_first.0.len(), || {
        weights.weigh(&subject_fails, longest)
    })?;
    found.unrated = unrated;
    Ok(found)
}

/// The events a formula speaks of.
fn events(formula: &Formula, top: Lit) -> impl Iterator<Item = u32> {
    (0u32..)
        .zip(formula.reached_from(top))
        .filter(|(_, reached)| *reached)
        .filter_map(|(number, _)| match formula.term(number) {
            Term::Event(event) => Some(*event),
            _ => None,
        })
}

/// Components whose fault alone leaves the subject without service for a time, and that time.
fn interruptions(engine: &Engine<'_>, subject: u32, nodes: &[u32]) -> BTreeMap<u32, u64> {
    let mut scratch = engine.scratch();
    let mut found = BTreeMap::new();
    for node in nodes {
        let affected = engine.affected(&mut scratch, &engine.graph().fault_set(*node));
        let hit = affected
            .binary_search_by_key(&subject, |affected| affected.node)
            .ok()
            .and_then(|at| affected[at].recovers.finite())
            .filter(|seconds| *seconds > 0);
        if let Some(seconds) = hit {
            found.insert(*node, seconds);
        }
    }
    found
}

/// The subject does not serve at first, after the longest single interruption, ever.
struct Functions {
    at_first: (Formula, Lit),
    late: (Formula, Lit),
    ever: (Formula, Lit),
}

/// What is known of each component.
struct Weights<'a, R> {
    nodes: Vec<u32>,
    interruptions: BTreeMap<u32, u64>,
    rate: &'a R,
    /// Nodes a diagram may have.
    budget: usize,
}

impl<R: Fn(u32) -> Option<Rate> + Sync> Weights<'_, R> {
    fn failed(&self, node: u32) -> f64 {
        (self.rate)(node).map_or(0.0, Rate::unavailability)
    }

    /// Of the time in which `node` is failed, the share in which it has been for less than
    /// `seconds`.
    fn fresh(&self, node: u32, seconds_s: u64) -> f64 {
        match (self.rate)(node) {
            Some(rate) if rate.repair_s > 0 => {
                seconds(seconds_s.min(rate.repair_s)) / seconds(rate.repair_s)
            }
            _ => 0.0,
        }
    }

    /// The same for its own interruption.
    fn interrupting(&self, node: u32) -> f64 {
        let time = self.interruptions.get(&node);
        time.map_or(0.0, |time| self.fresh(node, *time))
    }

    fn weigh(&self, subject: &Functions, longest: u64) -> Result<Downtime, Unsolved> {
        let (formula, top) = &subject.ever;
        match Diagrams::new(formula, *top, self.budget) {
            Ok(ever) => Ok(self.exactly(subject, &ever, longest)),
            Err(Unsolved::Budget) => self.summed(subject),
            Err(other) => Err(other),
        }
    }

    fn exactly(&self, subject: &Functions, ever: &Diagrams, longest: u64) -> Downtime {
        let until_repair = ever.probability(&|node| self.failed(node));
        let calm: f64 = self.product(|node| self.interrupting(node));
        let settled = |node: u32| rest(self.failed(node), self.interrupting(node));
        let (chance, slopes) = ever.derivatives(&settled);
        let unavailability = 1.0 - calm * (1.0 - chance);
        let components = self.nodes.iter().map(|node| {
            let (q, f) = (self.failed(*node), self.interrupting(*node));
            let slope = slopes.get(node).copied().unwrap_or(0.0);
            // The function is linear in what the component does: never failed, always failed.
            let others = calm / (1.0 - q * f);
            let never = chance - settled(*node) * slope;
            let without = 1.0 - others * (1.0 - never);
            let with = 1.0 - others * (1.0 - f) * (1.0 - (never + slope));
            (*node, with - without)
        });
        let components = self.components(components.collect(), unavailability);
        Downtime {
            method: Method::Exact,
            unavailability,
            at_most: self
                .bound(subject, longest)
                .max(unavailability)
                .clamp(0.0, 1.0),
            until_repair,
            components,
            unrated: Vec::new(),
        }
    }

    /// What the share of time without service can't exceed.
    fn bound(&self, subject: &Functions, longest: u64) -> f64 {
        let diagrams = |(formula, top): &(Formula, Lit)| Diagrams::new(formula, *top, self.budget);
        let (Ok(at_first), Ok(late)) = (diagrams(&subject.at_first), diagrams(&subject.late))
        else {
            return self
                .sums(&subject.at_first)
                .map_or(1.0, |(sum, _, order)| sum + self.tail(order));
        };
        let failed = |node: u32| self.failed(node);
        let old = |node: u32| rest(self.failed(node), self.fresh(node, longest));
        let calm = self.product(|node| self.fresh(node, longest));
        at_first.probability(&failed)
            - calm * (at_first.probability(&old) - late.probability(&old)).max(0.0)
    }

    /// By minimal cut sets, where diagrams are too large.
    fn summed(&self, subject: &Functions) -> Result<Downtime, Unsolved> {
        let (sum, slopes, order) = self.sums(&subject.ever)?;
        let first = self.sums(&subject.at_first);
        let fresh: f64 = self
            .nodes
            .iter()
            .map(|node| self.failed(*node) * self.interrupting(*node))
            .sum();
        let unavailability = (sum + fresh).min(1.0);
        let components = self.nodes.iter().map(|node| {
            let slope = slopes.get(node).copied().unwrap_or(0.0);
            (*node, (slope + self.interrupting(*node)).min(1.0))
        });
        let components = self.components(components.collect(), unavailability);
        let at_most = first.map_or(1.0, |(sum, _, order)| sum + self.tail(order));
        Ok(Downtime {
            method: Method::Summed(order),
            unavailability,
            at_most: at_most.max(unavailability).min(1.0),
            until_repair: sum.min(1.0),
            components,
            unrated: Vec::new(),
        })
    }

    /// The sum over the minimal cut sets of the highest order that is in reach, its slopes, and
    /// the order.
    fn sums(
        &self,
        (formula, top): &(Formula, Lit),
    ) -> Result<(f64, BTreeMap<u32, f64>, u32), Unsolved> {
        let mut last = Unsolved::Budget;
        for order in (1..=ORDER).rev() {
            match solve(formula, *top, Some(order), BUDGET) {
                Ok(found) => {
                    let found: Solution = found;
                    let (sum, slopes) = found.sum(&|node| self.failed(node));
                    return Ok((sum, slopes, order));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The probability that more than `order` components are failed at once.
    fn tail(&self, order: u32) -> f64 {
        // By how many: the Poisson binomial distribution, cut off.
        let mut counts = vec![0.0; order as usize + 1];
        counts[0] = 1.0;
        for node in &self.nodes {
            let q = self.failed(*node);
            for at in (0..counts.len()).rev() {
                let from = if at == 0 { 0.0 } else { counts[at - 1] };
                counts[at] = counts[at] * (1.0 - q) + from * q;
            }
        }
        (1.0 - counts.iter().sum::<f64>()).max(0.0)
    }

    /// The probability that no component is failed and, as `share` says of it, fresh.
    fn product(&self, share: impl Fn(u32) -> f64) -> f64 {
        let each = |node: &u32| 1.0 - self.failed(*node) * share(*node);
        self.nodes.iter().map(each).product()
    }

    /// Components that matter, from their Birnbaum importance.
    fn components(&self, birnbaum: Vec<(u32, f64)>, unavailability: f64) -> Vec<Component> {
        let mut found: Vec<Component> = birnbaum
            .into_iter()
            .filter(|(node, birnbaum)| *birnbaum > 0.0 && self.failed(*node) > 0.0)
            .map(|(node, birnbaum)| {
                let q = self.failed(node);
                let share = if unavailability > 0.0 {
                    (q * birnbaum / unavailability).min(1.0)
                } else {
                    0.0
                };
                Component {
                    node,
                    unavailability: q,
                    interrupts_s: self.interruptions.get(&node).copied(),
                    birnbaum,
                    fussell_vesely: share,
                    saved_s_per_y: q * birnbaum * YEAR_S,
                }
            })
            .collect();
        found.sort_by(|a, b| {
            b.saved_s_per_y
                .total_cmp(&a.saved_s_per_y)
                .then(a.node.cmp(&b.node))
        });
        found
    }
}

/// The probability of "failed" given "not failed and fresh".
fn rest(failed: f64, fresh: f64) -> f64 {
    let calm = 1.0 - failed * fresh;
    if calm > 0.0 {
        failed * (1.0 - fresh) / calm
    } else {
        0.0
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "times are below 2^53 seconds, or so long that rounding is nothing"
)]
fn seconds(seconds: u64) -> f64 {
    seconds as f64
}
