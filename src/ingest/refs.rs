//! Every reference that facts hold, for whoever changes or collects names.

use super::fact::{Attributes, Expr, Facts, Ref, ReplicasFact, WayFact};

/// Deepest nesting that is followed: as deep as the model reads.
const DEPTH: usize = 40;

impl Facts {
    /// Calls `visit` with every reference, saved graphs aside, in order of the facts. O(facts).
    pub fn each_reference(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        for node in &mut self.nodes {
            visit(&mut node.name);
            attributes(&mut node.attributes, visit);
        }
        for requirement in &mut self.requirements {
            visit(&mut requirement.of);
            expr(&mut requirement.expr, 0, visit);
            if let Some(reroute) = &mut requirement.reroute {
                way(reroute, 0, visit);
            }
        }
        for fact in &mut self.replicas {
            replicas(fact, visit);
        }
        for alias in &mut self.aliases {
            visit(&mut alias.target);
        }
        for known in &mut self.identities {
            visit(&mut known.target);
        }
        for fact in &mut self.overrides {
            visit(&mut fact.of);
            visit(&mut fact.on);
        }
    }
}

fn attributes(of: &mut Attributes, visit: &mut dyn FnMut(&mut Ref)) {
    of.within.iter_mut().for_each(visit);
}

fn replicas(fact: &mut ReplicasFact, visit: &mut dyn FnMut(&mut Ref)) {
    visit(&mut fact.of);
    for one in fact.on.iter_mut().chain(&mut fact.requires) {
        expr(one, 0, visit);
    }
    for one in fact.standby.iter_mut().flatten() {
        way(one, 0, visit);
    }
    let spread = &mut fact.spread;
    spread.allowed_zones.iter_mut().for_each(&mut *visit);
    spread.cluster.iter_mut().for_each(&mut *visit);
    spread.region.iter_mut().for_each(&mut *visit);
    let peers = spread.together.iter_mut().flat_map(|tie| &mut tie.peers);
    peers.for_each(&mut *visit);
    if let Some(anew) = &mut fact.reschedule {
        for one in anew.on.iter_mut().chain(&mut anew.requires) {
            expr(one, 0, visit);
        }
    }
    attributes(&mut fact.attributes, visit);
}

fn expr(of: &mut Expr, depth: usize, visit: &mut dyn FnMut(&mut Ref)) {
    match of {
        Expr::One(one) | Expr::Replicas(one) => visit(one),
        Expr::Some { members, .. } if depth < DEPTH => {
            for member in members {
                expr(&mut member.expr, depth + 1, visit);
                for one in member.standby.iter_mut().flatten() {
                    way(one, depth + 1, visit);
                }
            }
        }
        Expr::Some { .. } => {}
    }
}

fn way(of: &mut WayFact, depth: usize, visit: &mut dyn FnMut(&mut Ref)) {
    for one in &mut of.requires {
        expr(one, depth + 1, visit);
    }
}
