//! What the operators of HCL make of values.

use super::super::value::{Data, Val};
use crate::source::Span;

/// Both sides of an operator, neither unknown. `None`: they can't be combined so.
pub(super) fn binary(operator: &str, a: &Val, b: &Val, span: Span) -> Option<Val> {
    let yes = |yes: bool| Some(Val::new(Data::Bool(yes), span));
    match operator {
        "==" => return yes(same(a, b)),
        "!=" => return yes(!same(a, b)),
        "&&" => return yes(a.as_bool()? && b.as_bool()?),
        "||" => return yes(a.as_bool()? || b.as_bool()?),
        _ => {}
    }
    let (left, right) = (number(a)?, number(b)?);
    let result = match operator {
        "<" => return yes(left < right),
        ">" => return yes(left > right),
        "<=" => return yes(left <= right),
        ">=" => return yes(left >= right),
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" if right != 0.0 => left / right,
        "%" if right != 0.0 => left % right,
        _ => return None,
    };
    Some(of_number(result, span))
}

/// Whether two values are equal; numbers by their value.
pub(super) fn same(a: &Val, b: &Val) -> bool {
    match (&a.data, &b.data) {
        (Data::Null, Data::Null) => true,
        (Data::Bool(a), Data::Bool(b)) => a == b,
        (Data::Text(a), Data::Text(b)) => a == b,
        (Data::Number(_), Data::Number(_)) => number(a) == number(b),
        (Data::List(a), Data::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Data::Map(a), Data::Map(b)) => {
            let has = |(key, value): &(std::rc::Rc<str>, Val)| {
                b.iter()
                    .any(|(other, theirs)| other == key && same(value, theirs))
            };
            a.len() == b.len() && a.iter().all(has)
        }
        _ => false,
    }
}

/// A number, written as one or as text.
pub(super) fn number(value: &Val) -> Option<f64> {
    let text = value.scalar()?;
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A number as Terraform writes it: whole ones without a point.
pub(super) fn of_number(number: f64, span: Span) -> Val {
    let text = if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        number.to_string()
    };
    Val::new(Data::Number(text.into()), span)
}
