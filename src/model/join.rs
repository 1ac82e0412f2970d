//! One thing under several names: hosts by short name, full name and address, places by spelling,
//! services by their name without the namespace. What is certain is joined and told
//! ([`Join`]); what is not stays apart and is told too, where it concerns hosts.
//!
//! Certain means: each source on its own tells the things apart (no source states two of those to
//! be joined), no second candidate has the name, and what the sources say of their places does
//! not contradict. Joining is one more alias: the names of what is joined lead to what is kept.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::net::IpAddr;

use super::draft::{Draft, Rank};
use super::resolve::Names;
use crate::ingest::Told;
use crate::ingest::fact::{AliasFact, Expr, Facts, ModeRule, Otherwise, Ref, RequirementFact};
use crate::message;
use crate::source::{Problem, ProblemKind, Span};
use crate::words::{Class, Evidence, Id, Mode};

/// Kind of the nodes that are hosts.
pub(super) const HOST: &str = "host";
/// Kinds whose names are the same however they are spelled: `DC 1`, `dc-1`.
const SPELT: [&str; 8] = [
    "region", "site", "zone", "building", "provider", "cluster", "account", HOST,
];
/// Most hosts without a certain other name that are told one by one.
const TOLD: usize = 50;
/// Longest chain of places that is followed.
const HOPS: usize = 32;

/// Two names of one thing, and why they are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Join {
    /// The id that the node has.
    pub kept: Id,
    /// The id that it has elsewhere.
    pub other: Id,
    pub ground: Ground,
    /// Who calls it so, and where.
    pub kept_by: (&'static str, Span),
    pub other_by: (&'static str, Span),
}

/// Why two names are of one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// A native manifest says so.
    Alias,
    /// Another source gives it both names: a zone's name and its id.
    BothNames,
    /// They differ in case, spaces or punctuation.
    Spelling,
    /// One is the other's first label: `web1` and `web1.example.org`.
    ShortName,
    /// One is the other's last part: `cart` and `shop/cart`.
    Namespace,
    /// Both sources give this address.
    Address(String),
    /// Both sources give this label: what one bears, the other looks for.
    Label(String),
}

impl Ground {
    /// A word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Alias => "alias",
            Self::BothNames => "both-names",
            Self::Spelling => "spelling",
            Self::ShortName => "short-name",
            Self::Namespace => "namespace",
            Self::Address(_) => "address",
            Self::Label(_) => "label",
        }
    }
}

/// The failure domains that facts name, each with who names it first. Made while the facts can
/// still be changed, because that is how their references are walked. O(references).
#[derive(Debug, Default)]
pub(super) struct Mentions(BTreeMap<Id, (u64, Rank, Span)>);

impl Mentions {
    pub(super) fn of(told: &mut [Told]) -> Self {
        let mut all = Self::default();
        for (adapter, told) in (0..).zip(told) {
            let rank = Rank {
                authoritative: told.authoritative,
                adapter,
            };
            told.facts.each_reference(&mut |reference| {
                let Otherwise::Domain(id) = &reference.otherwise else {
                    return;
                };
                if let Some((by, ..)) = all.0.get_mut(id) {
                    *by |= mask(rank);
                } else if SPELT.contains(&id.kind()) {
                    all.0.insert(id.clone(), (mask(rank), rank, reference.span));
                }
            });
        }
        all
    }
}

fn mask(rank: Rank) -> u64 {
    1_u64.checked_shl(rank.adapter).unwrap_or(0)
}

/// A name that sources state or mention.
#[derive(Debug)]
struct Thing {
    id: Id,
    /// The sources that use the name, a bit each.
    by: u64,
    rank: Rank,
    span: Span,
    class: Option<Class>,
    has_replicas: bool,
    /// What it stands on, as far as plain facts say.
    on: Vec<usize>,
    parent: usize,
}

/// Names on the way to being joined.
#[derive(Debug, Default)]
struct Things {
    all: Vec<Thing>,
    at: BTreeMap<Id, usize>,
    /// What was joined with what, and why.
    edges: Vec<(usize, usize, Ground)>,
}

impl Things {
    fn add(&mut self, id: &Id, rank: Rank, span: Span) -> usize {
        if let Some(at) = self.at.get(id) {
            let at = *at;
            if let Some(thing) = self.all.get_mut(at) {
                thing.by |= mask(rank);
            }
            return at;
        }
        let at = self.all.len();
        self.at.insert(id.clone(), at);
        self.all.push(Thing {
            id: id.clone(),
            by: mask(rank),
            rank,
            span,
            class: None,
            has_replicas: false,
            on: Vec::new(),
            parent: at,
        });
        at
    }

    fn root(&self, mut at: usize) -> usize {
        while let Some(thing) = self.all.get(at)
            && thing.parent != at
        {
            at = thing.parent;
        }
        at
    }

    /// The sources that speak of any name of this thing.
    fn by(&self, root: usize) -> u64 {
        self.all.get(root).map_or(0, |thing| thing.by)
    }

    /// Everything that `root` stands on, by kind. Each once.
    fn places(&self, members: &[usize]) -> BTreeMap<&str, BTreeSet<usize>> {
        let mut places: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        let mut met = BTreeSet::new();
        let mut queue: VecDeque<(usize, usize)> = members.iter().map(|at| (*at, 0)).collect();
        while let Some((at, hops)) = queue.pop_front() {
            let Some(thing) = self.all.get(at) else {
                continue;
            };
            for on in &thing.on {
                let root = self.root(*on);
                if met.insert(*on) && hops < HOPS {
                    queue.push_back((*on, hops + 1));
                    if let Some(on) = self.all.get(root) {
                        places.entry(on.id.kind()).or_default().insert(root);
                    }
                }
            }
        }
        places
    }

    /// Two places of one kind of which a thing can be in one only, if that is what sources say.
    fn contradiction(&self, a: usize, b: usize) -> Option<(&Id, &Id)> {
        let (a, b) = (self.places(&[a]), self.places(&[b]));
        EXCLUSIVE.iter().find_map(|kind| {
            let (a, b) = (a.get(kind)?, b.get(kind)?);
            let first = |all: &BTreeSet<usize>| {
                let at = all.first()?;
                self.all.get(*at).map(|thing| &thing.id)
            };
            if a.is_disjoint(b) {
                first(a).zip(first(b))
            } else {
                None
            }
        })
    }

    fn unite(&mut self, a: usize, b: usize, ground: Ground) {
        let (to, from) = (
            self.root(a).min(self.root(b)),
            self.root(a).max(self.root(b)),
        );
        self.edges.push((a, b, ground));
        let (by, on) = match self.all.get_mut(from) {
            Some(thing) => {
                thing.parent = to;
                (thing.by, thing.on.clone())
            }
            None => return,
        };
        if let Some(thing) = self.all.get_mut(to) {
            thing.by |= by;
            thing.on.extend(on);
        }
    }
}

/// Kinds of places of which a host can be in one only, widest first.
pub(super) const EXCLUSIVE: [&str; 6] = ["region", "site", "building", "zone", "room", "rack"];

impl Draft<'_> {
    /// Finds what is one thing under several names, and makes one name lead to the other.
    /// O(names · log), beside what places are compared for each join.
    pub(super) fn join(
        &mut self,
        speakers: &[(Rank, &Facts)],
        mentions: &Mentions,
        adapters: &[(&'static str, usize)],
    ) {
        let mut things = collect(speakers, mentions, &self.names);
        let mut problems = Vec::new();
        by_spelling(&mut things, speakers);
        by_name(&mut things, speakers, &self.names, &mut problems);
        by_label(&mut things, speakers);
        by_namespace(&mut things);
        self.problems.append(&mut problems);
        self.told_aliases(speakers, adapters);
        self.settle_joins(&things, adapters);
    }

    /// Turns what was joined into aliases, and tells it.
    fn settle_joins(&mut self, things: &Things, adapters: &[(&'static str, usize)]) {
        let mut joined: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (a, b, _) in &things.edges {
            joined.entry(things.root(*a)).or_default().extend([a, b]);
        }
        for members in joined.into_values() {
            let key = |at: &usize| {
                let thing = things.all.get(*at)?;
                let stated = thing.class.is_some();
                Some((
                    !stated,
                    !thing.rank.authoritative,
                    thing.rank.adapter,
                    &thing.id,
                ))
            };
            let Some(kept) = members.iter().min_by_key(|at| key(at)) else {
                continue;
            };
            let Some(to) = things.all.get(*kept).filter(|to| to.class.is_some()) else {
                continue;
            };
            for at in members.iter().filter(|at| *at != kept) {
                let Some(from) = things.all.get(*at) else {
                    continue;
                };
                let edge = things.edges.iter().find(|(a, b, _)| a == at || b == at);
                let Some((.., ground)) = edge else { continue };
                let target = Ref {
                    text: to.id.to_string(),
                    span: from.span,
                    otherwise: Otherwise::Domain(to.id.clone()),
                };
                self.names.lead(&from.id, target);
                self.joined.push(Join {
                    kept: to.id.clone(),
                    other: from.id.clone(),
                    ground: ground.clone(),
                    kept_by: (adapter(adapters, to.rank), to.span),
                    other_by: (adapter(adapters, from.rank), from.span),
                });
            }
        }
        self.joined.sort();
    }

    /// What a source joins by an alias is told among the rest, where another source has the other
    /// name.
    fn told_aliases(&mut self, speakers: &[(Rank, &Facts)], adapters: &[(&'static str, usize)]) {
        // Most aliases are names of the network, which no source states a node by.
        let aliases: Vec<(Rank, &AliasFact, Id)> = speakers
            .iter()
            .flat_map(|(rank, facts)| facts.aliases.iter().map(|fact| (*rank, fact)))
            .filter_map(|(rank, fact)| Some((rank, fact, Id::parse(&fact.name)?)))
            .collect();
        if aliases.is_empty() {
            return;
        }
        let others: BTreeSet<&str> = aliases.iter().map(|(.., id)| id.as_str()).collect();
        let mut stated: BTreeMap<Id, (Rank, Span)> = BTreeMap::new();
        for (rank, facts) in speakers.iter().filter(|(rank, _)| !rank.authoritative) {
            let nodes = facts.nodes.iter().filter(|fact| fact.class.is_some());
            for fact in nodes.filter(|fact| others.contains(fact.name.text.as_str())) {
                if let Some(id) = Id::parse(&fact.name.text) {
                    stated.entry(id).or_insert((*rank, fact.name.span));
                }
            }
        }
        let mut told: BTreeSet<(Id, Id)> = BTreeSet::new();
        for (rank, fact, other) in aliases {
            let leads = self.names.follow(other.as_str()) != other.as_str();
            if let Some(kept) = self.names.id_of(&fact.target.text).filter(|_| leads)
                && let Some((by, span)) = stated.get(&other)
                && (rank.authoritative || by.adapter != rank.adapter)
                && told.insert((kept.clone(), other.clone()))
            {
                self.joined.push(Join {
                    kept,
                    kept_by: (adapter(adapters, rank), fact.target.span),
                    other_by: (adapter(adapters, *by), *span),
                    other,
                    ground: if rank.authoritative {
                        Ground::Alias
                    } else {
                        Ground::BothNames
                    },
                });
            }
        }
    }
}

fn adapter(adapters: &[(&'static str, usize)], rank: Rank) -> &'static str {
    let at = usize::try_from(rank.adapter).unwrap_or(usize::MAX);
    adapters.get(at).map_or("", |(name, _)| name)
}

/// All names that may be joined, and what they stand on.
fn collect(speakers: &[(Rank, &Facts)], mentions: &Mentions, names: &Names) -> Things {
    let mut things = Things::default();
    for (rank, facts) in speakers {
        for fact in &facts.nodes {
            let id = Id::parse(&fact.name.text);
            let (Some(id), Some(class)) = (id, fact.class) else {
                continue;
            };
            let known = SPELT.contains(&id.kind());
            let serves = matches!(class, Class::Service | Class::Store);
            // What traces call something is settled when all else is known ([`super::observed`]).
            if fact.origin.evidence == Evidence::Observed {
                continue;
            }
            // What an alias leads elsewhere is settled already.
            if (known || serves) && names.follow(id.as_str()) == id.as_str() {
                let at = things.add(&id, *rank, fact.name.span);
                if let Some(thing) = things.all.get_mut(at) {
                    thing.class.get_or_insert(class);
                }
            }
        }
        for fact in &facts.replicas {
            let at = Id::parse(&fact.of.text).and_then(|id| things.at.get(&id).copied());
            if let Some(thing) = at.and_then(|at| things.all.get_mut(at)) {
                thing.has_replicas = true;
            }
        }
    }
    for (id, (by, rank, span)) in &mentions.0 {
        if names.follow(id.as_str()) == id.as_str() {
            let at = things.add(id, *rank, *span);
            if let Some(thing) = things.all.get_mut(at) {
                thing.by |= by;
            }
        }
    }
    for (rank, facts) in speakers {
        for fact in &facts.requirements {
            if let Some((of, on)) = plain_placement(fact, names)
                && let Some(of) = things.at.get(&of).copied()
            {
                let on = things.add(&on, *rank, fact.of.span);
                if let Some(thing) = things.all.get_mut(of) {
                    thing.on.push(on);
                }
            }
        }
    }
    things
}

/// What stands on what, if a fact says just that.
fn plain_placement(fact: &RequirementFact, names: &Names) -> Option<(Id, Id)> {
    let stands = matches!(
        fact.mode,
        ModeRule::ByMember | ModeRule::Fixed(Mode::Placement)
    );
    let Expr::One(on) = &fact.expr else {
        return None;
    };
    if !stands {
        return None;
    }
    let found = |reference: &Ref| names.id_of(&reference.text);
    let on = found(on).or_else(|| match &on.otherwise {
        Otherwise::Domain(id) => Some(id.clone()),
        _ => None,
    });
    Some((found(&fact.of)?, on?))
}

/// `text` without what spelling alone differs in.
fn spelt(id: &Id) -> String {
    let lower = id.name().to_lowercase();
    if id.kind() == HOST {
        return lower.trim_end_matches('.').to_owned();
    }
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Whether no source speaks of two of `roots`, so that each of them may mean the same thing.
fn apart(things: &Things, roots: &BTreeSet<usize>) -> bool {
    let mut seen = 0;
    roots.iter().all(|root| {
        let by = things.by(*root);
        let fresh = seen & by == 0;
        seen |= by;
        fresh
    })
}

/// Joins places whose names differ in spelling, their other names (a site's slug) included.
fn by_spelling(things: &mut Things, speakers: &[(Rank, &Facts)]) {
    let mut groups: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
    for (at, thing) in things.all.iter().enumerate() {
        if SPELT.contains(&thing.id.kind()) {
            let key = (thing.id.kind().to_owned(), spelt(&thing.id));
            groups.entry(key).or_default().insert(at);
        }
    }
    for fact in speakers.iter().flat_map(|(_, facts)| &facts.aliases) {
        // Most aliases are names of the network.
        let Some(id) = Id::parse(&fact.name) else {
            continue;
        };
        if SPELT.contains(&id.kind()) && id.kind() != HOST {
            let target = Id::parse(&fact.target.text);
            if let Some(at) = target.and_then(|target| things.at.get(&target)) {
                let key = (id.kind().to_owned(), spelt(&id));
                groups.entry(key).or_default().insert(*at);
            }
        }
    }
    for ((_, name), group) in groups {
        let stated = |at: &usize| things.all.get(*at).is_some_and(|one| one.class.is_some());
        if group.len() < 2 || name.is_empty() || !group.iter().any(stated) {
            continue;
        }
        if apart(things, &group) {
            let mut members = group.into_iter();
            if let Some(first) = members.next() {
                for other in members {
                    if things.contradiction(first, other).is_none() {
                        things.unite(first, other, Ground::Spelling);
                    }
                }
            }
        }
    }
}

/// An address by which hosts are told apart: none of the machine itself, or of any machine.
fn address(text: &str) -> Option<String> {
    let address: IpAddr = text.parse().ok()?;
    let telling = match address {
        IpAddr::V4(ip) => {
            !(ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_multicast())
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unicast_link_local()
                || ip.is_multicast())
        }
    };
    telling.then(|| address.to_string())
}

/// The address inside of a name that Amazon gives to instances: `ip-10-0-1-5.ec2.internal`.
fn named_address(name: &str) -> Option<String> {
    let label = name.split('.').next()?.strip_prefix("ip-")?;
    address(&label.replace('-', "."))
}

/// Joins hosts by what they are called: addresses and full names that both sources give, then
/// first labels.
fn by_name(
    things: &mut Things,
    speakers: &[(Rank, &Facts)],
    names: &Names,
    problems: &mut Vec<Problem>,
) {
    let hosts: Vec<usize> = things
        .all
        .iter()
        .enumerate()
        .filter(|(_, thing)| thing.id.kind() == HOST)
        .map(|(at, _)| at)
        .collect();
    let mut called: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for at in &hosts {
        let Some(thing) = things.all.get(*at) else {
            continue;
        };
        let name = spelt(&thing.id);
        let address = address(&name).or_else(|| named_address(&name));
        for name in address.into_iter().chain([name]) {
            called.entry(name).or_default().insert(*at);
        }
    }
    for (_, facts) in speakers {
        for fact in facts.aliases.iter().chain(&facts.identities) {
            let text = fact.target.text.as_str();
            let end = names.follow(text);
            // Most aliases are of services: what is an id is not looked up once more.
            let id = match Id::parse(end) {
                Some(id) => Some(id),
                None => Id::parse(text).map(|id| names.id_of(text).unwrap_or(id)),
            };
            let Some(at) = id
                .filter(|id| id.kind() == HOST)
                .and_then(|id| things.at.get(&id))
            else {
                continue;
            };
            let name = match Id::parse(&fact.name) {
                Some(id) if id.kind() == HOST => id.name().to_owned(),
                _ => fact.name.clone(),
            };
            let name = name.to_lowercase();
            // Of the addresses that any machine has, none tells which it is.
            let tells = name.parse::<IpAddr>().is_err() || address(&name).is_some();
            if tells {
                let name = address(&name).unwrap_or(name);
                called.entry(name).or_default().insert(*at);
            }
        }
    }
    let mut told = 0;
    for (name, group) in called {
        join_hosts(things, &group, &Ground::Address(name), problems, &mut told);
    }
    let mut labels: BTreeMap<String, (BTreeSet<usize>, BTreeSet<usize>)> = BTreeMap::new();
    for at in hosts {
        let Some(thing) = things.all.get(at) else {
            continue;
        };
        let name = spelt(&thing.id);
        if name.parse::<IpAddr>().is_ok() {
            continue;
        }
        let last = name.rsplit('/').next().unwrap_or(&name);
        let label = last.split('.').next().unwrap_or(last).to_owned();
        let entry = labels.entry(label.clone()).or_default();
        let side = if label == name {
            &mut entry.0
        } else {
            &mut entry.1
        };
        side.insert(at);
    }
    for (bare, long) in labels.into_values() {
        let roots = |all: &BTreeSet<usize>, things: &Things| -> BTreeSet<usize> {
            all.iter().map(|at| things.root(*at)).collect()
        };
        let (short, long_roots) = (roots(&bare, things), roots(&long, things));
        let long_roots: BTreeSet<usize> = long_roots.difference(&short).copied().collect();
        let (Some(one), 1) = (bare.first(), short.len()) else {
            continue;
        };
        let others: Vec<usize> = long
            .iter()
            .copied()
            .filter(|at| long_roots.contains(&things.root(*at)))
            .collect();
        match (long_roots.len(), others.first()) {
            (1, Some(other)) => {
                let pair = BTreeSet::from([*one, *other]);
                join_hosts(things, &pair, &Ground::ShortName, problems, &mut told);
            }
            (2.., _) => {
                let own = short.first().map_or(0, |root| things.by(*root));
                let foreign: Vec<usize> = others
                    .into_iter()
                    .filter(|at| things.by(things.root(*at)) & own == 0)
                    .collect();
                if foreign.len() > 1 {
                    told += 1;
                    problems.extend(doubt(things, *one, &foreign).filter(|_| told <= TOLD));
                }
            }
            _ => {}
        }
    }
}

/// Joins hosts that have one name in common, if that is certain.
fn join_hosts(
    things: &mut Things,
    group: &BTreeSet<usize>,
    ground: &Ground,
    problems: &mut Vec<Problem>,
    told: &mut usize,
) {
    let roots: BTreeSet<usize> = group.iter().map(|at| things.root(*at)).collect();
    if roots.len() < 2 || !apart(things, &roots) {
        return;
    }
    let stated = |at: &usize| things.all.get(*at).is_some_and(|one| one.class.is_some());
    if !group.iter().any(stated) {
        return;
    }
    let mut members = group.iter().copied();
    let Some(first) = members.next() else { return };
    for other in members {
        let (a, b) = (things.root(first), things.root(other));
        if a == b {
            continue;
        }
        if let Some((one, two)) = things.contradiction(a, b) {
            *told += 1;
            if *told <= TOLD {
                problems.extend(contradicted(things, (first, one), (other, two), ground));
            }
        } else {
            things.unite(first, other, ground.clone());
        }
    }
}

/// A short name that several hosts of other sources may be meant by.
fn doubt(things: &Things, bare: usize, long: &[usize]) -> Option<Problem> {
    let bare = things.all.get(bare)?;
    let long: Vec<&Thing> = long.iter().filter_map(|at| things.all.get(*at)).collect();
    let mut ids: Vec<String> = long
        .iter()
        .take(5)
        .map(|one| format!("`{}`", one.id))
        .collect();
    if long.len() > 5 {
        ids.push(format!("{} more", long.len() - 5));
    }
    let message = message!(
        "`{id}` may be any of {what}: it is joined with none of them",
        id = bare.id,
        what = ids.join(", ")
    );
    let problem = Problem::new(ProblemKind::AmbiguousName, bare.span, message)
        .with_help(message!("an alias in a spof.yaml says which one it is"));
    Some(long.iter().take(5).fold(problem, |problem, one| {
        problem.with_related(one.span, format!("`{}`", one.id))
    }))
}

/// Two hosts that would be one by name, and are not by their places.
fn contradicted(
    things: &Things,
    (a, in_a): (usize, &Id),
    (b, in_b): (usize, &Id),
    ground: &Ground,
) -> Option<Problem> {
    let (a, b) = (things.all.get(a)?, things.all.get(b)?);
    let by = match ground {
        Ground::Address(name) => format!("`{name}`"),
        _ => "their short name".to_owned(),
    };
    let message = message!(
        "`{id}` and `{id2}` would be one host by {by}, but stand in `{in_a}` and `{in_b}`: they are not joined",
        by,
        in_a,
        in_b,
        id = a.id,
        id2 = b.id
    );
    Some(
        Problem::new(ProblemKind::Conflict, b.span, message)
            .with_related(a.span, format!("`{}`", a.id)),
    )
}

/// Joins services and stores by labels that one source puts on them and another says to look for
/// (`app=web`), where just one of each source is meant. O(identities · log).
fn by_label(things: &mut Things, speakers: &[(Rank, &Facts)]) {
    let mut called: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (_, facts) in speakers {
        for fact in facts
            .identities
            .iter()
            .filter(|fact| fact.name.contains('='))
        {
            let id = Id::parse(&fact.target.text).filter(|id| id.kind() != HOST);
            if let Some(at) = id.and_then(|id| things.at.get(&id)) {
                called.entry(&fact.name).or_default().insert(*at);
            }
        }
    }
    for (label, group) in called {
        let members: Vec<usize> = group.iter().copied().collect();
        let [a, b] = members.as_slice() else { continue };
        let all = || members.iter().filter_map(|at| things.all.get(*at));
        let run = all().filter(|thing| thing.has_replicas).count();
        let serve = all().all(|thing| matches!(thing.class, Some(Class::Service | Class::Store)));
        let roots: BTreeSet<usize> = members.iter().map(|at| things.root(*at)).collect();
        if serve && run < 2 && roots.len() == 2 && apart(things, &roots) {
            things.unite(*a, *b, Ground::Label(label.to_owned()));
        }
    }
}

/// Joins services and stores that one source calls by a bare name and another by namespace and
/// name, unless both say where copies of it run.
fn by_namespace(things: &mut Things) {
    let serves = |thing: &&Thing| matches!(thing.class, Some(Class::Service | Class::Store));
    let all = things.all.iter().filter(serves);
    let bare: HashSet<String> = all
        .map(|thing| thing.id.name())
        .filter(|name| !name.contains('/'))
        .map(str::to_owned)
        .collect();
    let mut groups: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
    for (at, thing) in things.all.iter().enumerate() {
        let last = thing.id.name().rsplit('/').next().unwrap_or_default();
        if serves(&thing) && bare.contains(last) {
            let last = thing.id.name().rsplit('/').next().unwrap_or_default();
            let key = (thing.id.kind().to_owned(), last.to_owned());
            groups.entry(key).or_default().insert(at);
        }
    }
    for group in groups.into_values() {
        let all: Vec<&Thing> = group.iter().filter_map(|at| things.all.get(*at)).collect();
        let bare = all
            .iter()
            .filter(|one| !one.id.name().contains('/'))
            .count();
        let run = all.iter().filter(|one| one.has_replicas).count();
        if all.len() == 2 && bare == 1 && run < 2 && apart(things, &group) {
            let mut members = group.iter().copied();
            if let (Some(a), Some(b)) = (members.next(), members.next()) {
                things.unite(a, b, Ground::Namespace);
            }
        }
    }
}
