//! Edits of an estate, as people make them between two readings: nodes and requirements come, go
//! and change.

use proptest::prelude::*;

use super::{Estate, Member, Node, Requirement, Way};

/// What to do, and numbers that say where and how.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    what: u8,
    at: usize,
    to: usize,
    amount: u64,
}

/// Any edit.
pub fn edit() -> impl Strategy<Value = Edit> {
    (0..13u8, 0..4_096usize, 0..4_096usize, 0..6u64).prop_map(|(what, at, to, amount)| Edit {
        what,
        at,
        to,
        amount,
    })
}

/// An estate whose nodes have names that stay, in order of their numbers.
#[derive(Clone, Debug)]
pub struct Edited {
    pub estate: Estate,
    /// Sorted.
    pub names: Vec<u64>,
    /// Everything serves without faults, after every edit too.
    sound: bool,
}

impl Edited {
    /// `sound`: needs are lowered to what active members can meet, so that nothing is late.
    pub fn new(estate: Estate, sound: bool) -> Self {
        let names = (1..=estate.nodes.len() as u64).map(|at| at << 32).collect();
        let mut edited = Self {
            estate,
            names,
            sound,
        };
        edited.settle();
        edited
    }

    pub fn apply(&mut self, edit: Edit) {
        let count = self.estate.nodes.len();
        let needs = self.estate.requirements.len();
        match edit.what {
            0 | 1 => self.insert_node(edit),
            2 | 3 if count > 2 => self.remove_node(edit.at % count),
            4 | 5 => self.add_requirement(edit),
            6 if needs > 0 => {
                self.estate.requirements.remove(edit.at % needs);
            }
            7 => self.estate.nodes[edit.at % count].start = edit.amount / 2,
            8 => {
                let class = [
                    "domain", "service", "replica", "external", "store", "journey",
                ];
                let class = class[edit.to % class.len()];
                class.clone_into(&mut self.estate.nodes[edit.at % count].class);
            }
            _ if needs > 0 => self.change_requirement(edit.at % needs, edit),
            _ => {}
        }
        self.settle();
    }

    fn insert_node(&mut self, edit: Edit) {
        let place = edit.at % (self.estate.nodes.len() + 1);
        let before = place.checked_sub(1).map_or(0, |at| self.names[at]);
        let after = self.names.get(place).copied();
        let name = after.map_or(before + (1 << 32), |after| before + (after - before) / 2);
        if name == before || Some(name) == after {
            return;
        }
        for requirement in &mut self.estate.requirements {
            requirement.renumber(|node| Some(node + usize::from(node >= place)));
        }
        let class = ["service", "domain", "replica"][edit.to % 3];
        let node = Node {
            id: format!("{class}:x{name}"),
            class: class.to_owned(),
            start: edit.amount % 2,
            ..Node::default()
        };
        self.estate.nodes.insert(place, node);
        self.names.insert(place, name);
        // Nothing hangs on a node that nobody names.
        self.add_requirement(Edit {
            at: edit.to,
            to: place,
            ..edit
        });
        self.add_requirement(Edit { at: place, ..edit });
    }

    fn remove_node(&mut self, gone: usize) {
        self.estate.nodes.remove(gone);
        self.names.remove(gone);
        let renumber = |node: usize| match node.cmp(&gone) {
            std::cmp::Ordering::Less => Some(node),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(node - 1),
        };
        let kept = &mut self.estate.requirements;
        kept.retain_mut(|requirement| requirement.renumber(renumber));
    }

    fn add_requirement(&mut self, edit: Edit) {
        let count = self.estate.nodes.len();
        let (of, to) = (edit.at % count, edit.to % count);
        let modes = ["placement", "hard", "hard", "soft", "start"];
        let mode = modes[(edit.at / 7 + edit.to / 5) % modes.len()];
        if of == to || (mode == "placement" && to > of) {
            return;
        }
        self.estate.requirements.push(Requirement {
            id: String::new(),
            of,
            mode: mode.to_owned(),
            need: 1,
            members: vec![Member {
                node: to,
                weight: 1 + edit.amount % 3,
                standby: None,
            }],
        });
    }

    fn change_requirement(&mut self, at: usize, edit: Edit) {
        let count = self.estate.nodes.len();
        let requirement = &mut self.estate.requirements[at];
        let (of, mode) = (requirement.of, requirement.mode.clone());
        let number = edit.to % requirement.members.len();
        let member = &mut requirement.members[number];
        match edit.what {
            9 => requirement.need = 1 + edit.amount,
            10 => member.weight = 1 + edit.amount,
            11 => {
                let node = edit.to % count;
                let known = requirement.members.iter().any(|member| member.node == node);
                if known && requirement.members.len() > 1 {
                    requirement.members.retain(|member| member.node != node);
                } else if !known && node != of && (mode != "placement" || node < of) {
                    requirement.members.push(Member {
                        node,
                        weight: 1,
                        standby: None,
                    });
                }
            }
            _ if mode == "soft" => {}
            // A standby becomes active, an active member a standby with another way each time.
            _ if member.standby.is_some() && edit.amount == 0 => member.standby = None,
            _ => {
                let requires = [edit.at % count, (edit.at / 3) % count];
                member.standby = Some(vec![Way {
                    takes: edit.amount,
                    requires: requires[..edit.to % 3].to_vec(),
                }]);
            }
        }
    }

    /// Names requirements anew, and keeps them within what the estate is to be.
    fn settle(&mut self) {
        for (at, requirement) in self.estate.requirements.iter_mut().enumerate() {
            requirement.id = format!("q{at:03}");
            if !self.sound || !matches!(requirement.mode.as_str(), "placement" | "hard") {
                continue;
            }
            if requirement
                .members
                .iter()
                .all(|member| member.standby.is_some())
            {
                requirement.members[0].standby = None;
            }
            let active = requirement
                .members
                .iter()
                .filter(|member| member.standby.is_none());
            requirement.need = requirement
                .need
                .min(active.map(|member| member.weight).sum());
        }
        for (node, name) in self.estate.nodes.iter_mut().zip(&self.names) {
            node.id = format!("{}:x{name}", node.class);
        }
    }
}

impl Requirement {
    /// Gives every node that it names the number `to`; false if nothing is left of it.
    fn renumber(&mut self, to: impl Fn(usize) -> Option<usize>) -> bool {
        let known = |nodes: &mut Vec<usize>| {
            *nodes = nodes.iter().filter_map(|node| to(*node)).collect();
        };
        self.members.retain_mut(|member| {
            for way in member.standby.iter_mut().flatten() {
                known(&mut way.requires);
            }
            let node = to(member.node);
            member.node = node.unwrap_or_default();
            node.is_some()
        });
        let of = to(self.of);
        self.of = of.unwrap_or_default();
        of.is_some() && !self.members.is_empty()
    }
}
