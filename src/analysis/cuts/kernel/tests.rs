//! Random formulas with negations, weights and shared gates against all subsets of their events.

use std::collections::BTreeSet;

use super::formula::{Formula, Lit, Op, Term};
use super::solve;

/// Random numbers (`SplitMix64`: Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap() % end
    }
}

fn value(formula: &Formula, lit: Lit, set: u32) -> bool {
    let mut values = Vec::new();
    for number in 0..=lit.number() {
        let of = |lit: &Lit| values[lit.number() as usize] != lit.is_negated();
        let value = match formula.term(number) {
            Term::True => true,
            Term::Event(event) => set >> event & 1 == 1,
            Term::Gate(Op::And, arguments) => arguments.iter().all(of),
            Term::Gate(Op::Or, arguments) => arguments.iter().any(of),
            Term::Gate(Op::Xor, arguments) => arguments.iter().filter(|lit| of(lit)).count() == 1,
            Term::Gate(Op::AtLeast(need), arguments) => {
                arguments.iter().filter(|lit| of(lit)).count() >= *need as usize
            }
        };
        values.push(value);
    }
    values[lit.number() as usize] != lit.is_negated()
}

fn random_formula(random: &mut Random, events: usize, monotone: bool) -> (Formula, Lit) {
    let mut formula = Formula::default();
    let mut lits: Vec<Lit> = (0..events)
        .map(|event| formula.event(u32::try_from(event).unwrap()))
        .collect();
    for _ in 0..2 + random.below(12) {
        let arguments: Vec<Lit> = (0..2 + random.below(4))
            .map(|_| {
                // Recent gates more often: deeper formulas.
                let at = lits.len() - 1 - random.below(lits.len().min(10));
                lits[at].negated_if(!monotone && random.below(4) == 0)
            })
            .collect();
        let lit = match random.below(6) {
            0 | 1 => formula.and(arguments),
            2 | 3 => formula.or(arguments),
            4 if !monotone => formula.xor(arguments[0], arguments[1]),
            _ => {
                let weigh = |lit: &Lit| (u64::from(lit.number() % 3) + 1, *lit);
                formula.weighted(3, arguments.iter().map(weigh).collect())
            }
        };
        lits.push(lit.unwrap());
    }
    (formula, lits[lits.len() - 1])
}

#[test]
fn random_formulas_have_the_cut_sets_of_brute_force() {
    let mut random = Random(7);
    let mut found = 0;
    for round in 0..3_000 {
        let events = 3 + random.below(6);
        let (formula, top) = random_formula(&mut random, events, round % 3 == 0);
        let true_sets: Vec<u32> = (0..1u32 << events)
            .filter(|set| value(&formula, top, *set))
            .collect();
        let minimal: BTreeSet<Vec<u32>> = true_sets
            .iter()
            .filter(|set| {
                true_sets
                    .iter()
                    .all(|other| other == *set || other & *set != *other)
            })
            .map(|set| (0..32).filter(|event| set >> event & 1 == 1).collect())
            .collect();
        for order in [None, Some(0), Some(1), Some(2), Some(3), Some(9)] {
            let expected: BTreeSet<Vec<u32>> = minimal
                .iter()
                .filter(|set| order.is_none_or(|order| set.len() <= order as usize))
                .cloned()
                .collect();
            let solution = solve(&formula, top, order, 1_000_000).unwrap();
            let ours: BTreeSet<Vec<u32>> = solution.smallest(100_000).into_iter().collect();
            assert_eq!(ours, expected, "round {round}, order {order:?}");
            let by_order = solution.by_order();
            for (length, count) in by_order.iter().enumerate() {
                let of_length = expected.iter().filter(|set| set.len() == length).count();
                assert_eq!(count.small(), Some(of_length as u64));
            }
            assert_eq!(
                by_order.len(),
                expected.iter().map(|set| set.len() + 1).max().unwrap_or(0)
            );
            let few: Vec<usize> = solution.smallest(2).iter().map(Vec::len).collect();
            let mut lengths: Vec<usize> = expected.iter().map(Vec::len).collect();
            lengths.sort_unstable();
            lengths.truncate(2);
            assert_eq!(few, lengths);
        }
        found += minimal.len();
    }
    assert!(found > 4_000, "{found}");
}

/// n pairs in series: 2^n cut sets, far more than 128 bits hold, counted exactly.
#[test]
fn counts_have_no_limit() {
    let mut formula = Formula::default();
    let mut pairs = Vec::new();
    for pair in 0..200u32 {
        let two = vec![formula.event(2 * pair), formula.event(2 * pair + 1)];
        pairs.push(formula.or(two).unwrap());
    }
    let top = formula.and(pairs).unwrap();
    let by_order = solve(&formula, top, None, 1_000_000).unwrap().by_order();
    assert_eq!(by_order.len(), 201);
    let power = "1606938044258990275541962092341162602522202993782792835301376";
    assert_eq!(by_order[200].to_string(), power);
}

/// A chain of gates as long as it likes neither overflows the stack nor takes for ever.
#[test]
fn long_chains_are_no_deeper_than_their_diagrams() {
    let mut formula = Formula::default();
    let mut lit = formula.event(0);
    for number in 1..20_000u32 {
        let event = formula.event(number);
        let two = vec![lit, event];
        lit = if number % 2 == 0 {
            formula.or(two)
        } else {
            formula.and(two)
        }
        .unwrap();
    }
    let size = formula.len();
    let by_order = super::deep::deep(size, || {
        solve(&formula, lit, Some(3), 10_000_000)
            .unwrap()
            .by_order()
    });
    // The last or-gate's event alone; then each one before with what every and-gate after it adds.
    let counts: Vec<_> = by_order
        .iter()
        .map(|count| count.small().unwrap())
        .collect();
    assert_eq!(counts, [0, 0, 1, 1]);
}

#[test]
fn a_spent_budget_is_said() {
    let mut formula = Formula::default();
    let mut random = Random(1);
    let mut gates = Vec::new();
    for _ in 0..60 {
        let group = (0..20).map(|_| formula.event(u32::try_from(random.below(400)).unwrap()));
        let group = group.collect();
        gates.push(formula.or(group).unwrap());
    }
    let top = formula.and(gates).unwrap();
    assert!(matches!(
        solve(&formula, top, None, 20_000),
        Err(super::Unsolved::Budget)
    ));
}
