//! What a `spof.toml` says of the gate: what fails a run, how severe each rule is, and which
//! findings are accepted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::types::{Duration, text};
use crate::message;
use crate::source::item::{At, MAX_TEXT, OneOrMany, Read, Reader, item, quote};
use crate::source::{Kind, Location, SourceMap, Span, View};
use crate::words::{Code, Date, Evidence, Message, Severity, nearest};

/// The gate as the configuration has it; what it leaves open, the profile decides.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    pub profile: Option<Profile>,
    pub fail_on: Option<Threshold>,
    pub fail_on_new: Option<Threshold>,
    pub min_confidence: Option<Evidence>,
    /// Relative to the folder of the configuration.
    pub baseline: Option<Utf8PathBuf>,
    /// By rule; `None` switches it off.
    pub levels: BTreeMap<Code, Option<Severity>>,
    pub waivers: Vec<Waiver>,
    pub freshness: Freshness,
}

/// How long what people do and write down holds, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// A drill of a failover.
    pub drill: i64,
    /// A comparison of an entry with what is really there.
    pub entry: i64,
}

impl Default for Freshness {
    /// A year each.
    fn default() -> Self {
        Self {
            drill: 365,
            entry: 365,
        }
    }
}

/// A finding accepted in the configuration: those of `rules` about `subject`, or the one with
/// `fingerprint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Empty: any rule.
    pub rules: Vec<Code>,
    pub subject: Option<String>,
    pub fingerprint: Option<String>,
    pub reason: String,
    pub owner: Option<String>,
    pub expires: Option<Date>,
    pub place: Location,
}

/// How severe a finding must be to fail a run; `never`: none does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    At(Severity),
    Never,
}

impl Threshold {
    /// Every word, strictest last.
    pub const ALL: [Self; 4] = [
        Self::At(Severity::Error),
        Self::At(Severity::Warning),
        Self::At(Severity::Note),
        Self::Never,
    ];

    /// The word users read and write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::At(severity) => severity.as_str(),
            Self::Never => "never",
        }
    }

    /// True if a finding of `severity` fails the run.
    #[must_use]
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::At(least) => severity >= least,
            Self::Never => false,
        }
    }
}

/// A set of defaults for the gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Errors fail.
    #[default]
    Default,
    /// Warnings fail too.
    Strict,
    /// Nothing fails and nothing is accepted: all there is, to be read.
    Audit,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Default, Self::Strict, Self::Audit];

    /// The word users read and write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Audit => "audit",
        }
    }

    /// What fails a run where nothing else is said.
    #[must_use]
    pub fn fail_on(self) -> Threshold {
        match self {
            Self::Default => Threshold::At(Severity::Error),
            Self::Strict => Threshold::At(Severity::Warning),
            Self::Audit => Threshold::Never,
        }
    }
}

item! {
    /// What fails `spof lint`. What is written on the command line wins.
    LintTable {
        /// Defaults for what this table leaves open. `default`: errors fail; `strict`: warnings
        /// fail too; `audit`: nothing fails, and no waiver and no baseline counts.
        profile: may ProfileWord,
        /// The least severity that makes `spof lint` exit with 1.
        fail_on: may ThresholdWord,
        /// The same for findings that the baseline or the base of a comparison does not have.
        /// Where there is one, older findings fail only by an explicit `fail_on`.
        fail_on_new: may ThresholdWord,
        /// Findings that rest on weaker evidence are left out.
        min_confidence: may EvidenceWord,
        /// A file that `spof lint --write-baseline` wrote, relative to this file: what it lists is
        /// known.
        baseline: may FileName,
        /// How long a drill of a failover counts (`undrilled-failover`). Default: `365d`.
        drilled_within: may Duration,
        /// How long an entry holds after the day on which it was `verified` (`stale-fact`).
        /// Default: `365d`.
        verified_within: may Duration,
    }
}

item! {
    /// A risk that is accepted: a finding that does not count. It names a rule and a subject, or a
    /// fingerprint.
    WaiverTable {
        /// The rule, or several.
        rule: may OneOrMany<RuleName>,
        /// Id of the node (or path of the file) that the finding is about.
        subject: may Line,
        /// The finding's fingerprint, as `spof lint --format json` shows it.
        fingerprint: may Fingerprint,
        /// Why the risk is accepted.
        reason: must Line,
        /// Who accepts it.
        owner: may Line,
        /// The last day on which it holds.
        expires: may Day,
    }
}

impl Gate {
    /// Puts the tables together; tells of waivers that could match nothing.
    pub(super) fn new(
        lint: Option<LintTable>,
        rules: Option<Levels>,
        waivers: Option<OneOrMany<At<WaiverTable>>>,
        sources: &SourceMap,
        cx: &mut Reader,
    ) -> Self {
        let mut gate = Self::default();
        if let Some(LintTable {
            profile,
            fail_on,
            fail_on_new,
            min_confidence,
            baseline,
            drilled_within,
            verified_within,
        }) = lint
        {
            gate.profile = profile.map(|word| word.0);
            gate.fail_on = fail_on.map(|word| word.0);
            gate.fail_on_new = fail_on_new.map(|word| word.0);
            gate.min_confidence = min_confidence.map(|word| word.0);
            gate.baseline = baseline.map(|name| name.0);
            let year = Freshness::default();
            gate.freshness = Freshness {
                drill: drilled_within.map_or(year.drill, days),
                entry: verified_within.map_or(year.entry, days),
            };
        }
        gate.levels = rules.map_or_else(BTreeMap::new, |Levels(levels)| levels);
        let tables = waivers.map_or_else(Vec::new, |OneOrMany(tables)| tables);
        for At { value, span } in tables {
            gate.waivers.extend(waiver(value, span, sources, cx));
        }
        gate
    }
}

/// Whole days of a duration.
fn days(duration: Duration) -> i64 {
    i64::try_from(duration.0 / 86_400).unwrap_or(i64::MAX)
}

fn waiver(table: WaiverTable, span: Span, sources: &SourceMap, cx: &mut Reader) -> Option<Waiver> {
    let rules: Vec<Code> = table.rule.map_or_else(Vec::new, |OneOrMany(names)| {
        names.into_iter().map(|name| name.0).collect()
    });
    let named = !rules.is_empty() && table.subject.is_some();
    if !named && table.fingerprint.is_none() {
        cx.wrong(
            span,
            message!("a waiver names a `rule` and a `subject`, or a `fingerprint`"),
        );
        return None;
    }
    Some(Waiver {
        rules,
        subject: table.subject.map(|line| line.0),
        fingerprint: table.fingerprint.map(|text| text.0),
        reason: table.reason.0,
        owner: table.owner.map(|line| line.0),
        expires: table.expires.map(|day| day.0),
        place: sources.location(span),
    })
}

/// One of some words, with "did you mean".
fn word<T: Copy>(
    view: View<'_>,
    all: &[T],
    name: impl Fn(T) -> &'static str,
    cx: &mut Reader,
) -> Option<T> {
    let words: Vec<String> = all.iter().map(|one| format!("`{}`", name(*one))).collect();
    let mut expected = message!("one of {what}", what = words.join(", "));
    let text = text(view, expected.clone(), cx)?;
    let found = all.iter().copied().find(|one| name(*one) == text);
    if found.is_none() {
        if let Some(near) = nearest(text, all.iter().map(|one| name(*one))) {
            expected = message!("{expected} (did you mean `{near}`?)", expected, near);
        }
        cx.unexpected(view, expected);
    }
    found
}

/// `default`, `strict` or `audit`.
#[derive(Debug)]
pub(super) struct ProfileWord(Profile);

impl Read for ProfileWord {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        word(view, &Profile::ALL, Profile::as_str, cx).map(Self)
    }
}

/// `error`, `warning`, `note` or `never`.
#[derive(Debug)]
pub(super) struct ThresholdWord(Threshold);

impl Read for ThresholdWord {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        word(view, &Threshold::ALL, Threshold::as_str, cx).map(Self)
    }
}

/// `declared`, `observed`, `inferred` or `assumed`.
#[derive(Debug)]
pub(super) struct EvidenceWord(Evidence);

impl Read for EvidenceWord {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        word(view, Evidence::ALL, Evidence::as_str, cx).map(Self)
    }
}

/// A path below the configuration.
#[derive(Debug)]
pub(super) struct FileName(pub(super) Utf8PathBuf);

impl Read for FileName {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        text(view, message!("the path of a file"), cx).map(|text| Self(text.into()))
    }
}

/// The name of a rule.
#[derive(Debug)]
pub(super) struct RuleName(Code);

impl Read for RuleName {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let text = text(view, message!("the name of a rule"), cx)?;
        let found = Code::parse(text);
        if found.is_none() {
            cx.wrong_value(view.span(), unknown_rule(text));
        }
        found.map(Self)
    }
}

/// "There is no such rule", with the nearest one.
#[must_use]
pub fn unknown_rule(name: &str) -> Message {
    let near = nearest(name, Code::ALL.iter().map(|code| code.as_str()));
    let advice = near.map_or_else(
        || message!("`spof rules` lists them"),
        |near| message!("did you mean `{near}`?", near),
    );
    message!(
        "there is no rule {name}: {advice}",
        name = quote(name),
        advice
    )
}

/// Sixteen hexadecimal digits.
#[derive(Debug)]
pub(super) struct Fingerprint(String);

impl Read for Fingerprint {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("sixteen hexadecimal digits");
        let text = text(view, expected.clone(), cx)?;
        if !is_fingerprint(text) {
            cx.unexpected(view, expected);
            return None;
        }
        Some(Self(text.to_owned()))
    }
}

/// Whether `text` has the form of a finding's fingerprint.
#[must_use]
pub fn is_fingerprint(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 16 && text.bytes().all(digit)
}

/// Text that is not empty.
#[derive(Debug)]
pub(super) struct Line(String);

impl Read for Line {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        text(view, message!("a few words"), cx).map(|text| Self(text.trim().to_owned()))
    }
}

/// A day.
#[derive(Debug)]
pub(super) struct Day(Date);

impl Read for Day {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        let expected = message!("a date like 2026-05-01");
        let found = Date::parse(text(view, expected.clone(), cx)?);
        if found.is_none() {
            cx.unexpected(view, expected);
        }
        found.map(Self)
    }
}

/// Severities by rule.
#[derive(Debug, Default)]
pub(super) struct Levels(BTreeMap<Code, Option<Severity>>);

/// `off`, or a severity.
const LEVELS: [Option<Severity>; 4] = [
    Some(Severity::Error),
    Some(Severity::Warning),
    Some(Severity::Note),
    None,
];

fn level_word(level: Option<Severity>) -> &'static str {
    level.map_or("off", Severity::as_str)
}

impl Read for Levels {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if view.kind() != Kind::Mapping {
            cx.unexpected(
                view,
                message!("a table like `[rules]` with `rule-name = \"warning\"`"),
            );
            return None;
        }
        let mut levels = BTreeMap::new();
        for (key, value) in view.entries() {
            let name = RuleName::read(key, cx);
            let level = word(value, &LEVELS, level_word, cx);
            if let (Some(RuleName(code)), Some(level)) = (name, level) {
                levels.insert(code, level);
            }
        }
        Some(Self(levels))
    }
}

/// Schemas of single values, made from the same lists as their readers.
macro_rules! schema {
    ($name:ident, $schema:expr) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

schema!(ProfileWord, {
    json_schema!({ "enum": Profile::ALL.map(Profile::as_str) })
});
schema!(ThresholdWord, {
    json_schema!({ "enum": Threshold::ALL.map(Threshold::as_str) })
});
schema!(EvidenceWord, {
    let words: Vec<&str> = Evidence::ALL.iter().map(|word| word.as_str()).collect();
    json_schema!({ "enum": words })
});
schema!(FileName, {
    json_schema!({ "type": "string", "pattern": r"\S", "maxLength": MAX_TEXT })
});
schema!(RuleName, {
    let rules: Vec<_> = Code::ALL
        .iter()
        .map(|code| serde_json::json!({ "const": code.as_str(), "description": code.summary() }))
        .collect();
    json_schema!({ "description": "A rule of `spof rules`.", "oneOf": rules })
});
schema!(Fingerprint, {
    json_schema!({ "type": "string", "pattern": "^[0-9a-f]{16}$" })
});
schema!(Line, {
    json_schema!({ "type": "string", "pattern": r"\S", "maxLength": MAX_TEXT })
});
schema!(Day, {
    json_schema!({
        "description": "A date, `YYYY-MM-DD`.",
        "type": "string",
        "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "examples": ["2026-05-01"]
    })
});
schema!(Levels, {
    let words = LEVELS.map(level_word);
    let keys: serde_json::Map<String, serde_json::Value> = Code::ALL
        .iter()
        .map(|code| {
            let schema = serde_json::json!({ "description": code.summary(), "enum": words });
            (code.as_str().to_owned(), schema)
        })
        .collect();
    json_schema!({ "type": "object", "properties": keys, "additionalProperties": false })
});
