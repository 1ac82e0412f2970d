//! Says what the projects hold as facts.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::interpolate::fill;
use super::library::Library;
use super::load::{Loaded, load};
use super::neighbours::Neighbour;
use super::order::Order;
use super::placement::{self, Platform};
use super::references::{Around, Writer, known, place};
use super::scope::Text;
use super::service::Service;
use super::stacks::{Stack, is_default, service_names, stacks};
use crate::ingest::budget::Budget;
use crate::ingest::fact::{AliasFact, Attributes, Facts, NodeFact, Origin};
use crate::message;
use crate::source::{Document, FileId, Problem, ProblemKind, SourceMap, Span};
use crate::words::{Arg, Class, Evidence, Id};

/// Most services of another variant that a note lists.
const MOST_NAMES: usize = 5;

/// A project with its name.
struct Told {
    stack: Stack,
    loaded: Loaded,
    /// What its files or `.env` call it.
    stated: Option<String>,
    /// Unique over all projects.
    label: String,
}

/// Facts of all documents, which are given in order of path and position.
pub(super) fn translate(documents: &[&Document], sources: &SourceMap, budget: &Budget) -> Facts {
    let mut facts = Facts::default();
    let library = Library::new(documents, sources);
    let projects = projects(&library, budget);
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for told in &projects {
        for name in told.loaded.project.services.keys() {
            *shared.entry(name).or_default() += 1;
        }
    }
    let mut containers: BTreeMap<String, usize> = BTreeMap::new();
    let services = projects
        .iter()
        .flat_map(|told| told.loaded.project.services.values());
    for name in services.filter_map(|service| service.container_name.as_ref()) {
        *containers.entry(name.value.clone()).or_default() += 1;
    }
    let neighbours = projects.iter().map(|told| {
        let project = &told.loaded.project;
        let ids = project.services.keys().map(|name| {
            let is_shared = shared.get(name.as_str()).is_some_and(|count| *count > 1);
            let text = if is_shared {
                format!("{}/{name}", told.label)
            } else {
                name.clone()
            };
            (name.as_str(), Id::new("service", &text))
        });
        let stated = told.stated.as_deref();
        Neighbour::new(
            project,
            &told.label,
            &told.stack.folder,
            stated,
            ids.collect(),
        )
    });
    let neighbours: Vec<_> = neighbours.collect();
    for (told, own) in projects.iter().zip(&neighbours) {
        tell_project(told, (own, &neighbours), &library, budget, &mut facts);
        let ids = &own.ids;
        for (name, service) in &told.loaded.project.services {
            let Some((id, own)) = ids.get(name.as_str()).zip(service.container_name.as_ref())
            else {
                continue;
            };
            // Container names are unique on an engine: what other formats call so is this one.
            let is_other = ids.keys().any(|other| *other == own.value);
            if containers.get(&own.value) == Some(&1) && !is_other {
                facts.aliases.push(AliasFact {
                    name: own.value.clone(),
                    target: known(id, own.span),
                    origin: Origin::at(Evidence::Declared, own.span),
                });
            }
        }
    }
    tell_variants(&projects, &library, &mut facts);
    if let Some(document) = documents.last().filter(|_| budget.is_spent()) {
        let message = message!(
            "the Compose files are too large, or too entangled by aliases and includes: \
                       some of what they say was left unread"
        );
        let span = document.root().span();
        let problem = Problem::new(ProblemKind::Unreadable, span, message);
        facts.problems.push(problem);
    }
    facts.unread.sort();
    facts.unread.dedup();
    facts
}

/// Every project, loaded, without those that another one includes, or only extends services of.
fn projects(library: &Library<'_>, budget: &Budget) -> Vec<Told> {
    let stacks = stacks(library).into_iter();
    let mut all: Vec<(Stack, Loaded)> = stacks
        .map(|stack| {
            let loaded = load(library, &stack, budget);
            (stack, loaded)
        })
        .collect();
    let mut at = 0;
    while let Some((stack, _)) = all.get(at) {
        let Some(base) = stack.files.first().copied() else {
            break;
        };
        let own = all.get(at).map(|(_, loaded)| &loaded.included);
        let is_part = all.iter().enumerate().any(|(other, (stack, loaded))| {
            // Of files that include each other, the first is the project.
            let of_circle = other > at
                && stack
                    .files
                    .first()
                    .is_some_and(|file| own.is_some_and(|included| included.contains(file)));
            let is_library = loaded.extended.contains(&base) && !is_default(library.name(base));
            other != at && ((loaded.included.contains(&base) && !of_circle) || is_library)
        });
        if is_part {
            all.remove(at);
        } else {
            at += 1;
        }
    }
    let mut labels = BTreeSet::new();
    let told = all.into_iter().map(|(stack, loaded)| {
        let from_env = loaded.variables.get("COMPOSE_PROJECT_NAME").cloned();
        let stated = loaded.project.name.as_ref().map(|name| name.value.clone());
        let name = from_env.or(stated).filter(|name| !name.is_empty());
        let stated = name.clone();
        let name = name.unwrap_or_else(|| stack.name.clone());
        let mut label = name.clone();
        if labels.contains(&label) && !stack.folder.as_str().is_empty() {
            stack.folder.as_str().clone_into(&mut label);
        }
        let mut number = 2;
        while !labels.insert(label.clone()) {
            label = format!("{name}-{number}");
            number += 1;
        }
        Told {
            stack,
            loaded,
            stated,
            label,
        }
    });
    told.collect()
}

/// All that one project states.
fn tell_project(
    told: &Told,
    (own, all): (&Neighbour<'_>, &[Neighbour<'_>]),
    library: &Library<'_>,
    budget: &Budget,
    facts: &mut Facts,
) {
    let Loaded { project, notes, .. } = &told.loaded;
    let swarm = project
        .services
        .values()
        .find_map(|service| service.deploy.swarm);
    let platform = if swarm.or(project.overlay).is_some() {
        Platform::Swarm
    } else {
        Platform::Engine(Id::new("host", &told.label))
    };
    if let (Platform::Engine(host), Some(first)) = (&platform, project.services.values().next()) {
        let name = project.name.as_ref().map(|name| name.span);
        let span = name.unwrap_or_else(|| place(first));
        let title = format!("the host that runs Compose project {}", told.label);
        facts.nodes.push(NodeFact {
            name: known(host, span),
            class: Some(Class::Domain),
            attributes: Attributes {
                title: Some(title),
                ..Attributes::default()
            },
            origin: Origin::at(Evidence::Inferred, span),
        });
    }
    let order = Order::new(project);
    let around = Around {
        own,
        project,
        order: &order,
        library,
        all,
        budget,
        notes,
    };
    for (name, service) in &project.services {
        let Some(id) = own.ids.get(name.as_str()) else {
            continue;
        };
        for span in &service.places {
            facts.nodes.push(NodeFact {
                name: known(id, *span),
                class: Some(Class::Service),
                attributes: Attributes::default(),
                origin: Origin::at(Evidence::Declared, *span),
            });
        }
        if !service.is_runnable {
            let why = message!(
                "`{id}` has neither an image nor a build here: this file changes a service that \
                 another one states; give that one too, before it",
                id
            );
            notes.borrow_mut().insert((place(service), why));
        }
        let replicas = placement::replicas(id, service, &platform, notes);
        facts.replicas.push(replicas);
        let mut guesses = Vec::new();
        let from_files = env_files(told, service, library, &mut guesses);
        guesses.extend(examples(told, service));
        let stated = service.environment.iter();
        let stated =
            stated.filter_map(|(name, variable)| Some((name.as_str(), variable.value.as_ref()?)));
        let mut environment: BTreeMap<&str, &Text> = BTreeMap::new();
        environment.extend(from_files.iter().map(|(name, text)| (name.as_str(), text)));
        environment.extend(stated);
        if let Some(mut writer) = Writer::new(around, (name, service), environment, guesses) {
            writer.write(facts);
        }
    }
    note_profiles(told);
    facts.unread.extend(notes.borrow().iter().cloned());
}

/// Says which services start only when their profile is asked for.
fn note_profiles(told: &Told) {
    let Loaded { project, notes, .. } = &told.loaded;
    let services = if project.is_chosen {
        &project.asleep
    } else {
        &project.services
    };
    let mut profiles: BTreeMap<&str, (Span, usize)> = BTreeMap::new();
    for (profile, span) in services.values().flat_map(|service| &service.profiles) {
        profiles.entry(profile).or_insert((*span, 0)).1 += 1;
    }
    for (profile, (span, count)) in profiles {
        let why = if project.is_chosen {
            message!(
                "profile `{profile}`: its {count} service starts only when it is asked for, and \
                 `COMPOSE_PROFILES` does not ask for it: left out|profile `{profile}`: its {count} \
                 services start only when it is asked for, and `COMPOSE_PROFILES` does not ask for it: \
                 left out",
                profile,
                count
            )
        } else {
            message!(
                "profile `{profile}`: its {count} service starts only when it is asked for; here it \
                 counts as running|profile `{profile}`: its {count} services start only when it is asked \
                 for; here they count as running",
                profile,
                count
            )
        };
        notes.borrow_mut().insert((span, why));
    }
}

/// Variables of a service that have a value only if the example of a missing `.env` holds.
fn examples(told: &Told, service: &Service) -> Vec<(String, String, Span)> {
    let Loaded {
        variables,
        examples,
        ..
    } = &told.loaded;
    if variables.len() == examples.len() {
        return Vec::new();
    }
    let value = |name: &str| examples.get(name).cloned();
    let stated = service.environment.iter();
    let found = stated.filter_map(|(name, variable)| {
        let text = match &variable.value {
            Some(text) => fill(text.raw.as_deref()?, &value).text,
            None => value(name)?,
        };
        Some((name.clone(), text, variable.span))
    });
    found.collect()
}

/// The variables that a service gets from its `env_file`s, the later of one name counting; those
/// that only the example of a missing one states go to `guesses`.
fn env_files(
    told: &Told,
    service: &Service,
    library: &Library<'_>,
    guesses: &mut Vec<(String, String, Span)>,
) -> BTreeMap<String, Text> {
    let mut found = BTreeMap::new();
    for entry in &service.env_files {
        let path = &entry.path;
        let folders: Vec<_> = entry.folders.iter().map(Utf8PathBuf::as_path).collect();
        let Some(file) = library.find(&folders, &path.value) else {
            let value = &path.value;
            let why = if let Some(file) = library.example(&folders, value) {
                let own = library.env_file(file, &told.loaded.variables).into_iter();
                guesses.extend(own.map(|(name, value)| (name, value, path.span)));
                message!(
                    "`env_file` names `{value}`, which is not among the inputs: where `{file}` names \
                     services of the project, it is assumed to say the same",
                    value,
                    file = library.name(file)
                )
            } else {
                message!(
                    "`env_file` names `{value}`, which is not among the inputs: what it states is unknown",
                    value
                )
            };
            if entry.required {
                told.loaded.notes.borrow_mut().insert((path.span, why));
            }
            continue;
        };
        let own = library.env_file(file, &told.loaded.variables);
        found.extend(own.into_iter().map(|(name, value)| {
            let text = Text {
                value,
                span: path.span,
                missing: Vec::new(),
                raw: None,
            };
            (name, text)
        }));
    }
    found
}

/// Compose files that no project takes: other variants of one.
fn tell_variants(projects: &[Told], library: &Library<'_>, facts: &mut Facts) {
    let mut used: BTreeSet<FileId> = BTreeSet::new();
    for told in projects {
        used.extend(&told.stack.files);
        used.extend(&told.loaded.included);
        used.extend(&told.loaded.extended);
    }
    for file in library.compose_files().filter(|file| !used.contains(file)) {
        let folder = library.folder(file);
        let own = projects.iter().find(|told| told.stack.folder == folder);
        let known =
            |name: &&str| own.is_some_and(|told| told.loaded.project.services.contains_key(*name));
        let names = service_names(library, file);
        let added: Vec<_> = names.iter().filter(|name| !known(name)).collect();
        let what = own.map_or_else(
            || message!("another Compose file"),
            |told| {
                message!(
                    "another Compose file of project `{project}`",
                    project = told.label
                )
            },
        );
        let why = if added.is_empty() {
            message!(
                "{what}, not merged: to merge, give the project's files with -i in their order",
                what
            )
        } else {
            let names = added.iter().take(MOST_NAMES).map(ToString::to_string);
            let names = Arg::Names(names.collect(), added.len().saturating_sub(MOST_NAMES));
            message!(
                "{what}, not merged (it would add {names}): to merge, give the project's files with -i in \
                 their order",
                what,
                names
            )
        };
        if let Some(document) = library.documents(file).first() {
            facts.unread.push((document.root().span(), why));
        }
    }
}
