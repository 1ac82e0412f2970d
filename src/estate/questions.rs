//! From resolved words to answers as every format reads them. An answer borrows what it speaks of,
//! so each question hands it to a closure that writes it.

use crate::analysis::blast::{Fault, blast_in};
use crate::analysis::common;
use crate::analysis::data::with_restores;
use crate::analysis::engine::{Engine, Scratch};
use crate::analysis::rank::{is_subject, rank_among};
use crate::analysis::recovery::{BringUp, Scenario, bring_up};
use crate::analysis::sweep::{Effect, Sweep};
use crate::analysis::why;
use crate::error::Error;
use crate::graph::{FaultClass, Graph};
use crate::model::NodeIx;
use crate::output::{Chain, Context, Listing, Recovering, Shared, Strike};

use super::{Estate, nodes};

/// Classes of faults that count when none are named: a bad deploy takes down every service,
/// trivially.
pub const DEFAULT_CLASSES: [FaultClass; 3] = [
    FaultClass::Placement,
    FaultClass::Replica,
    FaultClass::External,
];

/// What some faults affect, perhaps on top of a present outage.
#[derive(Clone, Debug, Default)]
pub struct Blast {
    pub faults: Vec<Fault>,
    /// What is down already.
    pub already: Vec<Fault>,
    /// The moment asked about.
    pub at_s: Option<u64>,
}

/// Single points of failure.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Only what cuts one of these; sorted. Empty: every node that is measured on.
    pub subjects: Vec<NodeIx>,
    /// Empty: the default ones, or every class with `all`.
    pub classes: Vec<FaultClass>,
    /// Kinds of faults; empty is all.
    pub kinds: Vec<String>,
    /// Only nodes of this tier or a more important one count.
    pub tier: Option<u8>,
    /// Also faults that cut nothing, and all that each affects.
    pub all: bool,
    pub limit: Option<usize>,
}

/// How the estate comes back.
#[derive(Clone, Debug, Default)]
pub struct Recover {
    /// Sorted, each once; empty: a black start.
    pub faults: Vec<Fault>,
    /// What stopped comes back empty, and is restored first.
    pub restores: bool,
    /// Whose critical path is wanted.
    pub to: Option<NodeIx>,
    pub all: bool,
}

/// What some nodes have in common.
#[derive(Clone, Debug, Default)]
pub struct Common {
    /// Sorted.
    pub subjects: Vec<NodeIx>,
    /// Nodes that must not be cut; sorted.
    pub up: Vec<NodeIx>,
    /// Empty: the default ones.
    pub classes: Vec<FaultClass>,
}

/// The model and texts of `estate`, as formats look things up in them.
fn context(estate: &Estate) -> Context<'_> {
    Context {
        model: &estate.model,
        sources: &estate.sources,
    }
}

impl Blast {
    /// Evaluates the faults and has `write` write the answer. Proportional to what they affect.
    ///
    /// # Errors
    /// A node is both a fault and down already.
    pub fn ask<R>(
        &self,
        estate: &Estate,
        engine: &Engine<'_>,
        scratch: &mut Scratch,
        write: impl FnOnce(&Strike<'_>) -> R,
    ) -> Result<R, Error> {
        let model = &estate.model;
        let mut all = self.already.clone();
        for fault in &self.faults {
            if self.already.iter().any(|known| known.node == fault.node) {
                return Err(Error::usage(format!(
                    "`{}` is named both as a fault and as down already",
                    model.node(fault.node).id
                )));
            }
            all.push(*fault);
        }
        let whole = blast_in(scratch, model, engine, &all);
        let before =
            (!self.already.is_empty()).then(|| blast_in(scratch, model, engine, &self.already));
        Ok(write(&Strike {
            cx: context(estate),
            engine,
            blast: &whole,
            faults: &self.faults,
            already: before.as_ref(),
            at_s: self.at_s,
        }))
    }
}

impl Recover {
    /// Plans the recovery and has `write` write the answer; `told` hears how much of it is done.
    pub fn ask<R>(
        &self,
        estate: &Estate,
        told: &(dyn Fn(usize, usize) + Sync),
        write: impl FnOnce(&Recovering<'_>) -> R,
    ) -> R {
        let engine = estate.engine();
        let scenario = if self.faults.is_empty() {
            Scenario::BlackStart
        } else {
            Scenario::Faults(self.faults.clone())
        };
        if !self.restores || scenario == Scenario::BlackStart {
            let scratch = &mut engine.scratch();
            let answer = bring_up(&estate.model, &engine, scratch, scenario, told);
            return write(&self.answer(context(estate), &answer));
        }
        // What is lost is known only once the faults have struck.
        let blast = blast_in(&mut engine.scratch(), &estate.model, &engine, &self.faults);
        let changed = with_restores(&estate.model, &blast.data);
        let graph = Graph::new(&changed);
        let engine = Engine::new(&graph);
        let answer = bring_up(&changed, &engine, &mut engine.scratch(), scenario, told);
        let cx = Context {
            model: &changed,
            sources: &estate.sources,
        };
        write(&self.answer(cx, &answer))
    }

    fn answer<'a>(&self, cx: Context<'a>, answer: &'a BringUp) -> Recovering<'a> {
        Recovering {
            cx,
            answer,
            to: self.to,
            restores: self.restores,
            all: self.all,
        }
    }
}

/// Explains the loss of `subject` under `faults` and has `write` write the answer.
pub fn why<R>(
    estate: &Estate,
    engine: &Engine<'_>,
    scratch: &mut Scratch,
    (subject, faults): (NodeIx, &[Fault]),
    write: impl FnOnce(&Chain<'_>) -> R,
) -> R {
    let blast = blast_in(scratch, &estate.model, engine, faults);
    let hop = why::why(&estate.model, engine, &blast, subject);
    write(&Chain {
        cx: context(estate),
        engine,
        blast: &blast,
        subject,
        hop: hop.as_ref(),
    })
}

impl Common {
    /// Searches, and has `write` write the answer.
    ///
    /// # Errors
    /// A node is both a subject and up.
    pub fn ask<R>(
        &self,
        estate: &Estate,
        engine: &Engine<'_>,
        write: impl FnOnce(&Shared<'_>) -> R,
    ) -> Result<R, Error> {
        let model = &estate.model;
        if let Some(both) = self.up.iter().find(|node| self.subjects.contains(node)) {
            let id = &model.node(*both).id;
            return Err(Error::usage(format!("`{id}` can't be both down and up")));
        }
        let mut classes = self.classes.clone();
        if classes.is_empty() {
            classes.extend(DEFAULT_CLASSES);
        }
        classes.sort_unstable();
        classes.dedup();
        let found = common::common(model, engine, &self.subjects, &self.up, |_, class| {
            classes.contains(&class)
        });
        Ok(write(&Shared {
            cx: context(estate),
            subjects: &self.subjects,
            up: &self.up,
            classes: &classes,
            found: &found,
        }))
    }
}

impl List {
    /// Ranks what `sweep` holds and has `write` write the answer.
    ///
    /// # Errors
    /// A kind that no node has.
    pub fn ask<R>(
        &self,
        estate: &Estate,
        engine: &Engine<'_>,
        sweep: &Sweep,
        write: impl FnOnce(&Listing<'_>) -> R,
    ) -> Result<R, Error> {
        let model = &estate.model;
        nodes::check_kinds(model, &self.kinds)?;
        let classes: &[FaultClass] = match (self.classes.as_slice(), self.all) {
            ([], true) => &FaultClass::ALL,
            ([], false) => &DEFAULT_CLASSES,
            (named, _) => named,
        };
        let wanted = |effect: &Effect<'_>| {
            let kind = model.node(effect.fault).id.kind();
            classes.contains(&effect.class)
                && (self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted == kind))
        };
        let counts = |node: NodeIx| {
            let named = if self.subjects.is_empty() {
                is_subject(model, node)
            } else {
                self.subjects.binary_search(&node).is_ok()
            };
            let tier = model.node(node).tier;
            named
                && self
                    .tier
                    .is_none_or(|most| tier.is_some_and(|tier| tier <= most))
        };
        let ranked = rank_among(model, engine, sweep, wanted, counts);
        Ok(write(&Listing {
            cx: context(estate),
            engine,
            sweep,
            ranked: &ranked,
            counts: &counts,
            all: self.all,
            limit: self.limit,
            named: !self.subjects.is_empty(),
        }))
    }
}
