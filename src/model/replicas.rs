//! Copies of services and stores.
//!
//! Two steps, because other facts may speak of replicas by id: [`Draft::place_replicas`] brings
//! them into being, on what they stand on; [`Draft::count_replicas`] runs when all else is known
//! and says what they need to start and how many of them their service needs.

use std::collections::{BTreeMap, HashMap};

use rustc_hash::{FxHashMap, FxHashSet};

use super::compile::{Owner, Part};
use super::draft::{Context, Draft, Rank, Refused};
use super::naming::total;
use super::unplaced::{Counters, Places, Unplaced, stands_on};
use super::{Member, NodeIx, Requirement, Way, given};
use crate::ingest::fact::{Attributes, ModeRule, NeedFact, ReplicasFact, Reschedule, WayFact};
use crate::message;
use crate::source::{ProblemKind, Span};
use crate::words::{Class, Evidence, Id, Mode, Replication};

/// The replicas of one service or store.
pub(super) struct Copies<'f> {
    owner: NodeIx,
    batches: Vec<Batch<'f>>,
}

/// The replicas of one entry of its list.
struct Batch<'f> {
    fact: &'f ReplicasFact,
    context: Context,
    nodes: Vec<NodeIx>,
    ways: Option<Vec<Way>>,
    /// The replica that a controller makes anew, and how.
    anew: Option<(NodeIx, Vec<Way>)>,
}

/// Counters for the names of one owner's replicas.
#[derive(Default)]
struct Numbers {
    replicas: HashMap<String, u64>,
    anew: HashMap<String, u64>,
    places: Counters,
}

impl Draft<'_> {
    /// Makes all replica nodes and places them. The native manifest's word replaces that of all
    /// other sources; of those, the first file to state any is taken.
    pub(super) fn place_replicas<'f>(
        &mut self,
        facts: &[(&'f ReplicasFact, Rank)],
    ) -> Vec<Copies<'f>> {
        let mut owners: Vec<NodeIx> = Vec::new();
        let mut by_owner: FxHashMap<NodeIx, Vec<(&'f ReplicasFact, Context)>> =
            FxHashMap::default();
        for (fact, rank) in facts {
            let context = Context::of(&fact.origin, fact.of.span, *rank);
            let owner = self.resolve(&fact.of, &context);
            let stated = by_owner.entry(owner).or_default();
            if stated.is_empty() {
                owners.push(owner);
            }
            stated.push((*fact, context));
        }
        let mut bare: BTreeMap<String, usize> = BTreeMap::new();
        for owner in &owners {
            *bare.entry(self.id(*owner).name().to_owned()).or_default() += 1;
        }
        let mut copies = Vec::with_capacity(owners.len());
        for owner in self.in_turn(owners, &by_owner) {
            let id = self.id(owner);
            let shared = bare.get(id.name()).is_some_and(|count| *count > 1);
            let name = if shared { id.as_str() } else { id.name() }.to_owned();
            let stated = by_owner.remove(&owner).unwrap_or_default();
            let chosen = self.choose(owner, stated);
            let mut numbers = Numbers::default();
            let mut batches = Vec::with_capacity(chosen.len());
            for (fact, context) in chosen {
                batches.extend(self.place_batch(owner, &name, fact, context, &mut numbers));
            }
            let copy = Copies { owner, batches };
            self.copies.insert(owner, self.members_of(&copy));
            copies.push(copy);
        }
        copies
    }

    /// The owners, those before that others' replicas must share places with. In a circle of
    /// such, the first of them goes first. O(owners + ties).
    fn in_turn(
        &mut self,
        owners: Vec<NodeIx>,
        stated: &FxHashMap<NodeIx, Vec<(&ReplicasFact, Context)>>,
    ) -> Vec<NodeIx> {
        let mut peers: FxHashMap<NodeIx, Vec<NodeIx>> = FxHashMap::default();
        for owner in &owners {
            for (fact, context) in stated.get(owner).into_iter().flatten() {
                for peer in fact.spread.together.iter().flat_map(|tie| &tie.peers) {
                    let peer = self.resolve(peer, context);
                    peers.entry(*owner).or_default().push(peer);
                }
            }
        }
        if peers.is_empty() {
            return owners;
        }
        let mut met: FxHashSet<NodeIx> = FxHashSet::default();
        let mut ordered = Vec::with_capacity(owners.len());
        let mut open: Vec<(NodeIx, bool)> = Vec::new();
        for owner in owners {
            open.push((owner, false));
            while let Some((at, is_done)) = open.pop() {
                if is_done {
                    ordered.push(at);
                } else if stated.contains_key(&at) && met.insert(at) {
                    open.push((at, true));
                    let before = peers.get(&at).into_iter().flatten().rev();
                    open.extend(before.map(|peer| (*peer, false)));
                }
            }
        }
        ordered
    }

    /// The replicas of one owner as members of a requirement, sorted by id.
    fn members_of(&self, copy: &Copies<'_>) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        for batch in &copy.batches {
            members.extend(batch.nodes.iter().map(|node| Member {
                node: *node,
                weight: batch.fact.weight,
                standby: batch.ways.clone(),
            }));
            members.extend(batch.anew.iter().map(|(node, ways)| Member {
                node: *node,
                weight: weight_anew(batch.fact),
                standby: Some(ways.clone()),
            }));
        }
        members.sort_by(|a, b| self.id(a.node).cmp(self.id(b.node)));
        members
    }

    /// Makes the replicas of one entry. Nothing if there are none, or too many.
    fn place_batch<'f>(
        &mut self,
        owner: NodeIx,
        name: &str,
        fact: &'f ReplicasFact,
        context: Context,
        numbers: &mut Numbers,
    ) -> Option<Batch<'f>> {
        let anyone = Owner::replicas(owner);
        let mut parts: Vec<Part> = Vec::new();
        for expr in &fact.on {
            parts.extend(self.parts(anyone, expr, ModeRule::ByMember, &context));
        }
        let place = fact.on.first().map(|_| self.place_name(&parts));
        let ways = fact
            .standby
            .as_ref()
            .map(|ways| self.ways(anyone, ways, &context, 0));
        // Each replica is a node, maybe with a host and a zone of its own, a member with ways.
        let of_ways: usize = ways
            .iter()
            .flatten()
            .map(|way| 1 + way.requires.len())
            .sum();
        let each = u64::try_from(3 + of_ways).unwrap_or(u64::MAX);
        if !self.afford(fact.count.saturating_mul(each), context.span) {
            return None;
        }
        let unplaced = fact.on.is_empty();
        if !fact.requires.is_empty() {
            self.gives(context.rank, owner, given::Said::Linked);
        }
        let zones: Vec<NodeIx> = if unplaced {
            let zones = fact.spread.allowed_zones.iter();
            zones.map(|zone| self.resolve(zone, &context)).collect()
        } else {
            Vec::new()
        };
        let beside = self.beside(owner, fact, &context);
        numbers.places.same = None;
        let mut nodes = Vec::new();
        for _ in 0..fact.count {
            let number = numbers
                .replicas
                .entry(place.clone().unwrap_or_default())
                .or_default();
            *number += 1;
            let id = match &place {
                Some(place) => format!("{name}@{place}#{number}"),
                None => format!("{name}#{number}"),
            };
            let node = self.replica(&id, owner, fact, &context);
            for part in &parts {
                self.add_part(node, part, &context);
            }
            let stands = if unplaced {
                let nth = u64::try_from(nodes.len()).unwrap_or(u64::MAX);
                let entry = Unplaced {
                    name,
                    fact,
                    zones: &zones,
                    beside: &beside,
                    context: &context,
                };
                let (host, zone) = self.unnamed_host(&entry, nth, &mut numbers.places);
                let part = stands_on(self.id(host), host);
                self.add_part(node, &part, &context.known(Evidence::Assumed));
                Some((host, zone))
            } else {
                self.named_place(&parts)
            };
            let stood = self.stood.entry(owner).or_default();
            stood.extend(stands.filter(|place| stood.last() != Some(place)));
            nodes.push(node);
        }
        let reschedule = fact.reschedule.as_ref().filter(|_| fact.standby.is_none());
        let anew = match reschedule {
            Some(anew) if fact.count > 0 => {
                Some(self.place_anew(owner, name, anew, &context, numbers))
            }
            _ => None,
        };
        Some(Batch {
            fact,
            context,
            nodes,
            ways,
            anew,
        })
    }

    /// Where those run that the replicas of an entry must share places with.
    fn beside(&mut self, owner: NodeIx, fact: &ReplicasFact, context: &Context) -> Places {
        let mut places = Places::new();
        let Some(tie) = &fact.spread.together else {
            return places;
        };
        for peer in &tie.peers {
            let peer = self.resolve(peer, context);
            let stood = self.stood.get(&peer).into_iter().flatten();
            places.extend(stood.filter(|_| peer != owner).copied());
        }
        let mut met = FxHashSet::default();
        places.retain(|(host, _)| met.insert(*host));
        places
    }

    /// The host, and the zone, among what a replica is said to stand on.
    fn named_place(&self, parts: &[Part]) -> Option<(NodeIx, Option<NodeIx>)> {
        let single = |kind: &str| {
            let of_kind = parts
                .iter()
                .filter_map(|part| match part.members.as_slice() {
                    [only] if self.id(only.node).kind() == kind => Some(only.node),
                    _ => None,
                });
            of_kind.into_iter().next()
        };
        Some((single("host")?, single("zone")))
    }

    /// What the name of a replica says of its place: the first thing it stands on.
    fn place_name(&self, parts: &[Part]) -> String {
        let first = parts.first();
        first.map_or_else(
            || "?".to_owned(),
            |part| match part.members.as_slice() {
                [only] => self.id(only.node).to_string(),
                _ => part.name.clone(),
            },
        )
    }

    /// One replica node.
    fn replica(
        &mut self,
        name: &str,
        owner: NodeIx,
        fact: &ReplicasFact,
        context: &Context,
    ) -> NodeIx {
        let ix = self.ensure(&Id::new("replica", name), Class::Replica, context);
        let store = self.node(owner).class == Class::Store;
        let default = (store && fact.standby.is_none()).then_some(Replication::Primary);
        let known = Attributes {
            title: fact.attributes.title.clone(),
            fails_per_y: fact.attributes.fails_per_y,
            repair_s: fact.attributes.repair_s,
            cost: fact.attributes.cost,
            ..Attributes::default()
        };
        self.describe(ix, &known, context);
        let node = self.node_mut(ix);
        node.part_of = Some(owner);
        node.data = fact.replication.or(default);
        ix
    }

    /// The replica that a controller makes anew elsewhere when others are lost.
    fn place_anew(
        &mut self,
        owner: NodeIx,
        name: &str,
        anew: &Reschedule,
        batch: &Context,
        numbers: &mut Numbers,
    ) -> (NodeIx, Vec<Way>) {
        let context = Context::of(&anew.origin, batch.span, batch.rank);
        let anyone = Owner::replicas(owner);
        let mut parts: Vec<Part> = Vec::new();
        for expr in &anew.on {
            parts.extend(self.parts(anyone, expr, ModeRule::ByMember, &context));
        }
        let base = match anew.on.first() {
            Some(_) => format!("{name}@{}#rescheduled", self.place_name(&parts)),
            None => format!("{name}#rescheduled"),
        };
        let number = numbers.anew.entry(base.clone()).or_default();
        *number += 1;
        let id = match *number {
            1 => base,
            number => format!("{base}-{number}"),
        };
        let node = self.ensure(&Id::new("replica", &id), Class::Replica, &context);
        self.node_mut(node).part_of = Some(owner);
        for part in &parts {
            self.add_part(node, part, &context);
        }
        let way = WayFact {
            takes_s: anew.takes_s,
            requires: anew.requires.clone(),
            drilled: None,
            origin: anew.origin.clone(),
        };
        (node, self.ways(anyone, &[way], &context, 0))
    }

    /// What replicas need besides their place, and how many of them their owners need.
    pub(super) fn count_replicas(&mut self, copies: &[Copies<'_>]) {
        let mut starts: FxHashMap<NodeIx, Vec<Part>> = FxHashMap::default();
        for entry in &self.entries {
            if entry.requirement.mode == Mode::Start && !entry.dropped {
                let requirement = &entry.requirement;
                let prefix = format!("{}/{}/", self.id(requirement.of), requirement.mode);
                let name = requirement.id.strip_prefix(&prefix);
                starts.entry(requirement.of).or_default().push(Part {
                    mode: Mode::Start,
                    need: requirement.need,
                    members: requirement.members.clone(),
                    name: name.unwrap_or(&requirement.id).to_owned(),
                });
            }
        }
        for copy in copies {
            let start = starts.get(&copy.owner).map_or(&[][..], Vec::as_slice);
            let takes = self.node(copy.owner).start_s;
            for batch in &copy.batches {
                let mut hard: Vec<Part> = Vec::new();
                for expr in &batch.fact.requires {
                    let anyone = Owner::replicas(copy.owner);
                    let rule = ModeRule::Fixed(Mode::Hard);
                    hard.extend(self.parts(anyone, expr, rule, &batch.context));
                }
                let anew = batch.anew.iter().map(|(node, _)| node);
                for node in batch.nodes.iter().chain(anew) {
                    // A saved graph's word on one replica is weaker than the manifest's on all.
                    let stated = self.said.get(&(*node, "start_s")).is_some_and(|said| {
                        said.rank.authoritative || !batch.context.rank.authoritative
                    });
                    if !stated {
                        self.node_mut(*node).start_s = takes;
                    }
                    for part in hard.iter().chain(start) {
                        self.add_part(*node, part, &batch.context);
                    }
                }
            }
            self.need_replicas(copy);
        }
        self.report_idle_needs();
    }

    /// The one hard requirement of an owner on its replicas.
    fn need_replicas(&mut self, copy: &Copies<'_>) {
        let Some(first) = copy.batches.first() else {
            return;
        };
        let members = self.copies.get(&copy.owner).cloned().unwrap_or_default();
        let mut evidence = first.context.evidence;
        let mut sources = Vec::new();
        for batch in &copy.batches {
            evidence = evidence.min(batch.context.evidence);
            sources.extend_from_slice(&batch.context.sources);
        }
        let none_active = members.iter().all(|member| member.standby.is_some());
        let counts = |member: &&Member| none_active || member.standby.is_none();
        let smallest = members
            .iter()
            .filter(counts)
            .map(|member| member.weight)
            .filter(|weight| *weight > 0)
            .min();
        let stated = self.said.contains_key(&(copy.owner, "demand"));
        let demand = self.node(copy.owner).demand.filter(|_| stated);
        let demand = demand.unwrap_or_else(|| total(members.iter().filter(counts)));
        let stated = self.needs.get(&copy.owner).copied();
        let mut need = match stated {
            Some(NeedFact::Weight(weight)) => weight,
            Some(NeedFact::Percent(percent)) => percent_of(demand, percent),
            None => smallest.unwrap_or(1),
        };
        if need == 0 {
            let span = self
                .said
                .get(&(copy.owner, "need"))
                .map_or(first.context.span, |said| said.span);
            let message = message!(
                "`{what}` would need none of its replicas: need 1 is used",
                what = self.id(copy.owner)
            );
            self.problem(ProblemKind::InvalidValue, span, message);
            need = 1;
        }
        self.node_mut(copy.owner).demand = Some(demand);
        let requirement = Requirement {
            id: format!("{}/replicas", self.id(copy.owner)),
            of: copy.owner,
            mode: Mode::Hard,
            need,
            members,
            evidence,
            observed: evidence == Evidence::Observed,
            sources,
        };
        let native = first.context.rank.authoritative;
        if let Err(refused) = self.add(requirement, false, &first.context) {
            let Refused { at, requirement } = *refused;
            let weaker = self
                .entries
                .get(at)
                .is_some_and(|entry| native && !entry.rank.authoritative);
            if weaker {
                // A saved graph's word on the replicas gives way to the native manifest's.
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.requirement = requirement;
                    entry.rank = first.context.rank;
                    entry.span = first.context.span;
                }
            } else {
                self.note_rivals(at, &requirement.id, first.context.span);
            }
        }
    }

    /// `need` and `demand` speak of replicas: without any, they say nothing.
    fn report_idle_needs(&mut self) {
        let mut idle: Vec<(NodeIx, &'static str, Span)> = Vec::new();
        for (&(ix, field), said) in &self.said {
            if matches!(field, "need" | "demand") {
                let id = format!("{}/replicas", self.id(ix));
                if self.by_id.get(&id, &self.entries).is_none() {
                    idle.push((ix, field, said.span));
                }
            }
        }
        for (ix, field, span) in idle {
            let message = message!(
                "`{what}` has `{field}` but no replicas: it has no effect",
                field,
                what = self.id(ix)
            );
            self.problem(ProblemKind::InvalidValue, span, message);
        }
    }
}

/// The weight of what a controller makes anew for an entry.
fn weight_anew(fact: &ReplicasFact) -> u64 {
    let stated = fact.reschedule.as_ref().and_then(|anew| anew.weight);
    stated.unwrap_or_else(|| fact.weight.saturating_mul(fact.count))
}

/// `percent` of `demand`, rounded up.
fn percent_of(demand: u64, percent: u64) -> u64 {
    let share = (u128::from(demand) * u128::from(percent)).div_ceil(100);
    u64::try_from(share).unwrap_or(u64::MAX)
}
