//! Nodes of a decision diagram, each once: an array, and a hash table that finds in it.

/// A diagram outgrew its budget of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// Nodes a diagram may have whatever its budget: two edges to each must fit in 32 bits.
pub const MOST_NODES: usize = 1 << 30;

/// The variable (by level, smallest on top) a terminal has.
pub const TERMINAL: u32 = u32::MAX;

/// One decision: the diagram where the variable is false, and where it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    pub level: u32,
    pub low: u32,
    pub high: u32,
}

/// All nodes; the first `terminals` of them are leaves. O(1) a look-up.
#[derive(Debug)]
pub struct Table {
    nodes: Vec<Node>,
    buckets: Vec<u32>,
    budget: usize,
}

const FREE: u32 = u32::MAX;

impl Table {
    /// A table with `terminals` leaves that may grow to `budget` nodes.
    #[must_use]
    pub fn new(terminals: usize, budget: usize) -> Self {
        let leaf = Node {
            level: TERMINAL,
            low: 0,
            high: 0,
        };
        Self {
            nodes: vec![leaf; terminals],
            buckets: vec![FREE; 1 << 12],
            budget: budget.min(MOST_NODES),
        }
    }

    /// How many nodes there are, leaves included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True only for a table without leaves.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node `at`.
    #[inline]
    #[must_use]
    pub fn node(&self, at: u32) -> Node {
        self.nodes[at as usize]
    }

    /// The level of node `at`.
    #[inline]
    #[must_use]
    pub fn level(&self, at: u32) -> u32 {
        self.nodes[at as usize].level
    }

    /// The number of this node; a new one if there was none.
    ///
    /// # Errors
    /// The budget is spent.
    #[inline]
    pub fn get(&mut self, node: Node) -> Result<u32, Full> {
        let mask = self.buckets.len() - 1;
        let mut at = hash(node.level, node.low, node.high) & mask;
        loop {
            let found = self.buckets[at];
            if found == FREE {
                break;
            }
            if self.nodes[found as usize] == node {
                return Ok(found);
            }
            at = (at + 1) & mask;
        }
        if self.nodes.len() >= self.budget {
            return Err(Full);
        }
        let number = u32::try_from(self.nodes.len()).map_err(|_| Full)?;
        self.nodes.push(node);
        self.buckets[at] = number;
        if self.nodes.len() * 2 > self.buckets.len() {
            self.grow();
        }
        Ok(number)
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.buckets.len() * 4;
        let mask = size - 1;
        let mut buckets = vec![FREE; size];
        for (number, node) in (0u32..).zip(&self.nodes) {
            if node.level == TERMINAL {
                continue;
            }
            let mut at = hash(node.level, node.low, node.high) & mask;
            while buckets[at] != FREE {
                at = (at + 1) & mask;
            }
            buckets[at] = number;
        }
        self.buckets = buckets;
    }
}

/// Results of operations on pairs of nodes: each new one takes the place of an old one, so that
/// memory is bounded and a look-up is one access.
#[derive(Debug)]
pub struct Cache {
    entries: Vec<Entry>,
    inserted: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: u32,
    a: u32,
    b: u32,
    result: u32,
}

const LARGEST_CACHE: usize = 1 << 22;

impl Default for Cache {
    fn default() -> Self {
        Self {
            entries: vec![EMPTY; 1 << 12],
            inserted: 0,
        }
    }
}

const EMPTY: Entry = Entry {
    tag: u32::MAX,
    a: 0,
    b: 0,
    result: 0,
};

impl Cache {
    /// What operation `tag` gave for `a` and `b`, if it is still known.
    #[inline]
    #[must_use]
    pub fn get(&self, tag: u32, a: u32, b: u32) -> Option<u32> {
        let entry = self.entries[hash(a, b, tag) & (self.entries.len() - 1)];
        (entry.a == a && entry.b == b && entry.tag == tag).then_some(entry.result)
    }

    /// Remembers it.
    #[inline]
    pub fn put(&mut self, tag: u32, a: u32, b: u32, result: u32) {
        self.inserted += 1;
        if self.inserted > self.entries.len() && self.entries.len() < LARGEST_CACHE {
            self.grow();
        }
        let at = hash(a, b, tag) & (self.entries.len() - 1);
        self.entries[at] = Entry { tag, a, b, result };
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.entries.len() * 4;
        let mut entries = vec![EMPTY; size];
        for entry in self.entries.iter().filter(|entry| entry.tag != u32::MAX) {
            entries[hash(entry.a, entry.b, entry.tag) & (size - 1)] = *entry;
        }
        self.entries = entries;
    }
}

/// Multiplicative mixing; the high bits are the good ones.
#[inline]
fn hash(a: u32, b: u32, c: u32) -> usize {
    let pair = (u64::from(a) << 32 | u64::from(b)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let all = (pair ^ (pair >> 32) ^ u64::from(c)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    usize::try_from(all >> 32).unwrap_or(0)
}
