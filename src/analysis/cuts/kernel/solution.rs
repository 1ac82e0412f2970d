//! What is asked of minimal cut sets: how many there are of each order, and the smallest of them.

use std::collections::{BTreeMap, HashMap};

use super::bounded;
use super::complete::{self, Module, Modules, Unsolved};
use super::family::{NONE, UNIT};
use super::formula::{Formula, Lit, Term};
use super::hull::hull;
use super::number::{Count, Number};
use super::simplify::simplify;

/// The minimal cut sets of a formula.
#[derive(Debug)]
pub struct Solution {
    sets: Sets,
    /// Larger ones are left out.
    order: Option<u32>,
}

#[derive(Debug)]
enum Sets {
    /// All of them, one by one; smallest first.
    Listed(Vec<Vec<u32>>),
    /// As diagrams by module.
    Diagrams {
        formula: Formula,
        top: u32,
        modules: Modules,
    },
}

/// The minimal sets of events that make `top` true: all, or those of at most `order` events. Of a
/// formula that is not monotone, the minimal sets of events that make it true while all others
/// are false. No diagram grows beyond `budget` nodes.
///
/// # Errors
/// Some diagram would, with every variable order tried; or the formula is too large.
pub fn solve(
    formula: &Formula,
    top: Lit,
    order: Option<u32>,
    budget: usize,
) -> Result<Solution, Unsolved> {
    let (formula, top) = simplify(formula, top)?;
    if let Some(order) = order {
        let (above, above_top, differs) = hull(&formula, top)?;
        if differs {
            let (above, above_top) = simplify(&above, above_top)?;
            let candidates = diagrams(above, above_top, Some(order), budget)?;
            if let Some(sets) = bounded::sift(&formula, top, &candidates, order) {
                return Ok(Solution {
                    sets: Sets::Listed(sets),
                    order: Some(order),
                });
            }
            let mut all = diagrams(formula, top, None, budget)?;
            all.order = Some(order);
            return Ok(all);
        }
        // The hull has no negations left, where the formula may have some that cancel.
        let (above, above_top) = simplify(&above, above_top)?;
        return diagrams(above, above_top, Some(order), budget);
    }
    diagrams(formula, top, None, budget)
}

fn diagrams(
    formula: Formula,
    top: Lit,
    order: Option<u32>,
    budget: usize,
) -> Result<Solution, Unsolved> {
    let base = complete::values_without_events(&formula);
    let is_gate = matches!(formula.term(top.number()), Term::Gate(..));
    let sets = if base[top.number() as usize] != top.is_negated() {
        Sets::Listed(vec![Vec::new()])
    } else if is_gate {
        Sets::Diagrams {
            modules: complete::solve(&formula, top, order, budget)?,
            top: top.number(),
            formula,
        }
    } else if let (Term::Event(event), false) = (formula.term(top.number()), order == Some(0)) {
        // A negated event is true without any event, so this one is not negated.
        Sets::Listed(vec![vec![*event]])
    } else {
        Sets::Listed(Vec::new())
    };
    Ok(Solution { sets, order })
}

impl Solution {
    /// Nodes of all diagrams.
    #[must_use]
    pub fn nodes(&self) -> usize {
        match &self.sets {
            Sets::Listed(_) => 0,
            Sets::Diagrams { modules, .. } => {
                modules.values().map(|module| module.families.len()).sum()
            }
        }
    }

    /// How many minimal cut sets there are, by order, from order 0 (the formula is true without
    /// any event) to the largest that occurs.
    #[must_use]
    pub fn by_order(&self) -> Vec<Number> {
        let mut counts = match &self.sets {
            Sets::Listed(sets) => {
                let longest = sets.iter().map(Vec::len).max();
                let mut counts = vec![0u128; longest.map_or(0, |longest| longest + 1)];
                for set in sets {
                    counts[set.len()] += 1;
                }
                counts.into_iter().map(Number::from).collect()
            }
            Sets::Diagrams { modules, top, .. } => count::<u128>(modules, *top).map_or_else(
                || count::<Number>(modules, *top).unwrap_or_default(),
                |counts| counts.iter().map(Count::widen).collect(),
            ),
        };
        if let Some(order) = self.order {
            counts.truncate((order as usize).saturating_add(1));
        }
        while counts.last().is_some_and(Count::is_zero) {
            counts.pop();
        }
        counts
    }

    /// The sum over the sets of the product of what `of` says of their events (of probabilities,
    /// an upper bound of "some set happens": Boole 1854), and its derivative by each event.
    /// O(nodes).
    #[must_use]
    pub fn sum(&self, of: &dyn Fn(u32) -> f64) -> (f64, BTreeMap<u32, f64>) {
        match &self.sets {
            Sets::Listed(sets) => {
                let mut slopes = BTreeMap::new();
                let mut sum = 0.0;
                for set in sets {
                    for event in set {
                        let others = set.iter().filter(|other| *other != event);
                        let product: f64 = others.map(|other| of(*other)).product();
                        *slopes.entry(*event).or_default() += product;
                    }
                    sum += set.iter().map(|event| of(*event)).product::<f64>();
                }
                (sum, slopes)
            }
            Sets::Diagrams {
                formula,
                top,
                modules,
            } => sum_of(formula, *top, modules, Orders::of(self.order), of),
        }
    }

    /// The `limit` smallest sets, sorted by order, then by events. Where not all of one order
    /// fit, which of them are shown follows from the diagrams, and is the same in every run.
    #[must_use]
    pub fn smallest(&self, limit: usize) -> Vec<Vec<u32>> {
        let mut found: Vec<Vec<u32>> = match &self.sets {
            Sets::Listed(sets) => sets.iter().take(limit).cloned().collect(),
            Sets::Diagrams {
                formula,
                top,
                modules,
            } => {
                let counts = self.by_order();
                let mut left = limit;
                let mut last = 0;
                for (order, count) in counts.iter().enumerate() {
                    last = order;
                    let count = count.small().and_then(|count| usize::try_from(count).ok());
                    left = left.saturating_sub(count.unwrap_or(usize::MAX));
                    if left == 0 {
                        break;
                    }
                }
                let lister = Lister::new(formula, modules, last);
                let mut found = Vec::new();
                for order in 0..=last {
                    let room = limit.saturating_sub(found.len());
                    found.extend(lister.term(*top, order, room));
                }
                found
            }
        };
        for set in &mut found {
            set.sort_unstable();
        }
        found.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        found
    }
}

/// Probabilities by how many events they are of, up to the order of a solution: products of modules
/// may be longer than any of these is. Without a limit all stand at 0.
#[derive(Clone, Copy)]
struct Orders {
    count: usize,
    limited: bool,
}

impl Orders {
    fn of(order: Option<u32>) -> Self {
        Self {
            count: order.map_or(1, |order| order as usize + 1),
            limited: order.is_some(),
        }
    }

    /// The probability of one event.
    fn event(self, probability: f64) -> Vec<f64> {
        let mut by_order = vec![0.0; self.count];
        if let Some(own) = by_order.get_mut(usize::from(self.limited)) {
            *own = probability;
        }
        by_order
    }

    fn row(self, rows: &[f64], at: u32) -> &[f64] {
        &rows[at as usize * self.count..][..self.count]
    }

    fn row_mut(self, rows: &mut [f64], at: u32) -> &mut [f64] {
        &mut rows[at as usize * self.count..][..self.count]
    }
}

/// Adds the product of `a` and `b` to `sum`.
fn add_product(sum: &mut [f64], a: &[f64], b: &[f64]) {
    for (i, x) in a.iter().enumerate() {
        for (total, y) in sum[i..].iter_mut().zip(b) {
            *total += x * y;
        }
    }
}

/// Adds to `slope` what a change of a factor does to the whole, by order of the factor: its
/// products with `other` flow into `flow`.
fn add_slope(slope: &mut [f64], flow: &[f64], other: &[f64]) {
    for (i, own) in slope.iter_mut().enumerate() {
        *own += flow[i..].iter().zip(other).map(|(x, y)| x * y).sum::<f64>();
    }
}

/// [`Solution::sum`] of diagrams: one pass up and one down. O(nodes · order²).
fn sum_of(
    formula: &Formula,
    top: u32,
    modules: &Modules,
    orders: Orders,
    of: &dyn Fn(u32) -> f64,
) -> (f64, BTreeMap<u32, f64>) {
    let mut known: HashMap<u32, Vec<f64>> = HashMap::new();
    let factor = |known: &HashMap<u32, Vec<f64>>, term: u32| match formula.term(term) {
        Term::Event(event) => orders.event(of(*event)),
        _ => known
            .get(&term)
            .cloned()
            .unwrap_or_else(|| vec![0.0; orders.count]),
    };
    let mut all = Vec::with_capacity(modules.len());
    for (number, module) in modules {
        let mut sums = vec![0.0; module.families.len() * orders.count];
        orders.row_mut(&mut sums, UNIT)[0] = 1.0;
        for at in module.nodes() {
            let node = module.families.node(at);
            let own = factor(&known, module.variables[node.level as usize]);
            let mut sum = orders.row(&sums, node.low).to_vec();
            add_product(&mut sum, &own, orders.row(&sums, node.high));
            orders.row_mut(&mut sums, at).copy_from_slice(&sum);
        }
        known.insert(*number, orders.row(&sums, module.root).to_vec());
        all.push(sums);
    }
    let mut slopes: HashMap<u32, Vec<f64>> = HashMap::from([(top, vec![1.0; orders.count])]);
    for ((number, module), sums) in modules.iter().zip(&all).rev() {
        let mut flow = vec![0.0; sums.len()];
        if let Some(slope) = slopes.remove(number) {
            orders
                .row_mut(&mut flow, module.root)
                .copy_from_slice(&slope);
        }
        for at in module.nodes().into_iter().rev() {
            let node = module.families.node(at);
            let term = module.variables[node.level as usize];
            let here = orders.row(&flow, at).to_vec();
            let slope = slopes
                .entry(term)
                .or_insert_with(|| vec![0.0; orders.count]);
            add_slope(slope, &here, orders.row(sums, node.high));
            for (low, own) in orders.row_mut(&mut flow, node.low).iter_mut().zip(&here) {
                *low += own;
            }
            let own = factor(&known, term);
            add_slope(orders.row_mut(&mut flow, node.high), &here, &own);
        }
    }
    let events = slopes
        .into_iter()
        .filter_map(|(term, slope)| match formula.term(term) {
            Term::Event(event) => Some((*event, *slope.get(usize::from(orders.limited))?)),
            _ => None,
        })
        .collect();
    let whole = known.get(&top).map_or(0.0, |known| known.iter().sum());
    (whole, events)
}

impl Module {
    /// Nodes below the root, children first: a node is made after its children.
    fn nodes(&self) -> Vec<u32> {
        let mut needed = vec![false; self.families.len()];
        needed[self.root as usize] = true;
        for at in (2..=self.root).rev() {
            if needed[at as usize] {
                let node = self.families.node(at);
                needed[node.low as usize] = true;
                needed[node.high as usize] = true;
            }
        }
        (2..=self.root).filter(|at| needed[*at as usize]).collect()
    }

    fn count<C: Count>(&self, done: &HashMap<u32, Vec<C>>) -> Option<Vec<C>> {
        let mut by_node: Vec<Option<Box<[C]>>> = vec![None; self.families.len()];
        let single = [C::ZERO, C::one()];
        by_node[NONE as usize] = Some(Box::default());
        by_node[UNIT as usize] = Some(vec![C::one()].into_boxed_slice());
        for at in self.nodes() {
            let node = self.families.node(at);
            let term = self.variables[node.level as usize];
            let factor: &[C] = done.get(&term).map_or(&single, Vec::as_slice);
            let low = by_node[node.low as usize].as_deref()?;
            let high = by_node[node.high as usize].as_deref()?;
            let product = (high.len() + factor.len()).saturating_sub(1);
            let mut sum = vec![C::ZERO; low.len().max(product)];
            sum[..low.len()].clone_from_slice(low);
            for (i, x) in factor.iter().enumerate().filter(|(_, x)| !x.is_zero()) {
                for (j, y) in high.iter().enumerate() {
                    if !y.is_zero() {
                        sum[i + j].add_product(x, y)?;
                    }
                }
            }
            by_node[at as usize] = Some(sum.into_boxed_slice());
        }
        by_node[self.root as usize].take().map(<[C]>::into_vec)
    }
}

/// Counts by order of the module `top`; `None` if they overflow.
fn count<C: Count>(modules: &Modules, top: u32) -> Option<Vec<C>> {
    let mut done: HashMap<u32, Vec<C>> = HashMap::new();
    for (number, module) in modules {
        let counts = module.count(&done)?;
        done.insert(*number, counts);
    }
    done.remove(&top)
}

/// Lists sets of a given order without trying what has none.
struct Lister<'a> {
    formula: &'a Formula,
    modules: &'a Modules,
    /// By module and node: bit n is set if there is a set of order n.
    orders: HashMap<u32, Vec<Bits>>,
}

type Bits = Box<[u64]>;

fn has(bits: &Bits, order: usize) -> bool {
    bits.get(order / 64)
        .is_some_and(|word| word >> (order % 64) & 1 == 1)
}

fn set(bits: &mut Bits, order: usize) {
    if let Some(word) = bits.get_mut(order / 64) {
        *word |= 1 << (order % 64);
    }
}

impl<'a> Lister<'a> {
    fn new(formula: &'a Formula, modules: &'a Modules, last: usize) -> Self {
        let mut lister = Self {
            formula,
            modules,
            orders: HashMap::new(),
        };
        let empty: Bits = vec![0; last / 64 + 1].into_boxed_slice();
        for (number, module) in modules {
            let mut by_node = vec![Bits::default(); module.families.len()];
            by_node[NONE as usize].clone_from(&empty);
            let mut unit = empty.clone();
            set(&mut unit, 0);
            by_node[UNIT as usize] = unit;
            for at in module.nodes() {
                let node = module.families.node(at);
                let mut here = by_node[node.low as usize].clone();
                let term = module.variables[node.level as usize];
                for own in (0..=last).filter(|own| lister.term_has(term, *own)) {
                    for rest in (0..=last - own).filter(|at| has(&by_node[node.high as usize], *at))
                    {
                        set(&mut here, own + rest);
                    }
                }
                by_node[at as usize] = here;
            }
            lister.orders.insert(*number, by_node);
        }
        lister
    }

    /// True if the event or module `term` has a set of this order.
    fn term_has(&self, term: u32, order: usize) -> bool {
        match (self.modules.get(&term), self.orders.get(&term)) {
            (Some(module), Some(orders)) => has(&orders[module.root as usize], order),
            _ => order == 1,
        }
    }

    /// At most `limit` sets of this order of an event or module.
    fn term(&self, term: u32, order: usize, limit: usize) -> Vec<Vec<u32>> {
        match (self.modules.get(&term), self.orders.get(&term)) {
            (Some(module), Some(orders)) => self.node(module, orders, module.root, order, limit),
            _ => match self.formula.term(term) {
                Term::Event(event) if order == 1 && limit > 0 => vec![vec![*event]],
                _ => Vec::new(),
            },
        }
    }

    fn node(
        &self,
        module: &Module,
        orders: &[Bits],
        mut at: u32,
        order: usize,
        limit: usize,
    ) -> Vec<Vec<u32>> {
        let mut found: Vec<Vec<u32>> = Vec::new();
        while found.len() < limit && has(&orders[at as usize], order) {
            if at == UNIT {
                found.push(Vec::new());
                break;
            }
            let node = module.families.node(at);
            let term = module.variables[node.level as usize];
            for own in 0..=order {
                let room = limit - found.len();
                let fits = has(&orders[node.high as usize], order - own);
                if room == 0 || !fits || !self.term_has(term, own) {
                    continue;
                }
                let rest = self.node(module, orders, node.high, order - own, room);
                let heads = self.term(term, own, room);
                let pairs = heads.iter().flat_map(|head| {
                    rest.iter().map(move |tail| {
                        let mut set = head.clone();
                        set.extend(tail);
                        set
                    })
                });
                found.extend(pairs.take(room));
            }
            at = node.low;
        }
        found
    }
}
