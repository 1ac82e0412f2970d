//! Functions that can be evaluated from their arguments alone. Those that read files, ask the
//! clock or make secrets are unknown, whatever they get.

use std::rc::Rc;

use super::super::value::{Data, Val};
use super::eval::{Fault, Result, all_from, listed, unknown_of};
use super::operators::{number, of_number, same};
use crate::source::Span;

/// Most items that a function may make.
const MOST: usize = 20_000;

/// Calls a function. Unknown ones, and known ones with arguments that are not known, give an
/// unknown value.
pub(super) fn call(name: &str, mut arguments: Vec<Val>, span: Span) -> Result<Val> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    match name {
        // What they make is text of the same content: the content is what counts here.
        "jsonencode" | "yamlencode" | "base64encode" | "base64gzip" | "tostring" | "tolist"
        | "tomap" | "tonumber" | "tobool" | "nonsensitive" | "jsondecode" | "yamldecode"
        | "trimspace" | "chomp" | "ephemeralasnull" | "toset" | "distinct" | "sort" => {
            first(name, arguments, span)
        }
        "sensitive" => {
            let mut value = take(&mut arguments, 0)?;
            value.hide();
            Ok(value)
        }
        "merge" => merge(&arguments, span),
        "concat" | "flatten" | "setunion" => concat(name, &arguments, span),
        "lookup" => lookup(&arguments, span),
        "coalesce" | "coalescelist" => Ok(coalesce(arguments, span)),
        "element" => element(&arguments, span),
        "one" => one(&arguments, span),
        "length" => length(&arguments, span),
        "keys" | "values" | "compact" | "reverse" | "slice" | "contains" | "zipmap" => {
            collection(name, &arguments, span)
        }
        _ => plain(name, &arguments, span),
    }
}

/// Whether a function gives one of its arguments, or a part of one, unchanged.
pub(super) fn chooses(name: &str) -> bool {
    matches!(
        name,
        "lookup" | "coalesce" | "coalescelist" | "element" | "one" | "sensitive" | "nonsensitive"
    )
}

fn take(arguments: &mut Vec<Val>, at: usize) -> Result<Val> {
    if at < arguments.len() {
        Ok(arguments.swap_remove(at))
    } else {
        Err(wrong())
    }
}

fn get(arguments: &[Val], at: usize) -> Result<&Val> {
    arguments.get(at).ok_or_else(wrong)
}

fn wrong() -> Fault {
    Fault("a function with too few arguments, or wrong ones".into())
}

fn list(items: Vec<Val>, span: Span) -> Val {
    Val::new(Data::List(Rc::new(items)), span)
}

/// Functions whose result has the content of their argument.
fn first(name: &str, mut arguments: Vec<Val>, span: Span) -> Result<Val> {
    let value = take(&mut arguments, 0)?;
    let changes = matches!(name, "toset" | "distinct" | "sort");
    let Data::List(items) = &value.data else {
        return match (&value.data, name) {
            (Data::Text(text), "trimspace" | "chomp") => {
                let mut out = Val::text(text.trim(), value.span);
                out.secret = value.secret;
                Ok(out)
            }
            (Data::Text(_), "jsondecode" | "yamldecode") => {
                Ok(Val::unknown("a text that would have to be decoded", span))
            }
            _ => Ok(value),
        };
    };
    if !changes || items.iter().any(Val::is_unknown) {
        return Ok(value);
    }
    let mut out: Vec<Val> = Vec::new();
    for item in items.iter().take(MOST) {
        // Sets are small; a large one is left as it is.
        if name == "sort" || items.len() > 1_000 || !out.iter().any(|known| same(known, item)) {
            out.push(item.clone());
        }
    }
    if name != "distinct" {
        out.sort_by_key(Val::scalar);
    }
    Ok(list(out, value.span))
}

fn merge(arguments: &[Val], span: Span) -> Result<Val> {
    let mut out: Vec<(Rc<str>, Val)> = Vec::new();
    let mut at = std::collections::HashMap::new();
    for argument in arguments {
        match &argument.data {
            Data::Map(pairs) => {
                for (key, value) in pairs.iter() {
                    let place = *at.entry(key.clone()).or_insert(out.len());
                    match out.get_mut(place) {
                        Some(slot) => slot.1 = value.clone(),
                        None => out.push((key.clone(), value.clone())),
                    }
                }
            }
            Data::Null => {}
            _ => return unknown_of(arguments, span),
        }
    }
    Ok(Val::new(Data::Map(Rc::new(out)), span))
}

fn concat(name: &str, arguments: &[Val], span: Span) -> Result<Val> {
    fn add(value: &Val, deep: bool, out: &mut Vec<Val>, level: usize) {
        for item in value.items() {
            if deep && level < 8 && matches!(item.data, Data::List(_)) {
                add(item, deep, out, level + 1);
            } else if out.len() < MOST {
                out.push(item.clone());
            }
        }
    }
    let mut out = Vec::new();
    for argument in arguments {
        match argument.data {
            Data::List(_) => add(argument, name == "flatten", &mut out, 0),
            _ => return unknown_of(arguments, span),
        }
    }
    Ok(list(out, span))
}

fn lookup(arguments: &[Val], span: Span) -> Result<Val> {
    let (map, key) = (get(arguments, 0)?, get(arguments, 1)?);
    match (&map.data, key.scalar()) {
        (Data::Map(_), Some(key)) => match (map.get(&key), arguments.get(2)) {
            (Some(value), _) => Ok(value.clone()),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(wrong()),
        },
        _ => unknown_of(arguments, span),
    }
}

fn coalesce(arguments: Vec<Val>, span: Span) -> Val {
    for value in arguments {
        match &value.data {
            Data::Null => {}
            Data::Text(text) if text.is_empty() => {}
            Data::List(items) if items.is_empty() => {}
            _ => return value,
        }
    }
    Val::null(span)
}

/// Most zones of a region.
const MOST_ZONES: u64 = 16;

fn element(arguments: &[Val], span: Span) -> Result<Val> {
    let (of, at) = (get(arguments, 0)?, get(arguments, 1)?);
    match (
        &of.data,
        at.as_count().and_then(|at| usize::try_from(at).ok()),
    ) {
        (Data::List(items), Some(at)) if !items.is_empty() => {
            items.get(at % items.len()).cloned().ok_or_else(wrong)
        }
        (Data::List(_), Some(_)) => Err(wrong()),
        (Data::Unknown(_), Some(at)) => Ok(listed(of, &at.to_string())),
        // Which of them is not known; that it is one of them is.
        _ => unknown_of(arguments, span),
    }
}

fn one(arguments: &[Val], span: Span) -> Result<Val> {
    let of = get(arguments, 0)?;
    match &of.data {
        Data::List(items) => match items.as_slice() {
            [] => Ok(Val::null(span)),
            [only] => Ok(only.clone()),
            _ => Err(wrong()),
        },
        Data::Null => Ok(Val::null(span)),
        _ => unknown_of(arguments, span),
    }
}

fn length(arguments: &[Val], span: Span) -> Result<Val> {
    let of = get(arguments, 0)?;
    let size = match &of.data {
        Data::List(items) => items.len(),
        Data::Map(pairs) if of.from.is_none() => pairs.len(),
        Data::Text(text) => text.chars().count(),
        _ => return unknown_of(arguments, span),
    };
    Ok(Val::new(Data::Number(size.to_string().into()), span))
}

fn collection(name: &str, arguments: &[Val], span: Span) -> Result<Val> {
    let of = get(arguments, 0)?;
    match (name, &of.data) {
        ("keys", Data::Map(pairs)) => {
            let mut keys: Vec<Rc<str>> = pairs.iter().map(|(key, _)| key.clone()).collect();
            keys.sort_unstable();
            Ok(list(
                keys.into_iter().map(|key| Val::text(key, span)).collect(),
                span,
            ))
        }
        ("values", Data::Map(pairs)) => {
            let mut pairs: Vec<&(Rc<str>, Val)> = pairs.iter().collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            Ok(list(
                pairs.into_iter().map(|(_, value)| value.clone()).collect(),
                span,
            ))
        }
        ("compact", Data::List(items)) => {
            let is_empty = |item: &Val| match &item.data {
                Data::Null => true,
                Data::Text(text) => text.is_empty(),
                _ => false,
            };
            Ok(list(
                items
                    .iter()
                    .filter(|item| !is_empty(item))
                    .cloned()
                    .collect(),
                span,
            ))
        }
        ("reverse", Data::List(items)) => Ok(list(items.iter().rev().cloned().collect(), span)),
        ("slice", Data::List(items)) => {
            let index = |at| -> Result<Option<usize>> {
                Ok(get(arguments, at)?
                    .as_count()
                    .and_then(|n| usize::try_from(n).ok()))
            };
            match (index(1)?, index(2)?) {
                (Some(start), Some(end)) => {
                    let part = items.get(start..end).ok_or_else(wrong)?;
                    Ok(list(part.to_vec(), span))
                }
                _ => unknown_of(arguments, span),
            }
        }
        // The first three zones that a data source lists.
        ("slice", Data::Unknown(_)) => {
            let index = |at| get(arguments, at).ok().and_then(Val::as_count);
            match (index(1), index(2)) {
                (Some(start), Some(end)) if start < end && end <= MOST_ZONES => {
                    let items = (start..end).map(|at| listed(of, &at.to_string()));
                    let items: Vec<Val> = items.collect();
                    let told = items.iter().all(|item| item.from != of.from);
                    if told {
                        Ok(list(items, span))
                    } else {
                        unknown_of(arguments, span)
                    }
                }
                _ => unknown_of(arguments, span),
            }
        }
        ("contains", Data::List(items)) => {
            let wanted = get(arguments, 1)?;
            if wanted.is_unknown() || items.iter().any(Val::is_unknown) {
                return unknown_of(arguments, span);
            }
            let has = items.iter().any(|item| same(item, wanted));
            Ok(Val::new(Data::Bool(has), span))
        }
        ("zipmap", Data::List(keys)) => {
            let values = get(arguments, 1)?.items();
            let mut pairs: Vec<(Rc<str>, Val)> = Vec::new();
            for (key, value) in keys.iter().zip(values) {
                let Some(key) = key.scalar() else {
                    return unknown_of(arguments, span);
                };
                pairs.retain(|(known, _)| *known != key);
                pairs.push((key, value.clone()));
                if pairs.len() > 1_000 {
                    return Ok(Val::unknown("too much to evaluate", span));
                }
            }
            Ok(Val::new(Data::Map(Rc::new(pairs)), span))
        }
        _ => unknown_of(arguments, span),
    }
}

/// Functions of known scalars.
fn plain(name: &str, arguments: &[Val], span: Span) -> Result<Val> {
    let known = matches!(
        name,
        "lower"
            | "upper"
            | "title"
            | "join"
            | "split"
            | "format"
            | "replace"
            | "trimprefix"
            | "trimsuffix"
            | "trim"
            | "substr"
            | "startswith"
            | "endswith"
            | "strcontains"
            | "min"
            | "max"
            | "range"
            | "floor"
            | "ceil"
            | "abs"
    );
    if !known {
        let why = match name {
            "file" | "filebase64" | "templatefile" | "fileset" | "filemd5" | "filesha256"
            | "fileexists" => format!("`{name}` would read a file, which nothing here does"),
            _ => {
                let name: String = name.chars().take(60).collect();
                format!("function `{name}` is not evaluated")
            }
        };
        return Ok(Val::unknown(why, span).read_from(&all_from(arguments)));
    }
    if arguments.iter().any(|value| value.reason().is_some()) {
        return unknown_of(arguments, span);
    }
    let mut value = scalar(name, arguments, span)?;
    if arguments.iter().any(|argument| argument.secret) {
        value.hide();
    }
    Ok(value)
}

fn scalar(name: &str, arguments: &[Val], span: Span) -> Result<Val> {
    let text = |at| -> Result<Rc<str>> { get(arguments, at)?.scalar().ok_or_else(wrong) };
    let of = |text: String| Ok(Val::text(text, span));
    let yes = |yes| Ok(Val::new(Data::Bool(yes), span));
    match name {
        "lower" => of(text(0)?.to_lowercase()),
        "upper" => of(text(0)?.to_uppercase()),
        "title" => {
            let mut out = String::new();
            let mut fresh = true;
            for c in text(0)?.chars() {
                if fresh {
                    out.extend(c.to_uppercase());
                } else {
                    out.push(c);
                }
                fresh = c.is_whitespace();
            }
            of(out)
        }
        "join" => {
            let items = get(arguments, 1)?.items();
            let items: Option<Vec<Rc<str>>> = items.iter().map(Val::scalar).collect();
            of(items.ok_or_else(wrong)?.join(&text(0)?))
        }
        "split" => {
            let (separator, whole) = (text(0)?, text(1)?);
            let parts: Vec<&str> = if separator.is_empty() {
                vec![&whole]
            } else {
                whole.split(&*separator).take(MOST).collect()
            };
            Ok(list(
                parts
                    .into_iter()
                    .map(|part| Val::text(part, span))
                    .collect(),
                span,
            ))
        }
        "replace" => {
            let (whole, old, new) = (text(0)?, text(1)?, text(2)?);
            let is_pattern = old.len() > 1 && old.starts_with('/') && old.ends_with('/');
            let grows = old.is_empty() || whole.len().saturating_mul(new.len()) > (1 << 20);
            if is_pattern || grows {
                return Ok(Val::unknown(
                    "`replace` with a pattern is not evaluated",
                    span,
                ));
            }
            of(whole.replace(&*old, &new))
        }
        "trimprefix" => {
            let (whole, prefix) = (text(0)?, text(1)?);
            of(whole.strip_prefix(&*prefix).unwrap_or(&whole).to_owned())
        }
        "trimsuffix" => {
            let (whole, suffix) = (text(0)?, text(1)?);
            of(whole.strip_suffix(&*suffix).unwrap_or(&whole).to_owned())
        }
        "trim" => {
            let set: Vec<char> = text(1)?.chars().collect();
            of(text(0)?.trim_matches(set.as_slice()).to_owned())
        }
        "substr" => {
            let (whole, start, size) = (text(0)?, text(1)?, text(2)?);
            let start: usize = start.parse().map_err(|_| wrong())?;
            let size: usize = size.parse().unwrap_or(usize::MAX);
            of(whole.chars().skip(start).take(size).collect())
        }
        "startswith" => yes(text(0)?.starts_with(&*text(1)?)),
        "endswith" => yes(text(0)?.ends_with(&*text(1)?)),
        "strcontains" => yes(text(0)?.contains(&*text(1)?)),
        "min" | "max" | "floor" | "ceil" | "abs" => numbers(name, arguments, span),
        "range" => range(arguments, span),
        _ => format(arguments, span),
    }
}

fn numbers(name: &str, arguments: &[Val], span: Span) -> Result<Val> {
    let all: Option<Vec<f64>> = arguments.iter().map(number).collect();
    let all = all.ok_or_else(wrong)?.into_iter();
    let result = match name {
        "min" => all.reduce(f64::min),
        "max" => all.reduce(f64::max),
        "floor" => all.reduce(|a, _| a).map(f64::floor),
        "ceil" => all.reduce(|a, _| a).map(f64::ceil),
        _ => all.reduce(|a, _| a).map(f64::abs),
    };
    Ok(of_number(result.ok_or_else(wrong)?, span))
}

fn range(arguments: &[Val], span: Span) -> Result<Val> {
    let all: Option<Vec<u64>> = arguments.iter().map(Val::as_count).collect();
    let (start, end, step) = match all.ok_or_else(wrong)?.as_slice() {
        [end] => (0, *end, 1),
        [start, end] => (*start, *end, 1),
        [start, end, step] if *step > 0 => (*start, *end, *step),
        _ => return Err(wrong()),
    };
    let steps = (start..end).step_by(usize::try_from(step).unwrap_or(usize::MAX));
    let items = steps
        .take(MOST)
        .map(|n| Val::new(Data::Number(n.to_string().into()), span));
    Ok(list(items.collect(), span))
}

/// `format("%s-%02d", ...)`; verbs with other flags are not evaluated.
fn format(arguments: &[Val], span: Span) -> Result<Val> {
    let pattern = get(arguments, 0)?.scalar().ok_or_else(wrong)?;
    let mut values = arguments.iter().skip(1);
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut flags = String::new();
        let verb = loop {
            match chars.next() {
                Some(c) if c.is_ascii_digit() => flags.push(c),
                other => break other,
            }
        };
        if verb == Some('%') {
            out.push('%');
            continue;
        }
        let text = values.next().and_then(Val::scalar).ok_or_else(wrong)?;
        let width: usize = flags.trim_start_matches('0').parse().unwrap_or(0);
        if !matches!(verb, Some('s' | 'd' | 'v')) || width > 64 {
            return Ok(Val::unknown(
                "a pattern of `format` that is not evaluated",
                span,
            ));
        }
        let pad = if flags.starts_with('0') { '0' } else { ' ' };
        for _ in text.chars().count()..width {
            out.push(pad);
        }
        out.push_str(&text);
    }
    Ok(Val::text(out, span))
}
