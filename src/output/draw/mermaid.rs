//! Mermaid: a flow chart for Markdown pages.

use std::fmt::Write as _;

use super::{arrow_label, label};
use crate::output::Context;
use crate::output::text::clean;
use crate::words::{Class, Mode};

/// The graph as a Mermaid flow chart.
#[must_use]
pub fn mermaid(cx: Context<'_>) -> String {
    let mut out = String::from("flowchart LR\n");
    for (ix, node) in cx.model.iter() {
        let (title, id) = label(cx, ix);
        let text = match title {
            Some(title) => format!("{}<br>{}", escape(title), escape(id)),
            None => escape(id),
        };
        let (open, close) = shape(node.class);
        let _ = writeln!(out, "  n{}{open}\"{text}\"{close}", ix.0);
    }
    for requirement in &cx.model.requirements {
        for member in &requirement.members {
            let standby = member.standby.is_some();
            let dashed = standby || matches!(requirement.mode, Mode::Soft | Mode::Start);
            let arrow = if dashed { "-.->" } else { "-->" };
            let words = arrow_label(requirement, standby);
            let words = if words.is_empty() {
                words
            } else {
                format!("|\"{words}\"|")
            };
            let (of, to) = (requirement.of.0, member.node.0);
            let _ = writeln!(out, "  n{of} {arrow}{words} n{to}");
        }
    }
    out
}

fn shape(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::Domain => ("[[", "]]"),
        Class::Service => ("[", "]"),
        Class::Store => ("[(", ")]"),
        Class::Replica => ("([", "])"),
        Class::External => ("{{", "}}"),
        Class::Journey => ("((", "))"),
        Class::Group => ("{", "}"),
    }
}

/// Mermaid renders labels as HTML: every character that means something to it, to HTML or to
/// Markdown is written as its number.
fn escape(name: &str) -> String {
    let mut out = String::new();
    for letter in clean(name).chars() {
        let is_plain = letter.is_alphanumeric() || " -_.:/@,".contains(letter);
        if is_plain {
            out.push(letter);
        } else {
            let _ = write!(out, "#{};", letter as u32);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(escape("a<script>"), "a#60;script#62;");
        assert_eq!(escape("x\"] --> y"), "x#34;#93; --#62; y");
        assert_eq!(escape("판교 `b`"), "판교 #96;b#96;");
    }
}
