//! Facts: what adapters say, in words that belong to no format. The model merges them.
//!
//! A fact never speaks of indices or of other sources; names in it are references ([`Ref`]) that
//! the model resolves when all sources are known.

use crate::message;
use crate::source::{Location, Problem, Span};
use crate::words::{Class, Evidence, Id, Message, Mode, Replication, Role};

/// Where a fact stands: in a file of this run, or recorded by an earlier one (a saved graph).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Here(Span),
    Recorded(Box<Location>),
}

/// How a fact is known, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub evidence: Evidence,
    pub source: Source,
}

impl Origin {
    /// A fact at `span`, known as `evidence` says.
    #[must_use]
    pub fn at(evidence: Evidence, span: Span) -> Self {
        Self {
            evidence,
            source: Source::Here(span),
        }
    }
}

/// A name as a source wrote it, and what to make of it when nothing has that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    /// `kind:name`, a bare name, or an alias (a DNS name, an address).
    pub text: String,
    pub span: Span,
    pub otherwise: Otherwise,
}

/// What a reference becomes when no node, bare name or alias matches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// A serving node of kind `unknown`, class `external`, evidence `assumed`, and a finding.
    Unknown,
    /// An outside party that nobody describes, such as `external:api.example.com`: inferred, no
    /// finding.
    External(Id),
    /// A failure domain that the reference itself brings into being, such as `zone:eu-west-1a`.
    Domain(Id),
    /// The node that this very source states: a bare name in a manifest's list of services is
    /// `service:NAME` unless another source already has something of that name.
    Stated(Id),
}

/// What is needed: one node, or enough of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    One(Ref),
    /// Any one replica of this service or store, whether or not it serves; the node itself where
    /// nothing states replicas of it.
    Replicas(Ref),
    /// At least `need` weight of `members`; `need: None` means all of them.
    Some {
        need: Option<u64>,
        members: Vec<MemberFact>,
        span: Span,
    },
}

impl Expr {
    /// One of `targets`, of which there must be at least one.
    #[must_use]
    pub fn any_of(mut targets: Vec<Ref>, span: Span) -> Self {
        if targets.len() == 1
            && let Some(only) = targets.pop()
        {
            return Self::One(only);
        }
        let members = targets.into_iter().map(|target| MemberFact {
            expr: Self::One(target),
            weight: 1,
            standby: None,
        });
        Self::Some {
            need: Some(1),
            members: members.collect(),
            span,
        }
    }
}

/// A member of [`Expr::Some`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberFact {
    pub expr: Expr,
    pub weight: u64,
    /// `None`: active. `Some(ways)`: counts only once promoted by one of the ways.
    pub standby: Option<Vec<WayFact>>,
}

/// A way of promoting a standby.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayFact {
    pub takes_s: u64,
    pub requires: Vec<Expr>,
    /// Date of the last drill, `YYYY-MM-DD`.
    pub drilled: Option<String>,
    pub origin: Origin,
}

/// What is known of a node besides its requirements. `None`: this source does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes {
    pub title: Option<String>,
    pub tier: Option<u8>,
    pub owner: Option<String>,
    pub users: Option<u64>,
    pub revenue_per_h: Option<u64>,
    /// Weight that full service takes.
    pub demand: Option<u64>,
    /// Weight without which the node does not serve.
    pub need: Option<NeedFact>,
    pub rto_s: Option<u64>,
    pub rpo_s: Option<u64>,
    /// Time from "may start" to "runs"; holds for the node and each of its replicas.
    pub start_s: Option<u64>,
    pub fails_per_y: Option<f64>,
    pub repair_s: Option<u64>,
    pub cost: Option<u64>,
    pub role: Option<Role>,
    /// Date of the last comparison with what is really there, `YYYY-MM-DD`.
    pub verified: Option<String>,
    /// Only where it is drawn; no requirement follows.
    pub within: Option<Ref>,
}

/// How much of its replicas' weight a service needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedFact {
    Weight(u64),
    /// Of `demand`, rounded up.
    Percent(u64),
}

/// There is such a node, or (class `None`) what follows refines one that another source states.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeFact {
    /// What it refines may be named by alias or bare name; what it states is an id.
    pub name: Ref,
    pub class: Option<Class>,
    pub attributes: Attributes,
    pub origin: Origin,
}

/// How the mode of a requirement is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeRule {
    Fixed(Mode),
    /// `placement`, or `hard` when the members are of kind network, provider, account or config.
    ByMember,
}

/// One node needs something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementFact {
    pub of: Ref,
    pub mode: ModeRule,
    pub expr: Expr,
    /// Fewer than this is degraded: a `soft` requirement over the same members.
    pub want: Option<u64>,
    /// Met by all members at once, or by fewer after this.
    pub reroute: Option<WayFact>,
    pub origin: Origin,
}

/// Some replicas of a service or store that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicasFact {
    pub of: Ref,
    pub count: u64,
    /// Weight of each.
    pub weight: u64,
    /// What each stands on. Empty: placement unknown.
    pub on: Vec<Expr>,
    /// `None`: active. `Some(ways)`: standbys.
    pub standby: Option<Vec<WayFact>>,
    pub replication: Option<Replication>,
    /// What each needs besides what its service needs.
    pub requires: Vec<Expr>,
    /// What is known of how unplaced replicas are spread.
    pub spread: Spread,
    /// The controller that replaces lost ones.
    pub reschedule: Option<Reschedule>,
    /// What is known of each of them (`fails_per_y`, `repair_s`, `cost`).
    pub attributes: Attributes,
    pub origin: Origin,
}

/// How a scheduler must spread replicas whose placement is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many may share a host (required anti-affinity or `DoNotSchedule` spread by host name).
    pub hosts: Option<Apart>,
    /// The same of zones.
    pub zones: Option<Apart>,
    /// They must run where replicas of another service or store, or of their own, run.
    pub together: Option<Together>,
    /// The only zones they may run in, if stated (node selector or affinity). One zone is a
    /// placement; several with `zones` are taken in turn; several without are a choice that the
    /// scheduler makes, hence unknown.
    pub allowed_zones: Vec<Ref>,
    /// What the unnamed hosts and zones belong to (`cluster:prod`), if anything.
    pub cluster: Option<Ref>,
    /// The region they must run in, if stated: a placement, but not of which host or zone in it.
    pub region: Option<Ref>,
}

/// How far replicas of unknown places must be apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apart {
    /// Most that may share a place as long as another one has none; 1: no two.
    pub most: u64,
    pub span: Span,
}

impl Apart {
    /// No two share a place.
    #[must_use]
    pub fn each(span: Span) -> Self {
        Self { most: 1, span }
    }
}

/// Replicas share places with those of any of `peers`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    pub peers: Vec<Ref>,
    pub level: Level,
    pub span: Span,
}

impl Together {
    /// True if the replicas of `of` are among those they must be with: then all share one place.
    #[must_use]
    pub fn is_own(&self, of: &Ref) -> bool {
        self.peers.iter().any(|peer| peer.text == of.text)
    }
}

/// What sort of place is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Host,
    Zone,
}

/// Lost replicas are made anew elsewhere: one standby with the weight of all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reschedule {
    /// What the new ones stand on: the cluster, or the zone of their volume.
    pub on: Vec<Expr>,
    pub takes_s: u64,
    pub requires: Vec<Expr>,
    /// Weight of the new ones. `None`: as much as the replicas of the entry have together.
    pub weight: Option<u64>,
    pub origin: Origin,
}

/// Another name of a node: a DNS name, an address, what another source calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasFact {
    pub name: String,
    pub target: Ref,
    pub origin: Origin,
}

/// The native manifest's last word on what `of` needs of `on`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideFact {
    pub of: Ref,
    pub on: Ref,
    /// `None`: there is no such requirement.
    pub mode: Option<Mode>,
    pub reason: Option<String>,
    pub span: Span,
}

/// A node of a saved graph, as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedNode {
    pub id: Id,
    pub class: Class,
    pub attributes: Attributes,
    pub replication: Option<Replication>,
    /// What a replica is a copy of, or whose requirement a group expands.
    pub part_of: Option<Id>,
    pub evidence: Evidence,
    pub sources: Vec<Location>,
    pub span: Span,
}

/// A requirement of a saved graph, as it was; ids are resolved by the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedRequirement {
    pub id: String,
    pub of: Id,
    pub mode: Mode,
    pub need: u64,
    pub members: Vec<SavedMember>,
    pub evidence: Evidence,
    pub observed: bool,
    pub sources: Vec<Location>,
    pub span: Span,
}

/// A member of a saved requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedMember {
    pub id: Id,
    pub weight: u64,
    pub standby: Option<Vec<SavedWay>>,
}

/// A way of promotion in a saved graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedWay {
    pub takes_s: u64,
    pub requires: Vec<Id>,
    pub drilled: Option<String>,
    pub evidence: Evidence,
    pub sources: Vec<Location>,
}

/// A fault tree: gates over basic events. Gates come after those they refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultTree {
    pub name: String,
    pub gates: Vec<TreeGate>,
    /// Names of the basic events.
    pub events: Vec<String>,
    pub span: Span,
}

/// A gate of a fault tree; without a name where it stands inside of another's formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeGate {
    pub name: Option<String>,
    pub operator: TreeOperator,
    pub arguments: Vec<TreeArgument>,
}

/// What a gate is true of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeOperator {
    And,
    Or,
    /// At least so many.
    AtLeast(u64),
    Not,
    /// Exactly one of two.
    Xor,
}

/// An argument of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeArgument {
    /// By position in [`FaultTree::gates`].
    Gate(usize),
    /// By position in [`FaultTree::events`].
    Event(usize),
    /// A house event that is set, or a constant.
    Constant(bool),
}

/// All that one adapter says, in the order of its documents.
#[derive(Debug, Default)]
pub struct Facts {
    pub nodes: Vec<NodeFact>,
    pub requirements: Vec<RequirementFact>,
    pub replicas: Vec<ReplicasFact>,
    pub aliases: Vec<AliasFact>,
    /// What things themselves are called beside their id, such as the address of a host: another
    /// source that knows the name may mean the same thing. No reference is resolved by it.
    pub identities: Vec<AliasFact>,
    pub overrides: Vec<OverrideFact>,
    pub saved_nodes: Vec<SavedNode>,
    pub saved_requirements: Vec<SavedRequirement>,
    /// Fault trees are asked for themselves; nothing of them enters the model.
    pub fault_trees: Vec<FaultTree>,
    pub problems: Vec<Problem>,
    /// Documents, or parts of them, that the adapter claimed but could not use, and why.
    pub unread: Vec<(Span, Message)>,
    /// How much traffic was looked at.
    pub traffic: Traffic,
}

/// How much traffic was looked at: what was not seen in it may yet be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Spans of traces.
    pub spans: u64,
    /// Calls that somebody else counted: dependency links, metrics.
    pub calls: u64,
}

impl Traffic {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            spans: self.spans.saturating_add(other.spans),
            calls: self.calls.saturating_add(other.calls),
        }
    }

    /// `120 spans`, `4000 counted calls`, both, or nothing.
    #[must_use]
    pub fn words(self) -> Option<Message> {
        let spans = message!("{n} span|{n} spans", n = self.spans);
        let calls = message!("{n} counted call|{n} counted calls", n = self.calls);
        match (self.spans, self.calls) {
            (0, 0) => None,
            (_, 0) => Some(spans),
            (0, _) => Some(calls),
            _ => Some(message!("{spans} and {calls}", spans, calls)),
        }
    }
}

impl Facts {
    /// Adds what `others` say, in their order. O(facts).
    pub fn extend(&mut self, others: Vec<Self>) {
        macro_rules! take {
            ($($field:ident),+ $(,)?) => {$(
                self.$field.reserve(others.iter().map(|other| other.$field.len()).sum());
            )+
            for other in others {
                $(self.$field.extend(other.$field);)+
            }};
        }
        take!(
            nodes,
            requirements,
            replicas,
            aliases,
            identities,
            overrides,
            saved_nodes,
            saved_requirements,
            fault_trees,
            problems,
            unread,
        );
    }
}
