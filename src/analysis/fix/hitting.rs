//! The cheapest choice that meets every condition of the form "at least one of these, or not one of
//! those": weighted hitting sets, exactly, by branch and bound.

use std::collections::BTreeMap;

use crate::analysis::cuts::kernel::deep::deep;

/// One of `any` is chosen, or one of `none` is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// Sorted.
    pub any: Vec<usize>,
    /// Sorted.
    pub none: Vec<usize>,
}

/// A choice that meets all conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Sorted.
    pub chosen: Vec<usize>,
    pub cost: u64,
    /// No choice costs less than this; `cost` itself where it is proved to be the cheapest.
    pub at_least: u64,
}

/// Steps between two looks at the clock.
const PATIENCE: u32 = 128;

/// The cheapest choice, or the best one found before `stop` says to stop; `None` if the conditions
/// contradict each other. Exponential in the worst case; conditions that share no element are
/// solved apart, and elements that another one is as good as and no dearer are left out.
#[must_use]
pub fn cheapest(
    costs: &[u64],
    conditions: &[Condition],
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Choice> {
    let conditions = undominated(costs, conditions);
    let mut total = Choice::default();
    for part in parts(&conditions) {
        let depth = part.len() * 4 + 64;
        let found = deep(depth, || {
            let mut search = Search::new(costs, &part, stop);
            search.run();
            search.best.map(|(cost, chosen)| Choice {
                chosen,
                cost,
                at_least: if search.stopped { search.floor } else { cost },
            })
        })?;
        total.chosen.extend(found.chosen);
        total.cost = total.cost.saturating_add(found.cost);
        total.at_least = total.at_least.saturating_add(found.at_least);
    }
    total.chosen.sort_unstable();
    Some(total)
}

/// The conditions without elements that another one can stand in for: one that occurs wherever they
/// do and costs no more.
fn undominated(costs: &[u64], conditions: &[Condition]) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = conditions.to_vec();
    conditions.sort();
    conditions.dedup();
    let mut occurs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut fixed: Vec<usize> = Vec::new();
    for (at, condition) in conditions.iter().enumerate() {
        for element in &condition.any {
            occurs.entry(*element).or_default().push(at);
        }
        fixed.extend_from_slice(&condition.none);
    }
    fixed.sort_unstable();
    let cost = |element: usize| costs.get(element).copied().unwrap_or(u64::MAX);
    let covers =
        |big: &[usize], small: &[usize]| small.iter().all(|at| big.binary_search(at).is_ok());
    let mut dropped: Vec<usize> = Vec::new();
    for (element, places) in &occurs {
        let Some(first) = places.first().and_then(|at| conditions.get(*at)) else {
            continue;
        };
        if fixed.binary_search(element).is_ok() {
            continue;
        }
        let better = first.any.iter().any(|other| {
            let Some(theirs) = occurs.get(other).filter(|_| other != element) else {
                return false;
            };
            // What moves something away is not as good as what does not.
            fixed.binary_search(other).is_err()
                && cost(*other) <= cost(*element)
                && covers(theirs, places)
                && (theirs.len() > places.len() || cost(*other) < cost(*element) || other < element)
        });
        if better {
            dropped.push(*element);
        }
    }
    for condition in &mut conditions {
        condition
            .any
            .retain(|element| dropped.binary_search(element).is_err());
    }
    conditions.sort();
    conditions.dedup();
    // A condition that another one implies says nothing.
    let implied = |at: usize| {
        let large = &conditions[at];
        large.none.is_empty()
            && conditions.iter().enumerate().any(|(other, small)| {
                other != at
                    && small.none.is_empty()
                    && small.any.len() < large.any.len()
                    && covers(&large.any, &small.any)
            })
    };
    if conditions.len() > MOST_COMPARED {
        return conditions;
    }
    (0..conditions.len())
        .filter(|at| !implied(*at))
        .map(|at| conditions[at].clone())
        .collect()
}

/// Conditions that are compared with each other: their number squared is the work.
const MOST_COMPARED: usize = 3_000;

/// Conditions that share elements, directly or through others, together.
fn parts(conditions: &[Condition]) -> Vec<Vec<Condition>> {
    let mut group: Vec<usize> = (0..conditions.len()).collect();
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, condition) in conditions.iter().enumerate() {
        for element in condition.any.iter().chain(&condition.none) {
            let other = *seen.entry(*element).or_insert(at);
            let (a, b) = (root(&mut group, at), root(&mut group, other));
            group[a.max(b)] = a.min(b);
        }
    }
    let mut found: BTreeMap<usize, Vec<Condition>> = BTreeMap::new();
    for (at, condition) in conditions.iter().enumerate() {
        found
            .entry(root(&mut group, at))
            .or_default()
            .push(condition.clone());
    }
    found.into_values().collect()
}

/// The group that `at` belongs to; the way there gets shorter.
fn root(group: &mut [usize], mut at: usize) -> usize {
    while group[at] != at {
        group[at] = group[group[at]];
        at = group[at];
    }
    at
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Chosen,
    Left,
}

struct Search<'a> {
    costs: &'a [u64],
    conditions: &'a [Condition],
    /// By element that occurs.
    states: BTreeMap<usize, State>,
    cost: u64,
    best: Option<(u64, Vec<usize>)>,
    /// What the whole costs at least.
    floor: u64,
    steps: u32,
    stopped: bool,
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Search<'a> {
    fn new(
        costs: &'a [u64],
        conditions: &'a [Condition],
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        let elements = conditions
            .iter()
            .flat_map(|condition| condition.any.iter().chain(&condition.none));
        let mut search = Self {
            costs,
            conditions,
            states: elements.map(|element| (*element, State::Open)).collect(),
            cost: 0,
            best: None,
            floor: 0,
            steps: 0,
            stopped: false,
            stop,
        };
        search.floor = search.bound();
        search
    }

    fn run(&mut self) {
        self.greedy();
        self.branch();
    }

    fn price(&self, element: usize) -> u64 {
        self.costs.get(element).copied().unwrap_or(u64::MAX)
    }

    fn state(&self, element: usize) -> State {
        self.states.get(&element).copied().unwrap_or(State::Left)
    }

    fn set(&mut self, element: usize, state: State) {
        let before = self.state(element);
        if before == State::Chosen {
            self.cost = self.cost.saturating_sub(self.price(element));
        }
        if state == State::Chosen {
            self.cost = self.cost.saturating_add(self.price(element));
        }
        self.states.insert(element, state);
    }

    fn is_met(&self, condition: &Condition) -> bool {
        let chosen = |element: &usize| self.state(*element) == State::Chosen;
        let left = |element: &usize| self.state(*element) == State::Left;
        condition.any.iter().any(chosen) || condition.none.iter().any(left)
    }

    /// What may still be done about a condition: elements to choose, then elements to leave.
    fn options(&self, condition: &Condition) -> Vec<(usize, State)> {
        let open = |element: &&usize| self.state(**element) == State::Open;
        let any = condition.any.iter().filter(open);
        let none = condition.none.iter().filter(open);
        let mut options: Vec<(usize, State)> =
            none.map(|element| (*element, State::Left)).collect();
        let mut any: Vec<usize> = any.copied().collect();
        any.sort_by_key(|element| (self.price(*element), *element));
        options.extend(any.into_iter().map(|element| (element, State::Chosen)));
        options
    }

    /// Costs of conditions of which no two share an open element, each at its cheapest.
    fn bound(&self) -> u64 {
        let mut used: Vec<usize> = Vec::new();
        let mut sum = 0u64;
        for condition in self.conditions {
            if self.is_met(condition) {
                continue;
            }
            let options = self.options(condition);
            let free = |(element, state): &(usize, State)| {
                *state == State::Chosen && !used.contains(element)
            };
            if options.is_empty() || !options.iter().all(free) {
                continue;
            }
            let least = options
                .iter()
                .map(|(element, _)| self.price(*element))
                .min();
            sum = sum.saturating_add(least.unwrap_or(0));
            used.extend(options.iter().map(|(element, _)| *element));
        }
        sum
    }

    /// A first choice: again and again what meets most for its cost.
    fn greedy(&mut self) {
        let before = (self.states.clone(), self.cost);
        loop {
            let mut gain: BTreeMap<(usize, bool), u64> = BTreeMap::new();
            let mut open = false;
            for condition in self.conditions {
                if self.is_met(condition) {
                    continue;
                }
                open = true;
                for (element, state) in self.options(condition) {
                    *gain.entry((element, state == State::Chosen)).or_default() += 1;
                }
            }
            if !open {
                self.keep();
                break;
            }
            let price = |(element, chosen): (usize, bool)| {
                if chosen { self.price(element) } else { 0 }
            };
            let best = gain.iter().min_by(|(a, gain_a), (b, gain_b)| {
                let left = u128::from(price(**a)) * u128::from(**gain_b);
                let right = u128::from(price(**b)) * u128::from(**gain_a);
                left.cmp(&right).then(a.cmp(b))
            });
            let Some(((element, chosen), _)) = best.map(|(key, gain)| (*key, *gain)) else {
                break;
            };
            self.set(element, if chosen { State::Chosen } else { State::Left });
        }
        (self.states, self.cost) = before;
    }

    /// Remembers the present choice if it is the cheapest yet.
    fn keep(&mut self) {
        if self.best.as_ref().is_none_or(|(cost, _)| self.cost < *cost) {
            let chosen = self
                .states
                .iter()
                .filter(|(_, state)| **state == State::Chosen);
            self.best = Some((self.cost, chosen.map(|(element, _)| *element).collect()));
        }
    }

    fn branch(&mut self) {
        self.steps += 1;
        if self.steps.is_multiple_of(PATIENCE) && (self.stop)() {
            self.stopped = true;
        }
        if self.stopped {
            return;
        }
        if let Some((best, _)) = &self.best
            && self.cost.saturating_add(self.bound()) >= *best
        {
            return;
        }
        let open = self.conditions.iter().filter(|one| !self.is_met(one));
        let Some(options) = open.map(|one| self.options(one)).min_by_key(Vec::len) else {
            self.keep();
            return;
        };
        // Each option in turn, and none of those before it.
        for (element, state) in &options {
            self.set(*element, *state);
            self.branch();
            let other = match state {
                State::Chosen => State::Left,
                _ => State::Chosen,
            };
            self.set(*element, other);
        }
        for (element, _) in &options {
            self.set(*element, State::Open);
        }
    }
}
