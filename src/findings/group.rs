//! Findings that are one matter: of one rule, with one cause and several subjects. Each keeps its
//! own fingerprint; people read of the first and see which others there are.

use std::collections::BTreeMap;

use super::Finding;

/// One matter.
#[derive(Clone, Debug)]
pub struct Group<'f> {
    /// The worst, of those the one on which most hangs.
    pub first: &'f Finding,
    /// The others, in order.
    pub more: Vec<&'f Finding>,
}

/// The matters of `findings`, in order of their first finding. A finding without a cut and without
/// a cause is a matter of its own.
#[must_use]
pub fn groups<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<Group<'f>> {
    let mut groups: Vec<Group<'f>> = Vec::new();
    let mut known: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for finding in findings {
        let cause = match &finding.cause {
            Some(cause) => Some(format!("cause {cause}")),
            None if finding.cut.is_empty() => None,
            None => {
                let cut: Vec<&str> = finding.cut.iter().map(crate::words::Id::as_str).collect();
                Some(format!("cut {}", cut.join("\n")))
            }
        };
        let at = cause.map(|cause| {
            *known
                .entry((finding.rule.as_str(), cause))
                .or_insert(groups.len())
        });
        match at.and_then(|at| groups.get_mut(at)) {
            Some(group) => group.more.push(finding),
            None => groups.push(Group {
                first: finding,
                more: Vec::new(),
            }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Code, Severity};
    use crate::words::Id;

    fn finding(rule: Code, subject: &str, cut: &[&str], cause: Option<&str>) -> Finding {
        let mut finding = Finding::new(rule, Severity::Error, subject, "words");
        finding.cut = cut.iter().map(|id| Id::parse(id).expect("id")).collect();
        finding.cause = cause.map(str::to_owned);
        finding
    }

    #[test]
    fn one_rule_and_one_cause_are_one_matter() {
        let findings = [
            finding(Code::FalseRedundancy, "a", &["site:x"], None),
            finding(Code::SingleDomain, "b", &["site:x"], None),
            finding(Code::FalseRedundancy, "c", &["site:x"], None),
            finding(Code::FalseRedundancy, "d", &["site:y"], None),
            finding(Code::Unserved, "e", &[], None),
            finding(Code::Unserved, "f", &[], None),
            finding(Code::UndrilledFailover, "g", &[], Some("drills")),
            finding(Code::UndrilledFailover, "h", &["site:x"], Some("drills")),
        ];
        let told: Vec<Vec<&str>> = groups(&findings)
            .iter()
            .map(|group| {
                let all = std::iter::once(&group.first).chain(&group.more);
                all.map(|finding| finding.subject.as_str()).collect()
            })
            .collect();
        assert_eq!(
            told,
            [
                vec!["a", "c"],
                vec!["b"],
                vec!["d"],
                vec!["e"],
                vec!["f"],
                vec!["g", "h"]
            ]
        );
    }
}
