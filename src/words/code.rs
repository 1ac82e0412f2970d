//! The closed list of rules. A published code never changes its meaning; a snapshot holds the
//! list.

use std::fmt;

/// Makes the list: code, and what the rule finds in one line.
macro_rules! codes {
    ($($variant:ident = $text:literal: $summary:literal),+ $(,)?) => {
        /// A rule, by the name users read and write.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $summary] $variant),+ }

        impl Code {
            /// Every code, in alphabetical order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name: `false-redundancy`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// What the rule finds, in one line.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary),+ }
            }

            /// Reads the name back.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
    AmbiguousName = "ambiguous-name": "a bare name that several nodes have",
    ConflictingSources = "conflicting-sources": "two sources say different things of one node",
    CriticalConcentration = "critical-concentration": "one domain takes many critical things at once",
    DuplicateKey = "duplicate-key": "a mapping names one key twice",
    FalseRedundancy = "false-redundancy": "looks redundant, but one fault takes all of it",
    InvalidValue = "invalid-value": "a field of a manifest that can't be used",
    PlacementCycle = "placement-cycle": "things stand on each other in a circle",
    SingleDomain = "single-domain": "a critical service or store stands on one domain",
    SingleReplicaCritical = "single-replica-critical": "a critical service does without no replica",
    UnknownTarget = "unknown-target": "a reference to something no input describes",
    UnreadableFile = "unreadable-file": "a document that can't be read",
    Unserved = "unserved": "does not serve even when nothing has failed",
    WaiverExpired = "waiver-expired": "a waiver whose date has passed: what it accepted is back",
    WaiverUnused = "waiver-unused": "a waiver that matches no finding",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_closed() {
        // A published code is a promise: it is never renamed and never given to another rule.
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        insta::assert_snapshot!(codes.join("\n"), @r"
        ambiguous-name
        conflicting-sources
        critical-concentration
        duplicate-key
        false-redundancy
        invalid-value
        placement-cycle
        single-domain
        single-replica-critical
        unknown-target
        unreadable-file
        unserved
        waiver-expired
        waiver-unused
        ");
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted, codes, "sorted and unique");
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(!code.summary().is_empty());
        }
    }
}
