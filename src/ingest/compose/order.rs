//! Who starts after whom, and who without whom. Compose starts a service only once what it waits for serves; so what
//! serves first can't need what comes after it, whatever its variables name.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::load::Project;
use super::references::Around;
use super::service::Service;
use crate::ingest::budget::Budget;

/// The required `depends_on` of a project, turned round.
pub(super) struct Order<'p> {
    /// Of each service, those that start after it; true: only once it serves.
    followers: BTreeMap<&'p str, Vec<(&'p str, bool)>>,
}

impl<'p> Order<'p> {
    /// O(dependencies · log).
    pub(super) fn new(project: &'p Project) -> Self {
        let mut followers: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
        for (name, service) in &project.services {
            for (other, dependency) in &service.depends_on {
                if dependency.required {
                    let own = followers.entry(other).or_default();
                    own.push((name, dependency.serving));
                }
            }
        }
        Self { followers }
    }

    /// The services that start only after `name` serves, however indirectly; fewer when `budget`
    /// ends. O(dependencies · log).
    pub(super) fn later(&self, name: &str, budget: &Budget) -> BTreeSet<&'p str> {
        let of = |name: &str| self.followers.get(name).map_or(&[][..], Vec::as_slice);
        let first = of(name).iter().filter(|(_, serving)| *serving);
        let mut waiting: Vec<&str> = first.map(|(follower, _)| *follower).collect();
        let mut later = BTreeSet::new();
        while let Some(next) = waiting.pop() {
            if next != name && later.insert(next) {
                if !budget.spend(1 + of(next).len() / 8) {
                    break;
                }
                waiting.extend(of(next).iter().map(|(follower, _)| *follower));
            }
        }
        later
    }
}

/// The nodes that only run when profiles are asked for, of which one that brings `service` is
/// none. Where `.env` asks for profiles, those that run are as good as the others.
pub(super) fn optional(around: Around<'_>, service: &Service) -> HashSet<String> {
    let services = &around.project.services;
    if around.project.is_chosen || !around.budget.spend(services.len() / 4) {
        return HashSet::new();
    }
    let brought = |other: &Service| {
        let mut profiles = service.profiles.keys();
        other.profiles.is_empty()
            || (!service.profiles.is_empty()
                && profiles.all(|own| other.profiles.contains_key(own)))
    };
    let others = services.iter().filter(|(_, other)| !brought(other));
    let ids = others.filter_map(|(name, _)| around.own.ids.get(name.as_str()));
    ids.map(|id| id.as_str().to_owned()).collect()
}
