//! Single values of the manifest: what each may be, read and as a schema, side by side.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::types::{AsyncCopy, BackupCopy};
use crate::ingest::fact::{NeedFact, Otherwise, Ref};
use crate::message;
use crate::source::item::{MAX_TEXT, Read, Reader, keys, quote};
use crate::source::{Kind, Span, View, mask};
use crate::words::{
    Id, Message, Mode, Replication, nearest, parse_count, parse_duration, parse_percent, parse_rate,
};

/// Most weight of one member or replica.
const MAX_WEIGHT: u64 = 1_000_000_000;
/// Most replicas that one entry may state.
const MAX_COPIES: u64 = 100_000;
/// Largest count: exact as a JSON number in every language.
const MAX_COUNT: u64 = 1 << 53;
/// Longest duration in seconds: 100 years.
const MAX_SECONDS: u64 = 100 * 365 * 86_400;
/// Kinds that only this program gives.
const RESERVED: [&str; 3] = ["replica", "group", "unknown"];
/// What a count looks like as text; as a number it is a number.
const COUNT_PATTERN: &str = r"^[0-9][0-9_]*((\.[0-9]+)?[kKmMgGbB])?$";

/// Gives a value type its schema under its own name.
macro_rules! schema {
    ($name:ident, $($json:tt)+) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($($json)+)
            }
        }
    };
}

pub(super) use schema;

/// The text of a single value.
pub(super) fn scalar<'t>(view: View<'t>, expected: Message, cx: &mut Reader) -> Option<&'t str> {
    let text = view.as_str();
    if text.is_none() {
        cx.unexpected(view, expected);
    }
    text
}

/// Text that is neither empty nor huge.
fn text(view: View<'_>, expected: Message, cx: &mut Reader) -> Option<String> {
    let text = scalar(view, expected.clone(), cx)?;
    if text.trim().is_empty() {
        cx.unexpected(view, expected);
        return None;
    }
    if text.len() > MAX_TEXT {
        let message = message!("longer than {MAX_TEXT} bytes", MAX_TEXT);
        cx.wrong_value(view.span(), message);
        return None;
    }
    // A long text that aliases repeat costs what it takes to copy it.
    cx.charge(view.span(), text.len() / 256 + 1)
        // Whatever is a name here is printed everywhere: a connection string keeps no secret.
        .then(|| mask::value(text).into_owned())
}

/// What a parser of words makes of a value, its complaint told.
fn parsed<T>(
    view: View<'_>,
    expected: Message,
    cx: &mut Reader,
    parse: impl FnOnce(&str) -> Result<T, Message>,
) -> Option<T> {
    let text = scalar(view, expected.clone(), cx)?;
    match parse(text) {
        Ok(value) => Some(value),
        Err(_) if text.len() > MAX_TEXT => {
            cx.unexpected(view, expected);
            None
        }
        Err(message) => {
            cx.wrong_value(view.span(), message);
            None
        }
    }
}

/// A count between two bounds.
fn count_within(
    view: View<'_>,
    cx: &mut Reader,
    bounds: std::ops::RangeInclusive<u64>,
) -> Option<u64> {
    let count = parsed(
        view,
        message!("a count like 250, 30k or 1.5M"),
        cx,
        parse_count,
    )?;
    if bounds.contains(&count) {
        return Some(count);
    }
    let message = message!(
        "must be from {what} to {what2}, not {count}",
        count,
        what = bounds.start(),
        what2 = bounds.end()
    );
    cx.wrong_value(view.span(), message);
    None
}

/// Text for people.
#[derive(Debug)]
pub(super) struct Text(pub(super) String);

impl Read for Text {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        text(view, message!("text"), cx).map(Self)
    }
}
schema!(Text, {
    "description": "Text, at most 1,000 bytes.",
    "type": ["string", "number", "boolean"],
    "pattern": r"\S",
    "maxLength": MAX_TEXT
});

/// A reference to a node.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Span,
}

impl Name {
    /// As the model takes it.
    pub(super) fn reference(self) -> Ref {
        Ref {
            text: self.text,
            span: self.span,
            otherwise: Otherwise::Unknown,
        }
    }
}

impl Read for Name {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let text = text(view, message!("the name of a node like service:login"), cx)?;
        Some(Self {
            text,
            span: view.span(),
        })
    }
}
schema!(Name, {
    "description": "A node: `kind:name`, or the bare name or an alias where only one node has it.",
    "type": ["string", "number", "boolean"],
    "pattern": r"\S",
    "maxLength": MAX_TEXT
});

/// The identifier of an item: a [`Name`] whose kind, if it has one, is not reserved.
#[derive(Clone, Debug)]
pub(super) struct NodeName(pub(super) Name);

impl Read for NodeName {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let name = Name::read(view, cx)?;
        let Some((kind, _)) = name.text.split_once(':') else {
            return Some(Self(name));
        };
        if Id::parse(&name.text).is_none() {
            let message = message!(
                "{what} is not an identifier: a kind in lower-case letters, a colon and a name, as in \
                 site:pangyo",
                what = quote(&name.text)
            );
            cx.wrong_value(name.span, message);
            return None;
        }
        if RESERVED.contains(&kind) {
            let message = message!("the kind `{kind}` is reserved: choose another", kind);
            cx.wrong_value(name.span, message);
            return None;
        }
        Some(Self(name))
    }
}
schema!(NodeName, {
    "description": "`kind:name`, as in `site:pangyo`, or a bare name. Kinds are open: lower-case \
                    letters, digits, `-` and `_`; `replica`, `group` and `unknown` are reserved.",
    "type": ["string", "number", "boolean"],
    "pattern": r"\S",
    "maxLength": MAX_TEXT,
    "anyOf": [
        { "not": { "type": "string", "pattern": ":" } },
        { "pattern": "^(?!(replica|group|unknown):)[a-z][a-z0-9_-]*:.+" }
    ]
});

/// How much a node matters, from 0 (most) to 9.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tier(pub(super) u8);

impl Read for Tier {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("a tier from 0 (matters most) to 9");
        let tier = scalar(view, expected.clone(), cx)?.parse().ok();
        let tier = tier.filter(|tier| *tier <= 9);
        if tier.is_none() {
            cx.unexpected(view, expected);
        }
        tier.map(Self)
    }
}
schema!(Tier, {
    "description": "0 (matters most) to 9; critical is 0 and 1.",
    "anyOf": [
        { "type": "integer", "minimum": 0, "maximum": 9 },
        { "type": "string", "pattern": "^[0-9]$" }
    ]
});

/// Seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duration(pub(super) u64);

impl Read for Duration {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("a duration like 90s, 5m, 4h, 7d or 1h30m");
        parsed(view, expected, cx, parse_duration).map(Self)
    }
}
schema!(Duration, {
    "description": "A duration: `90s`, `5m`, `4h`, `7d`, `2w`, `1h30m`, or a number of seconds.",
    "anyOf": [
        { "type": "integer", "minimum": 0, "maximum": MAX_SECONDS },
        { "type": "string", "pattern": "^([0-9]+|([0-9]+(s|m|min|h|d|w))+)$" }
    ],
    "examples": ["5m", "1h30m", 90]
});

/// A count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count(pub(super) u64);

impl Read for Count {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        count_within(view, cx, 0..=MAX_COUNT).map(Self)
    }
}
schema!(Count, {
    "description": "A count: `250`, `1_000`, `30k`, `1.5M`, `2G`.",
    "anyOf": [
        { "type": "integer", "minimum": 0, "maximum": MAX_COUNT },
        { "type": "string", "pattern": COUNT_PATTERN }
    ],
    "examples": [250, "30k", "1.5M"]
});

/// A count of at least one: how much of something is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount(pub(super) u64);

impl Read for Amount {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        count_within(view, cx, 1..=MAX_COUNT).map(Self)
    }
}
schema!(Amount, {
    "description": "A weight to reach: `2`, `30k`; at least 1.",
    "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": MAX_COUNT },
        { "type": "string", "pattern": COUNT_PATTERN }
    ]
});

/// What one member or replica counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight(pub(super) u64);

impl Read for Weight {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        count_within(view, cx, 1..=MAX_WEIGHT).map(Self)
    }
}
schema!(Weight, {
    "description": "A weight (capacity), from 1 to 1,000,000,000.",
    "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": MAX_WEIGHT },
        { "type": "string", "pattern": COUNT_PATTERN }
    ]
});

/// How many replicas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copies(pub(super) u64);

impl Read for Copies {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        count_within(view, cx, 1..=MAX_COPIES).map(Self)
    }
}
schema!(Copies, {
    "description": "A number of replicas, from 1 to 100,000.",
    "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": MAX_COPIES },
        { "type": "string", "pattern": COUNT_PATTERN }
    ]
});

/// Failures per year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate(pub(super) f64);

impl Read for Rate {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        parsed(view, message!("a rate like 0.5/y or 1/30d"), cx, parse_rate).map(Self)
    }
}
schema!(Rate, {
    "description": "A rate: times per year (`0.5/y`) or per duration (`1/30d`).",
    "type": "string",
    "pattern": r"^\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*/\s*(y|year|([0-9]+|([0-9]+(s|m|min|h|d|w))+))$",
    "examples": ["0.5/y", "1/30d"]
});

/// The least weight of replicas with which a service serves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need(pub(super) NeedFact);

impl Read for Need {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("a weight like 3, or a share of `demand` like 70%");
        let text = scalar(view, expected.clone(), cx)?;
        if !text.contains('%') {
            return Amount::read(view, cx).map(|Amount(weight)| Self(NeedFact::Weight(weight)));
        }
        let percent = parse_percent(text).filter(|percent| *percent > 0);
        if percent.is_none() {
            cx.unexpected(view, message!("a share of `demand` from 1% to 1000%"));
        }
        percent.map(|percent| Self(NeedFact::Percent(percent)))
    }
}
schema!(Need, {
    "description": "A weight (`3`), or a share of `demand`, rounded up (`70%`).",
    "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": MAX_COUNT },
        { "type": "string", "pattern": COUNT_PATTERN },
        { "type": "string", "pattern": r"^\s*0*([1-9][0-9]{0,2}|1000)\s*%\s*$" }
    ],
    "examples": [3, "70%"]
});

/// What no two replicas share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpreadOver {
    Host,
    Zone,
}

impl Read for SpreadOver {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        match view.as_str() {
            Some("host") => Some(Self::Host),
            Some("zone") => Some(Self::Zone),
            _ => {
                cx.unexpected(view, message!("`host` or `zone`"));
                None
            }
        }
    }
}
schema!(SpreadOver, {
    "description": "What no two of the replicas share.",
    "enum": ["host", "zone"]
});

/// How a store's replica holds data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held(pub(super) Replication);

impl Read for Held {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("`primary`, `sync`, `{{async: 5s}}` or `{{backup: 24h}}`");
        if view.kind() == Kind::Mapping {
            let held = if keys(view, cx)?.contains(&"backup") {
                let BackupCopy { backup } = BackupCopy::read(view, cx)?;
                Replication::Backup {
                    interval_s: backup.0,
                }
            } else {
                let AsyncCopy { r#async } = AsyncCopy::read(view, cx)?;
                Replication::Async { lag_s: r#async.0 }
            };
            return Some(Self(held));
        }
        let text = scalar(view, expected.clone(), cx)?;
        let held = match text {
            "primary" => Some(Ok(Replication::Primary)),
            "sync" => Some(Ok(Replication::Sync)),
            _ => text.strip_suffix(')').and_then(|open| {
                let (word, time) = open.split_once('(')?;
                match word.trim() {
                    "async" => Some(parse_duration(time).map(|lag_s| Replication::Async { lag_s })),
                    "backup" => Some(
                        parse_duration(time).map(|interval_s| Replication::Backup { interval_s }),
                    ),
                    _ => None,
                }
            }),
        };
        match held {
            Some(Ok(held)) => Some(Self(held)),
            Some(Err(message)) => {
                cx.wrong_value(view.span(), message);
                None
            }
            None => {
                cx.unexpected(view, expected);
                None
            }
        }
    }
}

impl JsonSchema for Held {
    fn schema_name() -> Cow<'static, str> {
        "Replication".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How a store's replica holds data: `primary` takes the writes; `sync` \
                            is never behind; `async` may lag; `backup` is made every so often.",
            "anyOf": [
                { "enum": ["primary", "sync"] },
                generator.subschema_for::<AsyncCopy>(),
                generator.subschema_for::<BackupCopy>(),
                { "type": "string", "pattern": r"^(async|backup)\s*\(\s*([0-9]+|([0-9]+(s|m|min|h|d|w))+)\s*\)$" }
            ],
            "examples": ["primary", { "async": "5s" }, "backup(24h)"]
        })
    }
}

/// The mode that an override sets; nothing: there is no such requirement.
#[derive(Clone, Copy, Debug)]
pub(super) struct OverrideMode(pub(super) Option<Mode>);

impl Read for OverrideMode {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("`hard`, `soft`, `start`, `placement` or `none`");
        let text = scalar(view, expected.clone(), cx)?;
        if text == "none" {
            return Some(Self(None));
        }
        let mode = Mode::parse(text);
        if mode.is_none() {
            let words = Mode::ALL.iter().map(|mode| mode.as_str());
            match nearest(text, words.chain(["none"])) {
                Some(near) => cx.unexpected(
                    view,
                    message!("{expected} (did you mean `{near}`?)", expected, near),
                ),
                None => cx.unexpected(view, expected),
            }
        }
        mode.map(|mode| Self(Some(mode)))
    }
}
schema!(OverrideMode, {
    "description": "`hard`: without it, not serving; `soft`: degraded; `start`: needed only to \
                    start; `placement`: what it stands on; `none`: there is no such requirement.",
    "enum": ["hard", "soft", "start", "placement", "none"]
});

/// The version of the format: 1.
#[derive(Debug)]
pub(super) struct Version;

impl Read for Version {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.as_str() == Some("1") {
            return Some(Self);
        }
        cx.unexpected(view, message!("the version of this format, 1"));
        None
    }
}
schema!(Version, {
    "description": "The version of the format.",
    "enum": [1, "1"]
});
