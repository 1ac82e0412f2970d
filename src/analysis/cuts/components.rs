//! Strongly connected components of what is met on the way (Tarjan 1972), without recursion.

/// The components of all that is reached from `root`, each after those it leads to. `next` gives
/// the successors of a number; it is asked once for each. `None` if there are more than `most`.
pub(super) fn components(
    root: u32,
    mut next: impl FnMut(u32) -> Vec<u32>,
    most: usize,
) -> Option<Vec<Vec<u32>>> {
    let mut visit = Visit::default();
    visit.enter(root);
    let mut stack = vec![(root, next(root), 0usize)];
    let mut found = Vec::new();
    while let Some((at, successors, done)) = stack.last_mut() {
        if let Some(&to) = successors.get(*done) {
            *done += 1;
            if let Some((date, open)) = visit.get(to) {
                if open {
                    let at = *at;
                    visit.lower(at, date);
                }
            } else {
                visit.enter(to);
                if visit.count > most {
                    return None;
                }
                let successors = next(to);
                stack.push((to, successors, 0));
            }
            continue;
        }
        let at = *at;
        stack.pop();
        let low = visit.low(at);
        if let Some((parent, ..)) = stack.last() {
            visit.lower(*parent, low);
        }
        if visit.get(at).is_some_and(|(date, _)| date == low) {
            found.push(visit.close(at));
        }
    }
    Some(found)
}

#[derive(Debug, Default)]
struct Visit {
    /// By number: date of entry (from 1), lowest date reached, still open.
    dates: std::collections::HashMap<u32, (usize, usize, bool)>,
    open: Vec<u32>,
    count: usize,
}

impl Visit {
    fn enter(&mut self, at: u32) {
        self.count += 1;
        self.dates.insert(at, (self.count, self.count, true));
        self.open.push(at);
    }

    fn get(&self, at: u32) -> Option<(usize, bool)> {
        self.dates.get(&at).map(|(date, _, open)| (*date, *open))
    }

    fn low(&self, at: u32) -> usize {
        self.dates.get(&at).map_or(0, |(_, low, _)| *low)
    }

    fn lower(&mut self, at: u32, to: usize) {
        if let Some((_, low, _)) = self.dates.get_mut(&at) {
            *low = (*low).min(to);
        }
    }

    fn close(&mut self, at: u32) -> Vec<u32> {
        let mut component = Vec::new();
        while let Some(top) = self.open.pop() {
            if let Some((.., open)) = self.dates.get_mut(&top) {
                *open = false;
            }
            component.push(top);
            if top == at {
                break;
            }
        }
        component
    }
}
