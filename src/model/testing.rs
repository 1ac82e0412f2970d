//! Facts made by hand, for the tests of this room.

use super::build::build_within;
use super::{Member, Model, Node, Requirement};
use crate::ingest::Told;
use crate::ingest::fact::{
    AliasFact, Attributes, Expr, Facts, MemberFact, ModeRule, NodeFact, Origin, Otherwise,
    OverrideFact, Ref, ReplicasFact, RequirementFact, Spread, WayFact,
};
use crate::source::{FileId, Problem, ProblemKind, SourceMap, Span};
use crate::words::{Assume, Class, Evidence, Id, Mode};

/// One adapter's facts, each at a place of its own in the adapter's file.
pub(super) struct Teller {
    adapter: &'static str,
    pub(super) evidence: Evidence,
    pub(super) file: u32,
    next: usize,
    pub(super) facts: Facts,
}

/// The native manifest: file 0.
pub(super) fn native() -> Teller {
    teller("native", 0, Evidence::Declared)
}

/// Kubernetes: file 1.
pub(super) fn kubernetes() -> Teller {
    teller("kubernetes", 1, Evidence::Inferred)
}

pub(super) fn teller(adapter: &'static str, file: u32, evidence: Evidence) -> Teller {
    Teller {
        adapter,
        evidence,
        file,
        next: 0,
        facts: Facts::default(),
    }
}

impl Teller {
    pub(super) fn span(&mut self) -> Span {
        self.next += 2;
        Span::new(FileId(self.file), self.next, self.next + 1)
    }

    pub(super) fn origin(&mut self) -> Origin {
        Origin::at(self.evidence, self.span())
    }

    pub(super) fn name(&mut self, text: &str) -> Ref {
        Ref {
            text: text.to_owned(),
            span: self.span(),
            otherwise: Otherwise::Unknown,
        }
    }

    /// A domain that the reference itself brings into being.
    pub(super) fn domain(&mut self, id: &str) -> Ref {
        let otherwise = Otherwise::Domain(Id::parse(id).expect("an id"));
        Ref {
            otherwise,
            ..self.name(id)
        }
    }

    pub(super) fn one(&mut self, text: &str) -> Expr {
        Expr::One(self.name(text))
    }

    /// `need` of `exprs`, each of weight 1.
    pub(super) fn some(&mut self, need: Option<u64>, exprs: Vec<Expr>) -> Expr {
        let member = |expr| MemberFact {
            expr,
            weight: 1,
            standby: None,
        };
        Expr::Some {
            need,
            members: exprs.into_iter().map(member).collect(),
            span: self.span(),
        }
    }

    pub(super) fn some_of(&mut self, need: Option<u64>, names: &[&str]) -> Expr {
        let exprs = names.iter().map(|name| self.one(name)).collect();
        self.some(need, exprs)
    }

    pub(super) fn way(&mut self, takes_s: u64, requires: &[&str]) -> WayFact {
        WayFact {
            takes_s,
            requires: requires.iter().map(|name| self.one(name)).collect(),
            drilled: None,
            origin: self.origin(),
        }
    }

    pub(super) fn node(&mut self, id: &str) -> &mut NodeFact {
        let class = match Id::parse(id).as_ref().map_or("", Id::kind) {
            "service" => Class::Service,
            "store" => Class::Store,
            "journey" => Class::Journey,
            "external" => Class::External,
            _ => Class::Domain,
        };
        let fact = NodeFact {
            name: self.name(id),
            class: Some(class),
            attributes: Attributes::default(),
            origin: self.origin(),
        };
        self.facts.nodes.push(fact);
        self.facts.nodes.last_mut().expect("just pushed")
    }

    pub(super) fn nodes(&mut self, ids: &[&str]) {
        for id in ids {
            self.node(id);
        }
    }

    pub(super) fn needs(&mut self, of: &str, mode: ModeRule, expr: Expr) -> &mut RequirementFact {
        let fact = RequirementFact {
            of: self.name(of),
            mode,
            expr,
            want: None,
            reroute: None,
            origin: self.origin(),
        };
        self.facts.requirements.push(fact);
        self.facts.requirements.last_mut().expect("just pushed")
    }

    pub(super) fn hard(&mut self, of: &str, on: &str) {
        self.plain(of, Mode::Hard, on);
    }

    pub(super) fn plain(&mut self, of: &str, mode: Mode, on: &str) {
        let expr = self.one(on);
        self.needs(of, ModeRule::Fixed(mode), expr);
    }

    pub(super) fn replicas(&mut self, of: &str, count: u64, on: &[&str]) -> &mut ReplicasFact {
        let fact = ReplicasFact {
            of: self.name(of),
            count,
            weight: 1,
            on: on.iter().map(|on| self.one(on)).collect(),
            standby: None,
            replication: None,
            requires: vec![],
            spread: Spread::default(),
            reschedule: None,
            attributes: Attributes::default(),
            origin: self.origin(),
        };
        self.facts.replicas.push(fact);
        self.facts.replicas.last_mut().expect("just pushed")
    }

    pub(super) fn alias(&mut self, name: &str, target: &str) {
        let fact = AliasFact {
            name: name.to_owned(),
            target: self.name(target),
            origin: self.origin(),
        };
        self.facts.aliases.push(fact);
    }

    pub(super) fn overrides(&mut self, of: &str, on: &str, mode: Option<Mode>) {
        let fact = OverrideFact {
            of: self.name(of),
            on: self.name(on),
            mode,
            reason: None,
            span: self.span(),
        };
        self.facts.overrides.push(fact);
    }
}

/// Files that every span of a [`Teller`] lies in.
pub(super) fn sources() -> SourceMap {
    let mut sources = SourceMap::default();
    for path in ["a.spof.yaml", "b.yaml", "c.yaml", "d.json"] {
        sources.add(path.into(), "line\n".repeat(2_000));
    }
    sources
}

pub(super) fn model(tellers: Vec<Teller>) -> Model {
    model_as(tellers, Assume::Pessimistic)
}

pub(super) fn model_as(tellers: Vec<Teller>, assume: Assume) -> Model {
    build_within(told(tellers), &sources(), assume, super::draft::MOST)
}

pub(super) fn told(tellers: Vec<Teller>) -> Vec<Told> {
    let told = |teller: Teller| Told {
        adapter: teller.adapter,
        authoritative: teller.adapter == "native",
        runs: matches!(teller.adapter, "kubernetes" | "compose"),
        documents: 1,
        facts: teller.facts,
    };
    tellers.into_iter().map(told).collect()
}

impl Model {
    pub(super) fn get(&self, id: &str) -> &Node {
        self.node(
            self.find(id)
                .unwrap_or_else(|| panic!("{id} in {:?}", self.ids())),
        )
    }

    pub(super) fn ids(&self) -> Vec<&str> {
        self.nodes.iter().map(|node| node.id.as_str()).collect()
    }

    pub(super) fn requirement_ids(&self) -> Vec<&str> {
        let ids = self.requirements.iter();
        ids.map(|requirement| requirement.id.as_str()).collect()
    }

    pub(super) fn by_id(&self, id: &str) -> &Requirement {
        let found = self
            .requirements
            .iter()
            .find(|requirement| requirement.id == id);
        found.unwrap_or_else(|| panic!("{id} in {:?}", self.requirement_ids()))
    }

    /// Members as `id×weight`, with `~` and the ways of standbys.
    pub(super) fn members(&self, id: &str) -> Vec<String> {
        let way = |way: &super::Way| {
            let requires: Vec<&str> = way
                .requires
                .iter()
                .map(|ix| self.node(*ix).id.as_str())
                .collect();
            format!("{}s {}", way.takes_s, requires.join("+"))
        };
        let member = |member: &Member| {
            let text = format!("{}×{}", self.node(member.node).id, member.weight);
            match &member.standby {
                None => text,
                Some(ways) => {
                    let ways: Vec<String> = ways.iter().map(way).collect();
                    format!("{text}~{}", ways.join("|"))
                }
            }
        };
        self.by_id(id).members.iter().map(member).collect()
    }

    pub(super) fn problems_of(&self, kind: ProblemKind) -> Vec<&Problem> {
        self.problems
            .iter()
            .filter(|problem| problem.kind == kind)
            .collect()
    }

    /// The one problem there is.
    pub(super) fn problem(&self) -> &Problem {
        assert_eq!(self.problems.len(), 1, "{:#?}", self.problems);
        &self.problems[0]
    }

    pub(super) fn no_problems(&self) {
        assert!(self.problems.is_empty(), "{:#?}", self.problems);
    }
}
