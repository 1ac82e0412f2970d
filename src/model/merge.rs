//! The same thing from two sources: whose word is taken, and what is said of it.

use std::collections::BTreeMap;

use super::draft::{Context, Draft, Rank};
use super::{Member, NodeIx, Requirement, given};
use crate::ingest::fact::{Attributes, NeedFact, NodeFact, Origin, Otherwise, OverrideFact};
use crate::message;
use crate::source::{Problem, ProblemKind, Span};
use crate::words::{Class, Evidence, Mode, Role, format_duration};

/// Deepest nesting of what is only drawn.
const NESTING: usize = 64;

/// Who stated a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) rank: Rank,
    pub(super) span: Span,
}

impl Draft<'_> {
    /// A node that a source states, under its own id or that of the node it is an alias of.
    /// `false` if the name is no id and nothing known: a refinement of what comes later.
    pub(super) fn state_node(&mut self, fact: &NodeFact, class: Class, rank: Rank) -> bool {
        let context = Context::of(&fact.origin, fact.name.span, rank);
        let text = &fact.name.text;
        let observed = fact.origin.evidence == Evidence::Observed;
        let id = match &fact.name.otherwise {
            Otherwise::Stated(own) if observed => Some(self.observed_id(text, own, fact.name.span)),
            Otherwise::Stated(own) => Some(self.names.stated(text, own, class)),
            Otherwise::Unknown => self.names.id_of(text),
            Otherwise::External(own) | Otherwise::Domain(own) => {
                self.names.id_of(text).or_else(|| Some(own.clone()))
            }
        };
        let Some(id) = id else {
            return false;
        };
        // A trace sees that something answers, not what it is.
        let known = observed && self.index.contains_key(&id);
        let ix = self.ensure(&id, class, &context);
        self.gives(rank, ix, given::Said::There);
        let span = context.span;
        if !known {
            self.class(ix, class, Said { rank, span });
        }
        self.describe(ix, &fact.attributes, &context);
        true
    }

    /// What refines a node that another source states; a problem if there is none.
    pub(super) fn refine_node(&mut self, fact: &NodeFact, rank: Rank) {
        let context = Context::of(&fact.origin, fact.name.span, rank);
        let ix = match &fact.name.otherwise {
            Otherwise::Unknown => match self.resolve_known(&fact.name) {
                Some(ix) => ix,
                None => return,
            },
            _ => self.resolve(&fact.name, &context),
        };
        self.support(ix, &context);
        self.describe(ix, &fact.attributes, &context);
    }

    /// The class of a node: the native manifest's word, else the first.
    pub(super) fn class(&mut self, ix: NodeIx, class: Class, said: Said) {
        let mut slot = Some(self.node(ix).class);
        self.settle_value(ix, "class", &mut slot, Some(&class), said, |class| {
            class.to_string()
        });
        if let Some(class) = slot {
            self.node_mut(ix).class = class;
        }
    }

    /// Takes over what a source says of a node, field by field.
    pub(super) fn describe(&mut self, ix: NodeIx, said: &Attributes, context: &Context) {
        let by = Said {
            rank: context.rank,
            span: context.span,
        };
        macro_rules! take {
            ($($field:ident: $show:expr),+ $(,)?) => {$(
                if said.$field.is_some() {
                    let mut slot = self.node(ix).$field.clone();
                    self.settle_value(ix, stringify!($field), &mut slot, said.$field.as_ref(), by, $show);
                    self.node_mut(ix).$field = slot;
                }
            )+};
        }
        // Only values that verdicts and owners hang on are worth a word when sources differ.
        take!(
            title: quiet, tier: u8::to_string, owner: |owner| format!("`{owner}`"),
            users: quiet, revenue_per_h: quiet, demand: u64::to_string,
            rto_s: |time| format_duration(*time),
            rpo_s: |time| format_duration(*time),
            fails_per_y: quiet, repair_s: quiet, cost: quiet, role: Role::to_string, verified: quiet,
        );
        if let Some(start) = said.start_s {
            let mut slot = Some(self.node(ix).start_s);
            self.settle_value(ix, "start_s", &mut slot, Some(&start), by, quiet);
            self.node_mut(ix).start_s = slot.unwrap_or(0);
        }
        if let Some(need) = said.need {
            let mut slot = self.needs.get(&ix).copied();
            self.settle_value(ix, "need", &mut slot, Some(&need), by, |need| match need {
                NeedFact::Weight(weight) => weight.to_string(),
                NeedFact::Percent(percent) => format!("{percent}%"),
            });
            if let Some(need) = slot {
                self.needs.insert(ix, need);
            }
        }
        if said.owner.is_some() {
            self.gives(context.rank, ix, given::Said::Owned);
        }
        if said.tier.is_some() {
            self.gives(context.rank, ix, given::Said::Tiered);
        }
        if let Some(within) = &said.within {
            self.within.push((ix, within.clone(), context.clone()));
        }
    }

    /// One value of one node: keeps it, replaces it, and notes a conflict between equals. `show`
    /// gives no text for values that are not worth a conflict.
    fn settle_value<T: Clone + PartialEq>(
        &mut self,
        ix: NodeIx,
        field: &'static str,
        slot: &mut Option<T>,
        new: Option<&T>,
        said: Said,
        show: impl Fn(&T) -> String,
    ) {
        let Some(new) = new else {
            return;
        };
        let before = self.said.get(&(ix, field)).copied();
        let (Some(known), Some(before)) = (slot.as_ref(), before) else {
            *slot = Some(new.clone());
            self.said.insert((ix, field), said);
            return;
        };
        if known == new {
            return;
        }
        let stronger = said.rank.authoritative && !before.rank.authoritative;
        if stronger {
            *slot = Some(new.clone());
            self.said.insert((ix, field), said);
        } else if said.rank.authoritative == before.rank.authoritative {
            let (new, known) = (show(new), show(known));
            if !new.is_empty() {
                let word = field.trim_end_matches("_s");
                let problem = Problem::new(
                    ProblemKind::Conflict,
                    said.span,
                    message!(
                        "`{what}` has {word} {new} here and {known} in {what2}: {known} was taken",
                        word,
                        new,
                        known,
                        what = self.id(ix),
                        what2 = self.sources.path(before.span.file)
                    ),
                );
                self.problems
                    .push(problem.with_related(before.span, format!("{word} {known}, taken")));
            }
        }
    }

    /// Where nodes are drawn, once all nodes are known. O(nodes).
    pub(super) fn settle_within(&mut self) {
        for (ix, reference, context) in std::mem::take(&mut self.within) {
            if self.node(ix).within.is_some() {
                continue;
            }
            let within = self.resolve(&reference, &context);
            // Whoever draws walks outwards: that walk must end, and soon.
            let mut around = Some(within);
            let mut hops = 0;
            while let Some(at) = around
                && at != ix
                && hops < NESTING
            {
                around = self.node(at).within;
                hops += 1;
            }
            if around.is_some() {
                let message = message!(
                    "`{what}` would be drawn inside itself, or more than {NESTING} deep; this is ignored",
                    NESTING,
                    what = self.id(ix)
                );
                self.problem(ProblemKind::InvalidValue, context.span, message);
            } else {
                self.node_mut(ix).within = Some(within);
            }
        }
    }

    /// Two sources give one requirement different members: the first one's word was taken.
    pub(super) fn note_rivals(&mut self, at: usize, id: &str, span: Span) {
        let Some(entry) = self.entries.get(at) else {
            return;
        };
        let taken = entry.span;
        let problem = Problem::new(
            ProblemKind::Conflict,
            span,
            message!(
                "`{id}` is stated otherwise in {what}, whose word was taken",
                id,
                what = self.sources.path(taken.file)
            ),
        );
        self.problems.push(problem.with_related(taken, "taken"));
    }

    /// One mode for each plain dependency: the native manifest's word, else the stricter. What a
    /// node needs to start is another matter.
    pub(super) fn settle_modes(&mut self) {
        let plain = self.plain();
        for entries in plain.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            if entries.len() < 2 {
                continue;
            }
            let strict = |at: &usize| {
                self.entries
                    .get(*at)
                    .map(|e| (e.rank.authoritative, strictness(e.requirement.mode)))
            };
            let running: Vec<usize> = entries
                .iter()
                .map(|(.., at)| *at)
                .filter(|at| strict(at).is_some_and(|s| s.1 > 0))
                .collect();
            let Some(&winner) = running.iter().max_by_key(|at| strict(at)) else {
                continue;
            };
            for loser in running {
                if loser != winner {
                    self.drop_for(loser, winner);
                }
            }
        }
    }

    /// Leaves `loser` out in favour of `winner` and notes it, unless one adapter's own rules of
    /// thumb said both.
    fn drop_for(&mut self, loser: usize, winner: usize) {
        let (Some(lost), Some(won)) = (self.entries.get(loser), self.entries.get(winner)) else {
            return;
        };
        let same_mode = lost.requirement.mode == won.requirement.mode;
        let same_hand = lost.rank.adapter == won.rank.adapter && !won.rank.authoritative;
        if !same_hand && !same_mode {
            let (lost_mode, mode) = (lost.requirement.mode, won.requirement.mode);
            let on = won
                .requirement
                .members
                .first()
                .map_or("", |member| self.id(member.node).as_str());
            let problem = Problem::new(
                ProblemKind::Conflict,
                lost.span,
                message!(
                    "`{what}` needs `{on}`: {lost_mode} here, {mode} in {what2}: {mode} was taken",
                    on,
                    lost_mode,
                    mode,
                    what = self.id(lost.requirement.of),
                    what2 = self.sources.path(won.span.file)
                ),
            )
            .with_related(won.span, format!("{mode}, taken"));
            self.problems.push(problem);
        }
        let Some(entry) = self.entries.get_mut(loser) else {
            return;
        };
        entry.dropped = true;
        if same_mode {
            // A saved graph may call it otherwise: it is known from both all the same.
            let (evidence, observed, sources) = (
                entry.requirement.evidence,
                entry.requirement.observed,
                entry.requirement.sources.clone(),
            );
            if let Some(entry) = self.entries.get_mut(winner) {
                entry.requirement.evidence = entry.requirement.evidence.min(evidence);
                entry.requirement.observed |= observed;
                entry.requirement.sources.extend(sources);
            }
        }
    }

    /// Plain dependencies, "of needs on" by which entry, sorted. O(entries log).
    fn plain(&self) -> Vec<(NodeIx, NodeIx, usize)> {
        let mut plain = Vec::with_capacity(self.entries.len());
        for (at, entry) in self.entries.iter().enumerate() {
            if entry.dropped {
                continue;
            }
            let on = match entry.requirement.members.as_slice() {
                [member] if entry.plain => Some(member.node),
                _ => None,
            };
            if let Some(on) = self.started_after(&entry.requirement).or(on) {
                plain.push((entry.requirement.of, on, at));
            }
        }
        plain.sort_unstable();
        plain
    }

    /// The service of whose replicas the requirement needs any one to start: people speak of it
    /// as of a dependency on that service.
    fn started_after(&self, requirement: &Requirement) -> Option<NodeIx> {
        if requirement.mode != Mode::Start || requirement.need != 1 {
            return None;
        }
        let mut owners = requirement.members.iter().map(|member| {
            let node = self.node(member.node);
            node.part_of.filter(|_| node.class == Class::Replica)
        });
        let owner = owners.next()??;
        owners.all(|other| other == Some(owner)).then_some(owner)
    }

    /// The native manifest's last words on plain dependencies.
    pub(super) fn override_modes(&mut self, facts: &[(&OverrideFact, Rank)]) {
        if facts.is_empty() {
            return;
        }
        let mut plain: BTreeMap<(NodeIx, NodeIx), Vec<usize>> = BTreeMap::new();
        for (of, on, at) in self.plain() {
            plain.entry((of, on)).or_default().push(at);
        }
        for (fact, rank) in facts {
            let (of, on) = (self.resolve_known(&fact.of), self.resolve_known(&fact.on));
            let (Some(of), Some(on)) = (of, on) else {
                continue;
            };
            let entries = plain.remove(&(of, on)).unwrap_or_default();
            let mode_of =
                |draft: &Self, at: usize| draft.entries.get(at).map(|entry| entry.requirement.mode);
            let running = entries
                .iter()
                .any(|at| mode_of(self, *at) != Some(Mode::Start));
            let mut target = None;
            let mut kept = Vec::new();
            for at in entries {
                let apart = mode_of(self, at) == Some(Mode::Start)
                    && running
                    && fact.mode.is_some_and(|mode| mode != Mode::Start);
                if apart {
                    kept.push(at);
                    continue;
                }
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.dropped = true;
                    let id = entry.requirement.id.clone();
                    target.get_or_insert_with(|| entry.requirement.clone());
                    self.by_id.remove(&id, &mut self.entries);
                }
            }
            let Some(mut requirement) = target else {
                let message = message!(
                    "this override matches nothing: no source says that `{what}` needs `{what2}` alone",
                    what = self.id(of),
                    what2 = self.id(on)
                );
                self.problem(ProblemKind::InvalidValue, fact.span, message);
                continue;
            };
            if let Some(mode) = fact.mode {
                let origin = Origin::at(Evidence::Declared, fact.span);
                let context = Context::of(&origin, fact.span, *rank);
                if mode != Mode::Start {
                    requirement.need = 1;
                    requirement.members = vec![Member {
                        node: on,
                        weight: 1,
                        standby: None,
                    }];
                }
                let name = self.name(requirement.need, &requirement.members);
                requirement.mode = mode;
                requirement.id = format!("{}/{mode}/{name}", self.id(of));
                requirement.evidence = Evidence::Declared;
                requirement.sources.push(origin.source);
                kept.push(self.entries.len());
                if let Err(refused) = self.add(requirement, true, &context) {
                    self.note_rivals(refused.at, "override", fact.span);
                }
            }
            plain.insert((of, on), kept);
        }
    }
}

/// Whether a requirement is a plain dependency on one node: no choice, no standby, and none of
/// those the model itself names (replicas, wants, what groups hold).
pub(super) fn is_plain(requirement: &Requirement) -> bool {
    let made = |id: &str| {
        id.starts_with("group:") || id.ends_with("/replicas") || id.contains("/soft/want(")
    };
    match requirement.members.as_slice() {
        [one] => one.standby.is_none() && requirement.need <= one.weight && !made(&requirement.id),
        _ => false,
    }
}

/// How much a node loses without a requirement while it runs.
fn strictness(mode: Mode) -> u8 {
    match mode {
        Mode::Placement => 3,
        Mode::Hard => 2,
        Mode::Soft => 1,
        Mode::Start => 0,
    }
}

/// Differences of this value are nobody's concern.
fn quiet<T>(_: &T) -> String {
    String::new()
}
