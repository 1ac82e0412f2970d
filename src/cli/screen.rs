//! Standard output: pages with or without colours, and JSON.

use std::io::{self, BufWriter, StdoutLock, Write};

use anstream::AutoStream;

use super::args::Colour;
use crate::error::Error;
use crate::output::json;
use crate::output::page::{DEFAULT_WIDTH, Page};

/// Where answers go.
#[derive(Debug)]
pub struct Screen {
    colour: Colour,
    width: usize,
}

impl Screen {
    /// Standard output; as wide as its terminal, if it is one.
    #[must_use]
    pub fn new(colour: Colour) -> Self {
        let width = terminal_size::terminal_size_of(io::stdout())
            .map_or(DEFAULT_WIDTH, |(columns, _)| usize::from(columns.0));
        Self { colour, width }
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
        let stream = AutoStream::new(io::stdout().lock(), self.colour.into());
        let mut out = BufWriter::new(stream);
        page.write(&mut out)?;
        Ok(out.flush()?)
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
        let stream = AutoStream::new(io::stdout().lock(), self.colour.into());
        let mut out = BufWriter::new(stream);
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Writes `value` as JSON.
    ///
    /// # Errors
    /// Standard output failed.
    pub fn json<T: serde::Serialize + ?Sized>(&self, value: &T) -> Result<(), Error> {
        let mut out = Self::raw();
        json::write(&mut out, value)?;
        Ok(out.flush()?)
    }

    /// Writes text as it is: for formats that other programs read, and that have escaped what
    /// they hold.
    ///
    /// # Errors
    /// Standard output failed.
    pub fn text(&self, text: &str) -> Result<(), Error> {
        let mut out = Self::raw();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    fn raw() -> BufWriter<StdoutLock<'static>> {
        BufWriter::new(io::stdout().lock())
    }
}
