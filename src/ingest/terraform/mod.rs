//! Terraform and `OpenTofu`: states, plans, and configurations where neither exists.
//!
//! Forms: "State" and "JSON Output Format", "Configuration Language" and "JSON Configuration
//! Syntax" of Terraform's documentation; types and attributes of resources by the documentation of
//! their providers. Nothing is run, no file read but those given, no provider asked.
//!
//! * [`recognise`]: what a document is. * [`read`]: documents → roots.
//! * [`state`], [`show`], [`config`]: resources of states, of printed plans, of configurations.
//! * [`value`], [`resource`]: what they have in common.
//! * [`kinds`]: which types mean what. * [`copies`]: how many, and which of them wait.
//! * [`place`]: zones and regions. * [`estate`]: which value means which resource.
//! * [`settings`]: what environments and scripts name. * [`dns`]: names.
//! * [`around`]: gateways and accounts. * [`names`]: what nodes are called. * [`tell`]: says it all
//!   as facts.

mod around;
mod config;
mod copies;
mod dns;
mod estate;
mod kinds;
mod names;
mod place;
mod read;
mod recognise;
mod resource;
mod settings;
mod show;
mod state;
mod tell;
#[cfg(test)]
mod tests;
mod value;

use super::budget::Budget;
use super::{Adapter, fact::Facts};
use crate::message;
use crate::source::{Document, Problem, ProblemKind, SourceMap};

/// Steps for one run over all documents: far above real ones, a few seconds of work.
const STEPS: u64 = 20_000_000;
/// Steps for evaluating expressions, each of which costs more.
const EVALUATION_STEPS: u64 = 2_000_000;
/// Expressions lead to one another; the evaluator bounds how deeply, and this is room for it.
const STACK: usize = 64 << 20;

/// The adapter.
pub struct Terraform;

impl Adapter for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn claims(&self, document: &Document, sources: &SourceMap) -> bool {
        recognise::part(document, sources.path(document.file)).is_some()
    }

    fn translate(&self, documents: &[&Document], sources: &SourceMap) -> Facts {
        let work = || translate(documents, sources);
        let on_own_stack = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK);
            let thread = thread.spawn_scoped(scope, work).ok()?;
            thread.join().ok()
        });
        on_own_stack.unwrap_or_else(|| {
            let mut facts = Facts::default();
            if let Some(document) = documents.first() {
                let message = message!("the Terraform files could not be read: no memory for it");
                let span = document.root().span();
                facts
                    .problems
                    .push(Problem::new(ProblemKind::Unreadable, span, message));
            }
            facts
        })
    }
}

fn translate(documents: &[&Document], sources: &SourceMap) -> Facts {
    let budget = Budget::with_steps(STEPS);
    let mut facts = Facts::default();
    let evaluation = Budget::with_steps(EVALUATION_STEPS);
    let read = read::read(documents, sources, &budget, &evaluation);
    facts.unread.extend(read.unread);
    let estate = estate::Estate::new(read.roots, &budget);
    facts.unread.extend(estate.told_elsewhere());
    tell::tell(&estate, &mut facts);
    if let Some(last) = documents
        .last()
        .filter(|_| budget.is_spent() || evaluation.is_spent())
    {
        let message = message!(
            "the Terraform files are too large, or too entangled: some of what they \
                       say was left unread"
        );
        let problem = Problem::new(ProblemKind::Unreadable, last.root().span(), message);
        facts.problems.push(problem);
    }
    facts.unread.sort();
    facts.unread.dedup();
    facts
}
