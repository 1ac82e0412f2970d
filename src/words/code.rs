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
    BackupSharesDomain = "backup-shares-domain": "the backups of a store go with its live data",
    CapacityAfterLoss = "capacity-after-loss": "what is left after the loss of a domain is too small",
    ConflictingSources = "conflicting-sources": "two sources say different things of one node",
    CriticalConcentration = "critical-concentration": "one domain takes many critical things at once",
    CrossDomainHardCall = "cross-domain-hard-call": "stands on one domain and needs what stands on another",
    DataOnlyReplication = "data-only-replication": "the data survives, and nobody is served from it",
    DependencyCycle = "dependency-cycle": "services that can't serve without each other",
    DuplicateKey = "duplicate-key": "a mapping names one key twice",
    EvenQuorumTwoDomains = "even-quorum-two-domains": "a quorum whose members stand on two domains",
    FailoverActuatorColocated = "failover-actuator-colocated": "what promotes a standby goes with what it stands in for",
    FalseRedundancy = "false-redundancy": "looks redundant, but one fault takes all of it",
    HaDependsOnSingleDomain = "ha-depends-on-single-domain": "survives any domain, but needs something that does not",
    InvalidValue = "invalid-value": "a field of a manifest that can't be used",
    InventoryInBlastRadius = "inventory-in-blast-radius": "the inventory goes with what it lists",
    ManagementPlaneSharesFate = "management-plane-shares-fate": "the operators' tools go with what they are for",
    MonitorDependsOnTarget = "monitor-depends-on-target": "the monitoring fails with what it watches",
    NeverObservedDependency = "never-observed-dependency": "a declared call that no trace has seen",
    PlacementCycle = "placement-cycle": "things stand on each other in a circle",
    QuorumLostWithOneDomain = "quorum-lost-with-one-domain": "one domain takes the majority of a quorum",
    RecoveryCycle = "recovery-cycle": "a circle of waiting keeps things from coming back",
    RpoInfeasible = "rpo-infeasible": "one domain takes more data than the rpo allows",
    RtoInfeasible = "rto-infeasible": "an rto that can't be kept even if all goes by plan",
    SharedRollout = "shared-rollout": "one change reaches all replicas at once",
    SingleDomain = "single-domain": "a critical service or store stands on one domain",
    SingleReplicaCritical = "single-replica-critical": "a critical service does without no replica",
    SitesSharePower = "sites-share-power": "several sites hang on one power supply",
    StaleFact = "stale-fact": "an entry that nobody has verified for long",
    StandbyRequiresFailedDomain = "standby-requires-failed-domain": "a standby elsewhere needs what it stands in for",
    ThirdPartyHardDependency = "third-party-hard-dependency": "an outside party alone takes something that has a tier",
    TierInversion = "tier-inversion": "something critical can't do without something of lesser tier",
    TierWithoutDr = "tier-without-dr": "critical things that have nothing outside of one domain",
    UndeclaredObservedCall = "undeclared-observed-call": "a trace saw a call that no input states",
    UndrilledFailover = "undrilled-failover": "a failover that nobody has practised for long",
    UnknownTarget = "unknown-target": "a reference to something no input describes",
    Unplaced = "unplaced": "replicas of which no input says where they run",
    UnreadableFile = "unreadable-file": "a document that can't be read",
    Unserved = "unserved": "does not serve even when nothing has failed",
    UnspreadReplicas = "unspread-replicas": "nothing keeps the replicas apart",
    WaiverExpired = "waiver-expired": "a waiver whose date has passed: what it accepted is back",
    WaiverUnused = "waiver-unused": "a waiver that matches no finding",
    ZonesShareBuilding = "zones-share-building": "several zones go with one building",
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
        backup-shares-domain
        capacity-after-loss
        conflicting-sources
        critical-concentration
        cross-domain-hard-call
        data-only-replication
        dependency-cycle
        duplicate-key
        even-quorum-two-domains
        failover-actuator-colocated
        false-redundancy
        ha-depends-on-single-domain
        invalid-value
        inventory-in-blast-radius
        management-plane-shares-fate
        monitor-depends-on-target
        never-observed-dependency
        placement-cycle
        quorum-lost-with-one-domain
        recovery-cycle
        rpo-infeasible
        rto-infeasible
        shared-rollout
        single-domain
        single-replica-critical
        sites-share-power
        stale-fact
        standby-requires-failed-domain
        third-party-hard-dependency
        tier-inversion
        tier-without-dr
        undeclared-observed-call
        undrilled-failover
        unknown-target
        unplaced
        unreadable-file
        unserved
        unspread-replicas
        waiver-expired
        waiver-unused
        zones-share-building
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
