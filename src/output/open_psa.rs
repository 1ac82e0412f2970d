//! The failure of a node as a fault tree in the Open-PSA Model Exchange Format, so that a
//! reliability engineer can check it with a tool of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Context;
use crate::analysis::cuts::kernel::formula::{Formula, Lit, Op, Term};
use crate::model::NodeIx;

/// One top event: its gate's name, what it means, and its formula over node indices.
#[derive(Debug)]
pub struct TopEvent {
    pub name: &'static str,
    pub label: String,
    pub formula: Formula,
    pub top: Lit,
}

/// The document. Gates and events have plain names; the label of an event is the node's id.
#[must_use]
pub fn open_psa(cx: Context<'_>, tops: &[TopEvent]) -> String {
    let mut taken: BTreeSet<String> = tops.iter().map(|top| top.name.to_owned()).collect();
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    for top in tops {
        let reached = top.formula.reached_from(top.top);
        for (number, _) in (0u32..).zip(reached).filter(|(_, reached)| *reached) {
            if let Term::Event(event) = top.formula.term(number) {
                names.entry(*event).or_default();
            }
        }
    }
    for (event, name) in &mut names {
        *name = plain_name(cx.id(NodeIx(*event)), &mut taken);
    }
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opsa-mef>\n  <define-fault-tree name=\"spof\">\n",
    );
    for top in tops {
        let writer = Writer {
            formula: &top.formula,
            prefix: top.name,
            names: &names,
        };
        writer.all(top, &mut text);
    }
    text.push_str("  </define-fault-tree>\n  <model-data>\n");
    for (event, name) in &names {
        let label = escaped(cx.id(NodeIx(*event)));
        let _ = writeln!(
            text,
            "    <define-basic-event name=\"{name}\"><label>{label}</label></define-basic-event>"
        );
    }
    text.push_str("  </model-data>\n</opsa-mef>\n");
    text
}

struct Writer<'a> {
    formula: &'a Formula,
    prefix: &'a str,
    names: &'a BTreeMap<u32, String>,
}

impl Writer<'_> {
    fn all(&self, top: &TopEvent, text: &mut String) {
        let label = escaped(&top.label);
        let _ = write!(
            text,
            "    <define-gate name=\"{}\"><label>{label}</label>",
            top.name
        );
        let formula = match (self.formula.term(top.top.number()), top.top.is_negated()) {
            (Term::Gate(op, arguments), false) => self.gate(*op, arguments),
            _ => self.lit(top.top),
        };
        let _ = writeln!(text, "{formula}</define-gate>");
        let reached = self.formula.reached_from(top.top);
        for (number, _) in (0u32..).zip(reached).filter(|(_, reached)| *reached) {
            let is_top = number == top.top.number() && !top.top.is_negated();
            if let (Term::Gate(op, arguments), false) = (self.formula.term(number), is_top) {
                let formula = self.gate(*op, arguments);
                let _ = writeln!(
                    text,
                    "    <define-gate name=\"{}_{number}\">{formula}</define-gate>",
                    self.prefix
                );
            }
        }
    }

    fn gate(&self, op: Op, arguments: &[Lit]) -> String {
        let inner: String = arguments.iter().map(|lit| self.lit(*lit)).collect();
        match op {
            Op::And => format!("<and>{inner}</and>"),
            Op::Or => format!("<or>{inner}</or>"),
            Op::Xor => format!("<xor>{inner}</xor>"),
            Op::AtLeast(need) => format!("<atleast min=\"{need}\">{inner}</atleast>"),
        }
    }

    fn lit(&self, lit: Lit) -> String {
        let term = match self.formula.term(lit.number()) {
            Term::True => return format!("<constant value=\"{}\"/>", !lit.is_negated()),
            Term::Event(event) => {
                let name = self.names.get(event).map_or("", String::as_str);
                format!("<basic-event name=\"{name}\"/>")
            }
            Term::Gate(..) => format!("<gate name=\"{}_{}\"/>", self.prefix, lit.number()),
        };
        if lit.is_negated() {
            format!("<not>{term}</not>")
        } else {
            term
        }
    }
}

/// A name that every tool takes: ASCII letters, digits and underscores.
fn plain_name(id: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = String::new();
    for letter in id.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if letter.is_ascii() {
            name.push('_');
        } else {
            let _ = write!(name, "u{:x}", u32::from(letter));
        }
    }
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert(0, 'n');
    }
    let mut free = name.clone();
    let mut number = 1;
    while !taken.insert(free.clone()) {
        number += 1;
        free = format!("{name}_{number}");
    }
    free
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            // Not allowed in XML at all.
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                safe.push('\u{fffd}');
            }
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_distinct() {
        let mut taken = BTreeSet::from(["down".to_owned()]);
        let mut name = |id: &str| plain_name(id, &mut taken);
        assert_eq!(name("site:pangyo"), "site_pangyo");
        assert_eq!(name("site/pangyo"), "site_pangyo_2");
        assert_eq!(name("7:\u{d55c}"), "n7_ud55c");
        assert_eq!(name("down"), "down_2");
        assert_eq!(
            escaped("<a&\"\u{1}'>"),
            "&lt;a&amp;&quot;\u{fffd}&apos;&gt;"
        );
    }
}
