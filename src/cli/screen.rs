//! Standard output: pages with or without colours, and JSON.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::sync::Arc;

use anstream::{AutoStream, ColorChoice};

use super::args::Colour;
use super::console::Console;
use crate::error::Error;
use crate::estate::Progress as _;
use crate::output::json;
use crate::output::page::{DEFAULT_WIDTH, Page};

/// Where answers go.
#[derive(Debug)]
pub struct Screen {
    console: Arc<Console>,
    colour: Colour,
    width: usize,
}

impl Screen {
    /// Standard output; as wide as its terminal, if it is one.
    #[must_use]
    pub fn new(colour: Colour, console: Arc<Console>) -> Self {
        let width = terminal_size::terminal_size_of(io::stdout())
            .map_or(DEFAULT_WIDTH, |(columns, _)| usize::from(columns.0));
        Self {
            console,
            colour,
            width,
        }
    }

    /// An empty page that fits.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::new(self.width)
    }

    /// Writes a page; colours only where they are wanted and understood.
    ///
    /// # Errors
    /// Standard output failed.
    pub fn show(&self, page: &Page) -> Result<(), Error> {
        let mut text = Vec::new();
        page.write(&mut text)?;
        self.styled(&String::from_utf8_lossy(&text))
    }

    /// Columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Writes text that holds escape sequences of our own making, and no others; colours only
    /// where they are wanted and understood.
    ///
    /// # Errors
    /// Standard output failed.
    pub fn styled(&self, text: &str) -> Result<(), Error> {
        self.console.done();
        let Some(linked) = self.console.linked(text) else {
            let stream = AutoStream::new(io::stdout().lock(), self.colour.into());
            let mut out = BufWriter::new(stream);
            out.write_all(text.as_bytes())?;
            return Ok(out.flush()?);
        };
        // Links stay where colours go (`--hyperlinks always` into a file): two decisions.
        let choice = match self.colour {
            Colour::Auto => AutoStream::choice(&io::stdout()),
            colour => colour.into(),
        };
        if choice == ColorChoice::Never {
            let plain = anstream::adapter::strip_str(text).to_string();
            return self.text(&self.console.linked(&plain).unwrap_or(plain));
        }
        let mut out = BufWriter::new(AutoStream::always(io::stdout().lock()));
        out.write_all(linked.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Writes `value` as JSON.
    ///
    /// # Errors
    /// Standard output failed.
    pub fn json<T: serde::Serialize + ?Sized>(&self, value: &T) -> Result<(), Error> {
        let mut out = self.raw();
        json::write(&mut out, value)?;
        Ok(out.flush()?)
    }

    /// Writes text as it is: for formats that other programs read, and that have escaped what
    /// they hold.
    ///
    /// # Errors
    /// Standard output failed.
    pub fn text(&self, text: &str) -> Result<(), Error> {
        let mut out = self.raw();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    fn raw(&self) -> BufWriter<StdoutLock<'static>> {
        self.console.done();
        BufWriter::new(io::stdout().lock())
    }
}
