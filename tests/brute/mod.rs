//! A brute-force evaluator written straight from DESIGN section 2: sets are computed again and
//! again from nothing, and time moves from one moment at which anything can happen to the next.
//! It shares no code with the engine, and reads only the graph JSON of DESIGN section 5.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses a part of it"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub mod edits;
pub mod model;
pub mod random;

pub const NEVER: u64 = u64::MAX;

pub type Set = BTreeSet<usize>;

#[derive(Clone, Debug)]
pub struct Way {
    pub takes: u64,
    pub requires: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub node: usize,
    pub weight: u64,
    pub standby: Option<Vec<Way>>,
}

#[derive(Clone, Debug)]
pub struct Requirement {
    pub id: String,
    pub of: usize,
    pub mode: String,
    pub need: u64,
    pub members: Vec<Member>,
}

#[derive(Clone, Debug, Default)]
pub struct Node {
    pub id: String,
    pub class: String,
    pub start: u64,
    pub rto: Option<u64>,
    pub replication: Option<(String, u64)>,
}

#[derive(Clone, Debug, Default)]
pub struct Estate {
    pub nodes: Vec<Node>,
    pub requirements: Vec<Requirement>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    None,
    Degraded,
    Interrupted,
    Down,
    Stuck,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        ["none", "degraded", "interrupted", "down", "stuck"][self as usize]
    }
}

impl Estate {
    pub fn from_json(graph: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let nodes: Vec<Node> = graph["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .map(|node| Node {
                id: text(&node["id"]),
                class: text(&node["class"]),
                start: node["start_s"].as_u64().expect("start_s"),
                rto: node["rto_s"].as_u64(),
                replication: node.get("data").map(|data| {
                    let time = data["lag_s"]
                        .as_u64()
                        .or(data["interval_s"].as_u64())
                        .unwrap_or(0);
                    (text(&data["replication"]), time)
                }),
            })
            .collect();
        let index: BTreeMap<String, usize> = nodes
            .iter()
            .enumerate()
            .map(|(i, n)| (n.id.clone(), i))
            .collect();
        let at = |value: &Value| index[value.as_str().expect("an id")];
        let way = |way: &Value| Way {
            takes: way["takes_s"].as_u64().expect("takes_s"),
            requires: way["requires"]
                .as_array()
                .expect("requires")
                .iter()
                .map(at)
                .collect(),
        };
        let member = |member: &Value| Member {
            node: at(&member["id"]),
            weight: member["weight"].as_u64().expect("weight"),
            standby: member["standby"]
                .as_array()
                .map(|ways| ways.iter().map(way).collect()),
        };
        let requirements = graph["requirements"]
            .as_array()
            .expect("requirements")
            .iter()
            .map(|requirement| Requirement {
                id: text(&requirement["id"]),
                of: at(&requirement["of"]),
                mode: text(&requirement["mode"]),
                need: requirement["need"].as_u64().expect("need"),
                members: requirement["members"]
                    .as_array()
                    .expect("members")
                    .iter()
                    .map(member)
                    .collect(),
            })
            .collect();
        Self {
            nodes,
            requirements,
        }
    }

    pub fn index(&self, id: &str) -> usize {
        self.nodes
            .iter()
            .position(|node| node.id == id)
            .unwrap_or_else(|| panic!("no node {id}"))
    }

    /// Weight of the members of `requirement` that `counts` accepts.
    pub fn weight(requirement: &Requirement, counts: impl Fn(&Member) -> bool) -> u64 {
        requirement
            .members
            .iter()
            .filter(|member| counts(member))
            .map(|member| member.weight)
            .sum()
    }

    pub fn of(&self, node: usize, modes: &[&str]) -> impl Iterator<Item = (usize, &Requirement)> {
        let modes: Vec<String> = modes.iter().map(|mode| (*mode).to_owned()).collect();
        self.requirements
            .iter()
            .enumerate()
            .filter(move |(_, requirement)| {
                requirement.of == node && modes.contains(&requirement.mode)
            })
    }

    /// The greatest set of `running` nodes whose placement and hard requirements are met inside.
    pub fn serving(&self, running: &Set, promoted: &BTreeSet<(usize, usize)>) -> Set {
        let mut set = running.clone();
        loop {
            let stays = |node: &usize| {
                self.of(*node, &["placement", "hard"])
                    .all(|(q, requirement)| {
                        let counts = |member: &Member| {
                            set.contains(&member.node)
                                && (member.standby.is_none()
                                    || promoted.contains(&(q, member.node)))
                        };
                        Self::weight(requirement, counts) >= requirement.need
                    })
            };
            let next: Set = set.iter().copied().filter(stays).collect();
            if next.len() == set.len() {
                return set;
            }
            set = next;
        }
    }

    /// Nodes stopped at t = 0: the least set.
    pub fn stopped(&self, faults: &Set) -> Set {
        let mut stopped = faults.clone();
        loop {
            let more: Set = (0..self.nodes.len())
                .filter(|node| !stopped.contains(node))
                .filter(|node| {
                    self.of(*node, &["placement"]).any(|(_, requirement)| {
                        let counts = |m: &Member| m.standby.is_none() && !stopped.contains(&m.node);
                        Self::weight(requirement, counts) < requirement.need
                    })
                })
                .collect();
            if more.is_empty() {
                return stopped;
            }
            stopped.extend(more);
        }
    }

    /// S0: the serving set at t = 0.
    pub fn serving_at_once(&self, faults: &Set) -> Set {
        let stopped = self.stopped(faults);
        let running: Set = (0..self.nodes.len())
            .filter(|node| !stopped.contains(node))
            .collect();
        self.serving(&running, &BTreeSet::new())
    }

    /// T of every node; `repair` gives r(x), `NEVER` for infinite. Also promotion times by
    /// (requirement, node).
    pub fn times(
        &self,
        faults: &Set,
        repair: &dyn Fn(usize) -> u64,
    ) -> (Vec<u64>, BTreeMap<(usize, usize), u64>) {
        let all = 0..self.nodes.len();
        let stopped = self.stopped(faults);
        let s0 = self.serving_at_once(faults);
        let unmet_by_s0 = |requirement: &Requirement| {
            Self::weight(requirement, |m| m.standby.is_none() && s0.contains(&m.node))
                < requirement.need
        };
        let mut time: Vec<u64> = all
            .clone()
            .map(|node| if s0.contains(&node) { 0 } else { NEVER })
            .collect();
        let mut runs_at: BTreeMap<usize, u64> = BTreeMap::new();
        let mut promoted_at: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        let mut way_done: BTreeSet<(usize, usize, usize)> = BTreeSet::new();
        let mut now = 0;
        loop {
            let running: Set = all
                .clone()
                .filter(|node| {
                    !stopped.contains(node) || runs_at.get(node).is_some_and(|at| *at <= now)
                })
                .collect();
            let promoted: BTreeSet<(usize, usize)> = promoted_at
                .iter()
                .filter(|(_, at)| **at <= now)
                .map(|(key, _)| *key)
                .collect();
            let serving = self.serving(&running, &promoted);
            for &node in &serving {
                time[node] = time[node].min(now);
            }
            let mut news = false;
            for &node in &stopped {
                let counts = |q: usize, set: &Set, m: &Member| {
                    set.contains(&m.node)
                        && (m.standby.is_none() || promoted.contains(&(q, m.node)))
                };
                let repaired = !faults.contains(&node) || repair(node) <= now;
                let placed = self
                    .of(node, &["placement"])
                    .all(|(q, r)| Self::weight(r, |m| counts(q, &running, m)) >= r.need);
                let ready = self
                    .of(node, &["start"])
                    .all(|(q, r)| Self::weight(r, |m| counts(q, &serving, m)) >= r.need);
                if repaired && placed && ready && !runs_at.contains_key(&node) {
                    runs_at.insert(node, now + self.nodes[node].start);
                    news = true;
                }
            }
            for (q, requirement) in self.requirements.iter().enumerate() {
                if requirement.mode == "soft" || !unmet_by_s0(requirement) {
                    continue;
                }
                for member in &requirement.members {
                    for (number, way) in member.standby.iter().flatten().enumerate() {
                        let possible = serving.contains(&member.node)
                            && way.requires.iter().all(|node| serving.contains(node));
                        if possible && way_done.insert((q, member.node, number)) {
                            let at = promoted_at.entry((q, member.node)).or_insert(NEVER);
                            *at = (*at).min(now + way.takes);
                            news = true;
                        }
                    }
                }
            }
            let moments = runs_at
                .values()
                .chain(promoted_at.values())
                .copied()
                .chain(faults.iter().map(|fault| repair(*fault)))
                .filter(|at| *at != NEVER);
            let due = news && moments.clone().any(|at| at == now);
            if due {
                continue;
            }
            match moments.filter(|at| *at > now).min() {
                Some(next) => now = next,
                None => return (time, promoted_at),
            }
        }
    }

    pub fn degraded(&self, faults: &Set) -> Set {
        let s0 = self.serving_at_once(faults);
        let mut degraded = Set::new();
        loop {
            let more: Set = s0
                .iter()
                .copied()
                .filter(|node| !degraded.contains(node))
                .filter(|node| {
                    let soft = self.of(*node, &["soft"]).any(|(_, r)| {
                        Self::weight(r, |m| m.standby.is_none() && s0.contains(&m.node)) < r.need
                    });
                    let hard = self.of(*node, &["hard"]).any(|(_, r)| {
                        let sound = |m: &Member| {
                            m.standby.is_none()
                                && s0.contains(&m.node)
                                && !degraded.contains(&m.node)
                        };
                        Self::weight(r, sound) < r.need
                    });
                    soft || hard
                })
                .collect();
            if more.is_empty() {
                return degraded;
            }
            degraded.extend(more);
        }
    }

    /// Verdict and T of every node.
    pub fn verdicts(&self, faults: &Set) -> Vec<(Verdict, u64)> {
        let s0 = self.serving_at_once(faults);
        let degraded = self.degraded(faults);
        let (unrepaired, _) = self.times(faults, &|_| NEVER);
        let (repaired, _) = self.times(faults, &|_| 0);
        (0..self.nodes.len())
            .map(|node| {
                let verdict = if s0.contains(&node) {
                    if degraded.contains(&node) {
                        Verdict::Degraded
                    } else {
                        Verdict::None
                    }
                } else if unrepaired[node] != NEVER {
                    Verdict::Interrupted
                } else if repaired[node] != NEVER {
                    Verdict::Down
                } else {
                    Verdict::Stuck
                };
                (verdict, unrepaired[node])
            })
            .collect()
    }

    /// Affected nodes with verdict and T: outside F, worse than without faults.
    pub fn affected(&self, faults: &Set) -> Vec<(usize, Verdict, u64)> {
        let before = self.verdicts(&Set::new());
        let after = self.verdicts(faults);
        (0..self.nodes.len())
            .filter(|node| !faults.contains(node) && after[*node] > before[*node])
            .map(|node| (node, after[node].0, after[node].1))
            .collect()
    }

    /// What fails with `node`: a service or store takes its replicas along, backups excepted.
    pub fn fault_set(&self, node: usize) -> Set {
        let mut set = Set::from([node]);
        if matches!(self.nodes[node].class.as_str(), "service" | "store") {
            for requirement in self
                .requirements
                .iter()
                .filter(|requirement| requirement.of == node && requirement.mode == "hard")
            {
                for member in &requirement.members {
                    let backup = self.nodes[member.node]
                        .replication
                        .as_ref()
                        .is_some_and(|(word, _)| word == "backup");
                    if self.nodes[member.node].class == "replica" && !backup {
                        set.insert(member.node);
                    }
                }
            }
        }
        set
    }

    pub fn may_fail(&self, node: usize) -> bool {
        !matches!(self.nodes[node].class.as_str(), "journey" | "group")
    }

    /// Hops of DESIGN section 5: 0 for the faults; h+1 if, losing only affected nodes of at most h
    /// hops, a requirement becomes unmet (or the node degraded), least such h.
    pub fn hops(&self, faults: &Set) -> BTreeMap<usize, usize> {
        let s_before = self.serving_at_once(&Set::new());
        let s0 = self.serving_at_once(faults);
        let lost: Set = s_before.difference(&s0).copied().collect();
        let degraded: Set = self
            .degraded(faults)
            .difference(&self.degraded(&Set::new()))
            .copied()
            .collect();
        let mut hops: BTreeMap<usize, usize> = faults.iter().map(|fault| (*fault, 0)).collect();
        let base_degraded = self.degraded(&Set::new());
        for hop in 1..=self.nodes.len() + 1 {
            let gone = |node: usize| {
                hops.contains_key(&node) && (lost.contains(&node) || faults.contains(&node))
            };
            let weak = |node: usize| hops.contains_key(&node) && degraded.contains(&node);
            let mut fresh = Vec::new();
            for node in (0..self.nodes.len()).filter(|node| !hops.contains_key(node)) {
                let unmet = |r: &Requirement| {
                    let before =
                        Self::weight(r, |m| m.standby.is_none() && s_before.contains(&m.node));
                    let after = Self::weight(r, |m| {
                        m.standby.is_none() && s_before.contains(&m.node) && !gone(m.node)
                    });
                    before >= r.need && after < r.need
                };
                let thin = |r: &Requirement| {
                    let sound = |m: &Member| {
                        m.standby.is_none()
                            && s_before.contains(&m.node)
                            && !base_degraded.contains(&m.node)
                    };
                    Self::weight(r, sound) >= r.need
                        && Self::weight(r, |m| sound(m) && !gone(m.node) && !weak(m.node)) < r.need
                };
                let falls = lost.contains(&node)
                    && self.of(node, &["placement", "hard"]).any(|(_, r)| unmet(r));
                let weakens = degraded.contains(&node)
                    && (self.of(node, &["soft"]).any(|(_, r)| unmet(r))
                        || self.of(node, &["hard"]).any(|(_, r)| thin(r)));
                if falls || weakens {
                    fresh.push(node);
                }
            }
            for node in fresh {
                hops.insert(node, hop);
            }
        }
        hops
    }
}
