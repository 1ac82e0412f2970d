//! The manifest's sections and items. Every doc comment here is shown to users: it becomes the
//! description in the JSON Schema.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::date::Date;
use super::forms::{Form, Requirement, Ways};
use super::role::Role;
use super::values::{
    Copies, Count, Duration, Held, Name, Need, NodeName, OverrideMode, Rate, SpreadOver, Text,
    Tier, Version, Weight,
};
use crate::ingest::fact::Attributes;
use crate::message;
use crate::source::item::{At, Listed, OneOrMany, Read, Reader, item};
use crate::source::{Kind, Span, View};

item! {
    /// A spof manifest: services, what they stand on and what they need.
    ///
    /// See docs/manifest.md for the reference.
    Manifest {
        /// The version of the format. Default: 1.
        version: may Version,
        /// Failure domains: places and things whose loss takes all that stands on them.
        domains: may Listed<Domain>,
        /// What runs.
        services: may Listed<Service>,
        /// What runs and keeps data.
        stores: may Listed<Store>,
        /// What users do: an outage is measured on these.
        journeys: may Listed<Journey>,
        /// Outside parties.
        externals: may Listed<External>,
        /// The last word on what one node needs of another.
        overrides: may Listed<At<Override>>,
        /// Other names of nodes: DNS names, addresses, what another source calls them.
        aliases: may Aliases,
    }
}

/// Makes an item of a section: the keys that every node has, then its own.
macro_rules! node {
    ($(#[doc = $about:literal])+ $name:ident { $($keys:tt)+ }) => {
        item! {
            $(#[doc = $about])+
            $name {
                /// What it is called: `kind:name`, or a bare name, which gets the section's kind
                /// unless another source has a node of that name.
                id: must NodeName,
                /// What people call it.
                title: may Text,
                /// Who answers for it.
                owner: may Text,
                /// How much it matters: 0 (most) to 9. Tiers 0 and 1 are critical.
                tier: may Tier,
                /// Longest time it may be away: a fault that takes it for longer cuts it.
                rto: may Duration,
                /// Most time of data it may lose.
                rpo: may Duration,
                /// How often it fails.
                fails: may Rate,
                /// How long its repair takes.
                repair: may Duration,
                /// What it costs, in any one unit.
                cost: may Count,
                /// When somebody last compared this entry with what is really there.
                verified: may Date,
                $($keys)+
            }
        }

        impl $name {
            /// What every kind of node says of itself.
            pub(super) fn attributes(&mut self) -> Attributes {
                Attributes {
                    title: self.title.take().map(|title| title.0),
                    owner: self.owner.take().map(|owner| owner.0),
                    tier: self.tier.map(|tier| tier.0),
                    rto_s: self.rto.map(|rto| rto.0),
                    rpo_s: self.rpo.map(|rpo| rpo.0),
                    fails_per_y: self.fails.map(|rate| rate.0),
                    repair_s: self.repair.map(|repair| repair.0),
                    cost: self.cost.map(|cost| cost.0),
                    verified: self.verified.take().map(|date| date.0),
                    ..Attributes::default()
                }
            }
        }
    };
}

node! {
    /// A failure domain: a region, site, room, rack, power feed, cooling loop, host, zone,
    /// cluster, network, provider, account, shared configuration. Kinds are open.
    Domain {
        /// What it stands in or on: without it, stopped.
        r#in: may OneOrMany<Requirement>,
        /// Where it is drawn, without standing on it.
        within: may Name,
        /// What it needs: `placement`, except members of kind network, provider, account and
        /// config, which are `hard` (unreachable, still running).
        requires: may OneOrMany<Requirement>,
        /// Without these it is degraded.
        optional: may OneOrMany<Requirement>,
        /// What it needs only to start or restart.
        start: may OneOrMany<Requirement>,
        /// How long it takes to start.
        start_takes: may Duration,
    }
}

/// Makes a service or a store: they differ in what their replicas say.
macro_rules! workload {
    ($(#[doc = $about:literal])+ $name:ident of $replica:ident) => {
        node! {
            $(#[doc = $about])+
            $name {
                /// What it is to the operators, where it is one of their tools.
                role: may Role,
                /// Its running copies: how many, or on what each stands.
                replicas: may Replicas<$replica>,
                /// Weight that full service takes. Default: the weight of the active replicas.
                demand: may Count,
                /// Weight without which it does not serve. Default: that of the smallest replica.
                need: may Need,
                /// What itself stands on; replicas say so with `on`.
                r#in: may OneOrMany<Requirement>,
                /// Without these it does not serve.
                requires: may OneOrMany<Requirement>,
                /// Without these it is degraded.
                optional: may OneOrMany<Requirement>,
                /// What it and each of its replicas need only to start or restart.
                start: may OneOrMany<Requirement>,
                /// How long it and each of its replicas take to start.
                start_takes: may Duration,
                /// People who use it.
                users: may Count,
                /// What it earns in an hour.
                revenue: may Count,
            }
        }
    };
}

workload! {
    /// A service.
    Service of ServiceReplica
}

workload! {
    /// A store: a service that keeps data.
    Store of StoreReplica
}

node! {
    /// What a user can do ("call a taxi").
    Journey {
        /// People who do it.
        users: may Count,
        /// What it earns in an hour.
        revenue: may Count,
        /// Without these it is impossible.
        requires: may OneOrMany<Requirement>,
        /// Without these it is degraded.
        optional: may OneOrMany<Requirement>,
    }
}

node! {
    /// An outside party: a bank, an SMS gateway, a cloud.
    External {
        /// What it stands on, where that is known.
        r#in: may OneOrMany<Requirement>,
        /// Without these it does not serve.
        requires: may OneOrMany<Requirement>,
        /// Without these it is degraded.
        optional: may OneOrMany<Requirement>,
    }
}

/// Makes an entry of `replicas`: the keys that all have, then its own.
macro_rules! replica {
    ($(#[doc = $about:literal])+ $name:ident { $($keys:tt)* }) => {
        item! {
            $(#[doc = $about])+
            $name {
                /// What each stands on; several: on all of them. Left out: nobody knows.
                on: may At<OneOrMany<Form>>,
                /// How many. Default: 1.
                count: may Copies,
                /// What each counts towards `need`. Default: 1.
                weight: may Weight,
                /// They count only once promoted, each by the first of these ways; `never` or an
                /// empty list: by nobody.
                standby: may Ways,
                /// What each needs besides what its service needs (web in A needs the database in
                /// A).
                requires: may OneOrMany<Form>,
                /// What no two of them share, where `on` does not say it.
                spread: may OneOrMany<At<SpreadOver>>,
                /// How often each fails.
                fails: may Rate,
                /// How long the repair of one takes.
                repair: may Duration,
                /// What one costs, in any one unit.
                cost: may Count,
                $($keys)*
            }
        }
    };
}

replica! {
    /// Some replicas of a service that are alike.
    ServiceReplica {}
}

replica! {
    /// Some replicas of a store that are alike.
    StoreReplica {
        /// How each holds the data. Default: `primary`; for standbys: no copy.
        replication: may Held,
    }
}

/// How many replicas, or what is known of them.
#[derive(Debug)]
pub(super) enum Replicas<T> {
    Number(At<Copies>),
    Listed(Vec<At<T>>),
}

impl<T> Replicas<T> {
    /// The same, with every entry made into something else.
    pub(super) fn map<U>(self, to: impl Fn(T) -> U) -> Replicas<U> {
        match self {
            Self::Number(number) => Replicas::Number(number),
            Self::Listed(entries) => {
                let entries = entries.into_iter().map(|At { value, span }| At {
                    value: to(value),
                    span,
                });
                Replicas::Listed(entries.collect())
            }
        }
    }
}

impl<T: Read> Read for Replicas<T> {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        match view.kind() {
            Kind::Scalar => At::read(view, cx).map(Self::Number),
            Kind::Null | Kind::Sequence | Kind::Mapping => {
                OneOrMany::read(view, cx).map(|OneOrMany(entries)| Self::Listed(entries))
            }
        }
    }
}

impl<T: JsonSchema> JsonSchema for Replicas<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Replicas_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                generator.subschema_for::<Copies>(),
                generator.subschema_for::<OneOrMany<T>>(),
            ]
        })
    }
}

item! {
    /// A copy that may be behind.
    AsyncCopy {
        /// How far behind it may be.
        r#async: must Duration,
    }
}

item! {
    /// A copy made every so often.
    BackupCopy {
        /// How often it is made.
        backup: must Duration,
    }
}

item! {
    /// The last word on what one node needs of another.
    Override {
        /// The node that needs.
        of: must Name,
        /// The node that is needed.
        on: must Name,
        /// What happens without it.
        mode: must OverrideMode,
        /// Why, for whoever reads the result.
        reason: may Text,
    }
}

/// Other names, each with the node it means.
#[derive(Debug)]
pub(super) struct Aliases(pub(super) Vec<Alias>);

/// One other name.
#[derive(Debug)]
pub(super) struct Alias {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) target: Name,
}

impl Read for Aliases {
    fn read(view: View<'_>, cx: &mut Reader) -> Option<Self> {
        if !matches!(view.kind(), Kind::Mapping | Kind::Null) {
            cx.unexpected(view, message!("a mapping like `shop-db.prod: store:db`"));
            return None;
        }
        let mut aliases = Vec::new();
        for (key, value) in view.entries() {
            if !cx.charge(key.span(), 1) {
                break;
            }
            let name = Name::read(key, cx);
            let target = Name::read(value, cx);
            if let (Some(name), Some(target)) = (name, target) {
                aliases.push(Alias {
                    name: name.text,
                    span: name.span,
                    target,
                });
            }
        }
        Some(Self(aliases))
    }
}

impl JsonSchema for Aliases {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Aliases".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = generator.subschema_for::<Name>();
        json_schema!({ "type": ["object", "null"], "additionalProperties": name })
    }
}
