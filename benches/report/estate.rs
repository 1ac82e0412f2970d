//! Manifests of large estates, the same for the same scale: what a company might keep in its
//! inventory. Regions, sites, rooms with two feeds, racks with a switch each, hosts; services in five
//! tiers with three replicas, some with a standby in another region; stores; journeys.

use std::fmt::Write as _;

/// How large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) services: usize,
    pub(crate) regions: usize,
    pub(crate) sites: usize,
    pub(crate) rooms: usize,
    pub(crate) racks: usize,
    pub(crate) hosts: usize,
}

/// 1,000 services on 286 domains, and 10,000 on 3,040.
pub(crate) const SMALL: Size = Size {
    services: 1_000,
    regions: 2,
    sites: 2,
    rooms: 2,
    racks: 4,
    hosts: 6,
};
pub(crate) const LARGE: Size = Size {
    services: 10_000,
    regions: 4,
    sites: 3,
    rooms: 4,
    racks: 5,
    hosts: 10,
};

/// `SplitMix64` (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap_or(0)
    }
}

const AREAS: [&str; 10] = [
    "cart", "order", "login", "search", "ledger", "mail", "photo", "route", "stock", "chat",
];
const PARTS: [&str; 8] = [
    "api", "worker", "index", "cache", "gateway", "sync", "feed", "rules",
];

/// Name of service `number`: unique, as people make them.
fn service(number: usize) -> String {
    let area = AREAS[number % AREAS.len()];
    let part = PARTS[number / AREAS.len() % PARTS.len()];
    format!("{area}-{part}-{}", number / (AREAS.len() * PARTS.len()))
}

/// The manifest, one file.
pub(crate) fn manifest(scale: Size) -> String {
    let mut random = Random(7);
    let mut text = String::from("domains:\n");
    let mut hosts: Vec<Vec<String>> = Vec::new();
    for region in 0..scale.regions {
        let _ = writeln!(text, "  - {{id: region:r{region}, title: Region {region}}}");
        for site in 0..scale.sites {
            let site = format!("r{region}-s{site}");
            let mut here = Vec::new();
            let _ = writeln!(text, "  - {{id: site:{site}, in: region:r{region}}}");
            for room in 0..scale.rooms {
                let room = format!("{site}-m{room}");
                let _ = writeln!(text, "  - {{id: room:{room}, in: site:{site}}}");
                for feed in ["a", "b"] {
                    let _ = writeln!(
                        text,
                        "  - {{id: power:{room}-{feed}, within: room:{room}, in: site:{site}}}"
                    );
                }
                for rack in 0..scale.racks {
                    let rack = format!("{room}-k{rack}");
                    let _ = writeln!(text, "  - {{id: network:{rack}-tor, within: room:{room}}}");
                    let _ = writeln!(
                        text,
                        "  - {{id: rack:{rack}, in: room:{room}, requires: [{{any: [power:{room}-a, power:{room}-b]}}, network:{rack}-tor]}}"
                    );
                    for host in 0..scale.hosts {
                        let host = format!("host:{rack}-h{host:02}");
                        let _ = writeln!(text, "  - {{id: {host}, in: rack:{rack}}}");
                        here.push(host);
                    }
                }
            }
            hosts.push(here);
        }
    }
    services(&mut text, &mut random, scale, &hosts);
    text
}

fn services(text: &mut String, random: &mut Random, scale: Size, hosts: &[Vec<String>]) {
    text.push_str("services:\n");
    let tiers = 5;
    for number in 0..scale.services {
        let tier = number * tiers / scale.services;
        let home = random.below(hosts.len());
        let _ = write!(
            text,
            "  - id: service:{}\n    tier: {}\n    owner: team-{:02}\n",
            service(number),
            tier.min(4),
            number % 60
        );
        if number % 4 == 0 {
            let _ = writeln!(text, "    rto: {}m", 5 + number % 50);
        }
        text.push_str("    replicas:\n");
        for replica in 0..3 {
            // Half of the services live in one site, the others in three.
            let site = if number % 2 == 0 {
                home
            } else {
                (home + replica) % hosts.len()
            };
            let host = &hosts[site][random.below(hosts[site].len())];
            let _ = writeln!(text, "      - {{on: {host}}}");
        }
        if number % 10 == 3 {
            let site = (home + hosts.len() / 2) % hosts.len();
            let host = &hosts[site][random.below(hosts[site].len())];
            let _ = writeln!(
                text,
                "      - {{on: {host}, standby: [{{takes: 20m, requires: [service:{}]}}, {{takes: 8h}}]}}",
                service(scale.services - 1)
            );
        }
        // Requirements go to later tiers: the last one is the platform.
        let next = (tier + 1) * scale.services / tiers;
        if next + 4 < scale.services {
            let span = scale.services / tiers - 4;
            let mut of: Vec<usize> = (0..2 + number % 2)
                .map(|_| next + random.below(span))
                .collect();
            of.sort_unstable();
            of.dedup();
            let names: Vec<String> = of
                .iter()
                .map(|of| format!("service:{}", service(*of)))
                .collect();
            let _ = writeln!(text, "    requires: [{}]", names.join(", "));
            if number % 5 == 1 {
                let _ = writeln!(
                    text,
                    "    optional: [service:{}]",
                    service(next + random.below(span))
                );
            }
        }
        if number % 7 == 2 {
            let _ = writeln!(text, "    start: [service:{}]", service(scale.services - 2));
        }
    }
    text.push_str("journeys:\n");
    for journey in 0..24 {
        let of: Vec<String> = (0..3)
            .map(|_| format!("service:{}", service(random.below(scale.services / 5))))
            .collect();
        let _ = writeln!(
            text,
            "  - {{id: journey:j{journey}, title: Journey {journey}, tier: {}, users: {}, requires: [{}]}}",
            journey % 2,
            (journey + 1) * 10_000,
            of.join(", ")
        );
    }
}
