//! `spof why` for people: the chain as a tree, like things on one line, and a summary in words.

use std::collections::BTreeSet;

use super::ways::Ways;
use super::words;
use crate::analysis::verdict::{Time, Verdict};
use crate::analysis::why::{Hop, Reason, StandbyReason};
use crate::model::{NodeIx, Requirement};
use crate::output::page::Page;
use crate::output::text::{BAD, DIM, GOOD, NAME, PLAIN, STRONG, Text, plural_word};
use crate::output::{Chain, Context};
use crate::words::{Class, Evidence, Mode, format_duration};

use super::summary::summary;

/// Deepest branch; nobody reads further.
const DEEPEST: usize = 100;
/// Names on the line of what was told above.
const TOLD: usize = 20;

/// The chain from the subject to the faults.
#[must_use]
pub fn why(mut page: Page, chain: &Chain<'_>) -> Page {
    let cx = chain.cx;
    let faults: Vec<NodeIx> = chain.blast.faults.iter().map(|fault| fault.node).collect();
    let faults = words::ids(cx, &faults, usize::MAX);
    let Some(hop) = chain.hop else {
        let text = Text::of(GOOD, "✓ ")
            .and(NAME, cx.id(chain.subject))
            .and(PLAIN, " is not affected by the loss of ")
            .join(faults);
        page.line(text);
        return page;
    };
    if hop.is_fault {
        let text = Text::of(BAD, "✗ ")
            .and(NAME, cx.id(chain.subject))
            .and(PLAIN, " is itself among what failed");
        page.line(text);
        return page;
    }
    let mut teller = Teller {
        cx,
        ways: Ways::new(hop),
        drawn: BTreeSet::new(),
    };
    let root = teller.node(hop, DEEPEST);
    let place = cx.place(&cx.node(hop.node).sources);
    Branch { place, ..root }.draw(&mut page);
    page.gap();
    for (bullet, sentence) in summary(chain, hop) {
        page.wrapped(&bullet, &sentence);
    }
    page
}

/// A line of the tree, and what is below it.
struct Branch {
    text: Text,
    place: String,
    children: Vec<Branch>,
}

impl Branch {
    fn draw(&self, page: &mut Page) {
        self.draw_line(page, "");
        self.draw_children(page, "");
    }

    fn draw_line(&self, page: &mut Page, stem: &str) {
        let line = Text::of(DIM, stem).join(self.text.clone());
        if self.place.is_empty() {
            page.line(line);
            return;
        }
        page.line(line.and(DIM, "  ").and(DIM, &self.place));
    }

    /// Recursion ends where `analysis::why` cut the chain off.
    fn draw_children(&self, page: &mut Page, stem: &str) {
        let last = self.children.len().saturating_sub(1);
        for (number, child) in self.children.iter().enumerate() {
            let (fork, below) = if number == last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            child.draw_line(page, &format!("{stem}{fork}"));
            child.draw_children(page, &format!("{stem}{below}"));
        }
    }
}

/// How a node fares: `✗ down, back after 20m`.
fn state(hop: &Hop) -> Text {
    if hop.is_fault {
        return Text::of(BAD, "✗ failed");
    }
    let mut text = words::verdict(hop.verdict);
    if hop.recovers.finite().is_some() {
        let back = words::back(hop.verdict, hop.recovers);
        let comma = if back.is_empty() { "" } else { ", " };
        text.push(DIM, &format!("{comma}{back}"));
    }
    if hop.cut_off {
        text.push(DIM, " (the chain goes on)");
    }
    text
}

/// Turns the chain into branches. Like things share a line, so what the chain tells first may not
/// be drawn at all: the teller tells everything where it is drawn first.
struct Teller<'a> {
    cx: Context<'a>,
    ways: Ways<'a>,
    drawn: BTreeSet<NodeIx>,
}

impl Teller<'_> {
    /// A node with what took it.
    fn node(&mut self, hop: &Hop, depth: usize) -> Branch {
        let mut text = subject_of(self.cx, hop).and(PLAIN, "  ").join(state(hop));
        let children = self.below(hop, depth, &mut text);
        Branch {
            text,
            place: String::new(),
            children,
        }
    }

    /// What took a node, unless it was told before; `text` says so then.
    fn below(&mut self, hop: &Hop, depth: usize, text: &mut Text) -> Vec<Branch> {
        let Some(full) = self.ways.told_at(hop.node) else {
            return Vec::new();
        };
        if full.reasons.is_empty() {
            return Vec::new();
        }
        if !self.drawn.insert(hop.node) {
            text.push(DIM, " (told above)");
            return Vec::new();
        }
        if depth == 0 {
            text.push(DIM, " (the chain goes on)");
            return Vec::new();
        }
        self.reasons(full, depth - 1)
    }

    /// What it stands on, its own replicas, then all else it needs.
    fn reasons(&mut self, hop: &Hop, depth: usize) -> Vec<Branch> {
        let cx = self.cx;
        let mode = |reason: &Reason| cx.requirement(reason.requirement).mode;
        // What a node needs to start does not matter while it has nowhere to run.
        let homeless = hop.verdict == Verdict::Down
            && hop
                .reasons
                .iter()
                .any(|reason| mode(reason) == Mode::Placement);
        let mut reasons: Vec<&Reason> = hop
            .reasons
            .iter()
            .filter(|reason| !(homeless && mode(reason) == Mode::Start))
            .collect();
        reasons.sort_by_key(|reason| {
            let requirement = cx.requirement(reason.requirement);
            (
                mode(reason) != Mode::Placement,
                !is_of_replicas(cx, requirement),
            )
        });
        reasons
            .into_iter()
            .map(|reason| self.reason(reason, depth))
            .collect()
    }

    fn reason(&mut self, reason: &Reason, depth: usize) -> Branch {
        let cx = self.cx;
        let requirement = cx.requirement(reason.requirement);
        let mut text = Text::plain(verb(requirement.mode, reason.weakened)).and(PLAIN, " ");
        let place = cx.places(&requirement.sources);
        let plain_need = requirement.members.len() == 1 && reason.standbys.is_empty();
        if let ([only], true) = (reason.lost.as_slice(), plain_need) {
            let node = self.node(only, depth);
            text = text.join(node.text);
            evidence(&mut text, requirement);
            return Branch {
                text,
                place,
                children: node.children,
            };
        }
        text.push(PLAIN, &amount(cx, requirement, reason));
        evidence(&mut text, requirement);
        let mut children = self.lost(&reason.lost, depth);
        let shape = |standby: &StandbyReason| self.standby_shape(standby);
        for group in alike(&reason.standbys, shape) {
            children.extend(self.standbys(requirement, &group, depth));
        }
        Branch {
            text,
            place,
            children,
        }
    }

    /// Members that don't serve: like ones on one line, and on one line all that were told before.
    fn lost(&mut self, hops: &[Hop], depth: usize) -> Vec<Branch> {
        let cx = self.cx;
        let mut branches = Vec::new();
        let mut told = Vec::new();
        for group in alike(hops, |hop| self.shape(hop)) {
            let Some((first, more)) = group.split_first() else {
                continue;
            };
            let has_reasons = self
                .ways
                .told_at(first.node)
                .is_some_and(|full| !full.reasons.is_empty());
            if has_reasons && more.is_empty() && self.drawn.contains(&first.node) {
                told.push(first.node);
                continue;
            }
            let name = and_like_it(subject_of(cx, first), more.len());
            let mut text = name.and(PLAIN, "  ").join(state(first));
            let children = self.below(first, depth, &mut text);
            branches.push(Branch {
                text,
                place: cx.place(&cx.node(first.node).sources),
                children,
            });
        }
        if !told.is_empty() {
            branches.push(Branch {
                text: words::ids(cx, &told, TOLD).and(DIM, " (told above)"),
                place: String::new(),
                children: Vec::new(),
            });
        }
        branches
    }

    fn standbys(
        &mut self,
        requirement: &Requirement,
        group: &[&StandbyReason],
        depth: usize,
    ) -> Option<Branch> {
        let cx = self.cx;
        let (first, more) = group.split_first()?;
        let ways = requirement
            .members
            .iter()
            .find(|member| member.node == first.standby)
            .and_then(|member| member.standby.as_deref())
            .unwrap_or_default();
        let takes: Vec<String> = ways
            .iter()
            .map(|way| format_duration(way.takes_s))
            .collect();
        let label = plural_word(group.len(), "standby");
        let name = Text::of(STRONG, &label).and(PLAIN, " ");
        let mut text = and_like_it(name.and(NAME, cx.id(first.standby)), more.len());
        if !takes.is_empty() {
            text.push(DIM, &format!(" ({})", takes.join(" or ")));
        }
        match first.promoted.finite() {
            Some(seconds) => {
                text.push(
                    PLAIN,
                    &format!(": promoted after {}", format_duration(seconds)),
                );
            }
            None if ways.is_empty() => text.push(PLAIN, ": there is no way to promote it"),
            None => {
                text = text
                    .and(PLAIN, ": ")
                    .and(BAD, "never promoted")
                    .and(PLAIN, ", needs");
            }
        }
        let places = ways.first().map_or(&[][..], |way| &way.sources);
        Some(Branch {
            text,
            place: cx.place(places),
            children: self.lost(&first.blocked_by, depth),
        })
    }

    /// What makes two replicas alike: of one workload, faring the same, gone with the same faults.
    /// Anything else is only like itself.
    fn shape(&self, hop: &Hop) -> (NodeIx, Option<Shape>) {
        let node = self.cx.node(hop.node);
        match (node.class, node.part_of) {
            (Class::Replica, Some(owner)) => {
                let faults = self.ways.faults_of(hop.node);
                (
                    owner,
                    Some((hop.is_fault, hop.verdict, hop.recovers, faults)),
                )
            }
            _ => (hop.node, None),
        }
    }

    fn standby_shape(&self, standby: &StandbyReason) -> (NodeIx, Time, Vec<NodeIx>) {
        let owner = self.cx.node(standby.standby).part_of;
        // What is itself lost is a blocker of its own promotion.
        let blockers = standby.blocked_by.iter().map(|hop| self.shape(hop).0);
        let blockers = blockers.collect();
        (owner.unwrap_or(standby.standby), standby.promoted, blockers)
    }
}

type Shape = (bool, Verdict, Time, BTreeSet<NodeIx>);

fn is_of_replicas(cx: Context<'_>, requirement: &Requirement) -> bool {
    let own = |node: NodeIx| {
        let node = cx.node(node);
        node.class == Class::Replica && node.part_of == Some(requirement.of)
    };
    !requirement.members.is_empty() && requirement.members.iter().all(|member| own(member.node))
}

/// A group has no name that anyone gave it: it is called by what it stands for.
fn subject_of(cx: Context<'_>, hop: &Hop) -> Text {
    if cx.node(hop.node).class == Class::Group {
        return Text::plain("enough of several");
    }
    words::name(cx, hop.node)
}

fn verb(mode: Mode, weakened: bool) -> &'static str {
    match mode {
        _ if weakened => "rests on degraded members: needs",
        Mode::Placement => "stands on",
        Mode::Hard => "needs",
        Mode::Soft => "serves worse without",
        Mode::Start => "to start, needs",
    }
}

fn evidence(text: &mut Text, requirement: &Requirement) {
    if requirement.evidence != Evidence::Declared {
        text.push(DIM, &format!(" ({})", requirement.evidence.as_str()));
    }
}

/// `3 of its 4 replicas; 0 left`, in weight where the members differ.
fn amount(cx: Context<'_>, requirement: &Requirement, reason: &Reason) -> String {
    let active = || {
        requirement
            .members
            .iter()
            .filter(|member| member.standby.is_none())
    };
    let count = active().count();
    let total = active().fold(0u64, |sum, member| sum.saturating_add(member.weight));
    let own = is_of_replicas(cx, requirement);
    let what = match (own && count > 0, count) {
        (true, 1) => "its replica".to_owned(),
        (true, _) => format!("its {count} replicas"),
        (false, 0) => "what runs".to_owned(),
        (false, _) => count.to_string(),
    };
    let first = active().next().map_or(1, |member| member.weight.max(1));
    if active().all(|member| member.weight == first) {
        let (need, left) = (requirement.need.div_ceil(first), reason.left / first);
        if count == 1 && need == 1 {
            return format!("{what}, which does not serve");
        }
        return format!("{need} of {what}; {left} left");
    }
    format!(
        "{} of the {total} that {what} carry; {} left",
        requirement.need, reason.left
    )
}

fn and_like_it(text: Text, more: usize) -> Text {
    match more {
        0 => text,
        1 => text.and(PLAIN, " and one like it"),
        more => text.and(PLAIN, &format!(" and {more} like it")),
    }
}

/// Puts items of one shape together, in order of their first.
fn alike<T, K: PartialEq>(items: &[T], shape: impl Fn(&T) -> K) -> Vec<Vec<&T>> {
    let mut groups: Vec<(K, Vec<&T>)> = Vec::new();
    for item in items {
        let key = shape(item);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}
