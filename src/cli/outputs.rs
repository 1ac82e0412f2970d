//! `--format` and `--output` of `spof lint`: which formats go where.

use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;

use super::screen::Screen;
use crate::error::Error;
use crate::output::json::write as write_json;
use crate::output::lint::{
    Lint, Look, concise, github, gitlab, human, json, junit, markdown, sarif,
};

/// A form in which findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Each finding with its place in the source
    Human,
    /// One line a finding
    Concise,
    /// For programs; the form is versioned
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub Actions run
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// `JUnit` XML, for systems that show test results
    Junit,
    /// For a step summary or a comment on a pull request
    Markdown,
}

/// `--output FORMAT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    format: Format,
    /// `-`: standard output.
    file: Utf8PathBuf,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text
            .split_once('=')
            .ok_or("expected FORMAT=FILE, as sarif=out.sarif; `-` is standard output")?;
        if file.is_empty() {
            return Err("the file is missing: FORMAT=FILE".to_owned());
        }
        Ok(Self {
            format: Format::from_str(format, true).map_err(|_| {
                let names: Vec<String> = Format::value_variants()
                    .iter()
                    .filter_map(ValueEnum::to_possible_value)
                    .map(|value| value.get_name().to_owned())
                    .collect();
                format!(
                    "there is no format `{format}`: it is one of {}",
                    names.join(", ")
                )
            })?,
            file: file.into(),
        })
    }
}

/// What goes where: the format on standard output, and the files.
#[derive(Debug)]
pub(super) struct Outputs<'a> {
    shown: Format,
    files: Vec<&'a Output>,
}

impl<'a> Outputs<'a> {
    /// Sorts out what was typed. Without a word about standard output, people read there.
    ///
    /// # Errors
    /// Two formats for one place.
    pub(super) fn new(format: Option<Format>, outputs: &'a [Output]) -> Result<Self, Error> {
        let (shown, files): (Vec<&Output>, Vec<&Output>) =
            outputs.iter().partition(|output| output.file == "-");
        if shown.len() + usize::from(format.is_some()) > 1 {
            return Err(Error::usage_with_help(
                "two formats for standard output",
                "give all but one of them a file: `--output sarif=out.sarif`",
            ));
        }
        for (at, output) in files.iter().enumerate() {
            if files
                .iter()
                .skip(at + 1)
                .any(|other| other.file == output.file)
            {
                return Err(Error::usage(format!("two formats for {}", output.file)));
            }
        }
        let shown = format.or(shown.first().map(|output| output.format));
        Ok(Self {
            shown: shown.unwrap_or(Format::Human),
            files,
        })
    }

    /// Writes all of them, files first: who reads standard output may stop reading.
    ///
    /// # Errors
    /// A file or standard output can't be written.
    pub(super) fn write(&self, lint: &Lint<'_>, screen: &Screen) -> Result<(), Error> {
        for output in &self.files {
            let text = render(output.format, lint, None)?;
            write_file(&output.file, &text)?;
        }
        match self.shown {
            Format::Human => {
                let look = Look {
                    width: screen.width(),
                    styled: true,
                };
                screen.styled(&human(lint, look))
            }
            format => screen.text(&render(format, lint, Some(screen))?),
        }
    }
}

/// Writes a file whole; a folder that is missing is not made.
pub(super) fn write_file(file: &Utf8Path, text: &str) -> Result<(), Error> {
    std::fs::write(file, text).map_err(|source| Error::Write {
        path: file.to_owned(),
        source,
    })
}

fn render(format: Format, lint: &Lint<'_>, screen: Option<&Screen>) -> Result<String, Error> {
    let look = Look {
        width: screen.map_or(crate::output::page::DEFAULT_WIDTH, Screen::width),
        styled: false,
    };
    match format {
        Format::Human => Ok(human(lint, look)),
        Format::Concise => Ok(concise(lint)),
        Format::Json => text_of(&json(lint)),
        Format::Sarif => text_of(&sarif(lint)),
        Format::Github => Ok(github(lint)),
        Format::Gitlab => text_of(&gitlab(lint)),
        Format::Junit => junit(lint),
        Format::Markdown => Ok(markdown(lint)),
    }
}

fn text_of<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut out = Vec::new();
    write_json(&mut out, value)?;
    String::from_utf8(out).map_err(|error| Error::Internal(error.to_string()))
}
