//! `configMapGenerator`: values and files as a `ConfigMap`. Its name gets no hash: what refers to
//! it says the plain one.

use super::super::reader::Reader;
use super::build::Item;
use crate::message;
use crate::source::piece::{Content, Piece};
use crate::source::{FileId, Span, View};
use crate::words::Message;

/// A `ConfigMap` to be made.
pub(super) struct Made<'d> {
    name: &'d str,
    namespace: Option<&'d str>,
    span: Span,
    data: Vec<(String, Piece)>,
}

/// Reads one generator; `text` gives the text of a file of the input by its path.
pub(super) fn config_map<'d>(
    view: View<'d>,
    text: &dyn Fn(&str) -> Option<String>,
    reader: &Reader,
) -> Result<Made<'d>, (Span, Message)> {
    let name = reader.get(view, "name");
    let Some((name, span)) = name.and_then(|name| Some((name.as_str()?, name.span()))) else {
        return Err((
            view.span(),
            message!("kustomize: this generator has no name"),
        ));
    };
    let mut data = Vec::new();
    for literal in reader.items(view, &["literals"]) {
        let pair = literal.as_str().and_then(|text| text.split_once('='));
        if let Some((key, value)) = pair {
            let value = value.trim_matches(['"', '\'']);
            data.push((key.to_owned(), Piece::text(value, literal.span())));
        }
    }
    let mut listed = reader.items(view, &["envs"]);
    listed.extend(reader.get(view, "env"));
    for (entry, is_env) in listed.into_iter().map(|entry| (entry, true)).chain(
        reader
            .items(view, &["files"])
            .into_iter()
            .map(|entry| (entry, false)),
    ) {
        let Some(stated) = entry.as_str() else {
            continue;
        };
        let (key, path) = match stated.split_once('=') {
            Some((key, path)) if !is_env => (key, path),
            _ => (stated.rsplit('/').next().unwrap_or(stated), stated),
        };
        let Some(content) = text(path) else {
            let why = message!(
                "kustomize: `{what}`, which ConfigMap `{what2}` is made of, is not among the inputs",
                what = super::super::pointers::plain(path),
                what2 = super::super::pointers::plain(name)
            );
            return Err((entry.span(), why));
        };
        if is_env {
            for line in content.lines().map(str::trim) {
                let pair = line.split_once('=').filter(|_| !line.starts_with('#'));
                if let Some((key, value)) = pair {
                    data.push((key.trim().to_owned(), Piece::text(value, entry.span())));
                }
            }
        } else {
            data.push((key.to_owned(), Piece::text(&content, entry.span())));
        }
    }
    Ok(Made {
        name,
        namespace: reader.text(view, &["namespace"]),
        span,
        data,
    })
}

/// Adds it to the objects, or to the one it is to be merged with.
pub(super) fn add<'d>(
    made: Made<'d>,
    view: View<'d>,
    file: FileId,
    items: &mut Vec<Item<'d>>,
    reader: &Reader,
) {
    let own = items
        .iter_mut()
        .find(|item| item.kind == "ConfigMap" && item.names.iter().any(|name| name == made.name));
    let behaviour = reader.text(view, &["behavior"]);
    if let Some(own) = own {
        let piece = own.changed(reader);
        if behaviour == Some("replace") {
            piece.and_then(|piece| piece.remove("data").then_some(()));
        }
        let data = own
            .changed(reader)
            .and_then(|piece| piece.mapping_at("data"));
        if let Some(Content::Mapping(pairs)) = data.map(|data| &mut data.content) {
            // Of keys that repeat, the last counts.
            pairs.extend(entries(made.data));
        }
        return;
    }
    let span = made.span;
    let mut metadata = Piece::mapping(vec![("name", Piece::text(made.name, span))], span);
    if let Some(namespace) = made.namespace {
        metadata.set("namespace", Piece::text(namespace, span));
    }
    let data = Piece {
        content: Content::Mapping(entries(made.data).collect()),
        span,
    };
    let pairs = vec![
        ("apiVersion", Piece::text("v1", span)),
        ("kind", Piece::text("ConfigMap", span)),
        ("metadata", metadata),
        ("data", data),
    ];
    items.push(Item {
        group: "",
        kind: "ConfigMap",
        names: vec![made.name.to_owned()],
        namespace: made.namespace.map(str::to_owned),
        object: None,
        piece: Some(Piece::mapping(pairs, span)),
        file,
    });
}

fn entries(data: Vec<(String, Piece)>) -> impl Iterator<Item = (Piece, Piece)> {
    data.into_iter()
        .map(|(key, value)| (Piece::text(&key, value.span), value))
}
