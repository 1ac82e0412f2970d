//! What the names in a model mean. Gates, basic and house events are public unless they, or the
//! component they stand in, say otherwise: then they are known by a path alone
//! (`tree.component.gate`). A reference means what its own component has of that name, then what
//! the components around that have, then what is public.

use std::collections::HashMap;

use super::{Wrong, children, name, tag, unsupported};
use crate::message;
use crate::source::View;

/// A gate that the model defines.
#[derive(Clone, Copy)]
pub(super) struct Gate<'v> {
    pub(super) view: View<'v>,
    /// The component, or the tree, that it stands in.
    pub(super) home: usize,
}

/// A fault tree, or a component in one.
struct Home {
    path: String,
    around: Option<usize>,
}

/// Definitions of one sort.
struct Table<'v, T> {
    paths: HashMap<String, T>,
    public: HashMap<&'v str, Vec<T>>,
}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Self {
            paths: HashMap::new(),
            public: HashMap::new(),
        }
    }
}

/// Every definition of a model.
#[derive(Default)]
pub(super) struct Names<'v> {
    homes: Vec<Home>,
    pub(super) gates: Vec<Gate<'v>>,
    gate_table: Table<'v, usize>,
    houses: Table<'v, bool>,
    /// Private basic events have their path for a name, the others their own.
    basics: Table<'v, String>,
}

/// What a reference leads to.
pub(super) enum Found<T> {
    One(T),
    Nothing,
    /// Public ones of several trees.
    Several,
}

impl<'v> Names<'v> {
    /// Enters what `tree`, a fault tree, defines.
    ///
    /// # Errors
    /// Something is defined twice in one place, or is not known here.
    pub(super) fn enter(&mut self, tree: View<'v>) -> Result<(), Wrong> {
        let mut waiting = vec![(tree, None, true)];
        while let Some((view, around, is_public)) = waiting.pop() {
            let own = name(view)?;
            let above = around.and_then(|at: usize| self.homes.get(at));
            let path = above.map_or_else(|| own.to_owned(), |home| format!("{}.{own}", home.path));
            let home = self.homes.len();
            self.homes.push(Home { path, around });
            for child in children(view) {
                let role = child.get("role").and_then(View::as_str);
                let is_public = role.map_or(is_public, |role| role != "private");
                match tag(child) {
                    "define-component" => waiting.push((child, Some(home), is_public)),
                    "define-gate" => self.gate(child, home, is_public)?,
                    "define-house-event" => self.house(child, Some(home), is_public)?,
                    "define-basic-event" => self.basic(child, home, is_public)?,
                    "define-parameter" | "label" | "attributes" => {}
                    other => return Err(unsupported(child, other)),
                }
            }
        }
        Ok(())
    }

    fn path(&self, home: usize, own: &str) -> String {
        let home = self.homes.get(home).map_or("", |home| home.path.as_str());
        format!("{home}.{own}")
    }

    fn gate(&mut self, view: View<'v>, home: usize, is_public: bool) -> Result<(), Wrong> {
        let own = name(view)?;
        let at = self.gates.len();
        let before = self.gate_table.paths.insert(self.path(home, own), at);
        if before.is_some() {
            return Err((view.span(), message!("gate `{own}` is defined twice", own)));
        }
        self.gates.push(Gate { view, home });
        if is_public {
            self.gate_table.public.entry(own).or_default().push(at);
        }
        Ok(())
    }

    /// Enters a house event: false where no state is stated, as the format has it. Outside of
    /// trees there is no `home`.
    pub(super) fn house(
        &mut self,
        view: View<'v>,
        home: Option<usize>,
        is_public: bool,
    ) -> Result<(), Wrong> {
        let own = name(view)?;
        let mut state = false;
        for constant in children(view).filter(|child| tag(*child) == "constant") {
            state = super::boolean(constant)?;
        }
        if let Some(home) = home {
            self.houses.paths.insert(self.path(home, own), state);
        }
        if is_public {
            self.houses.public.entry(own).or_default().push(state);
        }
        Ok(())
    }

    fn basic(&mut self, view: View<'v>, home: usize, is_public: bool) -> Result<(), Wrong> {
        let own = name(view)?;
        let path = self.path(home, own);
        let called = if is_public { own } else { path.as_str() };
        self.basics.paths.insert(path.clone(), called.to_owned());
        Ok(())
    }

    /// The gate that `reference` means in `home`. O(components around it).
    pub(super) fn gate_of(&self, home: usize, reference: &str) -> Found<usize> {
        self.find(&self.gate_table, home, reference)
    }

    /// The state of the house event that `reference` means.
    pub(super) fn house_of(&self, home: usize, reference: &str) -> Found<bool> {
        self.find(&self.houses, home, reference)
    }

    /// What the basic event is called that `reference` means; nobody has to define one.
    pub(super) fn basic_of(&self, home: usize, reference: &str) -> String {
        match self.find(&self.basics, home, reference) {
            Found::One(called) => called,
            Found::Nothing | Found::Several => reference.to_owned(),
        }
    }

    /// What people call a gate: by its own name where that means nothing else.
    pub(super) fn called(&self, at: usize) -> Option<String> {
        let gate = self.gates.get(at)?;
        let own = gate.view.get("name").and_then(View::as_str)?;
        let public = self.gate_table.public.get(own);
        let is_plain = public.is_some_and(|all| all.as_slice() == [at]);
        Some(if is_plain {
            own.to_owned()
        } else {
            self.path(gate.home, own)
        })
    }

    fn find<T: Clone + PartialEq>(
        &self,
        table: &Table<'v, T>,
        home: usize,
        reference: &str,
    ) -> Found<T> {
        let mut home = Some(home);
        while let Some(at) = home {
            if let Some(found) = table.paths.get(&self.path(at, reference)) {
                return Found::One(found.clone());
            }
            home = self.homes.get(at).and_then(|home| home.around);
        }
        if let Some(found) = table.paths.get(reference) {
            return Found::One(found.clone());
        }
        match table.public.get(reference).map(Vec::as_slice) {
            None | Some([]) => Found::Nothing,
            Some([first, others @ ..]) if others.iter().all(|other| other == first) => {
                Found::One(first.clone())
            }
            Some(_) => Found::Several,
        }
    }
}
