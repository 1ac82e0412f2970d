//! A fault tree as a formula.

use super::kernel::formula::{Formula, Lit, TooLarge};
use crate::ingest::fact::{FaultTree, TreeArgument, TreeOperator};

/// The gate at `top` of `tree`; event numbers are positions in its list of events.
///
/// # Errors
/// The tree is too large.
pub fn formula_of(tree: &FaultTree, top: usize) -> Result<(Formula, Lit), TooLarge> {
    let mut formula = Formula::default();
    let mut lits: Vec<Lit> = Vec::with_capacity(tree.gates.len());
    for gate in &tree.gates {
        let mut arguments = Vec::with_capacity(gate.arguments.len());
        for argument in &gate.arguments {
            arguments.push(match argument {
                TreeArgument::Gate(at) => lits.get(*at).copied().unwrap_or(Lit::FALSE),
                TreeArgument::Event(at) => formula.event(u32::try_from(*at).map_err(|_| TooLarge)?),
                TreeArgument::Constant(value) => Lit::TRUE.negated_if(!value),
            });
        }
        let lit = match (gate.operator, arguments.as_slice()) {
            (TreeOperator::And, _) => formula.and(arguments)?,
            (TreeOperator::Or, _) => formula.or(arguments)?,
            (TreeOperator::AtLeast(need), _) => formula.at_least(need, arguments)?,
            (TreeOperator::Not, [one]) => one.negated(),
            (TreeOperator::Xor, [a, b]) => formula.xor(*a, *b)?,
            // Adapters check how many arguments there are.
            (TreeOperator::Not | TreeOperator::Xor, _) => Lit::FALSE,
        };
        lits.push(lit);
    }
    Ok((formula, lits.get(top).copied().unwrap_or(Lit::FALSE)))
}

/// The named gates that no other gate refers to: what a tree is about.
#[must_use]
pub fn tops(tree: &FaultTree) -> Vec<usize> {
    let mut used = vec![false; tree.gates.len()];
    for argument in tree.gates.iter().flat_map(|gate| &gate.arguments) {
        if let TreeArgument::Gate(at) = argument
            && let Some(used) = used.get_mut(*at)
        {
            *used = true;
        }
    }
    let named = |at: &usize| tree.gates.get(*at).is_some_and(|gate| gate.name.is_some());
    (0..tree.gates.len())
        .filter(|at| !used.get(*at).copied().unwrap_or(true))
        .filter(named)
        .collect()
}
