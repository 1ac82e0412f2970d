//! Closed word lists of DESIGN section 1, written the same in code, JSON and docs.

use std::fmt;

/// Makes a closed list of words: `as_str`, `parse`, `ALL`, `Display`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item])* $variant),+ }

        impl $name {
            /// Every word of the list, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as users read and write it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Reads the word back.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What a node is. Journeys and groups are never faults.
    Class {
        Domain = "domain",
        Service = "service",
        Store = "store",
        Replica = "replica",
        External = "external",
        Journey = "journey",
        Group = "group",
    }
}

words! {
    /// What happens without a requirement.
    Mode {
        /// What it stands on: without it, stopped.
        Placement = "placement",
        /// Without it, not serving.
        Hard = "hard",
        /// Without it, degraded.
        Soft = "soft",
        /// Needed only to start or restart.
        Start = "start",
    }
}

words! {
    /// How a fact is known, strongest first: the *greater* value is the weaker evidence.
    Evidence {
        Declared = "declared",
        /// A trace saw it.
        Observed = "observed",
        /// An environment variable names a host.
        Inferred = "inferred",
        /// A default.
        Assumed = "assumed",
    }
}

words! {
    /// What to believe of replicas whose placement nobody stated.
    Assume {
        /// Unplaced replicas of one workload share one unnamed host and zone unless a spread
        /// constraint forbids it.
        Pessimistic = "pessimistic",
        /// They share nothing.
        Optimistic = "optimistic",
    }
}

words! {
    /// What a service or store is to the operators: what the repair of others hangs on.
    Role {
        /// Tells people what has failed.
        Monitoring = "monitoring",
        /// With what people change what runs: consoles, control planes, remote access.
        Management = "management",
        /// Knows what there is and where, and whom to call: inventory, runbooks, contacts.
        Inventory = "inventory",
        /// Brings new versions to where they run.
        Deploy = "deploy",
        /// Keeps the images or packages that are started.
        Registry = "registry",
        /// Turns names into addresses.
        Dns = "dns",
        /// Says who people are and what they may do.
        Identity = "identity",
        /// With what people talk to each other during an incident.
        Communication = "communication",
    }
}

/// How a store's replica holds data. Times in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replication {
    /// Takes the writes.
    Primary,
    /// A copy that is never behind.
    Sync,
    /// A copy that may be `lag_s` behind.
    Async { lag_s: u64 },
    /// A copy made every `interval_s`.
    Backup { interval_s: u64 },
}

impl Replication {
    /// The word of the manifest and the JSON, without its time.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Sync => "sync",
            Self::Async { .. } => "async",
            Self::Backup { .. } => "backup",
        }
    }
}
