//! A project's files become one set of services: `include`, `extends`, and merging.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::dotenv::Variables;
use super::library::Library;
use super::scope::{Notes, Scope, Text};
use super::service::{Service, is_tagged};
use super::stacks::Stack;
use crate::ingest::budget::Budget;
use crate::message;
use crate::source::{FileId, Kind, Span, View};

/// Deepest chain of includes or of extends.
const DEPTH: usize = 32;
/// Most files that one project may load, each counted as often as it is included.
const MOST_FILES: usize = 2_000;

/// What the files of a project state together.
#[derive(Debug, Default)]
pub(super) struct Project {
    pub(super) name: Option<Text>,
    pub(super) services: BTreeMap<String, Service>,
    /// Services that it takes away (`!reset`).
    removed: BTreeSet<String>,
    /// A network that only Swarm has.
    pub(super) overlay: Option<Span>,
    /// Its networks, by the name that its files give them.
    pub(super) networks: BTreeMap<String, Network>,
    /// Its files of settings, by name.
    pub(super) configs: BTreeMap<String, Config>,
    /// Services that don't start, since `COMPOSE_PROFILES` asks for other profiles than theirs.
    pub(super) asleep: BTreeMap<String, Service>,
    /// `COMPOSE_PROFILES` says which profiles are asked for.
    pub(super) is_chosen: bool,
}

/// A file of settings that a project states under `configs`.
#[derive(Clone, Debug)]
pub(super) enum Config {
    /// Seen from these folders.
    File(Text, Vec<Utf8PathBuf>),
    Content(Text),
}

/// A network of a project.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    /// Its name on the engine; `None`: the project's name and its own.
    pub(super) name: Option<String>,
    /// It was there before the project: others may be on it too.
    pub(super) is_external: bool,
}

impl Project {
    /// Lays what is stated later over this.
    fn layer(&mut self, over: Self) {
        self.name = over.name.or(self.name.take());
        self.overlay = self.overlay.or(over.overlay);
        self.networks.extend(over.networks);
        self.configs.extend(over.configs);
        for name in over.removed {
            self.remove(name);
        }
        for (name, service) in over.services {
            self.add(name, service);
        }
    }

    fn remove(&mut self, name: String) {
        self.services.remove(&name);
        self.removed.insert(name);
    }

    /// Puts aside the services of profiles that `asked` (`a,b`; `*` is all) does not ask for.
    fn choose(&mut self, asked: &str) {
        self.is_chosen = true;
        let asked: BTreeSet<&str> = asked.split(',').map(str::trim).collect();
        if asked.contains("*") {
            return;
        }
        let services = std::mem::take(&mut self.services).into_iter();
        let starts = |service: &Service| {
            let mut names = service.profiles.keys();
            service.profiles.is_empty() || names.any(|name| asked.contains(name.as_str()))
        };
        (self.services, self.asleep) = services.partition(|(_, service)| starts(service));
    }

    fn add(&mut self, name: String, mut service: Service) {
        // What was taken away does not shine through what comes in its place.
        service.replaces |= self.removed.remove(&name);
        match self.services.entry(name) {
            std::collections::btree_map::Entry::Occupied(mut known) => {
                known.get_mut().layer(service);
            }
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(service);
            }
        }
    }
}

/// A project as loaded.
pub(super) struct Loaded {
    pub(super) project: Project,
    pub(super) variables: Variables,
    /// The variables and, where the `.env` file is missing, those of the example beside it.
    pub(super) examples: Variables,
    /// Files that were included.
    pub(super) included: BTreeSet<FileId>,
    /// Files that a service was extended from.
    pub(super) extended: BTreeSet<FileId>,
    pub(super) notes: Notes,
}

/// Loads the files of one project.
struct Loader<'a> {
    library: &'a Library<'a>,
    budget: &'a Budget,
    notes: Notes,
    included: RefCell<BTreeSet<FileId>>,
    extended: RefCell<BTreeSet<FileId>>,
    loads: RefCell<usize>,
}

/// Loads a project, with variables from the `.env` file of its folder and those that the command
/// line names.
pub(super) fn load(library: &Library<'_>, stack: &Stack, budget: &Budget) -> Loaded {
    let mut variables = Variables::new();
    let env = library.find(&[&stack.folder], ".env");
    let named = library.named_env_files();
    for env in env
        .into_iter()
        .filter(|env| !named.contains(env))
        .chain(named.iter().copied())
    {
        library.read_env(env, &Variables::new(), &mut variables);
    }
    let loader = Loader {
        library,
        budget,
        notes: Notes::default(),
        included: RefCell::default(),
        extended: RefCell::default(),
        loads: RefCell::new(0),
    };
    let mut trail = Vec::new();
    let mut project = loader.files(&stack.files, &stack.folder, &variables, &mut trail);
    let mut examples = variables.clone();
    if env.is_none()
        && named.is_empty()
        && let Some(example) = library.example(&[&stack.folder], ".env")
    {
        library.read_env(example, &variables, &mut examples);
        let why = message!(
            "`.env` is not among the inputs: where `{what}` names services or profiles of the \
             project, it is assumed to say the same",
            what = library.name(example)
        );
        let mut notes = loader.notes.borrow_mut();
        notes.insert((Span::new(example, 0, 0), why));
    }
    if let Some(asked) = examples.get("COMPOSE_PROFILES") {
        project.choose(asked);
    }
    Loaded {
        project,
        variables,
        examples,
        included: loader.included.into_inner(),
        extended: loader.extended.into_inner(),
        notes: loader.notes,
    }
}

impl Loader<'_> {
    /// Files merged in order, seen from `folder`; `trail`: the files being loaded already.
    fn files(
        &self,
        files: &[FileId],
        folder: &Utf8PathBuf,
        variables: &Variables,
        trail: &mut Vec<FileId>,
    ) -> Project {
        let mut included = Project::default();
        let mut project = Project::default();
        for file in files {
            *self.loads.borrow_mut() += 1;
            if trail.contains(file) || *self.loads.borrow() > MOST_FILES {
                continue;
            }
            trail.push(*file);
            let folders = [folder.clone(), self.library.folder(*file)];
            let scope = Scope {
                budget: self.budget,
                notes: &self.notes,
                variables,
                folders: &folders,
            };
            for document in self.library.documents(*file) {
                let root = document.root();
                for entry in includes(root, &scope) {
                    included.layer(self.include(&entry, &scope, trail));
                }
                project.layer(self.document(root, *file, &scope));
            }
            trail.pop();
        }
        // What a project states itself is laid over what it includes.
        included.layer(project);
        included
    }

    /// What one document states itself.
    fn document(&self, root: View<'_>, file: FileId, scope: &Scope<'_>) -> Project {
        let mut project = Project {
            name: scope.text_of(root, "name"),
            ..Project::default()
        };
        if let Some(networks) = scope.get(root, "networks") {
            for (key, _, network) in scope.entries(networks) {
                let own = read_network(key, network, scope);
                project.networks.insert(key.to_owned(), own);
                let driver = scope.text_of(network, "driver");
                let overlay = driver.filter(|driver| driver.value == "overlay");
                project.overlay = project.overlay.or(overlay.map(|driver| driver.span));
            }
        }
        if let Some(configs) = scope.get(root, "configs") {
            for (name, _, config) in scope.entries(configs) {
                let file = scope.text_of(config, "file");
                let file = file.map(|path| Config::File(path, scope.folders.to_vec()));
                let content = || scope.text_of(config, "content").map(Config::Content);
                let own = file.or_else(content).map(|own| (name.to_owned(), own));
                project.configs.extend(own);
            }
        }
        if let Some(services) = scope.get(root, "services") {
            for (name, key, view) in scope.entries(services) {
                if is_tagged(view, "!reset") {
                    project.remove(name.to_owned());
                    continue;
                }
                let mut trail = Vec::new();
                let service = self.service((name, key.span(), view), file, scope, &mut trail);
                project.add(name.to_owned(), service);
            }
        }
        project
    }

    /// A service with what it extends under it; `trail`: the services being extended already.
    fn service(
        &self,
        (name, key, view): (&str, Span, View<'_>),
        file: FileId,
        scope: &Scope<'_>,
        trail: &mut Vec<(FileId, String)>,
    ) -> Service {
        let mut own = Service::read(key, view, scope);
        let Some(extends) = scope.get(view, "extends") else {
            return own;
        };
        trail.push((file, name.to_owned()));
        let base = self.base(extends, file, scope, trail);
        trail.pop();
        let Some(mut base) = base else {
            return own;
        };
        let inherited = std::mem::replace(&mut base.places, own.places.clone());
        // `!override` replaces what earlier files state, not what the service extends.
        let replaces = std::mem::take(&mut own.replaces);
        base.layer(own);
        base.replaces = replaces;
        for place in inherited {
            if !base.places.contains(&place) {
                base.places.push(place);
            }
        }
        base
    }

    /// What `extends` names.
    fn base(
        &self,
        extends: View<'_>,
        file: FileId,
        scope: &Scope<'_>,
        trail: &mut Vec<(FileId, String)>,
    ) -> Option<Service> {
        let (name, path) = match extends.kind() {
            Kind::Mapping => (
                scope.text_of(extends, "service")?,
                scope.text_of(extends, "file"),
            ),
            _ => (scope.text(extends)?, None),
        };
        let from = match &path {
            None => file,
            Some(path) => {
                let Some(found) = self.find(path, scope) else {
                    let why = message!(
                        "`extends` names `{value}`, which is not among the inputs: give it too",
                        value = path.value
                    );
                    scope.note(path.span, why);
                    return None;
                };
                self.extended.borrow_mut().insert(found);
                found
            }
        };
        let step = (from, name.value.clone());
        if trail.contains(&step) || trail.len() >= DEPTH {
            let why = message!("this chain of `extends` is a circle, or too long: it is cut here");
            scope.note(name.span, why);
            return None;
        }
        let folder = self.library.folder(from);
        let mut folders = vec![folder];
        folders.extend(scope.folders.iter().cloned());
        folders.truncate(4);
        let inside = Scope {
            folders: if path.is_some() {
                &folders
            } else {
                scope.folders
            },
            ..*scope
        };
        let documents = self.library.documents(from).iter();
        let entry = documents
            .filter_map(|document| {
                let services = inside.get(document.root(), "services")?;
                services.entry(&name.value)
            })
            .next_back();
        let Some((key, view)) = entry else {
            let why = message!(
                "`extends` names service `{value}`, which is not there",
                value = name.value
            );
            scope.note(name.span, why);
            return None;
        };
        let base = (name.value.as_str(), key.span(), view);
        Some(self.service(base, from, &inside, trail))
    }

    /// One entry of `include`: a project of its own, seen from its own folder.
    fn include(&self, entry: &Include, scope: &Scope<'_>, trail: &mut Vec<FileId>) -> Project {
        let mut files = Vec::new();
        for path in &entry.paths {
            match self.find(path, scope) {
                Some(file) if trail.contains(&file) || trail.len() >= DEPTH => {
                    let why = message!(
                        "this chain of `include` is a circle, or too long: it is cut here"
                    );
                    scope.note(path.span, why);
                }
                Some(_) if *self.loads.borrow() >= MOST_FILES => {
                    let why = message!(
                        "one project includes more than {MOST_FILES} files: this one was left out",
                        MOST_FILES
                    );
                    scope.note(path.span, why);
                }
                Some(file) if self.library.documents(file).is_empty() => {
                    let why =
                        message!("`include` names a file that could not be read as a Compose file");
                    scope.note(path.span, why);
                }
                Some(file) => files.push(file),
                None => {
                    let why = message!(
                        "`include` names `{value}`, which is not among the inputs: give it too",
                        value = path.value
                    );
                    scope.note(path.span, why);
                }
            }
        }
        let Some(first) = files.first() else {
            return Project::default();
        };
        self.included.borrow_mut().extend(files.iter().copied());
        let folder = match (&entry.folder, scope.folders.first()) {
            (Some(folder), Some(own)) => super::library::tidy(&own.join(&folder.value)),
            _ => self.library.folder(*first),
        };
        // The including project's variables count more than those beside the included file.
        let mut variables = scope.variables.clone();
        let mut own = Variables::new();
        let beside = self.library.find(&[&folder], ".env");
        let stated = entry
            .env_files
            .iter()
            .filter_map(|path| self.find(path, scope));
        let stated: Vec<_> = stated.collect();
        let env_files = if entry.env_files.is_empty() {
            beside.into_iter().collect()
        } else {
            stated
        };
        for file in env_files {
            self.library.read_env(file, scope.variables, &mut own);
        }
        for (name, value) in own {
            variables.entry(name).or_insert(value);
        }
        if !self.budget.spend(variables.len()) {
            return Project::default();
        }
        self.files(&files, &folder, &variables, trail)
    }

    fn find(&self, path: &Text, scope: &Scope<'_>) -> Option<FileId> {
        let folders: Vec<_> = scope.folders.iter().map(Utf8PathBuf::as_path).collect();
        self.library.find(&folders, &path.value)
    }
}

/// What stands under a network's name. `external` is a flag, or an old form that holds the name.
fn read_network(key: &str, network: View<'_>, scope: &Scope<'_>) -> Network {
    let external = scope.get(network, "external");
    let is_mapping = external.is_some_and(|external| external.kind() == Kind::Mapping);
    let flag = external.and_then(|external| scope.text(external));
    let is_external = is_mapping || flag.is_some_and(|flag| flag.value == "true");
    let old = external.and_then(|external| scope.text_of(external, "name"));
    let name = scope.text_of(network, "name").or(old);
    let name = name.map(|name| name.value);
    Network {
        name: name.or_else(|| is_external.then(|| key.to_owned())),
        is_external,
    }
}

/// An entry of `include`.
struct Include {
    /// Merged in this order.
    paths: Vec<Text>,
    folder: Option<Text>,
    env_files: Vec<Text>,
}

fn includes(root: View<'_>, scope: &Scope<'_>) -> Vec<Include> {
    let Some(list) = scope.get(root, "include") else {
        return Vec::new();
    };
    let items = match list.kind() {
        Kind::Sequence => scope.items(list),
        _ => vec![list],
    };
    let entry = |item: View<'_>| {
        if item.kind() == Kind::Mapping {
            return Include {
                paths: scope.texts_of(item, "path"),
                folder: scope.text_of(item, "project_directory"),
                env_files: scope.texts_of(item, "env_file"),
            };
        }
        Include {
            paths: scope.texts(item),
            folder: None,
            env_files: Vec::new(),
        }
    };
    items.into_iter().map(entry).collect()
}
