//! Binary decision diagrams with complement edges (Bryant 1986; Brace, Rudell and Bryant 1990).

use super::table::{Cache, Full, Node, TERMINAL, Table};

/// A function: a node, and whether it is negated. True where a node is the leaf and not negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge(pub u32);

impl Edge {
    /// The function that is always true.
    pub const TRUE: Self = Self(0);
    /// The function that is never true.
    pub const FALSE: Self = Self(1);

    /// True of exactly what `self` is false of.
    #[inline]
    #[must_use]
    pub fn negated(self) -> Self {
        Self(self.0 ^ 1)
    }

    #[inline]
    fn node(self) -> u32 {
        self.0 >> 1
    }

    #[inline]
    fn negated_if(self, edge: Self) -> Self {
        Self(self.0 ^ (edge.0 & 1))
    }
}

const AND: u32 = 0;
const XOR: u32 = 1;

/// A manager of diagrams over levels 0, 1, ...: smaller levels are nearer to the root.
#[derive(Debug)]
pub struct Bdd {
    table: Table,
    cache: Cache,
}

impl Bdd {
    /// A manager that may grow to `budget` nodes.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        Self {
            table: Table::new(1, budget),
            cache: Cache::default(),
        }
    }

    /// Nodes made so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Never true: the leaf is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The topmost level `edge` decides on.
    #[inline]
    #[must_use]
    pub fn level(&self, edge: Edge) -> u32 {
        self.table.level(edge.node())
    }

    /// Where the topmost variable is false, and where it is true.
    #[inline]
    #[must_use]
    pub fn halves(&self, edge: Edge) -> (Edge, Edge) {
        let node = self.table.node(edge.node());
        (
            Edge(node.low).negated_if(edge),
            Edge(node.high).negated_if(edge),
        )
    }

    /// The function that is its variable.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn variable(&mut self, level: u32) -> Result<Edge, Full> {
        self.make(level, Edge::FALSE, Edge::TRUE)
    }

    /// Where the variable of `level` is true `high`, else `low`.
    #[inline]
    fn make(&mut self, level: u32, low: Edge, high: Edge) -> Result<Edge, Full> {
        if low == high {
            return Ok(low);
        }
        // One form for a function and its negation: the high edge is never negated.
        let (low, high, negated) = if high.0 & 1 == 1 {
            (low.negated(), high.negated(), 1)
        } else {
            (low, high, 0)
        };
        let (low, high) = (low.0, high.0);
        let number = self.table.get(Node { level, low, high })?;
        Ok(Edge(number << 1 | negated))
    }

    #[inline]
    fn halves_at(&self, edge: Edge, level: u32) -> (Edge, Edge) {
        if self.level(edge) == level {
            self.halves(edge)
        } else {
            (edge, edge)
        }
    }

    /// Both.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn and(&mut self, a: Edge, b: Edge) -> Result<Edge, Full> {
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        if a == Edge::TRUE || a == b {
            return Ok(b);
        }
        if a == Edge::FALSE || a == b.negated() {
            return Ok(Edge::FALSE);
        }
        if let Some(known) = self.cache.get(AND, a.0, b.0) {
            return Ok(Edge(known));
        }
        let level = self.level(a).min(self.level(b));
        let (a_low, a_high) = self.halves_at(a, level);
        let (b_low, b_high) = self.halves_at(b, level);
        let high = self.and(a_high, b_high)?;
        let low = self.and(a_low, b_low)?;
        let result = self.make(level, low, high)?;
        self.cache.put(AND, a.0, b.0, result.0);
        Ok(result)
    }

    /// At least one of the two.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn or(&mut self, a: Edge, b: Edge) -> Result<Edge, Full> {
        Ok(self.and(a.negated(), b.negated())?.negated())
    }

    /// Exactly one of the two.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn xor(&mut self, a: Edge, b: Edge) -> Result<Edge, Full> {
        let negated = (a.0 ^ b.0) & 1;
        let (a, b) = (Edge(a.0 & !1), Edge(b.0 & !1));
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        let positive = if a == b {
            Edge::FALSE
        } else if a == Edge::TRUE {
            b.negated()
        } else if let Some(known) = self.cache.get(XOR, a.0, b.0) {
            Edge(known)
        } else {
            let level = self.level(a).min(self.level(b));
            let (a_low, a_high) = self.halves_at(a, level);
            let (b_low, b_high) = self.halves_at(b, level);
            let high = self.xor(a_high, b_high)?;
            let low = self.xor(a_low, b_low)?;
            let result = self.make(level, low, high)?;
            self.cache.put(XOR, a.0, b.0, result.0);
            result
        };
        Ok(Edge(positive.0 ^ negated))
    }

    /// `then` where `condition` holds, `otherwise` elsewhere.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn choose(&mut self, condition: Edge, then: Edge, otherwise: Edge) -> Result<Edge, Full> {
        let yes = self.and(condition, then)?;
        let no = self.and(condition.negated(), otherwise)?;
        self.or(yes, no)
    }

    /// True for the two functions without a variable.
    #[must_use]
    pub fn is_constant(&self, edge: Edge) -> bool {
        self.level(edge) == TERMINAL
    }
}
