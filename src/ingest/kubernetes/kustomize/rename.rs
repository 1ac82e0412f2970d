//! `namePrefix` and `nameSuffix`: objects get other names, and what refers to them follows, as
//! kustomize's name references have it. Addresses in variables are left alone there too.

use std::collections::BTreeSet;

use super::super::reader::Reader;
use super::build::{Item, is_namespaced};
use crate::source::piece::{Content, Piece};

/// Gives all objects of a build their new names.
pub(super) fn rename(items: &mut [Item<'_>], prefix: &str, suffix: &str, reader: &Reader) {
    let renamed: BTreeSet<(String, String)> = items
        .iter()
        .filter(|item| is_namespaced(item.kind) && !item.names.is_empty())
        .map(|item| (item.kind.to_owned(), item.name().to_owned()))
        .collect();
    let new = |kind: &str, old: &str| {
        renamed
            .contains(&(kind.to_owned(), old.to_owned()))
            .then(|| format!("{prefix}{old}{suffix}"))
    };
    for item in items {
        let own = new(item.kind, item.name());
        let Some(piece) = item.changed(reader) else {
            continue;
        };
        let (_, values) = piece.measure();
        if !reader.spend(values) {
            return;
        }
        if let (Some(own), Some(metadata)) = (&own, piece.get_mut("metadata"))
            && let Some(name) = metadata.get_mut("name")
        {
            *name = Piece::text(own, name.span);
        }
        follow(piece, "", &new);
        item.names.extend(own);
    }
}

/// Follows the references below `piece`, which stands at `key`.
fn follow(piece: &mut Piece, key: &str, new: &dyn Fn(&str, &str) -> Option<String>) {
    let point = |piece: &mut Piece, field: &str, kind: &str| {
        if let Some(name) = piece.get_mut(field)
            && let Some(text) = name.as_str().and_then(|old| new(kind, old))
        {
            *name = Piece::text(&text, name.span);
        }
    };
    match key {
        "configMapRef" | "configMapKeyRef" | "configMap" => point(piece, "name", "ConfigMap"),
        "service" => point(piece, "name", "Service"),
        "persistentVolumeClaim" => point(piece, "claimName", "PersistentVolumeClaim"),
        "scaleTargetRef" | "workloadRef" => {
            let kind = piece.get("kind").and_then(Piece::as_str).map(str::to_owned);
            point(piece, "name", &kind.unwrap_or_default());
        }
        "spec" | "backend" | "defaultBackend" => point(piece, "serviceName", "Service"),
        _ => {}
    }
    match &mut piece.content {
        Content::Scalar { .. } => {}
        Content::Sequence(items) => {
            for item in items {
                follow(item, "", new);
            }
        }
        Content::Mapping(pairs) => {
            for (name, value) in pairs {
                let key = name.as_str().unwrap_or_default().to_owned();
                follow(value, &key, new);
            }
        }
    }
}
