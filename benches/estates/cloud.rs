//! A cloud: four regions of three sites, each of four rooms with two feeds, racks, hosts, replicas;
//! services in four tiers with standbys in other regions, start requirements and telemetry.

use spof::graph::{Builder, Graph};
use spof::words::{Class, Mode};

use super::Random;

const REGIONS: u32 = 4;
const SITES: u32 = 3;
const ROOMS: u32 = 4;
const HOSTS_IN_RACK: u32 = 20;
const REPLICAS_ON_HOST: u32 = 6;

/// What stands in one region.
struct Region {
    /// Hosts, by site.
    hosts: Vec<Vec<u32>>,
    /// Gateways and collectors of telemetry, by site: three of each.
    gateways: Vec<[u32; 3]>,
    collectors: Vec<[u32; 3]>,
    registry: u32,
    switchover: u32,
}

struct Cloud {
    builder: Builder,
    random: Random,
    regions: Vec<Region>,
    console: u32,
}

/// About `nodes` nodes, three requirements and six members a node.
///
/// A service has two to six replicas in the sites of its region, of which all but one are needed
/// (of two: one), every fifth also a standby in another region, promoted in 20 minutes by the
/// switch-over of that region or in 8 hours by hand. It requires three services of the tier below,
/// one of them in two interchangeable forms. A replica requires a host, two of three gateways of
/// its site, telemetry (soft), and for every third the image registry of its region to start. The
/// registry itself runs on hosts of its region and needs itself to start.
pub fn cloud(nodes: u32) -> Graph {
    let services = (nodes / 6).max(48);
    let hosts = (services * 4 / REPLICAS_ON_HOST).max(REGIONS * SITES * ROOMS * 2);
    let mut cloud = Cloud {
        builder: Builder::new(),
        random: Random::new(4),
        regions: Vec::new(),
        console: 0,
    };
    for _ in 0..REGIONS {
        cloud.region(hosts / REGIONS);
    }
    cloud.console();
    let tiers = [services / 8, services / 4, services / 4, services / 8 * 3];
    let mut below: Vec<Vec<u32>> = vec![Vec::new(); REGIONS as usize];
    for count in tiers {
        let mut tier = vec![Vec::new(); REGIONS as usize];
        for number in 0..count {
            let region = (number % REGIONS) as usize;
            let service = cloud.service(region, &below[region]);
            tier[region].push(service);
        }
        below = tier;
    }
    cloud.builder.finish().expect("it fits")
}

impl Cloud {
    fn on(&mut self, class: Class, places: &[u32]) -> u32 {
        let node = self.builder.node(class);
        for place in places {
            self.builder
                .require(node, Mode::Placement, 1)
                .active(*place, 1);
        }
        node
    }

    fn region(&mut self, hosts: u32) {
        let region = self.on(Class::Domain, &[]);
        let mut all = Region {
            hosts: Vec::new(),
            gateways: Vec::new(),
            collectors: Vec::new(),
            registry: 0,
            switchover: 0,
        };
        for _ in 0..SITES {
            let site = self.on(Class::Domain, &[region]);
            let mut in_site = Vec::new();
            for _ in 0..ROOMS {
                let room = self.on(Class::Domain, &[site]);
                let feeds = [(); 2].map(|()| self.on(Class::Domain, &[site]));
                let in_room = hosts / SITES / ROOMS;
                for number in 0..in_room.div_ceil(HOSTS_IN_RACK) {
                    let tor = self.on(Class::Domain, &[room]);
                    let rack = self.on(Class::Domain, &[room]);
                    self.builder
                        .require(rack, Mode::Placement, 1)
                        .active(feeds[0], 1)
                        .active(feeds[1], 1);
                    let left = in_room - number * HOSTS_IN_RACK;
                    for _ in 0..left.min(HOSTS_IN_RACK) {
                        let host = self.on(Class::Domain, &[rack]);
                        self.builder.require(host, Mode::Hard, 1).active(tor, 1);
                        in_site.push(host);
                    }
                }
            }
            let three = |cloud: &mut Self| {
                let chosen = cloud.random.distinct(3, len(&in_site));
                [0, 1, 2].map(|at| {
                    let host = in_site[chosen[at % chosen.len()] as usize];
                    cloud.on(Class::Replica, &[host])
                })
            };
            all.gateways.push(three(self));
            all.collectors.push(three(self));
            all.hosts.push(in_site);
        }
        self.regions.push(all);
        let at = self.regions.len() - 1;
        self.regions[at].registry = self.shared(at, true);
        self.regions[at].switchover = self.shared(at, false);
    }

    /// A service that others need: a replica in each site of the region, one is enough.
    fn shared(&mut self, region: usize, starts_itself: bool) -> u32 {
        let replicas: Vec<u32> = (0..SITES)
            .map(|site| {
                let host = self.host(region, site as usize);
                let replica = self.on(Class::Replica, &[host]);
                self.builder.start_takes(replica, 120);
                if starts_itself {
                    // The service comes after its last replica: owners in order need no sorting.
                    let service = replica + SITES - site;
                    let builder = &mut self.builder;
                    builder.require(replica, Mode::Start, 1).active(service, 1);
                }
                replica
            })
            .collect();
        let service = self.builder.node(Class::Service);
        self.serve(service, 1, &replicas);
        service
    }

    fn serve(&mut self, service: u32, need: u64, replicas: &[u32]) {
        self.builder.require(service, Mode::Hard, need);
        for replica in replicas {
            self.builder.active(*replica, 1);
            self.builder.replica(service, *replica);
        }
    }

    fn console(&mut self) {
        let host = self.host(0, 0);
        let replica = self.on(Class::Replica, &[host]);
        self.console = self.builder.node(Class::Service);
        self.serve(self.console, 1, &[replica]);
    }

    fn host(&mut self, region: usize, site: usize) -> u32 {
        let hosts = &self.regions[region].hosts[site];
        hosts[self.random.below(len(hosts)) as usize]
    }

    fn replica(&mut self, region: usize, site: usize) -> u32 {
        let host = self.host(region, site);
        let replica = self.on(Class::Replica, &[host]);
        let Region {
            gateways,
            collectors,
            registry,
            ..
        } = &self.regions[region];
        self.builder.require(replica, Mode::Hard, 2);
        for gateway in gateways[site] {
            self.builder.active(gateway, 1);
        }
        self.builder
            .require(replica, Mode::Soft, 1)
            .active(collectors[site][0], 1)
            .active(collectors[site][1], 1);
        if self.random.chance(33) {
            self.builder.start_takes(replica, 60);
            self.builder
                .require(replica, Mode::Start, 1)
                .active(*registry, 1);
        }
        replica
    }

    fn service(&mut self, region: usize, below: &[u32]) -> u32 {
        let count = 2 + self.random.below(5);
        let replicas: Vec<u32> = (0..count)
            .map(|number| self.replica(region, (number % SITES) as usize))
            .collect();
        let need = u64::from((count - 1).max(1));
        let far = (region + 1 + self.random.below(REGIONS - 1) as usize) % REGIONS as usize;
        let standby = self.random.chance(20).then(|| self.replica(far, 0));
        let service = self.builder.node(Class::Service);
        self.builder.objective(service, 1800);
        self.serve(service, need, &replicas);
        if let Some(standby) = standby {
            let (switchover, console) = (self.regions[far].switchover, self.console);
            self.builder
                .standby(standby, need)
                .way(1200, &[switchover])
                .way(28_800, &[console]);
            self.builder.replica(service, standby);
        }
        if !below.is_empty() {
            let needed = self.random.distinct(4, len(below));
            let at = |number: usize| below[needed[number % needed.len()] as usize];
            self.builder
                .require(service, Mode::Hard, 1)
                .active(at(0), 1);
            self.builder
                .require(service, Mode::Hard, 1)
                .active(at(1), 1);
            if needed.len() > 3 {
                self.builder
                    .require(service, Mode::Hard, 1)
                    .active(at(2), 1)
                    .active(at(3), 1);
            }
        }
        service
    }
}

fn len(list: &[u32]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
