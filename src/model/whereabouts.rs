//! One host that two sources place in two sites, racks or zones.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::NodeIx;
use super::draft::{Draft, Entry};
use super::join::{EXCLUSIVE, HOST};
use crate::message;
use crate::source::{Problem, ProblemKind};
use crate::words::Mode;

/// Longest chain of places that is followed.
const HOPS: usize = 32;

/// The entries that say, plainly, what a node stands on: node, entry, place. Sorted.
#[derive(Default)]
struct Stands(Vec<(NodeIx, usize, NodeIx)>);

impl Stands {
    /// What is said of `of`, in the order of the entries. O(log).
    fn of(&self, of: NodeIx) -> &[(NodeIx, usize, NodeIx)] {
        let from = self.0.partition_point(|(node, ..)| *node < of);
        let rest = self.0.get(from..).unwrap_or_default();
        let count = rest.partition_point(|(node, ..)| *node == of);
        rest.get(..count).unwrap_or_default()
    }
}

impl Draft<'_> {
    /// Notes each host that two sources place in two places of one kind. The native manifest's
    /// word replaces that of the others; else all count, so that the loss of any takes the host.
    /// O(placements · log), beside the walk from each host that several sources place.
    pub(super) fn settle_whereabouts(&mut self) {
        let rank = |at: usize| self.entries.get(at).map(|entry| entry.rank);
        // One source does not contradict itself.
        if self.entries.iter().all(|entry| Some(entry.rank) == rank(0)) {
            return;
        }
        let plainly = |(at, entry): (usize, &Entry)| {
            let requirement = &entry.requirement;
            match requirement.members.as_slice() {
                [one] if requirement.mode == Mode::Placement && !entry.dropped => {
                    Some((requirement.of, at, one.node))
                }
                _ => None,
            }
        };
        let mut stands = Stands(
            self.entries
                .iter()
                .enumerate()
                .filter_map(plainly)
                .collect(),
        );
        stands.0.sort_unstable();
        let by_node = stands.0.chunk_by(|a, b| a.0 == b.0);
        let mut hosts: Vec<NodeIx> = by_node
            .filter_map(|said| {
                let (of, first, _) = *said.first()?;
                let several = said.iter().any(|(_, at, _)| rank(*at) != rank(first));
                (several && self.id(of).kind() == HOST).then_some(of)
            })
            .collect();
        hosts.sort_by(|a, b| self.id(*a).cmp(self.id(*b)));
        for host in hosts {
            let said = stands.of(host).iter();
            let mut said: Vec<(usize, NodeIx)> = said.map(|(_, at, on)| (*at, *on)).collect();
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
                    let message = message!(
                        "`{what}` stands in `{what2}` here and in `{what3}` in {what4}: {outcome}",
                        outcome,
                        what = self.id(host),
                        what2 = self.id(b),
                        what3 = self.id(a),
                        what4 = self.sources.path(one.file)
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
            for (.., next) in stands.of(at) {
                if hops < HOPS && met.insert(*next) {
                    queue.push_back((*next, hops + 1));
                }
            }
        }
        places
    }
}
