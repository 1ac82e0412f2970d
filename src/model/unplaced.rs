//! What is assumed of replicas that nobody placed: unnamed hosts in unnamed zones.

use rustc_hash::FxHashMap;

use super::compile::Part;
use super::draft::{Context, Draft};
use super::{Member, NodeIx};
use crate::ingest::fact::{Apart, Level, ReplicasFact, Source};
use crate::words::{Assume, Class, Evidence, Id, Mode};

/// Where replicas of one owner stand: each host once, with its zone where that is known here.
pub(super) type Places = Vec<(NodeIx, Option<NodeIx>)>;

/// Counters for the names of one owner's unnamed places.
#[derive(Default)]
pub(super) struct Counters {
    hosts: u64,
    zones: u64,
    /// How many replicas the last unnamed zone has.
    in_zone: u64,
    /// By zone, the host that was named last in it, and how many replicas that has.
    filled: FxHashMap<NodeIx, (String, u64)>,
    /// The zone of the host that all share as long as nothing forbids it.
    shared: Option<NodeIx>,
    /// The host and zone that all replicas of the entry at hand share, where nothing keeps them
    /// apart.
    pub(super) same: Option<(NodeIx, NodeIx)>,
}

/// An entry whose replicas need hosts.
pub(super) struct Unplaced<'a> {
    /// The name that its unnamed places get.
    pub(super) name: &'a str,
    pub(super) fact: &'a ReplicasFact,
    /// The only zones that they may run in; none: any.
    pub(super) zones: &'a [NodeIx],
    /// Where those run that these must share a place with.
    pub(super) beside: &'a Places,
    pub(super) context: &'a Context,
}

/// The most that may share one place.
#[derive(Clone, Copy)]
struct Most {
    hosts: u64,
    zones: u64,
}

impl Unplaced<'_> {
    fn most(&self, assume: Assume) -> Most {
        let spread = &self.fact.spread;
        let most = |apart: Option<Apart>| match (assume, apart) {
            (Assume::Optimistic, _) => 1,
            (Assume::Pessimistic, Some(apart)) => apart.most.max(1),
            (Assume::Pessimistic, None) => u64::MAX,
        };
        let mut all = Most {
            hosts: most(spread.hosts),
            zones: most(spread.zones),
        };
        // Those that must be together with each other can't be kept apart, nor hoped to be.
        match &spread.together {
            Some(tie) if tie.is_own(&self.fact.of) => {
                all.zones = u64::MAX;
                if tie.level == Level::Host {
                    all.hosts = u64::MAX;
                }
            }
            _ => {}
        }
        all
    }

    /// The host of the `nth` replica, if it must be one that another workload's runs on.
    fn beside_host(&self, nth: u64, most: Most) -> Option<(NodeIx, Option<NodeIx>)> {
        let tie = self.fact.spread.together.as_ref()?;
        if tie.level != Level::Host {
            return None;
        }
        let last = self.beside.len().checked_sub(1)?;
        let turn = usize::try_from(nth / most.hosts).map_or(last, |turn| turn.min(last));
        self.beside.get(turn).copied()
    }

    /// The zones that are left: those allowed, and with others in them if they must be beside.
    fn zones(&self) -> Vec<NodeIx> {
        let is_tied = self.fact.spread.together.is_some();
        let mut beside: Vec<NodeIx> = Vec::new();
        for zone in self.beside.iter().filter_map(|(_, zone)| *zone) {
            let allowed = self.zones.is_empty() || self.zones.contains(&zone);
            if is_tied && allowed && !beside.contains(&zone) {
                beside.push(zone);
            }
        }
        if beside.is_empty() {
            self.zones.to_vec()
        } else {
            beside
        }
    }
}

impl Draft<'_> {
    /// The host that stands in for the unknown one of the `nth` replica of an entry, and its
    /// zone as far as that is known here.
    pub(super) fn unnamed_host(
        &mut self,
        entry: &Unplaced<'_>,
        nth: u64,
        numbers: &mut Counters,
    ) -> (NodeIx, Option<NodeIx>) {
        let &Unplaced {
            name,
            fact,
            context,
            ..
        } = entry;
        let most = entry.most(self.assume);
        if let Some(place) = entry.beside_host(nth, most) {
            return place;
        }
        let apart = most.zones < u64::MAX;
        let alike = !apart && most.hosts == u64::MAX && fact.spread.together.is_none();
        if let Some((host, zone)) = numbers.same.filter(|_| alike) {
            return (host, Some(zone));
        }
        let assumed = context.known(Evidence::Assumed);
        let zones = entry.zones();
        let is_beside = fact.spread.together.is_some() && !entry.beside.is_empty();
        let (zone, known) = match zones.as_slice() {
            [only] => (*only, context.clone()),
            [first, ..] if apart || is_beside => {
                let turn = turn(nth, fact.count, zones.len(), most.zones);
                let mut known = context.known(Evidence::Inferred.max(context.evidence));
                let stated = fact.spread.zones.map(|apart| apart.span);
                let tied = fact.spread.together.as_ref().map(|tie| tie.span);
                if let Some(span) = stated.or(tied) {
                    known.sources = vec![Source::Here(span)];
                }
                (zones.get(turn).copied().unwrap_or(*first), known)
            }
            _ if apart => {
                if numbers.zones == 0 || numbers.in_zone >= most.zones {
                    numbers.zones += 1;
                    numbers.in_zone = 0;
                }
                numbers.in_zone += 1;
                let zone = format!("{name}?{}", numbers.zones);
                (self.unnamed("zone", &zone, name, &assumed), assumed.clone())
            }
            _ => {
                let zone = format!("{name}?");
                (self.unnamed("zone", &zone, name, &assumed), assumed.clone())
            }
        };
        // Replicas in different zones are on different hosts; those that share a zone share one
        // host unless something forbids it.
        let host = if most.hosts < u64::MAX {
            match numbers.filled.get_mut(&zone) {
                Some((host, count)) if *count < most.hosts => {
                    *count += 1;
                    host.clone()
                }
                _ => {
                    numbers.hosts += 1;
                    let host = format!("{name}?{}", numbers.hosts);
                    numbers.filled.insert(zone, (host.clone(), 1));
                    host
                }
            }
        } else if apart && zones.is_empty() {
            format!("{name}?{}", numbers.zones)
        } else if (apart && zones.len() > 1) || *numbers.shared.get_or_insert(zone) != zone {
            format!("{name}?@{}", self.id(zone))
        } else {
            format!("{name}?")
        };
        let host = self.unnamed("host", &host, name, &assumed);
        self.unnamed.insert(host);
        let part = stands_on(self.id(zone), zone);
        self.add_part(host, &part, &known);
        let spread = &fact.spread;
        for wider in [&spread.cluster, &spread.region].into_iter().flatten() {
            let wider = self.resolve(wider, context);
            let part = stands_on(self.id(wider), wider);
            self.add_part(host, &part, context);
        }
        numbers.same = alike.then_some((host, zone));
        (host, Some(zone))
    }

    /// A domain that nobody named.
    fn unnamed(&mut self, kind: &str, name: &str, of: &str, context: &Context) -> NodeIx {
        let ix = self.ensure(&Id::new(kind, name), Class::Domain, context);
        let node = self.node_mut(ix);
        node.title
            .get_or_insert_with(|| format!("unnamed {kind} of {of}"));
        ix
    }
}

/// Which of `places` named ones the `nth` of `count` replicas is in, if none may have more than
/// `most` more than the emptiest. At 1 they are taken in turn. Above, the first is as full as the
/// constraint lets it be: the largest k with k ≤ ⌊(count - k) / (places - 1)⌋ + most.
/// O(log count).
fn turn(nth: u64, count: u64, places: usize, most: u64) -> usize {
    let others = u64::try_from(places).unwrap_or(u64::MAX).saturating_sub(1);
    if others == 0 {
        return 0;
    }
    let turn = if most <= 1 {
        nth % (others + 1)
    } else {
        let fits = |first: u64| first <= ((count - first) / others).saturating_add(most);
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = high - (high - low) / 2;
            if fits(middle) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        match nth.checked_sub(low) {
            Some(rest) => 1 + rest % others,
            None => 0,
        }
    };
    usize::try_from(turn).unwrap_or(0)
}

/// "Stands on this one node."
pub(super) fn stands_on(id: &Id, node: NodeIx) -> Part {
    Part {
        mode: Mode::Placement,
        need: 1,
        members: vec![Member {
            node,
            weight: 1,
            standby: None,
        }],
        name: id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::turn;

    /// The skew that Kubernetes measures: no place has more than `most` more than the emptiest,
    /// and the first could not have one more.
    #[test]
    fn places_are_as_full_as_the_skew_allows() {
        for places in 2..5_usize {
            for count in 0..20_u64 {
                for most in 1..6_u64 {
                    let mut filled = vec![0_u64; places];
                    for nth in 0..count {
                        filled[turn(nth, count, places, most)] += 1;
                    }
                    let least = *filled.iter().min().unwrap();
                    let full = *filled.iter().max().unwrap();
                    assert_eq!(filled.iter().sum::<u64>(), count);
                    assert!(full - least <= most, "{places} {count} {most}: {filled:?}");
                    let (more, rest) = (full + 1, count.saturating_sub(full + 1));
                    let others = places as u64 - 1;
                    let possible = more <= count && more <= rest / others + most;
                    assert!(!possible, "{places} {count} {most}: {filled:?}");
                }
            }
        }
    }
}
