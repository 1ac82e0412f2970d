//! `spof serve`: the report, live.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::args::{Colour, Plan, system_day};
use super::screen::Screen;
use super::warn;
use super::{compare, policy};
use crate::error::Error;
use crate::output::text::{DIM, STRONG, Text, listed, plural};
use crate::report::Language;
use crate::serve::live::Live;
use crate::serve::{self, Log, Options, PORT, Today};

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof serve samples/kakao-2022              the page on http://127.0.0.1:7763
  spof serve deploy/ --port 0 --open         on a free port, opened in the browser
  spof serve deploy/ --base main             with what changed since main
  curl http://127.0.0.1:7763/api/state       what is shown, and whether the inputs still say so

It listens on this machine only, reads the inputs again when they change, and writes nothing.
docs/serve.md describes the API; /api/openapi.json is its OpenAPI description.")]
pub(super) struct Args {
    /// Files or folders to read
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<Utf8PathBuf>,

    /// The port to listen on; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = PORT)]
    port: u16,

    /// The language of the page; its reader can change it
    #[arg(long, value_enum, value_name = "LANG", default_value = "en")]
    lang: Language,

    /// Also show what changed since this git revision (or folder, or saved graph), as it is when the
    /// server starts
    #[arg(long, value_name = "REV")]
    base: Option<String>,

    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

pub(super) fn run(args: &Args, plan: &Plan, screen: &Screen) -> Result<u8, Error> {
    let config = plan.order.config()?;
    let base = compare::base(args.base.as_deref(), plan, config.as_ref())?;
    let options = Options {
        order: plan.order.clone(),
        policy: |config, waivers, today| {
            policy::Options::default().policy(config, waivers, None, today)
        },
        today: if plan.today_is_named {
            Today::Named(plan.today)
        } else {
            Today::Present(system_day)
        },
        base: base.map(Arc::new),
        language: args.lang,
        port: args.port,
    };
    let log = Arc::new(StandardError {
        quiet: plan.quiet,
        colour: plan.colour,
    });
    let mut shown = Ok(());
    serve::serve(options, log, |address, live| {
        shown = welcome(address, live, plan, screen);
        if args.open {
            open(&format!("http://{address}/"), plan.colour);
        }
    })?;
    shown?;
    Ok(0)
}

/// Says where, and of what.
fn welcome(address: SocketAddr, live: &Live, plan: &Plan, screen: &Screen) -> Result<(), Error> {
    let snapshot = live.snapshot();
    let paths: Vec<String> = plan
        .order
        .request
        .paths
        .iter()
        .map(|path| format!("`{path}`"))
        .collect();
    let model = &snapshot.estate.model;
    let mut page = screen.page();
    page.line(Text::of(STRONG, &format!("http://{address}/")));
    page.line(Text::of(
        DIM,
        &format!(
            "{}: {}, {}; read again when they change; Ctrl-C ends it",
            listed(&paths, "and"),
            plural(model.nodes.len(), "node"),
            plural(model.requirements.len(), "requirement"),
        ),
    ));
    screen.show(&page)
}

/// Opens `url` with what this system opens addresses with.
fn open(url: &str, colour: Colour) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let started = Command::new(program)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if started.is_err() {
        warn::note(
            &format!("`{program}` could not be started: open {url} yourself"),
            colour,
        );
    }
}

/// The log: one line each on standard error.
struct StandardError {
    quiet: bool,
    colour: Colour,
}

impl Log for StandardError {
    fn say(&self, line: &str) {
        if !self.quiet {
            warn::note(line, self.colour);
        }
    }
}
