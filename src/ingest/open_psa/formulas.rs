//! Gates of a model, each after those that it needs.

use std::collections::HashMap;

use super::names::{Found, Names};
use super::{Wrong, boolean, children, name, tag, unsupported};
use crate::ingest::fact::{TreeArgument, TreeGate, TreeOperator};
use crate::message;
use crate::source::View;
use crate::words::Message;

/// Every gate of the model, and the names of the basic events that they mean.
///
/// # Errors
/// A gate depends on itself, is not defined, or has a formula that is not known here.
pub(super) fn read(names: &Names<'_>) -> Result<(Vec<TreeGate>, Vec<String>), Wrong> {
    let mut reader = Reader {
        names,
        gates: Vec::new(),
        done: vec![State::Untouched; names.gates.len()],
        numbers: HashMap::new(),
        events: Vec::new(),
    };
    for gate in 0..names.gates.len() {
        reader.define(gate)?;
    }
    Ok((reader.gates, reader.events))
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Untouched,
    /// What it needs is being read.
    Begun,
    /// Its position among the gates made.
    Done(usize),
}

struct Reader<'a, 'v> {
    names: &'a Names<'v>,
    gates: Vec<TreeGate>,
    /// Of every gate of the model.
    done: Vec<State>,
    /// Basic events by name.
    numbers: HashMap<String, usize>,
    events: Vec<String>,
}

/// A formula, and the component that its names are seen from.
#[derive(Clone, Copy)]
struct Formula<'v> {
    view: View<'v>,
    home: usize,
}

impl Formula<'_> {
    fn inside(self) -> impl Iterator<Item = Self> {
        let home = self.home;
        children(self.view).map(move |view| Self { view, home })
    }
}

fn turns(view: View<'_>, called: &str) -> Wrong {
    (
        view.span(),
        message!("gate `{called}` depends on itself", called),
    )
}

impl<'v> Reader<'_, 'v> {
    /// Reads a gate after all that it refers to, with an explicit stack: chains of gates may be
    /// long, formulas inside of each other are no deeper than documents may be.
    fn define(&mut self, gate: usize) -> Result<(), Wrong> {
        let mut stack: Vec<(usize, bool)> = vec![(gate, false)];
        while let Some((at, ready)) = stack.pop() {
            let (Some(&gate), Some(&state)) = (self.names.gates.get(at), self.done.get(at)) else {
                continue;
            };
            if matches!(state, State::Done(_)) {
                continue;
            }
            let formula = Formula {
                view: formula_of(gate.view)?,
                home: gate.home,
            };
            if ready {
                let number = self.formula(formula, self.names.called(at))?;
                self.set(at, State::Done(number));
                continue;
            }
            if state == State::Begun {
                return Err(turns(gate.view, name(gate.view)?));
            }
            self.set(at, State::Begun);
            stack.push((at, true));
            let mut inside = vec![formula];
            while let Some(part) = inside.pop() {
                if let Some(needed) = self.gate_named(part)? {
                    match self.done.get(needed) {
                        Some(State::Begun) => return Err(turns(part.view, name(part.view)?)),
                        Some(State::Untouched) => stack.push((needed, false)),
                        _ => {}
                    }
                }
                inside.extend(part.inside());
            }
        }
        Ok(())
    }

    fn set(&mut self, gate: usize, state: State) {
        if let Some(own) = self.done.get_mut(gate) {
            *own = state;
        }
    }

    /// The gate that a formula names, if that is what it is.
    fn gate_named(&self, part: Formula<'v>) -> Result<Option<usize>, Wrong> {
        let view = part.view;
        let kind = match tag(view) {
            // `event` names a gate or an event of any sort, which its type may say.
            "event" => view.get("type").and_then(View::as_str),
            "gate" => Some("gate"),
            _ => return Ok(None),
        };
        if kind.is_some_and(|kind| kind != "gate") {
            return Ok(None);
        }
        let called = name(view)?;
        match self.names.gate_of(part.home, called) {
            Found::One(gate) => Ok(Some(gate)),
            Found::Nothing if kind.is_none() => Ok(None),
            Found::Nothing => Err((
                view.span(),
                message!("gate `{called}` is not defined", called),
            )),
            Found::Several => Err(several(view, called)),
        }
    }

    fn argument(&mut self, part: Formula<'v>) -> Result<TreeArgument, Wrong> {
        let view = part.view;
        if let Some(gate) = self.gate_named(part)? {
            return match self.done.get(gate) {
                Some(State::Done(number)) => Ok(TreeArgument::Gate(*number)),
                _ => Err(turns(view, name(view)?)),
            };
        }
        match tag(view) {
            "basic-event" | "event" | "house-event" => {
                let called = name(view)?;
                let house = match tag(view) {
                    "basic-event" => Found::Nothing,
                    _ => self.names.house_of(part.home, called),
                };
                match (house, tag(view)) {
                    (Found::One(state), _) => Ok(TreeArgument::Constant(state)),
                    (Found::Several, _) => Err(several(view, called)),
                    (Found::Nothing, "house-event") => {
                        let message = message!("house event `{called}` is not defined", called);
                        Err((view.span(), message))
                    }
                    (Found::Nothing, _) => Ok(TreeArgument::Event(self.event(part, called))),
                }
            }
            "constant" => Ok(TreeArgument::Constant(boolean(view)?)),
            _ => Ok(TreeArgument::Gate(self.formula(part, None)?)),
        }
    }

    fn event(&mut self, part: Formula<'v>, reference: &str) -> usize {
        let called = self.names.basic_of(part.home, reference);
        if let Some(number) = self.numbers.get(&called) {
            return *number;
        }
        let number = self.events.len();
        self.events.push(called.clone());
        self.numbers.insert(called, number);
        number
    }

    /// Adds the gate that a formula is.
    fn formula(&mut self, part: Formula<'v>, called: Option<String>) -> Result<usize, Wrong> {
        let view = part.view;
        let count = children(view).count();
        let wrong = |message: Message| Err((view.span(), message));
        let operator = match tag(view) {
            "and" => TreeOperator::And,
            "or" => TreeOperator::Or,
            "not" if count == 1 => TreeOperator::Not,
            "not" => return wrong(message!("`not` is of one argument, not of {count}", count)),
            "xor" if count == 2 => TreeOperator::Xor,
            "xor" => return wrong(message!("`xor` is of two arguments, not of {count}", count)),
            "atleast" => match view.get("min").and_then(View::as_count) {
                Some(min) if min >= 1 && min <= count as u64 => TreeOperator::AtLeast(min),
                _ => {
                    let message = message!("`atleast` needs a `min` between 1 and {count}", count);
                    return wrong(message);
                }
            },
            // A gate that only names another formula.
            "gate" | "event" | "basic-event" | "house-event" | "constant" => {
                let argument = self.argument(part)?;
                return Ok(self.push(called, TreeOperator::Or, vec![argument]));
            }
            other => return Err(unsupported(view, other)),
        };
        if count == 0 {
            return wrong(message!("`{tag}` has no arguments", tag = tag(view)));
        }
        let mut arguments = Vec::with_capacity(count);
        for child in part.inside() {
            arguments.push(self.argument(child)?);
        }
        Ok(self.push(called, operator, arguments))
    }

    fn push(
        &mut self,
        name: Option<String>,
        operator: TreeOperator,
        arguments: Vec<TreeArgument>,
    ) -> usize {
        self.gates.push(TreeGate {
            name,
            operator,
            arguments,
        });
        self.gates.len() - 1
    }
}

fn several(view: View<'_>, called: &str) -> Wrong {
    let message = message!(
        "`{called}` is defined in several fault trees: say `TREE.{called}`",
        called
    );
    (view.span(), message)
}

/// The one formula of a gate's definition.
fn formula_of(definition: View<'_>) -> Result<View<'_>, Wrong> {
    let is_formula = |child: &View<'_>| !matches!(tag(*child), "label" | "attributes");
    let mut formulas = children(definition).filter(is_formula);
    if let (Some(only), None) = (formulas.next(), formulas.next()) {
        return Ok(only);
    }
    let message = message!(
        "gate `{what}` needs exactly one formula",
        what = name(definition)?
    );
    Err((definition.span(), message))
}
