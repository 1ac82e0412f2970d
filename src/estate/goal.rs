//! `--goal`: what is to hold, in words.
//!
//! ```text
//! goal    = clause { ("and" | ";") clause }
//! clause  = [subjects] "survives" faults ["within" DURATION]
//! subjects, faults = word { "," word }
//! ```

use std::collections::BTreeSet;

use super::questions::DEFAULT_CLASSES;
use super::{Estate, nodes};
use crate::analysis::criticality::Criticality;
use crate::analysis::fix::{Clause, Goal};
use crate::analysis::rank::is_subject;
use crate::error::Error;
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};
use crate::words::{Class, nearest, parse_duration};

/// Words for sets of subjects, beside tiers.
const SETS: [&str; 5] = ["all", "critical", "journeys", "services", "stores"];

/// An example, for messages.
const EXAMPLE: &str =
    "write it like \"tier<=1 survives site\" or \"login survives site,rack within 10m\"";

/// The goal that `text` states. `given` are the subjects of clauses that name none, and no others
/// count where there are any.
///
/// # Errors
/// It can't be read; no such node, kind or class; a clause without subjects or faults.
pub fn goal(estate: &Estate, text: &str, given: &[NodeIx]) -> Result<Goal, Error> {
    let spaced = text.replace(';', " and ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut clauses = Vec::new();
    for words in words.split(|word| word.eq_ignore_ascii_case("and")) {
        if words.is_empty() {
            continue;
        }
        clauses.push(clause(&estate.model, words, given)?);
    }
    if clauses.is_empty() {
        return Err(Error::usage_with_help("the goal is empty", EXAMPLE));
    }
    Ok(Goal { clauses })
}

/// What is declared: every node that states an `rto` (of `given`, where there are any) survives
/// every single fault of the default classes within it.
///
/// # Errors
/// None of them states an `rto`.
pub fn objectives(estate: &Estate, given: &[NodeIx]) -> Result<Goal, Error> {
    let model = &estate.model;
    let subjects: Vec<(u32, u64)> = model
        .iter()
        .filter(|(ix, _)| given.is_empty() || given.contains(ix))
        .filter_map(|(ix, node)| Some((ix.0, node.rto_s?)))
        .collect();
    if subjects.is_empty() {
        return Err(Error::usage_with_help(
            "there is no goal: none of the subjects declares an `rto`",
            format!("name one with --goal; {EXAMPLE}"),
        ));
    }
    let faults = |classes: &[FaultClass]| {
        let all = model.iter().filter(|(_, node)| {
            FaultClass::of(node.class).is_some_and(|class| classes.contains(&class))
        });
        all.map(|(ix, _)| ix.0).collect()
    };
    Ok(Goal {
        clauses: vec![Clause {
            subjects,
            faults: faults(&DEFAULT_CLASSES),
        }],
    })
}

fn clause(model: &Model, words: &[&str], given: &[NodeIx]) -> Result<Clause, Error> {
    let wrong = |what: String| Error::usage_with_help(what, EXAMPLE);
    let whole = words.join(" ");
    let Some(verb) = words
        .iter()
        .position(|word| word.eq_ignore_ascii_case("survives") || *word == "survive")
    else {
        return Err(wrong(format!("`{whole}` does not say what is survived")));
    };
    let (before, after) = (&words[..verb], &words[verb + 1..]);
    let within = after
        .iter()
        .position(|word| word.eq_ignore_ascii_case("within"));
    let (lost, deadline) = match within {
        None => (after, None),
        Some(at) => {
            let time = after[at + 1..].concat();
            let seconds = parse_duration(&time)
                .map_err(|error| wrong(format!("the time of `{whole}`: {error}")))?;
            (&after[..at], Some(seconds))
        }
    };
    let mut subjects = BTreeSet::new();
    let named = listed(before);
    for word in &named {
        subjects.extend(subjects_of(model, word)?);
    }
    if named.is_empty() {
        subjects.extend(given.iter().copied());
    } else if !given.is_empty() {
        subjects.retain(|node| given.contains(node));
    }
    if subjects.is_empty() {
        return Err(wrong(if named.is_empty() {
            format!("`{whole}` does not say who survives")
        } else {
            format!("`{}` is nobody here", before.join(" "))
        }));
    }
    let mut faults = BTreeSet::new();
    for word in listed(lost) {
        faults.extend(faults_of(model, &word)?);
    }
    if faults.is_empty() {
        return Err(wrong(format!("`{whole}` does not say what is survived")));
    }
    if let (Some(only), 1, true) = (subjects.first(), subjects.len(), subjects == faults) {
        let id = &model.node(*only).id;
        return Err(wrong(format!(
            "`{whole}` asks for nothing: `{id}` need not survive that it fails itself"
        )));
    }
    Ok(Clause {
        subjects: subjects
            .into_iter()
            .map(|ix| {
                let rto = model.node(ix).rto_s;
                (ix.0, deadline.or(rto).unwrap_or(u64::MAX))
            })
            .collect(),
        faults: faults.into_iter().map(|ix| ix.0).collect(),
    })
}

/// Words between commas; blanks around an operator belong to its word (`tier <= 1`).
fn listed(words: &[&str]) -> Vec<String> {
    let text = words.concat();
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn subjects_of(model: &Model, word: &str) -> Result<Vec<NodeIx>, Error> {
    let all = |wanted: &dyn Fn(NodeIx) -> bool| -> Vec<NodeIx> {
        let each = model.iter().map(|(ix, _)| ix);
        each.filter(|ix| is_subject(model, *ix) && wanted(*ix))
            .collect()
    };
    let of_class = |class: Class| all(&|ix| model.node(ix).class == class);
    if let Some(rest) = word.strip_prefix("tier") {
        let (most, least) = if let Some(tier) = rest.strip_prefix("<=") {
            (tier, "0")
        } else if let Some(tier) = rest.strip_prefix('=') {
            (tier, tier)
        } else {
            ("", "")
        };
        if let (Ok(least), Ok(most)) = (least.parse::<u8>(), most.parse::<u8>()) {
            let found = all(&|ix| {
                let tier = model.node(ix).tier;
                tier.is_some_and(|tier| (least..=most).contains(&tier))
            });
            if found.is_empty() {
                return Err(Error::usage_with_help(
                    format!("no node declares a tier of `{word}`"),
                    "tiers are declared in the manifest: `tier: 1`",
                ));
            }
            return Ok(found);
        }
        if rest.starts_with(['<', '=', '>']) {
            return Err(Error::usage_with_help(
                format!("`{word}` is no set of tiers"),
                "write `tier<=1` or `tier=1`",
            ));
        }
    }
    match word {
        "all" => Ok(all(&|_| true)),
        "critical" => {
            let critical = Criticality::new(model);
            Ok(all(&|ix| critical.of(ix).is_some()))
        }
        "journeys" => Ok(of_class(Class::Journey)),
        "services" => Ok(of_class(Class::Service)),
        "stores" => Ok(of_class(Class::Store)),
        _ => match nodes::node(model, word) {
            Ok(node) => Ok(vec![node]),
            Err(error) => Err(match nearest(word, SETS.into_iter()) {
                Some(near) => Error::usage_with_help(
                    format!("there is no node `{word}`"),
                    format!("did you mean `{near}`?"),
                ),
                None => error,
            }),
        },
    }
}

fn faults_of(model: &Model, word: &str) -> Result<Vec<NodeIx>, Error> {
    let all = |wanted: &dyn Fn(&str, FaultClass) -> bool| -> Vec<NodeIx> {
        let each = model.iter().filter(|(_, node)| {
            FaultClass::of(node.class).is_some_and(|class| wanted(node.id.kind(), class))
        });
        each.map(|(ix, _)| ix).collect()
    };
    let of_kind = all(&|kind, _| kind == word);
    if !of_kind.is_empty() {
        return Ok(of_kind);
    }
    if word == "any" {
        return Ok(all(&|_, class| DEFAULT_CLASSES.contains(&class)));
    }
    if let Some(class) = FaultClass::ALL.into_iter().find(|one| one.as_str() == word) {
        return Ok(all(&|_, of| of == class));
    }
    if word.contains(':') || model.lookup(word).is_ok() {
        return Ok(vec![nodes::fault_of(model, word, None)?.node]);
    }
    nodes::check_kinds(model, &[word.to_owned()])?;
    Ok(Vec::new())
}
