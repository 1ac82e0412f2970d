//! `spof capacity`: what is left of each service after the loss of one domain.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Context;
use super::json::VERSION;
use super::page::{Column, Page, Table};
use super::text::{BAD, DIM, GOOD, NAME, PLAIN, STRONG, Text, WARN, listed, plural};
use crate::analysis::capacity::{Capacity, Extra};
use crate::model::NodeIx;

/// The answer, as every format reads it.
#[derive(Clone, Copy)]
pub struct Room<'a> {
    pub cx: Context<'a>,
    pub kind: &'a str,
    pub capacities: &'a [Capacity],
    /// Rows that need nothing are shown to people, too.
    pub all: bool,
}

/// What one domain takes, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
    /// Services and stores that lose replicas with it.
    hit: usize,
    /// Of these, left with less than they need until standbys are promoted, and even then.
    short_at_once: usize,
    short: usize,
    /// The weight that is missing then, added up.
    missing: u64,
}

impl Room<'_> {
    /// By domain.
    fn taken(&self) -> BTreeMap<NodeIx, Taken> {
        let mut found: BTreeMap<NodeIx, Taken> = BTreeMap::new();
        for one in self.capacities {
            for loss in &one.losses {
                let taken = found.entry(loss.domain).or_default();
                taken.hit += 1;
                taken.short_at_once += usize::from(loss.at_once < one.need);
                let missing = one.need.saturating_sub(loss.promoted);
                taken.short += usize::from(missing > 0);
                taken.missing = taken.missing.saturating_add(missing);
            }
        }
        found
    }

    fn places(&self, places: &[(NodeIx, u64)]) -> String {
        let words = places.iter().map(|(domain, weight)| {
            if places.len() == 1 {
                self.cx.id(*domain).to_owned()
            } else {
                format!("{} ({weight})", self.cx.id(*domain))
            }
        });
        listed(&words.collect::<Vec<_>>(), "and")
    }
}

/// For people.
#[must_use]
pub fn human(mut page: Page, room: &Room<'_>) -> Page {
    let kind = room.kind;
    if room.capacities.is_empty() {
        page.wrapped(&Text::new(), &Text::plain("no service here has replicas"));
        return page;
    }
    page.line(Text::of(
        STRONG,
        &format!("Weight left after the loss of one {kind}"),
    ));
    page.gap();
    let mut table = Table::new(&[
        Column::Left,
        Column::Right,
        Column::Right,
        Column::Right,
        Column::Right,
    ]);
    table.header(&[
        kind,
        "takes replicas of",
        "short at once",
        "short with standbys",
        "weight missing",
    ]);
    for (domain, taken) in room.taken() {
        let bad = if taken.short > 0 { BAD } else { GOOD };
        table.row(vec![
            Text::of(NAME, room.cx.id(domain)),
            Text::plain(&taken.hit.to_string()),
            Text::plain(&taken.short_at_once.to_string()),
            Text::of(bad, &taken.short.to_string()),
            Text::of(bad, &taken.missing.to_string()),
        ]);
    }
    page.table(table);
    page.gap();
    services(&mut page, room);
    page.gap();
    let text = format!(
        "left: running replicas, and with all standbys that somebody promotes (whether their \
         promotion works is `spof blast`'s question). Extra: the least weight with which no loss of \
         one {kind} leaves less than `need` (docs/capacity.md)"
    );
    page.wrapped(&Text::new(), &Text::of(DIM, &text));
    page
}

fn services(page: &mut Page, room: &Room<'_>) {
    let shown = |one: &&Capacity| room.all || one.extra != Extra::Enough;
    let rows: Vec<&Capacity> = room.capacities.iter().filter(shown).collect();
    let enough = room
        .capacities
        .iter()
        .filter(|one| one.extra == Extra::Enough)
        .count();
    if !rows.is_empty() {
        let mut table = Table::new(&[
            Column::Left,
            Column::Right,
            Column::Right,
            Column::Right,
            Column::Right,
            Column::Left,
            Column::Left,
        ]);
        table.header(&[
            "",
            "need",
            "active",
            "left",
            "with standbys",
            "without",
            "extra",
        ]);
        for one in rows {
            let (left, promoted, without) = one.worst().map_or_else(
                || (Text::of(DIM, "·"), Text::of(DIM, "·"), Text::new()),
                |loss| {
                    let style = |left: u64| if left < one.need { BAD } else { GOOD };
                    (
                        Text::of(style(loss.at_once), &loss.at_once.to_string()),
                        Text::of(style(loss.promoted), &loss.promoted.to_string()),
                        Text::of(NAME, room.cx.id(loss.domain)),
                    )
                },
            );
            let extra = match &one.extra {
                Extra::Enough => Text::of(DIM, "none"),
                Extra::Weight { total, places } => Text::of(STRONG, &total.to_string())
                    .and(PLAIN, " on ")
                    .and(NAME, &room.places(places)),
                Extra::NowhereElse => Text::of(WARN, &format!("there is no other {}", room.kind)),
                Extra::AboveAll => Text::of(
                    BAD,
                    &format!("it needs {} of {} there are", one.need, one.total),
                ),
            };
            table.row(vec![
                Text::of(NAME, room.cx.id(one.node)),
                Text::plain(&one.need.to_string()),
                Text::plain(&one.active.to_string()),
                left,
                promoted,
                without,
                extra,
            ]);
        }
        page.table(table);
        page.gap();
    }
    let text = format!(
        "{} of {} would still have enough weight, whichever {} is lost",
        enough,
        plural(room.capacities.len(), "service"),
        room.kind
    );
    let hidden = if room.all || enough == 0 {
        ""
    } else {
        " (--all shows them)"
    };
    page.wrapped(&Text::new(), &Text::plain(&text).and(DIM, hidden));
    let above: Vec<String> = room
        .capacities
        .iter()
        .filter(|one| one.extra == Extra::AboveAll)
        .map(|one| room.cx.id(one.node).to_owned())
        .collect();
    if !above.is_empty() {
        let text = format!(
            "{} more than all replicas weigh together: no loss is to blame",
            if let [one] = above.as_slice() {
                format!("{one} needs")
            } else {
                format!("{} need", listed(&above, "and"))
            }
        );
        page.wrapped(&Text::new(), &Text::of(BAD, "✗ ").and(PLAIN, &text));
    }
}

/// For programs.
#[derive(Debug, Serialize)]
pub struct Json<'a> {
    version: u32,
    kind: &'a str,
    domains: Vec<DomainOf<'a>>,
    services: Vec<ServiceOf<'a>>,
}

#[derive(Debug, Serialize)]
struct DomainOf<'a> {
    id: &'a str,
    takes_replicas_of: usize,
    short_at_once: usize,
    short: usize,
    missing: u64,
}

#[derive(Debug, Serialize)]
struct ServiceOf<'a> {
    id: &'a str,
    need: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    demand: Option<u64>,
    active: u64,
    /// With all standbys.
    total: u64,
    /// `enough`, `short`, `nowhere_else` or `above_all`.
    status: &'static str,
    losses: Vec<LossOf<'a>>,
    extra: u64,
    places: Vec<PlaceOf<'a>>,
}

#[derive(Debug, Serialize)]
struct LossOf<'a> {
    domain: &'a str,
    left: u64,
    left_with_standbys: u64,
}

#[derive(Debug, Serialize)]
struct PlaceOf<'a> {
    domain: &'a str,
    weight: u64,
}

/// The answer.
#[must_use]
pub fn json<'a>(room: &Room<'a>) -> Json<'a> {
    let cx = room.cx;
    let domains = room.taken().into_iter().map(|(domain, taken)| DomainOf {
        id: cx.id(domain),
        takes_replicas_of: taken.hit,
        short_at_once: taken.short_at_once,
        short: taken.short,
        missing: taken.missing,
    });
    let services = room.capacities.iter().map(|one| {
        let (status, extra, places): (_, _, &[(NodeIx, u64)]) = match &one.extra {
            Extra::Enough => ("enough", 0, &[]),
            Extra::Weight { total, places } => ("short", *total, places),
            Extra::NowhereElse => ("nowhere_else", 0, &[]),
            Extra::AboveAll => ("above_all", 0, &[]),
        };
        ServiceOf {
            id: cx.id(one.node),
            need: one.need,
            demand: cx.node(one.node).demand,
            active: one.active,
            total: one.total,
            status,
            losses: one
                .losses
                .iter()
                .map(|loss| LossOf {
                    domain: cx.id(loss.domain),
                    left: loss.at_once,
                    left_with_standbys: loss.promoted,
                })
                .collect(),
            extra,
            places: places
                .iter()
                .map(|(domain, weight)| PlaceOf {
                    domain: cx.id(*domain),
                    weight: *weight,
                })
                .collect(),
        }
    });
    Json {
        version: VERSION,
        kind: room.kind,
        domains: domains.collect(),
        services: services.collect(),
    }
}
