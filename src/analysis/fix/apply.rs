//! A model with changes: as it would be with all of them made, or as the search looks at it, with
//! every candidate in it and a switch for each.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, loosened, replica_requirement, template};
use crate::model::{Member, Model, Node, NodeIx, ReqIx, Requirement, Way};
use crate::words::{Class, Evidence, Id, Mode, Replication, is_network_kind};

/// What stands for one candidate in the graph of the search.
#[derive(Clone, Debug, Default)]
pub(super) struct Switch {
    /// Nodes that exist only if it is chosen: struck otherwise.
    pub(super) nodes: Vec<u32>,
    /// Nodes that don't exist if it is chosen, each with the node in its place.
    pub(super) removes: Vec<(u32, u32)>,
}

/// `model` with all of `changes` made. Nodes keep their numbers; new ones come after them.
pub(super) fn changed(model: &Model, changes: &[Change]) -> Model {
    let mut writer = Writer::new(model);
    for change in changes {
        writer.make(change);
    }
    writer.finish()
}

/// `model` with every one of `changes` in it, to be switched on and off.
pub(super) fn switched(model: &Model, changes: &[Change]) -> (Model, Vec<Switch>) {
    let mut writer = Writer::new(model);
    let switches = changes.iter().map(|change| writer.offer(change)).collect();
    (writer.finish(), switches)
}

struct Writer<'m> {
    old: &'m Model,
    new: Model,
    dropped: BTreeSet<usize>,
    added: Vec<Requirement>,
    /// How many new nodes of a name there are.
    numbers: BTreeMap<String, u64>,
}

impl<'m> Writer<'m> {
    fn new(old: &'m Model) -> Self {
        Self {
            old,
            new: old.clone(),
            dropped: BTreeSet::new(),
            added: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }

    fn finish(mut self) -> Model {
        let mut at = 0;
        self.new.requirements.retain(|_| {
            at += 1;
            !self.dropped.contains(&(at - 1))
        });
        self.new.requirements.append(&mut self.added);
        self.new.requirements.sort_by_key(|q| q.of);
        self.new
    }

    /// Makes a change for good.
    fn make(&mut self, change: &Change) {
        match change {
            Change::Add { .. } | Change::Alternative { .. } => {
                self.offer(change);
            }
            Change::Move { replicas, on, .. } => {
                for replica in replicas {
                    for (at, q) in self.old.requirements.iter().enumerate() {
                        if q.of == *replica && is_standing(self.old, q) {
                            self.dropped.insert(at);
                        }
                    }
                    self.stand(*replica, *on);
                }
            }
            Change::Activate { of, replicas } => {
                for member in self.own_members(*of) {
                    if replicas.contains(&member.node) {
                        member.standby = None;
                    }
                }
            }
            Change::Loosen { of, requirement } => {
                let all = loosened(self.old, *of, *requirement);
                self.dropped.extend(all.iter().map(|at| at.0 as usize));
            }
        }
    }

    /// Puts a change in with a switch. Standbys are not made active then, but may also be promoted
    /// in no time by the switch: that serves from the same moment on.
    fn offer(&mut self, change: &Change) -> Switch {
        match change {
            Change::Add {
                of,
                on,
                count,
                weight,
            } => {
                let nodes = (0..*count).filter_map(|_| self.replica(*of, *on, *weight));
                Switch {
                    nodes: nodes.collect(),
                    removes: Vec::new(),
                }
            }
            Change::Move { of, replicas, on } => {
                let mut switch = Switch::default();
                for replica in replicas {
                    if let Some(new) = self.elsewhere(*of, *replica, *on) {
                        switch.nodes.push(new);
                        switch.removes.push((replica.0, new));
                    }
                }
                switch
            }
            Change::Activate { of, replicas } => {
                let switch = self.bare("switch", Class::External);
                let way = Way {
                    takes_s: 0,
                    requires: vec![switch],
                    drilled: None,
                    evidence: Evidence::Assumed,
                    sources: Vec::new(),
                };
                for member in self.own_members(*of) {
                    if let (true, Some(ways)) =
                        (replicas.contains(&member.node), &mut member.standby)
                    {
                        ways.push(way.clone());
                    }
                }
                Switch {
                    nodes: vec![switch.0],
                    removes: Vec::new(),
                }
            }
            Change::Alternative { to, requirement } => {
                let node = self.old.node(*to);
                let class = node.class;
                let id = node.id.as_str().to_owned();
                let new = self.bare(&id, class);
                self.member(*requirement, new);
                Switch {
                    nodes: vec![new.0],
                    removes: Vec::new(),
                }
            }
            Change::Loosen { of, requirement } => {
                let switch = self.bare("switch", Class::External);
                for at in loosened(self.old, *of, *requirement) {
                    self.member(at, switch);
                }
                Switch {
                    nodes: vec![switch.0],
                    removes: Vec::new(),
                }
            }
        }
    }

    /// Members of the requirement of `of` on its replicas.
    fn own_members(&mut self, of: NodeIx) -> &mut [Member] {
        let at = replica_requirement(self.old, of).map(|at| at.0 as usize);
        at.and_then(|at| self.new.requirements.get_mut(at))
            .map_or(&mut [], |q| q.members.as_mut_slice())
    }

    /// Adds `node` to a requirement as a member that is enough alone.
    fn member(&mut self, requirement: ReqIx, node: NodeIx) {
        if let Some(q) = self.new.requirements.get_mut(requirement.0 as usize) {
            q.members.push(Member {
                node,
                weight: q.need,
                standby: None,
            });
        }
    }

    /// A node with nothing but a name.
    fn bare(&mut self, like: &str, class: Class) -> NodeIx {
        let (kind, name) = like.split_once(':').unwrap_or(("external", like));
        let id = self.name(kind, &format!("{name}-"), 2);
        self.push(Node::new(id, class, Evidence::Assumed, Vec::new()))
    }

    /// A further replica of `of` on `on`, which starts as the others do.
    fn replica(&mut self, of: NodeIx, on: NodeIx, weight: u64) -> Option<u32> {
        let like = template(self.old, of)?;
        let new = self.copy(of, like, on);
        for q in self.old_requirements(like) {
            if q.mode == Mode::Start {
                self.hand_on(q, new);
            }
        }
        self.stand(new, on);
        let requirement = replica_requirement(self.old, of)?;
        let members = &mut self.new.requirements[requirement.0 as usize].members;
        members.push(Member {
            node: new,
            weight,
            standby: None,
        });
        Some(new.0)
    }

    /// The replica `old` of `of`, on `on`.
    fn elsewhere(&mut self, of: NodeIx, old: NodeIx, on: NodeIx) -> Option<u32> {
        let new = self.copy(of, old, on);
        for q in self.old_requirements(old) {
            if !is_standing(self.old, q) {
                self.hand_on(q, new);
            }
        }
        self.stand(new, on);
        let requirement = replica_requirement(self.old, of)?;
        let members = &mut self.new.requirements[requirement.0 as usize].members;
        let mut member = members.iter().find(|member| member.node == old)?.clone();
        member.node = new;
        members.push(member);
        Some(new.0)
    }

    fn old_requirements(&self, of: NodeIx) -> impl Iterator<Item = &'m Requirement> + use<'m> {
        super::change::requirements_of(self.old, of).map(|(_, q)| q)
    }

    fn copy(&mut self, of: NodeIx, like: NodeIx, on: NodeIx) -> NodeIx {
        let mut node = self.old.node(like).clone();
        let service = &self.old.node(of).id;
        let name = format!("{}@{}#", service.name(), self.old.node(on).id);
        node.id = self.name("replica", &name, 1);
        node.part_of = Some(of);
        node.data = node.data.map(|_| Replication::Sync);
        node.sources.clear();
        self.push(node)
    }

    fn hand_on(&mut self, q: &Requirement, to: NodeIx) {
        let mut q = q.clone();
        q.of = to;
        q.id = format!("{}/{}", self.added.len(), q.id);
        self.added.push(q);
    }

    /// `node` stands on `on`.
    fn stand(&mut self, node: NodeIx, on: NodeIx) {
        let kind = self.old.node(on).id.kind();
        let mode = if is_network_kind(kind) {
            Mode::Hard
        } else {
            Mode::Placement
        };
        self.added.push(Requirement {
            id: format!("{}/standing", self.added.len()),
            of: node,
            mode,
            need: 1,
            members: vec![Member {
                node: on,
                weight: 1,
                standby: None,
            }],
            evidence: Evidence::Assumed,
            observed: false,
            sources: Vec::new(),
        });
    }

    fn push(&mut self, node: Node) -> NodeIx {
        let at = u32::try_from(self.new.nodes.len()).unwrap_or(u32::MAX);
        self.new.nodes.push(node);
        NodeIx(at)
    }

    /// The next free id that begins so and ends in a number.
    fn name(&mut self, kind: &str, begins: &str, from: u64) -> Id {
        let number = self
            .numbers
            .entry(format!("{kind}:{begins}"))
            .or_insert(from);
        loop {
            let id = Id::new(kind, &format!("{begins}{number}"));
            *number += 1;
            if self.old.find(id.as_str()).is_none() {
                return id;
            }
        }
    }
}

/// Whether a requirement says where its owner stands.
pub(super) fn is_standing(model: &Model, q: &Requirement) -> bool {
    let on_domains = || {
        let mut members = q.members.iter();
        members.all(|member| model.node(member.node).class == Class::Domain)
    };
    q.mode == Mode::Placement || (q.mode == Mode::Hard && on_domains())
}
