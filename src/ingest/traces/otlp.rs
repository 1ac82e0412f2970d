//! OTLP in JSON: `{resourceSpans: [{resource, scopeSpans: [{spans}]}]}`. Names of attributes are
//! those of OpenTelemetry's semantic conventions, old and new.

use std::collections::BTreeMap;

use super::spans::{Kind, NO_IDENTITY, Remote, Seen, Span, What, judge, usable};
use crate::ingest::budget::Budget;
use crate::ingest::endpoint::host::{self, HostKind};
use crate::source::View;

/// Most attributes looked at of one span: real ones have a few dozen.
const MOST: usize = 512;

/// Reads one message.
pub(super) fn read<'d>(root: View<'d>, budget: &Budget, seen: &mut Seen<'d>) {
    // With underscores, as the protocol's own fields are called.
    let all = root
        .get("resourceSpans")
        .or_else(|| root.get("resource_spans"))
        .or_else(|| root.get("batches"))
        .or_else(|| root.path(&["trace", "resourceSpans"]));
    for of in all.into_iter().flat_map(View::items) {
        if !budget.spend(of.size()) {
            return;
        }
        let resource = Attributes::of(of.path(&["resource", "attributes"]), budget);
        let service = resource.text("service.name").and_then(usable);
        // The second was its name before OTLP 0.9.
        let scopes = ["scopeSpans", "scope_spans", "instrumentationLibrarySpans"];
        let scopes = scopes.into_iter().filter_map(|key| of.get(key));
        for scope in scopes.flat_map(View::items) {
            for item in scope.get("spans").into_iter().flat_map(View::items) {
                if !budget.spend(item.size()) {
                    return;
                }
                span(item, service, budget, seen);
            }
        }
    }
}

fn span<'d>(view: View<'d>, service: Option<&'d str>, budget: &Budget, seen: &mut Seen<'d>) {
    let text = |key| view.get(key).and_then(View::as_str);
    let either = |one, other| text(one).or_else(|| text(other));
    let (trace, id) = (either("traceId", "trace_id"), either("spanId", "span_id"));
    let (Some(trace), Some(id)) = (trace, id) else {
        seen.skip(view.span(), NO_IDENTITY);
        return;
    };
    let kind = match text("kind") {
        Some("2" | "SPAN_KIND_SERVER") => Kind::Server,
        Some("3" | "SPAN_KIND_CLIENT") => Kind::Client,
        Some("4" | "SPAN_KIND_PRODUCER") => Kind::Producer,
        Some("5" | "SPAN_KIND_CONSUMER") => Kind::Consumer,
        Some("1" | "SPAN_KIND_INTERNAL") => Kind::Local,
        _ => Kind::Unstated,
    };
    let attributes = Attributes::of(view.get("attributes"), budget);
    let status = view.path(&["status", "code"]).and_then(View::as_str);
    seen.spans.push(Span {
        trace,
        id,
        parent: either("parentSpanId", "parent_span_id").filter(|id| !id.is_empty()),
        kind,
        service,
        remote: attributes.other_side(kind),
        operation: text("name").unwrap_or(""),
        failed: matches!(status, Some("2" | "STATUS_CODE_ERROR")),
        place: view.get("spanId").unwrap_or(view).span(),
    });
}

/// Attributes of a span or a resource, by key.
pub(super) struct Attributes<'d>(BTreeMap<&'d str, &'d str>);

impl<'d> Attributes<'d> {
    /// `[{key, value: {stringValue: TEXT}}]`.
    fn of(list: Option<View<'d>>, budget: &Budget) -> Self {
        let read = |item: View<'d>| {
            let value = item.get("value")?;
            let (_, value) = value.entries().into_iter().next()?;
            Some((item.get("key")?.as_str()?, value.as_str()?))
        };
        Self::collect(list, budget, read)
    }

    /// `[{key, value}]`, as Jaeger has them.
    pub(super) fn of_tags(list: Option<View<'d>>, budget: &Budget) -> Self {
        Self::collect(list, budget, |item| {
            Some((item.get("key")?.as_str()?, item.get("value")?.as_str()?))
        })
    }

    fn collect(
        list: Option<View<'d>>,
        budget: &Budget,
        read: impl Fn(View<'d>) -> Option<(&'d str, &'d str)>,
    ) -> Self {
        let items = list.into_iter().flat_map(View::items).take(MOST);
        Self(items.filter(|_| budget.spend(2)).filter_map(read).collect())
    }

    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.0.get(key).copied()
    }

    fn first(&self, keys: &[&str]) -> Option<&'d str> {
        keys.iter().find_map(|key| self.text(key).and_then(usable))
    }

    /// Who is on the other side, by what instrumentation notes of it.
    pub(super) fn other_side(&self, kind: Kind) -> Option<Remote> {
        let is_store = self.first(&["db.system", "db.system.name"]).is_some()
            || self.first(&["messaging.system"]).is_some();
        let what = |name: &str| if is_store { What::Store } else { judge(name) };
        if let Some(name) = self.first(&["peer.service", "service.peer.name"]) {
            let what = what(name);
            return Some(Remote {
                name: name.to_owned(),
                what,
            });
        }
        if !kind.is_asking() && kind != Kind::Consumer {
            return None;
        }
        let address = self.first(&[
            "server.address",
            "net.peer.name",
            "peer.hostname",
            "peer.address",
        ]);
        let address = address.and_then(|text| host::normalise(text.split(':').next()?));
        if let Some(name) = address {
            let what = match host::kind(&name) {
                HostKind::Own | HostKind::Metadata | HostKind::PrivateIp | HostKind::PublicIp => {
                    None
                }
                HostKind::Public if !is_store => Some(What::Outside),
                _ => Some(what(&name)),
            };
            if let Some(what) = what {
                return Some(Remote { name, what });
            }
        }
        // Without an address the kind of database is all the name there is.
        let system = self.first(&["db.system", "db.system.name", "messaging.system"])?;
        Some(Remote {
            name: system.to_owned(),
            what: What::Store,
        })
    }
}
