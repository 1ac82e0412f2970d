//! The second half of `spof recover` for people: what does not come back, which cycle holds it,
//! and which requirement to loosen.

use super::{cycles, words};
use crate::analysis::verdict::Verdict;
use crate::model::NodeIx;
use crate::output::bring_up::Recovering;
use crate::output::page::Page;
use crate::output::text::{DIM, GOOD, PLAIN, STRONG, Text, listed, plural};
use crate::words::Class;

/// Names in a list, unless all are wanted.
const NAMES: usize = 8;

/// What does not come back in this scenario.
pub(super) fn never(page: &mut Page, recovering: &Recovering<'_>) {
    let answer = recovering.answer;
    if answer.never.is_empty() {
        return;
    }
    page.heading("Does not come back");
    let waiting: Vec<_> = answer
        .never
        .iter()
        .copied()
        .filter(|node| answer.stuck.binary_search(node).is_err())
        .collect();
    for (nodes, verdict, words) in [
        (&answer.stuck, Verdict::Stuck, "not even after repair"),
        (&waiting, Verdict::Down, "until repaired"),
    ] {
        let named = recovering.named(nodes);
        if nodes.is_empty() {
            continue;
        }
        let most = if recovering.all { usize::MAX } else { NAMES };
        let label = Text::plain("  ")
            .join(words::verdict(verdict))
            .and(DIM, &format!("  {}, {words}", plural(nodes.len(), "node")));
        page.line(label);
        let text = if named.is_empty() {
            words::ids(recovering.cx, nodes, most)
        } else {
            words::ids(recovering.cx, &named, most)
        };
        page.wrapped(&Text::plain("    "), &text);
    }
    let unrepaired = recovering.unrepaired();
    if !unrepaired.is_empty() {
        let text =
            words::ids(recovering.cx, &unrepaired, NAMES).and(DIM, " (say when with `--repair`)");
        page.wrapped(&Text::of(DIM, "  nobody repairs "), &text);
    }
}

/// What waits for itself, and what that holds.
pub(super) fn circles(page: &mut Page, recovering: &Recovering<'_>) {
    let held = &recovering.answer.cycles;
    if held.is_empty() {
        return;
    }
    page.heading("Recovery cycles: what waits for itself");
    for one in held.iter().take(cycles::CYCLES) {
        let mut line = Text::plain("  ")
            .join(words::verdict(one.cycle.makes))
            .and(DIM, &format!("  {}", cycles::lasts(&one.cycle)));
        if let Some(holds) = &one.holds {
            let named = recovering.named(holds);
            let journeys = named
                .iter()
                .filter(|ix| recovering.cx.node(**ix).class == Class::Journey)
                .count();
            let text = format!(
                "; {} wait for it, {} among them",
                plural(holds.len(), "node"),
                plural(journeys, "journey")
            );
            line = line.and(DIM, &text);
        }
        page.line(line);
        page.table(cycles::circle(recovering.cx, &one.cycle));
    }
    cycles::more(page, held.len());
}

/// What would free most.
pub(super) fn loosen(page: &mut Page, recovering: &Recovering<'_>) {
    let Some(loosening) = &recovering.answer.loosening else {
        return;
    };
    let cx = recovering.cx;
    let Some(best) = loosening.best.first() else {
        return;
    };
    let lasting = recovering.answer.never.is_empty();
    page.heading(if lasting {
        "The one requirement whose loss would spare most the wait for repair"
    } else {
        "The one requirement whose loss would free most"
    });
    let text = Text::plain(&recovering.change(best))
        .and(PLAIN, ": ")
        .join(freed(recovering, &best.frees));
    page.wrapped(&Text::of(GOOD, "  ✓ if "), &text);
    let place = cx.place(&cx.requirement(best.requirement).sources);
    page.line(Text::of(DIM, &format!("    {place}")));
    if loosening.best.len() > 1 {
        page.line(Text::of(DIM, "  next best:"));
        for other in &loosening.best[1..] {
            let text = Text::of(DIM, &recovering.change(other)).and(DIM, ": ");
            let text = if other.frees == best.frees {
                text.and(DIM, "the same")
            } else {
                text.join(freed(recovering, &other.frees))
            };
            page.wrapped(&Text::plain("    "), &text);
        }
    }
    let tried = format!(
        "  {} tried one by one",
        plural(loosening.candidates - loosening.untried, "candidate")
    );
    let left = match loosening.untried {
        0 => String::new(),
        some => format!(", {some} left out for want of time"),
    };
    page.line(Text::of(DIM, &format!("{tried}{left}")));
}

fn freed(recovering: &Recovering<'_>, frees: &[NodeIx]) -> Text {
    let named = recovering.named(frees);
    if named.is_empty() {
        return Text::plain(&plural(frees.len(), "node")).and(PLAIN, " come back");
    }
    let of = |class: Class| {
        let node = |ix: &&NodeIx| recovering.cx.node(**ix).class == class;
        named.iter().filter(node).count()
    };
    let counted: Vec<String> = [Class::Journey, Class::Service, Class::Store]
        .into_iter()
        .filter(|class| of(*class) > 0)
        .map(|class| words::counted(of(class), class))
        .collect();
    let verb = if named.len() == 1 { "comes" } else { "come" };
    Text::of(STRONG, &listed(&counted, "and"))
        .and(PLAIN, &format!(" {verb} back: "))
        .join(words::ids(recovering.cx, &named, NAMES))
}
