//! Modules: gates that share no event with the rest, so that they can be solved alone (Y. Dutuit
//! and A. Rauzy, "A linear-time algorithm to find modules of fault trees", 1996).

use super::formula::{Formula, Lit};

#[derive(Clone, Copy, Debug, Default)]
struct Dates {
    /// First visit, end of the first visit, last visit; 0: never.
    first: u32,
    end: u32,
    last: u32,
}

/// By term: true for gates (below `top`, itself included) whose events occur nowhere else. Linear
/// in terms and arguments.
#[must_use]
pub fn modules(formula: &Formula, top: Lit) -> Vec<bool> {
    let mut dates = vec![Dates::default(); formula.len()];
    let mut clock = 0u32;
    let mut tick = || {
        clock = clock.saturating_add(1);
        clock
    };
    let mut stack: Vec<(u32, usize)> = vec![(top.number(), 0)];
    while let Some((number, next)) = stack.last_mut() {
        let at = *number as usize;
        if *next == 0 {
            let now = tick();
            if dates[at].first != 0 {
                dates[at].last = now;
                stack.pop();
                continue;
            }
            dates[at].first = now;
        }
        let arguments = formula.arguments(*number);
        if let Some(argument) = arguments.get(*next) {
            *next += 1;
            stack.push((argument.number(), 0));
        } else {
            let now = if arguments.is_empty() {
                dates[at].first
            } else {
                tick()
            };
            dates[at].end = now;
            dates[at].last = now;
            stack.pop();
        }
    }
    // Earliest and latest visit of anything below.
    let mut below = vec![(u32::MAX, 0u32); formula.len()];
    let mut found = vec![false; formula.len()];
    for number in 0..formula.len() {
        let date = dates[number];
        let Ok(term) = u32::try_from(number) else {
            break;
        };
        if date.first == 0 || formula.arguments(term).is_empty() {
            continue;
        }
        let mut span = (u32::MAX, 0);
        for argument in formula.arguments(term) {
            let child = argument.number() as usize;
            span.0 = span.0.min(dates[child].first).min(below[child].0);
            span.1 = span.1.max(dates[child].last).max(below[child].1);
        }
        below[number] = span;
        found[number] = span.0 > date.first && span.1 < date.end;
    }
    found
}
