//! What a dump of a cluster says of its nodes and volumes (`kubectl get nodes,pods,pvc,pv -o json`):
//! in which zone each node is, what it takes, and what holds a volume to a place.

use std::collections::{BTreeMap, BTreeSet};

use super::allowed::{self, Allowed};
use super::object::Object;
use super::placement;
use super::reader::Reader;
use super::references::known;
use super::workload::Workload;
use crate::ingest::fact::{
    AliasFact, Attributes, Expr, Facts, ModeRule, NodeFact, Origin, Ref, RequirementFact,
};
use crate::source::{Span, View};
use crate::words::{Class, Evidence, Id};

/// The roles of nodes that run the control plane.
const CONTROL_PLANE: [&str; 2] = [
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/master",
];

/// One node.
#[derive(Debug)]
pub(super) struct Node<'d> {
    pub(super) span: Span,
    pub(super) zone: Option<(&'d str, Span)>,
    /// What the provider calls that zone in every account.
    zone_id: Option<(&'d str, Span)>,
    region: Option<(&'d str, Span)>,
    labels: Vec<(&'d str, &'d str)>,
    /// Keys of the taints that keep pods away which don't tolerate them, with their values.
    taints: Vec<(&'d str, &'d str)>,
    /// Its addresses and names, and the instance of the provider that it is.
    known_as: Vec<(&'d str, Span)>,
    /// Takes new pods at all.
    schedulable: bool,
    pub(super) control_plane: bool,
}

/// What holds a pod to a place: the volumes it claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Held<'d> {
    #[default]
    Nowhere,
    /// A volume that only nodes of these zones can mount.
    Zones(BTreeSet<&'d str>),
    /// A volume of this host; `None`: of one that is not named.
    Host(Option<&'d str>),
}

/// Nodes, volumes and claims of the input.
#[derive(Debug, Default)]
pub(super) struct Cluster<'d> {
    pub(super) nodes: BTreeMap<&'d str, Node<'d>>,
    volumes: BTreeMap<&'d str, Held<'d>>,
    /// Zones that the volumes of a class are made in, where it names any.
    classes: BTreeMap<&'d str, BTreeSet<&'d str>>,
    /// Class of each claim that has no volume yet.
    classed: BTreeMap<(Option<&'d str>, &'d str), &'d str>,
    /// Volume of each claim, by namespace and name.
    claims: BTreeMap<(Option<&'d str>, &'d str), &'d str>,
}

impl<'d> Cluster<'d> {
    /// Takes a Node; the first of one name counts.
    pub(super) fn take_node(&mut self, object: &Object<'d>, reader: &Reader) {
        let Some(name) = object.name else {
            return;
        };
        let pairs = reader.pairs(object.view, &["metadata", "labels"]);
        let label = |keys: &[&str]| {
            let found = pairs.iter().find(|(key, _)| keys.contains(key));
            found
                .and_then(|(_, value)| Some((value.as_str()?, value.span())))
                .filter(|(text, _)| !text.is_empty())
        };
        let taints = reader.items(object.view, &["spec", "taints"]).into_iter();
        let node = Node {
            span: object.name_span,
            zone: label(allowed::ZONE),
            zone_id: label(&["topology.k8s.aws/zone-id"]),
            region: label(allowed::REGION),
            control_plane: pairs.iter().any(|(key, _)| CONTROL_PLANE.contains(key)),
            labels: pairs
                .iter()
                .map(|(key, value)| (*key, value.as_str().unwrap_or_default()))
                .collect(),
            taints: taints
                .filter(|taint| reader.text(*taint, &["effect"]) != Some("PreferNoSchedule"))
                .filter_map(|taint| {
                    let value = reader.text(taint, &["value"]).unwrap_or_default();
                    Some((reader.text(taint, &["key"])?, value))
                })
                // Set while a node is in trouble, not what it is for.
                .filter(|(key, _)| !key.starts_with("node.kubernetes.io/"))
                .collect(),
            known_as: known_as(object.view, reader),
            schedulable: reader.text(object.view, &["spec", "unschedulable"]) != Some("true"),
        };
        self.nodes.entry(name).or_insert(node);
    }

    /// Takes a `PersistentVolume`: where it can be mounted, and which claim it belongs to.
    pub(super) fn take_volume(
        &mut self,
        object: &Object<'d>,
        local: &placement::LocalClasses<'_>,
        reader: &Reader,
    ) {
        let Some(name) = object.name else {
            return;
        };
        let spec = |key| reader.path(object.view, &["spec", key]);
        let terms = reader.items(
            object.view,
            &["spec", "nodeAffinity", "required", "nodeSelectorTerms"],
        );
        let allowed = Allowed::of_volume(terms, reader);
        let class = reader.text(object.view, &["spec", "storageClassName"]);
        let is_local = spec("local").is_some()
            || spec("hostPath").is_some()
            || class.is_some_and(|class| placement::is_local_class(class, local));
        let labels = reader.labels(object.view, &["metadata", "labels"]);
        let labelled = labels
            .iter()
            .find(|(key, _)| allowed::ZONE.contains(key))
            // A regional disk is labelled `a__b`.
            .map(|(_, zones)| zones.split("__").collect::<BTreeSet<_>>());
        let held = match (allowed.hosts.values(), allowed.zones.values().or(labelled)) {
            (Some(hosts), _) if hosts.len() == 1 => Held::Host(hosts.first().copied()),
            _ if is_local => Held::Host(None),
            (_, Some(zones)) if !zones.is_empty() => Held::Zones(zones),
            _ => Held::Nowhere,
        };
        self.volumes.entry(name).or_insert(held);
        if let Some(claim) = reader.text(object.view, &["spec", "claimRef", "name"]) {
            let space = reader.text(object.view, &["spec", "claimRef", "namespace"]);
            self.claims.entry((space, claim)).or_insert(name);
        }
    }

    /// Takes a `StorageClass`: `allowedTopologies` are the only places it makes volumes in.
    pub(super) fn take_class(&mut self, object: &Object<'d>, reader: &Reader) {
        let mut zones = BTreeSet::new();
        for topology in reader.items(object.view, &["allowedTopologies"]) {
            for label in reader.items(topology, &["matchLabelExpressions"]) {
                let key = reader.text(label, &["key"]).unwrap_or_default();
                // Drivers have their own word for it: `topology.gke.io/zone`.
                if allowed::ZONE.contains(&key) || key.ends_with("/zone") {
                    let values = reader.items(label, &["values"]).into_iter();
                    zones.extend(values.filter_map(View::as_str));
                }
            }
        }
        if let (Some(name), false) = (object.name, zones.is_empty()) {
            self.classes.entry(name).or_insert(zones);
        }
    }

    /// What a class of volumes holds a pod to before it has one.
    fn held_by_class(&self, class: Option<&str>) -> Held<'d> {
        let zones = class.and_then(|class| self.classes.get(class));
        zones.map_or(Held::Nowhere, |zones| Held::Zones(zones.clone()))
    }

    /// Takes a `PersistentVolumeClaim`.
    pub(super) fn take_claim(&mut self, object: &Object<'d>, reader: &Reader) {
        let volume = reader.text(object.view, &["spec", "volumeName"]);
        if let (Some(name), Some(volume)) = (object.name, volume.filter(|name| !name.is_empty())) {
            self.claims.insert((object.namespace, name), volume);
        } else if let (Some(name), Some(class)) = (
            object.name,
            reader.text(object.view, &["spec", "storageClassName"]),
        ) {
            self.classed.insert((object.namespace, name), class);
        }
    }

    /// What the claim of this name holds a pod of `namespace` to.
    fn held_by(&self, namespace: Option<&'d str>, claim: &str, reader: &Reader) -> Held<'d> {
        let volume = self.claims.get(&(namespace, claim)).or_else(|| {
            // Manifests without a namespace are those of the only claim called so.
            if namespace.is_some() || !reader.spend(self.claims.len()) {
                return None;
            }
            let mut same = self.claims.iter().filter(|((_, name), _)| *name == claim);
            same.next()
                .filter(|_| same.next().is_none())
                .map(|(_, volume)| volume)
        });
        volume
            .and_then(|volume| self.volumes.get(volume))
            .cloned()
            .unwrap_or_default()
    }

    /// What the volumes of a pod with this specification hold it to.
    pub(super) fn held_pod(
        &self,
        namespace: Option<&'d str>,
        pod: View<'d>,
        reader: &Reader,
    ) -> Held<'d> {
        let volumes = reader.items(pod, &["volumes"]).into_iter();
        let claims = volumes
            .filter_map(|volume| reader.text(volume, &["persistentVolumeClaim", "claimName"]));
        claims.fold(Held::Nowhere, |held, claim| {
            let class = self.classed.get(&(namespace, claim)).copied();
            held.and(self.held_by(namespace, claim, reader))
                .and(self.held_by_class(class))
        })
    }

    /// What the class of the volumes that a workload asks for holds all of its pods to.
    pub(super) fn held_by_templates(&self, workload: &Workload<'d>, reader: &Reader) -> Held<'d> {
        let templates = reader.items(workload.object.view, &["spec", "volumeClaimTemplates"]);
        templates.into_iter().fold(Held::Nowhere, |held, template| {
            let class = reader.text(template, &["spec", "storageClassName"]);
            held.and(self.held_by_class(class))
        })
    }

    /// What the claims that a `StatefulSet` makes for its `nth` pod hold that one to.
    pub(super) fn held_nth(&self, workload: &Workload<'d>, nth: u64, reader: &Reader) -> Held<'d> {
        let namespace = workload.object.namespace;
        let own = self.held_pod(namespace, workload.pod, reader);
        if self.volumes.is_empty() {
            return own;
        }
        let templates = reader.items(workload.object.view, &["spec", "volumeClaimTemplates"]);
        templates.into_iter().fold(own, |held, template| {
            let Some(name) = reader.text(template, &["metadata", "name"]) else {
                return held;
            };
            let claim = format!("{name}-{}-{nth}", workload.name);
            held.and(self.held_by(namespace, &claim, reader))
        })
    }

    /// How many claims have a volume.
    pub(super) fn count_claims(&self) -> u64 {
        u64::try_from(self.claims.len()).unwrap_or(u64::MAX)
    }

    /// True if volumes are known, so that replicas may be held by theirs.
    pub(super) fn has_volumes(&self) -> bool {
        !self.volumes.is_empty()
    }

    /// The nodes that can take a pod that its specification allows on `allowed`, and whose volumes
    /// are `held`. O(nodes).
    pub(super) fn takers(
        &self,
        pod: View<'d>,
        allowed: &Allowed<'d>,
        held: &Held<'d>,
        reader: &Reader,
    ) -> Vec<&'d str> {
        let selector = reader.labels(pod, &["nodeSelector"]);
        let terms = reader.items(pod, allowed::NODE_TERMS);
        let tolerations = reader.items(pod, &["tolerations"]);
        let takes = |name: &str, node: &Node<'d>| {
            let zone_held = match held {
                Held::Zones(zones) => node.zone.is_some_and(|(zone, _)| zones.contains(zone)),
                Held::Nowhere => true,
                Held::Host(_) => false,
            };
            node.schedulable
                && zone_held
                && allowed.hosts.values().is_none_or(|hosts| {
                    hosts.contains(name)
                        || node.labels.iter().any(|(key, value)| {
                            allowed::HOSTNAME.contains(key) && hosts.contains(value)
                        })
                })
                && selector.iter().all(|pair| node.labels.contains(pair))
                && (terms.is_empty()
                    || terms
                        .iter()
                        .any(|term| allowed::matches(*term, &node.labels, reader)))
                && node
                    .taints
                    .iter()
                    .all(|taint| tolerations.iter().any(|t| tolerates(*t, *taint, reader)))
        };
        let nodes = self.nodes.iter().take_while(|_| !reader.is_spent());
        let fitting = nodes.filter(|(name, node)| {
            reader.spend(node.labels.len() + terms.len()) && takes(name, node)
        });
        fitting.map(|(name, _)| *name).collect()
    }

    /// Says what the nodes are and stand on.
    pub(super) fn tell(&self, facts: &mut Facts) {
        let mut regions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for node in self.nodes.values() {
            if let (Some((zone, _)), Some((region, _))) = (node.zone, node.region) {
                regions.entry(zone).or_default().insert(region);
            }
        }
        let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut stands = |of: &Ref, on: Ref| facts.requirements.push(placed(of.clone(), on));
        for (name, node) in &self.nodes {
            let host = Id::new("host", name);
            let host_ref = known(&host, node.span);
            if let Some((zone, span)) = node.zone {
                let zone_ref = placement::domain("zone", zone, span);
                stands(&host_ref, zone_ref);
            }
            let alone = |zone| regions.get(zone).is_some_and(|all| all.len() == 1);
            match (node.zone, node.region) {
                // Zones are named within their region: this one has a name of its own.
                (Some((zone, at)), Some((region, span))) if alone(zone) => {
                    let zone = placement::domain("zone", zone, at);
                    stands(&zone, placement::domain("region", region, span));
                }
                (_, Some((region, span))) => {
                    stands(&host_ref, placement::domain("region", region, span));
                }
                (_, None) => {}
            }
            stands(&host_ref, placement::cluster(node.span));
        }
        for (name, node) in &self.nodes {
            if let (Some((zone, at)), Some((id, span))) = (node.zone, node.zone_id) {
                let name = format!("zone:{id}");
                if told.insert((zone, id)) && zone != id {
                    // An alias must lead to what somebody states.
                    facts.nodes.push(NodeFact {
                        name: known(&Id::new("zone", zone), at),
                        class: Some(Class::Domain),
                        attributes: Attributes::default(),
                        origin: Origin::at(Evidence::Declared, at),
                    });
                    facts.aliases.push(AliasFact {
                        name,
                        target: placement::domain("zone", zone, at),
                        origin: Origin::at(Evidence::Declared, span),
                    });
                }
            }
            let host = Id::new("host", name);
            facts.nodes.push(NodeFact {
                name: known(&host, node.span),
                class: Some(Class::Domain),
                attributes: Attributes::default(),
                origin: Origin::at(Evidence::Declared, node.span),
            });
            for (name, span) in &node.known_as {
                facts.identities.push(AliasFact {
                    name: (*name).to_owned(),
                    target: known(&host, *span),
                    origin: Origin::at(Evidence::Declared, *span),
                });
            }
            for (key, value) in &node.labels {
                // Affinity speaks of the label, pods of the node.
                let other = !value.is_empty() && value != name && !self.nodes.contains_key(value);
                if allowed::HOSTNAME.contains(key) && other {
                    facts.aliases.push(AliasFact {
                        name: Id::new("host", value).as_str().to_owned(),
                        target: known(&host, node.span),
                        origin: Origin::at(Evidence::Declared, node.span),
                    });
                }
            }
        }
    }
}

impl Held<'_> {
    /// Both this and the other hold: the stricter.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Zones(a), Self::Zones(b)) => {
                let both: BTreeSet<_> = a.intersection(&b).copied().collect();
                Self::Zones(if both.is_empty() { a } else { both })
            }
            (a, b) => a.max(b),
        }
    }
}

/// The addresses and names of a Node, and the instance in `aws:///eu-west-1a/i-0abc`.
fn known_as<'d>(node: View<'d>, reader: &Reader) -> Vec<(&'d str, Span)> {
    let addresses = reader.items(node, &["status", "addresses"]).into_iter();
    let addresses = addresses.filter_map(|item| reader.get(item, "address"));
    let instance = reader.path(node, &["spec", "providerID"]);
    let addresses = addresses.filter_map(|view| Some((view.as_str()?, view.span())));
    let instance =
        instance.and_then(|view| Some((view.as_str()?.rsplit('/').next()?, view.span())));
    addresses
        .chain(instance)
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// `of` stands on `on`.
fn placed(of: Ref, on: Ref) -> RequirementFact {
    let span = on.span;
    RequirementFact {
        of,
        mode: ModeRule::ByMember,
        expr: Expr::One(on),
        want: None,
        reroute: None,
        origin: Origin::at(Evidence::Declared, span),
    }
}

/// Whether a toleration covers a taint.
fn tolerates(toleration: View<'_>, (key, value): (&str, &str), reader: &Reader) -> bool {
    let exists = reader.text(toleration, &["operator"]) == Some("Exists");
    match reader.text(toleration, &["key"]) {
        None => exists,
        Some(own) if own != key => false,
        Some(_) => exists || reader.text(toleration, &["value"]).unwrap_or_default() == value,
    }
}
