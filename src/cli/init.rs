//! `spof init`: a first `spof.toml` and `spof.yaml`, from what is there.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Plan;
use super::screen::Screen;
use crate::config;
use crate::error::Error;
use crate::output::Context;
use crate::output::page::Page;
use crate::output::starter::Starter;
use crate::output::text::{DIM, GOOD, PLAIN, Text, plural};
use crate::words::Class;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof init                write spof.toml and spof.yaml here
  spof init --stdout       only show what they would hold
  spof init deploy         for what is in deploy/, and into it")]
pub(super) struct Args {
    /// The folder to read and to write into
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(super) path: Utf8PathBuf,

    /// Show the files instead of writing them
    #[arg(long, visible_alias = "dry-run", conflicts_with = "force")]
    stdout: bool,

    /// Write over files that exist
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    if args.path.is_file() {
        let message = format!("{} is a file: `spof init` takes a folder", args.path);
        return Err(Error::usage_with_help(
            message,
            "name the folder it stands in",
        ));
    }
    let root = crate::discover::shown_root(&args.path);
    let manifest_at = root.join("spof.yaml");
    let config_at = root.join(config::NAME);
    if !args.stdout && !args.force {
        refuse_existing(&[&config_at, &manifest_at])?;
    }
    let estate = plan.clone().quietly().load()?;
    let cx = Context {
        model: &estate.model,
        sources: &estate.sources,
    };
    let starter = Starter {
        cx,
        problems: &estate.problems,
        root: &root,
    };
    let (config, manifest) = (starter.config(), starter.manifest());
    if args.stdout {
        let mut text = format!("# ---- {config_at}\n{config}");
        if let Some(manifest) = &manifest {
            let _ = write!(text, "\n# ---- {manifest_at}\n{manifest}");
        }
        screen.text(&text)?;
        return Ok(0);
    }
    write(&config_at, &config, args.force)?;
    if let Some(manifest) = &manifest {
        write(&manifest_at, manifest, args.force)?;
    }
    let mut page = screen.page();
    wrote(&mut page, &config_at, &scopes(starter.siblings().len()));
    if manifest.is_some() {
        let counts = [Class::Service, Class::Store].map(|class| cx.count_of(class));
        let of = [plural(counts[0], "service"), plural(counts[1], "store")];
        wrote(
            &mut page,
            &manifest_at,
            &format!("{} to fill in", of.join(" and ")),
        );
    } else {
        page.line(Text::plain(
            "no spof.yaml: every service and store has its tier, owner and rto already",
        ));
    }
    page.line(Text::plain("Next: ").and(
        PLAIN,
        "give the most important services a tier, then run `spof lint` and `spof coverage`",
    ));
    screen.show(&page)?;
    Ok(0)
}

fn scopes(count: usize) -> String {
    match count {
        0 => "everything in it is a comment".to_owned(),
        _ => format!("{}: try `--scope`", plural(count, "scope")),
    }
}

fn wrote(page: &mut Page, path: &Utf8Path, what: &str) {
    page.line(
        Text::of(GOOD, "wrote ")
            .and(PLAIN, path.as_str())
            .and(DIM, &format!("  {what}")),
    );
}

/// Files that exist are somebody's work.
fn refuse_existing(paths: &[&Utf8Path]) -> Result<(), Error> {
    let there = |path: &&&Utf8Path| path.symlink_metadata().is_ok();
    let Some(path) = paths.iter().find(there) else {
        return Ok(());
    };
    Err(Error::usage_with_help(
        format!("{path} exists already: nothing was written"),
        "`--stdout` shows what would be written, `--force` writes over it",
    ))
}

/// Writes a new file; over an old one only by `force`.
pub(super) fn write(path: &Utf8Path, text: &str, force: bool) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}
