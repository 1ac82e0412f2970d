//! Values of a saved graph: each only as the contract writes it.

use super::{GraphData, GraphSource, GraphWay};
use crate::ingest::fact::SavedWay;
use crate::message;
use crate::source::item::{Read, Reader};
use crate::source::{Kind, Location, View, mask};
use crate::words::{Assume, Class, Evidence, Id, Mode, Replication, Role, nearest};

/// Largest integer: exact as a JSON number in every language.
const MAX_INTEGER: u64 = 1 << 53;
/// Longest time in seconds: 100 years.
const MAX_SECONDS: u64 = 100 * 365 * 86_400;
/// Longest text, in bytes; names of groups and requirements tell their members.
const MAX_TEXT: usize = 10_000;

/// A list of which nothing may be missing: if one item can't be read, the whole can't be used.
#[derive(Debug)]
pub(in crate::ingest) struct Every<T>(pub(super) Vec<T>);

impl<T: Read> Read for Every<T> {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.kind() != Kind::Sequence {
            cx.unexpected(view, message!("a list"));
            return None;
        }
        let mut all = Some(Vec::new());
        for item in view.items() {
            if !cx.charge(item.span(), 1) {
                return None;
            }
            match (T::read(item, cx), &mut all) {
                (Some(item), Some(items)) => items.push(item),
                _ => all = None,
            }
        }
        all.map(Self)
    }
}

/// `null` for an active member.
#[derive(Debug)]
pub(in crate::ingest) struct Standby(pub(super) Option<Vec<SavedWay>>);

impl Read for Standby {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.is_null() {
            return Some(Self(None));
        }
        let Every(ways) = Every::<GraphWay>::read(view, cx)?;
        let ways = ways.into_iter().map(|way| SavedWay {
            takes_s: way.takes_s.0,
            requires: way.requires.0,
            drilled: way.drilled.map(|Text(date)| date),
            evidence: way.evidence.0,
            sources: way.sources.0,
        });
        Some(Self(Some(ways.collect())))
    }
}

/// Text that is not empty.
#[derive(Debug)]
pub(in crate::ingest) struct Text(pub(super) String);

impl Read for Text {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        match view.as_str() {
            Some(text) if text.len() > MAX_TEXT => {
                let message = message!("longer than {MAX_TEXT} bytes", MAX_TEXT);
                cx.wrong_value(view.span(), message);
                None
            }
            Some(text) if !text.is_empty() => cx
                .charge(view.span(), text.len() / 256 + 1)
                .then(|| Self(mask::value(text).into_owned())),
            _ => {
                cx.unexpected(view, message!("text"));
                None
            }
        }
    }
}

impl Read for Id {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let Text(text) = Text::read(view, cx)?;
        let id = Self::parse(&text);
        if id.is_none() {
            cx.unexpected(view, message!("an id like service:login"));
        }
        id
    }
}

/// A whole number, written as one.
fn integer(view: View<'_>, most: u64, cx: &mut Reader) -> Option<u64> {
    let number = view.as_str().filter(|_| !view.is_quoted());
    let number = number.and_then(|text| text.parse().ok());
    let number = number.filter(|number| *number <= most);
    if number.is_none() {
        cx.unexpected(view, message!("a whole number from 0 to {most}", most));
    }
    number
}

/// A whole number.
#[derive(Debug)]
pub(in crate::ingest) struct Integer(pub(super) u64);

impl Read for Integer {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        integer(view, MAX_INTEGER, cx).map(Self)
    }
}

/// A time.
#[derive(Debug)]
pub(in crate::ingest) struct Seconds(pub(super) u64);

impl Read for Seconds {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        integer(view, MAX_SECONDS, cx).map(Self)
    }
}

/// 0 to 9.
#[derive(Debug)]
pub(in crate::ingest) struct Tier(pub(super) u8);

impl Read for Tier {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let tier = integer(view, 9, cx)?;
        u8::try_from(tier).ok().map(Self)
    }
}

/// Failures per year.
#[derive(Debug)]
pub(in crate::ingest) struct Rate(pub(super) f64);

impl Read for Rate {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let number = view.as_str().filter(|_| !view.is_quoted());
        let number = number.and_then(|text| text.parse::<f64>().ok());
        let number = number.filter(|number| number.is_finite() && *number >= 0.0);
        if number.is_none() {
            cx.unexpected(view, message!("a number that is not negative"));
        }
        number.map(Self)
    }
}

/// A word of a closed list.
#[derive(Debug)]
pub(in crate::ingest) struct Word<T>(pub(super) T);

/// Gives a word list its reader.
macro_rules! word {
    ($($list:ident),+) => {
        $(impl Read for Word<$list> {
            fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
                let found = view.as_str().and_then($list::parse);
                if found.is_none() {
                    let words: Vec<&str> = $list::ALL.iter().map(|word| word.as_str()).collect();
                    let near = nearest(view.as_str().unwrap_or_default(), words.iter().copied());
                    let what = words.join(", ");
                    cx.unexpected(view, match near {
                        Some(near) => message!("one of {what} (did you mean {near}?)", what, near),
                        None => message!("one of {what}", what),
                    });
                }
                found.map(Self)
            }
        })+
    };
}
word!(Assume, Class, Evidence, Mode, Role);

/// `true` or `false`.
#[derive(Debug)]
pub(in crate::ingest) struct Flag(pub(super) bool);

impl Read for Flag {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        match view.as_str().filter(|_| !view.is_quoted()) {
            Some("true") => Some(Self(true)),
            Some("false") => Some(Self(false)),
            _ => {
                cx.unexpected(view, message!("true or false"));
                None
            }
        }
    }
}

impl Read for Replication {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let data = GraphData::read(view, cx)?;
        let Text(word) = data.replication;
        match (word.as_str(), data.lag_s, data.interval_s) {
            ("primary", None, None) => Some(Self::Primary),
            ("sync", None, None) => Some(Self::Sync),
            ("async", Some(Seconds(lag_s)), None) => Some(Self::Async { lag_s }),
            ("backup", None, Some(Seconds(interval_s))) => Some(Self::Backup { interval_s }),
            _ => {
                cx.unexpected(
                    view,
                    message!(
                        "the replication `primary`, `sync`, `async` with `lag_s`, or `backup` with \
                     `interval_s`"
                    ),
                );
                None
            }
        }
    }
}

impl Read for Location {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let GraphSource { file, line, column } = GraphSource::read(view, cx)?;
        let number = |Integer(number)| u32::try_from(number).unwrap_or(u32::MAX);
        Some(Self {
            file: file.0,
            line: number(line),
            column: number(column),
        })
    }
}
