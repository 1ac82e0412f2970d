//! Where the replicas of a service run.
//!
//! `docker compose` runs on one engine: every service of a project stands on one host, however
//! many replicas it has, and nothing makes a lost one anew elsewhere. A project that uses what
//! only Swarm acts upon runs on a Swarm: where is unknown but for its constraints, and Swarm
//! replaces what is lost.

use super::references::{known, place};
use super::scope::Notes;
use super::service::Service;
use crate::ingest::fact::{
    Apart, Attributes, Expr, Origin, Otherwise, Ref, ReplicasFact, Reschedule, Spread,
};
use crate::message;
use crate::source::Span;
use crate::words::Message;
use crate::words::{Evidence, Id};

/// How long until a lost task runs elsewhere: DESIGN's default for every scheduler.
const RESCHEDULE_S: u64 = 360;

/// The Swarm, as long as nothing names it.
const SWARM: &str = "swarm";

/// What a project runs on.
#[derive(Clone, Debug)]
pub(super) enum Platform {
    /// One engine, on this host.
    Engine(Id),
    Swarm,
}

/// The replicas of a service.
pub(super) fn replicas(
    id: &Id,
    service: &Service,
    platform: &Platform,
    notes: &Notes,
) -> ReplicasFact {
    let span = place(service);
    let deploy = &service.deploy;
    let mode = deploy.mode.as_ref().map_or("", |mode| mode.value.as_str());
    let is_global = mode.starts_with("global");
    let stated = deploy.scale.or(deploy.replicas).filter(|_| !is_global);
    let (count, count_span) = stated.unwrap_or((1, span));
    let note = |span: Span, why: Message| {
        notes.borrow_mut().insert((span, why));
    };
    if count == 0 {
        let why = message!("`{id}` is scaled to no replicas: it does not serve", id);
        note(count_span, why);
    }
    let mut fact = ReplicasFact {
        of: known(id, span),
        count,
        weight: 1,
        on: Vec::new(),
        standby: None,
        replication: None,
        requires: Vec::new(),
        spread: Spread::default(),
        reschedule: None,
        attributes: Attributes::default(),
        origin: Origin::at(Evidence::Declared, count_span),
    };
    if let Platform::Engine(host) = platform {
        fact.on = vec![Expr::One(domain(host.clone(), span))];
        fact.origin.evidence = Evidence::Inferred;
        return fact;
    }
    if let Some(mode) = deploy.mode.as_ref().filter(|_| is_global) {
        let why = message!(
            "`{id}` runs on every node of the Swarm: how many those are is not in the files, one counts",
            id
        );
        note(mode.span, why);
    }
    let mut is_bound = false;
    for constraint in &deploy.constraints {
        match constrained(&constraint.value) {
            Constraint::On(id) => {
                is_bound |= id.kind() == "host";
                fact.on.push(Expr::One(domain(id, constraint.span)));
            }
            Constraint::Anywhere => {}
            Constraint::Unread => {
                let why =
                    message!("this placement constraint names no host or zone: it is not read");
                note(constraint.span, why);
            }
        }
    }
    fact.spread.hosts = deploy
        .max_per_node
        .filter(|(most, _)| *most > 0)
        .map(|(most, span)| Apart { most, span });
    let cluster = domain(Id::new("cluster", SWARM), span);
    if !is_bound && !is_global && !mode.ends_with("-job") && count > 0 {
        let on = if fact.on.is_empty() {
            vec![Expr::One(cluster.clone())]
        } else {
            fact.on.clone()
        };
        fact.reschedule = Some(Reschedule {
            weight: None,
            on,
            takes_s: RESCHEDULE_S,
            requires: Vec::new(),
            origin: Origin::at(Evidence::Assumed, span),
        });
    }
    fact.spread.cluster = Some(cluster);
    fact
}

/// What a placement constraint says.
enum Constraint {
    On(Id),
    /// Nothing about a place (`node.role == worker`).
    Anywhere,
    Unread,
}

fn constrained(text: &str) -> Constraint {
    let Some((key, value)) = text.split_once("==") else {
        return Constraint::Unread;
    };
    let (key, value) = (key.trim(), value.trim());
    if value.is_empty() {
        return Constraint::Unread;
    }
    let label = key
        .strip_prefix("node.labels.")
        .or_else(|| key.strip_prefix("engine.labels."));
    let last = label.map(|label| label.rsplit(['.', '/', '-', '_']).next().unwrap_or(label));
    match (key, last.map(str::to_ascii_lowercase).as_deref()) {
        ("node.hostname", _) => Constraint::On(Id::new("host", value)),
        (_, Some("zone" | "az")) => Constraint::On(Id::new("zone", value)),
        (_, Some(kind @ ("region" | "rack" | "site"))) => Constraint::On(Id::new(kind, value)),
        (_, Some("datacenter" | "dc")) => Constraint::On(Id::new("site", value)),
        ("node.role" | "node.platform.os" | "node.platform.arch", _) => Constraint::Anywhere,
        _ => Constraint::Unread,
    }
}

/// A domain that the files name.
fn domain(id: Id, span: Span) -> Ref {
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise: Otherwise::Domain(id),
    }
}
