//! Minimal cut sets of a node, or of a gate of a fault tree.

use super::questions::DEFAULT_CLASSES;
use super::{Estate, nodes};
use crate::analysis::cuts::downtime::{Rate, downtime};
use crate::analysis::cuts::failure::{EVER, Failures};
use crate::analysis::cuts::kernel::Unsolved;
use crate::analysis::cuts::{self, BUDGET, CutSets, Extent, tree};
use crate::error::Error;
use crate::graph::FaultClass;
use crate::ingest::fact::FaultTree;
use crate::model::{Node, NodeIx};
use crate::output::minimal::{Events, Rated};
use crate::output::open_psa::TopEvent;
use crate::output::{Context, Minimal};
use crate::words::{format_duration, nearest};

/// Highest order tried where all cut sets were asked for and are too many.
const FALLBACK_ORDER: u32 = 3;

/// Top gates named in a message.
const MOST_TOPS: usize = 5;

/// The question.
#[derive(Clone, Debug)]
pub struct Cuts {
    /// A node, or a gate of a fault tree, as typed.
    pub subject: String,
    /// Empty: the default ones.
    pub classes: Vec<FaultClass>,
    /// Kinds of faults; empty is all.
    pub kinds: Vec<String>,
    pub extent: Extent,
    /// Sets listed at most.
    pub limit: usize,
}

/// What a subject is.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'e> {
    Node(NodeIx),
    /// A gate of a tree.
    Gate(&'e FaultTree, usize),
}

/// The node or gate that `word` means. A node goes first.
///
/// # Errors
/// There is neither; gates of one name stand in several trees.
pub fn subject<'e>(estate: &'e Estate, word: &str) -> Result<Subject<'e>, Error> {
    let missing = match nodes::node(&estate.model, word) {
        Ok(node) => return Ok(Subject::Node(node)),
        Err(error) => error,
    };
    let gates = |tree: &'e FaultTree| {
        (0..)
            .zip(&tree.gates)
            .filter_map(move |(at, gate)| Some((gate.name.as_deref()?, tree, at)))
    };
    let trees = &estate.fault_trees;
    let mut found = trees
        .iter()
        .flat_map(gates)
        .filter(|(name, ..)| *name == word);
    match (found.next(), found.next()) {
        (Some((_, tree, at)), None) => Ok(Subject::Gate(tree, at)),
        (Some((_, one, _)), Some((_, other, _))) => Err(Error::usage_with_help(
            format!(
                "`{word}` is a gate of the fault trees `{}` and `{}`",
                one.name, other.name
            ),
            "give one of the files with `-i`",
        )),
        _ if trees.is_empty() => Err(missing),
        _ => {
            let names = trees.iter().flat_map(gates).map(|(name, ..)| name);
            let help = if let Some(near) = nearest(word, names) {
                format!("did you mean `{near}`?")
            } else {
                let tops: Vec<String> = trees
                    .iter()
                    .flat_map(|of| tree::tops(of).into_iter().map(move |at| (of, at)))
                    .filter_map(|(of, at)| of.gates.get(at)?.name.clone())
                    .map(|name| format!("`{name}`"))
                    .take(MOST_TOPS)
                    .collect();
                format!("the top gates here are {}", tops.join(", "))
            };
            let message = format!("there is no node or gate `{word}`");
            Err(Error::usage_with_help(message, help))
        }
    }
}

impl Cuts {
    /// Finds the cut sets and has `write` write the answer.
    ///
    /// # Errors
    /// No such subject or kind; classes or kinds asked of a fault tree; cut sets too many to be
    /// counted even to a low order.
    pub fn ask<R>(
        &self,
        estate: &Estate,
        write: impl FnOnce(&Minimal<'_>) -> R,
    ) -> Result<R, Error> {
        match subject(estate, &self.subject)? {
            Subject::Node(node) => self.of_node(estate, node, write),
            Subject::Gate(tree, gate) => self.of_gate(tree, gate, write),
        }
    }

    fn of_node<R>(
        &self,
        estate: &Estate,
        node: NodeIx,
        write: impl FnOnce(&Minimal<'_>) -> R,
    ) -> Result<R, Error> {
        let model = &estate.model;
        nodes::check_kinds(model, &self.kinds)?;
        let mut classes = if self.classes.is_empty() {
            DEFAULT_CLASSES.to_vec()
        } else {
            self.classes.clone()
        };
        classes.sort_unstable();
        classes.dedup();
        let wanted = |at: u32| {
            let fault = model.node(NodeIx(at));
            let kind = fault.id.kind();
            FaultClass::of(fault.class).is_some_and(|class| classes.contains(&class))
                && (self.kinds.is_empty() || self.kinds.iter().any(|word| word == kind))
        };
        let graph = &estate.graph;
        let found = self.reach(|extent| cuts::cuts(graph, node.0, wanted, extent, self.limit))?;
        let rate = |at: u32| rate(model.node(NodeIx(at)));
        let any_rated = model
            .iter()
            .any(|(ix, _)| wanted(ix.0) && rate(ix.0).is_some());
        let rated = any_rated.then(|| downtime(&estate.engine(), node.0, wanted, rate));
        let rto = cuts::bound(graph, node.0);
        let classes: Vec<&'static str> = classes.iter().map(|class| class.as_str()).collect();
        let cx = Context {
            model,
            sources: &estate.sources,
        };
        Ok(write(&Minimal {
            events: Events::Nodes(cx),
            subject: model.node(node).id.as_str(),
            classes: &classes,
            kinds: &self.kinds,
            extent: self.extent,
            rto_s: (rto != EVER).then_some(rto),
            found: &found,
            downtime: match &rated {
                None => Rated::Without,
                Some(Ok(known)) => Rated::Known(known),
                Some(Err(_)) => Rated::TooLarge,
            },
        }))
    }

    fn of_gate<R>(
        &self,
        of: &FaultTree,
        gate: usize,
        write: impl FnOnce(&Minimal<'_>) -> R,
    ) -> Result<R, Error> {
        if !self.classes.is_empty() || !self.kinds.is_empty() {
            return Err(Error::usage_with_help(
                format!("`{}` is a gate of a fault tree", self.subject),
                "its events have no classes and kinds: leave out --class and --kind",
            ));
        }
        let (formula, top) = tree::formula_of(of, gate).map_err(|_| too_large())?;
        let found =
            self.reach(|extent| cuts::cut_sets(&formula, top, extent, self.limit, BUDGET))?;
        Ok(write(&Minimal {
            events: Events::Tree(of),
            subject: &self.subject,
            classes: &[],
            kinds: &[],
            extent: self.extent,
            rto_s: None,
            found: &found,
            downtime: Rated::Without,
        }))
    }

    /// All that was asked for; where all cut sets are too many, those of a low order.
    fn reach(&self, find: impl Fn(Extent) -> Result<CutSets, Unsolved>) -> Result<CutSets, Error> {
        let orders = match self.extent {
            Extent::All => (1..=FALLBACK_ORDER).rev().map(Extent::UpTo).collect(),
            Extent::UpTo(order) => (1..order).rev().map(Extent::UpTo).collect(),
            Extent::Smallest(_) => Vec::new(),
        };
        for extent in std::iter::once(self.extent).chain(orders) {
            match find(extent) {
                Ok(found) => return Ok(found),
                Err(Unsolved::Formula) => return Err(too_large()),
                Err(Unsolved::Budget) => {}
            }
        }
        Err(Error::Limit(
            "the cut sets are too many for the budget of this program, even those of one fault"
                .to_owned(),
        ))
    }
}

/// How often a node fails, if it states both that and the time its repair takes.
fn rate(node: &Node) -> Option<Rate> {
    Some(Rate {
        fails_per_y: node.fails_per_y?,
        repair_s: node.repair_s?,
    })
}

fn too_large() -> Error {
    Error::Limit(
        "what the subject needs makes a formula with more gates than this program handles"
            .to_owned(),
    )
}

/// The failure of a node as top events of a fault tree: `down`, and with `within_rto` also `late`
/// (no service for longer than its `rto`). Faults are of the classes and kinds of the question.
///
/// # Errors
/// No such node or kind; no `rto` where one is asked for; a formula that is too large.
pub fn top_events(
    estate: &Estate,
    subject: &str,
    classes: &[FaultClass],
    within_rto: bool,
) -> Result<Vec<TopEvent>, Error> {
    let model = &estate.model;
    let node = nodes::node(model, subject)?;
    let id = &model.node(node).id;
    let wanted = |at: u32| {
        FaultClass::of(model.node(NodeIx(at)).class).is_some_and(|class| classes.contains(&class))
    };
    let failures = Failures::new(&estate.graph, wanted);
    let event = |name, label, time| -> Result<TopEvent, Error> {
        let (formula, top) = failures.of(node.0, time).map_err(|_| too_large())?;
        Ok(TopEvent {
            name,
            label,
            formula,
            top,
        })
    };
    let mut tops = vec![event(
        "down",
        format!("{id} does not serve until repair"),
        EVER,
    )?];
    if within_rto {
        let rto = cuts::bound(&estate.graph, node.0);
        if rto == EVER {
            return Err(Error::usage_with_help(
                format!("`{id}` declares no `rto`"),
                "leave out --within-rto, or give the node an `rto`",
            ));
        }
        let label = format!("{id} does not serve within {}", format_duration(rto));
        tops.push(event("late", label, rto)?);
    }
    Ok(tops)
}
