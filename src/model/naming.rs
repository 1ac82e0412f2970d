//! Names made of content: groups and requirements are called after what they hold, so that equal
//! things meet under one name and a reordered manifest gives the same graph.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::compile::Part;
use super::draft::{Context, Draft};
use super::merge::is_plain;
use super::{Member, NodeIx, Requirement};
use crate::message;
use crate::source::ProblemKind;
use crate::words::{Class, Evidence, Id, Mode};

/// Longest readable name, in characters; what is longer is cut and told apart by a hash.
const NAME: usize = 160;
/// How much of a longer name is kept.
const PREFIX: usize = 100;

/// At least `need` weight of `members`, which are sorted by id, each node once.
#[derive(Debug)]
pub(super) struct Bundle {
    pub(super) need: u64,
    pub(super) members: Vec<Member>,
}

/// A single active member that is enough by itself is needed, whatever it weighs: the same thing
/// is said the same way.
fn plainly(need: u64, members: &[Member]) -> (u64, Vec<Member>) {
    match members {
        [one] if one.standby.is_none() && need <= one.weight => {
            let one = Member {
                weight: 1,
                ..one.clone()
            };
            (1, vec![one])
        }
        _ => (need, members.to_vec()),
    }
}

impl Draft<'_> {
    /// Gives `of` a requirement.
    pub(super) fn add_part(&mut self, of: NodeIx, part: &Part, context: &Context) {
        let (need, members) = plainly(part.need, &part.members);
        let requirement = Requirement {
            id: format!("{}/{}/{}", self.id(of), part.mode, part.name),
            of,
            mode: part.mode,
            need,
            members,
            evidence: context.evidence,
            observed: context.evidence == Evidence::Observed,
            sources: context.sources.clone(),
        };
        let plain = is_plain(&requirement);
        let Err(refused) = self.add(requirement, plain, context) else {
            return;
        };
        // Names from strangers may hold commas and brackets, and a saved graph any id at all: two
        // requirements that look the same are told apart by the hash of all they say.
        let mut requirement = refused.requirement;
        let full = self.canonical(need, &requirement.members);
        requirement.id = format!("{}#{}", requirement.id, hash(&full, 64));
        if let Err(refused) = self.add(requirement, plain, context) {
            let message = message!(
                "another requirement is already called `{id}`; this one is left out",
                id = refused.requirement.id
            );
            self.problem(ProblemKind::Conflict, context.span, message);
        }
    }

    /// A node that serves (or, for placement, runs) as long as `need` weight of `members` does.
    pub(super) fn group(
        &mut self,
        bundle: &Bundle,
        placement: bool,
        owner: NodeIx,
        context: &Context,
    ) -> NodeIx {
        let mode = if placement {
            Mode::Placement
        } else {
            Mode::Hard
        };
        let on = if placement { "on-" } else { "" };
        let (need, members) = plainly(bundle.need, &bundle.members);
        let name = self.name(need, &members);
        let mut id = Id::new("group", &format!("{on}{name}"));
        let full = self.canonical(need, &members);
        loop {
            let ix = self.ensure(&id, Class::Group, context);
            let requirement = Requirement {
                id: format!("{id}/{mode}"),
                of: ix,
                mode,
                need,
                members: members.clone(),
                evidence: context.evidence,
                observed: context.evidence == Evidence::Observed,
                sources: context.sources.clone(),
            };
            let refused = self.add(requirement, false, context).is_err();
            let longer = Id::new("group", &format!("{on}{name}#{}", hash(&full, 64)));
            if refused && longer != id {
                id = longer;
                continue;
            }
            // The least owner, so that the order of manifests does not matter.
            let least = match self.node(ix).part_of {
                Some(known) if self.id(known) <= self.id(owner) => known,
                _ => owner,
            };
            self.node_mut(ix).part_of = Some(least);
            return ix;
        }
    }

    /// What people read of `need` of `members`: `store:a`, `any(a,b)`, `all(a,b)`,
    /// `2-of(a,b×3)`, cut and with a hash where that is long or hides standbys.
    pub(super) fn name(&self, need: u64, members: &[Member]) -> String {
        let item = |member: &Member| {
            let mut text = self.id(member.node).to_string();
            if member.weight != 1 {
                let _ = write!(text, "×{}", member.weight);
            }
            if member.standby.is_some() {
                text.push_str("~standby");
            }
            text
        };
        let standbys = members.iter().any(|member| member.standby.is_some());
        let total = total(members);
        let text = match members {
            [one] if !standbys && need <= one.weight => self.id(one.node).to_string(),
            _ => {
                let items: Vec<String> = members.iter().map(item).collect();
                let items = items.join(",");
                if need == 1 {
                    format!("any({items})")
                } else if need == total && !standbys {
                    format!("all({items})")
                } else {
                    format!("{need}-of({items})")
                }
            }
        };
        let plain = members.len() == 1 && !standbys;
        if !standbys && (plain || text.chars().count() <= NAME) {
            return text;
        }
        let prefix: String = text.chars().take(PREFIX).collect();
        let full = self.canonical(need, members);
        format!("{prefix}…{}", hash(&full, 12))
    }

    /// All that `need` of `members` says, so that different things never read the same.
    fn canonical(&self, need: u64, members: &[Member]) -> String {
        let counted = |ix: NodeIx| {
            let id = self.id(ix).as_str();
            format!("{}:{id}", id.len())
        };
        let mut text = format!("{need}");
        for member in members {
            let _ = write!(text, "|{}×{}", counted(member.node), member.weight);
            for way in member.standby.iter().flatten() {
                let _ = write!(text, "/{}", way.takes_s);
                for required in &way.requires {
                    let _ = write!(text, "+{}", counted(*required));
                }
            }
            if member.standby.is_some() {
                text.push('~');
            }
        }
        text
    }
}

/// Sum of all weights.
pub(super) fn total<'m>(members: impl IntoIterator<Item = &'m Member>) -> u64 {
    members
        .into_iter()
        .fold(0, |sum, member| sum.saturating_add(member.weight))
}

/// The first `digits` hexadecimal digits of SHA-256.
fn hash(text: &str, digits: usize) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex.truncate(digits);
    hex
}
