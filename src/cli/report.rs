//! `spof report`: the page architects open, as one file or as a folder.

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Plan;
use super::screen::Screen;
use crate::config::costs::Costs;
use crate::error::Error;
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
    let costs = plan
        .order
        .config()?
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
    let facts = Facts {
        language: args.lang,
        link: args.link.as_deref(),
        paths: &plan.order.request.paths,
        model: &estate.model,
        engine: &engine,
        costs: Some(&costs),
        sweep: &sweep,
        findings: &findings,
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
