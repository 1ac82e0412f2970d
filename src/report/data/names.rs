//! Names of nodes. Most nodes of a large estate are replicas, called after what they are a copy of and
//! what they stand on: such a name is a mark for its form and what comes after.

use super::code::Fronts;
use crate::model::{Model, NodeIx, Requirement};
use crate::report::text::visible;
use crate::words::{Class, Mode};

/// `replica:login@site:pangyo#2` is `*#2`: after the name of its service.
const BY_NAME: char = '*';
/// `replica:service:login@site:pangyo#2` is `~#2`: after its id, where names are ambiguous.
const BY_ID: char = '~';

/// By node: a mark and the rest of a replica's name, or the name front-coded.
pub(super) fn names(model: &Model) -> Vec<String> {
    let mut fronts = Fronts::default();
    let mut requirements = model.requirements.as_slice();
    let coded = model.iter().map(|(ix, node)| {
        let own = requirements.partition_point(|requirement| requirement.of <= ix);
        let (mine, others) = requirements.split_at(own);
        requirements = others;
        let name = visible(node.id.as_str());
        let of = node.part_of.filter(|_| node.class == Class::Replica);
        let coded = of.and_then(|of| after_others(model, &name, of, mine));
        // What is coded otherwise takes no part in front-coding.
        coded.unwrap_or_else(|| fronts.next(&name))
    });
    coded.collect()
}

/// The short form of a replica's name, if the name has the usual form: `requirements` are its own.
fn after_others(
    model: &Model,
    name: &str,
    of: NodeIx,
    requirements: &[Requirement],
) -> Option<String> {
    let on = requirements
        .iter()
        .find(|requirement| requirement.mode == Mode::Placement)?
        .members
        .first()?
        .node;
    // Of those it is called after, none may be a replica itself: the reader names replicas last.
    if [of, on]
        .map(|ix| model.node(ix).class)
        .contains(&Class::Replica)
    {
        return None;
    }
    let shown = |ix| visible(model.node(ix).id.as_str());
    let (of, on) = (shown(of), shown(on));
    let called = name.strip_prefix("replica:")?;
    let rest = |of: &str| {
        called
            .strip_prefix(of)?
            .strip_prefix('@')?
            .strip_prefix(&on)
    };
    let (_, bare) = of.split_once(':')?;
    rest(bare)
        .map(|rest| format!("{BY_NAME}{rest}"))
        .or_else(|| rest(&of).map(|rest| format!("{BY_ID}{rest}")))
}
