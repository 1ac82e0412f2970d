//! The bring-up plan: what happens when, in which order, and what each step waits for. Read off
//! the log of the recovery, in which nothing comes before its causes (Knuth 1977: the order in
//! which an AND/OR graph settles), so that a step's last cause is really what it waited for.

use std::collections::HashMap;

use crate::analysis::blast::View;
use crate::analysis::engine::log::{Entry, Happening};
use crate::analysis::engine::{Engine, Outcome, Recovery};
use crate::analysis::verdict::Time;
use crate::model::{NodeIx, ReqIx};
use crate::words::{Class, Mode};

/// What is done in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// A fault is repaired.
    Repair,
    /// What had stopped starts.
    Start,
    /// A standby is promoted for a requirement, by this way of it.
    Promote { requirement: ReqIx, way: usize },
}

/// Something that takes its time. Times are seconds after the faults struck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    /// What is repaired, started or promoted.
    pub node: NodeIx,
    pub begins: u64,
    pub ends: u64,
    /// What has to come first, in the order in which it comes: the last is what it waits for
    /// longest. Empty for what begins at once.
    pub waits: Vec<Cause>,
    /// Place of its wave in [`Plan::waves`].
    pub wave: usize,
}

/// Something that has to come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What came last of it: the node that was repaired, runs, serves or is promoted.
    pub node: NodeIx,
    pub at: u64,
    /// The requirement that it meets; none for the repair of the node itself, and for what a way
    /// of promotion requires.
    pub requirement: Option<ReqIx>,
    /// The step that ends in it; none for what was repaired at once.
    pub step: Option<usize>,
}

/// Steps that can begin at the same moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    pub begins: u64,
    /// Indices of steps, in the order of the plan.
    pub steps: std::ops::Range<usize>,
}

/// A node that did not serve at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Return {
    pub node: NodeIx,
    pub at: Time,
    /// The step whose end brings it back; none for what never comes back, and for what was only
    /// waiting for repairs at once.
    pub last: Option<usize>,
}

/// How things come back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// By wave, then end, then node.
    pub steps: Vec<Step>,
    /// Those of one moment follow each other as far as some take no time: each waits for the one
    /// before.
    pub waves: Vec<Wave>,
    /// Sorted by node.
    pub returns: Vec<Return>,
}

impl Plan {
    /// How `node` comes back, if it was away.
    #[must_use]
    pub fn return_of(&self, node: NodeIx) -> Option<&Return> {
        let at = self.returns.binary_search_by_key(&node, |r| r.node).ok()?;
        self.returns.get(at)
    }

    /// The chain of steps that decides when `node` is back, first step first: each begins when the
    /// one before ends. O(steps of the chain).
    #[must_use]
    pub fn critical_path(&self, node: NodeIx) -> Vec<usize> {
        let mut path = Vec::new();
        let mut next = self.return_of(node).and_then(|back| back.last);
        while let Some(step) = next.and_then(|at| self.steps.get(at)) {
            path.extend(next);
            next = step.waits.last().and_then(|cause| cause.step);
        }
        path.reverse();
        path
    }
}

/// Reads the plan off `log`. O(entries and the members of what they touch), and sorting.
pub(super) fn plan(
    engine: &Engine<'_>,
    outcome: &Outcome,
    recovery: &Recovery,
    log: &[Entry],
) -> Plan {
    let mut reader = Reader {
        view: View {
            engine,
            outcome,
            scenario: recovery,
        },
        steps: Vec::new(),
        positions: Vec::new(),
        repaired: HashMap::new(),
        runs: HashMap::new(),
        starting: HashMap::new(),
        serves: HashMap::new(),
        promoted: HashMap::new(),
        begun: HashMap::new(),
        running: HashMap::new(),
        serving: HashMap::new(),
    };
    let mut at = 0;
    while let Some(entry) = log.get(at) {
        let mut end = at + 1;
        if let Happening::Serves {
            group: Some(group), ..
        } = entry.what
        {
            let same = |entry: &&Entry| matches!(entry.what, Happening::Serves { group: Some(g), .. } if g == group);
            end = at + log[at..].iter().take_while(same).count();
        }
        reader.read(at, &log[at..end]);
        at = end;
    }
    reader.finish(recovery)
}

/// A moment, and how many steps without duration came before within it.
type Position = (u64, u32);

/// Something that came to be.
#[derive(Clone, Copy, Debug)]
struct Came {
    /// Where in the log.
    order: usize,
    position: Position,
    step: Option<usize>,
    /// What people are told: of a group, the member that came last.
    node: u32,
}

/// How far a requirement is met.
#[derive(Clone, Copy, Debug)]
struct Tally {
    weight: u64,
    need: u64,
    at_once: bool,
    /// The last of all that came so far.
    position: Position,
    met: Option<Came>,
}

impl Tally {
    fn is_met(&self) -> bool {
        self.at_once || self.met.is_some()
    }

    fn add(&mut self, weight: u64, came: Came) {
        let before = self.weight;
        self.weight = before.saturating_add(weight);
        self.position = self.position.max(came.position);
        if before < self.need && self.weight >= self.need {
            let position = self.position;
            self.met = Some(Came { position, ..came });
        }
    }
}

struct Reader<'a> {
    view: View<'a>,
    steps: Vec<Step>,
    /// By step: where it begins.
    positions: Vec<Position>,
    repaired: HashMap<u32, Came>,
    starting: HashMap<u32, usize>,
    runs: HashMap<u32, Came>,
    serves: HashMap<u32, Came>,
    /// By member.
    promoted: HashMap<u32, Came>,
    /// By way of the graph: what it waited for, and where it begins.
    begun: HashMap<u32, (Vec<Cause>, Position)>,
    running: HashMap<u32, Tally>,
    serving: HashMap<u32, Tally>,
}

impl Reader<'_> {
    fn read(&mut self, order: usize, entries: &[Entry]) {
        let Some(entry) = entries.first() else {
            return;
        };
        let at = entry.at.finite().unwrap_or(u64::MAX);
        match entry.what {
            Happening::Repaired(node) => {
                // What is repaired at once takes no step.
                let kind = StepKind::Repair;
                let step = (at > 0).then(|| self.step(kind, node, (0, 0), at, Vec::new()));
                let position = (at, 0);
                self.repaired.insert(
                    node,
                    Came {
                        order,
                        position,
                        step,
                        node,
                    },
                );
            }
            Happening::Starts(node) => {
                let causes = self.before_start(node);
                let (waits, position) = in_order(causes, at);
                let takes = self.view.engine.graph().start_s[node as usize];
                let ends = at.saturating_add(takes);
                let step = self.step(StepKind::Start, node, position, ends, waits);
                self.starting.insert(node, step);
            }
            Happening::Runs(node) => {
                let step = self.starting.get(&node).copied();
                let came = Came {
                    order,
                    position: self.after(step, at),
                    step,
                    node,
                };
                self.runs.insert(node, came);
                self.tell(node, came, true);
            }
            Happening::Begins { member, way } => {
                let begun = in_order(self.before_promotion(member, way), at);
                self.begun.insert(way, begun);
            }
            Happening::Promoted { member, way } => self.promote(order, member, way, at),
            Happening::Serves { .. } => self.serve(order, entries, at),
        }
    }

    /// A new step; its number.
    fn step(
        &mut self,
        kind: StepKind,
        node: u32,
        position: Position,
        ends: u64,
        waits: Vec<Cause>,
    ) -> usize {
        self.steps.push(Step {
            kind,
            node: NodeIx(node),
            begins: position.0,
            ends,
            waits,
            wave: 0,
        });
        self.positions.push(position);
        self.steps.len() - 1
    }

    /// Where the end of `step` is.
    fn after(&self, step: Option<usize>, at: u64) -> Position {
        match step.and_then(|step| self.positions.get(step)) {
            Some((begins, level)) if *begins == at => (at, level.saturating_add(1)),
            _ => (at, 0),
        }
    }

    /// What let a stopped node start.
    fn before_start(&mut self, node: u32) -> Vec<(Came, Option<ReqIx>)> {
        let mut causes = Vec::new();
        causes.extend(self.repaired.get(&node).map(|came| (*came, None)));
        let graph = self.view.engine.graph();
        for q in graph.requirements_of(node) {
            let tally = match graph.mode[q as usize] {
                Mode::Placement => self.running(q),
                Mode::Start => self.serving(q),
                Mode::Hard | Mode::Soft => continue,
            };
            if !tally.at_once {
                causes.extend(tally.met.map(|came| (came, Some(ReqIx(q)))));
            }
        }
        causes
    }

    /// What let a way of promotion begin.
    fn before_promotion(&self, member: u32, way: u32) -> Vec<(Came, Option<ReqIx>)> {
        let graph = self.view.engine.graph();
        let itself = graph.member_node[member as usize];
        let mut nodes = vec![itself];
        nodes.extend_from_slice(graph.way_requires.items(way));
        nodes.sort_unstable();
        nodes.dedup();
        let came = nodes.iter().filter_map(|node| self.serves.get(node));
        came.map(|came| (*came, None)).collect()
    }

    fn promote(&mut self, order: usize, member: u32, way: u32, at: u64) {
        let graph = self.view.engine.graph();
        let (waits, position) = self.begun.remove(&way).unwrap_or((Vec::new(), (at, 0)));
        let requirement = graph.member_of[member as usize];
        // Who is promoted for what is met by then is no step: nobody waits for it.
        let is_placement = graph.mode[requirement as usize] == Mode::Placement;
        // Both are counted from here on, also where the first alone says that it is needed.
        let runs = !is_placement || self.running(requirement).is_met();
        let serves = self.serving(requirement).is_met();
        if runs && serves {
            return;
        }
        let first = graph.ways_of(member).map_or(way, |ways| ways.start);
        let kind = StepKind::Promote {
            requirement: ReqIx(requirement),
            way: way.saturating_sub(first) as usize,
        };
        let node = graph.member_node[member as usize];
        let step = self.step(kind, node, position, at, waits);
        let came = Came {
            order,
            position: self.after(Some(step), at),
            step: Some(step),
            node,
        };
        self.promoted.insert(member, came);
        let weight = graph.member_weight[member as usize];
        if is_placement {
            self.running
                .entry(requirement)
                .and_modify(|tally| tally.add(weight, came));
        }
        self.serving
            .entry(requirement)
            .and_modify(|tally| tally.add(weight, came));
    }

    /// Nodes that come to serve, alone or as a group: what came last for any of them let them.
    fn serve(&mut self, order: usize, entries: &[Entry], at: u64) {
        let graph = self.view.engine.graph();
        let mut nodes: Vec<u32> = entries
            .iter()
            .filter_map(|entry| match entry.what {
                Happening::Serves { node, .. } => Some(node),
                _ => None,
            })
            .collect();
        nodes.sort_unstable();
        let mut last: Option<Came> = None;
        let mut position = (at, 0);
        for &node in &nodes {
            let mut causes: Vec<Came> = self.runs.get(&node).copied().into_iter().collect();
            for q in graph.requirements_of(node) {
                if matches!(graph.mode[q as usize], Mode::Placement | Mode::Hard) {
                    let tally = self.serving(q);
                    let met = tally.met.or_else(|| self.met_with(q, &nodes));
                    causes.extend(met.filter(|_| !tally.at_once));
                }
            }
            for came in causes {
                position = position.max(came.position);
                if last.is_none_or(|known| came.order > known.order) {
                    last = Some(came);
                }
            }
        }
        for node in nodes {
            let named = match (graph.class[node as usize], last) {
                (Class::Group, Some(last)) => last.node,
                _ => node,
            };
            let came = Came {
                order,
                position,
                step: last.and_then(|last| last.step),
                node: named,
            };
            self.serves.insert(node, came);
            self.tell(node, came, false);
        }
    }

    /// What came last for requirement `q`, were all of `group` (sorted) serving already.
    fn met_with(&self, q: u32, group: &[u32]) -> Option<Came> {
        let graph = self.view.engine.graph();
        let mut weight = self.view.weight_at_once(q);
        let mut came: Vec<(Came, u64)> = Vec::new();
        for m in graph.members_of(q) {
            let (node, adds) = (
                graph.member_node[m as usize],
                graph.member_weight[m as usize],
            );
            if !graph.is_active(m) {
                came.extend(self.promoted.get(&m).map(|one| (*one, adds)));
            } else if group.binary_search(&node).is_ok() {
                weight = weight.saturating_add(adds);
            } else {
                came.extend(self.serves.get(&node).map(|one| (*one, adds)));
            }
        }
        came.sort_by_key(|(one, _)| one.order);
        let mut last: Option<Came> = None;
        for (one, adds) in came {
            if weight >= graph.need[q as usize] {
                break;
            }
            weight = weight.saturating_add(adds);
            let position = last.map_or(one.position, |known| known.position.max(one.position));
            last = Some(Came { position, ..one });
        }
        last
    }

    /// Counts a node that runs or serves towards all that it is an active member of.
    fn tell(&mut self, node: u32, came: Came, runs: bool) {
        let graph = self.view.engine.graph();
        for &m in graph.active_in.items(node) {
            let q = graph.member_of[m as usize];
            let weight = graph.member_weight[m as usize];
            if !runs {
                self.serving(q);
                self.serving
                    .entry(q)
                    .and_modify(|tally| tally.add(weight, came));
            } else if graph.mode[q as usize] == Mode::Placement {
                self.running(q);
                self.running
                    .entry(q)
                    .and_modify(|tally| tally.add(weight, came));
            }
        }
    }

    /// How far serving members meet requirement `q`.
    fn serving(&mut self, q: u32) -> Tally {
        let view = self.view;
        *self.serving.entry(q).or_insert_with(|| {
            let need = view.engine.graph().need[q as usize];
            let weight = view.weight_at_once(q);
            Tally {
                weight,
                need,
                at_once: weight >= need,
                position: (0, 0),
                met: None,
            }
        })
    }

    /// How far running members meet placement requirement `q`.
    fn running(&mut self, q: u32) -> Tally {
        let view = self.view;
        *self.running.entry(q).or_insert_with(|| {
            let graph = view.engine.graph();
            let runs = |m: &u32| !view.is_stopped(graph.member_node[*m as usize]);
            let weight = graph
                .members_of(q)
                .filter(|m| graph.is_active(*m) && runs(m))
                .map(|m| graph.member_weight[m as usize])
                .fold(0, u64::saturating_add);
            let need = graph.need[q as usize];
            Tally {
                weight,
                need,
                at_once: weight >= need,
                position: (0, 0),
                met: None,
            }
        })
    }

    /// Steps in waves, numbered anew.
    fn finish(mut self, recovery: &Recovery) -> Plan {
        let mut order: Vec<usize> = (0..self.steps.len()).collect();
        order.sort_by_key(|at| {
            let step = &self.steps[*at];
            (self.positions[*at], step.ends, step.kind, step.node)
        });
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let mut waves: Vec<Wave> = Vec::new();
        let mut last = None;
        for (new, old) in order.iter().enumerate() {
            if last.replace(self.positions[*old]) != Some(self.positions[*old]) {
                waves.push(Wave {
                    begins: self.positions[*old].0,
                    steps: new..new,
                });
            }
            if let Some(wave) = waves.last_mut() {
                wave.steps.end = new + 1;
            }
            self.steps[*old].wave = waves.len() - 1;
            for cause in &mut self.steps[*old].waits {
                cause.step = cause.step.map(|step| place[step]);
            }
        }
        let mut steps: Vec<(usize, Step)> = self
            .steps
            .into_iter()
            .enumerate()
            .map(|(old, step)| (place[old], step))
            .collect();
        steps.sort_by_key(|(new, _)| *new);
        let returns = recovery.times().iter().map(|(node, at)| Return {
            node: NodeIx(*node),
            at: *at,
            last: self
                .serves
                .get(node)
                .and_then(|came| came.step)
                .map(|step| place[step]),
        });
        Plan {
            returns: returns.collect(),
            steps: steps.into_iter().map(|(_, step)| step).collect(),
            waves,
        }
    }
}

/// Causes in the order in which they came, and where what waits for all of them begins.
fn in_order(mut causes: Vec<(Came, Option<ReqIx>)>, at: u64) -> (Vec<Cause>, Position) {
    causes.sort_by_key(|(came, requirement)| (came.order, *requirement));
    let positions = causes.iter().map(|(came, _)| came.position);
    let position = positions.max().unwrap_or_default().max((at, 0));
    let waits = causes.into_iter().map(|(came, requirement)| Cause {
        node: NodeIx(came.node),
        at: came.position.0,
        requirement,
        step: came.step,
    });
    (waits.collect(), position)
}
