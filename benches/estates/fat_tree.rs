//! A fat tree (Al-Fares, Loukissas, Vahdat, SIGCOMM 2008): k pods of k/2 edge and k/2 aggregation
//! switches, (k/2)² core switches, k³/4 hosts.

use spof::graph::{Builder, Graph};
use spof::words::{Class, Mode};

use super::Random;

/// The graph, and what there is in it.
pub struct FatTree {
    pub graph: Graph,
    pub hosts: Vec<u32>,
    pub services: Vec<u32>,
}

/// A fat tree of switches with `k` ports (even), with `services` services of three replicas each
/// (one is enough), in three pods or in one. A host is reached through its edge switch, an edge
/// switch through any aggregation switch of its pod, that one through any of its core switches.
pub fn fat_tree(k: u32, services: u32, same_pod: bool) -> FatTree {
    let mut random = Random::new(3);
    let mut builder = Builder::new();
    let half = k / 2;
    let cores: Vec<u32> = (0..half * half)
        .map(|_| builder.node(Class::Domain))
        .collect();
    let mut hosts = Vec::new();
    for _ in 0..k {
        let mut above = Vec::new();
        for switch in 0..half {
            let node = builder.node(Class::Domain);
            builder.require(node, Mode::Hard, 1);
            for port in 0..half {
                builder.active(cores[(switch * half + port) as usize], 1);
            }
            above.push(node);
        }
        for _ in 0..half {
            let edge = builder.node(Class::Domain);
            builder.require(edge, Mode::Hard, 1);
            for switch in &above {
                builder.active(*switch, 1);
            }
            for _ in 0..half {
                let host = builder.node(Class::Domain);
                builder.require(host, Mode::Hard, 1).active(edge, 1);
                hosts.push(host);
            }
        }
    }
    let in_pod = half * half;
    let services = (0..services)
        .map(|_| {
            let service = builder.node(Class::Service);
            let pods = if same_pod {
                vec![random.below(k); 3]
            } else {
                random.distinct(3, k)
            };
            let places = random.distinct(3, in_pod);
            let replicas: Vec<u32> = pods
                .iter()
                .zip(places)
                .map(|(pod, place)| {
                    let replica = builder.node(Class::Replica);
                    let host = hosts[(pod * in_pod + place) as usize];
                    builder.require(replica, Mode::Placement, 1).active(host, 1);
                    builder.replica(service, replica);
                    replica
                })
                .collect();
            builder.require(service, Mode::Hard, 1);
            for replica in replicas {
                builder.active(replica, 1);
            }
            service
        })
        .collect();
    FatTree {
        graph: builder.finish().expect("it fits"),
        hosts,
        services,
    }
}
