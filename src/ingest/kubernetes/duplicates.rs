//! One workload stated in several files: the same again, or with another specification?

use std::collections::{BTreeMap, BTreeSet};

use super::reader::Reader;
use crate::source::{Kind, View};

/// How deep specifications are compared (the deepest field of the API is at about 20).
const DEPTH: u32 = 48;

/// Fields without influence on what this adapter reads: copies that differ only here are alike.
/// Images differ between base and release of nearly every repository.
const WITHOUT_INFLUENCE: [&str; 14] = [
    "image",
    "imagePullPolicy",
    "imagePullSecrets",
    "resources",
    "securityContext",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "ports",
    "terminationGracePeriodSeconds",
    "revisionHistoryLimit",
    "progressDeadlineSeconds",
    "annotations",
    "creationTimestamp",
];

/// The path of the first field in which two specifications differ (`spec.replicas`), and the
/// value in the second, if it has one. Keys are compared in order of their names, whatever the
/// order in the files. O(nodes), within the reader's budget.
pub(super) fn difference<'d>(
    first: View<'d>,
    second: View<'d>,
    path: &str,
    reader: &Reader,
) -> Option<(String, Option<View<'d>>)> {
    compare(first, second, path, DEPTH, reader)
}

fn compare<'d>(
    first: View<'d>,
    second: View<'d>,
    path: &str,
    depth: u32,
    reader: &Reader,
) -> Option<(String, Option<View<'d>>)> {
    let here = || Some((path.to_owned(), Some(second)));
    // Too deep or too long to tell: no difference was seen.
    let depth = depth.checked_sub(1).filter(|_| reader.spend(1))?;
    if first.kind() != second.kind() {
        return here();
    }
    match first.kind() {
        Kind::Null => None,
        Kind::Scalar => {
            if first.as_str() == second.as_str() {
                None
            } else {
                here()
            }
        }
        Kind::Sequence => {
            if first.size() != second.size() {
                return here();
            }
            first
                .items()
                .zip(second.items())
                .enumerate()
                .find_map(|(at, (a, b))| compare(a, b, &format!("{path}[{at}]"), depth, reader))
        }
        Kind::Mapping => {
            let fields = |view| -> BTreeMap<&'d str, View<'d>> {
                let pairs = reader.pairs(view, &[]).into_iter();
                pairs
                    .filter(|(key, value)| !WITHOUT_INFLUENCE.contains(key) && !value.is_null())
                    .collect()
            };
            let (a, b) = (fields(first), fields(second));
            let keys: BTreeSet<_> = a.keys().chain(b.keys()).copied().collect();
            keys.into_iter().find_map(|key| {
                let path = format!("{path}.{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => compare(*a, *b, &path, depth, reader),
                    (_, other) => Some((path, other.copied())),
                }
            })
        }
    }
}
