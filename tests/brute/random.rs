//! Random estates: cycles, k-of-n, weights, standbys with several ways, start requirements,
//! nodes that don't serve even without faults. Placement is acyclic, as DESIGN demands.

use proptest::prelude::*;

use super::{Estate, Member, Node, Requirement, Way};

#[derive(Clone, Debug)]
struct RawMember {
    node: usize,
    weight: u64,
    standby: Option<Vec<(u64, Vec<usize>)>>,
}

fn raw_member() -> impl Strategy<Value = RawMember> {
    let way = (
        prop_oneof![Just(0u64), 1..4u64, Just(20)],
        prop::collection::vec(0..64usize, 0..3),
    );
    let ways = prop::collection::vec(way, 0..3);
    (0..64usize, 1..4u64, prop::option::weighted(0.35, ways)).prop_map(|(node, weight, standby)| {
        RawMember {
            node,
            weight,
            standby,
        }
    })
}

/// An estate of 2 to `most` nodes.
pub fn estate(most: usize) -> impl Strategy<Value = Estate> {
    let class = prop::sample::select(vec![
        "domain", "domain", "service", "service", "replica", "replica", "external", "journey",
        "store",
    ]);
    let node = (
        class,
        prop_oneof![3 => Just(0u64), 1 => 1..4u64],
        prop::option::weighted(0.3, 0..6u64),
        prop::option::weighted(
            0.6,
            (
                prop::sample::select(vec!["primary", "sync", "async", "backup"]),
                0..3u64,
            ),
        ),
    );
    let mode = prop::sample::select(vec![
        "placement",
        "placement",
        "hard",
        "hard",
        "hard",
        "soft",
        "start",
    ]);
    let requirement = (
        0..64usize,
        mode,
        1..5u64,
        prop::collection::vec(raw_member(), 1..5),
    );
    (
        prop::collection::vec(node, 2..=most),
        prop::collection::vec(requirement, 1..most * 2),
    )
        .prop_map(|(nodes, requirements)| {
            let count = nodes.len();
            let nodes = nodes
                .into_iter()
                .enumerate()
                .map(|(i, (class, start, rto, data))| Node {
                    id: format!("{class}:n{i:02}"),
                    class: class.to_owned(),
                    start,
                    rto,
                    replication: data
                        .filter(|_| class == "replica")
                        .map(|(word, seconds)| (word.to_owned(), seconds)),
                })
                .collect();
            let requirements = requirements.into_iter().enumerate().filter_map(
                |(q, (of, mode, need, members))| {
                    let of = of % count;
                    let mut seen = vec![of];
                    let members: Vec<Member> = members
                        .into_iter()
                        .filter_map(|raw| {
                            // Placement only downwards, so that it has no circle.
                            let node = if mode == "placement" {
                                raw.node % of.max(1)
                            } else {
                                raw.node % count
                            };
                            if seen.contains(&node) || (mode == "placement" && of == 0) {
                                return None;
                            }
                            seen.push(node);
                            let standby = raw.standby.filter(|_| mode != "soft").map(|ways| {
                                ways.into_iter()
                                    .map(|(takes, requires)| Way {
                                        takes,
                                        requires: requires
                                            .into_iter()
                                            .map(|node| node % count)
                                            .collect(),
                                    })
                                    .collect()
                            });
                            Some(Member {
                                node,
                                weight: raw.weight,
                                standby,
                            })
                        })
                        .collect();
                    if members.is_empty() {
                        return None;
                    }
                    // Mostly needs that can be met, sometimes one that can't.
                    let total: u64 = members.iter().map(|member| member.weight).sum();
                    let need = if need == 4 {
                        total + u64::from(q % 7 == 0)
                    } else {
                        need.min(total)
                    };
                    Some(Requirement {
                        id: format!("q{q:02}"),
                        of,
                        mode: mode.to_owned(),
                        need,
                        members,
                    })
                },
            );
            Estate {
                nodes,
                requirements: requirements.collect(),
            }
        })
}
