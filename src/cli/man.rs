//! `spof man`: the manual pages, made from the words of `--help`.

use camino::Utf8PathBuf;
use clap_mangen::Man;

use super::init;
use super::screen::Screen;
use crate::error::Error;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  spof man | man -l -                               read the page of `spof` itself
  spof man --dir ~/.local/share/man/man1            write one page a command")]
pub(super) struct Args {
    /// Write one page a command into this folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<Utf8PathBuf>,

    /// Write over pages that exist
    #[arg(long, requires = "dir")]
    force: bool,
}

pub(super) fn run(args: &Args, mut command: clap::Command, screen: &Screen) -> Result<u8, Error> {
    command.build();
    let Some(dir) = &args.dir else {
        screen.text(&page(command)?)?;
        return Ok(0);
    };
    std::fs::create_dir_all(dir).map_err(|source| Error::Write {
        path: dir.clone(),
        source,
    })?;
    let mut pages = vec![("spof".to_owned(), page(command.clone())?)];
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let name = format!("spof-{}", sub.get_name());
        pages.push((name.clone(), page(sub.clone().display_name(name))?));
    }
    let pages = pages
        .into_iter()
        .map(|(name, text)| (dir.join(format!("{name}.1")), text));
    let pages: Vec<_> = pages.collect();
    if let Some((path, _)) = pages.iter().find(|(path, _)| !args.force && path.exists()) {
        return Err(Error::usage_with_help(
            format!("{path} exists already: nothing was written"),
            "`--force` writes over it",
        ));
    }
    for (path, text) in &pages {
        init::write(path, text, args.force)?;
    }
    Ok(0)
}

/// One manual page in roff.
fn page(command: clap::Command) -> Result<String, Error> {
    let mut text = Vec::new();
    Man::new(command).render(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
