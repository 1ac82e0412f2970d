//! `spof report`: the page architects open, as one file or as a folder.

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Plan;
use super::compare;
use super::policy::Options;
use super::screen::Screen;
use crate::analysis::diff::Side;
use crate::config::costs::Costs;
use crate::error::Error;
use crate::findings::gate::judge;
use crate::findings::{Finding, waiver};
use crate::report::{Facts, Language, render, render_apart};
use crate::rules::{self, Input};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof report -o report.html samples/kakao-2022
  spof report -o - samples/kakao-2022 > report.html
  spof report -o report.html --lang ko samples/kakao-2022
  spof report --dir public/spof samples/kakao-2022     for servers that forbid inline code
  spof report -o report.html --link 'https://git.example/infra/blob/main/{file}#L{line}'

The file loads nothing and sends nothing: it can be mailed and archived. Its address holds what is
shown, so report.html#down=site:pangyo is a link to that scenario.")]
pub(super) struct Args {
    /// Files or folders to read
    pub(super) paths: Vec<Utf8PathBuf>,

    /// The HTML file to write, `-` for standard output
    #[arg(short, long, value_name = "FILE", required_unless_present = "dir")]
    output: Option<Utf8PathBuf>,

    /// The folder to write index.html, spof.css, spof.js and data.js to: a page without inline code
    #[arg(long, value_name = "FOLDER", conflicts_with = "output")]
    dir: Option<Utf8PathBuf>,

    /// The language of the page; its reader can change it
    #[arg(long, value_enum, value_name = "LANG", default_value = "en")]
    lang: Language,

    /// Also show what changed since this git revision (or folder, or saved graph)
    #[arg(long, value_name = "REV")]
    base: Option<String>,

    /// Where files can be looked at: an address with {file} and {line} in it
    #[arg(long, value_name = "ADDRESS", value_parser = link)]
    link: Option<String>,
}

/// An address that is safe to click and names the file.
fn link(text: &str) -> Result<String, String> {
    let known = ["https://", "http://", "vscode://", "idea://"];
    if !known.iter().any(|scheme| text.starts_with(scheme)) {
        return Err(format!("begins with none of {}", known.join(", ")));
    }
    if !text.contains("{file}") {
        return Err("has no {file} in it".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let config = plan.order.config()?;
    let costs = config
        .as_ref()
        .map_or_else(Costs::default, |config| config.costs);
    let estate = plan.load()?;
    let engine = estate.engine();
    let sweep = super::long::sweep(&engine, &plan.console)?;
    let findings = rules::run(Input {
        model: &estate.model,
        engine: &engine,
        sweep: &sweep,
        sources: &estate.sources,
        problems: &estate.problems,
        unread: &estate.unread,
        today: plan.today,
        freshness: estate.freshness,
    });
    let (waivers, wrong) = waiver::of_comments(&estate.comments, &estate.sources);
    let mut policy = Options::default().policy(config.as_ref(), waivers, None, plan.today)?;
    // What a baseline lists is known, and a report tells of what is known.
    policy.known = None;
    let places = |finding: &Finding| estate.places_of(finding);
    let judged = judge(findings, wrong, &policy, &estate.sources, places);
    let base = compare::base(args.base.as_deref(), plan, config.as_ref())?;
    let head = Side {
        model: &estate.model,
        engine: &engine,
        sweep: &sweep,
    };
    let changed = base.as_ref().map(|base| base.changes(head)).transpose()?;
    let facts = Facts {
        language: args.lang,
        link: args.link.as_deref(),
        paths: &plan.order.request.paths,
        model: &estate.model,
        engine: &engine,
        costs: Some(&costs),
        sweep: &sweep,
        findings: &judged.open,
        waived: &judged.waived,
        base: base
            .as_ref()
            .map(|base| base.name.as_str())
            .zip(changed.as_ref()),
        sources: &estate.sources,
        unread: &estate.unread,
        other_files: estate.other_files,
    };
    if let Some(folder) = &args.dir {
        std::fs::create_dir_all(folder).map_err(|source| Error::Write {
            path: folder.clone(),
            source,
        })?;
        for (name, text) in render_apart(&facts)? {
            write(&folder.join(name), &text)?;
        }
    }
    match args.output.as_deref() {
        Some(output) if output == "-" => screen.text(&render(&facts)?)?,
        Some(output) => write(output, &render(&facts)?)?,
        None => {}
    }
    Ok(0)
}

fn write(to: &Utf8Path, text: &str) -> Result<(), Error> {
    std::fs::write(to, text).map_err(|source| Error::Write {
        path: to.to_owned(),
        source,
    })
}
