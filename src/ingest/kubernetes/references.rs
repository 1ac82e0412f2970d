//! What a workload's containers name in their environment, arguments and scripts, as
//! requirements.
//!
//! An address in the environment or the arguments of a container is a `hard` requirement, a
//! telemetry endpoint a `soft` one. What init containers name, and what a script waits for in a
//! loop, is needed to start. All of it is inferred: a name is not yet a call.

use std::collections::HashSet;

use super::environment::{Environment, Surroundings};
use super::services::{Lead, canonical};
use super::workload::Workload;
use crate::ingest::endpoint::{
    Address, Endpoint, Form, HostKind, Purpose, addresses, host, script, settings, variable,
};
use crate::ingest::fact::{Expr, Facts, ModeRule, Origin, Otherwise, Ref, RequirementFact};
use crate::source::{Span, View};
use crate::words::{Evidence, Id, Mode};

/// Ports below this are versions and numbers rather than ports, when nothing else says so.
const LEAST_PORT: u16 = 20;

/// Turns the addresses of one workload into requirements.
pub(super) struct Writer<'a, 'd> {
    around: Surroundings<'a, 'd>,
    workloads: &'a [Workload<'d>],
    own: usize,
    /// What was said already: target, mode and place.
    said: HashSet<(Vec<String>, Mode, Span)>,
}

/// How an address was met.
#[derive(Clone, Copy)]
struct Met<'n> {
    /// Variable, flag or property that holds it; "" if none.
    name: &'n str,
    purpose: Purpose,
    mode: Mode,
    span: Span,
    /// Only what the input itself holds counts: it stands among much else.
    peers_only: bool,
}

impl<'a, 'd> Writer<'a, 'd> {
    /// For the workload at position `own`.
    pub(super) fn new(
        around: Surroundings<'a, 'd>,
        workloads: &'a [Workload<'d>],
        own: usize,
    ) -> Self {
        Self {
            around,
            workloads,
            own,
            said: HashSet::new(),
        }
    }

    /// Adds all requirements of the workload to `facts`.
    pub(super) fn write(&mut self, pod: View<'d>, facts: &mut Facts) {
        let reader = self.around.reader;
        for container in reader.items(pod, &["containers"]) {
            self.container(container, Mode::Hard, facts);
        }
        for container in reader.items(pod, &["initContainers"]) {
            // Restarted for ever: a sidecar that only starts first.
            let stays = reader.text(container, &["restartPolicy"]) == Some("Always");
            let mode = if stays { Mode::Hard } else { Mode::Start };
            self.container(container, mode, facts);
        }
        self.mounted(pod, facts);
    }

    fn container(&mut self, container: View<'d>, mode: Mode, facts: &mut Facts) {
        let environment = Environment::of(container, self.around);
        for variable in environment.iter() {
            // A value of several lines is a file's content.
            if !variable.value.trim().contains('\n') {
                let (name, value) = (&variable.name, &variable.value);
                self.named(name, value, mode, variable.span, facts);
            }
        }
        facts.unread.extend(environment.hidden.iter().cloned());
        self.arguments(container, &environment, mode, facts);
    }

    /// The command line: `command` and `args` together.
    fn arguments(
        &mut self,
        container: View<'d>,
        environment: &Environment,
        mode: Mode,
        facts: &mut Facts,
    ) {
        let reader = self.around.reader;
        let mut words: Vec<(String, Span)> = Vec::new();
        for key in ["command", "args"] {
            for word in reader.items(container, &[key]) {
                if let Some(text) = word.as_str() {
                    words.push((environment.expand(text, self.around), word.span()));
                }
            }
        }
        let texts: Vec<String> = words.iter().map(|(text, _)| text.clone()).collect();
        if let Some(text) = script::shell_script(&texts) {
            let span = words.iter().find(|(word, _)| word == text);
            let span = span.map_or(container.span(), |(_, span)| *span);
            let text = environment.expand_shell(text, self.around);
            self.probes(script::probes(&text), mode, span, facts);
            return;
        }
        let mut flag = "";
        let waiting = script::waiting_words(&texts);
        for (at, (word, span)) in words.iter().enumerate().skip(waiting) {
            if word.contains('\n') {
                let text = environment.expand_shell(word, self.around);
                self.probes(script::probes(&text), mode, *span, facts);
                flag = "";
                continue;
            }
            // `--db-url=…`, `-Ddb.url=…` and `DB_URL=…`; the flag before a value names it too.
            let assigned = word.split_once('=').filter(|(name, _)| {
                let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
                !name.is_empty() && name.chars().all(letters)
            });
            match assigned {
                // `host=db port=5432` is a connection string, not an assignment.
                Some((name, value)) if name.starts_with('-') || !word.contains([' ', ';']) => {
                    self.named(name, value, mode, *span, facts);
                    flag = "";
                }
                _ if word.starts_with('-') => flag = word,
                // The program itself is no address.
                _ if at == 0 => {}
                _ => {
                    self.named(flag, word, mode, *span, facts);
                    flag = "";
                }
            }
        }
        // Programs that take hosts as plain words: `nc -z db 5432`, `pg_isready -h db`.
        let span = words.first().map_or(container.span(), |(_, span)| *span);
        self.probes(script::command(&texts), mode, span, facts);
    }

    /// Hosts that a script or a command names.
    fn probes(&mut self, probes: Vec<script::Probe>, mode: Mode, span: Span, facts: &mut Facts) {
        for probe in probes {
            let met = Met {
                name: "",
                purpose: Purpose::Host,
                mode: if probe.waits { Mode::Start } else { mode },
                span,
                peers_only: false,
            };
            let hosts = vec![probe.endpoint];
            self.require(&Address { hosts }, met, facts);
        }
    }

    /// The value of a variable, flag or property.
    fn named(&mut self, name: &str, value: &str, mode: Mode, span: Span, facts: &mut Facts) {
        let purpose = variable::purpose(name);
        if purpose == Purpose::NotCalled || !self.around.reader.spend(value.len() / 16) {
            return;
        }
        let met = Met {
            name,
            purpose,
            mode,
            span,
            peers_only: false,
        };
        for address in addresses(value) {
            self.require(&address, met, facts);
        }
    }

    /// The files that volumes of the pod mount from `ConfigMap`s.
    fn mounted(&mut self, pod: View<'d>, facts: &mut Facts) {
        let reader = self.around.reader;
        let mut sources = Vec::new();
        for volume in reader.items(pod, &["volumes"]) {
            sources.extend(reader.get(volume, "configMap"));
            for source in reader.items(volume, &["projected", "sources"]) {
                sources.extend(reader.get(source, "configMap"));
            }
        }
        for source in sources {
            let Some(name) = reader.text(source, &["name"]) else {
                continue;
            };
            let keys = reader.items(source, &["items"]);
            let keys: Vec<_> = keys
                .into_iter()
                .filter_map(|k| reader.text(k, &["key"]))
                .collect();
            for (key, text) in self.around.configs.files(self.around.namespace, name) {
                if (keys.is_empty() || keys.contains(&key))
                    && let Some(value) = text.as_str()
                    && reader.spend(value.len() / 4)
                {
                    self.file(key, value, text.span(), facts);
                }
            }
        }
    }

    /// A file of settings.
    fn file(&mut self, name: &str, text: &str, span: Span, facts: &mut Facts) {
        if settings::is_watcher(name) {
            return;
        }
        for (name, value) in settings::settings(text) {
            let purpose = variable::purpose(name);
            if purpose == Purpose::NotCalled || name.ends_with("targets") {
                continue;
            }
            let met = Met {
                name,
                purpose,
                mode: Mode::Hard,
                span,
                peers_only: true,
            };
            for address in addresses(value) {
                self.require(&address, met, facts);
            }
        }
    }

    /// One requirement for an address, if it leads to anything but the workload itself.
    fn require(&mut self, address: &Address, met: Met<'_>, facts: &mut Facts) {
        let mut targets: Vec<Ref> = Vec::new();
        let mut telemetry = met.purpose == Purpose::Telemetry;
        let services = self.around.services;
        // What only some variants of the estate have, the others do without.
        let optional = address
            .hosts
            .iter()
            .all(|end| services.is_optional(&end.host));
        for endpoint in &address.hosts {
            match self.target(endpoint, met) {
                Target::None => {}
                // The own name among others: the members of its own cluster.
                Target::Own => return,
                Target::Refs(found) => {
                    telemetry |= variable::is_telemetry_host(&endpoint.host);
                    targets.extend(found);
                }
            }
        }
        targets.sort_by(|a, b| a.text.cmp(&b.text));
        targets.dedup_by(|a, b| a.text == b.text);
        let stated = |target: &Ref| Id::parse(&target.text).is_some();
        let unknown_optional = optional && !targets.iter().any(stated);
        let mode = if telemetry || unknown_optional {
            Mode::Soft
        } else {
            met.mode
        };
        let key = targets.iter().map(|target| target.text.clone()).collect();
        if targets.is_empty() || !self.said.insert((key, mode, met.span)) {
            return;
        }
        let Some(own) = self.workloads.get(self.own) else {
            return;
        };
        facts.requirements.push(RequirementFact {
            of: known(&own.id, own.object.name_span),
            mode: ModeRule::Fixed(mode),
            expr: Expr::any_of(targets, met.span),
            want: None,
            reroute: None,
            origin: Origin::at(Evidence::Inferred, met.span),
        });
    }

    /// What one host leads to.
    fn target(&self, endpoint: &Endpoint, met: Met<'_>) -> Target {
        let name = endpoint.host.as_str();
        let place = host::kind(name);
        if matches!(place, HostKind::Own | HostKind::Metadata) {
            return Target::None;
        }
        let is_bare = endpoint.form == Form::Bare;
        let expected = matches!(met.purpose, Purpose::Host | Purpose::Telemetry);
        let namespace = self.around.namespace;
        if name == self.workloads.get(self.own).map_or("", |own| own.name) && is_bare {
            return Target::None;
        }
        if is_bare && !expected && place != HostKind::Cluster {
            return Target::None;
        }
        let unknown = |text: String| {
            Target::Refs(vec![Ref {
                text,
                span: met.span,
                otherwise: Otherwise::Unknown,
            }])
        };
        match self.around.services.lead(namespace, name) {
            Some(Lead::ControlPlane) => return Target::None,
            Some(Lead::Nothing(name)) => return unknown(name),
            Some(Lead::External(name)) => {
                return host::normalise(name).map_or(Target::None, |name| outside(name, met.span));
            }
            Some(Lead::Addresses(found)) => {
                let outside = |(address, _): &(&str, Span)| external(address, met.span);
                return Target::Refs(found.iter().map(outside).collect());
            }
            Some(Lead::Workloads(found)) => {
                if found.contains(&self.own) {
                    return Target::Own;
                }
                let refs = found.iter().filter_map(|at| self.workloads.get(*at));
                return Target::Refs(refs.map(|w| known(&w.id, met.span)).collect());
            }
            None => {}
        }
        if met.peers_only {
            return Target::None;
        }
        // Nothing in the input has this name: what its shape says.
        let doubtful =
            endpoint.form == Form::Port && endpoint.port.is_some_and(|port| port < LEAST_PORT);
        match place {
            // All spellings of one name are one node.
            HostKind::Cluster => unknown(host::before_svc(name).unwrap_or(name).to_owned()),
            _ if doubtful => Target::None,
            HostKind::Label if is_bare => Target::None,
            HostKind::Label => unknown(canonical(namespace, name)),
            HostKind::Public if is_bare && host::looks_like_file(name) => Target::None,
            HostKind::Public if variable::names_own_address(met.name) => Target::None,
            HostKind::Private | HostKind::PrivateIp => unknown(name.to_owned()),
            _ => outside(name.to_owned(), met.span),
        }
    }
}

/// What a host leads to.
enum Target {
    /// Nothing that counts.
    None,
    /// The workload itself.
    Own,
    /// Any of these. Never empty.
    Refs(Vec<Ref>),
}

/// A reference to a node that this adapter states.
pub(super) fn known(id: &Id, span: Span) -> Ref {
    Ref {
        text: id.as_str().to_owned(),
        span,
        otherwise: Otherwise::Unknown,
    }
}

/// A reference to an outside party.
fn outside(host: String, span: Span) -> Target {
    let id = Id::new("external", &host);
    Target::Refs(vec![Ref {
        text: host,
        span,
        otherwise: Otherwise::External(id),
    }])
}

/// An address that somebody stated as an outside party.
pub(super) fn external(address: &str, span: Span) -> Ref {
    Ref {
        text: address.to_owned(),
        span,
        otherwise: Otherwise::External(Id::new("external", address)),
    }
}
