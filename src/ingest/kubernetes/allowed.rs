//! Labels of nodes that a pod or a volume asks for.

use std::collections::BTreeSet;

use super::placement::domain;
use super::reader::Reader;
use crate::ingest::fact::Ref;
use crate::source::{Span, View};

pub(super) const HOSTNAME: &[&str] = &["kubernetes.io/hostname"];
pub(super) const ZONE: &[&str] = &[
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];
pub(super) const REGION: &[&str] = &[
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/region",
];

/// Where a pod's specification says which nodes it may run on.
pub(super) const NODE_TERMS: &[&str] = &[
    "affinity",
    "nodeAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "nodeSelectorTerms",
];

/// The values that a node label may have, and where that is stated; `None`: any.
#[derive(Debug, Default)]
pub(super) struct Choice<'d>(pub(super) Option<(BTreeSet<&'d str>, Span)>);

impl<'d> Choice<'d> {
    /// The values, if only some are allowed.
    pub(super) fn values(&self) -> Option<BTreeSet<&'d str>> {
        self.0.as_ref().map(|(values, _)| values.clone())
    }

    /// The value, if there is only one.
    pub(super) fn only(&self) -> Option<(&'d str, Span)> {
        let (values, span) = self.0.as_ref()?;
        let first = values.first().filter(|_| values.len() == 1)?;
        Some((first, *span))
    }

    /// Both this and the other must hold.
    fn and(&mut self, values: BTreeSet<&'d str>, span: Span) {
        self.0 = Some(match self.0.take() {
            Some((own, at)) => (own.intersection(&values).copied().collect(), at),
            None => (values, span),
        });
    }

    /// Either this or the other must hold.
    fn or(self, other: Self) -> Self {
        let both = self.0.zip(other.0);
        Self(both.map(|((mut own, at), (values, _))| {
            own.extend(values);
            (own, at)
        }))
    }
}

/// Finds where the values of a node label belong.
type Chooser<'d> = for<'a> fn(&'a mut Allowed<'d>, &str) -> Option<&'a mut Choice<'d>>;

/// Hosts, zones and regions a pod is held to.
#[derive(Debug, Default)]
pub(super) struct Allowed<'d> {
    pub(super) hosts: Choice<'d>,
    pub(super) zones: Choice<'d>,
    regions: Choice<'d>,
}

impl<'d> Allowed<'d> {
    /// What `nodeSelector` and required node affinity allow.
    pub(super) fn of(pod: View<'d>, reader: &Reader) -> Self {
        let mut allowed = Self::default();
        for (key, value) in reader.pairs(pod, &["nodeSelector"]) {
            if let (Some(choice), Some(text)) = (allowed.choice(key), value.as_str()) {
                choice.and(BTreeSet::from([text]), value.span());
            }
        }
        let either = Self::of_terms(reader.items(pod, NODE_TERMS), reader, Self::choice);
        for (choice, other) in [
            (&mut allowed.hosts, either.hosts),
            (&mut allowed.zones, either.zones),
            (&mut allowed.regions, either.regions),
        ] {
            if let Some((values, span)) = other.0 {
                choice.and(values, span);
            }
        }
        allowed
    }

    /// What the node affinity of a volume allows: drivers have labels of their own.
    pub(super) fn of_volume(terms: Vec<View<'d>>, reader: &Reader) -> Self {
        Self::of_terms(terms, reader, Self::choice_of_volume)
    }

    /// What any one of several terms allows: a label is held only if every term holds it.
    fn of_terms(terms: Vec<View<'d>>, reader: &Reader, choice: Chooser<'d>) -> Self {
        let terms = terms
            .into_iter()
            .map(|term| Self::of_term(term, reader, choice));
        let either = terms.reduce(|a, b| Self {
            hosts: a.hosts.or(b.hosts),
            zones: a.zones.or(b.zones),
            regions: a.regions.or(b.regions),
        });
        either.unwrap_or_default()
    }

    /// The region, if only one is allowed.
    pub(super) fn region(&self) -> Option<Ref> {
        let (region, span) = self.regions.only()?;
        Some(domain("region", region, span))
    }

    /// Where the values of a node label belong that a volume names.
    fn choice_of_volume(&mut self, key: &str) -> Option<&mut Choice<'d>> {
        match key.rsplit('/').next() {
            Some("zone") => Some(&mut self.zones),
            Some("hostname" | "node" | "nodename") => Some(&mut self.hosts),
            _ => None,
        }
    }

    /// What one term allows: all its expressions together.
    fn of_term(term: View<'d>, reader: &Reader, choose: Chooser<'d>) -> Self {
        let mut allowed = Self::default();
        for list in ["matchExpressions", "matchFields"] {
            for expression in reader.items(term, &[list]) {
                let key = match reader.text(expression, &["key"]) {
                    Some("metadata.name") if list == "matchFields" => "kubernetes.io/hostname",
                    Some(key) if list == "matchExpressions" => key,
                    _ => continue,
                };
                let is_in = reader.text(expression, &["operator"]) == Some("In");
                let values = reader.items(expression, &["values"]);
                let texts = values.iter().filter_map(|value| value.as_str()).collect();
                if let (true, Some(first), Some(choice)) =
                    (is_in, values.first(), choose(&mut allowed, key))
                {
                    choice.and(texts, first.span());
                }
            }
        }
        allowed
    }

    /// Where the values of a node label belong.
    fn choice(&mut self, key: &str) -> Option<&mut Choice<'d>> {
        if HOSTNAME.contains(&key) {
            Some(&mut self.hosts)
        } else if ZONE.contains(&key) {
            Some(&mut self.zones)
        } else if REGION.contains(&key) {
            Some(&mut self.regions)
        } else {
            None
        }
    }
}

/// Whether a label selector matches labels. An empty one matches all.
pub(super) fn matches(selector: View<'_>, labels: &[(&str, &str)], reader: &Reader) -> bool {
    let value = |key: &str| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
    let plain = reader.labels(selector, &["matchLabels"]);
    if !plain.iter().all(|(key, want)| value(key) == Some(want)) {
        return false;
    }
    let expressions = reader.items(selector, &["matchExpressions"]);
    expressions.into_iter().all(|expression| {
        let own = value(reader.text(expression, &["key"]).unwrap_or_default());
        let listed = || {
            let values = reader.items(expression, &["values"]);
            values.iter().any(|value| value.as_str() == own)
        };
        match reader.text(expression, &["operator"]) {
            Some("In") => own.is_some() && listed(),
            Some("NotIn") => own.is_none() || !listed(),
            Some("Exists") => own.is_some(),
            Some("DoesNotExist") => own.is_none(),
            _ => false,
        }
    })
}
