//! What the page's head and foot hold: style sheets, scripts and the table of words, made short.

use std::sync::OnceLock;

use super::language::STRINGS;

/// The style sheets, in the order in which they stand in the page.
const STYLES: [&str; 2] = [
    include_str!("../../templates/report.css"),
    include_str!("../../templates/workbench.css"),
];

/// The scripts, in the order in which they need each other.
const SCRIPTS: [&str; 19] = [
    include_str!("../../templates/scripts/simulate.js"),
    include_str!("../../templates/scripts/explain.js"),
    include_str!("../../templates/scripts/data.js"),
    include_str!("../../templates/scripts/dom.js"),
    include_str!("../../templates/scripts/i18n.js"),
    include_str!("../../templates/scripts/state.js"),
    include_str!("../../templates/scripts/scenario.js"),
    include_str!("../../templates/scripts/estate.js"),
    include_str!("../../templates/scripts/words.js"),
    include_str!("../../templates/scripts/layout.js"),
    include_str!("../../templates/scripts/map.js"),
    include_str!("../../templates/scripts/panel.js"),
    include_str!("../../templates/scripts/path.js"),
    include_str!("../../templates/scripts/timeline.js"),
    include_str!("../../templates/scripts/table.js"),
    include_str!("../../templates/scripts/node.js"),
    include_str!("../../templates/scripts/search.js"),
    include_str!("../../templates/scripts/export.js"),
    include_str!("../../templates/scripts/app.js"),
];

/// The style sheet of the page.
pub(super) fn style() -> &'static str {
    static STYLE: OnceLock<String> = OnceLock::new();
    STYLE.get_or_init(|| STYLES.iter().map(|style| short(style, keep)).collect())
}

/// The script of the page.
pub(super) fn script() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| SCRIPTS.iter().map(|script| short(script, tight)).collect())
}

/// The table of words, as JSON that may stand in a script element.
pub(super) fn strings() -> &'static str {
    static TABLE: OnceLock<String> = OnceLock::new();
    TABLE.get_or_init(|| STRINGS.replace(['\n', '\r'], "").replace('<', "\\u003c"))
}

/// `text` without comments that fill whole lines, indentation and empty lines: a third of a script.
/// Our scripts have no text that goes over several lines, in which all that would count.
fn short(text: &str, line_of: fn(&str, &mut String)) -> String {
    let mut short = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        let begins = line.starts_with("/*");
        let ends = line.ends_with("*/");
        if in_comment || begins {
            in_comment = !ends;
        } else if !line.is_empty() && !line.starts_with("//") {
            line_of(line, &mut short);
            short.push('\n');
        }
    }
    short
}

/// Appends `line`.
fn keep(line: &str, short: &mut String) {
    short.push_str(line);
}

/// Appends `line` without the spaces that only readers need. A line with a quote or a slash may hold a
/// text, a pattern or a comment, in which spaces count: it stays as it is.
fn tight(line: &str, short: &mut String) {
    const SPACED: &str = "=(){}[],;:?<>!&|*";
    if line.contains(['"', '\'', '`', '/']) {
        short.push_str(line);
        return;
    }
    let mut before = ' ';
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied().unwrap_or(' ');
        if letter == ' ' && (SPACED.contains(before) || SPACED.contains(after)) {
            continue;
        }
        short.push(letter);
        before = letter;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that panics fails")]
mod tests {
    use super::*;

    #[test]
    fn style_sheets_and_scripts_can_stand_in_a_page() {
        for style in STYLES {
            assert!(!style.contains("</") && !style.contains(['<', '&', '\r']));
            assert!(!style.contains("url(") && !style.contains("@import"));
        }
        for script in SCRIPTS {
            // A text over several lines would lose its indentation.
            for line in script.lines() {
                assert!(line.matches('`').count().is_multiple_of(2), "{line}");
                assert!(
                    !line.trim_start().starts_with("/*")
                        || !line.contains("*/")
                        || line.trim_end().ends_with("*/"),
                    "{line}"
                );
            }
            assert!(!script.contains("</") && !script.contains("<!--") && !script.contains('\r'));
            assert!(script.contains("\"use strict\"") && script.ends_with("})();\n"));
            for way_out in [
                "innerHTML",
                "outerHTML",
                "insertAdjacent",
                "eval(",
                "document.write",
                ".style",
            ] {
                assert!(!script.contains(way_out), "{way_out}");
            }
        }
    }

    #[test]
    fn comments_and_indentation_go() {
        assert_eq!(
            short(
                "// a\n  /* b\n * c */\n\n  x = 1; // d\n/* e */\n y();\n",
                tight
            ),
            "x = 1; // d\ny();\n"
        );
        assert_eq!(
            short(
                "const { a, b } = c; return a - -b + (x ? [a] : b);\nt = \"a, b\";\n",
                tight
            ),
            "const{a,b}=c;return a - -b +(x?[a]:b);\nt = \"a, b\";\n"
        );
        let whole: usize = SCRIPTS.iter().map(|script| script.len()).sum();
        assert!(
            script().len() < whole * 9 / 10,
            "{} of {whole}",
            script().len()
        );
        assert!(
            serde_json::from_str::<serde_json::Value>(&strings().replace("\\u003c", "<")).is_ok()
        );
    }

    /// Also in its short form the script is one that an engine can read; it is not run here.
    #[test]
    fn the_short_script_is_a_script() {
        let runtime = rquickjs::Runtime::new().unwrap();
        let context = rquickjs::Context::full(&runtime).unwrap();
        context.with(|ctx| {
            for script in SCRIPTS {
                let mut text = String::from("(() => {");
                text.push_str(&short(script, tight));
                text.push_str("})");
                ctx.eval::<rquickjs::Function<'_>, _>(text).unwrap();
            }
        });
    }
}
