//! The plain form of YAML, line by line: block mappings and lists with spaces before them, scalars
//! of one line, literal and folded text, flow collections of one line, comments. Whatever else a
//! document holds (anchors, tags, texts over several lines, tabs, mistakes) makes this reader give
//! it up: it never guesses. Each byte is looked at once or twice.

use super::Pile;
use super::document::{Marked, Shape};
use super::scan::{Atom, Scan};
use crate::source::Span;
use crate::source::tree::Comment;

/// Longest key: the parser looks ahead for 1,024 characters to find the colon.
const LONGEST_KEY: usize = 1_000;
/// Flow collections nested deeper are left to the parser.
const DEEPEST_FLOW: usize = 16;

const PLAIN: Marked<'static> = Marked {
    tag: None,
    anchor: 0,
};

/// Whether `text` may be read in pieces at all. O(bytes).
pub(super) fn may_read(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Line breaks of other systems, bytes that YAML forbids or takes for marks, directives.
    let mut suspect = false;
    for byte in bytes {
        suspect |= (*byte < b' ' && *byte != b'\n' && *byte != b'\t') || *byte == 0x7f;
    }
    !suspect && !bytes.starts_with(b"%") && !text.contains("\n%") && !has_odd_letters(text)
}

/// Control characters beyond ASCII, byte order marks, other line breaks.
fn has_odd_letters(text: &str) -> bool {
    let odd = |letter: char| {
        matches!(
            letter,
            '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
    };
    !text.is_ascii() && text.contains(odd)
}

/// Reads the document of `text` from byte `from` on, which begins the file or with `---`, and puts
/// it on the pile. `None` if it is not of the plain form; then the pile holds pieces of it.
pub(super) fn document(pile: &mut Pile<'_>, text: &str, from: usize) -> Option<()> {
    let mut lines = Lines {
        pile,
        scan: Scan::new(text),
        open: Vec::new(),
        index: None,
    };
    let mut at = from;
    if text.get(from..)?.starts_with("---") {
        lines.begin()?;
        at = lines.rest_of_line(from + 3)?;
    }
    while at < text.len() {
        at = lines.line(at)?;
    }
    lines.close(None)?;
    match lines.index {
        Some(index) => lines.pile.keep(index).ok(),
        None => Some(()),
    }
}

/// An open block collection.
#[derive(Clone, Copy)]
struct Level {
    /// Where its keys or dashes stand.
    column: usize,
    mapping: bool,
    /// A key or dash without a value so far, and where one that is nothing stands.
    waits: Option<usize>,
}

struct Lines<'p, 'l, 't> {
    pile: &'p mut Pile<'l>,
    scan: Scan<'t>,
    open: Vec<Level>,
    /// Number of the document, once it has begun.
    index: Option<u32>,
}

impl Lines<'_, '_, '_> {
    fn begin(&mut self) -> Option<()> {
        let over = self.pile.index >= self.pile.limits.documents;
        if self.index.is_none() && !over {
            self.index = Some(self.pile.begin());
        }
        self.index.map(|_| ())
    }

    /// Reads the line that begins at `start` and what belongs to it; where the next one begins.
    fn line(&mut self, start: usize) -> Option<usize> {
        let at = self.scan.skip(start);
        match self.scan.byte(at) {
            None => Some(at),
            Some(b'\n') => Some(at + 1),
            Some(b'#') => self.comment(at),
            Some(b'.') if at == start => None,
            Some(_) => {
                self.begin()?;
                self.close(Some(at - start))?;
                self.content(at, at - start)
            }
        }
    }

    /// The comment at `at`; where the next line begins.
    fn comment(&mut self, at: usize) -> Option<usize> {
        let end = self.scan.end_of_line(at);
        self.pile.comments.push(Comment {
            text: self.scan.get(at + 1, end)?.into(),
            span: Span::new(self.pile.file, at, end),
        });
        Some(end + 1)
    }

    /// Nothing but a comment may follow before the end of the line; where the next line begins.
    fn rest_of_line(&mut self, after: usize) -> Option<usize> {
        let at = self.scan.skip(after);
        match self.scan.byte(at) {
            None => Some(at),
            Some(b'\n') => Some(at + 1),
            Some(b'#') if at > after => self.comment(at),
            Some(_) => None,
        }
    }

    /// Ends the collections that are deeper than `column`, or all.
    fn close(&mut self, column: Option<usize>) -> Option<()> {
        while let Some(level) = self.open.last()
            && column.is_none_or(|column| level.column > column)
        {
            self.pop()?;
        }
        Some(())
    }

    fn pop(&mut self) -> Option<()> {
        self.nothing()?;
        self.open.pop();
        let problems = &mut self.pile.reading.problems;
        self.pile.document.end(0, problems).ok()
    }

    /// Gives a key or dash that still waits its value: nothing.
    fn nothing(&mut self) -> Option<()> {
        match self.open.last_mut().and_then(|level| level.waits.take()) {
            Some(at) => self.pile.document.scalar("", false, (at, at), PLAIN).ok(),
            None => Some(()),
        }
    }

    /// Begins a block collection at `column`, byte `start`: the document, or a value that is
    /// waited for.
    fn start(&mut self, mapping: bool, column: usize, start: usize) -> Option<()> {
        match self.open.last_mut() {
            Some(level) => level.waits.take().map(|_| ())?,
            None if self.pile.document.root().is_some() => return None,
            None => {}
        }
        let shape = Shape {
            mapping,
            flow: false,
        };
        self.pile
            .document
            .start(shape, (start, start), PLAIN)
            .ok()?;
        self.open.push(Level {
            column,
            mapping,
            waits: None,
        });
        Some(())
    }

    /// What begins at byte `at` in `column` of a line, after collections deeper than that were
    /// closed; where the next line begins.
    fn content(&mut self, mut at: usize, mut column: usize) -> Option<usize> {
        while self.scan.byte(at) == Some(b'-') && self.scan.is_gap(at + 1) {
            let next = self.scan.skip(at + 1);
            self.dash(at, column, next)?;
            match self.scan.byte(next) {
                None | Some(b'\n') => return Some(next + 1),
                Some(b'#') => return self.comment(next),
                Some(_) => {}
            }
            column += next - at;
            at = next;
        }
        let in_list = self
            .open
            .last()
            .is_some_and(|level| level.column < column && !level.mapping && level.waits.is_some());
        let first = self.scan.byte(at)?;
        if in_list && matches!(first, b'{' | b'[' | b'|' | b'>') {
            return self.value(at);
        }
        let atom = self.scan.atom(at, false)?;
        if self.scan.byte(atom.after) == Some(b':') {
            return self.pair(&atom, column);
        }
        // Elsewhere it would be the rest of a text of several lines.
        let inline = at > 0 && self.scan.byte(at - 1) == Some(b' ') && self.scan.line_has_dash(at);
        if !in_list || !inline {
            return None;
        }
        self.put(&atom)?;
        self.rest_of_line(atom.range.1)
    }

    /// A dash at `at`; `next`: what follows it in its line.
    fn dash(&mut self, at: usize, column: usize, next: usize) -> Option<()> {
        // For the parser, what follows a dash begins behind spaces and a comment.
        let behind = match self.scan.byte(next) {
            Some(b'#') => self.scan.end_of_line(next),
            _ => next,
        };
        match self.open.last() {
            Some(level) if level.column == column && !level.mapping => self.nothing()?,
            // And so does a list in the column of its key.
            Some(level) if level.column == column => self.start(false, column, behind)?,
            _ => self.start(false, column, at)?,
        }
        self.open.last_mut()?.waits = Some(behind);
        Some(())
    }

    /// A key, and what follows it in its line; where the next line begins.
    fn pair(&mut self, key: &Atom, column: usize) -> Option<usize> {
        let colon = key.after;
        // Behind spaces it would be a key as well; nobody writes that.
        if colon != key.range.1 || !self.scan.is_gap(colon + 1) || colon - key.range.0 > LONGEST_KEY
        {
            return None;
        }
        if let Some(level) = self.open.last()
            && level.column == column
            && !level.mapping
        {
            // The list in the column of its key ends.
            self.pop()?;
        }
        match self.open.last() {
            Some(level) if level.column == column && level.mapping => self.nothing()?,
            Some(level) if level.column == column => return None,
            _ => self.start(true, column, key.range.0)?,
        }
        self.put_scalar(key)?;
        self.open.last_mut()?.waits = Some(key.range.1);
        let next = self.scan.skip(colon + 1);
        match self.scan.byte(next) {
            None | Some(b'\n') => Some(next + 1),
            Some(b'#') => self.comment(next),
            Some(_) => self.value(next),
        }
    }

    /// The value that is waited for, at `at` behind its key or dash; where the next line begins.
    fn value(&mut self, at: usize) -> Option<usize> {
        match self.scan.byte(at)? {
            b'{' | b'[' => {
                self.open.last_mut()?.waits = None;
                let end = self.flow(at, DEEPEST_FLOW)?;
                self.rest_of_line(end)
            }
            b'|' | b'>' => self.block(at),
            _ => {
                let atom = self.scan.atom(at, false)?;
                if self.scan.byte(atom.after) == Some(b':') {
                    return None;
                }
                self.put(&atom)?;
                self.rest_of_line(atom.range.1)
            }
        }
    }

    /// Puts a scalar where a value is waited for.
    fn put(&mut self, atom: &Atom) -> Option<()> {
        self.open.last_mut()?.waits.take()?;
        self.put_scalar(atom)
    }

    fn put_scalar(&mut self, atom: &Atom) -> Option<()> {
        let text = self.scan.text_of(atom)?;
        let document = &mut self.pile.document;
        document.scalar(text, atom.quoted, atom.range, PLAIN).ok()
    }

    /// The flow collection at `at`, of one line; where it ends.
    fn flow(&mut self, start: usize, depth: usize) -> Option<usize> {
        let depth = depth.checked_sub(1)?;
        let mapping = self.scan.byte(start) == Some(b'{');
        let close = if mapping { b'}' } else { b']' };
        let shape = Shape {
            mapping,
            flow: true,
        };
        let range = (start, start + 1);
        self.pile.document.start(shape, range, PLAIN).ok()?;
        let mut at = self.scan.skip(start + 1);
        while self.scan.byte(at)? != close {
            if mapping {
                let key = self.scan.atom(at, true)?;
                if self.scan.byte(key.after) != Some(b':') || key.after != key.range.1 {
                    return None;
                }
                self.put_scalar(&key)?;
                at = self.scan.skip(key.after + 1);
                match self.scan.byte(at)? {
                    b',' | b'}' => {
                        let end = (key.range.1, key.range.1);
                        self.pile.document.scalar("", false, end, PLAIN).ok()?;
                    }
                    _ if at == key.after + 1 => return None,
                    _ => at = self.flow_value(at, depth)?,
                }
            } else {
                at = self.flow_value(at, depth)?;
            }
            match self.scan.byte(at)? {
                b',' => at = self.scan.skip(at + 1),
                byte if byte == close => {}
                _ => return None,
            }
        }
        let problems = &mut self.pile.reading.problems;
        self.pile.document.end(at + 1, problems).ok()?;
        Some(at + 1)
    }

    /// A value within a flow collection; what follows it, spaces left out.
    fn flow_value(&mut self, at: usize, depth: usize) -> Option<usize> {
        if matches!(self.scan.byte(at)?, b'{' | b'[') {
            let end = self.flow(at, depth)?;
            return Some(self.scan.skip(end));
        }
        let value = self.scan.atom(at, true)?;
        self.put_scalar(&value)?;
        Some(value.after)
    }

    /// The literal or folded text at `at`; where the line after it begins.
    fn block(&mut self, at: usize) -> Option<usize> {
        let parent = self.open.last()?.column;
        let (range, next) = self.scan.block(at, parent)?;
        self.open.last_mut()?.waits.take()?;
        let document = &mut self.pile.document;
        document
            .scalar(self.scan.buffer(), true, range, PLAIN)
            .ok()?;
        Some(next)
    }
}
