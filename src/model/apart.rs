//! Two things of one name: a service that two platforms each run by themselves, as Compose does
//! on a laptop and Kubernetes in a cluster, is two. The first keeps the name; the others get the
//! name of their source before theirs.

use std::collections::{HashMap, HashSet};

use crate::ingest::Told;
use crate::ingest::fact::{Otherwise, Ref};
use crate::message;
use crate::source::{Problem, ProblemKind, Span};
use crate::words::Id;

/// Most services that are named in the note.
const SHOWN: usize = 5;

/// Renames, in what each platform but the first says, the services that an earlier one runs too.
/// What is wrong is that nobody can tell which of them other sources mean: one note for each
/// platform. O(facts).
pub(super) fn separate(told: &mut [Told]) -> Vec<Problem> {
    let mut notes = Vec::new();
    let mut running: HashMap<String, &'static str> = HashMap::new();
    for told in told.iter_mut().filter(|told| told.runs) {
        let mut own: Vec<(String, Span)> = Vec::new();
        let mut met: HashSet<&str> = HashSet::new();
        for fact in &told.facts.replicas {
            if met.insert(&fact.of.text) {
                own.push((fact.of.text.clone(), fact.of.span));
            }
        }
        let twice: Vec<(String, Span, &'static str)> = own
            .iter()
            .filter_map(|(id, span)| Some((id.clone(), *span, *running.get(id)?)))
            .collect();
        let adapter = told.adapter;
        for (id, _) in own {
            running.entry(id).or_insert(adapter);
        }
        let Some((first, span, before)) = twice.first() else {
            continue;
        };
        let names: HashMap<&str, Id> = twice
            .iter()
            .filter_map(|(text, ..)| {
                let id = Id::parse(text)?;
                let name = format!("{adapter}/{}", id.name());
                Some((text.as_str(), Id::new(id.kind(), &name)))
            })
            .collect();
        told.facts
            .each_reference(&mut |reference| rename(reference, &names));
        let mut shown: Vec<String> = twice
            .iter()
            .take(SHOWN)
            .map(|(id, ..)| format!("`{id}`"))
            .collect();
        if twice.len() > SHOWN {
            shown.push(format!("{} more", twice.len() - SHOWN));
        }
        let now = names.get(first.as_str()).map_or("", Id::as_str);
        let message = message!(
            "{before} and {adapter} both run {what}: they are two each, those of {adapter} are called \
             like `{now}` here",
            before,
            adapter,
            now,
            what = shown.join(", ")
        );
        let help = message!("if these are two estates, give each a scope in spof.toml");
        notes.push(Problem::new(ProblemKind::Conflict, *span, message).with_help(help));
    }
    notes
}

fn rename(reference: &mut Ref, names: &HashMap<&str, Id>) {
    if let Some(id) = names.get(reference.text.as_str()) {
        id.as_str().clone_into(&mut reference.text);
    }
    if let Otherwise::Stated(own) | Otherwise::External(own) | Otherwise::Domain(own) =
        &mut reference.otherwise
        && let Some(id) = names.get(own.as_str())
    {
        *own = id.clone();
    }
}
