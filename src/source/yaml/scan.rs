//! The scalars of the plain form: plain and quoted ones of one line, literal and folded text.

use super::document::Range;

/// A text, and where parts of it begin and end.
pub(super) struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// The last text that is not as it is written.
    buffer: String,
}

/// A scalar of one line.
pub(super) struct Atom {
    /// As written, quotes included.
    pub(super) range: Range,
    pub(super) quoted: bool,
    /// Its text is in the buffer, not in the file.
    changed: bool,
    /// First byte after it that is no space: of what follows, or the end of the line.
    pub(super) after: usize,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            buffer: String::new(),
        }
    }

    /// The bytes `from..to`, if they are letters as a whole.
    pub(super) fn get(&self, from: usize, to: usize) -> Option<&'t str> {
        self.text.get(from..to)
    }

    /// The text of the last atom or block.
    pub(super) fn buffer(&self) -> &str {
        &self.buffer
    }

    /// The text of `atom`, which must be the last one if it is not as it is written.
    pub(super) fn text_of(&self, atom: &Atom) -> Option<&str> {
        let quotes = usize::from(atom.quoted);
        let (start, end) = atom.range;
        if atom.changed {
            Some(&self.buffer)
        } else {
            self.text.get(start + quotes..end - quotes)
        }
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The first byte from `at` on that is no space.
    pub(super) fn skip(&self, mut at: usize) -> usize {
        while self.byte(at) == Some(b' ') {
            at += 1;
        }
        at
    }

    /// True at the end of a line or the text, and before a space.
    pub(super) fn is_gap(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b' ' | b'\n'))
    }

    /// Where the line of `at` ends.
    pub(super) fn end_of_line(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n');
        at + length.unwrap_or(rest.len())
    }

    /// Whether the line of `at` has nothing but dashes and spaces before it, a dash at least.
    pub(super) fn line_has_dash(&self, at: usize) -> bool {
        let before = self.bytes.get(..at).unwrap_or_default().iter().rev();
        let mut before = before.skip_while(|byte| **byte == b' ');
        before.next() == Some(&b'-')
    }

    /// The scalar at `at`, of one line; in a flow collection or not.
    pub(super) fn atom(&mut self, at: usize, flow: bool) -> Option<Atom> {
        match self.byte(at)? {
            b'"' => self.double(at),
            b'\'' => self.single(at),
            // What only begins a text if no space follows, and what begins something else.
            b'-' if !flow && !self.is_gap(at + 1) => self.plain(at, flow),
            b'-' if flow && self.byte(at + 1).is_some_and(|b| b.is_ascii_alphanumeric()) => {
                self.plain(at, flow)
            }
            b'-' | b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!'
            | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' | b'\n' => None,
            _ => self.plain(at, flow),
        }
    }

    fn plain(&self, start: usize, flow: bool) -> Option<Atom> {
        let (mut at, mut end) = (start, start);
        while let Some(byte) = self.byte(at) {
            match byte {
                b'\n' => break,
                b' ' => {
                    at = self.skip(at);
                    if self.byte(at) == Some(b'#') {
                        break;
                    }
                    continue;
                }
                b'\t' => return None,
                b':' => {
                    let next = self.byte(at + 1);
                    let ends = flow && matches!(next, Some(b',' | b'[' | b']' | b'{' | b'}'));
                    if ends || self.is_gap(at + 1) {
                        break;
                    }
                }
                b',' | b'[' | b']' | b'{' | b'}' if flow => break,
                _ => {}
            }
            at += 1;
            end = at;
        }
        Some(Atom {
            range: (start, end),
            quoted: false,
            changed: false,
            after: at,
        })
    }

    fn single(&mut self, start: usize) -> Option<Atom> {
        let mut changed = false;
        let mut from = start + 1;
        let mut at = from;
        loop {
            match self.byte(at)? {
                b'\n' => return None,
                b'\'' if self.byte(at + 1) == Some(b'\'') => {
                    self.take(&mut changed, from, at + 1)?;
                    at += 2;
                    from = at;
                }
                b'\'' => break,
                _ => at += 1,
            }
        }
        self.quoted(start, changed.then_some(from), at)
    }

    fn double(&mut self, start: usize) -> Option<Atom> {
        let mut changed = false;
        let mut from = start + 1;
        let mut at = from;
        loop {
            match self.byte(at)? {
                b'\n' => return None,
                b'\\' => {
                    let letter = match self.byte(at + 1)? {
                        b'n' => '\n',
                        b't' => '\t',
                        b'r' => '\r',
                        b'"' => '"',
                        b'\\' => '\\',
                        b'/' => '/',
                        _ => return None,
                    };
                    self.take(&mut changed, from, at)?;
                    self.buffer.push(letter);
                    at += 2;
                    from = at;
                }
                b'"' => break,
                _ => at += 1,
            }
        }
        self.quoted(start, changed.then_some(from), at)
    }

    /// Adds the bytes `from..to` to the text in the buffer.
    fn take(&mut self, changed: &mut bool, from: usize, to: usize) -> Option<()> {
        if !std::mem::replace(changed, true) {
            self.buffer.clear();
        }
        self.buffer.push_str(self.text.get(from..to)?);
        Some(())
    }

    /// The scalar whose quotes stand at `start` and `close`; `rest`: what is not yet in the buffer.
    fn quoted(&mut self, start: usize, rest: Option<usize>, close: usize) -> Option<Atom> {
        if let Some(rest) = rest {
            self.buffer.push_str(self.text.get(rest..close)?);
        }
        Some(Atom {
            range: (start, close + 1),
            quoted: true,
            changed: rest.is_some(),
            after: self.skip(close + 1),
        })
    }

    /// The literal (`|`) or folded (`>`) text that begins at `at`, with `-` or nothing behind it,
    /// as a value of what stands in the column `parent`. It is left in the buffer; out come its
    /// bytes and where the line after it begins.
    pub(super) fn block(&mut self, at: usize, parent: usize) -> Option<(Range, usize)> {
        let folded = self.byte(at) == Some(b'>');
        let stripped = self.byte(at + 1) == Some(b'-');
        let mut line = self.skip(at + 1 + usize::from(stripped));
        if self.byte(line)? != b'\n' {
            return None;
        }
        line += 1;
        self.buffer.clear();
        // Its first line that is not empty says how deep it stands.
        let mut start = self.skip(line);
        let mut widest = 0;
        while self.byte(start)? == b'\n' {
            widest = widest.max(start - line);
            self.buffer.push('\n');
            line = start + 1;
            start = self.skip(line);
        }
        let indent = start - line;
        let unclear = indent <= parent || widest > indent || self.byte(start) == Some(b'\t');
        if unclear || (folded && !self.buffer.is_empty()) {
            return None;
        }
        let end = loop {
            let spaces = self.bytes.get(line..).unwrap_or_default().iter();
            let depth = spaces.take(indent).take_while(|b| **b == b' ').count();
            let from = line + depth;
            match self.byte(from) {
                // Blank lines in folded text count by what follows them.
                Some(b'\n') if depth < indent && !folded => self.buffer.push('\n'),
                Some(b'\n') if depth < indent => {
                    line = self.blank(line, indent)?;
                    if self.skip(line) - line >= indent {
                        return None;
                    }
                    continue;
                }
                Some(b'\t') if depth < indent => return None,
                _ if depth < indent => break from,
                first => {
                    let rest = self.bytes.get(from..)?;
                    // A text without a line break at its end is left to the parser.
                    let length = rest.iter().position(|byte| *byte == b'\n')?;
                    if folded && matches!(first, Some(b' ' | b'\t' | b'\n')) {
                        return None;
                    }
                    self.buffer.push_str(self.text.get(from..from + length)?);
                    self.buffer.push('\n');
                    line = from + length + 1;
                    continue;
                }
            }
            line = from + 1;
        };
        let kept = self.buffer.trim_end_matches('\n').len();
        self.buffer.truncate(kept);
        if folded {
            self.buffer = self.buffer.replace('\n', " ");
        }
        if !stripped {
            self.buffer.push('\n');
        }
        Some(((start, end), line))
    }

    /// Where the first line from `line` on begins that is not blank; `None` if a blank one has
    /// `most` spaces.
    fn blank(&self, mut line: usize, most: usize) -> Option<usize> {
        loop {
            let at = self.skip(line);
            if self.byte(at) != Some(b'\n') {
                return Some(line);
            }
            if at - line >= most {
                return None;
            }
            line = at + 1;
        }
    }
}
