//! Which node of a new graph is which of an old one. A node is its id; its number changes when
//! others come or go before it.

use crate::model::Model;

/// "No such node".
const NONE: u32 = u32::MAX;

/// Numbers of the nodes that two graphs share. Order is kept: if one shared node comes before
/// another in the old graph, it does in the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renumbering {
    new_of: Vec<u32>,
    old_of: Vec<u32>,
    is_identity: bool,
}

impl Renumbering {
    /// By the ids of two models. O(nodes).
    #[must_use]
    pub fn between(old: &Model, new: &Model) -> Self {
        Self::of_sorted(
            old.nodes.iter().map(|node| node.id.as_str()),
            new.nodes.iter().map(|node| node.id.as_str()),
        )
    }

    /// By the names of all nodes in order of their numbers, which must be sorted and each there
    /// once. O(nodes).
    #[must_use]
    pub fn of_sorted<N: Ord>(old: impl Iterator<Item = N>, new: impl Iterator<Item = N>) -> Self {
        let (mut old, mut new) = (old.peekable(), new.peekable());
        let (mut new_of, mut old_of) = (Vec::new(), Vec::new());
        let number = |of: &Vec<u32>| u32::try_from(of.len()).unwrap_or(NONE);
        loop {
            let order = match (old.peek(), new.peek()) {
                (Some(was), Some(is)) => was.cmp(is),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (None, None) => break,
            };
            let (was, is) = (number(&new_of), number(&old_of));
            if order.is_le() {
                old.next();
                new_of.push(if order.is_eq() { is } else { NONE });
            }
            if order.is_ge() {
                new.next();
                old_of.push(if order.is_eq() { was } else { NONE });
            }
        }
        let is_identity = new_of.len() == old_of.len() && !new_of.contains(&NONE);
        Self {
            new_of,
            old_of,
            is_identity,
        }
    }

    /// The number that node `old` of the old graph has in the new one, if it is still there.
    #[must_use]
    pub fn new_of(&self, old: u32) -> Option<u32> {
        known(&self.new_of, old)
    }

    /// The number that node `new` of the new graph had in the old one, if it was there.
    #[must_use]
    pub fn old_of(&self, new: u32) -> Option<u32> {
        known(&self.old_of, new)
    }

    /// How many nodes the new graph has.
    #[must_use]
    pub fn new_count(&self) -> usize {
        self.old_of.len()
    }

    /// Whether no node came or went: every number means the same.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.is_identity
    }

    /// Whether `old` names the same nodes in the same order as `new` does.
    pub(super) fn same(&self, old: &[u32], new: &[u32]) -> bool {
        let mut pairs = old.iter().zip(new);
        old.len() == new.len() && pairs.all(|(old, new)| self.new_of(*old) == Some(*new))
    }
}

fn known(numbers: &[u32], node: u32) -> Option<u32> {
    let number = numbers.get(node as usize).copied();
    number.filter(|number| *number != NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_the_same_by_name() {
        let numbers = Renumbering::of_sorted(["a", "c", "d"].iter(), ["b", "c", "d", "e"].iter());
        assert_eq!(
            [0, 1, 2].map(|old| numbers.new_of(old)),
            [None, Some(1), Some(2)]
        );
        assert_eq!(
            [0, 1, 2, 3].map(|new| numbers.old_of(new)),
            [None, Some(1), Some(2), None]
        );
        assert!(!numbers.is_identity() && numbers.old_of(9).is_none());
        assert!(numbers.same(&[1, 2], &[1, 2]) && !numbers.same(&[0], &[0]));
        let shifted = Renumbering::of_sorted(["b"].iter(), ["a", "b"].iter());
        assert_eq!((shifted.new_of(0), shifted.is_identity()), (Some(1), false));
        assert!(Renumbering::of_sorted(["a"].iter(), ["a"].iter()).is_identity());
        assert!(Renumbering::of_sorted([0u8; 0].iter(), [].iter()).is_identity());
    }
}
