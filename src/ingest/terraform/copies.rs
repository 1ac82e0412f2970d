//! How many copies of a service or store there are, where, and which of them only wait.
//!
//! Times are what the providers document for their own fail-over; all are assumed.

use super::place::{self, Places, Spot};
use super::value::Val;
use crate::source::Span;
use crate::words::{Evidence, Replication};

/// The rule by which a type has copies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Copies {
    /// One, in one zone.
    One,
    /// The provider spreads it over the zones of a region.
    Regional,
    /// One in each zone that it is given.
    EachZone,
    /// One, in its zone if it has one; else the provider spreads it.
    ZoneOrRegion,
    /// As many as the first of these paths says, spread over the zones.
    Spread(&'static [&'static str]),
    /// The same, made anew when they are lost.
    Group(&'static [&'static str]),
    /// A rule of its own.
    By(fn(&Seen<'_>) -> Vec<Copy>),
}

/// What a rule looks at.
pub(super) struct Seen<'a> {
    pub(super) kind: &'a str,
    pub(super) values: &'a Val,
    pub(super) places: &'a Places,
    /// Resources that are parts of this one: instances of a database cluster, read replicas.
    pub(super) parts: Vec<(&'a Val, Places, Span)>,
    pub(super) span: Span,
}

/// Some copies that are alike.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) count: u64,
    pub(super) at: At,
    /// The region that it is in, where that is another than its primary's.
    pub(super) region: Option<Spot>,
    pub(super) turn: Turn,
    pub(super) replication: Option<Replication>,
    /// A controller makes lost ones anew.
    pub(super) replaced: bool,
    pub(super) evidence: Evidence,
    pub(super) span: Span,
}

/// When copies serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Always,
    /// After those that do are lost, and so many seconds.
    After(u64),
    /// Nothing promotes them by itself.
    Never,
}

/// Where copies are.
#[derive(Clone, Debug)]
pub(super) enum At {
    /// In these zones in turn.
    Zones(Vec<Spot>),
    /// In one of these, nobody says in which.
    OneOf(Vec<Spot>),
    /// The provider keeps it up while the region is.
    Region(Spot),
    /// Not known; in different zones if something says so.
    Unknown(Option<Span>),
    /// Spread by a provider over a region that is not known: nothing to stand on.
    Nowhere,
}

/// Fail-over of a database instance to the standby in another zone.
const DATABASE_S: u64 = 120;
/// Fail-over inside a cluster of database instances.
const CLUSTER_S: u64 = 60;
/// Fail-over of a cache.
const CACHE_S: u64 = 60;
/// How far asynchronous copies may be behind where the provider promises nothing better.
const LAG_S: u64 = 60;
/// The same for copies in another region.
const FAR_LAG_S: u64 = 900;

impl Copies {
    /// The copies of what was seen.
    pub(super) fn of(self, seen: &Seen<'_>) -> Vec<Copy> {
        match self {
            Self::Regional => vec![regional(seen)],
            Self::EachZone => vec![each_zone(seen)],
            Self::ZoneOrRegion if seen.places.zones.is_empty() => vec![regional(seen)],
            Self::One | Self::ZoneOrRegion => vec![one(seen)],
            Self::Spread(paths) => vec![spread(seen, paths)],
            Self::Group(paths) => {
                let made = spread(seen, paths);
                vec![Copy {
                    replaced: true,
                    at: apart(seen, made.at),
                    ..made
                }]
            }
            Self::By(rule) => rule(seen),
        }
    }
}

fn copy(count: u64, at: At, span: Span) -> Copy {
    Copy {
        count,
        at,
        region: None,
        turn: Turn::Always,
        replication: None,
        replaced: false,
        evidence: Evidence::Declared,
        span,
    }
}

/// Where one thing is that has these places.
fn single(places: &Places) -> At {
    match (places.zones.as_slice(), &places.region) {
        ([_], _) => At::Zones(places.zones.clone()),
        // A list of zones around one instance is a choice, not redundancy.
        ([_, ..], _) => At::OneOf(places.zones.clone()),
        ([], Some(region)) if region.id.kind() != "region" => At::Zones(vec![region.clone()]),
        ([], _) => At::Unknown(None),
    }
}

fn one(seen: &Seen<'_>) -> Copy {
    copy(1, single(seen.places), seen.span)
}

fn regional(seen: &Seen<'_>) -> Copy {
    let at = seen.places.wider().map_or(At::Nowhere, At::Region);
    copy(1, at, seen.span)
}

fn each_zone(seen: &Seen<'_>) -> Copy {
    match seen.places.zones.len() {
        0 => regional(seen),
        zones => copy(
            to_count(zones),
            At::Zones(seen.places.zones.clone()),
            seen.span,
        ),
    }
}

/// Groups that their provider spreads over the zones of a region: which zones these are may not
/// be stated, but there are several.
fn apart(seen: &Seen<'_>, at: At) -> At {
    let by_region = matches!(
        seen.kind,
        "google_compute_region_instance_group_manager" | "google_container_node_pool"
    );
    let all_zones = seen.values.get("availability_zones").is_some_and(|value| {
        let references = value.references();
        let mut lists = references
            .iter()
            .map(|of| place::lists_zones(&of.resource, &of.attribute));
        !references.is_empty() && lists.all(|lists| lists)
    });
    match at {
        At::Unknown(None) if by_region || all_zones => At::Unknown(Some(seen.span)),
        at => at,
    }
}

/// So many, over the zones that are known.
fn over_zones(count: u64, seen: &Seen<'_>, span: Span) -> Copy {
    let at = match seen.places.zones.len() {
        0 => match &seen.places.region {
            Some(region) if region.id.kind() != "region" => At::Zones(vec![region.clone()]),
            _ => At::Unknown(None),
        },
        _ => At::Zones(seen.places.zones.clone()),
    };
    copy(count, at, span)
}

fn spread(seen: &Seen<'_>, paths: &[&str]) -> Copy {
    let stated = paths.iter().find_map(|path| seen.values.count_at(path));
    match stated {
        Some((count, span)) => over_zones(count, seen, span),
        None if paths.is_empty() => each_zone(seen),
        // How many there are is not known; one is the least.
        None => Copy {
            evidence: Evidence::Assumed,
            ..over_zones(1, seen, seen.span)
        },
    }
}

fn to_count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The other copy of a pair: promoted after so long, in another zone than the first.
fn other(seen: &Seen<'_>, takes_s: Option<u64>, replication: Replication, span: Span) -> Copy {
    let zones: Vec<Spot> = match &single(seen.places) {
        At::Zones(first) => {
            let rest = seen
                .places
                .zones
                .iter()
                .filter(|zone| !first.contains(zone));
            rest.cloned().collect()
        }
        _ => Vec::new(),
    };
    let at = match (zones.is_empty(), seen.places.wider()) {
        (false, _) => At::OneOf(zones),
        (true, Some(region)) if !seen.places.zones.is_empty() => At::Region(region),
        _ => At::Unknown(Some(span)),
    };
    Copy {
        turn: takes_s.map_or(Turn::Never, Turn::After),
        replication: Some(replication),
        ..copy(1, at, span)
    }
}

/// One primary, and one in another zone if `yes` says so.
fn pair(seen: &Seen<'_>, yes: bool, takes_s: u64, span: Span) -> Vec<Copy> {
    if !yes {
        return vec![one(seen)];
    }
    let zones = &seen.places.zones;
    let mut first = one(seen);
    if zones.len() == 1 {
        return vec![first, other(seen, Some(takes_s), Replication::Sync, span)];
    }
    // Two of the zones that it may use, or two that nobody names.
    let second = if zones.len() > 1 {
        first.at = At::Zones(zones.iter().take(1).cloned().collect());
        At::Zones(zones.iter().skip(1).take(1).cloned().collect())
    } else {
        first.at = At::Unknown(Some(span));
        At::Unknown(Some(span))
    };
    let second = Copy {
        turn: Turn::After(takes_s),
        replication: Some(Replication::Sync),
        evidence: Evidence::Inferred,
        ..copy(1, second, span)
    };
    vec![first, second]
}

/// Copies that follow the primary behind; nothing promotes them by itself.
fn followers(seen: &Seen<'_>) -> impl Iterator<Item = Copy> {
    let follower = |(_, places, span): &(&Val, Places, Span)| {
        let home = seen.places.wider().map(|spot| spot.id);
        let theirs = places.wider().map(|spot| spot.id);
        let far = home.is_some() && theirs.is_some() && home != theirs;
        let lag_s = if far { FAR_LAG_S } else { LAG_S };
        Copy {
            turn: Turn::Never,
            replication: Some(Replication::Async { lag_s }),
            region: places.wider(),
            ..copy(1, single(places), *span)
        }
    };
    seen.parts
        .iter()
        .map(follower)
        .collect::<Vec<_>>()
        .into_iter()
}

/// RDS: `multi_az` keeps a standby in another zone.
pub(super) fn aws_db(seen: &Seen<'_>) -> Vec<Copy> {
    let yes = seen.values.bool_at("multi_az") == Some(true);
    let span = seen
        .values
        .get("multi_az")
        .map_or(seen.span, |value| value.span);
    let mut seen_here = seen.places.clone();
    // The zones of its subnets are a choice; the one it is in is said by itself.
    if let Some((zone, _)) = seen.values.text_at("availability_zone") {
        let own = |spot: &Spot| spot.id.name() == zone;
        seen_here.zones.sort_by_key(|spot| !own(spot));
        if !yes {
            seen_here.zones.retain(own);
        }
    }
    let here = Seen {
        places: &seen_here,
        parts: Vec::new(),
        ..*seen
    };
    pair(&here, yes, DATABASE_S, span)
        .into_iter()
        .chain(followers(seen))
        .collect()
}

/// Aurora and its like: the first instance writes, the others take over; storage is shared.
pub(super) fn aws_cluster(seen: &Seen<'_>) -> Vec<Copy> {
    if seen.parts.is_empty() {
        // RDS's own clusters of three zones.
        if seen.values.text_at("db_cluster_instance_class").is_some() {
            let primary = Copy {
                replication: Some(Replication::Primary),
                ..copy(1, At::Unknown(Some(seen.span)), seen.span)
            };
            let reader = Copy {
                turn: Turn::After(CLUSTER_S),
                replication: Some(Replication::Sync),
                ..copy(2, At::Unknown(Some(seen.span)), seen.span)
            };
            return vec![primary, reader];
        }
        // The zones of a cluster are those of its storage: of instances nothing is known.
        let at = seen
            .places
            .wider()
            .map_or(At::Unknown(None), |_| At::OneOf(seen.places.zones.clone()));
        let at = match at {
            At::OneOf(zones) if zones.is_empty() => At::Unknown(None),
            at => at,
        };
        return vec![Copy {
            evidence: Evidence::Assumed,
            ..copy(1, at, seen.span)
        }];
    }
    let mut copies = Vec::new();
    for (number, (_, places, span)) in seen.parts.iter().enumerate() {
        let mut made = copy(1, single(places), *span);
        // Instances of which nobody says where they are: the service spreads them.
        if matches!(made.at, At::Unknown(_)) && seen.parts.len() > 1 {
            made.at = At::Unknown(Some(*span));
        }
        if number > 0 {
            made.turn = Turn::After(CLUSTER_S);
            made.replication = Some(Replication::Sync);
        }
        copies.push(made);
    }
    copies
}

/// A cache cluster: nodes of memcached share the keys, one of Redis stands alone.
pub(super) fn aws_cache_cluster(seen: &Seen<'_>) -> Vec<Copy> {
    let count = seen
        .values
        .count_at("num_cache_nodes")
        .map_or(1, |(count, _)| count);
    if count > 1 {
        return vec![over_zones(count, seen, seen.span)];
    }
    vec![one(seen)]
}

/// A replication group: one primary each shard; the others are promoted if it is told to.
pub(super) fn aws_cache_group(seen: &Seen<'_>) -> Vec<Copy> {
    let counted = [
        "num_cache_clusters",
        "number_cache_clusters",
        "cluster_mode.replicas_per_node_group",
        "replicas_per_node_group",
        "num_replicas_per_shard",
    ]
    .iter()
    .find_map(|path| Some((*path, seen.values.count_at(path)?)));
    let (nodes, span) = match counted {
        Some((path, (count, span)))
            if path.contains("replicas_per") || path.contains("per_shard") =>
        {
            (count.saturating_add(1), span)
        }
        Some((_, found)) => found,
        None => (1, seen.span),
    };
    // MemoryDB fails over by itself; a cluster with shards must be able to.
    let told = seen.values.bool_at("automatic_failover_enabled") == Some(true)
        || seen.kind == "aws_memorydb_cluster";
    let apart = seen.values.bool_at("multi_az_enabled") == Some(true);
    let zones = &seen.places.zones;
    let mut copies = Vec::new();
    for number in 0..nodes.min(64) {
        let zone = usize::try_from(number)
            .ok()
            .and_then(|at| zones.get(at % zones.len().max(1)));
        let at = match zone {
            Some(zone) => At::Zones(vec![zone.clone()]),
            None => At::Unknown(apart.then_some(span)),
        };
        let mut made = copy(1, at, span);
        if number > 0 {
            made.turn = if told {
                Turn::After(CACHE_S)
            } else {
                Turn::Never
            };
            made.replication = Some(Replication::Async { lag_s: 1 });
        }
        copies.push(made);
    }
    copies
}

/// A search domain: data nodes over as many zones as it is told.
pub(super) fn aws_search(seen: &Seen<'_>) -> Vec<Copy> {
    let count = seen
        .values
        .count_at("cluster_config.instance_count")
        .map_or((1, seen.span), |found| found);
    let aware = seen.values.bool_at("cluster_config.zone_awareness_enabled") == Some(true);
    let mut made = over_zones(count.0, seen, count.1);
    if !aware && count.0 > 1 {
        made.at = single(seen.places);
    } else if aware && seen.places.zones.is_empty() {
        made.at = At::Unknown(Some(count.1));
    }
    vec![made]
}

/// A message broker: alone, as a pair, or as three.
pub(super) fn aws_mq(seen: &Seen<'_>) -> Vec<Copy> {
    let mode = seen.values.text_at("deployment_mode");
    match mode {
        Some(("ACTIVE_STANDBY_MULTI_AZ", span)) => pair(seen, true, CLUSTER_S, span),
        Some(("CLUSTER_MULTI_AZ", span)) => vec![over_zones(3, seen, span)],
        _ => vec![one(seen)],
    }
}

/// A table: in its region, and in those that it is replicated to.
pub(super) fn aws_dynamo(seen: &Seen<'_>) -> Vec<Copy> {
    let mut copies = vec![regional(seen)];
    for replica in seen.values.at("replica.region_name") {
        let Some(spot) = replica
            .as_text()
            .and_then(|text| super::place::region(Some("aws"), text, replica.span))
        else {
            continue;
        };
        copies.push(Copy {
            turn: Turn::Never,
            replication: Some(Replication::Async { lag_s: 1 }),
            ..copy(1, At::Region(spot), replica.span)
        });
    }
    copies
}

/// A bucket: in its region; [`super::estate`] adds where it is replicated to as parts.
pub(super) fn aws_bucket(seen: &Seen<'_>) -> Vec<Copy> {
    let far = |(_, places, span): &(&Val, Places, Span)| {
        let spot = places.wider()?;
        Some(Copy {
            turn: Turn::Never,
            replication: Some(Replication::Async { lag_s: FAR_LAG_S }),
            ..copy(1, At::Region(spot), *span)
        })
    };
    let mut copies = vec![regional(seen)];
    copies.extend(seen.parts.iter().filter_map(far));
    copies
}

/// An ECS service: so many tasks; those that run on no machine of ours are made anew.
pub(super) fn aws_ecs(seen: &Seen<'_>) -> Vec<Copy> {
    let made = spread(seen, &["desired_count"]);
    vec![Copy {
        replaced: true,
        ..made
    }]
}

/// Cloud SQL: `REGIONAL` keeps a standby in another zone.
pub(super) fn google_sql(seen: &Seen<'_>) -> Vec<Copy> {
    let mode = seen.values.text_at("settings.availability_type");
    let yes = matches!(mode, Some(("REGIONAL", _)));
    let span = mode.map_or(seen.span, |(_, span)| span);
    pair(seen, yes, DATABASE_S, span)
        .into_iter()
        .chain(followers(seen))
        .collect()
}

/// Memorystore: the standard tier has a second copy in another zone.
pub(super) fn google_redis(seen: &Seen<'_>) -> Vec<Copy> {
    if let Some((count, span)) = seen.values.count_at("node_count") {
        return vec![over_zones(count, seen, span)];
    }
    let tier = seen.values.text_at("tier");
    let yes = matches!(tier, Some(("STANDARD_HA", _)));
    let span = tier.map_or(seen.span, |(_, span)| span);
    pair(seen, yes, CACHE_S, span)
}

/// A node pool: so many nodes in each of its zones.
pub(super) fn google_pool(seen: &Seen<'_>) -> Vec<Copy> {
    let stated = [
        "node_count",
        "initial_node_count",
        "autoscaling.min_node_count",
    ]
    .iter()
    .find_map(|path| seen.values.count_at(path));
    let each = stated.map_or(1, |(count, _)| count);
    let regional = seen.places.region.is_some();
    let zones = match seen.places.zones.len() {
        // Google takes three where nothing says how many.
        0 if regional => 3,
        zones => to_count(zones.max(1)),
    };
    let made = over_zones(
        each.saturating_mul(zones),
        seen,
        stated.map_or(seen.span, |(_, span)| span),
    );
    vec![Copy {
        replaced: true,
        at: apart(seen, made.at),
        evidence: if stated.is_some() {
            Evidence::Declared
        } else {
            Evidence::Assumed
        },
        ..made
    }]
}

/// Flexible servers: a standby in the same or another zone.
pub(super) fn azure_flexible(seen: &Seen<'_>) -> Vec<Copy> {
    let mode = seen.values.text_at("high_availability.mode");
    let span = mode.map_or(seen.span, |(_, span)| span);
    let mut copies = match mode {
        Some(("ZoneRedundant", _)) => {
            let mut both = pair(seen, true, DATABASE_S, span);
            let stated = seen
                .values
                .text_at("high_availability.standby_availability_zone");
            let stated = stated.and_then(|(zone, span)| {
                super::place::zone(Some("azure"), zone, seen.places.wider().as_ref(), span)
            });
            if let (Some(zone), Some(standby)) = (stated, both.get_mut(1)) {
                standby.at = At::Zones(vec![zone]);
            }
            both
        }
        Some(("SameZone", _)) => {
            let mut second = one(seen);
            second.turn = Turn::After(DATABASE_S);
            second.replication = Some(Replication::Sync);
            vec![one(seen), second]
        }
        _ => vec![one(seen)],
    };
    copies.extend(followers(seen));
    copies
}

/// What Azure spreads over zones if it is told to, and keeps in one place otherwise.
pub(super) fn azure_zoned(seen: &Seen<'_>) -> Vec<Copy> {
    let told = [
        "zone_redundant",
        "zone_redundancy_enabled",
        "zone_balancing_enabled",
    ]
    .iter()
    .any(|path| seen.values.bool_at(path) == Some(true));
    // Premium messaging, vaults and registries of most regions span zones without being asked.
    let always = matches!(seen.kind, "azurerm_key_vault");
    if told || always {
        return vec![regional(seen)];
    }
    match seen.places.zones.len() {
        0 | 1 => vec![one(seen)],
        zones => vec![over_zones(to_count(zones), seen, seen.span)],
    }
}

/// Web and function apps: so many workers of their plan, spread if the plan says so.
pub(super) fn azure_app(seen: &Seen<'_>) -> Vec<Copy> {
    let plan = seen.parts.first();
    let told = plan.is_some_and(|(values, ..)| {
        values.bool_at("zone_balancing_enabled") == Some(true)
            || values.bool_at("zone_redundant") == Some(true)
    });
    if told {
        return vec![regional(seen)];
    }
    let workers = plan.and_then(|(values, ..)| values.count_at("worker_count"));
    let (count, span) = workers.unwrap_or((1, seen.span));
    vec![Copy {
        replaced: true,
        ..copy(count.max(1), At::Unknown(None), span)
    }]
}

/// Cosmos DB: regions by priority; those after the first take over only if it is told to.
pub(super) fn azure_cosmos(seen: &Seen<'_>) -> Vec<Copy> {
    let told = ["automatic_failover_enabled", "enable_automatic_failover"]
        .iter()
        .any(|path| seen.values.bool_at(path) == Some(true));
    let mut places: Vec<(u64, &str, Span, bool)> = Vec::new();
    for place in seen.values.get("geo_location").map_or(&[][..], Val::items) {
        let priority = place
            .count_at("failover_priority")
            .map_or(0, |(number, _)| number);
        let zoned = place.bool_at("zone_redundant") == Some(true);
        if let Some((text, span)) = place.text_at("location") {
            places.push((priority, text, span, zoned));
        }
    }
    places.sort_unstable_by_key(|(priority, text, ..)| (*priority, *text));
    let mut copies = Vec::new();
    for (number, (_, text, span, zoned)) in places.into_iter().enumerate() {
        let Some(spot) = super::place::region(Some("azure"), text, span) else {
            continue;
        };
        let own = Places {
            zones: Vec::new(),
            region: Some(spot.clone()),
        };
        let at = if zoned {
            At::Region(spot)
        } else {
            single(&own)
        };
        // Which zone of the region is not known: the region stands for it.
        let at = match (at, own.region) {
            (At::Unknown(_), Some(spot)) => At::Region(spot),
            (at, _) => at,
        };
        let mut made = copy(1, at, span);
        if number > 0 {
            made.turn = if told {
                Turn::After(DATABASE_S)
            } else {
                Turn::Never
            };
            made.replication = Some(Replication::Async { lag_s: LAG_S });
        }
        copies.push(made);
    }
    if copies.is_empty() {
        copies.push(regional(seen));
    }
    copies
}

/// Storage accounts: LRS in one place, ZRS over zones, GRS in a second region that nobody names.
pub(super) fn azure_storage(seen: &Seen<'_>) -> Vec<Copy> {
    let kind = seen.values.text_at("account_replication_type");
    let (kind, span) = kind.unwrap_or(("", seen.span));
    let mut copies = match kind {
        "ZRS" | "GZRS" | "RAGZRS" => vec![regional(seen)],
        _ => vec![one(seen)],
    };
    if matches!(kind, "GRS" | "RAGRS" | "GZRS" | "RAGZRS")
        && let Some(home) = seen.places.wider()
    {
        let far = Spot {
            id: crate::words::Id::new("region", &format!("paired-with-{}", home.id.name())),
            within: None,
            provider: home.provider,
            span,
        };
        copies.push(Copy {
            turn: Turn::Never,
            replication: Some(Replication::Async { lag_s: FAR_LAG_S }),
            evidence: Evidence::Inferred,
            ..copy(1, At::Region(far), span)
        });
    }
    copies
}

/// A bucket of a provider's object store that is not the type's own cloud.
pub(super) fn elsewhere(seen: &Seen<'_>) -> Vec<Copy> {
    vec![regional(seen)]
}
