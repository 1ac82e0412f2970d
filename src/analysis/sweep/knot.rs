//! Knots: nodes whose return may depend on themselves, through start requirements, standbys or
//! cycles of needs. Whom a fault stops and loses there is found as everywhere; when they come back
//! is simulated, for those faults only under which anything may, given when what the knot stands
//! on comes back.

use std::ops::Range;

use super::answer::{high, low};
use super::codes::{Codes, LOST, STOPPED, STRUCK, Times};
use super::ground::STARTS;
use super::lists::Pass;
use crate::analysis::engine::recover::{Given, Return, recover_among};
use crate::analysis::engine::scratch::Set;
use crate::analysis::verdict::Time;
use crate::words::Mode;

/// What a fault does to a node of the knot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    fault: u32,
    node: u32,
    code: u32,
}

impl Pass<'_> {
    /// Makes the lists of the nodes at these places of the order, which are one knot.
    pub(super) fn knot(&mut self, places: Range<usize>) {
        self.to_simulate.clear();
        let graph = self.ground.graph;
        let nodes = &graph.order.nodes()[places];
        for group in nodes.chunk_by(|a, b| {
            let cycle = graph.cycles.of(*a);
            cycle.is_some() && cycle == graph.cycles.of(*b)
        }) {
            match graph.cycles.of(group[0]) {
                Some(cycle) => self.cycle(group, cycle),
                None => self.node(group[0], true),
            }
        }
        for node in nodes {
            self.find_awaited_starts(*node);
        }
        let mut faults = std::mem::take(&mut self.to_simulate);
        faults.sort_unstable();
        faults.dedup();
        if !faults.is_empty() {
            let mut hits = self.hits(nodes, &faults);
            hits.sort_unstable();
            for hits in hits.chunk_by(|a, b| a.fault == b.fault) {
                self.simulate(hits);
            }
        }
        self.to_simulate = faults;
    }

    /// Wants those faults simulated that stop `node` and leave one of its start requirements unmet.
    fn find_awaited_starts(&mut self, node: u32) {
        let ground = self.ground;
        if !ground.is(node, STARTS) {
            return;
        }
        for at in self.arena.range(node) {
            let (fault, code) = (high(self.arena.pairs[at]), low(self.arena.pairs[at]));
            if code & STOPPED == 0 {
                continue;
            }
            let awaits = ground.graph.requirements_of(node).any(|q| {
                ground.graph.mode[q as usize] == Mode::Start
                    && ground
                        .spare(q)
                        .is_none_or(|spare| self.lost_of(q, fault) > spare)
            });
            if awaits {
                self.to_simulate.push(fault);
            }
        }
    }

    /// Weight of the active members of `q` that `fault` takes.
    fn lost_of(&self, q: u32, fault: u32) -> u64 {
        let graph = self.ground.graph;
        graph
            .members_of(q)
            .filter(|m| graph.is_active(*m))
            .filter(|m| self.arena.code(graph.member_node[*m as usize], fault) & LOST != 0)
            .fold(0, |sum: u64, m| {
                sum.saturating_add(graph.member_weight[m as usize])
            })
    }

    /// What `faults` do to `nodes`.
    fn hits(&self, nodes: &[u32], faults: &[u32]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for &node in nodes {
            for pair in self.arena.of(node) {
                let fault = high(*pair);
                if faults.binary_search(&fault).is_ok() {
                    hits.push(Hit {
                        fault,
                        node,
                        code: low(*pair),
                    });
                }
            }
        }
        hits
    }

    /// Finds the times of all that one fault hits in the knot.
    fn simulate(&mut self, hits: &[Hit]) {
        let ground = self.ground;
        for hit in hits {
            for (flag, set) in [
                (STRUCK, Set::Faults),
                (STOPPED, Set::Stopped),
                (LOST, Set::Lost),
            ] {
                if hit.code & flag != 0 {
                    self.scratch.add(set, hit.node);
                }
            }
        }
        let mut outside = Vec::new();
        for hit in hits {
            for q in ground.graph.requirements_of(hit.node) {
                if ground.graph.mode[q as usize] != Mode::Soft {
                    self.lay_out(q, hit.fault, &mut outside);
                }
            }
        }
        let given = |times: &dyn Fn(Times) -> (Time, Time)| -> Vec<Given> {
            let give = |(node, code): &(u32, u32)| {
                let (runs, serves) = times(self.codes.times(*code));
                // What did not serve before is no help now.
                let serves = if code & LOST == 0 {
                    Time::NEVER
                } else {
                    serves
                };
                Given {
                    node: *node,
                    stopped: code & STOPPED != 0,
                    runs,
                    serves,
                }
            };
            outside.iter().map(give).collect()
        };
        let when = |stuck: bool| if stuck { Time::NEVER } else { Time::ZERO };
        let as_it_is = given(&|times| (times.runs, times.serves));
        let repaired = given(&|times| (when(times.stuck_start), when(times.stuck)));
        let (graph, baseline) = (ground.graph, ground.baseline);
        let unrepaired = recover_among(graph, baseline, &mut self.scratch, &as_it_is, |_| None);
        let again = recover_among(graph, baseline, &mut self.scratch, &repaired, |_| Some(0));
        self.scratch.reset();
        // Both list the same nodes, sorted.
        for (found, again) in unrepaired.iter().zip(&again) {
            let hit = hits.binary_search_by_key(&found.node, |hit| hit.node);
            if let Some(hit) = hit.ok().and_then(|at| hits.get(at)) {
                let code = coded(&mut self.codes, *hit, *found, *again);
                self.arena.replace(hit.node, hit.fault, code);
            }
        }
    }

    /// Records what `fault` took from requirement `q`, and notes those members and required nodes
    /// outside of the knot that may come back.
    fn lay_out(&mut self, q: u32, fault: u32, outside: &mut Vec<(u32, u32)>) {
        let graph = self.ground.graph;
        for m in graph.members_of(q) {
            let node = graph.member_node[m as usize];
            let code = self.code_of(node, fault, outside);
            if graph.is_active(m) {
                let weight = graph.member_weight[m as usize];
                let record = self.scratch.record(q);
                if code & LOST != 0 {
                    record.lost_serving = record.lost_serving.saturating_add(weight);
                }
                if code & STOPPED != 0 && graph.mode[q as usize] == Mode::Placement {
                    record.lost_running = record.lost_running.saturating_add(weight);
                }
                continue;
            }
            let ways = graph.ways_of(m).unwrap_or(0..0);
            for required in graph.way_requires.span(ways) {
                self.code_of(*required, fault, outside);
            }
        }
    }

    fn code_of(&mut self, node: u32, fault: u32, outside: &mut Vec<(u32, u32)>) -> u32 {
        let inside = [(Set::Lost, LOST), (Set::Stopped, STOPPED)]
            .into_iter()
            .filter(|(set, _)| self.scratch.has(*set, node))
            .fold(0, |code, (_, flag)| code | flag);
        if inside != 0 {
            return inside;
        }
        let code = self.arena.code(node, fault);
        if code != 0 && self.scratch.add(Set::Outside, node) {
            outside.push((node, code));
        }
        code
    }
}

/// The code of what was found for a node.
fn coded(codes: &mut Codes, hit: Hit, found: Return, again: Return) -> u32 {
    let lost = hit.code & LOST != 0;
    let times = Times {
        runs: found.runs,
        serves: if lost { found.serves } else { Time::ZERO },
        stuck_start: again.runs == Time::NEVER,
        stuck: lost && again.serves == Time::NEVER,
    };
    codes.code(hit.code, times)
}
