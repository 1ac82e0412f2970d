//! What a gate may take for granted: inside `or(x, g)` the value of `g` matters only where `x` is
//! false, so every `x` below `g` may be replaced by false; inside `and(x, g)` by true. A gate used
//! in several places may assume what holds in all of them.
//!
//! Sound together: of the arguments of one gate each assumes something only of those with smaller
//! numbers. The first that decides the gate finds its assumptions true, so it keeps its value.

use super::formula::{Formula, Lit, Op, Term, TooLarge};

/// Assumptions kept for one gate; fewer are as sound.
const MOST_ASSUMED: usize = 2_000;
/// Assumptions looked at in all, so that the time stays linear in this.
const MOST_WORK: usize = 50_000_000;

/// The same function with assumptions used, and whether there was any to use.
///
/// # Errors
/// The formula grows too large.
pub fn assume(old: &Formula, top: Lit) -> Result<(Formula, Lit, bool), TooLarge> {
    let assumed = assumptions(old, top);
    let mut new = Formula::default();
    let mut lits = vec![Lit::FALSE; old.len()];
    let mut any = false;
    for (number, assumed) in (0u32..).zip(&assumed) {
        let Some(assumed) = assumed else { continue };
        let holds = |lit: Lit| assumed.binary_search(&lit).is_ok();
        lits[number as usize] = match old.term(number) {
            Term::True => Lit::TRUE,
            Term::Event(event) => new.event(*event),
            Term::Gate(op, arguments) => {
                let mut fresh = Vec::with_capacity(arguments.len());
                for lit in arguments {
                    fresh.push(if holds(*lit) {
                        any = true;
                        Lit::TRUE
                    } else if holds(lit.negated()) {
                        any = true;
                        Lit::FALSE
                    } else {
                        lits[lit.number() as usize].negated_if(lit.is_negated())
                    });
                }
                new.apply(*op, fresh)?
            }
        };
    }
    let top = lits[top.number() as usize].negated_if(top.is_negated());
    Ok((new, top, any))
}

/// By term below `top`: what it may take for granted, sorted.
fn assumptions(formula: &Formula, top: Lit) -> Vec<Option<Vec<Lit>>> {
    let reached = formula.reached_from(top);
    let mut uses = vec![0u32; formula.len()];
    for (number, reached) in (0u32..).zip(&reached) {
        if *reached {
            for lit in formula.arguments(number) {
                uses[lit.number() as usize] += 1;
            }
        }
    }
    let mut assumed: Vec<Option<Vec<Lit>>> = vec![None; formula.len()];
    assumed[top.number() as usize] = Some(Vec::new());
    let mut work = 0usize;
    for number in (0..formula.len()).rev() {
        let Ok(term) = u32::try_from(number) else {
            continue;
        };
        let Term::Gate(op, arguments) = formula.term(term) else {
            continue;
        };
        let Some(inherited) = assumed[number].clone() else {
            continue;
        };
        let mut here = inherited;
        for lit in arguments {
            let child = lit.number() as usize;
            work = work.saturating_add(here.len());
            if work > MOST_WORK {
                here.clear();
            }
            assumed[child] = Some(match assumed[child].take() {
                None => here.clone(),
                Some(known) => common(&known, &here),
            });
            // The next ones may assume this one, if it occurs elsewhere at all.
            let assumption = match op {
                Op::And => *lit,
                Op::Or => lit.negated(),
                Op::AtLeast(_) | Op::Xor => continue,
            };
            if uses[child] > 1
                && here.len() < MOST_ASSUMED
                && let Err(at) = here.binary_search(&assumption)
            {
                here.insert(at, assumption);
            }
        }
    }
    assumed
}

/// What two sorted lists share.
fn common(a: &[Lit], b: &[Lit]) -> Vec<Lit> {
    a.iter()
        .copied()
        .filter(|lit| b.binary_search(lit).is_ok())
        .collect()
}
