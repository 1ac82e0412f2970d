//! `spof why` for people: the chain as a tree, like things on one line, and a summary in words.

use super::words;
use crate::analysis::why::{Hop, Reason, StandbyReason};
use crate::model::{NodeIx, Requirement};
use crate::output::page::Page;
use crate::output::text::{BAD, DIM, GOOD, NAME, PLAIN, STRONG, Text};
use crate::output::{Chain, Context};
use crate::words::{Class, Evidence, Mode, format_duration};

use super::summary::summary;

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
    let root = Branch {
        text: words::name(cx, hop.node).and(PLAIN, "  ").join(state(hop)),
        place: cx.place(&cx.node(hop.node).sources),
        children: reasons(cx, hop),
    };
    root.draw(&mut page);
    page.gap();
    for sentence in summary(chain, hop) {
        page.wrapped(&Text::new(), &sentence);
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

/// How a node fares: `✗ down, until repaired`.
fn state(hop: &Hop) -> Text {
    if hop.is_fault {
        return Text::of(BAD, "✗ failed");
    }
    let mut text = words::verdict(hop.verdict);
    let back = words::back(hop.verdict, hop.recovers);
    if !back.is_empty() && hop.recovers.finite().is_some() {
        text.push(DIM, &format!(", {back}"));
    }
    if hop.told {
        text.push(DIM, " (told above)");
    }
    if hop.cut_off {
        text.push(DIM, " (the chain goes on)");
    }
    text
}

fn reasons(cx: Context<'_>, hop: &Hop) -> Vec<Branch> {
    hop.reasons
        .iter()
        .map(|reason| of_reason(cx, reason))
        .collect()
}

fn of_reason(cx: Context<'_>, reason: &Reason) -> Branch {
    let requirement = cx.requirement(reason.requirement);
    let mut text = Text::plain(verb(requirement.mode, reason.weakened));
    let place = cx.place(&requirement.sources);
    let plain_need = requirement.members.len() == 1 && reason.standbys.is_empty();
    if let ([only], true) = (reason.lost.as_slice(), plain_need) {
        text.push(PLAIN, " ");
        text = text
            .join(subject_of(cx, only))
            .and(PLAIN, "  ")
            .join(state(only));
        evidence(&mut text, requirement);
        return Branch {
            text,
            place,
            children: reasons(cx, only),
        };
    }
    text.push(PLAIN, " ");
    text.push(PLAIN, &amount(cx, requirement, reason));
    evidence(&mut text, requirement);
    let mut children: Vec<Branch> = alike(&reason.lost, |hop| shape(cx, hop))
        .into_iter()
        .map(|group| lost(cx, &group))
        .collect();
    let standbys = alike(&reason.standbys, |standby| standby_shape(cx, standby));
    children.extend(
        standbys
            .into_iter()
            .map(|group| of_standby(cx, requirement, &group)),
    );
    Branch {
        text,
        place,
        children,
    }
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
    let own = active().all(|member| cx.node(member.node).part_of == Some(requirement.of))
        && active().all(|member| cx.node(member.node).class == Class::Replica);
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

/// A line for members that fare alike.
fn lost(cx: Context<'_>, group: &[&Hop]) -> Branch {
    let Some((first, more)) = group.split_first() else {
        return Branch {
            text: Text::new(),
            place: String::new(),
            children: Vec::new(),
        };
    };
    let text = subject_of(cx, first);
    let text = and_like_it(text, more.len())
        .and(PLAIN, "  ")
        .join(state(first));
    Branch {
        text,
        place: cx.place(&cx.node(first.node).sources),
        children: reasons(cx, first),
    }
}

fn and_like_it(text: Text, more: usize) -> Text {
    match more {
        0 => text,
        1 => text.and(PLAIN, " and one like it"),
        more => text.and(PLAIN, &format!(" and {more} like it")),
    }
}

fn of_standby(cx: Context<'_>, requirement: &Requirement, group: &[&StandbyReason]) -> Branch {
    let Some((first, more)) = group.split_first() else {
        return Branch {
            text: Text::new(),
            place: String::new(),
            children: Vec::new(),
        };
    };
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
    let mut text = Text::of(
        STRONG,
        if more.is_empty() {
            "standby "
        } else {
            "standbys "
        },
    );
    text = and_like_it(text.and(NAME, cx.id(first.standby)), more.len());
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
        None if ways.is_empty() => text.push(PLAIN, ": has no way of being promoted"),
        None => {
            text.push(PLAIN, ": ");
            text.push(BAD, "never promoted");
            text.push(PLAIN, ", as it takes what does not serve:");
        }
    }
    let children = first
        .blocked_by
        .iter()
        .map(|hop| lost(cx, &[hop]))
        .collect();
    let places = ways.first().map_or(&[][..], |way| &way.sources);
    Branch {
        text,
        place: cx.place(places),
        children,
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

/// What makes two replicas alike: of one workload, faring the same, for the same reasons. Anything
/// else is only like itself.
fn shape(cx: Context<'_>, hop: &Hop) -> (NodeIx, String) {
    let node = cx.node(hop.node);
    let (Class::Replica, Some(owner)) = (node.class, node.part_of) else {
        return (hop.node, String::new());
    };
    let mut story = format!("{:?}", (hop.is_fault, hop.verdict, hop.recovers));
    for reason in &hop.reasons {
        let requirement = cx.requirement(reason.requirement);
        let lost: Vec<NodeIx> = reason.lost.iter().map(|hop| hop.node).collect();
        story.push_str(&format!(
            "{:?}",
            (requirement.mode, requirement.need, reason.left, lost)
        ));
    }
    (owner, story)
}

fn standby_shape(cx: Context<'_>, standby: &StandbyReason) -> (NodeIx, String) {
    let Some(owner) = cx.node(standby.standby).part_of else {
        return (standby.standby, String::new());
    };
    let blockers: Vec<(NodeIx, String)> = standby
        .blocked_by
        .iter()
        .map(|hop| shape(cx, hop))
        .collect();
    (owner, format!("{:?}", (standby.promoted, blockers)))
}
