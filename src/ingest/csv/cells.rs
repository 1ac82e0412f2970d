//! Values of cells: numbers, times, and lists of what is needed.

use crate::ingest::fact::{Expr, MemberFact, Otherwise, Ref};
use crate::message;
use crate::source::Span;
use crate::words::{Date, Id, Message, Replication, parse_duration};

/// Most names in one cell.
const NAMES: usize = 10_000;

/// What a cell needs: entries parted by `;` or line breaks, all of them; in an entry, names parted
/// by `|`, any of them, or as many as `2 of a | b | c` says.
///
/// # Errors
/// A sentence that says what is wrong.
pub(super) fn needs(text: &str, span: Span) -> Result<Vec<Expr>, String> {
    let entries: Vec<&str> = entries(text).collect();
    entries.into_iter().map(|entry| need(entry, span)).collect()
}

/// The entries of a list.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split([';', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty()).take(NAMES)
}

fn need(entry: &str, span: Span) -> Result<Expr, String> {
    let (number, rest) = match entry.split_once(" of ") {
        Some((number, rest)) if number.trim().bytes().all(|byte| byte.is_ascii_digit()) => {
            let number = number.trim().parse::<u64>();
            (
                Some(number.map_err(|_| format!("`{entry}` needs too many"))?),
                rest,
            )
        }
        _ => (None, entry),
    };
    let names: Vec<&str> = rest.split('|').map(str::trim).collect();
    if names.iter().any(|name| name.is_empty()) {
        return Err(format!("`{entry}` has a `|` without a name beside it"));
    }
    let all = u64::try_from(names.len()).unwrap_or(u64::MAX);
    if number.is_some_and(|number| number == 0 || number > all) {
        return Err(format!("`{entry}` can't be: there are {all} names"));
    }
    let mut refs = names.into_iter().map(|name| named(name, span));
    if all == 1 {
        return refs
            .next()
            .map(Expr::One)
            .ok_or_else(|| "no name".to_owned());
    }
    let members = refs.map(|one| MemberFact {
        expr: Expr::One(one),
        weight: 1,
        standby: None,
    });
    Ok(Expr::Some {
        need: Some(number.unwrap_or(1)),
        members: members.collect(),
        span,
    })
}

/// A name of something: an id, or a bare name that only one thing has.
pub(super) fn named(text: &str, span: Span) -> Ref {
    Ref {
        text: text.to_owned(),
        span,
        otherwise: Otherwise::Unknown,
    }
}

/// A place and how many replicas are there: `rack:a`, `rack:a*3`.
pub(super) fn place(entry: &str, span: Span) -> Result<(Expr, u64), String> {
    if let Some((place, count)) = entry.rsplit_once('*')
        && let Ok(count) = count.trim().parse::<u64>()
    {
        return Ok((need(place.trim(), span)?, count));
    }
    Ok((need(entry, span)?, 1))
}

/// The id of a row: its kind is in the id, or in the column beside it.
pub(super) fn id(id: &str, kind: Option<&str>) -> Result<Option<Id>, Message> {
    let stated = Id::parse(id);
    let Some(kind) = kind.map(str::to_lowercase) else {
        return Ok(stated);
    };
    match stated {
        Some(stated) if stated.kind() == kind => Ok(Some(stated)),
        // A name may have a colon; one that is a kind that we know is no such name.
        Some(stated) if is_known(stated.kind()) => Err(message!(
            "the id says `{id}`, the column `kind` says `{kind}`",
            id = stated.kind(),
            kind
        )),
        _ => Id::parse(&format!("{kind}:{id}")).map(Some).ok_or_else(|| {
            message!(
                "`{kind}` is no kind: letters a to z, digits, `-` and `_`",
                kind
            )
        }),
    }
}

/// Kinds that have a meaning of their own.
fn is_known(kind: &str) -> bool {
    let known = [
        "region", "site", "building", "room", "power", "cooling", "rack", "host", "zone",
        "cluster", "network", "provider", "account", "config", "service", "store", "journey",
        "external",
    ];
    known.contains(&kind)
}

/// `primary`, `sync`, `async 5m`, `backup 1d`.
pub(super) fn replication(text: &str) -> Result<Replication, Message> {
    let (word, time) = text.split_once([' ', '(']).unwrap_or((text, ""));
    let time = time.trim().trim_end_matches(')').trim();
    let seconds = || parse_duration(time);
    match (word.trim().to_lowercase().as_str(), time.is_empty()) {
        ("primary", true) => Ok(Replication::Primary),
        ("sync", true) => Ok(Replication::Sync),
        ("async", false) => Ok(Replication::Async { lag_s: seconds()? }),
        ("backup", false) => Ok(Replication::Backup {
            interval_s: seconds()?,
        }),
        _ => Err(message!(
            "`{text}` is none of `primary`, `sync`, `async 5m`, `backup 1d`",
            text
        )),
    }
}

/// A date that exists, `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Result<String, Message> {
    let day = Date::parse(text);
    day.map(|day| day.to_string())
        .ok_or_else(|| message!("`{text}` is no date such as `2026-05-01`", text))
}
