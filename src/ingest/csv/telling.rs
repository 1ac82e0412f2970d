//! Rows become facts.

use std::collections::BTreeSet;

use super::cells::{date, entries, id, named, needs, place, replication};
use super::sheet_of;
use crate::ingest::fact::{
    AliasFact, Attributes, Expr, Facts, ModeRule, NeedFact, NodeFact, Origin, Otherwise, Ref,
    ReplicasFact, RequirementFact, Spread, WayFact,
};
use crate::message;
use crate::source::csv::{BEYOND, Sheet, header};
use crate::source::{Document, Problem, ProblemKind, SourceMap, Span, View};
use crate::words::{
    Class, Evidence, Id, Message, Mode, nearest, parse_count, parse_duration, parse_percent,
    parse_rate,
};

/// Columns of nodes.
pub(super) const NODES: [&str; 31] = [
    "id",
    "kind",
    "class",
    "title",
    "aliases",
    "owner",
    "tier",
    "in",
    "on",
    "within",
    "requires",
    "optional",
    "start",
    "weight",
    "demand",
    "need",
    "standby",
    "standby_requires",
    "replication",
    "start_takes",
    "rto",
    "rpo",
    "users",
    "revenue_per_h",
    "fails",
    "repair",
    "cost",
    "verified",
    "evidence",
    "note",
    "notes",
];
/// Columns of edges.
pub(super) const EDGES: [&str; 6] = ["from", "to", "mode", "evidence", "note", "notes"];
/// Faults beyond this number in one run are not listed.
const MOST_PROBLEMS: usize = 1_000;

/// All that the documents say.
pub(super) fn translate(documents: &[&Document], sources: &SourceMap) -> Facts {
    let mut writer = Writer::default();
    for document in documents {
        let Some(sheet) = sheet_of(document, sources) else {
            continue;
        };
        let columns = header(&sources.file(document.file).text);
        let known: &[&str] = match sheet {
            Sheet::Nodes => &NODES,
            Sheet::Edges => &EDGES,
        };
        writer.columns(&columns, known, document);
        for row in document.root().items() {
            writer.width(row, columns.len());
            match sheet {
                Sheet::Nodes => writer.node(row),
                Sheet::Edges => writer.edge(row),
            }
        }
    }
    writer.facts
}

#[derive(Default)]
struct Writer {
    facts: Facts,
}

/// A cell that is not empty.
#[derive(Clone, Copy)]
struct Cell<'d> {
    text: &'d str,
    span: Span,
}

fn cell<'d>(row: View<'d>, column: &str) -> Option<Cell<'d>> {
    let value = row.get(column)?;
    let span = value.span();
    Some(Cell {
        text: value.as_str()?,
        span,
    })
}

/// What a row of nodes is about.
struct Subject {
    of: Ref,
    class: Option<Class>,
    evidence: Evidence,
    span: Span,
}

impl Writer {
    fn problem(&mut self, span: Span, message: impl Into<Message>) {
        if self.facts.problems.len() < MOST_PROBLEMS {
            let problem = Problem::new(ProblemKind::InvalidValue, span, message);
            self.facts.problems.push(problem);
        }
    }

    /// The value of a cell, unless it can't be read.
    fn value<T>(
        &mut self,
        row: View<'_>,
        column: &str,
        read: impl Fn(&str) -> Result<T, Message>,
    ) -> Option<T> {
        let cell = cell(row, column)?;
        read(cell.text)
            .map_err(|why| self.problem(cell.span, message!("`{column}`: {why}", column, why)))
            .ok()
    }

    /// Columns that nobody reads here are said, once for each file.
    fn columns(&mut self, columns: &[String], known: &[&str], document: &Document) {
        let mut unknown: Vec<String> = Vec::new();
        let unread = columns.iter().filter(|word| {
            !word.is_empty() && !known.contains(&word.as_str()) && !word.starts_with("x-")
        });
        for word in unread {
            let meant = nearest(word, known.iter().copied());
            unknown.push(match meant {
                Some(meant) => format!("`{word}` (did you mean `{meant}`?)"),
                None => format!("`{word}`"),
            });
        }
        if !unknown.is_empty() {
            let why = message!(
                "columns that mean nothing here: {what}",
                what = unknown.join(", ")
            );
            self.facts.unread.push((document.root().span(), why));
        }
    }

    /// A row with fewer or more cells than the header is probably broken: a comma too many.
    fn width(&mut self, row: View<'_>, columns: usize) {
        let cells = row.size();
        if row.get(BEYOND).is_some() {
            let message = message!(
                "this row has {cells} cells, the header {columns}: what is too much is left out",
                cells,
                columns
            );
            self.problem(row.span(), message);
        } else if cells < columns {
            let message = message!(
                "this row has {cells} cells, the header {columns}: the others are taken as empty",
                cells,
                columns
            );
            self.problem(row.span(), message);
        }
    }

    fn evidence(&mut self, row: View<'_>) -> Evidence {
        let read = |text: &str| {
            Evidence::parse(&text.to_lowercase()).ok_or_else(|| {
                message!(
                    "`{text}` is none of `declared`, `observed`, `inferred`, `assumed`",
                    text
                )
            })
        };
        self.value(row, "evidence", read)
            .unwrap_or(Evidence::Declared)
    }

    fn node(&mut self, row: View<'_>) {
        let Some(written) = cell(row, "id") else {
            self.problem(row.span(), message!("this row has no `id`"));
            return;
        };
        let kind = cell(row, "kind").map(|cell| cell.text);
        let known = match id(written.text, kind) {
            Ok(known) => known,
            Err(why) => {
                self.problem(written.span, why);
                return;
            }
        };
        // Without a kind, the row refines what something else states.
        let stated = known.filter(|_| kind.is_some() || written.text.contains(':'));
        let class = self.value(row, "class", |text| {
            let class = Class::parse(&text.to_lowercase());
            class
                .filter(|class| !matches!(class, Class::Replica | Class::Group))
                .ok_or_else(|| {
                    message!(
                        "`{text}` is none of `domain`, `service`, `store`, `journey`, `external`",
                        text
                    )
                })
        });
        let of = match &stated {
            Some(id) => Ref {
                text: id.as_str().to_owned(),
                span: written.span,
                otherwise: Otherwise::Stated(id.clone()),
            },
            None => named(written.text, written.span),
        };
        let class = stated
            .as_ref()
            .map(|id| class.unwrap_or_else(|| class_of(id)));
        let subject = Subject {
            of,
            class,
            evidence: self.evidence(row),
            span: written.span,
        };
        let attributes = self.attributes(row, &subject);
        self.facts.nodes.push(NodeFact {
            name: subject.of.clone(),
            class,
            attributes,
            origin: Origin::at(subject.evidence, subject.span),
        });
        if let Some(aliases) = cell(row, "aliases") {
            for name in entries(aliases.text)
                .map(str::to_lowercase)
                .collect::<BTreeSet<_>>()
            {
                self.facts.aliases.push(AliasFact {
                    name,
                    target: subject.of.clone(),
                    origin: Origin::at(subject.evidence, aliases.span),
                });
            }
        }
        self.places(row, &subject);
        let own = match class {
            Some(Class::Domain) => ModeRule::ByMember,
            _ => ModeRule::Fixed(Mode::Hard),
        };
        self.requires(row, "requires", own, &subject);
        self.requires(row, "optional", ModeRule::Fixed(Mode::Soft), &subject);
        self.requires(row, "start", ModeRule::Fixed(Mode::Start), &subject);
    }

    fn attributes(&mut self, row: View<'_>, subject: &Subject) -> Attributes {
        let text = |column: &str| cell(row, column).map(|cell| cell.text.to_owned());
        let tier = |text: &str| {
            let tier = text.parse::<u8>().ok().filter(|tier| *tier <= 9);
            tier.ok_or_else(|| message!("`{text}` is no number from 0 to 9", text))
        };
        let need = |text: &str| match parse_percent(text) {
            Some(percent) => Ok(NeedFact::Percent(percent)),
            None => parse_count(text).map(NeedFact::Weight),
        };
        let within = cell(row, "within").map(|cell| named(cell.text, cell.span));
        if within.is_some() && subject.class.is_some_and(|class| class != Class::Domain) {
            self.problem(
                subject.span,
                message!("`within` is for domains: say where a service runs by `on`"),
            );
        }
        Attributes {
            title: text("title"),
            owner: text("owner"),
            tier: self.value(row, "tier", tier),
            users: self.value(row, "users", parse_count),
            revenue_per_h: self.value(row, "revenue_per_h", parse_count),
            demand: self.value(row, "demand", parse_count),
            need: self.value(row, "need", need),
            rto_s: self.value(row, "rto", parse_duration),
            rpo_s: self.value(row, "rpo", parse_duration),
            start_s: self.value(row, "start_takes", parse_duration),
            fails_per_y: self.value(row, "fails", parse_rate),
            repair_s: self.value(row, "repair", parse_duration),
            cost: self.value(row, "cost", parse_count),
            role: None,
            verified: self.value(row, "verified", date),
            within: within.filter(|_| subject.class.is_none_or(|class| class == Class::Domain)),
        }
    }

    /// `in` and `on`: what a domain stands on, and where the replicas of a service run.
    fn places(&mut self, row: View<'_>, subject: &Subject) {
        let runs = matches!(subject.class, Some(Class::Service | Class::Store));
        for column in ["in", "on"] {
            let Some(cell) = cell(row, column) else {
                continue;
            };
            if runs {
                for entry in entries(cell.text) {
                    match place(entry, cell.span) {
                        Ok((on, count)) => self.replicas(row, subject, on, count, cell.span),
                        Err(why) => {
                            self.problem(cell.span, message!("`{column}`: {why}", column, why));
                        }
                    }
                }
            } else if matches!(subject.class, Some(Class::Journey | Class::External)) {
                let message = message!(
                    "`{column}`: nothing is known to run here; say `requires`",
                    column
                );
                self.problem(cell.span, message);
            } else {
                self.requires(row, column, ModeRule::ByMember, subject);
            }
        }
    }

    fn replicas(&mut self, row: View<'_>, subject: &Subject, on: Expr, count: u64, span: Span) {
        let origin = Origin::at(subject.evidence, span);
        let takes = self.value(row, "standby", parse_duration);
        let requires = cell(row, "standby_requires");
        let requires = requires.and_then(|cell| self.read_needs(cell, "standby_requires"));
        let way = takes.map(|takes_s| WayFact {
            takes_s,
            requires: requires.unwrap_or_default(),
            drilled: None,
            origin: origin.clone(),
        });
        let weight = self.value(row, "weight", parse_count).unwrap_or(1);
        let replication = self.value(row, "replication", replication);
        self.facts.replicas.push(ReplicasFact {
            of: subject.of.clone(),
            count,
            weight,
            on: vec![on],
            standby: way.map(|way| vec![way]),
            replication: replication.filter(|_| subject.class == Some(Class::Store)),
            requires: Vec::new(),
            spread: Spread::default(),
            reschedule: None,
            attributes: Attributes::default(),
            origin,
        });
    }

    fn read_needs(&mut self, cell: Cell<'_>, column: &str) -> Option<Vec<Expr>> {
        needs(cell.text, cell.span)
            .map_err(|why| self.problem(cell.span, message!("`{column}`: {why}", column, why)))
            .ok()
    }

    fn requires(&mut self, row: View<'_>, column: &str, mode: ModeRule, subject: &Subject) {
        let Some(cell) = cell(row, column) else {
            return;
        };
        for expr in self.read_needs(cell, column).unwrap_or_default() {
            self.need(subject.of.clone(), mode, expr, subject.evidence, cell.span);
        }
    }

    fn need(&mut self, of: Ref, mode: ModeRule, expr: Expr, evidence: Evidence, span: Span) {
        self.facts.requirements.push(RequirementFact {
            of,
            mode,
            expr,
            want: None,
            reroute: None,
            origin: Origin::at(evidence, span),
        });
    }

    fn edge(&mut self, row: View<'_>) {
        let (Some(from), Some(to)) = (cell(row, "from"), cell(row, "to")) else {
            self.problem(row.span(), message!("an edge has `from` and `to`"));
            return;
        };
        let mode = self.value(row, "mode", |text| {
            let mode = Mode::parse(&text.to_lowercase());
            mode.ok_or_else(|| {
                message!(
                    "`{text}` is none of `placement`, `hard`, `soft`, `start`",
                    text
                )
            })
        });
        let evidence = self.evidence(row);
        let mode = ModeRule::Fixed(mode.unwrap_or(Mode::Hard));
        for expr in self.read_needs(to, "to").unwrap_or_default() {
            for of in entries(from.text) {
                self.need(named(of, from.span), mode, expr.clone(), evidence, to.span);
            }
        }
    }
}

/// The class that a kind means.
fn class_of(id: &Id) -> Class {
    match id.kind() {
        "service" => Class::Service,
        "store" => Class::Store,
        "journey" => Class::Journey,
        "external" => Class::External,
        _ => Class::Domain,
    }
}
