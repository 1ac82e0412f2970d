//! The model while it is being built: nodes and requirements in the order they were met, and the
//! budget they live on. Indices in a draft count in that order; [`Draft::freeze`] sorts.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap};

use rustc_hash::{FxHashMap, FxHashSet};

use super::entries::Ids;
use super::given::Given;
use super::join::Join;
use super::merge::Said;
use super::observed::Joins;
use super::resolve::Names;
use super::unplaced::Places;
use super::{Member, Node, NodeIx, Requirement, Way};
use crate::ingest::fact::{Facts, NeedFact, Origin, Ref, Source, Traffic};
use crate::message;
use crate::source::{Problem, ProblemKind, SourceMap, Span};
use crate::words::{Assume, Class, Evidence, Id, Message};

/// Most nodes, requirements, members and ways of one model together: far above real estates, and
/// small enough that a line such as `count: 9999999999` can't fill the memory.
pub(super) const MOST: u64 = 5_000_000;

/// Of how many replicas of one entry room is made beforehand.
const ALIKE: u64 = 16;

/// Whose word something is: the native manifest's goes first, then the order of adapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rank {
    pub(super) authoritative: bool,
    pub(super) adapter: u32,
}

/// How something is known, where it stands, and who said it.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) evidence: Evidence,
    pub(super) sources: Vec<Source>,
    /// Where problems with it are shown: always a place of this run.
    pub(super) span: Span,
    pub(super) rank: Rank,
}

impl Context {
    /// The context of a fact; `fallback` is its place when the origin is a recorded one.
    pub(super) fn of(origin: &Origin, fallback: Span, rank: Rank) -> Self {
        let span = match origin.source {
            Source::Here(span) => span,
            Source::Recorded(_) => fallback,
        };
        Self {
            evidence: origin.evidence,
            sources: vec![origin.source.clone()],
            span,
            rank,
        }
    }

    /// The same place, known as `evidence` says.
    pub(super) fn known(&self, evidence: Evidence) -> Self {
        Self {
            evidence,
            ..self.clone()
        }
    }
}

/// A requirement of the draft. Its indices are the draft's.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) requirement: Requirement,
    pub(super) rank: Rank,
    pub(super) span: Span,
    /// A plain dependency, "of needs on": what overrides and conflicts of modes are about.
    pub(super) plain: bool,
    /// Settled otherwise, and left out when the draft is frozen.
    pub(super) dropped: bool,
    /// The next entry that [`Ids`] finds in the same place.
    pub(super) next: Option<u32>,
}

/// A requirement that was not added: the entry at `at` has its id and demands something else.
pub(super) struct Refused {
    pub(super) at: usize,
    pub(super) requirement: Requirement,
}

/// The model while it is being built.
pub(super) struct Draft<'s> {
    pub(super) sources: &'s SourceMap,
    pub(super) assume: Assume,
    pub(super) nodes: Vec<Node>,
    pub(super) index: HashMap<Id, NodeIx>,
    pub(super) entries: Vec<Entry>,
    /// Entry by id of its requirement.
    pub(super) by_id: Ids,
    pub(super) problems: Vec<Problem>,
    pub(super) names: Names,
    /// Nodes that only references brought into being: each reference adds to what is known.
    pub(super) implied: FxHashSet<NodeIx>,
    /// Who stated which attribute of which node.
    pub(super) said: FxHashMap<(NodeIx, &'static str), Said>,
    pub(super) needs: FxHashMap<NodeIx, NeedFact>,
    pub(super) within: Vec<(NodeIx, Ref, Context)>,
    /// The replicas of services and stores, each list sorted by id.
    pub(super) copies: FxHashMap<NodeIx, Vec<Member>>,
    /// Where the replicas of services and stores stand, as far as hosts are known.
    pub(super) stood: FxHashMap<NodeIx, Places>,
    /// What was found to be one thing.
    pub(super) joined: Vec<Join>,
    /// What each source gave, by adapter.
    pub(super) given: BTreeMap<u32, Given>,
    /// Hosts that nobody named: what stands on them is unplaced.
    pub(super) unnamed: FxHashSet<NodeIx>,
    /// What traces may mean by a name, once one is asked for.
    pub(super) joins: Option<Joins>,
    /// How much traffic the sources looked at.
    pub(super) traffic: Traffic,
    left: u64,
    most: u64,
    over: bool,
}

impl<'s> Draft<'s> {
    /// An empty draft that may grow to `most` things.
    pub(super) fn new(sources: &'s SourceMap, assume: Assume, most: u64) -> Self {
        Self {
            sources,
            assume,
            nodes: Vec::new(),
            index: HashMap::new(),
            entries: Vec::new(),
            by_id: Ids::default(),
            problems: Vec::new(),
            names: Names::default(),
            implied: FxHashSet::default(),
            said: FxHashMap::default(),
            needs: FxHashMap::default(),
            within: Vec::new(),
            copies: FxHashMap::default(),
            stood: FxHashMap::default(),
            joined: Vec::new(),
            given: BTreeMap::new(),
            unnamed: FxHashSet::default(),
            joins: None,
            traffic: Traffic::default(),
            left: most,
            most,
            over: false,
        }
    }

    /// Makes room for what `speakers` will make of it, about: growing step by step would copy all
    /// of it again and again, and need half as much memory more. O(facts).
    pub(super) fn reserve(&mut self, speakers: &[(Rank, &Facts)]) {
        let (mut nodes, mut entries) = (0, 0);
        for (_, facts) in speakers {
            nodes += facts.nodes.len() + facts.saved_nodes.len();
            entries += facts.requirements.len() + facts.saved_requirements.len();
            for replicas in &facts.replicas {
                let count = usize::try_from(replicas.count.min(ALIKE)).unwrap_or(0);
                let anew = usize::from(replicas.reschedule.is_some());
                let spread = &replicas.spread;
                let hosts = match (replicas.on.is_empty(), spread.hosts, spread.zones) {
                    (false, ..) => 0,
                    (true, None, None) => 1,
                    (true, ..) => count,
                };
                nodes += count + anew + 2 * hosts;
                entries += count * replicas.on.len().max(1) + anew + 2 * hosts + 1;
            }
        }
        let most = usize::try_from(self.most).unwrap_or(usize::MAX);
        self.nodes.reserve(nodes.min(most));
        self.index.reserve(nodes.min(most));
        self.entries.reserve(entries.min(most));
        self.by_id.reserve(entries.min(most));
    }

    /// Takes `cost` from the budget. False, once with a problem, when it is used up: from then on
    /// nothing that one line of input can multiply is added.
    pub(super) fn afford(&mut self, cost: u64, span: Span) -> bool {
        if !self.over && cost <= self.left {
            self.left -= cost;
            return true;
        }
        if !self.over {
            self.over = true;
            let most = self.most;
            self.problem(
                ProblemKind::Unreadable,
                span,
                message!(
                    "the graph would have more than {most} nodes, requirements and members: this \
                     and all requirements after it are left out",
                    most
                ),
            );
        }
        false
    }

    /// Adds a problem without help or related places.
    pub(super) fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<Message>) {
        self.problems.push(Problem::new(kind, span, message));
    }

    /// The node behind `ix`, an index of this draft.
    pub(super) fn node(&self, ix: NodeIx) -> &Node {
        &self.nodes[ix.0 as usize]
    }

    /// The same, to change it.
    pub(super) fn node_mut(&mut self, ix: NodeIx) -> &mut Node {
        &mut self.nodes[ix.0 as usize]
    }

    /// The id behind `ix`.
    pub(super) fn id(&self, ix: NodeIx) -> &Id {
        &self.node(ix).id
    }

    /// The node `id`, made with this class if it is new. An existing node gains the evidence and
    /// the sources of `context`.
    pub(super) fn ensure(&mut self, id: &Id, class: Class, context: &Context) -> NodeIx {
        let next = NodeIx(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        match self.index.entry(id.clone()) {
            Slot::Occupied(known) => {
                let ix = *known.get();
                self.support(ix, context);
                return ix;
            }
            Slot::Vacant(slot) => slot.insert(next),
        };
        // A node costs little more than the text that names it, and references need something to
        // point at: so it is counted, never refused.
        self.left = self.left.saturating_sub(1);
        let sources = context.sources.clone();
        self.nodes
            .push(Node::new(id.clone(), class, context.evidence, sources));
        next
    }

    /// Another source speaks of the node: the strongest evidence holds, all sources are kept.
    pub(super) fn support(&mut self, ix: NodeIx, context: &Context) {
        let node = self.node_mut(ix);
        node.evidence = node.evidence.min(context.evidence);
        node.sources.extend_from_slice(&context.sources);
    }

    /// Adds a requirement, or strengthens the equal one that is there.
    ///
    /// # Errors
    /// There is one of the same id with other members.
    pub(super) fn add(
        &mut self,
        mut requirement: Requirement,
        plain: bool,
        context: &Context,
    ) -> Result<(), Box<Refused>> {
        self.bound(&mut requirement, context.span);
        let slot = self.by_id.slot(&requirement.id);
        if let Some(at) = self.by_id.at(slot, &requirement.id, &self.entries) {
            let Some(entry) = self.entries.get_mut(at) else {
                return Ok(());
            };
            if !same(&entry.requirement, &requirement) {
                return Err(Box::new(Refused { at, requirement }));
            }
            // The first place of the strongest word, whatever the order of facts.
            let key = |rank: Rank, span: Span| (!rank.authoritative, rank.adapter, span);
            if key(context.rank, context.span) < key(entry.rank, entry.span) {
                (entry.rank, entry.span) = (context.rank, context.span);
            }
            support(&mut entry.requirement, requirement);
            return Ok(());
        }
        if self.afford(weight_of(&requirement), context.span) {
            let next = self.by_id.add(slot, self.entries.len());
            self.entries.push(Entry {
                requirement,
                rank: context.rank,
                span: context.span,
                plain,
                dropped: false,
                next,
            });
        }
        Ok(())
    }

    /// Sums of weights fit in 64 bits: the analysis adds them up. What is too much counts less, and
    /// that is said.
    fn bound(&mut self, requirement: &mut Requirement, span: Span) {
        let mut weights = requirement.members.iter().map(|member| member.weight);
        if weights.try_fold(0, u64::checked_add).is_some() {
            return;
        }
        let mut left = u64::MAX;
        for member in &mut requirement.members {
            if member.weight > left {
                let message = message!(
                    "the members of `{id}` weigh more than {what} in sum: `{id2}` counts {left}, not {weight}",
                    left,
                    id = requirement.id,
                    what = u64::MAX,
                    id2 = self.id(member.node),
                    weight = member.weight
                );
                self.problem(ProblemKind::InvalidValue, span, message);
                member.weight = left;
            }
            left -= member.weight;
        }
    }
}

/// What a requirement takes from the budget: itself, its members, their ways and what those need.
fn weight_of(requirement: &Requirement) -> u64 {
    let ways = |member: &Member| -> usize {
        let ways = member.standby.iter().flatten();
        ways.map(|way| 1 + way.requires.len()).sum()
    };
    let members: usize = requirement.members.iter().map(|m| 1 + ways(m)).sum();
    u64::try_from(1 + members).unwrap_or(u64::MAX)
}

/// Whether two requirements demand the same; how each is known does not matter.
fn same(a: &Requirement, b: &Requirement) -> bool {
    let way = |a: &Way, b: &Way| a.takes_s == b.takes_s && a.requires == b.requires;
    let standby = |a: &Option<Vec<Way>>, b: &Option<Vec<Way>>| match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| way(a, b)),
        _ => false,
    };
    let member = |a: &Member, b: &Member| {
        a.node == b.node && a.weight == b.weight && standby(&a.standby, &b.standby)
    };
    (a.of, a.mode, a.need) == (b.of, b.mode, b.need)
        && a.members.len() == b.members.len()
        && a.members.iter().zip(&b.members).all(|(a, b)| member(a, b))
}

/// Adds how `other`, which demands the same, is known.
fn support(to: &mut Requirement, other: Requirement) {
    to.evidence = to.evidence.min(other.evidence);
    to.observed |= other.observed;
    to.sources.extend(other.sources);
    for (to, other) in to.members.iter_mut().zip(other.members) {
        let ways = to.standby.iter_mut().flatten();
        for (to, other) in ways.zip(other.standby.into_iter().flatten()) {
            to.evidence = to.evidence.min(other.evidence);
            to.sources.extend(other.sources);
            // The later drill is the news.
            to.drilled = to.drilled.take().max(other.drilled);
        }
    }
}
