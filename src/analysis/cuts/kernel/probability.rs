//! The probability that a formula is true while its events are independent: exactly, by Shannon
//! decomposition of its decision diagrams (A. Rauzy, "New algorithms for fault trees analysis",
//! 1993), module by module; and how it changes with each event.

use std::collections::{BTreeMap, HashMap};

use super::bdd::Edge;
use super::complete::{self, Function, Unsolved};
use super::formula::{Formula, Lit, Term};
use super::simplify::simplify;

/// A formula as decision diagrams, to be weighed with any probabilities.
#[derive(Debug)]
pub struct Diagrams {
    formula: Formula,
    top: Lit,
    /// True without any event.
    base: bool,
    /// Modules, children before parents.
    functions: Vec<Function>,
}

/// Values of one module's diagram.
type Values = Vec<f64>;

impl Diagrams {
    /// The diagrams of `top`, each of at most `budget` nodes.
    ///
    /// # Errors
    /// They would be larger with every variable order tried; the formula is too large.
    pub fn new(formula: &Formula, top: Lit, budget: usize) -> Result<Self, Unsolved> {
        let (formula, top) = simplify(formula, top)?;
        let base = complete::values_without_events(&formula)[top.number() as usize];
        let functions = if matches!(formula.term(top.number()), Term::Gate(..)) {
            complete::functions(&formula, top, budget)?
        } else {
            Vec::new()
        };
        Ok(Self {
            formula,
            top,
            base,
            functions,
        })
    }

    /// The probability that it is true if each event happens with the probability `of` gives it.
    /// O(nodes).
    #[must_use]
    pub fn probability(&self, of: &dyn Fn(u32) -> f64) -> f64 {
        let mut terms = HashMap::new();
        for function in &self.functions {
            let values = self.values(function, &terms, of);
            terms.insert(function.number, at(&values, function.root));
        }
        self.turn(self.value(self.top.number(), &terms, of))
    }

    /// The probability, and its partial derivative by the probability of each event that matters:
    /// one pass up and one down (reverse accumulation). O(nodes).
    #[must_use]
    pub fn derivatives(&self, of: &dyn Fn(u32) -> f64) -> (f64, BTreeMap<u32, f64>) {
        let mut terms = HashMap::new();
        let mut all: Vec<Values> = Vec::with_capacity(self.functions.len());
        for function in &self.functions {
            let values = self.values(function, &terms, of);
            terms.insert(function.number, at(&values, function.root));
            all.push(values);
        }
        let top = self.value(self.top.number(), &terms, of);
        let mut slopes: HashMap<u32, f64> = HashMap::new();
        slopes.insert(self.top.number(), self.turn(1.0) - self.turn(0.0));
        for (function, values) in self.functions.iter().zip(&all).rev() {
            let above = slopes.remove(&function.number).unwrap_or(0.0);
            let mut flow = vec![0.0; values.len()];
            push(&mut flow, function.root, above);
            for node in (1..values.len()).rev() {
                let here = flow[node];
                if here == 0.0 {
                    continue;
                }
                let Some((level, low, high)) = split(function, node) else {
                    continue;
                };
                let Some(term) = function.variables.get(level as usize) else {
                    continue;
                };
                let p = self.value(*term, &terms, of);
                *slopes.entry(*term).or_default() += here * (at(values, high) - at(values, low));
                push(&mut flow, low, here * (1.0 - p));
                push(&mut flow, high, here * p);
            }
        }
        let events = slopes
            .into_iter()
            .filter_map(|(term, slope)| match self.formula.term(term) {
                Term::Event(event) => Some((*event, slope)),
                _ => None,
            })
            .collect();
        (self.turn(top), events)
    }

    /// From "is not what it is without events" to "is true".
    fn turn(&self, differs: f64) -> f64 {
        if self.base == self.top.is_negated() {
            differs
        } else {
            1.0 - differs
        }
    }

    /// The probability that a term is not what it is without events.
    fn value(&self, term: u32, known: &HashMap<u32, f64>, of: &dyn Fn(u32) -> f64) -> f64 {
        match self.formula.term(term) {
            Term::True => 0.0,
            Term::Event(event) => of(*event),
            Term::Gate(..) => known.get(&term).copied().unwrap_or(0.0),
        }
    }

    /// By node of the diagram: how probable its function is. A node is made after its children.
    fn values(
        &self,
        function: &Function,
        known: &HashMap<u32, f64>,
        of: &dyn Fn(u32) -> f64,
    ) -> Values {
        let chances: Vec<f64> = function
            .variables
            .iter()
            .map(|term| self.value(*term, known, of))
            .collect();
        let mut values = vec![1.0; function.bdd.len()];
        for node in 1..values.len() {
            if let Some((level, low, high)) = split(function, node) {
                let p = chances.get(level as usize).copied().unwrap_or(0.0);
                values[node] = (1.0 - p) * at(&values, low) + p * at(&values, high);
            }
        }
        values
    }
}

/// The level and halves of node number `node`.
fn split(function: &Function, node: usize) -> Option<(u32, Edge, Edge)> {
    let edge = Edge(u32::try_from(node).ok()? << 1);
    let (low, high) = function.bdd.halves(edge);
    Some((function.bdd.level(edge), low, high))
}

/// The value of what `edge` leads to.
fn at(values: &[f64], edge: Edge) -> f64 {
    let value = values[(edge.0 >> 1) as usize];
    if edge.0 & 1 == 1 { 1.0 - value } else { value }
}

/// Adds to the slope of what `edge` leads to.
fn push(flow: &mut [f64], edge: Edge, slope: f64) {
    let slope = if edge.0 & 1 == 1 { -slope } else { slope };
    flow[(edge.0 >> 1) as usize] += slope;
}
