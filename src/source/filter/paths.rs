//! Looking into values and changing parts of them: what `.a`, `.[0]`, `.[1:]`, `.[]` and updates of
//! these do.

use std::rc::Rc;

use jaq_core::box_iter::BoxIter;
use jaq_core::path::Opt;
use jaq_core::{Error, Exn, ValR, ValT, ValX};

use super::meter;
use super::value::{self, Held, Value};

/// An item of a list by a number that may count from the end.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let at = if index < 0 {
        index.checked_add(length)?
    } else {
        index
    };
    usize::try_from(at).ok().filter(|_| at < length)
}

/// Start and end of a slice.
fn bounds(
    range: jaq_core::val::Range<&Value>,
    length: usize,
) -> Result<(usize, usize), Error<Value>> {
    let side = |value: Option<&Value>, otherwise: usize| {
        let number = match value.map(|value| &value.held) {
            None | Some(Held::Null) => return Ok(otherwise),
            Some(Held::Whole(number)) => *number,
            Some(_) => return Err(Error::str("a slice has numbers for its ends")),
        };
        let from_end = i64::try_from(length).unwrap_or(i64::MAX);
        let at = if number < 0 {
            number.saturating_add(from_end).max(0)
        } else {
            number
        };
        Ok(usize::try_from(at).unwrap_or(usize::MAX).min(length))
    };
    let start = side(range.start, 0)?;
    let end = side(range.end, length)?;
    Ok((start, end.max(start)))
}

impl Value {
    /// The value at a key or position; `None` if there is none.
    pub(super) fn look(&self, index: &Self) -> Result<Option<Self>, Error<Self>> {
        meter::charge(1);
        match (&self.held, &index.held) {
            (Held::Null, Held::Text(_) | Held::Whole(_) | Held::Null) => Ok(None),
            (Held::Map(map), Held::Text(key)) => Ok(map.items.get(key).cloned()),
            (Held::List(list), Held::Whole(at)) => {
                let at = position(*at, list.items.len());
                Ok(at.and_then(|at| list.items.get(at)).cloned())
            }
            _ => Err(Error::index(self.clone(), index.clone())),
        }
    }
}

impl ValT for Value {
    fn from_num(text: &str) -> ValR<Self> {
        if let Ok(whole) = text.parse() {
            return Ok(Held::Whole(whole).nowhere());
        }
        let number = text.parse().map_err(|_| Error::str("this is no number"))?;
        Ok(Held::Real(number).nowhere())
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(items: I) -> ValR<Self> {
        let mut entries = value::Entries::new();
        for (key, value) in items {
            meter::charge(1);
            let Held::Text(name) = key.held else {
                return Err(Error::typ(key, "key of an object, which is a string"));
            };
            entries.insert(name, value);
        }
        Ok(value::map(entries).nowhere())
    }

    fn key_values(self) -> BoxIter<'static, ValR<(Self, Self), Self>> {
        match self.held {
            Held::List(list) => {
                let length = list.items.len();
                let items = value::own(list, length).into_iter().enumerate();
                Box::new(items.map(|(at, item)| {
                    meter::charge(1);
                    Ok((Value::from(at), item))
                }))
            }
            Held::Map(map) => {
                let length = map.items.len();
                Box::new(value::own(map, length).into_iter().map(|(key, item)| {
                    meter::charge(1);
                    Ok((Held::Text(key).nowhere(), item))
                }))
            }
            _ => Box::new(std::iter::once(Err(Error::typ(self, "array or object")))),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = ValR<Self>>> {
        match self.held {
            Held::List(list) => {
                let length = list.items.len();
                Box::new(value::own(list, length).into_iter().map(|item| {
                    meter::charge(1);
                    Ok(item)
                }))
            }
            Held::Map(map) => {
                let length = map.items.len();
                Box::new(value::own(map, length).into_values().map(|item| {
                    meter::charge(1);
                    Ok(item)
                }))
            }
            _ => Box::new(std::iter::once(Err(Error::typ(self, "array or object")))),
        }
    }

    fn index(self, index: &Self) -> ValR<Self> {
        Ok(self.look(index)?.unwrap_or_else(|| Held::Null.nowhere()))
    }

    fn range(self, range: jaq_core::val::Range<&Self>) -> ValR<Self> {
        match &self.held {
            Held::Null => Ok(self),
            Held::List(list) => {
                let (start, end) = bounds(range, list.items.len())?;
                let items = list.items.get(start..end).unwrap_or(&[]);
                Ok(value::list(items.to_vec()).nowhere())
            }
            Held::Text(text) => {
                meter::charge_for(text.len());
                let (start, end) = bounds(range, text.chars().count())?;
                let part: String = text.chars().skip(start).take(end - start).collect();
                Ok(value::text(&part).at(self.at))
            }
            _ => Err(Error::typ(self, "array or string")),
        }
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        match self.held {
            Held::List(list) => {
                let length = list.items.len();
                let items = value::own(list, length).into_iter().flat_map(f);
                let items: Result<Vec<Value>, _> = items.collect();
                Ok(value::list(items?).at(self.at))
            }
            Held::Map(map) => {
                let length = map.items.len();
                let mut entries = value::Entries::new();
                for (key, item) in value::own(map, length) {
                    if let Some(item) = f(item).next() {
                        entries.insert(key, item?);
                    }
                }
                Ok(value::map(entries).at(self.at))
            }
            _ => opt.fail(self, |value| {
                Exn::from(Error::typ(value, "array or object"))
            }),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        index: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        let at = self.at;
        match (self.held, &index.held) {
            (held @ (Held::Map(_) | Held::Null), Held::Text(key)) => {
                let mut entries = match held {
                    Held::Map(map) => {
                        let length = map.items.len();
                        value::own(map, length)
                    }
                    _ => value::Entries::new(),
                };
                let old = entries.remove(key).unwrap_or_else(|| Held::Null.nowhere());
                if let Some(new) = f(old).next() {
                    entries.insert(Rc::clone(key), new?);
                }
                Ok(value::map(entries).at(at))
            }
            (held @ (Held::List(_) | Held::Null), Held::Whole(number)) => {
                let mut items = match held {
                    Held::List(list) => {
                        let length = list.items.len();
                        value::own(list, length)
                    }
                    _ => Vec::new(),
                };
                let place = position(*number, items.len());
                let is_next = usize::try_from(*number).is_ok_and(|at| at == items.len());
                let old = place.and_then(|at| items.get(at)).cloned();
                if old.is_none() && !is_next {
                    let list = value::list(items).at(at);
                    let why = "there is no such position in the array";
                    return opt.fail(list, |_| Exn::from(Error::str(why)));
                }
                match (f(old.unwrap_or_else(|| Held::Null.nowhere())).next(), place) {
                    (Some(new), Some(at)) => {
                        let new = new?;
                        if let Some(slot) = items.get_mut(at) {
                            *slot = new;
                        }
                    }
                    (Some(new), None) => items.push(new?),
                    (None, Some(at)) => {
                        items.remove(at);
                    }
                    (None, None) => {}
                }
                Ok(value::list(items).at(at))
            }
            (held, _) => opt.fail(held.at(at), |value| {
                Exn::from(Error::index(value, index.clone()))
            }),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: jaq_core::val::Range<&Self>,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        let Held::List(list) = self.held else {
            return opt.fail(self, |value| Exn::from(Error::typ(value, "array")));
        };
        let length = list.items.len();
        let (start, end) = bounds(range, length)?;
        let mut items = value::own(list, length);
        let part: Vec<Value> = items.get(start..end).unwrap_or(&[]).to_vec();
        let new = match f(value::list(part).nowhere()).next().transpose()? {
            None => Vec::new(),
            Some(Value {
                held: Held::List(new),
                ..
            }) => {
                let length = new.items.len();
                value::own(new, length)
            }
            Some(other) => return Err(Exn::from(Error::typ(other, "array"))),
        };
        items.splice(start..end, new);
        Ok(value::list(items).at(self.at))
    }

    fn as_bool(&self) -> bool {
        !matches!(self.held, Held::Null | Held::Bool(false))
    }

    fn into_string(self) -> Self {
        match self.held {
            Held::Text(_) => self,
            _ => value::text(&self.json()).at(self.at),
        }
    }
}

impl jaq_std::ValT for Value {
    fn into_seq<S: FromIterator<Self>>(self) -> Result<S, Self> {
        match self.held {
            Held::List(list) => {
                let length = list.items.len();
                meter::charge_for(length);
                Ok(value::own(list, length).into_iter().collect())
            }
            _ => Err(self),
        }
    }

    fn is_int(&self) -> bool {
        matches!(self.held, Held::Whole(_))
    }

    fn as_isize(&self) -> Option<isize> {
        match self.held {
            Held::Whole(number) => isize::try_from(number).ok(),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        matches!(self.held, Held::Whole(_) | Held::Real(_)).then(|| self.number())
    }

    fn is_utf8_str(&self) -> bool {
        matches!(self.held, Held::Text(_))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        let text = self.as_text()?;
        meter::charge_for(text.len() / 16 + 1);
        Some(text.as_bytes())
    }

    fn as_sub_str(&self, sub: &[u8]) -> Self {
        value::text(&String::from_utf8_lossy(sub)).at(self.at)
    }

    fn from_utf8_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        value::text(&String::from_utf8_lossy(bytes.as_ref())).nowhere()
    }
}
