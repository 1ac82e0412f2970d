//! What a run of the rules amounts to: which findings count, which are known or accepted, and
//! whether any of them fails the run.

use std::collections::{BTreeMap, BTreeSet};

use super::waiver::{self, Waived, Waiver};
use super::{Finding, finish, order};
use crate::config::gate::Threshold;
use crate::source::{SourceMap, Span};
use crate::words::{Code, Date, Evidence, Severity};

/// What counts, and what fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// By rule; `None` switches it off.
    pub levels: BTreeMap<Code, Option<Severity>>,
    /// Findings that rest on weaker evidence are left out.
    pub min_confidence: Evidence,
    /// `None`: findings that are accepted count, and waivers say nothing.
    pub waivers: Option<Vec<Waiver>>,
    pub today: Date,
    /// Fingerprints of the baseline or of the base; `None` where nothing is compared.
    pub known: Option<BTreeSet<String>>,
    /// What fails where nothing is compared, and of known findings.
    pub fail_on: Threshold,
    /// What fails of new findings, where something is compared.
    pub fail_on_new: Threshold,
}

/// The findings of a run, sorted out.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// New ones, and known ones that fail the run: what people must see. In the order in which
    /// they are shown.
    pub open: Vec<Finding>,
    /// Known ones that don't fail the run.
    pub known: Vec<Finding>,
    pub waived: Vec<Waived>,
    /// Fingerprints of the baseline or base that no finding has any more.
    pub gone: usize,
    /// True if something was compared.
    pub compared: bool,
    /// True if any finding fails the run.
    pub fails: bool,
}

/// Sorts `findings` (finished) out. `wrong` are findings about waivers that can't be understood;
/// `subject_places`: where the subject of a finding is written.
#[must_use]
pub fn judge(
    findings: Vec<Finding>,
    wrong: Vec<Finding>,
    policy: &Policy,
    sources: &SourceMap,
    subject_places: impl Fn(&Finding) -> Vec<Span>,
) -> Judged {
    let waivers = policy.waivers.as_deref();
    let mut sorted = waiver::apply(
        findings,
        waivers.unwrap_or_default(),
        policy.today,
        sources,
        subject_places,
    );
    if waivers.is_some() {
        sorted.wrong.extend(wrong);
        finish(&mut sorted.wrong, sources);
        sorted.open.append(&mut sorted.wrong);
    }
    let mut judged = Judged {
        compared: policy.known.is_some(),
        ..Judged::default()
    };
    let mut open = Vec::new();
    for mut finding in sorted.open {
        if let Some(severity) = policy.level(&finding) {
            finding.severity = severity;
            open.push(finding);
        }
    }
    for mut waived in sorted.waived {
        if let Some(severity) = policy.level(&waived.finding) {
            waived.finding.severity = severity;
            judged.waived.push(waived);
        }
    }
    order(&mut open, sources);
    for mut finding in open {
        let known = policy.known.as_ref();
        finding.known = known.is_some_and(|known| known.contains(&finding.fingerprint));
        let threshold = if finding.known || known.is_none() {
            policy.fail_on
        } else {
            policy.fail_on_new
        };
        finding.fails = threshold.fails(finding.severity);
        judged.fails |= finding.fails;
        if finding.known && !finding.fails {
            judged.known.push(finding);
        } else {
            judged.open.push(finding);
        }
    }
    if let Some(known) = &policy.known {
        let all = judged.open.iter().chain(&judged.known);
        let waived = judged.waived.iter().map(|waived| &waived.finding);
        let there: BTreeSet<&str> = all
            .chain(waived)
            .map(|finding| finding.fingerprint.as_str())
            .collect();
        let gone = known.iter().filter(|print| !there.contains(print.as_str()));
        judged.gone = gone.count();
    }
    judged
}

impl Policy {
    /// The severity that `finding` has here; `None` if it is left out.
    fn level(&self, finding: &Finding) -> Option<Severity> {
        if finding.confidence > self.min_confidence {
            return None;
        }
        let stated = self.levels.get(&finding.rule).copied();
        stated.unwrap_or(Some(finding.severity))
    }
}
