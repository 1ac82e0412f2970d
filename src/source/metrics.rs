//! The text format of metrics that Prometheus reads, and `OpenMetrics`: one sample a line,
//! `name{label="value",...} number [timestamp]`. ("Exposition formats", Prometheus documentation.)
//!
//! The document has the form of an answer of Prometheus' own HTTP API, so that whoever reads the
//! one reads the other: `{samples: [{metric: {__name__: NAME, label: value, ...}, value: TEXT}]}`.

use super::build::{Builder, MOST_PROBLEMS, Stop, refuse};
use super::problem::{Problem, ProblemKind, UnreadReason};
use super::tree::{Document, NodeId, Tree, Value};
use super::{FileId, Limits, Reading, Span};
use crate::message;

/// Reads the document of `text`, which is the content of `file`. A line that is no sample is a
/// problem; the others are read. O(bytes).
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let mut reading = Reading::default();
    match tree(file, text, limits, &mut reading.problems) {
        Ok(tree) => reading.documents.push(Document {
            file,
            index: 0,
            tree,
            comments: Vec::new(),
        }),
        Err(stop) => {
            let whole = Span::new(file, 0, text.len());
            let message = stop.message(limits);
            refuse(&mut reading, whole, UnreadReason::OverLimit, message);
        }
    }
    reading
}

fn tree(
    file: FileId,
    text: &str,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Result<Tree, Stop> {
    let mut builder = Builder::new(file, limits);
    let mut samples = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start_matches('\u{feff}').trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let from = start + line.find(trimmed).unwrap_or(0);
        match Sample::read(trimmed) {
            Some(sample) => samples.push(sample.build(&mut builder, from, trimmed.len())?),
            None if problems.len() < MOST_PROBLEMS => {
                let span = Span::new(file, from, from + trimmed.len());
                let message = message!(
                    "this line is no sample of a metric: expected `name{{label=\"value\"}} 1`"
                );
                problems.push(Problem::new(ProblemKind::Unreadable, span, message));
            }
            None => {}
        }
    }
    let key = builder.scalar("samples", true, (0, 0))?;
    let samples = builder.push(Value::Sequence(&samples), (0, text.len()), None)?;
    let pairs = Value::Mapping(&[[key, samples]]);
    let root = builder.push(pairs, (0, text.len()), None)?;
    builder.tree(root)
}

/// A line of the file, taken apart. Places are bytes of the line.
struct Sample<'t> {
    name: (&'t str, usize),
    labels: Vec<Label<'t>>,
    value: (&'t str, usize),
}

struct Label<'t> {
    name: (&'t str, usize),
    /// Without escapes.
    value: String,
    range: (usize, usize),
}

impl<'t> Sample<'t> {
    /// Reads one line; `None` if it is no sample.
    fn read(line: &'t str) -> Option<Self> {
        let name_ends = line.find(['{', ' ', '\t'])?;
        let mut name = (line.get(..name_ends)?, 0);
        let mut at = skip_blanks(line, name_ends);
        let mut labels = Vec::new();
        if line.get(at..)?.starts_with('{') {
            at += 1;
            loop {
                at = skip_blanks(line, at);
                let rest = line.get(at..)?;
                if rest.starts_with('}') {
                    at += 1;
                    break;
                }
                if rest.starts_with(',') {
                    at += 1;
                    continue;
                }
                if rest.starts_with('"') {
                    // A quoted word without `=` is the metric's own name.
                    let (text, end) = quoted(line, at)?;
                    let after = skip_blanks(line, end);
                    if !line.get(after..)?.starts_with('=') {
                        name = (line.get(at + 1..end - 1)?, at + 1);
                        at = end;
                        continue;
                    }
                    let label = line.get(at + 1..end - 1).filter(|raw| *raw == text)?;
                    at = Self::value(line, (label, at + 1), after + 1, &mut labels)?;
                    continue;
                }
                let equals = at + rest.find('=')?;
                let label = line.get(at..equals)?.trim_end();
                at = Self::value(line, (label, at), equals + 1, &mut labels)?;
            }
        }
        at = skip_blanks(line, at);
        let value = line.get(at..)?.split([' ', '\t']).next()?;
        let is_number = value.parse::<f64>().is_ok();
        (is_number && !name.0.is_empty()).then_some(Self {
            name,
            labels,
            value: (value, at),
        })
    }

    /// The value of a label, and where the line goes on.
    fn value(
        line: &'t str,
        name: (&'t str, usize),
        at: usize,
        labels: &mut Vec<Label<'t>>,
    ) -> Option<usize> {
        let at = skip_blanks(line, at);
        let (value, end) = quoted(line, at)?;
        if name.0.is_empty() {
            return None;
        }
        labels.push(Label {
            name,
            value,
            range: (at, end),
        });
        Some(end)
    }

    /// Adds the sample, whose line begins at byte `from` of the file.
    fn build(self, builder: &mut Builder<'_>, from: usize, length: usize) -> Result<NodeId, Stop> {
        let whole = (from, from + length);
        let range = |(text, at): (&str, usize)| (from + at, from + at + text.len());
        let mut pairs = vec![[
            builder.scalar("__name__", true, range(self.name))?,
            builder.scalar(self.name.0, true, range(self.name))?,
        ]];
        for label in self.labels {
            let place = (from + label.range.0, from + label.range.1);
            pairs.push([
                builder.scalar(label.name.0, true, range(label.name))?,
                builder.scalar(label.value, true, place)?,
            ]);
        }
        let metric = builder.push(Value::Mapping(&pairs), whole, None)?;
        let keys = (
            builder.scalar("metric", true, (from, from))?,
            builder.scalar("value", true, (from, from))?,
        );
        let value = builder.scalar(self.value.0, false, range(self.value))?;
        let pairs = [[keys.0, metric], [keys.1, value]];
        builder.push(Value::Mapping(&pairs), whole, None)
    }
}

fn skip_blanks(line: &str, at: usize) -> usize {
    let rest = line.get(at..).unwrap_or("");
    at + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
}

/// The text of the quoted word at `at`, and where it ends.
fn quoted(line: &str, at: usize) -> Option<(String, usize)> {
    let rest = line.get(at..)?.strip_prefix('"')?;
    let mut text = String::new();
    let mut letters = rest.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, at + 1 + place + 1)),
            '\\' => match letters.next()?.1 {
                'n' => text.push('\n'),
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::View;

    fn samples(text: &str) -> (Vec<String>, usize) {
        let reading = read(FileId(0), text, &Limits::default());
        let root = reading.documents[0].root();
        let show = |sample: View<'_>| {
            let metric = sample.get("metric").unwrap().entries();
            let pairs = metric.iter().map(|(key, value)| {
                format!("{}={}", key.as_str().unwrap(), value.as_str().unwrap_or(""))
            });
            let pairs: Vec<String> = pairs.collect();
            let value = sample.get("value").and_then(View::as_str).unwrap();
            format!("{} -> {value}", pairs.join(" "))
        };
        let all = root.get("samples").unwrap().items().map(show).collect();
        (all, reading.problems.len())
    }

    #[test]
    fn samples_of_both_formats_are_read() {
        let text = "# HELP a b\n# TYPE a counter\na{x=\"1\", y=\"q\\\"\\\\\\n\",} 3 1700000000\nb 1e3\n\
                    {\"c.d\",\"e f\"=\"g\"} NaN\nh_total{} +Inf # {trace=\"x\"} 1\n# EOF\n";
        let (found, wrong) = samples(text);
        assert_eq!(
            found,
            [
                "__name__=a x=1 y=q\"\\\n -> 3",
                "__name__=b -> 1e3",
                "__name__=c.d e f=g -> NaN",
                "__name__=h_total -> +Inf"
            ]
        );
        assert_eq!(wrong, 0);
    }

    #[test]
    fn what_is_no_sample_is_said_and_the_rest_is_read() {
        let text = "a 1\na{x=\"1 2\na{x} 1\na\n{} 1\nb{=\"\"} 1\nc x\nd 2\n";
        assert_eq!(
            samples(text),
            (vec!["__name__=a -> 1".into(), "__name__=d -> 2".into()], 6)
        );
    }

    #[test]
    fn places_are_those_of_the_line() {
        let text = "x 1\n  calls{client=\"web\"} 7\n";
        let reading = read(FileId(0), text, &Limits::default());
        let sample = reading.documents[0]
            .root()
            .get("samples")
            .unwrap()
            .items()
            .nth(1)
            .unwrap();
        assert_eq!(&text[sample.span().range()], "calls{client=\"web\"} 7");
        let client = sample.path(&["metric", "client"]).unwrap();
        assert_eq!(&text[client.span().range()], "\"web\"");
    }
}
