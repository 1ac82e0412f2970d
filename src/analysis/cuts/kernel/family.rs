//! Zero-suppressed decision diagrams (Minato 1993) of *minimal* families: no set of a family holds
//! another. Sets are sets of levels.

use super::bdd::{Bdd, Edge};
use super::table::{Cache, Full, Node, TERMINAL, Table};

/// No set at all: nothing cuts.
pub const NONE: u32 = 0;
/// Only the empty set: cut already.
pub const UNIT: u32 = 1;

/// Order of an absent set: larger than that of any set.
const NO_ORDER: u32 = u32::MAX;

const WITHOUT: u32 = 0;
const UNION: u32 = 1;
const PRUNE: u32 = 2;
/// Products carry the order they are cut off at.
const PRODUCT: u32 = 3;

/// A manager of families; none of its operations makes a family that is not minimal.
#[derive(Debug)]
pub struct Families {
    table: Table,
    cache: Cache,
    /// Orders of the smallest and the largest set, by node.
    spans: Vec<(u32, u32)>,
    /// By level: what it adds to the order of a set.
    weights: Vec<u32>,
}

impl Families {
    /// A manager that may grow to `budget` nodes, of sets of levels that each add what `weights`
    /// says to the order of a set.
    #[must_use]
    pub fn new(budget: usize, weights: Vec<u32>) -> Self {
        Self {
            table: Table::new(2, budget),
            cache: Cache::default(),
            spans: vec![(NO_ORDER, 0), (0, 0)],
            weights,
        }
    }

    fn weight(&self, level: u32) -> u32 {
        self.weights.get(level as usize).copied().unwrap_or(1)
    }

    /// Nodes made so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Never true: the leaves are always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The topmost decision of `family`.
    #[inline]
    #[must_use]
    pub fn node(&self, family: u32) -> Node {
        self.table.node(family)
    }

    /// True for [`NONE`] and [`UNIT`].
    #[must_use]
    pub fn is_leaf(&self, family: u32) -> bool {
        self.table.level(family) == TERMINAL
    }

    /// The order of the smallest set; `None` of a family without sets.
    #[must_use]
    pub fn least_order(&self, family: u32) -> Option<u32> {
        let least = self.spans[family as usize].0;
        (least != NO_ORDER).then_some(least)
    }

    /// The family of one set of one level.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn single(&mut self, level: u32) -> Result<u32, Full> {
        self.make(level, NONE, UNIT)
    }

    #[inline]
    fn make(&mut self, level: u32, low: u32, high: u32) -> Result<u32, Full> {
        if high == NONE {
            return Ok(low);
        }
        let number = self.table.get(Node { level, low, high })?;
        if number as usize == self.spans.len() {
            let (low, high) = (self.spans[low as usize], self.spans[high as usize]);
            let weight = self.weight(level);
            let least = low.0.min(high.0.saturating_add(weight));
            self.spans
                .push((least, low.1.max(high.1.saturating_add(weight))));
        }
        Ok(number)
    }

    /// The sets of `family` that hold no set of `smaller` (Rauzy 1993).
    ///
    /// # Errors
    /// The budget is spent.
    pub fn without(&mut self, family: u32, smaller: u32) -> Result<u32, Full> {
        if family == NONE || smaller == UNIT || family == smaller {
            return Ok(NONE);
        }
        if smaller == NONE || family == UNIT {
            return Ok(family);
        }
        // What is smaller than every set of the other can't be held by any.
        if self.spans[smaller as usize].0 > self.spans[family as usize].1 {
            return Ok(family);
        }
        let (f, mut g) = (self.node(family), self.node(smaller));
        let mut smaller = smaller;
        while g.level < f.level {
            smaller = g.low;
            if smaller == NONE {
                return Ok(family);
            }
            if smaller == UNIT || smaller == family {
                return Ok(NONE);
            }
            g = self.node(smaller);
        }
        if let Some(known) = self.cache.get(WITHOUT, family, smaller) {
            return Ok(known);
        }
        let result = if f.level == g.level {
            let high = self.without(f.high, g.low)?;
            let high = self.without(high, g.high)?;
            let low = self.without(f.low, g.low)?;
            self.make(f.level, low, high)?
        } else {
            let high = self.without(f.high, smaller)?;
            let low = self.without(f.low, smaller)?;
            self.make(f.level, low, high)?
        };
        self.cache.put(WITHOUT, family, smaller, result);
        Ok(result)
    }

    /// The minimal sets of both families.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn union(&mut self, a: u32, b: u32) -> Result<u32, Full> {
        let (a, b) = (a.min(b), a.max(b));
        if a == NONE || a == b {
            return Ok(b);
        }
        if a == UNIT {
            return Ok(UNIT);
        }
        if let Some(known) = self.cache.get(UNION, a, b) {
            return Ok(known);
        }
        let level = self.table.level(a).min(self.table.level(b));
        let (a_low, a_high) = self.halves(a, level);
        let (b_low, b_high) = self.halves(b, level);
        let low = self.union(a_low, b_low)?;
        let high = self.union(a_high, b_high)?;
        let high = self.without(high, low)?;
        let result = self.make(level, low, high)?;
        self.cache.put(UNION, a, b, result);
        Ok(result)
    }

    #[inline]
    fn halves(&self, family: u32, level: u32) -> (u32, u32) {
        let node = self.node(family);
        if node.level == level {
            (node.low, node.high)
        } else {
            (family, NONE)
        }
    }

    /// The sets of at most `order` levels.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn prune(&mut self, family: u32, order: u32) -> Result<u32, Full> {
        let (least, most) = self.spans[family as usize];
        if least > order {
            return Ok(NONE);
        }
        if most <= order {
            return Ok(family);
        }
        if let Some(known) = self.cache.get(PRUNE, family, order) {
            return Ok(known);
        }
        let node = self.node(family);
        let low = self.prune(node.low, order)?;
        let high = match order.checked_sub(self.weight(node.level)) {
            Some(left) => self.prune(node.high, left)?,
            None => NONE,
        };
        let result = self.make(node.level, low, high)?;
        self.cache.put(PRUNE, family, order, result);
        Ok(result)
    }

    /// The minimal unions, of at most `order` levels, of a set of `a` and a set of `b`.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn product(&mut self, a: u32, b: u32, order: u32) -> Result<u32, Full> {
        let (a, b) = (a.min(b), a.max(b));
        if self.spans[a as usize].0 > order || self.spans[b as usize].0 > order {
            return Ok(NONE);
        }
        if a == UNIT || a == b {
            return self.prune(b, order);
        }
        let tag = PRODUCT.saturating_add(order);
        if let Some(known) = self.cache.get(tag, a, b) {
            return Ok(known);
        }
        let level = self.table.level(a).min(self.table.level(b));
        let (a_low, a_high) = self.halves(a, level);
        let (b_low, b_high) = self.halves(b, level);
        let low = self.product(a_low, b_low, order)?;
        let high = match order.checked_sub(self.weight(level)) {
            Some(left) => {
                let either = self.union(b_low, b_high)?;
                let first = self.product(a_high, either, left)?;
                let second = self.product(a_low, b_high, left)?;
                let both = self.union(first, second)?;
                self.without(both, low)?
            }
            None => NONE,
        };
        let result = self.make(level, low, high)?;
        self.cache.put(tag, a, b, result);
        Ok(result)
    }

    /// The minimal sets of levels that, true with all others false, make `function` true (Rauzy
    /// 2001). For a monotone function these are its minimal cut sets; for others, the minimal
    /// sets of positive events. `known` holds results by edge.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn minimal(
        &mut self,
        bdd: &Bdd,
        function: Edge,
        known: &mut Vec<u32>,
    ) -> Result<u32, Full> {
        if function == Edge::FALSE {
            return Ok(NONE);
        }
        if function == Edge::TRUE {
            return Ok(UNIT);
        }
        let at = function.0 as usize;
        if known.len() <= at {
            known.resize(bdd.len() * 2, u32::MAX);
        }
        if known[at] != u32::MAX {
            return Ok(known[at]);
        }
        let (low, high) = bdd.halves(function);
        let low = self.minimal(bdd, low, known)?;
        let result = if low == UNIT {
            UNIT
        } else {
            let high = self.minimal(bdd, high, known)?;
            let high = self.without(high, low)?;
            self.make(bdd.level(function), low, high)?
        };
        known[at] = result;
        Ok(result)
    }
}
