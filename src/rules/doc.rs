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
