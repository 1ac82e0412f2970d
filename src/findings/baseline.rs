//! Baselines: the findings that were there when a repository began to be checked, so that only
//! what is added counts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Finding;
use crate::config::gate::is_fingerprint;

/// Version of the file's form.
const VERSION: u32 = 1;

/// Larger files are no baselines, in bytes.
pub const MOST_BYTES: u64 = 64 << 20;

/// Findings by fingerprint; rule and subject are there for people.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    subject: String,
    fingerprint: String,
}

impl Baseline {
    /// The baseline of these findings, sorted by rule and subject.
    #[must_use]
    pub fn of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut findings: Vec<Entry> = findings
            .map(|finding| Entry {
                rule: finding.rule.as_str().to_owned(),
                subject: finding.subject.clone(),
                fingerprint: finding.fingerprint.clone(),
            })
            .collect();
        findings.sort();
        findings.dedup();
        Self {
            version: VERSION,
            findings,
        }
    }

    /// Reads a file that [`Baseline::of`] made.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let baseline: Self =
            serde_json::from_str(text).map_err(|error| format!("it is no baseline: {error}"))?;
        if baseline.version != VERSION {
            return Err(format!(
                "it is a baseline of version {}, this program reads version {VERSION}",
                baseline.version
            ));
        }
        let mut entries = baseline.findings.iter();
        if !entries.all(|entry| is_fingerprint(&entry.fingerprint)) {
            return Err("one of its fingerprints is not sixteen hexadecimal digits".to_owned());
        }
        Ok(baseline)
    }

    /// The fingerprints it holds.
    #[must_use]
    pub fn fingerprints(&self) -> BTreeSet<String> {
        let entries = self.findings.iter();
        entries.map(|entry| entry.fingerprint.clone()).collect()
    }

    /// How many findings it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// True if it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }
}
