//! Rules over model and analysis: one file a rule, registered in [`RULES`].
//!
//! A rule's doc comment *is* its documentation: `rule!` keeps it for `spof explain`, the rules
//! page and other formats, and a test holds its headings.
//!
//! * [`context`]: what all rules share, computed once. * [`severity`]: how bad, in one place.
//! * [`certainty`]: how sure. * [`chain`]: the hops from a subject to a fault.
//! * [`causes`]: which single faults are spoken of. * [`needs`]: what a node can't do without.
//! * [`kinds`]: what kinds of domains mean. * [`roles`]: what services are to the operators.
//! * [`shared_domain`]: domains under domains.
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

mod causes;
mod certainty;
mod chain;
pub mod context;
pub mod doc;
mod kinds;
mod needs;
mod problems;
mod roles;
mod severity;
mod shared_domain;
#[cfg(test)]
mod tests;
mod text;

mod ambiguous_name;
mod backup_shares_domain;
mod capacity_after_loss;
mod conflicting_sources;
mod critical_concentration;
mod cross_domain_hard_call;
mod data_only_replication;
mod dependency_cycle;
mod duplicate_key;
mod even_quorum_two_domains;
mod failover_actuator_colocated;
mod false_redundancy;
mod ha_depends_on_single_domain;
mod invalid_value;
mod inventory_in_blast_radius;
mod management_plane_shares_fate;
mod monitor_depends_on_target;
mod never_observed_dependency;
mod placement_cycle;
mod quorum_lost_with_one_domain;
mod recovery_cycle;
mod rpo_infeasible;
mod rto_infeasible;
mod shared_rollout;
mod single_domain;
mod single_replica_critical;
mod sites_share_power;
mod stale_fact;
mod standby_requires_failed_domain;
mod third_party_hard_dependency;
mod tier_inversion;
mod tier_without_dr;
mod undeclared_observed_call;
mod undrilled_failover;
mod unknown_target;
mod unplaced;
mod unreadable_file;
mod unserved;
mod unspread_replicas;
mod waiver_expired;
mod waiver_unused;
mod zones_share_building;

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
    &backup_shares_domain::BackupSharesDomain,
    &capacity_after_loss::CapacityAfterLoss,
    &conflicting_sources::ConflictingSources,
    &critical_concentration::CriticalConcentration,
    &cross_domain_hard_call::CrossDomainHardCall,
    &data_only_replication::DataOnlyReplication,
    &dependency_cycle::DependencyCycle,
    &duplicate_key::DuplicateKey,
    &even_quorum_two_domains::EvenQuorumTwoDomains,
    &failover_actuator_colocated::FailoverActuatorColocated,
    &false_redundancy::FalseRedundancy,
    &ha_depends_on_single_domain::HaDependsOnSingleDomain,
    &invalid_value::InvalidValue,
    &inventory_in_blast_radius::InventoryInBlastRadius,
    &management_plane_shares_fate::ManagementPlaneSharesFate,
    &monitor_depends_on_target::MonitorDependsOnTarget,
    &never_observed_dependency::NeverObservedDependency,
    &placement_cycle::PlacementCycle,
    &quorum_lost_with_one_domain::QuorumLostWithOneDomain,
    &recovery_cycle::RecoveryCycle,
    &rpo_infeasible::RpoInfeasible,
    &rto_infeasible::RtoInfeasible,
    &shared_rollout::SharedRollout,
    &single_domain::SingleDomain,
    &single_replica_critical::SingleReplicaCritical,
    &sites_share_power::SitesSharePower,
    &stale_fact::StaleFact,
    &standby_requires_failed_domain::StandbyRequiresFailedDomain,
    &third_party_hard_dependency::ThirdPartyHardDependency,
    &tier_inversion::TierInversion,
    &tier_without_dr::TierWithoutDr,
    &undeclared_observed_call::UndeclaredObservedCall,
    &undrilled_failover::UndrilledFailover,
    &unknown_target::UnknownTarget,
    &unplaced::Unplaced,
    &unreadable_file::UnreadableFile,
    &unserved::Unserved,
    &unspread_replicas::UnspreadReplicas,
    &waiver_expired::WaiverExpired,
    &waiver_unused::WaiverUnused,
    &zones_share_building::ZonesShareBuilding,
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
    for finding in &mut findings {
        rank(&context, finding);
    }
    finish(&mut findings, context.sources);
    findings
}

/// How much hangs on the subject: its tier, then how much goes with it.
fn rank(context: &Context<'_>, finding: &mut Finding) {
    if let Some(subject) = context.model.find(&finding.subject) {
        let tier = severity::tier_lost(context, subject).unwrap_or(u8::MAX);
        let reach = context
            .sweep
            .effect(subject)
            .map_or(0, |effect| effect.len());
        finding.rank = (tier, std::cmp::Reverse(reach));
    }
}
