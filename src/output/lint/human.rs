//! Findings for people, in the look of rustc: the place with its line, what belongs to it, what
//! to do; and at the end how many there are and how much is known.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet as Picture};

use super::snippet::snippet;
use super::{Lint, known, unread_by_reason};
use crate::findings::group::{Group as Matter, groups};
use crate::findings::{Code, Finding, Place, Severity, counts};
use crate::ingest::fact::Source;
use crate::output::text::{BAD, DIM, GOOD, PLAIN, STRONG, Text, WARN, clean, plural};
use crate::source::Span;
use crate::words::Evidence;

/// How it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub width: usize,
    /// With escape sequences for colours; whoever writes to no terminal strips them.
    pub styled: bool,
}

/// Pictures are cut to the width of the terminal, but not below this: a label that runs over is
/// easier to read than a line without its beginning.
const LEAST_WIDTH: usize = 140;

/// Subjects named of one matter and severity; `--format concise` lists them all.
const MORE: usize = 30;

/// All findings and the footer. Everything that comes from the input is harmless in it.
#[must_use]
pub fn human(lint: &Lint<'_>, look: Look) -> String {
    let renderer = if look.styled {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer
        .term_width(look.width.max(LEAST_WIDTH))
        .decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    let mut told = BTreeSet::new();
    for group in groups(&lint.judged.open) {
        out.push_str(&one(lint, &group, &renderer, &mut told));
        out.push_str("\n\n");
    }
    footer(lint, look, &mut out);
    out
}

/// One matter. `told` holds the hops that findings before it showed: they are not shown again.
fn one(
    lint: &Lint<'_>,
    matter: &Matter<'_>,
    renderer: &Renderer,
    told: &mut BTreeSet<String>,
) -> String {
    let finding = matter.first;
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(clean(&finding.message))
        .id(finding.rule.as_str());
    let mut group = Group::with_title(title);
    let mut drawn: Vec<usize> = Vec::new();
    let mut places: Vec<(Option<usize>, Span, &str)> = Vec::new();
    if let Some(Place::Source(Source::Here(span))) = &finding.place {
        places.push((None, *span, &finding.label));
        for (number, related) in finding.related.iter().enumerate() {
            if let Place::Source(Source::Here(other)) = &related.place {
                places.push((Some(number), *other, &related.words));
            }
        }
    }
    let spans: Vec<(Span, &str)> = places
        .iter()
        .map(|(_, span, words)| (*span, *words))
        .collect();
    if let Some((picture, shown)) = snippet(lint.sources, &spans) {
        drawn.extend(shown.iter().filter_map(|at| places.get(*at)?.0));
        let mut source = Picture::source(picture.text)
            .path(clean(&picture.path).into_owned())
            .line_start(picture.first_line as usize);
        for (number, (range, words)) in picture.marks.into_iter().enumerate() {
            let kind = if number == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let label = (!words.is_empty()).then(|| clean(&words).into_owned());
            source = source.annotation(kind.span(range).label(label));
        }
        group = group.element(source);
    } else if let Some(place) = &finding.place {
        let location = place.location(lint.sources);
        let origin = Origin::path(clean(&location.file).into_owned());
        group = group.element(match place {
            Place::Source(_) => origin
                .line(location.line as usize)
                .char_column(location.column as usize),
            Place::File(_) => origin,
        });
    }
    let mut above = 0usize;
    let mut hops: Vec<(usize, String)> = Vec::new();
    for (number, related) in finding.related.iter().enumerate() {
        if drawn.contains(&number) {
            continue;
        }
        let location = related.place.location(lint.sources).to_string();
        let note = format!("{} ({})", clean(&related.words), clean(&location));
        if !told.insert(note.clone()) {
            above += 1;
        } else if let Some(depth) = related.depth {
            hops.push((depth, note));
        } else {
            group = group.element(Level::NOTE.message(note));
        }
    }
    if !hops.is_empty() {
        group = group.element(Level::NOTE.message(tree(&hops)));
    }
    if above > 0 {
        let cause = finding.cut.first().map_or_else(String::new, |cause| {
            format!(" to `{}`", clean(cause.as_str()))
        });
        let note = format!("the way on{cause} is shown above: {}", plural(above, "hop"));
        group = group.element(Level::NOTE.message(note));
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(clean(note)));
    }
    for note in more(matter) {
        group = group.element(Level::NOTE.message(note));
    }
    if finding.confidence > Evidence::Declared && finding.rule != Code::UnknownTarget {
        let words = match finding.confidence {
            Evidence::Assumed => "this rests on an assumption: no input states all of it",
            Evidence::Inferred => "part of this is inferred from configuration, not declared",
            _ => "part of this was observed, not declared",
        };
        group = group.element(Level::NOTE.message(words));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(clean(help)));
    }
    renderer.render(&[group])
}

/// Hops with their depths, as a tree: hops of one depth stand side by side, and what follows hangs on
/// the last of them.
fn tree(hops: &[(usize, String)]) -> String {
    let top = hops.first().map_or(0, |(depth, _)| *depth);
    let mut lines = Vec::new();
    for (at, (depth, words)) in hops.iter().enumerate() {
        let below = depth.saturating_sub(top);
        let beside = hops.get(at + 1).is_some_and(|(next, _)| next == depth);
        lines.push(if below == 0 {
            words.clone()
        } else {
            let branch = if beside { "├─" } else { "└─" };
            format!("{}{branch} {words}", "   ".repeat(below - 1))
        });
    }
    lines.join("\n")
}

/// The other subjects of one matter, by severity.
fn more(matter: &Matter<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for severity in Severity::ALL {
        let same: Vec<&&Finding> = matter
            .more
            .iter()
            .filter(|finding| finding.severity == severity)
            .collect();
        if same.is_empty() {
            continue;
        }
        let names: Vec<String> = same
            .iter()
            .take(MORE)
            .map(|finding| match &finding.object {
                // Of a problem of a file, the object is what the first one says already.
                Some(object) if object.as_str() != matter.first.message.as_str() => {
                    format!("`{}` ({})", clean(&finding.subject), clean(object))
                }
                _ => format!("`{}`", clean(&finding.subject)),
            })
            .collect();
        let rest = same.len() - names.len();
        let mut line = format!(
            "{} for the same cause: {}",
            plural(same.len(), &format!("more {severity}")),
            names.join(", ")
        );
        if rest > 0 {
            let _ = write!(line, " and {rest} more");
        }
        lines.push(line);
    }
    lines
}

fn footer(lint: &Lint<'_>, look: Look, out: &mut String) {
    let mut put = |text: Text| {
        let shown = if look.styled {
            text.render()
        } else {
            anstream::adapter::strip_str(&text.render()).to_string()
        };
        let _ = writeln!(out, "{}", shown.trim_end());
    };
    let mut total = Text::new();
    let judged = lint.judged;
    if judged.open.is_empty() {
        let words = if judged.compared {
            "no new findings"
        } else {
            "no findings"
        };
        total = total.and(GOOD, "✓ ").and(PLAIN, words);
    }
    for (severity, count) in counts(&judged.open) {
        if count == 0 {
            continue;
        }
        if !total.is_empty() {
            total.push(PLAIN, ", ");
        }
        let style = match severity {
            Severity::Error => BAD,
            Severity::Warning => WARN,
            Severity::Note => GOOD,
        };
        total.push(style, &plural(count, severity.as_str()));
    }
    for (count, words) in [
        (judged.waived.len(), "waived"),
        (judged.known.len(), "known before"),
        (judged.gone, "gone"),
    ] {
        if count > 0 {
            total.push(DIM, &format!(", {count} {words}"));
        }
    }
    put(total);
    put(Text::of(DIM, &known(lint)));
    let unread = unread_by_reason(lint.unread);
    if !unread.is_empty() {
        let reasons: Vec<String> = unread
            .iter()
            .map(|(reason, count)| format!("{count} {}", reason.as_str()))
            .collect();
        let text = format!(
            "not read: {} (`spof coverage` lists them)",
            reasons.join(", ")
        );
        put(Text::of(DIM, &text));
    }
    if let Some(first) = judged.open.first() {
        put(Text::of(DIM, "about a rule: ").and(STRONG, &format!("spof explain {}", first.rule)));
    }
}
