//! Graphviz: solid arrows for what it stands on and needs, dashed for the rest.

use std::fmt::Write as _;

use super::{arrow_label, label};
use crate::output::Context;
use crate::output::text::clean;
use crate::words::{Class, Mode};

/// The graph in the DOT language.
#[must_use]
pub fn dot(cx: Context<'_>) -> String {
    let mut out = String::from(
        "digraph spof {\n  rankdir=LR\n  node [fontname=\"sans-serif\"]\n  \
         edge [fontname=\"sans-serif\", fontsize=10]\n",
    );
    for (ix, node) in cx.model.iter() {
        let (title, id) = label(cx, ix);
        // `\n` in a label is Graphviz's own line break; a name's backslash is escaped before.
        let text = match title {
            Some(title) => format!("{}\\n{}", escape(title), escape(id)),
            None => escape(id),
        };
        let _ = writeln!(
            out,
            "  n{} [label=\"{text}\", shape={}]",
            ix.0,
            shape(node.class)
        );
    }
    for requirement in &cx.model.requirements {
        for member in &requirement.members {
            let standby = member.standby.is_some();
            let dashed = standby || matches!(requirement.mode, Mode::Soft | Mode::Start);
            let style = if dashed { "dashed" } else { "solid" };
            let _ = writeln!(
                out,
                "  n{} -> n{} [style={style}, label=\"{}\"]",
                requirement.of.0,
                member.node.0,
                arrow_label(requirement, standby)
            );
        }
    }
    out.push_str("}\n");
    out
}

fn shape(class: Class) -> &'static str {
    match class {
        Class::Domain => "folder",
        Class::Service => "box",
        Class::Store => "cylinder",
        Class::Replica => "component",
        Class::External => "octagon",
        Class::Journey => "ellipse",
        Class::Group => "diamond",
    }
}

/// For a quoted string: a name can't end it, and can't use Graphviz's escapes.
fn escape(name: &str) -> String {
    clean(name).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_stay_inside_their_quotes() {
        assert_eq!(escape("a\"]; b [x=\"\\N"), "a\\\"]; b [x=\\\"\\\\N");
        assert_eq!(escape("a\nb\u{1b}"), "a\\\\u{a}b\\\\u{1b}");
    }
}
