//! The answer of `spof coverage`, as all formats read it.

use super::Context;
use super::text::plural;
use crate::analysis::coverage::{Addition, Coverage};
use crate::source::{Problem, ProblemKind, Unread, UnreadReason};
use crate::words::Class;

/// How much is known, and what was not read.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub cx: Context<'a>,
    pub coverage: &'a Coverage,
    pub unread: &'a [Unread],
    pub problems: &'a [Problem],
    /// Files seen that are no data format.
    pub other_files: usize,
    /// Files and folders that the configuration or the scope leaves out.
    pub left_out: usize,
}

impl Known<'_> {
    /// Files that were opened and hold data.
    #[must_use]
    pub fn files(&self) -> usize {
        self.cx.sources.files().count()
    }

    /// The place of a document that was not read: its path, and the position in it if known.
    #[must_use]
    pub fn place(&self, unread: &Unread) -> String {
        match unread.span {
            Some(span) => self.cx.sources.location(span).to_string(),
            None => unread.path.to_string(),
        }
    }

    /// Which single addition would fill most of what is unknown of services and stores: one
    /// sentence, if anything is.
    #[must_use]
    pub fn most_gained(&self) -> Option<String> {
        let coverage = self.coverage;
        let (what, missing) = coverage.most_missing()?;
        let of =
            plural(missing, "service or store").replace("service or stores", "services or stores");
        let how = match what {
            Addition::Place => format!(
                "where the replicas of {of} run (a dump of the cluster, an inventory, `on` in a `spof.yaml`)"
            ),
            Addition::Links => format!(
                "what {of} need, or who needs them (manifests with their environment, a catalogue, traces)"
            ),
            Addition::Tier => format!("a `tier` for {of} (in a `spof.yaml`)"),
            Addition::Owner => format!("an `owner` for {of} (a catalogue, or a `spof.yaml`)"),
        };
        let (now, then) = (coverage.share(0), coverage.share(missing));
        Some(format!(
            "Most would be gained by {how}: of places, dependencies, tiers and owners {now}% are \
             known, then {then}%"
        ))
    }

    /// What would help most: one sentence.
    #[must_use]
    pub fn next_step(&self) -> String {
        let problem = |kind| self.problems.iter().find(|problem| problem.kind == kind);
        let count = |reason| {
            let unread = self.unread.iter();
            unread.filter(|unread| unread.reason == reason).count()
        };
        let coverage = self.coverage;
        if let Some(broken) = problem(ProblemKind::Unreadable) {
            let place = self.cx.sources.location(broken.span);
            return format!("repair {place}: {}", broken.message);
        }
        let templates = count(UnreadReason::Template);
        let documents: usize = self.cx.model.sources.iter().map(|one| one.documents).sum();
        if documents == 0 && templates == 0 {
            return "give what is read so far: a `spof.yaml`, Kubernetes manifests, Compose files, or a \
                    saved graph"
                .to_owned();
        }
        // A few templates beside what was read are often the same workloads in another form.
        if templates.saturating_mul(2) >= documents.max(1) {
            let what = plural(templates, "template");
            return format!(
                "render the {what} first (`helm template`, `kustomize build`) and read the result"
            );
        }
        if coverage.replicas == 0 && coverage.workloads > 0 {
            return "say where the services run: `replicas: [{on: site:NAME}]` in a `spof.yaml`"
                .to_owned();
        }
        if coverage.unplaced > 0 {
            let what = plural(coverage.unplaced, "replica");
            return format!(
                "say where the {what} without a place run, with `on` in a `spof.yaml`; until then \
                 `--assume` decides"
            );
        }
        if let Some(problem) = problem(ProblemKind::UnknownTarget) {
            let place = self.cx.sources.location(problem.span);
            return format!(
                "{place}: {}; describe it, or give it an alias",
                problem.message
            );
        }
        if self.cx.count_of(Class::Journey) == 0 {
            return "name what users do: `journeys` in a `spof.yaml`; outages are measured on them"
                .to_owned();
        }
        let ignored = count(UnreadReason::Ignored);
        if ignored > 0 {
            let what = plural(ignored, "file");
            return format!("{what} that `.gitignore` excludes would be read with --no-gitignore");
        }
        if coverage.with_tier < coverage.workloads {
            let what = plural(coverage.workloads - coverage.with_tier, "service or store");
            return format!(
                "give the {what} without one a `tier`, so that ranking can tell them apart"
            )
            .replace("service or stores", "services or stores");
        }
        if let Some(problem) = self.problems.first() {
            let place = self.cx.sources.location(problem.span);
            return format!("{place}: {}", problem.message);
        }
        "nothing: everything read is known in full".to_owned()
    }
}

/// The word for a sort of problem.
#[must_use]
pub fn problem_word(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Unreadable => "unreadable",
        ProblemKind::DuplicateKey => "duplicate-key",
        ProblemKind::InvalidValue => "invalid-value",
        ProblemKind::UnknownTarget => "unknown-target",
        ProblemKind::AmbiguousName => "ambiguous-name",
        ProblemKind::Conflict => "conflict",
        ProblemKind::PlacementCycle => "placement-cycle",
    }
}
