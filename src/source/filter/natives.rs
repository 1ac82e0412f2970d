//! What filters may call: jq's own definitions but for those that see or touch the world, and the
//! functions that these rest on.

use std::cell::RefCell;
use std::collections::HashMap;

use jaq_core::load::parse::Def;
use jaq_core::native::{Fun, bome, run, unary, v};
use jaq_core::{Bind, Error, RunPtr, ValR, load};
use regex::{Regex, RegexBuilder};

use super::meter::{self, Metered};
use super::value::{self, Entries, Held, Value, fine};

/// Definitions of the standard library that are not here: output, the end of the process, time,
/// formats and mathematics beyond what a mapping needs.
const LEFT_OUT: [&str; 28] = [
    "stderr",
    "debug",
    "halt",
    "halt_error",
    "logb",
    "significand",
    "pow10",
    "drem",
    "nexttoward",
    "scalb",
    "gamma",
    "todate",
    "fromdate",
    "@html",
    "@htmld",
    "@uri",
    "@urid",
    "@base64",
    "@base64d",
    "@sh",
    "nan",
    "infinite",
    "isnan",
    "isinfinite",
    "isfinite",
    "isnormal",
    "finites",
    "normals",
];

/// Functions of the standard library that are here.
const TAKEN: [&str; 20] = [
    "floor",
    "round",
    "ceil",
    "utf8bytelength",
    "explode",
    "implode",
    "ascii_downcase",
    "ascii_upcase",
    "reverse",
    "sort",
    "sort_by",
    "group_by",
    "min_by_or_empty",
    "max_by_or_empty",
    "startswith",
    "endswith",
    "ltrimstr",
    "rtrimstr",
    "trim",
    "ltrim",
];

/// Definitions in the language itself.
const OURS: &str = r#"
def rtrim: reverse_text | ltrim | reverse_text;
def in($container): . as $key | $container | has($key);
def inside($other): . as $this | $other | contains($this);
def index($part): indices($part) | first;
def rindex($part): indices($part) | last;
def tonumber: if isnumber then . else number_of_text end;
def toboolean: if isboolean then . elif . == "true" then true elif . == "false" then false
    else error("this is neither true nor false") end;
def transpose: [range([.[] | length] | max // 0) as $column | [.[][$column]]];
def @json: tojson;
def ascii: [.] | implode;
"#;

/// Every definition that a filter may call.
pub(super) fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    let standard = jaq_std::defs().filter(|def| !LEFT_OUT.contains(&def.name));
    let ours = load::parse(OURS, |parser| parser.defs()).unwrap_or_default();
    jaq_core::defs().chain(standard).chain(ours)
}

/// Every function that they rest on.
pub(super) fn functions() -> impl Iterator<Item = Fun<Metered>> {
    let standard = jaq_std::base_funs().filter(|(name, ..)| TAKEN.contains(name));
    jaq_core::funs()
        .chain(standard)
        .chain(ours().into_iter().map(|one| run::<Metered>(one)))
}

type Function = (&'static str, Box<[Bind]>, RunPtr<Metered>);

fn ours() -> Vec<Function> {
    vec![
        ("length", v(0), |cv| bome(length(cv.1))),
        ("tojson", v(0), |cv| {
            let at = cv.1.at;
            bome(Ok(value::text(&cv.1.json()).at(at)))
        }),
        ("fromjson", v(0), |cv| bome(from_json(&cv.1))),
        ("number_of_text", v(0), |cv| bome(number_of(&cv.1))),
        ("reverse_text", v(0), |cv| {
            bome(words(&cv.1).map(|text| {
                let back: String = text.chars().rev().collect();
                value::text(&back).at(cv.1.at)
            }))
        }),
        ("has", v(1), |cv| {
            unary(cv, |of, key| Ok(of.look(&key)?.is_some().into()))
        }),
        ("contains", v(1), |cv| {
            unary(cv, |of, part| Ok(contains(&of, &part).into()))
        }),
        ("indices", v(1), |cv| {
            unary(cv, |of, part| indices(&of, &part))
        }),
        ("matches", v(2), |mut cv| {
            let (flags, pattern) = (cv.0.pop_var(), cv.0.pop_var());
            bome(matched(&cv.1, &pattern, &flags, false))
        }),
        ("split_matches", v(2), |mut cv| {
            let (flags, pattern) = (cv.0.pop_var(), cv.0.pop_var());
            bome(matched(&cv.1, &pattern, &flags, true))
        }),
        ("split_", v(2), |mut cv| {
            let (flags, pattern) = (cv.0.pop_var(), cv.0.pop_var());
            bome(split(&cv.1, &pattern, &flags))
        }),
    ]
}

fn words(value: &Value) -> Result<&str, Error<Value>> {
    let text = value.as_text();
    meter::charge_for(text.map_or(0, str::len) / 8 + 1);
    text.ok_or_else(|| Error::typ(value.clone(), "string"))
}

fn length(value: Value) -> ValR<Value> {
    let length = match &value.held {
        Held::Null => 0,
        Held::Text(text) => {
            meter::charge_for(text.len() / 8);
            text.chars().count()
        }
        Held::List(list) => list.items.len(),
        Held::Map(map) => map.items.len(),
        Held::Whole(number) if *number < 0 => return -value,
        Held::Whole(_) => return Ok(value),
        Held::Real(number) => return fine(Held::Real(number.abs())),
        Held::Bool(_) => return Err(Error::str("a boolean has no length")),
    };
    Ok(length.into())
}

fn number_of(value: &Value) -> ValR<Value> {
    let text = words(value)?.trim();
    let digits = text
        .trim_start_matches('-')
        .starts_with(|c: char| c.is_ascii_digit());
    if let Ok(whole) = text.parse() {
        return Ok(Held::Whole(whole).at(value.at));
    }
    match text.parse() {
        Ok(real) if digits => Ok(Held::Real(real).at(value.at)),
        _ => Err(Error::str(format!("`{value}` is no number"))),
    }
}

/// Its nesting is limited by the parser.
fn from_json(value: &Value) -> ValR<Value> {
    let text = words(value)?;
    let read = serde_json::from_str(text);
    let read = read.map_err(|error| Error::str(format!("this is not valid JSON: {error}")))?;
    Ok(of_json(read, value))
}

fn of_json(read: serde_json::Value, from: &Value) -> Value {
    meter::charge(1);
    let held = match read {
        serde_json::Value::Null => Held::Null,
        serde_json::Value::Bool(yes) => Held::Bool(yes),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Held::Whole(whole),
            None => Held::Real(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(string) => value::text(&string),
        serde_json::Value::Array(items) => {
            value::list(items.into_iter().map(|item| of_json(item, from)).collect())
        }
        serde_json::Value::Object(entries) => {
            let entries = entries.into_iter();
            let entries = entries.map(|(key, item)| (key.into(), of_json(item, from)));
            value::map(entries.collect())
        }
    };
    held.at(from.at)
}

fn contains(of: &Value, part: &Value) -> bool {
    meter::charge(1);
    match (&of.held, &part.held) {
        (Held::Text(of), Held::Text(part)) => {
            meter::charge_for(of.len() / 8);
            of.contains(&**part)
        }
        (Held::List(of), Held::List(parts)) => {
            let mut parts = parts.items.iter();
            parts.all(|part| of.items.iter().any(|item| contains(item, part)))
        }
        (Held::Map(of), Held::Map(parts)) => parts.items.iter().all(|(key, part)| {
            let item = of.items.get(key);
            item.is_some_and(|item| contains(item, part))
        }),
        _ => of == part,
    }
}

fn indices(of: &Value, part: &Value) -> ValR<Value> {
    let found: Vec<usize> = match (&of.held, &part.held) {
        (Held::Text(text), Held::Text(part)) => {
            meter::charge_for(text.len().saturating_mul(part.len().max(1)));
            let starts = text.char_indices().enumerate();
            let here = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with(&**part));
            let found = starts.filter(|(_, (at, _))| !part.is_empty() && here(*at));
            found.map(|(at, _)| at).collect()
        }
        (Held::List(list), Held::List(part)) => {
            let length = part.items.len().max(1);
            let windows = list.items.windows(length).enumerate();
            let found = windows.filter(|(_, window)| *window == part.items.as_slice());
            found.map(|(at, _)| at).collect()
        }
        (Held::List(list), _) => {
            let items = list.items.iter().enumerate();
            items
                .filter(|(_, item)| *item == part)
                .map(|(at, _)| at)
                .collect()
        }
        (Held::Null, _) => return fine(Held::Null),
        _ => return Err(Error::index(of.clone(), part.clone())),
    };
    fine(value::list(found.into_iter().map(Value::from).collect()))
}

thread_local! {
    /// Patterns that this thread has compiled.
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::new(HashMap::new());
}

/// Most patterns kept.
const MOST_PATTERNS: usize = 64;
/// What a pattern costs.
const PATTERN: u64 = 5_000;
/// Largest automaton of a pattern, in bytes.
const LARGEST: usize = 1 << 20;

/// A pattern with jq's flags; whether it is to be found everywhere.
fn pattern(pattern: &Value, flags: &Value) -> Result<(Regex, bool, bool), Error<Value>> {
    let text = words(pattern)?;
    let flags = match flags.held {
        Held::Null => "",
        _ => words(flags)?,
    };
    let (mut everywhere, mut no_empty, mut inline) = (false, false, String::new());
    for flag in flags.chars() {
        match flag {
            'g' => everywhere = true,
            'n' => no_empty = true,
            'i' | 'x' => inline.push(flag),
            's' => inline.push('s'),
            'l' => {}
            'p' => inline.push_str("ms"),
            other => return Err(Error::str(format!("`{other}` is no flag of a pattern"))),
        }
    }
    let full = if inline.is_empty() {
        text.to_owned()
    } else {
        format!("(?{inline}){text}")
    };
    let known = PATTERNS.with_borrow(|patterns| patterns.get(&full).cloned());
    if let Some(known) = known {
        return Ok((known, everywhere, no_empty));
    }
    meter::charge(PATTERN);
    let limited = RegexBuilder::new(&full)
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .build();
    let built = limited.map_err(|error| {
        let error = error.to_string();
        let last = error
            .lines()
            .last()
            .unwrap_or("")
            .trim_start_matches("error: ");
        Error::str(format!("this is no pattern: {last}"))
    })?;
    PATTERNS.with_borrow_mut(|patterns| {
        if patterns.len() >= MOST_PATTERNS {
            patterns.clear();
        }
        patterns.insert(full, built.clone());
    });
    Ok((built, everywhere, no_empty))
}

/// Every match as the list of its groups, as jq describes them; with `between`, also the texts
/// before, between and after them.
fn matched(of: &Value, by: &Value, flags: &Value, between: bool) -> ValR<Value> {
    let text = words(of)?;
    let (regex, everywhere, no_empty) = pattern(by, flags)?;
    let mut all = Vec::new();
    let mut end = 0;
    let most = if everywhere { usize::MAX } else { 1 };
    for found in regex.captures_iter(text).take(most) {
        let Some(whole) = found.get(0) else { continue };
        meter::charge_for((whole.end() - end) / 2 + 8);
        if no_empty && whole.is_empty() {
            continue;
        }
        if between {
            all.push(value::text(text.get(end..whole.start()).unwrap_or("")).at(of.at));
        }
        end = whole.end();
        let groups = found.iter().zip(regex.capture_names()).enumerate();
        let groups = groups.map(|(at, (group, name))| {
            let (start, part) = group.map_or((None, None), |group| {
                (Some(group.start()), Some(group.as_str()))
            });
            let characters = |text: &str| {
                meter::charge_for(text.len() / 8);
                text.chars().count()
            };
            let offset = start.and_then(|start| text.get(..start)).map(characters);
            let number = |number: Option<usize>| {
                number.map_or_else(|| Held::Whole(-1).nowhere(), Value::from)
            };
            let string = part.map_or(Held::Null, value::text).at(of.at);
            let mut entries = Entries::from([
                ("offset".into(), number(offset)),
                ("length".into(), part.map_or(0, characters).into()),
                ("string".into(), string),
            ]);
            if at > 0 {
                entries.insert(
                    "name".into(),
                    name.map_or(Held::Null, value::text).nowhere(),
                );
            }
            value::map(entries).nowhere()
        });
        all.push(value::list(groups.collect()).nowhere());
    }
    if between {
        all.push(value::text(text.get(end..).unwrap_or("")).at(of.at));
    }
    fine(value::list(all))
}

fn split(of: &Value, by: &Value, flags: &Value) -> ValR<Value> {
    let text = words(of)?;
    let (regex, ..) = pattern(by, flags)?;
    meter::charge_for(text.len());
    let parts = regex.split(text).map(|part| value::text(part).at(of.at));
    fine(value::list(parts.collect()))
}
