//! Static variable orders: which event a diagram decides first. None is best everywhere, so a few
//! are tried (see [`super::complete`]).

use super::formula::{Formula, Lit};

/// A rule that puts variables in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Depth first, arguments as written.
    AsWritten,
    /// Depth first, the argument with the fewest gates below it first.
    SmallestFirst,
    /// Depth first, the argument with the most gates below it first.
    LargestFirst,
    /// Level by level from the top.
    ByLevel,
    /// Depth first, the most shared argument first.
    SharedFirst,
    /// Heaviest first: the top weighs one, and each gate hands its weight to its arguments in
    /// equal parts (Minato, Ishiura and Yajima 1990).
    Heaviest,
}

/// All rules, those that are most often good first.
pub const RULES: [Rule; 6] = [
    Rule::Heaviest,
    Rule::SharedFirst,
    Rule::LargestFirst,
    Rule::AsWritten,
    Rule::SmallestFirst,
    Rule::ByLevel,
];

/// The variables (terms that `is_variable` names) below gate `top`, in the order of `rule`. Linear
/// but for sorting arguments.
#[must_use]
pub fn order(
    formula: &Formula,
    top: u32,
    rule: Rule,
    is_variable: impl Fn(u32) -> bool,
) -> Vec<u32> {
    let local = local_terms(formula, top, &is_variable);
    let facts = Facts::new(formula, top, &local, &is_variable);
    match rule {
        Rule::ByLevel => by_level(formula, top, &is_variable),
        Rule::Heaviest => heaviest(formula, top, &local, &is_variable),
        _ => depth_first(formula, top, &is_variable, |number, arguments| {
            facts.sort(rule, number, arguments);
        }),
    }
}

/// Terms below `top` down to the variables, in topological order, `top` last.
#[must_use]
pub fn local_terms(formula: &Formula, top: u32, is_variable: &impl Fn(u32) -> bool) -> Vec<u32> {
    let mut seen = std::collections::HashSet::from([top]);
    let mut queue = vec![top];
    let mut at = 0;
    while let Some(&number) = queue.get(at) {
        at += 1;
        if number != top && is_variable(number) {
            continue;
        }
        for lit in formula.arguments(number) {
            if seen.insert(lit.number()) {
                queue.push(lit.number());
            }
        }
    }
    queue.sort_unstable();
    queue
}

struct Facts {
    size: std::collections::HashMap<u32, (u64, u32)>,
}

impl Facts {
    /// Gates below (those shared counted each time) and uses, by term.
    fn new(formula: &Formula, top: u32, local: &[u32], is_variable: &impl Fn(u32) -> bool) -> Self {
        let mut size: std::collections::HashMap<u32, (u64, u32)> = std::collections::HashMap::new();
        for &number in local {
            let mut below = 1u64;
            if number == top || !is_variable(number) {
                for lit in formula.arguments(number) {
                    if let Some((of, uses)) = size.get_mut(&lit.number()) {
                        below = below.saturating_add(*of);
                        *uses += 1;
                    }
                }
            }
            size.insert(number, (below, 0));
        }
        Self { size }
    }

    fn sort(&self, rule: Rule, _gate: u32, arguments: &mut [Lit]) {
        let of = |lit: &Lit| self.size.get(&lit.number()).copied().unwrap_or((0, 0));
        match rule {
            Rule::SmallestFirst => arguments.sort_by_key(|lit| of(lit).0),
            Rule::LargestFirst => arguments.sort_by_key(|lit| std::cmp::Reverse(of(lit).0)),
            Rule::SharedFirst => {
                arguments.sort_by_key(|lit| (std::cmp::Reverse(of(lit).1), of(lit).0));
            }
            Rule::AsWritten | Rule::ByLevel | Rule::Heaviest => {}
        }
    }
}

fn heaviest(
    formula: &Formula,
    top: u32,
    local: &[u32],
    is_variable: &impl Fn(u32) -> bool,
) -> Vec<u32> {
    let mut weight: std::collections::HashMap<u32, f64> =
        std::collections::HashMap::from([(top, 1.0)]);
    for &number in local.iter().rev() {
        let arguments = formula.arguments(number);
        if arguments.is_empty() || (number != top && is_variable(number)) {
            continue;
        }
        let parts = f64::from(u32::try_from(arguments.len()).unwrap_or(u32::MAX));
        let share = weight.get(&number).copied().unwrap_or(0.0) / parts;
        for lit in arguments {
            *weight.entry(lit.number()).or_default() += share;
        }
    }
    depth_first(formula, top, is_variable, |_, arguments| {
        arguments.sort_by(|a, b| {
            let of = |lit: &Lit| weight.get(&lit.number()).copied().unwrap_or(0.0);
            of(b).total_cmp(&of(a))
        });
    })
}

fn depth_first(
    formula: &Formula,
    top: u32,
    is_variable: &impl Fn(u32) -> bool,
    sort: impl Fn(u32, &mut [Lit]),
) -> Vec<u32> {
    let mut seen = std::collections::HashSet::new();
    let mut found = Vec::new();
    let mut stack = vec![top];
    while let Some(number) = stack.pop() {
        if !seen.insert(number) {
            continue;
        }
        if number != top && is_variable(number) {
            found.push(number);
            continue;
        }
        let mut arguments = formula.arguments(number).to_vec();
        sort(number, &mut arguments);
        stack.extend(arguments.iter().rev().map(|lit| lit.number()));
    }
    found
}

fn by_level(formula: &Formula, top: u32, is_variable: &impl Fn(u32) -> bool) -> Vec<u32> {
    let mut seen = std::collections::HashSet::from([top]);
    let mut queue = vec![top];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&number) = queue.get(at) {
        at += 1;
        if number != top && is_variable(number) {
            found.push(number);
            continue;
        }
        for lit in formula.arguments(number) {
            if seen.insert(lit.number()) {
                queue.push(lit.number());
            }
        }
    }
    found
}
