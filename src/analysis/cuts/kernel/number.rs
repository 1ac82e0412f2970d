//! Counts: 128 bits where they suffice, else as long as they need to be.

use std::fmt::{self, Write as _};

/// What counts can be: added and multiplied, unless they overflow.
pub trait Count: Clone {
    /// Nothing.
    const ZERO: Self;
    /// One.
    fn one() -> Self;
    /// True for nothing.
    fn is_zero(&self) -> bool;
    /// Adds `a` times `b`; `None` if that is too large.
    fn add_product(&mut self, a: &Self, b: &Self) -> Option<()>;
    /// As a number of any size.
    fn widen(&self) -> Number;
}

impl Count for u128 {
    const ZERO: Self = 0;

    fn one() -> Self {
        1
    }

    fn is_zero(&self) -> bool {
        *self == 0
    }

    #[inline]
    fn add_product(&mut self, a: &Self, b: &Self) -> Option<()> {
        *self = self.checked_add(a.checked_mul(*b)?)?;
        Some(())
    }

    fn widen(&self) -> Number {
        Number::from(*self)
    }
}

/// A natural number of any size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Number {
    /// Least significant first; no zero at the end.
    limbs: Vec<u32>,
}

impl From<u128> for Number {
    fn from(mut value: u128) -> Self {
        let mut limbs = Vec::new();
        while value > 0 {
            limbs.push(low_half(value));
            value >>= 32;
        }
        Self { limbs }
    }
}

fn low_half(value: u128) -> u32 {
    u32::try_from(value & 0xFFFF_FFFF).unwrap_or(u32::MAX)
}

impl Number {
    /// The number if it fits.
    #[must_use]
    pub fn small(&self) -> Option<u64> {
        match self.limbs.as_slice() {
            [] => Some(0),
            [low] => Some(u64::from(*low)),
            [low, high] => Some(u64::from(*high) << 32 | u64::from(*low)),
            _ => None,
        }
    }

    /// Adds `other`.
    pub fn add(&mut self, other: &Self) {
        let one = Self::from(1u128);
        // Never too large.
        let _ = self.add_product(other, &one);
    }
}

impl Count for Number {
    const ZERO: Self = Self { limbs: Vec::new() };

    fn one() -> Self {
        Self::from(1)
    }

    fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    fn add_product(&mut self, a: &Self, b: &Self) -> Option<()> {
        if a.is_zero() || b.is_zero() {
            return Some(());
        }
        let needed = a.limbs.len() + b.limbs.len() + 1;
        if self.limbs.len() < needed {
            self.limbs.resize(needed, 0);
        }
        self.limbs.push(0);
        for (i, x) in a.limbs.iter().enumerate() {
            let mut carry = 0u64;
            for (j, limb) in self.limbs.iter_mut().skip(i).enumerate() {
                let y = b.limbs.get(j).copied().unwrap_or(0);
                if j >= b.limbs.len() && carry == 0 {
                    break;
                }
                let sum = u64::from(*limb) + u64::from(*x) * u64::from(y) + carry;
                *limb = low_half(u128::from(sum));
                carry = sum >> 32;
            }
        }
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
        Some(())
    }

    fn widen(&self) -> Number {
        self.clone()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BASE: u64 = 1_000_000_000;
        let mut limbs = self.limbs.clone();
        let mut groups = Vec::new();
        while !limbs.is_empty() {
            let mut rest = 0u64;
            for limb in limbs.iter_mut().rev() {
                let value = rest << 32 | u64::from(*limb);
                *limb = u32::try_from(value / BASE).unwrap_or(u32::MAX);
                rest = value % BASE;
            }
            groups.push(rest);
            while limbs.last() == Some(&0) {
                limbs.pop();
            }
        }
        let mut text = groups.pop().unwrap_or(0).to_string();
        for group in groups.iter().rev() {
            write!(text, "{group:09}")?;
        }
        f.pad_integral(true, "", &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_exact() {
        let mut power = Number::one();
        for _ in 0..200 {
            let mut next = Number::ZERO;
            next.add_product(&power, &Number::from(10u128)).unwrap();
            power = next;
        }
        assert_eq!(power.to_string(), format!("1{}", "0".repeat(200)));
        assert_eq!(power.small(), None);
        let most = Number::from(u128::MAX);
        assert_eq!(most.to_string(), u128::MAX.to_string());
        let mut square = Number::ZERO;
        square.add_product(&most, &most).unwrap();
        square.add(&Number::from(7u128));
        // (2^128 - 1)^2 + 7
        let digits =
            "115792089237316195423570985008687907852589419931798687112530834793049593217032";
        assert_eq!(square.to_string(), digits);
    }

    #[test]
    fn overflow_is_noticed() {
        let mut sum = u128::MAX;
        assert_eq!(sum.add_product(&1, &1), None);
        assert_eq!(Number::ZERO.to_string(), "0");
        assert_eq!(Number::from(u128::from(u64::MAX)).small(), Some(u64::MAX));
    }
}
