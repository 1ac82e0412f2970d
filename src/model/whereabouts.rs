//! One host that two sources place in two sites, racks or zones.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::NodeIx;
use super::draft::Draft;
use super::join::{EXCLUSIVE, HOST};
use crate::source::{Problem, ProblemKind};
use crate::words::Mode;

/// Longest chain of places that is followed.
const HOPS: usize = 32;

/// By node: the entries that say, plainly, what it stands on.
type Stands = HashMap<NodeIx, Vec<(usize, NodeIx)>>;

impl Draft<'_> {
    /// Notes each host that two sources place in two places of one kind. The native manifest's
    /// word replaces that of the others; else all count, so that the loss of any takes the host.
    /// O(placements), beside the walk from each host that several sources place.
    pub(super) fn settle_whereabouts(&mut self) {
        let mut stands: Stands = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let requirement = &entry.requirement;
            if let ([one], Mode::Placement, false) = (
                requirement.members.as_slice(),
                requirement.mode,
                entry.dropped,
            ) {
                stands
                    .entry(requirement.of)
                    .or_default()
                    .push((at, one.node));
            }
        }
        let source = |at: usize| self.entries.get(at).map(|entry| entry.rank);
        let mut hosts: Vec<NodeIx> = stands
            .iter()
            .filter(|(of, said)| {
                let first = said.first().and_then(|(at, _)| source(*at));
                self.id(**of).kind() == HOST && said.iter().any(|(at, _)| source(*at) != first)
            })
            .map(|(of, _)| *of)
            .collect();
        hosts.sort_by(|a, b| self.id(*a).cmp(self.id(*b)));
        for host in hosts {
            let mut said = stands.get(&host).cloned().unwrap_or_default();
            // The strongest word first, then the order of the files.
            said.sort_by_key(|(at, _)| {
                let entry = self.entries.get(*at);
                entry.map(|entry| (!entry.rank.authoritative, entry.rank.adapter, entry.span))
            });
            self.settle_host(host, &said, &stands);
        }
    }

    fn settle_host(&mut self, host: NodeIx, said: &[(usize, NodeIx)], stands: &Stands) {
        let places: Vec<BTreeMap<&'static str, BTreeSet<NodeIx>>> = said
            .iter()
            .map(|(_, on)| self.around(*on, stands))
            .collect();
        let mut told = BTreeSet::new();
        for (nth, (later, _)) in said.iter().enumerate() {
            for (before, (earlier, _)) in said.iter().enumerate().take(nth) {
                let (Some(one), Some(two)) = (self.entries.get(*earlier), self.entries.get(*later))
                else {
                    continue;
                };
                let same_source = one.rank == two.rank;
                let (Some(in_one), Some(in_two)) = (places.get(before), places.get(nth)) else {
                    continue;
                };
                let found = EXCLUSIVE.iter().find_map(|kind| {
                    let (a, b) = (in_one.get(kind)?, in_two.get(kind)?);
                    let first = |all: &BTreeSet<NodeIx>| all.first().copied();
                    a.is_disjoint(b).then(|| first(a).zip(first(b))).flatten()
                });
                let Some((a, b)) = found.filter(|_| !same_source) else {
                    continue;
                };
                let wins = one.rank.authoritative && !two.rank.authoritative;
                let (one, two) = (one.span, two.span);
                if told.insert((a, b)) {
                    let outcome = if wins {
                        format!("`{}` was taken", self.id(a))
                    } else {
                        "both count, so the loss of either takes it".to_owned()
                    };
                    let message = format!(
                        "`{}` stands in `{}` here and in `{}` in {}: {outcome}",
                        self.id(host),
                        self.id(b),
                        self.id(a),
                        self.sources.path(one.file),
                    );
                    let related = format!("in `{}`", self.id(a));
                    self.problems.push(
                        Problem::new(ProblemKind::Conflict, two, message)
                            .with_related(one, related),
                    );
                }
                if wins && let Some(entry) = self.entries.get_mut(*later) {
                    entry.dropped = true;
                }
            }
        }
    }

    /// Everything that `on` is and stands on, by kind.
    fn around(&self, on: NodeIx, stands: &Stands) -> BTreeMap<&'static str, BTreeSet<NodeIx>> {
        let mut places: BTreeMap<&'static str, BTreeSet<NodeIx>> = BTreeMap::new();
        let mut met = BTreeSet::from([on]);
        let mut queue = VecDeque::from([(on, 0)]);
        while let Some((at, hops)) = queue.pop_front() {
            let kind = EXCLUSIVE.iter().find(|kind| **kind == self.id(at).kind());
            if let Some(kind) = kind {
                places.entry(kind).or_default().insert(at);
            }
            for (_, next) in stands.get(&at).into_iter().flatten() {
                if hops < HOPS && met.insert(*next) {
                    queue.push_back((*next, hops + 1));
                }
            }
        }
        places
    }
}
