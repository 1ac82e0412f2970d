//! Arithmetic of values, as jq has it.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

use jaq_core::{Error, ValR, ops};

use super::meter;
use super::value::{self, Entries, Held, Value, fine};

impl Value {
    /// A number as a real one; 0 for what is none.
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers above 2^53 are compared as reals only with reals"
    )]
    pub(super) fn number(&self) -> f64 {
        match self.held {
            Held::Whole(number) => number as f64,
            Held::Real(number) => number,
            _ => 0.0,
        }
    }

    fn is_number(&self) -> bool {
        matches!(self.held, Held::Whole(_) | Held::Real(_))
    }

    /// The result of an operation on two numbers, whole where `whole` gives one.
    fn numbers(
        self,
        other: Self,
        op: ops::Math,
        whole: impl FnOnce(i64, i64) -> Option<i64>,
        real: impl FnOnce(f64, f64) -> f64,
    ) -> ValR<Self> {
        let at = self.at.or(other.at);
        match (&self.held, &other.held) {
            (Held::Whole(a), Held::Whole(b)) => Ok(match whole(*a, *b) {
                Some(number) => Held::Whole(number).at(at),
                None => Held::Real(real(self.number(), other.number())).at(at),
            }),
            _ if self.is_number() && other.is_number() => {
                Ok(Held::Real(real(self.number(), other.number())).at(at))
            }
            _ => Err(Error::math(self, op, other)),
        }
    }
}

impl Add for Value {
    type Output = ValR<Self>;

    fn add(self, other: Self) -> ValR<Self> {
        meter::charge(1);
        let at = self.at.or(other.at);
        match (self.held, other.held) {
            (Held::Null, held) => Ok(held.at(other.at)),
            (held, Held::Null) => Ok(held.at(self.at)),
            (Held::Text(a), Held::Text(b)) => {
                meter::charge_for((a.len() + b.len()) / 8);
                Ok(value::text(&[&*a, &*b].concat()).at(at))
            }
            (Held::List(a), Held::List(b)) => {
                let length = a.items.len();
                let mut items = value::own(a, length);
                let more = b.items.len();
                items.extend(value::own(b, more));
                fine(value::list(items))
            }
            (Held::Map(a), Held::Map(b)) => {
                let length = a.items.len();
                let mut items = value::own(a, length);
                let more = b.items.len();
                items.extend(value::own(b, more));
                fine(value::map(items))
            }
            (a, b) => a
                .at(at)
                .numbers(b.at(at), ops::Math::Add, i64::checked_add, |a, b| a + b),
        }
    }
}

impl Sub for Value {
    type Output = ValR<Self>;

    fn sub(self, other: Self) -> ValR<Self> {
        meter::charge(1);
        match (&self.held, &other.held) {
            (Held::List(a), Held::List(b)) => {
                let kept = a.items.iter().filter(|item| !b.items.contains(item));
                fine(value::list(kept.cloned().collect()))
            }
            _ => self.numbers(other, ops::Math::Sub, i64::checked_sub, |a, b| a - b),
        }
    }
}

impl Mul for Value {
    type Output = ValR<Self>;

    fn mul(self, other: Self) -> ValR<Self> {
        meter::charge(1);
        let at = self.at.or(other.at);
        match (&self.held, &other.held) {
            (Held::Text(text), Held::Whole(times)) | (Held::Whole(times), Held::Text(text)) => {
                let times = usize::try_from(*times).unwrap_or(0);
                meter::charge_for(text.len().saturating_mul(times));
                Ok(if times == 0 {
                    Held::Null.nowhere()
                } else {
                    value::text(&text.repeat(times)).at(at)
                })
            }
            (Held::Map(a), Held::Map(b)) => fine(value::map(merged(&a.items, &b.items))),
            _ => self.numbers(other, ops::Math::Mul, i64::checked_mul, |a, b| a * b),
        }
    }
}

/// `b` over `a`, objects in both being merged. As deep as the values are.
fn merged(a: &Entries, b: &Entries) -> Entries {
    meter::charge_for(a.len() + b.len());
    let mut all = a.clone();
    for (key, theirs) in b {
        let both = match (all.get(key).map(|ours| &ours.held), &theirs.held) {
            (Some(Held::Map(ours)), Held::Map(theirs)) => {
                Some(value::map(merged(&ours.items, &theirs.items)).nowhere())
            }
            _ => None,
        };
        all.insert(key.clone(), both.unwrap_or_else(|| theirs.clone()));
    }
    all
}

impl Div for Value {
    type Output = ValR<Self>;

    fn div(self, other: Self) -> ValR<Self> {
        meter::charge(1);
        if let (Held::Text(text), Held::Text(by)) = (&self.held, &other.held) {
            meter::charge_for(text.len());
            let parts: Vec<&str> = match &**by {
                _ if text.is_empty() => Vec::new(),
                "" => text.split("").filter(|part| !part.is_empty()).collect(),
                by => text.split(by).collect(),
            };
            let parts = parts.into_iter().map(|part| value::text(part).at(self.at));
            return fine(value::list(parts.collect()));
        }
        let even = |a: i64, b: i64| (a.checked_rem(b)? == 0).then(|| a.checked_div(b))?;
        self.numbers(other, ops::Math::Div, even, |a, b| a / b)
    }
}

impl Rem for Value {
    type Output = ValR<Self>;

    fn rem(self, other: Self) -> ValR<Self> {
        meter::charge(1);
        if matches!(other.held, Held::Whole(0)) {
            return Err(Error::math(self, ops::Math::Rem, other));
        }
        self.numbers(other, ops::Math::Rem, i64::checked_rem, |a, b| a % b)
    }
}

impl Neg for Value {
    type Output = ValR<Self>;

    fn neg(self) -> ValR<Self> {
        match self.held {
            Held::Whole(number) => Ok(number.checked_neg().map_or_else(
                || Held::Real(-Held::Whole(number).nowhere().number()).at(self.at),
                |number| Held::Whole(number).at(self.at),
            )),
            Held::Real(number) => Ok(Held::Real(-number).at(self.at)),
            _ => Err(Error::typ(self, "number")),
        }
    }
}
