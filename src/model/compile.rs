//! Nested requirements become groups; modes follow from members.
//!
//! An expression first becomes [`Part`]s, which know no owner, then requirements of one.

use std::collections::HashSet;

use super::draft::{Context, Draft, Rank};
use super::naming::{Bundle, total};
use super::{Member, NodeIx, Way};
use crate::ingest::fact::{Expr, MemberFact, ModeRule, Ref, RequirementFact, WayFact};
use crate::message;
use crate::source::{ProblemKind, Span};
use crate::words::{Id, Mode, is_network_kind};

/// Deepest nesting of requirements: far above what a person can read.
const DEPTH: usize = 32;
/// A requirement without an owner.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) mode: Mode,
    pub(super) need: u64,
    /// Sorted by id, each node once.
    pub(super) members: Vec<Member>,
    /// Its name: members and need.
    pub(super) name: String,
}

/// For whom an expression is compiled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    /// Whose requirement its groups expand.
    pub(super) part_of: NodeIx,
    /// The node that must not require itself, if it is one.
    pub(super) itself: Option<NodeIx>,
}

impl Owner {
    /// Requirements of `of` itself.
    pub(super) fn node(of: NodeIx) -> Self {
        Self {
            part_of: of,
            itself: Some(of),
        }
    }

    /// Requirements of the replicas of `of`.
    pub(super) fn replicas(of: NodeIx) -> Self {
        Self {
            part_of: of,
            itself: None,
        }
    }
}

impl Draft<'_> {
    /// Adds what one fact requires.
    pub(super) fn require(&mut self, fact: &RequirementFact, rank: Rank) {
        let context = Context::of(&fact.origin, fact.of.span, rank);
        let of = self.resolve(&fact.of, &context);
        let mut parts = Vec::new();
        let mut compiler = Compiler {
            draft: self,
            owner: Owner::node(of),
            context: &context,
            parts: &mut parts,
        };
        compiler.top(&fact.expr, fact.mode, fact.want, fact.reroute.as_ref(), 0);
        for part in &parts {
            self.gives_need(of, part.mode, &context);
            self.add_part(of, part, &context);
        }
    }

    /// What an expression requires, of nobody yet.
    pub(super) fn parts(
        &mut self,
        owner: Owner,
        expr: &Expr,
        mode: ModeRule,
        context: &Context,
    ) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut compiler = Compiler {
            draft: self,
            owner,
            context,
            parts: &mut parts,
        };
        compiler.top(expr, mode, None, None, 0);
        parts
    }

    fn sort_ids(&self, nodes: &mut Vec<NodeIx>) {
        nodes.sort_by(|a, b| self.id(*a).cmp(self.id(*b)));
        nodes.dedup();
    }

    /// The ways of promotion of a standby, sorted by time.
    pub(super) fn ways(
        &mut self,
        owner: Owner,
        facts: &[WayFact],
        context: &Context,
        depth: usize,
    ) -> Vec<Way> {
        let mut ways = Vec::with_capacity(facts.len());
        for fact in facts {
            let context = Context::of(&fact.origin, context.span, context.rank);
            let mut requires = Vec::new();
            for expr in &fact.requires {
                let mut compiler = Compiler {
                    draft: self,
                    owner: Owner::replicas(owner.part_of),
                    context: &context,
                    parts: &mut Vec::new(),
                };
                compiler.serving(expr, depth + 1, &mut requires);
            }
            self.sort_ids(&mut requires);
            ways.push(Way {
                takes_s: fact.takes_s,
                requires,
                drilled: fact.drilled.clone(),
                evidence: fact.origin.evidence,
                sources: vec![fact.origin.source.clone()],
            });
        }
        ways.sort_by(|a, b| {
            let ids =
                |way: &Way| -> Vec<&Id> { way.requires.iter().map(|ix| self.id(*ix)).collect() };
            a.takes_s.cmp(&b.takes_s).then_with(|| ids(a).cmp(&ids(b)))
        });
        ways
    }
}

/// Compiles one expression for one owner.
struct Compiler<'d, 's, 'c> {
    draft: &'d mut Draft<'s>,
    owner: Owner,
    context: &'c Context,
    parts: &'c mut Vec<Part>,
}

impl Compiler<'_, '_, '_> {
    /// An expression at the top of a requirement: an `all` becomes several requirements, so that
    /// each can have its own mode and a simple name.
    fn top(
        &mut self,
        expr: &Expr,
        rule: ModeRule,
        want: Option<u64>,
        reroute: Option<&WayFact>,
        depth: usize,
    ) {
        if self.too_deep(expr, depth) {
            return;
        }
        if let Expr::Some {
            need,
            members,
            span,
        } = expr
            && want.is_none()
            && reroute.is_none()
            && is_all(*need, members)
        {
            let mut seen = HashSet::new();
            for member in members {
                if let Expr::One(reference) = &member.expr {
                    let node = self.draft.resolve(reference, self.context);
                    if !seen.insert(node) {
                        self.twice(node, reference.span);
                        continue;
                    }
                }
                self.top(&member.expr, rule, None, None, depth + 1);
            }
            if members.is_empty() {
                self.empty(*span);
            }
            return;
        }
        let mode = self.mode(expr, rule);
        let (span, bundle) = match expr {
            Expr::One(reference) => {
                let node = self.draft.resolve(reference, self.context);
                if self.is_itself(node, reference.span) {
                    return;
                }
                (reference.span, Some(single(node)))
            }
            Expr::Replicas(reference) => {
                let node = self.draft.resolve(reference, self.context);
                if self.is_itself(node, reference.span) {
                    return;
                }
                (reference.span, Some(self.replicas(node)))
            }
            Expr::Some {
                need,
                members,
                span,
            } => (*span, self.collect(*need, members, *span, mode, depth)),
        };
        let Some(mut bundle) = bundle else {
            return;
        };
        if want == Some(0) {
            let message = message!("`want: 0` wants nothing; it is ignored");
            self.draft.problem(ProblemKind::InvalidValue, span, message);
        }
        if let Some(want) = want.filter(|want| *want > 0) {
            // Soft requirements have no standbys: nothing is promoted in S0, where they are read.
            let mut members = bundle.members.clone();
            members.retain(|member| member.standby.is_none());
            let name = format!("want({})", self.draft.name(want, &members));
            self.parts.push(Part {
                mode: Mode::Soft,
                need: want,
                members,
                name,
            });
        }
        if let Some(fact) = reroute {
            bundle = self.reroute(bundle, fact, mode, span, depth);
        }
        let name = self.draft.name(bundle.need, &bundle.members);
        self.parts.push(Part {
            mode,
            need: bundle.need,
            members: bundle.members,
            name,
        });
    }

    /// Met by all active members at once, or by `need` of them by the way of `fact`.
    fn reroute(
        &mut self,
        bundle: Bundle,
        fact: &WayFact,
        mode: Mode,
        span: Span,
        depth: usize,
    ) -> Bundle {
        let mut all = bundle.members.clone();
        all.retain(|member| member.standby.is_none());
        let total = total(&all);
        let useless = if mode == Mode::Soft {
            Some("a soft requirement has no standbys, so nothing can be rerouted")
        } else if bundle.need >= total {
            Some("all members are needed, so there is nothing to reroute to")
        } else {
            None
        };
        if let Some(why) = useless {
            let message = message!("`reroute` has no effect here: {why}", why);
            self.draft.problem(ProblemKind::InvalidValue, span, message);
            return bundle;
        }
        let placement = mode == Mode::Placement;
        let all = Bundle {
            need: total,
            members: all,
        };
        let owner = self.owner;
        let ways = std::slice::from_ref(fact);
        let ways = self.draft.ways(owner, ways, self.context, depth);
        let whole = self
            .draft
            .group(&all, placement, owner.part_of, self.context);
        let fewer = self
            .draft
            .group(&bundle, placement, owner.part_of, self.context);
        let mut members = vec![
            Member {
                node: whole,
                weight: 1,
                standby: None,
            },
            Member {
                node: fewer,
                weight: 1,
                standby: Some(ways),
            },
        ];
        members.sort_by(|a, b| self.draft.id(a.node).cmp(self.draft.id(b.node)));
        Bundle { need: 1, members }
    }

    /// Any replica of `node`, or `node` itself if it has none.
    fn replicas(&self, node: NodeIx) -> Bundle {
        let mut members = self.draft.copies.get(&node).cloned().unwrap_or_default();
        members.retain(|member| member.weight > 0);
        if members.is_empty() {
            return single(node);
        }
        for member in &mut members {
            member.weight = 1;
        }
        Bundle { need: 1, members }
    }

    /// Members and need of an [`Expr::Some`]; nested ones become groups.
    fn collect(
        &mut self,
        need: Option<u64>,
        facts: &[MemberFact],
        span: Span,
        mode: Mode,
        depth: usize,
    ) -> Option<Bundle> {
        if facts.is_empty() {
            self.empty(span);
            return None;
        }
        let placement = mode == Mode::Placement;
        let mut members: Vec<Member> = Vec::with_capacity(facts.len());
        let mut seen = HashSet::new();
        for fact in facts {
            let Some((node, at)) = self.member(&fact.expr, placement, depth) else {
                continue;
            };
            if depth == 0 && self.is_itself(node, at) {
                continue;
            }
            if !seen.insert(node) {
                self.twice(node, at);
                continue;
            }
            let standby = match &fact.standby {
                Some(_) if depth == 0 && mode == Mode::Soft => {
                    self.draft.problem(
                        ProblemKind::InvalidValue,
                        at,
                        message!("a soft requirement has no standbys: this member never counts"),
                    );
                    Some(vec![])
                }
                Some(ways) => Some(self.draft.ways(self.owner, ways, self.context, depth)),
                None => None,
            };
            members.push(Member {
                node,
                weight: fact.weight,
                standby,
            });
        }
        if members.is_empty() {
            return None;
        }
        members.sort_by(|a, b| self.draft.id(a.node).cmp(self.draft.id(b.node)));
        let total = total(&members);
        let mut need = need.unwrap_or(total);
        if need == 0 {
            self.draft.problem(
                ProblemKind::InvalidValue,
                span,
                message!("a requirement with need 0 requires nothing: 1 is used"),
            );
            need = 1;
        }
        if let [one] = members.as_mut_slice()
            && one.standby.is_none()
            && need <= one.weight
        {
            (need, one.weight) = (1, 1);
        }
        Some(Bundle { need, members })
    }

    /// The node that a member of a larger expression counts by, and its place.
    fn member(&mut self, expr: &Expr, placement: bool, depth: usize) -> Option<(NodeIx, Span)> {
        if self.too_deep(expr, depth) {
            return None;
        }
        match expr {
            Expr::One(reference) => {
                let node = self.draft.resolve(reference, self.context);
                Some((node, reference.span))
            }
            Expr::Replicas(reference) => {
                let node = self.draft.resolve(reference, self.context);
                let bundle = self.replicas(node);
                Some((self.counted(&bundle, placement), reference.span))
            }
            Expr::Some {
                need,
                members,
                span,
            } => {
                let mode = if placement {
                    Mode::Placement
                } else {
                    Mode::Hard
                };
                let bundle = self.collect(*need, members, *span, mode, depth + 1)?;
                Some((self.counted(&bundle, placement), *span))
            }
        }
    }

    /// The node that stands for `bundle` in a larger expression: its only member, or a group.
    fn counted(&mut self, bundle: &Bundle, placement: bool) -> NodeIx {
        match bundle.members.as_slice() {
            [one] if one.standby.is_none() && bundle.need <= one.weight => one.node,
            _ => self
                .draft
                .group(bundle, placement, self.owner.part_of, self.context),
        }
    }

    /// Nodes that must all serve for `expr` to be met.
    fn serving(&mut self, expr: &Expr, depth: usize, nodes: &mut Vec<NodeIx>) {
        if self.too_deep(expr, depth) {
            return;
        }
        match expr {
            Expr::Some { need, members, .. } if is_all(*need, members) => {
                for member in members {
                    self.serving(&member.expr, depth + 1, nodes);
                }
            }
            _ => nodes.extend(self.member(expr, false, depth).map(|(node, _)| node)),
        }
    }

    /// The mode of a requirement by what stands at the leaves of its expression.
    fn mode(&mut self, expr: &Expr, rule: ModeRule) -> Mode {
        let ModeRule::ByMember = rule else {
            let ModeRule::Fixed(mode) = rule else {
                return Mode::Hard;
            };
            return mode;
        };
        let mut leaves = Vec::new();
        leaves_of(expr, 0, &mut leaves);
        let nets = leaves.iter().filter(|reference| {
            let node = self.draft.resolve(reference, self.context);
            is_network_kind(self.draft.id(node).kind())
        });
        match nets.count() {
            0 => Mode::Placement,
            all if all == leaves.len() => Mode::Hard,
            _ => {
                let span = span_of(expr);
                self.draft.problem(
                    ProblemKind::InvalidValue,
                    span,
                    message!("mixes places and networks, whose loss means different things; write them as \
                     two requirements (it is read as a hard one)"),
                );
                Mode::Hard
            }
        }
    }

    fn is_itself(&mut self, node: NodeIx, span: Span) -> bool {
        let itself = self.owner.itself == Some(node);
        if itself {
            let message = message!(
                "`{what}` requires itself; this is ignored",
                what = self.draft.id(node)
            );
            self.draft.problem(ProblemKind::InvalidValue, span, message);
        }
        itself
    }

    fn twice(&mut self, node: NodeIx, span: Span) {
        let message = message!(
            "`{what}` occurs twice in one requirement; the first one counts",
            what = self.draft.id(node)
        );
        self.draft.problem(ProblemKind::InvalidValue, span, message);
    }

    fn empty(&mut self, span: Span) {
        self.draft.problem(
            ProblemKind::InvalidValue,
            span,
            message!("a requirement without members; it is ignored"),
        );
    }

    fn too_deep(&mut self, expr: &Expr, depth: usize) -> bool {
        if depth <= DEPTH || matches!(expr, Expr::One(_) | Expr::Replicas(_)) {
            return false;
        }
        let message = message!(
            "requirements are nested more than {DEPTH} deep; this is ignored",
            DEPTH
        );
        self.draft
            .problem(ProblemKind::InvalidValue, span_of(expr), message);
        true
    }
}

/// One node, needed.
fn single(node: NodeIx) -> Bundle {
    Bundle {
        need: 1,
        members: vec![Member {
            node,
            weight: 1,
            standby: None,
        }],
    }
}

/// Whether every member is needed and none is a standby.
fn is_all(need: Option<u64>, members: &[MemberFact]) -> bool {
    let total = members
        .iter()
        .fold(0_u64, |sum, member| sum.saturating_add(member.weight));
    members
        .iter()
        .all(|member| member.standby.is_none() && member.weight > 0)
        && need.is_none_or(|need| need == total)
}

/// The references of an expression, standbys' ways aside.
fn leaves_of<'e>(expr: &'e Expr, depth: usize, leaves: &mut Vec<&'e Ref>) {
    match expr {
        Expr::One(reference) | Expr::Replicas(reference) => leaves.push(reference),
        Expr::Some { members, .. } if depth <= DEPTH => {
            for member in members {
                leaves_of(&member.expr, depth + 1, leaves);
            }
        }
        Expr::Some { .. } => {}
    }
}

/// Where an expression stands.
pub(super) fn span_of(expr: &Expr) -> Span {
    match expr {
        Expr::One(reference) | Expr::Replicas(reference) => reference.span,
        Expr::Some { span, .. } => *span,
    }
}
