//! `spof completions`: what shells need to complete our words.

use clap_complete::Shell;

use super::screen::Screen;
use crate::error::Error;

/// What was typed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  mkdir -p ~/.local/share/bash-completion/completions ~/.zfunc ~/.config/fish/completions
  spof completions bash > ~/.local/share/bash-completion/completions/spof
  spof completions zsh > ~/.zfunc/_spof          with ~/.zfunc in $fpath
  spof completions fish > ~/.config/fish/completions/spof.fish")]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args, mut command: clap::Command, screen: &Screen) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "spof", &mut script);
    screen.text(&String::from_utf8_lossy(&script))?;
    Ok(0)
}
