//! JSON text that is safe to look at: what a terminal would act on, and what would show text in
//! another order than it is written, is escaped as `\uXXXX`. Parsers read the same strings.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter};

use crate::output::text::is_hostile;

/// Bytes that most answers fit in.
const ROOM: usize = 4 << 10;

/// Writes `value` over several lines, with a line break at the end.
///
/// # Errors
/// What `out` fails with.
pub fn write<T: Serialize + ?Sized>(mut out: &mut dyn Write, value: &T) -> io::Result<()> {
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut out, Hardened(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    writeln!(out)
}

/// `value` on one line, without a line break.
///
/// # Errors
/// `value` says that it can't be written.
pub fn compact<T: Serialize + ?Sized>(value: &T) -> io::Result<Vec<u8>> {
    // Not through `dyn Write`: what is written is a few bytes at a time.
    let mut out = Vec::with_capacity(ROOM);
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut out, Hardened(CompactFormatter));
    value.serialize(&mut serializer)?;
    Ok(out)
}

/// Another layout, with hostile characters escaped.
struct Hardened<F>(F);

impl<F: Formatter> Formatter for Hardened<F> {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly all text is of this sort, and needs no look at each letter.
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut from = 0;
        for (at, letter) in fragment.char_indices().filter(|(_, c)| is_hostile(*c)) {
            writer.write_all(&fragment.as_bytes()[from..at])?;
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            from = at + letter.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[from..])
    }

    fn write_char_escape<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_escaped_and_read_back_the_same() {
        let value = serde_json::json!({"a\u{202e}": ["x\u{9b}31m\u{1b}[0m", "\u{e0041}판교"]});
        let mut out = Vec::new();
        write(&mut out, &value).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            !text.chars().any(|c| c != '\n' && is_hostile(c)),
            "{text:?}"
        );
        assert!(text.contains("판교"));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }
}
