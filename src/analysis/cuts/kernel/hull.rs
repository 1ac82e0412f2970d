//! The monotone hull of a formula: negations pushed down to the events, and every negated event
//! taken for granted. A set that makes the formula true makes its hull true.

use super::formula::{Formula, Lit, Op, Term, TooLarge};

/// The hull of `top` and whether anything was taken for granted (if not, it is the formula).
///
/// # Errors
/// The formula grows too large.
pub fn hull(old: &Formula, top: Lit) -> Result<(Formula, Lit, bool), TooLarge> {
    // Which signs of each term are needed.
    let mut needed = vec![[false; 2]; old.len()];
    needed[top.number() as usize][usize::from(top.is_negated())] = true;
    for number in (0..old.len()).rev() {
        let Ok(term) = u32::try_from(number) else {
            continue;
        };
        let Term::Gate(op, arguments) = old.term(term) else {
            continue;
        };
        let signs = needed[number];
        for lit in arguments {
            let to = &mut needed[lit.number() as usize];
            let both = *op == Op::Xor && (signs[0] || signs[1]);
            for sign in [false, true] {
                if both || signs[usize::from(sign)] {
                    to[usize::from(sign != lit.is_negated())] = true;
                    if both {
                        *to = [true, true];
                    }
                }
            }
        }
    }
    let mut new = Formula::default();
    let mut lits = vec![[Lit::FALSE; 2]; old.len()];
    let mut any = false;
    for number in 0..old.len() {
        let Ok(term) = u32::try_from(number) else {
            break;
        };
        for sign in [false, true] {
            if !needed[number][usize::from(sign)] {
                continue;
            }
            let at = |lit: &Lit, flip: bool| {
                lits[lit.number() as usize][usize::from(lit.is_negated() != flip)]
            };
            let lit = match old.term(term) {
                Term::True => Lit::TRUE.negated_if(sign),
                Term::Event(number) => {
                    any |= sign;
                    if sign { Lit::TRUE } else { new.event(*number) }
                }
                Term::Gate(op, arguments) => {
                    let with: Vec<Lit> = arguments.iter().map(|lit| at(lit, sign)).collect();
                    let count = u64::try_from(arguments.len()).unwrap_or(u64::MAX);
                    match (op, sign) {
                        (Op::And, false) | (Op::Or, true) => new.and(with)?,
                        (Op::Or, false) | (Op::And, true) => new.or(with)?,
                        (Op::AtLeast(need), false) => new.at_least(u64::from(*need), with)?,
                        (Op::AtLeast(need), true) => {
                            new.at_least(count + 1 - u64::from(*need).min(count), with)?
                        }
                        (Op::Xor, _) => {
                            let [a, b] = &**arguments else { continue };
                            // Of an odd number of signs one side is flipped.
                            let one = new.and(vec![at(a, false), at(b, !sign)])?;
                            let other = new.and(vec![at(a, true), at(b, sign)])?;
                            new.or(vec![one, other])?
                        }
                    }
                }
            };
            lits[number][usize::from(sign)] = lit;
        }
    }
    let top = lits[top.number() as usize][usize::from(top.is_negated())];
    Ok((new, top, any))
}
