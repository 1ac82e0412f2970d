//! Fault trees in the Open-PSA Model Exchange Format (2.0d): and, or, atleast, not and xor gates,
//! formulas inside of each other, gates used in several places, components and their private
//! names, basic and house events, constants. What changes fault trees and is not read here
//! (common-cause groups, substitutions, other gates) is refused: guessing would change the answer.
//! What only uses them (event trees, alignments) is listed as unread. Probabilities are not read.
//!
//! * [`names`]: what a name means. * [`formulas`]: gates, each after those that it needs.

mod formulas;
mod names;
#[cfg(test)]
mod tests;

use super::Adapter;
use super::fact::{Facts, FaultTree};
use crate::message;
use crate::source::xml::CHILDREN;
use crate::source::{Document, Problem, ProblemKind, SourceMap, Span, View};
use crate::words::Message;
use names::Names;

/// The adapter.
pub struct OpenPsa;

/// What is wrong, where, and what to do about it.
type Wrong = (Span, Message);

impl Adapter for OpenPsa {
    fn name(&self) -> &'static str {
        "open-psa"
    }

    fn claims(&self, document: &Document, _sources: &SourceMap) -> bool {
        document.root().tag() == Some("opsa-mef")
    }

    fn translate(&self, documents: &[&Document], _sources: &SourceMap) -> Facts {
        let mut facts = Facts::default();
        for document in documents {
            match tree(document.root(), &mut facts.unread) {
                Ok(tree) => facts.fault_trees.extend(tree),
                Err((span, message)) => {
                    let problem = Problem::new(ProblemKind::Unreadable, span, message.clone());
                    facts.problems.push(problem);
                    facts.unread.push((span, message));
                }
            }
        }
        facts
    }
}

fn children(view: View<'_>) -> impl Iterator<Item = View<'_>> {
    view.get(CHILDREN).into_iter().flat_map(View::items)
}

fn tag(view: View<'_>) -> &str {
    view.tag().unwrap_or_default()
}

fn name(view: View<'_>) -> Result<&str, Wrong> {
    view.get("name").and_then(View::as_str).ok_or_else(|| {
        (
            view.span(),
            message!("`{tag}` has no name", tag = tag(view)),
        )
    })
}

/// The fault trees of a model, which may use each other's gates, as one; `None` if it has none.
/// `unread` gets what only uses them.
fn tree(root: View<'_>, unread: &mut Vec<(Span, Message)>) -> Result<Option<FaultTree>, Wrong> {
    let mut names = Names::default();
    let mut called = Vec::new();
    for part in children(root) {
        match tag(part) {
            "model-data" => {
                for event in children(part).filter(|child| tag(*child) == "define-house-event") {
                    names.house(event, None, true)?;
                }
            }
            "define-fault-tree" => {
                names.enter(part)?;
                called.push(name(part)?);
            }
            "label" | "attributes" => {}
            "define-event-tree"
            | "define-initiating-event"
            | "define-functional-event"
            | "define-sequence"
            | "define-rule"
            | "define-consequence"
            | "define-consequence-group"
            | "define-alignment" => {
                let why = message!(
                    "`{what}` is not read: the fault trees are",
                    what = tag(part)
                );
                unread.push((part.span(), why));
            }
            other => return Err(unsupported(part, other)),
        }
    }
    if called.is_empty() {
        let why = message!("there is no `define-fault-tree` in this document");
        unread.push((root.span(), why));
        return Ok(None);
    }
    let (gates, events) = formulas::read(&names)?;
    Ok(Some(FaultTree {
        name: called.join(", "),
        gates,
        events,
        span: root.span(),
    }))
}

fn unsupported(view: View<'_>, what: &str) -> Wrong {
    let message = message!(
        "`{what}` is not read: fault trees may have and, or, atleast, not and xor gates, components, \
         basic and house events",
        what
    );
    (view.span(), message)
}

fn boolean(constant: View<'_>) -> Result<bool, Wrong> {
    match constant.get("value").and_then(View::as_str) {
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        _ => Err((constant.span(), message!("a constant is `true` or `false`"))),
    }
}
