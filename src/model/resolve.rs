//! Names, aliases, and "did you mean".
//!
//! A reference means, in this order: what an alias of that name stands for; the node with that
//! id; the one declared node with that bare name; what the reference itself brings into being.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::draft::{Context, Draft, Rank};
use super::freeze::Order;
use super::{Model, NodeIx};
use crate::ingest::fact::{AliasFact, Otherwise, Ref};
use crate::message;
use crate::source::{Problem, ProblemKind, Span};
use crate::words::{Candidates, Class, Evidence, Id};

/// Kind of the nodes that stand for names nobody has.
pub(super) const UNKNOWN: &str = "unknown";
/// Most aliases that lead to one another.
const HOPS: usize = 16;
/// Most other places that a problem names.
const PLACES: usize = 5;
/// Steps that suggestions of one run may take, in what [`Candidates::nearest`] counts: some ten
/// milliseconds. A file of wrong names must not take hours.
const SEARCH: u64 = 4_000_000;

/// What names mean, as far as sources state it.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Name → the text it stands for.
    aliases: HashMap<String, Ref>,
    /// Aliases that two sources give to different nodes: these mean none of them.
    disputed: HashMap<String, Vec<String>>,
    /// Bare name → the declared nodes that have it.
    bare: HashMap<String, Vec<Id>>,
    /// Nodes that sources other than the native manifest declare.
    others: HashMap<Id, Class>,
    /// What the manifest's items without a kind turned out to be, by the id they would have.
    items: HashMap<Id, Id>,
    missing: BTreeMap<String, BTreeSet<Span>>,
    ambiguous: BTreeMap<String, (Vec<String>, BTreeSet<Span>)>,
}

/// What a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Node(NodeIx),
    /// Several nodes; their ids, sorted.
    Several(Vec<String>),
    Nothing,
}

impl Names {
    /// Learns the bare names of declared nodes, instead of those it knew.
    pub(super) fn declare<'a>(&mut self, nodes: impl Iterator<Item = (&'a Id, Class)>) {
        self.bare.clear();
        for (id, class) in nodes {
            if is_named(class) && id.kind() != UNKNOWN {
                self.bare
                    .entry(id.name().to_owned())
                    .or_default()
                    .push(id.clone());
            }
        }
        for ids in self.bare.values_mut() {
            ids.sort_unstable();
            ids.dedup();
        }
    }

    /// The text that `text` stands for, through aliases of aliases.
    pub(super) fn follow<'a>(&'a self, text: &'a str) -> &'a str {
        let mut text = text;
        for _ in 0..HOPS {
            match self.aliases.get(text) {
                Some(target) => text = &target.text,
                None => break,
            }
        }
        text
    }

    /// The id that `text` stands for, whether or not there is such a node.
    pub(super) fn id_of(&self, text: &str) -> Option<Id> {
        let text = self.follow(text);
        match self.bare.get(text).map(Vec::as_slice) {
            Some([one]) if Id::parse(text).is_none() => Some(one.clone()),
            _ => Id::parse(text),
        }
    }

    /// Makes `id`, and its bare name if nothing else has that, lead to `target`, unless they lead
    /// somewhere already.
    pub(super) fn lead(&mut self, id: &Id, target: Ref) {
        if self
            .bare
            .get(id.name())
            .is_some_and(|ids| ids.as_slice() == std::slice::from_ref(id))
        {
            let name = id.name().to_owned();
            self.aliases.entry(name).or_insert_with(|| target.clone());
        }
        self.aliases.entry(id.as_str().to_owned()).or_insert(target);
    }

    /// Learns a node that a source other than the native manifest declares.
    pub(super) fn declare_other(&mut self, id: &Id, class: Class) {
        self.others.insert(id.clone(), class);
    }

    /// The id of a node that the native manifest states by a bare name or an alias: that of the
    /// one node of another source which has this name and may be the same thing, else `own`.
    /// What is a place there can't be a service here.
    pub(super) fn stated(&mut self, text: &str, own: &Id, class: Class) -> Id {
        let id = self.alike(text, own, class);
        let id = self.id_of(id.as_str()).unwrap_or(id);
        self.items.insert(own.clone(), id.clone());
        id
    }

    fn alike(&self, text: &str, own: &Id, class: Class) -> Id {
        if self.follow(text) != text
            && let Some(id) = self.id_of(text)
        {
            return id;
        }
        let serves = |class| matches!(class, Class::Service | Class::Store | Class::External);
        let alike = |other: Class| other == class || (serves(other) && serves(class));
        let ids = self.bare.get(text).map_or(&[][..], Vec::as_slice);
        let mut same = ids
            .iter()
            .filter(|id| self.others.get(*id).is_some_and(|other| alike(*other)));
        match (same.next(), same.next()) {
            (Some(one), None) => one.clone(),
            _ => self.id_of(own.as_str()).unwrap_or_else(|| own.clone()),
        }
    }

    /// From here on, an item that would have the id `own` is the node `id`.
    pub(super) fn mean(&mut self, own: &Id, id: &Id) {
        self.items.insert(own.clone(), id.clone());
    }

    /// The node that an item which would have the id `own` turned out to be.
    pub(super) fn meant(&self, own: &Id) -> Option<&Id> {
        self.items.get(own)
    }

    /// The nodes that sources other than the native manifest declare, with their class.
    pub(super) fn others(&self) -> impl Iterator<Item = (&Id, Class)> {
        self.others.iter().map(|(id, class)| (id, *class))
    }

    /// Notes that `text` may be any of `ids`.
    pub(super) fn ambiguous(&mut self, text: &str, ids: Vec<String>, span: Span) {
        let places = self.ambiguous.entry(text.to_owned());
        let (_, places) = places.or_insert_with(|| (ids, BTreeSet::new()));
        places.insert(span);
    }

    /// Whether a source states a node with this id.
    fn is_declared(&self, id: &str) -> bool {
        let name = id.split_once(':').map_or(id, |(_, name)| name);
        let ids = self.bare.get(name).map_or(&[][..], Vec::as_slice);
        ids.binary_search_by(|known| known.as_str().cmp(id)).is_ok()
    }

    fn miss(&mut self, text: &str, span: Span) {
        self.missing
            .entry(text.to_owned())
            .or_default()
            .insert(span);
    }
}

/// Classes whose bare names stand for them.
fn is_named(class: Class) -> bool {
    !matches!(class, Class::Replica | Class::Group)
}

impl Draft<'_> {
    /// Learns all aliases. Any of several targets of one name will do for now:
    /// [`Draft::settle_aliases`] has the disputes. Bare names must be known already.
    /// `facts` come from [`by_name`].
    pub(super) fn learn_aliases(&mut self, facts: &[(&AliasFact, Rank)]) {
        self.names.aliases.reserve(facts.len());
        for said in grouped(facts) {
            let native = said.iter().find(|(_, rank)| rank.authoritative);
            if let Some((fact, _)) = native.or(said.first()) {
                self.names
                    .aliases
                    .insert(fact.name.clone(), fact.target.clone());
            }
        }
    }

    /// Settles the aliases: those of the native manifest hold against all others; one that other
    /// sources give to different nodes is nobody's.
    pub(super) fn settle_aliases(&mut self, facts: &[(&AliasFact, Rank)]) {
        for said in grouped(facts) {
            let [(fact, _), _, ..] = said else {
                continue;
            };
            let name = &fact.name;
            let native = said.iter().any(|(_, rank)| rank.authoritative);
            let rivals = said.iter().filter(|(_, rank)| rank.authoritative == native);
            let mut targets: Vec<(String, &AliasFact)> = Vec::new();
            for (fact, _) in rivals {
                let id = self.names.id_of(&fact.target.text);
                let target = id.map_or_else(|| fact.target.text.clone(), |id| id.to_string());
                if targets.iter().all(|(known, _)| *known != target) {
                    targets.push((target, fact));
                }
            }
            if let [(taken, first), (other, second), ..] = targets.as_slice()
                && native
            {
                let problem = Problem::new(
                    ProblemKind::Conflict,
                    second.target.span,
                    message!(
                        "`{name}` is an alias of `{other}` here and of `{taken}` elsewhere: `{taken}` was taken",
                        name,
                        other,
                        taken
                    ),
                );
                self.problems
                    .push(problem.with_related(first.target.span, "this one was taken"));
            } else if targets.len() > 1 {
                let mut ids: Vec<String> = targets.into_iter().map(|(target, _)| target).collect();
                ids.sort_unstable();
                self.names.aliases.remove(name);
                self.names.disputed.insert(name.clone(), ids);
            }
        }
        for said in grouped(facts) {
            let Some((fact, _)) = said.first() else {
                continue;
            };
            let name = fact.name.as_str();
            let end = self.names.follow(name);
            if self.names.aliases.contains_key(end) {
                self.problem(
                    ProblemKind::InvalidValue,
                    fact.target.span,
                    message!("the alias `{name}` leads back to itself, or through more than {HOPS} others; it is ignored", name, HOPS),
                );
                self.names.aliases.remove(name);
                continue;
            }
            // A node that is there must not vanish behind the name of one that isn't.
            let lost = self.names.is_declared(name)
                && !self
                    .names
                    .id_of(name)
                    .is_some_and(|id| self.names.is_declared(id.as_str()));
            if lost && let Some(target) = self.names.aliases.remove(name) {
                self.names.miss(&target.text, target.span);
            }
        }
    }

    /// What `text` means among the nodes there are.
    pub(super) fn find(&self, text: &str) -> Found {
        let end = self.names.follow(text);
        if let Some(ix) = self.index.get(end) {
            return Found::Node(*ix);
        }
        let ids = self.names.bare.get(end).map_or(&[][..], Vec::as_slice);
        let there = |id: &Id| {
            let known = self.index.get(id);
            known
                .or_else(|| self.index.get(self.names.follow(id.as_str())))
                .copied()
        };
        let mut nodes: Vec<NodeIx> = ids.iter().filter_map(there).collect();
        nodes.sort_unstable();
        nodes.dedup();
        match nodes.as_slice() {
            [] => {}
            [one] => return Found::Node(*one),
            many => {
                let mut ids: Vec<String> = many.iter().map(|ix| self.id(*ix).to_string()).collect();
                ids.sort_unstable();
                return Found::Several(ids);
            }
        }
        match self.names.disputed.get(end) {
            Some(ids) => Found::Several(ids.clone()),
            None => Found::Nothing,
        }
    }

    /// What a reference means among the nodes there are. A manifest's own item goes first.
    fn find_reference(&self, reference: &Ref) -> Found {
        if let Otherwise::Stated(own) = &reference.otherwise
            && let Some(ix) = self.names.items.get(own).and_then(|id| self.index.get(id))
        {
            return Found::Node(*ix);
        }
        self.find(&reference.text)
    }

    /// The id of what a reference means, else its text: one node has one, whoever names it.
    pub(super) fn meaning(&self, reference: &Ref) -> String {
        match self.find_reference(reference) {
            Found::Node(ix) => self.id(ix).to_string(),
            Found::Several(_) | Found::Nothing => reference.text.clone(),
        }
    }

    /// The node that a reference means; one is made if there is none, and what is wrong with the
    /// name is noted. `context` is that of the fact the reference belongs to.
    pub(super) fn resolve(&mut self, reference: &Ref, context: &Context) -> NodeIx {
        match self.find_reference(reference) {
            Found::Node(ix) => {
                if self.implied.contains(&ix) {
                    self.support_implied(ix, context);
                }
                ix
            }
            Found::Several(ids) => {
                let places = self.names.ambiguous.entry(reference.text.clone());
                places
                    .or_insert_with(|| (ids, BTreeSet::new()))
                    .1
                    .insert(reference.span);
                self.unknown(reference, context)
            }
            Found::Nothing => {
                let (id, class) = match &reference.otherwise {
                    Otherwise::Unknown => {
                        self.names.miss(&reference.text, reference.span);
                        return self.unknown(reference, context);
                    }
                    Otherwise::External(id) => (id, Class::External),
                    Otherwise::Domain(id) => (id, Class::Domain),
                    Otherwise::Stated(id) => {
                        if let Found::Node(ix) = self.find(id.as_str()) {
                            return ix;
                        }
                        self.names.miss(&reference.text, reference.span);
                        return self.unknown(reference, context);
                    }
                };
                if let Found::Node(ix) = self.find(id.as_str()) {
                    if self.implied.contains(&ix) {
                        self.support_implied(ix, context);
                    }
                    return ix;
                }
                let ix = self.ensure(id, class, context);
                self.implied.insert(ix);
                ix
            }
        }
    }

    /// The node that a reference means, or `None` after noting that nothing is called so.
    pub(super) fn resolve_known(&mut self, reference: &Ref) -> Option<NodeIx> {
        match self.find_reference(reference) {
            Found::Node(ix) => return Some(ix),
            Found::Several(ids) => {
                let places = self.names.ambiguous.entry(reference.text.clone());
                places
                    .or_insert_with(|| (ids, BTreeSet::new()))
                    .1
                    .insert(reference.span);
            }
            Found::Nothing => self.names.miss(&reference.text, reference.span),
        }
        None
    }

    /// The node that stands for a name nobody has.
    fn unknown(&mut self, reference: &Ref, context: &Context) -> NodeIx {
        let id = Id::new(UNKNOWN, &reference.text);
        let known = context.known(Evidence::Assumed);
        let ix = self.ensure(&id, Class::External, &known);
        self.implied.insert(ix);
        ix
    }

    /// A further reference to an implied node. An unknown one stays assumed however often it is
    /// named.
    fn support_implied(&mut self, ix: NodeIx, context: &Context) {
        if self.id(ix).kind() == UNKNOWN {
            self.support(ix, &context.known(Evidence::Assumed));
        } else {
            self.support(ix, context);
        }
    }

    /// Turns the names that nothing has, or several nodes have, into problems: one each. Out come
    /// the aliases whose end is a node.
    pub(super) fn report_names(&mut self, order: &Order) -> Vec<(String, NodeIx)> {
        let aliases: Vec<(&String, &Ref)> = self.names.aliases.iter().collect();
        let ends: Vec<Found> = aliases
            .par_iter()
            .map(|(_, target)| self.find(&target.text))
            .collect();
        let mut dangling: Vec<(String, Span)> = Vec::new();
        let mut known: Vec<(String, NodeIx)> = Vec::new();
        for ((name, target), end) in aliases.into_iter().zip(ends) {
            match end {
                Found::Node(ix) if self.id(ix).as_str() != name => known.push((name.clone(), ix)),
                Found::Nothing if target.otherwise == Otherwise::Unknown => {
                    dangling.push((target.text.clone(), target.span));
                }
                _ => {}
            }
        }
        for (text, span) in dangling {
            self.names.miss(&text, span);
        }
        let problems = self.wrong_names(order);
        self.problems.extend(problems);
        known
    }

    fn wrong_names(&mut self, order: &Order) -> Vec<Problem> {
        let missing = std::mem::take(&mut self.names.missing);
        let ambiguous = std::mem::take(&mut self.names.ambiguous);
        let known = (!missing.is_empty()).then(|| {
            let stated = order.iter().filter(|ix| !self.implied.contains(ix));
            let nodes = stated.map(|ix| self.node(ix));
            let named = nodes.filter(|node| is_named(node.class));
            Known::new(named.map(|node| &node.id).collect())
        });
        let mut budget = SEARCH;
        let mut found = Vec::new();
        for (text, places) in &missing {
            let mut places = places.iter();
            let Some(first) = places.next() else {
                continue;
            };
            let mut problem = Problem::new(
                ProblemKind::UnknownTarget,
                *first,
                message!("nothing is called `{text}`", text),
            );
            let meant = known
                .as_ref()
                .and_then(|known| known.meant(text, &mut budget));
            if let Some(id) = meant {
                problem = problem.with_help(message!("did you mean `{id}`?", id));
            }
            found.push(also(problem, places));
        }
        for (text, (candidates, places)) in &ambiguous {
            let mut places = places.iter();
            let Some(first) = places.next() else {
                continue;
            };
            let shown: Vec<String> = candidates
                .iter()
                .take(8)
                .map(|id| format!("`{id}`"))
                .collect();
            let more = candidates.len() - shown.len();
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            let problem = Problem::new(
                ProblemKind::AmbiguousName,
                *first,
                message!(
                    "`{text}` may mean {what}{more}",
                    text,
                    more,
                    what = shown.join(", ")
                ),
            );
            found.push(also(
                problem.with_help(message!("write the kind too, as `kind:name`")),
                places,
            ));
        }
        found
    }
}

/// Aliases sorted by name, those of one name in their order; those that say nothing left out.
pub(super) fn by_name<'f>(
    facts: impl Iterator<Item = (&'f AliasFact, Rank)>,
) -> Vec<(&'f AliasFact, Rank)> {
    let says =
        |(fact, _): &(&AliasFact, Rank)| fact.name != fact.target.text && !fact.name.is_empty();
    let mut by_name: Vec<_> = facts.filter(says).collect();
    by_name.par_sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    by_name
}

/// What [`by_name`] gives, name by name.
fn grouped<'a, 'f>(
    facts: &'a [(&'f AliasFact, Rank)],
) -> impl Iterator<Item = &'a [(&'f AliasFact, Rank)]> {
    facts.chunk_by(|(a, _), (b, _)| a.name == b.name)
}

/// Names the other places of a problem, up to [`PLACES`].
fn also<'a>(problem: Problem, places: impl Iterator<Item = &'a Span>) -> Problem {
    places.take(PLACES).fold(problem, |problem, place| {
        problem.with_related(*place, "named here too")
    })
}

/// The ids that a wrong name may have been meant to be.
struct Known<'a> {
    /// The first id of each name, with its namespace and without.
    named: HashMap<&'a str, &'a str>,
    ids: Candidates<'a>,
    names: Candidates<'a>,
}

impl<'a> Known<'a> {
    /// `ids` are sorted. O(bytes).
    fn new(ids: Vec<&'a Id>) -> Self {
        let mut named = HashMap::new();
        for id in &ids {
            let name = id.name();
            let last = name.rsplit('/').next().unwrap_or(name);
            named.entry(name).or_insert(id.as_str());
            named.entry(last).or_insert(id.as_str());
        }
        Self {
            named,
            names: Candidates::new(ids.iter().map(|id| id.name()).collect()),
            ids: Candidates::new(ids.into_iter().map(Id::as_str).collect()),
        }
    }

    /// The id that `text` was probably meant to be: the same name of another kind or in another
    /// namespace (`cart.shop` may be meant to be `shop/cart` or `store/cart`), else the nearest id
    /// or bare name, as long as the budget lasts.
    fn meant(&self, text: &str, budget: &mut u64) -> Option<&'a str> {
        let id = Id::parse(text);
        let name = id.as_ref().map_or(text, Id::name);
        let label = || name.split_once('.').map(|(label, _)| label);
        let same = self.named.get(name);
        if let Some(id) = same.or_else(|| self.named.get(label()?)) {
            return Some(id);
        }
        if let Some(id) = self.ids.nearest(text, budget) {
            return Some(id);
        }
        let bare = self.names.nearest(text, budget)?;
        self.named.get(bare).copied()
    }
}

/// Why a name given on the command line means no node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The nodes that have this bare name: none, or several.
    pub candidates: Vec<NodeIx>,
    /// The node that was probably meant.
    pub nearest: Option<NodeIx>,
}

impl Model {
    /// The node that `text` means: an id, an alias, or a bare name that only one node has (of
    /// replicas and groups only if nothing else has it). O(nodes) unless it is an id.
    ///
    /// # Errors
    /// The nodes it may mean, or the one that was probably meant.
    pub fn lookup(&self, text: &str) -> Result<NodeIx, Lookup> {
        if let Some(ix) = self.find(text) {
            return Ok(ix);
        }
        let alias = self
            .aliases
            .binary_search_by(|(name, _)| name.as_str().cmp(text));
        if let Some((_, ix)) = alias.ok().and_then(|at| self.aliases.get(at)) {
            return Ok(*ix);
        }
        for named in [true, false] {
            let has = self
                .iter()
                .filter(|(_, node)| is_named(node.class) == named && node.id.name() == text);
            let candidates: Vec<NodeIx> = has.map(|(ix, _)| ix).collect();
            match candidates.as_slice() {
                [] => {}
                [one] => return Ok(*one),
                _ => {
                    return Err(Lookup {
                        candidates,
                        nearest: None,
                    });
                }
            }
        }
        let all = |named: bool| -> Vec<&Id> {
            let nodes = self.nodes.iter();
            nodes
                .filter(|node| is_named(node.class) == named)
                .map(|node| &node.id)
                .collect()
        };
        let mut budget = u64::MAX;
        let mut meant = |named: bool| Known::new(all(named)).meant(text, &mut budget);
        let id = meant(true).or_else(|| meant(false));
        Err(Lookup {
            candidates: vec![],
            nearest: id.and_then(|id| self.find(id)),
        })
    }
}
