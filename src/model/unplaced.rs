//! What is assumed of replicas that nobody placed: unnamed hosts in unnamed zones.

use super::compile::Part;
use super::draft::{Context, Draft};
use super::replicas::Numbers;
use super::{Member, NodeIx};
use crate::ingest::fact::{ReplicasFact, Source};
use crate::words::{Assume, Class, Evidence, Id, Mode};

impl Draft<'_> {
    /// The host that stands in for the unknown one of the `nth` replica of an entry.
    pub(super) fn unnamed_host(
        &mut self,
        name: &str,
        fact: &ReplicasFact,
        zones: &[NodeIx],
        nth: u64,
        numbers: &mut Numbers,
        context: &Context,
    ) -> NodeIx {
        let assumed = context.known(Evidence::Assumed);
        let pessimistic = self.assume == Assume::Pessimistic;
        let own_zone = !pessimistic || fact.spread.zones.is_some();
        let own_host = !pessimistic || fact.spread.hosts.is_some();
        // Replicas in different zones are on different hosts; those that share a zone share one
        // host unless something forbids it.
        let turns = u64::try_from(zones.len()).unwrap_or(u64::MAX);
        let turn = if turns == 0 { nth } else { nth % turns };
        let host = if own_host || (own_zone && turns == 0) {
            numbers.hosts += 1;
            format!("{name}?{}", numbers.hosts)
        } else if own_zone && turns > 1 {
            let zone = zones.get(usize::try_from(turn).unwrap_or(0));
            let zone = zone.map_or_else(String::new, |zone| self.id(*zone).to_string());
            format!("{name}?@{zone}")
        } else {
            format!("{name}?")
        };
        let host = self.unnamed("host", &host, name, &assumed);
        self.unnamed.insert(host);
        let (zone, known) = match zones {
            [only] => (*only, context.clone()),
            [first, ..] if own_zone => {
                let zone = zones.get(usize::try_from(turn).unwrap_or(0));
                let mut known = context.known(Evidence::Inferred.max(context.evidence));
                if let Some(span) = fact.spread.zones {
                    known.sources = vec![Source::Here(span)];
                }
                (zone.copied().unwrap_or(*first), known)
            }
            _ if own_zone => {
                numbers.zones += 1;
                let zone = format!("{name}?{}", numbers.zones);
                (self.unnamed("zone", &zone, name, &assumed), assumed.clone())
            }
            _ => {
                let zone = format!("{name}?");
                (self.unnamed("zone", &zone, name, &assumed), assumed.clone())
            }
        };
        let part = stands_on(self.id(zone), zone);
        self.add_part(host, &part, &known);
        let spread = &fact.spread;
        for wider in [&spread.cluster, &spread.region].into_iter().flatten() {
            let wider = self.resolve(wider, context);
            let part = stands_on(self.id(wider), wider);
            self.add_part(host, &part, context);
        }
        host
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
