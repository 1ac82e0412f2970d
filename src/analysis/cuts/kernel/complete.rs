//! All minimal cut sets of a formula: each module as a binary decision diagram, of which the
//! minimal solutions are taken (A. Rauzy, "New algorithms for fault trees analysis", 1993;
//! "Mathematical foundations of minimal cutsets", 2001). They are counted, by order, without being
//! listed.
//!
//! A module stands in its parent for one variable, which is what it is where nothing has failed:
//! so a minimal set of the whole is a minimal set of the parent with a minimal set of each module
//! in its place, also where modules are negated.

use std::collections::{BTreeMap, HashMap};

use super::bdd::{Bdd, Edge};
use super::deep;
use super::family::Families;
use super::formula::{Formula, Lit, Op, Term, TooLarge};
use super::modules::modules;
use super::order::{self, RULES};
use super::table::Full;
use super::truncated::truncated;

/// Nodes each variable order may use in its first try; each further round gives more.
const FIRST_BUDGET: usize = 100_000;
/// How much more.
const GROWTH: usize = 16;
/// Each round drops half of the orders, but no more than leaves so many.
const FINALISTS: usize = 2;
/// Modules of fewer variables are easy in any order.
const ONE_ORDER: usize = 12;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsolved {
    /// No variable order kept the diagrams within the budget of nodes.
    Budget,
    /// The formula itself is too large.
    Formula,
}

impl From<Full> for Unsolved {
    fn from(_: Full) -> Self {
        Self::Budget
    }
}

impl From<TooLarge> for Unsolved {
    fn from(_: TooLarge) -> Self {
        Self::Formula
    }
}

/// One module: its own variables, and its minimal sets over them.
#[derive(Debug)]
pub(super) struct Module {
    /// By level: the term it stands for.
    pub(super) variables: Vec<u32>,
    pub(super) families: Families,
    pub(super) root: u32,
}

impl Module {
    fn new(variables: Vec<u32>, families: Families, root: u32) -> Self {
        Self {
            variables,
            families,
            root,
        }
    }
}

/// The modules of a formula, solved: by term, children before parents.
pub(super) type Modules = BTreeMap<u32, Module>;

/// Solves every module of `top` with diagrams of at most `budget` nodes each: all minimal sets, or
/// (of a monotone formula) those of at most `order` events. `top` is a gate, and false where
/// nothing has failed.
///
/// # Errors
/// The budget is spent with every variable order.
pub(super) fn solve(
    formula: &Formula,
    top: Lit,
    order: Option<u32>,
    budget: usize,
) -> Result<Modules, Unsolved> {
    let mut solved = Modules::new();
    let mut least = HashMap::new();
    let each = each_module(formula, top, |problem| {
        let module = match order {
            None => {
                let (variables, (families, root)) = problem.race(budget, Problem::families)?;
                Module::new(variables, families, root)
            }
            Some(order) => problem.truncated(order, &least, budget)?,
        };
        let smallest = module.families.least_order(module.root);
        least.insert(problem.top, smallest.unwrap_or(u32::MAX));
        solved.insert(problem.top, module);
        Ok(())
    });
    each.map(|()| solved)
}

/// One module as a decision diagram of the whole function, true where its term is not what it is
/// without events.
#[derive(Debug)]
pub(super) struct Function {
    /// The term it stands for.
    pub(super) number: u32,
    /// By level: the term of the variable.
    pub(super) variables: Vec<u32>,
    pub(super) bdd: Bdd,
    pub(super) root: Edge,
}

/// The diagram of every module of `top`, children before parents; no one of more than `budget`
/// nodes. `top` is a gate.
///
/// # Errors
/// The budget is spent with every variable order.
pub(super) fn functions(
    formula: &Formula,
    top: Lit,
    budget: usize,
) -> Result<Vec<Function>, Unsolved> {
    let mut found = Vec::new();
    let each = each_module(formula, top, |problem| {
        let (variables, (bdd, root)) = problem.race(budget, Problem::function)?;
        found.push(Function {
            number: problem.top,
            variables,
            bdd,
            root,
        });
        Ok(())
    });
    each.map(|()| found)
}

/// Has `solve` look at every module of `top`, children before parents.
fn each_module(
    formula: &Formula,
    top: Lit,
    mut solve: impl FnMut(&Problem<'_>) -> Result<(), Unsolved>,
) -> Result<(), Unsolved> {
    let base = values_without_events(formula);
    let is_module = modules(formula, top);
    let is_variable =
        |term: u32| is_module[term as usize] || matches!(formula.term(term), Term::Event(_));
    for (number, reached) in (0u32..).zip(formula.reached_from(top)) {
        let is_gate = !formula.arguments(number).is_empty();
        if !reached || !is_gate || !(is_module[number as usize] || number == top.number()) {
            continue;
        }
        solve(&Problem {
            formula,
            base: &base,
            top: number,
            local: order::local_terms(formula, number, &is_variable),
            is_variable: &is_variable,
        })?;
    }
    Ok(())
}

/// Value of each term where nothing has failed.
pub(super) fn values_without_events(formula: &Formula) -> Vec<bool> {
    let mut values = vec![false; formula.len()];
    for number in 0..formula.len() {
        let Ok(term) = u32::try_from(number) else {
            break;
        };
        let of = |lit: &Lit| values[lit.number() as usize] != lit.is_negated();
        values[number] = match formula.term(term) {
            Term::True => true,
            Term::Event(_) => false,
            Term::Gate(op, arguments) => {
                let mut arguments = arguments.iter();
                match op {
                    Op::And => arguments.all(of),
                    Op::Or => arguments.any(of),
                    Op::AtLeast(need) => arguments.filter(|lit| of(lit)).count() >= *need as usize,
                    Op::Xor => arguments.filter(|lit| of(lit)).count() == 1,
                }
            }
        };
    }
    values
}

/// One module to be solved.
struct Problem<'a> {
    formula: &'a Formula,
    /// Values of terms where nothing has failed: what is true there is turned upside down.
    base: &'a [bool],
    top: u32,
    /// Its terms down to the variables, in topological order.
    local: Vec<u32>,
    is_variable: &'a dyn Fn(u32) -> bool,
}

impl Problem<'_> {
    fn orders(&self) -> Result<Vec<Vec<u32>>, Unsolved> {
        let mut orders: Vec<Vec<u32>> = Vec::new();
        for rule in RULES {
            let found = order::order(self.formula, self.top, rule, self.is_variable);
            if found.len() > deep::MOST_VARIABLES {
                return Err(Unsolved::Budget);
            }
            if !orders.contains(&found) {
                orders.push(found);
            }
            if orders.first().is_some_and(|first| first.len() < ONE_ORDER) {
                break;
            }
        }
        Ok(orders)
    }

    /// The first variable order that stays within a budget; budgets grow round by round, and the
    /// orders that got furthest in one round begin the next. The orders and budgets
    /// are always the same, so is the answer.
    fn race<T>(
        &self,
        budget: usize,
        make: impl Fn(&Self, &[u32], usize, &mut usize) -> Result<T, Full>,
    ) -> Result<(Vec<u32>, T), Unsolved> {
        let mut orders = self.orders()?;
        let mut share = FIRST_BUDGET.min(budget);
        loop {
            let mut reached = Vec::with_capacity(orders.len());
            for variables in orders {
                let mut gates = 0;
                if let Ok(made) = make(self, &variables, share, &mut gates) {
                    return Ok((variables, made));
                }
                reached.push((gates, variables));
            }
            if share >= budget {
                return Err(Unsolved::Budget);
            }
            share = share.saturating_mul(GROWTH).min(budget);
            reached.sort_by_key(|(gates, _)| std::cmp::Reverse(*gates));
            reached.truncate((reached.len().div_ceil(2)).max(FINALISTS));
            orders = reached
                .into_iter()
                .map(|(_, variables)| variables)
                .collect();
        }
    }

    /// Minimal sets of at most `order` events; the module is monotone. `least`: orders of the
    /// smallest sets of the modules it has as variables.
    fn truncated(
        &self,
        order: u32,
        least: &HashMap<u32, u32>,
        budget: usize,
    ) -> Result<Module, Unsolved> {
        let variables = order::order(self.formula, self.top, RULES[0], self.is_variable);
        if variables.len() > deep::MOST_VARIABLES {
            return Err(Unsolved::Budget);
        }
        let mut own = Formula::default();
        let mut lits: HashMap<u32, Lit> = HashMap::new();
        for (level, number) in (0u32..).zip(&variables) {
            lits.insert(*number, own.event(level));
        }
        for (number, op, arguments) in self.gates() {
            let of = |lit: &Lit| {
                let known = lits.get(&lit.number()).copied().unwrap_or(Lit::FALSE);
                known.negated_if(lit.is_negated())
            };
            let lit = own.apply(op, arguments.iter().map(of).collect())?;
            lits.insert(number, lit);
        }
        let top = lits.get(&self.top).copied().unwrap_or(Lit::FALSE);
        let least = |number: &u32| least.get(number).copied().unwrap_or(1);
        let weights: Vec<u32> = variables.iter().map(least).collect();
        let (families, root) = truncated(&own, top, &weights, order, budget)?;
        Ok(Module::new(variables, families, root))
    }

    /// Its gates in topological order.
    fn gates(&self) -> impl Iterator<Item = (u32, Op, &[Lit])> {
        self.local.iter().filter_map(|number| {
            let is_gate = *number == self.top || !(self.is_variable)(*number);
            match self.formula.term(*number) {
                Term::Gate(op, arguments) if is_gate => Some((*number, *op, &**arguments)),
                _ => None,
            }
        })
    }

    /// Its minimal sets under one variable order.
    fn families(
        &self,
        variables: &[u32],
        budget: usize,
        built: &mut usize,
    ) -> Result<(Families, u32), Full> {
        let (bdd, root) = self.function(variables, budget, built)?;
        let mut families = Families::new(budget, vec![1; variables.len()]);
        let mut known = Vec::new();
        let root = families.minimal(&bdd, root, &mut known)?;
        Ok((families, root))
    }

    /// The function under one variable order. `built` counts the gates that fitted.
    fn function(
        &self,
        variables: &[u32],
        budget: usize,
        built: &mut usize,
    ) -> Result<(Bdd, Edge), Full> {
        let mut bdd = Bdd::new(budget);
        let mut edges: HashMap<u32, Edge> = HashMap::new();
        for (level, number) in (0u32..).zip(variables) {
            let edge = bdd.variable(level)?;
            let upside_down = self.base[*number as usize];
            edges.insert(*number, if upside_down { edge.negated() } else { edge });
        }
        for (number, op, arguments) in self.gates() {
            let mut parts: Vec<Edge> = arguments
                .iter()
                .map(|lit| {
                    let edge = edges.get(&lit.number()).copied().unwrap_or(Edge::FALSE);
                    if lit.is_negated() {
                        edge.negated()
                    } else {
                        edge
                    }
                })
                .collect();
            // From the bottom up: what is on top stays as it is the longest.
            parts.sort_by_key(|edge| std::cmp::Reverse(bdd.level(*edge)));
            let edge = gate(&mut bdd, op, &parts)?;
            edges.insert(number, edge);
            *built += 1;
        }
        let mut root = edges.get(&self.top).copied().unwrap_or(Edge::FALSE);
        if self.base[self.top as usize] {
            root = root.negated();
        }
        Ok((bdd, root))
    }
}

fn gate(bdd: &mut Bdd, op: Op, parts: &[Edge]) -> Result<Edge, Full> {
    match op {
        Op::And => {
            let mut all = Edge::TRUE;
            for part in parts {
                all = bdd.and(all, *part)?;
            }
            Ok(all)
        }
        Op::Or => {
            let mut any = Edge::FALSE;
            for part in parts {
                any = bdd.or(any, *part)?;
            }
            Ok(any)
        }
        Op::Xor => match parts {
            [a, b] => bdd.xor(*a, *b),
            _ => Ok(Edge::FALSE),
        },
        Op::AtLeast(need) => {
            // `at_least[j]`: at least j of the parts so far.
            let need = need as usize;
            let mut at_least = vec![Edge::FALSE; need + 1];
            at_least[0] = Edge::TRUE;
            for part in parts {
                for j in (1..=need).rev() {
                    at_least[j] = bdd.choose(*part, at_least[j - 1], at_least[j])?;
                }
            }
            Ok(at_least[need])
        }
    }
}
