//! Words → nodes: what a name on the command line means, and what to say when it means nothing.

use camino::Utf8Path;

use crate::analysis::blast::Fault;
use crate::error::Error;
use crate::graph::FaultClass;
use crate::model::{Model, NodeIx};
use crate::output::text::listed;
use crate::source::mask;
use crate::words::{Class, nearest, parse_duration};

/// Candidates named for an ambiguous word.
const MOST_CANDIDATES: usize = 5;

/// The node that `word` means.
///
/// # Errors
/// No node, or several, are called so; the help says what was probably meant.
pub fn node(model: &Model, word: &str) -> Result<NodeIx, Error> {
    let lookup = match model.lookup(word) {
        Ok(ix) => return Ok(ix),
        Err(lookup) => lookup,
    };
    if !lookup.candidates.is_empty() {
        let mut ids: Vec<String> = lookup
            .candidates
            .iter()
            .take(MOST_CANDIDATES)
            .map(|ix| format!("`{}`", model.node(*ix).id))
            .collect();
        if lookup.candidates.len() > MOST_CANDIDATES {
            ids.push("others".to_owned());
        }
        return Err(Error::usage_with_help(
            format!("`{word}` is the name of several nodes"),
            format!("write the whole identifier: {}", listed(&ids, "or")),
        ));
    }
    // What is echoed is as likely as anything to end in a log.
    let word = &*mask::value(word);
    let message = format!("there is no node `{word}`");
    if is_path(word) {
        let message = format!("`{word}` is a path where a node is expected");
        return Err(Error::usage_with_help(
            message,
            format!("did you mean `-i {word}`?"),
        ));
    }
    let help = match lookup.nearest {
        Some(ix) => format!("did you mean `{}`?", model.node(ix).id),
        None => "nodes are called `kind:name`; `spof graph` lists them all".to_owned(),
    };
    Err(Error::usage_with_help(message, help))
}

/// All of `words`, sorted, each once.
///
/// # Errors
/// As [`node`].
pub fn nodes(model: &Model, words: &[String]) -> Result<Vec<NodeIx>, Error> {
    let mut found = words
        .iter()
        .map(|word| node(model, word))
        .collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The fault that `word` means: `NODE`, or `NODE=REPAIR` with the time to its repair.
///
/// # Errors
/// As [`node`]; what can't fail by itself; a repair that is no duration.
pub fn fault(model: &Model, word: &str) -> Result<Fault, Error> {
    // Names may hold `=` themselves, so the whole word is tried first.
    let (node, repaired_s) = match (model.lookup(word), word.rsplit_once('=')) {
        (Err(_), Some((name, repair))) => {
            let seconds = parse_duration(repair).map_err(|wrong| {
                Error::usage_with_help(
                    format!("the repair of `{name}`: {wrong}"),
                    "write NODE=REPAIR, as in `site:pangyo=4h`",
                )
            })?;
            (self::node(model, name)?, Some(seconds))
        }
        _ => (self::node(model, word)?, None),
    };
    may_fail(model, Fault { node, repaired_s })
}

/// The fault of the node that `word` means.
///
/// # Errors
/// As [`node`]; what can't fail by itself.
pub fn fault_of(model: &Model, word: &str, repaired_s: Option<u64>) -> Result<Fault, Error> {
    let node = node(model, word)?;
    may_fail(model, Fault { node, repaired_s })
}

fn may_fail(model: &Model, fault: Fault) -> Result<Fault, Error> {
    let described = model.node(fault.node);
    if FaultClass::of(described.class).is_some() {
        return Ok(fault);
    }
    let id = &described.id;
    Err(match described.class {
        Class::Journey => Error::usage_with_help(
            format!("`{id}` can't fail by itself: a journey is what an outage is measured on"),
            format!("name what it needs, or ask `spof list {id}` what takes it down"),
        ),
        _ => Error::usage_with_help(
            format!("`{id}` can't fail by itself: a group only stands for its members"),
            "name one of its members",
        ),
    })
}

/// All of `words`, sorted; of one node named twice, the first word counts.
///
/// # Errors
/// As [`fault`].
pub fn faults(model: &Model, words: &[String]) -> Result<Vec<Fault>, Error> {
    let found = words.iter().map(|word| fault(model, word));
    Ok(each_once(found.collect::<Result<Vec<_>, _>>()?))
}

/// Sorted; of one node named twice, the first fault counts.
#[must_use]
pub fn each_once(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.node);
    faults.dedup_by_key(|fault| fault.node);
    faults
}

/// Checks that every word is a kind of failure domain or other node of the estate.
///
/// # Errors
/// A kind that no node has, with the one probably meant.
pub fn check_kinds(model: &Model, kinds: &[String]) -> Result<(), Error> {
    let mut known: Vec<&str> = model.nodes.iter().map(|node| node.id.kind()).collect();
    known.sort_unstable();
    known.dedup();
    for kind in kinds {
        if known.binary_search(&kind.as_str()).is_err() {
            let help = match nearest(kind, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the kinds here are {}", known.join(", ")),
            };
            let message = format!("no node is of kind `{kind}`");
            return Err(Error::usage_with_help(message, help));
        }
    }
    Ok(())
}

/// Whether a word that names no node is a path: something of that name is there, or it is written
/// as paths to manifests are.
fn is_path(word: &str) -> bool {
    let extension = Utf8Path::new(word).extension();
    let is_data = matches!(extension, Some("yaml" | "yml" | "json" | "toml"));
    let begins = ["/", "./", "../", "~/"]
        .iter()
        .any(|start| word.starts_with(start));
    begins || is_data || word == "." || word == ".." || Utf8Path::new(word).exists()
}
