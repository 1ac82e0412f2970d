//! Boolean formulas over events: gates, each once, with constants and repetitions folded away.

use std::collections::HashMap;

/// An event or gate, or its negation. Arguments always have smaller numbers than their gate, so
/// the order of numbers is topological.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lit(u32);

impl Lit {
    /// Always true.
    pub const TRUE: Self = Self(0);
    /// Never true.
    pub const FALSE: Self = Self(1);

    /// The term `number`, as it is.
    #[must_use]
    pub fn of(number: u32) -> Self {
        Self(number << 1)
    }

    /// The number of its event or gate; 0 for constants.
    #[inline]
    #[must_use]
    pub fn number(self) -> u32 {
        self.0 >> 1
    }

    /// True for a negation.
    #[inline]
    #[must_use]
    pub fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    /// Its negation.
    #[inline]
    #[must_use]
    pub fn negated(self) -> Self {
        Self(self.0 ^ 1)
    }

    /// Negated once more if `negated`.
    #[inline]
    #[must_use]
    pub fn negated_if(self, negated: bool) -> Self {
        Self(self.0 ^ u32::from(negated))
    }
}

/// What a gate is true of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// All arguments.
    And,
    /// Any argument.
    Or,
    /// At least so many arguments: from 2 to all but one.
    AtLeast(u32),
    /// Exactly one of two arguments.
    Xor,
}

/// An event, a gate, or (number 0) the constant true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    True,
    /// An event of the outside world, by its number there.
    Event(u32),
    Gate(Op, Box<[Lit]>),
}

/// Terms in topological order, each once.
#[derive(Clone, Debug)]
pub struct Formula {
    terms: Vec<Term>,
    events: HashMap<u32, u32>,
    gates: HashMap<(Op, Box<[Lit]>), u32>,
    arguments: usize,
    limit: usize,
}

/// Terms and arguments a formula may have.
pub const MOST_ARGUMENTS: usize = 50_000_000;

/// The formula has more gates and arguments than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl Default for Formula {
    fn default() -> Self {
        Self::with_limit(MOST_ARGUMENTS)
    }
}

impl Formula {
    /// An empty formula that may grow to `limit` terms and arguments together.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            terms: vec![Term::True],
            events: HashMap::new(),
            gates: HashMap::new(),
            arguments: 0,
            limit: limit.min(MOST_ARGUMENTS),
        }
    }

    /// How many terms there are, the constant included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Never true: the constant is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The term `number`.
    #[must_use]
    pub fn term(&self, number: u32) -> &Term {
        &self.terms[number as usize]
    }

    /// The arguments of the term `number`; none of an event.
    #[must_use]
    pub fn arguments(&self, number: u32) -> &[Lit] {
        match self.term(number) {
            Term::Gate(_, arguments) => arguments,
            Term::True | Term::Event(_) => &[],
        }
    }

    /// The event `event` of the outside world.
    pub fn event(&mut self, event: u32) -> Lit {
        let terms = &mut self.terms;
        Lit::of(*self.events.entry(event).or_insert_with(|| {
            terms.push(Term::Event(event));
            u32::try_from(terms.len() - 1).unwrap_or(u32::MAX)
        }))
    }

    /// A gate and its dual are one term: the first argument of an and, or or at-least gate is
    /// never negated.
    fn gate(&mut self, op: Op, mut arguments: Vec<Lit>) -> Result<Lit, TooLarge> {
        let upside_down = arguments.first().is_some_and(|lit| lit.is_negated());
        let op = match op {
            _ if !upside_down => op,
            Op::And => Op::Or,
            Op::Or => Op::And,
            Op::AtLeast(need) => {
                let count = u32::try_from(arguments.len()).map_err(|_| TooLarge)?;
                Op::AtLeast((count + 1).saturating_sub(need))
            }
            Op::Xor => Op::Xor,
        };
        if upside_down {
            for lit in &mut arguments {
                *lit = lit.negated();
            }
        }
        let gate = self.positive_gate(op, arguments)?;
        Ok(gate.negated_if(upside_down))
    }

    fn positive_gate(&mut self, op: Op, arguments: Vec<Lit>) -> Result<Lit, TooLarge> {
        let arguments = arguments.into_boxed_slice();
        if let Some(known) = self.gates.get(&(op, arguments.clone())) {
            return Ok(Lit::of(*known));
        }
        self.arguments += arguments.len() + 1;
        if self.arguments > self.limit {
            return Err(TooLarge);
        }
        let number = u32::try_from(self.terms.len()).map_err(|_| TooLarge)?;
        self.terms.push(Term::Gate(op, arguments.clone()));
        self.gates.insert((op, arguments), number);
        Ok(Lit::of(number))
    }

    /// All of `arguments`; true of none.
    ///
    /// # Errors
    /// The formula grows too large.
    pub fn and(&mut self, arguments: Vec<Lit>) -> Result<Lit, TooLarge> {
        self.all_or_any(Op::And, arguments)
    }

    /// Any of `arguments`; false of none.
    ///
    /// # Errors
    /// The formula grows too large.
    pub fn or(&mut self, arguments: Vec<Lit>) -> Result<Lit, TooLarge> {
        self.all_or_any(Op::Or, arguments)
    }

    fn all_or_any(&mut self, op: Op, mut arguments: Vec<Lit>) -> Result<Lit, TooLarge> {
        let (neutral, decides) = match op {
            Op::And => (Lit::TRUE, Lit::FALSE),
            _ => (Lit::FALSE, Lit::TRUE),
        };
        arguments.sort_unstable();
        arguments.dedup();
        arguments.retain(|lit| *lit != neutral);
        let contradicts = arguments.windows(2).any(|two| two[0] == two[1].negated());
        if contradicts || arguments.contains(&decides) {
            return Ok(decides);
        }
        match arguments.as_slice() {
            [] => Ok(neutral),
            [only] => Ok(*only),
            _ => self.gate(op, arguments),
        }
    }

    /// At least `need` of `arguments`, a repeated one counting as often as it occurs.
    ///
    /// # Errors
    /// The formula grows too large.
    pub fn at_least(&mut self, need: u64, mut arguments: Vec<Lit>) -> Result<Lit, TooLarge> {
        let sure = arguments.iter().filter(|lit| **lit == Lit::TRUE).count() as u64;
        arguments.retain(|lit| *lit != Lit::TRUE && *lit != Lit::FALSE);
        arguments.sort_unstable();
        let Some(need) = need.checked_sub(sure).filter(|need| *need > 0) else {
            return Ok(Lit::TRUE);
        };
        let count = arguments.len() as u64;
        if need > count {
            return Ok(Lit::FALSE);
        }
        if need == 1 {
            return self.or(arguments);
        }
        if need == count {
            return self.and(arguments);
        }
        if arguments
            .windows(2)
            .any(|two| two[0].number() == two[1].number())
        {
            return self.weighted(need, arguments.into_iter().map(|lit| (1, lit)).collect());
        }
        let need = u32::try_from(need).map_err(|_| TooLarge)?;
        self.gate(Op::AtLeast(need), arguments)
    }

    /// Arguments that weigh at least `need` together.
    ///
    /// # Errors
    /// The formula grows too large.
    pub fn weighted(&mut self, need: u64, arguments: Vec<(u64, Lit)>) -> Result<Lit, TooLarge> {
        let mut weights: HashMap<Lit, u64> = HashMap::new();
        let mut need = need;
        let mut certain = 0u64;
        for (weight, lit) in arguments {
            if lit == Lit::TRUE {
                certain = certain.saturating_add(weight);
            } else if lit != Lit::FALSE && weight > 0 {
                let sum = weights.entry(lit).or_default();
                *sum = sum.saturating_add(weight);
            }
        }
        // Of something and its negation one always holds: the smaller weight is certain.
        let both: Vec<Lit> = weights
            .keys()
            .copied()
            .filter(|lit| !lit.is_negated() && weights.contains_key(&lit.negated()))
            .collect();
        for lit in both {
            let (a, b) = (weights[&lit], weights[&lit.negated()]);
            certain = certain.saturating_add(a.min(b));
            weights.insert(lit, a - a.min(b));
            weights.insert(lit.negated(), b - a.min(b));
        }
        need = need.saturating_sub(certain);
        let mut arguments: Vec<(u64, Lit)> = weights
            .into_iter()
            .map(|(lit, weight)| (weight, lit))
            .filter(|(weight, _)| *weight > 0)
            .collect();
        arguments.sort_unstable_by_key(|(weight, lit)| (std::cmp::Reverse(*weight), *lit));
        let mut suffix = vec![0u128; arguments.len() + 1];
        for (at, (weight, _)) in arguments.iter().enumerate().rev() {
            suffix[at] = suffix[at + 1] + u128::from(*weight);
        }
        let equal_from = arguments
            .iter()
            .rposition(|(weight, _)| Some(weight) != arguments.last().map(|(last, _)| last))
            .map_or(0, |at| at + 1);
        self.weigh(need, &arguments, &suffix, equal_from)
    }

    /// Heaviest first: either the first counts or it doesn't; with an explicit stack, for there
    /// may be many. Lists that end in equal weights end in an at-least gate.
    fn weigh(
        &mut self,
        need: u64,
        arguments: &[(u64, Lit)],
        suffix: &[u128],
        equal_from: usize,
    ) -> Result<Lit, TooLarge> {
        let mut known: HashMap<(usize, u64), Lit> = HashMap::new();
        let mut stack = vec![(0usize, need)];
        while let Some(&(at, left)) = stack.last() {
            if known.contains_key(&(at, left)) {
                stack.pop();
                continue;
            }
            let settled = if left == 0 {
                Some(Lit::TRUE)
            } else if u128::from(left) > suffix[at] {
                Some(Lit::FALSE)
            } else if at >= equal_from {
                let weight = arguments[at].0;
                let lits = arguments[at..].iter().map(|(_, lit)| *lit).collect();
                Some(self.at_least(left.div_ceil(weight), lits)?)
            } else {
                let (weight, lit) = arguments[at];
                let with = (at + 1, left.saturating_sub(weight));
                let without = (at + 1, left);
                match (known.get(&with).copied(), known.get(&without).copied()) {
                    (Some(with), Some(without)) => {
                        let counts = self.and(vec![lit, with])?;
                        Some(self.or(vec![counts, without])?)
                    }
                    (None, _) => {
                        stack.push(with);
                        None
                    }
                    (_, None) => {
                        stack.push(without);
                        None
                    }
                }
            };
            if let Some(settled) = settled {
                known.insert((at, left), settled);
                if known.len() > self.limit {
                    return Err(TooLarge);
                }
                stack.pop();
            }
        }
        Ok(known.get(&(0, need)).copied().unwrap_or(Lit::FALSE))
    }

    /// Exactly one of two.
    ///
    /// # Errors
    /// The formula grows too large.
    pub fn xor(&mut self, a: Lit, b: Lit) -> Result<Lit, TooLarge> {
        let negated = a.is_negated() != b.is_negated();
        let (a, b) = (a.negated_if(a.is_negated()), b.negated_if(b.is_negated()));
        let positive = if a == b {
            Lit::FALSE
        } else if a == Lit::TRUE {
            b.negated()
        } else if b == Lit::TRUE {
            a.negated()
        } else {
            self.gate(Op::Xor, vec![a.min(b), a.max(b)])?
        };
        Ok(positive.negated_if(negated))
    }

    /// Any of the kinds above over new arguments.
    ///
    /// # Errors
    /// The formula grows too large.
    pub fn apply(&mut self, op: Op, arguments: Vec<Lit>) -> Result<Lit, TooLarge> {
        match (op, arguments.as_slice()) {
            (Op::And, _) => self.and(arguments),
            (Op::Or, _) => self.or(arguments),
            (Op::AtLeast(need), _) => self.at_least(u64::from(need), arguments),
            (Op::Xor, [a, b]) => self.xor(*a, *b),
            (Op::Xor, _) => Ok(Lit::FALSE),
        }
    }

    /// For each term whether `top` depends on it.
    #[must_use]
    pub fn reached_from(&self, top: Lit) -> Vec<bool> {
        let mut reached = vec![false; self.terms.len()];
        reached[top.number() as usize] = true;
        for number in (0..self.terms.len()).rev() {
            if reached[number]
                && let Term::Gate(_, arguments) = &self.terms[number]
            {
                for lit in arguments {
                    reached[lit.number() as usize] = true;
                }
            }
        }
        reached
    }
}
