//! Minimal sets up to an order, cut off while building: from the events up, each gate as the
//! family of its minimal sets of at most so many events (products that grow past the order are
//! never made).

use std::collections::HashMap;

use super::family::{Families, NONE, UNIT};
use super::formula::{Formula, Lit, Op, Term};
use super::table::Full;

/// The minimal sets of at most `order` of a monotone formula whose events are levels; `weights`
/// says what each adds to the order.
///
/// # Errors
/// The budget is spent.
pub fn truncated(
    formula: &Formula,
    top: Lit,
    weights: &[u32],
    order: u32,
    budget: usize,
) -> Result<(Families, u32), Full> {
    let mut families = Families::new(budget, weights.to_vec());
    let mut known: HashMap<u32, u32> = HashMap::new();
    let reached = formula.reached_from(top);
    for (number, reached) in (0u32..).zip(reached) {
        if !reached {
            continue;
        }
        let family = match formula.term(number) {
            Term::True => UNIT,
            Term::Event(level) => {
                let single = families.single(*level)?;
                families.prune(single, order)?
            }
            Term::Gate(op, arguments) => {
                let parts: Vec<u32> = arguments
                    .iter()
                    .map(|lit| known.get(&lit.number()).copied().unwrap_or(NONE))
                    .collect();
                gate(&mut families, *op, parts, order)?
            }
        };
        known.insert(number, family);
    }
    // A monotone formula is never a negation, but may be the constant false.
    let root = if top.is_negated() {
        NONE
    } else {
        known.get(&top.number()).copied().unwrap_or(NONE)
    };
    Ok((families, root))
}

fn gate(families: &mut Families, op: Op, mut parts: Vec<u32>, order: u32) -> Result<u32, Full> {
    match op {
        Op::Or => {
            // Deepest first, and pairs of neighbours: every union stays small as long as it can.
            parts.sort_by_key(|part| std::cmp::Reverse(families.node(*part).level));
            while parts.len() > 1 {
                let mut next = Vec::with_capacity(parts.len().div_ceil(2));
                for pair in parts.chunks(2) {
                    next.push(match pair {
                        [a, b] => families.union(*a, *b)?,
                        [a] => *a,
                        _ => NONE,
                    });
                }
                parts = next;
            }
            Ok(parts.first().copied().unwrap_or(NONE))
        }
        Op::And => {
            // What has only large sets first: it leaves least room.
            let least = |part: &u32| families.least_order(*part);
            if parts.iter().any(|part| least(part).is_none()) {
                return Ok(NONE);
            }
            parts.sort_by_key(|part| (std::cmp::Reverse(least(part)), *part));
            let mut all = UNIT;
            for part in parts {
                all = families.product(all, part, order)?;
                if all == NONE {
                    break;
                }
            }
            Ok(all)
        }
        Op::AtLeast(need) => {
            // Row j: at least j of the first so many parts.
            let mut row = vec![UNIT; parts.len() + 1];
            for _ in 0..need {
                let mut next = vec![NONE; parts.len() + 1];
                for (at, part) in parts.iter().enumerate() {
                    let counts = families.product(row[at], *part, order)?;
                    next[at + 1] = families.union(next[at], counts)?;
                }
                row = next;
                if row.last() == Some(&NONE) {
                    return Ok(NONE);
                }
            }
            Ok(row.last().copied().unwrap_or(NONE))
        }
        // Not monotone.
        Op::Xor => Ok(NONE),
    }
}
