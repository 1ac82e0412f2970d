//! `spof.toml`: what belongs to a repository and not to a run. docs/configuration.md is its
//! reference page.
//!
//! * [`find`]: which file holds for a run. * [`types`]: its keys: struct, reader and schema from
//!   one table. * [`selection`]: which files and namespaces a run reads. * [`gate`]: what fails
//!   `spof lint`, and what is accepted. * [`costs`]: what changes cost.
//! * [`mapping`]: files of any form, and filters for them.

pub mod costs;
pub mod find;
pub mod gate;
pub mod mapping;
pub mod selection;
mod types;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use schemars::generate::SchemaSettings;

use crate::error::{ConfigFault, Error};
use crate::source::item::{OneOrMany, Read as _, Reader};
use crate::source::{Limits, Problem, SourceMap, toml};
use crate::words::{Assume, nearest};
use costs::Costs;
use gate::Gate;
use mapping::Mapping;
use selection::{Globs, PlaceVariable, Selection};
use types::{File, Kinds, ScopeTable, Scopes};

/// Name of the file.
pub const NAME: &str = "spof.toml";

/// Larger files are no configuration.
const MOST_BYTES: u64 = 1 << 20;

/// What a `spof.toml` says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Path as users know it.
    pub path: Utf8PathBuf,
    /// Where it really is.
    pub real: PathBuf,
    /// `--assume` where the command line does not say.
    pub assume: Option<Assume>,
    /// What fails `spof lint`, and what is accepted.
    pub gate: Gate,
    /// What holds for nodes of a kind that say nothing else, by kind.
    pub kinds: BTreeMap<String, KindRate>,
    /// What changes cost.
    pub costs: Costs,
    /// Files of any form, in the order of the file: the first that holds one has it.
    pub mappings: Vec<Mapping>,
    places: Vec<PlaceVariable>,
    exclude: Globs,
    /// Sorted by name.
    scopes: Vec<Scope>,
}

/// How often nodes of a kind fail, and how long their repair takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KindRate {
    pub fails_per_y: Option<f64>,
    pub repair_s: Option<u64>,
}

/// One estate of a repository that holds several.
#[derive(Clone, Debug)]
struct Scope {
    name: String,
    include: Option<Globs>,
    exclude: Globs,
    namespaces: Option<Vec<String>>,
}

impl Config {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Error::Unreadable`], or [`Error::Config`] with all that is wrong in it.
    pub fn read(path: Utf8PathBuf) -> Result<Self, Error> {
        let unreadable = |reason: String| Error::Unreadable {
            path: path.clone(),
            reason,
        };
        let real = path.as_std_path().canonicalize();
        let real = real.map_err(|error| unreadable(error.kind().to_string()))?;
        let meta = real
            .metadata()
            .map_err(|error| unreadable(error.kind().to_string()))?;
        if !meta.is_file() {
            return Err(unreadable("it is not a file".to_owned()));
        }
        if meta.len() > MOST_BYTES {
            return Err(unreadable(format!("it has more than {MOST_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(&real);
        let text = text.map_err(|error| unreadable(error.kind().to_string()))?;
        Self::parse(path, real, text)
    }

    /// Reads `text`, which stands at `real` and is called `path`.
    fn parse(path: Utf8PathBuf, real: PathBuf, text: String) -> Result<Self, Error> {
        let mut sources = SourceMap::default();
        let file = sources.add(path.clone(), text);
        let reading = toml::read(file, &sources.file(file).text, &Limits::default());
        let mut problems = reading.problems;
        let mut found = None;
        let mut gate = Gate::default();
        let mut mapped = Vec::new();
        if let Some(document) = reading.documents.first() {
            let mut cx = Reader::new(document.tree.len());
            found = File::read(document.root(), &mut cx);
            if let Some(file) = &mut found {
                let (lint, rules) = (file.lint.take(), file.rules.take());
                gate = Gate::new(lint, rules, file.waiver.take(), &sources, &mut cx);
                let base = real.parent().unwrap_or(&real);
                mapped = mapping::mappings(file.source.take(), base, &sources, &mut cx);
            }
            problems.append(&mut cx.problems);
        }
        if !problems.is_empty() {
            return Err(wrong(problems, &sources));
        }
        let config = Self {
            path,
            real,
            assume: None,
            gate,
            kinds: BTreeMap::new(),
            costs: Costs::default(),
            mappings: mapped,
            places: Vec::new(),
            exclude: Globs::default(),
            scopes: Vec::new(),
        };
        // An empty file says nothing, and that is fine.
        let Some(File {
            assume,
            exclude,
            scope,
            kind,
            fix,
            ansible,
            ..
        }) = found
        else {
            return Ok(config);
        };
        let base = config.base().to_owned();
        let globs = |list: Option<OneOrMany<types::Glob>>| {
            list.map(|OneOrMany(globs)| Globs::new(&base, globs.iter().map(|glob| &*glob.0)))
        };
        let Scopes(tables) = scope.unwrap_or_default();
        let mut scopes: Vec<Scope> = tables
            .into_iter()
            .map(|(name, table)| {
                let ScopeTable {
                    include,
                    exclude,
                    namespaces,
                } = table;
                let names = |OneOrMany(list): OneOrMany<types::Namespace>| {
                    list.into_iter().map(|namespace| namespace.0).collect()
                };
                Scope {
                    name,
                    include: globs(include),
                    exclude: globs(exclude).unwrap_or_default(),
                    namespaces: namespaces.map(names),
                }
            })
            .collect();
        scopes.sort_by(|a, b| a.name.cmp(&b.name));
        let Kinds(kinds) = kind.unwrap_or_default();
        let kinds = kinds.into_iter().map(|(kind, table)| {
            let rate = KindRate {
                fails_per_y: table.fails.map(|rate| rate.0),
                repair_s: table.repair.map(|time| time.0),
            };
            (kind, rate)
        });
        Ok(Self {
            kinds: kinds.collect(),
            costs: fix.map_or_else(Costs::default, types::FixTable::costs),
            assume: assume.map(|word| word.0),
            exclude: globs(exclude).unwrap_or_default(),
            scopes,
            places: ansible.map_or_else(Vec::new, types::AnsibleTable::places),
            ..config
        })
    }

    /// The folder of the file: its globs are relative to it.
    fn base(&self) -> &Path {
        self.real.parent().unwrap_or(&self.real)
    }

    /// The path of a file that the configuration names relative to itself, as users know it.
    #[must_use]
    pub fn beside(&self, name: &Utf8Path) -> Utf8PathBuf {
        self.path
            .parent()
            .map_or_else(|| name.to_owned(), |folder| folder.join(name))
    }

    /// Names of the scopes, sorted.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|scope| scope.name.as_str())
    }

    /// What a run reads: everything but `exclude`, and of that what the scope holds.
    ///
    /// # Errors
    /// There is no scope of this name.
    pub fn selection(&self, scope: Option<&str>) -> Result<Selection, Error> {
        let mut selection = Selection {
            config: Some(self.real.clone()),
            base: self.base().to_owned(),
            exclude: vec![self.exclude.clone()],
            include: None,
            namespaces: None,
            mappings: self.mappings.clone(),
            places: self.places.clone(),
        };
        let Some(name) = scope else {
            return Ok(selection);
        };
        let Some(scope) = self.scopes.iter().find(|scope| scope.name == name) else {
            return Err(self.unknown_scope(name));
        };
        selection.exclude.push(scope.exclude.clone());
        selection.include.clone_from(&scope.include);
        selection.namespaces.clone_from(&scope.namespaces);
        Ok(selection)
    }

    fn unknown_scope(&self, name: &str) -> Error {
        let message = format!("{} has no scope `{name}`", self.path);
        let names: Vec<String> = self.scopes().map(|name| format!("`{name}`")).collect();
        let help = match nearest(name, self.scopes()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => format!("it defines none: add `[scope.{name}]`"),
            None => format!("its scopes are {}", names.join(", ")),
        };
        Error::usage_with_help(message, help)
    }
}

/// Everything that is wrong, in order of place.
fn wrong(mut problems: Vec<Problem>, sources: &SourceMap) -> Error {
    problems.sort_by_key(|problem| problem.span);
    let faults = problems.into_iter().map(|problem| ConfigFault {
        place: sources.location(problem.span).to_string(),
        message: problem.message.into(),
        help: problem.help.map(String::from),
    });
    Error::Config(faults.collect())
}

/// The JSON Schema (draft 2020-12) of `spof.toml`, as `spof schema config` prints it.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<File>();
    schema.insert("title".to_owned(), "spof configuration".into());
    let id = "https://json.schemastore.org/spof.json";
    schema.insert("$id".to_owned(), id.into());
    schema.to_value()
}
