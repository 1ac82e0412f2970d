//! What the kinds of failure domains mean to rules. Kinds are open: an unknown kind is an
//! ordinary place.

/// Domains so wide that whatever else takes a thing is the nearer answer: who stands on one zone
/// learns of the zone first, and of the region when that is mended.
const WIDE: &[&str] = &[
    "region",
    "country",
    "continent",
    "provider",
    "cloud",
    "account",
    "project",
    "subscription",
];

/// What supplies power.
const POWER: &[&str] = &[
    "power",
    "feed",
    "ups",
    "battery",
    "generator",
    "pdu",
    "substation",
    "utility",
    "grid",
];

/// Places that are meant to fail apart from each other.
const SITES: &[&str] = &["site", "building", "datacenter", "dc", "idc", "campus"];

/// Zones of a provider.
const ZONES: &[&str] = &["zone", "az", "availability-zone"];

/// What is physically there: a wall, a room, a machine, and what supplies them.
const PHYSICAL: &[&str] = &[
    "site",
    "building",
    "datacenter",
    "dc",
    "idc",
    "campus",
    "floor",
    "hall",
    "room",
    "compartment",
    "cooling",
    "water",
];

/// Places in which things stand; all other kinds are supplies, networks, settings and contracts
/// that places share without anybody drawing it.
const PLACES: &[&str] = &[
    "region",
    "country",
    "continent",
    "site",
    "building",
    "datacenter",
    "dc",
    "idc",
    "campus",
    "floor",
    "hall",
    "room",
    "zone",
    "az",
    "availability-zone",
    "cluster",
    "rack",
    "chassis",
    "host",
    "node",
];

/// One change that reaches everything that shares it.
const ROLLOUTS: &[&str] = &["config", "rollout", "release"];

pub(super) fn is_wide(kind: &str) -> bool {
    WIDE.contains(&kind)
}

pub(super) fn is_power(kind: &str) -> bool {
    POWER.contains(&kind)
}

pub(super) fn is_site(kind: &str) -> bool {
    SITES.contains(&kind)
}

pub(super) fn is_zone(kind: &str) -> bool {
    ZONES.contains(&kind)
}

pub(super) fn is_physical(kind: &str) -> bool {
    PHYSICAL.contains(&kind) || is_power(kind)
}

pub(super) fn is_place(kind: &str) -> bool {
    PLACES.contains(&kind)
}

pub(super) fn is_rollout(kind: &str) -> bool {
    ROLLOUTS.contains(&kind)
}

/// A single machine or less: nobody expects a second site from it.
pub(super) fn is_small(kind: &str) -> bool {
    matches!(
        kind,
        "host" | "node" | "rack" | "chassis" | "volume" | "pdu"
    )
}
