//! The order of the steps of a plan, and how much is left after each.

use rayon::prelude::*;

use super::system::System;

/// Plans of more steps are ordered by cost alone.
const MOST_ORDERED: usize = 60;
/// Steps of such a plan after which it is counted what is left.
const COUNTED: usize = 20;
/// The share of the time after which nothing is counted any more.
const END: f64 = 0.75;

/// The steps of a plan, each with the failures left after it: again and again the one that removes
/// most for its cost. Where there are many or the time is up, by cost, and counted now and then.
pub(super) fn ordered(
    system: &System<'_>,
    chosen: &[usize],
    prices: &[u64],
    broken: &[usize],
    used: &(dyn Fn() -> f64 + Sync),
) -> Vec<(usize, Option<u64>)> {
    let left = |choice: &[bool]| -> u64 {
        let each = broken.par_iter().map_init(
            || system.engine.scratch(),
            |scratch, at| system.failing(scratch, choice, *at, true).len() as u64,
        );
        each.sum()
    };
    let mut choice = vec![false; prices.len()];
    let mut rest = chosen.to_vec();
    rest.sort_by_key(|at| (prices[*at], *at));
    let mut found: Vec<(usize, Option<u64>)> = Vec::with_capacity(rest.len());
    let mut before = None;
    while chosen.len() <= MOST_ORDERED && !rest.is_empty() && used() < END {
        let now = *before.get_or_insert_with(|| left(&choice));
        let mut best: Option<(u128, usize, u64)> = None;
        for (place, at) in rest.iter().enumerate() {
            choice[*at] = true;
            let then = left(&choice);
            choice[*at] = false;
            let gain = u128::from(now.saturating_sub(then));
            let better = best.is_none_or(|(known, known_place, _)| {
                let theirs = u128::from(prices[rest[known_place]].max(1));
                gain * theirs > known * u128::from(prices[*at].max(1))
            });
            if better {
                best = Some((gain, place, then));
            }
        }
        let Some((_, place, then)) = best else {
            break;
        };
        let at = rest.remove(place);
        choice[at] = true;
        before = Some(then);
        found.push((at, before));
    }
    let each = rest.len().div_ceil(COUNTED).max(1);
    for (number, at) in rest.into_iter().enumerate() {
        choice[at] = true;
        let counts = (number + 1).is_multiple_of(each) && used() < END;
        found.push((at, counts.then(|| left(&choice))));
    }
    if let Some((_, left)) = found.last_mut() {
        *left = Some(0);
    }
    found
}
