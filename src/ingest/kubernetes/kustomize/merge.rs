//! Strategic merge patches: mappings merge key by key, `null` deletes, and the lists that the
//! Kubernetes API keys (containers, variables, volumes, …) merge item by item.
//!
//! Kubernetes, "Strategic Merge Patch" (contributor guide, sig-api-machinery); the keys are those
//! of the API's `patchMergeKey`. Lists of other kinds are replaced, as in RFC 7386.

use super::super::reader::Reader;
use crate::source::piece::{Content, Piece};

/// What a patch makes of the object it is laid over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Kept,
    /// `$patch: delete` at the top.
    Deleted,
}

/// How a list merges: its name, and what its items are known by.
const KEYS: [(&str, &[&str]); 13] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("ports", &["containerPort", "port"]),
    ("hostAliases", &["ip"]),
    ("imagePullSecrets", &["name"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("secrets", &["name"]),
    ("resourceClaims", &["name"]),
];

/// Lays `patch` over `object`. `keyed`: the object is of a kind whose lists have keys.
/// O(patch · longest list or mapping), within the reader's budget.
pub(super) fn merge(object: &mut Piece, patch: Piece, keyed: bool, reader: &Reader) -> Outcome {
    match directive(&patch) {
        Some("delete") => return Outcome::Deleted,
        Some("replace") => {
            *object = bare(patch);
            return Outcome::Kept;
        }
        _ => {}
    }
    let Content::Mapping(pairs) = patch.content else {
        *object = patch;
        return Outcome::Kept;
    };
    if !matches!(object.content, Content::Mapping(_)) {
        object.content = Content::Mapping(Vec::new());
        object.span = patch.span;
    }
    for (key, value) in pairs {
        if !reader.spend(object.size() / 8) {
            return Outcome::Kept;
        }
        let Some(name) = key.as_str() else { continue };
        // What an order or a list of primitives is to look like changes nothing that is read.
        if name.starts_with('$') {
            continue;
        }
        if value.is_null() || matches!(directive(&value), Some("delete")) {
            object.remove(name);
            continue;
        }
        let known = KEYS.iter().find(|(list, _)| keyed && *list == name);
        match object.get_mut(name) {
            Some(own) => match (&value.content, known) {
                (Content::Sequence(_), Some((_, keys))) => merge_list(own, value, keys, reader),
                (Content::Mapping(_), _) => {
                    merge(own, value, keyed, reader);
                }
                _ => *own = value,
            },
            None => object.set(name, bare(value)),
        }
    }
    Outcome::Kept
}

fn merge_list(own: &mut Piece, patch: Piece, keys: &[&str], reader: &Reader) {
    let Content::Sequence(items) = patch.content else {
        return;
    };
    let replaces = items.iter().any(|item| {
        directive(item) == Some("replace") && !keys.iter().any(|key| item.get(key).is_some())
    });
    if replaces || !matches!(own.content, Content::Sequence(_)) {
        let kept = items.into_iter().filter(|item| directive(item).is_none());
        own.content = Content::Sequence(kept.map(bare).collect());
        own.span = patch.span;
        return;
    }
    let Content::Sequence(list) = &mut own.content else {
        return;
    };
    let mut fresh = Vec::new();
    for item in items {
        if !reader.spend(list.len()) {
            return;
        }
        let key = keys
            .iter()
            .find_map(|key| Some((*key, item.get(key)?.as_str()?.to_owned())));
        let found = key.and_then(|(key, text)| {
            let same = |known: &Piece| known.get(key).and_then(Piece::as_str) == Some(&text);
            list.iter().position(same)
        });
        match (found, directive(&item)) {
            (Some(at), Some("delete")) => {
                list.remove(at);
            }
            (None, Some("delete")) => {}
            (Some(at), _) => {
                if let Some(known) = list.get_mut(at) {
                    merge(known, item, true, reader);
                }
            }
            (None, _) => fresh.push(bare(item)),
        }
    }
    // As kustomize has it: later patches may name items by their number.
    list.splice(0..0, fresh);
}

fn directive(piece: &Piece) -> Option<&str> {
    piece.get("$patch").and_then(Piece::as_str)
}

/// Without directives and without keys that are to be deleted.
fn bare(mut piece: Piece) -> Piece {
    match &mut piece.content {
        Content::Scalar { .. } => {}
        Content::Sequence(items) => {
            let old = std::mem::take(items);
            *items = old
                .into_iter()
                .filter(|item| directive(item) != Some("delete"))
                .map(bare)
                .collect();
        }
        Content::Mapping(pairs) => {
            let old = std::mem::take(pairs);
            *pairs = old
                .into_iter()
                .filter(|(key, value)| {
                    !value.is_null() && !key.as_str().is_some_and(|name| name.starts_with('$'))
                })
                .map(|(key, value)| (key, bare(value)))
                .collect();
        }
    }
    piece
}
