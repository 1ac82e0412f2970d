//! Fault trees in the Open-PSA Model Exchange Format (2.0d): and, or, atleast, not and xor gates,
//! formulas inside of each other, gates used in several places, basic and house events, constants.
//! What else the format has (event trees, common-cause groups, other gates) is refused where a
//! fault tree depends on it: guessing would change the answer. Probabilities are not read.

use std::collections::{BTreeMap, HashMap};

use super::Adapter;
use super::fact::{Facts, FaultTree, TreeArgument, TreeGate, TreeOperator};
use crate::source::xml::CHILDREN;
use crate::source::{Document, Problem, ProblemKind, SourceMap, Span, View};

/// The adapter.
pub struct OpenPsa;

/// What is wrong, where, and what to do about it.
type Wrong = (Span, String);

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
            match trees(document.root()) {
                Ok(trees) => facts.fault_trees.extend(trees),
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
    view.get("name")
        .and_then(View::as_str)
        .ok_or_else(|| (view.span(), format!("`{}` has no name", tag(view))))
}

/// Every fault tree of the document.
fn trees(root: View<'_>) -> Result<Vec<FaultTree>, Wrong> {
    let mut found = Vec::new();
    let mut houses = HashMap::new();
    for part in children(root) {
        match tag(part) {
            "model-data" => house_events(part, &mut houses)?,
            "define-fault-tree" | "label" | "attributes" => {}
            other => return Err(unsupported(part, other)),
        }
    }
    for part in children(root).filter(|part| tag(*part) == "define-fault-tree") {
        found.push(tree(part, &houses)?);
    }
    if found.is_empty() {
        let message = "there is no `define-fault-tree` in this document".to_owned();
        return Err((root.span(), message));
    }
    Ok(found)
}

fn unsupported(view: View<'_>, what: &str) -> Wrong {
    let message = format!(
        "`{what}` is not read: fault trees may have and, or, atleast, not and xor gates, basic and \
         house events"
    );
    (view.span(), message)
}

/// States of house events; false where none is stated, as the format has it.
fn house_events<'v>(part: View<'v>, houses: &mut HashMap<&'v str, bool>) -> Result<(), Wrong> {
    for definition in children(part).filter(|child| tag(*child) == "define-house-event") {
        let mut state = false;
        for constant in children(definition).filter(|child| tag(*child) == "constant") {
            state = boolean(constant)?;
        }
        houses.insert(name(definition)?, state);
    }
    Ok(())
}

fn boolean(constant: View<'_>) -> Result<bool, Wrong> {
    match constant.get("value").and_then(View::as_str) {
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        _ => Err((
            constant.span(),
            "a constant is `true` or `false`".to_owned(),
        )),
    }
}

fn tree<'v>(part: View<'v>, common: &HashMap<&'v str, bool>) -> Result<FaultTree, Wrong> {
    let mut houses = common.clone();
    house_events(part, &mut houses)?;
    let mut definitions: BTreeMap<&str, View<'_>> = BTreeMap::new();
    for child in children(part) {
        match tag(child) {
            "define-gate" => {
                if definitions.insert(name(child)?, child).is_some() {
                    let message = format!("gate `{}` is defined twice", name(child)?);
                    return Err((child.span(), message));
                }
            }
            "define-basic-event" | "define-house-event" | "define-parameter" | "label"
            | "attributes" => {}
            other => return Err(unsupported(child, other)),
        }
    }
    let mut reader = Reader {
        definitions: &definitions,
        houses: &houses,
        gates: Vec::new(),
        done: HashMap::new(),
        events: HashMap::new(),
        names: Vec::new(),
    };
    for gate in definitions.keys() {
        reader.define(gate)?;
    }
    Ok(FaultTree {
        name: name(part)?.to_owned(),
        gates: reader.gates,
        events: reader.names,
        span: part.span(),
    })
}

struct Reader<'a, 'v> {
    definitions: &'a BTreeMap<&'v str, View<'v>>,
    houses: &'a HashMap<&'v str, bool>,
    gates: Vec<TreeGate>,
    /// Gates by name; `None` while what they need is being read.
    done: HashMap<&'v str, Option<usize>>,
    events: HashMap<&'v str, usize>,
    names: Vec<String>,
}

impl<'v> Reader<'_, 'v> {
    /// Reads a gate after all that it refers to, with an explicit stack: chains of gates may be
    /// long, formulas inside of each other are no deeper than documents may be.
    fn define(&mut self, gate: &'v str) -> Result<(), Wrong> {
        let mut stack: Vec<(&'v str, bool)> = vec![(gate, false)];
        while let Some((gate, ready)) = stack.pop() {
            if matches!(self.done.get(gate), Some(Some(_))) {
                continue;
            }
            let Some(&definition) = self.definitions.get(gate) else {
                continue;
            };
            let formula = formula_of(definition)?;
            if ready {
                let number = self.formula(formula, Some(gate))?;
                self.done.insert(gate, Some(number));
                continue;
            }
            if self.done.insert(gate, None).is_some() {
                let message = format!("gate `{gate}` depends on itself");
                return Err((definition.span(), message));
            }
            stack.push((gate, true));
            let mut inside = vec![formula];
            while let Some(view) = inside.pop() {
                if let Some(gate) = self.gate_named(view)? {
                    match self.done.get(gate) {
                        Some(Some(_)) => {}
                        Some(None) => {
                            let message = format!("gate `{gate}` depends on itself");
                            return Err((view.span(), message));
                        }
                        None => stack.push((gate, false)),
                    }
                }
                inside.extend(children(view));
            }
        }
        Ok(())
    }

    /// The gate that a formula names, if that is what it is.
    fn gate_named(&self, view: View<'v>) -> Result<Option<&'v str>, Wrong> {
        let kind = match tag(view) {
            // `event` names a gate or an event of any sort, which its type may say.
            "event" => view.get("type").and_then(View::as_str),
            other => Some(other),
        };
        let called = match tag(view) {
            "gate" | "event" => name(view)?,
            _ => return Ok(None),
        };
        let is_gate = self.definitions.contains_key(called);
        match kind {
            Some("gate") if !is_gate => {
                Err((view.span(), format!("gate `{called}` is not defined")))
            }
            Some("gate") | None if is_gate => Ok(self
                .definitions
                .get_key_value(called)
                .map(|(called, _)| *called)),
            _ => Ok(None),
        }
    }

    fn argument(&mut self, view: View<'v>) -> Result<TreeArgument, Wrong> {
        if let Some(gate) = self.gate_named(view)? {
            if let Some(Some(number)) = self.done.get(gate) {
                return Ok(TreeArgument::Gate(*number));
            }
            let message = format!("gate `{gate}` depends on itself");
            return Err((view.span(), message));
        }
        match tag(view) {
            "basic-event" | "event" | "house-event" => {
                let called = name(view)?;
                let house = self.houses.get(called).copied();
                match (house, tag(view)) {
                    (Some(state), "house-event" | "event") => Ok(TreeArgument::Constant(state)),
                    (None, "house-event") => {
                        let message = format!("house event `{called}` is not defined");
                        Err((view.span(), message))
                    }
                    _ => {
                        let next = self.names.len();
                        let number = *self.events.entry(called).or_insert(next);
                        if number == next {
                            self.names.push(called.to_owned());
                        }
                        Ok(TreeArgument::Event(number))
                    }
                }
            }
            "constant" => Ok(TreeArgument::Constant(boolean(view)?)),
            _ => Ok(TreeArgument::Gate(self.formula(view, None)?)),
        }
    }

    /// Adds the gate that a formula is.
    fn formula(&mut self, view: View<'v>, called: Option<&str>) -> Result<usize, Wrong> {
        let count = children(view).count();
        let wrong = |message: String| Err((view.span(), message));
        let operator = match tag(view) {
            "and" => TreeOperator::And,
            "or" => TreeOperator::Or,
            "not" if count == 1 => TreeOperator::Not,
            "not" => return wrong(format!("`not` is of one argument, not of {count}")),
            "xor" if count == 2 => TreeOperator::Xor,
            "xor" => return wrong(format!("`xor` is of two arguments, not of {count}")),
            "atleast" => match view.get("min").and_then(View::as_count) {
                Some(min) if min >= 1 && min <= count as u64 => TreeOperator::AtLeast(min),
                _ => {
                    let message = format!("`atleast` needs a `min` between 1 and {count}");
                    return wrong(message);
                }
            },
            // A gate that only names another formula.
            "gate" | "event" | "basic-event" | "house-event" | "constant" => {
                let argument = self.argument(view)?;
                return Ok(self.push(called, TreeOperator::Or, vec![argument]));
            }
            other => return Err(unsupported(view, other)),
        };
        if count == 0 {
            return wrong(format!("`{}` has no arguments", tag(view)));
        }
        let mut arguments = Vec::with_capacity(count);
        for child in children(view) {
            arguments.push(self.argument(child)?);
        }
        Ok(self.push(called, operator, arguments))
    }

    fn push(
        &mut self,
        name: Option<&str>,
        operator: TreeOperator,
        arguments: Vec<TreeArgument>,
    ) -> usize {
        self.gates.push(TreeGate {
            name: name.map(str::to_owned),
            operator,
            arguments,
        });
        self.gates.len() - 1
    }
}

/// The one formula of a gate's definition.
fn formula_of(definition: View<'_>) -> Result<View<'_>, Wrong> {
    let is_formula = |child: &View<'_>| !matches!(tag(*child), "label" | "attributes");
    let mut formulas = children(definition).filter(is_formula);
    if let (Some(only), None) = (formulas.next(), formulas.next()) {
        return Ok(only);
    }
    let message = format!("gate `{}` needs exactly one formula", name(definition)?);
    Err((definition.span(), message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Limits, xml};

    fn facts(body: &str) -> Facts {
        let text = format!("<opsa-mef>{body}</opsa-mef>");
        let mut sources = SourceMap::default();
        let file = sources.add("t.xml".into(), text.clone());
        let documents = xml::read(file, &text, &Limits::default()).documents;
        OpenPsa.translate(&[&documents[0]], &sources)
    }

    fn refused(gate: &str) -> String {
        let body = format!("<define-fault-tree name=\"t\">{gate}</define-fault-tree>");
        let facts = facts(&body);
        assert!(facts.fault_trees.is_empty());
        facts.problems[0].message.clone()
    }

    #[test]
    fn nested_formulas_shared_gates_and_house_events() {
        let facts = facts(
            "<define-fault-tree name=\"t\"><define-gate name=\"top\"><label>x</label><or>\
             <atleast min=\"2\"><gate name=\"g\"/><event name=\"a\"/><not><event name=\"g\"/></not>\
             </atleast><house-event name=\"h\"/></or></define-gate><define-gate name=\"g\"><and>\
             <basic-event name=\"a\"/><basic-event name=\"b\"/></and></define-gate>\
             <define-house-event name=\"h\"><constant value=\"true\"/></define-house-event>\
             </define-fault-tree>",
        );
        let tree = &facts.fault_trees[0];
        assert_eq!(tree.events, ["a", "b"]);
        let named: Vec<_> = tree.gates.iter().map(|gate| gate.name.as_deref()).collect();
        assert_eq!(named, [Some("g"), None, None, Some("top")]);
        assert_eq!(
            tree.gates[3].arguments,
            [TreeArgument::Gate(2), TreeArgument::Constant(true)]
        );
        assert_eq!(tree.gates[2].operator, TreeOperator::AtLeast(2));
    }

    #[test]
    fn what_can_not_be_read_is_refused_by_name() {
        let gate =
            |formula: &str| refused(&format!("<define-gate name=\"g\">{formula}</define-gate>"));
        assert!(gate("<nand><event name=\"a\"/></nand>").contains("`nand` is not read"));
        assert!(gate("<or><gate name=\"x\"/></or>").contains("gate `x` is not defined"));
        assert!(gate("<or><gate name=\"g\"/></or>").contains("depends on itself"));
        assert!(gate("<not><event name=\"a\"/><event name=\"b\"/></not>").contains("one argument"));
        assert!(
            gate("<atleast min=\"3\"><event name=\"a\"/></atleast>").contains("between 1 and 1")
        );
        assert!(gate("<or/>").contains("no arguments"));
        assert!(gate("").contains("exactly one formula"));
        assert!(gate("<or><house-event name=\"h\"/></or>").contains("`h` is not defined"));
        assert!(refused("<define-CCF-group name=\"c\"/>").contains("define-CCF-group"));
    }
}
