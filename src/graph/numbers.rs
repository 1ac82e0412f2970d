//! A column of numbers that are mostly small: a byte each while all of them fit.

use std::ops::Index;

/// Every number a byte can hold, to point to.
static SMALL: [u64; 256] = {
    let mut all = [0; 256];
    let mut at = 0;
    while at < all.len() {
        all[at] = at as u64;
        at += 1;
    }
    all
};

/// A column of numbers, read as `column[at]`. One byte a number, or eight once one is above 255:
/// needs and weights are ones in most estates, and what is not in memory need not be waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers(Column);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Narrow(Vec<u8>),
    Wide(Vec<u64>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self(Column::Narrow(Vec::new()))
    }
}

impl Numbers {
    /// Adds a number at the end. O(1), but O(numbers) for the first that is above 255.
    pub fn push(&mut self, number: u64) {
        match (&mut self.0, u8::try_from(number)) {
            (Column::Narrow(all), Ok(small)) => all.push(small),
            (Column::Narrow(all), Err(_)) => {
                let mut wide = Vec::with_capacity(all.capacity());
                wide.extend(all.iter().copied().map(u64::from));
                wide.push(number);
                self.0 = Column::Wide(wide);
            }
            (Column::Wide(all), _) => all.push(number),
        }
    }

    /// Changes the number at `at`, if there is one.
    pub fn set(&mut self, at: usize, number: u64) {
        match (&mut self.0, u8::try_from(number)) {
            (Column::Narrow(all), Ok(small)) => {
                if let Some(old) = all.get_mut(at) {
                    *old = small;
                }
            }
            (Column::Narrow(all), Err(_)) => {
                self.0 = Column::Wide(all.iter().copied().map(u64::from).collect());
                self.set(at, number);
            }
            (Column::Wide(all), _) => {
                if let Some(old) = all.get_mut(at) {
                    *old = number;
                }
            }
        }
    }

    /// True if the numbers from `a` on are those from `b` on, `count` of them.
    #[must_use]
    pub fn same(&self, a: usize, b: usize, count: usize) -> bool {
        (0..count).all(|at| self[a + at] == self[b + at])
    }
}

impl Index<usize> for Numbers {
    type Output = u64;

    #[inline]
    fn index(&self, at: usize) -> &u64 {
        match &self.0 {
            Column::Narrow(all) => &SMALL[usize::from(all[at])],
            Column::Wide(all) => &all[at],
        }
    }
}

impl FromIterator<u64> for Numbers {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let numbers = numbers.into_iter();
        let mut all = Self(Column::Narrow(Vec::with_capacity(numbers.size_hint().0)));
        for number in numbers {
            all.push(number);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn holds_what_it_was_given(
            mut numbers in prop::collection::vec(prop_oneof![9 => 0..256u64, 1 => any::<u64>()], 1..40),
            changes in prop::collection::vec((0..40usize, prop_oneof![0..256u64, any::<u64>()]), 0..4),
        ) {
            let mut column: Numbers = numbers.iter().copied().collect();
            for (at, number) in changes {
                column.set(at, number);
                if let Some(old) = numbers.get_mut(at) {
                    *old = number;
                }
            }
            let read: Vec<u64> = (0..numbers.len()).map(|at| column[at]).collect();
            prop_assert_eq!(&read, &numbers);
            for a in 0..numbers.len() {
                for b in 0..numbers.len() {
                    let count = numbers.len() - a.max(b);
                    prop_assert_eq!(
                        column.same(a, b, count),
                        numbers[a..a + count] == numbers[b..b + count]
                    );
                }
            }
        }
    }
}
