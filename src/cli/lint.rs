//! `spof lint`: the rules over the estate; the entry point for CI.

use camino::Utf8PathBuf;

use super::args::Plan;
use super::compare;
use super::outputs::{Format, Output, Outputs, write_file};
use super::policy::Options;
use super::screen::Screen;
use crate::analysis::coverage::coverage;
use crate::analysis::engine::Engine;
use crate::error::Error;
use crate::estate::Estate;
use crate::findings::Finding;
use crate::findings::baseline::Baseline;
use crate::findings::gate::judge;
use crate::findings::pointing::point_at;
use crate::findings::waiver;
use crate::output::lint::Lint;
use crate::output::text::plural;
use crate::rules::doc::markdown;
use crate::rules::{self, Input};
use crate::source::changes::Changes;
use crate::words::Code;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof lint                                  every rule over what is here
  spof lint deploy/ --fail-on warning        exit 1 at the first warning
  spof lint --base origin/main               only what is new since then fails
  helm template . | spof lint -              what is piped in
  spof lint --output sarif=spof.sarif --output markdown=-

Waivers, baselines and what fails a run: docs/ci.md and docs/waivers.md.")]
pub(super) struct Args {
    /// Files or folders to read; `-` is standard input
    pub(super) paths: Vec<Utf8PathBuf>,

    /// How to write the findings [default: human]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// Write a format into a file, `-` for standard output; may be given several times
    #[arg(long, value_name = "FORMAT=FILE")]
    output: Vec<Output>,

    /// Where the documentation is published, for the links of SARIF: the folder of rules.md
    #[arg(long, value_name = "URL", value_parser = url)]
    docs_url: Option<String>,

    #[command(flatten)]
    gate: Options,
}

/// An address that can stand in a link.
fn url(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
    if rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain)) {
        Ok(text.to_owned())
    } else {
        Err("expected an address like https://example.org/docs".to_owned())
    }
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let outputs = Outputs::new(args.format, &args.output)?;
    let config = plan.order.config()?;
    // What could not be read is among the findings: saying it on standard error too is noise.
    let estate = plan.clone().quietly().load()?;
    let base = args.gate.base.as_deref();
    let base = base
        .map(|name| compare::estate(name, plan, config.as_ref()))
        .transpose()?;
    let engine = estate.engine();
    let findings = check(&estate, &engine, plan)?;
    // What was accepted in the base was no finding there: without its waiver it is a new one.
    let found_before = match &base {
        Some(base) => Some((base, check(base, &base.engine(), plan)?)),
        None => None,
    };
    let before = found_before.map(|(base, findings)| {
        let (waivers, _) = waiver::of_comments(&base.comments, &base.sources);
        let places = |finding: &Finding| base.places_of(finding);
        let sorted = waiver::apply(findings, &waivers, plan.today, &base.sources, places);
        let open = sorted.open.into_iter();
        open.map(|finding| finding.fingerprint).collect()
    });
    let (waivers, wrong) = waiver::of_comments(&estate.comments, &estate.sources);
    let policy = args
        .gate
        .policy(config.as_ref(), waivers, before, plan.today)?;
    let places = |finding: &Finding| estate.places_of(finding);
    let mut judged = judge(findings, wrong, &policy, &estate.sources, places);
    if let Some(base) = &base {
        let changes = Changes::new(&base.sources, &estate.sources);
        point_at(&mut judged.open, &changes, &estate.sources);
    }
    if let Some(file) = &args.gate.write_baseline {
        let baseline = Baseline::of(judged.open.iter());
        let mut text = Vec::new();
        crate::output::json::write(&mut text, &baseline)?;
        write_file(file, &String::from_utf8_lossy(&text))?;
        let count = plural(baseline.len(), "finding");
        screen.text(&format!("wrote {count} to {file}\n"))?;
        return Ok(0);
    }
    let coverage = coverage(&estate.model, &engine);
    let lint = Lint {
        judged: &judged,
        sources: &estate.sources,
        coverage: &coverage,
        unread: &estate.unread,
        documents: estate.documents,
        documentation,
        docs: args.docs_url.as_deref(),
    };
    match outputs.write(&lint, screen) {
        // Whoever reads may stop reading; what was found does not change by that.
        Err(Error::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(u8::from(judged.fails))
}

/// What every rule finds in an estate.
fn check(estate: &Estate, engine: &Engine<'_>, plan: &Plan) -> Result<Vec<Finding>, Error> {
    let sweep = super::long::sweep(engine, &plan.console)?;
    Ok(rules::run(Input {
        model: &estate.model,
        engine,
        sweep: &sweep,
        sources: &estate.sources,
        problems: &estate.problems,
        unread: &estate.unread,
        today: plan.today,
        freshness: estate.freshness,
    }))
}

/// The documentation of a rule as Markdown.
fn documentation(code: Code) -> String {
    rules::rule(code).map(markdown).unwrap_or_default()
}
