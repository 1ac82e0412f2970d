//! All of YAML, by the events of `granit-parser`. The only file that names that crate.

use granit_parser::{
    Event, Parser, ScalarStyle, ScanError, Span as Marks, StrInput, StructureStyle,
};

use super::document::{Marked, Range, Shape};
use super::{Pile, Stopped};
use crate::message;
use crate::source::build::{MOST_PROBLEMS, Stop, character_at, refuse};
use crate::source::problem::{Problem, ProblemKind, UnreadReason};
use crate::source::tree::Comment;
use crate::source::{FileId, Limits, Reading, Span};

/// Reads all documents of `text`, which is the content of `file`, as far as they are not broken.
pub(super) fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let mut pile = Pile::new(file, limits);
    let mut reader = Reader::new(&mut pile, text, 0);
    while let Err(failure) = reader.run() {
        let ends = matches!(failure, Failure::Documents(_));
        reader.report(failure);
        reader.pile.comments.clear();
        if ends || !matches!(reader.parser.proceed_next_document(), Ok(true)) {
            break;
        }
    }
    pile.finish()
}

/// Reads the documents in the bytes `piece` of `text`, which end at a `---` or the end of the text.
/// `None` if one of them is broken or there are too many.
pub(super) fn piece(pile: &mut Pile<'_>, text: &str, piece: std::ops::Range<usize>) -> Option<()> {
    let problems = pile.reading.problems.len();
    // With the mark that ends it: where texts end depends on that.
    let marked = text.get(piece.start..text.len().min(piece.end + MARK))?;
    let mut reader = Reader::new(pile, marked, piece.start);
    reader.end = piece.end;
    reader.run().ok()?;
    // What is wrong may be what an earlier document has to do with it.
    let wrong = pile.reading.problems.get(problems..).unwrap_or_default();
    let all = |kind| wrong.iter().all(|problem| problem.kind == kind);
    (all(ProblemKind::DuplicateKey) && pile.reading.unread.is_empty()).then_some(())
}

/// Bytes of `---` and the white space behind it.
const MARK: usize = 4;

struct Reader<'p, 'l, 't> {
    pile: &'p mut Pile<'l>,
    text: &'t str,
    /// Where in the file the text begins.
    base: usize,
    /// A `---` from this byte of the file on begins what is not read.
    end: usize,
    parser: Parser<'t, StrInput<'t>>,
}

/// Why a document ends early.
enum Failure {
    Syntax(ScanError),
    Limit(Stop, Span),
    Documents(Span),
}

impl From<Stopped> for Failure {
    fn from((stop, span): Stopped) -> Self {
        Self::Limit(stop, span)
    }
}

impl<'p, 'l, 't> Reader<'p, 'l, 't> {
    fn new(pile: &'p mut Pile<'l>, text: &'t str, base: usize) -> Self {
        let options = granit_parser::options! {
            emit_unresolved_aliases: true,
            // Values files hold hundreds of comment lines in a row; the text's size bounds them.
            max_buffered_comment_events: usize::MAX,
            // Beyond our own limit, so that ours speaks first.
            flow_nesting_limit: pile.limits.depth.saturating_add(2),
            block_nesting_limit: pile.limits.depth.saturating_add(2),
        };
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            pile,
            text,
            base,
            end: usize::MAX,
        }
    }

    /// Reads on to the end, or to what is broken.
    fn run(&mut self) -> Result<(), Failure> {
        loop {
            match self.parser.next_event() {
                None | Some(Ok((Event::StreamEnd, _))) => return Ok(()),
                Some(Ok((Event::DocumentStart(marked, ..), marks))) => {
                    if marked && self.range(marks).0 >= self.end {
                        return Ok(());
                    }
                    if self.pile.index >= self.pile.limits.documents {
                        return Err(Failure::Documents(self.span(self.range(marks))));
                    }
                    self.document()?;
                }
                Some(Ok((event, marks))) => self.comment(event, marks),
                Some(Err(error)) => {
                    self.pile.index += 1;
                    return Err(Failure::Syntax(error));
                }
            }
        }
    }

    /// Reads one document up to its end, its start being read already.
    fn document(&mut self) -> Result<(), Failure> {
        let index = self.pile.begin();
        loop {
            let (event, marks) = match self.parser.next_event() {
                Some(Ok(next)) => next,
                Some(Err(error)) => return Err(Failure::Syntax(error)),
                None => break,
            };
            match event {
                Event::DocumentEnd | Event::StreamEnd => break,
                Event::Comment(..) => self.comment(event, marks),
                event => {
                    let range = self.range(marks);
                    let span = self.span(range);
                    self.event(event, range, marks)
                        .map_err(|stop| Failure::Limit(stop, span))?;
                }
            }
        }
        Ok(self.pile.keep(index)?)
    }

    fn event(&mut self, event: Event<'_>, range: Range, marks: Marks) -> Result<(), Stop> {
        let tag = marks
            .tag_span()
            .and_then(|marks| self.text.get(marks.byte_range()?));
        let marked = |anchor| Marked { tag, anchor };
        let shape = |mapping, style| Shape {
            mapping,
            flow: style == StructureStyle::Flow,
        };
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let quoted = style != ScalarStyle::Plain;
                // The parser writes `~` where nothing stands.
                let absent = !quoted && range.0 == range.1;
                let text = if absent { "" } else { &*text };
                let document = &mut self.pile.document;
                document.scalar(text, quoted, range, marked(anchor))
            }
            Event::SequenceStart(style, anchor, _) => {
                let document = &mut self.pile.document;
                document.start(shape(false, style), range, marked(anchor))
            }
            Event::MappingStart(style, anchor, _) => {
                let document = &mut self.pile.document;
                document.start(shape(true, style), range, marked(anchor))
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let problems = &mut self.pile.reading.problems;
                self.pile.document.end(range.1, problems)
            }
            Event::Alias(anchor) => self.pile.document.alias(anchor, range),
            Event::UnresolvedAlias(_) => {
                // Not its name: it may be a password that begins with `*`.
                let message =
                    message!("this alias (`*`) has no anchor (`&`) of its name before it");
                let span = self.span(range);
                let problem = Problem::new(ProblemKind::InvalidValue, span, message);
                let help =
                    message!("it is read as nothing; put it in quotes if it is meant as text");
                let problems = &mut self.pile.reading.problems;
                if problems.len() < MOST_PROBLEMS {
                    problems.push(problem.with_help(help));
                }
                self.pile
                    .document
                    .scalar("", false, range, Marked::default())
            }
            _ => Ok(()),
        }
    }

    fn comment(&mut self, event: Event<'_>, marks: Marks) {
        if let Event::Comment(text, _) = event {
            let span = self.span(self.range(marks));
            let text = text.into();
            self.pile.comments.push(Comment { text, span });
        }
    }

    fn report(&mut self, failure: Failure) {
        let limits = self.pile.limits;
        let (span, reason, message) = match failure {
            Failure::Syntax(error)
                if *error.kind() == granit_parser::ErrorKind::RecursionLimitExceeded =>
            {
                let message = Stop::Depth.message(limits);
                (self.place(&error), UnreadReason::OverLimit, message)
            }
            Failure::Syntax(error) => {
                let message = message!("this is not valid YAML: {what}", what = error.info());
                (self.place(&error), UnreadReason::Broken, message)
            }
            Failure::Limit(stop, span) => (span, UnreadReason::OverLimit, stop.message(limits)),
            Failure::Documents(span) => {
                let most = limits.documents;
                let message = message!("the file has more than {most} documents", most);
                (span, UnreadReason::OverLimit, message)
            }
        };
        refuse(&mut self.pile.reading, span, reason, message);
    }

    fn place(&self, error: &ScanError) -> Span {
        let at = error.marker().byte_offset().unwrap_or(0);
        self.span(character_at(self.text, at))
    }

    fn span(&self, (start, end): Range) -> Span {
        Span::new(self.pile.file, start, end)
    }

    /// Byte range of an event in the file, on character boundaries of the text.
    fn range(&self, marks: Marks) -> Range {
        let range = marks.byte_range().unwrap_or(0..0);
        let within = |at: usize| self.text.floor_char_boundary(at.min(self.text.len()));
        let start = within(range.start);
        let end = within(range.end).max(start);
        (self.base + start, self.base + end)
    }
}
