//! Argo CD and Flux: objects that say where manifests are; nothing of them runs.

use super::object::Object;
use super::reader::Reader;
use crate::message;
use crate::source::View;
use crate::words::{Arg, Message};

/// Longest text quoted from a manifest.
const LONGEST: usize = 120;

/// What coverage says of such an object; `None` for kinds that lead nowhere.
pub(super) fn why(object: &Object<'_>, reader: &Reader) -> Option<Message> {
    let spec = reader.get(object.view, "spec");
    let text = |keys: &[&str]| spec.and_then(|spec| reader.text(spec, keys));
    let tool = if object.group() == "argoproj.io" {
        "Argo CD"
    } else {
        "Flux"
    };
    let place = match object.kind {
        "Application" => spec.map(|spec| sources(spec, reader)).unwrap_or_default(),
        "ApplicationSet" => {
            let spec = spec.and_then(|spec| reader.path(spec, &["template", "spec"]));
            spec.map(|spec| sources(spec, reader)).unwrap_or_default()
        }
        "Kustomization" => {
            let path = text(&["path"]).unwrap_or("./");
            let from = text(&["sourceRef", "name"]).unwrap_or("its source");
            vec![format!("{} of {}", plain(path), plain(from))]
        }
        "HelmRelease" => {
            let chart = text(&["chart", "spec", "chart"]).or(text(&["chartRef", "name"]));
            let from = text(&["chart", "spec", "sourceRef", "name"]);
            let chart = format!("chart {}", plain(chart.unwrap_or("?")));
            vec![from.map_or(chart.clone(), |from| format!("{chart} of {}", plain(from)))]
        }
        "GitRepository" | "OCIRepository" | "HelmRepository" => {
            text(&["url"]).map(plain).into_iter().collect()
        }
        "Bucket" => text(&["endpoint"]).map(plain).into_iter().collect(),
        _ => return None,
    };
    let place = if place.is_empty() {
        Arg::Message(message!("other manifests"))
    } else {
        Arg::Plain(place.join(", "))
    };
    Some(message!(
        "{tool} {kind} `{name}` points to {place}: render that and give the result",
        tool,
        kind = object.kind,
        name = plain(object.name.unwrap_or("?")),
        place
    ))
}

/// The sources of an Argo CD application.
fn sources(spec: View<'_>, reader: &Reader) -> Vec<String> {
    let mut all = reader.items(spec, &["sources"]);
    all.extend(reader.get(spec, "source"));
    let told = all.into_iter().take(8).map(|source| {
        let url = reader.text(source, &["repoURL"]).unwrap_or("?");
        let chart = reader.text(source, &["chart"]);
        let inner = chart.or_else(|| reader.text(source, &["path"]));
        match inner {
            Some(inner) => format!("{} of {}", plain(inner), plain(url)),
            None => plain(url),
        }
    });
    told.collect()
}

/// A place without what stands for a user and password, cut where it is long.
pub(super) fn plain(text: &str) -> String {
    let open = match text.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit('@').next().unwrap_or(host);
            let path = path.split(['?', '#']).next().unwrap_or(path);
            format!("{scheme}://{host}/{path}")
        }
        None => text.to_owned(),
    };
    open.trim_end_matches('/').chars().take(LONGEST).collect()
}
