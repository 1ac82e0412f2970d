//! A plan as a change of the manifests that state what it changes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use super::edit::{self, Item, item, scalar};
use super::unified::{Edit, unified};
use crate::analysis::fix::{Change, Plan};
use crate::ingest::fact::Source;
use crate::model::{Model, NodeIx, ReqIx};
use crate::source::{FileId, SourceMap, Span};
use crate::words::Class;

/// A unified diff, and what is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// For `git apply` and `patch -p1`.
    pub text: String,
    /// Steps by number from 0, each with the reason.
    pub unwritten: Vec<(usize, String)>,
}

/// The patch of `plan`.
#[must_use]
pub fn patch(model: &Model, sources: &SourceMap, plan: &Plan) -> Patch {
    let mut replicas: HashMap<NodeIx, Vec<NodeIx>> = HashMap::new();
    for (ix, node) in model.iter() {
        if let (Class::Replica, Some(of)) = (node.class, node.part_of) {
            replicas.entry(of).or_default().push(ix);
        }
    }
    let writer = Writer {
        model,
        sources,
        replicas,
    };
    let mut refused: BTreeMap<usize, String> = BTreeMap::new();
    loop {
        let before = refused.len();
        let text = writer.written(plan, &mut refused);
        // What is refused in one file is not half done in another.
        if refused.len() == before {
            return Patch {
                text,
                unwritten: refused.into_iter().collect(),
            };
        }
    }
}

struct Writer<'a> {
    model: &'a Model,
    sources: &'a SourceMap,
    /// By service or store.
    replicas: HashMap<NodeIx, Vec<NodeIx>>,
}

/// Edits of files, or why there are none.
type Edits = Result<Vec<(FileId, Edit)>, String>;

impl Writer<'_> {
    /// The diffs of all steps that are not refused; adds those that turn out to be.
    fn written(&self, plan: &Plan, refused: &mut BTreeMap<usize, String>) -> String {
        let mut edits: BTreeMap<FileId, Vec<(usize, Edit)>> = BTreeMap::new();
        for (number, step) in plan.steps.iter().enumerate() {
            if refused.contains_key(&number) {
                continue;
            }
            match self.edits(&step.change) {
                Ok(found) => {
                    for (file, edit) in found {
                        edits.entry(file).or_default().push((number, edit));
                    }
                }
                Err(why) => {
                    refused.insert(number, why);
                }
            }
        }
        let mut text = String::new();
        for (file, mut of) in edits {
            of.sort_by_key(|(number, edit)| (edit.range.start, edit.range.end, *number));
            let overlap = of.windows(2).find_map(|two| match two {
                [(_, a), (later, b)] if a.range.end > b.range.start => Some(*later),
                _ => None,
            });
            if let Some(later) = overlap {
                let why = "another step changes the same lines".to_owned();
                refused.insert(later, why);
                continue;
            }
            let edits: Vec<Edit> = of.iter().map(|(_, edit)| edit.clone()).collect();
            let source = self.sources.file(file);
            let path = source.path.as_str().trim_start_matches("./");
            let diff = unified(path.trim_start_matches('/'), &source.text, &edits);
            if self.shows_secrets(file, &diff) {
                let why = "lines beside it look like secrets, and are not shown";
                refused.extend(of.into_iter().map(|(number, _)| (number, why.to_owned())));
            } else {
                text.push_str(&diff);
            }
        }
        text
    }

    fn edits(&self, change: &Change) -> Edits {
        match change {
            Change::Add {
                of,
                on,
                count,
                weight,
            } => self.add(*of, *on, *count, *weight),
            Change::Move { of, replicas, on } => {
                let (file, text, item) = self.entry(*of, replicas)?;
                let id = scalar(self.model.node(*on).id.as_str());
                let edit = item.set(text, "on", &id);
                Ok(vec![(file, edit.ok_or_else(unusual)?)])
            }
            Change::Activate { of, replicas } => {
                self.keeps_need(*of)?;
                let (file, text, item) = self.entry(*of, replicas)?;
                let edit = item.without(text, "standby");
                Ok(vec![(file, edit.ok_or_else(unusual)?)])
            }
            Change::Alternative { to, requirement } => self.alternative(*to, *requirement),
            Change::Loosen { requirement, .. } => {
                let q = self.model.requirement(*requirement);
                let span = self.place(&q.sources)?;
                let text = &self.sources.file(span.file).text;
                let edit = edit::without_element(text, span.range());
                Ok(vec![(span.file, edit.ok_or_else(unusual)?)])
            }
        }
    }

    fn add(&self, of: NodeIx, on: NodeIx, count: u64, weight: u64) -> Edits {
        self.keeps_need(of)?;
        let replicas = self.replicas(of);
        // Behind the last of them.
        let last = replicas
            .iter()
            .filter_map(|replica| self.place(&self.model.node(*replica).sources).ok())
            .max_by_key(|span| (span.file, span.start));
        let last = match (last, replicas.first()) {
            (Some(last), _) => last,
            (None, Some(first)) => self.place(&self.model.node(*first).sources)?,
            (None, None) => return Err(unusual()),
        };
        let text = &self.sources.file(last.file).text;
        let item = item(text, last.start as usize).ok_or_else(unusual)?;
        if item.get(text, "on").is_none() {
            return Err("its replicas say nothing of where they stand".to_owned());
        }
        let mut entry = format!("{{on: {}", scalar(self.model.node(on).id.as_str()));
        if count != 1 {
            let _ = write!(entry, ", count: {count}");
        }
        if weight != 1 {
            let _ = write!(entry, ", weight: {weight}");
        }
        if self.model.node(of).class == Class::Store {
            entry.push_str(", replication: sync");
        }
        entry.push('}');
        Ok(vec![(last.file, item.followed_by(text, &entry))])
    }

    fn alternative(&self, to: NodeIx, requirement: ReqIx) -> Edits {
        let q = self.model.requirement(requirement);
        let node = self.model.node(to);
        let span = self.place(&q.sources)?;
        let text = &self.sources.file(span.file).text;
        let stated = text.get(span.range()).unwrap_or_default().trim();
        if stated != node.id.as_str() && stated != node.id.name() {
            return Err("the requirement is more than a name".to_owned());
        }
        let new = (2..=u32::MAX)
            .map(|number: u32| format!("{}-{number}", node.id.as_str()))
            .find(|id| self.model.find(id).is_none())
            .unwrap_or_default();
        let here = self.place(&node.sources)?;
        let declared = &self.sources.file(here.file).text;
        let item = item(declared, here.start as usize).ok_or_else(unusual)?;
        Ok(vec![
            (
                span.file,
                Edit {
                    range: span.range(),
                    text: format!("{{any: [{stated}, {}]}}", scalar(&new)),
                },
            ),
            (
                here.file,
                item.followed_by(declared, &format!("{{id: {}}}", scalar(&new))),
            ),
        ])
    }

    /// The entry that states `replicas`, and nothing but them.
    fn entry(&self, of: NodeIx, replicas: &[NodeIx]) -> Result<(FileId, &str, Item), String> {
        let first = replicas.first().ok_or_else(unusual)?;
        let span = self.place(&self.model.node(*first).sources)?;
        let alike = |node: &&NodeIx| {
            let sources = &self.model.node(**node).sources;
            self.place(sources).is_ok_and(|other| other == span)
        };
        if self.replicas(of).iter().filter(alike).count() != replicas.len() {
            return Err("its entry states other replicas too".to_owned());
        }
        let text = &self.sources.file(span.file).text;
        let item = item(text, span.start as usize).ok_or_else(unusual)?;
        Ok((span.file, text, item))
    }

    fn replicas(&self, of: NodeIx) -> &[NodeIx] {
        self.replicas.get(&of).map_or(&[], Vec::as_slice)
    }

    /// A share of what the active replicas weigh together grows with them.
    fn keeps_need(&self, of: NodeIx) -> Result<(), String> {
        let Ok(span) = self.place(&self.model.node(of).sources) else {
            return Ok(());
        };
        let text = &self.sources.file(span.file).text;
        let Some(item) = item(text, span.start as usize) else {
            return Ok(());
        };
        let is_share = item
            .get(text, "need")
            .is_some_and(|need| need.contains('%'));
        if is_share && item.get(text, "demand").is_none() {
            return Err(
                "its `need` is a share of what is active, which this raises: state `demand` first"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// The first of some places that lies in a YAML manifest.
    fn place(&self, places: &[Source]) -> Result<Span, String> {
        let mut outside = None;
        for place in places {
            let Source::Here(span) = place else {
                return Err("it is read from a saved graph".to_owned());
            };
            let path = self.sources.path(span.file);
            let name = path.file_name().unwrap_or_default();
            let is_manifest = ["spof.yaml", "spof.yml"].contains(&name)
                || [".spof.yaml", ".spof.yml"]
                    .iter()
                    .any(|end| name.ends_with(end));
            if is_manifest {
                return Ok(*span);
            }
            outside = outside.or(Some(path));
        }
        Err(outside.map_or_else(
            || "nothing says where it is stated".to_owned(),
            |path| format!("`{path}` is no YAML manifest of spof, and only these are patched"),
        ))
    }

    /// Whether a diff holds a line that is masked wherever it is shown.
    fn shows_secrets(&self, file: FileId, diff: &str) -> bool {
        let shown: HashSet<&str> = diff.lines().filter_map(|one| one.get(1..)).collect();
        let lines = self.sources.file(file).text.lines();
        let mut lines = (1u32..).zip(lines).filter(|(_, line)| shown.contains(line));
        lines.any(|(number, line)| {
            let shown = self.sources.shown_line(file, number);
            shown
                .as_deref()
                .is_some_and(|shown| shown.trim_end() != line.trim_end())
        })
    }
}

fn unusual() -> String {
    "it is written in a form that can't be changed from here".to_owned()
}
