//! Model → graph.

use super::{Builder, Graph};
use crate::model::{Model, Node};
use crate::words::{Class, Replication};

impl Graph {
    /// Compiles `model`. O(nodes + members + ways).
    ///
    /// # Panics
    ///
    /// Never: the model's own budget keeps every index far below 2^32.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let mut builder = Builder::new();
        for node in &model.nodes {
            let ix = builder.node(node.class);
            builder.start_takes(ix, node.start_s);
            builder.objective(ix, node.rto_s.unwrap_or(u64::MAX));
        }
        for (ix, node) in model.iter() {
            let Some(owner) = node.part_of else {
                continue;
            };
            if node.class == Class::Replica && !is_backup(node) {
                builder.replica(owner.0, ix.0);
            }
            if node.data.is_some() {
                builder.copy(owner.0, ix.0);
            }
        }
        let mut required = Vec::new();
        for requirement in &model.requirements {
            builder.require(requirement.of.0, requirement.mode, requirement.need);
            for member in &requirement.members {
                let Some(ways) = &member.standby else {
                    builder.active(member.node.0, member.weight);
                    continue;
                };
                builder.standby(member.node.0, member.weight);
                for way in ways {
                    required.clear();
                    required.extend(way.requires.iter().map(|node| node.0));
                    builder.way(way.takes_s, &required);
                }
            }
        }
        #[expect(clippy::expect_used, reason = "see Panics")]
        builder.finish().expect("a model fits")
    }
}

/// A backup copy is not running software.
fn is_backup(node: &Node) -> bool {
    matches!(node.data, Some(Replication::Backup { .. }))
}
