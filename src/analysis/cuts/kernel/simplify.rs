//! A smaller formula of the same function: gates of one kind flow together, and what always
//! occurs together becomes one gate, hence one variable of the diagrams.

use std::collections::BTreeMap;

use super::assume::assume;
use super::formula::{Formula, Lit, Op, Term, TooLarge};
use super::modules::modules;

/// Rounds of assuming, and of grouping: each begins with what the round before made.
const ROUNDS: usize = 8;

/// Simplifies what `top` depends on; the new formula, and `top` in it.
///
/// # Errors
/// The formula grows too large.
pub fn simplify(formula: &Formula, top: Lit) -> Result<(Formula, Lit), TooLarge> {
    let (mut formula, mut top) = flow_together(formula, top)?;
    for _ in 0..ROUNDS {
        let any;
        (formula, top, any) = assume(&formula, top)?;
        (formula, top) = flow_together(&formula, top)?;
        if !any {
            break;
        }
    }
    for _ in 0..ROUNDS {
        let Some(grouped) = group(&formula, top)? else {
            break;
        };
        (formula, top) = grouped;
    }
    Ok((formula, top))
}

/// How many arguments each term is, among those reached from `top`.
fn parents(formula: &Formula, reached: &[bool]) -> Vec<u32> {
    let mut count = vec![0u32; formula.len()];
    for (number, reached) in (0u32..).zip(reached) {
        if *reached {
            for lit in formula.arguments(number) {
                count[lit.number() as usize] += 1;
            }
        }
    }
    count
}

/// An and-gate that only another and-gate uses is part of it; or-gates likewise, and each of the
/// other where it is negated.
fn flow_together(old: &Formula, top: Lit) -> Result<(Formula, Lit), TooLarge> {
    let reached = old.reached_from(top);
    let uses = parents(old, &reached);
    let mut new = Formula::default();
    let mut lits = vec![Lit::TRUE; old.len()];
    // Arguments of gates that flow into their only user.
    for (number, reached) in (0u32..).zip(&reached) {
        if !reached {
            continue;
        }
        let lit = match old.term(number) {
            Term::True => Lit::TRUE,
            Term::Event(event) => new.event(*event),
            Term::Gate(op, arguments) => {
                let mut flat = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let lit = lits[argument.number() as usize].negated_if(argument.is_negated());
                    let only_here = uses[argument.number() as usize] == 1;
                    match inner(&new, lit, *op) {
                        Some(inner) if only_here => flat.extend(inner),
                        _ => flat.push(lit),
                    }
                }
                new.apply(*op, flat)?
            }
        };
        lits[number as usize] = lit;
    }
    let top = lits[top.number() as usize].negated_if(top.is_negated());
    Ok((new, top))
}

/// The arguments of `lit` seen as a gate of kind `op`, if it is one.
fn inner(formula: &Formula, lit: Lit, op: Op) -> Option<Vec<Lit>> {
    let Term::Gate(of, arguments) = formula.term(lit.number()) else {
        return None;
    };
    match (op, *of, lit.is_negated()) {
        (Op::And, Op::And, false) | (Op::Or, Op::Or, false) => Some(arguments.to_vec()),
        (Op::And, Op::Or, true) | (Op::Or, Op::And, true) => {
            Some(arguments.iter().map(|lit| lit.negated()).collect())
        }
        _ => None,
    }
}

/// Events and modules that occur in the same gates, all and-gates or all or-gates, become one
/// gate. `None` if there are none.
fn group(old: &Formula, top: Lit) -> Result<Option<(Formula, Lit)>, TooLarge> {
    let reached = old.reached_from(top);
    let is_module = modules(old, top);
    let mut users: Vec<Vec<u32>> = vec![Vec::new(); old.len()];
    let mut polarity: Vec<u8> = vec![0; old.len()];
    for (number, reached) in (0u32..).zip(&reached) {
        if *reached {
            for lit in old.arguments(number) {
                users[lit.number() as usize].push(number);
                polarity[lit.number() as usize] |= if lit.is_negated() { 2 } else { 1 };
            }
        }
    }
    let mut groups: BTreeMap<(Op, &[u32]), Vec<Lit>> = BTreeMap::new();
    for number in 1..old.len() {
        let (Ok(term), users) = (u32::try_from(number), &users[number]) else {
            break;
        };
        let atom = matches!(old.term(term), Term::Event(_)) || is_module[number];
        let one_sign = polarity[number] == 1 || polarity[number] == 2;
        if !reached[number] || !atom || !one_sign {
            continue;
        }
        let Some(op) = common_kind(old, users) else {
            continue;
        };
        let lit = Lit::of(term).negated_if(polarity[number] == 2);
        groups.entry((op, users)).or_default().push(lit);
    }
    // A group that is all there is of its gate is that gate.
    groups.retain(|(_, users), group| {
        let whole = |user: &u32| old.arguments(*user).len() == group.len();
        group.len() >= 2 && !(users.len() == 1 && users.iter().any(whole))
    });
    if groups.is_empty() {
        return Ok(None);
    }
    // The group takes the place of its first member; the others leave.
    let mut joins: Vec<Option<usize>> = vec![None; old.len()];
    let groups: Vec<(Op, Vec<Lit>)> = groups
        .into_iter()
        .map(|((op, _), group)| (op, group))
        .collect();
    for (at, (_, group)) in groups.iter().enumerate() {
        for lit in group {
            joins[lit.number() as usize] = Some(at);
        }
    }
    let mut new = Formula::default();
    let mut lits = vec![Lit::TRUE; old.len()];
    let mut made: Vec<Option<Lit>> = vec![None; groups.len()];
    for (number, reached) in (0u32..).zip(&reached) {
        if !reached {
            continue;
        }
        let lit = match old.term(number) {
            Term::True => Lit::TRUE,
            Term::Event(event) => new.event(*event),
            Term::Gate(op, arguments) => {
                let mut fresh = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let Some(at) = joins[argument.number() as usize] else {
                        let lit = lits[argument.number() as usize];
                        fresh.push(lit.negated_if(argument.is_negated()));
                        continue;
                    };
                    let lit = if let Some(lit) = made[at] {
                        lit
                    } else {
                        let (op, group) = &groups[at];
                        let of =
                            |lit: &Lit| lits[lit.number() as usize].negated_if(lit.is_negated());
                        let lit = new.apply(*op, group.iter().map(of).collect())?;
                        made[at] = Some(lit);
                        lit
                    };
                    fresh.push(lit);
                }
                new.apply(*op, fresh)?
            }
        };
        lits[number as usize] = lit;
    }
    let top = lits[top.number() as usize].negated_if(top.is_negated());
    Ok(Some((new, top)))
}

/// The kind of all these gates, if it is one of and and or.
fn common_kind(formula: &Formula, users: &[u32]) -> Option<Op> {
    let kind = |number: &u32| match formula.term(*number) {
        Term::Gate(op @ (Op::And | Op::Or), _) => Some(*op),
        _ => None,
    };
    let first = kind(users.first()?)?;
    users
        .iter()
        .all(|user| kind(user) == Some(first))
        .then_some(first)
}
