//! What makes two findings the same one: rule, subject, object and cut; never a line number, so
//! that moved lines, renamed titles and reworded messages change nothing. One value serves
//! baselines, waivers, diffs and deep links.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Finding;

/// Gives each finding its fingerprint. Findings that agree in all that counts (two broken
/// documents of one file) are told apart by their order.
pub(super) fn assign(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for finding in findings {
        let plain = fingerprint(finding, 0);
        let nth = seen.entry(plain.clone()).or_default();
        finding.fingerprint = match *nth {
            0 => plain,
            n => fingerprint(finding, n),
        };
        *nth += 1;
    }
}

/// The first 16 hexadecimal digits of SHA-256 over the parts, each with its length before it, so
/// that no name can look like the end of one part and the beginning of the next.
fn fingerprint(finding: &Finding, nth: u32) -> String {
    let cut: Vec<&str> = finding.cut.iter().map(crate::words::Id::as_str).collect();
    let object = finding.object.as_deref().unwrap_or_default();
    of(finding.rule.as_str(), &finding.subject, object, &cut, nth)
}

/// The fingerprint of the fact that the faults `cut` take `subject`, whatever rule says so.
#[must_use]
pub fn of_cut(subject: &str, cut: &[&str]) -> String {
    of("cut", subject, "", cut, 0)
}

fn of(rule: &str, subject: &str, object: &str, cut: &[&str], nth: u32) -> String {
    let mut cut = cut.to_vec();
    cut.sort_unstable();
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    part(rule);
    part(subject);
    part(object);
    for fault in cut {
        part(fault);
    }
    if nth > 0 {
        part(&nth.to_string());
    }
    let mut text = String::with_capacity(16);
    for byte in hash.finalize().iter().take(8) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Code, Place, Severity};
    use crate::source::{FileId, Span};
    use crate::words::Id;

    fn finding() -> Finding {
        let mut finding = Finding::new(
            Code::FalseRedundancy,
            Severity::Error,
            "service:login",
            "words",
        );
        finding.cut = vec![
            Id::parse("site:b").expect("id"),
            Id::parse("site:a").expect("id"),
        ];
        finding
    }

    fn prints(mut findings: Vec<Finding>) -> Vec<String> {
        assign(&mut findings);
        findings.into_iter().map(|f| f.fingerprint).collect()
    }

    #[test]
    fn place_words_and_order_do_not_count() {
        let first = finding();
        let mut moved = finding();
        moved.place = Some(Place::at(Span::new(FileId(0), 5, 9)));
        moved.message = "other words".into();
        moved.severity = Severity::Note;
        moved.cut.reverse();
        assert_eq!(prints(vec![first]), prints(vec![moved]));
    }

    #[test]
    fn what_counts_counts() {
        let mut other_object = finding();
        other_object.object = Some("x".to_owned());
        let mut other_cut = finding();
        other_cut.cut.pop();
        let mut shifted = finding();
        shifted.subject = "service:loginx".to_owned();
        let mut all = prints(vec![finding()]);
        for other in [other_object, other_cut, shifted] {
            all.extend(prints(vec![other]));
        }
        assert!(all.iter().all(|text| text.len() == 16));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn equal_findings_are_told_apart() {
        let twice = prints(vec![finding(), finding()]);
        assert_ne!(twice[0], twice[1]);
        assert_eq!(twice[0], prints(vec![finding()])[0]);
    }
}
