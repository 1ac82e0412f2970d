//! What the page's head and foot hold: style sheets, scripts and the table of words, made short.

use std::sync::OnceLock;

use super::language::STRINGS;
use super::short;

/// The style sheets, in the order in which they stand in the page.
const STYLES: [&str; 2] = [
    include_str!("../../templates/report.css"),
    include_str!("../../templates/workbench.css"),
];

/// The scripts, in the order in which they need each other.
const SCRIPTS: [&str; 25] = [
    include_str!("../../templates/scripts/sets.js"),
    include_str!("../../templates/scripts/components.js"),
    include_str!("../../templates/scripts/recovery.js"),
    include_str!("../../templates/scripts/result.js"),
    include_str!("../../templates/scripts/simulate.js"),
    include_str!("../../templates/scripts/explain.js"),
    include_str!("../../templates/scripts/steps.js"),
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
    include_str!("../../templates/scripts/wayback.js"),
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
    STYLE.get_or_init(|| STYLES.iter().map(|style| short::style(style)).collect())
}

/// The script of the page.
pub(super) fn script() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| SCRIPTS.iter().map(|script| short::script(script)).collect())
}

/// The table of words, as JSON that may stand in a script element.
pub(super) fn strings() -> &'static str {
    static TABLE: OnceLock<String> = OnceLock::new();
    TABLE.get_or_init(|| STRINGS.replace(['\n', '\r'], "").replace('<', "\\u003c"))
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
    fn comments_and_spaces_go() {
        let whole: usize = SCRIPTS.iter().map(|script| script.len()).sum();
        assert!(
            script().len() < whole * 8 / 10,
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
                text.push_str(&short::script(script));
                text.push_str("})");
                ctx.eval::<rquickjs::Function<'_>, _>(text).unwrap();
            }
        });
    }
}
