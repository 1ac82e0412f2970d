//! Wording that rules share.

use super::context::Context;
use crate::model::NodeIx;
use crate::words::Mode;

/// Names shown in one list; the rest is counted.
pub(super) const SHOWN: usize = 6;

/// `1 replica`, `3 replicas`.
pub(super) fn count(n: usize, singular: &str, plural: &str) -> String {
    format!("{n} {}", if n == 1 { singular } else { plural })
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b`, `c` and 4 more``.
pub(super) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len() - quoted.len();
    match (quoted.as_slice(), more) {
        ([], _) => "nothing".to_owned(),
        ([only], 0) => only.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}

/// The ids of `nodes` as a [`list`].
pub(super) fn ids(context: &Context<'_>, nodes: &[NodeIx]) -> String {
    let names: Vec<&str> = nodes.iter().map(|ix| context.id(*ix).as_str()).collect();
    list(&names)
}

/// Names in a list that is the point of a finding; the rest is counted.
const ALL: usize = 40;

/// The ids of `nodes`, all of them where that can be read.
pub(super) fn all(context: &Context<'_>, nodes: &[NodeIx]) -> String {
    let names: Vec<String> = nodes
        .iter()
        .take(ALL)
        .map(|ix| format!("`{}`", context.id(*ix)))
        .collect();
    let more = nodes.len() - names.len();
    if more == 0 {
        names.join(", ")
    } else {
        format!("{} and {more} more", names.join(", "))
    }
}

/// The ids of `nodes`, sorted, as the object of a finding.
pub(super) fn plain(context: &Context<'_>, nodes: &[NodeIx]) -> String {
    let mut names: Vec<&str> = nodes.iter().map(|ix| context.id(*ix).as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}

/// What a requirement of this mode does, for one or for several.
pub(super) fn verb(mode: Mode, several: bool) -> &'static str {
    match (mode, several) {
        (Mode::Placement, false) => "stands on",
        (Mode::Placement, true) => "stand on",
        (Mode::Hard, false) => "needs",
        (Mode::Hard, true) => "need",
        (Mode::Soft, false) => "uses",
        (Mode::Soft, true) => "use",
        (Mode::Start, false) => "needs to start",
        (Mode::Start, true) => "need to start",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_short_and_read_well() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b"]), "`a` and `b`");
        assert_eq!(
            list(&["a", "b", "c", "d", "e", "f"]),
            "`a`, `b`, `c`, `d`, `e` and `f`"
        );
        let many = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert_eq!(list(&many), "`a`, `b`, `c`, `d`, `e`, `f` and 2 more");
        assert_eq!(count(1, "copy", "copies"), "1 copy");
    }
}
