//! Markdown for a step summary or a comment on a pull request: what fails first, the chain behind
//! each finding folded away.

use std::fmt::Write as _;

use super::{Lint, place};
use crate::findings::group::{Group, groups};
use crate::findings::waiver::Waived;
use crate::findings::{Severity, counts};
use crate::output::markdown::{code, plain, prose};
use crate::output::text::plural;

/// A comment on GitHub may have 65,536 characters, a step summary 1 MiB: the smaller one counts.
const MOST_BYTES: usize = 60_000;

/// Lines that explain one finding.
const MOST_LINES: usize = 30;

/// Waivers listed one by one.
const MOST_WAIVED: usize = 20;

/// The findings, as many as fit.
#[must_use]
pub fn markdown(lint: &Lint<'_>) -> String {
    let judged = lint.judged;
    let mut out = format!("### spof: {}\n\n", headline(lint));
    let mut left_out = 0;
    for group in groups(&judged.open) {
        if left_out > 0 {
            left_out += 1 + group.more.len();
            continue;
        }
        let text = one(lint, &group);
        if out.len() + text.len() > MOST_BYTES {
            left_out = 1 + group.more.len();
        } else {
            out.push_str(&text);
        }
    }
    if left_out > 0 {
        let _ = writeln!(
            out,
            "\n… and {}: the JSON and SARIF outputs have them all.\n",
            plural(left_out, "more finding")
        );
    }
    waived(lint, &mut out);
    let mut known = Vec::new();
    if !judged.known.is_empty() {
        known.push(format!("{} known before", judged.known.len()));
    }
    if judged.gone > 0 {
        known.push(format!("{} gone", judged.gone));
    }
    if !known.is_empty() {
        let _ = writeln!(out, "\n{}", known.join(", "));
    }
    let _ = writeln!(out, "\n<sub>{}</sub>", plain(&super::known(lint)));
    out
}

/// What it comes to, in one line.
fn headline(lint: &Lint<'_>) -> String {
    let open = &lint.judged.open;
    let adjective = if lint.judged.compared { "new " } else { "" };
    let counted: Vec<String> = counts(open)
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| plural(*count, severity.as_str()))
        .collect();
    let what = if counted.is_empty() {
        format!("no {adjective}findings")
    } else {
        format!("{adjective}{}", counted.join(", "))
    };
    let mark = if lint.judged.fails { "❌" } else { "✅" };
    format!("{mark} {what}")
}

fn one(lint: &Lint<'_>, group: &Group<'_>) -> String {
    let finding = group.first;
    let mark = match finding.severity {
        Severity::Error => "🔴",
        Severity::Warning => "🟡",
        Severity::Note => "🔵",
    };
    let mut out = format!(
        "* {mark} **{}** {} {}",
        finding.severity,
        code(finding.rule.as_str()),
        prose(&finding.message)
    );
    if let Some(range) = place::of(lint, finding) {
        let at = format!("{}:{}", range.at.file, range.at.line);
        let _ = write!(out, " — {}", code(&at));
    }
    out.push('\n');
    if !group.more.is_empty() {
        let _ = writeln!(out, "\n  {}\n", prose(&place::others(group)));
    }
    let mut lines = place::explanation(lint, finding);
    if lines.is_empty() {
        return out;
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    out.push_str("\n  <details><summary>why, and what to do</summary>\n\n");
    for line in &lines {
        let _ = writeln!(out, "  * {}", prose(line));
    }
    if more > 0 {
        let _ = writeln!(out, "  * … {}", plural(more, "more line"));
    }
    let _ = writeln!(
        out,
        "\n  {} {} · {} {}\n\n  </details>\n",
        plain("spof explain"),
        code(finding.rule.as_str()),
        plain("fingerprint"),
        code(&finding.fingerprint)
    );
    out
}

fn waived(lint: &Lint<'_>, out: &mut String) {
    let waived = &lint.judged.waived;
    if waived.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n<details><summary>{} waived</summary>\n",
        waived.len()
    );
    for Waived { finding, waiver } in waived.iter().take(MOST_WAIVED) {
        let mut entry = format!(
            "* {} {}: {}",
            code(finding.rule.as_str()),
            code(&finding.subject),
            prose(&waiver.reason)
        );
        if let Some(owner) = &waiver.owner {
            let _ = write!(entry, " ({})", plain(owner));
        }
        if let Some(day) = waiver.expires {
            let _ = write!(entry, ", until {}", plain(&day.to_string()));
        }
        if out.len() + entry.len() > MOST_BYTES + 4_000 {
            break;
        }
        let _ = writeln!(out, "{entry}");
    }
    let more = waived.len().saturating_sub(MOST_WAIVED);
    if more > 0 {
        let _ = writeln!(out, "* … {more} more");
    }
    out.push_str("\n</details>\n");
}
