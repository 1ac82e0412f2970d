//! What a service states about others, as requirements.
//!
//! `depends_on` is needed to start. An address in the environment or the command is a `hard`
//! requirement, a telemetry endpoint a `soft` one; both are inferred, since a name is not yet a
//! call. What a script waits for in a loop is needed to start.
//!
//! What starts only after a service serves can't be needed by it: an address of such a one is
//! `soft`. (Whole projects share one block of variables.) So is that of a service whose profile
//! has to be asked for, to one that starts without it.
//!
//! What a telemetry service itself names is `soft` too: a collector that can't reach one of its
//! targets goes on collecting. (Were it hard, a collector that scrapes what starts after it would
//! close a circle through the whole project, and nothing would ever start again.)

use std::collections::{BTreeMap, HashSet};

use super::interpolate::fill;
use super::library::Library;
use super::load::{Config, Project};
use super::neighbours::Neighbour;
use super::order::{Order, optional};
use super::scope::{Notes, Text};
use super::service::{Dependency, Mount, Named, Service};
use super::stores::kin;
use super::target::{Met, Target, target};
use crate::ingest::budget::Budget;
use crate::ingest::endpoint::{Address, Purpose, addresses, script, settings, variable};
use crate::ingest::fact::{Expr, Facts, ModeRule, Origin, Otherwise, Ref, RequirementFact};
use crate::message;
use crate::source::{Problem, ProblemKind, Span};
use crate::words::{Evidence, Id, Mode};

/// Variables by which a reverse proxy learns a service's own public name.
const OWN_NAMES: [&str; 3] = ["VIRTUAL_HOST", "LETSENCRYPT_HOST", "SELF_URL"];

/// What all services of a project share.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The project itself.
    pub(super) own: &'a Neighbour<'a>,
    pub(super) project: &'a Project,
    pub(super) order: &'a Order<'a>,
    pub(super) library: &'a Library<'a>,
    /// Every project of the input.
    pub(super) all: &'a [Neighbour<'a>],
    pub(super) budget: &'a Budget,
    pub(super) notes: &'a Notes,
}

/// Turns what one service states into requirements.
pub(super) struct Writer<'a> {
    around: Around<'a>,
    name: &'a str,
    service: &'a Service,
    id: &'a Id,
    said: HashSet<(Vec<String>, Mode, Span)>,
    /// What its variables hold when it starts, `env_file`s included.
    environment: BTreeMap<&'a str, &'a Text>,
    /// What its variables hold if the examples beside missing files say the same.
    guesses: Vec<(String, String, Span)>,
    /// Variables whose guessed values name services of the project.
    guessed: HashSet<String>,
    /// Nodes that start only after it serves.
    later: HashSet<String>,
    /// Nodes that it starts without, being of profiles that don't bring it.
    optional: HashSet<String>,
    /// Of a data store, the nodes that its variables can lead to: copies of it.
    kin: Option<HashSet<String>>,
    /// Variables are being read.
    in_variables: bool,
}

impl<'a> Writer<'a> {
    /// For `service`, called `name`, whose variables have the values of `environment`; `guesses`
    /// are those that only examples state. `None` if the project has no such node.
    pub(super) fn new(
        around: Around<'a>,
        (name, service): (&'a str, &'a Service),
        environment: BTreeMap<&'a str, &'a Text>,
        guesses: Vec<(String, String, Span)>,
    ) -> Option<Self> {
        let later = around.order.later(name, around.budget).into_iter();
        let later = later.filter_map(|name| Some(around.own.ids.get(name)?.as_str().to_owned()));
        Some(Self {
            around,
            name,
            service,
            id: around.own.ids.get(name)?,
            said: HashSet::new(),
            environment,
            guesses,
            guessed: HashSet::new(),
            later: later.collect(),
            optional: optional(around, service),
            kin: kin(around, service),
            in_variables: false,
        })
    }

    /// Adds all requirements of the service to `facts`.
    pub(super) fn write(&mut self, facts: &mut Facts) {
        let service = self.service;
        for (name, dependency) in &service.depends_on {
            self.depends_on(name, dependency, facts);
        }
        for link in service.links.values() {
            self.named(link, "links", &[(Mode::Start, Evidence::Declared)], facts);
            self.named(link, "links", &[(Mode::Hard, Evidence::Inferred)], facts);
        }
        for (key, joined) in &service.joins {
            let modes = [
                (Mode::Hard, Evidence::Declared),
                (Mode::Start, Evidence::Declared),
            ];
            self.named(joined, key, &modes, facts);
        }
        for other in &service.volumes_from {
            let modes = [(Mode::Start, Evidence::Declared)];
            self.named(other, "volumes_from", &modes, facts);
        }
        for link in service.external_links.values() {
            let id = Id::new("external", &link.name);
            let target = Ref {
                text: link.name.clone(),
                span: link.span,
                otherwise: Otherwise::External(id),
            };
            self.say(
                vec![target],
                Mode::Hard,
                Evidence::Inferred,
                link.span,
                facts,
            );
        }
        self.in_variables = true;
        self.variables(facts);
        self.mounted(facts);
        self.in_variables = false;
        self.arguments(facts);
    }

    fn depends_on(&mut self, name: &str, dependency: &Dependency, facts: &mut Facts) {
        let span = dependency.span;
        let Some(id) = self.around.own.ids.get(name) else {
            if dependency.required && !self.around.project.asleep.contains_key(name) {
                self.nobody(name, "depends_on", span, facts);
            }
            return;
        };
        if name == self.name {
            return;
        }
        if !dependency.required {
            // Compose starts the service without one that is not required: it is used if there.
            self.say(
                vec![known(id, span)],
                Mode::Soft,
                Evidence::Declared,
                span,
                facts,
            );
        } else if dependency.serving {
            self.say(
                vec![known(id, span)],
                Mode::Start,
                Evidence::Declared,
                span,
                facts,
            );
        } else {
            self.starts_after(id, span, facts);
        }
    }

    /// Another service that is named as such.
    fn named(&mut self, other: &Named, key: &str, modes: &[(Mode, Evidence)], facts: &mut Facts) {
        let Some(id) = self.around.own.ids.get(other.name.as_str()) else {
            if self.around.project.asleep.contains_key(&other.name) {
                return;
            }
            self.nobody(&other.name, key, other.span, facts);
            return;
        };
        if other.name != self.name {
            for (mode, evidence) in modes {
                if *mode == Mode::Start {
                    self.starts_after(id, other.span, facts);
                } else {
                    let target = vec![known(id, other.span)];
                    self.say(target, *mode, *evidence, other.span, facts);
                }
            }
        }
    }

    /// A service that the project does not have.
    fn nobody(&self, name: &str, key: &str, span: Span, facts: &mut Facts) {
        let said = facts.problems.iter().any(|problem| problem.span == span);
        if said {
            return;
        }
        let message = message!(
            "`{key}` of service `{service}` names `{name}`, which no Compose file of the project states",
            key,
            service = self.name,
            name
        );
        let help = message!("give the file that states it with -i, after the others");
        let problem = Problem::new(ProblemKind::UnknownTarget, span, message);
        facts.problems.push(problem.with_help(help));
    }

    fn variables(&mut self, facts: &mut Facts) {
        for (name, value, span) in std::mem::take(&mut self.guesses) {
            let before = facts.requirements.len();
            let guess = Some((Evidence::Assumed, true));
            self.value(&name, &value, (span, guess), facts);
            if facts.requirements.len() > before {
                self.guessed.insert(name);
            }
        }
        let environment = self.environment.clone();
        for (name, text) in environment {
            if text.value.trim().contains('\n') {
                self.content(name, &text.value, &|_| text.span, facts);
            } else {
                self.missing(name, text);
                self.value(name, &text.value, (text.span, None), facts);
            }
        }
        for (name, variable) in &self.service.environment {
            let known = self.environment.contains_key(name.as_str());
            let known = known || self.guessed.contains(name);
            if !known && variable::purpose(name) == Purpose::Host {
                let why = message!(
                    "`{name}` comes from outside the input (no `.env` has it): what it names is unknown",
                    name
                );
                let note = (variable.span, why);
                self.around.notes.borrow_mut().insert(note);
            }
        }
    }

    /// Notes variables without value where an address should stand.
    fn missing(&self, name: &str, text: &Text) {
        let expected = variable::purpose(name) == Purpose::Host || text.value.contains("://");
        if self.guessed.contains(name) {
            return;
        }
        for missing in text.missing.iter().filter(|_| expected) {
            let why = message!(
                "`${{{missing}}}` has no value in the input: what it names is unknown",
                missing
            );
            self.around.notes.borrow_mut().insert((text.span, why));
        }
    }

    /// Files of settings that the service mounts.
    fn mounted(&mut self, facts: &mut Facts) {
        let Around {
            library, project, ..
        } = self.around;
        for mount in &self.service.mounts {
            let (path, folders) = match mount {
                Mount::File(path, folders) => (path, folders),
                Mount::Config(name) => match project.configs.get(name) {
                    Some(Config::File(path, folders)) => (path, folders),
                    Some(Config::Content(text)) => {
                        self.content(name, &text.value, &|_| text.span, facts);
                        continue;
                    }
                    None => continue,
                },
            };
            let folders: Vec<_> = folders.iter().map(camino::Utf8PathBuf::as_path).collect();
            let Some((file, text)) = library.settings(&folders, &path.value) else {
                continue;
            };
            // Where the address itself stands tells more than where the file is mounted.
            let place = |value: &str| {
                let start = value.as_ptr().addr().saturating_sub(text.as_ptr().addr());
                Span::new(file, start, start + value.len())
            };
            self.content(library.name(file), text, &place, facts);
        }
    }

    /// The content of a file of settings called `name`; `place`: where a value in it stands.
    fn content(&mut self, name: &str, text: &str, place: &dyn Fn(&str) -> Span, facts: &mut Facts) {
        let watches = settings::is_watcher(name) || variable::purpose(name) == Purpose::NotCalled;
        if watches || !self.around.budget.spend(text.len() / 4) {
            return;
        }
        for (name, value) in settings::settings(text) {
            if !name.ends_with("targets") {
                let read = Some((Evidence::Inferred, true));
                self.value(name, value, (place(value), read), facts);
            }
        }
    }

    /// The command line: `entrypoint` and `command` together.
    fn arguments(&mut self, facts: &mut Facts) {
        let service = self.service;
        let parts = [&service.entrypoint, &service.command];
        let words: Vec<&Text> = parts.into_iter().flatten().flatten().collect();
        let texts: Vec<String> = words.iter().map(|word| word.value.clone()).collect();
        let Some(first) = words.first() else {
            return;
        };
        if let Some(text) = script::shell_script(&texts) {
            let span = words.iter().find(|word| word.value == text);
            let span = span.map_or(first.span, |word| word.span);
            let probes = script::probes(&self.expand(text));
            self.probes(probes, span, facts);
            return;
        }
        // Programs that take hosts as plain words (`nc -z db 5432`) know better than the words.
        let probes = script::command(&texts);
        let waited: Vec<_> = probes.iter().filter(|probe| probe.waits).collect();
        let waited: Vec<String> = waited.iter().map(|p| p.endpoint.host.clone()).collect();
        let mut flag = "";
        for (at, word) in words.iter().enumerate() {
            let (text, span) = (word.value.as_str(), word.span);
            if text.contains('\n') {
                self.probes(script::probes(&self.expand(text)), span, facts);
                flag = "";
                continue;
            }
            // `--db-url=…`, `-Ddb.url=…` and `DB_URL=…`; the flag before a value names it too.
            let assigned = text.split_once('=').filter(|(name, _)| {
                let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
                !name.is_empty() && name.chars().all(letters)
            });
            match assigned {
                Some((name, value)) if name.starts_with('-') || !text.contains([' ', ';']) => {
                    self.missing(name, word);
                    self.value(name, value, (span, None), facts);
                    flag = "";
                }
                _ if text.starts_with('-') => flag = text,
                // The program itself is no address.
                _ if at == 0 && !text.contains("://") => {}
                _ if waited.iter().any(|host| text.contains(host.as_str())) => flag = "",
                _ => {
                    self.missing(flag, word);
                    self.value(flag, text, (span, None), facts);
                    flag = "";
                }
            }
        }
        self.probes(probes, first.span, facts);
    }

    /// A script with the variables of the container filled in.
    fn expand(&self, script: &str) -> String {
        let value_of = |name: &str| {
            let known = self.environment.get(name);
            // What nobody knows stays as it stands: it is no host.
            Some(known.map_or_else(|| format!("${name}"), |text| text.value.clone()))
        };
        fill(script, &value_of).text
    }

    /// Hosts that a script or a command names.
    fn probes(&mut self, probes: Vec<script::Probe>, span: Span, facts: &mut Facts) {
        for probe in probes {
            let met = Met {
                name: "",
                purpose: Purpose::Host,
                mode: if probe.waits { Mode::Start } else { Mode::Hard },
                span,
                evidence: Evidence::Inferred,
                peers_only: false,
            };
            let hosts = vec![probe.endpoint];
            self.require(&Address { hosts }, met, facts);
        }
    }

    /// The value of a variable or flag; `doubt`: how sure it is, and whether only services of the
    /// project count.
    fn value(
        &mut self,
        name: &str,
        value: &str,
        (span, doubt): (Span, Option<(Evidence, bool)>),
        facts: &mut Facts,
    ) {
        let purpose = variable::purpose(name);
        let skipped = purpose == Purpose::NotCalled || OWN_NAMES.contains(&name);
        if skipped || !self.around.budget.spend(value.len() / 16) {
            return;
        }
        let (evidence, peers_only) = doubt.unwrap_or((Evidence::Inferred, false));
        let met = Met {
            name,
            purpose,
            mode: Mode::Hard,
            span,
            evidence,
            peers_only,
        };
        for address in addresses(value) {
            self.require(&address, met, facts);
        }
    }

    /// One requirement for an address, if it leads to anything but the service itself.
    fn require(&mut self, address: &Address, met: Met<'_>, facts: &mut Facts) {
        let mut targets: Vec<Ref> = Vec::new();
        let mut telemetry = met.purpose == Purpose::Telemetry || variable::is_collector(self.name);
        for endpoint in &address.hosts {
            match target(self.around, (self.name, self.service), endpoint, met) {
                Target::None => {}
                // The own name among others: the members of its own cluster.
                Target::Own => return,
                Target::Refs(found) => {
                    telemetry |= variable::is_telemetry_host(&endpoint.host);
                    targets.extend(found);
                }
            }
        }
        if let Some(kin) = self.kin.as_ref().filter(|_| self.in_variables) {
            targets.retain(|target| kin.contains(&target.text));
        }
        let spared = |target: &Ref| {
            self.later.contains(&target.text) || self.optional.contains(&target.text)
        };
        let spared = met.mode == Mode::Hard && targets.iter().all(spared);
        let mode = if telemetry || spared {
            Mode::Soft
        } else {
            met.mode
        };
        self.say(targets, mode, met.evidence, met.span, facts);
    }

    fn say(
        &mut self,
        mut targets: Vec<Ref>,
        mode: Mode,
        evidence: Evidence,
        span: Span,
        facts: &mut Facts,
    ) {
        targets.sort_by(|a, b| a.text.cmp(&b.text));
        targets.dedup_by(|a, b| a.text == b.text);
        let key = targets.iter().map(|target| target.text.clone()).collect();
        if targets.is_empty() || !self.said.insert((key, mode, span)) {
            return;
        }
        self.push(Expr::any_of(targets, span), mode, evidence, span, facts);
    }

    /// Compose starts the service once a container of `id` runs, whether or not that serves.
    fn starts_after(&mut self, id: &Id, span: Span, facts: &mut Facts) {
        let key = vec![format!("replicas of {id}")];
        if self.said.insert((key, Mode::Start, span)) {
            let expr = Expr::Replicas(known(id, span));
            self.push(expr, Mode::Start, Evidence::Declared, span, facts);
        }
    }

    fn push(&self, expr: Expr, mode: Mode, evidence: Evidence, span: Span, facts: &mut Facts) {
        facts.requirements.push(RequirementFact {
            of: known(self.id, self.place()),
            mode: ModeRule::Fixed(mode),
            expr,
            want: None,
            reroute: None,
            origin: Origin::at(evidence, span),
        });
    }

    fn place(&self) -> Span {
        place(self.service)
    }
}

/// Where a service is stated first.
pub(super) fn place(service: &Service) -> Span {
    let none = Span::new(crate::source::FileId(0), 0, 0);
    service.places.first().copied().unwrap_or(none)
}

/// A reference to a node that this adapter states.
pub(super) fn known(id: &Id, span: Span) -> Ref {
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise: Otherwise::Unknown,
    }
}
