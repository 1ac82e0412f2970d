//! YAML, by `granit-parser` events. The only file that names that crate.
//!
//! An alias is the [`NodeId`] of its anchor again. A broken document is left at its error; reading
//! goes on at the next `---`.

use granit_parser::{
    Event, Parser, ScalarStyle, ScanError, Span as Marks, StrInput, StructureStyle,
};
use rustc_hash::FxHashMap;

use super::build::{Builder, MOST_PROBLEMS, Stop, character_at, refuse};
use super::problem::{Problem, ProblemKind, UnreadReason};
use super::tree::{Comment, Document, NodeId, Value};
use super::{FileId, Limits, Reading, Span};

/// Reads all documents of `text`, which is the content of `file`.
#[must_use]
pub fn read(file: FileId, text: &str, limits: &Limits) -> Reading {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        // Values files hold hundreds of comment lines in a row; the text's size bounds them.
        max_buffered_comment_events: usize::MAX,
        // Beyond our own limit, so that ours speaks first.
        flow_nesting_limit: limits.depth.saturating_add(2),
        block_nesting_limit: limits.depth.saturating_add(2),
    };
    let parser = Parser::new_from_str_with_options(text, options);
    let reader = Reader {
        file,
        text,
        limits,
        parser,
        document: DocumentBuilder {
            builder: Builder::new(file, limits),
            anchors: FxHashMap::default(),
            open: Vec::new(),
            children: Vec::new(),
            root: None,
            last_end: 0,
        },
        reading: Reading::default(),
        comments: Vec::new(),
        index: 0,
    };
    reader.run()
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    limits: &'t Limits,
    parser: Parser<'t, StrInput<'t>>,
    /// The document that is being read.
    document: DocumentBuilder<'t>,
    reading: Reading,
    /// Comments of the document that is being read.
    comments: Vec<Comment>,
    /// Documents begun so far, the empty and the broken ones too.
    index: usize,
}

/// Why a document ends early.
enum Failure {
    Syntax(ScanError),
    Limit(Stop, Span),
}

impl Reader<'_> {
    fn run(mut self) -> Reading {
        loop {
            let failure = match self.parser.next_event() {
                None | Some(Ok((Event::StreamEnd, _))) => break,
                Some(Ok((Event::DocumentStart(..), marks))) => {
                    if self.index >= self.limits.documents {
                        let (start, end) = self.range(marks);
                        let most = self.limits.documents;
                        let message = format!("the file has more than {most} documents");
                        let span = Span::new(self.file, start, end);
                        refuse(&mut self.reading, span, UnreadReason::OverLimit, message);
                        break;
                    }
                    self.document().err()
                }
                Some(Ok((event, marks))) => {
                    self.comment(event, marks);
                    None
                }
                Some(Err(error)) => {
                    self.index += 1;
                    Some(Failure::Syntax(error))
                }
            };
            if let Some(failure) = failure {
                self.report(failure);
                self.comments.clear();
                if !matches!(self.parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
        // What follows the last document belongs to it.
        if let Some(last) = self.reading.documents.last_mut() {
            last.comments.append(&mut self.comments);
        }
        self.reading
    }

    /// Reads one document up to its end, its start being read already.
    fn document(&mut self) -> Result<(), Failure> {
        let index = u32::try_from(self.index).unwrap_or(u32::MAX);
        self.index += 1;
        self.document.clear();
        loop {
            let (event, marks) = match self.parser.next_event() {
                Some(Ok(next)) => next,
                Some(Err(error)) => return Err(Failure::Syntax(error)),
                None => break,
            };
            if matches!(event, Event::DocumentEnd | Event::StreamEnd) {
                break;
            }
            let event = match event {
                Event::Comment(..) => {
                    self.comment(event, marks);
                    continue;
                }
                Event::UnresolvedAlias(_) => {
                    let (start, end) = self.range(marks);
                    let span = Span::new(self.file, start, end);
                    // Not its name: it may be a password that begins with `*`.
                    let message = "this alias (`*`) has no anchor (`&`) of its name before it";
                    let problem = Problem::new(ProblemKind::InvalidValue, span, message);
                    let help = "it is read as nothing; put it in quotes if it is meant as text";
                    if self.reading.problems.len() < MOST_PROBLEMS {
                        self.reading.problems.push(problem.with_help(help));
                    }
                    Event::Scalar("".into(), ScalarStyle::Plain, 0, None)
                }
                event => event,
            };
            let range = self.range(marks);
            let tag = marks
                .tag_span()
                .and_then(|marks| self.text.get(marks.byte_range()?));
            let problems = &mut self.reading.problems;
            self.document
                .event(event, range, tag, problems)
                .map_err(|stop| Failure::Limit(stop, Span::new(self.file, range.0, range.1)))?;
        }
        let document = &mut self.document;
        let root = document.root.filter(|root| !document.is_empty(*root));
        let Some(root) = root else {
            return Ok(());
        };
        let whole = document.builder.span(root);
        let whole = whole.unwrap_or(Span::new(self.file, 0, 0));
        let tree = document.builder.tree(root);
        let tree = tree.map_err(|stop| Failure::Limit(stop, whole))?;
        self.reading.documents.push(Document {
            file: self.file,
            index,
            tree,
            comments: std::mem::take(&mut self.comments),
        });
        Ok(())
    }

    fn comment(&mut self, event: Event<'_>, marks: Marks) {
        if let Event::Comment(text, _) = event {
            let (start, end) = self.range(marks);
            self.comments.push(Comment {
                text: text.into(),
                span: Span::new(self.file, start, end),
            });
        }
    }

    fn report(&mut self, failure: Failure) {
        match failure {
            Failure::Syntax(error)
                if *error.kind() == granit_parser::ErrorKind::RecursionLimitExceeded =>
            {
                let span = self.place(&error);
                let message = Stop::Depth.message(self.limits);
                refuse(&mut self.reading, span, UnreadReason::OverLimit, message);
            }
            Failure::Syntax(error) => {
                let span = self.place(&error);
                let message = format!("this is not valid YAML: {}", error.info());
                refuse(&mut self.reading, span, UnreadReason::Broken, message);
            }
            Failure::Limit(stop, span) => {
                let message = stop.message(self.limits);
                refuse(&mut self.reading, span, UnreadReason::OverLimit, message);
            }
        }
    }

    fn place(&self, error: &ScanError) -> Span {
        let at = error.marker().byte_offset().unwrap_or(0);
        let (start, end) = character_at(self.text, at);
        Span::new(self.file, start, end)
    }

    /// Byte range of an event, on character boundaries of the text.
    fn range(&self, marks: Marks) -> (usize, usize) {
        let range = marks.byte_range().unwrap_or(0..0);
        let within = |at: usize| self.text.floor_char_boundary(at.min(self.text.len()));
        let start = within(range.start);
        (start, within(range.end).max(start))
    }
}

/// A collection whose end has not come yet.
struct Open {
    id: NodeId,
    mapping: bool,
    flow: bool,
    /// Where its items, or keys and values in turn, begin among those of all open ones.
    from: usize,
}

struct DocumentBuilder<'l> {
    builder: Builder<'l>,
    anchors: FxHashMap<usize, NodeId>,
    open: Vec<Open>,
    /// The children of all open collections, those of the innermost last.
    children: Vec<NodeId>,
    root: Option<NodeId>,
    /// End of the last thing read: a block collection ends there (its own end event already
    /// points at what follows).
    last_end: usize,
}

impl DocumentBuilder<'_> {
    /// Begins another document.
    fn clear(&mut self) {
        self.builder.clear();
        self.anchors.clear();
        self.open.clear();
        self.children.clear();
        self.root = None;
        self.last_end = 0;
    }

    fn event(
        &mut self,
        event: Event<'_>,
        range: (usize, usize),
        tag: Option<&str>,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let quoted = style != ScalarStyle::Plain;
                // The parser writes `~` where nothing stands.
                let absent = !quoted && range.0 == range.1;
                let text = if absent { "" } else { &*text };
                let value = Value::Scalar { text, quoted };
                let id = self.builder.push(value, range, tag)?;
                self.last_end = self.last_end.max(range.1);
                self.place(id, anchor);
            }
            Event::SequenceStart(style, anchor, _) => {
                self.start(false, style, anchor, range, tag)?;
            }
            Event::MappingStart(style, anchor, _) => {
                self.start(true, style, anchor, range, tag)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range, problems)?,
            Event::Alias(anchor) => {
                self.last_end = self.last_end.max(range.1);
                let known = self.anchors.get(&anchor).copied();
                let id = known.map_or_else(|| self.builder.scalar("", false, range), Ok)?;
                self.place(id, 0);
            }
            _ => {}
        }
        Ok(())
    }

    fn start(
        &mut self,
        mapping: bool,
        style: StructureStyle,
        anchor: usize,
        range: (usize, usize),
        tag: Option<&str>,
    ) -> Result<(), Stop> {
        if self.open.len() >= self.builder.limits.depth {
            return Err(Stop::Depth);
        }
        let id = self.builder.push(Value::Sequence(&[]), range, tag)?;
        self.last_end = self.last_end.max(range.1);
        self.place(id, anchor);
        self.open.push(Open {
            id,
            mapping,
            flow: style == StructureStyle::Flow,
            from: self.children.len(),
        });
        Ok(())
    }

    fn end(&mut self, range: (usize, usize), problems: &mut Vec<Problem>) -> Result<(), Stop> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        if open.flow {
            self.last_end = self.last_end.max(range.1);
        }
        let children = self.children.get(open.from..).unwrap_or_default();
        let value = if open.mapping {
            let pairs = children.as_chunks().0;
            self.builder.report_duplicates(pairs, problems);
            Value::Mapping(pairs)
        } else {
            Value::Sequence(children)
        };
        self.builder.finish(open.id, value, self.last_end)?;
        self.children.truncate(open.from);
        Ok(())
    }

    /// Puts a node where it belongs, and remembers its anchor (0: none).
    fn place(&mut self, id: NodeId, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        if self.open.is_empty() {
            self.root = Some(id);
        } else {
            self.children.push(id);
        }
    }

    /// Whether the document holds nothing at all, not even a written `~`.
    fn is_empty(&self, root: NodeId) -> bool {
        self.builder.is_nothing(root)
    }
}
