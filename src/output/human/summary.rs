//! Why redundancy did not help, in plain words: what `spof why` ends with.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::ways::Ways;
use super::words;
use crate::analysis::verdict::Verdict;
use crate::analysis::why::{Hop, Reason, StandbyReason};
use crate::model::{NodeIx, Requirement};
use crate::output::text::{DIM, PLAIN, STRONG, Text};
use crate::output::{Chain, Context};
use crate::words::{Class, format_duration};

/// Sentences; more are counted.
const MOST: usize = 8;
/// Names in one list.
const NAMES: usize = 12;

/// `all 3 replicas of` these nodes ` go with site:pangyo`; told once for all nodes it is true of.
struct Sentence {
    head: String,
    owners: Vec<NodeIx>,
    tail: Text,
}

/// Lines after the tree; the first says what follows.
pub(super) fn summary(chain: &Chain<'_>, hop: &Hop) -> Vec<(Text, Text)> {
    let cx = chain.cx;
    let mut teller = Teller {
        cx,
        ways: Ways::new(hop),
        told: BTreeSet::new(),
        sentences: Vec::new(),
    };
    teller.collect(hop);
    let mut lines: Vec<Text> = teller
        .sentences
        .iter()
        .map(|sentence| {
            Text::plain(&sentence.head)
                .join(words::ids(cx, &sentence.owners, NAMES))
                .join(sentence.tail.clone())
        })
        .collect();
    lines.extend(circles(chain, &teller.told));
    let (heading, none) = match hop.verdict {
        Verdict::Interrupted => (
            "Redundancy helps, but not at once:",
            "It comes back by itself: nothing on the way is lost for good.",
        ),
        Verdict::Degraded => (
            "It serves, but worse:",
            "It serves, but worse: what it can do without is lost.",
        ),
        _ => (
            "Redundancy did not help, because",
            "There was no redundancy to help: each step of the chain rests on one thing.",
        ),
    };
    if lines.is_empty() {
        return vec![(Text::new(), Text::of(STRONG, none))];
    }
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let bullet = Text::of(DIM, "  · ");
    let mut shown = vec![(Text::new(), Text::of(STRONG, heading))];
    shown.extend(lines.into_iter().map(|line| (bullet.clone(), line)));
    if more > 0 {
        let text = format!("and {more} more like these, in the tree above");
        shown.push((bullet, Text::of(DIM, &text)));
    }
    shown
}

/// What on the chain waits for itself.
fn circles(chain: &Chain<'_>, told: &BTreeSet<NodeIx>) -> Vec<Text> {
    let on_chain = chain
        .blast
        .cycles
        .iter()
        .filter(|cycle| cycle.hops.iter().any(|hop| told.contains(&hop.from)));
    on_chain
        .map(|cycle| {
            let mut nodes: Vec<NodeIx> = cycle.hops.iter().map(|hop| hop.from).collect();
            nodes.dedup();
            let words = match (nodes.len(), cycle.makes) {
                (1, _) => " waits for itself",
                (_, Verdict::Stuck) => " wait for each other to start: not even repair ends that",
                _ => " wait for each other to come back",
            };
            words::ids(chain.cx, &nodes, NAMES).and(PLAIN, words)
        })
        .collect()
}

struct Teller<'a> {
    cx: Context<'a>,
    ways: Ways<'a>,
    told: BTreeSet<NodeIx>,
    sentences: Vec<Sentence>,
}

impl Teller<'_> {
    /// What the chain below `hop` says of redundancy, nearest first.
    fn collect(&mut self, hop: &Hop) {
        if !self.told.insert(hop.node) {
            return;
        }
        for reason in &hop.reasons {
            let requirement = self.cx.requirement(reason.requirement);
            self.members(requirement, reason);
            self.standbys(requirement, reason);
        }
        for reason in &hop.reasons {
            let blockers = reason
                .standbys
                .iter()
                .flat_map(|standby| &standby.blocked_by);
            for next in reason.lost.iter().chain(blockers) {
                self.collect(next);
            }
        }
    }

    fn say(&mut self, head: String, of: NodeIx, tail: Text) {
        // A group is called by the node whose requirement it expands.
        let node = self.cx.node(of);
        let of = match node.part_of {
            Some(owner) if node.class == Class::Group => owner,
            _ => of,
        };
        let same = |known: &&mut Sentence| known.head == head && known.tail == tail;
        match self.sentences.iter_mut().find(same) {
            Some(known) if known.owners.contains(&of) => {}
            Some(known) => known.owners.push(of),
            None => self.sentences.push(Sentence {
                head,
                owners: vec![of],
                tail,
            }),
        }
    }

    /// `all 3 replicas of service:login go with site:pangyo`.
    fn members(&mut self, requirement: &Requirement, reason: &Reason) {
        let cx = self.cx;
        let active = requirement
            .members
            .iter()
            .filter(|member| member.standby.is_none());
        let count = active.clone().count();
        let total = active
            .clone()
            .fold(0u64, |sum, member| sum.saturating_add(member.weight));
        // Redundant is what would stay met if any one member were lost.
        let redundant = active
            .clone()
            .all(|member| total.saturating_sub(member.weight) >= requirement.need);
        if count < 2 || !redundant || reason.weakened {
            return;
        }
        let replicas = active
            .clone()
            .all(|member| cx.node(member.node).class == Class::Replica);
        let what = if replicas { "replicas" } else { "alternatives" };
        let lost = reason.lost.len();
        let head = match (lost == count, lost) {
            (true, 2) => format!("both {what} of "),
            (true, _) => format!("all {count} {what} of "),
            (false, _) => format!("{lost} of the {count} {what} of "),
        };
        let blamed = self.ways.blamed(&reason.lost);
        let verb = if lost == 1 {
            " goes with "
        } else {
            " go with "
        };
        let mut tail = Text::plain(verb).join(words::ids(cx, &blamed, NAMES));
        if lost < count {
            tail.push(PLAIN, ", and the rest is too little");
        }
        self.say(head, requirement.of, tail);
    }

    /// `the 2 standbys of service:login are never promoted: ...`.
    fn standbys(&mut self, requirement: &Requirement, reason: &Reason) {
        let cx = self.cx;
        let (dead, late): (Vec<&StandbyReason>, Vec<&StandbyReason>) = reason
            .standbys
            .iter()
            .partition(|standby| standby.promoted.finite().is_none());
        let has_ways = |standby: &StandbyReason| {
            requirement.members.iter().any(|member| {
                member.node == standby.standby
                    && member.standby.as_ref().is_some_and(|ways| !ways.is_empty())
            })
        };
        let (waiting, idle): (Vec<&StandbyReason>, Vec<&StandbyReason>) =
            dead.into_iter().partition(|standby| has_ways(standby));
        if !waiting.is_empty() {
            let own: BTreeSet<NodeIx> = waiting.iter().map(|standby| standby.standby).collect();
            let blockers: BTreeSet<NodeIx> = waiting
                .iter()
                .flat_map(|standby| &standby.blocked_by)
                .map(|hop| hop.node)
                .collect();
            let helpers: Vec<NodeIx> = blockers.difference(&own).copied().collect();
            let (head, verb) = count_standbys(waiting.len());
            let mut tail = Text::plain(verb);
            if helpers.is_empty() {
                tail.push(PLAIN, " lost as well");
            } else {
                tail.push(PLAIN, " never promoted: that takes ");
                tail = tail.join(words::ids(cx, &helpers, NAMES));
                let which = if helpers.len() == 1 {
                    ", which does not serve either"
                } else {
                    ", which do not serve either"
                };
                tail.push(PLAIN, which);
            }
            self.say(head, requirement.of, tail);
        }
        if !idle.is_empty() {
            let (head, verb) = count_standbys(idle.len());
            let tail = Text::plain(verb).and(PLAIN, " never promoted: nothing says how");
            self.say(head, requirement.of, tail);
        }
        self.promoted(requirement, reason, late);
    }

    /// `the standby of service:pay takes over after 20m`, and whether that is enough.
    fn promoted(
        &mut self,
        requirement: &Requirement,
        reason: &Reason,
        mut late: Vec<&StandbyReason>,
    ) {
        late.sort_by_key(|standby| (standby.promoted, standby.standby));
        let weight_of = |standby: &StandbyReason| {
            let members = requirement.members.iter();
            let own = members.filter(|member| member.node == standby.standby);
            own.map(|member| member.weight).sum::<u64>()
        };
        let mut weight = reason.left;
        let mut used = 0;
        let mut last = None;
        for standby in &late {
            if weight >= requirement.need {
                break;
            }
            weight = weight.saturating_add(weight_of(standby));
            used += 1;
            last = standby.promoted.finite();
        }
        let Some(seconds) = last else { return };
        let when = match seconds {
            0 => " at once".to_owned(),
            _ => format!(" after {}", format_duration(seconds)),
        };
        let (head, verb) = match (used, late.len()) {
            (1, 1) => ("the standby of ".to_owned(), " takes over"),
            (1, _) => ("the first standby of ".to_owned(), " takes over"),
            (_, all) if used == all => (format!("the {used} standbys of "), " take over, the last"),
            _ => (format!("{used} standbys of "), " take over, the last"),
        };
        let mut tail = format!("{verb}{when}");
        if weight < requirement.need {
            let need = requirement.need;
            let _ = write!(
                tail,
                ", which is too little: {weight} of the {need} it needs"
            );
        }
        self.say(head, requirement.of, Text::plain(&tail));
    }
}

fn count_standbys(count: usize) -> (String, &'static str) {
    match count {
        1 => ("the standby of ".to_owned(), " is"),
        _ => (format!("the {count} standbys of "), " are"),
    }
}
