//! The documentation of rules: made from their doc comments, the same everywhere.

use std::fmt::Write as _;

use super::{RULES, Rule};

/// The headings every rule has, in this order.
pub const HEADINGS: &[&str] = &[
    "What it does",
    "Why is this bad",
    "Example",
    "How to fix",
    "Configuration",
    "Severity",
    "Confidence",
    "References",
];

/// A rule's documentation as Markdown, without its name.
#[must_use]
pub fn markdown(rule: &dyn Rule) -> String {
    let mut text = String::new();
    for line in rule.doc().lines() {
        // A doc comment has one space between its marker and the text.
        text.push_str(line.strip_prefix(' ').unwrap_or(line));
        text.push('\n');
    }
    text
}

/// The paragraphs that stand under `heading` in `markdown`, without code blocks; what links lead from
/// is kept as code. None if there is no such heading. O(length).
#[must_use]
pub fn part(markdown: &str, heading: &str) -> Vec<String> {
    let (mut inside, mut in_code) = (false, false);
    let mut paragraphs = vec![String::new()];
    for line in markdown.lines() {
        let fence = line.starts_with("```");
        in_code ^= fence;
        if fence || in_code {
            continue;
        }
        if let Some(found) = line.strip_prefix("## ") {
            inside = found == heading;
        } else if inside && line.trim().is_empty() {
            paragraphs.push(String::new());
        } else if inside && let Some(last) = paragraphs.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(line.trim());
        }
    }
    paragraphs.retain(|text| !text.is_empty());
    paragraphs.iter().map(|text| unlinked(text)).collect()
}

/// `[name](place)` as `name` in code.
fn unlinked(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[')
        && let Some((name, after)) = link.split_once("](")
        && let Some((_, after)) = after.split_once(')')
    {
        plain.push_str(before);
        let _ = write!(plain, "`{}`", name.trim_matches('`'));
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// The page of all rules (`docs/rules.md`).
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         <!-- Made from the rules' doc comments: SNAPSHOTS=overwrite cargo test rules_page -->\n\n\
         What `spof lint` looks for. `spof explain RULE` prints the same text. A service, store or \
         journey is *critical* if its tier is 0 or 1, and so is whatever such a node can't do \
         without.\n\n| rule | what it finds |\n|---|---|\n",
    );
    for rule in RULES {
        let code = rule.code();
        let _ = writeln!(page, "| [{code}](#{code}) | {} |", code.summary());
    }
    for rule in RULES {
        let _ = write!(page, "\n## {}\n\n", rule.code());
        let mut in_code = false;
        for line in markdown(*rule).lines() {
            in_code ^= line.starts_with("```");
            // The rule's own headings stand one level below its name.
            let deeper = if line.starts_with("## ") && !in_code {
                "#"
            } else {
                ""
            };
            let _ = writeln!(page, "{deeper}{line}");
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_part_is_its_paragraphs() {
        let text =
            "## A\n\none `x`\ntwo [b-c](#b-c).\n\nthree\n\n```yaml\n## B\n```\n\n## B\n\nfour\n";
        assert_eq!(part(text, "A"), ["one `x` two `b-c`.", "three"]);
        assert_eq!(part(text, "B"), ["four"]);
        assert!(part(text, "C").is_empty());
    }
}
