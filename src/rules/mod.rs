//! Rules over model and analysis: one file a rule, registered in [`RULES`].
//!
//! A rule's doc comment *is* its documentation: `rule!` keeps it for `spof explain`, the rules
//! page and other formats, and a test holds its headings.
//!
//! * [`context`]: what all rules share, computed once. * [`severity`]: how bad, in one place.
//! * [`certainty`]: how sure. * [`chain`]: the hops from a subject to a fault.
//! * [`text`]: wording. * [`problems`]: what inputs got wrong, as findings. * [`doc`]: the pages.

/// Declares a rule: its doc comment becomes both the comment of the type and text at run time.
macro_rules! rule {
    ($(#[doc = $line:literal])* $name:ident) => {
        $(#[doc = $line])*
        #[derive(Debug)]
        pub(super) struct $name;

        impl $crate::rules::Rule for $name {
            fn code(&self) -> $crate::findings::Code {
                $crate::findings::Code::$name
            }

            fn doc(&self) -> &'static str {
                concat!($($line, "\n"),*)
            }

            fn check(
                &self,
                context: &$crate::rules::context::Context<'_>,
            ) -> Vec<$crate::findings::Finding> {
                check(context)
            }
        }
    };
}

mod certainty;
mod chain;
pub mod context;
pub mod doc;
mod problems;
mod severity;
#[cfg(test)]
mod tests;
mod text;

mod ambiguous_name;
mod conflicting_sources;
mod critical_concentration;
mod duplicate_key;
mod false_redundancy;
mod invalid_value;
mod placement_cycle;
mod single_domain;
mod single_replica_critical;
mod unknown_target;
mod unreadable_file;
mod unserved;
mod waiver_expired;
mod waiver_unused;

pub use context::{Context, Input};

use crate::findings::{Code, Finding, finish};

/// Something that `spof lint` looks for.
pub trait Rule: Sync {
    /// Its name.
    fn code(&self) -> Code;

    /// Its documentation as written above the rule, each line with one space before it.
    fn doc(&self) -> &'static str;

    /// What it finds, in any order, without fingerprints.
    fn check(&self, context: &Context<'_>) -> Vec<Finding>;
}

/// Every rule, in the order of the codes.
pub const RULES: &[&dyn Rule] = &[
    &ambiguous_name::AmbiguousName,
    &conflicting_sources::ConflictingSources,
    &critical_concentration::CriticalConcentration,
    &duplicate_key::DuplicateKey,
    &false_redundancy::FalseRedundancy,
    &invalid_value::InvalidValue,
    &placement_cycle::PlacementCycle,
    &single_domain::SingleDomain,
    &single_replica_critical::SingleReplicaCritical,
    &unknown_target::UnknownTarget,
    &unreadable_file::UnreadableFile,
    &unserved::Unserved,
    &waiver_expired::WaiverExpired,
    &waiver_unused::WaiverUnused,
];

/// The rule with this code.
#[must_use]
pub fn rule(code: Code) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.code() == code)
}

/// Runs every rule. The findings are in the order in which they are shown.
#[must_use]
pub fn run(input: Input<'_>) -> Vec<Finding> {
    let context = Context::new(input);
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule.check(&context)).collect();
    finish(&mut findings, context.sources);
    findings
}
