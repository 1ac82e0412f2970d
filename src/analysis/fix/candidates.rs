//! Which changes could help: those that touch something a failure of the goal rests on.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::change::{Change, replica_requirement, template};
use super::cone::{self, cone};
use super::goal::Goal;
use crate::analysis::engine::{Engine, Outcome};
use crate::model::{Member, Model, NodeIx, ReqIx};
use crate::words::{Class, Evidence, Mode};

/// Places tried for one service and fault: where it stands already first, then where most stands.
const PLACES: usize = 4;

/// Kinds of domain that supply something, and can be doubled for what they supply.
const SUPPLIES: [&str; 4] = ["power", "cooling", "network", "provider"];

/// Further replicas in one place.
const MOST_REPLICAS: u64 = 1_000;

/// Candidates for `goal`, sorted, from every fault that fails it.
pub(super) fn candidates(model: &Model, engine: &Engine<'_>, goal: &Goal) -> Vec<Change> {
    let places = Places::new(model, engine, goal);
    let faults = goal.faults();
    let each = faults
        .par_iter()
        .map_init(
            || engine.scratch(),
            |scratch, (fault, clauses)| {
                let set = engine.graph().fault_set(*fault);
                let affected = engine.affected(scratch, &set);
                let failing = goal.failing(clauses, &affected);
                if failing.is_empty() {
                    return BTreeSet::new();
                }
                let outcome = engine.outcome(scratch, &set);
                let late = cone(
                    engine,
                    &outcome,
                    &std::collections::HashMap::new(),
                    &failing,
                );
                let finder = Finder {
                    model,
                    engine,
                    outcome: &outcome,
                    places: &places,
                };
                let mut found = BTreeSet::new();
                for node in late.nodes {
                    finder.around(NodeIx(node), &mut found);
                }
                found
            },
        )
        .reduce(BTreeSet::new, |mut a, mut b| {
            a.append(&mut b);
            a
        });
    each.into_iter().collect()
}

/// Where replicas may be put.
struct Places {
    /// Domains on which replicas stand, or that the goal loses, those that carry most first.
    all: Vec<u32>,
    /// By service or store: the domains its replicas stand on.
    of: BTreeMap<NodeIx, BTreeSet<u32>>,
}

impl Places {
    fn new(model: &Model, engine: &Engine<'_>, goal: &Goal) -> Self {
        let mut carries: BTreeMap<u32, u64> = BTreeMap::new();
        let mut of: BTreeMap<NodeIx, BTreeSet<u32>> = BTreeMap::new();
        let kinds: BTreeSet<&str> = goal
            .clauses
            .iter()
            .flat_map(|clause| &clause.faults)
            .map(|fault| NodeIx(*fault))
            .filter(|fault| model.node(*fault).class == Class::Domain)
            .map(|fault| model.node(fault).id.kind())
            .collect();
        for (ix, node) in model.iter() {
            let is_wanted = node.class == Class::Domain && kinds.contains(node.id.kind());
            if is_wanted && engine.serves_without_faults(ix.0) {
                carries.entry(ix.0).or_default();
            }
        }
        for q in &model.requirements {
            let owner = model.node(q.of);
            let (Class::Replica, Some(service)) = (owner.class, owner.part_of) else {
                continue;
            };
            // Where a controller would put what it makes anew is nothing that anybody chose.
            if owner.evidence == Evidence::Assumed {
                continue;
            }
            let [only] = q.members.as_slice() else {
                continue;
            };
            let on = model.node(only.node);
            if q.mode != Mode::Placement || on.class != Class::Domain {
                continue;
            }
            if on.evidence == Evidence::Assumed || !engine.serves_without_faults(only.node.0) {
                continue;
            }
            *carries.entry(only.node.0).or_default() += 1;
            of.entry(service).or_default().insert(only.node.0);
        }
        let mut all: Vec<u32> = carries.keys().copied().collect();
        all.sort_by_key(|place| (std::cmp::Reverse(carries[place]), *place));
        Self { all, of }
    }
}

struct Finder<'a> {
    model: &'a Model,
    engine: &'a Engine<'a>,
    outcome: &'a Outcome,
    places: &'a Places,
}

impl Finder<'_> {
    /// Changes of the late `node` and of what it needs.
    fn around(&self, node: NodeIx, found: &mut BTreeSet<Change>) {
        let model = self.model;
        for (at, q) in super::change::requirements_of(model, node) {
            if !cone::matters(self.engine, self.outcome, node.0, at.0) {
                continue;
            }
            match q.mode {
                Mode::Start => {
                    if model.node(node).class != Class::Replica {
                        found.insert(Change::Loosen {
                            of: node,
                            requirement: at,
                        });
                    }
                }
                Mode::Hard | Mode::Placement => {
                    if replica_requirement(model, node) == Some(at) {
                        self.replicas(node, at, found);
                    } else {
                        self.alternatives(node, at, found);
                    }
                }
                Mode::Soft => {}
            }
        }
        // A replica waits for its start as its service does.
        if let (Class::Replica, Some(service)) = (model.node(node).class, model.node(node).part_of)
        {
            for (at, q) in super::change::requirements_of(model, service) {
                if q.mode == Mode::Start && cone::missing(self.engine, self.outcome, at.0) > 0 {
                    found.insert(Change::Loosen {
                        of: service,
                        requirement: at,
                    });
                }
            }
        }
    }

    /// Another provider or domain beside one that is lost.
    fn alternatives(&self, of: NodeIx, requirement: ReqIx, found: &mut BTreeSet<Change>) {
        if self.model.node(of).class == Class::Replica {
            return;
        }
        let members = &self.model.requirement(requirement).members;
        let lost = members.iter().find(|member| {
            let node = self.model.node(member.node);
            // A place has no second one: what stands in it is moved or copied instead.
            (node.class == Class::External || SUPPLIES.contains(&node.id.kind()))
                && cone::is_late(self.engine, self.outcome, member.node.0)
        });
        if let Some(member) = lost {
            found.insert(Change::Alternative {
                to: member.node,
                requirement,
            });
        }
    }

    /// More replicas, moved ones, active ones.
    fn replicas(&self, of: NodeIx, requirement: ReqIx, found: &mut BTreeSet<Change>) {
        let model = self.model;
        let q = model.requirement(requirement);
        let Some(like) = template(model, of) else {
            return;
        };
        let own = q.members.iter().find(|member| member.node == like);
        let unit = own.map_or(1, |member| member.weight).max(1);
        let missing = cone::missing(self.engine, self.outcome, requirement.0);
        let groups = entries(model, of, &q.members);
        let mut counts = BTreeSet::from([1, missing.div_ceil(unit)]);
        for group in &groups {
            if group.is_standby && group.may_be_active {
                let left = missing.saturating_sub(group.weight);
                counts.insert(left.div_ceil(unit));
                found.insert(Change::Activate {
                    of,
                    replicas: group.replicas.clone(),
                });
            }
        }
        let places = self.places(of);
        for on in &places {
            for count in counts
                .iter()
                .filter(|count| (1..=MOST_REPLICAS).contains(*count))
            {
                found.insert(Change::Add {
                    of,
                    on: *on,
                    count: *count,
                    weight: unit,
                });
            }
            for group in groups.iter().filter(|group| group.may_move) {
                let lost = |node: &NodeIx| cone::is_late(self.engine, self.outcome, node.0);
                if group.replicas.iter().all(lost) {
                    found.insert(Change::Move {
                        of,
                        replicas: group.replicas.clone(),
                        on: *on,
                    });
                }
            }
        }
    }

    /// Where further replicas of `of` might stand: places that this fault leaves.
    fn places(&self, of: NodeIx) -> Vec<NodeIx> {
        let known = self.places.of.get(&of);
        let stands = |place: &u32| known.is_some_and(|known| known.contains(place));
        let left = |place: &u32| !cone::is_late(self.engine, self.outcome, *place);
        let all = || self.places.all.iter().copied().filter(left);
        let near = all().filter(stands);
        let far = all().filter(|place| !stands(place));
        near.chain(far).take(PLACES).map(NodeIx).collect()
    }
}

/// Replicas that one entry of a manifest states.
struct Entry {
    replicas: Vec<NodeIx>,
    weight: u64,
    is_standby: bool,
    /// Somebody promotes them, and no controller: else nobody says that they could serve.
    may_be_active: bool,
    may_move: bool,
}

fn entries(model: &Model, of: NodeIx, members: &[Member]) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut by_place = BTreeMap::new();
    for member in members {
        let node = model.node(member.node);
        if node.class != Class::Replica || node.part_of != Some(of) {
            continue;
        }
        // What no source states stands alone.
        let place = node.sources.first().cloned();
        let key = (place.clone(), place.is_none().then_some(member.node));
        let at = *by_place.entry(key).or_insert_with(|| {
            found.push(Entry {
                replicas: Vec::new(),
                weight: 0,
                is_standby: member.standby.is_some(),
                may_be_active: true,
                may_move: true,
            });
            found.len() - 1
        });
        if let Some(entry) = found.get_mut(at) {
            entry.replicas.push(member.node);
            entry.weight = entry.weight.saturating_add(member.weight);
            let told = member.standby.as_ref().is_none_or(|ways| {
                !ways.is_empty() && ways.iter().all(|way| way.evidence != Evidence::Assumed)
            });
            entry.may_be_active &= told;
            entry.may_move &= told && node.evidence != Evidence::Assumed;
        }
    }
    found
}
