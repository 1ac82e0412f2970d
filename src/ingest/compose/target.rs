//! What a host that a service names leads to: a node of its project, of another project, beyond
//! the input, or nothing that counts.

use super::neighbours::Elsewhere;
use super::references::{Around, known};
use super::service::Service;
use crate::ingest::endpoint::{Endpoint, Form, HostKind, Purpose, host, variable};
use crate::ingest::fact::{Otherwise, Ref};
use crate::source::Span;
use crate::words::{Evidence, Id, Mode};

/// Ports below this are versions and numbers rather than ports, when nothing else says so.
const LEAST_PORT: u16 = 20;

/// How an address was met.
#[derive(Clone, Copy)]
pub(super) struct Met<'n> {
    /// Variable or flag that holds it; "" if none.
    pub(super) name: &'n str,
    pub(super) purpose: Purpose,
    pub(super) mode: Mode,
    pub(super) span: Span,
    pub(super) evidence: Evidence,
    /// Only services of the project count.
    pub(super) peers_only: bool,
}

/// What one host leads to.
pub(super) enum Target {
    /// Nothing that counts.
    None,
    /// The service itself.
    Own,
    /// Any of these. Never empty.
    Refs(Vec<Ref>),
}

/// What the host of `endpoint`, as `service` (called `called`) names it, leads to.
pub(super) fn target(
    around: Around<'_>,
    (called, service): (&str, &Service),
    endpoint: &Endpoint,
    met: Met<'_>,
) -> Target {
    let mut name = endpoint.host.as_str();
    let is_bare = endpoint.form == Form::Bare;
    let expected = matches!(met.purpose, Purpose::Host | Purpose::Telemetry);
    if is_bare && !expected {
        return Target::None;
    }
    // Names that the service itself was given.
    if let Some(address) = service.extra_hosts.get(name) {
        return match host::normalise(address.value.trim()).filter(|a| a != "host-gateway") {
            Some(address) => beyond(&address, endpoint, met),
            None => Target::None,
        };
    }
    if let Some(link) = service.links.get(name) {
        name = &link.name;
    } else if service.external_links.contains_key(name) {
        return Target::None;
    }
    let lower = name.to_ascii_lowercase();
    if let Some(found) = around.own.names.lead(&lower) {
        if found.contains(called) {
            return Target::Own;
        }
        let ids = found.iter().filter_map(|name| around.own.ids.get(name));
        return Target::Refs(ids.map(|id| known(id, met.span)).collect());
    }
    let asleep = around.project.asleep.contains_key(&lower);
    let peers_only = asleep || met.peers_only;
    if peers_only || !around.budget.spend(around.all.len()) {
        return Target::None;
    }
    match around.own.elsewhere(&lower, around.all) {
        Elsewhere::Nodes(ids) => {
            let ids = ids.into_iter();
            Target::Refs(ids.map(|id| known(id, met.span)).collect())
        }
        // The bare name would lead there: this project's own name keeps it here.
        Elsewhere::OutOfReach => {
            let apart = format!("{}/{lower}", around.own.label);
            shaped(&lower, &apart, endpoint, met)
        }
        Elsewhere::Nobody => beyond(&lower, endpoint, met),
    }
}

/// A host that no project has: what its shape says.
fn beyond(name: &str, endpoint: &Endpoint, met: Met<'_>) -> Target {
    shaped(name, name, endpoint, met)
}

/// A host that the project does not have, by its shape; a reference to it says `text`.
fn shaped(name: &str, text: &str, endpoint: &Endpoint, met: Met<'_>) -> Target {
    let is_bare = endpoint.form == Form::Bare;
    let target = |otherwise: Otherwise| {
        Target::Refs(vec![Ref {
            text: text.to_owned(),
            span: met.span,
            otherwise,
        }])
    };
    let doubtful =
        endpoint.form == Form::Port && endpoint.port.is_some_and(|port| port < LEAST_PORT);
    match host::kind(name) {
        HostKind::Own | HostKind::Metadata => Target::None,
        HostKind::Cluster => target(Otherwise::Unknown),
        _ if doubtful => Target::None,
        HostKind::Label if is_bare && !says_host(met.name) => Target::None,
        HostKind::Public if is_bare && host::looks_like_file(name) => Target::None,
        HostKind::Public if variable::names_own_address(met.name) => Target::None,
        HostKind::Label | HostKind::Private | HostKind::PrivateIp => target(Otherwise::Unknown),
        HostKind::Public | HostKind::PublicIp => {
            target(Otherwise::External(Id::new("external", name)))
        }
    }
}

/// True if a variable's name leaves no doubt that a host stands there (`DB_HOST`).
fn says_host(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit(['_', '-', '.']).next().unwrap_or_default();
    last != lower && matches!(last, "host" | "hostname" | "addr" | "address")
}
