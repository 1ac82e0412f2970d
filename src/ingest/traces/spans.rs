//! What all forms become: spans, and calls that somebody else counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::message;
use crate::source::{FileId, Span as Place};
use crate::words::Message;

/// What a span says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Client,
    Server,
    Producer,
    Consumer,
    /// Inside one service, as it says itself.
    Local,
    /// It does not say, in a format that has no other word for the far side of a call.
    Unstated,
}

impl Kind {
    /// The side that asks.
    pub(super) fn is_asking(self) -> bool {
        matches!(self, Self::Client | Self::Producer)
    }

    /// The side that answers.
    pub(super) fn is_answering(self) -> bool {
        matches!(self, Self::Server | Self::Consumer)
    }
}

/// What the other side of a span, or of a counted call, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// Something that keeps data: a database, a cache, a message broker.
    Store,
    Service,
    /// A host of the public Internet.
    Outside,
}

/// The other side as a span names it.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    pub(super) name: String,
    pub(super) what: What,
}

/// One span. Texts live in its document.
#[derive(Clone, Debug)]
pub(super) struct Span<'d> {
    pub(super) trace: &'d str,
    pub(super) id: &'d str,
    pub(super) parent: Option<&'d str>,
    pub(super) kind: Kind,
    /// Whose span it is; `None` if it does not say.
    pub(super) service: Option<&'d str>,
    pub(super) remote: Option<Remote>,
    pub(super) operation: &'d str,
    pub(super) failed: bool,
    pub(super) place: Place,
}

/// Calls that somebody else counted.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) what: What,
    /// Over a queue: the caller does not wait.
    pub(super) message: bool,
    /// How many calls were counted; 0 if that is not said.
    pub(super) count: u64,
    pub(super) place: Place,
}

/// All that was seen.
#[derive(Debug, Default)]
pub(super) struct Seen<'d> {
    pub(super) spans: Vec<Span<'d>>,
    pub(super) counted: Vec<Counted>,
    /// Spans or samples without what they need, by file and reason: how many, and the first.
    pub(super) nameless: BTreeMap<(FileId, &'static str), (usize, Place)>,
    /// Files whose other signals have been noted.
    noted: BTreeSet<(FileId, &'static str)>,
    pub(super) unread: Vec<(Place, Message)>,
}

impl Seen<'_> {
    /// Something that can't be used, for this reason.
    pub(super) fn skip(&mut self, place: Place, why: &'static str) {
        let entry = self.nameless.entry((place.file, why));
        entry.or_insert((0, place)).0 += 1;
    }

    /// Notes, once a file, that it holds something else than traces.
    pub(super) fn other_signal(&mut self, place: Place, what: &'static str) {
        if self.noted.insert((place.file, what)) {
            let why = message!(
                "OpenTelemetry {what}, not traces: nothing in them names a caller",
                what
            );
            self.unread.push((place, why));
        }
    }
}

/// Why a span is of no use.
pub(super) const NO_IDENTITY: &str = "without a trace and an id of its own";
/// Names longer than this are no names.
pub(super) const LONGEST: usize = 256;

/// A name that may stand for a service.
pub(super) fn usable(name: &str) -> Option<&str> {
    let name = name.trim();
    (!name.is_empty() && name.len() <= LONGEST).then_some(name)
}

/// Words for things that keep data, as remote names begin with them (`mysql`, `kafka-broker`).
const STORES: [&str; 29] = [
    "activemq",
    "aerospike",
    "cassandra",
    "clickhouse",
    "cockroach",
    "couchbase",
    "dynamodb",
    "elasticsearch",
    "etcd",
    "hbase",
    "influxdb",
    "kafka",
    "mariadb",
    "memcache",
    "memcached",
    "minio",
    "mongo",
    "mongodb",
    "mssql",
    "mysql",
    "nats",
    "neo4j",
    "opensearch",
    "oracle",
    "postgres",
    "postgresql",
    "pulsar",
    "rabbitmq",
    "redis",
];

/// What a remote name alone says of its bearer: the words of a database or broker make a store.
pub(super) fn judge(name: &str) -> What {
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let store = words.any(|word| STORES.contains(&word) || matches!(word, "db" | "database"));
    if store { What::Store } else { What::Service }
}
