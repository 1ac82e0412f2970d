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

/// Conditions looked at between two looks at the clock.
const PATIENCE: u64 = 4_096;

/// The cheapest choice, or the best one found before `stop` says to stop or `effort` conditions were
/// looked at in one part; `None` if the conditions
/// contradict each other. Exponential in the worst case; conditions that share no element are
/// solved apart, and elements that another one is as good as and no dearer are left out.
#[must_use]
pub fn cheapest(
    costs: &[u64],
    conditions: &[Condition],
    effort: u64,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Choice> {
    let conditions = undominated(costs, conditions);
    let mut total = Choice::default();
    for part in parts(&conditions) {
        let depth = part.len() * 4 + 64;
        let found = deep(depth, || {
            let mut search = Search::new(costs, &part, effort, stop);
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
    without_implied(conditions)
}

/// A condition that another one implies says nothing: one that holds all its elements, and no more.
fn without_implied(conditions: Vec<Condition>) -> Vec<Condition> {
    let mut occurs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, condition) in conditions.iter().enumerate() {
        if condition.none.is_empty() {
            for element in &condition.any {
                occurs.entry(*element).or_default().push(at);
            }
        }
    }
    let mut implied = vec![false; conditions.len()];
    for (at, small) in conditions.iter().enumerate() {
        if !small.none.is_empty() {
            continue;
        }
        // All that hold it hold its rarest element.
        let places = small.any.iter().filter_map(|element| occurs.get(element));
        for other in places
            .min_by_key(|places| places.len())
            .into_iter()
            .flatten()
        {
            let large = &conditions[*other];
            implied[*other] |= large.any.len() > small.any.len()
                && small
                    .any
                    .iter()
                    .all(|one| large.any.binary_search(one).is_ok())
                && *other != at;
        }
    }
    let mut at = 0;
    let mut kept = conditions;
    kept.retain(|_| {
        at += 1;
        !implied[at - 1]
    });
    kept
}

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

/// Branch and bound over one part. Elements are numbered from 0 within it.
struct Search<'a> {
    /// The elements as others know them.
    names: Vec<usize>,
    costs: Vec<u64>,
    any: Vec<Vec<usize>>,
    none: Vec<Vec<usize>>,
    states: Vec<State>,
    cost: u64,
    best: Option<(u64, Vec<usize>)>,
    /// What the whole costs at least.
    floor: u64,
    looks: u64,
    /// Looks when the clock was looked at last.
    asked: u64,
    effort: u64,
    stopped: bool,
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Search<'a> {
    fn new(
        costs: &[u64],
        conditions: &[Condition],
        effort: u64,
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        let elements = conditions
            .iter()
            .flat_map(|condition| condition.any.iter().chain(&condition.none));
        let mut names: Vec<usize> = elements.copied().collect();
        names.sort_unstable();
        names.dedup();
        let numbered = |list: &Vec<usize>| -> Vec<usize> {
            let number = |name: &usize| names.binary_search(name).ok();
            list.iter().filter_map(number).collect()
        };
        let price = |name: &usize| costs.get(*name).copied().unwrap_or(u64::MAX);
        let costs: Vec<u64> = names.iter().map(price).collect();
        let mut any: Vec<Vec<usize>> = conditions.iter().map(|one| numbered(&one.any)).collect();
        for list in &mut any {
            list.sort_by_key(|element| (costs[*element], *element));
        }
        let mut search = Self {
            any,
            none: conditions.iter().map(|one| numbered(&one.none)).collect(),
            states: vec![State::Open; names.len()],
            names,
            costs,
            cost: 0,
            best: None,
            floor: 0,
            looks: 0,
            asked: 0,
            effort,
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

    fn set(&mut self, element: usize, state: State) {
        if self.states[element] == State::Chosen {
            self.cost = self.cost.saturating_sub(self.costs[element]);
        }
        if state == State::Chosen {
            self.cost = self.cost.saturating_add(self.costs[element]);
        }
        self.states[element] = state;
    }

    fn is_met(&self, condition: usize) -> bool {
        let chosen = |element: &usize| self.states[*element] == State::Chosen;
        let left = |element: &usize| self.states[*element] == State::Left;
        self.any[condition].iter().any(chosen) || self.none[condition].iter().any(left)
    }

    /// What may still be done about a condition: elements to leave, then elements to choose, the
    /// cheapest first.
    fn options(&self, condition: usize) -> impl Iterator<Item = (usize, State)> + '_ {
        let open = |element: &&usize| self.states[**element] == State::Open;
        let none = self.none[condition].iter().filter(open);
        let any = self.any[condition].iter().filter(open);
        none.map(|element| (*element, State::Left))
            .chain(any.map(|element| (*element, State::Chosen)))
    }

    /// What meeting the rest costs at least. Conditions, those with fewest options first, are paid
    /// for by turns out of what is left of the prices of their elements, as much as all of them can
    /// pay: a solution of the dual of the linear programme (dual ascent: Bilde and Krarup 1977,
    /// Erlenkotter 1978).
    fn bound(&self) -> u64 {
        let mut left = self.costs.clone();
        let mut open: Vec<(usize, usize)> = (0..self.any.len())
            .filter(|at| !self.is_met(*at))
            .map(|at| (self.options(at).count(), at))
            .collect();
        open.sort_unstable();
        let mut sum = 0u64;
        for (_, at) in open {
            let pays = |(element, state): (usize, State)| match state {
                State::Chosen => left[element],
                State::Open | State::Left => 0,
            };
            let least = self.options(at).map(pays).min().unwrap_or(0);
            if least > 0 {
                for (element, _) in self.options(at) {
                    left[element] -= least;
                }
                sum = sum.saturating_add(least);
            }
        }
        sum
    }

    /// A first choice: again and again what meets most for its cost.
    fn greedy(&mut self) {
        let before = (self.states.clone(), self.cost);
        let mut in_any: Vec<Vec<usize>> = vec![Vec::new(); self.names.len()];
        let mut in_none: Vec<Vec<usize>> = vec![Vec::new(); self.names.len()];
        for at in 0..self.any.len() {
            for element in &self.any[at] {
                in_any[*element].push(at);
            }
            for element in &self.none[at] {
                in_none[*element].push(at);
            }
        }
        let mut is_open = vec![true; self.any.len()];
        // How many open conditions choosing, and leaving, an element meets.
        let mut gains: Vec<(u64, u64)> = (0..self.names.len())
            .map(|at| (in_any[at].len() as u64, in_none[at].len() as u64))
            .collect();
        let mut open = is_open.len();
        while open > 0 {
            let mut best: Option<(u128, u64, usize, bool)> = None;
            for (element, gain) in gains.iter().enumerate() {
                if self.states[element] != State::Open {
                    continue;
                }
                let ways = [(gain.1, 0, false), (gain.0, self.costs[element], true)];
                for (gain, price, chosen) in ways {
                    let better = gain > 0
                        && best.is_none_or(|(known, theirs, ..)| {
                            u128::from(price) * u128::from(theirs) < known * u128::from(gain)
                        });
                    if better {
                        best = Some((u128::from(price), gain, element, chosen));
                    }
                }
            }
            let Some((_, _, element, chosen)) = best else {
                break;
            };
            self.set(element, if chosen { State::Chosen } else { State::Left });
            let met = if chosen {
                &in_any[element]
            } else {
                &in_none[element]
            };
            for at in met {
                if std::mem::replace(&mut is_open[*at], false) {
                    open -= 1;
                    for element in &self.any[*at] {
                        gains[*element].0 -= 1;
                    }
                    for element in &self.none[*at] {
                        gains[*element].1 -= 1;
                    }
                }
            }
        }
        if open == 0 {
            self.keep();
        }
        (self.states, self.cost) = before;
    }

    /// Remembers the present choice if it is the cheapest yet.
    fn keep(&mut self) {
        if self.best.as_ref().is_none_or(|(cost, _)| self.cost < *cost) {
            let all = self.names.iter().zip(&self.states);
            let chosen = all.filter(|(_, state)| **state == State::Chosen);
            self.best = Some((self.cost, chosen.map(|(name, _)| *name).collect()));
        }
    }

    fn branch(&mut self) {
        self.looks += self.any.len() as u64 + 1;
        if self.looks > self.effort {
            self.stopped = true;
        } else if self.looks > self.asked.saturating_add(PATIENCE) {
            self.asked = self.looks;
            self.stopped |= (self.stop)();
        }
        if self.stopped {
            return;
        }
        if let Some((best, _)) = &self.best
            && self.cost.saturating_add(self.bound()) >= *best
        {
            return;
        }
        let open = (0..self.any.len()).filter(|at| !self.is_met(*at));
        let next = open.min_by_key(|at| self.options(*at).count());
        let Some(options) = next.map(|at| self.options(at).collect::<Vec<_>>()) else {
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
